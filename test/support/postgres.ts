/**
 * A throw-away PostgreSQL cluster for a test file, on loopback, with a password, without fsync; a database
 * of its own for each test. Where PostgreSQL is not installed the tests are skipped (parts.ts).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { testsWith } from './parts.js';

export const PASSWORD = 'canary-pa55word';
/** Not the schema's name, which PostgreSQL would then look into by itself. */
const USER = 'platform';

/** The folder of the server's programs; undefined where they are not installed. */
function programs(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  return [...versions.map((version) => join(debian, version, 'bin')), ...onPath].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

/** `describe` where there is a PostgreSQL to test with. */
export const describeWithPostgres = testsWith('PostgreSQL', programs() !== undefined).describe;

export interface Cluster {
  /** Makes an empty database; gives its address with the password in it. */
  database(): Promise<string>;
  /** Stops the server, without its leave. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends every connection to the database at an address, and returns before any process here can hear of it. */
  cut(address: string): void;
  /** A second server that follows the first, in a folder of its own, until it is promoted. */
  standby(): Promise<Standby>;
  /** The store in the database at an address, as SQL that puts it back. */
  dump(address: string): string;
  /** Runs SQL as the administrator, in the database at an address; gives the rows of the last statement. */
  sql(address: string, text: string): Promise<readonly Record<string, unknown>[]>;
}

export interface Standby {
  /** The address of the same database there; `HOST:PORT` alone is in it once. */
  address(address: string): string;
  readonly port: number;
  promote(): Promise<void>;
}

/** A cluster that runs while the tests of the file do. */
export function postgresCluster(): Cluster {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-pg-'));
  let port = 0;
  let server: ChildProcess | undefined;
  let databases = 0;
  const start = async (): Promise<void> => {
    server = await started(folder, port);
  };
  const kill = async (): Promise<void> => {
    if (server && server.exitCode === null) await ended(server, 'SIGQUIT');
    server = undefined;
  };
  const addressOf = (database: string): string =>
    `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  const standbys: { readonly folder: string; readonly server: ChildProcess }[] = [];
  const standby = async (): Promise<Standby> => {
    const copy = mkdtempSync(join(tmpdir(), 'keywright-pg-'));
    const standbyPort = await freePort();
    const who = identity();
    if (who.uid !== undefined && who.gid !== undefined) chownSync(copy, who.uid, who.gid);
    const args = ['-D', join(copy, 'data'), '-R', '-c', 'fast', '-X', 'stream', '-d', addressOf('postgres')];
    const made = spawnSync(join(programs() ?? '', 'pg_basebackup'), args, {
      ...who,
      cwd: copy,
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`pg_basebackup: ${made.stderr}`);
    standbys.push({ folder: copy, server: await started(copy, standbyPort) });
    const there = (address: string) => address.replace(`:${port}/`, `:${standbyPort}/`);
    return {
      port: standbyPort,
      address: there,
      promote: async () => void (await runSql(there(addressOf('postgres')), 'select pg_promote(true)')),
    };
  };
  const cluster: Cluster = {
    standby,
    dump,
    start,
    kill,
    sql: runSql,
    cut,
    database: async () => {
      const name = `store_${++databases}`;
      await runSql(addressOf('postgres'), `create database ${name}`);
      return addressOf(name);
    },
  };
  beforeAll(async () => {
    port = await freePort();
    initialise(folder);
    await start();
  });
  afterAll(async () => {
    for (const one of standbys) {
      await ended(one.server, 'SIGQUIT');
      rmSync(one.folder, { recursive: true, force: true });
    }
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return cluster;
}

/** PostgreSQL does not run as root. */
const identity = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
};

function initialise(folder: string): void {
  const who = identity();
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  if (who.uid !== undefined && who.gid !== undefined)
    for (const path of [folder, passwordFile]) chownSync(path, who.uid, who.gid);
  const args = ['-D', join(folder, 'data'), '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const made = spawnSync(
    join(programs() ?? '', 'initdb'),
    [...args, '-N', '-E', 'UTF8', '--locale=C.UTF-8'],
    {
      ...who,
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`);
}

async function started(folder: string, port: number): Promise<ChildProcess> {
  const settings = ['fsync=off', 'full_page_writes=off', 'listen_addresses=127.0.0.1', 'shared_buffers=16MB'];
  const server = spawn(
    join(programs() ?? '', 'postgres'),
    ['-D', join(folder, 'data'), '-p', String(port), '-k', folder, ...settings.flatMap((one) => ['-c', one])],
    { ...identity(), cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.once('exit', () => server.kill('SIGQUIT'));
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString('utf8');
      if (/ready to accept (?:read-only )?connections/.test(log)) resolve();
    });
    server.once('exit', () => reject(new Error(`postgres: ${log}`)));
  });
  return server;
}

const ended = (server: ChildProcess, signal: NodeJS.Signals): Promise<void> =>
  new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.kill(signal);
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });

function cut(address: string): void {
  const others =
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
  const psql = join(programs() ?? '', 'psql');
  const ended = spawnSync(psql, [address, '-c', others], { encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`psql: ${ended.stderr}`);
}

function dump(address: string): string {
  const args = ['--schema=keywright', '--inserts', '--clean', '--if-exists', address];
  const dumped = spawnSync(join(programs() ?? '', 'pg_dump'), args, { encoding: 'utf8', maxBuffer: 64e6 });
  if (dumped.status !== 0) throw new Error(`pg_dump: ${dumped.stderr}`);
  // Some versions add commands of psql's own.
  return dumped.stdout.replaceAll(/^\\.*$/gm, '');
}

async function runSql(address: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    const result = await client.query(text);
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  } finally {
    await client.end();
  }
}

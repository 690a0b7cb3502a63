/** Backups of the embedded store and what restoring them holds, with the real command. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../src/cli/exit.js';
import {
  inDotenv,
  keyYaml,
  projectYaml,
  type RunOptions,
  serviceYaml,
  Workspace,
  yamlStream,
} from '../support/workspace.js';

let world: Workspace;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/app.yaml', yamlStream(serviceYaml('billing'), app('app'), app('other')));
  expect((await apply()).code).toBe(EXIT.done);
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const app = (name: string): string => keyYaml(name, inDotenv(`secrets/${name}.env`, 'KEY'));
const apply = (options: RunOptions = {}) => world.run('apply --auto-approve', options);
/** Of those that race one another. */
const OWN = { process: 'own' } as const;
const token = (name: string): string => world.variable(`secrets/${name}.env`, 'KEY');
const isGood = async (text: string) => (await world.run('verify --stdin', { input: text })).code === 0;
const modeOf = (file: string): number => statSync(join(world.folder, file)).mode & 0o777;
const holds = async () => (await world.run('audit verify')).code === EXIT.done;
const entries = async () => (await world.json<{ readonly entries: number }>('audit verify')).entries;
const restored = (args: string) =>
  world.json<{
    readonly aside?: string;
    readonly endedAgain: number;
    readonly stoppedAgain: number;
    readonly forgotten: number;
  }>(`restore ${args}`);

describe('a backup', () => {
  test('is for its owner alone, never over another file, and says what it is without', async () => {
    const made = await world.run('backup monday');
    expect(made).toMatchObject({ code: EXIT.done });
    expect(made.stdout).toContain('It does not contain the master key');
    expect(modeOf('monday')).toBe(0o600);
    const again = await world.run('backup monday');
    expect(again.code).toBe(EXIT.error);
    expect(again.stderr).toContain('--force');
    const before = statSync(join(world.folder, 'monday')).ino;
    expect((await world.run('backup monday --force --master-key-file safe.key')).code).toBe(EXIT.done);
    expect(statSync(join(world.folder, 'monday')).ino).not.toBe(before);
    expect([modeOf('safe.key'), world.read('safe.key')]).toEqual([
      0o600,
      world.read('.keywright/master.key'),
    ]);
    expect(readdirSync(world.folder).filter((file) => file.includes('partial'))).toEqual([]);
  });

  test('made while others write is a store as of one moment', async () => {
    world.write('specs/many.yaml', yamlStream(...Array.from({ length: 40 }, (_, at) => app(`many-${at}`))));
    const applying = apply(OWN);
    for (const name of ['first', 'second', 'third'])
      expect((await world.run(`backup ${name}`, OWN)).code).toBe(EXIT.done);
    expect((await applying).code).toBe(EXIT.done);
    for (const name of ['first', 'second', 'third']) {
      const elsewhere = `--store ${name}-store`;
      const ended = await world.run(`restore ${name} --master-key-file .keywright/master.key ${elsewhere}`);
      expect(ended).toMatchObject({ code: EXIT.done });
      expect((await world.run(`audit verify ${elsewhere}`)).code).toBe(EXIT.done);
    }
  });

  test('is unavailable for a store on a server, or for no store', async () => {
    const server = await world.run('backup x --store postgres://nobody@localhost/none');
    expect(server.code).toBe(EXIT.usage);
    expect(server.stderr).toContain('pg_dump');
    expect((await world.run('restore x --store postgres://nobody@localhost/none')).code).toBe(EXIT.usage);
    expect((await world.run('backup x --store nowhere')).code).toBe(EXIT.unreachable);
    expect(world.exists('x')).toBe(false);
  });
});

describe('restoring', () => {
  test('brings a lost store back as it was', async () => {
    await world.run('backup monday --master-key-file safe.key');
    const before = await entries();
    world.remove('.keywright');
    expect((await world.run('restore monday')).code).toBe(EXIT.error);
    expect((await world.run('restore monday --master-key-file safe.key')).stdout).toContain(
      'Revoke them again',
    );
    expect(await entries()).toBe(before + 1);
    expect(await isGood(token('app'))).toBe(true);
    expect((await world.json<{ steps: unknown[] }>('plan')).steps).toEqual([]);
    expect([modeOf('.keywright/store.db'), modeOf('.keywright/master.key')]).toEqual([0o600, 0o600]);
  });

  test('refuses a store that is newer or another one, unless forced to, and keeps what was there', async () => {
    await world.run('backup monday');
    await world.run('rotate app --auto-approve');
    const newer = await world.run('restore monday');
    expect(newer.code).toBe(EXIT.refused);
    expect(newer.stderr).toContain('--overwrite');
    expect(await isGood(token('app'))).toBe(true);
    const { aside } = await restored('monday --overwrite');
    expect(statSync(aside ?? '').mode & 0o777).toBe(0o600);
    expect((await world.run(`restore ${aside} --overwrite`)).code).toBe(EXIT.done);
    expect(await isGood(token('app'))).toBe(true);

    world.write('elsewhere/keywright.yaml', projectYaml());
    await world.run('apply --auto-approve -C elsewhere');
    await world.run('backup ../other -C elsewhere');
    const other = await world.run('restore other --master-key-file elsewhere/.keywright/master.key');
    expect(other.code).toBe(EXIT.refused);
    expect(other.stderr).toContain('is not the store that was backed up');
  });

  test('revives nothing that was ended since, and says what it forgot', async () => {
    await world.run('backup monday');
    const [revoked, stopped] = [token('app'), token('other')];
    await world.run('revoke app --now --auto-approve');
    await apply();
    const issuedSince = token('app');
    const report = await restored('monday --overwrite');
    expect(report).toMatchObject({ endedAgain: 1, forgotten: 1 });
    expect([await isGood(revoked), await isGood(issuedSince), await isGood(stopped)]).toEqual([
      false,
      false,
      true,
    ]);
    const plan = await world.json<{ steps: unknown[]; findings: { code: string }[] }>('plan');
    expect(plan.findings.map(({ code }) => code)).toEqual(['Quarantined']);
    expect(plan.steps).toEqual([]);
    expect(await holds()).toBe(true);
    world.remove('secrets/app.env');
    await apply();
    expect(await isGood(token('app'))).toBe(true);
  });

  test('of a backup from before the master key was replaced needs the old key, and keeps the new one', async () => {
    await world.run('backup monday --master-key-file old.key');
    await world.run('master-key rotate');
    const refused = await world.run('restore monday --overwrite');
    expect(refused.code).toBe(EXIT.error);
    expect(refused.stderr).toContain('--master-key-file');
    expect((await world.run('restore monday --overwrite --master-key-file old.key')).code).toBe(EXIT.done);
    expect(world.read('.keywright/master.key')).not.toBe(world.read('old.key'));
    expect(await holds()).toBe(true);
  });

  test('refuses what is no backup, and moves a damaged store aside only when forced to', async () => {
    await world.run('backup monday');
    for (const file of ['keywright.yaml', 'nothing'])
      expect((await world.run(`restore ${file} --overwrite`)).code).not.toBe(EXIT.done);
    world.write('.keywright/store.db', 'SQLite format 3, or so it says');
    const damaged = await world.run('restore monday');
    expect(damaged.code).toBe(EXIT.refused);
    expect((await world.run('restore monday --overwrite')).code).toBe(EXIT.done);
    expect(await isGood(token('app'))).toBe(true);
    expect(readdirSync(join(world.folder, '.keywright')).some((file) => file.includes('.before-'))).toBe(
      true,
    );
  });

  test('takes no store from under a reconciler at work', async () => {
    await world.run('backup monday');
    world.write('specs/many.yaml', yamlStream(...Array.from({ length: 40 }, (_, at) => app(`many-${at}`))));
    const applying = apply(OWN);
    const codes = new Set<number | null>();
    for (let attempt = 0; attempt < 3; attempt++)
      codes.add((await world.run('restore monday --overwrite', OWN)).code);
    const { code } = await applying;
    // Either the restore had to wait its turn, or the apply lost its lease; never both went through it.
    expect([...codes].every((one) => one === EXIT.done || one === EXIT.locked)).toBe(true);
    expect([EXIT.done, EXIT.locked, EXIT.partial]).toContain(code);
    expect(await holds()).toBe(true);
  });
});

describe('killed at any moment', () => {
  /** Kills the command after each of several parts of the time that it takes, until enough of them died of it. */
  async function killing(args: string, check: () => Promise<void>): Promise<void> {
    const started = performance.now();
    expect(await endOf(world.start(args))).toBe(null);
    const tookMs = performance.now() - started;
    await check();
    let killed = 0;
    for (let round = 0; round < ROUNDS_MAX && killed < KILLS_MIN; round++)
      for (let part = 4; part <= 10; part++) {
        const child = world.start(args);
        const timer = setTimeout(() => child.kill('SIGKILL'), (tookMs * part) / 10);
        const signal = await endOf(child);
        clearTimeout(timer);
        await check();
        // One that was done before shows nothing.
        if (signal === 'SIGKILL') killed += 1;
      }
    expect(killed).toBeGreaterThanOrEqual(KILLS_MIN);
  }
  const KILLS_MIN = 3;
  const ROUNDS_MAX = 4;
  /** The signal that ended it, if one did. */
  const endOf = (child: ReturnType<Workspace['start']>) =>
    new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));

  test('a backup is whole or not there', async () => {
    await killing('backup monday --force', async () => {
      if (!world.exists('monday')) return;
      const elsewhere = await world.run(
        'restore monday --overwrite --store copy --master-key-file .keywright/master.key',
      );
      expect(elsewhere).toMatchObject({ code: EXIT.done });
    });
    expect((await world.run('backup monday --force')).code).toBe(EXIT.done);
    expect(readdirSync(world.folder).filter((file) => file.includes('partial'))).toEqual([]);
  });

  test('a restored store is the old one or the new one', async () => {
    await world.run('backup monday');
    await world.run('rotate app --auto-approve');
    const rotated = token('app');
    await killing('restore monday --overwrite', async () => {
      expect(await holds()).toBe(true);
      expect(await isGood(token('other'))).toBe(true);
    });
    expect((await world.run('restore monday --overwrite')).code).toBe(EXIT.done);
    expect(await isGood(rotated)).toBe(false);
  });
});

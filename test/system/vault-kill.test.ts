/**
 * SIGKILL between every two requests that a real command makes to Vault: the request that it waits for is lost, is done without
 * the answer being heard, or is done long after, when the next run has converged. Whatever becomes of it, the next run
 * converges, and an older secret never replaces a newer one: the server keeps every version that was ever written.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { TOKEN_PATTERN } from '../../src/domain/secret.js';
import { effort } from '../support/effort.js';
import { letLeaseRunOut } from '../support/live-store-of.js';
import { VaultServer } from '../support/servers/vault.js';
import { consumed, vaultWorld } from '../support/vault-world.js';
import { projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

/** Every request, or each of so many. */
const EVERY = effort({ complete: 1, otherwise: 5, variable: 'KEYWRIGHT_VAULT_KILL_EVERY' });

const WAYS = ['lost', 'unheard', 'late'] as const;
type Way = (typeof WAYS)[number];

const FIELDS = { one: 'first', two: 'second' } as const;

const documents = (address: string): string =>
  yamlStream(
    projectYaml(),
    serviceYaml('billing'),
    'apiVersion: keywright.dev/v1\nkind: Connection\nmetadata: { name: vault }\n' +
      `spec: { vault: { address: '${address}', token: { env: VAULT_TOKEN } } }\n`,
    ...Object.entries(FIELDS).map(
      ([name, field]) =>
        `apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: { name: ${name} }\n` +
        'spec: { environment: development, owner: { service: billing }, deliver: [{ vault: ' +
        `{ connection: vault, mount: secret, path: shop/keys, fields: { ${field}: key } } }] }\n`,
    ),
  );

interface Story {
  readonly server: VaultServer;
  readonly world: Workspace;
  readonly env: Readonly<Record<string, string>>;
  readonly commandLines: Set<string>;
  look(): Promise<Readonly<Record<string, unknown>>>;
}

async function inStory(play: (story: Story) => Promise<boolean>): Promise<boolean> {
  const server = await VaultServer.start();
  const world = new Workspace();
  try {
    const { token, stranger } = await vaultWorld({}, server);
    await stranger.write('secret/data/shop/keys', { data: { other: 'of somebody else' } });
    world.write('keywright.yaml', documents(server.address));
    const env = { VAULT_TOKEN: token };
    const look = async () => (await consumed(stranger, 'keys')) ?? {};
    const story: Story = { server, world, env, commandLines: new Set(), look };
    const isOver = await play(story);
    expectNoLeak(story, token);
    return isOver;
  } finally {
    world.dispose();
    await server.close();
  }
}

/** Runs a command until its nth request; gives false when it ended without one. Resolves when the process is dead. */
async function killAt(story: Story, args: string, { nth, way }: { readonly nth: number; readonly way: Way }) {
  const { server, world, env, commandLines } = story;
  const first = server.records.length;
  const child = world.start(args, env);
  const ended = once(child, 'close');
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isKilled = false;
  const kill = async (): Promise<void> => {
    isKilled = true;
    child.kill('SIGKILL');
    await ended;
  };
  const isIt = (request: number): boolean => !isKilled && request === first + nth;
  server.before = async (request) => {
    commandLines.add(commandLineOf(child));
    if (!isIt(request) || way === 'unheard') return undefined;
    await kill();
    if (way === 'lost') return 'drop';
    await released;
    return undefined;
  };
  server.after = async (request) => {
    if (way === 'unheard' && isIt(request)) await kill();
  };
  await ended;
  return { isKilled, release };
}

/** Sampled while the process waits for an answer. */
const commandLineOf = ({ pid }: ChildProcess): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

interface Versions {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly versions: readonly {
        readonly generation: number;
        readonly prefix: string;
        readonly state: string;
      }[];
    };
  }[];
}

async function converge({ world, env, server }: Story): Promise<void> {
  server.after = () => undefined;
  for (let applies = 0; applies < 5; applies++) {
    letLeaseRunOut(world);
    const { steps } = await world.json<{ steps: readonly object[] }>('plan', { env });
    if (steps.length === 0) return;
    const applied = await world.run('apply --auto-approve', { env });
    if (applied.code !== 0) throw new Error(`exit ${applied.code}: ${applied.stdout}${applied.stderr}`);
  }
  throw new Error('does not converge');
}

async function expectRight({ world, env, server, look }: Story): Promise<void> {
  const { items } = await world.json<Versions>('get ApiKey', { env });
  const held = await look();
  expect(held['other']).toBe('of somebody else');
  const history = server.namespace().mounts.get('secret')?.history ?? [];
  for (const [name, field] of Object.entries(FIELDS)) {
    const versions = items.find(({ metadata }) => metadata.name === name)?.status.versions ?? [];
    const current = versions.find(({ state }) => state === 'current');
    const token = `${held[field]}`;
    expect([name, token.slice(0, 20)]).toEqual([name, current?.prefix]);
    expect(await world.run('verify --stdin', { input: token })).toMatchObject({ code: 0 });
    const generations = history
      .map(({ data }) => data[field])
      .filter((value) => value !== undefined)
      .map((value) => versions.find(({ prefix }) => `${value}`.startsWith(prefix))?.generation ?? Number.NaN);
    expect([name, generations]).toEqual([name, [...generations].sort((a, b) => a - b)]);
  }
}

/** A token is in the body of a write and nowhere else, and that of the connection in its header. */
function expectNoLeak({ world, server, commandLines }: Story, credential: string): void {
  expect(world.leaks()).toEqual([]);
  const places = server.records.flatMap(({ method, url, headers, body }) => {
    const { 'x-vault-token': _, ...others } = headers;
    const isWrite = method === 'POST' && url.startsWith('/v1/secret/data/');
    return [url, JSON.stringify(others), isWrite ? '' : body];
  });
  const bodies = server.records.map(({ body }) => body).join('');
  for (const place of [...places, ...commandLines]) expect(place).not.toMatch(TOKEN_PATTERN);
  for (const place of [...places, ...commandLines, bodies]) expect(place).not.toContain(credential);
  expect(bodies).toMatch(TOKEN_PATTERN);
}

let kills = 0;

/** Kills the command at each of its requests in turn, each time in a world of its own, until it makes no more. */
async function killAtEach(
  way: Way,
  command: string,
  prepare: (story: Story) => Promise<void>,
): Promise<void> {
  const before = kills;
  for (let nth = 1 + (WAYS.indexOf(way) % EVERY); ; nth += EVERY) {
    const isOver = await inStory(async (story) => {
      await prepare(story);
      const { isKilled, release } = await killAt(story, command, { nth, way });
      story.server.before = () => undefined;
      if (isKilled) kills += 1;
      await converge(story);
      release();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await expectRight(story);
      return !isKilled;
    });
    if (isOver) break;
  }
  expect(kills).toBeGreaterThan(before);
  process.stdout.write(`${kills - before} kills, ${way}, ${command}\n`);
}

test.each(WAYS)(
  'vault: an apply that is killed while a request is %s leaves nothing that the next does not finish',
  (way) => killAtEach(way, 'apply --auto-approve', async () => undefined),
  900_000,
);

test.each(WAYS)(
  'vault: a rotation that is killed while a request is %s goes on, and never back',
  (way) =>
    killAtEach(way, 'rotate one --auto-approve', async (story) => {
      await converge(story);
      await expectRight(story);
    }),
  900_000,
);

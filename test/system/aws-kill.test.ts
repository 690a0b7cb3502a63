/**
 * SIGKILL between any two requests to AWS Secrets Manager, while the real command applies and rotates: the next apply makes
 * everything right, and no older version was ever current after a newer one, by the history of the server.
 */
import { once } from 'node:events';
import { parseToken, Secret } from '../../src/domain/secret.js';
import { unwrap } from '../support/apply-world.js';
import { IS_COMPLETE } from '../support/effort.js';
import { letLeaseRunOut, openStoreOf } from '../support/live-store-of.js';
import { type AwsServer, awsSecretsManager, REGION } from '../support/servers/aws-secrets-manager.js';
import { heardOutsideBodies } from '../support/servers/loopback-service.js';
import { keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

const SECRET = 'shop/billing';
interface Moment {
  /** So many requests into a run; an apply that delivers and confirms makes seven. */
  readonly nth: number;
  /** Before the request has its effect, or after it, without an answer. */
  readonly when: 'before' | 'after';
}

/** Around the request that puts a version and the one that moves the label; in full, at every request. */
const MOMENTS: readonly Moment[] = IS_COMPLETE
  ? Array.from({ length: 8 }, (_, at) => at + 1).flatMap((nth) => [
      { nth, when: 'before' },
      { nth, when: 'after' },
    ])
  : [
      { nth: 3, when: 'after' },
      { nth: 4, when: 'after' },
    ];

let world: Workspace;
let server: AwsServer;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  world = new Workspace();
  server = await awsSecretsManager();
  env = server.newAccessKey();
});
afterAll(async () => {
  await server.stop();
  world.dispose();
});

const connection = (): string =>
  'apiVersion: keywright.dev/v1\nkind: Connection\nmetadata: { name: cloud }\n' +
  `spec: { aws: { region: ${REGION}, endpoint: "${server.url}", environment: true } }\n`;

const nameOf = (nth: number): string => `key-${nth}`;
const fieldOf = (nth: number): string => `api_key_${nth}`;

const keyTo = (nth: number): string =>
  keyYaml(
    nameOf(nth),
    `deliver: [{ aws-secrets-manager: { connection: cloud, secret: ${SECRET}, fields: { ${fieldOf(nth)}: key } } }]`,
  );

function declare(count: number): void {
  const keys = Array.from({ length: count }, (_, nth) => keyTo(nth));
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), connection(), ...keys));
}

/** Kills the command at its nth request, before or after that had its effect; gives whether it lived so long. */
async function killAt(command: string, { nth, when }: Moment): Promise<boolean> {
  const child = world.start(command, env);
  let seen = 0;
  let isKilled = false;
  server.watch((_, at) => {
    if (at === when) seen++;
    if (isKilled || at !== when || seen !== nth) return;
    isKilled = child.kill('SIGKILL');
    throw new Error('it was killed, and gets no answer');
  });
  await once(child, 'close');
  server.watch(() => undefined);
  letLeaseRunOut(world);
  return isKilled;
}

async function converge(): Promise<void> {
  for (let pass = 0; pass < 8; pass++) {
    const { code, stdout, stderr } = await world.run('apply --auto-approve', { env });
    if (code !== 0) throw new Error(`apply: exit ${code}\n${stdout}${stderr}`);
    if ((await world.run('plan --detailed-exitcode', { env })).code === 0) return;
  }
  throw new Error('it did not converge');
}

interface Listed {
  readonly metadata: { readonly name: string };
  readonly status: { readonly versions: readonly { readonly generation: number; readonly prefix: string }[] };
}

/** Public id of a token → its generation. */
async function generations(): Promise<ReadonlyMap<string, number>> {
  const { items } = await world.json<{ items: readonly Listed[] }>('get ApiKey', { env });
  return new Map(
    items.flatMap(({ status }) =>
      status.versions.map(
        ({ prefix, generation }) => [prefix.slice(prefix.lastIndexOf('_') + 1), generation] as const,
      ),
    ),
  );
}

test(`aws-secrets-manager: after a kill at each of ${MOMENTS.length} moments one apply makes everything right`, async () => {
  world.write('keywright.yaml', projectYaml());
  // A key that is not killed makes the secret.
  declare(1);
  await converge();
  let kills = 0;
  let count = 1;
  for (const moment of MOMENTS) {
    declare(++count);
    if (await killAt('apply --auto-approve', moment)) kills++;
    await converge();
    if (await killAt(`rotate ${nameOf(count - 1)} --auto-approve`, moment)) kills++;
    await converge();
  }

  expect(kills).toBeGreaterThanOrEqual(MOMENTS.length);
  const current = server.current(SECRET) ?? {};
  expect(Object.keys(current)).toHaveLength(count);
  const known = await generations();
  await expectEveryFieldVerifies(current);
  expectNeverBack(known);
  expect((await world.run('audit verify', { env })).code).toBe(0);
  for (const value of [...Object.values(current), env['AWS_SECRET_ACCESS_KEY']])
    expect(heardOutsideBodies(server.heard, String(value))).toEqual([]);
  expect(world.leaks()).toEqual([]);
  process.stdout.write(`${kills} kills, ${count} keys, ${server.history.length} versions were current\n`);
}, 900_000);

async function expectEveryFieldVerifies(current: Readonly<Record<string, unknown>>): Promise<void> {
  const store = await openStoreOf(world);
  try {
    for (const value of Object.values(current)) {
      expect(unwrap(await store.verify(new Secret(String(value)), {}))).toMatchObject({ code: 'VALID' });
    }
  } finally {
    await store.close();
  }
}

/** By the history of what was current: each field goes forward, and none that was there is lost. */
function expectNeverBack(known: ReadonlyMap<string, number>): void {
  const last = new Map<string, number>();
  for (const { value } of server.history) {
    const fields = Object.entries(JSON.parse(value) as Record<string, string>);
    for (const name of last.keys()) expect(fields.map(([field]) => field)).toContain(name);
    for (const [name, token] of fields) {
      const generation = known.get(parseToken(token)?.id ?? '') ?? Number.NaN;
      expect(generation).toBeGreaterThanOrEqual(last.get(name) ?? 1);
      last.set(name, generation);
    }
  }
  expect(Math.max(...last.values())).toBe(2);
}

/** `keywright drift` and the exit code of `apply`: 0 says that everything is as declared, and nothing less. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

interface Said {
  readonly differences: readonly {
    readonly object?: { readonly name: string };
    readonly status: string;
    readonly reason: string;
  }[];
}

const specs = (...documents: readonly string[]): void =>
  world.write('specs/all.yaml', yamlStream(...documents));

/** Exit code, and each difference as `status name reason`. */
async function drift(flags = ''): Promise<readonly [number | null, readonly string[]]> {
  const { code, stdout, stderr } = await world.run(`drift --output json${flags}`);
  if (stdout === '') throw new Error(stderr);
  const { differences } = JSON.parse(stdout) as Said;
  return [
    code,
    differences.map(({ object, status, reason }) => `${status} ${object?.name ?? '*'} ${reason}`),
  ];
}

const apply = (): Promise<{ code: number | null; stdout: string }> => world.run('apply --auto-approve');

test('a store that was made anew does not match what the sinks hold, though no step can mend it', async () => {
  specs(serviceYaml('billing'), keyYaml('app', inDotenv('secrets/a.env', 'APP')));
  expect(await apply()).toMatchObject({ code: 0 });
  expect(await drift()).toEqual([0, []]);
  world.remove('.keywright');
  specs(keyYaml('app', inDotenv('secrets/a.env', 'APP')).replace('service: billing', 'tenant: true'));
  expect(await drift()).toEqual([2, ['drifted app Quarantined']]);
  expect(await apply()).toMatchObject({ code: 3 });
});

test('documents that were emptied, and removals that a guard holds back, are not applied', async () => {
  const services = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(serviceYaml);
  specs(...services);
  expect(await apply()).toMatchObject({ code: 0 });
  specs(...services.slice(5));
  expect(await drift()).toEqual([2, ['not-applied * RemovalGuard']]);
  expect(await drift(' --only drifted')).toEqual([0, []]);
  expect(await drift(' --only not-applied')).toEqual([2, ['not-applied * RemovalGuard']]);
  world.remove('specs/all.yaml');
  world.write('specs/none.yaml', '');
  expect(await drift()).toEqual([2, ['not-applied * EmptiedConfiguration']]);
  expect((await world.run('drift')).stdout).toContain(
    '1 object differs from the documents: 1 not applied yet.',
  );
});

test('a key that expired is drift, and an apply says that something is left to a person', async () => {
  specs(serviceYaml('billing'), keyYaml('app', `${inDotenv('secrets/a.env', 'APP')}, expiresAfter: 2s`));
  expect(await apply()).toMatchObject({ code: 0 });
  await sleep(2_100);
  expect(await drift()).toEqual([2, ['drifted app KeyExpired']]);
  const applied = await world.run('apply --auto-approve --output json');
  expect(applied.code).toBe(5);
  expect(JSON.parse(applied.stdout)).toMatchObject({
    kind: 'Report',
    unmet: [{ object: { kind: 'ApiKey', name: 'app' }, reason: 'KeyExpired' }],
  });
});

test('a new key whose sink cannot be read has no version: not applied, and the apply is not whole', async () => {
  specs(serviceYaml('billing'), keyYaml('app', inDotenv('secrets/a.env', 'APP')));
  mkdirSync(join(world.folder, 'secrets/a.env'), { recursive: true });
  const first = await apply();
  expect(first.code).toBe(5);
  expect(first.stdout).toContain('1 declared object not as declared yet:');
  expect(await drift()).toEqual([2, ['not-applied app SinkUnknown']]);
  expect((await apply()).code).toBe(5);
  world.remove('secrets/a.env');
  expect(await apply()).toMatchObject({ code: 0 });
  expect(await drift()).toEqual([0, []]);
});

test('what people did has drifted and what the documents say is not applied yet, and each is asked for alone', async () => {
  const all = [serviceYaml('billing'), keyYaml('app'), keyYaml('shop')];
  specs(...all);
  expect(await apply()).toMatchObject({ code: 0 });
  expect(await world.run('revoke app --now --auto-approve')).toMatchObject({ code: 0 });
  specs(...all, serviceYaml('crm'));
  expect(await drift()).toEqual([2, ['not-applied crm NotFound', 'drifted app NoCurrentVersion']]);
  expect(await drift(' --only drifted')).toEqual([2, ['drifted app NoCurrentVersion']]);
  const { stdout } = await world.run('drift --only not-applied');
  expect(stdout).toContain('Service/crm');
  expect(stdout).not.toContain('ApiKey/app');
});

test('a hand-over that runs as declared is no drift, and an apply in it is whole', async () => {
  const key = keyYaml('app', `${inDotenv('secrets/a.env', 'APP')}, rotation: { every: 90d, overlap: 24h }`);
  specs(serviceYaml('billing'), key);
  expect(await apply()).toMatchObject({ code: 0 });
  expect(await world.run('rotate app --auto-approve')).toMatchObject({ code: 0 });
  expect(await drift()).toEqual([0, []]);
  expect(await apply()).toMatchObject({ code: 0 });
});

test('a later end reaches the key that there is: it is planned, applied, and the key lives on', async () => {
  const key = (life: string): string => keyYaml('app', `${inDotenv('secrets/a.env', 'APP')}${life}`);
  specs(serviceYaml('billing'), key(', expiresAfter: 6s'));
  expect(await apply()).toMatchObject({ code: 0 });
  const token = world.variable('secrets/a.env', 'APP');
  specs(serviceYaml('billing'), key(', expiresAfter: 2d'));
  expect((await apply()).stdout).toMatch(/version 1 expires on .* \(ExpiryExtended\)/);
  await sleep(6_100);
  expect(await world.run('verify --stdin', { input: token })).toMatchObject({ code: 0 });
  specs(serviceYaml('billing'), key(''));
  expect((await apply()).stdout).toContain('version 1 no longer expires (ExpiryExtended)');
  expect(await drift()).toEqual([0, []]);
  expect((await world.run('explain app')).stdout).toContain('version 1 no longer expires');
  expect(world.variable('secrets/a.env', 'APP')).toBe(token);
});

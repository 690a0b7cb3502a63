/** `explain` with the real command: every way in which an object can be known, or not. */
import { EXIT } from '../../src/cli/exit.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/app.yaml', yamlStream(serviceYaml('billing'), keyYaml('app', SINK)));
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const SINK = inDotenv('secrets/app.env', 'APP_KEY');

interface Explanation {
  readonly status: string;
  readonly declared: { readonly file: string; readonly line: number } | null;
  readonly live: { readonly status: { readonly versions: readonly { readonly state: string }[] } } | null;
  readonly history: readonly { readonly text: string; readonly path: string }[];
  readonly needs: readonly { readonly ref: { readonly name: string }; readonly isLive: boolean }[];
  readonly neededBy: readonly { readonly ref: { readonly name: string } }[];
  readonly waiting: readonly { readonly reason: string }[];
  readonly ahead: readonly { readonly what: string }[];
}
const explained = (args: string) => world.json<Explanation>(`explain ${args}`);
const apply = () => world.run('apply --auto-approve');

test('follows a key from its document to its tombstone', async () => {
  expect(await explained('app')).toMatchObject({ status: 'declared', live: null, declared: { line: 8 } });
  expect(world.exists('.keywright')).toBe(false);

  await apply();
  await world.run('verify --stdin --consumer checkout', {
    input: world.variable('secrets/app.env', 'APP_KEY'),
  });
  await world.run('rotate app --auto-approve');
  const handing = await explained('ApiKey/app');
  expect(handing).toMatchObject({ status: 'converged', declared: { file: 'specs/app.yaml' } });
  expect(handing.live?.status.versions.map(({ state }) => state)).toEqual(['retiring', 'current']);
  expect(handing.waiting).toMatchObject([{ reason: 'Settling' }]);
  expect(handing.ahead.map(({ what }) => what)).toContain('continues');
  expect(handing.needs).toMatchObject([
    { ref: { name: 'development' }, isLive: true },
    { ref: { name: 'billing' }, isLive: true },
  ]);
  expect(handing.history.find(({ text }) => text === 'a rotation was requested')?.path).toBe('cli:rotate');
  expect((await world.run('explain app')).stdout).toContain('(seen: checkout)');
  expect((await explained('Service/billing')).neededBy).toMatchObject([{ ref: { name: 'app' } }]);

  world.write('specs/app.yaml', serviceYaml('billing'));
  expect((await explained('app')).status).toBe('undeclared');
  await apply();
  const removed = await explained('app');
  expect(removed).toMatchObject({ status: 'removed', live: null, declared: null });
  expect(removed.history.at(-1)?.text).toMatch(/^was removed; its versions stay accepted until/);
});

test('tells a live key from an earlier one of its name that is on its way out', async () => {
  await apply();
  const document = world.read('specs/app.yaml');
  world.write('specs/app.yaml', serviceYaml('billing'));
  await apply();
  world.write('specs/app.yaml', document);
  await apply();
  const { neededBy } = await explained('Service/billing');
  expect(neededBy).toMatchObject([
    { ref: { name: 'app' }, isLive: true, isDeclared: true },
    { ref: { name: 'app' }, isLive: false, isDeclared: false, endsAt: expect.any(String) },
  ]);
  const { stdout } = await world.run('explain Service/billing');
  expect(stdout).toMatch(/ApiKey\/app +declared and live\n/);
  expect(stdout).toMatch(/ApiKey\/app \(an earlier one\) +removed, ends /);
});

test('needs neither documents nor right ones', async () => {
  await apply();
  world.write('specs/app.yaml', 'kind: Nonsense\n');
  const explained = await world.run('explain app');
  expect(explained.code).toBe(EXIT.done);
  expect(explained.stdout).toContain('ApiKey/app is live.');
  expect(explained.stderr).toContain('keywright validate');
  world.remove('keywright.yaml');
  expect((await world.run('explain app')).code).toBe(EXIT.error);
  expect((await world.run('explain app --store .keywright')).stdout).toContain('ApiKey/app is live.');
  expect((await world.run('explain app --store elsewhere')).code).toBe(EXIT.unreachable);
});

test('says what may have been meant by a name that does not exist', async () => {
  await apply();
  const near = await world.run('explain ApiKey/ap');
  expect(near.code).toBe(EXIT.error);
  expect(near.stderr).toBe(
    'keywright: there is no ApiKey/ap in this store or its history; did you mean ApiKey/app?\n',
  );
  expect((await world.run('explain Keys/app')).code).toBe(EXIT.usage);
  expect((await world.run('explain')).code).toBe(EXIT.usage);
});

test('fits into a ticket', async () => {
  await apply();
  const { stdout } = await world.run('explain app --output markdown');
  expect(stdout).toMatch(/^### ApiKey\/app\n\nis live as declared in specs\/app\.yaml:8\./);
  expect(stdout).toContain('**History**');
});

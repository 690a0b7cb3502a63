/** The keys that come with an environment: a plan names them, and a project can do without. */
import { projectYaml, Workspace } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write(
    'specs/staging.yaml',
    'apiVersion: keywright.dev/v1\nkind: Environment\nmetadata: { name: staging }\nspec: { isProd: false }\n',
  );
});
afterEach(() => world.dispose());

const names = async () => (await world.run('get apikeys -o name')).stdout;

test('are named by the plan, with what they may do, in text, Markdown and JSON', async () => {
  world.write('keywright.yaml', projectYaml());
  const secret =
    'issues ApiKey/staging-sk as well: secret, owned by the tenant, permissions: everything (*), never expires';
  expect((await world.run('plan')).stdout).toContain(secret);
  expect((await world.run('plan --output markdown')).stdout.replaceAll('\\', '')).toContain(secret);
  const { steps } = await world.json<{ steps: { detail: object }[] }>('plan');
  expect(steps[0]?.detail).toMatchObject({
    implied: [
      { kind: 'ApiKey', name: 'staging-sk', type: 'secret', permissions: ['*'], expires: 'never' },
      { kind: 'ApiKey', name: 'staging-pk', type: 'publishable', permissions: [], expires: 'never' },
    ],
  });
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  expect(await names()).toContain('ApiKey/staging-pk\nApiKey/staging-sk\n');
});

test('are not made where the project says none, and the environment can go again', async () => {
  world.write('keywright.yaml', projectYaml('{ automaticKeys: none }'));
  expect((await world.run('plan')).stdout).toContain('no automatic keys (spec.automaticKeys: none)');
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  expect(await names()).not.toContain('staging');
  expect((await world.run('drift')).code).toBe(0);
  world.remove('specs/staging.yaml');
  expect((await world.run('apply --auto-approve --allow-removals 1')).code).toBe(0);
  expect((await world.run('get environments -o name')).stdout).not.toContain('staging');
});

test('of a saved plan are as they were shown', async () => {
  world.write('keywright.yaml', projectYaml('{ automaticKeys: none }'));
  expect((await world.run('plan --out plan.json')).code).toBe(0);
  expect((await world.run('apply plan.json')).code).toBe(0);
  expect(await names()).not.toContain('staging');
});

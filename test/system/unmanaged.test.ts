/** Objects created manually, and how the real command reports, adopts and removes them. */
import type { Declaration } from '../../src/domain/objects.js';
import { unwrap } from '../support/apply-world.js';
import { openStoreOf } from '../support/live-store-of.js';
import { declared } from '../support/random-kinds.js';
import { projectYaml, serviceYaml, Workspace } from '../support/workspace.js';

let world: Workspace;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/billing.yaml', serviceYaml('billing'));
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

async function madeByHand(...declarations: readonly Declaration[]): Promise<void> {
  const store = await openStoreOf(world);
  const caller = { actor: 'ada', path: 'http' };
  for (const declaration of declarations)
    unwrap(await store.request({ kind: 'create', declaration }, caller));
  await store.close();
}

const legacy = declared('Service', 'legacy', { description: 'Made by hand' });
const key = declared('ApiKey', 'legacy-app', { environment: 'development', owner: { service: 'legacy' } });
const policy = (unmanaged: string): void =>
  world.write('keywright.yaml', projectYaml(`{ unmanaged: ${unmanaged} }`));
const settled = { code: 0, stdout: expect.stringContaining('no steps now') };

test('unmanaged objects are reported by plan and drift, and left alone', async () => {
  await madeByHand(legacy);
  for (const command of ['plan', 'drift'])
    expect(await world.run(command)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'UnmanagedObject: Service/legacy is live and not declared by any project',
      ),
    });
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect((await world.run('get Service/legacy')).stdout).toMatch(/\(none\)/);
});

test('adopting takes over what is declared, as it is', async () => {
  await madeByHand(legacy);
  expect(await world.run('adopt Service/legacy --auto-approve')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no document declares Service/legacy'),
  });
  world.write('specs/legacy.yaml', (await world.run('export Service/legacy')).stdout);
  expect(await world.run('adopt Service/legacy')).toMatchObject({ code: 3 });
  expect(await world.run('adopt Service/legacy --auto-approve')).toMatchObject({ code: 0 });
  expect(await world.run('plan --detailed-exitcode')).toMatchObject(settled);
  expect(await world.run('adopt Service/legacy --auto-approve')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to adopt'),
  });
});

test('adopting writes the documents that are missing, beside those that are in the file', async () => {
  await madeByHand(legacy, key);
  const before = world.read('specs/billing.yaml');
  expect(await world.run('adopt --all-unmanaged --write specs/billing.yaml --auto-approve')).toMatchObject({
    code: 0,
  });
  expect(world.read('specs/billing.yaml')).toMatch(new RegExp(`^${before}---\n`));
  const { steps } = await world.json<{ steps: { reason: string }[] }>('plan');
  expect(steps.map(({ reason }) => reason)).toEqual(Array(2).fill('NoCurrentVersion'));
  expect(await world.run('validate')).toMatchObject({ code: 0 });
});

test('a document that is read nowhere, or would be wrong, is not left behind, and nothing is adopted', async () => {
  await madeByHand(declared('ApiKey', 'no-end', { environment: 'development', owner: { tenant: true } }));
  world.write('keywright.yaml', projectYaml('{ policy: { requireExpiry: true } }'));
  expect(await world.run('adopt ApiKey/no-end --write elsewhere/a.yaml --auto-approve')).toMatchObject({
    code: 64,
  });
  expect(await world.run('adopt ApiKey/no-end --write --auto-approve')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('neither expiresAfter nor expiresAt'),
  });
  expect(world.exists('specs/adopted.yaml')).toBe(false);
  expect((await world.run('get ApiKey/no-end')).stdout).toMatch(/\(none\)/);
});

test('an object of another project is adopted only when that project is named', async () => {
  const other = new Workspace();
  other.write('keywright.yaml', projectYaml().replace('acme', 'other'));
  other.write('specs/billing.yaml', serviceYaml('billing'));
  const at = `--store ${world.folder}/.keywright --auto-approve`;
  expect(await other.run(`adopt Service/billing ${at}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('belongs to project acme (documents)'),
  });
  expect(await other.run(`adopt Service/billing --from acme ${at}`)).toMatchObject({ code: 0 });
  expect(await world.run('plan')).toMatchObject({ stdout: expect.stringContaining('OwnedByAnotherProject') });
  other.dispose();
});

test('under the policy adopt, apply writes the documents and takes over, and nothing is left to do', async () => {
  await madeByHand(legacy, declared('Space', 'room', { environment: 'production' }));
  policy('adopt');
  const applied = await world.run('apply --auto-approve');
  expect(applied).toMatchObject({ code: 0, stderr: expect.stringContaining('commit them') });
  expect(world.read('specs/adopted/Service-legacy.yaml')).toMatch(/description: Made by hand/);
  expect(world.exists('specs/adopted/Space-production-room.yaml')).toBe(true);
  expect(await world.run('plan --detailed-exitcode')).toMatchObject(settled);
});

test('under the policy adopt, a document that is there is taken as it is, and another text is never written over', async () => {
  await madeByHand(legacy);
  policy('adopt');
  world.write('specs/adopted/Service-legacy.yaml', '# kept\n');
  const refused = await world.run('apply --auto-approve');
  expect([refused.code, refused.stdout]).toEqual([
    1,
    expect.stringContaining('already exists with different content'),
  ]);
  expect(world.read('specs/adopted/Service-legacy.yaml')).toBe('# kept\n');
  expect((await world.run('get Service/legacy')).stdout).toMatch(/\(none\)/);
});

test('under the policy remove, unmanaged objects go', async () => {
  await madeByHand(legacy);
  policy('remove');
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(await world.run('get Service/legacy')).toMatchObject({ code: 1 });
});

/** `keywright audit` with the real command: an older copy of the store passes every check but that of a checkpoint. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  const key = keyYaml('app', inDotenv('secrets/app.env', 'APP_KEY'));
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), key));
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

test('a copy of the store that is put back is found by a checkpoint, and by nothing inside it', async () => {
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  const [store, kept] = ['.keywright', 'kept'].map((folder) => join(world.folder, folder)) as [
    string,
    string,
  ];
  cpSync(store, kept, { recursive: true });
  expect((await world.run('revoke app --now --auto-approve')).code).toBe(0);
  const written = await world.run('audit checkpoint --checkpoint checkpoints');
  expect(written).toMatchObject({ code: 0, stdout: expect.stringContaining('Wrote a checkpoint of ') });
  expect((await world.run('audit verify --checkpoint checkpoints')).stdout).toContain(
    'The log matches 1 checkpoint',
  );
  world.remove('.keywright');
  cpSync(kept, store, { recursive: true });
  world.remove('kept');
  expect((await world.run('audit verify')).code).toBe(0);
  const found = await world.run('audit verify --checkpoint checkpoints');
  expect(found).toMatchObject({ code: 1, stderr: expect.stringMatching(/but had entry \d+ at /) });
  const missing = await world.run('audit verify --checkpoint nowhere');
  expect(missing).toMatchObject({ code: 64, stderr: expect.stringContaining('cannot be read') });
});

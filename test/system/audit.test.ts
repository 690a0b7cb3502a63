/** `keywright audit` with the real command: an older copy of the store passes every check but that of a checkpoint. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
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

test('the log is archived in signed segments, each continuing the one before, and verified with what is in the store', async () => {
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  const first = await world.run('audit archive --out first.ndjson');
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/Wrote entries 1 to \d+ to /) });
  expect((await world.run('audit archive --segments first.ndjson --out none.ndjson')).stdout).toContain(
    'no file was written',
  );
  expect((await world.run('revoke app --now --auto-approve')).code).toBe(0);
  expect((await world.run('audit archive --segments first.ndjson --out second.ndjson')).code).toBe(0);
  const valid = await world.run('audit verify --segments first.ndjson,second.ndjson');
  expect(valid).toMatchObject({ code: 0, stdout: expect.stringContaining('the log continues them') });
  const again = await world.run('audit archive --out first.ndjson');
  expect(again).toMatchObject({ code: 64, stderr: expect.stringContaining('name a new file') });
});

test.each<[string, (lines: string[]) => string[]]>([
  [
    'an entry that was altered',
    (lines) => lines.map((line) => line.replace('"object":"Service/billing"', '"object":"Service/another"')),
  ],
  ['an entry that was taken out', (lines) => lines.toSpliced(1, 1)],
  ['its end cut off', (lines) => [...lines.slice(0, -2), lines.at(-1) ?? '']],
  ['no checkpoint', (lines) => lines.slice(0, -1)],
  [
    'a checkpoint that was not signed by the store',
    (lines) => lines.map((line) => line.replace(/("checkpoint":"[^"]*\.)[^".]+"/, '$1AAAA"')),
  ],
])('a segment with %s is found', async (_, alter) => {
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  expect((await world.run('audit archive --out first.ndjson')).code).toBe(0);
  const lines = readFileSync(join(world.folder, 'first.ndjson'), 'utf8').trim().split('\n');
  const altered = alter(lines);
  expect(altered).not.toEqual(lines);
  writeFileSync(join(world.folder, 'first.ndjson'), `${altered.join('\n')}\n`);
  expect(await world.run('audit verify --segments first.ndjson')).toMatchObject({ code: 1, stdout: '' });
});

/** What a running controller follows: the same project, store and sink roots, however they are written. */
import { reader } from '../../src/cli/document-source.js';
import { loadProject } from '../../src/documents/load.js';
import { specFolder, write } from '../support/spec-folder.js';

const project = (spec: string): string => `kind: Project\nmetadata: { name: acme }\nspec: ${spec}\n`;

async function readAfter(before: string, after: string) {
  const folder = specFolder({ 'keywright.yaml': project(before) });
  const started = await loadProject(folder);
  if (!started.ok) throw new Error('no project');
  write(folder, { 'keywright.yaml': project(after) });
  const source = { branch: undefined, memory: undefined, readers: undefined, hasOwnStore: false };
  return reader({ ...source, folder, started: started.value, synthesize: async () => undefined })();
}

test.each([
  ['{}', '{ store: ./.keywright, sinkRoots: [./] }'],
  ['{ sinkRoots: [secrets, ../shared] }', '{ sinkRoots: [../shared, ./secrets/] }'],
])('%s and %s are the same', async (before, after) => {
  expect(await readAfter(before, after)).toMatchObject({ ok: true });
});

test.each([
  ['{}', '{ store: elsewhere }'],
  ['{}', '{ sinkRoots: [secrets] }'],
])('%s and %s are not', async (before, after) => {
  expect(await readAfter(before, after)).toMatchObject({
    ok: false,
    error: { fault: { code: 'invalid_documents' } },
  });
});

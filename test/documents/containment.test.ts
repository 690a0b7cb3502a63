/** Documents are regular files of the working folder: everything else is refused before it is read, and never quoted. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProject } from '../../src/documents/load.js';
import { validate } from '../../src/documents/validate.js';
import { diagnosticsJson, diagnosticsText } from '../../src/render/diagnostics.js';
import { line, load, specFolder } from '../support/spec-folder.js';

const CANARY = 'canary7RgQ';
const SERVICE = 'kind: Service\nmetadata: { name: billing }\n';
const outside = realpathSync(mkdtempSync(join(tmpdir(), 'outside-')));

beforeAll(() => {
  writeFileSync(join(outside, 'kube.yaml'), `apiVersion: v1\n${CANARY}: [\n`);
  mkdirSync(join(outside, 'team'));
  writeFileSync(join(outside, 'team/a.yaml'), `${SERVICE}# ${CANARY}\n`);
});
afterAll(() => rmSync(outside, { recursive: true, force: true }));

const project = (specs: readonly string[]): string =>
  `kind: Project\nmetadata: { name: acme }\nspec: { specs: ${JSON.stringify(specs)} }\n`;

const STORE = {
  '.keywright/master.key': CANARY,
  '.keywright/store.db': CANARY,
  '.keywright/backup.json': `{"${CANARY}": `,
  'data/master.key': CANARY,
  'data/notes.yaml': `${CANARY}: [`,
  'secrets/billing.env': `BILLING=${CANARY}`,
};

/** All that may be printed of a load or a validation, in every format. */
async function printed(folder: string, paths?: readonly string[]) {
  const loaded = await loadProject(folder);
  const errors = loaded.ok
    ? paths === undefined
      ? (await load(folder)).errors
      : await validate(loaded.value, { paths }).then((one) => (one.ok ? [] : one.error))
    : loaded.error;
  const text = diagnosticsText(errors, { color: 'never' }) + JSON.stringify(diagnosticsJson(errors));
  return { lines: errors.map(line), text };
}

/** A place to read documents from, and why it is not. */
const REFUSED: Readonly<Record<string, string>> = {
  '.keywright/master.key': 'lies in the folder of a live store',
  '.keywright': 'lies in the folder of a live store',
  '.keywright/backup.json': 'lies in the folder of a live store',
  'data/notes.yaml': 'lies in the folder of a live store',
  data: 'lies in the folder of a live store',
  'secrets/billing.env': 'does not end in .yaml, .yml or .json',
  '/proc/self/environ': 'leads out of the working folder',
  '/dev/stdin': 'leads out of the working folder',
  '..': 'leads out of the working folder',
  '/': 'leads out of the working folder',
  [join(outside, 'kube.yaml')]: 'leads out of the working folder',
  'links/key.yaml': 'lies in the folder of a live store',
  'links/env.yaml': 'leads out of the working folder',
  'links/sink.yaml': 'leads to a file that does not end in',
  'links/team': 'leads out of the working folder',
  'links/store': 'lies in the folder of a live store',
};

function folderWithLinks(specs: readonly string[]): string {
  const folder = specFolder({ ...STORE, 'specs/a.yaml': SERVICE, 'keywright.yaml': project(specs) });
  mkdirSync(join(folder, 'links'));
  symlinkSync('../.keywright/master.key', join(folder, 'links/key.yaml'));
  symlinkSync('/proc/self/environ', join(folder, 'links/env.yaml'));
  symlinkSync('../secrets/billing.env', join(folder, 'links/sink.yaml'));
  symlinkSync(join(outside, 'team'), join(folder, 'links/team'));
  symlinkSync('../.keywright', join(folder, 'links/store'));
  return folder;
}

test.each(Object.entries(REFUSED))('documents: %s is refused and not quoted', async (place, reason) => {
  for (const { lines, text } of [
    await printed(folderWithLinks(['specs', place])),
    await printed(folderWithLinks(['specs']), [place]),
  ]) {
    expect(lines.join('\n')).toContain(reason);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain('PATH=');
  }
});

test('documents: a folder with links out of it is refused link by link, the rest is read', async () => {
  const { lines, text } = await printed(folderWithLinks(['specs', 'links']));
  expect(lines.map((one) => one.replace(/^\S+ /, ''))).toEqual([
    'unreadable links/env.yaml leads out of the working folder; documents are read from within it only',
    'unreadable links/key.yaml lies in the folder of a live store, which holds no documents',
    'unreadable links/sink.yaml leads to a file that does not end in .yaml, .yml or .json, as documents do',
    'unreadable links/team leads out of the working folder; documents are read from within it only',
  ]);
  expect(text).not.toContain(CANARY);
});

test.each(['.keywright/master.key', '/proc/self/environ', join(outside, 'team/a.yaml'), 'nowhere'])(
  'project: keywright.yaml that is a link to %s is refused and not quoted',
  async (target) => {
    const folder = specFolder(STORE);
    rmSync(join(folder, 'keywright.yaml'));
    symlinkSync(target, join(folder, 'keywright.yaml'));
    const { lines, text } = await printed(folder);
    expect(lines).toEqual([expect.stringMatching(/^keywright.yaml:1:1 unreadable keywright.yaml /)]);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain('PATH=');
  },
);

test('project: links within the folder are followed, as mounted configuration has them', async () => {
  const folder = specFolder({
    '..data/keywright.yaml': project(['specs']),
    '..data/a.yaml': SERVICE,
    'specs/b.yaml': '',
  });
  rmSync(join(folder, 'keywright.yaml'));
  symlinkSync('..data/keywright.yaml', join(folder, 'keywright.yaml'));
  symlinkSync('../..data/a.yaml', join(folder, 'specs/a.yaml'));
  expect((await load(folder)).state?.entries.map(({ ref }) => ref.name)).toEqual(['billing']);
});

test('documents: the default folder is not skipped when it is a link that leads out or nowhere', async () => {
  for (const target of [outside, 'nowhere']) {
    const folder = specFolder({});
    symlinkSync(target, join(folder, 'specs'));
    expect((await load(folder)).errors.map(({ code }) => code)).toEqual(['unreadable']);
  }
});

test('documents: what looks like one and is not read is an error, so that nothing is removed for it', async () => {
  const folder = specFolder({
    'specs/a.yaml': SERVICE,
    'specs/base.YAML': SERVICE,
    'specs/more.Json': '{}',
    'specs/notes.yml.bak': SERVICE,
    'specs/README.md': 'x',
    'specs/big.yaml': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
  });
  symlinkSync('nowhere', join(folder, 'specs/team'));
  execFileSync('mkfifo', [join(folder, 'specs/pipe.yaml')]);
  const { errors } = await load(folder);
  expect(errors.every(({ code }) => code === 'unreadable')).toBe(true);
  expect(errors.map(({ message }) => message).sort()).toEqual([
    'specs/base.YAML has an ending that is not read; rename it to base.yaml',
    'specs/big.yaml is a Git LFS pointer, not the file itself; fetch it with git lfs pull',
    'specs/more.Json has an ending that is not read; rename it to more.json',
    'specs/pipe.yaml is neither a file nor a folder',
    'specs/team is a link that leads nowhere; remove it or mend it',
  ]);
});

test('documents: a submodule that was not checked out is an error, another empty folder is no error', async () => {
  const files = {
    '.gitmodules': '[submodule "x"]\n\tpath = work/specs/vendor\n\turl = https://git.example.com/x\n',
    'work/keywright.yaml': project(['specs']),
    'work/specs/a.yaml': SERVICE,
  };
  const root = specFolder(files);
  mkdirSync(join(root, 'work/specs/empty'));
  expect((await load(join(root, 'work'))).errors).toEqual([]);
  mkdirSync(join(root, 'work/specs/vendor'));
  expect((await load(join(root, 'work'))).errors.map(({ message }) => message)).toEqual([
    'specs/vendor is a submodule that is not checked out; run git submodule update --init',
  ]);
});

test('excerpts: a file of something else is not quoted, one with a slip in it is', async () => {
  const foreign = {
    'specs/creds.json': `{ "type": "service_account", "private_key": "${CANARY}" }`,
    'specs/kube.yaml': `apiVersion: v1\nkind: Config\nusers: [{ token: ${CANARY} ]\n`,
    'specs/env.yaml': `SECRET: ${CANARY}\n!${CANARY} x\n`,
    'specs/latin.yaml': Buffer.from(`p: ${CANARY}\xff`, 'latin1'),
    'specs/alias.yaml': `a: *${CANARY}\n`,
  };
  const { lines, text } = await printed(specFolder(foreign));
  expect(new Set(lines.map((one) => one.split(':')[0])).size).toBe(5);
  expect(text).not.toContain(CANARY);
  const slip = await printed(specFolder({ 'specs/a.yaml': 'kind: Servce\nmetadata: { name: a }\n' }));
  expect(slip.text).toContain('1 | kind: Servce');
});

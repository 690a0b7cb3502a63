/** A user without CDK never pays for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../support/workspace.js';

const dist = join(__dirname, '../../dist');

/** The files that a bundle loads, at once or later, itself included. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(dist, file), 'utf8');
  for (const [, path = ''] of text.matchAll(/["']\.{1,2}\/((?:chunks\/)?[\w.-]+\.js)["']/g)) {
    const chunk = path.startsWith('chunks/') || !file.startsWith('chunks/') ? path : `chunks/${path}`;
    if (readdirSync(dist, { recursive: true, encoding: 'utf8' }).includes(chunk)) loadedBy(chunk, seen);
  }
  return seen;
}

// Bundles are in double quotes; the app that export writes is text in single ones.
const CDK = /(?:from|import\(|require\()\s*"(?:cdktf|constructs)"/;

test('keywright, its command and its verifier never load the CDK, and keywright/constructs does', () => {
  const loading = (file: string): readonly string[] =>
    [...loadedBy(file)].filter((one) => CDK.test(readFileSync(join(dist, one), 'utf8')));
  for (const face of ['library.js', 'keywright.js', 'verifier.js', 'quickstart.js'])
    expect([face, loading(face)]).toEqual([face, []]);
  expect(loading('constructs.js')).not.toEqual([]);
});

test('the command starts where no CDK is installed', async () => {
  const workspace = new Workspace();
  workspace.write(
    'refuse.cjs',
    "require('node:module')._load = new Proxy(require('node:module')._load, { apply(load, self, args) { if (/^(cdktf|constructs)$/.test(args[0])) throw new Error('the CDK was loaded'); return Reflect.apply(load, self, args); } });\n",
  );
  const env = { NODE_OPTIONS: `--require ${join(workspace.folder, 'refuse.cjs')}` };
  expect(await workspace.run('init', { env })).toMatchObject({ code: 0 });
  expect(await workspace.run('plan', { env })).toMatchObject({ code: 0 });
  workspace.dispose();
});

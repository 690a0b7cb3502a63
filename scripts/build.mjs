/** Bundles the entry points into dist/: one file a face, shared chunks, commands loaded when they are called. */
import { chmod, readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { shapesAhead } from './shapes.mjs';

const { metafile } = await build({
  entryPoints: {
    keywright: 'src/main/keywright.ts',
    'parser-thread': 'src/main/parser-thread.ts',
    quickstart: 'src/main/quickstart.ts',
    derive: 'src/main/derive-entry.ts',
    library: 'src/main/library.ts',
    verifier: 'src/main/verifier.ts',
    constructs: 'src/main/constructs.ts',
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  metafile: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  // Packages with binaries of their own stay where npm put them; an app and we must share one copy of its CDK.
  external: ['libsql', 'libsodium-wrappers', '@node-rs/argon2', 'cdktf', 'constructs'],
  // Bundled CommonJS packages ask for Node's modules by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);",
  },
  // Less to read at every start. Names stay, for the stack of a bug.
  minifyWhitespace: true,
  minifySyntax: true,
  // Node shows the whole line that an exception comes from: an app with a mistake should not end in pages of ours.
  lineLimit: 120,
  plugins: [shapesAhead],
  legalComments: 'none',
  logLevel: 'warning',
});
await chmod('dist/keywright.js', 0o755);

// Chunks of earlier builds go last, so that a process started meanwhile still finds its own.
const current = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const chunk of await readdir('dist/chunks').catch(() => [])) {
  if (!current.has(chunk)) await rm(`dist/chunks/${chunk}`);
}

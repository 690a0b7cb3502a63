/**
 * Runs the benchmarks, or those named: `node bench/run.mjs [--quick] [--json] [NAME…]`. Each is a file
 * `bench/NAME.bench.ts`, bundled and run in a process of its own, one after another. They print figures
 * beside their baselines and targets, and never fail on time: a slow machine is not a bug.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const SUFFIX = '.bench.ts';
const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
  allowPositionals: true,
});
const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .sort();
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exit(64);
}
const names = positionals.length > 0 ? positionals : known;

const outdir = `${import.meta.dirname}/../dist/bench`;
await build({
  entryPoints: names.map((name) => `${import.meta.dirname}/${name}${SUFFIX}`),
  outdir,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
});

const figures = [];
let failed = false;
for (const name of names) {
  if (!values.json) console.log(`\n${name}`);
  const { code, output } = await run(name);
  if (values.json) figures.push(...output.split('\n').filter(Boolean).map(JSON.parse));
  if (code !== 0) failed = true;
}
if (values.json) console.log(JSON.stringify({ quick: values.quick === true, figures }, null, 2));
process.exitCode = failed ? 1 : 0;

/** Text goes straight to the terminal; JSON lines are collected. Nobody's settings leak in. */
function run(name) {
  const foreign = Object.keys(process.env).filter((variable) => variable.startsWith('KEYWRIGHT_'));
  const env = {
    ...process.env,
    BENCH: name,
    BENCH_QUICK: values.quick ? '1' : '',
    BENCH_JSON: values.json ? '1' : '',
  };
  for (const variable of foreign) delete env[variable];
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--enable-source-maps', `${outdir}/${name}.bench.mjs`],
    {
      stdio: ['ignore', values.json ? 'pipe' : 'inherit', 'inherit'],
      env,
    },
  );
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

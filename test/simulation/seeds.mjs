/**
 * Runs many seeds in a process of its own, `node test/simulation/seeds.mjs [NTH OF]`: within jest, where every
 * global and every import is looked up anew, they take three times as long. Prints the story of the first that fails.
 */
import { build } from 'esbuild';

const [nth = 1, of = 1] = process.argv.slice(2).map(Number);
const outfile = `${import.meta.dirname}/../../dist/simulation/seeds-${nth}.mjs`;
await build({
  entryPoints: [`${import.meta.dirname}/seeds.ts`],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  logLevel: 'warning',
});
const { chosenSeeds, firstFailure } = await import(outfile);
const seeds = chosenSeeds({ nth, of });
const failure = await firstFailure(seeds);
console.log(failure ?? `${seeds.length} seeds hold`);
process.exitCode = failure === undefined ? 0 : 1;

#!/usr/bin/env node
/**
 * The command `keywright`. `--version` is answered before anything is loaded; everything else goes to
 * the command line with the adapters of this machine.
 */
import { VERSION } from '../domain/version.js';

const [first, ...rest] = process.argv.slice(2);

if (rest.length === 0 && (first === '--version' || first === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { main } = await import('./command-line.js');
  process.exitCode = await main(process.argv.slice(2), new URL('./parser-thread.js', import.meta.url));
}

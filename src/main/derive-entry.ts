/** `npm run derive`: writes the derived files of the package it is run in. */
import { derive } from './derive.js';

derive(process.cwd()).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});

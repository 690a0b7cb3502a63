/** Runs a share of the seeds outside jest (seeds.mjs) and gives what it says of them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** `500 seeds hold`, or the story of the first that does not; or why it could not be run. */
export const toldOfSeeds = ({ nth, of }: { readonly nth: number; readonly of: number }): Promise<string> =>
  new Promise((resolve) => {
    const script = join(__dirname, 'seeds.mjs');
    execFile(process.execPath, [script, String(nth), String(of)], (_, said, complaints) =>
      resolve(`${said}${complaints}`.trim()),
    );
  });

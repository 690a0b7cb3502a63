/** `keywright backup FILE`: a consistent copy of the embedded store, taken while others use it. */
import { resolve } from 'node:path';
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { printJson } from '../output.js';
import { storePlace } from '../session.js';

export const backup: Command = {
  name: 'backup',
  arguments: [{ name: '<file>', description: 'the backup to make, for: keywright restore FILE' }],
  description:
    'Copy the embedded store into one file (0600) while others use it, and check the copy. The master key is not in ' +
    'it: without the key a backup cannot be opened, so keep that too, and elsewhere. A store on a server is backed up with pg_dump.',
  options: [
    {
      flags: '--master-key-file <file>',
      description: 'write the master key to this file as well (0600); keep it apart from the backup',
    },
    { flags: '--force', description: 'replace files that are there' },
  ],
  examples: [
    'keywright backup store.backup',
    'keywright backup /backups/monday --master-key-file /safe/master.key',
  ],
  run: async (context, input) => {
    const place = await storePlace(context);
    if (!place.ok) return place;
    const { terminal, flags, world, caller } = context;
    const keyFile = input.text('masterKeyFile');
    const made = await world.backUp(place.value, {
      file: resolve(flags.folder, input.argument(0) ?? ''),
      keyFile: keyFile === undefined ? undefined : resolve(flags.folder, keyFile),
      whenTaken: input.has('force') ? 'replace' : 'refuse',
      caller,
    });
    if (!made.ok) return failed(made.error);
    const { file, entries } = made.value;
    if (flags.output === 'json')
      printJson({ apiVersion: 'keywright.dev/v1', kind: 'Backup', ...made.value }, context);
    else
      terminal.out(
        `${file} holds the store as of audit entry ${entries}.\n${
          keyFile === undefined
            ? 'The master key is not in it, and without the key it opens for nobody: keep that too, and elsewhere (--master-key-file).\n'
            : `The master key is in ${made.value.keyFile}. Whoever has both has the store: keep them apart.\n`
        }`,
      );
    return ok(EXIT.done);
  },
};

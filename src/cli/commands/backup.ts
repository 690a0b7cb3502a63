/** `keywright backup FILE`: a consistent copy of the embedded store, taken while others use it. */
import { resolve } from 'node:path';
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { printObject } from '../output.js';
import { storePlace } from '../session.js';

export const backup: Command = {
  name: 'backup',
  arguments: [{ name: '<file>', description: 'the backup file to create, for: keywright restore FILE' }],
  description:
    'Copy the embedded store into one file (0600) while it is in use, and check the copy. The backup does not contain the master key ' +
    'and cannot be opened without it, so keep the key as well, in a different location. Back up a store on PostgreSQL with pg_dump.',
  options: [
    {
      flags: '--master-key-file <file>',
      description: 'also write the master key to this file (0600); keep it apart from the backup',
    },
    { flags: '--force', description: 'replace existing files' },
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
    if (flags.output === 'json') printObject('Backup', made.value, context);
    else
      terminal.out(
        `${file} holds the store as of audit entry ${entries}.\n${
          keyFile === undefined
            ? 'It does not contain the master key and cannot be opened without it: keep the key as well, in a different location (--master-key-file).\n'
            : `The master key is in ${made.value.keyFile}. Both together give access to the store: keep them apart.\n`
        }`,
      );
    return ok(EXIT.done);
  },
};

/** `keywright master-key rotate`: a new master key for the store; the data keys are wrapped anew. */
import { ok } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed, failure } from '../failure.js';
import { printObject } from '../output.js';
import { storePlace } from '../session.js';

export const masterKey: Command = {
  name: 'master-key',
  arguments: [{ name: '<action>', description: 'rotate' }],
  description:
    'Replace the master key that protects the data keys of the store. Issued keys stay valid. ' +
    'For an embedded store, a new key is written to master.key (0600) in its folder. Where KEYWRIGHT_MASTER_KEY ' +
    'is set, which a store on PostgreSQL requires, provide the new key with --stdin.',
  options: [
    {
      flags: '--stdin',
      description: 'read the new key (32 bytes, base64) from standard input; it is not written anywhere',
    },
  ],
  examples: ['keywright master-key rotate', 'keywright master-key rotate --stdin < new.key'],
  run: async (context, input) => {
    if (input.argument(0) !== 'rotate')
      return failure('usage', 'unknown action; use: keywright master-key rotate');
    const place = await storePlace(context);
    if (!place.ok) return place;
    const next = input.has('stdin') ? new Secret((await context.terminal.readInput()).trim()) : undefined;
    const rotated = await context.world.rotateMasterKey(place.value, next, context.caller);
    if (!rotated.ok) return failed(rotated.error);
    if (context.flags.output === 'json') printObject('MasterKeyRotation', { rotated: true }, context);
    else context.terminal.out('The master key was replaced. The old key no longer opens the store.\n');
    return ok(EXIT.done);
  },
};

/** `keywright claim KEY`: shows a secret that was never delivered, once. */

import { refText } from '../../domain/objects.js';
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { printJson } from '../output.js';
import { findKey, KEY_ARGUMENT } from '../resolve-ref.js';
import { withStore } from '../session.js';

export const claim: Command = {
  name: 'claim',
  arguments: KEY_ARGUMENT,
  description:
    'Print the secret of a key that has no sink. It is shown once and then not kept; ' +
    'a publishable key is public and can be shown again. Only the secret goes to standard output.',
  examples: [
    'keywright claim ApiKey/reporting',
    'keywright claim reporting | vault kv put secret/reporting key=-',
  ],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      const found = await findKey(store, input);
      if (!found.ok) return found;
      const secret = await store.claim(found.value.ref, context.caller);
      if (!secret.ok) return failed(secret.error);
      // Where the secret leaves by design: whoever claims it is shown it.
      const token = secret.value.reveal();
      if (context.flags.output === 'json') printJson({ name: refText(found.value.ref), key: token }, context);
      else context.terminal.out(`${token}\n`);
      return ok(EXIT.done);
    }),
};

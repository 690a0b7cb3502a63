/** `keywright claim KEY`: shows a secret that was never delivered, once. */

import { API_VERSION } from '../../domain/kinds/document-schema.js';
import { refText } from '../../domain/objects.js';
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { findKey, KEY_ARGUMENT } from '../resolve-ref.js';
import { withStore } from '../session.js';

export const claim: Command = {
  name: 'claim',
  arguments: KEY_ARGUMENT,
  description:
    'Print the secret of a key without a sink. It is shown once and then not kept; ' +
    'a publishable key is public and can be shown again. Only the secret is written to standard output.',
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
      // Where the secret leaves by design: the claim shows it to the caller.
      const token = secret.value.reveal();
      const shown = { apiVersion: API_VERSION, kind: 'Claim', name: refText(found.value.ref), key: token };
      context.terminal.out(`${context.flags.output === 'json' ? JSON.stringify(shown, null, 2) : token}\n`);
      return ok(EXIT.done);
    }),
};

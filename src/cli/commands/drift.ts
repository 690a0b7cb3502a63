/** `keywright drift`: what differs from the documents, since when, and from the audit log who did it. */
import { causesOf } from '../../controller/causes.js';
import { ok } from '../../domain/result.js';
import { drift as driftOf } from '../../plan/drift.js';
import { driftJson, driftText } from '../../view/drift-text.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { planDocuments } from '../previewing.js';
import { printJson } from '../render.js';
import { openDocuments } from '../session.js';

export const drift: Command = {
  name: 'drift',
  description:
    'Say what differs between documents and live store, since when, who did it and by which path. Exits with 2 when something does. Changes nothing.',
  examples: ['keywright drift', 'keywright drift --output json'],
  run: async (context) => {
    const documents = await openDocuments(context);
    if (!documents.ok) return documents;
    const { place } = documents.value;
    const store = await context.world.openStore(place, 'pretend');
    if (!store.ok) return failed(store.error);
    try {
      const recipient = await context.world.recipient(place);
      const planned = await planDocuments({
        documents: documents.value,
        store: store.value,
        recipient,
        allowRemovals: undefined,
      });
      if (!planned.ok) return planned;
      const causes = await causesOf(planned.value, store.value);
      if (!causes.ok) return failed(causes.error);
      const found = driftOf(planned.value, causes.value);
      const { terminal, flags } = context;
      if (flags.output === 'json') printJson(driftJson(found), context);
      else terminal.out(`${driftText(found, { color: terminal.color, now: found.now })}\n`);
      return ok(found.steps.length > 0 ? EXIT.changes : EXIT.done);
    } finally {
      await store.value.close();
    }
  },
};

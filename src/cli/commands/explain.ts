/** `keywright explain KIND/NAME`: the story of one object and what happens next. */
import { ok, type Result } from '../../domain/result.js';
import type { LiveStore } from '../../ports/live-store.js';
import type { Sinks } from '../../ports/sink.js';
import { explanationJson, explanationMarkdown, explanationText } from '../../render/explain.js';
import type { Explanation } from '../../render/explanation.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { explanationOf } from '../explain-session.js';
import { type Failure, failed } from '../failure.js';
import { printJson } from '../output.js';
import { parseRef } from '../resolve-ref.js';
import { type Documents, openDocuments, openSinks, storePlace } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const explain: Command = {
  name: 'explain',
  arguments: [{ name: '<object>', description: 'KIND/NAME; a name alone is an ApiKey' }],
  description:
    'Show the history of one object, and what happens next: who created it and from which document, its versions, ' +
    'what each of its sinks holds now, who used it, what changed and by whom, what it is waiting for, and what is due when. ' +
    'Also explains removed objects. Never shows a secret. Changes nothing.',
  examples: [
    'keywright explain ApiKey/billing-prod',
    'keywright explain Environment/production --output json',
    'keywright explain billing-prod --store .keywright',
  ],
  run: async (context, input) => {
    const wanted = parseRef(input.argument(0) ?? '', 'ApiKey');
    if (!wanted.ok) return wanted;
    const documents = await documentsAtHand(context);
    if (!documents.ok) return documents;
    const place = documents.value ? ok(documents.value.place) : await storePlace(context);
    if (!place.ok) return place;
    const store = await context.world.openStore(place.value, documents.value ? 'pretend' : 'refuse');
    if (!store.ok) return failed(store.error);
    try {
      const sinks = await sinksAtHand(context, documents.value, store.value);
      const recipient = await context.world.recipient(place.value);
      const explaining = { store: store.value, documents: documents.value, recipient, sinks };
      const explanation = await explanationOf(explaining, wanted.value);
      if (!explanation.ok) return explanation;
      print(explanation.value, context);
      return ok(EXIT.done);
    } finally {
      await store.value.close();
    }
  },
};

/** Without documents, or with wrong ones, the live side is shown all the same. */
async function documentsAtHand(context: CommandContext): Promise<Result<Documents | undefined, Failure>> {
  const documents = await openDocuments(context);
  if (documents.ok) return documents;
  const { code, message } = documents.error.fault;
  const isEnough = code === 'invalid_documents' || context.flags.store !== undefined;
  if (!isEnough) return documents;
  if (code === 'invalid_documents')
    context.terminal.err(
      `keywright: ${message.split(';')[0]}, so only live facts are shown; see: keywright validate\n`,
    );
  return ok(undefined);
}

/** Those that the documents are delivered through, else those of the working folder; undefined where its project is wrong. */
async function sinksAtHand(
  context: CommandContext,
  documents: Documents | undefined,
  store: LiveStore,
): Promise<Sinks | undefined> {
  const opened = documents ? ok(documents) : await openSinks(context);
  if (!opened.ok) return undefined;
  opened.value.connections.alsoLive(store);
  return opened.value.sinks;
}

function print(explanation: Explanation, context: CommandContext): void {
  const { terminal, flags } = context;
  if (flags.output === 'json') printJson(explanationJson(explanation), context);
  else if (flags.output === 'markdown') terminal.out(`${explanationMarkdown(explanation)}\n`);
  else terminal.out(explanationText(explanation, { color: terminal.color }));
}

/** `keywright get [KIND[/NAME]]`: live objects as a list, or everything known about one. */
import { isObjectKind, OBJECT_KINDS } from '../../domain/kinds/index.js';
import { isNamed, type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import type { LiveStore } from '../../ports/live-store.js';
import { objectsJson, objectsMarkdown, objectsText } from '../../render/objects.js';
import type { Command, Input } from '../command.js';
import { EXIT } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printJson } from '../output.js';
import { kindLike, notFound, ownName, parseRef } from '../resolve-ref.js';
import { SELECT, selectorOf } from '../selection.js';
import { withStore } from '../session.js';

export const get: Command = {
  name: 'get',
  arguments: [{ name: '[object]', description: `KIND or KIND/NAME; kinds: ${OBJECT_KINDS.join(', ')}` }],
  description: 'List live objects; for keys with state, versions, last use and expiry. Never shows a secret.',
  options: [SELECT],
  examples: [
    'keywright get',
    'keywright get ApiKey --select team=data',
    'keywright get ApiKey/billing-prod --output json',
  ],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      const wanted = await selection(store, input.argument(0));
      if (!wanted.ok) return wanted;
      const selector = selectorOf(input);
      if (!selector.ok) return selector;
      const survey = await store.survey();
      if (!survey.ok) return failed(survey.error);
      const { named, isWanted } = wanted.value;
      const refs = survey.value.map(({ ref }) => ref).filter(isWanted);
      if (named !== undefined && refs.length === 0) return nothingNamed(store, named, input);
      const fetched = await store.fetch(refs);
      if (!fetched.ok) return failed(fetched.error);
      const isFound = new Set(fetched.value.map(({ ref }) => refText(ref)));
      for (const ref of refs)
        if (!isFound.has(refText(ref)))
          context.terminal.err(
            `warning: ${refText(ref)} is broken: its row cannot be read; see keywright audit verify\n`,
          );
      const objects = fetched.value.filter(
        ({ declaration }) => selector.value?.matches(declaration.metadata.labels ?? {}) ?? true,
      );
      const facts = await store.facts();
      if (!facts.ok) return failed(facts.error);
      const { now } = facts.value;
      const { flags, terminal } = context;
      if (flags.output === 'json') printJson(objectsJson(objects, now), context);
      else if (flags.output === 'markdown') terminal.out(objectsMarkdown(objects, now));
      else terminal.out(objectsText(objects, now));
      return ok(EXIT.done);
    }),
};

/** Of a word alone, a kind may have been meant. */
async function nothingNamed(
  store: LiveStore,
  named: ObjectRef,
  input: Input,
): Promise<Result<never, Failure>> {
  const kind = kindLike(input.argument(0) ?? '');
  if (kind === undefined) return notFound(store, named);
  return failure(
    'not_found',
    `there is no live ${refText(named)}; to list all of this kind, run: keywright get ${kind}`,
  );
}

interface Selection {
  /** One object, asked for by name. */
  readonly named: ObjectRef | undefined;
  readonly isWanted: (ref: ObjectRef) => boolean;
}

async function selection(store: LiveStore, text: string | undefined): Promise<Result<Selection, Failure>> {
  if (text === undefined) return ok({ named: undefined, isWanted: () => true });
  if (isObjectKind(text)) return ok({ named: undefined, isWanted: ({ kind }) => kind === text });
  const typed = parseRef(text, 'ApiKey');
  if (!typed.ok) return typed;
  const named = await ownName(store, typed.value);
  if (!named.ok) return named;
  return ok({ named: named.value, isWanted: (ref) => isNamed(ref, named.value) });
}

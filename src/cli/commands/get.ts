/** `keywright get [KIND[/NAME]]`: live objects as a list, or everything known about one. */
import { isObjectKind, OBJECT_KINDS } from '../../domain/kinds/index.js';
import type { ObjectRef } from '../../domain/objects.js';
import { ok } from '../../domain/result.js';
import { objectsJson, objectsText } from '../../view/objects.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed, failure } from '../failure.js';
import { parseRef } from '../named.js';
import { printJson } from '../render.js';
import { withStore } from '../session.js';

export const get: Command = {
  name: 'get',
  arguments: [{ name: '[object]', description: `KIND or KIND/NAME; kinds: ${OBJECT_KINDS.join(', ')}` }],
  description:
    'List live objects: for keys the state, generations, last use and expiry. Never shows a secret.',
  examples: ['keywright get', 'keywright get ApiKey', 'keywright get ApiKey/billing-prod --output json'],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      const wanted = selector(input.argument(0));
      if (!wanted.ok) return wanted;
      const survey = await store.survey();
      if (!survey.ok) return failed(survey.error);
      const refs = survey.value.map(({ ref }) => ref).filter(wanted.value);
      const objects = await store.fetch(refs);
      if (!objects.ok) return failed(objects.error);
      const facts = await store.facts();
      if (!facts.ok) return failed(facts.error);
      if (objects.value.length === 0 && input.argument(0)?.includes('/')) {
        return failure('not_found', `there is no live ${input.argument(0)}`);
      }
      const { now } = facts.value;
      if (context.flags.output === 'json') printJson(objectsJson(objects.value, now), context);
      else context.terminal.out(objectsText(objects.value, now));
      return ok(EXIT.done);
    }),
};

function selector(text: string | undefined) {
  if (text === undefined) return ok(() => true);
  if (isObjectKind(text)) return ok((ref: ObjectRef) => ref.kind === text);
  const named = parseRef(text, 'ApiKey');
  if (!named.ok) return named;
  const { kind, name } = named.value;
  return ok((ref: ObjectRef) => ref.kind === kind && ref.name === name);
}

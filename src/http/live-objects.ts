/** Finding the object that an address names, and what many routes answer. */
import { Type } from 'typebox';
import type { LiveObject } from '../domain/live.js';
import { isId, type ObjectRef } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { By } from '../ports/identity.js';
import type { LiveStore } from '../ports/live-store.js';
import { type Answered, type Call, respond } from './route.js';
import { closed } from './schemas.js';

/** `{data: {success: true}}`, which is what a client of Flatfile's takes for done. */
export const Success = Type.Object({ data: Type.Object({ success: Type.Boolean() }, closed) }, closed);
export const SUCCESS = { data: { success: true } } as const;

/** Answers that it is done, or why not. */
export const done = (result: Result<unknown>): Answered => respond(result, () => SUCCESS);

export const byIdOf = (prefix: string, description: string) =>
  Type.Object(
    {
      id: Type.String({
        pattern: `^(?:${prefix}_[0-9A-Za-z]{1,40}|[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$`,
        maxLength: 64,
        description,
        'x-expects': `an id such as ${prefix}_…, or a name`,
      }),
    },
    closed,
  );

/** By name or id; undefined if none exists. */
export async function findObject(
  store: LiveStore,
  { kind, name }: ObjectRef,
): Promise<Result<LiveObject | undefined>> {
  const refs = isId(name) ? await store.resolve([{ kind, name }]) : ok([{ kind, name }]);
  if (!refs.ok) return refs;
  const [ref] = refs.value;
  if (ref === undefined) return ok(undefined);
  const found = await store.fetch([ref]);
  return found.ok ? ok(found.value[0]) : found;
}

/** The object itself, whatever has its name since. */
export const refById = ({ ref, id }: LiveObject): ObjectRef => ({ kind: ref.kind, name: id });

/** The name of an environment that is given by name or id; of one that does not exist what was given, which nothing is of. */
export async function environmentNamed(store: LiveStore, idOrName: string): Promise<Result<string>> {
  if (!isId(idOrName)) return ok(idOrName);
  const found = await store.resolve([{ kind: 'Environment', name: idOrName }]);
  return found.ok ? ok(found.value[0]?.name ?? idOrName) : found;
}

export const byOf = (
  { principal, credential }: Pick<Call, 'principal' | 'credential'>,
  breakGlass?: string,
): By => ({
  principal,
  context: { ...credential.context, ...(breakGlass !== undefined && { breakGlass }) },
});

/** Those of an object's members that are not undefined. */
export const given = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

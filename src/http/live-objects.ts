/** What every object has on the wire, and finding the one that an address names. */
import { type Static, type TObject, Type } from 'typebox';
import { accountIdOf } from '../domain/derived-ids.js';
import { fault } from '../domain/errors.js';
import { kindOf } from '../domain/kinds/index.js';
import type { LiveObject } from '../domain/live.js';
import { isId, type ObjectRef, refText } from '../domain/objects.js';
import type { Principal } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import { formatInstant } from '../domain/time.js';
import type { By } from '../ports/identity.js';
import type { LiveStore } from '../ports/live-store.js';
import { maySee } from './access.js';
import { type Entry, withKept } from './numbered.js';
import type { Call } from './route.js';
import { closed, Instant, nullable } from './schemas.js';
import type { HttpWorld } from './world.js';

/** Beside the fields of a client's own vocabulary. */
export const objectFields = {
  id: Type.String(),
  ref: Type.String({ description: 'As documents and commands name it: `Space/production/onboarding`.' }),
  project: nullable(Type.String({ description: 'That declares it.' })),
  createdAt: Instant,
  updatedAt: Instant,
};

export const DeclaredLabels = Type.Record(Type.String(), Type.String(), { description: 'Of its document.' });

const ObjectFields = Type.Object(objectFields);

export const shownObject = ({ object, kept }: Entry): Static<typeof ObjectFields> => ({
  id: object.id,
  ref: refText(object.ref),
  project: object.ownership?.project ?? null,
  createdAt: formatInstant(object.createdAt),
  updatedAt: formatInstant(kept.updatedAt),
});

export const declaredLabels = ({ declaration }: LiveObject): Readonly<Record<string, string>> => ({
  ...declaration.metadata.labels,
});

/** The fields of a kind's documents. */
export function specOf(kind: ObjectRef['kind']) {
  const { properties = {} } = kindOf(kind).schema as Partial<TObject>;
  return Type.Object(properties, closed);
}

/** `{data: {success: true}}`, which is what a client of Flatfile's takes for done. */
export const Success = Type.Object({ data: Type.Object({ success: Type.Boolean() }, closed) }, closed);
export const SUCCESS = { data: { success: true } } as const;

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

export interface Sought {
  readonly principal: Principal;
  readonly kind: ObjectRef['kind'];
  readonly idOrName: string;
  readonly permission: string;
}

/** `not_found` also for one that the caller may not see: it does not exist for them. */
export async function findEntry(
  world: Pick<HttpWorld, 'store' | 'rooms'>,
  { principal, kind, idOrName, permission }: Sought,
): Promise<Result<Entry>> {
  const object = await findObject(world.store, { kind, name: idOrName });
  if (!object.ok) return object;
  const absent = fault('not_found', `there is no such ${kind.toLowerCase()}`);
  if (object.value === undefined || !maySee(principal, permission, object.value)) return fail(absent);
  const entries = await withKept(world, [object.value]);
  if (!entries.ok) return entries;
  const [entry] = entries.value;
  return entry === undefined ? fail(absent) : ok(entry);
}

/** By name or id; undefined if there is none. */
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

/** The name of an environment that is given by name or id; of one that is not there what was given, which nothing is of. */
export async function environmentNamed(store: LiveStore, idOrName: string): Promise<Result<string>> {
  if (!isId(idOrName)) return ok(idOrName);
  const found = await store.resolve([{ kind: 'Environment', name: idOrName }]);
  return found.ok ? ok(found.value[0]?.name ?? idOrName) : found;
}

export async function accountId({ store }: Pick<HttpWorld, 'store'>): Promise<Result<string>> {
  const facts = await store.facts();
  return facts.ok ? ok(accountIdOf(facts.value.storeId)) : facts;
}

export const byOf = ({ principal, credential }: Pick<Call, 'principal' | 'credential'>): By => ({
  principal,
  context: credential.context,
});

/** Those of an object's members that are not undefined. */
export const given = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

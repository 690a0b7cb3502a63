/** `KIND/NAME` on the command line; where the kind is clear, the name alone. */
import { closest, distance } from 'fastest-levenshtein';
import { isObjectKind, OBJECT_KINDS, type ObjectKind } from '../domain/kinds/index.js';
import type { KeyFacts, LiveObject } from '../domain/live.js';
import { type DeclarationOf, isEmail, isId, isNamed, type ObjectRef, refText } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Command, Input } from './command.js';
import { type Failure, failed, failure } from './failure.js';

export const KEY_ARGUMENT: NonNullable<Command['arguments']> = [
  { name: '<key>', description: 'ApiKey/NAME, or the name alone' },
];

/** A name as typed; `kind` is meant when it gives none. */
export function parseRef(text: string, kind: ObjectKind): Result<ObjectRef, Failure> {
  const slash = text.indexOf('/');
  if (slash < 0)
    return text === '' ? failure('usage', 'no object given; use KIND/NAME') : ok({ kind, name: text });
  const given = text.slice(0, slash);
  const named = kindNamed(given);
  if (named === undefined) {
    const meant = kindLike(given);
    return failure(
      'usage',
      `there is no kind ${JSON.stringify(given)}; ${meant ? `did you mean ${meant}/${text.slice(slash + 1)}?` : `kinds are ${OBJECT_KINDS.join(', ')}`}`,
    );
  }
  return ok({ kind: named, name: text.slice(slash + 1) });
}

/** The kind of that name, as documents have it, in any case, and in the plural: `ApiKey`, `apikey`, `api-keys`. */
export function kindNamed(word: string): ObjectKind | undefined {
  if (isObjectKind(word)) return word;
  const plain = word.toLowerCase().replaceAll('-', '');
  return OBJECT_KINDS.find((kind) => [kind.toLowerCase(), `${kind.toLowerCase()}s`].includes(plain));
}

/** The kind that a word may have been meant for: `servics`, `apikye`. */
export function kindLike(word: string): ObjectKind | undefined {
  const near = OBJECT_KINDS.map((kind) => ({ kind, away: distance(kind.toLowerCase(), word.toLowerCase()) }));
  return near.filter(({ away }) => away <= 1).sort((a, b) => a.away - b.away)[0]?.kind;
}

/** A live key with everything known of it. */
export interface LiveKey extends LiveObject {
  readonly declaration: DeclarationOf<'ApiKey'>;
  readonly key: KeyFacts;
}

/** The live key that the first argument names; `not_found` with the nearest name when no key matches. */
export async function findKey(store: LiveStore, input: Input): Promise<Result<LiveKey, Failure>> {
  const text = input.argument(0) ?? '';
  const ref = parseRef(text, 'ApiKey');
  if (!ref.ok) return ref;
  if (ref.value.kind !== 'ApiKey') return failure('usage', `${text} is not a key; use ApiKey/NAME`);
  const named = await ownName(store, ref.value);
  if (!named.ok) return named;
  const found = await store.fetch([named.value]);
  if (!found.ok) return failed(found.error);
  const [live] = found.value;
  if (live?.key !== undefined && live.declaration.kind === 'ApiKey') {
    return ok({ ...live, key: live.key, declaration: live.declaration });
  }
  return notFound(store, ref.value);
}

/** By its own name what is named by its id, as `Space/us_sp_4TzKkPpPsvRUmD2n`, or a person by their address. */
export async function ownName(store: LiveStore, ref: ObjectRef): Promise<Result<ObjectRef, Failure>> {
  if (!isId(ref.name) && !isEmail(ref.name)) return ok(ref);
  const resolved = await store.resolve([ref]);
  return resolved.ok ? ok(resolved.value[0] ?? ref) : failed(resolved.error);
}

/**
 * The live object that a name means, also one in an environment that is named without it; `not_found` with the
 * nearest name, or `ambiguous`.
 */
export async function findRef(store: LiveStore, typed: ObjectRef): Promise<Result<ObjectRef, Failure>> {
  const named = await ownName(store, typed);
  if (!named.ok) return named;
  const wanted = named.value;
  const survey = await store.survey();
  if (!survey.ok) return failed(survey.error);
  const found = survey.value.map(({ ref }) => ref).filter((ref) => isNamed(ref, wanted));
  const exact = found.find(({ name }) => name === wanted.name) ?? found[0];
  if (exact === undefined) return notFound(store, wanted);
  if (found.length > 1 && exact.name !== wanted.name)
    return failure('ambiguous', `${refText(wanted)} is ambiguous; use ${found.map(refText).join(' or ')}`);
  return ok(exact);
}

/** Says that there is no such object, and which one may have been meant. */
export async function notFound(store: LiveStore, ref: ObjectRef) {
  const survey = await store.survey();
  const refs = survey.ok ? survey.value.map((live) => live.ref) : [];
  return failure('not_found', `there is no live ${refText(ref)}${suggestion(ref, refs)}`);
}

/** The end of a sentence that says that there is no such object: the nearest of those that there are. */
export function suggestion({ kind, name }: ObjectRef, refs: readonly ObjectRef[]): string {
  const names = refs.filter((ref) => ref.kind === kind).map((ref) => ref.name);
  if (names.length === 0) return '';
  const nearest = closest(name, names);
  return distance(name, nearest) <= 3 ? `; did you mean ${kind}/${nearest}?` : `; see: keywright get ${kind}`;
}

/** What becomes of objects when others that they name are called something else. */
import { automaticKey } from './first-start.js';
import { kindOf } from './kinds/index.js';
import { normalForm } from './kinds/normal-form.js';
import { type Declaration, type ObjectRef, refJson, refOf, refText, withName } from './objects.js';

/** New names by old ones, as `refText`. */
export type NewNames = ReadonlyMap<string, ObjectRef>;

/**
 * The declaration with every reference by name following `names`; those by address or id stay, for they still
 * mean the same. The same value when nothing in it changes. Says nothing about its own name.
 */
export function withNewReferences(declaration: Declaration, names: NewNames): Declaration {
  const kind = kindOf(declaration.kind);
  const moved = kind.references(declaration.spec).flatMap((reference) => {
    const next = names.get(refText(reference));
    return next === undefined ? [] : [{ path: reference.path.split('.').slice(1), name: refJson(next).name }];
  });
  if (moved.length === 0) return declaration;
  const spec = structuredClone(declaration.spec) as Record<string, unknown>;
  for (const { path, name } of moved) put(spec, path, name);
  // Sets are sorted by what they name.
  return { ...declaration, spec: normalForm(kind.schema, spec) } as Declaration;
}

/** Sets what stands at an existing path. */
function put(within: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) within[first] = value;
  else put(within[first] as Record<string, unknown>, rest, value);
}

/**
 * What an object is called once its declaration is `after`: what lives in an environment carries its name, and so
 * do the keys that come with one. The declaration says so too.
 */
export function nameAfter(
  { origin, declaration: before }: { readonly origin: string; readonly declaration: Declaration },
  after: Declaration,
): { readonly ref: ObjectRef; readonly declaration: Declaration } {
  const automatic = origin === 'system' ? automaticName(before, after) : undefined;
  const declaration = automatic === undefined ? after : withName(after, automatic);
  return { ref: refOf(declaration), declaration };
}

function automaticName(before: Declaration, after: Declaration): string | undefined {
  if (before.kind !== 'ApiKey' || after.kind !== 'ApiKey') return undefined;
  const nameIn = (environment: string): string =>
    automaticKey(environment, before.spec.type ?? 'secret').metadata.name;
  const isAutomatic = before.metadata.name === nameIn(before.spec.environment);
  return isAutomatic ? nameIn(after.spec.environment) : undefined;
}

/** What documents name by another name than its own: by address or id. Most projects name nothing so. */
import type { DesiredState } from '../domain/desired.js';
import { isEmail, isId, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';

/** Those of such references that mean something live, as `refText`. */
export async function liveAliases(
  { entries, references: known }: DesiredState,
  store: LiveStore,
): Promise<Result<ReadonlySet<string>>> {
  const lists = known ?? new Set(entries.map(({ references }) => references));
  const named = [...lists].flat().filter(({ name }) => isEmail(name) || isId(name));
  if (named.length === 0) return ok(new Set());
  const references = [...new Map(named.map((one) => [refText(one), one])).values()];
  const resolved = await store.resolve(references);
  if (!resolved.ok) return resolved;
  return ok(new Set(references.filter((_, index) => resolved.value[index] !== undefined).map(refText)));
}

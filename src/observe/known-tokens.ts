/** Whose the tokens are that stand at declared sinks and are no version of the key declared there. */
import type { KnownToken } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { occupiedSinks } from '../plan/occupied-sinks.js';
import type { Subject } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';

/** By token id, in order of the ids. The store is not asked when there are none, as usual. */
export async function knownTokens(
  subjects: readonly Subject[],
  store: LiveStore,
): Promise<Result<ReadonlyMap<string, KnownToken>>> {
  const ids = subjects.flatMap(occupiedSinks).flatMap(({ tokenId }) => tokenId ?? []);
  if (ids.length === 0) return ok(new Map());
  const known = await store.tokens([...new Set(ids)]);
  return known.ok ? ok(new Map(known.value.map((one) => [one.tokenId, one]))) : known;
}

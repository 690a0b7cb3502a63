/** Whose the tokens are that stand at declared sinks and are no version of the key declared there. */
import type { SinkId } from '../domain/kinds/index.js';
import type { KnownToken } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { fieldsOf } from '../domain/sinks/bundle.js';
import { parseSinkId, sinkPath, sinkTypeOf } from '../domain/sinks/index.js';
import { occupiedSinks } from '../plan/occupied-sinks.js';
import type { Subject } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';

/** By token id, in order of the ids. The store is not asked when there are none, as usual. */
export async function knownTokens(
  subjects: readonly Subject[],
  store: Pick<LiveStore, 'tokens'>,
  sinks: Pick<Sinks, 'locate'>,
): Promise<Result<ReadonlyMap<string, KnownToken>>> {
  const occupied = subjects.flatMap(occupiedSinks);
  const ids = occupied.flatMap(({ tokenId }) => tokenId ?? []);
  if (ids.length === 0) return ok(new Map());
  const known = await store.tokens([...new Set(ids)]);
  if (!known.ok) return known;
  return ok(
    new Map(
      known.value.map((token) => {
        const ours = occupied.filter(({ tokenId }) => tokenId === token.tokenId).map(({ sink }) => sink);
        return [token.tokenId, asNamedHere(token, ours, sinks)];
      }),
    ),
  );
}

/**
 * Another project may reach the same field of the same object through a Connection of another name. Where it does, its
 * sinks are called what they are called here.
 */
function asNamedHere(token: KnownToken, ours: readonly SinkId[], sinks: Pick<Sinks, 'locate'>): KnownToken {
  const { declaredAt, deliveredTo, deliveredAt = [] } = token;
  const same = (sink: SinkId): readonly SinkId[] =>
    deliveredAt
      .filter((one) => one.machine === sinks.locate(sink) && shareFields(one.sink, sink))
      .map((one) => one.sink);
  const named = (theirs: readonly SinkId[]): readonly SinkId[] => [
    ...new Set([...theirs, ...ours.filter((sink) => same(sink).some((one) => theirs.includes(one)))]),
  ];
  return { ...token, declaredAt: named(declaredAt), deliveredTo: named(deliveredTo) };
}

/** Files are named by their paths, which are the same for all who share one. */
function shareFields(theirs: SinkId, ours: SinkId): boolean {
  const [a, b] = [parseSinkId(theirs), parseSinkId(ours)];
  if (a === undefined || b === undefined || a.type !== b.type || sinkPath(a) !== undefined)
    return theirs === ours;
  if (sinkTypeOf(a.type).isWhole) return true;
  const names = new Set(Object.keys(fieldsOf(a.part)));
  return Object.keys(fieldsOf(b.part)).some((name) => names.has(name));
}

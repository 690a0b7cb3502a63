/** Every sink of live keys, with what it holds now: one read of all of them. */
import type { SinkId } from '../domain/kinds/index.js';
import { sinkIdOf } from '../domain/kinds/index.js';
import type { KnownToken, LiveObject, Receipt } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { connectionName, parseSinkId } from '../domain/sinks/index.js';
import { type SinkRow, sinkStatesOf } from '../plan/sink-states.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import { readInto, seenFrom } from './receipts.js';

/** Sorted by key, then by sink. Without `sinks` none was read. Fails as the store does. */
export async function sinkRows(
  keys: readonly LiveObject[],
  store: Pick<LiveStore, 'tokens'>,
  sinks: Sinks | undefined,
): Promise<Result<readonly SinkRow[]>> {
  const read = new Map<SinkId, Receipt>();
  if (sinks) await readInto(read, keys.flatMap(sinksOf), sinks);
  const tokenIds = [...read.values()].flatMap((receipt) =>
    receipt.kind === 'holds' ? (receipt.tokenId ?? []) : [],
  );
  const known = tokenIds.length === 0 ? ok([]) : await store.tokens([...new Set(tokenIds)]);
  if (!known.ok) return known;
  const tokens = new Map(known.value.map((token) => [token.tokenId, token]));
  const answered = new Set(
    [...read].flatMap(([sink, { kind }]) => (kind === 'unknown' ? [] : (connectionOf(sink) ?? []))),
  );
  return ok(keys.flatMap((key) => rowsOf(key, { read, tokens, sinks, answered })));
}

const sinksOf = ({ declaration, deliveries }: LiveObject): readonly SinkId[] =>
  declaration.kind === 'ApiKey'
    ? [...(declaration.spec.deliver ?? []).map(sinkIdOf), ...deliveries.map(({ sink }) => sink)]
    : [];

const connectionOf = (sink: SinkId): string | undefined => {
  const address = parseSinkId(sink);
  return address && connectionName(address);
};

interface Seen {
  readonly read: ReadonlyMap<SinkId, Receipt>;
  readonly tokens: ReadonlyMap<string, KnownToken>;
  readonly sinks: Sinks | undefined;
  readonly answered: ReadonlySet<string>;
}

function rowsOf(live: LiveObject, { read, tokens, sinks, answered }: Seen): readonly SinkRow[] {
  const recorded = new Map(live.deliveries.map((delivery) => [delivery.sink, delivery]));
  const receipts = new Map(
    [...new Set(sinksOf(live))].flatMap((sink) => {
      const receipt = read.get(sink);
      if (receipt === undefined || sinks === undefined) return [];
      return [[sink, seenFrom(sinks, { receipt, redeliver: false }, recorded.get(sink))] as const];
    }),
  );
  return sinkStatesOf(live, receipts, tokens).map((state) => {
    const delivery = recorded.get(state.sink);
    const version = live.key?.versions.find(({ generation }) => generation === delivery?.generation);
    const connection = connectionOf(state.sink);
    return {
      ...{ key: live.ref, ...state },
      ...(version?.promotedAt !== undefined && { confirmedAt: version.promotedAt }),
      ...(delivery && { where: delivery.machine }),
      ...(connection !== undefined && { connection, isReachable: answered.has(connection) }),
    };
  });
}

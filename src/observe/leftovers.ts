/** What removed keys left in the sinks of this folder: tokens that no live key has there and that are no longer accepted. */
import type { DesiredEntry } from '../domain/desired.js';
import type { LiveSummary } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { type Instant, NEVER } from '../domain/time.js';
import type { Leftover } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';

export interface Surroundings {
  readonly entries: readonly DesiredEntry[];
  readonly survey: readonly LiveSummary[];
  readonly sinks: Pick<Sinks, 'delivered' | 'read'>;
  readonly store: Pick<LiveStore, 'tokens'>;
  readonly now: Instant;
}

/** Those that have ended, and when the next one does. */
export async function leftoversOf({
  entries,
  survey,
  sinks,
  store,
  now,
}: Surroundings): Promise<Result<{ readonly due: readonly Leftover[]; readonly nextAt: Instant }>> {
  const none = ok({ due: [], nextAt: NEVER });
  const delivered = await sinks.delivered();
  if (delivered.length === 0) return none;
  const used = new Set([
    ...entries.flatMap((entry) => entry.sinks),
    ...survey.flatMap(({ deliveries }) => deliveries.map(({ sink }) => sink)),
  ]);
  const abandoned = delivered.filter((sink) => !used.has(sink));
  if (abandoned.length === 0) return none;
  const receipts = await sinks.read(abandoned);
  const held = receipts.flatMap((receipt, at) => {
    const sink = abandoned[at];
    if (sink === undefined || receipt.kind !== 'holds' || receipt.tokenId === undefined) return [];
    return [{ sink, fingerprint: receipt.fingerprint, tokenId: receipt.tokenId }];
  });
  if (held.length === 0) return none;
  const tokens = await store.tokens([...new Set(held.map(({ tokenId }) => tokenId))]);
  if (!tokens.ok) return tokens;
  const known = new Map(tokens.value.map((token) => [token.tokenId, token]));
  const left = held.flatMap(({ sink, fingerprint, tokenId }) => {
    const token = known.get(tokenId);
    if (token?.isRemoved !== true || token.isKept === true || token.endsAt === undefined) return [];
    return [{ sink, fingerprint, object: token.object, endsAt: token.endsAt }];
  });
  return ok({
    due: left.filter(({ endsAt }) => endsAt <= now).map(({ endsAt: _, ...one }) => one),
    nextAt: Math.min(NEVER, ...left.map(({ endsAt }) => endsAt).filter((at) => at > now)),
  });
}

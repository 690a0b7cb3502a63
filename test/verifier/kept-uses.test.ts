/** While the store can be read and not written, keys are verified and uses are kept, to a bound. */
import { fault } from '../../src/domain/errors.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import type { Use } from '../../src/ports/credential-feed.js';
import { createVerifier, STALE_AFTER_MS } from '../../src/verifier/verifier.js';
import { credential, FakeFeed, StandingClock, tokenOf } from '../support/credentials.js';

const FULL = { ...fault('store_unreachable', 'full'), isReadable: true } as const;
const BUSY = fault('store_unreachable', 'busy');
const KEEP_MS = 60_000;

class FullFeed extends FakeFeed {
  refusal: Parameters<typeof fail>[0] | undefined;
  readonly reports: (readonly Use[])[] = [];

  override reportUses = async (uses: readonly Use[]): Promise<Result<void>> => {
    if (this.refusal) return fail(this.refusal as typeof BUSY);
    if (uses.length > 0) this.reports.push(uses);
    return ok(undefined);
  };
}

async function opened(keepUsesMs?: () => number) {
  const clock = new StandingClock();
  const feed = new FullFeed([credential(1), credential(2)]);
  const verifier = await createVerifier(feed, clock, keepUsesMs ? { keepUsesMs } : {});
  if (!verifier.ok) throw new Error(verifier.error.message);
  const pass = async (ms: number) => {
    clock.atMs += ms;
    await verifier.value.refresh();
  };
  return { clock, feed, verifier: verifier.value, pass };
}

it('a full disk: keys are verified, changes are followed, and every use is reported afterwards, counted once', async () => {
  const { feed, verifier, pass, clock } = await opened(() => KEEP_MS);
  feed.refusal = FULL;
  for (let at = 0; at < 5; at++) {
    expect(verifier.verify(tokenOf(1)).code).toBe('VALID');
    await pass(STALE_AFTER_MS);
  }
  expect(verifier.uses()).toMatchObject({ kept: 1, areHeldBack: true });
  expect(verifier.uses().until).toBeLessThanOrEqual(clock.now() - 5 * STALE_AFTER_MS);
  feed.put(credential(2, { dates: { revokedAt: 5 } }));
  await pass(1);
  expect(verifier.verify(tokenOf(2)).code).toBe('REVOKED');
  const lastUsedAt = clock.now() - STALE_AFTER_MS - 1;
  feed.refusal = undefined;
  await pass(1);
  expect(feed.reports.flat().find(({ tokenId }) => tokenId === credential(1).tokenId)).toMatchObject({
    lastUsedAt,
    accepted: 5,
  });
  expect(verifier.uses()).toMatchObject({ kept: 0, areHeldBack: false, until: clock.now() });
});

it('a full disk: nothing is answered from memory for longer than uses may be kept', async () => {
  const { feed, verifier, pass } = await opened(() => KEEP_MS);
  feed.refusal = FULL;
  verifier.verify(tokenOf(1));
  await pass(KEEP_MS);
  expect(verifier.verify(tokenOf(1)).code).toBe('VALID');
  await pass(1);
  await pass(STALE_AFTER_MS + 1);
  expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
});

it.each([
  ['the store does not know this verifier', FULL, (): number => 0],
  ['others may be able to write', BUSY, (): number => KEEP_MS],
  ['nobody said that uses may be kept', FULL, undefined],
] as const)('fails closed where uses are late and %s', async (_, refusal, keepUsesMs) => {
  const { feed, verifier, pass } = await opened(keepUsesMs);
  feed.refusal = refusal;
  verifier.verify(tokenOf(1));
  await pass(STALE_AFTER_MS);
  await pass(1);
  expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
});

import fc from 'fast-check';
import { parseToken } from '../../src/domain/secret.js';
import { decide, type VerificationRequest } from '../../src/domain/verification.js';
import type { Credential } from '../../src/ports/credential-feed.js';
import { createVerifier, STALE_AFTER_MS, type Verifier } from '../../src/verifier/verifier.js';
import { credential, FakeFeed, StandingClock, tokenOf } from '../support/credentials.js';

async function open(feed: FakeFeed, clock = new StandingClock()): Promise<Verifier> {
  const verifier = await createVerifier(feed, clock);
  if (!verifier.ok) throw new Error(verifier.error.message);
  return verifier.value;
}

describe('a verifier', () => {
  it('accepts a good key and says whose it is', async () => {
    const verifier = await open(new FakeFeed([credential(1, { dates: { expiresAt: 9_000 } })]));
    expect(verifier.verify(tokenOf(1), { environment: 'production', permission: 'spaces:read' })).toEqual({
      valid: true,
      code: 'VALID',
      key: {
        keyId: 'us_key_1',
        name: 'key-1',
        version: 1,
        type: 'secret',
        environment: 'production',
        owner: 'service:billing',
        permissions: ['spaces:read'],
        expiresAt: 9_000,
      },
    });
  });

  it('knows tombstones: a revoked version is REVOKED for ever, not unknown', async () => {
    const verifier = await open(new FakeFeed([credential(1, { dates: { revokedAt: 5 } })]));
    expect(verifier.verify(tokenOf(1))).toMatchObject({
      valid: false,
      code: 'REVOKED',
      key: { name: 'key-1' },
    });
  });

  it('distinguishes a typo from a token that was never issued, and names no key for either', async () => {
    const verifier = await open(new FakeFeed([credential(1)]));
    const typo = tokenOf(1).replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    expect(verifier.verify(typo)).toEqual({ valid: false, code: 'MALFORMED' });
    expect(verifier.verify(tokenOf(2))).toEqual({ valid: false, code: 'NOT_FOUND' });
  });

  it('gives an answer to any text at all', async () => {
    const verifier = await open(new FakeFeed([credential(1)]));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(verifier.verify(text).valid).toBe(false);
      }),
    );
  });

  it('lets dates end a key without any refresh', async () => {
    const clock = new StandingClock();
    const ending = credential(1, { dates: { revokedAt: 1_500 } });
    const verifier = await open(new FakeFeed([ending]), clock);
    expect(verifier.verify(tokenOf(1)).code).toBe('VALID');
    clock.atMs = 1_500;
    expect(verifier.verify(tokenOf(1)).code).toBe('REVOKED');
  });

  it('reads every page of the snapshot', async () => {
    const many = Array.from({ length: 25_000 }, (_, number) => credential(number));
    const verifier = await open(new FakeFeed(many));
    expect(verifier.size().credentials).toBe(25_000);
    expect(many.filter((_, number) => !verifier.verify(tokenOf(number)).valid)).toEqual([]);
  });
});

describe('following the store', () => {
  it('has a revocation in force once a refresh that began after it resolves', async () => {
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed);
    const earlier = verifier.refresh();
    feed.put(credential(1, { dates: { revokedAt: 5 } }));
    await Promise.all([earlier, verifier.refresh()]);
    expect(verifier.verify(tokenOf(1)).code).toBe('REVOKED');
  });

  it('takes up new keys, renamed ones and changed permissions', async () => {
    const feed = new FakeFeed([credential(1), credential(2)]);
    const verifier = await open(feed);
    feed.put(credential(2, { name: 'renamed', effective: { permissions: [] } }));
    feed.put(credential(3));
    await verifier.refresh();
    expect(verifier.verify(tokenOf(2))).toMatchObject({ key: { name: 'renamed', permissions: [] } });
    expect(verifier.verify(tokenOf(1))).toMatchObject({
      key: { name: 'key-1', permissions: ['spaces:read'] },
    });
    expect(verifier.verify(tokenOf(3)).valid).toBe(true);
    expect(verifier.size().credentials).toBe(3);
  });

  it('stays true while it follows, and stops when asked to', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    const { until, stop } = follow(verifier, clock);
    await until(60_000);
    feed.put(credential(1, { dates: { revokedAt: 5 } }));
    await until(61_000);
    expect(verifier.verify(tokenOf(1)).code).toBe('REVOKED');
    await expect(stop()).resolves.toBeUndefined();
  });

  it('follows on after the store was away for a while', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    const { until, stop } = follow(verifier, clock);
    feed.isBroken = true;
    await until(10_000);
    const meanwhile = verifier.verify(tokenOf(1));
    feed.isBroken = false;
    await until(12_000);
    await stop();
    expect([meanwhile.valid, verifier.verify(tokenOf(1)).valid]).toEqual([false, true]);
  });
});

/** Follows every 500 ms of the test's clock, which runs by itself meanwhile. */
function follow(verifier: Verifier, clock: StandingClock) {
  const stopping = new AbortController();
  const following = verifier.follow(500, stopping.signal);
  return {
    until: async (atMs: number) => {
      while (clock.atMs < atMs) await new Promise((resolve) => setImmediate(resolve));
    },
    stop: () => {
      stopping.abort();
      return following;
    },
  };
}

describe('failing closed', () => {
  it('stops trusting its memory once the changes could not be read for longer than the bound', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    feed.isBroken = true;
    clock.atMs += STALE_AFTER_MS;
    expect((await verifier.refresh()).ok).toBe(false);
    expect(verifier.verify(tokenOf(1)).valid).toBe(true);
    clock.atMs += 1;
    expect(verifier.verify(tokenOf(1))).toEqual({ valid: false, code: 'UNAVAILABLE' });
  });

  it('counts the age of its memory from before the read, not from its answer', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    const answer = feed.changedSince;
    feed.changedSince = async (since) => {
      clock.atMs += STALE_AFTER_MS + 1;
      return answer(since);
    };
    await verifier.refresh();
    expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
  });

  it('does not let in again whom the store refused meanwhile, by a refresh that had read before that', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    clock.atMs += STALE_AFTER_MS + 1;
    expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
    const answer = feed.changedSince;
    feed.changedSince = async (since) => {
      const read = await answer(since);
      clock.atMs += 1;
      verifier.outrun({ valid: false, code: 'REVOKED' }, tokenOf(1), {});
      return read;
    };
    await verifier.refresh();
    expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
    feed.changedSince = answer;
    await verifier.refresh();
    expect(verifier.verify(tokenOf(1)).code).toBe('VALID');
  });

  it('cannot be opened on a store that does not answer', async () => {
    const feed = new FakeFeed([credential(1)]);
    feed.isBroken = true;
    const verifier = await createVerifier(feed, new StandingClock());
    expect(verifier).toMatchObject({ ok: false, error: { code: 'store_unreachable' } });
  });

  it('trusts nothing of a store that went back in time, and then reads it anew', async () => {
    const feed = new FakeFeed([credential(1), credential(2), credential(3)]);
    const verifier = await open(feed);
    feed.restore([credential(1)]);
    await verifier.refresh();
    expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
    await verifier.refresh();
    expect(verifier.verify(tokenOf(1)).code).toBe('VALID');
    expect(verifier.verify(tokenOf(3)).code).toBe('NOT_FOUND');
  });

  it('trusts nothing of a store that went back and has since gone further, another way', async () => {
    const feed = new FakeFeed([credential(1), credential(2)]);
    const verifier = await open(feed);
    feed.restore([credential(1)]);
    for (const id of [3, 4, 5, 6]) feed.put(credential(id));
    await verifier.refresh();
    expect(verifier.verify(tokenOf(2)).code).toBe('UNAVAILABLE');
    await verifier.refresh();
    expect(verifier.verify(tokenOf(2)).code).toBe('NOT_FOUND');
    expect(verifier.verify(tokenOf(6)).code).toBe('VALID');
  });

  it('says nothing after it was closed, even when a refresh was under way', async () => {
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed);
    const answer = feed.changedSince;
    let closing: Promise<unknown> = Promise.resolve();
    feed.changedSince = async (since) => {
      closing = verifier.close();
      return answer(since);
    };
    expect(await verifier.refresh()).toMatchObject({ ok: false, error: { code: 'interrupted' } });
    await closing;
    expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
    expect(await verifier.refresh()).toMatchObject({ ok: false, error: { code: 'interrupted' } });
  });
});

/** What the verifier must equal: a Map of the newest credentials and the decision of the domain. */
function naive(
  known: ReadonlyMap<string, Credential>,
  token: string,
  request: VerificationRequest,
  now: number,
) {
  if (parseToken(token) === undefined) return { valid: false, code: 'MALFORMED' };
  const found = known.get(token);
  if (found === undefined) return { valid: false, code: 'NOT_FOUND' };
  const version = { ...NO_FACTS, id: found.tokenId, generation: found.generation, ...found.dates };
  const code = decide(version, found.effective, request, now);
  const { keyId, name, generation, type, owner, dates, effective } = found;
  const { environment, permissions } = effective;
  const key = {
    keyId,
    name,
    version: generation,
    type,
    environment,
    owner,
    permissions,
    expiresAt: dates.expiresAt,
  };
  return { valid: code === 'VALID', code, key };
}

const NO_FACTS = { fingerprint: '', issuedAt: 0, lastUsedAt: undefined, consumers: [], envelope: undefined };

const date = fc.option(fc.oneof(fc.constantFrom(999, 1_000, 1_001, 8.64e15), fc.nat(2_000)), {
  nil: undefined,
});
const word = fc.constantFrom('production', 'development', 'spaces:read', 'spaces:write', '*');
const anyCredential = fc
  .record({
    number: fc.nat(8),
    name: fc.string({ unit: 'grapheme', maxLength: 8 }),
    dates: fc.record({
      promotedAt: date,
      retiringAt: date,
      suspendedUntil: date,
      revokedAt: date,
      expiresAt: date,
    }),
    effective: fc.record({
      environment: word,
      isDeactivated: fc.boolean(),
      owner: fc.constantFrom('active' as const, 'deactivated' as const, 'deleted' as const),
      permissions: fc.array(word, { maxLength: 3 }),
    }),
  })
  .map(({ number, ...differences }) => ({ number, credential: credential(number, differences) }));
const anyRequest = fc.record({ environment: word, permission: word }, { requiredKeys: [] });

it('answers exactly as a Map and the domain do, through any credentials, changes and requests', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyCredential, { maxLength: 6 }),
      fc.array(fc.oneof(anyCredential, fc.record({ asked: fc.nat(9), request: anyRequest })), {
        maxLength: 30,
      }),
      async (first, events) => {
        const known = new Map<string, Credential>();
        for (const one of first) known.set(tokenOf(one.number), one.credential);
        const feed = new FakeFeed([...known.values()]);
        const verifier = await open(feed);
        for (const event of events) {
          if ('asked' in event) {
            const token = tokenOf(event.asked);
            expect(verifier.verify(token, event.request)).toEqual(naive(known, token, event.request, 1_000));
          } else {
            known.set(tokenOf(event.number), event.credential);
            feed.put(event.credential);
            await verifier.refresh();
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

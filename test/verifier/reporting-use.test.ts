import { createVerifier, STALE_AFTER_MS, type Verifier } from '../../src/verifier/verifier.js';
import { credential, FakeFeed, StandingClock, tokenOf } from '../support/credentials.js';

const idOf = (number: number): string => credential(number).tokenId;

async function open(feed: FakeFeed, clock: StandingClock, consumer?: string): Promise<Verifier> {
  const verifier = await createVerifier(feed, clock, consumer === undefined ? {} : { consumer });
  if (!verifier.ok) throw new Error(verifier.error.message);
  return verifier.value;
}

describe('reporting use', () => {
  it('tells the store at every refresh which keys were used and when last, and nothing twice', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1), credential(2), credential(3)]);
    const verifier = await open(feed, clock);
    for (const [atMs, number] of [
      [1_100, 1],
      [1_200, 2],
      [1_300, 1],
    ] as const) {
      clock.atMs = atMs;
      verifier.verify(tokenOf(number));
    }
    await verifier.refresh();
    expect(Object.fromEntries(feed.lastUses)).toEqual({ [idOf(1)]: 1_300, [idOf(2)]: 1_200 });
    feed.lastUses.clear();
    await verifier.refresh();
    expect(feed.lastUses.size).toBe(0);
  });

  it('counts refused uses of the store’s keys, and no other text', async () => {
    const feed = new FakeFeed([credential(1, { dates: { revokedAt: 5 } })]);
    const verifier = await open(feed, new StandingClock());
    expect(verifier.verify(tokenOf(1), { permission: 'keys:write' }).valid).toBe(false);
    verifier.verify(tokenOf(2));
    verifier.verify('a text');
    await verifier.refresh();
    expect([...feed.lastUses.keys()]).toEqual([idOf(1)]);
  });

  it('names the consumer of the call, or else that of the verifier', async () => {
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, new StandingClock(), 'gateway');
    verifier.verify(tokenOf(1));
    verifier.verify(tokenOf(1), {}, 'billing');
    await verifier.refresh();
    expect([...feed.lastUses.keys()]).toEqual([`${idOf(1)} gateway`, `${idOf(1)} billing`]);
  });

  it('reports what was used since the last refresh when it is closed', async () => {
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, new StandingClock());
    verifier.verify(tokenOf(1));
    expect((await verifier.close()).ok).toBe(true);
    expect([...feed.lastUses.keys()]).toEqual([idOf(1)]);
  });

  it('says so when the last uses are lost at the close', async () => {
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, new StandingClock());
    verifier.verify(tokenOf(1));
    feed.isDeaf = true;
    expect(await verifier.close()).toMatchObject({ ok: false, error: { code: 'store_unreachable' } });
  });

  it('reports again what was not taken, the newest use of each', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1), credential(2), credential(3)]);
    const verifier = await open(feed, clock);
    feed.isDeaf = true;
    verifier.verify(tokenOf(1));
    verifier.verify(tokenOf(2));
    await verifier.refresh();
    clock.atMs += 100;
    verifier.verify(tokenOf(2));
    verifier.verify(tokenOf(3));
    await verifier.refresh();
    feed.isDeaf = false;
    await verifier.refresh();
    expect(Object.fromEntries(feed.lastUses)).toEqual({
      [idOf(1)]: 1_000,
      [idOf(2)]: 1_100,
      [idOf(3)]: 1_100,
    });
  });

  it('keeps a use that comes while a report is under way', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    const take = feed.reportUses;
    feed.reportUses = async (uses) => {
      clock.atMs = 1_500;
      verifier.verify(tokenOf(1));
      feed.reportUses = take;
      return take(uses);
    };
    verifier.verify(tokenOf(1));
    await verifier.refresh();
    expect(feed.lastUses.get(idOf(1))).toBe(1_000);
    await verifier.refresh();
    expect(feed.lastUses.get(idOf(1))).toBe(1_500);
  });

  it('reports any number of keys', async () => {
    const feed = new FakeFeed(Array.from({ length: 2_500 }, (_, number) => credential(number)));
    const verifier = await open(feed, new StandingClock());
    for (let number = 0; number < 2_500; number++) verifier.verify(tokenOf(number));
    await verifier.refresh();
    expect(feed.lastUses.size).toBe(2_500);
  });

  it('fails closed once it could not report for longer than the bound, though it can read', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    feed.isDeaf = true;
    verifier.verify(tokenOf(1));
    clock.atMs += STALE_AFTER_MS;
    expect((await verifier.refresh()).ok).toBe(false);
    expect(verifier.verify(tokenOf(1)).valid).toBe(true);
    clock.atMs += 1;
    expect(verifier.verify(tokenOf(1))).toEqual({ valid: false, code: 'UNAVAILABLE' });
  });

  it('remembers who used a key during an outage, and answers again after it', async () => {
    const clock = new StandingClock();
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, clock);
    feed.isBroken = true;
    clock.atMs += 60_000;
    expect(verifier.verify(tokenOf(1)).code).toBe('UNAVAILABLE');
    feed.isBroken = false;
    await verifier.refresh();
    expect(feed.lastUses.get(idOf(1))).toBe(61_000);
    expect(verifier.verify(tokenOf(1)).valid).toBe(true);
  });

  it('has a revocation in force although it cannot report', async () => {
    const feed = new FakeFeed([credential(1)]);
    const verifier = await open(feed, new StandingClock());
    verifier.verify(tokenOf(1));
    feed.isDeaf = true;
    feed.put(credential(1, { dates: { revokedAt: 5 } }));
    await verifier.refresh();
    expect(verifier.verify(tokenOf(1)).code).toBe('REVOKED');
  });
});

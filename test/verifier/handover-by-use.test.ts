/** Hand-overs whose only evidence comes through a verifier in memory: the real planner over the real store. */
import { digestOf } from '../../src/domain/canonical.js';
import type { ApiKeySpec } from '../../src/domain/kinds/index.js';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.js';
import { openStoreFeed } from '../../src/main/open-store.js';
import { gather } from '../../src/observe/gather.js';
import { plan } from '../../src/plan/plan-changes.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { entry, project } from '../support/plan-declarations.js';
import { apiKey, CALLER, keyRef, OURS, RECIPIENT, unwrap } from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const ROTATION = { overlap: '1h', quiet: '2h' } as const;

describe('a hand-over of a key that is only ever verified in memory', () => {
  const place = storePlace();
  const { clock } = place.world;

  /** Generation 2 was promoted a moment ago, and generation 1 is still out there. */
  async function rotated(rotation: ApiKeySpec['rotation'] = ROTATION) {
    const hand = await handOn(await place.store());
    const declared = apiKey('a', { rotation });
    await hand.create(declared);
    const [old, next] = [await hand.rollOut('a', 1), await hand.rollOut('a', 2)];
    unwrap(await hand.store.claim(keyRef('a'), CALLER));
    const feed = unwrap(await openStoreFeed({ ...place.world, folder: place.folder() }));
    const verifier = unwrap(await createVerifier(feed, clock, { consumer: 'gateway' }));

    async function planned() {
      const entries = [entry(declared)];
      const desired = { project: project(), entries, digest: digestOf(entries.map(({ digest }) => digest)) };
      const on = { desired, store: hand.store, sinks: NO_SINKS, ownership: OURS, recipient: RECIPIENT };
      const { steps, waiting } = plan(unwrap(await gather({ ...on, allowRemovals: undefined })).input);
      return { steps: steps.map(({ action }) => action), waits: waiting.map(({ reason }) => reason) };
    }

    return {
      hand,
      verifier,
      planned,
      use: async (generation: 1 | 2, consumer?: string) => {
        unwrap(await verifier.refresh());
        const token = (generation === 1 ? old : next).reveal();
        expect(verifier.verify(token, {}, consumer).valid).toBe(true);
        unwrap(await verifier.refresh());
      },
    };
  }

  it('waits for the successor to be used, and sees that it was', async () => {
    const { use, planned, verifier } = await rotated();
    clock.advance(4 * HOUR_MS);
    expect((await planned()).waits).toEqual(['SuccessorUnused']);
    await use(2);
    expect(await planned()).toEqual({ steps: ['revoke'], waits: [] });
    await verifier.close();
  });

  it('waits as long as the old version is in use', async () => {
    const { use, planned, verifier } = await rotated();
    clock.advance(4 * HOUR_MS);
    await use(1);
    await use(2);
    clock.advance(2 * HOUR_MS - MINUTE_MS);
    expect(await planned()).toEqual({ steps: [], waits: ['PredecessorInUse'] });
    await use(1);
    clock.advance(2 * HOUR_MS - MINUTE_MS);
    expect(await planned()).toEqual({ steps: [], waits: ['PredecessorInUse'] });
    clock.advance(MINUTE_MS);
    expect((await planned()).steps).toEqual(['revoke']);
    await verifier.close();
  });

  it('waits for the consumers that the key names', async () => {
    const { use, planned, verifier } = await rotated({ ...ROTATION, consumers: ['billing', 'gateway'] });
    clock.advance(4 * HOUR_MS);
    await use(2);
    expect((await planned()).waits).toEqual(['ConsumersUnseen']);
    await use(2, 'billing');
    expect((await planned()).steps).toEqual(['revoke']);
    await verifier.close();
  });

  it('takes a use from before the end of the stabilization window for no evidence, however late it is reported', async () => {
    const { verifier, planned, hand } = await rotated();
    const [, next] = unwrap(await hand.store.fetch([keyRef('a')]))[0]?.key?.versions ?? [];
    await verifier.refresh();
    const feed = unwrap(await openStoreFeed({ ...place.world, folder: place.folder() }));
    const use = { tokenId: next?.id ?? '', lastUsedAt: clock.now() };
    clock.advance(4 * HOUR_MS);
    unwrap(await feed.reportUses([use]));
    expect((await planned()).waits).toEqual(['SuccessorUnused']);
    await feed.close();
    await verifier.close();
  });
});

describe('what the store makes of a report', () => {
  const place = storePlace();
  const { clock } = place.world;

  async function reporting() {
    const hand = await handOn(await place.store());
    await hand.create(apiKey('a'));
    const token = await hand.rollOut('a', 1);
    const feed = unwrap(await openStoreFeed({ ...place.world, folder: place.folder() }));
    const version = async () => {
      const [first] = (await hand.fetch(keyRef('a'))).key?.versions ?? [];
      if (first === undefined) throw new Error('there is no version');
      return first;
    };
    return { hand, token, feed, version, tokenId: (await version()).id };
  }

  it('takes no later use back', async () => {
    const { hand, feed, token, tokenId, version } = await reporting();
    clock.advance(HOUR_MS);
    await hand.code(token);
    unwrap(await feed.reportUses([{ tokenId, lastUsedAt: clock.now() - MINUTE_MS }]));
    expect((await version()).lastUsedAt).toBe(clock.now());
    await feed.close();
  });

  it('believes no instance that was seen in the future', async () => {
    const { feed, tokenId, version } = await reporting();
    unwrap(await feed.reportUses([{ tokenId, lastUsedAt: clock.now() + HOUR_MS }]));
    expect((await version()).lastUsedAt).toBe(clock.now());
    await feed.close();
  });

  it('remembers consumers by their names, and passes over what it does not know', async () => {
    const { feed, tokenId, version } = await reporting();
    const lastUsedAt = clock.now();
    unwrap(
      await feed.reportUses([
        { tokenId: 'nobodysToken', lastUsedAt, consumer: 'billing' },
        { tokenId, lastUsedAt, consumer: 'billing' },
        { tokenId, lastUsedAt, consumer: 'Not A Name' },
      ]),
    );
    expect(await version()).toMatchObject({ lastUsedAt, consumers: ['billing'] });
    await feed.close();
  });

  it('neither audits it nor takes it for a change of the key', async () => {
    const { hand, feed, tokenId } = await reporting();
    const [before, entries] = [await hand.fetch(keyRef('a')), await hand.entries()];
    unwrap(await feed.reportUses([{ tokenId, lastUsedAt: clock.now(), consumer: 'billing' }]));
    expect((await hand.fetch(keyRef('a'))).revision).toBe(before.revision);
    expect(await hand.entries()).toBe(entries);
    await feed.close();
  });
});

const NO_SINKS = {
  locate: () => 'build-7',
  isHere: () => true,
  read: async () => [],
  deliver: () => Promise.reject(new Error('there is no sink')),
  confirm: () => Promise.reject(new Error('there is no sink')),
  delivered: async () => [],
  withdraw: () => Promise.reject(new Error('there is no sink')),
  take: async () => undefined,
};

/** Fine print 21: what is revoked now is revoked on every machine, whatever its clock says; ends that lie ahead go by the store's. */
import { isAccepted, stateOf } from '../../src/domain/lifecycle.js';
import { openStoreFeed } from '../../src/main/open-store.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { apiKey, CALLER, keyRef, type TestStore, unwrap } from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';
import { handClock, START } from '../support/store-world.js';

const place = storePlace();
const AHEAD_MS = 15_000;

/** The machine that revokes is ahead of the one that verifies. */
async function twoMachines() {
  const behind = handClock();
  const ahead = handClock(START + AHEAD_MS);
  const hand = await handOn(await place.store({ clock: ahead }));
  const other = await place.store({ clock: behind });
  const feed = unwrap(await openStoreFeed({ ...place.world, clock: behind, folder: place.folder() }));
  const verifier = unwrap(await createVerifier(feed, behind));
  await hand.create(apiKey('a'));
  const token = await hand.rollOut('a', 1);
  const codes = async () => {
    unwrap(await verifier.refresh());
    return [verifier.verify(token.reveal()).code, unwrap(await other.verify(token, {})).code];
  };
  return { hand, other, behind, codes, close: () => verifier.close() };
}

const revokeManually = (hand: TestStore, overlapMs: number) =>
  hand.store.request({ kind: 'revoke', object: keyRef('a'), overlapMs }, CALLER);

it.each([
  ['a plan revokes a version', (hand: TestStore) => hand.revoke('a', [1]), 'REVOKED'],
  ['revoke without an overlap', (hand: TestStore) => revokeManually(hand, 0), 'REVOKED'],
  ['a removal without an overlap', (hand: TestStore) => hand.remove(keyRef('a')), 'REVOKED'],
  [
    'a deactivation',
    (hand: TestStore) => hand.store.request({ kind: 'deactivate', object: keyRef('a') }, CALLER),
    'INACTIVE',
  ],
] as const)('%s is in force on a machine whose clock is behind', async (_, end, code) => {
  const { hand, codes, close } = await twoMachines();
  expect(await codes()).toEqual(['VALID', 'VALID']);
  unwrap(await end(hand));
  expect(await codes()).toEqual([code, code]);
  await close();
});

it('an end that lay ahead and is revoked at once is in force on every machine', async () => {
  const { hand, codes, behind, close } = await twoMachines();
  unwrap(await revokeManually(hand, 1_000));
  expect(await codes()).toEqual(['VALID', 'VALID']);
  unwrap(await revokeManually(hand, 0));
  expect(await codes()).toEqual(['REVOKED', 'REVOKED']);
  behind.set(0);
  expect(await codes()).toEqual(['REVOKED', 'REVOKED']);
  await close();
});

it('planning and listing see the state too, and nothing is put off by revoking again', async () => {
  const { hand, other, close } = await twoMachines();
  unwrap(await revokeManually(hand, 0));
  expect(unwrap(await revokeManually(hand, 60_000)).changed).toBe(false);
  const [object] = unwrap(await other.fetch([keyRef('a')]));
  const [version] = object?.key?.versions ?? [];
  if (version === undefined) throw new Error('there is no version');
  expect(version).toMatchObject({ revokedAt: START + AHEAD_MS, isRevoked: true });
  expect([stateOf(version, START), isAccepted(version, 0)]).toEqual(['revoked', false]);
  expect(unwrap(await hand.store.verifyAudit()).entries).toBeGreaterThan(0);
  await close();
});

it('the state is covered by the MAC of its row', async () => {
  const { hand, other, close } = await twoMachines();
  unwrap(await revokeManually(hand, 0));
  place.tamper('update versions set is_revoked = null where revoked_at is not null');
  expect(await other.fetch([keyRef('a')])).toMatchObject({ ok: false, error: { code: 'store_tampered' } });
  await close();
});

/** What restoring an embedded store holds for those who have it open, and for what was ended since the backup. */
import { join } from 'node:path';
import { backUp } from '../../src/main/backup.js';
import { openStoreFeed } from '../../src/main/open-store.js';
import { restore } from '../../src/main/restore.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { apiKey, CALLER, keyRef, refusal, service, unwrap } from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const place = storePlace();
const file = () => join(place.root(), 'backup');
const save = async () => {
  const request = { file: file(), keyFile: undefined, whenTaken: 'refuse', caller: CALLER } as const;
  return unwrap(await backUp({ ...place.world, folder: place.folder(), ...request }));
};
const bringBack = async () => {
  const request = { file: file(), keyFile: undefined, whenOther: 'overwrite', caller: CALLER } as const;
  return restore({ ...place.world, folder: place.folder(), ...request });
};
/** The lease that tests hold is given back first, as an apply does. */
const handWithLease = async () => handOn(await place.store());

it('keeps ended what was revoked, stopped, removed or shown since', async () => {
  const hand = await handWithLease();
  for (const name of ['kept', 'revoked', 'stopped', 'removed', 'claimed']) await hand.create(apiKey(name));
  const tokens = new Map<string, Awaited<ReturnType<typeof hand.rollOut>>>();
  for (const name of ['kept', 'revoked', 'stopped', 'removed']) tokens.set(name, await hand.rollOut(name, 1));
  unwrap(await hand.issue('claimed', 1, 'authority'));
  unwrap(await hand.promote('claimed', 1));
  await save();
  place.world.clock.advance(1_000);
  unwrap(await hand.revoke('revoked', [1]));
  unwrap(await hand.store.request({ kind: 'deactivate', object: keyRef('stopped') }, CALLER));
  unwrap(await hand.remove(keyRef('removed')));
  unwrap(await hand.store.claim(keyRef('claimed'), CALLER));
  unwrap(await hand.store.releaseLease(hand.lease));

  const report = unwrap(await bringBack());

  expect(report).toMatchObject({ endedAgain: 2, stoppedAgain: 1, forgotten: 0 });
  const codes = await Promise.all([...tokens].map(async ([name, token]) => [name, await hand.code(token)]));
  expect(Object.fromEntries(codes)).toEqual({
    kept: 'VALID',
    revoked: 'REVOKED',
    stopped: 'INACTIVE',
    removed: 'REVOKED',
  });
  expect(refusal(await hand.store.claim(keyRef('claimed'), CALLER))).toBe('already_claimed');
  unwrap(await hand.store.verifyAudit());
  const actions = unwrap(await hand.store.audit({ object: 'Store/backup' })).map(({ action }) => action);
  expect(actions).toEqual(['store.backed-up', 'store.restored']);
});

it('ends every lease, also one whose epoch comes round again', async () => {
  const hand = await handWithLease();
  await save();
  unwrap(await hand.store.releaseLease(hand.lease));
  const paused = unwrap(await hand.store.acquireLease('paused', 5_000));
  place.world.clock.advance(6_000);
  unwrap(await hand.store.releaseLease(unwrap(await hand.store.acquireLease('other', 5_000))));
  unwrap(await bringBack());
  const create = { kind: 'create', declaration: service('billing') } as const;
  const ownership = { project: 'acme', manager: 'documents' };
  for (let taken = 0; taken < 3; taken++) {
    const lease = unwrap(await hand.store.acquireLease('paused', 1));
    expect(lease.epoch).not.toBe(paused.epoch);
    place.world.clock.advance(2);
  }
  expect(refusal(await hand.store.mutate({ ...create, ownership }, paused, CALLER))).toBe('lease_lost');
});

it('waits for the holder of the lease', async () => {
  const hand = await handWithLease();
  await save();
  expect(refusal(await bringBack())).toBe('locked');
  unwrap(await hand.store.releaseLease(hand.lease));
  unwrap(await bringBack());
});

it('is noticed by a verifier that had read more than the backup holds', async () => {
  const hand = await handWithLease();
  await hand.create(apiKey('a'));
  await hand.rollOut('a', 1);
  await save();
  await hand.create(apiKey('since'));
  const since = await hand.rollOut('since', 1);
  const feed = unwrap(await openStoreFeed({ ...place.world, folder: place.folder() }));
  const verifier = unwrap(await createVerifier(feed, place.world.clock));
  expect(verifier.verify(since.reveal()).code).toBe('VALID');
  unwrap(await hand.store.releaseLease(hand.lease));
  unwrap(await bringBack());
  const again = await handWithLease();
  for (const name of ['b', 'c', 'd']) await again.create(service(name));
  await verifier.refresh();
  await verifier.refresh();
  expect(verifier.verify(since.reveal()).code).toBe('NOT_FOUND');
  unwrap(await verifier.close());
});

it('stops nothing half way when the database was edited behind the store', async () => {
  const hand = await handWithLease();
  await hand.create(apiKey('a'));
  const token = await hand.rollOut('a', 1);
  await save();
  unwrap(await hand.revoke('a', [1]));
  unwrap(await hand.store.releaseLease(hand.lease));
  await hand.store.close();
  place.tamper('delete from audit where seq = 2');
  const report = unwrap(await bringBack());
  expect(report.aside).toBeDefined();
  const store = await place.store();
  expect(unwrap(await store.verify(token, {})).code).toBe('REVOKED');
  unwrap(await store.verifyAudit());
});

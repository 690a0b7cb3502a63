/** A reconciler in the store's own process gets a new secret beside its box, and no caller gets one that waits for a claim. */
import { CLAIM_RECIPIENT } from '../../src/domain/live.js';
import { apiKey, DOTENV, unwrap } from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const place = storePlace();

it('is what verifies, and comes with the issue that drew it alone', async () => {
  const hand = await handOn(await place.store());
  await hand.create(apiKey('a', { deliver: [DOTENV] }));
  const { drawn } = unwrap(await hand.issue('a', 1));
  if (drawn === undefined) throw new Error('the issue gave nothing to deliver');
  expect(await hand.code(drawn)).toBe('VALID');
  expect(unwrap(await hand.issue('a', 1)).drawn).toBeUndefined();
});

it('is not given where a claim shows it, whichever recipient is named', async () => {
  const hand = await handOn(await place.store());
  await hand.create(apiKey('a'));
  await hand.create(apiKey('b', { deliver: [DOTENV] }));
  expect(unwrap(await hand.issue('a', 1)).drawn).toBeUndefined();
  expect(unwrap(await hand.issue('b', 1, CLAIM_RECIPIENT)).drawn).toBeUndefined();
});

it('prints as a placeholder', async () => {
  const hand = await handOn(await place.store());
  await hand.create(apiKey('a', { deliver: [DOTENV] }));
  expect(JSON.stringify(unwrap(await hand.issue('a', 1)).drawn)).toBe('"[secret]"');
});

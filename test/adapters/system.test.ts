/** The real adapters do what their ports say. */

import { sodiumSealing, systemClock, systemEntropy } from '../../src/adapters/system.js';
import { Secret } from '../../src/domain/secret.js';

describe('sealed boxes', () => {
  it('open for their recipient, and for no other', async () => {
    const [ours, theirs] = [await sodiumSealing.newIdentity(), await sodiumSealing.newIdentity()];
    const sealed = await sodiumSealing.seal(new Secret('sk_live_é'), ours.recipient);
    expect(sealed).not.toContain('sk_live');
    expect((await sodiumSealing.open(sealed, ours))?.reveal()).toBe('sk_live_é');
    expect(await sodiumSealing.open(sealed, theirs)).toBeUndefined();
  });

  it('do not open when they were altered, or are none', async () => {
    const identity = await sodiumSealing.newIdentity();
    const bytes = Buffer.from(await sodiumSealing.seal(new Secret('x'), identity.recipient), 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(await sodiumSealing.open(bytes.toString('base64'), identity)).toBeUndefined();
    expect(await sodiumSealing.open('', identity)).toBeUndefined();
  });
});

describe('the clock', () => {
  it('sleeps longer than a timer can without waking at once', async () => {
    const aborted = new AbortController();
    let isAwake = false;
    const sleeping = systemClock.sleep(2 ** 40, aborted.signal).then(
      () => {
        isAwake = true;
      },
      () => {},
    );
    await systemClock.sleep(5);
    expect(isAwake).toBe(false);
    aborted.abort();
    await sleeping;
  });

  it('wakes with the reason of the abort, also beforehand', async () => {
    const reason = new Error('stop');
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
  });
});

it('chance gives as many bytes as asked, never the same twice', () => {
  const drawn = new Set(
    Array.from({ length: 2_000 }, () => Buffer.from(systemEntropy.bytes(16)).toString('hex')),
  );
  expect(drawn.size).toBe(2_000);
  expect(systemEntropy.bytes(10_000).length).toBe(10_000);
});

/** What every live store promises of lists by page, and of ending one version manually; run for each engine. */
import type { LiveObject } from '../../src/domain/live.js';
import { ok } from '../../src/domain/result.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { apiKey, CALLER, keyRef, service, unwrap } from '../support/store.js';
import { handOn } from '../support/store-folder.js';

export function listsContract(openStore: () => Promise<LiveStore>): void {
  const names = (objects: readonly LiveObject[]) => objects.map(({ ref }) => ref.name);

  test('pages of a kind, put together, are all live objects of it, by name and each once', async () => {
    const hand = await handOn(await openStore());
    for (const name of ['d', 'a', 'c', 'b']) await hand.create(service(name));
    await hand.remove({ kind: 'Service', name: 'c' });
    const first = unwrap(await hand.store.list({ kind: 'Service', limit: 2 }));
    const second = unwrap(
      await hand.store.list({ kind: 'Service', limit: 2, after: first.at(-1)?.ref.name }),
    );
    expect([names(first), names(second)]).toEqual([['a', 'b'], ['d']]);
    expect(first).toEqual(unwrap(await hand.store.fetch(first.map(({ ref }) => ref))));
  });

  test('a list tells the versions of keys, as fetching them does', async () => {
    const hand = await handOn(await openStore());
    await hand.create(apiKey('app'));
    await hand.rollOut('app', 1);
    const listed = unwrap(await hand.store.list({ kind: 'ApiKey', limit: 1_000 }));
    expect(listed.find(({ ref }) => ref.name === 'app')).toEqual(await hand.fetch(keyRef('app')));
  });

  test('ending one version manually leaves the others as they are', async () => {
    const hand = await handOn(await openStore());
    await hand.create(apiKey('app'));
    const [older, newer] = [await hand.rollOut('app', 1), await hand.rollOut('app', 2)];
    const tokenId = (await hand.fetch(keyRef('app'))).key?.versions[0]?.id ?? '';
    const ending = { kind: 'revoke', object: keyRef('app'), overlapMs: 0, tokenId } as const;
    expect(await hand.store.request(ending, CALLER)).toMatchObject(ok({ changed: true }));
    expect([await hand.code(older), await hand.code(newer)]).toEqual(['REVOKED', 'VALID']);
    expect(await hand.store.request(ending, CALLER)).toMatchObject(ok({ changed: false }));
  });
}

import fc from 'fast-check';
import type { Secret } from '../../src/domain/secret.js';
import { openStoreFeed } from '../../src/main/open-store.js';
import type { CredentialFeed } from '../../src/ports/credential-feed.js';
import { createVerifier, type Verifier } from '../../src/verifier/verifier.js';
import {
  apiKey,
  environment,
  keyRef,
  OURS,
  refusal,
  service,
  serviceRef,
  type TestStore,
  unwrap,
} from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const CALLER = { actor: 'ada', path: 'test' };

describe('a verifier fed by the embedded store', () => {
  const place = storePlace();
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const openFeed = async (): Promise<CredentialFeed> => {
    const feed = unwrap(await openStoreFeed({ ...place.world, folder: place.folder() }));
    closing.push(() => feed.close());
    return feed;
  };
  const openVerifier = async (): Promise<Verifier> =>
    unwrap(await createVerifier(await openFeed(), place.world.clock));
  const hand = async (): Promise<TestStore> => handOn(await place.store());
  const codeOf = (verifier: Verifier, token: Secret, permission?: string): string =>
    verifier.verify(token.reveal(), permission === undefined ? {} : { permission }).code;

  it('answers what the store answers, word for word', async () => {
    const store = await hand();
    await store.create(service('billing', { permissions: ['spaces:read'] }));
    await store.create(apiKey('a', { owner: { service: 'billing' }, expiresAfter: '9d' }));
    const token = await store.rollOut('a', 1);
    const verifier = await openVerifier();
    const request = { environment: 'production', permission: 'spaces:write' };
    expect(verifier.verify(token.reveal(), request)).toEqual(
      unwrap(await store.store.verify(token, request)),
    );
    expect(verifier.verify(token.reveal()).code).toBe('VALID');
  });

  it('sees what another process did once it refreshed: new keys, revocations, an emergency stop', async () => {
    const store = await hand();
    const verifier = await openVerifier();
    await store.create(apiKey('a'));
    await store.create(apiKey('b'));
    const [a, b] = [await store.rollOut('a', 1), await store.rollOut('b', 1)];
    unwrap(await verifier.refresh());
    expect([codeOf(verifier, a), codeOf(verifier, b)]).toEqual(['VALID', 'VALID']);
    unwrap(await store.revoke('a', [1]));
    unwrap(await store.store.request({ kind: 'deactivate', object: keyRef('b') }, CALLER));
    unwrap(await verifier.refresh());
    expect([codeOf(verifier, a), codeOf(verifier, b)]).toEqual(['REVOKED', 'INACTIVE']);
  });

  it('lets a change of the owner reach all its keys', async () => {
    const store = await hand();
    await store.create(service('billing', { permissions: ['spaces:read'] }));
    await store.create(apiKey('a', { owner: { service: 'billing' } }));
    const token = await store.rollOut('a', 1);
    const verifier = await openVerifier();
    const { revision } = await store.fetch(serviceRef('billing'));
    const declaration = service('billing', { permissions: ['events:read'] });
    unwrap(await store.mutate({ kind: 'update', declaration, ownership: OURS, revision }));
    unwrap(await verifier.refresh());
    expect(codeOf(verifier, token, 'spaces:read')).toBe('FORBIDDEN');
    expect(codeOf(verifier, token, 'events:read')).toBe('VALID');
  });

  it('knows the versions of removed keys, and a key that took the name over', async () => {
    const store = await hand();
    await store.create(apiKey('a'));
    const old = await store.rollOut('a', 1);
    const verifier = await openVerifier();
    unwrap(await store.remove(keyRef('a')));
    await store.create(apiKey('a'));
    const next = await store.rollOut('a', 1);
    unwrap(await verifier.refresh());
    expect([codeOf(verifier, old), codeOf(verifier, next)]).toEqual(['REVOKED', 'VALID']);
    expect([codeOf(await openVerifier(), old), codeOf(await openVerifier(), next)]).toEqual([
      'REVOKED',
      'VALID',
    ]);
  });

  it('gives every credential exactly once, in pages of any size', async () => {
    const store = await hand();
    for (const name of ['a', 'b', 'c']) {
      await store.create(apiKey(name));
      await store.rollOut(name, 1);
    }
    const feed = await openFeed();
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = unwrap(await feed.snapshot(after, 2));
      ids.push(...page.credentials.map((credential) => credential.tokenId));
      after = page.next;
    } while (after !== undefined);
    // Three of this test's, and two automatic ones in each of the two environments.
    expect(new Set(ids).size).toBe(7);
    expect(ids.length).toBe(7);
  });

  it.each([
    [
      'a key',
      "update objects set declaration = replace(declaration, 'production', 'development') where name = 'a'",
    ],
    ['a version', 'update versions set revoked_at = null, generation = 2'],
    [
      'a service',
      "update objects set declaration = replace(declaration, 'spaces:read', 'keys:write') where name = 'billing'",
    ],
  ])('serves nothing from a database in which somebody edited %s', async (_what, sql) => {
    const store = await hand();
    await store.create(service('billing', { permissions: ['spaces:read'] }));
    await store.create(apiKey('a', { owner: { service: 'billing' } }));
    await store.rollOut('a', 1);
    place.tamper(sql);
    expect(refusal(await createVerifier(await openFeed(), place.world.clock))).toBe('store_tampered');
  });

  it('does not make a store where none exists', async () => {
    expect(refusal(await openStoreFeed({ ...place.world, folder: place.folder() }))).toBe('store_absent');
  });

  it('agrees with the store about every token, after any history', async () => {
    const action = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      act: fc.constantFrom(
        'rollOut',
        'revoke',
        'remove',
        'deactivate',
        'activate',
        'service',
        'refresh',
        'later',
      ),
    });
    let histories = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
        histories += 1;
        const store = await handOn(await place.store({ folder: `${place.folder()}-${histories}` }));
        const world = { ...place.world, folder: `${place.folder()}-${histories}` };
        const feed = unwrap(await openStoreFeed(world));
        const verifier = unwrap(await createVerifier(feed, place.world.clock));
        const tokens = await play(store, verifier, actions);
        unwrap(await verifier.refresh());
        for (const token of tokens) {
          const request = { permission: 'spaces:read' };
          expect(verifier.verify(token.reveal(), request)).toEqual(
            unwrap(await store.store.verify(token, request)),
          );
        }
        await verifier.close();
      }),
      { numRuns: 25 },
    );
  });

  /** Acts that the store refuses are part of the history. Gives every token there ever was. */
  async function play(
    store: TestStore,
    verifier: Verifier,
    actions: readonly { readonly key: string; readonly act: string }[],
  ): Promise<readonly Secret[]> {
    const tokens: Secret[] = [];
    await store.create(environment('staging'));
    await store.create(service('billing', { permissions: ['spaces:read'] }));
    for (const { key, act } of actions) {
      const [live] = unwrap(await store.store.fetch([keyRef(key)]));
      const versions = live?.key?.versions ?? [];
      if (act === 'refresh') unwrap(await verifier.refresh());
      else if (act === 'later') place.world.clock.advance(60_000);
      else if (act === 'service') {
        const { revision, declaration } = await store.fetch(serviceRef('billing'));
        const has = declaration.kind === 'Service' && declaration.spec.permissions?.[0] === 'spaces:read';
        const next = service('billing', { permissions: [has ? 'events:read' : 'spaces:read'] });
        unwrap(await store.mutate({ kind: 'update', declaration: next, ownership: OURS, revision }));
      } else if (live === undefined)
        await store.create(apiKey(key, { environment: 'staging', owner: { service: 'billing' } }));
      else if (act === 'rollOut') {
        const issued = await store.issue(key, versions.length + 1);
        if (!issued.ok) continue;
        tokens.push(await store.rollOut(key, versions.length + 1));
      } else if (act === 'revoke') await store.revoke(key, [versions.length]);
      else if (act === 'remove') unwrap(await store.remove(keyRef(key), 30_000));
      else if (act === 'deactivate' || act === 'activate')
        unwrap(await store.store.request({ kind: act, object: keyRef(key) }, CALLER));
    }
    return tokens;
  }
});

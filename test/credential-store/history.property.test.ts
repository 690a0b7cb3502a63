/** Random histories of one key: whatever is asked in whatever order, the store's promises hold after every step. */
import * as fc from 'fast-check';
import { isAccepted } from '../../src/domain/lifecycle.js';
import type { Secret } from '../../src/domain/secret.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { openInMemory } from '../../src/main/store-site.js';
import { apiKey, CALLER, DOTENV, keyRef, TestStore, tokenIn, unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';

const NAME = 'a';
const generation = fc.integer({ min: 1, max: 8 });
const overlapMs = fc.constantFrom(0, HOUR_MS, 3 * HOUR_MS);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('issueNext' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('promoteNewest' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('issue' as const), generation }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('promote' as const), generation }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), generation }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revokeByHand' as const), overlapMs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('deactivate' as const, 'activate' as const, 'requestRotation' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), overlapMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4 * HOUR_MS }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

it('never resurrects a version, never accepts a sixth, and records each effect once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = testWorld();
      const store = unwrap(await openInMemory(world));
      const hand = new TestStore(store, unwrap(await store.acquireLease('ada', 5_000)));
      const tokens = new Map<string, Secret>();
      const ended = new Set<string>();
      await hand.create(apiKey(NAME, { expiresAfter: '1d', rotation: { overlap: '1h' }, deliver: [DOTENV] }));
      let entries = await hand.entries();
      for (const one of steps) {
        if (one.do === 'wait') world.clock.advance(one.ms);
        const first = await take(hand, one, tokens);
        const after = await hand.entries();
        expect(after - entries).toBe(first ? 1 : 0);
        if (one.do !== 'issueNext') expect(await take(hand, one, tokens)).toBe(false);
        entries = await hand.entries();
        for (const [id, token] of tokens) {
          const code = await hand.code(token);
          if (ended.has(id)) expect(['REVOKED', 'EXPIRED']).toContain(code);
          if (code === 'REVOKED' || code === 'EXPIRED') ended.add(id);
        }
        const [live] = unwrap(await store.fetch([keyRef(NAME)]));
        const accepted =
          live?.key?.versions.filter((version) => isAccepted(version, world.clock.now())) ?? [];
        expect(accepted.length).toBeLessThanOrEqual(5);
      }
      await store.close();
    }),
    { numRuns: 40 },
  );
});

/** Does one step; true if it changed anything. Refusals change nothing. */
async function take(hand: TestStore, one: Step, tokens: Map<string, Secret>): Promise<boolean> {
  const object = keyRef(NAME);
  const [live] = unwrap(await hand.store.fetch([object]));
  const newest = live?.key?.versions.at(-1)?.generation ?? 0;
  const issue = async (next: number) => {
    const result = await hand.issue(NAME, next);
    if (result.ok && result.value.issued)
      tokens.set(result.value.issued.id, tokenIn(result.value.issued.sealed));
    return result;
  };
  const act = () => {
    switch (one.do) {
      case 'issueNext':
        return issue(newest + 1);
      case 'issue':
        return issue(one.generation);
      case 'promoteNewest':
        return live ? hand.promote(NAME, newest) : undefined;
      case 'promote':
        return live ? hand.promote(NAME, one.generation) : undefined;
      case 'revoke':
        return hand.revoke(NAME, [one.generation]);
      case 'revokeByHand':
        return hand.store.request({ kind: 'revoke', object, overlapMs: one.overlapMs }, CALLER);
      case 'delete':
        return live ? hand.remove(object, one.overlapMs) : undefined;
      case 'create':
        return hand.mutate({
          kind: 'create',
          declaration: apiKey(NAME, { expiresAfter: '1d', rotation: { overlap: '1h' }, deliver: [DOTENV] }),
          ownership: { project: 'acme', manager: 'documents' },
        });
      case 'wait':
        return undefined;
      default:
        return hand.store.request({ kind: one.do, object }, CALLER);
    }
  };
  const result = await act();
  return result?.ok === true && result.value.changed;
}

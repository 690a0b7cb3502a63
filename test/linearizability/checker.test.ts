/** The checker of histories finds what is wrong, and lets pass what is not. */
import fc from 'fast-check';
import { asSeenAt, type Deed, type Found, isLinearizable, type Operation } from './checker.js';

const at = (calledMs: number, returnedMs: number, deed: Deed, server = 'a'): Operation => ({
  deed,
  calledMs,
  returnedMs,
  at: server,
});
const issue = (generation = 1): Deed => ({ kind: 'issue', generation });
const revoke: Deed = { kind: 'revoke' };
const verify = (found: Found, generation = 1): Deed => ({ kind: 'verify', generation, found });

describe('one server', () => {
  it.each<[string, readonly Operation[]]>([
    [
      'good after issue, ended after revoke',
      [at(0, 1, issue()), at(2, 3, verify('good')), at(4, 5, revoke), at(6, 7, verify('ended'))],
    ],
    [
      'either answer while it is revoked',
      [at(0, 1, issue()), at(4, 9, revoke), at(5, 6, verify('good')), at(7, 8, verify('ended'))],
    ],
    [
      'a rotation: the next is good, then the older ends',
      [
        at(0, 1, issue()),
        at(2, 3, issue(2)),
        at(4, 5, verify('good')),
        at(4, 6, { kind: 'end', generation: 1 }),
        at(7, 8, verify('ended')),
        at(7, 8, verify('good', 2)),
      ],
    ],
    [
      'a revocation that nobody heard back of, either way',
      [at(0, 1, issue()), at(2, Number.POSITIVE_INFINITY, revoke), at(5, 6, verify('good'))],
    ],
  ])('may say: %s', (_what, history) => {
    expect(isLinearizable(history)).toBe(true);
  });

  it.each<[string, readonly Operation[]]>([
    ['good after it was revoked', [at(0, 1, issue()), at(2, 3, revoke), at(4, 5, verify('good'))]],
    [
      'good again',
      [at(0, 1, issue()), at(2, 9, revoke), at(3, 4, verify('ended')), at(5, 6, verify('good'))],
    ],
    ['ended before anybody asked for it', [at(0, 1, issue()), at(2, 3, verify('ended')), at(4, 5, revoke)]],
    ['good before it was issued', [at(0, 1, verify('good')), at(2, 3, issue())]],
    ['unknown once it was issued', [at(0, 1, issue()), at(2, 3, verify('absent'))]],
    [
      'the wrong version ended',
      [
        at(0, 1, issue()),
        at(0, 1, issue(2)),
        at(2, 3, { kind: 'end', generation: 1 }),
        at(4, 5, verify('ended', 2)),
      ],
    ],
    [
      'good after it was refused, by a revocation that nobody heard back of',
      [
        at(0, 1, issue()),
        at(2, Number.POSITIVE_INFINITY, revoke),
        at(3, 4, verify('ended')),
        at(5, 6, verify('good')),
      ],
    ],
  ])('may not say: %s', (_what, history) => {
    expect(isLinearizable(history)).toBe(false);
  });
});

describe('two servers', () => {
  const revokedAtB = [at(0, 1, issue()), at(2, 3, revoke, 'b')];

  it('lets another server be late by the bound and not by more', () => {
    const seen = (calledMs: number) =>
      isLinearizable(asSeenAt('a', [...revokedAtB, at(calledMs, calledMs + 1, verify('good'))], 2_000));
    expect([seen(1_900), seen(2_100)]).toEqual([true, false]);
  });

  it('lets no client be late about what it did itself', () => {
    expect(isLinearizable(asSeenAt('b', [...revokedAtB, at(4, 5, verify('good'), 'b')], 2_000))).toBe(false);
  });

  it('lets a late server not go back', () => {
    const history = [...revokedAtB, at(10, 11, verify('ended')), at(12, 13, verify('good'))];
    expect(isLinearizable(asSeenAt('a', history, 2_000))).toBe(false);
  });
});

/** A true register, asked in turn: each operation takes effect somewhere between its call and its return. */
const trueHistory = fc
  .array(
    fc.record({
      act: fc.constantFrom('issue', 'revoke', 'verify', 'verify', 'verify'),
      generation: fc.integer({ min: 1, max: 3 }),
      before: fc.nat(6),
      later: fc.nat(6),
    }),
    { maxLength: 14 },
  )
  .map((acts) => {
    const states = new Map<number, Found>();
    return acts.flatMap(({ act, generation, before, later }, index): Operation[] => {
      const [calledMs, returnedMs] = [index * 4 - before, index * 4 + later];
      if (act === 'revoke') {
        for (const one of states.keys()) states.set(one, 'ended');
        return [at(calledMs, returnedMs, revoke)];
      }
      if (act === 'verify')
        return [at(calledMs, returnedMs, verify(states.get(generation) ?? 'absent', generation))];
      if (states.has(generation)) return [];
      states.set(generation, 'good');
      return [at(calledMs, returnedMs, issue(generation))];
    });
  });

test('whatever a true register answers passes, and a refused key that is good later never does', () => {
  fc.assert(
    fc.property(trueHistory, (history) => {
      expect(isLinearizable(history)).toBe(true);
      const resurrected = [
        at(1_000, 1_001, issue(9)),
        at(1_002, 1_003, revoke),
        at(1_004, 1_005, verify('good', 9)),
      ];
      expect(isLinearizable([...history, ...resurrected])).toBe(false);
    }),
  );
});

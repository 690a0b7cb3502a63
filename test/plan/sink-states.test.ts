/** What a sink holds, in one word: each told apart from the others. */
import { EMPTY_VERSION, type Receipt } from '../../src/domain/live.js';
import type { DeclarationOf } from '../../src/domain/objects.js';
import { sinkStatePhrase, sinkStatesOf } from '../../src/plan/sink-states.js';
import { key } from '../support/plan-declarations.js';

const declaration = key('billing-prod', { deliver: [{ file: { path: 'a', format: 'raw' } }] });
const version = (generation: number) => ({
  ...EMPTY_VERSION,
  generation,
  fingerprint: `of-${generation}`,
  promotedAt: 1,
});
const live = {
  ref: { kind: 'ApiKey', name: 'billing-prod' } as const,
  declaration: declaration as DeclarationOf<'ApiKey'>,
  deliveries: [],
  key: { versions: [version(1), version(2)] } as never,
};
const phrase = (receipt: Receipt) => {
  const known = { object: { kind: 'ApiKey', name: 'other' } as const };
  const [state] = sinkStatesOf(live, new Map([['file:a#raw', receipt]]), new Map([['theirs', known]]));
  return state && sinkStatePhrase(state);
};
const holds = (fingerprint: string, more: object = {}): Receipt => ({
  ...{ kind: 'holds', fingerprint, tokenId: undefined },
  ...more,
});

test.each<[string, Receipt]>([
  ['held', holds('of-2')],
  ['older version (1)', holds('of-1')],
  ['missing', { kind: 'missing' }],
  ['edited', holds('foreign')],
  ['edited (its revision changed; it shows no values)', holds('revision:7')],
  ['taken over by external-secrets', holds('foreign', { manager: 'external-secrets' })],
  ['taken over by ApiKey/other', holds('foreign', { tokenId: 'theirs' })],
  ['elsewhere (laptop:/a)', { kind: 'elsewhere', where: 'laptop:/a', fingerprint: 'of-2' }],
  ['unreadable (Vault is sealed)', { kind: 'unknown', why: 'Vault is sealed' }],
  ['recorded', { kind: 'unseen', fingerprint: 'of-2' }],
])('sink states: %s', (expected, receipt) => {
  expect(phrase(receipt)).toBe(expected);
});

test('sink states: a managed object that holds the current version is held', () => {
  expect(phrase(holds('of-2', { manager: 'argocd' }))).toBe('held');
});

/** Naming who made live and declared differ: those whose deed explains a step, and no other. */

import type { Cause } from '../../src/plan/drift.js';
import type { StepReason } from '../../src/plan/reasons.js';
import { causeOf, RECONCILER_PATH } from '../../src/reconcile/drift-attribution.js';

/** Written as `actor path action`, oldest first. */
function cause(reason: StepReason, entries: readonly string[]): Cause | undefined {
  const history = entries.map((one, index) => {
    const [actor = '', path = '', action = ''] = one.split(' ');
    const chained = { previousHash: '', hash: '' };
    return { seq: index + 1, at: index, actor, path, action, object: 'ApiKey/a', detail: {}, ...chained };
  });
  return causeOf([reason], history);
}

const APPLIED = `robot ${RECONCILER_PATH} object.created`;

test.each<[StepReason, string]>([
  ['DeclarationChanged', 'object.updated'],
  ['NotFound', 'object.deleted'],
  ['NoCurrentVersion', 'key.revoked'],
  ['RotationRequested', 'key.rotation-requested'],
  ['HandedOver', 'key.acknowledged'],
])('%s is laid at the door of who did it, not of who came later for something else', (reason, action) => {
  const entries = [APPLIED, `ada http ${action}`, 'eve cli:claim key.claimed', 'eve http key.activated'];
  expect(cause(reason, entries)).toEqual({ since: 1, actor: 'ada', path: 'http' });
});

test('who claimed a secret or signed in did not change what the documents changed', () => {
  const entries = [APPLIED, 'eve cli:claim key.claimed', 'eve http session.started'];
  expect(cause('DeclarationChanged', entries)).toEqual({ documents: true });
  expect(cause('NotDeclared', [...entries, 'eve http object.updated'])).toEqual({ documents: true });
});

test('no actor is named for what time or a sink did', () => {
  const entries = [APPLIED, 'eve cli:claim key.claimed', 'eve http object.updated'];
  expect(cause('RotationDue', entries)).toBeUndefined();
  expect(cause('SinkMissing', entries)).toBeUndefined();
});

test('an object that no project declares is its maker’s', () => {
  const entries = ['ada http object.created', 'ada http object.updated'];
  expect(cause('UnmanagedRemoved', entries)).toEqual({ since: 0, actor: 'ada', path: 'http' });
});

test('what a reconciler saw is mended: only what came after it counts', () => {
  expect(cause('DeclarationChanged', ['ada http object.updated', APPLIED])).toEqual({ documents: true });
});

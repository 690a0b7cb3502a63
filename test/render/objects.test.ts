/** The list of live objects: what people and guests are, beside keys. */
import { DAY_MS, formatDuration } from '../../src/domain/time.js';
import { objectsJson, objectsMarkdown, objectsText } from '../../src/render/objects.js';
import { guest, user } from '../support/plan-declarations.js';
import { liveObject } from '../support/random-kinds.js';

test('people are listed as they stand, and guests with their end', () => {
  const now = Date.parse('2027-01-10T00:00:00Z');
  const grants = [{ space: 'onboarding' }];
  const objects = [
    liveObject(user('ada')),
    liveObject(user('bob', { status: 'deactivated' })),
    liveObject(guest('new', { expiresAfter: '14d' })),
    liveObject(guest('now', { expiresAfter: '14d', grants }), { grantedAt: now - DAY_MS }),
    liveObject(guest('old', { expiresAfter: '1d', grants }), { grantedAt: now - DAY_MS }),
  ];
  // They were made at the beginning of time.
  const age = formatDuration(now);
  const lines = objectsText(objects, now)
    .split('\n')
    .map((one) => one.split(/ {2,}/));
  expect(lines.slice(1, 6)).toEqual([
    ['User/ada', 'acme', 'active', age],
    ['User/bob', 'acme', 'deactivated', age],
    ['Guest/production/new', 'acme', 'no grants yet', age],
    ['Guest/production/now', 'acme', 'live', '2027-01-23T00:00:00.000Z', age],
    ['Guest/production/old', 'acme', 'expired', '2027-01-10T00:00:00.000Z', age],
  ]);
});

test('programs see when a guest was let in and until when', () => {
  const granted = liveObject(guest('now', { expiresAfter: '14d' }), { grantedAt: 0 });
  const statuses = objectsJson([granted, liveObject(guest('new'))], 0).items.map(({ status }) => status);
  expect(statuses).toMatchObject([
    { grantedAt: '1970-01-01T00:00:00.000Z', lapsesAt: '1970-01-15T00:00:00.000Z' },
    { grantedAt: null, lapsesAt: null },
  ]);
});

test('a list in Markdown is a table', () => {
  expect(objectsMarkdown([liveObject(user('ada'))], 0)).toBe(
    '| Object | Project | State | Version | Prefix | Last used | Expires |\n' +
      '| --- | --- | --- | --- | --- | --- | --- |\n' +
      '| User/ada | acme | active |  |  |  |  |\n',
  );
  expect(objectsMarkdown([], 0)).toBe('No live objects.\n');
});

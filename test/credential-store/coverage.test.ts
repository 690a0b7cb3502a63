/** Uses that an instance may have kept to itself are unknown, and silence proves nothing then. */
import { LATE_MS, usageCoverage } from '../../src/credential-store/accounts/coverage.js';
import type { InstanceRow } from '../../src/credential-store/storage-port.js';
import { MINUTE_MS, SECOND_MS } from '../../src/domain/time.js';
import { KEEP_USES_MS } from '../../src/ports/accounts.js';

const MADE = 1_000;
const NOW = 100 * MINUTE_MS;

const row = (id: string, columns: Partial<InstanceRow>): InstanceRow => ({
  ...{ id, kind: 'server', name: id, version: '0', started_at: 0, last_seen_at: NOW, behind: 0 },
  ...{ clock_skew_ms: null, uses_until: null, steady_since: 0 },
  ...columns,
});
/** Last seen so long ago, when it had reported everything. */
const late = (agoMs: number) => row('late', { last_seen_at: NOW - agoMs, uses_until: NOW - agoMs });
const covered = (...rows: readonly InstanceRow[]) => usageCoverage(rows, MADE, NOW);

it('usage: is known from the beginning until now where every instance is there, or keeps nothing', () => {
  const all = { from: MADE, until: NOW };
  expect(covered()).toEqual(all);
  expect(covered(row('a', { uses_until: NOW - SECOND_MS }), row('b', { last_seen_at: 5 }))).toEqual(all);
  expect(covered(late(LATE_MS))).toEqual(all);
});

it('usage: is unknown from the last word of one that is late', () => {
  expect(covered(late(5 * MINUTE_MS), row('b', { uses_until: NOW, steady_since: NOW - SECOND_MS }))).toEqual({
    from: MADE,
    until: NOW - 5 * MINUTE_MS,
  });
});

it('usage: is unknown while one that is there has not reported', () => {
  expect(covered(row('a', { uses_until: NOW - MINUTE_MS }))).toEqual({ from: MADE, until: NOW - MINUTE_MS });
});

it('usage: one that was killed while others continued writing leaves nothing unknown', () => {
  const other = row('other', { kind: 'controller', steady_since: 0 });
  expect(covered(late(5 * MINUTE_MS), other)).toEqual({ from: MADE, until: NOW });
});

it('usage: after a time in which nothing could be written, one that is not back leaves that time unknown', () => {
  const back = NOW - MINUTE_MS;
  const other = row('other', { kind: 'controller', steady_since: back });
  expect(covered(late(30 * MINUTE_MS), other)).toEqual({ from: back, until: NOW });
});

it('usage: right after such a time the one that is late is waited for', () => {
  const other = row('other', { kind: 'controller', steady_since: NOW - SECOND_MS });
  expect(covered(late(30 * MINUTE_MS), other).until).toBe(NOW - 30 * MINUTE_MS);
});

it('usage: what was kept for longer than uses are kept is known to be lost', () => {
  const ago = KEEP_USES_MS + MINUTE_MS;
  expect(covered(late(ago))).toEqual({ from: NOW - MINUTE_MS, until: NOW });
});

/** What the status of an answer makes of a request. */
import { faultOf, retryAfterMs } from '../../src/sinks/http-faults.js';
import { tokenOf } from '../support/credentials.js';
import { START } from '../support/store-world.js';

const by = 'https://vault.example.com';

test.each([
  ...[400, 404, 405, 409, 412, 413, 422].map((status) => [status, 'sink_refused'] as const),
  ...[401, 403].map((status) => [status, 'sink_forbidden'] as const),
  ...[408, 429, 500, 502, 503, 504].map((status) => [status, 'sink_unavailable'] as const),
])('http faults: status %i is %s', (status, code) => {
  expect(faultOf(status, {}, { by, now: START })).toEqual({
    code,
    message: `${by} responded with status ${status}`,
  });
});

test('http faults: Retry-After is in seconds or a date; anything else is none', () => {
  const fault = faultOf(429, { 'retry-after': '7' }, { by, now: START });
  expect(fault.retryAfterMs).toBe(7_000);
  const at = (header: string) => retryAfterMs(header, START);
  expect(at(new Date(START + 90_000).toUTCString())).toBe(90_000);
  expect([
    at(new Date(START - 1_000).toUTCString()),
    at('soon'),
    at('-1'),
    at('1e9'),
    at('2027-02-01'),
  ]).toEqual(Array(5).fill(undefined));
});

test('http faults: what the service said is one short line without tokens', () => {
  const said = `bad\r\n\u001b[31m value ${tokenOf(1)} ${'x'.repeat(500)}`;
  const { message } = faultOf(400, {}, { by, now: START, said });
  expect(message).toMatch(
    /^https:\/\/vault\.example\.com responded with status 400 \(bad \[31m value sk_live_\w{12}_… x+\)$/,
  );
  expect(message.length).toBeLessThan(300);
});

/** Instants as documents and callers write them. */
import { formatInstant, parseInstant } from '../../src/domain/time.js';

const read = (text: string): string | undefined => {
  const parsed = parseInstant(text);
  return parsed.ok ? formatInstant(parsed.value) : undefined;
};

test.each([
  ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00.000Z'],
  ['2028-02-29T23:59:59.5+02:00', '2028-02-29T21:59:59.500Z'],
  ['2027-01-01T00:00:00.123456+00:00', '2027-01-01T00:00:00.123Z'],
])('%s is an instant', (text, instant) => {
  expect(read(text)).toBe(instant);
});

test.each([
  '2027-02-30T00:00:00Z',
  '2027-02-29T00:00:00Z',
  '2027-04-31T00:00:00+02:00',
  '2027-01-01T24:00:00Z',
  '2027-13-01T00:00:00Z',
  '2027-01-01T00:00:00',
  '2027-01-01',
  '1800000000000',
])('%s is invalid: no other day is taken for it', (text) => {
  expect(read(text)).toBeUndefined();
});

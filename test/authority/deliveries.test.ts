/** What is read back of deliveries without a parser is what a parser reads, whatever they hold. */
import fc from 'fast-check';
import { deliveriesOf, deliveriesText } from '../../src/authority/deliveries.js';
import { Surveyed } from '../../src/authority/surveyed.js';

const text = fc.oneof(fc.constantFrom('dotenv:a.env#A', '"', '\\', '"}]', ',{', 'é\n'), fc.string());
const deliveries = fc.array(fc.record({ sink: text, fingerprint: text, machine: text }), { maxLength: 4 });

test('deliveries come back as they were written', () => {
  fc.assert(
    fc.property(deliveries, fc.nat(), (confirmed, generation) => {
      const written = deliveriesText(confirmed, generation);
      expect(deliveriesOf(written)).toEqual(JSON.parse(written));
      expect(deliveriesOf(written)).toEqual(confirmed.map((one) => ({ ...one, generation })));
    }),
  );
});

test('what somebody else wrote is parsed, and what is no list is not taken for one', () => {
  const other = '[ {"sink": "file:a#raw", "generation": 1, "fingerprint": "f", "machine": "m"} ]';
  expect(deliveriesOf(other)).toEqual(JSON.parse(other));
  const [plain = ''] = [deliveriesText([{ sink: 'file:a#raw', fingerprint: 'f', machine: 'm' }], 1)];
  expect(() => deliveriesOf(plain.slice(0, -1))).toThrow();
});

test('a line of the survey says on the wire what it says when asked', () => {
  const row = {
    kind: 'ApiKey',
    name: 'k',
    digest: 'd',
    project: 'p',
    manager: 'm',
    origin: 'declared',
    revision: 3,
    quiet_until: 9,
    deliveries: deliveriesText([{ sink: 'file:a#raw', fingerprint: 'f', machine: 'm' }], 2),
  };
  const line = new Surveyed(row, undefined);
  const { ref, digest, ownership, origin, revision, quietUntil, deliveries: places } = line;
  expect(JSON.parse(JSON.stringify(line))).toEqual({
    ...{ ref, digest, ownership, origin, revision, quietUntil },
    deliveries: places,
  });
});

/** What is read back of deliveries without a parser is what a parser reads, whatever they hold. */
import fc from 'fast-check';
import { deliveriesOf, deliveriesText } from '../../src/credential-store/deliveries.js';
import { summaryLines } from '../../src/credential-store/object-summary.js';

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

test('what another program wrote is parsed, and what is no list is not taken for one', () => {
  const other = '[ {"sink": "file:a#raw", "generation": 1, "fingerprint": "f", "machine": "m"} ]';
  expect(deliveriesOf(other)).toEqual(JSON.parse(other));
  const [plain = ''] = [deliveriesText([{ sink: 'file:a#raw', fingerprint: 'f', machine: 'm' }], 1)];
  expect(() => deliveriesOf(plain.slice(0, -1))).toThrow();
});

const lineOf = (...cells: readonly (string | number)[]) => cells.join('\t');

test('a line of the survey says on the wire what it says when asked', () => {
  const places = deliveriesText([{ sink: 'file:a#raw', fingerprint: 'f', machine: 'm' }], 2);
  const [line] = summaryLines([lineOf('ApiKey', 'k', 'd', 3, 9, 'declared', places, 'p', 'm')]);
  expect(line).toMatchObject({ mark: 'ApiKey\tk\td', stamp: 'ApiKey\tk\td\t3' });
  expect(JSON.parse(JSON.stringify(line))).toEqual({
    ref: { kind: 'ApiKey', name: 'k' },
    digest: 'd',
    ownership: { project: 'p', manager: 'm' },
    origin: 'declared',
    revision: 3,
    quietUntil: 9,
    deliveries: JSON.parse(places),
  });
});

test('every line of the survey has its own owner, whichever project owns its neighbours', () => {
  const owners = fc.array(fc.constantFrom(['', ''], ['p', 'm'], ['p', 'mm'], ['pp', 'm'], ['p', 'm2']));
  fc.assert(
    fc.property(owners, (all) => {
      const lines = all.map((owner, nth) =>
        lineOf('ApiKey', `k${nth}`, 'd', 3, 9, 'declared', '[]', ...owner),
      );
      expect(summaryLines(lines).map(({ ownership }) => ownership)).toEqual(
        all.map(([project, manager]) => (project === '' ? undefined : { project, manager })),
      );
    }),
  );
});

/** What the places of a survey are said to hold, against looking each of them up. */
import fc from 'fast-check';
import type { Delivery, LiveSummary, Receipt } from '../../src/domain/live.js';
import { compareRefs } from '../../src/domain/objects.js';
import { placesOf } from '../../src/observe/delivered-sinks.js';
import type { Sinks } from '../../src/ports/sink.js';

const fingerprints = fc.constantFrom('f1', 'f2', 'f3');
const receipts: fc.Arbitrary<Receipt> = fc.oneof(
  fingerprints.map((fingerprint): Receipt => ({ kind: 'holds', fingerprint, tokenId: undefined })),
  fc.constant<Receipt>({ kind: 'missing' }),
  fc.constant<Receipt>({ kind: 'unknown', why: 'locked' }),
);
const sinkIds = fc.constantFrom('file:a#raw', 'file:b#raw', 'dotenv:e#A', 'dotenv:e#B', 'dotenv:e#C');
const worlds = fc.record({
  held: fc.array(receipts, { minLength: 5, maxLength: 5 }),
  objects: fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-f]{1,2}$/),
      isPlanned: fc.boolean(),
      places: fc.uniqueArray(fc.tuple(sinkIds, fingerprints, fc.constantFrom('here', 'there')), {
        selector: ([sink]) => sink,
      }),
    }),
    { selector: ({ name }) => name },
  ),
});

const lineOf = (name: string, places: readonly (readonly [string, string, string])[]): LiveSummary => ({
  ref: { kind: 'ApiKey', name },
  digest: '',
  ownership: undefined,
  origin: 'declared',
  revision: 1,
  quietUntil: 0,
  deliveries: places.map(([sink, fingerprint, machine]) => ({ sink, fingerprint, generation: 1, machine })),
});

test('a place agrees exactly when it holds what was recorded or was delivered elsewhere; every other one, and all of planned objects, can be looked up', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.boolean(), async ({ held, objects }, redeliver) => {
      const order = ['file:a#raw', 'file:b#raw', 'dotenv:e#A', 'dotenv:e#B', 'dotenv:e#C'];
      const holds = (sink: string): Receipt => held[order.indexOf(sink)] ?? { kind: 'missing' };
      const agrees = ({ sink, fingerprint, machine }: Delivery): boolean => {
        const receipt = holds(sink);
        if (machine === 'there' && !redeliver) return true;
        return receipt.kind === 'holds' && receipt.fingerprint === fingerprint;
      };
      const survey = objects
        .map(({ name, places }) => lineOf(name, places))
        .sort((a, b) => compareRefs(a.ref, b.ref));
      const planned = new Set(objects.filter(({ isPlanned }) => isPlanned).map(({ name }) => name));
      const refs = [...planned, 'not-live']
        .map((name) => ({ kind: 'ApiKey', name }) as const)
        .sort(compareRefs);
      const sinks: Pick<Sinks, 'read' | 'isHere' | 'locate'> = {
        read: async (ids) => ids.map(holds),
        isHere: (_, recorded) => recorded === 'here',
        locate: () => 'here',
      };

      const places = await placesOf(survey, sinks, redeliver);
      const known = places.receiptsOf(refs);

      for (const [nth, { ref, deliveries }] of survey.entries()) {
        const agreeing = order.filter((sink) => places.agrees(nth, sink));
        expect(agreeing).toEqual(
          order.filter((sink) => deliveries.some((one) => one.sink === sink && agrees(one))),
        );
        for (const delivery of deliveries)
          if (planned.has(ref.name) || !agrees(delivery))
            expect(known.get(delivery.sink)).toEqual(holds(delivery.sink));
      }
    }),
  );
});

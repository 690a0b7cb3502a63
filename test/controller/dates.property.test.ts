/**
 * The dates of a plan are what verification answers: a version of a key that goes, or is replaced, works until the end
 * that the plan shows and not a moment longer, whatever else the plan does to its person.
 */
import fc from 'fast-check';
import { refText } from '../../src/domain/objects.js';
import type { Secret } from '../../src/domain/secret.js';
import { formatInstant, type Instant } from '../../src/domain/time.js';
import { declared, event, histories, newWorld, type World } from '../support/history-world.js';

interface Promised {
  readonly what: string;
  readonly secret: Secret;
  readonly until: Instant;
}

/** What the plan says of each version that works now and is in a file, and whose end it names. */
async function promisesOf(world: World): Promise<readonly Promised[]> {
  const promised: Promised[] = [];
  const live = new Map((await world.objects()).map((one) => [refText(one.ref), one]));
  for (const step of (await world.plan()).steps) {
    if (step.action !== 'delete' && step.action !== 'extend') continue;
    for (const { sink } of live.get(refText(step.object))?.deliveries ?? []) {
      const secret = await world.secretAt(sink);
      if (secret === undefined || (await world.code(secret)) !== 'VALID') continue;
      const until =
        step.action === 'delete'
          ? world.now() + step.detail.overlapMs
          : step.detail.expiresAt === null
            ? Number.POSITIVE_INFINITY
            : Date.parse(step.detail.expiresAt);
      promised.push({ what: step.id, secret, until });
    }
  }
  return promised;
}

test(
  'what a plan says of the end of a version is what the verifier answers before and from then on',
  async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(
        histories,
        declared,
        fc.array(event, { maxLength: 2 }),
        async (before, next, meanwhile) => {
          const world = await newWorld();
          try {
            for (const one of [...before, ...meanwhile]) await world.happen(one);
            await world.happen({ kind: 'declare', declared: next });
            const promised = await promisesOf(world);
            await world.applyOnce();
            for (const { what, secret, until } of [...promised].sort((a, b) => a.until - b.until)) {
              if (!Number.isFinite(until)) continue;
              if (until > world.now()) {
                world.set(until - 1);
                expect([what, formatInstant(until - 1), await world.code(secret)]).toEqual([
                  what,
                  formatInstant(until - 1),
                  'VALID',
                ]);
              }
              world.set(Math.max(until, world.now()));
              expect([what, await world.code(secret)]).not.toEqual([what, 'VALID']);
              kept++;
            }
          } finally {
            await world.close();
          }
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 40) },
    );
    expect(kept).toBeGreaterThan(0);
  },
  10 * 60_000,
);

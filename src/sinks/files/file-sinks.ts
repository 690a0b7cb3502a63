/**
 * The sinks of this machine: `dotenv` and `file`. A write is a compare-and-set under a lock that all
 * processes of this project share, so a sink never goes back to an older secret (assurance.md).
 */

import { batchQueue } from '../../async/batch-queue.js';
import { fault } from '../../domain/errors.js';
import type { FileCache } from '../../domain/file-cache.js';
import { parseSinkId, type SinkId, sinkIdOf, sinkPath } from '../../domain/kinds/index.js';
import type { Expectation, Fingerprint } from '../../domain/live.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { fingerprintOf } from '../../domain/secret.js';
import { KEY_FIELD } from '../../domain/sinks/bundle.js';
import type { Clock } from '../../ports/clock.js';
import type { SinkDelivery } from '../../ports/sink.js';
import { type SinksOfTypes, unsupportedSink } from '../types.js';
import { type Edit, rewrite, type Verdict, type View } from './atomic-write.js';
import { placeOf, type Roots, realPaths } from './contained-path.js';
import { type FilePlace, filePlace } from './file-place.js';
import { readReceipts, takeSecret } from './receipts.js';

/** Runs work while no other process delivers. Fails with `sink_unavailable` when the lock is not to be had. */
export type Exclusively = <T>(work: () => Promise<Result<T>>) => Promise<Result<T>>;

export interface FileWorld extends Roots {
  /** Names this machine in records of deliveries. Read when it is needed: it may be made by then. */
  readonly machine: string;
  readonly exclusively: Exclusively;
  /** What large reads came to, by what the files held. */
  readonly memory?: FileCache;
  /** With a memory: files that were left alone since are not read again. Never where something is written. */
  readonly clock?: Pick<Clock, 'now'>;
}

/** Of `dotenv` and `file` only. */
export function openFileSinks(world: FileWorld): SinksOfTypes {
  const { root, roots, exclusively, memory, clock } = world;
  const realPath = realPaths({ root, roots });
  const swept = new Set<string>();
  const inFileTurn = batchQueue<Edit, Result<void>>(async (edits) => {
    const results = await exclusively(async () => ok(await rewrite(edits, swept)));
    return results.ok ? results.value : edits.map(() => results);
  });

  async function edit(
    id: SinkId,
    apply: (view: View, place: FilePlace) => ReturnType<Edit['apply']>,
  ): Promise<Result<Record<never, never>>> {
    const file = filePlace(id);
    if (file === undefined) return fail(unsupportedSink(id));
    const place = placeOf(file.path, { root, roots });
    if (!place.ok) return place;
    const job: Edit = { place: place.value, type: file.type, apply: (view) => apply(view, file) };
    const done = await inFileTurn(place.value.path, job);
    return done.ok ? ok({}) : done;
  }

  const locate = (id: SinkId): string => `${world.machine}:${realPath(pathOf(id))}`;

  return {
    locate,
    isHere: (id, recorded) => recorded === locate(id),
    read: (ids) => readReceipts(ids, { root, roots }, { kept: memory, clock }),
    take: async (id) => takeSecret(id, { root, roots }),
    deliver: (sink, delivery) => edit(sinkIdOf(sink), (view, place) => compareAndSet(view, place, delivery)),
    withdraw: async (id, fingerprint) => {
      const done = await edit(id, (view, place) => takeOut(view, place, fingerprint));
      return done.ok ? ok(undefined) : done;
    },
    confirm: (id, { fingerprint }) => edit(id, (view, place) => requireHeld(view, place, fingerprint)),
  };
}

/** Of any sink that is a file, whichever adapter writes it. */
function pathOf(id: SinkId): string {
  const address = parseSinkId(id);
  return (address && sinkPath(address)) ?? id;
}

function compareAndSet({ content, isPrivate }: View, place: FilePlace, delivery: SinkDelivery): Verdict {
  const token = delivery.bundle[KEY_FIELD]?.reveal();
  if (token === undefined)
    return fail(fault('internal', `a file holds the field ${KEY_FIELD} of a secret, which this one has not`));
  const held = content.value(place.part);
  if (held === token && isPrivate) return ok('keep');
  if (held !== token && !isExpected(held, delivery.expected)) return fail(moved(place, held));
  content.set(place.part, { token, object: delivery.object, generation: delivery.generation });
  return ok('write');
}

const isExpected = (held: string | undefined, { mayBeMissing, fingerprints }: Expectation): boolean =>
  held === undefined ? mayBeMissing : fingerprints.includes(fingerprintOf(held));

function takeOut({ content }: View, place: FilePlace, fingerprint: Fingerprint): Verdict {
  const held = content.value(place.part);
  if (held === undefined || fingerprintOf(held) !== fingerprint) return ok('keep');
  content.remove(place.part);
  return ok('write');
}

function requireHeld({ content }: View, place: FilePlace, fingerprint: Fingerprint): Verdict {
  const held = content.value(place.part);
  const isHeld = held !== undefined && fingerprintOf(held) === fingerprint;
  return isHeld ? ok('keep') : fail(moved(place, held));
}

const moved = ({ type, path, part }: FilePlace, held: string | undefined) =>
  fault(
    'sink_moved',
    `the sink ${type}:${path}#${part} ${held === undefined ? 'no longer holds a value' : 'holds an unexpected value'}, so nothing was written; plan again`,
  );

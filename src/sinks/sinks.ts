/**
 * The sinks of this machine: `dotenv` and `file`. A write is a compare-and-set under a lock that all
 * processes of this project share, so a sink never goes back to an older secret (assurance.md).
 */

import { batchQueue } from '../async/batch-queue.js';
import { fault } from '../domain/errors.js';
import type { FileCache } from '../domain/file-cache.js';
import { parseSinkId, type SinkId, type SinkPlace, sinkIdOf, sinkPlace } from '../domain/kinds/index.js';
import type { Expectation, Fingerprint } from '../domain/live.js';
import { fail, ok, type Result } from '../domain/result.js';
import { fingerprintOf } from '../domain/secret.js';
import type { Clock } from '../ports/clock.js';
import type { SinkDelivery, Sinks } from '../ports/sink.js';
import { type Edit, rewrite, type Verdict, type View } from './atomic-write.js';
import { placeOf, type Roots, realPaths } from './contained-path.js';
import { readReceipts, takeSecret } from './receipts.js';

/** Runs work while no other process delivers. Fails with `sink_unavailable` when the lock is not to be had. */
export type Exclusively = <T>(work: () => Promise<Result<T>>) => Promise<Result<T>>;

/** Which sinks were delivered to, remembered from one process to the next. */
export interface DeliveredSinks {
  all(): readonly SinkId[];
  add(id: SinkId): void;
  remove(id: SinkId): void;
}

export interface SinkWorld extends Roots {
  readonly delivered?: DeliveredSinks;
  /** Names this machine in records of deliveries. Read when it is needed: it may be made by then. */
  readonly machine: string;
  readonly exclusively: Exclusively;
  /** What large reads came to, by what the files held. */
  readonly memory?: FileCache;
  /** With a memory: files that were left alone since are not read again. Never where something is written. */
  readonly clock?: Pick<Clock, 'now'>;
}

export function openSinks(world: SinkWorld): Sinks {
  const { root, roots, exclusively, memory, clock } = world;
  const realPath = realPaths({ root, roots });
  const swept = new Set<string>();
  const inFileTurn = batchQueue<Edit, Result<void>>(async (edits) => {
    const results = await exclusively(async () => ok(await rewrite(edits, swept)));
    return results.ok ? results.value : edits.map(() => results);
  });

  async function edit({ type, path }: SinkPlace, apply: Edit['apply']): Promise<Result<void>> {
    const place = placeOf(path, { root, roots });
    if (!place.ok) return place;
    return inFileTurn(place.value.path, { place: place.value, type, apply });
  }

  const locate = (id: SinkId): string => `${world.machine}:${realPath(parseSinkId(id)?.path ?? id)}`;

  return {
    locate,
    isHere: (id, recorded) => recorded === locate(id),
    read: (ids) => readReceipts(ids, { root, roots }, { kept: memory, clock }),
    take: async (id) => takeSecret(id, { root, roots }),
    deliver: async (sink, delivery) => {
      const place = sinkPlace(sink);
      const done = await edit(place, (view) => compareAndSet(view, place, delivery));
      if (done.ok) world.delivered?.add(sinkIdOf(sink));
      return done;
    },
    delivered: async () => world.delivered?.all() ?? [],
    withdraw: async (id, fingerprint) => {
      const place = parseSinkId(id);
      if (place === undefined)
        return fail(fault('sink_unsupported', `this version does not support the sink ${id}`));
      const done = await edit(place, (view) => takeOut(view, place, fingerprint));
      if (done.ok) world.delivered?.remove(id);
      return done;
    },
    confirm: async (id, fingerprint) => {
      const place = parseSinkId(id);
      if (place === undefined)
        return fail(fault('sink_unsupported', `this version does not support the sink ${id}`));
      return edit(place, (view) => requireHeld(view, place, fingerprint));
    },
  };
}

function compareAndSet({ content, isPrivate }: View, place: SinkPlace, delivery: SinkDelivery): Verdict {
  const token = delivery.secret.reveal();
  const held = content.value(place.part);
  if (held === token && isPrivate) return ok('keep');
  if (held !== token && !isExpected(held, delivery.expected)) return fail(moved(place, held));
  content.set(place.part, { token, object: delivery.object, generation: delivery.generation });
  return ok('write');
}

const isExpected = (held: string | undefined, { mayBeMissing, fingerprints }: Expectation): boolean =>
  held === undefined ? mayBeMissing : fingerprints.includes(fingerprintOf(held));

function takeOut({ content }: View, place: SinkPlace, fingerprint: Fingerprint): Verdict {
  const held = content.value(place.part);
  if (held === undefined || fingerprintOf(held) !== fingerprint) return ok('keep');
  content.remove(place.part);
  return ok('write');
}

function requireHeld({ content }: View, place: SinkPlace, fingerprint: Fingerprint): Verdict {
  const held = content.value(place.part);
  const isHeld = held !== undefined && fingerprintOf(held) === fingerprint;
  return isHeld ? ok('keep') : fail(moved(place, held));
}

const moved = ({ type, path, part }: SinkPlace, held: string | undefined) =>
  fault(
    'sink_moved',
    `the sink ${type}:${path}#${part} ${held === undefined ? 'no longer holds a value' : 'holds an unexpected value'}, so nothing was written; plan again`,
  );

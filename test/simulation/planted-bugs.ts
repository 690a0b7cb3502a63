/**
 * Bugs that were planted to see that the simulation finds them: each wraps a port, or what the documents say,
 * and leaves the code under test as it is. Layers of defence mask one another, so some are only to be found
 * with others switched off; `without` says which (docs/assurance.md).
 */

import { entryHash } from '../../src/credential-store/audit-log.js';
import { openKeyring } from '../../src/credential-store/keyring.js';
import { signVersion } from '../../src/credential-store/rows.js';
import type { AuditRow, Storage, Transaction } from '../../src/credential-store/storage-port.js';
import type { DesiredState } from '../../src/domain/desired.js';
import { fault } from '../../src/domain/errors.js';
import { type ApiKeySpec, sinkIdOf } from '../../src/domain/kinds/index.js';
import type { Receipt } from '../../src/domain/live.js';
import { fail, ok } from '../../src/domain/result.js';
import { fingerprintOf, parseToken } from '../../src/domain/secret.js';
import { NEVER } from '../../src/domain/time.js';
import type { LiveStore, Mutation, Outcome } from '../../src/ports/live-store.js';
import { WRITERS } from '../../src/ports/live-store.js';
import type { Sinks } from '../../src/ports/sink.js';
import { unwrap } from '../support/store.js';
import type { Weather } from './faults.js';
import type { Invariant } from './judge.js';
import type { Places } from './places.js';
import { SINK_BUGS } from './planted-sink-bugs.js';
import type { Defect, DefectWorld } from './scenario.js';

export interface PlantedBug {
  readonly name: string;
  readonly defect: Defect;
  /** Layers of defence that are switched off with it. */
  readonly without: readonly string[];
  /** Those layers off, and no bug: a seed that fails like this too has not found the bug. */
  readonly control?: Defect;
  readonly breaks: readonly Invariant[];
  /** Keys are delivered to services too. */
  readonly services?: true;
  /** The first that found it. */
  readonly seed: number;
}

/** A store whose mutations go another way. */
const mutating =
  (change: (mutation: Mutation, world: DefectWorld) => Mutation | undefined) =>
  (store: LiveStore, world: DefectWorld): LiveStore => ({
    ...store,
    mutate: (mutation, lease, caller) => {
      const changed = change(mutation, world);
      const unchanged: Outcome = { revision: 0, changed: false };
      return changed ? store.mutate(changed, lease, caller) : Promise.resolve(ok(unchanged));
    },
  });

/** Does what is asked, and more. */
const alsoMutating =
  (more: (mutation: Mutation, world: DefectWorld) => readonly Mutation[]) =>
  (store: LiveStore, world: DefectWorld): LiveStore => ({
    ...store,
    mutate: async (mutation, lease, caller) => {
      const done = await store.mutate(mutation, lease, caller);
      if (done.ok) for (const one of more(mutation, world)) await store.mutate(one, lease, caller);
      return done;
    },
  });

const withoutSettle = (store: LiveStore): LiveStore => ({
  ...store,
  facts: async () => {
    const facts = await store.facts();
    return facts.ok ? ok({ ...facts.value, settleMs: 0 }) : facts;
  },
});

/** Writes over whatever is there. */
const withoutCompareAndSet = (sinks: Sinks): Sinks => ({
  ...sinks,
  deliver: async (sink, delivery) => {
    const anything = { mayBeMissing: true, fingerprints: await fingerprintsAt(sinks, sink) };
    return sinks.deliver(sink, { ...delivery, expected: anything });
  },
});

async function fingerprintsAt(
  sinks: Sinks,
  sink: Parameters<Sinks['deliver']>[0],
): Promise<readonly string[]> {
  const [receipt] = await sinks.read([sinkIdOf(sink)]);
  return receipt?.kind === 'holds' ? [receipt.fingerprint] : [];
}

const withoutTouch = (sinks: Sinks): Sinks => ({ ...sinks, confirm: async () => ok({}) });

/** Remembers what it was asked to write, answers from that, and loses some of it. */
function losingWrites(sinks: Sinks, places: Places): Sinks {
  const receipts = RECEIPTS.get(places) ?? new Map<string, Receipt>();
  RECEIPTS.set(places, receipts);
  return {
    ...withoutTouch(sinks),
    read: async (ids) => (await sinks.read(ids)).map((receipt, at) => receipts.get(ids[at] ?? '') ?? receipt),
    deliver: async (sink, delivery) => {
      const token = delivery.bundle['key']?.reveal() ?? '';
      const id = sinkIdOf(sink);
      receipts.set(id, { kind: 'holds', fingerprint: fingerprintOf(token), tokenId: parseToken(token)?.id });
      return delivery.generation % 3 === 0 ? ok({}) : withoutCompareAndSet(sinks).deliver(sink, delivery);
    },
  };
}

/** By world: what all lives of its controllers were answered. */
const RECEIPTS = new WeakMap<Places, Map<string, Receipt>>();

/** Whatever lease is shown, it is taken for the one that is held. */
const withoutEpoch = (store: LiveStore, { tables }: DefectWorld): LiveStore => ({
  ...store,
  mutate: (mutation, lease, caller) => {
    const held = tables.leases.get(WRITERS);
    return store.mutate(
      mutation,
      held ? { ...lease, holder: held.holder, epoch: held.epoch } : lease,
      caller,
    );
  },
});

const storing =
  (change: (tx: Transaction, world: DefectWorld) => Transaction) =>
  (storage: Storage, world: DefectWorld): Storage => ({
    ...storage,
    write: (work) => storage.write((tx) => work(change(tx, world))),
  });

type Rotation = NonNullable<ApiKeySpec['rotation']>;

/** The documents as if keys said something else about their rotation; digests stay, so nothing is updated. */
const declaring =
  (change: (rotation: Rotation, name: string) => Rotation) =>
  (desired: DesiredState): DesiredState => ({
    ...desired,
    entries: desired.entries.map((entry) => ({
      ...entry,
      load: () => {
        const declared = entry.load();
        if (declared.kind !== 'ApiKey') return declared;
        return {
          ...declared,
          spec: { ...declared.spec, rotation: change(declared.spec.rotation ?? {}, declared.metadata.name) },
        };
      },
    })),
  });

/** Hands over sooner, and still later than consumers who are left in peace use their keys. */
const hurried = declaring((rotation) =>
  rotation.handover === 'timed' ? rotation : { ...rotation, overlap: '10s', quiet: '150s' },
);

const keyringOf = ({ tables, masterKey }: DefectWorld) =>
  unwrap(openKeyring(tables.keyring.all(), masterKey));

/** Says an entry twice, correctly chained. */
function doublingEntries(tx: Transaction, world: DefectWorld): Transaction {
  let second: AuditRow | undefined;
  return {
    ...tx,
    audit: {
      ...tx.audit,
      append: async (row) => {
        await tx.audit.append(row);
        if (row.action !== 'key.promoted') return;
        const again = { ...row, seq: row.seq + 1, previous_hash: row.hash };
        second = { ...again, hash: entryHash(again) };
        await tx.audit.append(second);
      },
    },
    meta: {
      ...tx.meta,
      put: async (row) => {
        if (row.name !== 'audit_head' || second === undefined) return tx.meta.put(row);
        const head = `${second.seq} ${second.hash}`;
        await tx.meta.put({ ...row, value: `${head} ${keyringOf(world).auditMac(`audit_head ${head}`)}` });
      },
    },
  };
}

/** Does without saying so. */
function skippingEntries(tx: Transaction): Transaction {
  let isSkipped = false;
  return {
    ...tx,
    audit: {
      ...tx.audit,
      append: async (row) => {
        isSkipped = row.action === 'key.revoked';
        if (!isSkipped) await tx.audit.append(row);
      },
    },
    meta: { ...tx.meta, put: async (row) => (isSkipped ? undefined : tx.meta.put(row)) },
  };
}

/** New versions are accepted from their promotion on, and not from their issue. */
function acceptingLate(tx: Transaction, world: DefectWorld): Transaction {
  const sign = (row: Parameters<typeof signVersion>[0]) => signVersion(row, keyringOf(world));
  return {
    ...tx,
    versions: {
      ...tx.versions,
      insert: (row) =>
        tx.versions.insert(row.promoted_at === null ? sign({ ...row, suspended_until: NEVER }) : row),
      update: (row) =>
        tx.versions.update(row.promoted_at === null ? row : sign({ ...row, suspended_until: null })),
    },
  };
}

const insertingVersions = (change: (row: Parameters<Transaction['versions']['insert']>[0]) => typeof row) =>
  storing((tx, world) => ({
    ...tx,
    versions: {
      ...tx.versions,
      insert: (row) => tx.versions.insert(signVersion(change(row), keyringOf(world))),
    },
  }));

/** Of the live key of that name, newest last. */
function generationsOf(mutation: Mutation, { tables }: DefectWorld): readonly number[] {
  if (!('object' in mutation)) return [];
  const { name } = mutation.object;
  const key = tables.objects.where(
    (row) => row.kind === 'ApiKey' && row.name === name && row.removed_at === null,
  );
  const versions = tables.versions.where((row) => row.object_id === key[0]?.id);
  return versions.map(({ generation }) => generation).toSorted((a, b) => a - b);
}

/**
 * Controllers that are stopped while they wait for an answer, longer than a rotation takes, and no other trouble:
 * writes that are late on their way are what the layers below are for.
 */
const STOPPING: Weather = {
  rates: { 'stop-waiting': 0.05, rotate: 0.5 },
  stopMs: [1_000, 1_200_000],
};

/** Requests that arrive a second time, late, while keys are rotated often: what compare-and-set is for. */
const REPEATING: Weather = { rates: { doubled: 0.3, rotate: 0.5 }, stopMs: [500, 300_000] };

/** All that stands behind a controller's own clock, switched off. */
const UNFENCED: Defect = {
  store: withoutEpoch,
  sinks: (sinks) => withoutTouch(withoutCompareAndSet(sinks)),
  desired: hurried,
  weather: STOPPING,
};

const UNSETTLED: Defect = {
  store: withoutSettle,
  desired: declaring((rotation) => ({ ...rotation, overlap: '1s' })),
};

/** Handed over as soon as all who use the key have used its successor: every one of them is named. */
const everybodyNamed = declaring((rotation, name) => ({
  ...rotation,
  ...(rotation.handover !== 'timed' && { consumers: [`${name}-0`, `${name}-1`], quiet: '1s', overlap: '1s' }),
}));

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'revokes on a timer alone',
    defect: { desired: declaring((rotation) => ({ ...rotation, handover: 'timed' })) },
    without: [],
    breaks: ['no gap'],
    seed: 1,
  },
  {
    name: 'revokes when sinks are confirmed but consumers are not',
    defect: {
      ...UNSETTLED,
      desired: declaring((rotation) => ({ ...rotation, handover: 'timed', overlap: '1s' })),
    },
    control: UNSETTLED,
    without: ['settle', 'overlap'],
    breaks: ['no gap'],
    seed: 1,
  },
  {
    name: 'writes to sinks without compare-and-set, and counts evidence from before the settle',
    defect: { ...UNSETTLED, weather: REPEATING, sinks: withoutCompareAndSet },
    control: { ...UNSETTLED, weather: REPEATING },
    without: ['settle', 'overlap'],
    breaks: ['no gap', 'convergence', 'no churn'],
    seed: 10,
  },
  {
    name: 'a controller that does not fence itself',
    defect: { ...UNFENCED, clock: (clock) => ({ ...clock, monotonicMs: () => 0 }) },
    control: UNFENCED,
    without: ['epoch', 'compare-and-set', 'touch before a revocation', 'overlap', 'quiet'],
    breaks: ['no gap', 'convergence', 'no churn'],
    seed: 20,
  },
  {
    name: 'a second rotation drops the second-oldest',
    defect: {
      store: alsoMutating((mutation, world) => {
        if (mutation.kind !== 'promote') return [];
        const older = generationsOf(mutation, world).slice(0, -2);
        return older.length > 0 ? [{ kind: 'revoke', object: mutation.object, generations: older }] : [];
      }),
    },
    without: [],
    breaks: ['no gap'],
    seed: 6,
  },
  {
    name: 'no sealed retry: a secret whose answer was lost is not given again',
    defect: {
      store: (store) => {
        const asked = new Set<string>();
        return {
          ...store,
          mutate: async (mutation, lease, caller) => {
            if (mutation.kind === 'issue') {
              const what = `${mutation.object.name} ${mutation.generation}`;
              if (asked.has(what)) return fail(fault('moved', 'it was given out once'));
              asked.add(what);
            }
            return store.mutate(mutation, lease, caller);
          },
        };
      },
    },
    without: [],
    breaks: ['convergence', 'no ghost'],
    seed: 31,
  },
  {
    name: 'promotes before anything is confirmed: a sink that says yes and loses every third write',
    defect: { sinks: losingWrites },
    without: ['reading the sinks for every plan'],
    breaks: ['no gap', 'convergence', 'no ghost'],
    seed: 1,
  },
  {
    name: 'delivers before the version is accepted',
    defect: { storage: storing(acceptingLate) },
    without: [],
    breaks: ['no gap'],
    seed: 1,
  },
  {
    name: 'the store does not check the generation: a retry of issue gives a new secret',
    defect: {
      store: mutating((mutation, world) =>
        mutation.kind === 'issue'
          ? { ...mutation, generation: (generationsOf(mutation, world).at(-1) ?? 0) + 1 }
          : mutation,
      ),
    },
    without: [],
    breaks: ['no churn', 'convergence', 'no ghost', 'no gap'],
    seed: 9,
  },
  {
    name: 'the envelope is erased as soon as it is made',
    defect: { storage: insertingVersions((row) => ({ ...row, sealed: null, recipient: null })) },
    without: [],
    breaks: ['convergence', 'no ghost', 'no gap', 'no bug', 'no churn'],
    seed: 4,
  },
  {
    name: 'the envelope is kept after the promotion',
    defect: {
      storage: storing((tx, world) => ({
        ...tx,
        versions: {
          ...tx.versions,
          update: async (row) => {
            const before = await tx.versions.byTokenId(row.token_id);
            const isErased = before?.sealed != null && row.sealed === null && row.promoted_at !== null;
            const kept = isErased ? { sealed: before.sealed, recipient: before.recipient } : {};
            await tx.versions.update(signVersion({ ...row, ...kept }, keyringOf(world)));
          },
        },
      })),
    },
    without: [],
    breaks: ['no leak', 'one entry per effect'],
    seed: 1,
  },
  {
    name: 'revokes the newest instead of the older ones',
    defect: {
      store: mutating((mutation, world) =>
        mutation.kind === 'revoke'
          ? { ...mutation, generations: generationsOf(mutation, world).slice(-1) }
          : mutation,
      ),
    },
    without: [],
    breaks: ['no gap'],
    seed: 1,
  },
  {
    name: 'quiet without a watermark: a verifier that is cut off goes on, and its uses are unknown',
    defect: {
      staleAfterMs: Number.POSITIVE_INFINITY,
      feed: (feed) => ({
        ...feed,
        reportUses: async () => fail(fault('store_unreachable', 'the way back is cut off')),
      }),
    },
    without: [],
    breaks: ['no gap'],
    seed: 22,
  },
  {
    name: 'a sink that cannot be read is taken for missing',
    defect: {
      sinks: (sinks) => {
        let reads = 0;
        return {
          ...sinks,
          read: async (ids) =>
            ++reads % 7 === 0 ? ids.map(() => ({ kind: 'missing' as const })) : sinks.read(ids),
        };
      },
    },
    without: [],
    breaks: ['no churn'],
    seed: 5,
  },
  {
    name: 'a verifier that ignores ends, at once or ahead',
    defect: {
      feed: (feed) => ({
        ...feed,
        changedSince: async (position) => {
          const changed = await feed.changedSince(position);
          if (!changed.ok || changed.value.kind !== 'changes') return changed;
          const credentials = changed.value.credentials.map((one) => ({
            ...one,
            dates: { ...one.dates, revokedAt: undefined, isRevoked: false },
          }));
          return ok({ ...changed.value, credentials });
        },
      }),
    },
    without: [],
    breaks: ['no resurrection'],
    seed: 1,
  },
  {
    name: 'a removed key ends without its overlap',
    defect: {
      store: mutating((mutation) => (mutation.kind === 'delete' ? { ...mutation, overlapMs: 0 } : mutation)),
    },
    without: [],
    breaks: ['no gap'],
    seed: 5,
  },
  {
    name: 'an emergency stop is not seen by the planner',
    defect: {
      store: (store) => ({
        ...store,
        fetch: async (refs) => {
          const fetched = await store.fetch(refs);
          if (!fetched.ok) return fetched;
          return ok(
            fetched.value.map((one) =>
              one.key ? { ...one, key: { ...one.key, deactivatedAt: undefined } } : one,
            ),
          );
        },
      }),
    },
    without: [],
    breaks: ['emergency stop'],
    seed: 41,
  },
  {
    name: 'the consumers that a declaration names are not waited for',
    defect: {
      desired: declaring(({ consumers: _, ...rotation }) =>
        rotation.handover === 'timed' ? rotation : { ...rotation, quiet: '1s', overlap: '1s' },
      ),
    },
    control: { desired: everybodyNamed },
    without: ['overlap', 'quiet'],
    breaks: ['no gap'],
    seed: 6,
  },
  {
    name: 'an effect has two entries',
    defect: { storage: storing(doublingEntries) },
    without: [],
    breaks: ['one entry per effect'],
    seed: 1,
  },
  {
    name: 'an effect has no entry',
    defect: { storage: storing(skippingEntries) },
    without: [],
    breaks: ['one entry per effect'],
    seed: 1,
  },
  {
    name: 'a version outlives its declaration',
    defect: { storage: insertingVersions((row) => ({ ...row, expires_at: null })) },
    without: [],
    breaks: ['no gap'],
    seed: 2,
  },
  ...SINK_BUGS,
];

/**
 * Sinks that are fields of objects elsewhere: a Kubernetes Secret, a secret in Vault, an encrypted file. What is expected,
 * confirmed and taken out is decided here, once for every driver: an object is read once, every edit of it looks at what
 * was read, and it is written once, on the condition that it still is so.
 */
import { batchQueue } from '../async/batch-queue.js';
import { fault } from '../domain/errors.js';
import {
  parseSinkId,
  type SinkAddress,
  type SinkDeclaration,
  type SinkId,
  sinkIdOf,
} from '../domain/kinds/index.js';
import type { Receipt } from '../domain/live.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import { type Bundle, fieldsOf, heldIn } from '../domain/sinks/bundle.js';
import type { SinkAbility } from '../domain/sinks/index.js';
import type { SinkDelivery } from '../ports/sink.js';
import type { Connected, OpenConnections } from './connected.js';
import type { Held, Write, Written } from './driver.js';
import { abilityAt, callsTo, leftOf, type Timer } from './object-calls.js';
import { type Done, isExpected, isHeld, moved, receiptOf, revisionOf, valueAt } from './object-receipts.js';
import { type SinksOfTypes, unsupportedSink } from './types.js';

/** An object that others write to besides: read again and decided again, as often as this. */
const TURNS_MAX = 4;

/** What an edit makes of the object: nothing to write, these fields, or a fault. */
type Verdict = Result<Pick<Write, 'set' | 'remove'> | 'keep' | 'touch'>;

interface Edit {
  readonly address: SinkAddress;
  /** What is left of the lease, asked before each request, whatever the edit waited for until then. */
  readonly leftMs: () => number;
  readonly of?: Write['of'][number];
  decide(held: Held | undefined, ability: SinkAbility): Verdict;
}

export function objectSinks(connections: OpenConnections, clock: Timer): SinksOfTypes {
  const inTurn = batchQueue<Edit, Done>(async (edits) => {
    const [first] = edits;
    if (first === undefined) return [];
    const connected = await connections.of(first.address);
    if (!connected.ok) return edits.map(() => connected);
    return rewrite(connected.value, edits, clock);
  });
  const edit = (one: Edit): Promise<Done> => inTurn(`${one.address.type}:${one.address.object}`, one);
  const at = async (id: SinkId, make: (address: SinkAddress) => Edit): Promise<Done> => {
    const address = parseSinkId(id);
    return address === undefined ? fail(unsupportedSink(id)) : edit(make(address));
  };

  return {
    locate: (id) => connections.locate(id),
    isHere: (id, recorded) => connections.isHere(id, recorded),
    limiting: () => connections.limiting?.() ?? [],
    read: (ids) => readAll(ids, connections, clock),
    take: async (id) => {
      const address = parseSinkId(id);
      const value = address && valueAt((await readOne(address, connections, clock)).held, address);
      return value === undefined ? undefined : new Secret(value);
    },
    deliver: async (sink: SinkDeclaration, delivery) =>
      revisionOf(await at(sinkIdOf(sink), (address) => delivering(address, delivery, clock))),
    confirm: async (id, confirmed) =>
      revisionOf(
        await at(id, (address) => ({
          ...{ address, leftMs: leftOf(confirmed.withinMs, clock) },
          decide: (held, { read }) =>
            read === 'nothing' || isHeld(held, address, confirmed) ? ok('touch') : fail(moved(address, held)),
        })),
      ),
    withdraw: async (id, fingerprint, limit) => {
      const done = await at(id, (address) => ({
        ...{ address, leftMs: leftOf(limit?.withinMs, clock) },
        // What cannot be read may belong to another writer by now, and stays.
        decide: (held) =>
          isHeld(held, address, { fingerprint })
            ? ok({ set: new Map(), remove: Object.keys(fieldsOf(address.part)) })
            : ok('keep'),
      }));
      return done.ok ? ok(undefined) : done;
    },
  };
}

function delivering(
  address: SinkAddress,
  { bundle, object, generation, expected, withinMs }: SinkDelivery,
  clock: Timer,
): Edit {
  return {
    ...{ address, leftMs: leftOf(withinMs, clock) },
    of: { object, generation, fields: Object.keys(fieldsOf(address.part)) },
    decide: (held, ability) => {
      const set = fieldsToSet(address, bundle, ability);
      if (!set.ok) return set;
      const value = held?.values && heldIn(held.values, address.part);
      const wanted = heldIn(plain(set.value), address.part);
      if (value !== undefined && value === wanted) return ok('keep');
      // What nothing can be seen of is written as it is: the planner has said so (`SinkUnverifiable`).
      return ability.read === 'nothing' || isExpected(held, address, expected)
        ? ok({ set: set.value, remove: [] })
        : fail(moved(address, held));
    },
  };
}

function fieldsToSet(
  { type, part }: SinkAddress,
  bundle: Bundle,
  { maxBytes }: SinkAbility,
): Result<ReadonlyMap<string, Secret>> {
  const set = new Map<string, Secret>();
  for (const [name, source] of Object.entries(fieldsOf(part))) {
    const secret = bundle[source];
    if (secret === undefined)
      return fail(
        fault('sink_refused', `${name} is to hold the field ${source} of the secret, which it does not have`),
      );
    const bytes = Buffer.byteLength(secret.reveal());
    if (bytes > maxBytes)
      return fail(
        fault('sink_refused', `the value for ${name} has ${bytes} bytes; ${type} takes at most ${maxBytes}`),
      );
    set.set(name, secret);
  }
  return ok(set);
}

const plain = (set: ReadonlyMap<string, Secret>): ReadonlyMap<string, string> =>
  new Map([...set].map(([name, secret]) => [name, secret.reveal()]));

/** One read, one write, for all edits of one object; answers with what was read back of each. */
async function rewrite(connected: Connected, edits: readonly Edit[], clock: Timer): Promise<readonly Done[]> {
  const work = (): Promise<Result<readonly Done[]>> => attempt(connected, edits, clock, 1);
  const { driver } = connected;
  const done = driver.exclusively ? await driver.exclusively(work) : await work();
  return done.ok ? done.value : edits.map(() => done);
}

async function attempt(
  connected: Connected,
  edits: readonly Edit[],
  clock: Timer,
  turn: number,
): Promise<Result<readonly Done[]>> {
  const { driver, object } = connected;
  const leftMs = (): number => Math.min(...edits.map((edit) => edit.leftMs()));
  const call = callsTo(connected, { clock, leftMs });
  const asked = await abilityAt(connected, call);
  if (!asked.ok) return asked;
  const ability = asked.value;
  const look = (): Promise<Done> =>
    ability.read === 'nothing' ? Promise.resolve(ok(undefined)) : call((one) => driver.read(object, one));

  const held = await look();
  if (!held.ok) return held;
  const verdicts = edits.map((edit) => edit.decide(held.value, ability));
  const writes = edits.filter((_, nth) => isWrite(verdicts[nth]));
  const isTouched = verdicts.some((verdict) => verdict.ok && verdict.value === 'touch');
  const changed = await change();
  if (!changed.ok) {
    // Nothing was written, and the write that came between may have been to another field of the object.
    if (changed.error.code === 'sink_moved' && turn < TURNS_MAX)
      return attempt(connected, edits, clock, turn + 1);
    return ok(
      verdicts.map((verdict) => (verdict.ok && verdict.value !== 'keep' ? changed : withHeld(verdict, held))),
    );
  }
  const left = await after(changed.value);
  return ok(verdicts.map((verdict) => withHeld(verdict, left)));

  /** Where no value is shown, the revision that the write led to is all the evidence. */
  function after(written: Written | undefined): Promise<Done> {
    if (writes.length === 0 || ability.read !== 'revision') return Promise.resolve(held);
    return written === undefined ? look() : Promise.resolve(ok({ values: undefined, ...written }));
  }

  async function change(): Promise<Result<Written | undefined>> {
    if (writes.length > 0) {
      const write = merged(verdicts, { over: held.ok ? held.value : undefined, edits });
      const done = await call((one) => driver.write(object, write, one));
      return done.ok ? ok(done.value ?? undefined) : done;
    }
    const over = held.ok ? held.value : undefined;
    // What shows no values shows another revision since the delivery, so no earlier write can land; the recorded one stays.
    if (!isTouched || over?.values === undefined || driver.touch === undefined) return ok(undefined);
    const done = await call((one) => driver.touch?.(object, over, one) ?? Promise.resolve(ok(undefined)));
    return done.ok ? ok(undefined) : done;
  }
}

const isWrite = (verdict: Verdict | undefined): boolean =>
  verdict?.ok === true && verdict.value !== 'keep' && verdict.value !== 'touch';

const withHeld = (verdict: Verdict, held: Done): Done => (verdict.ok ? held : verdict);

function merged(
  verdicts: readonly Verdict[],
  { over, edits }: { readonly over: Held | undefined; readonly edits: readonly Edit[] },
): Write {
  const set = new Map<string, Secret>();
  const remove: string[] = [];
  for (const verdict of verdicts) {
    if (!verdict.ok || verdict.value === 'keep' || verdict.value === 'touch') continue;
    for (const [name, secret] of verdict.value.set) set.set(name, secret);
    remove.push(...verdict.value.remove);
  }
  const of = edits.flatMap((edit, nth) => (isWrite(verdicts[nth]) && edit.of ? [edit.of] : []));
  return { set, remove: remove.filter((name) => !set.has(name)), over, of };
}

async function readAll(
  ids: readonly SinkId[],
  connections: OpenConnections,
  clock: Timer,
): Promise<readonly Receipt[]> {
  const objects = new Map<string, Promise<Read>>();
  return Promise.all(
    ids.map(async (id): Promise<Receipt> => {
      const address = parseSinkId(id);
      if (address === undefined) return { kind: 'unknown', why: unsupportedSink(id).message };
      const key = `${address.type}:${address.object}`;
      const reading = objects.get(key) ?? readOne(address, connections, clock);
      objects.set(key, reading);
      const { held, ability } = await reading;
      return receiptOf(held, address, ability);
    }),
  );
}

interface Read {
  readonly held: Done;
  /** Where the type alone does not say. */
  readonly ability?: SinkAbility;
}

async function readOne(address: SinkAddress, connections: OpenConnections, clock: Timer): Promise<Read> {
  const connected = await connections.of(address);
  if (!connected.ok) return { held: connected };
  const { driver, object } = connected.value;
  const call = callsTo(connected.value, { clock });
  const ability = await abilityAt(connected.value, call);
  if (!ability.ok) return { held: ability };
  const isShown = ability.value.read !== 'nothing';
  const held = isShown ? await call((one) => driver.read(object, one)) : ok(undefined);
  return driver.ability === undefined ? { held } : { held, ability: ability.value };
}

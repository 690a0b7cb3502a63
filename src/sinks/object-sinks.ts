/**
 * Sinks that are fields of objects elsewhere: a Kubernetes Secret, a secret in Vault, an encrypted file. What is expected,
 * confirmed and taken out is decided here, once for every driver: an object is read once, every edit of it looks at what
 * was read, and it is written once, on the condition that it still is so.
 */
import { batchQueue } from '../async/batch-queue.js';
import { withDeadline } from '../async/deadline.js';
import { type Fault, fault } from '../domain/errors.js';
import {
  parseSinkId,
  type SinkAddress,
  type SinkDeclaration,
  type SinkId,
  sinkIdOf,
} from '../domain/kinds/index.js';
import { type Expectation, REVISION_ONLY, type Receipt } from '../domain/live.js';
import { fail, ok, type Result } from '../domain/result.js';
import { fingerprintOf, parseToken, Secret } from '../domain/secret.js';
import { type Bundle, fieldsOf, heldIn } from '../domain/sinks/bundle.js';
import { abilityOf } from '../domain/sinks/index.js';
import type { Clock } from '../ports/clock.js';
import type { SinkDelivery } from '../ports/sink.js';
import type { Connected, OpenConnections } from './connected.js';
import type { Call, Held, Write } from './driver.js';
import { type SinksOfTypes, unsupportedSink } from './types.js';

/** Of one request, unless less is left of the lease. */
const DEADLINE_MS = 10_000;
/** An object that others write to besides: read again and decided again, as often as this. */
const TURNS_MAX = 4;

/** What an edit makes of the object: nothing to write, these fields, or a fault. */
type Verdict = Result<Pick<Write, 'set' | 'remove'> | 'keep' | 'touch'>;

interface Edit {
  readonly address: SinkAddress;
  readonly withinMs: number;
  readonly of?: Write['of'][number];
  decide(held: Held | undefined): Verdict;
}

type Done = Result<Held | undefined>;

export function objectSinks(connections: OpenConnections, clock: Pick<Clock, 'sleep'>): SinksOfTypes {
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
    read: (ids) => readAll(ids, connections, clock),
    take: async (id) => {
      const address = parseSinkId(id);
      const value = address && valueAt(await readOne(address, connections, clock), address);
      return value === undefined ? undefined : new Secret(value);
    },
    deliver: async (sink: SinkDeclaration, delivery) =>
      revisionOf(await at(sinkIdOf(sink), (address) => delivering(address, delivery))),
    confirm: async (id, { fingerprint, revision }) =>
      revisionOf(
        await at(id, (address) => ({
          ...{ address, withinMs: DEADLINE_MS },
          decide: (held) =>
            agrees(held, address, { fingerprint, revision }) ? ok('touch') : fail(moved(address, held)),
        })),
      ),
    withdraw: async (id, fingerprint) => {
      const done = await at(id, (address) => ({
        ...{ address, withinMs: DEADLINE_MS },
        decide: (held) =>
          agrees(held, address, { fingerprint })
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
): Edit {
  const set = fieldsToSet(address, bundle);
  return {
    ...{ address, withinMs: Math.min(DEADLINE_MS, withinMs ?? DEADLINE_MS), of: { object, generation } },
    decide: (held) => {
      if (!set.ok) return set;
      const value = held?.values && heldIn(held.values, address.part);
      const wanted = heldIn(plain(set.value), address.part);
      if (value !== undefined && value === wanted) return ok('keep');
      return isExpected(held, address, expected)
        ? ok({ set: set.value, remove: [] })
        : fail(moved(address, held));
    },
  };
}

function fieldsToSet({ type, part }: SinkAddress, bundle: Bundle): Result<ReadonlyMap<string, Secret>> {
  const set = new Map<string, Secret>();
  for (const [name, source] of Object.entries(fieldsOf(part))) {
    const secret = bundle[source];
    if (secret === undefined)
      return fail(
        fault('sink_refused', `${name} is to hold the field ${source} of the secret, which it does not have`),
      );
    const bytes = Buffer.byteLength(secret.reveal());
    if (bytes > abilityOf(type).maxBytes)
      return fail(
        fault(
          'sink_refused',
          `the value for ${name} has ${bytes} bytes; ${type} takes at most ${abilityOf(type).maxBytes}`,
        ),
      );
    set.set(name, secret);
  }
  return ok(set);
}

const plain = (set: ReadonlyMap<string, Secret>): ReadonlyMap<string, string> =>
  new Map([...set].map(([name, secret]) => [name, secret.reveal()]));

/** One read, one write, for all edits of one object; answers with what was read back of each. */
async function rewrite(
  connected: Connected,
  edits: readonly Edit[],
  clock: Pick<Clock, 'sleep'>,
): Promise<readonly Done[]> {
  const work = (): Promise<Result<readonly Done[]>> => attempt(connected, edits, clock, 1);
  const { driver } = connected;
  const done = driver.exclusively ? await driver.exclusively(work) : await work();
  return done.ok ? done.value : edits.map(() => done);
}

async function attempt(
  connected: Connected,
  edits: readonly Edit[],
  clock: Pick<Clock, 'sleep'>,
  turn: number,
): Promise<Result<readonly Done[]>> {
  const { driver, gate, type, object } = connected;
  const within = Math.min(...edits.map(({ withinMs }) => withinMs));
  const call = <T>(work: (call: Call) => Promise<Result<T>>): Promise<Result<T>> =>
    gate(() => withDeadline(within, clock, (signal) => work({ signal })));
  const canRead = abilityOf(type).read !== 'nothing';
  const look = (): Promise<Result<Held | undefined>> =>
    canRead ? call((one) => driver.read(object, one)) : Promise.resolve(ok(undefined));

  const held = await look();
  if (!held.ok) return held;
  const verdicts = edits.map((edit) => edit.decide(held.value));
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
  // Where no value is shown, the revision that is read afterwards is all the evidence.
  const after = writes.length > 0 && abilityOf(type).read === 'revision' ? await look() : held;
  return ok(verdicts.map((verdict) => withHeld(verdict, after)));

  async function change(): Promise<Result<void>> {
    if (writes.length > 0) {
      const write = merged(verdicts, { over: held.ok ? held.value : undefined, edits });
      return call((one) => driver.write(object, write, one));
    }
    const over = held.ok ? held.value : undefined;
    if (!isTouched || over === undefined || driver.touch === undefined) return ok(undefined);
    return call((one) => driver.touch?.(object, over, one) ?? Promise.resolve(ok(undefined)));
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
  clock: Pick<Clock, 'sleep'>,
): Promise<readonly Receipt[]> {
  const objects = new Map<string, Promise<Done>>();
  return Promise.all(
    ids.map(async (id): Promise<Receipt> => {
      const address = parseSinkId(id);
      if (address === undefined) return { kind: 'unknown', why: unsupportedSink(id).message };
      const key = `${address.type}:${address.object}`;
      const reading = objects.get(key) ?? readOne(address, connections, clock);
      objects.set(key, reading);
      return receiptOf(await reading, address);
    }),
  );
}

async function readOne(
  address: SinkAddress,
  connections: OpenConnections,
  clock: Pick<Clock, 'sleep'>,
): Promise<Done> {
  const connected = await connections.of(address);
  if (!connected.ok) return connected;
  const { driver, gate } = connected.value;
  return gate(() => withDeadline(DEADLINE_MS, clock, (signal) => driver.read(address.object, { signal })));
}

function receiptOf(held: Done, address: SinkAddress): Receipt {
  if (!held.ok) return { kind: 'unknown', why: held.error.message };
  const { values, revision } = held.value ?? {};
  if (held.value === undefined) return { kind: 'missing' };
  if (values === undefined)
    return revision === undefined
      ? { kind: 'unknown', why: 'it shows neither values nor revisions' }
      : { kind: 'holds', fingerprint: `${REVISION_ONLY}${revision}`, tokenId: undefined, revision };
  const value = heldIn(values, address.part);
  if (value === undefined) return { kind: 'missing' };
  const seen = { fingerprint: fingerprintOf(value), tokenId: parseToken(value)?.id };
  return { kind: 'holds', ...seen, ...(revision !== undefined && { revision }) };
}

const valueAt = (held: Done, { part }: SinkAddress): string | undefined =>
  held.ok && held.value?.values ? heldIn(held.value.values, part) : undefined;

const revisionOf = (done: Done): Result<{ readonly revision?: string }> => {
  if (!done.ok) return done;
  const revision = done.value?.revision;
  return ok(revision === undefined ? {} : { revision });
};

function agrees(
  held: Held | undefined,
  { part, type }: SinkAddress,
  wanted: { readonly fingerprint: string; readonly revision?: string | undefined },
): boolean {
  if (abilityOf(type).read === 'nothing') return true;
  if (held === undefined) return false;
  if (held.values === undefined) return wanted.revision !== undefined && held.revision === wanted.revision;
  const value = heldIn(held.values, part);
  return value !== undefined && fingerprintOf(value) === wanted.fingerprint;
}

/** What nothing can be seen of is written as it is: the planner has said so (`SinkUnverifiable`). */
function isExpected(
  held: Held | undefined,
  { part, type }: SinkAddress,
  { mayBeMissing, fingerprints }: Expectation,
): boolean {
  if (abilityOf(type).read === 'nothing') return true;
  if (held === undefined) return mayBeMissing;
  if (held.values === undefined) return fingerprints.includes(`${REVISION_ONLY}${held.revision}`);
  const value = heldIn(held.values, part);
  return value === undefined ? mayBeMissing : fingerprints.includes(fingerprintOf(value));
}

const moved = ({ type, object, part }: SinkAddress, held: Held | undefined): Fault =>
  fault(
    'sink_moved',
    `the sink ${type}:${object}#${part} ${held === undefined ? 'no longer holds a value' : 'holds an unexpected value'}, so nothing was written; plan again`,
  );

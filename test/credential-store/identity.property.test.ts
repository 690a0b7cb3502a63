/**
 * No principal outlives what it stands on: whatever happens, in whatever order, an access token is good exactly
 * while everything between it and its person or key is. The model is a few facts that only ever go one way.
 */
import fc from 'fast-check';
import { openServed } from '../../src/credential-store/identity/served-store.js';
import { newKey } from '../../src/credential-store/keyring.js';
import type { Secret } from '../../src/domain/secret.js';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.js';
import { IN_MEMORY, openSqlite } from '../../src/storage/sqlite/engine.js';
import { quickHashing, ServedTestStore } from '../support/callers.js';
import { key, user } from '../support/plan-declarations.js';
import { CALLER, unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';

interface Held {
  readonly token: Secret;
  readonly parents: readonly string[];
  readonly until: number;
}

/** What happened, and what every holder of something is to find. */
class World {
  readonly desk: ServedTestStore;
  readonly held: Held[] = [];
  readonly gone = new Set<string>();
  readonly away = new Set<string>();
  pats: { readonly id: string; readonly token: Secret; readonly by: Secret }[] = [];
  people = 0;
  keys = 0;

  constructor(desk: ServedTestStore) {
    this.desk = desk;
  }

  isGood({ parents, until }: Held): boolean {
    return (
      until > this.desk.clock.now() && parents.every((one) => !this.gone.has(one) && !this.away.has(one))
    );
  }

  /** As it is now: a new password takes the sessions of the old one. */
  find(token: Secret): Held | undefined {
    return this.held.find((one) => one.token === token);
  }

  good(): readonly Held[] {
    return this.held.filter((one) => this.isGood(one));
  }

  /** What a person signed in with is dead for good. */
  end(name: string): void {
    for (const [index, one] of this.held.entries())
      if (one.parents.includes(name)) this.held[index] = { ...one, until: Number.NEGATIVE_INFINITY };
  }

  hold(token: Secret, parents: readonly string[], until: number): Held {
    const held = { token, parents, until };
    this.held.push(held);
    return held;
  }
}

type Act = (world: World, pick: number) => Promise<void>;

const ACTS: Readonly<Record<string, Act>> = {
  join: async (world) => {
    const name = `person-${++world.people}`;
    await world.desk.create(user(name));
    const session = await world.desk.join(name);
    world.hold(session.token, [name, `password of ${name}`], session.expiresAt);
  },
  makePat: async (world, pick) => {
    const session = of(
      world.good().filter(({ parents }) => parents[1]?.startsWith('password')),
      pick,
    );
    if (session === undefined) return;
    const made = unwrap(
      await world.desk.authority.createPersonalToken('t', await world.desk.by(session.token)),
    );
    world.hold(made.token, [session.parents[0] ?? '', made.shown.id], Number.POSITIVE_INFINITY);
    world.pats.push({ id: made.shown.id, token: made.token, by: session.token });
  },
  exchangePat: async (world, pick) => {
    const pat = of(world.pats, pick);
    const held = pat && world.find(pat.token);
    if (held === undefined || !world.isGood(held)) return;
    const session = await world.desk.session(held.token);
    world.hold(session.token, held.parents, session.expiresAt);
  },
  deletePat: async (world, pick) => {
    const pat = of(world.pats, pick);
    const by = pat && world.find(pat.by);
    if (pat === undefined || by === undefined || world.gone.has(pat.id) || !world.isGood(by)) return;
    unwrap(await world.desk.authority.deletePersonalToken(pat.id, await world.desk.by(pat.by)));
    world.gone.add(pat.id);
  },
  makeKey: async (world) => {
    const name = `key-${++world.keys}`;
    await world.desk.create(key(name, { owner: { tenant: true }, rotation: undefined, expiresAfter: '3d' }));
    const token = await world.desk.rollOut(name, 1);
    const until = world.desk.clock.now() + 3 * DAY_MS;
    world.hold(token, [name], until);
    const session = await world.desk.session(token);
    world.hold(session.token, [name], session.expiresAt);
  },
  revokeKey: async (world, pick) => {
    const name = `key-${1 + (pick % Math.max(1, world.keys))}`;
    if (world.keys === 0 || world.gone.has(name)) return;
    unwrap(
      await world.desk.store.request(
        { kind: 'revoke', object: { kind: 'ApiKey', name }, overlapMs: 0 },
        CALLER,
      ),
    );
    world.gone.add(name);
  },
  toggleKey: async (world, pick) => {
    const name = `key-${1 + (pick % Math.max(1, world.keys))}`;
    if (world.keys === 0) return;
    await world.desk.deactivateKey(name, world.away.has(name) ? 'activate' : 'deactivate');
    flip(world.away, name);
  },
  togglePerson: async (world, pick) => {
    const name = `person-${1 + (pick % Math.max(1, world.people))}`;
    if (world.people === 0 || world.gone.has(name)) return;
    await world.desk.change(user(name, world.away.has(name) ? {} : { status: 'deactivated' }));
    world.end(name);
    flip(world.away, name);
  },
  deletePerson: async (world, pick) => {
    const name = `person-${1 + (pick % Math.max(1, world.people))}`;
    if (world.people === 0 || world.gone.has(name)) return;
    unwrap(await world.desk.remove({ kind: 'User', name }));
    world.gone.add(name);
  },
  newPassword: async (world, pick) => {
    const name = `person-${1 + (pick % Math.max(1, world.people))}`;
    if (world.people === 0 || world.gone.has(name) || world.away.has(name)) return;
    const session = await world.desk.join(name);
    // All from before the invitation ends with it.
    world.end(name);
    world.hold(session.token, [name, `password of ${name}`], session.expiresAt);
  },
  rotateSigningKey: async (world) => {
    unwrap(await world.desk.authority.rotateSigningKey(await world.desk.root()));
  },
  wait: async (world, pick) => {
    world.desk.clock.advance((1 + (pick % 13)) * HOUR_MS);
  },
};

const of = <T>(all: readonly T[], pick: number): T | undefined => all[pick % Math.max(1, all.length)];
const flip = (set: Set<string>, one: string): void => void (set.delete(one) || set.add(one));

it('no principal outlives its parent, and none dies before', async () => {
  const acts = fc.array(fc.tuple(fc.constantFrom(...Object.keys(ACTS)), fc.nat(1_000)), {
    minLength: 5,
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(acts, async (history) => {
      const world = testWorld();
      const storage = unwrap(await openSqlite({ path: IN_MEMORY, sleep: async () => {} }));
      const served = unwrap(
        await openServed(storage, { ...world, hashing: quickHashing }, newKey(world.entropy)),
      );
      const model = new World(await ServedTestStore.open({ ...served, clock: world.clock }));
      for (const [act, pick] of history) {
        await ACTS[act]?.(model, pick);
        for (const one of model.held)
          expect([act, await model.desk.status(one.token)]).toEqual([act, model.isGood(one) ? 200 : 401]);
      }
      await served.store.close();
    }),
    { numRuns: 60 },
  );
});

/**
 * Where the matrix is asked: one's own environment, another, and in one's own what is closed to guests. Each has one of
 * everything. Whatever a call would use up is made anew for a call that is to succeed; one that is to be refused is
 * aimed at what is there for good, which must come out of it as it was.
 */
import type { Declaration, ObjectRef } from '../../../src/domain/objects.js';
import { DAY_MS } from '../../../src/domain/time.js';
import type { Lease } from '../../../src/ports/live-store.js';
import { joined, pat } from '../../support/http-people.js';
import type { TestServer } from '../../support/http-world.js';
import { environment, guest, role, team, user } from '../../support/plan-declarations.js';
import { apiKey, unwrap } from '../../support/store.js';

/** For calls that are refused: what is there for good. For those that are not: something of their own. */
export type Aim = 'lasting' | 'fresh';

export const PLACES = ['own', 'other', 'closed'] as const;
export type PlaceName = (typeof PLACES)[number];

/** Where keys and guests live. */
export const HOME = 'development';
const OTHER = 'production';
const ENVIRONMENTS = { own: HOME, other: OTHER, closed: HOME } as const;
const OPEN = 'open';
const CLOSED = 'closed';

export const declared = {
  open: OPEN,
  workbooks: ['contacts', 'orders'],
  /** Beside the open one at home, which a client makes. */
  spaces: [
    { environment: HOME, name: CLOSED },
    { environment: OTHER, name: OPEN },
  ],
  space: (within: string, name: string): Declaration =>
    ({
      kind: 'Space',
      metadata: { name },
      spec: { environment: within, workbooks: [...declared.workbooks] },
    }) as Declaration,
  guest: (name: string, grants: readonly object[]): Declaration =>
    guest(name, { environment: HOME, grants: grants as never }),
};

export const environments = (): readonly Declaration[] =>
  [HOME, OTHER].map((name) =>
    environment(name, {
      isProd: name === OTHER,
      guestAuthentication: ['magic_link', 'shared_link'],
      guestInvites: true,
    }),
  );

export type Level = 'tenant' | 'service' | 'team' | 'personal';

export const OWNERS = {
  tenant: { tenant: true },
  service: { service: 'billing' },
  team: { team: 'data' },
  personal: { user: 'person-m' },
} as const;

export interface Making {
  readonly server: TestServer;
  readonly environment: string;
  /** What a member signs in with, whose personal keys these are. */
  readonly ofMember: string;
  /** A name that was not used yet. */
  next(): string;
}

/** Ids of what is there for good. */
export interface Lasting {
  readonly environmentId: string;
  readonly space: string;
  readonly workbook: string;
  readonly otherWorkbook: string;
  readonly guest: string;
  readonly agent: string;
  readonly secret: string;
  readonly event: string;
  readonly link: string;
  /** The token of a key that was removed, and is accepted for its overlap. */
  readonly removed: string;
  /** Of a service. */
  readonly keyName: string;
  readonly keys: Readonly<Record<Level, string>>;
}

export interface At extends Making {
  readonly aim: Aim;
  readonly accountId: string;
  /** A person's personal access token. */
  readonly tokenOfAnother: string;
  readonly lasting: Lasting;
}

/** Each way to make one of something in a place, and its id. */
export const make = {
  environment: async ({ server, next }: Making) =>
    (await server.asRoot('POST /v1/environments', { name: next(), isProd: false })).body.data.id as string,
  space: async ({ server, environment: within, next }: Making) =>
    (await server.asRoot('POST /v1/spaces', { name: next(), environmentId: within })).body.data.id as string,
  workbook: async ({ server, next }: Making, spaceId: string) =>
    (await server.asRoot('POST /v1/workbooks', { name: next(), spaceId })).body.data.id as string,
  guest: async ({ server, environment: within, next }: Making) => {
    const body = { environmentId: within, email: `${next()}@example.org`, spaces: [] };
    return (await server.asRoot('POST /v1/guests', body)).body.data[0].id as string;
  },
  agent: async ({ server, environment: within, next }: Making) =>
    (await server.asRoot(`POST /v1/agents?environmentId=${within}`, { slug: next(), source: 'x' })).body.data
      .id as string,
  secret: async ({ server, next }: Making, environmentId: string) => {
    const body = { name: next(), value: 'v', environmentId };
    const { data } = (await server.asRoot('POST /v1/secrets', body)).body;
    return data.find(({ name }: { name: string }) => name === body.name).id as string;
  },
  event: async ({ server }: Making, environmentId: string, spaceId: string) => {
    const context = { environmentId, spaceId };
    const body = { topic: 'space:updated', domain: 'space', context, payload: {} };
    return (await server.asRoot('POST /v1/events', body)).body.data.id as string;
  },
  link: async ({ server }: Making, guestId: string) =>
    (await server.asRoot('POST /v1/guest-links', { guest: guestId })).body.data.id as string,
  /** Of a person: made by themselves, for no other may. */
  key: async ({ server, environment: within, next, ofMember }: Making, level: Level) => {
    const body = { name: next(), environment: within, owner: OWNERS[level] };
    const made =
      level === 'personal'
        ? await server.ask('POST /v1/keys', { token: ofMember, body })
        : await server.asRoot('POST /v1/keys', body);
    return made.body.data.id as string;
  },
  issued: async ({ server, environment: within, next }: Making) => {
    const body = { name: next(), environment: within, owner: OWNERS.service };
    const made = (await server.asRoot('POST /v1/keys', body)).body;
    return { id: made.data.id as string, secret: made.secret as string };
  },
  removed: async ({ server, environment: within, next }: Making) => {
    const name = next();
    await server.hand.create(apiKey(name, { environment: within, owner: OWNERS.service }));
    const token = await server.hand.rollOut(name, 1);
    unwrap(await server.hand.remove({ kind: 'ApiKey', name }, DAY_MS));
    return token.reveal();
  },
  keyName: async (making: Making) => {
    const id = await make.key(making, 'service');
    return (await making.server.asRoot(`GET /v1/keys/${id}`)).body.data.name as string;
  },
  person: async ({ server, next }: Making) => {
    const name = next();
    await server.hand.create(user(name));
    return name;
  },
  session: async ({ server, next }: Making) => {
    const token = await joined(server, next());
    return (await server.ask('GET /v1/sessions', { token })).body.data[0].id as string;
  },
  personalToken: async ({ server }: Making, token: string) => (await pat(server, token)).id,
  lease: async ({ server, next }: Making): Promise<Lease> =>
    unwrap(await server.world.store.acquireLease('x', 1_000, next())),
};

async function lastingIn(making: Making, space: string): Promise<Lasting> {
  const { server, environment: within } = making;
  const idOf = async (kind: ObjectRef['kind'], name: string) => (await server.hand.fetch({ kind, name })).id;
  const environmentId = await idOf('Environment', within);
  const spaceId = await idOf('Space', `${within}/${space}`);
  const { data: books } = (await server.asRoot(`GET /v1/workbooks?spaceId=${spaceId}`)).body;
  const book = (wanted: string): string =>
    books.find(({ name }: { readonly name: string }) => name === wanted).id;
  const guestId = await make.guest(making);
  return {
    ...{ environmentId, space: spaceId, workbook: book('contacts'), otherWorkbook: book('orders') },
    guest: guestId,
    agent: await make.agent(making),
    secret: await make.secret(making, environmentId),
    event: await make.event(making, environmentId, spaceId),
    link: await make.link(making, guestId),
    keyName: await make.keyName(making),
    removed: await make.removed(making),
    keys: {
      tenant: await make.key(making, 'tenant'),
      service: await make.key(making, 'service'),
      team: await make.key(making, 'team'),
      personal: await make.key(making, 'personal'),
    },
  };
}

/** Fills the places; gives each, for one aim or the other. */
export async function placesOf(server: TestServer, ofMember: string) {
  await server.hand.create(team('others'));
  await server.hand.create(role('log-reader'));
  let named = 0;
  const next = (): string => `made-${++named}`;
  const accountId: string = (await server.asRoot('GET /v1/accounts/current')).body.data.id;
  const { id: tokenOfAnother } = await pat(server, await joined(server, 'person-x'));
  const filled = new Map<PlaceName, Making & { readonly lasting: Lasting }>();
  for (const place of PLACES) {
    const making = { server, environment: ENVIRONMENTS[place], next, ofMember };
    const lasting = await lastingIn(making, place === 'closed' ? CLOSED : OPEN);
    filled.set(place, { ...making, lasting });
  }
  return (place: PlaceName, aim: Aim): At => {
    const found = filled.get(place);
    if (found === undefined) throw new Error(`there is no place ${place}`);
    return { ...found, aim, accountId, tokenOfAnother };
  };
}

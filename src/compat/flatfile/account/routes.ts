/** The account, its plan, and what the plan includes. In the shapes of Flatfile's client, with the plan beside. */
import { type Static, Type } from 'typebox';
import { mayKnowAccount } from '../../../domain/access.js';
import { entitlementsOf, PLANS } from '../../../domain/billing-plan.js';
import { formatInstant } from '../../../domain/time.js';
import { byOf } from '../../../http/live-objects.js';
import { type Route, respond, route } from '../../../http/route.js';
import { closed, dataOf, Instant } from '../../../http/schemas.js';
import type { Account } from '../../../ports/accounts.js';

const text = () => Type.Optional(Type.String({ minLength: 1, maxLength: 500 }));
const Metadata = Type.Record(Type.String({ maxLength: 200 }), Type.Unknown(), {
  maxProperties: 200,
  'x-max-bytes': 64 * 1_024,
});

/** Kept as they are sent; nothing here goes by them. */
const kept = {
  primaryDomain: text(),
  subdomain: text(),
  vanityDomainDashboard: text(),
  vanityDomainSpaces: text(),
  embeddedDomainWhitelist: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 200 }),
  ),
  customFromEmail: text(),
  stripeCustomerId: text(),
  defaultAppId: text(),
  dashboard: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
};

const Plan = Type.Enum([...PLANS], { description: '`basic` does not include API access.' });

const Item = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    plan: Plan,
    metadata: Metadata,
    createdAt: Instant,
    updatedAt: Instant,
    ...kept,
  },
  closed,
);

const shown = (account: Account, plan: Account['plan']): object => ({
  metadata: {},
  ...account.attributes,
  id: account.id,
  name: account.name,
  plan,
  createdAt: formatInstant(account.createdAt),
  updatedAt: formatInstant(account.updatedAt),
});

const get = route({
  method: 'GET',
  path: '/accounts/current',
  id: 'getAccount',
  tag: 'account',
  summary: 'The account of this store.',
  description: 'For users and secret keys; not for clients and guests.',
  answer: dataOf(Item),
  handle: async ({ principal }, { accounts, entitlements }) => {
    const allowed = mayKnowAccount(principal);
    if (!allowed.ok) return allowed;
    const account = await accounts.account();
    if (!account.ok) return account;
    return respond(await entitlements.refresh(), (known) => ({ data: shown(account.value, known) }));
  },
});

const body = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    plan: Type.Optional(Plan),
    metadata: Type.Optional(Metadata),
    ...kept,
  },
  closed,
);

const change = route({
  method: 'PATCH',
  path: '/accounts/current',
  id: 'changeAccount',
  tag: 'account',
  summary: 'Change its name, its plan or its attributes.',
  description:
    'Only owners can change the plan. A plan that is set for the server (KEYWRIGHT_PLAN) takes precedence.',
  permission: 'users:write',
  body,
  nulls: 'absent',
  answer: dataOf(Item),
  handle: async (call, { accounts, entitlements }) => {
    const { name, plan: wanted, ...attributes }: Static<typeof body> = call.body;
    const changed = await accounts.change({ name, plan: wanted, attributes }, byOf(call));
    if (!changed.ok) return changed;
    return respond(await entitlements.refresh(), (known) => ({ data: shown(changed.value, known) }));
  },
});

const listEntitlements = route({
  method: 'GET',
  path: '/entitlements',
  id: 'listEntitlements',
  tag: 'account',
  summary: 'What the plan includes.',
  query: Type.Object({ resourceId: Type.Optional(Type.String({ maxLength: 200 })) }, closed),
  answer: dataOf(
    Type.Array(Type.Object({ key: Type.String(), metadata: Type.Optional(Type.String()) }, closed)),
  ),
  handle: async ({ principal }, { entitlements }) => {
    const allowed = mayKnowAccount(principal);
    if (!allowed.ok) return allowed;
    return respond(await entitlements.refresh(), (known) => ({
      data: entitlementsOf(known).map((key) => ({ key })),
    }));
  },
});

export const accountRoutes: readonly Route[] = [get, change, listEntitlements];

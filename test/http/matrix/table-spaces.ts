/**
 * What is in an environment. A key has what it was given there. A client session makes one space (`C` has none yet) and
 * works in that one (`E` has); it has no say in who else signs in (F7). A guest has what is granted (F12), `G` and `L` a
 * space, `W` one workbook of it, and works on what is in there without arranging it.
 */
import type { At } from './places.js';
import { make } from './places.js';
import { inPlace, ofAccount, type Row } from './row.js';

/** Of the environment itself: its members, and who may do everything in it. */
const READERS = 'OATMKP';
/** Of its data. */
const READ = 'OATMKSDPE';
const WRITE = 'OAKSDE';
/** Who makes spaces: keys do, and the session of a publishable key does once, also in one step. */
const MAKE = 'OAKSDCB';
/** Who looks after guests. */
const HOSTS = 'OAKSD';

const environments = [
  inPlace('GET /environments', READERS, undefined, { shows: ({ lasting }) => lasting.environmentId }),
  inPlace('GET /environments/{id}', READERS, ({ lasting }) => ({ params: { id: lasting.environmentId } })),
  inPlace('GET /environments/subscription-token', READERS, ({ lasting }) => ({
    query: { environmentId: lasting.environmentId },
  })),
  ofAccount('POST /environments', 'OA', ({ next }) => ({ body: { name: next(), isProd: false } })),
  inPlace('PATCH /environments/{id}', 'OA', ({ lasting }) => ({
    params: { id: lasting.environmentId },
    body: { metadata: { a: 'b' } },
  })),
  ofAccount('DELETE /environments/{id}', 'OA', async (at) => ({
    params: { id: at.aim === 'fresh' ? await make.environment(at) : at.lasting.environmentId },
  })),
  inPlace(
    'GET /agents',
    READERS,
    ({ environment }) => ({ query: { environmentId: environment, pageSize: '100' } }),
    {
      shows: ({ lasting }) => lasting.agent,
    },
  ),
  inPlace('GET /agents/{id}', READERS, ({ lasting }) => ({ params: { id: lasting.agent } })),
  inPlace('GET /agents/{id}/versions', READERS, ({ lasting }) => ({ params: { id: lasting.agent } })),
  inPlace('GET /agents/{id}/logs', READERS, ({ lasting }) => ({ params: { id: lasting.agent } })),
  inPlace('GET /agents/{id}/roles', READERS, ({ lasting }) => ({ params: { id: lasting.agent } })),
  // Agents have no roles, and a caller who could give them some is answered so.
  inPlace(
    'POST /agents/{id}/roles',
    'OAK',
    ({ lasting }) => ({
      params: { id: lasting.agent },
      body: { roleId: 'us_rol_a', resourceId: 'us_env_a' },
    }),
    { answers: 400 },
  ),
  inPlace(
    'DELETE /agents/{id}/roles/{actorRoleId}',
    'OAK',
    ({ lasting }) => ({ params: { id: lasting.agent, actorRoleId: 'us_acr_a' } }),
    { answers: 404 },
  ),
  inPlace('GET /agents/logs', READERS, ({ environment }) => ({ query: { environmentId: environment } })),
  inPlace('GET /agents/executions', READERS, ({ environment }) => ({
    query: { environmentId: environment },
  })),
  inPlace('POST /agents', 'OAK', ({ environment }) => ({
    query: { environmentId: environment },
    body: { slug: 'lasting', source: 'x' },
  })),
  inPlace('DELETE /agents/{id}', 'OAK', async (at) => ({
    params: { id: at.aim === 'fresh' ? await make.agent(at) : at.lasting.agent },
  })),
  inPlace('GET /secrets', 'OAK', ({ lasting }) => ({ query: { environmentId: lasting.environmentId } }), {
    shows: ({ lasting }) => lasting.secret,
  }),
  inPlace('POST /secrets', 'OAK', ({ lasting }) => ({
    body: { name: 'lasting', value: 'v', environmentId: lasting.environmentId },
  })),
  inPlace('DELETE /secrets/{id}', 'OAK', async (at) => ({
    params: {
      id: at.aim === 'fresh' ? await make.secret(at, at.lasting.environmentId) : at.lasting.secret,
    },
  })),
];

const freshSpace = (at: At): Promise<string> | string =>
  at.aim === 'fresh' ? make.space(at) : at.lasting.space;

/** It has no other, and the rest of the table needs that one. */
const ITS_ONLY = { unasked: 'E' } as const;

const spaces = [
  inPlace('GET /spaces', `${READ}GL`, ({ environment }) => ({ query: { environment, limit: '200' } }), {
    shows: ({ lasting }) => lasting.space,
  }),
  inPlace('GET /spaces/{id}', `${READ}GL`, ({ lasting }) => ({ params: { id: lasting.space } })),
  inPlace('POST /spaces', MAKE, ({ environment, next }) => ({
    body: { name: next(), environmentId: environment },
  })),
  inPlace('PATCH /spaces/{id}', WRITE, ({ lasting }) => ({
    params: { id: lasting.space },
    body: { metadata: { a: 'b' } },
  })),
  inPlace('DELETE /spaces/{id}', WRITE, async (at) => ({ params: { id: await freshSpace(at) } }), ITS_ONLY),
  inPlace('DELETE /spaces', WRITE, async (at) => ({ query: { spaceIds: await freshSpace(at) } }), ITS_ONLY),
  inPlace(
    'POST /spaces/{id}/archive',
    WRITE,
    async (at) => ({ params: { id: await freshSpace(at) } }),
    ITS_ONLY,
  ),
  inPlace('POST /spaces/{id}/unarchive', WRITE, ({ lasting }) => ({ params: { id: lasting.space } })),
  inPlace('GET /workbooks', `${READ}GLW`, ({ lasting }) => ({ query: { spaceId: lasting.space } }), {
    shows: ({ lasting }) => lasting.workbook,
  }),
  inPlace('GET /workbooks/{id}', `${READ}GLW`, ({ lasting }) => ({ params: { id: lasting.workbook } })),
  inPlace('PATCH /workbooks/{id}', `${WRITE}GLW`, ({ lasting }) => ({
    params: { id: lasting.workbook },
    body: { metadata: { a: 'b' } },
  })),
  inPlace('POST /workbooks', WRITE, ({ lasting, next }) => ({
    body: { name: next(), spaceId: lasting.space },
  })),
  inPlace('DELETE /workbooks/{id}', WRITE, async (at) => ({
    params: { id: at.aim === 'fresh' ? await make.workbook(at, at.lasting.space) : at.lasting.otherWorkbook },
  })),
  inPlace(
    'GET /events',
    `${READ}GL`,
    ({ lasting }) => ({ query: { spaceId: lasting.space, pageSize: '100' } }),
    {
      shows: ({ lasting }) => lasting.event,
    },
  ),
  inPlace('GET /events/{id}', `${READ}GL`, ({ lasting }) => ({ params: { id: lasting.event } })),
  inPlace('POST /events', WRITE, ({ lasting }) => ({
    body: {
      ...{ topic: 'space:updated', domain: 'space', payload: {} },
      context: { environmentId: lasting.environmentId, spaceId: lasting.space },
    },
  })),
  inPlace('POST /events/{id}/ack', WRITE, async (at) => ({
    params: {
      id:
        at.aim === 'fresh'
          ? await make.event(at, at.lasting.environmentId, at.lasting.space)
          : at.lasting.event,
    },
  })),
  ofAccount('GET /subscription', `${READ}CGLW`),
];

const freshGuest = (at: At): Promise<string> | string =>
  at.aim === 'fresh' ? make.guest(at) : at.lasting.guest;

/** Of a guest in the space that is there for good. */
async function freshRole(at: At): Promise<{ readonly id: string; readonly actorRoleId: string }> {
  const id = await freshGuest(at);
  if (at.aim === 'lasting') return { id, actorRoleId: 'us_acr_a' };
  const body = { roleId: 'guest', resourceId: at.lasting.space };
  const given = await at.server.asRoot(`POST /v1/guests/${id}/roles`, body);
  return { id, actorRoleId: given.body.data.id };
}

const guests = [
  inPlace('GET /guests', 'OATMKSDP', ({ environment }) => ({ query: { environment, limit: '200' } }), {
    shows: ({ lasting }) => lasting.guest,
  }),
  inPlace('GET /guests/{id}', 'OATMKSDP', ({ lasting }) => ({ params: { id: lasting.guest } })),
  inPlace('POST /guests', HOSTS, ({ lasting, next }) => ({
    body: { environmentId: lasting.environmentId, email: `${next()}@example.org`, spaces: [] },
  })),
  inPlace('PATCH /guests/{id}', HOSTS, ({ lasting }) => ({
    params: { id: lasting.guest },
    body: { name: 'X' },
  })),
  inPlace('DELETE /guests/{id}', HOSTS, async (at) => ({ params: { id: await freshGuest(at) } })),
  inPlace('GET /guests/{id}/roles', 'OATMKSDP', ({ lasting }) => ({ params: { id: lasting.guest } })),
  inPlace('POST /guests/{id}/roles', HOSTS, async (at) => ({
    params: { id: await freshGuest(at) },
    body: { roleId: 'guest', resourceId: at.lasting.space },
  })),
  inPlace('DELETE /guests/{id}/roles/{actorRoleId}', HOSTS, async (at) => ({ params: await freshRole(at) })),
  inPlace('GET /guests/{id}/token', HOSTS, ({ lasting }) => ({ params: { id: lasting.guest } })),
  inPlace('POST /guest-links', HOSTS, ({ lasting }) => ({ body: { guest: lasting.guest } })),
  inPlace('POST /guest-links # of a space', HOSTS, ({ lasting }) => ({ body: { space: lasting.space } })),
  inPlace('DELETE /guest-links/{id}', HOSTS, async (at) => ({
    params: { id: at.aim === 'fresh' ? await make.link(at, at.lasting.guest) : at.lasting.link },
  })),
  inPlace('POST /invitations', HOSTS, async (at) => ({
    body: [{ guestId: at.lasting.guest, spaceId: at.lasting.space }],
  })),
  // Guests invite guests into what is open to them (F11); by a shared link a guest has not proven who they are.
  inPlace('POST /guest-invites', `${HOSTS}G`, (at) => ({ body: invited(at) })),
  inPlace('POST /guest-invites # into a workbook', `${HOSTS}GW`, (at) => ({
    body: invited(at, ['contacts']),
  })),
];

const invited = ({ environment, lasting, next }: At, workbooks?: readonly string[]) => ({
  ...{ environment, email: `${next()}@example.org` },
  grants: [{ space: lasting.space, ...(workbooks && { workbooks }) }],
});

export const spaceRows: readonly Row[] = [...environments, ...spaces, ...guests];

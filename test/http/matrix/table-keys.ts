/**
 * Keys, by whose they are (T2): of the tenant for owners, of a service for owners and administrators, of a team for its
 * admins and above, personal ones for their person. `K` may do everything in its environment but what is of the tenant;
 * `D` is to its team's keys what an admin of that team is, and to other keys nothing.
 */
import type { At, Level } from './places.js';
import { make, OWNERS } from './places.js';
import { inPlace, ofAccount, type Row } from './row.js';

const READERS = 'OATMKDPR';

/** Who changes, and who ends, the keys of each. */
const CHANGES: Readonly<Record<Level, string>> = {
  tenant: 'O',
  service: 'OAK',
  team: 'OATKD',
  personal: 'M',
};
/** `R` has the permissions for keys, and gives none of what they may do: it changes what confers nothing, and ends. */
const TOUCHES: Readonly<Record<Level, string>> = { ...CHANGES, service: 'OAKR', team: 'OATKDR' };
const ENDS: Readonly<Record<Level, string>> = { ...TOUCHES, personal: 'OAMKR' };
const LEVELS: readonly Level[] = ['tenant', 'service', 'team', 'personal'];

const keyOf = (at: At, level: Level): Promise<string> | string =>
  at.aim === 'fresh' ? make.key(at, level) : at.lasting.keys[level];

const one = async (at: At, level: Level, body?: object) => ({
  params: { id: await keyOf(at, level) },
  ...(body && { body }),
});

const ofLevel = (level: Level): readonly Row[] => [
  inPlace(`GET /keys/{id} # of ${level}`, READERS, (at) => ({ params: { id: at.lasting.keys[level] } })),
  inPlace(`POST /keys # of ${level}`, level === 'personal' ? 'OATM' : CHANGES[level], (at, { name }) => ({
    body: {
      ...{ name: at.next(), environment: at.environment },
      owner: level === 'personal' ? { user: name } : OWNERS[level],
    },
  })),
  inPlace(`PATCH /keys/{id} # of ${level}`, TOUCHES[level], (at) => one(at, level, { labels: { a: 'b' } })),
  inPlace(`PATCH /keys/{id} # of ${level}, to act for longer`, CHANGES[level], (at) =>
    one(at, level, { expiresAt: null, permissions: ['spaces:read'] }),
  ),
  inPlace(`POST /keys/{id}/rotate # of ${level}`, CHANGES[level], (at) => one(at, level, {})),
  inPlace(`POST /keys/{id}/deactivate # of ${level}`, TOUCHES[level], (at) => one(at, level, {})),
  inPlace(`POST /keys/{id}/activate # of ${level}`, CHANGES[level], (at) => one(at, level, {})),
  inPlace(`POST /keys/{id}/revoke # of ${level}`, ENDS[level], (at) => one(at, level, {})),
  inPlace(`DELETE /keys/{id} # of ${level}`, ENDS[level], (at) => one(at, level)),
];

export const keyRows: readonly Row[] = [
  ...LEVELS.flatMap(ofLevel),
  inPlace('POST /keys # personal, of another', '', (at) => ({
    body: { name: at.next(), environment: at.environment, owner: { user: 'person-x' } },
  })),
  inPlace('POST /keys/{id}/acknowledge', 'OAKR', async (at) => {
    const { id, secret } =
      at.aim === 'fresh' ? await make.issued(at) : { id: at.lasting.keys.service, secret: 'x' };
    return { params: { id }, body: { proof: secret } };
  }),
  inPlace('GET /keys', READERS, ({ environment }) => ({ query: { environment, limit: '200' } }), {
    shows: ({ lasting }) => lasting.keys.service,
  }),
  inPlace('GET /auth/api-keys', READERS, ({ environment }) => ({ query: { environmentId: environment } }), {
    shows: ({ lasting }) => lasting.keys.service,
  }),
  inPlace('GET /auth/publishable-key', READERS, ({ environment }) => ({
    query: { environmentId: environment },
  })),
  inPlace('POST /auth/api-key', 'O', ({ environment }) => ({ query: { environmentId: environment } })),
  inPlace('DELETE /auth/api-key', 'OAKR', async (at) => ({
    query: { environmentId: at.environment, key: await keyOf(at, 'service') },
  })),
  // Of whichever key, for who asks is let ask.
  ofAccount('POST /keys/verify', 'OAKD', () => ({ body: { key: 'x' } })),
  ofAccount('POST /introspect', 'OAKD', () => ({ body: { token: 'x' } })),
  // An unknown one is as good as revoked (RFC 7009).
  ofAccount('POST /revoke', 'OATMKSDPRBCEGWL', () => ({ body: { token: 'x' } })),
  // A tombstone whose versions run out, and whose name is free for any caller.
  inPlace(
    'POST /revoke # of a key that was removed',
    'OAKR',
    async (at) => ({
      body: { token: at.aim === 'fresh' ? await make.removed(at) : at.lasting.removed },
    }),
    { everywhere: 'R' },
  ),
];

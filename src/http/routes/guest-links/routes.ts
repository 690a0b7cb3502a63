/**
 * The links that guests sign in by (F11): created by callers with `guests:write`, or by a guest for another where the
 * environment lets guests invite. POST /auth exchanges them.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { GuestLink, Shown } from '../../../ports/identity.js';
import { byOf, done, Success } from '../../live-objects.js';
import { type Answered, type AnyRoute, route, shownOnce } from '../../route.js';
import { closed, dataOf, Instant, oneById } from '../../schemas.js';

/** Within an environment, or by id. */
const Named = Type.String({ minLength: 1, maxLength: 200, description: '`production/NAME`, or its id.' });

export const LinkToken = Type.Optional(
  Type.String({ description: 'Shown once: pass it to the guest. POST /auth accepts it.' }),
);

const Link = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(['magicLink', 'sharedLink']),
    environment: Type.String(),
    expiresAt: Instant,
    token: LinkToken,
  },
  closed,
);

const create = route({
  method: 'POST',
  path: '/guest-links',
  id: 'createGuestLink',
  tag: 'guests',
  summary: 'Create a magic link for a guest, or a shared link for a space.',
  description:
    'A magic link is valid once, for 15 minutes, and mailed to the guest if the server sends mail. A shared link is valid for 30 days for anyone who holds it, and opens ' +
    'its space alone. The environment’s `guestAuthentication` decides which are allowed.',
  permission: 'guests:write',
  scope: 'objects',
  body: Type.Object({ guest: Type.Optional(Named), space: Type.Optional(Named) }, closed),
  nulls: 'absent',
  creates: true,
  answer: dataOf(Link),
  faults: ['not_found', 'conflict'],
  handle: async (call, { authority }) => {
    const { guest, space } = call.body;
    if ((guest === undefined) === (space === undefined))
      return fail(
        fault('bad_request', 'send either body.guest, for a magic link, or body.space, for a shared link'),
      );
    const made =
      guest === undefined
        ? await authority.createSharedLink(space ?? '', byOf(call))
        : await authority.createMagicLink(guest, byOf(call), {});
    return made.ok ? linkOnce(made.value) : made;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/guest-links/{id}',
  id: 'endGuestLink',
  tag: 'guests',
  summary: 'Revoke a link, and the sessions that it started.',
  permission: 'guests:write',
  scope: 'objects',
  params: oneById('us_link'),
  answer: Success,
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    return done(await authority.endGuestLink(call.params.id, byOf(call)));
  },
});

const Grant = Type.Object(
  {
    space: Type.String({ minLength: 1, maxLength: 100, description: 'Its name, or its id.' }),
    workbooks: Type.Optional(
      Type.Array(Type.String({ maxLength: 100 }), { maxItems: 200, description: 'Absent: the whole space.' }),
    ),
  },
  closed,
);

const invite = route({
  method: 'POST',
  path: '/guest-invites',
  id: 'inviteGuest',
  tag: 'guests',
  summary: 'Create a guest, and a magic link for them.',
  description:
    'The link is also mailed if the server sends mail. Where the environment’s `guestInvites` is true, guests may invite into what is open to them: at most ten guests, whose access ends with theirs at the latest.',
  permission: 'guests:write',
  scope: 'objects',
  body: Type.Object(
    {
      environment: Type.String({ maxLength: 63 }),
      email: Type.String({ maxLength: 320 }),
      name: Type.Optional(Type.String({ maxLength: 200 })),
      expiresAfter: Type.Optional(Type.String({ maxLength: 100, description: '`14d`' })),
      grants: Type.Array(Grant, { maxItems: 200 }),
    },
    closed,
  ),
  nulls: 'absent',
  creates: true,
  answer: dataOf(Link),
  faults: ['not_found', 'conflict', 'exists'],
  handle: async (call, { authority }) => {
    const made = await authority.inviteGuest(call.body, byOf(call));
    return made.ok ? linkOnce(made.value) : made;
  },
});

const linkOnce = ({ shown, token }: Shown<GuestLink>): Answered => {
  const data = { ...shown, expiresAt: formatInstant(shown.expiresAt) };
  return shownOnce({ data: { ...data, token: token.reveal() } }, { data });
};

export const guestLinkRoutes: readonly AnyRoute[] = [create, remove, invite];

/**
 * The links that guests come in by (F11): made by whoever looks after guests, or by a guest for another where the
 * environment lets guests invite; ended by hand. POST /auth exchanges them.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { GuestLink, Shown } from '../../../ports/identity.js';
import { byOf, SUCCESS, Success } from '../../live-objects.js';
import { type Answered, type AnyRoute, json, route, shownOnce } from '../../route.js';
import { closed, dataOf, Instant } from '../../schemas.js';
import { guestTokenRoute } from './guest-token.js';

/** Within an environment, or by id. */
const Named = Type.String({ minLength: 1, maxLength: 200, description: '`production/NAME`, or its id.' });

const Link = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(['magicLink', 'sharedLink']),
    environment: Type.String(),
    expiresAt: Instant,
    token: Type.Optional(Type.String({ description: 'Shown once: pass it on. POST /auth takes it.' })),
  },
  closed,
);

const create = route({
  method: 'POST',
  path: '/guest-links',
  id: 'createGuestLink',
  tag: 'guests',
  summary: 'Make the magic link of a guest, or the shared link of a space.',
  description:
    'A magic link is good once, for 15 minutes, and mailed to the guest where the server sends letters. A shared link is good for 30 days, for whoever has it: it opens its ' +
    'space alone. The environment’s `guestAuthentication` says which there are.',
  permission: 'guests:write',
  scope: 'objects',
  body: Type.Object({ guest: Type.Optional(Named), space: Type.Optional(Named) }, closed),
  nulls: 'absent',
  makes: true,
  answer: dataOf(Link),
  faults: ['not_found', 'conflict'],
  handle: async (call, { authority }) => {
    const { guest, space } = call.body;
    if ((guest === undefined) === (space === undefined))
      return fail(fault('bad_request', 'name a guest, for a magic link, or a space, for a shared one'));
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
  summary: 'End a link, and the sessions that it started.',
  permission: 'guests:write',
  scope: 'objects',
  params: Type.Object({ id: Type.String({ pattern: '^us_link_[0-9A-Za-z]{1,32}$', maxLength: 64 }) }, closed),
  answer: Success,
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    const ended = await authority.endGuestLink(call.params.id, byOf(call));
    return ended.ok ? json(SUCCESS) : ended;
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
  summary: 'Make a guest, and the magic link to pass on to them.',
  description:
    'The link is mailed too where the server sends letters. Guests may do so too, into what is open to them, unless the environment’s `guestInvites` says otherwise.',
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
  makes: true,
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

export const guestLinkRoutes: readonly AnyRoute[] = [create, remove, invite, guestTokenRoute];

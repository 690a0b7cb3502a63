/** POST /keys, and the rotation of one: the secret is in the one answer that made it, and nowhere else. */
import { type Static, Type } from 'typebox';
import { LABELS } from '../../../domain/kinds/document-schema.js';
import { durationField, instantField, nameField, permissionsField } from '../../../domain/kinds/fields.js';
import { SECOND_MS } from '../../../domain/time.js';
import type { IssuedKey, NewKey } from '../../../ports/admin.js';
import { byOf } from '../../live-objects.js';
import { type Answered, json, route, shownOnce } from '../../route.js';
import { closed, nullable } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { afterChange, byId } from './changing.js';
import { findKey } from './finding.js';
import { Key, keyItem } from './item.js';

const Made = Type.Object(
  {
    data: Key,
    secret: nullable(
      Type.String({
        description: 'Shown once: it is kept nowhere. null: shown before, or delivered to sinks.',
      }),
    ),
    warnings: Type.Array(Type.String(), {
      description: 'What is against the name; it is taken all the same.',
    }),
  },
  closed,
);

export const Labels = Type.Unsafe<Readonly<Record<string, string>>>({ ...LABELS });

const Owner = Type.Object(
  {
    service: Type.Optional(nameField('A Service.')),
    team: Type.Optional(nameField('A Team.')),
    role: Type.Optional(nameField('With team: the same as `role` beside it, as documents say it.')),
    tenant: Type.Optional(Type.Literal(true, { description: 'The account itself.' })),
    user: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 254,
        description: 'Yourself, by name, address or id. The key dies with you.',
      }),
    ),
  },
  { ...closed, description: 'Exactly one owner.' },
);

const body = Type.Object(
  {
    name: nameField('For its purpose and environment: `prod-main-app`.'),
    type: Type.Optional(Type.Enum(['secret', 'publishable'], { description: 'secret if absent.' })),
    environment: nameField('The environment it works in.'),
    owner: Owner,
    role: Type.Optional(
      nameField('With owner.team: the role in that team that it acts with. viewer if absent.'),
    ),
    permissions: Type.Optional(
      permissionsField('What it may do. Absent: what its owner may, as that is at the time.'),
    ),
    expiresAt: Type.Optional(instantField('When it ends, whatever is rotated.')),
    expiresAfter: Type.Optional(durationField('Or how long each version lives.')),
    labels: Type.Optional(Labels),
  },
  closed,
);

export const createKey = route({
  method: 'POST',
  path: '/keys',
  id: 'createKey',
  tag: 'keys',
  summary: 'Make a key, and get its secret: once.',
  description:
    'Keys of the tenant are made by owners; of a service by whoever has `keys:write`; of a team by its admins and ' +
    'above; personal ones by anybody for themselves. None may do more than whoever makes it.',
  body,
  nulls: 'absent',
  makes: true,
  answer: Made,
  faults: ['exists', 'unknown_reference', 'conflict'],
  handle: async (call, world) => {
    const made = await world.manual.createKey(newKey(call.body), byOf(call));
    return made.ok ? shown(world, made.value) : made;
  },
});

function newKey({ name, labels, owner, role, ...spec }: Static<typeof body>): NewKey {
  return { name, labels, spec: { ...spec, owner: { ...owner, ...(role !== undefined && { role }) } } };
}

const GRACE_MAX_S = 366 * 86_400;

export const rotateKey = route({
  method: 'POST',
  path: '/keys/{id}/rotate',
  id: 'rotateKey',
  tag: 'keys',
  summary: 'Ask for a new version.',
  description:
    'Of a key that no project declares, the answer has its secret, once, and older versions end after `graceSeconds`. ' +
    'Of any other the next apply, or the controller, issues and delivers it; both versions are accepted until it is ' +
    'handed over.',
  permission: 'keys:rotate',
  scope: 'keys',
  params: byId,
  body: Type.Object(
    {
      graceSeconds: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: GRACE_MAX_S,
          description:
            '0: older versions end at once. Absent: after the overlap that the key declares, or a day.',
        }),
      ),
    },
    closed,
  ),
  once: true,
  answer: Made,
  faults: ['not_found', 'conflict', 'too_many_versions'],
  handle: async (call, world) => {
    const { principal, params, body } = call;
    const found = await findKey(world.store, { principal, idOrName: params.id, permission: 'keys:rotate' });
    if (!found.ok) return found;
    const graceMs = body.graceSeconds === undefined ? undefined : body.graceSeconds * SECOND_MS;
    const rotated = await world.manual.rotateKey({ object: found.value.ref, graceMs }, byOf(call));
    if (!rotated.ok) return rotated;
    return shown(world, rotated.value ?? { object: found.value.ref, secret: undefined, warnings: [] });
  },
});

interface Shown extends Omit<IssuedKey, 'secret'> {
  readonly secret: IssuedKey['secret'] | undefined;
}

/** In force here before it is answered, so that a secret works from the moment that somebody has it. */
async function shown(world: HttpWorld, { object, secret, warnings }: Shown): Promise<Answered> {
  const found = await afterChange(world, object);
  if (!found.ok) return found;
  const data = keyItem(found.value, world.clock.now());
  const answer = { data, warnings };
  return secret === undefined
    ? json({ ...answer, secret: null })
    : shownOnce({ ...answer, secret: secret.reveal() }, { ...answer, secret: null });
}

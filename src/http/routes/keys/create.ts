/** POST /keys, and the rotation of one: the secret is in the one answer that made it, and nowhere else. */
import { type Static, Type } from 'typebox';
import { LABELS } from '../../../domain/kinds/document-schema.js';
import { durationField, instantField, nameField, permissionsField } from '../../../domain/kinds/fields.js';
import { SECOND_MS } from '../../../domain/time.js';
import type { IssuedKey, NewObject } from '../../../ports/admin.js';
import type { HttpDependencies } from '../../dependencies.js';
import { byOf, refById } from '../../live-objects.js';
import { type Answered, json, route, shownOnce } from '../../route.js';
import { closed, nullable } from '../../schemas.js';
import { findKey } from './find.js';
import { Key, keyItem } from './item.js';
import { afterChange, BreakGlass, byId } from './transitions.js';

const Made = Type.Object(
  {
    data: Key,
    secret: nullable(
      Type.String({
        description: 'Shown once; it is not stored. null: shown before, or delivered to sinks.',
      }),
    ),
    warnings: Type.Array(Type.String(), {
      description: 'Warnings about the name; it is accepted all the same.',
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
        description: 'Yourself, by name, email address or id. The key ends when your user is deleted.',
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
      permissionsField('What it may do. Absent: what its owner may do, evaluated at each use.'),
    ),
    expiresAt: Type.Optional(instantField('When it expires; rotation does not change it.')),
    expiresAfter: Type.Optional(durationField('Or how long after its issue each version expires.')),
    labels: Type.Optional(Labels),
  },
  closed,
);

export const createKey = route({
  method: 'POST',
  path: '/keys',
  id: 'createKey',
  tag: 'keys',
  summary: 'Create a key. Its secret is in this response only.',
  description:
    'Tenant keys are created by owners; service keys by callers with `keys:write`; team keys by admins of that team and ' +
    'above; personal keys by any active user for themselves. A key cannot have more permissions than its creator.',
  body,
  nulls: 'absent',
  creates: true,
  answer: Made,
  faults: ['exists', 'unknown_reference', 'conflict'],
  handle: async (call, deps) => {
    const made = await deps.admin.create(newKey(call.body), byOf(call));
    return made.ok ? shown(deps, made.value) : made;
  },
});

const newKey = ({ name, labels, owner, role, ...rest }: Static<typeof body>): NewObject<'ApiKey'> => ({
  ...{ kind: 'ApiKey', name, labels },
  spec: { ...rest, owner: { ...owner, ...(role !== undefined && { role }) } },
});

const GRACE_MAX_S = 366 * 86_400;

export const rotateKey = route({
  method: 'POST',
  path: '/keys/{id}/rotate',
  id: 'rotateKey',
  tag: 'keys',
  summary: 'Request a new version.',
  description:
    'For a key that no project declares, the response has the secret, once, and older versions end after `graceSeconds`. ' +
    'For any other, the next apply or the controller issues and delivers it; both versions are accepted until the ' +
    'hand-over.',
  permission: 'keys:rotate',
  scope: 'keys',
  params: byId,
  body: Type.Object(
    {
      breakGlass: BreakGlass,
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
  idempotent: true,
  answer: Made,
  faults: ['not_found', 'conflict', 'too_many_versions'],
  handle: async (call, deps) => {
    const { principal, params, body } = call;
    const found = await findKey(deps.store, { principal, idOrName: params.id, permission: 'keys:rotate' });
    if (!found.ok) return found;
    const graceMs = body.graceSeconds === undefined ? undefined : body.graceSeconds * SECOND_MS;
    const rotated = await deps.admin.rotateKey(
      { object: refById(found.value), graceMs },
      byOf(call, body.breakGlass),
    );
    if (!rotated.ok) return rotated;
    return shown(deps, rotated.value ?? { object: refById(found.value), secret: undefined, warnings: [] });
  },
});

interface Shown extends Omit<IssuedKey, 'secret'> {
  readonly secret: IssuedKey['secret'] | undefined;
}

/** In force here before it is answered, so that a secret is accepted from the moment that it is shown. */
async function shown(deps: HttpDependencies, { object, secret, warnings }: Shown): Promise<Answered> {
  const found = await afterChange(deps, object);
  if (!found.ok) return found;
  const data = keyItem(found.value, deps.clock.now());
  const answer = { data, warnings };
  return secret === undefined
    ? json({ ...answer, secret: null })
    : shownOnce({ ...answer, secret: secret.reveal() }, { ...answer, secret: null });
}

/**
 * SpaceCreation a space, by whichever credential: in the environment of a key, or where a person says. A publishable key may
 * do nothing itself (F7); it is exchanged for a client's session, which makes the space and reaches that one from then on.
 */
import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { DNS_LABEL } from '../../../domain/kinds/fields.js';
import type { LiveObject } from '../../../domain/live.js';
import type { ObjectRef } from '../../../domain/objects.js';
import type { Principal } from '../../../domain/principal.js';
import { personOf } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { Secret } from '../../../domain/secret.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { findObject, given } from '../../../http/live-objects.js';
import { closed } from '../../../http/schemas.js';
import type { By } from '../../../ports/identity.js';
import { GuestAuthentication } from '../environments/item.js';
import { only, withKept } from '../objects.js';
import { attributeFields, type SpaceItem, spaceItems } from './item.js';

export const SpaceConfig = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    environmentId: Type.Optional(Type.String({ maxLength: 100, description: 'An id, or a name.' })),
    environment: Type.Optional(Type.String({ maxLength: 100, description: 'The same by name.' })),
    guestAuthentication: Type.Optional(GuestAuthentication),
    workbooks: Type.Optional(
      Type.Array(Type.String({ pattern: DNS_LABEL, maxLength: 63 }), {
        maxItems: 500,
        uniqueItems: true,
        description: 'By their names in documents.',
      }),
    ),
    description: Type.Optional(Type.String({ maxLength: 500 })),
    ...attributeFields,
  },
  closed,
);

export interface SpaceCreation {
  readonly body: Static<typeof SpaceConfig>;
  readonly by: By;
  /** What `by` signed in with. */
  readonly token: Secret;
}

export interface Made {
  readonly space: Static<typeof SpaceItem>;
  readonly ref: ObjectRef;
  /** Its creator as they are now: for a publishable key the session that it was exchanged for. */
  readonly by: By;
}

export const GONE = fault('not_found', 'the space was deleted meanwhile');

export async function createSpace(deps: HttpDependencies, making: SpaceCreation): Promise<Result<Made>> {
  const {
    environmentId,
    environment = environmentId,
    guestAuthentication,
    name = 'Space',
    ...rest
  } = making.body;
  const found = await environmentOf(deps, making.by.principal, environment);
  if (!found.ok) return found;
  const fits = sameWays(found.value, guestAuthentication);
  if (!fits.ok) return fits;
  const session = await sessionOf(deps, making);
  if (!session.ok) return session;
  const { by, accessToken } = session.value;
  const { workbooks: named, description: said, ...attributes } = rest;
  const created = await deps.admin.create(
    {
      ...{ kind: 'Space', name },
      spec: { environment: found.value.ref.name, ...given({ workbooks: named, description: said }) },
      attributes: { ...attributes, ...madeBy(by.principal) },
    },
    by,
  );
  if (!created.ok) return created;
  const { object: ref } = created.value;
  const objects = await deps.store.fetch([ref]);
  const entries = objects.ok ? await withKept(deps, objects.value) : objects;
  const space = only(entries.ok ? await spaceItems(deps, entries.value) : entries, GONE);
  if (!space.ok) return space;
  const now = await asOfNow(deps, { by, token: accessToken ?? making.token });
  if (!now.ok) return now;
  return ok({
    space: { ...space.value, ...(accessToken && { accessToken: accessToken.reveal() }) },
    ref,
    by: now.value,
  });
}

/** A client's session reaches its space only once that exists. */
async function asOfNow(
  { authority }: HttpDependencies,
  { by, token }: { readonly by: By; readonly token: Secret },
): Promise<Result<By>> {
  if (by.principal.kind !== 'client') return ok(by);
  const principal = await authority.authenticate(token, by.context);
  return principal.ok ? ok({ ...by, principal: principal.value }) : principal;
}

async function environmentOf(
  { store }: HttpDependencies,
  principal: Principal,
  wanted = principal.environment,
): Promise<Result<LiveObject>> {
  if (wanted === undefined)
    return fail(
      fault(
        'bad_request',
        'body.environmentId is missing, and the caller belongs to no single environment; GET /environments lists them',
      ),
    );
  const found = await findObject(store, { kind: 'Environment', name: wanted });
  if (!found.ok) return found;
  return found.value === undefined
    ? fail(
        fault('unknown_reference', 'body.environmentId: no such environment; GET /environments lists them'),
      )
    : ok(found.value);
}

/** Guests come into a space as into its environment: to say the same again changes nothing. */
export function sameWays({ declaration }: LiveObject, wanted: readonly string[] | undefined): Result<void> {
  const ways = declaration.kind === 'Environment' ? (declaration.spec.guestAuthentication ?? []) : [];
  if (wanted === undefined || [...wanted].sort().join() === [...ways].sort().join()) return ok(undefined);
  return fail(
    fault(
      'conflict',
      `guestAuthentication of a space is that of its environment (${ways.join(', ') || 'none'}); change it there`,
    ),
  );
}

interface Session {
  readonly by: By;
  readonly accessToken?: Secret;
}

async function sessionOf(
  { authority }: HttpDependencies,
  { by, token }: SpaceCreation,
): Promise<Result<Session>> {
  const { principal, context } = by;
  if (principal.kind !== 'key' || principal.type !== 'publishable') return ok({ by });
  const session = await authority.exchange({ kind: 'token', token }, context);
  if (!session.ok) return session;
  return ok({ by: { principal: session.value.principal, context }, accessToken: session.value.token });
}

function madeBy(principal: Principal): object {
  const person = personOf(principal);
  return person === undefined ? {} : { createdByUserId: person.id, createdByUserName: person.display };
}

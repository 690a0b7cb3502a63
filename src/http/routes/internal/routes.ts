/**
 * POST /internal/spaces/init: how Flatfile's embedded libraries start, with nothing but a publishable key in the
 * address, which anybody may see. The space that is made comes with the access token that they go on with.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail, type Result } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import type { By, CallContext } from '../../../ports/identity.js';
import { given } from '../../live-objects.js';
import { json, type OpenRoute, openRoute } from '../../route.js';
import { closed, dataOf } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { SpaceItem } from '../spaces/item.js';
import { makeSpace, SpaceConfig } from '../spaces/making.js';
import { workbookShown } from '../workbooks/finding.js';
import { attributeFields, WorkbookItem } from '../workbooks/item.js';

const Body = Type.Object(
  {
    space: SpaceConfig,
    workbook: Type.Optional(
      Type.Object({ ...attributeFields, name: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
    ),
    document: Type.Optional(
      Type.Null({
        description: 'Documents are not kept here.',
        'x-expects': 'left out: documents are not kept here',
      }),
    ),
    externalActorId: Type.Optional(Type.String({ maxLength: 200, description: 'Says nothing here.' })),
  },
  closed,
);

const init = openRoute({
  method: 'POST',
  path: '/internal/spaces/init',
  id: 'initSpace',
  tag: 'spaces',
  summary: 'Make a space with a publishable key, and get the access token to go on with.',
  query: Type.Object({ publishableKey: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
  body: Body,
  nulls: 'absent',
  formats: ['text', 'json'],
  answer: dataOf(Type.Object({ space: SpaceItem, workbook: Type.Optional(WorkbookItem) }, closed)),
  faults: ['conflict', 'unknown_reference', 'not_found'],
  admit: async ({ query, context }, world) => {
    const by = await callerBy(world, new Secret(query.publishableKey), context);
    return by.ok ? { ok: true, value: undefined } : by;
  },
  handle: async ({ query, body, context }, world) => {
    const token = new Secret(query.publishableKey);
    const by = await callerBy(world, token, context);
    if (!by.ok) return by;
    const made = await makeSpace(world, { body: body.space, by: by.value, token });
    if (!made.ok) return made;
    const { space, ref } = made.value;
    if (body.workbook === undefined) return json({ data: { space } });
    const { name, ...attributes } = body.workbook;
    const id = await world.rooms.createWorkbook(
      { space: ref, name, attributes: given(attributes) },
      made.value.by,
    );
    if (!id.ok) return id;
    const workbook = await workbookShown(world, made.value.by.principal, id.value);
    return workbook.ok ? json({ data: { space, workbook: workbook.value } }) : workbook;
  },
});

/** One answer for whatever is wrong with it, a secret key too: that has no business in an address. */
async function callerBy({ authority }: HttpWorld, token: Secret, context: CallContext): Promise<Result<By>> {
  if (!token.reveal().startsWith('pk_')) return UNKNOWN;
  const known = await authority.authenticate(token, context);
  return known.ok ? { ok: true, value: { principal: known.value, context } } : known;
}

const UNKNOWN = fail(fault('unauthenticated', 'query.publishableKey is no publishable key that is accepted'));

export const internalRoutes: readonly OpenRoute[] = [init];

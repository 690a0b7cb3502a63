/**
 * POST /internal/spaces/init: how Flatfile's embedded libraries start, with nothing but a publishable key in the
 * URL, which is public. The new space comes with an access token for it.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail, type Result } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { given } from '../../../http/live-objects.js';
import { json, openRoute, respond } from '../../../http/route.js';
import { closed, dataOf } from '../../../http/schemas.js';
import type { By, CallContext } from '../../../ports/identity.js';
import { seenWorkbook, workbookShown } from '../workbooks/find.js';
import { attributeFields, WorkbookItem } from '../workbooks/item.js';
import { createSpace, SpaceConfig } from './create.js';
import { SpaceItem } from './item.js';

const Body = Type.Object(
  {
    space: SpaceConfig,
    workbook: Type.Optional(
      Type.Object({ ...attributeFields, name: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
    ),
    document: Type.Optional(
      Type.Null({
        description: 'Documents are not supported.',
        'x-expects': 'absent: documents are not supported',
      }),
    ),
    externalActorId: Type.Optional(Type.String({ maxLength: 200, description: 'Ignored.' })),
  },
  closed,
);

export const initSpaceRoute = openRoute({
  method: 'POST',
  path: '/internal/spaces/init',
  id: 'initSpace',
  tag: 'spaces',
  summary: 'Create a space with a publishable key. The response has an access token for it.',
  query: Type.Object({ publishableKey: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
  body: Body,
  nulls: 'absent',
  formats: ['text', 'json'],
  answer: dataOf(Type.Object({ space: SpaceItem, workbook: Type.Optional(WorkbookItem) }, closed)),
  faults: ['conflict', 'unknown_reference', 'not_found'],
  admit: async ({ query, context }, deps) => {
    const by = await callerBy(deps, new Secret(query.publishableKey), context);
    return by.ok ? { ok: true, value: undefined } : by;
  },
  handle: async ({ query, body, context }, deps) => {
    const token = new Secret(query.publishableKey);
    const by = await callerBy(deps, token, context);
    if (!by.ok) return by;
    const made = await createSpace(deps, { body: body.space, by: by.value, token });
    if (!made.ok) return made;
    const { space, ref } = made.value;
    if (body.workbook === undefined) return json({ data: { space } });
    const { name, ...attributes } = body.workbook;
    const id = await deps.admin.createWorkbook(
      { space: ref, name, attributes: given(attributes) },
      made.value.by,
    );
    if (!id.ok) return id;
    const found = await seenWorkbook(deps, made.value.by.principal, id.value);
    const workbook = found.ok ? await workbookShown(deps, found.value) : found;
    return respond(workbook, (one) => ({ data: { space, workbook: one } }));
  },
});

/** One answer for whatever is wrong with it, a secret key too: that has no business in an address. */
async function callerBy(
  { authority }: HttpDependencies,
  token: Secret,
  context: CallContext,
): Promise<Result<By>> {
  if (!token.reveal().startsWith('pk_')) return UNKNOWN;
  const known = await authority.authenticate(token, context);
  return known.ok ? { ok: true, value: { principal: known.value, context } } : known;
}

const UNKNOWN = fail(fault('unauthenticated', 'query.publishableKey is not an accepted publishable key'));

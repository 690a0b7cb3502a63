/**
 * GET /guests/{id}/token, as Flatfile has it: an access token of a guest, for callers with `guests:write`, who could as
 * well create a magic link for them and use it.
 */
import { Type } from 'typebox';
import { isOpen } from '../../../domain/access.js';
import type { Principal } from '../../../domain/principal.js';
import { ok, type Result } from '../../../domain/result.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf } from '../../../http/live-objects.js';
import { json, route } from '../../../http/route.js';
import { closed, dataOf } from '../../../http/schemas.js';

export const guestTokenRoute = route({
  method: 'GET',
  path: '/guests/{id}/token',
  id: 'getGuestToken',
  tag: 'guests',
  summary: 'An access token of this guest.',
  description:
    'It is valid for an hour. `valid` is false, without a token, if the space is not open to the guest.',
  permission: 'guests:write',
  scope: 'objects',
  params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
  query: Type.Object({ spaceId: Type.Optional(Type.String({ maxLength: 100 })) }, closed),
  answer: dataOf(Type.Object({ token: Type.String(), valid: Type.Boolean() }, closed)),
  faults: ['not_found', 'conflict'],
  handle: async (call, deps) => {
    const { authority } = deps;
    const by = byOf(call);
    const link = await authority.createMagicLink(call.params.id, by);
    if (!link.ok) return link;
    const proof = { kind: 'magicLink', token: link.value.token } as const;
    const granted = await authority.exchange(proof, by.context);
    if (!granted.ok) return granted.error.code === 'unauthenticated' ? NOT_VALID : granted;
    const { token, principal } = granted.value;
    const opens = await isSpaceOpen(deps, principal, call.query.spaceId);
    if (!opens.ok) return opens;
    if (opens.value) return json({ data: { token: token.reveal(), valid: true } });
    const ended = await authority.endGuestLink(link.value.shown.id, by);
    return ended.ok ? NOT_VALID : ended;
  },
});

const NOT_VALID = json({ data: { token: '', valid: false } });

/** No space: whatever is open to them. */
async function isSpaceOpen(
  { store }: HttpDependencies,
  guest: Principal,
  spaceId: string | undefined,
): Promise<Result<boolean>> {
  if (spaceId === undefined) return ok(true);
  const found = await store.resolve([{ kind: 'Space', name: spaceId }]);
  if (!found.ok) return found;
  const [ref] = found.value;
  const objects = ref === undefined ? ok([]) : await store.fetch([ref]);
  if (!objects.ok) return objects;
  const [space] = objects.value;
  if (guest.kind !== 'guest' || space?.declaration.kind !== 'Space') return ok(false);
  const { metadata, spec } = space.declaration;
  const workbooks = [undefined, ...(spec.workbooks ?? [])];
  return ok(
    workbooks.some((workbook) =>
      isOpen(guest, {
        ...{ environment: spec.environment, space: { name: metadata.name, id: space.id } },
        ...(workbook !== undefined && { workbook }),
      }),
    ),
  );
}

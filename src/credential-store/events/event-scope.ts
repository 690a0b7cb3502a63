/** Where events happen: which of these scopes the caller may read of or write in, always as `authorize` says. */
import { authorize, type Target } from '../../domain/access.js';
import { workbookId } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import { type DeclarationOf, isId } from '../../domain/objects.js';
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { EventPlace } from '../../ports/events.js';
import type { Reading } from '../identity/credentials.js';
import { genuine } from '../key-repository.js';
import { declarationOf } from '../rows.js';
import type { EventFilter, ObjectRow } from '../storage-port.js';

type Rows = Pick<Reading, 'tx' | 'keyring'>;
type Within = Pick<EventFilter, 'environmentId' | 'places'>;

/**
 * What a list is narrowed to before it is read: nothing for a caller that reads everything, an environment, or scopes in
 * it. Undefined for a caller that may read nothing.
 */
export async function within(rows: Rows, principal: Principal): Promise<Result<Within | undefined>> {
  const { environment: name } = principal;
  if (name === undefined) return ok(mayRead(principal, { kind: 'account' }) ? {} : undefined);
  const environment = await rows.tx.objects.find('Environment', name);
  if (environment === undefined) return ok(undefined);
  const environmentId = environment.id;
  if (mayRead(principal, { kind: 'environment', environment: name })) return ok({ environmentId });
  const places: NonNullable<EventFilter['places']>[number][] = [];
  for (const space of await spacesOf(rows, principal)) {
    const checked = genuine(rows, space);
    if (!checked.ok) return checked;
    const workbookIds = workbooksOf(principal, { environment, space });
    if (mayRead(principal, targetOf({ environment, space }))) places.push({ spaceId: space.id });
    else if (workbookIds.length > 0) places.push({ spaceId: space.id, workbookIds });
  }
  return ok(places.length === 0 ? undefined : { environmentId, places });
}

const mayRead = (principal: Principal, target: Target): boolean =>
  authorize(principal, 'events:read', target).ok;

/** Those that a guest's grants name, or the only one of a session. */
async function spacesOf({ tx }: Rows, principal: Principal): Promise<readonly ObjectRow[]> {
  if (principal.kind !== 'client' && principal.kind !== 'guest') return [];
  const { environment, onlySpace } = principal;
  const grants = principal.kind === 'guest' ? (principal.guest.spec.grants ?? []) : [];
  const names = onlySpace === undefined ? grants.map(({ space }) => space) : [onlySpace.id];
  const found: ObjectRow[] = [];
  for (const name of names) {
    const row = isId(name)
      ? await tx.objects.byId(name)
      : await tx.objects.find('Space', `${environment}/${name}`);
    if (row?.kind === 'Space') found.push(row);
  }
  return found;
}

/** A caller with access to one workbook reads what happened to that one. */
const workbooksOf = (
  principal: Principal,
  place: EventScope & { readonly space: ObjectRow },
): readonly string[] =>
  (spaceIn(place.space).spec.workbooks ?? [])
    .map((workbook) => workbookId(place.space.id, workbook))
    .filter((id) => mayRead(principal, targetOf(place, id)));

export interface EventScope {
  readonly environment: ObjectRow;
  readonly space: ObjectRow | undefined;
}

/** Undefined where there never was such an environment or space. Removed ones too: what happened there is still reported. */
export async function scopeOf(
  rows: Rows,
  { environmentId, spaceId }: EventPlace,
): Promise<Result<EventScope | undefined>> {
  const found = await rows.tx.objects.byIds([environmentId, spaceId ?? environmentId]);
  for (const row of found) {
    const checked = genuine(rows, row);
    if (!checked.ok) return checked;
  }
  const environment = found.find(({ id, kind }) => id === environmentId && kind === 'Environment');
  const space = found.find(({ id, kind }) => id === spaceId && kind === 'Space');
  return ok(
    environment === undefined || (spaceId !== undefined && space === undefined)
      ? undefined
      : { environment, space },
  );
}

/** `not_found` also for a space of another environment. */
export async function liveScope(rows: Rows, at: EventPlace): Promise<Result<EventScope>> {
  const place = await scopeOf(rows, at);
  if (!place.ok) return place;
  if (place.value === undefined) return ELSEWHERE;
  const { environment, space } = place.value;
  const isInside = space === undefined || spaceIn(space).spec.environment === environment.name;
  const isLive = environment.removed_at === null && (space?.removed_at ?? null) === null;
  return isInside && isLive ? ok(place.value) : ELSEWHERE;
}

const ELSEWHERE = fail(fault('not_found', 'environment not found, or the environment has no such space'));

/** A caller with access to one workbook reads what happened to that one. */
export function targetOf({ environment, space }: EventScope, ofWorkbook?: string): Target {
  if (space === undefined) return { kind: 'environment', environment: environment.name };
  const { metadata, spec } = spaceIn(space);
  const workbook = spec.workbooks?.find((one) => workbookId(space.id, one) === ofWorkbook);
  return {
    kind: 'place',
    place: {
      environment: environment.name,
      space: { name: metadata.name, id: space.id },
      ...(workbook !== undefined && { workbook }),
    },
  };
}

const spaceIn = (row: ObjectRow) => declarationOf(row) as DeclarationOf<'Space'>;

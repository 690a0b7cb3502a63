/** What becomes open to a guest and what is closed to them, for the entry of the log that says they were changed. */
import { canonicalJson } from '../../domain/canonical.js';
import { type Declaration, isId } from '../../domain/objects.js';
import type { Transaction } from '../storage-port.js';

/** A space, or some workbooks of it, as the guest's grant has it. */
export interface AccessChange {
  readonly space: string;
  readonly spaceId: string;
  /** Absent: the whole space. */
  readonly workbooks?: readonly string[];
}

export interface GuestAccessDiff {
  readonly opened?: readonly AccessChange[];
  readonly closed?: readonly AccessChange[];
}

/** Only what differs. A space that is opened further, or less far, is closed as it was and opened as it is. */
export async function guestAccessDiff(
  tx: Transaction,
  before: Declaration | undefined,
  after: Declaration | undefined,
): Promise<GuestAccessDiff> {
  const [was, is] = [await openTo(tx, before), await openTo(tx, after)];
  const opened = without(is, was);
  const closed = without(was, is);
  return { ...(opened.length > 0 && { opened }), ...(closed.length > 0 && { closed }) };
}

const without = (these: readonly AccessChange[], those: readonly AccessChange[]): readonly AccessChange[] => {
  const known = new Set(those.map(textOf));
  return these.filter((one) => !known.has(textOf(one)));
};

/** A space that is renamed is the same one. */
const textOf = ({ spaceId, workbooks }: AccessChange): string =>
  canonicalJson({ spaceId, workbooks: workbooks?.toSorted() ?? null });

/** None but guests have grants. What names a space that is gone opens nothing. */
async function openTo(
  tx: Transaction,
  declaration: Declaration | undefined,
): Promise<readonly AccessChange[]> {
  if (declaration?.kind !== 'Guest') return [];
  const { environment, grants = [] } = declaration.spec;
  const found: AccessChange[] = [];
  for (const { space, workbooks } of grants) {
    const row = isId(space)
      ? await tx.objects.byId(space)
      : await tx.objects.find('Space', `${environment}/${space}`);
    if (row?.kind !== 'Space') continue;
    const name = row.name.slice(row.name.indexOf('/') + 1);
    found.push({ space: name, spaceId: row.id, ...(workbooks && { workbooks }) });
  }
  return found;
}

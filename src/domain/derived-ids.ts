/**
 * Public ids that follow from other facts, so that nothing has to be kept for them: of the account, of the roles that
 * every store has, of a workbook in its space, of an assigned role. The same facts give the same id for ever.
 */
import { hash } from 'node:crypto';

/** One account a store: `us_store_…` is `us_acc_…`. */
export const accountIdOf = (storeId: string): string => storeId.replace(/^us_store_/, 'us_acc_');

/** A role of a store's own has sixteen characters after the prefix; no built-in one has a name as long. */
export const builtInRoleId = (name: string): string => `us_rol_${name}`;

const SPACE = 'us_sp_';
const WORKBOOK = 'us_wb_';

/** Says which space it is in, so that it is found from the id alone. */
export const workbookId = (spaceId: string, name: string): string =>
  `${WORKBOOK}${spaceId.slice(SPACE.length)}${shortHash(name)}`;

/** The space that a workbook's id speaks of; undefined if it cannot be a Keywright id. */
export function spaceOfWorkbook(id: string): string | undefined {
  const rest = id.startsWith(WORKBOOK) ? id.slice(WORKBOOK.length, -HASH_LENGTH) : '';
  return rest === '' ? undefined : `${SPACE}${rest}`;
}

/** Of a sheet, by its position in the workbook. */
export const sheetId = (workbook: string, index: number): string =>
  `us_sh_${shortHash(`${workbook} ${index}`)}`;

/** The assignment of a role: gone with the one or the other, and the same when it is given again. */
export const actorRoleId = (actorId: string, roleId: string): string =>
  `us_acr_${shortHash(`${actorId} ${roleId}`)}`;

const HASH_LENGTH = 16;

const shortHash = (text: string): string => hash('sha256', text, 'hex').slice(0, HASH_LENGTH);

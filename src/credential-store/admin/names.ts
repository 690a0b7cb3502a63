/** Names that documents could have, for what people call anything; and how people and guests are called. */
import { fault } from '../../domain/errors.js';
import { isEmailAddress, isVisibleText } from '../../domain/kinds/fields.js';
import { isLabel } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { UnitOfWork } from '../unit-of-work.js';

/** `Mr. Space` becomes `mr-space`; `otherwise` where nothing is left. */
export function labelFrom(text: string, otherwise: string): string {
  const label = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return isLabel(label) ? label : otherwise;
}

/** The same name with an end by chance, for the second of a name. */
export const another = (label: string, { entropy }: Pick<UnitOfWork, 'entropy'>): string =>
  `${label.slice(0, 50)}-${Buffer.from(entropy.bytes(6)).toString('hex')}`;

export const NAME_MAX = 200;

/** `bad_request` for what is no address, and for a name that shows nothing. */
export const refuseUnreachable = (email: string, name = ''): Result<void> =>
  isEmailAddress(email) && isVisibleText(name, NAME_MAX)
    ? ok(undefined)
    : fail(fault('bad_request', 'email must be an email address, and name must contain visible characters'));

/** Names that documents could have, for what people call anything. */
import { isLabel } from '../../domain/objects.js';
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

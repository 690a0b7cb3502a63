/**
 * The grammar of names in the store, of objects, projects and managers alike: visible characters on one line. Documents
 * are held to more (labels); objects that are made manually may be called anything that can be shown.
 */
import { type Fault, fault } from './errors.js';
import type { Ownership } from './live.js';
import type { Declaration } from './objects.js';

export const NAME_MAX = 400;

/** As a pattern of JSON Schema. */
export const VISIBLE_NAME = '^[^\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]+$';

const VISIBLE = new RegExp(VISIBLE_NAME, 'u');

export const isVisibleName = (name: string): boolean => name.length <= NAME_MAX && VISIBLE.test(name);

/** `bad_request` for the first name that nothing may be called. */
export function refuseUnfitNames(
  { kind, metadata }: Pick<Declaration, 'kind' | 'metadata'>,
  ownership: Ownership | undefined,
): Fault | undefined {
  const named = [
    [`the name of this ${kind}`, metadata.name],
    ['the project', ownership?.project ?? '-'],
    ['the manager', ownership?.manager ?? '-'],
  ] as const;
  const unfit = named.find(([, name]) => !isVisibleName(name));
  if (unfit === undefined) return undefined;
  const [what, name] = unfit;
  return fault(
    'bad_request',
    `${what}, ${JSON.stringify(name.slice(0, 80))}, is not valid: use 1 to ${NAME_MAX} visible characters without line breaks`,
  );
}

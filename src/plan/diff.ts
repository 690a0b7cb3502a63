/** How two declarations of one object differ, field by field, for people and for the choice between update and replace. */
import { canonicalJson } from '../domain/canonical.js';
import type { Declaration } from '../domain/objects.js';
import { withoutTokensIn } from '../domain/secret.js';
import type { FieldChange } from './plan.js';

/** Sorted by path. Lists are compared whole; an absent field and an absent parent are the same. */
export const diff = (from: Declaration, to: Declaration): readonly FieldChange[] => [
  ...within('metadata', withoutName(from), withoutName(to)),
  ...within('spec', from.spec, to.spec),
];

const withoutName = ({ metadata: { labels, annotations } }: Declaration): object => ({ labels, annotations });

function within(path: string, from: unknown, to: unknown): readonly FieldChange[] {
  if (!isRecord(from) && !isRecord(to)) {
    return canonicalJson(from) === canonicalJson(to) ? [] : [shown({ path, from, to })];
  }
  const before = isRecord(from) ? from : {};
  const after = isRecord(to) ? to : {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => within(`${path}${member(name)}`, before[name], after[name]));
}

/** A reader of a plan may see what was declared; a token that stood in it is not theirs to see. */
const shown = (change: FieldChange): FieldChange => withoutTokensIn(change);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const member = (name: string): string => (/^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

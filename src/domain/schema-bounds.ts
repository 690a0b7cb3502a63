/**
 * Holds a value against the bounds of its JSON Schema and nothing else: how many items, members and characters. What
 * is within them costs no more to check in full than its schema allows, so this is checked before anything that continues
 * after the first fault. Stops at the first excess, and looks at no item of a list that is too long.
 */

/** A keyword of Keywright's: the most bytes, as JSON, of what a schema leaves open. */
export const MAX_BYTES = 'x-max-bytes';

/** Members that a closed object does not know are each an error of its own; more of them than this are one. */
const UNKNOWN_MEMBERS_MAX = 20;

export interface Excess {
  /** A JSON pointer, as ajv has it: `/spec/grants`. */
  readonly instancePath: string;
  /** A sentence that follows it. */
  readonly message: string;
}

type Node = Readonly<Record<string, unknown>>;

/** Returns the first part of `value` that exceeds a bound of `schema`; undefined when no part does. */
export function firstExcess(schema: unknown, value: unknown, at = ''): Excess | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const node = schema as Node;
  const own = ownExcess(node, value, at) ?? branchExcess(node, value, at);
  if (own !== undefined || typeof value !== 'object' || value === null) return own;
  return Array.isArray(value) ? itemExcess(node, value, at) : memberExcess(node, value as Node, at);
}

function ownExcess(node: Node, value: unknown, at: string): Excess | undefined {
  if (typeof value === 'string')
    return isTooLong(value, node['maxLength']) ? refused(node, at, 'characters') : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    if (isMore(value.length, node['maxItems'])) return refused(node, at, 'items');
  } else if (isMore(Object.keys(value).length, membersMax(node))) return refused(node, at, 'members');
  return isWithinBytes(node[MAX_BYTES], value) ? undefined : refused(node, at, 'bytes');
}

const isMore = (count: number, max: unknown): boolean => typeof max === 'number' && count > max;

/** A schema counts characters, and a character takes one or two units of a text. */
const isTooLong = (text: string, max: unknown): boolean =>
  isMore(text.length, max) && (isMore(text.length / 2, max) || isMore([...text].length, max));

/** Is it no larger than so many bytes as JSON? True without a bound. */
export const isWithinBytes = (max: unknown, value: unknown): boolean =>
  typeof max !== 'number' || (JSON.stringify(value) ?? '').length <= max;

function membersMax(node: Node): number | undefined {
  if (typeof node['maxProperties'] === 'number') return node['maxProperties'];
  if (node['additionalProperties'] !== false || node['patternProperties'] !== undefined) return undefined;
  return Object.keys((node['properties'] ?? {}) as Node).length + UNKNOWN_MEMBERS_MAX;
}

const LIMITS = {
  characters: 'maxLength',
  items: 'maxItems',
  members: 'maxProperties',
  bytes: MAX_BYTES,
} as const;

function refused(node: Node, at: string, unit: keyof typeof LIMITS): Excess {
  const max = unit === 'members' ? membersMax(node) : node[LIMITS[unit]];
  const expected = node['x-expects'];
  const message = typeof expected === 'string' ? `must be ${expected}` : `must have at most ${max} ${unit}`;
  return { instancePath: at, message };
}

/** Of several shapes, what one of them takes is no excess. */
function branchExcess(node: Node, value: unknown, at: string): Excess | undefined {
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = node[keyword];
    if (!Array.isArray(branches)) continue;
    const found = branches.map((branch) => firstExcess(branch, value, at));
    if (found.length > 0 && found.every((one) => one !== undefined)) return found[0];
  }
  return undefined;
}

function itemExcess({ items }: Node, value: readonly unknown[], at: string): Excess | undefined {
  if (items === undefined) return undefined;
  for (const [index, item] of value.entries()) {
    const found = firstExcess(items, item, `${at}/${index}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function memberExcess(node: Node, value: Node, at: string): Excess | undefined {
  const known = (node['properties'] ?? {}) as Node;
  const patterns = Object.entries((node['patternProperties'] ?? {}) as Node);
  const others = patterns.map(([pattern, schema]) => ({ pattern: new RegExp(pattern, 'u'), schema }));
  for (const [name, member] of Object.entries(value)) {
    const schema = Object.hasOwn(known, name)
      ? known[name]
      : (others.find(({ pattern }) => pattern.test(name))?.schema ?? node['additionalProperties']);
    const found = firstExcess(schema, member, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

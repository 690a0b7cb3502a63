/**
 * What a declaration means, whatever its spelling: two that mean the same are equal here (contract.md, fine print 20).
 * Stored and digested is the normal form, which keeps what was written; this is for comparing alone.
 */
import { canonicalJson } from './canonical.js';
import { kindOf, sinkIdOf } from './kinds/index.js';
import { normalForm } from './kinds/normal-form.js';
import { type Metadata, PROTECT, SUSPEND_UNTIL } from './metadata.js';
import type { Declaration, ObjectRef } from './objects.js';
import { type NewNames, withNewReferences } from './renaming.js';
import { DEFAULT_TEAM_ROLE, ownRoleName } from './roles.js';
import { formatInstant, parseInstant } from './time.js';

/** The own names of what references name by an address or an id, as `refText`. */
export type OwnNames = ReadonlyMap<string, ObjectRef>;

export function meaningOf(declaration: Declaration, names: OwnNames): Declaration {
  const named = withNewReferences(declaration, names as NewNames);
  const { schema } = kindOf(named.kind);
  const spec = withoutEmpty(schema as Node, normalForm(schema, named.spec));
  const plain = { ...named, spec, metadata: plainMetadata(named.metadata) } as Declaration;
  if (plain.kind === 'ApiKey') return plainKey(plain);
  if (plain.kind !== 'User') return plain;
  const roles = [...new Set((plain.spec.roles ?? []).map(ownRoleName))].sort();
  return { ...plain, spec: { ...plain.spec, roles } };
}

/** Are two values of a declaration, as `meaningOf` gives them, the same? */
export const meansSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

interface Node {
  readonly format?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
}

/** Absent permissions follow the owner, and an empty list allows nothing. */
const MEANT_EMPTY: ReadonlySet<string> = new Set(['permissions']);

/** An empty list or text is as good as an absent one, unless absence has a default; an instant is one in any offset. */
function withoutEmpty(node: Node, value: unknown): unknown {
  if (node.format === 'instant' && typeof value === 'string') return plainInstant(value);
  const { items, properties, required = [] } = node;
  if (items && Array.isArray(value)) return value.map((member) => withoutEmpty(items, member));
  if (!properties || typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    withoutEmpty(properties[name] ?? {}, member),
  ]);
  return Object.fromEntries(
    members.filter(([name, member]) => {
      const isEmpty = member === '' || (Array.isArray(member) && member.length === 0);
      const hasDefault = properties[name as string]?.default !== undefined;
      return !isEmpty || hasDefault || MEANT_EMPTY.has(name as string) || required.includes(name as string);
    }),
  );
}

const plainInstant = (text: string): string => {
  const parsed = parseInstant(text);
  return parsed.ok ? formatInstant(parsed.value) : text;
};

function plainMetadata({ name, labels, annotations = {} }: Metadata): Metadata {
  const { [PROTECT]: protect, [SUSPEND_UNTIL]: until, ...rest } = annotations;
  const plain = {
    ...rest,
    ...(protect === 'true' && { [PROTECT]: protect }),
    ...(until !== undefined && { [SUSPEND_UNTIL]: plainInstant(until) }),
  };
  return { name, labels: labels ?? {}, annotations: plain };
}

/** What no schema says of a key: the role that a team's key acts with, and that its sinks have no order. */
function plainKey(key: Extract<Declaration, { kind: 'ApiKey' }>): Declaration {
  const { owner, deliver = [], ...spec } = key.spec;
  const role = owner.team === undefined ? {} : { role: owner.role ?? DEFAULT_TEAM_ROLE };
  const sinks = deliver.map(sinkIdOf).sort();
  return {
    ...key,
    spec: { ...spec, owner: { ...owner, ...role }, deliver: sinks },
  } as unknown as Declaration;
}

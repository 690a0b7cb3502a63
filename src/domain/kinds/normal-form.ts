/**
 * The one form in which a spec is compared and stored: defaults filled in, sets sorted, durations in
 * their largest whole unit, addresses that identify a person in lower case. Driven by the kind's schema, so that no kind has normalising code of its own.
 */
import type { TSchema } from 'typebox';
import { canonicalJson } from '../canonical.js';
import { DAY_MS, durationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.js';
import { foldEmail } from './fields.js';

interface Node {
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly uniqueItems?: boolean;
  readonly 'x-set'?: boolean;
  readonly 'x-fold'?: boolean;
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
}

/** The normal form of a value that the schema accepts. Does not change its argument. */
export function normalForm<Spec>(schema: TSchema, value: Spec): Spec {
  return normal(schema as Node, value) as Spec;
}

function normal(node: Node, value: unknown): unknown {
  if (node.format === 'duration' && typeof value === 'string') return shortestDuration(value);
  if (node['x-fold'] && typeof value === 'string') return foldEmail(value);
  if (node.items && Array.isArray(value)) {
    const items = node.items;
    const members = value.map((member) => normal(items, member));
    return (node.uniqueItems ?? node['x-set']) ? sortedSet(members) : members;
  }
  if (node.properties && typeof value === 'object' && value !== null)
    return normalObject(node.properties, value);
  return value;
}

/** By code unit of their JSON; members that differ in a default only become one. */
function sortedSet(members: readonly unknown[]): readonly unknown[] {
  const byText = new Map(members.map((member) => [canonicalJson(member), member]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
}

function normalObject(properties: Readonly<Record<string, Node>>, value: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(properties)) {
    const member = (value as Record<string, unknown>)[name] ?? node.default;
    if (member !== undefined) result[name] = normal(node, member);
  }
  return result;
}

/** `PT24H`, `24h` and `1d` are one duration: the largest unit that divides it. */
function shortestDuration(text: string): string {
  const ms = durationMs(text);
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  if (ms % HOUR_MS === 0) return `${ms / HOUR_MS}h`;
  if (ms % MINUTE_MS === 0) return `${ms / MINUTE_MS}m`;
  return `${ms / SECOND_MS}s`;
}

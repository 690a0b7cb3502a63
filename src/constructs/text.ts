/**
 * People's text in synthesized files: `${` and `%{` are doubled, so that Terraform reads them as themselves.
 * References (tokens) within text are kept.
 */
import { Token } from 'cdktf';

/** The same value with every string in it escaped. Does not change its argument. */
export function literal<T>(value: T): T {
  // Each branch gives back the shape that it was given.
  return escaped(value) as T;
}

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return doubled(value);
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value)) return value;
  if (Array.isArray(value)) return value.map(escaped);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, escaped(member)]));
}

/** A reference as CDKTF writes it until it is resolved, or a mark that Terraform would obey. */
const MARK = /\$\{TfToken\[[^\]]+\]\}|[$%](?=\{)/g;

const doubled = (text: string): string =>
  text.replace(MARK, (mark) => (mark.length > 1 ? mark : mark + mark));

/**
 * Strings as Terraform reads them, as far as they can be read without Terraform: literal text and plain references
 * such as `${keywright_environment.prod.name}`. Everything else is refused.
 */
import { fail, ok, type Result } from '../../domain/result.js';

/** A literal stretch, or the segments of a reference. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly path: readonly string[] };

const REFERENCE = /^\s*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)\s*$/;
const MARK = /\$\$\{|%%\{|[$%]\{/g;

/** The parts of a string, in order. The error is the expression that would need Terraform, cut short. */
export function partsOf(text: string): Result<readonly Part[], string> {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  MARK.lastIndex = 0;
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    literal += text.slice(at, mark.index);
    at = mark.index + mark[0].length;
    if (mark[0].length === 3) {
      // Doubled, the mark stands for itself.
      literal += mark[0].slice(1);
      continue;
    }
    const end = text.indexOf('}', at);
    const reference = mark[0] === '${' && end !== -1 ? REFERENCE.exec(text.slice(at, end))?.[1] : undefined;
    if (reference === undefined) return fail(shortened(text.slice(mark.index)));
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    parts.push({ kind: 'reference', path: reference.split('.') });
    at = end + 1;
    MARK.lastIndex = at;
  }
  literal += text.slice(at);
  if (literal !== '' || parts.length === 0) parts.push({ kind: 'text', text: literal });
  return ok(parts);
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

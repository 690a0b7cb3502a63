/**
 * Selectors of labels, as kubectl has them: `team=data`, `team!=data`, `team`, `!team`, `env in (a, b)`,
 * `env notin (a, b)`; several with commas between, all of which must hold.
 */
import { fail, ok, type Result } from './result.js';

export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  /** As it was written, with one spelling for one meaning: what a saved plan records. */
  readonly text: string;
  matches(labels: Labels): boolean;
}

/** One thing asked of the labels. `isWanted: false` turns it round, and then an absent label is fine. */
interface Requirement {
  readonly key: string;
  /** Any of these; undefined: any at all. */
  readonly values: readonly string[] | undefined;
  readonly isWanted: boolean;
}

const KEY = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const VALUE = '(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?';
const PRESENT = new RegExp(`^(?<not>!?)\\s*(?<key>${KEY})$`);
const EQUAL = new RegExp(`^(?<key>${KEY})\\s*(?<op>!=|==?)\\s*(?<values>${VALUE})$`);
const AMONG = new RegExp(`^(?<key>${KEY})\\s+(?<op>not)?in\\s*\\((?<values>[^()]*)\\)$`);

/** Operators that turn a requirement round. */
const REFUSING: ReadonlySet<string> = new Set(['!=', 'not']);

/** The error is a sentence that fits after the flag's name. */
export function parseSelector(text: string): Result<Selector, string> {
  const parts = partsOf(text);
  const requirements: Requirement[] = [];
  for (const part of parts) {
    const requirement = requirementIn(part);
    if (requirement === undefined)
      return fail(
        `must be label selectors such as team=data, !team, "env in (a,b)", separated by commas, not ${JSON.stringify(part)}`,
      );
    requirements.push(requirement);
  }
  return ok({
    text: requirements.map(textOf).sort().join(','),
    matches: (labels) => requirements.every((requirement) => holds(requirement, labels)),
  });
}

/** At the commas that are not between parentheses. */
const partsOf = (text: string): readonly string[] => text.split(/,(?![^(]*\))/).map((part) => part.trim());

function requirementIn(part: string): Requirement | undefined {
  const present = PRESENT.exec(part)?.groups;
  if (present) return { key: present['key'] ?? '', values: undefined, isWanted: present['not'] === '' };
  const found = EQUAL.exec(part)?.groups ?? AMONG.exec(part)?.groups;
  if (!found) return undefined;
  const values = (found['values'] ?? '').split(',').map((value) => value.trim());
  if (values.some((value) => !new RegExp(`^${VALUE}$`).test(value))) return undefined;
  return {
    key: found['key'] ?? '',
    values: [...new Set(values)].sort(),
    isWanted: !REFUSING.has(found['op'] ?? ''),
  };
}

function holds({ key, values, isWanted }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const isMet = value !== undefined && (values === undefined || values.includes(value));
  return isMet === isWanted;
}

function textOf({ key, values, isWanted }: Requirement): string {
  if (values === undefined) return isWanted ? key : `!${key}`;
  const [only = ''] = values;
  if (values.length === 1) return `${key}${isWanted ? '=' : '!='}${only}`;
  return `${key} ${isWanted ? 'in' : 'notin'} (${values.join(',')})`;
}

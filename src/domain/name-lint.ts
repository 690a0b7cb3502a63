/**
 * A lint of the names of keys and services: a name says what something is for and where (`prod-main-app`), not
 * whose it is, and holds nothing secret. It says nothing where it is not sure: a false alarm is worse than a miss.
 */
import { kindOf, type ObjectKind } from './kinds/index.js';
import type { DeclarationOf } from './objects.js';

/** What people are called, word by word, and their addresses as names would have them. */
export interface PersonalWords {
  readonly words: ReadonlySet<string>;
  readonly addresses: readonly string[];
}

/** Words that are names of people too, or stand in addresses of no person: they say nothing about who is meant. */
const ORDINARY = new Set(
  (
    'admin administrator agent alert alerts analytics api app art audit auth backend backup billing board bot build ' +
    'checkout client cloud code contact core cron customer dashboard data database desk dev devops docs email event ' +
    'events export finance frontend gateway guest help hello host hr import info internal invoice invoices it jobs ' +
    'key legal live load local log logs mail main marketing member mobile monitor network news nightly noc office ' +
    'ops order orders owner partner pay payment payments platform portal press prod production project proxy public ' +
    'queue report reports root sales sandbox search security server service shop site staff staging stats storage ' +
    'store support sync system team tech test tests tools tracking user users vendor web website worker ' +
    'amber april august autumn baker bill brook carter case chance chase chip christian cliff cook crystal dale dawn ' +
    'dean drew earl faith field fisher forest frank glen grace grant hazel heath herb hill hope hunter iris ivy jack ' +
    'jade joy june king lance lane lily mark mason max may miles miller min olive page parker patience pearl penny ' +
    'porter potter prince ray read reed rich river rob robin rose ruby sage sand shepherd sky smith sterling stone ' +
    'summer taylor turner van victor violet wade walker ward will winter wood write young'
  ).split(' '),
);

const WORD_MIN = 3;

/** Names and addresses of these people. */
export function personalWords(
  people: readonly Pick<DeclarationOf<'User'>, 'metadata' | 'spec'>[],
): PersonalWords {
  const words = people.flatMap(({ metadata, spec }) => {
    const [local = ''] = spec.email.split('@');
    return `${metadata.name} ${spec.name ?? ''} ${local}`.toLowerCase().split(/[^\p{L}]+/u);
  });
  return {
    words: new Set(words.filter((word) => word.length >= WORD_MIN && !ORDINARY.has(word))),
    addresses: people.map(({ spec }) => slugOf(spec.email)),
  };
}

const slugOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** What is wrong with a name, as a sentence that follows it; undefined when nothing is, as far as can be known. */
export function namingProblem(name: string, { words, addresses }: PersonalWords): string | undefined {
  const slug = slugOf(name);
  if (looksSecret(name)) return 'looks like a token or a secret, and names are public';
  if (/[^\s@]@[^\s@]+\.[^\s@]/.test(name) || addresses.some((address) => isPartOf(address, slug)))
    return `contains an email address; ${ADVICE}`;
  const person = slug
    .split('-')
    .find((word) => words.has(word) || (word.endsWith('s') && words.has(word.slice(0, -1))));
  return person === undefined ? undefined : `is named after a person (${person}); ${ADVICE}`;
}

const ADVICE = 'use a name for its purpose and environment, such as prod-main-app';

const isPartOf = (part: string, slug: string): boolean => `-${slug}-`.includes(`-${part}-`);

/** Beginnings that tokens of well-known issuers have, Keywright's among them, with enough behind them. */
const TOKEN =
  /(?:^|[-_])(?:[sp]k[-_](?:live|test)|pat|gh[pousr]|glpat|xox[abprs]|akia)[-_]?(?=[a-z]*[0-9])[0-9a-z]{12,}/i;
const HEX = /(?:^|[-_])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{24,}(?:$|[-_])/i;

/** A run that changes between letters and digits as words and dates do not. */
const RUN_MIN = 20;
const CHANGES_MIN = 7;

function looksSecret(name: string): boolean {
  if (TOKEN.test(name) || HEX.test(name)) return true;
  return name.split(/[^0-9A-Za-z]+/).some((run) => {
    const changes = run.match(/[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])/g) ?? [];
    return run.length >= RUN_MIN && changes.length >= CHANGES_MIN;
  });
}

/** The kinds whose names are looked at. */
export const isLinted = (kind: ObjectKind): boolean => kindOf(kind).isNameLinted === true;

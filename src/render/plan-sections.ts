/** What a plan says, section by section: what changes, what stands against it, what is waited for, what is due. */
import { refText } from '../domain/objects.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { Forecast } from '../plan/forecast.js';
import type { Finding, Step, Waiting } from '../plan/plan.js';
import type { Group, Verb } from './plan-groups.js';
import { cellOf, type Line, type Section } from './sections.js';
import { eventText, inTime, printable, type Tone } from './text-format.js';
import { waitingLines } from './waiting.js';

export interface ViewOptions {
  /** From which `in 23h` is reckoned. */
  readonly now: Instant;
  /** `--verbose`: every finding and every wait, however many are alike. */
  readonly isVerbose?: boolean | undefined;
}

const MARKS: Readonly<Record<Verb, readonly [string, Tone]>> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  replace: ['-/+', 'red'],
  adopt: ['=', 'cyan'],
  delete: ['-', 'red'],
  issue: ['+', 'green'],
  rotate: ['↻', 'cyan'],
  resume: ['↻', 'cyan'],
  extend: ['~', 'yellow'],
  confirm: ['=', 'cyan'],
  withdraw: ['-', 'yellow'],
  refresh: ['↻', 'cyan'],
  revoke: ['-', 'red'],
};

/** What takes something away comes first: it is what must not be cut. */
const IMPORTANCE = 'delete replace revoke update rotate adopt create issue resume'.split(' ');

/** What happens to each object: verb, name, reason, lines; with what `notesOf` has to say about it. */
export const changesSection = <S extends Step>(
  groups: readonly Group<S>[],
  notesOf?: (group: Group<S>) => readonly string[],
): Section => {
  const notes = (group: Group<S>): readonly string[] => notesOf?.(group) ?? [];
  return {
    title: '',
    columns: ['', 'Object', 'Why', 'What', ...(notesOf === undefined ? [] : ['Causes'])],
    rows: [...groups]
      .sort((a, b) => IMPORTANCE.indexOf(a.verb) - IMPORTANCE.indexOf(b.verb))
      .map((group) => [
        group.verb,
        group.object,
        group.reason,
        cellOf(group.lines),
        ...(notesOf ? [notes(group).join('\n')] : []),
      ]),
    lines: groups.flatMap((group) => {
      const [mark, tone] = MARKS[group.verb];
      return [
        objectLine([tone, `${mark.padStart(3)} ${group.verb}`], group),
        ...group.lines.map((line): Line => [`      ${line}`]),
        ...notes(group).map(noteLine),
      ];
    }),
    noun: 'object',
  };
};

export const objectLine = (
  mark: Line[number],
  { object, reason }: { readonly object: string; readonly reason: string },
): Line => [mark, ' ', ['bold', object], ' ', ['dim', `(${reason})`]];

export const noteLine = (note: string): Line => ['      ', ['dim', note]];

/** As many of one code as a person reads at a terminal. */
const ALIKE_MAX = 50;

/** Refusals first. */
export function findingsSection(findings: readonly Finding[], { isVerbose }: ViewOptions): Section {
  const counts = new Map<Finding['code'], number>();
  const shown = findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return isVerbose === true || count <= ALIKE_MAX;
  });
  const more = isVerbose === true ? [] : [...counts].filter(([, count]) => count > ALIKE_MAX);
  return {
    title: 'Findings',
    rows: [...findings]
      .sort((a, b) => Number(b.severity === 'refuse') - Number(a.severity === 'refuse'))
      .map(({ severity, code, message }) => [`${SEVERITY[severity].markdown} ${code}: ${message}`]),
    lines: [
      ...shown.map(({ severity, code, message }): Line => {
        const { tone, text } = SEVERITY[severity];
        return ['  ', [tone, text], ` ${code}: ${printable(message)}`];
      }),
      ...more.map(
        ([code, count]): Line => [
          ['dim', `  … and ${count - ALIKE_MAX} more ${code}; use --verbose to see all`],
        ],
      ),
    ],
    noun: 'finding',
  };
}

const SEVERITY = {
  refuse: { tone: 'red', text: '! refused', markdown: '🛑 refused' },
  warn: { tone: 'yellow', text: '! warning', markdown: '⚠️ warning' },
} as const;

export function waitingSection(all: readonly Waiting[], options: ViewOptions): Section {
  const shown = waitingLines(all, options);
  const until = (at: Instant | undefined, text: (at: Instant) => string): string =>
    at === undefined ? '' : text(at);
  return {
    title: 'Waiting',
    rows: shown.map((line) => {
      if (line.kind === 'many') return [`${line.text} (${line.reason})`];
      const { object, reason, until: at, message } = line.waiting;
      const end = until(at, (end) => `, until ${formatInstant(end)}`);
      return [`${refText(object)} (${reason}${end}): ${message}`];
    }),
    lines: shown.map((line): Line => {
      const start = ['  ', ['dim', '…'], ' '] as const;
      if (line.kind === 'many') return [...start, line.text, ' ', ['dim', `(${line.reason})`]];
      const { object, reason, until: at, message } = line.waiting;
      const when = until(at, (end) => ` ${inTime(end, options.now)}`);
      return [...start, `${printable(refText(object))} waits: ${reason}${when}. ${printable(message)}`];
    }),
    noun: 'wait',
  };
}

/** What happens until then, of a plan for a later instant. */
export function forecastSection(forecast: readonly Forecast[], until: Instant): Section {
  const end = formatInstant(until);
  const due = forecast.map(({ at, object, what, reason, message }) => ({
    ...{ at: formatInstant(at), reason, message, event: `${refText(object)} ${eventText(what)}` },
  }));
  return {
    title: `Until ${end}`,
    rows:
      due.length === 0
        ? [['nothing is due']]
        : due.map(({ at, event, reason, message }) => [`${at} ${event} (${reason}): ${message}`]),
    lines: [
      [due.length === 0 ? `Nothing is due until ${end}.` : `Due until ${end}:`],
      ...due.map(
        ({ at, event, reason, message }): Line => [
          `  ${at}  ${printable(event)} `,
          ['dim', `(${reason})`],
          `. ${printable(message)}`,
        ],
      ),
      [''],
      ['Planned at that time, if nothing is applied before:'],
    ],
  };
}

/**
 * The log of a controller: what is worth a line, and how it reads. A pass that finds nothing new says nothing. Lines
 * hold no secret, and nothing in them can move the cursor.
 */
import type {
  ControllerEvent,
  Failing,
  HeldBack,
  PassFailure,
  PassOutcome,
  Status,
} from '../controller/status.js';
import { positionText, refText } from '../domain/objects.js';
import { unreachable } from '../domain/result.js';
import { withoutTokens } from '../domain/secret.js';
import { formatDuration, formatInstant, type Instant } from '../domain/time.js';
import { groupsOf, summaryText } from './plan-groups.js';
import { adviceNamed } from './plan-json.js';
import { counted, printable } from './text-format.js';

export interface LogLine {
  readonly at: Instant;
  readonly level: 'info' | 'warn' | 'error';
  /** A word that programs match on. */
  readonly event: string;
  readonly message: string;
  /** Of `changed`: what was changed, how, and why. */
  readonly object?: string;
  readonly action?: string;
  readonly reason?: string;
}

/** What an event says that was not said before; `before` is the state it came upon. */
export function logLines(event: ControllerEvent, before: Status): readonly LogLine[] {
  const { at } = event;
  switch (event.kind) {
    case 'leading':
      return [{ at, level: 'info', event: 'leading', message: 'leading' }];
    case 'standing-by':
      return [{ at, level: 'info', event: 'standing-by', message: `standing by: ${event.why}` }];
    case 'stopping':
      return [
        {
          at,
          level: 'info',
          event: 'stopping',
          message: 'stopping: finishing the current step; signal again to stop immediately',
        },
      ];
    case 'failed':
      return failureLines(event, before.failing);
    case 'passed': {
      const lines = outcomeLines(event.outcome, before.last?.outcome);
      const recovered =
        before.failing && ({ level: 'info', event: 'recovered', message: 'recovered' } as const);
      return [...(recovered ? [recovered] : []), ...lines].map((line) => ({ at, ...line }));
    }
    default:
      return unreachable(event);
  }
}

/** `2027-01-31T12:00:00.000Z info  leading` */
export const logText = ({ at, level, message }: LogLine): string =>
  `${formatInstant(at)} ${level.padEnd(5)} ${printable(message)}`;

export const logJson = ({ at, ...line }: LogLine): string =>
  withoutTokens(JSON.stringify({ at: formatInstant(at), ...line }));

type Line = Omit<LogLine, 'at'>;

/** A reader needs no more about one pass; the status has the numbers. */
const LINES_MAX = 50;

function bounded(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= LINES_MAX) return lines;
  const more: Line = {
    level: 'warn',
    event: 'more',
    message: `${lines.length - LINES_MAX} more lines about this pass are not shown`,
  };
  return [...lines.slice(0, LINES_MAX), more];
}

function failureLines(
  event: Extract<ControllerEvent, { kind: 'failed' }>,
  before: Failing | undefined,
): readonly LogLine[] {
  const { at, failure, nextAt } = event;
  if (before !== undefined && textOf(before.failure) === textOf(failure)) return [];
  const isLocked = failure.fault.code === 'locked';
  // Mended documents are read at once.
  const isPrompt = ['locked', 'invalid_documents', 'no_project'].includes(failure.fault.code);
  const again = isPrompt ? '' : `; next try in ${formatDuration(nextAt - at)}`;
  const message = `${failure.fault.message} (${failure.fault.code})${again}${bugOf(failure)}`;
  return [
    { at, level: isLocked ? 'info' : 'error', event: 'failed', message },
    ...failure.problems.map((problem) => ({
      at,
      level: 'error' as const,
      event: 'problem',
      message: `${positionText(problem.position)}: ${problem.message}`,
    })),
  ];
}

/** A bug is logged with its stack: it is for its diagnosis, and goes nowhere but into the log. */
function bugOf({ fault: { code, cause } }: PassFailure): string {
  if (code !== 'internal' || cause === undefined) return '';
  const hasStack = typeof cause === 'object' && cause !== null && 'stack' in cause;
  return `: ${hasStack ? String(cause.stack) : String(cause)}`;
}

const textOf = ({ fault, problems }: PassFailure): string =>
  JSON.stringify([fault.code, fault.message, problems]);

function outcomeLines(outcome: PassOutcome, before: PassOutcome | undefined): readonly Line[] {
  const { report, heldBack: withheld } = outcome;
  const said = new Set(
    [...findingLines(before), ...heldBackLines(before), ...troubleLines(before)].map(
      ({ message }) => message,
    ),
  );
  const news = [...troubleLines(outcome), ...findingLines(outcome), ...heldBackLines(outcome)].filter(
    ({ message }) => !said.has(message),
  );
  const hasEnded = (before?.heldBack ?? []).length > 0 && withheld.length === 0;
  const ended: readonly Line[] = hasEnded
    ? [{ level: 'info', event: 'agreed', message: 'nothing is held back' }]
    : [];
  return [
    ...changedLines(outcome),
    ...bounded([...(report ? reportLines(outcome, report) : []), ...news, ...ended]),
  ];
}

function reportLines(
  { plan, commit }: PassOutcome,
  { summary, results }: NonNullable<PassOutcome['report']>,
): readonly Line[] {
  const from = commit ? ` from ${commit.id.slice(0, 12)}` : '';
  const { succeeded, failed, notAttempted } = summary;
  const isWhole = failed + notAttempted === 0;
  const rest = isWhole ? '' : `, ${failed} failed, ${notAttempted} not attempted`;
  const message = `applied${from} ${counted(succeeded, 'step')}${rest}; the plan was: ${summaryText(plan.summary)}`;
  const broken = results.flatMap(({ step, status, error }): readonly Line[] =>
    status === 'failed' && error !== undefined
      ? [{ level: 'error', event: 'step-failed', message: `${step}: ${error.message} (${error.code})` }]
      : [],
  );
  // Steps that were not begun have one reason together, or none of their own.
  const why = results.find(({ status, error }) => status === 'not-attempted' && error !== undefined)?.error;
  const held: readonly Line[] = why ? [{ level: 'warn', event: 'interrupted', message: why.message }] : [];
  const level = failed > 0 ? 'error' : isWhole ? 'info' : 'warn';
  return [{ level, event: 'applied', message }, ...broken, ...held];
}

/** Each object that was changed, by what was done to it and why; however many they are: it is the record of it. */
function changedLines({ plan, report }: PassOutcome): readonly Line[] {
  const done = new Set(
    (report?.results ?? []).flatMap(({ step, status }) => (status === 'succeeded' ? [step] : [])),
  );
  return groupsOf(plan.steps.filter(({ id }) => done.has(id))).map(({ object, verb, reason, lines }) => ({
    level: 'info',
    event: 'changed',
    ...{ object, action: verb, reason },
    message: [`${object}: ${verb} (${reason})`, ...lines].join('; '),
  }));
}

const findingLines = (outcome: PassOutcome | undefined): readonly Line[] =>
  (outcome?.plan.findings ?? []).map(({ severity, code, message }) => ({
    level: severity === 'refuse' ? 'error' : 'warn',
    event: 'finding',
    message: `${code}: ${adviceNamed(message)}`,
  }));

const heldBackLines = (outcome: PassOutcome | undefined): readonly Line[] =>
  (outcome?.heldBack ?? []).map((one) => ({
    level: one.reason === 'DocumentsChanging' ? 'info' : 'warn',
    event: 'withheld',
    message: `${refText(one.object)} is held back: ${whyHeldBack(one, outcome)}`,
  }));

function whyHeldBack({ reason, cause }: HeldBack, outcome: PassOutcome | undefined): string {
  switch (reason) {
    case 'ApprovalRequired':
      return `its environment requires approval; approve with: keywright apply --approve ${outcome?.plan.digest}`;
    case 'ManualAdoptionRequired':
      return 'no project declares it; write its document manually or with keywright apply';
    case 'DocumentsChanging':
      return 'its document was removed a moment ago';
    case 'ChangedManually': {
      const who =
        cause === undefined || 'documents' in cause
          ? ''
          : ` by ${cause.actor} through ${cause.path} at ${formatInstant(cause.since)}`;
      return `it was changed outside the documents${who}; --drift report only reports it`;
    }
    default:
      return unreachable(reason);
  }
}

const troubleLines = (outcome: PassOutcome | undefined): readonly Line[] =>
  outcome?.commit?.trouble === undefined
    ? []
    : [
        {
          level: 'warn',
          event: 'branch',
          message: `${outcome.commit.trouble.message}; the last valid commit stays in use`,
        },
      ];

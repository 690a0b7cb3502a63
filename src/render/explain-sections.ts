/** An explanation as titled paragraphs of plain lines, for text and Markdown alike. Lines are printable. */
import { isAlive, stateOf, waitsForClaim } from '../domain/lifecycle.js';
import type { KeyFacts, LiveObject, VersionFacts } from '../domain/live.js';
import { type Declaration, lineText, refText } from '../domain/objects.js';
import { prefixOf } from '../domain/secret.js';
import { sinkPhrase } from '../domain/sinks/index.js';
import { formatDuration, formatInstant, type Instant } from '../domain/time.js';
import { abilityAt } from '../plan/abilities.js';
import type { Finding, Waiting } from '../plan/plan.js';
import { type SinkRow, sinkStatePhrase } from '../plan/sink-states.js';
import { type Explanation, type Related, statusOf } from './explanation.js';
import { groupsOf } from './plan-groups.js';
import type { Section } from './sections.js';
import { eventText, inTime, printable } from './text-format.js';
import { timelineOf } from './timeline.js';

/** Those that have something to say, in the order in which a reader asks. */
export function sectionsOf(explanation: Explanation): readonly Section[] {
  const { live, now, neededBy, needs, sinks } = explanation;
  return [
    { title: 'Versions', rows: live?.key ? versionRows(live.key, now) : [] },
    { title: 'Sinks', rows: shortened(sinks.map((row) => sinkCells(row, live))) },
    { title: 'Needs', rows: needs.map(relatedRow) },
    { title: 'Needed by', rows: shortened(neededByRows(neededBy)) },
    { title: 'History', rows: historyRows(explanation) },
    { title: 'Current plan', rows: todoRows(explanation) },
    { title: 'Upcoming', rows: aheadRows(explanation) },
  ].filter(({ rows }) => rows.length > 0);
}

/** What it is, in a few sentences. */
export function headline(explanation: Explanation): readonly string[] {
  const { declared, live, history } = explanation;
  const place = declared && lineText(declared.position);
  const sentences: Readonly<Record<ReturnType<typeof statusOf>, string>> = {
    converged: `is live as declared in ${place}`,
    differs: `is declared in ${place} and live, with steps still to apply`,
    declared: `is declared in ${place} and not live yet`,
    undeclared: 'is live and not declared in these documents',
    live: 'is live',
    removed: 'was removed and is no longer live',
  };
  const removed = history.findLast(({ action }) => action === 'object.deleted');
  const when =
    live === undefined && removed
      ? ` It was removed on ${formatInstant(removed.at)} by ${removed.actor}.`
      : '';
  return [`${sentences[statusOf(explanation)]}.${when}`, ...(live ? liveLines(live) : [])].map(printable);
}

function liveLines({ declaration, ownership, origin, createdAt, id, key }: LiveObject): readonly string[] {
  const owner = ownership
    ? `It belongs to project ${ownership.project} (${ownership.manager})`
    : origin === 'system'
      ? 'It was created with the store, and no project manages it'
      : 'No project manages it';
  const stopped = key?.deactivatedAt;
  return [
    `${owner}, and has been live since ${formatInstant(createdAt)} as ${id}.`,
    ...(declaration.kind === 'ApiKey' ? [keyLine(declaration)] : []),
    ...(stopped === undefined
      ? []
      : [`It was deactivated manually on ${formatInstant(stopped)} (emergency stop): every use is refused.`]),
  ];
}

function keyLine({ spec }: Extract<Declaration, { kind: 'ApiKey' }>): string {
  const [owner] = Object.entries(spec.owner).filter(([field]) => field !== 'role');
  const whose = owner === undefined || owner[0] === 'tenant' ? 'the tenant' : owner.join(' ');
  return `A ${spec.type ?? 'secret'} key in ${spec.environment}, owned by ${whose}.`;
}

/** Newest first: the one that matters is on top. */
const versionRows = ({ versions, type, isProd }: KeyFacts, now: Instant): Section['rows'] =>
  shortened(
    [...versions]
      .reverse()
      .map((version) => [
        `version ${version.generation}`,
        waitsForClaim(version) ? `${stateOf(version, now)}, unclaimed` : stateOf(version, now),
        prefixOf(type, isProd, version.id),
        endText(version, now),
        useText(version, now),
      ]),
  );

function endText(version: VersionFacts, now: Instant): string {
  const { revokedAt, expiresAt, suspendedUntil } = version;
  if (revokedAt !== undefined) return `${revokedAt > now ? 'ends' : 'revoked'} ${formatInstant(revokedAt)}`;
  if (isAlive(version, now) && suspendedUntil !== undefined && suspendedUntil > now)
    return `suspended until ${formatInstant(suspendedUntil)}`;
  if (expiresAt === undefined) return 'never expires';
  return `${expiresAt > now ? 'expires' : 'expired'} ${formatInstant(expiresAt)}`;
}

function useText({ lastUsedAt, consumers }: VersionFacts, now: Instant): string {
  if (lastUsedAt === undefined) return 'never used';
  const who = consumers.length === 0 ? '' : ` (seen: ${consumers.join(', ')})`;
  return printable(`last used ${formatDuration(now - lastUsedAt)} ago${who}`);
}

/** What it holds now, and what the store rests on: the delivery that was confirmed last. */
const sinkCells = (row: SinkRow, live: LiveObject | undefined): readonly string[] =>
  [sinkPhrase(row.sink), heldText(row), confirmedText(row, live)].map(printable);

/** `held, version 2`. An older version says itself which one it is. */
const heldText = (row: SinkRow): string =>
  row.version === undefined || row.state === 'older version'
    ? sinkStatePhrase(row)
    : `${sinkStatePhrase(row)}, version ${row.version}`;

/** By what: the value that was read back, a revision, or nothing but the record. */
function confirmedText({ sink, state, confirmedAt, where }: SinkRow, live: LiveObject | undefined): string {
  const generation = live?.deliveries.find((one) => one.sink === sink)?.generation;
  if (generation === undefined || where === undefined) return 'never confirmed';
  const when = confirmedAt === undefined ? '' : ` at ${formatInstant(confirmedAt)}`;
  const read = state === 'recorded' ? 'nothing' : abilityAt(sink, undefined)?.read;
  const how = { value: 'confirmed', revision: 'confirmed by its revision', nothing: 'recorded' };
  return `version ${generation} last ${how[read ?? 'value']}${when} on ${where}`;
}

function relatedRow({ ref, isLive, isDeclared, endsAt }: Related): readonly string[] {
  const states = [...(isDeclared ? ['declared'] : []), ...(isLive ? ['live'] : [])];
  const state = states.length === 0 ? 'neither declared nor live' : states.join(' and ');
  return [printable(refText(ref)), endsAt === undefined ? state : `removed, ends ${formatInstant(endsAt)}`];
}

/** A removed key is distinguished from a live one that has taken its name. */
function neededByRows(related: readonly Related[]): Section['rows'] {
  const present = new Set(related.flatMap(({ ref, endsAt }) => (endsAt === undefined ? [refText(ref)] : [])));
  return related.map((one) => {
    const [name = '', ...state] = relatedRow(one);
    const isPredecessor = one.endsAt !== undefined && present.has(refText(one.ref));
    return [isPredecessor ? `${name} (an earlier one)` : name, ...state];
  });
}

const historyRows = ({ history }: Explanation): Section['rows'] =>
  timelineOf(history).map(({ at, text, actor, path }) => [
    formatInstant(at),
    printable(`${actor} through ${path}`),
    text,
  ]);

function todoRows({ plan, now }: Explanation): Section['rows'] {
  if (plan === undefined) return [];
  const groups = groupsOf(plan.steps).map(({ verb, reason, lines }) =>
    [`${verb} (${reason})`, ...lines].join('; '),
  );
  return [
    ...groups,
    ...plan.findings.map(findingLine),
    ...plan.waiting.map((one) => waitingLine(one, now)),
  ].map((line) => [line]);
}

const findingLine = ({ severity, code, message }: Finding): string =>
  `${severity === 'refuse' ? 'refused' : 'warning'}, ${code}: ${printable(message)}`;

const waitingLine = ({ reason, until, message }: Waiting, now: Instant): string =>
  `waits: ${reason}${until === undefined ? '' : ` ${inTime(until, now)}`}. ${printable(message)}`;

const aheadRows = ({ ahead, now }: Explanation): Section['rows'] =>
  ahead.map(({ at, what, reason, message }) => [
    formatInstant(at),
    inTime(at, now),
    `${eventText(what)} (${reason})`,
    printable(message),
  ]);

/** How many of a kind a person reads. */
const ROWS_MAX = 20;

const shortened = (rows: Section['rows']): Section['rows'] =>
  rows.length <= ROWS_MAX ? rows : [...rows.slice(0, ROWS_MAX), [`and ${rows.length - ROWS_MAX} more`]];

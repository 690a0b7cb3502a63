/** Live objects for people and programs: a table of what is there and how it stands at *now*. */
import { stringify } from 'yaml';
import { connectionTypeOf, credentialsOf, whereOf } from '../domain/connections/index.js';
import { expiresAt } from '../domain/guests.js';
import { API_VERSION } from '../domain/kinds/document-schema.js';
import { stateOf, waitsForClaim } from '../domain/lifecycle.js';
import type { LiveObject, VersionFacts } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { ownerText } from '../domain/owner.js';
import { prefixOf, withoutTokensIn } from '../domain/secret.js';
import { formatDuration, formatInstant, type Instant, NEVER } from '../domain/time.js';
import { instantJson, keyVersionJson } from './key-json.js';
import { escaped, tableOf } from './markdown.js';
import { printable, sinkText, table } from './text-format.js';

/** A key that was removed and of which a version is accepted still. */
export interface Terminating {
  readonly ref: ObjectRef;
  /** When its last version ends; undefined where nothing says so. */
  readonly endsAt: Instant | undefined;
}

type ObjectsView = (
  objects: readonly LiveObject[],
  now: Instant,
  terminating?: readonly Terminating[],
) => string;

/** One line an object; keys with state, version, last use and expiry. Ends with a newline. */
export const objectsText: ObjectsView = (objects, now, terminating) =>
  linesOf([], () => [])(objects, now, terminating);

/** The same with environment, owner, sinks and labels; of Connections alone also where they lead to, and by which references. */
export const objectsWide: ObjectsView = (objects, now, terminating = []) => {
  const isConnections =
    terminating.length === 0 && objects.every(({ declaration }) => declaration.kind === 'Connection');
  const view = isConnections
    ? linesOf([...CONNECTION_COLUMNS, ...WIDE_COLUMNS], (one) => [...connectionCells(one), ...wideCells(one)])
    : linesOf(WIDE_COLUMNS, wideCells);
  return view(objects, now, terminating);
};

/** Lines with columns `more` at the end, which removed keys leave empty. */
const linesOf =
  (more: readonly string[], cells: (object: LiveObject) => readonly string[]): ObjectsView =>
  (objects, now, terminating = []) => {
    const rows = [
      ...objects.map((object) => [...row(object, now), ageText(object, now), ...cells(object)]),
      ...terminating.map((one) => [...terminatingRow(one), '', ...more.map(() => '')]),
    ];
    return rows.length === 0 ? NOTHING : table([titles([...COLUMNS, 'Age', ...more]), ...rows]);
  };

const terminatingRow = ({ ref, endsAt }: Terminating): readonly string[] => {
  const end = endsAt === undefined || endsAt >= NEVER ? 'never' : formatInstant(endsAt);
  return [printable(refText(ref)), '(removed)', 'Terminating', '', '', '', end];
};

/** The same for a pull request or a ticket. Ends with a newline. */
export function objectsMarkdown(
  objects: readonly LiveObject[],
  now: Instant,
  terminating: readonly Terminating[] = [],
): string {
  const cells = [...objects.map((object) => row(object, now)), ...terminating.map(terminatingRow)];
  const rows = cells.map((one) => one.map(escaped));
  if (rows.length === 0) return NOTHING;
  return `${tableOf(COLUMNS, rows)}\n`;
}

/** `ApiKey/billing-prod`, one a line: what other commands take as arguments. */
export const objectsNames = (
  objects: readonly LiveObject[],
  _now?: Instant,
  terminating: readonly Terminating[] = [],
): string => [...objects, ...terminating].map(({ ref }) => `${printable(refText(ref))}\n`).join('');

/** One object as it is, more of them as a list: what `objectsJson` says, as YAML. */
export function objectsYaml(
  objects: readonly LiveObject[],
  now: Instant,
  terminating: readonly Terminating[] = [],
): string {
  const list = objectsJson(objects, now, terminating);
  const [only] = list.items;
  const value = list.items.length === 1 && only ? { apiVersion: API_VERSION, ...only } : list;
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

const NOTHING = 'No live objects.\n';
const COLUMNS = ['Object', 'Project', 'State', 'Version', 'Prefix', 'Last used', 'Expires'];
const CONNECTION_COLUMNS = ['Connection', 'Credentials'];
const WIDE_COLUMNS = ['Environment', 'Owner', 'Sinks', 'Labels', 'Id'];

const titles = (columns: readonly string[]): readonly string[] => columns.map((title) => title.toUpperCase());

const ageText = ({ createdAt }: LiveObject, now: Instant): string => formatDuration(now - createdAt);

const connectionCells = ({ declaration }: LiveObject): readonly string[] =>
  declaration.kind === 'Connection'
    ? [
        `${connectionTypeOf(declaration.spec)} ${whereOf(declaration.spec)}`,
        credentialsOf(declaration.spec).join(', '),
      ].map(printable)
    : ['', ''];

function wideCells({ declaration, deliveries, id }: LiveObject): readonly string[] {
  const { spec, metadata } = declaration;
  return [
    'environment' in spec ? spec.environment : '',
    declaration.kind === 'ApiKey' ? ownerText(declaration.spec.owner) : '',
    deliveries.map(({ sink }) => sinkText(sink)).join(', '),
    Object.entries(metadata.labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    id,
  ].map(printable);
}

function row(object: LiveObject, now: Instant): readonly string[] {
  const project = object.ownership?.project ?? (object.origin === 'system' ? '(system)' : '(none)');
  const start = [printable(refText(object.ref)), printable(project)];
  const { key } = object;
  if (key === undefined) return [...start, ...statusColumns(object, now)];
  const newest = key.versions.at(-1);
  if (newest === undefined) return [...start, 'no version', '', '', '', ''];
  const used = Math.max(...key.versions.map(({ lastUsedAt }) => lastUsedAt ?? 0));
  return [
    ...start,
    key.deactivatedAt === undefined ? states(key.versions, now) : 'deactivated',
    String(newest.generation),
    prefixOf(key.type, key.isProd, newest.id),
    used === 0 ? 'never used' : `${formatDuration(now - used)} ago`,
    newest.expiresAt === undefined ? 'never' : formatInstant(newest.expiresAt),
  ];
}
/** Of an object that is no key: how a person stands, until when a guest is in. */
function statusColumns({ declaration, grantedAt }: LiveObject, now: Instant): readonly string[] {
  if (declaration.kind === 'User') return [declaration.spec.status ?? 'active', '', '', '', ''];
  if (declaration.kind !== 'Guest') return ['live', '', '', '', ''];
  const end = expiresAt({ spec: declaration.spec, grantedAt });
  const state = end <= now ? 'expired' : grantedAt === undefined ? 'no grants yet' : 'live';
  return [state, '', '', '', end === NEVER ? '' : formatInstant(end)];
}

/** `current`, or of several `2 current, 1 retiring`: what is still accepted, newest first; else how the last one ended. */
function states(versions: readonly VersionFacts[], now: Instant): string {
  const named = versions
    .map((one) => ({ version: one.generation, state: stateOf(one, now), isOver: isOver(one, now) }))
    .reverse();
  const going = named.filter(({ isOver }) => !isOver);
  const shown = going.length > 0 ? going : named.slice(0, 1);
  const text = shown
    .map(({ version, state }) => (shown.length > 1 ? `${version} ${state}` : state))
    .join(', ');
  return versions.some(waitsForClaim) ? `${text}, unclaimed` : text;
}

const isOver = (version: VersionFacts, now: Instant): boolean =>
  ['revoked', 'expired'].includes(stateOf(version, now));

/** The same for programs: instants in ISO 8601, absent ones null. */
export function objectsJson(
  objects: readonly LiveObject[],
  now: Instant,
  terminating: readonly Terminating[] = [],
) {
  const items = [...objects.map((object) => objectJson(object, now)), ...terminating.map(terminatingJson)];
  return withoutTokensIn({ apiVersion: API_VERSION, kind: 'List', items });
}

/** An item of the same list. */
const terminatingJson = ({ ref, endsAt }: Terminating) => ({
  kind: ref.kind,
  metadata: { name: ref.name },
  status: { phase: 'Terminating', endsAt: instantJson(endsAt) },
});

/** One of the list. */
export function objectJson(
  { id, ref, ownership, origin, createdAt, declaration, deliveries, key, grantedAt }: LiveObject,
  now: Instant,
) {
  const { kind, metadata, spec } = declaration;
  return {
    kind,
    metadata,
    spec,
    status: {
      id,
      project: ownership?.project ?? null,
      manager: ownership?.manager ?? null,
      origin,
      createdAt: formatInstant(createdAt),
      ...(declaration.kind === 'Guest' && {
        grantedAt: instantJson(grantedAt),
        lapsesAt: instantJson(expiresAt({ spec: declaration.spec, grantedAt })),
      }),
      ...(key && {
        deactivatedAt: instantJson(key.deactivatedAt),
        deliveries: deliveries.map(({ sink, generation, machine }) => ({ sink, generation, machine })),
        versions: key.versions.map((one) => keyVersionJson({ ref, declaration, key }, one, now)),
      }),
    },
  };
}

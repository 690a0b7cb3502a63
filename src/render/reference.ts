/**
 * The reference pages as Markdown, derived from the tables that the code itself runs on. Pure text: who
 * writes the pages down, and where, is not known here.
 */

import { DIAGNOSTICS } from '../documents/diagnostics.js';
import { FAULTS } from '../domain/errors.js';
import { documentSchema, editorSchema, type JsonSchema } from '../domain/kinds/document-schema.js';
import { KINDS, type Kind, type KindName, kindOf } from '../domain/kinds/index.js';
import { CATALOGUE } from '../domain/permissions.js';
import {
  FINDINGS,
  FORECASTS,
  HOLD_BACK_REASONS,
  RENAMED_CODES,
  STEP_REASONS,
  WAITING_REASONS,
} from '../plan/reasons.js';
import { lifecyclePage } from './lifecycle-page.js';

const DERIVED_NOTE = '<!-- Generated from the source by `npm run derive`; a test fails when it is stale. -->';

const page = (title: string, ...blocks: readonly string[]): string =>
  `${[`# ${title}`, DERIVED_NOTE, ...blocks].join('\n\n')}\n`;

/** `docs/reference/kinds.md`: every kind with its fields, an example and its rules of replacement. */
export function kindsPage(): string {
  const names = Object.keys(KINDS) as KindName[];
  const intro =
    'A document is `apiVersion: keywright.dev/v1` (optional), `kind`, `metadata` and `spec`. A file may contain several documents, separated by `---`.';
  const [first] = names;
  const metadata = first === undefined ? [] : rowsOf(propertyOf(documentSchema(first), 'metadata'), '');
  return page('Kinds', intro, '## metadata', fieldTable(metadata), ...names.map(kindSection));
}

function kindSection(name: KindName): string {
  const kind = kindOf(name);
  const rows = rowsOf(propertyOf(documentSchema(name), 'spec'), '');
  const example = JSON.stringify({ kind: name, ...kind.example }, null, 2);
  const replaced = kind.replacedBy.map((field) => `\`${field}\``).join(', ');
  return [
    `## ${name}`,
    kind.summary,
    fieldTable(rows),
    ...(replaced === '' ? [] : [`A change of ${replaced} replaces the object.`]),
    ...facets(kind),
    `\`\`\`json\n${example}\n\`\`\``,
  ].join('\n\n');
}

/** Where a kind is beside documents: on the HTTP API, in events, and what a caller needs for it. */
function facets({ access, routes, events }: Kind): readonly string[] {
  if (routes === undefined) return [];
  const needed = `Permissions: \`${access.noun}:read\`, \`${access.noun}:write\`. HTTP: \`${routes.collection}\`.`;
  return [events === undefined ? needed : `${needed} Events: domain \`${events.domain}\`.`];
}

type Row = readonly [field: string, takes: string, preset: string, meaning: string];

/** One row a field, nested ones below theirs; `deliver[].dotenv.path` is a field of the members of a list. */
function rowsOf(schema: JsonSchema, path: string): readonly Row[] {
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schemasIn(schema, 'properties')).flatMap(([name, field]) => {
    const here = path + name;
    const row: Row = [
      `\`${here}\`${required.includes(name) ? ' (required)' : ''}`,
      typeText(field),
      'default' in field ? `\`${JSON.stringify(field['default'])}\`` : '',
      String(field['description'] ?? ''),
    ];
    return [row, ...rowsOf(field, `${here}.`), ...rowsOf(itemsOf(field), `${here}[].`)];
  });
}

function typeText(field: JsonSchema): string {
  const { enum: words, const: constant, format, type, 'x-expects': expects } = field;
  if (Array.isArray(words)) return words.map((word) => `\`${word}\``).join(', ');
  if (constant !== undefined) return `\`${JSON.stringify(constant)}\``;
  if (type === 'array') return `list of ${typeText(itemsOf(field))}`;
  if (typeof format === 'string') return format;
  if (typeof expects === 'string') return expects;
  return type === 'object' ? 'mapping' : String(type);
}

function fieldTable(rows: readonly Row[]): string {
  const cells = (row: readonly string[]): string =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [cells(['field', 'takes', 'default', 'meaning']), '|---|---|---|---|', ...rows.map(cells)].join(
    '\n',
  );
}

const schemasIn = (schema: JsonSchema, keyword: string): Readonly<Record<string, JsonSchema>> =>
  (schema[keyword] ?? {}) as Readonly<Record<string, JsonSchema>>;

const propertyOf = (schema: JsonSchema, name: string): JsonSchema =>
  schemasIn(schema, 'properties')[name] ?? {};

const itemsOf = (schema: JsonSchema): JsonSchema => (schema['items'] ?? {}) as JsonSchema;

/** `docs/reference/reasons.md`: why steps are in a plan, what is waited for, what guards say. */
export const reasonsPage = (): string =>
  page(
    'Reasons',
    'The same codes in the terminal, in JSON and in reports. They are stable: scripts may match on them.',
    '## Step reasons',
    codeTable(STEP_REASONS),
    '## Waiting reasons',
    codeTable(WAITING_REASONS),
    '## Findings',
    codeTable(FINDINGS),
    '## Forecast events',
    '`plan --at` lists the events that happen as time passes, each with the reason that a plan made then would give.',
    codeTable(FORECASTS),
    '## Reasons to hold back a step',
    '`run` applies the rest of the plan, and reports in its log and its status what it held back, and why.',
    codeTable(HOLD_BACK_REASONS),
    '## Renamed codes',
    'These codes had another name before. The old name is an alias of the new one in this page for one release.',
    renamedTable(RENAMED_CODES),
  );

/** `docs/reference/permissions.md`: every word that Keywright knows. */
export const permissionsPage = (): string =>
  page(
    'Permissions',
    'Words for keys, services and roles. Any other word is an error, unless the project declares it as its applications’ own: `spec: { permissions: { custom: [invoices:read] } }` in `keywright.yaml`. `*` is every permission in the environment of a key, and for people in the account.',
    codeTable(CATALOGUE),
    'A caller can only give permissions that it has: handing out a secret, or letting it act for longer, needs what that secret may do. Ending a key before its time needs `keys:revoke`.',
  );

/** `docs/reference/errors.md`: expected errors, and what can be wrong with a document. */
export const errorsPage = (): string =>
  page(
    'Errors',
    'Codes are stable: scripts may match on them. Messages are for people and may change.',
    codeTable(FAULTS),
    '## Document errors',
    'Each is reported with file, line and column, and all are reported at once.',
    codeTable(DIAGNOSTICS),
  );

function codeTable(codes: Readonly<Record<string, string>>): string {
  const rows = Object.entries(codes).map(
    ([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return ['| code | meaning |', '|---|---|', ...rows].join('\n');
}

function renamedTable(codes: Readonly<Record<string, string>>): string {
  const rows = Object.entries(codes).map(([old, now]) => `| \`${old}\` | \`${now}\` |`);
  return ['| old | new |', '|---|---|', ...rows].join('\n');
}

/** `docs/reference/lifecycle.md`. */
export const lifecycleText = (): string => lifecyclePage(DERIVED_NOTE);

/** `docs/reference/keywright.schema.json`, and what `keywright schema` prints. */
export const schemaText = (): string => `${JSON.stringify(editorSchema(), null, 2)}\n`;

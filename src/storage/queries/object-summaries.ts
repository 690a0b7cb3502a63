/**
 * The survey: one line of every live object. An engine hands over one long text much faster than rows of
 * many columns, so the cells are joined there; they are cut out when they are read.
 */
import { sql } from 'kysely';
import type { ObjectLine } from '../../credential-store/storage-port.js';
import { cellOf, LINE, linesOf, TAB } from '../../domain/lines.js';
import { type Session, statement } from '../statement.js';

const PAGE = 10_000;

/**
 * No name, sink or digest holds a tab or ends a line: names refuse control characters, and JSON escapes them.
 * What is null, or to some versions of SQLite empty, would be left out and the cells after it move up.
 */
const cells = sql.join([
  sql.ref('kind'),
  sql.ref('name'),
  sql.ref('digest'),
  sql.ref('revision'),
  sql.ref('quiet_until'),
  sql.ref('origin'),
  sql.ref('deliveries'),
  sql`coalesce(project || ${sql.lit(TAB)} || manager, ${sql.lit(TAB)})`,
]);

const page = statement<{ kind: string; name: string; limit: number }>()((db, p) =>
  db
    .selectFrom(
      db
        .selectFrom('objects')
        .select(sql<string>`concat_ws(${sql.lit(TAB)}, ${cells})`.as('line'))
        .where('removed_at', 'is', null)
        .where((row) => row(row.refTuple('kind', 'name'), '>', row.tuple(p('kind'), p('name'))))
        .orderBy('kind')
        .orderBy('name')
        .limit(p('limit'))
        .as('page'),
    )
    .select([
      sql<string | null>`string_agg(line, ${sql.lit(LINE)})`.as('text'),
      sql<number>`count(*)`.as('count'),
    ]),
);

/** Of all live objects, in the engine's order. */
export async function survey(session: Session): Promise<readonly ObjectLine[]> {
  const lines: ObjectLine[] = [];
  for (;;) {
    const last = lines.at(-1) ?? '';
    const after = { kind: cellOf(last, 0), name: cellOf(last, 1), limit: PAGE };
    const [found] = await page(session, after);
    const more = linesOf(found?.text ?? '');
    if (more.length !== found?.count) return [...lines, ...(await surveyRowByRow(session, after))];
    for (const line of more) lines.push(line);
    if (more.length < PAGE) return lines;
  }
}

const rows = statement<{ kind: string; name: string; limit: number }>()((db, p) =>
  db
    .selectFrom('objects')
    .select([
      'kind',
      'name',
      'digest',
      'revision',
      'quiet_until',
      'origin',
      'deliveries',
      'project',
      'manager',
    ])
    .where('removed_at', 'is', null)
    .where((row) => row(row.refTuple('kind', 'name'), '>', row.tuple(p('kind'), p('name'))))
    .orderBy('kind')
    .orderBy('name')
    .limit(p('limit')),
);

/**
 * The same where a row holds what no row may, put there behind the store: it alone is broken.
 * It is listed under its name with the forbidden characters escaped, as an object that no project owns.
 */
async function surveyRowByRow(
  session: Session,
  from: { readonly kind: string; readonly name: string; readonly limit: number },
): Promise<readonly ObjectLine[]> {
  const lines: ObjectLine[] = [];
  let after = from;
  for (;;) {
    const found = await rows(session, after);
    for (const row of found) lines.push(lineOf(Object.values(row)));
    const last = found.at(-1);
    if (last === undefined || found.length < PAGE) return lines;
    after = { ...from, kind: last.kind, name: last.name };
  }
}

const BROKEN = /[\t\n]/;

function lineOf(values: readonly (string | number | null)[]): ObjectLine {
  const cells = values.map((value) => String(value ?? ''));
  if (!cells.some((cell) => BROKEN.test(cell))) return cells.join(TAB);
  const shown = cells.map((cell) => (BROKEN.test(cell) ? JSON.stringify(cell).slice(1, -1) : cell));
  return [...shown.slice(0, -2), '', ''].join(TAB);
}

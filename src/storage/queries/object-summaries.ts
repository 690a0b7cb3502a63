/**
 * The survey: one line of every live object. An engine hands over one long text much faster than rows of
 * many columns, so the cells are joined there; they are cut out when somebody asks for them.
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
    const [found] = await page(session, { kind: cellOf(last, 0), name: cellOf(last, 1), limit: PAGE });
    const more = linesOf(found?.text ?? '');
    if (more.length !== found?.count) throw new Error('a cell of the survey holds the end of a line');
    for (const line of more) lines.push(line);
    if (more.length < PAGE) return lines;
  }
}

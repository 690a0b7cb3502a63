/**
 * The survey: one line of every live object. An engine hands over one long text much faster than rows of
 * many columns, so the cells are joined there and taken apart here, a page at a time.
 */
import { sql } from 'kysely';
import type { SurveyRow } from '../../authority/storage-port.js';
import { type Session, statement } from '../statement.js';

/** In no name, sink or digest: control characters are refused wherever names come in, and JSON escapes them. */
const TAB = '\t';
const PAGE = 10_000;

const CELLS = [
  'kind',
  'name',
  'digest',
  'project',
  'manager',
  'origin',
  'revision',
  'quiet_until',
  'deliveries',
] as const satisfies readonly (keyof SurveyRow)[];

const NULLABLE: ReadonlySet<string> = new Set(['project', 'manager']);

const line = sql.join(
  CELLS.map((cell) => (NULLABLE.has(cell) ? sql`coalesce(${sql.ref(cell)}, '')` : sql.ref(cell))),
  sql` || ${sql.lit(TAB)} || `,
);

const page = statement<{ kind: string; name: string; limit: number }>()((db, p) =>
  db
    .selectFrom(
      db
        .selectFrom('objects')
        .select(sql<string>`${line}`.as('line'))
        .where('removed_at', 'is', null)
        .where((row) => row(row.refTuple('kind', 'name'), '>', row.tuple(p('kind'), p('name'))))
        .orderBy('kind')
        .orderBy('name')
        .limit(p('limit'))
        .as('page'),
    )
    .select(sql<string | null>`string_agg(line, ${sql.lit(TAB)})`.as('text')),
);

export async function survey(session: Session): Promise<readonly SurveyRow[]> {
  const rows: SurveyRow[] = [];
  for (;;) {
    const { kind, name } = rows.at(-1) ?? FIRST;
    const before = rows.length;
    const [found] = await page(session, { kind, name, limit: PAGE });
    append(rows, found?.text?.split(TAB) ?? []);
    if (rows.length - before < PAGE) return rows;
  }
}

const FIRST = { kind: '', name: '' };

function append(rows: SurveyRow[], cells: readonly string[]): void {
  if (cells.length % CELLS.length !== 0) throw new Error('a line of the survey has a cell too many');
  for (let at = 0; at < cells.length; at += CELLS.length) {
    const cell = (nth: number): string => cells[at + nth] ?? '';
    rows.push({
      kind: cell(0),
      name: cell(1),
      digest: cell(2),
      project: cell(3) || null,
      manager: cell(4) || null,
      origin: cell(5),
      revision: Number(cell(6)),
      quiet_until: Number(cell(7)),
      deliveries: cell(8),
    });
  }
}

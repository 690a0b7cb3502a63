/**
 * The survey: one line of every live object. An engine hands over one long text much faster than rows of
 * many columns, so the cells are joined there; here they are cut out when somebody asks for them.
 */
import { sql } from 'kysely';
import type { SurveyRow } from '../../authority/storage-port.js';
import { cellOf, cellsUpTo, LINE, linesOf, TAB } from '../../domain/lines.js';
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
  sql.ref('quiet_until'),
  sql`coalesce(project || ${sql.lit(TAB)} || manager, ${sql.lit(TAB)})`,
  sql.ref('revision'),
  sql.ref('origin'),
  sql.ref('deliveries'),
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
export async function survey(session: Session): Promise<readonly SurveyRow[]> {
  const rows: SurveyRow[] = [];
  for (;;) {
    const { kind, name } = rows.at(-1) ?? FIRST;
    const [found] = await page(session, { kind, name, limit: PAGE });
    const lines = linesOf(found?.text ?? '');
    if (lines.length !== found?.count) throw new Error('a cell of the survey holds the end of a line');
    for (const one of lines) rows.push(new SurveyLine(one));
    if (lines.length < PAGE) return rows;
  }
}

const FIRST = { kind: '', name: '' };

class SurveyLine implements SurveyRow {
  readonly #line: string;

  constructor(text: string) {
    this.#line = text;
  }

  /** As `markOf` makes it. */
  get mark(): string {
    return cellsUpTo(this.#line, 3);
  }

  get kind(): string {
    return cellOf(this.#line, 0);
  }

  get name(): string {
    return cellOf(this.#line, 1);
  }

  get digest(): string {
    return cellOf(this.#line, 2);
  }

  get project(): string | null {
    return cellOf(this.#line, 4) || null;
  }

  get manager(): string | null {
    return cellOf(this.#line, 5) || null;
  }

  get origin(): string {
    return cellOf(this.#line, 7);
  }

  get revision(): number {
    return Number(cellOf(this.#line, 6));
  }

  get quiet_until(): number {
    return Number(cellOf(this.#line, 3));
  }

  get deliveries(): string {
    return cellOf(this.#line, 8);
  }
}

/** The store's tables on a server: which there are, and bringing them up to date in one transaction. */
import { CompiledQuery, Kysely, Migrator } from 'kysely';
import { MIGRATIONS, NEWEST_MIGRATION } from '../migrations/index.js';
import { type PostgresConnection, postgresDialect, SCHEMA } from './driver.js';

/** `behind`: made by an older version. `foreign`: tables of another application, or those of a newer version. */
export type SchemaState = 'absent' | 'behind' | 'current' | 'foreign';

export async function schemaState(connection: PostgresConnection): Promise<SchemaState> {
  const names = new Set(await namesIn(connection, TABLES));
  if (names.size === 0) return 'absent';
  if (!names.has('kysely_migration')) return 'foreign';
  const [newest] = await namesIn(connection, NEWEST);
  if (newest === undefined) return 'absent';
  if (newest === NEWEST_MIGRATION) return 'current';
  return newest > NEWEST_MIGRATION ? 'foreign' : 'behind';
}

/** Makes the schema and its tables, or what is missing of them, in the connection's transaction. */
export async function migrate(connection: PostgresConnection): Promise<void> {
  // The migrator would try, and after a refusal nothing more can be asked in a transaction. A user that may
  // not make a schema can be given one.
  const schemas = await namesIn(connection, OURS);
  if (schemas.length === 0) await connection.execute(`create schema ${SCHEMA}`);
  const db = new Kysely<unknown>({ dialect: postgresDialect(connection) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => inSchema() },
    migrationTableSchema: SCHEMA,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

const inSchema = () =>
  Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, { up }]) => [
      name,
      { up: (db: Kysely<unknown>) => up(db.withSchema(SCHEMA)) },
    ]),
  );

const TABLES = `select relation.relname as name from pg_catalog.pg_class relation
  join pg_catalog.pg_namespace schema on schema.oid = relation.relnamespace
  where schema.nspname = '${SCHEMA}' and relation.relkind in ('r', 'p', 'v', 'm', 'f')`;

const OURS = `select nspname as name from pg_catalog.pg_namespace where nspname = '${SCHEMA}'`;

const NEWEST = `select name from ${SCHEMA}.kysely_migration order by name collate "C" desc limit 1`;

async function namesIn(connection: PostgresConnection, sql: string): Promise<readonly string[]> {
  const { rows } = await connection.executeQuery<{ readonly name: string }>(CompiledQuery.raw(sql));
  return rows.map(({ name }) => name);
}

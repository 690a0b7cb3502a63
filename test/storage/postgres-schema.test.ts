/** The tables that the migrations make on a server, as one readable file: a change of it is a migration. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithPostgres } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import { SCHEMA_LINES } from '../support/postgres-schema.js';

describeWithPostgres('the schema on a server', () => {
  const place = postgresPlace();
  const golden = join(__dirname, 'postgres-schema.golden.txt');

  it('is the one in postgres-schema.golden.txt (UPDATE_GOLDEN=1 writes it anew)', async () => {
    await place.store();
    const text = `${(await place.sql(SCHEMA_LINES)).map(({ line }) => line).join('\n')}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });
});

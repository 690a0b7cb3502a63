/** The tables that the migrations make, as one readable file: a change of it is a migration. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();
const golden = join(__dirname, 'schema.golden.sql');

it('is the schema in schema.golden.sql (UPDATE_GOLDEN=1 writes it anew)', async () => {
  await place.store();
  const rows = place.rows(
    "select sql from sqlite_master where sql is not null and name not like 'kysely%' order by name",
  );
  const text = `${rows.map((row) => (row as { readonly sql: string }).sql.replaceAll(', "', ',\n  "')).join(';\n\n')};\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, 'utf8'));
});

/** Look-ups by many keys at once, in statements of bounded length. */
import type { Compilable } from 'kysely';
import type { Session } from './statement.js';

/** Databases limit how many parameters a statement takes; SQLite's oldest limit is 999. */
const CHUNK = 500;

/** All rows of a query that is asked for each chunk of `keys`, in the order of the chunks. */
export const chunks =
  <R, K extends string | number>(keys: readonly K[], query: (chunk: readonly K[]) => Compilable<R>) =>
  async ({ connection }: Session): Promise<readonly R[]> => {
    const rows: R[] = [];
    for (let start = 0; start < keys.length; start += CHUNK) {
      const compiled = query(keys.slice(start, start + CHUNK)).compile();
      for (const row of (await connection.executeQuery<R>(compiled)).rows) rows.push(row);
    }
    return rows;
  };

/** The migrations by name, oldest first, and what the names that a store has of them say. A released one never changes. */
import type { Migration } from 'kysely';
import { initial } from './0001-initial.js';

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
};

export const NEWEST_MIGRATION = '0001-initial';

/** The first migration of every version before the first release. */
const DEVELOPMENT = '0001-first-light';

/**
 * `behind`: some of the migrations are missing. `development`: made before the first release. `foreign`: made by a
 * newer version, or by something else.
 */
export type MigrationState = 'behind' | 'current' | 'development' | 'foreign';

/** Says what a store is whose migrations have these names. */
export function migrationState(names: readonly string[]): MigrationState {
  if (names.includes(DEVELOPMENT)) return 'development';
  if (names.some((name) => MIGRATIONS[name] === undefined)) return 'foreign';
  return names.includes(NEWEST_MIGRATION) ? 'current' : 'behind';
}

/** What to do about a store of such a version. */
export const OF_DEVELOPMENT =
  'was created by a development version of Keywright; run keywright export with that version, and apply the documents to a new store';

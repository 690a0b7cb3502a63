/** The migrations by name, oldest first. A released one never changes. */
import type { Migration } from 'kysely';
import { firstLight } from './0001-first-light.js';

export const MIGRATIONS: Readonly<Record<string, Migration>> = { '0001-first-light': firstLight };

export const NEWEST_MIGRATION = '0001-first-light';

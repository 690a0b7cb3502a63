/** Sessions and personal access tokens for people and programs. Nothing of them is secret. */
import { refText } from '../domain/objects.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { SignIn } from '../ports/sign-ins.js';
import { printable, table } from './text-format.js';

const COLUMNS = ['ID', 'HOLDER', 'KIND', 'SINCE', 'LAST USED', 'EXPIRES'];

/** One line each, oldest first. Ends with a newline. */
export const signInsText = (all: readonly SignIn[]): string =>
  all.length === 0 ? 'No active sessions or personal access tokens.\n' : table([COLUMNS, ...all.map(row)]);

const row = (one: SignIn): readonly string[] => [
  one.id,
  printable(refText(one.of)),
  one.kind === 'session' ? `session (${one.by ?? 'unknown'})` : `token ${printable(one.name ?? '')}`.trim(),
  formatInstant(one.createdAt),
  one.lastUsedAt === undefined ? 'never' : formatInstant(one.lastUsedAt),
  one.expiresAt === undefined ? 'never' : formatInstant(one.expiresAt),
];

/** Instants in ISO 8601, absent ones null. */
export const signInsJson = (all: readonly SignIn[]) => ({
  apiVersion: 'keywright.dev/v1',
  kind: 'SessionList',
  items: all.map(({ of, name = null, by = null, createdAt, lastUsedAt, expiresAt, ...rest }) => ({
    ...rest,
    ...{ holder: refText(of), name, by, createdAt: formatInstant(createdAt) },
    ...{ lastUsedAt: time(lastUsedAt), expiresAt: time(expiresAt) },
  })),
});

const time = (instant: Instant | undefined): string | null =>
  instant === undefined ? null : formatInstant(instant);

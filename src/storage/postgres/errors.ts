/**
 * What goes wrong with a server, and the faults that it stands for. Nothing of a server's own message is
 * shown: it may quote what was sent.
 */
import { BrokenRow } from '../../credential-store/storage-port/broken-row.js';
import { type Fault, fault } from '../../domain/errors.js';
import { brokenRow } from '../transaction.js';

/** Whatever the driver threw; anything else that is thrown in a transaction is a bug in Keywright. */
export class PostgresError extends Error {
  /** SQLSTATE, or Node's code of a connection that failed; empty when neither is known. */
  readonly code: string;
  /** Did the server answer at all, and does the connection last? */
  readonly isAnswer: boolean;
  /** It is a replica, or was made read-only: another server takes the writes. */
  readonly takesNoWrites: boolean;
  /** It gives no more connections. */
  readonly isFull: boolean;

  constructor(cause: unknown) {
    super('the PostgreSQL server refused or did not respond', { cause });
    this.code = codeOf(cause);
    this.isAnswer = SQLSTATE.test(this.code) && !ENDS_THE_CONNECTION.test(this.code);
    this.takesNoWrites = this.code === '25006';
    this.isFull = this.code === '53300';
  }
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Connection exceptions, shutdowns and time-outs of the session: the server hangs up after these. */
const ENDS_THE_CONNECTION = /^(?:08|57P|25P03|25P04)/;

function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The fault that an error of the driver stands for; undefined for a bug in Keywright. `shown` is `shownAddress`. */
export function faultOf(error: unknown, shown: string): Fault | undefined {
  if (error instanceof BrokenRow) return brokenRow(error);
  if (!(error instanceof PostgresError)) return undefined;
  const { code } = error;
  if (!SQLSTATE.test(code) || ENDS_THE_CONNECTION.test(code)) return silent(error, shown);
  const known = KNOWN.find(({ codes }) => codes.test(code));
  if (known === undefined) return undefined;
  const refusal = fault(
    known.fault,
    `the PostgreSQL server at ${shown} ${known.says} (${code})`,
    error.cause,
  );
  return known.isReadable ? { ...refusal, isReadable: true } : refusal;
}

const silent = ({ code, cause }: PostgresError, shown: string): Fault =>
  fault(
    'store_unreachable',
    `the PostgreSQL server at ${shown} does not respond (${code || 'connection lost'}); check that it is running and that the address is correct, then run the command again`,
    cause,
  );

/** Faults by the beginning of SQLSTATE, first match. What is not here, such as a syntax error, is a bug. */
const KNOWN: readonly {
  readonly codes: RegExp;
  readonly fault: 'store_unreachable' | 'store_foreign';
  readonly says: string;
  readonly isReadable?: true;
}[] = [
  {
    codes: /^28/,
    fault: 'store_unreachable',
    says: 'refused to authenticate this user; check the user in the address and the password, preferably set in PGPASSWORD',
  },
  {
    codes: /^3D000/,
    fault: 'store_unreachable',
    says: 'has no database of that name; create it with createdb, or correct the address',
  },
  {
    codes: /^42501/,
    fault: 'store_unreachable',
    says: 'denied permission to this user; grant CREATE on the database, or all privileges on the schema keywright and its tables',
  },
  {
    codes: /^(?:55P03|40001|40P01|57014)/,
    fault: 'store_unreachable',
    says: 'is busy with another process; nothing was changed, try again',
  },
  {
    codes: /^25006/,
    fault: 'store_unreachable',
    says: 'is read-only or a replica; use the address of the primary, or name all hosts as HOST:PORT,HOST:PORT',
  },
  {
    codes: /^26000/,
    fault: 'store_unreachable',
    says: 'is behind a pooler without support for prepared statements; enable them in the pooler, or use the address of the server itself',
  },
  {
    codes: /^(?:42P01|42703|3F000)/,
    fault: 'store_foreign',
    says: 'has missing tables, or tables of another version; restore a backup, or use the version that created the store',
  },
  {
    codes: /^53100/,
    fault: 'store_unreachable',
    says: 'cannot write because its disk is full; free some space on it',
    isReadable: true,
  },
  {
    codes: /^(?:53|58|XX|F0|57)/,
    fault: 'store_unreachable',
    says: 'cannot read or write; check its disk, its limits and its log',
  },
];

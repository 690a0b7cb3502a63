/**
 * Expected outcomes are values. A `Result` is what a use-case or an adapter answers; exceptions are
 * left for bugs and are caught only at the edges (cli, http, terraform, controller).
 */
import type { Fault } from './errors.js';

export type Result<T, E = Fault> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/** Closes an exhaustive `switch`: the compiler rejects a forgotten case, and a malformed value stops here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

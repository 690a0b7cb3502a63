/**
 * The package export `keywright/verifier`: is this key good, answered inside your own process, from an embedded
 * store's folder, a store on PostgreSQL, or by asking an authority (`keywright serve`).
 *
 *     const verifier = await createVerifier({ store: '.keywright', environment: 'production' });
 *     app.use('/invoices', verifier.middleware({ permission: 'spaces:read' }));
 *     // … (request.apiKey.name)
 */
import type { IncomingMessage } from 'node:http';
import { isHttpAddress } from '../adapters/remote-verification.js';
import type { Fault, FaultCode } from '../domain/errors.js';
import { fault } from '../domain/errors.js';
import { fail, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import type { VerificationRequest } from '../domain/verification.js';
import {
  type Middleware,
  middlewareOf,
  type Protection,
  type Question,
  type VerifiedKey,
  type Verifying,
} from '../verifier/middleware.js';
import type { Answer } from '../verifier/verifier.js';
import { memoryVerifier } from './memory-verifier.js';
import { askingVerifier } from './remote-verifier.js';

export type { FaultCode } from '../domain/errors.js';
export { Secret } from '../domain/secret.js';
export type { VerificationCode } from '../domain/verification.js';
export type { Middleware, Protection, Question, VerifiedKey, WithKey } from '../verifier/middleware.js';
export { TRUSTED_MS } from '../verifier/remote.js';
export { type Answer, STALE_AFTER_MS, type Unavailable } from '../verifier/verifier.js';

/** As express lets others add to its requests. */
declare global {
  namespace Express {
    interface Request {
      /** Of a request that `middleware` let in. */
      apiKey?: VerifiedKey;
    }
  }
}

export interface VerifierOptions {
  /** The store's folder, `postgres://USER@HOST:PORT/DATABASE`, or `https://…` of an authority. */
  readonly store: string;
  /** What keys have to belong to, where a question or a middleware does not say otherwise. Absent: any environment. */
  readonly environment?: string | undefined;
  /**
   * Of a folder or a server. 32 bytes in base64. Absent: `KEYWRIGHT_MASTER_KEY`, as for commands, or else the one in the
   * folder; for a server, in `.keywright`.
   */
  readonly masterKey?: string | Secret | undefined;
  /** Of an authority: a secret key or a personal access token with `keys:verify`; with `audit:read` too, it hears of changes. */
  readonly token?: string | Secret | undefined;
  /** How often it looks for changes though it heard of none, and reports uses. 500 ms if absent, a second at most. */
  readonly refreshEveryMs?: DurationMs | undefined;
  /** Whose uses are reported; a name as in `rotation.consumers`. Of a folder or a server. */
  readonly consumer?: string | undefined;
}

export interface KeyVerifier {
  /**
   * At once from memory; a promise where somebody has to be asked: await it. Never rejects. Counts as a use of the
   * key. `UNAVAILABLE` when nobody knows, and after `close`: refuse then. Throws for a workbook without its space.
   */
  verify(token: string, question?: Question): Answer | Promise<Answer>;
  /**
   * Lets in whoever shows a good secret key, in `Authorization: Bearer` or `X-API-Key`, and puts its facts into
   * `request.apiKey`. Otherwise answers 401 (whatever is wrong with the key), 403 (it may not do this), 400 (two
   * credentials) or 503 (nobody knows).
   */
  middleware<R extends IncomingMessage = IncomingMessage>(protection?: Protection<R>): Middleware<R>;
  /** What was done before the call is in force when it resolves. Rejects with `VerifierError`. */
  refresh(): Promise<void>;
  /** Reports the last uses and lets go of everything. Rejects with `VerifierError` if those uses are lost. */
  close(): Promise<void>;
}

/** Why there is no verifier, by a code to match on. The message says what to do. */
export class VerifierError extends Error {
  readonly code: FaultCode;

  constructor({ code, message, cause }: Fault) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'VerifierError';
    this.code = code;
  }
}

const REFRESH_EVERY_MS: DurationMs = 500;
const REFRESH_MAX_MS: DurationMs = 1_000;

/**
 * Follows the store until `close`, which the process needs to end. Rejects with `VerifierError`: `usage`,
 * `store_absent`, `store_foreign`, `store_unreachable`, `store_tampered`, `master_key`, `unauthenticated`, `forbidden`.
 */
export async function createVerifier(options: VerifierOptions): Promise<KeyVerifier> {
  const wrong = complaintAbout(options);
  const verifying = wrong === undefined ? await opened(options) : fail(fault('usage', wrong));
  return faceOf(orThrow(verifying), options.environment);
}

function complaintAbout({ store, token, refreshEveryMs = REFRESH_EVERY_MS }: VerifierOptions) {
  if (typeof store !== 'string' || store === '') return 'store: a folder, postgres://… or https://…';
  if (isHttpAddress(store) && token === undefined)
    return 'token: an authority wants one that may keys:verify; give a secret key';
  const isFit = refreshEveryMs > 0 && refreshEveryMs <= REFRESH_MAX_MS;
  return isFit ? undefined : `refreshEveryMs: more than 0 and at most ${REFRESH_MAX_MS} milliseconds`;
}

function opened(options: VerifierOptions): Promise<Result<Verifying>> {
  const { store, token = '', refreshEveryMs = REFRESH_EVERY_MS, consumer } = options;
  const masterKey = options.masterKey ?? process.env['KEYWRIGHT_MASTER_KEY'];
  return isHttpAddress(store)
    ? askingVerifier({ address: store, token: secret(token), refreshEveryMs })
    : memoryVerifier({
        ...{ store, refreshEveryMs, consumer },
        ...(masterKey !== undefined && { masterKey: secret(masterKey) }),
      });
}

const secret = (given: string | Secret): Secret => (typeof given === 'string' ? new Secret(given) : given);

function faceOf(verifying: Verifying, environment: string | undefined): KeyVerifier {
  const all: VerificationRequest = environment === undefined ? {} : { environment };
  return {
    verify: (token, question) => verifying.verify(token, sound({ ...all, ...question })),
    middleware: (protection = {}) =>
      middlewareOf((token, question) => verifying.verify(token, question), sound({ ...all, ...protection })),
    refresh: async () => orThrow(await verifying.refresh()),
    close: async () => orThrow(await verifying.close()),
  };
}

/** A mistake of whoever writes the program, told where it was made. */
function sound<T extends { readonly space?: unknown; readonly workbook?: unknown }>(asked: T): T {
  if (asked.workbook !== undefined && asked.space === undefined)
    throw new VerifierError(fault('usage', 'a workbook goes with the space that it is in'));
  return asked;
}

/** Whoever calls us has no results of ours: the way of their language is to throw. */
function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new VerifierError(result.error);
  return result.value;
}

/**
 * The package export `keywright/verifier`: is this key good, answered inside your own process, from an embedded
 * store's folder, a store on PostgreSQL, or by asking a server (`keywright serve`).
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
      /** The facts of the key of a request that `middleware` accepted. */
      apiKey?: VerifiedKey;
    }
  }
}

/** Says which store a verifier follows, and how. */
export interface VerifierOptions {
  /** Is the store's folder, `postgres://USER@HOST:PORT/DATABASE`, or the `https://…` of a server. */
  readonly store: string;
  /**
   * Is the environment that keys must belong to, unless a question or a middleware names another. Absent: any.
   */
  readonly environment?: string | undefined;
  /**
   * Is the master key of a folder or a PostgreSQL store, 32 bytes in base64. Absent: `KEYWRIGHT_MASTER_KEY`, as for
   * commands, or else the one in the folder; for PostgreSQL, in `.keywright`.
   */
  readonly masterKey?: string | Secret | undefined;
  /**
   * Is a secret key or personal access token with `keys:verify`, for a server; with `audit:read` too, it is notified of changes.
   */
  readonly token?: string | Secret | undefined;
  /**
   * Is how often, in milliseconds, it looks for changes without a notification, and reports uses. 500 if absent, 1000 at most.
   */
  readonly refreshEveryMs?: DurationMs | undefined;
  /** Names the service whose uses are reported, as in `rotation.consumers`. Of a folder or PostgreSQL. */
  readonly consumer?: string | undefined;
}

/**
 * Answers whether keys are good, until it is closed.
 *
 * @example
 * ```ts
 * const answer = await verifier.verify(token, { permission: 'spaces:read' });
 * if (answer.valid) console.log(answer.key?.name);
 * else console.log(answer.code); // 'REVOKED', 'UNAVAILABLE', …
 * ```
 */
export interface KeyVerifier {
  /**
   * Returns the answer at once from memory, or a promise where the server has to be asked: await it. Never rejects.
   * Counts as a use of the key. Is `UNAVAILABLE` when the answer is unknown, and after `close`: refuse then. Throws for a workbook without
   * its space.
   */
  verify(token: string, question?: Question): Answer | Promise<Answer>;
  /**
   * Returns a middleware that accepts requests with a good secret key, in `Authorization: Bearer` or `X-API-Key`, and puts
   * its facts into `request.apiKey`. Otherwise answers 401 (whatever is wrong with the key), 403 (it lacks the permission), 400 (two
   * credentials) or 503 (the answer is unknown).
   */
  middleware<R extends IncomingMessage = IncomingMessage>(protection?: Protection<R>): Middleware<R>;
  /** Resolves when everything done before the call is in force here. Rejects with `VerifierError`. */
  refresh(): Promise<void>;
  /** Reports the last uses and releases everything. Rejects with `VerifierError` if those uses are lost. */
  close(): Promise<void>;
}

/**
 * Says why there is no verifier, by a code to match on; the message says what to do.
 *
 * @example
 * ```ts
 * import { createVerifier, VerifierError } from 'keywright/verifier';
 * try {
 *   await createVerifier({ store: '.keywright' });
 * } catch (error) {
 *   if (error instanceof VerifierError && error.code === 'store_absent') console.error(error.message);
 *   else throw error;
 * }
 * ```
 */
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
 * Creates a verifier that follows the store until `close`, without which the process does not end. Rejects with
 * `VerifierError`: `usage`, `store_absent`, `store_foreign`, `store_unreachable`, `store_tampered`, `master_key`, `unauthenticated`,
 * `forbidden`.
 *
 * @example
 * ```ts
 * import { createVerifier } from 'keywright/verifier';
 * const verifier = await createVerifier({ store: '.keywright', environment: 'production' });
 * app.use('/invoices', verifier.middleware({ permission: 'spaces:read' }));
 * app.get('/invoices', (request, response) => {
 *   response.json({ for: request.apiKey?.name });
 * });
 * ```
 */
export async function createVerifier(options: VerifierOptions): Promise<KeyVerifier> {
  const wrong = complaintAbout(options);
  const verifying = wrong === undefined ? await opened(options) : fail(fault('usage', wrong));
  return faceOf(orThrow(verifying), options.environment);
}

function complaintAbout({ store, token, refreshEveryMs = REFRESH_EVERY_MS }: VerifierOptions) {
  if (typeof store !== 'string' || store === '') return 'store: a folder, postgres://… or https://…';
  if (isHttpAddress(store) && token === undefined)
    return 'token: a server requires a token with keys:verify; use a secret key';
  const isFit = refreshEveryMs > 0 && refreshEveryMs <= REFRESH_MAX_MS;
  return isFit ? undefined : `refreshEveryMs: must be more than 0 and at most ${REFRESH_MAX_MS} milliseconds`;
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

/** Throws for a mistake in the calling program, where it was made. */
function sound<T extends { readonly space?: unknown; readonly workbook?: unknown }>(asked: T): T {
  if (asked.workbook !== undefined && asked.space === undefined)
    throw new VerifierError(fault('usage', 'workbook requires the space that contains it'));
  return asked;
}

/** Callers do not use our result type: they expect exceptions. */
function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new VerifierError(result.error);
  return result.value;
}

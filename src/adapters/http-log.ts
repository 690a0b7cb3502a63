/** The log of a server: a line of JSON a request on standard error, by pino. Nothing secret gets here; the paths below are a second net. */
import { type Logger, pino } from 'pino';
import { withoutTokens } from '../domain/secret.js';
import type { HttpLog } from '../http/dependencies.js';

export interface OpenLog extends HttpLog {
  say(message: string, facts?: Readonly<Record<string, unknown>>): void;
  /** Something that needs attention, and `cause` for diagnosis. */
  warn(message: string, cause?: unknown): void;
  close(): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const REDACTED = ['authorization', 'key', 'token', 'secret', 'password', 'proof'].flatMap((name) => [
  name,
  `*.${name}`,
]);

/** `write` takes whole lines; standard error if absent. */
export function openLog(level: LogLevel, write?: (line: string) => void): OpenLog {
  const destination = pino.destination({ dest: 2, sync: true });
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '[secret]' },
    },
    write ? { write } : destination,
  );
  return {
    request: ({ ms, status, ...entry }) =>
      logger[status >= 500 ? 'error' : 'info']({ ...entry, status, ms: Math.round(ms * 10) / 10 }, 'request'),
    failure: (requestId, message, cause) =>
      logger.error({ id: requestId, ...causeOf(cause) }, withoutTokens(message)),
    say: (message, facts = {}) => logger.info(facts, message),
    warn: (message, cause) => logger.warn(causeOf(cause), withoutTokens(message)),
    close: () => destination.end(),
  };
}

/** For diagnosis: what a database or a bug says of itself. */
function causeOf(cause: unknown): { readonly cause?: string; readonly stack?: string } {
  if (cause === undefined) return {};
  if (!(cause instanceof Error)) return { cause: withoutTokens(String(cause)) };
  return { cause: withoutTokens(cause.message), stack: withoutTokens(cause.stack ?? '') };
}

/**
 * Limits the requests of one caller: authenticated callers by identity, others by address, so that guesses are limited
 * and a busy neighbour does not interfere. Counted per server.
 */
import type { Request, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { fault } from '../domain/errors.js';
import { networkOf } from '../domain/network-address.js';
import { fail, ok, type Result } from '../domain/result.js';
import { MINUTE_MS } from '../domain/time.js';
import type { HttpDependencies } from './dependencies.js';
import { notesOf } from './request-log.js';

/** Counts a request, and says in its headers what is left; `rate_limited` when it is one too many. */
export type RequestLimit = (request: Request, response: Response) => Promise<Result<void>>;

export function requestLimit({ limits }: Pick<HttpDependencies, 'limits'>): RequestLimit {
  const { requestsPerMinute } = limits;
  const refusal = fault(
    'rate_limited',
    `rate limit exceeded: at most ${requestsPerMinute} requests per minute`,
  );
  const count = rateLimit({
    windowMs: MINUTE_MS,
    limit: requestsPerMinute,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    keyGenerator: callerOf,
    handler: (_request, _response, next) => next(refusal),
    validate: false,
  });
  return (request, response) =>
    new Promise((resolve) => {
      const counted = (limited?: unknown): void =>
        resolve(limited === undefined ? ok(undefined) : fail(refusal));
      void count(request, response, counted);
    });
}

/** Browsers that share a publishable key are distinguished by where they are: one of them uses up nothing of another's. */
function callerOf(request: Request): string {
  const { actor, isShared, isUrgent, address } = notesOf(request);
  const network = `network ${networkOf(address)}`;
  const caller = actor !== undefined && isShared ? `${actor} ${network}` : (actor ?? network);
  // A caller whose budget is used up can still end a credential.
  return isUrgent ? `${caller} revocation` : caller;
}

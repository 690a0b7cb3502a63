/**
 * How much one caller may ask for. Whoever is known is counted by who they are, everybody else by their address, so
 * that guesses are limited and a busy neighbour is not in the way. Counted per server.
 */
import type { Request, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { fault } from '../domain/errors.js';
import { networkOf } from '../domain/network-address.js';
import { fail, ok, type Result } from '../domain/result.js';
import { MINUTE_MS } from '../domain/time.js';
import { notesOf } from './recording.js';
import { isUrgent } from './urgent-routes.js';
import type { HttpWorld } from './world.js';

/** Counts a request, and says in its headers what is left; `rate_limited` when it is one too many. */
export type RequestLimit = (request: Request, response: Response) => Promise<Result<void>>;

export function requestLimit({ limits }: Pick<HttpWorld, 'limits'>): RequestLimit {
  const { requestsPerMinute } = limits;
  const refusal = fault('rate_limited', `at most ${requestsPerMinute} requests a minute; ask more slowly`);
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

/** Browsers that share a publishable key are told apart by where they are: one of them uses up nothing of another's. */
function callerOf(request: Request): string {
  const { actor, isShared, address, route } = notesOf(request);
  const network = `network ${networkOf(address)}`;
  const caller = actor !== undefined && isShared ? `${actor} ${network}` : (actor ?? network);
  // Whoever used up their budget can still end a credential.
  return isUrgent(request.method, route) ? `${caller} revocation` : caller;
}

/** What is noted of every request while it is answered, and written down when it is over: a log line and a count. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Entropy } from '../domain/entropy.js';
import { base62 } from '../domain/secret.js';
import type { HttpDependencies } from './dependencies.js';
import { loggedText, pathOf } from './send-response.js';

export interface Notes {
  readonly id: string;
  /** Its pattern; `unknown` until one is found. */
  route: string;
  /** Where it comes from, behind proxies too. */
  readonly address: string;
  actor: string | undefined;
  /** Whether many callers share that credential, as browsers share a publishable key. */
  isShared: boolean;
  /** It ends a credential. */
  isUrgent: boolean;
}

const notes = new WeakMap<IncomingMessage, Notes>();

const NO_NOTES: Notes = Object.freeze({
  ...{ id: '', address: '', route: 'unknown' },
  ...{ actor: undefined, isShared: false, isUrgent: false },
});

/** Of a request that `begin` has seen. */
export const notesOf = (request: IncomingMessage): Notes => notes.get(request) ?? NO_NOTES;

/** Ids that callers choose are taken over when they can do no harm in a log or a header. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function requestIdOf({ headers }: IncomingMessage, entropy: Entropy): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SAFE_ID.test(given) ? given : base62(16, entropy);
}

/** Gives the request its id, and has it written down when it is over, however it ends. */
export function begin(request: IncomingMessage, response: ServerResponse, deps: HttpDependencies): void {
  // Asked now, for it is gone with the connection.
  const address = deps.callers.addressOf(request);
  const made: Notes = {
    ...{ id: requestIdOf(request, deps.entropy), address, route: 'unknown' },
    ...{ actor: undefined, isShared: false, isUrgent: false },
  };
  notes.set(request, made);
  response.setHeader('x-request-id', made.id);
  const { method = '' } = request;
  const path = loggedText(pathOf(request.url));
  const startedMs = deps.clock.monotonicMs();
  response.once('close', () => {
    const ms = deps.clock.monotonicMs() - startedMs;
    const status = response.writableEnded ? response.statusCode : 499;
    deps.metrics.request({ route: made.route, method, status, ms });
    deps.log.request({
      ...{ id: made.id, method, path, status, ms, actor: made.actor },
      address,
      agent: loggedText(request.headers['user-agent'] ?? ''),
    });
  });
}

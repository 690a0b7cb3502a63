/** What is noted of every request while it is answered, and written down when it is over: a log line and a count. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Entropy } from '../domain/entropy.js';
import { base62 } from '../domain/secret.js';
import { pathOf, shownText } from './answering.js';
import type { HttpWorld } from './world.js';

export interface Notes {
  readonly id: string;
  /** Where it comes from, behind proxies too. */
  readonly address: string;
  /** Its pattern; `unknown` until one is found. */
  route: string;
  actor: string | undefined;
  /** Whether many callers share that credential, as browsers share a publishable key. */
  isShared: boolean;
}

const notes = new WeakMap<IncomingMessage, Notes>();

const NOBODY: Notes = Object.freeze({
  id: '',
  address: '',
  route: 'unknown',
  actor: undefined,
  isShared: false,
});

/** Of a request that `begin` has seen. */
export const notesOf = (request: IncomingMessage): Notes => notes.get(request) ?? NOBODY;

/** Ids that callers choose are taken over when they can do no harm in a log or a header. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function requestIdOf({ headers }: IncomingMessage, entropy: Entropy): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SAFE_ID.test(given) ? given : base62(16, entropy);
}

/** Gives the request its id, and has it written down when it is over, however it ends. */
export function begin(request: IncomingMessage, response: ServerResponse, world: HttpWorld): void {
  const id = requestIdOf(request, world.entropy);
  const made: Notes = {
    id,
    address: world.callers.addressOf(request),
    route: 'unknown',
    actor: undefined,
    isShared: false,
  };
  notes.set(request, made);
  response.setHeader('x-request-id', made.id);
  const { method = '' } = request;
  const path = pathOf(request.url);
  const startedMs = world.clock.monotonicMs();
  response.once('close', () => {
    const ms = world.clock.monotonicMs() - startedMs;
    const status = response.writableEnded ? response.statusCode : 499;
    world.metrics.request({ route: made.route, method, status, ms });
    world.log.request({
      ...{ id: made.id, method, path, status, ms, actor: made.actor },
      address: made.address,
      agent: shownText(request.headers['user-agent'] ?? ''),
    });
  });
}

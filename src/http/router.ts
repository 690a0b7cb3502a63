/** The routes as an express router: a path once, whatever its methods, and each request through the same steps. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { fault } from '../domain/errors.js';
import { networkOf } from '../domain/network-address.js';
import { actorOf, isShared } from '../domain/principal.js';
import { ok, type Result } from '../domain/result.js';
import type { HttpDependencies } from './dependencies.js';
import {
  type CompiledOpenRoute,
  type CompiledRoute,
  compiled,
  compiledOpen,
  identify,
  perform,
  performOpen,
} from './pipeline.js';
import type { Refusal } from './problem.js';
import { requestLimit } from './rate-limit.js';
import { notesOf } from './request-log.js';
import { countCredential, releaseSlot } from './request-slots.js';
import { type Answer, type Answered, type AnyRoute, concreteFirst, statusOfAnswer } from './route.js';
import { pathOf, sendEvents, sendJson, sendProblem } from './send-response.js';

import { type StreamSlots, streamSlots } from './stream-slots.js';

type AnyCompiled = CompiledRoute | CompiledOpenRoute;
type Methods = ReadonlyMap<string, AnyCompiled>;

export function routerOf(deps: HttpDependencies, routes: readonly AnyRoute[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const limit = requestLimit(deps);
  const streams = streamSlots(deps.limits.streams);
  for (const [path, methods] of byPath(routes)) {
    router.all(
      path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler(methods, async (request, response, one) => {
        try {
          const answer = await answerOf(request, one, { deps, counted: () => limit(request, response) });
          if (!answer.ok) refuse(request, response, { refusal: answer.error, deps });
          else await reply(request, response, { route: one.route, answer: answer.value, deps, streams });
        } finally {
          // A caller that is slow to read the answer does not hold up others.
          releaseSlot(request);
        }
      }),
    );
  }
  return router;
}

function byPath(routes: readonly AnyRoute[]): ReadonlyMap<string, Methods> {
  const paths = new Map<string, Map<string, AnyCompiled>>();
  for (const route of concreteFirst(routes)) {
    const methods = paths.get(route.path) ?? new Map<string, AnyCompiled>();
    methods.set(route.method, route.isOpen ? compiledOpen(route) : compiled(route));
    paths.set(route.path, methods);
  }
  return paths;
}

function handler(
  methods: Methods,
  serve: (request: Request, response: Response, compiled: AnyCompiled) => Promise<void>,
): RequestHandler {
  const allow = [...methods.keys()].map((one) => (one === 'GET' ? 'GET, HEAD' : one)).join(', ');
  return (request, response) => {
    const found = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (found !== undefined) return serve(request, response, found);
    const refusal = {
      ...fault('method_not_allowed', `method not allowed; use ${allow}`),
      headers: { allow },
    };
    sendProblem(response, refusal, pathOf(request.originalUrl));
    return undefined;
  };
}

async function answerOf(
  request: Request,
  one: AnyCompiled,
  { deps, counted }: { readonly deps: HttpDependencies; readonly counted: () => Promise<Result<void>> },
): Promise<Answered> {
  const notes = notesOf(request);
  notes.route = one.route.path;
  const sent = { params: request.params, query: request.query };
  if (isOpen(one)) {
    const allowed = await counted();
    return allowed.ok ? performOpen(request, one, { sent, deps }) : allowed;
  }
  const caller = await identify(request, one.route, deps);
  if (caller.ok) {
    notes.actor = actorOf(caller.value.principal);
    notes.isShared = isShared(caller.value.principal);
    const withinLimit = notes.isShared ? ok(undefined) : countCredential(request, notes.actor);
    if (!withinLimit.ok) return withinLimit;
  }
  const allowed = await counted();
  if (!allowed.ok) return allowed;
  if (!caller.ok) return caller;
  return perform(request, one, { caller: caller.value, sent, deps });
}

const isOpen = (one: AnyCompiled): one is CompiledOpenRoute => one.route.isOpen;

interface Refused {
  readonly refusal: Refusal;
  readonly deps: HttpDependencies;
}

function refuse(request: Request, response: Response, { refusal, deps }: Refused): void {
  const { status } = sendProblem(response, refusal, pathOf(request.originalUrl));
  if (status >= 500) deps.log.failure(notesOf(request).id, refusal.message, refusal.cause);
}

interface Reply {
  readonly route: AnyRoute;
  readonly answer: Answer;
  readonly deps: HttpDependencies;
  readonly streams: StreamSlots;
}

async function reply(
  request: Request,
  response: Response,
  { route, answer, deps, streams }: Reply,
): Promise<void> {
  if (answer.kind === 'json') {
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    sendJson(response, statusOfAnswer(route), answer.body);
    return;
  }
  const { actor, address, isShared } = notesOf(request);
  const credential = isShared ? undefined : actor;
  const slot = streams.open({ network: networkOf(address), credential });
  if (!slot.ok) {
    refuse(request, response, { refusal: slot.error, deps });
    return;
  }
  releaseSlot(request);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (request.method === 'HEAD') gone.abort();
  try {
    const texts = answer.events(AbortSignal.any([gone.signal, deps.stopping]));
    await sendEvents(response, { format: answer.kind, events: texts, clock: deps.clock });
  } finally {
    slot.value();
  }
}

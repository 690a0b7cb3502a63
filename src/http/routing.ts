/** The routes as an express router: a path once, whatever its methods, and each request through the same steps. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { fault } from '../domain/errors.js';
import { networkOf } from '../domain/network-address.js';
import { actorOf, isShared } from '../domain/principal.js';
import { ok, type Result } from '../domain/result.js';
import { pathOf, sendEvents, sendJson, sendProblem } from './answering.js';
import { requestLimit } from './limits.js';
import type { Refusal } from './problem.js';
import { notesOf } from './recording.js';
import { countCredential, releaseSlot } from './request-slots.js';
import { type Answer, type Answered, type AnyRoute, concreteFirst, statusOfAnswer } from './route.js';
import { ROUTES } from './routes/index.js';
import {
  identify,
  perform,
  performOpen,
  type Served,
  type ServedOpen,
  served,
  servedOpen,
} from './serving.js';
import { type StreamSlots, streamSlots } from './stream-slots.js';
import type { HttpWorld } from './world.js';

type OneServed = Served | ServedOpen;
type Methods = ReadonlyMap<string, OneServed>;

export function routerOf(world: HttpWorld): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const limit = requestLimit(world);
  const streams = streamSlots(world.limits.streams);
  for (const [path, methods] of byPath()) {
    router.all(
      path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler(methods, async (request, response, one) => {
        try {
          const answer = await answerOf(request, one, { world, counted: () => limit(request, response) });
          if (!answer.ok) refuse(request, response, { refusal: answer.error, world });
          else await reply(request, response, { route: one.route, answer: answer.value, world, streams });
        } finally {
          // A caller that is slow to read the answer holds nobody up.
          releaseSlot(request);
        }
      }),
    );
  }
  return router;
}

function byPath(): ReadonlyMap<string, Methods> {
  const paths = new Map<string, Map<string, OneServed>>();
  for (const route of concreteFirst(ROUTES)) {
    const methods = paths.get(route.path) ?? new Map<string, OneServed>();
    methods.set(route.method, route.isOpen ? servedOpen(route) : served(route));
    paths.set(route.path, methods);
  }
  return paths;
}

function handler(
  methods: Methods,
  serve: (request: Request, response: Response, served: OneServed) => Promise<void>,
): RequestHandler {
  const allow = [...methods.keys()].map((one) => (one === 'GET' ? 'GET, HEAD' : one)).join(', ');
  return (request, response) => {
    const found = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
    if (found !== undefined) return serve(request, response, found);
    const refusal = { ...fault('method_not_allowed', `this takes ${allow}`), headers: { allow } };
    sendProblem(response, refusal, pathOf(request.originalUrl));
    return undefined;
  };
}

async function answerOf(
  request: Request,
  one: OneServed,
  { world, counted }: { readonly world: HttpWorld; readonly counted: () => Promise<Result<void>> },
): Promise<Answered> {
  const notes = notesOf(request);
  notes.route = one.route.path;
  const sent = { params: request.params, query: request.query };
  if (isOpen(one)) {
    const allowed = await counted();
    return allowed.ok ? performOpen(request, one, { sent, world }) : allowed;
  }
  const caller = await identify(request, one.route, world);
  if (caller.ok) {
    notes.actor = actorOf(caller.value.principal);
    notes.isShared = isShared(caller.value.principal);
    const room = notes.isShared ? ok(undefined) : countCredential(request, notes.actor);
    if (!room.ok) return room;
  }
  const allowed = await counted();
  if (!allowed.ok) return allowed;
  if (!caller.ok) return caller;
  return perform(request, one, { caller: caller.value, sent, world });
}

const isOpen = (one: OneServed): one is ServedOpen => one.route.isOpen;

interface Refused {
  readonly refusal: Refusal;
  readonly world: HttpWorld;
}

function refuse(request: Request, response: Response, { refusal, world }: Refused): void {
  const { status } = sendProblem(response, refusal, pathOf(request.originalUrl));
  if (status >= 500) world.log.failure(notesOf(request).id, refusal.message, refusal.cause);
}

interface Reply {
  readonly route: AnyRoute;
  readonly answer: Answer;
  readonly world: HttpWorld;
  readonly streams: StreamSlots;
}

async function reply(
  request: Request,
  response: Response,
  { route, answer, world, streams }: Reply,
): Promise<void> {
  if (answer.kind === 'json') {
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    sendJson(response, statusOfAnswer(route), answer.body);
    return;
  }
  const { actor, address, isShared } = notesOf(request);
  const credential = isShared ? undefined : actor;
  const opened = streams.open({ network: networkOf(address), credential });
  if (!opened.ok) {
    refuse(request, response, { refusal: opened.error, world });
    return;
  }
  releaseSlot(request);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (request.method === 'HEAD') gone.abort();
  try {
    const texts = answer.events(AbortSignal.any([gone.signal, world.stopping]));
    await sendEvents(response, { format: answer.kind, events: texts, clock: world.clock });
  } finally {
    opened.value();
  }
}

/** The express application: what every request gets, then the root paths, then the routes under both prefixes. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { type Fault, fault } from '../domain/errors.js';
import { pathOf, sendProblem } from './answering.js';
import { cors } from './cors.js';
import { begin, notesOf } from './recording.js';
import { releaseSlot, requestSlots } from './request-slots.js';
import { rootRouter } from './root.js';
import { PREFIXES } from './routes/index.js';
import { KEY_SET_PATH } from './routes/jwks/routes.js';
import { routerOf } from './routing.js';
import { safeHeaders } from './safe-headers.js';
import { isUrgent } from './urgent-routes.js';
import type { HttpWorld } from './world.js';

export function createApp(world: HttpWorld): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.use((request, response, next) => {
    for (const [name, value] of safeHeaders()) response.setHeader(name, value);
    begin(request, response, world);
    next();
  });
  app.use(cors(world), rootRouter(world), notTooMany(world));
  // Where those look who know no prefix (RFC 8414).
  app.all(KEY_SET_PATH, (request, _response, next) => {
    request.url = PREFIXES[0] + request.url;
    next();
  });
  const router = routerOf(world);
  for (const prefix of PREFIXES) app.use(prefix, router);
  app.use(nothingHere, failed(world));
  return app;
}

/** Says no at once rather than late, so that what was begun is answered in time. Probes go before it. */
function notTooMany({ limits }: HttpWorld): RequestHandler {
  const slots = requestSlots(limits);
  return (request, response, next) => {
    const { address } = notesOf(request);
    const entered = slots.enter(request, { address, isUrgent: isUrgent(request.method, request.path) });
    if (!entered.ok) {
      sendProblem(response, entered.error, pathOf(request.originalUrl));
      return;
    }
    response.once('close', () => releaseSlot(request));
    next();
  };
}

const nothingHere: RequestHandler = (request, response) => {
  const refusal = fault('not_found', 'there is nothing here; /openapi.json has what there is');
  sendProblem(response, refusal, pathOf(request.originalUrl));
};

/** Bugs, and paths that express cannot take apart. Express asks for the fourth parameter. */
const failed =
  ({ log }: HttpWorld): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal') log.failure(notesOf(request).id, 'a bug', error);
    sendProblem(response, refusal, pathOf(request.originalUrl));
  };

const refusalOf = (error: unknown): Fault =>
  error instanceof URIError ? fault('bad_request', 'the path is malformed') : fault('internal', 'a bug');

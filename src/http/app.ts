/** The express application: what every request gets, then the root paths, then the routes under both prefixes. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { type Fault, fault } from '../domain/errors.js';
import { cors } from './cors.js';
import type { HttpDependencies } from './dependencies.js';
import { begin, notesOf } from './request-log.js';
import { releaseSlot, requestSlots } from './request-slots.js';
import { rootRouter } from './root.js';
import { type AnyRoute, PREFIXES } from './route.js';
import { routerOf } from './router.js';
import { KEY_SET_PATH } from './routes/jwks/routes.js';
import { securityHeaders } from './security-headers.js';
import { pathOf, sendProblem } from './send-response.js';
import { urgentAmong } from './urgent-routes.js';

export function createApp(deps: HttpDependencies, routes: readonly AnyRoute[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.use((request, response, next) => {
    for (const [name, value] of securityHeaders()) response.setHeader(name, value);
    begin(request, response, deps);
    next();
  });
  app.use(cors(routes, deps.origins), rootRouter(deps, routes), concurrencyLimit(deps, routes));
  // Where those look who know no prefix (RFC 8414).
  app.all(KEY_SET_PATH, (request, _response, next) => {
    request.url = PREFIXES[0] + request.url;
    next();
  });
  const router = routerOf(deps, routes);
  for (const prefix of PREFIXES) app.use(prefix, router);
  app.use(notFound, errorHandler(deps));
  return app;
}

/** Says no at once rather than late, so that what was begun is answered in time. Probes go before it. */
function concurrencyLimit({ limits }: HttpDependencies, routes: readonly AnyRoute[]): RequestHandler {
  const slots = requestSlots(limits);
  const isUrgent = urgentAmong(routes);
  return (request, response, next) => {
    const notes = notesOf(request);
    notes.isUrgent = isUrgent(request.method, request.path);
    const entered = slots.enter(request, notes);
    if (!entered.ok) {
      sendProblem(response, entered.error, pathOf(request.originalUrl));
      return;
    }
    response.once('close', () => releaseSlot(request));
    next();
  };
}

const notFound: RequestHandler = (request, response) => {
  const refusal = fault('not_found', 'no such path; /openapi.json lists the paths of this API');
  sendProblem(response, refusal, pathOf(request.originalUrl));
};

/** Bugs, and paths that express cannot take apart. Express asks for the fourth parameter. */
const errorHandler =
  ({ log }: HttpDependencies): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal') log.failure(notesOf(request).id, 'unexpected error', error);
    sendProblem(response, refusal, pathOf(request.originalUrl));
  };

const refusalOf = (error: unknown): Fault =>
  error instanceof URIError
    ? fault('bad_request', 'the path is malformed')
    : fault('internal', 'unexpected error');

/** Probes, metrics and the description: for whatever looks after the process, without a credential. */
import { type RequestHandler, Router } from 'express';
import { fault } from '../domain/errors.js';
import type { HttpDependencies } from './dependencies.js';
import { openApiText } from './openapi.js';
import { notesOf } from './request-log.js';
import type { ROOT_PATHS } from './root-paths.js';
import type { AnyRoute } from './route.js';
import { pathOf, send, sendJson, sendProblem } from './send-response.js';

export function rootRouter(deps: HttpDependencies, routes: readonly AnyRoute[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const pages: Readonly<Record<keyof typeof ROOT_PATHS, RequestHandler>> = {
    '/healthz': (_, response) => sendJson(response, 200, { status: 'alive' }),
    '/readyz': async (_, response) => {
      const readiness = await deps.readiness();
      sendJson(response, readiness.ready ? 200 : 503, readiness);
    },
    '/metrics': async (_, response) => {
      const { type, body } = await deps.metrics.text();
      send(response, { status: 200, type, text: body });
    },
    '/openapi.json': (_, response) =>
      send(response, { status: 200, type: 'application/json; charset=utf-8', text: openApiText(routes) }),
  };
  for (const [path, page] of Object.entries(pages)) router.all(path, readOnly(path, page));
  return router;
}

const readOnly =
  (path: string, page: RequestHandler): RequestHandler =>
  (request, response, next) => {
    notesOf(request).route = path;
    if (request.method === 'GET' || request.method === 'HEAD') return page(request, response, next);
    const refusal = {
      ...fault('method_not_allowed', 'method not allowed; use GET, HEAD'),
      headers: { allow: 'GET, HEAD' },
    };
    sendProblem(response, refusal, pathOf(request.originalUrl));
    return undefined;
  };

/** Probes, metrics and the description: for whatever looks after the process, without a credential. */
import { type RequestHandler, Router } from 'express';
import { fault } from '../domain/errors.js';
import { pathOf, send, sendJson, sendProblem } from './answering.js';
import { openApiText } from './openapi.js';
import { notesOf } from './recording.js';
import type { ROOT_PATHS } from './root-paths.js';
import type { HttpWorld } from './world.js';

export function rootRouter(world: HttpWorld): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const pages: Readonly<Record<keyof typeof ROOT_PATHS, RequestHandler>> = {
    '/healthz': (_, response) => sendJson(response, 200, { status: 'alive' }),
    '/readyz': async (_, response) => {
      const readiness = await world.readiness();
      sendJson(response, readiness.ready ? 200 : 503, readiness);
    },
    '/metrics': async (_, response) => {
      const { type, body } = await world.metrics.text();
      send(response, { status: 200, type, text: body });
    },
    '/openapi.json': (_, response) =>
      send(response, { status: 200, type: 'application/json; charset=utf-8', text: openApiText() }),
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
      ...fault('method_not_allowed', 'this takes GET, HEAD'),
      headers: { allow: 'GET, HEAD' },
    };
    sendProblem(response, refusal, pathOf(request.originalUrl));
    return undefined;
  };

/** Probes, metrics and the description: for whatever looks after the process, without a credential. */
import { type RequestHandler, Router } from 'express';
import { fault } from '../domain/errors.js';
import { SECOND_MS } from '../domain/time.js';
import type { HttpDependencies } from './dependencies.js';
import { within } from './key-verification.js';
import { openApiText } from './openapi.js';
import { notesOf } from './request-log.js';
import type { ROOT_PATHS } from './root-paths.js';
import type { AnyRoute } from './route.js';
import { pathOf, send, sendJson, sendProblem } from './send-response.js';

/** Probes usually time out after a second. */
const STORE_TIMEOUT_MS = SECOND_MS;

export function rootRouter(deps: HttpDependencies, routes: readonly AnyRoute[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  // Probes have no limit, so however many there are, the store is asked once at a time.
  let asked: Promise<boolean> | undefined;
  const isReadyNow = (): Promise<boolean> => {
    asked ??= isReady(deps).finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const pages: Readonly<Record<keyof typeof ROOT_PATHS, RequestHandler>> = {
    '/healthz': (_, response) => sendJson(response, 200, { status: 'alive' }),
    '/readyz': async (_, response) => {
      const ready = await isReadyNow();
      sendJson(response, ready ? 200 : 503, { ready });
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

/** The store answers, and the index is fresh enough to be trusted: verifying any text tells that. */
async function isReady({ store, verifier, clock, stopping }: HttpDependencies): Promise<boolean> {
  if (stopping.aborted || verifier.verify('').code === 'UNAVAILABLE') return false;
  return (await within(clock, STORE_TIMEOUT_MS, store.facts())).ok;
}

/**
 * What a controller is doing, over HTTP, for probes, scrapers and people. Answers from what was last reported to it, so
 * it stays up whatever happens to the store. Shows nothing secret, and nothing of its inside when it fails.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { StatusServer } from '../cli/dependencies.js';
import { isReady, type Status } from '../controller/status.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { bind } from '../http/bind.js';
import { limitConnections } from '../http/connection-limits.js';
import { statusJson } from '../render/status-json.js';
import { type Metrics, newMetrics } from './controller-metrics.js';
import { parseListenAddress, placeText } from './listen-address.js';

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

type Page = (status: Status, metrics: Metrics) => Promise<Answer> | Answer;

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/healthz', () => json(200, { status: 'alive' })],
  ['/readyz', (status) => json(isReady(status) ? 200 : 503, { ready: isReady(status), role: status.role })],
  ['/status', (status) => json(200, statusJson(status))],
  ['/metrics', async (_, metrics) => ({ code: 200, ...(await metrics.text()) })],
]);

/** Loopback unless the address names another interface; port 0 takes a free one. */
export async function serveStatus(address: string, initial: Status): Promise<Result<StatusServer>> {
  const place = parseListenAddress(address);
  if (place === undefined)
    return fail(
      fault('usage', `--listen must be HOST:PORT, such as 127.0.0.1:9187, not ${JSON.stringify(address)}`),
    );
  const metrics = newMetrics();
  let status = initial;
  const server = createServer((request, response) => {
    answer(request, status, metrics)
      .catch(() => problem(500, 'Internal error'))
      .then((made) => send(request, response, made));
  });
  limitConnections(server, { total: 500, perAddress: 100 });
  const port = await bind(server, place);
  if (!port.ok) return port;
  return ok({
    address: placeText({ ...place, port: port.value }),
    tell: (event, now) => {
      status = now;
      metrics.observe(event, now);
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  });
}

async function answer(request: IncomingMessage, status: Status, metrics: Metrics): Promise<Answer> {
  const [path = ''] = (request.url ?? '').split('?');
  const page = PAGES.get(path);
  if (page === undefined) return problem(404, 'Not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') return problem(405, 'Method not allowed');
  return page(status, metrics);
}

const json = (code: number, body: unknown): Answer => ({
  code,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(body, null, 2)}\n`,
});

const problem = (code: number, title: string): Answer => ({
  ...json(code, { title, status: code }),
  type: 'application/problem+json; charset=utf-8',
});

function send(request: IncomingMessage, response: ServerResponse, { code, type, body }: Answer): void {
  response.writeHead(code, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(code === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

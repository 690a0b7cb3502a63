/**
 * Which pages of other origins may talk to this server from a browser, and read what it answers. Credentials are in
 * headers that a page sets itself, never in cookies, so no answer allows those; any origin may be let in only to what a
 * publishable key or a guest may ask for.
 */
import corsHeaders from 'cors';
import type { Request, RequestHandler } from 'express';
import { fault } from '../domain/errors.js';
import { ENVIRONMENT_DATA } from '../domain/permissions.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type AnyRoute, PREFIXES } from './route.js';

const ANY = '*';

/** `https://app.example.com, http://localhost:3000` or `*`. `usage` for what no browser would send as its origin. */
export function parseOrigins(text: string): Result<readonly string[]> {
  const origins = text.split(/[\s,]+/).filter((one) => one !== '');
  const wrong = origins.find((one) => one !== ANY && !isOrigin(one));
  if (wrong === undefined) return ok(origins);
  const why = 'an origin is https://HOST or http://HOST:PORT, without a path and in lower case; * allows any';
  return fail(fault('usage', `--cors-origins: invalid origin ${JSON.stringify(wrong)}; ${why}`));
}

const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;

const SETTINGS: corsHeaders.CorsOptions = {
  methods: 'GET, HEAD, POST, PUT, PATCH, DELETE',
  // Two hours are the most that any browser keeps an answer to a preflight.
  maxAge: 7_200,
  // Those that tell a client what to do; a page may read the others anyway, or needs none.
  exposedHeaders: 'Idempotent-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id',
};
/** Names of headers, as a browser lists them. Clients send their own, whose names cannot be known here. */
const HEADER_NAMES = /^[\w-]{1,64}(?: ?, ?[\w-]{1,64}){0,49}$/;

/** Answers preflights of allowed origins. Any other origin gets no header, and its browser refuses the page the answer. */
export function cors(routes: readonly AnyRoute[], origins: readonly string[]): RequestHandler {
  if (origins.length === 0) return (_request, _response, next) => next();
  const known = new Set(origins);
  const isForBrowsers = browserRoutes(routes);
  const withHeaders = corsHeaders<Request>((request, done) => {
    const { origin } = request.headers;
    const asked = request.headers['access-control-request-method'];
    const isPreflight = request.method === 'OPTIONS' && asked !== undefined;
    const wanted = request.headers['access-control-request-headers'] ?? '';
    const allowed =
      origin !== undefined && known.has(origin)
        ? origin
        : origin !== undefined &&
          known.has(ANY) &&
          isForBrowsers(request, isPreflight ? asked : request.method) &&
          ANY;
    done(null, {
      ...SETTINGS,
      origin: allowed,
      preflightContinue: !isPreflight,
      // Not given, the list that was asked for is repeated.
      ...(!HEADER_NAMES.test(wanted) && { allowedHeaders: [] }),
    });
  });
  return (request, response, next) => {
    // What is answered depends on it also where it is missing.
    response.vary('Origin');
    withHeaders(request, response, next);
  };
}

/** The routes that a publishable key, a client's session or a guest may use: signing in, and the data that is open to them. */
function browserRoutes(routes: readonly AnyRoute[]) {
  const patterns = routes.filter(isOpenToBrowsers).map(({ method, path }) => ({
    method,
    path: new RegExp(`^(?:${PREFIXES.join('|')})${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return ({ originalUrl }: Request, method: string): boolean => {
    const [path = ''] = originalUrl.split('?', 1);
    const sought = method === 'HEAD' ? 'GET' : method;
    return patterns.some((one) => one.method === sought && one.path.test(path));
  };
}

const isOpenToBrowsers = (route: AnyRoute): boolean => {
  if (route.isOpen) return true;
  const { permission, browsers } = route;
  return permission === undefined ? browsers === 'allowed' : ENVIRONMENT_DATA.includes(permission);
};

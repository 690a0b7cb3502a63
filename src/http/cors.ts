/**
 * Which pages of other origins may talk to this server from a browser, and read what it answers. Credentials are in
 * headers that a page sets itself, never in cookies, so no answer allows those; any origin may be let in only to what a
 * publishable key or a guest may ask for.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { fault } from '../domain/errors.js';
import { ENVIRONMENT_DATA } from '../domain/permissions.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { AnyRoute } from './route.js';
import { PREFIXES, ROUTES } from './routes/index.js';

const ANY = '*';

/** `https://app.example.com, http://localhost:3000` or `*`. `usage` for what no browser would send as its origin. */
export function parseOrigins(text: string): Result<readonly string[]> {
  const origins = text.split(/[\s,]+/).filter((one) => one !== '');
  const wrong = origins.find((one) => one !== ANY && !isOrigin(one));
  if (wrong === undefined) return ok(origins);
  const why =
    'an origin is https://HOST or http://HOST:PORT, without a path and in small letters; or * alone';
  return fail(
    fault('usage', `--cors-origins takes origins with commas between: ${why}, not ${JSON.stringify(wrong)}`),
  );
}

const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** Two hours are the most that any browser keeps an answer to a preflight. */
const MAX_AGE_S = '7200';
/** Those that tell a client what to do; a page may read the others anyway, or needs none. */
const EXPOSED = 'Idempotent-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
/** Names of headers, as a browser lists them. Clients send their own, whose names nobody can know here. */
const HEADER_NAMES = /^[\w-]{1,64}(?: ?, ?[\w-]{1,64}){0,49}$/;

/** Answers preflights of origins that are let in; whoever is not gets no header, and the browser keeps them out. */
export function cors({ origins }: { readonly origins: readonly string[] }): RequestHandler {
  if (origins.length === 0) return (_request, _response, next) => next();
  const known = new Set(origins);
  return (request, response, next) => {
    // What is answered depends on it also where it is missing.
    response.vary('Origin');
    const { origin } = request.headers;
    const asked = request.headers['access-control-request-method'];
    const isPreflight = request.method === 'OPTIONS' && asked !== undefined;
    const method = isPreflight ? asked : request.method;
    const allowed = origin === undefined ? undefined : allowedOrigin(known, { origin, method, request });
    if (allowed === undefined) {
      next();
      return;
    }
    response.setHeader('access-control-allow-origin', allowed);
    if (isPreflight) answerPreflight(request, response);
    else {
      response.setHeader('access-control-expose-headers', EXPOSED);
      next();
    }
  };
}

interface Coming {
  readonly origin: string;
  /** That is asked for; of a preflight the one that it announces. */
  readonly method: string;
  readonly request: IncomingMessage & { readonly originalUrl: string };
}

function allowedOrigin(known: ReadonlySet<string>, coming: Coming): string | undefined {
  if (known.has(coming.origin)) return coming.origin;
  return known.has(ANY) && isForBrowsers(coming) ? ANY : undefined;
}

function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  const wanted = headers['access-control-request-headers'];
  response.appendHeader('vary', 'Access-Control-Request-Headers');
  response.setHeader('access-control-allow-methods', METHODS);
  if (wanted !== undefined && HEADER_NAMES.test(wanted))
    response.setHeader('access-control-allow-headers', wanted);
  response.setHeader('access-control-max-age', MAX_AGE_S);
  response.writeHead(204).end();
}

/** Of the routes that ask for no permission, those that a publishable key, a client's session or a guest gets anywhere with. */
const ASKING_NONE: readonly string[] = ['whoami', 'createSpace', 'getGuest', 'revokeToken'];

/** What these may ask for: how they come in, and the data that is open to them. */
const FOR_BROWSERS = ROUTES.filter(isMeant).map(({ method, path }) => ({
  method,
  path: new RegExp(`^(?:${PREFIXES.join('|')})${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

function isMeant(route: AnyRoute): boolean {
  if (route.isOpen) return true;
  const { permission, id } = route;
  return permission === undefined ? ASKING_NONE.includes(id) : ENVIRONMENT_DATA.includes(permission);
}

function isForBrowsers({ method, request }: Coming): boolean {
  const [path = ''] = request.originalUrl.split('?', 1);
  const sought = method === 'HEAD' ? 'GET' : method;
  return FOR_BROWSERS.some((one) => one.method === sought && one.path.test(path));
}

/**
 * A Kubernetes API server for tests: enforces what the documentation of Kubernetes says of secrets, deployments and
 * their rights, in the words a real one uses, so that kubectl works with it; and fails when it is told to. It has no
 * controllers: what a Deployment has reached is set by the test.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { parse, parseAllDocuments } from 'yaml';
import { type Json, type KubeObject, Objects } from './kubernetes/objects.js';
import {
  type Answer,
  type Asked,
  create,
  get,
  isSelected,
  list,
  patch,
  remove,
  replace,
} from './kubernetes/operations.js';
import { type Authority, authority, type Pair } from './kubernetes/pki.js';
import { ADMIN, ANONYMOUS, denied, serviceAccount, type User } from './kubernetes/rbac.js';
import { discovery, RESOURCES, type Target, targetOf } from './kubernetes/resources.js';
import { badRequest, notFound, Refusal, tooLargeRequest, unauthorized } from './kubernetes/status.js';

const BODY_BYTES_MAX = 3 << 20;

/** A request as it came, for whoever looks for a leak. */
export interface Requested {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly user: string;
  /** Undefined when it was cut off. */
  code: number | undefined;
}

/** What goes wrong with a request. `cut`, `hung`: before it does anything; `cut-after`: once it has. */
export type Failure =
  | { readonly kind: 'cut' | 'hung' | 'cut-after' | 'doubled' | 'garbled' }
  | { readonly kind: 'status'; readonly code: number; readonly retryAfter?: string; readonly body?: string }
  | { readonly kind: 'slow'; readonly ms: number };

export type Failing = (request: { readonly method: string; readonly url: string }) => Failure | undefined;

export class KubernetesServer {
  readonly objects = new Objects();
  readonly requests: Requested[] = [];
  /** Asked for each request to a resource. */
  failing: Failing = () => undefined;
  /** Changes what was sent, as an admission webhook does. */
  mutate: (object: Json) => void = () => undefined;
  /** Called before a request to a resource is looked at. */
  before: (request: { readonly method: string; readonly url: string }) => Promise<void> | void = () =>
    undefined;
  readonly #tokens = new Map<string, User>();
  readonly #pki = pki();
  readonly #server = createServer(
    { ...this.#pki.own, ca: this.#pki.ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => void this.#answer(request, response),
  );

  static async start(): Promise<KubernetesServer> {
    const server = new KubernetesServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    server.namespace('default');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get ca(): string {
    return this.#pki.ca;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  namespace(name: string): void {
    this.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** A token of a service account, that no one else knows. */
  token(namespace: string, name: string): string {
    return this.#newToken(serviceAccount(namespace, name));
  }

  adminToken(): string {
    return this.#newToken(ADMIN);
  }

  expire(token: string): void {
    this.#tokens.delete(token);
  }

  certificate(user: string, groups: readonly string[] = []): Pair {
    return this.#pki.client(user, groups);
  }

  #newToken(user: User): string {
    const token = `eyJ.${randomBytes(24).toString('base64url')}.test`;
    this.#tokens.set(token, user);
    return token;
  }

  /** Makes or replaces an object as an administrator would. */
  put(object: Json): KubeObject {
    const target = targetOfObject(object);
    const asked: Asked = {
      ...{ target, body: object, query: new URLSearchParams(), contentType: '', agent: 'admin/1' },
      authorize: () => undefined,
    };
    const known = this.find(object.kind, target.namespace, target.name);
    const done = known === undefined ? create(this.objects, asked) : replace(this.objects, asked);
    return done.body as KubeObject;
  }

  /** Every document of a stream of YAML. */
  putAll(yaml: string): void {
    for (const document of parseAllDocuments(yaml)) {
      const object = document.toJSON();
      if (object !== null) this.put(object);
    }
  }

  find(kind: string, namespace: string, name: string): KubeObject | undefined {
    const of = RESOURCES.find((one) => one.kind === kind);
    return of && this.objects.find(of.resource, of.isNamespaced ? namespace : '', name);
  }

  /** Takes an object out as an administrator would. */
  remove(kind: string, namespace: string, name: string): void {
    const of = RESOURCES.find((one) => one.kind === kind);
    const object = this.find(kind, namespace, name);
    if (of && object) this.objects.remove(of.resource, object);
  }

  /** What a Deployment has reached, as its controller would say. */
  reach(namespace: string, name: string, status: Json): void {
    const before = this.find('Deployment', namespace, name);
    if (before) this.objects.update('deployments', before, { ...before, status });
  }

  /** Every value that a key of a Secret ever had, in order; undefined where it was taken out. */
  history(namespace: string, name: string, key: string): readonly (string | undefined)[] {
    const values = this.objects.changes
      .filter(
        ({ resource, object: { metadata } }) =>
          resource === 'secrets' && metadata.namespace === namespace && metadata.name === name,
      )
      .map(({ type, object }) => (type === 'DELETED' ? undefined : plain(object['data']?.[key])));
    return values.filter((value, nth) => nth === 0 || value !== values[nth - 1]);
  }

  value(namespace: string, name: string, key: string): string | undefined {
    return plain(this.find('Secret', namespace, name)?.['data']?.[key]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const read = await bodyOf(request);
    const asked: Requested = { method, url, headers, body: read, user: '', code: undefined };
    this.requests.push(asked);
    const { pathname, searchParams } = new URL(url, this.url);
    const isResource = targetOf(pathname) !== undefined;
    if (isResource) await this.before({ method, url });
    const failure = isResource ? this.failing({ method, url }) : undefined;
    if (failure?.kind === 'cut') return void response.destroy();
    if (failure?.kind === 'hung') return;
    if (failure?.kind === 'status') return sendFailure(response, failure);
    if (searchParams.get('watch') === 'true' && method === 'GET')
      return this.#watch(request, response, asked);
    const done = this.#done(request, asked);
    if (failure?.kind === 'doubled') this.#done(request, asked);
    if (failure?.kind === 'cut-after') return void response.destroy();
    if (failure?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, failure.ms).unref());
    asked.code = done.code;
    response.writeHead(done.code, { 'content-type': 'application/json' });
    const text = JSON.stringify(done.body);
    response.end(failure?.kind === 'garbled' ? text.slice(0, text.length / 2) : `${text}\n`);
  }

  #done(request: IncomingMessage, asked: Requested): Answer {
    try {
      return this.#perform(request, asked);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { code: error.code, body: error.status };
    }
  }

  #perform(request: IncomingMessage, { method, url, headers, body }: Requested): Answer {
    const { pathname, searchParams: query } = new URL(url, this.url);
    const user = this.#userOf(request);
    const document = method === 'GET' ? discovery(pathname) : undefined;
    if (document !== undefined) return { code: 200, body: document };
    const target = targetOf(pathname);
    if (target === undefined)
      throw new Refusal(404, 'NotFound', 'the server could not find the requested resource', {});
    const authorize = (verb: string, of = target): void => {
      const refusal = denied(this.objects, user, { verb, target: of });
      if (refusal) throw refusal;
    };
    const contentType = (headers['content-type'] ?? '').split(';')[0] ?? '';
    const asked = (): Asked => ({
      ...{ target, query, contentType, authorize, agent: headers['user-agent'] ?? '' },
      body: this.#admitted(parsed(body, contentType)),
    });
    const [verb, perform] = operationOf(method, target);
    authorize(verb, target.name === '' ? { ...target, name: selectedName(query) } : target);
    if (Buffer.byteLength(body) > BODY_BYTES_MAX) throw tooLargeRequest();
    return perform(this.objects, asked());
  }

  #admitted(body: Json): Json {
    if (body?.metadata) this.mutate(body);
    return body;
  }

  #userOf(request: IncomingMessage): User {
    const socket = request.socket as TLSSocket;
    const { subject } = socket.getPeerCertificate();
    if (subject !== undefined) {
      if (!socket.authorized) throw unauthorized();
      const groups = [subject.O ?? []].flat();
      return { name: [subject.CN].flat()[0] ?? '', groups: [...groups, 'system:authenticated'] };
    }
    const { authorization } = request.headers;
    if (authorization === undefined) return ANONYMOUS;
    const user = this.#tokens.get(authorization.replace(/^Bearer /, ''));
    if (user === undefined) throw unauthorized();
    return user;
  }

  #watch(request: IncomingMessage, response: ServerResponse, asked: Requested): void {
    const { pathname, searchParams } = new URL(asked.url, this.url);
    const target = targetOf(pathname);
    try {
      const user = this.#userOf(request);
      if (target === undefined) throw notFound({ resource: '', kind: '', group: '', name: pathname });
      const of = { ...target, name: selectedName(searchParams) };
      const refusal = denied(this.objects, user, { verb: 'watch', target: of });
      if (refusal) throw refusal;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(error.code, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(error.status));
    }
    asked.code = 200;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const send = ({ type, resource, object }: (typeof this.objects.changes)[number]): void => {
      const isHere = target.namespace === '' || object.metadata.namespace === target.namespace;
      if (resource === target.of.resource && isHere && isSelected(object, searchParams))
        response.write(`${JSON.stringify({ type, object })}\n`);
    };
    const from = Number(searchParams.get('resourceVersion') ?? 0);
    this.objects.changes.filter(({ revision }) => revision > from).forEach(send);
    const stop = this.objects.listen(send);
    const ending = setTimeout(
      () => response.end(),
      Number(searchParams.get('timeoutSeconds') ?? 300) * 1000,
    ).unref();
    response.on('close', () => {
      stop();
      clearTimeout(ending);
    });
  }
}

let made: (Authority & { readonly own: Pair }) | undefined;
/** One for all servers of a process: it takes openssl a while. */
function pki(): Authority & { readonly own: Pair } {
  if (made === undefined) {
    const one = authority();
    made = { ...one, own: one.server() };
  }
  return made;
}

function operationOf(method: string, { name }: Target): [string, (objects: Objects, asked: Asked) => Answer] {
  if (method === 'GET') return name === '' ? ['list', list] : ['get', get];
  if (method === 'POST' && name === '') return ['create', create];
  if (method === 'PUT') return ['update', replace];
  if (method === 'PATCH') return ['patch', patch];
  if (method === 'DELETE' && name !== '') return ['delete', remove];
  throw new Refusal(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** A list or watch of one name counts as of that name where rules have names. */
const selectedName = (query: URLSearchParams): string =>
  /^metadata\.name=(.+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';

function targetOfObject({ kind, metadata }: Json): Target {
  const of = RESOURCES.find((one) => one.kind === kind);
  if (of === undefined) throw new Error(`the server has no ${kind}`);
  const namespace = of.isNamespaced ? (metadata.namespace ?? 'default') : '';
  return { of, namespace, name: metadata.name, subresource: '' };
}

const plain = (data: string | undefined): string | undefined =>
  data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');

function parsed(body: string, contentType: string): Json {
  if (body === '') return undefined;
  try {
    return contentType === 'application/apply-patch+yaml' ? parse(body) : JSON.parse(body);
  } catch {
    throw badRequest(
      "the object provided is unrecognized (must be of type …): couldn't get version/kind; json parse error",
    );
  }
}

function sendFailure(
  response: ServerResponse,
  { code, retryAfter, body }: Failure & { readonly kind: 'status' },
): void {
  const refusal = new Refusal(
    code,
    code === 429 ? 'TooManyRequests' : 'InternalError',
    `failed on demand with ${code}`,
  );
  response.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfter && { 'retry-after': retryAfter }),
  });
  response.end(body ?? JSON.stringify(refusal.status));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A server that enforces what Vault documents: namespaces, tokens and policies, logins, KV engines, sealing; with error bodies
 * as it sends them. Fails on demand, and keeps every request for the search for leaks.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { allows, knowsMount, VaultAuth } from './vault-auth.js';
import { type Answer, type Data, KvEngine, type KvOptions } from './vault-kv.js';
import type { Capability, Rule } from './vault-policy.js';

export interface VaultRecord {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export type VaultFailure =
  /** Answered so, with nothing done. */
  | {
      readonly status: number;
      readonly errors?: readonly string[];
      readonly headers?: Record<string, string>;
    }
  /** The answer is cut in the middle, with nothing done; or there is none. */
  | 'cut'
  | 'slow'
  /** Done, and the answer is lost. */
  | 'lost-answer';

interface Planned {
  readonly of: (request: VaultRecord) => boolean;
  readonly what: VaultFailure;
}

class Namespace {
  readonly auth: VaultAuth;
  readonly mounts = new Map<string, KvEngine>();

  constructor(name: string, now: () => number) {
    this.auth = new VaultAuth(name, now);
  }
}

const errors = (status: number, ...texts: readonly string[]): Answer => ({ status, body: { errors: texts } });

export interface VaultServerOptions {
  readonly now?: () => number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export class VaultServer {
  readonly records: VaultRecord[] = [];
  isSealed = false;
  /** Awaited before a request is looked at, and after it was done before it is answered; `drop` forgets the request. */
  before: (nth: number, request: VaultRecord) => Promise<'drop' | undefined> | undefined = () => undefined;
  after: (nth: number, request: VaultRecord) => Promise<void> | void = () => undefined;
  /** What JavaScript cannot say in an answer. */
  rewrite: (text: string) => string = (text) => text;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #failures: Planned[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #now: () => number;
  readonly #isTls: boolean;

  private constructor({ now = Date.now, tls }: VaultServerOptions) {
    this.#now = now;
    this.#isTls = tls !== undefined;
    const heard = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    this.#server = tls ? createTlsServer(tls, heard) : createServer(heard);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#namespaces.set('', new Namespace('', now));
  }

  static async start(options: VaultServerOptions = {}): Promise<VaultServer> {
    const server = new VaultServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#isTls ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  namespace(name = ''): Namespace {
    const found = this.#namespaces.get(name) ?? new Namespace(name, this.#now);
    this.#namespaces.set(name, found);
    return found;
  }

  mount(path: string, options: KvOptions = { version: 2 }, namespace = ''): KvEngine {
    const engine = new KvEngine(options);
    this.namespace(namespace).mounts.set(path, engine);
    return engine;
  }

  rootToken(namespace = ''): string {
    return this.namespace(namespace).auth.token({ policies: ['root'], ttl: 0 });
  }

  /** A token that may do what the policy says and nothing else. */
  tokenFor(hcl: string, namespace = ''): string {
    const { auth } = this.namespace(namespace);
    auth.policy('least', hcl);
    return auth.token({ policies: ['least'], ttl: 0 });
  }

  /** The next request of that sort fails. */
  failNext(of: (request: VaultRecord) => boolean, what: VaultFailure): void {
    this.#failures.push({ of, what });
  }

  /** How many planned failures no request has met. */
  unmet(): number {
    return this.#failures.length;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    const record: VaultRecord = { method, url, headers, body };
    const nth = this.records.push(record);
    if ((await this.before(nth, record)) === 'drop') return;
    const planned = this.#failures.findIndex(({ of }) => of(record));
    const what = planned < 0 ? undefined : this.#failures.splice(planned, 1)[0]?.what;
    if (what === 'slow') return;
    const answer =
      what === 'cut'
        ? { status: 200, body: {} }
        : typeof what === 'object'
          ? errors(what.status, ...(what.errors ?? []))
          : this.#answer(record);
    await this.after(nth, record);
    if (what === 'lost-answer') return void request.socket.destroy();
    const text = answer.body === undefined ? '' : this.rewrite(JSON.stringify(answer.body));
    const length = what === 'cut' ? 1_000 : Buffer.byteLength(text);
    const more = typeof what === 'object' ? what.headers : {};
    const type = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    response.writeHead(answer.status, { ...type, ...more, ...(text !== '' && { 'content-length': length }) });
    response.write(text);
    if (what === 'cut') setImmediate(() => request.socket.destroy());
    else response.end();
  }

  #answer({ method, url, headers, body }: VaultRecord): Answer {
    if (this.isSealed) return errors(503, 'Vault is sealed');
    const { pathname, searchParams } = new URL(url, 'http://here');
    const path = decodeURIComponent(pathname).replace(/^\/v1\//, '');
    const namespace = this.#namespaces.get(`${headers['x-vault-namespace'] ?? ''}`.replace(/\/$/, ''));
    if (namespace === undefined) return errors(404, 'namespace not found');
    let parsed: Data;
    try {
      parsed = body === '' ? {} : JSON.parse(body);
    } catch {
      return errors(400, 'failed to parse JSON input: invalid character');
    }
    const login = /^auth\/(?<mount>.+)\/login$/.exec(path)?.groups?.['mount'];
    if (login !== undefined) return loginAnswer(namespace.auth, login, parsed);
    const token = headers['x-vault-token'];
    if (typeof token !== 'string') return errors(400, 'missing client token');
    const rules = namespace.auth.rulesOf(token);
    if (rules === undefined)
      return errors(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
    return routed(namespace, { method, path, body: parsed, query: searchParams, rules });
  }
}

function loginAnswer(auth: VaultAuth, mount: string, presented: Data): Answer {
  if (!auth.hasMethod(mount)) return errors(403, 'permission denied');
  const body = auth.login(mount, presented);
  if (body !== undefined) return { status: 200, body };
  return 'role_id' in presented ? errors(400, 'invalid role or secret ID') : errors(403, 'permission denied');
}

interface Routed {
  readonly method: string;
  readonly path: string;
  readonly body: Data;
  readonly query: URLSearchParams;
  readonly rules: readonly Rule[] | 'root';
}

function routed({ mounts }: Namespace, { method, path, body, query, rules }: Routed): Answer {
  const preflight = /^sys\/internal\/ui\/mounts\/(?<path>.+)$/.exec(path)?.groups?.['path'];
  const below = `${preflight ?? path}/`;
  const mount = [...mounts.keys()].find((one) => below.startsWith(`${one}/`));
  if (preflight !== undefined) {
    const engine = mount === undefined ? undefined : mounts.get(mount);
    if (engine === undefined || !knowsMount(rules, mount ?? ''))
      return errors(
        403,
        `preflight capability check returned 403, please ensure client's policies grant access to path "${below}"`,
      );
    const options = { version: `${engine.options.version}` };
    return { status: 200, body: { data: { path: `${mount}/`, type: 'kv', options } } };
  }
  const engine = mount === undefined ? undefined : mounts.get(mount);
  const asked = ['true', '1'].includes(query.get('list') ?? '') ? 'LIST' : method;
  const inside = path.slice((mount?.length ?? 0) + 1);
  const capability = capabilityFor(asked, () => engine?.exists(inside) ?? false);
  if (capability === undefined) return errors(405, 'unsupported operation');
  if (!allows(rules, path, capability)) return errors(403, '1 error occurred:\n\t* permission denied\n\n');
  if (engine === undefined) return errors(404, `no handler for route "${path}". route entry not found.`);
  return engine.answer(asked, inside, body, query);
}

function capabilityFor(method: string, exists: () => boolean): Capability | undefined {
  if (method === 'GET') return 'read';
  if (method === 'LIST') return 'list';
  if (method === 'DELETE') return 'delete';
  return method === 'POST' || method === 'PUT' ? (exists() ? 'update' : 'create') : undefined;
}

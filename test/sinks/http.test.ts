/** The HTTP helper of the drivers, against servers that behave and servers that do not. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Secret } from '../../src/domain/secret.js';
import { type HttpOptions, type HttpRequest, openHttp } from '../../src/sinks/http.js';
import { itWithCertificate, selfSigned } from '../support/self-signed.js';
import { START } from '../support/store-world.js';
import { type TunnelProxy, tunnelProxy } from '../support/tunnel-proxy.js';

const TOKEN = 'hvs.CAESIJ-the-token-of-the-connection';
const NAME = 'vault.example.test';

const servers: (Server | TunnelProxy)[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0))
    if ('url' in server) await server.close();
    else await new Promise((resolve) => server.close(resolve));
});

interface Served {
  readonly url: string;
  readonly port: number;
  /** What was asked, with its headers. */
  readonly asked: IncomingMessage[];
  readonly connections: () => number;
}

async function served(listener: RequestListener, tls?: { key: string; cert: string }): Promise<Served> {
  const asked: IncomingMessage[] = [];
  let connections = 0;
  const heard: RequestListener = (request, response) => {
    asked.push(request);
    listener(request, response);
  };
  const server = tls ? createTlsServer(tls, heard) : createServer(heard);
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { url, port, asked, connections: () => connections };
}

const client = (origin: string, more: Partial<HttpOptions> = {}) =>
  openHttp({ origin, clock: { now: () => START }, env: {}, ...more });

const get = (origin: string, more: Partial<HttpOptions> = {}, asked: Partial<HttpRequest> = {}) =>
  client(origin, more).request({
    method: 'GET',
    path: '/v1/secret',
    secretHeaders: { 'x-vault-token': new Secret(TOKEN) },
    signal: AbortSignal.timeout(5_000),
    ...asked,
  });

/** Fails the test when the fault shows the token, wherever it does. */
async function faultOf(answer: ReturnType<typeof get>) {
  const result = await answer;
  if (result.ok) throw new Error(`responded with status ${result.value.status}`);
  expect(JSON.stringify(result.error) + String(result.error.cause)).not.toContain(TOKEN);
  return result.error;
}

test('http: a request brings its body, its headers and the credential; the answer its status, headers and body', async () => {
  const there = await served((request, response) => {
    request.resume().on('end', () => response.writeHead(404, { 'x-index': '7' }).end('{"errors":[]}'));
  });
  const answer = await get(
    `${there.url}/below/`,
    {},
    {
      method: 'POST',
      path: '/v1/a%20b?list=true',
      headers: { 'x-vault-namespace': 'shop' },
      body: '{"ü":1}',
    },
  );
  if (!answer.ok) throw new Error(answer.error.message);
  expect([answer.value.status, answer.value.headers['x-index'], answer.value.body.toString()]).toEqual([
    ...[404, '7', '{"errors":[]}'],
  ]);
  const [asked] = there.asked;
  expect([asked?.method, asked?.url]).toEqual(['POST', '/below/v1/a%20b?list=true']);
  expect(asked?.headers).toMatchObject({
    ...{ 'x-vault-token': TOKEN, 'x-vault-namespace': 'shop', 'content-length': '8' },
    ...{ host: `127.0.0.1:${there.port}` },
  });
});

test('http: requests of one connection share its sockets', async () => {
  const there = await served((_, response) => response.end('{}'));
  const http = client(there.url);
  for (let nth = 0; nth < 3; nth++) {
    await http.request({ method: 'GET', path: '/', signal: AbortSignal.timeout(5_000) });
  }
  expect([there.asked.length, there.connections()]).toEqual([3, 1]);
});

test('http: a redirect to another host is refused as one, and brings nothing there', async () => {
  const other = await served((_, response) => response.end('{}'));
  for (const status of [301, 302, 303, 307, 308]) {
    const there = await served((_, response) =>
      response.writeHead(status, { location: `${other.url}/v1/secret?token=${TOKEN}` }).end(),
    );
    expect(await faultOf(get(there.url))).toEqual({
      code: 'sink_refused',
      message: `${there.url} responded with status ${status}, a redirect to ${other.url}, which is not followed. Use the address of the service itself in the Connection.`,
    });
  }
  expect(other.asked).toEqual([]);
});

test('http: a path that looks like another host is a path of the same one', async () => {
  const there = await served((_, response) => response.end('{}'));
  for (const path of ['//other.example.com/', '/@other.example.com/', 'http://other.example.com/'])
    await get(there.url, {}, { path });
  expect(there.asked.map(({ headers }) => headers.host)).toEqual(Array(3).fill(`127.0.0.1:${there.port}`));
});

test('http: a caller that expects more than 1 MiB says how much', async () => {
  const large = Buffer.alloc((1 << 20) + 1, 'x');
  const there = await served((_, response) => void response.end(large));
  expect(await get(there.url)).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
  expect(await get(there.url, { answerMaxBytes: 2 << 20 })).toMatchObject({ value: { body: large } });
});

test('http: an endless body is cut off at 1 MiB', async () => {
  let sent = 0;
  const there = await served((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  expect(await faultOf(get(there.url))).toEqual({
    code: 'sink_unavailable',
    message: `the response of ${there.url} is longer than 1 MiB`,
  });
  expect(sent).toBeLessThan(32 << 20);
  const exact = await served((_, response) => response.end(Buffer.alloc(1 << 20)));
  expect((await get(exact.url)).ok).toBe(true);
});

test('http: an answer that is cut in the middle is none', async () => {
  const lengths = await served((request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"data":');
    setImmediate(() => request.socket.destroy());
  });
  const chunks = await served((request, response) => {
    response.write('{"data":');
    setImmediate(() => request.socket.end());
  });
  for (const { url } of [lengths, chunks])
    expect(await faultOf(get(url))).toEqual({
      code: 'sink_unavailable',
      message: `the response of ${url} was cut off`,
    });
});

test('http: a connection that is closed without an answer, or answers nonsense, is unavailable and not tried again', async () => {
  const closed = await served((request) => request.socket.destroy());
  expect(await faultOf(get(closed.url))).toEqual({
    code: 'sink_unavailable',
    message: `${closed.url} cannot be reached (ECONNRESET)`,
  });
  expect(closed.asked.length).toBe(1);
  const nonsense = await served((request) => request.socket.end(`${TOKEN}\r\n\r\n`));
  expect((await faultOf(get(nonsense.url))).code).toBe('sink_unavailable');
  const headers = await served((_, response) =>
    response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end(),
  );
  expect((await faultOf(get(headers.url))).code).toBe('sink_unavailable');
});

test('http: the deadline ends a request without an answer, and one whose answer does not end', async () => {
  const silent = await served(() => undefined);
  const trickling = await served((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(timer));
  });
  for (const { url, asked } of [silent, trickling]) {
    const deadline = new AbortController();
    const answer = get(url, {}, { signal: deadline.signal });
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const ended = once(asked[0]?.socket as Socket, 'close');
    deadline.abort(new Error('no answer within 10000 ms'));
    expect(await faultOf(answer)).toEqual({
      code: 'sink_unavailable',
      message: `${url}: no answer within 10000 ms`,
    });
    await ended;
  }
});

test('http: what is past its deadline before it begins is not sent', async () => {
  const there = await served((_, response) => response.end('{}'));
  expect((await faultOf(get(there.url, {}, { signal: AbortSignal.abort() }))).code).toBe('sink_unavailable');
  expect(there.asked).toEqual([]);
});

test('http: a credential that no header can hold is refused without being quoted', async () => {
  const there = await served((_, response) => response.end('{}'));
  const secretHeaders = { 'x-vault-token': new Secret(`${TOKEN}\r\nx-admin: 1`) };
  const fault = await faultOf(get(there.url, {}, { secretHeaders }));
  expect([fault.code, there.asked.length]).toEqual(['sink_refused', 0]);
});

test('http: a port without a server is unavailable', async () => {
  expect(await faultOf(get('http://127.0.0.1:1'))).toEqual({
    code: 'sink_unavailable',
    message: 'http://127.0.0.1:1 cannot be reached (ECONNREFUSED)',
  });
});

itWithCertificate('http: a certificate is trusted by its caFile alone', async (pair) => {
  const there = await served((_, response) => response.end('{}'), pair);
  expect((await get(there.url, { ca: pair.cert })).ok).toBe(true);
  const other = selfSigned();
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    for (const ca of [undefined, other?.cert]) {
      const { code, message } = await faultOf(get(there.url, { ca }));
      expect(code).toBe('sink_unavailable');
      expect(message).toMatch(
        /^the certificate of https:\/\/127.* is not trusted \(\w+\)\. Name the certificate/,
      );
    }
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
  expect(there.asked.length).toBe(1);
  const bad = await faultOf(get(there.url, { ca: pair.cert, cert: pair.cert, key: new Secret(`${TOKEN}`) }));
  expect(bad.code).toBe('sink_refused');
});

itWithCertificate('http: a certificate of another name is not trusted', async (pair) => {
  const there = await served((_, response) => response.end('{}'), pair);
  const proxy = await tunnelProxy();
  servers.push(proxy);
  const env = { HTTPS_PROXY: proxy.url };
  const { message } = await faultOf(get(`https://${NAME}:${there.port}`, { ca: pair.cert, env }));
  expect(message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(there.asked).toEqual([]);
  const named = { ca: pair.cert, env, serverName: 'localhost' };
  expect((await get(`https://${NAME}:${there.port}`, named)).ok).toBe(true);
});

itWithCertificate('http: a client certificate is shown to a server that asks for it', async (pair) => {
  const there = await served((_, response) => response.end('{}'), {
    ...pair,
    ...{ requestCert: true, rejectUnauthorized: true, ca: pair.cert },
  });
  expect((await get(there.url, { ca: pair.cert, cert: pair.cert, key: new Secret(pair.key) })).ok).toBe(true);
  expect((await faultOf(get(there.url, { ca: pair.cert }))).code).toBe('sink_unavailable');
});

const pair = selfSigned(NAME);
const itThroughProxy = pair ? test : test.skip;

itThroughProxy(
  'http: HTTPS_PROXY is asked for a tunnel, and sees neither the path nor the token',
  async () => {
    const there = await served((_, response) => response.end('{}'), pair);
    const proxy = await tunnelProxy();
    servers.push(proxy);
    const origin = `https://${NAME}:${there.port}`;
    const env = { HTTPS_PROXY: proxy.url.replace('//', '//me:p%40ss%@') };
    const http = client(origin, { ca: pair?.cert, env });
    for (let nth = 0; nth < 2; nth++) {
      const secretHeaders = { 'x-vault-token': new Secret(TOKEN) };
      const signal = AbortSignal.timeout(5_000);
      expect((await http.request({ method: 'GET', path: '/v1/a', secretHeaders, signal })).ok).toBe(true);
    }
    const login = Buffer.from('me:p@ss%').toString('base64');
    expect(proxy.asked).toEqual([`CONNECT ${NAME}:${there.port} Basic ${login}`]);
    expect(there.asked.map(({ headers }) => [headers.host, headers['x-vault-token']])).toEqual(
      Array(2).fill([`${NAME}:${there.port}`, TOKEN]),
    );
    expect(there.asked.map(({ headers }) => headers['proxy-authorization'])).toEqual([undefined, undefined]);
    expect(proxy.seen()).not.toMatch(/x-vault-token|\/v1\/a|hvs\./);
  },
);

test('http: HTTP_PROXY is asked for a tunnel too; NO_PROXY and this machine are reached without', async () => {
  const there = await served((_, response) => response.end('{}'));
  const proxy = await tunnelProxy();
  servers.push(proxy);
  const env = { http_proxy: proxy.url.slice('http://'.length) };
  expect((await get(`http://${NAME}:${there.port}`, { env: { HTTP_PROXY: proxy.url } })).ok).toBe(true);
  expect(proxy.asked).toEqual([`CONNECT ${NAME}:${there.port}`]);
  expect((await get(there.url, { env: { HTTP_PROXY: proxy.url } })).ok).toBe(true);
  const direct = { HTTP_PROXY: proxy.url, NO_PROXY: 'localhost,.example.test' };
  expect((await faultOf(get(`http://${NAME}:${there.port}`, { env: direct }))).message).toContain(
    'ENOTFOUND',
  );
  expect(proxy.asked.length).toBe(1);
  expect(await faultOf(get(`http://${NAME}:${there.port}`, { env }))).toEqual({
    code: 'sink_unavailable',
    message: `http://${NAME}:${there.port} cannot be reached: HTTP_PROXY is not an address such as http://proxy.example.com:3128`,
  });
});

test('http: a proxy that refuses, is silent or is not there makes the service unavailable, and its login is not shown', async () => {
  const refusing = await tunnelProxy('refuses');
  const silent = await tunnelProxy('silent');
  servers.push(refusing, silent);
  const through = (url: string, signal = AbortSignal.timeout(5_000)) =>
    faultOf(get(`https://${NAME}`, { env: { HTTPS_PROXY: url.replace('//', '//me:hunter2@') } }, { signal }));
  const messages = [
    await through(refusing.url),
    await through('http://127.0.0.1:1'),
    await through(silent.url, AbortSignal.timeout(100)),
  ].map(({ code, message }) => `${code} ${message}`);
  expect(messages[0]).toBe(
    `sink_unavailable https://${NAME} cannot be reached: the proxy ${refusing.url.slice(7)} responded with status 407 to CONNECT ${NAME}:443`,
  );
  expect(messages[1]).toContain('the proxy 127.0.0.1:1 cannot be reached (ECONNREFUSED)');
  expect(messages[2]).toMatch(/^sink_unavailable https:\/\/vault.example.test: /);
  expect(messages.join()).not.toContain('hunter2');
});

test('http: a host that KEYWRIGHT_CONNECTION_HOSTS does not list is refused before anything is sent', async () => {
  const there = await served((_, response) => response.end('{}'));
  const env = { KEYWRIGHT_CONNECTION_HOSTS: `${NAME}, 127.0.0.1:1` };
  expect(await faultOf(get(there.url, { env }))).toEqual({
    code: 'sink_refused',
    message: `127.0.0.1:${there.port} is not one of the hosts in KEYWRIGHT_CONNECTION_HOSTS. Add it there if connections may lead to it.`,
  });
  expect(there.connections()).toBe(0);
  expect((await get(there.url, { env: { KEYWRIGHT_CONNECTION_HOSTS: `127.0.0.1:${there.port}` } })).ok).toBe(
    true,
  );
});

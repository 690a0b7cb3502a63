/** A real, small proxy: tunnels by CONNECT to ports of this machine whatever the name, and records what it was asked. */
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface TunnelProxy {
  readonly url: string;
  /** `CONNECT vault.example.test:8200`, with its Proxy-Authorization if there was one. */
  readonly asked: readonly string[];
  /** All bytes that went through, from the client. */
  readonly seen: () => string;
  close(): Promise<void>;
}

/** `manners`: answers so instead of tunnelling; `silent` not at all. */
export async function tunnelProxy(manners?: 'refuses' | 'silent'): Promise<TunnelProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let seen = '';
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(400).end();
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket: Socket) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push(`CONNECT ${request.url}${authorization === undefined ? '' : ` ${authorization}`}`);
    if (manners === 'silent') return;
    if (manners === 'refuses') {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const there = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1');
      });
      there.pipe(socket).pipe(there);
    });
    sockets.add(there);
    for (const one of [socket, there]) one.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    seen: () => seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

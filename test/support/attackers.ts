/** Callers that mean no good, each from an address of loopback of its own: connections that are held, requests that are never finished. */

import { request as plainRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestServer } from './http-world.js';

export interface Attackers {
  /** A connection on which `text` was sent, and nothing more comes. */
  hold(text: string, from?: string): Promise<Socket>;
  holdAll(count: number, text: string, from?: (nth: number) => string): Promise<readonly Socket[]>;
}

/** Connections are closed after each test. */
export function attackers(server: () => TestServer): Attackers {
  const held: Socket[] = [];
  afterEach(() => {
    for (const socket of held.splice(0)) socket.destroy();
  });
  const hold = (text: string, from = '127.0.0.2'): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const { port } = server().listening;
      const socket = connect({ host: '127.0.0.1', port, localAddress: from });
      held.push(socket);
      socket.on('error', () => undefined);
      socket.once('connect', () => socket.write(text, () => resolve(socket)));
      socket.once('close', () => reject(new Error('closed before it was connected')));
      socket.resume();
    });
  return {
    hold,
    holdAll: (count, text, from = () => '127.0.0.2') =>
      Promise.all(Array.from({ length: count }, (_, nth) => hold(text, from(nth)))),
  };
}

/** The status of one plain request from an address; 0 when the connection was closed without an answer. */
export function statusFrom(
  server: TestServer,
  line: string,
  {
    from = '127.0.0.1',
    headers = {},
    body,
  }: { readonly from?: string; readonly headers?: Record<string, string>; readonly body?: unknown } = {},
): Promise<number> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve) => {
    const asked = plainRequest(
      server.url + path,
      {
        method,
        localAddress: from,
        agent: false,
        headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on('error', () => resolve(0));
    asked.end(text);
  });
}

/** Waits until it is so, a hundred times at most. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let nth = 0; nth < 200; nth++) {
    if (await isSo()) return;
    await pause(25);
  }
  throw new Error('it did not come about');
}

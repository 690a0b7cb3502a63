/**
 * Load for a server in a process of its own: as many requests as it answers, over connections that stay open, one at a
 * time on each. Also the bare `node:http` that servers are compared with, and how a server process tells its port.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';

const CONNECTIONS = 32;

export interface Load {
  /** Whole requests as they go over the wire, asked one after another. */
  readonly requests: readonly string[];
  readonly roundMs: number;
  /** A piece of each right answer; undefined where a status of 200 says enough. */
  readonly expects?: string | undefined;
}

/** Requests a second. Throws unless each is answered as expected. */
export async function load(port: number, { requests, roundMs, expects = '' }: Load): Promise<number> {
  const startedMs = performance.now();
  const endsAtMs = startedMs + roundMs;
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, index) =>
      converse(port, { requests, expects, from: index * 31, endsAtMs }),
    ),
  );
  return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - startedMs)) * 1_000;
}

interface Talk {
  readonly requests: readonly string[];
  readonly expects: string;
  readonly from: number;
  readonly endsAtMs: number;
}

function converse(port: number, { requests, expects, from, endsAtMs }: Talk): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
    let answered = 0;
    let text = '';
    const ask = () => socket.write(requests[(from + answered) % requests.length] ?? '');
    socket.on('connect', ask).on('error', reject);
    socket.on('close', () => reject(new Error('the server hung up')));
    socket.on('data', (chunk) => {
      text += chunk;
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < headEnd + 4 + length) return;
      if (!text.startsWith('HTTP/1.1 20') || !text.includes(expects)) reject(new Error(text.slice(0, 800)));
      text = '';
      answered++;
      if (performance.now() < endsAtMs) ask();
      else socket.end(() => resolve(answered));
    });
  });
}

/** What a server process says once it listens. */
export interface Started {
  readonly port: number;
  readonly child: ChildProcess;
  /** What to ask it and a piece of each right answer, where only it can know. */
  readonly requests?: readonly string[];
  readonly expects?: string;
}

/** Runs a module in a process of its own, until it tells where it listens. */
export function started(path: string, ...args: readonly string[]): Promise<Started> {
  const child = fork(path, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('message', (told: Omit<Started, 'child'>) => resolve({ ...told, child }));
    child.once('exit', (code) => reject(new Error(`${path} ended with ${code}`)));
  });
}

export const tell = (address: unknown): void => void process.send?.(address);

/** Reads a body and answers with `bytes` bytes of JSON, and does nothing else. */
export function serveBare(bytes: number): void {
  const answer = JSON.stringify({ data: 'x'.repeat(bytes - JSON.stringify({ data: '' }).length) });
  const server = createServer((request, response) => {
    request.on('data', () => undefined);
    request.on('end', () => {
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(answer),
      });
      response.end(answer);
    });
  });
  server.listen(0, '127.0.0.1', () => tell(server.address()));
}

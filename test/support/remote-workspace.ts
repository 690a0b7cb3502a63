/** `keywright serve`, the real process, and an address before several of them that stays up when one is killed. */
import type { ChildProcess } from 'node:child_process';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Workspace } from './workspace.js';

export const ROOT = 'a-root-token-that-is-long-enough-to-be-one';

export interface Served {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  kill(): Promise<void>;
}

/** Serves the store of a workspace, of which the root token is `ROOT`; `more` is added to the command line. */
export async function serve(world: Workspace, more = ''): Promise<Served> {
  const child = world.start(`serve --listen 127.0.0.1:0${more}`, { KEYWRIGHT_ROOT_TOKEN: ROOT });
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`serve ended: ${printed}`);
    return /http:\/\/[\d.:]+\/v1/.test(printed);
  });
  const url = /http:\/\/[\d.:]+/.exec(printed)?.[0] ?? '';
  return {
    ...{ url, port: Number(new URL(url).port), process: child },
    kill: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) resolve();
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

export interface Balancer {
  readonly url: string;
  /** Connections to any of these, by turns; to the next one when one does not answer. */
  ports: readonly number[];
  /** How many bytes clients have sent so far. */
  readonly sent: () => number;
  stop(): Promise<void>;
}

/** As plain as load balancers are: it passes bytes on, and knows nothing of what they mean. */
export async function balancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  let bytes = 0;
  const server: Server = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => open.delete(client));
    client.on('data', (chunk) => {
      bytes += chunk.length;
    });
    client.pause();
    const candidates = [
      ...made.ports.slice(turn % made.ports.length),
      ...made.ports.slice(0, turn % made.ports.length),
    ];
    turn++;
    const attempt = ([port, ...rest]: readonly number[]): void => {
      if (port === undefined) {
        client.destroy();
        return;
      }
      const behind = connect(port, '127.0.0.1');
      behind.once('error', () => attempt(rest));
      behind.once('connect', () => {
        behind.removeAllListeners('error');
        behind.on('error', () => client.destroy());
        behind.once('close', () => client.destroy());
        client.once('close', () => behind.destroy());
        client.pipe(behind).pipe(client);
      });
    };
    attempt(candidates);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const made = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ports,
    sent: () => bytes,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
  return made;
}

export async function until(holds: () => Promise<boolean> | boolean, ms = 30_000): Promise<void> {
  const startedAt = Date.now();
  while (!(await holds())) {
    if (Date.now() - startedAt > ms) throw new Error(`it did not come to be within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

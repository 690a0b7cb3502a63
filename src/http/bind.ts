/** Takes an address to listen on, or says why it cannot be had. */
import type { Server } from 'node:http';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Gives the real port, also when any was asked for. `usage` for an address that cannot be listened on. */
export function bind(server: Server, { host, port }: ListenAddress): Promise<Result<number>> {
  return new Promise((resolve) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      resolve(
        fail(
          fault(
            'usage',
            `${host}:${port} cannot be listened on (${cause.code}); choose another address with --listen`,
            cause,
          ),
        ),
      ),
    );
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      // What goes wrong from now on concerns one connection.
      server.on('error', () => undefined);
      const bound = server.address();
      resolve(ok(typeof bound === 'object' && bound !== null ? bound.port : port));
    });
  });
}

/** The address that a request came from: for limits, the log and the audit log. The one place that knows how to tell. */
import type { IncomingMessage } from 'node:http';

/** The other end of the connection. Headers of proxies are not believed. Empty once the connection is gone. */
export const callerAddress = ({ socket }: Pick<IncomingMessage, 'socket'>): string =>
  socket.remoteAddress ?? '';

/** The headers that keep browsers from doing anything with an answer, as helmet knows them. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** Nothing here is a page. */
const protect = helmet({
  contentSecurityPolicy: {
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    useDefaults: false,
  },
  xFrameOptions: { action: 'deny' },
  // These are about pages, plug-ins and browsers of long ago.
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/** Asked of helmet once: they are the same for every answer. */
export function securityHeaders(): readonly (readonly [string, string])[] {
  known ??= ask();
  return known;
}

let known: readonly (readonly [string, string])[] | undefined;

function ask(): readonly (readonly [string, string])[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  protect(request, response, () => undefined);
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}

/** The service account of the pod that Keywright runs in. */
import { join } from 'node:path';
import { fault } from '../../domain/errors.js';
import { fail, ok } from '../../domain/result.js';
import { readCertificates, readCredential } from '../credentials.js';
import type { DriverWorld } from '../driver.js';
import { bearer } from './bearer.js';
import type { OpenLogin } from './login.js';

/** Where Kubernetes mounts it. The token in it is replaced about once an hour. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export function inClusterLogin({ env }: Pick<DriverWorld, 'env'>, folder = SERVICE_ACCOUNT): OpenLogin {
  return async () => {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
    if (!host)
      return fail(
        fault(
          'sink_refused',
          'KUBERNETES_SERVICE_HOST is not set: this process does not run in a pod. Use kubeconfig or address.',
        ),
      );
    const world = { root: folder, env };
    const token = await readCredential({ file: join(folder, 'token') }, world);
    if (!token.ok) return token;
    const ca = await readCertificates(join(folder, 'ca.crt'), world);
    if (!ca.ok) return ca;
    const name = host.includes(':') ? `[${host}]` : host;
    return ok({ origin: `https://${name}:${port}`, ca: ca.value, authorization: bearer(token.value) });
  };
}

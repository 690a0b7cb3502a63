/** How the cluster of a connection is reached, kept for a minute: tokens rotate. */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { MINUTE_MS } from '../../domain/time.js';
import { readCertificates } from '../credentials.js';
import type { DriverWorld, NamedConnection } from '../driver.js';
import { bearer } from './bearer.js';
import { inClusterLogin } from './in-cluster.js';
import { kubeconfigLogin } from './kubeconfig-login.js';
import type { Login, OpenLogin } from './login.js';

export interface Logins {
  get: OpenLogin;
  /** It was not accepted: the next request reads it again. */
  forget(): void;
}

export function openLogins(connection: NamedConnection | undefined, world: DriverWorld): Logins {
  const login = loginOf(connection, world);
  let kept: { readonly login: Promise<Result<Login>>; readonly untilMs: number } | undefined;
  return {
    get: async (signal) => {
      if (kept === undefined || kept.untilMs <= world.clock.monotonicMs())
        kept = { login: login(signal), untilMs: world.clock.monotonicMs() + MINUTE_MS };
      const own = kept;
      const found = await own.login;
      const isEnding = found.ok && found.value.until !== undefined && found.value.until <= world.clock.now();
      if (!isEnding && found.ok) return found;
      if (kept === own) kept = undefined;
      return isEnding ? login(signal) : found;
    },
    forget: () => {
      kept = undefined;
    },
  };
}

function loginOf(connection: NamedConnection | undefined, world: DriverWorld): OpenLogin {
  const spec = connection?.spec.kubernetes;
  if (spec?.inCluster) return inClusterLogin(world);
  if (spec?.kubeconfig) return kubeconfigLogin(spec.kubeconfig, world);
  const { address, token, caFile } = spec ?? {};
  return async () => {
    if (address === undefined || token === undefined)
      return fail(
        fault('sink_refused', `the Connection ${connection?.name} does not lead to a Kubernetes cluster`),
      );
    const shown = await world.credential(token);
    if (!shown.ok) return shown;
    const ca = caFile === undefined ? ok(undefined) : await readCertificates(caFile, world);
    if (!ca.ok) return ca;
    return ok({ origin: address, ca: ca.value, authorization: bearer(shown.value) });
  };
}

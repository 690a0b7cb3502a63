/** Puts a server together: a store, the memory that verifies, who is calling, the log, the metrics, and HTTP over them. */
import { resolve } from 'node:path';
import { Registry } from 'prom-client';
import { LOG_LEVELS, type OpenLog, openLog } from '../adapters/http-log.js';
import { newHttpMetrics } from '../adapters/http-metrics.js';
import { parseListenAddress, placeText } from '../adapters/listen-address.js';
import { newOutboxMetrics } from '../adapters/outbox-metrics.js';
import { openRootToken } from '../adapters/root-token-file.js';
import type { RunningServer, ServeOptions } from '../cli/dependencies.js';
import type { Dependencies } from '../credential-store/credential-store.js';
import type { ServedStore } from '../credential-store/identity/served-store.js';
import type { Plan } from '../domain/billing-plan.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import { callerAddresses } from '../http/caller-address.js';
import { parseOrigins } from '../http/cors.js';
import type { HttpDependencies } from '../http/dependencies.js';
import { openEntitlements } from '../http/entitlements.js';
import { type Listening, listen } from '../http/server.js';
import type { OutboxSettings } from '../outbox/settings.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Outbox } from '../ports/outbox.js';
import { createVerifier, type Setback, type Verifier } from '../verifier/verifier.js';
import { startCheckpoints } from './checkpoints.js';
import { keepingUses, type Presence, startHeartbeat } from './heartbeat.js';
import { startMailWorker } from './mail-worker.js';
import { openServedStore, openStoreFeed, type StoreLocation } from './open-store.js';
import { previewsOver } from './previews.js';
import { readinessOf } from './readiness.js';
import { ROUTES } from './routes.js';
import { isStoreClock } from './store-clock.js';
import { StoreHealth } from './store-health.js';

export interface ServerOptions extends Dependencies, ServeOptions, StoreLocation {
  readonly masterKey?: Secret;
  readonly rootToken?: Secret;
  /** `KEYWRIGHT_PLAN`. */
  readonly plan?: Plan;
  /** Where messages go; absent: nowhere. */
  readonly outbox?: OutboxSettings;
}

/** How often changes are read though nothing called, and uses reported. */
const REFRESH_EVERY_MS: DurationMs = SECOND_MS / 2;
/** What is under way has as long to finish. */
const GRACE_MS: DurationMs = 10 * SECOND_MS;

/** `usage`, or the faults of opening a store. Nothing is left open then. */
export async function serve(options: ServerOptions): Promise<Result<RunningServer>> {
  const place = parseListenAddress(options.listen);
  if (place === undefined)
    return fail(
      fault(
        'usage',
        `--listen must be HOST:PORT, such as 127.0.0.1:8787, not ${JSON.stringify(options.listen)}`,
      ),
    );
  if (options.outbox?.kind === 'print' && options.address) return fail(PRINTED_ELSEWHERE);
  const origins = parseOrigins(options.corsOrigins);
  if (!origins.ok) return origins;
  const log = openLog(levelOf(options.logLevel));
  const callers = callerAddresses({ proxies: options.trustedProxies, warn: log.warn });
  if (!callers.ok) {
    log.close();
    return callers;
  }
  const health = new StoreHealth(options.clock, ({ kind, message, cause }) =>
    kind === 'lost' ? log.warn(message, cause) : log.say(message),
  );
  const opening = { ...options, health, log };
  const served = await openServedStore({
    ...opening,
    hasPost: options.outbox !== undefined,
    whenAbsent: 'create',
  });
  if (!served.ok) {
    log.close();
    return served;
  }
  const opened = await openRest(served.value, {
    ...{ ...opening, origins: origins.value, callers: callers.value },
  });
  if (!opened.ok) {
    await served.value.store.close();
    log.close();
    return opened;
  }
  const { world, rootTokenFile } = opened.value;
  const listening = await listen(world, ROUTES, place);
  if (!listening.ok) {
    await opened.value.close();
    return listening;
  }
  return ok({
    url: `http://${placeText(listening.value)}`,
    rootTokenFile,
    stop: () => stop(opened.value, listening.value),
  });
}

interface Opening extends ServerOptions {
  readonly health: StoreHealth;
  readonly log: OpenLog;
}

interface Opened {
  readonly world: HttpDependencies;
  readonly rootTokenFile: string | undefined;
  readonly stopping: AbortController;
  /** Gives the fault if uses are lost. */
  close(): Promise<Result<void>>;
}

async function openRest(
  { store, accountId, authority, admin, secrets, events, accounts, applied, outbox }: ServedStore,
  options: Opening & Pick<HttpDependencies, 'origins' | 'callers'>,
): Promise<Result<Opened>> {
  const { clock, entropy, origins, callers, health, log } = options;
  const root = await openRootToken(authority, {
    folder: resolve(options.folder),
    given: options.rootToken,
    entropy,
  });
  if (!root.ok) return root;
  const entitlements = await openEntitlements({ accounts, clock, fixed: options.plan });
  if (!entitlements.ok) return entitlements;
  const feed = await openStoreFeed(options);
  if (!feed.ok) return feed;
  const presence: Presence = { isKnown: false };
  const verifier = await createVerifier(feed.value, clock, {
    keepUsesMs: keepingUses(presence),
    onSetback: (setback) => log.warn(setbackText(setback)),
  });
  if (!verifier.ok) {
    await feed.value.close();
    return verifier;
  }
  const stopping = new AbortController();
  const ended = following(verifier.value, feed.value);
  const { seen } = accounts;
  const heartbeat = startHeartbeat(
    { kind: 'server', seen, verifier: verifier.value, presence, warn: (message) => log.warn(message) },
    { clock, entropy },
  );
  const kept = await startCheckpoints(store, options, log);
  if (!kept.ok) {
    await heartbeat.end();
    await ended();
    await verifier.value.close();
    return kept;
  }
  const registry = new Registry();
  const posted = await posting(outbox, options, { log, registry });
  const world: HttpDependencies = {
    ...{
      store,
      accountId,
      authority,
      admin,
      secrets,
      events,
      accounts,
      entitlements: entitlements.value,
      previews: previewsOver({ store, applied }),
      verifier: verifier.value,
      clock,
      entropy,
      log,
      stopping: stopping.signal,
    },
    metrics: newHttpMetrics(
      {
        ...{ verifier: verifier.value, health },
        ...(isStoreClock(clock) && { skewMs: () => clock.skewMs() }),
      },
      registry,
    ),
    readiness: readinessOf({
      ...{ store, verifier: verifier.value, clock, stopping: stopping.signal },
      beat: () => heartbeat.beat(),
      isBehindCheckpoint: kept.value.isBehind,
    }),
    limits: { requestsPerMinute: options.requestsPerMinute, concurrent: 256, streams: 100 },
    origins,
    callers,
  };
  return ok({
    ...{ world, rootTokenFile: root.value, stopping },
    close: async () => {
      await Promise.all([heartbeat.end(), posted()]);
      return closeAll({ store, verifier: verifier.value, log, ended, endCheckpoints: kept.value.end });
    },
  });
}

async function stop({ stopping, close }: Opened, listening: Listening): Promise<Result<void>> {
  stopping.abort();
  await listening.stop(GRACE_MS);
  return close();
}

interface Closing {
  readonly store: LiveStore;
  readonly verifier: Verifier;
  readonly log: OpenLog;
  readonly ended: () => Promise<void>;
  readonly endCheckpoints: () => Promise<void>;
}

/** The last uses are reported before anything that they need is closed. */
async function closeAll({ store, verifier, log, ended, endCheckpoints }: Closing): Promise<Result<void>> {
  await ended();
  const reported = await verifier.close();
  await endCheckpoints();
  await store.close();
  log.close();
  return reported;
}

/** Says what happened, what was done about it, and what cannot be. */
const setbackText = ({ from, to, endedAgain }: Setback): string =>
  `the store is older than before: it was read up to change ${from} and its newest change is now ${to}, as after the restore of a backup; ` +
  `${endedAgain} versions and keys were revoked or deactivated again, and changes between the two are lost`;

/** Sends messages, if they go anywhere. */
const posting = async (
  outbox: Outbox,
  { outbox: settings, clock, entropy, print }: ServerOptions,
  { log, registry }: { readonly log: OpenLog; readonly registry: Registry },
): Promise<() => Promise<void>> =>
  settings === undefined
    ? async () => undefined
    : startMailWorker({
        ...{ outbox, settings, clock, entropy, log, print },
        metrics: newOutboxMetrics(registry, outbox),
      });

const PRINTED_ELSEWHERE = fault(
  'usage',
  'KEYWRIGHT_OUTBOX=print is for development with an embedded store, because it prints sign-in links to the output; use a webhook or a mail server',
);

/** Keeps the memory true: soon after a change, and now and then without hearing of one. Gives what ends it. */
function following(verifier: Verifier, feed: CredentialFeed): () => Promise<void> {
  const over = new AbortController();
  const followed = verifier.follow(REFRESH_EVERY_MS, over.signal);
  let isCalled = false;
  let underWay: Promise<void> | undefined;
  const refresh = async (): Promise<void> => {
    while (isCalled && !over.signal.aborted) {
      isCalled = false;
      await verifier.refresh();
    }
    underWay = undefined;
  };
  const unwatch = feed.watch(() => {
    isCalled = true;
    underWay ??= refresh();
  });
  return async () => {
    unwatch();
    over.abort();
    await Promise.all([followed, underWay]);
  };
}

const levelOf = (level: string) => LOG_LEVELS.find((one) => one === level) ?? 'info';

/** The adapters a command may ask for; `main` supplies them. */
import type { Commit } from '../controller/documents.js';
import type { ControllerEvent, Status } from '../controller/status.js';
import type { DocumentCache } from '../documents/document-cache.js';
import type { FileReaders } from '../documents/parallel-parse.js';
import type { Entropy } from '../domain/entropy.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Connections } from '../ports/connections.js';
import type { DriverTest } from '../ports/driver-test.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import type { Processes } from '../ports/processes.js';
import type { Identity, Sealing } from '../ports/sealing.js';
import type { Sinks } from '../ports/sink.js';

/** What to do when there is no store yet: make it, calculate with a fresh one in memory, or say so. */
export type WhenAbsent = 'create' | 'pretend' | 'refuse';

export interface Dependencies {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sealing: Sealing;
  readonly processes: Processes;
  /** `location` is a folder, relative to `folder`, or a URL. */
  openStore(place: StorePlace, whenAbsent: WhenAbsent): Promise<Result<LiveStore>>;
  /** Sinks below `folder`, confined to `roots`, and those that these connections lead to. */
  openSinks(folder: string, roots: readonly string[], connections: Connections): Sinks;
  /** Runs a driver for exec sinks against the protocol. */
  testDriver(request: DriverTestRequest): Promise<DriverTest>;
  /** The key pair that new secrets are sealed to on this machine; kept beside the store. */
  identity(place: StorePlace): Promise<Result<Identity>>;
  /** The recipient of `identity`, without making one; empty while none exists. */
  recipient(place: StorePlace): Promise<string>;
  /** Remembered digests of documents; undefined where nothing may be written. */
  memory(place: StorePlace): DocumentCache | undefined;
  /** Threads that read documents; undefined where they would gain nothing. */
  readonly readers: FileReaders | undefined;
  /** Replaces the master key: by `next` where the environment gives the present one, else by a new one in the store's folder. */
  rotateMasterKey(place: StorePlace, next: Secret | undefined, caller: Caller): Promise<Result<void>>;
  /** A copy of an embedded store in a file; `usage` for one on a server. */
  backUp(place: StorePlace, request: BackupRequest): Promise<Result<BackupReport>>;
  /** The other way round; `refused` where that could lose something without consent. */
  restore(place: StorePlace, request: RestoreRequest): Promise<Result<RestoreReport>>;
  /** Calls `listener` when something at or below these paths of `folder` changed, came or went; gives what ends it. */
  watchPaths(folder: string, paths: readonly string[], listener: () => void): () => void;
  /** Fetches a branch for the first time; fails when it cannot be fetched now. */
  openBranch(place: BranchPlace): Promise<Result<Branch>>;
  /** Runs a CDK app; its stacks are in a folder then. `source_unavailable` when it fails or synthesizes nothing. */
  synthesize(app: AppPlace): Promise<Result<SynthesizedApp>>;
  /** Answers with what was last reported to it: `/healthz`, `/readyz`, `/status`, `/metrics`. `usage` for an address that cannot be listened on. */
  serveStatus(address: string, status: Status): Promise<Result<StatusServer>>;
  /** Starts the server's HTTP API over a store, which is created where none exists. `usage` for what cannot be. */
  serve(place: StorePlace, options: ServeOptions): Promise<Result<RunningServer>>;
}

export interface DriverTestRequest {
  /** The working folder, where the driver is looked for and runs. */
  readonly folder: string;
  /** The program, and arguments. */
  readonly command: readonly string[];
  /** What every location of the test begins with. */
  readonly place: string;
  /** Names of variables that it gets. */
  readonly env: readonly string[];
  /** Of one request. */
  readonly timeoutMs: DurationMs;
}

export interface ServeOptions {
  /** `127.0.0.1:8787`; port 0 takes a free one. */
  readonly listen: string;
  /** Of one caller. */
  readonly requestsPerMinute: number;
  readonly logLevel: string;
  /** Of pages that may talk to the server from a browser, with commas between. Empty: none. */
  readonly corsOrigins: string;
  /** Addresses and networks of proxies whose `Forwarded` and `X-Forwarded-For` are believed. Empty: none. */
  readonly trustedProxies: string;
  /** Absolute: where checkpoints of the log are written; absent: nowhere. */
  readonly checkpointFile?: string;
  /** Where messages are shown that `KEYWRIGHT_OUTBOX=print` has instead of sent. */
  print(text: string): void;
}

export interface RunningServer {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  /** Where the root token is; undefined when it was given. */
  readonly rootTokenFile: string | undefined;
  /** Finishes what is under way, reports uses, and closes the store. */
  stop(): Promise<Result<void>>;
}

/** A branch of a git repository, and where to keep it. */
export interface BranchPlace {
  /** As git takes it. May hold a password. */
  readonly url: string;
  /** Undefined: the repository's own default. */
  readonly branch: string | undefined;
  /** `--store`: one branch may be applied to several, each by a checkout of its own. */
  readonly store?: string | undefined;
  /** The working folder. */
  readonly folder: string;
}

export interface Branch {
  /** Holds the files of `commit()`, changed all at once. */
  readonly folder: string;
  commit(): Commit;
  /** Fetches now and then; calls when there is another commit, and gives what ends it. */
  follow(everyMs: DurationMs, listener: () => void): () => void;
}

export interface StatusServer {
  /** `127.0.0.1:9187` */
  readonly address: string;
  tell(event: ControllerEvent, status: Status): void;
  close(): Promise<void>;
}

/** A CDK app, and how to run it. */
export interface AppPlace {
  /** For the shell: `node main.js`. */
  readonly command: string;
  /** Where it is run, absolute. */
  readonly folder: string;
  /** What it prints, as it prints it. */
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface SynthesizedApp {
  /** Holds the stacks, until they are discarded. */
  readonly folder: string;
  discard(): Promise<void>;
}

/** Where the live store is. */
export interface StorePlace {
  readonly folder: string;
  readonly location: string;
  /** Who names the location: a flag or variable, as for commands without a project, or a document that anyone may have written. */
  readonly namedBy?: 'operator' | 'document';
  /** Of a server: the token presented to it; absent: what the environment says. */
  readonly token?: Secret;
  /** Of a server: may the token go there by plain http? Absent: to this machine only. */
  readonly plainHttp?: 'loopback' | 'anywhere';
}

export interface BackupRequest {
  /** Absolute, as is `keyFile`: where a copy of the master key goes, if anywhere. */
  readonly file: string;
  readonly keyFile: string | undefined;
  readonly whenTaken: 'refuse' | 'replace';
  readonly caller: Caller;
}

export interface BackupReport {
  readonly storeId: string;
  /** How long its audit log is. */
  readonly entries: number;
  readonly file: string;
  readonly keyFile: string | undefined;
}

export interface RestoreRequest {
  /** Absolute, as is `keyFile`: the master key of the backup, if it is not the one in force. */
  readonly file: string;
  readonly keyFile: string | undefined;
  /** About a store that is newer, another one, or cannot be opened. */
  readonly whenOther: 'refuse' | 'overwrite';
  readonly lockTimeoutMs: DurationMs;
  readonly caller: Caller;
}

export interface RestoreReport {
  /** How long the audit log of the backup is, and when its last entry was made. */
  readonly entries: number;
  readonly takenAt: Instant | undefined;
  /** Where the store that was there is kept; undefined when there was none to compare with. */
  readonly aside: string | undefined;
  /** Versions and keys that the backup would have brought back, and that stay ended. */
  readonly endedAgain: number;
  readonly stoppedAgain: number;
  /** Versions issued since the backup. */
  readonly forgotten: number;
}

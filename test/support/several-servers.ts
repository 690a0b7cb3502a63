/** Real `keywright serve` processes over one store on PostgreSQL, and a reconciler's hand on the same store. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock, systemEntropy } from '../../src/adapters/system.js';
import { Secret } from '../../src/domain/secret.js';
import { openStore } from '../../src/main/open-store.js';
import { apiKey, TestStore, unwrap } from './store.js';
import { plainSealing } from './store-world.js';
import { COMMAND, type Workspace } from './workspace.js';

export const ROOT = 'the root token of these servers, which is long';

export interface Answered {
  /** 0: there was no answer. */
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was answered.
  readonly body: any;
}

export class ServerProcess {
  readonly #world: Workspace;
  readonly #address: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #url = '';
  #port = 0;
  #printed = '';

  /** `env` is more than what all of these servers have. */
  constructor(world: Workspace, address: string, env: Readonly<Record<string, string>> = {}) {
    this.#world = world;
    this.#address = address;
    this.#env = env;
  }

  /** All that it printed, in both streams. */
  get printed(): string {
    return this.#printed;
  }

  get url(): string {
    return this.#url;
  }

  /** Listens where it did before, if it did. */
  async start(): Promise<void> {
    const args = ['serve', '--listen', `127.0.0.1:${this.#port}`, '--store', this.#address];
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: this.#world.folder,
      env: {
        PATH: process.env['PATH'],
        KEYWRIGHT_ROOT_TOKEN: ROOT,
        KEYWRIGHT_RATE_LIMIT: '1000000',
        KEYWRIGHT_LOG_LEVEL: 'silent',
        ...this.#env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let printed = '';
    this.#url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        printed += chunk.toString('utf8');
        this.#printed += chunk.toString('utf8');
        const url = /http:\/\/[\d.:]+/.exec(printed)?.[0];
        if (url !== undefined) resolve(url);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', (chunk: Buffer) => {
        printed += chunk.toString('utf8');
        this.#printed += chunk.toString('utf8');
      });
      child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${printed}`)));
    });
    this.#port = Number(new URL(this.#url).port);
  }

  /** Resolves when the process is gone. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** Stops the process without its knowing, and resumes it. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async ask(line: string, token: string, body?: unknown): Promise<Answered> {
    const [method = 'GET', path = '/'] = line.split(' ');
    try {
      const response = await fetch(this.#url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch {
      return { status: 0, body: undefined };
    }
  }

  /** The code of a verification; `UNAVAILABLE` when it is unknown, or no server answers. */
  async code(key: string, asker = ROOT): Promise<string> {
    const { status, body } = await this.ask('POST /v1/keys/verify', asker, { key });
    if (status === 200) return body.data.code;
    if (status === 0 || status === 503) return 'UNAVAILABLE';
    throw new Error(`${status} ${JSON.stringify(body)}`);
  }
}

/** A reconciler's hand on the store of these servers, with a lease for a minute. Close its store. */
export async function handOnServer(world: Workspace, address: string): Promise<TestStore> {
  const store = unwrap(
    await openStore({
      ...{ clock: systemClock, entropy: systemEntropy, sealing: plainSealing(systemEntropy) },
      address: new Secret(address),
      folder: join(world.folder, '.keywright'),
      whenAbsent: 'create',
    }),
  );
  return new TestStore(store, unwrap(await store.acquireLease('reconciler', 60_000)));
}

/** Issues a key that may verify the keys of production; a caller that asks with it is answered from memory. */
export async function gatewayOf(hand: TestStore): Promise<string> {
  await hand.create(apiKey('gateway', { permissions: ['keys:verify'] }));
  return (await hand.rollOut('gateway', 1)).reveal();
}

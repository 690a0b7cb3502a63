/** A real `keywright run` in a workspace: what it logs, what it says of itself over HTTP, and its end. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workspace } from './workspace.js';

export interface LogEntry {
  readonly at: string;
  readonly level: string;
  readonly event: string;
  readonly message: string;
}

/** As much of `/status` as tests look at. */
export interface StatusPage {
  readonly role: string;
  readonly why?: string;
  readonly lastPass: {
    readonly result: string;
    readonly digest: string;
    readonly commit?: string;
    readonly approvals: readonly string[];
    readonly failed: readonly { readonly error: { readonly code: string } }[];
    readonly summary: { readonly unchanged: number };
    readonly withheld: readonly {
      readonly object: { readonly kind: string; readonly name: string };
      readonly reason: string;
      readonly cause?: { readonly path: string };
    }[];
    readonly findings: readonly { readonly code: string }[];
  } | null;
  readonly failing: {
    readonly times: number;
    readonly error: { readonly code: string; readonly message: string };
    readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  } | null;
}

export class ControllerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #log = '';

  /** Starts `keywright run ARGS`, with its status on a free port and its log in JSON. */
  constructor(workspace: Workspace, args = '', env: Readonly<Record<string, string>> = {}) {
    const line = `run --listen 127.0.0.1:0 --output json${args === '' ? '' : ` ${args}`}`;
    this.child = workspace.start(line, env);
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString('utf8');
    });
    this.ended = new Promise((resolve) =>
      this.child.once('exit', (code, signal) => resolve({ code, signal })),
    );
  }

  log(): string {
    return this.#log;
  }

  entries(): readonly LogEntry[] {
    return this.#log
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogEntry);
  }

  /** Undefined while it does not answer. */
  async page(path: string): Promise<Response | undefined> {
    const listening = this.entries().find(({ event }) => event === 'listening');
    const address = /http:\/\/[^/]+/.exec(listening?.message ?? '')?.[0];
    return address === undefined
      ? undefined
      : fetch(`${address}${path}`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  }

  async status(): Promise<StatusPage | undefined> {
    const page = await this.page('/status');
    return page && ((await page.json()) as StatusPage);
  }

  /** Waits until its status is so; gives it. */
  async until(what: string, isSo: (status: StatusPage) => boolean, withinMs = 30_000): Promise<StatusPage> {
    let last: StatusPage | undefined;
    await eventually(
      () => `${what}: ${JSON.stringify(last)}\n${this.#log}`,
      async () => {
        last = await this.status();
        return last !== undefined && isSo(last);
      },
      withinMs,
    );
    if (last === undefined) throw new Error(what);
    return last;
  }

  /** Waits until it leads and has nothing left to do. */
  settled(): Promise<StatusPage> {
    return this.until(
      'settled',
      ({ role, lastPass, failing }) =>
        role === 'leading' && lastPass?.result === 'unchanged' && failing === null,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.signal('SIGKILL');
    await this.ended;
  }
}

/** Looks until it is so; fails with what it was waiting for. */
export async function eventually(
  what: () => string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`did not come about in ${withinMs} ms: ${what()}`);
    await sleep(20);
  }
}

/** Runs of a driver under test: each is watched for the canary, on its standard error and on every command line. */
import { readdirSync, readFileSync } from 'node:fs';
import { withDeadline } from '../../async/deadline.js';
import type { Clock } from '../../ports/clock.js';
import type { DriverWorld } from '../driver.js';
import { type Answer, answerIn, EXIT, PROTOCOL_VERSION, type Value } from './protocol.js';
import { runDriver } from './request.js';

/** Between two looks at the processes of the machine, in milliseconds. */
const SAMPLE_EVERY_MS = 2;

export interface Subject {
  readonly command: readonly string[];
  readonly env: readonly string[];
  /** Of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** What every location of the test begins with. */
  readonly place: string;
  readonly world: Pick<DriverWorld, 'root' | 'roots' | 'env'>;
  readonly clock: Clock;
  /** In every value that is written, and nowhere else. */
  readonly canary: string;
}

/** How one run ended: an exit code, or why it has no code. */
export interface Outcome {
  readonly code: number | undefined;
  readonly why: string;
  readonly answer: Answer;
}

export type Condition = null | { readonly absent: true } | { readonly revision: string };

export class Trial {
  readonly subject: Subject;
  /** Where the canary was seen: `standard error of write`, `the command line of jq`. */
  readonly leaks = new Set<string>();

  constructor(subject: Subject) {
    this.subject = subject;
  }

  describe(): Promise<Outcome> {
    return this.#run('describe', {});
  }

  read(place: string): Promise<Outcome> {
    return this.#run('read', { place });
  }

  write(place: string, value: Value, condition: Condition, more: object = {}): Promise<Outcome> {
    const of = { object: 'ApiKey/driver-test', generation: 1 };
    return this.#run('write', { place, ...of, value, if: condition, ...more });
  }

  unknownVerb(): Promise<Outcome> {
    return this.#run('keywright-unknown-verb', {});
  }

  async #run(verb: string, body: object): Promise<Outcome> {
    const { command, env, timeoutMs, world, clock, canary } = this.subject;
    const input = JSON.stringify({ version: PROTOCOL_VERSION, ...body });
    const over = new AbortController();
    const started = (pid: number): void => void this.#sample(pid, over.signal);
    const ended = await withDeadline(timeoutMs, clock, (signal) =>
      runDriver({ command, env }, { verb, input, signal, world, onStart: started }),
    );
    over.abort();
    if (!ended.ok) return { code: undefined, why: ended.error.message, answer: {} };
    if (ended.value.errors.includes(canary)) this.leaks.add(`standard error of ${verb}`);
    const answer = answerIn(ended.value);
    const { code, why } = ended.value;
    if (answer.ok || code !== EXIT.done) return { code, why, answer: answer.ok ? answer.value : {} };
    return { code: undefined, why: answer.error, answer: {} };
  }

  /** Looks at the command lines of the driver and of what was started after it, until it has ended. */
  async #sample(pid: number, over: AbortSignal): Promise<void> {
    const { clock, canary } = this.subject;
    while (!over.aborted) {
      for (const { name, line } of commandLines(pid))
        if (line.includes(canary)) this.leaks.add(`the command line of ${name}`);
      await clock.sleep(SAMPLE_EVERY_MS, over).catch(() => undefined);
    }
  }
}

/** Is there anything to sample from? */
export const canSample = (): boolean => [...commandLines(0)].length > 0;

function* commandLines(from: number): Generator<{ readonly name: string; readonly line: string }> {
  for (const entry of listed()) {
    if (!/^\d+$/.test(entry) || Number(entry) < from) continue;
    const line = textOf(`/proc/${entry}/cmdline`);
    if (line !== '') yield { name: line.slice(0, line.indexOf('\0')).split('/').at(-1) ?? '', line };
  }
}

function listed(): readonly string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}

/** It may have ended by now. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

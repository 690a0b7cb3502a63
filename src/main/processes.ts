/**
 * Whether a process of this machine still runs. By its number alone it could be another one, so that its start counts
 * too; and only among those of the same boot, machine and space of process numbers, so that a container does not take
 * its neighbour for dead.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessMark } from '../ports/live-store.js';
import type { Processes } from '../ports/processes.js';

/** The position of the start time among the fields after the name. */
const STARTED = 19;

export const systemProcesses: Processes = {
  own: () => {
    const boot = bootOf();
    const started = statOf(process.pid)?.started;
    if (boot === undefined || started === undefined) return undefined;
    return { machine: hostname(), boot, pid: process.pid, started };
  },
  isDead: ({ machine, boot, pid, started }: ProcessMark) => {
    if (machine !== hostname() || boot !== bootOf()) return false;
    if (!isThere(pid)) return true;
    const found = statOf(pid);
    // What cannot be read may be hidden from us.
    return found !== undefined && (found.started !== started || found.isOver);
  },
};

/** Undefined on systems that do not say. */
function bootOf(): string | undefined {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${id} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function statOf(pid: number): { readonly started: string; readonly isOver: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in brackets and may hold anything.
    const [state = '', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const started = rest[STARTED - 1];
    return started === undefined ? undefined : { started, isOver: state === 'Z' || state === 'X' };
  } catch {
    return undefined;
  }
}

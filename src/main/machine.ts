/**
 * Which machine this is, for records of what was delivered to its files. The host's name is no answer: containers and
 * laptops change it, and two hosts may share one. So it is, in this order: KEYWRIGHT_MACHINE; the id that the operating
 * system keeps, hashed, since it is not to be shown; a generated id, kept for this user.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../domain/canonical.js';
import type { Entropy } from '../domain/entropy.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface Machine {
  /** Stable. Where nothing is kept yet, one that nothing was delivered from. */
  id(): string;
  /** Sees to it that the id is kept from now on; for a caller that is about to deliver. */
  keep(): void;
}

/** `systemFiles`: where the operating system keeps its id. */
export function machineOf(
  env: Env,
  entropy: Entropy,
  systemFiles: readonly string[] = SYSTEM_FILES,
): Machine {
  const given = env['KEYWRIGHT_MACHINE'];
  const file = join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'keywright', 'machine-id');
  let drawn: string | undefined;
  const ours = (): string => {
    const kept = textOf(file);
    if (kept !== undefined) return kept;
    drawn ??= Buffer.from(entropy.bytes(6)).toString('hex');
    return drawn;
  };
  const system = given === undefined ? systemId(systemFiles) : undefined;
  return {
    id: () => given ?? system ?? ours(),
    keep: () => {
      if (given === undefined && system === undefined) keepId(file, ours());
    },
  };
}

const SYSTEM_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** Twelve hex digits. */
function systemId(files: readonly string[]): string | undefined {
  const text = files.map(textOf).find((one) => one !== undefined && /^[0-9a-f]{32}$/.test(one));
  return text === undefined ? undefined : sha256(`keywright machine ${text}`).slice(0, 12);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Another process may have kept one just now: the first stays. */
function keepId(file: string, id: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${id}\n`, { flag: 'wx', mode: 0o600 });
  } catch {
    // Without a home that can be written to, sinks are distinguished by what they hold.
  }
}

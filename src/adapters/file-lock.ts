/**
 * A lock between processes, for deliveries into files. It is SQLite's own lock on a file without rows: the
 * kernel gives it back when its process is killed, and a paused process keeps it. All work of one process
 * shares it; files are kept apart from one another inside the process (sinks/turns.ts).
 *
 *     free ──first in: begin exclusive──▶ held by n ──last out: rollback──▶ free
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

/** How long another process may hold it before this one gives up. */
const TIMEOUT_MS = 5_000;
/** SQLite's own waiting would freeze the event loop, so this module makes the attempts. */
const ATTEMPT_EVERY_MS = 20;
/** Under constant load, newcomers wait for a release after this, so that other processes get a turn. */
const HOLD_MS = 500;

export interface FileLock {
  /** Runs `work` while no other process holds the lock. `sink_unavailable` when it is not to be had in 5 s. */
  exclusively<T>(work: () => Promise<Result<T>>): Promise<Result<T>>;
  close(): void;
}

/** The lock at `path`, a file that is made (0600) when it is first needed. */
export function openFileLock(path: string): FileLock {
  let database: Database.Database | undefined;
  let holders = 0;
  let heldSince = 0;
  let waiting: ((entered: Result<void>) => void)[] = [];

  function enter(): Promise<Result<void>> {
    // A waiting process goes first, or a busy process would never give the lock back.
    if (holders > 0 && waiting.length === 0 && performance.now() - heldSince < HOLD_MS) {
      holders += 1;
      return Promise.resolve(ok(undefined));
    }
    return new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) void admit();
    });
  }

  async function admit(): Promise<void> {
    const entered = await acquire();
    const admitted = waiting;
    waiting = [];
    if (entered.ok) {
      holders = admitted.length;
      heldSince = performance.now();
    }
    for (const resolve of admitted) resolve(entered);
  }

  async function acquire(): Promise<Result<void>> {
    const deadline = performance.now() + TIMEOUT_MS;
    for (;;) {
      // While this process holds it, it has to release it first.
      const begun = holders > 0 ? ok(false) : tryBegin();
      if (!begun.ok) return begun;
      if (begun.value) return ok(undefined);
      if (performance.now() >= deadline) return fail(busy(path));
      await sleep(ATTEMPT_EVERY_MS);
    }
  }

  function tryBegin(): Result<boolean> {
    try {
      database ??= openDatabase(path);
      database.exec('begin exclusive');
      return ok(true);
    } catch (error) {
      if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return ok(false);
      return fail(
        fault('sink_unavailable', `the lock file ${path} cannot be used; check its permissions`, error),
      );
    }
  }

  return {
    async exclusively(work) {
      const entered = await enter();
      if (!entered.ok) return entered;
      try {
        return await work();
      } finally {
        holders -= 1;
        if (holders === 0) database?.exec('rollback');
      }
    },
    close: () => {
      database?.close();
      database = undefined;
    },
  };
}

function openDatabase(path: string): Database.Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  return new Database(path, { timeout: 0 });
}

const busy = (path: string) =>
  fault(
    'sink_unavailable',
    `another keywright process has held the lock ${path} for ${TIMEOUT_MS / 1000} s (fuser shows which); let it finish, or stop it`,
  );

/**
 * The sinks that were delivered to from one working folder, a line each, so that what a removed key leaves in them is
 * found though no document names them any more. Holds no secret; where it is lost, nothing is taken out.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SinkId } from '../domain/kinds/index.js';
import type { DeliveredSinks } from '../sinks/sinks.js';

/** Reads the file once. Throws nothing: a list that cannot be kept only makes this process forget. */
export function deliveredSinks(path: string): DeliveredSinks {
  let known: Set<SinkId> | undefined;
  const all = (): Set<SinkId> => {
    known ??= new Set(linesOf(path));
    return known;
  };
  return {
    all: () => [...all()],
    add: (id) => {
      if (all().has(id)) return;
      all().add(id);
      quietly(() => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        appendFileSync(path, `${id}\n`, { mode: 0o600 });
      });
    },
    remove: (id) => {
      if (all().delete(id))
        quietly(() => writeFileSync(path, [...all()].map((one) => `${one}\n`).join(''), { mode: 0o600 }));
    },
  };
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The next delivery tries again.
  }
}

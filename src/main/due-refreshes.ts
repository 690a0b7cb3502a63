/**
 * The refreshes that are due from one working folder, a line of JSON each, so that one that failed, or that a crash cut
 * off, is done by the next plan. Holds no secret; where it is lost, what runs continues with what it has read.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DueRefresh } from '../ports/refresh.js';
import type { RefreshLog } from '../sinks/refreshes.js';

/** Reads the file when it is first asked. Throws nothing: a list that cannot be kept only makes this process forget. */
export function dueRefreshes(path: string): RefreshLog {
  let known: Map<string, DueRefresh> | undefined;
  const all = (): Map<string, DueRefresh> => {
    known ??= new Map(linesOf(path).map((one) => [JSON.stringify(one), one]));
    return known;
  };
  return {
    due: () => [...all().values()],
    note: (refresh) => {
      const { line, one } = lineOf(refresh);
      if (all().has(line)) return;
      all().set(line, one);
      quietly(() => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        appendFileSync(path, `${line}\n`, { mode: 0o600 });
      });
    },
    strike: (refresh) => {
      const { object, generation, target } = lineOf(refresh).one;
      const isDone = (other: DueRefresh): boolean =>
        other.object.name === object.name &&
        other.generation <= generation &&
        JSON.stringify(other.target) === JSON.stringify(target);
      const left = [...all()].filter(([, one]) => !isDone(one));
      known = new Map(left);
      quietly(() => writeFileSync(path, left.map(([line]) => `${line}\n`).join(''), { mode: 0o600 }));
    },
  };
}

/** One spelling of each, whatever the order of its members was. */
function lineOf({ object, generation, target }: DueRefresh): {
  readonly line: string;
  readonly one: DueRefresh;
} {
  const plain =
    'exec' in target
      ? { exec: target.exec }
      : { deployment: target.deployment, connection: target.connection };
  const one: DueRefresh = { object: { kind: object.kind, name: object.name }, generation, target: plain };
  return { line: JSON.stringify(one), one };
}

function linesOf(path: string): readonly DueRefresh[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => lineOf(JSON.parse(line)).one);
  } catch {
    return [];
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The next promotion notes it again.
  }
}

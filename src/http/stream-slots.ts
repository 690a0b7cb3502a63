/** How many streams are open: with one credential, from one network, and in all. */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

export interface StreamSlots {
  /** Gives what ends it; `overloaded` when that caller has as many as it may, or there are no more. */
  open(callers: readonly string[]): Result<() => void>;
}

/** One caller has a quarter of them at most. */
export function streamSlots(max: number): StreamSlots {
  const perCaller = Math.max(1, Math.ceil(max / 4));
  const byCaller = new Map<string, number>();
  let open = 0;
  const count = (callers: readonly string[], by: 1 | -1): void => {
    open += by;
    for (const caller of callers) {
      const left = (byCaller.get(caller) ?? 0) + by;
      if (left > 0) byCaller.set(caller, left);
      else byCaller.delete(caller);
    }
  };
  return {
    open: (callers) => {
      if (callers.some((caller) => (byCaller.get(caller) ?? 0) >= perCaller))
        return fail(
          fault('overloaded', `this caller has ${perCaller} streams open already; close one first`),
        );
      if (open >= max) return fail(fault('overloaded', 'too many streams are open'));
      count(callers, 1);
      return ok(() => count(callers, -1));
    },
  };
}

/** How many streams are open: with one credential, from one network, and in all. */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

export interface StreamCaller {
  readonly network: string;
  /** Undefined where many share it. */
  readonly credential: string | undefined;
}

export interface StreamSlots {
  /** Gives what ends it; `overloaded` when that caller has as many as it may, or there are no more. */
  open(caller: StreamCaller): Result<() => void>;
}

/** One credential has a quarter of them at most, and one network three quarters: several credentials may share it. */
export function streamSlots(max: number): StreamSlots {
  const perCredential = Math.max(1, Math.ceil(max / 4));
  const perNetwork = Math.max(1, Math.ceil((max * 3) / 4));
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
    open: ({ network, credential }) => {
      const callers = [
        `network ${network}`,
        ...(credential === undefined ? [] : [`credential ${credential}`]),
      ];
      const isFull = callers.some(
        (caller, nth) => (byCaller.get(caller) ?? 0) >= (nth === 0 ? perNetwork : perCredential),
      );
      if (isFull) return fail(fault('overloaded', 'this caller has too many streams open; close one first'));
      if (open >= max) return fail(fault('overloaded', 'too many streams are open'));
      count(callers, 1);
      return ok(() => count(callers, -1));
    },
  };
}

/** Exit codes, one for each kind of ending (contract.md, "Commands"). */
import type { FaultCode } from '../domain/errors.js';

export const EXIT = {
  done: 0,
  error: 1,
  changes: 2,
  refused: 3,
  stale: 4,
  partial: 5,
  locked: 6,
  unreachable: 7,
  usage: 64,
} as const;

/** As a shell has it for what Ctrl-C ended: at a question, before anything was done. */
export const INTERRUPTED = 130;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | typeof INTERRUPTED;

const OF_FAULT: Partial<Record<FaultCode, ExitCode>> = {
  usage: EXIT.usage,
  refused: EXIT.refused,
  approval_required: EXIT.refused,
  stale_plan: EXIT.stale,
  locked: EXIT.locked,
  lease_lost: EXIT.locked,
  store_unreachable: EXIT.unreachable,
  store_absent: EXIT.unreachable,
  interrupted: INTERRUPTED,
};

export const exitOf = (code: FaultCode): ExitCode => OF_FAULT[code] ?? EXIT.error;

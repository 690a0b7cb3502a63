/** Which file does which action. */
import { fault } from '../../domain/errors.js';
import { fail, type Result, unreachable } from '../../domain/result.js';
import type { Step } from '../../plan/plan.js';
import type { StepWorld } from '../step-world.js';
import { adopt } from './adopt.js';
import { confirm } from './confirm.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { deliver } from './deliver.js';
import { extend } from './extend.js';
import { issue } from './issue.js';
import { promote } from './promote.js';
import { revoke } from './revoke.js';
import { update } from './update.js';
import { withdraw } from './withdraw.js';

export function perform(step: Step, world: StepWorld): Promise<Result<unknown>> {
  switch (step.action) {
    case 'create':
      return create(step, world);
    case 'update':
      return update(step, world);
    case 'adopt':
      return adopt(step, world);
    case 'delete':
      return remove(step, world);
    case 'issue':
      return issue(step, world);
    case 'deliver':
      return deliver(step, world);
    case 'confirm':
      return confirm(step, world);
    case 'promote':
      return promote(step, world);
    case 'extend':
      return extend(step, world);
    case 'withdraw':
      return withdraw(step, world);
    case 'revoke':
      return revoke(step, world);
    case 'refresh':
      // After all others, in one wave (refresh-wave.ts).
      return Promise.resolve(fail(fault('internal', `${step.id} is not a step of its own`)));
    default:
      return unreachable(step);
  }
}

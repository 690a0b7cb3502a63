/** The account put together as its port: each question one snapshot, each change one transaction. */
import { ok } from '../../domain/result.js';
import { DAY_MS } from '../../domain/time.js';
import type { Accounts, Instance } from '../../ports/accounts.js';
import { callerBy, type Identity } from '../identity/identity.js';
import { accountOf, changeAccount } from './account.js';
import { abandon, begin, finish } from './replays.js';

/** Neither seen nor asked for after that. */
const INSTANCES_KEPT_MS = 7 * DAY_MS;

/** No effect on anything that is declared, so no entry: the log would hold little else. */
const OURSELVES = { actor: 'keywright', path: 'accounts' };

export const accountsOver = ({ read, write }: Pick<Identity, 'read' | 'write'>): Accounts => ({
  account: () => read(accountOf),
  change: (change, by) => write(callerBy(by), (work) => changeAccount(work, change, by)),
  usage: (from, until) =>
    read(async ({ tx }) => {
      const rows = await tx.accounting.usage(from, until);
      return ok(rows.map(({ is_billable, ...row }) => ({ ...row, isBillable: is_billable === 1 })));
    }),
  seen: ({ id, kind, name, version, startedAt }) =>
    write(OURSELVES, async ({ tx, now }) => {
      await tx.accounting.forgetInstances(now - INSTANCES_KEPT_MS);
      await tx.accounting.putInstance({
        ...{ id, kind, name, version },
        ...{ started_at: startedAt, last_seen_at: now },
      });
      return ok(undefined);
    }),
  instances: () =>
    read(async ({ tx }) => {
      const rows = await tx.accounting.instances();
      return ok(
        rows.map(({ id, kind, name, version, started_at, last_seen_at }) => ({
          ...{ id, kind: kind as Instance['kind'], name, version },
          ...{ startedAt: started_at, lastSeenAt: last_seen_at },
        })),
      );
    }),
  begin: (once, lifeMs) => write(OURSELVES, (work) => begin(work, once, lifeMs)),
  finish: (once, answer) => write(OURSELVES, (work) => finish(work, once, answer)),
  abandon: (once) => write(OURSELVES, (work) => abandon(work, once)),
});

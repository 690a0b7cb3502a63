/** The account put together as its port: each question one snapshot, each change one transaction. */
import { ok } from '../../domain/result.js';
import type { Accounts, Instance } from '../../ports/accounts.js';
import type { Identity } from '../identity/identity.js';
import { accountOf, changeAccount } from './account.js';
import { seen } from './instances.js';
import { begin, finish } from './replays.js';

/** No effect on anything that is declared, so no entry: the log would hold little else. */
const OURSELVES = { actor: 'keywright', path: 'accounts' };

export const accountsOver = ({ read, write, act }: Pick<Identity, 'read' | 'write' | 'act'>): Accounts => ({
  account: () => read(accountOf),
  change: (change, by) => act(by, (work, caller) => changeAccount(work, change, caller)),
  usage: (from, until) =>
    read(async ({ tx }) => {
      const rows = await tx.accounting.usage(from, until);
      return ok(rows.map(({ is_billable, ...row }) => ({ ...row, isBillable: is_billable === 1 })));
    }),
  seen: (instance) => write(OURSELVES, (work) => seen(work, instance)),
  instances: () =>
    read(async ({ tx }) => {
      const rows = await tx.accounting.instances();
      return ok(
        rows.map(({ id, name, version, kind, started_at, last_seen_at, behind, clock_skew_ms }) => ({
          ...{ id, name, version },
          kind: kind as Instance['kind'],
          clockSkewMs: clock_skew_ms ?? undefined,
          ...{ startedAt: started_at, lastSeenAt: last_seen_at, behind: behind ?? undefined },
        })),
      );
    }),
  begin: (once) => read((reading) => begin(reading, once)),
  finish: (once, answer) => write(OURSELVES, (work) => finish(work, once, answer)),
});

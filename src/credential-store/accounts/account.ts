/** The account: one row of facts about the store, under a MAC, so that a plan cannot be bought with a text editor. */

import { authorize } from '../../domain/access.js';
import { DEFAULT_PLAN, type Plan } from '../../domain/billing-plan.js';
import { canonicalJson } from '../../domain/canonical.js';
import { accountIdOf } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import { isVisibleText } from '../../domain/kinds/fields.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Instant } from '../../domain/time.js';
import type { Account, AccountChange } from '../../ports/accounts.js';
import type { By } from '../../ports/identity.js';
import { record } from '../audit-log.js';
import { identityOf } from '../bootstrap.js';
import type { Keyring } from '../keyring.js';
import { isSameMac, tampered } from '../rows.js';
import { parsedRow } from '../storage-port/broken-row.js';
import type { Transaction } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';

interface Reading {
  readonly tx: Transaction;
  readonly keyring: Keyring;
}

interface Kept {
  readonly name: string;
  readonly plan: Plan;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly updatedAt: Instant;
}

const ROW = 'account';
const NAME_MAX = 200;

/** As it came, until it is changed. */
export async function accountOf(reading: Reading): Promise<Result<Account>> {
  const { storeId, createdAt } = await identityOf(reading.tx);
  const kept = await keptOf(reading);
  if (!kept.ok) return kept;
  const asItCame: Kept = { name: 'Keywright', plan: DEFAULT_PLAN, attributes: {}, updatedAt: createdAt };
  return ok({ id: accountIdOf(storeId), createdAt, ...(kept.value ?? asItCame) });
}

async function keptOf({ tx, keyring }: Reading): Promise<Result<Kept | undefined>> {
  const row = await tx.meta.get(ROW);
  if (row === undefined) return ok(undefined);
  const [mac = ''] = row.split(' ', 1);
  const text = row.slice(mac.length + 1);
  if (!isSameMac(mac, keyring.rowMac(macText(text)))) return fail(tampered('account', ROW));
  return ok(parsedRow<Kept>(text, 'the account'));
}

const macText = (text: string): string => JSON.stringify([ROW, text]);

export async function changeAccount(
  work: UnitOfWork,
  change: AccountChange,
  { principal }: By,
): Promise<Result<Account>> {
  const before = await accountOf(work);
  if (!before.ok) return before;
  const { name = before.value.name, plan = before.value.plan, attributes = {} } = change;
  const target = plan === before.value.plan ? 'account' : 'owners';
  const allowed = authorize(principal, 'users:write', { kind: target });
  if (!allowed.ok) return allowed;
  if (name.trim() === '' || !isVisibleText(name, NAME_MAX))
    return fail(fault('bad_request', `name must be 1 to ${NAME_MAX} visible characters`));
  const { id, createdAt } = before.value;
  const merged = Object.entries({ ...before.value.attributes, ...withoutUndefined(attributes) });
  const kept: Kept = {
    ...{ name, plan, updatedAt: work.now },
    attributes: Object.fromEntries(merged.filter(([, value]) => value !== null)),
  };
  const recorded = await record(
    work,
    { kind: 'Account', name: id },
    { action: 'account.changed', detail: { plan, previousPlan: before.value.plan } },
  );
  if (!recorded.ok) return recorded;
  const text = canonicalJson(kept);
  await work.tx.meta.put({ name: ROW, value: `${work.keyring.rowMac(macText(text))} ${text}` });
  return ok({ id, createdAt, ...kept });
}

const withoutUndefined = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

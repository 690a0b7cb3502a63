/** Services, teams, roles and connections: a caller gives by them no more than they have. */
import { authorize } from '../../domain/access.js';
import { kindOf } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import type { Declaration } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import type { By } from '../../ports/identity.js';
import { conferredBy } from '../conferred.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { type KindRules, refuseBroken } from './kind-rules.js';

export const groupRules: KindRules = {
  declare: async (work, { kind, name = '', labels, spec }, by) => {
    const metadata = { name, ...(labels !== undefined && { labels }) };
    const declaration = { kind, metadata, spec: normalForm(kindOf(kind).schema, spec) } as Declaration;
    const allowed = await mayBecome(work, declaration, undefined, by);
    return allowed.ok ? ok({ declaration }) : allowed;
  },
  /** Of what it is and of what it is to be: a team's admin does not reach into another team by renaming theirs. */
  mayChange: async (work, { row, before, after }, by) => {
    const allowed = mayManage(before, [], by);
    return allowed.ok ? mayBecome(work, after, row, by) : allowed;
  },
  mayRemove: (_, row, by) => mayManage(declarationOf(row), [], by),
};

/** `before`: as it is, whose rights it has already. */
async function mayBecome(
  work: UnitOfWork,
  declaration: Declaration,
  before: ObjectRow | undefined,
  by: By,
): Promise<Result<void>> {
  const confers = await conferredBy(work, declaration, before);
  const allowed = confers.ok ? mayManage(declaration, confers.value, by) : confers;
  return allowed.ok ? refuseBroken(declaration) : allowed;
}

/** A team by itself; anything else of the account by what it confers. */
function mayManage(
  { kind, metadata, spec }: Declaration,
  confers: readonly string[],
  { principal }: By,
): Result<void> {
  const { noun, target } = kindOf(kind).access;
  const own = target?.({ name: metadata.name, id: '', spec });
  const whole = own?.kind === 'team' ? { ...own, confers } : ({ kind: 'role', confers } as const);
  return authorize(principal, `${noun}:write`, whole);
}

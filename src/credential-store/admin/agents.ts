/**
 * Agents: what customers deploy to an environment, as they deployed it. Kept and listed; nothing here runs them, and
 * no declaration names them.
 */

import { authorize } from '../../domain/access.js';
import { canonicalJson } from '../../domain/canonical.js';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { base62 } from '../../domain/secret.js';
import type { Agent, Attributes } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { record } from '../audit-log.js';
import { loadObject } from '../key-repository.js';
import { parsedRow } from '../storage-port/broken-row.js';
import type { AttributeRow, Transaction } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { keptIn } from './attributes.js';

export async function agentsOf(
  tx: Transaction,
  environmentIds: readonly string[],
): Promise<Result<readonly Agent[]>> {
  return ok((await tx.belongings.of(environmentIds, 'agent')).map(agentIn));
}

export interface NewAgent {
  /** By name. */
  readonly environment: string;
  readonly attributes: Attributes;
}

export async function deployAgent(
  work: UnitOfWork,
  { environment, attributes }: NewAgent,
  { principal }: By,
): Promise<Result<Agent>> {
  const allowed = authorize(principal, 'environments:write', { kind: 'environment', environment });
  if (!allowed.ok) return allowed;
  const object = await loadObject(work, { kind: 'Environment', name: environment });
  if (!object.ok) return object;
  const slug = typeof attributes['slug'] === 'string' ? attributes['slug'] : undefined;
  const all = await work.tx.belongings.of([object.value.id], 'agent');
  const before = slug === undefined ? undefined : all.find(({ name }) => name === slug);
  if (before === undefined && all.length >= AGENTS_MAX)
    return fail(fault('conflict', `${environment} has ${AGENTS_MAX} agents; delete one first`));
  const id = before?.id ?? `us_ag_${base62(16, work.entropy)}`;
  const version = before === undefined ? 1 : agentIn(before).version + 1;
  const row: AttributeRow = {
    ...{ id, kind: 'agent', object_id: object.value.id, name: slug ?? id },
    value: canonicalJson({ version, attributes }),
    created_at: before?.created_at ?? work.now,
    updated_at: work.now,
  };
  const action = before === undefined ? 'agent.created' : 'agent.updated';
  const recorded = await record(work, object.value, { action, detail: { agentId: id, slug, version } });
  if (!recorded.ok) return recorded;
  await work.tx.belongings.put(row);
  return ok(agentIn(row));
}

const AGENTS_MAX = 200;

export async function removeAgent(work: UnitOfWork, id: string, { principal }: By): Promise<Result<void>> {
  const row = await work.tx.belongings.byId(id);
  const object = row?.kind === 'agent' ? await work.tx.objects.byId(row.object_id) : undefined;
  if (object === undefined) return fail(fault('not_found', 'agent not found; GET /agents lists agents'));
  const target = { kind: 'environment', environment: object.name } as const;
  const allowed = authorize(principal, 'environments:write', target);
  if (!allowed.ok) return allowed;
  const recorded = await record(work, object, { action: 'agent.deleted', detail: { agentId: id } });
  if (!recorded.ok) return recorded;
  await work.tx.belongings.remove(id);
  return ok(undefined);
}

function agentIn(row: AttributeRow): Agent {
  const { version, attributes } = parsedRow<Pick<Agent, 'version' | 'attributes'>>(
    row.value,
    `agent ${row.id}`,
  );
  return { ...keptIn(row), id: row.id, environmentId: row.object_id, version, attributes };
}

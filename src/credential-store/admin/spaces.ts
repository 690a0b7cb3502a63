/** Environments and spaces: created under a name that documents could have, with attributes that are kept beside them. */
import { authorize } from '../../domain/access.js';
import { kindOf } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { type DeclarationOf, scopedName } from '../../domain/objects.js';
import type { Principal } from '../../domain/principal.js';
import { ok, type Result } from '../../domain/result.js';
import type { Attributes, NewObject } from '../../ports/admin.js';
import { confineSession } from '../identity/sessions.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { keepAttributes } from './attributes.js';
import type { KindRules } from './kind-rules.js';
import { another, labelFrom } from './names.js';

type Kinds = 'Environment' | 'Space';

export const spaceRules: KindRules<Kinds> = {
  declare: async (work, asked, { principal }) => {
    const { spec } = asked;
    const allowed =
      'environment' in spec
        ? authorize(principal, 'spaces:write', { kind: 'environment', environment: spec.environment })
        : authorize(principal, 'environments:write', { kind: 'account' });
    return allowed.ok ? ok({ declaration: await declarationFor(work, asked) }) : allowed;
  },
  created: async (work, { asked: { name, attributes }, row, by }) => {
    const own = declarationOf(row).metadata.name;
    const kept = await keepAttributes(work, row, displayNameIn({ ...attributes, name }, own));
    const confined = kept.ok ? await confineSession(work, by.principal, row) : kept;
    return confined.ok ? ok({}) : confined;
  },
  mayChange: (_, { row }, { principal }) => mayWrite(principal, row),
  mayRemove: (_, row, { principal }) => mayWrite(principal, row),
};

/** Environments are made and changed by people, who have all of the account in view. */
function mayWrite(principal: Principal, row: ObjectRow): Result<void> {
  const declaration = declarationOf(row);
  if (declaration.kind !== 'Space') return authorize(principal, 'environments:write', { kind: 'account' });
  const { spec, metadata } = declaration;
  const place = { environment: spec.environment, space: { name: metadata.name, id: row.id } };
  return authorize(principal, 'spaces:write', { kind: 'place', place });
}

async function declarationFor(
  work: UnitOfWork,
  { kind, name = '', labels = {}, ...asked }: NewObject<Kinds>,
): Promise<DeclarationOf<Kinds>> {
  const spec = normalForm(kindOf(kind).schema, asked.spec);
  const wished = labelFrom(name, kind.toLowerCase());
  const called = (own: string) => ({ kind, metadata: { name: own, labels }, spec }) as DeclarationOf<Kinds>;
  const isTaken = await work.tx.objects.find(kind, scopedName(called(wished), wished));
  // There may be many spaces that people call the same; an environment is what keys and spaces are named by.
  if (kind === 'Environment' || isTaken === undefined) return called(wished);
  return called(another(wished, work));
}

/** A name for people is kept only where it says more than the name itself. */
export const displayNameIn = (attributes: Attributes, own: string): Attributes =>
  attributes['name'] === own ? { ...attributes, name: null } : attributes;

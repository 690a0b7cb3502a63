/** What a store holds taken as what is desired: where no documents are, or whatever they say by now. */

import { digestOf } from '../domain/canonical.js';
import type { DesiredEntry, DesiredState } from '../domain/desired.js';
import { fault } from '../domain/errors.js';
import { KINDS, kindOf, sinkIdsOf } from '../domain/kinds/index.js';
import { normalForm } from '../domain/kinds/normal-form.js';
import {
  type Declaration,
  declarationDigest,
  formerName,
  type ObjectRef,
  type Position,
  refOf,
  refText,
} from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';

/** A desired state that holds this one object, exactly as it is live. */
export async function desiredAsLive(store: LiveStore, ref: ObjectRef): Promise<Result<DesiredState>> {
  const fetched = await store.fetch([ref]);
  if (!fetched.ok) return fetched;
  const [live] = fetched.value;
  if (live === undefined) return fail(fault('not_found', `there is no live ${refText(ref)}`));
  const { declaration, digest, ownership } = live;
  const entry = entryOf(declaration, { file: '(live)', line: 1, column: 1 });
  return ok({ project: plainProject(ownership?.project ?? 'none'), entries: [entry], digest });
}

/** All that a project applied last, sorted by `compareRefs`. Its guards and policies are those of a project that names none. */
export function desiredAsApplied(project: string, declarations: readonly Declaration[]): DesiredState {
  const position = { file: '(applied)', line: 1, column: 1 };
  const entries = declarations.map((declaration) => entryOf(declaration, position));
  const digest = digestOf({ project, entries: entries.map((entry) => entry.digest) });
  return { project: plainProject(project), entries, digest };
}

const plainProject = (name: string): DesiredState['project'] => ({
  name,
  spec: normalForm(KINDS.Project.schema, {}) as DesiredState['project']['spec'],
});

const entryOf = (declaration: Declaration, position: Position): DesiredEntry => ({
  ref: refOf(declaration),
  digest: declarationDigest(declaration),
  position,
  labels: declaration.metadata.labels ?? {},
  references: kindOf(declaration.kind).references(declaration.spec),
  sinks: sinkIdsOf(declaration),
  previousName: formerName(declaration),
  load: () => declaration,
});

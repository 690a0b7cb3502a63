/** The live declaration taken as the desired one: for rotating a key whatever the documents say by now. */

import type { DesiredState } from '../domain/desired.js';
import { fault } from '../domain/errors.js';
import { KINDS, kindOf, sinkIdOf } from '../domain/kinds/index.js';
import { normalForm } from '../domain/kinds/normal-form.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';

/** A desired state that holds this one object, exactly as it is live. */
export async function desiredAsLive(store: LiveStore, ref: ObjectRef): Promise<Result<DesiredState>> {
  const fetched = await store.fetch([ref]);
  if (!fetched.ok) return fetched;
  const [live] = fetched.value;
  if (live === undefined) return fail(fault('not_found', `there is no live ${refText(ref)}`));
  const { declaration, digest, ownership } = live;
  const entry = {
    ref,
    digest,
    position: { file: '(live)', line: 1, column: 1 },
    labels: declaration.metadata.labels ?? {},
    references: kindOf(ref.kind).references(declaration.spec),
    sinks: declaration.kind === 'ApiKey' ? (declaration.spec.deliver ?? []).map(sinkIdOf) : [],
    load: () => declaration,
  };
  const project = {
    name: ownership?.project ?? 'none',
    spec: normalForm(KINDS.Project.schema, {}) as DesiredState['project']['spec'],
  };
  return ok({ project, entries: [entry], digest });
}

/** One entry per effect: what the audit log must say about a transaction, derived from the rows it changed. */
import type { KeptProject } from '../../src/credential-store/project-settings.js';
import type { AuditRow, MetaRow, ObjectRow, VersionRow } from '../../src/credential-store/storage-port.js';
import type { RowChange } from './tables.js';

/** Undefined when entries and effects agree; otherwise a sentence. */
export function auditMismatch(
  changes: readonly RowChange[],
  objectOf: (id: string) => ObjectRow | undefined,
): string | undefined {
  const entries = rowsOf<AuditRow>(changes, 'audit').flatMap(({ after }) => after ?? []);
  const said = entries
    .filter(({ object_kind }) => object_kind !== 'Store')
    .map((row) => `${row.action} ${row.object_kind}/${row.object_name}`)
    .sort();
  const done = [...effectsOf(changes, objectOf), ...declared(changes)].toSorted();
  if (said.join() === done.join()) return undefined;
  return `the log says [${said.join(', ')}], and what was done is [${done.join(', ')}]`;
}

export const rowsOf = <Row>(changes: readonly RowChange[], table: string): readonly RowChange<Row>[] =>
  changes.filter((change) => change.table === table) as readonly RowChange<Row>[];

/** What projects declare of themselves is one row; how much they removed lately is in it too, and no effect of its own. */
function declared(changes: readonly RowChange[]): readonly string[] {
  const row = rowsOf<MetaRow>(changes, 'meta').find(({ after }) => after?.name === 'projects');
  const [before, after] = [settingsIn(row?.before), settingsIn(row?.after)];
  return [...after].flatMap(([name, settings]) =>
    before.get(name) === settings ? [] : [`project.declared Project/${name}`],
  );
}

function settingsIn(row: MetaRow | undefined): ReadonlyMap<string, string> {
  const projects = row === undefined ? [] : JSON.parse(row.value.slice(row.value.indexOf(' ') + 1));
  return new Map(
    projects.map(({ removals: _, ...settings }: KeptProject) => [settings.project, JSON.stringify(settings)]),
  );
}

function effectsOf(
  changes: readonly RowChange[],
  objectOf: (id: string) => ObjectRow | undefined,
): readonly string[] {
  const objects = new Map(rowsOf<ObjectRow>(changes, 'objects').map((one) => [one.after?.id ?? '', one]));
  const versions = new Map<string, RowChange<VersionRow>[]>();
  for (const change of rowsOf<VersionRow>(changes, 'versions')) {
    const id = change.after?.object_id ?? change.before?.object_id ?? '';
    versions.set(id, [...(versions.get(id) ?? []), change]);
  }
  return [...new Set([...objects.keys(), ...versions.keys()])].flatMap((id) => {
    const row = objectOf(id);
    const actions = [
      ...objectEffects(objects.get(id)),
      ...versionEffects(versions.get(id) ?? [], objects.get(id)),
    ];
    return [...actions.map((action) => `${action} ${row?.kind}/${row?.name}`), ...renaming(objects.get(id))];
  });
}

/** Recorded in the history of either name. */
function renaming(change: RowChange<ObjectRow> | undefined): readonly string[] {
  const { before, after } = change ?? {};
  if (before === undefined || after === undefined || before.name === after.name) return [];
  return [before, after].map(({ kind, name }) => `object.renamed ${kind}/${name}`);
}

function objectEffects(change: RowChange<ObjectRow> | undefined): readonly string[] {
  const { before, after } = change ?? {};
  if (after === undefined) return [];
  if (before === undefined) return ['object.created'];
  const differs = (field: keyof ObjectRow): boolean => before[field] !== after[field];
  const effects: string[] = [];
  if (differs('removed_at')) effects.push('object.deleted');
  // Another name is recorded as such, with all that changes with it.
  if (differs('digest') && !differs('name')) effects.push('object.updated');
  else if (differs('project') || differs('manager')) effects.push('object.adopted');
  if (differs('rotation_requested_at')) effects.push('key.rotation-requested');
  if (differs('acknowledged_generation')) effects.push('key.acknowledged');
  if (differs('deactivated_at'))
    effects.push(after.deactivated_at === null ? 'key.activated' : 'key.deactivated');
  return effects;
}

function versionEffects(
  changes: readonly RowChange<VersionRow>[],
  object: RowChange<ObjectRow> | undefined,
): readonly string[] {
  const isRemoval = object?.before?.removed_at === null && object.after?.removed_at !== null;
  const issued = changes.filter(({ before }) => before === undefined).map(() => 'key.issued');
  const isPromoted = changes.some(
    ({ before, after }) => (before?.promoted_at ?? null) === null && after?.promoted_at != null,
  );
  const isRevoked = changes.some(
    ({ before, after }) => before !== undefined && before.revoked_at !== after?.revoked_at,
  );
  const isClaimed = changes.some(
    ({ before, after }) => before?.sealed != null && after?.sealed === null && after.revoked_at === null,
  );
  const isExtended = changes.some(
    ({ before, after }) => before !== undefined && before.expires_at !== after?.expires_at,
  );
  const effects = [...issued];
  if (isExtended) effects.push('key.extended');
  if (isPromoted) effects.push('key.promoted');
  if (isRevoked && !isRemoval) effects.push('key.revoked');
  if (isClaimed && !isPromoted) effects.push('key.claimed');
  return effects;
}

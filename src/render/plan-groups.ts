/** A plan as people read it: one entry an object, a whole rollout on one line. Shared by every view of a plan. */
import { sinkIdOf } from '../domain/kinds/index.js';
import { refText } from '../domain/objects.js';
import { formatDuration } from '../domain/time.js';
import { refreshText } from '../plan/due-refreshes.js';
import type { Action, FieldChange, Step, Summary } from '../plan/plan.js';
import type { StepReason } from '../plan/reasons.js';
import { declarationLines, impliedLines } from './declaration-text.js';
import { printable, sinkText, valueText } from './text-format.js';

export type Verb =
  | 'create'
  | 'update'
  | 'replace'
  | 'adopt'
  | 'delete'
  | 'issue'
  | 'rotate'
  | 'resume'
  | 'extend'
  | 'confirm'
  | 'withdraw'
  | 'refresh'
  | 'revoke';

export interface Group<S extends Step = Step> {
  readonly object: string;
  readonly verb: Verb;
  /** Of the step that gives the entry its verb. */
  readonly reason: StepReason;
  /** Printable lines, most important first. */
  readonly lines: readonly string[];
  readonly steps: readonly S[];
}

/** In the order in which the plan first touches each object. */
export function groupsOf<S extends Step>(steps: readonly S[]): readonly Group<S>[] {
  const byObject = new Map<string, S[]>();
  for (const step of steps) {
    const name = refText(step.object);
    const group = byObject.get(name);
    if (group) group.push(step);
    else byObject.set(name, [step]);
  }
  return [...byObject].map(([object, own]) => groupOf(object, own));
}

function groupOf<S extends Step>(name: string, steps: readonly S[]): Group<S> {
  const { verb, reason } = headOf(steps);
  const object = printable(name);
  return { object, verb, reason, lines: [...objectLines(steps), ...versionLines(steps, reason)], steps };
}

/** What happens to the object itself names the entry; else what happens to its versions. */
function headOf(steps: readonly Step[]): { readonly verb: Verb; readonly reason: StepReason } {
  const first = (action: Action): Step | undefined => steps.find((step) => step.action === action);
  const reason = (first('issue') ?? first('promote') ?? steps[0])?.reason ?? 'DeclarationChanged';
  for (const action of ['create', 'update', 'adopt', 'delete'] as const) {
    const step = first(action);
    if (step === undefined) continue;
    return { verb: action === 'create' && first('delete') ? 'replace' : action, reason: step.reason };
  }
  if (reason === 'Undelivered') return { verb: 'resume', reason };
  const issue = steps.find((step) => step.action === 'issue');
  if (issue) return { verb: issue.detail.generation === 1 ? 'issue' : 'rotate', reason };
  if (first('extend')) return { verb: 'extend', reason };
  if (first('refresh') && !first('promote') && !first('revoke')) return { verb: 'refresh', reason };
  if (first('withdraw')) return { verb: 'withdraw', reason };
  const revoke = first('revoke');
  if (revoke === undefined && first('confirm')) return { verb: 'confirm', reason };
  return { verb: 'revoke', reason: revoke?.reason ?? reason };
}

function objectLines(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => {
    if (step.action === 'update') return step.detail.changes.map(changeLine);
    if (step.action === 'create') {
      const { declaration, changes, implied } = step.detail;
      return [...(changes?.map(changeLine) ?? declarationLines(declaration)), ...impliedLines(implied)];
    }
    if (step.action === 'delete' && step.detail.overlapMs > 0)
      return [`its versions stay accepted for ${formatDuration(step.detail.overlapMs)}`];
    return [];
  });
}

const changeLine = ({ path, from, to }: FieldChange): string =>
  `${printable(path)}: ${valueText(from)} → ${valueText(to)}`;

/** `issue version 2 → dotenv a.env#KEY → promote`; the reason where the entry's own is another. */
function versionLines(steps: readonly Step[], shown: StepReason): readonly string[] {
  const why = ({ reason }: Step): string => (reason === shown ? '' : ` (${reason})`);
  return steps.flatMap((step) => {
    if (step.action === 'promote') return [`${rolloutText(steps, step)}${why(step)}`];
    if (step.action === 'refresh')
      return [
        `then ${printable(refreshText(step.detail.target))} for version ${step.detail.generation}${why(step)}`,
      ];
    if (step.action === 'withdraw')
      return [`take its secret out of ${sinkText(step.detail.sink)}${why(step)}`];
    if (step.action === 'extend') return [`${extensionText(step)}${why(step)}`];
    if (step.action === 'revoke') return [`${revokeText(steps, step)}${why(step)}`];
    return [];
  });
}

const extensionText = ({ detail }: Extract<Step, { action: 'extend' }>): string =>
  `version ${detail.generation} ${detail.expiresAt === null ? 'no longer expires' : `expires on ${detail.expiresAt}`}`;

function rolloutText(steps: readonly Step[], promote: Extract<Step, { action: 'promote' }>): string {
  const { generation, sinks } = promote.detail;
  const delivered = new Set(
    steps.flatMap((step) => (step.action === 'deliver' ? [sinkIdOf(step.detail.sink)] : [])),
  );
  const places = sinks.map((id) =>
    delivered.has(id) ? sinkText(id) : `${sinkText(id)} (already up to date)`,
  );
  const start = promote.reason === 'Undelivered' ? 'resume' : 'issue';
  const middle = places.length > 0 ? places.join(', ') : 'kept sealed until it is claimed';
  return `${start} version ${generation} → ${middle} → promote`;
}

function revokeText(steps: readonly Step[], revoke: Extract<Step, { action: 'revoke' }>): string {
  const touches = steps.flatMap((step) =>
    step.action === 'confirm' && revoke.dependsOn.includes(step.id) ? [sinkText(step.detail.sink)] : [],
  );
  const { generations } = revoke.detail;
  const ends = `revoke version${generations.length === 1 ? '' : 's'} ${generations.join(', ')}`;
  const again = steps.flatMap((step) =>
    step.action === 'confirm' && step.dependsOn.includes(revoke.id) ? [sinkText(step.detail.sink)] : [],
  );
  const before = touches.length === 0 ? '' : `confirm ${touches.join(', ')} → `;
  return `${before}${ends}${again.length === 0 ? '' : ` → read ${again.join(', ')} again`}`;
}

/** `2 to create, 1 to rotate; 5 unchanged`. */
export function summaryText(summary: Summary): string {
  const { unchanged, unmanaged, deliver: _, ...work } = summary;
  const parts = Object.entries(work)
    .filter(([, count]) => count > 0)
    .map(([verb, count]) => `${count} to ${verb}`);
  const rest = unmanaged > 0 ? `${unchanged} unchanged, ${unmanaged} unmanaged` : `${unchanged} unchanged`;
  return `${parts.length > 0 ? parts.join(', ') : 'no steps now'}; ${rest}`;
}

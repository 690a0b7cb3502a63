/** What a refresh is of: the Deployment that is restarted, or the program that is run, once for all keys that name it. */
import { connectionNeeded, type SinkDeclaration } from './index.js';

export type RefreshTarget =
  /** `deployment` as NAMESPACE/NAME, in the cluster of the Connection. */
  { readonly deployment: string; readonly connection: string } | { readonly exec: readonly string[] };

/** Of a `deliver` entry; undefined where it names none. */
export function refreshTargetOf(sink: SinkDeclaration): RefreshTarget | undefined {
  const { deployment, connection, exec } = sink.refresh ?? {};
  if (exec !== undefined) return { exec };
  const cluster = connection ?? connectionNeeded(sink)?.name;
  return deployment === undefined || cluster === undefined ? undefined : { deployment, connection: cluster };
}

/** Names it, the same for the same: `deployment k/shop/billing`, `exec ./roll.sh billing`. */
export const refreshTargetId = (target: RefreshTarget): string =>
  'exec' in target
    ? `exec ${target.exec.map((one) => (/^[\w./:@=-]+$/.test(one) ? one : JSON.stringify(one))).join(' ')}`
    : `deployment ${target.connection}/${target.deployment}`;

/** Each once, in the order of the entries. */
export const refreshTargetsOf = (sinks: readonly SinkDeclaration[]): readonly RefreshTarget[] => [
  ...new Map(
    sinks.flatMap((sink) => {
      const target = refreshTargetOf(sink);
      return target ? [[refreshTargetId(target), target] as const] : [];
    }),
  ).values(),
];

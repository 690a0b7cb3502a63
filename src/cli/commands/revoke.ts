/**
 * `keywright revoke KEY`: every version ends, after the overlap or at once. Says first who still uses
 * it (U10). A key that is still declared is issued anew by the next apply: the declaration wins.
 */

import { isAlive, rotationPolicy } from '../../domain/lifecycle.js';
import { type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import { formatDuration, formatInstant, type Instant } from '../../domain/time.js';
import type { LiveStore } from '../../ports/live-store.js';
import { historyOf } from '../../reconcile/drift-attribution.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { type Failure, failed } from '../failure.js';
import { printObject } from '../output.js';
import { AUTO_APPROVE, agreedCaller, BREAK_GLASS, confirm } from '../prompt-approval.js';
import { findKey, KEY_ARGUMENT, type LiveKey, parseRef } from '../resolve-ref.js';
import { withStore } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const revoke: Command = {
  name: 'revoke',
  arguments: KEY_ARGUMENT,
  description:
    'Retire a key: its versions are refused when the overlap has passed, or immediately with --now. ' +
    'Cannot be undone. The next apply issues a declared key again; to stop the key, remove its document.',
  options: [
    { flags: '--now', description: 'break-glass: refuse the key immediately, even if consumers fail' },
    AUTO_APPROVE,
    BREAK_GLASS,
  ],
  examples: ['keywright revoke billing-prod', 'keywright revoke billing-prod --now --auto-approve'],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      const found = await findKey(store, input);
      if (!found.ok) return (await endRemoved(context, input, store)) ?? found;
      const { ref, declaration } = found.value;
      const facts = await store.facts();
      if (!facts.ok) return failed(facts.error);
      const overlapMs = input.has('now') ? 0 : rotationPolicy(declaration.spec).overlapMs;
      const agreed = await confirm(context, input, impact(found.value, overlapMs, facts.value.now));
      if (!agreed.ok) return agreed;
      const revoked = await store.request(
        { kind: 'revoke', object: ref, overlapMs },
        agreedCaller(context, input, agreed.value),
      );
      if (!revoked.ok) return failed(revoked.error);
      const { changed } = revoked.value;
      const text = outcome(ref.name, changed, overlapMs);
      return tell(context, { ref, changed, refusedFrom: facts.value.now + overlapMs, text });
    }),
};

/**
 * A key that was removed is accepted for its overlap still, and an emergency may not be able to wait for that.
 * Undefined where no key of this name is on its way out.
 */
async function endRemoved(
  context: CommandContext,
  input: Input,
  store: LiveStore,
): Promise<Result<ExitCode, Failure> | undefined> {
  const parsed = parseRef(input.argument(0) ?? '', 'ApiKey');
  if (!parsed.ok || parsed.value.kind !== 'ApiKey') return undefined;
  const ref = parsed.value;
  const history = await historyOf(store, refText(ref));
  // A caller who may not read the log gets the message for a name that is not live.
  if (!history.ok) return history.error.code === 'forbidden' ? undefined : failed(history.error);
  const facts = await store.facts();
  if (!facts.ok) return failed(facts.error);
  const { now } = facts.value;
  const ends = history.value.map(({ action, detail }) =>
    action === 'object.deleted' ? detail['endsAt'] : 0,
  );
  const end = Math.max(0, ...ends.filter((one) => typeof one === 'number'));
  if (end <= now) return undefined;
  const removed = `${refText(ref)} was removed, and its versions are accepted until ${formatInstant(end)} at the latest.`;
  if (!input.has('now'))
    return tell(context, {
      ref,
      changed: false,
      refusedFrom: end,
      text: `${removed} To end them immediately, use --now`,
    });
  const agreed = await confirm(context, input, `${removed} This ends them immediately and permanently.`);
  if (!agreed.ok) return agreed;
  const revoked = await store.request(
    { kind: 'revoke', object: ref, overlapMs: 0 },
    agreedCaller(context, input, agreed.value),
  );
  if (!revoked.ok) return failed(revoked.error);
  const { changed } = revoked.value;
  return tell(context, { ref, changed, refusedFrom: now, text: outcome(ref.name, changed, 0) });
}

interface Told {
  readonly ref: ObjectRef;
  readonly changed: boolean;
  readonly refusedFrom: Instant;
  readonly text: string;
}

function tell(context: CommandContext, { ref, changed, refusedFrom, text }: Told): Result<ExitCode, Failure> {
  const { flags, terminal } = context;
  if (flags.output === 'json')
    printObject(
      'Revocation',
      { name: refText(ref), changed, refusedFrom: formatInstant(refusedFrom) },
      context,
    );
  else terminal.out(`${text}\n`);
  return ok(EXIT.done);
}

function outcome(name: string, changed: boolean, overlapMs: number): string {
  if (!changed) return `ApiKey/${name} has no version that would be accepted longer; nothing was changed.`;
  return overlapMs === 0
    ? `ApiKey/${name} is revoked: all versions are refused from now on.`
    : `ApiKey/${name} is being retired: all versions are refused in ${formatDuration(overlapMs)}.`;
}

/** What a person should know before saying yes. */
export function impact(
  { ref, key, deliveries, ownership }: LiveKey,
  overlapMs: number,
  now: Instant,
): string {
  const alive = key.versions.filter((version) => isAlive(version, now));
  const when = overlapMs === 0 ? 'immediately' : `in ${formatDuration(overlapMs)}`;
  return [
    `This permanently ends ${refText(ref)} ${when}:`,
    ...alive.map((one) => `  version ${one.generation}: ${lastUse(one.lastUsedAt, now)}`),
    ...deliveries.map(({ sink }) => `  delivered to ${sink}`),
    ...(ownership ? [`  declared by project ${ownership.project}: its next apply issues the key again`] : []),
  ].join('\n');
}

const lastUse = (at: Instant | undefined, now: Instant): string =>
  at === undefined ? 'never used' : `last used ${formatDuration(now - at)} ago`;

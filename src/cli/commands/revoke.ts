/**
 * `keywright revoke KEY`: every version ends, after the overlap or at once. Says first who still uses
 * it (U10). A key that is still declared is issued anew by the next apply: the declaration wins.
 */
import { isAlive, rotationPolicy } from '../../domain/lifecycle.js';
import { refText } from '../../domain/objects.js';
import { ok } from '../../domain/result.js';
import { formatDuration, formatInstant, type Instant } from '../../domain/time.js';
import type { Command } from '../command.js';
import { AUTO_APPROVE, confirm } from '../confirming.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { findKey, KEY_ARGUMENT, type LiveKey } from '../named.js';
import { printJson } from '../render.js';
import { withStore } from '../session.js';

export const revoke: Command = {
  name: 'revoke',
  arguments: KEY_ARGUMENT,
  description:
    'Retire a key: its versions are refused once the overlap has passed, or at once with --now. ' +
    'Cannot be undone. A declared key is issued anew by the next apply; to stop it, take its declaration away.',
  options: [
    { flags: '--now', description: 'break-glass: refuse it from this moment, whoever that breaks' },
    AUTO_APPROVE,
  ],
  examples: ['keywright revoke billing-prod', 'keywright revoke billing-prod --now --auto-approve'],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      const found = await findKey(store, input);
      if (!found.ok) return found;
      const { ref, declaration } = found.value;
      const facts = await store.facts();
      if (!facts.ok) return failed(facts.error);
      const overlapMs = input.has('now') ? 0 : rotationPolicy(declaration.spec).overlapMs;
      const agreed = await confirm(context, input, impact(found.value, overlapMs, facts.value.now));
      if (!agreed.ok) return agreed;
      const revoked = await store.request({ kind: 'revoke', object: ref, overlapMs }, context.caller);
      if (!revoked.ok) return failed(revoked.error);
      const revokedAt = facts.value.now + overlapMs;
      if (context.flags.output === 'json') {
        printJson(
          { name: refText(ref), changed: revoked.value.changed, refusedFrom: formatInstant(revokedAt) },
          context,
        );
      } else context.terminal.out(`${outcome(ref.name, revoked.value.changed, overlapMs)}\n`);
      return ok(EXIT.done);
    }),
};

function outcome(name: string, changed: boolean, overlapMs: number): string {
  if (!changed)
    return `ApiKey/${name} had no version that is still accepted for longer; nothing was changed.`;
  return overlapMs === 0
    ? `ApiKey/${name} is revoked: every version is refused from now on.`
    : `ApiKey/${name} is being retired: every version is refused in ${formatDuration(overlapMs)}.`;
}

/** What a person should know before saying yes. */
function impact({ ref, key, deliveries, ownership }: LiveKey, overlapMs: number, now: Instant): string {
  const alive = key.versions.filter((version) => isAlive(version, now));
  const when = overlapMs === 0 ? 'at once' : `in ${formatDuration(overlapMs)}`;
  return [
    `This ends ${refText(ref)} ${when}, for good:`,
    ...alive.map((one) => `  generation ${one.generation}: ${lastUse(one.lastUsedAt, now)}`),
    ...deliveries.map(({ sink }) => `  delivered to ${sink}`),
    ...(ownership ? [`  declared by project ${ownership.project}: its next apply issues the key anew`] : []),
  ].join('\n');
}

const lastUse = (at: Instant | undefined, now: Instant): string =>
  at === undefined ? 'never used' : `last used ${formatDuration(now - at)} ago`;

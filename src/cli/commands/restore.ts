/** `keywright restore FILE`: replaces the embedded store by a backup, and says what that cannot bring back. */
import { resolve } from 'node:path';
import { ok } from '../../domain/result.js';
import { formatInstant } from '../../domain/time.js';
import { counted } from '../../render/text-format.js';
import type { Command } from '../command.js';
import type { RestoreReport } from '../dependencies.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { printJson } from '../output.js';
import { storePlace } from '../session.js';

export const restore: Command = {
  name: 'restore',
  arguments: [{ name: '<file>', description: 'a file created by: keywright backup FILE' }],
  description:
    'Replace the embedded store by a backup: it is checked first, replaced in one step, and the previous store is kept next to it. ' +
    'Revocations and deactivations since the backup are carried over, as far as the current store can be read. Versions issued since are ' +
    'unknown afterwards and refused; plan reports keys whose sinks hold them and does not change those. Restore a store on PostgreSQL with pg_restore.',
  options: [
    {
      flags: '--master-key-file <file>',
      description: 'the master key of the backup, if it is not the current one',
    },
    {
      flags: '--overwrite',
      description: 'restore even if the current store is newer, is a different store, or cannot be opened',
    },
  ],
  examples: ['keywright restore store.backup', 'keywright restore /backups/monday --overwrite'],
  run: async (context, input) => {
    const place = await storePlace(context);
    if (!place.ok) return place;
    const { terminal, flags, world, caller } = context;
    const keyFile = input.text('masterKeyFile');
    const restored = await world.restore(place.value, {
      file: resolve(flags.folder, input.argument(0) ?? ''),
      keyFile: keyFile === undefined ? undefined : resolve(flags.folder, keyFile),
      whenOther: input.has('overwrite') ? 'overwrite' : 'refuse',
      lockTimeoutMs: flags.lockTimeoutMs,
      caller,
    });
    if (!restored.ok) return failed(restored.error);
    if (flags.output === 'json') printJson(reportJson(restored.value), context);
    else terminal.out(reportText(restored.value));
    return ok(EXIT.done);
  },
};

function reportText(report: RestoreReport): string {
  const { entries, takenAt, aside, endedAgain, stoppedAgain, forgotten } = report;
  const when = takenAt === undefined ? '' : `, of ${formatInstant(takenAt)}`;
  return [
    `The store was restored to audit entry ${entries}${when}.`,
    ...(aside === undefined ? [] : [`The previous store is kept as ${aside}.`]),
    ...(endedAgain + stoppedAgain === 0
      ? []
      : [
          `${counted(endedAgain, 'version')} revoked since ${endedAgain === 1 ? 'stays' : 'stay'} revoked, and ${counted(stoppedAgain, 'key')} deactivated since ${stoppedAgain === 1 ? 'stays' : 'stay'} deactivated.`,
        ]),
    ...(aside === undefined
      ? [
          'There was no store to compare with, so versions revoked after the backup are accepted again. Revoke them again.',
        ]
      : []),
    ...(forgotten === 0
      ? []
      : [
          `${counted(forgotten, 'version')} issued since ${forgotten === 1 ? 'is' : 'are'} now unknown and refused.`,
        ]),
    'To see what differs now, run: keywright plan\n',
  ].join('\n');
}

const reportJson = ({ takenAt, ...report }: RestoreReport) => ({
  apiVersion: 'keywright.dev/v1',
  kind: 'Restoration',
  ...report,
  takenAt: takenAt === undefined ? null : formatInstant(takenAt),
});

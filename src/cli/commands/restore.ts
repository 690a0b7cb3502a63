/** `keywright restore FILE`: puts a backup in the place of the embedded store, and says what that cannot bring back. */
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
  arguments: [{ name: '<file>', description: 'made by: keywright backup FILE' }],
  description:
    'Put a backup in the place of the embedded store: checked first, in one step, with what was there kept beside it. ' +
    'What was revoked or stopped since the backup stays so, as far as the present store still tells. Versions issued since are ' +
    'unknown afterwards and refused; keys whose sinks hold them are left alone and reported by plan. A store on a server is restored with pg_restore.',
  options: [
    {
      flags: '--master-key-file <file>',
      description: 'the master key of the backup, if it is not the present one',
    },
    {
      flags: '--overwrite',
      description: 'also where the store that is there is newer, another one, or cannot be opened',
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
    `The store is as it was at audit entry ${entries}${when}.`,
    ...(aside === undefined ? [] : [`What was there is kept as ${aside}.`]),
    ...(endedAgain + stoppedAgain === 0
      ? []
      : [
          `${counted(endedAgain, 'version')} revoked since ${endedAgain === 1 ? 'stays' : 'stay'} revoked, and ${counted(stoppedAgain, 'key')} stopped since ${stoppedAgain === 1 ? 'stays' : 'stay'} stopped.`,
        ]),
    ...(aside === undefined
      ? [
          'There was no store to compare with: what was revoked after the backup was made is accepted again. Revoke it again.',
        ]
      : []),
    ...(forgotten === 0
      ? []
      : [
          `${counted(forgotten, 'version')} issued since ${forgotten === 1 ? 'is' : 'are'} unknown now and refused.`,
        ]),
    'Look at what differs now: keywright plan\n',
  ].join('\n');
}

const reportJson = ({ takenAt, ...report }: RestoreReport) => ({
  apiVersion: 'keywright.dev/v1',
  kind: 'Restoration',
  ...report,
  takenAt: takenAt === undefined ? null : formatInstant(takenAt),
});

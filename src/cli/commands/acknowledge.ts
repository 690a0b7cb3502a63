/** `keywright acknowledge KEY`: the technical owner confirms that the new version is in use (U9). */
import { isAccepted } from '../../domain/lifecycle.js';
import { nameBeforeReplacement } from '../../domain/metadata.js';
import { type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import type { LiveStore } from '../../ports/live-store.js';
import type { Command, Input } from '../command.js';
import { EXIT } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printObject } from '../output.js';
import { AUTO_APPROVE, confirm } from '../prompt-approval.js';
import { findKey, KEY_ARGUMENT, type LiveKey } from '../resolve-ref.js';
import { openSinks, withStore } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const acknowledge: Command = {
  name: 'acknowledge',
  arguments: KEY_ARGUMENT,
  description:
    'Confirm that consumers use the newest version of a key, so that older versions can end. The confirmation proves ' +
    'possession of that version: it is read from a sink of the key on this machine, or from standard input with --stdin.',
  options: [
    { flags: '--stdin', description: 'read the newest version of the key from standard input' },
    AUTO_APPROVE,
  ],
  examples: [
    'keywright acknowledge billing-prod',
    'keywright acknowledge reporting --stdin --auto-approve < key.txt',
  ],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      const found = await findKey(store, input);
      if (!found.ok) return found;
      const { ref, key } = found.value;
      const facts = await store.facts();
      if (!facts.ok) return failed(facts.error);
      const accepted = key.versions.filter((version) => isAccepted(version, facts.value.now));
      const newest = accepted.at(-1);
      if (newest === undefined)
        return failure('conflict', `ApiKey/${ref.name} has no accepted version to confirm`);
      const older = accepted.slice(0, -1).map(({ generation }) => generation);
      const replaced = await replacedBy(store, ref);
      if (!replaced.ok) return failed(replaced.error);
      if (older.length + replaced.value.length === 0) {
        const text = `ApiKey/${ref.name} has no version other than version ${newest.generation}, so there is nothing to confirm.`;
        return tell(context, { name: ref.name, changed: false, text });
      }
      const agreed = await confirm(
        context,
        input,
        `This confirms version ${newest.generation} of ApiKey/${ref.name}: ${[...(older.length > 0 ? [`version ${older.join(', ')}`] : []), ...replaced.value].join(' and ')} can end.`,
      );
      if (!agreed.ok) return agreed;
      const proof = await possession({ context, input, store }, found.value);
      if (!proof.ok) return proof;
      return confirmHandover(context, store, found.value, proof.value);
    }),
};

/** Keys that it replaced, as text. */
async function replacedBy(store: LiveStore, { name }: ObjectRef): Promise<Result<readonly string[]>> {
  const survey = await store.survey();
  if (!survey.ok) return survey;
  const replaced = survey.value.filter(
    ({ ref }) => ref.kind === 'ApiKey' && nameBeforeReplacement(ref.name) === name,
  );
  return ok(replaced.map(({ ref }) => refText(ref)));
}

async function confirmHandover(context: CommandContext, store: LiveStore, { ref }: LiveKey, proof: Secret) {
  const done = await store.request({ kind: 'acknowledge', object: ref, proof }, context.caller);
  if (!done.ok) return failed(done.error);
  const text = `The hand-over of ApiKey/${ref.name} is confirmed; the next apply ends older versions.`;
  return tell(context, { name: ref.name, changed: done.value.changed, text });
}

interface Told {
  readonly name: string;
  readonly changed: boolean;
  readonly text: string;
}

function tell(context: CommandContext, { name, changed, text }: Told) {
  if (context.flags.output === 'json')
    printObject('Acknowledgement', { name: `ApiKey/${name}`, changed }, context);
  else context.terminal.out(`${text}\n`);
  return ok(EXIT.done);
}

async function possession(
  {
    context,
    input,
    store,
  }: { readonly context: CommandContext; readonly input: Input; readonly store: LiveStore },
  live: LiveKey,
): Promise<Result<Secret, Failure>> {
  const { terminal } = context;
  if (input.has('stdin')) return ok(new Secret((await terminal.readInput()).trim()));
  const opened = await openSinks(context);
  if (!opened.ok) return opened;
  const { sinks, connections } = opened.value;
  connections.alsoLive(store);
  for (const { sink } of live.deliveries) {
    const held = await sinks.take(sink);
    if (held !== undefined) return ok(held);
  }
  if (!terminal.isInteractive) {
    return failure(
      'possession_required',
      `no sink of ApiKey/${live.ref.name} can be read here; provide its newest version with --stdin`,
    );
  }
  const given = await terminal.ask('Newest version of the key: ', { hidden: true });
  return given.ok ? ok(new Secret(given.value.trim())) : failed(given.error);
}

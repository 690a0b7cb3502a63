/** `keywright audit list|verify|checkpoint|archive|export`: who did what and by which path, and proof that nothing was taken out or put back. */

import { resolve } from 'node:path';
import type { Result } from '../../domain/result.js';
import { ok } from '../../domain/result.js';
import { parseInstant } from '../../domain/time.js';
import type { AuditEntry, LiveStore } from '../../ports/live-store.js';
import { auditEntryJson, auditMarkdown, auditText, EXPORT_FORMATS, exportLines } from '../../render/audit.js';
import { archiveLog, segmentFiles, verifySegments } from '../audit-archive.js';
import { appendCheckpoint, readCheckpoints } from '../checkpoint-file.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printLine, printObject } from '../output.js';
import { parseRef } from '../resolve-ref.js';
import { withStore } from '../session.js';
import type { CommandContext } from '../terminal.js';

const PAGE = 1_000;

export const audit: Command = {
  name: 'audit',
  arguments: [{ name: '[action]', description: 'list (the default), verify, checkpoint, archive or export' }],
  description:
    'List, export or verify the audit log. verify checks its hash chain and that the store matches the log; ' +
    'checkpoint prints a signed record of its current end. archive writes the entries after the segments named as a signed segment. Checkpoints kept where writers of the database have no access ' +
    'reveal that the whole database was replaced by an older copy, which the database itself cannot show.',
  options: [
    { flags: '--object <kind/name>', description: 'only entries about this object' },
    { flags: '--since <instant>', description: 'only entries since this time: 2027-01-31T00:00:00Z' },
    { flags: '--format <format>', description: 'format of export', choices: EXPORT_FORMATS },
    {
      flags: '--checkpoint <file>',
      description: 'checkpoint: append to this file; verify: compare the log with this file',
    },
    { flags: '--out <file>', description: 'archive: write the segment to this new file' },
    {
      flags: '--segments <files>',
      description: 'archive, verify: the segments so far, oldest first, separated by commas',
    },
  ],
  outputs: ['table'],
  examples: [
    'keywright audit',
    'keywright audit checkpoint --checkpoint /mnt/worm/checkpoints',
    'keywright audit verify --checkpoint /mnt/worm/checkpoints',
    'keywright audit archive --segments 2026.ndjson --out 2027.ndjson',
    'keywright audit verify --segments 2026.ndjson,2027.ndjson',
    'keywright audit export --format cloudevents > audit.ndjson',
  ],
  run: async (context, input) => {
    const action = input.argument(0) ?? 'list';
    const named = input.text('checkpoint');
    const file = named === undefined ? undefined : resolve(context.flags.folder, named);
    const segments = segmentFiles(input.text('segments'), context.flags.folder);
    if (action === 'verify')
      return withStore(context, 'refuse', (store) => verifyLog(context, store, { file, segments }));
    if (action === 'archive') {
      const out = input.text('out');
      if (out === undefined)
        return failure('usage', 'audit archive needs --out FILE, a new file for the segment');
      const target = { out: resolve(context.flags.folder, out), segments };
      return withStore(context, 'refuse', (store) => archive(context, store, target));
    }
    if (action === 'checkpoint')
      return withStore(context, 'refuse', (store) => writeCheckpoint(context, store, file));
    if (action !== 'list' && action !== 'export')
      return failure(
        'usage',
        `unknown action ${JSON.stringify(action)}; use list, verify, checkpoint, archive or export`,
      );
    const filter = filterOf(input);
    if (!filter.ok) return filter;
    return withStore(context, 'refuse', async (store) => {
      const facts = await store.facts();
      if (!facts.ok) return failed(facts.error);
      const { storeId } = facts.value;
      const print = action === 'export' ? exporting(context, input, storeId) : listing(context);
      return eachEntry(store, filter.value, print);
    });
  },
};

async function verifyLog(
  context: CommandContext,
  store: LiveStore,
  { file, segments }: { readonly file: string | undefined; readonly segments: readonly string[] },
): Promise<Result<ExitCode, Failure>> {
  const lines = file === undefined ? ok([]) : await readCheckpoints(file);
  if (!lines.ok) return failed(lines.error);
  const archived = await verifySegments(store, segments);
  if (!archived.ok) return failed(archived.error);
  const checked = await store.verifyAudit();
  if (!checked.ok) return failed(checked.error);
  const held = await store.verifyCheckpoints(lines.value);
  if (!held.ok) return failed(held.error);
  const { entries, head } = checked.value;
  const { checkpoints } = held.value;
  const { terminal, flags } = context;
  if (flags.output === 'json') {
    const { seq } = archived.value;
    printObject('AuditVerification', { valid: true, entries, head, checkpoints, archived: seq }, context);
    return ok(EXIT.done);
  }
  terminal.out(`The chain of ${entries} entries is valid, and the store matches it; its head is ${head}.\n`);
  terminal.out(
    file === undefined
      ? 'To detect an older copy of the whole store, compare with checkpoints: --checkpoint FILE.\n'
      : `The log matches ${checkpoints} ${checkpoints === 1 ? 'checkpoint' : 'checkpoints'}.\n`,
  );
  if (segments.length > 0)
    terminal.out(`The segments are valid to entry ${archived.value.seq}, and the log continues them.\n`);
  return ok(EXIT.done);
}

async function archive(
  context: CommandContext,
  store: LiveStore,
  target: { readonly out: string; readonly segments: readonly string[] },
): Promise<Result<ExitCode, Failure>> {
  const archived = await archiveLog(store, target);
  if (!archived.ok) return failed(archived.error);
  const { value } = archived;
  if (context.flags.output === 'json')
    printObject('AuditArchive', value === undefined ? {} : { file: target.out, ...value }, context);
  else if (value === undefined)
    context.terminal.out('There are no entries after the segments; no file was written.\n');
  else context.terminal.out(`Wrote entries ${value.from} to ${value.to} to ${target.out}.\n`);
  return ok(EXIT.done);
}

/** To the file, or else printed, to be kept. */
async function writeCheckpoint(
  context: CommandContext,
  store: LiveStore,
  file: string | undefined,
): Promise<Result<ExitCode, Failure>> {
  const made = await store.checkpoint();
  if (!made.ok) return failed(made.error);
  const { seq, line } = made.value;
  if (file === undefined) {
    if (context.flags.output === 'json') printObject('Checkpoint', { seq, line }, context);
    else context.terminal.out(`${line}\n`);
    return ok(EXIT.done);
  }
  const appended = await appendCheckpoint(file, line);
  if (!appended.ok) return failed(appended.error);
  if (context.flags.output === 'json') printObject('Checkpoint', { seq, file }, context);
  else context.terminal.out(`Wrote a checkpoint of ${seq} entries to ${file}.\n`);
  return ok(EXIT.done);
}

interface Filter {
  readonly object: string | undefined;
  readonly from: number;
}

function filterOf(input: Input): Result<Filter, Failure> {
  const since = input.text('since');
  const from = since === undefined ? ok(0) : parseInstant(since);
  if (!from.ok) return failure('usage', `--since ${from.error}`);
  const named = input.text('object');
  const object = named === undefined ? ok(undefined) : parseRef(named, 'ApiKey');
  if (!object.ok) return object;
  return ok({ object: object.value && `${object.value.kind}/${object.value.name}`, from: from.value });
}

/** Page by page, so that a log of any length costs one page of memory. */
async function eachEntry(
  store: LiveStore,
  { object, from }: Filter,
  print: (entries: readonly AuditEntry[]) => void,
): Promise<Result<ExitCode, Failure>> {
  for (let since = 0; ; ) {
    const page = await store.audit({ since, limit: PAGE, ...(object !== undefined && { object }) });
    if (!page.ok) return failed(page.error);
    print(page.value.filter(({ at }) => at >= from));
    const last = page.value.at(-1);
    if (last === undefined || page.value.length < PAGE) return ok(EXIT.done);
    since = last.seq;
  }
}

function listing({ terminal, flags }: CommandContext) {
  return (entries: readonly AuditEntry[]) => {
    if (flags.output === 'json')
      for (const entry of entries) printLine('AuditEntry', auditEntryJson(entry), { terminal });
    else if (flags.output === 'markdown') terminal.out(auditMarkdown(entries));
    else terminal.out(auditText(entries));
  };
}

function exporting({ terminal }: CommandContext, input: Input, storeId: string) {
  const format = EXPORT_FORMATS.find((one) => one === input.text('format')) ?? 'ndjson';
  const line = exportLines(format, storeId);
  return (entries: readonly AuditEntry[]) => {
    for (const entry of entries) terminal.out(line(entry));
  };
}

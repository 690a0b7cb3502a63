/** `keywright audit list|verify|export`: who did what and by which path, and proof that nothing was taken out. */
import type { Result } from '../../domain/result.js';
import { ok } from '../../domain/result.js';
import { parseInstant } from '../../domain/time.js';
import type { AuditEntry, LiveStore } from '../../ports/live-store.js';
import { auditText, EXPORT_FORMATS, exportLine, isExportFormat } from '../../view/audit.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { parseRef } from '../named.js';
import { printJson } from '../render.js';
import { withStore } from '../session.js';
import type { CommandContext } from '../terminal.js';

const PAGE = 1_000;

export const audit: Command = {
  name: 'audit',
  arguments: [{ name: '[action]', description: 'list (the default), verify or export' }],
  description: 'The audit log: list it, check that its hash chain holds, or export it.',
  options: [
    { flags: '--object <kind/name>', description: 'only entries about this object' },
    { flags: '--since <instant>', description: 'only entries from then on: 2027-01-31T00:00:00Z' },
    { flags: '--format <format>', description: 'of export', choices: EXPORT_FORMATS },
  ],
  examples: [
    'keywright audit',
    'keywright audit verify',
    'keywright audit export --format cloudevents > audit.ndjson',
  ],
  run: async (context, input) => {
    const action = input.argument(0) ?? 'list';
    if (action === 'verify') return withStore(context, 'refuse', (store) => verifyChain(context, store));
    if (action !== 'list' && action !== 'export')
      return failure('usage', `audit knows list, verify and export, not ${JSON.stringify(action)}`);
    const filter = filterOf(input);
    if (!filter.ok) return filter;
    return withStore(context, 'refuse', (store) =>
      eachEntry(store, filter.value, action === 'export' ? exporting(context, input) : listing(context)),
    );
  },
};

async function verifyChain(context: CommandContext, store: LiveStore): Promise<Result<ExitCode, Failure>> {
  const checked = await store.verifyAudit();
  if (!checked.ok) return failed(checked.error);
  const { entries, head } = checked.value;
  if (context.flags.output === 'json') printJson({ valid: true, entries, head }, context);
  else context.terminal.out(`The chain of ${entries} entries holds; its head is ${head}.\n`);
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
      for (const entry of entries) terminal.out(`${exportLine(entry, 'ndjson')}\n`);
    else terminal.out(auditText(entries));
  };
}

function exporting({ terminal }: CommandContext, input: Input) {
  const format = input.text('format') ?? 'ndjson';
  return (entries: readonly AuditEntry[]) => {
    if (isExportFormat(format)) for (const entry of entries) terminal.out(`${exportLine(entry, format)}\n`);
  };
}

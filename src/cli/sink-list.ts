/** `keywright get sinks`: every sink of the live keys, and what it holds now. */
import { stringify } from 'yaml';
import type { LiveObject } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { sinkRows } from '../observe/sink-rows.js';
import type { LiveStore } from '../ports/live-store.js';
import { sinksJson, sinksMarkdown, sinksNames, sinksText, sinksWide } from '../render/sinks.js';
import { EXIT, type ExitCode } from './exit.js';
import { type Failure, failed } from './failure.js';
import { printJson } from './output.js';
import { openSinks } from './session.js';
import type { CommandContext } from './terminal.js';

/** Is that what the first word of `get` asks for? */
export const meansSinks = (word: string | undefined): boolean => /^sinks?$/i.test(word ?? '');

const PRINTERS = {
  text: sinksText,
  table: sinksText,
  wide: sinksWide,
  markdown: sinksMarkdown,
  name: sinksNames,
  yaml: (rows: Parameters<typeof sinksJson>[0]) => stringify(sinksJson(rows), { lineWidth: 0 }),
} as const;

/** Reads all of them once. Those that cannot be read are listed as such, and are no failure. */
export async function listSinks(
  context: CommandContext,
  store: LiveStore,
  isSelected: (live: LiveObject) => boolean,
): Promise<Result<ExitCode, Failure>> {
  const survey = await store.survey();
  if (!survey.ok) return failed(survey.error);
  const refs = survey.value.map(({ ref }) => ref).filter(({ kind }) => kind === 'ApiKey');
  const keys = await store.fetch(refs);
  if (!keys.ok) return failed(keys.error);
  const opened = await openSinks(context);
  if (!opened.ok) return opened;
  opened.value.connections.alsoLive(store);
  const rows = await sinkRows(keys.value.filter(isSelected), store, opened.value.sinks);
  if (!rows.ok) return failed(rows.error);
  const { terminal, flags } = context;
  if (flags.output === 'json') printJson(sinksJson(rows.value), context);
  else if (rows.value.length === 0) terminal.err('No live key has a sink.\n');
  else terminal.out(PRINTERS[flags.output](rows.value));
  return ok(EXIT.done);
}

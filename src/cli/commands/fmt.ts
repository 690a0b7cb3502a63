/** `keywright fmt [PATH…]`: documents in one style. What they say does not change, and comments stay. */
import { readFile } from 'node:fs/promises';
import { canonicalText } from '../../documents/canonical-text.js';
import { type FoundFile, findFiles, isStacksFolder, PROJECT_FILES } from '../../documents/files.js';
import { ok, type Result } from '../../domain/result.js';
import { counted } from '../../render/text-format.js';
import type { Command } from '../command.js';
import { writeText } from '../document-files.js';
import { EXIT } from '../exit.js';
import { type Failure, failure } from '../failure.js';
import { printObject } from '../output.js';
import { openProject } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const fmt: Command = {
  name: 'fmt',
  arguments: [{ name: '[path...]', description: "files and folders; without any, the project's" }],
  description:
    'Write documents in one style: two spaces, apiVersion, kind, metadata and spec in this order. Comments stay, and ' +
    'nothing that the documents say changes. Prints the files that it changed.',
  options: [{ flags: '--check', description: 'change nothing; exit 2 when a file is not in this style' }],
  examples: ['keywright fmt', 'keywright fmt --check', 'keywright fmt specs/billing.yaml'],
  run: async (context, input) => {
    const isCheck = input.has('check');
    const files = await filesOf(context, input.list(0));
    if (!files.ok) return files;
    const changed: string[] = [];
    for (const found of files.value) {
      const done = await formatFile(context, found, isCheck);
      if (!done.ok) return done;
      if (done.value) changed.push(found.file);
    }
    const unchanged = files.value.length - changed.length;
    if (context.flags.output === 'json') printObject('Format', { changed, unchanged }, context);
    else for (const file of changed) context.terminal.out(`${file}\n`);
    if (isCheck && changed.length > 0)
      context.terminal.err(`${counted(changed.length, 'file')} would be changed by: keywright fmt\n`);
    return ok(isCheck && changed.length > 0 ? EXIT.changes : EXIT.done);
  },
};

/** Those that are named, or keywright.yaml and the project's; what an app was synthesized to is its own. */
async function filesOf(
  context: CommandContext,
  paths: readonly string[],
): Promise<Result<readonly FoundFile[], Failure>> {
  const { folder } = context.flags;
  const project = paths.length > 0 ? undefined : await openProject(context);
  if (project?.ok === false) return project;
  const own = project ? project.value.project.spec.specs : [];
  const wanted = project ? [...PROJECT_FILES, ...own] : paths;
  const files = new Map<string, FoundFile>();
  for (const path of wanted) {
    if (isStacksFolder(folder, path)) continue;
    const found = findFiles(folder, path);
    if (found.ok) for (const one of found.value.files) files.set(one.file, one);
    else if (paths.length > 0) return failure('usage', `${path} ${found.error}`);
  }
  return ok([...files.values()]);
}

/** Was it in another style? */
async function formatFile(
  { flags }: CommandContext,
  { file, path }: FoundFile,
  isCheck: boolean,
): Promise<Result<boolean, Failure>> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return failure('usage', `${file} cannot be read`);
  const formatted = canonicalText(file, text);
  if (!formatted.ok)
    return failure('invalid_documents', `${file}: ${formatted.error}; see: keywright validate`);
  if (formatted.value === text) return ok(false);
  const written = isCheck ? ok(undefined) : await writeText(flags.folder, file, formatted.value);
  return written.ok ? ok(true) : written;
}

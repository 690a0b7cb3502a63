/**
 * `keywright export [KIND[/NAME]…]`: live objects as documents. What it gives, put instead of the documents,
 * plans empty. Shows nothing secret, and changes nothing live.
 */
import { join } from 'node:path';
import type { DesiredProject } from '../../domain/desired.js';
import { isAsItCame } from '../../domain/first-start.js';
import { OBJECT_KINDS, type ObjectKind } from '../../domain/kinds/index.js';
import { DOCUMENTS_MANAGER, type LiveObject, type LiveSummary, type Ownership } from '../../domain/live.js';
import { REPLACED_BY } from '../../domain/metadata.js';
import { compareRefs, type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import type { LiveStore } from '../../ports/live-store.js';
import { documentsOf, type LiveDocument } from '../../render/export.js';
import { documentsCdk } from '../../render/export-cdk.js';
import { documentsForEditors } from '../../render/export-yaml.js';
import { counted, printable } from '../../render/text-format.js';
import type { Command, Input } from '../command.js';
import { type DocumentFile, filesFor, writeDocumentFiles } from '../document-files.js';
import { EXIT, type ExitCode } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printJson, printObject } from '../output.js';
import { findRef, kindNamed, parseRef } from '../resolve-ref.js';
import { SELECT, selectorOf } from '../selection.js';
import { openProject, withStore } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const exportDocuments: Command = {
  name: 'export',
  arguments: [
    {
      name: '[objects...]',
      description: `KIND or KIND/NAME, repeatable; kinds: ${OBJECT_KINDS.join(', ')}`,
    },
  ],
  description:
    'Print live objects as documents: those of this project, or the given ones. Used instead of the current documents, ' +
    'they plan no changes. Facts that a document cannot express are comments. Never shows a secret.',
  options: [
    SELECT,
    { flags: '--all', description: 'also objects of other projects, and objects that no project declares' },
    {
      flags: '--format <format>',
      description: 'yaml, or cdk for a CDK app in TypeScript (yaml)',
      choices: ['yaml', 'cdk'],
    },
    { flags: '--out <path>', description: 'write to a file, or to a folder: one file per kind, or main.ts' },
    { flags: '--overwrite', description: 'with --out: replace existing files' },
  ],
  examples: [
    'keywright export > everything.yaml',
    'keywright export --out exported',
    'keywright export ApiKey/billing-prod Service',
    'keywright export --format cdk --out main.ts',
  ],
  run: async (context, input) => {
    const wrong = wrongOutput(context, input);
    if (wrong !== undefined) return failure('usage', wrong);
    const scope = await scopeOf(context, input);
    if (!scope.ok) return scope;
    return withStore(context, 'refuse', async (store) => {
      const objects = await chosen(store, input, scope.value);
      if (!objects.ok) return objects;
      return deliver(context, documentsOf(objects.value, scope.value), input);
    });
  },
};

const isCdk = (input: Input): boolean => input.text('format') === 'cdk';

function wrongOutput({ flags }: CommandContext, input: Input): string | undefined {
  const out = input.text('out');
  if (isCdk(input)) {
    if (out === undefined && flags.output === 'json')
      return '--format cdk prints TypeScript, not JSON; remove --output json or --format cdk';
    return out !== undefined && /\.(?:ya?ml|json|m?js)$/.test(out)
      ? '--format cdk writes TypeScript; use a folder or a .ts file with --out'
      : undefined;
  }
  return out !== undefined && /\.(?:json|ts)$/.test(out)
    ? 'documents are written as YAML; use a folder or a .yaml file with --out'
    : undefined;
}

/** Which objects are meant when none are named, and what documents of theirs will be read with. */
interface Scope {
  /** Undefined without a project in the working folder. */
  readonly ownership: Ownership | undefined;
  readonly defaults: DesiredProject['spec']['defaults'];
  readonly isEverything: boolean;
}

async function scopeOf(context: CommandContext, input: Input): Promise<Result<Scope, Failure>> {
  const project = await openProject(context);
  if (project.ok) {
    const { name, spec } = project.value.project;
    const ownership = { project: name, manager: DOCUMENTS_MANAGER };
    return ok({ ownership, defaults: spec.defaults, isEverything: input.has('all') });
  }
  if (project.error.fault.code !== 'no_project' || context.flags.store === undefined) return project;
  return ok({ ownership: undefined, defaults: {}, isEverything: true });
}

async function chosen(
  store: LiveStore,
  input: Input,
  scope: Scope,
): Promise<Result<readonly LiveObject[], Failure>> {
  const wanted = await selection(store, input.list(0));
  if (!wanted.ok) return wanted;
  const selector = selectorOf(input);
  if (!selector.ok) return selector;
  const { kinds, named } = wanted.value;
  const survey = await store.survey();
  if (!survey.ok) return failed(survey.error);
  const isNamed = (ref: ObjectRef): boolean => named.some((one) => compareRefs(one, ref) === 0);
  const isAll = kinds.size === 0 && named.length === 0;
  const refs = survey.value
    .filter((live) => isNamed(live.ref) || ((isAll || kinds.has(live.ref.kind)) && isWithin(live, scope)))
    .map(({ ref }) => ref);
  const fetched = await store.fetch(refs);
  if (!fetched.ok) return failed(fetched.error);
  return ok(
    fetched.value
      .filter((live) => isNamed(live.ref) || !(isAsItCame(live) || isReplaced(live)))
      .filter(({ declaration }) => selector.value?.matches(declaration.metadata.labels ?? {}) ?? true),
  );
}

/** Runs out until the hand-over to the key that replaced it is proven. */
const isReplaced = ({ declaration }: LiveObject): boolean =>
  declaration.metadata.annotations?.[REPLACED_BY] !== undefined;

/** What came with the store may have been changed manually since; whether it was, its declaration shows. */
function isWithin({ ownership, origin }: LiveSummary, { ownership: ours, isEverything }: Scope): boolean {
  if (isEverything) return true;
  if (ownership === undefined) return origin === 'system';
  return ownership.project === ours?.project && ownership.manager === ours.manager;
}

interface Selection {
  readonly kinds: ReadonlySet<ObjectKind>;
  readonly named: readonly ObjectRef[];
}

async function selection(store: LiveStore, words: readonly string[]): Promise<Result<Selection, Failure>> {
  const named: ObjectRef[] = [];
  const kinds = new Set<ObjectKind>();
  for (const word of words) {
    const kind = kindNamed(word);
    if (kind !== undefined) kinds.add(kind);
    if (kind !== undefined) continue;
    const parsed = parseRef(word, 'ApiKey');
    if (!parsed.ok) return parsed;
    const found = await findRef(store, parsed.value);
    if (!found.ok) return found;
    named.push(found.value);
  }
  return ok({ kinds, named });
}

async function deliver(
  context: CommandContext,
  documents: readonly LiveDocument[],
  input: Input,
): Promise<Result<ExitCode, Failure>> {
  const { terminal, flags } = context;
  const isJson = flags.output === 'json';
  const out = input.text('out');
  if (documents.length === 0) terminal.err(nothingText(input));
  // In YAML they are comments.
  if (isJson && out === undefined)
    for (const { ref, notes } of documents)
      for (const note of notes) terminal.err(`${printable(`${refText(ref)}: ${note}`)}\n`);
  if (out === undefined) {
    const items = documents.map(({ document }) => document);
    if (isJson) printJson({ apiVersion: 'keywright.dev/v1', kind: 'List', items }, context);
    else terminal.out(isCdk(input) ? documentsCdk(documents, STACK) : documentsForEditors(documents));
    return ok(EXIT.done);
  }
  const files = isCdk(input) ? [appFile(out, documents)] : filesFor(out, documents);
  const written = await writeDocumentFiles(flags.folder, files, input.has('overwrite') ? 'replace' : 'keep');
  if (!written.ok) return written;
  const paths = files.map(({ path }) => path);
  if (isJson) printObject('Export', { written: paths }, context);
  else if (paths.length > 0)
    terminal.out(
      `Wrote ${counted(documents.length, isCdk(input) ? 'object' : 'document')} to ${paths.join(', ')}\n`,
    );
  return ok(EXIT.done);
}

/** Says what was asked for, so that a slip in a label or a kind shows. */
function nothingText(input: Input): string {
  const asked = [
    ...input.list(0),
    ...(input.text('select') === undefined ? [] : [`--select ${input.text('select')}`]),
  ];
  if (asked.length === 0) return 'Nothing to export; other objects: keywright export --all\n';
  return `Nothing to export: no live object of this project matches ${printable(asked.join(' '))}. Other objects: keywright export --all\n`;
}

/** What the stack of an exported app is called; nothing live has that name. */
const STACK = 'keywright';

const appFile = (out: string, documents: readonly LiveDocument[]): DocumentFile => ({
  path: out.endsWith('.ts') ? out : join(out, 'main.ts'),
  text: documentsCdk(documents, STACK),
});

/**
 * A folder that a CDK app was synthesized to (`cdktf.out`): `manifest.json` names the stacks, and each resource of
 * Keywright's in them becomes a document of its own, in a file that is called by its construct and is on no disk.
 */
import { isAbsolute, join, normalize, sep } from 'node:path';
import { fail, ok, type Result } from '../../domain/result.js';
import { type Complaint, type Diagnostic, errorAt } from '../diagnostics.js';
import { absolutePath, documentRefusal, readFile } from '../files.js';
import { Source } from '../source.js';
import { SpecFile } from '../spec-file.js';
import { type Refusal, readStack, type StackDocument } from './stack.js';

export interface ReadStacks {
  readonly files: readonly SpecFile[];
  readonly wrong: readonly Diagnostic[];
}

/** Everything that the stacks in the folder at `path` declare. */
export function readStacks(folder: string, path: string): ReadStacks {
  const manifest = json({ folder, path, file: 'manifest.json' });
  if (!manifest.ok) return { files: [], wrong: [manifest.error] };
  const stacks = Object.values(mapping(mapping(manifest.value)['stacks'])).map(mapping);
  const read = stacks.map((stack) => oneStack(folder, path, stack));
  return {
    files: read.flatMap(({ files }) => files),
    wrong: read.flatMap(({ wrong }) => wrong),
  };
}

function oneStack(folder: string, path: string, stack: Mapping): ReadStacks {
  const name = String(stack['constructPath'] ?? stack['name']);
  const only = (error: Diagnostic): ReadStacks => ({ files: [], wrong: [error] });
  const failed = annotatedErrors(stack['annotations']);
  if (failed.length > 0) return { files: [], wrong: failed };
  const file = stack['synthesizedStackPath'];
  if (typeof file !== 'string' || !isInside(file))
    return only(errorOf(name, { code: 'unreadable', message: 'the manifest lists no file for this stack' }));
  if (!file.endsWith('.json'))
    return only(
      errorOf(name, {
        code: 'unreadable',
        message: `the stack was synthesized to ${file}, which only Terraform can read`,
        help: 'synthesize it to JSON: remove hclOutput and SYNTH_HCL_OUTPUT',
      }),
    );
  const read = json({ folder, path, file });
  if (!read.ok) return only(read.error);
  const { documents, refusals } = readStack(read.value);
  return {
    files: documents.filter(({ refusals }) => refusals.length === 0).map((one) => new ConstructFile(one)),
    wrong: refusals.map(refused),
  };
}

/** What the app itself says against a construct; Terraform's own command stops there too. */
function annotatedErrors(annotations: unknown): readonly Diagnostic[] {
  return (Array.isArray(annotations) ? annotations.map(mapping) : [])
    .filter(({ level }) => level === '@cdktf/error')
    .map(({ constructPath, message }) =>
      errorOf(String(constructPath), { code: 'broken_rule', message: String(message) }),
    );
}

const refused = ({ construct, about, message, help }: Refusal): Diagnostic =>
  errorOf(construct, { code: about === 'type' ? 'unknown_kind' : 'needs_terraform', message, help });

/** An error about a construct as a whole. */
const errorOf = (construct: string, complaint: Complaint): Diagnostic =>
  errorAt({ position: { file: construct, line: 0, column: 1 }, length: 1, sourceLine: '' }, complaint);

/** A document as text, so that it is read, checked and remembered as all others are. */
class ConstructFile extends SpecFile {
  readonly #source: Source;

  constructor({ construct, document }: StackDocument) {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    super({ file: construct, path: construct, bytes: Buffer.from(text) });
    this.#source = new ConstructSource(construct, text);
  }

  override get source(): Source {
    return this.#source;
  }
}

/** No person wrote these lines, so errors show the line and do not number it. */
class ConstructSource extends Source {
  override place(start: number, end?: number) {
    const place = super.place(start, end);
    return { ...place, position: { ...place.position, line: 0 } };
  }
}

interface StackFile {
  /** The project's folder, and the folder of stacks in it. */
  readonly folder: string;
  readonly path: string;
  readonly file: string;
}

function json({ folder, path, file }: StackFile): Result<unknown, Diagnostic> {
  const name = join(path, file).replaceAll(sep, '/');
  const unreadable = (reason: string): Result<unknown, Diagnostic> =>
    fail(
      errorAt(
        { position: { file: name, line: 1, column: 1 }, length: 1, sourceLine: '' },
        {
          code: 'unreadable',
          message: `${file} ${reason}`,
          help: 'synthesize the app again: app.synth() writes manifest.json last',
        },
      ),
    );
  // A link in the folder may lead anywhere.
  const refusal = documentRefusal(absolutePath(folder, path), file);
  if (refusal !== undefined) return unreadable(refusal);
  const bytes = readFile({ file: name, path: absolutePath(folder, name) });
  if (!bytes.ok) return unreadable(bytes.error);
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.value.bytes)));
  } catch {
    return unreadable('is not JSON');
  }
}

/** The author of the manifest names files beside it and no others. */
const isInside = (path: string): boolean => !isAbsolute(path) && !normalize(path).split(sep).includes('..');

type Mapping = Readonly<Record<string, unknown>>;

const mapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

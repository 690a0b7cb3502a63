/**
 * What the package exports is documented where editors look: each symbol of its three entries has a docstring, and
 * each class and function an `@example`, which compiles.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const ENTRIES = ['library', 'verifier', 'constructs'] as const;
type Entry = (typeof ENTRIES)[number];
const pathOf = (entry: Entry): string => join(root, `src/main/${entry}.ts`);
const packageOf = (entry: Entry): string => (entry === 'library' ? 'keywright' : `keywright/${entry}`);

/** What examples take for granted. */
const GIVEN: Readonly<Record<Entry, string>> = {
  library: '',
  verifier: `
    import express from 'express';
    declare const app: express.Express;
    declare const verifier: KeyVerifier;
    declare const token: string;`,
  constructs: `
    import { App, TerraformStack } from 'cdktf';
    declare const app: App;
    declare const stack: TerraformStack;
    declare const prod: Environment;
    declare const billing: Service;
    declare const data: Team;
    declare const ada: User;
    declare const onboarding: Space;
    declare const key: ApiKey;`,
};

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  paths: Object.fromEntries(ENTRIES.map((entry) => [packageOf(entry), [pathOf(entry)]])),
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

interface Exported {
  readonly name: string;
  readonly isCallable: boolean;
  readonly isType: boolean;
  readonly text: string;
  readonly examples: readonly string[];
}

function exportedBy(entry: Entry, program: ts.Program): readonly Exported[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(pathOf(entry));
  const module = source && checker.getSymbolAtLocation(source);
  if (source === undefined || module === undefined) throw new Error(`${entry} is not a module`);
  return checker.getExportsOfModule(module).map((symbol) => {
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const isType = (real.flags & ts.SymbolFlags.Value) === 0;
    const type = isType ? undefined : checker.getTypeOfSymbolAtLocation(real, source);
    return {
      name: symbol.name,
      isType,
      isCallable:
        type !== undefined && type.getCallSignatures().length + type.getConstructSignatures().length > 0,
      text: ts.displayPartsToString(real.getDocumentationComment(checker)),
      examples: real
        .getJsDocTags(checker)
        .filter(({ name }) => name === 'example')
        .map(({ text }) => ts.displayPartsToString(text)),
    };
  });
}

const program = ts.createProgram(ENTRIES.map(pathOf), OPTIONS);
const exported = ENTRIES.map((entry) => ({ entry, symbols: exportedBy(entry, program) }));

let complaints: readonly string[] = [];
beforeAll(() => {
  complaints = compileErrors();
});

describe.each(exported)('exports of $entry', ({ entry, symbols }) => {
  test('exports: every symbol has a docstring', () => {
    expect(symbols.filter(({ text }) => text.trim() === '').map(({ name }) => name)).toEqual([]);
  });

  test('exports: every class and function has an example', () => {
    const without = symbols.filter(({ isCallable, examples }) => isCallable && examples.length === 0);
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('exports: the examples compile', () => {
    expect(complaints.filter((complaint) => complaint.startsWith(entry))).toEqual([]);
    expect(symbols.flatMap(({ examples }) => examples).length).toBeGreaterThan(0);
  });
});

/** Writes the examples of each entry into a module, and compiles these modules alone: their imports are checked elsewhere. */
function compileErrors(): readonly string[] {
  const folder = mkdtempSync(join(root, 'test/docs/examples-'));
  const files = exported.map(({ entry, symbols }) => {
    const file = join(folder, `${entry}.ts`);
    writeFileSync(file, moduleOf(entry, symbols));
    return file;
  });
  const examples = ts.createProgram(files, OPTIONS, undefined, program);
  const errors = files.flatMap((file) => {
    const source = examples.getSourceFile(file);
    return [...examples.getSyntacticDiagnostics(source), ...examples.getSemanticDiagnostics(source)];
  });
  rmSync(folder, { recursive: true });
  return errors.map(({ file, start = 0, messageText }) => {
    const line = file?.text.slice(file.text.lastIndexOf('\n', start) + 1).split('\n')[0] ?? '';
    return `${basename(file?.fileName ?? '', '.ts')}: ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** The examples of an entry as functions: with all that it exports, and what examples take for granted. */
function moduleOf(entry: Entry, symbols: readonly Exported[]): string {
  const names = symbols.map(({ name, isType }) => (isType ? `type ${name}` : name));
  const functions = symbols.flatMap(({ name, examples }) =>
    examples.map((example, index) => {
      const code = /```ts\n([\s\S]*?)```/.exec(example)?.[1] ?? 'an example is a block of ts';
      return `export async function ${name}_${index}() {\n${code.replaceAll(/^import .*$/gm, '')}\n}`;
    }),
  );
  return [`import { ${names.join(', ')} } from '${packageOf(entry)}';`, GIVEN[entry], ...functions].join(
    '\n',
  );
}

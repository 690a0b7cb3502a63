/** The compiler over one file of TypeScript that is written against the package, as strict as it gets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  paths: { 'keywright/constructs': [join(root, 'src/main/constructs.ts')] },
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noImplicitOverride: true,
  skipLibCheck: true,
  noEmit: true,
};

/** `12: message` for every error in the file; it must lie where its imports are found. */
export function typeErrors(file: string): readonly string[] {
  const program = ts.createProgram([file], OPTIONS);
  const source = program.getSourceFile(file);
  if (source === undefined) return [`no such file: ${file}`];
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return found.map(({ start = 0, messageText }) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    return `${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** Compiles the file without looking at its types, beside it, as `.mjs`. */
export function compiled(file: string): void {
  const text = ts.sys.readFile(file) ?? '';
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(file.replace(/\.ts$/, '.mjs'), outputText);
}

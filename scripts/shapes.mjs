/**
 * Puts in the place of src/documents/validate-shape.ts, which compiles the schemas of kinds when it is asked, what ajv makes of
 * them ahead of time: checks that only say yes or no. What is wrong is found by src/documents/validators.ts as ever.
 */
import { build } from 'esbuild';

/** What is needed to compile the schemas; bundled, so that it runs from memory. */
const SOURCES = `
  export { _ } from 'ajv';
  export { default as standaloneCode } from 'ajv/dist/standalone/index.js';
  export { documentSchema } from './domain/kinds/document-schema.js';
  export { KINDS } from './domain/kinds/index.js';
  export { schemaCompiler } from './documents/validators.js';
`;

/** An esbuild plugin. */
export const shapesAhead = {
  name: 'shapes-ahead',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]src[/\\]documents[/\\]validate-shape\.ts$/ }, async () => ({
      contents: await shapesModule(),
      loader: 'js',
    }));
  },
};

async function shapesModule() {
  const { _, standaloneCode, documentSchema, KINDS, schemaCompiler } = await sources();
  const kinds = Object.keys(KINDS);
  const ajv = schemaCompiler({ messages: false, code: { source: true, esm: true, formats: _`formats` } });
  for (const kind of kinds) ajv.addSchema(documentSchema(kind), kind);
  const checks = standaloneCode.default(ajv, Object.fromEntries(kinds.map((kind) => [kind, kind])));
  return `
    import { formats } from './formats.js';
    ${checks}
    const shapes = { ${kinds.join(', ')} };
    export const isInShape = (kind, document) => shapes[kind](document);
  `;
}

async function sources() {
  const { outputFiles } = await build({
    stdin: { contents: SOURCES, resolveDir: 'src', loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

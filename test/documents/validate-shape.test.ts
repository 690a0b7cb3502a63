/** What the build compiles ahead of time says yes and no to exactly what is found right and wrong when it is not built. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isInShape } from '../../src/documents/validate-shape.js';
import { isKindName, KINDS, type KindName } from '../../src/domain/kinds/index.js';

const AHEAD = `
  import { build } from 'esbuild';
  import { text } from 'node:stream/consumers';
  import { shapesAhead } from './scripts/shapes.mjs';
  const { outputFiles } = await build({
    entryPoints: ['src/documents/validate-shape.ts'], bundle: true, write: false, platform: 'node', format: 'esm', plugins: [shapesAhead],
  });
  const { isInShape } = await import('data:text/javascript,' + encodeURIComponent(outputFiles[0].text));
  const asked = JSON.parse(await text(process.stdin));
  process.stdout.write(JSON.stringify(asked.map(([kind, document]) => isInShape(kind, document))));
`;

const OTHERS = [
  null,
  true,
  -1,
  '',
  'UPPER case',
  'x'.repeat(5_000),
  '90d',
  '90x',
  '2027-01-31T12:00:00Z',
  [],
  {},
];

/** A value with each part of it taken away, doubled, joined by an unknown member, or replaced by something else. */
function* spoiled(value: unknown): Generator<unknown> {
  yield* OTHERS;
  if (Array.isArray(value)) {
    yield [...value, ...value];
    for (const [at, one] of value.entries()) for (const other of spoiled(one)) yield value.with(at, other);
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, stranger: 1 };
    for (const [name, one] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
      for (const other of spoiled(one)) yield { ...value, [name]: other };
    }
  }
}

test('a document passes the checks of the build exactly when it passes those that are compiled when asked', () => {
  const asked = Object.keys(KINDS)
    .filter(isKindName)
    .flatMap((kind) => {
      const document = { apiVersion: 'keywright.dev/v1', kind, ...KINDS[kind].example };
      return [document, ...spoiled(document)].map((one): [KindName, unknown] => [kind, one]);
    });
  const input = JSON.stringify(asked);
  const root = join(__dirname, '../..');
  const said: unknown = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', AHEAD], { cwd: root, input }).toString(),
  );
  const expected = asked.map(([kind, document]) => isInShape(kind, document));
  expect(said).toEqual(expected);
  expect(expected.filter((isRight) => isRight).length).toBeGreaterThan(Object.keys(KINDS).length);
});

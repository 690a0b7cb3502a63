import fc from 'fast-check';
import { stringify } from 'yaml';
import { declare } from '../../src/documents/declare.js';
import { checkDocument } from '../../src/documents/document.js';
import { Source, split } from '../../src/documents/source.js';
import { isKindName, KINDS, kindOf, type SpecOf } from '../../src/domain/kinds/index.js';
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import { diagnosticsText } from '../../src/render/diagnostics.js';

const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const duration = fc
  .tuple(fc.integer({ min: 3, max: 900 }), fc.constantFrom('d', 'h'))
  .map(([n, unit]) => `${n}${unit}`);
const text = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .filter((one) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(one));
const permissions = fc.uniqueArray(fc.constantFrom('spaces:read', 'audit:read', 'keys:rotate'), {
  maxLength: 3,
});
const optional: { requiredKeys: [] } = { requiredKeys: [] };

const metadata = fc.record(
  {
    name,
    labels: fc.dictionary(
      fc.stringMatching(/^[a-z][a-z0-9.]{0,8}[a-z0-9]$/),
      fc.stringMatching(/^[A-Za-z0-9]{0,9}$/),
      {
        minKeys: 1,
        maxKeys: 3,
      },
    ),
    annotations: fc.record({
      'example.com/note': text,
      'keywright.dev/protect': fc.constantFrom('true', 'false'),
    }),
  },
  { requiredKeys: ['name'] },
);

const service = fc.record({
  kind: fc.constant('Service'),
  metadata,
  spec: fc.record({ description: text, stewards: fc.constant(['ada@example.com']), permissions }, optional),
});
const environment = fc.record({
  kind: fc.constant('Environment'),
  metadata,
  spec: fc.record({ isProd: fc.boolean(), guestInvites: fc.boolean() }, optional),
});
const apiKey = fc
  .record({
    kind: fc.constant('ApiKey'),
    metadata,
    spec: fc.record(
      {
        environment: name,
        owner: fc.oneof(fc.record({ service: name }), fc.constant({ tenant: true })),
        type: fc.constantFrom('secret', 'publishable'),
        permissions,
        expiresAt: fc
          .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
          .map((date) => date.toISOString()),
        rotation: fc.record(
          {
            every: fc.constantFrom('30d', '720h', 'P30D'),
            quiet: duration,
            handover: fc.constantFrom('timed', 'observed'),
          },
          optional,
        ),
        deliver: fc.array(
          fc.record({
            dotenv: fc.record({ path: name, variable: fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/) }),
          }),
          { maxLength: 3 },
        ),
      },
      { requiredKeys: ['environment', 'owner'] },
    ),
  })
  // Times that contradict one another are refused.
  .filter(
    ({ spec }) =>
      KINDS.ApiKey.check(normalForm(KINDS.ApiKey.schema, spec as SpecOf['ApiKey']), { name: 'a' }).length ===
      0,
  );

const context = {
  folder: '/work',
  project: { name: 'acme', spec: normalForm(KINDS.Project.schema, { guard: {}, policy: {}, defaults: {} }) },
} as Parameters<typeof declare>[1];

const documentOf = (raw: string) => checkDocument(new Source('a.yaml', raw), { offset: 0, text: raw });

/**
 * Does the writer keep its texts in block literals? It loses those of blanks alone, and says of those that begin with
 * a blank that they are indented by two, whatever the indent is.
 */
function isLiteral(declaration: unknown, indent: number): boolean {
  const json = JSON.stringify(declaration);
  return indent === 2 ? !/" +"/.test(json) : !/"(?: |\\n)/.test(json);
}

test('a declaration survives being written and read, in every style of YAML', () => {
  const style = fc.record({
    defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL'),
    collectionStyle: fc.constantFrom('any', 'flow', 'block'),
    indent: fc.integer({ min: 1, max: 8 }),
    lineWidth: fc.constantFrom(0, 40, 80),
  } as const);
  fc.assert(
    fc.property(
      fc.oneof(service, environment, apiKey),
      style,
      fc.constantFrom('\n', '\r\n'),
      (declaration, options, eol) => {
        fc.pre(options.defaultStringType !== 'BLOCK_LITERAL' || isLiteral(declaration, options.indent));
        const written = stringify(declaration, options).replaceAll('\n', eol);
        for (const raw of [written, JSON.stringify(declaration), JSON.stringify(declaration, null, '  ')]) {
          const document = documentOf(raw);
          if (!document.ok || !document.value) throw new Error(`${raw}\n${JSON.stringify(document)}`);
          const declared = declare(document.value, context);
          if (!declared.ok || !isKindName(declaration.kind)) throw new Error(JSON.stringify(declared));
          const { metadata, spec } = declaration;
          expect(declared.value).toEqual({
            kind: declaration.kind,
            metadata: {
              ...metadata,
              ...('annotations' in metadata && { annotations: { ...metadata.annotations } }),
            },
            spec: normalForm<unknown>(kindOf(declaration.kind).schema, spec),
          });
        }
      },
    ),
    { numRuns: 300 },
  );
});

const SAMPLE = `# a comment
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: { name: billing-prod, labels: &l { team: "a\\tb" } }
spec:
  environment: production
  owner:
    ? service
    : billing
  expiresAfter: >-
    180d
  deliver:
    - dotenv: { path: 'secrets/billing.env', variable: BILLING }
...
---
kind: Service
metadata: {name: billing, annotations: *l}
`;

const NASTY = [
  '---',
  '...',
  '\n',
  '\t',
  ' ',
  '&a',
  '*a',
  '!!str',
  '<<',
  '%',
  '? ',
  '- ',
  '[',
  '{',
  '"',
  "'",
  '|',
  '\u0000',
  '\u001f',
  '\u0002',
  '\ud800',
  '\ufeff',
  '\u2028',
  '1e999',
  '__proto__',
];

const mutated = fc
  .array(
    fc.tuple(
      fc.nat(SAMPLE.length),
      fc.nat(8),
      fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 3 })),
    ),
    {
      maxLength: 12,
    },
  )
  .map((edits) =>
    edits.reduce((raw, [at, cut, put]) => raw.slice(0, at) + put + raw.slice(at + cut), SAMPLE),
  );

test('whatever the text, reading ends in documents or in diagnostics within the text', () => {
  const anything = fc.oneof(
    mutated,
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(fc.constantFrom(...NASTY, 'kind', ': ', 'Service', 'metadata', 'name', 'a'), { maxLength: 60 })
      .map((all) => all.join('')),
  );
  fc.assert(
    fc.property(anything, (raw) => {
      const source = new Source('a.yaml', raw);
      const chunks = split(raw);
      expect(chunks.map((chunk) => chunk.text).join('')).toBe(raw);
      for (const chunk of chunks) {
        const document = checkDocument(source, chunk);
        const declared =
          document.ok && document.value?.kind !== 'Project' && document.value
            ? declare(document.value, context)
            : document;
        if (declared.ok) continue;
        expect(declared.error.length).toBeGreaterThan(0);
        const lines = raw.split('\n');
        for (const { position, sourceLine, length } of declared.error) {
          expect(lines[position.line - 1]?.replace(/\r$/, '')).toBe(sourceLine);
          expect(position.column).toBeLessThanOrEqual(sourceLine.length + 2);
          expect(length).toBeGreaterThan(0);
        }
        expect(diagnosticsText(declared.error, { color: 'never' })).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
      }
    }),
    { numRuns: 3_000 },
  );
});

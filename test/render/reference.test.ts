import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { DIAGNOSTICS } from '../../src/documents/diagnostics.js';
import { schemaComplaints } from '../../src/documents/schema.js';
import { FAULTS } from '../../src/domain/errors.js';
import { editorSchema } from '../../src/domain/kinds/document-schema.js';
import { KINDS } from '../../src/domain/kinds/index.js';
import { DERIVED } from '../../src/main/derive.js';
import {
  FINDINGS,
  HOLD_BACK_REASONS,
  RENAMED_CODES,
  STEP_REASONS,
  WAITING_REASONS,
} from '../../src/plan/reasons.js';

const root = join(__dirname, '../..');

test.each(Object.entries(DERIVED))('%s says what the source says: npm run derive', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text());
});

const pageText = (name: string): string => DERIVED[`docs/reference/${name}`]?.() ?? '';

test('every code is on its page', () => {
  for (const code of Object.keys({ ...STEP_REASONS, ...WAITING_REASONS, ...FINDINGS, ...HOLD_BACK_REASONS }))
    expect(pageText('reasons.md')).toContain(`| \`${code}\` |`);
  for (const code of Object.keys({ ...FAULTS, ...DIAGNOSTICS }))
    expect(pageText('errors.md')).toContain(`| \`${code}\` |`);
  for (const kind of Object.keys(KINDS)) expect(pageText('kinds.md')).toContain(`## ${kind}\n`);
});

test('renamed codes: the page lists every old name with a code that exists', () => {
  const codes = { ...STEP_REASONS, ...WAITING_REASONS, ...FINDINGS, ...HOLD_BACK_REASONS };
  for (const [old, now] of Object.entries(RENAMED_CODES)) {
    expect(pageText('reasons.md')).toContain(`| \`${old}\` | \`${now}\` |`);
    expect([old in codes, now in codes]).toEqual([false, true]);
  }
});

test('the lifecycle has a way into every state and none out of revoked', () => {
  const text = pageText('lifecycle.md');
  for (const state of ['issued', 'current', 'retiring', 'suspended', 'revoked', 'expired'])
    expect(text).toContain(`--> ${state}: `);
  expect(text).not.toContain('revoked -->');
});

describe('the schema for editors', () => {
  const ajv = new Ajv({ strict: true, formats: { 'date-time': true } });
  const isAccepted = ajv.compile(editorSchema());

  test('accepts the example of every kind, as the checker does', () => {
    for (const [kind, { example }] of Object.entries(KINDS)) {
      const document = { apiVersion: 'keywright.dev/v1', kind, ...example };
      expect(schemaComplaints(kind as keyof typeof KINDS, document)).toEqual([]);
      expect([kind, isAccepted(document)]).toEqual([kind, true]);
    }
  });

  const metadata = { name: 'a' };
  test.each<[string, object]>([
    ['an unknown kind', { kind: 'Servce', metadata, spec: {} }],
    ['an unknown field', { kind: 'Service', metadata, spec: { x: 1 } }],
    ['a missing field', { kind: 'ApiKey', metadata, spec: { environment: 'production' } }],
    ['a bad duration', { kind: 'Project', metadata, spec: { policy: { maxAge: '90' } } }],
    ['a bad name', { kind: 'Service', metadata: { name: 'A' } }],
    [
      'an unknown annotation of ours',
      { kind: 'Service', metadata: { name: 'a', annotations: { 'keywright.dev/x': '' } } },
    ],
  ])('refuses %s', (_, document) => {
    expect(isAccepted(document)).toBe(false);
  });
});

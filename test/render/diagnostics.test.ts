import { type Diagnostic, errorAt } from '../../src/documents/diagnostics.js';
import { Source } from '../../src/documents/source.js';
import { diagnosticsJson, diagnosticsText } from '../../src/render/diagnostics.js';

const at = (text: string, start: number, end: number, message = 'unknown field "rotaton"'): Diagnostic =>
  errorAt(new Source('specs/billing.yaml', text).place(start, end), { code: 'unknown_field', message });

const shown = (diagnostic: Diagnostic): readonly string[] =>
  diagnosticsText([diagnostic], { color: 'never' }).split('\n');

test('shows the place, the line with a caret under the field, and what to do', () => {
  const text = 'kind: ApiKey\nspec:\n  rotaton: { every: 90d }\n';
  const diagnostic = { ...at(text, 21, 28), help: 'did you mean "rotation"?' };
  expect(shown(diagnostic)).toEqual([
    'specs/billing.yaml:3:3 error: unknown field "rotaton"',
    '  3 |   rotaton: { every: 90d }',
    '    |   ^^^^^^^',
    '  help: did you mean "rotation"?',
    '',
  ]);
});

test('separates several by a blank line, and says how many are not shown', () => {
  const more: Diagnostic = { ...at('x', 0, 1), code: 'more', message: 'and 7 more' };
  expect(
    diagnosticsText([at('x', 0, 1), more], { color: 'never' })
      .split('\n')
      .slice(-3),
  ).toEqual(['', 'and 7 more', '']);
  expect(diagnosticsText([], { color: 'never' })).toBe('');
});

test('nothing of a document is obeyed by a terminal', () => {
  const diagnostic = at('a\u001b[31m: \u202eb\r', 0, 1, 'bad "\u001b]0;x\u0007\n\u2028"');
  expect(
    shown({ ...diagnostic, help: 'a\nb', position: { ...diagnostic.position, file: 'a\u001b.yaml' } }),
  ).toEqual([
    'a\\u{1b}.yaml:1:1 error: bad "\\u{1b}]0;x\\u{7}\\u{a}\\u{2028}"',
    '  1 | a\\u{1b}[31m: \\u{202e}b',
    '    | ^',
    '  help: a\\u{a}b',
    '',
  ]);
});

test('the caret stands under its character after tabs, wide and escaped characters', () => {
  for (const before of ['\t\t', '鍵鍵', '\u200b', 'e\u0301', '🔑']) {
    const [, line = '', caret = ''] = shown(at(`${before}X`, before.length, before.length + 1));
    const columns = [...line.slice(0, line.indexOf('X')).replace(/\u0301/g, '')].map((one) =>
      /[鍵🔑]/u.test(one) ? '  ' : ' ',
    );
    expect(caret.replace('|', ' ')).toBe(`${columns.join('')}^`);
  }
});

test.each([0, 5_000])(
  'of a token in the line and in what is said of it only the public prefix is shown (%d before)',
  (before) => {
    const id = 'sk_live_4f9Kq2LmZx01';
    const token = `${id}_${'S'.repeat(49)}`;
    const diagnostic = at(`${'a'.repeat(before)} ${token} X`, before + 1, before + 71, `unknown "${token}"`);
    const helped = { ...diagnostic, help: `not ${token.slice(0, 40)}` };
    const text = JSON.stringify(diagnosticsJson([helped]));
    expect([...shown(diagnostic), text].join()).not.toContain('SS');
    expect([shown(diagnostic)[1], text]).toEqual([expect.stringContaining(id), expect.stringContaining(id)]);
  },
);

test('of a long line only the surroundings are shown', () => {
  const [, line = '', caret = ''] = shown(at(`${'a'.repeat(5_000)}X${'b'.repeat(5_000)}`, 5_000, 5_001));
  expect(line.length).toBeLessThan(200);
  expect(line[caret.indexOf('^')]).toBe('X');
});

test('colours are added only when asked for', () => {
  const diagnostic = at('x: 1', 0, 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  const uncoloured = diagnosticsText([diagnostic], { color: 'always' }).replace(/\u001b\[[0-9;]*m/g, '');
  expect(uncoloured).toBe(diagnosticsText([diagnostic], { color: 'never' }));
  expect(diagnosticsText([diagnostic], { color: 'always' })).toContain('\u001b[1;31merror\u001b[0m');
});

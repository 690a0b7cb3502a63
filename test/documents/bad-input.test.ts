import { line, loadText } from '../support/spec-folder.js';

/** A Service whose description is the given YAML. */
const service = (description: string): string =>
  `kind: Service\nmetadata: { name: billing }\nspec:\n  description: ${description}\n`;

const named = (name: string): string => `kind: Service\nmetadata: { name: ${name} }\n`;

const aliasBomb = [
  'kind: Service',
  'metadata: { name: bomb }',
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefgh'
    .split('')
    .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(', ')}]`),
].join('\n');

const DEEP = 10_000;

/** Input, then where and as what it is refused. */
const REFUSED: Readonly<Record<string, readonly [string | Uint8Array, string]>> = {
  'an alias bomb': [aliasBomb, '6:8 too_large'],
  'an alias inside what it names': [
    'kind: Service\nmetadata: &a { name: x, labels: *a }\n',
    '2:33 yaml_alias',
  ],
  'an alias of nothing': ['kind: Service\nmetadata: *nobody\n', '2:11 yaml_alias'],
  'ten thousand brackets': [`kind: Service\nspec: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}`, '2:38 too_deep'],
  'ten thousand open brackets': [`kind: Service\nspec: ${'['.repeat(DEEP)}`, '2:38 too_deep'],
  'ten thousand braces': [`kind: Service\nspec: ${'{a: '.repeat(DEEP)}${'}'.repeat(DEEP)}`, 'too_deep'],
  'ten thousand dashes': [`kind: Service\nspec:\n  ${'- '.repeat(DEEP)}x`, 'too_deep'],
  'ten thousand question marks': [`${'? '.repeat(DEEP)}x`, 'too_deep'],
  'aliases within aliases beyond any depth': [
    `kind: Service\nx0: &x0 [y]\n${Array.from({ length: 100 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}]`).join('\n')}`,
    'too_deep',
  ],
  'a document of a megabyte': [`kind: Service\n# ${'x'.repeat(1024 * 1024)}`, '1:1 too_large'],
  'twenty-five thousand keys': [
    `kind: Service\nspec:\n${Array.from({ length: 25_000 }, (_, i) => `  k${i}: 1`).join('\n')}`.slice(
      0,
      250_000,
    ),
    'too_large',
  ],
  'a duplicate key': ['kind: Service\nmetadata: { name: a, name: b }\n', '2:22 duplicate_key'],
  'a duplicate key in quotes': [
    'kind: Service\n"kind": Service\nmetadata: { name: a }\n',
    '2:1 duplicate_key',
  ],
  'an unknown field': [`${named('a')}spec: { descripton: x }\n`, '3:9 unknown_field'],
  '__proto__ as a field': [`${named('a')}spec: { __proto__: { description: x } }\n`, '3:9 unknown_field'],
  'constructor as a field': [`${named('a')}spec: { constructor: x }\n`, '3:9 unknown_field'],
  '__proto__ as a name': [named('__proto__'), '2:19 bad_value'],
  '__proto__ as a label': [
    'kind: Service\nmetadata: { name: a, labels: { __proto__: x } }\n',
    '2:32 bad_value',
  ],
  '__proto__ as a kind': ['kind: __proto__\nmetadata: { name: a }\n', '1:7 unknown_kind'],
  'constructor as a kind': ['kind: constructor\nmetadata: { name: a }\n', '1:7 unknown_kind'],
  'yes for true': ['kind: Environment\nmetadata: { name: a }\nspec: { isProd: yes }\n', '3:17 wrong_type'],
  '017 as a name': [named('017'), '2:19 ambiguous_number'],
  '17 as a name': [named('17'), '2:19 wrong_type'],
  '0x1F as text': [service('0x1F'), '4:16 ambiguous_number'],
  '.inf as text': [service('.inf'), '4:16 ambiguous_number'],
  '1e400 as text': [service('1e400'), '4:16 wrong_type'],
  'nothing as text': [service(''), '4:3 wrong_type'],
  'a list as text': [service('[a]'), '4:16 wrong_type'],
  'a tab as indentation': ['kind: Service\nmetadata:\n\tname: a\n', '3:1 yaml_syntax'],
  'a Cyrillic letter in a name': [named('p\u0430ypal'), '2:19 bad_value'],
  'a zero-width space in a name': [named('pay\u200bpal'), '2:19 control_character'],
  'a right-to-left override': [service('"a\u202eb"'), '4:18 control_character'],
  'a right-to-left override in a comment': [`# \u202e\n${named('a')}`, '1:3 control_character'],
  'an escaped right-to-left override': [service('"a\\u202eb"'), '4:16 control_character'],
  'a NUL': [service('"a\u0000b"'), '4:18 control_character'],
  'an escaped NUL': [service('"a\\0b"'), '4:16 control_character'],
  'an ESC': [service('\u001b[31m'), '4:16 control_character'],
  'an escaped lone surrogate': [service('"\\ud800"'), '4:16 control_character'],
  'a second byte order mark': [`\ufeff\ufeff${named('a')}`, '1:1 control_character'],
  'a name of 10 KB': [named('a'.repeat(10_000)), '2:19 bad_value'],
  'a custom tag': [service('!secret x'), '4:16 yaml_tag'],
  'a binary tag': [service('!!binary aGk='), '4:16 yaml_tag'],
  'a JavaScript tag': [service('!!js/function x'), '4:16 yaml_tag'],
  'a merge key': [
    'kind: Service\n<<: { metadata: { name: a } }\nmetadata: { name: a }\n',
    '2:1 unknown_field',
  ],
  'a mapping as a key': ['kind: Service\n? { a: b }\n: c\n', 'yaml_syntax'],
  'a directive': ['%YAML 1.1\n---\nkind: Service\nmetadata: { name: a }\n', '1:1 yaml_directive'],
  'bytes that are not UTF-8': [
    Buffer.from('kind: Service\nmetadata: { name: "\xff" }\n', 'latin1'),
    '2:20 not_utf8',
  ],
  'UTF-16': [Buffer.from(`\ufeff${named('a')}`, 'utf16le'), '1:1 not_utf8'],
  'a list as a document': ['- a\n- b\n', '1:1 not_a_document'],
  'text as a document': ['hello\n', '1:1 not_a_document'],
  'no kind': ['metadata: { name: a }\n', '1:1 missing_field'],
  'another apiVersion': [`apiVersion: keywright.dev/v2\n${named('a')}`, '1:13 unknown_kind'],
  'an unknown annotation of ours': [
    'kind: Service\nmetadata: { name: a, annotations: { keywright.dev/protekt: "true" } }\n',
    '2:37 unknown_field',
  ],
  'protect that is not text': [
    'kind: Service\nmetadata: { name: a, annotations: { keywright.dev/protect: true } }\n',
    '2:60 wrong_type',
  ],
  'protect that is neither true nor false': [
    'kind: Service\nmetadata: { name: a, annotations: { keywright.dev/protect: "yes" } }\n',
    '2:60 bad_value',
  ],
  'suspend-until that is a bare date': [
    'kind: Service\nmetadata: { name: a, annotations: { keywright.dev/suspend-until: 2027-01-31 } }\n',
    '2:66 bad_value',
  ],
};

/** Processor time of the quickest of a few runs: other tests run beside this one. Milliseconds. */
async function quickest(run: () => Promise<unknown>): Promise<number> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4 && bestMs >= 100; i++) {
    const begun = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(begun);
    bestMs = Math.min(bestMs, (user + system) / 1000);
  }
  return bestMs;
}

test.each(Object.entries(REFUSED))('%s is refused, quickly and in its place', async (_, [text, expected]) => {
  const { state, errors } = await loadText(text);
  expect(state).toBeUndefined();
  expect(errors.slice(0, 1).map(line).join()).toContain(expected);
  expect(await quickest(() => loadText(text))).toBeLessThan(100);
});

const key = (field: string): string =>
  `kind: ApiKey\nmetadata: { name: a }\nspec:\n  environment: production\n  owner: { tenant: true }\n  ${field}\n`;

test.each(['0d', '-1d', '1e400d', '"10d5h "', '1.5d', '999999999d', 'P1Y', 'P0D', '90', '""', '10 d', '٣d'])(
  'the duration %s is refused',
  async (duration) => {
    const { errors } = await loadText(key(`expiresAfter: ${duration}`));
    expect(errors.map(line).join()).toContain('a.yaml:6:17');
  },
);

test.each(['2027-01-31', '2027-01-31T12:00:00', '2027-13-31T12:00:00Z', 'tomorrow', '0'])(
  'the instant %s is refused',
  async (instant) => {
    const { errors } = await loadText(key(`expiresAt: ${instant}`));
    expect(errors.map(line).join()).toContain('a.yaml:6:14');
  },
);

describe('what is only unusual is accepted', () => {
  const accepted = async (text: string | Uint8Array, file?: string) => {
    const { state, errors } = await loadText(text, file);
    expect(errors.map(line)).toEqual([]);
    return state?.entries ?? [];
  };

  test('a byte order mark, which moves no column', async () => {
    const [entry] = await accepted(`\ufeffmetadata: { name: a }\nkind: Service\n`);
    expect(entry?.position).toEqual({ file: 'specs/a.yaml', line: 1, column: 19 });
  });

  test('CRLF line breaks, with the same columns', async () => {
    const [, second] = await accepted(`${named('a')}---\n${named('b')}`.replaceAll('\n', '\r\n'));
    expect(second?.position).toEqual({ file: 'specs/a.yaml', line: 5, column: 19 });
    const { errors } = await loadText('kind: Service\r\nmetadata: { name: B }\r\n');
    expect(errors[0]).toMatchObject({
      sourceLine: 'metadata: { name: B }',
      position: { line: 2, column: 19 },
    });
  });

  test('empty documents, comments and end marks', async () => {
    const text = `# one\n---\n---\n# two\n---\n${named('a')}...\n# three\n---\n${named('b')}...\n`;
    expect((await accepted(text)).map(({ position }) => position.line)).toEqual([7, 12]);
    expect(await accepted('')).toEqual([]);
  });

  test('the directive for the version we read', async () => {
    expect(await accepted(`%YAML 1.2\n---\n${named('a')}`)).toHaveLength(1);
  });

  test('`no` and `constructor`, which are names like others', async () => {
    const entries = await accepted(`${named('no')}---\n${named('constructor')}`);
    expect(entries.map(({ ref }) => ref.name)).toEqual(['constructor', 'no']);
  });

  test('anchors and aliases of modest size', async () => {
    const [entry] = await accepted(
      'kind: Service\nmetadata: { name: a, labels: &l { team: x }, annotations: *l }\n',
    );
    expect(entry?.load().metadata).toEqual({ name: 'a', labels: { team: 'x' }, annotations: { team: 'x' } });
  });

  test('a line separator inside text does not begin a document', async () => {
    const { errors } = await loadText(service('"a\u2028---\u2028b"'));
    expect(errors.map(line).join()).toContain('4:16 control_character');
  });
});

/** Dotenv files: read as the `dotenv` package reads them, changed one value at a time. */
import fc from 'fast-check';
import { dotenvContent } from '../../src/sinks/files/dotenv.js';
import { newToken } from '../support/apply-folder.js';

const token = newToken().reveal();
const entry = { token, object: 'ApiKey/billing-prod', generation: 2 };
const OURS = '# keywright: ApiKey/billing-prod version 2';

const set = (text: string, variable = 'KEY') => {
  const content = dotenvContent(text);
  content.set(variable, entry);
  return content.text();
};

test.each([
  ['bare', 'A=b', 'b'],
  ['with blanks around', '  A =  b c  ', 'b c'],
  ['exported', 'export A=b', 'b'],
  ['with a colon', 'A: b', 'b'],
  ['before a comment', 'A=b # c', 'b'],
  ['before a comment without a blank', 'A=b#c', 'b'],
  ['in double quotes', 'A="b # c" # d', 'b # c'],
  ['in single quotes', "A='b \\n c'", 'b \\n c'],
  ['in backticks', 'A=`b "c"`', 'b "c"'],
  ['with escaped line ends in double quotes', 'A="b\\nc"', 'b\nc'],
  ['over several lines', 'A="b\nc"\nD=1', 'b\nc'],
  ['with an escaped quote', 'A="b\\"c"', 'b\\"c'],
  ['with a quote that never closes', 'A="b\nC=d', '"b'],
  ['with an equals sign', 'A=b=c', 'b=c'],
  ['with CRLF', 'A=b\r\nC=d\r\n', 'b'],
  ['after a byte order mark', '\ufeffA=b', 'b'],
  ['twice', 'A=b\nA=c', 'c'],
  ['empty', 'A=\nB=c', undefined],
  ['empty before a comment', 'A=#b', undefined],
  ['in a comment', '# A=b', undefined],
  ['inside the quotes of another', 'B="\nA=b\n"', undefined],
  ['not at all', 'AA=b\nA.B=c', undefined],
])('reads a value %s', (_, text, expected) => {
  expect(dotenvContent(text).value('A')).toBe(expected);
});

test.each([
  ['appends to an empty file', '', `${OURS}\nKEY=${token}\n`],
  ['appends after a line without an end', 'A=1', `A=1\n${OURS}\nKEY=${token}\n`],
  ['keeps CRLF', 'A=1\r\nKEY=old\r\n', `A=1\r\n${OURS}\r\nKEY=${token}\r\n`],
  ['keeps CRLF when appending', 'A=1\r\n', `A=1\r\n${OURS}\r\nKEY=${token}\r\n`],
  [
    'keeps the place and what is around',
    'A=1\n\nKEY=old\n# b\nB=2',
    `A=1\n\n${OURS}\nKEY=${token}\n# b\nB=2`,
  ],
  [
    'keeps export and indentation',
    '  export KEY = "old"\n',
    `  export KEY =${token}\n`.replace(/^/, `${OURS}\n`),
  ],
  ['keeps an inline comment', 'KEY=old# why\n', `${OURS}\nKEY=${token} # why\n`],
  ['replaces a value over several lines', 'KEY="a\nb"\nB=2\n', `${OURS}\nKEY=${token}\nB=2\n`],
  ['sets every definition', 'KEY=a\nB=2\nKEY=b\n', `${OURS}\nKEY=${token}\nB=2\n${OURS}\nKEY=${token}\n`],
  [
    'replaces our comment with the value',
    '# keywright: ApiKey/billing-prod version 1\nKEY=old\n',
    `${OURS}\nKEY=${token}\n`,
  ],
  ['leaves our comment of another variable', `# keywright: ApiKey/a version 1\nA=1\n`, undefined],
])('%s', (_, before, after) => {
  expect(set(before)).toBe(after ?? `${before}${OURS}\nKEY=${token}\n`);
});

test('setting again what is there changes nothing', () => {
  const once = set('A=1\nKEY=old # c\n');
  expect(set(once)).toBe(once);
});

const line = fc.oneof(
  fc.constantFrom(
    '# note',
    '',
    '   ',
    'A=1',
    'export B = "x y" # z',
    "C='1\n2'",
    'KEY=old',
    '"',
    'A="',
    'D: x',
    '=',
  ),
  fc.string({ maxLength: 12 }).filter((text) => !text.includes('KEY')),
);
const file = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, newline]) => lines.join(newline));

test('whatever the file holds, the value is readable afterwards and a text is never changed by being read', () => {
  fc.assert(
    fc.property(file, (text) => {
      expect(dotenvContent(text).text()).toBe(text);
      expect(dotenvContent(set(text)).value('KEY')).toBe(token);
    }),
  );
});

test('whatever the file holds, the other values stay as they were', () => {
  fc.assert(
    fc.property(file, (text) => {
      const [before, after] = [dotenvContent(text), dotenvContent(set(text))];
      for (const name of ['A', 'B', 'C', 'D']) expect(after.value(name)).toBe(before.value(name));
    }),
  );
});

test('a large hostile file is read in linear time', () => {
  const started = process.hrtime.bigint();
  for (const text of [
    '\n'.repeat(1e6),
    ' '.repeat(1e6),
    'A="'.repeat(3e5),
    'A="\n'.repeat(2.5e5),
    'a'.repeat(1e6),
  ])
    dotenvContent(text);
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(5_000);
});

/** The properties of constructs, as the compiler holds them. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typeErrors } from '../support/typecheck.js';

const file = join(__dirname, 'props.check.ts');

test('the compiler takes what is right and refuses what is wrong', () => {
  expect(typeErrors(file)).toEqual([]);
});

test('every refusal that is expected is one', () => {
  const text = readFileSync(file, 'utf8');
  const bare = join(__dirname, `props.${process.pid}.ts`);
  writeFileSync(bare, text.replace(/\/\/ @ts-expect-error/g, '//'));
  try {
    const refused = typeErrors(bare);
    expect(refused).toHaveLength(text.split('@ts-expect-error').length - 1);
  } finally {
    rmSync(bare);
  }
});

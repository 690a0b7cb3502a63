/** What is said of a document quotes what stands in it, once, and asks for nothing that would be wrong again. */
import { loadProject } from '../../src/documents/load.js';
import { validate } from '../../src/documents/validate.js';
import { line, loadText, specFolder } from '../support/spec-folder.js';

const errorsOf = async (text: string, file?: string): Promise<readonly string[]> =>
  (await loadText(text, file)).errors.map(line);

const label = (value: string): string => `kind: Service\nmetadata: { name: a, labels: { v: ${value} } }\n`;

describe('quotes', () => {
  test.each([
    ['1.10', 'number'],
    ['12e3456', 'number'],
    ['1e3', 'number'],
    ['1E+3', 'number'],
    ['12345678901234567890123', 'number'],
    ['-0', 'number'],
    ['1.0', 'number'],
    ['True', 'boolean'],
    ['false', 'boolean'],
  ])('%s is quoted as it stands in the text', async (value, type) => {
    const [error = '', ...others] = await errorsOf(label(value));
    expect(others).toEqual([]);
    expect(error).toContain(`not the ${type} ${value}`);
    // A label has no plus and begins with no hyphen, so quotes would not help there.
    if (/^[\w.]+$/.test(value)) expect(error).toContain(`(put it in quotes: "${value}")`);
  });

  test.each(['0x10', '017', '0o17', '.5', '+1'])(
    '%s is quoted as it stands, as no plain number',
    async (value) => {
      expect(await errorsOf(label(value))).toEqual([
        expect.stringContaining(
          `${value} is not a plain decimal number (write a plain decimal number, or "${value}" in quotes`,
        ),
      ]);
    },
  );

  test('what is advised is accepted', async () => {
    for (const value of ['1.10', '12e3456', '0x10', '1e3', '12345678901234567890123'])
      expect(await errorsOf(label(`"${value}"`))).toEqual([]);
  });

  test('through an alias, and in JSON', async () => {
    const aliased = 'kind: Service\nmetadata: { name: a, labels: { v: &v 1.10, w: *v } }\n';
    expect((await errorsOf(aliased)).every((one) => one.includes('"1.10"'))).toBe(true);
    const json = '{ "kind": "Service", "metadata": { "name": "a", "labels": { "v": 1.10 } } }';
    expect(await errorsOf(json, 'specs/a.json')).toEqual([expect.stringContaining('"1.10"')]);
  });
});

describe('a block of one line', () => {
  const described = async (block: string) => {
    const { state, errors } = await loadText(
      `kind: Service\nmetadata: { name: a }\nspec:\n  description: ${block}\n`,
    );
    return errors.length > 0 ? errors.map(({ code }) => code) : state?.entries[0]?.load().spec;
  };

  test.each([
    '|\n    Invoices',
    '|-\n    Invoices',
    '>\n    Invoices',
    '|\n    Invoices\n\n',
    '>-\n    Invoices',
  ])('is that line: %j', async (block) => {
    expect(await described(block)).toEqual({ description: 'Invoices' });
  });

  test.each(['|\n    one\n    two', '|+\n    one\n\n', '"one\\n"'])('%j is invalid', async (block) => {
    expect(await described(block)).toEqual(['bad_value']);
  });

  test('in an annotation it keeps its end, where line feeds may stand', async () => {
    const { state } = await loadText(
      'kind: Service\nmetadata:\n  name: a\n  annotations:\n    note: |\n      text\n',
    );
    expect(state?.entries[0]?.load().metadata.annotations).toEqual({ note: 'text\n' });
  });
});

describe('one wrong document', () => {
  const validated = async (files: Readonly<Record<string, string | Uint8Array>>) => {
    const project = await loadProject(specFolder(files));
    if (!project.ok) throw new Error('no project');
    const checked = await validate(project.value);
    return checked.ok ? [] : checked.error.map(line);
  };
  const REFERRING = [
    'kind: Team\nmetadata: { name: data }\nspec: { members: [{ user: bob }] }\n',
    'kind: Team\nmetadata: { name: more }\nspec: { members: [{ user: bob@example.com }] }\n',
    'kind: ApiKey\nmetadata: { name: k }\nspec: { environment: production, owner: { user: bob } }\n',
  ].join('---\n');

  test.each([
    ['a wrong field', 'kind: User\nmetadata: { name: bob }\nspec: { email: bob@example.com, nmae: Bob }\n'],
    ['a wrong kind', 'kind: Usr\nmetadata: { name: bob }\nspec: { email: bob@example.com }\n'],
    ['no YAML', 'kind: User\nmetadata:\n  name: bob\nspec: { email: bob@example.com\n'],
    ['JSON', '{"kind":"User","metadata":{"name":"bob"},"spec":{"email":"bob@example.com","status":"away"}}'],
    [
      'not UTF-8',
      Buffer.from(
        'kind: User\nmetadata: { name: bob }\nspec: { email: bob@example.com, name: "\xff" }\n',
        'latin1',
      ),
    ],
  ])('%s is one error, not one at each reference', async (_, text) => {
    const errors = await validated({ 'specs/bob.yaml': text, 'specs/z.yaml': REFERRING });
    expect(errors.map((one) => one.split(':')[0])).toEqual(['bob.yaml']);
  });

  test('a Space in an environment counts too, and a name that nothing mentions is unknown still', async () => {
    const space = 'kind: Space\nmetadata: { name: hall }\nspec: { environment: production, workbook: [a] }\n';
    const guest = (space: string): string =>
      `kind: Guest\nmetadata: { name: g }\nspec: { environment: production, email: g@example.com, grants: [{ space: ${space} }] }\n`;
    expect(await validated({ 'specs/a.yaml': space, 'specs/b.yaml': guest('hall') })).toHaveLength(1);
    expect(await validated({ 'specs/a.yaml': space, 'specs/b.yaml': guest('hal') })).toHaveLength(2);
  });
});

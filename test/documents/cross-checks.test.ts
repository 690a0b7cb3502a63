import { loadProject } from '../../src/documents/load.js';
import { validate } from '../../src/documents/validate.js';
import { line, load, loadText, PROJECT, specFolder } from '../support/spec-folder.js';

const errorsOf = async (text: string): Promise<readonly string[]> => (await loadText(text)).errors.map(line);

const validated = async (files: Record<string, string>, paths: readonly string[] = []) => {
  const project = await loadProject(specFolder(files));
  if (!project.ok) return project.error.map(line);
  const result = await validate(project.value, { paths });
  return result.ok ? result.value : result.error.map(line);
};

const key = (name: string, more = '{}', metadata = ''): string =>
  `---\nkind: ApiKey\nmetadata: { name: ${name}${metadata} }\nspec: { environment: production, owner: { tenant: true }, ...: ${more} }\n`.replace(
    ', ...: {}',
    '',
  );

const delivering = (name: string, sinks: string): string =>
  `---\nkind: ApiKey\nmetadata: { name: ${name} }\nspec: { environment: production, owner: { tenant: true }, deliver: [${sinks}] }\n`;

const project = (spec: string): string => `kind: Project\nmetadata: { name: acme }\nspec: ${spec}\n`;

test('an object declared twice is an error that names both places', async () => {
  const { errors } = await load(
    specFolder({ 'specs/a.yaml': key('a'), 'specs/deep/er/b.yml': key('b') + key('a') }),
  );
  expect(errors.map(line)).toEqual([
    'deep/er/b.yml:7:19 duplicate_object ApiKey/a is declared twice (first declared in specs/a.yaml:3)',
  ]);
});

test('a circle of former names is an error, and a chain of them is not', async () => {
  const was = (name: string) => `, annotations: { keywright.dev/previous-name: ${name} }`;
  expect(
    await errorsOf(key('a', '{}', was('b')) + key('b', '{}', was('c')) + key('c', '{}', was('d'))),
  ).toEqual([]);
  expect(
    await errorsOf(key('a', '{}', was('b')) + key('b', '{}', was('c')) + key('c', '{}', was('b'))),
  ).toEqual(['a.yaml:3:19 cycle reference cycle: ApiKey/b → ApiKey/c → ApiKey/b']);
  expect(await errorsOf(key('a', '{}', was('a')))).toEqual([
    'a.yaml:3:19 cycle reference cycle: ApiKey/a → ApiKey/a',
  ]);
});

test('variables of one dotenv file may belong to several keys, each to one', async () => {
  const sink = (variable: string, path = 'x.env') => `{ dotenv: { path: ${path}, variable: ${variable} } }`;
  expect(await errorsOf(delivering('a', sink('A')) + delivering('b', sink('B')))).toEqual([]);
  expect(await errorsOf(delivering('a', sink('A')) + delivering('b', sink('A', './y/../x.env')))).toEqual([
    'a.yaml:8:69 sink_conflict the variable A of x.env is the sink of two deliveries (ApiKey/a (specs/a.yaml:3) also delivers to it)',
  ]);
  expect(await errorsOf(delivering('a', `${sink('A')}, ${sink('A')}`))).toHaveLength(1);
});

test('a file is not delivered to twice, nor as a file and as dotenv', async () => {
  const dotenv = '{ dotenv: { path: x, variable: A } }';
  const file = '{ file: { path: x } }';
  for (const [first, second] of [
    [file, file],
    [file, dotenv],
    [dotenv, file],
    [file, '{ file: { path: x, format: json } }'],
  ] as const)
    expect(await errorsOf(delivering('a', first) + delivering('b', second))).toHaveLength(1);
});

test.each(['../x', '/etc/x', 'a/../../x', '..', '.', 'a/', '.keywright/x', '../spec-evil/x'])(
  'a sink path of %s is refused',
  async (path) => {
    const { errors } = await loadText(delivering('a', `{ file: { path: "${path}" } }`));
    expect(errors.map(({ code, position }) => [code, position.line, position.column])).toEqual([
      ['sink_path', 4, 85],
    ]);
  },
);

test.each(['keywright.yaml', 'keywright.json', 'specs/a.yaml', './specs/deep/new.yml', 'specs/key.json'])(
  'a sink at %s, where documents are read, is refused: they would hold the secret',
  async (path) => {
    expect(await errorsOf(delivering('a', `{ file: { path: ${path} } }`))).toEqual([
      expect.stringContaining('sink_path the path is read as a document of this project'),
    ]);
  },
);

test.each(['specs/key.env', 'specs/.hidden/key.json', 'elsewhere/key.json', 'specs-of-mine/key.yaml'])(
  'a sink at %s is no document',
  async (path) => {
    expect(await errorsOf(delivering('a', `{ file: { path: ${path} } }`))).toEqual([]);
  },
);

test('a project may allow other folders for its sinks', async () => {
  const { errors } = await load(
    specFolder({
      'keywright.yaml': project('{ sinkRoots: [/run/secrets, out] }'),
      'specs/a.yaml':
        delivering('a', '{ file: { path: /run/secrets/a } }') +
        delivering('b', '{ file: { path: out/b } }') +
        delivering('c', '{ file: { path: c } }'),
    }),
  );
  expect(errors.map(line)).toEqual([
    'a.yaml:12:85 sink_path the path is outside the folders that sinks may write to (allowed: /run/secrets, out (spec.sinkRoots in keywright.yaml))',
  ]);
});

test("a project's defaults fill what a key leaves out, one field at a time", async () => {
  const { state, errors } = await load(
    specFolder({
      'keywright.yaml': project('{ defaults: { rotation: { every: 30d, overlap: 2h } } }'),
      'specs/a.yaml': key('a') + key('b').replace('owner:', 'rotation: { every: 7d }, owner:'),
    }),
  );
  expect(errors.map(line)).toEqual([]);
  const rest = { overlap: '2h', handover: 'observed', quiet: '1d' };
  expect(state?.entries.map((entry) => entry.load().spec)).toMatchObject([
    { rotation: { every: '30d', ...rest } },
    { rotation: { every: '7d', ...rest } },
  ]);
});

test('rules across fields see the defaults', async () => {
  const text = key('a').replace('owner:', 'expiresAfter: 12h, rotation: { every: 2d }, owner:');
  expect(await errorsOf(text)).toEqual(['a.yaml:4:48 broken_rule must be longer than rotation.overlap (1d)']);
});

test('a policy can require that keys expire', async () => {
  const { errors } = await load(
    specFolder({
      'keywright.yaml': project('{ policy: { requireExpiry: true } }'),
      'specs/a.yaml': key('a'),
    }),
  );
  expect(errors.map(({ code, position }) => [code, position.line, position.column])).toEqual([
    ['broken_rule', 4, 1],
  ]);
});

describe('the project', () => {
  test('is missing: said so with a code of its own', async () => {
    const result = await loadProject(specFolder({ 'keywright.yaml': PROJECT }).concat('/nowhere'));
    expect(result).toMatchObject({ ok: false, error: [{ code: 'no_project' }] });
  });

  test('is declared in keywright.yaml only, and once', async () => {
    expect(await errorsOf(PROJECT)).toEqual([
      'a.yaml:2:7 misplaced_project a Project can be declared only in keywright.yaml (the project of this folder is acme)',
    ]);
    expect(await validated({ 'keywright.yaml': `${PROJECT}---\n${PROJECT}` })).toEqual([
      'keywright.yaml:7:7 misplaced_project the file has two Project documents (the first is acme in keywright.yaml:3)',
    ]);
    expect(await validated({ 'keywright.yaml': 'kind: Service\nmetadata: { name: a }\n' })).toEqual([
      'keywright.yaml:1:1 misplaced_project the file has no Project document (create one with: keywright init)',
    ]);
  });

  test('may be all in keywright.yaml, without the folder that is named by default', async () => {
    const named = PROJECT.replace('spec: {}', 'spec: { specs: [specs] }');
    const whole = `${named}---\nkind: Service\nmetadata: { name: billing }\nspec: {}\n`;
    expect((await load(specFolder({ 'keywright.yaml': whole }))).errors).toEqual([]);
    expect((await load(specFolder({ 'keywright.yaml': named }))).errors.map(line)).toEqual([
      'keywright.yaml:4:17 unreadable specs does not exist',
    ]);
  });

  test('names a folder that does not exist: an error at its line, unless it is only the default', async () => {
    expect(
      await validated({ 'keywright.yaml': project('\n  specs: [specs, gone]'), 'specs/.keep': '' }),
    ).toEqual(['keywright.yaml:4:18 unreadable gone does not exist']);
    expect(await validated({ 'keywright.yaml': PROJECT })).toEqual({ objects: 0 });
  });

  test('passes over hidden files, node_modules and other files', async () => {
    expect(
      await validated({
        'specs/.hidden.yaml': '[',
        'specs/.git/a.yaml': '[',
        'specs/node_modules/a.yaml': '[',
        'specs/readme.md': '[',
        'specs/a.yaml': key('a'),
      }),
    ).toEqual({ objects: 1 });
  });
});

describe('validating', () => {
  const owned = (owner: string) => key('a').replace('{ tenant: true }', owner);

  test('a reference to nothing is an error with the nearest name', async () => {
    expect(
      await validated({
        'specs/a.yaml': `${owned('{ service: biling }')}---\nkind: Service\nmetadata: { name: billing }\n`,
      }),
    ).toEqual([
      'a.yaml:4:52 unknown_reference Service "biling" is neither declared nor live (did you mean "billing"?)',
    ]);
  });

  test('the environments of a fresh store count as known', async () => {
    expect(await validated({ 'specs/a.yaml': key('a') })).toEqual({ objects: 1 });
    expect(await validated({ 'specs/a.yaml': key('a').replace('production', 'prodction') })).toEqual([
      'a.yaml:4:22 unknown_reference Environment "prodction" is neither declared nor live (did you mean "production"?)',
    ]);
  });

  test('a team that is not declared is unknown', async () => {
    expect(await validated({ 'specs/a.yaml': owned('{ team: data }') })).toEqual([
      'a.yaml:4:49 unknown_reference Team "data" is neither declared nor live (declare it)',
    ]);
  });

  test('with paths, only errors of those are reported, and the rest still counts as declared', async () => {
    const files = {
      'specs/a.yaml': owned('{ service: billing }'),
      'specs/b.yaml': 'kind: Service\nmetadata: { name: billing }\n',
      'specs/c.yaml': 'kind: Servce\nmetadata: { name: x }\n',
    };
    expect(await validated(files, ['specs/a.yaml'])).toEqual({ objects: 1 });
    expect(await validated(files, ['specs'])).toHaveLength(1);
    expect(await validated(files, ['nothing.yaml'])).toEqual([
      'nothing.yaml:1:1 unreadable nothing.yaml does not exist',
    ]);
  });

  test('approval that names no environment is an error', async () => {
    expect(
      await validated({ 'keywright.yaml': project('{ guard: { requireApproval: [prodution] } }') }),
    ).toEqual([
      'keywright.yaml:3:36 unknown_reference Environment "prodution" is neither declared nor live (did you mean "production"?)',
    ]);
  });

  test('more than a hundred errors are counted, not listed', async () => {
    const files = { 'specs/a.yaml': Array.from({ length: 150 }, () => '---\nkind: X\n').join('') };
    const errors = await validated(files);
    expect(errors).toHaveLength(101);
    expect(Array.isArray(errors) ? errors.at(-1) : '').toBe('a.yaml:202:7 more and 50 more');
  });
});

describe('times that contradict one another', () => {
  const timed = (times: string): string => key('a').replace('owner:', `${times}, owner:`);

  test.each([
    ['expiresAfter: 30d, rotation: { every: 29d, overlap: 28d }', 'leaves 15d for rotation.overlap (28d)'],
    ['expiresAfter: 36h, rotation: { every: 90d }', 'leaves 18h for rotation.overlap (1d)'],
    ['expiresAfter: 1d, rotation: { overlap: 1d }', 'must be longer than rotation.overlap (1d)'],
    ['rotation: { every: 1d, overlap: 2d }', 'must be longer than overlap (2d)'],
    ['rotation: { every: 90d, overlap: 2d, deadline: 1d }', 'must not be shorter than overlap (2d)'],
    ['rotation: { handover: acknowledged, deadline: 1h }', 'must not be shorter than overlap (1d)'],
    ['rotation: { overlap: 1h, quiet: 3d, deadline: 2d }', 'must not be shorter than quiet (3d)'],
    ['rotation: { every: 30d, quiet: 30d }', 'must be shorter than every (30d)'],
  ])('%s is refused at the field', async (times, message) => {
    expect(await errorsOf(timed(times))).toEqual([expect.stringMatching(/^a\.yaml:4:\d+ broken_rule /)]);
    expect((await errorsOf(timed(times)))[0]).toContain(message);
  });

  test.each([
    'expiresAfter: 30d, rotation: { every: 15d, overlap: 14d }',
    'expiresAfter: 2d, rotation: { overlap: 1d }',
    'expiresAfter: 180d, rotation: { every: 90d, overlap: 24h }',
    'expiresAfter: 1h',
    'rotation: { every: 90d, overlap: 2d, deadline: 2d }',
    'rotation: { handover: timed, overlap: 2d, deadline: 1h }',
    'rotation: { every: 36h, overlap: 1h }',
  ])('%s is not', async (times) => {
    expect(await errorsOf(timed(times))).toEqual([]);
  });

  test('in the defaults of the project too', async () => {
    const { errors } = await load(
      specFolder({ 'keywright.yaml': project('{ defaults: { rotation: { every: 1h, overlap: 2h } } }') }),
    );
    expect(errors.map(line)).toEqual([
      expect.stringMatching(/^keywright\.yaml:\d+:\d+ broken_rule must be longer than overlap \(2h\)$/),
    ]);
  });
});

test('an end in the past is refused by validate, at the field and against the clock', async () => {
  const text = key('a').replace('owner:', 'expiresAt: 2020-01-01T00:00:00Z, owner:');
  const loaded = await loadProject(specFolder({ 'specs/a.yaml': text }));
  if (!loaded.ok) throw new Error('no project');
  const at = async (now: string): Promise<readonly string[]> => {
    const checked = await validate(loaded.value, { paths: [] }, { now: Date.parse(now) });
    return checked.ok ? [] : checked.error.map(line).filter((one) => one.includes('broken_rule'));
  };
  expect(await at('2027-01-01T00:00:00Z')).toEqual([
    'a.yaml:4:45 broken_rule 2020-01-01T00:00:00Z is in the past (use a later date or remove the document)',
  ]);
  expect(await at('2019-12-31T00:00:00Z')).toEqual([]);
});

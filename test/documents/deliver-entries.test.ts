/** What a `deliver` entry says besides its sink: refresh and unverified. */
import { SINK_TYPE_NAMES, sinkCode, sinkIdOf } from '../../src/domain/sinks/index.js';
import { line, loadText } from '../support/spec-folder.js';

const KEY = `kind: ApiKey
metadata: { name: a }
spec: { environment: production, owner: { tenant: true }, deliver: [ENTRY] }
`;
const FILE = 'file: { path: secrets/a }';

const errorsOf = async (entry: string): Promise<readonly string[]> =>
  (await loadText(KEY.replace('ENTRY', `{ ${entry} }`))).errors.map(line);

test.each([
  ['refresh: { exec: [./restart, --now] }'],
  ['refresh: { deployment: shop/billing.v2, connection: k }'],
  ['unverified: true'],
])('a deliver entry: %s is accepted beside a sink', async (more) => {
  expect(await errorsOf(`${FILE}, ${more}`)).toEqual([]);
});

test.each([
  ['refresh: { connection: k }', 'must name exactly one of deployment, exec'],
  ['refresh: { deployment: a/b, connection: k, exec: [x] }', 'must name exactly one of deployment, exec'],
  ['refresh: { exec: [x], connection: k }', 'is only for deployment'],
  ['refresh: { deployment: a/b }', 'is required with deployment'],
  ['refresh: { deployment: billing, connection: k }', 'a namespace and a name such as shop/billing'],
  ['refresh: {}', 'deployment'],
  ['unverified: false', 'true'],
])('a deliver entry: %s is refused where it stands', async (more, message) => {
  const errors = await errorsOf(`${FILE}, ${more}`);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain(message);
});

test('a deliver entry: refresh and unverified alone name no sink', async () => {
  const [error] = await errorsOf('unverified: true');
  expect(error).toContain(`must name exactly one of ${SINK_TYPE_NAMES.join(', ')}`);
});

test('a deliver entry: what it says besides is no part of the sink', () => {
  const file = { path: 'secrets/a' };
  const besides = { refresh: { exec: ['./restart'] }, unverified: true as const };
  expect(sinkIdOf({ file, ...besides })).toBe(sinkIdOf({ file }));
  const object = (members: object): string =>
    `{ ${Object.entries(members)
      .flatMap(([name, code]) => (code === undefined ? [] : [`${name}: ${code}`]))
      .join(', ')} }`;
  const app = { literal: JSON.stringify, object } as unknown as Parameters<typeof sinkCode>[1];
  expect(sinkCode({ file, ...besides }, app)).toBe(
    `Sink.file("secrets/a").with({ refresh: { exec: ["./restart"] }, unverified: true })`,
  );
});

/** `rotate --leaked`: what leaked is refused before anything else, and the consumers that it breaks get the next version at once. */
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
let leaked: string;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  const key = keyYaml('app', inDotenv('secrets/app.env', 'KEY'));
  world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), key));
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  leaked = world.variable('secrets/app.env', 'KEY');
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const verdict = async (token: string) =>
  (await world.run('verify --stdin', { input: token })).stdout.split(':')[0];

test('says whom it breaks before it asks, and without a yes changes nothing', async () => {
  await verdict(leaked);
  const { code, stderr } = await world.run('rotate app --leaked');
  expect([code, stderr]).toEqual([
    3,
    expect.stringMatching(
      /^This permanently ends ApiKey\/app immediately:\n {2}version 1: last used .* ago\n {2}delivered to dotenv:secrets\/app\.env#KEY\n/,
    ),
  ]);
  expect(await verdict(leaked)).toBe('VALID');
});

test('ends every older version, delivers the next, and is reported as what it was', async () => {
  expect((await world.run('rotate app --auto-approve')).code).toBe(0);
  const second = world.variable('secrets/app.env', 'KEY');
  expect((await world.run('rotate app --leaked --auto-approve')).code).toBe(0);
  const third = world.variable('secrets/app.env', 'KEY');
  expect(await Promise.all([leaked, second, third].map(verdict))).toEqual(['REVOKED', 'REVOKED', 'VALID']);
  const entries = await world.run('audit list --output json');
  expect(entries.stdout).toMatch(/"path":\s*"cli:rotate --leaked"/);
  expect((await world.run('plan')).stdout).toMatch(/^No changes/);
});

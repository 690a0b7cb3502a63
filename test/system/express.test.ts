/** examples/express, run as it stands; and the package `keywright/verifier` as programs in plain JavaScript get it. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ExampleApp, installExample, startExample } from '../support/example-app.js';
import { eventually } from '../support/signals.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

const run = promisify(execFile);

let world: Workspace;
let app: ExampleApp | undefined;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  const key = keyYaml('app', `${inDotenv('secrets/app.env', 'APP_KEY')}, permissions: ['spaces:read']`);
  const space =
    'apiVersion: keywright.dev/v1\nkind: Space\nmetadata: { name: onboarding }\nspec: { environment: development }\n';
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), key, space));
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const applied = async (): Promise<string> => {
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  return world.variable('secrets/app.env', 'APP_KEY');
};

test('the example lets a key in, keeps it to what it may do, and refuses it within 2 s of its revocation', async () => {
  const key = await applied();
  const store = join(world.folder, '.keywright');
  app = await startExample(installExample(world), { KEYWRIGHT_STORE: store, ENVIRONMENT: 'development' });
  const { url } = app;
  const ask = (path: string, method = 'GET') =>
    fetch(url + path, { method, headers: { authorization: `Bearer ${key}` } });
  const hello = await ask('/hello');
  expect([hello.status, await hello.json()]).toEqual([200, { hello: 'app', version: 1 }]);
  expect([
    (await ask('/events', 'POST')).status,
    (await ask('/spaces/onboarding/rows')).status,
    (await ask('/spaces/elsewhere/rows')).status,
    (await fetch(`${url}/hello`)).status,
  ]).toEqual([403, 200, 403, 401]);

  expect(await world.run('revoke app --now --auto-approve')).toMatchObject({ code: 0 });
  const revokedMs = performance.now();
  await eventually('it is refused', async () => (await ask('/hello')).status === 401);
  expect(performance.now() - revokedMs).toBeLessThan(2_000);
  expect(await app.stop()).toBe(0);
});

test('the uses that the example saw are in the store when it has stopped', async () => {
  const key = await applied();
  const store = join(world.folder, '.keywright');
  app = await startExample(installExample(world), { KEYWRIGHT_STORE: store, ENVIRONMENT: 'development' });
  await fetch(`${app.url}/hello`, { headers: { authorization: `Bearer ${key}` } });
  expect(await app.stop()).toBe(0);
  expect((await world.run('explain ApiKey/app')).stdout).toMatch(/last used/);
});

test.each([
  ['ES modules', 'ask.mjs', "import { createVerifier } from 'keywright/verifier';"],
  ['CommonJS', 'ask.cjs', "const { createVerifier } = require('keywright/verifier');"],
])('the verifier is had from %s', async (_way, file, load) => {
  await applied();
  const folder = installExample(world);
  const program = `${load}
    createVerifier({ store: process.argv[2] }).then(async (verifier) => {
      console.log((await verifier.verify('nonsense')).code);
      await verifier.close();
    });`;
  writeFileSync(join(folder, file), program);
  const { stdout } = await run(process.execPath, [file, join(world.folder, '.keywright')], { cwd: folder });
  expect(stdout).toBe('MALFORMED\n');
});

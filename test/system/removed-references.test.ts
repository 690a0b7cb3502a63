/** A document that goes while others still name its object: every face says the same, and nothing is done. */
import { eventually } from '../support/controller-process.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/service.yaml', serviceYaml('billing'));
  world.write('specs/keys.yaml', yamlStream(keyYaml('app', inDotenv('secrets/app.env', 'APP_KEY'))));
});
afterEach(() => world.dispose());

test('validate, plan, apply and drift fail at the field; run says so and continues once it is mended', async () => {
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  world.remove('specs/service.yaml');
  const place =
    /specs\/keys\.yaml:\d+:\d+ error: (there is no Service "billing"|Service "billing" is neither)/;
  for (const args of ['validate', 'plan', 'plan --select team=none', 'apply --auto-approve', 'drift']) {
    const { code, stderr } = await world.run(args);
    expect([args, code, place.test(stderr)]).toEqual([args, 1, true]);
  }
  const { stderr } = await world.run('plan');
  expect(stderr).toContain('the live one would be removed');
  expect(stderr).toContain('help: declare it again, or remove what names it too');

  const controller = world.start('run --output json --interval 1s');
  let log = '';
  controller.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  await eventually(
    () => log,
    () => log.includes('there is no Service') && log.includes('invalid_documents'),
  );
  world.write('specs/service.yaml', serviceYaml('billing'));
  await eventually(
    () => log,
    () => log.includes('recovered'),
  );
  controller.kill('SIGTERM');
  expect((await world.run('plan')).stdout).toContain('No changes');
});

test('what goes together with all that names it goes', async () => {
  expect((await world.run('apply --auto-approve')).code).toBe(0);
  world.remove('specs/service.yaml');
  world.remove('specs/keys.yaml');
  world.write('specs/other.yaml', serviceYaml('other'));
  const { code, stdout } = await world.run('plan');
  expect([code, stdout]).toEqual([0, expect.stringContaining('delete ApiKey/app')]);
});

/** Ending by hand what the documents do not hold any more, and confirming what is not under way. */
import { keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), keyYaml('app')));
  await world.run('apply --auto-approve');
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

test('a key whose declaration was taken away can be ended before its overlap has passed', async () => {
  const { stdout: token } = await world.run('claim app');
  world.write('specs/billing.yaml', serviceYaml('billing'));
  await world.run('apply --auto-approve');
  const verified = () => world.json<{ code: string }>('verify --stdin', { input: token });
  expect(await world.run('revoke app')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /was removed, and its versions are accepted until .* To end them immediately, use --now/,
    ),
  });
  expect(await verified()).toMatchObject({ code: 'VALID' });
  expect(await world.json('revoke app --now --auto-approve')).toMatchObject({ changed: true });
  expect(await verified()).toMatchObject({ code: 'REVOKED' });
  expect(await world.json('revoke app --now --auto-approve')).toMatchObject({ changed: false });
  expect((await world.run('revoke other --now')).stderr).toContain('there is no live ApiKey/other');
});

test('a hand-over that is not under way is not confirmed', async () => {
  expect(await world.run('acknowledge app')).toMatchObject({
    code: 0,
    stdout: 'ApiKey/app has no version other than version 1, so there is nothing to confirm.\n',
  });
  expect((await world.run('audit')).stdout).not.toContain('key.acknowledged');
});

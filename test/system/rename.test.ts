/** Renames with the real command: the key continues, its file stays as it is, and its story is found by its new name. */
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write(
    'specs/all.yaml',
    yamlStream(serviceYaml('billing'), keyYaml('app', inDotenv('secrets/app.env', 'APP_KEY'))),
  );
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const wasNamed = (yaml: string, name: string, former: string): string =>
  yaml.replace(/name: [^ ]+ }/, `name: ${name}, annotations: { keywright.dev/previous-name: ${former} } }`);

const renamed = yamlStream(
  wasNamed(serviceYaml('billing'), 'invoicing', 'billing'),
  wasNamed(keyYaml('app', inDotenv('secrets/app.env', 'APP_KEY')), 'invoices', 'app').replace(
    'service: billing',
    'service: invoicing',
  ),
);

test('a service and its key are renamed in one commit, and the delivered token stays', async () => {
  const token = world.variable('secrets/app.env', 'APP_KEY');
  world.write('specs/all.yaml', renamed);
  const { steps } = await world.json<{ steps: { id: string; reason: string }[] }>('plan');
  expect(steps.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
    'Service/invoicing update Renamed',
    'ApiKey/invoices update Renamed',
  ]);
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(await world.run('plan --detailed-exitcode')).toMatchObject({ code: 0 });
  expect(world.variable('secrets/app.env', 'APP_KEY')).toBe(token);
  expect(await world.run('verify --stdin', { input: token })).toMatchObject({ code: 0 });
  expect(await world.run('get ApiKey/app')).toMatchObject({ code: 1 });
  expect((await world.run('explain ApiKey/invoices')).stdout).toMatch(/issued/);
  expect(await world.run('audit verify')).toMatchObject({ code: 0 });
});

test('documents that still use the old name are an error before anything is done', async () => {
  world.write('specs/all.yaml', renamed.replace('service: invoicing', 'service: billing'));
  expect(await world.run('apply --auto-approve')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Service "billing" is neither'),
  });
  expect(await world.run('get Service/billing')).toMatchObject({ code: 0 });
});

test('two that swap names are reported so', async () => {
  const swapped = yamlStream(
    wasNamed(serviceYaml('billing'), 'a', 'b'),
    wasNamed(serviceYaml('billing'), 'b', 'a'),
  );
  world.write('specs/swap.yaml', swapped);
  expect(await world.run('validate')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('reference cycle'),
  });
});

/** A CDK app instead of documents, with the real command and without Terraform. */
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { appWorkspace, exampleWorkspace, platformYaml } from '../support/cdk-workspace.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

const APP = { env: { KEYWRIGHT_APP: 'sh synth.sh' } };
const places: Workspace[] = [];

const kept = (workspace: Workspace): Workspace => {
  places.push(workspace);
  return workspace;
};

afterEach(() => {
  for (const place of places.splice(0)) {
    expect(place.leaks()).toEqual([]);
    place.dispose();
  }
});

interface Objects {
  readonly items: readonly unknown[];
}

describe('examples/cdk', () => {
  it('D2: is synthesized, planned, applied and verified, and then there is nothing to do', async () => {
    const platform = kept(exampleWorkspace());
    expect(await platform.run('validate', APP)).toMatchObject({ code: 0 });
    const planned = await platform.run('plan --detailed-exitcode', APP);
    expect(planned).toMatchObject({ code: 2 });
    expect(planned.stdout).toContain('+ create ApiKey/billing-prod');
    expect(await platform.run('apply --auto-approve', APP)).toMatchObject({ code: 0 });
    expect(platform.sinkFiles()).toHaveLength(37);
    const key = platform.variable('secrets/prod/billing.env', 'API_KEY');
    expect(await platform.run('verify --stdin', { input: key })).toMatchObject({ code: 0 });
    expect(await platform.run('plan --detailed-exitcode', APP)).toMatchObject({ code: 0 });
    expect(await platform.run('drift', APP)).toMatchObject({ code: 0 });

    const written = kept(new Workspace());
    written.write('keywright.yaml', platform.read('keywright.yaml'));
    written.write('specs/platform.yaml', platformYaml());
    expect(await written.run('apply --auto-approve')).toMatchObject({ code: 0 });
    const [fromApp, fromYaml] = [
      await platform.json<Objects>('export --all'),
      await written.json<Objects>('export --all'),
    ];
    expect(fromApp.items).toHaveLength(57);
    expect(fromApp).toEqual(fromYaml);
  });

  it('is named in keywright.yaml as well as by a flag', async () => {
    const platform = kept(exampleWorkspace());
    platform.write(
      'keywright.yaml',
      platform.read('keywright.yaml').replace('spec:\n', 'spec:\n  app: sh synth.sh\n'),
    );
    expect(await platform.run('validate')).toMatchObject({ code: 0 });
    expect((await platform.run('plan')).stdout).toContain('+ create ApiKey/billing-prod');
    const other = await platform.run('plan', { env: { KEYWRIGHT_APP: 'false' } });
    expect(other).toMatchObject({ code: 1 });
  });

  it('follows a change and a removal in the app, and finds what was changed manually', async () => {
    const platform = kept(exampleWorkspace());
    expect(await platform.run('apply --auto-approve', APP)).toMatchObject({ code: 0 });
    const main = platform.read('main.ts');

    platform.write('main.ts', main.replace("shipping: ['orders:read'],", "shipping: ['orders:write'],"));
    const changed = await platform.run('plan --detailed-exitcode', APP);
    expect(changed.code).toBe(2);
    expect(changed.stdout).toContain('~ update Service/shipping (DeclarationChanged)');

    platform.write('main.ts', main.replace(/ {2}webhooks: .*\n/, ''));
    expect(await platform.run('apply --auto-approve', APP)).toMatchObject({ code: 0 });
    // The service itself waits until its keys have expired.
    const { items } = await platform.json<Objects>('export ApiKey');
    expect(items).toHaveLength(34);

    await platform.run('revoke billing-dev --now --auto-approve');
    const drift = await platform.run('drift', APP);
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain('ApiKey/billing-dev');
  });

  it('breaks no policy, or nothing is read of it', async () => {
    const platform = kept(exampleWorkspace());
    platform.write('main.ts', platform.read('main.ts').replace('Duration.days(180)', 'Duration.days(400)'));
    const refused = await platform.run('plan', APP);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'platform/billing/billing-dev: ApiKey "billing-dev" has expiresAfter 400d; at most 365d is allowed',
    );
    expect(refused.stderr).toContain('the app failed with exit code 1');
  });
});

const SMALL = `
import { App, TerraformStack } from 'cdktf';
import { Environment, Sink } from 'keywright/constructs';
const app = new App();
const development = Environment.fromName(new TerraformStack(app, 'small'), 'dev', 'development');
development.addService('billing').addApiKey('sync', { deliverTo: [Sink.dotenv('secrets/sync.env', 'KEY')] });
app.synth();
`;

function small(spec = '{}'): Workspace {
  const workspace = kept(appWorkspace());
  workspace.write('keywright.yaml', projectYaml(spec));
  workspace.write('main.mjs', SMALL);
  return workspace;
}

const until = async (isTrue: () => boolean): Promise<void> => {
  for (let tries = 0; !isTrue(); tries++) {
    if (tries > 300) throw new Error('it never came to be');
    await new Promise((done) => setTimeout(done, 100));
  }
};

test('the controller runs the app, and applies what it declares', async () => {
  const workspace = small();
  workspace.write('declare', '#!/bin/sh\nexec node main.mjs\n');
  chmodSync(join(workspace.folder, 'declare'), 0o755);
  const controller = workspace.start('run --app ./declare --interval 1s');
  try {
    await until(() => workspace.exists('secrets/sync.env'));
    const token = workspace.variable('secrets/sync.env', 'KEY');
    expect(await workspace.run('verify --stdin', { input: token })).toMatchObject({ code: 0 });
  } finally {
    controller.kill('SIGTERM');
    await once(controller, 'exit');
  }
});

test('a folder that an app was synthesized to is a source beside others', async () => {
  const workspace = small('{ specs: [cdktf.out, specs] }');
  workspace.write(
    'specs/a.yaml',
    yamlStream(serviceYaml('crm'), keyYaml('crm-dev', inDotenv('secrets/crm.env', 'KEY'))),
  );
  workspace.write('synth.sh', 'node main.mjs');
  expect(await workspace.script('synth.sh')).toMatchObject({ code: 0 });
  expect(await workspace.run('validate')).toMatchObject({ code: 0 });
  const applied = await workspace.run('apply --auto-approve');
  expect(applied).toMatchObject({ code: 0 });
  expect(workspace.sinkFiles()).toEqual(expect.arrayContaining(['secrets/crm.env', 'secrets/sync.env']));
});

test('an app goes with neither a branch nor documents that would not be read', async () => {
  const workspace = small('{ unmanaged: adopt }');
  const env = { KEYWRIGHT_APP: 'node main.mjs' };
  const branch = await workspace.run('run --git /nowhere', { env });
  expect([branch.code, branch.stderr]).toEqual([
    64,
    expect.stringContaining('an app (--app, or spec.app of keywright.yaml) cannot be used with --git'),
  ]);
  expect(await workspace.run('validate specs', { env })).toMatchObject({ code: 64 });
  expect(await workspace.run('adopt --write', { env })).not.toMatchObject({ code: 0 });
  expect(workspace.exists('specs')).toBe(false);
});

test('where no folder can be made for what an app synthesizes, what to do is said', async () => {
  const env = { KEYWRIGHT_APP: 'node main.mjs', TMPDIR: '/nowhere' };
  const { code, stderr } = await small().run('validate', { env });
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/no space in \/nowhere .* TMPDIR or CDKTF_OUTDIR to another folder\n$/),
  ]);
});

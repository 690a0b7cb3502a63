/** A CDK app instead of documents, with the real command and without Terraform. */
import { exampleWorkspace, platformYaml } from '../support/cdk-workspace.js';
import { Workspace } from '../support/workspace.js';

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
    expect(fromApp.items).toHaveLength(58);
    expect(fromApp).toEqual(fromYaml);
  }, 180_000);

  it('follows a change and a removal in the app, and finds what was changed by hand', async () => {
    const platform = kept(exampleWorkspace());
    expect(await platform.run('apply --auto-approve', APP)).toMatchObject({ code: 0 });
    const main = platform.read('main.ts');

    platform.write('main.ts', main.replace("shipping: ['orders:read'],", "shipping: ['orders:write'],"));
    const changed = await platform.run('plan --detailed-exitcode', APP);
    expect(changed.code).toBe(2);
    expect(changed.stdout).toContain('~ update Service/shipping (DeclarationChanged)');

    platform.write('main.ts', main.replace(/ {2}webhooks: .*\n/, ''));
    expect(await platform.run('apply --auto-approve', APP)).toMatchObject({ code: 0 });
    // The service itself waits until its keys have lapsed.
    const { items } = await platform.json<Objects>('export ApiKey');
    expect(items).toHaveLength(34);

    await platform.run('revoke billing-dev --now --auto-approve');
    const drift = await platform.run('drift', APP);
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain('ApiKey/billing-dev');
  }, 180_000);

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

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../support/workspace.js';

/** Every kind in one file: the sample of docs/contract.md itself. */
const CONTRACT = readFileSync(join(__dirname, '../../docs/contract.md'), 'utf8');
const SAMPLE = /```yaml\n([\s\S]*?)```/.exec(CONTRACT)?.[1] ?? '';

describe('D1: the sample of the contract', () => {
  const place = new Workspace();
  afterAll(() => place.dispose());

  it('plans and applies as it stands, and is converged after one apply', async () => {
    place.write('keywright.yaml', SAMPLE);
    expect(await place.run('validate')).toMatchObject({ code: 0 });
    const planned = await place.run('plan --output json');
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    const { summary, steps } = JSON.parse(planned.stdout);
    expect(summary).toMatchObject({ create: 7, issue: 1, deliver: 1 });
    expect(steps.map((step: { object: object }) => step.object)).toContainEqual({
      kind: 'Guest',
      name: 'external-auditor',
      environment: 'production',
    });

    const applied = await place.run(
      'apply --approve DIGEST'.replace('DIGEST', JSON.parse(planned.stdout).digest),
    );
    expect(applied).toMatchObject({ code: 0 });
    expect(place.read('secrets/billing.env')).toMatch(/^BILLING_API_KEY=sk_live_/m);

    const again = await place.run('plan --detailed-exitcode --output json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ steps: [], waiting: [] });
  });

  it('is live as it was declared', async () => {
    const listed = JSON.parse((await place.run('get --output json')).stdout);
    const named = (kind: string, name: string) =>
      listed.items.find(
        (item: { kind: string; metadata: { name: string } }) =>
          item.kind === kind && item.metadata.name === name,
      );
    expect(named('Team', 'data').spec).toEqual({ members: [{ user: 'ada@example.com', role: 'admin' }] });
    expect(named('User', 'ada').spec).toEqual({
      email: 'ada@example.com',
      name: 'Ada',
      status: 'active',
      roles: ['administrator'],
    });
    expect(named('Guest', 'external-auditor').spec.grants).toEqual([
      { space: 'onboarding', workbooks: ['contacts'] },
    ]);
    expect(named('Role', 'log-reader').spec).toEqual({ scope: 'tenant', permissions: ['audit:read'] });
    expect(named('Space', 'onboarding').spec.workbooks).toEqual(['contacts', 'orders']);
    expect((await place.run('get Space/onboarding')).stdout).toContain('Space/production/onboarding');
  });

  it('goes once nothing is declared and the removals are allowed, but for what its key needs until it ends', async () => {
    place.write('keywright.yaml', SAMPLE.slice(0, SAMPLE.indexOf('---')));
    place.write('specs/empty.yaml', '');
    expect(await place.run('apply --auto-approve')).toMatchObject({ code: 3 });
    const removing = JSON.parse((await place.run('plan --output json --allow-removals 20')).stdout);
    const applied = await place.run(`apply --approve ${removing.digest} --allow-removals 20`);
    expect(applied).toMatchObject({ code: 0 });
    const left = JSON.parse((await place.run('get --output json')).stdout).items;
    const ours = left.filter(
      (item: { status: { project: string | null } }) => item.status.project === 'acme-platform',
    );
    expect(ours.map((item: { kind: string }) => item.kind)).toEqual(['Service']);
    expect(place.leaks()).toEqual([]);
  });
});

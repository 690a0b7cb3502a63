/** The policy of docs/how-to/sinks/aws-secrets-manager.md: with it everything works, and with anything less something does not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sinkIdOf } from '../../../src/domain/sinks/index.js';
import { delivery, fingerprint, instead, newToken } from '../../support/apply-folder.js';
import { type AwsPlace, awsPlace } from '../../support/aws-place.js';
import type { AwsPolicy } from '../../support/servers/aws-policy.js';

const page = readFileSync(join(__dirname, '../../../docs/how-to/sinks/aws-secrets-manager.md'), 'utf8');
const policy = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '') as AwsPolicy;

const actionsOf = (one: AwsPolicy): readonly string[] => one.Statement.flatMap(({ Action }) => Action);

const without = (action: string): AwsPolicy => ({
  ...policy,
  Statement: policy.Statement.map((one) => ({
    ...one,
    Action: [one.Action].flat().filter((each) => each !== action),
  })),
});

let place: AwsPlace;
beforeEach(async () => {
  place = await awsPlace();
});
afterEach(() => place.stop());

/** Makes a secret, replaces it, confirms it and takes it out; the same with a key of one's own. The codes of what failed. */
async function everything(): Promise<readonly string[]> {
  const KmsKeyId = [policy.Statement[2]?.Resource ?? ''].flat()[0];
  place.server.secrets.create({ Name: 'shop/own', KmsKeyId });
  const codes: string[] = [];
  for (const secret of ['shop/billing', 'shop/own']) {
    const [sinks, sink] = [place.open(), place.sink('api_key', secret)];
    const [one, two] = [newToken(), newToken()];
    const done = [
      await sinks.deliver(sink, delivery(one)),
      await sinks.deliver(sink, delivery(two, { expected: instead(one) })),
      await sinks.confirm(sinkIdOf(sink), { fingerprint: fingerprint(two) }),
      await sinks.withdraw(sinkIdOf(sink), fingerprint(two)),
    ];
    codes.push(...done.flatMap((each) => (each.ok ? [] : [each.error.code])));
  }
  return codes;
}

test('aws policy: the page allows all that the sink needs', async () => {
  place.server.policy = policy;
  expect(await everything()).toEqual([]);
});

test.each(actionsOf(policy))('aws policy: without %s something is forbidden', async (action) => {
  place.server.policy = without(action);
  expect(await everything()).toContain('sink_forbidden');
});

test('aws policy: it allows nothing that is elsewhere, and nothing else that is there', async () => {
  place.server.policy = policy;
  expect(actionsOf(policy).filter((action) => action.includes('*'))).toEqual([]);
  expect(
    await place.open().deliver(place.sink('api_key', 'other/billing'), delivery(newToken())),
  ).toMatchObject({
    ok: false,
    error: { code: 'sink_forbidden', message: expect.stringContaining('secretsmanager:GetSecretValue') },
  });
});

test('aws policy: a secret that exists needs no right to create, and a plan none to write', async () => {
  place.server.put('shop/billing', '{}');
  place.server.policy = without('secretsmanager:CreateSecret');
  expect(await place.open().deliver(place.sink(), delivery(newToken()))).toMatchObject({ ok: true });
  const Statement = policy.Statement.map((one) => ({
    ...one,
    Action: [one.Action]
      .flat()
      .filter((each) => ['secretsmanager:GetSecretValue', 'kms:Decrypt'].includes(each)),
  }));
  place.server.policy = { ...policy, Statement };
  expect(await place.open().read([sinkIdOf(place.sink())])).toMatchObject([{ kind: 'holds' }]);
});

/** The test's AWS is spoken to by AWS's own client: what it enforces is what that client knows. */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { type AwsServer, awsSecretsManager, REGION } from '../../support/servers/aws-secrets-manager.js';

let server: AwsServer;
let client: SecretsManagerClient;
beforeEach(async () => {
  server = await awsSecretsManager();
  client = clientWith(server.newAccessKey());
});
afterEach(async () => {
  client.destroy();
  await server.stop();
});

function clientWith(env: Readonly<Record<string, string>>): SecretsManagerClient {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = env;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return new SecretsManagerClient({ region: REGION, endpoint: server.url, credentials, maxAttempts: 1 });
}

const SecretId = 'shop/billing';
const token = (digit: string): string => digit.repeat(32);

test('aws test server: a secret is created, replaced by its label, and read by the client of AWS', async () => {
  await client.send(
    new CreateSecretCommand({ Name: SecretId, SecretString: '{"a":1}', ClientRequestToken: token('1') }),
  );
  await client.send(
    new PutSecretValueCommand({
      ...{ SecretId, SecretString: '{"a":2}', ClientRequestToken: token('2'), VersionStages: ['NEXT'] },
    }),
  );
  expect(await client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
    SecretString: '{"a":1}',
  });

  await client.send(
    new UpdateSecretVersionStageCommand({
      ...{
        SecretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: token('2'),
        RemoveFromVersionId: token('1'),
      },
    }),
  );

  expect(await client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
    ...{ SecretString: '{"a":2}', VersionId: token('2') },
    VersionStages: expect.arrayContaining(['AWSCURRENT', 'NEXT']),
  });
  expect((await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages).toMatchObject({
    [token('1')]: ['AWSPREVIOUS'],
  });
});

test('aws test server: the label does not move from a version that does not have it', async () => {
  const of = (digit: string) => ({ SecretString: `{"a":${digit}}`, ClientRequestToken: token(digit) });
  await client.send(new CreateSecretCommand({ Name: SecretId, ...of('1') }));
  await client.send(new PutSecretValueCommand({ SecretId, ...of('2') }));
  await client.send(new PutSecretValueCommand({ SecretId, ...of('3'), VersionStages: ['NEXT'] }));
  const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token('3') };
  for (const from of [{ RemoveFromVersionId: token('1') }, {}])
    await expect(
      client.send(new UpdateSecretVersionStageCommand({ ...move, ...from })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  expect(server.current(SecretId)).toEqual({ a: 2 });
});

test('aws test server: a token is idempotent for the same value, and refused for another one', async () => {
  const put = { SecretId, ClientRequestToken: token('1') };
  await client.send(
    new CreateSecretCommand({ Name: SecretId, SecretString: '{}', ClientRequestToken: token('0') }),
  );
  await client.send(new PutSecretValueCommand({ ...put, SecretString: 'one' }));
  await client.send(new PutSecretValueCommand({ ...put, SecretString: 'one' }));
  await expect(client.send(new PutSecretValueCommand({ ...put, SecretString: 'two' }))).rejects.toMatchObject(
    {
      name: 'ResourceExistsException',
    },
  );
  expect(server.secrets.find(SecretId).versions.size).toBe(2);
});

test('aws test server: errors are those the client knows', async () => {
  await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  server.put(SecretId, '{}');
  server.policy = { Version: '2012-10-17', Statement: [] };
  await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  server.policy = undefined;
  await client.send(new DeleteSecretCommand({ SecretId }));
  await expect(client.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
  });
  const stranger = clientWith({ ...server.newAccessKey(), AWS_SECRET_ACCESS_KEY: 'another' });
  await expect(stranger.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  stranger.destroy();
});

test('aws test server: of a hundred versions none of the last 24 hours is removed', async () => {
  server.put(SecretId, '{}');
  for (let nth = 0; nth < 99; nth++) server.put(SecretId, `{"n":${nth}}`);
  const put = () => client.send(new PutSecretValueCommand({ SecretId, SecretString: '{"n":100}' }));
  await expect(put()).rejects.toMatchObject({ name: 'LimitExceededException' });
  server.skewMs = 25 * 60 * 60_000;
  client.destroy();
  client = new SecretsManagerClient({
    ...{ region: REGION, endpoint: server.url, maxAttempts: 1, systemClockOffset: server.skewMs },
    credentials: credentialsOf(server.newAccessKey()),
  });
  await put();
  expect(server.current(SecretId)).toEqual({ n: 100 });
});

const credentialsOf = ({
  AWS_ACCESS_KEY_ID = '',
  AWS_SECRET_ACCESS_KEY = '',
}: Readonly<Record<string, string>>) => ({
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
});

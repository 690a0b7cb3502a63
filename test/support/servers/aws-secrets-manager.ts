/**
 * AWS Secrets Manager on loopback, with STS and the credential endpoint of a container beside it. It checks signatures,
 * policies, staging labels, tokens and limits as they are documented, and is spoken to by AWS's own client too
 * (test/sinks/aws/stranger.test.ts).
 */
import { randomBytes } from 'node:crypto';
import { type AwsPolicy, isAllowed } from './aws-policy.js';
import { AwsError, type AwsSecret, AwsSecrets, type BecameCurrent } from './aws-secrets.js';
import { type AwsCredential, signatureProblem } from './aws-signature.js';
import { type Heard, type LoopbackService, loopbackService, type Reply } from './loopback-service.js';

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';
export const ARN_PREFIX = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:`;

export interface AwsServer extends LoopbackService {
  readonly secrets: AwsSecrets;
  readonly history: readonly BecameCurrent[];
  readonly credentials: Map<string, AwsCredential>;
  /** Tokens that the identity provider issued → the role each may assume. */
  readonly webIdentities: Map<string, string>;
  /** What the one principal here may do; absent: everything. */
  policy: AwsPolicy | undefined;
  /** How far the clock here is ahead, milliseconds. */
  skewMs: number;
  /** How long what STS and the container endpoint give is good for, milliseconds. */
  sessionMs: number;
  /** A new access key, as variables of the environment. */
  newAccessKey(): Readonly<Record<string, string>>;
  /** Variables that lead to the container endpoint. */
  readonly containerEnv: Readonly<Record<string, string>>;
  /** The value of a secret that is current, parsed; undefined where there is none. */
  current(name: string): Readonly<Record<string, unknown>> | undefined;
  put(name: string, value: string): void;
}

export const CONTAINER_TOKEN = 'container-token-that-nobody-may-show';

export async function awsSecretsManager(): Promise<AwsServer> {
  const credentials = new Map<string, AwsCredential>();
  const webIdentities = new Map<string, string>();
  const settings: Pick<AwsServer, 'policy' | 'skewMs' | 'sessionMs'> = {
    ...{ policy: undefined, skewMs: 0, sessionMs: 60 * 60_000 },
  };
  const now = (): number => Date.now() + settings.skewMs;
  const secrets = new AwsSecrets(ARN_PREFIX, now);

  function newSession(): { readonly id: string; readonly credential: AwsCredential } {
    const id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const credential = {
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(60).toString('base64'),
      expiresAt: now() + settings.sessionMs,
    };
    credentials.set(id, credential);
    return { id, credential };
  }

  function answer(heard: Heard): Reply {
    try {
      if (heard.path.startsWith('/container/')) return containerReply(heard, newSession());
      if (String(heard.headers['content-type']).startsWith('application/x-www-form-urlencoded'))
        return stsReply(heard, { webIdentities, newSession });
      const problem = signatureProblem(heard, {
        region: REGION,
        service: 'secretsmanager',
        now: now(),
        credentials,
      });
      if (problem) throw new AwsError(problem[0], problem[1]);
      return jsonReply(200, secretsManager(heard, { secrets, policy: settings.policy }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return errorReply(error.type, error.message, error.status);
    }
  }

  const service = await loopbackService({ operationOf, answer });
  const containerEnv = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${service.url}/container/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: CONTAINER_TOKEN,
  };
  return Object.assign(settings, service, {
    ...{ secrets, history: secrets.history, credentials, webIdentities, containerEnv },
    newAccessKey: () => {
      const id = `AKIA${randomBytes(8).toString('hex').toUpperCase()}`;
      const secretAccessKey = randomBytes(30).toString('base64');
      credentials.set(id, { secretAccessKey });
      return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    },
    current: (name: string) => {
      const found = secrets.secrets.get(name);
      const text = found?.versions.size
        ? secrets.get({ ...found, deletedAt: undefined }, {})['SecretString']
        : undefined;
      return typeof text === 'string' ? JSON.parse(text) : undefined;
    },
    put: (name: string, value: string) => {
      const fields = { ClientRequestToken: randomBytes(16).toString('hex'), SecretString: value };
      const found = secrets.secrets.get(name);
      if (found) secrets.put(found, fields);
      else secrets.create({ Name: name, ...fields });
    },
  });
}

const TARGET = 'secretsmanager.';

function operationOf({ headers, path, body }: Heard): string {
  if (path.startsWith('/container/')) return 'ContainerCredentials';
  const target = String(headers['x-amz-target'] ?? '');
  return target.startsWith(TARGET)
    ? target.slice(TARGET.length)
    : (new URLSearchParams(body).get('Action') ?? '');
}

interface Backend {
  readonly secrets: AwsSecrets;
  readonly policy: AwsPolicy | undefined;
}

function secretsManager(heard: Heard, { secrets, policy }: Backend): Readonly<Record<string, unknown>> {
  const { method, path, headers, body } = heard;
  if (method !== 'POST' || path !== '/' || headers['content-type'] !== 'application/x-amz-json-1.1')
    throw new AwsError('UnknownOperationException', 'Unknown operation.', 404);
  const operation = operationOf(heard);
  const fields = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const secret = operation === 'CreateSecret' ? undefined : findOrDeny(fields['SecretId'], secrets);
  // Of what is not there yet nobody knows the six characters: the bare name is judged.
  const arn = secret?.arn ?? `${ARN_PREFIX}${fields['Name'] ?? fields['SecretId']}`;
  authorize({ action: `secretsmanager:${operation}`, arn, policy });
  for (const action of KMS_ACTIONS[operation] ?? [])
    authorizeKey({ action, key: secret?.kmsKeyArn ?? (fields['KmsKeyId'] as string | undefined), policy });
  if (operation === 'CreateSecret') return secrets.create(fields);
  const found = secret ?? secrets.find(fields['SecretId']);
  if (operation === 'GetSecretValue') return secrets.get(found, fields);
  if (operation === 'PutSecretValue') return secrets.put(found, fields);
  if (operation === 'UpdateSecretVersionStage') return secrets.updateStage(found, fields);
  if (operation === 'DescribeSecret') return secrets.describe(found);
  if (operation === 'DeleteSecret') return secrets.delete(found);
  if (operation === 'RestoreSecret') return secrets.restore(found);
  throw new AwsError('UnknownOperationException', 'Unknown operation.', 404);
}

/** Rights are looked at before whether it exists. */
function findOrDeny(id: unknown, secrets: AwsSecrets): AwsSecret | undefined {
  return [...secrets.secrets.values()].find(({ name, arn }) => name === id || arn === id);
}

const KMS_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  GetSecretValue: ['kms:Decrypt'],
  PutSecretValue: ['kms:GenerateDataKey', 'kms:Decrypt'],
  CreateSecret: ['kms:GenerateDataKey', 'kms:Decrypt'],
};

function authorize(asked: {
  readonly action: string;
  readonly arn: string;
  readonly policy: AwsPolicy | undefined;
}): void {
  const { action, arn, policy } = asked;
  if (policy === undefined || isAllowed(policy, { action, resource: arn })) return;
  throw new AwsError(
    'AccessDeniedException',
    `User: arn:aws:iam::${ACCOUNT}:user/keywright is not authorized to perform: ${action} on resource: ${arn} because no identity-based policy allows the ${action} action`,
  );
}

function authorizeKey(asked: {
  readonly action: string;
  readonly key: string | undefined;
  readonly policy: AwsPolicy | undefined;
}): void {
  const { action, key, policy } = asked;
  const context = { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` };
  if (key === undefined || policy === undefined || isAllowed(policy, { action, resource: key, context }))
    return;
  throw new AwsError('AccessDeniedException', 'Access to KMS is not allowed');
}

const jsonReply = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', ...headers },
  body: JSON.stringify(body),
});

export const errorReply = (type: string, message: string, status = 400): Reply =>
  jsonReply(
    status,
    { __type: `com.amazonaws.secretsmanager#${type}`, Message: message },
    { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.coral.service/` },
  );

type Session = { readonly id: string; readonly credential: AwsCredential };

function containerReply({ headers }: Heard, { id, credential }: Session): Reply {
  if (headers.authorization !== CONTAINER_TOKEN) return { status: 401, body: '{"code":"AccessDenied"}' };
  return jsonReply(200, {
    AccessKeyId: id,
    SecretAccessKey: credential.secretAccessKey,
    Token: credential.sessionToken,
    Expiration: new Date(credential.expiresAt ?? 0).toISOString(),
  });
}

interface Sts {
  readonly webIdentities: ReadonlyMap<string, string>;
  newSession(): Session;
}

function stsReply({ method, path, body }: Heard, { webIdentities, newSession }: Sts): Reply {
  const fields = new URLSearchParams(body);
  const xml = (status: number, text: string): Reply => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body: text,
  });
  const error = (status: number, code: string): Reply =>
    xml(
      status,
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error></ErrorResponse>`,
    );
  if (method !== 'POST' || path !== '/' || fields.get('Version') !== '2011-06-15')
    return error(400, 'MalformedInput');
  if (fields.get('Action') !== 'AssumeRoleWithWebIdentity') return error(400, 'InvalidAction');
  if (!/^[\w+=,.@-]{2,64}$/.test(fields.get('RoleSessionName') ?? '')) return error(400, 'ValidationError');
  const role = webIdentities.get(fields.get('WebIdentityToken') ?? '');
  if (role === undefined) return error(400, 'InvalidIdentityToken');
  if (role !== fields.get('RoleArn')) return error(403, 'AccessDenied');
  const { id, credential } = newSession();
  return xml(
    200,
    `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:keywright:keywright</SubjectFromWebIdentityToken>
    <Credentials>
      <SessionToken>${credential.sessionToken}</SessionToken>
      <SecretAccessKey>${credential.secretAccessKey}</SecretAccessKey>
      <Expiration>${new Date(credential.expiresAt ?? 0).toISOString()}</Expiration>
      <AccessKeyId>${id}</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`,
  );
}

/** Credentials of a connection to AWS: each way there is, their end, and what is said when they are not there. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/system.js';
import type { AwsConnection } from '../../../src/domain/connections/aws.js';
import { sinkIdOf } from '../../../src/domain/sinks/index.js';
import type { Clock } from '../../../src/ports/clock.js';
import { type AwsPlace, awsPlace, SECRET } from '../../support/aws-place.js';
import { CONTAINER_TOKEN } from '../../support/servers/aws-secrets-manager.js';

const ROLE = 'arn:aws:iam::123456789012:role/keywright';
const IDENTITY = 'identity-token-that-nobody-may-show';

let place: AwsPlace;
let clock: Clock & { aheadMs: number };
beforeEach(async () => {
  place = await awsPlace();
  place.server.put(SECRET, '{"api_key":"x"}');
  place.server.webIdentities.set(IDENTITY, ROLE);
  writeFileSync(join(place.root, 'identity'), `${IDENTITY}\n`);
  writeFileSync(join(place.root, 'container-token'), CONTAINER_TOKEN);
  clock = { ...systemClock, aheadMs: 0, now: () => Date.now() + clock.aheadMs };
});
afterEach(() => place.stop());

const webIdentity = (more: object = {}): Partial<AwsConnection> => ({
  webIdentity: { roleArn: ROLE, tokenFile: 'identity', endpoint: place.server.url, ...more },
});

/** A program that prints what the container endpoint would answer. */
function program(name: string, script: string): Partial<AwsConnection> {
  writeFileSync(join(place.root, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(place.root, name), 0o755);
  return { process: [`./${name}`, 'arg'] };
}

async function read(
  source: Partial<AwsConnection>,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly kind: string; readonly why?: string }> {
  const [receipt] = await place.open({ source, env, clock }).read([sinkIdOf(place.sink())]);
  return receipt ?? { kind: 'none' };
}

const keysOf = (): string =>
  JSON.stringify({
    ...{ Version: 1, AccessKeyId: place.env['AWS_ACCESS_KEY_ID'] },
    SecretAccessKey: place.env['AWS_SECRET_ACCESS_KEY'],
  });

test('aws credentials: of the environment, a container, a web identity and a program are accepted', async () => {
  const { containerEnv } = place.server;
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN: _, ...withoutToken } = containerEnv;
  const inFile = { ...withoutToken, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'container-token' };
  const found = await Promise.all([
    read({ environment: true }, place.env),
    read({ container: true }, containerEnv),
    read({ container: true }, inFile),
    read(webIdentity()),
    read(program('print', `echo '${keysOf()}'`), { PATH: process.env['PATH'] ?? '' }),
  ]);
  expect(found.map(({ kind }) => kind)).toEqual(['holds', 'holds', 'holds', 'holds', 'holds']);
});

test('aws credentials: those that end are kept until five minutes before, and then renewed', async () => {
  place.server.sessionMs = 60 * 60_000;
  const sinks = place.open({ source: webIdentity(), env: {}, clock });
  const id = sinkIdOf(place.sink());
  const sessions = (): number => place.server.heard.filter(({ body }) => body.includes('AssumeRole')).length;
  await Promise.all([sinks.read([id]), sinks.read([id]), sinks.read([id])]);
  expect(sessions()).toBe(1);
  clock.aheadMs = 54 * 60_000;
  place.server.skewMs = clock.aheadMs;
  await sinks.read([id]);
  expect(sessions()).toBe(1);

  clock.aheadMs = 56 * 60_000;
  place.server.skewMs = clock.aheadMs;
  place.server.fail({ kind: 'answer', reply: { status: 503 } }, 'AssumeRoleWithWebIdentity');
  expect(await sinks.read([id])).toMatchObject([{ kind: 'holds' }]);
  expect(await sinks.read([id])).toMatchObject([{ kind: 'holds' }]);
  expect(sessions()).toBe(3);
  clock.aheadMs = 120 * 60_000;
  place.server.skewMs = clock.aheadMs;
  place.server.fail({ kind: 'answer', reply: { status: 503 } }, 'AssumeRoleWithWebIdentity');
  expect(await sinks.read([id])).toMatchObject([{ kind: 'unknown' }]);
});

test.each([
  ['environment', { environment: true }, {}, /AWS_ACCESS_KEY_ID/],
  ['container', { container: true }, {}, /AWS_CONTAINER_CREDENTIALS_RELATIVE_URI/],
  ['a file that is not there', { webIdentity: { roleArn: ROLE, tokenFile: 'gone' } }, {}, /gone/],
  ['a program that is not there', { process: ['./gone'] }, {}, /\.\/gone.*ENOENT/],
] as const)('aws credentials: missing (%s) is said by name', async (_, source, env, message) => {
  expect(await read(source as Partial<AwsConnection>, env)).toMatchObject({
    ...{ kind: 'unknown', why: expect.stringMatching(message) },
  });
});

test.each([
  'http://example.com/credentials',
  'https://example.com/credentials',
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/role',
  'http://127.0.0.1.example.com/',
  'http://127.0.0.1@example.com/',
  'file:///etc/passwd',
])('aws credentials: the token of a container is not shown to %s', async (address) => {
  const env = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: address,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: CONTAINER_TOKEN,
  };
  const { kind, why } = await read({ container: true }, env);
  expect(kind).toBe('unknown');
  expect(why).toMatch(/leads to|not an http/);
  expect(why).not.toContain(CONTAINER_TOKEN);
});

test('aws credentials: a relative address cannot leave the agent of ECS', async () => {
  const env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '@example.com/credentials' };
  expect(await read({ container: true }, env)).toMatchObject({ why: expect.stringContaining('not an http') });
});

test('aws credentials: a role that the token may not assume is forbidden, in words without the token', async () => {
  place.server.webIdentities.set(IDENTITY, 'arn:aws:iam::123456789012:role/other');
  expect(await read(webIdentity())).toMatchObject({ kind: 'unknown', why: expect.stringContaining('403') });
  place.server.webIdentities.clear();
  const { why } = await read(webIdentity());
  expect(why).toContain('InvalidIdentityToken');
  expect(why).not.toContain(IDENTITY);
  expect(place.server.heard.filter(({ path }) => path.includes(IDENTITY))).toEqual([]);
});

test('aws credentials: a program gets no variables of Keywright, and what it prints is not shown', async () => {
  const secret = 'printed-and-not-shown';
  const noisy = program(
    'noisy',
    `echo "${secret} $KEYWRIGHT_TOKEN"; echo ${secret} >&2; [ -z "$KEYWRIGHT_TOKEN" ] && exit 7`,
  );
  const { why } = await read(noisy, { PATH: process.env['PATH'] ?? '', KEYWRIGHT_TOKEN: 'ours' });
  expect(why).toMatch(/\.\/noisy.*exit code 7/);
  expect(why).not.toContain(secret);
  const other = await read(program('wrong', `echo ${secret}`), { PATH: process.env['PATH'] ?? '' });
  expect(other).toMatchObject({ kind: 'unknown', why: expect.stringContaining('gave no credentials') });
  expect(other.why).not.toContain(secret);
});

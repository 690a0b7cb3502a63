/** aws-secrets-manager: what the driver does with versions and labels, and what it makes of AWS's errors. */
import { Secret } from '../../../src/domain/secret.js';
import type { SinkDeclaration } from '../../../src/domain/sinks/index.js';
import { sinkIdOf } from '../../../src/domain/sinks/index.js';
import { openAwsSecretsManager } from '../../../src/sinks/aws/secrets-manager.js';
import { delivery, fingerprint, instead, newToken } from '../../support/apply-folder.js';
import { type AwsPlace, awsPlace, SECRET } from '../../support/aws-place.js';
import { errorReply } from '../../support/servers/aws-secrets-manager.js';
import { heardOutsideBodies } from '../../support/servers/loopback-service.js';

let place: AwsPlace;
let sink: SinkDeclaration;
beforeEach(async () => {
  place = await awsPlace();
  sink = place.sink();
});
afterEach(() => place.stop());

const operations = (): readonly string[] =>
  place.server.heard.map(({ headers }) => String(headers['x-amz-target']).slice('secretsmanager.'.length));

test('aws-secrets-manager: an absent secret is created, and a delivered one gets a version beside and a label moved', async () => {
  const [one, two] = [newToken(), newToken()];
  expect(await place.open().deliver(sink, delivery(one))).toMatchObject({ ok: true });
  expect(operations()).toEqual(['GetSecretValue', 'PutSecretValue', 'CreateSecret']);

  place.server.heard.length = 0;
  expect(await place.open().deliver(sink, delivery(two, { expected: instead(one) }))).toMatchObject({
    ok: true,
  });

  expect(operations()).toEqual(['GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage']);
  expect(place.server.current(SECRET)).toEqual({ api_key: two.reveal() });
});

test('aws-secrets-manager: a secret without a value gets its first version, without the right to create', async () => {
  place.server.secrets.create({ Name: SECRET });
  const token = newToken();
  expect(await place.open().read([sinkIdOf(sink)])).toEqual([{ kind: 'missing' }]);
  expect(await place.open().deliver(sink, delivery(token))).toMatchObject({ ok: true });
  expect(operations()).not.toContain('CreateSecret');
  expect(place.server.current(SECRET)).toEqual({ api_key: token.reveal() });
});

test('aws-secrets-manager: other fields stay as they were written, to the last digit', async () => {
  const before =
    '{ "big": 12345678901234567890, "deep": {"a":[1.10,{"b":"}"}]}, "__proto__": "x" , "quote": "a\\"b" }';
  place.server.put(SECRET, before);
  const token = newToken();
  await place.open().deliver(sink, delivery(token));
  const text = place.server.history.at(-1)?.value ?? '';
  expect(text).toBe(
    `{"big":12345678901234567890,"deep":{"a":[1.10,{"b":"}"}]},"__proto__":"x","quote":"a\\"b","api_key":"${token.reveal()}"}`,
  );
  await place.open().withdraw(sinkIdOf(sink), fingerprint(token));
  expect(place.server.history.at(-1)?.value).toBe(text.replace(`,"api_key":"${token.reveal()}"`, ''));
});

test('aws-secrets-manager: the last field taken out leaves an empty object', async () => {
  const token = newToken();
  await place.open().deliver(sink, delivery(token));
  await place.open().withdraw(sinkIdOf(sink), fingerprint(token));
  expect(place.server.current(SECRET)).toEqual({});
});

test.each(['plain text', '["a"]', '"text"', '{"a":'])(
  'aws-secrets-manager: a value that is no JSON object (%s) is refused and stays',
  async (text) => {
    place.server.put(SECRET, text);
    const done = await place.open().deliver(sink, delivery(newToken()));
    expect(done).toMatchObject({ ok: false, error: { code: 'sink_refused' } });
    expect(JSON.stringify(done)).not.toContain(text.slice(1, 5));
    expect(await place.open().read([sinkIdOf(sink)])).toMatchObject([{ kind: 'unknown' }]);
    expect(place.server.history).toHaveLength(1);
  },
);

test('aws-secrets-manager: who continues after a lost move finds the version instead of putting another one', async () => {
  const [one, two] = [newToken(), newToken()];
  await place.open().deliver(sink, delivery(one));
  for (let crash = 0; crash < 5; crash++) {
    place.server.fail({ kind: 'cut-before' }, 'UpdateSecretVersionStage');
    const lost = await place.open().deliver(sink, delivery(two, { expected: instead(one) }));
    expect(lost).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
    expect(place.server.current(SECRET)).toEqual({ api_key: one.reveal() });
  }
  await place.open().deliver(sink, delivery(two, { expected: instead(one) }));
  expect(place.server.current(SECRET)).toEqual({ api_key: two.reveal() });
  expect(place.server.secrets.find(SECRET).versions.size).toBe(2);
});

test('aws-secrets-manager: a write that began before a touch does not become current', async () => {
  const [one, late] = [newToken(), newToken()];
  await place.open().deliver(sink, delivery(one));
  const driver = openAwsSecretsManager({ name: 'cloud', spec: { aws: place.connection() } }, place.world());
  const call = { signal: new AbortController().signal };
  const read = await driver.read(`cloud/${SECRET}`, call);
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  const arrived = new Promise<void>((resolve) => {
    place.server.fail({ kind: 'held', until, arrived: resolve }, 'UpdateSecretVersionStage');
  });
  const write = {
    set: new Map([['api_key', late]]),
    remove: [],
    over: read.ok ? read.value : undefined,
    of: [],
  };
  const delayed = driver.write(`cloud/${SECRET}`, write, call);
  await arrived;
  expect(await place.open().confirm(sinkIdOf(sink), { fingerprint: fingerprint(one) })).toMatchObject({
    ok: true,
  });
  release();
  expect(await delayed).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  expect(place.server.history.some(({ value }) => value.includes(late.reveal()))).toBe(false);
});

test('aws-secrets-manager: a doubled request changes nothing more', async () => {
  const [one, two] = [newToken(), newToken()];
  await place.open().deliver(sink, delivery(one));
  place.server.fail({ kind: 'doubled' }, 'PutSecretValue');
  expect(await place.open().deliver(sink, delivery(two, { expected: instead(one) }))).toMatchObject({
    ok: true,
  });
  expect(place.server.current(SECRET)).toEqual({ api_key: two.reveal() });
  expect(place.server.secrets.find(SECRET).versions.size).toBe(2);
});

test('aws-secrets-manager: a rotation costs two versions, one for the delivery and one for the touch', async () => {
  const [one, two] = [newToken(), newToken()];
  await place.open().deliver(sink, delivery(one));
  const before = place.server.secrets.find(SECRET).versions.size;
  await place.open().deliver(sink, delivery(two, { expected: instead(one) }));
  await place.open().confirm(sinkIdOf(sink), { fingerprint: fingerprint(two) });
  expect(place.server.secrets.find(SECRET).versions.size).toBe(before + 2);
});

test('aws-secrets-manager: labels of others stay, and ours is one', async () => {
  let last = newToken();
  await place.open().deliver(sink, delivery(last));
  const secret = place.server.secrets.find(SECRET);
  [...secret.versions.values()][0]?.labels.add('PINNED');
  for (let nth = 0; nth < 3; nth++) {
    const next = newToken();
    await place.open().deliver(sink, delivery(next, { expected: instead(last) }));
    last = next;
  }
  const labels = [...secret.versions.values()].flatMap((version) => [...version.labels]).sort();
  expect(labels).toEqual(['AWSCURRENT', 'AWSPREVIOUS', 'KEYWRIGHT', 'PINNED']);
});

test.each([
  ['AccessDeniedException', 400, 'sink_forbidden', /does not allow secretsmanager:PutSecretValue/],
  ['EncryptionFailure', 400, 'sink_forbidden', /KMS key/],
  ['DecryptionFailure', 400, 'sink_forbidden', /KMS key/],
  ['ExpiredTokenException', 400, 'sink_forbidden', /expired/],
  ['UnrecognizedClientException', 400, 'sink_forbidden', /access key/],
  ['InvalidSignatureException', 400, 'sink_forbidden', /clock/],
  ['InvalidRequestException', 400, 'sink_refused', /restore-secret/],
  ['ValidationException', 400, 'sink_refused', /ValidationException/],
  ['InvalidParameterException', 400, 'sink_refused', /InvalidParameterException/],
  ['LimitExceededException', 400, 'sink_unavailable', /versions/],
  ['ThrottlingException', 400, 'sink_unavailable', /too many requests/],
  ['InternalServiceError', 500, 'sink_unavailable', /500/],
  ['ServiceUnavailable', 503, 'sink_unavailable', /503/],
] as const)('aws-secrets-manager: %s (%i) is %s', async (type, status, code, message) => {
  const one = newToken();
  await place.open().deliver(sink, delivery(one));
  const said = 'what AWS says may quote the value';
  place.server.fail({ kind: 'answer', reply: errorReply(type, said, status) }, 'PutSecretValue');
  const done = await place.open().deliver(sink, delivery(newToken(), { expected: instead(one) }));
  expect(done).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } });
  expect(JSON.stringify(done)).not.toContain(said);
  expect(place.server.current(SECRET)).toEqual({ api_key: one.reveal() });
});

test('aws-secrets-manager: a secret that is scheduled for deletion is refused, and unknown to a reader', async () => {
  const one = newToken();
  await place.open().deliver(sink, delivery(one));
  place.server.secrets.delete(place.server.secrets.find(SECRET));
  expect(await place.open().read([sinkIdOf(sink)])).toMatchObject([
    { kind: 'unknown', why: expect.stringContaining('scheduled for deletion') },
  ]);
  expect(await place.open().deliver(sink, delivery(newToken(), { expected: instead(one) }))).toMatchObject({
    ok: false,
    error: { code: 'sink_refused', message: expect.stringContaining('restore-secret') },
  });
});

test('aws-secrets-manager: at the limit of versions it says when there is room again', async () => {
  const one = newToken();
  await place.open().deliver(sink, delivery(one));
  for (let nth = 1; nth < 100; nth++)
    place.server.put(SECRET, JSON.stringify({ api_key: one.reveal(), nth }));
  const next = delivery(newToken(), { expected: instead(one) });
  expect(await place.open().deliver(sink, next)).toMatchObject({
    ok: false,
    error: { code: 'sink_unavailable', retryAfterMs: 600_000 },
  });
});

test('aws-secrets-manager: a secret that is too large as a whole is refused, and nothing is sent', async () => {
  place.server.put(SECRET, JSON.stringify({ other: 'x'.repeat(65_000) }));
  const done = await place.open().deliver(sink, delivery(new Secret('y'.repeat(1_000))));
  expect(done).toMatchObject({
    ok: false,
    error: { code: 'sink_refused', message: expect.stringContaining('65536') },
  });
  expect(operations()).toEqual(['GetSecretValue']);
});

test('aws-secrets-manager: nothing secret is in an address or a header, of requests or answers', async () => {
  const [one, two] = [newToken(), newToken()];
  await place.open().deliver(sink, delivery(one));
  await place.open().deliver(sink, delivery(two, { expected: instead(one) }));
  await place.open().confirm(sinkIdOf(sink), { fingerprint: fingerprint(two) });
  for (const secret of [one.reveal(), two.reveal(), place.env['AWS_SECRET_ACCESS_KEY'] ?? '-'])
    expect(heardOutsideBodies(place.server.heard, secret)).toEqual([]);
  const versions = [...place.server.secrets.find(SECRET).versions.keys()].join();
  expect(versions).not.toContain(one.reveal().slice(21, 40));
  expect(place.server.heard.length).toBeGreaterThan(7);
});

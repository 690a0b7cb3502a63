/** Messages to a webhook, over real HTTP: as Standard Webhooks has it, and nowhere that it must not go. */
import { createHmac } from 'node:crypto';
import type { HostAddress } from '../../src/outbox/addresses.js';
import { webhookTransport } from '../../src/outbox/webhook.js';
import { type HookAnswer, type HookReceiver, hookReceiver } from '../support/message-receivers.js';
import { PAGE, SECRET, settings, signal, TOKEN, testMessage } from '../support/messages.js';
import { START } from '../support/store-world.js';

const receivers: HookReceiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function receiver(answer?: (nth: number) => HookAnswer): Promise<HookReceiver> {
  const made = await hookReceiver(answer);
  receivers.push(made);
  return made;
}

const post = (
  url: string,
  more: Readonly<Record<string, string>> = {},
  resolved: readonly HostAddress[] = [],
) =>
  webhookTransport(
    settings('webhook', { KEYWRIGHT_OUTBOX: `webhook:${url}`, KEYWRIGHT_OUTBOX_SECRET: SECRET, ...more }),
    { clock: { now: () => START }, resolve: async () => resolved },
  );

test('a message comes with its id, the time and a signature over both and the body', async () => {
  const there = await receiver();
  const words = { fromName: 'Bob', message: 'Come in' };
  const sent = await post(there.url, { KEYWRIGHT_PUBLIC_URL: PAGE }).send(
    testMessage({ kind: 'magicLink', environment: 'production', ...words }),
    signal(),
  );
  expect(sent).toBeUndefined();
  const [hook] = there.hooks;
  expect(JSON.parse(hook?.body ?? '')).toEqual({
    type: 'magic-link.created',
    timestamp: '2027-01-01T00:00:00.000Z',
    data: {
      ...{
        email: 'ada@example.com',
        token: TOKEN,
        link: `${PAGE}#guest=${TOKEN}`,
        environment: 'production',
      },
      ...{ expiresAt: '2027-01-08T00:00:00.000Z', ...words },
    },
  });
  const headers = hook?.headers ?? {};
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${hook?.body}`;
  const signature = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
  expect(headers).toMatchObject({
    ...{
      'webhook-id': 'us_msg_1',
      'webhook-timestamp': String(START / 1_000),
      'webhook-signature': `v1,${signature}`,
    },
    'content-type': 'application/json',
  });
});

test('redirects are not followed, and every other status is a failure', async () => {
  const elsewhere = await receiver();
  for (const status of [301, 302, 307, 308]) {
    const there = await receiver(() => ({ status, headers: { location: elsewhere.url } }));
    expect(await post(there.url).send(testMessage(), signal())).toMatch(
      `responded with status ${status}, and redirects`,
    );
  }
  expect(elsewhere.hooks).toEqual([]);
  for (const status of [401, 404, 408, 429, 500, 503]) {
    const there = await receiver(() => ({ status }));
    expect(await post(there.url).send(testMessage(), signal())).toBe(
      `the receiver responded with status ${status}`,
    );
  }
});

test('what says that this message is never taken is a refusal for good', async () => {
  for (const status of [400, 410, 413, 422]) {
    const there = await receiver(() => ({ status }));
    const refused = { refused: `the receiver responded with status ${status}` };
    expect(await post(there.url).send(testMessage(), signal())).toEqual(refused);
  }
});

test('a host that resolves to this machine, a private network or a cloud’s metadata is not connected to', async () => {
  const there = await receiver();
  const url = `https://hooks.example:${there.port}/`;
  for (const address of ['127.0.0.1', '169.254.169.254', '10.0.0.1', '192.168.0.1']) {
    const answer = await post(url, {}, [{ address, family: 4 }]).send(testMessage(), signal());
    expect(answer).toMatch(/no public address; add it to KEYWRIGHT_OUTBOX_ALLOW/);
  }
});

test('an address that is written down, or a host that is allowed, is connected to all the same', async () => {
  const there = await receiver();
  expect(await post(there.url).send(testMessage(), signal())).toBeUndefined();
  expect(await post(`http://localhost:${there.port}/`).send(testMessage(), signal())).toBeUndefined();
  const allowed = await post('https://localhost.:1/', { KEYWRIGHT_OUTBOX_ALLOW: 'localhost.' }).send(
    testMessage(),
    signal(),
  );
  expect(allowed).toMatch(/could not be reached \(E/);
  expect(there.hooks).toHaveLength(2);
});

test('a receiver that is not there, or says nothing until time is up, is distinguished from one that took the message', async () => {
  const gone = await receiver();
  await gone.close();
  expect(await post(gone.url).send(testMessage(), signal())).toBe(
    'the receiver could not be reached (ECONNREFUSED)',
  );
  const mute = await receiver(() => 'silence');
  const late = new AbortController();
  const sending = post(mute.url).send(testMessage(), late.signal);
  while (mute.hooks.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  late.abort();
  expect(await sending).toBe('the receiver could not be reached (ABORT_ERR)');
});

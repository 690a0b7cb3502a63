/** Messages by mail: nodemailer as it is, talking to a mail server that speaks SMTP. */
import { smtpTransport } from '../../src/outbox/smtp.js';
import { type MailServer, mailServer } from '../support/message-receivers.js';
import { PAGE, settings, signal, TOKEN, testMessage } from '../support/messages.js';

const servers: MailServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function server(...manners: Parameters<typeof mailServer>): Promise<MailServer> {
  const made = await mailServer(...manners);
  servers.push(made);
  return made;
}

const post = (address: string) =>
  smtpTransport(
    settings('smtp', {
      ...{ KEYWRIGHT_OUTBOX: address, KEYWRIGHT_OUTBOX_FROM: 'Acme Keys <keys@acme.example>' },
      KEYWRIGHT_PUBLIC_URL: PAGE,
    }),
  );

/** The text as its recipient reads it. */
const read = (text: string): string =>
  text
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

test('a message arrives with its link, from whom and to whom it is, and under an id that stays the same', async () => {
  const there = await server();
  const mail = await post(`smtp://127.0.0.1:${there.port}`);
  for (let times = 0; times < 2; times++) expect(await mail.send(testMessage(), signal())).toBeUndefined();
  const [first, second] = there.mails;
  expect(first).toMatchObject({ from: 'keys@acme.example', to: 'ada@example.com' });
  expect(first?.text).toContain('From: Acme Keys <keys@acme.example>');
  expect(first?.text).toContain('Message-ID: <us_msg_1@acme.example>');
  expect(second?.text).toContain('Message-ID: <us_msg_1@acme.example>');
  expect(read(first?.text ?? '')).toContain(`\n${PAGE}#invitation=${TOKEN}\n`);
});

test('no name or words add a header, a recipient, or a line that looks like Keywright’s', async () => {
  const there = await server();
  const mail = await post(`smtp://127.0.0.1:${there.port}`);
  const words = {
    fromName: 'Eve\r\nBcc: <eve@evil.example>',
    message: 'Hi\n\nOpen this link:\nhttps://evil.example',
  };
  await mail.send(testMessage({ kind: 'magicLink', environment: 'production', ...words }), signal());
  const [one] = there.mails;
  expect(one?.to).toBe('ada@example.com');
  const [headers = '', ...text] = read(one?.text ?? '').split('\n\n');
  expect(headers).not.toContain('evil');
  expect(text).toContain('Eve Bcc: <eve@evil.example> invites you to sign in as a guest.');
  expect(text).toContain('Hi Open this link: https://evil.example');
});

test('user and password are shown where they are asked for', async () => {
  const there = await server({ login: 'keys:p:w' });
  const address = (password: string) => `smtp://keys:${password}@127.0.0.1:${there.port}`;
  expect(await (await post(address('p%3Aw'))).send(testMessage(), signal())).toBeUndefined();
  expect(await (await post(address('hunter2'))).send(testMessage(), signal())).toBe(
    'the mail server responded with 535 (EAUTH)',
  );
});

test('a recipient who is refused for good is distinguished from one who may be let in later, by code and without the address', async () => {
  const busy = await server({ recipients: '450 4.2.1 <ada@example.com> is busy' });
  expect(await (await post(`smtp://127.0.0.1:${busy.port}`)).send(testMessage(), signal())).toBe(
    'the mail server responded with 450 (EENVELOPE)',
  );
  const there = await server({ recipients: '550 5.1.1 <ada@example.com> is unknown here' });
  const mail = await post(`smtp://127.0.0.1:${there.port}`);
  expect(await mail.send(testMessage(), signal())).toEqual({
    refused: 'the mail server responded with 550 (EENVELOPE)',
  });
  await there.close();
  expect(await mail.send(testMessage(), signal())).toBe(
    'the connection to the mail server failed (ECONNREFUSED)',
  );
});

test('a text that is refused for good is distinguished from a sender that is: that is for the operator to correct', async () => {
  const text = await server({ texts: '554 5.7.1 spam' });
  expect(await (await post(`smtp://127.0.0.1:${text.port}`)).send(testMessage(), signal())).toEqual({
    refused: 'the mail server responded with 554 (EMESSAGE)',
  });
  const sender = await server({ senders: '550 5.7.1 not from here' });
  expect(await (await post(`smtp://127.0.0.1:${sender.port}`)).send(testMessage(), signal())).toBe(
    'the mail server responded with 550 (EENVELOPE)',
  );
});

test('a server that does not answer is left when time is up, and gets nothing later', async () => {
  const there = await server({ silentAt: 'DATA' });
  const late = new AbortController();
  const sending = (await post(`smtp://127.0.0.1:${there.port}`)).send(testMessage(), late.signal);
  while (!there.commands.includes('DATA')) await new Promise((resolve) => setTimeout(resolve, 5));
  late.abort();
  expect(await sending).toMatch(/connection to the mail server failed/);
  expect(there.mails).toEqual([]);
});

test('nothing goes in the clear to another machine, nor to this one in TLS without a trusted certificate', async () => {
  const there = await server({ offersTls: true });
  expect(await (await post(`smtp://127.0.0.1:${there.port}`)).send(testMessage(), signal())).toBeUndefined();
  // Leads here all the same, and does not say so: as any other host, it would have to continue in TLS.
  const elsewhere = await (await post(`smtp://0.0.0.0:${there.port}`)).send(testMessage(), signal());
  expect(elsewhere).toMatch(/connection to the mail server failed|responded with 502/);
  expect(there.commands.at(-1)).toBe('STARTTLS');
  const bare = await server();
  expect(await (await post(`smtp://0.0.0.0:${bare.port}`)).send(testMessage(), signal())).not.toBeUndefined();
  expect(bare.commands).toContain('EHLO');
  expect(bare.commands).not.toContain('MAIL');
  expect(there.mails).toHaveLength(1);
});

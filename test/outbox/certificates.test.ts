/** Messages go to no server that only claims who it is: certificates are checked, for mail and for webhooks. */
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { smtpTransport } from '../../src/outbox/smtp.js';
import { webhookTransport } from '../../src/outbox/webhook.js';
import { PAGE, SECRET, settings, signal, testMessage } from '../support/messages.js';
import { itWithCertificate } from '../support/self-signed.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

itWithCertificate('a webhook whose certificate nobody vouches for gets nothing', async (pair) => {
  let heard = 0;
  const port = await portOf(createHttpsServer(pair, (_, response) => response.end(String(heard++))));
  const there = settings('webhook', {
    KEYWRIGHT_OUTBOX: `webhook:https://localhost:${port}/`,
    KEYWRIGHT_OUTBOX_SECRET: SECRET,
  });
  const sent = await webhookTransport(there, { clock: { now: () => 0 } }).send(testMessage(), signal());
  expect(sent).toBe('the receiver could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT)');
  expect(heard).toBe(0);
});

itWithCertificate('a mail server whose certificate nobody vouches for gets nothing', async (pair) => {
  let heard = '';
  const server = createTlsServer(pair, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString('utf8');
    });
    socket.write('220 mail.test\r\n');
  });
  const there = settings('smtp', {
    KEYWRIGHT_OUTBOX: `smtps://keys:hunter2@localhost:${await portOf(server)}`,
    KEYWRIGHT_OUTBOX_FROM: 'keys@acme.example',
    KEYWRIGHT_PUBLIC_URL: PAGE,
  });
  const sent = await (await smtpTransport(there)).send(testMessage(), signal());
  expect(sent).toMatch(/connection to the mail server failed \(E[A-Z]+: self-signed certificate/);
  expect(heard).toBe('');
});

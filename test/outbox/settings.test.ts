/** Where messages go is checked before anything is served; what is said of wrong settings helps, and shows no password. */
import { outboxSettings } from '../../src/outbox/settings.js';
import { PAGE, SECRET, settings } from '../support/messages.js';

const MAIL = { KEYWRIGHT_OUTBOX_FROM: 'keys@acme.example', KEYWRIGHT_PUBLIC_URL: PAGE };
const HOOK = { KEYWRIGHT_OUTBOX_SECRET: SECRET };

test('nothing is sent unless it is said where to', () => {
  for (const env of [{}, { KEYWRIGHT_OUTBOX: '' }])
    expect(outboxSettings(env)).toEqual({ ok: true, value: undefined });
});

test('a mail server has its usual port, TLS as its scheme says, and user and password as they are written', () => {
  const mail = (address: string) => settings('smtp', { ...MAIL, KEYWRIGHT_OUTBOX: address });
  expect(mail('smtp://mail.example')).toMatchObject({
    host: 'mail.example',
    port: 587,
    isTls: false,
    user: undefined,
  });
  const full = mail('smtps://a%40b:p%3Aw%2Fd@mail.example:1465/');
  expect(full).toMatchObject({ port: 1465, isTls: true, user: 'a@b' });
  expect(full.password?.reveal()).toBe('p:w/d');
  expect(mail('smtp://[::1]:25')).toMatchObject({ host: '::1', port: 25 });
});

test('mail is from an address, with a name or without', () => {
  const from = (text: string) =>
    outboxSettings({ ...MAIL, KEYWRIGHT_OUTBOX: 'smtp://mail.example', KEYWRIGHT_OUTBOX_FROM: text });
  const both = { name: 'Acme Keys', address: 'keys@acme.example' };
  expect(from('Acme Keys <keys@acme.example>')).toMatchObject({ value: { from: both } });
  for (const wrong of [
    '',
    'Acme',
    'a@b.example, c@d.example',
    'A <a@b.example>\r\nBcc: <c@d.example>',
    'A"B <a@b.example>',
  ])
    expect(from(wrong)).toMatchObject({ error: { code: 'usage' } });
});

test('what cannot be is refused, with what to do and without the password', () => {
  const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ KEYWRIGHT_OUTBOX: 'ftp://u:hunter2@host' }, /KEYWRIGHT_OUTBOX must be webhook:/],
    [{ ...HOOK, KEYWRIGHT_OUTBOX: 'webhook:http://hooks.example/' }, /https:/],
    [{ ...HOOK, KEYWRIGHT_OUTBOX: 'webhook:https://u:hunter2@hooks.example/' }, /without user and password/],
    [{ ...HOOK, KEYWRIGHT_OUTBOX: 'webhook:hunter2' }, /https:/],
    [{ KEYWRIGHT_OUTBOX: 'webhook:https://hooks.example/hunter2' }, /openssl rand/],
    [
      { KEYWRIGHT_OUTBOX: 'webhook:https://hooks.example/', KEYWRIGHT_OUTBOX_SECRET: 'whsec_hunter2' },
      /24 bytes/,
    ],
    [{ ...MAIL, KEYWRIGHT_OUTBOX: 'smtp://u:hunter2%zz@mail.example' }, /%25/],
    [{ ...MAIL, KEYWRIGHT_OUTBOX: 'smtp://u:hunter2@mail.example/path' }, /nothing after the port/],
    [{ ...MAIL, KEYWRIGHT_OUTBOX: 'smtp://u:hunter2@' }, /KEYWRIGHT_OUTBOX=smtp/],
    [
      { KEYWRIGHT_OUTBOX: 'smtp://u:hunter2@mail.example', KEYWRIGHT_PUBLIC_URL: PAGE },
      /KEYWRIGHT_OUTBOX_FROM/,
    ],
    [
      { ...MAIL, KEYWRIGHT_OUTBOX: 'smtp://u:hunter2@mail.example', KEYWRIGHT_PUBLIC_URL: '' },
      /KEYWRIGHT_PUBLIC_URL/,
    ],
    [{ KEYWRIGHT_OUTBOX: 'print', KEYWRIGHT_PUBLIC_URL: 'http://app.example.com' }, /https:/],
    [
      { KEYWRIGHT_OUTBOX: 'print', KEYWRIGHT_PUBLIC_URL: 'https://app.example.com/#here' },
      /without a fragment/,
    ],
  ];
  for (const [env, says] of wrong) {
    const read = outboxSettings(env);
    const message = read.ok ? 'accepted' : `${read.error.code} ${read.error.message}`;
    expect(message).toMatch(/^usage /);
    expect(message).toMatch(says);
    expect(message).not.toContain('hunter2');
  }
});

test('a webhook on this machine may be in the clear, and hosts may be allowed by name', () => {
  for (const url of ['http://127.0.0.1:1/', 'http://localhost/', 'http://[::1]/', 'https://hooks.example/x'])
    expect(settings('webhook', { ...HOOK, KEYWRIGHT_OUTBOX: `webhook:${url}` }).url.href).toBe(url);
  const env = {
    ...HOOK,
    KEYWRIGHT_OUTBOX: 'webhook:https://a.internal/',
    KEYWRIGHT_OUTBOX_ALLOW: ' A.internal , b',
  };
  expect(settings('webhook', env).allowed).toEqual(['a.internal', 'b']);
});

/** Credentials by reference: what is read, and what is refused without being quoted. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCertificates, readCredential } from '../../src/sinks/credentials.js';

const CANARY = 'hvs.the-token';
const root = mkdtempSync(join(tmpdir(), 'keywright-'));
afterAll(() => rmSync(root, { recursive: true }));

const write = (name: string, content: string): string => {
  writeFileSync(join(root, name), content);
  return name;
};
const read = async (reference: Parameters<typeof readCredential>[0], env: Record<string, string> = {}) => {
  const credential = await readCredential(reference, { root, env });
  return credential.ok ? credential.value.reveal() : `${credential.error.code} ${credential.error.message}`;
};

test('credentials: a variable, a file of the working folder and one elsewhere are read without their last newline', async () => {
  write('token', `${CANARY}\n`);
  symlinkSync('token', join(root, 'linked'));
  const all = [
    { env: 'TOKEN' },
    { file: 'token' },
    { file: './token' },
    { file: join(root, 'token') },
    { file: 'linked' },
  ];
  for (const reference of all) expect(await read(reference, { TOKEN: `${CANARY}\r\n` })).toBe(CANARY);
  expect(await read({ file: write('lines', 'a\n\n') })).toBe('a\n');
});

test('credentials: what is missing is named, and nothing else', async () => {
  expect(await read({ env: 'TOKEN' }, { OTHER: CANARY })).toBe(
    'sink_refused the environment variable TOKEN is not set. Set it for this process.',
  );
  expect(await read({ env: 'TOKEN' }, { TOKEN: ' ' })).toMatch(/^sink_refused .* is not set/);
  expect(await read({ file: 'nothing' })).toBe('sink_refused the file nothing cannot be read (ENOENT)');
  expect(await read({ file: write('empty', '\n') })).toMatch(/^sink_refused the file empty is empty/);
});

test('credentials: a file of more than 64 KiB, a folder and a pipe are refused at once', async () => {
  expect(await read({ file: write('long', CANARY.padEnd((64 << 10) + 1)) })).toBe(
    'sink_refused the file long has more than 64 KiB',
  );
  expect((await read({ file: write('just', CANARY.padEnd(64 << 10)) })).length).toBe(64 << 10);
  mkdirSync(join(root, 'folder'));
  expect(await read({ file: 'folder' })).toBe('sink_refused folder is not a regular file');
  expect(spawnSync('mkfifo', [join(root, 'pipe')]).status).toBe(0);
  expect(await read({ file: 'pipe' })).toBe('sink_refused pipe is not a regular file');
});

test('credentials: certificates are those of the caFile and of NODE_EXTRA_CA_CERTS', async () => {
  const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
  write('ca.pem', pem('own'));
  write('extra.pem', pem('extra'));
  const both = await readCertificates('ca.pem', {
    root,
    env: { NODE_EXTRA_CA_CERTS: join(root, 'extra.pem') },
  });
  expect(both).toEqual({ ok: true, value: `${pem('own')}\n${pem('extra')}` });
  const one = await readCertificates('ca.pem', {
    root,
    env: { NODE_EXTRA_CA_CERTS: join(root, 'none.pem') },
  });
  expect(one).toEqual({ ok: true, value: pem('own') });
  const key = await readCertificates(write('key.pem', '-----BEGIN PRIVATE KEY-----'), { root, env: {} });
  expect(key).toMatchObject({
    ok: false,
    error: { message: 'the file key.pem holds no certificate in PEM form' },
  });
});

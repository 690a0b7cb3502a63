/** Runs a user's CDK app. The apps here are shell commands that write, or do not write, a manifest. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../src/adapters/cdk-app.js';

const folder = mkdtempSync(join(tmpdir(), 'synthesize-'));
const said: string[] = [];

afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => said.splice(0));

const WRITE = 'mkdir -p "$CDKTF_OUTDIR/stacks" && echo "{}" > "$CDKTF_OUTDIR/manifest.json"';

const running = (command: string, options: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
  synthesize(
    {
      command,
      folder,
      onOutput: (text) => said.push(text),
      signal: options.signal ?? new AbortController().signal,
    },
    options.timeoutMs,
  );

const left = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('keywright-app-'));

test('gives what the app synthesized, in a folder that is gone when it is discarded', async () => {
  const app = await running(`echo out; echo err >&2; ${WRITE}`);
  if (!app.ok) throw new Error(app.error.message);
  expect(readFileSync(join(app.value.folder, 'manifest.json'), 'utf8')).toBe('{}\n');
  expect(said.join('')).toContain('out\n');
  expect(said.join('')).toContain('err\n');
  await app.value.discard();
  expect(existsSync(app.value.folder)).toBe(false);
});

test.each([
  ['fails', `${WRITE}; exit 3`, 'the app failed with exit code 3'],
  ['synthesizes nothing', 'true', 'the app did not write to CDKTF_OUTDIR'],
  ['is killed', 'kill -9 $$', 'the app was killed by SIGKILL'],
])('an app that %s is read not at all', async (_, command, message) => {
  const before = left();
  const app = await running(command);
  expect(app).toMatchObject({ ok: false, error: { code: 'source_unavailable' } });
  expect(app.ok ? '' : app.error.message).toContain(message);
  expect(left()).toEqual(before);
});

test('an app that hangs ends at the limit, with all that it started', async () => {
  const app = await running('sleep 600 | sleep 600', { timeoutMs: 200 });
  expect(app.ok ? '' : app.error.message).toContain('took longer than');
});

test('an app that is interrupted ends', async () => {
  const stop = new AbortController();
  const ending = running('echo started; sleep 600', { signal: stop.signal });
  while (said.length === 0) await new Promise((done) => setImmediate(done));
  stop.abort();
  expect(await ending).toMatchObject({ ok: false, error: { code: 'interrupted' } });
});

test('the context of cdktf.json reaches the app, and none of Keywright’s secrets do', async () => {
  writeFileSync(join(folder, 'cdktf.json'), '{"context": {"stage": "prod"}}');
  process.env['KEYWRIGHT_MASTER_KEY'] = 'not for apps';
  const app = await running(`env; ${WRITE}`);
  delete process.env['KEYWRIGHT_MASTER_KEY'];
  expect(said.join('')).toContain('CDKTF_CONTEXT_JSON={"stage":"prod"}');
  expect(said.join('')).not.toContain('not for apps');
  if (app.ok) await app.value.discard();
  rmSync(join(folder, 'cdktf.json'));
});

test('a manifest of an earlier run is not taken for this one’s', async () => {
  const out = join(folder, 'cdktf.out');
  process.env['CDKTF_OUTDIR'] = out;
  const first = await running(WRITE);
  expect(first).toMatchObject({ ok: true, value: { folder: out } });
  if (first.ok) await first.value.discard();
  expect(existsSync(join(out, 'manifest.json'))).toBe(true);
  expect(await running('true')).toMatchObject({ ok: false });
  delete process.env['CDKTF_OUTDIR'];
});

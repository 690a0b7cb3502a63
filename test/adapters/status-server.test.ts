/** What a controller serves over HTTP: right answers, nothing secret, nothing of its inside. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { serveStatus } from '../../src/adapters/status-server.js';
import { after, type ControllerEvent, starting } from '../../src/controller/status.js';
import { fault } from '../../src/domain/errors.js';
import { unwrap } from '../support/apply-world.js';
import { outcome, worked } from '../support/controller-world.js';

const AT = Date.parse('2027-01-01T00:00:00Z');

let server: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  server = await open();
});
afterEach(() => server.close());

async function open() {
  let status = starting(AT);
  const opened = unwrap(await serveStatus('127.0.0.1:0', status));
  return {
    close: opened.close,
    address: opened.address,
    tell: (event: ControllerEvent): void => {
      status = after(status, event);
      opened.tell(event, status);
    },
    get: (path: string) => fetch(`http://${opened.address}${path}`),
  };
}

const passed = (result = outcome()): ControllerEvent => {
  if (!result.ok) throw new Error(result.error.fault.message);
  return { kind: 'passed', at: AT, tookMs: 40, outcome: result.value, nextAt: AT + 60_000 };
};

const failed: ControllerEvent = {
  kind: 'failed',
  at: AT,
  tookMs: 5,
  nextAt: AT + 1_000,
  failure: {
    fault: fault('store_unreachable', 'the store is away', new Error('canary-inside')),
    problems: [],
  },
};

test('is ready while it leads and gets through its passes, or stands by', async () => {
  const ready = async () => (await server.get('/readyz')).status;
  expect(await ready()).toBe(503);
  server.tell({ kind: 'leading', at: AT });
  expect(await ready()).toBe(503);
  server.tell(passed());
  expect(await ready()).toBe(200);
  server.tell(failed);
  expect(await ready()).toBe(503);
  server.tell(passed());
  expect(await ready()).toBe(200);
  server.tell({ kind: 'standing-by', at: AT, why: 'ada holds the lease' });
  expect(await ready()).toBe(200);
  expect((await server.get('/healthz')).status).toBe(200);
});

test('says what the last pass came to and what fails now, and never the cause of a failure', async () => {
  server.tell({ kind: 'leading', at: AT });
  server.tell(passed(worked(1)));
  server.tell(failed);
  const text = await (await server.get('/status')).text();
  expect(JSON.parse(text)).toMatchObject({
    kind: 'Status',
    role: 'leading',
    lastPass: { result: 'partly-applied', steps: { succeeded: 1, failed: 1 } },
    lastSuccessAt: null,
    failing: { times: 1, error: { code: 'store_unreachable', message: 'the store is away' } },
    nextPassAt: '2027-01-01T00:00:01.000Z',
  });
  expect(text).not.toContain('canary-inside');
});

test('lists no more of a large fleet than a page, and says how many there are', async () => {
  server.tell(passed(worked(5_000)));
  const { lastPass } = (await (await server.get('/status')).json()) as {
    lastPass: { totals: { failed: number }; failed: unknown[] };
  };
  expect([lastPass.totals.failed, lastPass.failed.length]).toEqual([5_000, 100]);
});

test('counts passes, steps and what is left undone for Prometheus', async () => {
  server.tell({ kind: 'leading', at: AT });
  const object = { kind: 'ApiKey', name: 'app' } as const;
  const withheld = [{ object, reason: 'ChangedManually' as const, steps: [], cause: undefined }];
  server.tell(passed(worked(1)));
  server.tell(passed(outcome({ heldBack: withheld })));
  server.tell(passed(outcome({ heldBack: withheld })));
  server.tell(failed);
  const answer = await server.get('/metrics');
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'keywright_is_leader 1',
      'keywright_passes_total{result="partly-applied"} 1',
      'keywright_passes_total{result="unchanged"} 2',
      'keywright_passes_total{result="store_unreachable"} 1',
      'keywright_drift 1',
      'keywright_withheld{reason="ChangedManually"} 1',
      `keywright_last_success_timestamp_seconds ${AT / 1000}`,
      'keywright_pass_duration_seconds_count 4',
    ]),
  );
  server.tell(passed());
  expect(await (await server.get('/metrics')).text()).toContain('keywright_drift 0\n');
  expect(lines.join('\n')).not.toContain('ApiKey');
});

test('refuses other paths with 404 and other methods with 405, and lets nothing be kept', async () => {
  expect((await server.get('/')).status).toBe(404);
  expect((await server.get('/status/../../etc/passwd')).status).toBe(404);
  expect((await server.get('/__proto__')).status).toBe(404);
  const posted = await fetch(`http://${server.address}/status`, { method: 'POST', body: '{}' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  const head = await fetch(`http://${server.address}/status?x=1`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(head.headers.get('cache-control')).toBe('no-store');
});

test('closes although clients keep their connections, and are half way through a request', async () => {
  const [host, port] = server.address.split(':');
  await new Promise((resolve) => request({ host, port, path: '/healthz' }, resolve).end());
  const slow = connect({ host: host ?? '', port: Number(port) });
  slow.on('error', () => undefined);
  await new Promise<void>((resolve) => slow.write('GET /status HTTP/1.1\r\nHost: x\r\n', () => resolve()));
  await server.get('/healthz');
  await server.close();
});

test('listens on loopback unless configured otherwise, and says what is wrong with an address', async () => {
  const own = unwrap(await serveStatus(':0', starting(AT)));
  expect(own.address).toMatch(/^127\.0\.0\.1:\d+$/);
  const taken = await serveStatus(own.address, starting(AT));
  expect(taken).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringContaining('EADDRINUSE') },
  });
  await own.close();
  for (const wrong of ['', 'here', '127.0.0.1', '127.0.0.1:99999', 'http://x:1', '[::1:1'])
    expect(await serveStatus(wrong, starting(AT))).toMatchObject({ ok: false, error: { code: 'usage' } });
});

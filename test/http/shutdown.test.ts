/** How a server stops: what is under way is answered, and no answered caller is waited for. */
import { Agent, request } from 'node:http';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';

const place = httpPlace();

/** Sends the head and the first half of a body; the rest when it is asked to. */
function begun({ url }: TestServer, agent: Agent) {
  const body = JSON.stringify({ name: 'billing' });
  const asked = request(`${url}/v1/services`, {
    method: 'POST',
    agent,
    headers: {
      authorization: `Bearer ${ROOT}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    asked.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode)));
    asked.on('error', reject);
  });
  const written = new Promise<void>((resolve) => void asked.write(body.slice(0, 5), () => resolve()));
  return { written, finish: () => asked.end(body.slice(5)), answered };
}

test('what is under way is answered, and its connection is not waited for afterwards', async () => {
  const server = await place.start();
  const agent = new Agent({ keepAlive: true });
  const call = begun(server, agent);
  await call.written;
  // Known to the server before it stops.
  await server.ask('GET /healthz');
  const GRACE_MS = 20_000;
  const startedAt = Date.now();
  const stopped = server.listening.stop(GRACE_MS);
  call.finish();
  expect(await call.answered).toBe(201);
  await stopped;
  expect(Date.now() - startedAt).toBeLessThan(GRACE_MS / 2);
  agent.destroy();
});

/** docs/how-to/day-one.md, run as it is written; except for the ports, which may be taken. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { installExample } from '../support/example-app.js';
import { Workspace } from '../support/workspace.js';

const freePort = (): Promise<string> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(String(typeof address === 'object' ? address?.port : '')));
    });
  });

test('day one: serve, a key, a service that requires it, a rotation without an outage, and its end', async () => {
  const world = new Workspace();
  const [authority, app] = [await freePort(), await freePort()];
  const page = readFileSync(join(__dirname, '../../docs/how-to/day-one.md'), 'utf8');
  const written = /```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  installExample(world);
  world.write(
    'day-one.sh',
    written
      .replace('keywright serve', `keywright serve --listen 127.0.0.1:${authority}`)
      .replace('node app', `PORT=${app} node app`)
      .replaceAll(':8787', `:${authority}`)
      .replaceAll(':3000', `:${app}`),
  );
  const { code, stdout } = await world.script('day-one.sh');
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => /^\{|^\d+$/.test(line))).toEqual([
    '{"hello":"billing-prod","version":1}',
    '{"hello":"billing-prod","version":2}',
    '{"hello":"billing-prod","version":1}',
    '401',
  ]);
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

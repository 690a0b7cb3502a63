/** `keywright driver test sink`, over the drivers of examples/drivers and over drivers that are wrong. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, systemEntropy } from '../../src/adapters/system.js';
import type { DriverTest } from '../../src/ports/driver-test.js';
import { driverTestText, hasPassed } from '../../src/render/driver-test.js';
import { testDriver } from '../../src/sinks/exec/driver-test.js';
import {
  type DriverFolder,
  driverFolder,
  EXAMPLES,
  FOLDER_DRIVER,
  gitRepository,
  HAS_JQ,
} from '../support/drivers/index.js';
import { HAS_ETCD, startEtcd } from '../support/etcd.js';
import { testsWith } from '../support/parts.js';

const HAS_OPENSSL = spawnSync('openssl', ['version']).error === undefined;

const tested = ({ world }: DriverFolder, program: string, env: readonly string[]): Promise<DriverTest> =>
  testDriver(
    { command: [program], env, timeoutMs: 120_000, place: 'shop/test', world, clock: systemClock },
    systemEntropy,
  );

const failures = ({ checks }: DriverTest): readonly string[] =>
  checks.flatMap(({ name, outcome, detail }) =>
    outcome === 'passed' ? [] : [`${outcome} ${name}: ${detail}`],
  );

let folder: DriverFolder | undefined;
afterEach(() => folder?.remove());

testsWith('jq', HAS_JQ).describe('drivers of the examples', () => {
  testsWith('etcd', HAS_ETCD).test(
    'etcd: passes twelve checks',
    async () => {
      const etcd = await startEtcd();
      try {
        folder = driverFolder(() => ({ ETCDCTL_ENDPOINTS: etcd.endpoint }));
        const test = await tested(folder, join(EXAMPLES, 'etcd.sh'), ['ETCDCTL_ENDPOINTS']);
        expect(failures(test)).toEqual([]);
        expect(test).toMatchObject({ describes: 'full' });
        expect(test.checks).toHaveLength(12);
        expect(etcd.ctl('get', 'shop/', '--prefix', '--keys-only').trim()).toBe('');
      } finally {
        etcd.stop();
      }
    },
    600_000,
  );

  test('git: passes twelve checks', async () => {
    folder = driverFolder((root) => ({ GIT_REPOSITORY: join(root, 'secrets.git') }));
    gitRepository(folder.path('secrets.git'));
    const test = await tested(folder, join(EXAMPLES, 'git.sh'), ['GIT_REPOSITORY']);
    expect(failures(test)).toEqual([]);
    expect(hasPassed(test)).toBe(true);
  }, 600_000);

  testsWith('openssl', HAS_OPENSSL).test(
    'cms: a write-only driver passes four checks',
    async () => {
      folder = driverFolder((root) => ({
        CMS_FOLDER: join(root, 'out'),
        CMS_CERTIFICATE: join(root, 'cert.pem'),
      }));
      const [key, cert] = [folder.path('key.pem'), folder.path('cert.pem')];
      const made = [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        '/CN=a',
        '-keyout',
        key,
        '-out',
        cert,
      ];
      expect(spawnSync('openssl', made).status).toBe(0);
      const test = await tested(folder, join(EXAMPLES, 'cms.sh'), ['CMS_FOLDER', 'CMS_CERTIFICATE']);
      expect(failures(test)).toEqual([]);
      expect(test).toMatchObject({ describes: 'write-only' });
      expect(test.checks).toHaveLength(4);
      expect(driverTestText(test)).toMatch(/\n4 passed, 0 failed, 0 skipped \(it can only write\)\n$/);
    },
    600_000,
  );
});

testsWith('jq', HAS_JQ).describe('drivers that are wrong', () => {
  const DESCRIBE = `describe) echo '{"version":1,"read":"value","conditional":true}' ;;`;
  /** The driver over a folder, with one thing broken. */
  async function broken(script: string): Promise<string> {
    folder = driverFolder((root) => ({ FOLDER: join(root, 'places'), GOOD: FOLDER_DRIVER }));
    mkdirSync(folder.path('places'));
    mkdirSync(`${folder.path('places')}.faults`);
    const path = folder.path('driver.sh');
    writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(path, 0o755);
    return failures(await tested(folder, path, ['FOLDER', 'GOOD'])).join('\n');
  }

  test.each([
    [
      'one that puts the secret on a command line',
      'request=$(cat); if [ "$1" = write ]; then bash -c "sleep 0.3" "$request"; fi; printf %s "$request" | "$GOOD" "$1"',
      /no secret is on a command line: it was on the command line of bash/,
    ],
    [
      'one that says the secret on standard error',
      'request=$(cat); [ "$1" = write ] && echo "$request" >&2; printf %s "$request" | "$GOOD" "$1"',
      /no secret is on standard error: it was on standard error of write/,
    ],
    [
      'one that does not compare',
      'request=$(cat); printf %s "$request" | jq -c ".if = null" | "$GOOD" "$1"',
      /a stale writer is refused.*exit code 0, not exit code 3[\s\S]*8 of 8 got through/,
    ],
    [
      'one that drops newlines at the end',
      `request=$(cat); printf %s "$request" | jq -c 'if .value then .value |= rtrimstr(" \\n") else . end' | "$GOOD" "$1"`,
      /newlines and tabs comes back as it was written: the value that was read is another one/,
    ],
    [
      'one that knows every verb',
      `case "$1" in keywright-*) exit 0 ;; *) exec "$GOOD" "$1" ;; esac`,
      /an unknown verb.*exit code 0/,
    ],
    [
      'one that describes nothing',
      'exit 1',
      /describe says what the driver can do: it ended with exit code 1/,
    ],
    [
      'one of another version',
      `echo '{"version":2}'`,
      /describe says what the driver can do: version must be 1/,
    ],
    [
      'one whose reading fails',
      `case "$1" in ${DESCRIBE} *) exit 1 ;; esac`,
      /created once: read ended with exit code 1/,
    ],
  ])(
    '%s fails',
    async (_, script, expected) => {
      expect(await broken(script)).toMatch(expected);
    },
    600_000,
  );
});

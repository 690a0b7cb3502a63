/**
 * `npm start`: a credential's life in a folder of its own, by real commands that a user could type. Stops
 * at the first command that ends otherwise than it should, and says so.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'quickstart');
/** May be deleted when it holds this file. */
const MARKER = '.made-by-quickstart';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const chapter = (text: string): void => say(`\n\u2014 ${text}`);

interface Expected {
  readonly exit?: number;
  readonly input?: string;
  /** Shows only the lines that match. */
  readonly only?: RegExp;
}

/** Runs `keywright ARGS`, shows it, and gives its output. */
async function keywright(args: string, { exit = 0, input = '', only = /./ }: Expected = {}): Promise<string> {
  say(`  $ ${input === '' ? '' : '\u2026 | '}keywright ${args}`);
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    const words = [join(root, 'dist/keywright.js'), ...args.split(' ')];
    const child = execFile(process.execPath, words, { cwd: folder }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
  const lines = output
    .trimEnd()
    .split('\n')
    .filter((line) => only.test(line));
  say(lines.map((line) => `    ${line}`).join('\n'));
  if (code !== exit) throw new Error(`keywright ${args} exited with ${code} instead of ${exit}:\n${output}`);
  return output;
}

const verify = (token: string, exit = 0): Promise<string> =>
  keywright('verify --stdin', { input: token, exit });

async function tokenInSink(): Promise<string> {
  const text = await readFile(join(folder, 'secrets/billing.env'), 'utf8');
  return /^BILLING_API_KEY=(.*)$/m.exec(text)?.[1] ?? '';
}

async function freshFolder(): Promise<void> {
  const isOurs = await readFile(join(folder, MARKER)).then(
    () => true,
    () => false,
  );
  if (isOurs) await rm(folder, { recursive: true });
  await mkdir(folder);
  await writeFile(join(folder, MARKER), '');
  await cp(join(root, 'keywright.yaml'), join(folder, 'keywright.yaml'));
  await cp(join(root, 'specs'), join(folder, 'specs'), { recursive: true });
}

async function tour(): Promise<void> {
  const started = performance.now();
  await freshFolder();
  say('Keywright applies what specs/ declares to a live credential store.');

  chapter(
    'The documents declare three keys. The first apply creates the store, issues the keys and delivers them.',
  );
  await keywright('apply --auto-approve', {
    only: /Environment|Service|ApiKey|issue|steps|succeeded|create/,
  });

  chapter('The key is in its dotenv file (0600), and it is accepted.');
  const first = await tokenInSink();
  say(`    secrets/billing.env  BILLING_API_KEY=${first.slice(0, 20)}\u2026`);
  await verify(first);

  chapter('Another plan has no changes.');
  await keywright('plan');

  chapter('The key is revoked manually. Drift shows it, and who did it.');
  await keywright('revoke billing-staging --now --auto-approve');
  await verify(first, 1);
  await keywright('drift', { exit: 2 });

  chapter('Apply repairs it: a new version, delivered to the same sink.');
  await keywright('apply --auto-approve', { only: /ApiKey|issue|succeeded/ });
  const second = await tokenInSink();
  await verify(second);

  chapter('A rotation. Both versions are accepted until the hand-over is done.');
  await keywright('rotate billing-staging --auto-approve', { only: /ApiKey|issue|succeeded/ });
  const rotatedAt = performance.now();
  const third = await tokenInSink();
  await verify(second);
  await verify(third);
  await keywright('plan');

  chapter('After the overlap the old version ends, and the new one remains.');
  await sleep(Math.max(0, HANDOVER_MS - (performance.now() - rotatedAt)));
  await keywright('apply --auto-approve', { only: /ApiKey|revoke|succeeded/ });
  await verify(second, 1);
  await verify(third);

  chapter(`Done in ${((performance.now() - started) / 1000).toFixed(1)} s. Next, try:`);
  const cli = `node ${relative(process.cwd(), join(root, 'dist/keywright.js'))} -C ${relative(process.cwd(), folder)}`;
  say(`  ${cli} get                       what is live
  ${cli} audit                     who did what, by which path
  ${cli} plan                      edit quickstart/specs/billing.yaml and plan again
  rm quickstart/secrets/billing.env  and plan again
  ${cli} --help`);
}

/** The stabilization window of the embedded store and the overlap in specs/, with a little more. */
const HANDOVER_MS = 6_500;

await tour().catch((error: unknown) => {
  say(`\nThe quickstart stopped: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});

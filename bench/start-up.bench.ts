/** How long a command takes to be there: whole processes against `node -e 0`, which is the floor. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alternate, atMost, isQuick, report } from './support/figures.js';
import { scratchFolder } from './support/fleet.js';
import { keywright, requireCli, runNode } from './support/processes.js';

const ROUNDS = isQuick ? 5 : 15;
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

requireCli();
const cwd = scratchFolder();
const timeOf = (args: readonly string[]) => async () => (await runNode({ args, cwd })).wallMs;
const floor = timeOf(['-e', '0']);

async function compare(what: string, args: readonly string[], target: (took: Took) => Target): Promise<void> {
  await timeOf(args)();
  const took = await alternate(ROUNDS, timeOf(args), floor);
  report({
    what,
    value: took.ours,
    unit: 'ms',
    baseline: { what: 'node -e 0', value: took.baseline },
    ratio: took.ratio,
    target: target(took),
  });
}
type Took = Awaited<ReturnType<typeof alternate>>;
type Target = ReturnType<typeof atMost>;

await compare('keywright --version', keywright('--version'), ({ ratio }) => atMost(ratio, 2, '× node -e 0'));

// The quickstart's documents, once before anything was applied and once when nothing is left to do.
cpSync(join(REPOSITORY, 'keywright.yaml'), join(cwd, 'keywright.yaml'));
cpSync(join(REPOSITORY, 'specs'), join(cwd, 'specs'), { recursive: true });
await compare('keywright plan of the quickstart, no store yet', keywright('plan'), ({ ours }) =>
  atMost(ours, 500, 'ms'),
);
await runNode({ args: keywright('apply', '--auto-approve', '--output', 'json'), cwd });
await compare('keywright plan of the quickstart, converged', keywright('plan'), ({ ours }) =>
  atMost(ours, 500, 'ms'),
);

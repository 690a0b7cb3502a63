/** Several first applies at once: one makes the store, and the others learn which one is at it, or find it done. */
import { projectYaml, serviceYaml, Workspace } from '../support/workspace.js';

/** What gets in whose way differs from time to time. */
const ROUNDS = 6;

test('none of several first applies finds the store busy for ever', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const world = new Workspace();
    world.write('keywright.yaml', projectYaml());
    world.write('specs/a.yaml', serviceYaml('billing'));
    const ended = await Promise.all([1, 2, 3].map(() => world.run('apply --auto-approve')));
    for (const { code, stderr } of ended) expect([0, 4, 6, stderr]).toContain(code);
    expect(ended.map(({ code }) => code)).toContain(0);
    expect((await world.run('plan')).stdout).toMatch(/^No changes/);
    world.dispose();
  }
});

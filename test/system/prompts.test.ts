/** Questions as a person sees them at a terminal, and Ctrl-C as an answer to them. */
import { EXIT, INTERRUPTED } from '../../src/cli/exit.js';
import { atTerminal, CTRL_C, CTRL_D } from '../support/pseudo-terminal.js';
import { keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/key.yaml', yamlStream(serviceYaml('billing'), keyYaml('reporting')));
});
afterEach(() => world.dispose());

const QUESTION = "Only 'yes' is accepted:";

describe('a question at a terminal', () => {
  test('apply: can be read while it waits for the answer, with the plan above it', async () => {
    const { code, seen } = await atTerminal(world.folder, ['apply'], [{ when: QUESTION, keys: 'yes\r' }]);
    expect(seen[0]).toContain('create ApiKey/reporting');
    expect(seen[0]?.split('\n').at(-1)).toMatch(/^Apply these steps\? Only 'yes' is accepted:/);
    expect(code).toBe(EXIT.done);
  });

  test.each([
    ['rotate', 'rotate reporting'],
    ['revoke', 'revoke reporting'],
    ['revoke --now', 'revoke reporting --now'],
    ['adopt', 'adopt Environment/development --write'],
  ])('%s: can be read, and Ctrl-C ends the command with 130 and changes nothing', async (_, args) => {
    await world.run('apply --auto-approve');
    const before = await world.json<unknown>('get');
    const typed = [{ when: QUESTION, keys: CTRL_C }];
    const { code, seen, screen } = await atTerminal(world.folder, args.split(' '), typed);
    expect(seen).toHaveLength(1);
    expect(code).toBe(INTERRUPTED);
    expect(screen).toContain('interrupted');
    expect(screen).not.toContain('refused');
    expect(await world.json<unknown>('get')).toEqual(before);
    // The lease is given back.
    expect((await world.run('apply --auto-approve')).code).toBe(EXIT.done);
  });

  test('apply: Ctrl-C is 130 and makes no store; anything else than yes, and Ctrl-D, are a no', async () => {
    const answer = (keys: string) => atTerminal(world.folder, ['apply'], [{ when: QUESTION, keys }]);
    expect((await answer(CTRL_C)).code).toBe(INTERRUPTED);
    expect((await answer(CTRL_D)).code).toBe(EXIT.refused);
    expect((await answer('y\r')).code).toBe(EXIT.refused);
    expect(world.exists('.keywright')).toBe(false);
  });

  test('verify: a hidden answer is not echoed, and Ctrl-C is 130', async () => {
    await world.run('apply --auto-approve');
    const typed = [{ when: 'Key:', keys: 'sk_test_nothing\r' }];
    const { code, screen } = await atTerminal(world.folder, ['verify'], typed);
    expect(code).toBe(EXIT.error);
    expect(screen).toContain('MALFORMED');
    expect(screen).not.toContain('sk_test_nothing');
    const stopped = await atTerminal(world.folder, ['verify'], [{ when: 'Key:', keys: CTRL_C }]);
    expect(stopped.code).toBe(INTERRUPTED);
  });
});

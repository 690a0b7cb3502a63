/** Keys that are replaced keep their versions under another name, until the hand-over to the new key is proven. */
import { key, service, user } from '../support/plan-declarations.js';
import { PlanWorld } from '../support/plan-world.js';

const owner = { user: 'bob@example.com' };

test('replacement: the key that is set aside names its person by name, for the address may change in the same plan', () => {
  const world = new PlanWorld();
  world.documents = [service('billing'), user('bob'), key('app', { owner })];
  world.apply(world.plan());
  world.documents = [
    service('billing'),
    user('bob', { email: 'desk@example.com' }),
    key('app', { owner: { service: 'billing' } }),
  ];
  const { steps } = world.plan();
  expect(steps.map(({ action, object }) => `${action} ${object.name.replace(/[0-9a-f]{8}$/, '…')}`)).toEqual([
    'update bob',
    'update app-replaced-…',
    'create app',
    'issue app',
    'promote app',
  ]);
  expect(steps[1]).toMatchObject({ detail: { declaration: { spec: { owner: { user: 'bob' } } } } });
});

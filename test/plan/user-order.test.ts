/** People who change places in one plan: what can be put in order is, and what cannot is still a plan. */
import { refText } from '../../src/domain/objects.js';
import { key, team, user } from '../support/plan-declarations.js';
import { PlanWorld } from '../support/plan-world.js';

const DESK = 'desk@example.com';

function worldWith(...documents: PlanWorld['documents']): PlanWorld {
  const world = new PlanWorld();
  world.documents = documents;
  world.apply(world.plan());
  return world;
}
const order = (world: PlanWorld): readonly string[] =>
  world.plan().steps.map(({ object, action }) => `${action} ${refText(object)}`);

test('whoever is named by an address that they are given in the plan is given it first', () => {
  const world = worldWith(user('ada'), user('bob'));
  world.documents = [user('ada', { email: DESK }), user('bob'), key('a', { owner: { user: DESK } })];
  expect(order(world).slice(0, 2)).toEqual(['update User/ada', 'create ApiKey/a']);
  const created = world.plan().steps.find(({ id }) => id === 'ApiKey/a create');
  expect(created?.dependsOn).toEqual(['User/ada update']);
});

test('addresses that are exchanged, and one that is handed on with the place in a team, make a plan all the same', () => {
  const exchanged = worldWith(user('ada', { email: DESK }), user('bob'));
  exchanged.documents = [user('ada', { email: 'bob@example.com' }), user('bob', { email: DESK })];
  expect([...order(exchanged)].sort()).toEqual(['update User/ada', 'update User/bob']);

  const handedOn = worldWith(user('eve', { email: DESK }), team('data', { user: 'eve' }));
  handedOn.documents = [user('ada', { email: DESK }), team('data', { user: 'ada' })];
  expect([...order(handedOn)].sort()).toEqual(['create User/ada', 'delete User/eve', 'update Team/data']);
});

test('an administrator who takes the address of another comes after it is free, whoever ceases to be one', () => {
  const world = worldWith(user('ada', { email: DESK, roles: ['administrator'] }), user('bob'));
  world.documents = [user('ada'), user('bob', { email: DESK, roles: ['administrator'] })];
  expect(order(world)).toEqual(['update User/ada', 'update User/bob']);
});

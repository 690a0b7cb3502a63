/** People who change places in one plan: what can be put in order is, and what cannot is refused before anything is done. */
import { refText } from '../../src/domain/objects.js';
import { plan } from '../../src/plan/plan-changes.js';
import { applyWorld } from '../support/apply-world.js';
import { environment, guest, key, team, user } from '../support/plan-declarations.js';
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

test('a person named by an address that they are given in the plan is given it first', () => {
  const world = worldWith(user('ada'), user('bob'));
  world.documents = [user('ada', { email: DESK }), user('bob'), key('a', { owner: { user: DESK } })];
  expect(order(world).slice(0, 2)).toEqual(['update User/ada', 'create ApiKey/a']);
  const created = world.plan().steps.find(({ id }) => id === 'ApiKey/a create');
  expect(created?.dependsOn).toEqual(['User/ada update']);
});

const refusals = (world: PlanWorld): readonly string[] =>
  world
    .plan()
    .findings.filter(({ severity }) => severity === 'refuse')
    .map(({ code, message }) => `${code} ${message}`);

test('an exchange of addresses, and a circle of three, are refused in the plan, with what to do', () => {
  const exchanged = worldWith(user('ada', { email: DESK }), user('bob'));
  exchanged.documents = [user('ada', { email: 'bob@example.com' }), user('bob', { email: DESK })];
  expect(order(exchanged)).toEqual([]);
  expect(refusals(exchanged)).toEqual([
    'AddressTaken User/bob would take the address desk@example.com of User/ada, who gives it up only after that. Give one of them another address and apply that first.',
  ]);

  const ring = worldWith(user('ada'), user('bob'), user('eve'), user('ann'));
  ring.documents = [
    user('ada', { email: 'bob@example.com' }),
    user('bob', { email: 'eve@example.com' }),
    user('eve', { email: 'ada@example.com' }),
    user('ann', { email: 'ann@new.example.com' }),
  ];
  expect(order(ring)).toEqual(['update User/ann']);
  expect(refusals(ring)).toEqual([expect.stringMatching(/^AddressTaken User\/\w+ would take the address/)]);

  // As it is advised: through a free address.
  ring.documents = [user('ada', { email: 'free@example.com' }), user('bob'), user('eve'), user('ann')];
  ring.apply(ring.plan());
  ring.documents = [
    user('ada', { email: 'bob@example.com' }),
    user('bob', { email: 'eve@example.com' }),
    user('eve', { email: 'ada@example.com' }),
    user('ann'),
  ];
  expect([refusals(ring), order(ring)]).toEqual([
    [],
    ['update User/eve', 'update User/bob', 'update User/ada'],
  ]);
});

test('an address that its holder gives up only after it is taken is refused too', () => {
  const handedOn = worldWith(user('eve', { email: DESK }), team('data', { user: 'eve' }));
  handedOn.documents = [user('ada', { email: DESK }), team('data', { user: 'ada' })];
  expect(order(handedOn)).toEqual([]);
  expect(refusals(handedOn)).toEqual([expect.stringMatching(/^AddressTaken User\/ada .* of User\/eve/)]);
});

test('guests in one environment are no different', async () => {
  const world = await applyWorld();
  const production = environment('production', { isProd: true });
  const one = guest('one', { email: 'one@example.com' });
  await world.converge([production, one]);
  const { input } = await world.observe([production, guest('three', { email: 'one@example.com' })]);
  const alone = plan({ ...input, subjects: input.subjects.filter(({ desired }) => desired !== undefined) });
  expect([alone.steps, alone.findings.map(({ message }) => message)]).toEqual([
    [],
    [expect.stringContaining('which Guest/production/one keeps in this plan')],
  ]);
  const whole = await world.planFor([production, guest('three', { email: 'one@example.com' })]);
  expect((await world.carryOut(whole)).summary).toMatchObject({ failed: 0, notAttempted: 0 });
  await world.close();
});

test('an address of a person who is left out of the plan is refused, and the store agrees with every plan', async () => {
  const world = await applyWorld();
  await world.converge([user('ada'), user('bob')]);
  const next = [user('ada', { email: 'bob@example.com' }), user('bob', { email: 'new@example.com' })];
  const { input } = await world.observe(next);
  const selected = plan({ ...input, subjects: input.subjects.filter(({ ref }) => ref.name === 'ada') });
  expect([selected.steps, selected.findings.map(({ code }) => code)]).toEqual([[], ['AddressTaken']]);
  const whole = await world.planFor(next);
  expect((await world.carryOut(whole)).summary).toMatchObject({ succeeded: 2, failed: 0 });
  await world.close();
});

test('an administrator who takes the address of another comes after it is free, whichever one ceases to be one', () => {
  const world = worldWith(user('ada', { email: DESK, roles: ['administrator'] }), user('bob'));
  world.documents = [user('ada'), user('bob', { email: DESK, roles: ['administrator'] })];
  expect(order(world)).toEqual(['update User/ada', 'update User/bob']);
});

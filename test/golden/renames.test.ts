/** Objects that are called something else from some commit on; the transcripts beside this file are for reading. */

import { dotenv, environment, key, service } from '../support/plan-declarations.js';
import { story } from '../support/plan-story.js';
import { declared } from '../support/random-kinds.js';

const billing = service('billing');
const was = (name: string) => ({ 'keywright.dev/previous-name': name });
const deliver = [dotenv('BILLING_API_KEY')];

describe('a rename', () => {
  story('a key is renamed and keeps its versions and its places', (s) => {
    s.declare(billing, key('billing-prod', { deliver })).apply();
    s.declare(billing, key('billing', { deliver }, was('billing-prod')))
      .apply()
      .plan();
    s.wait('80d').tell('the annotation stays for ever').plan();
  });

  story('a key is renamed and changed in one commit', (s) => {
    s.declare(billing, key('billing-prod', { deliver })).apply();
    const more = { deliver: [...deliver, dotenv('SECOND')], permissions: ['spaces:read'] };
    s.declare(billing, key('billing', more, was('billing-prod')))
      .apply()
      .plan();
  });

  story('a key whose owner is renamed is not replaced', (s) => {
    s.declare(billing, key('app', { deliver })).apply();
    const invoicing = service('invoicing', { description: 'Invoices' }, was('billing'));
    const both = [
      key('app', { deliver, owner: { service: 'invoicing' } }),
      key('second', { owner: { service: 'invoicing' } }),
    ];
    s.declare(invoicing, ...both)
      .apply()
      .plan();
  });

  story('an environment is renamed with everything in it', (s) => {
    const space = (home: string) => declared('Space', 'onboarding', { environment: home });
    const guest = (home: string) =>
      declared('Guest', 'eve', {
        environment: home,
        email: 'eve@example.com',
        grants: [{ space: 'onboarding' }],
      });
    const leaving = declared('Space', 'old-room', { environment: 'staging' });
    s.declare(
      billing,
      environment('staging'),
      key('app', { environment: 'staging' }),
      space('staging'),
      guest('staging'),
      leaving,
    ).apply();
    s.declare(
      billing,
      environment('preview', {}, was('staging')),
      key('app', { environment: 'preview' }),
      key('new', { environment: 'preview' }),
      space('preview'),
      guest('preview'),
    );
    s.apply().plan();
  });

  story('names that follow one another are renamed from the end', (s) => {
    s.declare(billing, key('a'), key('b'), key('c')).apply();
    s.declare(billing, key('d', {}, was('c')), key('c', {}, was('b')), key('b', {}, was('a')))
      .apply()
      .plan();
  });

  story('what came with the store is renamed without being anybody’s', (s) => {
    s.declare(environment('live', { isProd: true }, was('production')))
      .apply()
      .plan();
  });

  story('a rename in an environment that requires approval by its old name says so', (s) => {
    s.world.project = {
      ...s.world.project,
      spec: { ...s.world.project.spec, guard: { requireApproval: ['production'] } },
    };
    s.declare(environment('live', { isProd: true }, was('production'))).plan();
  });

  story('a protected object may be renamed', (s) => {
    const protect = { 'keywright.dev/protect': 'true' };
    s.declare(billing, key('old', {}, protect)).apply();
    s.declare(billing, key('new', {}, { ...protect, ...was('old') }))
      .apply()
      .plan();
  });

  story('a rename can make a rotation due, and the plan says so', (s) => {
    s.declare(billing, key('late-0', { deliver })).apply();
    s.wait('82d').plan();
    s.declare(billing, key('app-3', { deliver }, was('late-0'))).plan();
  });

  story('a rename waits while the object is paused, and so does what needs the new name', (s) => {
    s.declare(billing).apply();
    const paused = { ...was('billing'), 'keywright.dev/suspend-until': '2027-01-02T00:00:00Z' };
    s.declare(service('invoicing', {}, paused), key('app', { owner: { service: 'invoicing' } })).plan();
    s.wait('2d').apply().plan();
  });
});

describe('a rename that is not one', () => {
  story('a previous name that nothing has makes a new object', (s) => {
    s.declare(service('invoicing', {}, was('billing')))
      .apply()
      .plan();
  });

  story('a previous name that is still declared is refused', (s) => {
    s.declare(billing, key('app')).apply();
    s.declare(
      billing,
      service('invoicing', {}, was('billing')),
      key('app', { owner: { service: 'invoicing' } }),
    )
      .apply()
      .plan();
  });

  story('a previous name has no effect on an object that is live already', (s) => {
    s.declare(billing, service('invoicing')).apply();
    s.declare(service('invoicing', {}, was('billing')))
      .apply()
      .plan();
  });

  story('two that claim one name are both refused, and nothing is removed', (s) => {
    s.declare(billing).apply();
    s.declare(service('one', {}, was('billing')), service('two', {}, was('billing')))
      .apply()
      .plan();
  });

  story('a swap of names is refused, and nothing is touched', (s) => {
    s.declare(service('a', { description: 'A' }), service('b', { description: 'B' })).apply();
    s.declare(service('a', { description: 'B' }, was('b')), service('b', { description: 'A' }, was('a')))
      .apply()
      .plan();
  });

  story('an object of another project is not renamed', (s) => {
    s.world.put(billing, { ownership: { project: 'other', manager: 'documents' } });
    s.tell('billing is another project’s')
      .declare(service('invoicing', {}, was('billing')))
      .plan();
  });

  story('a change that makes another object of it wins over the rename', (s) => {
    s.declare(billing, key('old')).apply();
    s.declare(billing, key('new', { environment: 'development' }, was('old')))
      .apply()
      .plan();
  });
});

describe('a rename among others', () => {
  story('a space is renamed while a guest lets go of a workbook that it drops', (s) => {
    const spaceNamed =
      (name: string, ...workbooks: readonly string[]) =>
      (notes = {}) =>
        declared('Space', name, { environment: 'production', workbooks }, { annotations: notes });
    const eve = (space: string, ...workbooks: readonly string[]) =>
      declared('Guest', 'eve', {
        environment: 'production',
        email: 'eve@example.com',
        grants: [{ space, workbooks }],
      });
    s.declare(spaceNamed('old', 'one', 'two')(), eve('old', 'one', 'two')).apply();
    s.declare(spaceNamed('new', 'one')(was('old')), eve('new', 'one'))
      .apply()
      .apply()
      .plan();
  });

  story('the last administrator cannot be renamed out of office', (s) => {
    const ada = (name: string, roles: readonly string[], notes = {}) =>
      declared('User', name, { email: 'ada@example.com', roles }, { annotations: notes });
    s.declare(ada('ada', ['owner'])).apply();
    s.declare(ada('zoe', ['member'], was('ada'))).plan();
    s.declare(ada('zoe', ['owner'], was('ada')))
      .apply()
      .plan();
  });
});

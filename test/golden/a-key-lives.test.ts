/** The whole life of keys, written as stories; the transcripts beside this file are for reading. */
import { dotenv, environment, key, service } from '../support/plan-declarations.js';
import { keyRef, story } from '../support/plan-story.js';

const billing = service('billing');
const delivered = key('billing-prod', { deliver: [dotenv('BILLING_API_KEY')] });

describe('a key', () => {
  story('a key is issued, rotated, handed over on evidence and removed', (s) => {
    s.declare(billing, delivered).apply().plan();
    s.wait('80d').plan().wait('10d').apply().plan();
    s.wait('30m').use('billing-prod', 2).wait('24h').use('billing-prod', 1).plan();
    s.wait('24h').use('billing-prod', 2).apply().plan();
    s.declare(billing).apply().plan();
  });

  story('a rollout that is killed between any two steps is resumed', (s) => {
    const twice = key('billing-prod', { deliver: [dotenv('ONE'), dotenv('TWO')] });
    for (let done = 1; done <= 7; done++) s.startAgain().declare(billing, twice).apply(done).apply().plan();
  });

  story('an envelope that nobody here can open is given up', (s) => {
    s.declare(billing, delivered).apply(3);
    s.world.recipient = 'another-machine';
    s.tell('another machine takes over').apply().plan();
    s.wait('2d').use('billing-prod', 2).apply().plan();
  });

  story('a sink that lost its content gets a new version', (s) => {
    s.declare(billing, delivered).apply();
    s.place(dotenv('BILLING_API_KEY'), { kind: 'missing' }, 'somebody deleted the variable').apply().plan();
  });

  story('a key revoked by hand is issued anew', (s) => {
    s.declare(billing, delivered).apply().revokeByHand('billing-prod', 1).apply().plan();
  });

  story('a rotation overtaken by another keeps every older version', (s) => {
    s.declare(billing, delivered).apply();
    for (const _ of [1, 2, 3, 4]) {
      s.wait('1h');
      s.world.changeKey(keyRef('billing-prod'), () => ({ rotationRequestedAt: s.world.now }));
      s.tell('somebody asked for a rotation').apply();
    }
    s.wait('2d').use('billing-prod', 4).apply().plan();
  });

  story('a key without sinks waits to be claimed', (s) => {
    s.declare(billing, key('billing-prod')).apply().plan();
    s.world.changeVersions(keyRef('billing-prod'), () => ({ envelope: undefined }));
    s.tell('it was claimed').plan();
  });

  story('a key with a life of its own lapses when no rotation is declared', (s) => {
    s.declare(billing, key('billing-prod', { rotation: undefined, expiresAfter: '30d' })).apply();
    s.wait('31d').apply().plan();
    s.declare(billing, key('billing-prod', { rotation: { every: '20d' }, expiresAfter: '30d' }))
      .apply()
      .plan();
  });

  story('a key whose declared end is put off lives on, without another version', (s) => {
    const ending = (spec: Parameters<typeof key>[1]) => key('billing-prod', { rotation: undefined, ...spec });
    s.declare(billing, ending({ expiresAfter: '8h' }))
      .apply()
      .wait('1h');
    s.declare(billing, ending({ expiresAfter: '2d' }))
      .apply()
      .plan()
      .wait('10h')
      .plan();
    s.declare(billing, ending({ expiresAt: '2027-01-09T00:00:00Z' })).apply();
    s.declare(billing, ending({})).apply().wait('30d').plan();
  });

  story('a later end comes too late for a key that has expired, and what the finding says helps', (s) => {
    s.declare(
      billing,
      key('billing-prod', { rotation: undefined, expiresAt: '2027-01-02T00:00:00Z' }),
    ).apply();
    s.wait('2d').plan();
    s.declare(billing, key('billing-prod', { rotation: undefined, expiresAt: '2027-03-02T00:00:00Z' }))
      .apply()
      .plan();
    s.declare(billing, key('billing-prod', { rotation: { every: '20d' }, expiresAt: '2027-03-02T00:00:00Z' }))
      .apply()
      .plan();
  });

  story('a key whose declared end was brought forward ends on that day', (s) => {
    s.declare(billing, delivered).apply().wait('1d');
    s.declare(
      billing,
      key('billing-prod', { expiresAt: '2027-01-05T00:00:00Z', deliver: [dotenv('BILLING_API_KEY')] }),
    );
    s.apply().plan().wait('3d').apply().plan();
  });

  story('a key whose declared end is moved into the past ends at once', (s) => {
    s.declare(billing, delivered).apply().wait('1d');
    s.declare(
      billing,
      key('billing-prod', { expiresAt: '2026-12-31T00:00:00Z', deliver: [dotenv('BILLING_API_KEY')] }),
    );
    s.apply().plan();
  });

  story('a key that expires is renewed before it does', (s) => {
    s.declare(
      billing,
      key('billing-prod', { rotation: {}, expiresAfter: '30d', deliver: [dotenv('KEY')] }),
    ).apply();
    s.wait('27d').plan().wait('1d').apply();
    s.wait('3d').use('billing-prod', 2).apply().plan();
  });

  story('a key moves to another environment and is replaced', (s) => {
    s.declare(billing, delivered).apply();
    const moved = key('billing-prod', { environment: 'development', deliver: [dotenv('BILLING_API_KEY')] });
    s.declare(billing, moved).apply().plan();
  });

  story('a replacement that is killed between any two steps is resumed', (s) => {
    const moved = key('billing-prod', { environment: 'development', deliver: [dotenv('BILLING_API_KEY')] });
    for (let done = 1; done <= 5; done++) {
      s.startAgain().declare(billing, delivered).apply();
      s.declare(billing, moved).apply(done).apply().plan();
    }
  });

  story('a removed key that is declared again finds its old token and replaces it', (s) => {
    s.declare(billing, delivered).apply().declare(billing).apply();
    s.wait('1h').declare(billing, delivered).apply().plan();
  });

  story('a place that a removed key left is taken over later, with a warning', (s) => {
    s.declare(billing, delivered).apply().declare(billing).apply();
    s.wait('30d').declare(billing, key('billing', { deliver: [dotenv('BILLING_API_KEY')] }));
    s.apply().plan();
  });

  story('a key renamed in the documents takes the place over', (s) => {
    s.declare(billing, delivered).apply();
    s.declare(billing, key('billing', { deliver: [dotenv('BILLING_API_KEY')] }))
      .apply()
      .plan();
  });

  story('a sink added to a key gets a new version everywhere', (s) => {
    s.declare(billing, delivered).apply();
    s.declare(billing, key('billing-prod', { deliver: [dotenv('BILLING_API_KEY'), dotenv('SECOND')] }))
      .apply()
      .plan();
  });
});

describe('objects', () => {
  story('a service and an environment wait for the keys that need them', (s) => {
    const staged = key('billing-staging', { environment: 'staging' });
    s.declare(billing, environment('staging'), staged).apply();
    s.declare().tell('all of it is meant to go');
    s.world.allowRemovals = 3;
    s.plan().apply().plan().wait('1d').apply().plan();
  });

  story('what came with the store is taken over without a step', (s) => {
    s.declare(environment('production', { isProd: true })).plan();
    s.declare(environment('production', { isProd: true, guestInvites: true }))
      .apply()
      .plan();
  });

  story('live objects that nobody owns are adopted when declared', (s) => {
    s.world.put(service('billing'), { ownership: undefined, origin: 'manual' });
    s.world.put(service('legacy'), { ownership: undefined, origin: 'manual' });
    s.tell('two services were made by hand').declare(service('billing')).apply().plan();
  });
});

/** What stands against a plan, and what it waits for, written as stories. */
import type { RotationSpec } from '../../src/domain/kinds/index.js';
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import { dotenv, environment, key, project, service } from '../support/plan-declarations.js';
import { keyRef, type Story, story } from '../support/plan-story.js';

const billing = service('billing');
const place = dotenv('BILLING_API_KEY');
const delivered = key('billing-prod', { deliver: [place] });
const rotating = (rotation: RotationSpec) =>
  key('billing-prod', { deliver: [place], rotation: { every: '90d', ...rotation } });

/** Issued, then rotated a day later; the second version is current and the first retiring. */
const rotated = (s: Story, rotation: RotationSpec): Story => {
  s.declare(billing, rotating(rotation)).apply().wait('1d');
  return askForRotation(s).apply();
};

function askForRotation(s: Story): Story {
  s.world.changeKey(keyRef('billing-prod'), () => ({ rotationRequestedAt: s.world.now }));
  return s.tell('somebody asked for a rotation');
}

describe('guards', () => {
  story('an emptied configuration removes nothing', (s) => {
    s.declare(billing, delivered).apply();
    s.declare().plan();
    s.world.allowRemovals = 2;
    s.tell('allowed by hand: 2 removals').plan();
  });

  story('too many removals are refused and the rest goes on', (s) => {
    const services = Array.from({ length: 12 }, (_, index) => service(`service-${index + 10}`));
    s.declare(...services).apply();
    s.declare(...services.slice(6), service('new-one')).plan();
    s.world.allowRemovals = 6;
    s.tell('allowed by hand: 6 removals').plan();
  });

  story('replacing many keys at once is refused like removing them, and says who uses them', (s) => {
    const keysOf = (owner: string) =>
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
        key(name, { owner: { service: owner }, rotation: undefined, deliver: [dotenv(name.toUpperCase())] }),
      );
    s.declare(billing, ...keysOf('billing'))
      .apply()
      .wait('1d');
    s.world.changeVersions(keyRef('a'), () => ({ lastUsedAt: s.world.now, consumers: ['checkout', 'web'] }));
    s.declare(billing, service('invoices'), ...keysOf('invoices')).plan();
    s.world.allowRemovals = 5;
    s.tell('allowed by hand: 5 removals, one too few').plan();
    s.world.allowRemovals = 6;
    s.tell('allowed by hand: 6 removals, as the guard said').plan();
  });

  story(
    'removals, replacements and forced ends add up, and the number asked for is the number needed',
    (s) => {
      const some = (owner: string, end?: string) =>
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name, nth) =>
          key(name, {
            environment: 'development',
            owner: { service: nth < 2 ? owner : 'billing' },
            rotation: undefined,
            expiresAt: nth === 2 ? end : undefined,
          }),
        );
      s.declare(billing, service('crm'), ...some('billing'))
        .apply()
        .wait('1d');
      s.declare(billing, service('crm'), ...some('crm', '2026-12-31T00:00:00Z').slice(0, 4)).plan();
      s.world.allowRemovals = 5;
      s.tell('allowed by hand: 5 removals, as the guard said').plan();
    },
  );

  story('a key that is replaced keeps its versions until the new one is handed over', (s) => {
    const owned = (owner: string) => key('app', { owner: { service: owner }, deliver: [place] });
    s.declare(billing, service('crm'), owned('billing')).apply().wait('1d');
    s.declare(billing, service('crm'), owned('crm')).apply().plan().wait('3d').plan();
    s.world.changeVersions(keyRef('app'), () => ({ lastUsedAt: s.world.now }));
    s.tell('the new key is used').apply().plan();
  });

  story('a protected object is neither removed nor replaced', (s) => {
    const guarded = key('billing-prod', { deliver: [place] }, { 'keywright.dev/protect': 'true' });
    s.declare(billing, guarded).apply().declare(billing).plan();
    s.declare(billing, key('billing-prod', { environment: 'development', deliver: [place] })).plan();
  });

  story('an object of another project is left alone', (s) => {
    s.world.put(billing, { ownership: { project: 'other', manager: 'documents' } });
    s.declare(service('billing', { description: 'Mine now' }))
      .plan()
      .declare()
      .plan();
  });

  story('a sink with a token that the store does not know puts the key in quarantine', (s) => {
    s.declare(billing, delivered).apply();
    s.place(
      place,
      { kind: 'holds', fingerprint: 'f-x', tokenId: 'AAAAAAAAAAAA' },
      'the store was restored from a backup',
    );
    s.plan().wait('100d').plan();
  });

  story('tokens of another store are replaced when that is asked for, those of live keys never', (s) => {
    s.place(
      place,
      { kind: 'holds', fingerprint: 'f-x', tokenId: 'AAAAAAAAAAAA' },
      'the place holds a token of the old store',
    );
    s.declare(billing, delivered).plan();
    s.world.unknownTokens = 'replace';
    s.tell('--take-over-sinks').apply();
    s.declare(billing, delivered, key('copy', { deliver: [dotenv('COPY')] }));
    s.place(
      dotenv('COPY'),
      s.world.receipt(sinkIdOf(place)),
      'somebody copied the token of billing-prod',
    ).plan();
  });

  story('keys that changed places are sorted out wherever an apply was killed', (s) => {
    const [here, there] = [dotenv('HERE'), dotenv('THERE')];
    const [one, other] = [key('one', { deliver: [here] }), key('other', { deliver: [there] })];
    const swapped = [billing, key('one', { deliver: [there] }), key('other', { deliver: [here] })];
    for (const killedAfter of [1, 2, 5]) {
      s.startAgain().declare(billing, one, other).apply();
      s.declare(...swapped).apply(killedAfter);
      s.apply().plan();
    }
  });

  story('a place is not taken over while its key is not let go', (s) => {
    const services = Array.from({ length: 6 }, (_, index) => service(`service-${index}`));
    s.declare(billing, ...services, delivered).apply();
    const heir = key('heir', { deliver: [place] });
    s.declare(billing, heir).plan().apply();
    s.world.allowRemovals = 7;
    s.tell('allowed by hand: 7 removals').apply().plan();
  });

  story('a key that moves while it is paused keeps its place', (s) => {
    s.declare(billing, delivered).apply();
    const moving = { 'keywright.dev/suspend-until': '2027-02-01T00:00:00Z' };
    const moved = key('billing-prod', { deliver: [dotenv('ELSEWHERE')] }, moving);
    s.declare(billing, moved, key('heir', { deliver: [place] })).plan();
    s.wait('60d').apply().plan();
  });

  story('many declared ends that pass at once close nothing', (s) => {
    const names = Array.from({ length: 8 }, (_, index) => `key-${index}`);
    s.declare(billing, ...names.map((name) => key(name, { expiresAt: '2028-01-01T00:00:00Z' }))).apply();
    s.declare(billing, ...names.map((name) => key(name, { expiresAt: '2027-02-01T00:00:00Z' }))).apply();
    s.wait('60d').plan();
    s.world.allowRemovals = 8;
    s.tell('allowed by hand: 8 removals').plan();
  });

  story('a new key does not overwrite the token of another live key', (s) => {
    s.declare(billing, delivered).apply();
    const [version] = s.world.versions('billing-prod');
    const copy = { kind: 'holds', fingerprint: version?.fingerprint ?? '', tokenId: version?.id } as const;
    s.place(dotenv('COPY'), copy, 'somebody copied the variable to COPY');
    s.declare(billing, delivered, key('copy', { deliver: [dotenv('COPY')] }))
      .apply()
      .plan();
  });

  story('a place that holds something else is taken over with a warning', (s) => {
    s.place(
      place,
      { kind: 'holds', fingerprint: 'f-x', tokenId: undefined },
      'the variable holds a password',
    );
    s.declare(billing, delivered).apply().plan();
  });

  story('a key deactivated by hand is reported and nothing else', (s) => {
    s.declare(billing, delivered).apply();
    s.world.changeKey(keyRef('billing-prod'), () => ({ deactivatedAt: s.world.now }));
    s.tell('somebody deactivated it').plan().wait('100d').plan();
  });

  story('many keys that expire at once are not issued again', (s) => {
    const keys = Array.from({ length: 7 }, (_, index) =>
      key(`key-${index}`, { expiresAfter: '30d', rotation: { every: '20d' } }),
    );
    s.declare(billing, ...keys).apply();
    s.wait('365d').plan();
    s.world.changeKey(keyRef('key-0'), () => ({ rotationRequestedAt: s.world.now }));
    s.world.changeKey(keyRef('key-1'), () => ({ rotationRequestedAt: s.world.now }));
    s.tell('the clock is right: somebody asks for two of them').plan();
  });

  story('changes in an environment that requires approval say so', (s) => {
    s.world.project = project({ requireApproval: ['production'] });
    s.declare(billing, delivered, key('billing-dev', { environment: 'development' })).plan();
  });
});

describe('waiting', () => {
  story('a hand-over waits for each piece of evidence in turn', (s) => {
    rotated(s, { overlap: '2h', quiet: '1h', consumers: ['checkout'] }).plan();
    s.wait('10s').plan().wait('3h').plan();
    s.use('billing-prod', 2).plan();
    s.use('billing-prod', 1).use('billing-prod', 2, 'checkout').plan();
    s.wait('1h');
    s.world.usageFrom = s.world.now - 1_000;
    s.tell('telemetry was lost until a second ago').plan();
    s.wait('1h').apply().plan();
  });

  story('a hand-over that asks for an acknowledgement waits for it', (s) => {
    rotated(s, { handover: 'acknowledged' }).wait('30d').plan();
    s.world.changeKey(keyRef('billing-prod'), () => ({ acknowledgedGeneration: 2 }));
    s.tell('it was acknowledged').apply().plan();
  });

  story('a hand-over by time alone in production is warned of', (s) => {
    rotated(s, { handover: 'timed' }).plan().wait('1d').apply().plan();
  });

  story('a declared deadline ends a hand-over without proof', (s) => {
    rotated(s, { deadline: '7d' }).wait('6d').plan().wait('1d').apply().plan();
  });

  story('a sink that cannot be read is neither missing nor delivered', (s) => {
    s.declare(billing, delivered).apply();
    s.place(
      place,
      { kind: 'unknown', why: 'written by build-7, not by this machine' },
      'seen from another machine',
    );
    s.plan().wait('100d').plan();
  });

  story('time alone ends no version while its successor is unclaimed', (s) => {
    const unclaimed = key('billing-prod', { rotation: { every: '90d', overlap: '24h', handover: 'timed' } });
    s.declare(billing, unclaimed).apply();
    askForRotation(s.wait('1h')).apply();
    s.wait('2d').plan();
  });

  story('a fifth version takes the place of a newest one that was lost', (s) => {
    s.declare(billing, rotating({ handover: 'acknowledged' })).apply();
    for (const _ of [1, 2, 3]) askForRotation(s.wait('1h')).apply();
    s.place(place, { kind: 'missing' }, 'somebody deleted the file').apply();
    s.wait('1h').place(place, { kind: 'missing' }, 'somebody deleted the file again').plan();
  });

  story('a fifth version waits until one has ended', (s) => {
    s.declare(billing, delivered).apply();
    for (const _ of [1, 2, 3, 4]) askForRotation(s.wait('1h')).apply();
    s.revokeByHand('billing-prod', 1).apply().plan();
  });

  story('suspended objects are left alone until the day', (s) => {
    const until = { 'keywright.dev/suspend-until': '2027-02-01T00:00:00Z' };
    s.declare(environment('staging', {}, until), billing, key('billing-staging', { environment: 'staging' }))
      .apply()
      .plan();
    s.wait('31d').apply().plan();
  });

  story('nothing in a plan can move the cursor or hide text', (s) => {
    s.place(
      place,
      { kind: 'unknown', why: 'EIO \u001b[2J\u202edeliver\u0007' },
      'a sink with a hostile error',
    );
    s.declare(service('billing', { description: 'plain' }), delivered).plan();
  });
});

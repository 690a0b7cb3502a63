/** People, teams and guests as plans bring them and let them go; the transcripts beside this file are for reading. */
import {
  dotenv,
  guest,
  key,
  project,
  role,
  service,
  space,
  team,
  user,
} from '../support/plan-declarations.js';
import { story } from '../support/plan-story.js';

describe('what refers to something that comes or goes', () => {
  story('a person, their role and their team come in one plan, named by address', (s) => {
    s.declare(
      team('data', { user: 'ada@example.com', role: 'admin' }),
      user('ada', { roles: ['log-reader'] }),
      role('log-reader'),
    );
    s.apply().plan();
  });

  story('a person goes in the plan in which the team lets go of them', (s) => {
    const members = [{ user: 'ada@example.com' }, { user: 'bob' }];
    s.declare(team('data', ...members), user('ada'), user('bob')).apply();
    s.tell('the team is forgotten at first')
      .declare(team('data', ...members), user('bob'))
      .plan();
    s.declare(team('data', { user: 'bob' }), user('bob'))
      .apply()
      .plan();
  });

  story('a role that moves to another scope waits until nobody has it', (s) => {
    s.declare(user('ada', { roles: ['auditor'] }), role('auditor')).apply();
    s.declare(user('ada', { roles: ['auditor'] }), role('auditor', ['audit:read'], 'team')).plan();
    s.declare(user('ada'), role('auditor', ['audit:read'], 'team'))
      .apply()
      .apply()
      .plan();
  });

  story('a space goes after the guests who were let into it', (s) => {
    const auditor = guest('auditor', { grants: [{ space: 'onboarding', workbooks: ['contacts'] }] });
    s.declare(space('onboarding', 'contacts'), auditor).apply();
    s.declare().tell('all of it is meant to go');
    s.world.allowRemovals = 2;
    s.apply().plan();
  });
});

describe('keys and the people they belong to', () => {
  const hers = key('hers', { owner: { user: 'ada' }, deliver: [dotenv('HERS')] });

  story('a personal key rests while its person is deactivated, and nothing of it is rotated', (s) => {
    s.declare(user('ada'), hers).apply();
    s.declare(user('ada', { status: 'deactivated' }), hers)
      .apply()
      .plan();
    s.wait('100d').plan();
    s.declare(user('ada'), hers).apply().plan();
  });

  story('the keys that die with a person are named before the person goes', (s) => {
    const shared = key('shared', { owner: { service: 'billing' } });
    const documents = [
      service('billing'),
      hers,
      key('other', { owner: { user: 'ada@example.com' } }),
      shared,
    ];
    s.declare(user('ada'), ...documents).apply();
    s.declare(...documents).plan();
    s.declare(service('billing'), hers, shared).plan();
  });

  story('the same name invited again is another person, whose key is a new one', (s) => {
    s.declare(user('ada'), user('bob'), hers).apply();
    s.tell('ada is removed, and the document of the key is forgotten').declare(user('bob'), hers).apply();
    s.tell('somebody is given the name ada').declare(user('ada'), user('bob'), hers).apply().plan();
  });
});

describe('administrators', () => {
  const admin = (name: string) => user(name, { roles: ['administrator'] });
  const owner = user('owner', { email: 'owner@localhost', roles: ['owner'] });

  story('enough of them remain, and the rest of the plan goes on', (s) => {
    s.world.project = project({ minAdministrators: 2 });
    s.declare(owner, admin('ada'), admin('bob')).apply();
    s.declare(owner, user('ada'), user('carl')).apply().plan();
    s.declare(owner, user('ada', { roles: ['administrator'] }), user('carl'))
      .apply()
      .plan();
  });

  story('somebody owns the account', (s) => {
    s.declare(owner, admin('ada')).apply();
    s.declare(user('owner', { email: 'owner@localhost', roles: ['administrator'] }), admin('ada')).plan();
  });

  story('new ones come before old ones go', (s) => {
    s.declare(owner, admin('zoe')).apply();
    s.declare(owner, admin('ada'), user('zoe')).apply().plan();
  });
});

describe('guests', () => {
  const auditor = (...workbooks: readonly string[]) =>
    guest('auditor', { expiresAfter: '14d', grants: [{ space: 'onboarding', workbooks: [...workbooks] }] });

  story('a guest lapses for good, whatever is declared after', (s) => {
    s.declare(space('onboarding', 'contacts', 'orders'), auditor('contacts'))
      .apply()
      .wait('13d')
      .plan();
    s.wait('1d').plan();
    s.declare(space('onboarding', 'contacts', 'orders'), auditor('contacts', 'orders')).plan();
    s.declare(space('onboarding', 'contacts', 'orders')).apply();
    s.declare(space('onboarding', 'contacts', 'orders'), auditor('contacts', 'orders'))
      .apply()
      .plan();
  });

  story('a workbook goes after nobody is granted it any more', (s) => {
    s.declare(space('onboarding', 'contacts', 'orders'), auditor('contacts', 'orders')).apply();
    s.declare(space('onboarding', 'contacts'), auditor('contacts')).apply().plan();
    s.tell('one is exchanged for another in one plan');
    s.declare(space('onboarding', 'people'), auditor('people')).apply().apply().plan();
    s.tell('the guest belongs to somebody else now');
    const live = s.world.live({ kind: 'Guest', name: 'production/auditor' });
    s.world.objects.set('Guest/production/auditor', {
      ...live,
      ownership: { project: 'other', manager: 'documents' },
    });
    s.declare(space('onboarding', 'letters')).apply().plan();
  });

  story('an administrator gives an address to the next one', (s) => {
    const desk = { email: 'desk@example.com', roles: ['administrator'] };
    s.declare(user('ada', desk), user('bob')).apply();
    s.declare(user('ada'), user('bob', desk), team('data', { user: 'desk@example.com' }))
      .apply()
      .plan();
  });

  story('an address is free before another takes it', (s) => {
    s.declare(user('ada', { email: 'desk@example.com' }), user('bob')).apply();
    s.declare(user('ada'), user('bob', { email: 'desk@example.com' }))
      .apply()
      .plan();
    s.declare(user('ada'), user('carl', { email: 'desk@example.com' }))
      .apply()
      .plan();
  });
});

describe('names', () => {
  story('U8: a name that is a person’s is warned of when it comes, and not again', (s) => {
    s.declare(user('ada'), service('billing'), key('ada-laptop'), key('billing-prod')).apply().plan();
    s.world.project = { ...s.world.project, spec: { ...s.world.project.spec, policy: { naming: 'off' } } };
    s.declare(user('ada'), service('ada-bot')).tell('policy.naming is off').plan();
  });
});

/** People, teams and guests as plans bring them and let them go; the transcripts beside this file are for reading. */
import { guest, role, space, team, user } from '../support/plan-declarations.js';
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

/** Live objects that no project declares, under each policy; the transcripts beside this file are for reading. */
import type { ProjectSpec } from '../../src/domain/kinds/index.js';
import { key, service } from '../support/plan-declarations.js';
import { keyRef, type Story, story } from '../support/plan-story.js';

const NOBODYS = { ownership: undefined, origin: 'manual' } as const;
const billing = service('billing');

function policy(s: Story, unmanaged: NonNullable<ProjectSpec['unmanaged']>): void {
  const { project } = s.world;
  s.world.project = { ...project, spec: { ...project.spec, unmanaged } };
  s.tell(`the policy for unmanaged objects is ${unmanaged}`);
}

/** `legacy`, its key `old-app` with one version, and one of another project. */
function madeByHand(s: Story): void {
  s.world.put(service('legacy'), NOBODYS);
  s.world.put(key('old-app', { owner: { service: 'legacy' }, rotation: undefined }), NOBODYS);
  s.world.do({
    id: 'issue',
    action: 'issue',
    object: keyRef('old-app'),
    reason: 'NoCurrentVersion',
    dependsOn: [],
    detail: { generation: 1, sealedTo: 'claim' },
  });
  s.world.put(service('theirs'), { ownership: { project: 'other', manager: 'documents' } });
  s.tell('somebody made the service legacy and its key old-app by hand');
}

describe('unmanaged objects', () => {
  story('unmanaged objects are reported, some by name and the rest by number', (s) => {
    madeByHand(s);
    s.declare(billing).apply();
    for (let n = 1; n <= 25; n++) s.world.put(service(`more-${n}`), NOBODYS);
    s.tell('and 25 more services').plan();
  });

  story('unmanaged objects are adopted as they are where the policy says so', (s) => {
    policy(s, 'adopt');
    madeByHand(s);
    s.world.put(service('Odd name!'), NOBODYS);
    s.tell('and a service with a name that no document can have');
    s.declare(billing).apply();
    s.declare(
      billing,
      service('legacy'),
      key('old-app', { owner: { service: 'legacy' }, rotation: undefined }),
    );
    s.tell('their documents were written').plan();
  });

  story('unmanaged objects are removed where the policy says so', (s) => {
    policy(s, 'remove');
    madeByHand(s);
    s.world.put(service('kept', {}, { 'keywright.dev/protect': 'true' }), NOBODYS);
    s.tell('and a protected service');
    s.declare(billing).apply().plan().wait('1d').apply().plan();
  });

  story('too many unmanaged objects are not removed at once', (s) => {
    policy(s, 'remove');
    s.declare(billing).apply();
    for (let n = 1; n <= 5; n++) s.world.put(service(`more-${n}`), NOBODYS);
    s.tell('somebody made five services by hand').plan();
    s.world.allowRemovals = 5;
    s.tell('all of them are meant to go').apply().plan();
  });
});

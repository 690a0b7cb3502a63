/** Sinks that can do less than compare and be read, written as stories. */
import type { SinkDeclaration } from '../../src/domain/kinds/index.js';
import type { Receipt } from '../../src/domain/live.js';
import type { SinkAbility } from '../../src/domain/sinks/index.js';
import { connection, environment, key, service } from '../support/plan-declarations.js';
import { keyRef, story } from '../support/plan-story.js';

const able = (read: SinkAbility['read'], write: SinkAbility['write']) => ({
  ability: { ...{ read, write, scope: 'shared' as const, settleMs: 0, maxBytes: 1 << 16 } },
});

const sink: SinkDeclaration = {
  vault: { connection: 'v', mount: 'secret', path: 'shop/billing', fields: { api_key: 'key' } },
};
const documents = (more: object = {}) => [
  environment('production', { isProd: true }),
  service('billing'),
  connection('v'),
  key('billing-prod', {
    deliver: [{ ...sink, ...more }],
    rotation: { every: '90d', overlap: '10m', handover: 'timed' },
  }),
];

story('a sink that cannot compare is read again, and an older value that came back is replaced', (s) => {
  s.place(sink, { kind: 'missing', ...able('value', 'blind') }, 'the sink cannot compare before it writes');
  s.declare(...documents())
    .apply()
    .wait('1d');
  const before = s.world.receipt('vault:v/secret:shop/billing#api_key');
  s.world.changeKey(keyRef('billing-prod'), () => ({ rotationRequestedAt: s.world.now }));
  s.tell('somebody asked for a rotation').apply().wait('1m').plan().wait('9m').apply();
  s.place(sink, before as Receipt, 'a late write put version 1 back')
    .apply()
    .plan();
});

story('a sink that cannot be read back has to be accepted in production', (s) => {
  s.place(sink, { kind: 'missing', ...able('nothing', 'blind') }, 'the sink shows nothing');
  s.declare(...documents()).plan();
  s.declare(...documents({ unverified: true }))
    .apply()
    .wait('1d')
    .plan();
});

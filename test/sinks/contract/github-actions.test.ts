/** github-actions keeps the contract of sinks, as far as GitHub lets it: for repositories, environments, organizations. */
import { parseSinkId, type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import { abilityOf } from '../../../src/domain/sinks/index.js';
import { openGithubActions } from '../../../src/sinks/github/actions.js';
import { githubPlace, ORGANIZATION, REPOSITORY } from '../../support/github-place.js';
import { message } from '../../support/servers/github.js';
import type { Mishap } from '../../support/servers/loopback-service.js';
import type { ServerFault } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

const never = new Promise<void>(() => undefined);

const MISHAPS: Readonly<Record<ServerFault, Mishap>> = {
  unauthenticated: { kind: 'answer', reply: message(401, 'Bad credentials') },
  forbidden: { kind: 'answer', reply: message(403, 'Resource not accessible by integration') },
  'rate-limited': { kind: 'answer', reply: message(429, 'Secondary rate limit', { 'retry-after': '7' }) },
  'server-error': { kind: 'answer', reply: message(502, 'Server Error') },
  refused: { kind: 'answer', reply: message(422, 'Invalid request.') },
  cut: { kind: 'cut-before' },
  slow: { kind: 'held', until: never },
  'lost-answer': { kind: 'cut-after' },
};

const TARGETS = {
  repository: { repository: REPOSITORY },
  environment: { repository: REPOSITORY, environment: 'eu/west #1' },
  organization: { organization: ORGANIZATION },
};

for (const [name, target] of Object.entries(TARGETS))
  sinkContract({
    name: `github-actions, ${name}`,
    ability: abilityOf('github-actions'),
    has: ['driver', 'sent'],
    faults: Object.keys(MISHAPS) as ServerFault[],
    start: async () => {
      const place = await githubPlace();
      const { server } = place;
      const objectOf = (sink: SinkDeclaration): string => parseSinkId(sinkIdOf(sink))?.object ?? '';
      const pathOf = (sink: SinkDeclaration): string => objectOf(sink).slice('gh'.length);
      let made = 0;
      return {
        open: ({ clock } = {}) => place.open({ clock }),
        fresh: () => place.sink({ ...target, fields: { [`API_KEY_${made++}`]: 'key' } }),
        driver: async (sink) => ({
          driver: openGithubActions({ name: 'gh', spec: { github: place.connection() } }, place.world()),
          object: objectOf(sink),
        }),
        look: async (sink) => server.look(pathOf(sink)),
        overwrite: async (sink, value) => server.overwrite(pathOf(sink), value),
        fail: (what, request) => server.fail(MISHAPS[what], request === 'read' ? 'GET' : 'PUT'),
        // The credential has a header of its own; no other may have it.
        sent: () => server.heard.map(({ path, headers }) => `${path} ${JSON.stringify(headers)}`),
        credentials: [place.env['GH_TOKEN'] ?? ''],
        close: () => place.stop(),
      };
    },
  });

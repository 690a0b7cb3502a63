/** aws-secrets-manager keeps the contract of sinks. */
import { parseSinkId, type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import { abilityOf } from '../../../src/domain/sinks/index.js';
import { openAwsSecretsManager } from '../../../src/sinks/aws/secrets-manager.js';
import { awsPlace } from '../../support/aws-place.js';
import { errorReply } from '../../support/servers/aws-secrets-manager.js';
import type { Mishap } from '../../support/servers/loopback-service.js';
import type { ServerFault } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

const never = new Promise<void>(() => undefined);

const MISHAPS: Readonly<Record<ServerFault, Mishap>> = {
  unauthenticated: { kind: 'answer', reply: errorReply('UnrecognizedClientException', 'invalid token') },
  forbidden: { kind: 'answer', reply: errorReply('AccessDeniedException', 'not authorized') },
  'rate-limited': {
    ...{ kind: 'answer' },
    reply: {
      ...errorReply('ThrottlingException', 'Rate exceeded', 429),
      headers: { 'retry-after': '7', 'x-amzn-errortype': 'ThrottlingException' },
    },
  },
  'server-error': { kind: 'answer', reply: errorReply('InternalServiceError', 'oops', 500) },
  refused: { kind: 'answer', reply: errorReply('ValidationException', 'invalid') },
  cut: { kind: 'cut-before' },
  slow: { kind: 'held', until: never },
  'lost-answer': { kind: 'cut-after' },
};

sinkContract({
  name: 'aws-secrets-manager',
  ability: abilityOf('aws-secrets-manager'),
  has: ['beside', 'driver', 'stranger', 'sent'],
  faults: Object.keys(MISHAPS) as ServerFault[],
  start: async () => {
    const place = await awsPlace();
    const { server } = place;
    const at = (sink: SinkDeclaration): { readonly secret: string; readonly part: string } => {
      const { object = '', part = '' } = parseSinkId(sinkIdOf(sink)) ?? {};
      return { secret: object.slice('cloud/'.length), part };
    };
    const set = (secret: string, field: string, value: string): void =>
      server.put(secret, JSON.stringify({ ...server.current(secret), [field]: value }));
    let made = 0;
    return {
      open: ({ clock } = {}) => place.open({ clock }),
      fresh: () => place.sink('api_key', `shop/billing/${made++}`),
      beside: (sink) => place.sink('api_key_2', at(sink).secret),
      driver: async (sink) => ({
        driver: openAwsSecretsManager({ name: 'cloud', spec: { aws: place.connection() } }, place.world()),
        object: `cloud/${at(sink).secret}`,
      }),
      look: async (sink) => server.current(at(sink).secret)?.[at(sink).part] as string | undefined,
      overwrite: async (sink, value) => set(at(sink).secret, at(sink).part, value),
      stranger: {
        write: async (sink, value) => set(at(sink).secret, 'other', value),
        look: async (sink) => server.current(at(sink).secret)?.['other'] as string | undefined,
      },
      fail: (what, request) => {
        // What is lost is the answer to the request that counts: the one that moves the label.
        const write = what === 'lost-answer' ? 'UpdateSecretVersionStage' : 'PutSecretValue';
        server.fail(MISHAPS[what], request === 'read' ? 'GetSecretValue' : write);
      },
      sent: () => server.heard.map(({ path, headers }) => `${path} ${JSON.stringify(headers)}`),
      credentials: [place.env['AWS_SECRET_ACCESS_KEY'] ?? ''],
      close: () => place.stop(),
    };
  },
});

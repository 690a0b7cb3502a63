/** What is answered beside the API, to anybody: probes, metrics and the description. */
import { Type } from 'typebox';
import { closed } from './schemas.js';

const json = (description: string, schema: object): object => ({
  description,
  content: { 'application/json': { schema } },
});

const Alive = Type.Object({ status: Type.Literal('alive') }, closed);
const Check = Type.Enum(['ok', 'degraded', 'failed']);
const Ready = Type.Object(
  {
    ready: Type.Boolean(),
    checks: Type.Object(
      {
        storeRead: Check,
        storeWrite: Check,
        verification: Check,
        usage: Check,
        clock: Check,
        history: Check,
      },
      closed,
    ),
  },
  closed,
);

export const ROOT_PATHS = {
  '/healthz': { summary: 'Is the process there?', answers: { 200: json('It is.', Alive) } },
  '/readyz': {
    summary: 'May requests be sent here?',
    answers: {
      200: json('Yes.', Ready),
      503: json(
        'Not now: the store cannot be read or written, the memory is too old, or it is stopping.',
        Ready,
      ),
    },
  },
  '/metrics': {
    summary: "Metrics in Prometheus' format.",
    answers: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: { type: 'string' } } } } },
  },
  '/openapi.json': {
    summary: 'This description.',
    answers: { 200: json('OpenAPI 3.1.', { type: 'object' }) },
  },
} as const;

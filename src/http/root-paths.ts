/** What is answered beside the API without authentication: probes, metrics and the description. */
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
  '/healthz': { summary: 'Is the process running?', answers: { 200: json('It is running.', Alive) } },
  '/readyz': {
    summary: 'May requests be sent here?',
    answers: {
      200: json('Yes.', Ready),
      503: json(
        'No: the store cannot be read or written, the index is too old, or the server is stopping.',
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

/** GET /usage: how often keys were accepted, and which of it counts towards the plan (F6). */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail } from '../../../domain/result.js';
import { DAY_MS, formatInstant, type Instant } from '../../../domain/time.js';
import type { Usage } from '../../../ports/accounts.js';
import { STALE_AFTER_MS } from '../../../verifier/verifier.js';
import { json, route } from '../../route.js';
import { Instant as At, closed } from '../../schemas.js';

const Day = (description: string) =>
  Type.Optional(Type.String({ format: 'date', maxLength: 10, description }));

const uses = (description: string) => Type.Integer({ minimum: 0, description });

const Answer = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        {
          day: Type.String({ description: 'UTC.' }),
          environment: Type.String(),
          isBillable: Type.Boolean(),
          uses: Type.Integer(),
        },
        closed,
      ),
    ),
    from: Type.String(),
    until: Type.String(),
    billable: uses('In production.'),
    notBillable: uses('In environments that are not production.'),
    known: Type.Object(
      { from: At, until: At },
      {
        ...closed,
        description:
          'Every use between these instants is counted, so no record means no use. Later uses may not be reported yet.',
      },
    ),
  },
  closed,
);

/** About a month, as bills have it. */
const SHOWN_MS = 30 * DAY_MS;

export const usageRoute = route({
  method: 'GET',
  path: '/usage',
  id: 'getUsage',
  tag: 'account',
  summary: 'Uses of keys by day and environment, billable and not.',
  description:
    'How often keys were accepted: VALID verifications, and calls of this API with a key. Verifiers report them within two seconds.',
  permission: 'keys:read',
  query: Type.Object(
    {
      from: Day('The first day, `2027-01-01`; absent: 30 days before the last.'),
      until: Day('The last day; absent: today.'),
    },
    closed,
  ),
  answer: Answer,
  handle: async ({ query }, { accounts, clock, store }) => {
    const now = clock.now();
    const { until = dayOf(now), from = dayOf(Date.parse(until) - SHOWN_MS) } = query;
    if (from > until) return fail(fault('bad_request', 'query.from is after query.until'));
    const used = await accounts.usage(from, until);
    if (!used.ok) return used;
    const facts = await store.facts();
    if (!facts.ok) return facts;
    const { usage } = facts.value;
    const total = (isBillable: boolean): number =>
      sumOf(used.value.filter((one) => one.isBillable === isBillable));
    return json({
      data: used.value,
      ...{ from, until, billable: total(true), notBillable: total(false) },
      known: {
        from: formatInstant(usage.from),
        until: formatInstant(Math.max(usage.from, usage.until - STALE_AFTER_MS)),
      },
    });
  },
});

const dayOf = (instant: Instant): string => formatInstant(instant).slice(0, 10);

const sumOf = (usage: readonly Usage[]): number => usage.reduce((sum, { uses }) => sum + uses, 0);

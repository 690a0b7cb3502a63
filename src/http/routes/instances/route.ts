/** GET /instances: our servers, controllers and verifiers elsewhere, with when they were last seen (F16). */
import { Type } from 'typebox';
import { formatInstant, SECOND_MS } from '../../../domain/time.js';
import type { SeenInstance } from '../../../ports/accounts.js';
import { pageAmong } from '../../cursor-pagination.js';
import { json, route } from '../../route.js';
import { closed, Instant, nullable, pageOf, shortPageQuery } from '../../schemas.js';

/** Instances report every fifteen seconds; one without a report for longer than this is down or disconnected. */
const ALIVE_WITHIN_MS = 60 * SECOND_MS;

export const instancesRoute = route({
  method: 'GET',
  path: '/instances',
  id: 'listInstances',
  tag: 'account',
  summary: 'Servers, controllers and verifiers of the last seven days.',
  permission: 'environments:read',
  query: Type.Object(shortPageQuery, closed),
  answer: pageOf(
    Type.Object(
      {
        id: Type.String({ description: 'Of this run of the process.' }),
        kind: Type.Enum(['server', 'controller', 'verifier']),
        name: Type.String({ description: 'The machine, and the process.' }),
        version: nullable(Type.String()),
        startedAt: Instant,
        lastSeenAt: Instant,
        behind: nullable(
          Type.Integer({
            description:
              'Changes that its index did not have when it was last seen. null: it has no index, or did not report it.',
          }),
        ),
        clockSkewMs: nullable(
          Type.Integer({
            description:
              "Milliseconds by which its machine's clock was ahead of the store's; negative: behind. null: unknown, or both use the same clock.",
          }),
        ),
        isAlive: Type.Boolean({ description: 'It was seen within the last minute.' }),
      },
      closed,
    ),
  ),
  handle: async ({ query }, { accounts, clock }) => {
    const all = await accounts.instances();
    if (!all.ok) return all;
    const now = clock.now();
    const keyOf = ({ kind, name, id }: SeenInstance) => `${kind} ${name} ${id}`;
    const page = pageAmong({ items: all.value, keyOf }, query);
    if (!page.ok) return page;
    return json({
      ...page.value,
      data: page.value.data.map(({ startedAt, lastSeenAt, version, behind, clockSkewMs, ...one }) => ({
        ...one,
        version: version === '' ? null : version,
        startedAt: formatInstant(startedAt),
        lastSeenAt: formatInstant(lastSeenAt),
        behind: behind ?? null,
        clockSkewMs: clockSkewMs ?? null,
        isAlive: now - lastSeenAt <= ALIVE_WITHIN_MS,
      })),
    });
  },
});

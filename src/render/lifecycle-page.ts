/**
 * `docs/reference/lifecycle.md`: the states of a version and the transitions between them, found by
 * trying every event on every reachable set of facts. The rules themselves are in domain/lifecycle.ts.
 */
import { ACCEPTED_VERSIONS_MAX, isAccepted, stateOf, type VersionState } from '../domain/lifecycle.js';
import { EMPTY_VERSION, type VersionFacts } from '../domain/live.js';
import type { Instant } from '../domain/time.js';

const NOW: Instant = 1_000;
const PAST: Instant = NOW - 1;

const ISSUED: VersionFacts = { ...EMPTY_VERSION, generation: 1, issuedAt: PAST };

interface Event {
  readonly name: string;
  readonly sets: Partial<VersionFacts>;
  /** Can it happen to a version with these facts? */
  isPossible(facts: VersionFacts): boolean;
}

const EVENTS: readonly Event[] = [
  { name: 'promote', sets: { promotedAt: PAST }, isPossible: (facts) => facts.promotedAt === undefined },
  {
    name: 'a successor is promoted',
    sets: { retiringAt: PAST },
    isPossible: (facts) => facts.promotedAt !== undefined && facts.retiringAt === undefined,
  },
  {
    name: 'temporary disable',
    sets: { suspendedUntil: NOW + 1 },
    isPossible: (facts) => facts.retiringAt !== undefined && facts.suspendedUntil === undefined,
  },
  {
    name: 'suspendedUntil passes',
    sets: { suspendedUntil: PAST },
    isPossible: (facts) => facts.suspendedUntil !== undefined && facts.suspendedUntil > NOW,
  },
  { name: 'revokedAt passes', sets: { revokedAt: PAST }, isPossible: () => true },
  { name: 'expiresAt passes', sets: { expiresAt: PAST }, isPossible: () => true },
];

export function lifecyclePage(note: string): string {
  const { edges, accepted } = explored();
  const states = [...accepted].map(([state, isIn]) => `| \`${state}\` | ${isIn ? 'yes' : 'no'} |`);
  return `${[
    '# Lifecycle of a version',
    note,
    'The state of a version is derived from its timestamps and the current time, and is never stored. An ended version stays ended.',
    `\`\`\`mermaid\nstateDiagram-v2\n  [*] --> issued: issue\n${edges.map((edge) => `  ${edge}`).join('\n')}\n\`\`\``,
    `A verifier accepts only these states, and at most ${ACCEPTED_VERSIONS_MAX} versions of a key at once, or one more when a sink lost the newest version:`,
    ['| state | accepted |', '|---|---|', ...states].join('\n'),
  ].join('\n\n')}\n`;
}

interface Explored {
  readonly edges: readonly string[];
  readonly accepted: ReadonlyMap<VersionState, boolean>;
}

/** Breadth first over sets of facts; each set of facts is tried once, so it ends. */
function explored(): Explored {
  const edges = new Set<string>();
  const accepted = new Map<VersionState, boolean>();
  const seen = new Set<string>();
  const pending = [ISSUED];
  for (let facts = pending.shift(); facts !== undefined; facts = pending.shift()) {
    const key = JSON.stringify(facts);
    if (seen.has(key)) continue;
    seen.add(key);
    const state = stateOf(facts, NOW);
    accepted.set(state, isAccepted(facts, NOW));
    // Nothing leads out of an end but a stronger end, which changes nothing for any caller.
    if (state === 'revoked' || state === 'expired') continue;
    for (const event of EVENTS) {
      if (!event.isPossible(facts)) continue;
      const next = { ...facts, ...event.sets };
      if (stateOf(next, NOW) !== state) edges.add(`${state} --> ${stateOf(next, NOW)}: ${event.name}`);
      pending.push(next);
    }
  }
  return { edges: [...edges], accepted };
}

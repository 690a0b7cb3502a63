/** Audit entries about one object as sentences, in the order in which they happened. */
import { formatInstant, type Instant } from '../domain/time.js';
import type { AuditEntry } from '../ports/live-store.js';
import { printable, sinkText } from './text-format.js';

export interface Event {
  readonly seq: number;
  readonly at: Instant;
  readonly actor: string;
  readonly path: string;
  readonly action: string;
  /** Printable: `version 2 was issued (id 4f9Kq2LmZx01)`. */
  readonly text: string;
}

export function timelineOf(history: readonly AuditEntry[]): readonly Event[] {
  return history.map((entry) => {
    const { seq, at, actor, path, action } = entry;
    const say = SAYINGS[action];
    return { seq, at, actor, path, action, text: printable(say ? say(entry) : otherwise(entry)) };
  });
}

type Saying = (entry: AuditEntry) => string;

/** What is not here is shown by its own name. */
const SAYINGS: Readonly<Record<string, Saying>> = {
  'object.created': ({ detail }) =>
    detail['origin'] === 'system' ? 'was created with the store' : `was created${forProject(detail)}`,
  'object.updated': ({ detail }) => `was changed${forProject(detail)}`,
  'object.renamed': ({ detail }) =>
    typeof detail['to'] === 'string'
      ? `was renamed to ${detail['to']}`
      : `was renamed from ${detail['from']}`,
  'object.adopted': ({ detail }) => `was adopted${forProject(detail)}`,
  'object.deleted': ({ at, detail }) =>
    `was removed${later(detail['endsAt'], at, (end) => `; its versions stay accepted until ${end}`)}`,
  'key.issued': ({ at, detail }) =>
    `version ${detail['generation']} was issued (id ${detail['tokenId']})${later(detail['expiresAt'], at, (end) => `; it expires on ${end}`)}`,
  'key.promoted': ({ detail }) =>
    `version ${detail['generation']} became current${placesText(detail['sinks'])}${detail['generation'] === 1 ? '' : '; earlier versions are retiring'}`,
  'key.extended': ({ detail }) =>
    typeof detail['expiresAt'] === 'number'
      ? `version ${detail['generation']} was extended to ${formatInstant(detail['expiresAt'])}`
      : `version ${detail['generation']} no longer expires`,
  'key.revoked': revocation,
  'key.rotation-requested': () => 'a rotation was requested',
  'key.acknowledged': ({ detail }) => `the hand-over to version ${detail['generation']} was confirmed`,
  'key.claimed': ({ detail }) => `the secret of version ${detail['generation']} was claimed`,
  'key.deactivated': () => 'was deactivated (emergency stop)',
  'key.activated': () => 'was activated again',
};

const forProject = (detail: AuditEntry['detail']): string =>
  typeof detail['project'] === 'string' ? ` for project ${detail['project']}` : '';

function later(end: unknown, at: Instant, say: (end: string) => string): string {
  return typeof end === 'number' && end > at ? say(formatInstant(end)) : '';
}

function placesText(sinks: unknown): string {
  if (!Array.isArray(sinks) || sinks.length === 0) return '';
  return `, delivered to ${sinks.map((sink) => sinkText(String(sink))).join(', ')}`;
}

/** One sentence for each end: versions may have been given different ones. */
function revocation({ at, detail }: AuditEntry): string {
  const { versions } = detail;
  if (!Array.isArray(versions)) return 'was revoked';
  return versions
    .map(({ generation, revokedAt }: Revoked) =>
      revokedAt > at
        ? `version ${generation} was revoked as of ${formatInstant(revokedAt)}`
        : `version ${generation} was revoked`,
    )
    .join('; ');
}

interface Revoked {
  readonly generation: number;
  readonly revokedAt: number;
}

function otherwise({ action, detail }: AuditEntry): string {
  const facts = Object.entries(detail).filter(([, value]) => typeof value !== 'object');
  return [action, ...facts.map(([name, value]) => `${name}=${value}`)].join(' ');
}

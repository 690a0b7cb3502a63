/** What a verifier in memory reads of the store, every call over the wire. */
import { fault } from '../../src/domain/errors.js';
import { fail, type Result } from '../../src/domain/result.js';
import type { CredentialFeed } from '../../src/ports/credential-feed.js';
import type { Wire } from './wire.js';

export function feedOverWire(feed: CredentialFeed, wire: Wire): CredentialFeed {
  const carry = <T>(operation: string, effect: () => Promise<Result<T>>): Promise<Result<T>> =>
    wire.carry<Result<T>>({ operation, effect, unheard: UNREACHABLE, refused: UNREACHABLE });
  return {
    pepper: () => feed.pepper(),
    position: () => carry('position', () => feed.position()),
    snapshot: (after, limit) => carry('snapshot', () => feed.snapshot(after, limit)),
    changedSince: (position) => carry('changed-since', () => feed.changedSince(position)),
    reportUses: (uses) => carry('report-uses', () => feed.reportUses(uses)),
    endAgain: (ended) => carry('end-again', () => feed.endAgain(ended)),
    seen: (instance) => carry('seen', () => feed.seen(instance)),
    watch: (listener) => feed.watch(listener),
    close: () => feed.close(),
  };
}

const UNREACHABLE = fail(fault('store_unreachable', 'the store did not answer'));

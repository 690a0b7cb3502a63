/** What a verifier has of a store in memory: loaded whole, and the uses that it reports back. */
import { ok, type Result } from '../domain/result.js';
import type { Instant } from '../domain/time.js';
import type { Credential, CredentialFeed, Position } from '../ports/credential-feed.js';
import { CredentialIndex } from './credential-index.js';
import type { UseLog } from './use-log.js';

const SNAPSHOT_PAGE = 10_000;
/** One transaction, during which the process does nothing else: some milliseconds. */
const REPORT_PAGE = 250;

/** The credentials as of some instant, and the change up to which they are complete. */
export interface Memory {
  readonly index: CredentialIndex;
  readonly position: Position;
}

/** What was reported before a fault is reported again with the rest, which changes nothing. */
export async function report(feed: CredentialFeed, log: UseLog): Promise<Result<void>> {
  const uses = log.pending();
  for (let from = 0; from < uses.length; from += REPORT_PAGE) {
    const reported = await feed.reportUses(uses.slice(from, from + REPORT_PAGE));
    if (!reported.ok) {
      if (reported.error.isReadable) log.giveBack(from);
      return reported;
    }
  }
  log.reported();
  return ok(undefined);
}

/** The revision first: what changes while the pages are read is then seen twice rather than missed. */
export async function load(
  feed: CredentialFeed,
  see: (credential: Credential) => void = () => undefined,
): Promise<Result<Memory>> {
  const pepper = await feed.pepper();
  if (!pepper.ok) return pepper;
  const position = await feed.position();
  if (!position.ok) return position;
  const index = new CredentialIndex(pepper.value);
  let after: string | undefined;
  do {
    const page = await feed.snapshot(after, SNAPSHOT_PAGE);
    if (!page.ok) return page;
    for (const credential of page.value.credentials) {
      see(credential);
      index.put(credential);
    }
    after = page.value.next;
  } while (after !== undefined);
  return ok({ index, position: position.value });
}

export interface LoadedAgain {
  readonly memory: Memory;
  /** Versions and keys that had ended in `before`, and are ended again. */
  readonly endedAgain: number;
}

/** Loads a store that went back. What had ended in `before` is ended again there first: an end is final. */
export async function loadAgain(
  feed: CredentialFeed,
  before: Memory,
  now: Instant,
): Promise<Result<LoadedAgain>> {
  const revoked: string[] = [];
  const stopped = new Set<string>();
  const loaded = await load(feed, (credential) => {
    const end = before.index.endOf(credential.mac, now);
    if (end === 'revoked' && !isRevoked(credential, now)) revoked.push(credential.tokenId);
    const { isDeactivated, owner } = credential.effective;
    if (end === 'stopped' && !isDeactivated && owner === 'active') stopped.add(credential.keyId);
  });
  if (!loaded.ok) return loaded;
  const endedAgain = revoked.length + stopped.size;
  const ended = endedAgain > 0 ? await feed.endAgain({ revoked, stopped: [...stopped] }) : ok(undefined);
  return ended.ok ? ok({ memory: loaded.value, endedAgain }) : ended;
}

const isRevoked = ({ dates: { isRevoked, revokedAt } }: Credential, now: Instant): boolean =>
  isRevoked === true || (revokedAt !== undefined && revokedAt <= now);

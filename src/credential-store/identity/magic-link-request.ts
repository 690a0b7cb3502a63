/**
 * Requests a magic link for a guest by their address alone. The caller does not learn who is a guest: the answer is the
 * same, comes after the same while, and what is sent goes to the address.
 */
import { fault } from '../../domain/errors.js';
import { foldEmail } from '../../domain/kinds/index.js';
import type { DeclarationOf } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { type DurationMs, SECOND_MS } from '../../domain/time.js';
import type { AskedForLink, CallContext } from '../../ports/identity.js';
import { genuine } from '../key-repository.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { waitOut } from './constant-time.js';
import { liveHolder } from './credentials.js';
import { makeLink } from './guest-links.js';
import { guestFacts } from './guest-principal.js';
import type { Identity } from './identity.js';
import { chainMaybe, type Maybe, NOTHING } from './maybe.js';

/** Longer than looking the guest up, making the link, writing it and beginning to send it takes. */
const ANSWERED_AFTER_MS: DurationMs = 150;

/** See `IdentityService.askForLink`. */
export async function askForLink(
  identity: Identity,
  { email, spaceId }: AskedForLink,
  { path, source = '' }: CallContext,
): Promise<Result<boolean>> {
  const { clock, asking, hasPost } = identity;
  if (!hasPost) return ok(false);
  const account = foldEmail(email);
  const waitMs = asking.ask({ account, source }, clock.now());
  if (waitMs > 0) return fail(tooOften(waitMs));
  const startedMs = clock.monotonicMs();
  // In one turn of writers with or without anything to write, so that a busy store tells nothing either.
  const made = await identity.write({ actor: 'anonymous', path }, async (work) => {
    const guest = await guestIn(work, spaceId, account);
    if (!guest.ok || guest.value === undefined) return guest.ok ? ok(undefined) : guest;
    const link = await makeLink(work, guest.value, { way: 'magic_link', message: {} });
    return link.ok ? ok(undefined) : link;
  });
  await waitOut(clock, startedMs, ANSWERED_AFTER_MS);
  return made.ok ? ok(true) : made;
}

/** The guest of that address, if they may sign in by a magic link where the space is. */
async function guestIn(work: UnitOfWork, spaceId: string, account: string): Promise<Maybe<ObjectRow>> {
  const space = await liveHolder(work, { holder_id: spaceId }, 'Space');
  const guest = await chainMaybe(space, async (row) => {
    const { environment } = (declarationOf(row) as DeclarationOf<'Space'>).spec;
    const found = await work.tx.objects.findAlias('Guest', `${environment}/${account}`);
    return found === undefined ? NOTHING : genuine(work, found);
  });
  return chainMaybe(guest, async (row) => {
    const facts = await guestFacts(work, row.id, 'magic_link');
    return facts.ok ? ok(facts.value && row) : facts;
  });
}

const tooOften = (waitMs: DurationMs) => ({
  ...fault(
    'rate_limited',
    `too many links were requested; use the one that was sent, or try again in ${Math.ceil(waitMs / SECOND_MS)} s`,
  ),
  retryAfterMs: waitMs,
});

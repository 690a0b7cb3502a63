/**
 * Whose is what stands at the sinks that a key declares. Its own versions need no thought. Anything else
 * is foreign, and a token there may be the only copy: it is written over only once it is known
 * that its key is gone or gives the sink up.
 */
import { type SinkId, sinkIdOf } from '../domain/kinds/index.js';
import type { KnownToken } from '../domain/live.js';
import { type DeclarationOf, type ObjectRef, refText } from '../domain/objects.js';
import type { Declared } from './decision.js';
import type { StepId, Subject } from './plan.js';

/** A declared sink that holds something else than a version of the live key. */
export interface OccupiedSink {
  readonly sink: SinkId;
  /** Undefined for content that is no Keywright token. */
  readonly tokenId: string | undefined;
}

/** What writing over foreign content would mean. */
export type ForeignToken = OccupiedSink &
  (
    | { readonly standing: 'unknown' }
    /** A key needs it that is live and keeps its sinks. */
    | { readonly standing: 'needed'; readonly owner: ObjectRef }
    /** No token at all, or one of a key that was removed. */
    | { readonly standing: 'ownerless'; readonly owner: ObjectRef | undefined }
    /** Of an earlier key of this name, or of one that gave the sink up. */
    | { readonly standing: 'left' }
    /** Of a key that gives the sink up in this plan, by that step. */
    | { readonly standing: 'leaving'; readonly by: StepId }
  );

export const sinksOf = ({ spec }: DeclarationOf<'ApiKey'>) => spec.deliver ?? [];

/** In the order of the declaration; nothing for what is no declared key. */
export function occupiedSinks({
  desired,
  live,
  receipts,
}: Pick<Subject, 'desired' | 'live' | 'receipts'>): readonly OccupiedSink[] {
  if (desired?.declaration.kind !== 'ApiKey') return [];
  const own = new Set(live?.key?.versions.map((version) => version.fingerprint));
  return sinksOf(desired.declaration).flatMap((declared) => {
    const sink = sinkIdOf(declared);
    const receipt = receipts.get(sink);
    if (receipt?.kind !== 'holds' || own.has(receipt.fingerprint)) return [];
    return [{ sink, tokenId: receipt.tokenId }];
  });
}

export const foreignTokensAt = (declared: Declared): readonly ForeignToken[] =>
  occupiedSinks(declared).map((place) => foreignTokenAt(place, declared));

function foreignTokenAt(place: OccupiedSink, { ref, input, releases: lettingGo }: Declared): ForeignToken {
  if (place.tokenId === undefined) return { ...place, standing: 'ownerless', owner: undefined };
  const known = input.tokens.get(place.tokenId);
  if (known === undefined)
    return input.unknownTokens === 'replace'
      ? { ...place, standing: 'ownerless', owner: undefined }
      : { ...place, standing: 'unknown' };
  const owner = known.object;
  const isNamesake = refText(owner) === refText(ref);
  if (known.isRemoved)
    return isNamesake ? { ...place, standing: 'left' } : { ...place, standing: 'ownerless', owner };
  if (isNamesake) return { ...place, standing: 'ownerless', owner: undefined };
  if (hasMovedAway(known, place.sink)) return { ...place, standing: 'left' };
  const by = lettingGo.get(refText(owner));
  return by === undefined ? { ...place, standing: 'needed', owner } : { ...place, standing: 'leaving', by };
}

/**
 * The key was delivered there, or its token is an old one, and its declaration names other sinks now. A
 * current token that was never delivered there is a copy made outside Keywright, and may be in use.
 */
const hasMovedAway = (token: KnownToken, sink: SinkId): boolean =>
  !token.declaredAt.includes(sink) && (token.isSuperseded || token.deliveredTo.includes(sink));

/**
 * What each sink of a key holds, in the one word that a reader needs: it tells apart what was taken out, changed, put
 * back, or written by another program. Pure; receipts are as src/observe/receipts.ts sees them.
 */
import { type SinkId, sinkIdOf } from '../domain/kinds/index.js';
import {
  type Fingerprint,
  type KnownToken,
  type LiveObject,
  REVISION_ONLY,
  type Receipt,
} from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';

export const SINK_STATES = {
  held: 'It holds the current version.',
  recorded: 'It cannot be read back; the store recorded that the current version was delivered.',
  missing: 'It holds nothing of the key.',
  edited: 'It holds a value that is no version of the key.',
  'older version': 'It holds an older version of the key.',
  'taken over': 'Another key or another program writes it.',
  elsewhere: 'It was delivered on another machine or in another folder.',
  unreadable: 'It cannot be read from here.',
} as const;
export type SinkStateName = keyof typeof SINK_STATES;

export interface SinkState {
  readonly sink: SinkId;
  readonly state: SinkStateName;
  /** The version that it holds, as far as that is known. */
  readonly version?: number;
  /** Of `taken over`: who; of `elsewhere`: where; of `unreadable`: why. */
  readonly detail?: string;
}

/** One line of `get sinks`. */
export interface SinkRow extends SinkState {
  readonly key: ObjectRef;
  /** When the recorded delivery was confirmed last: the promotion that it was confirmed for. */
  readonly confirmedAt?: Instant;
  /** Where it was confirmed. */
  readonly where?: string;
  readonly connection?: string;
  /** Did any sink of that connection answer? */
  readonly isReachable?: boolean;
}

type Tokens = ReadonlyMap<string, Pick<KnownToken, 'object'>>;

/** Of every sink that the key is declared to be in, or was delivered to, sorted by id. Nothing for what is no key. */
export function sinkStatesOf(
  { declaration, deliveries, key, ref }: Pick<LiveObject, 'declaration' | 'deliveries' | 'key' | 'ref'>,
  receipts: ReadonlyMap<SinkId, Receipt>,
  tokens: Tokens = new Map(),
): readonly SinkState[] {
  if (declaration.kind !== 'ApiKey' || key === undefined) return [];
  const declared = (declaration.spec.deliver ?? []).map(sinkIdOf);
  const ids = [...new Set([...declared, ...deliveries.map(({ sink }) => sink)])].sort();
  const versions = new Map(key.versions.map((one) => [one.fingerprint, one.generation]));
  const current = key.versions.findLast(({ promotedAt }) => promotedAt !== undefined);
  const known = { versions, current: current?.generation, name: refText(ref), tokens };
  return ids.map((sink) => ({ sink, ...stateOf(receipts.get(sink), known) }));
}

interface Known {
  readonly versions: ReadonlyMap<Fingerprint, number>;
  readonly current: number | undefined;
  readonly name: string;
  readonly tokens: Tokens;
}

function stateOf(receipt: Receipt | undefined, known: Known): Omit<SinkState, 'sink'> {
  switch (receipt?.kind) {
    case undefined:
      return { state: 'unreadable', detail: 'it was not read' };
    case 'missing':
      return { state: 'missing' };
    case 'unknown':
      return { state: 'unreadable', detail: receipt.why };
    case 'elsewhere':
      return { state: 'elsewhere', ...versionOf(receipt.fingerprint, known), detail: receipt.where };
    case 'unseen':
      return { state: 'recorded', ...versionOf(receipt.fingerprint, known) };
    case 'holds':
      return heldState(receipt, known);
  }
}

function heldState(
  { fingerprint, tokenId, manager }: Extract<Receipt, { kind: 'holds' }>,
  known: Known,
): Omit<SinkState, 'sink'> {
  const version = known.versions.get(fingerprint);
  // One that is newer than the current one is on its way, and as good as that.
  if (version !== undefined)
    return { state: version < (known.current ?? 0) ? 'older version' : 'held', version };
  const owner = tokenId === undefined ? undefined : known.tokens.get(tokenId)?.object;
  if (owner !== undefined && refText(owner) !== known.name)
    return { state: 'taken over', detail: refText(owner) };
  if (manager !== undefined) return { state: 'taken over', detail: manager };
  return fingerprint.startsWith(REVISION_ONLY)
    ? { state: 'edited', detail: 'its revision changed; it shows no values' }
    : { state: 'edited' };
}

const versionOf = (fingerprint: Fingerprint, { versions }: Known): { readonly version?: number } => {
  const version = versions.get(fingerprint);
  return version === undefined ? {} : { version };
};

/** As it should be, as far as can be seen. */
export const isAsItShouldBe = ({ state }: SinkState): boolean => state === 'held' || state === 'recorded';

/** `taken over by argocd`, `older version (1)`, `unreadable (Vault is sealed)`. */
export function sinkStatePhrase({ state, version, detail }: SinkState): string {
  if (state === 'older version') return `${state} (${version})`;
  if (detail === undefined) return state;
  return state === 'taken over' ? `${state} by ${detail}` : `${state} (${detail})`;
}

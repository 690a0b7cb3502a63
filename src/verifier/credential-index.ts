/**
 * Every credential of a store in memory, and the answer to "is this key good?" from it. The answer is
 * `decide` of the domain on facts read back from the columns: one decision for every caller.
 */
import { EMPTY_VERSION, type VersionFacts } from '../domain/live.js';
import { isToken, type Secret, tokenMac } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import { decide, type VerificationRequest } from '../domain/verification.js';
import type { Credential } from '../ports/credential-feed.js';
import type { Verification } from '../ports/live-store.js';
import type { Row } from './index-shard.js';
import { IndexTable } from './index-table.js';
import { MAC_WORDS, readMacWords } from './mac-words.js';
import { NameStore } from './name-store.js';
import { SharedFactsTable } from './shared-facts.js';
import { type Occasion, UseLog } from './use-log.js';

const MALFORMED: Verification = Object.freeze({ valid: false, code: 'MALFORMED' });
const NOT_FOUND: Verification = Object.freeze({ valid: false, code: 'NOT_FOUND' });

/** What the memory holds. `indexBytes` are the typed arrays that are searched, `nameBytes` the texts for answers. */
export interface IndexSize {
  readonly credentials: number;
  readonly indexBytes: number;
  readonly nameBytes: number;
  readonly sharedFacts: number;
}

export class CredentialIndex {
  readonly uses = new UseLog();
  readonly #pepper: string;
  readonly #table = new IndexTable();
  readonly #names = new NameStore();
  readonly #sharedFacts = new SharedFactsTable();

  // Filled anew by every call and never handed out, so that verifying allocates the answer and little else.
  readonly #mac = new Uint32Array(MAC_WORDS);
  readonly #row: Row = emptyRow();
  readonly #version: { -readonly [K in keyof VersionFacts]: VersionFacts[K] } = { ...EMPTY_VERSION };

  constructor(pepper: Secret) {
    this.#pepper = pepper.reveal();
  }

  get size(): IndexSize {
    return {
      credentials: this.#table.size,
      indexBytes: this.#table.bytes,
      nameBytes: this.#names.bytes,
      sharedFacts: this.#sharedFacts.size,
    };
  }

  /** Keeps a credential, in place of what was kept of the same version. */
  put(credential: Credential): void {
    const row = this.#row;
    readMacWords(credential.mac, this.#mac);
    const isKnown = this.#table.read(this.#mac, row) >= 0;
    row.names = isKnown ? this.#sameNames(row.names, credential) : this.#names.add(credential);
    row.factsId = this.#sharedFacts.numberOf(credential);
    row.generation = credential.generation;
    row.suspendedUntil = credential.dates.suspendedUntil ?? Number.NaN;
    row.revokedAt = revokedFrom(credential.dates);
    row.expiresAt = credential.dates.expiresAt ?? Number.NaN;
    this.#table.write(this.#mac, row);
  }

  /** Whether it was revoked or stopped here, which no copy of the store takes back; undefined if it was neither, or is not known. */
  endOf(mac: string, now: Instant): 'revoked' | 'stopped' | undefined {
    readMacWords(mac, this.#mac);
    const row = this.#row;
    if (this.#table.read(this.#mac, row) < 0) return undefined;
    if (row.revokedAt <= now) return 'revoked';
    const { isDeactivated, owner } = this.#sharedFacts.at(row.factsId).effective;
    return isDeactivated || owner !== 'active' ? 'stopped' : undefined;
  }

  /**
   * Notes the use, whatever the answer, of a Keywright token. A typo is refused by the checksum
   * before anything is hashed. Never throws, whatever the text.
   */
  verify(token: string, request: VerificationRequest, occasion: Omit<Occasion, 'accepted'>): Verification {
    if (!isToken(token)) return MALFORMED;
    readMacWords(tokenMac(this.#pepper, token), this.#mac);
    const row = this.#table.read(this.#mac, this.#row);
    if (row < 0) return NOT_FOUND;
    const answer = this.#answer(request, occasion.now);
    this.uses.note(row, token, { ...occasion, accepted: answer.valid ? 1 : 0 });
    return answer;
  }

  #answer(request: VerificationRequest, now: Instant): Verification {
    const { type, owner, effective } = this.#sharedFacts.at(this.#row.factsId);
    const { keyId, name } = this.#names.at(this.#row.names);
    const code = decide(this.#versionOfRow(), effective, request, now);
    return {
      valid: code === 'VALID',
      code,
      key: {
        keyId,
        name,
        version: this.#row.generation,
        type,
        environment: effective.environment,
        owner,
        permissions: effective.permissions,
        expiresAt: this.#version.expiresAt,
      },
    };
  }

  /** Issued, current and retiring are all accepted, so which of the three a version is, is not kept. */
  #versionOfRow(): VersionFacts {
    const version = this.#version;
    version.suspendedUntil = dateOf(this.#row.suspendedUntil);
    version.revokedAt = dateOf(this.#row.revokedAt);
    version.expiresAt = dateOf(this.#row.expiresAt);
    return version;
  }

  /** Texts can't be changed in place; after a rename the old ones stay behind until a reload. */
  #sameNames(address: number, credential: Credential): number {
    const { keyId, name } = this.#names.at(address);
    const isSame = keyId === credential.keyId && name === credential.name;
    return isSame ? address : this.#names.add(credential);
  }
}

/** What was revoked at once was revoked before any instant that a clock may show. */
const revokedFrom = ({ isRevoked, revokedAt = Number.NaN }: Credential['dates']): number =>
  isRevoked ? Number.NEGATIVE_INFINITY : revokedAt;

const dateOf = (cell: number): Instant | undefined => (Number.isNaN(cell) ? undefined : cell);

const emptyRow = (): Row => ({
  suspendedUntil: Number.NaN,
  revokedAt: Number.NaN,
  expiresAt: Number.NaN,
  generation: 0,
  names: 0,
  factsId: 0,
});

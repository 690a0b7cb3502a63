/**
 * Watches a run and says when an invariant breaks (rotation.md, "Invariants"). It looks at rows, places and
 * memories, never at what the code under test says about them, and knows the few excuses there are: what
 * people broke manually, what expired, what was removed and has run out.
 */
import { declarationOf, summaryOf, versionFactsOf } from '../../src/credential-store/rows.js';
import type { AuditRow, ObjectRow, VersionRow } from '../../src/credential-store/storage-port.js';
import type { SinkId } from '../../src/domain/kinds/index.js';
import { declaredEnd, isAccepted, rotationPolicy } from '../../src/domain/lifecycle.js';
import { parseToken, TOKEN_PATTERN } from '../../src/domain/secret.js';
import { type Instant, NEVER, SECOND_MS } from '../../src/domain/time.js';
import { auditMismatch, rowsOf } from './audit-rule.js';
import type { Consumer } from './consumer.js';
import { type Documents, type KeyDeclaration, sinksOf } from './documents.js';
import type { Tables } from './memory-storage.js';
import type { Places } from './places.js';
import { rowRules } from './row-rules.js';
import { abilityAt } from './services.js';
import type { RowChange } from './tables.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';

export type Invariant =
  | 'no gap'
  | 'no ghost'
  | 'no leak'
  | 'no resurrection'
  | 'one entry per effect'
  | 'convergence'
  | 'no stuck'
  | 'no churn'
  | 'emergency stop'
  | 'no bug';

export interface Violation {
  readonly invariant: Invariant;
  readonly message: string;
}

/** Clocks differ by 5 s at most, and a verifier in memory may be 2 s behind. */
export const TOLERANCE_MS = 8 * SECOND_MS;

export interface Watched {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly documents: Documents;
  readonly places: Places;
  readonly consumers: readonly Consumer[];
}

export class Judge {
  readonly #watched: Watched;
  #tables: Tables | undefined;
  violation: Violation | undefined;
  readonly #spoiled = new Map<SinkId, Instant>();
  readonly #touched = new Map<SinkId, Instant>();
  /** By key, with when it was taken out of the documents or changed. */
  readonly #formerly: { readonly declared: KeyDeclaration; readonly until: Instant }[] = [];
  readonly #endedByHand = new Set<string>();
  readonly #stopped = new Set<string>();
  #restoredAt: Instant | undefined;
  /** Nothing that is held can have ended before, while nothing is written. */
  #quietUntil: Instant = 0;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** The store of the run, once there is one. */
  watch(tables: Tables): void {
    this.#tables = tables;
  }

  accuse(invariant: Invariant, message: string): void {
    if (this.violation) return;
    this.violation = { invariant, message };
    this.#watched.trace.note(`VIOLATION of "${invariant}": ${message}`);
  }

  /** A person put something there manually: what it holds is his affair until a version is promoted over it. */
  spoil(sink: SinkId): void {
    this.stir();
    this.#spoiled.set(sink, this.#watched.timeline.now);
    this.#touched.set(sink, this.#watched.timeline.now);
  }

  isSpoiled(sink: SinkId): boolean {
    return this.#spoiled.has(sink);
  }

  /** Was it issued for a key of another name? */
  isOfAnother(token: string, name: string): boolean {
    const object = this.#tables?.objects.get(this.#versionOf(token)?.object_id ?? '');
    return object !== undefined && object.name !== name;
  }

  /** The documents changed: what stands at newly declared places is not of the key that declares them now. */
  edited(before: readonly KeyDeclaration[]): void {
    this.stir();
    const { documents, places, timeline } = this.#watched;
    const owners = new Map(before.flatMap((one) => sinksOf(one).map((sink) => [sink, one.metadata.name])));
    for (const declared of documents.keys())
      for (const sink of sinksOf(declared))
        if (owners.get(sink) !== declared.metadata.name) {
          this.#touched.set(sink, timeline.now);
          if (places.content(sink) !== undefined) this.#spoiled.set(sink, timeline.now);
        }
    for (const declared of before) this.#formerly.push({ declared, until: timeline.now });
  }

  restored(): void {
    this.#restoredAt = this.#watched.timeline.now;
    for (const id of this.#watched.places.ids()) this.spoil(id);
  }

  /** Whatever is shown to people or kept must not contain a token. */
  shown(what: string, value: unknown): void {
    const found = TOKEN_PATTERN.exec(typeof value === 'string' ? value : JSON.stringify(value));
    if (found) this.accuse('no leak', `${what} contains a token, ${found[0].slice(0, 20)}…`);
  }

  committed(changes: readonly RowChange[]): void {
    const tables = this.#tables;
    if (tables === undefined) return;
    if (changes.some(({ table }) => table === 'audit' || table === 'objects')) this.stir();
    const mismatch = auditMismatch(changes, (id) => tables.objects.get(id));
    if (mismatch) this.accuse('one entry per effect', mismatch);
    const path = rowsOf<AuditRow>(changes, 'audit').at(-1)?.after?.path ?? '';
    this.#noteExcuses(changes, path);
    rowRules({
      changes,
      path,
      tables,
      judge: this,
      now: this.#watched.timeline.now,
      declared: (name) => this.#declaredLately(name),
      touchedAt: (sink) => this.#touchedAt(sink),
      revisionAt: (sink) =>
        abilityAt(sink)?.read === 'revision' ? this.#watched.places.services.revision(sink) : undefined,
      contentAt: (sink) => this.#watched.places.content(sink),
    });
  }

  /** Where nothing is compared, any write may have been undone by a late one meanwhile. */
  #touchedAt(sink: SinkId): Instant | undefined {
    const ability = abilityAt(sink);
    const touched = this.#touched.get(sink);
    if (ability === undefined || ability.write === 'conditional') return touched;
    const written = this.#watched.places.services.writtenAt(sink);
    return written === undefined ? touched : Math.max(written, touched ?? written);
  }

  get isRestored(): boolean {
    return this.#restoredAt !== undefined;
  }

  /** Something was written to the store, a place or a memory. */
  stir(): void {
    this.#quietUntil = 0;
  }

  /** After every step: what places and memories hold works, or there is an excuse. */
  look(): void {
    const { documents, places, consumers, timeline } = this.#watched;
    if (timeline.now < this.#quietUntil) return;
    this.#quietUntil = NEVER;
    for (const declared of documents.keys())
      for (const sink of sinksOf(declared)) {
        const content = places.content(sink);
        if (content === undefined || this.#spoiled.has(sink)) continue;
        const why = this.#refusedWithoutExcuse(content, 'place');
        if (why) this.accuse('no gap', `${sink} holds a version that ${why}`);
      }
    for (const consumer of consumers) {
      if (consumer.held === undefined || consumer.isTainted) continue;
      const why = this.#refusedWithoutExcuse(consumer.held.token, 'memory');
      if (why) this.accuse('no gap', `${consumer.name} has a version in memory that ${why}`);
    }
  }

  /** A write arrived at a sink that compares: a late one is refused there, so what it brings is still good. */
  landed(sink: SinkId, content: string): void {
    const why = this.#refusedWithoutExcuse(content, 'place');
    if (why) this.accuse('no gap', `to ${sink} a version was written that ${why}`);
  }

  /** A consumer was answered whether its key is good. */
  answered(
    consumer: Consumer,
    answer: { readonly token: string; readonly code: string; readonly askedAt: Instant },
  ): void {
    const { token, code, askedAt } = answer;
    const row = this.#versionOf(token);
    const endedAt = Math.min(row?.revoked_at ?? Infinity, row?.expires_at ?? Infinity);
    // Given by the store that an older one replaced since, or from a memory of it that is still trusted.
    if (this.#restoredAt !== undefined && askedAt <= this.#restoredAt + TOLERANCE_MS) return;
    if (code === 'VALID') {
      if (row === undefined || endedAt < askedAt - TOLERANCE_MS)
        this.accuse('no resurrection', `${consumer.name} was let in with a version that had ended`);
      return;
    }
    if (consumer.isTainted || this.#excuseFor(token, 'memory')) return;
    this.accuse('no gap', `${consumer.name} was refused: ${code}`);
  }

  #declaredLately(name: string): readonly KeyDeclaration[] {
    const { documents } = this.#watched;
    const now = documents.key(name);
    const formerly = this.#formerly
      .filter(({ declared }) => declared.metadata.name === name)
      .slice(-3)
      .map(({ declared }) => declared);
    return now ? [now, ...formerly] : formerly;
  }

  #noteExcuses(changes: readonly RowChange[], path: string): void {
    // What had ended before an older store was put in place stays ended.
    for (const { before, after } of rowsOf<VersionRow>(changes, 'versions'))
      if (
        (path === 'people' || path === 'restored-store') &&
        after &&
        before &&
        before.revoked_at !== after.revoked_at
      )
        this.#endedByHand.add(after.token_id);
    for (const { after } of rowsOf<ObjectRow>(changes, 'objects'))
      if (after && after.deactivated_at !== null) this.#stopped.add(after.id);
    for (const { before, after } of rowsOf<ObjectRow>(changes, 'objects'))
      if (after && before?.deliveries !== after.deliveries) this.#noteDelivered(after);
  }

  /** A promotion that came late, to a place that the documents gave to another key meanwhile, proves nothing. */
  #noteDelivered(row: ObjectRow): void {
    for (const { sink, fingerprint } of summaryOf(row).deliveries) {
      const receipt = this.#watched.places.read(sink);
      const isHeld = receipt.kind === 'holds' && receipt.fingerprint === fingerprint;
      if (isHeld && this.#watched.documents.keyAt(sink) === row.name) this.#spoiled.delete(sink);
    }
  }

  #refusedWithoutExcuse(content: string, holder: 'place' | 'memory'): string | undefined {
    const row = this.#versionOf(content);
    const { now } = this.#watched.timeline;
    for (const end of [row?.revoked_at, row?.expires_at])
      if (end != null && end > now) this.#quietUntil = Math.min(this.#quietUntil, end);
    if (row && isAccepted(versionFactsOf(row), now)) return undefined;
    if (parseToken(content) === undefined || this.#excuseFor(content, holder)) return undefined;
    if (row === undefined) return 'the store does not know';
    return `is not accepted: ${JSON.stringify({ generation: row.generation, revoked: row.revoked_at, expires: row.expires_at, suspended: row.suspended_until })} at ${now}`;
  }

  #excuseFor(token: string, holder: 'place' | 'memory'): string | undefined {
    const now = this.#watched.timeline.now + TOLERANCE_MS;
    const row = this.#versionOf(token);
    if (row === undefined) return this.#restoredAt === undefined ? undefined : 'the store was restored';
    if (row.expires_at !== null && row.expires_at <= now) return 'it expired';
    if (this.#endedByHand.has(row.token_id)) return 'it was revoked by hand';
    if (this.#stopped.has(row.object_id)) return 'the key was stopped by hand';
    const object = this.#tables?.objects.get(row.object_id);
    const declaration = object && declarationOf(object);
    if (object === undefined || declaration?.kind !== 'ApiKey') return undefined;
    const { overlapMs, deadlineMs } = rotationPolicy(declaration.spec);
    if (object.removed_at !== null && object.removed_at + overlapMs <= now) return 'the key was removed';
    const ends = [declaration, ...this.#declaredLately(object.name)].map(({ spec }) => declaredEnd(spec));
    if (Math.min(...ends) <= now) return 'its declared end has passed';
    if (holder === 'memory' && deadlineMs !== undefined && this.#isOverdue(row, now - deadlineMs))
      return 'the deadline of the hand-over has passed';
    return undefined;
  }

  /** Was a later version promoted before that instant? */
  #isOverdue({ object_id, generation }: VersionRow, before: Instant): boolean {
    const later = this.#tables?.versions.where(
      (row) => row.object_id === object_id && row.generation > generation,
    );
    return later?.some((row) => row.promoted_at !== null && row.promoted_at <= before) ?? false;
  }

  #versionOf(token: string): VersionRow | undefined {
    return this.#tables?.versions.get(parseToken(token)?.id ?? '');
  }
}

/**
 * JSON Schema of what `--output json` prints, one definition a kind: docs/reference/output.schema.json is derived from
 * it. Members may be added to an output; those that are here stay.
 */

import { API_VERSION, type JsonSchema } from '../domain/kinds/document-schema.js';
import { SINK_STATES, type SinkStateName } from '../plan/sink-states.js';

const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const flag: JsonSchema = { type: 'boolean' };
const anything: JsonSchema = {};
const instant: JsonSchema = { type: 'string', format: 'date-time' };
const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const words = (...enumerated: readonly string[]): JsonSchema => ({ type: 'string', enum: enumerated });

/** All members are required but those whose name ends with `?`. */
function record(members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const names = Object.keys(members);
  return {
    type: 'object',
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(
      Object.entries(members).map(([name, schema]) => [name.replace(/\?$/, ''), schema]),
    ),
  };
}

const ref = record({ kind: text, name: text, 'environment?': text });
const step = record({
  ...{ id: text, action: text, object: ref, reason: text },
  ...{ detail: { type: 'object' }, dependsOn: listOf(text) },
});
const finding = record({ code: text, severity: words('refuse', 'warn'), message: text, 'object?': ref });
const waiting = record({ object: ref, reason: text, message: text, 'until?': instant });
const forecast = record({ object: ref, at: instant, what: text, reason: text, message: text });
const position = { file: text, line: count, column: count };

const driftStatus = words('drifted', 'not-applied');
const sinkState = record({
  ...{ sink: text, state: words(...(Object.keys(SINK_STATES) as SinkStateName[])) },
  ...{ 'version?': count, 'detail?': text },
});
const sinkRow = record({
  ...{ type: nullable(text), sink: text, key: ref, version: nullable(count) },
  state: words(...(Object.keys(SINK_STATES) as SinkStateName[])),
  ...{ 'detail?': text, confirmedAt: nullable(instant) },
  connection: nullable(record({ name: text, isReachable: flag })),
});
const difference = record({
  ...{ 'object?': ref, status: driftStatus, reason: text, message: text },
  ...{ 'cause?': record({}), 'sinks?': listOf(sinkState) },
});

const planMembers = {
  ...{ project: text, 'selection?': text, digest: text, now: instant },
  basedOn: record({ desired: text, observed: text }),
  summary: { type: 'object', additionalProperties: count },
  ...{ findings: listOf(finding), waiting: listOf(waiting), approvals: listOf(text) },
};

const fault = record({ code: text, message: text });
/** What `keyVersionJson` returns. */
const keyVersion = record({
  ...{ id: text, version: count, generation: count, prefix: text },
  state: words('issued', 'current', 'retiring', 'suspended', 'revoked', 'expired'),
  ...{ issuedAt: instant, promotedAt: nullable(instant), retiringAt: nullable(instant) },
  ...{ suspendedUntil: nullable(instant), revokedAt: nullable(instant), expiresAt: nullable(instant) },
  ...{ lastUsedAt: nullable(instant), usageCount: nullable(count), consumers: listOf(text) },
  ...{ rotationDueAt: nullable(instant), unclaimed: flag },
});
const liveObject = record({
  kind: text,
  metadata: record({ name: text }),
  spec: { type: 'object' },
  'status?': record({ 'versions?': listOf(keyVersion) }),
});

const OUTPUTS = {
  Plan: { ...planMembers, steps: listOf(step), 'forecast?': listOf(forecast) },
  Drift: { ...planMembers, steps: listOf(step), differences: listOf(difference), 'only?': driftStatus },
  Report: {
    plan: text,
    results: listOf(
      record({ step: text, status: words('succeeded', 'failed', 'not-attempted'), 'error?': fault }),
    ),
    summary: record({ succeeded: count, failed: count, notAttempted: count }),
    unmet: listOf(record({ 'object?': ref, reason: text, message: text })),
  },
  Explanation: {
    ...{ object: ref, now: instant, status: text },
    declared: nullable(record({ project: text, ...position })),
    ...{ live: nullable(liveObject), sinks: listOf(sinkRow) },
    lastUsed: listOf(record({ generation: count, at: instant, consumers: listOf(text) })),
    history: listOf(record({ seq: count, at: instant, actor: text, path: text, action: text, text })),
    needs: listOf(record({ ref, isLive: flag, isDeclared: flag, 'endsAt?': instant })),
    neededBy: listOf(record({ ref, isLive: flag, isDeclared: flag, 'endsAt?': instant })),
    ...{ steps: listOf(step), findings: listOf(finding), waiting: listOf(waiting), ahead: listOf(forecast) },
  },
  List: { items: listOf(liveObject) },
  SinkList: { items: listOf(sinkRow) },
  WatchEvent: { type: words('added', 'changed', 'deleted'), 'object?': liveObject, 'name?': text },
  Validation: { valid: flag, objects: count },
  Initialization: { created: listOf(text) },
  Format: { changed: listOf(text), unchanged: count },
  Export: { written: listOf(text) },
  Adoption: { adopted: listOf(text) },
  Claim: { name: text, key: text },
  Revocation: { name: text, changed: flag, refusedFrom: instant },
  Acknowledgement: { name: text, changed: flag },
  DriverTest: {
    describes: text,
    checks: listOf(record({ name: text, outcome: words('passed', 'failed', 'skipped'), 'detail?': text })),
    summary: record({ passed: count, failed: count, skipped: count }),
  },
  Verification: {
    ...{ valid: flag, code: text, keyId: nullable(text), name: nullable(text), version: nullable(count) },
    ...{ type: nullable(text), environment: nullable(text), owner: nullable(text) },
    ...{ permissions: nullable(listOf(text)), expiresAt: nullable(instant) },
  },
  AuditEntry: {
    ...{ seq: count, at: instant, actor: text, path: text, action: text, object: text },
    ...{ detail: { type: 'object' }, previousHash: text, hash: text },
  },
  AuditVerification: { valid: flag, entries: count, head: text, checkpoints: count, 'archived?': count },
  AuditArchive: { 'file?': text, 'from?': count, 'to?': count },
  Checkpoint: { seq: count, 'line?': text, 'file?': text },
  Backup: { storeId: text, entries: count, file: text, 'keyFile?': text },
  Restoration: {
    ...{ entries: count, takenAt: nullable(instant), endedAgain: count, stoppedAgain: count },
    ...{ forgotten: count, 'aside?': text },
  },
  SessionList: {
    items: listOf(
      record({ id: text, kind: text, holder: text, createdAt: instant, lastUsedAt: nullable(instant) }),
    ),
  },
  SessionsEnded: { 'ended?': count, 'replacedSigningKeys?': flag },
  MasterKeyRotation: { rotated: flag },
  Server: { url: text, rootTokenFile: nullable(text) },
  Version: { version: text },
  Error: { code: text, message: text, diagnostics: listOf(anything) },
} as const satisfies Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;

export type OutputKind = keyof typeof OUTPUTS;

/** Returns the JSON Schema (draft 07) of one output; of an output without end, as of `audit`, of each of its lines. */
export function outputSchema(): JsonSchema {
  const kinds = Object.keys(OUTPUTS) as OutputKind[];
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://keywright.dev/schema/output.json',
    title: 'Output of keywright with --output json',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: { apiVersion: { const: API_VERSION }, kind: { enum: kinds } },
    allOf: kinds.map((kind) => ({
      if: { required: ['kind'], properties: { kind: { const: kind } } },
      // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
      then: { $ref: `#/definitions/${kind}` },
    })),
    definitions: Object.fromEntries(kinds.map((kind) => [kind, record(OUTPUTS[kind])])),
  };
}

/** What projects declare of themselves, and plans that were approved: kept as texts with their MACs. */

import type { ProjectSettings } from '../domain/approval.js';
import { canonicalJson } from '../domain/canonical.js';
import { fail, ok, type Result } from '../domain/result.js';
import { DAY_MS, type DurationMs, type Instant } from '../domain/time.js';
import type { PlanApproval } from '../ports/project-guard.js';
import type { Keyring } from './keyring.js';
import { isSameMac, tampered } from './rows.js';
import type { Transaction } from './storage-port.js';

/** What a project has removed lately: a limit that began anew with every run would not limit anything. */
export interface Removals {
  readonly since: Instant;
  readonly removed: number;
  /** How many objects it had then. */
  readonly of: number;
}

export interface KeptProject extends ProjectSettings {
  readonly removals?: Removals;
}

export interface KeptApproval extends PlanApproval {
  readonly by: string;
  readonly expiresAt: Instant;
}

export const APPROVED_FOR_MS: DurationMs = 7 * DAY_MS;

type Reading = { readonly tx: Pick<Transaction, 'meta'>; readonly keyring: Keyring };

const PROJECTS = 'projects';
const approvalName = (digest: string): string => `approval ${digest}`;

export async function keptProjects(reading: Reading): Promise<Result<readonly KeptProject[]>> {
  const kept = await read<readonly KeptProject[]>(reading, PROJECTS);
  return kept.ok ? ok(kept.value ?? []) : kept;
}

export async function keepProject(reading: Reading, project: KeptProject): Promise<Result<void>> {
  const all = await keptProjects(reading);
  if (!all.ok) return all;
  const others = all.value.filter((one) => one.project !== project.project);
  await write(reading, PROJECTS, [...others, project]);
  return ok(undefined);
}

/** Undefined once it has expired. */
export async function keptApproval(
  reading: Reading,
  digest: string,
  now: Instant,
): Promise<Result<KeptApproval | undefined>> {
  const kept = await read<KeptApproval>(reading, approvalName(digest));
  return kept.ok && kept.value !== undefined && kept.value.expiresAt <= now ? ok(undefined) : kept;
}

export const keepApproval = (reading: Reading, approval: KeptApproval): Promise<void> =>
  write(reading, approvalName(approval.digest), approval);

/** Values by their texts: a plan of ten thousand steps asks for the same one ten thousand times. */
const parsed = new Map<string, unknown>();
const PARSED_MAX = 20;

async function read<T>({ tx, keyring }: Reading, name: string): Promise<Result<T | undefined>> {
  const value = await tx.meta.get(name);
  if (value === undefined) return ok(undefined);
  const at = value.indexOf(' ');
  const text = value.slice(at + 1);
  if (!isSameMac(value.slice(0, at), keyring.rowMac(macText(name, text))))
    return fail(tampered('guard', name));
  const known = parsed.get(value);
  if (known !== undefined) return ok(known as T);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  const made = JSON.parse(text) as T;
  parsed.set(value, made);
  return ok(made);
}

async function write({ tx, keyring }: Reading, name: string, value: unknown): Promise<void> {
  const text = canonicalJson(value);
  await tx.meta.put({ name, value: `${keyring.rowMac(macText(name, text))} ${text}` });
}

const macText = (name: string, text: string): string => JSON.stringify(['guard', name, text]);

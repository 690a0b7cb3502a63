/**
 * One text for one value: JSON with sorted keys and nothing optional, and the digests made from it.
 * Two declarations are the same when their digests are.
 */
import { hash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** RFC 8785 in spirit: keys sorted by code unit, `undefined` members left out, no white space. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  return canonicalObject(value as Readonly<Record<string, unknown>>);
}

/** A plain loop: every plan, mutation and audit entry goes through it. */
function canonicalObject(value: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Names of fields are few and come again in every value. */
const QUOTED_MAX = 1_000;
const quotedKeys = new Map<string, string>();

function quoted(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify(key);
  if (quotedKeys.size < QUOTED_MAX) quotedKeys.set(key, text);
  return text;
}

export const sha256 = (text: string | Uint8Array): string => hash('sha256', text, 'hex');

/** Digest of a value: 32 hex digits of the SHA-256 of its canonical JSON. */
export const digestOf = (value: unknown): string => sha256(canonicalJson(value)).slice(0, 32);

/**
 * Documents in which something is wrong: they declare nothing, but what they would have declared is not missing. So one
 * error in a User does not become one at each reference to that person.
 */
import { isKindName } from '../domain/kinds/index.js';
import { isEmail, type ObjectRef } from '../domain/objects.js';

/** The raw text of such a document, and its kind as far as it is known. */
export interface BrokenDocument {
  readonly kind: string | undefined;
  readonly text: string;
}

const KIND = /^["'{ \t]*kind["']?[ \t]*:[ \t]*["']?(\w+)/m;

export function brokenDocument(text: string): BrokenDocument {
  const kind = KIND.exec(text)?.[1];
  return { kind: kind !== undefined && isKindName(kind) ? kind : undefined, text };
}

/** Would one of them, put right, declare what this reference names? Names in environments go by what comes after. */
export function isAmongBroken(broken: readonly BrokenDocument[], { kind, name }: ObjectRef): boolean {
  const own = name.slice(name.lastIndexOf('/') + 1);
  return broken.some((one) => (one.kind === undefined || one.kind === kind) && mentions(one.text, own));
}

function mentions(text: string, name: string): boolean {
  if (isEmail(name)) return text.toLowerCase().includes(name.toLowerCase());
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const before = text.slice(Math.max(0, at - 32), at);
    const after = text.charAt(at + name.length);
    if (/name["']?[ \t]*:[ \t]*["']?$/.test(before) && !/[\w.-]/.test(after)) return true;
  }
  return false;
}

/** Field types that several kinds share. Patterns are given to `ajv`, which reads them with the `u` flag. */
import { Type } from 'typebox';
import { CATALOGUE } from '../permissions.js';

export const DNS_LABEL = '^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$';

/** Refuses control, bidirectional-override, zero-width and other invisible characters in people's text. */
const VISIBLE = '^[^\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]*$';

const nameMessage = 'a DNS label: lower-case letters, digits and hyphens, at most 63, e.g. billing-prod';

export const nameField = (description: string, options: { default?: string } = {}) =>
  Type.String({ pattern: DNS_LABEL, maxLength: 63, description, 'x-expects': nameMessage, ...options });

export const textField = (description: string, maxLength = 500) =>
  Type.String({
    pattern: VISIBLE,
    maxLength,
    description,
    'x-expects': `text of at most ${maxLength} visible characters`,
  });

export const durationField = (description: string, options: { default?: string } = {}) =>
  Type.String({ format: 'duration', maxLength: 40, description, ...options });

export const instantField = (description: string) =>
  Type.String({ format: 'instant', maxLength: 40, description });

/** `*` is all that its owner may give. */
const PERMISSION = '^(?:\\*|[a-z][a-z0-9-]{0,31}:[a-z][a-z0-9-]{0,31})$';

export const permissionsField = (description: string) =>
  Type.Array(
    Type.String({
      pattern: PERMISSION,
      maxLength: 65,
      'x-expects': 'a permission such as spaces:read',
      // For editors to offer; projects have words of their own besides.
      examples: Object.keys(CATALOGUE),
    }),
    { uniqueItems: true, maxItems: 64, description },
  );

const EMAIL = '[\\x21-\\x3f\\x41-\\x7e]+@[A-Za-z0-9.-]+';

export const emailField = (description: string) =>
  Type.String({ pattern: `^${EMAIL}$`, maxLength: 254, description, 'x-expects': 'an email address' });

/** The address that identifies a person: compared, stored and unique in lower case (`foldEmail`). */
export const identityEmailField = (description: string) =>
  Type.String({
    pattern: `^${EMAIL}$`,
    maxLength: 254,
    description,
    'x-expects': 'an email address',
    'x-fold': true,
  });

/** What `identityEmailField` accepts. */
export const isEmailAddress = (text: string): boolean =>
  text.length <= 254 && new RegExp(`^${EMAIL}$`, 'u').test(text);

/** What `textField` accepts. */
export const isVisibleText = (text: string, maxLength: number): boolean =>
  text.length <= maxLength && new RegExp(VISIBLE, 'u').test(text);

/** Addresses that differ in case only are the same. */
export const foldEmail = (email: string): string => email.toLowerCase();

export const userField = (description: string) =>
  Type.String({
    pattern: `^(?:${DNS_LABEL.slice(1, -1)}|${EMAIL})$`,
    maxLength: 254,
    description,
    'x-expects': 'the name or email address of a User',
    'x-fold': true,
  });

/** `ids` begin with this prefix: `us_sp`. */
export const nameOrIdField = (description: string, idPrefix: string) =>
  Type.String({
    pattern: `^(?:${DNS_LABEL.slice(1, -1)}|${idPrefix}_[0-9A-Za-z]{1,32})$`,
    maxLength: 63,
    description,
    'x-expects': `a name, or an id such as ${idPrefix}_4TzKkPpPsvRUmD2n`,
  });

/** An object that takes the fields named and no others. */
export const closed = { additionalProperties: false } as const;

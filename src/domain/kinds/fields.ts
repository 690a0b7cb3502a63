/** Field types that several kinds share. Patterns are given to `ajv`, which reads them with the `u` flag. */
import { Type } from 'typebox';

export const DNS_LABEL = '^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$';

/** Refuses control, bidirectional-override, zero-width and other invisible characters in people's text. */
const VISIBLE = '^[^\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]*$';

const nameMessage = 'a DNS label: lower-case letters, digits and hyphens, at most 63, e.g. billing-prod';

export const nameField = (description: string) =>
  Type.String({ pattern: DNS_LABEL, maxLength: 63, description, 'x-expects': nameMessage });

export const textField = (description: string, maxLength = 500) =>
  Type.String({
    pattern: VISIBLE,
    maxLength,
    description,
    'x-expects': `text of at most ${maxLength} visible characters`,
  });

export const durationField = (description: string, options: { default?: string } = {}) =>
  Type.String({ format: 'duration', description, ...options });

export const instantField = (description: string) => Type.String({ format: 'instant', description });

export const permissionsField = (description: string) =>
  Type.Array(
    Type.String({
      pattern: '^[a-z][a-z0-9-]{0,31}:[a-z][a-z0-9-]{0,31}$',
      'x-expects': 'a permission such as spaces:read',
    }),
    { uniqueItems: true, maxItems: 64, description },
  );

export const emailField = (description: string) =>
  Type.String({
    pattern: '^[\\x21-\\x3f\\x41-\\x7e]+@[A-Za-z0-9.-]+$',
    maxLength: 254,
    description,
    'x-expects': 'an email address',
  });

/** An object that takes the fields named and no others. */
export const closed = { additionalProperties: false } as const;

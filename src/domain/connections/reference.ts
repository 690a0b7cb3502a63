/** A credential by reference: where it is found when it is needed, never the credential itself. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';

const env = Type.String({
  // What Keywright itself is given is nothing that a document may send anywhere.
  pattern: '^(?!KEYWRIGHT_)[A-Z_][A-Z0-9_]{0,127}$',
  maxLength: 128,
  description: 'An environment variable.',
  'x-expects': 'the name of an environment variable, not one of KEYWRIGHT_…',
});

const file = Type.String({
  pattern: '^[^\\p{Cc}\\p{Cf}]+$',
  maxLength: 1024,
  description: 'A file, relative to the working folder or absolute.',
  'x-expects': 'a path',
});

export const credentialField = (description: string) =>
  Type.Object(
    { env: Type.Optional(env), file: Type.Optional(file) },
    { ...closed, minProperties: 1, maxProperties: 1, description, 'x-expects': 'either env or file' },
  );

export type CredentialReference = { readonly env?: string; readonly file?: string };

export type CredentialField = Static<ReturnType<typeof credentialField>>;

export const addressField = (description: string, example: string) =>
  Type.String({
    // Plain http only to this machine; no user, no query, no fragment.
    pattern:
      '^(?:https://[A-Za-z0-9.-]+|https://\\[[0-9A-Fa-f:.]+\\]|http://(?:127\\.0\\.0\\.1|localhost|\\[::1\\]))(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?$',
    maxLength: 512,
    description,
    'x-expects': `an https address such as ${example}`,
  });

/** Documents hold no Keywright token, in no value and no comment; the error says where and shows its prefix alone. */

import { systemEntropy } from '../../src/adapters/system.js';
import { mintKey, mintLinkToken, mintPersonalToken } from '../../src/domain/secret.js';
import { diagnosticsJson, diagnosticsText } from '../../src/render/diagnostics.js';
import { line, loadText } from '../support/spec-folder.js';

const tokens = [
  mintKey('secret', true, systemEntropy),
  mintKey('publishable', true, systemEntropy),
  mintPersonalToken(systemEntropy),
  mintLinkToken(systemEntropy),
].map(({ token }) => token.reveal());
const [token = ''] = tokens;

/** A document, and where its token stands. */
const PLACES: Readonly<Record<string, readonly [string, string]>> = {
  'a description': [`kind: Service\nmetadata: { name: a }\nspec: { description: "was ${token}" }\n`, '3:27'],
  'an annotation': [`kind: Service\nmetadata: { name: a, annotations: { note: ${token} } }\n`, '2:43'],
  'a label': [`kind: Service\nmetadata: { name: a, labels: { key: ${token} } }\n`, '2:37'],
  'a comment': [`kind: Service # ${token}\nmetadata: { name: a }\n`, '1:17'],
  'an escaped value': [
    `kind: Service\nmetadata: { name: a }\nspec: { description: "\\x73${token.slice(1)}" }\n`,
    '2:11',
  ],
};

test.each(Object.entries(PLACES))('a token in %s is refused', async (_, [text, place]) => {
  const { errors } = await loadText(text);
  expect(errors.map(line)).toEqual([expect.stringMatching(`^a.yaml:${place} secret_value `)]);
  const shown = diagnosticsText(errors, { color: 'never' }) + JSON.stringify(diagnosticsJson(errors));
  expect(shown).not.toContain(token.slice(-49));
});

test.each(tokens)('%#: tokens of every sort are refused', async (one) => {
  const { errors } = await loadText(`kind: Service\nmetadata: { name: a }\nspec: { description: ${one} }\n`);
  expect(errors.map(({ code }) => code)).toEqual(['secret_value']);
});

test('a prefix alone is public and may stand in a document', async () => {
  const { errors } = await loadText(
    `kind: Service\nmetadata: { name: a }\nspec: { description: ${token.slice(0, -50)} }\n`,
  );
  expect(errors).toEqual([]);
});

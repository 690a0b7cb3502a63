// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are expressions of Terraform
/** Strings as Terraform reads them. */
import fc from 'fast-check';
import { literal } from '../../../src/constructs/text.js';
import { partsOf } from '../../../src/documents/stacks/expression.js';

test('a reference alone, within text and beside another', () => {
  const parts = partsOf('a${keywright_service.b.name}c${ keywright_team.d-e.name }');
  expect(parts).toEqual({
    ok: true,
    value: [
      { kind: 'text', text: 'a' },
      { kind: 'reference', path: ['keywright_service', 'b', 'name'] },
      { kind: 'text', text: 'c' },
      { kind: 'reference', path: ['keywright_team', 'd-e', 'name'] },
    ],
  });
});

test('whatever people write is read back as they wrote it', () => {
  const text = fc.array(fc.constantFrom('$', '%', '{', '}', '${', '%{', '$${', 'a', '"', '.'), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, (pieces) => {
      const written = pieces.join('');
      expect(partsOf(literal(written))).toEqual({ ok: true, value: [{ kind: 'text', text: written }] });
    }),
  );
});

/** Region: a toy kind. All that there is of it is in this file. */
import { type Static, Type } from 'typebox';
import { VERBS } from '../../src/domain/kinds/facets.js';
import { closed, nameField, textField } from '../../src/domain/kinds/fields.js';
import type { Kind } from '../../src/domain/kinds/kind.js';

const spec = Type.Object(
  {
    description: Type.Optional(textField('What runs there.')),
    country: Type.String({ pattern: '^[A-Z]{2}$', description: 'Two letters of ISO 3166.' }),
    fallback: Type.Optional(nameField('The Region that takes over.')),
  },
  closed,
);

export const Region: Kind<Static<typeof spec>> = {
  name: 'Region',
  summary: 'Where something runs.',
  schema: spec,
  example: { metadata: { name: 'north' }, spec: { country: 'NO', fallback: 'south' } },
  idPrefix: 'us_reg',
  replacedBy: ['country'],
  references: ({ fallback }) =>
    fallback === undefined ? [] : [{ kind: 'Region', name: fallback, path: 'spec.fallback' }],
  check: ({ fallback }, { name }) =>
    fallback === name ? [{ path: 'spec.fallback', message: 'must be another Region' }] : [],
  access: { noun: 'regions', of: 'account' },
  routes: {
    ...{ collection: '/regions', item: 'region', verbs: VERBS },
    changeable: ['description', 'fallback'],
  },
};

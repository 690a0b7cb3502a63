/** The `rotation` block of a key, which a project can also give defaults for (rotation.md). */
import { Type } from 'typebox';
import { durationField, nameField } from './fields.js';

/** The fields of `rotation`. A project's defaults leave absent fields absent, so that the key's own win one by one. */
export const rotationFields = (filled: boolean) => {
  const preset = (value: string) => (filled ? { default: value } : {});
  return {
    every: Type.Optional(
      durationField('A new version is issued this often, brought forward by at most a tenth.'),
    ),
    overlap: Type.Optional(
      durationField(
        'The minimum time during which both the old and the new version are accepted.',
        preset('24h'),
      ),
    ),
    handover: Type.Optional(
      Type.Union([Type.Literal('observed'), Type.Literal('acknowledged'), Type.Literal('timed')], {
        ...preset('observed'),
        description:
          'What ends the old version: observed (no more use), acknowledged (a confirmation) or timed (only time).',
      }),
    ),
    quiet: Type.Optional(durationField('observed: how long the old version must be unused.', preset('24h'))),
    consumers: Type.Optional(
      Type.Array(nameField('A consumer.'), {
        uniqueItems: true,
        maxItems: 100,
        description: 'observed: consumers that must have used the new version.',
      }),
    ),
    deadline: Type.Optional(
      durationField(
        'The old version is revoked after this time even without proof. Absent: never without proof.',
      ),
    ),
  };
};

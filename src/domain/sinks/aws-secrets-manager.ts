/** aws-secrets-manager: fields of a secret in AWS Secrets Manager whose value is a JSON object. */
import { type Static, Type } from 'typebox';
import { closed, nameField } from '../kinds/fields.js';
import { type FieldMap, fieldsField, partOf } from './bundle.js';
import type { SinkType } from './type.js';

/** What a whole value may have, in bytes: the quota of AWS. */
export const AWS_VALUE_MAX_BYTES = 65_536;

const summary = 'Fields of a secret in AWS Secrets Manager, a JSON object; its other fields are not changed.';

const schema = Type.Object(
  {
    connection: nameField('The Connection to AWS.'),
    secret: Type.String({
      pattern: '^[A-Za-z0-9/_+=.@-]+$',
      maxLength: 512,
      description: 'The name of the secret, not its ARN.',
      'x-expects': 'the name of a secret such as shop/billing',
    }),
    fields: fieldsField({ pattern: '^[A-Za-z0-9_.-]{1,128}$', example: 'api_key' }),
  },
  { ...closed, description: summary },
);

export type AwsSecretsManagerSink = Static<typeof schema>;

export const awsSecretsManager = {
  name: 'aws-secrets-manager',
  summary,
  schema,
  connection: 'aws',
  ability: {
    ...{ read: 'value', write: 'conditional', scope: 'shared', settleMs: 0 },
    // Beside the value there is a name of 128 characters at most, and punctuation.
    maxBytes: AWS_VALUE_MAX_BYTES - 256,
  },
  locate: ({ connection, secret, fields }) => ({
    object: `${connection}/${secret}`,
    part: partOf(fields as FieldMap),
  }),
  cdk: ({ connection, secret, fields }, app) =>
    `awsSecretsManager(${app.reference('Connection', connection)}, ${app.literal({ secret, fields })})`,
} as const satisfies SinkType<AwsSecretsManagerSink>;

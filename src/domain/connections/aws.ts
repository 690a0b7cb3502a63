/** The connection to AWS: a region, and which of AWS's own ways leads to credentials. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { addressField } from './reference.js';
import type { ConnectionDeclaration } from './type.js';

const path = (description: string) =>
  Type.String({ pattern: '^[^\\p{Cc}\\p{Cf}]+$', maxLength: 1024, description, 'x-expects': 'a path' });

const schema = Type.Object(
  {
    region: Type.String({
      pattern: '^[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}$',
      maxLength: 32,
      description: 'The region of the secrets.',
      'x-expects': 'a region such as eu-west-1',
    }),
    endpoint: Type.Optional(
      addressField(
        "Another address of Secrets Manager than the region's, such as a VPC endpoint.",
        'https://vpce-0a1b.secretsmanager.eu-west-1.vpce.amazonaws.com',
      ),
    ),
    environment: Type.Optional(
      Type.Literal(true, {
        description: 'Credentials are in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
      }),
    ),
    container: Type.Optional(
      Type.Literal(true, {
        description:
          'Credentials come from the endpoint that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI names (ECS, EKS Pod Identity).',
      }),
    ),
    webIdentity: Type.Optional(
      Type.Object(
        {
          roleArn: Type.String({
            pattern: '^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$',
            maxLength: 2048,
            description: 'The role to assume.',
            'x-expects': 'the ARN of a role such as arn:aws:iam::123456789012:role/keywright',
          }),
          tokenFile: path('The file with the token of the identity provider, read anew for each session.'),
          endpoint: Type.Optional(
            addressField("Another address of STS than the region's.", 'https://sts.eu-west-1.amazonaws.com'),
          ),
        },
        {
          ...closed,
          description:
            'A role is assumed with the token of an identity provider (IAM roles for service accounts).',
        },
      ),
    ),
    process: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
        minItems: 1,
        maxItems: 64,
        description:
          'A program, and its arguments, that prints credentials as credential_process does. It is not run by a shell.',
      }),
    ),
  },
  { ...closed, description: 'AWS.' },
);

export type AwsConnection = Static<typeof schema>;

/** Where credentials can be found; a connection names exactly one. */
export const AWS_SOURCES = ['environment', 'container', 'webIdentity', 'process'] as const;

/** `https://sts.eu-west-1.amazonaws.com`; the regions of China have a domain of their own. */
export const awsOrigin = (service: string, region: string): string =>
  `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

export const aws = {
  name: 'aws',
  schema,
  where: ({ region, endpoint }) => endpoint ?? awsOrigin('secretsmanager', region),
  check: (spec) =>
    AWS_SOURCES.filter((source) => spec[source] !== undefined).length === 1
      ? []
      : [{ path: 'environment', message: `name exactly one of ${AWS_SOURCES.join(', ')}` }],
} as const satisfies ConnectionDeclaration<typeof schema>;

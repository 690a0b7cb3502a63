/** github-actions: a secret of a repository, of one of its environments, or of an organization, for GitHub Actions. */
import { type Static, Type } from 'typebox';
import { closed, nameField } from '../kinds/fields.js';
import { MINUTE_MS } from '../time.js';
import { type FieldMap, fieldsField, partOf } from './bundle.js';
import type { SinkType } from './type.js';

/** What a sealed box has more than what is in it, in bytes. */
const SEAL_BYTES = 48;

const summary = 'A secret of a repository, an environment or an organization on GitHub, for GitHub Actions.';

const schema = Type.Object(
  {
    connection: nameField('The Connection to GitHub.'),
    repository: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}$',
        maxLength: 201,
        description: 'The repository, with its owner.',
        'x-expects': 'a repository such as acme/shop',
      }),
    ),
    environment: Type.Optional(
      Type.String({
        pattern: '^(?!\\.{1,2}$)[^\\p{Cc}\\p{Cf}]+$',
        maxLength: 255,
        description: 'An environment of the repository; absent: the secret is of the whole repository.',
        'x-expects': 'the name of an environment such as production',
      }),
    ),
    organization: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$',
        maxLength: 100,
        description:
          'The organization, instead of a repository. Which repositories may use the secret is not changed.',
        'x-expects': 'the name of an organization',
      }),
    ),
    fields: fieldsField({ pattern: '^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,127}$', example: 'API_KEY' }),
  },
  { ...closed, description: summary },
);

export type GithubActionsSink = Static<typeof schema>;

export const githubActions = {
  name: 'github-actions',
  summary,
  schema,
  connection: 'github',
  isWhole: true,
  ability: {
    ...{ read: 'revision', write: 'blind', scope: 'shared' },
    settleMs: 2 * MINUTE_MS,
    maxBytes: (48 << 10) - SEAL_BYTES,
  },
  locate: (sink) => ({
    object: `${sink.connection}/${folderOf(sink)}/${Object.keys(sink.fields)[0]}`,
    part: partOf(sink.fields as FieldMap),
  }),
  say: ({ object, part }) => {
    const [, owner = '', repository = '', , environment = ''] = object
      .slice(object.indexOf('/') + 1)
      .split('/');
    if (object.includes('/orgs/')) return `organization ${owner} ${part}`;
    const isOfRepository = object.endsWith(`/actions/secrets/${part}`);
    const where = `${owner}/${repository}`;
    return isOfRepository
      ? `${where} ${part}`
      : `${where} environment ${decodeURIComponent(environment)} ${part}`;
  },
  check: ({ repository, environment, organization, fields }) => [
    ...((repository === undefined) === (organization === undefined)
      ? [{ path: 'repository', message: 'name exactly one of repository and organization' }]
      : []),
    ...(environment !== undefined && repository === undefined
      ? [{ path: 'environment', message: 'an environment is one of a repository: name that too' }]
      : []),
    ...(Object.keys(fields).length > 1
      ? [
          {
            path: 'fields',
            message:
              'names more than one secret, and GitHub writes one at a time. Use one entry in deliver for each.',
          },
        ]
      : []),
  ],
  cdk: ({ connection, ...rest }, app) =>
    `githubActions(${app.reference('Connection', connection)}, ${app.literal(rest)})`,
} as const satisfies SinkType<GithubActionsSink>;

/** As GitHub's API has it. Names of owners, repositories and environments do not differ by case there. */
function folderOf({ repository, environment, organization }: GithubActionsSink): string {
  if (repository === undefined) return `orgs/${organization?.toLowerCase()}/actions/secrets`;
  const of = `repos/${repository.toLowerCase()}`;
  return environment === undefined
    ? `${of}/actions/secrets`
    : `${of}/environments/${encodeURIComponent(environment.toLowerCase())}/secrets`;
}

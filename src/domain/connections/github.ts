/** The connection to GitHub, or to a GitHub Enterprise Server. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { addressField, credentialField } from './reference.js';
import type { ConnectionDeclaration } from './type.js';

const DEFAULT_API = 'https://api.github.com';

const schema = Type.Object(
  {
    api: Type.Optional(
      addressField(`The REST API; absent: ${DEFAULT_API}.`, 'https://github.example.com/api/v3'),
    ),
    token: Type.Optional(credentialField('A personal access token, fine-grained.')),
    app: Type.Optional(
      Type.Object(
        {
          id: Type.Integer({ minimum: 1, description: 'The id of the App.' }),
          installation: Type.Integer({
            minimum: 1,
            description: 'The id of its installation in the account that has the secrets.',
          }),
          privateKey: credentialField('A private key of the App, PEM.'),
        },
        { ...closed, description: 'A GitHub App.' },
      ),
    ),
  },
  { ...closed, description: 'GitHub.' },
);

export type GithubConnection = Static<typeof schema>;

export const githubApi = ({ api = DEFAULT_API }: GithubConnection): string => api;

export const github = {
  name: 'github',
  schema,
  where: githubApi,
  check: ({ token, app }) =>
    (token === undefined) === (app === undefined)
      ? [{ path: 'token', message: 'name exactly one of token and app' }]
      : [],
} as const satisfies ConnectionDeclaration<typeof schema>;

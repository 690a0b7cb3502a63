/** Project: the one document in `keywright.yaml` that says where the store and the documents are. */
import { type Static, Type } from 'typebox';
import { reservedNoun } from '../permissions.js';
import { closed, durationField, nameField } from './fields.js';
import type { Kind, Problem } from './kind.js';
import { rotationFields, rotationProblems } from './rotation.js';

/** Where documents are looked for by default. */
export const DEFAULT_SPECS = 'specs';

const spec = Type.Object(
  {
    store: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1024,
        default: '.keywright',
        description:
          'The live store: a folder for the embedded one, or postgres://USER@HOST:PORT/DATABASE. Set the password in PGPASSWORD.',
      }),
    ),
    specs: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
        default: [DEFAULT_SPECS],
        maxItems: 100,
        description: 'Files and folders with documents, relative to keywright.yaml.',
      }),
    ),
    sinkRoots: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
        default: ['.'],
        maxItems: 20,
        description:
          'Folders that sinks may write to, relative to keywright.yaml. Add one to allow a path outside the working folder.',
      }),
    ),
    app: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1024,
        description: 'A CDK app that declares instead of the documents, as --app does: node main.js.',
      }),
    ),
    automaticKeys: Type.Optional(
      Type.Union([Type.Literal('issue'), Type.Literal('none')], {
        default: 'issue',
        description:
          'Whether a new environment gets its two keys of the tenant, NAME-sk (secret, may do everything) and NAME-pk (publishable), which never expire.',
      }),
    ),
    unmanaged: Type.Optional(
      Type.Union([Type.Literal('report'), Type.Literal('adopt'), Type.Literal('remove')], {
        default: 'report',
        description: 'What to do with live objects that no project declares.',
      }),
    ),
    guard: Type.Optional(
      Type.Object(
        {
          maxRemovals: Type.Optional(
            Type.String({
              pattern: '^(?:100|[1-9]?[0-9])%$',
              maxLength: 4,
              default: '25%',
              description: 'The largest share of live objects that one run may remove.',
              'x-expects': 'a percentage such as 25%',
            }),
          ),
          maxRemovalsMin: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 1_000_000,
              default: 5,
              description: 'Fewer removals than this are always allowed.',
            }),
          ),
          minAdministrators: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 100,
              default: 1,
              description: 'Active administrators that must remain.',
            }),
          ),
          requireApproval: Type.Optional(
            Type.Array(nameField('An environment.'), {
              uniqueItems: true,
              maxItems: 100,
              default: [],
              description: 'Environments in which a change needs a typed yes, --approve or a saved plan.',
            }),
          ),
        },
        { ...closed, default: {}, description: 'Limits that a plan must respect.' },
      ),
    ),
    permissions: Type.Optional(
      Type.Object(
        {
          custom: Type.Optional(
            Type.Array(
              Type.String({
                pattern: '^[a-z][a-z0-9-]{0,31}:[a-z][a-z0-9-]{0,31}$',
                maxLength: 65,
                'x-expects': 'a permission such as invoices:read',
              }),
              {
                uniqueItems: true,
                maxItems: 500,
                default: [],
                description: 'Words of your own applications.',
              },
            ),
          ),
        },
        {
          ...closed,
          default: {},
          description: 'Permissions beside those that Keywright knows; any other word is an error.',
        },
      ),
    ),
    defaults: Type.Optional(
      Type.Object(
        { rotation: Type.Optional(Type.Object(rotationFields(false), closed)) },
        { ...closed, default: {}, description: 'Defaults for keys.' },
      ),
    ),
    policy: Type.Optional(
      Type.Object(
        {
          requireExpiry: Type.Optional(
            Type.Boolean({
              default: false,
              description: 'A key without expiresAfter or expiresAt is an error.',
            }),
          ),
          requireRotation: Type.Optional(
            durationField('A key that is not rotated at least this often is an error.'),
          ),
          forbidPersonalKeys: Type.Optional(
            Type.Boolean({ default: false, description: 'A key whose owner is a user is an error.' }),
          ),
          requireOwner: Type.Optional(
            Type.Union([Type.Literal('any'), Type.Literal('service')], {
              default: 'any',
              description: 'service: a key that no service owns is an error.',
            }),
          ),
          staleAfter: Type.Optional(
            durationField('A key unused for this long is reported as stale.', { default: '90d' }),
          ),
          maxAge: Type.Optional(durationField('A version older than this is reported.', { default: '366d' })),
          naming: Type.Optional(
            Type.Union([Type.Literal('off'), Type.Literal('warn'), Type.Literal('error')], {
              default: 'warn',
              description: 'What to do about names that fail the name lint.',
            }),
          ),
        },
        { ...closed, default: {}, description: 'Rules for keys in this project.' },
      ),
    ),
  },
  closed,
);

export type ProjectSpec = Static<typeof spec>;

export const Project: Kind<ProjectSpec> = {
  name: 'Project',
  summary:
    'Where the live store and the documents are, and the rules for every plan. One per project, in keywright.yaml.',
  schema: spec,
  example: { metadata: { name: 'acme-platform' }, spec: { store: '.keywright', specs: ['specs'] } },
  idPrefix: 'us_prj',
  replacedBy: [],
  references: () => [],
  access: { noun: 'plans', of: 'account' },
  check: ({ permissions, defaults }) => [
    ...ownWordProblems(permissions?.custom ?? []),
    ...(defaults?.rotation ? rotationProblems(defaults.rotation, 'spec.defaults.rotation') : []),
  ],
};

/** A word in Keywright's form that is not in the catalogue is a slip, and would be taken for one of Keywright's. */
function ownWordProblems(words: readonly string[]): readonly Problem[] {
  return words.flatMap((word, index) => {
    const noun = reservedNoun(word);
    if (noun === undefined) return [];
    const message = `${word} cannot be an application's own: ${noun} is one of Keywright's words`;
    return [{ path: `spec.permissions.custom.${index}`, message }];
  });
}

/** One random declaration of any kind, every field of it at times: for what is done to declarations one by one. */
import fc from 'fast-check';
import { KINDS, kindOf, type ObjectKind, type SpecOf } from '../../src/domain/kinds/index.js';
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import type { LiveObject } from '../../src/domain/live.js';
import type { Metadata } from '../../src/domain/metadata.js';
import { type Declaration, declarationDigest, refOf } from '../../src/domain/objects.js';

/** A declaration in normal form. */
export const declared = (
  kind: ObjectKind,
  name: string,
  spec: object,
  metadata: Partial<Metadata> = {},
): Declaration =>
  ({
    kind,
    metadata: { ...metadata, name },
    spec: normalForm(kindOf(kind).schema, spec),
  }) as Declaration;

/** A live object of the project `acme` with that declaration. */
export const liveObject = (declaration: Declaration, facts: Partial<LiveObject> = {}): LiveObject => ({
  ref: refOf(declaration),
  digest: declarationDigest(declaration),
  ownership: { project: 'acme', manager: 'documents' },
  origin: 'declared',
  revision: 1,
  quietUntil: 0,
  deliveries: [],
  id: 'us_x_4TzKkPpPsvRUmD2n',
  declaration,
  createdAt: 0,
  key: undefined,
  ...facts,
});

const label = fc.constantFrom('alpha', 'beta', 'no', '017', 'null', 'x-1');
const person = fc.oneof(label, fc.constantFrom('ada@example.com', 'bob@example.com'));
const text = fc.constantFrom(
  '',
  'Invoices',
  '# not a comment',
  'a: b',
  '"quoted" – «Ümläut»',
  ' leading',
  '- dash',
);
const duration = fc.constantFrom('24h', '1d', 'PT36H', '90d', '45s');
const permissions = fc.subarray(['spaces:read', 'guests:write', 'acme:own']);
const some = <T>(shape: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }, ...requiredKeys: (keyof T)[]) =>
  fc.record(shape, { requiredKeys });

const rotation = some({
  every: fc.constantFrom('30d', '90d'),
  overlap: fc.constantFrom('24h', '1d', 'PT36H', '45s'),
  handover: fc.constantFrom('observed', 'acknowledged', 'timed'),
  quiet: duration,
  deadline: fc.constant('40d'),
});

/** As the kind takes them: times that contradict one another are none. */
const isRight = (spec: object): boolean =>
  KINDS.ApiKey.check(normalForm(KINDS.ApiKey.schema, spec as SpecOf['ApiKey']), { name: 'a' }).length === 0;

const specs: { readonly [K in ObjectKind]: fc.Arbitrary<object> } = {
  Environment: some({
    isProd: fc.boolean(),
    guestAuthentication: fc.subarray(['magic_link', 'shared_link']),
    guestInvites: fc.boolean(),
  }),
  Connection: fc.constantFrom(
    { vault: { address: 'https://vault.example.com', token: { env: 'VAULT_TOKEN' } } },
    { vault: { address: 'https://v.example.com:8200/base', token: { file: 'token' } }, requestsPerSecond: 5 },
    { aws: { region: 'eu-west-1', environment: true } },
    { aws: { region: 'us-gov-west-1', endpoint: 'https://vpce.example.com', process: ['./aws', '--json'] } },
    {
      aws: {
        region: 'cn-north-1',
        webIdentity: { roleArn: 'arn:aws-cn:iam::123456789012:role/a/b', tokenFile: '/run/token' },
      },
    },
    { github: { token: { env: 'GH_TOKEN' } } },
    {
      github: {
        api: 'https://github.example.com/api/v3',
        app: { id: 7, installation: 8, privateKey: { file: 'app.pem' } },
      },
    },
  ),
  Service: some({ description: text, stewards: fc.subarray(['ada@example.com', 'b@x.org']), permissions }),
  Role: some({ scope: fc.constantFrom('tenant', 'team'), permissions }, 'scope', 'permissions'),
  User: some(
    {
      email: fc.constantFrom('ada@example.com', 'Ada@Example.com'),
      name: text,
      status: fc.constantFrom('active', 'deactivated'),
      roles: fc.subarray(['member', 'owner', 'administrator']),
    },
    'email',
  ),
  Team: some({
    description: text,
    members: fc.uniqueArray(some({ user: person, role: fc.constantFrom('viewer', 'admin') }, 'user'), {
      selector: ({ user }) => user,
    }),
  }),
  Space: some(
    { environment: label, description: text, workbooks: fc.subarray(['contacts', 'orders']) },
    'environment',
  ),
  Guest: some(
    {
      environment: label,
      email: fc.constant('guest@example.com'),
      name: text,
      expiresAfter: duration,
      grants: fc.uniqueArray(
        some(
          { space: fc.constantFrom('one', 'two', 'us_sp_4TzK'), workbooks: fc.constant(['contacts']) },
          'space',
        ),
        { selector: ({ space }) => space },
      ),
    },
    'environment',
    'email',
  ),
  ApiKey: some(
    {
      environment: label,
      type: fc.constantFrom('secret', 'publishable'),
      owner: fc.oneof(
        label.map((service) => ({ service })),
        label.map((team) => ({ team, role: 'editor' })),
        person.map((user) => ({ user })),
        fc.constant({ tenant: true }),
      ),
      permissions,
      expiresAfter: fc.constant('180d'),
      rotation,
      deliver: fc.subarray([
        { dotenv: { path: 'secrets/a.env', variable: 'A' } },
        { file: { path: 'secrets/b', format: 'raw' } },
        { file: { path: 'secrets/c', format: 'json' } },
        { 'aws-secrets-manager': { connection: 'a', secret: 'shop/billing', fields: { api_key: 'key' } } },
        { 'github-actions': { connection: 'g', repository: 'acme/shop', fields: { API_KEY: 'key' } } },
        { 'github-actions': { connection: 'g', organization: 'acme', fields: { API_KEY: 'key' } } },
        {
          file: { path: 'secrets/d', format: 'raw' },
          refresh: { deployment: 'shop/billing', connection: 'k' },
          unverified: true,
        },
        { dotenv: { path: 'secrets/a.env', variable: 'B' }, refresh: { exec: ['./restart', '--now'] } },
      ]),
    },
    'environment',
    'owner',
  ).filter(isRight),
};

const metadata = some({
  labels: fc.constant({ team: 'payments', 'example.com/tier': '1' }),
  annotations: fc.constantFrom(
    { 'keywright.dev/protect': 'true' },
    { 'example.com/note': 'two\nlines: # and a mark' },
    { 'keywright.dev/suspend-until': '2027-01-01T00:10:00Z' },
  ),
});

export const declarations: fc.Arbitrary<Declaration> = fc
  .constantFrom(...(Object.keys(specs) as ObjectKind[]))
  .chain((kind) =>
    fc.tuple(label, specs[kind], metadata).map(([name, spec, meta]) => declared(kind, name, spec, meta)),
  );

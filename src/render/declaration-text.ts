/** What a declaration makes, in one line or a few: what a reviewer of a plan has to know before saying yes. */
import { connectionTypeOf, whereOf } from '../domain/connections/index.js';
import type { Declaration, DeclarationOf } from '../domain/objects.js';
import { ownerText } from '../domain/owner.js';
import type { ImpliedKey } from '../plan/plan.js';
import { printable, valueText } from './text-format.js';

const EVERYTHING = 'everything (*)';
/** A publishable key is public. */
const OF_BROWSERS = "none but a browser's session";

/** Printable lines; none where there is no more to it than the name. */
export function declarationLines(declaration: Declaration): readonly string[] {
  const facts = FACTS[declaration.kind](declaration as never).filter((fact) => fact !== '');
  return facts.length === 0 ? [] : [printable(facts.join('; '))];
}

type Facts = { readonly [K in Declaration['kind']]: (declaration: DeclarationOf<K>) => readonly string[] };

const FACTS: Facts = {
  Environment: ({ spec }) => [
    spec.isProd === true ? 'production' : 'not production',
    `guests sign in by ${listed(spec.guestAuthentication ?? [], 'nothing')}`,
  ],
  Connection: ({ spec }) => [`to ${connectionTypeOf(spec) ?? 'nothing'} ${whereOf(spec)}`],
  Service: ({ spec }) => [permissions(spec.permissions, 'the data of the environment')],
  ApiKey: keyFacts,
  Role: ({ spec }) => [`scope ${spec.scope}`, permissions(spec.permissions, 'none')],
  Team: ({ spec }) => [
    `members ${listed(
      (spec.members ?? []).map(({ user, role }) => (role === undefined ? user : `${user} (${role})`)),
      'none',
    )}`,
  ],
  User: ({ spec }) => [spec.email, spec.status ?? 'active', `roles ${listed(spec.roles ?? [], 'member')}`],
  Space: ({ spec }) => [`workbooks ${listed(spec.workbooks ?? [], 'none')}`],
  Guest: ({ spec }) => [
    spec.email,
    `grants ${listed(
      (spec.grants ?? []).map(({ space, workbooks }) =>
        workbooks === undefined ? `all of ${space}` : `${space} (${workbooks.join(', ')})`,
      ),
      'none',
    )}`,
    spec.expiresAfter === undefined ? 'never expires' : `expires ${spec.expiresAfter} after the first grant`,
  ],
};

function keyFacts({ spec }: DeclarationOf<'ApiKey'>): readonly string[] {
  const { rotation } = spec;
  const { role } = spec.owner;
  const owner = `${ownerText(spec.owner)}${role === undefined ? '' : ` as ${role}`}`;
  return [
    `${spec.type ?? 'secret'} key of ${owner} in ${spec.environment}`,
    spec.type === 'publishable'
      ? `permissions: ${OF_BROWSERS}`
      : permissions(spec.permissions, spec.owner.tenant === true ? EVERYTHING : 'what its owner may do'),
    endText(spec),
    rotation?.every === undefined ? 'rotated on request only' : `rotated every ${rotation.every}`,
  ];
}

function endText({ expiresAfter, expiresAt }: DeclarationOf<'ApiKey'>['spec']): string {
  if (expiresAfter !== undefined) return `expires ${expiresAfter} after it is issued`;
  return expiresAt === undefined ? 'never expires' : `expires ${expiresAt}`;
}

const permissions = (own: readonly string[] | undefined, otherwise: string): string =>
  `permissions: ${own === undefined ? otherwise : listed(own, 'none')}`;

/** So that a list of a thousand stays a line. */
const listed = (words: readonly string[], none: string): string =>
  words.length === 0 ? none : valueText(words.join(', '));

/** The keys that come with an environment, which no document declares. */
export function impliedLines(implied: readonly ImpliedKey[] | undefined): readonly string[] {
  if (implied === undefined) return [];
  if (implied.length === 0) return ['no automatic keys (spec.automaticKeys: none)'];
  return implied.map(({ kind, name, type }) =>
    printable(
      `issues ${kind}/${name} as well: ${type}, owned by the tenant, permissions: ${type === 'secret' ? EVERYTHING : OF_BROWSERS}, never expires`,
    ),
  );
}

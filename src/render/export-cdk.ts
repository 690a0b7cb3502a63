/**
 * Documents as a CDK app: one file of TypeScript that declares them with `keywright/constructs`. Each object is a
 * constant; what is referred to and not among them is taken by its name. What cannot be said is in comments.
 */
import type { ObjectKind } from '../domain/kinds/index.js';
import type { Document, LiveDocument } from './export.js';
import { code, durationCode, identifiers, type Names, objectCode } from './export-cdk-code.js';
import { keyCode } from './export-cdk-key.js';
import { printable } from './text-format.js';

type Props = Readonly<Record<string, string | undefined>>;

/** The whole text of `main.ts`; it compiles and synthesizes whatever the documents are. */
export function documentsCdk(documents: readonly LiveDocument[], stack: string): string {
  const names = new Constants(documents);
  const declared = documents.map((one) => ({
    ...declaration(one, names),
    constant: names.own(one.document),
    // Right before whoever needs them first: they may need objects that are declared above.
    imports: names.newImports(),
  }));
  const body = declared
    .flatMap(({ imports, before, made, after, constant }) => {
      // What nobody refers to needs no name.
      const isUsed = after.length > 0 || names.used.has(constant);
      return [...imports, ...before, isUsed ? `const ${constant} = ${made}` : made, ...after];
    })
    .join('\n');
  const used = USABLE.filter((name) => new RegExp(`\\b${name}[.(]`).test(body));
  return [
    "import { App, LocalBackend, TerraformStack } from 'cdktf';",
    ...(used.length === 0 ? [] : [`import { ${used.join(', ')} } from 'keywright/constructs';`]),
    '',
    'const app = new App();',
    `const stack = new TerraformStack(app, ${code(stack)});`,
    '// With Terraform: where its state is. CDKTF would otherwise write the path of this machine into the stack.',
    "new LocalBackend(stack, { path: 'terraform.tfstate' });",
    '',
    ...(body === '' ? [] : [body, '']),
    'app.synth();',
    '',
  ].join('\n');
}

const USABLE = [
  ...['ApiKey', 'Duration', 'Environment', 'Guest', 'Owner', 'Role', 'Service', 'Sink', 'Space'],
  ...['Team', 'TeamRole', 'TenantRole', 'User'],
];

interface Written {
  readonly before: readonly string[];
  readonly made: string;
  /** Lines that need the object to have a name. */
  readonly after: readonly string[];
}

function declaration({ document, notes }: LiveDocument, names: Constants): Written {
  const { kind, metadata } = document;
  const props = { name: code(metadata.name), ...headProps(document), ...specProps(document, names) };
  return {
    before: notes.map((note) => `// ${printable(note)}`),
    made: `new ${kind}(stack, ${code(names.id(document))}, ${objectCode(props)});`,
    after: [...grantLines(document, names), ...memberLines(document, names)],
  };
}

function headProps({ metadata: { labels, annotations } }: Document): Props {
  return { labels: labels && code(labels), annotations: annotations && code(annotations) };
}

function specProps(document: Document, names: Names): Props {
  const { kind, spec } = document;
  switch (kind) {
    case 'Environment': {
      const { isProd, ...rest } = spec;
      return { production: isProd === undefined ? undefined : code(isProd), ...plain(rest) };
    }
    case 'Service':
    case 'Role':
      return plain(spec);
    case 'User': {
      const { name, roles, ...rest } = spec;
      return {
        ...plain(rest),
        displayName: name === undefined ? undefined : code(name),
        roles: Array.isArray(roles)
          ? `[${roles.map((role) => `TenantRole.of(${roleCode(role, names)})`).join(', ')}]`
          : undefined,
      };
    }
    case 'Team': {
      const { members: _, ...rest } = spec;
      return plain(rest);
    }
    case 'Space': {
      const { environment, ...rest } = spec;
      return { environment: names.of('Environment', String(environment)), ...plain(rest) };
    }
    case 'Guest': {
      const { environment, name, expiresAfter, grants: _, ...rest } = spec;
      return {
        environment: names.of('Environment', String(environment)),
        ...plain(rest),
        displayName: name === undefined ? undefined : code(name),
        expiresAfter: durationCode(expiresAfter),
      };
    }
    case 'ApiKey':
      return keyCode(spec, names);
  }
}

const plain = (spec: Readonly<Record<string, unknown>>): Props =>
  Object.fromEntries(Object.entries(spec).map(([field, value]) => [field, code(value)]));

/** A role that is declared here is referred to, so that Terraform makes it first. */
const roleCode = (role: unknown, names: Names): string => names.declared('Role', String(role)) ?? code(role);

function grantLines({ kind, spec, ...document }: Document, names: Constants): readonly string[] {
  if (kind !== 'Guest') return [];
  const { grants = [], environment } = spec as {
    readonly grants?: readonly { readonly space: string; readonly workbooks?: readonly string[] }[];
    readonly environment: string;
  };
  const guest = names.own({ kind, spec, ...document });
  return grants.map(({ space, workbooks }) => {
    const granted = names.of('Space', space, environment);
    return `${guest}.grantSpace(${granted}${workbooks === undefined ? '' : `, ${code(workbooks)}`});`;
  });
}

function memberLines({ kind, spec, ...document }: Document, names: Constants): readonly string[] {
  if (kind !== 'Team') return [];
  const { members = [] } = spec as {
    readonly members?: readonly { readonly user: string; readonly role?: string }[];
  };
  const team = names.own({ kind, spec, ...document });
  return members.map(({ user, role = 'viewer' }) => {
    const member = names.declared('User', user) ?? code(user);
    return `${team}.addMember(${member}, TeamRole.of(${roleCode(role, names)}));`;
  });
}

/** The constants of the app: its own objects, and those that are only referred to. */
class Constants implements Names {
  /** Constants that somebody refers to. */
  readonly used = new Set<string>();
  readonly #own: ReadonlyMap<string, string>;
  readonly #imported = new Map<string, string>();
  readonly #lines: string[] = [];

  constructor(documents: readonly LiveDocument[]) {
    this.#own = identifiers(documents.map(({ document }) => keyOf(document)));
  }

  own(document: Document): string {
    return this.#own.get(keyOf(document)) ?? '';
  }

  /** Unlike all other ids beside it. */
  id(document: Document): string {
    return idOf(keyOf(document));
  }

  declared(kind: ObjectKind, name: string): string | undefined {
    const constant = this.#own.get(`${kind}/${name}`);
    if (constant !== undefined) this.used.add(constant);
    return constant;
  }

  of(kind: ObjectKind, name: string, environment?: string): string {
    const key = [...(environment === undefined ? [] : [environment]), name].join('/');
    return this.declared(kind, key) ?? this.#import(kind, { key, name, environment });
  }

  #import(
    kind: ObjectKind,
    { key, name, environment }: { key: string; name: string; environment: string | undefined },
  ): string {
    const known = this.#imported.get(`${kind}/${key}`);
    if (known !== undefined) return known;
    const scope = environment === undefined ? undefined : this.of('Environment', environment);
    const taken = [...this.#own.values(), ...this.#imported.values()];
    const [constant = ''] = identifiers([`${kind}/${key}`], new Set(taken)).values();
    const said = scope === undefined ? code(name) : objectCode({ name: code(name), environment: scope });
    const line = `const ${constant} = ${kind}.fromName(stack, ${code(`live-${idOf(`${kind}/${key}`)}`)}, ${said});`;
    this.#lines.push(line);
    this.#imported.set(`${kind}/${key}`, constant);
    return constant;
  }

  /** Those since it was last asked. */
  newImports(): readonly string[] {
    return this.#lines.splice(0);
  }
}

/** `Space/prod/onboarding` → `space-prod_onboarding`: no name has an underscore, so no two keys have one id. */
function idOf(key: string): string {
  const [kind = '', ...names] = key.split('/');
  return `${kind.toLowerCase()}-${names.join('_')}`;
}

function keyOf({ kind, metadata, spec }: Document): string {
  const isScoped = kind === 'Space' || kind === 'Guest';
  return [kind, ...(isScoped ? [String(spec['environment'])] : []), metadata.name].join('/');
}

/**
 * Documents as a CDK app: one file of TypeScript that declares them with `keywright/constructs`. Each object is a
 * constant; what is referred to and not among them is taken by its name. What cannot be said is in comments.
 */
import { type CdkApp, type CdkProps, kindOf, literals, OBJECT_KINDS } from '../domain/kinds/index.js';
import type { Document, LiveDocument } from './export.js';
import { code, durationCode, identifiers, objectCode } from './export-cdk-code.js';
import { printable } from './text-format.js';

/** The whole text of `main.ts`; it compiles and synthesizes whatever the documents are. */
export function documentsCdk(documents: readonly LiveDocument[], stack: string): string {
  const names = new Constants(documents);
  const declared = documents.map((one) => ({
    ...declaration(one, names),
    constant: names.own(one.document),
    // Right before their first use: they may need objects that are declared above.
    imports: names.newImports(),
  }));
  const body = declared
    .flatMap(({ imports, before, made, after, constant }) => {
      // What is never referred to needs no name.
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

/** Constructs by the names of their kinds, and what their properties are made of. */
const USABLE = [
  ...OBJECT_KINDS.filter((kind) => kindOf(kind).cdk !== undefined),
  ...['Duration', 'Owner', 'Resources', 'Sink', 'TeamRole', 'TenantRole'],
].sort();

interface Written {
  readonly before: readonly string[];
  readonly made: string;
  /** Lines that need the object to have a name. */
  readonly after: readonly string[];
}

function declaration({ document, notes }: LiveDocument, app: Constants): Written {
  const { kind, metadata, spec } = document;
  const { cdk } = kindOf(kind);
  const props = cdk?.props(spec, app) ?? resourceProps(spec, app);
  const all = { name: code(metadata.name), ...headProps(document), ...props };
  const construct = cdk === undefined ? `Resources.${kind}` : kind;
  const own = app.own(document);
  return {
    before: notes.map((note) => `// ${printable(note)}`),
    made: `new ${construct}(stack, ${code(app.id(document))}, ${objectCode(all)});`,
    after: (cdk?.calls?.(spec, app) ?? []).map((call) => `${own}.${call};`),
  };
}

/** Of the class that every kind has (constructs/level1), whose `name` is the object's. */
function resourceProps({ name, ...rest }: Document['spec'], app: CdkApp): CdkProps {
  return { ...literals({ displayName: name }, app), ...literals(rest, app) };
}

function headProps({ metadata: { labels, annotations } }: Document): CdkProps {
  return { labels: labels && code(labels), annotations: annotations && code(annotations) };
}

/** The constants of the app: its own objects, and those that are only referred to. */
class Constants implements CdkApp {
  readonly literal = code;
  readonly duration = durationCode;
  readonly object = objectCode;
  /** Constants that are referred to. */
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

  declared(kind: string, name: string): string | undefined {
    const constant = this.#own.get(`${kind}/${name}`);
    if (constant !== undefined) this.used.add(constant);
    return constant;
  }

  reference(kind: string, name: string, environment?: string): string {
    const key = [...(environment === undefined ? [] : [environment]), name].join('/');
    return this.declared(kind, key) ?? this.#import(kind, { key, name, environment });
  }

  #import(
    kind: string,
    { key, name, environment }: { key: string; name: string; environment: string | undefined },
  ): string {
    const known = this.#imported.get(`${kind}/${key}`);
    if (known !== undefined) return known;
    const scope = environment === undefined ? undefined : this.reference('Environment', environment);
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

const keyOf = ({ kind, metadata, spec }: Document): string => {
  const environment = kindOf(kind).within?.(spec);
  return [kind, ...(environment === undefined ? [] : [environment]), metadata.name].join('/');
};

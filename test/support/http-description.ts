/** Holds answers against /openapi.json: the path, the method, the status, the media type and the shape must be there. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Got } from './http-world.js';

interface Answer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Answer>>;
}

export interface Description {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Answer>> };
}

/** The same answer, if it is as described; throws otherwise. */
export function asDescribed(description: Description, line: string, got: Got): Got {
  const [method = '', target = ''] = line.split(' ');
  const path = target.split('?')[0] ?? '';
  const operation = operationOf(description, path, method === 'HEAD' ? 'get' : method.toLowerCase());
  const where = `${line} answered ${got.status} ${got.text.slice(0, 300)}`;
  if (operation === undefined) {
    if (![404, 405].includes(got.status) && !(got.status === 400 && path.includes('%')))
      throw new Error(`${where}, and is not in /openapi.json`);
    check(description, { $ref: '#/components/schemas/Problem' }, got, where);
    return got;
  }
  const answer = operation.responses[got.status];
  const content =
    answer?.content ?? description.components.responses[answer?.$ref?.split('/').at(-1) ?? '']?.content;
  if (content === undefined) throw new Error(`${where}: no such answer in /openapi.json`);
  const type = got.headers.get('content-type')?.split(';')[0] ?? '';
  const described = content[type];
  if (described === undefined) throw new Error(`${where}: ${type} is not in /openapi.json`);
  if (method !== 'HEAD' && /[/+]json/.test(type)) check(description, described.schema, got, where);
  return got;
}

function operationOf({ servers, paths }: Description, path: string, method: string): Operation | undefined {
  const prefix = servers.map(({ url }) => url).find((url) => path.startsWith(`${url}/`)) ?? '';
  const local = path.slice(prefix.length);
  const found = Object.keys(paths).find((one) => patternOf(one).test(local));
  return found === undefined ? undefined : paths[found]?.[method];
}

const patterns = new Map<string, RegExp>();

function patternOf(path: string): RegExp {
  const known = patterns.get(path);
  if (known !== undefined) return known;
  const made = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  patterns.set(path, made);
  return made;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const compiled = new Map<string, ReturnType<typeof ajv.compile>>();

function check({ components }: Description, schema: object, got: Got, where: string): void {
  const text = JSON.stringify(schema);
  let validate = compiled.get(text);
  if (validate === undefined) {
    validate = ajv.compile({ ...schema, components });
    compiled.set(text, validate);
  }
  if (!validate(got.body)) throw new Error(`${where}: ${ajv.errorsText(validate.errors)}`);
}

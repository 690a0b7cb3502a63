/** Many declared keys with sinks of every sort, and what may change about them from one apply to the next. */
import { keyYaml, serviceYaml, type Workspace, yamlStream } from './workspace.js';

/** Variables in one dotenv file. */
const SHARED_BY = 10;

interface FleetKey {
  readonly name: string;
  readonly nth: number;
  isDeclared: boolean;
  permission: string;
  /** Shortening it makes the current version outlive its declaration, so the next apply issues another. */
  expiresAfterHours: number;
}

export interface Fleet {
  readonly names: readonly string[];
  key(name: string): FleetKey;
  /** Makes the documents of the workspace say what the fleet is now. */
  declare(world: Workspace): void;
  /** `[path, variable]` that the key is delivered to; an empty variable for a file of its own. */
  place(name: string): readonly [string, string] | undefined;
  /** The token that a declared key's sink holds; undefined for a key without a sink. */
  delivered(world: Workspace, name: string): string | undefined;
}

/** A quarter each: a variable in a shared dotenv file, a raw file, a JSON file, no sink. */
export function fleetOf(size: number): Fleet {
  const keys = new Map<string, FleetKey>();
  for (let nth = 0; nth < size; nth++) {
    const name = `key-${String(nth).padStart(4, '0')}`;
    keys.set(name, { name, nth, isDeclared: true, permission: 'spaces:read', expiresAfterHours: 8_000 });
  }
  const key = (name: string): FleetKey => {
    const found = keys.get(name);
    if (found === undefined) throw new Error(`no key ${name}`);
    return found;
  };
  const place = (name: string): readonly [string, string] | undefined => {
    const { nth } = key(name);
    const sort = nth % 4;
    if (sort === 0) return [`secrets/shared-${Math.floor(nth / 4 / SHARED_BY)}.env`, `KEY_${nth}`];
    if (sort === 1) return [`secrets/raw/${name}`, ''];
    return sort === 2 ? [`secrets/json/${name}.json`, ''] : undefined;
  };
  return {
    names: [...keys.keys()],
    key,
    place,
    declare: (world) => {
      const declared = [...keys.values()].filter(({ isDeclared }) => isDeclared);
      const documents = declared.map((one) => keyYaml(one.name, specOf(one, place(one.name))));
      world.write('specs/keys.yaml', yamlStream(serviceYaml('billing'), ...documents));
    },
    delivered: (world, name) => {
      const [path, variable] = place(name) ?? [];
      if (path === undefined || !world.exists(path)) return undefined;
      if (variable) return world.variable(path, variable);
      const text = world.read(path);
      return path.endsWith('.json') ? JSON.parse(text).key : text;
    },
  };
}

function specOf(
  { permission, expiresAfterHours }: FleetKey,
  place: readonly [string, string] | undefined,
): string {
  const rotation = 'rotation: { overlap: 1s, handover: timed }';
  const rest = `permissions: ["${permission}"], expiresAfter: ${expiresAfterHours}h, ${rotation}`;
  const [path, variable] = place ?? [];
  if (path === undefined) return rest;
  if (variable) return `${rest}, deliver: [{ dotenv: { path: ${path}, variable: ${variable} } }]`;
  const format = path.endsWith('.json') ? 'json' : 'raw';
  return `${rest}, deliver: [{ file: { path: ${path}, format: ${format} } }]`;
}

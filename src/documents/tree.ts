/**
 * A YAML document as a plain value that keeps its positions: `value` for the checks, `range` to point at
 * the node of a path. Converts by itself, because the library's conversion coerces and expands without bound.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { type Complaint, type Diagnostic, errorAt, type Place } from './diagnostics.js';
import type { Chunk, Source } from './source.js';
import { DEPTH_MAX, invisible, tooDeep } from './syntax.js';

export type Path = readonly (string | number)[];

/** Which part of a field to point at. */
export type Part = 'key' | 'value';

interface Converted {
  readonly value: unknown;
  /** Nodes in it, aliases expanded. */
  readonly weight: number;
  readonly depth: number;
}

/** Keys, values and members of one document, aliases expanded. */
const NODES_MAX = 5_000;

const NOTHING: Converted = { value: null, weight: 1, depth: 0 };

/** What JSON calls a number. Everything else that YAML reads as one is read otherwise somewhere. */
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

/** Not text: C1 and other controls but tab and line feed, formats, lone surrogates, private use, separators. */
const INVISIBLE = /(?![\t\n])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

export class Tree {
  readonly value: unknown;
  readonly diagnostics: readonly Diagnostic[];
  readonly #source: Source;
  readonly #offset: number;
  readonly #root: Node | null;
  readonly #anchors = new Map<string, { readonly node: Node; readonly converted: Converted }>();
  readonly #aliased = new Map<Node, Node>();
  readonly #found: Diagnostic[] = [];
  readonly #lines = new Set<string>();

  constructor(document: Document.Parsed, source: Source, chunk: Chunk) {
    this.#source = source;
    this.#offset = chunk.offset;
    this.#root = document.contents;
    this.value = this.#convert(document.contents).value;
    this.diagnostics = this.#found;
  }

  /** Where the node of `path` stands, or the nearest one above it that is in the document. */
  place(path: Path, part: Part): Place {
    const [start, end] = this.#range(path, part);
    return this.#source.place(this.#offset + start, this.#offset + end);
  }

  /** A scalar as it stands in the text; undefined for any other node, or one in quotes. */
  written(path: Path): string | undefined {
    let node = this.#resolved(this.#root);
    for (const segment of path) node = this.#resolved(this.#step(node, segment)?.value ?? null);
    return isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;
  }

  get hasBlockLines(): boolean {
    return this.#lines.size > 0;
  }

  /** Was this text written as a block of one line (`|`)? The line feed at its end is the block's, not the text's. */
  isBlockLine(text: string): boolean {
    return this.#lines.has(text);
  }

  error(path: Path, part: Part, complaint: Complaint): Diagnostic {
    return errorAt(this.place(path, part), complaint);
  }

  #range(path: Path, part: Part): readonly [number, number] {
    let node = this.#resolved(this.#root);
    let key: Node | undefined;
    let isWhole = true;
    for (const segment of path) {
      const step = this.#step(node, segment);
      if (step === undefined) {
        isWhole = false;
        break;
      }
      key = step.key ?? key;
      node = this.#resolved(step.value);
    }
    const isEmpty = node?.range == null || node.range[0] === node.range[1];
    if (key?.range && (part === 'key' || isEmpty || !isWhole)) return [key.range[0], key.range[1]];
    if (path.length === 0 || key === undefined) {
      const first = isMap(node) ? (node.items[0]?.key as Node | undefined) : undefined;
      if (first?.range) return [first.range[0], first.range[1]];
    }
    return node?.range ? [node.range[0], node.range[1]] : [0, 1];
  }

  #step(
    node: Node | null,
    segment: string | number,
  ): { key: Node | undefined; value: Node | null } | undefined {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === String(segment));
      return pair && { key: pair.key as Node, value: pair.value as Node | null };
    }
    // A path that was written as text has its indexes as digits.
    const item = isSeq(node) ? node.items[Number(segment)] : undefined;
    return item === undefined ? undefined : { key: undefined, value: item as Node | null };
  }

  #resolved(node: Node | null): Node | null {
    return (node && this.#aliased.get(node)) ?? node;
  }

  /** Recursion is safe: what is deeper than DEPTH_MAX was refused as tokens. */
  #convert(node: Node | null): Converted {
    if (node === null) return NOTHING;
    if (isAlias(node)) return this.#alias(node);
    const anchor = 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined;
    // Until the node is complete its anchor names nothing: an alias inside would contain itself.
    if (anchor !== undefined) this.#anchors.delete(anchor);
    const converted = isMap(node)
      ? this.#mapping(node.items as readonly Pair<Node, Node | null>[])
      : isSeq(node)
        ? this.#sequence(node.items as readonly (Node | null)[])
        : this.#scalar(node as Scalar);
    if (anchor !== undefined) this.#anchors.set(anchor, { node, converted });
    return converted;
  }

  #alias(node: Node & { readonly source: string }): Converted {
    const target = this.#anchors.get(node.source);
    if (target === undefined) {
      const message = `the alias *${node.source} refers to no complete anchor before it`;
      return this.#refuse(node, { code: 'yaml_alias', message });
    }
    this.#aliased.set(node, target.node);
    return target.converted;
  }

  #mapping(pairs: readonly Pair<Node, Node | null>[]): Converted {
    const seen = new Map<string, Node>();
    const members: [string, Converted][] = [];
    for (const { key, value } of pairs) {
      const name = String(this.#scalar(key as Scalar).value);
      const first = seen.get(name);
      if (first)
        this.#refuse(key, {
          code: 'duplicate_key',
          message: `the key "${name}" is given twice`,
          help: this.#lineOf(first),
        });
      seen.set(name, key);
      members.push([name, this.#convert(value)]);
    }
    const value = Object.fromEntries(members.map(([name, member]) => [name, member.value]));
    return this.#bounded(
      pairs[0]?.key,
      value,
      members.map(([, member]) => member),
    );
  }

  #sequence(items: readonly (Node | null)[]): Converted {
    const members = items.map((item) => this.#convert(item));
    return this.#bounded(
      items[0],
      members.map(({ value }) => value),
      members,
    );
  }

  #bounded(first: Node | null | undefined, value: unknown, members: readonly Converted[]): Converted {
    let weight = 1;
    let depth = 0;
    for (const member of members) {
      weight += member.weight;
      depth = Math.max(depth, member.depth);
    }
    if (weight > NODES_MAX)
      return this.#refuse(first, {
        code: 'too_large',
        message: `more than ${NODES_MAX} values after aliases are expanded`,
      });
    if (depth >= DEPTH_MAX)
      return this.#refuse(first, {
        code: 'too_deep',
        message: `${tooDeep} after aliases are expanded`,
      });
    return { value, weight, depth: depth + 1 };
  }

  #scalar(node: Scalar): Converted {
    const { value, source } = node;
    if (typeof value === 'number' && source !== undefined && !JSON_NUMBER.test(source)) {
      const help = `write a plain decimal number, or "${source}" in quotes for text`;
      return this.#refuse(node, {
        code: 'ambiguous_number',
        message: `${source} is not a plain decimal number`,
        help,
      });
    }
    if (typeof value === 'string') {
      if (node.type?.startsWith('BLOCK_') && value.indexOf('\n') === value.length - 1) this.#lines.add(value);
      const found = INVISIBLE.exec(value);
      if (found) return this.#refuse(node, invisible(found[0]));
    }
    return { value, weight: 1, depth: 0 };
  }

  #refuse(node: Node | null | undefined, complaint: Complaint): Converted {
    const range = node?.range ?? this.#root?.range ?? [0, 1];
    const place = this.#source.place(this.#offset + range[0], this.#offset + range[1]);
    this.#found.push(errorAt(place, complaint));
    return NOTHING;
  }

  #lineOf(node: Node): string {
    return `first given in line ${this.#source.place(this.#offset + (node.range?.[0] ?? 0)).position.line}`;
  }
}

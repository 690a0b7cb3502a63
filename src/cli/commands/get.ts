/** `keywright get [KIND[/NAME]…]`: live objects as a list, or everything known about one; with `-w` as they change. */
import { OBJECT_KINDS, type ObjectKind } from '../../domain/kinds/index.js';
import type { LiveObject, LiveSummary } from '../../domain/live.js';
import { compareRefs, isNamed, type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import type { Instant } from '../../domain/time.js';
import type { LiveStore } from '../../ports/live-store.js';
import {
  objectsJson,
  objectsMarkdown,
  objectsNames,
  objectsText,
  objectsWide,
  objectsYaml,
  type Terminating,
} from '../../render/objects.js';
import { printable } from '../../render/text-format.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printJson } from '../output.js';
import { kindLike, kindNamed, notFound, ownName, parseRef } from '../resolve-ref.js';
import { SELECT, selectorOf } from '../selection.js';
import { withStore } from '../session.js';
import { listSinks, meansSinks } from '../sink-list.js';
import type { CommandContext } from '../terminal.js';
import { watchObjects } from '../watch-objects.js';

export const get: Command = {
  name: 'get',
  arguments: [
    {
      name: '[objects...]',
      description: `KIND, KIND/NAME or KIND NAME, in any case, plurals too; kinds: ${OBJECT_KINDS.join(', ')}; or sinks`,
    },
  ],
  description:
    'List live objects: for keys the state, versions, last use and expiry. Removed keys that are still accepted are Terminating. `get sinks` lists every sink of the keys and what it holds now. Never shows a secret.',
  options: [
    SELECT,
    {
      flags: '-w, --watch',
      description: 'list, then print each object again when it changes, until stopped',
    },
  ],
  outputs: ['wide', 'yaml', 'name'],
  examples: [
    'keywright get',
    'keywright get apikeys --select team=data -o wide',
    'keywright get apikey/billing-prod -o yaml',
    'keywright get apikeys --watch',
    'keywright get sinks --select team=data -o wide',
  ],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      if (meansSinks(input.list(0)[0])) return sinksAsked(context, store, input);
      const asked = await askedFor(store, input);
      if (!asked.ok) return asked;
      return input.has('watch')
        ? watchObjects(context, store, () => listed(store, asked.value))
        : list(context, store, asked.value);
    }),
};

async function sinksAsked(
  context: CommandContext,
  store: LiveStore,
  input: Input,
): Promise<Result<ExitCode, Failure>> {
  if (input.list(0).length > 1 || input.has('watch'))
    return failure('usage', 'get sinks takes no names and no --watch; use --select to limit it to some keys');
  const selector = selectorOf(input);
  if (!selector.ok) return selector;
  return listSinks(
    context,
    store,
    ({ declaration }) => selector.value?.matches(declaration.metadata.labels ?? {}) ?? true,
  );
}

export interface Listed {
  readonly objects: readonly LiveObject[];
  /** Removed keys that are still accepted. */
  readonly terminating: readonly Terminating[];
  /** Live objects whose rows cannot be read. */
  readonly broken: readonly ObjectRef[];
  readonly now: Instant;
}

interface Asked {
  readonly kinds: ReadonlySet<ObjectKind>;
  /** Asked for by name; each has to be there. */
  readonly named: readonly ObjectRef[];
  readonly isSelected: (live: LiveObject) => boolean;
  /** By labels, which are not known of what was removed. */
  readonly hasSelector: boolean;
  /** As typed. */
  readonly words: readonly string[];
}

async function list(
  context: CommandContext,
  store: LiveStore,
  asked: Asked,
): Promise<Result<ExitCode, Failure>> {
  const found = await listed(store, asked);
  if (!found.ok) return found;
  const { objects, terminating, broken, now } = found.value;
  const shown = [...objects, ...terminating];
  const missing = asked.named.find((name) => !shown.some(({ ref }) => isNamed(ref, name)));
  if (missing !== undefined && !(await isLive(store, missing))) return nothingNamed(store, missing, asked);
  const { terminal, flags } = context;
  for (const ref of broken)
    terminal.err(`warning: ${refText(ref)} is broken: its row cannot be read; see keywright audit verify\n`);
  if (shown.length === 0) terminal.err(nothingText(asked));
  if (flags.output === 'json') printJson(objectsJson(objects, now, terminating), context);
  else if (shown.length > 0) terminal.out(PRINTERS[flags.output](objects, now, terminating));
  return ok(EXIT.done);
}

const PRINTERS = {
  text: objectsText,
  table: objectsText,
  wide: objectsWide,
  markdown: objectsMarkdown,
  yaml: objectsYaml,
  name: objectsNames,
} as const;

async function listed(
  store: LiveStore,
  { kinds, named, isSelected, hasSelector }: Asked,
): Promise<Result<Listed, Failure>> {
  const survey = await store.survey();
  if (!survey.ok) return failed(survey.error);
  const isAll = kinds.size + named.length === 0;
  const isWanted = (ref: ObjectRef): boolean =>
    isAll || kinds.has(ref.kind) || named.some((name) => isNamed(ref, name));
  const refs = survey.value.map(({ ref }) => ref).filter(isWanted);
  const fetched = await store.fetch(refs);
  if (!fetched.ok) return failed(fetched.error);
  const readable = new Set(fetched.value.map(({ ref }) => refText(ref)));
  const broken = refs.filter((ref) => !readable.has(refText(ref)));
  const ends = hasSelector ? ok([]) : await terminatingKeys(store, survey.value, isWanted);
  if (!ends.ok) return failed(ends.error);
  const facts = await store.facts();
  if (!facts.ok) return failed(facts.error);
  const objects = fetched.value.filter(isSelected);
  return ok({ objects, terminating: ends.value, broken, now: facts.value.now });
}

/** `apikeys`, `apikey/app`, `apikey app other`, `app`. */
async function askedFor(store: LiveStore, input: Input): Promise<Result<Asked, Failure>> {
  const selector = selectorOf(input);
  if (!selector.ok) return selector;
  const words = input.list(0);
  const [first = '', ...rest] = words;
  const kind = kindNamed(first);
  const areNames = kind !== undefined && rest.length > 0 && rest.every(isBareName);
  const kinds = new Set<ObjectKind>();
  const named: ObjectRef[] = [];
  for (const word of areNames ? rest : words) {
    const whole = areNames ? undefined : kindNamed(word);
    if (whole !== undefined) kinds.add(whole);
    if (whole !== undefined) continue;
    const typed = areNames ? ok({ kind, name: word }) : parseRef(word, 'ApiKey');
    if (!typed.ok) return typed;
    const own = await ownName(store, typed.value);
    if (!own.ok) return own;
    named.push(own.value);
  }
  const isSelected = ({ declaration }: LiveObject): boolean =>
    selector.value?.matches(declaration.metadata.labels ?? {}) ?? true;
  const text = selector.value === undefined ? [] : [`--select "${selector.value.text}"`];
  const hasSelector = selector.value !== undefined;
  return ok({ kinds, named, isSelected, hasSelector, words: [...words, ...text] });
}

const isBareName = (word: string): boolean => !word.includes('/') && kindNamed(word) === undefined;

/** Its labels may be why it is not shown. */
async function isLive(store: LiveStore, name: ObjectRef): Promise<boolean> {
  const survey = await store.survey();
  return survey.ok && survey.value.some(({ ref }) => isNamed(ref, name));
}

/** Removed keys of which a version is still accepted. Their environment waits for them, so it is live and knows them. */
async function terminatingKeys(
  store: LiveStore,
  survey: readonly LiveSummary[],
  isWanted: (ref: ObjectRef) => boolean,
): Promise<Result<readonly Terminating[]>> {
  const terminating: Terminating[] = [];
  for (const { ref } of survey.filter(({ ref }) => ref.kind === 'Environment')) {
    const dependents = await store.dependents(ref);
    if (!dependents.ok) return dependents;
    for (const { ref: key, endsAt } of dependents.value)
      if (key.kind === 'ApiKey' && endsAt !== undefined && isWanted(key))
        terminating.push({ ref: key, endsAt });
  }
  return ok(terminating.sort((a, b) => compareRefs(a.ref, b.ref)));
}

/** Of a word alone, a kind may have been meant. */
async function nothingNamed(
  store: LiveStore,
  named: ObjectRef,
  { words }: Asked,
): Promise<Result<never, Failure>> {
  const kind = kindLike(words[0] ?? '');
  if (kind === undefined) return notFound(store, named);
  return failure(
    'not_found',
    `there is no live ${refText(named)}; to list all of this kind, run: keywright get ${kind}`,
  );
}

/** On standard error, so that lists stay lists. */
const nothingText = ({ words }: Asked): string =>
  words.length === 0 ? 'Nothing is live.\n' : `Nothing live matches ${printable(words.join(' '))}.\n`;

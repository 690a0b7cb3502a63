/**
 * `keywright adopt KIND/NAME… | --all-unmanaged`: takes charge of live objects as they are. Nothing of them is
 * touched: keys keep their versions. Documents come first, ownership after, so that a crash leaves declared objects
 * that the next run, or apply, takes over.
 */
import type { LeaseKeeper } from '../../apply/lease.js';
import { coverOf } from '../../domain/approval.js';
import { digestOf } from '../../domain/canonical.js';
import type { LiveObject, Ownership } from '../../domain/live.js';
import { isLabel, type ObjectRef, refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import { isOwnedBy } from '../../plan/compare.js';
import type { Caller, LiveStore } from '../../ports/live-store.js';
import { counted } from '../../render/text-format.js';
import { addDocuments, fileToWrite, undeclared } from '../adopted-documents.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printObject } from '../output.js';
import { AUTO_APPROVE, agreedCaller, BREAK_GLASS, confirm } from '../prompt-approval.js';
import { findRef, parseRef } from '../resolve-ref.js';
import { withLease } from '../run-plan.js';
import { type Documents, openDocuments } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const adopt: Command = {
  name: 'adopt',
  arguments: [{ name: '[objects...]', description: 'KIND/NAME; repeatable' }],
  description:
    'Adopt live objects into this project without changing them. They must be declared, or with --write their documents are ' +
    'written first. From then on the documents decide.',
  options: [
    { flags: '--all-unmanaged', description: 'adopt every live object that no project declares' },
    {
      flags: '--from <project>',
      description: 'adopt from this project, whose documents must no longer declare them',
    },
    {
      flags: '--write [file]',
      description: 'write missing documents to this file (adopted.yaml in the specs folder)',
    },
    AUTO_APPROVE,
    BREAK_GLASS,
  ],
  examples: [
    'keywright adopt Service/billing ApiKey/billing-prod',
    'keywright adopt --all-unmanaged --write',
    'keywright adopt Team/data --from old-platform --write specs/teams.yaml',
  ],
  run: async (context, input) => {
    if (input.has('allUnmanaged') === input.list(0).length > 0)
      return failure('usage', 'no objects given; list them as KIND/NAME, or use --all-unmanaged');
    const documents = await openDocuments(context);
    if (!documents.ok) return documents;
    const store = await context.world.openStore(documents.value.place, 'refuse');
    if (!store.ok) return failed(store.error);
    return withLease(store.value, { context }, async (opened, lease) => {
      const wanted = await chosen(opened, input, documents.value.ownership);
      if (!wanted.ok) return wanted;
      return takeOver({ context, input, documents: documents.value, store: opened, lease }, wanted.value);
    });
  },
};

interface Adoption {
  readonly context: CommandContext;
  readonly input: Input;
  readonly documents: Documents;
  readonly store: LiveStore;
  readonly lease: LeaseKeeper;
}

/** The objects that are not managed yet; the first that may not be taken over is a failure. */
async function chosen(
  store: LiveStore,
  input: Input,
  ownership: Ownership,
): Promise<Result<readonly LiveObject[], Failure>> {
  const refs = input.has('allUnmanaged') ? await unmanaged(store) : await named(store, input.list(0));
  if (!refs.ok) return refs;
  const fetched = await store.fetch(refs.value);
  if (!fetched.ok) return failed(fetched.error);
  const objects = fetched.value.filter((live) => !isOwnedBy(live, ownership));
  for (const live of objects) {
    const { project } = live.ownership ?? {};
    if (project !== undefined && project !== input.text('from'))
      return failure(
        'conflict',
        `${refText(live.ref)} belongs to project ${project} (${live.ownership?.manager}); nothing was adopted. To adopt it, use --from ${project}`,
      );
    if (!isLabel(live.declaration.metadata.name))
      return failure(
        'conflict',
        `${refText(live.ref)} has a name that is not valid in a document; nothing was adopted. To get a document that renames it, run: keywright export --all`,
      );
  }
  return ok(objects);
}

async function unmanaged(store: LiveStore): Promise<Result<readonly ObjectRef[], Failure>> {
  const survey = await store.survey();
  if (!survey.ok) return failed(survey.error);
  const isMeant = ({ ownership, origin }: (typeof survey.value)[number]): boolean =>
    ownership === undefined && origin !== 'system';
  return ok(survey.value.filter(isMeant).map(({ ref }) => ref));
}

async function named(
  store: LiveStore,
  words: readonly string[],
): Promise<Result<readonly ObjectRef[], Failure>> {
  const refs: ObjectRef[] = [];
  for (const word of words) {
    const parsed = parseRef(word, 'ApiKey');
    const found = parsed.ok ? await findRef(store, parsed.value) : parsed;
    if (!found.ok) return found;
    refs.push(found.value);
  }
  return ok(refs);
}

async function takeOver(
  adoption: Adoption,
  objects: readonly LiveObject[],
): Promise<Result<ExitCode, Failure>> {
  const { context, input, documents } = adoption;
  if (objects.length === 0) return done(adoption, objects);
  const missing = undeclared(objects, documents);
  const isWriting = input.has('write') || input.text('write') !== undefined;
  if (missing.length > 0 && !isWriting)
    return failure(
      'conflict',
      `no document declares ${namesOf(missing)}; nothing was adopted. Declare them, or use --write to write their documents`,
    );
  const file = missing.length === 0 ? ok(undefined) : fileToWrite(documents, input.text('write'));
  if (!file.ok) return file;
  const into =
    file.value === undefined ? '' : `, and writes ${counted(missing.length, 'document')} into ${file.value}`;
  const question = `This adopts ${namesOf(objects)} for project ${documents.ownership.project}${into}. Live objects are not changed.`;
  const agreed = await confirm(context, input, question);
  if (!agreed.ok) return agreed;
  if (file.value !== undefined) {
    const added = await addDocuments(context, documents, { file: file.value, objects: missing });
    if (!added.ok) return added;
  }
  return own(adoption, objects, agreedCaller(context, input, agreed.value));
}

async function own(
  adoption: Adoption,
  objects: readonly LiveObject[],
  caller: Caller,
): Promise<Result<ExitCode, Failure>> {
  const { documents, store, lease } = adoption;
  const approval = await approved(adoption, objects, caller);
  if (!approval.ok) return approval;
  for (const { ref, revision } of objects) {
    const held = await lease.ensure();
    if (!held.ok) return failed(held.error);
    const mutation = { kind: 'adopt', object: ref, ownership: documents.ownership, revision } as const;
    const adopted = await store.mutate(mutation, held.value, approval.value);
    if (!adopted.ok) return failed(adopted.error);
  }
  return done(adoption, objects);
}

/** What was confirmed is approved, for environments that require it. */
async function approved(
  { documents, store }: Adoption,
  objects: readonly LiveObject[],
  caller: Caller,
): Promise<Result<Caller, Failure>> {
  const covers = objects.map(({ ref, revision }) => coverOf({ kind: 'adopt', object: ref, revision }));
  const digest = digestOf(covers);
  const { project } = documents.ownership;
  // Each is named, so their number is no accident to the project that lets go of them.
  const approval = { covers: caller.isApproved === true ? covers : [], allowRemovals: objects.length };
  const kept = await store.approve({ digest, project, ...approval }, caller);
  if (!kept.ok && kept.error.code !== 'forbidden') return failed(kept.error);
  return ok({ ...caller, approval: digest });
}

function done({ context }: Adoption, objects: readonly LiveObject[]): Result<ExitCode, Failure> {
  const { terminal, flags } = context;
  if (flags.output === 'json')
    printObject('Adoption', { adopted: objects.map(({ ref }) => refText(ref)) }, context);
  else if (objects.length === 0)
    terminal.out('Nothing to adopt: this project manages these objects already.\n');
  else
    terminal.out(
      `Adopted ${namesOf(objects)}. To see what the documents would change, run: keywright plan\n`,
    );
  return ok(EXIT.done);
}

/** How many names a person reads. */
const NAMES_MAX = 10;

function namesOf(objects: readonly LiveObject[]): string {
  const names = objects.map(({ ref }) => refText(ref));
  const more = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

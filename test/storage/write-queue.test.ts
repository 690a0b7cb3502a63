/** Group commit: who is answered, when, and with what. */
import { fault } from '../../src/domain/errors.js';
import { fail, ok } from '../../src/domain/result.js';
import { type Transactor, WriteQueue } from '../../src/storage/write-queue.js';
import { refusal } from '../support/store.js';

/** An engine that keeps a list of words, and can be made to fail. */
function listEngine() {
  const state = { committed: [] as string[], commits: 0, failCommit: false, abandonAt: '', busy: false };
  let draft: string[] = [];
  let mark: string[] = [];
  let isOpen = false;
  const transactor: Transactor = {
    sees: 'itself',
    begin: async () => {
      if (state.busy) return fault('store_unreachable', 'busy');
      draft = [...state.committed];
      isOpen = true;
      return undefined;
    },
    commit: () => {
      if (state.failCommit) throw new Error('disk full');
      state.committed = draft;
      state.commits++;
      isOpen = false;
    },
    rollback: () => {
      isOpen = false;
    },
    enter: () => {
      mark = [...draft];
    },
    leave: () => {},
    undo: () => {
      draft = mark;
    },
    isOpen: () => isOpen,
    faultOf: (error) =>
      error instanceof Error && error.message === 'disk full'
        ? fault('store_unreachable', 'full')
        : undefined,
    pause: () => Promise.resolve(),
  };
  const queue = new WriteQueue(transactor);
  const put = (word: string) =>
    queue.write(async () => {
      draft = [...draft, word];
      if (word === state.abandonAt) {
        isOpen = false;
        throw new Error('disk full');
      }
      if (word === 'refused') return fail(fault('moved', 'no'));
      if (word === 'bug') throw new Error('a bug');
      return ok(word);
    });
  return { state, queue, put };
}

it('commits once for all that ask together, in the order they asked', async () => {
  const { state, put } = listEngine();
  await Promise.all(['a', 'b', 'c'].map(put));
  expect(state).toMatchObject({ committed: ['a', 'b', 'c'], commits: 1 });
});

it('undoes what was refused or had a bug, and nothing else', async () => {
  const { state, put } = listEngine();
  const [a, refused, bug, b] = await Promise.allSettled(['a', 'refused', 'bug', 'b'].map(put));
  expect(state.committed).toEqual(['a', 'b']);
  expect([a?.status, refused?.status, bug?.status, b?.status]).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

it('tells everybody whose work did not become durable', async () => {
  const { state, put } = listEngine();
  state.failCommit = true;
  expect((await Promise.all(['a', 'b'].map(put))).map(refusal)).toEqual([
    'store_unreachable',
    'store_unreachable',
  ]);
  state.failCommit = false;
  expect(await put('c')).toEqual(ok('c'));
  expect(state.committed).toEqual(['c']);
});

it('takes back what was done before the engine gave up the transaction, and continues', async () => {
  const { state, put } = listEngine();
  state.abandonAt = 'b';
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(put));
  expect([a && refusal(a), b && refusal(b)]).toEqual(['store_unreachable', 'store_unreachable']);
  expect(c).toEqual(ok('c'));
  expect(state.committed).toEqual(['c']);
});

it('says so to all who wait when no turn is to be had', async () => {
  const { state, put } = listEngine();
  state.busy = true;
  expect((await Promise.all(['a', 'b'].map(put))).map(refusal)).toEqual([
    'store_unreachable',
    'store_unreachable',
  ]);
});

it('finishes what it took before it closes, and takes nothing more', async () => {
  const { state, queue, put } = listEngine();
  const taken = put('a');
  await queue.close();
  expect(await taken).toEqual(ok('a'));
  expect(refusal(await put('b'))).toBe('store_unreachable');
  expect(state.committed).toEqual(['a']);
});

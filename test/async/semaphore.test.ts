/** Sign-ins cannot starve a server: so many at once, so many waiting, the rest refused. */
import { setImmediate as turn } from 'node:timers/promises';
import { semaphore } from '../../src/async/semaphore.js';

it('semaphore: runs so many at once, lets so many wait, refuses the rest at once, and continues after a failure', async () => {
  const { run } = semaphore({ atOnce: 2, waiting: 1 });
  let running = 0;
  let most = 0;
  const release: ((fails?: boolean) => void)[] = [];
  const work = () =>
    run(() => {
      most = Math.max(most, ++running);
      return new Promise<string>((resolve, reject) => {
        release.push((fails) => {
          running--;
          if (fails) reject(new Error('failed'));
          else resolve('done');
        });
      });
    });
  const [first, second, third] = [work(), work(), work()];
  expect(await work()).toBeUndefined();
  await turn();
  release[0]?.(true);
  await expect(first).rejects.toThrow('failed');
  release[1]?.();
  expect(await second).toBe('done');
  await turn();
  release[2]?.();
  expect(await third).toBe('done');
  expect(most).toBe(2);
  const last = work();
  await turn();
  release[3]?.();
  expect(await last).toBe('done');
});

/** Work that continues until it is released; `order` says who began. */
function held(bounds: { readonly atOnce: number; readonly waiting: number }) {
  const { run } = semaphore(bounds);
  const order: string[] = [];
  const release: (() => void)[] = [];
  const ask = (source: string, isPreferred = false) =>
    run(
      () => {
        order.push(source);
        return new Promise<string>((resolve) => void release.push(() => resolve(source)));
      },
      { source, isPreferred },
    );
  const finishAll = async (): Promise<void> => {
    for (let nth = 0; nth < release.length; nth++) {
      release[nth]?.();
      await turn();
    }
  };
  return { ask, order, finishAll };
}

it('semaphore: those who wait take turns by source, and known ones go first', async () => {
  const { ask, order, finishAll } = held({ atOnce: 1, waiting: 10 });
  const asked = [ask('a'), ask('a'), ask('a'), ask('b'), ask('c', true)];
  await finishAll();
  await Promise.all(asked);
  expect(order).toEqual(['a', 'c', 'a', 'b', 'a']);
});

it('semaphore: a full queue makes way for a source that waits less, at the cost of the one that waits most', async () => {
  const { ask, order, finishAll } = held({ atOnce: 1, waiting: 4 });
  const flood = Array.from({ length: 60 }, () => ask('flood'));
  const late = [ask('b'), ask('c'), ask('d', true)];
  await finishAll();
  expect(await Promise.all(late)).toEqual(['b', 'c', 'd']);
  const answers = await Promise.all(flood);
  expect(answers.filter((one) => one !== undefined)).toHaveLength(order.length - 3);
  expect(answers.filter((one) => one === undefined).length).toBeGreaterThan(50);
});

it('semaphore: one that waits alone is not sent away for another that is unknown', async () => {
  const { ask, finishAll } = held({ atOnce: 1, waiting: 2 });
  const [, first, second, third] = [ask('x'), ask('a'), ask('b'), ask('c')];
  expect(await third).toBeUndefined();
  await finishAll();
  expect(await Promise.all([first, second])).toEqual(['a', 'b']);
});

it('semaphore: within a source those of one subject wait for one another, and give way to another subject', async () => {
  const { run } = semaphore({ atOnce: 1, waiting: 4 });
  const order: string[] = [];
  const ask = (subject: string) =>
    run(
      async () => {
        order.push(subject);
        await turn();
        return subject;
      },
      { source: 'x', subject, isPreferred: false },
    );
  const flood = Array.from({ length: 20 }, () => ask('a'));
  const other = ask('b');
  expect(await other).toBe('b');
  expect((await Promise.all(flood)).filter((one) => one !== undefined)).toHaveLength(4);
  expect(order.slice(0, 3)).toEqual(['a', 'a', 'b']);
});

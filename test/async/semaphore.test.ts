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

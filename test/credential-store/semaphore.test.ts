/** Logins cannot starve a server: so many at once, so many waiting, the rest told so. */
import { semaphore } from '../../src/credential-store/identity/semaphore.js';

it('runs so many at once, lets so many wait, refuses the rest at once, and goes on after a failure', async () => {
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
  release[0]?.(true);
  await expect(first).rejects.toThrow('failed');
  release[1]?.();
  expect(await second).toBe('done');
  release[2]?.();
  expect(await third).toBe('done');
  expect(most).toBe(2);
  const last = work();
  release[3]?.();
  expect(await last).toBe('done');
});

/** A restored backup restores no sign-in: tokens, sessions and passwords that ended since stay ended. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openServedStore } from '../../src/main/open-store.js';
import { restore } from '../../src/main/restore.js';
import { quickHashing, ROOT, ServedTestStore } from '../support/callers.js';
import { user } from '../support/plan-declarations.js';
import { CALLER, unwrap } from '../support/store.js';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();
const open = async () => {
  const options = {
    ...place.world,
    hashing: quickHashing,
    folder: place.folder(),
    whenAbsent: 'create',
  } as const;
  return ServedTestStore.open({ ...unwrap(await openServedStore(options)), clock: place.world.clock });
};

it('what was deleted, revoked, used up or lost its person since the backup stays out, and the rest stays in', async () => {
  let desk = await open();
  for (const name of ['ada', 'bob', 'eve']) await desk.create(user(name));
  const [ada, bob, eve] = [await desk.join('ada'), await desk.join('bob'), await desk.join('eve')];
  const [deleted, kept, absent] = [await desk.pat(ada), await desk.pat(bob), await desk.pat(eve)];
  const { token: invitation } = unwrap(await desk.authority.invite('ada', await desk.root()));
  const file = join(place.root(), 'backup.db');
  place.tamper(`vacuum into '${file}'`);

  unwrap(await desk.authority.deletePersonalToken(deleted.id, await desk.by(ada.token)));
  unwrap(await desk.authority.revokeToken(bob.token, await desk.root()));
  unwrap(await desk.authority.acceptInvitation(invitation, ROOT, { path: 'test' }));
  unwrap(await desk.remove({ kind: 'User', name: 'eve' }));
  await desk.store.close();
  place.world.clock.advance(5_000);
  copyFileSync(file, `${file}.copy`);
  const request = { ...place.world, folder: place.folder(), file: `${file}.copy`, keyFile: undefined };
  unwrap(await restore({ ...request, whenOther: 'overwrite', caller: CALLER }));

  desk = await open();
  const statuses = await Promise.all(
    [deleted.token, ada.token, bob.token, absent.token, eve.token, kept.token].map((one) => desk.status(one)),
  );
  expect(statuses).toEqual([401, 401, 401, 401, 401, 200]);
  expect((await desk.authority.acceptInvitation(invitation, ROOT, { path: 'test' })).ok).toBe(false);
  unwrap(await desk.store.verifyAudit());
  await desk.store.close();
});

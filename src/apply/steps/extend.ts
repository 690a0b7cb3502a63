/** extend: the newest version ends later, as it is declared now. */
import type { Doer } from '../step-world.js';

export const extend: Doer<'extend'> = ({ object, detail }, { mutate }) => {
  const { generation, expiresAt } = detail;
  return mutate({
    ...{ kind: 'extend', object, generation },
    expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
  });
};

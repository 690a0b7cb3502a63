// How many spaces there are, and which are in which environment.
import { all, api } from './client.mjs';

const environments = await all((request) => api.environments.list(request));
for (const { id, name } of environments) {
  const spaces = await all((request) => api.spaces.list(request), { environmentId: id });
  console.log(`${name}: ${spaces.length}`);
  for (const space of spaces) console.log(`  ${space.name} (${space.workbooksCount} workbooks)`);
}
const { pagination } = await api.spaces.list({ pageSize: 1 });
console.log(`all: ${pagination.totalCount}`);

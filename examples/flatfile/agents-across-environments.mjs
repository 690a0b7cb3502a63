// Which agents are deployed to which environment, and since when they are as they are.
import { all, api } from './client.mjs';

for (const { id, name } of await all((request) => api.environments.list(request))) {
  const agents = await all((request) => api.agents.list(request), { environmentId: id });
  console.log(`${name}: ${agents.length}`);
  for (const { slug, topics = [], updatedAt } of agents)
    console.log(`  ${slug} on ${topics.join(', ')}, deployed ${updatedAt.toISOString()}`);
}

// Who did what, in every environment: events of all of them, joined with the users and guests who acted.
import { all, api, get } from './client.mjs';

const people = new Map();
for (const { id, name, email } of await all((request) => api.users.list(request)))
  people.set(id, `${name} <${email}>`);
// Flatfile's client lists the guests of one space at a time; here they are listed together.
for (let path = '/guests?limit=100'; path; ) {
  const { data, nextCursor } = await get(path);
  for (const { id, name, email } of data) people.set(id, `${name} <${email}>, a guest`);
  path = nextCursor && `/guests?limit=100&cursor=${nextCursor}`;
}

for (const environment of await all((request) => api.environments.list(request))) {
  const request = { environmentId: environment.id, includeAcknowledged: true };
  for (const { createdAt, topic, payload, context } of await all((page) => api.events.list({ ...request, ...page })))
    console.log(
      `${createdAt.toISOString()} ${environment.name} ${topic} ${payload.name ?? ''} by ` +
        `${people.get(context.actorId) ?? context.actorId ?? 'the system'}`,
    );
}

// Who did what, in every environment: the log, with the users and guests who acted.
// Flatfile's client has no method for a log that people, keys and tokens are in too, so it is read from /audit.
import { all, api, get } from './client.mjs';

const people = new Map();
for (const { ref, name, email } of await all((request) => api.users.list(request)))
  people.set(ref, `${name} <${email}>`);
for (let path = '/guests?limit=100'; path; ) {
  const { data, nextCursor } = await get(path);
  for (const { ref, name, email } of data) people.set(ref, `${name} <${email}>, a guest`);
  path = nextCursor && `/guests?limit=100&cursor=${nextCursor}`;
}

for (let since = 0; since !== null; ) {
  const { data, nextSince } = await get(`/audit?since=${since}&limit=100`);
  for (const { at, action, object, actor } of data)
    console.log(`${at} ${action} ${object} by ${people.get(actor) ?? actor}`);
  since = nextSince;
}

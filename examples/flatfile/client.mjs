// The official client of Flatfile's API, pointed at `keywright serve`.
import { FlatfileClient } from '@flatfile/api';

const url = process.env.KEYWRIGHT_URL ?? 'http://127.0.0.1:8787';
const token = process.env.KEYWRIGHT_TOKEN;
if (!token) {
  console.error('Set KEYWRIGHT_TOKEN to a personal access token: it sees every environment.');
  process.exit(64);
}

export const api = new FlatfileClient({ environment: `${url}/v1`, token });

/** What the client has no method for. */
export async function get(path) {
  const response = await fetch(`${url}/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** All pages of a list that is paged by number. */
export async function all(list, request = {}) {
  const items = [];
  for (let pageNumber = 1; ; pageNumber++) {
    const { data = [], pagination } = await list({ ...request, pageSize: 100, pageNumber });
    items.push(...data);
    if (pageNumber >= (pagination?.pageCount ?? 1)) return items;
  }
}

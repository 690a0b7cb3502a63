/** What people are sorted by in a list by number. */
import type { Entry } from '../objects.js';
import { isUserEntry, nameOf } from './item.js';

export const SORT_FIELDS = [
  'email',
  'name',
  'id',
  'idp',
  'idp_ref',
  'created_at',
  'updated_at',
  'last_seen_at',
  'dashboard',
] as const;

/** Fields without values leave the order by name. */
export function sortValue(entry: Entry, field: (typeof SORT_FIELDS)[number]): string | number {
  if (!isUserEntry(entry)) return '';
  switch (field) {
    case 'email':
      return entry.object.declaration.spec.email;
    case 'name':
      return nameOf(entry).toLowerCase();
    case 'id':
      return entry.object.id;
    case 'created_at':
      return entry.object.createdAt;
    case 'updated_at':
      return entry.kept.updatedAt;
    case 'dashboard':
      return Number(entry.kept.attributes['dashboard'] ?? 0);
    case 'idp':
    case 'idp_ref':
    case 'last_seen_at':
      return '';
  }
}

/** The tables of a schema as text that reads the same under every version of PostgreSQL. */

/** Rows of one column `line`, in order. */
export const SCHEMA_LINES = `
select line from (
  select c.relname as place, 1 as part, a.attnum::int as nth,
    format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      case when k.collname <> 'default' then ' collate ' || k.collname else '' end,
      case when a.attnotnull then ' not null' else '' end) as line
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_collation k on k.oid = a.attcollation
  where n.nspname = 'keywright' and c.relkind = 'r' and a.attnum > 0 and c.relname not like 'kysely%'
  union all
  select c.relname, 2, 0, format('%s %s', c.relname, pg_get_constraintdef(t.oid))
  from pg_constraint t
  join pg_class c on c.oid = t.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'keywright' and t.contype <> 'n' and c.relname not like 'kysely%'
  union all
  select tablename, 3, 0, indexdef from pg_indexes where schemaname = 'keywright' and tablename not like 'kysely%'
) lines order by place collate "C", part, nth, line collate "C"`;

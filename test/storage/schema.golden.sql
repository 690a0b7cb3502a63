CREATE TABLE "audit" ("seq" bigint primary key,
  "at" bigint not null,
  "actor" text not null,
  "path" text not null,
  "action" text not null,
  "object_kind" text not null,
  "object_name" text not null,
  "detail" text not null,
  "previous_hash" text not null,
  "hash" text not null);

CREATE INDEX "audit_object" on "audit" ("object_kind",
  "object_name",
  "seq");

CREATE TABLE "belongings" ("id" text primary key,
  "kind" text not null,
  "object_id" text not null references "objects" ("id"),
  "name" text not null,
  "value" text not null,
  "created_at" bigint not null,
  "updated_at" bigint not null, constraint "belongings_name" unique ("object_id",
  "kind",
  "name"));

CREATE TABLE "consumers_seen" ("token_id" text not null references "versions" ("token_id"),
  "consumer" text not null,
  "last_seen_at" bigint not null, constraint "consumers_seen_pk" primary key ("token_id",
  "consumer"));

CREATE TABLE "credentials" ("id" text primary key,
  "kind" text not null,
  "holder_id" text not null references "objects" ("id"),
  "parent_id" text,
  "name" text,
  "proof" text,
  "created_at" bigint not null,
  "expires_at" bigint,
  "spent_at" bigint,
  "ended_at" bigint,
  "row_mac" text not null,
  "last_used_at" bigint,
  "space_id" text);

CREATE INDEX "credentials_expires_at" on "credentials" ("expires_at");

CREATE INDEX "credentials_holder" on "credentials" ("holder_id",
  "kind",
  "created_at");

CREATE INDEX "credentials_kind" on "credentials" ("kind");

CREATE TABLE "events" ("id" text primary key,
  "seq" bigint,
  "at" bigint not null,
  "environment_id" text not null,
  "space_id" text,
  "workbook_id" text,
  "topic" text not null,
  "domain" text not null,
  "payload" text not null,
  "members" text not null,
  "actor_id" text,
  "acknowledged_at" bigint,
  "acknowledged_by" text,
  "row_mac" text);

CREATE INDEX "events_at" on "events" ("at",
  "id");

CREATE INDEX "events_at_open" on "events" ("at",
  "id") where "acknowledged_at" is null;

CREATE INDEX "events_environment" on "events" ("environment_id",
  "at",
  "id");

CREATE INDEX "events_environment_open" on "events" ("environment_id",
  "at",
  "id") where "acknowledged_at" is null;

CREATE INDEX "events_said" on "events" ("environment_id",
  "at",
  "id") where "seq" is null;

CREATE INDEX "events_space" on "events" ("space_id",
  "at",
  "id");

CREATE INDEX "events_space_open" on "events" ("space_id",
  "at",
  "id") where "acknowledged_at" is null;

CREATE TABLE "instances" ("id" text primary key,
  "kind" text not null,
  "name" text not null,
  "version" text not null,
  "started_at" bigint not null,
  "last_seen_at" bigint not null,
  "behind" bigint,
  "clock_skew_ms" bigint,
  "uses_until" bigint,
  "steady_since" bigint);

CREATE TABLE "keyring" ("name" text primary key,
  "wrapped" text not null);

CREATE TABLE "leases" ("name" text primary key,
  "holder" text not null,
  "epoch" bigint not null,
  "until" bigint not null,
  "since" bigint,
  "process" text);

CREATE TABLE "meta" ("name" text primary key,
  "value" text not null);

CREATE TABLE "object_references" ("object_id" text not null references "objects" ("id"),
  "kind" text not null,
  "name" text not null, constraint "object_references_pk" primary key ("kind",
  "name",
  "object_id"));

CREATE TABLE "objects" ("id" text primary key,
  "kind" text not null,
  "name" text not null,
  "declaration" text not null,
  "digest" text not null,
  "project" text,
  "manager" text,
  "origin" text not null,
  "revision" bigint not null,
  "quiet_until" bigint not null,
  "key_type" text,
  "is_prod" integer,
  "deactivated_at" bigint,
  "rotation_requested_at" bigint,
  "acknowledged_generation" integer,
  "created_at" bigint not null,
  "removed_at" bigint,
  "row_mac" text not null,
  "alias" text,
  "owner_id" text,
  "granted_at" bigint,
  "deliveries" text default '[]' not null,
  "applied" text);

CREATE UNIQUE INDEX "objects_live_alias" on "objects" ("kind",
  "alias") where "removed_at" is null;

CREATE UNIQUE INDEX "objects_live_name" on "objects" ("kind",
  "name") where "removed_at" is null;

CREATE INDEX "objects_owner" on "objects" ("owner_id");

CREATE INDEX "objects_removed_name" on "objects" ("kind",
  "name",
  "removed_at") where "removed_at" is not null;

CREATE TABLE "outbox" ("id" text primary key,
  "credential_id" text not null references "credentials" ("id"),
  "sealed" text not null,
  "created_at" bigint not null,
  "expires_at" bigint not null,
  "row_mac" text not null,
  "attempts" bigint not null,
  "due_at" bigint not null);

CREATE INDEX "outbox_due" on "outbox" ("due_at");

CREATE TABLE "replays" ("caller" text not null,
  "key" text not null,
  "request" text not null,
  "answer" text,
  "created_at" bigint not null,
  "effects" text default '{}' not null,
  "row_mac" text default '' not null, constraint "replays_key" primary key ("caller",
  "key"));

CREATE INDEX "replays_age" on "replays" ("created_at");

CREATE TABLE "secrets" ("id" text primary key,
  "environment_id" text not null references "objects" ("id"),
  "space_id" text not null,
  "actor_id" text not null,
  "name" text not null,
  "sealed" text not null,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "row_mac" text not null, constraint "secrets_name" unique ("environment_id",
  "space_id",
  "actor_id",
  "name"));

CREATE TABLE "signing_keys" ("id" text primary key,
  "public_key" text not null,
  "sealed" text not null,
  "created_at" bigint not null,
  "retired_at" bigint,
  "row_mac" text not null);

CREATE TABLE "usage" ("day" text not null,
  "environment" text not null,
  "is_billable" integer not null,
  "uses" bigint not null, constraint "usage_key" primary key ("day",
  "environment",
  "is_billable"));

CREATE TABLE "versions" ("token_id" text primary key,
  "object_id" text not null references "objects" ("id"),
  "generation" integer not null,
  "token_mac" text not null,
  "fingerprint" text not null,
  "issued_at" bigint not null,
  "promoted_at" bigint,
  "retiring_at" bigint,
  "suspended_until" bigint,
  "revoked_at" bigint,
  "expires_at" bigint,
  "sealed" text,
  "recipient" text,
  "clear" text,
  "row_mac" text not null,
  "last_used_at" bigint,
  "use_count" bigint,
  "is_revoked" integer, constraint "versions_generation" unique ("object_id",
  "generation"));

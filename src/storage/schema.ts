/** The tables as kysely types them. Rows are those of the credential store's storage port; columns are listed once. */
import type {
  AttributeRow,
  AuditRow,
  ConsumerRow,
  CredentialRow,
  EventRow,
  InstanceRow,
  KeyringRow,
  LeaseRow,
  MessageRow,
  MetaRow,
  ObjectRow,
  ReferenceRow,
  ReplayRow,
  SecretRow,
  SigningKeyRow,
  UsageRow,
  VersionRow,
} from '../credential-store/storage-port.js';

export interface Database {
  readonly objects: ObjectRow;
  readonly object_references: ReferenceRow;
  readonly versions: VersionRow;
  readonly consumers_seen: ConsumerRow;
  readonly credentials: CredentialRow;
  readonly signing_keys: SigningKeyRow;
  readonly belongings: AttributeRow;
  readonly events: EventRow;
  readonly secrets: SecretRow;
  readonly outbox: MessageRow;
  readonly usage: UsageRow;
  readonly instances: InstanceRow;
  readonly replays: ReplayRow;
  readonly audit: AuditRow;
  readonly leases: LeaseRow;
  readonly keyring: KeyringRow;
  readonly meta: MetaRow;
}

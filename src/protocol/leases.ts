/** Leases of a live store over HTTP, call by call. */
import { Type } from 'typebox';
import { closed } from '../domain/kinds/fields.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { Lease, LeaseClaim, LeaseHolder } from '../ports/live-store.js';
import { Holder, Lease as LeaseShape } from './effects.js';
import * as shape from './objects.js';
import { operation } from './operation.js';

/** A lease is over in five seconds: an answer that comes later is of no use. */
const LEASE_TIMEOUT_MS: DurationMs = 2 * SECOND_MS;
const leasing = { permission: 'plans:apply', patienceMs: LEASE_TIMEOUT_MS } as const;

const Process = Type.Object(
  {
    machine: Type.String({ maxLength: 253 }),
    boot: Type.String({ maxLength: 200 }),
    pid: Type.Integer({ minimum: 1 }),
    started: Type.String({ maxLength: 40 }),
  },
  closed,
);

interface Acquiring extends LeaseClaim {
  readonly holder: string;
  readonly ttlMs: DurationMs;
  readonly name?: string;
}

export const acquireLease = operation<Acquiring, Lease>({
  ...leasing,
  id: 'storeAcquireLease',
  path: '/store/acquire-lease',
  summary: 'Acquire the lease of writers, or a lease that elects a leader.',
  description: '`locked` while another holder has it. The store limits its duration.',
  // The second time it would find itself locked out by the first.
  again: 'unwanted',
  sent: Type.Object(
    {
      ...{ holder: Holder, ttlMs: shape.Ms, name: Type.Optional(LeaseShape.properties.name) },
      process: Type.Optional(Process),
      takeOver: Type.Optional(Type.Integer({ description: 'The epoch of a lease whose holder is dead.' })),
    },
    closed,
  ),
  got: LeaseShape,
});

export const leaseHolder = operation<{ readonly name?: string }, LeaseHolder | null>({
  ...leasing,
  id: 'storeLeaseHolder',
  path: '/store/lease-holder',
  summary: 'Who holds the lease of writers, or another.',
  description: 'null when it is free.',
  again: 'harmless',
  sent: Type.Object({ name: Type.Optional(LeaseShape.properties.name) }, closed),
  got: Type.Union([
    Type.Object({
      ...{ holder: Type.String(), epoch: Type.Integer(), since: shape.At, until: shape.At },
      process: Type.Optional(Type.Object(Process.properties)),
    }),
    Type.Null(),
  ]),
});

export const renewLease = operation<{ readonly lease: Lease }, Lease>({
  ...leasing,
  id: 'storeRenewLease',
  path: '/store/renew-lease',
  summary: 'Extend a lease.',
  description: '`lease_lost` when another holder has it.',
  again: 'harmless',
  sent: Type.Object({ lease: LeaseShape }, closed),
  got: LeaseShape,
});

export const releaseLease = operation<{ readonly lease: Lease }, null>({
  ...leasing,
  id: 'storeReleaseLease',
  path: '/store/release-lease',
  summary: 'Release a lease.',
  again: 'harmless',
  sent: Type.Object({ lease: LeaseShape }, closed),
  got: Type.Null(),
});

/** Of the approved plan that effects are of. */

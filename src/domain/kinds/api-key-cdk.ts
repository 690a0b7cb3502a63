/** The properties of a key's construct, from its document. */

import { sinkCode } from '../sinks/index.js';
import type { ApiKeySpec, RotationSpec } from './api-key-spec.js';
import { type CdkApp, type CdkProps, literals, roleCode } from './facets.js';

export function keyProps(spec: ApiKeySpec, app: CdkApp): CdkProps {
  const { environment, type, owner, permissions, expiresAfter, expiresAt, rotation, deliver } = spec;
  return {
    environment: app.reference('Environment', environment),
    owner: ownerCode(owner, app),
    ...literals({ type, permissions }, app),
    expiresAfter: app.duration(expiresAfter),
    ...literals({ expiresAt }, app),
    rotation: rotation && rotationCode(rotation, app),
    deliverTo: deliver && `[${deliver.map((sink) => sinkCode(sink, app)).join(', ')}]`,
  };
}

function ownerCode(owner: ApiKeySpec['owner'], app: CdkApp): string {
  if (owner.service !== undefined) return app.reference('Service', owner.service);
  if (owner.user !== undefined) return app.reference('User', owner.user);
  if (owner.team === undefined) return 'Owner.tenant()';
  const team = app.reference('Team', owner.team);
  return owner.role === undefined ? team : `Owner.team(${team}, TeamRole.of(${roleCode(owner.role, app)}))`;
}

function rotationCode(rotation: RotationSpec, app: CdkApp): string {
  const { every, overlap, quiet, deadline, handover, consumers } = rotation;
  return app.object({
    every: app.duration(every),
    overlap: app.duration(overlap),
    handover: handover && app.literal(handover),
    quiet: app.duration(quiet),
    consumers: consumers && app.literal(consumers),
    deadline: app.duration(deadline),
  });
}

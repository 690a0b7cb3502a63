/** The properties of a key's construct, from its document. */
import type { ApiKeySpec, RotationSpec, SinkDeclaration } from '../domain/kinds/index.js';
import { code, durationCode, type Names, objectCode } from './export-cdk-code.js';

/** `spec` is one that its schema accepts, with defaults left out. */
export function keyCode(
  spec: Readonly<Record<string, unknown>>,
  names: Names,
): Readonly<Record<string, string | undefined>> {
  const { environment, type, owner, permissions, expiresAfter, expiresAt, rotation, deliver } =
    spec as unknown as ApiKeySpec;
  const given = (value: unknown): string | undefined => (value === undefined ? undefined : code(value));
  return {
    environment: names.of('Environment', environment),
    owner: ownerCode(owner, names),
    type: given(type),
    permissions: given(permissions),
    expiresAfter: durationCode(expiresAfter),
    expiresAt: given(expiresAt),
    rotation: rotation && rotationCode(rotation),
    deliverTo: deliver && `[${deliver.map(sinkCode).join(', ')}]`,
  };
}

function sinkCode(sink: SinkDeclaration): string {
  const { dotenv, file } = sink;
  if (dotenv) return `Sink.dotenv(${code(dotenv.path)}, ${code(dotenv.variable)})`;
  if (file) return `Sink.${file.format === 'json' ? 'jsonFile' : 'file'}(${code(file.path)})`;
  return `Sink.of(${code(sink)})`;
}

function ownerCode(owner: ApiKeySpec['owner'], names: Names): string {
  if (owner.service !== undefined) return names.of('Service', owner.service);
  if (owner.user !== undefined) return names.of('User', owner.user);
  if (owner.team === undefined) return 'Owner.tenant()';
  const team = names.of('Team', owner.team);
  return owner.role === undefined
    ? team
    : `Owner.team(${team}, TeamRole.of(${names.declared('Role', owner.role) ?? code(owner.role)}))`;
}

function rotationCode({ every, overlap, quiet, deadline, handover, consumers }: RotationSpec): string {
  return objectCode({
    every: durationCode(every),
    overlap: durationCode(overlap),
    handover: handover && code(handover),
    quiet: durationCode(quiet),
    consumers: consumers && code(consumers),
    deadline: durationCode(deadline),
  });
}

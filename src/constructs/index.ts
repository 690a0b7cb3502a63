/** The CDK library, `keywright/constructs`: level 2 by its names, level 1 beside it. */
export { ApiKey, type ApiKeyProps } from './api-key.js';
export { Connection, type ConnectionProps } from './connection.js';
export { Duration } from './duration.js';
export { Environment, type EnvironmentProps } from './environment.js';
export { Guest, type GuestProps } from './guest.js';
export type {
  AddedServiceProps,
  AddedSpaceProps,
  IApiKey,
  IConnection,
  IEnvironment,
  IGuest,
  IKeyOwner,
  InvitedGuestProps,
  IService,
  ISpace,
  ITeam,
  IUser,
  ServiceKeyProps,
  TeamKeyProps,
} from './interfaces.js';
export type { KeyProps, RotationProps } from './key-props.js';
export * from './level1/index.js';
export type { DeclaredProps, INamed, IRole, NamedResource } from './named.js';
export { Owner } from './owner.js';
export { Policies, type Policy, type PolicySubject } from './policies.js';
export { Role, type RoleProps } from './role.js';
export { TeamRole, TenantRole } from './roles.js';
export { Service, type ServiceProps } from './service.js';
export {
  type AwsSecret,
  type GithubSecret,
  type KubernetesSecret,
  Sink,
  type SinkBesides,
  type SinkConnection,
  type VaultSecret,
} from './sink.js';
export { Space, type SpaceProps } from './space.js';
export { Team, type TeamProps } from './team.js';
export { User, type UserProps } from './user.js';

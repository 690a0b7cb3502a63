/** The CDK library, `keywright/constructs`: level 2 by its names, level 1 beside it. */
export { ApiKey, type ApiKeyProps } from './api-key.js';
export { Duration } from './duration.js';
export { Environment, type EnvironmentProps } from './environment.js';
export { Guest, type GuestProps, type InvitedGuestProps } from './guest.js';
export type {
  DeclaredProps,
  IEnvironment,
  IGuest,
  IKeyOwner,
  INamed,
  IRole,
  IService,
  ISpace,
  ITeam,
  IUser,
  KeyProps,
  RotationProps,
  ServiceKeyProps,
} from './interfaces.js';
export * from './level1/index.js';
export { Owner } from './owner.js';
export { Policies, type Policy, type PolicySubject } from './policies.js';
export { Role, type RoleProps } from './role.js';
export { TeamRole, TenantRole } from './roles.js';
export { Service, type ServiceProps } from './service.js';
export { Sink } from './sink.js';
export { type AddedSpaceProps, Space, type SpaceProps } from './space.js';
export { Team, type TeamKeyProps, type TeamProps } from './team.js';
export { User, type UserProps } from './user.js';

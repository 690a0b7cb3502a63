/** Level 1, by the names that generated bindings would have. */
import { OBJECT_KINDS, type ObjectKind } from '../../domain/kinds/index.js';
import { type DataSourceClass, dataSourceClass } from './data-source.js';
import { type ResourceClass, resourceClass } from './kind-resource.js';

export type { DataSourceConfig } from './data-source.js';
export { EphemeralAccessToken, EphemeralApiKey } from './ephemeral.js';
export { KindResource, type ResourceConfig } from './kind-resource.js';
export { KeywrightProvider, type KeywrightProviderConfig } from './provider.js';

/** The resource of every kind, by its name. */
export const Resources = Object.fromEntries(
  OBJECT_KINDS.map((kind) => [kind, resourceClass(kind)]),
) as unknown as { readonly [K in ObjectKind]: ResourceClass<K> };

/** The data source of every kind, by its name. */
export const DataSources = Object.fromEntries(
  OBJECT_KINDS.map((kind) => [kind, dataSourceClass(kind)]),
) as unknown as { readonly [K in ObjectKind]: DataSourceClass<K> };

export const EnvironmentResource: ResourceClass<'Environment'> = Resources.Environment;
export const ServiceResource: ResourceClass<'Service'> = Resources.Service;
export const ApiKeyResource: ResourceClass<'ApiKey'> = Resources.ApiKey;
export const RoleResource: ResourceClass<'Role'> = Resources.Role;
export const TeamResource: ResourceClass<'Team'> = Resources.Team;
export const UserResource: ResourceClass<'User'> = Resources.User;
export const SpaceResource: ResourceClass<'Space'> = Resources.Space;
export const GuestResource: ResourceClass<'Guest'> = Resources.Guest;

export const DataEnvironment: DataSourceClass<'Environment'> = DataSources.Environment;
export const DataService: DataSourceClass<'Service'> = DataSources.Service;
export const DataApiKey: DataSourceClass<'ApiKey'> = DataSources.ApiKey;
export const DataRole: DataSourceClass<'Role'> = DataSources.Role;
export const DataTeam: DataSourceClass<'Team'> = DataSources.Team;
export const DataUser: DataSourceClass<'User'> = DataSources.User;
export const DataSpace: DataSourceClass<'Space'> = DataSources.Space;
export const DataGuest: DataSourceClass<'Guest'> = DataSources.Guest;

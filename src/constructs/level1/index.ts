/** Level 1, by the names that generated bindings would have. */
import { type DataSourceClass, dataSourceClass } from './data-source.js';
import { type ResourceClass, resourceClass } from './kind-resource.js';

export type { DataSourceConfig } from './data-source.js';
export { EphemeralAccessToken, EphemeralApiKey } from './ephemeral.js';
export { KindResource, type ResourceConfig } from './kind-resource.js';
export { KeywrightProvider, type KeywrightProviderConfig } from './provider.js';

export const EnvironmentResource: ResourceClass<'Environment'> = resourceClass('Environment');
export const ServiceResource: ResourceClass<'Service'> = resourceClass('Service');
export const ApiKeyResource: ResourceClass<'ApiKey'> = resourceClass('ApiKey');
export const RoleResource: ResourceClass<'Role'> = resourceClass('Role');
export const TeamResource: ResourceClass<'Team'> = resourceClass('Team');
export const UserResource: ResourceClass<'User'> = resourceClass('User');
export const SpaceResource: ResourceClass<'Space'> = resourceClass('Space');
export const GuestResource: ResourceClass<'Guest'> = resourceClass('Guest');

export const DataEnvironment: DataSourceClass<'Environment'> = dataSourceClass('Environment');
export const DataService: DataSourceClass<'Service'> = dataSourceClass('Service');
export const DataApiKey: DataSourceClass<'ApiKey'> = dataSourceClass('ApiKey');
export const DataRole: DataSourceClass<'Role'> = dataSourceClass('Role');
export const DataTeam: DataSourceClass<'Team'> = dataSourceClass('Team');
export const DataUser: DataSourceClass<'User'> = dataSourceClass('User');
export const DataSpace: DataSourceClass<'Space'> = dataSourceClass('Space');
export const DataGuest: DataSourceClass<'Guest'> = dataSourceClass('Guest');

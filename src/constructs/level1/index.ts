/** Level 1, by the names that generated bindings would have. */
import { type DataSourceClass, dataSourceClass } from './data-source.js';
import { type ResourceClass, resourceClass } from './kind-resource.js';

export type { DataSourceConfig } from './data-source.js';
export { EphemeralAccessToken, EphemeralApiKey } from './ephemeral.js';
export { KindResource, type ResourceConfig } from './kind-resource.js';
export { KeywrightProvider, type KeywrightProviderConfig } from './provider.js';

/**
 * Is the level 1 resource of `Environment`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new EnvironmentResource(stack, 'one', { name: 'production', isProd: true });
 * ```
 */
export const EnvironmentResource: ResourceClass<'Environment'> = resourceClass('Environment');
/**
 * Is the level 1 resource of `Service`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new ServiceResource(stack, 'one', { name: 'billing' });
 * ```
 */
export const ServiceResource: ResourceClass<'Service'> = resourceClass('Service');
/**
 * Is the level 1 resource of `ApiKey`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new ApiKeyResource(stack, 'one', { name: 'billing-prod', environment: 'production', owner: { service: 'billing' } });
 * ```
 */
export const ApiKeyResource: ResourceClass<'ApiKey'> = resourceClass('ApiKey');
/**
 * Is the level 1 resource of `Role`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new RoleResource(stack, 'one', { name: 'log-reader', scope: 'tenant', permissions: ['audit:read'] });
 * ```
 */
export const RoleResource: ResourceClass<'Role'> = resourceClass('Role');
/**
 * Is the level 1 resource of `Team`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new TeamResource(stack, 'one', { name: 'data' });
 * ```
 */
export const TeamResource: ResourceClass<'Team'> = resourceClass('Team');
/**
 * Is the level 1 resource of `User`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new UserResource(stack, 'one', { name: 'ada', email: 'ada@example.com' });
 * ```
 */
export const UserResource: ResourceClass<'User'> = resourceClass('User');
/**
 * Is the level 1 resource of `Space`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new SpaceResource(stack, 'one', { name: 'onboarding', environment: 'production' });
 * ```
 */
export const SpaceResource: ResourceClass<'Space'> = resourceClass('Space');
/**
 * Is the level 1 resource of `Guest`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new GuestResource(stack, 'one', { name: 'auditor', environment: 'production', email: 'auditor@example.com' });
 * ```
 */
export const GuestResource: ResourceClass<'Guest'> = resourceClass('Guest');

/**
 * Is the data source of a live `Environment`, found by its name.
 *
 * @example
 * ```ts
 * new DataEnvironment(stack, 'live', { name: 'production' }).getStringAttribute('is_prod');
 * ```
 */
export const DataEnvironment: DataSourceClass<'Environment'> = dataSourceClass('Environment');
/**
 * Is the data source of a live `Service`, found by its name.
 *
 * @example
 * ```ts
 * new DataService(stack, 'live', { name: 'billing' }).getStringAttribute('description');
 * ```
 */
export const DataService: DataSourceClass<'Service'> = dataSourceClass('Service');
/**
 * Is the data source of a live `ApiKey`, found by its name.
 *
 * @example
 * ```ts
 * new DataApiKey(stack, 'live', { name: 'billing-prod' }).getStringAttribute('key_id');
 * ```
 */
export const DataApiKey: DataSourceClass<'ApiKey'> = dataSourceClass('ApiKey');
/**
 * Is the data source of a live `Role`, found by its name.
 *
 * @example
 * ```ts
 * new DataRole(stack, 'live', { name: 'log-reader' }).getStringAttribute('scope');
 * ```
 */
export const DataRole: DataSourceClass<'Role'> = dataSourceClass('Role');
/**
 * Is the data source of a live `Team`, found by its name.
 *
 * @example
 * ```ts
 * new DataTeam(stack, 'live', { name: 'data' }).getStringAttribute('description');
 * ```
 */
export const DataTeam: DataSourceClass<'Team'> = dataSourceClass('Team');
/**
 * Is the data source of a live `User`, found by its name.
 *
 * @example
 * ```ts
 * new DataUser(stack, 'live', { name: 'ada' }).getStringAttribute('email');
 * ```
 */
export const DataUser: DataSourceClass<'User'> = dataSourceClass('User');
/**
 * Is the data source of a live `Space`, found by its name.
 *
 * @example
 * ```ts
 * new DataSpace(stack, 'live', { name: 'onboarding', environment: 'production' }).getStringAttribute('description');
 * ```
 */
export const DataSpace: DataSourceClass<'Space'> = dataSourceClass('Space');
/**
 * Is the data source of a live `Guest`, found by its name.
 *
 * @example
 * ```ts
 * new DataGuest(stack, 'live', { name: 'auditor', environment: 'production' }).getStringAttribute('email');
 * ```
 */
export const DataGuest: DataSourceClass<'Guest'> = dataSourceClass('Guest');

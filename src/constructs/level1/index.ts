/** Level 1, by the names that generated bindings would have. */
import { OBJECT_KINDS, type ObjectKind } from '../../domain/kinds/index.js';
import { type DataSourceClass, dataSourceClass } from './data-source.js';
import { type ResourceClass, resourceClass } from './kind-resource.js';

export type { DataSourceConfig } from './data-source.js';
export { EphemeralAccessToken, EphemeralApiKey } from './ephemeral.js';
export { KindResource, type ResourceConfig } from './kind-resource.js';
export { KeywrightProvider, type KeywrightProviderConfig } from './provider.js';

/**
 * Holds the level 1 resource of every kind, by its name.
 *
 * @example
 * ```ts
 * new Resources.Service(stack, 'one', { name: 'billing' });
 * ```
 */
export const Resources = Object.fromEntries(
  OBJECT_KINDS.map((kind) => [kind, resourceClass(kind)]),
) as unknown as { readonly [K in ObjectKind]: ResourceClass<K> };

/**
 * Holds the data source of every kind, by its name.
 *
 * @example
 * ```ts
 * new DataSources.Service(stack, 'live', { name: 'billing' });
 * ```
 */
export const DataSources = Object.fromEntries(
  OBJECT_KINDS.map((kind) => [kind, dataSourceClass(kind)]),
) as unknown as { readonly [K in ObjectKind]: DataSourceClass<K> };

/**
 * Is the level 1 resource of `Environment`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new EnvironmentResource(stack, 'one', { name: 'production', isProd: true });
 * ```
 */
export const EnvironmentResource: ResourceClass<'Environment'> = Resources.Environment;
/**
 * Is the level 1 resource of `Service`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new ServiceResource(stack, 'one', { name: 'billing' });
 * ```
 */
export const ServiceResource: ResourceClass<'Service'> = Resources.Service;
/**
 * Is the level 1 resource of `ApiKey`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new ApiKeyResource(stack, 'one', { name: 'billing-prod', environment: 'production', owner: { service: 'billing' } });
 * ```
 */
export const ApiKeyResource: ResourceClass<'ApiKey'> = Resources.ApiKey;
/**
 * Is the level 1 resource of `Role`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new RoleResource(stack, 'one', { name: 'log-reader', scope: 'tenant', permissions: ['audit:read'] });
 * ```
 */
export const RoleResource: ResourceClass<'Role'> = Resources.Role;
/**
 * Is the level 1 resource of `Team`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new TeamResource(stack, 'one', { name: 'data' });
 * ```
 */
export const TeamResource: ResourceClass<'Team'> = Resources.Team;
/**
 * Is the level 1 resource of `User`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new UserResource(stack, 'one', { name: 'ada', email: 'ada@example.com' });
 * ```
 */
export const UserResource: ResourceClass<'User'> = Resources.User;
/**
 * Is the level 1 resource of `Space`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new SpaceResource(stack, 'one', { name: 'onboarding', environment: 'production' });
 * ```
 */
export const SpaceResource: ResourceClass<'Space'> = Resources.Space;
/**
 * Is the level 1 resource of `Guest`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new GuestResource(stack, 'one', { name: 'auditor', environment: 'production', email: 'auditor@example.com' });
 * ```
 */
export const GuestResource: ResourceClass<'Guest'> = Resources.Guest;

/**
 * Is the level 1 resource of `Connection`: values as Terraform takes them, expressions included.
 *
 * @example
 * ```ts
 * new ConnectionResource(stack, 'one', { name: 'cluster', kubernetes: { inCluster: true } });
 * ```
 */
export const ConnectionResource: ResourceClass<'Connection'> = Resources.Connection;

/**
 * Is the data source of a live `Environment`, found by its name.
 *
 * @example
 * ```ts
 * new DataEnvironment(stack, 'live', { name: 'production' }).getStringAttribute('is_prod');
 * ```
 */
export const DataEnvironment: DataSourceClass<'Environment'> = DataSources.Environment;
/**
 * Is the data source of a live `Service`, found by its name.
 *
 * @example
 * ```ts
 * new DataService(stack, 'live', { name: 'billing' }).getStringAttribute('description');
 * ```
 */
export const DataService: DataSourceClass<'Service'> = DataSources.Service;
/**
 * Is the data source of a live `ApiKey`, found by its name.
 *
 * @example
 * ```ts
 * new DataApiKey(stack, 'live', { name: 'billing-prod' }).getStringAttribute('key_id');
 * ```
 */
export const DataApiKey: DataSourceClass<'ApiKey'> = DataSources.ApiKey;
/**
 * Is the data source of a live `Role`, found by its name.
 *
 * @example
 * ```ts
 * new DataRole(stack, 'live', { name: 'log-reader' }).getStringAttribute('scope');
 * ```
 */
export const DataRole: DataSourceClass<'Role'> = DataSources.Role;
/**
 * Is the data source of a live `Team`, found by its name.
 *
 * @example
 * ```ts
 * new DataTeam(stack, 'live', { name: 'data' }).getStringAttribute('description');
 * ```
 */
export const DataTeam: DataSourceClass<'Team'> = DataSources.Team;
/**
 * Is the data source of a live `User`, found by its name.
 *
 * @example
 * ```ts
 * new DataUser(stack, 'live', { name: 'ada' }).getStringAttribute('email');
 * ```
 */
export const DataUser: DataSourceClass<'User'> = DataSources.User;
/**
 * Is the data source of a live `Space`, found by its name.
 *
 * @example
 * ```ts
 * new DataSpace(stack, 'live', { name: 'onboarding', environment: 'production' }).getStringAttribute('description');
 * ```
 */
export const DataSpace: DataSourceClass<'Space'> = DataSources.Space;
/**
 * Is the data source of a live `Guest`, found by its name.
 *
 * @example
 * ```ts
 * new DataGuest(stack, 'live', { name: 'auditor', environment: 'production' }).getStringAttribute('email');
 * ```
 */
export const DataGuest: DataSourceClass<'Guest'> = DataSources.Guest;
/**
 * Is the data source of a live `Connection`, found by its name.
 *
 * @example
 * ```ts
 * new DataConnection(stack, 'live', { name: 'cluster' }).getStringAttribute('id');
 * ```
 */
export const DataConnection: DataSourceClass<'Connection'> = DataSources.Connection;

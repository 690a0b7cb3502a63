/** The kinds, in one table. Adding a kind is adding its file and its line here. */
import { ApiKey } from './api-key.js';
import { Connection } from './connection.js';
import { Environment } from './environment.js';
import { Guest } from './guest.js';
import { Project } from './project.js';
import { Role } from './role.js';
import { Service } from './service.js';
import { Space } from './space.js';
import { Team } from './team.js';
import { User } from './user.js';

/** In an order in which each refers to earlier ones only. */
export const KINDS = {
  ...{ Project, Environment, Service, Role, User, Team, Space, Guest },
  ...{ Connection, ApiKey },
} as const;

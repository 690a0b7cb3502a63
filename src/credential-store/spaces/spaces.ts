/** Composes the port of the use-cases of spaces and what is in them. */

import type { Sealing } from '../../ports/sealing.js';
import type { Spaces } from '../../ports/spaces.js';
import { acknowledgeEvent, eventSeen, eventsSeen, postEvent } from '../events/events.js';
import type { Identity } from '../identity/identity.js';
import { putSecret, removeSecret, secretsSeen } from '../secrets.js';
import { agentsOf, deployAgent, removeAgent } from './agents.js';
import { closePlace, openPlace } from './guest-roles.js';
import { changeGuest, createGuests, removeGuest } from './guests.js';
import { about, changeRoom, createRoom, removeRooms } from './objects.js';
import { changeWorkbook, createWorkbook, removeWorkbook, workbooksOf } from './workbooks.js';

export const spacesOver = ({ read, act }: Pick<Identity, 'read' | 'act'>, sealing: Sealing): Spaces => ({
  about: (objects) => read(({ tx }) => about(tx, objects)),
  create: (room, by) => act(by, (work, caller) => createRoom(work, room, caller)),
  change: (change, by) => act(by, (work, caller) => changeRoom(work, change, caller)),
  remove: (objects, by) => act(by, (work, caller) => removeRooms(work, objects, caller)),
  workbooks: (spaceIds) => read(({ tx }) => workbooksOf(tx, spaceIds)),
  createWorkbook: (workbook, by) => act(by, (work, caller) => createWorkbook(work, workbook, caller)),
  changeWorkbook: (id, attributes, by) =>
    act(by, (work, caller) => changeWorkbook(work, { id, attributes }, caller)),
  removeWorkbook: (id, by) => act(by, (work, caller) => removeWorkbook(work, id, caller)),
  agents: (environmentIds) => read(({ tx }) => agentsOf(tx, environmentIds)),
  deployAgent: (agent, by) => act(by, (work, caller) => deployAgent(work, agent, caller)),
  guests: {
    create: (guests, by) => act(by, (work, caller) => createGuests(work, guests, caller)),
    change: (change, by) => act(by, (work, caller) => changeGuest(work, change, caller)),
    open: (place, by) => act(by, (work, caller) => openPlace(work, place, caller)),
    close: (place, by) => act(by, (work, caller) => closePlace(work, place, caller)),
    remove: (from, by) => act(by, (work, caller) => removeGuest(work, from, caller)),
  },
  secrets: {
    list: (wanted, by) => read((reading) => secretsSeen({ ...reading, sealing }, wanted, by)),
    put: (secret, by) => act(by, (work, caller) => putSecret(work, secret, caller)),
    remove: (id, by) => act(by, (work, caller) => removeSecret(work, id, caller)),
  },
  events: {
    list: (query, by) => read((reading) => eventsSeen(reading, query, by)),
    get: (id, by) => read((reading) => eventSeen(reading, id, by)),
    post: (event, by) => act(by, (work, caller) => postEvent(work, event, caller)),
    acknowledge: (id, by) => act(by, (work, caller) => acknowledgeEvent(work, id, caller)),
  },
  removeAgent: (id, by) => act(by, (work, caller) => removeAgent(work, id, caller)),
});

/** The use-cases of rooms and what is in them, put together as the port. */

import type { Sealing } from '../../ports/sealing.js';
import type { Spaces } from '../../ports/spaces.js';
import { acknowledgeEvent, eventSeen, eventsSeen, postEvent } from '../events/events.js';
import { callerBy, type Identity } from '../identity/identity.js';
import { putSecret, removeSecret, secretsSeen } from '../secrets.js';
import { agentsOf, deployAgent, removeAgent } from './agents.js';
import { closePlace, openPlace } from './guest-roles.js';
import { changeGuest, createGuests, removeGuest } from './guests.js';
import { about, changeRoom, createRoom, removeRooms } from './objects.js';
import { changeWorkbook, createWorkbook, removeWorkbook, workbooksOf } from './workbooks.js';

export const spacesOver = ({ read, write }: Pick<Identity, 'read' | 'write'>, sealing: Sealing): Spaces => ({
  about: (objects) => read(({ tx }) => about(tx, objects)),
  create: (room, by) => write(callerBy(by), (work) => createRoom(work, room, by)),
  change: (change, by) => write(callerBy(by), (work) => changeRoom(work, change, by)),
  remove: (objects, by) => write(callerBy(by), (work) => removeRooms(work, objects, by)),
  workbooks: (spaceIds) => read(({ tx }) => workbooksOf(tx, spaceIds)),
  createWorkbook: (workbook, by) => write(callerBy(by), (work) => createWorkbook(work, workbook, by)),
  changeWorkbook: (id, attributes, by) =>
    write(callerBy(by), (work) => changeWorkbook(work, { id, attributes }, by)),
  removeWorkbook: (id, by) => write(callerBy(by), (work) => removeWorkbook(work, id, by)),
  agents: (environmentIds) => read(({ tx }) => agentsOf(tx, environmentIds)),
  deployAgent: (agent, by) => write(callerBy(by), (work) => deployAgent(work, agent, by)),
  guests: {
    create: (guests, by) => write(callerBy(by), (work) => createGuests(work, guests, by)),
    change: (change, by) => write(callerBy(by), (work) => changeGuest(work, change, by)),
    open: (place, by) => write(callerBy(by), (work) => openPlace(work, place, by)),
    close: (place, by) => write(callerBy(by), (work) => closePlace(work, place, by)),
    remove: (from, by) => write(callerBy(by), (work) => removeGuest(work, from, by)),
  },
  secrets: {
    list: (wanted, by) => read((reading) => secretsSeen({ ...reading, sealing }, wanted, by)),
    put: (secret, by) => write(callerBy(by), (work) => putSecret(work, secret, by)),
    remove: (id, by) => write(callerBy(by), (work) => removeSecret(work, id, by)),
  },
  events: {
    list: (query, by) => read((reading) => eventsSeen(reading, query, by)),
    get: (id, by) => read((reading) => eventSeen(reading, id, by)),
    post: (event, by) => write(callerBy(by), (work) => postEvent(work, event, by)),
    acknowledge: (id, by) => write(callerBy(by), (work) => acknowledgeEvent(work, id, by)),
  },
  removeAgent: (id, by) => write(callerBy(by), (work) => removeAgent(work, id, by)),
});

/** The use-cases of rooms and what is in them, put together as the port. */
import type { Rooms } from '../../ports/rooms.js';
import { callerBy, type Identity } from '../identity/identity.js';
import { agentsOf, deployAgent, removeAgent } from './agents.js';
import { changeGuest, createGuests, removeGuest } from './guests.js';
import { about, changeRoom, createRoom, removeRooms } from './objects.js';
import { changeWorkbook, createWorkbook, removeWorkbook, workbooksOf } from './workbooks.js';

export const roomsOver = ({ read, write }: Pick<Identity, 'read' | 'write'>): Rooms => ({
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
    remove: (from, by) => write(callerBy(by), (work) => removeGuest(work, from, by)),
  },
  removeAgent: (id, by) => write(callerBy(by), (work) => removeAgent(work, id, by)),
});

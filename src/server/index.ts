export { backUp, restore } from './backup.js';
export type { Collected } from './collect.js';
export { createServerLog, type LogLevel, type RequestLine, type ServerLog } from './log.js';
export { addressOfConnection, addressOfProxied, type Listening, listen } from './node.js';
export { type CoffretServer, openServer, type ServerOptions } from './open-server.js';
export { DEFAULT_POLICY, type Policy } from './policy.js';

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Home } from './actor.js';
import type { Attack, Loot } from './attack.js';
import { type ActorProcess, startActor } from './channel.js';
import { print } from './print.js';
import { type ServerProcess, startServer } from './server.js';

/** One thing the demo claims, and whether it held. */
export interface Check {
  readonly name: string;
  readonly pass: boolean;
}

/** The director's place: a directory, a server that can die, people in processes of their own, and the checks. */
export interface Stage {
  readonly directory: string;
  readonly dataDir: string;
  readonly journal: string;
  readonly checks: readonly Check[];
  readonly server: ServerProcess;
  /** Says it and remembers it. */
  check(name: string, pass: boolean): void;
  /** Starts the server, on the port it had before. */
  startServer(): Promise<void>;
  enter(name: string): ActorProcess;
  homeOf(name: string): Home;
  /** Runs `attack.ts` in a process of its own. */
  attack(options: Attack): Promise<Loot>;
  /** Ends every process and deletes everything. */
  close(): Promise<void>;
}

/** `program` is this very program, which plays every part when told to. */
export async function openStage(program: string): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-demo-'));
  const dataDir = join(directory, 'server');
  const journal = join(directory, 'server-journal.jsonl');
  await mkdir(dataDir);
  const checks: Check[] = [];
  const actors: ActorProcess[] = [];
  const start = (port: number) => startServer({ dataDir, port, journal });
  const clean = () => rm(directory, { recursive: true, force: true, maxRetries: 5 });
  let server = await start(0).catch(async (error: unknown) => {
    await clean();
    throw error;
  });
  return {
    ...{ directory, dataDir, journal, checks },
    get server() {
      return server;
    },
    check(name, pass) {
      checks.push({ name, pass });
      print.line(`${pass ? '✓' : '✗'} ${name}`);
    },
    async startServer() {
      server = await start(server.port);
    },
    enter(name) {
      const actor = startActor(program, name);
      actors.push(actor);
      return actor;
    },
    homeOf: (name) => ({ directory: join(directory, name), passphrase: `${name} keeps four long words` }),
    async attack(options) {
      const child = fork(program, ['--attack']);
      child.send(options);
      const [loot] = await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(() => Promise.reject(new Error('The attack came to nothing: it failed.'))),
      ]);
      return loot;
    },
    async close() {
      await Promise.all([...actors.map((actor) => actor.kill()), server.kill('SIGKILL')]);
      await clean();
    },
  };
}

#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { isVaultError } from '../errors.js';

const USAGE = `coffret serve   [--data DIR] [--port N] [--host H] [--allow-origin O]… [--public-url URL] [--behind-proxy] [--log LEVEL]
coffret backup  [--data DIR] --to DIR
coffret restore [--data DIR] --from DIR
coffret verify-journal FILE [--lang en|fr]
`;
const PEERS = 'hono @hono/node-server kysely pino';

const OPTIONS = {
  data: { type: 'string', default: 'coffret-data' },
  port: { type: 'string', default: '8787' },
  host: { type: 'string', default: '127.0.0.1' },
  'allow-origin': { type: 'string', multiple: true, default: [] as string[] },
  'public-url': { type: 'string' },
  'behind-proxy': { type: 'boolean', default: false },
  log: { type: 'string', default: 'info' },
  to: { type: 'string' },
  from: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

await main(process.argv.slice(2));

async function main(argv: string[]): Promise<void> {
  const { command, values } = readArguments(argv);
  if (values.help) {
    console.log(USAGE.trimEnd());
    return;
  }
  const server = await import('./index.js').catch(missingPeers);
  const { data: dataDir } = values;
  try {
    if (command === 'serve') await serve(server, values);
    else if (command === 'backup') {
      const { blobs } = await server.backUp({ dataDir, to: required(values.to) });
      console.log(`Backed up ${dataDir} with ${blobs} blobs.`);
    } else if (command === 'restore') {
      const { blobs } = await server.restore({ dataDir, from: required(values.from) });
      console.log(
        `Restored ${dataDir} with ${blobs} blobs. Clients will see an older state and send again what is missing.`,
      );
    } else stop(USAGE);
  } catch (error) {
    stop(isVaultError(error) || error instanceof Error ? error.message : String(error));
  }
}

function readArguments(argv: string[]) {
  try {
    const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
    return { command: positionals[0], values };
  } catch (error) {
    return stop(`${(error as Error).message}\n${USAGE}`);
  }
}

async function serve(
  { openServer, listen, addressOfConnection, addressOfProxied }: typeof import('./index.js'),
  values: ReturnType<typeof readArguments>['values'],
): Promise<void> {
  const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
  const log = levels.find((level) => level === values.log) ?? stop(`--log is one of ${levels.join(', ')}.`);
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : stop('--port is a number.');
  const publicUrl = values['public-url'];
  const server = await openServer({
    dataDir: values.data,
    allowOrigins: values['allow-origin'],
    addressOf: values['behind-proxy'] ? addressOfProxied : addressOfConnection,
    log,
    ...(publicUrl === undefined ? {} : { publicUrl }),
  });
  const listening = await listen(server, { port, host: values.host });
  console.log(`Coffret listens on ${listening.url}`);
  let stopping = false;
  const end = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await listening.close();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function required(value: string | undefined): string {
  return value ?? stop(USAGE);
}

function missingPeers(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  return stop(`The server needs packages that are not installed: npm install ${PEERS}`);
}

function stop(message: string): never {
  console.error(message.trimEnd());
  process.exit(2);
}

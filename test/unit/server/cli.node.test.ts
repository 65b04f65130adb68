import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundledCli, startServerProcess } from '../../support/server-process.js';

const run = promisify(execFile);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffret-cli-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const coffret = async (...args: string[]) => {
  try {
    const { stdout, stderr } = await run(process.execPath, [await bundledCli(), ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
};

it('starts with nothing but a directory, and backs up while it runs', async () => {
  const dataDir = join(directory, 'made on the way');
  const server = await startServerProcess({ dataDir });
  try {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
    expect((await coffret('backup', '--data', dataDir, '--to', join(directory, 'copy'))).code).toBe(0);
  } finally {
    expect(await server.stop()).toBe(0);
  }
  expect(
    (await coffret('restore', '--from', join(directory, 'copy'), '--data', join(directory, 'new'))).code,
  ).toBe(0);
  const again = await coffret('restore', '--from', join(directory, 'copy'), '--data', join(directory, 'new'));
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('store/not-empty')]);
});

it.each([
  [['sing'], 'coffret serve'],
  [['serve', '--port', 'x'], '--port is a number'],
  [['serve', '--log', 'loud'], '--log is one of'],
  [['serve', '--what'], '--what'],
  [['backup'], 'coffret backup'],
])('%j ends with 2 and says why', async (args, reason) => {
  const { code, stderr } = await coffret(...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
});

it('names what to install where the packages of the server are missing', async () => {
  // Outside the checkout no package is found.
  const folder = join(directory, 'alone');
  await mkdir(folder);
  await cp(dirname(await bundledCli()), folder, { recursive: true });
  const failure = run(process.execPath, [join(folder, 'cli.mjs'), 'serve', '--data', directory]);
  await expect(failure).rejects.toMatchObject({
    code: 2,
    stderr:
      'The server needs packages that are not installed: npm install hono @hono/node-server kysely pino\n',
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-tree.js';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The content security policy that the readme gives, for this sync server. */
export function readmePolicy(server: string): string {
  const [, policy] = /^```\n(default-src [^`]+)\n```$/m.exec(README) ?? [];
  if (policy === undefined) throw new Error('the readme gives no policy');
  return policy.replaceAll('\n', ' ').replace('https://sync.example', server);
}

/** The words that follow `npx PROGRAM` wherever the readme says so. */
export function readmeCommands(program: string): string[][] {
  const lines = README.replaceAll(/ \\\n +/g, ' ').split('\n');
  return lines
    .filter((line) => line.startsWith(`npx ${program} `))
    .map((line) =>
      line
        .replace(/ +#.*$/, '')
        .split(' ')
        .slice(2),
    );
}

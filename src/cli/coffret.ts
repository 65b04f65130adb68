#!/usr/bin/env node
// The command `coffret`: what concerns a server is the server's, and needs its packages; the rest needs nothing.
const [command, ...rest] = process.argv.slice(2);
if (command === 'verify-journal') {
  const { verifyJournalCommand } = await import('./verify-journal.js');
  process.exitCode = await verifyJournalCommand(rest);
} else await import('../server/cli.js');

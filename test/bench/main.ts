/**
 * The benchmark: `npm run bench -- [--browser [--profile]] [--quick] [--only NAME] [--json FILE]`.
 *
 * Each workload runs beside its peer in the same process, in turns; what counts is the ratio of the medians. With
 * `--browser` it runs in Chromium, on a page made from the built package; `--profile` says where the time goes there.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSodium } from '../../src/crypto/sodium.js';
import { coldOpenInBrowser } from './browser/cold-open.js';
import { fileToStored } from './browser/file-to-stored.js';
import { liveList } from './browser/live-list.js';
import { lists } from './browser/lists.js';
import { pageThread } from './browser/page-thread.js';
import { workerStart } from './browser/worker-start.js';
import { bundle } from './bundle.js';
import { coldOpen } from './cold-open.js';
import { describeEnvironment } from './environment.js';
import { file } from './file.js';
import { records } from './records.js';
import { live } from './live.js';
import { isWithinBudget, printRows, type Row, type Workload } from './row.js';
import { search } from './search.js';
import { serverAppend } from './server-append.js';
import { shareCategory } from './share-category.js';
import { shareDocuments } from './share-documents.js';
import { sync } from './sync.js';

const WORKLOADS: readonly Workload[] = [
  file,
  records,
  coldOpen,
  shareCategory,
  shareDocuments,
  sync,
  serverAppend,
  live,
  search,
  bundle,
];
const BROWSER_WORKLOADS: readonly Workload[] = [
  fileToStored,
  pageThread,
  coldOpenInBrowser,
  lists,
  liveList,
  workerStart,
  bundle,
];

const { values } = parseArgs({
  options: {
    browser: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const workloads = values.browser ? BROWSER_WORKLOADS : WORKLOADS;
const chosen = workloads.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0)
  throw new Error(`--only takes one of ${workloads.map(({ name }) => name).join(', ')}`);

const environment = describeEnvironment();
console.log(
  Object.entries(environment)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n'),
  '\n',
);
await loadSodium();
const rows: Row[] = [];
for (const { name, about, run } of chosen) {
  console.log(`${name}: ${about}`);
  const measured = await run({ quick: values.quick, profile: values.profile });
  console.log(`${printRows(measured)}\n`);
  rows.push(...measured);
}
const missed = rows.filter((row) => !isWithinBudget(row));
if (chosen.length > 1) console.log(printRows(rows));
console.log(`\n${String(rows.length)} figures, ${String(missed.length)} outside their budget.`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ environment, quick: values.quick, rows }, null, 2)}\n`);
}

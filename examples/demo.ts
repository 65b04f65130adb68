/**
 * The whole product in one run: `npm run demo -- [--documents DIR] [--json FILE]`.
 *
 * This program directs. It also plays every part, each in a process of its own, when it starts itself with `--play`.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Attack, attack } from './demo/attack.js';
import { play } from './demo/channel.js';
import { readDirectory } from './demo/documents.js';
import { recover, searchServer, showTables, tryEverything } from './demo/ending.js';
import { megabytesPerSecond, print, seconds } from './demo/print.js';
import { openStage, type Stage } from './demo/stage.js';
import { type Kept, tell } from './demo/story.js';

const PROGRAM = fileURLToPath(import.meta.url);
const OWN_DOCUMENTS = fileURLToPath(new URL('../examples/data', import.meta.resolve('coffret')));

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: OWN_DOCUMENTS },
    json: { type: 'string' },
    play: { type: 'string' },
    attack: { type: 'boolean', default: false },
  },
});

if (values.play !== undefined) play();
else if (values.attack) stealOnce();
else process.exitCode = await direct(resolve(values.documents));

async function direct(directory: string): Promise<number> {
  const start = performance.now();
  const { originals, skipped } = await readDirectory(directory);
  if (originals.length === 0) {
    console.error(`There is no readable file in ${directory}.`);
    return 2;
  }
  print.line(`${originals.length} documents from ${directory}`);
  for (const line of skipped) print.line(`left out: ${line}`);
  let stopped = false;
  const opening = openStage(PROGRAM);
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= opening.then((stage) => stage.close()));
  const stop = async () => {
    stopped = true;
    await close().catch(() => {});
    process.exit(130);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // After Ctrl-C everything fails, and none of it matters: the process is about to end.
  const never = new Promise<never>(() => {});
  const stage = await opening.catch((error: unknown) => (stopped ? never : Promise.reject(error)));
  let told: Awaited<ReturnType<typeof tell>> | null = null;
  try {
    told = await tell(stage, originals);
    await tryEverything(stage, told);
    await recover(stage, told);
    print.heading('What the server saw');
    await searchServer(stage, told);
    showTables(stage, told.kept);
  } catch (error) {
    if (stopped) return never;
    stage.check(`the story came to its end (${(error as Error).message})`, false);
  } finally {
    await close();
  }
  const figures = {
    ...told?.figures,
    skipped: skipped.length,
    totalMs: Math.round(performance.now() - start),
  };
  showFigures(figures);
  if (values.json !== undefined) {
    // Of what the demo made itself, only the large file of its own set counts as a document.
    const isListed = ({ made, original }: Kept) =>
      !made || (values.documents === OWN_DOCUMENTS && original.mediaType === 'application/dicom');
    const documents = (told?.kept ?? []).filter(isListed).map(({ original, sha256Out }) => {
      return { name: original.name, bytes: original.size, sha256In: original.sha256, sha256Out };
    });
    const report = { documents, skipped, checks: stage.checks, figures, environment: environment() };
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  return conclude(stage);
}

/** The process of `attack.ts`. */
function stealOnce(): void {
  process.on('disconnect', () => process.exit());
  process.once('message', async (options: Attack) => {
    const loot = await attack(options);
    process.send?.(loot, () => process.disconnect());
  });
}

function showFigures(figures: Readonly<Record<string, number>>): void {
  const rate = (bytes: number, ms: number) => `${megabytesPerSecond(bytes, ms)} MB/s`;
  const { importBytes = 0, importMs = 1, readBackMs = 1 } = figures;
  print.heading('Seconds and megabytes');
  print.table([
    ['three people made, each passphrase stretched', seconds(figures.createPeopleMs ?? 0), ''],
    ['read, encrypted and on disk', seconds(importMs), rate(importBytes, importMs)],
    ['uploaded, with a crash in between', seconds(figures.uploadWithCrashMs ?? 0), ''],
    ['shared, a category and a document', seconds(figures.shareMs ?? 0), ''],
    ['revoked', seconds(figures.revokeMs ?? 0), ''],
    ['back from 24 words', seconds(figures.recoverMs ?? 0), ''],
    ['downloaded, checked and decrypted', seconds(readBackMs), rate(importBytes, readBackMs)],
    ['all of this', seconds(figures.totalMs ?? 0), ''],
  ]);
  const { node, platform, processor, cores } = environment();
  print.line(`Node ${node}, ${platform}, ${cores} × ${processor}; server and clients on this one machine`);
}

function environment() {
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

function conclude({ checks }: Stage): number {
  const failed = checks.filter(({ pass }) => !pass);
  print.heading(
    failed.length === 0
      ? `All ${checks.length} checks passed.`
      : `${failed.length} of ${checks.length} checks failed:`,
  );
  for (const { name } of failed) print.line(`✗ ${name}`);
  return failed.length === 0 ? 0 : 1;
}

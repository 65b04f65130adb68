import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIndexedDbStore } from '../../src/store/index.js';
import { openStage, type Stage } from '../support/actors.js';
import { answerOf, filesOfOrigin, findText, openDatabase, rowsOfDatabase } from '../support/origin-scan.js';
import type { Outcome, Task } from './person-worker.js';

const FILE_BYTES = 20_000_000;
const CANARY = 'Alice Martel, born 1980-02-29, has a tumour';

describe('an app keeps everything in a dedicated worker', () => {
  const store = crypto.randomUUID();
  const place = `coffret-${store}`;
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await (await openIndexedDbStore({ name: store })).destroy();
    await stage.close();
  });

  it('adds, sends, shares and reads 20 MB, in a file of the origin, and leaves no plaintext there', async () => {
    const line = new TextEncoder().encode(`${CANARY}\n`);
    const content = new Uint8Array(FILE_BYTES).map((_, i) => line[i % line.length] as number);
    const file = new File([content], `${CANARY}.dcm`, { type: 'application/dicom' });
    const outcome = await inWorker({ server: stage.url, store, canary: CANARY, file });
    expect(outcome.error).toBeUndefined();
    expect(outcome.failed).toEqual([]);
    expect(outcome.titles).toEqual([CANARY]);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
    expect(outcome.digests).toEqual([digest, digest]);
    const done = outcome.progress.map((step) => step.done);
    expect(done.length).toBeGreaterThan(10);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(outcome.progress.at(-1)).toEqual({ phase: 'encrypt', done: FILE_BYTES, total: FILE_BYTES });

    const files = await filesOfOrigin(place);
    expect(files).toHaveLength(1);
    expect(files[0]?.bytes.length).toBeGreaterThan(FILE_BYTES);
    const rows = await rowsOfDatabase(place);
    expect(rows.length).toBeGreaterThan(10);
    expect(findText([...files, ...rows], CANARY)).toEqual([]);

    // The same search finds plaintext where there is some.
    await spill(place, line);
    const found = findText([...(await filesOfOrigin(place)), ...(await rowsOfDatabase(place))], CANARY);
    expect(found).toEqual([`${place}/spilt`, `${place}/entries`]);
  });
});

function inWorker(task: Task): Promise<Outcome> {
  const worker = new Worker(new URL('./person-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Outcome>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

/** Writes plaintext beside what the store keeps. */
async function spill(place: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const file = await (await root.getDirectoryHandle(place)).getFileHandle('spilt', { create: true });
  const writable = await file.createWritable();
  await writable.write(bytes);
  await writable.close();
  const database = await openDatabase(place);
  const entries = database.transaction('entries', 'readwrite').objectStore('entries');
  await answerOf(entries.put({ key: 'spilt', value: bytes }));
  database.close();
}

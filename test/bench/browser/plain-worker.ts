/** The worker beside which ours is measured: it reads and stores and does nothing else. It also prepares stores. */
import { openIndexedDbStore } from 'coffret/store';
import { serve } from './calls.js';

const READ_BYTES = 512 * 1024;

const CALLS = {
  /** Reads a file as fast as Chromium can, and stores it as it is. */
  async storePlain({ file }: { file: File }) {
    const root = await navigator.storage.getDirectory();
    const handle = await (await root.getFileHandle('plain', { create: true })).createSyncAccessHandle();
    const reader = file.stream().getReader({ mode: 'byob' });
    let at = 0;
    for (let buffer = new ArrayBuffer(READ_BYTES); ; ) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (value === undefined || done) break;
      at += handle.write(value, { at });
      buffer = value.buffer;
    }
    handle.flush();
    handle.close();
    await root.removeEntry('plain');
    if (at !== file.size) throw new Error(`stored ${String(at)} of ${String(file.size)} bytes`);
  },

  /** Makes a store that holds what the file at `url` says: keys and values in base64. */
  async fill({ name, url }: { name: string; url: string }) {
    const entries: [string, string][] = await (await fetch(url)).json();
    const store = await openIndexedDbStore({ name });
    await store.write(entries.map(([key, value]) => ({ type: 'put', key, value: fromBase64(value) })));
    await store.close();
  },
};

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export type PlainCalls = typeof CALLS;
serve(CALLS);

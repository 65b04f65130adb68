/** Looks at what a page's origin keeps, as someone with the machine in hands would. */

/** A place where bytes lie, and how many. */
export interface Place {
  readonly where: string;
  readonly bytes: Uint8Array;
}

/** Every file of the origin's private file system under a directory, with all its bytes. */
export async function filesOfOrigin(directory: string): Promise<Place[]> {
  const root = await navigator.storage.getDirectory();
  return filesIn(await root.getDirectoryHandle(directory), directory);
}

/** Every key and value of an IndexedDB database; text is its UTF-8, and what is nested is taken apart. */
export async function rowsOfDatabase(name: string): Promise<Place[]> {
  const database = await openDatabase(name);
  const places: Place[] = [];
  for (const store of database.objectStoreNames) {
    const objects = database.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([answerOf(objects.getAllKeys()), answerOf(objects.getAll())]);
    values.forEach((value, i) => {
      for (const bytes of flatten([keys[i], value])) places.push({ where: `${name}/${store}`, bytes });
    });
  }
  database.close();
  return places;
}

/** The places where a text can be found. */
export function findText(places: readonly Place[], text: string): string[] {
  const holds = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes).includes(text);
  return places.filter(({ bytes }) => holds(bytes)).map(({ where }) => where);
}

/** Opens a database as it is. */
export function openDatabase(name: string): Promise<IDBDatabase> {
  return answerOf(indexedDB.open(name));
}

/** Waits for an IndexedDB request. */
export function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

async function filesIn(directory: FileSystemDirectoryHandle, path: string): Promise<Place[]> {
  const places: Place[] = [];
  for await (const [name, handle] of directory.entries()) {
    const where = `${path}/${name}`;
    if (handle.kind === 'directory') {
      places.push(...(await filesIn(handle as FileSystemDirectoryHandle, where)));
      continue;
    }
    const file = await (handle as FileSystemFileHandle).getFile();
    places.push({ where, bytes: new Uint8Array(await file.arrayBuffer()) });
  }
  return places;
}

function flatten(value: unknown): Uint8Array[] {
  if (typeof value === 'string') return [new TextEncoder().encode(value)];
  if (value instanceof ArrayBuffer) return [new Uint8Array(value)];
  if (ArrayBuffer.isView(value)) {
    // The whole buffer behind a view is on the disk too.
    return [new Uint8Array(value.buffer as ArrayBuffer)];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...flatten(key), ...flatten(inner)]);
}

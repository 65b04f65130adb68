import { useEffect, useState } from 'react';
import { isVaultError, type VaultError } from '../errors.js';
import type { Document, Id, Progress } from '../index.js';
import type { AnyShare } from './any-person.js';
import { useExplain } from './use-explain.js';
import { useVault } from './use-vault.js';

/** Which file of a document. */
export interface BlobOptions {
  /** The share that the document is in; otherwise it is the vault's. */
  readonly share?: AnyShare;
  /** An earlier version of a document of the vault. */
  readonly version?: Id<'change'>;
}

/** A decrypted file, or how far it is. */
export interface BlobResult {
  /** The file, once all of it is authentic. */
  readonly data: Blob | undefined;
  readonly error: VaultError | null;
  /** The sentence for `error`, to show. */
  readonly message: string | null;
  readonly pending: boolean;
  /** How far it is, or null. */
  readonly progress: Progress | null;
}

interface Loading {
  readonly of: string | null | undefined;
  readonly data?: Blob;
  readonly thrown?: { readonly value: unknown };
  readonly progress?: Progress;
}

/**
 * Fetches and decrypts the file of a document, and again when the document gets another version.
 *
 * Pending for no document. Aborted when the component goes. To show what is in the file use `Preview`: it is what someone
 * else made, and must not act on the page.
 */
export function useDocumentBlob(
  document: Document | null | undefined,
  { share, version }: BlobOptions = {},
): BlobResult {
  const explain = useExplain();
  const vault = useVault();
  const [loading, setLoading] = useState<Loading>({ of: undefined });
  const id = document?.id;
  const wanted = document && `${share?.grant ?? vault?.id} ${id} ${version ?? document.version}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` names the vault or share, the document and the version.
  useEffect(() => {
    if (id === undefined) return;
    const controller = new AbortController();
    const { signal } = controller;
    const show = (state: Omit<Loading, 'of'>) => {
      if (!signal.aborted) setLoading({ of: wanted, ...state });
    };
    const work = { signal, onProgress: (progress: Progress) => show({ progress }) };
    const blob = share
      ? share.blob(id, work)
      : vault?.documents.blob(id, version === undefined ? work : { ...work, version });
    blob?.then(
      (data) => show({ data }),
      (value: unknown) => show({ thrown: { value } }),
    );
    return () => controller.abort();
  }, [wanted]);
  const { data, thrown, progress }: Loading = loading.of === wanted ? loading : { of: wanted };
  if (thrown !== undefined && !isVaultError(thrown.value)) throw thrown.value;
  const error = (thrown?.value as VaultError | undefined) ?? null;
  const pending = data === undefined && error === null;
  return { data, error, message: explain(error), pending, progress: progress ?? null };
}

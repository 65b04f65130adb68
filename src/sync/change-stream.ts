import { createParser } from 'eventsource-parser';
import { VaultError } from '../errors.js';
import { base64urlToBytes } from '../formats/id.js';
import { changeEvent, decodeMessage } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import type { RequestSigner } from '../protocol/request-signature.js';
import { INBOX_TARGET, logTarget, vaultTarget } from './pull.js';
import type { Transport } from './transport.js';

const EVENT_CHARACTERS_MAX = 1024 * 1024;

/**
 * Listens to the server's change notices until the stream ends; each gives the targets it names.
 *
 * Returns at once when the transport cannot listen. Throws `sync/*`, `usage/aborted`. A notice is a hint to pull
 * and nothing else. The server learns that this device is connected.
 */
export async function listenForChanges(options: {
  readonly transport: Transport;
  readonly signer: RequestSigner;
  readonly signal: AbortSignal;
  /** The stream is open: what changed before it was must be pulled once. */
  readonly onOpen: () => void;
  readonly onChange: (targets: readonly string[]) => void;
}): Promise<void> {
  const { transport, signer, signal, onOpen, onChange } = options;
  let failure: VaultError | null = null;
  const parser = createParser({
    maxBufferSize: EVENT_CHARACTERS_MAX,
    onEvent: ({ event, data }) => {
      if (event !== 'change') return;
      const targets = readNotice(data);
      if (targets === null) failure = new VaultError('sync/bad-answer', { why: 'event' });
      else onChange(targets);
    },
    onError: ({ type }) => {
      // The others are fields this version does not know.
      if (type === 'max-buffer-size-exceeded') failure = new VaultError('sync/bad-answer', { why: 'size' });
    },
  });
  let open = false;
  for await (const text of transport.listen?.({ path: paths.events, signer, signal }) ?? []) {
    if (!open) onOpen();
    open = true;
    parser.feed(text);
    if (failure !== null) throw failure;
  }
}

function readNotice(data: string): string[] | null {
  try {
    const { collections, inbox, vaults } = decodeMessage(
      changeEvent,
      base64urlToBytes(data) ?? new Uint8Array(0),
    );
    return [...collections.map(logTarget), ...vaults.map(vaultTarget), ...(inbox ? [INBOX_TARGET] : [])];
  } catch {
    return null;
  }
}

import { isVaultError, VaultError } from '../errors.js';
import { decodeMessage, type Message } from '../protocol/messages.js';
import { decodeRefusal, type Refusal } from '../protocol/refusal.js';
import type { Transport, TransportAnswer, TransportRequest } from './transport.js';

const RETRY_AFTER_MS_MAX = 24 * 60 * 60 * 1000;

/**
 * Sends a request and decodes the answer.
 *
 * Throws what `Transport.send` throws, `checkAnswer` for a refusal, and `sync/bad-answer` when the answer is not what
 * the protocol says.
 */
export async function call<T>(
  transport: Transport,
  request: TransportRequest,
  message: Message<T>,
): Promise<T> {
  const { body } = checkAnswer(await transport.send(request));
  try {
    return decodeMessage(message, body);
  } catch (error) {
    if (!isVaultError(error)) throw error;
    throw new VaultError('sync/bad-answer', { why: error.code });
  }
}

/**
 * Gives back an answer whose status says yes.
 *
 * Otherwise throws `sync/clock`, `sync/rate-limited` (`retryAfterMs`), `sync/quota`, `sync/server-error`,
 * `sync/refused` for any other refusal, or `sync/bad-answer` for a status that says nothing. `details` hold the
 * status, the server's code and the numbers that came with it.
 */
export function checkAnswer(answer: TransportAnswer): TransportAnswer {
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const refusal = readRefusal(answer);
  const details = { ...numbersOf(refusal), status, code: refusal?.code ?? null };
  if (status === 429 || refusal?.code === 'rate') {
    throw new VaultError('sync/rate-limited', { ...details, retryAfterMs: retryAfterMs(answer) });
  }
  if (refusal?.code === 'clock') throw new VaultError('sync/clock', details);
  if (refusal?.code === 'quota') throw new VaultError('sync/quota', details);
  if (status >= 500) {
    throw new VaultError('sync/server-error', { ...details, retryAfterMs: retryAfterMs(answer) });
  }
  throw new VaultError(refusal === null ? 'sync/bad-answer' : 'sync/refused', details);
}

function readRefusal({ status, body }: TransportAnswer): Refusal | null {
  if (status < 400) return null;
  try {
    return decodeRefusal(body);
  } catch {
    return null; // a proxy between here and the server
  }
}

function numbersOf(refusal: Refusal | null): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(refusal?.details ?? {})) {
    if (typeof value === 'number') numbers[name] = value;
  }
  return numbers;
}

function retryAfterMs({ headers }: TransportAnswer): number {
  const text = headers.get('retry-after');
  if (text === null || !/^[0-9]{1,9}$/.test(text)) return 0;
  return Math.min(Number(text) * 1000, RETRY_AFTER_MS_MAX);
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { passkeyPrfInput } from '../../../src/formats/prf-input.js';
import { askPasskey, createPasskey, isPasskeySupported } from '../../../src/passkey/index.js';
import { type Authenticator, plugAuthenticator } from '../../support/authenticator.js';
import { codeOf } from '../../support/code-of.js';

let phone: Authenticator;

beforeEach(async () => {
  phone = await plugAuthenticator();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await phone.unplug();
});

type Ceremony = 'create' | 'get';

/** Puts a password manager between page and browser: it answers with what `change` makes of the PRF's output. */
function interpose(ceremony: Ceremony, change: (output: Uint8Array) => unknown): void {
  const browser = navigator.credentials[ceremony].bind(navigator.credentials) as (
    options: never,
  ) => Promise<PublicKeyCredential>;
  vi.spyOn(navigator.credentials, ceremony).mockImplementation((async (options: never) => {
    const { rawId, getClientExtensionResults } = await browser(options).then((made) => ({
      rawId: made.rawId,
      getClientExtensionResults: () => made.getClientExtensionResults(),
    }));
    const { first } = getClientExtensionResults().prf?.results ?? {};
    const results = first === undefined ? {} : { first: change(new Uint8Array(first as ArrayBuffer)) };
    return { rawId, getClientExtensionResults: () => ({ prf: { enabled: true, results } }) };
  }) as never);
}

describe('a passkey', () => {
  it('is made, asked again, and gives the same every time', async () => {
    expect(await isPasskeySupported()).toBe(true);
    const made = await createPasskey({ name: 'Alice' });
    expect(await phone.list()).toEqual([made.credentialId]);
    const asked = await askPasskey();
    expect(asked.credentialId).toBe(made.credentialId);
    const output = made.take();
    expect(output).toHaveLength(32);
    expect(asked.take()).toEqual(output);
    expect(await codeOf(async () => made.take())).toBe('usage/closed');
  });

  it('is another secret each time one is made', async () => {
    const first = await createPasskey({ name: 'Alice' });
    const second = await createPasskey({ name: 'Alice' });
    expect(second.credentialId).not.toBe(first.credentialId);
    expect(second.take()).not.toEqual(first.take());
  });

  it('is asked for at our input, found without a name, and never without verifying the person', async () => {
    const create = vi.spyOn(navigator.credentials, 'create');
    const get = vi.spyOn(navigator.credentials, 'get');
    await createPasskey({ name: 'Alice', app: 'My health' });
    await askPasskey();
    const asked = create.mock.calls[0]?.[0]?.publicKey;
    expect(asked?.rp).toEqual({ name: 'My health', id: location.hostname });
    expect(asked?.user).toMatchObject({ name: 'Alice', displayName: 'Alice' });
    expect(asked?.authenticatorSelection).toMatchObject({
      residentKey: 'required',
      userVerification: 'required',
    });
    const extensions = { prf: { eval: { first: passkeyPrfInput() } } };
    expect(asked?.extensions).toEqual(extensions);
    expect(get.mock.calls.length).toBeGreaterThan(1);
    for (const [options] of get.mock.calls)
      expect(options?.publicKey).toMatchObject({ userVerification: 'required', extensions });
  });

  it('R-PRF-2 is trusted only after two ceremonies gave the same', async () => {
    const get = vi.spyOn(navigator.credentials, 'get');
    const create = vi.spyOn(navigator.credentials, 'create');
    await createPasskey({ name: 'Alice' });
    const made = (await create.mock.results[0]?.value) as PublicKeyCredential;
    const atCreation = made.getClientExtensionResults().prf?.results?.first === undefined ? 0 : 1;
    expect(atCreation + get.mock.calls.length).toBe(2);
  });

  it('R-PRF-2 is refused when it gives something else the second time', async () => {
    let count = 0;
    const unstable = (output: Uint8Array) => {
      count += 1;
      return output.with(31, (output[31] as number) ^ count).buffer;
    };
    interpose('create', unstable);
    interpose('get', unstable);
    await expect(createPasskey({ name: 'Alice' })).rejects.toMatchObject({
      code: 'usage/no-passkey',
      details: { reason: 'unstable' },
    });
  });
});

describe('a password manager that answers in the place of the browser', () => {
  it.each<[string, (output: Uint8Array) => unknown]>([
    ['a plain array', (output) => [...output]],
    ['a view', (output) => output],
    ['a view into a larger buffer', (output) => Uint8Array.of(9, 9, ...output, 9).subarray(2, 34)],
    ['a DataView', (output) => new DataView(output.slice().buffer)],
    ['a buffer of another realm', (output) => otherRealmBuffer(output)],
  ])('may give %s', async (_, change) => {
    const honest = await createPasskey({ name: 'Alice' });
    interpose('get', change);
    const asked = await askPasskey();
    expect(asked.take()).toEqual(honest.take());
  });

  it.each<[string, (output: Uint8Array) => unknown]>([
    ['nothing', () => undefined],
    ['an empty buffer', () => new ArrayBuffer(0)],
    ['31 bytes', (output) => output.slice(1).buffer],
    ['zeros', () => new ArrayBuffer(32)],
    ['numbers that are no bytes', (output) => [...output].with(3, 256)],
    ['fractions', (output) => [...output].with(3, 0.5)],
    ['text', (output) => String.fromCharCode(...output)],
    ['an object like an array', (output) => ({ ...output, length: 32 })],
  ])('R-PRF-2 may not give %s', async (_, change) => {
    await createPasskey({ name: 'Alice' });
    interpose('get', change);
    await expect(askPasskey()).rejects.toMatchObject({
      code: 'usage/no-passkey',
      details: { reason: 'no-prf' },
    });
  });
});

describe('asking for a passkey', () => {
  it('takes one of those named, and no other', async () => {
    const first = await createPasskey({ name: 'Alice' });
    const second = await createPasskey({ name: 'Alice, at work' });
    for (const { credentialId } of [first, second])
      expect((await askPasskey({ credentialIds: [credentialId] })).credentialId).toBe(credentialId);
    await phone.forget(first.credentialId);
    expect(await codeOf(() => askPasskey({ credentialIds: [first.credentialId] }))).toBe(
      'access/passkey-refused',
    );
  });

  it('ends when the person says no', async () => {
    await createPasskey({ name: 'Alice' });
    await phone.agree(false);
    expect(await codeOf(() => askPasskey())).toBe('access/passkey-refused');
    expect(await codeOf(() => createPasskey({ name: 'Alice' }))).toBe('access/passkey-refused');
  });

  it('gives nothing when the person says no to the second prompt', async () => {
    const create = navigator.credentials.create.bind(navigator.credentials);
    vi.spyOn(navigator.credentials, 'create').mockImplementation(async (options) => {
      const made = await create(options);
      await phone.agree(false);
      return made;
    });
    expect(await codeOf(() => createPasskey({ name: 'Alice' }))).toBe('access/passkey-refused');
  });

  it('ends when it is called off, before or while the person is asked', async () => {
    await createPasskey({ name: 'Alice' });
    expect(await codeOf(() => askPasskey({ signal: AbortSignal.abort() }))).toBe('usage/aborted');
    await phone.answer(false);
    const abort = new AbortController();
    const get = navigator.credentials.get.bind(navigator.credentials);
    vi.spyOn(navigator.credentials, 'get').mockImplementation((options) => {
      queueMicrotask(() => abort.abort(new Error('the app has its own reasons')));
      return get(options);
    });
    expect(await codeOf(() => askPasskey({ signal: abort.signal }))).toBe('usage/aborted');
  });

  it('says which argument is wrong', async () => {
    const invalid = { code: 'usage/invalid' };
    await expect(createPasskey({ name: '' })).rejects.toMatchObject(invalid);
    await expect(askPasskey({ credentialIds: ['A/'] })).rejects.toMatchObject(invalid);
    const elsewhere = { ...invalid, details: { argument: 'rpId' } };
    await expect(createPasskey({ name: 'Alice', rpId: 'example.org' })).rejects.toMatchObject(elsewhere);
    await expect(askPasskey({ rpId: 'example.org' })).rejects.toMatchObject(elsewhere);
  });
});

describe('where passkeys cannot open a vault', () => {
  it('an authenticator without PRF is told at once, and asked for nothing more', async () => {
    await phone.unplug();
    phone = await plugAuthenticator({ hasPrf: false });
    const get = vi.spyOn(navigator.credentials, 'get');
    await expect(createPasskey({ name: 'Karim' })).rejects.toMatchObject({
      code: 'usage/no-passkey',
      details: { reason: 'no-prf' },
    });
    expect(get).not.toHaveBeenCalled();
  });

  it('an authenticator that says nothing of PRF is found out by asking it', async () => {
    await phone.unplug();
    phone = await plugAuthenticator({ hasPrf: false });
    interpose('create', () => undefined);
    const get = vi.spyOn(navigator.credentials, 'get');
    expect(await codeOf(() => createPasskey({ name: 'Karim' }))).toBe('usage/no-passkey');
    expect(get).toHaveBeenCalledOnce();
  });

  it('a browser that knows it has none says so beforehand', async () => {
    const capable = PublicKeyCredential as unknown as { getClientCapabilities(): Promise<object> };
    vi.spyOn(capable, 'getClientCapabilities').mockResolvedValue({ 'extension:prf': false });
    expect(await isPasskeySupported()).toBe(false);
  });

  it('a page that was not served securely', async () => {
    vi.spyOn(globalThis, 'isSecureContext', 'get').mockReturnValue(false);
    expect(await isPasskeySupported()).toBe(false);
    expect(await codeOf(() => askPasskey())).toBe('usage/insecure-context');
    expect(await codeOf(() => createPasskey({ name: 'Alice' }))).toBe('usage/insecure-context');
  });
});

function otherRealmBuffer(output: Uint8Array): ArrayBuffer {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const { Uint8Array: OtherArray } = frame.contentWindow as unknown as { Uint8Array: typeof Uint8Array };
  const { buffer } = OtherArray.from(output);
  frame.remove();
  return buffer as ArrayBuffer;
}

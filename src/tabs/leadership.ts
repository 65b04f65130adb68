/** Told when this tab begins to lead, and when it no longer does. */
export interface Office {
  onTake(): void;
  onLose(): void;
}

/**
 * Which tab of an origin does what only one should do for a store: the one that holds a Web Lock.
 *
 * Nothing is safe because of it: writes are fenced in the store. It saves the others the work. A leader that closes or
 * crashes is followed by the tab that waited longest; one that is frozen is replaced by who steals the lock.
 */
export class Leadership {
  readonly #name: string;
  readonly #locks: LockManager;
  readonly #office: Office;
  readonly #closing = new AbortController();
  #leads = false;
  #isWaiting = false;
  #resign = (): void => {};
  /** Settles when nothing of this tab holds the lock or waits for it. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(name: string, locks: LockManager, office: Office) {
    this.#name = name;
    this.#locks = locks;
    this.#office = office;
  }

  /** Leads at once when nobody does, waits for its turn otherwise. Null where there are no Web Locks. */
  static async open(scope: string, office: Office): Promise<Leadership | null> {
    const locks = globalThis.navigator?.locks;
    if (locks === undefined) return null;
    const leadership = new Leadership(`coffret/${scope}/leader`, locks, office);
    try {
      await leadership.#request({ ifAvailable: true });
    } catch {
      return null; // an origin that may not use them
    }
    if (!leadership.#leads) leadership.#wait();
    return leadership;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Takes the lock from a leader that does not answer. Resolves when this tab leads, or another was quicker. */
  async steal(): Promise<void> {
    if (this.#leads || this.#closing.signal.aborted) return;
    await this.#request({ steal: true }).catch(() => {});
  }

  /** Lets go. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#resign();
    await this.#last;
  }

  #wait(): void {
    const { signal } = this.#closing;
    if (signal.aborted || this.#isWaiting) return;
    this.#isWaiting = true;
    const granted = this.#request({ signal }).catch(() => {}); // closed while waiting
    void granted.then(() => {
      this.#isWaiting = false;
    });
  }

  /** Resolves once it is known whether this tab leads; what it holds, it holds until it resigns or is robbed. */
  #request(options: LockOptions): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      let isHolder = false;
      const held = this.#locks.request(this.#name, options, (lock) => {
        if (lock === null || this.#closing.signal.aborted) return undefined;
        isHolder = true;
        this.#leads = true;
        const resigned = new Promise<void>((resign) => {
          this.#resign = resign;
        });
        this.#office.onTake();
        resolve();
        return resigned;
      });
      this.#last = held.then(
        () => {
          if (isHolder) this.#lose();
          resolve();
        },
        (error) => {
          if (isHolder) this.#lose();
          reject(error);
        },
      );
    });
  }

  #lose(): void {
    this.#leads = false;
    this.#office.onLose();
    // Robbed: the next in line once the thief is gone.
    this.#wait();
  }
}

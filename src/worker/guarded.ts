/** Calls what belongs to the app; what it throws goes where uncaught errors go, and stops nothing here. */
export function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

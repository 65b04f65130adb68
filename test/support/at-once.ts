/**
 * What `work` comes to if it needs no turn of the event loop, else 'later'.
 *
 * A worker, a file, a timer or a fetch takes at least one turn: what is settled at once did none of that, however slow
 * the machine is.
 */
export function atOnce<T>(work: () => Promise<T>): Promise<T | 'later'> {
  const turn = new Promise<'later'>((resolve) => setTimeout(resolve, 0, 'later'));
  return Promise.race([work(), turn]);
}

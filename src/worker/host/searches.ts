import {
  type FileExtractor,
  type RecordExtractor,
  type Search,
  type SearchHome,
  searchOf,
} from '../../search/index.js';

/** What is found in the vaults of a worker. */
export interface SearchSetup {
  /** How records of more kinds are found. */
  readonly records?: readonly RecordExtractor[];
  /** How files of more media types are read; of several for one, the last counts. */
  readonly files?: readonly FileExtractor[];
}

/** The searches in a worker, each of which knows what this worker's program says. */
export class Searches {
  readonly #setup: SearchSetup;
  readonly #known = new WeakSet<Search>();

  constructor(setup: SearchSetup) {
    this.#setup = setup;
  }

  /** The search of a vault, or of what was shared. */
  in(home: object): Search {
    const search = searchOf(home as SearchHome);
    if (this.#known.has(search)) return search;
    this.#known.add(search);
    const { records = [], files = [] } = this.#setup;
    return search.registerRecords(...records).registerFiles(...files);
  }
}

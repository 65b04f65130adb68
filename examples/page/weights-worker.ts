// The program of the worker of `weights-page.ts`.
// #region weights-worker
import { serveVault } from 'coffret/worker/host';
import { weights } from './weights.js';

serveVault({ kinds: [weights] });
// #endregion

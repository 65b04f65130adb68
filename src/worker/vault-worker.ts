/** The program of the worker: it serves the page that started it. */
import { serveVault } from './host/index.js';

serveVault();

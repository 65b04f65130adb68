import { writeManifest } from './write.js';

writeManifest();

import { defineConfig } from 'tsup';

// One module per source file: worker URLs stay right, stack traces name real files, an auditor reads what runs.
export default defineConfig({
  entry: ['src/**/*.ts'],
  bundle: false,
  format: ['esm'],
  target: 'es2023',
  sourcemap: true,
  clean: true,
  dts: false,
});

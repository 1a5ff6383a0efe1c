import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
};

// Native packages stay outside the bundle; everything else goes in, so the packed node_modules holds natives only.
const external = (id: string): boolean =>
  isBuiltin(id) ||
  /^electron(\/|$)/.test(id) ||
  Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`));

/** The licences of what is bundled, beside each bundle: their texts must travel with the code. */
const LICENSES = 'third-party-licenses.md';

const nodeEnvironment = (name: 'main' | 'preload', format: 'es' | 'cjs', fileName: string, target: string) => ({
  consumer: 'server' as const,
  resolve: { noExternal: true as const },
  build: {
    outDir: `../dist/${name}`,
    emptyOutDir: true,
    minify: false,
    license: { fileName: LICENSES },
    target,
    sourcemap: name === 'main',
    rolldownOptions: { input: `src-main/${name}.ts`, external, output: { format, entryFileNames: fileName } },
  },
});

export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [react()],
  build: { target: 'chrome150', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  environments: {
    client: { build: { outDir: '../dist/renderer', emptyOutDir: true, license: { fileName: LICENSES } } },
    main: nodeEnvironment('main', 'es', 'main.js', 'node24'),
    preload: nodeEnvironment('preload', 'cjs', 'preload.cjs', 'chrome150'),
  },
  builder: {
    buildApp: async (builder) => {
      for (const environment of Object.values(builder.environments)) {
        if (environment.name !== 'ssr') await builder.build(environment);
      }
    },
  },
});

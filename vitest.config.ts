import { defineConfig } from 'vitest/config';

const source = { ssr: { resolve: { conditions: ['source'] } } };

export default defineConfig({
  ...source,
  test: {
    reporters: ['default', './scripts/closing-reporter.ts'],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['{packages,apps,examples}/*/src/**/*.test.ts', 'spec/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        ...source,
        test: {
          name: 'fabric',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/soak/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

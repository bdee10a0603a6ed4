import { defineConfig } from 'vitest/config';

// Builds in tests are made, not remembered; tests of the cache open their own.
process.env.SELVEDGE_CACHE ??= 'off';

export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,apps,examples}/*/src/**/*.test.ts', 'spec/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
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

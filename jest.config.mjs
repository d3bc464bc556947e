/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // No test takes long, but a busy machine may be ten times slower than an idle one.
  testTimeout: 60_000,
  // Modules of finished test files stay in memory and slow down later files in the same process. So there are two processes,
  // and a process that has grown is replaced.
  maxWorkers: 2,
  workerIdleMemoryLimit: '250MB',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  // Sources import each other as `./x.js`, the name for Node.js.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  collectCoverageFrom: [
    'src/**/*.ts',
    'emulator/**/*.ts',
    '!src/main.ts',
    '!src/time/signals.ts',
    '!emulator/cli.ts',
  ],
  coverageReporters: ['text-summary', 'lcov'],
};

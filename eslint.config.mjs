import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

/** Keeps the rooms apart: which folder of `src` may not import which other. */
const mayNotImport = (folders, reason) => ({
  'no-restricted-imports': [
    'error',
    { patterns: [{ group: folders.map((folder) => `**/${folder}`), message: reason }] },
  ],
});

export default defineConfig(
  globalIgnores(['dist/', 'lib/', 'coverage/', 'demo/', '**/*.cjs']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [typescript.configs.strictTypeChecked, typescript.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/pipecat/**'],
    rules: mayNotImport(
      ['inputs/*', 'release/*', 'report/*', 'github/*', '@actions/core', '@actions/github'],
      'The platform client knows nothing of Actions, nor of releases.',
    ),
  },
  {
    files: ['src/github/**'],
    rules: mayNotImport(
      ['inputs/*', 'release/*', 'report/*', 'pipecat/*', '@actions/core'],
      'What is told to GitHub is decided elsewhere: this room knows how.',
    ),
  },
  {
    files: ['src/context/**'],
    rules: mayNotImport(
      ['inputs/*', 'release/*', 'report/*', 'github/*', 'pipecat/*', '@actions/*'],
      'A build context is files and what is made of them; where it goes is decided elsewhere.',
    ),
  },
  {
    files: ['src/release/**'],
    rules: mayNotImport(
      ['inputs/*', 'report/*', 'github/*', '@actions/core', '@actions/github'],
      'A release returns what it did; inputs come before it and reports after it.',
    ),
  },
  {
    files: ['src/inputs/**'],
    rules: mayNotImport(
      ['report/*', '@actions/core'],
      'Inputs are read and checked, not reported.',
    ),
  },
  {
    files: ['scripts/**', 'emulator/cli.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
  prettier,
);

import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

/**
 * The folders of `src`. Data flows one way: a folder imports only from folders on earlier lines, and folders on the
 * same line do not import each other.
 */
const folders = [
  ['text'],
  ['time', 'http'],
  ['secrecy', 'context'],
  ['pipecat', 'registry'],
  ['plan'],
  ['record'],
  ['github', 'steps'],
  ['inputs'],
  ['report'],
  ['run'],
];

/** The only package of GitHub Actions that a folder may import. */
const actions = {
  http: '@actions/http-client',
  github: '@actions/github',
  report: '@actions/core',
};
const actionsPackages = Object.values(actions);

const importRules = (folder, line) => ({
  files: [`src/${folder}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [
              ...folders
                .slice(line)
                .flat()
                .filter((other) => other !== folder)
                .map((other) => `**/${other}/*`),
              ...actionsPackages.filter((name) => name !== actions[folder]),
            ],
            message: 'Data flows one way: inputs → plan → steps → report.',
          },
        ],
      },
    ],
  },
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
    files: ['{src,emulator,scripts}/**/*.ts'],
    rules: { '@typescript-eslint/no-shadow': 'error' },
  },
  {
    files: ['src/**'],
    rules: { 'max-params': ['error', 4], complexity: ['error', 16] },
  },
  {
    // `return findings.problem(…)` returns undefined instead of a value. The rule considers that void.
    files: ['src/inputs/**'],
    rules: { '@typescript-eslint/no-confusing-void-expression': 'off' },
  },
  ...folders.flatMap((line, index) => line.map((folder) => importRules(folder, index))),
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

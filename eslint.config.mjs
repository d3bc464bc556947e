import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

/**
 * The rooms of `src`. Data flows one way: a room imports only from those before it, and those of one
 * line know nothing of each other.
 */
const rooms = [
  ['text', 'time', 'http'],
  ['secrecy', 'context'],
  ['pipecat', 'registry'],
  ['plan'],
  ['record'],
  ['github', 'steps'],
  ['inputs'],
  ['report'],
];

/** Packages of Actions that a room may know; the others know none. */
const actions = {
  http: '@actions/http-client',
  github: '@actions/github',
  report: '@actions/core',
};
const actionsPackages = Object.values(actions);

const keepsToItself = (room, line) => ({
  files: [`src/${room}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [
              ...rooms
                .slice(line)
                .flat()
                .filter((other) => other !== room)
                .map((other) => `**/${other}/*`),
              ...actionsPackages.filter((name) => name !== actions[room]),
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
    rules: { 'max-params': ['error', 4], complexity: ['error', 18] },
  },
  {
    // `return findings.problem(…)` returns undefined in place of a value. The rule takes that for void.
    files: ['src/inputs/**'],
    rules: { '@typescript-eslint/no-confusing-void-expression': 'off' },
  },
  ...rooms.flatMap((line, index) => line.map((room) => keepsToItself(room, index))),
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

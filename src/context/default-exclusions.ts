/**
 * Names of files that usually contain secrets. Google's authentication action leaves the last in the
 * workspace. Its name is random, so excluding it does not change a context that the platform knows.
 */
const secretNames = ['.env', '.env.*', '*.pem', '*.key', 'gha-creds-*.json'];

/**
 * Files and folders to exclude at any depth if there is no ignore file. This list equals that of the
 * platform's own action. Do not change it: the platform finds a build by the bytes of its context, so
 * any change would make it build again.
 */
const otherNames = [
  '.git',
  '.gitignore',
  '.gitattributes',
  '__pycache__',
  '*.pyc',
  '*.pyo',
  '*.pyd',
  '*.so',
  '.Python',
  '.venv',
  'venv',
  'ENV',
  '.pytest_cache',
  '.coverage',
  'htmlcov',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.ruff_cache',
  '.vscode',
  '.idea',
  '*.swp',
  '*.swo',
  'dist',
  'build',
  '*.egg-info',
  '*.egg',
  '.eggs',
  'node_modules',
  '.github',
  '.claude',
  '.codex',
  '.cursor',
  'pcc-deploy.toml',
  '.ipynb_checkpoints',
  '.cache',
  '.DS_Store',
  'Thumbs.db',
  '*.log',
];

/**
 * Whether a path is a configuration file of git, of the repository, a worktree, a submodule or a nested
 * repository. It can contain the token of `actions/checkout`.
 */
export function isGitSettings(path: string): boolean {
  return /(?:^|\/)\.git\/(?:(?:modules|worktrees)\/.+\/)?config(?:\.worktree)?$/i.test(path);
}

/** Whether a file or folder of this name usually contains secrets. */
export const isSecretName = named(secretNames);

/** Whether a file or folder of this name is excluded by default, for another reason. */
export const isLeftOutByDefault = named(otherNames);

/** Tests names against patterns with at most one `*`. */
function named(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const ends = patterns
    .filter((pattern) => pattern.includes('*'))
    .map((pattern) => pattern.split('*'));
  return (name) =>
    names.has(name) ||
    ends.some(
      ([first = '', last = '']) =>
        name.length >= first.length + last.length && name.startsWith(first) && name.endsWith(last),
    );
}

/**
 * Names of files that hold secrets more often than not. The last are what Google's action for signing in
 * leaves in the workspace; as their names are random, no context that held one was ever found again.
 */
const secretNames = ['.env', '.env.*', '*.pem', '*.key', 'gha-creds-*.json'];

/**
 * What is left out where there is no ignore file: files and folders of these names, at any depth. The
 * platform's own action leaves out the same, and finds a build again by the bytes of its context. So
 * the list must not be changed: any change would build anew what is built.
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
 * Whether a path is one of git's settings, of the repository, a worktree, a submodule or a repository
 * within it. They can hold the token of `actions/checkout`.
 */
export function isGitSettings(path: string): boolean {
  return /(?:^|\/)\.git\/(?:(?:modules|worktrees)\/.+\/)?config(?:\.worktree)?$/i.test(path);
}

/** Whether a name is one of a file or folder of secrets. */
export const isSecretName = named(secretNames);

/** Whether a file or folder of this name is left out by default, for another reason. */
export const isLeftOutByDefault = named(otherNames);

/** Patterns have one `*` at most. */
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

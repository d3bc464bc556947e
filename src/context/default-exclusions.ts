/** Names of files that hold secrets more often than not. */
const secretNames = ['.env', '.env.*', '*.pem', '*.key'];

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

/** Whether a name is one of a file or folder of secrets. */
export const isSecretName = named(secretNames);

/** Whether a file or folder of this name is left out by default, for another reason. */
export const isLeftOutByDefault = named(otherNames);

/** Patterns have one `*` at most, at one of their ends. */
function named(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const endings = patterns.filter((pattern) => pattern.startsWith('*')).map((one) => one.slice(1));
  const beginnings = patterns
    .filter((pattern) => pattern.endsWith('*'))
    .map((one) => one.slice(0, -1));
  return (name) =>
    names.has(name) ||
    endings.some((ending) => name.endsWith(ending)) ||
    beginnings.some((beginning) => name.startsWith(beginning));
}

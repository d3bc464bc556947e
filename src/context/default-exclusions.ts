/**
 * Names of files and folders that usually contain secrets. Google's authentication action leaves the
 * last in the workspace. Its name is random, so excluding it does not change a context that the platform
 * knows.
 */
const secretName = /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.(?:pem|key)|gha-creds-[^/]*\.json)$/;

/**
 * Configuration files of git, of the repository, a worktree, a submodule or a nested repository. They can
 * contain the token of `actions/checkout`.
 */
const gitSettings = /(?:^|\/)\.git\/(?:(?:modules|worktrees)\/.+\/)?config(?:\.worktree)?$/i;

/** Whether a file or folder usually contains secrets. */
export function isSecretByName(path: string): boolean {
  return secretName.test(path) || gitSettings.test(path);
}

/**
 * Files and folders to exclude at any depth if there is no ignore file. This list equals that of the
 * platform's own action. Do not change it: the platform finds a build by the bytes of its context, so
 * any change would make it build again.
 */
const names = [
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

/** The same as an ignore file. In it, a leading `**` also stands for a part of a name. */
export const defaultIgnoreFile = names
  .map((name) => (name.startsWith('*') ? `*${name}` : `**/${name}`))
  .join('\n');

export const id = 946;
export const ids = [946];
export const modules = {

/***/ 7023:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ isInside),
/* harmony export */   s: () => (/* binding */ withSlashes)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6760);

/** Whether a path is the folder or inside it. Both must be absolute and normalized. */
function isInside(path, folder) {
    const fromFolder = (0,node_path__WEBPACK_IMPORTED_MODULE_0__.relative)(folder, path);
    return fromFolder !== '..' && !fromFolder.startsWith(`..${node_path__WEBPACK_IMPORTED_MODULE_0__.sep}`) && !(0,node_path__WEBPACK_IMPORTED_MODULE_0__.isAbsolute)(fromFolder);
}
/** Converts a path of this machine to one with slashes. */
function withSlashes(path) {
    return node_path__WEBPACK_IMPORTED_MODULE_0__.sep === '/' ? path : path.replaceAll(node_path__WEBPACK_IMPORTED_MODULE_0__.sep, '/');
}


/***/ }),

/***/ 3429:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ emptySubmodules),
/* harmony export */   V: () => (/* binding */ noticeFile)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var _inside_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7023);



const credentialFile = /(?:^|\/)(?:[._]netrc|id_(?:rsa|dsa|ecdsa|ed25519)|\.git-credentials|\.pypirc|\.aws\/credentials|\.docker\/config\.json|\.dockercfg)$/;
/** A token, but not a variable. */
const npmToken = /_authToken\s*=\s*["']?(?!\$\{)[^\s"']/;
const lfsPointer = 'version https://git-lfs.github.com/spec/v1\n';
/** The largest pointer in bytes, according to the format's specification. */
const maxPointerSize = 1024;
/** @param beginning the first bytes of the file, or all of them if it is small */
function noticeFile(path, bytes, beginning) {
    if (credentialFile.test(path))
        return 'credentials';
    if (/(?:^|\/)\.npmrc$/.test(path) && npmToken.test(beginning.toString('utf8'))) {
        return 'credentials';
    }
    const isPointer = bytes < maxPointerSize && beginning.subarray(0, lfsPointer.length).equals(pointerStart);
    return isPointer ? 'lfs-pointer' : undefined;
}
const pointerStart = Buffer.from(lfsPointer);
/** The largest `.gitmodules` to read, in bytes. */
const maxBytes = 1024 * 1024;
/** Finds empty folders of submodules in a context. */
async function emptySubmodules(root, workspace) {
    const found = [];
    for (const folder of new Set([(0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace), root])) {
        for (const path of await submodulesOf(folder)) {
            const place = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, path);
            if (!(0,_inside_js__WEBPACK_IMPORTED_MODULE_2__/* .isInside */ .F)(place, root) || place === root)
                continue;
            const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readdir)(place).catch(() => undefined);
            if (names?.length === 0)
                found.push(node_path__WEBPACK_IMPORTED_MODULE_1__.posix.normalize((0,_inside_js__WEBPACK_IMPORTED_MODULE_2__/* .withSlashes */ .s)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.relative)(root, place))));
        }
    }
    return [...new Set(found)].sort();
}
async function submodulesOf(repository) {
    const file = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(repository, '.gitmodules');
    try {
        const stats = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(file);
        if (!stats.isFile() || stats.size > maxBytes)
            return [];
        const text = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(file, 'utf8');
        return Array.from(text.matchAll(/^[ \t]*path[ \t]*=[ \t]*(\S.*)$/gm), ([, path = '']) => path.trim());
    }
    catch {
        // The result is only a hint.
        return [];
    }
}


/***/ }),

/***/ 946:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  selectContext: () => (/* binding */ selectContext)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/text/system-error.js
var system_error = __webpack_require__(7229);
;// CONCATENATED MODULE: ./lib/context/copied-sources.js

/**
 * Finds literal sources of `COPY` and `ADD` that the context does not contain. Ignores sources with
 * wildcards, variables, quotes or escapes, and stages that the last stage does not use, because a build
 * skips them.
 */
function missingSources(dockerfile, entries) {
    const known = new Set();
    const links = new Set();
    for (const { path, kind } of entries) {
        if (kind === 'link')
            links.add(path);
        for (let part = path; part !== '.'; part = external_node_path_.posix.dirname(part))
            known.add(part);
    }
    const isMissing = ({ path }) => {
        const clean = external_node_path_.posix.normalize(`/${path}`).replace(/\/$/, '').slice(1);
        if (clean === '' || known.has(clean))
            return false;
        // A path through a link may exist.
        for (let part = clean; part !== '.'; part = external_node_path_.posix.dirname(part)) {
            if (links.has(part))
                return false;
        }
        return true;
    };
    return neededStages(stagesOf(instructionsOf(dockerfile)))
        .flatMap(({ sources }) => sources)
        .filter(isMissing);
}
/** The last stage and the stages that it uses. */
function neededStages(stages) {
    const needed = new Set();
    const pending = [stages.length - 1];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
        const stage = stages[index];
        if (stage === undefined || needed.has(index))
            continue;
        needed.add(index);
        for (const need of stage.needs) {
            // A stage can only use those before it. Any other name is an image.
            const before = stages.slice(0, index);
            const byName = before.findLastIndex(({ name }) => name === need.toLowerCase());
            pending.push(byName === -1 && /^\d+$/.test(need) ? Number(need) : byName);
            // A variable may name any stage.
            if (need.includes('$'))
                pending.push(...before.keys());
        }
    }
    return stages.filter((_, index) => needed.has(index));
}
function stagesOf(instructions) {
    const stages = [];
    for (const { line, name, words } of instructions) {
        const flags = words.filter((word) => word.startsWith('--'));
        const rest = words.slice(words.findLastIndex((word) => word.startsWith('--')) + 1);
        if (name === 'from') {
            const [base = '', as, alias] = rest;
            const stage = as?.toLowerCase() === 'as' ? alias?.toLowerCase() : undefined;
            stages.push({ name: stage, needs: new Set([base]), sources: [] });
            continue;
        }
        const stage = stages.at(-1);
        if (stage === undefined)
            continue;
        for (const flag of flags) {
            const [, from] = /^--(?:from=|mount=(?:.*,)?from=)([^,]+)/.exec(flag) ?? [];
            if (from !== undefined)
                stage.needs.add(from);
        }
        if (name !== 'copy' && name !== 'add')
            continue;
        if (flags.some((flag) => flag.startsWith('--from=')))
            continue;
        for (const path of sourcesOf(rest))
            stage.sources.push({ path, line });
    }
    return stages;
}
/** All words but the last that are literal paths. */
function sourcesOf(words) {
    const text = words.join(' ');
    let list = words;
    if (text.startsWith('[')) {
        try {
            const parsed = JSON.parse(text);
            if (Array.isArray(parsed))
                list = parsed;
        }
        catch {
            // Docker also reads this as words.
        }
    }
    const sources = list.slice(0, -1).filter((word) => typeof word === 'string');
    // Quotes and escapes may join words.
    if (list === words && /["'\\`]/.test(sources.join(' ')))
        return [];
    return sources.filter((word) => !/[*?[\]$"'\\`]|^<<|:\/\/|^[^/]+@[^/]+:/.test(word));
}
/** Reads the instructions of a Dockerfile: joins lines, and skips comments and here-documents. */
function instructionsOf(dockerfile) {
    const lines = dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/);
    const escape = escapeOf(lines);
    const instructions = [];
    let next = 0;
    const nextLine = () => lines[next++] ?? '';
    while (next < lines.length) {
        const line = next + 1;
        let text = nextLine().trimEnd();
        if (isSkipped(text))
            continue;
        while (text.endsWith(escape) && next < lines.length) {
            let continued = nextLine();
            while (isSkipped(continued) && next < lines.length)
                continued = nextLine();
            text = text.slice(0, -1) + (isSkipped(continued) ? '' : continued.trimEnd());
        }
        const [first = '', ...words] = text.trim().split(/\s+/);
        const name = first.toLowerCase();
        // The name is `onbuild` for `ONBUILD COPY …`, which only affects builds from this image.
        instructions.push({ line, name, words });
        if (!['run', 'copy', 'add'].includes(name))
            continue;
        for (const [, dash, , delimiter] of text.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
            while (next < lines.length && !endsDocument(nextLine(), dash, delimiter))
                ;
        }
    }
    return instructions;
}
function endsDocument(line, dash, delimiter) {
    return (dash === '-' ? line.replace(/^\t+/, '') : line) === delimiter;
}
function isSkipped(line) {
    return /^\s*(?:#|$)/.test(line);
}
/** The escape character, which `# escape=` at the top can set. */
function escapeOf(lines) {
    for (const line of lines) {
        const [, key, value] = /^\s*#\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
        if (key === undefined)
            return '\\';
        if (key.toLowerCase() === 'escape')
            return value ?? '\\';
    }
    return '\\';
}

// EXTERNAL MODULE: ./lib/text/list.js
var list = __webpack_require__(8735);
// EXTERNAL MODULE: ./lib/context/errors.js
var errors = __webpack_require__(4912);
// EXTERNAL MODULE: ./lib/context/inside.js
var inside = __webpack_require__(7023);
;// CONCATENATED MODULE: ./lib/context/links.js



/** The same as on Linux. */
const maxLinks = 40;
/** Resolves a path part by part, as the operating system does, even if it does not exist. */
async function follow(root, path) {
    const links = [];
    let at = '.';
    let rest = path.split('/');
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
        const next = external_node_path_.posix.join(at, part);
        if (next.startsWith('../') || next === '..')
            return { end: undefined, leadsOut: true, links };
        const target = part === '..' ? undefined : await linkTarget(root, next);
        if (target === undefined) {
            at = next;
            continue;
        }
        links.push(next);
        if (links.length > maxLinks)
            return { end: undefined, leadsOut: false, links };
        const within = (0,external_node_path_.isAbsolute)(target) ? await pathWithin(root, target) : target;
        if (within === undefined)
            return { end: undefined, leadsOut: true, links };
        if (within !== target)
            at = '.';
        rest = [...within.split('/'), ...rest];
    }
    return { end: at, leadsOut: false, links };
}
/**
 * The target of a link, relative to the link's folder; undefined if it leads outside the context. An
 * absolute target becomes relative, so that it works wherever the context is unpacked.
 */
async function targetWithin(root, link) {
    const target = await linkTarget(root, link);
    if (target === undefined)
        return undefined;
    const folder = external_node_path_.posix.dirname(link);
    let written = target;
    if ((0,external_node_path_.isAbsolute)(target)) {
        const within = await pathWithin(root, target);
        if (within === undefined)
            return undefined;
        written = external_node_path_.posix.relative(folder, within) || '.';
    }
    const end = external_node_path_.posix.join(folder, written);
    if (end === '..' || end.startsWith('../'))
        return undefined;
    return (await follow(root, link)).leadsOut ? undefined : written;
}
/** The target as written in the link, with slashes; undefined if there is no readable link. */
async function linkTarget(root, path) {
    try {
        return (0,inside/* withSlashes */.s)(await (0,promises_.readlink)((0,external_node_path_.join)(root, path)));
    }
    catch {
        return undefined;
    }
}
/** An absolute target relative to the context; undefined if it is outside. */
async function pathWithin(root, target) {
    let path = target;
    if (!(0,inside/* isInside */.F)(path, root)) {
        try {
            // It may lead into the context through links.
            path = await (0,promises_.realpath)(target);
        }
        catch {
            return undefined;
        }
    }
    return (0,inside/* isInside */.F)(path, root) ? (0,inside/* withSlashes */.s)((0,external_node_path_.relative)(root, path)) || '.' : undefined;
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
;// CONCATENATED MODULE: ./lib/context/walk.js






function fileEntry(path, { size, mode, ino }) {
    return { kind: 'file', path, bytes: size, isExecutable: (mode & 0o111) !== 0, inode: ino };
}
/** How many entries to examine at a time; more would need more memory and not be faster. */
const concurrency = 16;
/**
 * Walks through all folders that may contain something to pack. Does not follow links.
 *
 * @throws the signal's reason
 */
async function walk(root, rules, signal) {
    const found = { files: [], links: [], secrets: [], problems: [] };
    const folders = [{ path: '', verdict: rules.root }];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        signal?.throwIfAborted();
        const wanted = [];
        for (const entry of await read(root, folder.path, folder.verdict, found)) {
            const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
            const verdict = rules.evaluate(path, folder.verdict);
            if (entry.isDirectory()) {
                if (verdict.mayHoldSecrets)
                    folders.push({ path, verdict });
            }
            else if (verdict.place === 'secret') {
                found.secrets.push(path);
            }
            else if (verdict.place === 'in') {
                wanted.push(path);
            }
        }
        for (let first = 0; first < wanted.length; first += concurrency) {
            signal?.throwIfAborted();
            const some = wanted.slice(first, first + concurrency);
            await Promise.all(some.map((path) => examine(root, path, found)));
        }
    }
    return found;
}
async function read(root, path, verdict, found) {
    try {
        return await (0,promises_.readdir)((0,external_node_path_.join)(root, path), { withFileTypes: true });
    }
    catch (error) {
        if (verdict.mayHoldEntries)
            found.problems.push(unreadable(path, 'folder', error));
        return [];
    }
}
async function examine(root, path, found) {
    try {
        const stats = await (0,promises_.lstat)((0,external_node_path_.join)(root, path));
        if (stats.isSymbolicLink()) {
            found.links.push(path);
        }
        else if (stats.isFile()) {
            await (0,promises_.access)((0,external_node_path_.join)(root, path), external_node_fs_.constants.R_OK);
            found.files.push(fileEntry(path, stats));
        }
        else {
            found.problems.push(specialFile(path, stats));
        }
    }
    catch (error) {
        found.problems.push(unreadable(path, 'file', error));
    }
}
function specialFile(path, stats) {
    const kind = stats.isFIFO()
        ? 'a named pipe'
        : stats.isSocket()
            ? 'a socket'
            : stats.isDirectory()
                ? 'a folder now, but was a file a moment ago'
                : 'a device';
    return {
        about: (0,quote/* quote */.h)(path),
        message: `is ${kind}; a build context can contain only files and links`,
        next: `${errors/* excludeOr */.gp} remove it before the build.`,
    };
}
function unreadable(path, kind, error) {
    const about = (0,quote/* quote */.h)(path === '' ? '.' : path);
    if ((0,system_error/* isNotFound */.c4)(error)) {
        // Node.js replaces bytes that are not UTF-8 with U+FFFD, so it cannot find the file again.
        return path.includes('\uFFFD')
            ? {
                about,
                message: 'has a name that is not UTF-8, or is in a folder with such a name',
                next: `${errors/* excludeOr */.gp} rename it.`,
            }
            : {
                about,
                message: 'was deleted while the action read the context',
                next: errors/* leaveFolderAlone */.jq,
            };
    }
    const { reason, next } = (0,system_error/* faultOf */.Kl)(error);
    return {
        about,
        message: `is a ${kind} that cannot be read (${reason})`,
        next: next ?? `${errors/* excludeOr */.gp} let the runner's user read it.`,
    };
}

;// CONCATENATED MODULE: ./lib/context/dockerfile.js









const choose = 'Set `dockerfile` to a file in the context, relative to it, or choose a context that contains it.';
/**
 * Finds the Dockerfile.
 *
 * @throws ContextError if it does not exist, is not a file, or is outside the context
 */
async function findDockerfile(root, given, beside) {
    const path = normalized(root, given);
    const unusable = (message, next = choose, cause) => new errors/* ContextError */.af({ about: `Dockerfile ${(0,quote/* quote */.h)(given)}`, message, next }, { cause });
    if (path === '..' || path.startsWith('../') || (0,external_node_path_.isAbsolute)(path)) {
        throw unusable(`is outside the context ${(0,quote/* quote */.h)(root)}`);
    }
    const folder = await follow(root, external_node_path_.posix.dirname(path));
    const end = folder.end === undefined
        ? folder
        : await follow(root, external_node_path_.posix.join(folder.end, external_node_path_.posix.basename(path)));
    if (folder.leadsOut || end.leadsOut) {
        throw unusable(`points outside the context, through the link ${(0,quote/* quote */.h)(end.links.at(-1) ?? path)}`);
    }
    if (folder.end === undefined || end.end === undefined) {
        throw unusable('has too many links in its path, which may be a loop');
    }
    const found = await statOf((0,external_node_path_.join)(root, end.end)).catch((error) => {
        throw unusable(`cannot be read (${(0,system_error/* faultOf */.Kl)(error).reason})`, choose, error);
    });
    if (found === undefined) {
        throw unusable(`does not exist; looked for ${(0,quote/* quote */.h)((0,external_node_path_.join)(root, path))}`, await adviceIfMissing(root, beside));
    }
    if (!found.isFile()) {
        throw unusable(found.isDirectory() ? 'is a folder, not a file' : 'is not a regular file');
    }
    const location = external_node_path_.posix.join(folder.end, external_node_path_.posix.basename(path));
    return { path, entry: fileEntry(location, found), links: folder.links };
}
function normalized(root, given) {
    const path = (0,external_node_path_.isAbsolute)(given) && (0,inside/* isInside */.F)(given, root) ? (0,external_node_path_.relative)(root, given) : given;
    return external_node_path_.posix.normalize((0,inside/* withSlashes */.s)(path)).replace(/(?<=[^/])\/+$/, '');
}
async function statOf(path) {
    try {
        return await (0,promises_.stat)(path);
    }
    catch (error) {
        if ((0,system_error/* isNotFound */.c4)(error))
            return undefined;
        throw error;
    }
}
async function adviceIfMissing(root, beside) {
    if (beside !== undefined && (await statOf((0,external_node_path_.join)(root, beside.dockerfile)))?.isFile() === true) {
        return `Set \`build-context: ${beside.directory}\`, which has a Dockerfile next to the settings file.`;
    }
    const others = await nearby(root);
    return others.length === 0
        ? 'There is no Dockerfile in the top two levels of the context. Fix the context, or the path of the Dockerfile, which is relative to the context.'
        : `Set \`dockerfile\` to an existing file, relative to the context, such as ${(0,list/* listOf */.c)(others)}.`;
}
const maxNamed = 5;
const maxFolders = 200;
/** Finds files that look like Dockerfiles, in the top two levels. */
async function nearby(root) {
    const top = await entriesOf(root, '.');
    const folders = top.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
    const below = await Promise.all(folders.slice(0, maxFolders).map(({ name }) => entriesOf(root, name)));
    return [top, ...below]
        .flat()
        .filter((entry) => !entry.isDirectory() && /^Dockerfile|\.Dockerfile$/i.test(entry.name))
        .filter(({ name }) => !name.endsWith('.dockerignore'))
        .map((entry) => external_node_path_.posix.join((0,inside/* withSlashes */.s)((0,external_node_path_.relative)(root, entry.parentPath)), entry.name))
        .slice(0, maxNamed);
}
async function entriesOf(root, folder) {
    try {
        const entries = await (0,promises_.readdir)((0,external_node_path_.join)(root, folder), { withFileTypes: true });
        return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    }
    catch {
        // The result is only a hint.
        return [];
    }
}

// EXTERNAL MODULE: ./lib/text/bytes.js
var bytes = __webpack_require__(8544);
;// CONCATENATED MODULE: ./lib/context/default-exclusions.js
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
function isSecretByName(path) {
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
const defaultIgnoreFile = names
    .map((name) => (name.startsWith('*') ? `*${name}` : `**/${name}`))
    .join('\n');

;// CONCATENATED MODULE: ./lib/context/docker-patterns.js

const blank = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const outerBlanks = new RegExp(`^${blank}+|(?<!${blank})${blank}+$`, 'g');
/** Trims what Go considers white space, which differs from JavaScript's `trim`. */
function trim(text) {
    return text.replace(outerBlanks, '');
}
function clean(path) {
    return external_node_path_.posix.normalize(path).replace(/(?<=[^])\/$/, '');
}
/** Reads the patterns of an ignore file as Docker does. */
function patternLines(content) {
    return content
        .replace(/^\uFEFF/, '')
        .split('\n')
        .flatMap((text, index) => patternLine(text, index + 1) ?? []);
}
function patternLine(text, number = 1) {
    if (text.startsWith('#'))
        return undefined;
    const line = trim(text);
    if (line === '')
        return undefined;
    const sign = line.startsWith('!') ? '!' : '';
    const path = trim(line.slice(sign.length));
    // This can move a `!` to the beginning, as in `/!keys`. Resolving `..` below can remove it again.
    const anchored = path === '' ? '' : clean(path).replace(/^\/(?=[^])/, '');
    const whole = trim(sign + anchored);
    if (whole === '')
        return undefined;
    const cleaned = clean(whole);
    const isException = cleaned.startsWith('!');
    return {
        number,
        text: line,
        isException,
        pattern: isException ? cleaned.slice(1) : cleaned,
    };
}
/** Whether a pattern names a file: its last part has more than wildcards and dots. */
function namesFile(pattern) {
    const name = pattern.split('/').at(-1) ?? '';
    const literal = name.replace(/\\([^])|\[\^?(?:\\[^]|[^\]\\])+\]|[*?]/g, '$1');
    return /[^.]/.test(literal);
}

// EXTERNAL MODULE: ./lib/text/matcher.js
var matcher = __webpack_require__(1077);
;// CONCATENATED MODULE: ./lib/context/docker-matcher.js

/** Docker rejects a pattern; the message says why. */
class PatternError extends Error {
    constructor(reason) {
        super(reason);
        this.name = 'PatternError';
    }
}
/** More would need much memory, and nobody repeats anything in a path. */
const maxRepetitions = 100;
/** What Go's `path.Match` accepts. Docker checks patterns with it first. */
const wellFormed = (() => {
    const member = '(?:\\\\[^]|[^\\\\\\]-])';
    const range = `${member}(?:-${member})?`;
    return new RegExp(`^(?:[^\\\\[]|\\\\[^]|\\[(?:\\^|(?!\\^))(?:${range})+\\])*$`, 'u');
})();
/**
 * Compiles a pattern as moby/patternmatcher 0.6.1 does, which Docker uses.
 *
 * It is stricter in two ways. Docker finds some mistakes only when it reaches them, such as after a
 * wildcard. And Docker accepts `\x41`, `[[:alpha:]]` and the like, which only have a meaning in Go's
 * regular expressions.
 *
 * @throws PatternError
 */
function dockerMatcher(pattern) {
    if (pattern === '')
        throw new PatternError('nothing follows the `!`');
    if (/(?<!\\)(?:\\\\)*\\$/.test(pattern)) {
        throw new PatternError('it ends with a backslash that escapes nothing');
    }
    if (!wellFormed.test(pattern)) {
        throw new PatternError('a `[` in it starts a class that is empty, has no `]`, or has a `-` without a start and an end');
    }
    return asText(pattern) ?? asExpression(pattern);
}
/** A pattern without wildcards, apart from a `**` at one of its ends, is plain text. */
function asText(pattern) {
    const [whole, leading, text = '', trailing] = /^(\*\*)?([^*?[\]\\]*)(\*\*)?$/.exec(pattern) ?? [];
    if (whole === undefined || (leading !== undefined && trailing !== undefined))
        return undefined;
    if (trailing !== undefined) {
        return { matches: (path) => path.startsWith(text), literalBeginning: text };
    }
    if (leading === undefined) {
        return { matches: (path) => path === text, literalBeginning: `${text}/` };
    }
    return {
        // `**/name` also matches `name` at the top level.
        matches: (path) => path.endsWith(text) || `/${path}` === text,
        literalBeginning: '',
    };
}
function asExpression(pattern) {
    const matches = expressionMatcher(expressionOf(pattern));
    // Each alternative has its own beginning and end.
    if (pattern.includes('|'))
        return { matches, literalBeginning: '' };
    const [, first = '', special] = /^([^*?[\]\\^{]*)(.)?/su.exec(pattern) ?? [];
    // A character before a repetition may be missing.
    const literalBeginning = special === '{' ? first.replace(/.$/su, '') : first;
    // The slash of a `**/` may be missing, and an escaped letter may mean something else.
    const last = pattern.includes('\\') ? '' : (pattern.split(/[*?\]{}^]/).at(-1) ?? '');
    const literalEnd = last.replace(/^\//, '');
    return {
        // These cheap checks decide for most paths.
        matches: (path) => path.startsWith(literalBeginning) && path.endsWith(literalEnd) && matches(path),
        literalBeginning,
    };
}
/**
 * Builds the same regular expression as Docker, which escapes `.`, `+`, `(`, `)` and `$`, but not `^`,
 * `{`, `|` and `}`. So these keep their meaning. A `|` also separates the `^` at the beginning from the
 * `$` at the end, which is left out here.
 */
function expressionOf(pattern) {
    const expression = pattern.replace(/\*\*\/?|\\[^]|[*?.+()$]/gu, (token, offset) => {
        if (token.startsWith('**')) {
            return offset + token.length === pattern.length ? '.*' : anyFolders;
        }
        if (token === '*')
            return '[^/]*';
        if (token === '?')
            return '[^/]';
        return token.length > 1 ? token : `\\${token}`;
    });
    return `^${expression}`;
}
const anyFolders = '(.*/)?';
const repetition = /\*|\{(?:0|[1-9]\d*)(?:,(?:0|[1-9]\d*)?)?\}/.source;
const characterClass = /\[(\^?)((?:\\[^]|[^\\])(?:\\[^]|[^\\\]])*)(\]?)/u;
const anyAtom = `${characterClass.source}|\\\\[^]|(?!${repetition})[^]`;
/** Any folders, the next alternative, an atom with its repetition, or a repetition of nothing. */
const token = new RegExp(`\\(\\.\\*/\\)\\?|\\||(?<atom>${anyAtom})(?<times>${repetition})?|${repetition}`, 'gu');
/** Compiles a regular expression of Go, as far as a pattern can contain its syntax. */
function expressionMatcher(expression) {
    const lastNameEnd = expression.lastIndexOf(':]');
    const start = (0,matcher/* follow */.e6)([]);
    const anywhere = (0,matcher/* anyNumberOf */.dC)(start, matcher/* anyCharacter */.MR);
    // Only the last alternative has to match up to the end of a path.
    const earlierEnds = [];
    let last = anywhere;
    for (const { 0: text, groups: { atom, times } = {}, index } of expression.matchAll(token)) {
        if (text === anyFolders) {
            last = (0,matcher/* follow */.e6)([last, (0,matcher/* follow */.e6)([(0,matcher/* anyNumberOf */.dC)(last, noLineBreak)], (0,matcher/* exactly */.pV)('/'))]);
        }
        else if (text === '|') {
            earlierEnds.push(last);
            last = anywhere;
        }
        else if (text === '^' && last === anywhere) {
            last = (0,matcher/* follow */.e6)([start]);
        }
        else if (atom === undefined) {
            throw new PatternError('a `*` or `{…}` in it repeats nothing');
        }
        else {
            last = repeat(last, requirementOf(atom, lastNameEnd - index), times);
        }
    }
    return (0,matcher/* matcher */.jN)(start, [last, (0,matcher/* anyNumberOf */.dC)((0,matcher/* follow */.e6)(earlierEnds), matcher/* anyCharacter */.MR)]);
}
/** Adds a part as often as `*`, `{2}`, `{2,}` or `{2,5}` says. */
function repeat(previous, requirement, times = '{1}') {
    if (times === '*')
        return (0,matcher/* anyNumberOf */.dC)(previous, requirement);
    const [least = 0, most = least] = times
        .slice(1, -1)
        .split(',')
        .map((number) => (number === '' ? Infinity : Number(number)));
    if (most < least)
        throw new PatternError('a `{…}` in it has a maximum below its minimum');
    if ((most === Infinity ? least : most) > maxRepetitions) {
        throw new PatternError(`a \`{…}\` in it repeats more than ${maxRepetitions} times`);
    }
    let last = previous;
    for (let count = 0; count < least; count++)
        last = (0,matcher/* follow */.e6)([last], requirement);
    if (most === Infinity)
        return (0,matcher/* anyNumberOf */.dC)(last, requirement);
    for (let count = least; count < most; count++)
        last = (0,matcher/* follow */.e6)([last, (0,matcher/* follow */.e6)([last], requirement)]);
    return last;
}
const noLineBreak = { accepts: (codePoint) => codePoint !== 0x0a };
const beginning = { holds: (before) => before === undefined };
/**
 * @param atom a class, a character, or an escaped character
 * @param lastNameEnd the position of the last `:]`, from the beginning of the atom
 */
function requirementOf(atom, lastNameEnd) {
    if (atom === '^')
        return beginning;
    if (atom === '.')
        return noLineBreak;
    if (atom === '\\b' || atom === '\\B')
        return wordBoundary(atom === '\\b');
    return { accepts: atom.startsWith('[') ? classOf(atom, lastNameEnd) : rangeOf(atom) };
}
const member = /\\[dDsSwW]|(\\[^]|[^])(?:-(\\[^]|[^]))?/gu;
function classOf(text, lastNameEnd) {
    const [, sign = '', members = '', end] = characterClass.exec(text) ?? [];
    const start = 1 + sign.length;
    const checks = Array.from(members.matchAll(member), ({ 0: whole, 1: first, 2: last, index }) => {
        if (members.startsWith('[:', index) && start + index < lastNameEnd) {
            throw new PatternError('it has a named class, such as `[:alpha:]`');
        }
        return rangeOf(whole, first, last);
    });
    if (end === '')
        throw new PatternError('a class in it has no `]`');
    return (codePoint) => checks.some((accepts) => accepts(codePoint)) === (sign === '');
}
/** Escaped letters that stand for kinds of characters in Go, in ASCII only. */
const kinds = new Map([
    ['\\d', /[0-9]/],
    ['\\D', /[^0-9]/u],
    ['\\s', /[\t\n\f\r ]/],
    ['\\S', /[^\t\n\f\r ]/u],
    ['\\w', /[0-9A-Za-z_]/],
    ['\\W', /[^0-9A-Za-z_]/u],
]);
/** The characters of a kind, or from one to another. */
function rangeOf(text, first = text, last = first) {
    const kind = kinds.get(text);
    if (kind !== undefined)
        return (codePoint) => kind.test(String.fromCodePoint(codePoint));
    const lowest = codePointOf(first);
    const highest = codePointOf(last);
    if (highest < lowest)
        throw new PatternError('a range in it ends before it begins');
    return (codePoint) => lowest <= codePoint && codePoint <= highest;
}
const controls = new Map([
    ['\\f', '\f'],
    ['\\n', '\n'],
    ['\\r', '\r'],
    ['\\t', '\t'],
    ['\\v', '\v'],
]);
/** The code point of a character, which may be escaped. */
function codePointOf(text) {
    const [, escaped] = /^\\([^])$/u.exec(text) ?? [];
    if (escaped !== undefined && /[a-zA-Z0-9]|[^\0-\x7f]/u.test(escaped) && !controls.has(text)) {
        throw new PatternError(`it has a backslash before \`${escaped}\`, which has no meaning`);
    }
    return (controls.get(text) ?? escaped ?? text).codePointAt(0) ?? 0;
}
function wordBoundary(isWanted) {
    const isOfWord = (codePoint = 0) => /\w/.test(String.fromCodePoint(codePoint));
    return { holds: (before, after) => (isOfWord(before) !== isOfWord(after)) === isWanted };
}

;// CONCATENATED MODULE: ./lib/context/ignore-rules.js


/** The verdict on the folder of the context. */
const noVerdict = { isIgnored: false, matched: [] };
/** The lines of an ignore file. The last one that matches decides. */
class IgnoreRules {
    #lines;
    /** @param rejected called for each invalid line, with the reason */
    constructor(lines, rejected) {
        this.#lines = lines.flatMap((line) => {
            const { isException, pattern } = line;
            try {
                return [{ ...dockerMatcher(pattern), isException, namesFile: namesFile(pattern) }];
            }
            catch (error) {
                if (!(error instanceof PatternError))
                    throw error;
                rejected(line, error.message);
                return [];
            }
        });
    }
    /**
     * Judges a path as Docker does while it walks from the root. Docker does not evaluate a line that
     * would change nothing, so that line does not count as a match for paths below, either.
     */
    judge(path, above) {
        let isIgnored = false;
        const matched = this.#lines.map(({ isException, matches }, index) => {
            const isMatch = above.matched[index] === true || (isException === isIgnored && matches(path));
            if (isMatch)
                isIgnored = !isException;
            return isMatch;
        });
        return { isIgnored, matched };
    }
    /** Whether a `!` line could include something in an ignored folder. */
    mayInclude(folder, { matched }) {
        const inside = `${folder}/`;
        return this.#lines
            .slice(matched.lastIndexOf(true) + 1)
            .some(({ isException, literalBeginning }) => isException &&
            (inside.startsWith(literalBeginning) || literalBeginning.startsWith(inside)));
    }
    /** Whether a `!` line names files, and not everything in some folder. */
    get includesFiles() {
        return this.#lines.some((line) => line.isException && line.namesFile);
    }
    /** Whether a `!` line names this file, and not everything in some folder. */
    includesFile(path) {
        return this.#lines.some((line) => line.isException && line.namesFile && line.matches(path));
    }
}

;// CONCATENATED MODULE: ./lib/context/rules.js


/** Decides which paths belong to a context. */
class Rules {
    /** The verdict on the folder of the context. */
    root = {
        place: 'in',
        mayHoldEntries: true,
        mayHoldSecrets: true,
        hasSecretName: false,
        verdict: noVerdict,
        exclusion: noVerdict,
    };
    #ignored;
    #excluded;
    /**
     * @param ignored the lines of the ignore file
     * @param excluded patterns to exclude, whatever the ignore file says
     */
    constructor(ignored, excluded) {
        this.#ignored = ignored;
        this.#excluded = excluded;
    }
    /** @param above the verdict on the folder that contains it */
    evaluate(path, above) {
        const exclusion = this.#excluded.judge(path, above.exclusion);
        const verdict = this.#ignored.judge(path, above.verdict);
        const hasSecretName = above.hasSecretName || isSecretByName(path);
        const isExcluded = exclusion.isIgnored || verdict.isIgnored;
        const mayHoldSecrets = !exclusion.isIgnored && (!verdict.isIgnored || this.#ignored.mayInclude(path, verdict));
        const isSecret = hasSecretName && !this.#ignored.includesFile(path);
        return {
            place: isExcluded ? 'out' : isSecret ? 'secret' : 'in',
            mayHoldEntries: mayHoldSecrets && (!hasSecretName || this.#ignored.includesFiles),
            mayHoldSecrets,
            hasSecretName,
            verdict,
            exclusion,
        };
    }
    /** Whether a path would be in the context. */
    includes(path) {
        const parts = path.split('/');
        let verdict = this.root;
        for (const index of parts.keys()) {
            verdict = this.evaluate(parts.slice(0, index + 1).join('/'), verdict);
        }
        return verdict.place === 'in';
    }
}

;// CONCATENATED MODULE: ./lib/context/ignore-file.js











/**
 * Reads the ignore file of the Dockerfile, or else that of the context.
 *
 * @param exclude patterns of other files to exclude
 * @returns the path of the ignore file is relative to the context; undefined if there is none
 * @throws ContextError if it cannot be read, or has lines that Docker does not accept
 */
async function readRules(root, dockerfile, exclude) {
    const patterns = exclude.flatMap((text) => patternLine(text) ?? []);
    const problems = patterns
        .filter(({ isException }) => isException)
        .map((line) => unusableExclusion(line, 'a `!` would include files again'));
    const excluded = new IgnoreRules(patterns.filter(({ isException }) => !isException).map(atAnyDepth), (line, reason) => {
        problems.push(unusableExclusion(line, reason));
    });
    let ignored = new IgnoreRules(patternLines(defaultIgnoreFile), () => undefined);
    let ignoreFile;
    for (const path of [`${dockerfile}.dockerignore`, '.dockerignore']) {
        const content = await readIgnoreFile(root, path);
        if (content === undefined)
            continue;
        ignoreFile = path;
        ignored = new IgnoreRules(patternLines(content), ({ number, text }, reason) => {
            problems.push({
                about: (0,quote/* quote */.h)(path),
                message: `line ${number}, ${(0,quote/* quote */.h)(text)}, is not a valid pattern: ${reason}`,
                next: 'Fix the line. Put a backslash before each special character that is meant literally.',
            });
        });
        break;
    }
    if (problems.length > 0)
        throw new errors/* ContextError */.af(problems);
    return { rules: new Rules(ignored, excluded), ignoreFile };
}
/** Applies a pattern without a slash at any depth. */
function atAnyDepth(line) {
    const isName = !/\/[^/]/.test(line.text) && !/^(?:\.\.?|\/)$/.test(line.pattern);
    return isName ? { ...line, pattern: `**/${line.pattern}` } : line;
}
function unusableExclusion({ text, isException }, reason) {
    return {
        about: `exclude pattern ${(0,quote/* quote */.h)(text)}`,
        message: `cannot be used: ${reason}`,
        next: isException
            ? 'Move it to `.dockerignore`, which supports lines with `!`.'
            : 'Fix the pattern; its syntax is that of a line in `.dockerignore`.',
    };
}
/** The largest ignore file in bytes. Real ones have a few hundred lines. */
const maxBytes = 1024 * 1024;
const fixIt = 'Fix it: the action must know what to exclude before it packs anything.';
/** Returns undefined if the file does not exist. */
async function readIgnoreFile(root, path) {
    const unreadable = (message, next = fixIt, cause) => new errors/* ContextError */.af({ about: (0,quote/* quote */.h)(path), message, next }, { cause });
    let content;
    try {
        const real = await (0,promises_.realpath)((0,external_node_path_.join)(root, path));
        if (!(0,inside/* isInside */.F)(real, root))
            throw unreadable(`is a link that points outside the context, to ${(0,quote/* quote */.h)(real)}`);
        // Reading a named pipe or a device might never end.
        const stats = await (0,promises_.stat)(real);
        if (!stats.isFile())
            throw unreadable('is a folder or a special file, not a regular file');
        if (stats.size > maxBytes)
            throw unreadable(`has ${(0,bytes/* bytesOf */.$)(stats.size)}; the limit is ${(0,bytes/* bytesOf */.$)(maxBytes)}`);
        content = await (0,promises_.readFile)(real, 'utf8');
    }
    catch (error) {
        if ((0,system_error/* isNotFound */.c4)(error))
            return undefined;
        if (error instanceof errors/* ContextError */.af)
            throw error;
        const { reason, next } = (0,system_error/* faultOf */.Kl)(error);
        throw unreadable(`cannot be read (${reason})`, next, error);
    }
    if (content.includes('\0'))
        throw unreadable('is not UTF-8 text (it may be UTF-16); save it as UTF-8');
    return content;
}

// EXTERNAL MODULE: ./lib/context/noticed-files.js
var noticed_files = __webpack_require__(3429);
;// CONCATENATED MODULE: ./lib/context/size-limit.js



const megabyte = 1024 * 1024;
/** The largest total size of all files in bytes, before compression. */
const limit = 500 * megabyte;
const size_limit_maxNamed = 5;
/** @throws ContextError that names the largest files and folders, if the total size is over the limit */
function checkSize(about, files, bytes) {
    if (bytes <= limit)
        return;
    const folders = largestFolders(files);
    throw new errors/* ContextError */.af({
        about,
        message: [
            `is too large: its ${files.length === 1 ? 'file has' : `${files.length} files have`} ${size(bytes)}, and the limit is 500 MB`,
            `the largest files are ${size_limit_list(largest(files))}`,
            ...(folders.length === 0 ? [] : [`the largest folders are ${size_limit_list(folders)}`]),
        ].join('; '),
        next: 'Exclude what the image does not need, such as virtual environments, models, recordings and `.git`, with `build-exclude` or in the ignore file.',
    });
}
function largest(of, most = size_limit_maxNamed) {
    return [...of]
        .sort((one, other) => other.bytes - one.bytes || (one.path < other.path ? -1 : 1))
        .slice(0, most);
}
/** The largest folders at the top level, and the largest one below them. */
function largestFolders(files) {
    const sizes = new Map();
    for (const { path, bytes } of files) {
        for (let folder = external_node_path_.posix.dirname(path); folder !== '.'; folder = external_node_path_.posix.dirname(folder)) {
            sizes.set(folder, (sizes.get(folder) ?? 0) + bytes);
        }
    }
    const largestInside = new Map();
    for (const [path, bytes] of sizes) {
        const folder = external_node_path_.posix.dirname(path);
        largestInside.set(folder, Math.max(bytes, largestInside.get(folder) ?? 0));
    }
    const folders = Array.from(sizes, ([path, bytes]) => ({ path, bytes }));
    const deeper = largest(
    // If a folder contains nothing but another folder, the inner one says more.
    folders.filter(({ path, bytes }) => path.includes('/') && largestInside.get(path) !== bytes), 1);
    const top = largest(folders.filter(({ path }) => !path.includes('/')), size_limit_maxNamed - deeper.length);
    return largest([...top, ...deeper]);
}
function size_limit_list(sized) {
    return sized.map(({ path, bytes }) => `${(0,quote/* quote */.h)(path)} (${size(bytes)})`).join(', ');
}
/** Rounds up, so that a size over the limit does not read as within it. */
function size(bytes) {
    return `${(Math.ceil((bytes / megabyte) * 10) / 10).toFixed(1)} MB`;
}

;// CONCATENATED MODULE: ./lib/context/select.js













/**
 * Selects the content of a build context: what Docker would send, without files that look like secrets.
 *
 * @param workspace the folder that contains all contexts
 * @throws ContextError
 */
async function selectContext(settings, workspace, signal) {
    const root = await findRoot(settings.directory, workspace);
    const beside = besideSettings(root, settings, workspace);
    const dockerfile = await findDockerfile(root, settings.dockerfile, beside);
    const { rules, ignoreFile } = await readRules(root, dockerfile.path, settings.exclude);
    const found = await walk(root, rules, signal);
    const entries = new Map(found.files.map((file) => [file.path, file]));
    const links = new Set([...found.links, ...dockerfile.links]);
    links.delete(dockerfile.entry.path);
    const problems = [...found.problems];
    for (const path of links) {
        const target = await targetWithin(root, path);
        if (target === undefined)
            problems.push(linkOutside(path, await linkTarget(root, path)));
        else
            entries.set(path, { kind: 'link', path, target });
    }
    if (problems.length > 0) {
        throw new errors/* ContextError */.af(problems.sort((one, other) => (one.about < other.about ? -1 : 1)));
    }
    entries.set(dockerfile.entry.path, dockerfile.entry);
    const sorted = [...entries.values()].sort(byPath);
    const files = sorted.filter((entry) => entry.kind === 'file');
    const submodules = await (0,noticed_files/* emptySubmodules */.J)(root, workspace);
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    checkSize(`build context ${(0,quote/* quote */.h)(settings.directory)}`, files, total);
    return {
        root,
        dockerfile: dockerfile.path,
        entries: sorted,
        files: files.length,
        bytes: total,
        ignoreFile,
        excludedSecrets: found.secrets.filter((path) => !entries.has(path)).sort(),
        includesGit: files.some(({ path }) => /(?:^|\/)\.git\//.test(path)),
        otherDockerfile: files.find(({ path }) => path === beside?.dockerfile)?.path,
        missingSources: await missingOf(root, dockerfile.entry, sorted),
        noticed: submodules
            .filter((path) => rules.includes(path))
            .map((path) => ({ kind: 'empty-submodule', path })),
    };
}
function besideSettings(root, { settingsFolder, dockerfile }, workspace) {
    if (settingsFolder === undefined)
        return undefined;
    const folder = (0,external_node_path_.resolve)(workspace, settingsFolder);
    const path = (0,inside/* withSlashes */.s)((0,external_node_path_.relative)(root, folder));
    if (path === '' || !(0,inside/* isInside */.F)(folder, root))
        return undefined;
    return { directory: settingsFolder, dockerfile: external_node_path_.posix.join(path, dockerfile) };
}
/** The largest Dockerfile to check, in bytes. */
const largestDockerfile = 1024 * 1024;
async function missingOf(root, { path, bytes }, entries) {
    if (bytes > largestDockerfile)
        return [];
    // Packing reports a file that cannot be read.
    const text = await (0,promises_.readFile)((0,external_node_path_.join)(root, path), 'utf8').catch(() => '');
    return missingSources(text, entries);
}
async function findRoot(directory, workspace) {
    const problem = (message, next, cause) => new errors/* ContextError */.af({ about: `build context ${(0,quote/* quote */.h)(directory)}`, message, next }, { cause });
    const path = (0,external_node_path_.resolve)(workspace, directory);
    const fix = 'Fix the folder of the build context; it is relative to the workspace.';
    let root;
    try {
        root = await (0,promises_.realpath)(path);
        if (!(await (0,promises_.lstat)(root)).isDirectory())
            throw problem('is not a folder', fix);
    }
    catch (error) {
        if (error instanceof errors/* ContextError */.af)
            throw error;
        if (!(0,system_error/* isNotFound */.c4)(error))
            throw problem(`cannot be read (${(0,system_error/* faultOf */.Kl)(error).reason})`, fix, error);
        throw problem(`does not exist; looked for ${(0,quote/* quote */.h)(path)}`, `${fix} If the workspace is empty, check out the repository first.`, error);
    }
    if (!(0,inside/* isInside */.F)(root, await (0,promises_.realpath)(workspace))) {
        throw problem(`is outside the workspace, at ${(0,quote/* quote */.h)(root)}`, fix);
    }
    return root;
}
function linkOutside(path, target) {
    return {
        about: (0,quote/* quote */.h)(path),
        message: `is a link that points outside the context, to ${(0,quote/* quote */.h)(target ?? 'nowhere')}`,
        next: `${errors/* excludeOr */.gp} replace it with the files that it points to.`,
    };
}
function byPath(one, other) {
    return one.path < other.path ? -1 : 1;
}


/***/ })

};

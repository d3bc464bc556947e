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

/** Whether a path is a folder or lies in it; both are absolute and clean. */
function isInside(path, folder) {
    const way = (0,node_path__WEBPACK_IMPORTED_MODULE_0__.relative)(folder, path);
    return way !== '..' && !way.startsWith(`..${node_path__WEBPACK_IMPORTED_MODULE_0__.sep}`) && !(0,node_path__WEBPACK_IMPORTED_MODULE_0__.isAbsolute)(way);
}
/** A path of this machine with slashes, whatever parts paths there. */
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
/** Not one that stands for a variable. */
const npmToken = /_authToken\s*=\s*["']?(?!\$\{)[^\s"']/;
const lfsPointer = 'version https://git-lfs.github.com/spec/v1\n';
/** Bytes, by the format's description. */
const maxPointerSize = 1024;
/** @param beginning of the file; files that are small are whole */
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
/** Bytes of a `.gitmodules` that is read. */
const maxBytes = 1024 * 1024;
/** Folders of submodules in a context that have nothing in them. */
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
        // It is only for a remark.
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
 * Finds literal sources of `COPY` and `ADD` that the context does not have. Sources with wildcards,
 * variables, quotes or escapes are passed over, as are those of stages that the last stage does not
 * need: a build skips these.
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
        // What is behind a link may exist all the same.
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
/** Those that the last stage is made of, and itself. */
function neededStages(stages) {
    const needed = new Set();
    const pending = [stages.length - 1];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
        const stage = stages[index];
        if (stage === undefined || needed.has(index))
            continue;
        needed.add(index);
        for (const need of stage.needs) {
            // A stage knows only those before it; anything else is an image.
            const before = stages.slice(0, index);
            const byName = before.findLastIndex(({ name }) => name === need.toLowerCase());
            pending.push(byName === -1 && /^\d+$/.test(need) ? Number(need) : byName);
            // A name that is a variable may be any stage.
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
/** All words but the last, as far as they are literal paths. */
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
            // Docker then takes it as words, too.
        }
    }
    const sources = list.slice(0, -1).filter((word) => typeof word === 'string');
    // Quotes and escapes can join words.
    if (list === words && /["'\\`]/.test(sources.join(' ')))
        return [];
    return sources.filter((word) => !/[*?[\]$"'\\`]|^<<|:\/\/|^[^/]+@[^/]+:/.test(word));
}
/** The instructions of a Dockerfile: lines are joined; comments and here-documents are gone. */
function instructionsOf(dockerfile) {
    const lines = dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/);
    const escape = escapeOf(lines);
    const instructions = [];
    for (let index = 0; index < lines.length; index++) {
        const line = index + 1;
        if (isSkipped(lines[index] ?? ''))
            continue;
        let text = (lines[index] ?? '').trimEnd();
        while (text.endsWith(escape) && index + 1 < lines.length) {
            text = text.slice(0, -1);
            do
                index += 1;
            while (index + 1 < lines.length && isSkipped(lines[index] ?? ''));
            text += isSkipped(lines[index] ?? '') ? '' : (lines[index] ?? '').trimEnd();
        }
        const [first = '', ...words] = text.trim().split(/\s+/);
        const name = first.toLowerCase();
        // What `ONBUILD` says is for builds that begin with this image.
        instructions.push({ line, name, words });
        if (!['run', 'copy', 'add'].includes(name))
            continue;
        for (const [, dash, , delimiter] of text.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
            do
                index += 1;
            while (index < lines.length && !endsDocument(lines[index] ?? '', dash, delimiter));
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
/** The character that `# escape=` at the top names. */
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

// EXTERNAL MODULE: ./lib/context/errors.js
var errors = __webpack_require__(4912);
// EXTERNAL MODULE: ./lib/context/inside.js
var inside = __webpack_require__(7023);
;// CONCATENATED MODULE: ./lib/context/links.js



/** As many as Linux follows. */
const maxLinks = 40;
/** Follows a path part by part, as the operating system does, whether there is something or not. */
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
 * The target of a link, relative to where the link lies; undefined where it leads out of the context.
 * One that says where it is on this machine says so no more, so that it holds wherever it is unpacked.
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
/**
 * As it stands in the link, with slashes; undefined where there is no link, or none that can be looked
 * at, which then nobody follows.
 */
async function linkTarget(root, path) {
    try {
        return (0,inside/* withSlashes */.s)(await (0,promises_.readlink)((0,external_node_path_.join)(root, path)));
    }
    catch {
        return undefined;
    }
}
/** Where an absolute target is within the context; undefined where it is not. */
async function pathWithin(root, target) {
    let path = target;
    if (!(0,inside/* isInside */.F)(path, root)) {
        try {
            // It may name the context by another way, on which there are links.
            path = await (0,promises_.realpath)(target);
        }
        catch {
            return undefined;
        }
    }
    return (0,inside/* isInside */.F)(path, root) ? (0,inside/* withSlashes */.s)((0,external_node_path_.relative)(root, path)) || '.' : undefined;
}

;// CONCATENATED MODULE: ./lib/context/dockerfile.js







/**
 * Looks for the Dockerfile.
 *
 * @throws ContextError if it is not there, is no file, or does not lie in the context
 */
async function findDockerfile(root, given, beside) {
    const path = normalised(root, given);
    const unusable = (message, cause) => new errors/* ContextError */.a([
        {
            about: `Dockerfile ${(0,quote/* quote */.h)(given)}`,
            message,
            next: 'Name one that lies in the context, relative to it, or choose a context that holds it.',
        },
    ], { cause });
    if (path === '..' || path.startsWith('../') || (0,external_node_path_.isAbsolute)(path)) {
        throw unusable(`lies outside of the context ${(0,quote/* quote */.h)(root)}`);
    }
    const folder = await follow(root, external_node_path_.posix.dirname(path));
    const end = folder.end === undefined
        ? folder
        : await follow(root, external_node_path_.posix.join(folder.end, external_node_path_.posix.basename(path)));
    if (folder.leadsOut || end.leadsOut) {
        throw unusable(`leads out of the context, by the link ${(0,quote/* quote */.h)(end.links.at(-1) ?? path)}`);
    }
    if (folder.end === undefined || end.end === undefined) {
        throw unusable('leads in circles: there are more links on the way than can be followed');
    }
    const found = await statOf((0,external_node_path_.join)(root, end.end)).catch((error) => {
        throw unusable(`cannot be read (${(0,system_error/* faultOf */.Kl)(error).reason})`, error);
    });
    if (found === undefined)
        throw await missing(root, given, path, beside);
    if (!found.isFile()) {
        throw unusable(found.isDirectory() ? 'is a folder, and not a file' : 'is not a regular file');
    }
    return {
        path,
        location: external_node_path_.posix.join(folder.end, external_node_path_.posix.basename(path)),
        links: folder.links,
        bytes: found.size,
        isExecutable: (found.mode & 0o111) !== 0,
        inode: found.ino,
    };
}
function normalised(root, given) {
    const path = (0,external_node_path_.isAbsolute)(given) && (0,inside/* isInside */.F)(given, root) ? (0,external_node_path_.relative)(root, given) : given;
    return external_node_path_.posix.normalize((0,inside/* withSlashes */.s)(path)).replace(/(?<=[^/])\/+$/, '');
}
async function statOf(path) {
    try {
        return await (0,promises_.stat)(path);
    }
    catch (error) {
        const code = (0,system_error/* systemErrorCode */.vq)(error);
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return undefined;
        throw error;
    }
}
async function missing(root, given, path, beside) {
    const others = await nearby(root);
    const isBeside = beside !== undefined && (await statOf((0,external_node_path_.join)(root, beside.dockerfile)))?.isFile() === true;
    return new errors/* ContextError */.a([
        {
            about: `Dockerfile ${(0,quote/* quote */.h)(given)}`,
            message: `does not exist; looked for ${(0,quote/* quote */.h)((0,external_node_path_.join)(root, path))}`,
            next: isBeside
                ? `Set \`build-context: ${beside.directory}\`: the Dockerfile is there, beside the settings file.`
                : others.length === 0
                    ? 'There is none in the upper two levels of the context either: correct the context, or the name of the Dockerfile, which is relative to it.'
                    : `Name one that is there, relative to the context, such as ${others.map(quote/* quote */.h).join(', ')}.`,
        },
    ]);
}
const maxNamed = 5;
const maxFolders = 200;
/** Files that look like Dockerfiles, in the upper two levels. */
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
        // It is only for a hint.
        return [];
    }
}

// EXTERNAL MODULE: ./lib/text/bytes.js
var bytes = __webpack_require__(8544);
;// CONCATENATED MODULE: ./lib/context/docker-patterns.js

const blank = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const outerBlanks = new RegExp(`^${blank}+|(?<!${blank})${blank}+$`, 'g');
/** Trims what Go takes for blanks; JavaScript's own `trim` knows some others. */
function trim(text) {
    return text.replace(outerBlanks, '');
}
function clean(path) {
    return external_node_path_.posix.normalize(path).replace(/(?<=[^])\/$/, '');
}
/** The lines of an ignore file as Docker reads them, without comments and empty lines. */
function patternLines(content) {
    return content
        .replace(/^\uFEFF/, '')
        .split('\n')
        .flatMap((text, index) => patternLine(text, index + 1) ?? []);
}
function patternLine(text, number) {
    if (text.startsWith('#'))
        return undefined;
    const line = trim(text);
    if (line === '')
        return undefined;
    const sign = line.startsWith('!') ? '!' : '';
    const path = trim(line.slice(sign.length));
    // The sign may also come to the beginning by this, as in `/!keys`, or be undone by `..` below.
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
/** Whether the last part of a pattern has more than wildcards and dots, so that it means a file. */
function namesFile(pattern) {
    const name = pattern.split('/').at(-1) ?? '';
    const literal = name.replace(/\\([^])|\[\^?(?:\\[^]|[^\]\\])+\]|[*?]/g, '$1');
    return /[^.]/.test(literal);
}

// EXTERNAL MODULE: ./lib/text/matcher.js
var matcher = __webpack_require__(1077);
;// CONCATENATED MODULE: ./lib/context/docker-matcher.js

/** A pattern that Docker rejects; the message says why. */
class PatternError extends Error {
    constructor(reason) {
        super(reason);
        this.name = 'PatternError';
    }
}
/** More is not worth its memory: nobody means to repeat anything in a path. */
const maxRepetitions = 100;
/** What Go's `path.Match` accepts, by which Docker checks patterns first. */
const wellFormed = (() => {
    const member = '(?:\\\\[^]|[^\\\\\\]-])';
    const range = `${member}(?:-${member})?`;
    return new RegExp(`^(?:[^\\\\[]|\\\\[^]|\\[(?:\\^|(?!\\^))(?:${range})+\\])*$`, 'u');
})();
/**
 * Compiles a pattern as moby/patternmatcher 0.6.1 does, which Docker uses.
 *
 * It is stricter in this: Docker finds some mistakes only when it gets to them, behind a wildcard or in
 * a `!` line where nothing was ignored before, and it accepts `\x41`, `[[:alpha:]]` and the like, which
 * mean something in regular expressions of Go and nowhere else.
 *
 * @throws PatternError
 */
function dockerMatcher(pattern) {
    if (pattern === '')
        throw new PatternError('nothing follows the `!`');
    if (/(?<!\\)(?:\\\\)*\\$/.test(pattern)) {
        throw new PatternError('it ends with a backslash, which has nothing to escape');
    }
    if (!wellFormed.test(pattern)) {
        throw new PatternError('a `[` in it begins a class that is empty, does not end, or has a `-` without both its ends');
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
        // The name alone matches, too: `**/name` is `name` at any depth.
        matches: (path) => path.endsWith(text) || `/${path}` === text,
        literalBeginning: '',
    };
}
function asExpression(pattern) {
    const matches = (0,matcher/* matcher */.jN)(new Expression(expressionOf(pattern)).parse());
    // Alternatives begin and end in ways of their own.
    if (pattern.includes('|'))
        return { matches, literalBeginning: '' };
    const [, first = '', special] = /^([^*?[\]\\^{]*)(.)?/su.exec(pattern) ?? [];
    // A character before a repetition may be missing.
    const literalBeginning = special === '{' ? first.replace(/.$/su, '') : first;
    // The slash of a `**/` may be missing, and an escaped letter may stand for something else.
    const last = pattern.includes('\\') ? '' : (pattern.split(/[*?\]{}^]/).at(-1) ?? '');
    const literalEnd = last.replace(/^\//, '');
    return {
        // Most paths are sorted out by these.
        matches: (path) => path.startsWith(literalBeginning) && path.endsWith(literalEnd) && matches(path),
        literalBeginning,
    };
}
/**
 * The regular expression that Docker makes of a pattern. It escapes `.`, `+`, `(`, `)` and `$`, and fails
 * to escape `{`, `|` and `}`. So these keep their meaning in expressions, as `^` does; a `|` also parts
 * the `^` at the beginning from the `$` at the end.
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
    return `^${expression}$`;
}
const anyFolders = '(.*/)?';
const isNoLineBreak = (codePoint) => codePoint !== 0x0a;
/** Reads a regular expression as Go does, as far as one can come of a pattern. */
class Expression {
    #letters;
    #at = 0;
    /** Where the last class by name could end. */
    #lastNameEnd;
    constructor(expression) {
        this.#letters = Array.from(expression);
        this.#lastNameEnd = this.#letters.findLastIndex((letter, index) => letter === ':' && this.#letters[index + 1] === ']');
    }
    /** @returns the steps of each alternative */
    parse() {
        let steps = [];
        const alternatives = [steps];
        // What a repetition would be of; what is repeated already cannot be repeated.
        let last;
        while (this.#at < this.#letters.length) {
            const [least, most] = this.#repetition() ?? [];
            if (least !== undefined) {
                if (last === undefined)
                    throw new PatternError('a `*` or `{…}` in it repeats nothing');
                steps.pop();
                for (const step of repeated(last, least, most))
                    steps.push(step);
                last = undefined;
            }
            else if (this.#skip(anyFolders)) {
                for (const step of (0,matcher/* optional */.lq)([...(0,matcher/* anyNumberOf */.dC)((0,matcher/* character */.GG)(isNoLineBreak)), (0,matcher/* exactly */.pV)('/')]))
                    steps.push(step);
                last = undefined;
            }
            else if (this.#skip('|')) {
                steps = [];
                alternatives.push(steps);
                last = undefined;
            }
            else {
                last = this.#atom();
                steps.push(last);
            }
        }
        return alternatives;
    }
    /** How often what is before is repeated at least and at most; undefined where nothing says so. */
    #repetition() {
        if (this.#skip('*'))
            return [0, undefined];
        if (this.#letters[this.#at] !== '{')
            return undefined;
        // Longer numbers than that are refused anyway.
        const rest = this.#letters.slice(this.#at, this.#at + 40).join('');
        const [whole, least, comma, most] = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(rest) ?? [];
        if (whole === undefined || least === undefined)
            return undefined;
        this.#at += whole.length;
        if (comma === undefined)
            return [Number(least), Number(least)];
        return [Number(least), most === undefined ? undefined : Number(most)];
    }
    #skip(text) {
        if (this.#letters[this.#at] !== text[0])
            return false;
        if (this.#letters.slice(this.#at, this.#at + text.length).join('') !== text)
            return false;
        this.#at += text.length;
        return true;
    }
    #next() {
        const letter = this.#letters[this.#at] ?? '';
        this.#at += 1;
        return letter;
    }
    #atom() {
        const letter = this.#next();
        switch (letter) {
            case '^':
                return matcher/* beginning */.Ir;
            case '$':
                return matcher/* end */._N;
            case '.':
                return (0,matcher/* character */.GG)(isNoLineBreak);
            case '[':
                return (0,matcher/* character */.GG)(this.#class());
            case '\\': {
                const escaped = this.#next();
                if (escaped === 'b' || escaped === 'B')
                    return wordBoundary(escaped === 'b');
                const accepts = kindOf(escaped);
                return accepts === undefined ? (0,matcher/* exactly */.pV)(unescaped(escaped)) : (0,matcher/* character */.GG)(accepts);
            }
            default:
                return (0,matcher/* exactly */.pV)(letter);
        }
    }
    #class() {
        const isNegated = this.#skip('^');
        const members = [];
        while (!(members.length > 0 && this.#skip(']'))) {
            const [letter, following = ''] = this.#letters.slice(this.#at, this.#at + 2);
            if (letter === '[' && following === ':' && this.#lastNameEnd > this.#at) {
                throw new PatternError('it has a class by name, such as `[:alpha:]`');
            }
            const kind = letter === '\\' ? kindOf(following) : undefined;
            if (kind !== undefined) {
                this.#at += 2;
                members.push(kind);
                continue;
            }
            const first = this.#member();
            const isRange = this.#letters[this.#at] === '-' && this.#letters[this.#at + 1] !== ']';
            if (isRange)
                this.#at += 1;
            const last = isRange ? this.#member() : first;
            if (last < first)
                throw new PatternError('a range in it ends before it begins');
            members.push((codePoint) => first <= codePoint && codePoint <= last);
        }
        return (codePoint) => members.some((accepts) => accepts(codePoint)) !== isNegated;
    }
    #member() {
        if (this.#at >= this.#letters.length)
            throw new PatternError('a class in it does not end');
        const letter = this.#next();
        return (letter === '\\' ? unescaped(this.#next()) : letter).codePointAt(0) ?? 0;
    }
}
function repeated(step, least, most) {
    if (most !== undefined && most < least) {
        throw new PatternError('a `{…}` in it has a maximum below its minimum');
    }
    if (Math.max(least, most ?? 0) > maxRepetitions) {
        throw new PatternError(`a \`{…}\` in it repeats more than ${maxRepetitions} times`);
    }
    const needed = Array.from({ length: least }, () => step);
    if (most === undefined)
        return [...needed, ...(0,matcher/* anyNumberOf */.dC)(step)];
    return [...needed, ...Array.from({ length: most - least }, () => (0,matcher/* optional */.lq)([step])).flat()];
}
const controls = new Map([
    ['f', '\f'],
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
    ['v', '\v'],
]);
function unescaped(letter) {
    const control = controls.get(letter);
    if (control !== undefined)
        return control;
    if (letter === '' || /[a-zA-Z0-9]|[^\0-\x7f]/u.test(letter)) {
        throw new PatternError(`a backslash before \`${letter}\` means nothing in it`);
    }
    return letter;
}
/** Kinds of characters by the escaped letter that stands for them in Go, which knows ASCII only. */
const kinds = new Map([
    ['d', /[0-9]/],
    ['D', /[^0-9]/u],
    ['s', /[\t\n\f\r ]/],
    ['S', /[^\t\n\f\r ]/u],
    ['w', /[0-9A-Za-z_]/],
    ['W', /[^0-9A-Za-z_]/u],
]);
function kindOf(letter) {
    const kind = kinds.get(letter);
    return kind && ((codePoint) => kind.test(String.fromCodePoint(codePoint)));
}
function wordBoundary(isWanted) {
    const isOfWord = (codePoint = 0) => /\w/.test(String.fromCodePoint(codePoint));
    return {
        kind: 'assertion',
        holds: (before, after) => (isOfWord(before) !== isOfWord(after)) === isWanted,
    };
}

;// CONCATENATED MODULE: ./lib/context/ignore-rules.js


/** The verdict on the context's own folder. */
const noVerdict = { isIgnored: false, matched: [] };
/** The lines of an ignore file. The last one that matches decides. */
class IgnoreRules {
    #lines;
    /** @param rejected is told about lines that cannot be used, and why */
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
     * Judges a path as Docker does, which walks from the root. Docker skips a line that would change
     * nothing, and then does not count it as one that matches what is below, either.
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
    /** Whether a `!` line means files, and not everything in some folder. */
    get includesFiles() {
        return this.#lines.some((line) => line.isException && line.namesFile);
    }
    /** Whether a `!` line means this very file, and not everything in some folder. */
    includesFile(path) {
        return this.#lines.some((line) => line.isException && line.namesFile && line.matches(path));
    }
}

;// CONCATENATED MODULE: ./lib/context/default-exclusions.js
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
function isGitSettings(path) {
    return /(?:^|\/)\.git\/(?:(?:modules|worktrees)\/.+\/)?config(?:\.worktree)?$/i.test(path);
}
/** Whether a name is one of a file or folder of secrets. */
const isSecretName = named(secretNames);
/** Whether a file or folder of this name is left out by default, for another reason. */
const isLeftOutByDefault = named(otherNames);
/** Patterns have one `*` at most. */
function named(patterns) {
    const names = new Set(patterns.filter((pattern) => !pattern.includes('*')));
    const ends = patterns
        .filter((pattern) => pattern.includes('*'))
        .map((pattern) => pattern.split('*'));
    return (name) => names.has(name) ||
        ends.some(([first = '', last = '']) => name.length >= first.length + last.length && name.startsWith(first) && name.endsWith(last));
}

;// CONCATENATED MODULE: ./lib/context/rules.js


/** What goes into a context. */
class Rules {
    /** Of the context's folder. */
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
     * @param ignored the lines of the ignore file; undefined where there is none
     * @param excluded what is left out whatever the ignore file says
     */
    constructor(ignored, excluded) {
        this.#ignored = ignored;
        this.#excluded = excluded;
    }
    evaluate(path, name, above) {
        const exclusion = this.#excluded.judge(path, above.exclusion);
        const hasSecretName = above.hasSecretName || isSecretName(name) || isGitSettings(path);
        const verdict = this.#ignored?.judge(path, above.verdict) ?? {
            isIgnored: isLeftOutByDefault(name),
            matched: [],
        };
        const isExcluded = exclusion.isIgnored || verdict.isIgnored;
        const isSecret = hasSecretName && this.#ignored?.includesFile(path) !== true;
        const mayDescend = !exclusion.isIgnored &&
            (!verdict.isIgnored || this.#ignored?.mayInclude(path, verdict) === true);
        return {
            place: isExcluded ? 'out' : isSecret ? 'secret' : 'in',
            mayHoldEntries: mayDescend && (!hasSecretName || this.#ignored?.includesFiles === true),
            mayHoldSecrets: mayDescend,
            hasSecretName,
            verdict,
            exclusion,
        };
    }
}

;// CONCATENATED MODULE: ./lib/context/ignore-file.js










/**
 * Reads the ignore file: the one beside the Dockerfile, which is for that Dockerfile alone, or the
 * one of the whole context.
 *
 * @param exclude patterns of what is left out besides
 * @throws ContextError if it cannot be read, or has lines that Docker refuses
 */
async function readRules(root, dockerfile, exclude) {
    const problems = [];
    const excluded = new IgnoreRules(exclude.flatMap(excludeLine(problems)), (line, reason) => {
        problems.push(unusableExclusion(line, reason));
    });
    let ignored;
    let ignoreFile;
    for (const path of [`${dockerfile}.dockerignore`, '.dockerignore']) {
        const content = await readIgnoreFile(root, path);
        if (content === undefined)
            continue;
        ignoreFile = path;
        ignored = new IgnoreRules(patternLines(content), ({ number, text }, reason) => {
            problems.push({
                about: (0,quote/* quote */.h)(path),
                message: `line ${number}, ${(0,quote/* quote */.h)(text)}, is not a pattern that Docker accepts: ${reason}`,
                next: 'Correct the line. Put a backslash before a character that has no special meaning there.',
            });
        });
        break;
    }
    if (problems.length > 0)
        throw new errors/* ContextError */.a(problems);
    return { rules: new Rules(ignored, excluded), ignoreFile };
}
/** A pattern as a line of an ignore file; without a slash it counts at any depth. */
function excludeLine(problems) {
    return (text) => {
        const line = patternLine(text, 1);
        if (line === undefined)
            return [];
        if (line.isException) {
            problems.push(unusableExclusion(line, 'what it matches would be taken in again'));
            return [];
        }
        const isName = !/\/[^/]/.test(line.text) && !/^(?:\.\.?|\/)$/.test(line.pattern);
        return [isName ? { ...line, pattern: `**/${line.pattern}` } : line];
    };
}
function unusableExclusion({ text, isException }, reason) {
    return {
        about: `exclude pattern ${(0,quote/* quote */.h)(text)}`,
        message: `cannot be used: ${reason}`,
        next: isException
            ? 'Move it to `.dockerignore`, which has lines with `!`.'
            : 'Correct the pattern; it is written as a line of a `.dockerignore`.',
    };
}
/** Bytes of an ignore file. Real ones have a few hundred lines. */
const maxBytes = 1024 * 1024;
/** Undefined where this file does not exist. */
async function readIgnoreFile(root, path) {
    const unreadable = (message, next, cause) => new errors/* ContextError */.a([
        {
            about: (0,quote/* quote */.h)(path),
            message,
            next: next ?? 'Correct it: what it excludes has to be known before anything is packed.',
        },
    ], { cause });
    let content;
    try {
        const real = await (0,promises_.realpath)((0,external_node_path_.join)(root, path));
        if (!(0,inside/* isInside */.F)(real, root))
            throw unreadable(`is a link that leads out of the context, to ${(0,quote/* quote */.h)(real)}`);
        // A named pipe would be waited for, and a device may never end.
        const stats = await (0,promises_.stat)(real);
        if (!stats.isFile())
            throw unreadable('is a folder or something else that is no file of patterns');
        if (stats.size > maxBytes)
            throw unreadable(`has ${(0,bytes/* bytesOf */.$)(stats.size)}, and ${(0,bytes/* bytesOf */.$)(maxBytes)} is the most`);
        content = await (0,promises_.readFile)(real, 'utf8');
    }
    catch (error) {
        const code = (0,system_error/* systemErrorCode */.vq)(error);
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return undefined;
        if (error instanceof errors/* ContextError */.a)
            throw error;
        const { reason, next } = (0,system_error/* faultOf */.Kl)(error);
        throw unreadable(`cannot be read (${reason})`, next, error);
    }
    if (content.includes('\0'))
        throw unreadable('is not text in UTF-8 (it may be in UTF-16); save it as UTF-8');
    return content;
}

// EXTERNAL MODULE: ./lib/context/noticed-files.js
var noticed_files = __webpack_require__(3429);
;// CONCATENATED MODULE: ./lib/context/size-limit.js



const megabyte = 1024 * 1024;
/** Bytes of all files, before they are compressed. */
const limit = 500 * megabyte;
const size_limit_maxNamed = 5;
/** @throws ContextError with what is large, if the files are too large together */
function checkSize(about, files, bytes) {
    if (bytes <= limit)
        return;
    const folders = largestFolders(files);
    throw new errors/* ContextError */.a([
        {
            about,
            message: [
                `is too large: its ${files.length === 1 ? 'file is' : `${files.length} files are`} ${size(bytes)}, and 500 MB is the most`,
                `the largest files are ${list(largest(files))}`,
                ...(folders.length === 0 ? [] : [`the largest folders are ${list(folders)}`]),
            ].join('; '),
            next: 'Leave out with `build-exclude` (or the ignore file, where there is one) what the image does not need, such as virtual environments, models, recordings and `.git`.',
        },
    ]);
}
function largest(of, most = size_limit_maxNamed) {
    return [...of]
        .sort((one, other) => other.bytes - one.bytes || (one.path < other.path ? -1 : 1))
        .slice(0, most);
}
/** Folders at the top, and in the last place the largest of those below them. */
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
    // Where all that is in a folder is in one folder of it, that one tells more.
    folders.filter(({ path, bytes }) => path.includes('/') && largestInside.get(path) !== bytes), 1);
    const top = largest(folders.filter(({ path }) => !path.includes('/')), size_limit_maxNamed - deeper.length);
    return largest([...top, ...deeper]);
}
function list(sized) {
    return sized.map(({ path, bytes }) => `${(0,quote/* quote */.h)(path)} (${size(bytes)})`).join(', ');
}
/** What is over the limit must not read as if it were within it. */
function size(bytes) {
    return `${(Math.ceil((bytes / megabyte) * 10) / 10).toFixed(1)} MB`;
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
;// CONCATENATED MODULE: ./lib/context/walk.js





/** Entries that are looked at at a time; more at once need more memory and are no faster. */
const concurrency = 16;
/**
 * Walks through a folder, as far as something in it may go along. Folders behind links are not.
 *
 * @throws the signal's reason
 */
async function walk(root, rules, signal) {
    const found = { files: [], links: [], secrets: [], problems: [] };
    const folders = [{ path: '', standing: rules.root }];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        signal?.throwIfAborted();
        const wanted = [];
        for (const entry of await read(root, folder.path, folder.standing, found)) {
            const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
            const verdict = rules.evaluate(path, entry.name, folder.standing);
            if (entry.isDirectory()) {
                if (verdict.mayHoldEntries || verdict.mayHoldSecrets)
                    folders.push({ path, standing: verdict });
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
            await Promise.all(some.map((path) => look(root, path, found)));
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
async function look(root, path, found) {
    try {
        const stats = await (0,promises_.lstat)((0,external_node_path_.join)(root, path));
        if (stats.isSymbolicLink()) {
            found.links.push(path);
        }
        else if (stats.isFile()) {
            await (0,promises_.access)((0,external_node_path_.join)(root, path), external_node_fs_.constants.R_OK);
            found.files.push(fileOf(path, stats));
        }
        else {
            found.problems.push(special(path, stats));
        }
    }
    catch (error) {
        found.problems.push(unreadable(path, 'file', error));
    }
}
function fileOf(path, { size, mode, ino }) {
    return { path, bytes: size, isExecutable: (mode & 0o111) !== 0, inode: ino };
}
const leaveOut = 'Leave it out with `build-exclude`, or ';
function special(path, stats) {
    const kind = stats.isFIFO()
        ? 'a named pipe'
        : stats.isSocket()
            ? 'a socket'
            : stats.isDirectory()
                ? 'a folder by now, and was a file a moment ago'
                : 'a device';
    return {
        about: (0,quote/* quote */.h)(path),
        message: `is ${kind}; a build context has files and links only`,
        next: `${leaveOut}remove it before the build.`,
    };
}
function unreadable(path, kind, error) {
    const about = (0,quote/* quote */.h)(path === '' ? '.' : path);
    const code = (0,system_error/* systemErrorCode */.vq)(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
        // A name that is not UTF-8 was read with marks in it, and nothing is found by those.
        return path.includes('\uFFFD')
            ? {
                about,
                message: 'has a name that is not UTF-8, or lies in a folder with such a name',
                next: `${leaveOut}rename it.`,
            }
            : {
                about,
                message: `vanished while the context was looked through`,
                next: 'See that nothing else works in the folder at the same time, and run it again.',
            };
    }
    const { reason, next } = (0,system_error/* faultOf */.Kl)(error);
    return {
        about,
        message: `is a ${kind} that cannot be read (${reason})`,
        next: next ?? `${leaveOut}let the user of the runner read it.`,
    };
}

;// CONCATENATED MODULE: ./lib/context/select.js













/**
 * Finds out what goes into a build context: what Docker would send, without files that look like
 * secrets.
 *
 * @param workspace the folder in which all contexts lie
 * @throws ContextError
 */
async function selectContext(settings, workspace, signal) {
    const root = await findRoot(settings.directory, workspace);
    const beside = besideSettings(root, settings, workspace);
    const dockerfile = await findDockerfile(root, settings.dockerfile, beside);
    const { rules, ignoreFile } = await readRules(root, dockerfile.path, settings.exclude);
    const found = await walk(root, rules, signal);
    const entries = new Map();
    for (const file of found.files) {
        entries.set(file.path, { ...file, kind: 'file', target: undefined });
    }
    const { location, bytes, isExecutable, inode } = dockerfile;
    const links = new Set([...found.links, ...dockerfile.links]);
    links.delete(location);
    const problems = [...found.problems];
    for (const path of links) {
        const target = await targetWithin(root, path);
        if (target === undefined)
            problems.push(leadingOut(path, await linkTarget(root, path)));
        else
            entries.set(path, { path, kind: 'link', bytes: 0, isExecutable: false, target, inode: 0 });
    }
    if (problems.length > 0) {
        throw new errors/* ContextError */.a(problems.sort((one, other) => (one.about < other.about ? -1 : 1)));
    }
    entries.set(location, {
        path: location,
        kind: 'file',
        bytes,
        isExecutable,
        target: undefined,
        inode,
    });
    const sorted = [...entries.values()].sort(byPath);
    const files = sorted.filter(({ kind }) => kind === 'file');
    const isExcluded = (path) => {
        let verdict = rules.root;
        const parts = path.split('/');
        for (const [index, name] of parts.entries()) {
            verdict = rules.evaluate(parts.slice(0, index + 1).join('/'), name, verdict);
        }
        return verdict.place !== 'in';
    };
    const submodules = (await (0,noticed_files/* emptySubmodules */.J)(root, workspace)).filter((path) => !isExcluded(path));
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
        missingSources: await missingOf((0,external_node_path_.join)(root, location), bytes, sorted),
        noticed: submodules.map((path) => ({ kind: 'empty-submodule', path })),
    };
}
function besideSettings(root, { settingsFolder, dockerfile }, workspace) {
    if (settingsFolder === undefined)
        return undefined;
    const folder = (0,external_node_path_.resolve)(workspace, settingsFolder);
    const way = (0,inside/* withSlashes */.s)((0,external_node_path_.relative)(root, folder));
    if (way === '' || !(0,inside/* isInside */.F)(folder, root))
        return undefined;
    return { directory: settingsFolder, dockerfile: external_node_path_.posix.join(way, dockerfile) };
}
/** Bytes of a Dockerfile that is read before the build. */
const largestDockerfile = 1024 * 1024;
async function missingOf(dockerfile, bytes, entries) {
    if (bytes > largestDockerfile)
        return [];
    // Whatever is wrong with the file is reported when it is packed.
    const text = await (0,promises_.readFile)(dockerfile, 'utf8').catch(() => '');
    return missingSources(text, entries);
}
async function findRoot(directory, workspace) {
    const problem = (message, next, cause) => new errors/* ContextError */.a([{ about: `build context ${(0,quote/* quote */.h)(directory)}`, message, next }], { cause });
    const path = (0,external_node_path_.resolve)(workspace, directory);
    const correct = 'Correct the folder of the build context; it is relative to the workspace.';
    let root;
    try {
        root = await (0,promises_.realpath)(path);
        if (!(await (0,promises_.lstat)(root)).isDirectory()) {
            throw problem('is not a folder', correct);
        }
    }
    catch (error) {
        if (error instanceof errors/* ContextError */.a)
            throw error;
        const code = (0,system_error/* systemErrorCode */.vq)(error);
        throw problem(code === 'ENOENT'
            ? `does not exist; looked for ${(0,quote/* quote */.h)(path)}`
            : `cannot be read (${(0,system_error/* faultOf */.Kl)(error).reason})`, code === 'ENOENT'
            ? `${correct} If nothing is there at all, the repository has to be checked out before.`
            : correct, error);
    }
    if (!(0,inside/* isInside */.F)(root, await (0,promises_.realpath)(workspace))) {
        throw problem(`lies outside of the workspace, at ${(0,quote/* quote */.h)(root)}`, correct);
    }
    return root;
}
function leadingOut(path, target) {
    return {
        about: (0,quote/* quote */.h)(path),
        message: `is a link that leads out of the context, to ${(0,quote/* quote */.h)(target ?? 'nowhere')}`,
        next: 'Leave it out with `build-exclude`, or put in its place what it leads to.',
    };
}
function byPath(one, other) {
    return one.path < other.path ? -1 : 1;
}


/***/ })

};

export const id = 241;
export const ids = [241];
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

/***/ 5241:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  packContext: () => (/* binding */ packContext)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/text/system-error.js
var system_error = __webpack_require__(7229);
// EXTERNAL MODULE: ./lib/context/errors.js
var errors = __webpack_require__(4912);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: ./lib/context/noticed-files.js
var noticed_files = __webpack_require__(3429);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./lib/context/source-file.js






// The file handles of `node:fs/promises` take three times as long, which matters for many small files.
const openFile = (0,external_node_util_.promisify)(external_node_fs_.open);
const readFile = (0,external_node_util_.promisify)(external_node_fs_.read);
const closeFile = (0,external_node_util_.promisify)(external_node_fs_.close);
const statFile = (0,external_node_util_.promisify)(external_node_fs_.fstat);
/** Bytes to read at a time. */
const pieceSize = 256 * 1024;
/**
 * Reads a selected file in pieces.
 *
 * @throws ContextError that names the file, if it cannot be read or has changed since its selection
 */
async function* readSourceFile(root, entry) {
    // If a named pipe has replaced the file, it must not block the run.
    const flags = external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NONBLOCK;
    const descriptor = await named(entry, openFile((0,external_node_path_.join)(root, entry.path), flags));
    try {
        // Never read a replacement, such as a link that points outside the context.
        const stats = await named(entry, statFile(descriptor));
        if (!stats.isFile() || stats.ino !== entry.inode)
            throw changed(entry);
        let position = 0;
        for (;;) {
            // Ask for one byte beyond the end of the file, to find out whether it grew.
            const size = Math.min(pieceSize, entry.bytes - position + 1);
            const piece = Buffer.allocUnsafe(size);
            const { bytesRead } = await named(entry, readFile(descriptor, piece, 0, size, position));
            position += bytesRead;
            if (position > entry.bytes)
                throw changed(entry);
            if (bytesRead === 0)
                break;
            yield piece.subarray(0, bytesRead);
        }
        if (position < entry.bytes)
            throw changed(entry);
    }
    finally {
        await closeFile(descriptor);
    }
}
/** Names the file in the error of `work`. */
async function named(entry, work) {
    try {
        return await work;
    }
    catch (error) {
        throw unreadable(entry, error);
    }
}
function changed({ path, bytes }) {
    return new errors/* ContextError */.af({
        about: (0,quote/* quote */.h)(path),
        message: `changed while the action packed the context: it had ${bytes} bytes before`,
        next: errors/* leaveFolderAlone */.jq,
    });
}
function unreadable({ path }, cause) {
    const { reason, next = `${errors/* excludeOr */.gp} let the runner's user read it.` } = (0,system_error/* faultOf */.Kl)(cause);
    const isDeleted = (0,system_error/* isNotFound */.c4)(cause);
    return new errors/* ContextError */.af({
        about: (0,quote/* quote */.h)(path),
        message: isDeleted
            ? 'was deleted while the action packed the context'
            : `cannot be read (${reason})`,
        next: isDeleted ? errors/* leaveFolderAlone */.jq : next,
    }, { cause });
}

;// CONCATENATED MODULE: ./lib/context/tar.js



/** Bytes between two calls of `progress`. */
const progressStep = 4 * 1024 * 1024;
/**
 * Writes the entries of a context to a tar archive, in order.
 *
 * @param progress called with the number of bytes read so far, from time to time and at the end
 * @returns files that may be mistakes
 * @throws ContextError if a file cannot be read, or is no longer what was selected
 */
async function fillTar(tar, { root, entries }, progress) {
    const noticed = [];
    let bytes = 0;
    let reported = 0;
    async function* contentOf(entry) {
        let isFirst = true;
        for await (const piece of readSourceFile(root, entry)) {
            const kind = isFirst ? (0,noticed_files/* noticeFile */.V)(entry.path, entry.bytes, piece) : undefined;
            if (kind !== undefined)
                noticed.push({ kind, path: entry.path });
            isFirst = false;
            bytes += piece.length;
            yield piece;
            if (bytes - reported < progressStep)
                continue;
            reported = bytes;
            progress(bytes);
        }
    }
    for (const entry of entries) {
        const added = tar.entry(headerOf(entry));
        await (0,external_node_stream_promises_.pipeline)(entry.kind === 'file' ? contentOf(entry) : [], added);
    }
    if (bytes > reported)
        progress(bytes);
    tar.finalize();
    return noticed;
}
/** Makes a header that does not depend on the machine, the user or the time. */
function headerOf(entry) {
    const common = { name: entry.path, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
    return entry.kind === 'link'
        ? { ...common, type: 'symlink', linkname: entry.target, mode: 0o777 }
        : { ...common, size: entry.bytes, mode: entry.isExecutable ? 0o755 : 0o644 };
}

;// CONCATENATED MODULE: ./lib/context/pack.js








/** Bytes of each chunk that the compression returns. */
const compressedChunk = 64 * 1024;
/**
 * Packs a context into a new file. The same files give the same bytes, on every machine and at every
 * time. If packing fails, the file is deleted.
 *
 * @throws ContextError, or the signal's reason
 */
async function packContext(context, archive, { progress, signal, createFile = (path) => (0,promises_.open)(path, 'wx', 0o600) }) {
    signal?.throwIfAborted();
    const { pack } = await __webpack_require__.e(/* import() */ 118).then(__webpack_require__.t.bind(__webpack_require__, 6118, 19));
    const file = await pack_named(archive, createFile(archive));
    const tar = pack();
    // The default level gives the same bytes as any other gzip in Node.js.
    const compression = (0,external_node_zlib_.createGzip)({ chunkSize: compressedChunk });
    if (signal !== undefined)
        (0,external_node_stream_.addAbortSignal)(signal, compression);
    // A failure of one of them ends the others, and the one that waits for the compressed bytes reports it.
    (0,external_node_stream_.pipeline)(tar, compression, () => undefined);
    const filling = fillTar(tar, context, progress).catch((error) => {
        tar.destroy(error);
        return [];
    });
    try {
        const written = await writeArchive(compression, (bytes) => pack_named(archive, file.writeFile(bytes)));
        signal?.throwIfAborted();
        await pack_named(archive, file.close());
        return { ...context, archive, ...written, noticed: [...context.noticed, ...(await filling)] };
    }
    catch (error) {
        await filling;
        // The first failure is reported; later ones are ignored.
        await file.close().catch(() => undefined);
        await (0,promises_.rm)(archive, { force: true }).catch(() => undefined);
        signal?.throwIfAborted();
        throw error;
    }
}
/** Position of the operating system in the header of a gzip file. */
const operatingSystemAt = 9;
const unix = 3;
async function writeArchive(compressed, write) {
    const hash = (0,external_node_crypto_.createHash)('md5');
    let archiveBytes = 0;
    for await (const bytes of compressed) {
        // zlib writes its header at once, without a time. Only this byte depends on the machine.
        if (archiveBytes === 0)
            bytes[operatingSystemAt] = unix;
        hash.update(bytes);
        archiveBytes += bytes.length;
        await write(bytes);
    }
    return { archiveBytes, hash: hash.digest('hex').slice(0, 16) };
}
/** Names the archive in the error of `work`. */
async function pack_named(archive, work) {
    try {
        return await work;
    }
    catch (error) {
        const { reason, next } = (0,system_error/* faultOf */.Kl)(error);
        const problem = {
            about: `archive ${(0,quote/* quote */.h)(archive)}`,
            message: `cannot be written (${reason})`,
            next: next ?? 'Check that its folder exists and is writable.',
        };
        throw new errors/* ContextError */.af(problem, { cause: error });
    }
}


/***/ })

};

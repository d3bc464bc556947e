export const id = 321;
export const ids = [321];
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
const longestPointer = 1024;
/** @param beginning of the file; files that are small are whole */
function noticeFile(path, bytes, beginning) {
    if (credentialFile.test(path))
        return 'credentials';
    if (/(?:^|\/)\.npmrc$/.test(path) && npmToken.test(beginning.toString('utf8'))) {
        return 'credentials';
    }
    const isPointer = bytes < longestPointer && beginning.subarray(0, lfsPointer.length).equals(pointerStart);
    return isPointer ? 'lfs-pointer' : undefined;
}
const pointerStart = Buffer.from(lfsPointer);
/** Bytes of a `.gitmodules` that is read. */
const mostBytes = 1024 * 1024;
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
        if (!stats.isFile() || stats.size > mostBytes)
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

/***/ 6321:
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
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/text/system-error.js
var system_error = __webpack_require__(7229);
;// CONCATENATED MODULE: ./lib/context/buffers.js
/**
 * Buffers of one size that are used again and again. New ones would lie about until the next garbage
 * collection, tens of megabytes of them.
 */
class Buffers {
    size;
    #free = [];
    #own = new WeakSet();
    constructor(size) {
        this.size = size;
    }
    take() {
        const free = this.#free.pop();
        if (free !== undefined)
            return free;
        const made = Buffer.allocUnsafeSlow(this.size);
        this.#own.add(made.buffer);
        return made;
    }
    /** Takes back a buffer, or a part of one, which nobody may read any more. Others are passed over. */
    giveBack({ buffer }) {
        if (this.#own.has(buffer))
            this.#free.push(Buffer.from(buffer));
    }
}

// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./lib/context/compression.js


/**
 * Bytes that are compressed at a time. Each time costs a way to another thread and back, so headers
 * and small files go together.
 */
const chunk = 128 * 1024;
/** Bytes that come out at a time; each is a new buffer, and larger ones make more garbage. */
const compressedChunk = 32 * 1024;
/** At the default level: the bytes have to be those of any other gzip of Node.js. */
function compression() {
    return (0,external_node_zlib_.createGzip)({ chunkSize: compressedChunk });
}
/**
 * Gives what comes out of a tar to the compression. While it works on a chunk, the next is put together.
 *
 * @param used is given back what has come out of the tar
 */
async function compress(tar, compressed, used) {
    const chunks = new Buffers(chunk);
    let written = Promise.resolve();
    for await (const bytes of gather(tar, chunks, used)) {
        await written;
        written = write(compressed, bytes).then(() => {
            chunks.giveBack(bytes);
        });
        // It is awaited before the next; until then a failure is nobody's.
        written.catch(() => undefined);
    }
    await written;
    compressed.end();
}
async function* gather(tar, chunks, used) {
    let gathered = chunks.take();
    let length = 0;
    for await (const bytes of tar) {
        if (!Buffer.isBuffer(bytes))
            throw new TypeError('A tar is made of bytes');
        for (let taken = 0; taken < bytes.length;) {
            const copied = bytes.copy(gathered, length, taken);
            taken += copied;
            length += copied;
            if (length < gathered.length)
                continue;
            yield gathered;
            gathered = chunks.take();
            length = 0;
        }
        used.giveBack(bytes);
    }
    if (length > 0)
        yield gathered.subarray(0, length);
}
function write(compressed, bytes) {
    return new Promise((resolve, reject) => {
        // A stream that is destroyed forgets the callbacks of writes that it has not done.
        const onClose = () => {
            reject(compressed.errored ?? new Error('The compression was stopped'));
        };
        if (compressed.destroyed) {
            onClose();
            return;
        }
        compressed.once('close', onClose);
        compressed.write(bytes, (error) => {
            compressed.off('close', onClose);
            if (error)
                reject(error);
            else
                resolve();
        });
    });
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
// EXTERNAL MODULE: ./lib/context/errors.js
var errors = __webpack_require__(4912);
;// CONCATENATED MODULE: ./lib/context/source-file.js






// The file handles of `node:fs/promises` take three times as long, which tells with many small files.
const openFile = (0,external_node_util_.promisify)(external_node_fs_.open);
const readFile = (0,external_node_util_.promisify)(external_node_fs_.read);
const closeFile = (0,external_node_util_.promisify)(external_node_fs_.close);
const statFile = (0,external_node_util_.promisify)(external_node_fs_.fstat);
/** A file that is read for the archive. What fails is a ContextError that names it. */
class SourceFile {
    #entry;
    #descriptor;
    constructor(entry, descriptor) {
        this.#entry = entry;
        this.#descriptor = descriptor;
    }
    static async open(root, entry) {
        let file;
        try {
            // A named pipe that has taken its place must not be waited for.
            const flags = external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NONBLOCK;
            file = new SourceFile(entry, await openFile((0,external_node_path_.join)(root, entry.path), flags));
        }
        catch (error) {
            throw unreadable(entry, error);
        }
        try {
            await file.#check();
            return file;
        }
        catch (error) {
            await file.close();
            throw error;
        }
    }
    /** What was put in its place meanwhile, such as a link that leads out of the context, is not read. */
    async #check() {
        const stats = await statFile(this.#descriptor);
        if (!stats.isFile() || stats.ino !== this.#entry.inode)
            throw changed(this.#entry);
    }
    /**
     * Fills a buffer with what stands at a position. It may reach one byte further than the file did when
     * it was selected.
     *
     * @throws ContextError if the file is not as large any more
     */
    async read(into, position) {
        const expected = Math.min(into.length, this.#entry.bytes - position);
        let length = 0;
        let bytesRead;
        do {
            bytesRead = await this.#readSome(into, length, position + length);
            length += bytesRead;
        } while (bytesRead > 0 && length < expected);
        if (length !== expected)
            throw changed(this.#entry);
        return into.subarray(0, length);
    }
    async #readSome(into, offset, position) {
        try {
            const length = into.length - offset;
            const { bytesRead } = await readFile(this.#descriptor, into, offset, length, position);
            return bytesRead;
        }
        catch (error) {
            throw unreadable(this.#entry, error);
        }
    }
    async close() {
        await closeFile(this.#descriptor);
    }
}
const quiet = 'See that nothing else works in the folder during the build, and run it again.';
function changed(entry) {
    return new errors/* ContextError */.a([
        {
            about: (0,quote/* quote */.h)(entry.path),
            message: `has changed, or was replaced, while the context was packed: it had ${entry.bytes} bytes`,
            next: quiet,
        },
    ]);
}
function unreadable(entry, cause) {
    const code = (0,system_error/* systemErrorCode */.vq)(cause);
    const { reason, next } = (0,system_error/* faultOf */.Kl)(cause);
    const isGone = code === 'ENOENT' || code === 'ENOTDIR';
    return new errors/* ContextError */.a([
        {
            about: (0,quote/* quote */.h)(entry.path),
            message: isGone
                ? 'has vanished while the context was packed'
                : `cannot be read (${reason})`,
            next: isGone
                ? quiet
                : (next ?? 'Leave it out with `build-exclude`, or let the user of the runner read it.'),
        },
    ], { cause });
}

;// CONCATENATED MODULE: ./lib/context/contents.js

/** Files up to this size are read whole, ahead of when they are needed; the others in pieces. */
const piece = 128 * 1024;
/** How much is read ahead: entries, of which each may be an open file, and bytes of them. */
const mostAhead = { entries: 8, bytes: 1024 * 1024 };
/**
 * Reads entries one after the other; the next ones while those before them are worked on.
 *
 * @param buffers of one byte more than a piece has
 * @throws ContextError if one cannot be read, or is not as large as it was
 */
async function* contents(root, entries, buffers) {
    const ahead = [];
    const coming = entries.values();
    let bytesAhead = 0;
    const readAhead = () => {
        while (ahead.length < mostAhead.entries && bytesAhead < mostAhead.bytes) {
            const { value: entry } = coming.next();
            if (entry === undefined)
                return;
            const isWhole = entry.kind === 'file' && entry.bytes <= piece;
            const whole = isWhole ? readWhole(root, entry, buffers) : undefined;
            // It is awaited in its turn; until then a failure is nobody's.
            whole?.catch(() => undefined);
            ahead.push({ entry, whole });
            if (isWhole)
                bytesAhead += entry.bytes;
        }
    };
    try {
        readAhead();
        for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
            const { entry, whole } = next;
            const content = await whole;
            if (content !== undefined)
                bytesAhead -= content.length;
            readAhead();
            if (content !== undefined)
                yield { entry, pieces: [content] };
            else
                yield { entry, pieces: entry.kind === 'file' ? readPieces(root, entry, buffers) : [] };
        }
    }
    finally {
        // No file is left open behind those who go.
        await Promise.allSettled(ahead.flatMap(({ whole }) => whole ?? []));
    }
}
async function readWhole(root, entry, buffers) {
    const file = await SourceFile.open(root, entry);
    try {
        return await file.read(spaceFrom(0, entry, buffers), 0);
    }
    finally {
        await file.close();
    }
}
async function* readPieces(root, entry, buffers) {
    const file = await SourceFile.open(root, entry);
    const read = (position) => {
        const reading = file.read(spaceFrom(position, entry, buffers), position);
        reading.catch(() => undefined);
        return reading;
    };
    let reading = read(0);
    try {
        for (let position = 0; position < entry.bytes;) {
            const content = await reading;
            position += content.length;
            // The next piece is read while this one is worked on; the last of them is the end, and empty.
            reading = read(position);
            yield content;
        }
        await reading;
    }
    finally {
        await Promise.allSettled([reading]);
        await file.close();
    }
}
/** Room for the next piece; at the end of the file there is one byte more, which shows that it grew. */
function spaceFrom(position, entry, buffers) {
    const left = entry.bytes - position;
    // Nothing is read into it, so nothing of it comes out of the tar, where buffers are given back.
    if (left === 0)
        return Buffer.alloc(1);
    return buffers.take().subarray(0, Math.min(buffers.size, left + 1));
}

// EXTERNAL MODULE: ./lib/context/noticed-files.js
var noticed_files = __webpack_require__(3429);
;// CONCATENATED MODULE: ./lib/context/tar.js


/** Bytes that are read before progress is told again. */
const progressStep = 4 * 1024 * 1024;
/**
 * Puts the entries of a context into a tar, in their order.
 *
 * @param buffers for what is read; it goes into the tar as it is, and is free once it comes out of it
 */
async function fillTar(tar, { root, entries }, buffers, { progress, notice }) {
    let bytes = 0;
    let told = 0;
    for await (const { entry, pieces } of contents(root, entries, buffers)) {
        const added = begin(tar, entry);
        let isFirst = true;
        for await (const piece of pieces) {
            if (isFirst && piece.length > 0) {
                const kind = (0,noticed_files/* noticeFile */.V)(entry.path, entry.bytes, piece);
                if (kind !== undefined)
                    notice({ kind, path: entry.path });
            }
            isFirst = false;
            bytes += piece.length;
            await added.write(piece);
            if (bytes - told < progressStep)
                continue;
            told = bytes;
            progress(bytes);
        }
        await added.end();
    }
    if (bytes > told)
        progress(bytes);
    tar.finalize();
}
/** Begins an entry; what is written to it waits until there is room for more. */
function begin(tar, entry) {
    const { promise: ended, settle } = settled();
    const sink = tar.entry(headerOf(entry), settle);
    // It fails with the tar, whose failure is told; an event that nobody hears would end the process.
    sink.on('error', settle);
    // It closes without an error, too, if the tar is destroyed; after its end this changes nothing.
    sink.on('close', () => {
        settle(new Error('The tar was stopped'));
    });
    return {
        write: async (piece) => {
            if (sink.write(piece))
                return;
            const drained = new Promise((resolve) => {
                sink.once('drain', () => {
                    resolve();
                });
            });
            await Promise.race([drained, ended]);
        },
        end: async () => {
            sink.end(null);
            await ended;
        },
    };
}
/** A promise that a callback settles. */
function settled() {
    let settle = () => undefined;
    const promise = new Promise((resolve, reject) => {
        settle = (error) => {
            if (error)
                reject(error);
            else
                resolve();
        };
    });
    // It is awaited last; until then a failure is nobody's.
    promise.catch(() => undefined);
    return { promise, settle };
}
/** Nothing in it depends on the machine, the user or the time. */
function headerOf({ path, kind, bytes, isExecutable, target, }) {
    const common = { name: path, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
    return kind === 'link'
        ? { ...common, type: 'symlink', linkname: target ?? '', mode: 0o777 }
        : { ...common, size: bytes, mode: isExecutable ? 0o755 : 0o644 };
}

;// CONCATENATED MODULE: ./lib/context/pack.js









function createFile(path) {
    return (0,promises_.open)(path, 'wx', 0o600);
}
/**
 * Packs a context into a file that must not be there. The same files give the same bytes, wherever
 * and whenever they are packed. If it fails, the file is gone.
 *
 * @throws ContextError, or the signal's reason
 */
async function packContext(context, archive, options) {
    const { signal } = options;
    signal?.throwIfAborted();
    let file;
    try {
        file = await (options.createFile ?? createFile)(archive);
    }
    catch (error) {
        throw unwritable(archive, error);
    }
    try {
        const written = await packInto(file, context, archive, options);
        await file.close().catch((error) => {
            throw unwritable(archive, error);
        });
        return { ...context, archive, ...written };
    }
    catch (error) {
        // What failed first is what is reported.
        await file.close().catch(() => undefined);
        await (0,promises_.rm)(archive, { force: true }).catch(() => undefined);
        throw error;
    }
}
/** Reads, compresses and writes at the same time. */
async function packInto(handle, context, archive, { progress, signal }) {
    const { pack } = await __webpack_require__.e(/* import() */ 118).then(__webpack_require__.t.bind(__webpack_require__, 6118, 19));
    const tar = pack();
    const compressed = compression();
    const failures = [];
    // What works on the streams fails with them; an event that nobody hears would end the process.
    for (const stream of [tar, compressed])
        stream.on('error', () => undefined);
    const stop = (reason) => {
        failures.push(reason);
        const error = reason instanceof Error ? reason : new Error('Packing was stopped');
        tar.destroy(error);
        compressed.destroy(error);
    };
    const abort = () => {
        stop(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const buffers = new Buffers(piece + 1);
    const noticed = [...context.noticed];
    const notice = (file) => {
        noticed.push(file);
    };
    const writing = writeArchive(handle, archive, compressed);
    await Promise.all([
        fillTar(tar, context, buffers, { progress, notice }).catch(stop),
        compress(tar, compressed, buffers).catch(stop),
        writing.catch(stop),
    ]);
    signal?.removeEventListener('abort', abort);
    // What fails first makes the others fail.
    if (failures.length > 0)
        throw failures[0];
    return { ...(await writing), noticed };
}
async function writeArchive(handle, archive, compressed) {
    const hash = (0,external_node_crypto_.createHash)('md5');
    let archiveBytes = 0;
    for await (const bytes of compressed) {
        if (!Buffer.isBuffer(bytes))
            throw new TypeError('An archive is made of bytes');
        writeHeader(bytes, archiveBytes);
        hash.update(bytes);
        archiveBytes += bytes.length;
        await pack_write(handle, archive, bytes);
    }
    return { archiveBytes, hash: hash.digest('hex').slice(0, 16) };
}
/** Of the header of a gzip file: the time, none, and the operating system, which is always Unix. */
const header = new Map([
    [4, 0],
    [5, 0],
    [6, 0],
    [7, 0],
    [9, 3],
]);
function writeHeader(bytes, position) {
    if (position > 9)
        return;
    for (const [place, value] of header) {
        if (place >= position && place - position < bytes.length)
            bytes[place - position] = value;
    }
}
async function pack_write(handle, archive, bytes) {
    try {
        await handle.writeFile(bytes);
    }
    catch (error) {
        throw unwritable(archive, error);
    }
}
function unwritable(archive, cause) {
    const { reason, next } = (0,system_error/* faultOf */.Kl)(cause);
    return new errors/* ContextError */.a([
        {
            about: `archive ${(0,quote/* quote */.h)(archive)}`,
            message: `cannot be written (${reason})`,
            next: next ?? 'Check that its folder exists and can be written to.',
        },
    ], { cause });
}


/***/ })

};

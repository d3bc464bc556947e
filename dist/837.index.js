export const id = 837;
export const ids = [837];
export const modules = {

/***/ 4912:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   af: () => (/* binding */ ContextError),
/* harmony export */   gp: () => (/* binding */ excludeOr),
/* harmony export */   jq: () => (/* binding */ leaveFolderAlone)
/* harmony export */ });
/** The build context cannot be packed. All problems of one kind are reported together. */
class ContextError extends Error {
    kind = 'context-unusable';
    problems;
    constructor(problems, options) {
        const all = [problems].flat();
        super(all.map(({ about, message }) => `${about}: ${message}`).join('\n'), options);
        this.name = 'ContextError';
        this.problems = all;
    }
}
const excludeOr = 'Exclude it with `build-exclude`, or';
const leaveFolderAlone = 'Make sure that nothing else changes the folder during the build, then run the workflow again.';


/***/ }),

/***/ 2837:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   packBuildContext: () => (/* binding */ packBuildContext)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var _text_bytes_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(8544);
/* harmony import */ var _context_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4912);
/* harmony import */ var _text_list_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(8735);
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(7819);
/* harmony import */ var _text_system_error_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(7229);
/* harmony import */ var _progress_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(903);








/** Names in the log; more are only counted. */
const maxNames = 50;
/** Names in a sentence of the summary; more are only counted. */
const maxNamed = 10;
/**
 * Packs a build context before any request, so that mistakes in the files are reported before any write.
 *
 * @throws ContextError, or the reason of the cancellation
 */
async function packBuildContext(packing) {
    const { journal, folders } = packing;
    let folder;
    const dispose = async () => {
        if (folder !== undefined)
            await remove(folder, journal);
    };
    try {
        const packed = await journal.step('context', async () => {
            folder = await makeFolder(folders.temporary);
            const archive = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, 'context.tar.gz');
            return journal.span('checkout', 'pack the context', () => pack(packing, archive));
        });
        journal.record.context = packed;
        return { packed, [Symbol.asyncDispose]: dispose };
    }
    catch (error) {
        await dispose();
        throw error;
    }
}
async function makeFolder(temporary) {
    try {
        return await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(temporary, 'build-context-'));
    }
    catch (error) {
        const { reason, next } = (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_3__/* .faultOf */ .Kl)(error);
        const problem = {
            about: `folder for temporary files ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(temporary)}`,
            message: `cannot hold the archive (${reason})`,
            next: next ?? 'Check that the folder (`RUNNER_TEMP`) exists and can be written to.',
        };
        throw new _context_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ContextError */ .af([problem], { cause: error });
    }
}
/** A failure is only a warning, because the release is complete. */
async function remove(folder, journal) {
    try {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(folder, { recursive: true, force: true });
    }
    catch (error) {
        journal.warning(`Could not delete the archive in ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(folder)} (${(0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_3__/* .faultOf */ .Kl)(error).reason}).`);
    }
}
async function pack({ journal, settings, folders, cancellation }, archive) {
    const { log } = journal;
    // Loaded only when used.
    const [{ selectContext }, { packContext }] = await Promise.all([
        __webpack_require__.e(/* import() */ 946).then(__webpack_require__.bind(__webpack_require__, 946)),
        __webpack_require__.e(/* import() */ 241).then(__webpack_require__.bind(__webpack_require__, 5241)),
    ]);
    const selected = await selectContext(settings, folders.workspace, cancellation);
    reportContext(journal, settings, selected);
    const packed = await packContext(selected, archive, {
        progress: (0,_progress_js__WEBPACK_IMPORTED_MODULE_5__/* .logWorkProgress */ .H)(journal, selected.bytes, 'Packed'),
        signal: cancellation,
    });
    log.info(`Packed as ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_6__/* .bytesOf */ .$)(packed.archiveBytes)}; its hash is ${packed.hash}.`);
    reportNoticedFiles(packed, journal);
    return packed;
}
function reportContext(journal, settings, context) {
    const { log } = journal;
    const { files, ignoreFile, excludedSecrets, otherDockerfile, missingSources } = context;
    const rules = ignoreFile === undefined
        ? 'no ignore file; version control, caches and logs are excluded'
        : `after ${ignoreFile}`;
    log.info(`The build context ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(settings.directory)} has ${files} ${files === 1 ? 'file' : 'files'}, ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_6__/* .bytesOf */ .$)(context.bytes)} (${rules}).`);
    if (excludedSecrets.length > 0) {
        const advice = ignoreFile === undefined
            ? ''
            : ` To include one, add a line with ! and its name to ${ignoreFile}.`;
        log.info(`Excluded, because they may contain secrets: ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_7__/* .listOf */ .c)(excludedSecrets, { most: maxNames })}.${advice}`);
    }
    if (context.includesGit) {
        journal.remark('The build context includes `.git`, which differs from run to run, so no build is ever reused. Exclude it with `build-exclude: .git`, or with a line in the ignore file.');
    }
    if (otherDockerfile !== undefined) {
        journal.notice(`The build context is ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(settings.directory)}, with ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(context.dockerfile)}. ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(otherDockerfile)}, beside the settings file, is not used. To use it, set \`build-context: ${settings.settingsFolder ?? ''}\`.`);
    }
    if (missingSources.length > 0) {
        const sources = missingSources.map(({ path, line }) => `${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(path)} (line ${line})`);
        journal.warning(`${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(context.dockerfile)} copies ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_7__/* .listOf */ .c)(sources, { most: maxNamed, format: _text_list_js__WEBPACK_IMPORTED_MODULE_7__/* .asIs */ .$ })}, which the build context ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(settings.directory)} does not have, so the build will probably fail. Check \`build-context\`, ${ignoreFile === undefined ? 'what is excluded by default' : (0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(ignoreFile)} and \`build-exclude\`.`);
    }
}
/** Reports packed files that may be mistakes. */
function reportNoticedFiles({ noticed }, journal) {
    const sentences = {
        credentials: (paths) => `The build context includes files that usually hold a credential: ${paths}. Exclude them with \`build-exclude\`.`,
        'lfs-pointer': (paths) => `The build context has Git LFS pointers in place of the files: ${paths}. Set \`lfs: true\` for \`actions/checkout\`.`,
        'empty-submodule': (paths) => `The build context has submodules that are empty: ${paths}. Set \`submodules: true\` for \`actions/checkout\`.`,
    };
    for (const [kind, sentence] of Object.entries(sentences)) {
        const paths = noticed.filter((file) => file.kind === kind).map(({ path }) => path);
        if (paths.length > 0)
            journal.remark(sentence((0,_text_list_js__WEBPACK_IMPORTED_MODULE_7__/* .listOf */ .c)(paths, { most: maxNamed })));
    }
}


/***/ }),

/***/ 903:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ logWorkProgress),
/* harmony export */   k: () => (/* binding */ Progress)
/* harmony export */ });
/* harmony import */ var _text_bytes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8544);

/** Milliseconds between two lines of the log. */
const reminderInterval = 15_000;
/**
 * Logs the state of a wait: when it changes, and at least every 15 seconds, even during a longer status
 * check. Call `end` in any case.
 */
class Progress {
    #clock;
    #log;
    #startedAt;
    #state;
    #changedAt;
    #reminder = new AbortController();
    #hasEnded = false;
    /** @param label the beginning of each line of the log */
    constructor({ clock, log }, label = '') {
        this.#clock = clock;
        this.#log = (message) => {
            log.info(label + message);
        };
        this.#startedAt = clock.now();
        this.#changedAt = this.#startedAt;
        this.#scheduleReminder();
    }
    /** The last state; undefined if none is known yet. */
    get state() {
        return this.#state;
    }
    /** Milliseconds since the wait began. */
    get elapsed() {
        return this.#clock.now() - this.#startedAt;
    }
    /** Milliseconds since the state changed. */
    get unchangedFor() {
        return this.#clock.now() - this.#changedAt;
    }
    /** Logs the state if it has changed. */
    update(state) {
        if (state === this.#state)
            return;
        this.#state = state;
        this.#changedAt = this.#clock.now();
        this.#report();
    }
    /** Logs something that is not a state. */
    remark(message) {
        this.#log(message);
    }
    end() {
        this.#hasEnded = true;
        this.#reminder.abort();
    }
    #report() {
        const state = this.#state ?? 'waiting for the first status check';
        this.#log(`${(this.elapsed / 1000).toFixed(1)} s: ${state}`);
        this.#scheduleReminder();
    }
    #scheduleReminder() {
        this.#reminder.abort();
        // A reminder may be due at the moment the wait ends.
        if (this.#hasEnded)
            return;
        this.#reminder = new AbortController();
        this.#clock.sleep(reminderInterval, this.#reminder.signal).then(() => {
            this.#report();
        }, () => undefined);
    }
}
/** The same for work with a known end. */
const workInterval = 5000;
/**
 * Logs regularly how many of a known number of bytes are done.
 *
 * @param label such as `Packed`
 * @returns called with the number of bytes so far
 */
function logWorkProgress({ clock, log }, all, label) {
    let reportedAt = clock.now();
    return (bytes) => {
        if (clock.now() - reportedAt < workInterval)
            return;
        reportedAt = clock.now();
        const share = all === 0 ? 1 : bytes / all;
        log.info(`${label}: ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(bytes)} of ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(all)} (${Math.floor(share * 100)} %).`);
    };
}


/***/ })

};

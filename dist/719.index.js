export const id = 719;
export const ids = [719];
export const modules = {

/***/ 6719:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readDockerLogin: () => (/* binding */ readDockerLogin)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1421);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6760);
/* harmony import */ var valibot__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7934);
/* harmony import */ var _secrecy_secret_value_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(7734);
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(9869);
/* harmony import */ var _reference_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9758);







/** Milliseconds that a credential helper may take. */
const helperLimit = 2000;
/** The longest output of a helper in characters. */
const maxAnswerLength = 64 * 1024;
/** The user name that a helper returns with an identity token. */
const tokenUser = '<token>';
const entry = valibot__WEBPACK_IMPORTED_MODULE_5__/* .object */ .Ikc({
    auth: valibot__WEBPACK_IMPORTED_MODULE_5__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP()),
    username: valibot__WEBPACK_IMPORTED_MODULE_5__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP()),
    password: valibot__WEBPACK_IMPORTED_MODULE_5__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP()),
    identitytoken: valibot__WEBPACK_IMPORTED_MODULE_5__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP()),
});
const configuration = valibot__WEBPACK_IMPORTED_MODULE_5__/* .object */ .Ikc({
    auths: valibot__WEBPACK_IMPORTED_MODULE_5__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_5__/* .record */ .g1P(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_5__/* .unknown */ .L5J()), {}),
    credHelpers: valibot__WEBPACK_IMPORTED_MODULE_5__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_5__/* .record */ .g1P(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP()), {}),
    credsStore: valibot__WEBPACK_IMPORTED_MODULE_5__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP()),
});
const helperAnswer = valibot__WEBPACK_IMPORTED_MODULE_5__/* .object */ .Ikc({
    Username: valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP(),
    Secret: valibot__WEBPACK_IMPORTED_MODULE_5__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_5__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_5__/* .nonEmpty */ .hq()),
});
/**
 * Reads the login that `docker login` stored on the runner: in `config.json` of `DOCKER_CONFIG` or
 * `~/.docker`, or in the credential helper that this file names.
 *
 * @returns undefined if there is no readable login
 */
async function readDockerLogin(registry, options) {
    const { environment, readFile } = options;
    const variable = (name) => environment[name] === '' ? undefined : environment[name];
    const folder = variable('DOCKER_CONFIG') ?? (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(variable('HOME') ?? (0,node_os__WEBPACK_IMPORTED_MODULE_1__.homedir)(), '.docker');
    const text = await readFile((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, 'config.json')).catch(() => undefined);
    const given = (0,_json_js__WEBPACK_IMPORTED_MODULE_6__/* .readJson */ .V)(configuration, text);
    if (given === undefined)
        return undefined;
    const own = (map) => Object.entries(map).find(([name]) => (0,_reference_js__WEBPACK_IMPORTED_MODULE_4__/* .registryName */ .jT)(name) === registry);
    const [address, stored] = own(given.auths) ?? [];
    const [helperAddress, helper = given.credsStore] = own(given.credHelpers) ?? [];
    if (helper !== undefined) {
        const hub = registry === _reference_js__WEBPACK_IMPORTED_MODULE_4__/* .dockerHub */ .UD ? _reference_js__WEBPACK_IMPORTED_MODULE_4__/* .dockerHubUrl */ .JM : registry;
        const login = await askHelper(helper, address ?? helperAddress ?? hub, options);
        if (login !== undefined)
            return login;
    }
    return readEntry(stored);
}
function readEntry(given) {
    const parsed = valibot__WEBPACK_IMPORTED_MODULE_5__/* .safeParse */ .xLC(entry, given);
    if (!parsed.success)
        return undefined;
    const { auth, identitytoken, ...plain } = parsed.output;
    const [, user, secret] = /^([^:]*):([^]*)$/.exec(Buffer.from(auth ?? '', 'base64').toString('utf8')) ?? [];
    const username = user ?? plain.username ?? '';
    if (identitytoken !== undefined && identitytoken !== '') {
        return loginOf(username, identitytoken, true);
    }
    const password = secret?.replace(/\0+$/, '') ?? plain.password ?? '';
    return password === '' ? undefined : loginOf(username, password, false);
}
function loginOf(username, secret, isIdentityToken) {
    return { origin: 'docker', username, secret: new _secrecy_secret_value_js__WEBPACK_IMPORTED_MODULE_3__/* .SecretValue */ .i(secret), isIdentityToken };
}
/** Asks a credential helper, a program named `docker-credential-…`. */
async function askHelper(name, server, { environment, clock }) {
    // The name becomes part of a command: a path in it could start any program.
    if (!/^[\w-]+$/.test(name))
        return undefined;
    const output = await new Promise((resolve) => {
        const helper = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(`docker-credential-${name}`, ['get'], {
            env: environment,
            stdio: ['pipe', 'pipe', 'ignore'],
        });
        let text = '';
        const end = (result) => {
            cancelLimit();
            helper.kill('SIGKILL');
            helper.stdout.destroy();
            resolve(result);
        };
        const cancelLimit = clock.after(helperLimit, () => {
            end(undefined);
        });
        helper.stdout.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
            if (text.length > maxAnswerLength)
                end(undefined);
        });
        helper.on('error', () => {
            end(undefined);
        });
        helper.on('close', (code) => {
            end(code === 0 ? text : undefined);
        });
        // If a helper ends without reading its input, the pipe breaks.
        helper.stdin.on('error', () => undefined);
        helper.stdin.end(server);
    });
    const answer = (0,_json_js__WEBPACK_IMPORTED_MODULE_6__/* .readJson */ .V)(helperAnswer, output);
    return answer && loginOf(answer.Username, answer.Secret, answer.Username === tokenUser);
}


/***/ }),

/***/ 9869:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ readJson)
/* harmony export */ });
/* harmony import */ var valibot__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7934);

/** Reads JSON of the expected shape; undefined for anything else. */
function readJson(schema, text) {
    const result = valibot__WEBPACK_IMPORTED_MODULE_0__/* .safeParse */ .xLC(valibot__WEBPACK_IMPORTED_MODULE_0__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_0__/* .parseJson */ .qFJ(), schema), text);
    return result.success ? result.output : undefined;
}


/***/ })

};

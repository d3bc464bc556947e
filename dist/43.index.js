export const id = 43;
export const ids = [43];
export const modules = {

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


/***/ }),

/***/ 7043:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  lookUpImage: () => (/* binding */ lookUpImage)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(7934);
// EXTERNAL MODULE: ./lib/http/confidential.js
var confidential = __webpack_require__(8036);
// EXTERNAL MODULE: ./lib/http/transport.js + 7 modules
var http_transport = __webpack_require__(6802);
// EXTERNAL MODULE: ./lib/text/system-error.js
var system_error = __webpack_require__(7229);
// EXTERNAL MODULE: ./lib/time/time-limit.js
var time_limit = __webpack_require__(9098);
;// CONCATENATED MODULE: ./lib/registry/challenge.js
const parameter = /([a-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;
/** Reads a `WWW-Authenticate` header; undefined if it asks for neither a token nor a password. */
function readChallenge(header) {
    const [, scheme = '', rest = ''] = /^\s*(bearer|basic)(?:\s+(.*))?$/is.exec(header ?? '') ?? [];
    if (scheme.toLowerCase() === 'basic')
        return { scheme: 'basic' };
    if (scheme === '')
        return undefined;
    const given = new Map([...rest.matchAll(parameter)].map(([, name = '', quoted, plain]) => [
        name.toLowerCase(),
        quoted?.replace(/\\(.)/g, '$1') ?? plain,
    ]));
    const realm = given.get('realm');
    if (realm === undefined)
        return undefined;
    return { scheme: 'bearer', realm, service: given.get('service'), scope: given.get('scope') };
}

// EXTERNAL MODULE: ./lib/registry/json.js
var json = __webpack_require__(9869);
;// CONCATENATED MODULE: ./lib/registry/manifest.js


const indexTypes = [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
];
const manifestTypes = [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
];
const configTypes = [
    'application/vnd.oci.image.config.v1+json',
    'application/vnd.docker.container.image.v1+json',
];
/** The media types for the `Accept` header of a lookup. */
const acceptedManifests = [...indexTypes, ...manifestTypes].join(', ');
const platform = dist/* object */.Ikc({
    os: dist/* string */.YjP(),
    architecture: dist/* string */.YjP(),
    variant: dist/* optional */.lqM(dist/* string */.YjP()),
});
const entry = dist/* object */.Ikc({ mediaType: dist/* optional */.lqM(dist/* string */.YjP()), platform: dist/* optional */.lqM(platform) });
const manifest_document = dist/* object */.Ikc({
    mediaType: dist/* optional */.lqM(dist/* string */.YjP()),
    artifactType: dist/* optional */.lqM(dist/* string */.YjP()),
    manifests: dist/* optional */.lqM(dist/* array */.YOg(dist/* unknown */.L5J())),
    config: dist/* optional */.lqM(dist/* object */.Ikc({ mediaType: dist/* optional */.lqM(dist/* string */.YjP()), digest: dist/* string */.YjP() })),
});
const config = dist/* object */.Ikc({
    os: dist/* optional */.lqM(dist/* string */.YjP(), 'linux'),
    architecture: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq()),
    variant: dist/* optional */.lqM(dist/* string */.YjP()),
});
/** Reads an index, a manifest list or the manifest of one image. */
function readManifest(text) {
    const { artifactType, manifests, config: configEntry } = (0,json/* readJson */.V)(manifest_document, text) ?? {};
    if (manifests !== undefined)
        return readIndex(manifests);
    if (configEntry === undefined)
        return { kind: 'unknown', because: 'unreadable' };
    const { mediaType, digest } = configEntry;
    const isImage = artifactType === undefined && configTypes.includes(mediaType ?? '');
    return isImage
        ? { kind: 'image', configDigest: digest }
        : { kind: 'unknown', because: 'artifact' };
}
function readIndex(manifests) {
    const platforms = [];
    for (const found of manifests) {
        const parsed = dist/* safeParse */.xLC(entry, found);
        if (!parsed.success)
            return { kind: 'unknown', because: 'unreadable' };
        const { mediaType, platform: built } = parsed.output;
        if (indexTypes.includes(mediaType ?? ''))
            return { kind: 'unknown', because: 'nested-index' };
        // An image without a platform may be for any platform.
        if (built === undefined)
            return { kind: 'unknown', because: 'no-architecture' };
        // Attestations are listed next to their images, for the platform `unknown`.
        if (built.os !== 'unknown')
            platforms.push(platformName(built));
    }
    return { kind: 'index', platforms: [...new Set(platforms)] };
}
/** Reads the platform from the config of an image; undefined if it names none. */
function readConfigPlatform(text) {
    const found = (0,json/* readJson */.V)(config, text);
    return found && platformName(found);
}
/** Such as `linux/arm64` or `linux/arm/v7`; every arm64 is v8. */
function platformName({ os, architecture, variant }) {
    const isCommon = variant === undefined || variant === '' || architecture === 'arm64';
    return isCommon ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

// EXTERNAL MODULE: ./lib/registry/reference.js
var registry_reference = __webpack_require__(9758);
;// CONCATENATED MODULE: ./lib/registry/look-up.js










/** Milliseconds for one response, and for the whole lookup. */
const answerLimit = 3000;
const wholeLimit = 10_000;
const digestForm = /^sha256:[0-9a-f]{64}$/;
const redirects = [301, 302, 303, 307, 308];
/** Ends a lookup with this result. */
class LookUpEndedError extends Error {
    lookup;
    constructor(lookup, options) {
        super(lookup.outcome, options);
        this.name = 'LookUpEndedError';
        this.lookup = lookup;
    }
}
/**
 * Looks up an image in its registry: the digest of its tag, and its platforms. Sends each request once,
 * takes at most ten seconds, and never throws.
 */
async function lookUpImage(reference, options) {
    const { clock, signal, userAgent } = options;
    const transport = new http_transport/* Transport */.o(userAgent);
    const timeLimit = new time_limit/* TimeLimit */.h(clock, wholeLimit);
    try {
        const registry = new Registry(reference, transport, {
            ...options,
            signal: AbortSignal.any([signal, timeLimit.signal]),
        });
        return await registry.lookUp();
    }
    catch (error) {
        if (error instanceof LookUpEndedError)
            return error.lookup;
        return unknownResult('unreachable', (0,system_error/* systemErrorCode */.vq)(error));
    }
    finally {
        timeLimit.end();
        transport.close();
    }
}
/** One registry, with the authorization for it. */
class Registry {
    #reference;
    #transport;
    #options;
    #url;
    #authorization;
    constructor(reference, transport, options) {
        this.#reference = reference;
        this.#transport = transport;
        this.#options = options;
        this.#url = (0,registry_reference/* registryUrl */.NH)(reference.registry);
    }
    async lookUp() {
        const { tag, digest } = this.#reference;
        // If a reference has both, the digest decides.
        const path = `manifests/${digest ?? tag ?? 'latest'}`;
        const headers = { accept: acceptedManifests };
        if (!this.#options.wantsPlatforms) {
            const { status, headers: answered } = await this.#ask('HEAD', path, headers);
            const known = digest ?? digestHeader(answered);
            if (status === 200 && known !== undefined)
                return found(known);
        }
        const answer = await this.#ask('GET', path, headers);
        if (answer.status !== 200)
            return this.#failed(answer);
        const known = digest ?? digestHeader(answer.headers) ?? digestOf(answer.text);
        const manifest = readManifest(answer.text);
        if (manifest.kind === 'unknown')
            return found(known, undefined, manifest.because);
        if (manifest.kind === 'index')
            return found(known, manifest.platforms);
        if (!this.#options.wantsPlatforms || !digestForm.test(manifest.configDigest)) {
            return found(known);
        }
        const platform = await this.#configPlatform(manifest.configDigest);
        return platform === undefined
            ? found(known, undefined, 'no-architecture')
            : found(known, [platform]);
    }
    /** Says what a response other than 200 means. */
    #failed({ status, text }) {
        const { login } = this.#options;
        if (status === 401) {
            if (login?.origin === 'inputs')
                return { outcome: 'login-refused', status };
            return unknownResult(login === undefined ? 'login-needed' : 'docker-login-refused', '401');
        }
        if (status === 403)
            return unknownResult('forbidden', '403');
        if (status === 429)
            return unknownResult('rate-limited', '429');
        if (status === 404) {
            const codes = errorCodes(text);
            if (codes.includes('MANIFEST_UNKNOWN'))
                return { outcome: 'missing', login: login?.origin };
            return unknownResult(codes.includes('NAME_UNKNOWN') ? 'repository-unknown' : 'not-found', '404');
        }
        return unknownResult('unexpected-answer', String(status));
    }
    /** Reads the platform of a single image from its config. */
    async #configPlatform(configDigest) {
        let answer = await this.#ask('GET', `blobs/${configDigest}`, {});
        if (redirects.includes(answer.status)) {
            const target = targetOf(answer.headers.location, this.#url);
            if (target === undefined)
                return undefined;
            // The address of the storage is signed, so it does not need the registry's authorization.
            answer = await this.#send('GET', target, {});
        }
        return answer.status === 200 ? readConfigPlatform(answer.text) : undefined;
    }
    /** Sends a request to the registry, and repeats it with authorization if the registry asks for that. */
    async #ask(method, path, headers) {
        const url = new URL(`/v2/${this.#reference.repository}/${path}`, this.#url);
        const authorized = () => ({
            ...headers,
            ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        });
        const answer = await this.#send(method, url, authorized());
        if (answer.status !== 401 || this.#authorization !== undefined)
            return answer;
        const challenge = readChallenge(answer.headers['www-authenticate']);
        if (challenge === undefined)
            return answer;
        this.#authorization = await this.#authorize(challenge);
        return this.#authorization === undefined ? answer : this.#send(method, url, authorized());
    }
    async #authorize(challenge) {
        const { login } = this.#options;
        if (challenge.scheme === 'basic') {
            return login === undefined || login.isIdentityToken ? undefined : basic(login);
        }
        // This also makes sure that nobody on the way can read the credential.
        const service = targetOf(challenge.realm, this.#url);
        if (service === undefined)
            throw new LookUpEndedError(unknownResult('unexpected-answer', undefined));
        const answer = await this.#askForToken(service, challenge);
        if (answer.status !== 200) {
            // Some token services reject a login with 400 instead of 401.
            const status = answer.status === 400 ? 401 : answer.status;
            throw new LookUpEndedError(this.#failed({ ...answer, status }));
        }
        const token = readToken(answer.text);
        if (token === undefined)
            throw new LookUpEndedError(unknownResult('unexpected-answer', '200'));
        return `Bearer ${token}`;
    }
    #askForToken(service, challenge) {
        const { login } = this.#options;
        const scope = challenge.scope ?? `repository:${this.#reference.repository}:pull`;
        if (login?.isIdentityToken === true) {
            const form = new URLSearchParams({
                grant_type: 'refresh_token',
                refresh_token: login.secret.reveal(),
                client_id: this.#options.userAgent,
                scope,
                ...(challenge.service === undefined ? {} : { service: challenge.service }),
            });
            const headers = { 'content-type': 'application/x-www-form-urlencoded' };
            return this.#send('POST', service, headers, form.toString());
        }
        if (challenge.service !== undefined)
            service.searchParams.set('service', challenge.service);
        service.searchParams.set('scope', scope);
        return this.#send('GET', service, login === undefined ? {} : { authorization: basic(login) });
    }
    /** Sends a request once, and never waits longer than its limit. */
    async #send(method, url, headers, body) {
        const { clock, signal } = this.#options;
        const timeLimit = new time_limit/* TimeLimit */.h(clock, answerLimit);
        const either = AbortSignal.any([signal, timeLimit.signal]);
        try {
            return await this.#transport.send({ method, url: url.href, headers, body }, either);
        }
        catch (error) {
            const detail = timeLimit.signal.aborted ? undefined : (0,system_error/* systemErrorCode */.vq)(error);
            throw new LookUpEndedError(unknownResult('unreachable', detail), { cause: error });
        }
        finally {
            timeLimit.end();
        }
    }
}
function found(digest, platforms, platformsUnknown) {
    return { outcome: 'found', digest, platforms, platformsUnknown };
}
function unknownResult(because, detail) {
    return { outcome: 'unknown', because, detail };
}
/** Checks an address from the registry: https, or http if both are on this machine. */
function targetOf(address, registry) {
    if (address === undefined || !URL.canParse(address, registry.href))
        return undefined;
    const url = new URL(address, registry);
    const isAllowed = (0,confidential/* isConfidential */.F)(url) && (url.protocol === 'https:' || (0,confidential/* isLoopback */.U)(registry.hostname));
    return isAllowed && url.username === '' ? url : undefined;
}
function basic({ username, secret }) {
    return `Basic ${Buffer.from(`${username}:${secret.reveal()}`, 'utf8').toString('base64')}`;
}
function digestHeader(headers) {
    const digest = headers['docker-content-digest'];
    return typeof digest === 'string' && digestForm.test(digest) ? digest : undefined;
}
function digestOf(text) {
    return `sha256:${(0,external_node_crypto_.createHash)('sha256').update(text, 'utf8').digest('hex')}`;
}
const errors = dist/* object */.Ikc({ errors: dist/* array */.YOg(dist/* object */.Ikc({ code: dist/* string */.YjP() })) });
/** Reads the error codes of the distribution specification; empty for any other response. */
function errorCodes(text) {
    return (0,json/* readJson */.V)(errors, text)?.errors.map(({ code }) => code) ?? [];
}
const token = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[\x21-\x7e]+$/));
const tokens = dist/* object */.Ikc({ token: dist/* optional */.lqM(token), access_token: dist/* optional */.lqM(token) });
function readToken(text) {
    const answer = (0,json/* readJson */.V)(tokens, text);
    return answer?.token ?? answer?.access_token;
}


/***/ })

};

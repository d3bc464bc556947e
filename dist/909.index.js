export const id = 909;
export const ids = [909];
export const modules = {

/***/ 5909:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  connectRepository: () => (/* binding */ connectRepository)
});

// UNUSED EXPORTS: Repository

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(7934);
// EXTERNAL MODULE: ./lib/http/transport.js + 7 modules
var http_transport = __webpack_require__(6802);
// EXTERNAL MODULE: ./lib/github/errors.js
var errors = __webpack_require__(9452);
// EXTERNAL MODULE: ./lib/time/time-limit.js
var time_limit = __webpack_require__(9098);
// EXTERNAL MODULE: ./lib/http/connection-failure.js
var connection_failure = __webpack_require__(5249);
// EXTERNAL MODULE: ./lib/http/retry-after.js
var retry_after = __webpack_require__(3145);
// EXTERNAL MODULE: ./lib/http/status.js
var http_status = __webpack_require__(1124);
;// CONCATENATED MODULE: ./lib/github/fetch.js






/** Milliseconds before the second and last attempt. */
const pause = 1000;
/** Milliseconds to wait at least after a rate limit. */
const shortestWait = 1000;
const redirects = new Set([301, 302, 303, 307, 308]);
/** Redirects that keep the method. */
const methodPreservingRedirects = new Set([307, 308]);
const maxRedirects = 3;
/**
 * A `fetch` for Octokit, with a time limit and one retry where repeating is safe. Follows redirects only on
 * the API's own host, because they carry the token. Rejects with an {@link UnusableResponseError}.
 */
function fetchThrough(options) {
    return async (url, request) => {
        const answer = await fetchFollowingRedirects(options, url, request);
        if ((0,http_status/* classifyStatus */.x)(answer.status) === 'success' && !isJson(answer.text)) {
            throw new errors/* UnusableResponseError */.xm('the response is not JSON', { status: answer.status });
        }
        return toResponse(answer, url);
    };
}
async function fetchFollowingRedirects(options, url, request) {
    let address = new URL(url);
    for (let followed = 0;; followed++) {
        const answer = await sendWithinRateLimit(options, address, request);
        const { status } = answer;
        if (!redirects.has(status))
            return answer;
        const target = targetOf(answer.headers.location, address);
        const isFollowed = request.method === 'GET' || methodPreservingRedirects.has(status);
        if (target?.origin !== address.origin || !isFollowed || followed === maxRedirects) {
            const where = target === undefined ? 'no address' : target.origin;
            throw new errors/* UnusableResponseError */.xm(`the response was a redirect (${status}) to ${where}`, {
                status,
            });
        }
        address = target;
    }
}
/** Sends the request, and again after a rate limit (it was not carried out), if the time limit allows. */
async function sendWithinRateLimit(options, address, request) {
    const { clock, requestLimit } = options;
    const end = clock.now() + requestLimit;
    let answer = await sendWithRetry(options, address, request);
    for (;;) {
        const wait = waitFor(answer, clock.wallTime());
        if (wait === undefined || clock.now() + wait >= end)
            return answer;
        await sleep(options, wait);
        answer = await send({ ...options, requestLimit: end - clock.now() }, address, request);
    }
}
/** Milliseconds to wait after a rate limit; undefined for any other response. */
function waitFor({ status, headers }, now) {
    if (status !== 403 && status !== 429)
        return undefined;
    const after = (0,retry_after/* readRetryAfter */.D)(headers, now);
    if (after !== undefined)
        return Math.max(shortestWait, after);
    // Every response says when the limit is reset, even if it was refused for another reason.
    if ((headers['x-ratelimit-remaining'] ?? '0') !== '0')
        return undefined;
    const reset = Number(headers['x-ratelimit-reset'] ?? NaN);
    if (!Number.isFinite(reset))
        return undefined;
    const sentAt = Date.parse(headers.date ?? '');
    return Math.max(shortestWait, reset * 1000 - (Number.isNaN(sentAt) ? now : sentAt));
}
/** Sends the request, and retries once if that may help and is safe. */
async function sendWithRetry(options, address, request) {
    if (!isRepeatable(request.method, address))
        return send(options, address, request);
    try {
        const answer = await send(options, address, request);
        if ((0,http_status/* classifyStatus */.x)(answer.status) !== 'inconclusive')
            return answer;
    }
    catch (error) {
        if (!(error instanceof errors/* UnusableResponseError */.xm && error.isTransient))
            throw error;
    }
    await sleep(options, pause);
    return send(options, address, request);
}
/** Setting a state twice is safe; creating a deployment or a comment twice is not. */
function isRepeatable(method, { pathname }) {
    return method === 'GET' || method === 'PATCH' || pathname.endsWith('/statuses');
}
async function send({ transport, clock, requestLimit, over }, address, request) {
    const timeLimit = new time_limit/* TimeLimit */.h(clock, requestLimit);
    try {
        return await transport.send({ ...request, url: address.href }, AbortSignal.any([timeLimit.signal, over]));
    }
    catch (error) {
        if (over.aborted)
            throw abandonedError(error);
        if (timeLimit.signal.aborted) {
            // No retry, so that a slow GitHub does not delay a release for long.
            throw new errors/* UnusableResponseError */.xm(`no answer came within ${requestLimit / 1000} s`);
        }
        if (error instanceof http_transport/* CutOffError */.M) {
            throw new errors/* UnusableResponseError */.xm(error.message, { isTransient: true, cause: error });
        }
        const { kind, reason } = (0,connection_failure/* connectionFailure */.D)(error);
        const isTransient = kind === 'unreachable' || kind === 'broken';
        throw new errors/* UnusableResponseError */.xm(reason, { isTransient, cause: error });
    }
    finally {
        timeLimit.end();
    }
}
async function sleep({ clock, over }, milliseconds) {
    try {
        await clock.sleep(milliseconds, over);
    }
    catch (error) {
        throw abandonedError(error);
    }
}
function abandonedError(cause) {
    return new errors/* UnusableResponseError */.xm('the request was cancelled before a response came', { cause });
}
function targetOf(location, base) {
    return location !== undefined && URL.canParse(location, base.href)
        ? new URL(location, base)
        : undefined;
}
function isJson(text) {
    try {
        JSON.parse(text);
        return true;
    }
    catch {
        return false;
    }
}
function toResponse({ status, headers, text }, url) {
    const pairs = Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]);
    return {
        status,
        url,
        headers: new Map(pairs),
        text: () => Promise.resolve(text),
        arrayBuffer: () => Promise.resolve(new TextEncoder().encode(text).buffer),
    };
}

;// CONCATENATED MODULE: ./lib/github/repository.js




/** Characters that GitHub accepts; longer texts are cut, and end with an ellipsis. */
const maxDescriptionLength = 140;
const maxCommentLength = 65_536;
const defaultRequestLimit = 10_000;
/** Connects to a repository; sends nothing yet. */
async function connectRepository(options) {
    const { token, clock, signal, requestLimit = defaultRequestLimit } = options;
    // Loaded only when used, because it takes a quarter of the action's start.
    const { getOctokit } = await __webpack_require__.e(/* import() */ 157).then(__webpack_require__.bind(__webpack_require__, 157));
    const transport = new http_transport/* Transport */.o(options.userAgent);
    const over = signal ?? new AbortController().signal;
    const octokit = getOctokit(token.reveal(), {
        baseUrl: options.apiUrl.replace(/\/+$/, ''),
        log: silent,
        request: { log: silent, fetch: fetchThrough({ transport, clock, requestLimit, over }) },
    });
    return new Repository(octokit, transport, options);
}
const ignore = () => undefined;
/** Octokit warns of endpoints that will change, which does not belong in the log of a release. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const created = dist/* object */.Ikc({ id: dist/* number */.aig() });
/** The payload of a deployment as it was sent; GitHub returns it as an object, or as JSON in a string. */
const payloadSchema = dist/* fallback */.NpB(dist/* union */.KCZ([
    dist/* record */.g1P(dist/* string */.YjP(), dist/* unknown */.L5J()),
    dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), dist/* record */.g1P(dist/* string */.YjP(), dist/* unknown */.L5J())),
]), {});
const pullRequestSchema = dist/* object */.Ikc({
    created_at: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* transform */.pdi((text) => Date.parse(text)), dist/* number */.aig()),
    head: dist/* object */.Ikc({ repo: dist/* nullish */.cl6(dist/* object */.Ikc({ full_name: dist/* optional */.lqM(dist/* string */.YjP()) })) }),
});
const deploymentsSchema = dist/* array */.YOg(dist/* object */.Ikc({ id: dist/* number */.aig(), payload: payloadSchema }));
const statesSchema = dist/* array */.YOg(dist/* object */.Ikc({ state: dist/* string */.YjP() }));
const userSchema = dist/* object */.Ikc({ login: dist/* string */.YjP(), type: dist/* optional */.lqM(dist/* string */.YjP()) });
const commentSchema = dist/* object */.Ikc({
    id: dist/* number */.aig(),
    body: dist/* nullish */.cl6(dist/* string */.YjP()),
    user: dist/* nullish */.cl6(userSchema),
});
/** No pull request has more comments that matter, and reading them must end. */
const mostPages = 100;
/** A repository on any GitHub server, as a token can access it. All calls reject with {@link GitHubError}. */
class Repository {
    #octokit;
    #transport;
    #name;
    #isApp;
    #redact;
    constructor(octokit, transport, { token, owner, repository, redact }) {
        this.#octokit = octokit;
        this.#transport = transport;
        this.#name = `${owner}/${repository}`;
        // The token of a job belongs to an app of GitHub; on old servers, it begins with `v1.`.
        this.#isApp = /^(?:ghs_|v1\.)/.test(token.reveal());
        this.#redact = redact;
    }
    /** Creates a deployment, whatever the checks of its commit say, and returns its ID. */
    async createDeployment(deployment) {
        const { ref, environment, description, payload, isProduction, isTransient } = deployment;
        const { data } = await this.#call(this.#deploying('POST', '/deployments'), created, {
            ref,
            environment,
            description: shortened(description, maxDescriptionLength),
            payload,
            production_environment: isProduction,
            transient_environment: isTransient,
            // The release is already decided, so GitHub neither waits for checks nor merges.
            required_contexts: [],
            auto_merge: false,
        });
        return data.id;
    }
    async setDeploymentState(id, state, { logUrl, description }) {
        await this.#call(this.#deploying('POST', `/deployments/${id}/statuses`), dist/* unknown */.L5J(), {
            state,
            log_url: logUrl,
            // Otherwise GitHub deactivates the deployments of all other agents in the environment.
            auto_inactive: false,
            description: description && shortened(description, maxDescriptionLength),
        });
    }
    /** The newest deployments of an environment, up to 100, newest first. */
    async deploymentsIn(environment) {
        const { data } = await this.#call(this.#deploying('GET', '/deployments'), deploymentsSchema, {
            environment,
            per_page: 100,
        });
        return data.toSorted((one, other) => other.id - one.id);
    }
    /** The latest state of a deployment, whoever set it; undefined if it has none. */
    async deploymentState(id) {
        const call = this.#deploying('GET', `/deployments/${id}/statuses`);
        const { data } = await this.#call(call, statesSchema, { per_page: 1 });
        return data[0]?.state;
    }
    /** Reads a pull request; rejects if the token cannot see it. */
    async pullRequest(number) {
        const path = this.#pathTo(`/pulls/${number}`);
        const call = { method: 'GET', path, permission: 'pull-requests: read' };
        const { data } = await this.#call(call, pullRequestSchema);
        const head = data.head.repo?.full_name?.toLowerCase();
        return { openedAt: data.created_at, isOfFork: head !== this.#name.toLowerCase() };
    }
    /**
     * The comments on a pull request that begin with `prefix`, oldest first. Only those from the token's own
     * account, as far as that can be known: other people may quote a comment.
     */
    async ownComments(pullRequest, prefix) {
        const isOwn = await this.#ownership();
        const found = [];
        // Pages by number, because links in responses could lead the token to another host.
        for (let page = 1; page <= mostPages; page++) {
            const { data, link } = await this.#call(this.#commenting('GET', `/issues/${pullRequest}/comments`), dist/* array */.YOg(commentSchema), { per_page: 100, page });
            for (const one of data) {
                const body = one.body ?? '';
                if (body.startsWith(prefix) && isOwn(one))
                    found.push({ id: one.id, body });
            }
            // The length of a page does not tell, because GitHub removes spam from it.
            if (!/rel="?next\b/.test(link))
                break;
        }
        return found;
    }
    /** The current text of a comment. */
    async commentBody(id) {
        const call = this.#commenting('GET', `/issues/comments/${id}`);
        return (await this.#call(call, commentSchema)).data.body ?? '';
    }
    /**
     * Creates a comment, or updates `existing` if its text differs.
     *
     * @param text Markdown
     */
    async putComment(pullRequest, existing, text) {
        const body = shortened(text, maxCommentLength);
        if (existing && normalized(existing.body) === normalized(body))
            return 'unchanged';
        const call = existing
            ? this.#commenting('PATCH', `/issues/comments/${existing.id}`)
            : this.#commenting('POST', `/issues/${pullRequest}/comments`);
        await this.#call(call, dist/* unknown */.L5J(), { body });
        return existing ? 'updated' : 'created';
    }
    /** Closes the connections that are kept open for the next request. */
    close() {
        this.#transport.close();
    }
    /** An app's token cannot ask for its account, so all comments of bots count as its own. */
    async #ownership() {
        if (this.#isApp)
            return ({ user }) => user?.type === 'Bot';
        const call = { method: 'GET', path: '/user', permission: 'pull-requests: write' };
        const { login } = (await this.#call(call, userSchema)).data;
        return ({ user }) => user?.login === login;
    }
    #deploying(method, path) {
        return { method, path: this.#pathTo(path), permission: 'deployments: write' };
    }
    #commenting(method, path) {
        return { method, path: this.#pathTo(path), permission: 'pull-requests: write' };
    }
    #pathTo(path) {
        return `/repos/${this.#name}${path}`;
    }
    async #call(call, schema, parameters = {}) {
        let response;
        try {
            response = await this.#octokit.request(`${call.method} ${call.path}`, parameters);
        }
        catch (error) {
            throw (0,errors/* toGitHubError */.Lg)(call, error, this.#redact);
        }
        const { status, headers, data } = response;
        const result = dist/* safeParse */.xLC(schema, data);
        if (result.success)
            return { data: result.output, link: headers.link ?? '' };
        throw new errors/* GitHubError */.y_(call, 'the response is JSON, but has an unexpected shape', { status });
    }
}
/** GitHub may change line breaks, and removes blanks at the end. */
function normalized(text) {
    return text.replace(/\r\n?/g, '\n').trimEnd();
}
function shortened(text, longest) {
    const characters = Array.from(text);
    return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}


/***/ })

};

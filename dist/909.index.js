export const id = 909;
export const ids = [909];
export const modules = {

/***/ 5909:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  connectRepository: () => (/* binding */ connectRepository)
});

// UNUSED EXPORTS: maxCommentLength, maxDescriptionLength

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(7934);
// EXTERNAL MODULE: ./lib/http/transport.js + 6 modules
var http_transport = __webpack_require__(2016);
// EXTERNAL MODULE: ./lib/github/errors.js
var errors = __webpack_require__(9452);
// EXTERNAL MODULE: ./lib/text/system-error.js
var system_error = __webpack_require__(7229);
// EXTERNAL MODULE: ./lib/http/connection-failure.js
var connection_failure = __webpack_require__(5249);
// EXTERNAL MODULE: ./lib/http/retry-after.js
var retry_after = __webpack_require__(3145);
// EXTERNAL MODULE: ./lib/http/status.js
var http_status = __webpack_require__(1124);
;// CONCATENATED MODULE: ./lib/github/fetch.js






/** Milliseconds before the one other attempt. */
const pause = 1000;
/** Milliseconds before a request that exceeded a rate limit is sent again, even if GitHub names fewer. */
const shortestWait = 1000;
const redirects = new Set([301, 302, 303, 307, 308]);
/** Those that ask for the same request at the other address, whatever its method. */
const methodPreservingRedirects = new Set([307, 308]);
const maxRedirects = 3;
/**
 * A `fetch` for Octokit that sends through the transport: with a time limit, one more attempt where
 * that does no harm, and redirects followed on the API's own host only, as the token goes along.
 * Rejects with an {@link UnusableResponseError}.
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
/**
 * Sends the request, and again when GitHub says so because there were too many requests, if that is
 * within the limit. Such a request was not carried out.
 */
async function sendWithinRateLimit(options, address, request) {
    const { clock, requestLimit, over } = options;
    const end = clock.now() + requestLimit;
    let answer = await sendWithRetry(options, address, request);
    for (;;) {
        const wait = waitFor(answer, clock.wallTime());
        if (wait === undefined || clock.now() + wait >= end)
            return answer;
        try {
            await clock.sleep(wait, over);
        }
        catch (error) {
            throw abandonedError(error);
        }
        answer = await send({ ...options, requestLimit: end - clock.now() }, address, request);
    }
}
/** Milliseconds until a request that exceeded a rate limit may be sent again; undefined for any other. */
function waitFor({ status, headers }, now) {
    if (status !== 403 && status !== 429)
        return undefined;
    const after = (0,retry_after/* readRetryAfter */.D)(headers, now);
    if (after !== undefined)
        return Math.max(shortestWait, after);
    // Every answer says when the limit is reset, also one that refuses for another reason.
    if ((headers['x-ratelimit-remaining'] ?? '0') !== '0')
        return undefined;
    const reset = Number(headers['x-ratelimit-reset'] ?? NaN);
    if (!Number.isFinite(reset))
        return undefined;
    const sentAt = Date.parse(headers.date ?? '');
    return Math.max(shortestWait, reset * 1000 - (Number.isNaN(sentAt) ? now : sentAt));
}
/** Sends the request, and once more where that may help and does no harm. */
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
    try {
        await options.clock.sleep(pause, options.over);
    }
    catch (error) {
        throw abandonedError(error);
    }
    return send(options, address, request);
}
/** A status that is set twice is the same; a deployment or a comment would be there twice. */
function isRepeatable(method, { pathname }) {
    return method === 'GET' || method === 'PATCH' || pathname.endsWith('/statuses');
}
async function send({ transport, clock, requestLimit, over }, address, request) {
    const abandoned = new AbortController();
    const cancelLimit = clock.after(requestLimit, () => {
        abandoned.abort();
    });
    try {
        return await transport.send({ ...request, url: address.href }, AbortSignal.any([abandoned.signal, over]));
    }
    catch (error) {
        if (over.aborted)
            throw abandonedError(error);
        if (abandoned.signal.aborted) {
            // No other attempt: whoever reports to GitHub does not hold a release up for long.
            throw new errors/* UnusableResponseError */.xm(`no answer came within ${requestLimit / 1000} s`);
        }
        if (error instanceof http_transport/* CutOffError */.M) {
            throw new errors/* UnusableResponseError */.xm(error.message, { isTransient: true, cause: error });
        }
        const { kind, reason } = (0,connection_failure/* connectionFailure */.D)(error, (0,system_error/* systemErrorCode */.vq)(error));
        const isTransient = kind === 'unreachable' || kind === 'broken';
        throw new errors/* UnusableResponseError */.xm(reason, { isTransient, cause: error });
    }
    finally {
        cancelLimit();
    }
}
function abandonedError(cause) {
    return new errors/* UnusableResponseError */.xm('the request was cancelled before a response came', { cause });
}
function targetOf(location, base) {
    if (location === undefined)
        return undefined;
    try {
        return new URL(location, base);
    }
    catch {
        return undefined;
    }
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




/** Characters that GitHub takes; what is longer is cut, and ends with an ellipsis. */
const maxDescriptionLength = 140;
const maxCommentLength = 65_536;
const defaultRequestLimit = 10_000;
/** Makes a repository to work with; nothing is sent before something is asked of it. */
async function connectRepository(options) {
    const { token, clock, signal, requestLimit = defaultRequestLimit } = options;
    // Loaded on use only: it costs a quarter of the action's start.
    const { getOctokit } = await __webpack_require__.e(/* import() */ 157).then(__webpack_require__.bind(__webpack_require__, 157));
    const transport = new http_transport/* Transport */.o(options.userAgent);
    const octokit = getOctokit(token.reveal(), {
        baseUrl: options.apiUrl.replace(/\/+$/, ''),
        log: silent,
        request: {
            log: silent,
            fetch: fetchThrough({
                transport,
                clock,
                requestLimit,
                over: signal ?? new AbortController().signal,
            }),
        },
    });
    return new OctokitRepository(octokit, transport, options);
}
const ignore = () => undefined;
/** Octokit's own remarks, on endpoints that will change, are nothing for the log of a release. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const deployed = dist/* object */.Ikc({ id: dist/* number */.aig() });
/** GitHub returns the payload as it was sent: as an object, or as JSON in a text. */
const payloadSchema = dist/* fallback */.NpB(dist/* union */.KCZ([
    dist/* record */.g1P(dist/* string */.YjP(), dist/* unknown */.L5J()),
    dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), dist/* record */.g1P(dist/* string */.YjP(), dist/* unknown */.L5J())),
]), {});
const pullRequestAnswer = dist/* object */.Ikc({
    created_at: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* transform */.pdi((text) => Date.parse(text)), dist/* number */.aig()),
    head: dist/* object */.Ikc({ repo: dist/* nullish */.cl6(dist/* object */.Ikc({ full_name: dist/* optional */.lqM(dist/* string */.YjP()) })) }),
});
const existingDeployments = dist/* array */.YOg(dist/* object */.Ikc({ id: dist/* number */.aig(), payload: payloadSchema }));
const deploymentStates = dist/* array */.YOg(dist/* object */.Ikc({ state: dist/* string */.YjP() }));
const userSchema = dist/* object */.Ikc({ login: dist/* string */.YjP(), type: dist/* optional */.lqM(dist/* string */.YjP()) });
const comment = dist/* object */.Ikc({
    id: dist/* number */.aig(),
    body: dist/* nullish */.cl6(dist/* string */.YjP()),
    user: dist/* nullish */.cl6(userSchema),
});
const comments = dist/* array */.YOg(comment);
/** No pull request has more comments that matter; whatever the answers say, reading them ends. */
const mostPages = 100;
class OctokitRepository {
    #octokit;
    #transport;
    #repository;
    #path;
    #actsAsApp;
    #redact;
    constructor(octokit, transport, { token, owner, repository, redact }) {
        this.#octokit = octokit;
        this.#transport = transport;
        this.#repository = { owner, repo: repository };
        this.#path = `/repos/${owner}/${repository}`;
        // A job's token is one of GitHub's own app; servers of old begin theirs in another way.
        this.#actsAsApp = /^(?:ghs_|v1\.)/.test(token.reveal());
        this.#redact = redact;
    }
    async createDeployment(deployment) {
        const { ref, environment, description, payload, isProduction, isTransient } = deployment;
        const { data } = await this.#call(this.#deploymentCall('POST', '/deployments'), deployed, () => this.#octokit.rest.repos.createDeployment({
            ...this.#repository,
            ref,
            environment,
            description: shortened(description, maxDescriptionLength),
            ...(payload === undefined ? {} : { payload: { ...payload } }),
            ...(isProduction === undefined ? {} : { production_environment: isProduction }),
            ...(isTransient === undefined ? {} : { transient_environment: isTransient }),
            // What is released has been decided: GitHub is to note it, not to judge or to merge.
            required_contexts: [],
            auto_merge: false,
        }));
        return data.id;
    }
    async setDeploymentState(id, state, { logUrl, description }) {
        const call = this.#deploymentCall('POST', `/deployments/${id}/statuses`);
        await this.#call(call, dist/* unknown */.L5J(), () => this.#octokit.rest.repos.createDeploymentStatus({
            ...this.#repository,
            deployment_id: id,
            state,
            log_url: logUrl,
            // Otherwise GitHub deactivates the deployments of all other agents in the environment.
            auto_inactive: false,
            ...(description === undefined
                ? {}
                : { description: shortened(description, maxDescriptionLength) }),
        }));
    }
    async deploymentsIn(environment) {
        const { data } = await this.#call(this.#deploymentCall('GET', '/deployments'), existingDeployments, () => this.#octokit.rest.repos.listDeployments({
            ...this.#repository,
            environment,
            per_page: 100,
        }));
        return data.toSorted((one, other) => other.id - one.id);
    }
    async deploymentState(id) {
        const { data } = await this.#call(this.#deploymentCall('GET', `/deployments/${id}/statuses`), deploymentStates, () => this.#octokit.rest.repos.listDeploymentStatuses({
            ...this.#repository,
            deployment_id: id,
            per_page: 1,
        }));
        return data[0]?.state;
    }
    async pullRequest(number) {
        const { data } = await this.#call({ method: 'GET', path: `${this.#path}/pulls/${number}`, permission: 'pull-requests: read' }, pullRequestAnswer, () => this.#octokit.rest.pulls.get({ ...this.#repository, pull_number: number }));
        const { owner, repo } = this.#repository;
        const head = data.head.repo?.full_name?.toLowerCase();
        return {
            openedAt: data.created_at,
            isOfFork: head !== `${owner}/${repo}`.toLowerCase(),
        };
    }
    /** Pages by number, not by the addresses that the answers give: the token goes along. */
    async ownComments(pullRequest, prefix) {
        const isOwn = await this.#ownership();
        const found = [];
        for (let page = 1; page <= mostPages; page++) {
            const { data, link } = await this.#call(this.#commentCall('GET', `/issues/${pullRequest}/comments`), comments, () => this.#octokit.rest.issues.listComments({
                ...this.#repository,
                issue_number: pullRequest,
                per_page: 100,
                page,
            }));
            for (const one of data) {
                const body = one.body ?? '';
                if (body.startsWith(prefix) && isOwn(one))
                    found.push({ id: one.id, body });
            }
            // Not by the page's length: it may be short, as GitHub takes out what is spam.
            if (!/rel="?next\b/.test(link))
                break;
        }
        return found;
    }
    async commentBody(id) {
        const { data } = await this.#call(this.#commentCall('GET', `/issues/comments/${id}`), comment, () => this.#octokit.rest.issues.getComment({ ...this.#repository, comment_id: id }));
        return data.body ?? '';
    }
    async putComment(pullRequest, existing, text) {
        const body = shortened(text, maxCommentLength);
        if (existing === undefined) {
            await this.#call(this.#commentCall('POST', `/issues/${pullRequest}/comments`), dist/* unknown */.L5J(), () => this.#octokit.rest.issues.createComment({
                ...this.#repository,
                issue_number: pullRequest,
                body,
            }));
            return 'created';
        }
        if (normalized(existing.body) === normalized(body))
            return 'unchanged';
        await this.#call(this.#commentCall('PATCH', `/issues/comments/${existing.id}`), dist/* unknown */.L5J(), () => this.#octokit.rest.issues.updateComment({
            ...this.#repository,
            comment_id: existing.id,
            body,
        }));
        return 'updated';
    }
    close() {
        this.#transport.close();
    }
    /** An app's token cannot ask whose it is: its comments are among those of bots. */
    async #ownership() {
        if (this.#actsAsApp)
            return ({ user }) => user?.type === 'Bot';
        const { data: { login }, } = await this.#call({ method: 'GET', path: '/user', permission: 'pull-requests: write' }, userSchema, () => this.#octokit.rest.users.getAuthenticated());
        return ({ user }) => user?.login === login;
    }
    #deploymentCall(method, path) {
        return { method, path: `${this.#path}${path}`, permission: 'deployments: write' };
    }
    #commentCall(method, path) {
        return { method, path: `${this.#path}${path}`, permission: 'pull-requests: write' };
    }
    async #call(call, schema, work) {
        let answer;
        try {
            answer = await work();
        }
        catch (error) {
            throw (0,errors/* toGitHubError */.Lg)(call, error, this.#redact);
        }
        const { status, headers, data } = answer;
        const result = dist/* safeParse */.xLC(schema, data);
        if (result.success)
            return { data: result.output, link: headers.link ?? '' };
        throw new errors/* GitHubError */.y_(call, 'the response is JSON, but has an unexpected shape', { status });
    }
}
/** GitHub may store other line ends, and no blanks at the end. */
function normalized(text) {
    return text.replace(/\r\n?/g, '\n').trimEnd();
}
function shortened(text, longest) {
    const characters = Array.from(text);
    return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}


/***/ })

};

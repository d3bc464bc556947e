import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 770:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

module.exports = __nccwpck_require__(218);


/***/ }),

/***/ 218:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {



var net = __nccwpck_require__(9278);
var tls = __nccwpck_require__(4756);
var http = __nccwpck_require__(8611);
var https = __nccwpck_require__(5692);
var events = __nccwpck_require__(4434);
var assert = __nccwpck_require__(2613);
var util = __nccwpck_require__(9023);


exports.httpOverHttp = httpOverHttp;
exports.httpsOverHttp = httpsOverHttp;
exports.httpOverHttps = httpOverHttps;
exports.httpsOverHttps = httpsOverHttps;


function httpOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  return agent;
}

function httpsOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}

function httpOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  return agent;
}

function httpsOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}


function TunnelingAgent(options) {
  var self = this;
  self.options = options || {};
  self.proxyOptions = self.options.proxy || {};
  self.maxSockets = self.options.maxSockets || http.Agent.defaultMaxSockets;
  self.requests = [];
  self.sockets = [];

  self.on('free', function onFree(socket, host, port, localAddress) {
    var options = toOptions(host, port, localAddress);
    for (var i = 0, len = self.requests.length; i < len; ++i) {
      var pending = self.requests[i];
      if (pending.host === options.host && pending.port === options.port) {
        // Detect the request to connect same origin server,
        // reuse the connection.
        self.requests.splice(i, 1);
        pending.request.onSocket(socket);
        return;
      }
    }
    socket.destroy();
    self.removeSocket(socket);
  });
}
util.inherits(TunnelingAgent, events.EventEmitter);

TunnelingAgent.prototype.addRequest = function addRequest(req, host, port, localAddress) {
  var self = this;
  var options = mergeOptions({request: req}, self.options, toOptions(host, port, localAddress));

  if (self.sockets.length >= this.maxSockets) {
    // We are over limit so we'll add it to the queue.
    self.requests.push(options);
    return;
  }

  // If we are under maxSockets create a new one.
  self.createSocket(options, function(socket) {
    socket.on('free', onFree);
    socket.on('close', onCloseOrRemove);
    socket.on('agentRemove', onCloseOrRemove);
    req.onSocket(socket);

    function onFree() {
      self.emit('free', socket, options);
    }

    function onCloseOrRemove(err) {
      self.removeSocket(socket);
      socket.removeListener('free', onFree);
      socket.removeListener('close', onCloseOrRemove);
      socket.removeListener('agentRemove', onCloseOrRemove);
    }
  });
};

TunnelingAgent.prototype.createSocket = function createSocket(options, cb) {
  var self = this;
  var placeholder = {};
  self.sockets.push(placeholder);

  var connectOptions = mergeOptions({}, self.proxyOptions, {
    method: 'CONNECT',
    path: options.host + ':' + options.port,
    agent: false,
    headers: {
      host: options.host + ':' + options.port
    }
  });
  if (options.localAddress) {
    connectOptions.localAddress = options.localAddress;
  }
  if (connectOptions.proxyAuth) {
    connectOptions.headers = connectOptions.headers || {};
    connectOptions.headers['Proxy-Authorization'] = 'Basic ' +
        new Buffer(connectOptions.proxyAuth).toString('base64');
  }

  debug('making CONNECT request');
  var connectReq = self.request(connectOptions);
  connectReq.useChunkedEncodingByDefault = false; // for v0.6
  connectReq.once('response', onResponse); // for v0.6
  connectReq.once('upgrade', onUpgrade);   // for v0.6
  connectReq.once('connect', onConnect);   // for v0.7 or later
  connectReq.once('error', onError);
  connectReq.end();

  function onResponse(res) {
    // Very hacky. This is necessary to avoid http-parser leaks.
    res.upgrade = true;
  }

  function onUpgrade(res, socket, head) {
    // Hacky.
    process.nextTick(function() {
      onConnect(res, socket, head);
    });
  }

  function onConnect(res, socket, head) {
    connectReq.removeAllListeners();
    socket.removeAllListeners();

    if (res.statusCode !== 200) {
      debug('tunneling socket could not be established, statusCode=%d',
        res.statusCode);
      socket.destroy();
      var error = new Error('tunneling socket could not be established, ' +
        'statusCode=' + res.statusCode);
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    if (head.length > 0) {
      debug('got illegal response body from proxy');
      socket.destroy();
      var error = new Error('got illegal response body from proxy');
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    debug('tunneling connection has established');
    self.sockets[self.sockets.indexOf(placeholder)] = socket;
    return cb(socket);
  }

  function onError(cause) {
    connectReq.removeAllListeners();

    debug('tunneling socket could not be established, cause=%s\n',
          cause.message, cause.stack);
    var error = new Error('tunneling socket could not be established, ' +
                          'cause=' + cause.message);
    error.code = 'ECONNRESET';
    options.request.emit('error', error);
    self.removeSocket(placeholder);
  }
};

TunnelingAgent.prototype.removeSocket = function removeSocket(socket) {
  var pos = this.sockets.indexOf(socket)
  if (pos === -1) {
    return;
  }
  this.sockets.splice(pos, 1);

  var pending = this.requests.shift();
  if (pending) {
    // If we have pending requests and a socket gets closed a new one
    // needs to be created to take over in the pool for the one that closed.
    this.createSocket(pending, function(socket) {
      pending.request.onSocket(socket);
    });
  }
};

function createSecureSocket(options, cb) {
  var self = this;
  TunnelingAgent.prototype.createSocket.call(self, options, function(socket) {
    var hostHeader = options.request.getHeader('host');
    var tlsOptions = mergeOptions({}, self.options, {
      socket: socket,
      servername: hostHeader ? hostHeader.replace(/:.*$/, '') : options.host
    });

    // 0 is dummy port for v0.6
    var secureSocket = tls.connect(0, tlsOptions);
    self.sockets[self.sockets.indexOf(socket)] = secureSocket;
    cb(secureSocket);
  });
}


function toOptions(host, port, localAddress) {
  if (typeof host === 'string') { // since v0.10
    return {
      host: host,
      port: port,
      localAddress: localAddress
    };
  }
  return host; // for v0.11 or later
}

function mergeOptions(target) {
  for (var i = 1, len = arguments.length; i < len; ++i) {
    var overrides = arguments[i];
    if (typeof overrides === 'object') {
      var keys = Object.keys(overrides);
      for (var j = 0, keyLen = keys.length; j < keyLen; ++j) {
        var k = keys[j];
        if (overrides[k] !== undefined) {
          target[k] = overrides[k];
        }
      }
    }
  }
  return target;
}


var debug;
if (process.env.NODE_DEBUG && /\btunnel\b/.test(process.env.NODE_DEBUG)) {
  debug = function() {
    var args = Array.prototype.slice.call(arguments);
    if (typeof args[0] === 'string') {
      args[0] = 'TUNNEL: ' + args[0];
    } else {
      args.unshift('TUNNEL:');
    }
    console.error.apply(console, args);
  }
} else {
  debug = function() {};
}
exports.debug = debug; // for test


/***/ }),

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 9278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 1421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 8474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 1455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 6466:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/promises");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 4756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 3941:
/***/ ((module) => {

// Replaces @actions/exec, and with it @actions/io, in the bundle (see `paths` in tsconfig.json). @actions/core imports it to ask
// programs about the operating system, and loads it at each start. The action does not ask. Otherwise, each start would compile
// 46 KB that it does not use.
module.exports = {
  getExecOutput() {
    throw new Error(
      '@actions/exec is not in the bundle, so getExecOutput is missing: see scripts/stand-ins/actions-exec.cjs',
    );
  },
};


/***/ }),

/***/ 8228:
/***/ ((module) => {

// Replaces undici in the bundle (see `paths` in tsconfig.json). @actions/core imports @actions/http-client, which imports
// undici for a proxy agent of `fetch`, and @actions/github imports it for `fetch`. The action uses neither: its requests go
// through its own agent, with or without a proxy, and it passes its own `fetch` to @actions/github. undici would be two thirds
// of the bundle and a fifth of each start. If you need it, bundle it into a chunk that is loaded when it is used.
const missing = (name) => {
  throw new Error(
    `undici is not in the bundle, so ${name} is missing: see scripts/stand-ins/undici.cjs`,
  );
};

// This can be constructed but not used. If a proxy is configured, @actions/github constructs one when it is loaded, for its
// default `fetch`.
class ProxyAgent {
  dispatch() {
    return missing('ProxyAgent');
  }
}

module.exports = {
  ProxyAgent,
  get fetch() {
    return missing('fetch');
  },
};


/***/ }),

/***/ 1633:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bq: () => (/* binding */ withRepository),
/* harmony export */   Ng: () => (/* binding */ connect),
/* harmony export */   oh: () => (/* binding */ failureMessage),
/* harmony export */   wF: () => (/* binding */ orWarn)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(9452);
/* harmony import */ var _version_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3411);


/** Loads the client, and connects. */
async function connect(access, options) {
    const { connectRepository } = await __nccwpck_require__.e(/* import() */ 909).then(__nccwpck_require__.bind(__nccwpck_require__, 5909));
    const userAgent = `pipecat-cloud-release/${_version_js__WEBPACK_IMPORTED_MODULE_1__/* .version */ .r}`;
    return connectRepository({ ...access, ...options, userAgent });
}
/** Connects to the repository, and closes the connection after the work. */
async function withRepository(access, options, work) {
    const repository = await connect(access, options);
    try {
        return await work(repository);
    }
    finally {
        repository.close();
    }
}
/** Turns a failure into a warning: a run does not fail because it cannot report to GitHub. */
async function orWarn(journal, what, work) {
    try {
        await work;
    }
    catch (error) {
        journal.warning(failureMessage(what, error));
    }
}
/** What was not reported to GitHub, why, and the permission that the token lacks. */
function failureMessage(what, error) {
    if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_)) {
        return `${what}, because of a bug in the action. The run continues without it.`;
    }
    const { reason, lacksPermission, call } = error;
    const permission = lacksPermission
        ? ` The token needs the permission \`${call.permission}\` (under \`permissions:\` of the job).`
        : '';
    return `${what}, because ${reason}.${permission} The run continues without it.`;
}


/***/ }),

/***/ 9452:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Lg: () => (/* binding */ toGitHubError),
/* harmony export */   xm: () => (/* binding */ UnusableResponseError),
/* harmony export */   y_: () => (/* binding */ GitHubError)
/* harmony export */ });
/* harmony import */ var valibot__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7934);
/* harmony import */ var _http_request_id_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(567);
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7819);



/** A call to GitHub's API without a usable response. Never contains the token. */
class GitHubError extends Error {
    call;
    /** What happened: the end of a sentence with "because". */
    reason;
    /** The status of the response; undefined if there was none. */
    status;
    /**
     * Whether the token lacks `call.permission`. A 404 counts, because GitHub answers so for what a token
     * cannot see.
     */
    lacksPermission;
    constructor(call, reason, details = {}) {
        super(`${call.method} ${call.path}: ${reason}`, details);
        this.name = 'GitHubError';
        this.call = call;
        this.reason = reason;
        this.status = details.status;
        this.lacksPermission = details.lacksPermission ?? false;
    }
}
/** Why there is no usable response: the end of a sentence with "because". */
class UnusableResponseError extends Error {
    /** The status, if there was a response. */
    status;
    /** Whether the same request may work a moment later. */
    isTransient;
    constructor(reason, details = {}) {
        super(reason, details);
        this.name = 'UnusableResponseError';
        this.status = details.status;
        this.isTransient = details.isTransient ?? false;
    }
}
const refusal = valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    status: valibot__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig(),
    response: valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
        data: valibot__WEBPACK_IMPORTED_MODULE_0__/* .unknown */ .L5J(),
        headers: valibot__WEBPACK_IMPORTED_MODULE_0__/* .fallback */ .NpB(valibot__WEBPACK_IMPORTED_MODULE_0__/* .record */ .g1P(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()), {}),
    }),
});
const refusedField = valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    message: valibot__WEBPACK_IMPORTED_MODULE_0__/* .nullish */ .cl6(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()),
    field: valibot__WEBPACK_IMPORTED_MODULE_0__/* .nullish */ .cl6(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()),
    code: valibot__WEBPACK_IMPORTED_MODULE_0__/* .nullish */ .cl6(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()),
});
const refusalBody = valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    message: valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(),
    errors: valibot__WEBPACK_IMPORTED_MODULE_0__/* .fallback */ .NpB(valibot__WEBPACK_IMPORTED_MODULE_0__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_0__/* .union */ .KCZ([valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(), refusedField])), []),
});
/**
 * Replaces an error from Octokit, which contains the request.
 *
 * @param redact redacts known secrets in GitHub's message
 */
function toGitHubError(call, error, redact) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof UnusableResponseError) {
        return new GitHubError(call, redact(cause.message), { status: cause.status, cause });
    }
    const refused = valibot__WEBPACK_IMPORTED_MODULE_0__/* .safeParse */ .xLC(refusal, error);
    if (!refused.success) {
        // Even a bug here must not fail the release.
        return new GitHubError(call, 'of a bug in the action', { cause: cause ?? error });
    }
    const { status, response } = refused.output;
    const requestId = (0,_http_request_id_js__WEBPACK_IMPORTED_MODULE_1__/* .readRequestId */ .B)(response.headers, redact);
    const answered = `the response was ${status}${requestId === undefined ? '' : ` (request ID ${requestId})`}`;
    const body = valibot__WEBPACK_IMPORTED_MODULE_0__/* .safeParse */ .xLC(refusalBody, response.data);
    if (!body.success)
        return new GitHubError(call, answered, { status });
    const { message, errors } = body.output;
    const details = errors.map((one) => typeof one === 'string'
        ? one
        : (one.message ?? [one.field, one.code].filter(Boolean).join(' ')));
    const said = [message, details.filter(Boolean).join(', ')].filter(Boolean).join(': ');
    return new GitHubError(call, `${answered}: ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_2__/* .quote */ .h)(redact(said))}`, {
        status,
        lacksPermission: status === 404 || (status === 403 && message.startsWith('Resource not accessible by ')),
    });
}


/***/ }),

/***/ 9607:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Eu: () => (/* binding */ isOfAnotherCommit),
/* harmony export */   Kd: () => (/* binding */ pullRequestNumber),
/* harmony export */   P5: () => (/* binding */ isClosedRepository),
/* harmony export */   _n: () => (/* binding */ pullRequestOf),
/* harmony export */   g0: () => (/* binding */ commentedOn),
/* harmony export */   hZ: () => (/* binding */ mayBringForks),
/* harmony export */   lz: () => (/* binding */ releasedCommit),
/* harmony export */   sD: () => (/* binding */ isWithoutSecrets),
/* harmony export */   wI: () => (/* binding */ isForkWithSecrets)
/* harmony export */ });
/* harmony import */ var valibot__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7934);

const repositorySchema = valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    full_name: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()),
    private: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .boolean */ .zMY()),
    visibility: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()),
    fork: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .boolean */ .zMY()),
});
/** A pull request or an issue. */
const identity = valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    number: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig()),
    created_at: valibot__WEBPACK_IMPORTED_MODULE_0__/* .fallback */ .NpB(valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()), undefined),
});
const eventPayload = valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    repository: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(repositorySchema),
    pull_request: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
        ...identity.entries,
        head: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({ repo: valibot__WEBPACK_IMPORTED_MODULE_0__/* .nullish */ .cl6(repositorySchema), sha: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()) })),
    })),
    workflow_run: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({ head_repository: valibot__WEBPACK_IMPORTED_MODULE_0__/* .nullish */ .cl6(repositorySchema), head_sha: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP()) })),
    issue: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
        ...identity.entries,
        /** Set only if the issue is a pull request. */
        pull_request: valibot__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_0__/* .unknown */ .L5J()),
    })),
});
function read(event) {
    const result = valibot__WEBPACK_IMPORTED_MODULE_0__/* .safeParse */ .xLC(eventPayload, event.payload);
    return result.success ? result.output : {};
}
/** Whether the workflow runs with the repository's secrets for code from a fork, or a deleted repository. */
function isForkWithSecrets(event) {
    if (!mayBringForks(event.eventName))
        return false;
    const { repository, pull_request, workflow_run } = read(event);
    const head = event.eventName === 'workflow_run' ? workflow_run?.head_repository : pull_request?.head?.repo;
    return head?.full_name === undefined || head.full_name !== repository?.full_name;
}
/**
 * Whether the run gets no secrets, so an empty credential is not a mistake: it is for a pull request from a
 * fork, in a fork itself, or for Dependabot.
 *
 * @param actor `GITHUB_ACTOR`
 */
function isWithoutSecrets(event, actor) {
    const { repository, pull_request } = read(event);
    const isFromFork = pull_request !== undefined &&
        !mayBringForks(event.eventName) &&
        pull_request.head?.repo?.full_name !== repository?.full_name;
    return isFromFork || repository?.fork === true || actor === 'dependabot[bot]';
}
/** Whether a workflow for this event has the repository's secrets, whoever wrote the code. */
function mayBringForks(eventName) {
    return ['pull_request_target', 'workflow_run'].includes(eventName);
}
/** The pull request of the run, even if a comment on it started the workflow. */
function pullRequestNumber(event) {
    return pullRequestOf(event)?.number;
}
/** Events whose `GITHUB_SHA` is a merge commit or that of the default branch, not the released commit. */
const eventsOfOtherCommits = new Set([
    'pull_request',
    'pull_request_target',
    'pull_request_review',
    'pull_request_review_comment',
    'workflow_run',
    'issue_comment',
]);
function isOfAnotherCommit(eventName) {
    return eventsOfOtherCommits.has(eventName);
}
const commitId = /^[0-9a-f]{40,64}$/;
/** The commit that people see for the run, never the merge commit of a pull request. */
function releasedCommit(event, { workflowCommit, checkout, isImageGiven }) {
    const { pull_request, workflow_run } = read(event);
    const named = () => {
        switch (event.eventName) {
            case 'workflow_run': {
                const head = workflow_run?.head_sha;
                return isImageGiven || head === checkout ? head : undefined;
            }
            case 'issue_comment':
                return checkout;
            default:
                return pull_request?.head?.sha;
        }
    };
    const commit = named();
    return commit !== undefined && commitId.test(commit) ? commit : workflowCommit;
}
/** Whether only people with access to the repository can read its logs; false if unknown. */
function isClosedRepository(event) {
    const { repository } = read(event);
    return repository?.visibility === undefined
        ? repository?.private === true
        : ['private', 'internal'].includes(repository.visibility);
}
/** The pull request of the event, or of the comment. */
function pullRequestOf(event) {
    if (event.eventName !== 'issue_comment')
        return identified(read(event).pull_request);
    const about = commentedOn(event);
    return about === 'issue' ? undefined : about;
}
/** What was commented on: a pull request or an issue. Undefined if the event does not say. */
function commentedOn(event) {
    const { issue } = read(event);
    if (issue?.number === undefined)
        return undefined;
    const { pull_request: mark } = issue;
    return typeof mark === 'object' && mark !== null ? identified(issue) : 'issue';
}
function identified(about) {
    if (about?.number === undefined)
        return undefined;
    const openedAt = Date.parse(about.created_at ?? '');
    return { number: about.number, openedAt: Number.isNaN(openedAt) ? undefined : openedAt };
}


/***/ }),

/***/ 8036:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ isConfidential),
/* harmony export */   U: () => (/* binding */ isLoopback)
/* harmony export */ });
/** Whether nobody can read a request to this address on the way: https, or this machine. */
function isConfidential({ protocol, hostname }) {
    return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
function isLoopback(hostname) {
    return (hostname === 'localhost' ||
        hostname.endsWith('.localhost') ||
        hostname === '[::1]' ||
        /^127(\.\d{1,3}){3}$/.test(hostname));
}


/***/ }),

/***/ 5249:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ connectionFailure),
/* harmony export */   T: () => (/* binding */ ProxyError)
/* harmony export */ });
/* harmony import */ var _text_system_error_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7229);

/** The proxy from the environment did not open a connection. */
class ProxyError extends Error {
    /** Scheme, host and port; the rest of the address may contain a password. */
    origin;
    /** The proxy's response; undefined if the connection to it failed. */
    status;
    /** Code of Node.js, such as ECONNREFUSED. */
    code;
    constructor({ protocol, host }, status, options) {
        super('the proxy did not open a connection', options);
        this.name = 'ProxyError';
        this.origin = `${protocol}//${host}`;
        this.status = status;
        this.code = (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_0__/* .systemErrorCode */ .vq)(options?.cause);
    }
}
/** Codes of OpenSSL and Node.js for a certificate that Node.js does not accept. */
const certificateCode = /CERT|^CRL_|^UNABLE_TO_(?:GET_CRL|DECRYPT_CRL|DECODE_ISSUER_PUBLIC_KEY|VERIFY_LEAF_SIGNATURE)|^(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;
const unreachableCodes = new Set([
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
]);
/**
 * Finds out why a connection failed.
 *
 * @param error a ProxyError or an error of Node.js
 */
function connectionFailure(error) {
    const code = (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_0__/* .systemErrorCode */ .vq)(error);
    const proxy = error instanceof ProxyError ? error : undefined;
    if (proxy?.status === 407) {
        return {
            kind: 'proxy-refusal',
            reason: `the proxy at ${proxy.origin} asks for authentication (407); put its user name and password in \`HTTPS_PROXY\` (\`http://user:password@host:port\`)`,
        };
    }
    if (code !== undefined && certificateCode.test(code)) {
        const whose = proxy === undefined ? 'the server' : `the proxy at ${proxy.origin}`;
        return {
            kind: 'certificate',
            reason: `the certificate of ${whose} was not accepted (${code}); if a private CA issued it, name the file of that CA in \`NODE_EXTRA_CA_CERTS\``,
        };
    }
    if (proxy?.status !== undefined) {
        return {
            kind: proxy.status < 500 ? 'proxy-refusal' : 'unreachable',
            reason: `the proxy at ${proxy.origin} answered ${proxy.status}`,
        };
    }
    const to = proxy === undefined ? '' : ` to the proxy at ${proxy.origin}`;
    return {
        kind: unreachableCodes.has(code) ? 'unreachable' : 'broken',
        reason: `the connection${to} failed${code === undefined ? '' : ` (${code})`}`,
    };
}


/***/ }),

/***/ 567:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ readRequestId)
/* harmony export */ });
const longest = 128;
/** Response headers with the id of a request, which support asks for. */
const names = ['x-request-id', 'x-github-request-id', 'x-amz-request-id'];
/**
 * Reads the id that a server gave a request, shortened and in printable ASCII.
 *
 * @param redact removes known secrets
 */
function readRequestId(headers, redact) {
    const header = names
        .map((name) => headers[name])
        .find((value) => value !== undefined && value.length > 0);
    const text = (Array.isArray(header) ? header.join(' ') : (header ?? '')).slice(0, 8 * longest);
    const id = redact(text)
        .replace(/[^\x21-\x7e]/g, '')
        .slice(0, longest);
    return id === '' ? undefined : id;
}


/***/ }),

/***/ 3145:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ readRetryAfter)
/* harmony export */ });
/**
 * Reads `Retry-After`, which contains seconds or a date, as milliseconds. Compares a date with the date
 * of the response, because the clocks of the two machines may differ.
 *
 * @param now milliseconds since the epoch, for a response without a date
 */
function readRetryAfter(headers, now) {
    const header = headers['retry-after'];
    if (header === undefined)
        return undefined;
    const seconds = Number(header);
    if (Number.isFinite(seconds))
        return Math.max(0, seconds * 1000);
    const date = Date.parse(header);
    if (Number.isNaN(date))
        return undefined;
    const sentAt = Date.parse(headers.date ?? '');
    return Math.max(0, date - (Number.isNaN(sentAt) ? now : sentAt));
}


/***/ }),

/***/ 1124:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ classifyStatus)
/* harmony export */ });
/** Decides what a status means, for the platform, its storage and GitHub. Nothing else does. */
function classifyStatus(status) {
    if (status >= 500 || status === 408 || status === 425)
        return 'inconclusive';
    if (status === 429)
        return 'rate-limited';
    if (status >= 400 || status < 200)
        return 'refused';
    return status < 300 ? 'success' : 'redirect';
}


/***/ }),

/***/ 6802:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  M: () => (/* binding */ CutOffError),
  o: () => (/* binding */ Transport)
});

;// CONCATENATED MODULE: external "node:http"
const external_node_http_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");
var external_node_http_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_node_http_namespaceObject, 2);
;// CONCATENATED MODULE: external "node:https"
const external_node_https_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");
var external_node_https_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_node_https_namespaceObject, 2);
;// CONCATENATED MODULE: external "node:url"
const external_node_url_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(7975);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __nccwpck_require__(8522);
// EXTERNAL MODULE: ./node_modules/@actions/http-client/lib/index.js + 1 modules
var lib = __nccwpck_require__(4942);
;// CONCATENATED MODULE: external "node:dns"
const external_node_dns_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");
;// CONCATENATED MODULE: ./lib/http/shared-lookup.js

const waiting = new Map();
/**
 * Resolves a host name as Node.js does, but shares lookups that run at the same time: a lookup that gets
 * no answer blocks one of the process's few threads for many seconds, and cannot be cancelled.
 */
const sharedLookup = (hostname, options, callback) => {
    const key = JSON.stringify([hostname, options]);
    const others = waiting.get(key);
    if (others !== undefined) {
        others.push(callback);
        return;
    }
    const callbacks = [callback];
    waiting.set(key, callbacks);
    (0,external_node_dns_namespaceObject.lookup)(hostname, options, (...found) => {
        waiting.delete(key);
        for (const each of callbacks)
            each(...found);
    });
};

;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");
// EXTERNAL MODULE: ./lib/http/connection-failure.js
var connection_failure = __nccwpck_require__(5249);
;// CONCATENATED MODULE: ./lib/http/tunnel.js






/** Makes an agent that opens all its connections through a proxy, with CONNECT. */
function tunnelAgent(proxy, isSecure) {
    const agent = new (isSecure ? external_node_https_namespaceObject_0 : external_node_http_namespaceObject_0).Agent({ keepAlive: true });
    const createConnection = (destination, opened) => {
        const { host, port, servername, givenUp } = destination;
        const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
        openTunnel(proxy, authority, givenUp).then((socket) => {
            opened(null, isSecure ? (0,external_node_tls_namespaceObject.connect)({ host, servername, socket }) : socket);
        }, opened);
    };
    return Object.assign(agent, { createConnection });
}
/** @param authority host and port in the form that a request line needs */
function openTunnel(proxy, authority, signal) {
    const { hostname, port, auth } = (0,external_node_url_namespaceObject.urlToHttpOptions)(proxy);
    const account = auth && `Basic ${Buffer.from(auth).toString('base64')}`;
    return new Promise((resolve, reject) => {
        const request = (proxy.protocol === 'https:' ? external_node_https_namespaceObject_0 : external_node_http_namespaceObject_0).request({
            method: 'CONNECT',
            hostname,
            port,
            path: authority,
            headers: { Host: authority, ...(account && { 'Proxy-Authorization': account }) },
            agent: false,
            lookup: sharedLookup,
            signal,
        });
        request.on('connect', ({ statusCode: status = 0 }, socket, head) => {
            if (status >= 200 && status < 300) {
                if (head.length > 0)
                    socket.unshift(head);
                resolve(socket);
            }
            else {
                socket.destroy();
                reject(new connection_failure/* ProxyError */.T(proxy, status));
            }
        });
        request.on('error', (cause) => {
            reject(new connection_failure/* ProxyError */.T(proxy, undefined, { cause }));
        });
        request.end();
    });
}

;// CONCATENATED MODULE: ./lib/http/transport.js








/** Far more than any response has, and well within a runner's memory. */
const maxBytes = 64 * 1024 * 1024;
/** The headers came, but the body ended early, cannot be decompressed, or is too large. */
class CutOffError extends Error {
    constructor(options) {
        super('the response was cut off', options);
        this.name = 'CutOffError';
    }
}
/**
 * Sends all requests of the action, through the proxy from the environment if there is one. It sends a
 * request once, and does not follow redirects, because that would send the credential along.
 */
class Transport {
    #userAgent;
    /** By protocol and proxy. */
    #agents = new Map();
    constructor(userAgent) {
        this.#userAgent = userAgent;
    }
    /**
     * Sends one request once. Any status is an answer. The signal ends the request at any point: while
     * it waits for a name, a proxy, a handshake or the response.
     *
     * @throws CutOffError, ProxyError, the error of a body that cannot be read, the signal's reason, or
     *   the error of Node.js about the connection
     */
    send(message, signal) {
        return new Promise((resolve, reject) => {
            signal.throwIfAborted();
            const { body } = message;
            const request = this.#open(message, signal);
            const isDone = new AbortController();
            const end = () => {
                isDone.abort();
                if (typeof body === 'object')
                    body.destroy();
                // If the response came before the whole body was sent, the connection cannot be used again.
                if (!request.writableFinished || signal.aborted)
                    request.destroy();
            };
            const fail = (error) => {
                reject(error);
                end();
            };
            signal.addEventListener('abort', () => {
                fail(signal.reason);
            }, { signal: isDone.signal });
            request.on('error', fail);
            request.on('response', (response) => {
                readText(response).then((text) => {
                    const { statusCode: status = 0, headers } = response;
                    resolve({ status, headers, text });
                    end();
                }, fail);
            });
            if (typeof body === 'object')
                body.on('error', fail).pipe(request);
            else
                request.end(body);
        });
    }
    #open({ method, url, headers, body }, givenUp) {
        const { protocol, hostname, port, path } = (0,external_node_url_namespaceObject.urlToHttpOptions)(new URL(url));
        const isSecure = protocol === 'https:';
        const options = {
            method,
            hostname,
            port,
            path,
            headers: {
                ...headers,
                'User-Agent': this.#userAgent,
                ...(typeof body === 'string' ? { 'Content-Length': Buffer.byteLength(body) } : {}),
            },
            agent: this.#agentFor(url, isSecure),
            lookup: sharedLookup,
            givenUp,
        };
        return (isSecure ? external_node_https_namespaceObject_0 : external_node_http_namespaceObject_0).request(options);
    }
    #agentFor(url, isSecure) {
        const proxy = (0,lib/* getProxyUrl */.s_)(url);
        const key = `${isSecure ? 'https' : 'http'} ${proxy}`;
        const agent = this.#agents.get(key) ??
            (proxy === ''
                ? new (isSecure ? external_node_https_namespaceObject_0 : external_node_http_namespaceObject_0).Agent({ keepAlive: true })
                : tunnelAgent(new URL(proxy), isSecure));
        this.#agents.set(key, agent);
        return agent;
    }
    /** Closes idle connections. */
    close() {
        for (const agent of this.#agents.values())
            agent.destroy();
    }
}
/** @throws CutOffError */
async function readText(response) {
    const chunks = [];
    let bytes = 0;
    try {
        for await (const chunk of response) {
            bytes += chunk.length;
            if (bytes > maxBytes)
                throw new Error(`the response has more than ${maxBytes} bytes`);
            chunks.push(chunk);
        }
        const body = await decompressed(Buffer.concat(chunks), response.headers['content-encoding']);
        // This also removes a byte order mark.
        return new TextDecoder().decode(body);
    }
    catch (error) {
        throw new CutOffError({ cause: error });
    }
}
/** The action does not ask for compressed responses, but some gateways send them. */
async function decompressed(body, encoding) {
    if (body.length === 0)
        return body;
    // A small body may expand to a very large one.
    const limit = { maxOutputLength: maxBytes };
    const method = encoding?.trim().toLowerCase() ?? '';
    if (['gzip', 'x-gzip', 'deflate'].includes(method))
        return (0,external_node_util_.promisify)(external_node_zlib_.unzip)(body, limit);
    return method === 'br' ? (0,external_node_util_.promisify)(external_node_zlib_.brotliDecompress)(body, limit) : body;
}


/***/ }),

/***/ 5843:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  tF: () => (/* binding */ agentSettingInputs),
  wg: () => (/* binding */ inputOf),
  Hu: () => (/* binding */ readAgentSettings),
  rw: () => (/* binding */ settingSources)
});

// EXTERNAL MODULE: ./lib/pipecat/agent-settings.js
var agent_settings = __nccwpck_require__(3211);
// EXTERNAL MODULE: ./lib/pipecat/names.js
var names = __nccwpck_require__(5636);
// EXTERNAL MODULE: ./lib/inputs/declared.js
var declared = __nccwpck_require__(6307);
// EXTERNAL MODULE: ./lib/inputs/problems.js
var problems = __nccwpck_require__(1733);
;// CONCATENATED MODULE: ./lib/inputs/image.js


/** Characters of the longest reference that registries accept. */
const longest = 512;
/** Reads the image to run. */
function readImage({ raw, findings }) {
    const image = raw.text('image');
    if (image === undefined)
        return undefined;
    if (image.length > longest) {
        return findings.problem('image', `has ${image.length} characters, but a reference has at most ${longest}`);
    }
    const isAllowed = names/* imageReference */.rA.pattern.test(image) && !isDigest(image) && !hasCapitals(image);
    if (isAllowed)
        return image;
    return findings.problem('image', mistake(image) ?? `${(0,problems/* shown */.SP)(image)} is not ${names/* imageReference */.rA.rule}`);
}
/** Common mistakes; the first that matches is reported. */
const imageMistakes = [
    {
        matches: (image) => /[\n,]/.test(image),
        message: 'names several images, but an agent runs one (`docker/metadata-action` may return several tags)',
        fix: (image) => image.split(/[\n,]/)[0]?.trim() ?? '',
    },
    {
        matches: (image) => /^["'“”‘’`]|["'“”‘’`]$/.test(image),
        message: 'has quotes around it',
        fix: (image) => image.replace(/^["'“”‘’`]+|["'“”‘’`]+$/g, ''),
    },
    {
        matches: (image) => /^[a-z][a-z0-9+.-]*:\/\//i.test(image),
        message: 'begins with the scheme of a URL, which an image does not have',
        fix: (image) => image.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''),
    },
    {
        matches: isDigest,
        message: 'is a digest alone; put the name before it, as in `ghcr.io/acme/agent@sha256:…`',
    },
    {
        matches: (image) => /:(?:@.*)?$/.test(image),
        message: 'has an empty tag; an expression that the tag comes from is probably empty (such as the output of a step without its `id`)',
    },
    {
        matches: (image) => /^[^@\s]*:(?!\d+\/)[^/@\s]*\/[^@\s]*$/.test(image),
        message: 'has a slash in its tag, as the name of a branch has; a tag cannot contain a slash',
        fix: (image) => {
            const tag = image.search(/:(?!\d+\/)/);
            return image.slice(0, tag) + image.slice(tag).replaceAll('/', '-');
        },
    },
    {
        matches: hasCapitals,
        message: 'has capital letters in its name, but registries accept only lower-case names',
        fix: lowerCaseName,
    },
    {
        matches: (image) => /^[^\s@]+$/.test(image) && parts(image).version === '',
        message: 'has no tag or digest, so it does not say which version to deploy',
    },
];
function mistake(image) {
    const one = imageMistakes.find(({ matches }) => matches(image));
    if (one === undefined)
        return undefined;
    const fixed = one.fix?.(image) ?? '';
    const isShown = names/* imageReference */.rA.pattern.test(fixed) && !(0,problems/* looksLikeCredential */.Pv)(fixed);
    return `${(0,problems/* shown */.SP)(image)} ${one.message}${isShown ? `. Use \`${fixed}\`` : ''}`;
}
/** A digest alone looks like the tag of an image named `sha256`. */
function isDigest(image) {
    return /^@?sha256:/i.test(image);
}
function hasCapitals(image) {
    return /^[^\s]+$/.test(image) && /[A-Z]/.test(parts(image).name);
}
/** The host with its slash, the name, and the tag and digest with their separators. */
function parts(image) {
    const [, host = ''] = /^([^/]*[.:][^/]*\/|localhost\/)/i.exec(image) ?? [];
    const rest = image.slice(host.length);
    const end = rest.search(/[:@]/);
    return end === -1
        ? { host, name: rest, version: '' }
        : { host, name: rest.slice(0, end), version: rest.slice(end) };
}
/** Capitals are allowed in a tag. */
function lowerCaseName(image) {
    const { host, name, version } = parts(image);
    return host + name.toLowerCase() + version;
}

;// CONCATENATED MODULE: ./lib/inputs/agent-settings.js




/** What machines and compilers call the processors. */
const architectureAliases = new Map([
    ['x86', 'amd64'],
    ['x86-64', 'amd64'],
    ['x86_64', 'amd64'],
    ['x64', 'amd64'],
    ['arm', 'arm64'],
    ['aarch64', 'arm64'],
]);
/**
 * Where the settings of `pipecat/agent-settings.ts` come from: the key of the settings file, and how to
 * read the input, whose name is in that table.
 */
const settingSources = {
    image: { key: 'image', form: 'text', read: readImage },
    buildId: {
        key: 'build_id',
        form: 'text',
        read: readBuildId,
    },
    secretSet: { key: 'secret_set', form: 'text' },
    imagePullSecretSet: { key: 'image_credentials', form: 'text' },
    minAgents: {
        key: 'scaling.min_agents',
        form: 'integer',
        read: ({ fields }) => fields.integerByRegion('min-agents', { least: 0 }),
    },
    maxAgents: {
        key: 'scaling.max_agents',
        form: 'integer',
        read: ({ fields }) => fields.integerByRegion('max-agents', { least: 1 }),
    },
    agentProfile: {
        key: 'agent_profile',
        form: 'text',
        read: ({ fields }) => fields.name('agent-profile', names/* agentProfileName */.ie),
    },
    architecture: {
        key: 'architecture',
        form: 'text',
        read: ({ fields }) => fields.word('architecture', ['amd64', 'arm64'], architectureAliases),
    },
    maxSessionDuration: {
        key: 'max_session_duration',
        form: 'integer',
        read: ({ fields }) => fields.integer('max-session-duration', { least: 60, most: 14_400 }),
    },
    krispVivaAudioFilter: {
        key: 'krisp_viva.audio_filter',
        form: 'text',
        read: ({ fields }) => fields.word('krisp-viva-audio-filter', ['tel', 'pro', 'off']),
    },
    websocketAuth: {
        key: 'websocket_auth',
        form: 'text',
        read: ({ fields }) => fields.word('websocket-auth', ['none', 'token']),
    },
    managedKeys: {
        key: undefined,
        form: 'text',
        read: ({ fields }) => fields.boolean('enable-managed-keys'),
    },
    cpu: { key: 'resources.cpu', form: 'quantity', read: (reader) => resources(reader)?.cpu },
    memory: {
        key: 'resources.memory',
        form: 'quantity',
        read: (reader) => resources(reader)?.memory,
    },
};
/** The state in a summary shows only the beginning of a build id. */
function readBuildId({ raw, fields, findings }) {
    const text = raw.text('build-id') ?? '';
    if (!/^[0-9a-f]{8}$/i.test(text))
        return fields.name('build-id', names/* buildId */.uz);
    return findings.problem('build-id', `\`${text}\` is a shortened build id; the full one is under Changes in the summary of that release. Use ${names/* buildId */.uz.rule}`);
}
/** An agent has either a profile or its own resources; inputs take precedence. */
function resources({ raw, settingsFile }) {
    return raw.isInput('agent-profile') ? undefined : settingsFile?.resources;
}
/** Reads all settings of the agent except its sets. */
function readAgentSettings(reader) {
    return (0,agent_settings/* mapAgentSettings */.Lm)((name) => {
        const { read } = settingSources[name];
        return read?.(reader);
    });
}
/** The input that sets it; undefined if only the settings file does. */
function inputOf(name) {
    return declared/* inputNames */.vj.find((input) => input === agent_settings/* agentSettings */.tj[name].name);
}
/** Inputs that only an agent uses. */
const agentSettingInputs = Object.entries(settingSources).flatMap(([name, source]) => ('read' in source ? (inputOf(name) ?? []) : []));


/***/ }),

/***/ 6307:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   UN: () => (/* binding */ renamedInputs),
/* harmony export */   WB: () => (/* binding */ declaredInputs),
/* harmony export */   vj: () => (/* binding */ inputNames)
/* harmony export */ });
/**
 * The inputs of action.yml, in the same order, with the same defaults. Inputs that an environment variable
 * may replace have no default there, because a default would always win. An empty input also has its
 * default, because a composite action passes omitted inputs as empty strings.
 *
 * A test compares this list, action.yml and the README.
 */
const inputs = {
    'api-key': { isSecret: true, isForTeardown: true },
    pat: { isSecret: true, isForTeardown: true },
    organization: { isForTeardown: true },
    'api-url': { isForTeardown: true },
    'config-file': { needsFiles: true, isForTeardown: true },
    region: { isForTeardown: true },
    rollout: { default: 'parallel' },
    'secret-set': { isForTeardown: true },
    secrets: { isSecret: true },
    'secrets-json': { isSecret: true },
    'secrets-include': {},
    'secrets-env': {},
    'secrets-file': { needsFiles: true },
    'empty-secrets': { default: 'error' },
    'prune-secrets': { default: 'false' },
    'required-secrets': { needsFiles: true },
    'keep-versions': { default: '3' },
    'image-credentials': { isForTeardown: true },
    registry: {},
    'registry-username': {},
    'registry-password': { isSecret: true },
    'secrets-timeout': { default: '120' },
    'agent-name': { isForTeardown: true },
    image: {},
    'check-image': { default: 'auto' },
    'pin-image': { default: 'false' },
    'cloud-build': { default: 'false', needsFiles: true },
    'build-context': {},
    dockerfile: {},
    'build-exclude': {},
    'build-timeout': { default: '600' },
    'build-id': {},
    'min-agents': {},
    'max-agents': {},
    'agent-profile': {},
    architecture: {},
    'max-session-duration': {},
    'krisp-viva-audio-filter': {},
    'websocket-auth': {},
    'enable-managed-keys': {},
    'force-redeploy': { default: 'auto' },
    'wait-for-ready': { default: 'true' },
    'failure-logs': { default: 'auto' },
    'wait-timeout': { default: '600', isForTeardown: true },
    'smoke-test': { default: 'false' },
    'public-api-key': { isSecret: true },
    'smoke-test-transport': {},
    'smoke-test-body': { isSecret: true },
    'smoke-test-path': {},
    'smoke-test-duration': { default: '5' },
    'smoke-test-timeout': { default: '180' },
    'wait-for-drain': { default: 'false' },
    'drain-timeout': { default: '3600' },
    'on-failure': { default: 'keep' },
    'dry-run': { default: 'false', isForTeardown: true },
    'pr-number': { isForTeardown: true },
    teardown: { default: 'false', isForTeardown: true },
    'github-token': { isSecret: true, isForTeardown: true },
    environment: { isForTeardown: true },
    comment: { default: 'false', isForTeardown: true },
};
const declaredInputs = inputs;
/**
 * Old names of renamed inputs, in lower case. An old name works, with a warning, until the next major version.
 * `action.yml` declares it with `deprecationMessage`.
 */
const renamedInputs = {};
const inputNames = Object.keys(declaredInputs);


/***/ }),

/***/ 2362:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bi: () => (/* binding */ missingFile),
/* harmony export */   Gu: () => (/* binding */ readTextFile),
/* harmony export */   Qk: () => (/* binding */ unreadableReason)
/* harmony export */ });
/* unused harmony export UnreadableFileError */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1455);
/* harmony import */ var _text_system_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7229);



/** There is something at the path, but not a file that can be read. */
class UnreadableFileError extends Error {
    /** The reason, which is all that it says: "it is a folder". */
    constructor(reason) {
        super(reason);
        this.name = 'UnreadableFileError';
    }
}
/** Bytes; secrets of an agent are far smaller. */
const largestFile = 64 * 1024 * 1024;
/**
 * Reads a file that an input names. Checks its type and size first, because a FIFO may never end and a
 * device may fill the memory.
 */
const readTextFile = async (path) => {
    // Without this flag, opening a FIFO waits for a writer.
    const file = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)(path, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NONBLOCK);
    try {
        const stats = await file.stat();
        if (!stats.isFile())
            throw new UnreadableFileError(kindOf(stats));
        if (stats.size > largestFile) {
            throw new UnreadableFileError(`it is larger than ${largestFile / 1024 / 1024} MiB`);
        }
        // Ignores what is appended from now on.
        const bytes = Buffer.alloc(stats.size);
        let length = 0;
        while (length < bytes.length) {
            const { bytesRead } = await file.read(bytes, length, bytes.length - length);
            if (bytesRead === 0)
                break;
            length += bytesRead;
        }
        return bytes.toString('utf8', 0, length);
    }
    finally {
        await file.close();
    }
};
function kindOf(stats) {
    if (stats.isDirectory())
        return 'it is a folder';
    if (stats.isFIFO())
        return 'it is a FIFO, not a file';
    return 'it is a device, not a file';
}
const missingFile = 'this file does not exist';
/** Why a file cannot be read, to be put in parentheses. */
function unreadableReason(error) {
    if (error instanceof UnreadableFileError)
        return error.message;
    const code = (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_2__/* .systemErrorCode */ .vq)(error);
    if (code === 'ENOENT')
        return missingFile;
    if (code === 'EISDIR')
        return 'it is a folder';
    return code ?? 'unknown reason';
}


/***/ }),

/***/ 1733:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Fv: () => (/* binding */ Findings),
/* harmony export */   Pv: () => (/* binding */ looksLikeCredential),
/* harmony export */   RY: () => (/* binding */ emptyReasonsOfAll),
/* harmony export */   SP: () => (/* binding */ shown),
/* harmony export */   Zn: () => (/* binding */ emptyReasons),
/* harmony export */   aV: () => (/* binding */ InputsError),
/* harmony export */   fs: () => (/* binding */ UntrustedEventError),
/* harmony export */   uf: () => (/* binding */ isPath)
/* harmony export */ });
/** All mistakes in the inputs. Nothing has been sent. */
class InputsError extends Error {
    kind = 'invalid-inputs';
    problems;
    constructor(problems) {
        super(problems.map(({ input, message }) => `${input}: ${message}`).join('\n'));
        this.name = 'InputsError';
        this.problems = problems;
    }
}
/** A run for this event must not write. */
class UntrustedEventError extends Error {
    kind = 'untrusted-event';
    because;
    constructor(because = { reason: 'fork' }) {
        super(`possibly code of a fork, with the secrets of the repository (${because.reason})`);
        this.name = 'UntrustedEventError';
        this.because = because;
    }
}
/** Collects mistakes and remarks while the inputs are read. */
class Findings {
    /** Where the values of inputs come from that are not set, such as `scaling.min_agents (pcc-deploy.toml)`. */
    substitutes = new Map();
    /** Inputs whose values come from a misspelled input, which is reported in place of mistakes in them. */
    guessed = new Set();
    problems = [];
    warnings = [];
    notices = [];
    /** For the log only. */
    remarks = [];
    /** Returns nothing, in place of a value that is not valid. */
    problem(input, message) {
        if (this.guessed.has(input))
            return;
        this.problems.push({ input: this.displayName(input), message });
    }
    /** The value, unless it has mistakes. */
    accept(input, value, mistakes) {
        for (const mistake of mistakes)
            this.problem(input, mistake);
        return mistakes.length === 0 ? value : undefined;
    }
    /** The input, or where its value comes from. */
    displayName(input) {
        return this.substitutes.get(input) ?? input;
    }
}
const missingEnvironment = 'the job lacks the `environment:` that holds';
const noSecretsInForks = 'the run comes from a fork or Dependabot, which get no secrets';
/** Why a value that a workflow takes from `secrets` may be empty. */
const emptyReasons = 'the name of the secret is misspelled, it is not set for this repository or organization, ' +
    `${missingEnvironment} it, or ${noSecretsInForks}`;
/** The same if all of several values are empty. */
const emptyReasonsOfAll = `${missingEnvironment} them, the names of the secrets are misspelled, they are not set for this ` +
    `repository or organization, or ${noSecretsInForks}`;
function looksLikeCredential(value) {
    return /(?<![A-Za-z0-9])(sk[_-]|pk_|pcc_pat_|gh[a-z]_|github_pat_|A[KS]IA[0-9A-Z]{12}|AIza|xox[a-z]-|eyJ)/.test(value);
}
/** Longer values are not shown. */
const maxShownLength = 200;
/**
 * A value for a message: on one line, and never a credential. Known secrets are redacted later, when all
 * are known. That would not find part of one, so a long value is not cut but left out.
 */
function shown(value) {
    if (looksLikeCredential(value))
        return 'a credential';
    if (value.includes('='))
        return 'a text with `=` in it';
    if (value.length > maxShownLength)
        return `a text of ${value.length} characters`;
    return `\`${value.replace(/\s*[\r\n]\s*/g, ' ')}\``;
}
/** Whether a text may be a path. A longer text is something else, and messages would cut it. */
function isPath(text) {
    return !text.includes('\n') && text.length <= 400;
}


/***/ }),

/***/ 342:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _time_signals_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3144);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1455);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1178);
/* harmony import */ var _report_actions_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(8565);
/* harmony import */ var _inputs_files_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(2362);
/* harmony import */ var _run_run_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(8790);
/* harmony import */ var _text_system_error_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(7229);
/* harmony import */ var _time_clock_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(5221);
/* harmony import */ var _time_end_process_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(408);
/* harmony import */ var _time_unsettled_exit_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(6570);










/** A closed log or a full disk must not end a run between two writes. */
for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => undefined);
const endWatch = (0,_time_unsettled_exit_js__WEBPACK_IMPORTED_MODULE_8__/* .watchForUnsettledExit */ .p)();
/** The entry point: passes the runner's environment to the run, and its outcome to the runner. */
const succeeded = await (0,_run_run_js__WEBPACK_IMPORTED_MODULE_5__/* .run */ .e)({
    environment: process.env,
    actions: (0,_report_actions_js__WEBPACK_IMPORTED_MODULE_3__/* .actionsOf */ .R)(_actions_core__WEBPACK_IMPORTED_MODULE_2__, (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== ''),
    clock: _time_clock_js__WEBPACK_IMPORTED_MODULE_7__/* .systemClock */ .m,
    cancellation: _time_signals_js__WEBPACK_IMPORTED_MODULE_0__/* .cancelledByRunner */ .V,
    readFile: _inputs_files_js__WEBPACK_IMPORTED_MODULE_4__/* .readTextFile */ .Gu,
    isFolderEmpty: async (path) => {
        try {
            return (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(path)).length === 0;
        }
        catch (error) {
            return (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_6__/* .systemErrorCode */ .vq)(error) === 'ENOENT';
        }
    },
    // Loaded only when used, because it takes a quarter of the action's start.
    workflowEvent: async () => (await __nccwpck_require__.e(/* import() */ 157).then(__nccwpck_require__.bind(__nccwpck_require__, 157))).context,
});
endWatch();
(0,_time_end_process_js__WEBPACK_IMPORTED_MODULE_9__/* .endProcess */ .J)(succeeded ? _actions_core__WEBPACK_IMPORTED_MODULE_2__.ExitCode.Success : _actions_core__WEBPACK_IMPORTED_MODULE_2__.ExitCode.Failure, {
    canBeKilled: _time_signals_js__WEBPACK_IMPORTED_MODULE_0__/* .cancelledByRunner */ .V.aborted,
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 3211:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Gv: () => (/* binding */ isObject),
/* harmony export */   Hu: () => (/* binding */ readAgentSettings),
/* harmony export */   Lm: () => (/* binding */ mapAgentSettings),
/* harmony export */   Lv: () => (/* binding */ toFields),
/* harmony export */   S0: () => (/* binding */ restoreSettings),
/* harmony export */   YL: () => (/* binding */ compareAgentSettings),
/* harmony export */   ec: () => (/* binding */ imageOrBuildOf),
/* harmony export */   tj: () => (/* binding */ agentSettings)
/* harmony export */ });
const text = (value) => typeof value === 'string' ? value : undefined;
const count = (value) => typeof value === 'number' ? value : undefined;
const flag = (value) => typeof value === 'boolean' ? value : undefined;
/** The first text of a list; null if the list is empty. */
const firstText = (value) => {
    if (!Array.isArray(value))
        return undefined;
    const [first] = value;
    return first === undefined ? null : text(first);
};
const spec = 'deployment.manifest.spec';
/**
 * The settings of an agent, one per row. Requests, responses and the plan's comparison come from these
 * rows. `inputs/agent-settings.ts` has a table of the same names, with the inputs and the keys of the
 * settings file.
 */
const agentSettings = {
    image: {
        name: 'image',
        field: 'image',
        shownAt: [`${spec}.image`],
        read: text,
        isImageOrBuild: true,
    },
    buildId: {
        name: 'build-id',
        field: 'buildId',
        shownAt: ['deployment.buildId'],
        read: text,
        isImageOrBuild: true,
    },
    secretSet: {
        name: 'secret-set',
        field: 'secretSet',
        shownAt: [`${spec}.envFromSecretNames`],
        read: firstText,
        isUnsetIfMissing: true,
    },
    imagePullSecretSet: {
        name: 'image-credentials',
        field: 'imagePullSecretSet',
        shownAt: [`${spec}.imagePullSecretName`],
        read: text,
        isUnsetIfMissing: true,
    },
    minAgents: {
        name: 'min-agents',
        field: 'autoScaling.minAgents',
        shownAt: ['autoScaling.minReplicas', `${spec}.autoScaling.minReplicas`],
        read: count,
    },
    maxAgents: {
        name: 'max-agents',
        field: 'autoScaling.maxAgents',
        shownAt: ['autoScaling.maxReplicas', `${spec}.autoScaling.maxReplicas`],
        read: count,
    },
    agentProfile: {
        name: 'agent-profile',
        field: 'agentProfile',
        shownAt: ['agentProfile'],
        read: text,
    },
    architecture: {
        name: 'architecture',
        field: 'architecture',
        shownAt: [`${spec}.arch`],
        read: text,
    },
    /** Seconds. If it is not set, the platform's default applies. */
    maxSessionDuration: {
        name: 'max-session-duration',
        field: 'maxSessionDuration',
        shownAt: [`${spec}.maxSessionDurationSeconds`],
        read: count,
        isUnsetIfMissing: true,
    },
    krispVivaAudioFilter: {
        name: 'krisp-viva-audio-filter',
        field: 'krispViva.audioFilter',
        shownAt: ['krispViva.audioFilter'],
        read: text,
        isUnsetIfMissing: true,
        off: 'off',
    },
    websocketAuth: {
        name: 'websocket-auth',
        field: 'websocketAuth',
        shownAt: ['websocketAuth'],
        read: text,
    },
    managedKeys: {
        name: 'enable-managed-keys',
        field: 'enableIntegratedKeysProxy',
        shownAt: ['enableIntegratedKeysProxy'],
        read: flag,
    },
    /** Kubernetes quantities, only for self-hosted regions, and not together with a profile. */
    cpu: { name: 'resources.cpu', field: 'resources.cpu', shownAt: [], read: text },
    memory: { name: 'resources.memory', field: 'resources.memory', shownAt: [], read: text },
};
const agentSettingNames = Object.keys(agentSettings);
/** Computes a value for every setting. */
function mapAgentSettings(work) {
    return Object.fromEntries(agentSettingNames.map((name) => [name, work(name)]));
}
/** Converts settings to the fields of a request. */
function toFields(settings) {
    const fields = {};
    for (const name of agentSettingNames) {
        const value = toSent(name, settings[name]);
        if (value === undefined)
            continue;
        const [first = '', second] = agentSettings[name].field.split('.');
        fields[first] =
            second === undefined ? value : { ...fields[first], [second]: value };
    }
    return fields;
}
/** Converts a value for the platform, where null means off. */
function toSent(name, value) {
    const { off } = agentSettings[name];
    return value !== undefined && value === off ? null : value;
}
/** Reads the settings from the response about an agent. */
function readAgentSettings(response) {
    return mapAgentSettings((name) => shown(agentSettings[name], response));
}
function shown({ shownAt, read, isUnsetIfMissing }, response) {
    for (const place of shownAt) {
        const keys = place.split('.');
        const parent = keys.slice(0, -1).reduce(valueAt, response);
        const value = valueAt(parent, keys.at(-1) ?? '');
        if (value !== undefined && value !== null)
            return read(value);
        if (isUnsetIfMissing && isObject(parent))
            return null;
    }
    return undefined;
}
function valueAt(object, key) {
    return isObject(object) ? object[key] : undefined;
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** An image that can be sent again; responses redact the image of a cloud build. */
const sendableImage = /^[\w./:-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})$/;
/** The image or build of an agent, to be sent again; undefined if the response does not show it. */
function imageOrBuildOf({ image, buildId, }) {
    if (buildId !== undefined)
        return { buildId };
    return image !== undefined && sendableImage.test(image) ? { image } : undefined;
}
/**
 * Finds the settings that undo what was sent.
 *
 * @param runsNewBuild whether the request also had a build that `sent` does not name
 */
function restoreSettings(had, sent, runsNewBuild) {
    const irreversible = [];
    const restored = (name) => {
        const { isImageOrBuild, off } = agentSettings[name];
        const given = toSent(name, sent[name]);
        const value = had[name];
        if (isImageOrBuild || given === undefined || given === value)
            return undefined;
        if (value !== null && value !== undefined)
            return value;
        if (value === null && off !== undefined)
            return off;
        irreversible.push({ name, because: value === null ? 'unset-before' : 'not-shown' });
        return undefined;
    };
    const settings = mapAgentSettings(restored);
    // A request with one bound may reset the other.
    const isScaled = settings.minAgents !== undefined || settings.maxAgents !== undefined;
    const bounds = isScaled ? { minAgents: had.minAgents, maxAgents: had.maxAgents } : {};
    return { settings: { ...settings, ...bounds, ...restoredImageOrBuild() }, irreversible };
    function restoredImageOrBuild() {
        const { image, buildId } = had;
        const isSame = sent.buildId === undefined
            ? sent.image === undefined || (buildId === undefined && sent.image === image)
            : sent.buildId === buildId;
        if (isSame && !runsNewBuild)
            return {};
        const before = imageOrBuildOf(had);
        if (before !== undefined)
            return before;
        irreversible.push({ name: 'buildId', because: 'not-shown' });
        return {};
    }
}
/**
 * Compares the wanted settings with those of an agent: `before` is undefined if the response does not
 * show a setting, and null if it is not set; `after` is null to switch it off.
 */
function compareAgentSettings(observed, wanted) {
    return agentSettingNames.flatMap((key) => {
        const { name, isImageOrBuild } = agentSettings[key];
        const after = toSent(key, wanted[key]);
        if (after === undefined)
            return [];
        const own = observed?.[key];
        // An image replaces a build, and a build replaces an image.
        const before = isImageOrBuild && own !== after ? (observed?.buildId ?? observed?.image) : own;
        return [{ name, before, after }];
    });
}


/***/ }),

/***/ 8771:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   EH: () => (/* binding */ parseBuild),
/* harmony export */   HW: () => (/* binding */ saysExecFormatError),
/* harmony export */   Jt: () => (/* binding */ flag),
/* harmony export */   K3: () => (/* binding */ parser),
/* harmony export */   N8: () => (/* binding */ parseAgent),
/* harmony export */   Nk: () => (/* binding */ readErrorBody),
/* harmony export */   Qq: () => (/* binding */ text),
/* harmony export */   Ry: () => (/* binding */ parseSecretSets),
/* harmony export */   SP: () => (/* binding */ shown),
/* harmony export */   TC: () => (/* binding */ parseBuildLogs),
/* harmony export */   TO: () => (/* binding */ parseAcceptance),
/* harmony export */   Tf: () => (/* binding */ parseRegions),
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   UI: () => (/* binding */ AnswerShapeError),
/* harmony export */   Wh: () => (/* binding */ parseDeletion),
/* harmony export */   XQ: () => (/* binding */ parseUploadForm),
/* harmony export */   ZV: () => (/* binding */ parseStartedBuild),
/* harmony export */   bY: () => (/* binding */ hasBuildEnded),
/* harmony export */   dM: () => (/* binding */ parseBuilds),
/* harmony export */   dl: () => (/* binding */ parseLogs),
/* harmony export */   eE: () => (/* binding */ parseOrganizations),
/* harmony export */   k5: () => (/* binding */ parseSecretSet),
/* harmony export */   ld: () => (/* binding */ parseAgentNames),
/* harmony export */   n8: () => (/* binding */ parseAgentProfiles),
/* harmony export */   tK: () => (/* binding */ parseDefaultRegion)
/* harmony export */ });
/* harmony import */ var valibot__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7934);
/* harmony import */ var _http_confidential_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8036);
/* harmony import */ var _agent_settings_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3211);



/** A response has an unexpected shape. The message names the fields, but does not quote them. */
class AnswerShapeError extends Error {
    constructor(message) {
        super(message);
        this.name = 'AnswerShapeError';
    }
}
/** Makes a parser of responses from a schema. Unknown fields are allowed. */
function parser(schema) {
    return (answer) => {
        const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(schema, answer);
        if (result.success)
            return result.output;
        if (answer === undefined)
            throw new AnswerShapeError('the response is empty');
        const places = result.issues.map((issue) => valibot__WEBPACK_IMPORTED_MODULE_1__/* .getDotPath */ .BuJ(issue) ?? 'the whole');
        throw new AnswerShapeError(`the response is JSON, but has an unexpected shape (${[...new Set(places)].slice(0, 5).join(', ')})`);
    };
}
/** An object of which only one field is needed. */
function field(name, schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ [name]: schema }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((object) => object[name]));
}
/** A field that may be missing or null; both become undefined. */
function optional(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .nullish */ .cl6(schema, () => undefined);
}
/** A field for display only: an unexpected type reads as undefined. */
function shown(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .NpB(optional(schema), undefined);
}
const text = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP());
const count = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig());
const flag = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY());
/** A time, as milliseconds since the epoch; undefined if it is missing or unreadable. */
const time = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(text, valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((timestamp) => {
    const milliseconds = Date.parse(timestamp ?? '');
    return Number.isNaN(milliseconds) ? undefined : milliseconds;
}));
const notShown = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(() => undefined));
/** The readable entries of a list: an entry of somebody else must not stop a release. */
function entries(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J()), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((list) => list.flatMap((entry) => {
        const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(schema, entry);
        return result.success ? [result.output] : [];
    })));
}
/** The same for a list that the release depends on: if no entry is readable, parsing fails. */
function decidingEntries(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .lazy */ .RZV((list) => Array.isArray(list) && !list.some((entry) => valibot__WEBPACK_IMPORTED_MODULE_1__.is(schema, entry))
        ? valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(schema)
        : entries(schema));
}
/** The same for a list for display only: empty if it is missing or no list. */
function shownEntries(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .NpB(valibot__WEBPACK_IMPORTED_MODULE_1__/* .nullish */ .cl6(entries(schema), []), []);
}
/** Any other word is a status on the way to these. An older API omits the status of a ready set. */
const statusSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .nullish */ .cl6(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), 'ready'), valibot__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .NpB(valibot__WEBPACK_IMPORTED_MODULE_1__/* .picklist */ .KIO(['pending', 'ready', 'failed', 'unknown']), 'pending'));
const regionFields = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({
    code: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    display_name: text,
    supported_architectures: shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())),
    default_architecture: text,
});
/** How the codes of self-hosted regions begin. */
const selfHostedCode = 'pce-';
const selfHostedWords = /\bself[-_ ]?hosted\b/i;
/**
 * Whether a region is the customer's own cluster. The API documents no field for this, so this checks
 * the code, the name and every field that could say so.
 */
function isSelfHosted({ code, ...entry }) {
    if (code.startsWith(selfHostedCode))
        return true;
    return Object.entries(entry).some(([name, value]) => typeof value === 'string'
        ? selfHostedWords.test(value)
        : value === true && /^(?:is)?[-_]?self[-_]?hosted$/i.test(name));
}
const regionSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(regionFields, valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((entry) => ({
    code: entry.code,
    /** Undefined on older APIs. */
    supportedArchitectures: entry.supported_architectures,
    /** What runs if a deploy names no architecture; undefined on older APIs. */
    defaultArchitecture: entry.default_architecture,
    /** Whether it is the customer's own cluster, which has only referenced sets. */
    ...(isSelfHosted(entry) ? { isSelfHosted: true } : {}),
})));
const parseRegions = parser(field('regions', decidingEntries(regionSchema)));
const parseDefaultRegion = parser(field('properties', field('defaultRegion', valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())));
const organization = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    id: text,
    /** The name that the dashboard shows; organizations may share it. */
    verboseName: text,
});
const parseOrganizations = parser(field('organizations', decidingEntries(organization)));
const secretSetKinds = ['secret', 'imagePullSecret'];
const secretSet = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    region: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    status: statusSchema,
    errorMessage: text,
    source: text,
    secrets: shownEntries(field('fieldName', valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())),
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ region, status, errorMessage, source, secrets }) => ({
    region,
    status,
    /** The platform's words about a failure. */
    errorMessage,
    keys: secrets,
    /** Whether it is a Kubernetes Secret of a self-hosted region, which is bound by name and never written. */
    referenced: source === 'referenced',
})));
const parseSecretSet = parser(secretSet);
/** The name alone decides whether a set belongs to the release. */
const listedSet = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), errorMessage: text, source: text });
/** Fields that a release needs of its own sets. */
const decidingFields = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ type: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), region: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), status: statusSchema });
const parseSecretSets = parser(field('sets', valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(decidingEntries(listedSet), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((sets) => sets.flatMap(toListedSet)))));
function toListedSet(set) {
    const { name, errorMessage, source } = set;
    const shownFields = { name, errorMessage, referenced: source === 'referenced' };
    const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(decidingFields, set);
    if (!result.success) {
        const unreadable = result.issues.map((issue) => valibot__WEBPACK_IMPORTED_MODULE_1__/* .getDotPath */ .BuJ(issue) ?? '');
        return [{ ...shownFields, kind: 'secret', region: '', status: 'unknown', unreadable }];
    }
    const { type, ...deciding } = result.output;
    // A release ignores sets of an unknown kind.
    const kind = secretSetKinds.find((one) => one === type);
    return kind === undefined ? [] : [{ ...shownFields, ...deciding, kind }];
}
/** Whether one of the original texts says that the image is for another processor. */
function saysExecFormatError(texts) {
    return texts.some((one) => one !== undefined && /exec format error/i.test(one));
}
/** Searches the original texts, because redaction may remove the words. */
function execFormatErrorIn(texts) {
    return saysExecFormatError(texts) ? { isExecFormatError: true } : {};
}
const healthSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    headline: text,
    ready: flag,
    reason: text,
    restartCount: count,
    replicasStarted: count,
    lastExitCode: count,
    lastTerminationReason: text,
    message: text,
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((health) => ({
    ...health,
    ...execFormatErrorIn([health.headline, health.message]),
})));
const revision = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    deploymentID: text,
    phase: text,
    readyReplicas: count,
    health: shown(healthSchema),
    hasInfrastructureIssue: flag,
});
/** An error in the response about an agent, or the body of an error response. */
const errorFields = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    code: shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KCZ([valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig()]), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((code) => String(code)))),
    message: text,
    error: text,
});
const errorBody = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .parseJson */ .qFJ(), errorFields);
/** Reads the words of an error response; nothing if it is not the platform's. */
function readErrorBody(body) {
    const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(errorBody, body);
    if (!result.success)
        return {};
    const { code, message, error } = result.output;
    return { code, message: error ?? message };
}
const condition = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ type: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), status: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), reason: text, message: text });
const deploymentWithId = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ id: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()) });
/** `agent-settings.ts` reads the settings from the fields that are not listed here. */
const agentFields = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({
    name: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    region: text,
    ready: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY()),
    available: flag,
    desiredDeploymentId: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    activeDeploymentId: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    reconciledDeploymentId: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    errors: shownEntries(errorFields),
    conditions: shownEntries(condition),
    currentRevision: shown(revision),
    previousRevision: shown(revision),
    warning: text,
    createdAt: time,
    git: shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ repoFullName: text, branch: text, autoDeploy: flag })),
    deployment: valibot__WEBPACK_IMPORTED_MODULE_1__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_1__/* .lazy */ .RZV((deployment) => ((0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(deployment) ? deploymentWithId : notShown))),
});
/** The names of the bound sets. */
const boundSets = field('envFromSecretNames', valibot__WEBPACK_IMPORTED_MODULE_1__/* .nullish */ .cl6(valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()), []));
const bindings = shown(field('deployment', field('manifest', field('spec', boundSets))));
function toAgent(answer) {
    const { deployment, git } = answer;
    return {
        region: answer.region,
        /** Milliseconds since the epoch; undefined if the response does not show it. */
        createdAt: answer.createdAt,
        /** The deployment that the agent should run. */
        desiredDeploymentId: answer.desiredDeploymentId ?? answer.activeDeploymentId ?? deployment?.id,
        /** The deployment that the operator has started; `ready` is about this one. */
        reconciledDeploymentId: answer.reconciledDeploymentId,
        ready: answer.ready ?? false,
        /** Whether any deployment is serving, including the previous one. */
        available: answer.available ?? false,
        /** Errors that the platform reports about the started deployment. */
        errors: answer.errors.map(({ code, message, error }) => ({
            code,
            message: message ?? error ?? 'no message',
            ...execFormatErrorIn([message, error]),
        })),
        conditions: answer.conditions,
        currentRevision: answer.currentRevision,
        previousRevision: answer.previousRevision,
        /** The platform's warning about a create or an update. */
        warning: answer.warning,
        /** The connected branch, if the platform builds from one. */
        git: git && {
            /** `owner/name`. */
            repository: git.repoFullName,
            branch: git.branch,
            /** Whether a push deploys; true if the response does not show it. */
            autoDeploy: git.autoDeploy ?? true,
        },
        settings: (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .readAgentSettings */ .Hu)(answer),
        /** The secret sets that it binds; undefined if the response does not show them. */
        secretSets: valibot__WEBPACK_IMPORTED_MODULE_1__/* .parse */ .qgA(bindings, answer),
    };
}
/** The organization surface wraps an agent in `body`. */
const parseAgent = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((answer) => (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(answer) && (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(answer['body']) ? answer['body'] : answer), agentFields, 
// Each field is optional, so without this check any object would pass.
valibot__WEBPACK_IMPORTED_MODULE_1__/* .check */ .z6Y(({ name, desiredDeploymentId, deployment }) => (name ?? desiredDeploymentId ?? deployment?.id) !== undefined), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(toAgent)));
/** Undefined for an agent whose entry cannot be read. */
const parseAgentNames = parser(field('services', valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(shown(field('name', valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())))));
const parseLogs = parser(field('logs', entries(field('log', valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()))));
const parseAgentProfiles = parser(field('agentProfiles', valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(decidingEntries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ api_name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), enabled: flag })), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((profiles) => profiles.filter(({ enabled }) => enabled !== false).map(({ api_name }) => api_name)))));
const buildSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    id: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    /** `pending`, `building`, `success`, `failed`, `timeout`, or an unknown word. */
    status: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    region: text,
    /** First 16 hex digits of the MD5 of the context's archive. */
    contextHash: text,
    /** Relative to the context. */
    dockerfilePath: text,
    errorMessage: text,
    buildDurationSeconds: count,
    /** Milliseconds since the epoch. */
    createdAt: time,
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ buildDurationSeconds, ...build }) => ({
    ...build,
    /** Seconds; undefined until the build has ended. */
    duration: buildDurationSeconds,
})));
/** Statuses of a build that has ended; the words differ between versions of the API. */
const ended = /^(success|succeeded|fail|timed?[_-]?out|cancel|error|expire|abort|reject|terminated)/i;
/** Whether the status of a build is final. Only `success` is a success. */
function hasBuildEnded(status) {
    return ended.test(status);
}
const parseBuild = parser(field('build', buildSchema));
const parseBuilds = parser(field('builds', entries(buildSchema)));
const parseStartedBuild = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ build: buildSchema, contextHash: text, cached: flag }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ build, contextHash, cached }) => ({
    build,
    /** The platform's name for the context, which equals the hash computed here. */
    contextHash,
    /** Whether the platform reuses an earlier build. */
    isCached: cached ?? false,
}))));
const parseBuildLogs = parser(field('logs', entries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())));
const parseUploadForm = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    uploadId: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    // Over plain HTTP, somebody on the way could read or change the context.
    uploadUrl: valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .check */ .z6Y((url) => URL.canParse(url) && (0,_http_confidential_js__WEBPACK_IMPORTED_MODULE_2__/* .isConfidential */ .F)(new URL(url)))),
    uploadFields: valibot__WEBPACK_IMPORTED_MODULE_1__/* .record */ .g1P(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ uploadId, uploadUrl, uploadFields }) => ({
    uploadId,
    url: uploadUrl,
    /** The fields of the form, in order. Anybody who has them can upload. */
    fields: uploadFields,
}))));
/** A word that says no. */
const refusal = /^(?:error|fail|reject|refuse|denied|invalid|not\b)/i;
const refusedWrite = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ status: valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .regex */ .yGV(refusal)) });
/**
 * The platform accepts a write with any 2xx response, unless its `status` says no. (HTML from a gateway
 * fails before, because it is not JSON.)
 */
function parseAcceptance(answer) {
    if (valibot__WEBPACK_IMPORTED_MODULE_1__.is(refusedWrite, answer)) {
        throw new AnswerShapeError('the response is 2xx, but its `status` says no');
    }
}
/** A word that does not say no. */
const agreement = /^(?!error|fail|reject|refuse|denied|invalid)[a-z]+$/i;
const acknowledgement = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ status: valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .regex */ .yGV(agreement)) });
/** The response to a deletion may be empty. */
const parseDeletion = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .optional */ .lqM(acknowledgement), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(() => 'deleted')));


/***/ }),

/***/ 1593:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Lx: () => (/* binding */ RedirectError),
/* harmony export */   RA: () => (/* binding */ CallError),
/* harmony export */   Rc: () => (/* binding */ ConnectionError),
/* harmony export */   SD: () => (/* binding */ NotSentError),
/* harmony export */   Xs: () => (/* binding */ StatusError),
/* harmony export */   Zi: () => (/* binding */ InterruptedCallError),
/* harmony export */   i5: () => (/* binding */ NoAnswerError),
/* harmony export */   mP: () => (/* binding */ UnreadableAnswerError),
/* harmony export */   oW: () => (/* binding */ UploadError)
/* harmony export */ });
/* harmony import */ var _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6690);
/* harmony import */ var _text_look_up_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(4204);
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7819);
/* harmony import */ var _http_status_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1124);
/* harmony import */ var _http_connection_failure_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5249);





/** A call to the platform that brought no usable response. */
class CallError extends Error {
    call;
    kind;
    /** What happened, as a clause that can follow "because". */
    reason;
    /** Whether the same request may succeed a moment later. */
    isTransient;
    /** Whether the platform may have carried out the request; `isTransient` by default. */
    mayBeCarriedOut;
    /** The status of the response, if there was one. */
    status;
    /** The error code of the platform or its storage, without known secrets. */
    code;
    /** Milliseconds from the `Retry-After` header. */
    retryAfter;
    /** The id that the server gave the request; support asks for it. */
    requestId;
    /** How many times the request was sent. */
    attempts = 1;
    /** The limit that left no time for another attempt. */
    outOfTime;
    /** Whether an attempt at a write brought no response, so the platform may have carried it out. */
    isInDoubt = false;
    #request;
    constructor(call, failure) {
        const { reason, cause } = failure;
        super(`${call.method} ${call.path}: ${reason}`, cause === undefined ? {} : { cause });
        this.name = new.target.name;
        this.call = withoutBody(call);
        this.#request = call;
        this.kind = failure.kind;
        this.reason = reason;
        this.isTransient = failure.isTransient;
        this.mayBeCarriedOut = failure.mayBeCarriedOut ?? failure.isTransient;
        this.status = failure.status;
        this.code = failure.code;
        this.retryAfter = failure.retryAfter;
        this.requestId = failure.requestId;
    }
    /** Whether this very request failed, and not another one that equals it. */
    isOf(request) {
        return this.#request === request;
    }
}
/** Anybody may print an error, and the body of a request contains secrets. */
function withoutBody({ method, path }) {
    return { method, path };
}
/** The run was cancelled during a write, so it is unknown whether the platform carried it out. */
class InterruptedCallError extends _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc {
    call;
    constructor(call, cancelled, cause) {
        super(cancelled.signal, { cause });
        this.name = 'InterruptedCallError';
        this.message = `${call.method} ${call.path}: ${this.message}`;
        this.call = withoutBody(call);
    }
}
/** Words of a refusal for which billing is the reason. */
const billing = /\b(?:billing|payment|spend(?:ing)? limit|account (?:is |has been )?(?:suspended|disabled))\b/i;
/** The platform, or a gateway in front of it, answered with an error status. */
class StatusError extends CallError {
    #said;
    constructor(call, status, response = {}) {
        const { code, message, said = { code, message }, retryAfter } = response;
        const kind = statusKind(call, status, said);
        const mayBeCarriedOut = (0,_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .classifyStatus */ .x)(status) === 'inconclusive';
        super(call, {
            kind,
            reason: `the response was ${status}${message === undefined ? '' : `: ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .h)(message)}`}`,
            isTransient: mayBeCarriedOut || kind === 'rate-limited',
            mayBeCarriedOut,
            status,
            code,
            retryAfter,
        });
        if (code)
            this.message += ` (${code})`;
        this.#said = said;
    }
    /** Whether the platform's original message matches. */
    says(pattern) {
        return pattern.test(this.#said.message ?? '');
    }
    /** Looks up the platform's original code in a table. */
    lookUpCode(table) {
        return (0,_text_look_up_js__WEBPACK_IMPORTED_MODULE_4__/* .lookUp */ .T)(table, this.#said.code);
    }
}
function statusKind({ path }, status, { message }) {
    if (status === 401)
        return 'credential-refused';
    if (status === 402 || (status < 500 && billing.test(message ?? '')))
        return 'billing-required';
    if (status === 403)
        return 'permission-denied';
    if (status === 409 && path.includes('/secrets/'))
        return 'concurrent-write';
    const statusClass = (0,_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .classifyStatus */ .x)(status);
    if (statusClass === 'rate-limited')
        return 'rate-limited';
    return statusClass === 'inconclusive' ? 'platform-unavailable' : 'request-refused';
}
const connectionKinds = {
    certificate: 'certificate-not-accepted',
    'proxy-refusal': 'proxy-refused',
    unreachable: 'platform-unavailable',
    broken: 'platform-unavailable',
};
/** The connection could not be opened, or broke before the response began. */
class ConnectionError extends CallError {
    /** Whether the name does not resolve or nothing listens, which rarely changes by itself. */
    isUnreachable;
    constructor(call, cause) {
        const { kind, reason } = (0,_http_connection_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .connectionFailure */ .D)(cause);
        super(call, {
            kind: connectionKinds[kind],
            reason,
            isTransient: kind === 'unreachable' || kind === 'broken',
            mayBeCarriedOut: kind === 'broken',
            cause,
        });
        this.isUnreachable = kind === 'unreachable';
    }
}
/** No complete response came within the time limit of a request. */
class NoAnswerError extends CallError {
    /** @param waited milliseconds */
    constructor(call, waited) {
        const seconds = (waited / 1000).toFixed(waited < 10_000 ? 1 : 0);
        super(call, {
            kind: 'platform-unavailable',
            reason: `no answer came within ${seconds} s`,
            isTransient: true,
        });
    }
}
/** The time limit of the step passed before the request could be sent. */
class NotSentError extends CallError {
    constructor(call, deadline) {
        const reason = 'no time was left to send it';
        super(call, { kind: 'platform-unavailable', reason, isTransient: false });
        this.attempts = 0;
        this.outOfTime = deadline;
    }
}
/** The response was cut off, is not JSON, or has an unexpected shape. */
class UnreadableAnswerError extends CallError {
    constructor(call, reason, options) {
        super(call, { kind: 'answer-unreadable', reason, isTransient: true, cause: options?.cause });
    }
}
/** The platform answered with a redirect, which the action does not follow with a credential. */
class RedirectError extends CallError {
    /** @param target scheme and host */
    constructor(call, status, target) {
        const reason = `the response was a redirect (${status}) to ${target}`;
        super(call, { kind: 'redirected', reason, isTransient: false, status });
    }
}
/** Codes of storage that a new form or another attempt may resolve. */
const transientStorageCodes = new Set([
    'RequestTimeout',
    'RequestTimeTooSkewed',
    'IncompleteBody',
    'ExpiredToken',
    'SlowDown',
]);
/** Storage did not accept an upload. */
class UploadError extends CallError {
    /** @param origin scheme and host only, because path and query may contain signatures */
    constructor(origin, failure) {
        super({ method: 'POST', path: origin }, { kind: 'upload-failed', ...describe(failure) });
    }
}
function describe(failure) {
    if ('reason' in failure)
        return { ...failure, isTransient: true };
    if (!('status' in failure)) {
        const { kind, reason } = (0,_http_connection_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .connectionFailure */ .D)(failure.cause);
        return { ...failure, reason, isTransient: kind === 'unreachable' || kind === 'broken' };
    }
    const { status, code, message, said = { code, message } } = failure;
    const words = [code, message].filter((word) => word !== undefined).join(': ');
    return {
        ...failure,
        reason: `the storage answered ${status}${words === '' ? '' : ` (${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_3__/* .quote */ .h)(words)})`}`,
        isTransient: isTransientResponse(status, said),
    };
}
function isTransientResponse(status, { code, message }) {
    if (['inconclusive', 'rate-limited'].includes((0,_http_status_js__WEBPACK_IMPORTED_MODULE_2__/* .classifyStatus */ .x)(status)))
        return true;
    // A 403 without a code may mean that the form has expired.
    const mayHaveExpired = code === undefined || /expired/i.test(message ?? '');
    return (status === 403 && mayHaveExpired) || transientStorageCodes.has(code);
}


/***/ }),

/***/ 5636:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Gw: () => (/* binding */ regionCode),
/* harmony export */   Lp: () => (/* binding */ agentName),
/* harmony export */   Nc: () => (/* binding */ platformAgentProfiles),
/* harmony export */   _u: () => (/* binding */ secretSetName),
/* harmony export */   ie: () => (/* binding */ agentProfileName),
/* harmony export */   oF: () => (/* binding */ secretKey),
/* harmony export */   rA: () => (/* binding */ imageReference),
/* harmony export */   uz: () => (/* binding */ buildId)
/* harmony export */ });
const secretSetName = {
    pattern: /^(?=.{3,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    rule: '3 to 63 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit',
};
const secretKey = {
    pattern: /^[a-zA-Z0-9_-]{1,64}$/,
    rule: '1 to 64 letters, digits, underscores and hyphens',
};
const agentName = {
    pattern: /^(?=.{2,54}$)[a-z0-9]([-a-z0-9]*[a-z0-9])$/,
    rule: '2 to 54 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
};
const agentProfileName = {
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    rule: 'lower-case letters, digits and hyphens, such as agent-1x or the name of a custom profile',
};
/** The profiles that every organization has. */
const platformAgentProfiles = ['agent-1x', 'agent-2x', 'agent-3x'];
const regionCode = {
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    rule: 'one or several region codes: lower-case letters, digits and hyphens, such as us-west',
};
const buildId = {
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    rule: 'the UUID of a cloud build',
};
/** An image reference with a tag, a digest, or both. */
const imageReference = {
    pattern: /^(?=.{1,512}$)([a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?(:[0-9]+)?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
    rule: 'an image with a tag or digest, such as ghcr.io/acme/agent:1.4.2 or ghcr.io/acme/agent@sha256:…',
};


/***/ }),

/***/ 6605:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  V: () => (/* binding */ PublicSurface),
  A: () => (/* binding */ Sessions)
});

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __nccwpck_require__(7934);
// EXTERNAL MODULE: ./lib/secrecy/secret-value.js
var secret_value = __nccwpck_require__(7734);
// EXTERNAL MODULE: ./lib/pipecat/answers.js
var answers = __nccwpck_require__(8771);
;// CONCATENATED MODULE: ./lib/pipecat/session-answers.js



const started = dist/* object */.Ikc({ sessionId: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq()) });
const parseStarted = (0,answers/* parser */.K3)(started);
/** Fields of the response to a start that are not secret. */
const publicFields = ['sessionId', 'dailyRoom', 'wsUrl', 'urls', 'url'];
/** Shorter texts are not credentials, and may be part of a word. */
const shortestCredential = 8;
function parseStartedSession(answer) {
    const { sessionId } = parseStarted(answer);
    return {
        sessionId,
        credentials: [...new Set(textsIn(answer))]
            .filter((value) => value.length >= shortestCredential && value !== sessionId)
            .map((value) => new secret_value/* SecretValue */.i(value)),
    };
}
/** Every text of a response at any depth, except in public fields. */
function* textsIn(value) {
    if (typeof value === 'string')
        yield value;
    else if (Array.isArray(value))
        for (const item of value)
            yield* textsIn(item);
    else if (typeof value === 'object' && value !== null) {
        for (const [name, field] of Object.entries(value))
            if (!publicFields.includes(name))
                yield* textsIn(field);
    }
}
const session = dist/* pipe */.FsL(dist/* object */.Ikc({
    sessionId: dist/* string */.YjP(),
    deploymentId: answers/* text */.Qq,
    endedAt: dist/* nullish */.cl6(dist/* unknown */.L5J()),
    botStartSeconds: answers/* count */.U9,
    coldStart: answers/* flag */.Jt,
    /** Such as `HTTP_COMPLETED` or an HTTP status; undefined until the session has ended. */
    completionStatus: (0,answers/* shown */.SP)(dist/* pipe */.FsL(dist/* union */.KCZ([dist/* string */.YjP(), dist/* number */.aig()]), dist/* transform */.pdi(String))),
}), dist/* transform */.pdi(({ endedAt, botStartSeconds, ...shownAsIs }) => ({
    ...shownAsIs,
    hasEnded: endedAt !== undefined && endedAt !== null,
    /** Seconds from the request to the start of the bot; undefined until the bot has started. */
    startSeconds: botStartSeconds,
})));
const parseSession = (0,answers/* parser */.K3)(session);
/** A page of the sessions of an agent, newest first, without entries that cannot be read. */
const parseSessions = (0,answers/* parser */.K3)(dist/* pipe */.FsL(dist/* object */.Ikc({ sessions: dist/* array */.YOg(dist/* fallback */.NpB(dist/* nullable */.mee(session), null)) }), dist/* transform */.pdi(({ sessions }) => ({
    /** Number of entries, readable or not. */
    entries: sessions.length,
    sessions: sessions.filter((one) => one !== null),
}))));
const named = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq());
/** The response to a stop may be empty, but must not be about something else. */
const parseStop = (0,answers/* parser */.K3)(dist/* pipe */.FsL(dist/* optional */.lqM(dist/* union */.KCZ([dist/* object */.Ikc({ status: named }), dist/* object */.Ikc({ session_id: named })])), dist/* transform */.pdi(() => undefined)));

;// CONCATENATED MODULE: ./lib/pipecat/sessions.js

/** The largest page that the platform returns. */
const pageSize = 100;
/** The most sessions to count. */
const maxCounted = 1000;
/** Sessions of agents, with a private credential. */
class Sessions {
    #caller;
    #surface;
    constructor(caller, surface) {
        this.#caller = caller;
        this.#surface = surface;
    }
    /** Reads a session; undefined if the platform does not know it. */
    session(agent, id, options = {}) {
        const path = this.#path(agent, `/${encodeURIComponent(id)}`);
        return this.#caller.find(path, parseSession, options);
    }
    /** Stops a session. A session that has ended or is unknown counts as stopped. */
    stop(agent, id, options = {}) {
        const path = this.#path(agent, `/${encodeURIComponent(id)}`);
        const absent = { status: 404, result: undefined };
        return this.#caller.call({ request: { method: 'DELETE', path }, parse: parseStop, absent }, options);
    }
    /** The ids of all running sessions, newest first. */
    async allRunning(agent, options = {}) {
        const ids = new Set();
        for (let offset = 0;; offset += pageSize) {
            const page = await this.#page(agent, offset, options);
            const known = ids.size;
            for (const { sessionId } of page.sessions)
                ids.add(sessionId);
            // If a page has nothing new, more pages would not end.
            if (page.entries < pageSize || ids.size === known)
                return [...ids];
        }
    }
    /** Counts the running sessions, up to a thousand. */
    async count(agent, options = {}) {
        const byDeployment = new Map();
        for (let offset = 0; offset < maxCounted; offset += pageSize) {
            const page = await this.#page(agent, offset, options);
            for (const { deploymentId } of page.sessions) {
                byDeployment.set(deploymentId, (byDeployment.get(deploymentId) ?? 0) + 1);
            }
            if (page.entries < pageSize)
                return { byDeployment, isCut: false };
        }
        return { byDeployment, isCut: true };
    }
    /** Without an agent, there are no sessions. */
    async #page(agent, offset, options) {
        const query = new URLSearchParams({
            status: 'active',
            limit: String(pageSize),
            offset: String(offset),
        });
        const path = this.#path(agent, `?${query.toString()}`);
        return (await this.#caller.find(path, parseSessions, options)) ?? { entries: 0, sessions: [] };
    }
    #path(agent, rest) {
        return this.#surface.agents(`/${encodeURIComponent(agent)}/sessions${rest}`);
    }
}
/** The API for a public API key: it starts sessions, and calls bots in them. */
class PublicSurface {
    #caller;
    /** @param caller sends with the public key */
    constructor(caller) {
        this.#caller = caller;
    }
    /**
     * Starts a session, without retries: a request whose response is lost may have started a session that
     * nobody can identify.
     */
    start(agent, how, options) {
        const { transport, body, expiresAt } = how;
        return this.#caller.call({
            request: {
                method: 'POST',
                path: `/v1/public/${encodeURIComponent(agent)}/start`,
                body: {
                    ...(transport === undefined ? {} : { transport }),
                    ...(transport === 'daily'
                        ? { createDailyRoom: true, dailyRoomProperties: { exp: expiresAt } }
                        : {}),
                    ...(body === undefined ? {} : { body }),
                },
            },
            parse: parseStartedSession,
        }, { ...options, attempts: 1 });
    }
    /**
     * Calls an endpoint of the bot; resolves if it answers 2xx.
     *
     * @param path without a leading slash
     */
    ask(agent, sessionId, path, options) {
        const session = encodeURIComponent(sessionId);
        return this.#caller.call({
            request: {
                method: 'GET',
                path: `/v1/public/${encodeURIComponent(agent)}/sessions/${session}/${path}`,
            },
            parse: () => undefined,
            ignoresBody: true,
        }, { ...options, attempts: 1 });
    }
}


/***/ }),

/***/ 6647:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J4: () => (/* binding */ nameInRegion),
/* harmony export */   KA: () => (/* binding */ pullRequestPlaceholder),
/* harmony export */   TL: () => (/* binding */ nameOfAnyVersion),
/* harmony export */   Tn: () => (/* binding */ nameOfVersion),
/* harmony export */   Wg: () => (/* binding */ versionPlaceholder),
/* harmony export */   ZC: () => (/* binding */ nameIn),
/* harmony export */   at: () => (/* binding */ isVersioned),
/* harmony export */   q5: () => (/* binding */ regionPlaceholder),
/* harmony export */   x4: () => (/* binding */ versionsOf)
/* harmony export */ });
/** Placeholders in names, for what is known only later. */
const regionPlaceholder = '{region}';
const versionPlaceholder = '{version}';
/** The number of the pull request, which the inputs replace because it is known first. */
const pullRequestPlaceholder = '{pr}';
/** An example of a version, to check a name whose version is not known. */
const anyVersion = '0'.repeat(8);
function nameInRegion(template, region) {
    return template.replaceAll(regionPlaceholder, region);
}
/** The name in a region; undefined if there is none. */
function nameIn(names, region) {
    const template = names?.in(region);
    return template === undefined ? undefined : nameInRegion(template, region);
}
/** Inserts a version into a name. Without a version, the placeholder stays, and no set has that name. */
function nameOfVersion(name, version) {
    return version === undefined ? name : name.replaceAll(versionPlaceholder, version);
}
/** A name with an example version, for checks of length and characters. */
function nameOfAnyVersion(name) {
    return nameOfVersion(name, anyVersion);
}
function isVersioned(name) {
    return name.includes(versionPlaceholder);
}
/** Makes a pattern that matches the name with any version, and nothing else. */
function versionsOf(name) {
    const parts = name.split(versionPlaceholder).map((part) => part.replace(/[.]/g, '\\.'));
    return new RegExp(`^${parts.join('[0-9a-f]{8}')}$`);
}


/***/ }),

/***/ 7375:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I4: () => (/* binding */ unclearSets),
/* harmony export */   QV: () => (/* binding */ adviceOnNames),
/* harmony export */   cU: () => (/* binding */ whyNotPreview)
/* harmony export */ });
/**
 * Checks whether an agent is the preview of the pull request. Its name is not enough: with `voice-{pr}`,
 * the preview of pull request 2 would have the name of production's `voice-2`.
 *
 * @returns why not, as a clause that follows the name of the agent; undefined if it is the preview
 */
function whyNotPreview({ createdAt }, { pullRequest, openedAt, hasUniqueName }) {
    if (createdAt !== undefined && openedAt !== undefined) {
        return createdAt < openedAt
            ? `was created at ${timeOf(createdAt)}, before pull request ${pullRequest} was opened (${timeOf(openedAt)}), so it is not its preview`
            : undefined;
    }
    return hasUniqueName
        ? undefined
        : `may not be the preview of pull request ${pullRequest}: its age is unknown, and its name does not contain \`pr-${pullRequest}\``;
}
/**
 * Existing sets that the release would write, although they may not belong to the preview. The platform
 * does not show when a set was created, so only an agent that binds it can show that.
 */
function unclearSets({ agent, secretSet, imagePullSecret }, before, existing) {
    const named = { secret: secretSet?.name, imagePullSecret: imagePullSecret?.name };
    const names = agent?.preview?.unclearSets.map((kind) => named[kind]) ?? [];
    // An earlier release has written the sets that the preview binds.
    const bound = [...(before?.secretSets ?? []), before?.settings.imagePullSecretSet];
    return existing.filter(({ name }) => names.includes(name) && !bound.includes(name));
}
const adviceOnNames = 'Give previews a name that nothing else has: the name of the repository and `pr-{pr}`, such as `order-desk-pr-{pr}`.';
/** Formats a time in UTC, to the second. */
function timeOf(milliseconds) {
    return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}


/***/ }),

/***/ 2458:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Fo: () => (/* binding */ collect),
/* harmony export */   K2: () => (/* binding */ ReleaseError),
/* harmony export */   TK: () => (/* binding */ AbandonedError),
/* harmony export */   Zd: () => (/* binding */ isStepFailure),
/* harmony export */   cd: () => (/* binding */ isInDoubt),
/* harmony export */   dJ: () => (/* binding */ failuresOf),
/* harmony export */   iB: () => (/* binding */ isCancellation),
/* harmony export */   jJ: () => (/* binding */ forEach),
/* harmony export */   lR: () => (/* binding */ SubjectError),
/* harmony export */   tX: () => (/* binding */ withSubject),
/* harmony export */   zg: () => (/* binding */ StepError)
/* harmony export */ });
/* harmony import */ var _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6690);
/* harmony import */ var _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1593);


/** An error with the set, agent or build that it is about. The cause is what went wrong. */
class SubjectError extends Error {
    subject;
    cause;
    constructor(subject, cause) {
        super(`${subject.kind} ${subject.name} in ${subject.region}: ${cause.message}`);
        this.name = 'SubjectError';
        this.subject = subject;
        this.cause = cause;
    }
}
/** Everything that failed in a release, in one region or in several at once. */
class ReleaseError extends Error {
    failures;
    constructor(failures) {
        super(failures.map(({ message }) => message).join('\n'), { cause: failures[0] });
        this.name = 'ReleaseError';
        this.failures = failures;
    }
}
/** The failures of an error, one by one. */
function failuresOf(error) {
    return error instanceof ReleaseError ? error.failures : [error];
}
/** Whether the run was cancelled and nothing else failed. */
function isCancellation(error) {
    return failuresOf(error).every((failure) => failure instanceof _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc);
}
/**
 * Does `work` on all items in parallel, and waits for all: a failure of one must not leave the others
 * half done.
 *
 * @throws ReleaseError with everything that failed
 */
async function forEach(items, work) {
    const results = await Promise.allSettled(items.map(work));
    const reasons = results.flatMap((result) => result.status === 'rejected' ? failuresOf(result.reason) : []);
    if (reasons.length > 0)
        throw new ReleaseError(reasons.map(asError));
}
/** Does `work`, and collects its failures for later. */
async function collect(failures, work) {
    try {
        await work();
    }
    catch (error) {
        if (!(error instanceof ReleaseError))
            throw error;
        failures.push(...error.failures);
    }
}
function asError(reason) {
    return reason instanceof Error ? reason : new Error('Something was thrown that is not an error');
}
/** Does `work` on a subject, and adds the subject to its errors. */
async function withSubject(subject, work) {
    try {
        return await work();
    }
    catch (error) {
        if (error instanceof SubjectError || error instanceof ReleaseError)
            throw error;
        // A cancelled run is not about the subject.
        if (error instanceof _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc || !(error instanceof Error))
            throw error;
        throw new SubjectError(subject, error);
    }
}
/** Whether the platform may have carried out a failed request, because its response was lost. */
function isInDoubt(error) {
    const cause = error instanceof SubjectError ? error.cause : error;
    if (cause instanceof _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .InterruptedCallError */ .Zi)
        return true;
    return cause instanceof _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CallError */ .RA && cause.isInDoubt;
}
/** Messages for the debug log. The report has those for people. */
const messages = {
    'organization-unknown': ({ named }) => named === undefined ? 'the token has no organization' : 'the token has no such organization',
    'provisioning-failed': ({ platformMessage }) => `provisioning failed: ${platformMessage ?? 'no message'}`,
    'secrets-timeout': ({ lastSeen, waited }) => `still ${lastSeen ?? 'unknown'} after ${waited} ms`,
    'secret-set-not-ready': () => 'the platform refused the deploy, because a set is not ready',
    'not-pruned': ({ failure }) => `pruning failed: ${failure.message}`,
    'secret-set-gone': () => 'the set no longer exists',
    'secret-set-missing': () => 'the platform does not show the new set',
    'agent-name-taken': () => 'the name is already taken',
    'deployment-unknown': () => 'the platform did not name the deployment',
    'build-failed': ({ buildId, status, platformMessage }) => `build ${buildId} ended with ${status}: ${platformMessage ?? 'no message'}`,
    'build-timeout': ({ buildId, lastSeen }) => `build ${buildId} is still ${lastSeen ?? 'unknown'}`,
    'build-gone': ({ buildId }) => `build ${buildId} no longer exists`,
    'build-missing': ({ buildId }) => `the platform does not show build ${buildId}`,
    'rollout-failed': ({ deploymentId, failure }) => `deployment ${deploymentId} failed: ${failure.code ?? failure.reason ?? 'no reason'}`,
    'wait-timeout': ({ deploymentId, lastSeen }) => `deployment ${deploymentId} is not ready: ${lastSeen}`,
    'smoke-test-failed': ({ deploymentId, because: { kind } }) => `the smoke test of deployment ${deploymentId} failed: ${kind}`,
    'smoke-test-key-refused': ({ refusal }) => `the platform rejected the public key: ${refusal.message}`,
    'drain-timeout': ({ left }) => `${left?.count ?? 'unknown'} sessions on older deployments`,
    superseded: ({ deploymentId, supersededBy }) => `deployment ${deploymentId} was superseded by ${supersededBy}`,
    'not-rolled-back': ({ failure }) => `the rollback failed: ${failure.message}`,
    'agent-gone': () => 'the agent no longer exists',
    'agent-missing': () => 'the platform does not show the new agent',
    'sessions-running': ({ count }) => `${count} sessions are still running`,
    'secret-set-in-use': () => 'the set is still in use',
};
/** A failure of a step: its kind, and the facts about it. */
class StepError extends Error {
    kind;
    facts;
    constructor(kind, facts, options) {
        super(messages[kind](facts), options);
        this.name = 'StepError';
        this.kind = kind;
        this.facts = facts;
    }
}
/** Whether an error is the failure of a step, of one of these kinds. */
function isStepFailure(error, ...kinds) {
    return error instanceof StepError && kinds.some((kind) => kind === error.kind);
}
/** The action abandoned work, because nothing needs its result anymore. This is not a failure of its own. */
class AbandonedError extends Error {
    /** Whether the platform continues the work. */
    isStillRunning;
    constructor({ isStillRunning }) {
        super('nothing needs this result anymore');
        this.name = 'AbandonedError';
        this.isStillRunning = isStillRunning;
    }
}


/***/ }),

/***/ 2472:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   BE: () => (/* binding */ isAnythingChanged),
/* harmony export */   EX: () => (/* binding */ hasNewDeployment),
/* harmony export */   FU: () => (/* binding */ newTargetRecord),
/* harmony export */   WD: () => (/* binding */ isAnyAgentChanged),
/* harmony export */   YL: () => (/* binding */ hasAgent),
/* harmony export */   et: () => (/* binding */ agentsOf),
/* harmony export */   jV: () => (/* binding */ buildsOf),
/* harmony export */   p1: () => (/* binding */ newAgentRecord),
/* harmony export */   vB: () => (/* binding */ secretSetsOf),
/* harmony export */   wr: () => (/* binding */ existingSet)
/* harmony export */ });
/* unused harmony export stepNames */
/** The steps of a run, in order. */
const stepNames = (/* unused pure expression or super */ null && ([
    'inputs',
    'context',
    'credential',
    'preflight',
    'provision',
    'readiness',
    'build',
    'deploy',
    'rollout',
    'smoke-test',
    'roll-back',
    'drain',
    'prune',
    'clean-up',
    'stop-sessions',
    'delete-agent',
    'delete-sets',
]));
/** Whether the deploy made a new deployment, as far as this run knows. */
function hasNewDeployment({ deploymentId, plan }) {
    return deploymentId !== plan.before?.desiredDeploymentId;
}
function hasAgent(target) {
    return target.agent !== undefined;
}
/** All sets that were written, bound or deleted. */
function secretSetsOf(record) {
    return [
        ...record.targets.flatMap(({ secretSets }) => secretSets),
        ...record.targets.flatMap(({ deletedVersions }) => deletedVersions),
    ];
}
function buildsOf({ targets }) {
    return targets.map(({ build }) => build).filter((build) => build !== undefined);
}
function agentsOf({ targets }) {
    return targets.map(({ agent }) => agent).filter((agent) => agent !== undefined);
}
/** Whether the run changed anything on the platform, or may have. */
function isAnythingChanged(record) {
    return (secretSetsOf(record).some(({ isChanged }) => isChanged) ||
        buildsOf(record).some(({ outcome }) => outcome !== 'skipped' && outcome !== 'reused') ||
        isAnyAgentChanged(record));
}
/** Whether the run deployed an agent, or may have. */
function isAnyAgentChanged(record) {
    return agentsOf(record).some(({ isChanged }) => isChanged);
}
/** The record of a region before anything is done in it. */
function newTargetRecord({ region, secretSets, build, agent }) {
    return {
        region,
        secretSets: secretSets.map((plan) => ({
            ...existingSet(plan.name, plan.kind, region),
            plan,
            outcome: plan.action === 'bind' ? 'existing' : 'skipped',
            status: plan.status ?? null,
        })),
        build: build && { region, plan: build, id: null, outcome: 'skipped', duration: undefined },
        agent: agent && newAgentRecord(agent),
        deletedVersions: [],
    };
}
/** The record of an agent before it is deployed. */
function newAgentRecord(plan) {
    return {
        name: plan.name,
        region: plan.region,
        plan,
        outcome: 'skipped',
        deploymentId: null,
        isChanged: false,
        ready: false,
        readyAt: undefined,
        previousServes: false,
        rollBack: undefined,
        replacesValues: false,
        smokeTest: null,
        sessionsOnOlder: null,
    };
}
/** The record of a set that exists and is unchanged. */
function existingSet(name, kind, region) {
    return {
        name,
        kind,
        region,
        plan: undefined,
        outcome: 'existing',
        status: null,
        isChanged: false,
        added: [],
        updated: [],
        pruned: [],
    };
}


/***/ }),

/***/ 9758:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   JM: () => (/* binding */ dockerHubUrl),
/* harmony export */   NH: () => (/* binding */ registryUrl),
/* harmony export */   OI: () => (/* binding */ isSameContent),
/* harmony export */   UD: () => (/* binding */ dockerHub),
/* harmony export */   dp: () => (/* binding */ pinned),
/* harmony export */   jT: () => (/* binding */ registryName),
/* harmony export */   o_: () => (/* binding */ parseImageReference)
/* harmony export */ });
/* harmony import */ var _http_confidential_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8036);

/** The address under which Docker and Kubernetes store a login for Docker Hub. */
const dockerHubUrl = 'https://index.docker.io/v1/';
/** The common name of Docker Hub. */
const dockerHub = 'docker.io';
/** All names of Docker Hub. */
const dockerHubHosts = [
    dockerHub,
    'index.docker.io',
    'registry-1.docker.io',
    'hub.docker.com',
];
/** Parses a reference with a tag, a digest or both. */
function parseImageReference(image) {
    const [named = '', digest] = image.split('@');
    const colon = named.lastIndexOf(':');
    const hasTag = colon > named.lastIndexOf('/');
    const name = hasTag ? named.slice(0, colon) : named;
    const tag = hasTag ? named.slice(colon + 1) : undefined;
    const slash = name.indexOf('/');
    const first = name.slice(0, Math.max(0, slash));
    // A first part that cannot be a host is part of a repository on Docker Hub.
    const hasHost = /[.:]/.test(first) || first === 'localhost';
    const registry = hasHost ? registryName(first) : dockerHub;
    const path = hasHost ? name.slice(slash + 1) : name;
    const repository = registry === dockerHub && !path.includes('/') ? `library/${path}` : path;
    return { registry, repository, tag, digest };
}
/** Finds the name of a registry from a host, a URL, or any name of Docker Hub. */
function registryName(address) {
    const host = address
        .replace(/^https?:\/\//i, '')
        .replace(/\/.*$/s, '')
        .toLowerCase();
    return dockerHubHosts.includes(host) ? dockerHub : host;
}
/** The URL of a registry's API, with http only on this machine. */
function registryUrl(registry) {
    if (registry === dockerHub)
        return new URL('https://registry-1.docker.io');
    const secure = new URL(`https://${registry}`);
    return (0,_http_confidential_js__WEBPACK_IMPORTED_MODULE_0__/* .isLoopback */ .U)(secure.hostname) ? new URL(`http://${registry}`) : secure;
}
/** Whether two references have the same repository and digest. Their tags may differ. */
function isSameContent(one, other) {
    const [first, second] = [parseImageReference(one), parseImageReference(other)];
    return (first.digest !== undefined &&
        first.digest === second.digest &&
        first.registry === second.registry &&
        first.repository === second.repository);
}
/** Adds the digest to a reference that has none. */
function pinned(image, digest) {
    return image.includes('@') ? image : `${image}@${digest}`;
}


/***/ }),

/***/ 8565:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ actionsOf)
/* harmony export */ });
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8191);

/**
 * The runner, through its toolkit. A run must not fail because something cannot be written: a full disk
 * or a closed log is no reason to stop between two writes to the platform. The first output that cannot
 * be written is a warning. `writeSummary` may reject; the report handles that.
 */
function actionsOf(core, hasSummary) {
    const warning = attempt(core.warning);
    let isWarned = false;
    return {
        mask: attempt(core.setSecret),
        debug: attempt(core.debug),
        info: attempt(core.info),
        notice: attempt(core.notice),
        warning,
        error: attempt((message, title) => {
            core.error(message, { title });
        }),
        startGroup: attempt(core.startGroup),
        endGroup: attempt(core.endGroup),
        setOutput: attempt(core.setOutput, (error) => {
            if (isWarned)
                return;
            isWarned = true;
            warning(`Could not set the outputs: ${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}`);
        }),
        writeSummary: async (markdown) => {
            if (!hasSummary)
                return false;
            await core.summary.addRaw(markdown, true).write();
            return true;
        },
    };
}
function attempt(write, onError = () => undefined) {
    return (...values) => {
        try {
            write(...values);
        }
        catch (error) {
            onError(error);
        }
    };
}


/***/ }),

/***/ 2117:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   bX: () => (/* binding */ buildsOutput),
/* harmony export */   d$: () => (/* binding */ buildIdOf),
/* harmony export */   vP: () => (/* binding */ setBuildOutputs)
/* harmony export */ });
/** Sets the outputs about builds as soon as they are known, because a run may end at any time. */
function setBuildOutputs(actions, builds) {
    actions.setOutput('build-id', buildIdOf(builds));
    actions.setOutput('builds', buildsOutput(builds));
}
function buildIdOf([first]) {
    return first?.id ?? '';
}
function buildsOutput(builds) {
    return JSON.stringify(builds.map(({ region, id, outcome, plan }) => ({
        region,
        id,
        outcome,
        contextHash: plan.context.hash,
    })));
}


/***/ }),

/***/ 9820:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Df: () => (/* binding */ withoutCommands),
/* harmony export */   TL: () => (/* binding */ quoted),
/* harmony export */   c$: () => (/* binding */ releaseLog)
/* harmony export */ });
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8191);
/* harmony import */ var _text_printable_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7944);


/**
 * A release's log as the runner shows it: one group for each step.
 *
 * @param redact removes known secrets from a line, because names of files and the like come from outside
 */
function releaseLog(actions, redact = (text) => text) {
    const groups = new Groups(actions);
    return {
        debug: (message) => {
            // It may be hidden, and then its group would be empty.
            actions.debug(redact(message));
        },
        info: (message) => {
            groups.begin();
            actions.info(withoutCommands(redact(message)));
        },
        notice: (message) => {
            groups.begin();
            actions.notice((0,_text_printable_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g)(redact(message)));
        },
        warning: (message) => {
            groups.begin();
            actions.warning((0,_text_printable_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g)(redact(message)));
        },
        beginStep: (step) => {
            groups.add(step);
        },
        endStep: ({ name, outcome, duration: took }) => {
            const ending = `${outcomeWords[outcome]} ${after(took)}.`;
            groups.begin();
            actions.info((0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .capital */ .Nx)(groups.isShared ? `${_words_js__WEBPACK_IMPORTED_MODULE_0__/* .stepTitles */ ._4[name]}: ${ending}` : ending));
            groups.remove(name);
        },
    };
}
/** How long a step took, as the end of a sentence. */
function after(milliseconds) {
    return milliseconds < 50 ? 'in under 0.1 s' : `after ${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .duration */ .p0)(milliseconds)}`;
}
const outcomeWords = {
    done: 'done',
    failed: 'failed',
    running: 'still running',
    skipped: 'not started',
};
/**
 * The groups of the log. The runner does not nest groups, so steps that run in parallel share one. A
 * group starts with its first line, so that no group is empty.
 */
class Groups {
    #actions;
    #running = [];
    #isOpen = false;
    constructor(actions) {
        this.#actions = actions;
    }
    get isShared() {
        return this.#running.length > 1;
    }
    add(step) {
        this.#end();
        this.#running.push(step);
    }
    remove(step) {
        this.#end();
        this.#running.splice(this.#running.indexOf(step), 1);
    }
    begin() {
        if (this.#isOpen || this.#running.length === 0)
            return;
        this.#isOpen = true;
        this.#actions.startGroup(this.#running.map((step) => _words_js__WEBPACK_IMPORTED_MODULE_0__/* .stepTitles */ ._4[step]).join(' · '));
    }
    #end() {
        if (this.#isOpen)
            this.#actions.endGroup();
        this.#isOpen = false;
    }
}
/** Lines that come from outside, marked as such. */
function quoted(lines) {
    return withoutCommands(lines)
        .split('\n')
        .map((line) => `  | ${line}`)
        .join('\n');
}
/** Changes a text so that the runner, which looks for commands in every log line, finds none in it. */
function withoutCommands(text) {
    return (0,_text_printable_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g)(text)
        .replace(/##(?=(?:vso)?\[)/gi, '## ')
        .replace(/^(\s*):(?=:)/gm, '$1: ');
}


/***/ }),

/***/ 8191:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   LY: () => (/* binding */ credentialKinds),
/* harmony export */   Nx: () => (/* binding */ capital),
/* harmony export */   Vw: () => (/* binding */ byRegions),
/* harmony export */   _4: () => (/* binding */ stepTitles),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   em: () => (/* binding */ sentence),
/* harmony export */   hS: () => (/* binding */ counted),
/* harmony export */   hq: () => (/* binding */ nonEmpty),
/* harmony export */   jZ: () => (/* binding */ atLeast),
/* harmony export */   oR: () => (/* binding */ joined),
/* harmony export */   p0: () => (/* binding */ duration),
/* harmony export */   qo: () => (/* binding */ clockTime)
/* harmony export */ });
/* harmony import */ var _text_printable_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7944);

/** A text as a sentence: adds a period unless it ends with a mark. */
function sentence(text) {
    return /[.?!]$/.test(text) ? text : `${text}.`;
}
/** A text that begins a sentence. */
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
/** What an error says, or whatever was thrown. */
function messageOf(error) {
    return error instanceof Error ? (0,_text_printable_js__WEBPACK_IMPORTED_MODULE_0__/* .printable */ .g)(error.message) : 'unknown reason';
}
/** Leaves out what is not a text, and empty texts. */
function nonEmpty(texts) {
    return texts.filter((text) => typeof text === 'string').filter((text) => text !== '');
}
/** Items in a sentence: `a, b and c`. */
function joined(items) {
    return nonEmpty([items.slice(0, -1).join(', '), ...items.slice(-1)]).join(' and ');
}
/** A count with its noun: `1 agent`, `2 agents`. */
function counted(count, what) {
    return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
/** What is the same in several regions, once, with all its regions. */
function byRegions(all) {
    const groups = new Map();
    for (const { region, value } of all) {
        const key = JSON.stringify(value);
        const group = groups.get(key) ?? { value, regions: [] };
        group.regions.push(region);
        groups.set(key, group);
    }
    return [...groups.values()];
}
/** A number of sessions, of which there may be more than were counted. */
function atLeast({ count, isCut }) {
    return `${isCut ? 'at least ' : ''}${count}`;
}
/** Milliseconds as a person reads them: `< 0.1 s`, `0.4 s`, `12 s`, `2 min 5 s`, `2 h`. */
function duration(milliseconds) {
    if (milliseconds < 50)
        return '< 0.1 s';
    if (milliseconds < 9950)
        return `${(milliseconds / 1000).toFixed(1)} s`;
    const seconds = Math.round(milliseconds / 1000);
    const parts = [
        [Math.floor(seconds / 3600), 'h'],
        [Math.floor(seconds / 60) % 60, 'min'],
        [seconds % 60, 's'],
    ];
    return parts
        .filter(([amount]) => amount > 0)
        .map(([amount, unit]) => `${amount} ${unit}`)
        .join(' ');
}
/** Milliseconds since the epoch as a time of day in UTC: `12:04`. */
function clockTime(milliseconds) {
    return new Date(milliseconds).toISOString().slice(11, 16);
}
/** The kinds of credential in words. */
const credentialKinds = {
    'private-api-key': 'a private API key',
    'personal-access-token': 'a personal access token',
};
/** The steps of a release, as log and summary call them. */
const stepTitles = {
    inputs: 'Read the inputs',
    context: 'Pack the build context',
    credential: 'Check the credential',
    preflight: 'Preflight',
    provision: 'Write the secret sets',
    readiness: 'Wait for the secret sets',
    build: 'Build the image',
    deploy: 'Deploy the agent',
    rollout: 'Wait for the deployment',
    'smoke-test': 'Smoke test',
    'roll-back': 'Roll back',
    drain: 'Wait for sessions on older deployments',
    prune: 'Prune the secret set',
    'clean-up': 'Delete older versions',
    'stop-sessions': 'Stop the sessions',
    'delete-agent': 'Delete the agent',
    'delete-sets': 'Delete the secret sets',
};


/***/ }),

/***/ 8790:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run)
});

// EXTERNAL MODULE: ./lib/pipecat/agent-settings.js
var agent_settings = __nccwpck_require__(3211);
// EXTERNAL MODULE: ./lib/pipecat/answers.js
var answers = __nccwpck_require__(8771);
// EXTERNAL MODULE: ./lib/text/list.js
var list = __nccwpck_require__(8735);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __nccwpck_require__(7819);
// EXTERNAL MODULE: ./lib/pipecat/errors.js
var errors = __nccwpck_require__(1593);
;// CONCATENATED MODULE: ./lib/pipecat/client.js





/** The most builds to ask for. */
const maxBuilds = 20;
/** The most lines of a build's log that the platform returns, from the beginning of the log. */
const maxBuildLines = 10_000;
/** The form of statuses, phases, reasons and codes. */
const codePattern = /^[\w.-]{1,64}$/;
/** Somebody else is writing the same set, which soon ends. */
const concurrentWrite = [409];
/** The organizations of a personal access token, in the platform's order. */
function listOrganizations(caller) {
    return caller.read('/v1/organizations', answers/* parseOrganizations */.eE);
}
/**
 * Pipecat Cloud with one credential: the operations of a release, the same for both surfaces. Throws
 * the errors of `errors.ts`. Known secrets are removed from texts of the platform, but not from
 * statuses, phases, reasons and codes, so that code can compare them. Redact these before showing them.
 */
class PipecatCloud {
    #caller;
    #surface;
    #storage;
    #redact;
    constructor(caller, surface, storage, redact) {
        this.#caller = caller;
        this.#surface = surface;
        this.#storage = storage;
        this.#redact = redact;
    }
    regions() {
        return this.#caller.read(this.#surface.path('regions'), answers/* parseRegions */.Tf);
    }
    /** The region that the organization uses if a request names none. */
    defaultRegion() {
        return this.#caller.read(this.#surface.path('properties'), answers/* parseDefaultRegion */.tK);
    }
    /** All sets of the organization, including image pull secrets. */
    async secretSets(options = {}) {
        const sets = await this.#caller.read(this.#setPath(), answers/* parseSecretSets */.Ry, options);
        return sets.map((set) => ({ ...set, errorMessage: this.#clean(set.errorMessage) }));
    }
    /** @throws UnreadableAnswerError if the entry of this set in the list could not be read */
    requireReadable(set) {
        if (set.unreadable === undefined)
            return;
        const call = { method: 'GET', path: this.#setPath() };
        const fields = (0,list/* listOf */.c)(set.unreadable);
        throw new errors/* UnreadableAnswerError */.mP(call, this.#redact(`the response is JSON, but has an unexpected shape (${fields} of the set ${(0,quote/* quote */.h)(set.name)})`));
    }
    /**
     * A set with its keys; undefined if it does not exist. The platform refuses to show an image pull
     * secret (400).
     */
    async secretSet(name, options = {}) {
        const set = await this.#caller.find(this.#setPath(name), answers/* parseSecretSet */.k5, options);
        return set && { ...set, errorMessage: this.#clean(set.errorMessage) };
    }
    /**
     * Writes pairs to a set, which it creates if necessary. Other keys stay. An accepted set is not ready
     * yet, so wait for it.
     *
     * @param onAccepted called with the keys of each accepted request, so that the record is correct
     *   even if a later request fails
     */
    async writeSecrets({ name, region }, pairs, options, onAccepted) {
        for (const { request, keys } of this.#surface.secretWrites(name, region, pairs)) {
            await this.#write(request, options);
            onAccepted(keys);
        }
    }
    /** Creates or updates an image pull secret. */
    writeImagePullSecret({ name, region }, { host, authentication }, options) {
        return this.#write({
            method: 'PUT',
            path: this.#setPath(name),
            body: { isImagePullSecret: true, host, secretValue: authentication.reveal(), region },
        }, options);
    }
    /** Deletes a key of a set, if it exists. */
    deleteSecret(set, key, options) {
        return this.#delete(this.#setPath(set, key), {
            ...options,
            retryableStatuses: concurrentWrite,
        });
    }
    /** Deletes a set, if it exists. */
    deleteSecretSet(set, options) {
        return this.#delete(this.#setPath(set), { retryableStatuses: concurrentWrite, ...options });
    }
    /** Deletes an agent, if it exists. Its sessions continue until they end or are stopped. */
    deleteAgent(name, options) {
        return this.#delete(this.#agentPath(name), options);
    }
    /** Names of the agents in a region; undefined for an agent whose entry cannot be read. */
    agentNames(region, options = {}) {
        const path = this.#surface.agents(`?region=${encodeURIComponent(region)}`);
        return this.#caller.read(path, answers/* parseAgentNames */.ld, options);
    }
    /** An agent; undefined if the organization has none of that name. */
    async agent(name, options = {}) {
        const agent = await this.#caller.find(this.#agentPath(name), answers/* parseAgent */.N8, options);
        return agent && this.#cleanAgent(agent);
    }
    /** Creates an agent. The result has the id of its first deployment. */
    createAgent(name, region, settings, options) {
        return this.#deploy({
            method: 'POST',
            path: this.#surface.agents(),
            body: { serviceName: name, region, ...(0,agent_settings/* toFields */.Lv)(settings) },
        }, options);
    }
    /**
     * Updates an agent. The result has the id of the new deployment, or of the current one if the
     * platform saw no change.
     *
     * @param force always makes a new deployment, so that it starts with changed secret values
     */
    updateAgent(name, settings, force, options) {
        const fields = { ...(0,agent_settings/* toFields */.Lv)(settings), ...(force ? { forceRedeploy: true } : {}) };
        return this.#deploy(this.#surface.agentUpdate(name, fields), options);
    }
    /** The last lines of the log of a deployment or a session. */
    async agentLogs(name, of, limit, options = {}) {
        const query = new URLSearchParams({ limit: String(limit), ...of, order: 'desc' });
        const path = this.#agentPath(name, `/logs?${query.toString()}`);
        const newestFirst = await this.#caller.read(path, answers/* parseLogs */.dl, options);
        return {
            lines: this.#cleanLines(newestFirst.reverse()),
            isExecFormatError: answers/* saysExecFormatError */.HW(newestFirst),
        };
    }
    /** Names of the agent profiles; undefined if the surface does not list them. */
    async agentProfiles() {
        if (!this.#surface.listsAgentProfiles)
            return undefined;
        return this.#caller.read(this.#surface.path('agent-profiles'), answers/* parseAgentProfiles */.n8);
    }
    /** A cloud build; undefined if it does not exist. */
    async build(id, options = {}) {
        const path = this.#surface.path(`builds/${encodeURIComponent(id)}`);
        const build = await this.#caller.find(path, answers/* parseBuild */.EH, options);
        return build && this.#cleanBuild(build);
    }
    /**
     * The builds of a context, newest first.
     *
     * @param status returns only builds with this status
     */
    async builds({ region, contextHash, dockerfilePath }, status, options = {}) {
        const query = new URLSearchParams({
            contextHash,
            dockerfilePath,
            region,
            ...(status === undefined ? {} : { status }),
            limit: String(maxBuilds),
        });
        const path = this.#surface.path(`builds?${query.toString()}`);
        const builds = await this.#caller.read(path, answers/* parseBuilds */.dM, options);
        // Filters again: if the platform ignored a filter, the release would deploy another build.
        return builds
            .filter((build) => build.region === region &&
            build.contextHash === contextHash &&
            build.dockerfilePath === dockerfilePath &&
            (status === undefined || build.status === status))
            .map((build) => this.#cleanBuild(build));
    }
    /**
     * Uploads the archive of a build context, for builds in a region.
     *
     * @returns the upload's id, for `startBuild`
     * @throws UploadError or another CallError
     */
    async uploadContext(region, content, options) {
        const request = {
            method: 'POST',
            path: this.#surface.path('builds/upload-url'),
            body: { region },
        };
        const { signal } = options;
        const sign = () => this.#caller.call({ request, parse: answers/* parseUploadForm */.XQ }, { signal });
        const { uploadId } = await this.#storage.upload(sign, content, options);
        return uploadId;
    }
    /** Starts a build of an uploaded context, unless one of the same context has succeeded. */
    async startBuild(uploadId, region, dockerfilePath, options) {
        const request = {
            method: 'POST',
            path: this.#surface.path('builds'),
            body: { uploadId, region, dockerfilePath },
        };
        const started = await this.#caller.call({ request, parse: answers/* parseStartedBuild */.ZV }, options);
        return { ...started, build: this.#cleanBuild(started.build) };
    }
    /** The last lines of a build's log, oldest first. Lines after the first 10,000 are not read. */
    async buildLogs(id, most, options = {}) {
        const resource = `builds/${encodeURIComponent(id)}/logs?limit=${maxBuildLines}`;
        const path = this.#surface.path(resource);
        const lines = await this.#caller.read(path, answers/* parseBuildLogs */.TC, options);
        return this.#cleanLines(lines).slice(-most);
    }
    /** The path of the secret sets, of one of them, or of a key. */
    #setPath(...names) {
        return this.#surface.path(['secrets', ...names.map(encodeURIComponent)].join('/'));
    }
    #agentPath(name, rest = '') {
        return this.#surface.agents(`/${encodeURIComponent(name)}${rest}`);
    }
    #delete(path, options) {
        return this.#caller.call({
            request: { method: 'DELETE', path },
            parse: answers/* parseDeletion */.Wh,
            absent: { status: 404, result: 'absent' },
        }, options);
    }
    #write(request, options) {
        return this.#caller.call({ request, parse: answers/* parseAcceptance */.TO, takesText: true }, { ...options, retryableStatuses: concurrentWrite });
    }
    async #deploy(request, options) {
        const agent = await this.#caller.call({ request, parse: answers/* parseAgent */.N8 }, options);
        return this.#cleanAgent(agent);
    }
    #clean(text) {
        return text && this.#redact(text);
    }
    /** Cleans all lines together, because a value may span several. Keeps the last if there are many. */
    #cleanLines(lines) {
        if (lines.length === 0)
            return [];
        return this.#redact(lines.join('\n'), { isPart: true, keep: 'end' }).split('\n');
    }
    /** Keeps a code as it is, so that it can be compared, and cleans any other text. */
    #cleanWord(text) {
        return text === undefined || codePattern.test(text) ? text : this.#redact(text);
    }
    #cleanBuild(build) {
        return {
            ...build,
            status: this.#cleanWord(build.status),
            errorMessage: this.#clean(build.errorMessage),
        };
    }
    #cleanAgent(agent) {
        return {
            ...agent,
            warning: this.#clean(agent.warning),
            errors: agent.errors.map((error) => ({
                ...error,
                code: this.#cleanWord(error.code),
                message: this.#redact(error.message),
            })),
            conditions: agent.conditions.map((condition) => ({
                ...condition,
                reason: this.#cleanWord(condition.reason),
                message: this.#clean(condition.message),
            })),
            currentRevision: this.#cleanRevision(agent.currentRevision),
            previousRevision: this.#cleanRevision(agent.previousRevision),
        };
    }
    #cleanRevision(revision) {
        if (revision === undefined)
            return undefined;
        const { phase, health } = revision;
        return {
            ...revision,
            phase: this.#cleanWord(phase),
            health: health && {
                ...health,
                headline: this.#clean(health.headline),
                reason: this.#cleanWord(health.reason),
                lastTerminationReason: this.#cleanWord(health.lastTerminationReason),
                // The platform may cut a traceback. Its last line names the error.
                message: health.message && this.#redact(health.message, { isPart: true, keep: 'end' }),
            },
        };
    }
}

;// CONCATENATED MODULE: ./lib/pipecat/surface.js
/** The surface of a private API key: `/v1/…`. */
const keySurface = {
    path: (resource) => `/v1/${resource}`,
    agents: (suffix = '') => `/v1/agents${suffix}`,
    secretWrites: (set, region, pairs) => [
        {
            request: {
                method: 'PUT',
                path: `/v1/secrets/${encodeURIComponent(set)}`,
                body: {
                    secrets: pairs.map(({ key, value }) => ({ secretKey: key, secretValue: value.reveal() })),
                    region,
                },
            },
            keys: pairs.map(({ key }) => key),
        },
    ],
    agentUpdate: (agent, fields) => ({
        method: 'POST',
        path: `/v1/agents/${encodeURIComponent(agent)}`,
        body: fields,
    }),
    listsAgentProfiles: false,
};
/** The surface of a personal access token: `/v1/organizations/{organization}/…`. */
function organizationSurface(organization) {
    const root = `/v1/organizations/${encodeURIComponent(organization)}`;
    return {
        path: (resource) => `${root}/${resource}`,
        agents: (suffix = '') => `${root}/services${suffix}`,
        // This surface takes one pair per request.
        secretWrites: (set, region, pairs) => pairs.map(({ key, value }) => ({
            request: {
                method: 'PUT',
                path: `${root}/secrets/${encodeURIComponent(set)}`,
                body: {
                    name: set,
                    isImagePullSecret: false,
                    secretKey: key,
                    secretValue: value.reveal(),
                    region,
                },
            },
            keys: [key],
        })),
        agentUpdate: (agent, fields) => ({
            method: 'PUT',
            path: `${root}/services`,
            body: { serviceName: agent, ...fields },
        }),
        listsAgentProfiles: true,
    };
}

// EXTERNAL MODULE: ./lib/record/errors.js
var record_errors = __nccwpck_require__(2458);
// EXTERNAL MODULE: ./lib/secrecy/secret-value.js
var secret_value = __nccwpck_require__(7734);
;// CONCATENATED MODULE: ./lib/steps/organization.js


/**
 * The organization that a personal access token acts in: the one with the given name, ID or display name,
 * else the first in the platform's list, as in its client. A name that is unknown or ambiguous is an error;
 * the client uses the first organization then.
 */
function chooseOrganization(named, available, journal) {
    const names = available.map(({ name }) => name);
    const [first] = names;
    const chosen = named === undefined ? first : find(named.name, available);
    if (chosen === undefined) {
        throw new record_errors/* StepError */.zg('organization-unknown', {
            named: named && { ...named, name: new secret_value/* SecretValue */.i(named.name) },
            available,
        });
    }
    if (named === undefined && names.length > 1) {
        journal.warning(`The token has access to several organizations (${names.join(', ')}), so the action uses the first one. Set \`organization: ${chosen}\`.`);
    }
    return chosen;
}
/** The name of the matching organization; undefined if there is none, or more than one. */
function find(named, available) {
    const exact = available.find(({ name }) => name === named);
    if (exact !== undefined)
        return exact.name;
    const same = (text) => text?.trim().toLowerCase() === named.toLowerCase();
    const [one, another] = available.filter(({ id, verboseName }) => id === named || same(verboseName));
    return another === undefined ? one?.name : undefined;
}

;// CONCATENATED MODULE: ./lib/steps/credential.js



/**
 * Finds the part of the API that the credential can access: one for keys, and one per organization for
 * tokens.
 *
 * @throws OrganizationError or a CallError
 */
function checkCredential(caller, { apiUrl, credential, organization }, journal) {
    const { log, record } = journal;
    const { kind, origin } = credential;
    return journal.step('credential', async () => {
        record.actingAs = { credentialKind: kind, credentialOrigin: origin, organization: undefined };
        if (kind === 'private-api-key') {
            log.info(`Using the private API key from ${origin}, at ${apiUrl}.`);
            return keySurface;
        }
        log.info(`Using the personal access token from ${origin}, at ${apiUrl}.`);
        const chosen = chooseOrganization(organization, await listOrganizations(caller), journal);
        record.actingAs = { ...record.actingAs, organization: chosen };
        log.info(`Using the organization ${chosen}.`);
        return organizationSurface(chosen);
    });
}

// EXTERNAL MODULE: ./lib/time/cancellation.js
var time_cancellation = __nccwpck_require__(6690);
// EXTERNAL MODULE: ./lib/github/event.js
var github_event = __nccwpck_require__(9607);
// EXTERNAL MODULE: ./lib/github/errors.js
var github_errors = __nccwpck_require__(9452);
// EXTERNAL MODULE: ./lib/github/connect.js
var connect = __nccwpck_require__(1633);
;// CONCATENATED MODULE: ./lib/github/pull-request.js


/** Reads a pull request of the repository. A failure is an outcome, not an error. */
async function lookUpPullRequest(access, number, options) {
    if (access === undefined)
        return { outcome: 'no-token' };
    try {
        const pullRequest = await (0,connect/* withRepository */.Bq)(access, options, (repository) => repository.pullRequest(number));
        return { outcome: 'found', pullRequest };
    }
    catch (error) {
        if (!(error instanceof github_errors/* GitHubError */.y_))
            throw error;
        const { reason, lacksPermission, call } = error;
        const permission = lacksPermission
            ? ` (the token needs the permission \`${call.permission}\`)`
            : '';
        return { outcome: 'failed', why: `${reason}${permission}` };
    }
}

// EXTERNAL MODULE: ./lib/inputs/problems.js
var inputs_problems = __nccwpck_require__(1733);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: ./lib/text/printable.js
var printable = __nccwpck_require__(7944);
;// CONCATENATED MODULE: ./lib/secrecy/forms.js
/**
 * Makes a function that finds many strings in a text. There may be tens of thousands of strings, and
 * texts are short, so it looks up each position of the text among the strings, instead of each string in
 * the text.
 *
 * @param shortest the length of the shortest form, or less
 */
function wholeForms(forms, shortest) {
    const known = new Set(forms);
    // By the first characters of the forms.
    const lengths = new Map();
    for (const form of known) {
        const beginning = form.slice(0, shortest);
        lengths.set(beginning, (lengths.get(beginning) ?? new Set()).add(form.length));
    }
    return (text) => {
        const ranges = [];
        if (known.size === 0)
            return ranges;
        for (let start = 0; start + shortest <= text.length; start++) {
            for (const length of lengths.get(text.slice(start, start + shortest)) ?? []) {
                const end = start + length;
                if (end <= text.length && known.has(text.slice(start, end)))
                    ranges.push({ start, end });
            }
        }
        return ranges;
    };
}
/**
 * Finds partial strings at the beginning and end of a cut text: only the last lines of a log are read,
 * and a long value may be wrapped over many lines.
 *
 * @param shortest how many characters identify a part of a form
 */
function cutForms(text, forms, shortest) {
    if (text.length < shortest)
        return [];
    let beginning = 0;
    let end = 0;
    for (const form of forms) {
        beginning = Math.max(beginning, cutBeginning(text, form, shortest));
        end = Math.max(end, cutEnd(text, form, shortest));
    }
    return [
        { start: 0, end: beginning },
        { start: text.length - end, end: text.length },
    ].filter((range) => range.start < range.end);
}
/** How many characters at the start of the text belong to a form that started before it. */
function cutBeginning(text, form, shortest) {
    const fragment = text.slice(0, shortest);
    for (let place = form.indexOf(fragment); place !== -1;) {
        const length = Math.min(form.length - place, text.length);
        if (form.startsWith(text.slice(0, length), place))
            return length;
        place = form.indexOf(fragment, place + 1);
    }
    return 0;
}
/** How many characters at the end of the text belong to a form that continues after it. */
function cutEnd(text, form, shortest) {
    const fragment = text.slice(-shortest);
    for (let place = form.lastIndexOf(fragment); place !== -1;) {
        const length = place + shortest;
        if (length <= text.length && text.endsWith(form.slice(0, length)))
            return length;
        place = place === 0 ? -1 : form.lastIndexOf(fragment, place - 1);
    }
    return 0;
}

;// CONCATENATED MODULE: ./lib/secrecy/masks.js
/** Shorter strings are not masked: a mask for `1` would make every log unreadable and hide nothing. */
const shortestMask = 4;
/**
 * The strings to mask for a value: each of its lines, trimmed. The runner matches within lines, and an
 * indented line contains the trimmed one.
 */
function masksFor(value) {
    return value
        .reveal()
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line.length >= shortestMask);
}

;// CONCATENATED MODULE: ./lib/secrecy/redactor.js




/** Shorter strings are not searched for across spaces: `in deed` is not the secret `indeed`. */
const shortestSpread = 8;
/** Characters of an external text that are kept: far more than anybody reads. */
const maxTextLength = 65_536;
/** Characters beyond a cut that are also searched, so that a cut cannot hide part of a value. */
const margin = 4096;
/**
 * Makes a function that replaces every known secret in an external text. The runner masks its own log;
 * this action must keep error objects, outputs and files clean.
 */
function redactor(values) {
    const forms = [...new Set([...values].flatMap(masksFor))].flatMap(formsOf);
    const spreadForms = [
        ...new Set(forms.map(withoutBlanks).filter((form) => form.length >= shortestSpread)),
    ];
    const solid = wholeForms(forms.filter((form) => withoutBlanks(form).length < shortestSpread), shortestMask);
    const spread = wholeForms(spreadForms, shortestSpread);
    return (text, { isPart = false, keep = 'beginning', most = maxTextLength } = {}) => {
        const isCut = text.length > most;
        // Invisible characters must not hide a value from the search, so they are removed first.
        const shown = (0,printable/* printable */.g)(isCut ? cut(text, keep, most + margin) : text);
        const { dense, placeOf } = densely(shown);
        const ranges = [
            ...solid(shown),
            ...[
                ...spread(dense),
                ...(isPart || isCut ? cutForms(dense, spreadForms, shortestSpread) : []),
            ].map(({ start, end }) => ({ start: placeOf(start), end: placeOf(end - 1) + 1 })),
        ];
        if (!isCut)
            return withStars(shown, ranges, { start: 0, end: shown.length });
        // The rest of a value at the cut is in the margin.
        return keep === 'beginning'
            ? `${withStars(shown, ranges, { start: 0, end: shown.length - margin })}…`
            : `…${withStars(shown, ranges, { start: margin, end: shown.length })}`;
    };
}
function cut(text, keep, most) {
    return keep === 'beginning' ? text.slice(0, most) : text.slice(-most);
}
/**
 * The forms in which a value may appear in a text: unchanged, in JSON (encoded once or twice, with or
 * without escaped non-ASCII characters), with escaped backslashes, and as `quote` writes it.
 */
function formsOf(mask) {
    // A shortcut for masks that look the same in all forms, because there may be tens of thousands.
    if (/^[\w+/=.:,-]*$/.test(mask))
        return [mask];
    const json = JSON.stringify(mask).slice(1, -1);
    const forms = [
        mask,
        json,
        inAscii(json),
        JSON.stringify(json).slice(1, -1),
        mask.replaceAll('\\', '\\\\'),
        // Python's repr; the next one is Go's JSON.
        mask.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
        json.replace(/[&<>]/g, escapedUnit),
        (0,quote/* asQuoted */.F)((0,printable/* printable */.g)(mask)),
    ];
    return [...new Set(forms.map((form) => (0,printable/* printable */.g)(form).trim()))].filter((form) => form.length >= shortestMask);
}
function inAscii(json) {
    // eslint-disable-next-line no-control-regex
    return json.replace(/[^\u0000-\u007e]/g, escapedUnit);
}
function escapedUnit(unit) {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
function withoutBlanks(text) {
    return text.replace(/\s+/g, '');
}
/** Removes spaces and line breaks, which may split a value, and maps positions back to the text. */
function densely(text) {
    const dense = withoutBlanks(text);
    let places;
    const placeOf = (place) => {
        // Most texts contain no secret, so this is rarely needed.
        places ??= [...text.matchAll(/\S/g)].map(({ index }) => index);
        return places[place] ?? 0;
    };
    return { dense, placeOf };
}
/**
 * Returns a part of a text, with stars in place of the ranges, which may overlap.
 *
 * @param part the part to return; a range across its edge becomes stars as a whole
 */
function withStars(text, ranges, part) {
    let clean = '';
    let end = part.start;
    for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
        if (range.end <= part.start || range.start >= part.end)
            continue;
        if (range.start >= end || clean === '')
            clean += `${text.slice(end, range.start)}***`;
        end = Math.max(end, range.end);
    }
    return clean + text.slice(end, Math.max(end, part.end));
}

;// CONCATENATED MODULE: ./lib/pipecat/credential.js
/** The kinds of credentials: how each begins, and what it is called. */
const credentialKinds = {
    'private-api-key': { prefix: 'sk_', words: 'a private API key' },
    'public-api-key': { prefix: 'pk_', words: 'a public API key' },
    'personal-access-token': { prefix: 'pcc_pat_', words: 'a personal access token' },
};
/** Finds the kind of a credential; undefined if its prefix is not one of the platform's. */
function kindOfCredential(credential) {
    const kinds = Object.keys(credentialKinds);
    return kinds.find((kind) => credential.reveal().startsWith(credentialKinds[kind].prefix));
}

// EXTERNAL MODULE: ./lib/http/confidential.js
var confidential = __nccwpck_require__(8036);
// EXTERNAL MODULE: ./lib/text/look-up.js
var look_up = __nccwpck_require__(4204);
// EXTERNAL MODULE: ./lib/text/nearest.js + 1 modules
var nearest = __nccwpck_require__(8045);
// EXTERNAL MODULE: ./lib/inputs/declared.js
var declared = __nccwpck_require__(6307);
// EXTERNAL MODULE: ./lib/plan/name-template.js
var name_template = __nccwpck_require__(6647);
;// CONCATENATED MODULE: ./lib/inputs/raw-inputs.js




/** A variable without the blanks around it; undefined if it is not set, or empty. */
function variableOf(environment, name) {
    const text = environment[name]?.trim();
    return text === '' ? undefined : text;
}
const prefix = 'INPUT_';
/** Inputs that may hold `{pr}`. */
const pullRequestInputs = [
    'agent-name',
    'secret-set',
    'image-credentials',
    'environment',
];
/** The inputs as the runner passes them: the one place that knows how. */
class RawInputs {
    #environment;
    #options;
    constructor(environment, options = {}) {
        this.#environment = environment;
        this.#options = {
            settingsFile: new Map(),
            renamed: declared/* renamedInputs */.UN,
            pullRequest: name_template/* pullRequestPlaceholder */.KA,
            ...options,
        };
    }
    /** The same inputs with other options. */
    with(options) {
        return new RawInputs(this.#environment, { ...this.#options, ...options });
    }
    /** An input exactly as it was passed, blanks included; empty if it is not set. */
    verbatim(name) {
        const names = Object.entries(this.#options.renamed).filter(([, renamed]) => renamed === name);
        const given = [name, ...names.map(([oldName]) => oldName)]
            .map((input) => this.#environment[prefix + input.toUpperCase()] ?? '')
            .find((text) => text !== '');
        return this.#numbered(name, given ?? '');
    }
    /** An input without the blanks around it, else what the settings file says, else its default. */
    text(name) {
        const given = this.verbatim(name).trim();
        if (given !== '')
            return given;
        const fromFile = this.#options.settingsFile.get(name);
        return fromFile === undefined ? declared/* declaredInputs */.WB[name].default : this.#numbered(name, fromFile);
    }
    #numbered(name, text) {
        return pullRequestInputs.some((input) => input === name)
            ? text.replaceAll(name_template/* pullRequestPlaceholder */.KA, this.#options.pullRequest)
            : text;
    }
    /** Whether the workflow sets it. */
    isInput(name) {
        return this.verbatim(name).trim() !== '';
    }
    /** Whether the workflow sets it, and not to its default. */
    isChanged(name) {
        return this.isInput(name) && this.text(name) !== declared/* declaredInputs */.WB[name].default;
    }
    /** Whether the workflow or the settings file sets it, or may. */
    isGiven(name) {
        return this.isInput(name) || this.#options.settingsFile.has(name);
    }
    /** The items of a comma- or newline-separated input. */
    items(name) {
        return splitItems(this.text(name) ?? '');
    }
    /**
     * Reports variables that look like inputs but are not declared.
     *
     * @returns the inputs, with the value of a misspelled one as that of the one it suggests. So no other
     *   problem says that this one is missing, and a secret in a misspelled input is masked, too
     */
    checkNames(findings) {
        const misspelled = new Map();
        for (const variable of Object.keys(this.#environment)) {
            if (!variable.startsWith(prefix))
                continue;
            const name = variable.slice(prefix.length).toLowerCase();
            if (name === '' || Object.hasOwn(declared/* declaredInputs */.WB, name))
                continue;
            const renamed = (0,look_up/* lookUp */.T)(this.#options.renamed, name);
            if (renamed !== undefined) {
                // The runner passes a declared input as an empty string if the workflow omits it.
                if (this.#environment[variable] === '')
                    continue;
                findings.warnings.push(`The input \`${name}\` was renamed to \`${renamed}\`. The old name stops working in the next major version.`);
                continue;
            }
            const meant = nearestInput(name);
            if (meant === undefined) {
                findings.warnings.push(`Ignored the unknown input \`${name}\`.`);
            }
            else {
                misspelled.set(name, meant);
                if (!this.isInput(meant))
                    findings.guessed.add(meant);
                findings.problems.push({
                    input: name,
                    message: `this input does not exist; did you mean \`${meant}\`?`,
                });
            }
        }
        return this.with({
            renamed: { ...this.#options.renamed, ...Object.fromEntries(misspelled) },
        });
    }
}
/** The items of a comma- or newline-separated list; a comma within braces does not separate. */
function splitItems(list) {
    const items = [];
    let end = list.length;
    // From the end, so that each character is read once: the next brace in its line says whether a comma
    // is within braces.
    let isWithin = false;
    for (let index = list.length - 1; index >= 0; index--) {
        const character = list[index];
        if ((character === ',' || character === '\n') && !isWithin) {
            items.push(list.slice(index + 1, end));
            end = index;
        }
        if (character === '}')
            isWithin = true;
        else if (character === '{' || character === '\n')
            isWithin = false;
    }
    items.push(list.slice(0, end));
    return items
        .reverse()
        .map((item) => item.trim())
        .filter((item) => item !== '');
}
function nearestInput(name) {
    const candidate = name.replace(/[_\s]/g, '-');
    return ((0,nearest/* nearest */.pA)(name, declared/* inputNames */.vj) ??
        // The official deploy action shortens one name that this one has in full.
        declared/* inputNames */.vj.find((input) => candidate.length >= 8 && input.startsWith(`${candidate}-`)));
}

;// CONCATENATED MODULE: ./lib/inputs/access.js





const defaultApiUrl = 'https://api.pipecat.daily.co';
function given({ raw, environment }, input, replacement) {
    const text = raw.text(input);
    if (text !== undefined)
        return { input, text, origin: `the input \`${input}\`` };
    const value = replacement && variableOf(environment, replacement);
    return value === undefined
        ? undefined
        : { input, text: value, origin: `the environment variable \`${replacement}\`` };
}
/** The secrets of the action itself, to be masked even if they are not valid or not used. */
function givenOwnSecrets({ raw, environment }) {
    return [
        raw.text('api-key'),
        raw.text('pat'),
        variableOf(environment, 'PIPECAT_TOKEN'),
        raw.text('github-token'),
        raw.text('public-api-key'),
    ].flatMap((text) => (text === undefined ? [] : [new secret_value/* SecretValue */.i(text)]));
}
/** The mistake in a dry run without a credential. Only some events explain that. */
function missingCredential(reader) {
    const credential = given(reader, 'api-key') ?? given(reader, 'pat', 'PIPECAT_TOKEN');
    if (!reader.isDryRun || credential !== undefined)
        return undefined;
    return {
        input: 'api-key',
        message: 'is empty, and so is `pat`; a plan needs one of them. Likely reasons: the name of the secret is misspelled, ' +
            'it is not set for this repository or organization, or the job lacks the `environment:` that holds it. ' +
            'Only runs from forks and Dependabot, which get no secrets, need no credential',
    };
}
/** Reads the platform's address, the credential and the organization. Undefined if one is missing. */
function readAccess(reader) {
    const { findings } = reader;
    const credential = readCredential(reader);
    const apiUrl = readApiUrl(reader);
    const organization = given(reader, 'organization', 'PIPECAT_ORG');
    if (organization !== undefined) {
        const { text, origin } = organization;
        if (credential?.kind === 'private-api-key') {
            findings.warnings.push(`Ignored ${origin}, because an API key belongs to one organization.`);
        }
        else if (!isOrganizationName(text) || (0,inputs_problems/* looksLikeCredential */.Pv)(text)) {
            findings.problem('organization', `${(0,inputs_problems/* shown */.SP)(text)} in ${origin} is not the name, the ID or the display name of an organization`);
        }
    }
    if (credential === undefined || apiUrl === undefined)
        return undefined;
    return {
        apiUrl,
        credential,
        organization: organization && { name: organization.text, origin: organization.origin },
    };
}
/** Only keeps out what cannot be a name; the platform's list decides which names exist. */
function isOrganizationName(text) {
    return text.length <= 200 && !/[\p{Cc}=%<>\\{}|^`"$~@#?;*]/u.test(text);
}
function readCredential(reader) {
    const { isDryRun, findings } = reader;
    const apiKey = given(reader, 'api-key');
    if (apiKey !== undefined && given(reader, 'pat') !== undefined) {
        return findings.problem('api-key', 'and `pat` are both set; set only one of them');
    }
    const token = given(reader, 'pat', 'PIPECAT_TOKEN');
    if (apiKey !== undefined && token !== undefined) {
        findings.remarks.push('Ignored `PIPECAT_TOKEN`, because inputs take precedence.');
    }
    const credential = apiKey ?? token;
    if (credential === undefined) {
        // Forks and Dependabot get no secrets; their plan is checked without a credential.
        if (isDryRun)
            return undefined;
        return findings.problem('api-key', `is not set, and neither is \`pat\`; set one of them. Likely reasons if the workflow sets one: ${inputs_problems/* emptyReasons */.Zn}`);
    }
    const kind = apiKey === undefined ? 'personal-access-token' : 'private-api-key';
    const value = access_checkCredential(findings, credential, kind);
    return value && { kind, value, origin: credential.origin };
}
/** Where to put a credential of each kind, or how to replace it. */
const advice = {
    'private-api-key': 'put it into `api-key`',
    'personal-access-token': 'put it into `pat`',
    'public-api-key': 'create a private one in the dashboard under Settings → API Keys → Private (a public key can only start sessions)',
};
const adviceForPublicKey = 'create a public one in the dashboard under Settings → API Keys → Public';
/** A credential of the kind that an input is for; undefined, with a finding, if it is another one. */
function access_checkCredential(findings, { input, text, origin }, expected) {
    if (!/^[\x21-\x7e]+$/.test(text)) {
        return findings.problem(input, `${origin} contains blanks, line breaks or characters that are not ASCII; set it to one line without blanks`);
    }
    const value = new secret_value/* SecretValue */.i(text);
    const kind = kindOfCredential(value);
    const { prefix, words } = credentialKinds[expected];
    if (kind !== undefined && kind !== expected) {
        const fix = expected === 'public-api-key' ? adviceForPublicKey : advice[kind];
        return findings.problem(input, `${origin} holds ${credentialKinds[kind].words} (\`${credentialKinds[kind].prefix}…\`) in place of ${words} (\`${prefix}…\`); ${fix}`);
    }
    if (kind === undefined) {
        findings.warnings.push(`${capitalized(origin)} does not begin with \`${prefix}\`, as ${words} usually does. The action uses it anyway.`);
    }
    return value;
}
function capitalized(words) {
    return words.charAt(0).toUpperCase() + words.slice(1);
}
function readApiUrl(reader) {
    const address = given(reader, 'api-url', 'PIPECAT_API_HOST');
    if (address === undefined)
        return defaultApiUrl;
    const { text, origin } = address;
    if (!URL.canParse(text)) {
        return reader.findings.problem('api-url', `${origin} is not a URL; set one such as ${defaultApiUrl}`);
    }
    const url = new URL(text);
    const breach = breachOf(url);
    if (breach === undefined)
        return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
    // The rest of the URL may hold a credential.
    const start = `\`${url.protocol}//${url.host}\``;
    return reader.findings.problem('api-url', `${start} in ${origin} ${breach}`);
}
function breachOf(url) {
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
        return 'has a credential, a query or a fragment; remove it';
    }
    return (0,confidential/* isConfidential */.F)(url)
        ? undefined
        : 'does not begin with `https://` (`http://` is for loopback addresses only)';
}

// EXTERNAL MODULE: ./lib/inputs/agent-settings.js + 1 modules
var inputs_agent_settings = __nccwpck_require__(5843);
;// CONCATENATED MODULE: ./lib/inputs/build.js




/** Inputs that set what an agent runs; at most one of them may be set. */
const imageSources = [
    'cloud-build',
    'build-id',
    'image',
];
const buildInputs = [
    'build-context',
    'dockerfile',
    'build-exclude',
    'build-timeout',
];
/** Their values if neither the workflow nor a settings file sets them. */
const defaults = {
    'build-context': '.',
    dockerfile: 'Dockerfile',
    'build-exclude': undefined,
    'build-timeout': declared/* declaredInputs */.WB['build-timeout'].default,
};
/** Whether an input sets what the agent runs; `cloud-build: false` does not. */
function isImageSource(raw, input) {
    return input === 'cloud-build'
        ? raw.verbatim(input).trim().toLowerCase() === 'true'
        : raw.isInput(input);
}
/** Reads how to build an image from the checkout. Undefined if none is built. */
function readBuild(reader) {
    const { raw, fields, findings } = reader;
    const isBuilt = fields.boolean('cloud-build') ?? false;
    const [first, ...others] = imageSources.filter((input) => isImageSource(raw, input));
    if (first !== undefined && others.length > 0) {
        const list = others.map((input) => `\`${input}\``).join(' and ');
        findings.problem(first, `and ${list} are ${others.length > 1 ? 'all' : 'both'} set, but an agent runs only one of them`);
    }
    const timeout = fields.timeout('build-timeout');
    if (isBuilt)
        return { context: readContext(reader), timeout };
    reportUnused(reader);
    return undefined;
}
function readContext(reader) {
    const { raw, settingsFile: file, findings } = reader;
    const isInput = raw.isInput('build-exclude');
    const exclude = isInput ? raw.items('build-exclude') : (file?.excludePatterns ?? []);
    if (!isInput && file !== undefined) {
        findings.substitutes.set('build-exclude', `build.exclude.patterns (${file.path})`);
    }
    for (const pattern of exclude) {
        if (!pattern.startsWith('!'))
            continue;
        findings.problem('build-exclude', `lists what to exclude, so ${(0,inputs_problems/* shown */.SP)(pattern)} cannot begin with \`!\`. To include files, use \`.dockerignore\``);
    }
    const directory = readPath(reader, 'build-context') ?? defaults['build-context'];
    const folder = file === undefined ? '.' : external_node_path_.posix.dirname(file.path);
    const isDefault = !raw.isInput('build-context') && directory === defaults['build-context'];
    return {
        directory,
        dockerfile: readPath(reader, 'dockerfile') ?? defaults.dockerfile,
        exclude,
        ...(isDefault && folder !== '.' ? { settingsFolder: folder } : {}),
    };
}
function readPath({ raw, findings }, input) {
    const path = raw.text(input);
    if (path === undefined || (0,inputs_problems/* isPath */.uf)(path))
        return path;
    return findings.problem(input, `${(0,inputs_problems/* shown */.SP)(path)} is not one path`);
}
/** No mistake: in a workflow, a condition may decide whether to build. */
function reportUnused({ raw, findings }) {
    const unused = buildInputs.filter((input) => raw.isInput(input) && raw.text(input) !== defaults[input]);
    if (unused.length === 0)
        return;
    findings.notices.push(`${(0,list/* listOf */.c)(unused)} ${unused.length === 1 ? 'has' : 'have'} no effect without \`cloud-build: true\`.`);
}

// EXTERNAL MODULE: ./lib/text/bytes.js
var bytes = __nccwpck_require__(8544);
;// CONCATENATED MODULE: ./lib/inputs/smoke-test.js





/** Inputs that only a smoke test uses. */
const detailInputs = [
    'public-api-key',
    'smoke-test-transport',
    'smoke-test-body',
    'smoke-test-path',
    'smoke-test-duration',
    'smoke-test-timeout',
];
const smokeTestInputs = ['smoke-test', ...detailInputs];
/** Bytes that the platform accepts as the body of a session. */
const longestBody = 1_000_000;
/** Paths that the platform itself serves for every bot. */
const reservedNames = ['bot', 'ws', 'readyz', 'livez'];
const missingKey = {
    input: 'public-api-key',
    message: `is empty, but \`smoke-test\` needs it. Likely reasons if the workflow sets it: ${inputs_problems/* emptyReasons */.Zn}`,
};
/** The mistake in a dry run that plans a smoke test without its key. Only some events explain that. */
function missingPublicKey({ raw, isDryRun }, agent) {
    const isPlanned = isDryRun && agent?.smokeTest !== undefined;
    return isPlanned && raw.text('public-api-key') === undefined ? missingKey : undefined;
}
/** Reads the settings of the smoke test; undefined if there is none. */
function readSmokeTest(reader, { waits }) {
    const { raw, fields, findings, isDryRun } = reader;
    const isWanted = fields.boolean('smoke-test') ?? false;
    const key = given(reader, 'public-api-key');
    const publicKey = key && access_checkCredential(findings, key, 'public-api-key');
    const transport = readTransport(reader);
    const body = readBody(reader);
    const path = smoke_test_readPath(reader);
    const duration = fields.timeout('smoke-test-duration');
    const timeout = fields.timeout('smoke-test-timeout');
    if (!raw.isInput('smoke-test'))
        fields.noEffectWithout('smoke-test', detailInputs);
    if (!isWanted)
        return undefined;
    if (duration > 0 && timeout > 0 && duration >= timeout) {
        findings.problem('smoke-test-duration', `is ${duration / 1000} s, but must be shorter than \`smoke-test-timeout\` (${timeout / 1000} s)`);
    }
    if (!waits) {
        findings.problem('smoke-test', 'needs `wait-for-ready: true`, because only a deployment that is ready can be tested');
    }
    // A dry run starts no session, and forks get no secrets.
    if (key === undefined && !isDryRun) {
        findings.problem('public-api-key', missingKey.message);
    }
    return { publicKey, transport, body, path, duration, timeout };
}
function readTransport({ raw, fields, findings }) {
    if (raw.text('smoke-test-transport')?.toLowerCase() === 'websocket') {
        return findings.problem('smoke-test-transport', 'cannot be `websocket`, because such a bot starts only when a client connects. Use `daily` or `webrtc`, or omit it');
    }
    return fields.choice('smoke-test-transport', ['daily', 'webrtc']);
}
/** Messages never quote the body, as it may hold secrets. */
function readBody({ raw, findings }) {
    const text = raw.text('smoke-test-body');
    if (text === undefined)
        return undefined;
    const size = Buffer.byteLength(text);
    if (size > longestBody) {
        return findings.problem('smoke-test-body', `has ${(0,bytes/* bytesOf */.$)(size)}, but the platform accepts at most ${(0,bytes/* bytesOf */.$)(longestBody)}`);
    }
    return (parseObject(text) ??
        findings.problem('smoke-test-body', 'is not a JSON object such as `{"language": "en"}` (its value is not shown)'));
}
function parseObject(text) {
    try {
        const value = JSON.parse(text);
        return (0,agent_settings/* isObject */.Gv)(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
}
function smoke_test_readPath({ raw, findings }) {
    const text = raw.text('smoke-test-path');
    if (text === undefined)
        return undefined;
    const path = text.replace(/^\//, '');
    const breach = smoke_test_breachOf(path);
    return breach === undefined
        ? path
        : findings.problem('smoke-test-path', `${(0,inputs_problems/* shown */.SP)(text)} ${breach}`);
}
function smoke_test_breachOf(path) {
    const notAPath = 'is not a path such as `healthz`, on one line and without query or fragment';
    // Percent signs could hide a segment from these checks.
    if (path.length > 200 || !/^[\w.~!$&'()*+,;:@/-]+$/.test(path))
        return notAPath;
    const segments = path.replace(/\/$/, '').split('/');
    if (segments.some((segment) => segment === '..' || segment === '.')) {
        return 'leaves the session; remove `.` and `..`';
    }
    if (segments.includes(''))
        return notAPath;
    const [first = ''] = segments;
    if (reservedNames.includes(first.toLowerCase())) {
        return `begins with \`${first}\`, but the platform reserves ${(0,list/* listOf */.c)(reservedNames)}; name an endpoint of the bot itself`;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/inputs/agent.js



const withoutEffectAlone = [
    ...inputs_agent_settings/* agentSettingInputs */.tF,
    'check-image',
    'pin-image',
    'cloud-build',
    'rollout',
    'force-redeploy',
    'wait-for-ready',
    'on-failure',
    'failure-logs',
    'wait-timeout',
    ...smokeTestInputs,
    'wait-for-drain',
    'drain-timeout',
];
const forceRedeploy = {
    auto: 'auto',
    true: 'always',
    false: 'never',
};
/** Reads the settings of the agent. Undefined if none is named. */
function readAgent(reader) {
    const { raw, fields, settingsFile, findings, preview } = reader;
    const name = fields.template('agent-name');
    const { minAgents, maxAgents, ...settings } = (0,inputs_agent_settings/* readAgentSettings */.Hu)(reader);
    checkScaling(reader, minAgents, maxAgents);
    if (settingsFile?.resources !== undefined && raw.isInput('agent-profile')) {
        findings.remarks.push(`\`agent-profile\` replaces \`[resources]\` in \`${settingsFile.path}\`.`);
    }
    const force = fields.choice('force-redeploy', ['auto', 'true', 'false']);
    const waitForReady = fields.boolean('wait-for-ready');
    const waitTimeout = fields.timeout('wait-timeout');
    const smokeTest = readSmokeTest(reader, { waits: waitForReady !== false });
    const drainTimeout = readDrainTimeout(reader, { waits: waitForReady !== false });
    const onFailure = fields.choice('on-failure', ['keep', 'rollback']);
    if (onFailure === 'rollback' && waitForReady === false) {
        findings.problem('on-failure', 'is `rollback`, but `wait-for-ready: false` skips the wait that shows a failure; remove one of them');
    }
    if (!raw.isGiven('agent-name'))
        fields.noEffectWithout('agent-name', withoutEffectAlone);
    if (name === undefined || force === undefined || waitForReady === undefined)
        return undefined;
    if (onFailure === undefined)
        return undefined;
    return {
        name,
        minAgents,
        maxAgents,
        settings,
        preview,
        forceRedeploy: forceRedeploy[force],
        onFailure,
        waitForReady,
        waitTimeout,
        smokeTest,
        drainTimeout,
        isBuiltFromBranch: settingsFile?.hasGit === true && !imageSources.some((input) => isImageSource(raw, input)),
    };
}
function checkScaling({ fields: { regions, checkedRegions }, findings }, minAgents, maxAgents) {
    for (const region of checkedRegions) {
        const [least, most] = [minAgents.in(region), maxAgents.in(region)];
        if (least === undefined || most === undefined || least <= most)
            continue;
        const where = regions.length > 1 ? ` in \`${region}\`` : '';
        findings.problem('min-agents', `is ${least}, but \`max-agents\` is ${most}${where}; set \`min-agents\` to at most \`max-agents\``);
        return;
    }
}
/** Reads how many milliseconds to wait for sessions on older deployments; undefined for no wait. */
function readDrainTimeout({ raw, fields, findings }, { waits }) {
    const drains = fields.boolean('wait-for-drain') ?? false;
    const timeout = fields.timeout('drain-timeout');
    if (!raw.isInput('wait-for-drain'))
        fields.noEffectWithout('wait-for-drain', ['drain-timeout']);
    if (!drains)
        return undefined;
    if (!waits) {
        findings.problem('wait-for-drain', 'needs `wait-for-ready: true`, because sessions leave an older deployment only once the new one is ready');
    }
    return timeout;
}

;// CONCATENATED MODULE: ./lib/inputs/github.js




/** Reads how to reach the repository. Undefined without a token. */
function readGitHubAccess({ raw, environment }) {
    const token = raw.text('github-token');
    if (token === undefined)
        return undefined;
    const [owner = '', repository = ''] = variableOf(environment, 'GITHUB_REPOSITORY')?.split('/') ?? [];
    const apiUrl = variableOf(environment, 'GITHUB_API_URL') ?? 'https://api.github.com';
    return { token: new secret_value/* SecretValue */.i(token), apiUrl: apiUrl.replace(/\/+$/, ''), owner, repository };
}
/** Reads what to report to GitHub. Undefined if nothing. */
function readGitHub(reader, { access, waitsForAgent, isOffline }) {
    const { raw, fields, environment, findings } = reader;
    const comments = fields.boolean('comment') ?? false;
    const name = readEnvironmentName(reader, waitsForAgent);
    if (access === undefined) {
        // Forks and Dependabot get no secrets, and need no token for an offline check.
        if (isOffline)
            return undefined;
        const needs = (permission) => `needs \`github-token\`; set it to the expression \`github.token\` in a job with the permission \`${permission}\``;
        if (name !== undefined)
            findings.problem('environment', needs('deployments: write'));
        if (comments)
            findings.problem('comment', needs('pull-requests: write'));
        return undefined;
    }
    if (name === undefined && !comments)
        return undefined;
    const textOf = (key) => variableOf(environment, key) ?? '';
    const server = textOf('GITHUB_SERVER_URL') || 'https://github.com';
    const runId = textOf('GITHUB_RUN_ID');
    return {
        ...access,
        runUrl: `${server}/${access.owner}/${access.repository}/actions/runs/${runId}`,
        environment: name,
        comments,
        commentKey: [
            raw.text('organization') ?? textOf('PIPECAT_ORG'),
            raw.text('api-url') ?? textOf('PIPECAT_API_HOST'),
            raw.text('environment') ?? '',
            ...subjectsOf(reader),
        ].join('\n'),
        commentOrigin: ['GITHUB_WORKFLOW', 'GITHUB_JOB', 'GITHUB_ACTION'].map(textOf).join('\n'),
        runId,
    };
}
/**
 * What the plan is for, by region: the agent, or the secret sets if there is no agent. From the texts of
 * the inputs, so that mistakes in other inputs do not change it.
 */
function subjectsOf({ raw, fields: { regions } }) {
    const agent = raw.text('agent-name');
    const names = agent === undefined ? [raw.text('secret-set'), raw.text('registry')] : [agent];
    const given = names.filter((name) => name !== undefined);
    if (regions.length === 0)
        return given;
    return regions
        .flatMap((region) => given.map((name) => `${(0,name_template/* nameInRegion */.J4)(name, region)} in ${region}`))
        .toSorted();
}
function readEnvironmentName({ raw, fields, findings, preview }, waitsForAgent) {
    const name = raw.text('environment');
    if (name === undefined)
        return undefined;
    if (!raw.isGiven('agent-name')) {
        fields.noEffectWithout('agent-name', ['environment']);
        return undefined;
    }
    const unknown = (name.match(/\{[^{}]*\}/g) ?? []).filter((held) => held !== name_template/* regionPlaceholder */.q5);
    if (name.length > 255 || /[\n\r]/.test(name) || unknown.length > 0) {
        return findings.problem('environment', `${(0,inputs_problems/* shown */.SP)(name)} is not the name of an environment; use up to 255 characters on one line, with \`${name_template/* regionPlaceholder */.q5}\` as the only placeholder`);
    }
    if (!waitsForAgent) {
        findings.warnings.push('The action creates no GitHub deployment, because with `wait-for-ready: false` it does not know how the rollout ends.');
        return undefined;
    }
    // Previews share one environment, because GitHub keeps the name of each environment for good.
    if (fields.regions.length > 1 && !name.includes(name_template/* regionPlaceholder */.q5) && preview === undefined) {
        findings.warnings.push(`\`environment\` has no \`${name_template/* regionPlaceholder */.q5}\`, so the agents of all regions share ${(0,inputs_problems/* shown */.SP)(name)}, and GitHub shows only the state of the newest deployment.`);
    }
    return name;
}

;// CONCATENATED MODULE: ./lib/inputs/image-lookup.js

const checks = { auto: 'auto', true: 'always', false: 'never' };
/** Reads how to look up the image before the release. Undefined if it is not looked up. */
function readImageLookup({ raw, fields, findings, isDryRun }, agent) {
    const check = checks[fields.choice('check-image', ['auto', 'true', 'false']) ?? 'auto'];
    const pins = fields.boolean('pin-image') ?? false;
    const builds = ['cloud-build', 'build-id'].filter((input) => isImageSource(raw, input));
    if (pins && builds.length > 0) {
        findings.problem('pin-image', `pins the tag of \`image\`, but a cloud build has no tag; remove \`pin-image\` or \`${builds.join('` and `')}\``);
    }
    const isNeeded = agent?.settings.image !== undefined && (check !== 'never' || pins);
    return isNeeded ? { check, pins, isDryRun } : undefined;
}

;// CONCATENATED MODULE: ./lib/inputs/misplaced.js




/**
 * Parts of secrets that are in the wrong input. Messages may quote such a part, which redacting the whole
 * secret would miss: an item of a list, one side of a line `region: name`, or the host of an address.
 */
function misplacedParts(raw, secrets) {
    const texts = declared/* inputNames */.vj
        .filter((name) => !declared/* declaredInputs */.WB[name].isSecret)
        .map((name) => raw.verbatim(name));
    return secrets
        .flatMap(masksFor)
        .filter((line) => texts.some((text) => text.includes(line)))
        .flatMap((line) => [...splitItems(line), ...line.split(/[,:=]/), hostOf(line)])
        .map((part) => new secret_value/* SecretValue */.i(part));
}
function hostOf(line) {
    return URL.canParse(line) ? new URL(line).host : '';
}

// EXTERNAL MODULE: ./lib/pipecat/names.js
var names = __nccwpck_require__(5636);
;// CONCATENATED MODULE: ./lib/inputs/secrets/source.js


/** The inputs that bring secrets, the strongest first. */
const secretSources = ['secrets', 'secrets-env', 'secrets-json', 'secrets-file'];
/** Longer texts are not keys and may be anything, so they are not shown. */
const maxKeyLength = 64;
/** What one source contains, mistakes included. */
class SourceReading {
    source;
    entries = [];
    #places = new Map();
    /** Sentences without the name of the input; never a value. */
    problems = [];
    /** Texts that could not be read but may be (part of) a secret, to be masked. */
    possibleSecrets = [];
    /** What is not sent on purpose, for the log. */
    remarks = [];
    /** Patterns that select nothing: as likely a mistake as an empty value. */
    unmatched = [];
    /** Whether a mistake in another input explains why it is empty. */
    isReportedElsewhere = false;
    constructor(source) {
        this.source = source;
    }
    /** Adds an entry, unless its key is not valid or is already there. */
    add(key, value, place, details = {}) {
        if (!names/* secretKey */.oF.pattern.test(key)) {
            this.refuseKey(key, place);
            this.addPossibleSecret(value);
            return;
        }
        const earlier = this.#places.get(key);
        if (earlier !== undefined) {
            this.problems.push(`${place}: \`${key}\` is set twice, first in ${earlier}`);
            this.addPossibleSecret(value);
            return;
        }
        this.#places.set(key, place);
        const { source } = this;
        this.entries.push({ source, key, value: new secret_value/* SecretValue */.i(value), place, ...details });
    }
    /** Reports a key that the platform would reject. */
    refuseKey(key, place) {
        const shown = key.length > maxKeyLength ? `of ${key.length} characters` : `\`${key}\``;
        this.problems.push(`${place}: the key ${shown} is not valid; use ${names/* secretKey */.oF.rule}`);
        if (key.length > maxKeyLength)
            this.addPossibleSecret(key);
    }
    /** Reports why a value cannot be read here, and how to pass it. */
    refuseValue(key, value, place, reason) {
        this.addPossibleSecret(value);
        if (!names/* secretKey */.oF.pattern.test(key)) {
            this.refuseKey(key, place);
            return;
        }
        this.problems.push(`${place}: \`${key}\` ${reason}. Pass \`${key}\` with \`secrets-env\``);
    }
    /**
     * Stops reading at a mistake, because nothing after it is certain. Empty entries are dropped: they may be
     * lines of a value that spans several lines.
     *
     * @param unread lines from the mistake on, which may be (part of) a secret
     */
    stopAt(problem, unread = []) {
        this.problems.push(problem);
        for (const line of unread)
            this.#addPossibleSecretLine(line);
        const kept = this.entries.filter(({ value }) => !value.isEmpty);
        this.entries.splice(0, Infinity, ...kept);
        return this;
    }
    /** Whether it has no secrets, and that was not reported yet. */
    get isEmpty() {
        const found = this.entries.length + this.problems.length + this.unmatched.length;
        return found === 0 && !this.isReportedElsewhere;
    }
    addPossibleSecret(text) {
        this.possibleSecrets.push(new secret_value/* SecretValue */.i(text));
    }
    /** If the line is `KEY=value`, the value alone is as secret. */
    #addPossibleSecretLine(line) {
        this.addPossibleSecret(line);
        if (line.includes('='))
            this.addPossibleSecret(line.slice(line.indexOf('=') + 1));
    }
}
/** Whether a name looks like that of a variable, not like part of a value. */
function isConventional(key) {
    return /^[A-Z_][A-Z0-9_]*$/.test(key);
}
/** The key before a mistake, if it certainly is one, and not part of a value that spans several lines. */
function afterKey(key) {
    return key !== undefined && isConventional(key) ? ` (after the key \`${key}\`)` : '';
}
/**
 * Whether a line is probably the end of a base64 or base32 value that spans several lines: `…==`, or `…=`
 * after letters of both cases. Shown as a key, it would reveal half of a secret.
 */
function endsBase64(key, value) {
    return /^=+$/.test(value) || (value === '' && /[a-z]/.test(key) && /[A-Z]/.test(key));
}
/**
 * What is wrong with a line that is not `KEY=value`, and how to fix it: the end of a sentence that begins
 * with its place, without the line itself. Undefined if it could be anything.
 */
function mistakeIn(line) {
    return commonMistakes.find(({ pattern }) => pattern.test(line))?.words;
}
/** All require the beginning of a key; anything else may be part of a secret. */
const commonMistakes = [
    {
        pattern: /^\s*export\s+[A-Za-z_]\w*=/,
        words: 'begins with `export`, which is for shells. Write `KEY=value`',
    },
    {
        pattern: /^\s*-\s+[A-Za-z_]\w*(?:=|:\s|$)/,
        words: 'begins with `- `, as in a YAML list. Write `KEY=value`',
    },
    {
        pattern: /^\s*[A-Za-z_][\w-]*:(?:\s|$)/,
        words: 'has a colon after its key. Write `KEY=value`',
    },
    {
        pattern: /^[A-Za-z_][\w-]*\s+=/,
        words: 'has a blank between its key and the `=`. Write `KEY=value`',
    },
    { pattern: /^\s+[A-Za-z_][\w-]*=/, words: 'begins with a blank. Write `KEY=value`' },
    {
        pattern: /^\s*[[{]/,
        words: 'looks like JSON. Pass JSON with `secrets-json`',
    },
];
/** What `${{ secrets }}` becomes, which is an object. */
const objectAsText = 'is the word `Object`, which is what `${{ secrets }}` becomes. Write `secrets-json: ${{ toJSON(secrets) }}`';
function isObjectAsText(input) {
    return input.trim() === 'Object';
}

;// CONCATENATED MODULE: ./lib/inputs/pull-request.js






/** Other agents are unlikely to have a name with this in it. */
const tellingName = `pr-${name_template/* pullRequestPlaceholder */.KA}`;
/** Replaces a missing number, so that everything else can be checked. */
const anyNumber = 1;
/** Whether to delete a preview. A value that is neither true nor false is reported elsewhere. */
function isTeardown(raw) {
    return raw.text('teardown')?.toLowerCase() === 'true';
}
/**
 * Reads which pull request `{pr}` stands for. Reads the event only if an input has `{pr}`.
 *
 * @returns the inputs with the number in place of `{pr}`
 */
async function readPullRequest(raw, findings, readEvent) {
    const numberedInputs = pullRequestInputs.filter((input) => raw.text(input)?.includes(name_template/* pullRequestPlaceholder */.KA) === true);
    if (numberedInputs.length === 0) {
        if (raw.isGiven('pr-number') && !isTeardown(raw)) {
            findings.problem('pr-number', `has no effect, because no name has \`${name_template/* pullRequestPlaceholder */.KA}\``);
        }
        return { raw, numberedInputs, preview: undefined };
    }
    const event = (await readEvent?.()) ?? { eventName: '', payload: undefined };
    const ofEvent = (0,github_event/* pullRequestOf */._n)(event);
    const number = readNumber(raw, findings, ofEvent);
    if (number === undefined && !raw.isGiven('pr-number')) {
        const on = event.eventName === '' ? '' : ` (event \`${event.eventName}\`)`;
        for (const input of numberedInputs) {
            findings.problem(input, `has \`${name_template/* pullRequestPlaceholder */.KA}\`, the number of a pull request, but this run is not for a pull request${on}; set \`pr-number\``);
        }
    }
    checkLines(raw, findings);
    // Sets to write whose names alone do not show that they belong to the preview.
    const unclear = setInputs.filter((input) => numberedInputs.includes(input) && isWritten(raw, input) && !hasUniqueName(raw, input));
    const hasPreview = numberedInputs.includes('agent-name');
    if (!hasPreview && !isTeardown(raw))
        reportUnclear(findings, unclear);
    return {
        raw: raw.with({ pullRequest: String(number ?? anyNumber) }),
        numberedInputs,
        preview: number === undefined || !hasPreview
            ? undefined
            : {
                pullRequest: number,
                openedAt: ofEvent?.openedAt,
                hasUniqueName: hasUniqueName(raw, 'agent-name'),
                unclearSets: unclear.map((input) => kinds[input]),
            },
    };
}
/** Inputs that name sets, and the kinds of those sets. */
const kinds = { 'secret-set': 'secret', 'image-credentials': 'imagePullSecret' };
const setInputs = ['secret-set', 'image-credentials'];
function isWritten(raw, input) {
    return input === 'image-credentials'
        ? raw.isGiven('registry')
        : secretSources.some((source) => raw.isGiven(source));
}
function hasUniqueName(raw, input) {
    return valuesOf(raw.text(input) ?? '').every((value) => value.includes(tellingName));
}
function readNumber(raw, findings, ofEvent) {
    const text = raw.text('pr-number');
    if (text === undefined)
        return ofEvent?.number;
    if (!/^[1-9]\d{0,8}$/.test(text)) {
        return findings.problem('pr-number', `${(0,inputs_problems/* shown */.SP)(text)} is not the number of a pull request`);
    }
    if (ofEvent !== undefined && ofEvent.number !== Number(text)) {
        return findings.problem('pr-number', `is ${text}, but the event is about pull request ${ofEvent.number}; remove \`pr-number\``);
    }
    return Number(text);
}
/** Without an agent for the pull request, only their names can show that sets belong to it. */
function reportUnclear(findings, sets) {
    for (const input of sets) {
        findings.problem(input, `does not contain \`${tellingName}\`, and \`agent-name\` has no \`${name_template/* pullRequestPlaceholder */.KA}\`. Nothing else tells this set from another one with its name, because the platform does not show how old a set is`);
    }
}
/** Without `{pr}` in one region, the name there may belong to another agent. */
function checkLines(raw, findings) {
    for (const input of pullRequestInputs) {
        const values = valuesOf(raw.text(input) ?? '');
        const without = values.filter((value) => !value.includes(name_template/* pullRequestPlaceholder */.KA));
        if (without.length === 0 || without.length === values.length)
            continue;
        findings.problem(input, `has \`${name_template/* pullRequestPlaceholder */.KA}\` in only some of its lines; add it to the others (${(0,list/* listOf */.c)(without.map((value) => value.trim()))})`);
    }
}
/** One value, or those of lines `region: value`. */
function valuesOf(text) {
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

;// CONCATENATED MODULE: ./lib/plan/regional.js
/** A value that may differ between regions. */
class Regional {
    /** The value for all regions without their own. */
    others;
    #own;
    constructor(others, own = new Map()) {
        this.others = others;
        this.#own = own;
    }
    in(region) {
        return this.#own.get(region) ?? this.others;
    }
    /** The regions with their own value. */
    get regions() {
        return [...this.#own.keys()];
    }
    /** Transforms each value; undefined removes it. */
    map(work) {
        const own = [...this.#own].flatMap(([region, value]) => {
            const result = work(value);
            return result === undefined ? [] : [[region, result]];
        });
        return new Regional(this.others === undefined ? undefined : work(this.others), new Map(own));
    }
    get values() {
        return [...this.#own.values(), ...(this.others === undefined ? [] : [this.others])];
    }
}

;// CONCATENATED MODULE: ./lib/inputs/fields.js



/** Seconds; jobs on self-hosted runners may take days, but no step of a release does. */
const maxWait = 24 * 60 * 60;
/**
 * Reads single inputs. Each mistake becomes a finding.
 *
 * The settings file belongs to the platform's client, which may allow more tomorrow. So a value from
 * there that this version does not know is sent, with a warning.
 */
class Fields {
    raw;
    findings;
    constructor(raw, findings) {
        this.raw = raw;
        this.findings = findings;
    }
    /** A text that follows a naming rule of the platform. */
    name(input, { pattern, rule }) {
        const text = this.raw.text(input);
        if (text === undefined || pattern.test(text))
            return text;
        return this.findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is not valid; use ${rule}`);
    }
    /** A whole number within bounds. */
    integer(input, bounds) {
        const text = this.raw.text(input);
        return text === undefined ? undefined : this.parseInteger(input, text, bounds);
    }
    /** The same for a text that an input holds. */
    parseInteger(input, text, { least, most }) {
        const range = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
        if (!/^\d{1,9}$/.test(text)) {
            return this.findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is not a whole number ${range}, written in digits`);
        }
        const number = Number(text);
        if (number >= least && number <= (most ?? Infinity))
            return number;
        if (this.raw.isInput(input)) {
            return this.findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is out of range; use a whole number ${range}`);
        }
        this.#warnOfUnknown(input, text, `whole numbers ${range}`);
        return number;
    }
    /** Seconds of a time limit, as milliseconds. */
    timeout(input) {
        return (this.integer(input, { least: 1, most: maxWait }) ?? 0) * 1000;
    }
    /** A boolean as in YAML 1.2. */
    boolean(input) {
        const text = this.raw.text(input);
        if (text === undefined)
            return undefined;
        if (['true', 'True', 'TRUE'].includes(text))
            return true;
        if (['false', 'False', 'FALSE'].includes(text))
            return false;
        return this.findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is neither \`true\` nor \`false\``);
    }
    /** One of a few words, in an input that the settings file cannot set. */
    choice(input, choices) {
        const word = this.word(input, choices);
        return choices.find((choice) => choice === word);
    }
    /**
     * One of the words that this version knows. From the settings file, others are accepted, too, unless
     * they are a near miss.
     *
     * @param aliases what else people call the words
     */
    word(input, words, aliases = new Map()) {
        const text = this.raw.text(input);
        if (text === undefined)
            return undefined;
        const word = text.toLowerCase();
        if (words.includes(word))
            return word;
        const meant = aliases.get(word) ?? (0,nearest/* nearest */.pA)(text, words);
        if (meant !== undefined || this.raw.isInput(input)) {
            const suggestion = meant === undefined ? '' : `. Did you mean \`${meant}\`?`;
            return this.findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is not one of ${(0,list/* listOf */.c)(words)}${suggestion}`);
        }
        this.#warnOfUnknown(input, text, (0,list/* listOf */.c)(words));
        return text;
    }
    #warnOfUnknown(input, text, known) {
        this.findings.warnings.push(`${(0,inputs_problems/* shown */.SP)(text)} in \`${this.findings.displayName(input)}\` is not a value that this version of the action knows (${known}). The action sends it anyway.`);
    }
    /** Reports inputs that are set, and not to their defaults, but need another input. */
    noEffectWithout(needed, inputs) {
        for (const input of inputs) {
            if (this.raw.isChanged(input)) {
                this.findings.problem(input, `has no effect without \`${needed}\`, which is not set`);
            }
        }
    }
}

;// CONCATENATED MODULE: ./lib/inputs/regions.js







/** Stands for a region that only the platform knows. */
const exampleRegion = 'us-west';
/** The inputs that are names on the platform, with their rules and placeholders. */
const regions_names = {
    'agent-name': { rule: names/* agentName */.Lp, placeholders: [name_template/* regionPlaceholder */.q5] },
    'secret-set': { rule: names/* secretSetName */._u, placeholders: [name_template/* regionPlaceholder */.q5, name_template/* versionPlaceholder */.Wg] },
    'image-credentials': { rule: names/* secretSetName */._u, placeholders: [name_template/* regionPlaceholder */.q5] },
};
/** Reads inputs whose values may differ by region, or hold `{region}`. */
class RegionalFields extends Fields {
    /** The regions that `region` lists, in that order. */
    regions;
    constructor(raw, findings) {
        super(raw, findings);
        this.regions = this.#readRegions();
    }
    /** The regions that values are checked for; an example if none is listed. */
    get checkedRegions() {
        return this.regions.length === 0 ? [exampleRegion] : this.regions;
    }
    /** The template of a name on the platform, which differs from region to region. */
    template(input) {
        const { rule, placeholders } = regions_names[input];
        const templates = this.#values(input, { isRequiredEverywhere: true });
        if (templates === undefined)
            return undefined;
        const shell = templates.values.find((value) => value.includes('${'));
        if (shell !== undefined) {
            const fixed = shell.replaceAll('${', '{');
            return this.findings.problem(input, `${(0,inputs_problems/* shown */.SP)(shell)} has a \`$\` before a placeholder; ${(0,inputs_problems/* looksLikeCredential */.Pv)(fixed) ? 'remove it' : `use \`${fixed}\``}`);
        }
        const misplaced = templates.values.flatMap((value) => placeholderMistakes(value, placeholders));
        if (this.findings.accept(input, templates, misplaced) === undefined)
            return undefined;
        return this.findings.accept(input, templates, [
            ...this.#breaches(templates, rule),
            ...this.#sharedNames(input, templates, rule),
        ]);
    }
    /** Whole numbers within bounds. */
    integerByRegion(input, bounds) {
        const texts = this.#values(input, { isRequiredEverywhere: false });
        return (texts?.map((text) => this.parseInteger(input, text, bounds)) ??
            new Regional(undefined));
    }
    #readRegions() {
        const regions = [];
        const items = this.raw.items('region');
        if (items.length === 0 && this.raw.text('region') !== undefined) {
            this.findings.problem('region', 'is set but contains no region');
        }
        for (const item of items) {
            if (!names/* regionCode */.Gw.pattern.test(item)) {
                const written = regionsIn(item);
                const isShown = written.every((one) => names/* regionCode */.Gw.pattern.test(one)) && !(0,inputs_problems/* looksLikeCredential */.Pv)(item);
                this.findings.problem('region', `${(0,inputs_problems/* shown */.SP)(item)} is not valid; use ${names/* regionCode */.Gw.rule}${isShown ? `. Did you mean \`${written.join(', ')}\`?` : ''}`);
            }
            else if (regions.includes(item)) {
                this.findings.problem('region', `lists \`${item}\` twice`);
            }
            else {
                regions.push(item);
            }
        }
        return regions;
    }
    /** One value for all regions, or lines `region: value`, with `*: value` for the others. */
    #values(input, { isRequiredEverywhere }) {
        const text = this.raw.text(input);
        if (text === undefined)
            return undefined;
        // None of these values can hold a colon or a line break.
        if (!/[:\n]/.test(text))
            return new Regional(text);
        // Lines are counted as in the workflow.
        const values = this.#readLines(input, this.raw.isInput(input) ? this.raw.verbatim(input) : text);
        return (values &&
            this.findings.accept(input, values, [
                ...this.#unlistedRegions(values),
                ...(isRequiredEverywhere ? this.#missingRegions(values) : []),
            ]));
    }
    #readLines(input, text) {
        const own = new Map();
        const mistakes = [];
        for (const [index, line] of text.split(/\r?\n/).entries()) {
            if (line.trim() === '')
                continue;
            const [, region, value] = /^(\*|[a-z0-9][-a-z0-9]*)\s*:\s*(\S.*)$/.exec(line.trim()) ?? [];
            const place = `line ${index + 1}`;
            if (region === undefined || value === undefined || (0,inputs_problems/* looksLikeCredential */.Pv)(region)) {
                mistakes.push(`${place} is not \`region: value\`; set one value, or lines \`region: value\` (\`*: value\` for the other regions)`);
                break;
            }
            if (own.has(region)) {
                mistakes.push(`has two lines for \`${region}\`; the second is ${place}`);
            }
            own.set(region, value);
        }
        const others = own.get('*');
        own.delete('*');
        return this.findings.accept(input, new Regional(others, own), mistakes);
    }
    #unlistedRegions({ regions }) {
        if (regions.length > 0 && this.regions.length === 0) {
            return [
                `has lines for regions (${(0,list/* listOf */.c)(regions)}); set \`region\` to the regions to release to`,
            ];
        }
        const unknown = regions.filter((region) => !this.regions.includes(region));
        if (unknown.length === 0)
            return [];
        return [
            `has a line for ${(0,list/* listOf */.c)(unknown)}, but \`region\` lists ${(0,list/* listOf */.c)(this.regions)}${meantFor(unknown, this.regions)}`,
        ];
    }
    #missingRegions(values) {
        const without = this.regions.filter((region) => values.in(region) === undefined);
        if (without.length === 0)
            return [];
        return [`has no line for ${(0,list/* listOf */.c)(without)}; add one, or \`*: …\` for the other regions`];
    }
    /** One mistake per template, in the first region where its name is not valid. */
    #breaches(templates, { pattern, rule }) {
        const mistakes = new Map();
        for (const region of this.checkedRegions) {
            const template = templates.in(region) ?? '';
            const name = (0,name_template/* nameOfAnyVersion */.TL)((0,name_template/* nameInRegion */.J4)(template, region));
            if (pattern.test(name) || mistakes.has(template))
                continue;
            const length = name === template ? '' : ` (${name.length} characters in ${region})`;
            mistakes.set(template, `${(0,inputs_problems/* shown */.SP)(template)}${length} is not valid; use ${rule}`);
        }
        return [...mistakes.values()];
    }
    #sharedNames(input, templates, rule) {
        const regionsByName = new Map();
        for (const region of this.regions) {
            const name = (0,name_template/* nameInRegion */.J4)(templates.in(region) ?? '', region);
            regionsByName.set(name, [...(regionsByName.get(name) ?? []), region]);
        }
        return [...regionsByName]
            .filter(([, regions]) => regions.length > 1)
            .map(([name, regions]) => `${(0,inputs_problems/* shown */.SP)(name)} is the name in ${(0,list/* listOf */.c)(regions)}, but names are unique across the platform; ${this.#suggestionFor(input, suggestedName(name, regions, rule))}`);
    }
    /** The platform's client reads the settings file, too, and does not know `{region}`. */
    #suggestionFor(input, better) {
        return this.findings.substitutes.has(input)
            ? `set the input \`${input}\` to ${better}, because the platform's client reads the file, too`
            : `use ${better}, or lines \`region: name\``;
    }
}
function placeholderMistakes(template, known) {
    const held = template.match(/\{[^{}]*\}/g) ?? [];
    const mistakes = [];
    if (held.some((placeholder) => !known.includes(placeholder))) {
        mistakes.push(`${(0,inputs_problems/* shown */.SP)(template)} has an unknown placeholder; available: ${(0,list/* listOf */.c)([...known, name_template/* pullRequestPlaceholder */.KA])}`);
    }
    if (held.filter((placeholder) => placeholder === name_template/* versionPlaceholder */.Wg).length > 1) {
        mistakes.push(`${(0,inputs_problems/* shown */.SP)(template)} has \`${name_template/* versionPlaceholder */.Wg}\` more than once`);
    }
    return mistakes;
}
/** The name with `{region}` added, if that is valid in each region and may be shown. */
function suggestedName(name, regions, { pattern }) {
    const better = name.includes(name_template/* versionPlaceholder */.Wg)
        ? name.replace(name_template/* versionPlaceholder */.Wg, `${name_template/* regionPlaceholder */.q5}-${name_template/* versionPlaceholder */.Wg}`)
        : `${name}-${name_template/* regionPlaceholder */.q5}`;
    const checks = regions.every((region) => pattern.test((0,name_template/* nameOfAnyVersion */.TL)((0,name_template/* nameInRegion */.J4)(better, region))));
    return checks && !(0,inputs_problems/* looksLikeCredential */.Pv)(name)
        ? `\`${better}\``
        : `a name with \`${name_template/* regionPlaceholder */.q5}\` in it`;
}
/** The codes that were probably meant: separated by blanks, or one in another style. */
function regionsIn(text) {
    const words = text.toLowerCase().replaceAll('_', '-').split(/\s+/);
    return words.every((word) => word.includes('-')) ? words : [words.join('-')];
}
function meantFor([first = '', ...others], regions) {
    const meant = others.length === 0 ? (0,nearest/* nearest */.pA)(first, regions) : undefined;
    return meant === undefined ? '' : `. Did you mean \`${meant}\`?`;
}

;// CONCATENATED MODULE: ./lib/inputs/reader.js

function inputReader(source) {
    const fields = new RegionalFields(source.raw, source.findings);
    return { ...source, fields, isDryRun: fields.boolean('dry-run') ?? false };
}

// EXTERNAL MODULE: ./lib/registry/reference.js
var reference = __nccwpck_require__(9758);
;// CONCATENATED MODULE: ./lib/inputs/registry.js




/** The password of the registry and what contains it, to be masked even if it is not valid. */
function givenRegistrySecrets(raw) {
    const password = readPassword(raw);
    const username = raw.text('registry-username');
    return [
        ...(password === '' ? [] : [new secret_value/* SecretValue */.i(password)]),
        // Somebody may put user and password into one input.
        ...(username?.includes(':') === true
            ? [new secret_value/* SecretValue */.i(username.slice(username.indexOf(':') + 1))]
            : []),
        ...(password === '' || username === undefined ? [] : [authenticationOf(username, password)]),
    ];
}
/** Reads the image pull secret to bind, and its credentials if `registry` is set. */
function readImagePullSecret(reader) {
    const { raw, fields, findings } = reader;
    const name = fields.template('image-credentials');
    const registry = readRegistry(reader);
    const [isNamed, isWritten] = [raw.isGiven('image-credentials'), raw.isGiven('registry')];
    if (isWritten && !isNamed) {
        findings.problem('registry', 'needs `image-credentials`, the name of the image pull secret');
    }
    if (isNamed && !isWritten && !raw.isGiven('agent-name')) {
        findings.problem('image-credentials', 'has no effect without `agent-name` (to bind it) or `registry` (to write it); set one of them');
    }
    return name === undefined ? undefined : { name, registry };
}
function readRegistry(reader) {
    const { raw, fields, isDryRun, findings } = reader;
    if (!raw.isGiven('registry')) {
        fields.noEffectWithout('registry', ['registry-username', 'registry-password']);
        return undefined;
    }
    const host = readHost(raw.text('registry') ?? '', findings);
    const username = raw.text('registry-username');
    const password = readPassword(raw);
    if (username === undefined) {
        findings.problem('registry-username', 'is not set, but `registry` needs it');
    }
    else if (/[:\s]/.test(username)) {
        findings.problem('registry-username', 'contains a colon or blanks; remove them (a colon separates it from the password)');
    }
    if (password === '') {
        if (!isDryRun) {
            return findings.problem('registry-password', `is empty, but \`registry\` needs it. Likely reasons: ${inputs_problems/* emptyReasons */.Zn}`);
        }
        findings.notices.push('`registry-password` is empty. The plan continues without it; a release would fail.');
    }
    if (host === undefined || username === undefined)
        return undefined;
    warnOfUnfit(reader, { host, username, password });
    return { host, authentication: authenticationOf(username, password) };
}
/** Warns of credentials that will not pull the image for long, or not at all. */
function warnOfUnfit({ raw, findings }, credentials) {
    const shortLived = shortLivedCredentials.find(({ matches }) => matches(credentials));
    if (shortLived !== undefined) {
        findings.warnings.push(`${shortLived.what}. The platform pulls the image again whenever an instance starts, and will fail then. ${shortLived.advice}`);
    }
    const image = raw.text('image');
    const name = (0,reference/* registryName */.jT)(credentials.host);
    if (image === undefined || (0,reference/* parseImageReference */.o_)(image).registry === name)
        return;
    findings.warnings.push(`\`registry\` is \`${name}\`, but \`image\` is in \`${(0,reference/* parseImageReference */.o_)(image).registry}\`. The image pull secret does not help to pull it.`);
}
/** Credentials that expire soon after the release, and what to use instead. */
const shortLivedCredentials = [
    {
        matches: ({ password }) => password.startsWith('ghs_'),
        what: '`registry-password` is a token of this job (`ghs_…`) and expires with it',
        advice: 'Use a token that lasts, such as a fine-grained one with `read:packages`.',
    },
    {
        matches: ({ host, username }) => username === 'AWS' || /\.dkr\.ecr[.-].*\.amazonaws\.com(\.cn)?$/.test(new URL(host).hostname),
        what: 'A password for Amazon ECR expires after 12 hours',
        advice: 'Renew the image pull secret on a schedule, at least every 6 hours (docs/images.md has the workflow), or let the platform build the image with `cloud-build`.',
    },
    {
        matches: ({ username }) => username === 'oauth2accesstoken',
        what: 'An access token for Google Artifact Registry (`oauth2accesstoken`) expires after 1 hour',
        advice: 'Use the key of a service account that may only read: `registry-username: _json_key_base64` and the key in base64 as `registry-password` (docs/images.md).',
    },
    {
        matches: ({ username }) => username === '00000000-0000-0000-0000-000000000000',
        what: 'A token for Azure Container Registry with the all-zero user expires after 3 hours',
        advice: 'Use a token of the registry with a scope map, or a service principal that may only pull (docs/images.md).',
    },
];
function readHost(text, findings) {
    const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
    if (!URL.canParse(withScheme)) {
        return findings.problem('registry', 'is not the address of a registry, such as `ghcr.io`');
    }
    const url = new URL(withScheme);
    // Almost anything can be parsed as a URL. `@`, `?` and `#` show a credential or a query; braces show a
    // placeholder, but one registry serves all regions.
    if (!(0,confidential/* isConfidential */.F)(url) || !/^[\w.:/[\]-]+$/.test(text)) {
        return findings.problem('registry', 'is not the https address of a registry; set one such as `ghcr.io`, without credentials, query or placeholders');
    }
    if ((0,reference/* registryName */.jT)(url.host) === reference/* dockerHub */.UD)
        return reference/* dockerHubUrl */.JM;
    return url.pathname === '/' ? url.origin : url.href;
}
/** Blanks are part of a password; line breaks at its end come from pasting it. */
function readPassword(raw) {
    return raw.verbatim('registry-password').replace(/(?<![\r\n])[\r\n]+$/, '');
}
function authenticationOf(username, password) {
    return new secret_value/* SecretValue */.i(Buffer.from(`${username}:${password}`, 'utf8').toString('base64'));
}

// EXTERNAL MODULE: ./lib/inputs/files.js
var files = __nccwpck_require__(2362);
;// CONCATENATED MODULE: ./lib/inputs/secrets/likely-mistakes.js
function unfinished(value) {
    const expression = value.indexOf('${{');
    if (expression !== -1 && value.includes('}}', expression))
        return 'a GitHub expression';
    if (value.startsWith('ENC[AES256_GCM,'))
        return 'SOPS ciphertext';
    if (value.startsWith('encrypted:'))
        return 'dotenvx ciphertext';
    return undefined;
}
/**
 * Whether a line `KEY=value` looks like several that were joined, by `secrets: >` or by commas. A name
 * begins after a separator and cannot contain one, so the search takes linear time.
 */
function looksLikeSeveral(value) {
    return /[,\s][A-Z][A-Z0-9_]{2,}=(?=[^=\s,])/.test(value);
}
/** The values in such a line, which are as secret as the whole. */
function severalValues(value) {
    return value.split(/[,\s](?=[A-Z][A-Z0-9_]{2,}=[^=\s,])/).map((part, index) => {
        const own = index === 0 ? part : part.slice(part.indexOf('=') + 1);
        return own.replace(/,$/, '').trim();
    });
}
const quotes = [
    ['"', '"', 'is in double quotes'],
    ["'", "'", 'is in single quotes'],
    ['`', '`', 'is in backticks'],
    ['“', '”', 'is in smart quotes'],
    ['‘', '’', 'is in smart quotes'],
];
/** Longer values are not placeholders. */
const maxPlaceholderLength = 200;
const placeholders = [
    /^change[-_ ]?me$/i,
    /^x{3,}$/i,
    /^<.*>$/,
    /^your[-_ ].*(?:key|token|secret|id|url)(?:[-_ ]?here)?$/i,
    /^op:\/\/.+$/,
];
/**
 * What looks like a mistake in a value that is sent unchanged. Each item continues a sentence with the key
 * as its subject, without any part of the value.
 */
function likelyMistakes({ value, isLine = false }) {
    const text = value.reveal();
    const pair = quotes.find(([open, close]) => text.length > 1 && text.startsWith(open) && text.endsWith(close));
    const inside = text.slice(1, -1);
    const kind = unfinished(text);
    const isOneLine = !/[\r\n]/.test(text.replace(/\r?\n$/, ''));
    const shapes = [
        [pair?.slice(0, 2).every((quote) => !inside.includes(quote)) === true, pair?.[2] ?? ''],
        [/^[\r\n]/.test(text), 'begins with a line break'],
        [/^[^\S\r\n]/.test(text), 'begins with a blank'],
        [isOneLine && /[\r\n]$/.test(text), 'ends with a line break'],
        [/[^\S\r\n]$/.test(text), 'ends with a blank'],
        [isLine && /\s#\s/.test(text), 'has a comment at its end'],
        [isLine && looksLikeSeveral(text), 'looks like several `KEY=value` pairs'],
        [kind !== undefined, `is ${kind ?? ''}`],
        [isPlaceholder(text), 'is a placeholder'],
    ];
    return shapes.flatMap(([matches, words]) => (matches ? [words] : []));
}
function isPlaceholder(text) {
    return text.length <= maxPlaceholderLength && placeholders.some((pattern) => pattern.test(text));
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/dotenv.js
/**
 * Reads dotenv files as python-dotenv 1.2.4 does, because bots are written in Python. Stops at a statement
 * that it cannot parse, because what follows may be part of a value.
 */
/** What Python's `\s` matches, except the line break; JavaScript's differs. */
const blank = '\\t\\v\\f\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const isBlank = new RegExp(`[${blank}]`);
const commentAfterBlank = new RegExp(`[${blank}]#`);
/** Each matches only at one place and in only one way, so reading takes linear time. */
const patterns = {
    blanks: new RegExp(`[${blank}]*`, 'y'),
    blanksAndLineBreaks: new RegExp(`[${blank}\\n]*`, 'y'),
    export: new RegExp(`export[${blank}]+`, 'y'),
    quotedKey: /'([^']+)'/y,
    unquotedKey: new RegExp(`([^=#${blank}\\n]+)`, 'y'),
    restOfLine: /([^\n]*)/y,
    comment: /#[^\n]*/y,
    endOfLine: /\n|$/y,
};
/** @param text with line feeds as its only line breaks, and without a byte order mark */
function parseDotenv(text) {
    return new Parser(text).parse();
}
class Parser {
    #text;
    #position = 0;
    constructor(text) {
        this.#text = text;
    }
    parse() {
        const statements = [];
        let line = 1;
        for (let start = 0;;) {
            this.#read('blanksAndLineBreaks');
            if (this.#position === this.#text.length)
                return { statements, problem: undefined };
            line += this.#text.slice(start, this.#position).split('\n').length - 1;
            start = this.#position;
            const statement = this.#readStatement();
            if ('reason' in statement)
                return { statements, problem: { ...statement, line, start } };
            if (statement.key !== undefined)
                statements.push({ ...statement, line, start });
        }
    }
    #readStatement() {
        this.#read('export');
        const isComment = this.#peek() === '#';
        const key = isComment
            ? undefined
            : this.#read(this.#peek() === "'" ? 'quotedKey' : 'unquotedKey');
        if (key === undefined && !isComment)
            return { key, reason: 'not an assignment' };
        this.#read('blanks');
        const isAssignment = this.#peek() === '=';
        const { value, isQuoted } = isAssignment ? this.#readValue() : noValue;
        if (isAssignment && value === undefined)
            return { key, reason: 'no closing quote' };
        this.#read('blanks');
        this.#read('comment');
        if (this.#read('endOfLine') === undefined) {
            if (isAssignment)
                return { key, reason: 'text after the closing quote' };
            return { key: undefined, reason: 'not an assignment' };
        }
        return key === undefined ? { key } : { key, value, isQuoted };
    }
    /** Reads from the equals sign; there is no value if a quote is not closed. */
    #readValue() {
        this.#position += 1;
        const hasBlank = this.#read('blanks') !== '';
        const first = this.#peek();
        if (first === "'" || first === '"') {
            const escape = first === "'" ? /\\([\\'])/g : /\\([\\'"abfnrtv])/g;
            const value = this.#readQuoted(first)?.replace(escape, (_, letter) => escapes.get(letter) ?? letter);
            return { value, isQuoted: true };
        }
        if (hasBlank && first === '#')
            return { value: '', isQuoted: false };
        return { value: withoutComment(this.#read('restOfLine') ?? ''), isQuoted: false };
    }
    /** What is between two quotes, escapes included. A loop, because an expression runs out of stack. */
    #readQuoted(quote) {
        const start = this.#position + 1;
        for (let end = start; end < this.#text.length; end++) {
            if (this.#text[end] === '\\')
                end++;
            else if (this.#text[end] === quote) {
                this.#position = end + 1;
                return this.#text.slice(start, end);
            }
        }
        return undefined;
    }
    #peek() {
        return this.#text[this.#position];
    }
    /** What a pattern matches here, or its group; undefined if it does not match. */
    #read(name) {
        const pattern = patterns[name];
        pattern.lastIndex = this.#position;
        const match = pattern.exec(this.#text);
        if (match === null)
            return undefined;
        this.#position += match[0].length;
        return match[1] ?? match[0];
    }
}
const noValue = { value: undefined, isQuoted: false };
/** The meaning of a letter after a backslash in double quotes, if it is not the letter itself. */
const escapes = new Map([
    ['a', '\u0007'],
    ['b', '\b'],
    ['f', '\f'],
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
    ['v', '\v'],
]);
/** An unquoted value: a `#` begins a comment only after a blank. */
function withoutComment(rest) {
    const comment = rest.search(commentAfterBlank);
    let end = comment === -1 ? rest.length : comment;
    while (isBlank.test(rest.charAt(end - 1)))
        end--;
    return rest.slice(0, end);
}
/** Characters; references in a few lines could otherwise fill the memory. */
const maxValueLength = 1024 * 1024;
/**
 * Replaces `${NAME}` and `${NAME:-default}` by values from the same file, whatever the quotes. python-dotenv
 * also looks in the environment of the bot, which is unknown here.
 *
 * @param earlier the keys further up in the file; undefined for a key without a value
 */
function resolveReferences(value, earlier) {
    // The part up to the last `}`, so every match ends at the first `}` or `:`, and reading takes linear time.
    const complete = value.slice(0, value.lastIndexOf('}') + 1);
    let resolved = '';
    let done = 0;
    for (const match of complete.matchAll(/\$\{([^}:]*)(?:\}|:-([^}]*)\}|:)/g)) {
        const [reference, name = '', fallback] = match;
        // A colon without a default, so this is no reference.
        if (reference.endsWith(':'))
            continue;
        const replacement = earlier.has(name) ? earlier.get(name) : fallback;
        if (replacement === undefined)
            return { name, isTooLong: false };
        resolved += value.slice(done, match.index) + replacement;
        if (resolved.length > maxValueLength)
            return { name, isTooLong: true };
        done = match.index + reference.length;
    }
    return { value: resolved + value.slice(done) };
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/files.js






/**
 * Reads the `secrets-file` input: dotenv files. Each value is as python-dotenv
 * reads it, or a problem names the key and the reason.
 */
async function readFiles(paths, readFile) {
    const reading = new SourceReading('secrets-file');
    for (const path of paths) {
        const text = await readText(reading, path, readFile);
        if (text !== undefined)
            readValues(reading, path, text);
    }
    return reading;
}
/** The keys of a dotenv file, including bare names and repeated keys. */
async function readKeyNames(path, readFile) {
    const reading = new SourceReading('secrets-file');
    const text = await readText(reading, path, readFile);
    if (text === undefined)
        return { keys: [], problems: reading.problems };
    const { statements: all, problem } = readStatements(text);
    const isSops = isEncryptedBySops(all);
    const statements = all.filter(({ key }) => !(isSops && isOfSops(key)));
    for (const { key, line } of statements) {
        if (!names/* secretKey */.oF.pattern.test(key))
            reading.refuseKey(key, placeIn(path, line));
    }
    stopAt(reading, path, text, { statements, problem });
    return { keys: statements.map(({ key }) => key), problems: reading.problems };
}
/** The text of a file with line feeds as its only line breaks; undefined, with a problem, if it is not text. */
async function readText(reading, path, readFile) {
    let text;
    try {
        text = await readFile(path);
    }
    catch (error) {
        reading.problems.push(`\`${path}\` cannot be read (${(0,files/* unreadableReason */.Qk)(error)})`);
        return undefined;
    }
    if (/[\0\uFFFD]/.test(text)) {
        reading.problems.push(`\`${path}\` is not text in UTF-8; it may be in UTF-16 or Latin-1. Save it as UTF-8`);
        for (const line of text.split('\n'))
            reading.addPossibleSecret(line);
        return undefined;
    }
    return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}
/**
 * The statements of a file up to the first that does not look like one. In a private key without quotes,
 * python-dotenv reads each line as a name, or as a key with the value `=`.
 */
function readStatements(text) {
    const dotenv = parseDotenv(text);
    const { statements } = dotenv;
    const first = statements.find(({ key, value, isQuoted }) => value === undefined ? !isVariableName(key) : !isQuoted && endsBase64(key, value));
    if (first === undefined)
        return dotenv;
    const { line } = first;
    const start = text.lastIndexOf('\n', first.start) + 1;
    return {
        statements: statements.slice(0, statements.indexOf(first)),
        problem: { line, start, key: undefined, reason: 'not an assignment' },
    };
}
function readValues(reading, path, text) {
    const dotenv = readStatements(text);
    const assigned = new Set(dotenv.statements.filter(({ value }) => value !== undefined).map(({ key }) => key));
    const isSops = isEncryptedBySops(dotenv.statements);
    const unfinishedKeys = [];
    /** Resolved values for references; undefined for a key without a usable value. */
    const earlier = new Map();
    const readValue = ({ key, value, line }) => {
        const place = placeIn(path, line);
        if (value === undefined) {
            const name = isConventional(key) ? `\`${key}\`` : 'a name';
            if (!isConventional(key))
                reading.addPossibleSecret(key);
            reading.remarks.push(`${place}: skipped ${name}, because it has no \`=\` and no value.`);
            return undefined;
        }
        const kind = unfinished(value);
        if (kind !== undefined || (isSops && isOfSops(key))) {
            if (!names/* secretKey */.oF.pattern.test(key))
                reading.refuseKey(key, place);
            else if (kind !== undefined && !isOfSops(key))
                unfinishedKeys.push([key, kind]);
            return undefined;
        }
        const resolution = resolveReferences(value, earlier);
        if ('value' in resolution) {
            reading.add(key, resolution.value, place);
            return resolution.value;
        }
        const { name, isTooLong } = resolution;
        const reference = isConventional(name) ? `\`\${${name}}\`` : 'a reference such as `${NAME}`';
        const reason = isTooLong
            ? 'would make the value longer than 1 MiB'
            : whyUnresolved(earlier.has(name), assigned.has(name));
        const words = `contains ${reference}, which python-dotenv replaces, and ${reason}`;
        reading.refuseValue(key, value, place, words);
        return undefined;
    };
    for (const statement of dotenv.statements)
        earlier.set(statement.key, readValue(statement));
    reportUnfinished(reading, path, unfinishedKeys);
    stopAt(reading, path, text, dotenv);
}
/** What a value is in place of the secret, and what to do first. */
const unfinishedWords = {
    'a GitHub expression': 'a `${{ … }}` expression, which GitHub does not evaluate in a file. Pass the secret with `secrets-env`',
    'SOPS ciphertext': 'ciphertext of SOPS. Decrypt the file in a step before, such as with `sops decrypt`, and name the decrypted file',
    'dotenvx ciphertext': 'ciphertext of dotenvx. Decrypt the file in a step before, with `dotenvx decrypt`',
};
function reportUnfinished(reading, path, unfinishedKeys) {
    for (const [kind, words] of Object.entries(unfinishedWords)) {
        const keys = unfinishedKeys.filter(([, own]) => own === kind).map(([key]) => key);
        if (keys.length === 0)
            continue;
        const named = (0,list/* listOf */.c)(keys, { most: 20 });
        reading.problems.push(`\`${path}\`: ${named} ${keys.length === 1 ? 'is' : 'are'} ${words}`);
    }
}
function isEncryptedBySops(statements) {
    return statements.some(({ value = '' }) => unfinished(value) === 'SOPS ciphertext');
}
/** Whether a key belongs to SOPS, which keeps its own data in the encrypted file. */
function isOfSops(key) {
    return key.startsWith('sops_');
}
function whyUnresolved(isEarlier, isAssigned) {
    if (isEarlier)
        return 'the file has no usable value for that name';
    return `the file ${isAssigned ? 'sets that name only further down' : 'does not set that name'}`;
}
/** Reports where reading a file stopped. What was not read may be (part of) a secret. */
function stopAt(reading, path, text, { statements, problem }) {
    if (problem === undefined)
        return;
    const place = `${placeIn(path, problem.line)}${afterKey(statements.at(-1)?.key)}`;
    const unread = text.slice(problem.start).split('\n');
    const [line = ''] = unread;
    const mistake = problem.reason === 'not an assignment' ? mistakeIn(line) : undefined;
    reading.stopAt(mistake === undefined
        ? `${place}: ${wordsOf(problem)}, so reading stopped here`
        : `${place} ${mistake}. Reading stopped here`, unread);
}
function wordsOf({ key, reason }) {
    const ofKey = key !== undefined && isConventional(key) ? ` of \`${key}\`` : '';
    switch (reason) {
        case 'not an assignment':
            return 'this is not `KEY=value`';
        case 'no closing quote':
            return `the quoted value${ofKey} has no closing quote`;
        case 'text after the closing quote':
            return `text follows the closing quote of the value${ofKey}`;
    }
}
function isVariableName(name) {
    return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name);
}
function placeIn(path, line) {
    return `\`${path}\` line ${line}`;
}

;// CONCATENATED MODULE: ./lib/inputs/required-secrets.js



/**
 * Reads the keys that the set must have after the release: names, or dotenv files with those names, such
 * as `.env.example`. An item with a dot or a slash is a path, because keys have neither.
 */
async function readRequiredKeys({ raw, readFile, findings, }) {
    const required = new Map();
    const require = (key, origin) => {
        if (!required.has(key))
            required.set(key, { key, origin });
    };
    for (const item of raw.items('required-secrets')) {
        if (names/* secretKey */.oF.pattern.test(item)) {
            require(item, '`required-secrets`');
        }
        else if (/[./\\]/.test(item) && !item.includes('=')) {
            const { keys, problems } = await readKeyNames(item, readFile);
            const isEmpty = keys.length + problems.length === 0;
            const mistakes = isEmpty ? [`\`${item}\` has no keys`] : problems;
            for (const mistake of mistakes)
                findings.problem('required-secrets', mistake);
            for (const key of keys)
                require(key, `\`${item}\``);
        }
        else {
            findings.problem('required-secrets', `${(0,inputs_problems/* shown */.SP)(item)} is neither the name of a key (${names/* secretKey */.oF.rule}) nor the path of a dotenv file`);
        }
    }
    return [...required.values()];
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/plan/content-version.js

/**
 * The version of a secret set's content: eight hex digits of an HMAC-SHA-256 over its pairs, sorted by
 * key. The key of the HMAC is the credential, so that people who see the name cannot guess values.
 */
function contentVersion(pairs, credential) {
    const sorted = pairs
        .map(({ key, value }) => [key, value.reveal()])
        .sort(([one], [other]) => (one < other ? -1 : 1));
    return (0,external_node_crypto_.createHmac)('sha256', credential.reveal())
        .update(JSON.stringify(sorted))
        .digest('hex')
        .slice(0, 8);
}

;// CONCATENATED MODULE: ./lib/inputs/secret-set.js



/** Reads the secret set to bind, and to write if there are secrets. Undefined if none is named. */
function readSecretSet(reader, context) {
    const { raw, fields, findings } = reader;
    const { secrets, requiredKeys, credential, imagePullSecret, waitsForAgent } = context;
    const name = fields.template('secret-set');
    const prune = fields.boolean('prune-secrets') ?? false;
    const keepVersions = fields.integer('keep-versions', { least: 0, most: 100 }) ?? 0;
    if (!raw.isGiven('secret-set')) {
        fields.noEffectWithout('secret-set', [
            ...secretSources,
            'prune-secrets',
            'required-secrets',
            'keep-versions',
        ]);
        return undefined;
    }
    if (name === undefined)
        return undefined;
    checkOtherKind(reader, name, imagePullSecret);
    const isVersioned = name.values.some((template) => template.includes(name_template/* versionPlaceholder */.Wg));
    const { pairs, skippedKeys, isComplete, knowsKeys } = secrets;
    if (isVersioned) {
        checkVersioned(reader, name, secrets, prune);
        if (!waitsForAgent) {
            findings.notices.push('The action deletes no older version of the secret set, because `wait-for-ready: false` skips the wait before it.');
        }
    }
    else {
        checkPlain(reader, context, prune);
    }
    return {
        name,
        pairs,
        skippedKeys,
        // Without all keys, nobody knows which are missing.
        prune: prune && waitsForAgent && knowsKeys,
        requiredKeys: knowsKeys ? requiredKeys : [],
        keepVersions,
        version: isVersioned && isComplete && credential !== undefined
            ? contentVersion(pairs, credential.value)
            : undefined,
    };
}
/** Compares the names of all regions, because names are unique across the platform. */
function checkOtherKind({ fields: { checkedRegions }, findings }, name, imagePullSecret) {
    const namesOf = (templates) => checkedRegions.flatMap((region) => {
        const template = templates?.in(region);
        return template === undefined ? [] : [(0,name_template/* nameInRegion */.J4)(template, region)];
    });
    const secretSets = new Set(namesOf(name));
    if (!namesOf(imagePullSecret).some((one) => secretSets.has(one)))
        return;
    findings.problem('image-credentials', 'and `secret-set` have the same name, but a set holds either secrets or registry credentials');
}
function checkVersioned({ findings }, name, { pairs, isComplete }, prune) {
    if (name.values.some((template) => !template.includes(name_template/* versionPlaceholder */.Wg))) {
        findings.problem('secret-set', `has \`${name_template/* versionPlaceholder */.Wg}\` in only some of its lines; add it to all or none`);
    }
    if (pairs.length === 0 && isComplete) {
        findings.problem('secret-set', `has \`${name_template/* versionPlaceholder */.Wg}\`, which stands for the content of the set, but no secret is set; set all of them, or name one version`);
    }
    if (prune) {
        findings.problem('prune-secrets', `has no effect with \`${name_template/* versionPlaceholder */.Wg}\` in \`secret-set\`, because each version holds exactly the keys of its release; remove it`);
    }
}
function checkPlain({ raw, findings }, { secrets: { pairs, skippedKeys, isComplete }, waitsForAgent }, prune) {
    if (raw.isChanged('keep-versions')) {
        findings.problem('keep-versions', `has no effect without \`${name_template/* versionPlaceholder */.Wg}\` in \`secret-set\``);
    }
    if (!secretSources.some((input) => raw.isGiven(input)) && !raw.isGiven('agent-name')) {
        findings.problem('secret-set', 'has no effect without secrets (to write it) or `agent-name` (to bind it); set one of them');
    }
    // Sources may be set but empty: a run of Dependabot gets no secrets.
    if (prune && pairs.length + skippedKeys.length === 0 && isComplete) {
        findings.problem('prune-secrets', 'deletes all keys that are not set, and none is set, so it would empty the set');
    }
    if (prune && !waitsForAgent) {
        findings.warnings.push('Ignored `prune-secrets`, because `wait-for-ready: false` skips the wait before it.');
    }
}

;// CONCATENATED MODULE: ./lib/inputs/teardown.js



/** Reads what to tear down. Undefined in a release, or if it is not the preview of a pull request. */
function readTeardown(reader) {
    const { raw, numberedInputs, fields, findings, preview } = reader;
    if (!isTeardown(raw))
        return undefined;
    const agent = fields.template('agent-name');
    if (raw.text('agent-name') === undefined) {
        findings.problem('agent-name', 'is not set, but `teardown` needs the name of the agent, with `{pr}` in it');
    }
    else if (!numberedInputs.includes('agent-name')) {
        findings.problem('agent-name', 'has no `{pr}`, so `teardown` would delete an agent that others use; add `{pr}`');
    }
    const own = (input) => {
        const name = fields.template(input);
        if (raw.text(input) === undefined || numberedInputs.includes(input))
            return name;
        findings.remarks.push(`\`${input}\` has no \`{pr}\`, so others may use it. \`teardown\` leaves it alone.`);
        return undefined;
    };
    const secretSet = own('secret-set');
    const imagePullSecret = own('image-credentials');
    const waitTimeout = fields.timeout('wait-timeout');
    const ignored = declared/* inputNames */.vj.filter((input) => raw.isChanged(input) && !declared/* declaredInputs */.WB[input].isForTeardown);
    if (ignored.length > 0)
        findings.remarks.push(`\`teardown\` ignores ${(0,list/* listOf */.c)(ignored)}.`);
    if (agent === undefined || preview === undefined)
        return undefined;
    return { regions: fields.regions, agent, preview, secretSet, imagePullSecret, waitTimeout };
}

;// CONCATENATED MODULE: ./lib/secrecy/ordinary-words.js
/** Common values of settings, which are not secret. In lower case. */
const words = new Set([
    ...['true', 'false', 'yes', 'no', 'on', 'off', 'enabled', 'disabled'],
    ...['null', 'none', 'nil', 'undefined'],
    ...['trace', 'debug', 'info', 'notice', 'warn', 'warning', 'error', 'critical', 'fatal'],
    ...['verbose', 'silent'],
    ...['production', 'prod', 'staging', 'stage', 'preview', 'development', 'develop', 'dev'],
    ...['testing', 'test', 'qa', 'sandbox', 'local', 'localhost', 'ci', 'default'],
    // Words in this action's outputs: GitHub drops an output that contains a masked value.
    ...['name', 'kind', 'region', 'regions', 'outcome', 'status', 'added', 'updated', 'pruned'],
    ...['deploymentid', 'ready', 'id', 'contexthash', 'dockerfile', 'build', 'builds', 'agent'],
    ...['agents', 'action', 'changes', 'setting', 'before', 'after', 'hidden', 'newdeployment'],
    ...['secretsets', 'deletedversions', 'otheragents', 'rollout', 'because', 'follows', 'image'],
    ...['secret', 'imagepullsecret', 'created', 'existing', 'deleted', 'failed', 'cancelled'],
    ...['skipped', 'unchanged', 'superseded', 'built', 'reused', 'running', 'done', 'create'],
    ...['update', 'bind', 'reuse', 'await', 'pending', 'unknown', 'parallel', 'sequential'],
]);
/** Codes of cloud regions, such as `us-west`, `eu-central-1` and `europe-west4`. */
const regionCode = /^(us|ca|sa|mx|eu|uk|me|il|af|ap|cn|in|jp|au|europe|asia|australia|africa|(north|south)america)(-gov)?-(north|south|east|west|central|(north|south)(east|west))\d{0,2}(-\d)?[a-z]?$/;
/** A key whose value is always secret. */
const secretKey = /(KEY|TOKEN|SECRET|PASSWORD|PASS|PIN|CODE)$/i;
/**
 * Whether a value is an ordinary word. People also put settings in secret sets, and a mask for `true` or
 * `production` would make the rest of the job's log unreadable.
 *
 * @param given names that the workflow shows anyway, such as the region
 */
function isOrdinary(key, value, given) {
    if (secretKey.test(key))
        return false;
    const word = value.trim().toLowerCase();
    const isShortNumber = /^[+-]?\d+(\.\d+)?$/.test(word) && word.replace(/\D/g, '').length <= 6;
    return isShortNumber || words.has(word) || regionCode.test(word) || given.includes(value.trim());
}

// EXTERNAL MODULE: ./lib/text/matcher.js
var matcher = __nccwpck_require__(1077);
;// CONCATENATED MODULE: ./lib/text/wildcards.js

const token = /\\([^])|\[([!^]?)([^\]]+)\]|[^]/gu;
/**
 * Reads a pattern of names, such as `VOICE_*`: `*` stands for any text, `?` for any character, `[AB]`
 * and `[A-F]` for one of several, `[!A]` for any other, and `{US,EU}` for one of several texts. Ignores
 * case.
 *
 * @returns a function that tests a name; undefined if the pattern is malformed
 */
function wildcards(pattern) {
    const start = (0,matcher/* follow */.e6)([]);
    let last = start;
    const groups = [];
    for (const match of pattern.toLowerCase().matchAll(token)) {
        const [text] = match;
        const group = groups.at(-1);
        if (text === '*') {
            last = (0,matcher/* anyNumberOf */.dC)(last, matcher/* anyCharacter */.MR);
        }
        else if (text === '{') {
            groups.push({ start: last, ends: [] });
        }
        else if (text === ',' && group !== undefined) {
            group.ends.push(last);
            last = group.start;
        }
        else if (text === '}' && group !== undefined && group.ends.length > 0) {
            last = (0,matcher/* follow */.e6)([...group.ends, last]);
            groups.pop();
        }
        else {
            const requirement = requirementOf(match);
            if (requirement === undefined)
                return undefined;
            last = (0,matcher/* follow */.e6)([last], requirement);
        }
    }
    if (groups.length > 0)
        return undefined;
    const matches = (0,matcher/* matcher */.jN)(start, [last]);
    return (name) => matches(name.toLowerCase());
}
/** What a token stands for; undefined if it makes the pattern malformed. */
function requirementOf(match) {
    const [text, escaped, sign, members] = match;
    if (members !== undefined) {
        const isMember = classOf(members);
        return { accepts: (codePoint) => isMember(codePoint) === (sign === '') };
    }
    if (text === '?')
        return matcher/* anyCharacter */.MR;
    if (escaped === undefined && /[[\](){}|\\]/.test(text))
        return undefined;
    return (0,matcher/* exactly */.pV)(escaped ?? text);
}
/** Tests for the members of a class, such as `abc` and `a-f`. */
function classOf(members) {
    const ranges = Array.from(members.matchAll(/([^])-([^])|[^]/gu), ([one, first, last]) => ({
        first: (first ?? one).codePointAt(0) ?? 0,
        last: (last ?? one).codePointAt(0) ?? 0,
    }));
    return (codePoint) => ranges.some(({ first, last }) => first <= codePoint && codePoint <= last);
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/environment.js




/**
 * Reads the `secrets-env` input: names of environment variables, or `TARGET=SOURCE` if the key of the set
 * has another name. Values are never parsed, so they need no quotes.
 *
 * Somebody may write `KEY=value` here by mistake. So messages never show what follows the `=`, and it is
 * masked unless a variable has that name. They show other names only if they look like variables.
 */
function readEnvironment(input, environment) {
    const reading = new SourceReading('secrets-env');
    if (isObjectAsText(input))
        return reading.stopAt(objectAsText);
    const items = splitItems(input);
    for (const [index, item] of items.entries()) {
        const place = `item ${index + 1}`;
        const [, renamed, source] = /^(?:([^=\s]+)\s*=\s*)?([A-Za-z_][A-Za-z0-9_]*)$/.exec(item) ?? [];
        if (source === undefined) {
            return reading.stopAt(`${place} ${mistakeInName(item) ?? 'is not the name of an environment variable, or `TARGET=SOURCE`. Put values into `env:` or `secrets`'}`, items.slice(index));
        }
        const target = renamed ?? source;
        // Every object has names such as `toString`, which are not variables.
        const value = (0,look_up/* lookUp */.T)(environment, source);
        if (value !== undefined) {
            reading.add(target, value, place);
            continue;
        }
        if (source !== target || !isConventional(source)) {
            reading.addPossibleSecret(source);
            if (source === target || !isConventional(target)) {
                return reading.stopAt(`${place} is not the name of a variable that is set (it is not shown, as it may be a value)`);
            }
        }
        reading.add(target, '', place, {
            unset: {
                variable: source === target ? source : undefined,
                meant: nearestVariable(source, environment),
            },
        });
    }
    return reading;
}
/** What is wrong with an item that is not a name, if it certainly contains only names. */
function mistakeInName(item) {
    if (/^(?:[\w-]+=)?\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*\})$/.test(item)) {
        return 'begins with `$`. Write the name of the variable alone, such as `OPENAI_API_KEY`';
    }
    if (/^[A-Z_][A-Z0-9_]*(?:\s+[A-Z_][A-Z0-9_]*)+$/.test(item)) {
        return 'has several names with blanks between them. Write one name a line, or commas between the names';
    }
    if (/^-\s+[A-Za-z_]\w*$/.test(item)) {
        return 'begins with `- `, as in a YAML list. Write the name alone';
    }
    return undefined;
}
function nearestVariable(source, environment) {
    if (!isConventional(source))
        return undefined;
    return (0,nearest/* nearest */.pA)(source, Object.keys(environment).filter(isOfWorkflow));
}
/** Whether the workflow may have set a variable for the bot. */
function isOfWorkflow(name) {
    return isConventional(name) && !/^(?:INPUT|GITHUB|RUNNER|ACTIONS)_/.test(name);
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/json.js


/**
 * Reads the `secrets-json` input, a flat JSON object of strings such as `toJSON(secrets)`. Takes the keys
 * that the patterns of `secrets-include` select; a `!` pattern excludes, whatever the order. Never takes
 * `github_token` and the action's own credential.
 */
async function readJson(input, patterns, credentials) {
    const reading = new SourceReading('secrets-json');
    if (isObjectAsText(input))
        return reading.stopAt(objectAsText);
    // JSON.parse quotes the text in its errors, and silently keeps the last of two equal keys.
    const { parse } = await __nccwpck_require__.e(/* import() */ 162).then(__nccwpck_require__.bind(__nccwpck_require__, 3162));
    let body;
    try {
        ({ body } = parse(input));
    }
    catch (error) {
        reading.addPossibleSecret(input);
        return reading.stopAt(`is not JSON${lineOf(error)}; set it to \`\${{ toJSON(secrets) }}\``);
    }
    // In a run without secrets, it may be null.
    if (body.type !== 'Object' && body.type !== 'Null') {
        reading.addPossibleSecret(input);
        return reading.stopAt('is not a JSON object of strings, such as `${{ toJSON(secrets) }}`');
    }
    const included = compiled(patterns.filter((pattern) => !pattern.startsWith('!')));
    const excluded = compiled(patterns.filter((pattern) => pattern.startsWith('!')));
    const keys = [];
    for (const { name, value } of body.type === 'Null' ? [] : body.members) {
        const key = name.type === 'String' ? name.value : name.name;
        const place = `line ${name.loc.start.line}`;
        const text = value.type === 'String' ? value.value : undefined;
        reading.addPossibleSecret(text ?? input.slice(value.loc.start.offset, value.loc.end.offset));
        keys.push(key);
        if (key.toLowerCase() === 'github_token') {
            reading.remarks.push(`\`${key}\` is not sent, because it is GitHub's own token, which expires with the job.`);
        }
        else if (credentials.some((credential) => credential.reveal() === text?.trim())) {
            reading.remarks.push(`\`${key}\` is not sent, because it is the credential of this action.`);
        }
        else if (included.some(({ matches }) => matches(key)) &&
            !excluded.some(({ matches }) => matches(key))) {
            if (text === undefined) {
                reading.problems.push(`${place}: the value of \`${key}\` is not a string`);
            }
            else {
                reading.add(key, text, place);
            }
        }
    }
    const unmatched = included.filter(({ matches }) => !keys.some(matches));
    reading.unmatched.push(...unmatched.map(({ pattern }) => pattern));
    return reading;
}
/** Malformed patterns are reported for their own input. */
function compiled(patterns) {
    return patterns.flatMap((pattern) => {
        const matches = wildcards(pattern.replace(/^!\s*/, ''));
        return matches === undefined ? [] : [{ pattern, matches }];
    });
}
function lineOf(error) {
    const line = error instanceof Error && 'line' in error ? error.line : undefined;
    return typeof line === 'number' ? ` (line ${line})` : '';
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/lines.js



/**
 * Reads the `secrets` input: lines `KEY=value`, the value verbatim to the end of the line, and
 * `KEY<<DELIMITER` … `DELIMITER` for values of several lines, as in GITHUB_ENV. Skips blank lines and
 * lines that begin with `#`.
 *
 * Any other line may be part of a private key. So the message only has its number and the key before it,
 * and reading stops, because what looks like a key after it may not be one.
 */
function readLines(input) {
    const reading = new SourceReading('secrets');
    if (isObjectAsText(input))
        return reading.stopAt(objectAsText);
    const lines = input.split(/(?<=\n)/);
    const texts = lines.map((line) => line.replace(/\r?\n$/, ''));
    const isSingle = texts.filter((text) => text.trim() !== '').length === 1;
    let keyBefore;
    for (let index = 0; index < texts.length; index++) {
        const text = texts[index] ?? '';
        if (text.trim() === '' || text.startsWith('#'))
            continue;
        const place = `line ${index + 1}`;
        const head = parseHead(text);
        if (head === undefined) {
            return reading.stopAt(unreadable(place, keyBefore, text), texts.slice(index));
        }
        keyBefore = head.key;
        if ('value' in head) {
            if (isSingle && looksLikeSeveral(head.value)) {
                reading.addPossibleSecret(head.value);
                for (const value of severalValues(head.value))
                    reading.addPossibleSecret(value);
                return reading.stopAt(`${place}: the value of \`${head.key}\` looks like several \`KEY=value\` pairs on one line. Write one \`KEY=value\` per line, below \`secrets: |\` (use \`|\`, not \`>\`). If it is one value, pass it with \`secrets-env\``);
            }
            reading.add(head.key, head.value, place, { isLine: true });
            continue;
        }
        const end = texts.indexOf(head.delimiter, index + 1);
        if (end === -1) {
            const what = isConventional(head.key) ? `: \`${head.key}\`` : '';
            return reading.stopAt(`${place}${what} begins a value of several lines that does not end. Put the delimiter alone on its last line`, texts.slice(index + 1));
        }
        const value = lines.slice(index + 1, end).join('');
        reading.add(head.key, value.replace(/\r?\n$/, ''), place);
        index = end;
    }
    return reading;
}
function parseHead(line) {
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc !== -1 && (equals === -1 || heredoc < equals)) {
        const key = line.slice(0, heredoc);
        const delimiter = line.slice(heredoc + 2);
        return names/* secretKey */.oF.pattern.test(key) && delimiter.trim() !== '' ? { key, delimiter } : undefined;
    }
    if (equals === -1)
        return undefined;
    const key = line.slice(0, equals);
    const value = line.slice(equals + 1);
    if (!names/* secretKey */.oF.pattern.test(key) || endsBase64(key, value))
        return undefined;
    return { key, value };
}
function unreadable(place, keyBefore, line) {
    const where = `${place}${afterKey(keyBefore)}`;
    const mistake = mistakeIn(line) ?? keyMistake(line);
    if (mistake !== undefined)
        return `${where} ${mistake}. Reading stopped here`;
    return (`${where} is not \`KEY=value\` with a valid key, so reading stopped here. ` +
        'For a value of several lines, use `KEY<<DELIMITER` … `DELIMITER`, or `secrets-env`');
}
/** What is wrong with a line that has no key, or one that the platform would reject. */
function keyMistake(line) {
    if (/^[A-Z_][A-Z0-9_]*(?:[,\s]+[A-Z_][A-Z0-9_]*)*[,\s]*$/.test(line)) {
        return 'has names without values. Write `KEY=value`, or pass the names of variables with `secrets-env`';
    }
    const key = /^[\w-]+(?==)/.exec(line)?.[0] ?? '';
    if (key.length <= maxKeyLength)
        return undefined;
    return `has a key of ${key.length} characters; a key has at most ${maxKeyLength}`;
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/read-secrets.js











/** Reads and combines all sources of secrets, and handles empty values. */
async function readSecrets(reader, credentials) {
    const { fields, isDryRun, findings } = reader;
    const skips = fields.choice('empty-secrets', ['error', 'skip']) === 'skip';
    const readings = await readSources(reader, credentials);
    for (const { source, problems, remarks } of readings) {
        for (const problem of problems)
            findings.problem(source, problem);
        findings.remarks.push(...remarks);
    }
    const entries = chosenEntries(readings);
    const empty = entries.filter(({ value }) => value.isEmpty);
    // In a run from a fork, a secret makes a variable empty. Only a mistake leaves it unset.
    const withoutValue = empty.filter(({ unset }) => skips || unset === undefined);
    const isNoneSet = withoutValue.length > 1 && withoutValue.length === entries.length;
    const missing = {
        withoutValue,
        sources: readings.filter((reading) => reading.isEmpty).map(({ source }) => source),
        patterns: readings.flatMap(({ unmatched }) => unmatched),
        reasons: isNoneSet ? inputs_problems/* emptyReasonsOfAll */.RY : inputs_problems/* emptyReasons */.Zn,
    };
    const empties = skips ? 'skip' : isDryRun ? 'plan' : 'error';
    reportMissing[empties](missing, findings);
    if (!skips)
        reportUnset(empty, findings);
    warnOfLikelyMistakes(entries, findings);
    const plansByName = empties === 'plan';
    const pairs = entries
        .filter(({ value }) => plansByName || !value.isEmpty)
        .map(({ key, value }) => ({ key, value }));
    // A release skips the same keys, unless none is left.
    const isExact = !isDryRun || (empties === 'skip' && pairs.length > 0);
    const knowsKeys = isExact || missing.sources.length + missing.patterns.length === 0;
    const isSecret = secrecyFor(reader, findings, readings);
    return {
        pairs,
        skippedKeys: plansByName ? [] : keysOf(empty),
        isComplete: isExact || (knowsKeys && empty.length === 0),
        knowsKeys,
        values: readings.flatMap((reading) => [
            ...reading.entries.filter(isSecret).map(({ value }) => value),
            ...reading.possibleSecrets,
        ]),
    };
}
/** One entry per key; earlier sources take precedence. */
function chosenEntries(readings) {
    const chosen = new Map();
    for (const entry of readings.flatMap(({ entries }) => entries)) {
        if (!chosen.has(entry.key))
            chosen.set(entry.key, entry);
    }
    return [...chosen.values()];
}
/** Reports what is missing: what is skipped, what a plan works without, and what a release needs. */
const reportMissing = {
    skip({ withoutValue, sources, patterns }, { notices }) {
        if (withoutValue.length > 0) {
            notices.push(`Skipped these empty keys: ${(0,list/* listOf */.c)(keysOf(withoutValue))}.`);
        }
        if (sources.length > 0)
            notices.push(`Found no secrets in ${(0,list/* listOf */.c)(sources)}.`);
        if (patterns.length > 0) {
            notices.push(`These patterns of \`secrets-include\` match no key: ${(0,list/* listOf */.c)(patterns)}.`);
        }
    },
    plan({ withoutValue, sources, patterns, reasons }, { notices }) {
        if (withoutValue.length > 0) {
            notices.push(`These keys are empty in this run, so the plan uses only their names: ${(0,list/* listOf */.c)(keysOf(withoutValue))}. Likely reasons: ${reasons}.`);
        }
        const without = [...sources, ...patterns];
        if (without.length > 0) {
            notices.push(`Found no secrets in ${(0,list/* listOf */.c)(without)}. The plan continues without them.`);
        }
    },
    error({ withoutValue, sources, patterns, reasons }, findings) {
        reportEmpty(withoutValue, reasons, findings);
        for (const source of sources) {
            findings.problem(source, 'is set but contains no secrets');
        }
        for (const pattern of patterns) {
            findings.problem('secrets-include', `\`${pattern}\` matches no key of \`secrets-json\`. Likely reasons: ${inputs_problems/* emptyReasons */.Zn}. To allow that, set \`empty-secrets: skip\``);
        }
    },
};
/** Tells secrets from ordinary words, and reports the keys with ordinary words. */
function secrecyFor({ raw, fields }, findings, readings) {
    // An invalid name may be a secret in the wrong input.
    const given = [
        ...fields.regions.filter((region) => names/* regionCode */.Gw.pattern.test(region)),
        ...[raw.text('agent-name') ?? ''].filter((name) => names/* agentName */.Lp.pattern.test(name)),
    ];
    const isSecret = ({ key, value }) => !isOrdinary(key, value.reveal(), given);
    const ordinary = readings
        .flatMap(({ entries }) => entries)
        .filter((entry) => !entry.value.isEmpty && !isSecret(entry));
    if (ordinary.length > 0) {
        const keys = new Set(ordinary.map(({ key }) => key));
        findings.remarks.push(`The values of these keys are not masked, because they are ordinary words or short numbers: ${(0,list/* listOf */.c)(keys)}.`);
    }
    return isSecret;
}
function keysOf(entries) {
    return entries.map(({ key }) => key);
}
function reportEmpty(empty, reasons, findings) {
    const [first] = empty;
    if (first === undefined)
        return;
    const { source } = first;
    const keys = empty.map((entry) => {
        const origin = entry.source === source ? '' : `\`${entry.source}\`, `;
        return `\`${entry.key}\` (${origin}${entry.place})`;
    });
    const verb = empty.length === 1 ? 'is' : 'are';
    findings.problem(source, `${keys.join(', ')} ${verb} empty. Likely reasons: ${reasons}. To skip empty secrets, set \`empty-secrets: skip\``);
}
/** Reports each misspelled variable, and then those without a suggestion, which share their reasons. */
function reportUnset(entries, findings) {
    const unset = entries.flatMap(({ key, place, unset: one }) => one === undefined ? [] : [{ ...one, origin: `for \`${key}\` (${place})` }]);
    for (const { variable, origin, meant } of unset) {
        if (meant === undefined)
            continue;
        const name = variable === undefined ? origin : `\`${variable}\``;
        findings.problem('secrets-env', `\`env:\` has no variable ${name}; did you mean \`${meant}\`?`);
    }
    const others = unset.filter(({ meant }) => meant === undefined);
    if (others.length === 0)
        return;
    const names = others.flatMap(({ variable }) => (variable === undefined ? [] : `\`${variable}\``));
    const origins = others.flatMap(({ variable, origin }) => (variable === undefined ? origin : []));
    const missing = [names, origins].filter((list) => list.length > 0).map((list) => list.join(', '));
    findings.problem('secrets-env', `\`env:\` has no variable ${missing.join(', and none ')}. Likely reasons: the name is misspelled here or under \`env:\`, or \`env:\` belongs to another step or job. An empty secret, as in a run from a fork, still sets its variable`);
}
/** Keys in one message; a file may have thousands. */
const maxKeys = 20;
function warnOfLikelyMistakes(entries, findings) {
    const suspicious = entries.flatMap((entry) => {
        const shapes = likelyMistakes(entry);
        return shapes.length === 0 ? [] : [`\`${entry.key}\` ${shapes.join(' and ')}`];
    });
    if (suspicious.length === 0)
        return;
    const keys = (0,list/* listOf */.c)(suspicious, { most: maxKeys, format: list/* asIs */.$ });
    findings.warnings.push(`Some secret values look like mistakes; the action sends them unchanged: ${keys}.`);
}
async function readSources({ raw, environment, readFile, findings }, credentials) {
    const readings = [];
    if (raw.isGiven('secrets'))
        readings.push(readLines(raw.verbatim('secrets')));
    if (raw.isGiven('secrets-env')) {
        readings.push(readEnvironment(raw.verbatim('secrets-env'), environment));
    }
    const patterns = raw.items('secrets-include');
    for (const pattern of patterns) {
        if (wildcards(pattern.replace(/^!\s*/, '')) !== undefined)
            continue;
        findings.problem('secrets-include', `has a malformed pattern, ${(0,quote/* quote */.h)(pattern)}. Use \`*\`, \`?\`, \`[AB]\` and \`{US,EU}\`, and close each bracket and brace`);
    }
    if (raw.isGiven('secrets-json')) {
        const reading = await readJson(raw.verbatim('secrets-json'), patterns, credentials);
        readings.push(reading);
        if (!patterns.some((pattern) => !pattern.startsWith('!'))) {
            reading.isReportedElsewhere = true;
            findings.problem('secrets-include', 'selects nothing, but `secrets-json` needs it; set patterns for the keys to send, such as `VOICE_*`, or `*, !AWS_*`');
        }
    }
    else if (patterns.length > 0) {
        findings.problem('secrets-include', 'has no effect without `secrets-json`, which is not set');
    }
    if (raw.isGiven('secrets-file')) {
        readings.push(await readFiles(raw.items('secrets-file'), readFile));
    }
    return readings;
}

;// CONCATENATED MODULE: ./lib/inputs/settings-file/choose.js




/** Where the platform's client looks for it; a release reads it only if it is named. */
const defaultPath = 'pcc-deploy.toml';
/** A file with mistakes may set these, so the inputs that need them are not reported. */
const subjects = ['agent-name', 'secret-set', 'image-credentials'];
/** Reads the settings file if one is named. Its values replace inputs that are not set. */
async function chooseSettingsFile(source) {
    const { raw, environment, findings } = source;
    const path = raw.text('config-file') ?? variableOf(environment, 'PIPECAT_DEPLOY_CONFIG_PATH');
    if (path === undefined) {
        await choose_reportUnused(source);
        return { raw, settingsFile: undefined };
    }
    if (!(0,inputs_problems/* isPath */.uf)(path)) {
        findings.problem('config-file', `${(0,inputs_problems/* shown */.SP)(path)} is not the path of one file`);
        return { raw, settingsFile: undefined };
    }
    if (!raw.isGiven('config-file')) {
        findings.remarks.push(`Settings come from \`${path}\`, which the environment variable \`PIPECAT_DEPLOY_CONFIG_PATH\` names.`);
    }
    const { readSettingsFile } = await __nccwpck_require__.e(/* import() */ 58).then(__nccwpck_require__.bind(__nccwpck_require__, 7058));
    const settingsFile = await readSettingsFile(path, source);
    const values = settingsFile === undefined
        ? new Map(subjects.map((input) => [input, undefined]))
        : replacements(settingsFile, source);
    return { raw: raw.with({ settingsFile: values }), settingsFile };
}
/** The values of inputs that are not set. */
function replacements({ path, defaults, hasGit }, { raw, findings }) {
    const isSource = (input) => imageSources.some((one) => one === input);
    // An input that sets what the agent runs replaces all keys that do.
    const isReplaced = imageSources.some((input) => isImageSource(raw, input));
    const sources = defaults.filter(({ input }) => isSource(input)).map(({ key }) => key);
    if (hasGit)
        sources.push('[git]');
    if (!isReplaced && sources.length > 1) {
        findings.problem('config-file', `\`${path}\`: ${(0,list/* listOf */.c)(sources)} cannot be set together; an agent runs only one of them`);
    }
    const used = defaults.filter(({ input }) => !raw.isInput(input) && !(isReplaced && isSource(input)));
    for (const { input, key } of used)
        findings.substitutes.set(input, `${key} (${path})`);
    return new Map(used.map(({ input, text }) => [input, text]));
}
async function choose_reportUnused({ readFile, findings }) {
    try {
        await readFile(defaultPath);
    }
    catch {
        return;
    }
    findings.notices.push(`Found \`${defaultPath}\` but did not use it. To use it, set \`config-file: ${defaultPath}\`.`);
}

;// CONCATENATED MODULE: ./lib/inputs/read-inputs.js






















/**
 * Reads and validates all inputs together, so that one run reports every mistake that can be seen without
 * the network. Logs nothing, because secrets must be masked first.
 */
async function readInputs(environment, readFile, isFolderEmpty = () => Promise.resolve(false), readEvent) {
    const findings = new inputs_problems/* Findings */.Fv();
    const workspace = environment['GITHUB_WORKSPACE'] ?? '.';
    const source = {
        raw: new RawInputs(environment).checkNames(findings),
        environment,
        readFile: (path) => readFile((0,external_node_path_.resolve)(workspace, path)),
        findings,
    };
    const isTeardownAsked = isTeardown(source.raw);
    // A teardown ignores the inputs of a release, mistakes included; values in them are masked.
    const ofRelease = { findings: isTeardownAsked ? new inputs_problems/* Findings */.Fv() : findings };
    const settings = await chooseSettingsFile({ ...source, ...ofRelease });
    const numbered = await readPullRequest(settings.raw, findings, readEvent);
    const common = inputReader({ ...source, ...settings, ...numbered });
    common.fields.boolean('teardown');
    const reader = isTeardownAsked ? inputReader({ ...common, ...ofRelease }) : common;
    const { raw, isDryRun, preview } = common;
    const ownSecrets = givenOwnSecrets(common);
    const access = readAccess(common);
    const teardown = readTeardown(common);
    const read = await readRelease(reader, access, ownSecrets);
    const release = isTeardownAsked ? undefined : read.release;
    const credential = missingCredential(common);
    const githubAccess = readGitHubAccess(common);
    const github = readGitHub(common, {
        access: githubAccess,
        waitsForAgent: isTeardownAsked || read.waitsForAgent,
        isOffline: credential !== undefined,
    });
    await reportEmptyWorkspace(reader, () => isFolderEmpty(workspace));
    const secrets = [...ownSecrets, ...read.secrets, ...givenRegistrySecrets(raw)];
    const isValid = findings.problems.length === 0;
    const { redact, redactFound } = redactionFor(raw, secrets, !isValid);
    const ofBoth = { access, isDryRun, github, githubAccess };
    return {
        inputs: isValid && release ? { ...ofBoth, kind: 'release', ...release } : undefined,
        teardown: isValid && teardown ? { ...ofBoth, kind: 'teardown', teardown } : undefined,
        outline: {
            isDryRun,
            isTeardown: isTeardownAsked,
            isImageGiven: isImageSource(raw, 'image') || isImageSource(raw, 'build-id'),
            preview,
            github,
        },
        secrets,
        redact,
        missing: { credential, publicKey: missingPublicKey(reader, release?.release.agent) },
        ...reported(findings, redactFound),
    };
}
/** The findings without secrets. */
function reported({ problems, warnings, notices, remarks }, redact) {
    return {
        problems: problems.map(({ input, message }) => ({
            // The name of an input is known; the place in parentheses, such as a file, may hold anything.
            input: input.replace(/\(.*\)$/s, (place) => redact(place)),
            message: redact(message),
        })),
        warnings: warnings.map((text) => redact(text)),
        notices: notices.map((text) => redact(text)),
        remarks: remarks.map((text) => redact(text)),
    };
}
async function readRelease(reader, access, ownSecrets) {
    const { raw, fields, findings } = reader;
    const rollout = fields.choice('rollout', ['parallel', 'sequential']);
    const secrets = await readSecrets(reader, ownSecrets);
    const requiredKeys = await readRequiredKeys(reader);
    const imagePullSecret = readImagePullSecret(reader);
    const secretsTimeout = fields.timeout('secrets-timeout');
    const build = readBuild(reader);
    const agent = readAgent(reader);
    const imageLookup = readImageLookup(reader, agent);
    const waitsForAgent = agent?.waitForReady !== false;
    const secretSet = readSecretSet(reader, {
        secrets,
        requiredKeys,
        credential: access?.credential,
        imagePullSecret: imagePullSecret?.name,
        waitsForAgent,
    });
    const failureLogs = fields.choice('failure-logs', ['auto', 'always', 'never']);
    if (!raw.isGiven('agent-name') && !raw.isGiven('secret-set') && !raw.isGiven('registry')) {
        findings.problem('agent-name', 'is not set, and neither is `secret-set` nor `registry`, so there is nothing to release');
    }
    return {
        release: rollout &&
            failureLogs && {
            failureLogs,
            release: {
                regions: fields.regions,
                rollout,
                secretSet,
                imagePullSecret,
                secretsTimeout,
                agent,
                build,
                imageLookup,
            },
        },
        waitsForAgent,
        secrets: secrets.values,
    };
}
/** Redacts values in all texts, and in findings also parts of values that are in the wrong input. */
function redactionFor(raw, values, hasProblems) {
    const redact = redactor(values);
    const parts = misplacedParts(raw, values);
    if (!hasProblems && parts.length === 0)
        return { redact, redactFound: redact };
    // A suggestion may repeat a value in lower case.
    const lowered = [...values, ...parts]
        .filter((value) => value.reveal() !== value.reveal().toLowerCase())
        .map((value) => new secret_value/* SecretValue */.i(value.reveal().toLowerCase()));
    return { redact, redactFound: redactor([...values, ...parts, ...lowered]) };
}
/** Reports a missing checkout once, in place of each missing file. */
async function reportEmptyWorkspace({ raw, findings }, isWorkspaceEmpty) {
    const isMissing = ({ message }) => message.endsWith(`cannot be read (${files/* missingFile */.Bi})`);
    const first = findings.problems.find(isMissing);
    const needsFiles = first !== undefined || isImageSource(raw, 'cloud-build');
    if (!needsFiles || !(await isWorkspaceEmpty()))
        return;
    const others = findings.problems.filter((problem) => !isMissing(problem));
    const input = declared/* inputNames */.vj.find((name) => declared/* declaredInputs */.WB[name].needsFiles && raw.isInput(name) && raw.text(name) !== 'false');
    findings.problems.splice(0, Infinity, ...others);
    findings.problem(input ?? 'config-file', 'needs files of the repository, but the workspace is empty; add `actions/checkout` as a step before this one');
}

// EXTERNAL MODULE: ./lib/plan/preview.js
var plan_preview = __nccwpck_require__(7375);
;// CONCATENATED MODULE: ./lib/inputs/resolve-preview.js


/**
 * Finds out what the event does not say about the pull request: whose code it is, and when it was opened.
 *
 * @throws UntrustedEventError if the code may be a stranger's
 * @throws InputsError if nothing tells the preview from another agent with its name
 */
async function resolvePreview(preview, { commentedOn, lookUp, remark }) {
    const unknown = preview?.openedAt === undefined ? preview?.pullRequest : undefined;
    const number = commentedOn ?? unknown;
    if (number === undefined)
        return preview;
    const lookup = await lookUp(number);
    if (commentedOn !== undefined)
        refuseStrangers(lookup);
    if (preview === undefined || unknown === undefined)
        return preview;
    if (lookup.outcome === 'found') {
        return { ...preview, openedAt: lookup.pullRequest.openedAt };
    }
    const why = lookup.outcome === 'no-token' ? '`github-token` is not given' : `GitHub: ${lookup.why}`;
    if (!preview.hasUniqueName) {
        throw new inputs_problems/* InputsError */.aV([
            {
                input: 'agent-name',
                message: `does not contain \`pr-{pr}\`, and it is unknown when pull request ${number} was opened (${why}). Nothing else tells the preview from another agent with that name. ${plan_preview/* adviceOnNames */.QV}`,
            },
        ]);
    }
    if (lookup.outcome === 'failed') {
        remark(`Could not read when pull request ${number} was opened, because ${lookup.why}. Only the name shows that the agent is a preview.`);
    }
    return preview;
}
function refuseStrangers(lookup) {
    switch (lookup.outcome) {
        case 'no-token':
            throw new inputs_problems/* UntrustedEventError */.fs({ reason: 'no-token' });
        case 'failed':
            throw new inputs_problems/* UntrustedEventError */.fs({ reason: 'unreadable', failure: lookup.why });
        case 'found':
            if (lookup.pullRequest.isOfFork)
                throw new inputs_problems/* UntrustedEventError */.fs({ reason: 'fork' });
    }
}

;// CONCATENATED MODULE: ./lib/run/check-inputs.js






/** Reads the inputs, and reports what was found about them. */
function checkInputs(session) {
    const { host, journal, cancellation, reportDeadline } = session;
    return journal.step('inputs', async () => {
        const reading = await (0,time_cancellation/* unlessAborted */.Wh)(reportDeadline, readInputs(host.environment, host.readFile, host.isFolderEmpty, session.event));
        session.keep(reading);
        cancellation.whenCancelled(() => {
            journal.log.info('The run was cancelled. No further work will be started.');
        });
        await refuseForks(session);
        session.outline = reading.outline;
        const { credential, publicKey } = reading.missing;
        const lacksSecrets = (credential ?? publicKey) !== undefined &&
            (0,github_event/* isWithoutSecrets */.sD)(await session.event(), host.environment['GITHUB_ACTOR']);
        journal.record.kind = kindOf(reading.outline, credential !== undefined && lacksSecrets);
        for (const remark of reading.remarks)
            journal.remark(remark);
        for (const warning of reading.warnings)
            journal.warning(warning);
        for (const notice of reading.notices)
            journal.notice(notice);
        // In a run that gets secrets, empty ones are mistakes, too.
        const all = [credential, ...reading.problems, publicKey].filter((one) => one !== undefined);
        const problems = lacksSecrets ? reading.problems : all;
        const inputs = reading.inputs ?? reading.teardown;
        if (inputs === undefined || problems.length > 0)
            throw new inputs_problems/* InputsError */.aV(problems);
        // The steps that are known before there is a plan.
        if (inputs.kind === 'release' && inputs.release.build !== undefined)
            journal.expect(['context']);
        if (inputs.access !== undefined)
            journal.expect(['credential', 'preflight']);
        return withPreview(session, inputs);
    });
}
/** Completes what is known about the pull request of a preview. */
async function withPreview(session, inputs) {
    if (inputs.kind === 'teardown') {
        const { teardown } = inputs;
        const preview = await knownPreview(session, inputs, teardown.preview);
        return { ...inputs, teardown: { ...teardown, preview } };
    }
    const { agent } = inputs.release;
    const preview = await knownPreview(session, inputs, agent?.preview);
    return agent === undefined
        ? inputs
        : { ...inputs, release: { ...inputs.release, agent: { ...agent, preview } } };
}
async function knownPreview(session, { kind, isDryRun, githubAccess }, known) {
    const { host, journal } = session;
    // Only a release runs the code of a pull request.
    const isRelease = kind === 'release' && !isDryRun;
    return resolvePreview(known, {
        commentedOn: isRelease ? await commentedPullRequest(session) : undefined,
        lookUp: (number) => lookUpPullRequest(githubAccess, number, session.gitHubOptions(host.cancellation)),
        remark: (text) => {
            journal.remark(text);
        },
    });
}
/** The pull request that somebody commented on to start the run. */
async function commentedPullRequest({ host, event }) {
    if (host.environment['GITHUB_EVENT_NAME'] !== 'issue_comment')
        return undefined;
    const about = (0,github_event/* commentedOn */.g0)(await event());
    if (about === undefined) {
        throw new inputs_problems/* UntrustedEventError */.fs({
            reason: 'unreadable',
            failure: 'the event does not say what was commented on',
        });
    }
    return about === 'issue' ? undefined : about.number;
}
function kindOf({ isDryRun, isTeardown }, isOffline) {
    if (isOffline)
        return 'offline-check';
    if (isTeardown)
        return isDryRun ? 'teardown-plan' : 'teardown';
    return isDryRun ? 'plan' : 'release';
}
async function refuseForks({ host, event }) {
    if (!(0,github_event/* mayBringForks */.hZ)(host.environment['GITHUB_EVENT_NAME'] ?? ''))
        return;
    if ((0,github_event/* isForkWithSecrets */.wI)(await event()))
        throw new inputs_problems/* UntrustedEventError */.fs();
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
;// CONCATENATED MODULE: ./lib/github/checkout.js

/** The commit that is checked out in a folder; undefined if unknown. */
async function checkedOutCommit(folder, readFile) {
    const read = async (name) => {
        try {
            return (await readFile((0,external_node_path_.join)(folder, '.git', name))).trim();
        }
        catch {
            return '';
        }
    };
    const head = await read('HEAD');
    const [, ref] = /^ref: (refs\/[^\s\\]+)$/.exec(head) ?? [];
    if (ref === undefined)
        return commitIn(head);
    if (ref.split('/').includes('..'))
        return undefined;
    const packed = async () => {
        const lines = (await read('packed-refs')).split('\n');
        return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
    };
    return commitIn(await read(ref)) ?? commitIn(await packed());
}
function commitIn(text) {
    return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? text : undefined;
}

// EXTERNAL MODULE: ./lib/record/record.js
var record = __nccwpck_require__(2472);
;// CONCATENATED MODULE: ./lib/record/remarks.js

/** Combines equal remarks about several agents, because a run shows at most ten annotations of a kind. */
class Remarks {
    #remarks = new Map();
    add(level, name, words) {
        const key = `${level} ${words('')}`;
        const remark = this.#remarks.get(key) ?? { level, words, names: [] };
        remark.names.push(name);
        this.#remarks.set(key, remark);
    }
    report(to) {
        for (const { level, words, names } of this.#remarks.values()) {
            to[level](words((0,list/* listOf */.c)(names)));
        }
        this.#remarks.clear();
    }
}

;// CONCATENATED MODULE: ./lib/record/journal.js



/** Keeps the record of a run, and writes the log. */
class Journal {
    clock;
    log;
    record;
    /** What several agents may have in common; reported at the end of a step. */
    combined = new Remarks();
    /** When each running step started. */
    #startedAt = new Map();
    #onBuild;
    /** @param onBuild called with all builds whenever one gets an id */
    constructor(clock, log, onBuild = () => undefined) {
        this.clock = clock;
        this.log = log;
        this.#onBuild = onBuild;
        this.record = {
            startedAt: clock.now(),
            kind: 'release',
            plan: undefined,
            actingAs: undefined,
            steps: [],
            targets: [],
            teardown: undefined,
            context: undefined,
            spans: [],
            warnings: [],
            notices: [],
            remarks: [],
        };
    }
    /** Lists the steps to come. A step that never starts stays skipped. */
    expect(names) {
        for (const name of names)
            this.#stepNamed(name);
    }
    async step(name, work) {
        const step = this.#stepNamed(name);
        this.#startedAt.set(step, this.clock.now());
        step.outcome = 'running';
        this.log.beginStep(name);
        try {
            const result = await work();
            step.outcome = 'done';
            return result;
        }
        catch (error) {
            step.outcome = outcomeOf(error);
            throw error;
        }
        finally {
            this.combined.report(this);
            this.#stop(step);
        }
    }
    /**
     * A step that does `work` on all items at once; no step if there are none.
     *
     * @throws ReleaseError with everything that failed
     */
    async stepForEach(name, items, work) {
        if (items.length > 0)
            await this.step(name, () => (0,record_errors/* forEach */.jJ)(items, work));
    }
    /** Stops the steps that have not ended, when nothing waits for them anymore. */
    close() {
        for (const step of [...this.#startedAt.keys()])
            this.#stop(step);
    }
    #stepNamed(name) {
        const known = this.record.steps.find((step) => step.name === name);
        if (known !== undefined)
            return known;
        const step = { name, outcome: 'skipped', duration: 0 };
        this.record.steps.push(step);
        return step;
    }
    #stop(step) {
        const startedAt = this.#startedAt.get(step);
        if (startedAt === undefined)
            return;
        this.#startedAt.delete(step);
        step.duration += this.clock.now() - startedAt;
        this.log.endStep(step);
    }
    /** Shows `work` as a bar of the timeline. */
    async span(region, label, work) {
        const end = this.beginSpan(region, label);
        try {
            const result = await work();
            end('done');
            return result;
        }
        catch (error) {
            const isStillRunning = error instanceof record_errors/* AbandonedError */.TK || (0,record_errors/* isCancellation */.iB)(error);
            end(isStillRunning ? 'running' : 'failed');
            throw error;
        }
    }
    /** Starts a bar of the timeline; the returned function ends it. */
    beginSpan(region, label) {
        const span = {
            region,
            label,
            startedAt: this.clock.now(),
            endedAt: undefined,
            outcome: 'running',
        };
        this.record.spans.push(span);
        return (outcome) => {
            span.endedAt ??= this.clock.now();
            span.outcome = outcome;
        };
    }
    /** Records the id of a build at once, so that later steps have it even if this run ends here. */
    recordBuildId(build, id) {
        build.id = id;
        this.#onBuild((0,record/* buildsOf */.jV)(this.record));
    }
    warning(message) {
        this.record.warnings.push(message);
        this.log.warning(message);
    }
    remark(message) {
        this.record.remarks.push(message);
        this.log.info(message);
    }
    notice(message) {
        this.record.notices.push(message);
        this.log.notice(message);
    }
}
/** The outcome of a step that throws. */
function outcomeOf(error) {
    const failures = (0,record_errors/* failuresOf */.dJ)(error);
    const isFailed = failures.some((one) => !(one instanceof record_errors/* AbandonedError */.TK) && !(0,record_errors/* isCancellation */.iB)(one));
    if (isFailed)
        return 'failed';
    const isRunning = failures.some((one) => !(one instanceof record_errors/* AbandonedError */.TK) || one.isStillRunning);
    return isRunning ? 'running' : 'skipped';
}

// EXTERNAL MODULE: ./lib/report/log.js
var log = __nccwpck_require__(9820);
// EXTERNAL MODULE: ./lib/report/build-outputs.js
var build_outputs = __nccwpck_require__(2117);
// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __nccwpck_require__(8474);
// EXTERNAL MODULE: ./lib/time/backoff.js
var time_backoff = __nccwpck_require__(9905);
// EXTERNAL MODULE: ./lib/http/transport.js + 7 modules
var transport = __nccwpck_require__(6802);
// EXTERNAL MODULE: ./lib/http/request-id.js
var request_id = __nccwpck_require__(567);
// EXTERNAL MODULE: ./lib/http/retry-after.js
var retry_after = __nccwpck_require__(3145);
// EXTERNAL MODULE: ./lib/http/status.js
var http_status = __nccwpck_require__(1124);
;// CONCATENATED MODULE: ./lib/time/retry.js

/** The longest wait in milliseconds. If a server asks for more, the call fails. */
const retry_maxWait = 120_000;
/** Decides whether to retry a call after a failed attempt. */
function decideRetry(failed, backoff, random) {
    if (!failed.isTransient)
        return { stop: 'final' };
    // Only time ends a rate limit, so rate-limited attempts do not count for a while.
    const isFree = failed.limitedFor !== undefined && failed.limitedFor < retry_maxWait;
    const counted = isFree ? 1 : failed.attempt;
    const { budget, retryAfter = 0, remaining = Infinity } = failed;
    if (budget === undefined ? counted >= failed.attempts : budget <= 0)
        return { stop: 'attempts' };
    // The last attempt comes when the budget ends, or when the server asks for it.
    const backoffEnd = Math.min((0,time_backoff/* backoffDelay */.E)(backoff, counted, random), budget ?? Infinity);
    const delay = Math.max(backoffEnd, retryAfter);
    if (remaining <= delay)
        return { stop: 'deadline' };
    // Even if the step has no limit, a server must not delay the job for hours.
    if (delay > retry_maxWait)
        return { stop: 'retry-after' };
    return { delay, attempt: isFree ? failed.attempt : failed.attempt + 1 };
}

// EXTERNAL MODULE: ./lib/time/time-limit.js
var time_limit = __nccwpck_require__(9098);
;// CONCATENATED MODULE: ./node_modules/yocto-queue/index.js
/*
How it works:
`this.#head` is an instance of `Node` which keeps track of its current value and nests another instance of `Node` that keeps the value that comes after it. When a value is provided to `.enqueue()`, the code needs to iterate through `this.#head`, going deeper and deeper to find the last value. However, iterating through every single item is slow. This problem is solved by saving a reference to the last value as `this.#tail` so that it can reference it to add a new value.
*/

class Node {
	value;
	next;

	constructor(value) {
		this.value = value;
	}
}

class Queue {
	#head;
	#tail;
	#size;

	constructor() {
		this.clear();
	}

	enqueue(value) {
		const node = new Node(value);

		if (this.#head) {
			this.#tail.next = node;
			this.#tail = node;
		} else {
			this.#head = node;
			this.#tail = node;
		}

		this.#size++;
	}

	dequeue() {
		const current = this.#head;
		if (!current) {
			return;
		}

		this.#head = this.#head.next;
		this.#size--;

		// Clean up tail reference when queue becomes empty
		if (!this.#head) {
			this.#tail = undefined;
		}

		return current.value;
	}

	peek() {
		if (!this.#head) {
			return;
		}

		return this.#head.value;

		// TODO: Node.js 18.
		// return this.#head?.value;
	}

	clear() {
		this.#head = undefined;
		this.#tail = undefined;
		this.#size = 0;
	}

	get size() {
		return this.#size;
	}

	* [Symbol.iterator]() {
		let current = this.#head;

		while (current) {
			yield current.value;
			current = current.next;
		}
	}

	* drain() {
		while (this.#head) {
			yield this.dequeue();
		}
	}
}

;// CONCATENATED MODULE: ./node_modules/p-limit/index.js


function pLimit(concurrency) {
	let rejectOnClear = false;

	if (typeof concurrency === 'object') {
		({concurrency, rejectOnClear = false} = concurrency);
	}

	validateConcurrency(concurrency);

	if (typeof rejectOnClear !== 'boolean') {
		throw new TypeError('Expected `rejectOnClear` to be a boolean');
	}

	const queue = new Queue();
	let activeCount = 0;

	const resumeNext = () => {
		// Process the next queued function if we're under the concurrency limit
		if (activeCount < concurrency && queue.size > 0) {
			activeCount++;
			queue.dequeue().run();
		}
	};

	const next = () => {
		activeCount--;
		resumeNext();
	};

	const run = async (function_, resolve, arguments_) => {
		// Execute the function and capture the result promise
		const result = (async () => function_(...arguments_))();

		// Resolve immediately with the promise (don't wait for completion)
		resolve(result);

		// Wait for the function to complete (success or failure)
		// We catch errors here to prevent unhandled rejections,
		// but the original promise rejection is preserved for the caller
		try {
			await result;
		} catch {}

		// Decrement active count and process next queued function
		next();
	};

	const enqueue = (function_, resolve, reject, arguments_) => {
		const queueItem = {reject};

		// Queue the internal resolve function instead of the run function
		// to preserve the asynchronous execution context.
		new Promise(internalResolve => { // eslint-disable-line promise/param-names
			queueItem.run = internalResolve;
			queue.enqueue(queueItem);
		}).then(run.bind(undefined, function_, resolve, arguments_)); // eslint-disable-line promise/prefer-await-to-then

		// Start processing immediately if we haven't reached the concurrency limit
		if (activeCount < concurrency) {
			resumeNext();
		}
	};

	const generator = (function_, ...arguments_) => new Promise((resolve, reject) => {
		enqueue(function_, resolve, reject, arguments_);
	});

	Object.defineProperties(generator, {
		activeCount: {
			get: () => activeCount,
		},
		pendingCount: {
			get: () => queue.size,
		},
		clearQueue: {
			value() {
				if (!rejectOnClear) {
					queue.clear();
					return;
				}

				const abortError = AbortSignal.abort().reason;

				while (queue.size > 0) {
					queue.dequeue().reject(abortError);
				}
			},
		},
		concurrency: {
			get: () => concurrency,

			set(newConcurrency) {
				validateConcurrency(newConcurrency);
				concurrency = newConcurrency;

				queueMicrotask(() => {
					// eslint-disable-next-line no-unmodified-loop-condition
					while (activeCount < concurrency && queue.size > 0) {
						resumeNext();
					}
				});
			},
		},
		map: {
			async value(iterable, function_) {
				const promises = [];

				try {
					Array.from(iterable, (value, index) => {
						const promise = generator(function_, value, index);
						promises.push(promise);
						return promise;
					});
				} catch (error) {
					// The iterable threw, so `Promise.all` never observes the already scheduled promises. Observe them here to avoid unhandled rejections.
					for (const promise of promises) {
						promise.catch(() => {}); // eslint-disable-line promise/prefer-await-to-then
					}

					throw error;
				}

				return Promise.all(promises);
			},
		},
	});

	return generator;
}

function limitFunction(function_, options) {
	const limit = pLimit(options);

	const limitedFunction = (...arguments_) => limit(() => function_(...arguments_));
	Object.defineProperty(limitedFunction, 'clearQueue', {
		value: limit.clearQueue,
	});

	return limitedFunction;
}

function validateConcurrency(concurrency) {
	if (!((Number.isInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY) && concurrency > 0)) {
		throw new TypeError('Expected `concurrency` to be a number from 1 and up');
	}
}

;// CONCATENATED MODULE: ./lib/pipecat/traffic.js

/** The most requests at once; more would only run into the platform's rate limit. */
const maxAtOnce = 8;
/** Milliseconds to send nothing after a 429 response without `Retry-After`. */
const firstHold = 1000;
const maxHold = 15_000;
/**
 * Limits how many requests of a run are sent at once. After a 429 response, it sends none until the
 * time that the platform asked for has passed, and then one at a time until one succeeds. Otherwise,
 * each region would run into the rate limit by itself, again and again.
 */
class Traffic {
    #clock;
    #limit = pLimit(maxAtOnce);
    /** For requests after a 429 response. */
    #single = pLimit(1);
    #heldUntil = 0;
    /** Consecutive holds. */
    #holds = 0;
    constructor(clock) {
        this.#clock = clock;
    }
    /** Sends a request when its turn comes. */
    pass(send) {
        return this.#limit(() => (this.#holds === 0 ? send() : this.#single(send)));
    }
    /** Milliseconds until requests may be sent again. */
    heldFor() {
        return Math.max(0, this.#heldUntil - this.#clock.now());
    }
    /**
     * Holds all requests back, after a 429 response.
     *
     * @param asked milliseconds that the platform asked for; without, each hold is longer than the last
     */
    hold(asked) {
        // Requests that were sent together are refused together, which counts once.
        if (this.heldFor() === 0)
            this.#holds++;
        const hold = asked ?? Math.min(maxHold, firstHold * 2 ** (this.#holds - 1));
        this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + hold);
    }
    /** Records a response other than 429. */
    recordAnswer() {
        if (this.heldFor() === 0)
            this.#holds = 0;
    }
}

;// CONCATENATED MODULE: ./lib/pipecat/caller.js











/** The longest wait in milliseconds between attempts of calls that share a budget. */
const maxPauseWithBudget = 5000;
/** Milliseconds that one request of such a call may take. */
const requestLimitWithBudget = 15_000;
/** The attempts of one call so far. */
class CallHistory {
    request;
    /** Number of the current attempt. */
    attempt = 1;
    /** Whether the platform may have carried out the request although no response says so. */
    isInDoubt = false;
    /** The error of the request itself, not that of a search for its lost result. */
    failure;
    #limitedSince;
    constructor(request) {
        this.request = request;
    }
    /** Records a failed attempt, or a failed search for a lost result. */
    add(error, now) {
        const isOwn = error.isOf(this.request);
        const isSent = !(error instanceof errors/* NotSentError */.SD);
        const isRateLimited = error.kind === 'rate-limited';
        if (isOwn && error.call.method !== 'GET' && error.mayBeCarriedOut)
            this.isInDoubt = true;
        // An attempt that was not sent says nothing about the one that was.
        const failure = this.failure === undefined || (isOwn && isSent) ? error : this.failure;
        if (isSent)
            failure.attempts = this.attempt;
        failure.isInDoubt = this.isInDoubt;
        this.failure = failure;
        if (isRateLimited)
            this.#limitedSince ??= now;
        return {
            /** What the call fails with if there is no other attempt. */
            failure,
            /** What decides whether there is another attempt: a search has a time limit of its own. */
            deciding: isOwn || isSent ? error : failure,
            /** Milliseconds since the first 429 response, if this one is 429. */
            limitedFor: isRateLimited ? now - (this.#limitedSince ?? now) : undefined,
        };
    }
}
/** Sends requests, with deadlines and retries, and throws errors that say what happened. */
class Caller {
    #options;
    #traffic;
    /** Aborted when a cancelled run can no longer wait for the response to a write. */
    #writeGrace;
    constructor(options, traffic = new Traffic(options.clock)) {
        this.#options = options;
        this.#writeGrace = options.cancellation.after(options.writeGrace ?? time_cancellation/* cancellationLimits */.U4.write);
        this.#traffic = traffic;
    }
    /** A caller on the same connection, whose calls share a budget for retries. */
    withRetryBudget(retryBudget) {
        return new Caller({ ...this.#options, retryBudget }, this.#traffic);
    }
    /** Reads a resource. */
    read(path, parse, options = {}) {
        return this.call({ request: { method: 'GET', path }, parse }, options);
    }
    /** Reads a resource; undefined if it does not exist. */
    find(path, parse, options = {}) {
        const absent = { status: 404, result: undefined };
        return this.call({ request: { method: 'GET', path }, parse, absent }, options);
    }
    /**
     * @throws CallError
     * @throws CancelledError; an InterruptedCallError if the platform may have carried out the request
     */
    async call(operation, options = {}) {
        const { clock, retryBudget } = this.#options;
        const history = new CallHistory(operation.request);
        for (;;) {
            const startedAt = clock.now();
            try {
                const found = await this.#findLostResult(history, options);
                const result = found ?? (await this.#attempt(operation, options.deadline));
                retryBudget?.recordSuccess();
                return result;
            }
            catch (error) {
                if (error instanceof time_cancellation/* CancelledError */.cc)
                    throw this.#cancelled(history);
                if (!(error instanceof errors/* CallError */.RA))
                    throw error;
                retryBudget?.recordFailure(startedAt);
                const found = await this.#prepareRetry(history, error, options);
                if (found !== undefined)
                    return found;
            }
        }
    }
    /**
     * Waits until the next attempt is due.
     *
     * @returns the lost result, if it was found and there is no other attempt
     * @throws what the call fails with, if there is no other attempt
     */
    async #prepareRetry(history, error, options) {
        const { cancellation, clock } = this.#options;
        const failed = history.add(error, clock.now());
        const { failure } = failed;
        if (cancellation.isCancelled && isRetryable(error, options))
            throw this.#cancelled(history);
        const decision = this.#decide(failed, history.attempt, options);
        if ('stop' in decision) {
            if (decision.stop === 'deadline')
                failure.outOfTime = options.deadline;
            failure.outOfTime ??= error.outOfTime;
            const found = await this.#findBeforeGivingUp(history, options);
            if (found === undefined)
                throw failure;
            return found;
        }
        history.attempt = decision.attempt;
        this.#announce(history.request, error, decision, options);
        const isPaused = await this.#pause(decision.delay, options.signal);
        if (cancellation.isCancelled)
            throw this.#cancelled(history);
        if (!isPaused)
            throw failure;
        return undefined;
    }
    /** The error of a call in a cancelled run: it was not carried out, or nobody knows. */
    #cancelled({ request, isInDoubt, failure }) {
        const reason = this.#options.cancellation.signal.reason;
        return isInDoubt && reason instanceof time_cancellation/* CancelledError */.cc
            ? new errors/* InterruptedCallError */.Zi(request, reason, failure)
            : reason;
    }
    /**
     * Searches for a lost result one last time: the platform may have refused a retry because it carried
     * out the first request. If the search fails, the call fails with its own error.
     */
    async #findBeforeGivingUp(history, options) {
        try {
            return await this.#findLostResult(history, options);
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA))
                throw error;
            return undefined;
        }
    }
    #decide({ deciding, limitedFor }, attempt, options) {
        const { clock, over, retryBudget } = this.#options;
        if (over.aborted || options.signal?.aborted === true)
            return { stop: 'final' };
        const { retryAfter } = deciding;
        return decideRetry({
            attempt,
            attempts: options.attempts ?? time_backoff/* defaultBackoff */.k.attempts,
            isTransient: isRetryable(deciding, options),
            retryAfter,
            limitedFor,
            remaining: options.deadline?.remaining(),
            budget: this.#budgetFor(deciding),
        }, retryBudget === undefined
            ? time_backoff/* defaultBackoff */.k
            : { ...time_backoff/* defaultBackoff */.k, ceiling: maxPauseWithBudget }, () => clock.random());
    }
    /** Milliseconds left for another attempt. */
    #budgetFor(error) {
        const isUnreachable = error instanceof errors/* ConnectionError */.Rc && error.isUnreachable;
        const budget = this.#options.retryBudget?.remaining({ isUnreachable });
        // A wait that the server asked for does not count; one that the action chose does.
        return budget && budget - (error.retryAfter === undefined ? this.#traffic.heldFor() : 0);
    }
    #announce({ method, path }, { reason }, { attempt, delay }, options) {
        const { log, retryBudget } = this.#options;
        const attempts = options.attempts ?? time_backoff/* defaultBackoff */.k.attempts;
        const allowed = retryBudget === undefined ? ` of ${attempts}` : '';
        log.info(`${method} ${path} failed: ${reason}. Retrying in ${(delay / 1000).toFixed(1)} s (attempt ${attempt}${allowed}).`);
    }
    async #findLostResult({ isInDoubt, request: { method, path } }, { findLostResult }) {
        if (!isInDoubt || this.#options.over.aborted)
            return undefined;
        const found = await findLostResult?.();
        if (found !== undefined) {
            this.#options.log.info(`${method} ${path}: the platform carried out the request whose response was lost.`);
        }
        return found;
    }
    /** Waits before the next attempt; returns false if the call is not needed anymore. */
    async #pause(delay, signal) {
        const { clock, over } = this.#options;
        try {
            await clock.sleep(delay, signal === undefined ? over : AbortSignal.any([over, signal]));
            return true;
        }
        catch {
            return false;
        }
    }
    async #attempt(operation, deadline) {
        const { request, absent } = operation;
        const answer = await this.#traffic.pass(() => this.#sendInTurn(request, deadline));
        if (answer.status === absent?.status && isPlatformResponse(answer.text)) {
            return absent.result;
        }
        try {
            return this.#read(operation, answer);
        }
        catch (error) {
            if (error instanceof errors/* CallError */.RA) {
                error.requestId = (0,request_id/* readRequestId */.B)(answer.headers, this.#options.redact);
            }
            throw error;
        }
    }
    #read(operation, answer) {
        const { request, parse, takesText, ignoresBody } = operation;
        const status = (0,http_status/* classifyStatus */.x)(answer.status);
        if (status === 'redirect') {
            const target = this.#options.redact(originOf(answer.headers.location));
            throw new errors/* RedirectError */.Lx(request, answer.status, target);
        }
        if (status !== 'success')
            throw this.#statusError(request, answer);
        try {
            const isEmpty = ignoresBody === true || (takesText === true && isPlainText(answer.text));
            return parse(isEmpty ? undefined : parseJson(answer.text));
        }
        catch (error) {
            if (!(error instanceof answers/* AnswerShapeError */.UI))
                throw error;
            // The message may contain keys of the response.
            throw new errors/* UnreadableAnswerError */.mP(request, this.#options.redact(error.message));
        }
    }
    /** Sends a request when nothing is held back; another hold may follow the first. */
    async #sendInTurn(request, deadline) {
        const { clock, over, log } = this.#options;
        for (let held = this.#traffic.heldFor(); held > 0; held = this.#traffic.heldFor()) {
            if (deadline !== undefined && deadline.remaining() <= held) {
                throw new errors/* NotSentError */.SD(request, deadline);
            }
            log.debug(`${request.method} ${request.path} held back for ${held} ms`);
            await clock.sleep(held, over);
        }
        const answer = await this.#send(request, deadline);
        if ((0,http_status/* classifyStatus */.x)(answer.status) === 'rate-limited') {
            const asked = (0,retry_after/* readRetryAfter */.D)(answer.headers, clock.wallTime());
            if ((asked ?? 0) <= retry_maxWait)
                this.#traffic.hold(asked);
        }
        else {
            this.#traffic.recordAnswer();
        }
        return answer;
    }
    async #send(request, deadline) {
        const { clock, log, connection, requestLimit, retryBudget, over, cancellation } = this.#options;
        const { method, path } = request;
        cancellation.signal.throwIfAborted();
        if (deadline?.hasPassed() === true)
            throw new errors/* NotSentError */.SD(request, deadline);
        const startedAt = clock.now();
        const remaining = deadline?.remaining() ?? Infinity;
        const limit = Math.min(requestLimit, remaining, 
        // If no response comes, there must be time for another attempt.
        retryBudget === undefined ? Infinity : requestLimitWithBudget);
        const timeLimit = new time_limit/* TimeLimit */.h(clock, limit);
        try {
            const cancelled = method === 'GET' ? cancellation.signal : this.#writeGrace;
            const signals = [timeLimit.signal, over, cancelled];
            const answer = await connection.send(request, AbortSignal.any(signals));
            log.debug(`${method} ${path} → ${answer.status} in ${clock.now() - startedAt} ms`);
            return answer;
        }
        catch (error) {
            if (!over.aborted)
                log.debug(`${method} ${path} → no answer after ${clock.now() - startedAt} ms`);
            if (timeLimit.signal.aborted) {
                const noAnswer = new errors/* NoAnswerError */.i5(request, limit);
                if (limit === remaining)
                    noAnswer.outOfTime = deadline;
                throw noAnswer;
            }
            if (error instanceof transport/* CutOffError */.M) {
                throw new errors/* UnreadableAnswerError */.mP(request, error.message, { cause: error });
            }
            throw new errors/* ConnectionError */.Rc(request, error);
        }
        finally {
            timeLimit.end();
        }
    }
    #statusError(request, answer) {
        const said = (0,answers/* readErrorBody */.Nk)(answer.text);
        return new errors/* StatusError */.Xs(request, answer.status, {
            code: said.code && this.#options.redact(said.code),
            message: said.message && oneLine(this.#options.redact(said.message)),
            said,
            retryAfter: (0,retry_after/* readRetryAfter */.D)(answer.headers, this.#options.clock.wallTime()),
        });
    }
}
function isRetryable(error, { retryableStatuses = [] }) {
    return error.isTransient || retryableStatuses.some((status) => status === error.status);
}
/** Whether the platform answered, and not a gateway in front of it: the platform answers with JSON. */
function isPlatformResponse(text) {
    return text.trimStart().startsWith('{');
}
/** Whether a text is neither JSON nor HTML. */
function isPlainText(text) {
    return !/^\s*[{["<]/.test(text);
}
/** Returns undefined for an empty response. */
function parseJson(text) {
    if (text.trim() === '')
        return undefined;
    try {
        return JSON.parse(text);
    }
    catch {
        // Without the cause, because its message quotes the text.
        throw new answers/* AnswerShapeError */.UI('the response is not JSON');
    }
}
function originOf(location) {
    if (location === undefined)
        return 'no address';
    return URL.canParse(location) ? new URL(location).origin : 'another path';
}
function oneLine(text) {
    return text.replace(/\s+/g, ' ').trim();
}

;// CONCATENATED MODULE: ./lib/pipecat/connection.js

/** Sends requests to the platform with one credential. */
class Connection {
    #transport;
    #baseUrl;
    #credential;
    /** @param baseUrl scheme, host and path prefix, without a slash at the end */
    constructor(baseUrl, credential, userAgent) {
        this.#baseUrl = baseUrl;
        this.#credential = credential;
        this.#transport = new transport/* Transport */.o(userAgent);
    }
    /** Sends one request once. Any status is an answer; throws if no complete response came. */
    send({ method, path, body }, signal) {
        const headers = {
            Accept: 'application/json',
            Authorization: `Bearer ${this.#credential.reveal()}`,
            ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        };
        return this.#transport.send({
            method,
            url: `${this.#baseUrl}${path}`,
            headers,
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }, signal);
    }
    /** Closes idle connections. */
    close() {
        this.#transport.close();
    }
}

// EXTERNAL MODULE: ./lib/pipecat/sessions.js + 1 modules
var sessions = __nccwpck_require__(6605);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __nccwpck_require__(7075);
;// CONCATENATED MODULE: ./lib/pipecat/form.js

const archiveType = 'application/gzip';
/**
 * Makes the form that uploads an archive. The file comes last, because storage ignores what follows
 * it. The headers give the size, because storage rejects uploads of unknown size.
 *
 * @param bytes size of the file
 */
function formBody(fields, bytes) {
    const boundary = `form-${(0,external_node_crypto_.randomUUID)()}`;
    const part = (name, rest) => `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"${rest}`;
    // The platform's own clients send the type even if the platform does not list it.
    const hasType = Object.keys(fields).some((name) => name.toLowerCase() === 'content-type');
    const all = { ...fields, ...(hasType ? {} : { 'Content-Type': archiveType }) };
    const before = Buffer.from([
        ...Object.entries(all).map(([name, value]) => part(name, `\r\n\r\n${value}\r\n`)),
        part('file', `; filename="context.tar.gz"\r\nContent-Type: ${archiveType}\r\n\r\n`),
    ].join(''));
    const after = Buffer.from(`\r\n--${boundary}--\r\n`);
    return {
        headers: {
            'Content-Type': `multipart/form-data; boundary=${boundary}`,
            'Content-Length': String(before.byteLength + bytes + after.byteLength),
        },
        parts: { before, after },
    };
}
/** Escapes a field name as browsers do. */
function escapeName(name) {
    return name.replace(/["\r\n]/g, encodeURIComponent);
}

;// CONCATENATED MODULE: ./lib/pipecat/storage.js










/** Shorter field values are not signatures, and may be part of a word. */
const shortestField = 8;
/** Milliseconds in which no byte is sent, or no response comes, before an attempt is given up. */
const idleLimit = 60_000;
/** Milliseconds that one attempt may take; its form expires then. */
const attemptLimit = 15 * 60_000;
/**
 * The platform's storage for archives, which has another host than its API. It takes forms that the
 * platform has signed, and never gets the credential.
 */
class Storage {
    #options;
    #transport;
    constructor(options) {
        this.#options = options;
        this.#transport = new transport/* Transport */.o(options.userAgent);
    }
    /**
     * Uploads the whole content. Each retry needs a new form and starts from the beginning, because an
     * upload cannot be resumed.
     *
     * @param sign asks the platform for a form
     * @returns the form that worked
     * @throws UploadError, or what `sign` throws
     */
    async upload(sign, content, options) {
        const { clock, log, over } = this.#options;
        const signal = AbortSignal.any([options.signal, over]);
        for (let attempt = 1;; attempt++) {
            const form = await sign();
            try {
                await this.#send(form, content, { ...options, signal });
                return form;
            }
            catch (error) {
                signal.throwIfAborted();
                if (!(error instanceof errors/* UploadError */.oW))
                    throw error;
                error.attempts = attempt;
                const { isTransient, retryAfter, reason } = error;
                const { attempts } = time_backoff/* defaultBackoff */.k;
                const failed = { attempt, attempts, isTransient, retryAfter };
                const decision = decideRetry(failed, time_backoff/* defaultBackoff */.k, () => clock.random());
                if ('stop' in decision)
                    throw error;
                const { delay } = decision;
                log.info(`The upload to ${options.destination} failed: ${reason}. Retrying in ${(delay / 1000).toFixed(1)} s (attempt ${attempt + 1} of ${attempts}).`);
                await clock.sleep(delay, signal);
            }
        }
    }
    async #send(form, content, options) {
        const { clock, log, redact } = this.#options;
        const origin = redact(new URL(form.url).origin);
        const idle = new time_limit/* TimeLimit */.h(clock, idleLimit);
        const whole = new time_limit/* TimeLimit */.h(clock, attemptLimit);
        const { headers, parts } = formBody(form.fields, content.bytes);
        const body = external_node_stream_.Readable.from(withForm(parts, content, (bytes) => {
            idle.restart();
            options.progress(bytes);
        }));
        const startedAt = clock.now();
        let answer;
        try {
            answer = await this.#transport.send({ method: 'POST', url: form.url, headers, body }, AbortSignal.any([options.signal, idle.signal, whole.signal]));
        }
        catch (error) {
            if (body.errored !== null)
                throw body.errored;
            const reason = whole.signal.aborted
                ? `the upload timed out after ${attemptLimit / 60_000} min`
                : idle.signal.aborted
                    ? `the connection was idle for ${idleLimit / 1000} s`
                    : error instanceof transport/* CutOffError */.M
                        ? error.message
                        : undefined;
            throw new errors/* UploadError */.oW(origin, { ...(reason && { reason }), cause: error });
        }
        finally {
            whole.end();
            idle.end();
        }
        log.debug(`POST ${origin} → ${answer.status} in ${clock.now() - startedAt} ms`);
        if ((0,http_status/* classifyStatus */.x)(answer.status) === 'success') {
            if (isStorageResponse(answer))
                return;
            throw new errors/* UploadError */.oW(origin, { reason: 'the response did not come from storage' });
        }
        const clean = (text) => redact(withoutFields(text, form));
        throw new errors/* UploadError */.oW(origin, {
            requestId: (0,request_id/* readRequestId */.B)(withIdOfBody(answer), clean),
            status: answer.status,
            ...readStorageError(answer, clean),
            retryAfter: (0,retry_after/* readRetryAfter */.D)(answer.headers, clock.wallTime()),
        });
    }
    /** Closes idle connections. */
    close() {
        this.#transport.close();
    }
}
/** The bytes of the form, with the content inside. */
async function* withForm({ before, after }, content, progress) {
    yield before;
    let bytes = 0;
    for await (const chunk of content.open()) {
        yield chunk;
        // The consumer asks for the next chunk when it has sent this one.
        bytes += chunk.byteLength;
        progress(bytes);
    }
    yield after;
}
/**
 * Whether storage answered: its response to an upload is empty, or its own XML. HTML or JSON comes from
 * something in front of it, and does not mean that the file was stored.
 */
function isStorageResponse({ text }) {
    return text.trim() === '' || /^\s*(<\?xml[^>]*>\s*)?<PostResponse\b/.test(text);
}
/** Removes the fields of a form, which storage may repeat, because some of them let anybody upload. */
function withoutFields(text, { fields }) {
    return Object.values(fields)
        .filter((value) => value.length >= shortestField)
        .sort((one, other) => other.length - one.length)
        .reduce((clean, value) => clean.replaceAll(value, '***'), text);
}
/** The headers of a response, with the request id that storage puts in its XML. */
function withIdOfBody({ headers, text }) {
    const id = xmlField(text, 'RequestId');
    return id === undefined ? headers : { 'x-amz-request-id': id, ...headers };
}
function xmlField(text, name) {
    const value = new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1];
    return value === undefined ? undefined : fromXml(value);
}
/** Reads the code and the message from the XML of an error response. */
function readStorageError({ text }, redact) {
    const said = { code: xmlField(text, 'Code'), message: xmlField(text, 'Message') };
    return {
        code: said.code && redact(said.code),
        message: said.message && redact(said.message),
        said,
    };
}
const entities = new Map([
    ['amp', '&'],
    ['lt', '<'],
    ['gt', '>'],
    ['quot', '"'],
    ['apos', "'"],
]);
/** Decodes a text from XML. */
function fromXml(text) {
    return text.replace(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]+);/gi, (reference, meant) => {
        if (!meant.startsWith('#'))
            return entities.get(meant) ?? reference;
        const codePoint = Number(meant.slice(1).replace(/^x/i, '0x'));
        return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : reference;
    });
}

;// CONCATENATED MODULE: ./lib/time/retry-budget.js
/** Milliseconds for which all calls that share a budget keep trying. */
const limit = 30_000;
/** The same if the name does not resolve or nothing listens, which rarely changes by itself. */
const limitIfUnreachable = 10_000;
/**
 * Retry time that several calls share. Only time in which calls fail is subtracted. For calls before
 * the first write, when failing early does no harm.
 */
class RetryBudget {
    #clock;
    #spent = 0;
    #failingSince;
    constructor(clock) {
        this.#clock = clock;
    }
    /** Records a failed attempt that started at that time. */
    recordFailure(startedAt) {
        this.#failingSince ??= startedAt;
    }
    recordSuccess() {
        this.#spent = this.#total();
        this.#failingSince = undefined;
    }
    /** Milliseconds left; 0 or less if the budget is spent. */
    remaining({ isUnreachable }) {
        return (isUnreachable ? limitIfUnreachable : limit) - this.#total();
    }
    #total() {
        const since = this.#failingSince;
        return this.#spent + (since === undefined ? 0 : this.#clock.now() - since);
    }
}

// EXTERNAL MODULE: ./lib/version.js
var version = __nccwpck_require__(3411);
;// CONCATENATED MODULE: ./lib/steps/platform.js









/** The connections to the platform and its storage. Disposing of it ends every call. */
class Platform {
    caller;
    /** Retries longer: for reading before the first write, when nothing is at stake yet. */
    patientCaller;
    #over = new AbortController();
    #connections = [];
    #storage;
    #redact;
    /** Sends what a cancelled run still has to clean up. */
    #lateCaller;
    #connectPublicly;
    constructor({ access, journal, cancellation, redact, requestLimit = 30_000 }) {
        // Node would warn of a leak if calls of many regions pause at once.
        (0,external_node_events_.setMaxListeners)(Infinity, this.#over.signal);
        const userAgent = `pipecat-cloud-release/${version/* version */.r}`;
        const { clock, log } = journal;
        const common = { clock, log, redact };
        const over = this.#over.signal;
        this.#redact = redact;
        const connect = (key) => {
            const connection = new Connection(access.apiUrl, key, userAgent);
            this.#connections.push(connection);
            return connection;
        };
        this.#storage = new Storage({
            userAgent,
            over: AbortSignal.any([over, cancellation.signal]),
            ...common,
        });
        const connection = connect(access.credential.value);
        const calling = { connection, requestLimit, over, cancellation, ...common };
        this.caller = new Caller(calling);
        this.patientCaller = this.caller.withRetryBudget(new RetryBudget(clock));
        const late = cancellation.delayed(time_cancellation/* cancellationLimits */.U4.stop);
        this.#lateCaller = new Caller({
            ...calling,
            cancellation: late,
            writeGrace: 0,
            clock: late.clock,
        });
        this.#connectPublicly = (key) => new sessions/* PublicSurface */.V(new Caller({ ...calling, connection: connect(key) }));
    }
    /** The sessions that the credential and a public key can access. */
    sessionsOn(surface, hide) {
        return {
            reading: new sessions/* Sessions */.A(this.caller, surface),
            stopping: new sessions/* Sessions */.A(this.#lateCaller, surface),
            publicly: this.#connectPublicly,
            hide,
            redact: this.#redact,
        };
    }
    /** The operations that the credential can use. */
    on(surface, caller = this.caller) {
        return new PipecatCloud(caller, surface, this.#storage, this.#redact);
    }
    [Symbol.dispose]() {
        // Of several parallel calls, others may still be running after one has failed.
        this.#over.abort();
        for (const connection of this.#connections)
            connection.close();
        this.#storage.close();
    }
}

;// CONCATENATED MODULE: ./lib/run/session.js










/** One run, and what it knows so far. */
class Session {
    host;
    cancellation;
    /** Aborted when the report must be made, even if something is still running. */
    reportDeadline;
    /** Aborted when nothing more can be reported to GitHub. */
    #gitHubDeadline;
    journal;
    /** Undefined until they are read and valid. */
    inputs;
    /** Undefined until they are read, or if the event cannot be trusted. */
    outline;
    /** The pull request whose preview the agents are; undefined if they are not a preview. */
    previewOf;
    /** Hides everything until it is known what is secret. */
    #redact = () => '***';
    /** Hides what is known to be secret by the time of each call. */
    redact = (text, options) => this.#redact(text, options);
    event = once(() => readEvent(this.host));
    commit = once(() => commitOf(this));
    wantsFailureLogs = once(() => showsFailureLogs(this.inputs?.failureLogs ?? 'never', this.event));
    constructor(host) {
        const { actions } = host;
        this.host = host;
        this.cancellation = new time_cancellation/* Cancellation */.mT(host.cancellation, host.clock);
        this.reportDeadline = this.cancellation.after(time_cancellation/* cancellationLimits */.U4.report);
        this.#gitHubDeadline = this.cancellation.after(time_cancellation/* cancellationLimits */.U4.gitHub);
        this.journal = new Journal(this.cancellation.clock, (0,log/* releaseLog */.c$)(actions, this.redact), (builds) => {
            (0,build_outputs/* setBuildOutputs */.vP)(actions, builds);
        });
    }
    /** Keeps what was read, and masks secrets before anything is logged. */
    keep({ inputs, outline, secrets, redact }) {
        this.#mask(secrets);
        this.#redact = redact;
        this.inputs = inputs;
        this.previewOf = outline.preview?.pullRequest;
    }
    /** Hides secrets that become known after the inputs were read. */
    hide(secrets) {
        this.#mask(secrets);
        const earlier = this.#redact;
        const later = redactor(secrets);
        this.#redact = (text, options) => later(earlier(text, options), options);
    }
    #mask(secrets) {
        for (const mask of new Set(secrets.flatMap(masksFor)))
            this.host.actions.mask(mask);
    }
    /** How to connect to GitHub, unless `signal` is aborted. */
    gitHubOptions(signal) {
        return { clock: this.host.clock, signal, redact: this.redact };
    }
    /** The same for what a cancelled run still reports to GitHub. */
    lateGitHubOptions() {
        return this.gitHubOptions(this.#gitHubDeadline);
    }
    /** Connects to the platform. */
    connect(access) {
        const { host, journal, cancellation, redact } = this;
        const { requestLimit } = host;
        return new Platform({ access, journal, cancellation, redact, requestLimit });
    }
    [Symbol.dispose]() {
        this.cancellation.end();
    }
}
function foldersOf(environment) {
    const { GITHUB_WORKSPACE: workspace = '', RUNNER_TEMP: temporary = '' } = environment;
    return {
        workspace: workspace === '' ? '.' : workspace,
        temporary: temporary === '' ? (0,external_node_os_.tmpdir)() : temporary,
    };
}
/** The commit that people see for the run. Reads the event only if it may differ from the runner's. */
async function commitOf({ host, outline, event }) {
    const { environment, readFile } = host;
    const { GITHUB_SHA: workflowCommit = '', GITHUB_EVENT_NAME: eventName = '' } = environment;
    if (!(0,github_event/* isOfAnotherCommit */.Eu)(eventName))
        return workflowCommit;
    return (0,github_event/* releasedCommit */.lz)(await event(), {
        workflowCommit,
        checkout: await checkedOutCommit(foldersOf(environment).workspace, readFile),
        isImageGiven: outline?.isImageGiven === true,
    });
}
/** An event that cannot be read may come from a fork. */
async function readEvent({ environment, workflowEvent }) {
    try {
        return await workflowEvent();
    }
    catch {
        return { eventName: environment['GITHUB_EVENT_NAME'] ?? '', payload: undefined };
    }
}
/** An agent's output may contain what callers said, so `auto` shows it only in private repositories. */
async function showsFailureLogs(failureLogs, event) {
    if (failureLogs !== 'auto')
        return failureLogs === 'always';
    return (0,github_event/* isClosedRepository */.P5)(await event());
}
function once(work) {
    let result;
    return () => (result ??= work());
}

;// CONCATENATED MODULE: ./lib/run/run.js
var __addDisposableResource = (undefined && undefined.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (undefined && undefined.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});





/**
 * One run of the action: inputs → plan → steps → report. Every run ends with the report. A cancelled run
 * makes it within two seconds, because a runner allows only a few.
 *
 * What is not needed for the first request is loaded after it.
 *
 * @returns whether the release succeeded
 */
async function run(host) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const session = __addDisposableResource(env_1, new Session(host), false);
        const failures = await collectFailures((0,time_cancellation/* unlessAborted */.Wh)(session.reportDeadline, carryOut(session)));
        const { conclude } = await Promise.all(/* import() */[__nccwpck_require__.e(128), __nccwpck_require__.e(790)]).then(__nccwpck_require__.bind(__nccwpck_require__, 7790));
        return await conclude(session, failures);
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        __disposeResources(env_1);
    }
}
async function carryOut(session) {
    const env_2 = { stack: [], error: void 0, hasError: false };
    try {
        const inputs = await checkInputs(session);
        const { journal } = session;
        const context = __addDisposableResource(env_2, inputs.kind === 'release'
            ? await packContext(session, inputs.release.build?.context)
            : undefined, true);
        const { access } = inputs;
        if (access === undefined) {
            journal.notice('This run has no credential, like all runs from forks and Dependabot. It checked inputs, files and names, but read nothing from the platform.');
            return;
        }
        const platform = __addDisposableResource(env_2, session.connect(access), false);
        const surface = await checkCredential(platform.patientCaller, access, journal);
        if (inputs.kind === 'release') {
            const { carryOutRelease } = await Promise.all(/* import() */[__nccwpck_require__.e(128), __nccwpck_require__.e(44), __nccwpck_require__.e(284)]).then(__nccwpck_require__.bind(__nccwpck_require__, 3284));
            await carryOutRelease(session, inputs, { platform, surface, context: context?.packed });
        }
        else {
            const { carryOutTeardown } = await Promise.all(/* import() */[__nccwpck_require__.e(128), __nccwpck_require__.e(44), __nccwpck_require__.e(795)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6795));
            await carryOutTeardown(session, inputs, { platform, surface });
        }
    }
    catch (e_2) {
        env_2.error = e_2;
        env_2.hasError = true;
    }
    finally {
        const result_1 = __disposeResources(env_2);
        if (result_1)
            await result_1;
    }
}
async function packContext({ host, journal }, settings) {
    if (settings === undefined)
        return undefined;
    const { packBuildContext } = await __nccwpck_require__.e(/* import() */ 837).then(__nccwpck_require__.bind(__nccwpck_require__, 2837));
    const folders = foldersOf(host.environment);
    return packBuildContext({ journal, settings, folders, cancellation: host.cancellation });
}
/** The single failures of `work`; none if it succeeded. */
async function collectFailures(work) {
    try {
        await work;
        return [];
    }
    catch (error) {
        return (0,record_errors/* failuresOf */.dJ)(error);
    }
}


/***/ }),

/***/ 7734:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ SecretValue)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7975);

const hidden = '***';
/**
 * A value that must not be shown. If code prints, joins or serializes it by accident, it becomes stars.
 * Only `reveal` returns the value, so a search for `reveal` finds every use.
 */
class SecretValue {
    #value;
    constructor(value) {
        this.#value = value;
    }
    reveal() {
        return this.#value;
    }
    get isEmpty() {
        return this.#value === '';
    }
    toString() {
        return hidden;
    }
    toJSON() {
        return hidden;
    }
    [node_util__WEBPACK_IMPORTED_MODULE_0__.inspect.custom]() {
        return hidden;
    }
}


/***/ }),

/***/ 8544:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ bytesOf)
/* harmony export */ });
const units = ['KB', 'MB', 'GB'];
/**
 * Formats bytes for people: `512 B`, `1.5 KB`, `12 MB`. Each unit is 1024 of the one before, as in the
 * platform's own limit of 500 MB.
 */
function bytesOf(bytes) {
    if (bytes < 1024)
        return `${bytes} B`;
    let amount = bytes / 1024;
    let unit = 'KB';
    for (const next of units.slice(1)) {
        // 1023.9 KB would read `1024 KB`, so it is 1 MB.
        if (Math.round(amount) < 1024)
            break;
        amount /= 1024;
        unit = next;
    }
    return `${amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}


/***/ }),

/***/ 8735:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ asIs),
/* harmony export */   c: () => (/* binding */ listOf)
/* harmony export */ });
/* harmony import */ var _quote_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7819);

/** Lists items within a sentence: `a`, `b` and 3 more. */
function listOf(items, { most = Infinity, format = _quote_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .h } = {}) {
    const all = [...items];
    const named = all.slice(0, most).map(format).join(', ');
    return all.length > most ? `${named} and ${all.length - most} more` : named;
}
/** A format that adds no backticks. */
function asIs(item) {
    return item;
}


/***/ }),

/***/ 4204:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ lookUp)
/* harmony export */ });
/** Looks a word from outside up in a table. Every object also has names that the table does not list. */
function lookUp(table, word) {
    return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}


/***/ }),

/***/ 1077:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   MR: () => (/* binding */ anyCharacter),
/* harmony export */   dC: () => (/* binding */ anyNumberOf),
/* harmony export */   e6: () => (/* binding */ follow),
/* harmony export */   jN: () => (/* binding */ matcher),
/* harmony export */   pV: () => (/* binding */ exactly)
/* harmony export */ });
function exactly(letter) {
    return { accepts: (codePoint) => codePoint === letter.codePointAt(0) };
}
const anyCharacter = { accepts: () => true };
/** Adds a part after others, which meet there. Without others, it starts a pattern. */
function follow(others, { accepts, holds } = {}) {
    const part = { accepts, holds, next: [], reachedIn: 0 };
    for (const other of others)
        other.next.push(part);
    return part;
}
/** Adds a part that may occur any number of times, or not at all. */
function anyNumberOf(previous, requirement) {
    const repeated = follow([previous]);
    follow([repeated], requirement).next.push(repeated);
    return repeated;
}
/**
 * Makes a function that tests whether a pattern matches a whole text.
 *
 * It follows all paths through the parts at once, character by character, so the time is linear in the
 * length of the pattern times the length of the text. JavaScript's regular expressions try one path
 * after another, which can take forever with a hostile pattern.
 *
 * @param ends the parts that may be the last ones
 */
function matcher(start, ends) {
    const end = follow(ends);
    let round = 0;
    return (text) => {
        let reached = [start];
        let before;
        for (let position = 0; reached.length > 0;) {
            const after = text.codePointAt(position);
            const beyond = [];
            round += 1;
            for (let part = reached.pop(); part !== undefined; part = reached.pop()) {
                if (part.reachedIn === round)
                    continue;
                part.reachedIn = round;
                if (!isMet(part, before, after))
                    continue;
                for (const next of part.next)
                    (part.accepts === undefined ? reached : beyond).push(next);
            }
            if (after === undefined)
                return end.reachedIn === round;
            position += after > 0xffff ? 2 : 1;
            before = after;
            reached = beyond;
        }
        return false;
    };
}
function isMet({ accepts, holds }, before, after) {
    if (accepts !== undefined)
        return after !== undefined && accepts(after);
    return holds === undefined || holds(before, after);
}


/***/ }),

/***/ 8045:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  pA: () => (/* binding */ nearest),
  N5: () => (/* binding */ typo)
});

// UNUSED EXPORTS: half

;// CONCATENATED MODULE: ./node_modules/leven/index.js
const array = [];
const characterCodeCache = [];

function leven(first, second, options) {
	if (first === second) {
		return 0;
	}

	const maxDistance = options?.maxDistance;
	const swap = first;

	// Swapping the strings if `a` is longer than `b` so we know which one is the
	// shortest & which one is the longest
	if (first.length > second.length) {
		first = second;
		second = swap;
	}

	let firstLength = first.length;
	let secondLength = second.length;

	// Performing suffix trimming:
	// We can linearly drop suffix common to both strings since they
	// don't increase distance at all
	// Note: `~-` is the bitwise way to perform a `- 1` operation
	while (firstLength > 0 && (first.charCodeAt(~-firstLength) === second.charCodeAt(~-secondLength))) {
		firstLength--;
		secondLength--;
	}

	// Performing prefix trimming
	// We can linearly drop prefix common to both strings since they
	// don't increase distance at all
	let start = 0;

	while (start < firstLength && (first.charCodeAt(start) === second.charCodeAt(start))) {
		start++;
	}

	firstLength -= start;
	secondLength -= start;

	// Early termination after trimming: if difference in length exceeds max distance
	if (maxDistance !== undefined && secondLength - firstLength > maxDistance) {
		return maxDistance;
	}

	if (firstLength === 0) {
		return maxDistance !== undefined && secondLength > maxDistance
			? maxDistance
			: secondLength;
	}

	let bCharacterCode;
	let result;
	let temporary;
	let temporary2;
	let index = 0;
	let index2 = 0;

	while (index < firstLength) {
		characterCodeCache[index] = first.charCodeAt(start + index);
		array[index] = ++index;
	}

	while (index2 < secondLength) {
		bCharacterCode = second.charCodeAt(start + index2);
		temporary = index2++;
		result = index2;

		for (index = 0; index < firstLength; index++) {
			temporary2 = bCharacterCode === characterCodeCache[index] ? temporary : temporary + 1;
			temporary = array[index];
			// eslint-disable-next-line no-multi-assign
			result = array[index] = temporary > result
				? (temporary2 > result ? result + 1 : temporary2)
				: (temporary2 > temporary ? temporary + 1 : temporary2);
		}

		// Early termination: if all values in current row exceed maxDistance
		if (maxDistance !== undefined) {
			let rowMinimum = result;
			for (index = 0; index < firstLength; index++) {
				if (array[index] < rowMinimum) {
					rowMinimum = array[index];
				}
			}

			if (rowMinimum > maxDistance) {
				return maxDistance;
			}
		}
	}

	// Bound arrays to avoid retaining large previous sizes
	array.length = firstLength;
	characterCodeCache.length = firstLength;

	return maxDistance !== undefined && result > maxDistance ? maxDistance : result;
}

function closestMatch(target, candidates, options) {
	if (!Array.isArray(candidates) || candidates.length === 0) {
		return undefined;
	}

	const userMax = options?.maxDistance;
	const targetLength = target.length;

	// Exact match fast-path
	for (const candidate of candidates) {
		if (candidate === target) {
			return candidate;
		}
	}

	if (userMax === 0) {
		return undefined;
	}

	let best;
	let bestDist = Number.POSITIVE_INFINITY;
	const seen = new Set();

	for (const candidate of candidates) {
		if (seen.has(candidate)) {
			continue;
		}

		seen.add(candidate);

		const lengthDiff = Math.abs(candidate.length - targetLength);
		if (lengthDiff >= bestDist) {
			continue;
		}

		if (userMax !== undefined && lengthDiff > userMax) {
			continue;
		}

		const cap = Number.isFinite(bestDist)
			? (userMax === undefined ? bestDist : Math.min(bestDist, userMax))
			: userMax;

		const distance = cap === undefined
			? leven(target, candidate)
			: leven(target, candidate, {maxDistance: cap});

		// Skip candidates that exceed the user's maximum distance
		if (userMax !== undefined && distance > userMax) {
			continue;
		}

		// If we got a capped result that equals the cap, we need the actual distance
		// for accurate comparison, but only if the cap was due to userMax
		let actualD = distance;
		if (cap !== undefined && distance === cap && cap === userMax) {
			actualD = leven(target, candidate);
		}

		if (actualD < bestDist) {
			bestDist = actualD;
			best = candidate;
			if (bestDist === 0) {
				break;
			}
		}
	}

	if (userMax !== undefined && bestDist > userMax) {
		return undefined;
	}

	return best;
}

;// CONCATENATED MODULE: ./lib/text/nearest.js

/** Longer texts are not names, and comparing them would be slow (quadratic). */
const maxNameLength = 100;
/** A typo: up to two characters, fewer in short names. */
const typo = (length) => Math.min(2, Math.floor(length / 3));
/** Up to half of the name. */
const half = (length) => length / 2;
/**
 * Finds the known name that somebody may have meant. Ignores case, and treats hyphens, underscores and
 * spaces as the same.
 *
 * @returns undefined if no name is close enough
 */
function nearest(text, known, tolerance = typo) {
    if (text.length > maxNameLength)
        return undefined;
    const written = normalized(text);
    const [first] = known
        .map((name) => ({ name, distance: leven(written, normalized(name)) }))
        .sort((a, b) => a.distance - b.distance);
    if (first === undefined)
        return undefined;
    const length = Math.max(written.length, first.name.length);
    return first.distance <= tolerance(length) ? first.name : undefined;
}
function normalized(name) {
    return name.toLowerCase().replace(/[-_\s]+/g, '-');
}


/***/ }),

/***/ 7944:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ printable)
/* harmony export */ });
/**
 * Control characters other than the line break and the tab, marks that change the direction of text,
 * and invisible characters, which could hide a known secret from a search.
 */
const unprintable = 
// eslint-disable-next-line no-control-regex
/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]/gu;
/** Escape sequences with which programs color their output in a terminal. */
const terminalSequence = 
// eslint-disable-next-line no-control-regex
/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/gu;
/** Removes from an external text everything that a terminal or a browser would act on. */
function printable(text) {
    return text.replace(terminalSequence, '').replace(/\r\n?/g, '\n').replace(unprintable, '');
}


/***/ }),

/***/ 7819:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ asQuoted),
/* harmony export */   h: () => (/* binding */ quote)
/* harmony export */ });
/** Characters of a quotation. */
const longest = 500;
/**
 * Quotes an external text in backticks, on one line. The summary renders it as code, so nothing in it
 * can become Markdown, a link or a mention.
 */
function quote(text) {
    const line = asQuoted(text);
    return `\`${line.length > longest ? `${line.slice(0, longest)}…` : line}\``;
}
/** The text between the backticks, before it is cut. */
function asQuoted(text) {
    return text.replace(/`/g, "'").replace(/\s+/g, ' ').trim();
}


/***/ }),

/***/ 7229:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Kl: () => (/* binding */ faultOf),
/* harmony export */   c4: () => (/* binding */ isNotFound),
/* harmony export */   vq: () => (/* binding */ systemErrorCode)
/* harmony export */ });
/* harmony import */ var _look_up_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4204);

/** The code of an error from Node.js or the operating system, such as ENOENT or ECONNRESET. */
function systemErrorCode(error) {
    if (typeof error !== 'object' || error === null || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}
/** Whether an error means that a file or a folder on its path does not exist. */
function isNotFound(error) {
    return ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
}
const openFilesAdvice = 'Raise the limit on open files of the runner (`ulimit -n`).';
const faults = {
    EACCES: { reason: 'permission denied' },
    EPERM: { reason: 'the operating system does not permit it, EPERM' },
    EMFILE: { reason: 'this process has too many files open, EMFILE', next: openFilesAdvice },
    ENFILE: { reason: 'the machine has too many files open, ENFILE', next: openFilesAdvice },
    ENOSPC: {
        reason: 'the disk is full',
        next: 'Free up space on the disk of the runner, or exclude more from the build context.',
    },
    EDQUOT: {
        reason: 'the disk quota is used up, EDQUOT',
        next: 'Free up space on the disk of the runner.',
    },
    EIO: { reason: 'the disk reported an error, EIO', next: 'Check the disk of the runner.' },
};
/** Describes an error of the file system, and says what to do about it. */
function faultOf(error) {
    const code = systemErrorCode(error) ?? 'unknown reason';
    return (0,_look_up_js__WEBPACK_IMPORTED_MODULE_0__/* .lookUp */ .T)(faults, code) ?? { reason: code };
}


/***/ }),

/***/ 9905:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ backoffDelay),
/* harmony export */   k: () => (/* binding */ defaultBackoff)
/* harmony export */ });
const defaultBackoff = { attempts: 5, base: 1000, ceiling: 15_000 };
/**
 * Milliseconds before the next attempt: exponential with full jitter, so that releases that failed
 * together do not retry together. Never shorter than what the server asked for.
 *
 * @param failed number of failed attempts so far, from 1
 * @param retryAfter milliseconds from the `Retry-After` header
 */
function backoffDelay(backoff, failed, random, retryAfter) {
    const cap = Math.min(backoff.ceiling, backoff.base * 2 ** (failed - 1));
    return Math.round(Math.max(retryAfter ?? 0, random() * cap));
}


/***/ }),

/***/ 6690:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U4: () => (/* binding */ cancellationLimits),
/* harmony export */   Wh: () => (/* binding */ unlessAborted),
/* harmony export */   cc: () => (/* binding */ CancelledError),
/* harmony export */   mT: () => (/* binding */ Cancellation)
/* harmony export */ });
/* harmony import */ var node_events__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8474);
/* harmony import */ var _clock_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5221);


/**
 * Time limits in milliseconds after a cancellation. The runner soon kills the process, so the report
 * must be written within two seconds, and everything else must end before that.
 */
const cancellationLimits = {
    /** For the response to a write, so that the report can say what the write did. */
    write: 1000,
    /** For GitHub to record the cancellation. */
    gitHub: 1400,
    /** For stopping the session of a smoke test. */
    stop: 1400,
    /** Then the report is written, even if something has not ended. */
    report: 1700,
};
/**
 * A person cancelled the run, or a newer run replaced it. This is the abort reason of the signal that
 * everything listens to that waits or sends.
 */
class CancelledError extends Error {
    kind = 'cancelled';
    signal;
    constructor(signal, options) {
        super(`the run was cancelled (${signal})`, options);
        this.name = 'CancelledError';
        this.signal = signal;
    }
}
/** Tells everything in a run that takes time when the run is cancelled. Must be ended. */
class Cancellation {
    /** Aborted with a CancelledError. */
    signal;
    #clock;
    #ended = new AbortController();
    constructor(signal, clock) {
        this.signal = signal;
        this.#clock = clock;
        // Many listeners may wait at once; Node.js would warn about a leak.
        (0,node_events__WEBPACK_IMPORTED_MODULE_0__.setMaxListeners)(Infinity, signal, this.#ended.signal);
    }
    get isCancelled() {
        return this.signal.aborted;
    }
    /** A signal that is aborted `milliseconds` after the cancellation, for the same reason. */
    after(milliseconds) {
        const delayed = new AbortController();
        this.whenCancelled(() => {
            const stop = this.#clock.after(milliseconds, () => {
                delayed.abort(this.signal.reason);
            });
            this.#ended.signal.addEventListener('abort', stop, { once: true });
        });
        return delayed.signal;
    }
    /** A cancellation that comes `milliseconds` later, for what a cancelled run must still clean up. */
    delayed(milliseconds) {
        const delayed = new Cancellation(this.after(milliseconds), this.#clock);
        this.#ended.signal.addEventListener('abort', () => {
            delayed.end();
        }, { once: true });
        return delayed;
    }
    /** A clock whose sleepers wake up when the run is cancelled. */
    get clock() {
        return (0,_clock_js__WEBPACK_IMPORTED_MODULE_1__/* .interruptible */ .I)(this.#clock, this.signal);
    }
    whenCancelled(act) {
        if (this.#ended.signal.aborted)
            return;
        if (this.isCancelled)
            act();
        else
            this.signal.addEventListener('abort', act, { once: true, signal: this.#ended.signal });
    }
    /** Stops listening, when nothing waits anymore. */
    end() {
        this.#ended.abort();
    }
}
/** Waits for `work`, but stops waiting and throws the signal's reason when the signal is aborted. */
async function unlessAborted(signal, work) {
    const over = new AbortController();
    const aborted = new Promise((_, reject) => {
        const giveUp = () => {
            reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        if (signal.aborted)
            giveUp();
        else
            signal.addEventListener('abort', giveUp, { once: true, signal: over.signal });
    });
    try {
        return await Promise.race([work, aborted]);
    }
    finally {
        over.abort();
    }
}


/***/ }),

/***/ 5221:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  I: () => (/* binding */ interruptible),
  m: () => (/* binding */ systemClock)
});

;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./lib/time/clock.js

/** A clock whose sleeps also end when the signal is aborted. */
function interruptible(clock, signal) {
    return {
        now: () => clock.now(),
        wallTime: () => clock.wallTime(),
        random: () => clock.random(),
        after: (milliseconds, callback) => clock.after(milliseconds, callback),
        sleep: (milliseconds, other) => clock.sleep(milliseconds, other === undefined ? signal : AbortSignal.any([signal, other])),
    };
}
const systemClock = {
    now: () => Math.round(performance.now()),
    wallTime: () => Date.now(),
    random: () => Math.random(),
    after: (milliseconds, callback) => {
        const timer = setTimeout(callback, milliseconds);
        return () => {
            clearTimeout(timer);
        };
    },
    sleep: (milliseconds, signal) => (0,promises_namespaceObject.setTimeout)(milliseconds, undefined, { signal }).catch(() => {
        signal?.throwIfAborted();
    }),
};


/***/ }),

/***/ 408:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ endProcess)
/* harmony export */ });
/** Milliseconds that open handles may delay the end of the process. */
const exitDelay = 100;
/**
 * Ends the process after the run, even if something is still open. If nothing is, it ends by itself,
 * with the same exit code.
 *
 * @param canBeKilled whether SIGKILL, which has its own exit code, is better than waiting
 */
function endProcess(exitCode, { canBeKilled }) {
    process.exitCode = exitCode;
    setTimeout(() => {
        if (hasBlockedThreads()) {
            replaceProcess(exitCode);
            if (canBeKilled)
                process.kill(process.pid, 'SIGKILL');
        }
        process.exit();
    }, exitDelay).unref();
}
/** Whether an exit would wait for a thread, such as one that resolves a name or reads a file that hangs. */
function hasBlockedThreads() {
    return process
        .getActiveResourcesInfo()
        .some((resource) => /^(?:FS|GetAddrInfo|GetNameInfo)Req/.test(resource));
}
/** Replaces this process with a shell, which ends all threads and keeps the exit code. */
function replaceProcess(exitCode) {
    const { execve } = process;
    try {
        execve?.call(process, '/bin/sh', ['sh', '-c', `exit ${exitCode}`], {});
    }
    catch {
        // Without that shell, the process waits for its threads.
    }
}


/***/ }),

/***/ 3144:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ cancelledByRunner)
/* harmony export */ });
/* harmony import */ var _cancellation_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6690);

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
        cancellation.abort(new _cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc(signal));
    });
}
/**
 * Aborted with a CancelledError when the runner asks the process to end. Import this first: a signal
 * that comes before ends the process without a report.
 */
const cancelledByRunner = cancellation.signal;


/***/ }),

/***/ 9098:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ TimeLimit)
/* harmony export */ });
/** Aborts a signal after some milliseconds, unless it is ended before. */
class TimeLimit {
    #clock;
    #milliseconds;
    #passed = new AbortController();
    #cancel;
    constructor(clock, milliseconds) {
        this.#clock = clock;
        this.#milliseconds = milliseconds;
        this.#cancel = this.#start();
    }
    get signal() {
        return this.#passed.signal;
    }
    /** Allows the whole time again. */
    restart() {
        this.#cancel();
        this.#cancel = this.#start();
    }
    end() {
        this.#cancel();
    }
    #start() {
        return this.#clock.after(this.#milliseconds, () => {
            this.#passed.abort();
        });
    }
}


/***/ }),

/***/ 6570:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ watchForUnsettledExit)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);

/**
 * Node.js exits silently when the program waits for a promise that nothing will ever settle. If that
 * happens during the run, this writes an error line and sets exit code 1.
 *
 * @returns stops watching; call it when the run has ended
 */
function watchForUnsettledExit() {
    const onEmpty = () => {
        process.exitCode = 1;
        try {
            // Only a synchronous write is certain to happen now.
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeSync)(1, '::error title=The run stopped early::The action stopped before the run was finished. This is a bug in the action. Run the workflow again, and report it if it happens again.\n');
        }
        catch {
            // Nobody reads the log; the exit code remains.
        }
    };
    process.once('beforeExit', onEmpty);
    return () => {
        process.off('beforeExit', onEmpty);
    };
}


/***/ }),

/***/ 3411:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   r: () => (/* binding */ version)
/* harmony export */ });
/** The action's version, as package.json has it; a test holds the two together. */
const version = '1.0.0'; // x-release-please-version


/***/ }),

/***/ 1178:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

// ESM COMPAT FLAG
__nccwpck_require__.r(__webpack_exports__);

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  ExitCode: () => (/* binding */ ExitCode),
  addPath: () => (/* binding */ addPath),
  debug: () => (/* binding */ debug),
  endGroup: () => (/* binding */ endGroup),
  error: () => (/* binding */ error),
  exportVariable: () => (/* binding */ exportVariable),
  getBooleanInput: () => (/* binding */ getBooleanInput),
  getIDToken: () => (/* binding */ getIDToken),
  getInput: () => (/* binding */ getInput),
  getMultilineInput: () => (/* binding */ getMultilineInput),
  getState: () => (/* binding */ getState),
  group: () => (/* binding */ group),
  info: () => (/* binding */ info),
  isDebug: () => (/* binding */ isDebug),
  markdownSummary: () => (/* reexport */ markdownSummary),
  notice: () => (/* binding */ notice),
  platform: () => (/* reexport */ platform_namespaceObject),
  saveState: () => (/* binding */ saveState),
  setCommandEcho: () => (/* binding */ setCommandEcho),
  setFailed: () => (/* binding */ setFailed),
  setOutput: () => (/* binding */ setOutput),
  setSecret: () => (/* binding */ setSecret),
  startGroup: () => (/* binding */ startGroup),
  summary: () => (/* reexport */ summary),
  toPlatformPath: () => (/* reexport */ toPlatformPath),
  toPosixPath: () => (/* reexport */ toPosixPath),
  toWin32Path: () => (/* reexport */ toWin32Path),
  warning: () => (/* binding */ warning)
});

// NAMESPACE OBJECT: ./node_modules/@actions/core/lib/platform.js
var platform_namespaceObject = {};
__nccwpck_require__.r(platform_namespaceObject);
__nccwpck_require__.d(platform_namespaceObject, {
  arch: () => (arch),
  getDetails: () => (getDetails),
  isLinux: () => (isLinux),
  isMacOS: () => (isMacOS),
  isWindows: () => (isWindows),
  platform: () => (platform)
});

// EXTERNAL MODULE: external "os"
var external_os_ = __nccwpck_require__(857);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_.EOL);
}
function issue(name, message = '') {
    issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");
// EXTERNAL MODULE: external "fs"
var external_fs_ = __nccwpck_require__(9896);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_.appendFileSync(filePath, `${toCommandValue(message)}${external_os_.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_.EOL}${convertedValue}${external_os_.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");
// EXTERNAL MODULE: ./node_modules/@actions/http-client/lib/index.js + 1 modules
var lib = __nccwpck_require__(4942);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/auth.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
class BasicCredentialHandler {
    constructor(username, password) {
        this.username = username;
        this.password = password;
    }
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return __awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class BearerCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Bearer ${this.token}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return __awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class PersonalAccessTokenCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`PAT:${this.token}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return __awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
//# sourceMappingURL=auth.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/oidc-utils.js
var oidc_utils_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new lib/* HttpClient */.Qq('actions/oidc-client', [new BearerCredentialHandler(OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_.constants.R_OK | external_fs_.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = _summary;
const summary = _summary;
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, external_path_namespaceObject.sep);
}
//# sourceMappingURL=path-utils.js.map
// EXTERNAL MODULE: ./scripts/stand-ins/actions-exec.cjs
var actions_exec = __nccwpck_require__(3941);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield actions_exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield actions_exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield actions_exec.getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield actions_exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_.platform();
const arch = external_os_.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function setSecret(secret) {
    issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${external_path_namespaceObject.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function debug(message) {
    issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map

/***/ }),

/***/ 4942:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Qq: () => (/* binding */ HttpClient),
  s_: () => (/* binding */ lib_getProxyUrl)
});

// UNUSED EXPORTS: Headers, HttpClientError, HttpClientResponse, HttpCodes, MediaTypes, isHttps

// EXTERNAL MODULE: external "http"
var external_http_ = __nccwpck_require__(8611);
var external_http_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_http_, 2);
// EXTERNAL MODULE: external "https"
var external_https_ = __nccwpck_require__(5692);
var external_https_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_https_, 2);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
//# sourceMappingURL=proxy.js.map
// EXTERNAL MODULE: ./node_modules/tunnel/index.js
var tunnel = __nccwpck_require__(770);
// EXTERNAL MODULE: ./scripts/stand-ins/undici.cjs
var undici = __nccwpck_require__(8228);
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/index.js
/* eslint-disable @typescript-eslint/no-explicit-any */
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};





var HttpCodes;
(function (HttpCodes) {
    HttpCodes[HttpCodes["OK"] = 200] = "OK";
    HttpCodes[HttpCodes["MultipleChoices"] = 300] = "MultipleChoices";
    HttpCodes[HttpCodes["MovedPermanently"] = 301] = "MovedPermanently";
    HttpCodes[HttpCodes["ResourceMoved"] = 302] = "ResourceMoved";
    HttpCodes[HttpCodes["SeeOther"] = 303] = "SeeOther";
    HttpCodes[HttpCodes["NotModified"] = 304] = "NotModified";
    HttpCodes[HttpCodes["UseProxy"] = 305] = "UseProxy";
    HttpCodes[HttpCodes["SwitchProxy"] = 306] = "SwitchProxy";
    HttpCodes[HttpCodes["TemporaryRedirect"] = 307] = "TemporaryRedirect";
    HttpCodes[HttpCodes["PermanentRedirect"] = 308] = "PermanentRedirect";
    HttpCodes[HttpCodes["BadRequest"] = 400] = "BadRequest";
    HttpCodes[HttpCodes["Unauthorized"] = 401] = "Unauthorized";
    HttpCodes[HttpCodes["PaymentRequired"] = 402] = "PaymentRequired";
    HttpCodes[HttpCodes["Forbidden"] = 403] = "Forbidden";
    HttpCodes[HttpCodes["NotFound"] = 404] = "NotFound";
    HttpCodes[HttpCodes["MethodNotAllowed"] = 405] = "MethodNotAllowed";
    HttpCodes[HttpCodes["NotAcceptable"] = 406] = "NotAcceptable";
    HttpCodes[HttpCodes["ProxyAuthenticationRequired"] = 407] = "ProxyAuthenticationRequired";
    HttpCodes[HttpCodes["RequestTimeout"] = 408] = "RequestTimeout";
    HttpCodes[HttpCodes["Conflict"] = 409] = "Conflict";
    HttpCodes[HttpCodes["Gone"] = 410] = "Gone";
    HttpCodes[HttpCodes["TooManyRequests"] = 429] = "TooManyRequests";
    HttpCodes[HttpCodes["InternalServerError"] = 500] = "InternalServerError";
    HttpCodes[HttpCodes["NotImplemented"] = 501] = "NotImplemented";
    HttpCodes[HttpCodes["BadGateway"] = 502] = "BadGateway";
    HttpCodes[HttpCodes["ServiceUnavailable"] = 503] = "ServiceUnavailable";
    HttpCodes[HttpCodes["GatewayTimeout"] = 504] = "GatewayTimeout";
})(HttpCodes || (HttpCodes = {}));
var Headers;
(function (Headers) {
    Headers["Accept"] = "accept";
    Headers["ContentType"] = "content-type";
})(Headers || (Headers = {}));
var MediaTypes;
(function (MediaTypes) {
    MediaTypes["ApplicationJson"] = "application/json";
})(MediaTypes || (MediaTypes = {}));
/**
 * Returns the proxy URL, depending upon the supplied url and proxy environment variables.
 * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
 */
function lib_getProxyUrl(serverUrl) {
    const proxyUrl = getProxyUrl(new URL(serverUrl));
    return proxyUrl ? proxyUrl.href : '';
}
const HttpRedirectCodes = [
    HttpCodes.MovedPermanently,
    HttpCodes.ResourceMoved,
    HttpCodes.SeeOther,
    HttpCodes.TemporaryRedirect,
    HttpCodes.PermanentRedirect
];
const HttpResponseRetryCodes = [
    HttpCodes.BadGateway,
    HttpCodes.ServiceUnavailable,
    HttpCodes.GatewayTimeout
];
const RetryableHttpVerbs = ['OPTIONS', 'GET', 'DELETE', 'HEAD'];
const ExponentialBackoffCeiling = 10;
const ExponentialBackoffTimeSlice = 5;
class HttpClientError extends Error {
    constructor(message, statusCode) {
        super(message);
        this.name = 'HttpClientError';
        this.statusCode = statusCode;
        Object.setPrototypeOf(this, HttpClientError.prototype);
    }
}
class HttpClientResponse {
    constructor(message) {
        this.message = message;
    }
    readBody() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                let output = Buffer.alloc(0);
                this.message.on('data', (chunk) => {
                    output = Buffer.concat([output, chunk]);
                });
                this.message.on('end', () => {
                    resolve(output.toString());
                });
            }));
        });
    }
    readBodyBuffer() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                const chunks = [];
                this.message.on('data', (chunk) => {
                    chunks.push(chunk);
                });
                this.message.on('end', () => {
                    resolve(Buffer.concat(chunks));
                });
            }));
        });
    }
}
function isHttps(requestUrl) {
    const parsedUrl = new URL(requestUrl);
    return parsedUrl.protocol === 'https:';
}
class HttpClient {
    constructor(userAgent, handlers, requestOptions) {
        this._ignoreSslError = false;
        this._allowRedirects = true;
        this._allowRedirectDowngrade = false;
        this._maxRedirects = 50;
        this._allowRetries = false;
        this._maxRetries = 1;
        this._keepAlive = false;
        this._disposed = false;
        this.userAgent = this._getUserAgentWithOrchestrationId(userAgent);
        this.handlers = handlers || [];
        this.requestOptions = requestOptions;
        if (requestOptions) {
            if (requestOptions.ignoreSslError != null) {
                this._ignoreSslError = requestOptions.ignoreSslError;
            }
            this._socketTimeout = requestOptions.socketTimeout;
            if (requestOptions.allowRedirects != null) {
                this._allowRedirects = requestOptions.allowRedirects;
            }
            if (requestOptions.allowRedirectDowngrade != null) {
                this._allowRedirectDowngrade = requestOptions.allowRedirectDowngrade;
            }
            if (requestOptions.maxRedirects != null) {
                this._maxRedirects = Math.max(requestOptions.maxRedirects, 0);
            }
            if (requestOptions.keepAlive != null) {
                this._keepAlive = requestOptions.keepAlive;
            }
            if (requestOptions.allowRetries != null) {
                this._allowRetries = requestOptions.allowRetries;
            }
            if (requestOptions.maxRetries != null) {
                this._maxRetries = requestOptions.maxRetries;
            }
        }
    }
    options(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('OPTIONS', requestUrl, null, additionalHeaders || {});
        });
    }
    get(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('GET', requestUrl, null, additionalHeaders || {});
        });
    }
    del(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('DELETE', requestUrl, null, additionalHeaders || {});
        });
    }
    post(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('POST', requestUrl, data, additionalHeaders || {});
        });
    }
    patch(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PATCH', requestUrl, data, additionalHeaders || {});
        });
    }
    put(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PUT', requestUrl, data, additionalHeaders || {});
        });
    }
    head(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('HEAD', requestUrl, null, additionalHeaders || {});
        });
    }
    sendStream(verb, requestUrl, stream, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request(verb, requestUrl, stream, additionalHeaders);
        });
    }
    /**
     * Gets a typed object from an endpoint
     * Be aware that not found returns a null.  Other errors (4xx, 5xx) reject the promise
     */
    getJson(requestUrl_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, additionalHeaders = {}) {
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            const res = yield this.get(requestUrl, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    postJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.post(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    putJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.put(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    patchJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.patch(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    /**
     * Makes a raw http request.
     * All other methods such as get, post, patch, and request ultimately call this.
     * Prefer get, del, post and patch
     */
    request(verb, requestUrl, data, headers) {
        return __awaiter(this, void 0, void 0, function* () {
            if (this._disposed) {
                throw new Error('Client has already been disposed.');
            }
            const parsedUrl = new URL(requestUrl);
            let info = this._prepareRequest(verb, parsedUrl, headers);
            // Only perform retries on reads since writes may not be idempotent.
            const maxTries = this._allowRetries && RetryableHttpVerbs.includes(verb)
                ? this._maxRetries + 1
                : 1;
            let numTries = 0;
            let response;
            do {
                response = yield this.requestRaw(info, data);
                // Check if it's an authentication challenge
                if (response &&
                    response.message &&
                    response.message.statusCode === HttpCodes.Unauthorized) {
                    let authenticationHandler;
                    for (const handler of this.handlers) {
                        if (handler.canHandleAuthentication(response)) {
                            authenticationHandler = handler;
                            break;
                        }
                    }
                    if (authenticationHandler) {
                        return authenticationHandler.handleAuthentication(this, info, data);
                    }
                    else {
                        // We have received an unauthorized response but have no handlers to handle it.
                        // Let the response return to the caller.
                        return response;
                    }
                }
                let redirectsRemaining = this._maxRedirects;
                while (response.message.statusCode &&
                    HttpRedirectCodes.includes(response.message.statusCode) &&
                    this._allowRedirects &&
                    redirectsRemaining > 0) {
                    const redirectUrl = response.message.headers['location'];
                    if (!redirectUrl) {
                        // if there's no location to redirect to, we won't
                        break;
                    }
                    const parsedRedirectUrl = new URL(redirectUrl);
                    if (parsedUrl.protocol === 'https:' &&
                        parsedUrl.protocol !== parsedRedirectUrl.protocol &&
                        !this._allowRedirectDowngrade) {
                        throw new Error('Redirect from HTTPS to HTTP protocol. This downgrade is not allowed for security reasons. If you want to allow this behavior, set the allowRedirectDowngrade option to true.');
                    }
                    // we need to finish reading the response before reassigning response
                    // which will leak the open socket.
                    yield response.readBody();
                    // strip authorization header if redirected to a different hostname
                    if (parsedRedirectUrl.hostname !== parsedUrl.hostname) {
                        for (const header in headers) {
                            // header names are case insensitive
                            if (header.toLowerCase() === 'authorization') {
                                delete headers[header];
                            }
                        }
                    }
                    // let's make the request with the new redirectUrl
                    info = this._prepareRequest(verb, parsedRedirectUrl, headers);
                    response = yield this.requestRaw(info, data);
                    redirectsRemaining--;
                }
                if (!response.message.statusCode ||
                    !HttpResponseRetryCodes.includes(response.message.statusCode)) {
                    // If not a retry code, return immediately instead of retrying
                    return response;
                }
                numTries += 1;
                if (numTries < maxTries) {
                    yield response.readBody();
                    yield this._performExponentialBackoff(numTries);
                }
            } while (numTries < maxTries);
            return response;
        });
    }
    /**
     * Needs to be called if keepAlive is set to true in request options.
     */
    dispose() {
        if (this._agent) {
            this._agent.destroy();
        }
        this._disposed = true;
    }
    /**
     * Raw request.
     * @param info
     * @param data
     */
    requestRaw(info, data) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => {
                function callbackForResult(err, res) {
                    if (err) {
                        reject(err);
                    }
                    else if (!res) {
                        // If `err` is not passed, then `res` must be passed.
                        reject(new Error('Unknown error'));
                    }
                    else {
                        resolve(res);
                    }
                }
                this.requestRawWithCallback(info, data, callbackForResult);
            });
        });
    }
    /**
     * Raw request with callback.
     * @param info
     * @param data
     * @param onResult
     */
    requestRawWithCallback(info, data, onResult) {
        if (typeof data === 'string') {
            if (!info.options.headers) {
                info.options.headers = {};
            }
            info.options.headers['Content-Length'] = Buffer.byteLength(data, 'utf8');
        }
        let callbackCalled = false;
        function handleResult(err, res) {
            if (!callbackCalled) {
                callbackCalled = true;
                onResult(err, res);
            }
        }
        const req = info.httpModule.request(info.options, (msg) => {
            const res = new HttpClientResponse(msg);
            handleResult(undefined, res);
        });
        let socket;
        req.on('socket', sock => {
            socket = sock;
        });
        // If we ever get disconnected, we want the socket to timeout eventually
        req.setTimeout(this._socketTimeout || 3 * 60000, () => {
            if (socket) {
                socket.end();
            }
            handleResult(new Error(`Request timeout: ${info.options.path}`));
        });
        req.on('error', function (err) {
            // err has statusCode property
            // res should have headers
            handleResult(err);
        });
        if (data && typeof data === 'string') {
            req.write(data, 'utf8');
        }
        if (data && typeof data !== 'string') {
            data.on('close', function () {
                req.end();
            });
            data.pipe(req);
        }
        else {
            req.end();
        }
    }
    /**
     * Gets an http agent. This function is useful when you need an http agent that handles
     * routing through a proxy server - depending upon the url and proxy environment variables.
     * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
     */
    getAgent(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        return this._getAgent(parsedUrl);
    }
    getAgentDispatcher(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (!useProxy) {
            return;
        }
        return this._getProxyAgentDispatcher(parsedUrl, proxyUrl);
    }
    _prepareRequest(method, requestUrl, headers) {
        const info = {};
        info.parsedUrl = requestUrl;
        const usingSsl = info.parsedUrl.protocol === 'https:';
        info.httpModule = usingSsl ? external_https_namespaceObject : external_http_namespaceObject;
        const defaultPort = usingSsl ? 443 : 80;
        info.options = {};
        info.options.host = info.parsedUrl.hostname;
        info.options.port = info.parsedUrl.port
            ? parseInt(info.parsedUrl.port)
            : defaultPort;
        info.options.path =
            (info.parsedUrl.pathname || '') + (info.parsedUrl.search || '');
        info.options.method = method;
        info.options.headers = this._mergeHeaders(headers);
        if (this.userAgent != null) {
            info.options.headers['user-agent'] = this.userAgent;
        }
        info.options.agent = this._getAgent(info.parsedUrl);
        // gives handlers an opportunity to participate
        if (this.handlers) {
            for (const handler of this.handlers) {
                handler.prepareRequest(info.options);
            }
        }
        return info;
    }
    _mergeHeaders(headers) {
        if (this.requestOptions && this.requestOptions.headers) {
            return Object.assign({}, lowercaseKeys(this.requestOptions.headers), lowercaseKeys(headers || {}));
        }
        return lowercaseKeys(headers || {});
    }
    /**
     * Gets an existing header value or returns a default.
     * Handles converting number header values to strings since HTTP headers must be strings.
     * Note: This returns string | string[] since some headers can have multiple values.
     * For headers that must always be a single string (like Content-Type), use the
     * specialized _getExistingOrDefaultContentTypeHeader method instead.
     */
    _getExistingOrDefaultHeader(additionalHeaders, header, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[header];
            if (headerValue) {
                clientHeader =
                    typeof headerValue === 'number' ? headerValue.toString() : headerValue;
            }
        }
        const additionalValue = additionalHeaders[header];
        if (additionalValue !== undefined) {
            return typeof additionalValue === 'number'
                ? additionalValue.toString()
                : additionalValue;
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    /**
     * Specialized version of _getExistingOrDefaultHeader for Content-Type header.
     * Always returns a single string (not an array) since Content-Type should be a single value.
     * Converts arrays to comma-separated strings and numbers to strings to ensure type safety.
     * This was split from _getExistingOrDefaultHeader to provide stricter typing for callers
     * that assign the result to places expecting a string (e.g., additionalHeaders[Headers.ContentType]).
     */
    _getExistingOrDefaultContentTypeHeader(additionalHeaders, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[Headers.ContentType];
            if (headerValue) {
                if (typeof headerValue === 'number') {
                    clientHeader = String(headerValue);
                }
                else if (Array.isArray(headerValue)) {
                    clientHeader = headerValue.join(', ');
                }
                else {
                    clientHeader = headerValue;
                }
            }
        }
        const additionalValue = additionalHeaders[Headers.ContentType];
        // Return the first non-undefined value, converting numbers or arrays to strings if necessary
        if (additionalValue !== undefined) {
            if (typeof additionalValue === 'number') {
                return String(additionalValue);
            }
            else if (Array.isArray(additionalValue)) {
                return additionalValue.join(', ');
            }
            else {
                return additionalValue;
            }
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    _getAgent(parsedUrl) {
        let agent;
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (this._keepAlive && useProxy) {
            agent = this._proxyAgent;
        }
        if (!useProxy) {
            agent = this._agent;
        }
        // if agent is already assigned use that agent.
        if (agent) {
            return agent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        let maxSockets = 100;
        if (this.requestOptions) {
            maxSockets = this.requestOptions.maxSockets || external_http_.globalAgent.maxSockets;
        }
        // This is `useProxy` again, but we need to check `proxyURl` directly for TypeScripts's flow analysis.
        if (proxyUrl && proxyUrl.hostname) {
            const agentOptions = {
                maxSockets,
                keepAlive: this._keepAlive,
                proxy: Object.assign(Object.assign({}, ((proxyUrl.username || proxyUrl.password) && {
                    proxyAuth: `${proxyUrl.username}:${proxyUrl.password}`
                })), { host: proxyUrl.hostname, port: proxyUrl.port })
            };
            let tunnelAgent;
            const overHttps = proxyUrl.protocol === 'https:';
            if (usingSsl) {
                tunnelAgent = overHttps ? tunnel.httpsOverHttps : tunnel.httpsOverHttp;
            }
            else {
                tunnelAgent = overHttps ? tunnel.httpOverHttps : tunnel.httpOverHttp;
            }
            agent = tunnelAgent(agentOptions);
            this._proxyAgent = agent;
        }
        // if tunneling agent isn't assigned create a new agent
        if (!agent) {
            const options = { keepAlive: this._keepAlive, maxSockets };
            agent = usingSsl ? new external_https_.Agent(options) : new external_http_.Agent(options);
            this._agent = agent;
        }
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            agent.options = Object.assign(agent.options || {}, {
                rejectUnauthorized: false
            });
        }
        return agent;
    }
    _getProxyAgentDispatcher(parsedUrl, proxyUrl) {
        let proxyAgent;
        if (this._keepAlive) {
            proxyAgent = this._proxyAgentDispatcher;
        }
        // if agent is already assigned use that agent.
        if (proxyAgent) {
            return proxyAgent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        proxyAgent = new undici.ProxyAgent(Object.assign({ uri: proxyUrl.href, pipelining: !this._keepAlive ? 0 : 1 }, ((proxyUrl.username || proxyUrl.password) && {
            token: `Basic ${Buffer.from(`${proxyUrl.username}:${proxyUrl.password}`).toString('base64')}`
        })));
        this._proxyAgentDispatcher = proxyAgent;
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            proxyAgent.options = Object.assign(proxyAgent.options.requestTls || {}, {
                rejectUnauthorized: false
            });
        }
        return proxyAgent;
    }
    _getUserAgentWithOrchestrationId(userAgent) {
        const baseUserAgent = userAgent || 'actions/http-client';
        const orchId = process.env['ACTIONS_ORCHESTRATION_ID'];
        if (orchId) {
            // Sanitize the orchestration ID to ensure it contains only valid characters
            // Valid characters: 0-9, a-z, _, -, .
            const sanitizedId = orchId.replace(/[^a-z0-9_.-]/gi, '_');
            return `${baseUserAgent} actions_orchestration_id/${sanitizedId}`;
        }
        return baseUserAgent;
    }
    _performExponentialBackoff(retryNumber) {
        return __awaiter(this, void 0, void 0, function* () {
            retryNumber = Math.min(ExponentialBackoffCeiling, retryNumber);
            const ms = ExponentialBackoffTimeSlice * Math.pow(2, retryNumber);
            return new Promise(resolve => setTimeout(() => resolve(), ms));
        });
    }
    _processResponse(res, options) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => __awaiter(this, void 0, void 0, function* () {
                const statusCode = res.message.statusCode || 0;
                const response = {
                    statusCode,
                    result: null,
                    headers: {}
                };
                // not found leads to null obj returned
                if (statusCode === HttpCodes.NotFound) {
                    resolve(response);
                }
                // get the result from the body
                function dateTimeDeserializer(key, value) {
                    if (typeof value === 'string') {
                        const a = new Date(value);
                        if (!isNaN(a.valueOf())) {
                            return a;
                        }
                    }
                    return value;
                }
                let obj;
                let contents;
                try {
                    contents = yield res.readBody();
                    if (contents && contents.length > 0) {
                        if (options && options.deserializeDates) {
                            obj = JSON.parse(contents, dateTimeDeserializer);
                        }
                        else {
                            obj = JSON.parse(contents);
                        }
                        response.result = obj;
                    }
                    response.headers = res.message.headers;
                }
                catch (err) {
                    // Invalid resource (contents not json);  leaving result obj null
                }
                // note that 3xx redirects are handled by the http layer.
                if (statusCode > 299) {
                    let msg;
                    // if exception/error in body, attempt to get better error
                    if (obj && obj.message) {
                        msg = obj.message;
                    }
                    else if (contents && contents.length > 0) {
                        // it may be the case that the exception is in the body message as string
                        msg = contents;
                    }
                    else {
                        msg = `Failed request: (${statusCode})`;
                    }
                    const err = new HttpClientError(msg, statusCode);
                    err.result = response.result;
                    reject(err);
                }
                else {
                    resolve(response);
                }
            }));
        });
    }
}
const lowercaseKeys = (obj) => Object.keys(obj).reduce((c, k) => ((c[k.toLowerCase()] = obj[k]), c), {});
//# sourceMappingURL=index.js.map

/***/ }),

/***/ 7934:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bqr: () => (/* binding */ trim),
/* harmony export */   BuJ: () => (/* binding */ getDotPath),
/* harmony export */   FsL: () => (/* binding */ pipe),
/* harmony export */   IeY: () => (/* binding */ custom),
/* harmony export */   Ikc: () => (/* binding */ object),
/* harmony export */   KCZ: () => (/* binding */ union),
/* harmony export */   KIO: () => (/* binding */ picklist),
/* harmony export */   L5J: () => (/* binding */ unknown),
/* harmony export */   NpB: () => (/* binding */ fallback),
/* harmony export */   RZV: () => (/* binding */ lazy),
/* harmony export */   YOg: () => (/* binding */ array),
/* harmony export */   YjP: () => (/* binding */ string),
/* harmony export */   _H3: () => (/* binding */ looseObject),
/* harmony export */   aig: () => (/* binding */ number),
/* harmony export */   cl6: () => (/* binding */ nullish),
/* harmony export */   g1P: () => (/* binding */ record),
/* harmony export */   hq: () => (/* binding */ nonEmpty),
/* harmony export */   is: () => (/* binding */ is),
/* harmony export */   lqM: () => (/* binding */ optional),
/* harmony export */   mee: () => (/* binding */ nullable),
/* harmony export */   oad: () => (/* binding */ bigint),
/* harmony export */   pdi: () => (/* binding */ transform),
/* harmony export */   qFJ: () => (/* binding */ parseJson),
/* harmony export */   qgA: () => (/* binding */ parse),
/* harmony export */   xLC: () => (/* binding */ safeParse),
/* harmony export */   yGV: () => (/* binding */ regex),
/* harmony export */   z6Y: () => (/* binding */ check),
/* harmony export */   zMY: () => (/* binding */ boolean)
/* harmony export */ });
/* unused harmony exports BASE64_REGEX, BIC_REGEX, CUID2_REGEX, DECIMAL_REGEX, DIGITS_REGEX, DOMAIN_REGEX, EMAIL_REGEX, EMOJI_REGEX, HEXADECIMAL_REGEX, HEX_COLOR_REGEX, IMEI_REGEX, IPV4_REGEX, IPV6_REGEX, IP_REGEX, ISO_DATE_REGEX, ISO_DATE_TIME_REGEX, ISO_DATE_TIME_SECOND_REGEX, ISO_TIMESTAMP_REGEX, ISO_TIME_REGEX, ISO_TIME_SECOND_REGEX, ISO_WEEK_REGEX, ISRC_REGEX, JWS_COMPACT_REGEX, KSUID_REGEX, MAC48_REGEX, MAC64_REGEX, MAC_REGEX, NANO_ID_REGEX, OCTAL_REGEX, RFC_EMAIL_REGEX, SLUG_REGEX, ULID_REGEX, UUID_REGEX, ValiError, _addIssue, _cloneDataset, _formatCase, _getByteCount, _getCodePointCount, _getGraphemeCount, _getLastMetadata, _getWordCount, _isLuhnAlgo, _isSameValueZero, _isValidObjectKey, _isValueMatch, _joinExpects, _standardSchema, _stringify, any, args, argsAsync, arrayAsync, assert, awaitAsync, base64, bic, blob, brand, bytes, cache, cacheAsync, checkAsync, checkItems, checkItemsAsync, codePoints, config, creditCard, cuid2, customAsync, date, decimal, deleteGlobalConfig, deleteGlobalMessage, deleteSchemaMessage, deleteSpecificMessage, description, digits, domain, email, emoji, empty, endsWith, entries, entriesFromList, entriesFromObjects, enum, enum_, everyItem, exactOptional, exactOptionalAsync, examples, excludes, fallbackAsync, file, filterItems, findItem, finite, flatten, flavor, forward, forwardAsync, function, function_, getDefault, getDefaults, getDefaultsAsync, getDescription, getExamples, getFallback, getFallbacks, getFallbacksAsync, getGlobalConfig, getGlobalMessage, getMetadata, getSchemaMessage, getSpecificMessage, getTitle, graphemes, gtValue, guard, hash, hexColor, hexadecimal, imei, includes, instance, integer, intersect, intersectAsync, ip, ipv4, ipv6, isOfKind, isOfType, isValiError, isbn, isoDate, isoDateTime, isoDateTimeSecond, isoTime, isoTimeSecond, isoTimestamp, isoWeek, isrc, jwsCompact, keyof, ksuid, lazyAsync, length, literal, looseObjectAsync, looseTuple, looseTupleAsync, ltValue, mac, mac48, mac64, map, mapAsync, mapItems, maxBytes, maxCodePoints, maxEntries, maxGraphemes, maxLength, maxSize, maxValue, maxWords, message, metadata, mimeType, minBytes, minCodePoints, minEntries, minGraphemes, minLength, minSize, minValue, minWords, multipleOf, nan, nanoid, never, nonNullable, nonNullableAsync, nonNullish, nonNullishAsync, nonOptional, nonOptionalAsync, normalize, notBytes, notCodePoints, notEntries, notGraphemes, notLength, notSize, notValue, notValues, notWords, null, null_, nullableAsync, nullishAsync, objectAsync, objectWithRest, objectWithRestAsync, octal, omit, optionalAsync, parseAsync, parseBoolean, parser, parserAsync, partial, partialAsync, partialCheck, partialCheckAsync, pick, pipeAsync, promise, rawCheck, rawCheckAsync, rawTransform, rawTransformAsync, readonly, recordAsync, reduceItems, required, requiredAsync, returns, returnsAsync, rfcEmail, safeInteger, safeParseAsync, safeParser, safeParserAsync, set, setAsync, setGlobalConfig, setGlobalMessage, setSchemaMessage, setSpecificMessage, size, slug, someItem, sortItems, startsWith, strictObject, strictObjectAsync, strictTuple, strictTupleAsync, stringifyJson, summarize, symbol, title, toBigint, toBoolean, toCamelCase, toDate, toKebabCase, toLowerCase, toMaxValue, toMinValue, toNumber, toPascalCase, toSnakeCase, toString, toUpperCase, transformAsync, trimEnd, trimStart, tuple, tupleAsync, tupleWithRest, tupleWithRestAsync, ulid, undefined, undefined_, undefinedable, undefinedableAsync, unionAsync, unwrap, url, uuid, value, values, variant, variantAsync, void, void_, words */
//#region src/storages/globalConfig/globalConfig.ts
let store$4;
const DEFAULT_CONFIG = {
	lang: void 0,
	message: void 0,
	abortEarly: void 0,
	abortPipeEarly: void 0
};
/**
* Sets the global configuration.
*
* @param config The configuration.
*/
function setGlobalConfig(config$1) {
	store$4 = {
		...store$4,
		...config$1
	};
}
/**
* Returns the global configuration.
*
* @param config The config to merge.
*
* @returns The configuration.
*/
/* @__NO_SIDE_EFFECTS__ */
function getGlobalConfig(config$1) {
	if (!config$1 && !store$4) return DEFAULT_CONFIG;
	return {
		lang: config$1?.lang ?? store$4?.lang,
		message: config$1?.message,
		abortEarly: config$1?.abortEarly ?? store$4?.abortEarly,
		abortPipeEarly: config$1?.abortPipeEarly ?? store$4?.abortPipeEarly
	};
}
/**
* Deletes the global configuration.
*/
function deleteGlobalConfig() {
	store$4 = void 0;
}

//#endregion
//#region src/storages/globalMessage/globalMessage.ts
let store$3;
/**
* Sets a global error message.
*
* @param message The error message.
* @param lang The language of the message.
*/
function setGlobalMessage(message$1, lang) {
	if (!store$3) store$3 = /* @__PURE__ */ new Map();
	store$3.set(lang, message$1);
}
/**
* Returns a global error message.
*
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getGlobalMessage(lang) {
	return store$3?.get(lang);
}
/**
* Deletes a global error message.
*
* @param lang The language of the message.
*/
function deleteGlobalMessage(lang) {
	store$3?.delete(lang);
}

//#endregion
//#region src/storages/schemaMessage/schemaMessage.ts
let store$2;
/**
* Sets a schema error message.
*
* @param message The error message.
* @param lang The language of the message.
*/
function setSchemaMessage(message$1, lang) {
	if (!store$2) store$2 = /* @__PURE__ */ new Map();
	store$2.set(lang, message$1);
}
/**
* Returns a schema error message.
*
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getSchemaMessage(lang) {
	return store$2?.get(lang);
}
/**
* Deletes a schema error message.
*
* @param lang The language of the message.
*/
function deleteSchemaMessage(lang) {
	store$2?.delete(lang);
}

//#endregion
//#region src/storages/specificMessage/specificMessage.ts
let store$1;
/**
* Sets a specific error message.
*
* @param reference The identifier reference.
* @param message The error message.
* @param lang The language of the message.
*/
function setSpecificMessage(reference, message$1, lang) {
	if (!store$1) store$1 = /* @__PURE__ */ new Map();
	if (!store$1.get(reference)) store$1.set(reference, /* @__PURE__ */ new Map());
	store$1.get(reference).set(lang, message$1);
}
/**
* Returns a specific error message.
*
* @param reference The identifier reference.
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getSpecificMessage(reference, lang) {
	return store$1?.get(reference)?.get(lang);
}
/**
* Deletes a specific error message.
*
* @param reference The identifier reference.
* @param lang The language of the message.
*/
function deleteSpecificMessage(reference, lang) {
	store$1?.get(reference)?.delete(lang);
}

//#endregion
//#region src/utils/_stringify/_stringify.ts
/**
* Stringifies an unknown input to a literal or type string.
*
* @param input The unknown input.
*
* @returns A literal or type string.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _stringify(input) {
	const type = typeof input;
	if (type === "string") return `"${input}"`;
	if (type === "number" || type === "bigint" || type === "boolean") return `${input}`;
	if (type === "object" || type === "function") return (input && Object.getPrototypeOf(input)?.constructor?.name) ?? "null";
	return type;
}

//#endregion
//#region src/utils/_addIssue/_addIssue.ts
/**
* Adds an issue to the dataset.
*
* @param context The issue context.
* @param label The issue label.
* @param dataset The input dataset.
* @param config The configuration.
* @param other The optional props.
*
* @internal
*/
function _addIssue(context, label, dataset, config$1, other) {
	const input = other && "input" in other ? other.input : dataset.value;
	const expected = other?.expected ?? context.expects ?? null;
	const received = other?.received ?? /* @__PURE__ */ _stringify(input);
	const issue = {
		kind: context.kind,
		type: context.type,
		input,
		expected,
		received,
		message: `Invalid ${label}: ${expected ? `Expected ${expected} but r` : "R"}eceived ${received}`,
		requirement: context.requirement,
		path: other?.path,
		issues: other?.issues,
		lang: config$1.lang,
		abortEarly: config$1.abortEarly,
		abortPipeEarly: config$1.abortPipeEarly
	};
	const isSchema = context.kind === "schema";
	const message$1 = other?.message ?? context.message ?? /* @__PURE__ */ getSpecificMessage(context.reference, issue.lang) ?? (isSchema ? /* @__PURE__ */ getSchemaMessage(issue.lang) : null) ?? config$1.message ?? /* @__PURE__ */ getGlobalMessage(issue.lang);
	if (message$1 !== void 0) issue.message = typeof message$1 === "function" ? message$1(issue) : message$1;
	if (isSchema) dataset.typed = false;
	if (dataset.issues) dataset.issues.push(issue);
	else dataset.issues = [issue];
}

//#endregion
//#region src/utils/_cloneDataset/_cloneDataset.ts
/**
* Creates a shallow copy of a dataset.
*
* Hint: The `value` is copied by reference, but the `issues` array, its issues
* and their `path` arrays are cloned to avoid reusing mutable dataset state
* across multiple runs. Mutating a returned object or array value can
* therefore affect later cache hits that reuse the same cached output.
*
* @param dataset The output dataset.
*
* @returns The copied output dataset.
*/
/* @__NO_SIDE_EFFECTS__ */
function _cloneDataset(dataset) {
	return {
		typed: dataset.typed,
		value: dataset.value,
		issues: dataset.issues?.map((issue) => ({
			...issue,
			path: issue.path && [...issue.path]
		}))
	};
}

//#endregion
//#region src/utils/_formatCase/_formatCase.ts
/**
* Splits a string into lowercase words and rejoins them with the given
* separator and capitalization rules.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries. Whether the first or subsequent words are
* capitalized is controlled by `capFirst` and `capRest`.
*
* Hint: Implemented in a single pass that emits directly to the result
* string to avoid an intermediate `string[]` allocation. ASCII chars are
* classified via char codes to skip `.toLowerCase()` and `.toUpperCase()`
* method calls in the common case.
*
* Hint: Digits are treated as a separate character class, so `item2Name`
* yields `item2` and `name` rather than `item`, `2` and `name`.
*
* @param input The input string.
* @param separator The string inserted between words.
* @param capFirst Whether to capitalize the first word.
* @param capRest Whether to capitalize subsequent words.
*
* @returns The formatted string.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _formatCase(input, separator, capFirst, capRest) {
	let result = "";
	let firstWord = true;
	let start = 0;
	let prev = 0;
	let prevPrev = 0;
	const flush = (end) => {
		if (end > start) {
			let word = input.slice(start, end).toLowerCase();
			if (firstWord ? capFirst : capRest) {
				const firstCode = word.charCodeAt(0);
				if (firstCode >= 97 && firstCode <= 122) word = String.fromCharCode(firstCode - 32) + word.slice(1);
				else {
					const charLen = firstCode >= 55296 && firstCode <= 56319 ? 2 : 1;
					word = word.slice(0, charLen).toUpperCase() + word.slice(charLen);
				}
			}
			result += firstWord ? word : separator + word;
			firstWord = false;
		}
	};
	for (let index = 0; index < input.length; index++) {
		const code = input.charCodeAt(index);
		let type;
		if (code === 32 || code === 9 || code === 10 || code === 11 || code === 12 || code === 13 || code === 45 || code === 95) {
			flush(index);
			start = index + 1;
			type = 0;
		} else if (code < 128) type = code >= 65 && code <= 90 ? 1 : code >= 97 && code <= 122 ? 2 : 3;
		else {
			const char = input[index];
			const charLower = char.toLowerCase();
			type = charLower === char.toUpperCase() ? 3 : char === charLower ? 2 : 1;
		}
		if (type === 1 && (prev === 2 || prev === 3) && index > start) {
			flush(index);
			start = index;
		} else if (type === 2 && prev === 1 && prevPrev === 1 && index - 1 > start) {
			flush(index - 1);
			start = index - 1;
		}
		prevPrev = prev;
		prev = type;
	}
	flush(input.length);
	return result;
}

//#endregion
//#region src/utils/_getByteCount/_getByteCount.ts
let textEncoder;
/**
* Returns the byte count of the input.
*
* @param input The input to be measured.
*
* @returns The byte count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getByteCount(input) {
	if (!textEncoder) textEncoder = new TextEncoder();
	return textEncoder.encode(input).length;
}

//#endregion
//#region src/utils/_getCodePointCount/_getCodePointCount.ts
/**
* Returns the code point count of the input.
*
* @param input The input to be measured.
*
* @returns The code point count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getCodePointCount(input) {
	let count = input.length;
	const lengthMinus1 = input.length - 1;
	for (let i = 0; i < lengthMinus1;) if (input.codePointAt(i) <= 65535) i++;
	else {
		i += 2;
		count--;
	}
	return count;
}

//#endregion
//#region src/utils/_getGraphemeCount/_getGraphemeCount.ts
let segmenter;
/**
* Returns the grapheme count of the input.
*
* @param input The input to be measured.
*
* @returns The grapheme count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getGraphemeCount(input) {
	if (!segmenter) segmenter = new Intl.Segmenter();
	const segments = segmenter.segment(input);
	let count = 0;
	for (const _ of segments) count++;
	return count;
}

//#endregion
//#region src/utils/_getLastMetadata/_getLastMetadata.ts
/**
* Returns the last top-level value of a given metadata type from a schema
* using a breadth-first search that starts with the last item in the pipeline.
*
* @param schema The schema to search.
* @param type The metadata type.
*
* @returns The value, if any.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getLastMetadata(schema, type) {
	if ("pipe" in schema) {
		const nestedSchemas = [];
		for (let index = schema.pipe.length - 1; index >= 0; index--) {
			const item = schema.pipe[index];
			if (item.kind === "schema" && "pipe" in item) nestedSchemas.push(item);
			else if (item.kind === "metadata" && item.type === type) return item[type];
		}
		for (const nestedSchema of nestedSchemas) {
			const result = /* @__PURE__ */ _getLastMetadata(nestedSchema, type);
			if (result !== void 0) return result;
		}
	}
}

//#endregion
//#region src/utils/_getWordCount/_getWordCount.ts
let store;
/**
* Returns the word count of the input.
*
* @param locales The locales to be used.
* @param input The input to be measured.
*
* @returns The word count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getWordCount(locales, input) {
	if (!store) store = /* @__PURE__ */ new Map();
	const key = String(locales);
	let segmenter$1 = store.get(key);
	if (!segmenter$1) {
		segmenter$1 = new Intl.Segmenter(locales, { granularity: "word" });
		store.set(key, segmenter$1);
	}
	const segments = segmenter$1.segment(input);
	let count = 0;
	for (const segment of segments) if (segment.isWordLike) count++;
	return count;
}

//#endregion
//#region src/utils/_isLuhnAlgo/_isLuhnAlgo.ts
/**
* Non-digit regex.
*/
const NON_DIGIT_REGEX = /\D/gu;
/**
* Checks whether a string with numbers corresponds to the luhn algorithm.
*
* @param input The input to be checked.
*
* @returns Whether input is valid.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isLuhnAlgo(input) {
	const number$1 = input.replace(NON_DIGIT_REGEX, "");
	let length$1 = number$1.length;
	let bit = 1;
	let sum = 0;
	while (length$1) {
		const value$1 = +number$1[--length$1];
		bit ^= 1;
		sum += bit ? [
			0,
			2,
			4,
			6,
			8,
			1,
			3,
			5,
			7,
			9
		][value$1] : value$1;
	}
	return sum % 10 === 0;
}

//#endregion
//#region src/utils/_isSameValueZero/_isSameValueZero.ts
/**
* Compares two values using the SameValueZero algorithm, which treats `NaN`
* as equal to itself unlike `===`.
*
* @param value1 The first value.
* @param value2 The second value.
*
* @returns Whether the values are equal.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isSameValueZero(value1, value2) {
	return value1 === value2 || Number.isNaN(value1) && Number.isNaN(value2);
}

//#endregion
//#region src/utils/_isValidObjectKey/_isValidObjectKey.ts
/**
* Disallows inherited object properties and prevents object prototype
* pollution by disallowing certain keys.
*
* @param object The object to check.
* @param key The key to check.
*
* @returns Whether the key is allowed.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isValidObjectKey(object$1, key) {
	return Object.prototype.hasOwnProperty.call(object$1, key) && key !== "__proto__" && key !== "prototype" && key !== "constructor";
}

//#endregion
//#region src/utils/_isValueMatch/_isValueMatch.ts
/**
* Checks whether a value matches a value action requirement.
*
* @param requirement The value action requirement.
* @param value The value to check.
*
* @returns Whether the value matches the requirement.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isValueMatch(requirement, value$1) {
	return Number.isNaN(requirement) && Number.isNaN(value$1) || requirement <= value$1 && requirement >= value$1;
}

//#endregion
//#region src/utils/_joinExpects/_joinExpects.ts
/**
* Joins multiple `expects` values with the given separator.
*
* @param values The `expects` values.
* @param separator The separator.
*
* @returns The joined `expects` property.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _joinExpects(values$1, separator) {
	const list = [...new Set(values$1)];
	if (list.length > 1) return `(${list.join(` ${separator} `)})`;
	return list[0] ?? "never";
}

//#endregion
//#region src/utils/_standardSchema/_standardSchema.ts
/**
* Eagerly creates and attaches the Standard Schema properties of a schema.
*
* Hint: The contextual `this` type includes the standard properties that are
* attached before the schema is returned.
*
* @param schema The schema to attach standard properties to.
*
* @returns The schema with standard properties attached.
*
* @internal
*/
function _standardSchema(schema) {
	schema["~standard"] = {
		version: 1,
		vendor: "valibot",
		validate: (value$1) => schema["~run"]({ value: value$1 }, /* @__PURE__ */ getGlobalConfig())
	};
	return schema;
}

//#endregion
//#region src/utils/entriesFromList/entriesFromList.ts
/**
* Creates an object entries definition from a list of keys and a schema.
*
* @param list A list of keys.
* @param schema The schema of the keys.
*
* @returns The object entries.
*/
/* @__NO_SIDE_EFFECTS__ */
function entriesFromList(list, schema) {
	const entries$1 = {};
	for (const key of list) entries$1[key] = schema;
	return entries$1;
}

//#endregion
//#region src/utils/entriesFromObjects/entriesFromObjects.ts
/* @__NO_SIDE_EFFECTS__ */
function entriesFromObjects(schemas) {
	const entries$1 = {};
	for (const schema of schemas) Object.assign(entries$1, schema.entries);
	return entries$1;
}

//#endregion
//#region src/utils/getDotPath/getDotPath.ts
/* @__NO_SIDE_EFFECTS__ */
function getDotPath(issue) {
	if (issue.path) {
		let key = "";
		for (const item of issue.path) if (typeof item.key === "string" || typeof item.key === "number") if (key) key += `.${item.key}`;
		else key += item.key;
		else return null;
		return key;
	}
	return null;
}

//#endregion
//#region src/utils/isOfKind/isOfKind.ts
/**
* A generic type guard to check the kind of an object.
*
* @param kind The kind to check for.
* @param object The object to check.
*
* @returns Whether it matches.
*/
/* @__NO_SIDE_EFFECTS__ */
function isOfKind(kind, object$1) {
	return object$1.kind === kind;
}

//#endregion
//#region src/utils/isOfType/isOfType.ts
/**
* A generic type guard to check the type of an object.
*
* @param type The type to check for.
* @param object The object to check.
*
* @returns Whether it matches.
*/
/* @__NO_SIDE_EFFECTS__ */
function isOfType(type, object$1) {
	return object$1.type === type;
}

//#endregion
//#region src/utils/ValiError/ValiError.ts
/**
* A Valibot error with useful information.
*/
var ValiError = class extends Error {
	/**
	* Creates a Valibot error with useful information.
	*
	* @param issues The error issues.
	*/
	constructor(issues) {
		super(issues[0].message);
		this.name = "ValiError";
		this.issues = issues;
	}
};

//#endregion
//#region src/utils/isValiError/isValiError.ts
/**
* A type guard to check if an error is a ValiError.
*
* @param error The error to check.
*
* @returns Whether its a ValiError.
*/
/* @__NO_SIDE_EFFECTS__ */
function isValiError(error) {
	return error instanceof ValiError;
}

//#endregion
//#region src/actions/args/args.ts
/* @__NO_SIDE_EFFECTS__ */
function args(schema) {
	return {
		kind: "transformation",
		type: "args",
		reference: args,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = (...args_) => {
				const argsDataset = this.schema["~run"]({ value: args_ }, config$1);
				if (argsDataset.issues) throw new ValiError(argsDataset.issues);
				return func(...argsDataset.value);
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/args/argsAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function argsAsync(schema) {
	return {
		kind: "transformation",
		type: "args",
		reference: argsAsync,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = async (...args$1) => {
				const argsDataset = await schema["~run"]({ value: args$1 }, config$1);
				if (argsDataset.issues) throw new ValiError(argsDataset.issues);
				return func(...argsDataset.value);
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/await/awaitAsync.ts
/**
* Creates an await transformation action.
*
* @returns An await action.
*/
/* @__NO_SIDE_EFFECTS__ */
function awaitAsync() {
	return {
		kind: "transformation",
		type: "await",
		reference: awaitAsync,
		async: true,
		async "~run"(dataset) {
			dataset.value = await dataset.value;
			return dataset;
		}
	};
}

//#endregion
//#region src/regex.ts
/**
* [Base64](https://en.wikipedia.org/wiki/Base64) regex.
*/
const BASE64_REGEX = /^(?:[\da-z+/]{4})*(?:[\da-z+/]{2}==|[\da-z+/]{3}=)?$/iu;
/**
* [BIC](https://en.wikipedia.org/wiki/ISO_9362) regex.
*/
const BIC_REGEX = /^[A-Z]{6}(?!00)[\dA-Z]{2}(?:[\dA-Z]{3})?$/u;
/**
* [Cuid2](https://github.com/paralleldrive/cuid2) regex.
*/
const CUID2_REGEX = /^[a-z][\da-z]*$/u;
/**
* [Decimal](https://en.wikipedia.org/wiki/Decimal) regex.
*/
const DECIMAL_REGEX = /^[+-]?(?:\d*\.)?\d+$/u;
/**
* [Digits](https://en.wikipedia.org/wiki/Numerical_digit) regex.
*/
const DIGITS_REGEX = /^\d+$/u;
/**
* [Domain name](https://en.wikipedia.org/wiki/Domain_name) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
* ASCII-only validation. Internationalized domain names (IDNs) are not
* supported, including Punycode-encoded labels.
*/
const DOMAIN_REGEX = /^(?=.{1,253}$)(?:(?![Xx][Nn]--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/u;
/**
* [Email address](https://en.wikipedia.org/wiki/Email_address) regex.
*
* Hint: We decided against the `i` flag to avoid matching non-ASCII characters.
*/
const EMAIL_REGEX = /^[\w+-]+(?:\.[\w+-]+)*@[\da-zA-Z]+(?:[.-][\da-zA-Z]+)*\.[a-zA-Z]{2,}$/u;
/**
* Emoji regex from [emoji-regex-xs](https://github.com/slevithan/emoji-regex-xs) v1.0.0 (MIT license).
*
* Hint: We decided against the newer `/^\p{RGI_Emoji}+$/v` regex because it is
* not supported in older runtimes and does not match all emoji.
*/
const EMOJI_REGEX = /^(?:[\u{1F1E6}-\u{1F1FF}]{2}|\u{1F3F4}[\u{E0061}-\u{E007A}]{2}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,3}\u{E007F}|(?:\p{Emoji}\uFE0F\u20E3?|\p{Emoji_Modifier_Base}\p{Emoji_Modifier}?|(?![\p{Emoji_Modifier_Base}\u{1F1E6}-\u{1F1FF}])\p{Emoji_Presentation})(?:\u200D(?:\p{Emoji}\uFE0F\u20E3?|\p{Emoji_Modifier_Base}\p{Emoji_Modifier}?|(?![\p{Emoji_Modifier_Base}\u{1F1E6}-\u{1F1FF}])\p{Emoji_Presentation}))*)+$/u;
/**
* [Hexadecimal](https://en.wikipedia.org/wiki/Hexadecimal) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const HEXADECIMAL_REGEX = /^(?:0[hx])?[\da-fA-F]+$/u;
/**
* [Hex color](https://en.wikipedia.org/wiki/Web_colors#Hex_triplet) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const HEX_COLOR_REGEX = /^#(?:[\da-fA-F]{3,4}|[\da-fA-F]{6}|[\da-fA-F]{8})$/u;
/**
* [IMEI](https://en.wikipedia.org/wiki/International_Mobile_Equipment_Identity) regex.
*/
const IMEI_REGEX = /^\d{15}$|^\d{2}-\d{6}-\d{6}-\d$/u;
/**
* [IPv4](https://en.wikipedia.org/wiki/IPv4) regex.
*/
const IPV4_REGEX = /^(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])(?:\.(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])){3}$/u;
/**
* [IPv6](https://en.wikipedia.org/wiki/IPv6) regex.
*/
const IPV6_REGEX = /^(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,7}:|(?:[\da-f]{1,4}:){1,6}:[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,5}(?::[\da-f]{1,4}){1,2}|(?:[\da-f]{1,4}:){1,4}(?::[\da-f]{1,4}){1,3}|(?:[\da-f]{1,4}:){1,3}(?::[\da-f]{1,4}){1,4}|(?:[\da-f]{1,4}:){1,2}(?::[\da-f]{1,4}){1,5}|[\da-f]{1,4}:(?::[\da-f]{1,4}){1,6}|:(?:(?::[\da-f]{1,4}){1,7}|:)|fe80:(?::[\da-f]{0,4}){0,4}%[\da-z]+|::(?:f{4}(?::0{1,4})?:)?(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d)|(?:[\da-f]{1,4}:){1,4}:(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d))$/iu;
/**
* [IP](https://en.wikipedia.org/wiki/IP_address) regex.
*/
const IP_REGEX = /^(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])(?:\.(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])){3}$|^(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,7}:|(?:[\da-f]{1,4}:){1,6}:[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,5}(?::[\da-f]{1,4}){1,2}|(?:[\da-f]{1,4}:){1,4}(?::[\da-f]{1,4}){1,3}|(?:[\da-f]{1,4}:){1,3}(?::[\da-f]{1,4}){1,4}|(?:[\da-f]{1,4}:){1,2}(?::[\da-f]{1,4}){1,5}|[\da-f]{1,4}:(?::[\da-f]{1,4}){1,6}|:(?:(?::[\da-f]{1,4}){1,7}|:)|fe80:(?::[\da-f]{0,4}){0,4}%[\da-z]+|::(?:f{4}(?::0{1,4})?:)?(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d)|(?:[\da-f]{1,4}:){1,4}:(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d))$/iu;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) date regex.
*/
const ISO_DATE_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) date-time regex.
*/
const ISO_DATE_TIME_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3]):[0-5]\d$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) date-time with seconds regex.
*/
const ISO_DATE_TIME_SECOND_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3])(?::[0-5]\d){2}$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) time regex.
*/
const ISO_TIME_REGEX = /^(?:0\d|1\d|2[0-3]):[0-5]\d$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) time with seconds regex.
*/
const ISO_TIME_SECOND_REGEX = /^(?:0\d|1\d|2[0-3])(?::[0-5]\d){2}$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) timestamp regex. Allows a
* space as a date/time separator and an optional space before the UTC offset.
*/
const ISO_TIMESTAMP_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?(?:Z| ?[+-](?:0\d|1\d|2[0-3])(?::?[0-5]\d)?)$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) week regex.
*/
const ISO_WEEK_REGEX = /^\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])$/u;
/**
* [JWS compact serialization](https://datatracker.ietf.org/doc/html/rfc7515#section-3.1)
* regex.
*
* Hint: Empty payload and signature segments are allowed because the
* Base64URL-encoded representation of an empty octet sequence is an empty
* string.
*/
const JWS_COMPACT_REGEX = /^(?:[\w-]{2,3}|(?:[\w-]{4})+(?:[\w-]{2,3})?)\.(?:[\w-]{2,3}|(?:[\w-]{4})+(?:[\w-]{2,3})?)?\.(?:[\w-]{2,3}|(?:[\w-]{4})+(?:[\w-]{2,3})?)?$/u;
/**
* [ISRC](https://en.wikipedia.org/wiki/International_Standard_Recording_Code) regex.
*/
const ISRC_REGEX = /^(?:[A-Z]{2}[A-Z\d]{3}\d{7}|[A-Z]{2}-[A-Z\d]{3}-\d{2}-\d{5})$/u;
/**
* [KSUID](https://github.com/segmentio/ksuid) regex.
*/
const KSUID_REGEX = /^[a-zA-Z0-9]{27}$/u;
/**
* [MAC](https://en.wikipedia.org/wiki/MAC_address) 48 bit regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const MAC48_REGEX = /^(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){2}[\da-fA-F]{4}$/u;
/**
* [MAC](https://en.wikipedia.org/wiki/MAC_address) 64 bit regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const MAC64_REGEX = /^(?:[\da-fA-F]{2}:){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){3}[\da-fA-F]{4}$|^(?:[\da-fA-F]{4}:){3}[\da-fA-F]{4}$/u;
/**
* [MAC](https://en.wikipedia.org/wiki/MAC_address) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const MAC_REGEX = /^(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){2}[\da-fA-F]{4}$|^(?:[\da-fA-F]{2}:){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){3}[\da-fA-F]{4}$|^(?:[\da-fA-F]{4}:){3}[\da-fA-F]{4}$/u;
/**
* [Nano ID](https://github.com/ai/nanoid) regex.
*/
const NANO_ID_REGEX = /^[\w-]+$/u;
/**
* [Octal](https://en.wikipedia.org/wiki/Octal) regex.
*/
const OCTAL_REGEX = /^(?:0o)?[0-7]+$/u;
/**
* [RFC 5322 email address](https://datatracker.ietf.org/doc/html/rfc5322#section-3.4.1) regex.
*
* Hint: This regex was taken from the [HTML Living Standard Specification](https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address) and does not perfectly represent RFC 5322.
*/
const RFC_EMAIL_REGEX = /^[a-zA-Z0-9.!#$%&'*+\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
/**
* [Slug](https://en.wikipedia.org/wiki/Clean_URL#Slug) regex.
*/
const SLUG_REGEX = /^[\da-z]+(?:[-_][\da-z]+)*$/u;
/**
* [ULID](https://github.com/ulid/spec) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
* Hint: The first character is restricted to `[0-7]` because the 48-bit
* timestamp cannot exceed 2^48-1, making the maximum valid ULID
* `7ZZZZZZZZZZZZZZZZZZZZZZZZZ` in Crockford's Base32 encoding.
*/
const ULID_REGEX = /^[0-7][\da-hjkmnp-tv-zA-HJKMNP-TV-Z]{25}$/u;
/**
* [UUID](https://en.wikipedia.org/wiki/Universally_unique_identifier) regex.
*/
const UUID_REGEX = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu;

//#endregion
//#region src/actions/base64/base64.ts
/* @__NO_SIDE_EFFECTS__ */
function base64(message$1) {
	return {
		kind: "validation",
		type: "base64",
		reference: base64,
		async: false,
		expects: null,
		requirement: BASE64_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "Base64", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/bic/bic.ts
/* @__NO_SIDE_EFFECTS__ */
function bic(message$1) {
	return {
		kind: "validation",
		type: "bic",
		reference: bic,
		async: false,
		expects: null,
		requirement: BIC_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "BIC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/brand/brand.ts
/**
* Creates a brand transformation action.
*
* @param name The brand name.
*
* @returns A brand action.
*/
/* @__NO_SIDE_EFFECTS__ */
function brand(name) {
	return {
		kind: "transformation",
		type: "brand",
		reference: brand,
		async: false,
		name,
		"~run"(dataset) {
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/bytes/bytes.ts
/* @__NO_SIDE_EFFECTS__ */
function bytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "bytes",
		reference: bytes,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 !== this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/check/check.ts
/* @__NO_SIDE_EFFECTS__ */
function check(requirement, message$1) {
	return {
		kind: "validation",
		type: "check",
		reference: check,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/check/checkAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function checkAsync(requirement, message$1) {
	return {
		kind: "validation",
		type: "check",
		reference: checkAsync,
		async: true,
		expects: null,
		requirement,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.typed && !await this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/checkItems/checkItems.ts
/* @__NO_SIDE_EFFECTS__ */
function checkItems(requirement, message$1) {
	return {
		kind: "validation",
		type: "check_items",
		reference: checkItems,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) for (let index = 0; index < dataset.value.length; index++) {
				const item = dataset.value[index];
				if (!this.requirement(item, index, dataset.value)) _addIssue(this, "item", dataset, config$1, {
					input: item,
					path: [{
						type: "array",
						origin: "value",
						input: dataset.value,
						key: index,
						value: item
					}]
				});
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/checkItems/checkItemsAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function checkItemsAsync(requirement, message$1) {
	return {
		kind: "validation",
		type: "check_items",
		reference: checkItemsAsync,
		async: true,
		expects: null,
		requirement,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.typed) {
				const requirementResults = await Promise.all(dataset.value.map(this.requirement));
				for (let index = 0; index < dataset.value.length; index++) if (!requirementResults[index]) {
					const item = dataset.value[index];
					_addIssue(this, "item", dataset, config$1, {
						input: item,
						path: [{
							type: "array",
							origin: "value",
							input: dataset.value,
							key: index,
							value: item
						}]
					});
				}
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/codePoints/codePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function codePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "code_points",
		reference: codePoints,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count !== this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/creditCard/creditCard.ts
/**
* Credit card regex.
*/
const CREDIT_CARD_REGEX = /^(?:\d{13,19}|\d{4}(?: \d{3,6}){2,4}|\d{4}(?:-\d{3,6}){2,4})$/u;
/**
* Sanitize regex.
*/
const SANITIZE_REGEX = /[- ]/gu;
/**
* Provider regex list.
*/
const PROVIDER_REGEX_LIST = (/* unused pure expression or super */ null && ([
	/^3[47]\d{13}$/u,
	/^3(?:0[0-5]|[68]\d)\d{11,13}$/u,
	/^6(?:011|5\d{2})\d{12,15}$/u,
	/^(?:2131|1800|35\d{3})\d{11}$/u,
	/^(?:5[1-5]\d{2}|222\d|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/u,
	/^(?:6[27]\d{14,17}|81\d{14,17})$/u,
	/^4\d{12}(?:\d{3,6})?$/u
]));
/* @__NO_SIDE_EFFECTS__ */
function creditCard(message$1) {
	return {
		kind: "validation",
		type: "credit_card",
		reference: creditCard,
		async: false,
		expects: null,
		requirement(input) {
			let sanitized;
			return CREDIT_CARD_REGEX.test(input) && (sanitized = input.replace(SANITIZE_REGEX, "")) && PROVIDER_REGEX_LIST.some((regex$1) => regex$1.test(sanitized)) && /* @__PURE__ */ _isLuhnAlgo(sanitized);
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "credit card", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/cuid2/cuid2.ts
/* @__NO_SIDE_EFFECTS__ */
function cuid2(message$1) {
	return {
		kind: "validation",
		type: "cuid2",
		reference: cuid2,
		async: false,
		expects: null,
		requirement: CUID2_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "Cuid2", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/decimal/decimal.ts
/* @__NO_SIDE_EFFECTS__ */
function decimal(message$1) {
	return {
		kind: "validation",
		type: "decimal",
		reference: decimal,
		async: false,
		expects: null,
		requirement: DECIMAL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "decimal", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/description/description.ts
/**
* Creates a description metadata action.
*
* @param description_ The description text.
*
* @returns A description action.
*/
/* @__NO_SIDE_EFFECTS__ */
function description(description_) {
	return {
		kind: "metadata",
		type: "description",
		reference: description,
		description: description_
	};
}

//#endregion
//#region src/actions/digits/digits.ts
/* @__NO_SIDE_EFFECTS__ */
function digits(message$1) {
	return {
		kind: "validation",
		type: "digits",
		reference: digits,
		async: false,
		expects: null,
		requirement: DIGITS_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "digits", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/domain/domain.ts
/* @__NO_SIDE_EFFECTS__ */
function domain(message$1) {
	return {
		kind: "validation",
		type: "domain",
		reference: domain,
		expects: null,
		async: false,
		requirement: DOMAIN_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "domain", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/email/email.ts
/* @__NO_SIDE_EFFECTS__ */
function email(message$1) {
	return {
		kind: "validation",
		type: "email",
		reference: email,
		expects: null,
		async: false,
		requirement: EMAIL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "email", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/emoji/emoji.ts
/* @__NO_SIDE_EFFECTS__ */
function emoji(message$1) {
	return {
		kind: "validation",
		type: "emoji",
		reference: emoji,
		async: false,
		expects: null,
		requirement: EMOJI_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "emoji", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/empty/empty.ts
/* @__NO_SIDE_EFFECTS__ */
function empty(message$1) {
	return {
		kind: "validation",
		type: "empty",
		reference: empty,
		async: false,
		expects: "0",
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length > 0) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/endsWith/endsWith.ts
/* @__NO_SIDE_EFFECTS__ */
function endsWith(requirement, message$1) {
	return {
		kind: "validation",
		type: "ends_with",
		reference: endsWith,
		async: false,
		expects: `"${requirement}"`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.endsWith(this.requirement)) _addIssue(this, "end", dataset, config$1, { received: `"${dataset.value.slice(-this.requirement.length)}"` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/entries/entries.ts
/* @__NO_SIDE_EFFECTS__ */
function entries(requirement, message$1) {
	return {
		kind: "validation",
		type: "entries",
		reference: entries,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count !== this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/everyItem/everyItem.ts
/* @__NO_SIDE_EFFECTS__ */
function everyItem(requirement, message$1) {
	return {
		kind: "validation",
		type: "every_item",
		reference: everyItem,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.every(this.requirement)) _addIssue(this, "item", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/examples/examples.ts
/**
* Creates an examples metadata action.
*
* @param examples_ The examples.
*
* @returns An examples action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function examples(examples_) {
	return {
		kind: "metadata",
		type: "examples",
		reference: examples,
		examples: examples_
	};
}

//#endregion
//#region src/actions/excludes/excludes.ts
/* @__NO_SIDE_EFFECTS__ */
function excludes(requirement, message$1) {
	const received = /* @__PURE__ */ _stringify(requirement);
	return {
		kind: "validation",
		type: "excludes",
		reference: excludes,
		async: false,
		expects: `!${received}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.includes(this.requirement)) _addIssue(this, "content", dataset, config$1, { received });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/filterItems/filterItems.ts
/* @__NO_SIDE_EFFECTS__ */
function filterItems(operation) {
	return {
		kind: "transformation",
		type: "filter_items",
		reference: filterItems,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.filter(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/findItem/findItem.ts
/* @__NO_SIDE_EFFECTS__ */
function findItem(operation) {
	return {
		kind: "transformation",
		type: "find_item",
		reference: findItem,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.find(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/finite/finite.ts
/* @__NO_SIDE_EFFECTS__ */
function finite(message$1) {
	return {
		kind: "validation",
		type: "finite",
		reference: finite,
		async: false,
		expects: null,
		requirement: Number.isFinite,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "finite", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/flavor/flavor.ts
/**
* Creates a flavor transformation action.
*
* @param name The flavor name.
*
* @returns A flavor action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function flavor(name) {
	return {
		kind: "transformation",
		type: "flavor",
		reference: flavor,
		async: false,
		name,
		"~run"(dataset) {
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/graphemes/graphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function graphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "graphemes",
		reference: graphemes,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count !== this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/gtValue/gtValue.ts
/* @__NO_SIDE_EFFECTS__ */
function gtValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "gt_value",
		reference: gtValue,
		async: false,
		expects: `>${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value > this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/guard/guard.ts
/* @__NO_SIDE_EFFECTS__ */
function guard(requirement, message$1) {
	return {
		kind: "transformation",
		type: "guard",
		reference: guard,
		async: false,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) {
				_addIssue(this, "input", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/hash/hash.ts
/**
* Hash lengths object.
*/
const HASH_LENGTHS = {
	md4: 32,
	md5: 32,
	sha1: 40,
	sha256: 64,
	sha384: 96,
	sha512: 128,
	ripemd128: 32,
	ripemd160: 40,
	tiger128: 32,
	tiger160: 40,
	tiger192: 48,
	crc32: 8,
	crc32b: 8,
	adler32: 8
};
/* @__NO_SIDE_EFFECTS__ */
function hash(types, message$1) {
	return {
		kind: "validation",
		type: "hash",
		reference: hash,
		expects: null,
		async: false,
		requirement: RegExp(types.map((type) => `^[a-fA-F0-9]{${HASH_LENGTHS[type]}}$`).join("|"), "u"),
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "hash", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/hexadecimal/hexadecimal.ts
/* @__NO_SIDE_EFFECTS__ */
function hexadecimal(message$1) {
	return {
		kind: "validation",
		type: "hexadecimal",
		reference: hexadecimal,
		async: false,
		expects: null,
		requirement: HEXADECIMAL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "hexadecimal", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/hexColor/hexColor.ts
/* @__NO_SIDE_EFFECTS__ */
function hexColor(message$1) {
	return {
		kind: "validation",
		type: "hex_color",
		reference: hexColor,
		async: false,
		expects: null,
		requirement: HEX_COLOR_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "hex color", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/imei/imei.ts
/* @__NO_SIDE_EFFECTS__ */
function imei(message$1) {
	return {
		kind: "validation",
		type: "imei",
		reference: imei,
		async: false,
		expects: null,
		requirement(input) {
			return IMEI_REGEX.test(input) && /* @__PURE__ */ _isLuhnAlgo(input);
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "IMEI", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/includes/includes.ts
/* @__NO_SIDE_EFFECTS__ */
function includes(requirement, message$1) {
	const expects = /* @__PURE__ */ _stringify(requirement);
	return {
		kind: "validation",
		type: "includes",
		reference: includes,
		async: false,
		expects,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.includes(this.requirement)) _addIssue(this, "content", dataset, config$1, { received: `!${expects}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/integer/integer.ts
/* @__NO_SIDE_EFFECTS__ */
function integer(message$1) {
	return {
		kind: "validation",
		type: "integer",
		reference: integer,
		async: false,
		expects: null,
		requirement: Number.isInteger,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "integer", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ip/ip.ts
/* @__NO_SIDE_EFFECTS__ */
function ip(message$1) {
	return {
		kind: "validation",
		type: "ip",
		reference: ip,
		async: false,
		expects: null,
		requirement: IP_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "IP", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ipv4/ipv4.ts
/* @__NO_SIDE_EFFECTS__ */
function ipv4(message$1) {
	return {
		kind: "validation",
		type: "ipv4",
		reference: ipv4,
		async: false,
		expects: null,
		requirement: IPV4_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "IPv4", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ipv6/ipv6.ts
/* @__NO_SIDE_EFFECTS__ */
function ipv6(message$1) {
	return {
		kind: "validation",
		type: "ipv6",
		reference: ipv6,
		async: false,
		expects: null,
		requirement: IPV6_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "IPv6", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isbn/utils/_isIsbn10.ts
/**
* [Validates an ISBN-10](https://en.wikipedia.org/wiki/ISBN#ISBN-10_check_digits).
*
* @param input The input value.
*
* @returns `true` if the input is a valid ISBN-10, `false` otherwise.
*
* @internal
*/
function _isIsbn10(input) {
	const digits$1 = input.split("").map((c) => c === "X" ? 10 : parseInt(c));
	let sum = 0;
	for (let i = 0; i < 10; i++) sum += digits$1[i] * (10 - i);
	return sum % 11 === 0;
}

//#endregion
//#region src/actions/isbn/utils/_isIsbn13.ts
/**
* [Validates an ISBN-13](https://en.wikipedia.org/wiki/ISBN#ISBN-13_check_digit_calculation).
*
* @param input The input value.
*
* @returns `true` if the input is a valid ISBN-13, `false` otherwise.
*
* @internal
*/
function _isIsbn13(input) {
	const digits$1 = input.split("").map((c) => parseInt(c));
	let sum = 0;
	for (let i = 0; i < 13; i++) sum += digits$1[i] * (i % 2 === 0 ? 1 : 3);
	return sum % 10 === 0;
}

//#endregion
//#region src/actions/isbn/isbn.ts
/**
* ISBN separator regex.
*/
const ISBN_SEPARATOR_REGEX = /[- ]/gu;
/**
* ISBN-10 detection regex.
*/
const ISBN_10_DETECTION_REGEX = /^\d{9}[\dX]$/u;
/**
* ISBN-13 detection regex.
*/
const ISBN_13_DETECTION_REGEX = /^\d{13}$/u;
/* @__NO_SIDE_EFFECTS__ */
function isbn(message$1) {
	return {
		kind: "validation",
		type: "isbn",
		reference: isbn,
		async: false,
		expects: null,
		requirement(input) {
			const replacedInput = input.replace(ISBN_SEPARATOR_REGEX, "");
			if (ISBN_10_DETECTION_REGEX.test(replacedInput)) return _isIsbn10(replacedInput);
			else if (ISBN_13_DETECTION_REGEX.test(replacedInput)) return _isIsbn13(replacedInput);
			return false;
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "ISBN", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isrc/isrc.ts
/* @__NO_SIDE_EFFECTS__ */
function isrc(message$1) {
	return {
		kind: "validation",
		type: "isrc",
		reference: isrc,
		async: false,
		expects: null,
		requirement: ISRC_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "ISRC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoDate/isoDate.ts
/* @__NO_SIDE_EFFECTS__ */
function isoDate(message$1) {
	return {
		kind: "validation",
		type: "iso_date",
		reference: isoDate,
		async: false,
		expects: null,
		requirement: ISO_DATE_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "date", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoDateTime/isoDateTime.ts
/* @__NO_SIDE_EFFECTS__ */
function isoDateTime(message$1) {
	return {
		kind: "validation",
		type: "iso_date_time",
		reference: isoDateTime,
		async: false,
		expects: null,
		requirement: ISO_DATE_TIME_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "date-time", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoDateTimeSecond/isoDateTimeSecond.ts
/* @__NO_SIDE_EFFECTS__ */
function isoDateTimeSecond(message$1) {
	return {
		kind: "validation",
		type: "iso_date_time_second",
		reference: isoDateTimeSecond,
		async: false,
		expects: null,
		requirement: ISO_DATE_TIME_SECOND_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "date-time-second", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoTime/isoTime.ts
/* @__NO_SIDE_EFFECTS__ */
function isoTime(message$1) {
	return {
		kind: "validation",
		type: "iso_time",
		reference: isoTime,
		async: false,
		expects: null,
		requirement: ISO_TIME_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "time", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoTimeSecond/isoTimeSecond.ts
/* @__NO_SIDE_EFFECTS__ */
function isoTimeSecond(message$1) {
	return {
		kind: "validation",
		type: "iso_time_second",
		reference: isoTimeSecond,
		async: false,
		expects: null,
		requirement: ISO_TIME_SECOND_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "time-second", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoTimestamp/isoTimestamp.ts
/* @__NO_SIDE_EFFECTS__ */
function isoTimestamp(message$1) {
	return {
		kind: "validation",
		type: "iso_timestamp",
		reference: isoTimestamp,
		async: false,
		expects: null,
		requirement: ISO_TIMESTAMP_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "timestamp", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoWeek/isoWeek.ts
/* @__NO_SIDE_EFFECTS__ */
function isoWeek(message$1) {
	return {
		kind: "validation",
		type: "iso_week",
		reference: isoWeek,
		async: false,
		expects: null,
		requirement: ISO_WEEK_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "week", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/jwsCompact/jwsCompact.ts
/* @__NO_SIDE_EFFECTS__ */
function jwsCompact(message$1) {
	return {
		kind: "validation",
		type: "jws_compact",
		reference: jwsCompact,
		async: false,
		expects: null,
		requirement: JWS_COMPACT_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "JWS compact", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ksuid/ksuid.ts
/* @__NO_SIDE_EFFECTS__ */
function ksuid(message$1) {
	return {
		kind: "validation",
		type: "ksuid",
		reference: ksuid,
		async: false,
		expects: null,
		requirement: KSUID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "KSUID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/length/length.ts
/* @__NO_SIDE_EFFECTS__ */
function length(requirement, message$1) {
	return {
		kind: "validation",
		type: "length",
		reference: length,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length !== this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ltValue/ltValue.ts
/* @__NO_SIDE_EFFECTS__ */
function ltValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "lt_value",
		reference: ltValue,
		async: false,
		expects: `<${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value < this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mac/mac.ts
/* @__NO_SIDE_EFFECTS__ */
function mac(message$1) {
	return {
		kind: "validation",
		type: "mac",
		reference: mac,
		async: false,
		expects: null,
		requirement: MAC_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "MAC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mac48/mac48.ts
/* @__NO_SIDE_EFFECTS__ */
function mac48(message$1) {
	return {
		kind: "validation",
		type: "mac48",
		reference: mac48,
		async: false,
		expects: null,
		requirement: MAC48_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "48-bit MAC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mac64/mac64.ts
/* @__NO_SIDE_EFFECTS__ */
function mac64(message$1) {
	return {
		kind: "validation",
		type: "mac64",
		reference: mac64,
		async: false,
		expects: null,
		requirement: MAC64_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "64-bit MAC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mapItems/mapItems.ts
/* @__NO_SIDE_EFFECTS__ */
function mapItems(operation) {
	return {
		kind: "transformation",
		type: "map_items",
		reference: mapItems,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.map(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxBytes/maxBytes.ts
/* @__NO_SIDE_EFFECTS__ */
function maxBytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_bytes",
		reference: maxBytes,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 > this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxCodePoints/maxCodePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function maxCodePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_code_points",
		reference: maxCodePoints,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count > this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxEntries/maxEntries.ts
/* @__NO_SIDE_EFFECTS__ */
function maxEntries(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_entries",
		reference: maxEntries,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count > this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxGraphemes/maxGraphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function maxGraphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_graphemes",
		reference: maxGraphemes,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count > this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxLength/maxLength.ts
/* @__NO_SIDE_EFFECTS__ */
function maxLength(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_length",
		reference: maxLength,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length > this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxSize/maxSize.ts
/* @__NO_SIDE_EFFECTS__ */
function maxSize(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_size",
		reference: maxSize,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size > this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxValue/maxValue.ts
/* @__NO_SIDE_EFFECTS__ */
function maxValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_value",
		reference: maxValue,
		async: false,
		expects: `<=${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value <= this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxWords/maxWords.ts
/* @__NO_SIDE_EFFECTS__ */
function maxWords(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "max_words",
		reference: maxWords,
		async: false,
		expects: `<=${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count > this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/metadata/metadata.ts
/**
* Creates a custom metadata action.
*
* @param metadata_ The metadata object.
*
* @returns A metadata action.
*/
/* @__NO_SIDE_EFFECTS__ */
function metadata(metadata_) {
	return {
		kind: "metadata",
		type: "metadata",
		reference: metadata,
		metadata: metadata_
	};
}

//#endregion
//#region src/actions/mimeType/mimeType.ts
/* @__NO_SIDE_EFFECTS__ */
function mimeType(requirement, message$1) {
	return {
		kind: "validation",
		type: "mime_type",
		reference: mimeType,
		async: false,
		expects: /* @__PURE__ */ _joinExpects(requirement.map((option) => `"${option}"`), "|"),
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.includes(dataset.value.type)) _addIssue(this, "MIME type", dataset, config$1, { received: `"${dataset.value.type}"` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minBytes/minBytes.ts
/* @__NO_SIDE_EFFECTS__ */
function minBytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_bytes",
		reference: minBytes,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 < this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minCodePoints/minCodePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function minCodePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_code_points",
		reference: minCodePoints,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count < this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minEntries/minEntries.ts
/* @__NO_SIDE_EFFECTS__ */
function minEntries(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_entries",
		reference: minEntries,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count < this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minGraphemes/minGraphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function minGraphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_graphemes",
		reference: minGraphemes,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count < this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minLength/minLength.ts
/* @__NO_SIDE_EFFECTS__ */
function minLength(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_length",
		reference: minLength,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length < this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minSize/minSize.ts
/* @__NO_SIDE_EFFECTS__ */
function minSize(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_size",
		reference: minSize,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size < this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minValue/minValue.ts
/* @__NO_SIDE_EFFECTS__ */
function minValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_value",
		reference: minValue,
		async: false,
		expects: `>=${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value >= this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minWords/minWords.ts
/* @__NO_SIDE_EFFECTS__ */
function minWords(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "min_words",
		reference: minWords,
		async: false,
		expects: `>=${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count < this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/multipleOf/multipleOf.ts
/* @__NO_SIDE_EFFECTS__ */
function multipleOf(requirement, message$1) {
	return {
		kind: "validation",
		type: "multiple_of",
		reference: multipleOf,
		async: false,
		expects: `%${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value % this.requirement != 0) _addIssue(this, "multiple", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/nanoid/nanoid.ts
/* @__NO_SIDE_EFFECTS__ */
function nanoid(message$1) {
	return {
		kind: "validation",
		type: "nanoid",
		reference: nanoid,
		async: false,
		expects: null,
		requirement: NANO_ID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "Nano ID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/nonEmpty/nonEmpty.ts
/* @__NO_SIDE_EFFECTS__ */
function nonEmpty(message$1) {
	return {
		kind: "validation",
		type: "non_empty",
		reference: nonEmpty,
		async: false,
		expects: "!0",
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length === 0) _addIssue(this, "length", dataset, config$1, { received: "0" });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/normalize/normalize.ts
/* @__NO_SIDE_EFFECTS__ */
function normalize(form) {
	return {
		kind: "transformation",
		type: "normalize",
		reference: normalize,
		async: false,
		form,
		"~run"(dataset) {
			dataset.value = dataset.value.normalize(this.form);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notBytes/notBytes.ts
/* @__NO_SIDE_EFFECTS__ */
function notBytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_bytes",
		reference: notBytes,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 === this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notCodePoints/notCodePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function notCodePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_code_points",
		reference: notCodePoints,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count === this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notEntries/notEntries.ts
/* @__NO_SIDE_EFFECTS__ */
function notEntries(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_entries",
		reference: notEntries,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count === this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notGraphemes/notGraphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function notGraphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_graphemes",
		reference: notGraphemes,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count === this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notLength/notLength.ts
/* @__NO_SIDE_EFFECTS__ */
function notLength(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_length",
		reference: notLength,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length === this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notSize/notSize.ts
/* @__NO_SIDE_EFFECTS__ */
function notSize(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_size",
		reference: notSize,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size === this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notValue/notValue.ts
/* @__NO_SIDE_EFFECTS__ */
function notValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_value",
		reference: notValue,
		async: false,
		expects: requirement instanceof Date ? `!${requirement.toJSON()}` : `!${/* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && /* @__PURE__ */ _isValueMatch(this.requirement, dataset.value)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notValues/notValues.ts
/* @__NO_SIDE_EFFECTS__ */
function notValues(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_values",
		reference: notValues,
		async: false,
		expects: `!${/* @__PURE__ */ _joinExpects(requirement.map((value$1) => value$1 instanceof Date ? value$1.toJSON() : /* @__PURE__ */ _stringify(value$1)), "|")}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && this.requirement.some((requirement$1) => /* @__PURE__ */ _isValueMatch(requirement$1, dataset.value))) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notWords/notWords.ts
/* @__NO_SIDE_EFFECTS__ */
function notWords(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "not_words",
		reference: notWords,
		async: false,
		expects: `!${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count === this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/octal/octal.ts
/* @__NO_SIDE_EFFECTS__ */
function octal(message$1) {
	return {
		kind: "validation",
		type: "octal",
		reference: octal,
		async: false,
		expects: null,
		requirement: OCTAL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "octal", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/parseBoolean/parseBoolean.ts
const TRUTHY = (/* unused pure expression or super */ null && ([
	true,
	1,
	"true",
	"1",
	"yes",
	"y",
	"on",
	"enabled"
]));
const FALSY = (/* unused pure expression or super */ null && ([
	false,
	0,
	"false",
	"0",
	"no",
	"n",
	"off",
	"disabled"
]));
/* @__NO_SIDE_EFFECTS__ */
function parseBoolean(config$1, message$1) {
	const normalize$1 = (v) => typeof v === "string" ? v.toLowerCase() : v;
	const truthyRaw = config$1?.truthy ?? TRUTHY;
	const falsyRaw = config$1?.falsy ?? FALSY;
	const truthy = config$1?.truthy ? config$1.truthy.map(normalize$1) : TRUTHY;
	const falsy = config$1?.falsy ? config$1.falsy.map(normalize$1) : FALSY;
	return {
		kind: "transformation",
		type: "parse_boolean",
		reference: parseBoolean,
		expects: /* @__PURE__ */ _joinExpects([...truthyRaw, ...falsyRaw].map(_stringify), "|"),
		config: config$1,
		message: message$1,
		async: false,
		"~run"(dataset, config$2) {
			const input = normalize$1(dataset.value);
			if (truthy.includes(input)) dataset.value = true;
			else if (falsy.includes(input)) dataset.value = false;
			else {
				_addIssue(this, "boolean", dataset, config$2);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/parseJson/parseJson.ts
/* @__NO_SIDE_EFFECTS__ */
function parseJson(config$1, message$1) {
	return {
		kind: "transformation",
		type: "parse_json",
		reference: parseJson,
		config: config$1,
		message: message$1,
		async: false,
		"~run"(dataset, config$2) {
			try {
				dataset.value = JSON.parse(dataset.value, this.config?.reviver);
			} catch (error) {
				if (error instanceof Error) {
					_addIssue(this, "JSON", dataset, config$2, { received: `"${error.message}"` });
					dataset.typed = false;
				} else throw error;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/partialCheck/utils/_isPartiallyTyped/_isPartiallyTyped.ts
/**
* Checks if a dataset is partially typed.
*
* @param dataset The dataset to check.
* @param paths The paths to check.
*
* @returns Whether it is partially typed.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isPartiallyTyped(dataset, paths) {
	if (dataset.issues) for (const path of paths) for (const issue of dataset.issues) {
		let typed = false;
		const bound = Math.min(path.length, issue.path?.length ?? 0);
		for (let index = 0; index < bound; index++) if (path[index] !== issue.path[index].key && (path[index] !== "$" || issue.path[index].type !== "array")) {
			typed = true;
			break;
		}
		if (!typed) return false;
	}
	return true;
}

//#endregion
//#region src/actions/partialCheck/partialCheck.ts
/* @__NO_SIDE_EFFECTS__ */
function partialCheck(paths, requirement, message$1) {
	return {
		kind: "validation",
		type: "partial_check",
		reference: partialCheck,
		async: false,
		expects: null,
		paths,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if ((dataset.typed || /* @__PURE__ */ _isPartiallyTyped(dataset, paths)) && !this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/partialCheck/partialCheckAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function partialCheckAsync(paths, requirement, message$1) {
	return {
		kind: "validation",
		type: "partial_check",
		reference: partialCheckAsync,
		async: true,
		expects: null,
		paths,
		requirement,
		message: message$1,
		async "~run"(dataset, config$1) {
			if ((dataset.typed || /* @__PURE__ */ _isPartiallyTyped(dataset, paths)) && !await this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawCheck/rawCheck.ts
/**
* Creates a raw check validation action.
*
* @param action The validation action.
*
* @returns A raw check action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawCheck(action) {
	return {
		kind: "validation",
		type: "raw_check",
		reference: rawCheck,
		async: false,
		expects: null,
		"~run"(dataset, config$1) {
			action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info)
			});
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawCheck/rawCheckAsync.ts
/**
* Creates a raw check validation action.
*
* @param action The validation action.
*
* @returns A raw check action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawCheckAsync(action) {
	return {
		kind: "validation",
		type: "raw_check",
		reference: rawCheckAsync,
		async: true,
		expects: null,
		async "~run"(dataset, config$1) {
			await action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info)
			});
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawTransform/rawTransform.ts
/**
* Creates a raw transformation action.
*
* @param action The transformation action.
*
* @returns A raw transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawTransform(action) {
	return {
		kind: "transformation",
		type: "raw_transform",
		reference: rawTransform,
		async: false,
		"~run"(dataset, config$1) {
			const output = action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info),
				NEVER: null
			});
			if (dataset.issues) dataset.typed = false;
			else dataset.value = output;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawTransform/rawTransformAsync.ts
/**
* Creates a raw transformation action.
*
* @param action The transformation action.
*
* @returns A raw transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawTransformAsync(action) {
	return {
		kind: "transformation",
		type: "raw_transform",
		reference: rawTransformAsync,
		async: true,
		async "~run"(dataset, config$1) {
			const output = await action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info),
				NEVER: null
			});
			if (dataset.issues) dataset.typed = false;
			else dataset.value = output;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/readonly/readonly.ts
/* @__NO_SIDE_EFFECTS__ */
function readonly() {
	return {
		kind: "transformation",
		type: "readonly",
		reference: readonly,
		async: false,
		"~run"(dataset) {
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/reduceItems/reduceItems.ts
/* @__NO_SIDE_EFFECTS__ */
function reduceItems(operation, initial) {
	return {
		kind: "transformation",
		type: "reduce_items",
		reference: reduceItems,
		async: false,
		operation,
		initial,
		"~run"(dataset) {
			dataset.value = dataset.value.reduce(this.operation, this.initial);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/regex/regex.ts
/* @__NO_SIDE_EFFECTS__ */
function regex(requirement, message$1) {
	return {
		kind: "validation",
		type: "regex",
		reference: regex,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "format", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/returns/returns.ts
/* @__NO_SIDE_EFFECTS__ */
function returns(schema) {
	return {
		kind: "transformation",
		type: "returns",
		reference: returns,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = (...args_) => {
				const returnsDataset = this.schema["~run"]({ value: func(...args_) }, config$1);
				if (returnsDataset.issues) throw new ValiError(returnsDataset.issues);
				return returnsDataset.value;
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/returns/returnsAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function returnsAsync(schema) {
	return {
		kind: "transformation",
		type: "returns",
		reference: returnsAsync,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = async (...args_) => {
				const returnsDataset = await this.schema["~run"]({ value: await func(...args_) }, config$1);
				if (returnsDataset.issues) throw new ValiError(returnsDataset.issues);
				return returnsDataset.value;
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rfcEmail/rfcEmail.ts
/* @__NO_SIDE_EFFECTS__ */
function rfcEmail(message$1) {
	return {
		kind: "validation",
		type: "rfc_email",
		reference: rfcEmail,
		expects: null,
		async: false,
		requirement: RFC_EMAIL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "email", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/safeInteger/safeInteger.ts
/* @__NO_SIDE_EFFECTS__ */
function safeInteger(message$1) {
	return {
		kind: "validation",
		type: "safe_integer",
		reference: safeInteger,
		async: false,
		expects: null,
		requirement: Number.isSafeInteger,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "safe integer", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/size/size.ts
/* @__NO_SIDE_EFFECTS__ */
function size(requirement, message$1) {
	return {
		kind: "validation",
		type: "size",
		reference: size,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size !== this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/slug/slug.ts
/* @__NO_SIDE_EFFECTS__ */
function slug(message$1) {
	return {
		kind: "validation",
		type: "slug",
		reference: slug,
		async: false,
		expects: null,
		requirement: SLUG_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "slug", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/someItem/someItem.ts
/* @__NO_SIDE_EFFECTS__ */
function someItem(requirement, message$1) {
	return {
		kind: "validation",
		type: "some_item",
		reference: someItem,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.some(this.requirement)) _addIssue(this, "item", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/sortItems/sortItems.ts
/* @__NO_SIDE_EFFECTS__ */
function sortItems(operation) {
	return {
		kind: "transformation",
		type: "sort_items",
		reference: sortItems,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.sort(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/startsWith/startsWith.ts
/* @__NO_SIDE_EFFECTS__ */
function startsWith(requirement, message$1) {
	return {
		kind: "validation",
		type: "starts_with",
		reference: startsWith,
		async: false,
		expects: `"${requirement}"`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.startsWith(this.requirement)) _addIssue(this, "start", dataset, config$1, { received: `"${dataset.value.slice(0, this.requirement.length)}"` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/stringifyJson/stringifyJson.ts
/* @__NO_SIDE_EFFECTS__ */
function stringifyJson(config$1, message$1) {
	return {
		kind: "transformation",
		type: "stringify_json",
		reference: stringifyJson,
		message: message$1,
		config: config$1,
		async: false,
		"~run"(dataset, config$2) {
			try {
				const output = JSON.stringify(dataset.value, this.config?.replacer, this.config?.space);
				if (output === void 0) {
					_addIssue(this, "JSON", dataset, config$2);
					dataset.typed = false;
				} else dataset.value = output;
			} catch (error) {
				if (error instanceof Error) {
					_addIssue(this, "JSON", dataset, config$2, { received: `"${error.message}"` });
					dataset.typed = false;
				} else throw error;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/title/title.ts
/**
* Creates a title metadata action.
*
* @param title_ The title text.
*
* @returns A title action.
*/
/* @__NO_SIDE_EFFECTS__ */
function title(title_) {
	return {
		kind: "metadata",
		type: "title",
		reference: title,
		title: title_
	};
}

//#endregion
//#region src/actions/toBigint/toBigint.ts
/* @__NO_SIDE_EFFECTS__ */
function toBigint(message$1) {
	return {
		kind: "transformation",
		type: "to_bigint",
		reference: toBigint,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = BigInt(dataset.value);
			} catch {
				_addIssue(this, "bigint", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toBoolean/toBoolean.ts
/**
* Creates a to boolean transformation action.
*
* @returns A to boolean action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toBoolean() {
	return {
		kind: "transformation",
		type: "to_boolean",
		reference: toBoolean,
		async: false,
		"~run"(dataset) {
			dataset.value = Boolean(dataset.value);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toCamelCase/toCamelCase.ts
/**
* Creates a to camel case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `parseUrlValue`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `item2Name`).
*
* @returns A to camel case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toCamelCase() {
	return {
		kind: "transformation",
		type: "to_camel_case",
		reference: toCamelCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "", false, true);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toDate/toDate.ts
/* @__NO_SIDE_EFFECTS__ */
function toDate(message$1) {
	return {
		kind: "transformation",
		type: "to_date",
		reference: toDate,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = new Date(dataset.value);
				if (isNaN(dataset.value)) {
					_addIssue(this, "date", dataset, config$1, { received: "\"Invalid Date\"" });
					dataset.typed = false;
				}
			} catch {
				_addIssue(this, "date", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toKebabCase/toKebabCase.ts
/**
* Creates a to kebab case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `parse-url-value`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `item2-name`).
*
* @returns A to kebab case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toKebabCase() {
	return {
		kind: "transformation",
		type: "to_kebab_case",
		reference: toKebabCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "-", false, false);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toLowerCase/toLowerCase.ts
/**
* Creates a to lower case transformation action.
*
* @returns A to lower case action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toLowerCase() {
	return {
		kind: "transformation",
		type: "to_lower_case",
		reference: toLowerCase,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.toLowerCase();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toMaxValue/toMaxValue.ts
/**
* Creates a to max value transformation action.
*
* @param requirement The maximum value.
*
* @returns A to max value action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toMaxValue(requirement) {
	return {
		kind: "transformation",
		type: "to_max_value",
		reference: toMaxValue,
		async: false,
		requirement,
		"~run"(dataset) {
			dataset.value = dataset.value > this.requirement ? this.requirement : dataset.value;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toMinValue/toMinValue.ts
/**
* Creates a to min value transformation action.
*
* @param requirement The minimum value.
*
* @returns A to min value action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toMinValue(requirement) {
	return {
		kind: "transformation",
		type: "to_min_value",
		reference: toMinValue,
		async: false,
		requirement,
		"~run"(dataset) {
			dataset.value = dataset.value < this.requirement ? this.requirement : dataset.value;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toNumber/toNumber.ts
/* @__NO_SIDE_EFFECTS__ */
function toNumber(message$1) {
	return {
		kind: "transformation",
		type: "to_number",
		reference: toNumber,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = Number(dataset.value);
				if (isNaN(dataset.value)) {
					_addIssue(this, "number", dataset, config$1);
					dataset.typed = false;
				}
			} catch {
				_addIssue(this, "number", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toPascalCase/toPascalCase.ts
/**
* Creates a to pascal case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `ParseUrlValue`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `Item2Name`).
*
* @returns A to pascal case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toPascalCase() {
	return {
		kind: "transformation",
		type: "to_pascal_case",
		reference: toPascalCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "", true, true);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toSnakeCase/toSnakeCase.ts
/**
* Creates a to snake case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `parse_url_value`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `item2_name`).
*
* @returns A to snake case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toSnakeCase() {
	return {
		kind: "transformation",
		type: "to_snake_case",
		reference: toSnakeCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "_", false, false);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toString/toString.ts
/* @__NO_SIDE_EFFECTS__ */
function toString(message$1) {
	return {
		kind: "transformation",
		type: "to_string",
		reference: toString,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = String(dataset.value);
			} catch {
				_addIssue(this, "string", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toUpperCase/toUpperCase.ts
/**
* Creates a to upper case transformation action.
*
* @returns A to upper case action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toUpperCase() {
	return {
		kind: "transformation",
		type: "to_upper_case",
		reference: toUpperCase,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.toUpperCase();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/transform/transform.ts
/**
* Creates a custom transformation action.
*
* @param operation The transformation operation.
*
* @returns A transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function transform(operation) {
	return {
		kind: "transformation",
		type: "transform",
		reference: transform,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = this.operation(dataset.value);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/transform/transformAsync.ts
/**
* Creates a custom transformation action.
*
* @param operation The transformation operation.
*
* @returns A transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function transformAsync(operation) {
	return {
		kind: "transformation",
		type: "transform",
		reference: transformAsync,
		async: true,
		operation,
		async "~run"(dataset) {
			dataset.value = await this.operation(dataset.value);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/trim/trim.ts
/**
* Creates a trim transformation action.
*
* @returns A trim action.
*/
/* @__NO_SIDE_EFFECTS__ */
function trim() {
	return {
		kind: "transformation",
		type: "trim",
		reference: trim,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.trim();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/trimEnd/trimEnd.ts
/**
* Creates a trim end transformation action.
*
* @returns A trim end action.
*/
/* @__NO_SIDE_EFFECTS__ */
function trimEnd() {
	return {
		kind: "transformation",
		type: "trim_end",
		reference: trimEnd,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.trimEnd();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/trimStart/trimStart.ts
/**
* Creates a trim start transformation action.
*
* @returns A trim start action.
*/
/* @__NO_SIDE_EFFECTS__ */
function trimStart() {
	return {
		kind: "transformation",
		type: "trim_start",
		reference: trimStart,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.trimStart();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ulid/ulid.ts
/* @__NO_SIDE_EFFECTS__ */
function ulid(message$1) {
	return {
		kind: "validation",
		type: "ulid",
		reference: ulid,
		async: false,
		expects: null,
		requirement: ULID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "ULID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/url/url.ts
/* @__NO_SIDE_EFFECTS__ */
function url(message$1) {
	return {
		kind: "validation",
		type: "url",
		reference: url,
		async: false,
		expects: null,
		requirement(input) {
			try {
				if (URL.canParse) return URL.canParse(input);
				new URL(input);
				return true;
			} catch {
				return false;
			}
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "URL", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/uuid/uuid.ts
/* @__NO_SIDE_EFFECTS__ */
function uuid(message$1) {
	return {
		kind: "validation",
		type: "uuid",
		reference: uuid,
		async: false,
		expects: null,
		requirement: UUID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "UUID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/value/value.ts
/* @__NO_SIDE_EFFECTS__ */
function value(requirement, message$1) {
	return {
		kind: "validation",
		type: "value",
		reference: value,
		async: false,
		expects: requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement),
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !/* @__PURE__ */ _isValueMatch(this.requirement, dataset.value)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/values/values.ts
/* @__NO_SIDE_EFFECTS__ */
function values(requirement, message$1) {
	return {
		kind: "validation",
		type: "values",
		reference: values,
		async: false,
		expects: `${/* @__PURE__ */ _joinExpects(requirement.map((value$1) => value$1 instanceof Date ? value$1.toJSON() : /* @__PURE__ */ _stringify(value$1)), "|")}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.some((requirement$1) => /* @__PURE__ */ _isValueMatch(requirement$1, dataset.value))) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/words/words.ts
/* @__NO_SIDE_EFFECTS__ */
function words(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "words",
		reference: words,
		async: false,
		expects: `${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count !== this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/const.ts
const ABORT_EARLY_CONFIG = { abortEarly: true };

//#endregion
//#region src/methods/assert/assert.ts
/**
* Checks if the input matches the schema. As this is an assertion function, it
* can be used as a type guard.
*
* @param schema The schema to be used.
* @param input The input to be tested.
*/
function assert(schema, input) {
	const issues = schema["~run"]({ value: input }, ABORT_EARLY_CONFIG).issues;
	if (issues) throw new ValiError(issues);
}

//#endregion
//#region src/methods/cache/_LruCache.ts
/**
* Efficient LRU cache using Map iteration order.
*/
var _LruCache = class {
	constructor(config$1) {
		this.refCount = 0;
		this.maxSize = config$1?.maxSize ?? 1e3;
		this.maxAge = config$1?.maxAge ?? Infinity;
		this.hasMaxAge = isFinite(this.maxAge);
	}
	/**
	* Stringifies an unknown input to a cache key component.
	*
	* @param input The unknown input.
	*
	* @returns A cache key component.
	*/
	stringify(input) {
		const type = typeof input;
		if (type === "string") return `"${input}"`;
		if (type === "number" || type === "boolean") return `${input}`;
		if (type === "bigint") return `${input}n`;
		if (type === "object" || type === "function") {
			if (input) {
				this.refIds ?? (this.refIds = /* @__PURE__ */ new WeakMap());
				let id = this.refIds.get(input);
				if (!id) {
					id = ++this.refCount;
					this.refIds.set(input, id);
				}
				return `#${id}`;
			}
			return "null";
		}
		return type;
	}
	/**
	* Creates a cache key from input and config.
	*
	* @param input The input value.
	* @param config The parse configuration.
	*
	* @returns The cache key.
	*/
	key(input, config$1 = {}) {
		return `${this.stringify(input)}|${this.stringify(config$1.lang)}|${this.stringify(config$1.message)}|${this.stringify(config$1.abortEarly)}|${this.stringify(config$1.abortPipeEarly)}`;
	}
	/**
	* Gets a value from the cache by key.
	*
	* @param key The cache key.
	*
	* @returns The cached value.
	*/
	get(key) {
		if (!this.store) return void 0;
		const entry = this.store.get(key);
		if (!entry) return void 0;
		if (this.hasMaxAge && Date.now() - entry[1] > this.maxAge) {
			this.store.delete(key);
			return;
		}
		this.store.delete(key);
		this.store.set(key, entry);
		return entry[0];
	}
	/**
	* Sets a value in the cache by key.
	*
	* @param key The cache key.
	* @param value The cached value.
	*/
	set(key, value$1) {
		this.store ?? (this.store = /* @__PURE__ */ new Map());
		this.store.delete(key);
		const timestamp = this.hasMaxAge ? Date.now() : 0;
		this.store.set(key, [value$1, timestamp]);
		if (this.store.size > this.maxSize) this.store.delete(this.store.keys().next().value);
	}
	/**
	* Clears all entries from the cache.
	*/
	clear() {
		this.store?.clear();
	}
};

//#endregion
//#region src/methods/cache/cache.ts
/* @__NO_SIDE_EFFECTS__ */
function cache(schema, config$1) {
	return _standardSchema({
		...schema,
		cacheConfig: config$1,
		cache: new _LruCache(config$1),
		"~run"(dataset, runConfig) {
			const key = this.cache.key(dataset.value, runConfig);
			let outputDataset = this.cache.get(key);
			if (!outputDataset) this.cache.set(key, outputDataset = schema["~run"](dataset, runConfig));
			return /* @__PURE__ */ _cloneDataset(outputDataset);
		}
	});
}

//#endregion
//#region src/methods/cache/cacheAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function cacheAsync(schema, config$1) {
	let activeRuns;
	return _standardSchema({
		...schema,
		async: true,
		cacheConfig: config$1,
		cache: new _LruCache(config$1),
		async "~run"(dataset, runConfig) {
			const key = this.cache.key(dataset.value, runConfig);
			const cached = this.cache.get(key);
			if (cached) return /* @__PURE__ */ _cloneDataset(cached);
			let promise$1 = activeRuns?.get(key);
			if (!promise$1) {
				activeRuns ?? (activeRuns = /* @__PURE__ */ new Map());
				promise$1 = Promise.resolve(schema["~run"](dataset, runConfig));
				activeRuns.set(key, promise$1);
			}
			try {
				const outputDataset = await promise$1;
				this.cache.set(key, outputDataset);
				return /* @__PURE__ */ _cloneDataset(outputDataset);
			} finally {
				activeRuns?.delete(key);
			}
		}
	});
}

//#endregion
//#region src/methods/config/config.ts
/**
* Changes the local configuration of a schema.
*
* @param schema The schema to configure.
* @param config The parse configuration.
*
* @returns The configured schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function config(schema, config$1) {
	return _standardSchema({
		...schema,
		"~run"(dataset, config_) {
			return schema["~run"](dataset, {
				...config_,
				...config$1
			});
		}
	});
}

//#endregion
//#region src/methods/getFallback/getFallback.ts
/**
* Returns the fallback value of the schema.
*
* @param schema The schema to get it from.
* @param dataset The output dataset if available.
* @param config The config if available.
*
* @returns The fallback value.
*/
/* @__NO_SIDE_EFFECTS__ */
function getFallback(schema, dataset, config$1) {
	return typeof schema.fallback === "function" ? schema.fallback(dataset, config$1) : schema.fallback;
}

//#endregion
//#region src/methods/fallback/fallback.ts
/**
* Returns a fallback value as output if the input does not match the schema.
*
* @param schema The schema to catch.
* @param fallback The fallback value.
*
* @returns The passed schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function fallback(schema, fallback$1) {
	return _standardSchema({
		...schema,
		fallback: fallback$1,
		"~run"(dataset, config$1) {
			const outputDataset = schema["~run"](dataset, config$1);
			return outputDataset.issues ? {
				typed: true,
				value: /* @__PURE__ */ getFallback(this, outputDataset, config$1)
			} : outputDataset;
		}
	});
}

//#endregion
//#region src/methods/fallback/fallbackAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function fallbackAsync(schema, fallback$1) {
	return _standardSchema({
		...schema,
		fallback: fallback$1,
		async: true,
		async "~run"(dataset, config$1) {
			const outputDataset = await schema["~run"](dataset, config$1);
			return outputDataset.issues ? {
				typed: true,
				value: await /* @__PURE__ */ getFallback(this, outputDataset, config$1)
			} : outputDataset;
		}
	});
}

//#endregion
//#region src/methods/flatten/flatten.ts
/* @__NO_SIDE_EFFECTS__ */
function flatten(issues) {
	const flatErrors = {};
	for (const issue of issues) if (issue.path) {
		const dotPath = /* @__PURE__ */ getDotPath(issue);
		if (dotPath) {
			if (!flatErrors.nested) flatErrors.nested = {};
			if (Object.prototype.hasOwnProperty.call(flatErrors.nested, dotPath)) flatErrors.nested[dotPath].push(issue.message);
			else flatErrors.nested[dotPath] = [issue.message];
		} else if (flatErrors.other) flatErrors.other.push(issue.message);
		else flatErrors.other = [issue.message];
	} else if (flatErrors.root) flatErrors.root.push(issue.message);
	else flatErrors.root = [issue.message];
	return flatErrors;
}

//#endregion
//#region src/methods/forward/forward.ts
/**
* Forwards the issues of the passed validation action.
*
* @param action The validation action.
* @param path The path to forward the issues to.
*
* @returns The modified action.
*/
/* @__NO_SIDE_EFFECTS__ */
function forward(action, path) {
	return {
		...action,
		"~run"(dataset, config$1) {
			const prevIssues = dataset.issues && [...dataset.issues];
			dataset = action["~run"](dataset, config$1);
			if (dataset.issues) {
				for (const issue of dataset.issues) if (!prevIssues?.includes(issue)) {
					let pathInput = dataset.value;
					for (const key of path) {
						const pathValue = pathInput[key];
						const pathItem = {
							type: "unknown",
							origin: "value",
							input: pathInput,
							key,
							value: pathValue
						};
						if (issue.path) issue.path.push(pathItem);
						else issue.path = [pathItem];
						if (!pathValue) break;
						pathInput = pathValue;
					}
				}
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/methods/forward/forwardAsync.ts
/**
* Forwards the issues of the passed validation action.
*
* @param action The validation action.
* @param path The path to forward the issues to.
*
* @returns The modified action.
*/
/* @__NO_SIDE_EFFECTS__ */
function forwardAsync(action, path) {
	return {
		...action,
		async: true,
		async "~run"(dataset, config$1) {
			const prevIssues = dataset.issues && [...dataset.issues];
			dataset = await action["~run"](dataset, config$1);
			if (dataset.issues) {
				for (const issue of dataset.issues) if (!prevIssues?.includes(issue)) {
					let pathInput = dataset.value;
					for (const key of path) {
						const pathValue = pathInput[key];
						const pathItem = {
							type: "unknown",
							origin: "value",
							input: pathInput,
							key,
							value: pathValue
						};
						if (issue.path) issue.path.push(pathItem);
						else issue.path = [pathItem];
						if (!pathValue) break;
						pathInput = pathValue;
					}
				}
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/methods/getDefault/getDefault.ts
/**
* Returns the default value of the schema.
*
* @param schema The schema to get it from.
* @param dataset The input dataset if available.
* @param config The config if available.
*
* @returns The default value.
*/
/* @__NO_SIDE_EFFECTS__ */
function getDefault(schema, dataset, config$1) {
	return typeof schema.default === "function" ? schema.default(dataset, config$1) : schema.default;
}

//#endregion
//#region src/methods/getDefaults/getDefaults.ts
/**
* Returns the default values of the schema.
*
* Hint: The difference to `getDefault` is that for object and tuple schemas
* this function recursively returns the default values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The default values.
*/
/* @__NO_SIDE_EFFECTS__ */
function getDefaults(schema) {
	if ("entries" in schema) {
		const object$1 = {};
		for (const key in schema.entries) object$1[key] = /* @__PURE__ */ getDefaults(schema.entries[key]);
		return object$1;
	}
	if ("items" in schema) return schema.items.map(getDefaults);
	return /* @__PURE__ */ getDefault(schema);
}

//#endregion
//#region src/methods/getDefaults/getDefaultsAsync.ts
/**
* Returns the default values of the schema.
*
* Hint: The difference to `getDefault` is that for object and tuple schemas
* this function recursively returns the default values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The default values.
*/
/* @__NO_SIDE_EFFECTS__ */
async function getDefaultsAsync(schema) {
	if ("entries" in schema) return Object.fromEntries(await Promise.all(Object.entries(schema.entries).map(async ([key, value$1]) => [key, await /* @__PURE__ */ getDefaultsAsync(value$1)])));
	if ("items" in schema) return Promise.all(schema.items.map(getDefaultsAsync));
	return /* @__PURE__ */ getDefault(schema);
}

//#endregion
//#region src/methods/getDescription/getDescription.ts
/**
* Returns the description of the schema.
*
* If multiple descriptions are defined, the last one of the highest level is
* returned. If no description is defined, `undefined` is returned.
*
* @param schema The schema to get the description from.
*
* @returns The description, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getDescription(schema) {
	return /* @__PURE__ */ _getLastMetadata(schema, "description");
}

//#endregion
//#region src/methods/getExamples/getExamples.ts
/**
* Returns the examples of a schema.
*
* If multiple examples are defined, it concatenates them using depth-first
* search. If no examples are defined, an empty array is returned.
*
* @param schema The schema to get the examples from.
*
* @returns The examples, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getExamples(schema) {
	const examples$1 = [];
	function depthFirstCollect(schema$1) {
		if ("pipe" in schema$1) {
			for (const item of schema$1.pipe) if (item.kind === "schema" && "pipe" in item) depthFirstCollect(item);
			else if (item.kind === "metadata" && item.type === "examples") for (const example of item.examples) examples$1.push(example);
		}
	}
	depthFirstCollect(schema);
	return examples$1;
}

//#endregion
//#region src/methods/getFallbacks/getFallbacks.ts
/**
* Returns the fallback values of the schema.
*
* Hint: The difference to `getFallback` is that for object and tuple schemas
* this function recursively returns the fallback values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The fallback values.
*/
/* @__NO_SIDE_EFFECTS__ */
function getFallbacks(schema) {
	if ("entries" in schema) {
		const object$1 = {};
		for (const key in schema.entries) object$1[key] = /* @__PURE__ */ getFallbacks(schema.entries[key]);
		return object$1;
	}
	if ("items" in schema) return schema.items.map(getFallbacks);
	return /* @__PURE__ */ getFallback(schema);
}

//#endregion
//#region src/methods/getFallbacks/getFallbacksAsync.ts
/**
* Returns the fallback values of the schema.
*
* Hint: The difference to `getFallback` is that for object and tuple schemas
* this function recursively returns the fallback values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The fallback values.
*/
/* @__NO_SIDE_EFFECTS__ */
async function getFallbacksAsync(schema) {
	if ("entries" in schema) return Object.fromEntries(await Promise.all(Object.entries(schema.entries).map(async ([key, value$1]) => [key, await /* @__PURE__ */ getFallbacksAsync(value$1)])));
	if ("items" in schema) return Promise.all(schema.items.map(getFallbacksAsync));
	return /* @__PURE__ */ getFallback(schema);
}

//#endregion
//#region src/methods/getMetadata/getMetadata.ts
/**
* Returns the metadata of a schema.
*
* If multiple metadata are defined, it shallowly merges them using depth-first
* search. If no metadata is defined, an empty object is returned.
*
* @param schema Schema to get the metadata from.
*
* @returns The metadata, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getMetadata(schema) {
	const result = {};
	function depthFirstMerge(schema$1) {
		if ("pipe" in schema$1) {
			for (const item of schema$1.pipe) if (item.kind === "schema" && "pipe" in item) depthFirstMerge(item);
			else if (item.kind === "metadata" && item.type === "metadata") Object.assign(result, item.metadata);
		}
	}
	depthFirstMerge(schema);
	return result;
}

//#endregion
//#region src/methods/getTitle/getTitle.ts
/**
* Returns the title of the schema.
*
* If multiple titles are defined, the last one of the highest level is
* returned. If no title is defined, `undefined` is returned.
*
* @param schema The schema to get the title from.
*
* @returns The title, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getTitle(schema) {
	return /* @__PURE__ */ _getLastMetadata(schema, "title");
}

//#endregion
//#region src/methods/is/is.ts
/**
* Checks if the input matches the schema. By using a type predicate, this
* function can be used as a type guard.
*
* @param schema The schema to be used.
* @param input The input to be tested.
*
* @returns Whether the input matches the schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function is(schema, input) {
	return !schema["~run"]({ value: input }, ABORT_EARLY_CONFIG).issues;
}

//#endregion
//#region src/schemas/any/any.ts
/**
* Creates an any schema.
*
* Hint: This schema function exists only for completeness and is not
* recommended in practice. Instead, `unknown` should be used to accept
* unknown data.
*
* @returns An any schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function any() {
	return _standardSchema({
		kind: "schema",
		type: "any",
		reference: any,
		expects: "any",
		async: false,
		"~run"(dataset) {
			dataset.typed = true;
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/array/array.ts
/* @__NO_SIDE_EFFECTS__ */
function array(item, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "array",
		reference: array,
		expects: "Array",
		async: false,
		item,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < input.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.item["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/array/arrayAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function arrayAsync(item, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "array",
		reference: arrayAsync,
		expects: "Array",
		async: true,
		item,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(input.map((value$1) => this.item["~run"]({ value: value$1 }, config$1)));
				for (let key = 0; key < itemDatasets.length; key++) {
					const itemDataset = itemDatasets[key];
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: input[key]
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/bigint/bigint.ts
/* @__NO_SIDE_EFFECTS__ */
function bigint(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "bigint",
		reference: bigint,
		expects: "bigint",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "bigint") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/blob/blob.ts
/* @__NO_SIDE_EFFECTS__ */
function blob(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "blob",
		reference: blob,
		expects: "Blob",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof Blob) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/boolean/boolean.ts
/* @__NO_SIDE_EFFECTS__ */
function boolean(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "boolean",
		reference: boolean,
		expects: "boolean",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "boolean") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/custom/custom.ts
/* @__NO_SIDE_EFFECTS__ */
function custom(check$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "custom",
		reference: custom,
		expects: "unknown",
		async: false,
		check: check$1,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.check(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/custom/customAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function customAsync(check$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "custom",
		reference: customAsync,
		expects: "unknown",
		async: true,
		check: check$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (await this.check(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/date/date.ts
/* @__NO_SIDE_EFFECTS__ */
function date(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "date",
		reference: date,
		expects: "Date",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof Date) if (!isNaN(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1, { received: "\"Invalid Date\"" });
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/enum/enum.ts
/* @__NO_SIDE_EFFECTS__ */
function enum_(enum__, message$1) {
	const options = [];
	for (const key in enum__) if (`${+key}` !== key || typeof enum__[key] !== "string" || !Object.is(enum__[enum__[key]], +key)) options.push(enum__[key]);
	return _standardSchema({
		kind: "schema",
		type: "enum",
		reference: enum_,
		expects: /* @__PURE__ */ _joinExpects(options.map(_stringify), "|"),
		async: false,
		enum: enum__,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.options.includes(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/exactOptional/exactOptional.ts
/* @__NO_SIDE_EFFECTS__ */
function exactOptional(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "exact_optional",
		reference: exactOptional,
		expects: wrapped.expects,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/exactOptional/exactOptionalAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function exactOptionalAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "exact_optional",
		reference: exactOptionalAsync,
		expects: wrapped.expects,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/file/file.ts
/* @__NO_SIDE_EFFECTS__ */
function file(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "file",
		reference: file,
		expects: "File",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof File) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/function/function.ts
/* @__NO_SIDE_EFFECTS__ */
function function_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "function",
		reference: function_,
		expects: "Function",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "function") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/instance/instance.ts
/* @__NO_SIDE_EFFECTS__ */
function instance(class_, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "instance",
		reference: instance,
		expects: class_.name,
		async: false,
		class: class_,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof this.class) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/intersect/utils/_merge/_merge.ts
/**
* Merges two values into one single output.
*
* @param value1 First value.
* @param value2 Second value.
*
* @returns The merge dataset.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _merge(value1, value2) {
	if (typeof value1 === typeof value2) {
		if (/* @__PURE__ */ _isSameValueZero(value1, value2) || value1 instanceof Date && value2 instanceof Date && /* @__PURE__ */ _isSameValueZero(+value1, +value2)) return { value: value1 };
		if (value1 && value2 && value1.constructor === Object && value2.constructor === Object) {
			const nextValue = {
				...value1,
				...value2
			};
			for (const key in value2) if (Object.prototype.hasOwnProperty.call(value1, key) && Object.prototype.hasOwnProperty.call(value2, key)) {
				const dataset = /* @__PURE__ */ _merge(value1[key], value2[key]);
				if (dataset.issue) return dataset;
				nextValue[key] = dataset.value;
			}
			return { value: nextValue };
		}
		if (Array.isArray(value1) && Array.isArray(value2)) {
			if (value1.length === value2.length) {
				const nextValue = [...value1];
				for (let index = 0; index < value1.length; index++) {
					const dataset = /* @__PURE__ */ _merge(value1[index], value2[index]);
					if (dataset.issue) return dataset;
					nextValue[index] = dataset.value;
				}
				return { value: nextValue };
			}
		}
	}
	return { issue: true };
}

//#endregion
//#region src/schemas/intersect/intersect.ts
/* @__NO_SIDE_EFFECTS__ */
function intersect(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "intersect",
		reference: intersect,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "&"),
		async: false,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.options.length) {
				const input = dataset.value;
				let outputs;
				dataset.typed = true;
				for (const schema of this.options) {
					const optionDataset = schema["~run"]({ value: input }, config$1);
					if (optionDataset.issues) {
						if (dataset.issues) for (const issue of optionDataset.issues) dataset.issues.push(issue);
						else dataset.issues = optionDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!optionDataset.typed) dataset.typed = false;
					if (dataset.typed) if (outputs) outputs.push(optionDataset.value);
					else outputs = [optionDataset.value];
				}
				if (dataset.typed) {
					dataset.value = outputs[0];
					for (let index = 1; index < outputs.length; index++) {
						const mergeDataset = /* @__PURE__ */ _merge(dataset.value, outputs[index]);
						if (mergeDataset.issue) {
							_addIssue(this, "type", dataset, config$1, { received: "unknown" });
							break;
						}
						dataset.value = mergeDataset.value;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/intersect/intersectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function intersectAsync(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "intersect",
		reference: intersectAsync,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "&"),
		async: true,
		options,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (this.options.length) {
				const input = dataset.value;
				let outputs;
				dataset.typed = true;
				const optionDatasets = await Promise.all(this.options.map((schema) => schema["~run"]({ value: input }, config$1)));
				for (const optionDataset of optionDatasets) {
					if (optionDataset.issues) {
						if (dataset.issues) for (const issue of optionDataset.issues) dataset.issues.push(issue);
						else dataset.issues = optionDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!optionDataset.typed) dataset.typed = false;
					if (dataset.typed) if (outputs) outputs.push(optionDataset.value);
					else outputs = [optionDataset.value];
				}
				if (dataset.typed) {
					dataset.value = outputs[0];
					for (let index = 1; index < outputs.length; index++) {
						const mergeDataset = /* @__PURE__ */ _merge(dataset.value, outputs[index]);
						if (mergeDataset.issue) {
							_addIssue(this, "type", dataset, config$1, { received: "unknown" });
							break;
						}
						dataset.value = mergeDataset.value;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/lazy/lazy.ts
/**
* Creates a lazy schema.
*
* @param getter The schema getter.
*
* @returns A lazy schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function lazy(getter) {
	return _standardSchema({
		kind: "schema",
		type: "lazy",
		reference: lazy,
		expects: "unknown",
		async: false,
		getter,
		"~run"(dataset, config$1) {
			return this.getter(dataset.value)["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/lazy/lazyAsync.ts
/**
* Creates a lazy schema.
*
* @param getter The schema getter.
*
* @returns A lazy schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function lazyAsync(getter) {
	return _standardSchema({
		kind: "schema",
		type: "lazy",
		reference: lazyAsync,
		expects: "unknown",
		async: true,
		getter,
		async "~run"(dataset, config$1) {
			return (await this.getter(dataset.value))["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/literal/literal.ts
/* @__NO_SIDE_EFFECTS__ */
function literal(literal_, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "literal",
		reference: literal,
		expects: /* @__PURE__ */ _stringify(literal_),
		async: false,
		literal: literal_,
		message: message$1,
		"~run"(dataset, config$1) {
			if (/* @__PURE__ */ _isSameValueZero(dataset.value, this.literal)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseObject/looseObject.ts
/* @__NO_SIDE_EFFECTS__ */
function looseObject(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_object",
		reference: looseObject,
		expects: "Object",
		async: false,
		entries: entries$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (/* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)) dataset.value[key] = input[key];
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseObject/looseObjectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function looseObjectAsync(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_object",
		reference: looseObjectAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const valueDatasets = await Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				}));
				for (const [key, value$1, valueSchema, valueDataset] of valueDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (/* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)) dataset.value[key] = input[key];
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseTuple/looseTuple.ts
/* @__NO_SIDE_EFFECTS__ */
function looseTuple(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_tuple",
		reference: looseTuple,
		expects: "Array",
		async: false,
		items,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (let key = this.items.length; key < input.length; key++) dataset.value.push(input[key]);
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseTuple/looseTupleAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function looseTupleAsync(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_tuple",
		reference: looseTupleAsync,
		expects: "Array",
		async: true,
		items,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				}));
				for (const [key, value$1, itemDataset] of itemDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (let key = this.items.length; key < input.length; key++) dataset.value.push(input[key]);
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/map/map.ts
/* @__NO_SIDE_EFFECTS__ */
function map(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "map",
		reference: map,
		expects: "Map",
		async: false,
		key,
		value: value$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Map) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Map();
				for (const [inputKey, inputValue] of input) {
					const keyDataset = this.key["~run"]({ value: inputKey }, config$1);
					if (keyDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "key",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of keyDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					const valueDataset = this.value["~run"]({ value: inputValue }, config$1);
					if (valueDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "value",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					dataset.value.set(keyDataset.value, valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/map/mapAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function mapAsync(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "map",
		reference: mapAsync,
		expects: "Map",
		async: true,
		key,
		value: value$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Map) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Map();
				const datasets = await Promise.all([...input].map(([inputKey, inputValue]) => Promise.all([
					inputKey,
					inputValue,
					this.key["~run"]({ value: inputKey }, config$1),
					this.value["~run"]({ value: inputValue }, config$1)
				])));
				for (const [inputKey, inputValue, keyDataset, valueDataset] of datasets) {
					if (keyDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "key",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of keyDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (valueDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "value",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					dataset.value.set(keyDataset.value, valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nan/nan.ts
/* @__NO_SIDE_EFFECTS__ */
function nan(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "nan",
		reference: nan,
		expects: "NaN",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (Number.isNaN(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/never/never.ts
/* @__NO_SIDE_EFFECTS__ */
function never(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "never",
		reference: never,
		expects: "never",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			_addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullable/nonNullable.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullable(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullable",
		reference: nonNullable,
		expects: "!null",
		async: false,
		wrapped,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value !== null) dataset = this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullable/nonNullableAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullableAsync(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullable",
		reference: nonNullableAsync,
		expects: "!null",
		async: true,
		wrapped,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.value !== null) dataset = await this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullish/nonNullish.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullish(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullish",
		reference: nonNullish,
		expects: "(!null & !undefined)",
		async: false,
		wrapped,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!(dataset.value === null || dataset.value === void 0)) dataset = this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null || dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullish/nonNullishAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullishAsync(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullish",
		reference: nonNullishAsync,
		expects: "(!null & !undefined)",
		async: true,
		wrapped,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (!(dataset.value === null || dataset.value === void 0)) dataset = await this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null || dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonOptional/nonOptional.ts
/* @__NO_SIDE_EFFECTS__ */
function nonOptional(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_optional",
		reference: nonOptional,
		expects: "!undefined",
		async: false,
		wrapped,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value !== void 0) dataset = this.wrapped["~run"](dataset, config$1);
			if (dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonOptional/nonOptionalAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nonOptionalAsync(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_optional",
		reference: nonOptionalAsync,
		expects: "!undefined",
		async: true,
		wrapped,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.value !== void 0) dataset = await this.wrapped["~run"](dataset, config$1);
			if (dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/null/null.ts
/* @__NO_SIDE_EFFECTS__ */
function null_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "null",
		reference: null_,
		expects: "null",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value === null) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nullable/nullable.ts
/* @__NO_SIDE_EFFECTS__ */
function nullable(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullable",
		reference: nullable,
		expects: `(${wrapped.expects} | null)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === null) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/nullable/nullableAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nullableAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullable",
		reference: nullableAsync,
		expects: `(${wrapped.expects} | null)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === null) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/nullish/nullish.ts
/* @__NO_SIDE_EFFECTS__ */
function nullish(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullish",
		reference: nullish,
		expects: `(${wrapped.expects} | null | undefined)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === null || dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null || dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/nullish/nullishAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nullishAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullish",
		reference: nullishAsync,
		expects: `(${wrapped.expects} | null | undefined)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === null || dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null || dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/number/number.ts
/* @__NO_SIDE_EFFECTS__ */
function number(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "number",
		reference: number,
		expects: "number",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "number" && !isNaN(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/object/object.ts
/* @__NO_SIDE_EFFECTS__ */
function object(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object",
		reference: object,
		expects: "Object",
		async: false,
		entries: entries$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/object/objectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function objectAsync(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object",
		reference: objectAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const valueDatasets = await Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				}));
				for (const [key, value$1, valueSchema, valueDataset] of valueDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/objectWithRest/objectWithRest.ts
/* @__NO_SIDE_EFFECTS__ */
function objectWithRest(entries$1, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object_with_rest",
		reference: objectWithRest,
		expects: "Object",
		async: false,
		entries: entries$1,
		rest,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (/* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)) {
						const valueDataset = this.rest["~run"]({ value: input[key] }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: input[key]
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/objectWithRest/objectWithRestAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function objectWithRestAsync(entries$1, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object_with_rest",
		reference: objectWithRestAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		rest,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const [normalDatasets, restDatasets] = await Promise.all([Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				})), Promise.all(Object.entries(input).filter(([key]) => /* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)).map(async ([key, value$1]) => [
					key,
					value$1,
					await this.rest["~run"]({ value: value$1 }, config$1)
				]))]);
				for (const [key, value$1, valueSchema, valueDataset] of normalDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
				if (!dataset.issues || !config$1.abortEarly) for (const [key, value$1, valueDataset] of restDatasets) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/optional/optional.ts
/* @__NO_SIDE_EFFECTS__ */
function optional(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "optional",
		reference: optional,
		expects: `(${wrapped.expects} | undefined)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/optional/optionalAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function optionalAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "optional",
		reference: optionalAsync,
		expects: `(${wrapped.expects} | undefined)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/picklist/picklist.ts
/* @__NO_SIDE_EFFECTS__ */
function picklist(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "picklist",
		reference: picklist,
		expects: /* @__PURE__ */ _joinExpects(options.map(_stringify), "|"),
		async: false,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.options.includes(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/promise/promise.ts
/* @__NO_SIDE_EFFECTS__ */
function promise(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "promise",
		reference: promise,
		expects: "Promise",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof Promise) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/record/record.ts
/* @__NO_SIDE_EFFECTS__ */
function record(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "record",
		reference: record,
		expects: "Object",
		async: false,
		key,
		value: value$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const entryKey in input) if (/* @__PURE__ */ _isValidObjectKey(input, entryKey)) {
					const entryValue = input[entryKey];
					const keyDataset = this.key["~run"]({ value: entryKey }, config$1);
					if (keyDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "key",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of keyDataset.issues) {
							issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					const valueDataset = this.value["~run"]({ value: entryValue }, config$1);
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					if (keyDataset.typed) dataset.value[keyDataset.value] = valueDataset.value;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/record/recordAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function recordAsync(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "record",
		reference: recordAsync,
		expects: "Object",
		async: true,
		key,
		value: value$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const datasets = await Promise.all(Object.entries(input).filter(([key$1]) => /* @__PURE__ */ _isValidObjectKey(input, key$1)).map(([entryKey, entryValue]) => Promise.all([
					entryKey,
					entryValue,
					this.key["~run"]({ value: entryKey }, config$1),
					this.value["~run"]({ value: entryValue }, config$1)
				])));
				for (const [entryKey, entryValue, keyDataset, valueDataset] of datasets) {
					if (keyDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "key",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of keyDataset.issues) {
							issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					if (keyDataset.typed) dataset.value[keyDataset.value] = valueDataset.value;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/set/set.ts
/* @__NO_SIDE_EFFECTS__ */
function set(value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "set",
		reference: set,
		expects: "Set",
		async: false,
		value: value$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Set) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Set();
				for (const inputValue of input) {
					const valueDataset = this.value["~run"]({ value: inputValue }, config$1);
					if (valueDataset.issues) {
						const pathItem = {
							type: "set",
							origin: "value",
							input,
							key: null,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value.add(valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/set/setAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function setAsync(value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "set",
		reference: setAsync,
		expects: "Set",
		async: true,
		value: value$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Set) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Set();
				const valueDatasets = await Promise.all([...input].map(async (inputValue) => [inputValue, await this.value["~run"]({ value: inputValue }, config$1)]));
				for (const [inputValue, valueDataset] of valueDatasets) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "set",
							origin: "value",
							input,
							key: null,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value.add(valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictObject/strictObject.ts
/* @__NO_SIDE_EFFECTS__ */
function strictObject(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_object",
		reference: strictObject,
		expects: "Object",
		async: false,
		entries: entries$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (!Object.prototype.hasOwnProperty.call(this.entries, key)) {
						_addIssue(this, "key", dataset, config$1, {
							input: key,
							expected: "never",
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						break;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictObject/strictObjectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function strictObjectAsync(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_object",
		reference: strictObjectAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const valueDatasets = await Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				}));
				for (const [key, value$1, valueSchema, valueDataset] of valueDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (!Object.prototype.hasOwnProperty.call(this.entries, key)) {
						_addIssue(this, "key", dataset, config$1, {
							input: key,
							expected: "never",
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						break;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictTuple/strictTuple.ts
/* @__NO_SIDE_EFFECTS__ */
function strictTuple(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_tuple",
		reference: strictTuple,
		expects: "Array",
		async: false,
		items,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!(dataset.issues && config$1.abortEarly) && this.items.length < input.length) _addIssue(this, "type", dataset, config$1, {
					input: input[this.items.length],
					expected: "never",
					path: [{
						type: "array",
						origin: "value",
						input,
						key: this.items.length,
						value: input[this.items.length]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictTuple/strictTupleAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function strictTupleAsync(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_tuple",
		reference: strictTupleAsync,
		expects: "Array",
		async: true,
		items,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				}));
				for (const [key, value$1, itemDataset] of itemDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!(dataset.issues && config$1.abortEarly) && this.items.length < input.length) _addIssue(this, "type", dataset, config$1, {
					input: input[this.items.length],
					expected: "never",
					path: [{
						type: "array",
						origin: "value",
						input,
						key: this.items.length,
						value: input[this.items.length]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/string/string.ts
/* @__NO_SIDE_EFFECTS__ */
function string(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "string",
		reference: string,
		expects: "string",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "string") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/symbol/symbol.ts
/* @__NO_SIDE_EFFECTS__ */
function symbol(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "symbol",
		reference: symbol,
		expects: "symbol",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "symbol") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tuple/tuple.ts
/* @__NO_SIDE_EFFECTS__ */
function tuple(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple",
		reference: tuple,
		expects: "Array",
		async: false,
		items,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tuple/tupleAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function tupleAsync(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple",
		reference: tupleAsync,
		expects: "Array",
		async: true,
		items,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				}));
				for (const [key, value$1, itemDataset] of itemDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tupleWithRest/tupleWithRest.ts
/* @__NO_SIDE_EFFECTS__ */
function tupleWithRest(items, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple_with_rest",
		reference: tupleWithRest,
		expects: "Array",
		async: false,
		items,
		rest,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (let key = this.items.length; key < input.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.rest["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tupleWithRest/tupleWithRestAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function tupleWithRestAsync(items, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple_with_rest",
		reference: tupleWithRestAsync,
		expects: "Array",
		async: true,
		items,
		rest,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const [normalDatasets, restDatasets] = await Promise.all([Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				})), Promise.all(input.slice(this.items.length).map(async (value$1, key) => {
					return [
						key + this.items.length,
						value$1,
						await this.rest["~run"]({ value: value$1 }, config$1)
					];
				}))]);
				for (const [key, value$1, itemDataset] of normalDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (const [key, value$1, itemDataset] of restDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/undefined/undefined.ts
/* @__NO_SIDE_EFFECTS__ */
function undefined_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "undefined",
		reference: undefined_,
		expects: "undefined",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/undefinedable/undefinedable.ts
/* @__NO_SIDE_EFFECTS__ */
function undefinedable(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "undefinedable",
		reference: undefinedable,
		expects: `(${wrapped.expects} | undefined)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/undefinedable/undefinedableAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function undefinedableAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "undefinedable",
		reference: undefinedableAsync,
		expects: `(${wrapped.expects} | undefined)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/union/utils/_subIssues/_subIssues.ts
/**
* Returns the sub issues of the provided datasets for the union issue.
*
* @param datasets The datasets.
*
* @returns The sub issues.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _subIssues(datasets) {
	let issues;
	if (datasets) for (const dataset of datasets) if (issues) for (const issue of dataset.issues) issues.push(issue);
	else issues = dataset.issues;
	return issues;
}

//#endregion
//#region src/schemas/union/union.ts
/* @__NO_SIDE_EFFECTS__ */
function union(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "union",
		reference: union,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "|"),
		async: false,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			let validDataset;
			let typedDatasets;
			let untypedDatasets;
			for (const schema of this.options) {
				const optionDataset = schema["~run"]({ value: dataset.value }, config$1);
				if (optionDataset.typed) if (optionDataset.issues) if (typedDatasets) typedDatasets.push(optionDataset);
				else typedDatasets = [optionDataset];
				else {
					validDataset = optionDataset;
					break;
				}
				else if (untypedDatasets) untypedDatasets.push(optionDataset);
				else untypedDatasets = [optionDataset];
			}
			if (validDataset) return validDataset;
			if (typedDatasets) {
				if (typedDatasets.length === 1) return typedDatasets[0];
				_addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(typedDatasets) });
				dataset.typed = true;
			} else if (untypedDatasets?.length === 1) return untypedDatasets[0];
			else _addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(untypedDatasets) });
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/union/unionAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function unionAsync(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "union",
		reference: unionAsync,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "|"),
		async: true,
		options,
		message: message$1,
		async "~run"(dataset, config$1) {
			let validDataset;
			let typedDatasets;
			let untypedDatasets;
			for (const schema of this.options) {
				const optionDataset = await schema["~run"]({ value: dataset.value }, config$1);
				if (optionDataset.typed) if (optionDataset.issues) if (typedDatasets) typedDatasets.push(optionDataset);
				else typedDatasets = [optionDataset];
				else {
					validDataset = optionDataset;
					break;
				}
				else if (untypedDatasets) untypedDatasets.push(optionDataset);
				else untypedDatasets = [optionDataset];
			}
			if (validDataset) return validDataset;
			if (typedDatasets) {
				if (typedDatasets.length === 1) return typedDatasets[0];
				_addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(typedDatasets) });
				dataset.typed = true;
			} else if (untypedDatasets?.length === 1) return untypedDatasets[0];
			else _addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(untypedDatasets) });
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/unknown/unknown.ts
/**
* Creates a unknown schema.
*
* @returns A unknown schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function unknown() {
	return _standardSchema({
		kind: "schema",
		type: "unknown",
		reference: unknown,
		expects: "unknown",
		async: false,
		"~run"(dataset) {
			dataset.typed = true;
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/variant/variant.ts
/* @__NO_SIDE_EFFECTS__ */
function variant(key, options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "variant",
		reference: variant,
		expects: "Object",
		async: false,
		key,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				let outputDataset;
				let maxDiscriminatorPriority = 0;
				let invalidDiscriminatorKey = this.key;
				let expectedDiscriminators = [];
				const parseOptions = (variant$1, allKeys) => {
					for (const schema of variant$1.options) {
						if (schema.type === "variant") parseOptions(schema, new Set(allKeys).add(schema.key));
						else {
							let keysAreValid = true;
							let currentPriority = 0;
							for (const currentKey of allKeys) {
								const discriminatorSchema = schema.entries[currentKey];
								if (currentKey in input ? discriminatorSchema["~run"]({
									typed: false,
									value: input[currentKey]
								}, ABORT_EARLY_CONFIG).issues : discriminatorSchema.type !== "exact_optional" && discriminatorSchema.type !== "optional" && discriminatorSchema.type !== "nullish") {
									keysAreValid = false;
									if (invalidDiscriminatorKey !== currentKey && (maxDiscriminatorPriority < currentPriority || maxDiscriminatorPriority === currentPriority && currentKey in input && !(invalidDiscriminatorKey in input))) {
										maxDiscriminatorPriority = currentPriority;
										invalidDiscriminatorKey = currentKey;
										expectedDiscriminators = [];
									}
									if (invalidDiscriminatorKey === currentKey) expectedDiscriminators.push(schema.entries[currentKey].expects);
									break;
								}
								currentPriority++;
							}
							if (keysAreValid) {
								const optionDataset = schema["~run"]({ value: input }, config$1);
								if (!outputDataset || !outputDataset.typed && optionDataset.typed) outputDataset = optionDataset;
							}
						}
						if (outputDataset && !outputDataset.issues) break;
					}
				};
				parseOptions(this, new Set([this.key]));
				if (outputDataset) return outputDataset;
				_addIssue(this, "type", dataset, config$1, {
					input: input[invalidDiscriminatorKey],
					expected: /* @__PURE__ */ _joinExpects(expectedDiscriminators, "|"),
					path: [{
						type: "object",
						origin: "value",
						input,
						key: invalidDiscriminatorKey,
						value: input[invalidDiscriminatorKey]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/variant/variantAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function variantAsync(key, options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "variant",
		reference: variantAsync,
		expects: "Object",
		async: true,
		key,
		options,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				let outputDataset;
				let maxDiscriminatorPriority = 0;
				let invalidDiscriminatorKey = this.key;
				let expectedDiscriminators = [];
				const parseOptions = async (variant$1, allKeys) => {
					for (const schema of variant$1.options) {
						if (schema.type === "variant") await parseOptions(schema, new Set(allKeys).add(schema.key));
						else {
							let keysAreValid = true;
							let currentPriority = 0;
							for (const currentKey of allKeys) {
								const discriminatorSchema = schema.entries[currentKey];
								if (currentKey in input ? (await discriminatorSchema["~run"]({
									typed: false,
									value: input[currentKey]
								}, ABORT_EARLY_CONFIG)).issues : discriminatorSchema.type !== "exact_optional" && discriminatorSchema.type !== "optional" && discriminatorSchema.type !== "nullish") {
									keysAreValid = false;
									if (invalidDiscriminatorKey !== currentKey && (maxDiscriminatorPriority < currentPriority || maxDiscriminatorPriority === currentPriority && currentKey in input && !(invalidDiscriminatorKey in input))) {
										maxDiscriminatorPriority = currentPriority;
										invalidDiscriminatorKey = currentKey;
										expectedDiscriminators = [];
									}
									if (invalidDiscriminatorKey === currentKey) expectedDiscriminators.push(schema.entries[currentKey].expects);
									break;
								}
								currentPriority++;
							}
							if (keysAreValid) {
								const optionDataset = await schema["~run"]({ value: input }, config$1);
								if (!outputDataset || !outputDataset.typed && optionDataset.typed) outputDataset = optionDataset;
							}
						}
						if (outputDataset && !outputDataset.issues) break;
					}
				};
				await parseOptions(this, new Set([this.key]));
				if (outputDataset) return outputDataset;
				_addIssue(this, "type", dataset, config$1, {
					input: input[invalidDiscriminatorKey],
					expected: /* @__PURE__ */ _joinExpects(expectedDiscriminators, "|"),
					path: [{
						type: "object",
						origin: "value",
						input,
						key: invalidDiscriminatorKey,
						value: input[invalidDiscriminatorKey]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/void/void.ts
/* @__NO_SIDE_EFFECTS__ */
function void_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "void",
		reference: void_,
		expects: "void",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/methods/keyof/keyof.ts
/* @__NO_SIDE_EFFECTS__ */
function keyof(schema, message$1) {
	return /* @__PURE__ */ picklist(Object.keys(schema.entries), message$1);
}

//#endregion
//#region src/methods/message/message.ts
/**
* Changes the local message configuration of a schema.
*
* @param schema The schema to configure.
* @param message_ The error message.
*
* @returns The configured schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function message(schema, message_) {
	return _standardSchema({
		...schema,
		"~run"(dataset, config$1) {
			return schema["~run"](dataset, {
				...config$1,
				message: message_
			});
		}
	});
}

//#endregion
//#region src/methods/omit/omit.ts
/**
* Creates a modified copy of an object schema that does not contain the
* selected entries.
*
* @param schema The schema to omit from.
* @param keys The selected entries.
*
* @returns An object schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function omit(schema, keys) {
	const entries$1 = { ...schema.entries };
	for (const key of keys) delete entries$1[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/parse/parse.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parsed input.
*/
function parse(schema, input, config$1) {
	const dataset = schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	if (dataset.issues) throw new ValiError(dataset.issues);
	return dataset.value;
}

//#endregion
//#region src/methods/parse/parseAsync.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parsed input.
*/
async function parseAsync(schema, input, config$1) {
	const dataset = await schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	if (dataset.issues) throw new ValiError(dataset.issues);
	return dataset.value;
}

//#endregion
//#region src/methods/parser/parser.ts
/* @__NO_SIDE_EFFECTS__ */
function parser(schema, config$1) {
	const func = (input) => parse(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/parser/parserAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function parserAsync(schema, config$1) {
	const func = (input) => parseAsync(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/partial/partial.ts
/* @__NO_SIDE_EFFECTS__ */
function partial(schema, keys) {
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ optional(schema.entries[key]) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/partial/partialAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function partialAsync(schema, keys) {
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ optionalAsync(schema.entries[key]) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/pick/pick.ts
/**
* Creates a modified copy of an object schema that contains only the selected
* entries.
*
* @param schema The schema to pick from.
* @param keys The selected entries.
*
* @returns An object schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function pick(schema, keys) {
	const entries$1 = {};
	for (const key of keys) entries$1[key] = schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/pipe/pipe.ts
/* @__NO_SIDE_EFFECTS__ */
function pipe(...pipe$1) {
	return _standardSchema({
		...pipe$1[0],
		pipe: pipe$1,
		"~run"(dataset, config$1) {
			for (const item of pipe$1) if (item.kind !== "metadata") {
				if (dataset.issues && (item.kind === "schema" || item.kind === "transformation")) {
					dataset.typed = false;
					break;
				}
				if (!dataset.issues || !config$1.abortEarly && !config$1.abortPipeEarly) dataset = item["~run"](dataset, config$1);
			}
			return dataset;
		}
	});
}

//#endregion
//#region src/methods/pipe/pipeAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function pipeAsync(...pipe$1) {
	return _standardSchema({
		...pipe$1[0],
		pipe: pipe$1,
		async: true,
		async "~run"(dataset, config$1) {
			for (const item of pipe$1) if (item.kind !== "metadata") {
				if (dataset.issues && (item.kind === "schema" || item.kind === "transformation")) {
					dataset.typed = false;
					break;
				}
				if (!dataset.issues || !config$1.abortEarly && !config$1.abortPipeEarly) dataset = await item["~run"](dataset, config$1);
			}
			return dataset;
		}
	});
}

//#endregion
//#region src/methods/required/required.ts
/* @__NO_SIDE_EFFECTS__ */
function required(schema, arg2, arg3) {
	const keys = Array.isArray(arg2) ? arg2 : void 0;
	const message$1 = Array.isArray(arg2) ? arg3 : arg2;
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ nonOptional(schema.entries[key], message$1) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/required/requiredAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function requiredAsync(schema, arg2, arg3) {
	const keys = Array.isArray(arg2) ? arg2 : void 0;
	const message$1 = Array.isArray(arg2) ? arg3 : arg2;
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ nonOptionalAsync(schema.entries[key], message$1) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/safeParse/safeParse.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parse result.
*/
/* @__NO_SIDE_EFFECTS__ */
function safeParse(schema, input, config$1) {
	const dataset = schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	return {
		typed: dataset.typed,
		success: !dataset.issues,
		output: dataset.value,
		issues: dataset.issues
	};
}

//#endregion
//#region src/methods/safeParse/safeParseAsync.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parse result.
*/
/* @__NO_SIDE_EFFECTS__ */
async function safeParseAsync(schema, input, config$1) {
	const dataset = await schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	return {
		typed: dataset.typed,
		success: !dataset.issues,
		output: dataset.value,
		issues: dataset.issues
	};
}

//#endregion
//#region src/methods/safeParser/safeParser.ts
/* @__NO_SIDE_EFFECTS__ */
function safeParser(schema, config$1) {
	const func = (input) => /* @__PURE__ */ safeParse(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/safeParser/safeParserAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function safeParserAsync(schema, config$1) {
	const func = (input) => /* @__PURE__ */ safeParseAsync(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/summarize/summarize.ts
/**
* Summarize the error messages of issues in a pretty-printable multi-line string.
*
* @param issues The list of issues.
*
* @returns A summary of the issues.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function summarize(issues) {
	let summary = "";
	for (const issue of issues) {
		if (summary) summary += "\n";
		summary += `× ${issue.message}`;
		const dotPath = /* @__PURE__ */ getDotPath(issue);
		if (dotPath) summary += `\n  → at ${dotPath}`;
	}
	return summary;
}

//#endregion
//#region src/methods/unwrap/unwrap.ts
/**
* Unwraps the wrapped schema.
*
* @param schema The schema to be unwrapped.
*
* @returns The unwrapped schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function unwrap(schema) {
	return schema.wrapped;
}

//#endregion


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId].call(module.exports, module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(342);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 

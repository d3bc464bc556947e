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

/***/ 6007:
/***/ ((module) => {

// Replaces undici in the bundle (see `paths` in tsconfig.json). @actions/core imports @actions/http-client, which imports
// undici for a proxy agent of `fetch`, and @actions/github imports it for `fetch`. The action uses neither: its requests go
// through its own agent, with or without a proxy, and it passes its own `fetch` to @actions/github. undici would be two thirds
// of the bundle and a fifth of each start. If you need it, bundle it into a chunk that is loaded when it is used.
const missing = (name) => {
  throw new Error(`undici is not in the bundle, so ${name} is missing: see undici-stand-in.cjs`);
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

/***/ 4912:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
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
/** The proxy from the environment did not open a connection. */
class ProxyError extends Error {
    /** Scheme, host and port; the rest of the address may contain a password. */
    origin;
    /** The proxy's response; undefined if the connection to it failed. */
    status;
    /** Code of Node.js, such as ECONNREFUSED. */
    code;
    constructor({ protocol, host }, details) {
        const { status, code, cause } = details;
        super('the proxy did not open a connection', cause === undefined ? {} : { cause });
        this.name = 'ProxyError';
        this.origin = `${protocol}//${host}`;
        this.status = status;
        this.code = code;
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
 * @param code the code of the error
 */
function connectionFailure(error, code) {
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

/***/ 2016:
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
    const createConnection = (options, opened) => {
        const { givenUp } = options;
        openTunnel(proxy, authorityOf(options), givenUp).then((socket) => {
            opened(null, isSecure ? (0,external_node_tls_namespaceObject.connect)({ ...serverOf(options), socket }) : socket);
        }, (error) => {
            opened(error);
        });
    };
    return Object.assign(agent, { createConnection });
}
/** The host whose certificate the server must present. */
function serverOf({ host, servername }) {
    return { host: host ?? '', ...(servername === undefined ? {} : { servername }) };
}
/** Host and port in the form that a request line needs. */
function authorityOf({ host, port }) {
    const name = host ?? '';
    return `${name.includes(':') ? `[${name}]` : name}:${port ?? ''}`;
}
function openTunnel(proxy, authority, signal) {
    const { protocol, hostname, port, username, password } = proxy;
    const isSecure = protocol === 'https:';
    const account = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return new Promise((resolve, reject) => {
        const request = (isSecure ? external_node_https_namespaceObject_0 : external_node_http_namespaceObject_0).request({
            method: 'CONNECT',
            host: withoutBrackets(hostname),
            port: port === '' ? (isSecure ? 443 : 80) : port,
            path: authority,
            headers: {
                Host: authority,
                ...(account === ':'
                    ? {}
                    : { 'Proxy-Authorization': `Basic ${Buffer.from(account).toString('base64')}` }),
            },
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
                reject(new connection_failure/* ProxyError */.T(proxy, { status }));
            }
        });
        request.on('error', (cause) => {
            reject(new connection_failure/* ProxyError */.T(proxy, { code: cause.code, cause }));
        });
        request.end();
    });
}
/** Removes the brackets that a URL has around an IPv6 address, for Node.js to resolve it. */
function withoutBrackets(hostname) {
    return hostname.replace(/^\[(.*)\]$/, '$1');
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
    send({ body, ...message }, signal) {
        return new Promise((resolve, reject) => {
            signal.throwIfAborted();
            const request = this.#open(message, body, signal);
            const isDone = new AbortController();
            const end = (settle) => {
                isDone.abort();
                settle();
                if (typeof body === 'object')
                    body.destroy();
                // If the response came before the whole body was sent, the connection cannot be used again.
                if (!request.writableFinished || signal.aborted)
                    request.destroy();
            };
            const fail = (error) => {
                end(() => {
                    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason of the signal or Node.js
                    reject(error);
                });
            };
            signal.addEventListener('abort', () => {
                fail(signal.reason);
            }, { signal: isDone.signal });
            request.on('error', fail);
            request.on('response', (response) => {
                readText(response).then((text) => {
                    const { statusCode: status = 0, headers } = response;
                    end(() => {
                        resolve({ status, headers, text });
                    });
                }, fail);
            });
            if (typeof body === 'object')
                body.on('error', fail).pipe(request);
            else
                request.end(body);
        });
    }
    #open({ method, url, headers }, body, givenUp) {
        const { protocol, hostname, port, pathname, search } = new URL(url);
        const isSecure = protocol === 'https:';
        const options = {
            method,
            host: withoutBrackets(hostname),
            port: port === '' ? (isSecure ? 443 : 80) : port,
            path: `${pathname}${search}`,
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
    switch (encoding?.trim().toLowerCase()) {
        case 'gzip':
        case 'x-gzip':
        case 'deflate':
            return (0,external_node_util_.promisify)(external_node_zlib_.unzip)(body, limit);
        case 'br':
            return (0,external_node_util_.promisify)(external_node_zlib_.brotliDecompress)(body, limit);
        case undefined:
        default:
            return body;
    }
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
        matches: (image) => /^[^\s@]+$/.test(image) && !hasTag(image),
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
function hasTag(image) {
    return parts(image).version !== '';
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
const architectureAliases = {
    x86: 'amd64',
    'x86-64': 'amd64',
    x86_64: 'amd64',
    x64: 'amd64',
    arm: 'arm64',
    aarch64: 'arm64',
};
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
        read: ({ regions }) => regions.integer('min-agents', { least: 0 }),
    },
    maxAgents: {
        key: 'scaling.max_agents',
        form: 'integer',
        read: ({ regions }) => regions.integer('max-agents', { least: 1 }),
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
const declaredInputs = {
    'api-key': undefined,
    pat: undefined,
    organization: undefined,
    'api-url': undefined,
    'config-file': undefined,
    region: undefined,
    rollout: 'parallel',
    'secret-set': undefined,
    secrets: undefined,
    'secrets-json': undefined,
    'secrets-include': undefined,
    'secrets-env': undefined,
    'secrets-file': undefined,
    'empty-secrets': 'error',
    'prune-secrets': 'false',
    'required-secrets': undefined,
    'keep-versions': '3',
    'image-credentials': undefined,
    registry: undefined,
    'registry-username': undefined,
    'registry-password': undefined,
    'secrets-timeout': '120',
    'agent-name': undefined,
    image: undefined,
    'check-image': 'auto',
    'pin-image': 'false',
    'cloud-build': 'false',
    'build-context': undefined,
    dockerfile: undefined,
    'build-exclude': undefined,
    'build-timeout': '600',
    'build-id': undefined,
    'min-agents': undefined,
    'max-agents': undefined,
    'agent-profile': undefined,
    architecture: undefined,
    'max-session-duration': undefined,
    'krisp-viva-audio-filter': undefined,
    'websocket-auth': undefined,
    'enable-managed-keys': undefined,
    'force-redeploy': 'auto',
    'wait-for-ready': 'true',
    'failure-logs': 'auto',
    'wait-timeout': '600',
    'smoke-test': 'false',
    'public-api-key': undefined,
    'smoke-test-transport': undefined,
    'smoke-test-body': undefined,
    'smoke-test-path': undefined,
    'smoke-test-duration': '5',
    'smoke-test-timeout': '180',
    'wait-for-drain': 'false',
    'drain-timeout': '3600',
    'on-failure': 'keep',
    'dry-run': 'false',
    'pr-number': undefined,
    teardown: 'false',
    'github-token': undefined,
    environment: undefined,
    comment: 'false',
};
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
/* harmony export */   ax: () => (/* binding */ missingCredential),
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
/** The credential is empty although the run gets the secrets of its repository. */
const missingCredential = {
    input: 'api-key',
    message: 'is empty, and so is `pat`; a plan needs one of them. Likely reasons: the name of the secret is misspelled, ' +
        'it is not set for this repository or organization, or the job lacks the `environment:` that holds it. ' +
        'Only runs from forks and Dependabot, which get no secrets, need no credential',
};
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
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7170);
/* harmony import */ var _report_actions_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(8565);
/* harmony import */ var _inputs_files_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2362);
/* harmony import */ var _run_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(2134);
/* harmony import */ var _text_system_error_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(7229);
/* harmony import */ var _time_clock_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(5221);
/* harmony import */ var _time_end_process_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(408);
/* harmony import */ var _time_unsettled_exit_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(6570);










/** A closed log or a full disk must not end a run between two writes. */
for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => undefined);
const endWatch = (0,_time_unsettled_exit_js__WEBPACK_IMPORTED_MODULE_7__/* .watchForUnsettledExit */ .p)();
/** The entry point: passes the runner's environment to the run, and its outcome to the runner. */
const succeeded = await (0,_run_js__WEBPACK_IMPORTED_MODULE_4__/* .run */ .e)({
    environment: process.env,
    actions: (0,_report_actions_js__WEBPACK_IMPORTED_MODULE_8__/* .unfailing */ .S)((0,_report_actions_js__WEBPACK_IMPORTED_MODULE_8__/* .actionsOf */ .R)(_actions_core__WEBPACK_IMPORTED_MODULE_2__, (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== '')),
    clock: _time_clock_js__WEBPACK_IMPORTED_MODULE_6__/* .systemClock */ .ml,
    cancellation: _time_signals_js__WEBPACK_IMPORTED_MODULE_0__/* .cancelledByRunner */ .V,
    readFile: _inputs_files_js__WEBPACK_IMPORTED_MODULE_3__/* .readTextFile */ .Gu,
    isFolderEmpty: async (path) => {
        try {
            return (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(path)).length === 0;
        }
        catch (error) {
            return (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_5__/* .systemErrorCode */ .vq)(error) === 'ENOENT';
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
/** Compares the wanted settings with those of an agent. */
function compareAgentSettings(observed, wanted) {
    return agentSettingNames.flatMap((name) => {
        const after = toSent(name, wanted[name]);
        if (after === undefined)
            return [];
        const before = observed && current(name, observed, after);
        return [{ name: agentSettings[name].name, before, after }];
    });
}
/** The agent's value of a setting. An image replaces a build, and a build replaces an image. */
function current(name, observed, after) {
    const { isImageOrBuild } = agentSettings[name];
    return isImageOrBuild && observed[name] !== after
        ? (observed.buildId ?? observed.image)
        : observed[name];
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
/** Makes a parser that returns one field of a response. */
function fieldParser(field, schema) {
    const parse = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ [field]: schema }));
    return (answer) => parse(answer)[field];
}
/** A field that may be missing or null; both become undefined. */
function optional(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .nullish */ .cl6(schema), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((value) => value ?? undefined));
}
/** A field for display only: an unexpected type reads as undefined. */
function shown(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .NpB(optional(schema), undefined);
}
const text = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP());
const count = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig());
const flag = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY());
const notShown = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(() => undefined));
/** The readable entries of a list: an entry of somebody else must not stop a release. */
function entries(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J()), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((list) => list.flatMap((entry) => entryOf(schema, entry))));
}
function entryOf(schema, entry) {
    const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(schema, entry);
    return result.success ? [result.output] : [];
}
/** The same for a list that the release depends on: if no entry is readable, parsing fails. */
function decidingEntries(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .lazy */ .RZV((list) => Array.isArray(list) && list.every((entry) => entryOf(schema, entry).length === 0)
        ? valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(schema)
        : entries(schema));
}
/** Any other word is a status on the way to these. */
const statusSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((word) => word === 'ready' || word === 'failed' || word === 'unknown' ? word : 'pending'));
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
    supportedArchitectures: entry.supported_architectures,
    defaultArchitecture: entry.default_architecture,
    ...(isSelfHosted(entry) ? { isSelfHosted: true } : {}),
})));
const parseRegions = fieldParser('regions', decidingEntries(regionSchema));
const parseDefaultRegion = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ properties: valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ defaultRegion: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ properties }) => properties.defaultRegion)));
const parseOrganizations = fieldParser('organizations', decidingEntries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), id: text, verboseName: text })));
const secretSetKinds = ['secret', 'imagePullSecret'];
/** Fields that a release needs of a listed set. */
const decidingFields = { type: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), region: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), status: optional(statusSchema) };
/** The name alone decides whether a set belongs to the release. */
const listedSet = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), errorMessage: text, source: text });
const parseSecretSets = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ sets: decidingEntries(listedSet) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ sets }) => sets.flatMap(toListedSet))));
function toListedSet(set) {
    const { name, errorMessage, source } = set;
    const referenced = source === 'referenced';
    const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc(decidingFields), set);
    if (!result.success) {
        const unreadable = result.issues.map((issue) => valibot__WEBPACK_IMPORTED_MODULE_1__/* .getDotPath */ .BuJ(issue) ?? '');
        const unknown = { kind: 'secret', region: '', status: 'unknown' };
        return [{ name, ...unknown, errorMessage, referenced, unreadable }];
    }
    const { type, region, status } = result.output;
    // A release ignores sets of an unknown kind.
    const kind = secretSetKinds.find((one) => one === type);
    if (kind === undefined)
        return [];
    return [{ name, kind, region, status: status ?? 'ready', errorMessage, referenced }];
}
const parseSecretSet = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    region: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    status: optional(statusSchema),
    errorMessage: text,
    source: text,
    secrets: shown(entries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ fieldName: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }))),
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ region, status, errorMessage, source, secrets }) => ({
    region,
    status: status ?? 'ready',
    errorMessage,
    keys: (secrets ?? []).map(({ fieldName }) => fieldName),
    referenced: source === 'referenced',
}))));
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
const agentError = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    code: shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KCZ([valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig()]), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((code) => String(code)))),
    message: text,
    error: text,
});
const condition = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ type: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), status: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), reason: text, message: text });
const deploymentWithId = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({ id: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()) });
/** `agent-settings.ts` reads the settings from the fields that are not listed here. */
const agent = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({
    name: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    region: text,
    ready: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY()),
    available: flag,
    desiredDeploymentId: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    activeDeploymentId: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    reconciledDeploymentId: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    errors: shown(entries(agentError)),
    conditions: shown(entries(condition)),
    currentRevision: shown(revision),
    previousRevision: shown(revision),
    warning: text,
    createdAt: text,
    git: shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ repoFullName: text, branch: text, autoDeploy: flag })),
    deployment: valibot__WEBPACK_IMPORTED_MODULE_1__/* .optional */ .lqM(valibot__WEBPACK_IMPORTED_MODULE_1__/* .lazy */ .RZV((deployment) => ((0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(deployment) ? deploymentWithId : notShown))),
});
function toAgent(answer) {
    const { deployment } = answer;
    return {
        region: answer.region,
        createdAt: timeOf(answer.createdAt),
        desiredDeploymentId: answer.desiredDeploymentId ?? answer.activeDeploymentId ?? deployment?.id,
        reconciledDeploymentId: answer.reconciledDeploymentId,
        ready: answer.ready ?? false,
        available: answer.available ?? false,
        errors: (answer.errors ?? []).map(({ code, message, error }) => ({
            code,
            message: message ?? error ?? 'no message',
            ...execFormatErrorIn([message, error]),
        })),
        conditions: answer.conditions ?? [],
        currentRevision: answer.currentRevision,
        previousRevision: answer.previousRevision,
        warning: answer.warning,
        git: answer.git && {
            repository: answer.git.repoFullName,
            branch: answer.git.branch,
            autoDeploy: answer.git.autoDeploy ?? true,
        },
        settings: (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .readAgentSettings */ .Hu)(answer),
        secretSets: boundSecretSets(answer),
    };
}
const bindings = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    deployment: valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        manifest: valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ spec: valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ envFromSecretNames: optional(valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())) }) }),
    }),
});
function boundSecretSets(answer) {
    const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(bindings, answer);
    return result.success
        ? (result.output.deployment.manifest.spec.envFromSecretNames ?? [])
        : undefined;
}
/** The organization surface wraps an agent in `body`. */
const parseAgent = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((answer) => (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(answer) && (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(answer['body']) ? answer['body'] : answer), agent, 
// Each field is optional, so without this check any object would pass.
valibot__WEBPACK_IMPORTED_MODULE_1__/* .check */ .z6Y(({ name, desiredDeploymentId, deployment }) => (name ?? desiredDeploymentId ?? deployment?.id) !== undefined), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(toAgent)));
/** Undefined for an agent whose entry cannot be read. */
const parseAgentNames = fieldParser('services', valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() })), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((service) => service?.name))));
const parseLogs = fieldParser('logs', entries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ log: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ log }) => log))));
const parseAgentProfiles = fieldParser('agentProfiles', valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(decidingEntries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ api_name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), enabled: flag })), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((profiles) => profiles.filter(({ enabled }) => enabled !== false).map(({ api_name }) => api_name))));
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
    createdAt: text,
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ buildDurationSeconds, createdAt, ...build }) => ({
    ...build,
    /** Seconds; undefined until the build has ended. */
    duration: buildDurationSeconds,
    /** Milliseconds since the epoch. */
    createdAt: timeOf(createdAt),
})));
function timeOf(timestamp) {
    const time = Date.parse(timestamp ?? '');
    return Number.isNaN(time) ? undefined : time;
}
/** Statuses of a build that has ended; the words differ between versions of the API. */
const ended = /^(success|succeeded|fail|timed?[_-]?out|cancel|error|expire|abort|reject|terminated)/i;
/** Whether the status of a build is final. Only `success` is a success. */
function hasBuildEnded(status) {
    return ended.test(status);
}
const parseBuild = fieldParser('build', buildSchema);
const parseBuilds = fieldParser('builds', entries(buildSchema));
const parseStartedBuild = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ build: buildSchema, contextHash: text, cached: flag }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ build, contextHash, cached }) => ({
    build,
    /** The platform's name for the context, which equals the hash computed here. */
    contextHash,
    /** Whether the platform reuses an earlier build. */
    isCached: cached ?? false,
}))));
const parseBuildLogs = fieldParser('logs', entries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()));
const parseUploadForm = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    uploadId: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    // Over plain HTTP, somebody on the way could read or change the context.
    uploadUrl: valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .check */ .z6Y((url) => URL.canParse(url) && (0,_http_confidential_js__WEBPACK_IMPORTED_MODULE_2__/* .isConfidential */ .F)(new URL(url)))),
    uploadFields: valibot__WEBPACK_IMPORTED_MODULE_1__/* .record */ .g1P(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ uploadId, uploadUrl, uploadFields }) => ({
    uploadId,
    url: uploadUrl,
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
const parseDeletion = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .optional */ .lqM(acknowledgement), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(() => undefined)));


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
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(7819);
/* harmony import */ var _text_system_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7229);
/* harmony import */ var _http_status_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(1124);
/* harmony import */ var _http_connection_failure_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(5249);





/** A call to the platform that brought no usable response. */
class CallError extends Error {
    call;
    kind;
    reason;
    isTransient;
    mayBeCarriedOut;
    status;
    code;
    retryAfter;
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
        const mayBeCarriedOut = (0,_http_status_js__WEBPACK_IMPORTED_MODULE_3__/* .classifyStatus */ .x)(status) === 'inconclusive';
        super(call, {
            kind,
            reason: `the response was ${status}${message === undefined ? '' : `: ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(message)}`}`,
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
        const { code } = this.#said;
        return code !== undefined && Object.hasOwn(table, code) ? table[code] : undefined;
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
    const statusClass = (0,_http_status_js__WEBPACK_IMPORTED_MODULE_3__/* .classifyStatus */ .x)(status);
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
        const { kind, reason } = (0,_http_connection_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .connectionFailure */ .D)(cause, (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_1__/* .systemErrorCode */ .vq)(cause));
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
        const { kind, reason } = (0,_http_connection_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .connectionFailure */ .D)(failure.cause, (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_1__/* .systemErrorCode */ .vq)(failure.cause));
        return { ...failure, reason, isTransient: kind === 'unreachable' || kind === 'broken' };
    }
    const { status, code, message, said = { code, message } } = failure;
    const words = [code, message].filter((word) => word !== undefined).join(': ');
    return {
        ...failure,
        reason: `the storage answered ${status}${words === '' ? '' : ` (${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(words)})`}`,
        isTransient: isTransientResponse(status, said),
    };
}
function isTransientResponse(status, { code, message }) {
    if (['inconclusive', 'rate-limited'].includes((0,_http_status_js__WEBPACK_IMPORTED_MODULE_3__/* .classifyStatus */ .x)(status)))
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

/***/ 5946:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AO: () => (/* binding */ anyDeploymentServes),
/* harmony export */   S4: () => (/* binding */ judge),
/* harmony export */   WN: () => (/* binding */ hasFailed),
/* harmony export */   qu: () => (/* binding */ historyBefore),
/* harmony export */   s$: () => (/* binding */ continueHistory),
/* harmony export */   wh: () => (/* binding */ previousServes)
/* harmony export */ });
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7819);

/** Milliseconds that a trouble may last. */
const maxTroubleDuration = 60_000;
/** The history before the first status check of a deployment. */
function historyBefore(before) {
    const conditions = before?.conditions.filter(isDegraded) ?? [];
    return { olderConditions: new Set(conditions.map(conditionKey)), troubles: new Map() };
}
/** The history after another status check. */
function continueHistory({ olderConditions, troubles }, agent, deploymentId, now) {
    const keys = agent.conditions.filter(isDegraded).map(conditionKey);
    const older = new Set([...olderConditions].filter((key) => keys.includes(key)));
    const current = troublesOf(agent, deploymentId, older);
    return {
        olderConditions: older,
        troubles: new Map(current.map(({ key }) => [key, troubles.get(key) ?? now])),
    };
}
const noHistory = historyBefore(undefined);
/**
 * Judges one deployment by a status check of its agent. Until the operator has started the deployment,
 * `ready`, `available` and the revision describe the previous one, so they do not count. Otherwise, the
 * fix for a crashing agent would fail.
 *
 * @param deploymentId the deployment to judge
 * @param previousId the deployment that was desired before; a status check may still show it
 * @param past what the status checks showed, including this one, and the time of this one
 */
function judge(agent, deploymentId, previousId, past = { history: noHistory, now: 0 }) {
    const { desiredDeploymentId: desired } = agent;
    if (desired !== undefined && desired !== deploymentId && desired !== previousId) {
        return { state: 'superseded', by: desired };
    }
    const isReconciled = agent.reconciledDeploymentId === deploymentId;
    if (isReconciled && agent.ready)
        return { state: 'ready' };
    const { history, now } = past;
    const revision = revisionOf(agent, deploymentId);
    const [error] = isReconciled ? agent.errors : [];
    const troubles = troublesOf(agent, deploymentId, history.olderConditions);
    const lasting = troubles.find(({ key }) => now - (history.troubles.get(key) ?? now) >= maxTroubleDuration);
    const condition = (lasting ?? troubles.find((trouble) => trouble.condition))?.condition;
    const isFinal = revision !== undefined && hasRevisionFailed(revision);
    if (error !== undefined || isFinal || lasting !== undefined) {
        return {
            state: 'failed',
            failure: {
                ...failureOf(revision, error, condition),
                previousServes: previousServes(agent, deploymentId, previousId),
            },
        };
    }
    return {
        state: 'waiting',
        words: wordsFor(isReconciled, revision, troubles),
        infrastructureIssue: revision?.hasInfrastructureIssue === true,
    };
}
function revisionOf({ currentRevision }, deploymentId) {
    return currentRevision?.deploymentID === deploymentId ? currentRevision : undefined;
}
/** Reasons that Kubernetes also shows between two tries. Reasons of the same try have the same key. */
const passingReasons = new Map([
    ['ErrImagePull', 'pull'],
    ['ImagePullBackOff', 'pull'],
    ['CreateContainerConfigError', 'create'],
    ['CreateContainerError', 'create'],
]);
function isDegraded({ type, status }) {
    return type === 'Degraded' && status === 'True';
}
function conditionKey({ type, reason = '' }) {
    return `${type} ${reason}`;
}
/** A condition names no deployment: it counts when the operator has started this deployment. */
function troublesOf(agent, deploymentId, olderConditions) {
    const conditions = agent.reconciledDeploymentId === deploymentId
        ? agent.conditions
            .filter(isDegraded)
            .map((condition) => ({ key: conditionKey(condition), condition }))
            .filter(({ key }) => !olderConditions.has(key))
        : [];
    const { health } = revisionOf(agent, deploymentId) ?? {};
    const key = health?.ready === true ? undefined : passingReasons.get(health?.reason ?? '');
    return [...conditions, ...(key === undefined ? [] : [{ key, condition: undefined }])];
}
/** Reasons of Kubernetes after which nothing changes by itself. */
const finalReasons = ['InvalidImageName', 'ErrImageNeverPull'];
/** Whether a revision failed or keeps crashing. One restart is not a loop. */
function hasRevisionFailed({ phase, health }) {
    if (phase === 'Failed')
        return true;
    if (health === undefined || health.ready === true)
        return false;
    const { reason = '', restartCount, replicasStarted } = health;
    if (finalReasons.includes(reason))
        return true;
    if (reason === 'CrashLoopBackOff')
        return restartCount === undefined || restartCount > 1;
    // The count covers all replicas together.
    return (restartCount ?? 0) >= 3 * Math.max(1, replicasStarted ?? 1);
}
function failureOf(revision, error, condition) {
    const health = revision?.health;
    const reasons = [
        health?.reason,
        condition?.reason,
        revision?.phase === 'Failed' ? 'Failed' : undefined,
    ];
    return {
        code: error?.code,
        headline: health?.headline,
        message: error?.message,
        reason: reasons.find((reason) => reason !== undefined),
        terminationReason: health?.lastTerminationReason,
        exitCode: health?.lastExitCode,
        restartCount: health?.restartCount,
        traceback: health?.message,
        condition,
        infrastructureIssue: revision?.hasInfrastructureIssue === true,
        isExecFormatError: [error, health].some((one) => one?.isExecFormatError === true),
    };
}
/**
 * Whether the agent's last deployment has failed. A single status check does not show how long a trouble
 * has lasted, so every trouble counts.
 */
function hasFailed(agent) {
    const { desiredDeploymentId: desired } = agent;
    if (desired === undefined)
        return false;
    const history = continueHistory(noHistory, agent, desired, 0);
    return judge(agent, desired, undefined, { history, now: maxTroubleDuration }).state === 'failed';
}
/** Whether a deployment is serving: the desired one or an earlier one. */
function anyDeploymentServes({ available, previousRevision }) {
    return available || (previousRevision?.readyReplicas ?? 0) > 0;
}
/** Whether a deployment from before this one is still serving. */
function previousServes(agent, deploymentId, previousId) {
    if (previousId === undefined || previousId === deploymentId)
        return false;
    return anyDeploymentServes(agent);
}
function wordsFor(isReconciled, revision, troubles) {
    if (!isReconciled)
        return 'waiting for the platform to start the deployment';
    const conditions = troubles.flatMap(({ condition }) => condition ? [conditionWords(condition)] : []);
    if (revision === undefined && conditions.length === 0)
        return 'started, not ready yet';
    const { phase, health } = revision ?? {};
    const { headline, reason, restartCount = 0 } = health ?? {};
    const isPassing = reason !== undefined && passingReasons.has(reason);
    // People search for the reason of a failed try, so it is shown in addition to the headline.
    const words = headline === undefined || isPassing ? [headline, reason] : [headline];
    const parts = [
        phase ?? 'started',
        ...words.filter((word) => word !== undefined).map((word) => (0,_text_quote_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .h)(word)),
        ...(restartCount > 0 ? [`restarts: ${restartCount}`] : []),
        ...conditions,
    ];
    return `not ready yet (${parts.join(', ')})`;
}
function conditionWords({ type, reason, message }) {
    const words = [reason, message].filter((word) => word !== undefined).map((word) => (0,_text_quote_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .h)(word));
    return [type, ...words].join(': ');
}


/***/ }),

/***/ 7738:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ad: () => (/* binding */ hiddenSettings),
/* harmony export */   eC: () => (/* binding */ settingChanges),
/* harmony export */   hx: () => (/* binding */ newBuildChange),
/* harmony export */   j: () => (/* binding */ givenSettings)
/* harmony export */ });
/* harmony import */ var _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3211);

/** The wanted settings that differ from what the agent's response shows, without hidden settings. */
function settingChanges(observed, wanted) {
    return (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .compareAgentSettings */ .YL)(observed, wanted)
        .filter(({ before, after }) => before !== undefined && before !== after)
        .map(change);
}
/** The change from what the agent runs now to a build that has no id yet. */
function newBuildChange({ buildId, image }) {
    return { setting: _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj.buildId.name, before: buildId ?? image, after: undefined };
}
/** All settings of a new agent. */
function givenSettings(wanted) {
    return (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .compareAgentSettings */ .YL)(undefined, wanted).map(change);
}
/** The wanted settings whose current values the agent's response does not show. */
function hiddenSettings(observed, wanted) {
    return (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .compareAgentSettings */ .YL)(observed, wanted)
        .filter(({ before }) => before === undefined)
        .map(change)
        .map(({ setting, after }) => ({ setting, after }));
}
function change({ name, before, after }) {
    return { setting: name, before: before?.toString(), after: after?.toString() ?? 'off' };
}


/***/ }),

/***/ 6341:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Iv: () => (/* binding */ agentsBinding),
/* harmony export */   K: () => (/* binding */ agentsThatMayBind),
/* harmony export */   v_: () => (/* binding */ readBindings)
/* harmony export */ });
/* harmony import */ var _pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5946);
/* harmony import */ var _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1593);


/** Reads each agent of a region, because their list shows no bindings. */
async function readBindings(cloud, region, options = {}) {
    const names = await cloud.agentNames(region, options);
    return new Map(await Promise.all(names.map(async (name, index) => {
        // An unreadable agent may bind any set.
        if (name === undefined)
            return [`entry ${index + 1} of the list`, undefined];
        try {
            const agent = await cloud.agent(name, options);
            // An agent that was deleted since binds nothing.
            return [name, agent === undefined ? [] : shownSets(agent)];
        }
        catch (error) {
            if (!(error instanceof _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UnreadableAnswerError */ .mP))
                throw error;
            return [name, undefined];
        }
    })));
}
/**
 * The response shows what the desired deployment binds. If that one is not serving, an earlier one may
 * be, and nothing shows what it binds.
 */
function shownSets(agent) {
    const { secretSets, desiredDeploymentId, reconciledDeploymentId, ready } = agent;
    const serves = ready && reconciledDeploymentId === desiredDeploymentId;
    if (!serves && (0,_pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_0__/* .anyDeploymentServes */ .AO)(agent))
        return undefined;
    const { imagePullSecretSet } = agent.settings;
    // Names are unique across both kinds of set.
    return secretSets === undefined || typeof imagePullSecretSet !== 'string'
        ? secretSets
        : [...secretSets, imagePullSecretSet];
}
/** Names of the agents that bind a set or may bind it, sorted. */
function agentsThatMayBind(bindings, secretSet) {
    return agentsWhose(bindings, (sets) => sets?.includes(secretSet) !== false);
}
/** Names of the agents that bind a set, sorted. */
function agentsBinding(bindings, secretSet) {
    return agentsWhose(bindings, (sets) => sets?.includes(secretSet) === true);
}
function agentsWhose(bindings, matches) {
    return [...bindings].flatMap(([name, sets]) => (matches(sets) ? [name] : [])).sort();
}


/***/ }),

/***/ 5576:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ inferRegion)
/* harmony export */ });
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6647);

/**
 * Infers the region of a run that names none: the agent's region, or else that of its sets in any
 * version. Undefined if neither exists, so that the organization's default decides.
 */
function inferRegion(setNames, agent, secretSets) {
    const regions = setNames
        .filter((name) => name !== undefined)
        .map(_name_template_js__WEBPACK_IMPORTED_MODULE_0__/* .versionsOf */ .x4)
        .map((names) => secretSets.find(({ name }) => names.test(name))?.region);
    return agent?.region ?? regions.find((region) => region !== undefined);
}


/***/ }),

/***/ 3082:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  C: () => (/* binding */ makePlan),
  h: () => (/* binding */ unknownRegion)
});

// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __nccwpck_require__(7819);
// EXTERNAL MODULE: ./lib/registry/reference.js
var reference = __nccwpck_require__(9758);
;// CONCATENATED MODULE: ./lib/plan/check-image.js


/**
 * Finds out what the lookup means for one region. Only certain findings are problems, but with
 * `check-image: true`, unknown ones are, too. A dry run only reports, because it often comes before the
 * image is pushed.
 */
function checkImage(facts) {
    const findings = { problems: [], warnings: [], remarks: [] };
    const image = facts.settings.agent?.settings.image;
    if (image === undefined)
        return findings;
    const { lookup, requested, before } = facts;
    const finding = findingOf(image, facts);
    if (finding !== undefined && requested.check !== 'never')
        addFinding(findings, image, finding, requested);
    if (requested.pins && lookup.outcome !== 'found' && finding !== undefined) {
        const problem = {
            about: `image ${image}`,
            message: `cannot be pinned: ${finding.message}`,
            next: 'Pass the digest that the build reports (`image: name@sha256:…`), or omit `pin-image`.',
        };
        // The problem has been reported already.
        if (findings.problems.length > 0)
            return findings;
        if (requested.isDryRun)
            findings.remarks.push(`${(0,quote/* quote */.h)(image)} ${problem.message}.`);
        else
            findings.problems.push(problem);
    }
    const running = before?.settings.image;
    if (requested.pins && lookup.outcome === 'found' && running !== undefined) {
        const wanted = (0,reference/* pinned */.dp)(image, lookup.digest);
        if (running !== wanted && (0,reference/* isSameContent */.OI)(running, wanted)) {
            findings.remarks.push(`${(0,quote/* quote */.h)(image)} points to the digest that the agent already runs as ${(0,quote/* quote */.h)(running)}.`);
        }
    }
    return findings;
}
/**
 * Pins the image in the settings of a region to the current digest of its tag. If the agent already
 * runs this digest, with any tag, its image stays unchanged.
 */
function withPinnedImage({ settings, agent: before }, lookup, requested) {
    const { agent } = settings;
    const image = agent?.settings.image;
    if (requested?.pins !== true || lookup?.outcome !== 'found' || image === undefined)
        return settings;
    const running = before?.settings.image;
    const wanted = (0,reference/* pinned */.dp)(image, lookup.digest);
    const isSame = running !== undefined && (0,reference/* isSameContent */.OI)(running, wanted);
    return {
        ...settings,
        agent: agent && {
            ...agent,
            settings: { ...agent.settings, image: isSame ? running : wanted },
        },
    };
}
function addFinding({ problems, warnings, remarks }, image, { certainty, message, next }, { check, isDryRun }) {
    const isStrict = check === 'always';
    if (isStrict || (certainty === 'certain' && !isDryRun)) {
        problems.push({ about: `image ${image}`, message, next });
    }
    else if (certainty === 'likely' && !isDryRun) {
        warnings.push(`${(0,quote/* quote */.h)(image)}: ${message}. ${next}`);
    }
    else {
        remarks.push(`${(0,quote/* quote */.h)(image)}: ${message}.`);
    }
}
function findingOf(image, facts) {
    const { lookup, settings, before } = facts;
    const { registry, repository, tag, digest } = (0,reference/* parseImageReference */.o_)(image);
    const where = `${(0,quote/* quote */.h)(repository)} on ${(0,quote/* quote */.h)(registry)}`;
    switch (lookup.outcome) {
        case 'missing': {
            const isPulledWithSecret = settings.imagePullSecret !== undefined ||
                typeof before?.settings.imagePullSecretSet === 'string';
            // Without a login, a registry may hide what it shows to the platform's pull secret.
            const isCertain = lookup.login !== undefined || !isPulledWithSecret;
            return {
                certainty: isCertain ? 'certain' : 'unknown',
                message: `not pushed yet: ${where} has no ${tag === undefined ? `digest ${(0,quote/* quote */.h)(digest ?? '')}` : `tag ${(0,quote/* quote */.h)(tag)}`}`,
                next: 'Push the image before the release, or fix `image`.',
            };
        }
        case 'login-refused':
            return {
                certainty: 'certain',
                message: `${(0,quote/* quote */.h)(registry)} rejected \`registry-username\` and \`registry-password\` (${lookup.status})`,
                next: 'Check both, and that the password or token may pull this image.',
            };
        case 'unknown':
            return {
                certainty: 'unknown',
                message: `the image lookup failed: ${unknownWords[lookup.because](where)}${lookup.detail === undefined ? '' : ` (${lookup.detail})`}`,
                next: 'Log in with `docker/login-action` before this step, or set `check-image` to `auto`.',
            };
        case 'found':
            return platformFinding(facts, lookup);
    }
}
const unknownWords = {
    'login-needed': (where) => `${where} needs a login that this job does not have`,
    'docker-login-refused': (where) => `${where} rejected the login of \`docker login\``,
    forbidden: (where) => `access to ${where} is forbidden`,
    'repository-unknown': (where) => `the registry does not know ${where}`,
    'not-found': (where) => `${where} was not found`,
    'rate-limited': (where) => `too many requests for ${where}`,
    unreachable: (where) => `the registry of ${where} could not be reached`,
    'unexpected-answer': (where) => `the registry of ${where} sent an unexpected response`,
};
const unreadable = {
    'nested-index': 'its index contains another index',
    artifact: 'it is an artifact, not an image',
    'no-architecture': 'it does not say which processor it was built for',
    unreadable: 'its manifest could not be read',
};
function platformFinding(facts, { platforms, platformsUnknown }) {
    const wanted = wantedPlatform(facts);
    const next = `Build with \`platforms: ${wanted.platform}\`.`;
    if (platforms === undefined) {
        return platformsUnknown === undefined
            ? undefined
            : {
                certainty: 'unknown',
                message: `the platforms of the image are not known: ${unreadable[platformsUnknown]}`,
                next,
            };
    }
    if (platforms.includes(wanted.platform))
        return undefined;
    const built = platforms.length === 0 ? 'no platform' : `${platforms.join(', ')} only`;
    const { region } = facts.settings;
    return {
        certainty: wanted.isCertain ? 'certain' : 'likely',
        message: `no ${wanted.platform}: built for ${built}; ${(0,quote/* quote */.h)(region)} runs ${wanted.platform}`,
        next,
    };
}
const defaultArchitecture = 'arm64';
/** The platform that the agent runs on, and whether that is certain. */
function wantedPlatform({ settings, before, region }) {
    const given = settings.agent?.settings.architecture ?? before?.settings.architecture;
    if (typeof given === 'string')
        return { platform: `linux/${given}`, isCertain: true };
    const architecture = region?.defaultArchitecture ?? defaultArchitecture;
    const runsOne = region?.supportedArchitectures?.length === 1;
    return { platform: `linux/${architecture}`, isCertain: before === undefined || runsOne };
}

// EXTERNAL MODULE: ./lib/plan/plan-agent.js
var plan_agent = __nccwpck_require__(2128);
// EXTERNAL MODULE: ./lib/plan/plan-secret-sets.js
var plan_secret_sets = __nccwpck_require__(3427);
// EXTERNAL MODULE: ./lib/plan/problems.js
var plan_problems = __nccwpck_require__(7511);
// EXTERNAL MODULE: ./lib/plan/bindings.js
var plan_bindings = __nccwpck_require__(6341);
// EXTERNAL MODULE: ./lib/plan/preview.js
var plan_preview = __nccwpck_require__(7375);
// EXTERNAL MODULE: ./lib/text/list.js
var list = __nccwpck_require__(8735);
// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __nccwpck_require__(619);
;// CONCATENATED MODULE: ./lib/plan/make-plan.js









/**
 * Compares the settings with what exists on the platform.
 *
 * @throws PreflightError with every reason why the release cannot work
 */
function makePlan({ rollout, secretsTimeout, build: requested, imageLookup }, observation) {
    const problems = [];
    const warnings = new Set();
    const remarks = new Set();
    const targets = observation.targets.map((observed) => {
        const settings = withPinnedImage(observed, observation.image, imageLookup);
        const { region } = settings;
        const known = observation.regions.find(({ code }) => code === region);
        if (known === undefined) {
            problems.push(unknownRegion(region, observation.regions));
            // Other problems do not matter until the region is right.
            return { region, secretSets: [], build: undefined, agent: undefined };
        }
        checkArchitecture(settings, known, problems);
        const secretSets = [
            (0,plan_secret_sets/* planImagePullSecret */.U9)(settings, known, observation.secretSets, problems),
            (0,plan_secret_sets/* planSecretSet */.Qk)(observed, known, observation.secretSets, problems),
        ].filter((plan) => plan !== undefined);
        for (const warning of (0,plan_secret_sets/* lostKeyWarnings */.bU)(observed))
            warnings.add(warning);
        checkOwnSets(observed, observation.secretSets, problems);
        const build = planBuild(observed, requested);
        const agent = settings.agent &&
            (0,plan_agent/* planAgent */.x)({
                settings,
                requested: settings.agent,
                agentProfiles: observation.agentProfiles,
                before: observed.agent,
                secretSets,
                build: build && { id: build.found?.id, isKnown: build.isKnown },
            }, problems);
        checkBuild(settings, observation.build, problems);
        if (observation.image !== undefined && imageLookup !== undefined) {
            const findings = checkImage({
                settings: observed.settings,
                before: observed.agent,
                region: known,
                lookup: observation.image,
                requested: imageLookup,
            });
            problems.push(...findings.problems);
            for (const warning of findings.warnings)
                warnings.add(warning);
            for (const remark of findings.remarks)
                remarks.add(remark);
        }
        return { region, secretSets, build, agent };
    });
    if (problems.length > 0)
        throw new plan_problems/* PreflightError */.w(withoutRepetition(problems));
    return { rollout, secretsTimeout, targets, warnings: [...warnings], remarks: [...remarks] };
}
/** A set that another agent binds does not belong to the preview. */
function checkOwnSets({ settings, agent: before, bindings }, existing, problems) {
    const { agent } = settings;
    const { preview } = agent ?? {};
    if (preview === undefined || bindings === undefined)
        return;
    for (const { name, kind } of (0,plan_preview/* unclearSets */.I4)(settings, before, existing)) {
        const others = (0,plan_bindings/* agentsThatMayBind */.K)(bindings, name).filter((other) => other !== agent?.name);
        if (others.length === 0)
            continue;
        problems.push({
            about: `${subject/* secretSetKinds */.Q[kind]} ${name}`,
            message: `may not belong to the preview: other agents bind it or may bind it (${(0,list/* listOf */.c)(others)}), and its name does not contain \`pr-${preview.pullRequest}\``,
            next: plan_preview/* adviceOnNames */.QV,
        });
    }
}
function planBuild({ settings: { region }, build }, requested) {
    if (build === undefined || requested === undefined)
        return undefined;
    const { context, found, failure } = build;
    return { region, context, found, isKnown: failure === undefined, timeout: requested.timeout };
}
/** Reports a problem once that exists in every region, such as an unknown build. */
function withoutRepetition(problems) {
    const unique = new Map(problems.map((problem) => [`${problem.about}\n${problem.message}`, problem]));
    return [...unique.values()];
}
function unknownRegion(region, regions) {
    const codes = regions.map(({ code }) => code);
    return {
        about: `region ${region}`,
        message: (0,plan_problems/* unknownName */.U)('region', region, codes),
        next: 'Set `region` to an available one.',
    };
}
function checkArchitecture({ region, agent }, { supportedArchitectures }, problems) {
    const architecture = agent?.settings.architecture;
    if (architecture === undefined || supportedArchitectures === undefined)
        return;
    if (supportedArchitectures.includes(architecture))
        return;
    problems.push({
        about: `region ${region}`,
        message: `does not run ${architecture}; it runs ${supportedArchitectures.join(', ')}`,
        next: 'Fix `architecture`, or choose another region.',
    });
}
function checkBuild({ region, agent }, build, problems) {
    const id = agent?.settings.buildId;
    if (id === undefined)
        return;
    const about = `build ${id}`;
    if (build === undefined) {
        problems.push({ about, message: 'does not exist', next: 'Fix `build-id`.' });
        return;
    }
    if (build.status !== 'success') {
        const reason = build.errorMessage === undefined ? '' : ` (${(0,quote/* quote */.h)(build.errorMessage)})`;
        problems.push({
            about,
            message: `has the status ${build.status}${reason}; only a successful build can be deployed`,
            next: 'Wait for the build, or build again.',
        });
    }
    if (build.region !== undefined && build.region !== region) {
        problems.push({
            about,
            message: `is in region ${build.region}, but the release is for ${region}; a build can only be deployed in its own region`,
            next: `Build in ${region}, or release to ${build.region}.`,
        });
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

/***/ 7866:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ oldVersions)
/* harmony export */ });
/* harmony import */ var _bindings_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6341);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6647);


/** Whether a name has a date in it, such as 20250131, which is probably not a version. */
function isDated(name) {
    return /(?<!\d)(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)/.test(name);
}
/**
 * Finds the unbound older versions to delete. The platform does not show how old a set is, so sets that
 * the agent bound last count as the newest, and the first others in the list as the oldest. If the
 * response about an agent does not show what it binds, nothing is deleted.
 */
function oldVersions(facts) {
    const { template, current, region, previous, keep, secretSets, bindings } = facts;
    if ([...bindings.values()].includes(undefined))
        return [];
    const versions = (0,_name_template_js__WEBPACK_IMPORTED_MODULE_1__/* .versionsOf */ .x4)(template);
    const unbound = secretSets
        .filter((set) => set.kind === 'secret' && set.region === region && !set.referenced)
        // A pending set belongs to another release, which will bind it.
        .filter(({ status }) => status !== 'pending')
        .map(({ name }) => name)
        .filter((name) => name !== current && versions.test(name) && !isDated(name))
        .filter((name) => (0,_bindings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentsBinding */ .Iv)(bindings, name).length === 0);
    const oldestFirst = [
        ...unbound.filter((name) => !previous.includes(name)),
        ...unbound.filter((name) => previous.includes(name)),
    ];
    return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}


/***/ }),

/***/ 2128:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   O: () => (/* binding */ plannedAgent),
/* harmony export */   x: () => (/* binding */ planAgent)
/* harmony export */ });
/* harmony import */ var _pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5636);
/* harmony import */ var _agent_changes_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7738);
/* harmony import */ var _problems_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7511);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(6647);
/* harmony import */ var _plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(3427);
/* harmony import */ var _preview_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(7375);
/* harmony import */ var _pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(5946);







/** Plans an agent of one region. Adds every reason why that is impossible to `problems`. */
function planAgent(facts, problems) {
    const { settings, requested, before, secretSets, build } = facts;
    const { region } = settings;
    const { name } = requested;
    checkName(name, region, problems);
    checkPresence(facts, problems);
    checkProfile(facts, problems);
    const wanted = {
        ...requested.settings,
        ...(build === undefined ? {} : { buildId: build.id }),
        ...bothBounds(requested, before, problems),
        secretSet: settings.secretSet?.name,
        imagePullSecretSet: settings.imagePullSecret?.name,
    };
    const runsNewBuild = build !== undefined && build.id === undefined;
    const changes = before === undefined
        ? (0,_agent_changes_js__WEBPACK_IMPORTED_MODULE_1__/* .givenSettings */ .j)(wanted)
        : [
            ...(runsNewBuild ? [(0,_agent_changes_js__WEBPACK_IMPORTED_MODULE_1__/* .newBuildChange */ .hx)(before.settings)] : []),
            ...(0,_agent_changes_js__WEBPACK_IMPORTED_MODULE_1__/* .settingChanges */ .eC)(before.settings, wanted),
        ];
    const hidden = before === undefined ? [] : (0,_agent_changes_js__WEBPACK_IMPORTED_MODULE_1__/* .hiddenSettings */ .Ad)(before.settings, wanted);
    const valuesChange = secretSets.some((set) => changesValuesOf(before, set));
    const forcedBecause = forcingReason(requested, before, valuesChange);
    return {
        ...requested,
        region,
        action: before === undefined ? 'create' : 'update',
        before,
        settings: wanted,
        changes,
        hidden,
        bindsVersion: secretSets.some(({ template }) => template !== undefined),
        forces: forcedBecause !== undefined,
        newDeployment: newDeployment({
            before,
            newBuild: runsNewBuild ? build : undefined,
            hidden,
            changes,
            forcedBecause,
        }),
        runsNewBuild,
        valuesChange,
        replan: (now, buildId) => {
            const found = [];
            const made = build && { ...build, id: buildId ?? build.id };
            const plan = planAgent({ ...facts, before: now, build: made }, found);
            if (found.length > 0)
                throw new _problems_js__WEBPACK_IMPORTED_MODULE_2__/* .PreflightError */ .w(found);
            return plan;
        },
    };
}
/** The inputs check the name before, as far as the region is known by then. */
function checkName(name, region, problems) {
    if (_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .agentName */ .Lp.pattern.test(name))
        return;
    problems.push({
        about: `agent ${name}`,
        message: `is not a valid name in ${region} (${name.length} characters); use ${_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .agentName */ .Lp.rule}`,
        next: 'Fix `agent-name`.',
    });
}
/** An agent that is older than the pull request belongs to somebody else, and must not change. */
function checkIsPreview({ name, preview }, before, problems) {
    const breach = preview && (0,_preview_js__WEBPACK_IMPORTED_MODULE_6__/* .checkPreview */ .nz)(before, preview);
    if (preview === undefined || breach === undefined)
        return;
    problems.push({
        about: `agent ${name}`,
        message: (0,_preview_js__WEBPACK_IMPORTED_MODULE_6__/* .notPreviewWords */ .VF)(breach, preview),
        next: _preview_js__WEBPACK_IMPORTED_MODULE_6__/* .adviceOnNames */ .QV,
    });
}
function checkPresence({ requested, settings: { region }, before, build }, problems) {
    const { name, settings, isBuiltFromBranch } = requested;
    const about = `agent ${name}`;
    if (before?.region !== undefined && before.region !== region) {
        problems.push({
            about,
            message: `is in region ${before.region}, but the release is for ${region}; the region of an agent cannot change`,
            next: `Release to ${before.region}, or give the agent for ${region} another name (such as ${name}-${region}).`,
        });
    }
    if (before !== undefined) {
        checkIsPreview(requested, before, problems);
        return;
    }
    if (isBuiltFromBranch) {
        problems.push({
            about,
            message: 'does not exist, and the settings file says that the platform builds it from a branch (`[git]`); a release cannot connect the agent to GitHub',
            next: 'Create the agent once with the command-line client or in the dashboard, or set `image`, `cloud-build` or `build-id`.',
        });
    }
    else if ((settings.image ?? settings.buildId ?? build) === undefined) {
        problems.push({
            about,
            message: 'does not exist, and the release has no image or build to create it from',
            next: 'Set `image`, `cloud-build` or `build-id`, or fix `agent-name`.',
        });
    }
}
function checkProfile({ requested, agentProfiles }, problems) {
    const { name, settings: { agentProfile }, } = requested;
    if (agentProfile === undefined || agentProfiles === undefined)
        return;
    if (_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .platformAgentProfiles */ .Nc.includes(agentProfile) || agentProfiles.includes(agentProfile))
        return;
    const known = [...new Set([..._pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .platformAgentProfiles */ .Nc, ...agentProfiles])];
    problems.push({
        about: `agent ${name}`,
        message: (0,_problems_js__WEBPACK_IMPORTED_MODULE_2__/* .unknownName */ .U)('profile', agentProfile, known),
        next: 'Set `agent-profile` to an available one.',
    });
}
/** An update with one bound may reset the other, so it also sends the agent's other bound. */
function bothBounds({ name, settings: { minAgents, maxAgents } }, before, problems) {
    if (minAgents === undefined && maxAgents === undefined)
        return {};
    const least = minAgents ?? before?.settings.minAgents;
    const most = maxAgents ?? before?.settings.maxAgents;
    if (least !== undefined && most !== undefined && least > most) {
        problems.push({
            about: `agent ${name}`,
            message: `would have at least ${least} and at most ${most} instances, because the omitted bound stays unchanged`,
            next: 'Set both `min-agents` and `max-agents`.',
        });
    }
    return { minAgents: least, maxAgents: most };
}
/**
 * Whether writing a set changes values of the agent. A pull secret has no values for an agent, and an
 * agent gets a new version by binding it.
 */
function changesValuesOf(before, set) {
    if (set.kind !== 'secret' || !(0,_plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_4__/* .isWritten */ .QH)(set))
        return false;
    const bound = before?.secretSets;
    return set.template === undefined || bound === undefined || bound.includes(set.name);
}
/** Why an update forces a new deployment; undefined if it does not. */
function forcingReason({ forceRedeploy }, before, valuesChange) {
    if (forceRedeploy === 'never')
        return undefined;
    if (valuesChange)
        return 'values-written';
    if (forceRedeploy === 'always')
        return 'forced';
    // Somebody may have fixed the cause outside the agent's settings.
    return before !== undefined && (0,_pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_5__/* .hasFailed */ .WN)(before) ? 'deployment-failed' : undefined;
}
const scaling = ['min-agents', 'max-agents'];
function newDeployment({ before, newBuild, hidden, changes, forcedBecause, }) {
    if (before === undefined)
        return { follows: 'yes', because: 'agent-created' };
    if (newBuild !== undefined) {
        return newBuild.isKnown
            ? { follows: 'yes', because: 'built-anew' }
            : { follows: 'unknown', because: 'build-unknown' };
    }
    const differing = changes.filter(({ setting }) => !scaling.includes(setting));
    // A plan without the values does not know the version, so the agent may already bind this set. The
    // pattern of any other setting only matches that same value.
    const isUnknown = (change) => change.before !== undefined &&
        change.after !== undefined &&
        (0,_name_template_js__WEBPACK_IMPORTED_MODULE_3__/* .versionsOf */ .x4)(change.after).test(change.before);
    if (!differing.every(isUnknown))
        return { follows: 'yes', because: 'settings-differ' };
    if (forcedBecause !== undefined)
        return { follows: 'yes', because: forcedBecause };
    if (differing.length > 0)
        return { follows: 'unknown', because: 'version-unknown' };
    if (hidden.some(({ setting }) => !scaling.includes(setting))) {
        return { follows: 'unknown', because: 'settings-hidden' };
    }
    // A change of scaling makes no new deployment.
    return { follows: 'no', because: changes.length > 0 ? 'scaling-only' : 'nothing-differs' };
}
/** The platform's default, in seconds. */
const defaultSessionLimit = 7200;
/** Combines the settings of a plan with those that the agent already has. */
function plannedAgent({ settings, before, runsNewBuild }) {
    const isImageGiven = settings.image !== undefined || settings.buildId !== undefined || runsNewBuild;
    const { image, buildId } = isImageGiven ? settings : (before?.settings ?? settings);
    return {
        image,
        buildId,
        sessionLimit: settings.maxSessionDuration ?? before?.settings.maxSessionDuration ?? defaultSessionLimit,
        minAgents: settings.minAgents ?? before?.settings.minAgents ?? 0,
    };
}


/***/ }),

/***/ 3427:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   QH: () => (/* binding */ isWritten),
/* harmony export */   Qk: () => (/* binding */ planSecretSet),
/* harmony export */   U9: () => (/* binding */ planImagePullSecret),
/* harmony export */   bU: () => (/* binding */ lostKeyWarnings)
/* harmony export */ });
/* harmony import */ var _pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5636);
/* harmony import */ var _text_list_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(8735);
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(7819);
/* harmony import */ var _bindings_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6341);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6647);
/* harmony import */ var _old_versions_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7866);
/* harmony import */ var _subject_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(619);







function isWritten({ action }) {
    return action !== 'bind';
}
/** Plans the secret set of one region. */
function planSecretSet(observation, known, secretSets, problems) {
    const { settings, secretSet: observed, bindings } = observation;
    const { region, secretSet: requested } = settings;
    if (requested === undefined)
        return undefined;
    const { name, template, skippedKeys, keepVersions } = requested;
    const existing = listedSet(name, secretSets, observed);
    const isGiven = requested.pairs.length > 0;
    checkSet({ name, kind: 'secret', isGiven, template }, existing, region, problems);
    const isWrite = isGiven && !(existing !== undefined && isComplete(requested, existing, observed));
    if (isWrite)
        checkWritable(name, existing, known, problems);
    const existingKeys = new Set(observed?.keys);
    const pairs = isWrite ? requested.pairs : [];
    const keys = pairs.map(({ key }) => key);
    const prunedKeys = prunedKeysOf(requested, existingKeys);
    checkPruning(requested, bindings, settings.agent?.name, problems);
    checkRequiredKeys(requested, existing, keysAfter(requested, existingKeys), problems);
    return {
        name,
        kind: 'secret',
        region,
        action: !isWrite ? 'bind' : existing === undefined ? 'create' : 'update',
        pairs,
        registry: undefined,
        addedKeys: keys.filter((key) => !existingKeys.has(key)),
        updatedKeys: keys.filter((key) => existingKeys.has(key)),
        skippedKeys,
        prunedKeys,
        status: existing?.status,
        otherAgents: existing === undefined ? [] : otherAgentsBinding(observation, name),
        template,
        keepVersions,
        ...versionsOfSet(observation, requested, secretSets),
    };
}
/** The set from the list. Only the response about the set itself always shows whether it is referenced. */
function listedSet(name, secretSets, observed) {
    const listed = secretSets.find((set) => set.name === name);
    return listed && { ...listed, referenced: listed.referenced || observed?.referenced === true };
}
function checkWritable(name, existing, region, problems) {
    const about = `secret set ${name}`;
    if (existing?.referenced !== true) {
        checkSelfHosted(about, region, problems);
        return;
    }
    problems.push({
        about,
        message: 'is a referenced set, a Kubernetes Secret of a self-hosted region: agents can bind it, but only its cluster can write it',
        next: 'Write the values in your cluster and omit the secrets inputs, or use another set.',
    });
}
function prunedKeysOf({ prune, pairs, skippedKeys }, existing) {
    if (!prune)
        return [];
    const given = new Set([...pairs.map(({ key }) => key), ...skippedKeys]);
    return [...existing].filter((key) => !given.has(key));
}
/** The keys of a set after the release. A version has only the keys that are passed. */
function keysAfter(requested, existing) {
    const pruned = prunedKeysOf(requested, existing);
    const kept = requested.template === undefined ? [...existing].filter((key) => !pruned.includes(key)) : [];
    return new Set([...kept, ...requested.pairs.map(({ key }) => key)]);
}
/** Undefined if it was not read which agents bind which sets. */
function otherAgentsBinding({ settings, bindings }, name) {
    return bindings && (0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .agentsBinding */ .Iv)(bindings, name).filter((one) => one !== settings.agent?.name);
}
/** Finds the other versions of a set, and which of them to delete. */
function versionsOfSet({ settings, agent, bindings }, { name, template, keepVersions }, secretSets) {
    if (template === undefined)
        return { olderVersions: [], deletedVersions: undefined };
    // If the release does not wait for the agent, the agent may still need the old versions.
    const olderVersions = settings.agent?.waitForReady === false ? [] : versionsBeside(name, template, secretSets);
    if (bindings === undefined || (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .isVersioned */ .at)(name)) {
        return { olderVersions, deletedVersions: undefined };
    }
    const deletedVersions = (0,_old_versions_js__WEBPACK_IMPORTED_MODULE_3__/* .oldVersions */ .p)({
        template,
        current: name,
        region: settings.region,
        previous: agent?.secretSets ?? [],
        keep: keepVersions,
        secretSets: secretSets.filter((set) => olderVersions.includes(set.name)),
        bindings: withoutReleased(bindings, settings.agent?.name),
    });
    return { olderVersions, deletedVersions };
}
function versionsBeside(current, template, secretSets) {
    const versions = (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionsOf */ .x4)(template);
    return secretSets
        .map(({ name }) => name)
        .filter((name) => name !== current && versions.test(name));
}
/** After the release, its agent binds only the new version. */
function withoutReleased(bindings, released) {
    return new Map([...bindings].filter(([name]) => name !== released));
}
/** Whether a version is complete, so that nothing is written. A failed or partial version is written again. */
function isComplete({ template, pairs }, existing, observed) {
    if (template === undefined || existing.status === 'failed')
        return false;
    const keys = new Set(observed?.keys);
    return existing.referenced || pairs.every(({ key }) => keys.has(key));
}
/** Warns if the agent would bind another set that lacks keys of the one that it binds now. */
function lostKeyWarnings({ settings: { agent, secretSet: requested }, secretSet: observed, replacedSets, }) {
    // The keys of a reference cannot be read.
    if (agent === undefined || requested === undefined || observed?.referenced === true)
        return [];
    const { name, template } = requested;
    const keys = keysAfter(requested, new Set(observed?.keys));
    return replacedSets.flatMap((replaced) => {
        const lost = replaced.keys.filter((key) => !keys.has(key));
        if (lost.length === 0)
            return [];
        const what = lost.length === 1 ? 'it is' : 'they are';
        return `\`${agent.name}\` would lose ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_5__/* .listOf */ .c)(lost, { most: 10 })}: ${what} in \`${replaced.name}\`, but not in \`${template ?? name}\`.`;
    });
}
/** Plans the image pull secret of one region. */
function planImagePullSecret({ region, imagePullSecret }, known, secretSets, problems) {
    if (imagePullSecret === undefined)
        return undefined;
    const { name, registry } = imagePullSecret;
    const existing = secretSets.find((set) => set.name === name);
    const isGiven = registry !== undefined;
    checkSet({ name, kind: 'imagePullSecret', isGiven, template: undefined }, existing, region, problems);
    if (isGiven)
        checkSelfHosted(`image pull secret ${name}`, known, problems);
    return {
        name,
        kind: 'imagePullSecret',
        region,
        action: isGiven ? (existing === undefined ? 'create' : 'update') : 'bind',
        pairs: [],
        registry,
        addedKeys: [],
        updatedKeys: [],
        skippedKeys: [],
        prunedKeys: [],
        status: existing?.status,
        // A changed pull secret has no effect on other agents before the next pull.
        otherAgents: undefined,
        template: undefined,
        olderVersions: [],
        deletedVersions: undefined,
        keepVersions: 0,
    };
}
function checkSelfHosted(about, { code, isSelfHosted }, problems) {
    if (isSelfHosted !== true)
        return;
    problems.push({
        about,
        message: `cannot be written in ${code}: a self-hosted region has only referenced sets, which are Kubernetes Secrets of its cluster`,
        next: 'Create the Kubernetes Secret in the cluster, then set its name without its content.',
    });
}
/** Suggests a name for a region, if a set in another region has the wanted name. */
function proposedName(name, template, region) {
    return template === undefined
        ? `${name}-${region}`
        : template.replace(_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionPlaceholder */ .Wg, `${region}-${_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionPlaceholder */ .Wg}`);
}
const inputOf = { secret: 'secret-set', imagePullSecret: 'image-credentials' };
/** Checks that apply to both kinds of set. */
function checkSet({ name, kind, isGiven, template }, existing, region, problems) {
    const about = `${_subject_js__WEBPACK_IMPORTED_MODULE_4__/* .secretSetKinds */ .Q[kind]} ${name}`;
    if (!_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .secretSetName */ ._u.pattern.test((0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameOfAnyVersion */ .TL)(name))) {
        problems.push({
            about,
            message: `is not a valid name in ${region} (${(0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameOfAnyVersion */ .TL)(name).length} characters); use ${_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .secretSetName */ ._u.rule}`,
            next: `Fix \`${inputOf[kind]}\`.`,
        });
        return;
    }
    if (existing === undefined) {
        if (isGiven || (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .isVersioned */ .at)(name))
            return;
        problems.push({
            about,
            message: 'does not exist, and the release has no values to create it with',
            next: kind === 'secret'
                ? 'Fix `secret-set`, or pass secrets to create the set.'
                : 'Fix `image-credentials`, or set `registry`, `registry-username` and `registry-password`.',
        });
        return;
    }
    if (existing.kind !== kind) {
        problems.push({
            about,
            message: `already exists as another kind of set (${_subject_js__WEBPACK_IMPORTED_MODULE_4__/* .secretSetKinds */ .Q[existing.kind]})`,
            next: 'Choose another name; the kind of a set cannot change.',
        });
        return;
    }
    if (existing.region !== region) {
        problems.push({
            about,
            message: `is in region ${existing.region}, but the release is for ${region}; the region of a set cannot change, and agents can bind only sets in their own region`,
            next: `Use another set for ${region} (such as ${proposedName(name, template, region)}), or release to ${existing.region}.`,
        });
    }
    if (!isGiven && existing.status === 'failed') {
        problems.push({
            about,
            message: `cannot be bound, because its provisioning failed${existing.errorMessage === undefined ? '' : `: ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_6__/* .quote */ .h)(existing.errorMessage)}`}`,
            next: 'Pass the secrets of the set to write it again. If the error persists, contact support.',
        });
    }
}
function checkPruning({ name, prune }, bindings, released, problems) {
    if (!prune || bindings === undefined)
        return;
    const others = (names) => names.filter((one) => one !== released);
    const binding = others((0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .agentsBinding */ .Iv)(bindings, name));
    const about = `secret set ${name}`;
    if (binding.length > 0) {
        problems.push({
            about,
            message: `cannot be pruned, because other agents also bind it: ${binding.join(', ')}`,
            next: 'Give each agent its own set, or omit `prune-secrets`.',
        });
        return;
    }
    const unknown = others((0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .agentsThatMayBind */ .K)(bindings, name));
    if (unknown.length > 0) {
        problems.push({
            about,
            message: `cannot be pruned, because an earlier deployment of these agents may be serving and may bind it: ${unknown.join(', ')}`,
            next: 'Release again when their rollouts have ended, or omit `prune-secrets`.',
        });
    }
}
/** Each required key must be passed now, or exist and not be pruned. */
function checkRequiredKeys({ name, requiredKeys }, existing, after, problems) {
    // The keys of a reference cannot be read.
    if (existing?.referenced === true)
        return;
    const missing = requiredKeys.filter(({ key }) => !after.has(key));
    if (missing.length === 0)
        return;
    const origins = [...new Set(missing.map(({ origin }) => origin))].join(', ');
    problems.push({
        about: `secret set ${name}`,
        message: `would lack ${missing.map(({ key }) => key).join(', ')} after the release, required by ${origins}`,
        next: `Pass ${missing.length === 1 ? 'it' : 'them'} with the release, or fix \`required-secrets\`.`,
    });
}


/***/ }),

/***/ 7375:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I4: () => (/* binding */ unclearSets),
/* harmony export */   QV: () => (/* binding */ adviceOnNames),
/* harmony export */   VF: () => (/* binding */ notPreviewWords),
/* harmony export */   nz: () => (/* binding */ checkPreview)
/* harmony export */ });
/**
 * Checks whether an agent is the preview of the pull request. Its name is not enough: with `voice-{pr}`,
 * the preview of pull request 2 would have the name of production's `voice-2`.
 */
function checkPreview(agent, preview) {
    const { createdAt } = agent;
    const { openedAt, hasUniqueName } = preview;
    if (createdAt !== undefined && openedAt !== undefined) {
        return createdAt < openedAt ? { because: 'older', createdAt, openedAt } : undefined;
    }
    return hasUniqueName ? undefined : { because: 'age-unknown' };
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
/** The reason, as a clause that follows the name of the agent. */
function notPreviewWords(reason, { pullRequest }) {
    return reason.because === 'older'
        ? `was created at ${timeOf(reason.createdAt)}, before pull request ${pullRequest} was opened (${timeOf(reason.openedAt)}), so it is not its preview`
        : `may not be the preview of pull request ${pullRequest}: its age is unknown, and its name does not contain \`pr-${pullRequest}\``;
}
const adviceOnNames = 'Give previews a name that nothing else has: the name of the repository and `pr-{pr}`, such as `order-desk-pr-{pr}`.';
/** Formats a time in UTC, to the second. */
function timeOf(milliseconds) {
    return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}


/***/ }),

/***/ 7511:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ unknownName),
/* harmony export */   w: () => (/* binding */ PreflightError)
/* harmony export */ });
/* harmony import */ var _text_nearest_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8045);

/** The release cannot work with these settings. */
class PreflightError extends Error {
    kind = 'release-impossible';
    problems;
    constructor(problems) {
        super(problems.map(({ about, message }) => `${about}: ${message}`).join('\n'));
        this.name = 'PreflightError';
        this.problems = problems;
    }
}
/** The message for an unknown name, with the nearest and all available ones. */
function unknownName(what, name, available) {
    const meant = (0,_text_nearest_js__WEBPACK_IMPORTED_MODULE_0__/* .nearest */ .pA)(name, available);
    const hint = meant === undefined ? '.' : `; did you mean \`${meant}\`?`;
    return `unknown ${what} \`${name}\`${hint} Available: ${available.join(', ')}`;
}


/***/ }),

/***/ 7566:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ unrestoredSentences),
/* harmony export */   g: () => (/* binding */ planRollBack)
/* harmony export */ });
/* harmony import */ var _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3211);
/* harmony import */ var _plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3427);


/** @param secretSets the plans of the sets that the agent binds */
function planRollBack({ name, region, before, settings, runsNewBuild, }, secretSets) {
    const place = { agent: name, region };
    if (before === undefined) {
        return { ...place, settings: undefined, changes: [], unrestored: [{ kind: 'agent' }] };
    }
    const restored = (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .restoreSettings */ .S0)(before.settings, settings, runsNewBuild);
    const unrestored = restored.irreversible.map(({ name: setting, because }) => {
        if (setting === 'buildId')
            return { kind: 'build' };
        const input = _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj[setting].name;
        return because === 'unset-before'
            ? { kind: 'unset', setting: input, after: String(settings[setting]) }
            : { kind: 'hidden', setting: input };
    });
    return {
        ...place,
        settings: restored.settings,
        changes: changesBack(settings, restored.settings, runsNewBuild),
        unrestored: [...unrestored, ...secretSets.flatMap(unrestoredValues)],
    };
}
function changesBack(sent, restored, runsNewBuild) {
    const released = sent.buildId ?? sent.image ?? (runsNewBuild ? 'the new build' : undefined);
    return Object.entries(restored).flatMap(([key, after]) => {
        const name = key;
        if (after === undefined)
            return [];
        const isImageOrBuild = name === 'image' || name === 'buildId';
        const from = isImageOrBuild ? released : sent[name];
        if (from === after)
            return [];
        return [{ setting: _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj[name].name, before: from?.toString(), after: String(after) }];
    });
}
/** Values that were written to an existing set stay. Each version has its own set. */
function unrestoredValues(set) {
    if (set.template !== undefined || set.action !== 'update' || !(0,_plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .isWritten */ .QH)(set))
        return [];
    return [{ kind: 'values', set: set.name, addsKeys: set.addedKeys.length > 0 }];
}
/** What a rollback does not restore, as sentences. */
function unrestoredSentences({ agent, unrestored }) {
    return unrestored.map((part) => {
        switch (part.kind) {
            case 'values':
                return `\`${part.set}\` keeps its new values; they are not restored.${part.addsKeys ? ' Added keys stay.' : ''}`;
            case 'unset':
                return `\`${part.setting}\` of \`${agent}\` stays \`${part.after}\`, because it was not set before and cannot be unset.`;
            case 'hidden':
                return `\`${part.setting}\` of \`${agent}\` stays as released, because the platform does not show its previous value.`;
            case 'build':
                return `\`${agent}\` keeps its new image, because the platform does not show the id of the previous cloud build.`;
            case 'agent':
                return `\`${agent}\` stays, because it is new.`;
        }
    });
}


/***/ }),

/***/ 619:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ secretSetSubject),
/* harmony export */   Q: () => (/* binding */ secretSetKinds)
/* harmony export */ });
/** The names of the kinds of secret set. */
const secretSetKinds = {
    secret: 'secret set',
    imagePullSecret: 'image pull secret',
};
/** The subject of a set, for errors and logs. */
function secretSetSubject(set) {
    return { kind: secretSetKinds[set.kind], name: set.name, region: set.region };
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
/* harmony export */   FU: () => (/* binding */ newTargetRecord),
/* harmony export */   WD: () => (/* binding */ isAnyAgentChanged),
/* harmony export */   et: () => (/* binding */ agentsOf),
/* harmony export */   jV: () => (/* binding */ buildsOf),
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
        agent: agent && {
            name: agent.name,
            region,
            plan: agent,
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
        },
        deletedVersions: [],
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

/***/ 7327:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Gr: () => (/* binding */ isAnythingTornDown),
/* harmony export */   O_: () => (/* binding */ newTeardownRecord),
/* harmony export */   RY: () => (/* binding */ removalsOf),
/* harmony export */   _6: () => (/* binding */ isTornDown)
/* harmony export */ });
/** The record of a teardown before anything is deleted. */
function newTeardownRecord(plan) {
    const targets = plan.targets.map(({ region, agent, secretSets }) => ({
        region,
        agent: {
            ...removalRecord(agent, region),
            sessions: agent.sessions,
            stopped: new Set(),
        },
        secretSets: secretSets.map((set) => ({ ...removalRecord(set, region), kind: set.kind })),
    }));
    return { plan, targets };
}
const outcomeBefore = { keep: 'kept', none: 'absent', delete: 'skipped' };
function removalRecord({ name, removal }, region) {
    const kept = removal.action === 'keep' ? removal.kept : undefined;
    return { name, region, outcome: outcomeBefore[removal.action], kept, isChanged: false };
}
/** All agents and sets of a teardown, region by region. */
function removalsOf({ targets }) {
    return targets.flatMap(({ agent, secretSets }) => [agent, ...secretSets]);
}
/** Whether the teardown changed anything on the platform, or may have. */
function isAnythingTornDown(record) {
    return (record.targets.some(({ agent }) => agent.stopped.size > 0) ||
        removalsOf(record).some(({ isChanged }) => isChanged));
}
/** Whether nothing is left of the preview except what must stay. */
function isTornDown(record) {
    const done = ['deleted', 'absent', 'kept'];
    return (record !== undefined &&
        removalsOf(record).every(({ outcome }) => done.includes(outcome)) &&
        record.targets.every(({ agent }) => agent.outcome !== 'kept'));
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
/* harmony export */   R: () => (/* binding */ actionsOf),
/* harmony export */   S: () => (/* binding */ unfailing)
/* harmony export */ });
/* harmony import */ var _text_printable_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7944);

/**
 * The same runner, for a run that must not fail because something cannot be written: a full disk or a
 * closed log is no reason to stop between two writes to the platform. The first output that cannot be
 * written is a warning. `writeSummary` rejects as before; the report handles that.
 */
function unfailing(actions) {
    const attempt = (write, onError = () => undefined) => (...texts) => {
        try {
            write(...texts);
        }
        catch (error) {
            onError(error);
        }
    };
    const warning = attempt((message) => {
        actions.warning(message);
    });
    let isWarned = false;
    const warnOnce = (error) => {
        if (isWarned)
            return;
        isWarned = true;
        const reason = error instanceof Error ? (0,_text_printable_js__WEBPACK_IMPORTED_MODULE_0__/* .printable */ .g)(error.message) : 'unknown reason';
        warning(`Could not set the outputs: ${reason}`);
    };
    return {
        mask: attempt((value) => {
            actions.mask(value);
        }),
        debug: attempt((message) => {
            actions.debug(message);
        }),
        info: attempt((message) => {
            actions.info(message);
        }),
        notice: attempt((message) => {
            actions.notice(message);
        }),
        warning,
        error: attempt((message, title) => {
            actions.error(message, title);
        }),
        startGroup: attempt((title) => {
            actions.startGroup(title);
        }),
        endGroup: attempt(() => {
            actions.endGroup();
        }),
        setOutput: attempt((name, value) => {
            actions.setOutput(name, value);
        }, warnOnce),
        writeSummary: (markdown) => actions.writeSummary(markdown),
    };
}
/** The runner, through its toolkit. */
function actionsOf(core, hasSummary) {
    return {
        mask: (value) => {
            core.setSecret(value);
        },
        debug: (message) => {
            core.debug(message);
        },
        info: (message) => {
            core.info(message);
        },
        notice: (message) => {
            core.notice(message);
        },
        warning: (message) => {
            core.warning(message);
        },
        error: (message, title) => {
            core.error(message, { title });
        },
        startGroup: (title) => {
            core.startGroup(title);
        },
        endGroup: () => {
            core.endGroup();
        },
        setOutput: (name, value) => {
            core.setOutput(name, value);
        },
        writeSummary: async (markdown) => {
            if (!hasSummary)
                return false;
            await core.summary.addRaw(markdown, true).write();
            return true;
        },
    };
}


/***/ }),

/***/ 2134:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run)
});

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
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

;// CONCATENATED MODULE: ./lib/github/agent-deployments.js
const outcomeWords = {
    success: ': success',
    failure: ': failure',
    error: ' is still running; the run was cancelled',
};
/**
 * Keeps a GitHub deployment for each agent: in progress when its rollout begins, then a success, a failure
 * or an error. A success makes older deployments of the same agent inactive. The release neither waits for
 * GitHub nor fails because of it.
 */
class AgentDeployments {
    #options;
    #pending = [];
    #repository;
    constructor(options) {
        this.#options = options;
    }
    /** Called when a rollout begins; the returned function is called with how it ended. */
    rolloutStarted(rollout) {
        const where = `${rollout.agent} in ${rollout.region}`;
        const created = this.#track(this.#create(rollout));
        let hasEnded = false;
        const inProgress = this.#track(
        // The rollout may have ended by then.
        created.then(() => hasEnded ? undefined : this.#set(created, 'in_progress', `Rolling out ${where}`)));
        return (outcome) => {
            hasEnded = true;
            // Sets the states in order, even if the first failed. A cancelled run has no time to wait for it.
            const before = outcome === 'error' ? created : inProgress;
            void this.#track(before.then(async () => {
                await this.#set(created, outcome, `${where}${outcomeWords[outcome]}`);
                if (outcome === 'success')
                    await this.#deactivateOlder(rollout, await created);
            }));
        };
    }
    [Symbol.asyncDispose]() {
        return this.settled();
    }
    /** Resolves when everything has been reported to GitHub, or has failed. */
    async settled() {
        await Promise.all(this.#pending);
        const [connected] = await Promise.allSettled([this.#repository]);
        if (connected.status === 'fulfilled')
            connected.value?.close();
    }
    async #create({ agent, region, deploymentId }) {
        const { commit, environmentIn, environmentKind } = this.#options;
        const environment = environmentIn(region);
        const [repository, ref, kind] = await Promise.all([
            this.#connect(),
            commit(),
            environmentKind(environment),
        ]);
        return repository.createDeployment({
            ref,
            environment,
            ...kind,
            description: `${agent} in ${region}`,
            payload: { agent, region, deploymentId },
        });
    }
    async #set(created, state, description) {
        const id = await created;
        if (id === undefined)
            return;
        const repository = await this.#connect();
        await repository.setDeploymentState(id, state, { logUrl: this.#options.logUrl, description });
    }
    /** GitHub itself would deactivate the deployments of all other agents in the environment. */
    async #deactivateOlder(rollout, id) {
        if (id === undefined)
            return;
        const { environmentIn, logUrl } = this.#options;
        const repository = await this.#connect();
        await deactivateDeployments(repository, {
            environment: environmentIn(rollout.region),
            agent: rollout.agent,
            region: rollout.region,
            before: id,
            logUrl,
            description: `A newer deployment of ${rollout.agent} in ${rollout.region} is serving`,
        });
    }
    #connect() {
        return (this.#repository ??= this.#options.connect());
    }
    /** Awaits the work at the end; reports its failure instead of rejecting. */
    #track(work) {
        const tracked = work.catch((error) => {
            this.#options.onFailure(error);
            return undefined;
        });
        this.#pending.push(tracked);
        return tracked;
    }
}
/** Older deployments were deactivated long ago, unless this many failed in a row. */
const mostLookedAt = 20;
/**
 * Makes the deployments of one agent inactive, from the newest to the first that already is. Failed
 * deployments keep their state.
 */
async function deactivateDeployments(repository, { environment, agent, region, before = Infinity, logUrl, description }) {
    const deployments = await repository.deploymentsIn(environment);
    const older = deployments.filter(({ id, payload }) => id < before && payload['agent'] === agent && payload['region'] === region);
    for (const { id } of older.slice(0, mostLookedAt)) {
        const state = await repository.deploymentState(id);
        if (state === 'inactive')
            return;
        if (state === 'failure' || state === 'error')
            continue;
        await repository.setDeploymentState(id, 'inactive', { logUrl, description });
    }
}

// EXTERNAL MODULE: ./lib/github/errors.js
var errors = __nccwpck_require__(9452);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/github/plan-comment.js

/** The beginning of every comment with a plan. */
const prefix = '<!-- pipecat-cloud-release: plan ';
/** The second line of a comment: which step and run its plan comes from. */
const originLine = /^<!-- pipecat-cloud-release: from ([0-9a-f]{16}) in run (\d+)( closed)? -->$/;
/**
 * Keeps one comment per plan, and closes the comments of plans that the same step no longer makes. Leaves
 * comments of the same run alone, because the steps of a matrix have the same name.
 */
async function keepPlanComment(repository, { commentKey, commentOrigin, runId, runUrl }, { pullRequest, text, isOfInvalidInputs }) {
    const origin = digest(commentOrigin);
    const own = (await repository.ownComments(pullRequest, prefix)).map(parsed);
    const ownMarker = `${prefix}${digest(commentKey)} -->`;
    const sameOrigin = own.filter((comment) => comment.origin === origin);
    const only = sameOrigin.length === 1 ? sameOrigin[0] : undefined;
    const existing = own.find(({ marker }) => marker === ownMarker) ?? (isOfInvalidInputs ? only : undefined);
    const lines = (marker, state) => `${marker}\n<!-- pipecat-cloud-release: from ${origin} in run ${runNumber(runId)}${state} -->\n`;
    const outcome = await repository.putComment(pullRequest, existing, `${lines(existing?.marker ?? ownMarker, '')}${text}`);
    if (isOfInvalidInputs)
        return { outcome, closed: 0 };
    // After an earlier run of this plan, plans that were made together with it then may still follow.
    const since = existing === undefined || existing.isClosed ? runNumber(runId) : existing.run;
    const outdated = sameOrigin.filter((comment) => comment !== existing && !comment.isClosed && comment.run < since);
    let closed = 0;
    for (const comment of outdated) {
        // Another job of this run may have updated it since.
        if ((await repository.commentBody(comment.id)) !== comment.body)
            continue;
        const closing = `${lines(comment.marker, ' closed')}${closingText(comment, runUrl)}`;
        await repository.putComment(pullRequest, comment, closing);
        closed++;
    }
    return { outcome, closed };
}
function parsed(comment) {
    const [marker = '', second = '', ...others] = comment.body.replace(/\r\n?/g, '\n').split('\n');
    const [, origin, run, closed] = originLine.exec(second) ?? [];
    const text = (origin === undefined ? [second, ...others] : others).join('\n');
    return {
        ...comment,
        marker,
        origin,
        run: Number(run ?? 0),
        isClosed: closed !== undefined,
        text,
    };
}
/** Says that a plan is out of date, with the plan collapsed. */
function closingText({ text }, runUrl) {
    const closed = `**This plan is closed.** [The latest run](${runUrl}) no longer makes it.`;
    return `${closed}\n\n<details><summary>The last plan</summary>\n\n${text}\n</details>\n`;
}
function runNumber(id) {
    return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
/** Identifies a text in a comment without showing it. */
function digest(text) {
    return (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex').slice(0, 16);
}

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __nccwpck_require__(7934);
;// CONCATENATED MODULE: ./lib/github/event.js

const repositorySchema = dist/* object */.Ikc({
    full_name: dist/* optional */.lqM(dist/* string */.YjP()),
    private: dist/* optional */.lqM(dist/* boolean */.zMY()),
    visibility: dist/* optional */.lqM(dist/* string */.YjP()),
    fork: dist/* optional */.lqM(dist/* boolean */.zMY()),
});
const eventPayload = dist/* object */.Ikc({
    repository: dist/* optional */.lqM(repositorySchema),
    pull_request: dist/* optional */.lqM(dist/* object */.Ikc({
        number: dist/* optional */.lqM(dist/* number */.aig()),
        created_at: dist/* fallback */.NpB(dist/* optional */.lqM(dist/* string */.YjP()), undefined),
        head: dist/* optional */.lqM(dist/* object */.Ikc({ repo: dist/* nullish */.cl6(repositorySchema), sha: dist/* optional */.lqM(dist/* string */.YjP()) })),
    })),
    workflow_run: dist/* optional */.lqM(dist/* object */.Ikc({ head_repository: dist/* nullish */.cl6(repositorySchema), head_sha: dist/* optional */.lqM(dist/* string */.YjP()) })),
    issue: dist/* optional */.lqM(dist/* object */.Ikc({
        number: dist/* optional */.lqM(dist/* number */.aig()),
        created_at: dist/* fallback */.NpB(dist/* optional */.lqM(dist/* string */.YjP()), undefined),
        /** Set only if the issue is a pull request. */
        pull_request: dist/* optional */.lqM(dist/* unknown */.L5J()),
    })),
});
function read(event) {
    const result = dist/* safeParse */.xLC(eventPayload, event.payload);
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

// EXTERNAL MODULE: ./lib/plan/name-template.js
var name_template = __nccwpck_require__(6647);
;// CONCATENATED MODULE: ./lib/version.js
/** The action's version, as package.json has it; a test holds the two together. */
const version = '1.0.0'; // x-release-please-version

;// CONCATENATED MODULE: ./lib/github/report-to-github.js






/** Loads the client, and connects. */
async function connect({ token, apiUrl, owner, repository }, options) {
    const { connectRepository } = await __nccwpck_require__.e(/* import() */ 909).then(__nccwpck_require__.bind(__nccwpck_require__, 5909));
    const userAgent = `pipecat-cloud-release/${version}`;
    return connectRepository({ token, apiUrl, owner, repository, userAgent, ...options });
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
/** The GitHub deployments of a release; undefined if there are none. */
function agentDeployments(settings, journal, options, { event, commit, previewOf }) {
    const { environment } = settings ?? {};
    if (settings === undefined || environment === undefined)
        return undefined;
    const reported = new Set();
    return new AgentDeployments({
        connect: () => connect(settings, options),
        commit,
        environmentIn: (region) => (0,name_template/* nameInRegion */.J4)(environment, region),
        environmentKind: async (name) => environmentKind(name, previewOf ?? pullRequestNumber(await event())),
        logUrl: settings.runUrl,
        onFailure: (error) => {
            // Warns once if all regions have the same failure.
            const warning = failureMessage('GitHub deployments are not complete', error);
            if (!reported.has(warning))
                journal.warning(warning);
            reported.add(warning);
        },
    });
}
/** Infers the kind of an environment from its name and its pull request. */
function environmentKind(name, pullRequest) {
    if (/^prod(?:uction)?(?![a-z])/i.test(name))
        return { isProduction: true };
    if (pullRequest === undefined)
        return {};
    // A deployment for a pull request is removed when that is closed.
    return { isProduction: false, isTransient: true };
}
/** Shows a plan, even a failed one, on the pull request. */
async function commentOnPlan(journal, settings, options, { event, commit, isOfInvalidInputs, write }) {
    const { kind } = journal.record;
    if (settings?.comments !== true || (kind !== 'plan' && kind !== 'offline-check'))
        return;
    if (kind === 'offline-check') {
        journal.log.info('The comment on the pull request is unchanged, because there is no plan.');
        return;
    }
    const pullRequest = pullRequestNumber(await event());
    if (pullRequest === undefined) {
        journal.log.info('The run is not for a pull request, so the plan is not in a comment.');
        return;
    }
    const work = withRepository(settings, options, async (repository) => {
        // The runner masks secrets in the log, but not in comments, so this text has none.
        const text = write(await commit(), settings.runUrl);
        const comment = { pullRequest, text, isOfInvalidInputs };
        const { outcome, closed } = await keepPlanComment(repository, settings, comment);
        journal.log.info(`The comment with the plan on the pull request is ${outcome}.`);
        if (closed > 0) {
            const what = closed === 1 ? 'the comment of a plan' : `the comments of ${closed} plans`;
            journal.log.info(`Closed ${what} that this step no longer makes.`);
        }
    });
    await orWarn(journal, 'The plan is not in a comment', work);
}
/** What was not reported to GitHub, why, and the permission that the token lacks. */
function failureMessage(what, error) {
    if (!(error instanceof errors/* GitHubError */.y_)) {
        return `${what}, because of a bug in the action. The run continues without it.`;
    }
    const { reason, lacksPermission, call } = error;
    const permission = lacksPermission
        ? ` The token needs the permission \`${call.permission}\` (under \`permissions:\` of the job).`
        : '';
    return `${what}, because ${reason}.${permission} The run continues without it.`;
}

// EXTERNAL MODULE: ./lib/record/teardown-record.js
var teardown_record = __nccwpck_require__(7327);
;// CONCATENATED MODULE: ./lib/github/report-preview.js





/** Keeps one comment on the pull request of a preview: what is serving, or what failed. A teardown closes it. */
async function commentOnPreview(journal, settings, options, { pullRequest, commit, hasFailed, write }) {
    const { kind } = journal.record;
    if (settings?.comments !== true || (kind !== 'release' && kind !== 'teardown'))
        return;
    const isEnd = kind === 'teardown';
    const marker = `<!-- pipecat-cloud-release: preview ${digest(settings.commentKey)} -->`;
    const work = withRepository(settings, options, async (repository) => {
        const [existing] = await repository.ownComments(pullRequest, marker);
        // A teardown only closes a comment that exists.
        if (isEnd && existing === undefined)
            return;
        const text = write(await commit(), settings.runUrl);
        const isClosed = isEnd && !hasFailed && (0,teardown_record/* isTornDown */._6)(journal.record.teardown);
        const body = `${marker}\n${isClosed ? '**This preview is closed.**\n\n' : ''}${text}`;
        const outcome = await repository.putComment(pullRequest, existing, body);
        journal.log.info(isClosed
            ? 'Closed the comment about the preview.'
            : `The comment about the preview on the pull request is ${outcome}.`);
    });
    await orWarn(journal, 'The comment about the preview is not up to date', work);
}
/** Sets the GitHub deployments of deleted agents to inactive. */
async function deactivatePreviews(journal, settings, options, agents) {
    const { environment } = settings ?? {};
    if (settings === undefined || environment === undefined || agents.length === 0)
        return;
    const work = withRepository(settings, options, async (repository) => {
        for (const { name, region } of agents) {
            await deactivateDeployments(repository, {
                environment: (0,name_template/* nameInRegion */.J4)(environment, region),
                agent: name,
                region,
                logUrl: settings.runUrl,
                description: `The preview ${name} in ${region} was torn down`,
            });
        }
    });
    await orWarn(journal, 'GitHub deployments are not set to inactive', work);
}

;// CONCATENATED MODULE: ./lib/github/pull-request.js


/** Reads a pull request of the repository. A failure is an outcome, not an error. */
async function lookUpPullRequest(access, number, options) {
    if (access === undefined)
        return { outcome: 'no-token' };
    try {
        const pullRequest = await withRepository(access, options, (repository) => repository.pullRequest(number));
        return { outcome: 'found', pullRequest };
    }
    catch (error) {
        if (!(error instanceof errors/* GitHubError */.y_))
            throw error;
        const { reason, lacksPermission, call } = error;
        const permission = lacksPermission
            ? ` (the token needs the permission \`${call.permission}\`)`
            : '';
        return { outcome: 'failed', why: `${reason}${permission}` };
    }
}

// EXTERNAL MODULE: ./lib/plan/preview.js
var plan_preview = __nccwpck_require__(7375);
// EXTERNAL MODULE: ./lib/inputs/problems.js
var inputs_problems = __nccwpck_require__(1733);
;// CONCATENATED MODULE: ./lib/inputs/resolve-preview.js


/**
 * Finds out what the event does not say about the pull request: whose code it is, and when it was opened.
 *
 * @returns the preview, and a remark if something could not be read but is not needed
 * @throws UntrustedEventError if the code may be a stranger's
 * @throws InputsError if nothing tells the preview from another agent with its name
 */
async function resolvePreview(preview, { commentedOn, lookUp }) {
    const unknown = preview?.openedAt === undefined ? preview?.pullRequest : undefined;
    const number = commentedOn ?? unknown;
    if (number === undefined)
        return { preview };
    const lookup = await lookUp(number);
    if (commentedOn !== undefined)
        refuseStrangers(lookup);
    if (preview === undefined || unknown === undefined)
        return { preview };
    if (lookup.outcome === 'found') {
        return { preview: { ...preview, openedAt: lookup.pullRequest.openedAt } };
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
    return {
        preview,
        ...(lookup.outcome === 'failed'
            ? {
                remark: `Could not read when pull request ${number} was opened, because ${lookup.why}. Only the name shows that the agent is a preview.`,
            }
            : {}),
    };
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

// EXTERNAL MODULE: ./lib/secrecy/secret-value.js
var secret_value = __nccwpck_require__(7734);
// EXTERNAL MODULE: ./lib/text/bytes.js
var text_bytes = __nccwpck_require__(8544);
// EXTERNAL MODULE: ./lib/text/list.js
var text_list = __nccwpck_require__(8735);
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
;// CONCATENATED MODULE: ./lib/inputs/access.js




const defaultApiUrl = 'https://api.pipecat.daily.co';
function given({ raw, environment }, input, variable) {
    const text = raw.text(input);
    if (text !== undefined)
        return { text, origin: { input, words: `the input \`${input}\`` } };
    if (variable === undefined)
        return undefined;
    const value = environment[variable]?.trim() ?? '';
    if (value === '')
        return undefined;
    return { text: value, origin: { input, words: `the environment variable \`${variable}\`` } };
}
/** Everything that could be a credential, to be masked even if it is not valid. */
function givenCredentials(raw, environment) {
    return [raw.text('api-key'), raw.text('pat'), environment['PIPECAT_TOKEN']?.trim()].flatMap((text) => (text === undefined || text === '' ? [] : [new secret_value/* SecretValue */.i(text)]));
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
            findings.warnings.push(`Ignored ${origin.words}, because an API key belongs to one organization.`);
        }
        else if (!isOrganizationName(text) || (0,inputs_problems/* looksLikeCredential */.Pv)(text)) {
            findings.problem('organization', `${(0,inputs_problems/* shown */.SP)(text)} in ${origin.words} is not the name, the ID or the display name of an organization`);
        }
    }
    if (credential === undefined || apiUrl === undefined)
        return undefined;
    return {
        apiUrl,
        credential,
        organization: organization && { name: organization.text, origin: organization.origin.words },
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
    const { text, origin } = credential;
    const { input, words } = origin;
    const kind = apiKey === undefined ? 'personal-access-token' : 'private-api-key';
    const value = checkCredentialText(findings, text, kind, { input, words });
    return value && { kind, value, origin: words };
}
/** Where to put a credential of each kind, or how to replace it. */
const advice = {
    'private-api-key': 'put it into `api-key`',
    'personal-access-token': 'put it into `pat`',
    'public-api-key': 'create a private one in the dashboard under Settings → API Keys → Private (a public key can only start sessions)',
};
const adviceForPublicKey = 'create a public one in the dashboard under Settings → API Keys → Public';
/** A credential of the kind that an input is for; undefined, with a finding, if it is another one. */
function checkCredentialText(findings, text, expected, { input, words }) {
    if (!/^[\x21-\x7e]+$/.test(text)) {
        return findings.problem(input, `${words} contains blanks, line breaks or characters that are not ASCII; set it to one line without blanks`);
    }
    const value = new secret_value/* SecretValue */.i(text);
    const kind = kindOfCredential(value);
    const { prefix, words: usual } = credentialKinds[expected];
    if (kind !== undefined && kind !== expected) {
        const fix = expected === 'public-api-key' ? adviceForPublicKey : advice[kind];
        return findings.problem(input, `${words} holds ${credentialKinds[kind].words} (\`${credentialKinds[kind].prefix}…\`) in place of ${usual} (\`${prefix}…\`); ${fix}`);
    }
    if (kind === undefined) {
        findings.warnings.push(`${capitalized(words)} does not begin with \`${prefix}\`, as ${usual} usually does. The action uses it anyway.`);
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
        return reader.findings.problem('api-url', `${origin.words} is not a URL; set one such as ${defaultApiUrl}`);
    }
    const url = new URL(text);
    const breach = breachOf(url);
    if (breach === undefined)
        return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
    // The rest of the URL may hold a credential.
    const start = `\`${url.protocol}//${url.host}\``;
    return reader.findings.problem('api-url', `${start} in ${origin.words} ${breach}`);
}
function breachOf(url) {
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
        return 'has a credential, a query or a fragment; remove it';
    }
    return (0,confidential/* isConfidential */.F)(url)
        ? undefined
        : 'does not begin with `https://` (`http://` is for loopback addresses only)';
}

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
/** The public key is empty although the run gets the secrets of its repository. */
const missingPublicKey = {
    input: 'public-api-key',
    message: `is empty, but \`smoke-test\` needs it. Likely reasons if the workflow sets it: ${inputs_problems/* emptyReasons */.Zn}`,
};
/** The public key, to be masked even if it is not valid. */
function givenPublicKey(raw) {
    const text = raw.text('public-api-key');
    return text === undefined ? [] : [new secret_value/* SecretValue */.i(text)];
}
/** Whether a dry run plans a smoke test without its key. */
function lacksPublicKey({ raw, isDryRun }, agent) {
    return isDryRun && agent?.smokeTest !== undefined && raw.text('public-api-key') === undefined;
}
/** Reads the settings of the smoke test; undefined if there is none. */
function readSmokeTest(reader, { waits }) {
    const { raw, fields, findings, isDryRun } = reader;
    const isWanted = fields.boolean('smoke-test') ?? false;
    const publicKey = readPublicKey(reader);
    const transport = readTransport(reader);
    const body = readBody(reader);
    const path = readPath(reader);
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
    if (raw.text('public-api-key') === undefined && !isDryRun) {
        findings.problem('public-api-key', missingPublicKey.message);
    }
    return { publicKey, transport, body, path, duration, timeout };
}
function readPublicKey({ raw, findings }) {
    const input = 'public-api-key';
    const text = raw.text(input);
    return text === undefined
        ? undefined
        : checkCredentialText(findings, text, input, { input, words: `the input \`${input}\`` });
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
        return findings.problem('smoke-test-body', `has ${(0,text_bytes/* bytesOf */.$)(size)}, but the platform accepts at most ${(0,text_bytes/* bytesOf */.$)(longestBody)}`);
    }
    return (parseObject(text) ??
        findings.problem('smoke-test-body', 'is not a JSON object such as `{"language": "en"}` (its value is not shown)'));
}
function parseObject(text) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        return undefined;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        return undefined;
    return { ...value };
}
function readPath({ raw, findings }) {
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
        return `begins with \`${first}\`, but the platform reserves ${(0,text_list/* listOf */.c)(reservedNames)}; name an endpoint of the bot itself`;
    }
    return undefined;
}

// EXTERNAL MODULE: ./lib/text/printable.js
var printable = __nccwpck_require__(7944);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __nccwpck_require__(7819);
;// CONCATENATED MODULE: ./lib/secrecy/forms.js
/**
 * Finds many strings in a text. There may be tens of thousands of strings, and texts are short, so this
 * looks up each position of the text among the strings, instead of each string in the text.
 */
class WholeForms {
    #forms;
    #shortest;
    /** The lengths of the forms, by their first characters. */
    #lengths = new Map();
    /** @param shortest the length of the shortest form, or less */
    constructor(forms, shortest) {
        this.#forms = new Set(forms);
        this.#shortest = shortest;
        for (const form of this.#forms) {
            const beginning = form.slice(0, shortest);
            this.#lengths.set(beginning, (this.#lengths.get(beginning) ?? new Set()).add(form.length));
        }
    }
    in(text) {
        const ranges = [];
        if (this.#forms.size === 0)
            return ranges;
        for (let start = 0; start + this.#shortest <= text.length; start++) {
            for (const length of this.#lengths.get(text.slice(start, start + this.#shortest)) ?? []) {
                const end = start + length;
                if (end <= text.length && this.#forms.has(text.slice(start, end))) {
                    ranges.push({ start, end });
                }
            }
        }
        return ranges;
    }
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
    const solid = new WholeForms(forms.filter((form) => withoutBlanks(form).length < shortestSpread), shortestMask);
    const spread = new WholeForms(spreadForms, shortestSpread);
    return (text, { isPart = false, keep = 'beginning', most = maxTextLength } = {}) => {
        const isCut = text.length > most;
        // Invisible characters must not hide a value from the search, so they are removed first.
        const shown = (0,printable/* printable */.g)(isCut ? cut(text, keep, most + margin) : text);
        const { dense, placeOf } = densely(shown);
        const ranges = [
            ...solid.in(shown),
            ...[
                ...spread.in(dense),
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

// EXTERNAL MODULE: ./lib/pipecat/names.js
var names = __nccwpck_require__(5636);
// EXTERNAL MODULE: ./lib/inputs/agent-settings.js + 1 modules
var agent_settings = __nccwpck_require__(5843);
// EXTERNAL MODULE: ./lib/inputs/declared.js
var declared = __nccwpck_require__(6307);
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
    'build-timeout': declared/* declaredInputs */.WB['build-timeout'],
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
    const directory = build_readPath(reader, 'build-context') ?? defaults['build-context'];
    const folder = file === undefined ? '.' : external_node_path_.posix.dirname(file.path);
    const isDefault = !raw.isInput('build-context') && directory === defaults['build-context'];
    return {
        directory,
        dockerfile: build_readPath(reader, 'dockerfile') ?? defaults.dockerfile,
        exclude,
        ...(isDefault && folder !== '.' ? { settingsFolder: folder } : {}),
    };
}
function build_readPath({ raw, findings }, input) {
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
    const list = unused.map((input) => `\`${input}\``).join(', ');
    findings.notices.push(`${list} ${unused.length === 1 ? 'has' : 'have'} no effect without \`cloud-build: true\`.`);
}

;// CONCATENATED MODULE: ./lib/inputs/agent.js





const withoutEffectAlone = [
    ...agent_settings/* agentSettingInputs */.tF,
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
function readAgent(reader, preview) {
    const { raw, fields, regions, settingsFile, findings } = reader;
    const name = regions.name('agent-name', names/* agentName */.Lp, [name_template/* regionPlaceholder */.q5]);
    const { minAgents, maxAgents, ...settings } = (0,agent_settings/* readAgentSettings */.Hu)(reader);
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
function checkScaling({ regions: { regions, checkedRegions }, findings }, minAgents, maxAgents) {
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



/** The token, to be masked even if it is not used. */
function givenGitHubToken(raw) {
    const token = raw.text('github-token');
    return token === undefined ? [] : [new secret_value/* SecretValue */.i(token)];
}
/** Reads how to reach the repository. Undefined without a token. */
function readGitHubAccess({ raw, environment }) {
    const token = raw.text('github-token');
    if (token === undefined)
        return undefined;
    const variable = (key) => environment[key]?.trim() ?? '';
    const [owner = '', repository = ''] = variable('GITHUB_REPOSITORY').split('/');
    return {
        token: new secret_value/* SecretValue */.i(token),
        apiUrl: (variable('GITHUB_API_URL') || 'https://api.github.com').replace(/\/+$/, ''),
        owner,
        repository,
    };
}
/** Reads what to report to GitHub. Undefined if nothing. */
function readGitHub(reader, context) {
    const { raw, fields, environment, findings } = reader;
    const comments = fields.boolean('comment') ?? false;
    const name = readEnvironmentName(reader, context);
    const access = readGitHubAccess(reader);
    if (access === undefined) {
        // Forks and Dependabot get no secrets, and need no token for an offline check.
        if (context.isOffline)
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
    const variable = (key) => environment[key]?.trim() ?? '';
    const { owner, repository } = access;
    const server = variable('GITHUB_SERVER_URL') || 'https://github.com';
    const runUrl = `${server}/${owner}/${repository}/actions/runs/${variable('GITHUB_RUN_ID')}`;
    return {
        ...access,
        runUrl,
        environment: name,
        comments,
        commentKey: [
            raw.text('organization') ?? variable('PIPECAT_ORG'),
            raw.text('api-url') ?? variable('PIPECAT_API_HOST'),
            raw.text('environment') ?? '',
            ...subjectsOf(reader),
        ].join('\n'),
        commentOrigin: ['GITHUB_WORKFLOW', 'GITHUB_JOB', 'GITHUB_ACTION'].map(variable).join('\n'),
        runId: variable('GITHUB_RUN_ID'),
    };
}
/**
 * What the plan is for, by region: the agent, or the secret sets if there is no agent. From the texts of
 * the inputs, so that mistakes in other inputs do not change it.
 */
function subjectsOf({ raw, regions: { regions } }) {
    const agent = raw.text('agent-name');
    const names = agent === undefined ? [raw.text('secret-set'), raw.text('registry')] : [agent];
    const given = names.filter((name) => name !== undefined);
    if (regions.length === 0)
        return given;
    return regions
        .flatMap((region) => given.map((name) => `${(0,name_template/* nameInRegion */.J4)(name, region)} in ${region}`))
        .toSorted();
}
function readEnvironmentName({ raw, fields, regions: { regions }, findings }, { waitsForAgent, isPreview }) {
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
    if (regions.length > 1 && !name.includes(name_template/* regionPlaceholder */.q5) && !isPreview) {
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

// EXTERNAL MODULE: ./lib/text/nearest.js + 1 modules
var nearest = __nccwpck_require__(8045);
;// CONCATENATED MODULE: ./lib/inputs/raw-inputs.js



const raw_inputs_prefix = 'INPUT_';
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
            .map((input) => this.#environment[raw_inputs_prefix + input.toUpperCase()] ?? '')
            .find((text) => text !== '');
        return this.#numbered(name, given ?? '');
    }
    /** An input without the blanks around it, else what the settings file says, else its default. */
    text(name) {
        const given = this.verbatim(name).trim();
        if (given !== '')
            return given;
        const fromFile = this.#options.settingsFile.get(name);
        return fromFile === undefined ? declared/* declaredInputs */.WB[name] : this.#numbered(name, fromFile);
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
            if (!variable.startsWith(raw_inputs_prefix))
                continue;
            const name = variable.slice(raw_inputs_prefix.length).toLowerCase();
            if (name === '' || Object.hasOwn(declared/* declaredInputs */.WB, name))
                continue;
            const renames = this.#options.renamed;
            const renamed = Object.hasOwn(renames, name) ? renames[name] : undefined;
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

;// CONCATENATED MODULE: ./lib/inputs/misplaced.js




/** Inputs that are meant to hold secrets; messages never quote their values. */
const forSecrets = [
    'api-key',
    'pat',
    'secrets',
    'secrets-json',
    'registry-password',
    'github-token',
    'public-api-key',
    'smoke-test-body',
];
/**
 * Parts of secrets that are in the wrong input. Messages may quote such a part, which redacting the whole
 * secret would miss: an item of a list, one side of a line `region: name`, or the host of an address.
 */
function misplacedParts(raw, secrets) {
    const texts = declared/* inputNames */.vj
        .filter((name) => !forSecrets.includes(name))
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
        this.entries.push({ key, value: new secret_value/* SecretValue */.i(value), place, ...details });
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
     */
    stopAt(problem) {
        this.problems.push(problem);
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
    /** The same for a line that was not read: if it is `KEY=value`, the value alone is as secret. */
    addPossibleSecretLine(line) {
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
/** Reads which pull request `{pr}` stands for. Reads the event only if an input has `{pr}`. */
async function readPullRequest(raw, findings, readEvent) {
    const holders = pullRequestInputs.filter((input) => raw.text(input)?.includes(name_template/* pullRequestPlaceholder */.KA) === true);
    if (holders.length === 0) {
        if (raw.isGiven('pr-number') && !isTeardown(raw)) {
            findings.problem('pr-number', `has no effect, because no name has \`${name_template/* pullRequestPlaceholder */.KA}\``);
        }
        return { raw, preview: undefined };
    }
    const event = (await readEvent?.()) ?? { eventName: '', payload: undefined };
    const ofEvent = pullRequestOf(event);
    const number = readNumber(raw, findings, ofEvent);
    if (number === undefined && !raw.isGiven('pr-number')) {
        const on = event.eventName === '' ? '' : ` (event \`${event.eventName}\`)`;
        for (const input of holders) {
            findings.problem(input, `has \`${name_template/* pullRequestPlaceholder */.KA}\`, the number of a pull request, but this run is not for a pull request${on}; set \`pr-number\``);
        }
    }
    checkLines(raw, findings);
    const unclear = setInputs.filter((input) => isUnclear(raw, input));
    const hasPreview = holders.includes('agent-name');
    if (!hasPreview && !isTeardown(raw))
        reportUnclear(findings, unclear);
    return {
        raw: raw.with({ pullRequest: String(number ?? anyNumber) }),
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
/** Whether a set would be written whose name alone does not show that it belongs to the preview. */
function isUnclear(raw, input) {
    const isWritten = input === 'image-credentials'
        ? raw.isGiven('registry')
        : secretSources.some((source) => raw.isGiven(source));
    const hasPlaceholder = raw.text(input)?.includes(name_template/* pullRequestPlaceholder */.KA) === true;
    return isWritten && hasPlaceholder && !hasUniqueName(raw, input);
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
        findings.problem(input, `has \`${name_template/* pullRequestPlaceholder */.KA}\` in only some of its lines; add it to the others (${(0,text_list/* listOf */.c)(without.map((value) => value.trim()))})`);
    }
}
/** One value, or those of lines `region: value`. */
function valuesOf(text) {
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
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
    #raw;
    #findings;
    constructor(raw, findings) {
        this.#raw = raw;
        this.#findings = findings;
    }
    /** A text that follows a naming rule of the platform. */
    name(input, { pattern, rule }) {
        const text = this.#raw.text(input);
        if (text === undefined || pattern.test(text))
            return text;
        return this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is not valid; use ${rule}`);
    }
    /** A whole number within bounds. */
    integer(input, bounds) {
        const text = this.#raw.text(input);
        return text === undefined ? undefined : this.parseInteger(input, text, bounds);
    }
    /** The same for a text that an input holds. */
    parseInteger(input, text, { least, most }) {
        const range = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
        if (!/^\d{1,9}$/.test(text)) {
            return this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is not a whole number ${range}, written in digits`);
        }
        const number = Number(text);
        if (number >= least && number <= (most ?? Infinity))
            return number;
        if (this.#raw.isInput(input)) {
            return this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is out of range; use a whole number ${range}`);
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
        const text = this.#raw.text(input);
        if (text === undefined)
            return undefined;
        if (['true', 'True', 'TRUE'].includes(text))
            return true;
        if (['false', 'False', 'FALSE'].includes(text))
            return false;
        return this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is neither \`true\` nor \`false\``);
    }
    /** One of a few words. */
    choice(input, choices) {
        const text = this.#raw.text(input);
        const choice = choices.find((one) => one === text?.toLowerCase());
        if (text === undefined || choice !== undefined)
            return choice;
        return this.#refuseWord(input, text, choices, (0,nearest/* nearest */.pA)(text, choices));
    }
    /**
     * One of the words that this version knows. From the settings file, others are accepted, too, unless
     * they are a near miss.
     *
     * @param aliases what else people call the words
     */
    word(input, words, aliases = {}) {
        const text = this.#raw.text(input);
        if (text === undefined)
            return undefined;
        const word = text.toLowerCase();
        if (words.includes(word))
            return word;
        const meant = aliases[word] ?? (0,nearest/* nearest */.pA)(text, words);
        if (meant !== undefined || this.#raw.isInput(input)) {
            return this.#refuseWord(input, text, words, meant);
        }
        this.#warnOfUnknown(input, text, (0,text_list/* listOf */.c)(words));
        return text;
    }
    #refuseWord(input, text, words, meant) {
        const suggestion = meant === undefined ? '' : `. Did you mean \`${meant}\`?`;
        return this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(text)} is not one of ${(0,text_list/* listOf */.c)(words)}${suggestion}`);
    }
    #warnOfUnknown(input, text, known) {
        this.#findings.warnings.push(`${(0,inputs_problems/* shown */.SP)(text)} in \`${this.#findings.displayName(input)}\` is not a value that this version of the action knows (${known}). The action sends it anyway.`);
    }
    /** Reports inputs that are set, and not to their defaults, but need another input. */
    noEffectWithout(needed, inputs) {
        for (const input of inputs) {
            if (this.#raw.isInput(input) && this.#raw.text(input) !== declared/* declaredInputs */.WB[input]) {
                this.#findings.problem(input, `has no effect without \`${needed}\`, which is not set`);
            }
        }
    }
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

;// CONCATENATED MODULE: ./lib/inputs/regions.js






/** Stands for a region that only the platform knows. */
const exampleRegion = 'us-west';
/** Reads inputs whose values may differ by region, or hold `{region}`. */
class RegionFields {
    #raw;
    #findings;
    #fields;
    /** The regions that `region` lists, in that order. */
    regions;
    constructor(raw, findings, fields) {
        this.#raw = raw;
        this.#findings = findings;
        this.#fields = fields;
        this.regions = this.#readRegions();
    }
    /** The regions that values are checked for; an example if none is listed. */
    get checkedRegions() {
        return this.regions.length === 0 ? [exampleRegion] : this.regions;
    }
    /** The template of a name on the platform, which differs from region to region. */
    name(input, rule, placeholders) {
        const templates = this.#values(input, { isRequiredEverywhere: true });
        if (templates === undefined)
            return undefined;
        const shell = templates.values.find((value) => value.includes('${'));
        if (shell !== undefined) {
            const fixed = shell.replaceAll('${', '{');
            return this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(shell)} has a \`$\` before a placeholder; ${(0,inputs_problems/* looksLikeCredential */.Pv)(fixed) ? 'remove it' : `use \`${fixed}\``}`);
        }
        if (!this.#checkPlaceholders(input, templates, placeholders))
            return undefined;
        const checks = [
            this.#checkRule(input, templates, rule),
            this.#checkUniqueness(input, templates, rule),
        ];
        return checks.includes(false) ? undefined : templates;
    }
    /** Whole numbers within bounds. */
    integer(input, bounds) {
        const texts = this.#values(input, { isRequiredEverywhere: false });
        return (texts?.map((text) => this.#fields.parseInteger(input, text, bounds)) ??
            new Regional(undefined));
    }
    #readRegions() {
        const regions = [];
        const items = this.#raw.items('region');
        if (items.length === 0 && this.#raw.text('region') !== undefined) {
            this.#findings.problem('region', 'is set but contains no region');
        }
        for (const item of items) {
            if (!names/* regionCode */.Gw.pattern.test(item)) {
                const written = regionsIn(item);
                const isShown = written.every((one) => names/* regionCode */.Gw.pattern.test(one)) && !(0,inputs_problems/* looksLikeCredential */.Pv)(item);
                this.#findings.problem('region', `${(0,inputs_problems/* shown */.SP)(item)} is not valid; use ${names/* regionCode */.Gw.rule}${isShown ? `. Did you mean \`${written.join(', ')}\`?` : ''}`);
            }
            else if (regions.includes(item)) {
                this.#findings.problem('region', `lists \`${item}\` twice`);
            }
            else {
                regions.push(item);
            }
        }
        return regions;
    }
    /** One value for all regions, or lines `region: value`, with `*: value` for the others. */
    #values(input, { isRequiredEverywhere }) {
        const text = this.#raw.text(input);
        if (text === undefined)
            return undefined;
        // None of these values can hold a colon or a line break.
        if (!/[:\n]/.test(text))
            return new Regional(text);
        // Lines are counted as in the workflow.
        const values = this.#readLines(input, this.#raw.isInput(input) ? this.#raw.verbatim(input) : text);
        if (values === undefined)
            return undefined;
        const checks = [
            this.#checkRegions(input, values),
            !isRequiredEverywhere || this.#checkCompleteness(input, values),
        ];
        return checks.includes(false) ? undefined : values;
    }
    #readLines(input, text) {
        const own = new Map();
        let checks = true;
        for (const [index, line] of text.split(/\r?\n/).entries()) {
            if (line.trim() === '')
                continue;
            const [, region, value] = /^(\*|[a-z0-9][-a-z0-9]*)\s*:\s*(\S.*)$/.exec(line.trim()) ?? [];
            const place = `line ${index + 1}`;
            if (region === undefined || value === undefined || (0,inputs_problems/* looksLikeCredential */.Pv)(region)) {
                return this.#findings.problem(input, `${place} is not \`region: value\`; set one value, or lines \`region: value\` (\`*: value\` for the other regions)`);
            }
            if (own.has(region)) {
                checks = false;
                this.#findings.problem(input, `has two lines for \`${region}\`; the second is ${place}`);
            }
            own.set(region, value);
        }
        const others = own.get('*');
        own.delete('*');
        return checks ? new Regional(others, own) : undefined;
    }
    #checkRegions(input, { regions }) {
        if (regions.length > 0 && this.regions.length === 0) {
            this.#findings.problem(input, `has lines for regions (${(0,text_list/* listOf */.c)(regions)}); set \`region\` to the regions to release to`);
            return false;
        }
        const unknown = regions.filter((region) => !this.regions.includes(region));
        if (unknown.length === 0)
            return true;
        this.#findings.problem(input, `has a line for ${(0,text_list/* listOf */.c)(unknown)}, but \`region\` lists ${(0,text_list/* listOf */.c)(this.regions)}${meantFor(unknown, this.regions)}`);
        return false;
    }
    #checkCompleteness(input, values) {
        const without = this.regions.filter((region) => values.in(region) === undefined);
        if (without.length === 0)
            return true;
        this.#findings.problem(input, `has no line for ${(0,text_list/* listOf */.c)(without)}; add one, or \`*: …\` for the other regions`);
        return false;
    }
    #checkPlaceholders(input, { values }, placeholders) {
        let checks = true;
        for (const value of values) {
            const held = value.match(/\{[^{}]*\}/g) ?? [];
            const unknown = held.filter((placeholder) => !placeholders.includes(placeholder));
            if (unknown.length > 0) {
                checks = false;
                this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(value)} has an unknown placeholder; available: ${(0,text_list/* listOf */.c)([...placeholders, name_template/* pullRequestPlaceholder */.KA])}`);
            }
            if (held.filter((placeholder) => placeholder === name_template/* versionPlaceholder */.Wg).length > 1) {
                checks = false;
                this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(value)} has \`${name_template/* versionPlaceholder */.Wg}\` more than once`);
            }
        }
        return checks;
    }
    #checkRule(input, templates, { pattern, rule }) {
        const reported = new Set();
        for (const region of this.checkedRegions) {
            const template = templates.in(region) ?? '';
            const name = (0,name_template/* nameOfAnyVersion */.TL)((0,name_template/* nameInRegion */.J4)(template, region));
            if (pattern.test(name) || reported.has(template))
                continue;
            reported.add(template);
            const length = name === template ? '' : ` (${name.length} characters in ${region})`;
            this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(template)}${length} is not valid; use ${rule}`);
        }
        return reported.size === 0;
    }
    #checkUniqueness(input, templates, rule) {
        const regionsByName = new Map();
        for (const region of this.regions) {
            const name = (0,name_template/* nameInRegion */.J4)(templates.in(region) ?? '', region);
            regionsByName.set(name, [...(regionsByName.get(name) ?? []), region]);
        }
        const shared = [...regionsByName].filter(([, regions]) => regions.length > 1);
        for (const [name, regions] of shared) {
            this.#findings.problem(input, `${(0,inputs_problems/* shown */.SP)(name)} is the name in ${(0,text_list/* listOf */.c)(regions)}, but names are unique across the platform; ${this.#suggestionFor(input, suggestedName(name, regions, rule))}`);
        }
        return shared.length === 0;
    }
    /** The platform's client reads the settings file, too, and does not know `{region}`. */
    #suggestionFor(input, better) {
        return this.#findings.substitutes.has(input)
            ? `set the input \`${input}\` to ${better}, because the platform's client reads the file, too`
            : `use ${better}, or lines \`region: name\``;
    }
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


function inputReader(source, settingsFile) {
    const { raw, findings } = source;
    const fields = new Fields(raw, findings);
    const regions = new RegionFields(raw, findings, fields);
    return {
        ...source,
        settingsFile,
        fields,
        regions,
        isDryRun: fields.boolean('dry-run') ?? false,
    };
}

// EXTERNAL MODULE: ./lib/registry/reference.js
var registry_reference = __nccwpck_require__(9758);
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
    const { raw, regions, findings } = reader;
    const name = regions.name('image-credentials', names/* secretSetName */._u, [name_template/* regionPlaceholder */.q5]);
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
    const name = (0,registry_reference/* registryName */.jT)(credentials.host);
    if (image === undefined || (0,registry_reference/* parseImageReference */.o_)(image).registry === name)
        return;
    findings.warnings.push(`\`registry\` is \`${name}\`, but \`image\` is in \`${(0,registry_reference/* parseImageReference */.o_)(image).registry}\`. The image pull secret does not help to pull it.`);
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
    if ((0,registry_reference/* registryName */.jT)(url.host) === registry_reference/* dockerHub */.UD)
        return registry_reference/* dockerHubUrl */.JM;
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
    #line = 1;
    constructor(text) {
        this.#text = text;
    }
    parse() {
        const statements = [];
        for (;;) {
            this.#read('blanksAndLineBreaks');
            if (this.#position === this.#text.length)
                return { statements, problem: undefined };
            const start = this.#position;
            const line = this.#line;
            const statement = this.#readStatement();
            if ('reason' in statement)
                return { statements, problem: { ...statement, line, start } };
            if (statement.key !== undefined)
                statements.push({ ...statement, line });
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
                this.#advance(end + 1);
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
        this.#advance(this.#position + match[0].length);
        return match[1] ?? match[0];
    }
    #advance(position) {
        for (let at = this.#text.indexOf('\n', this.#position); at !== -1 && at < position; at = this.#text.indexOf('\n', at + 1)) {
            this.#line += 1;
        }
        this.#position = position;
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
    let end = rest.length;
    for (let at = rest.indexOf('#', 1); at !== -1; at = rest.indexOf('#', at + 1)) {
        if (!isBlank.test(rest.charAt(at - 1)))
            continue;
        end = at;
        break;
    }
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
    const nextClose = finder(value, '}');
    const nextColon = finder(value, ':');
    let resolved = '';
    let done = 0;
    for (let start = value.indexOf('${'); start !== -1; start = value.indexOf('${', start)) {
        const close = nextClose(start + 2);
        if (close === -1)
            break;
        const colon = nextColon(start + 2);
        const hasColon = colon !== -1 && colon < close;
        if (hasColon && value[colon + 1] !== '-') {
            start += 2;
            continue;
        }
        const name = value.slice(start + 2, hasColon ? colon : close);
        const fallback = hasColon && !earlier.has(name) ? value.slice(colon + 2, close) : undefined;
        const replacement = fallback ?? earlier.get(name);
        if (replacement === undefined)
            return { name, isTooLong: false };
        resolved += value.slice(done, start) + replacement;
        if (resolved.length > maxValueLength)
            return { name, isTooLong: true };
        start = done = close + 1;
    }
    return { value: resolved + value.slice(done) };
}
/** Finds a character at or after a place that only grows, in linear time over all calls. */
function finder(text, character) {
    let found = text.indexOf(character);
    return (from) => {
        if (found !== -1 && found < from)
            found = text.indexOf(character, from);
        return found;
    };
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/files.js







/**
 * Reads the `secrets-file` input: dotenv files, relative to the workspace. Each value is as python-dotenv
 * reads it, or a problem names the key and the reason.
 */
async function readFiles(paths, workspace, readFile) {
    const reading = new SourceReading('secrets-file');
    for (const path of paths) {
        const text = await readText(reading, path, workspace, readFile);
        if (text !== undefined)
            readValues(reading, path, text);
    }
    return reading;
}
/** The keys of a dotenv file, including bare names and repeated keys. */
async function readKeyNames(path, workspace, readFile) {
    const reading = new SourceReading('secrets-file');
    const text = await readText(reading, path, workspace, readFile);
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
async function readText(reading, path, workspace, readFile) {
    let text;
    try {
        text = await readFile((0,external_node_path_.resolve)(workspace, path));
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
    const index = statements.findIndex(({ key, value, isQuoted }) => value === undefined ? !isVariableName(key) : !isQuoted && endsBase64(key, value));
    const first = statements[index];
    if (first === undefined)
        return dotenv;
    const { line } = first;
    return {
        statements: statements.slice(0, index),
        problem: { line, start: lineStart(text, line), key: undefined, reason: 'not an assignment' },
    };
}
function readValues(reading, path, text) {
    const dotenv = readStatements(text);
    const assigned = new Set(dotenv.statements.filter(({ value }) => value !== undefined).map(({ key }) => key));
    const isSops = isEncryptedBySops(dotenv.statements);
    const unfinishedKeys = [];
    /** Resolved values for references; undefined for a key without a usable value. */
    const earlier = new Map();
    for (const { key, value, line } of dotenv.statements) {
        const place = placeIn(path, line);
        if (value === undefined) {
            const name = isConventional(key) ? `\`${key}\`` : 'a name';
            if (!isConventional(key))
                reading.addPossibleSecret(key);
            reading.remarks.push(`${place}: skipped ${name}, because it has no \`=\` and no value.`);
            earlier.set(key, undefined);
            continue;
        }
        const kind = unfinished(value);
        if (kind !== undefined || (isSops && isOfSops(key))) {
            if (!names/* secretKey */.oF.pattern.test(key))
                reading.refuseKey(key, place);
            else if (kind !== undefined && !isOfSops(key)) {
                unfinishedKeys.push({ key, kind });
            }
            earlier.set(key, undefined);
            continue;
        }
        const resolution = resolveReferences(value, earlier);
        if ('value' in resolution) {
            reading.add(key, resolution.value, place);
            earlier.set(key, resolution.value);
            continue;
        }
        const { name, isTooLong } = resolution;
        const reference = isConventional(name) ? `\`\${${name}}\`` : 'a reference such as `${NAME}`';
        const reason = isTooLong
            ? 'would make the value longer than 1 MiB'
            : whyUnresolved(earlier.has(name), assigned.has(name));
        reading.refuseValue(key, value, place, `contains ${reference}, which python-dotenv replaces, and ${reason}`);
        earlier.set(key, undefined);
    }
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
        const keys = unfinishedKeys.filter((one) => one.kind === kind).map(({ key }) => key);
        if (keys.length === 0)
            continue;
        const named = (0,text_list/* listOf */.c)(keys, { most: 20 });
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
    const [line = ''] = text.slice(problem.start).split('\n', 1);
    const mistake = problem.reason === 'not an assignment' ? mistakeIn(line) : undefined;
    reading.stopAt(mistake === undefined
        ? `${place}: ${wordsOf(problem)}, so reading stopped here`
        : `${place} ${mistake}. Reading stopped here`);
    for (const rest of text.slice(problem.start).split('\n'))
        reading.addPossibleSecretLine(rest);
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
function lineStart(text, line) {
    let start = 0;
    for (let left = line - 1; left > 0; left--)
        start = text.indexOf('\n', start) + 1;
    return start;
}

;// CONCATENATED MODULE: ./lib/inputs/required-secrets.js



/**
 * Reads the keys that the set must have after the release: names, or dotenv files with those names, such
 * as `.env.example`. An item with a dot or a slash is a path, because keys have neither.
 */
async function readRequiredKeys(reader) {
    const { raw, findings } = reader;
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
            const keys = await readKeys(item, reader);
            for (const key of keys)
                require(key, `\`${item}\``);
        }
        else {
            findings.problem('required-secrets', `${(0,inputs_problems/* shown */.SP)(item)} is neither the name of a key (${names/* secretKey */.oF.rule}) nor the path of a dotenv file`);
        }
    }
    return [...required.values()];
}
async function readKeys(path, { workspace, readFile, findings }) {
    const { keys, problems } = await readKeyNames(path, workspace, readFile);
    for (const problem of problems)
        findings.problem('required-secrets', problem);
    if (keys.length + problems.length === 0) {
        findings.problem('required-secrets', `\`${path}\` has no keys`);
    }
    return keys;
}

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
    const { raw, fields, regions, findings } = reader;
    const { secrets, requiredKeys, credential, imagePullSecret, waitsForAgent } = context;
    const name = regions.name('secret-set', names/* secretSetName */._u, [name_template/* regionPlaceholder */.q5, name_template/* versionPlaceholder */.Wg]);
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
        checkPlain(reader, secrets, { prune, waitsForAgent });
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
function checkOtherKind({ regions: { checkedRegions }, findings }, name, imagePullSecret) {
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
function checkPlain({ raw, findings }, { pairs, skippedKeys, isComplete }, { prune, waitsForAgent }) {
    if (raw.isInput('keep-versions') && raw.text('keep-versions') !== '3') {
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





/** The inputs that a teardown depends on. It ignores the others, so that one `with:` block serves both jobs. */
const inputsOfTeardown = [
    'api-key',
    'pat',
    'organization',
    'api-url',
    'config-file',
    'region',
    'secret-set',
    'image-credentials',
    'agent-name',
    'wait-timeout',
    'dry-run',
    'pr-number',
    'teardown',
    'github-token',
    'environment',
    'comment',
];
/** Reads what to tear down. Undefined in a release, or if it is not the preview of a pull request. */
function readTeardown(reader, { templates, preview }) {
    const { raw, fields, regions, findings } = reader;
    if (!isTeardown(raw))
        return undefined;
    const isOwn = (input) => templates.text(input)?.includes(name_template/* pullRequestPlaceholder */.KA) === true;
    const agent = regions.name('agent-name', names/* agentName */.Lp, [name_template/* regionPlaceholder */.q5]);
    if (raw.text('agent-name') === undefined) {
        findings.problem('agent-name', 'is not set, but `teardown` needs the name of the agent, with `{pr}` in it');
    }
    else if (!isOwn('agent-name')) {
        findings.problem('agent-name', 'has no `{pr}`, so `teardown` would delete an agent that others use; add `{pr}`');
    }
    const own = (input, placeholders) => {
        const name = regions.name(input, names/* secretSetName */._u, placeholders);
        if (raw.text(input) === undefined || isOwn(input))
            return name;
        findings.remarks.push(`\`${input}\` has no \`{pr}\`, so others may use it. \`teardown\` leaves it alone.`);
        return undefined;
    };
    const secretSet = own('secret-set', [name_template/* regionPlaceholder */.q5, name_template/* versionPlaceholder */.Wg]);
    const imagePullSecret = own('image-credentials', [name_template/* regionPlaceholder */.q5]);
    const waitTimeout = fields.timeout('wait-timeout');
    const ignored = declared/* inputNames */.vj.filter((input) => raw.isInput(input) &&
        !inputsOfTeardown.includes(input) &&
        raw.text(input) !== declared/* declaredInputs */.WB[input]);
    if (ignored.length > 0)
        findings.remarks.push(`\`teardown\` ignores ${(0,text_list/* listOf */.c)(ignored)}.`);
    if (agent === undefined || preview === undefined)
        return undefined;
    return { regions: regions.regions, agent, preview, secretSet, imagePullSecret, waitTimeout };
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
    const steps = [matcher/* beginning */.Ir];
    const groups = [];
    const open = (kind) => {
        const branch = { kind, by: 1 };
        return { branch, at: steps.push(branch) - 1 };
    };
    const leadHere = ({ branch, at }) => {
        branch.by = steps.length - at;
    };
    const lowerCase = pattern.toLowerCase();
    for (const [text, escaped, sign, members] of lowerCase.matchAll(token)) {
        const group = groups.at(-1);
        if (escaped !== undefined) {
            steps.push((0,matcher/* exactly */.pV)(escaped));
        }
        else if (members !== undefined) {
            const isMember = classOf(members);
            steps.push((0,matcher/* character */.GG)((codePoint) => isMember(codePoint) === (sign === '')));
        }
        else if (text === '*') {
            for (const step of (0,matcher/* anyNumberOf */.dC)((0,matcher/* character */.GG)(() => true)))
                steps.push(step);
        }
        else if (text === '?') {
            steps.push((0,matcher/* character */.GG)(() => true));
        }
        else if (text === '{') {
            groups.push({ next: open('fork'), ends: [] });
        }
        else if (text === ',' && group !== undefined) {
            group.ends.push(open('jump'));
            leadHere(group.next);
            group.next = open('fork');
        }
        else if (text === '}' && group !== undefined && group.ends.length > 0) {
            for (const branch of group.ends)
                leadHere(branch);
            groups.pop();
        }
        else if (/[[\](){}|\\]/.test(text)) {
            return undefined;
        }
        else {
            steps.push((0,matcher/* exactly */.pV)(text));
        }
    }
    if (groups.length > 0)
        return undefined;
    const matches = (0,matcher/* matcher */.jN)([[...steps, matcher/* end */._N]]);
    return (name) => matches(name.toLowerCase());
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
            for (const rest of items.slice(index))
                reading.addPossibleSecretLine(rest);
            return reading.stopAt(`${place} ${mistakeInName(item) ?? 'is not the name of an environment variable, or `TARGET=SOURCE`. Put values into `env:` or `secrets`'}`);
        }
        const target = renamed ?? source;
        // Every object has names such as `toString`, which are not variables.
        const value = Object.hasOwn(environment, source) ? environment[source] : undefined;
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
    const select = selection(patterns);
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
        else if (select.takes(key)) {
            if (text === undefined) {
                reading.problems.push(`${place}: the value of \`${key}\` is not a string`);
            }
            else {
                reading.add(key, text, place);
            }
        }
    }
    reading.unmatched.push(...select.unmatched(keys));
    return reading;
}
function selection(patterns) {
    const compiled = patterns.flatMap((pattern) => {
        const isExclusion = pattern.startsWith('!');
        const matches = wildcards(isExclusion ? pattern.slice(1).trim() : pattern);
        // A malformed pattern is reported for its own input.
        return matches === undefined ? [] : [{ pattern, isExclusion, matches }];
    });
    const included = compiled.filter(({ isExclusion }) => !isExclusion);
    return {
        takes: (key) => {
            const matching = compiled.filter(({ matches }) => matches(key));
            return matching.length > 0 && !matching.some(({ isExclusion }) => isExclusion);
        },
        unmatched: (keys) => included.filter(({ matches }) => !keys.some(matches)).map(({ pattern }) => pattern),
    };
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
    const lines = splitLines(input);
    const isSingle = lines.filter(({ text }) => text.trim() !== '').length === 1;
    let keyBefore;
    for (let index = 0; index < lines.length; index++) {
        const line = lines[index];
        if (line === undefined)
            break;
        const { text } = line;
        if (text.trim() === '' || text.startsWith('#'))
            continue;
        const place = `line ${index + 1}`;
        const head = parseHead(text);
        if (head === undefined) {
            for (const rest of lines.slice(index))
                reading.addPossibleSecretLine(rest.text);
            return reading.stopAt(unreadable(place, keyBefore, text));
        }
        keyBefore = head.key;
        if ('value' in head) {
            if (isSingle && looksLikeSeveral(head.value)) {
                reading.addPossibleSecret(head.value);
                for (const value of severalValues(head.value))
                    reading.addPossibleSecret(value);
                reading.stopAt(`${place}: the value of \`${head.key}\` looks like several \`KEY=value\` pairs on one line. Write one \`KEY=value\` per line, below \`secrets: |\` (use \`|\`, not \`>\`). If it is one value, pass it with \`secrets-env\``);
                continue;
            }
            reading.add(head.key, head.value, place, { isLine: true });
            continue;
        }
        const end = endOf(lines, index, head.delimiter);
        const last = lines[end];
        if (last === undefined) {
            const what = isConventional(head.key) ? `: \`${head.key}\`` : '';
            for (const rest of lines.slice(index + 1))
                reading.addPossibleSecretLine(rest.text);
            return reading.stopAt(`${place}${what} begins a value of several lines that does not end. Put the delimiter alone on its last line`);
        }
        const value = input.slice(line.next, last.start).replace(/\r?\n$/, '');
        reading.add(head.key, value, place);
        index = end;
    }
    return reading;
}
/** The line that ends a value of several lines; -1 if there is none. */
function endOf(lines, start, delimiter) {
    for (let at = start + 1; at < lines.length; at++) {
        if (lines[at]?.text === delimiter)
            return at;
    }
    return -1;
}
function splitLines(input) {
    const lines = [];
    for (const match of input.matchAll(/(.*?)(\r?\n|$)/gsy)) {
        const [whole, text = ''] = match;
        lines.push({ text, start: match.index, next: match.index + whole.length });
    }
    return lines;
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
    const missing = missingIn(readings, entries, skips);
    const empties = skips ? 'skip' : isDryRun ? 'plan' : 'error';
    reportMissing[empties](missing, findings);
    reportUnset(missing.unset, findings);
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
        skippedKeys: plansByName ? [] : keysOf(missing.empty),
        isComplete: isExact || (knowsKeys && missing.empty.length === 0),
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
    for (const { source, entries } of readings) {
        for (const entry of entries) {
            if (!chosen.has(entry.key))
                chosen.set(entry.key, { ...entry, source });
        }
    }
    return [...chosen.values()];
}
function missingIn(readings, entries, skips) {
    const empty = entries.filter(({ value }) => value.isEmpty);
    // In a run from a fork, a secret makes a variable empty. Only a mistake leaves it unset.
    const unset = empty.filter((entry) => entry.unset !== undefined && !skips);
    const withoutValue = empty.filter((entry) => !unset.includes(entry));
    return {
        empty,
        unset,
        withoutValue,
        sources: readings.filter((reading) => reading.isEmpty).map(({ source }) => source),
        patterns: readings.flatMap((reading) => reading.unmatched),
        reasons: reasonsFor(withoutValue, entries),
    };
}
/** Reports what is missing: what is skipped, what a plan works without, and what a release needs. */
const reportMissing = {
    skip({ empty, sources, patterns }, { notices }) {
        if (empty.length > 0) {
            notices.push(`Skipped these empty keys: ${(0,text_list/* listOf */.c)(keysOf(empty))}.`);
        }
        if (sources.length > 0)
            notices.push(`Found no secrets in ${(0,text_list/* listOf */.c)(sources)}.`);
        if (patterns.length > 0) {
            notices.push(`These patterns of \`secrets-include\` match no key: ${(0,text_list/* listOf */.c)(patterns)}.`);
        }
    },
    plan({ withoutValue, sources, patterns, reasons }, { notices }) {
        if (withoutValue.length > 0) {
            notices.push(`These keys are empty in this run, so the plan uses only their names: ${(0,text_list/* listOf */.c)(keysOf(withoutValue))}. Likely reasons: ${reasons}.`);
        }
        const without = [...sources, ...patterns];
        if (without.length > 0) {
            notices.push(`Found no secrets in ${(0,text_list/* listOf */.c)(without)}. The plan continues without them.`);
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
function secrecyFor({ raw, regions }, findings, readings) {
    // An invalid name may be a secret in the wrong input.
    const given = [
        ...regions.regions.filter((region) => names/* regionCode */.Gw.pattern.test(region)),
        ...[raw.text('agent-name') ?? ''].filter((name) => names/* agentName */.Lp.pattern.test(name)),
    ];
    const isSecret = ({ key, value }) => !isOrdinary(key, value.reveal(), given);
    const ordinary = readings
        .flatMap(({ entries }) => entries)
        .filter((entry) => !entry.value.isEmpty && !isSecret(entry));
    if (ordinary.length > 0) {
        const keys = new Set(ordinary.map(({ key }) => key));
        findings.remarks.push(`The values of these keys are not masked, because they are ordinary words or short numbers: ${(0,text_list/* listOf */.c)(keys)}.`);
    }
    return isSecret;
}
function keysOf(entries) {
    return entries.map(({ key }) => key);
}
/** If no secret at all has a value, the job most likely lacks the environment. */
function reasonsFor(empty, all) {
    return empty.length > 1 && empty.length === all.length ? inputs_problems/* emptyReasonsOfAll */.RY : inputs_problems/* emptyReasons */.Zn;
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
    const keys = (0,text_list/* listOf */.c)(suspicious, { most: maxKeys, format: text_list/* asIs */.$ });
    findings.warnings.push(`Some secret values look like mistakes; the action sends them unchanged: ${keys}.`);
}
async function readSources({ raw, environment, workspace, readFile, findings }, credentials) {
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
        readings.push(await readFiles(raw.items('secrets-file'), workspace, readFile));
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
    const { raw, environment, workspace, readFile, findings } = source;
    const variable = environment['PIPECAT_DEPLOY_CONFIG_PATH']?.trim() ?? '';
    const path = raw.text('config-file') ?? (variable === '' ? undefined : variable);
    if (path === undefined) {
        await choose_reportUnused(source);
        return { raw, file: undefined };
    }
    if (!(0,inputs_problems/* isPath */.uf)(path)) {
        findings.problem('config-file', `${(0,inputs_problems/* shown */.SP)(path)} is not the path of one file`);
        return { raw, file: undefined };
    }
    if (!raw.isGiven('config-file')) {
        findings.remarks.push(`Settings come from \`${path}\`, which the environment variable \`PIPECAT_DEPLOY_CONFIG_PATH\` names.`);
    }
    const { readSettingsFile } = await __nccwpck_require__.e(/* import() */ 58).then(__nccwpck_require__.bind(__nccwpck_require__, 7058));
    const { file, problems, warnings } = await readSettingsFile(path, workspace, readFile);
    for (const problem of problems)
        findings.problem('config-file', problem);
    findings.warnings.push(...warnings);
    const settingsFile = file === undefined
        ? new Map(subjects.map((input) => [input, undefined]))
        : replacements(file, source);
    return { raw: raw.with({ settingsFile }), file };
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
        findings.problem('config-file', `\`${path}\`: ${(0,text_list/* listOf */.c)(sources)} cannot be set together; an agent runs only one of them`);
    }
    const used = defaults.filter(({ input }) => !raw.isInput(input) && !(isReplaced && isSource(input)));
    for (const { input, key } of used)
        findings.substitutes.set(input, `${key} (${path})`);
    return new Map(used.map(({ input, text }) => [input, text]));
}
async function choose_reportUnused({ workspace, readFile, findings }) {
    try {
        await readFile((0,external_node_path_.resolve)(workspace, defaultPath));
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
    const given = new RawInputs(environment).checkNames(findings);
    const workspace = environment['GITHUB_WORKSPACE'] ?? '.';
    const source = { raw: given, environment, workspace, readFile, findings };
    const isTeardownAsked = isTeardown(given);
    // A teardown ignores the inputs of a release, mistakes included; values in them are masked.
    const findingsOfRelease = isTeardownAsked ? new inputs_problems/* Findings */.Fv() : findings;
    const settings = await chooseSettingsFile({ ...source, findings: findingsOfRelease });
    const { raw, preview } = await readPullRequest(settings.raw, findings, readEvent);
    const common = inputReader({ ...source, raw }, settings.file);
    common.fields.boolean('teardown');
    const reader = isTeardownAsked
        ? inputReader({ ...source, raw, findings: findingsOfRelease }, settings.file)
        : common;
    const { isDryRun } = common;
    const credentials = givenCredentials(raw, environment);
    const ownSecrets = [...credentials, ...givenGitHubToken(raw), ...givenPublicKey(raw)];
    const access = readAccess(common);
    const teardown = readTeardown(common, { templates: settings.raw, preview });
    const read = await readRelease(reader, { preview, access, ownSecrets });
    const release = isTeardownAsked ? undefined : read.release;
    const lacksCredential = isDryRun && credentials.length === 0;
    const github = readGitHub(common, {
        waitsForAgent: read.waitsForAgent,
        isOffline: lacksCredential,
        isPreview: preview !== undefined,
    });
    await reportEmptyWorkspace(reader, isFolderEmpty);
    const secrets = [...ownSecrets, ...read.secrets, ...givenRegistrySecrets(raw)];
    const { redact, redactFound } = redactionFor(raw, secrets, findings.problems.length > 0);
    const isComplete = findings.problems.length === 0 && (access !== undefined || isDryRun);
    const ofBoth = { access, isDryRun, github, githubAccess: readGitHubAccess(common) };
    return {
        ...(isComplete ? inputsOf(ofBoth, teardown, release) : noInputs),
        outline: {
            isDryRun,
            isTeardown: isTeardownAsked,
            isImageGiven: isImageSource(raw, 'image') || isImageSource(raw, 'build-id'),
            preview,
            github,
        },
        secrets,
        redact,
        lacksCredential,
        lacksPublicKey: lacksPublicKey(reader, release?.release.agent),
        ...reported(findings, redactFound),
    };
}
const noInputs = { inputs: undefined, teardown: undefined };
function inputsOf(ofBoth, teardown, release) {
    return {
        teardown: teardown && { ...ofBoth, kind: 'teardown', teardown },
        inputs: release && { ...ofBoth, kind: 'release', ...release },
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
async function readRelease(reader, { preview, access, ownSecrets }) {
    const { raw, fields, regions, findings } = reader;
    const rollout = fields.choice('rollout', ['parallel', 'sequential']);
    const secrets = await readSecrets(reader, ownSecrets);
    const requiredKeys = await readRequiredKeys(reader);
    const imagePullSecret = readImagePullSecret(reader);
    const secretsTimeout = fields.timeout('secrets-timeout');
    const build = readBuild(reader);
    const agent = readAgent(reader, preview);
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
                regions: regions.regions,
                rollout,
                secretSet,
                imagePullSecret,
                secretsTimeout,
                agent,
                build,
                imageLookup,
            },
        },
        waitsForAgent: waitsForAgent || isTeardown(raw),
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
/** Inputs that name files of the checkout. */
const fileInputs = [
    'config-file',
    'secrets-file',
    'required-secrets',
    'cloud-build',
];
/** Reports a missing checkout once, in place of each missing file. */
async function reportEmptyWorkspace({ raw, workspace, findings }, isFolderEmpty) {
    const isMissing = ({ message }) => message.endsWith(`cannot be read (${files/* missingFile */.Bi})`);
    const first = findings.problems.find(isMissing);
    const needsFiles = first !== undefined || isImageSource(raw, 'cloud-build');
    if (!needsFiles || !(await isFolderEmpty(workspace)))
        return;
    const others = findings.problems.filter((problem) => !isMissing(problem));
    const inputs = fileInputs.filter((input) => raw.isInput(input) && raw.text(input) !== 'false');
    findings.problems.splice(0, Infinity, ...others);
    findings.problem(inputs[0] ?? 'config-file', 'needs files of the repository, but the workspace is empty; add `actions/checkout` as a step before this one');
}

// EXTERNAL MODULE: ./lib/record/errors.js
var record_errors = __nccwpck_require__(2458);
// EXTERNAL MODULE: ./lib/record/record.js
var record_record = __nccwpck_require__(2472);
;// CONCATENATED MODULE: ./lib/record/journal.js


/** Keeps the record of a run, and writes the log. */
class Journal {
    clock;
    log;
    record;
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
            this.#stop(step);
        }
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
        this.#onBuild((0,record_record/* buildsOf */.jV)(this.record));
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
    if (error instanceof record_errors/* AbandonedError */.TK)
        return error.isStillRunning ? 'running' : 'skipped';
    return (0,record_errors/* isCancellation */.iB)(error) ? 'running' : 'failed';
}

// EXTERNAL MODULE: ./lib/time/cancellation.js
var time_cancellation = __nccwpck_require__(6690);
// EXTERNAL MODULE: ./lib/pipecat/errors.js
var pipecat_errors = __nccwpck_require__(1593);
// EXTERNAL MODULE: ./lib/plan/problems.js
var problems = __nccwpck_require__(7511);
;// CONCATENATED MODULE: ./lib/report/words.js
/** A text as a sentence: adds a period unless it ends with a mark. */
function sentence(text) {
    return /[.?!]$/.test(text) ? text : `${text}.`;
}
/** A text that begins a sentence. */
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
/** Items in a sentence: `a, b and c`. */
function joined(items) {
    return [items.slice(0, -1).join(', '), ...items.slice(-1)]
        .filter((one) => one !== '')
        .join(' and ');
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
const words_credentialKinds = {
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
/** Whose log lines or traceback it is, as the end of a sentence. */
function outputOwner(subject) {
    if (subject === undefined)
        return 'the agent';
    return subject.kind === 'build' ? `the build in ${subject.region}` : subject.name;
}

// EXTERNAL MODULE: ./lib/context/errors.js
var context_errors = __nccwpck_require__(4912);
;// CONCATENATED MODULE: ./lib/report/failures.js






/** The classes of errors that a person reads about. An error of any other class is a bug. */
const reportedErrors = [
    pipecat_errors/* CallError */.RA,
    time_cancellation/* CancelledError */.cc,
    context_errors/* ContextError */.af,
    inputs_problems/* InputsError */.aV,
    problems/* PreflightError */.w,
    record_errors/* StepError */.zg,
    inputs_problems/* UntrustedEventError */.fs,
];
function isReportedError(error) {
    return reportedErrors.some((reported) => error instanceof reported);
}
/** Every way in which a release fails. The troubleshooting page is generated from this. */
const failureKinds = {
    'invalid-inputs': {
        title: 'The inputs are not valid',
        meaning: 'The report lists every mistake that can be found without the network: the input, the rule, and what was found. Nothing was sent.',
        next: 'Fix all listed inputs, then run the workflow again.',
    },
    'untrusted-event': {
        title: 'Nothing is released for code that may come from a fork',
        meaning: 'The workflow runs on `pull_request_target`, on `workflow_run`, or for a comment on a pull request. It has the secrets of the repository, and the code is from a fork. Or the pull request could not be read to find out.',
        next: 'Release on `push`, on a release, or on `workflow_dispatch`. For comments, pass `github-token` with the permission `pull-requests: read`.',
    },
    'context-unusable': {
        title: 'The build context cannot be packed',
        meaning: 'The folder or the Dockerfile is missing, a link leads out of the context, a file cannot be read, or the context is larger than the platform accepts. The report lists each problem. Nothing was sent.',
        next: 'Fix each listed file, then run the workflow again.',
    },
    'credential-refused': {
        title: 'The platform rejected the credential',
        meaning: 'The platform answered 401: the API key or token was revoked, cycled, deleted or copied in part.',
        next: 'Find it in the dashboard (an API key under Settings → API Keys → Private, a token under Account Settings → Personal Access Tokens). If it is gone, create a new one and store it as the secret that the workflow passes.',
    },
    'billing-required': {
        title: 'The account has a billing problem',
        meaning: 'The platform answered 402, or its message mentions billing, a spend limit or a suspended account. The credential and the inputs are fine.',
        next: 'Check the payment method, the spend limit and the account status in the dashboard under Settings → Billing. Then run the workflow again.',
    },
    'permission-denied': {
        title: 'The credential does not allow this',
        meaning: 'The platform answered 403: the credential is valid, but not for this organization or this operation.',
        next: 'Check that the key belongs to the organization that owns the agent, or that the owner of the token is a member of it with a role that may deploy.',
    },
    'organization-unknown': {
        title: 'The token cannot act in that organization',
        meaning: 'The token has no access to the organization in `organization`. The message lists the organizations that it can use.',
        next: 'Fix `organization`, or have the owner of the token invited to it.',
    },
    'release-impossible': {
        title: 'The release cannot work with these settings',
        meaning: 'The settings do not match what is on the platform: a region, a set, an agent or a build. The report lists each reason.',
        next: 'Fix each listed reason, then run the workflow again.',
    },
    'request-refused': {
        title: 'The platform rejected a request',
        meaning: 'The platform rejected a request (4xx) for a reason that the action does not know. The report shows its message and code.',
        next: "Fix what the platform's message describes, then run the workflow again.",
    },
    'platform-unavailable': {
        title: 'The platform could not be reached',
        meaning: 'Connections failed, or a gateway answered in place of the platform, and kept doing so over several attempts.',
        next: 'Run the workflow again later; it picks up where this run stopped. If the error persists, check `api-url`, the proxy and the status page of the platform.',
    },
    'rate-limited': {
        title: 'The platform limits the request rate',
        meaning: 'The platform answered 429 (too many requests) for longer than a release waits. Other pipelines or people are sending many requests. The rejected requests had no effect.',
        next: 'Run the workflow again later. Run fewer releases at once (`concurrency`). With many regions, set `rollout: sequential` to send fewer requests at once.',
    },
    'answer-unreadable': {
        title: "The platform's response cannot be read",
        meaning: 'In several attempts, responses were cut off or were not the expected JSON. Often, something between the runner and the platform answers in its place.',
        next: 'Check `api-url` and the proxy, then run the workflow again.',
    },
    'certificate-not-accepted': {
        title: 'The server certificate is not trusted',
        meaning: 'Node.js does not trust the certificate of the server, or of a proxy in between: a private CA issued it, it has expired, or it is for another name. Nothing was sent over that connection. Typical codes are `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED` and `ERR_TLS_CERT_ALTNAME_INVALID`.',
        next: 'If a private CA or a proxy of your company issued the certificate, set `NODE_EXTRA_CA_CERTS` to the file of that CA on the runner. Otherwise check the address and renew the certificate.',
    },
    'proxy-refused': {
        title: 'The proxy rejected the request',
        meaning: 'The proxy that `HTTPS_PROXY` or `HTTP_PROXY` names answered with an error, such as 407 (it asks for authentication) or 403. Nothing was sent to the platform.',
        next: 'For 407, put the user name and password in `HTTPS_PROXY` (`http://user:password@host:port`). Otherwise allow the host in the proxy, or add the host to `NO_PROXY`.',
    },
    redirected: {
        title: 'The platform answered with a redirect',
        meaning: 'The action does not follow redirects, because that would send the credential to another address.',
        next: 'Set `api-url` to the address that the API is served from.',
    },
    'secrets-timeout': {
        title: 'The secret sets took too long',
        meaning: 'The sets were not written and ready within `secrets-timeout`. No agent was deployed with them.',
        next: 'Run the workflow again; what was written stays written. If provisioning is often slow, raise `secrets-timeout`.',
    },
    'provisioning-failed': {
        title: 'A secret set could not be provisioned',
        meaning: 'The platform stored the values, but could not provision the set in its region. Agents keep the values they have.',
        next: "Run the workflow again; it writes the set again. If the error persists, contact the platform's support.",
    },
    'secret-set-missing': {
        title: 'The platform does not show the new secret set',
        meaning: 'The platform accepted the new set, but then answered that it does not exist (404), for at least ten seconds.',
        next: "Run the workflow again; it writes the set again. If the error persists, contact the platform's support.",
    },
    'secret-set-gone': {
        title: 'A secret set was deleted during the release',
        meaning: 'The set existed when the release began. Somebody or something deleted it since.',
        next: 'Find out who deleted it, then run the workflow again.',
    },
    'secret-set-not-ready': {
        title: 'The platform rejected the deployment because a secret set is not ready',
        meaning: 'The platform does not bind a set that is pending or failed (409), and the set was not ready within `secrets-timeout`. Another pipeline may be writing the same set.',
        next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
    },
    'concurrent-write': {
        title: 'Another process is writing the secret set',
        meaning: 'The platform rejects writes to a set that another process is writing (409). Several attempts were rejected.',
        next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
    },
    'not-pruned': {
        title: 'The release is done, but the secret set was not pruned',
        meaning: 'Everything was released, and the agent is serving. Only deleting old keys failed, or waiting for the set after that.',
        next: 'Run the workflow again; it prunes the set. Or delete the keys yourself.',
    },
    'upload-failed': {
        title: 'The build context could not be uploaded',
        meaning: "The platform's storage rejected the archive, or could not be reached in several attempts. It has another host than the API. No agent was deployed.",
        next: 'If the storage gives a reason, fix that. Otherwise, run the workflow again. If the error persists, check that the runner and its proxy can reach the host in the message.',
    },
    'build-failed': {
        title: 'The cloud build failed',
        meaning: 'The platform could not build the image. The report shows its message, and the last lines of its log unless `failure-logs` is `never`. No agent was deployed.',
        next: 'Fix the error in the log. Most often it is in a line of the Dockerfile, or a file is not in the context. Then run the workflow again.',
    },
    'build-timeout': {
        title: 'The cloud build took too long',
        meaning: 'The build was started, but had not succeeded within `build-timeout`. The platform continues it. No agent was deployed.',
        next: 'Run the workflow again later; if the build has succeeded by then, it is reused. If builds often take that long, raise `build-timeout`.',
    },
    'build-missing': {
        title: 'The platform does not show the new cloud build',
        meaning: 'The platform started the build, but then answered that it does not exist (404), for at least ten seconds.',
        next: "Run the workflow again; it builds again. If the error persists, contact the platform's support.",
    },
    'build-gone': {
        title: 'The cloud build no longer exists',
        meaning: 'The build was started, but the platform no longer knows it.',
        next: 'Run the workflow again; it builds again.',
    },
    'agent-name-taken': {
        title: 'The name of the agent is already taken',
        meaning: 'The platform says `Service already exists`, but this credential cannot see an agent with that name. Agent names are unique across all regions.',
        next: 'Choose another `agent-name`, or use a credential that can see the agent.',
    },
    'deployment-unknown': {
        title: 'The platform did not name the new deployment',
        meaning: 'The platform accepted the deployment, but did not return its id, so the action could not wait for it.',
        next: 'Check the agent in the dashboard, then run the workflow again.',
    },
    'rollout-failed': {
        title: 'The deployment failed',
        meaning: 'The platform started the deployment, but it cannot become ready: its image cannot be pulled or does not run, or the agent crashes.',
        next: 'Fix the cause that the platform gives, then run the workflow again.',
    },
    'wait-timeout': {
        title: 'The deployment was not ready in time',
        meaning: 'The deployment was accepted, but was not serving within `wait-timeout`. The platform continues the rollout, so the deployment may still become ready.',
        next: 'Check the agent in the dashboard. Large images take longer the first time. If the rollout only needs more time, raise `wait-timeout`.',
    },
    'smoke-test-failed': {
        title: 'Smoke test failed',
        meaning: 'The deployment is ready, but the test session failed. It ended with an error or before its bot started, it could not be started, or the endpoint in `smoke-test-path` did not answer 2xx.',
        next: 'Fix the error in the log of the session, then run the workflow again.',
    },
    'smoke-test-key-refused': {
        title: 'Released, but not tested: the platform rejected the public API key',
        meaning: 'Everything is released and serving. The platform answered 401 or 403 to the public API key, so no session was started. This does not cause a rollback.',
        next: 'Check `public-api-key` in the dashboard under Settings → API Keys → Public. If the key is gone, create a new one and store it as the secret that the workflow passes.',
    },
    'drain-timeout': {
        title: 'Released, but sessions still run on older deployments',
        meaning: 'Everything is released and serving. Sessions that began before keep the old deployment and its secret values, and some of them had not ended within `drain-timeout`. This does not cause a rollback.',
        next: 'Do not revoke old keys yet. Run the workflow again later, or raise `drain-timeout`. No session lasts longer than the session limit of the agent.',
    },
    superseded: {
        title: 'Another release has taken over',
        meaning: 'While this deployment was rolling out, another run, the client, the dashboard, or a push to a connected branch started another one.',
        next: 'Check the other release. Let only one release of an agent run at a time (`concurrency` with `cancel-in-progress: false`).',
    },
    'agent-missing': {
        title: 'The platform does not show the new agent',
        meaning: 'The platform accepted the new agent, but then answered that it does not exist (404), for at least ten seconds.',
        next: "Find the agent in the dashboard, and run the workflow again. If the error persists, contact the platform's support.",
    },
    'not-rolled-back': {
        title: 'The rollback failed',
        meaning: 'A release failed with `on-failure: rollback`, and so did the rollback: the platform rejected the update, or the deployment of the rollback did not become ready.',
        next: 'Check in the dashboard what the agent is serving. Fix the cause and run the workflow again, or release the image in `previous` of the output `agents`.',
    },
    'agent-gone': {
        title: 'The agent was deleted during the release',
        meaning: 'The agent existed when the release began. Somebody or something deleted it since.',
        next: 'Find out who deleted it, then run the workflow again.',
    },
    'sessions-running': {
        title: 'Sessions of the preview are still running',
        meaning: 'The platform accepted the request to stop the sessions, but still showed some of them as running when `wait-timeout` had passed.',
        next: 'Run the workflow again; it picks up where this run stopped. No session lasts longer than the session limit of the agent.',
    },
    'secret-set-in-use': {
        title: 'A secret set of the preview is still in use',
        meaning: 'The platform did not delete the set within `wait-timeout`, because something still uses it (409). The agent is deleted.',
        next: 'Run the workflow again later; it picks up where this run stopped.',
    },
    cancelled: {
        title: 'The run was cancelled',
        meaning: 'Somebody cancelled the run, or a newer run replaced it (`concurrency` with `cancel-in-progress`). The runner sent SIGINT or SIGTERM, and no further work was started. The report lists what is done, what is still running, and what was not started.',
        next: 'If a newer run replaced this one, do nothing. Otherwise, run the workflow again; it picks up where this run stopped.',
    },
    unexpected: {
        title: 'The action itself failed',
        meaning: 'Something unexpected happened. This is a bug in the action.',
        next: 'Run the workflow again with debug logging, and report what it shows.',
    },
};

;// CONCATENATED MODULE: ./lib/report/platform-codes.js
/** What to do, as one text. It sends nobody to output that is not shown. */
function nextOf({ next = '', isInOutput }, isOutputShown) {
    const reads = isInOutput === true && isOutputShown ? 'Read the traceback and the logs.' : '';
    return [reads, next].filter((part) => part !== '').join(' ');
}
/** Where the platform documents its codes. */
const errorCodesUrl = 'https://docs.pipecat.ai/pipecat-cloud/fundamentals/error-codes';
/** The platform's error codes that can come up in a release. */
const platformCodes = {
    'PCC-1004': {
        meaning: 'the organization has no billing details',
        next: 'Add them in the dashboard, under Billing.',
    },
    PCC_IMAGE_NOT_FOUND: {
        meaning: 'the image or its tag does not exist at that address',
        next: 'Check the address and the tag, and that the image was pushed before the release.',
    },
    PCC_IMAGE_PULL_UNAUTHORIZED: {
        meaning: 'the registry does not let the platform pull the image',
        next: 'Bind an image pull secret (`image-credentials`) that is valid for this image. With `registry`, `registry-username` and `registry-password`, the action writes one.',
    },
    PCC_IMAGE_PULL_RATE_LIMIT: {
        meaning: 'the registry limits the rate of pulls',
        next: 'Pull with credentials (`image-credentials`) or from another registry, or run the workflow again later.',
    },
    PCC_IMAGE_TOO_LARGE: {
        meaning: 'the image is too large',
        next: 'Make the image smaller: use a slim base, and leave out build tools and models that can be downloaded later.',
    },
    PCC_INVALID_IMAGE_PLATFORM: {
        meaning: 'the image is built for another processor than the platform runs',
        next: 'Build it for linux/arm64 (`docker buildx build --platform linux/arm64`), or for the `architecture` of the region.',
    },
    PCC_IMAGE_PULL_UNKNOWN_ERROR: {
        meaning: 'the image could not be pulled, and the platform does not know why',
        next: 'Check that the registry is up and that the image can be pulled from elsewhere. Then run the workflow again.',
    },
    PCC_UNKNOWN_ERROR: {
        meaning: 'the platform does not know the reason',
        next: "Run the workflow again. If the error persists, contact the platform's support with the deployment id.",
    },
    'PCC-AGENT-AT-CAPACITY': {
        meaning: 'the agent has reached its maximum number of instances',
        next: 'Raise `max-agents`, or wait until sessions end.',
    },
};
/** Reasons that Kubernetes gives for a container that does not run. */
const containerReasons = {
    CrashLoopBackOff: {
        meaning: 'the agent keeps crashing after it starts',
        isInOutput: true,
        next: 'Usual causes are a missing key in the secret set and a failing import. Fix the cause, then run the workflow again.',
    },
    OOMKilled: {
        meaning: 'the agent needs more memory than it has',
        next: 'Set a larger `agent-profile`, or reduce its memory use.',
    },
    ImagePullBackOff: {
        meaning: 'the image cannot be pulled',
        next: 'Check the address, the tag and the image pull secret (`image-credentials`).',
    },
    ErrImagePull: {
        meaning: 'the image cannot be pulled',
        next: 'Check the address, the tag and the image pull secret (`image-credentials`).',
    },
    ImageResolutionFailed: {
        meaning: 'the platform cannot find the image in its registry, often because the image pull secret is missing or wrong',
        next: 'Check the address, the tag and the image pull secret (`image-credentials`).',
    },
    CreateContainerError: {
        meaning: 'the container cannot be created',
        next: "Check the command of the image. If it is right, contact the platform's support with the deployment id.",
    },
    InvalidImageName: {
        meaning: 'the image address is not valid',
        next: 'Fix `image`.',
    },
    ErrImageNeverPull: {
        meaning: 'the image is not on the node, and the pull policy forbids pulling it',
        next: "Contact the platform's support with the deployment id.",
    },
    CreateContainerConfigError: {
        meaning: 'the container cannot be set up, often because a set that it binds does not exist',
        next: 'Check that the secret set of the agent exists and is ready.',
    },
};
/** What the exit codes of a container usually mean. */
const exitCodes = {
    0: {
        meaning: 'the agent ended by itself, without an error',
        next: 'Check that the image starts a server, as the platform expects, and not a script that ends.',
    },
    1: {
        meaning: 'the agent ended with an error of its own',
        isInOutput: true,
    },
    2: {
        meaning: 'the command got invalid arguments',
        next: 'Check the command of the image.',
    },
    126: {
        meaning: 'the command of the image cannot be executed',
        next: 'Check that the file is executable and built for the right processor.',
    },
    127: {
        meaning: 'the command of the image was not found',
        next: 'Check the command of the image and its path.',
    },
    134: {
        meaning: 'the agent aborted (SIGABRT)',
        next: 'Read the logs. They usually name the native library that aborted.',
    },
    137: {
        meaning: 'the agent was killed, most often because it needed more memory than it has',
        next: 'Set a larger `agent-profile`, or reduce its memory use.',
    },
    139: {
        meaning: 'the agent crashed in native code (SIGSEGV)',
        next: 'Check that native libraries are built for the right processor.',
    },
    143: {
        meaning: 'the agent was asked to end (SIGTERM)',
        next: 'Read the logs. A usual cause is a readiness check that fails.',
    },
    255: {
        meaning: 'the agent could not be executed, often because the image is for another processor',
        next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
    },
};
/** What `exec format error` means, wherever it appears. */
const wrongProcessor = {
    meaning: 'the image is built for another processor (`exec format error`)',
    next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
};

// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __nccwpck_require__(619);
;// CONCATENATED MODULE: ./lib/report/progress.js




/** Steps that leave no trace in the record of a region. */
const afterRelease = ['smoke-test', 'drain', 'prune', 'clean-up'];
/** Names of keys in a sentence. */
const progress_maxKeys = 10;
/** How far a cancelled run got. */
function progressOf(record) {
    const { steps, targets } = record;
    const isAwaited = steps.some(({ name }) => name === 'rollout');
    const placed = [
        ...(record.teardown?.targets ?? []).flatMap(placeRemovals),
        ...(0,record_record/* secretSetsOf */.vB)(record).map(placeSet),
        ...(0,record_record/* buildsOf */.jV)(record).map(placeBuild),
        ...(0,record_record/* agentsOf */.et)(record).map((agent) => placeAgent(agent, isAwaited)),
    ];
    const shown = (place) => grouped(placed, place);
    const pruning = steps.some(({ name, outcome }) => name === 'prune' && outcome === 'running');
    // Once there is a plan, its parts say more than the steps.
    const isPlanned = targets.length > 0 || record.teardown !== undefined;
    const stepsThat = (outcome) => steps
        .filter((step) => step.outcome === outcome)
        .filter(({ name }) => !isPlanned || afterRelease.includes(name))
        .map(({ name }) => `“${stepTitles[name]}”`);
    const underWay = shown('underWay');
    const running = steps.filter(({ outcome }) => outcome === 'running');
    return {
        done: shown('done'),
        underWay: underWay.length > 0
            ? [...underWay, ...stepsThat('running')]
            : running.map(({ name }) => `“${stepTitles[name]}”`),
        notStarted: [
            ...shown('notStarted'),
            ...(pruning ? unprunedKeys(record) : []),
            ...stepsThat('skipped'),
        ],
    };
}
function placeSet(record) {
    const { kind, name, region, outcome, status, added, updated } = record;
    const keys = [...added, ...updated];
    const set = { what: `the ${subject/* secretSetKinds */.Q[kind]} \`${name}\``, region };
    switch (outcome) {
        case 'existing':
        case 'failed':
            return undefined;
        case 'created':
        case 'updated':
            if (status === 'ready')
                return { ...set, place: 'done', became: `was ${outcome} and is ready` };
            return status === 'pending'
                ? { ...set, place: 'underWay', became: `was ${outcome}; the platform is provisioning it` }
                : { ...set, place: 'done', became: `was ${outcome}` };
        case 'deleted':
            return { ...set, place: 'done', became: 'was deleted' };
        case 'cancelled':
            return {
                ...set,
                place: 'underWay',
                became: `was being written; ${writtenSoFar(keys, status === null)}`,
            };
        case 'skipped':
            return { ...set, place: 'notStarted', became: 'was not written' };
    }
}
function writtenSoFar(keys, isInDoubt) {
    if (keys.length === 0)
        return 'it is unknown whether that succeeded';
    const rest = isInDoubt ? 'it is unknown whether more were' : 'the rest was not';
    return `${(0,text_list/* listOf */.c)(keys, { most: progress_maxKeys })} ${keys.length === 1 ? 'was' : 'were'} written; ${rest}`;
}
/** Keys of sets whose pruning was interrupted. The one that was being deleted may be gone. */
function unprunedKeys({ targets }) {
    const sets = targets.flatMap(({ secretSets }) => secretSets);
    return sets.flatMap(({ name, region, plan, pruned, status }) => {
        const left = plan.prunedKeys.filter((key) => !pruned.includes(key));
        if (left.length === 0)
            return [];
        const doubt = status === null ? ' (this is unknown for the first)' : '';
        return [
            `${(0,text_list/* listOf */.c)(left, { most: progress_maxKeys })} of \`${name}\` in \`${region}\` ${left.length === 1 ? 'was' : 'were'} not pruned${doubt}`,
        ];
    });
}
function placeRemovals({ region, agent, secretSets }) {
    const count = agent.stopped.size;
    const sessions = count === 1 ? '1 session' : `${count} sessions`;
    return [
        count === 0
            ? undefined
            : {
                place: 'done',
                what: `${sessions} of \`${agent.name}\``,
                region,
                became: count === 1 ? 'was stopped' : 'were stopped',
            },
        placeRemoval(agent, 'agent'),
        ...secretSets.map((set) => placeRemoval(set, subject/* secretSetKinds */.Q[set.kind])),
    ];
}
function placeRemoval({ name, region, outcome }, kind) {
    const removal = { what: `the ${kind} \`${name}\``, region };
    switch (outcome) {
        case 'deleted':
            return { ...removal, place: 'done', became: 'was deleted' };
        case 'cancelled':
            return {
                ...removal,
                place: 'underWay',
                became: 'was being deleted; it is unknown whether that succeeded',
            };
        case 'skipped':
            return { ...removal, place: 'notStarted', became: 'was not deleted' };
        case 'kept':
        case 'absent':
        case 'failed':
            return undefined;
    }
}
function placeBuild({ outcome, id, region }) {
    const build = { what: id === null ? 'the build' : `the build \`${id}\``, region };
    switch (outcome) {
        case 'built':
            return { ...build, place: 'done', became: 'succeeded' };
        case 'reused':
            return { ...build, place: 'done', became: 'is reused' };
        case 'failed':
            return undefined;
        case 'running':
            return { ...build, place: 'underWay', became: 'is still running on the platform' };
        case 'cancelled':
            return {
                ...build,
                place: 'underWay',
                became: 'was being started; it is unknown whether that succeeded',
            };
        case 'skipped':
            return { ...build, place: 'notStarted', became: 'was not started' };
    }
}
function placeAgent(record, isAwaited) {
    const { name, region, outcome, ready, deploymentId, rollBack } = record;
    const id = `\`${deploymentId ?? 'unknown'}\``;
    const agent = { what: `the agent \`${name}\``, region };
    const deployment = { what: `the deployment ${id} of \`${name}\``, region };
    if (rollBack?.outcome === 'skipped') {
        return { ...agent, place: 'notStarted', became: 'was not rolled back' };
    }
    if (rollBack?.outcome === 'running') {
        return { ...agent, place: 'underWay', became: 'was being rolled back' };
    }
    switch (outcome) {
        case 'rolled-back':
            return { ...agent, place: 'done', became: `was rolled back; its deployment is ${id}` };
        case 'created':
        case 'updated':
        case 'unchanged':
            if (ready)
                return { ...deployment, place: 'done', became: 'is serving' };
            return isAwaited
                ? { ...deployment, place: 'underWay', became: 'is still rolling out' }
                : { ...agent, place: 'done', became: `was ${outcome}; its deployment is ${id}` };
        case 'superseded':
        case 'failed':
            return undefined;
        case 'cancelled':
            return {
                ...agent,
                place: 'underWay',
                became: 'was being deployed; it is unknown whether that succeeded',
            };
        case 'skipped':
            return { ...agent, place: 'notStarted', became: 'was not deployed' };
    }
}
/** Names once what is the same in several regions. */
function grouped(placed, place) {
    const groups = new Map();
    for (const one of placed) {
        if (one?.place !== place)
            continue;
        const { what, region, became } = one;
        const key = `${what} ${became}`;
        const group = groups.get(key) ?? { what, regions: [], became };
        group.regions.push(region);
        groups.set(key, group);
    }
    return [...groups.values()].map(({ what, regions, became }) => `${what} in ${(0,text_list/* listOf */.c)(regions)} ${became}`);
}

// EXTERNAL MODULE: ./lib/plan/plan-agent.js
var plan_agent = __nccwpck_require__(2128);
// EXTERNAL MODULE: ./lib/plan/roll-back.js
var roll_back = __nccwpck_require__(7566);
;// CONCATENATED MODULE: ./lib/report/markdown.js

/**
 * Markdown that shows text from outside unchanged. It puts such text only into code spans and code
 * blocks, where neither Markdown nor HTML has a meaning.
 */
/** A code span on one line. */
function code(text) {
    const line = (0,printable/* printable */.g)(text).replace(/\s+/g, ' ').trim();
    if (line === '')
        return '';
    const fence = '`'.repeat(longestRun(line) + 1);
    // A space separates a backtick of the text from the fence; Markdown removes the space.
    const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
    return `${fence}${padding}${line}${padding}${fence}`;
}
/** Code spans, separated by commas. */
function codes(texts) {
    return texts.map(code).join(', ');
}
/** A code block. */
function codeBlock(text) {
    const body = (0,printable/* printable */.g)(text);
    const fence = '`'.repeat(Math.max(3, longestRun(body) + 1));
    return `${fence}text\n${body}\n${fence}`;
}
/** Content that a click on a line opens; `content` is Markdown. */
function folded(title, content) {
    return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}
/** A table; the cells are Markdown on one line each. */
function table(head, rows) {
    // A pipe would end the cell, in code spans as well.
    const line = (cells) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
/**
 * Makes sentences of the action safe that quote names and texts in backticks: quoted text becomes a
 * code span, and the rest loses its Markdown and HTML.
 */
function prose(text) {
    return (0,printable/* printable */.g)(text)
        .split(/(`[^`]+`)/)
        .map((part) => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1)) : markdown_escape(part)))
        .join('');
}
function markdown_escape(text) {
    return (text
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/[\\*_[\]`|~#!@]/g, (mark) => `&#${mark.charCodeAt(0)};`)
        // GitHub makes links of addresses; those that it may are our own.
        .replace(/:\/\/(?!docs\.pipecat\.ai\/)/g, ':&#47;&#47;')
        .replace(/\bwww\./gi, 'www&#46;')
        .replace(/\n+/g, '<br>'));
}
function longestRun(text) {
    return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
/**
 * A name in a cell of an HTML table, where Markdown has no meaning. GitHub's styles break `code` at every
 * hyphen, even in a cell that does not wrap; they leave `samp` on one line.
 */
function samp(text) {
    const line = (0,printable/* printable */.g)(text).replace(/\s+/g, ' ').trim();
    return `<samp>${line.replace(/[&<>@#]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</samp>`;
}
/**
 * Cells for the images of a run, without registry and path if these are the same for all of them. Folded
 * parts of the summary have them whole.
 */
function imageCells(images) {
    const pathLength = (image) => image.lastIndexOf('/') + 1;
    const paths = new Set(images.map((image) => image.slice(0, pathLength(image))));
    return (image) => samp(paths.size === 1 ? image.slice(pathLength(image)) : image);
}
/**
 * A table whose cells do not break. A column that is empty in every row is left out. Cells are HTML on
 * one line each.
 */
function htmlTable(rows) {
    const [first] = rows;
    if (first === undefined)
        return undefined;
    const columns = Object.keys(first).filter((column) => rows.some(({ [column]: cell = '' }) => cell !== ''));
    const line = (tag, cells) => `<tr>${cells.map((cell) => `<${tag} nowrap>${cell}</${tag}>`).join('')}</tr>`;
    return [
        '<table>',
        line('th', columns),
        ...rows.map((row) => line('td', columns.map((column) => row[column] ?? ''))),
        '</table>',
    ].join('\n');
}

;// CONCATENATED MODULE: ./lib/report/teardown.js





/** Names of agents or sets in a sentence. */
const mostNames = 10;
/** Why something is kept, as the end of a sentence that begins with "because". */
function keptWords(kept, { preview }) {
    switch (kept.because) {
        case 'bound':
            return `${(0,text_list/* listOf */.c)(kept.agents, { most: mostNames })} ${kept.agents.length === 1 ? 'uses' : 'use'} it`;
        case 'may-be-bound':
            return `${(0,text_list/* listOf */.c)(kept.agents, { most: mostNames })} may use it: what ${kept.agents.length === 1 ? 'it uses' : 'they use'} is not shown`;
        case 'referenced':
            return 'it is a Kubernetes Secret of your cluster, which the platform cannot delete';
        case 'other-kind':
            return `it is an ${subject/* secretSetKinds */.Q[kept.kind]}`.replace('an secret', 'a secret');
        case 'not-preview':
            return `the agent of that name ${(0,plan_preview/* notPreviewWords */.VF)(kept.reason, preview)}`;
    }
}
/** What is kept and why, as sentences. */
function keptSentences({ plan, targets }) {
    return targets.flatMap(({ region, secretSets }) => secretSets.flatMap(({ name, kept }) => kept === undefined || kept.because === 'not-preview'
        ? []
        : [`\`${name}\` in \`${region}\` is kept, because ${keptWords(kept, plan)}.`]));
}
/** What was deleted and what was not, after a failure. */
function teardownState(record) {
    if (!(0,teardown_record/* isAnythingTornDown */.Gr)(record))
        return ['Nothing was deleted.'];
    const all = (0,teardown_record/* removalsOf */.RY)(record);
    const named = (outcomes) => all.filter(({ outcome }) => outcomes.includes(outcome)).map(({ name }) => name);
    const deleted = named(['deleted']);
    const left = named(['failed', 'skipped', 'cancelled']);
    const stopped = stoppedSessions(record);
    return [
        ...(deleted.length > 0 ? [`Deleted: ${(0,text_list/* listOf */.c)(deleted, { most: mostNames })}.`] : []),
        ...(stopped > 0 ? [`Sessions stopped: ${stopped}.`] : []),
        ...(left.length > 0 ? [`Not deleted: ${(0,text_list/* listOf */.c)(left, { most: mostNames })}.`] : []),
    ];
}
function stoppedSessions({ targets }) {
    return targets.reduce((sum, { agent }) => sum + agent.stopped.size, 0);
}
function sessionCount(count) {
    return count === 1 ? '1 session' : `${count} sessions`;
}
/** What a teardown did, as a headline. */
function teardownHeadline(record) {
    const { preview } = record.plan;
    const of = `the preview of pull request ${preview.pullRequest}`;
    const deleted = (0,teardown_record/* removalsOf */.RY)(record).filter(({ outcome }) => outcome === 'deleted');
    const stopped = stoppedSessions(record);
    const sessions = stopped > 0 ? `; ${sessionCount(stopped)} stopped` : '';
    if (deleted.length > 0)
        return `Deleted ${of}${sessions}`;
    const kept = (0,teardown_record/* removalsOf */.RY)(record).some(({ outcome }) => outcome === 'kept');
    return stopped > 0
        ? `Nothing to delete of ${of}${sessions}`
        : kept
            ? `Nothing was deleted of ${of}: what is left is kept`
            : `Nothing to tear down for pull request ${preview.pullRequest}`;
}
/** What a teardown would do, as a headline. */
function teardownPlanHeadline({ plan }) {
    const count = plan.targets
        .flatMap(({ agent, secretSets }) => [agent, ...secretSets])
        .filter(({ removal }) => removal.action === 'delete').length;
    const what = count === 0 ? 'nothing' : count === 1 ? '1 thing' : `${count} things`;
    return `Plan for the end of pull request ${plan.preview.pullRequest}: ${what} would be deleted`;
}
/** What a teardown could not delete, as a headline. */
function teardownFailureHeadline(record, regions) {
    const what = `The preview of pull request ${record.plan.preview.pullRequest} was not torn down`;
    const [first, ...others] = new Set(regions);
    if (first === undefined)
        return what;
    return others.length === 0
        ? `${what} in \`${first}\``
        : `${what} in ${others.length + 1} of ${record.targets.length} regions`;
}
/** The title if a teardown failed in several ways. */
function teardownTitle({ targets }, failedRegions) {
    const where = targets.length > 1 && failedRegions > 0
        ? ` in ${failedRegions} of ${targets.length} regions`
        : '';
    return `The preview was not torn down${where}`;
}
const resultMarks = {
    deleted: '✅ deleted',
    kept: '➖ kept',
    absent: '➖ absent',
    failed: '❌ failed',
    cancelled: '⏹️ cancelled',
    skipped: '➖ not started',
};
/** What happened to each thing, or in a plan, what would happen. */
function removalTable(record, isPlan) {
    const result = (removal) => isPlan && removal.outcome === 'skipped' ? 'would be deleted' : resultMarks[removal.outcome];
    return htmlTable(record.targets.flatMap(({ region, agent, secretSets }) => [
        {
            Result: result(agent),
            Kind: 'agent',
            Name: samp(agent.name),
            Region: samp(region),
            Sessions: sessionCell(agent, isPlan),
        },
        ...secretSets.map((set) => ({
            Result: result(set),
            Kind: subject/* secretSetKinds */.Q[set.kind],
            Name: samp(set.name),
            Region: samp(region),
            Sessions: '',
        })),
    ]));
}
function sessionCell({ sessions, stopped, outcome }, isPlan) {
    if (outcome === 'kept')
        return '';
    if (isPlan)
        return sessions > 0 ? `${sessions} would be stopped` : '';
    return stopped.size > 0 ? `${stopped.size} stopped` : '';
}
/** The plan of a teardown as JSON for later steps. */
function teardownPlanOutput({ preview, targets }) {
    return JSON.stringify({
        teardown: true,
        pullRequest: preview.pullRequest,
        regions: targets.map(({ region, agent, secretSets }) => ({
            region,
            agent: {
                name: agent.name,
                action: agent.removal.action,
                sessions: agent.sessions,
                ...keptOutput(agent.removal),
            },
            secretSets: secretSets.map(({ name, kind, removal }) => ({
                name,
                kind,
                action: removal.action,
                ...keptOutput(removal),
            })),
        })),
    });
}
function keptOutput(removal) {
    if (removal.action !== 'keep')
        return {};
    const { kept } = removal;
    return {
        because: kept.because,
        ...('agents' in kept ? { otherAgents: kept.agents } : {}),
    };
}

;// CONCATENATED MODULE: ./lib/report/state.js





/** Names of keys in a sentence. */
const state_maxKeys = 10;
/** Names of keys that an agent may already see. The table of secret sets has all of them. */
const maxExposedKeys = 2;
/** Longer images are shown without the host of their registry. */
const maxImageLength = 40;
function servingOf(agent) {
    return afterRollBack(agent) ?? state_afterRelease(agent);
}
/** What is serving after a rollback; undefined if no rollback decides it. */
function afterRollBack({ outcome, ready, plan, rollBack }) {
    if (outcome === 'rolled-back') {
        const isBack = rollBack?.plan.unrestored.every(({ kind }) => kind !== 'build') === true;
        return isBack
            ? { state: 'as-before', what: plan.before && shortName(plan.before.settings) }
            : { state: 'released', what: imageOf(plan) };
    }
    const isUnfinished = rollBack?.outcome === 'failed' || rollBack?.outcome === 'running';
    return isUnfinished && !ready ? { state: 'unconfirmed' } : undefined;
}
function state_afterRelease({ outcome, ready, isChanged, previousServes, deploymentId, plan, }) {
    const { before } = plan;
    if (ready)
        return { state: outcome === 'unchanged' ? 'as-before' : 'released', what: imageOf(plan) };
    // The answer to the deploy was lost.
    if (isChanged && deploymentId === null)
        return { state: 'unconfirmed' };
    if (outcome === 'superseded')
        return { state: 'other' };
    // The image that was serving before is known, unless an even older deployment was serving.
    const wasServing = before !== undefined && (before.ready || before.available);
    const earlier = wasServing
        ? { state: 'as-before', what: before.ready ? shortName(before.settings) : undefined }
        : { state: 'nothing' };
    if (outcome === 'failed' && deploymentId !== null) {
        if (previousServes)
            return { state: 'as-before', what: before && shortName(before.settings) };
        return wasServing ? { state: 'unconfirmed' } : { state: 'nothing' };
    }
    // Deployed, but the run does not wait for it.
    if (outcome === 'created' || outcome === 'updated')
        return { state: 'unconfirmed' };
    return earlier;
}
function imageOf(plan) {
    return shortName((0,plan_agent/* plannedAgent */.O)(plan));
}
/** An image, or a build, short enough for a headline. */
function shortName({ image, buildId, }) {
    if (image !== undefined)
        return shortImage(image);
    return buildId === undefined ? undefined : `build ${buildId.slice(0, 8)}`;
}
function shortImage(image) {
    const short = image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]{52}$/, '@sha256:$1…');
    return short.length > maxImageLength ? short.replace(/^[^/]*[.:][^/]*\//, '') : short;
}
/** What is serving, as the end of a sentence. */
function servingWords(serving) {
    switch (serving.state) {
        case 'released':
            return serving.what === undefined ? 'the new deployment' : `\`${serving.what}\``;
        case 'as-before':
            return serving.what === undefined ? 'the previous deployment' : `\`${serving.what}\``;
        case 'nothing':
            return 'nothing';
        case 'other':
            return 'the deployment of another release';
        case 'unconfirmed':
            return 'not confirmed';
    }
}
/** What is serving in each of these regions, without repetition. */
function servingIn(agents) {
    const groups = new Map();
    for (const agent of agents) {
        const serving = servingOf(agent);
        const key = `${serving.state} ${servingWords(serving)}`;
        const group = groups.get(key) ?? { ...serving, regions: [] };
        group.regions.push(agent.region);
        groups.set(key, group);
    }
    return [...groups.values()]
        .map((group) => {
        const where = groups.size === 1 ? '' : ` in ${(0,text_list/* listOf */.c)(group.regions, { most: state_maxKeys })}`;
        const isKnownImage = group.state === 'as-before' && group.what !== undefined;
        return `${servingWords(group)}${where}${isKnownImage ? ', as before' : ''}`;
    })
        .join('; ');
}
/** Keys whose new values an agent that is not serving this release may see already. */
function exposedKeys({ agent, secretSets }) {
    // What a rollback does not restore is said in sentences of its own.
    if (agent?.plan.before === undefined || agent.outcome === 'rolled-back')
        return [];
    const { state } = servingOf(agent);
    if (state === 'released' || state === 'other')
        return [];
    if (agent.outcome === 'unchanged')
        return [];
    // Instances start with the set that the agent binds now, which the platform may not show.
    const { secretSet: bound } = agent.plan.before.settings;
    return secretSets
        .filter(({ kind, plan }) => kind === 'secret' && plan.template === undefined)
        .filter(({ name }) => bound === undefined || name === bound)
        .flatMap(({ added, updated }) => [...added, ...updated]);
}
/**
 * The state after a failure: what is serving, and what was not changed. It comes only from the record,
 * so that no failure can claim something else.
 */
function stateSentences(record) {
    if (record.teardown !== undefined)
        return teardownState(record.teardown);
    if (!(0,record_record/* isAnythingChanged */.BE)(record))
        return ['Nothing was changed.'];
    const agents = (0,record_record/* agentsOf */.et)(record);
    return [
        ...(agents.length === 0 ? [] : [`Serving now: ${servingIn(agents)}.`]),
        ...((0,record_record/* isAnyAgentChanged */.WD)(record) ? [] : ['No agent was deployed.']),
        ...rollBackSentences(agents),
        ...exposedSentence(record),
    ];
}
function exposedSentence({ targets }) {
    const exposed = targets.filter((target) => exposedKeys(target).length > 0);
    if (exposed.length === 0)
        return [];
    const keys = (0,text_list/* listOf */.c)(new Set(exposed.flatMap(exposedKeys)), { most: maxExposedKeys });
    const where = exposed.length === targets.length
        ? ''
        : ` in ${(0,text_list/* listOf */.c)(exposed.map(({ region }) => region), { most: state_maxKeys })}`;
    return [`Caution: new instances${where} may start with the new ${keys}.`];
}
/** What was not restored, and which agents were rolled back if not all were. */
function rollBackSentences(agents) {
    const rollBacks = agents.flatMap(({ rollBack }) => rollBack ?? []);
    const done = rollBacks.filter(({ outcome }) => outcome === 'done');
    const others = rollBacks.filter(({ outcome }) => outcome !== 'done');
    return [
        ...(done.length > 0 && others.length > 0 ? [`Rolled back: ${placesOf(done)}.`] : []),
        ...(others.length > 0 ? [`Not rolled back: ${placesOf(others)}.`] : []),
        ...new Set(done.flatMap(({ plan }) => (0,roll_back/* unrestoredSentences */.G)(plan))),
    ];
}
function placesOf(rollBacks) {
    const places = rollBacks.map(({ plan }) => `\`${plan.agent}\` in \`${plan.region}\``);
    return (0,text_list/* listOf */.c)(places, { most: state_maxKeys, format: text_list/* asIs */.$ });
}

;// CONCATENATED MODULE: ./lib/report/explain.js














/** Turns an error into words. The only place that does. */
function explain(error, context) {
    const subject = error instanceof record_errors/* SubjectError */.lR ? error.subject : undefined;
    const cause = error instanceof record_errors/* SubjectError */.lR ? error.cause : error;
    const isReported = isReportedError(cause);
    const details = isReported
        ? detailsOf(cause, { ...context, subject })
        : ofUnknown(cause, context);
    const kind = details.kind ?? (isReported ? cause.kind : 'unexpected');
    return {
        title: failureKinds[kind].title,
        subject,
        state: stateSentences(context.record),
        problems: [],
        why: [],
        // Listed problems name their own fixes.
        next: (details.problems ?? []).length > 0 ? [] : [failureKinds[kind].next],
        traceback: undefined,
        logs: undefined,
        ...details,
        kind,
        facts: [...factsOf(subject), ...(details.facts ?? [])],
    };
}
function detailsOf(error, context) {
    if (error instanceof record_errors/* StepError */.zg)
        return detailsOfStep(error, context);
    if (error instanceof pipecat_errors/* CallError */.RA)
        return detailsOfSubjectCall(error, context);
    if (error instanceof time_cancellation/* CancelledError */.cc)
        return explainCancellation(error, context);
    if (error instanceof problems/* PreflightError */.w) {
        const { problems } = error;
        return context.record.teardown === undefined
            ? { problems }
            : { problems, title: 'The teardown cannot work with these settings' };
    }
    return { state: ['Nothing was changed, and nothing was sent.'], ...problemsOf(error, context) };
}
function problemsOf(error, { redact }) {
    if (error instanceof inputs_problems/* UntrustedEventError */.fs)
        return { why: [untrustedReason(error.because)] };
    if (error instanceof inputs_problems/* InputsError */.aV) {
        return {
            problems: error.problems.map(({ input, message }) => ({
                about: `\`${input}\``,
                message,
                next: undefined,
            })),
        };
    }
    return {
        problems: error.problems.map(({ about, message, next }) => ({
            // The name of a file or link may contain anything.
            about: redact(about),
            message: redact(message),
            next: next === undefined ? undefined : redact(next),
        })),
    };
}
function untrustedReason(because) {
    switch (because.reason) {
        case 'fork':
            return 'The code of this run comes from a fork, and the run has the secrets of the repository.';
        case 'no-token':
            return 'A comment on a pull request started this run. Without `github-token`, the action cannot find out whether the code comes from a fork.';
        case 'unreadable':
            return `A comment on a pull request started this run, and the pull request could not be read: ${because.failure}. The code may come from a fork.`;
    }
}
function detailsOfStep({ kind, facts, cause }, context) {
    return stepDetails[kind]?.(facts, { ...context, cause }) ?? {};
}
/** What the report says about a failed step. A failure that is not here has only its kind. */
const stepDetails = {
    'organization-unknown': explainOrganization,
    'provisioning-failed': ({ platformMessage }) => ({
        why: platformMessage === undefined ? ['The platform gives no reason.'] : said([platformMessage]),
    }),
    'secrets-timeout': ({ lastSeen, waited, deadline: { limit } }, { cause }) => ({
        why: [
            lastSeen === undefined
                ? `No status check of the set succeeded within ${duration(waited)}.`
                : `Last state: ${lastSeen}, after ${duration(waited)} of waiting; \`secrets-timeout\` is ${duration(limit)}.`,
            ...lastFailure(cause),
        ],
    }),
    'secret-set-not-ready': ({ refusal, deadline }, context) => ({
        ...explainCall(refusal, context),
        kind: 'secret-set-not-ready',
        why: [
            `${capital(refusal.reason)}.`,
            `\`${deadline.input}\` (${duration(deadline.limit)}) leaves no time for another attempt.`,
        ],
        next: [failureKinds['secret-set-not-ready'].next],
    }),
    'not-pruned': ({ failure }, context) => {
        const { title, facts, why } = explain(failure, context);
        return { facts, why: [`${title}.`, ...why] };
    },
    'build-failed': explainBuild,
    'build-timeout': ({ buildId, lastSeen, deadline }, { cause, redact }) => {
        const limit = `\`${deadline.input}\` is ${duration(deadline.limit)}`;
        return {
            facts: [{ label: 'Build id', value: buildId }],
            why: [
                lastSeen === undefined
                    ? `No status check of the build succeeded; ${limit}.`
                    : `Last status: ${redact(lastSeen)}; ${limit}.`,
                ...lastFailure(cause),
            ],
        };
    },
    'build-missing': ({ buildId }) => ({ facts: [{ label: 'Build id', value: buildId }] }),
    'build-gone': ({ buildId }) => ({
        facts: [{ label: 'Build id', value: buildId }],
    }),
    'agent-name-taken': (_, { subject }) => ({
        why: [
            `The name \`${subject?.name ?? 'of the agent'}\` is already taken. Agent names are unique across all regions.`,
            'This credential cannot see the agent with that name.',
        ],
    }),
    'rollout-failed': explainRollout,
    'wait-timeout': explainRolloutTimeout,
    'smoke-test-failed': explainSmokeTest,
    'smoke-test-key-refused': ({ refusal }) => ({
        facts: callFacts(refusal),
        why: [`${capital(refusal.reason)}.`, 'The release itself is done.'],
    }),
    'drain-timeout': ({ left, deadline }, { cause }) => ({
        why: [
            'The release itself is done.',
            left === undefined
                ? 'The number of sessions on older deployments could not be read.'
                : `Sessions on older deployments: ${left.isCut ? 'at least ' : ''}${left.count}; \`drain-timeout\` is ${duration(deadline.limit)}.`,
            ...lastFailure(cause),
        ],
    }),
    'not-rolled-back': ({ failure }, context) => {
        const { title, facts, why, traceback, logs } = explain(failure, context);
        return { facts, why: [`${title}.`, ...why], traceback, logs };
    },
    'sessions-running': ({ count, deadline }) => ({
        why: [
            `${count} ${count === 1 ? 'session was' : 'sessions were'} still running when \`${deadline.input}\` (${duration(deadline.limit)}) had passed.`,
        ],
    }),
    'secret-set-in-use': ({ refusal, deadline }, context) => ({
        ...explainCall(refusal, context),
        kind: 'secret-set-in-use',
        why: [
            `${capital(refusal.reason)}.`,
            `\`${deadline.input}\` (${duration(deadline.limit)}) leaves no time for another attempt.`,
        ],
        next: [failureKinds['secret-set-in-use'].next],
    }),
    superseded: ({ deploymentId, supersededBy }) => ({
        facts: [
            { label: 'Deployment', value: deploymentId },
            { label: 'Superseded by', value: supersededBy },
        ],
        why: ['Another release changed the deployment while this one was rolling out.'],
    }),
};
function detailsOfSubjectCall(error, context) {
    const { subject } = context;
    const details = explainCall(error, context);
    const isTaken = error instanceof pipecat_errors/* StatusError */.Xs && error.says(/already taken/i);
    return error.kind === 'request-refused' && isTaken && subject !== undefined
        ? {
            ...details,
            why: [...(details.why ?? []), foreignName(subject)],
            next: ['Choose another name.'],
        }
        : details;
}
function ofUnknown(error, { redact }) {
    return {
        why: [
            error instanceof Error
                ? `${error.name}: ${(0,quote/* quote */.h)(redact(error.message))}.`
                : 'Something was thrown that is not an error.',
        ],
    };
}
/** The platform does not say who owns a name. */
function foreignName({ kind, name }) {
    return `Names of ${kind}s are unique across all regions; \`${name}\` may belong to another organization.`;
}
function explainCancellation({ signal }, { record }) {
    const { done, underWay, notStarted } = progressOf(record);
    return {
        why: [`Somebody cancelled the run, or a newer run replaced it (${signal}).`],
        problems: [
            { about: 'Done', message: listed(done), next: undefined },
            { about: 'Still running', message: listed(underWay), next: undefined },
            { about: 'Not started', message: listed(notStarted), next: undefined },
        ],
        next: [failureKinds.cancelled.next],
    };
}
function listed(parts) {
    return parts.length === 0 ? 'nothing' : parts.join('; ');
}
function explainBuild({ buildId, status, platformMessage, logs }, { showsBuildOutput, redact }) {
    return {
        facts: [{ label: 'Build id', value: buildId }],
        why: [
            ...(status === 'timeout' ? ['The platform stopped it because it took too long.'] : []),
            ...(['failed', 'timeout'].includes(status)
                ? []
                : [`Its last status was ${(0,quote/* quote */.h)(redact(status))}.`]),
            ...(platformMessage === undefined ? [] : said([platformMessage])),
            ...(platformMessage === undefined && status !== 'timeout'
                ? ['The platform gives no reason.']
                : []),
            ...(showsBuildOutput && logs === undefined ? ['Could not read its log.'] : []),
        ],
        ...(showsBuildOutput ? { logs } : {}),
        ...(status === 'timeout'
            ? {
                next: [
                    'Make the build faster (fewer dependencies, or a base image that has more of them), then run the workflow again.',
                ],
            }
            : showsBuildOutput && logs !== undefined
                ? {}
                : {
                    next: [
                        `Open the log of build \`${buildId}\` in the dashboard, fix the error that it shows, and run the workflow again.`,
                    ],
                }),
    };
}
function factsOf(subject) {
    if (subject === undefined)
        return [];
    const { kind, name, region } = subject;
    return [
        { label: kind === 'build' ? 'Dockerfile' : capital(kind), value: name },
        { label: 'Region', value: region },
    ];
}
function explainOrganization({ named, available }, { redact }) {
    const list = (0,text_list/* listOf */.c)(available.map(({ name }) => name));
    const name = named?.name.reveal() ?? '';
    const meant = named &&
        (0,nearest/* nearest */.pA)(name, available.flatMap(({ name: id, verboseName }) => [
            id,
            ...(verboseName === undefined ? [] : [verboseName]),
        ]));
    return {
        why: [
            named === undefined
                ? 'The owner of the token is not a member of any organization.'
                : `${(0,quote/* quote */.h)(redact(name))}, from ${named.origin}, does not match exactly one organization of the token.${meant === undefined || meant === name ? '' : ` Did you mean \`${meant}\`?`}`,
            ...(available.length === 0 ? [] : [`Available: ${list}.`]),
        ],
    };
}
function explainCall(error, context) {
    const attempts = error.attempts > 1 ? [`Gave up after ${error.attempts} attempts.`] : [];
    const reason = `${capital(error.reason)}.`;
    if (error instanceof pipecat_errors/* UploadError */.oW)
        return { facts: callFacts(error), why: [reason, ...attempts] };
    const why = [reason, ...attempts, ...limitOf(error), ...doubtOf(error)];
    if (error instanceof pipecat_errors/* StatusError */.Xs)
        return explainStatus(error, why, context.record);
    const isLate = error.outOfTime?.input === 'secrets-timeout';
    return { ...(isLate ? { kind: 'secrets-timeout' } : {}), facts: callFacts(error), why };
}
function callFacts(error) {
    const { method, path } = error.call;
    const isAnswered = error instanceof pipecat_errors/* StatusError */.Xs || error instanceof pipecat_errors/* UploadError */.oW || error instanceof pipecat_errors/* RedirectError */.Lx;
    const status = isAnswered && error.status !== undefined ? ` → ${error.status}` : '';
    return [
        { label: 'Call', value: `${method} ${path}${status}` },
        ...(error.requestId === undefined ? [] : [{ label: 'Request ID', value: error.requestId }]),
    ];
}
function limitOf({ outOfTime }) {
    return outOfTime === undefined
        ? []
        : [`\`${outOfTime.input}\` (${duration(outOfTime.limit)}) leaves no time for another attempt.`];
}
/** The platform may have carried out a request whose response was lost, so no report may deny it. */
function doubtOf(error) {
    if (!error.isInDoubt)
        return [];
    const isRefused = !error.isTransient || error.kind === 'rate-limited';
    return [
        `Whether ${isRefused ? 'an earlier attempt' : 'it'} was carried out is not known. Run the workflow again to find out.`,
    ];
}
function explainStatus(error, why, { actingAs }) {
    const { code, kind } = error;
    const facts = [
        ...callFacts(error),
        ...(code === undefined ? [] : [{ label: 'Code', value: code }]),
    ];
    if (kind === 'credential-refused' || kind === 'permission-denied') {
        const next = kind === 'permission-denied' ? [failureKinds[kind].next] : [];
        return {
            facts,
            why: [...why, `The credential is ${credentialWords(actingAs)}.`],
            next: [...next, whereToLook(actingAs)],
        };
    }
    const advice = error.lookUpCode(platformCodes);
    if (advice === undefined || kind === 'concurrent-write')
        return { facts, why };
    return {
        facts,
        why: [...why, `${capital(advice.meaning)}.`],
        next: [nextOf(advice, true), `See ${errorCodesUrl}.`],
    };
}
function credentialWords(actingAs) {
    if (actingAs === undefined)
        return 'not known';
    const { credentialKind, credentialOrigin, organization } = actingAs;
    const where = organization === undefined ? '' : `, acting in \`${organization}\``;
    return `${words_credentialKinds[credentialKind]} from ${credentialOrigin}${where}`;
}
function whereToLook(actingAs) {
    return actingAs?.credentialKind === 'personal-access-token'
        ? 'Check in the dashboard (Account Settings → Personal Access Tokens) that the token still exists. If not, create one, and store it in the GitHub secret that the workflow passes.'
        : 'Check in the dashboard (Settings → API Keys → Private) that the key still exists. If not, create one, and store it in the GitHub secret that the workflow passes.';
}
function explainRollout({ deploymentId, failure, logs }, context) {
    const { code, reason, exitCode } = failure;
    const advice = adviceFor(failure);
    const lastLine = context.showsAgentOutput ? lastLineOf(failure.traceback) : undefined;
    const facts = [
        { label: 'Deployment', value: deploymentId },
        ...(code === undefined ? [] : [{ label: 'Code', value: context.redact(code) }]),
        ...(reason === undefined ? [] : [{ label: 'Reason', value: context.redact(reason) }]),
        ...(exitCode === undefined ? [] : [{ label: 'Exit code', value: String(exitCode) }]),
        ...((failure.restartCount ?? 0) > 0
            ? [{ label: 'Restarts', value: String(failure.restartCount) }]
            : []),
    ];
    return {
        facts,
        why: [
            ...meaningOf(failure, advice, lastLine),
            ...said(lastLine === undefined
                ? [failure.headline, failure.message, failure.condition?.message]
                : [failure.message, failure.condition?.message]),
        ],
        next: [
            failure.infrastructureIssue
                ? "Run the workflow again later. If it fails again, contact the platform's support with the deployment id."
                : (missingKey(lastLine, context) ??
                    (advice === undefined
                        ? failureKinds['rollout-failed'].next
                        : nextOf(advice, context.showsAgentOutput))),
            ...(code === undefined ? [] : [`See ${errorCodesUrl}.`]),
            ...agentOutputHint(deploymentId, context),
        ].filter((one) => one !== ''),
        ...(context.showsAgentOutput ? { traceback: failure.traceback, logs } : {}),
    };
}
function explainRolloutTimeout(facts, { cause, ...context }) {
    const { deploymentId, lastSeen, lastSeenFor, deadline, logs } = facts;
    return {
        facts: [{ label: 'Deployment', value: deploymentId }],
        why: [
            `Last state: ${context.redact(lastSeen)} for ${duration(lastSeenFor)}; \`wait-timeout\` is ${duration(deadline.limit)}.`,
            ...lastFailure(cause),
            ...infrastructure(facts),
            'The platform continues the rollout, so the deployment may still become ready.',
        ],
        next: [failureKinds['wait-timeout'].next, ...agentOutputHint(deploymentId, context)],
        ...(context.showsAgentOutput ? { logs } : {}),
    };
}
function explainSmokeTest({ deploymentId, sessionId, because, logs, hasTransport }, context) {
    const { showsAgentOutput, subject } = context;
    const lastLine = showsAgentOutput ? lastLineOf(logs?.join('\n')) : undefined;
    const error = errorLine.test(lastLine ?? '') ? lastLine : undefined;
    const hint = sessionId === undefined || subject === undefined || showsAgentOutput
        ? []
        : [
            'The log of the session is not shown here, because it may contain what callers said (`failure-logs`).',
        ];
    return {
        facts: [
            { label: 'Deployment', value: deploymentId },
            ...(sessionId === undefined ? [] : [{ label: 'Session', value: sessionId }]),
            ...('status' in because && because.status !== undefined
                ? [{ label: 'Status', value: String(because.status) }]
                : []),
            ...(because.kind === 'not-startable' ? callFacts(because.refusal) : []),
        ],
        why: [
            `Smoke test: ${smokeTestFailure(because)}.`,
            ...(error === undefined ? [] : [`The log of the session ends with ${(0,quote/* quote */.h)(error)}.`]),
        ],
        repeatsTitle: true,
        next: [
            missingKey(error, context) ?? failureKinds['smoke-test-failed'].next,
            ...wayBack(context),
            ...(hasTransport
                ? []
                : [
                    'If the bot needs a transport, set `smoke-test-transport` (`daily` or `webrtc`): without it, the session starts without one.',
                ]),
            ...hint,
        ],
        ...(showsAgentOutput ? { logs } : {}),
    };
}
/** A line in which Python names an exception. */
const errorLine = /^[\w.]*(?:Error|Exception)\b/;
/** How to go back to what served before the deployment that is serving now. */
function wayBack({ subject, record }) {
    const agent = (0,record_record/* agentsOf */.et)(record).find(({ region }) => region === subject?.region);
    const image = agent?.plan.before?.settings.image;
    if (agent?.outcome !== 'updated' || image === undefined)
        return [];
    return [`To go back until then, release \`${image}\` again.`];
}
function smokeTestFailure(because) {
    switch (because.kind) {
        case 'ended':
            return because.hasStarted
                ? `the session ended with \`${because.status}\``
                : `the session ended with \`${because.status}\` before its bot started`;
        case 'not-startable':
            return `the platform did not start a session: ${because.refusal.reason}`;
        case 'path':
            return because.status === undefined
                ? `GET \`/${because.path}\` did not answer`
                : `GET \`/${because.path}\` answered ${because.status}`;
        case 'ended-before-path':
            return `the session ended with \`${because.status}\` before GET \`/${because.path}\` answered`;
    }
}
/** What the platform says, without repetition, as one sentence. */
function said(words) {
    const quotes = [...new Set(words)]
        .filter((one) => one !== undefined)
        // The sentence adds its own period.
        .map((one) => (0,quote/* quote */.h)(one.trim().replace(/\.$/, '')));
    return quotes.length === 0 ? [] : [`The platform says: ${quotes.join(' and ')}.`];
}
function infrastructure({ infrastructureIssue }) {
    return infrastructureIssue
        ? ['The platform reports a problem in its own infrastructure. The agent is not the cause.']
        : [];
}
/** The most specific advice: any reason says more than exit code 1. */
function adviceFor(failure) {
    const { code, reason, terminationReason, exitCode, condition, isExecFormatError } = failure;
    const byExitCode = exitCode === undefined ? undefined : exitCodes[exitCode];
    return [
        lookUp(platformCodes, code),
        isExecFormatError ? wrongProcessor : undefined,
        lookUp(containerReasons, terminationReason),
        exitCode === 1 ? undefined : byExitCode,
        lookUp(containerReasons, reason),
        lookUp(containerReasons, condition?.reason),
        byExitCode,
    ].find((advice) => advice !== undefined);
}
/** The words come from outside, and an object has more names than a table. */
function lookUp(table, word) {
    return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}
/** The last line of a traceback names the error. */
function lastLineOf(traceback) {
    const line = traceback?.trim().split('\n').at(-1);
    return line === '' ? undefined : line;
}
/** What the failure means, with the last error of the agent. */
function meaningOf(failure, advice, lastLine) {
    if (failure.infrastructureIssue)
        return infrastructure(failure);
    // The platform's own sentence says the same.
    const isSaid = advice === containerReasons['CrashLoopBackOff'] && failure.headline !== undefined;
    if (lastLine === undefined)
        return advice === undefined || isSaid ? [] : [`${capital(advice.meaning)}.`];
    return [
        `${advice === undefined ? 'The agent ended with an error' : capital(advice.meaning)}: ${(0,quote/* quote */.h)(lastLine)}.`,
    ];
}
/** What to do if the agent misses an environment variable; undefined if that is not the cause. */
function missingKey(lastLine, { subject, record }) {
    const [, key] = /^KeyError: '([A-Z][A-Z0-9_]*)'$/.exec(lastLine ?? '') ?? [];
    if (key === undefined)
        return undefined;
    const target = record.targets.find(({ region }) => region === subject?.region);
    const set = target?.secretSets.find(({ kind }) => kind === 'secret');
    const how = 'for example to `secrets-env`, and release again.';
    if (set === undefined)
        return `Add \`${key}\` to the secrets of the agent, ${how}`;
    if ([...set.added, ...set.updated].includes(key))
        return undefined;
    // Of a set that existed before, not all keys are known.
    return set.plan.action === 'create'
        ? `\`${key}\` is not in \`${set.name}\`. Add it, ${how}`
        : `If \`${key}\` is not in \`${set.name}\`, add it, ${how}`;
}
function agentOutputHint(deploymentId, { subject, showsAgentOutput, record: { actingAs } }) {
    if (subject === undefined)
        return [];
    const organization = actingAs?.organization === undefined ? '' : ` --organization ${actingAs.organization}`;
    const command = `pipecat cloud agent logs ${subject.name} --deployment ${deploymentId}${organization}`;
    return showsAgentOutput
        ? [`For more logs, run \`${command}\`.`]
        : [
            `To see the agent's traceback and logs, run \`pipecat cloud agent status ${subject.name}${organization}\` and \`${command}\`, or set \`failure-logs: always\` and run again. They are not shown here, because they may contain what callers said.`,
        ];
}
function lastFailure(cause) {
    return cause instanceof pipecat_errors/* CallError */.RA ? [`The last status check failed: ${cause.reason}.`] : [];
}

;// CONCATENATED MODULE: ./lib/report/changes.js





/** Names in a sentence, if there is room. */
const usualNames = 40;
/** What a plan would do. */
function plannedChanges({ targets }, maxNames = usualNames) {
    return targets.map(({ region, secretSets, build, agent }) => ({
        region,
        changes: [
            ...secretSets.map((set) => plannedSet(set, maxNames)),
            ...(build === undefined ? [] : [plannedBuild(build)]),
            ...(agent === undefined
                ? []
                : [plannedAgent(agent), ...provenBy(agent), ...plannedRollBack(agent, secretSets)]),
            ...secretSets.flatMap((set) => laterChanges(set, maxNames)),
            ...secretSets.flatMap((set) => otherAgentsAffected(set, maxNames)),
        ],
    }));
}
/** What follows from the changes of a plan: deployments, tests, rollbacks, old versions, other agents. */
function consequencesOf({ targets }, maxNames) {
    return targets.map(({ region, secretSets, agent }) => ({
        region,
        changes: [
            ...(agent === undefined
                ? []
                : [
                    ...(isAgentUnchanged(agent)
                        ? agent.valuesChange
                            ? [plannedAgent(agent)]
                            : []
                        : [plannedDeployment(agent.newDeployment)]),
                    ...provenBy(agent),
                    ...plannedRollBack(agent, secretSets),
                ]),
            // The table of changes has the keys that are deleted.
            ...secretSets.flatMap((set) => laterChanges({ ...set, prunedKeys: [] }, maxNames)),
            ...secretSets.flatMap((set) => otherAgentsAffected(set, maxNames)),
        ],
    }));
}
/** What a release did. */
function doneChanges({ targets }, maxNames = usualNames) {
    return targets.map(({ region, secretSets, deletedVersions, build, agent }) => ({
        region,
        changes: [
            ...[...secretSets, ...deletedVersions].map((set) => doneSet(set, maxNames)),
            ...(build === undefined ? [] : [doneBuild(build)]),
            ...(agent === undefined ? [] : [doneAgent(agent), ...shownBy(agent)]),
        ],
    }));
}
/** What a plan would change, counted by what happens to it; `nothing would change` if it leaves everything as it is. */
function countOfChanges({ targets }) {
    const sets = targets
        .flatMap(({ secretSets }) => secretSets)
        .filter((set) => !isSetUnchanged(set));
    const agents = targets.flatMap(({ agent }) => agent === undefined || isAgentUnchanged(agent) ? [] : [agent]);
    const builds = targets.filter(({ build }) => build !== undefined && build.found === undefined);
    const isNew = ({ action }) => action === 'create';
    const isOld = (one) => !isNew(one);
    const parts = [
        countedAs('created', sets.filter(isNew), agents.filter(isNew)),
        countedAs('updated', sets.filter(isOld), agents.filter(isOld)),
        builds.length === 0 ? '' : `${counted(builds.length, 'image')} would be built`,
    ].filter((part) => part !== '');
    return parts.length === 0 ? 'nothing would change' : parts.join(', ');
}
function countedAs(what, { length: sets }, { length: agents }) {
    const things = [
        ...(sets === 0 ? [] : [counted(sets, 'secret set')]),
        ...(agents === 0 ? [] : [counted(agents, 'agent')]),
    ];
    return things.length === 0 ? '' : `${joined(things)} would be ${what}`;
}
function counted(count, what) {
    return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
function isSetUnchanged({ action, prunedKeys, deletedVersions = [] }) {
    return action === 'bind' && prunedKeys.length === 0 && deletedVersions.length === 0;
}
function plannedSet(plan, maxNames) {
    const { kind, name, action, template, addedKeys, updatedKeys } = plan;
    const what = `the ${subject/* secretSetKinds */.Q[kind]} \`${name}\``;
    if (action === 'bind' && plan.prunedKeys.length > 0)
        return `Prune ${what}.`;
    if ((0,name_template/* isVersioned */.at)(name)) {
        return `Create ${what}, unless there is one with these values${keyList(plannedKeys, addedKeys, updatedKeys, maxNames)}.`;
    }
    if (action === 'bind') {
        return template === undefined
            ? `Keep ${what} unchanged.`
            : `Keep ${what} unchanged: it already has this content.`;
    }
    return `${action === 'create' ? 'Create' : 'Update'} ${what}${keyList(plannedKeys, addedKeys, updatedKeys, maxNames)}.`;
}
const setVerbs = {
    created: 'Created',
    updated: 'Updated',
    existing: 'Unchanged:',
    deleted: 'Deleted',
    failed: 'Failed:',
    cancelled: 'Cancelled while writing:',
    skipped: 'Not written:',
};
function doneSet({ kind, name, outcome, added, updated, pruned }, maxNames) {
    const prunedKeys = pruned.length === 0 ? '' : `; pruned ${(0,text_list/* listOf */.c)(pruned, { most: maxNames })}`;
    const version = outcome === 'deleted' ? ', an older version that no agent binds' : '';
    return `${setVerbs[outcome]} the ${subject/* secretSetKinds */.Q[kind]} \`${name}\`${version}${keyList(doneKeys, added, updated, maxNames)}${prunedKeys}.`;
}
const plannedKeys = { add: 'add', update: 'update' };
const doneKeys = { add: 'added', update: 'updated' };
function keyList({ add, update }, added, updated, maxNames) {
    const parts = [
        added.length === 0 ? '' : `${add} ${(0,text_list/* listOf */.c)(added, { most: maxNames })}`,
        updated.length === 0 ? '' : `${update} ${(0,text_list/* listOf */.c)(updated, { most: maxNames })}`,
    ].filter((part) => part !== '');
    return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}
function plannedBuild({ found, isKnown, context: { dockerfile, hash } }) {
    if (found !== undefined) {
        return found.status === 'success'
            ? `Reuse the build \`${found.id}\` of the same context.`
            : `Wait for the build \`${found.id}\` of the same context, which is running.`;
    }
    const what = `Build the image with \`${dockerfile}\` from the context \`${hash}\``;
    return isKnown ? `${what}, which was not built before.` : `${what}, unless it was built before.`;
}
const buildVerbs = {
    built: 'Built',
    reused: 'Reused, because it was built before:',
    failed: 'Failed to build:',
    running: 'Still running:',
    cancelled: 'Cancelled while starting:',
    skipped: 'Not built:',
};
function doneBuild({ outcome, id, plan: { context } }) {
    const what = `the image with \`${context.dockerfile}\` from the context \`${context.hash}\``;
    return `${buildVerbs[outcome]} ${what}${id === null ? '' : `, build \`${id}\``}.`;
}
function isAgentUnchanged({ changes, newDeployment }) {
    return changes.length === 0 && newDeployment.follows === 'no';
}
function plannedAgent(agent) {
    const { name, action, changes, hidden, newDeployment } = agent;
    if (isAgentUnchanged(agent)) {
        return agent.valuesChange
            ? `Keep the agent \`${name}\` unchanged, with the old values: \`force-redeploy\` is \`false\`.`
            : `Keep the agent \`${name}\` unchanged: nothing differs.`;
    }
    return `${action === 'create' ? 'Create' : 'Update'} the agent \`${name}\`${action === 'create' && agent.runsNewBuild ? ' with the new build' : ''}${changeList(changes, hidden)}. ${plannedDeployment(newDeployment)}`;
}
/** What `on-failure: rollback` would do. */
function plannedRollBack(agent, secretSets) {
    if (agent.onFailure !== 'rollback' || isAgentUnchanged(agent))
        return [];
    const plan = (0,roll_back/* planRollBack */.g)(agent, secretSets);
    const what = plan.settings === undefined
        ? []
        : [
            `If the release fails in any region, roll \`${agent.name}\` back with a new deployment${changeList(plan.changes, [])}.`,
        ];
    const [first, ...others] = [...what, ...(0,roll_back/* unrestoredSentences */.G)(plan)];
    if (first === undefined)
        return [];
    const lead = plan.settings === undefined ? `If the release fails in any region, ${first}` : first;
    return [[lead, ...others].join(' ')];
}
const agentVerbs = {
    created: 'Created',
    updated: 'Updated',
    unchanged: 'Unchanged:',
    superseded: 'Superseded by another release:',
    'rolled-back': 'Rolled back:',
    failed: 'Failed to deploy:',
    cancelled: 'Cancelled while deploying:',
    skipped: 'Not deployed:',
};
function doneAgent({ name, outcome, plan, rollBack }) {
    const { changes, hidden, newDeployment } = plan;
    if (outcome === 'rolled-back' && rollBack !== undefined) {
        const sentences = [
            `${agentVerbs[outcome]} the agent \`${name}\`${changeList(rollBack.plan.changes, [])}.`,
            ...(0,roll_back/* unrestoredSentences */.G)(rollBack.plan),
        ];
        return sentences.join(' ');
    }
    const told = outcome === 'unchanged' || outcome === 'skipped' ? '' : changeList(changes, hidden);
    const reason = outcome === 'updated' ? ` ${deploymentReasons[newDeployment.because].past}.` : '';
    return `${agentVerbs[outcome]} the agent \`${name}\`${told}.${reason}`;
}
function changeList(changes, hidden) {
    if (changes.length + hidden.length === 0)
        return '';
    const told = [
        ...changes.map(describeChange),
        ...hidden.map(({ setting, after }) => `${setting} (not shown) → \`${after}\``),
    ];
    return `: ${told.join(', ')}`;
}
/** A setting with what it was and will be. */
function describeChange({ setting, before, after }) {
    const value = after === undefined ? 'a new build' : `\`${after}\``;
    return before === undefined ? `${setting} ${value}` : `${setting} \`${before}\` → ${value}`;
}
/** Why a new deployment follows or does not, for what is planned and for what was done. */
const deploymentReasons = {
    'agent-created': { reason: 'the agent is new', past: 'The agent was new' },
    forced: { reason: '`force-redeploy` asks for it', past: '`force-redeploy` asked for it' },
    'build-unknown': {
        reason: 'the action could not find out whether its context was built before',
        past: 'Its image may have been rebuilt',
    },
    'built-anew': { reason: 'its image is rebuilt', past: 'Its image was rebuilt' },
    'values-written': {
        reason: 'its secret set gets new values, which only a new deployment sees',
        past: 'Its secret set got new values',
    },
    'deployment-failed': {
        reason: 'its last deployment failed',
        past: 'Its last deployment had failed',
    },
    'settings-differ': { reason: 'settings differ', past: 'Settings differed' },
    'settings-hidden': {
        reason: 'the platform does not show all of its current settings',
        past: 'The platform did not show all of its settings',
    },
    'version-unknown': {
        reason: 'the version of its secret set is unknown without all values',
        past: 'The version of its secret set was unknown',
    },
    'scaling-only': {
        reason: 'only its scaling changes',
        past: 'Only its scaling changed, which makes no new deployment',
    },
    'nothing-differs': { reason: 'nothing differs', past: 'No visible setting differed' },
};
function plannedDeployment({ follows, because }) {
    const { reason } = deploymentReasons[because];
    switch (follows) {
        case 'yes':
            return `A new deployment follows, because ${reason}.`;
        case 'no':
            return `No new deployment follows, because ${reason}.`;
        case 'unknown':
            return `It is unknown whether a new deployment follows, because ${reason}.`;
    }
}
/** How a release would test the agent, and what it would wait for after that. */
function provenBy({ name, action, smokeTest, drainTimeout }) {
    const told = [];
    if (smokeTest !== undefined) {
        const { transport, path, duration: up, timeout } = smokeTest;
        const how = transport === undefined ? '' : ` with the transport \`${transport}\``;
        const answers = path === undefined ? '' : `, and \`GET /${path}\` must answer 2xx`;
        told.push(`Smoke test: start one session on \`${name}\`${how}. It must stay up for ${duration(up)}${answers}, within ${duration(timeout)}.`);
    }
    if (drainTimeout !== undefined && action === 'update') {
        told.push(`Then wait for at most ${duration(drainTimeout)} until no session of \`${name}\` runs on an older deployment.`);
    }
    return told;
}
const smokeTestWords = {
    passed: 'passed',
    failed: 'failed',
    inconclusive: 'was inconclusive',
};
/** The result of the smoke test. */
function shownBy({ smokeTest }) {
    if (smokeTest === null)
        return [];
    const { outcome, sessionId, startSeconds, coldStart } = smokeTest;
    const session = sessionId === null ? '' : ` with the session \`${sessionId}\``;
    const start = startSeconds === null || startSeconds < 1
        ? ''
        : `; its bot started after ${startSeconds} s${coldStart === true ? ' (cold start)' : ''}`;
    return [`The smoke test ${smokeTestWords[outcome]}${session}${start}.`];
}
/** What the release does at its end. */
function laterChanges({ name, prunedKeys, deletedVersions = [] }, maxNames) {
    return [
        ...(prunedKeys.length === 0
            ? []
            : [`Then delete from \`${name}\`: ${(0,text_list/* listOf */.c)(prunedKeys, { most: maxNames })}.`]),
        ...(deletedVersions.length === 0
            ? []
            : [
                `Then delete older versions that no agent binds: ${(0,text_list/* listOf */.c)(deletedVersions, { most: maxNames })}.`,
            ]),
    ];
}
function otherAgentsAffected({ name, action, otherAgents = [] }, maxNames) {
    if (action !== 'update' || otherAgents.length === 0)
        return [];
    return [
        `Also bound to \`${name}\`: ${(0,text_list/* listOf */.c)(otherAgents, { most: maxNames })}. Running instances keep the old values until they are redeployed; new instances may start with the new ones.`,
    ];
}

;// CONCATENATED MODULE: ./lib/report/log.js



/**
 * A release's log as the runner shows it: one group for each step.
 *
 * @param redact removes known secrets from a line, because names of files and the like come from outside
 */
function releaseLog(actions, redact = (text) => text) {
    const groups = new Groups(actions);
    let plans = [];
    const showPlans = () => {
        for (const plan of plans)
            showPlan(actions, plan, redact);
        plans = [];
    };
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
            actions.notice((0,printable/* printable */.g)(redact(message)));
        },
        warning: (message) => {
            groups.begin();
            actions.warning((0,printable/* printable */.g)(redact(message)));
        },
        beginStep: (step) => {
            groups.add(step);
        },
        endStep: ({ name, outcome, duration: took }) => {
            const ending = `${log_outcomeWords[outcome]} ${after(took)}.`;
            groups.begin();
            actions.info(capital(groups.isShared ? `${stepTitles[name]}: ${ending}` : ending));
            groups.remove(name);
            showPlans();
        },
        plan: (plan) => {
            // Below the group of the step that makes it, where it is not folded away.
            plans.push(plan);
            if (!groups.isRunning)
                showPlans();
        },
    };
}
function showPlan(actions, plan, redact) {
    for (const { region, changes } of plannedChanges(plan)) {
        actions.info(withoutCommands(redact(`Region ${region}:`)));
        for (const change of changes) {
            actions.info(withoutCommands(redact(`  ${change.replace(/`/g, '')}`)));
        }
    }
}
/** How long a step took, as the end of a sentence. */
function after(milliseconds) {
    return milliseconds < 50 ? 'in under 0.1 s' : `after ${duration(milliseconds)}`;
}
const log_outcomeWords = {
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
    get isRunning() {
        return this.#running.length > 0;
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
        this.#actions.startGroup(this.#running.map((step) => stepTitles[step]).join(' · '));
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
    return (0,printable/* printable */.g)(text)
        .replace(/##(?=(?:vso)?\[)/gi, '## ')
        .replace(/^(\s*):(?=:)/gm, '$1: ');
}

// EXTERNAL MODULE: ./lib/pipecat/agent-settings.js
var pipecat_agent_settings = __nccwpck_require__(3211);
;// CONCATENATED MODULE: ./lib/report/plan-output.js

/** The plan as JSON for later steps, field by field, because a plan also contains secret values. */
function planOutput(plan) {
    return JSON.stringify({
        rollout: plan.rollout,
        regions: plan.targets.map(({ region, secretSets, build, agent }) => ({
            region,
            secretSets: secretSets.map(setOutput),
            build: build === undefined ? null : buildOutput(build),
            agent: agent === undefined ? null : agentOutput(agent, secretSets),
        })),
    });
}
function setOutput(set) {
    return {
        name: set.name,
        kind: set.kind,
        action: set.action,
        added: set.addedKeys,
        updated: set.updatedKeys,
        pruned: set.prunedKeys,
        deletedVersions: set.deletedVersions ?? null,
        otherAgents: set.otherAgents ?? null,
    };
}
function buildOutput({ found, context }) {
    return {
        action: found === undefined ? 'build' : found.status === 'success' ? 'reuse' : 'await',
        id: found?.id ?? null,
        dockerfile: context.dockerfile,
        contextHash: context.hash,
    };
}
function agentOutput(agent, secretSets) {
    return {
        name: agent.name,
        action: agent.action,
        changes: agent.changes.map(changeOutput),
        hidden: agent.hidden,
        newDeployment: agent.newDeployment,
        smokeTest: agent.smokeTest === undefined ? null : smokeTestOutput(agent.smokeTest),
        drainTimeout: agent.drainTimeout === undefined ? null : agent.drainTimeout / 1000,
        rollBack: agent.onFailure === 'rollback' ? rollBackOutput(agent, secretSets) : null,
    };
}
/** Times in seconds, as the inputs have them; neither the key nor the body. */
function smokeTestOutput(smokeTest) {
    const { transport, path, body, duration, timeout } = smokeTest;
    return {
        transport: transport ?? null,
        path: path === undefined ? null : `/${path}`,
        hasBody: body !== undefined,
        duration: duration / 1000,
        timeout: timeout / 1000,
    };
}
function changeOutput({ setting, before, after }) {
    return { setting, before: before ?? null, after: after ?? null };
}
function rollBackOutput(agent, secretSets) {
    const plan = (0,roll_back/* planRollBack */.g)(agent, secretSets);
    return { changes: plan.changes.map(changeOutput), unrestored: (0,roll_back/* unrestoredSentences */.G)(plan) };
}

;// CONCATENATED MODULE: ./lib/report/outputs.js





/**
 * The outputs of action.yml, in the same order; a test compares the two. They are also set on failure,
 * as far as the run got; an output that it did not reach is an empty string.
 */
const outputNames = [
    'secret-sets',
    'agents',
    'service-name',
    'deployment-id',
    'build-id',
    'builds',
    'region',
    'plan',
];
function outputsOf(record) {
    return record.teardown === undefined
        ? outputsOfRelease(record)
        : { ...outputsOfRelease(record), ...outputsOfTeardown(record.teardown) };
}
function outputsOfTeardown({ plan, targets }) {
    const sets = targets.flatMap(({ secretSets }) => secretSets);
    return {
        'secret-sets': JSON.stringify(sets.map(({ name, kind, region, outcome }) => ({
            name,
            kind,
            region,
            outcome,
            status: null,
            added: [],
            updated: [],
            pruned: [],
        }))),
        agents: JSON.stringify(targets.map(({ agent: { name, region, outcome, stopped } }) => ({
            name,
            region,
            outcome,
            deploymentId: null,
            ready: false,
            image: null,
            previous: null,
            smokeTest: null,
            sessionsOnOlder: null,
            stoppedSessions: stopped.size,
        }))),
        'service-name': targets[0]?.agent.name ?? '',
        region: targets[0]?.region ?? '',
        plan: teardownPlanOutput(plan),
    };
}
function outputsOfRelease(record) {
    const { plan } = record;
    const secretSets = (0,record_record/* secretSetsOf */.vB)(record);
    const agents = (0,record_record/* agentsOf */.et)(record);
    const builds = (0,record_record/* buildsOf */.jV)(record);
    const [agent] = agents;
    return {
        'secret-sets': JSON.stringify(secretSets.map(({ name, kind, region, outcome, status, added, updated, pruned }) => ({
            name,
            kind,
            region,
            outcome,
            status,
            added,
            updated,
            pruned,
        }))),
        agents: JSON.stringify(agents.map(outputs_agentOutput)),
        'service-name': agent?.name ?? '',
        'deployment-id': agent?.deploymentId ?? '',
        'build-id': builds.length === 0 ? ((agent && (0,plan_agent/* plannedAgent */.O)(agent.plan).buildId) ?? '') : buildIdOf(builds),
        builds: buildsOutput(builds),
        region: agent?.region ?? secretSets[0]?.region ?? plan?.targets[0]?.region ?? '',
        plan: plan === undefined ? '' : planOutput(plan),
    };
}
function outputs_agentOutput(agent) {
    const { name, region, outcome, deploymentId, ready, plan, smokeTest, sessionsOnOlder } = agent;
    return {
        name,
        region,
        outcome,
        deploymentId,
        ready,
        image: (isBack(outcome) ? plan.before?.settings : (0,plan_agent/* plannedAgent */.O)(plan))?.image ?? null,
        previous: previousOutput(plan.before),
        smokeTest: smokeTest && {
            outcome: smokeTest.outcome,
            sessionId: smokeTest.sessionId,
            deploymentId: smokeTest.deploymentId,
            startSeconds: smokeTest.startSeconds,
            coldStart: smokeTest.coldStart,
        },
        sessionsOnOlder: sessionsOnOlder?.count ?? null,
    };
}
/** Whether the deployment is that of a rollback. */
function isBack(outcome) {
    return outcome === 'rolled-back';
}
/** What ran before, for a manual rollback: one of image and build, as far as the platform shows it. */
function previousOutput(before) {
    if (before === undefined)
        return null;
    const unknown = { image: null, buildId: null };
    const deploymentId = before.desiredDeploymentId ?? null;
    return { ...unknown, ...(0,pipecat_agent_settings/* imageOrBuildOf */.ec)(before.settings), deploymentId };
}
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
function setOutputs(actions, outputs) {
    for (const name of outputNames)
        actions.setOutput(name, outputs[name]);
}

;// CONCATENATED MODULE: ./lib/report/follow-ups.js





/** Names of keys in a sentence. */
const maxNames = 10;
/**
 * What continues after the release, and people should know. Mentions once what is the same in several
 * regions.
 */
function followUps(record) {
    const agents = (0,record_record/* agentsOf */.et)(record);
    return agents.length > 0 ? oldValues(record.targets) : unseenValues((0,record_record/* secretSetsOf */.vB)(record));
}
/** What is worth knowing after a release like this one, but needs no action. */
function remarksAfter(record) {
    const agents = (0,record_record/* agentsOf */.et)(record);
    return [
        ...coldStarts(agents),
        // The summary says first of all which new values are exposed; here is how to avoid that.
        ...(agentsBehind(record).length === 0 ? [] : [versionAdvice]),
    ];
}
const versionAdvice = 'To keep new values from reaching an agent before its new deployment serves, put `{version}` into `secret-set`.';
/** If no agent is released, nothing brings the new values to the agents that bind the set. */
function unseenValues(secretSets) {
    const updated = secretSets
        .filter(({ kind, status }) => kind === 'secret' && status === 'ready')
        .filter((set) => set.updated.length > 0);
    if (updated.length === 0)
        return [];
    return [
        `Agents that bind ${follow_ups_names(updated)} keep the old values until a new deployment replaces them.`,
    ];
}
/** A running session stays on its deployment, so it needs an old key for a while. */
function oldValues(targets) {
    const replaced = targets.filter(({ agent }) => agent?.replacesValues === true && agent.outcome === 'updated');
    const agents = (0,record_record/* agentsOf */.et)({ targets: replaced });
    if (agents.length === 0)
        return [];
    const longest = Math.max(...agents.map(({ plan }) => (0,plan_agent/* plannedAgent */.O)(plan).sessionLimit));
    const limit = `${duration(longest * 1000)} (the session limit)`;
    const keys = new Set(replaced.flatMap(({ secretSets }) => secretSets.filter(({ kind }) => kind === 'secret').flatMap((set) => set.updated)));
    const which = keys.size === 0 ? 'the old values' : `the old ${(0,text_list/* listOf */.c)(keys, { most: maxNames })}`;
    const left = sessionsLeft(agents);
    if (left === 'none') {
        return [
            `No session of ${follow_ups_names(agents)} runs on an older deployment now, so you can revoke ${which}. To be certain, wait ${limit}: an idle instance may still have taken a new session.`,
        ];
    }
    const now = left === undefined ? '' : ` Sessions on older deployments now: ${left}.`;
    return [
        `Before you revoke ${which}: running sessions of ${follow_ups_names(agents)} keep the old values until they end, at the latest after ${limit}.${now}`,
    ];
}
/** How many sessions of all these agents run on older deployments; undefined if that is not known. */
function sessionsLeft(agents) {
    const counts = agents.flatMap(({ sessionsOnOlder }) => sessionsOnOlder ?? []);
    if (counts.length < agents.length)
        return undefined;
    const sum = counts.reduce((all, { count }) => all + count, 0);
    const isCut = counts.some((one) => one.isCut);
    if (sum === 0 && !isCut)
        return 'none';
    return `${isCut ? 'at least ' : ''}${sum}`;
}
function coldStarts(agents) {
    const cold = agents.filter(({ plan, outcome }) => (0,plan_agent/* plannedAgent */.O)(plan).minAgents === 0 && ['created', 'updated'].includes(outcome));
    if (cold.length === 0)
        return [];
    return [
        cold.length === 1
            ? `${follow_ups_names(cold)} keeps no instance warm (\`min-agents\` is 0), so its first call waits for a cold start.`
            : `${follow_ups_names(cold)} keep no instance warm (\`min-agents\` is 0), so the first call to each waits for a cold start.`,
    ];
}
/** Which agents still run with old values, although their set has new ones. */
function exposedValues(record) {
    const behind = agentsBehind(record);
    if (behind.length === 0)
        return [];
    return [
        `${follow_ups_names(behind)} ${behind.length === 1 ? 'has' : 'have'} new secret values, but the release is not serving. Running instances keep the old values; new instances may start with the new ones. \`{version}\` in \`secret-set\` avoids that.`,
    ];
}
function agentsBehind({ targets }) {
    return (0,record_record/* agentsOf */.et)({ targets: targets.filter((target) => exposedKeys(target).length > 0) });
}
function follow_ups_names(named) {
    return (0,text_list/* listOf */.c)(named.map(({ name }) => name));
}

;// CONCATENATED MODULE: ./lib/report/headline.js





/** More agents, regions or sets than this are counted rather than listed. */
const maxNamed = 3;
/** The result of the run, as the first line of its summary. */
function headlineOf(record, failures) {
    const [failure, ...others] = failures;
    if (failure === undefined)
        return headlineOfSuccess(record);
    if (record.teardown !== undefined) {
        const regions = failures.flatMap(({ subject }) => subject === undefined ? [] : [subject.region]);
        return { mark: '❌', text: teardownFailureHeadline(record.teardown, regions) };
    }
    const rollBack = rollBackHeadline(record);
    if (rollBack !== undefined)
        return rollBack;
    const text = others.length > 0
        ? severalTitle(record, failures)
        : (agentHeadline(record, failure) ?? failureHeading(failure));
    return { mark: '❌', text };
}
function headlineOfSuccess(record) {
    const { kind, teardown } = record;
    switch (kind) {
        case 'offline-check':
            return {
                mark: '📋',
                text: 'Checked without a credential: inputs, files and names are valid',
            };
        case 'plan':
            return { mark: '📋', text: planned(record) };
        case 'teardown':
            return {
                mark: '✅',
                text: teardown === undefined ? 'Nothing to tear down' : teardownHeadline(teardown),
            };
        case 'teardown-plan':
            return {
                mark: '📋',
                text: teardown === undefined ? 'Nothing to tear down' : teardownPlanHeadline(teardown),
            };
        case 'release':
            return { mark: '✅', text: released(record) };
    }
}
/** What failed, as the title of the annotation: without names. */
function titleOf(record, failures) {
    const title = failures.length === 1 ? failures[0].title : severalTitle(record, failures);
    const rollBack = rollBackTitle(record);
    return rollBack === undefined ? title : `${rollBack}: ${title}`;
}
/** What failed, and where. */
function failureHeading({ title, subject }) {
    const where = subject === undefined ? '' : `: \`${subject.name}\` in \`${subject.region}\``;
    return `${title}${where}`;
}
/** The title if more than one thing failed. */
function severalTitle(record, failures) {
    // What is not about a region may be so in each of them.
    const failed = new Set(failures.flatMap(({ subject }) => (subject === undefined ? [] : [subject.region])));
    const all = record.plan?.targets.length ?? 0;
    if (failures.some(({ kind }) => kind === 'cancelled')) {
        const [one] = failed;
        const where = all < 2
            ? ''
            : failed.size === 1 && one !== undefined
                ? ` in \`${one}\``
                : ` in ${failed.size} regions`;
        return `The run was cancelled after it had failed${where}`;
    }
    if (failures.every(({ kind }) => kind === 'not-pruned')) {
        return `The release is done, but ${failures.length} secret sets were not pruned`;
    }
    if (record.teardown !== undefined)
        return teardownTitle(record.teardown, failed.size);
    return all > 1 && failed.size > 0
        ? `The release failed in ${failed.size} of ${all} regions`
        : `The release failed for ${failures.length} reasons`;
}
/** What a rollback means; undefined if there was none, or it was not finished. */
function rollBackTitle(record) {
    const outcomes = (0,record_record/* agentsOf */.et)(record).flatMap(({ rollBack }) => rollBack?.outcome ?? []);
    if (outcomes.length === 0 || outcomes.some((one) => one === 'running' || one === 'skipped'))
        return undefined;
    return outcomes.includes('failed') ? 'Not rolled back everywhere' : 'Rolled back';
}
/** The same with the names of the agents. */
function rollBackHeadline(record) {
    const title = rollBackTitle(record);
    if (title === undefined)
        return undefined;
    const agents = (0,record_record/* agentsOf */.et)(record).filter(({ rollBack }) => rollBack !== undefined);
    const failed = agents.filter(({ rollBack }) => rollBack?.outcome === 'failed');
    const named = failed.length > 0 ? failed : agents;
    const where = named.length > maxNamed
        ? `${named.length} agents`
        : named.map(({ name, region }) => `\`${name}\` in \`${region}\``).join(', ');
    return { mark: failed.length > 0 ? '❌' : '↩️', text: `${title}: ${where}` };
}
/** What a failure means for its agent; undefined if it is not about one that the release deploys. */
function agentHeadline(record, { kind, subject }) {
    if (subject?.kind !== 'agent')
        return undefined;
    const agent = (0,record_record/* agentsOf */.et)(record).find(({ region }) => region === subject.region);
    if (agent === undefined ||
        (agent.isChanged && agent.deploymentId === null) ||
        agent.outcome === 'superseded' ||
        kind === 'smoke-test-key-refused' ||
        kind === 'drain-timeout')
        return undefined;
    return `${whatBecameOf(agent, kind)}${otherRegions(record, agent)}`;
}
function whatBecameOf(agent, kind) {
    const { name, region, ready, deploymentId, plan } = agent;
    const where = `in \`${region}\``;
    if (kind === 'smoke-test-failed' && ready) {
        return `\`${name}\` is serving ${where}, but failed its smoke test`;
    }
    if (plan.action === 'update')
        return `\`${name}\` was not updated ${where}`;
    return deploymentId === null
        ? `\`${name}\` was not created ${where}`
        : `\`${name}\` was created ${where} but is not serving`;
}
/** Which other regions were released, as the end of a headline. */
function otherRegions({ targets }, failed) {
    const others = targets.filter(({ region }) => region !== failed.region);
    const done = others.filter(isReleased);
    const [first] = done;
    if (first === undefined)
        return '';
    if (done.length < others.length) {
        return `; ${done.length} of ${others.length} other regions ${done.length === 1 ? 'was' : 'were'} released`;
    }
    return done.length === 1
        ? `; \`${first.region}\` was released`
        : `; the other ${done.length} regions were released`;
}
function isReleased({ agent }) {
    return agent !== undefined && ['created', 'updated', 'unchanged'].includes(agent.outcome);
}
function planned({ plan }) {
    const targets = plan?.targets ?? [];
    const regions = targets.length > maxNamed
        ? `${targets.length} regions`
        : targets.map(({ region }) => `\`${region}\``).join(', ');
    const [agent, ...others] = new Set(targets.flatMap((target) => target.agent?.name ?? []));
    const what = agent === undefined || others.length > 0 ? regions : `\`${agent}\` in ${regions}`;
    return `Plan for ${what}: ${plan === undefined ? 'nothing would change' : countOfChanges(plan)}`;
}
function released(record) {
    const agents = (0,record_record/* agentsOf */.et)(record);
    const [agent, ...others] = agents;
    if (agent === undefined)
        return releasedSets(record);
    const { name, region, outcome, ready } = agent;
    if (others.length === 0) {
        return `${capital(outcome)} \`${name}\` in \`${region}\`${ready ? '; it is serving' : ''}`;
    }
    const serving = servingAgents(agents);
    if (agents.length <= maxNamed && others.every((other) => other.outcome === outcome)) {
        return `${capital(outcome)} ${joined(agents.map((one) => `\`${one.name}\``))}${serving}`;
    }
    const unchanged = agents.filter((one) => one.outcome === 'unchanged').length;
    const count = `${agents.length} agents in ${agents.length} regions`;
    return unchanged === agents.length
        ? `${count} are unchanged${serving}`
        : `Released ${count}${unchanged > 0 ? ` (${unchanged} unchanged)` : ''}${serving}`;
}
/** How many of several agents are serving, as the end of a headline. */
function servingAgents(agents) {
    const ready = agents.filter((agent) => agent.ready).length;
    if (ready === 0)
        return '';
    if (ready < agents.length)
        return `; ${ready} ${ready === 1 ? 'is' : 'are'} serving`;
    return agents.length === 2 ? '; both are serving' : '; all are serving';
}
function releasedSets({ targets }) {
    const current = targets.flatMap(({ secretSets }) => secretSets);
    const written = current.filter(({ outcome }) => outcome !== 'existing').map(({ name }) => name);
    if (written.length > maxNamed)
        return `Secrets are ready: ${written.length} sets`;
    if (written.length > 0)
        return `Secrets are ready: ${(0,text_list/* listOf */.c)(written)}`;
    return current.some(({ plan }) => plan.template !== undefined)
        ? 'Nothing to write: this version of the secrets already exists'
        : 'Nothing to write: no secret has a value';
}

;// CONCATENATED MODULE: ./lib/report/builds.js




/** The packed context and its builds; undefined if there is none. */
function buildSection(record) {
    const { context } = record;
    const builds = (0,record_record/* buildsOf */.jV)(record);
    if (context === undefined)
        return undefined;
    const { files, bytes, archiveBytes, hash } = context;
    const count = `${files} ${files === 1 ? 'file' : 'files'}`;
    const told = `Build context ${code(hash)}: ${count} of ${(0,text_bytes/* bytesOf */.$)(bytes)}, packed as ${(0,text_bytes/* bytesOf */.$)(archiveBytes)}.`;
    return [told, ...(builds.length === 0 ? [] : [buildTable(builds)])].join('\n\n');
}
const outcomes = {
    built: 'built',
    reused: 'reused: this context was built before',
    failed: 'failed',
    running: 'still running',
    cancelled: 'cancelled while starting',
    skipped: 'not started',
};
function buildTable(builds) {
    return table(['Build', 'Region', 'Dockerfile', 'Outcome', 'Upload and build'], builds.map(({ id, region, plan, outcome, duration: took }) => [
        id === null ? '–' : code(id),
        code(region),
        code(plan.context.dockerfile),
        outcomes[outcome],
        took === undefined ? '–' : duration(took),
    ]));
}

;// CONCATENATED MODULE: ./lib/report/size-limits.js

const fullLimits = { keys: 500, names: 40, problems: 500, characters: 20_000 };
/** Each next one has shorter lists, to make room for what is most important. */
const limitSteps = [
    fullLimits,
    { keys: 100, names: 40, problems: 100, characters: 2000 },
    { keys: 20, names: 20, problems: 50, characters: 500 },
    { keys: 5, names: 5, problems: 20, characters: 200 },
];
/** The name of a section that exists for each of several things. */
function sectionOf(what, name) {
    return `${what} ${code(name)}`;
}
/** Bytes for the remark on what was left out. */
const remarkBytes = 2000;
const size_limits_maxNamed = 10;
/**
 * Writes what fits. First shortens lists; then adds sections in order, and leaves out a section that is
 * too long for the room that is left.
 */
function fitSections(most, sectionsIn) {
    const nonEmpty = (limits) => sectionsIn(limits).filter(({ text }) => text !== undefined && text !== '');
    const whole = nonEmpty(fullLimits);
    let sections = whole;
    for (const limits of limitSteps) {
        sections = limits === fullLimits ? whole : nonEmpty(limits);
        if (bytesOf(sections) <= most - remarkBytes)
            break;
    }
    const remarks = bytesOf(sections) < bytesOf(whole) ? [cutRemark] : [];
    const kept = [];
    const leftOut = [];
    let left = most - remarkBytes;
    for (const section of sections) {
        const bytes = bytesOf([section]);
        if (bytes > left)
            leftOut.push(section);
        else {
            kept.push(section);
            left -= bytes;
        }
    }
    return size_limits_joined(kept, leftOut.length === 0 ? remarks : [...remarks, leftOutRemark(leftOut)]);
}
const cutRemark = '_Long lists are cut, because GitHub limits the length. The outputs of the action name all keys that were written._';
function leftOutRemark(sections) {
    const names = sections.slice(0, size_limits_maxNamed).map(({ name }) => name);
    const more = sections.length > size_limits_maxNamed ? `, and ${sections.length - size_limits_maxNamed} more of its parts` : '';
    return `_There was no room for ${names.join(', ')}${more}; the log has more._`;
}
function bytesOf(sections) {
    return sections.reduce((sum, { text = '' }) => sum + Buffer.byteLength(text, 'utf8') + 2, 0);
}
function size_limits_joined(sections, remarks) {
    return `${[...sections.map(({ text = '' }) => text), ...remarks].join('\n\n')}\n`;
}

;// CONCATENATED MODULE: ./lib/report/plan-sections.js




/** More regions than this are counted rather than listed in a cell. */
const maxRegions = 3;
/** A plan: a table of what would change, what follows from it, and folded, the full plan in order. */
function planSections(plan, { names }) {
    if (plan === undefined)
        return [];
    const lists = plannedChanges(plan, names)
        .filter(({ changes }) => changes.length > 0)
        .map(({ region, changes }) => ({
        name: sectionOf('the changes in', region),
        text: [`**${code(region)}**\n`, ...changes.map((change) => `- ${prose(change)}`)].join('\n'),
    }));
    const table = plannedTable(plan, names);
    if (table === undefined)
        return lists;
    return [
        { name: 'the table of changes', text: table },
        { name: 'what follows from them', text: consequenceList(plan, names) },
        {
            name: 'the full plan',
            text: folded('Full plan, in order', lists.map(({ text }) => text).join('\n\n')),
        },
    ];
}
/** What would change, by setting and key. A change that is the same in several regions is one row. */
function plannedTable({ targets }, maxKeys) {
    const images = targets
        .flatMap(({ agent }) => agent?.changes ?? [])
        .filter(({ setting }) => setting === 'image')
        .flatMap(({ before, after }) => [before, after].filter((one) => one !== undefined));
    const image = imageCells(images);
    const grouped = new Map();
    for (const target of targets) {
        for (const row of rowsOf(target, maxKeys, image)) {
            const key = JSON.stringify(row);
            const group = grouped.get(key) ?? { ...row, regions: [] };
            group.regions.push(target.region);
            grouped.set(key, group);
        }
    }
    return htmlTable([...grouped.values()].map(({ regions, setting, now, after }) => ({
        // The headline names the only region.
        Region: targets.length === 1 ? '' : regionCell(regions, targets.length),
        Setting: setting,
        Now: now,
        After: after,
    })));
}
function regionCell(regions, all) {
    if (regions.length <= maxRegions)
        return regions.map(samp).join(', ');
    return regions.length === all ? `all ${all} regions` : `${regions.length} regions`;
}
function rowsOf({ secretSets, build, agent }, maxKeys, image) {
    const isNewBuild = build !== undefined && build.found === undefined;
    const newBuild = isNewBuild ? `a new build of ${samp(build.context.hash)}` : 'a new build';
    const changes = agent?.changes ?? [];
    const isBuildNamed = changes.some(({ after }) => after === undefined);
    return [
        ...(isNewBuild && !isBuildNamed ? [{ setting: 'build', now: '–', after: newBuild }] : []),
        ...changes.map(({ setting, before, after }) => {
            const cell = setting === 'image' ? image : samp;
            return {
                setting,
                now: before === undefined ? '–' : cell(before),
                after: after === undefined ? newBuild : cell(after),
            };
        }),
        ...(agent?.hidden ?? []).map(({ setting, after }) => ({
            setting,
            now: 'not shown',
            after: samp(after),
        })),
        ...secretSets.flatMap(({ name, addedKeys, updatedKeys, prunedKeys }) => {
            const key = (one, now, after) => ({
                setting: `${samp(one)} of ${samp(name)}`,
                now,
                after,
            });
            return [
                ...addedKeys.map((one) => key(one, '–', 'new key')),
                ...updatedKeys.map((one) => key(one, 'set', 'new value')),
                ...prunedKeys.map((one) => key(one, 'set', 'deleted')),
            ].slice(0, maxKeys);
        }),
    ];
}
/** What follows from the changes. A sentence that is true for several regions appears once. */
function consequenceList(plan, maxNames) {
    const regions = new Map();
    for (const { region, changes } of consequencesOf(plan, maxNames)) {
        for (const change of changes)
            regions.set(change, [...(regions.get(change) ?? []), region]);
    }
    const lines = [...regions].map(([sentence, where]) => where.length === plan.targets.length
        ? sentence
        : `${(0,text_list/* listOf */.c)(where, { most: maxNames })}: ${sentence}`);
    return lines.length === 0 ? undefined : lines.map((line) => `- ${prose(line)}`).join('\n');
}

;// CONCATENATED MODULE: ./lib/report/timeline.js
/** More bars than this make the picture too long to look at: 16 regions with eight each. */
const maxBars = 128;
const hour = 3_600_000;
/** Finished work has no tag, because mermaid grays out work with the tag `done`. */
const tags = { done: '', failed: 'crit, ', running: 'active, ' };
/** Milliseconds that a timeline covers at most, and the interval of its ticks. */
const ticks = [
    [15_000, '1second'],
    [90_000, '10second'],
    [300_000, '30second'],
    [900_000, '1minute'],
    [Infinity, '10minute'],
];
/** The release as a mermaid Gantt chart: one section for each region, one bar for each span of work. */
function timeline(record, now) {
    const spans = mostImportant(record.spans, now);
    if (spans.length === 0)
        return undefined;
    const regions = [...new Set(spans.map(({ region }) => region))];
    // The first bar begins at 00:00, so that the axis shows where it starts.
    const origin = Math.min(...record.spans.map((span) => span.startedAt));
    const length = now - origin;
    return [
        '```mermaid',
        'gantt',
        '    dateFormat YYYY-MM-DD HH:mm:ss.SSS',
        `    axisFormat ${length < hour ? '%M:%S' : '%H:%M:%S'}`,
        `    tickInterval ${ticks.find(([most]) => length <= most)?.[1] ?? '10minute'}`,
        ...regions.flatMap((region) => [
            `    section ${label(region)}`,
            ...spans.filter((span) => span.region === region).map((span) => bar(span, origin, now)),
        ]),
        '```',
        ...(spans.length === record.spans.length
            ? []
            : [
                `\nThe timeline shows ${spans.length} of ${record.spans.length} steps; the shortest were left out.`,
            ]),
    ].join('\n');
}
/** If there is no room for all bars, keeps the failed ones and the longest of the others. */
function mostImportant(spans, now) {
    const weight = ({ outcome, startedAt, endedAt = now }) => outcome === 'done' ? endedAt - startedAt : Number.MAX_VALUE;
    const kept = new Set([...spans].sort((a, b) => weight(b) - weight(a)).slice(0, maxBars));
    return spans.filter((span) => kept.has(span));
}
function bar(span, origin, now) {
    const start = span.startedAt - origin;
    const end = Math.max(start + 1, (span.endedAt ?? now) - origin);
    return `    ${label(span.label)} :${tags[span.outcome]}${timeAt(start)}, ${timeAt(end)}`;
}
/**
 * A local time of a day without a change of clocks: every reader's timeline starts at 00:00, in whichever
 * time zone.
 */
function timeAt(milliseconds) {
    return new Date(Date.UTC(2024, 0, 1) + milliseconds).toISOString().replace('T', ' ').slice(0, -1);
}
/** Colons, semicolons, hashes and the like mean something to mermaid; names need none of them. */
function label(text) {
    return text.replace(/[^\w .-]/g, ' ');
}

;// CONCATENATED MODULE: ./lib/report/summary.js














/** GitHub drops the whole summary if it exceeds 1 MiB. This leaves room for what earlier steps wrote. */
const maxBytes = 1_000_000;
/** GitHub rejects a comment of more than 65,536 characters. */
const maxCommentBytes = 60_000;
/** Output of all failed agents together. */
const maxOutputCharacters = 60_000;
const maxOpenKeys = 8;
/** The job summary of a release, as Markdown for GitHub. */
function summaryOf(record, failures, now, commit) {
    const took = duration(Math.max(0, now - record.startedAt));
    return fitSections(maxBytes, (limits) => [
        ...sectionsFor(record, failures, limits),
        { name: 'the timeline', text: timelineSection(record, now) },
        { name: 'the steps', text: stepSection(record.steps) },
        { name: 'the commit and the credential', text: summary_originLine(record, `took ${took}`, commit) },
    ]);
}
/** A plan as a comment: the summary without what is only about this run. */
function commentOf(record, failures, runUrl, commit) {
    const origin = `<sub>From [this run](${runUrl}), for ${code(commit.slice(0, 7))}.</sub>\n`;
    return `${fitSections(maxCommentBytes, (limits) => sectionsFor(record, failures, limits))}\n${origin}`;
}
function sectionsFor(record, failures, limits) {
    const headline = headlineOf(record, failures);
    const sets = secretSetTable((0,record_record/* secretSetsOf */.vB)(record), limits);
    const hasAgents = (0,record_record/* agentsOf */.et)(record).length > 0;
    const told = failures.flatMap((failure) => {
        const heading = failures.length > 1 ? undefined : headline.text;
        const where = failure.subject?.name ?? failure.title;
        return [
            { name: sectionOf('what failed:', where), text: failureSection(failure, limits, heading) },
            {
                name: sectionOf('what was written by', where),
                text: summary_agentOutput(failure, Math.floor(maxOutputCharacters / failures.length)),
            },
        ];
    });
    const regions = { name: 'the regions', text: regionTable(record.targets, headline.text) };
    const setSection = {
        name: 'the secret sets',
        text: hasAgents && sets !== undefined ? folded('Secret sets and keys', sets) : sets,
    };
    const notes = { name: 'warnings and notices', text: noteSection(record) };
    return [
        { name: 'the headline', text: `## ${headline.mark} ${prose(headline.text)}` },
        { name: 'the state', text: stateLine(failures[0]?.state ?? []) },
        // With one failure, readers look for the reason first; with many, for the regions.
        ...(failures.length > 1 ? [regions, ...told] : [...told, regions]),
        ...(record.kind === 'plan' ? planSections(record.plan, limits) : []),
        { name: 'what is removed', text: removalSection(record) },
        notes,
        { name: 'the agents', text: agentTable((0,record_record/* agentsOf */.et)(record)) },
        setSection,
        { name: 'the builds', text: buildSection(record) },
        {
            name: 'the changes',
            text: record.kind === 'plan' ? undefined : changeSection(record, limits),
        },
    ];
}
function timelineSection(record, now) {
    const text = timeline(record, now);
    return text === undefined ? undefined : folded('Timeline', text);
}
function summary_originLine(record, took, commit) {
    const parts = [
        commit === undefined ? undefined : `[${code(commit.id.slice(0, 7))}](${commit.url})`,
        commit?.runUrl === undefined ? undefined : `[this run](${commit.runUrl})`,
        took,
        authentication(record),
    ];
    return capital(parts.filter((part) => part !== undefined).join(' · '));
}
const summary_resultMarks = {
    created: '✅ created',
    updated: '✅ updated',
    unchanged: '✅ unchanged',
    superseded: '❌ superseded',
    'rolled-back': '↩️ rolled back',
    failed: '❌ failed',
    cancelled: '⏹️ cancelled',
    skipped: '➖ not started',
};
function resultMark({ outcome, smokeTest }, secretSets, build) {
    if (outcome === 'rolled-back')
        return summary_resultMarks[outcome];
    if (smokeTest?.outcome === 'failed')
        return `❌ ${outcome}, test failed`;
    const isBlocked = secretSets.some(isFailed) || build?.outcome === 'failed';
    return outcome === 'skipped' && isBlocked ? '❌ not started' : summary_resultMarks[outcome];
}
/** The result mentions a failed smoke test. */
const smokeTestMarks = {
    passed: '✅ passed',
    failed: '',
    inconclusive: '⚠️ inconclusive',
};
function summary_sessionCount({ count, isCut }) {
    return `${isCut ? 'at least ' : ''}${count}`;
}
/** The regions and their agents; names do not break. */
function regionTable(targets, headline) {
    const agents = (0,record_record/* agentsOf */.et)({ targets });
    const image = imageCells(agents.flatMap(imagesOf));
    const isReleased = (agent) => agent.outcome === 'unchanged' || servingOf(agent).state === 'released';
    const isAnySince = agents.some((agent) => servingSince(agent) !== undefined);
    const isAnyKept = agents.some((agent) => !isReleased(agent));
    const [only, ...others] = agents;
    const isNamed = (name) => headline.includes(`\`${name}\``);
    const isAgentNamed = only !== undefined && others.length === 0 && isNamed(only.name) && isNamed(only.region);
    const isRegionNamed = isAgentNamed || agents.every(({ name, region }) => name.includes(region));
    return htmlTable(targets.flatMap(({ region, agent, secretSets, build }) => {
        if (agent === undefined)
            return [];
        const { name, plan, smokeTest, sessionsOnOlder } = agent;
        const released = releasedImage(agent);
        const before = plan.before && shortName(plan.before.settings);
        return [
            {
                Result: resultMark(agent, secretSets, build),
                Agent: isAgentNamed ? '' : samp(name),
                Region: isRegionNamed ? '' : samp(region),
                [isAnySince ? 'Serving now (UTC)' : 'Serving now']: servingCell(agent, image),
                // After a failure, what this release deploys matters more than what it replaced elsewhere.
                Before: isAnyKept || before === undefined || before === released
                    ? ''
                    : beforeCell(plan.before?.settings, image(before)),
                'This release': isReleased(agent) || released === undefined ? '' : image(released),
                Secrets: keyCounts(secretSets),
                'Smoke test': smokeTest === null ? '' : smokeTestMarks[smokeTest.outcome],
                'Old<br>sessions': sessionsOnOlder === null ? '' : summary_sessionCount(sessionsOnOlder),
            },
        ];
    }));
}
/** Shows the full id of a build, because readers copy it into `build-id`. */
function beforeCell(settings, image) {
    const { buildId } = settings ?? {};
    return typeof buildId === 'string' ? `build ${samp(buildId)}` : image;
}
/** All images that the row of an agent may show. */
function imagesOf(agent) {
    const { before } = agent.plan;
    const images = [before && shortName(before.settings), releasedImage(agent)];
    return images.filter((one) => one !== undefined);
}
/** An agent that is unchanged has been serving for longer than this run. */
function servingSince({ outcome, readyAt }) {
    return outcome === 'unchanged' ? undefined : readyAt;
}
function servingCell(agent, image) {
    const serving = servingOf(agent);
    const readyAt = servingSince(agent);
    const at = readyAt === undefined ? undefined : clockTime(readyAt);
    switch (serving.state) {
        case 'released': {
            const what = serving.what === undefined ? 'the new deployment' : image(serving.what);
            return at === undefined ? what : `${what} since ${at}`;
        }
        case 'as-before': {
            if (serving.what === undefined)
                return 'the previous deployment';
            return `${image(serving.what)}, ${at === undefined ? 'as before' : `restored at ${at}`}`;
        }
        case 'nothing':
            return 'nothing';
        case 'other':
            return 'another release';
        case 'unconfirmed':
            return 'not confirmed';
    }
}
function releasedImage({ plan, outcome }) {
    if (outcome === 'skipped')
        return undefined;
    return shortName((0,plan_agent/* plannedAgent */.O)(plan));
}
function isFailed({ outcome, status }) {
    return outcome === 'failed' || status === 'failed';
}
function keyCounts(sets) {
    const count = (keys) => sets.reduce((sum, set) => sum + keys(set).length, 0);
    const counts = [
        [count(({ added }) => added), 'added'],
        [count(({ updated }) => updated), 'updated'],
        [count(({ pruned }) => pruned), 'pruned'],
    ]
        .filter(([keys]) => keys > 0)
        .map(([keys, what]) => `${keys} ${what}`);
    return [...counts, ...(sets.some(isFailed) ? ['set failed'] : [])].join(', ');
}
/** What was done, region by region. */
function changeSection(record, { names }) {
    if (record.plan === undefined)
        return undefined;
    const lists = doneChanges(record, names)
        .filter(({ changes }) => changes.length > 0)
        .map(({ region, changes }) => [`**${code(region)}**\n`, ...changes.map((change) => `- ${prose(change)}`)].join('\n'));
    return lists.length === 0 ? undefined : folded('Changes', lists.join('\n\n'));
}
function authentication({ actingAs }) {
    if (actingAs === undefined)
        return undefined;
    const { credentialKind, credentialOrigin, organization } = actingAs;
    const who = `authenticated with ${words_credentialKinds[credentialKind]} from ${prose(credentialOrigin)}`;
    return organization === undefined ? who : `${who}, in the organization ${code(organization)}`;
}
/**
 * Why the release failed, and what to do.
 *
 * @param headline of the summary, whose title is not repeated; undefined if the failure needs its own
 */
function failureSection(failure, limits, headline) {
    const { title, facts, why, repeatsTitle = false, problems, next } = failure;
    const heading = failureHeading(failure);
    const isTold = repeatsTitle || headline === undefined || headline === heading;
    const reasons = isTold ? why : [sentence(title), ...why];
    const parts = [
        headline === undefined ? `### ❌ ${prose(heading)}` : '',
        reasons.length + problems.length === 0
            ? ''
            : ['**What failed:**', ...reasons.map(prose)].join(' '),
        problemList(problems, limits),
        next.length === 0 ? '' : `**What to do:** ${next.map(prose).join(' ')}`,
        facts
            .filter(({ value }) => ![headline ?? heading, ...why].some((text) => text.includes(`\`${value}\``)))
            .map(({ label, value }) => `**${label}** ${code(value)}`)
            .join(' · '),
    ];
    return parts.filter((part) => part !== '').join('\n\n');
}
function problemList(problems, limits) {
    const more = problems.length - limits.problems;
    return [
        ...problems
            .slice(0, limits.problems)
            .map(({ about, message, next: fix }) => `- **${prose(about)}**: ${prose(summary_cut(sentence(message), limits))}${fix === undefined ? '' : ` ${prose(fix)}`}`),
        ...(more > 0 ? [`- … and ${more} more, which are reported once these are fixed.`] : []),
    ].join('\n');
}
/** What is serving now. Labels are bold, and so is a first sentence without a label. */
function stateLine([first, ...others]) {
    if (first === undefined)
        return '';
    const lead = labeled.test(first) ? withBoldLabel(first) : `**${prose(first)}**`;
    return [lead, ...others.map(withBoldLabel)].join(' ');
}
const labeled = /^[A-Z][a-z ]*:(?= )/;
function withBoldLabel(text) {
    const [label = ''] = labeled.exec(text) ?? [];
    return `${label === '' ? '' : `**${label}**`}${prose(text.slice(label.length))}`;
}
function summary_agentOutput({ subject, traceback, logs }, most) {
    const origin = prose(outputOwner(subject));
    const parts = [
        traceback === undefined || traceback === ''
            ? ''
            : folded(`Traceback of ${origin}`, codeBlock(tail(traceback, most))),
        logs === undefined || logs.length === 0
            ? ''
            : folded(`The last ${logs.length} log lines of ${origin}`, codeBlock(tail(logs.join('\n'), most))),
    ];
    return parts.filter((part) => part !== '').join('\n\n');
}
function summary_cut(text, { characters }) {
    return text.length <= characters
        ? text
        : `${text.slice(0, characters)} … (the rest is not shown)`;
}
function tail(text, most) {
    return text.length <= most ? text : `… (the beginning is not shown)\n${text.slice(-most)}`;
}
function agentTable(agents) {
    if (agents.length === 0)
        return undefined;
    const rows = table(['Agent', 'Region', 'Outcome', 'Image or build', 'Deployment'], agents.map(({ name, region, outcome, ready, previousServes, plan, deploymentId }) => [
        code(name),
        code(region),
        outcomeCell({ outcome, ready, previousServes }),
        // That column is for images that run.
        outcome === 'skipped'
            ? '–'
            : imageCell((outcome === 'rolled-back' ? plan.before?.settings : undefined) ?? (0,plan_agent/* plannedAgent */.O)(plan)),
        deploymentId === null ? '–' : code(deploymentId),
    ]));
    return folded('Deployments of this release', rows);
}
function outcomeCell({ outcome, ready, previousServes, }) {
    if (outcome === 'rolled-back')
        return 'rolled back, serving';
    if (outcome === 'skipped')
        return 'skipped, not started';
    if (ready)
        return `${outcome}, serving`;
    return previousServes ? `${outcome}; the previous deployment is still serving` : outcome;
}
function imageCell({ image, buildId, }) {
    if (image !== undefined)
        return code(image);
    return buildId === undefined ? '–' : `build ${code(buildId)}`;
}
function secretSetTable(sets, limits) {
    if (sets.length === 0)
        return undefined;
    return table(['Secret set', 'Kind', 'Region', 'Outcome', 'Status', 'Keys'], sets.map((set) => [
        code(set.name),
        subject/* secretSetKinds */.Q[set.kind],
        code(set.region),
        set.outcome,
        set.status ?? '–',
        keyCell(set, limits),
    ]));
}
function keyCell({ added, updated, pruned, plan }, { keys: maxKeys }) {
    const groups = [
        ['added', added],
        ['updated', updated],
        ['pruned', pruned],
        ['left out as empty', plan?.skippedKeys ?? []],
    ];
    const cells = groups
        .filter(([, keys]) => keys.length > 0)
        .map(([label, keys]) => {
        const shown = codes(keys.slice(0, maxKeys));
        const more = keys.length > maxKeys ? ` and ${keys.length - maxKeys} more` : '';
        return keys.length <= maxOpenKeys
            ? `${label}: ${shown}`
            : `<details><summary>${keys.length} ${label}</summary>${shown}${more}</details>`;
    });
    return cells.length === 0 ? '–' : cells.join('<br>');
}
const summary_outcomeWords = {
    done: '✅ done',
    failed: '❌ failed',
    running: '⏳ in progress',
    skipped: '➖ not started',
};
/** In milliseconds. A shorter step has no row of its own. */
const briefStep = 100;
function stepSection(steps) {
    if (steps.length === 0)
        return undefined;
    const isBrief = (step) => step.outcome === 'done' && step.duration < briefStep;
    const brief = steps.filter(isBrief).map(({ name }) => stepTitles[name]);
    const rows = steps
        .filter((step) => !isBrief(step))
        .map(({ name, outcome, duration: took }) => [
        stepTitles[name],
        summary_outcomeWords[outcome],
        outcome === 'skipped' ? '–' : duration(took),
    ]);
    const parts = [
        rows.length === 0 ? '' : table(['Step', 'Outcome', 'Duration'], rows),
        brief.length === 0 ? '' : `Done in under 0.1 s: ${brief.join(', ')}.`,
    ];
    return folded('Steps', parts.filter((part) => part !== '').join('\n\n'));
}
function removalSection({ teardown, kind }) {
    if (teardown === undefined)
        return undefined;
    const sentences = keptSentences(teardown).map((kept) => `- ${prose(kept)}`);
    return [removalTable(teardown, kind === 'teardown-plan'), sentences.join('\n')]
        .filter((part) => part !== undefined && part !== '')
        .join('\n\n');
}
function noteSection(record) {
    const notes = [
        ...record.warnings.map((warning) => `- ⚠️ ${prose(warning)}`),
        ...[...record.notices, ...followUps(record), ...remarksAfter(record), ...record.remarks].map((notice) => `- ${prose(notice)}`),
    ];
    return notes.length === 0 ? undefined : notes.join('\n');
}

;// CONCATENATED MODULE: ./lib/report/report.js








/** GitHub cuts an annotation here. */
const maxAnnotationLength = 4096;
/**
 * Reports the result of the release: outputs, job summary, and on failure the one error annotation. A
 * report that cannot be written is a warning, and does not change the result.
 */
async function report(actions, record, failures, { now, commit }) {
    for (const followUp of [...followUps(record), ...exposedValues(record)]) {
        actions.notice((0,printable/* printable */.g)(followUp));
    }
    for (const failure of failures)
        showAgentOutput(actions, failure);
    const [first, ...others] = failures;
    if (first !== undefined) {
        const title = titleOf(record, [first, ...others]);
        const { text: headline } = headlineOf(record, failures);
        // The log of a run does not show titles of annotations.
        if (headline.startsWith(title))
            actions.info(withoutCommands(sentence(headline)));
        actions.error(annotation(record, [first, ...others]), title);
    }
    const kept = record.teardown === undefined ? [] : keptSentences(record.teardown);
    for (const reason of kept)
        actions.info(withoutCommands(reason));
    if (first === undefined && isPlan(record)) {
        actions.info('Dry run: nothing was written. To carry the plan out, remove `dry-run`.');
    }
    setOutputs(actions, outputsOf(record));
    try {
        const isWritten = await actions.writeSummary(summaryOf(record, failures, now, commit));
        if (!isWritten)
            actions.info('This runner has no job summary, so none was written.');
    }
    catch (error) {
        actions.warning(`Could not write the job summary: ${messageOf(error)}`);
    }
}
function isPlan({ kind }) {
    return kind === 'plan' || kind === 'teardown-plan';
}
function showAgentOutput(actions, { subject, traceback, logs }) {
    const origin = outputOwner(subject);
    if (traceback !== undefined && traceback !== '') {
        actions.startGroup(`Traceback of ${origin}`);
        actions.info(quoted(traceback));
        actions.endGroup();
    }
    if (logs !== undefined && logs.length > 0) {
        actions.startGroup(`The last ${logs.length} log lines of ${origin}`);
        actions.info(quoted(logs.join('\n')));
        actions.endGroup();
    }
}
/** One annotation for all failed regions, as far as there is room. */
function annotation(record, failures) {
    const [first, ...others] = failures;
    const { text: headline } = headlineOf(record, failures);
    const lead = [
        // GitHub shows the title above it.
        headline.startsWith(titleOf(record, failures)) ? '' : sentence(headline),
        first.state.join(' '),
    ].filter((line) => line !== '');
    if (others.length === 0)
        return oneFailure(first, lead, maxAnnotationLength);
    const opening = lead.map(printable/* printable */.g).join('\n');
    const all = mergeAlike(failures);
    const room = Math.floor((maxAnnotationLength - opening.length) / all.length) - 2;
    const told = all.map((failure) => oneFailure(failure, [sentence(failure.title)], room));
    return [opening, ...told].filter((part) => part !== '').join('\n\n');
}
/** Merges failures that are the same in several regions. */
function mergeAlike(failures) {
    const told = new Map();
    for (const failure of failures) {
        const { title, why, problems } = failure;
        const key = JSON.stringify([title, why, problems]);
        const alike = told.get(key);
        told.set(key, alike === undefined ? failure : merge(alike, failure));
    }
    return [...told.values()];
}
function merge(one, other) {
    const facts = one.facts.map(({ label, value }) => {
        const found = other.facts.find((fact) => fact.label === label);
        const isKnown = found === undefined || value.split(', ').includes(found.value);
        return { label, value: isKnown ? value : `${value}, ${found.value}` };
    });
    const next = one.next.filter((advice) => other.next.includes(advice));
    return { ...one, facts, next: next.length === 0 ? one.next : next };
}
/** Cuts the longest texts until all texts fit together. */
function shorten(most, texts) {
    let left = most;
    let longest = most;
    const lengths = texts.map(({ length }) => length).sort((a, b) => a - b);
    for (const [index, length] of lengths.entries()) {
        longest = Math.floor(left / (lengths.length - index));
        if (length > longest)
            break;
        left -= length;
    }
    return texts.map((text) => text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - 1))}…`);
}
/** The failure on a few lines: `lead`, why, what to do, where, and the end of what the agent wrote. */
function oneFailure(failure, lead, most) {
    const { subject, facts, why, problems, next, traceback, logs } = failure;
    const lines = [
        ...lead,
        why.join(' '),
        problems
            .map(({ about, message, next: fix }) => `- ${about}: ${sentence(message)}${fix === undefined ? '' : ` ${fix}`}`)
            .join('\n'),
        next.length === 0 ? '' : `Next: ${next.join(' ')}`,
        facts.map(({ label, value }) => `${label}: ${value}`).join(' · '),
    ];
    const parts = lines.filter((line) => line !== '').map(printable/* printable */.g);
    // Even if the text is cut, part of why, what to do and where remains.
    const told = shorten(most - parts.length + 1, parts).join('\n');
    // The log lines often contain the traceback again.
    const further = logs?.filter((line) => traceback?.includes(line.trim()) !== true) ?? [];
    const output = (0,printable/* printable */.g)([
        traceback ?? '',
        ...(further.length === 0
            ? []
            : [
                `Log lines of ${subject?.kind === 'build' ? 'the build' : 'the agent'}:`,
                ...further.slice(-10),
            ]),
    ]
        .join('\n')
        .trim());
    const room = most - told.length - 3;
    if (output === '' || room < 100)
        return told;
    return `${told}\n${output.length <= room ? output : `…${output.slice(-room)}`}`;
}
function messageOf(error) {
    return error instanceof Error ? (0,printable/* printable */.g)(error.message) : 'unknown reason';
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
// EXTERNAL MODULE: ./lib/text/system-error.js
var system_error = __nccwpck_require__(7229);
// EXTERNAL MODULE: ./lib/steps/progress.js
var steps_progress = __nccwpck_require__(3284);
;// CONCATENATED MODULE: ./lib/steps/build-context.js








/** Names in the log; more are only counted. */
const build_context_maxNames = 50;
/** Names in a sentence of the summary; more are only counted. */
const build_context_maxNamed = 10;
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
            const archive = (0,external_node_path_.join)(folder, 'context.tar.gz');
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
        return await (0,promises_.mkdtemp)((0,external_node_path_.join)(temporary, 'build-context-'));
    }
    catch (error) {
        const { reason, next } = (0,system_error/* faultOf */.Kl)(error);
        const problem = {
            about: `folder for temporary files ${(0,quote/* quote */.h)(temporary)}`,
            message: `cannot hold the archive (${reason})`,
            next: next ?? 'Check that the folder (`RUNNER_TEMP`) exists and can be written to.',
        };
        throw new context_errors/* ContextError */.af([problem], { cause: error });
    }
}
/** A failure is only a warning, because the release is complete. */
async function remove(folder, journal) {
    try {
        await (0,promises_.rm)(folder, { recursive: true, force: true });
    }
    catch (error) {
        journal.warning(`Could not delete the archive in ${(0,quote/* quote */.h)(folder)} (${(0,system_error/* faultOf */.Kl)(error).reason}).`);
    }
}
async function pack({ journal, settings, folders, cancellation }, archive) {
    const { log } = journal;
    // Loaded only when used.
    const [{ selectContext }, { packContext }] = await Promise.all([
        __nccwpck_require__.e(/* import() */ 946).then(__nccwpck_require__.bind(__nccwpck_require__, 946)),
        __nccwpck_require__.e(/* import() */ 241).then(__nccwpck_require__.bind(__nccwpck_require__, 5241)),
    ]);
    const selected = await selectContext(settings, folders.workspace, cancellation);
    reportContext(journal, settings, selected);
    const progress = new steps_progress/* WorkProgress */.l(journal, selected.bytes, 'Packed');
    const packed = await packContext(selected, archive, {
        progress: (bytes) => {
            progress.update(bytes);
        },
        signal: cancellation,
    });
    log.info(`Packed as ${(0,text_bytes/* bytesOf */.$)(packed.archiveBytes)}; its hash is ${packed.hash}.`);
    reportNoticedFiles(packed, journal);
    return packed;
}
function reportContext(journal, settings, context) {
    const { log } = journal;
    const { files, bytes, ignoreFile, excludedSecrets: leftOut, includesGit, otherDockerfile, missingSources, } = context;
    const rules = ignoreFile === undefined
        ? 'no ignore file; version control, caches and logs are excluded'
        : `after ${ignoreFile}`;
    log.info(`The build context ${(0,quote/* quote */.h)(settings.directory)} has ${files} ${files === 1 ? 'file' : 'files'}, ${(0,text_bytes/* bytesOf */.$)(bytes)} (${rules}).`);
    if (leftOut.length > 0) {
        const advice = ignoreFile === undefined
            ? ''
            : ` To include one, add a line with ! and its name to ${ignoreFile}.`;
        log.info(`Excluded, because they may contain secrets: ${(0,text_list/* listOf */.c)(leftOut, { most: build_context_maxNames })}.${advice}`);
    }
    if (includesGit) {
        journal.remark('The build context includes `.git`, which differs from run to run, so no build is ever reused. Exclude it with `build-exclude: .git`, or with a line in the ignore file.');
    }
    if (otherDockerfile !== undefined) {
        journal.notice(`The build context is ${(0,quote/* quote */.h)(settings.directory)}, with ${(0,quote/* quote */.h)(context.dockerfile)}. ${(0,quote/* quote */.h)(otherDockerfile)}, beside the settings file, is not used. To use it, set \`build-context: ${settings.settingsFolder ?? ''}\`.`);
    }
    if (missingSources.length > 0) {
        const sources = missingSources.map(({ path, line }) => `${(0,quote/* quote */.h)(path)} (line ${line})`);
        journal.warning(`${(0,quote/* quote */.h)(context.dockerfile)} copies ${(0,text_list/* listOf */.c)(sources, { most: build_context_maxNamed, format: text_list/* asIs */.$ })}, which the build context ${(0,quote/* quote */.h)(settings.directory)} does not have, so the build will probably fail. Check \`build-context\`, ${ignoreFile === undefined ? 'what is excluded by default' : (0,quote/* quote */.h)(ignoreFile)} and \`build-exclude\`.`);
    }
}
/** Reports packed files that may be mistakes. */
function reportNoticedFiles({ noticed }, journal) {
    const sentences = {
        credentials: (paths) => `The build context includes files that usually hold a credential: ${paths}. Exclude them with \`build-exclude\`.`,
        'lfs-pointer': (paths) => `The build context has Git LFS pointers in place of the files: ${paths}. Set \`lfs: true\` for \`actions/checkout\`.`,
        'empty-submodule': (paths) => `The build context has submodules that are empty: ${paths}. Set \`submodules: true\` for \`actions/checkout\`.`,
    };
    for (const kind of ['credentials', 'lfs-pointer', 'empty-submodule']) {
        const paths = noticed.filter((file) => file.kind === kind).map(({ path }) => path);
        if (paths.length > 0)
            journal.remark(sentences[kind]((0,text_list/* listOf */.c)(paths, { most: build_context_maxNamed })));
    }
}

;// CONCATENATED MODULE: ./lib/steps/look-up-image.js



/** Looks up the image of a release; undefined if there is none, or the inputs turn it off. */
function imageLookup(settings, context) {
    const image = settings.agent?.settings.image;
    const { imageLookup: asked } = settings;
    if (image === undefined || asked === undefined)
        return undefined;
    return async () => {
        const reference = (0,registry_reference/* parseImageReference */.o_)(image);
        const { clock, signal } = context;
        // Loaded only when used, because most releases do not need it.
        const lookUp = context.lookUpImage ?? (await __nccwpck_require__.e(/* import() */ 43).then(__nccwpck_require__.bind(__nccwpck_require__, 7043))).lookUpImage;
        return lookUp(reference, {
            login: loginOf(settings, reference) ?? (await dockerLogin(reference, context)),
            wantsPlatforms: asked.check !== 'never',
            clock,
            signal,
            userAgent: `pipecat-cloud-release/${version}`,
        });
    };
}
/** The login in the inputs, if it is for the registry of the image. */
function loginOf({ imagePullSecret }, { registry }) {
    const credentials = imagePullSecret?.registry;
    if (credentials === undefined || (0,registry_reference/* registryName */.jT)(credentials.host) !== registry)
        return undefined;
    const [username = '', ...rest] = Buffer.from(credentials.authentication.reveal(), 'base64')
        .toString('utf8')
        .split(':');
    const password = rest.join(':');
    // A plan continues without a password.
    if (password === '')
        return undefined;
    return {
        origin: 'inputs',
        username,
        secret: new secret_value/* SecretValue */.i(password),
        isIdentityToken: false,
    };
}
async function dockerLogin({ registry }, context) {
    const { readDockerLogin } = await __nccwpck_require__.e(/* import() */ 719).then(__nccwpck_require__.bind(__nccwpck_require__, 6719));
    return readDockerLogin(registry, context);
}

// EXTERNAL MODULE: ./lib/pipecat/answers.js
var answers = __nccwpck_require__(8771);
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
    return caller.call({
        request: { method: 'GET', path: '/v1/organizations' },
        parse: answers/* parseOrganizations */.eE,
    });
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
        return this.#read(this.#surface.path('regions'), answers/* parseRegions */.Tf);
    }
    /** The region that the organization uses if a request names none. */
    defaultRegion() {
        return this.#read(this.#surface.path('properties'), answers/* parseDefaultRegion */.tK);
    }
    /** All sets of the organization, including image pull secrets. */
    async secretSets(options = {}) {
        const sets = await this.#read(this.#setPath(), answers/* parseSecretSets */.Ry, options);
        return sets.map((set) => ({ ...set, errorMessage: this.#clean(set.errorMessage) }));
    }
    /** @throws UnreadableAnswerError if the entry of this set in the list could not be read */
    requireReadable(set) {
        if (set.unreadable === undefined)
            return;
        const call = { method: 'GET', path: this.#setPath() };
        const fields = (0,text_list/* listOf */.c)(set.unreadable);
        throw new pipecat_errors/* UnreadableAnswerError */.mP(call, this.#redact(`the response is JSON, but has an unexpected shape (${fields} of the set ${(0,quote/* quote */.h)(set.name)})`));
    }
    /**
     * A set with its keys; undefined if it does not exist. The platform refuses to show an image pull
     * secret (400).
     */
    async secretSet(name, options = {}) {
        const set = await this.#readIfThere(this.#setPath(name), answers/* parseSecretSet */.k5, options);
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
        return this.#read(path, answers/* parseAgentNames */.ld, options);
    }
    /** An agent; undefined if the organization has none of that name. */
    async agent(name, options = {}) {
        const agent = await this.#readIfThere(this.#agentPath(name), answers/* parseAgent */.N8, options);
        return agent && this.#cleanAgent(agent);
    }
    /** Creates an agent. The result has the id of its first deployment. */
    createAgent(name, region, settings, options) {
        return this.#deploy({
            method: 'POST',
            path: this.#surface.agents(),
            body: { serviceName: name, region, ...(0,pipecat_agent_settings/* toFields */.Lv)(settings) },
        }, options);
    }
    /**
     * Updates an agent. The result has the id of the new deployment, or of the current one if the
     * platform saw no change.
     *
     * @param force always makes a new deployment, so that it starts with changed secret values
     */
    updateAgent(name, settings, force, options) {
        const fields = { ...(0,pipecat_agent_settings/* toFields */.Lv)(settings), ...(force ? { forceRedeploy: true } : {}) };
        return this.#deploy(this.#surface.agentUpdate(name, fields), options);
    }
    /** The last lines of the log of a deployment or a session. */
    async agentLogs(name, of, limit, options = {}) {
        const query = new URLSearchParams({ limit: String(limit), ...of, order: 'desc' });
        const path = this.#agentPath(name, `/logs?${query.toString()}`);
        const newestFirst = await this.#read(path, answers/* parseLogs */.dl, options);
        return {
            lines: this.#cleanLines(newestFirst.reverse()),
            isExecFormatError: answers/* saysExecFormatError */.HW(newestFirst),
        };
    }
    /** Names of the agent profiles; undefined if the surface does not list them. */
    async agentProfiles() {
        if (!this.#surface.listsAgentProfiles)
            return undefined;
        return this.#read(this.#surface.path('agent-profiles'), answers/* parseAgentProfiles */.n8);
    }
    /** A cloud build; undefined if it does not exist. */
    async build(id, options = {}) {
        const path = this.#surface.path(`builds/${encodeURIComponent(id)}`);
        const build = await this.#readIfThere(path, answers/* parseBuild */.EH, options);
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
        const builds = await this.#read(path, answers/* parseBuilds */.dM, options);
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
        const lines = await this.#read(path, answers/* parseBuildLogs */.TC, options);
        return this.#cleanLines(lines).slice(-most);
    }
    /** The path of the secret sets, of one of them, or of a key. */
    #setPath(...names) {
        return this.#surface.path(['secrets', ...names.map(encodeURIComponent)].join('/'));
    }
    #agentPath(name, rest = '') {
        return this.#surface.agents(`/${encodeURIComponent(name)}${rest}`);
    }
    #read(path, parse, options = {}) {
        return this.#caller.call({ request: { method: 'GET', path }, parse }, options);
    }
    #readIfThere(path, parse, options) {
        const absent = { status: 404, result: undefined };
        return this.#caller.call({ request: { method: 'GET', path }, parse, absent }, options);
    }
    #delete(path, options) {
        return this.#caller.call({
            request: { method: 'DELETE', path },
            parse: (answer) => {
                answers/* parseDeletion */.Wh(answer);
                return 'deleted';
            },
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
        return codePattern.test(text) ? text : this.#redact(text);
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
            errors: agent.errors.map(({ code, message, ...facts }) => ({
                ...facts,
                code: code && this.#cleanWord(code),
                message: this.#redact(message),
            })),
            conditions: agent.conditions.map((condition) => ({
                ...condition,
                reason: condition.reason && this.#cleanWord(condition.reason),
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
            phase: phase && this.#cleanWord(phase),
            health: health && {
                ...health,
                headline: this.#clean(health.headline),
                reason: health.reason && this.#cleanWord(health.reason),
                lastTerminationReason: health.lastTerminationReason && this.#cleanWord(health.lastTerminationReason),
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

// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __nccwpck_require__(8474);
// EXTERNAL MODULE: ./lib/http/transport.js + 6 modules
var transport = __nccwpck_require__(2016);
// EXTERNAL MODULE: ./lib/http/request-id.js
var request_id = __nccwpck_require__(567);
// EXTERNAL MODULE: ./lib/http/retry-after.js
var retry_after = __nccwpck_require__(3145);
// EXTERNAL MODULE: ./lib/http/status.js
var http_status = __nccwpck_require__(1124);
// EXTERNAL MODULE: ./lib/time/backoff.js
var time_backoff = __nccwpck_require__(9905);
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
        const isSent = !(error instanceof pipecat_errors/* NotSentError */.SD);
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
                if (!(error instanceof pipecat_errors/* CallError */.RA))
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
            ? new pipecat_errors/* InterruptedCallError */.Zi(request, reason, failure)
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
            if (!(error instanceof pipecat_errors/* CallError */.RA))
                throw error;
            return undefined;
        }
    }
    #decide({ deciding, limitedFor }, attempt, options) {
        const { clock, backoff, over, retryBudget } = this.#options;
        if (over.aborted || options.signal?.aborted === true)
            return { stop: 'final' };
        const { retryAfter } = deciding;
        return decideRetry({
            attempt,
            attempts: options.attempts ?? backoff.attempts,
            isTransient: isRetryable(deciding, options),
            retryAfter,
            limitedFor,
            remaining: options.deadline?.remaining(),
            budget: this.#budgetFor(deciding),
        }, retryBudget === undefined ? backoff : { ...backoff, ceiling: maxPauseWithBudget }, () => clock.random());
    }
    /** Milliseconds left for another attempt. */
    #budgetFor(error) {
        const isUnreachable = error instanceof pipecat_errors/* ConnectionError */.Rc && error.isUnreachable;
        const budget = this.#options.retryBudget?.remaining({ isUnreachable });
        // A wait that the server asked for does not count; one that the action chose does.
        return budget && budget - (error.retryAfter === undefined ? this.#traffic.heldFor() : 0);
    }
    #announce({ method, path }, { reason }, { attempt, delay }, options) {
        const { backoff, retryBudget } = this.#options;
        const allowed = retryBudget === undefined ? ` of ${options.attempts ?? backoff.attempts}` : '';
        this.#options.log.info(`${method} ${path} failed: ${reason}. Retrying in ${(delay / 1000).toFixed(1)} s (attempt ${attempt}${allowed}).`);
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
            if (error instanceof pipecat_errors/* CallError */.RA) {
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
            throw new pipecat_errors/* RedirectError */.Lx(request, answer.status, target);
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
            throw new pipecat_errors/* UnreadableAnswerError */.mP(request, this.#options.redact(error.message));
        }
    }
    /** Sends a request when nothing is held back; another hold may follow the first. */
    async #sendInTurn(request, deadline) {
        const { clock, over, log } = this.#options;
        for (let held = this.#traffic.heldFor(); held > 0; held = this.#traffic.heldFor()) {
            if (deadline !== undefined && deadline.remaining() <= held) {
                throw new pipecat_errors/* NotSentError */.SD(request, deadline);
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
            throw new pipecat_errors/* NotSentError */.SD(request, deadline);
        const startedAt = clock.now();
        const remaining = deadline?.remaining() ?? Infinity;
        const limit = Math.min(requestLimit, remaining, 
        // If no response comes, there must be time for another attempt.
        retryBudget === undefined ? Infinity : requestLimitWithBudget);
        const abandoned = new AbortController();
        const cancelLimit = clock.after(limit, () => {
            abandoned.abort();
        });
        try {
            const cancelled = method === 'GET' ? cancellation.signal : this.#writeGrace;
            const signals = [abandoned.signal, over, cancelled];
            const answer = await connection.send(request, AbortSignal.any(signals));
            log.debug(`${method} ${path} → ${answer.status} in ${clock.now() - startedAt} ms`);
            return answer;
        }
        catch (error) {
            if (!over.aborted)
                log.debug(`${method} ${path} → no answer after ${clock.now() - startedAt} ms`);
            if (abandoned.signal.aborted) {
                const noAnswer = new pipecat_errors/* NoAnswerError */.i5(request, limit);
                if (limit === remaining)
                    noAnswer.outOfTime = deadline;
                throw noAnswer;
            }
            if (error instanceof transport/* CutOffError */.M) {
                throw new pipecat_errors/* UnreadableAnswerError */.mP(request, error.message, { cause: error });
            }
            throw new pipecat_errors/* ConnectionError */.Rc(request, error);
        }
        finally {
            cancelLimit();
        }
    }
    #statusError(request, answer) {
        const said = readErrorBody(answer.text);
        return new pipecat_errors/* StatusError */.Xs(request, answer.status, {
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
function readErrorBody(text) {
    let body;
    try {
        body = JSON.parse(text);
    }
    catch {
        return {};
    }
    if (typeof body !== 'object' || body === null)
        return {};
    const { error, message, code } = body;
    return {
        code: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
        message: [error, message].find((said) => typeof said === 'string'),
    };
}
function originOf(location) {
    if (location === undefined)
        return 'no address';
    try {
        return new URL(location).origin;
    }
    catch {
        return 'another path';
    }
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
        return this.#callIfThere({ request: { method: 'GET', path }, parse: parseSession }, options);
    }
    /** Stops a session. A session that has ended or is unknown counts as stopped. */
    stop(agent, id, options = {}) {
        const path = this.#path(agent, `/${encodeURIComponent(id)}`);
        return this.#callIfThere({ request: { method: 'DELETE', path }, parse: parseStop }, options);
    }
    /** Reads one page of the running sessions. */
    async running(agent, offset, options = {}) {
        const page = await this.#page(agent, offset, options);
        return page?.sessions ?? [];
    }
    /** The ids of all running sessions, newest first. */
    async allRunning(agent, options = {}) {
        const ids = new Set();
        for (let offset = 0;; offset += pageSize) {
            const page = await this.#page(agent, offset, options);
            const known = ids.size;
            for (const { sessionId } of page?.sessions ?? [])
                ids.add(sessionId);
            // If a page has nothing new, more pages would not end.
            if (page === undefined || page.entries < pageSize || ids.size === known)
                return [...ids];
        }
    }
    /** Counts the running sessions, up to a thousand. */
    async count(agent, options = {}) {
        const byDeployment = new Map();
        for (let offset = 0; offset < maxCounted; offset += pageSize) {
            const page = await this.#page(agent, offset, options);
            for (const { deploymentId } of page?.sessions ?? []) {
                byDeployment.set(deploymentId, (byDeployment.get(deploymentId) ?? 0) + 1);
            }
            if (page === undefined || page.entries < pageSize)
                return { byDeployment, isCut: false };
        }
        return { byDeployment, isCut: true };
    }
    #page(agent, offset, options) {
        const query = new URLSearchParams({
            status: 'active',
            limit: String(pageSize),
            offset: String(offset),
        });
        const path = this.#path(agent, `?${query.toString()}`);
        return this.#callIfThere({ request: { method: 'GET', path }, parse: parseSessions }, options);
    }
    #callIfThere(operation, options) {
        return this.#caller.call({ ...operation, absent: { status: 404, result: undefined } }, options);
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

;// CONCATENATED MODULE: external "node:stream"
const external_node_stream_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");
// EXTERNAL MODULE: ./lib/time/clock.js + 1 modules
var time_clock = __nccwpck_require__(5221);
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
        const { clock, log, backoff, over } = this.#options;
        const signal = AbortSignal.any([options.signal, over]);
        for (let attempt = 1;; attempt++) {
            const form = await sign();
            try {
                await this.#send(form, content, { ...options, signal });
                return form;
            }
            catch (error) {
                signal.throwIfAborted();
                if (!(error instanceof pipecat_errors/* UploadError */.oW))
                    throw error;
                error.attempts = attempt;
                const { isTransient, retryAfter, reason } = error;
                const { attempts } = backoff;
                const decision = decideRetry({ attempt, attempts, isTransient, retryAfter }, backoff, () => clock.random());
                if ('stop' in decision)
                    throw error;
                const { delay } = decision;
                log.info(`The upload to ${options.destination} failed: ${reason}. Retrying in ${(delay / 1000).toFixed(1)} s (attempt ${attempt + 1} of ${attempts}).`);
                await (0,time_clock/* abortableSleep */.Mf)(clock, delay, signal);
            }
        }
    }
    async #send(form, content, options) {
        const { clock, log, redact } = this.#options;
        const origin = redact(new URL(form.url).origin);
        const idleTimer = new IdleTimer(clock);
        const endOfForm = new AbortController();
        const cancelEnd = clock.after(attemptLimit, () => {
            endOfForm.abort();
        });
        const { headers, parts } = formBody(form.fields, content.bytes);
        const body = external_node_stream_namespaceObject.Readable.from(withForm(parts, content, (bytes) => {
            idleTimer.restart();
            options.progress(bytes);
        }));
        const startedAt = clock.now();
        let answer;
        try {
            answer = await this.#transport.send({ method: 'POST', url: form.url, headers, body }, AbortSignal.any([options.signal, idleTimer.signal, endOfForm.signal]));
        }
        catch (error) {
            if (body.errored !== null)
                throw body.errored;
            const reason = endOfForm.signal.aborted
                ? `the upload timed out after ${attemptLimit / 60_000} min`
                : idleTimer.signal.aborted
                    ? `the connection was idle for ${idleLimit / 1000} s`
                    : error instanceof transport/* CutOffError */.M
                        ? error.message
                        : undefined;
            throw new pipecat_errors/* UploadError */.oW(origin, { ...(reason && { reason }), cause: error });
        }
        finally {
            cancelEnd();
            idleTimer.end();
        }
        log.debug(`POST ${origin} → ${answer.status} in ${clock.now() - startedAt} ms`);
        if ((0,http_status/* classifyStatus */.x)(answer.status) === 'success') {
            if (isStorageResponse(answer))
                return;
            throw new pipecat_errors/* UploadError */.oW(origin, { reason: 'the response did not come from storage' });
        }
        const clean = (text) => redact(withoutFields(text, form));
        throw new pipecat_errors/* UploadError */.oW(origin, {
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
/** Ends an upload that makes no progress. */
class IdleTimer {
    #clock;
    #controller = new AbortController();
    #cancel;
    constructor(clock) {
        this.#clock = clock;
        this.#cancel = this.#begin();
    }
    get signal() {
        return this.#controller.signal;
    }
    restart() {
        this.#cancel();
        this.#cancel = this.#begin();
    }
    end() {
        this.#cancel();
    }
    #begin() {
        return this.#clock.after(idleLimit, () => {
            this.#controller.abort();
        });
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

;// CONCATENATED MODULE: ./lib/steps/platform.js










/** The connections to the platform and its storage. Disposing of it ends every call. */
class Platform {
    caller;
    /** Retries longer: for reading before the first write, when nothing is at stake yet. */
    patientCaller;
    #over = new AbortController();
    #connection;
    #storage;
    #redact;
    /** Sends what a cancelled run still has to clean up. */
    #lateCaller;
    #publicConnections = [];
    #connectPublicly;
    constructor({ access, journal, cancellation, redact, requestLimit = 30_000 }) {
        // Node would warn of a leak if calls of many regions pause at once.
        (0,external_node_events_.setMaxListeners)(Infinity, this.#over.signal);
        const userAgent = `pipecat-cloud-release/${version}`;
        const { clock, log } = journal;
        const common = { clock, log, backoff: time_backoff/* defaultBackoff */.k, redact };
        const over = this.#over.signal;
        this.#redact = redact;
        this.#connection = new Connection(access.apiUrl, access.credential.value, userAgent);
        this.#storage = new Storage({
            userAgent,
            over: AbortSignal.any([over, cancellation.signal]),
            ...common,
        });
        const calling = { requestLimit, over, cancellation, ...common };
        this.caller = new Caller({ connection: this.#connection, ...calling });
        this.patientCaller = this.caller.withRetryBudget(new RetryBudget(clock));
        const late = cancellation.delayed(time_cancellation/* cancellationLimits */.U4.stop);
        this.#lateCaller = new Caller({
            ...calling,
            connection: this.#connection,
            cancellation: late,
            writeGrace: 0,
            clock: late.clock,
        });
        this.#connectPublicly = (key) => {
            const connection = new Connection(access.apiUrl, key, userAgent);
            this.#publicConnections.push(connection);
            return new PublicSurface(new Caller({ connection, ...calling }));
        };
    }
    /** The sessions that the credential and a public key can access. */
    sessionsOn(surface, hide) {
        return {
            reading: new Sessions(this.caller, surface),
            stopping: new Sessions(this.#lateCaller, surface),
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
        for (const connection of [this.#connection, ...this.#publicConnections])
            connection.close();
        this.#storage.close();
    }
}

// EXTERNAL MODULE: ./lib/plan/bindings.js
var plan_bindings = __nccwpck_require__(6341);
// EXTERNAL MODULE: ./lib/plan/infer-region.js
var infer_region = __nccwpck_require__(5576);
;// CONCATENATED MODULE: ./lib/plan/region-settings.js

/** Whether a name depends on the region, so the region must be known first. */
function namesDependOnRegion({ secretSet, imagePullSecret, agent, }) {
    return [secretSet, imagePullSecret, agent]
        .flatMap((named) => named?.name.values ?? [])
        .some((name) => name.includes(name_template/* regionPlaceholder */.q5));
}
function settingsIn(settings, region) {
    return {
        region,
        secretSet: secretSetIn(settings, region),
        imagePullSecret: imagePullSecretIn(settings, region),
        agent: agentIn(settings, region),
    };
}
function secretSetIn({ secretSet }, region) {
    const template = secretSet?.name.in(region);
    if (secretSet === undefined || template === undefined)
        return undefined;
    const name = (0,name_template/* nameInRegion */.J4)(template, region);
    return {
        ...secretSet,
        name: (0,name_template/* nameOfVersion */.Tn)(name, secretSet.version),
        template: (0,name_template/* isVersioned */.at)(name) ? name : undefined,
    };
}
function imagePullSecretIn({ imagePullSecret }, region) {
    const template = imagePullSecret?.name.in(region);
    if (imagePullSecret === undefined || template === undefined)
        return undefined;
    return { name: (0,name_template/* nameInRegion */.J4)(template, region), registry: imagePullSecret.registry };
}
function agentIn({ agent }, region) {
    const template = agent?.name.in(region);
    if (agent === undefined || template === undefined)
        return undefined;
    const { minAgents, maxAgents, settings, ...common } = agent;
    return {
        ...common,
        name: (0,name_template/* nameInRegion */.J4)(template, region),
        settings: {
            ...settings,
            minAgents: minAgents.in(region),
            maxAgents: maxAgents.in(region),
        },
    };
}

;// CONCATENATED MODULE: ./lib/plan/observation.js






/** Reads everything that a release depends on. Reads what regions share only once. */
async function observe(cloud, settings, options) {
    const { agent } = settings;
    // In parallel with all other reads, so that a slow registry does not delay them.
    const lookup = options.lookUpImage?.();
    const [regions, secretSets, located, build, agentProfiles] = await Promise.all([
        cloud.regions(),
        cloud.secretSets(),
        locate(cloud, settings),
        agent?.settings.buildId === undefined ? undefined : cloud.build(agent.settings.buildId),
        customProfiles(cloud, agent?.settings.agentProfile),
    ]);
    const targets = await Promise.all(located.map(async ({ region: named, agent: found }) => {
        const setNames = [settings.secretSet?.name.others, settings.imagePullSecret?.name.others];
        const region = named ?? (0,infer_region/* inferRegion */.H)(setNames, found, secretSets) ?? (await cloud.defaultRegion());
        const target = { settings: settingsIn(settings, region), agent: found };
        return observeRegion(cloud, target, secretSets, options);
    }));
    return { regions, secretSets, build, image: await lookup, agentProfiles, targets };
}
async function locate(cloud, settings) {
    if (settings.regions.length === 0 && !namesDependOnRegion(settings)) {
        const name = settings.agent?.name.others;
        return [{ region: undefined, agent: name === undefined ? undefined : await cloud.agent(name) }];
    }
    const regions = settings.regions.length === 0 ? [await cloud.defaultRegion()] : settings.regions;
    return Promise.all(regions.map(async (region) => {
        const name = settingsIn(settings, region).agent?.name;
        return { region, agent: name === undefined ? undefined : await cloud.agent(name) };
    }));
}
async function observeRegion(cloud, { settings, agent }, secretSets, { wantsBindings, context, now }) {
    const { secretSet, imagePullSecret } = settings;
    for (const set of secretSets) {
        if (set.name === secretSet?.name || set.name === imagePullSecret?.name) {
            cloud.requireReadable(set);
        }
    }
    const existing = secretSets.find(({ name }) => name === secretSet?.name);
    const [withKeys, replacedSets, bindings, build] = await Promise.all([
        existing?.kind === 'secret' ? cloud.secretSet(existing.name) : undefined,
        secretSet === undefined || !wantsBindings
            ? []
            : readReplacedSets(cloud, agent, secretSet.name, secretSets),
        needsBindings(secretSet, existing, wantsBindings) ||
            (0,plan_preview/* unclearSets */.I4)(settings, agent, secretSets).length > 0
            ? (0,plan_bindings/* readBindings */.v_)(cloud, settings.region)
            : undefined,
        context && findBuild(cloud, settings.region, context, now),
    ]);
    return { settings, secretSet: withKeys, replacedSets, agent, bindings, build };
}
/** Reads them for a warning only, so a set that cannot be read is left out. */
async function readReplacedSets(cloud, agent, replacement, secretSets) {
    const bound = secretSets.filter(({ name, kind, referenced }) => kind === 'secret' &&
        !referenced &&
        name !== replacement &&
        agent?.secretSets?.includes(name) === true);
    return Promise.all(bound.map(async ({ name }) => {
        try {
            return { name, keys: (await cloud.secretSet(name))?.keys ?? [] };
        }
        catch (error) {
            if (!(error instanceof pipecat_errors/* CallError */.RA))
                throw error;
            return { name, keys: [] };
        }
    }));
}
/** Milliseconds after which a build that has not ended counts as lost. */
const maxBuildDuration = 60 * 60_000;
/** Whether a build is running, which another run or a cancelled run may have started. */
function isRunning({ status, createdAt }, now) {
    return ((status === 'pending' || status === 'building') &&
        createdAt !== undefined &&
        now - createdAt < maxBuildDuration);
}
/** Searches for a build. If the search fails, the release builds again, so this is not an error. */
async function findBuild(cloud, region, context, now) {
    const key = { region, contextHash: context.hash, dockerfilePath: context.dockerfile };
    try {
        const [built] = await cloud.builds(key, 'success');
        const found = built ?? (await cloud.builds(key, undefined)).find((build) => isRunning(build, now));
        return { context, found, failure: undefined };
    }
    catch (error) {
        if (!(error instanceof pipecat_errors/* CallError */.RA))
            throw error;
        return { context, found: undefined, failure: error };
    }
}
/** If another agent binds a set, it must not be pruned, and people should know before it is written. */
function needsBindings(secretSet, existing, wantsBindings) {
    if (secretSet === undefined)
        return false;
    const { prune, pairs, template } = secretSet;
    if (prune && existing !== undefined)
        return true;
    return wantsBindings && (template !== undefined || (pairs.length > 0 && existing !== undefined));
}
/** Reads the custom profiles, if the settings name one and the credential may list them. */
async function customProfiles(cloud, wanted) {
    if (wanted === undefined || names/* platformAgentProfiles */.Nc.includes(wanted))
        return undefined;
    try {
        return await cloud.agentProfiles();
    }
    catch (error) {
        // A token may be allowed to deploy but not to list. Then the deploy itself checks the profile.
        const isRefused = error instanceof pipecat_errors/* StatusError */.Xs && [403, 404].includes(error.status);
        // The list is only for a check, so an unreadable list is not an error.
        if (isRefused || error instanceof pipecat_errors/* UnreadableAnswerError */.mP)
            return undefined;
        throw error;
    }
}

// EXTERNAL MODULE: ./lib/plan/make-plan.js + 1 modules
var make_plan = __nccwpck_require__(3082);
;// CONCATENATED MODULE: ./lib/steps/preflight.js


/**
 * Reads what exists, plans, and puts the plan into the record. Writes nothing.
 *
 * @throws PreflightError with every reason why the release cannot work, or a CallError
 */
function preflight({ cloud, journal }, settings, options) {
    return journal.step('preflight', async () => {
        const observation = await observe(cloud, settings, {
            ...options,
            now: journal.clock.wallTime(),
        });
        warnOfFailedLookups(observation, journal);
        const plan = (0,make_plan/* makePlan */.C)(settings, observation);
        journal.record.plan = plan;
        journal.log.plan(plan);
        for (const warning of plan.warnings)
            journal.warning(warning);
        for (const remark of plan.remarks)
            journal.remark(remark);
        for (const { agent } of plan.targets)
            if (agent !== undefined)
                noticeAutoDeploy(agent, journal);
        return plan;
    });
}
/** Warns once if several regions have the same failure. */
function warnOfFailedLookups({ targets }, journal) {
    const reasons = new Set(targets.flatMap(({ build }) => build?.failure?.reason ?? []));
    for (const reason of reasons) {
        journal.warning(`Could not check whether the context was built before: ${reason}. The action uploads it, and the platform builds it unless it finds a build itself.`);
    }
}
function noticeAutoDeploy({ name, before }, journal) {
    const { git } = before ?? {};
    if (git?.autoDeploy !== true)
        return;
    const branch = git.branch === undefined ? 'a branch' : `the branch \`${git.branch}\``;
    const repository = git.repository === undefined ? '' : ` of \`${git.repository}\``;
    journal.notice(`The platform deploys \`${name}\` on every push to ${branch}${repository}. The next push replaces this release.`);
}

// EXTERNAL MODULE: ./lib/steps/rollout-observer.js
var rollout_observer = __nccwpck_require__(5513);
;// CONCATENATED MODULE: ./lib/run.js
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
 * @returns whether the release succeeded
 */
async function run(host) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const session = __addDisposableResource(env_1, new Session(host), false);
        const failures = await collectFailures((0,time_cancellation/* unlessAborted */.Wh)(session.reportDeadline, carryOut(session)));
        const explanations = await explainAll(session, failures);
        await comment(session, explanations);
        if (failures.length === 0)
            noticeLateCancellation(session);
        const { record, clock } = session.journal;
        const commit = linkedCommit(host.environment, await session.commit());
        await report(host.actions, record, explanations, { now: clock.now(), commit });
        return failures.length === 0 && !session.cancellation.isCancelled;
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        __disposeResources(env_1);
    }
}
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
        this.journal = new Journal((0,time_clock/* interruptible */.In)(host.clock, host.cancellation), releaseLog(actions, this.redact), (builds) => {
            setBuildOutputs(actions, builds);
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
    [Symbol.dispose]() {
        this.cancellation.end();
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
        await (inputs.kind === 'release'
            ? carryOutRelease(session, inputs, access, context?.packed)
            : carryOutTeardown(session, inputs, access));
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
async function carryOutRelease(session, { isDryRun, github, release: settings }, access, context) {
    const env_3 = { stack: [], error: void 0, hasError: false };
    try {
        const { host, journal, cancellation, wantsFailureLogs } = session;
        const deployments = __addDisposableResource(env_3, isDryRun
            ? undefined
            : agentDeployments(github, journal, session.lateGitHubOptions(), session), true);
        const platform = __addDisposableResource(env_3, connectPlatform(session, access), false);
        const surface = await checkCredential(platform.patientCaller, access, journal);
        const reading = { cloud: platform.on(surface, platform.patientCaller), journal };
        const plan = await preflight(reading, settings, {
            wantsBindings: isDryRun,
            context,
            lookUpImage: imageLookup(settings, { ...host, signal: host.cancellation }),
        });
        if (isDryRun)
            return;
        // Loaded after the preflight, so that it does not delay the first request.
        const { release } = await __nccwpck_require__.e(/* import() */ 571).then(__nccwpck_require__.bind(__nccwpck_require__, 8571));
        await release({
            cloud: platform.on(surface),
            sessions: platform.sessionsOn(surface, (secrets) => {
                session.hide(secrets);
            }),
            journal,
            cancellation: cancellation.signal,
            wantsFailureLogs,
            rolloutObserver: deployments ?? rollout_observer/* noRolloutObserver */.l,
        }, plan);
    }
    catch (e_3) {
        env_3.error = e_3;
        env_3.hasError = true;
    }
    finally {
        const result_2 = __disposeResources(env_3);
        if (result_2)
            await result_2;
    }
}
async function carryOutTeardown(session, { isDryRun, github, teardown: settings }, access) {
    const env_4 = { stack: [], error: void 0, hasError: false };
    try {
        const { journal } = session;
        const { teardownPreflight, tearDown } = await __nccwpck_require__.e(/* import() */ 486).then(__nccwpck_require__.bind(__nccwpck_require__, 1486));
        const platform = __addDisposableResource(env_4, connectPlatform(session, access), false);
        const { caller, patientCaller } = platform;
        const surface = await checkCredential(patientCaller, access, journal);
        const contextFor = (by) => ({
            cloud: platform.on(surface, by),
            sessions: new Sessions(by, surface),
            journal,
        });
        const record = await teardownPreflight(contextFor(patientCaller), settings);
        if (isDryRun)
            return;
        try {
            await tearDown(contextFor(caller), record);
        }
        finally {
            const gone = record.targets
                .map(({ agent }) => agent)
                .filter(({ outcome }) => outcome === 'deleted' || outcome === 'absent');
            await deactivatePreviews(journal, github, session.lateGitHubOptions(), gone);
        }
    }
    catch (e_4) {
        env_4.error = e_4;
        env_4.hasError = true;
    }
    finally {
        __disposeResources(env_4);
    }
}
function connectPlatform({ host: { requestLimit }, journal, cancellation, redact }, access) {
    return new Platform({ access, journal, cancellation, redact, requestLimit });
}
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
        const lacksSecrets = (reading.lacksCredential || reading.lacksPublicKey) &&
            isWithoutSecrets(await session.event(), host.environment['GITHUB_ACTOR']);
        journal.record.kind = kindOf(reading.outline, reading.lacksCredential && lacksSecrets);
        for (const remark of reading.remarks)
            journal.remark(remark);
        for (const warning of reading.warnings)
            journal.warning(warning);
        for (const notice of reading.notices)
            journal.notice(notice);
        const problems = lacksSecrets ? reading.problems : problemsWithSecrets(reading);
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
/** The mistakes in a run that gets secrets, so that empty ones are mistakes, too. */
function problemsWithSecrets({ problems, lacksCredential, lacksPublicKey, }) {
    return [
        ...(lacksCredential ? [inputs_problems/* missingCredential */.ax] : []),
        ...problems,
        ...(lacksPublicKey ? [missingPublicKey] : []),
    ];
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
    const { preview, remark } = await resolvePreview(known, {
        commentedOn: isRelease ? await commentedPullRequest(session) : undefined,
        lookUp: (number) => lookUpPullRequest(githubAccess, number, session.gitHubOptions(host.cancellation)),
    });
    if (remark !== undefined)
        journal.remark(remark);
    return preview;
}
/** The pull request that somebody commented on to start the run. */
async function commentedPullRequest({ host, event }) {
    if (host.environment['GITHUB_EVENT_NAME'] !== 'issue_comment')
        return undefined;
    const about = commentedOn(await event());
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
async function packContext({ host, journal }, settings) {
    if (settings === undefined)
        return undefined;
    const folders = foldersOf(host.environment);
    return packBuildContext({ journal, settings, folders, cancellation: host.cancellation });
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
    if (!isOfAnotherCommit(eventName))
        return workflowCommit;
    return releasedCommit(await event(), {
        workflowCommit,
        checkout: await checkedOutCommit(foldersOf(environment).workspace, readFile),
        isImageGiven: outline?.isImageGiven === true,
    });
}
/** A commit and its page; undefined if the runner does not name a commit. */
function linkedCommit(environment, id) {
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
    const base = `${server ?? 'https://github.com'}/${repository ?? ''}`;
    const url = `${base}/commit/${id}`;
    const isCommit = /^https?:\/\/[\w.:-]+\/[\w.-]+\/[\w.-]+\/commit\/[0-9a-f]{40,64}$/.test(url);
    const { GITHUB_RUN_ID: runId = '' } = environment;
    const runUrl = /^\d+$/.test(runId) ? `${base}/actions/runs/${runId}` : undefined;
    return isCommit ? { id, url, runUrl } : undefined;
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
async function explainAll({ host, journal, inputs, redact, wantsFailureLogs }, failures) {
    if (failures.length === 0)
        return [];
    journal.close();
    const context = {
        record: journal.record,
        showsAgentOutput: await wantsFailureLogs(),
        showsBuildOutput: (inputs?.failureLogs ?? 'never') !== 'never',
        redact,
    };
    const all = withCancellation(failures, host.cancellation);
    for (const failure of all)
        host.actions.debug(redact(stackOf(failure)));
    return all.map((failure) => explain(failure, context));
}
/** A cancellation ends everything at the same time, so it is reported once, and first. */
function withCancellation(failures, { aborted, reason }) {
    const others = failures.filter((failure) => !(failure instanceof time_cancellation/* CancelledError */.cc));
    return aborted ? [reason, ...others] : others;
}
/**
 * A cancelled plan does not wait for its comment; the next plan creates one. A preview may have changed by
 * then, so its comment is updated if there is time.
 */
async function comment(session, explanations) {
    const { host, journal, inputs, outline, cancellation, redact, event, commit, previewOf } = session;
    if (outline === undefined)
        return;
    const write = (id, runUrl) => redact(commentOf(journal.record, explanations, runUrl, id), { most: Infinity });
    if (!cancellation.isCancelled) {
        await commentOnPlan(journal, outline.github, session.gitHubOptions(host.cancellation), {
            event,
            commit,
            isOfInvalidInputs: inputs === undefined,
            write,
        });
    }
    if (previewOf === undefined)
        return;
    await commentOnPreview(journal, outline.github, session.lateGitHubOptions(), {
        pullRequest: previewOf,
        commit,
        hasFailed: explanations.length > 0,
        write,
    });
}
function noticeLateCancellation({ journal, cancellation }) {
    if (!cancellation.isCancelled)
        return;
    journal.notice(journal.record.kind === 'teardown'
        ? 'The run was cancelled after everything had been deleted.'
        : journal.record.kind === 'release'
            ? 'The run was cancelled after everything had been released.'
            : 'The run was cancelled after the plan was made. The comment on the pull request may be missing.');
}
async function refuseForks({ host, event }) {
    if (!mayBringForks(host.environment['GITHUB_EVENT_NAME'] ?? ''))
        return;
    if (isForkWithSecrets(await event()))
        throw new inputs_problems/* UntrustedEventError */.fs();
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
    return isClosedRepository(await event());
}
function once(work) {
    let result;
    return () => (result ??= work());
}
function stackOf(error) {
    if (!(error instanceof Error))
        return 'Something was thrown that is not an error.';
    const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`;
    return `${error.stack ?? error.message}${cause}`;
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

/***/ 3284:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ Progress),
/* harmony export */   l: () => (/* binding */ WorkProgress)
/* harmony export */ });
/* harmony import */ var _text_bytes_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8544);

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
    #state = 'waiting for the first status check';
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
        this.#log(`${(this.elapsed / 1000).toFixed(1)} s: ${this.#state}`);
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
/** Logs regularly how many of a known number of bytes are done. */
class WorkProgress {
    #clock;
    #all;
    #log;
    #reportedAt;
    /** @param label such as `Packed` */
    constructor({ clock, log }, all, label) {
        this.#clock = clock;
        this.#all = all;
        this.#log = (done) => {
            log.info(`${label}: ${done}.`);
        };
        this.#reportedAt = clock.now();
    }
    update(bytes) {
        if (this.#clock.now() - this.#reportedAt < workInterval)
            return;
        this.#reportedAt = this.#clock.now();
        const share = this.#all === 0 ? 1 : bytes / this.#all;
        this.#log(`${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(bytes)} of ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(this.#all)} (${Math.floor(share * 100)} %)`);
    }
}


/***/ }),

/***/ 5513:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ noRolloutObserver),
/* harmony export */   o: () => (/* binding */ SuccessHolder)
/* harmony export */ });
/** Holds successes back until it is known whether they are rolled back. */
class SuccessHolder {
    #observer;
    #held = [];
    constructor(observer) {
        this.#observer = observer;
    }
    rolloutStarted(rollout) {
        const end = this.#observer.rolloutStarted(rollout);
        return (outcome) => {
            if (outcome === 'success')
                this.#held.push({ rollout, end });
            else
                end(outcome);
        };
    }
    /** Reports how the successful rollouts ended. */
    release(outcomeOf = () => 'success') {
        for (const { rollout, end } of this.#held.splice(0))
            end(outcomeOf(rollout));
    }
}
const noRolloutObserver = { rolloutStarted: () => () => undefined };


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

/***/ 1077:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   GG: () => (/* binding */ character),
/* harmony export */   Ir: () => (/* binding */ beginning),
/* harmony export */   _N: () => (/* binding */ end),
/* harmony export */   dC: () => (/* binding */ anyNumberOf),
/* harmony export */   jN: () => (/* binding */ matcher),
/* harmony export */   lq: () => (/* binding */ optional),
/* harmony export */   pV: () => (/* binding */ exactly)
/* harmony export */ });
const beginning = { kind: 'assertion', holds: (before) => before === undefined };
const end = { kind: 'assertion', holds: (_, after) => after === undefined };
function character(accepts) {
    return { kind: 'character', accepts };
}
function exactly(letter) {
    return character((codePoint) => codePoint === letter.codePointAt(0));
}
function optional(steps) {
    return [{ kind: 'fork', by: steps.length + 1 }, ...steps];
}
function anyNumberOf(step) {
    return [{ kind: 'fork', by: 3 }, step, { kind: 'jump', by: -2 }];
}
/**
 * Makes a function that tests whether one of the patterns matches a part of a text.
 *
 * It follows all paths through the steps at once, character by character, so the time is linear in the
 * length of the patterns times the length of the text. JavaScript's regular expressions try one path
 * after another, which can take forever with a hostile pattern.
 */
function matcher(patterns) {
    const steps = [];
    const starts = [];
    for (const pattern of patterns) {
        starts.push(steps.length);
        for (const step of pattern)
            steps.push(step);
        steps.push({ kind: 'end' });
    }
    const isAnchored = starts.every((start) => steps[start] === beginning);
    // For each step, the last round that reached it.
    const reachedIn = new Float64Array(steps.length);
    let round = 0;
    return (text) => {
        let reached = [];
        let before;
        for (let position = 0;;) {
            const after = text.codePointAt(position);
            const pending = reached;
            if (position === 0 || !isAnchored)
                for (const start of starts)
                    pending.push(start);
            if (pending.length === 0)
                return false;
            reached = [];
            round += 1;
            for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
                const step = steps[at];
                if (step === undefined || reachedIn[at] === round)
                    continue;
                reachedIn[at] = round;
                if (step.kind === 'end')
                    return true;
                if (step.kind === 'character') {
                    if (after !== undefined && step.accepts(after))
                        reached.push(at + 1);
                }
                else if (step.kind === 'assertion') {
                    if (step.holds(before, after))
                        pending.push(at + 1);
                }
                else {
                    pending.push(at + step.by);
                    if (step.kind === 'fork')
                        pending.push(at + 1);
                }
            }
            if (after === undefined)
                return false;
            position += after > 0xffff ? 2 : 1;
            before = after;
        }
    };
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
const faults = new Map([
    ['EACCES', { reason: 'permission denied', next: undefined }],
    ['EPERM', { reason: 'the operating system does not permit it, EPERM', next: undefined }],
    ['EMFILE', { reason: 'this process has too many files open, EMFILE', next: openFilesAdvice }],
    ['ENFILE', { reason: 'the machine has too many files open, ENFILE', next: openFilesAdvice }],
    [
        'ENOSPC',
        {
            reason: 'the disk is full',
            next: 'Free up space on the disk of the runner, or exclude more from the build context.',
        },
    ],
    [
        'EDQUOT',
        {
            reason: 'the disk quota is used up, EDQUOT',
            next: 'Free up space on the disk of the runner.',
        },
    ],
    ['EIO', { reason: 'the disk reported an error, EIO', next: 'Check the disk of the runner.' }],
]);
/** Describes an error of the file system, and says what to do about it. */
function faultOf(error) {
    const code = systemErrorCode(error);
    return faults.get(code) ?? { reason: code ?? 'unknown reason', next: undefined };
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
/** Tells everything in a run that takes time when the run is cancelled. Must be disposed of. */
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
        return (0,_clock_js__WEBPACK_IMPORTED_MODULE_1__/* .interruptible */ .In)(this.#clock, this.signal);
    }
    whenCancelled(act) {
        if (this.#ended.signal.aborted)
            return;
        if (this.isCancelled)
            act();
        else
            this.signal.addEventListener('abort', act, { once: true, signal: this.#ended.signal });
    }
    [Symbol.dispose]() {
        this.end();
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
  Mf: () => (/* binding */ abortableSleep),
  In: () => (/* binding */ interruptible),
  ml: () => (/* binding */ systemClock)
});

;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./lib/time/clock.js

/** Sleeps; rejects with the signal's own reason when the signal is aborted. */
async function abortableSleep(clock, milliseconds, signal) {
    try {
        await clock.sleep(milliseconds, signal);
    }
    catch (error) {
        signal?.throwIfAborted();
        throw error;
    }
}
/** A clock whose sleeps end with the signal's reason when the signal is aborted. */
function interruptible(clock, signal) {
    return {
        now: () => clock.now(),
        wallTime: () => clock.wallTime(),
        random: () => clock.random(),
        after: (milliseconds, callback) => clock.after(milliseconds, callback),
        sleep: (milliseconds, other) => {
            const either = other === undefined ? signal : AbortSignal.any([signal, other]);
            return abortableSleep(clock, milliseconds, either);
        },
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
    sleep: (milliseconds, signal) => (0,promises_namespaceObject.setTimeout)(milliseconds, undefined, { signal }),
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

/***/ 7170:
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
;// CONCATENATED MODULE: external "string_decoder"
const external_string_decoder_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");
// EXTERNAL MODULE: external "events"
var external_events_ = __nccwpck_require__(4434);
;// CONCATENATED MODULE: external "child_process"
const external_child_process_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("child_process");
// EXTERNAL MODULE: external "assert"
var external_assert_ = __nccwpck_require__(2613);
;// CONCATENATED MODULE: ./node_modules/@actions/io/lib/io-util.js
var io_util_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { chmod, copyFile, lstat, mkdir, open: io_util_open, readdir, rename, rm, rmdir, stat, symlink, unlink } = external_fs_.promises;
// export const {open} = 'fs'
const IS_WINDOWS = process.platform === 'win32';
/**
 * Custom implementation of readlink to ensure Windows junctions
 * maintain trailing backslash for backward compatibility with Node.js < 24
 *
 * In Node.js 20, Windows junctions (directory symlinks) always returned paths
 * with trailing backslashes. Node.js 24 removed this behavior, which breaks
 * code that relied on this format for path operations.
 *
 * This implementation restores the Node 20 behavior by adding a trailing
 * backslash to all junction results on Windows.
 */
function readlink(fsPath) {
    return io_util_awaiter(this, void 0, void 0, function* () {
        const result = yield fs.promises.readlink(fsPath);
        // On Windows, restore Node 20 behavior: add trailing backslash to all results
        // since junctions on Windows are always directory links
        if (IS_WINDOWS && !result.endsWith('\\')) {
            return `${result}\\`;
        }
        return result;
    });
}
// See https://github.com/nodejs/node/blob/d0153aee367422d0858105abec186da4dff0a0c5/deps/uv/include/uv/win.h#L691
const UV_FS_O_EXLOCK = 0x10000000;
const READONLY = external_fs_.constants.O_RDONLY;
function exists(fsPath) {
    return io_util_awaiter(this, void 0, void 0, function* () {
        try {
            yield stat(fsPath);
        }
        catch (err) {
            if (err.code === 'ENOENT') {
                return false;
            }
            throw err;
        }
        return true;
    });
}
function isDirectory(fsPath_1) {
    return io_util_awaiter(this, arguments, void 0, function* (fsPath, useStat = false) {
        const stats = useStat ? yield stat(fsPath) : yield lstat(fsPath);
        return stats.isDirectory();
    });
}
/**
 * On OSX/Linux, true if path starts with '/'. On Windows, true for paths like:
 * \, \hello, \\hello\share, C:, and C:\hello (and corresponding alternate separator cases).
 */
function isRooted(p) {
    p = normalizeSeparators(p);
    if (!p) {
        throw new Error('isRooted() parameter "p" cannot be empty');
    }
    if (IS_WINDOWS) {
        return (p.startsWith('\\') || /^[A-Z]:/i.test(p) // e.g. \ or \hello or \\hello
        ); // e.g. C: or C:\hello
    }
    return p.startsWith('/');
}
/**
 * Best effort attempt to determine whether a file exists and is executable.
 * @param filePath    file path to check
 * @param extensions  additional file extensions to try
 * @return if file exists and is executable, returns the file path. otherwise empty string.
 */
function tryGetExecutablePath(filePath, extensions) {
    return io_util_awaiter(this, void 0, void 0, function* () {
        let stats = undefined;
        try {
            // test file exists
            stats = yield stat(filePath);
        }
        catch (err) {
            if (err.code !== 'ENOENT') {
                // eslint-disable-next-line no-console
                console.log(`Unexpected error attempting to determine if executable file exists '${filePath}': ${err}`);
            }
        }
        if (stats && stats.isFile()) {
            if (IS_WINDOWS) {
                // on Windows, test for valid extension
                const upperExt = external_path_namespaceObject.extname(filePath).toUpperCase();
                if (extensions.some(validExt => validExt.toUpperCase() === upperExt)) {
                    return filePath;
                }
            }
            else {
                if (isUnixExecutable(stats)) {
                    return filePath;
                }
            }
        }
        // try each extension
        const originalFilePath = filePath;
        for (const extension of extensions) {
            filePath = originalFilePath + extension;
            stats = undefined;
            try {
                stats = yield stat(filePath);
            }
            catch (err) {
                if (err.code !== 'ENOENT') {
                    // eslint-disable-next-line no-console
                    console.log(`Unexpected error attempting to determine if executable file exists '${filePath}': ${err}`);
                }
            }
            if (stats && stats.isFile()) {
                if (IS_WINDOWS) {
                    // preserve the case of the actual file (since an extension was appended)
                    try {
                        const directory = external_path_namespaceObject.dirname(filePath);
                        const upperName = external_path_namespaceObject.basename(filePath).toUpperCase();
                        for (const actualName of yield readdir(directory)) {
                            if (upperName === actualName.toUpperCase()) {
                                filePath = external_path_namespaceObject.join(directory, actualName);
                                break;
                            }
                        }
                    }
                    catch (err) {
                        // eslint-disable-next-line no-console
                        console.log(`Unexpected error attempting to determine the actual case of the file '${filePath}': ${err}`);
                    }
                    return filePath;
                }
                else {
                    if (isUnixExecutable(stats)) {
                        return filePath;
                    }
                }
            }
        }
        return '';
    });
}
function normalizeSeparators(p) {
    p = p || '';
    if (IS_WINDOWS) {
        // convert slashes on Windows
        p = p.replace(/\//g, '\\');
        // remove redundant slashes
        return p.replace(/\\\\+/g, '\\');
    }
    // remove redundant slashes
    return p.replace(/\/\/+/g, '/');
}
// on Mac/Linux, test the execute bit
//     R   W  X  R  W X R W X
//   256 128 64 32 16 8 4 2 1
function isUnixExecutable(stats) {
    return ((stats.mode & 1) > 0 ||
        ((stats.mode & 8) > 0 &&
            process.getgid !== undefined &&
            stats.gid === process.getgid()) ||
        ((stats.mode & 64) > 0 &&
            process.getuid !== undefined &&
            stats.uid === process.getuid()));
}
// Get the path of cmd.exe in windows
function getCmdPath() {
    var _a;
    return (_a = process.env['COMSPEC']) !== null && _a !== void 0 ? _a : `cmd.exe`;
}
//# sourceMappingURL=io-util.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/io/lib/io.js
var io_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



/**
 * Copies a file or folder.
 * Based off of shelljs - https://github.com/shelljs/shelljs/blob/9237f66c52e5daa40458f94f9565e18e8132f5a6/src/cp.js
 *
 * @param     source    source path
 * @param     dest      destination path
 * @param     options   optional. See CopyOptions.
 */
function cp(source_1, dest_1) {
    return io_awaiter(this, arguments, void 0, function* (source, dest, options = {}) {
        const { force, recursive, copySourceDirectory } = readCopyOptions(options);
        const destStat = (yield ioUtil.exists(dest)) ? yield ioUtil.stat(dest) : null;
        // Dest is an existing file, but not forcing
        if (destStat && destStat.isFile() && !force) {
            return;
        }
        // If dest is an existing directory, should copy inside.
        const newDest = destStat && destStat.isDirectory() && copySourceDirectory
            ? path.join(dest, path.basename(source))
            : dest;
        if (!(yield ioUtil.exists(source))) {
            throw new Error(`no such file or directory: ${source}`);
        }
        const sourceStat = yield ioUtil.stat(source);
        if (sourceStat.isDirectory()) {
            if (!recursive) {
                throw new Error(`Failed to copy. ${source} is a directory, but tried to copy without recursive flag.`);
            }
            else {
                yield cpDirRecursive(source, newDest, 0, force);
            }
        }
        else {
            if (path.relative(source, newDest) === '') {
                // a file cannot be copied to itself
                throw new Error(`'${newDest}' and '${source}' are the same file`);
            }
            yield io_copyFile(source, newDest, force);
        }
    });
}
/**
 * Moves a path.
 *
 * @param     source    source path
 * @param     dest      destination path
 * @param     options   optional. See MoveOptions.
 */
function mv(source_1, dest_1) {
    return io_awaiter(this, arguments, void 0, function* (source, dest, options = {}) {
        if (yield ioUtil.exists(dest)) {
            let destExists = true;
            if (yield ioUtil.isDirectory(dest)) {
                // If dest is directory copy src into dest
                dest = path.join(dest, path.basename(source));
                destExists = yield ioUtil.exists(dest);
            }
            if (destExists) {
                if (options.force == null || options.force) {
                    yield rmRF(dest);
                }
                else {
                    throw new Error('Destination already exists');
                }
            }
        }
        yield mkdirP(path.dirname(dest));
        yield ioUtil.rename(source, dest);
    });
}
/**
 * Remove a path recursively with force
 *
 * @param inputPath path to remove
 */
function rmRF(inputPath) {
    return io_awaiter(this, void 0, void 0, function* () {
        if (ioUtil.IS_WINDOWS) {
            // Check for invalid characters
            // https://docs.microsoft.com/en-us/windows/win32/fileio/naming-a-file
            if (/[*"<>|]/.test(inputPath)) {
                throw new Error('File path must not contain `*`, `"`, `<`, `>` or `|` on Windows');
            }
        }
        try {
            // note if path does not exist, error is silent
            yield ioUtil.rm(inputPath, {
                force: true,
                maxRetries: 3,
                recursive: true,
                retryDelay: 300
            });
        }
        catch (err) {
            throw new Error(`File was unable to be removed ${err}`);
        }
    });
}
/**
 * Make a directory.  Creates the full path with folders in between
 * Will throw if it fails
 *
 * @param   fsPath        path to create
 * @returns Promise<void>
 */
function mkdirP(fsPath) {
    return io_awaiter(this, void 0, void 0, function* () {
        ok(fsPath, 'a path argument must be provided');
        yield ioUtil.mkdir(fsPath, { recursive: true });
    });
}
/**
 * Returns path of a tool had the tool actually been invoked.  Resolves via paths.
 * If you check and the tool does not exist, it will throw.
 *
 * @param     tool              name of the tool
 * @param     check             whether to check if tool exists
 * @returns   Promise<string>   path to tool
 */
function which(tool, check) {
    return io_awaiter(this, void 0, void 0, function* () {
        if (!tool) {
            throw new Error("parameter 'tool' is required");
        }
        // recursive when check=true
        if (check) {
            const result = yield which(tool, false);
            if (!result) {
                if (IS_WINDOWS) {
                    throw new Error(`Unable to locate executable file: ${tool}. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable. Also verify the file has a valid extension for an executable file.`);
                }
                else {
                    throw new Error(`Unable to locate executable file: ${tool}. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable. Also check the file mode to verify the file is executable.`);
                }
            }
            return result;
        }
        const matches = yield findInPath(tool);
        if (matches && matches.length > 0) {
            return matches[0];
        }
        return '';
    });
}
/**
 * Returns a list of all occurrences of the given tool on the system path.
 *
 * @returns   Promise<string[]>  the paths of the tool
 */
function findInPath(tool) {
    return io_awaiter(this, void 0, void 0, function* () {
        if (!tool) {
            throw new Error("parameter 'tool' is required");
        }
        // build the list of extensions to try
        const extensions = [];
        if (IS_WINDOWS && process.env['PATHEXT']) {
            for (const extension of process.env['PATHEXT'].split(external_path_namespaceObject.delimiter)) {
                if (extension) {
                    extensions.push(extension);
                }
            }
        }
        // if it's rooted, return it if exists. otherwise return empty.
        if (isRooted(tool)) {
            const filePath = yield tryGetExecutablePath(tool, extensions);
            if (filePath) {
                return [filePath];
            }
            return [];
        }
        // if any path separators, return empty
        if (tool.includes(external_path_namespaceObject.sep)) {
            return [];
        }
        // build the list of directories
        //
        // Note, technically "where" checks the current directory on Windows. From a toolkit perspective,
        // it feels like we should not do this. Checking the current directory seems like more of a use
        // case of a shell, and the which() function exposed by the toolkit should strive for consistency
        // across platforms.
        const directories = [];
        if (process.env.PATH) {
            for (const p of process.env.PATH.split(external_path_namespaceObject.delimiter)) {
                if (p) {
                    directories.push(p);
                }
            }
        }
        // find all matches
        const matches = [];
        for (const directory of directories) {
            const filePath = yield tryGetExecutablePath(external_path_namespaceObject.join(directory, tool), extensions);
            if (filePath) {
                matches.push(filePath);
            }
        }
        return matches;
    });
}
function readCopyOptions(options) {
    const force = options.force == null ? true : options.force;
    const recursive = Boolean(options.recursive);
    const copySourceDirectory = options.copySourceDirectory == null
        ? true
        : Boolean(options.copySourceDirectory);
    return { force, recursive, copySourceDirectory };
}
function cpDirRecursive(sourceDir, destDir, currentDepth, force) {
    return io_awaiter(this, void 0, void 0, function* () {
        // Ensure there is not a run away recursive copy
        if (currentDepth >= 255)
            return;
        currentDepth++;
        yield mkdirP(destDir);
        const files = yield ioUtil.readdir(sourceDir);
        for (const fileName of files) {
            const srcFile = `${sourceDir}/${fileName}`;
            const destFile = `${destDir}/${fileName}`;
            const srcFileStat = yield ioUtil.lstat(srcFile);
            if (srcFileStat.isDirectory()) {
                // Recurse
                yield cpDirRecursive(srcFile, destFile, currentDepth, force);
            }
            else {
                yield io_copyFile(srcFile, destFile, force);
            }
        }
        // Change the mode for the newly created directory
        yield ioUtil.chmod(destDir, (yield ioUtil.stat(sourceDir)).mode);
    });
}
// Buffered file copy
function io_copyFile(srcFile, destFile, force) {
    return io_awaiter(this, void 0, void 0, function* () {
        if ((yield ioUtil.lstat(srcFile)).isSymbolicLink()) {
            // unlink/re-link it
            try {
                yield ioUtil.lstat(destFile);
                yield ioUtil.unlink(destFile);
            }
            catch (e) {
                // Try to override file permission
                if (e.code === 'EPERM') {
                    yield ioUtil.chmod(destFile, '0666');
                    yield ioUtil.unlink(destFile);
                }
                // other errors = it doesn't exist, no work to do
            }
            // Copy over symlink
            const symlinkFull = yield ioUtil.readlink(srcFile);
            yield ioUtil.symlink(symlinkFull, destFile, ioUtil.IS_WINDOWS ? 'junction' : null);
        }
        else if (!(yield ioUtil.exists(destFile)) || force) {
            yield ioUtil.copyFile(srcFile, destFile);
        }
    });
}
//# sourceMappingURL=io.js.map
;// CONCATENATED MODULE: external "timers"
const external_timers_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("timers");
;// CONCATENATED MODULE: ./node_modules/@actions/exec/lib/toolrunner.js
var toolrunner_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};







/* eslint-disable @typescript-eslint/unbound-method */
const toolrunner_IS_WINDOWS = process.platform === 'win32';
/*
 * Class for running command line tools. Handles quoting and arg parsing in a platform agnostic way.
 */
class ToolRunner extends external_events_.EventEmitter {
    constructor(toolPath, args, options) {
        super();
        if (!toolPath) {
            throw new Error("Parameter 'toolPath' cannot be null or empty.");
        }
        this.toolPath = toolPath;
        this.args = args || [];
        this.options = options || {};
    }
    _debug(message) {
        if (this.options.listeners && this.options.listeners.debug) {
            this.options.listeners.debug(message);
        }
    }
    _getCommandString(options, noPrefix) {
        const toolPath = this._getSpawnFileName();
        const args = this._getSpawnArgs(options);
        let cmd = noPrefix ? '' : '[command]'; // omit prefix when piped to a second tool
        if (toolrunner_IS_WINDOWS) {
            // Windows + cmd file
            if (this._isCmdFile()) {
                cmd += toolPath;
                for (const a of args) {
                    cmd += ` ${a}`;
                }
            }
            // Windows + verbatim
            else if (options.windowsVerbatimArguments) {
                cmd += `"${toolPath}"`;
                for (const a of args) {
                    cmd += ` ${a}`;
                }
            }
            // Windows (regular)
            else {
                cmd += this._windowsQuoteCmdArg(toolPath);
                for (const a of args) {
                    cmd += ` ${this._windowsQuoteCmdArg(a)}`;
                }
            }
        }
        else {
            // OSX/Linux - this can likely be improved with some form of quoting.
            // creating processes on Unix is fundamentally different than Windows.
            // on Unix, execvp() takes an arg array.
            cmd += toolPath;
            for (const a of args) {
                cmd += ` ${a}`;
            }
        }
        return cmd;
    }
    _processLineBuffer(data, strBuffer, onLine) {
        try {
            let s = strBuffer + data.toString();
            let n = s.indexOf(external_os_.EOL);
            while (n > -1) {
                const line = s.substring(0, n);
                onLine(line);
                // the rest of the string ...
                s = s.substring(n + external_os_.EOL.length);
                n = s.indexOf(external_os_.EOL);
            }
            return s;
        }
        catch (err) {
            // streaming lines to console is best effort.  Don't fail a build.
            this._debug(`error processing line. Failed with error ${err}`);
            return '';
        }
    }
    _getSpawnFileName() {
        if (toolrunner_IS_WINDOWS) {
            if (this._isCmdFile()) {
                return process.env['COMSPEC'] || 'cmd.exe';
            }
        }
        return this.toolPath;
    }
    _getSpawnArgs(options) {
        if (toolrunner_IS_WINDOWS) {
            if (this._isCmdFile()) {
                let argline = `/D /S /C "${this._windowsQuoteCmdArg(this.toolPath)}`;
                for (const a of this.args) {
                    argline += ' ';
                    argline += options.windowsVerbatimArguments
                        ? a
                        : this._windowsQuoteCmdArg(a);
                }
                argline += '"';
                return [argline];
            }
        }
        return this.args;
    }
    _endsWith(str, end) {
        return str.endsWith(end);
    }
    _isCmdFile() {
        const upperToolPath = this.toolPath.toUpperCase();
        return (this._endsWith(upperToolPath, '.CMD') ||
            this._endsWith(upperToolPath, '.BAT'));
    }
    _windowsQuoteCmdArg(arg) {
        // for .exe, apply the normal quoting rules that libuv applies
        if (!this._isCmdFile()) {
            return this._uvQuoteCmdArg(arg);
        }
        // otherwise apply quoting rules specific to the cmd.exe command line parser.
        // the libuv rules are generic and are not designed specifically for cmd.exe
        // command line parser.
        //
        // for a detailed description of the cmd.exe command line parser, refer to
        // http://stackoverflow.com/questions/4094699/how-does-the-windows-command-interpreter-cmd-exe-parse-scripts/7970912#7970912
        // need quotes for empty arg
        if (!arg) {
            return '""';
        }
        // determine whether the arg needs to be quoted
        const cmdSpecialChars = [
            ' ',
            '\t',
            '&',
            '(',
            ')',
            '[',
            ']',
            '{',
            '}',
            '^',
            '=',
            ';',
            '!',
            "'",
            '+',
            ',',
            '`',
            '~',
            '|',
            '<',
            '>',
            '"'
        ];
        let needsQuotes = false;
        for (const char of arg) {
            if (cmdSpecialChars.some(x => x === char)) {
                needsQuotes = true;
                break;
            }
        }
        // short-circuit if quotes not needed
        if (!needsQuotes) {
            return arg;
        }
        // the following quoting rules are very similar to the rules that by libuv applies.
        //
        // 1) wrap the string in quotes
        //
        // 2) double-up quotes - i.e. " => ""
        //
        //    this is different from the libuv quoting rules. libuv replaces " with \", which unfortunately
        //    doesn't work well with a cmd.exe command line.
        //
        //    note, replacing " with "" also works well if the arg is passed to a downstream .NET console app.
        //    for example, the command line:
        //          foo.exe "myarg:""my val"""
        //    is parsed by a .NET console app into an arg array:
        //          [ "myarg:\"my val\"" ]
        //    which is the same end result when applying libuv quoting rules. although the actual
        //    command line from libuv quoting rules would look like:
        //          foo.exe "myarg:\"my val\""
        //
        // 3) double-up slashes that precede a quote,
        //    e.g.  hello \world    => "hello \world"
        //          hello\"world    => "hello\\""world"
        //          hello\\"world   => "hello\\\\""world"
        //          hello world\    => "hello world\\"
        //
        //    technically this is not required for a cmd.exe command line, or the batch argument parser.
        //    the reasons for including this as a .cmd quoting rule are:
        //
        //    a) this is optimized for the scenario where the argument is passed from the .cmd file to an
        //       external program. many programs (e.g. .NET console apps) rely on the slash-doubling rule.
        //
        //    b) it's what we've been doing previously (by deferring to node default behavior) and we
        //       haven't heard any complaints about that aspect.
        //
        // note, a weakness of the quoting rules chosen here, is that % is not escaped. in fact, % cannot be
        // escaped when used on the command line directly - even though within a .cmd file % can be escaped
        // by using %%.
        //
        // the saving grace is, on the command line, %var% is left as-is if var is not defined. this contrasts
        // the line parsing rules within a .cmd file, where if var is not defined it is replaced with nothing.
        //
        // one option that was explored was replacing % with ^% - i.e. %var% => ^%var^%. this hack would
        // often work, since it is unlikely that var^ would exist, and the ^ character is removed when the
        // variable is used. the problem, however, is that ^ is not removed when %* is used to pass the args
        // to an external program.
        //
        // an unexplored potential solution for the % escaping problem, is to create a wrapper .cmd file.
        // % can be escaped within a .cmd file.
        let reverse = '"';
        let quoteHit = true;
        for (let i = arg.length; i > 0; i--) {
            // walk the string in reverse
            reverse += arg[i - 1];
            if (quoteHit && arg[i - 1] === '\\') {
                reverse += '\\'; // double the slash
            }
            else if (arg[i - 1] === '"') {
                quoteHit = true;
                reverse += '"'; // double the quote
            }
            else {
                quoteHit = false;
            }
        }
        reverse += '"';
        return reverse.split('').reverse().join('');
    }
    _uvQuoteCmdArg(arg) {
        // Tool runner wraps child_process.spawn() and needs to apply the same quoting as
        // Node in certain cases where the undocumented spawn option windowsVerbatimArguments
        // is used.
        //
        // Since this function is a port of quote_cmd_arg from Node 4.x (technically, lib UV,
        // see https://github.com/nodejs/node/blob/v4.x/deps/uv/src/win/process.c for details),
        // pasting copyright notice from Node within this function:
        //
        //      Copyright Joyent, Inc. and other Node contributors. All rights reserved.
        //
        //      Permission is hereby granted, free of charge, to any person obtaining a copy
        //      of this software and associated documentation files (the "Software"), to
        //      deal in the Software without restriction, including without limitation the
        //      rights to use, copy, modify, merge, publish, distribute, sublicense, and/or
        //      sell copies of the Software, and to permit persons to whom the Software is
        //      furnished to do so, subject to the following conditions:
        //
        //      The above copyright notice and this permission notice shall be included in
        //      all copies or substantial portions of the Software.
        //
        //      THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
        //      IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
        //      FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
        //      AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
        //      LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING
        //      FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
        //      IN THE SOFTWARE.
        if (!arg) {
            // Need double quotation for empty argument
            return '""';
        }
        if (!arg.includes(' ') && !arg.includes('\t') && !arg.includes('"')) {
            // No quotation needed
            return arg;
        }
        if (!arg.includes('"') && !arg.includes('\\')) {
            // No embedded double quotes or backslashes, so I can just wrap
            // quote marks around the whole thing.
            return `"${arg}"`;
        }
        // Expected input/output:
        //   input : hello"world
        //   output: "hello\"world"
        //   input : hello""world
        //   output: "hello\"\"world"
        //   input : hello\world
        //   output: hello\world
        //   input : hello\\world
        //   output: hello\\world
        //   input : hello\"world
        //   output: "hello\\\"world"
        //   input : hello\\"world
        //   output: "hello\\\\\"world"
        //   input : hello world\
        //   output: "hello world\\" - note the comment in libuv actually reads "hello world\"
        //                             but it appears the comment is wrong, it should be "hello world\\"
        let reverse = '"';
        let quoteHit = true;
        for (let i = arg.length; i > 0; i--) {
            // walk the string in reverse
            reverse += arg[i - 1];
            if (quoteHit && arg[i - 1] === '\\') {
                reverse += '\\';
            }
            else if (arg[i - 1] === '"') {
                quoteHit = true;
                reverse += '\\';
            }
            else {
                quoteHit = false;
            }
        }
        reverse += '"';
        return reverse.split('').reverse().join('');
    }
    _cloneExecOptions(options) {
        options = options || {};
        const result = {
            cwd: options.cwd || process.cwd(),
            env: options.env || process.env,
            silent: options.silent || false,
            windowsVerbatimArguments: options.windowsVerbatimArguments || false,
            failOnStdErr: options.failOnStdErr || false,
            ignoreReturnCode: options.ignoreReturnCode || false,
            delay: options.delay || 10000
        };
        result.outStream = options.outStream || process.stdout;
        result.errStream = options.errStream || process.stderr;
        return result;
    }
    _getSpawnOptions(options, toolPath) {
        options = options || {};
        const result = {};
        result.cwd = options.cwd;
        result.env = options.env;
        result['windowsVerbatimArguments'] =
            options.windowsVerbatimArguments || this._isCmdFile();
        if (options.windowsVerbatimArguments) {
            result.argv0 = `"${toolPath}"`;
        }
        return result;
    }
    /**
     * Exec a tool.
     * Output will be streamed to the live console.
     * Returns promise with return code
     *
     * @param     tool     path to tool to exec
     * @param     options  optional exec options.  See ExecOptions
     * @returns   number
     */
    exec() {
        return toolrunner_awaiter(this, void 0, void 0, function* () {
            // root the tool path if it is unrooted and contains relative pathing
            if (!isRooted(this.toolPath) &&
                (this.toolPath.includes('/') ||
                    (toolrunner_IS_WINDOWS && this.toolPath.includes('\\')))) {
                // prefer options.cwd if it is specified, however options.cwd may also need to be rooted
                this.toolPath = external_path_namespaceObject.resolve(process.cwd(), this.options.cwd || process.cwd(), this.toolPath);
            }
            // if the tool is only a file name, then resolve it from the PATH
            // otherwise verify it exists (add extension on Windows if necessary)
            this.toolPath = yield which(this.toolPath, true);
            return new Promise((resolve, reject) => toolrunner_awaiter(this, void 0, void 0, function* () {
                this._debug(`exec tool: ${this.toolPath}`);
                this._debug('arguments:');
                for (const arg of this.args) {
                    this._debug(`   ${arg}`);
                }
                const optionsNonNull = this._cloneExecOptions(this.options);
                if (!optionsNonNull.silent && optionsNonNull.outStream) {
                    optionsNonNull.outStream.write(this._getCommandString(optionsNonNull) + external_os_.EOL);
                }
                const state = new ExecState(optionsNonNull, this.toolPath);
                state.on('debug', (message) => {
                    this._debug(message);
                });
                if (this.options.cwd && !(yield exists(this.options.cwd))) {
                    return reject(new Error(`The cwd: ${this.options.cwd} does not exist!`));
                }
                const fileName = this._getSpawnFileName();
                const cp = external_child_process_namespaceObject.spawn(fileName, this._getSpawnArgs(optionsNonNull), this._getSpawnOptions(this.options, fileName));
                let stdbuffer = '';
                if (cp.stdout) {
                    cp.stdout.on('data', (data) => {
                        if (this.options.listeners && this.options.listeners.stdout) {
                            this.options.listeners.stdout(data);
                        }
                        if (!optionsNonNull.silent && optionsNonNull.outStream) {
                            optionsNonNull.outStream.write(data);
                        }
                        stdbuffer = this._processLineBuffer(data, stdbuffer, (line) => {
                            if (this.options.listeners && this.options.listeners.stdline) {
                                this.options.listeners.stdline(line);
                            }
                        });
                    });
                }
                let errbuffer = '';
                if (cp.stderr) {
                    cp.stderr.on('data', (data) => {
                        state.processStderr = true;
                        if (this.options.listeners && this.options.listeners.stderr) {
                            this.options.listeners.stderr(data);
                        }
                        if (!optionsNonNull.silent &&
                            optionsNonNull.errStream &&
                            optionsNonNull.outStream) {
                            const s = optionsNonNull.failOnStdErr
                                ? optionsNonNull.errStream
                                : optionsNonNull.outStream;
                            s.write(data);
                        }
                        errbuffer = this._processLineBuffer(data, errbuffer, (line) => {
                            if (this.options.listeners && this.options.listeners.errline) {
                                this.options.listeners.errline(line);
                            }
                        });
                    });
                }
                cp.on('error', (err) => {
                    state.processError = err.message;
                    state.processExited = true;
                    state.processClosed = true;
                    state.CheckComplete();
                });
                cp.on('exit', (code) => {
                    state.processExitCode = code;
                    state.processExited = true;
                    this._debug(`Exit code ${code} received from tool '${this.toolPath}'`);
                    state.CheckComplete();
                });
                cp.on('close', (code) => {
                    state.processExitCode = code;
                    state.processExited = true;
                    state.processClosed = true;
                    this._debug(`STDIO streams have closed for tool '${this.toolPath}'`);
                    state.CheckComplete();
                });
                state.on('done', (error, exitCode) => {
                    if (stdbuffer.length > 0) {
                        this.emit('stdline', stdbuffer);
                    }
                    if (errbuffer.length > 0) {
                        this.emit('errline', errbuffer);
                    }
                    cp.removeAllListeners();
                    if (error) {
                        reject(error);
                    }
                    else {
                        resolve(exitCode);
                    }
                });
                if (this.options.input) {
                    if (!cp.stdin) {
                        throw new Error('child process missing stdin');
                    }
                    cp.stdin.end(this.options.input);
                }
            }));
        });
    }
}
/**
 * Convert an arg string to an array of args. Handles escaping
 *
 * @param    argString   string of arguments
 * @returns  string[]    array of arguments
 */
function argStringToArray(argString) {
    const args = [];
    let inQuotes = false;
    let escaped = false;
    let arg = '';
    function append(c) {
        // we only escape double quotes.
        if (escaped && c !== '"') {
            arg += '\\';
        }
        arg += c;
        escaped = false;
    }
    for (let i = 0; i < argString.length; i++) {
        const c = argString.charAt(i);
        if (c === '"') {
            if (!escaped) {
                inQuotes = !inQuotes;
            }
            else {
                append(c);
            }
            continue;
        }
        if (c === '\\' && escaped) {
            append(c);
            continue;
        }
        if (c === '\\' && inQuotes) {
            escaped = true;
            continue;
        }
        if (c === ' ' && !inQuotes) {
            if (arg.length > 0) {
                args.push(arg);
                arg = '';
            }
            continue;
        }
        append(c);
    }
    if (arg.length > 0) {
        args.push(arg.trim());
    }
    return args;
}
class ExecState extends external_events_.EventEmitter {
    constructor(options, toolPath) {
        super();
        this.processClosed = false; // tracks whether the process has exited and stdio is closed
        this.processError = '';
        this.processExitCode = 0;
        this.processExited = false; // tracks whether the process has exited
        this.processStderr = false; // tracks whether stderr was written to
        this.delay = 10000; // 10 seconds
        this.done = false;
        this.timeout = null;
        if (!toolPath) {
            throw new Error('toolPath must not be empty');
        }
        this.options = options;
        this.toolPath = toolPath;
        if (options.delay) {
            this.delay = options.delay;
        }
    }
    CheckComplete() {
        if (this.done) {
            return;
        }
        if (this.processClosed) {
            this._setResult();
        }
        else if (this.processExited) {
            this.timeout = (0,external_timers_namespaceObject.setTimeout)(ExecState.HandleTimeout, this.delay, this);
        }
    }
    _debug(message) {
        this.emit('debug', message);
    }
    _setResult() {
        // determine whether there is an error
        let error;
        if (this.processExited) {
            if (this.processError) {
                error = new Error(`There was an error when attempting to execute the process '${this.toolPath}'. This may indicate the process failed to start. Error: ${this.processError}`);
            }
            else if (this.processExitCode !== 0 && !this.options.ignoreReturnCode) {
                error = new Error(`The process '${this.toolPath}' failed with exit code ${this.processExitCode}`);
            }
            else if (this.processStderr && this.options.failOnStdErr) {
                error = new Error(`The process '${this.toolPath}' failed because one or more lines were written to the STDERR stream`);
            }
        }
        // clear the timeout
        if (this.timeout) {
            clearTimeout(this.timeout);
            this.timeout = null;
        }
        this.done = true;
        this.emit('done', error, this.processExitCode);
    }
    static HandleTimeout(state) {
        if (state.done) {
            return;
        }
        if (!state.processClosed && state.processExited) {
            const message = `The STDIO streams did not close within ${state.delay / 1000} seconds of the exit event from process '${state.toolPath}'. This may indicate a child process inherited the STDIO streams and has not yet exited.`;
            state._debug(message);
        }
        state._setResult();
    }
}
//# sourceMappingURL=toolrunner.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/exec/lib/exec.js
var exec_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


/**
 * Exec a command.
 * Output will be streamed to the live console.
 * Returns promise with return code
 *
 * @param     commandLine        command to execute (can include additional args). Must be correctly escaped.
 * @param     args               optional arguments for tool. Escaping is handled by the lib.
 * @param     options            optional exec options.  See ExecOptions
 * @returns   Promise<number>    exit code
 */
function exec(commandLine, args, options) {
    return exec_awaiter(this, void 0, void 0, function* () {
        const commandArgs = argStringToArray(commandLine);
        if (commandArgs.length === 0) {
            throw new Error(`Parameter 'commandLine' cannot be null or empty.`);
        }
        // Path to tool to execute should be first arg
        const toolPath = commandArgs[0];
        args = commandArgs.slice(1).concat(args || []);
        const runner = new ToolRunner(toolPath, args, options);
        return runner.exec();
    });
}
/**
 * Exec a command and get the output.
 * Output will be streamed to the live console.
 * Returns promise with the exit code and collected stdout and stderr
 *
 * @param     commandLine           command to execute (can include additional args). Must be correctly escaped.
 * @param     args                  optional arguments for tool. Escaping is handled by the lib.
 * @param     options               optional exec options.  See ExecOptions
 * @returns   Promise<ExecOutput>   exit code, stdout, and stderr
 */
function getExecOutput(commandLine, args, options) {
    return exec_awaiter(this, void 0, void 0, function* () {
        var _a, _b;
        let stdout = '';
        let stderr = '';
        //Using string decoder covers the case where a mult-byte character is split
        const stdoutDecoder = new external_string_decoder_namespaceObject.StringDecoder('utf8');
        const stderrDecoder = new external_string_decoder_namespaceObject.StringDecoder('utf8');
        const originalStdoutListener = (_a = options === null || options === void 0 ? void 0 : options.listeners) === null || _a === void 0 ? void 0 : _a.stdout;
        const originalStdErrListener = (_b = options === null || options === void 0 ? void 0 : options.listeners) === null || _b === void 0 ? void 0 : _b.stderr;
        const stdErrListener = (data) => {
            stderr += stderrDecoder.write(data);
            if (originalStdErrListener) {
                originalStdErrListener(data);
            }
        };
        const stdOutListener = (data) => {
            stdout += stdoutDecoder.write(data);
            if (originalStdoutListener) {
                originalStdoutListener(data);
            }
        };
        const listeners = Object.assign(Object.assign({}, options === null || options === void 0 ? void 0 : options.listeners), { stdout: stdOutListener, stderr: stdErrListener });
        const exitCode = yield exec(commandLine, args, Object.assign(Object.assign({}, options), { listeners }));
        //flush any remaining characters
        stdout += stdoutDecoder.end();
        stderr += stderrDecoder.end();
        return {
            exitCode,
            stdout,
            stderr
        };
    });
}
//# sourceMappingURL=exec.js.map
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
    const { stdout: version } = yield getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield getExecOutput('sw_vers', undefined, {
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
    const { stdout } = yield getExecOutput('lsb_release', ['-i', '-r', '-s'], {
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
// EXTERNAL MODULE: ./scripts/undici-stand-in.cjs
var undici_stand_in = __nccwpck_require__(6007);
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
        proxyAgent = new undici_stand_in.ProxyAgent(Object.assign({ uri: proxyUrl.href, pipelining: !this._keepAlive ? 0 : 1 }, ((proxyUrl.username || proxyUrl.password) && {
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
/* unused harmony exports BASE64_REGEX, BIC_REGEX, CUID2_REGEX, DECIMAL_REGEX, DIGITS_REGEX, DOMAIN_REGEX, EMAIL_REGEX, EMOJI_REGEX, HEXADECIMAL_REGEX, HEX_COLOR_REGEX, IMEI_REGEX, IPV4_REGEX, IPV6_REGEX, IP_REGEX, ISO_DATE_REGEX, ISO_DATE_TIME_REGEX, ISO_DATE_TIME_SECOND_REGEX, ISO_TIMESTAMP_REGEX, ISO_TIME_REGEX, ISO_TIME_SECOND_REGEX, ISO_WEEK_REGEX, ISRC_REGEX, JWS_COMPACT_REGEX, KSUID_REGEX, MAC48_REGEX, MAC64_REGEX, MAC_REGEX, NANO_ID_REGEX, OCTAL_REGEX, RFC_EMAIL_REGEX, SLUG_REGEX, ULID_REGEX, UUID_REGEX, ValiError, _addIssue, _cloneDataset, _formatCase, _getByteCount, _getCodePointCount, _getGraphemeCount, _getLastMetadata, _getWordCount, _isLuhnAlgo, _isSameValueZero, _isValidObjectKey, _isValueMatch, _joinExpects, _standardSchema, _stringify, any, args, argsAsync, arrayAsync, assert, awaitAsync, base64, bic, blob, brand, bytes, cache, cacheAsync, checkAsync, checkItems, checkItemsAsync, codePoints, config, creditCard, cuid2, customAsync, date, decimal, deleteGlobalConfig, deleteGlobalMessage, deleteSchemaMessage, deleteSpecificMessage, description, digits, domain, email, emoji, empty, endsWith, entries, entriesFromList, entriesFromObjects, enum, enum_, everyItem, exactOptional, exactOptionalAsync, examples, excludes, fallbackAsync, file, filterItems, findItem, finite, flatten, flavor, forward, forwardAsync, function, function_, getDefault, getDefaults, getDefaultsAsync, getDescription, getExamples, getFallback, getFallbacks, getFallbacksAsync, getGlobalConfig, getGlobalMessage, getMetadata, getSchemaMessage, getSpecificMessage, getTitle, graphemes, gtValue, guard, hash, hexColor, hexadecimal, imei, includes, instance, integer, intersect, intersectAsync, ip, ipv4, ipv6, isOfKind, isOfType, isValiError, isbn, isoDate, isoDateTime, isoDateTimeSecond, isoTime, isoTimeSecond, isoTimestamp, isoWeek, isrc, jwsCompact, keyof, ksuid, lazyAsync, length, literal, looseObjectAsync, looseTuple, looseTupleAsync, ltValue, mac, mac48, mac64, map, mapAsync, mapItems, maxBytes, maxCodePoints, maxEntries, maxGraphemes, maxLength, maxSize, maxValue, maxWords, message, metadata, mimeType, minBytes, minCodePoints, minEntries, minGraphemes, minLength, minSize, minValue, minWords, multipleOf, nan, nanoid, never, nonNullable, nonNullableAsync, nonNullish, nonNullishAsync, nonOptional, nonOptionalAsync, normalize, notBytes, notCodePoints, notEntries, notGraphemes, notLength, notSize, notValue, notValues, notWords, null, null_, nullableAsync, nullishAsync, objectAsync, objectWithRest, objectWithRestAsync, octal, omit, optionalAsync, parseAsync, parseBoolean, parser, parserAsync, partial, partialAsync, partialCheck, partialCheckAsync, pick, picklist, pipeAsync, promise, rawCheck, rawCheckAsync, rawTransform, rawTransformAsync, readonly, recordAsync, reduceItems, required, requiredAsync, returns, returnsAsync, rfcEmail, safeInteger, safeParseAsync, safeParser, safeParserAsync, set, setAsync, setGlobalConfig, setGlobalMessage, setSchemaMessage, setSpecificMessage, size, slug, someItem, sortItems, startsWith, strictObject, strictObjectAsync, strictTuple, strictTupleAsync, stringifyJson, summarize, symbol, title, toBigint, toBoolean, toCamelCase, toDate, toKebabCase, toLowerCase, toMaxValue, toMinValue, toNumber, toPascalCase, toSnakeCase, toString, toUpperCase, transformAsync, trimEnd, trimStart, tuple, tupleAsync, tupleWithRest, tupleWithRestAsync, ulid, undefined, undefined_, undefinedable, undefinedableAsync, unionAsync, unwrap, url, uuid, value, values, variant, variantAsync, void, void_, words */
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

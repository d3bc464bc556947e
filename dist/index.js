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

// Stands in for undici in the bundle (see `paths` in tsconfig.json). @actions/core imports
// @actions/http-client, which imports undici for a proxy agent of `fetch`, and @actions/github imports
// it for `fetch` itself. This action asks for neither: its requests go through an agent of its own,
// proxies included, and @actions/github is given a `fetch` that is made on it. Undici would be two
// thirds of the bundle and a fifth of every start. Whoever comes to need it has to bundle it into the
// chunk that does, which is loaded on use.
const missing = (name) => {
  throw new Error(`undici is not in the bundle, and ${name} was asked for: undici-stand-in.cjs`);
};

// Can be made, and does nothing: where a proxy is configured, @actions/github makes one as soon as it is
// loaded, for the `fetch` that it would use by default.
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
/* harmony export */   a: () => (/* binding */ ContextError)
/* harmony export */ });
/** Of the checkout no build context can be made. All problems of one kind are told together. */
class ContextError extends Error {
    kind = 'context-unusable';
    problems;
    constructor(problems, options) {
        super(problems.map(({ about, message }) => `${about}: ${message}`).join('\n'), options);
        this.name = 'ContextError';
        this.problems = problems;
    }
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



/** A call to GitHub's API that did not bring an answer to work with. It never holds the token. */
class GitHubError extends Error {
    call;
    /** What happened, as the end of a sentence that begins with "because". */
    reason;
    /** The status that was answered; undefined where there was no answer. */
    status;
    /**
     * Whether the answer means that the token may not do this: then `call.permission` is what it lacks.
     * That something is not there means it, too, as GitHub says so of what a token may not see.
     */
    lacksPermission;
    constructor(call, reason, details = {}) {
        const { cause } = details;
        super(`${call.method} ${call.path}: ${reason}`, cause === undefined ? {} : { cause });
        this.name = 'GitHubError';
        this.call = call;
        this.reason = reason;
        this.status = details.status;
        this.lacksPermission = details.lacksPermission ?? false;
    }
}
/** Why there is no answer to work with: the end of a sentence that begins with "because". */
class UnusableResponseError extends Error {
    /** The status, where it was an answer of which nothing can be made. */
    status;
    /** Whether the same request may work a moment later. */
    isTransient;
    constructor(reason, details = {}) {
        super(reason, details.cause === undefined ? {} : { cause: details.cause });
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
 * What Octokit failed with, as an error of our own: Octokit's holds the request.
 *
 * @param redact takes known secrets out of what GitHub said
 */
function toGitHubError(call, error, redact) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof UnusableResponseError) {
        return new GitHubError(call, redact(cause.message), { status: cause.status, cause });
    }
    const refused = valibot__WEBPACK_IMPORTED_MODULE_0__/* .safeParse */ .xLC(refusal, error);
    if (!refused.success) {
        // The release that is told of is more than the telling, whatever is wrong with that.
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
/** Whether what is sent to an address is read by nobody on the way: https, or this very machine. */
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
/** A connection through a proxy that the environment names could not be opened. */
class ProxyError extends Error {
    /** Scheme, host and port: the rest of the address may hold a password. */
    origin;
    /** What the proxy answered; undefined if the connection to it failed. */
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
/** Codes of OpenSSL and Node.js for a certificate that is not accepted. */
const certificateCode = /CERT|^CRL_|^UNABLE_TO_(?:GET_CRL|DECRYPT_CRL|DECODE_ISSUER_PUBLIC_KEY|VERIFY_LEAF_SIGNATURE)|^(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;
const unreachableCodes = new Set([
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
]);
/**
 * Says why a connection failed.
 *
 * @param code code of the error of Node.js; undefined if it has none
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
    const inBrackets = code === undefined ? '' : ` (${code})`;
    return {
        kind: proxy?.status !== undefined
            ? proxy.status < 500
                ? 'proxy-refusal'
                : 'unreachable'
            : unreachableCodes.has(code)
                ? 'unreachable'
                : 'broken',
        reason: proxy === undefined
            ? `the connection failed${inBrackets}`
            : proxy.status === undefined
                ? `the connection to the proxy at ${proxy.origin} failed${inBrackets}`
                : `the proxy at ${proxy.origin} answered ${proxy.status}`,
    };
}


/***/ }),

/***/ 567:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ readRequestId)
/* harmony export */ });
const longest = 128;
/** The headers by which servers name a request; support asks for it. */
const names = ['x-request-id', 'x-github-request-id', 'x-amz-request-id'];
/**
 * The id that a server gave a request, cut and without anything that is not printable.
 *
 * @param redact takes known secrets out of it
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
 * Reads `Retry-After`, which holds seconds or a date, in milliseconds. A date counts from the date of
 * the response, because the clocks of the two machines may differ.
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
/** The only place that decides what a status means, for the platform, its storage and GitHub. */
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
 * Looks a host up as Node.js does, but only once at a time: a look-up that nobody answers occupies one of
 * the few threads of the process for many seconds, and cannot be ended.
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





/** Makes an agent whose connections go through a proxy, by CONNECT, whatever they are used for. */
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
/** Whose certificate the server has to show. */
function serverOf({ host, servername }) {
    return { host: host ?? '', ...(servername === undefined ? {} : { servername }) };
}
/** Host and port as a request line names them. */
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
/** The name of a host as Node.js resolves it: a URL has brackets around an IPv6 address. */
function withoutBrackets(hostname) {
    return hostname.replace(/^\[(.*)\]$/, '$1');
}

;// CONCATENATED MODULE: ./lib/http/transport.js







/** Far more than any response has, and well within a runner's memory. */
const maxBytes = 64 * 1024 * 1024;
/** The headers came, but the body ended too early, cannot be decompressed, or would not end. */
class CutOffError extends Error {
    constructor(options) {
        super('the response was cut off', options);
        this.name = 'CutOffError';
    }
}
/**
 * The only place that sends requests. A request goes through the proxy that the environment names. It
 * is sent once, and a redirect is not followed, because the credential would be sent along.
 */
class Transport {
    #userAgent;
    /** By what they connect to: http or https, directly or through a proxy. */
    #agents = new Map();
    constructor(userAgent) {
        this.#userAgent = userAgent;
    }
    /**
     * Sends one request once. Any status is an answer. The signal ends the wait at once, whatever the
     * request is waiting for: a name, a proxy, a handshake or an answer.
     *
     * @throws CutOffError, ProxyError, the error of a body that cannot be read, the signal's reason, or
     *   what Node.js says about the connection
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
                // If the answer came before all of the body was sent, the connection is of no more use.
                if (!request.writableFinished || signal.aborted)
                    request.destroy();
            };
            const fail = (error) => {
                end(() => {
                    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the signal or Node.js gives as the reason
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
    /** Closes the connections that are kept open for the next request. */
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
                throw new Error(`it has more than ${maxBytes} bytes`);
            chunks.push(chunk);
        }
        const body = await decompressed(Buffer.concat(chunks), response.headers['content-encoding']);
        // Drops a byte order mark, too.
        return new TextDecoder().decode(body);
    }
    catch (error) {
        throw new CutOffError({ cause: error });
    }
}
/** Nobody asks for a compressed answer, but some gateways send one. */
async function decompressed(body, encoding) {
    if (body.length === 0)
        return body;
    // A small answer may become a very large one.
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


/** Characters; registries accept no longer reference. */
const longest = 512;
/** Reads the image to run. */
function readImage({ raw, findings }) {
    const image = raw.text('image');
    if (image === undefined)
        return undefined;
    if (image.length > longest) {
        findings.problem('image', `has ${image.length} characters, but a reference has at most ${longest}`);
        return undefined;
    }
    const isAllowed = names/* imageReference */.rA.pattern.test(image) && !isDigest(image) && !hasCapitals(image);
    if (isAllowed)
        return image;
    findings.problem('image', mistake(image) ?? `has to be ${names/* imageReference */.rA.rule}; ${(0,problems/* found */.F9)(image)}`);
    return undefined;
}
/** What people really write, by the first breach that is found. */
const imageMistakes = [
    {
        matches: (image) => /[\n,]/.test(image),
        message: 'names several images, but an agent runs one; if the list comes from `docker/metadata-action`, use one of its tags',
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
    const one = imageMistakes.find(({ matches: is }) => is(image));
    if (one === undefined)
        return undefined;
    const fixed = one.fix?.(image) ?? '';
    const isShown = names/* imageReference */.rA.pattern.test(fixed) && !(0,problems/* looksLikeCredential */.Pv)(fixed);
    return `${one.message}; ${(0,problems/* found */.F9)(image)}${isShown ? `. Use \`${fixed}\`` : ''}`;
}
/** A digest alone reads as the tag of an image called `sha256`. */
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
 * Where the settings of `pipecat/agent-settings.ts` come from: the key of the settings file, and how
 * the input is read, which has the name that the setting has there.
 */
const settingSources = {
    image: { key: 'image', form: 'text', read: readImage },
    buildId: {
        key: 'build_id',
        form: 'text',
        read: ({ fields }) => fields.name('build-id', names/* buildId */.uz),
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
/** An agent has either the size of a profile or its own resources, and an input takes precedence. */
function resources({ raw, settingsFile }) {
    return raw.isInput('agent-profile') ? undefined : settingsFile?.resources;
}
/** Reads every setting of the agent but the sets. */
function readAgentSettings(reader) {
    return (0,agent_settings/* mapAgentSettings */.Lm)((name) => {
        const { read } = settingSources[name];
        return read?.(reader);
    });
}
/** The input that gives a setting; undefined if only the settings file does. */
function inputOf(name) {
    return declared/* inputNames */.vj.find((input) => input === agent_settings/* agentSettings */.tj[name].name);
}
/** The inputs that say something about the agent alone. */
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
 * The inputs of action.yml, in its order, with the defaults that it declares. A default that the
 * environment may replace is not among them: declared, it would always win. A composite action
 * passes what its caller left out as an empty string, so an empty input has its default too.
 *
 * A test holds this list, action.yml and the README together.
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



/** What there is at a path cannot be read as a file. */
class UnreadableFileError extends Error {
    /** The reason, which is all that it says: "it is a folder". */
    constructor(reason) {
        super(reason);
        this.name = 'UnreadableFileError';
    }
}
/** Bytes; many times more than the secrets of an agent take. */
const largestFile = 64 * 1024 * 1024;
/**
 * Reads a file that an input names. Its type and size are checked first: a FIFO would never end, and a
 * device would fill the memory.
 */
const readTextFile = async (path) => {
    // Without this flag, opening a FIFO waits for somebody who writes to it.
    const file = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)(path, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NONBLOCK);
    try {
        const stats = await file.stat();
        if (!stats.isFile())
            throw new UnreadableFileError(kindOf(stats));
        if (stats.size > largestFile) {
            throw new UnreadableFileError(`it is larger than ${largestFile / 1024 / 1024} MiB`);
        }
        // What is appended from now on is left out.
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
/** Why a file that is not there cannot be read. */
const missingFile = 'this file does not exist';
/** Why a file cannot be read, for parentheses. */
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
/* harmony export */   F9: () => (/* binding */ found),
/* harmony export */   Fv: () => (/* binding */ Findings),
/* harmony export */   Pv: () => (/* binding */ looksLikeCredential),
/* harmony export */   RY: () => (/* binding */ emptyReasonsOfAll),
/* harmony export */   Zn: () => (/* binding */ emptyReasons),
/* harmony export */   aV: () => (/* binding */ InputsError),
/* harmony export */   ax: () => (/* binding */ missingCredential),
/* harmony export */   fs: () => (/* binding */ UntrustedEventError),
/* harmony export */   uf: () => (/* binding */ isPath)
/* harmony export */ });
/** All mistakes of the inputs, found together. Nothing has been sent. */
class InputsError extends Error {
    kind = 'invalid-inputs';
    problems;
    constructor(problems) {
        super(problems.map(({ input, message }) => `${input}: ${message}`).join('\n'));
        this.name = 'InputsError';
        this.problems = problems;
    }
}
/** The event of the workflow is one that must not write. */
class UntrustedEventError extends Error {
    kind = 'untrusted-event';
    because;
    constructor(because = { reason: 'fork' }) {
        super(`possibly code of a fork, with the secrets of the repository (${because.reason})`);
        this.name = 'UntrustedEventError';
        this.because = because;
    }
}
/** Collects what is to be said about the inputs while they are read. */
class Findings {
    /** What stands in for inputs that are not given, such as `scaling.min_agents (pcc-deploy.toml)`. */
    substitutes = new Map();
    problems = [];
    warnings = [];
    notices = [];
    /** For the log only. */
    remarks = [];
    problem(input, message) {
        this.problems.push({ input: this.displayName(input), message });
    }
    /** The input, or what stands in for it. */
    displayName(input) {
        return this.substitutes.get(input) ?? input;
    }
}
const missingEnvironment = 'the job lacks the `environment:` that holds';
const noSecretsInForks = 'the run comes from a fork or Dependabot, which get no secrets';
/** Why a value that a workflow takes from `secrets` may be empty. */
const emptyReasons = 'the name of the secret is misspelled, it is not set for this repository or organization, ' +
    `${missingEnvironment} it, or ${noSecretsInForks}`;
/** The same if not one of several values is there. */
const emptyReasonsOfAll = `${missingEnvironment} them, the names of the secrets are misspelled, they are not set for this ` +
    `repository or organization, or ${noSecretsInForks}`;
/** An empty credential in a run that gets the secrets of its repository. */
const missingCredential = {
    input: 'api-key',
    message: 'is empty, and so is `pat`; a plan needs one of them. Likely reasons: the name of the secret is misspelled, ' +
        'it is not set for this repository or organization, or the job lacks the `environment:` that holds it. ' +
        'Only runs of forks and Dependabot, which get no secrets, are checked without a credential',
};
function looksLikeCredential(value) {
    return /(?<![A-Za-z0-9])(sk[_-]|pk_|pcc_pat_|gh[a-z]_|github_pat_|A[KS]IA[0-9A-Z]{12}|AIza|xox[a-z]-|eyJ)/.test(value);
}
/** Characters of a text that a message repeats. */
const maxFoundLength = 200;
/**
 * A value that was found, for a message: on one line, and never a credential. Known secrets are
 * taken out of messages once all are known, which finds none that was cut: so what is long is not
 * shown at all.
 */
function found(value) {
    if (looksLikeCredential(value))
        return 'found a credential';
    if (value.includes('='))
        return 'found a text with `=` in it';
    if (value.length > maxFoundLength)
        return `found a text of ${value.length} characters`;
    return `found \`${value.replace(/\s*[\r\n]\s*/g, ' ')}\``;
}
/** Whether a text may be a path: what is longer is something else, and would be cut where it is told. */
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
/* harmony import */ var _run_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(4190);
/* harmony import */ var _text_system_error_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(7229);
/* harmony import */ var _time_clock_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(5221);
/* harmony import */ var _time_end_process_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(408);
/* harmony import */ var _time_unsettled_exit_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(6570);










/** A log that nobody reads any more, or a full disk, must not end a run between two writes. */
for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => undefined);
const endWatch = (0,_time_unsettled_exit_js__WEBPACK_IMPORTED_MODULE_7__/* .watchForUnsettledExit */ .p)();
/** The entry: hands the runner's environment to the run, and its outcome to the runner. */
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
    // Loaded on use only: it costs a quarter of the action's start.
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
/* harmony export */   Io: () => (/* binding */ whatRunsIn),
/* harmony export */   Lm: () => (/* binding */ mapAgentSettings),
/* harmony export */   Lv: () => (/* binding */ toFields),
/* harmony export */   S0: () => (/* binding */ restoreSettings),
/* harmony export */   YL: () => (/* binding */ compareAgentSettings),
/* harmony export */   tj: () => (/* binding */ agentSettings)
/* harmony export */ });
/* unused harmony export agentSettingNames */
const text = (value) => typeof value === 'string' ? value : undefined;
const count = (value) => typeof value === 'number' ? value : undefined;
const flag = (value) => typeof value === 'boolean' ? value : undefined;
/** The first text of a list; an empty list holds none. */
const firstText = (value) => {
    if (!Array.isArray(value))
        return undefined;
    const [first] = value;
    return first === undefined ? null : text(first);
};
const spec = 'deployment.manifest.spec';
/**
 * The settings of an agent, each in one row: how it is sent, and how a response shows it. Requests,
 * responses and the plan's comparison come from these rows. The inputs and the keys of the settings
 * file that give a setting are in a table of the same names (`inputs/agent-settings.ts`).
 */
const agentSettings = {
    image: {
        name: 'image',
        field: 'image',
        shownAt: [`${spec}.image`],
        read: text,
        isWhatRuns: true,
    },
    buildId: {
        name: 'build-id',
        field: 'buildId',
        shownAt: ['deployment.buildId'],
        read: text,
        isWhatRuns: true,
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
    /** Seconds; if it is not set, the platform's default applies. */
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
    /** Kubernetes quantities; self-hosted regions only, and not together with a profile. */
    cpu: { name: 'resources.cpu', field: 'resources.cpu', shownAt: [], read: text },
    memory: { name: 'resources.memory', field: 'resources.memory', shownAt: [], read: text },
};
const agentSettingNames = Object.keys(agentSettings);
/** Makes something of every setting. */
function mapAgentSettings(work) {
    return Object.fromEntries(agentSettingNames.map((name) => [name, work(name)]));
}
/** The settings as the API's fields, without those that are not given. */
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
/** The value of a setting as the platform has it: null is off. */
function toSent(name, value) {
    const { off } = agentSettings[name];
    return value !== undefined && value === off ? null : value;
}
/** The settings that an agent's response shows. */
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
/** A response shows the image of a cloud build redacted, so that it cannot be sent. */
const sendableImage = /^[\w./:-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})$/;
/** What an agent runs, as it can be sent; undefined if its response does not show that. */
function whatRunsIn({ image, buildId, }) {
    if (buildId !== undefined)
        return { buildId };
    return image !== undefined && sendableImage.test(image) ? { image } : undefined;
}
/**
 * How the settings that were sent go back to what the agent had.
 *
 * @param runsNewBuild whether it was also sent a build that the settings do not name yet
 */
function restoreSettings(had, sent, runsNewBuild) {
    const irreversible = [];
    const restored = (name) => {
        const { isWhatRuns, off } = agentSettings[name];
        const given = toSent(name, sent[name]);
        const value = had[name];
        if (isWhatRuns || given === undefined || given === value)
            return undefined;
        if (value !== null && value !== undefined)
            return value;
        if (value === null && off !== undefined)
            return off;
        irreversible.push({ name, because: value === null ? 'unset-before' : 'not-shown' });
        return undefined;
    };
    const settings = mapAgentSettings(restored);
    // One bound alone may reset the other one.
    const isScaled = settings.minAgents !== undefined || settings.maxAgents !== undefined;
    const bounds = isScaled ? { minAgents: had.minAgents, maxAgents: had.maxAgents } : {};
    return { settings: { ...settings, ...bounds, ...whatRan() }, irreversible };
    function whatRan() {
        const { image, buildId } = had;
        const isSame = sent.buildId === undefined
            ? sent.image === undefined || (buildId === undefined && sent.image === image)
            : sent.buildId === buildId;
        if (isSame && !runsNewBuild)
            return {};
        const before = whatRunsIn(had);
        if (before !== undefined)
            return before;
        irreversible.push({ name: 'buildId', because: 'not-shown' });
        return {};
    }
}
/** Compares the settings that are given with those of an agent. */
function compareAgentSettings(observed, wanted) {
    return agentSettingNames.flatMap((name) => {
        const after = toSent(name, wanted[name]);
        if (after === undefined)
            return [];
        const before = observed && current(name, observed, after);
        return [{ name: agentSettings[name].name, before, after }];
    });
}
/** What the agent has of a setting. An image replaces a build, and a build an image. */
function current(name, observed, after) {
    const { isWhatRuns } = agentSettings[name];
    return isWhatRuns && observed[name] !== after
        ? (observed.buildId ?? observed.image)
        : observed[name];
}


/***/ }),

/***/ 8771:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   EH: () => (/* binding */ parseBuild),
/* harmony export */   HW: () => (/* binding */ saysExecFormatError),
/* harmony export */   K3: () => (/* binding */ parser),
/* harmony export */   N8: () => (/* binding */ parseAgent),
/* harmony export */   Ry: () => (/* binding */ parseSecretSets),
/* harmony export */   TC: () => (/* binding */ parseBuildLogs),
/* harmony export */   TO: () => (/* binding */ parseAcceptance),
/* harmony export */   Tf: () => (/* binding */ parseRegions),
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



/** An answer of another shape than is due. Names the places only: the answer is not quoted. */
class AnswerShapeError extends Error {
    constructor(message) {
        super(message);
        this.name = 'AnswerShapeError';
    }
}
/** Makes a parser of answers from a schema; fields that the schema does not name are let through. */
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
/** A field that may be missing or null, both of which become undefined. */
function optional(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .nullish */ .cl6(schema), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((value) => value ?? undefined));
}
/** A field that is only shown: of another type it counts as not shown. */
function shown(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .NpB(optional(schema), undefined);
}
const text = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP());
const count = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig());
const flag = shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY());
const notShown = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(() => undefined));
/** The entries of a list that can be read: an entry that is not ours must not stop a release. */
function entries(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J()), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((list) => list.flatMap((entry) => entryOf(schema, entry))));
}
function entryOf(schema, entry) {
    const result = valibot__WEBPACK_IMPORTED_MODULE_1__/* .safeParse */ .xLC(schema, entry);
    return result.success ? [result.output] : [];
}
/** The same for a list that decides: if no entry can be read, the list is an error that names them. */
function decidingEntries(schema) {
    return valibot__WEBPACK_IMPORTED_MODULE_1__/* .lazy */ .RZV((list) => Array.isArray(list) && list.every((entry) => entryOf(schema, entry).length === 0)
        ? valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(schema)
        : entries(schema));
}
/** Any other word is a status on the way to these. */
const statusSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((word) => word === 'ready' || word === 'failed' || word === 'unknown' ? word : 'pending'));
const regionSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({
    code: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    display_name: text,
    supported_architectures: shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())),
    default_architecture: shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
});
/** How the codes of self-hosted regions begin. */
const selfHostedCode = 'pce-';
const selfHostedWords = /\bself[-_ ]?hosted\b/i;
/**
 * Whether a region is a cluster of the customer's own. The API documents no field for it, so its code
 * tells, its name, or any field that says so.
 */
function isSelfHosted({ code, ...entry }) {
    if (code.startsWith(selfHostedCode))
        return true;
    return Object.entries(entry).some(([name, value]) => typeof value === 'string'
        ? selfHostedWords.test(value)
        : value === true && /^(?:is)?[-_]?self[-_]?hosted$/i.test(name));
}
const parseRegions = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ regions: decidingEntries(regionSchema) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ regions }) => regions.map((entry) => ({
    code: entry.code,
    supportedArchitectures: entry.supported_architectures,
    defaultArchitecture: entry.default_architecture,
    ...(isSelfHosted(entry) ? { isSelfHosted: true } : {}),
})))));
const parseDefaultRegion = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ properties: valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ defaultRegion: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ properties }) => properties.defaultRegion)));
const organization = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), id: text, verboseName: text });
const parseOrganizations = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ organizations: decidingEntries(organization) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ organizations }) => organizations)));
const secretSetKinds = ['secret', 'imagePullSecret'];
/** Fields of a listed set without which nothing can be done with it. */
const decidingFields = { type: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), region: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), status: optional(statusSchema) };
/** Only the name is needed to tell whether a set is one of ours. */
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
    // A set of an unknown kind is of no use to a release, and no reason to fail.
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
/** Whether one of the texts, as it came, says that the image is for another processor. */
function saysExecFormatError(texts) {
    return texts.some((one) => one !== undefined && /exec format error/i.test(one));
}
/** Found in what the platform said: after redaction, a secret may have taken the words away. */
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
/** Its settings are read by `agent-settings.ts`, from the fields that are not named here. */
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
/** An agent's answer, wrapped in `body` (as the organization surface has it) or not. */
const parseAgent = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .unknown */ .L5J(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi((answer) => (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(answer) && (0,_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .isObject */ .Gv)(answer['body']) ? answer['body'] : answer), agent, 
// Every field alone may be missing, so without this an answer about something else would pass.
valibot__WEBPACK_IMPORTED_MODULE_1__/* .check */ .z6Y(({ name, desiredDeploymentId, deployment }) => (name ?? desiredDeploymentId ?? deployment?.id) !== undefined), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(toAgent)));
/** Undefined for an agent whose entry cannot be read: nothing is known about it. */
const parseAgentNames = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ services: valibot__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(shown(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }))) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ services }) => services.map((service) => service?.name))));
const parseLogs = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ logs: entries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ log: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() })) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ logs }) => logs.map(({ log }) => log))));
const parseAgentProfiles = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    agentProfiles: decidingEntries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ api_name: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), enabled: flag })),
}), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ agentProfiles }) => agentProfiles.filter(({ enabled }) => enabled !== false).map(({ api_name }) => api_name))));
const buildSchema = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    id: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    status: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    region: text,
    contextHash: text,
    dockerfilePath: text,
    errorMessage: text,
    buildDurationSeconds: count,
    createdAt: text,
});
function toBuild(answer) {
    return {
        id: answer.id,
        status: answer.status,
        region: answer.region,
        contextHash: answer.contextHash,
        dockerfilePath: answer.dockerfilePath,
        errorMessage: answer.errorMessage,
        duration: answer.buildDurationSeconds,
        createdAt: timeOf(answer.createdAt),
    };
}
function timeOf(timestamp) {
    const time = Date.parse(timestamp ?? '');
    return Number.isNaN(time) ? undefined : time;
}
/** Statuses of a build that has ended, in the words of more than one API. */
const ended = /^(success|succeeded|fail|timed?[_-]?out|cancel|error|expire|abort|reject|terminated)/i;
/** Whether a build does not leave its status any more. Only `success` is a success. */
function hasBuildEnded(status) {
    return ended.test(status);
}
const parseBuild = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ build: buildSchema }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ build }) => toBuild(build))));
const parseBuilds = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ builds: entries(buildSchema) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ builds }) => builds.map(toBuild))));
const parseStartedBuild = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ build: buildSchema, contextHash: text, cached: flag }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ build, contextHash, cached }) => ({
    build: toBuild(build),
    contextHash,
    isCached: cached ?? false,
}))));
const parseBuildLogs = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ logs: entries(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()) }), valibot__WEBPACK_IMPORTED_MODULE_1__/* .transform */ .pdi(({ logs }) => logs)));
const parseUploadForm = parser(valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    uploadId: valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    // A context that goes over the wire in the clear could be read, and changed, on its way.
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
 * The platform accepts a write by any success, whatever the answer holds, unless it says no. (A page of a
 * gateway does not come this far: it is not JSON.)
 */
function parseAcceptance(answer) {
    if (valibot__WEBPACK_IMPORTED_MODULE_1__.is(refusedWrite, answer)) {
        throw new AnswerShapeError('the response is a success whose status says no (status)');
    }
}
/** One word that does not say no. */
const agreement = /^(?!error|fail|reject|refuse|denied|invalid)[a-z]+$/i;
const acknowledgement = valibot__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ status: valibot__WEBPACK_IMPORTED_MODULE_1__/* .pipe */ .FsL(valibot__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), valibot__WEBPACK_IMPORTED_MODULE_1__/* .regex */ .yGV(agreement)) });
/** A deletion may be answered without a word. A key that is gone already is a 404. */
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





/** A call to the platform that did not bring an answer to work with. */
class CallError extends Error {
    call;
    #request;
    /** How many times the request was sent. */
    attempts = 1;
    /** The limit that left no time for another attempt, where it was that. */
    outOfTime;
    /** The id that the server gave the request; support asks for it. */
    requestId;
    /** Whether it asks for a change that may have been made: the answer to one of its attempts is lost. */
    isInDoubt = false;
    constructor(call, message, options) {
        super(`${call.method} ${call.path}: ${message}`, options);
        this.name = new.target.name;
        // A request has a body, too, with secrets in it, and an error may be printed by anybody.
        this.call = { method: call.method, path: call.path };
        this.#request = call;
    }
    /** Whether it is this very request that failed. */
    isOf(request) {
        return this.#request === request;
    }
    /** Whether the request may have been carried out, if it is one that changes something. */
    get mayBeCarriedOut() {
        return this.isTransient;
    }
}
/**
 * The run was cancelled while a request that changes something was under way, or was about to be sent
 * again: whether it was carried out is not known.
 */
class InterruptedCallError extends _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc {
    call;
    constructor(call, cancelled, cause) {
        super(cancelled.signal, { cause });
        this.name = 'InterruptedCallError';
        this.message = `${call.method} ${call.path}: ${this.message}`;
        // A request has a body, too, with secrets in it, and an error may be printed by anybody.
        this.call = { method: call.method, path: call.path };
    }
}
/** Words of a refusal that only billing can help. */
const billing = /\b(?:billing|payment|spend(?:ing)? limit|account (?:is |has been )?(?:suspended|disabled))\b/i;
/** The platform, or a gateway in front of it, answered with a status that is not a success. */
class StatusError extends CallError {
    status;
    /** The platform's error code, with known secrets taken out; undefined if a gateway answered. */
    code;
    /** The platform's message, with known secrets taken out; undefined where a gateway answered. */
    platformMessage;
    /** Milliseconds that `Retry-After` asks for. */
    retryAfter;
    #said;
    /** @param details.said the same code and message as they came; without, they are as they are shown */
    constructor(call, status, details = {}) {
        super(call, [`answered ${status}`, details.code, details.platformMessage].filter(Boolean).join(', '));
        this.status = status;
        this.code = details.code;
        this.platformMessage = details.platformMessage;
        this.#said = details.said ?? { code: details.code, message: details.platformMessage };
        this.retryAfter = details.retryAfter;
    }
    get kind() {
        if (this.status === 401)
            return 'credential-refused';
        if (this.status === 402 || (this.status < 500 && this.says(billing)))
            return 'billing-required';
        if (this.status === 403)
            return 'permission-denied';
        if (this.status === 409 && this.call.path.includes('/secrets/'))
            return 'concurrent-write';
        if ((0,_http_status_js__WEBPACK_IMPORTED_MODULE_3__/* .classifyStatus */ .x)(this.status) === 'rate-limited')
            return 'rate-limited';
        return this.mayBeCarriedOut ? 'platform-unavailable' : 'request-refused';
    }
    /** Whether the platform's message, as it came, matches. */
    says(pattern) {
        return pattern.test(this.#said.message ?? '');
    }
    /** What a table has for the platform's code, as it came. */
    lookUpCode(table) {
        const { code } = this.#said;
        return code !== undefined && Object.hasOwn(table, code) ? table[code] : undefined;
    }
    get reason() {
        const said = this.platformMessage === undefined ? '' : `: ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(this.platformMessage)}`;
        return `the response was ${this.status}${said}`;
    }
    get isTransient() {
        return this.mayBeCarriedOut || this.kind === 'rate-limited';
    }
    get mayBeCarriedOut() {
        return (0,_http_status_js__WEBPACK_IMPORTED_MODULE_3__/* .classifyStatus */ .x)(this.status) === 'inconclusive';
    }
}
const kindsOfConnectionFailure = {
    certificate: 'certificate-not-accepted',
    'proxy-refusal': 'proxy-refused',
    unreachable: 'platform-unavailable',
    broken: 'platform-unavailable',
};
/** The connection could not be made, or broke before the answer began. */
class ConnectionError extends CallError {
    kind;
    /** Node's code, such as ECONNREFUSED or ENOTFOUND. */
    code;
    reason;
    isTransient;
    #mayBeCarriedOut;
    /** Whether the name does not resolve, or nobody listens: it seldom helps to wait for that to change. */
    isUnreachable;
    constructor(call, cause) {
        const code = (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_1__/* .systemErrorCode */ .vq)(cause);
        super(call, `the connection failed${code === undefined ? '' : ` with ${code}`}`, { cause });
        const { kind, reason } = (0,_http_connection_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .connectionFailure */ .D)(cause, code);
        this.code = code;
        this.kind = kindsOfConnectionFailure[kind];
        this.reason = reason;
        this.isTransient = kind === 'unreachable' || kind === 'broken';
        this.#mayBeCarriedOut = kind === 'broken';
        this.isUnreachable = kind === 'unreachable';
    }
    get mayBeCarriedOut() {
        return this.#mayBeCarriedOut;
    }
}
/** No whole answer came within the time that one request may take. */
class NoAnswerError extends CallError {
    kind = 'platform-unavailable';
    /** Milliseconds that were waited. */
    waited;
    constructor(call, waited) {
        super(call, `no answer within ${waited} ms`);
        this.waited = waited;
    }
    get reason() {
        return `no answer came within ${(this.waited / 1000).toFixed(this.waited < 10_000 ? 1 : 0)} s`;
    }
    isTransient = true;
}
/** The time limit of the step had passed before the request could be sent. */
class NotSentError extends CallError {
    kind = 'platform-unavailable';
    constructor(call, deadline) {
        super(call, 'not sent, the time was up');
        this.attempts = 0;
        this.outOfTime = deadline;
    }
    reason = 'no time was left to send it';
    isTransient = false;
}
/** The answer was cut off, is not JSON, or is JSON of another shape than is due. */
class UnreadableAnswerError extends CallError {
    kind = 'answer-unreadable';
    what;
    constructor(call, what, options) {
        super(call, what, options);
        this.what = what;
    }
    get reason() {
        return this.what;
    }
    isTransient = true;
}
/** The answer sends the request elsewhere; a credential does not follow. */
class RedirectError extends CallError {
    kind = 'redirected';
    status;
    /** Where it points: scheme and host only. */
    target;
    constructor(call, status, target) {
        super(call, `answered ${status}, a redirect to ${target}`);
        this.status = status;
        this.target = target;
    }
    get reason() {
        return `the response was a redirect (${this.status}) to ${this.target}`;
    }
    isTransient = false;
}
/** Codes of storage for what another form, or another moment, mends. */
const transientStorageCodes = new Set([
    'RequestTimeout',
    'RequestTimeTooSkewed',
    'IncompleteBody',
    'ExpiredToken',
    'SlowDown',
]);
/** Storage did not take an upload. The address is told without its path, as fields and query sign it. */
class UploadError extends CallError {
    kind = 'upload-failed';
    /** Undefined where no answer came. */
    status;
    /** The code of storage, such as EntityTooLarge. */
    code;
    /** Milliseconds that `Retry-After` asks for. */
    retryAfter;
    #what;
    #said;
    #isConnectionTransient;
    /** @param origin scheme and host of the storage */
    constructor(origin, details) {
        const connection = (0,_http_connection_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .connectionFailure */ .D)(details.cause, (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_1__/* .systemErrorCode */ .vq)(details.cause));
        const what = uploadFailure(details, connection);
        super({ method: 'POST', path: origin }, what, { cause: details.cause });
        this.status = details.status;
        this.code = details.code;
        this.retryAfter = details.retryAfter;
        this.requestId = details.requestId;
        this.#what = what;
        this.#said = details.said ?? { code: details.code, message: details.storageMessage };
        this.#isConnectionTransient = !['certificate', 'proxy-refusal'].includes(connection.kind);
    }
    get reason() {
        return this.#what;
    }
    get isTransient() {
        if (this.status === undefined)
            return this.#isConnectionTransient;
        const status = (0,_http_status_js__WEBPACK_IMPORTED_MODULE_3__/* .classifyStatus */ .x)(this.status);
        if (status === 'inconclusive' || status === 'rate-limited')
            return true;
        const { code, message } = this.#said;
        // A refusal without a word may be that of a form that has expired.
        const mayHaveExpired = code === undefined || /expired/i.test(message ?? '');
        if (this.status === 403 && mayHaveExpired)
            return true;
        return transientStorageCodes.has(code);
    }
}
function uploadFailure({ status, code, storageMessage, idleFor, timedOutAfter, isCutOff, isFromElsewhere, cause, }, connection) {
    if (status !== undefined) {
        const said = [code, storageMessage].filter((one) => one !== undefined).join(': ');
        return `the storage answered ${status}${said === '' ? '' : ` (${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_4__/* .quote */ .h)(said)})`}`;
    }
    if (timedOutAfter !== undefined)
        return `the upload timed out after ${timedOutAfter / 60_000} min`;
    if (idleFor !== undefined)
        return `the connection was idle for ${idleFor / 1000} s`;
    if (isCutOff === true)
        return 'the response was cut off';
    if (isFromElsewhere === true)
        return 'the response did not come from storage';
    if (connection.kind !== 'broken' || cause instanceof _http_connection_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .ProxyError */ .T)
        return connection.reason;
    const systemCode = (0,_text_system_error_js__WEBPACK_IMPORTED_MODULE_1__/* .systemErrorCode */ .vq)(cause);
    return `the connection broke${systemCode === undefined ? '' : ` (${systemCode})`}`;
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
/* unused harmony export organizationName */
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
const organizationName = {
    pattern: /^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/,
    rule: 'the name as `pipecat cloud organizations list` shows it: letters, digits, hyphens, underscores and dots',
};
const buildId = {
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    rule: 'the UUID of a cloud build',
};
/** An image reference that says which version it means: a tag, a digest, or both. */
const imageReference = {
    pattern: /^(?=.{1,512}$)([a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?(:[0-9]+)?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
    rule: 'an image with a tag or digest, such as ghcr.io/acme/agent:1.4.2 or ghcr.io/acme/agent@sha256:…',
};


/***/ }),

/***/ 7591:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AO: () => (/* binding */ anyDeploymentServes),
/* harmony export */   S4: () => (/* binding */ judge),
/* harmony export */   WN: () => (/* binding */ hasFailed),
/* harmony export */   qu: () => (/* binding */ historyBefore),
/* harmony export */   s$: () => (/* binding */ continueHistory),
/* harmony export */   wh: () => (/* binding */ previousServes)
/* harmony export */ });
/* unused harmony export maxTroubleDuration */
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7819);

/** Milliseconds after which a trouble that lasts is a failure. */
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
 * `ready`, `available` and the revision describe the previous one: neither its readiness nor its
 * failure counts, so that the fix for a crashing agent can land.
 *
 * @param deploymentId the deployment that we wait for
 * @param previousId the deployment that was desired before; a status check may still show it
 * @param past what earlier status checks showed, this one included, and the time of this one
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
    const isFinal = revision !== undefined && hasGivenUp(revision);
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
/** Reasons that Kubernetes also shows between two tries, by what it tries: one try shows both. */
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
/** A condition does not say of which deployment it is: it is ours once ours is reconciled. */
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
/** A revision that failed or crashes again and again; one restart is not a loop. */
function hasGivenUp({ phase, health }) {
    if (phase === 'Failed')
        return true;
    if (health === undefined || health.ready === true)
        return false;
    const { reason = '', restartCount, replicasStarted } = health;
    if (finalReasons.includes(reason))
        return true;
    if (reason === 'CrashLoopBackOff')
        return restartCount === undefined || restartCount > 1;
    // The count is that of all replicas together.
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
 * Whether the deployment that was desired last has failed: nothing changes about that by itself. One
 * status check does not show since when a trouble has been there, and it is old enough.
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
    const conditions = troubles.flatMap(({ condition }) => (condition ? [saidBy(condition)] : []));
    if (revision === undefined && conditions.length === 0)
        return 'started, not ready yet';
    const { phase, health } = revision ?? {};
    const { headline, reason, restartCount = 0 } = health ?? {};
    const isPassing = reason !== undefined && passingReasons.has(reason);
    // The reason of a try that failed is what people search for, whatever the headline says.
    const words = headline === undefined || isPassing ? [headline, reason] : [headline];
    const parts = [
        phase ?? 'started',
        ...words.filter((word) => word !== undefined).map((word) => (0,_text_quote_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .h)(word)),
        ...(restartCount > 0 ? [`restarts: ${restartCount}`] : []),
        ...conditions,
    ];
    return `not ready yet (${parts.join(', ')})`;
}
/** A condition in words. */
function saidBy({ type, reason, message }) {
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

/**
 * The given settings that differ from what the agent shows. If its response does not show a setting
 * (its own resources, for example), nobody can say whether it differs, and it is not in the list.
 */
function settingChanges(observed, wanted) {
    return (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .compareAgentSettings */ .YL)(observed, wanted)
        .filter(({ before, after }) => before !== undefined && before !== after)
        .map(change);
}
/** What the agent runs now, and that a build which has no id yet replaces it. */
function newBuildChange({ buildId, image }) {
    return { setting: _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj.buildId.name, before: buildId ?? image, after: undefined };
}
/** The settings that a new agent is given. */
function givenSettings(wanted) {
    return (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .compareAgentSettings */ .YL)(undefined, wanted).map(change);
}
/** The given settings whose present values the agent's response does not show. */
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
/* harmony import */ var _pipecat_rollout_judgement_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7591);
/* harmony import */ var _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1593);


/** Reads each agent of a region, as their list shows no bindings. */
async function readBindings(cloud, region, options = {}) {
    const names = await cloud.agentNames(region, options);
    return new Map(await Promise.all(names.map(async (name, index) => {
        // An agent that cannot be read may bind anything.
        if (name === undefined)
            return [`entry ${index + 1} of the list`, undefined];
        try {
            const agent = await cloud.agent(name, options);
            // An agent that is gone since it was listed binds nothing.
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
 * The answer shows what the deployment binds that was asked for. Where that does not serve (yet), an
 * earlier one may, of which it is not known what it binds.
 */
function shownSets(agent) {
    const { secretSets, desiredDeploymentId, reconciledDeploymentId, ready } = agent;
    const serves = ready && reconciledDeploymentId === desiredDeploymentId;
    if (!serves && (0,_pipecat_rollout_judgement_js__WEBPACK_IMPORTED_MODULE_0__/* .anyDeploymentServes */ .AO)(agent))
        return undefined;
    const { imagePullSecretSet } = agent.settings;
    // Names are unique, whatever kind of set they name.
    return secretSets === undefined || typeof imagePullSecretSet !== 'string'
        ? secretSets
        : [...secretSets, imagePullSecretSet];
}
/** Names of the agents of which it is not known that they do not bind a set, in order. */
function agentsThatMayBind(bindings, secretSet) {
    return [...bindings]
        .filter(([, sets]) => sets === undefined || sets.includes(secretSet))
        .map(([name]) => name)
        .sort();
}
/** Names of the agents that bind a set, in order. */
function agentsBinding(bindings, secretSet) {
    return [...bindings]
        .filter(([, sets]) => sets?.includes(secretSet) === true)
        .map(([name]) => name)
        .sort();
}


/***/ }),

/***/ 3082:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  C: () => (/* binding */ makePlan),
  h: () => (/* binding */ unknownRegion)
});

// EXTERNAL MODULE: ./lib/text/nearest.js + 1 modules
var nearest = __nccwpck_require__(8045);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __nccwpck_require__(7819);
// EXTERNAL MODULE: ./lib/registry/reference.js
var reference = __nccwpck_require__(9758);
;// CONCATENATED MODULE: ./lib/plan/check-image.js


/**
 * Says what a look-up means in one region. Only what is certain is a problem; with `check-image: true`,
 * so is what cannot be known. A plan often comes before the image is pushed, so it only reports.
 */
function checkImage(question) {
    const findings = { problems: [], warnings: [], remarks: [] };
    const image = question.settings.agent?.settings.image;
    if (image === undefined)
        return findings;
    const { lookup, asked, before } = question;
    const finding = findingOf(image, question);
    if (finding !== undefined && asked.check !== 'never')
        addFinding(findings, image, finding, asked);
    if (asked.pins && lookup.outcome !== 'found' && finding !== undefined) {
        const problem = {
            about: `image ${image}`,
            message: `cannot be pinned: ${finding.message}`,
            next: 'Pass the digest that the build reports (`image: name@sha256:…`), or leave out `pin-image`.',
        };
        // What is a problem already has been said.
        if (findings.problems.length > 0)
            return findings;
        if (asked.isDryRun)
            findings.remarks.push(`${(0,quote/* quote */.h)(image)} ${problem.message}.`);
        else
            findings.problems.push(problem);
    }
    const running = before?.settings.image;
    if (asked.pins && lookup.outcome === 'found' && running !== undefined) {
        const wanted = (0,reference/* pinned */.dp)(image, lookup.digest);
        if (running !== wanted && (0,reference/* isSameContent */.OI)(running, wanted)) {
            findings.remarks.push(`${(0,quote/* quote */.h)(image)} points to the digest that the agent already runs as ${(0,quote/* quote */.h)(running)}.`);
        }
    }
    return findings;
}
/**
 * The settings of a region with the image pinned to the digest that its tag points at now. If the agent
 * runs this digest already, by whichever tag, its image stays as it is: nothing has changed.
 */
function withPinnedImage({ settings, agent: before }, lookup, asked) {
    const { agent } = settings;
    const image = agent?.settings.image;
    if (asked?.pins !== true || lookup?.outcome !== 'found' || image === undefined)
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
function findingOf(image, question) {
    const { lookup, settings, before } = question;
    const { registry, repository, tag, digest } = (0,reference/* parseImageReference */.o_)(image);
    const where = `${(0,quote/* quote */.h)(repository)} on ${(0,quote/* quote */.h)(registry)}`;
    switch (lookup.outcome) {
        case 'missing': {
            const isPulledWithSecret = settings.imagePullSecret !== undefined ||
                typeof before?.settings.imagePullSecretSet === 'string';
            // A registry may hide from nobody in particular what it shows to the platform.
            const isCertain = lookup.login !== undefined || !isPulledWithSecret;
            return {
                certainty: isCertain ? 'certain' : 'unknown',
                message: `not pushed yet: ${where} has no ${tag === undefined ? `digest ${(0,quote/* quote */.h)(digest ?? '')}` : `tag ${(0,quote/* quote */.h)(tag)}`}`,
                next: 'Push the image before the release, or correct `image`.',
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
                message: `the image could not be looked up: ${doubts[lookup.because](where)}${lookup.detail === undefined ? '' : ` (${lookup.detail})`}`,
                next: 'Log in with `docker/login-action` before this step, or set `check-image` to `auto`.',
            };
        case 'found':
            return platformFinding(question, lookup);
    }
}
const doubts = {
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
function platformFinding(question, { platforms, platformsUnknown }) {
    const wanted = wantedPlatform(question);
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
    const { region } = question.settings;
    return {
        certainty: wanted.isCertain ? 'certain' : 'likely',
        message: `no ${wanted.platform}: built for ${built}; ${(0,quote/* quote */.h)(region)} runs ${wanted.platform}`,
        next,
    };
}
const defaultArchitecture = 'arm64';
/** The platform that the agent runs on, and whether it is known for certain. */
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
;// CONCATENATED MODULE: ./lib/plan/make-plan.js






/**
 * Holds what is asked for against what there is.
 *
 * @throws PreflightError with every reason why the release cannot work
 */
function makePlan({ rollout, secretsTimeout, build: asked, imageLookup }, observation) {
    const problems = [];
    const warnings = new Set();
    const remarks = new Set();
    const targets = observation.targets.map((observed) => {
        const settings = withPinnedImage(observed, observation.image, imageLookup);
        const { region } = settings;
        const known = observation.regions.find(({ code }) => code === region);
        if (known === undefined) {
            problems.push(unknownRegion(region, observation.regions));
            // What is wrong besides is of no use before the region is right.
            return { region, secretSets: [], build: undefined, agent: undefined };
        }
        checkArchitecture(settings, known, problems);
        const secretSets = [
            (0,plan_secret_sets/* planImagePullSecret */.U9)(settings, known, observation.secretSets, problems),
            (0,plan_secret_sets/* planSecretSet */.Qk)(observed, known, observation.secretSets, problems),
        ].filter((plan) => plan !== undefined);
        const build = planBuild(observed, asked);
        const agent = settings.agent &&
            (0,plan_agent/* planAgent */.x)({
                settings,
                asked: settings.agent,
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
                asked: imageLookup,
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
function planBuild({ settings: { region }, build }, asked) {
    if (build === undefined || asked === undefined)
        return undefined;
    const { context, found, failure } = build;
    return { region, context, found, isKnown: failure === undefined, timeout: asked.timeout };
}
/** A profile or a build that there is not is so in every region, and is told once. */
function withoutRepetition(problems) {
    const told = new Map(problems.map((problem) => [`${problem.about}\n${problem.message}`, problem]));
    return [...told.values()];
}
function unknownRegion(region, regions) {
    const codes = regions.map(({ code }) => code);
    const meant = (0,nearest/* nearest */.pA)(region, codes);
    return {
        about: `region ${region}`,
        message: `unknown region \`${region}\`${meant === undefined ? '.' : `; did you mean \`${meant}\`?`} Available: ${codes.join(', ')}`,
        next: 'Set `region` to an available one.',
    };
}
function checkArchitecture({ region, agent }, { supportedArchitectures }, problems) {
    const architecture = agent?.settings.architecture;
    if (architecture !== undefined &&
        supportedArchitectures !== undefined &&
        !supportedArchitectures.includes(architecture)) {
        problems.push({
            about: `region ${region}`,
            message: `does not run ${architecture}; it runs ${supportedArchitectures.join(', ')}`,
            next: 'Correct the input `architecture`, or choose another region.',
        });
    }
}
function checkBuild({ region, agent }, build, problems) {
    const id = agent?.settings.buildId;
    if (id === undefined)
        return;
    const about = `build ${id}`;
    if (build === undefined) {
        problems.push({ about, message: 'does not exist', next: 'Correct the input `build-id`.' });
        return;
    }
    if (build.status !== 'success') {
        const reason = build.errorMessage === undefined ? '' : ` (${(0,quote/* quote */.h)(build.errorMessage)})`;
        problems.push({
            about,
            message: `has the status ${build.status}${reason}; only a build that succeeded can be deployed`,
            next: 'Wait for the build, or build again.',
        });
    }
    if (build.region !== undefined && build.region !== region) {
        problems.push({
            about,
            message: `is of region ${build.region}, but the release goes to ${region}; a build can be deployed in its own region only`,
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
/** What a name may hold in place of something that is known later only. */
const regionPlaceholder = '{region}';
const versionPlaceholder = '{version}';
/** The number of the pull request. It is known before anything else, so the inputs replace it. */
const pullRequestPlaceholder = '{pr}';
/** A version of the shape that all have, for checks of a name whose version is not known. */
const anyVersion = '0'.repeat(8);
function nameInRegion(template, region) {
    return template.replaceAll(regionPlaceholder, region);
}
/** A name with its version in it; without one, the placeholder stays, and no set is called so. */
function nameOfVersion(name, version) {
    return version === undefined ? name : name.replaceAll(versionPlaceholder, version);
}
/** A name as long and of the same characters as the one that its version will make of it. */
function nameOfAnyVersion(name) {
    return nameOfVersion(name, anyVersion);
}
function isVersioned(name) {
    return name.includes(versionPlaceholder);
}
/** Tells the names that a name stands for with whichever version, and no others. */
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


/** A name with a date in it, such as 20250131, is more likely somebody's than a version. */
function isDated(name) {
    return /(?<!\d)(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)/.test(name);
}
/**
 * Older versions that no agent binds, beyond those that are kept. The platform does not tell how old
 * a set is: what the agent bound last counts as the newest, and of the others those that the list
 * has first as the oldest. Where an agent does not show what it binds, it may be any of them.
 */
function oldVersions(question) {
    const { template, current, region, previous, keep, secretSets, bindings } = question;
    if ([...bindings.values()].includes(undefined))
        return [];
    const versions = (0,_name_template_js__WEBPACK_IMPORTED_MODULE_1__/* .versionsOf */ .x4)(template);
    const unbound = secretSets
        .filter((set) => set.kind === 'secret' && set.region === region && !set.referenced)
        // One that is on its way is another release's, which is about to bind it.
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
/* harmony import */ var _text_nearest_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(8045);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(6647);
/* harmony import */ var _plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(3427);
/* harmony import */ var _preview_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(7375);
/* harmony import */ var _pipecat_rollout_judgement_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(7591);








/** Plans an agent of one region; what makes that impossible is added to `problems`. */
function planAgent(question, problems) {
    const { settings, asked, before, secretSets, build } = question;
    const { region } = settings;
    const { name } = asked;
    checkName(name, region, problems);
    checkPresence(question, problems);
    checkProfile(question, problems);
    const wanted = {
        ...asked.settings,
        ...(build === undefined ? {} : { buildId: build.id }),
        ...bothBounds(asked, before, problems),
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
    const forcedBecause = forcingReason(asked, before, valuesChange);
    return {
        name,
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
        preview: asked.preview,
        forceRedeploy: asked.forceRedeploy,
        onFailure: asked.onFailure,
        waitForReady: asked.waitForReady,
        waitTimeout: asked.waitTimeout,
        smokeTest: asked.smokeTest,
        drainTimeout: asked.drainTimeout,
        isBuiltFromBranch: asked.isBuiltFromBranch,
        replan: (now, buildId) => {
            const found = [];
            const made = build && { ...build, id: buildId ?? build.id };
            const plan = planAgent({ ...question, before: now, build: made }, found);
            if (found.length > 0)
                throw new _problems_js__WEBPACK_IMPORTED_MODULE_2__/* .PreflightError */ .w(found);
            return plan;
        },
    };
}
/** The name is checked when it is read, too, as far as the region is known by then. */
function checkName(name, region, problems) {
    if (_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .agentName */ .Lp.pattern.test(name))
        return;
    problems.push({
        about: `agent ${name}`,
        message: `is the name in ${region}, of ${name.length} characters; it has to be ${_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .agentName */ .Lp.rule}`,
        next: 'Correct `agent-name`.',
    });
}
/** An agent that is older than the pull request is somebody else's, and stays as it is. */
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
function checkPresence({ asked, settings: { region }, before, build }, problems) {
    const { name, settings, isBuiltFromBranch } = asked;
    const about = `agent ${name}`;
    if (before?.region !== undefined && before.region !== region) {
        problems.push({
            about,
            message: `is in region ${before.region}, but the release goes to ${region}; the region of an agent cannot change`,
            next: `Release to ${before.region}, or give the agent for ${region} another name (such as ${name}-${region}).`,
        });
    }
    if (before !== undefined) {
        checkIsPreview(asked, before, problems);
        return;
    }
    if (isBuiltFromBranch) {
        problems.push({
            about,
            message: 'does not exist, and the settings file has the platform build it from a branch (`[git]`), which takes a connection to GitHub that a release cannot make',
            next: 'Create the agent once with the command-line client or in the dashboard, or give `image`, `cloud-build` or `build-id`.',
        });
    }
    else if (settings.image === undefined &&
        settings.buildId === undefined &&
        build === undefined) {
        problems.push({
            about,
            message: 'does not exist, and nothing is given to create it from',
            next: 'Give `image`, `cloud-build` or `build-id`, or correct `agent-name`.',
        });
    }
}
function checkProfile({ asked, agentProfiles }, problems) {
    const { name, settings: { agentProfile }, } = asked;
    if (agentProfile === undefined || agentProfiles === undefined)
        return;
    if (_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .platformAgentProfiles */ .Nc.includes(agentProfile) || agentProfiles.includes(agentProfile))
        return;
    const known = [...new Set([..._pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .platformAgentProfiles */ .Nc, ...agentProfiles])];
    const meant = (0,_text_nearest_js__WEBPACK_IMPORTED_MODULE_7__/* .nearest */ .pA)(agentProfile, known);
    problems.push({
        about: `agent ${name}`,
        message: `unknown profile \`${agentProfile}\`${meant === undefined ? '.' : `; did you mean \`${meant}\`?`} Available: ${known.join(', ')}`,
        next: 'Set `agent-profile` to an available one.',
    });
}
/** One bound alone may reset the other one, so an update sends the agent's other one along. */
function bothBounds({ name, settings: { minAgents, maxAgents } }, before, problems) {
    if (minAgents === undefined && maxAgents === undefined)
        return {};
    const least = minAgents ?? before?.settings.minAgents;
    const most = maxAgents ?? before?.settings.maxAgents;
    if (least !== undefined && most !== undefined && least > most) {
        problems.push({
            about: `agent ${name}`,
            message: `would have at least ${least} and at most ${most} instances, as the bound that is not given stays as it is`,
            next: 'Give both `min-agents` and `max-agents`.',
        });
    }
    return { minAgents: least, maxAgents: most };
}
/**
 * Whether writing a set changes values under the agent. A changed pull secret does not reach running
 * agents, nor does it have to; and a version that the agent does not bind yet reaches it by being
 * bound.
 */
function changesValuesOf(before, set) {
    if (set.kind !== 'secret' || !(0,_plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_4__/* .isWritten */ .QH)(set))
        return false;
    const bound = before?.secretSets;
    return set.template === undefined || bound === undefined || bound.includes(set.name);
}
/** Why an update asks for a new deployment, although nothing may differ. */
function forcingReason({ forceRedeploy }, before, valuesChange) {
    if (forceRedeploy === 'never')
        return undefined;
    if (valuesChange)
        return 'values-written';
    if (forceRedeploy === 'always')
        return 'forced';
    // What it failed of may have been put right since, outside of what it is asked to be.
    return before !== undefined && (0,_pipecat_rollout_judgement_js__WEBPACK_IMPORTED_MODULE_5__/* .hasFailed */ .WN)(before) ? 'deployment-failed' : undefined;
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
    // Without the values, the set may be the one that the agent binds already. What has no version in it
    // stands for nothing but itself, and is no difference then.
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
    // A change of scaling alone makes none.
    return { follows: 'no', because: changes.length > 0 ? 'scaling-only' : 'nothing-differs' };
}
/** Seconds; the platform's default. */
const defaultSessionLimit = 7200;
/** What an agent will be by its plan: what is given, else what it is already. */
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
/* harmony export */   U9: () => (/* binding */ planImagePullSecret)
/* harmony export */ });
/* harmony import */ var _pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5636);
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(7819);
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
    const { region, secretSet: asked } = settings;
    if (asked === undefined)
        return undefined;
    const { name, template, skippedKeys, keepVersions } = asked;
    const existing = listedSet(name, secretSets, observed);
    const isGiven = asked.pairs.length > 0;
    checkSet({ name, kind: 'secret', isGiven, template }, existing, region, problems);
    const isWrite = isGiven && !(existing !== undefined && isSettled(asked, existing, observed));
    if (isWrite)
        checkWritable(name, existing, known, problems);
    const existingKeys = new Set(observed?.keys);
    const pairs = isWrite ? asked.pairs : [];
    const keys = pairs.map(({ key }) => key);
    const prunedKeys = prunedKeysOf(asked, existingKeys);
    checkPruning(asked, bindings, settings.agent?.name, problems);
    const keptKeys = [...existingKeys].filter((key) => !prunedKeys.includes(key));
    checkRequiredKeys(asked, existing, keptKeys, problems);
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
        ...versionsOfSet(observation, asked, secretSets),
    };
}
/** The set as the list shows it; the response about the one set tells for sure whether it is a reference. */
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
        next: 'Write the values in your cluster and leave the secrets inputs out, or name another set.',
    });
}
function prunedKeysOf({ prune, pairs, skippedKeys }, existing) {
    if (!prune)
        return [];
    const given = new Set([...pairs.map(({ key }) => key), ...skippedKeys]);
    return [...existing].filter((key) => !given.has(key));
}
/** Undefined if nobody looked which agents bind which sets. */
function otherAgentsBinding({ settings, bindings }, name) {
    return bindings && (0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .agentsBinding */ .Iv)(bindings, name).filter((one) => one !== settings.agent?.name);
}
/** What is there of the other versions of a set, and what of it goes. */
function versionsOfSet({ settings, agent, bindings }, { name, template, keepVersions }, secretSets) {
    if (template === undefined)
        return { olderVersions: [], deletedVersions: undefined };
    // Without the wait for the agent, it may still need what is old.
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
/** The agent that is released binds the new version then, and nothing else. */
function withoutReleased(bindings, released) {
    return new Map([...bindings].filter(([name]) => name !== released));
}
/**
 * Whether a version is there as it should be, so that nothing has to be written. One that failed, or
 * whose writing was broken off, is written anew.
 */
function isSettled({ template, pairs }, existing, observed) {
    if (template === undefined || existing.status === 'failed')
        return false;
    const keys = new Set(observed?.keys);
    return existing.referenced || pairs.every(({ key }) => keys.has(key));
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
        // A changed pull secret concerns nobody before the next pull.
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
        message: `cannot be written in ${code}: a self-hosted region holds only referenced sets, which are Kubernetes Secrets of its cluster`,
        next: 'Create the Kubernetes Secret in the cluster, and name it without giving its content.',
    });
}
/** A name for a region of which another one has the name. */
function proposedName(name, template, region) {
    return template === undefined
        ? `${name}-${region}`
        : template.replace(_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionPlaceholder */ .Wg, `${region}-${_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionPlaceholder */ .Wg}`);
}
const inputOf = { secret: 'secret-set', imagePullSecret: 'image-credentials' };
/** What both kinds of set have to fulfil. */
function checkSet({ name, kind, isGiven, template }, existing, region, problems) {
    const about = `${_subject_js__WEBPACK_IMPORTED_MODULE_4__/* .secretSetKinds */ .Q[kind]} ${name}`;
    if (!_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .secretSetName */ ._u.pattern.test((0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameOfAnyVersion */ .TL)(name))) {
        problems.push({
            about,
            message: `is the name in ${region}, of ${(0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameOfAnyVersion */ .TL)(name).length} characters; it has to be ${_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .secretSetName */ ._u.rule}`,
            next: `Correct \`${inputOf[kind]}\`.`,
        });
        return;
    }
    if (existing === undefined) {
        if (!isGiven && !(0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .isVersioned */ .at)(name)) {
            problems.push({
                about,
                message: 'does not exist, and nothing is given to create it with',
                next: kind === 'secret'
                    ? 'Correct `secret-set`, or give secrets, so that the set is created.'
                    : 'Correct `image-credentials`, or give `registry`, `registry-username` and `registry-password`.',
            });
        }
        return;
    }
    if (existing.kind !== kind) {
        problems.push({
            about,
            message: `is taken by a set of the other kind (${_subject_js__WEBPACK_IMPORTED_MODULE_4__/* .secretSetKinds */ .Q[existing.kind]})`,
            next: 'Choose another name; the kind of a set cannot change.',
        });
        return;
    }
    if (existing.region !== region) {
        problems.push({
            about,
            message: `is in region ${existing.region}, but the release goes to ${region}; a set stays in its region for good, and agents can bind only sets of their own region`,
            next: `Name a set of its own for ${region} (such as ${proposedName(name, template, region)}), or release to ${existing.region}.`,
        });
    }
    if (!isGiven && existing.status === 'failed') {
        problems.push({
            about,
            message: `cannot be bound, because its provisioning failed${existing.errorMessage === undefined ? '' : `: ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_5__/* .quote */ .h)(existing.errorMessage)}`}`,
            next: 'Write the set again, by giving its secrets, or contact support if the problem persists.',
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
            message: `cannot be pruned, because it is bound by other agents too: ${binding.join(', ')}`,
            next: 'Give each agent a set of its own, or leave `prune-secrets` out.',
        });
        return;
    }
    const unknown = others((0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .agentsThatMayBind */ .K)(bindings, name));
    if (unknown.length > 0) {
        problems.push({
            about,
            message: `cannot be pruned, because an earlier deployment may serve of which it is not known whether it binds the set: ${unknown.join(', ')}`,
            next: 'Release again when its rollout has ended, or leave `prune-secrets` out.',
        });
    }
}
/** What is required has to be given now, or be there already and stay. */
function checkRequiredKeys({ name, template, pairs, requiredKeys }, existing, keptKeys, problems) {
    // The keys of a reference cannot be read.
    if (existing?.referenced === true)
        return;
    const after = new Set(template === undefined ? keptKeys : []);
    for (const { key } of pairs)
        after.add(key);
    const missing = requiredKeys.filter(({ key }) => !after.has(key));
    if (missing.length === 0)
        return;
    const origins = [...new Set(missing.map(({ origin }) => origin))].join(', ');
    problems.push({
        about: `secret set ${name}`,
        message: `would lack ${missing.map(({ key }) => key).join(', ')} after the release, required by ${origins}`,
        next: `Give ${missing.length === 1 ? 'it' : 'them'} with the release, or correct \`required-secrets\`.`,
    });
}


/***/ }),

/***/ 7375:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   QV: () => (/* binding */ adviceOnNames),
/* harmony export */   VF: () => (/* binding */ notPreviewWords),
/* harmony export */   nz: () => (/* binding */ checkPreview)
/* harmony export */ });
/**
 * Decides whether an agent is the preview that its name says. A name alone does not make it one: with
 * `voice-{pr}`, pull request 2 would have the name of production's `voice-2`.
 */
function checkPreview(agent, preview) {
    const { createdAt } = agent;
    const { openedAt, hasTellingName } = preview;
    if (createdAt !== undefined && openedAt !== undefined) {
        return createdAt < openedAt ? { because: 'older', createdAt, openedAt } : undefined;
    }
    return hasTellingName ? undefined : { because: 'age-unknown' };
}
/** The reason in words, as the predicate of a sentence about the agent. */
function notPreviewWords(reason, { pullRequest }) {
    return reason.because === 'older'
        ? `was created at ${timeOf(reason.createdAt)}, before pull request ${pullRequest} was opened (${timeOf(reason.openedAt)}), so it is not its preview`
        : `may not be the preview of pull request ${pullRequest}: its age is not known, and its name does not contain \`pr-${pullRequest}\``;
}
/** What to do about it. */
const adviceOnNames = 'Give previews a name that nothing else has: the name of the repository and `pr-{pr}`, such as `order-desk-pr-{pr}`.';
/** Seconds are enough, in UTC. */
function timeOf(milliseconds) {
    return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}


/***/ }),

/***/ 7511:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ PreflightError)
/* harmony export */ });
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


/***/ }),

/***/ 7566:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ unrestoredSentences),
/* harmony export */   g: () => (/* binding */ planRollBack)
/* harmony export */ });
/* harmony import */ var _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3211);
/* harmony import */ var _plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3427);


function planRollBack({ name, region, before, settings, runsNewBuild }, secretSets) {
    const place = { agent: name, region };
    if (before === undefined) {
        return { ...place, settings: undefined, changes: [], unrestored: [{ kind: 'agent' }] };
    }
    const restored = (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .restoreSettings */ .S0)(before.settings, settings, runsNewBuild);
    const unrestored = restored.irreversible.map(({ name: setting, because }) => {
        if (setting === 'buildId')
            return { kind: 'build' };
        const called = _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj[setting].name;
        return because === 'unset-before'
            ? { kind: 'unset', setting: called, after: String(settings[setting]) }
            : { kind: 'hidden', setting: called };
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
        const isWhatRuns = name === 'image' || name === 'buildId';
        const from = isWhatRuns ? released : sent[name];
        if (from === after)
            return [];
        return [{ setting: _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj[name].name, before: from?.toString(), after: String(after) }];
    });
}
/** What was written to a set that existed stays there; a version has a set of its own. */
function unrestoredValues(set) {
    if (set.template !== undefined || set.action !== 'update' || !(0,_plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_1__/* .isWritten */ .QH)(set))
        return [];
    return [{ kind: 'values', set: set.name, addsKeys: set.addedKeys.length > 0 }];
}
/** What stays although an agent goes back, as sentences. */
function unrestoredSentences({ agent, unrestored }) {
    return unrestored.map((part) => {
        switch (part.kind) {
            case 'values':
                return `\`${part.set}\` keeps its new values; they are not restored.${part.addsKeys ? ' The keys that are added to it stay.' : ''}`;
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
/** What the kinds of secret set are called. */
const secretSetKinds = {
    secret: 'secret set',
    imagePullSecret: 'image pull secret',
};
/** A set, as errors and logs name it. */
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


/** An error with the thing that it happened to; the cause is what went wrong. */
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
/** What failed in a release: something in one region, or in several of those that go at once. */
class ReleaseError extends Error {
    failures;
    constructor(failures) {
        super(failures.map(({ message }) => message).join('\n'), { cause: failures[0] });
        this.name = 'ReleaseError';
        this.failures = failures;
    }
}
/** What failed, one by one. */
function failuresOf(error) {
    return error instanceof ReleaseError ? error.failures : [error];
}
/** Whether it is only that the run was cancelled. */
function isCancellation(error) {
    return failuresOf(error).every((failure) => failure instanceof _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc);
}
/**
 * Does `work` on every item at once, and lets each come to its end: what fails for one is no reason
 * to leave the others half done.
 *
 * @throws ReleaseError with everything that failed
 */
async function forEach(items, work) {
    const results = await Promise.allSettled(items.map(work));
    const reasons = results.flatMap((result) => result.status === 'rejected' ? failuresOf(result.reason) : []);
    if (reasons.length > 0)
        throw new ReleaseError(reasons.map(asError));
}
/** Goes on after a failure that has to be told, not to be followed at once. */
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
/** Does `work` on a subject; what it throws says so. */
async function withSubject(subject, work) {
    try {
        return await work();
    }
    catch (error) {
        if (error instanceof SubjectError || error instanceof ReleaseError)
            throw error;
        // The run was cancelled, which is nothing that happened to the subject.
        if (error instanceof _time_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc || !(error instanceof Error))
            throw error;
        throw new SubjectError(subject, error);
    }
}
/** Whether something may have been done although it failed, as its answer is lost. */
function isInDoubt(error) {
    const cause = error instanceof SubjectError ? error.cause : error;
    if (cause instanceof _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .InterruptedCallError */ .Zi)
        return true;
    return cause instanceof _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CallError */ .RA && cause.isInDoubt;
}
/** For the debug log. What a person reads is written by the report. */
const messages = {
    'organization-unknown': ({ named }) => named === undefined ? 'the token has no organization' : 'the token has no such organization',
    'provisioning-failed': ({ platformMessage }) => `provisioning failed: ${platformMessage ?? 'no message'}`,
    'secrets-timeout': ({ lastSeen, waited }) => `still ${lastSeen ?? 'unknown'} after ${waited} ms`,
    'secret-set-not-ready': () => 'the deploy was refused, as a set is not ready',
    'not-pruned': ({ failure }) => `pruning failed: ${failure.message}`,
    'secret-set-gone': () => 'the set no longer exists',
    'secret-set-missing': () => 'the new set is not shown',
    'agent-name-taken': () => 'the name is already taken',
    'deployment-unknown': () => 'the platform names no deployment',
    'build-failed': ({ buildId, status, platformMessage }) => `build ${buildId} ended with ${status}: ${platformMessage ?? 'no message'}`,
    'build-timeout': ({ buildId, lastSeen }) => `build ${buildId} is still ${lastSeen ?? 'unknown'}`,
    'build-gone': ({ buildId }) => `build ${buildId} no longer exists`,
    'build-missing': ({ buildId }) => `build ${buildId} is not shown`,
    'rollout-failed': ({ deploymentId, failure }) => `deployment ${deploymentId} failed: ${failure.code ?? failure.reason ?? 'no reason'}`,
    'wait-timeout': ({ deploymentId, lastSeen }) => `deployment ${deploymentId} is not ready: ${lastSeen}`,
    'smoke-test-failed': ({ deploymentId, because: { kind } }) => `the smoke test of deployment ${deploymentId} failed: ${kind}`,
    'smoke-test-key-refused': ({ refusal }) => `the public key was refused: ${refusal.message}`,
    'drain-timeout': ({ left }) => `${left?.count ?? 'unknown'} sessions on older deployments`,
    superseded: ({ deploymentId, supersededBy }) => `deployment ${deploymentId} was superseded by ${supersededBy}`,
    'not-rolled-back': ({ failure }) => `the rollback failed: ${failure.message}`,
    'agent-gone': () => 'the agent no longer exists',
    'agent-missing': () => 'the new agent is not shown',
    'sessions-running': ({ count }) => `${count} sessions still run`,
    'secret-set-in-use': () => 'the set is still in use',
};
/** A failure of a step: its kind, and what is known of it. */
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
/** Whether this is the failure of a step of one of these kinds. */
function isStepFailure(error, ...kinds) {
    return error instanceof StepError && kinds.some((kind) => kind === error.kind);
}
/** Work was abandoned because nothing needs its result anymore. This is not a failure of its own. */
class AbandonedError extends Error {
    /** Whether the platform continues with it. */
    isStillRunning;
    constructor({ isStillRunning: isStillRunning }) {
        super('nothing needs this result anymore');
        this.name = 'AbandonedError';
        this.isStillRunning = isStillRunning;
    }
}


/***/ }),

/***/ 2472:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   FU: () => (/* binding */ newTargetRecord),
/* harmony export */   et: () => (/* binding */ agentsOf),
/* harmony export */   jV: () => (/* binding */ buildsOf),
/* harmony export */   vB: () => (/* binding */ secretSetsOf),
/* harmony export */   wr: () => (/* binding */ existingSet)
/* harmony export */ });
/* unused harmony export stepNames */
/** The steps of a release, in their order. */
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
/** Every set that was written, bound or deleted. */
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
/** The record of a region before anything is done there. */
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
            previousServes: false,
            rollBack: undefined,
            replacesValues: false,
            smokeTest: null,
            sessionsOnOlder: null,
        },
        deletedVersions: [],
    };
}
/** The record of a set that exists and stays as it is. */
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
/* harmony export */   RY: () => (/* binding */ removalsOf),
/* harmony export */   _6: () => (/* binding */ isTornDown),
/* harmony export */   i2: () => (/* binding */ untouchedTeardown)
/* harmony export */ });
/** The record of a teardown before anything is deleted. */
function untouchedTeardown(plan) {
    return { plan, targets: plan.targets.map(untouchedTarget) };
}
function untouchedTarget({ region, agent, secretSets }) {
    return {
        region,
        agent: {
            name: agent.name,
            region,
            sessions: agent.sessions,
            stopped: new Set(),
            ...outcomeBefore(agent.removal),
        },
        secretSets: secretSets.map(({ name, kind, removal }) => ({
            name,
            region,
            kind,
            ...outcomeBefore(removal),
        })),
    };
}
function outcomeBefore(removal) {
    const isChanged = false;
    switch (removal.action) {
        case 'keep':
            return { outcome: 'kept', kept: removal.kept, isChanged };
        case 'none':
            return { outcome: 'absent', kept: undefined, isChanged };
        case 'delete':
            return { outcome: 'skipped', kept: undefined, isChanged };
    }
}
/** Everything that a teardown is about, region by region. */
function removalsOf({ targets }) {
    return targets.flatMap(({ agent, secretSets }) => [agent, ...secretSets]);
}
/** Whether the teardown has changed anything on the platform, or may have. */
function isAnythingTornDown(record) {
    return (record.targets.some(({ agent }) => agent.stopped.size > 0) ||
        removalsOf(record).some(({ isChanged }) => isChanged));
}
/** Whether nothing is left of the preview but what has to stay. */
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

/** The address of Docker Hub under which Docker and Kubernetes keep its login. */
const dockerHubUrl = 'https://index.docker.io/v1/';
/** The name of Docker Hub that people use. */
const dockerHub = 'docker.io';
/** All of its names. */
const dockerHubHosts = [
    dockerHub,
    'index.docker.io',
    'registry-1.docker.io',
    'hub.docker.com',
];
/** Takes apart a reference that has a tag, a digest or both. */
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
/** The name of a registry by any of its addresses: a host, a URL, or one of Docker Hub's names. */
function registryName(address) {
    const host = address
        .replace(/^https?:\/\//i, '')
        .replace(/\/.*$/s, '')
        .toLowerCase();
    return dockerHubHosts.includes(host) ? dockerHub : host;
}
/** Where the API of a registry is: over https, and on this machine over http. */
function registryUrl(registry) {
    if (registry === dockerHub)
        return new URL('https://registry-1.docker.io');
    const secure = new URL(`https://${registry}`);
    return (0,_http_confidential_js__WEBPACK_IMPORTED_MODULE_0__/* .isLoopback */ .U)(secure.hostname) ? new URL(`http://${registry}`) : secure;
}
/** Whether both are the same repository at the same digest, whatever their tags are. */
function isSameContent(one, other) {
    const [first, second] = [parseImageReference(one), parseImageReference(other)];
    return (first.digest !== undefined &&
        first.digest === second.digest &&
        first.registry === second.registry &&
        first.repository === second.repository);
}
/** The reference with the digest that its tag points at now. */
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

/***/ 4190:
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

/** The commit that a folder has checked out; undefined if that cannot be known. */
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
 * Keeps a GitHub deployment for each agent: in progress when its rollout begins, then a success, a
 * failure or an error. A success makes the older deployments of the same agent inactive. Nobody waits for GitHub meanwhile, and nothing fails because of it.
 */
class AgentDeployments {
    #options;
    #pending = [];
    #repository;
    constructor(options) {
        this.#options = options;
    }
    /** Told that a rollout begins; the function that comes back is told how it ended. */
    rolloutStarted(rollout) {
        const where = `${rollout.agent} in ${rollout.region}`;
        const created = this.#track(this.#create(rollout));
        let hasEnded = false;
        const inProgress = this.#track(
        // What has ended by then is not told to go on.
        created.then(() => hasEnded ? undefined : this.#set(created, 'in_progress', `${where} is rolled out`)));
        return (outcome) => {
            hasEnded = true;
            // In this order, whether or not the state before could be set; but in a run that is cancelled,
            // there is no time to wait for that.
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
    /** Resolves when GitHub has been told everything, as far as it could be. */
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
    /** By itself, GitHub would deactivate the deployments of all other agents in the environment. */
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
    /** Work that is awaited at the end, and tells of its failure instead of being one. */
    #track(work) {
        const tracked = work.catch((error) => {
            this.#options.onFailure(error);
            return undefined;
        });
        this.#pending.push(tracked);
        return tracked;
    }
}
/** More deployments than this may have failed in a row; those before were deactivated long ago. */
const mostLookedAt = 20;
/**
 * Makes the deployments of one agent inactive, from the newest to the first that is inactive already.
 * Those that failed keep saying so.
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

/** Every comment with a plan begins with this. */
const prefix = '<!-- pipecat-cloud-release: plan ';
/** The second line of a comment: where its plan comes from, and from which run. */
const originLine = /^<!-- pipecat-cloud-release: from ([0-9a-f]{16}) in run (\d+)( closed)? -->$/;
/**
 * Keeps one comment for what a plan is of, and closes the comments of plans that the same step made
 * before and makes no longer. All steps of one run are left alone: those of a matrix have one name.
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
    // If the same plan was made before, another one that was made with it then may still come.
    const since = existing === undefined || existing.isClosed ? runNumber(runId) : existing.run;
    const outdated = sameOrigin.filter((comment) => comment !== existing && !comment.isClosed && comment.run < since);
    let closed = 0;
    for (const comment of outdated) {
        // Another job of this run may have updated it in the meantime.
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
/** Says that a plan is out of date, with the plan folded away. */
function closingText({ text }, runUrl) {
    const closed = `**This plan is closed.** [The latest run](${runUrl}) no longer makes it.`;
    return `${closed}\n\n<details><summary>The last plan</summary>\n\n${text}\n</details>\n`;
}
function runNumber(id) {
    return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
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
        /** Only an issue that is a pull request has it. */
        pull_request: dist/* optional */.lqM(dist/* unknown */.L5J()),
    })),
});
function read(event) {
    const result = dist/* safeParse */.xLC(eventPayload, event.payload);
    return result.success ? result.output : {};
}
/**
 * Whether the workflow runs with the repository's secrets for code of a fork. A head repository
 * that is gone counts as one.
 */
function isForkWithSecrets(event) {
    if (!mayBringForks(event.eventName))
        return false;
    const { repository, pull_request, workflow_run } = read(event);
    const head = event.eventName === 'workflow_run' ? workflow_run?.head_repository : pull_request?.head?.repo;
    return head?.full_name === undefined || head.full_name !== repository?.full_name;
}
/**
 * Whether GitHub gives the run no secrets, so that an empty credential is no mistake: it runs for a
 * pull request from a fork, in a fork itself, or for Dependabot.
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
/** Whether a workflow of this event has the repository's secrets, whoever has written the code. */
function mayBringForks(eventName) {
    return ['pull_request_target', 'workflow_run'].includes(eventName);
}
/** The pull request that the workflow runs for, also if a comment on it started the workflow. */
function pullRequestNumber(event) {
    return pullRequestOf(event)?.number;
}
/** Events whose `GITHUB_SHA` is not the commit that people know: a merge commit, or the default branch's. */
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
/** The commit that people know the run by: never the merge commit that GitHub makes for a pull request. */
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
/** Whether only people with access to the repository read its logs; when in doubt, no. */
function isClosedRepository(event) {
    const { repository } = read(event);
    return repository?.visibility === undefined
        ? repository?.private === true
        : ['private', 'internal'].includes(repository.visibility);
}
/** The pull request that the event is about, or that it comments on. */
function pullRequestOf(event) {
    if (event.eventName !== 'issue_comment')
        return identified(read(event).pull_request);
    const about = commentedOn(event);
    return about === 'issue' ? undefined : about;
}
/** What a comment is about: a pull request, or an issue. Undefined if the event does not say. */
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






/** Loads what talks to GitHub, and connects: on use only. */
async function connect({ token, apiUrl, owner, repository }, options) {
    const { connectRepository } = await __nccwpck_require__.e(/* import() */ 909).then(__nccwpck_require__.bind(__nccwpck_require__, 5909));
    const userAgent = `pipecat-cloud-release/${version}`;
    return connectRepository({ token, apiUrl, owner, repository, userAgent, ...options });
}
/** The GitHub deployments of a release; undefined where none are asked for. */
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
            // The same for every region is one thing to look at.
            const warning = failureMessage('GitHub deployments are not complete', error);
            if (!reported.has(warning))
                journal.warning(warning);
            reported.add(warning);
        },
    });
}
/** What follows for an environment from its name and the pull request that it is for. */
function environmentKind(name, pullRequest) {
    if (/^prod(?:uction)?(?![a-z])/i.test(name))
        return { isProduction: true };
    if (pullRequest === undefined)
        return {};
    // What is deployed for a pull request goes when that is closed.
    return { isProduction: false, isTransient: true };
}
/** Shows a plan, also one that failed, where people look at a pull request. */
async function commentOnPlan(journal, settings, options, { event, commit, isOfInvalidInputs, write }) {
    const { kind } = journal.record;
    if (settings?.comments !== true || kind === 'release')
        return;
    if (kind === 'teardown' || kind === 'teardown-plan')
        return;
    if (kind === 'offline-check') {
        journal.log.info('There is no plan, so the comment on the pull request is not changed.');
        return;
    }
    const pullRequest = pullRequestNumber(await event());
    if (pullRequest === undefined) {
        journal.log.info('The run is not for a pull request, so there is none to comment on.');
        return;
    }
    let repository;
    try {
        // The runner masks what it logs, but no comment: its text is made without what is secret.
        const text = write(await commit(), settings.runUrl);
        repository = await connect(settings, options);
        const comment = { pullRequest, text, isOfInvalidInputs };
        const { outcome, closed } = await keepPlanComment(repository, settings, comment);
        journal.log.info(`The plan's comment on the pull request is ${outcome}.`);
        if (closed > 0) {
            const what = closed === 1 ? 'the comment of a plan' : `the comments of ${closed} plans`;
            journal.log.info(`Closed ${what} that this step no longer makes.`);
        }
    }
    catch (error) {
        journal.warning(failureMessage('The plan is not in a comment', error));
    }
    finally {
        repository?.close();
    }
}
/** What was not told to GitHub, and why, and what the token lacks. */
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





/** Keeps one comment on the pull request of a preview: what is serving, or what failed; closed at its end. */
async function commentOnPreview(journal, settings, options, { pullRequest, commit, write }) {
    const { kind } = journal.record;
    if (settings?.comments !== true || (kind !== 'release' && kind !== 'teardown'))
        return;
    const isEnd = kind === 'teardown';
    const key = (0,external_node_crypto_.createHash)('sha256').update(settings.commentKey).digest('hex').slice(0, 16);
    const marker = `<!-- pipecat-cloud-release: preview ${key} -->`;
    await withRepository(settings, options, {
        onFailure: (error) => {
            journal.warning(failureMessage('The comment about the preview is not up to date', error));
        },
        work: async (repository) => {
            const [existing] = await repository.ownComments(pullRequest, marker);
            // What nobody was told of needs no end.
            if (isEnd && existing === undefined)
                return;
            const text = write(await commit(), settings.runUrl);
            const closing = isEnd && (0,teardown_record/* isTornDown */._6)(journal.record.teardown) ? '**This preview is closed.**\n\n' : '';
            const outcome = await repository.putComment(pullRequest, existing, `${marker}\n${closing}${text}`);
            journal.log.info(closing !== ''
                ? 'Closed the comment about the preview.'
                : `The comment about the preview on the pull request is ${outcome}.`);
        },
    });
}
/** Marks the GitHub deployments of agents that do not exist anymore as inactive. */
async function deactivatePreviews(journal, settings, options, agents) {
    const { environment } = settings ?? {};
    if (settings === undefined || environment === undefined || agents.length === 0)
        return;
    await withRepository(settings, options, {
        onFailure: (error) => {
            journal.warning(failureMessage('GitHub deployments are not set to inactive', error));
        },
        work: async (repository) => {
            for (const { name, region } of agents) {
                await deactivateDeployments(repository, {
                    environment: (0,name_template/* nameInRegion */.J4)(environment, region),
                    agent: name,
                    region,
                    logUrl: settings.runUrl,
                    description: `The preview ${name} in ${region} was torn down`,
                });
            }
        },
    });
}
/** Nothing fails because GitHub cannot be told. */
async function withRepository(settings, options, { work, onFailure, }) {
    let repository;
    try {
        repository = await connect(settings, options);
        await work(repository);
    }
    catch (error) {
        onFailure(error);
    }
    finally {
        repository?.close();
    }
}

;// CONCATENATED MODULE: ./lib/github/pull-request.js


/** Reads a pull request of the repository. What cannot be read is an outcome, not an error. */
async function lookUpPullRequest(access, number, options) {
    if (access === undefined)
        return { outcome: 'no-token' };
    const repository = await connect(access, options);
    try {
        return { outcome: 'found', pullRequest: await repository.pullRequest(number) };
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
    finally {
        repository.close();
    }
}

// EXTERNAL MODULE: ./lib/plan/preview.js
var plan_preview = __nccwpck_require__(7375);
// EXTERNAL MODULE: ./lib/inputs/problems.js
var inputs_problems = __nccwpck_require__(1733);
;// CONCATENATED MODULE: ./lib/inputs/resolve-preview.js


/**
 * Learns what the event does not say about the pull request: whose code it is, and when it was opened.
 *
 * @returns the preview, and a remark if something could not be read that is not needed
 * @throws UntrustedEventError if the code may be a stranger's
 * @throws InputsError if nothing would tell a preview from another agent of its name
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
    if (!preview.hasTellingName) {
        throw new inputs_problems/* InputsError */.aV([
            {
                input: 'agent-name',
                message: `has to contain \`pr-{pr}\`, because it is not known when pull request ${number} was opened (${why}), so nothing else tells a preview from another agent of that name. ${plan_preview/* adviceOnNames */.QV}`,
            },
        ]);
    }
    return {
        preview,
        ...(lookup.outcome === 'failed'
            ? {
                remark: `When pull request ${number} was opened could not be read, because ${lookup.why}. Its name alone tells that the agent is a preview.`,
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

;// CONCATENATED MODULE: ./lib/pipecat/credential.js
const prefixes = [
    ['sk_', 'private-api-key'],
    ['pk_', 'public-api-key'],
    ['pcc_pat_', 'personal-access-token'],
];
/** The kind of a credential; undefined where it has no prefix that the platform gives out. */
function kindOfCredential(credential) {
    return prefixes.find(([prefix]) => credential.reveal().startsWith(prefix))?.[1];
}

// EXTERNAL MODULE: ./lib/secrecy/secret-value.js
var secret_value = __nccwpck_require__(7734);
// EXTERNAL MODULE: ./lib/text/bytes.js
var text_bytes = __nccwpck_require__(8544);
;// CONCATENATED MODULE: ./lib/inputs/smoke-test.js




/** What only a smoke test uses. */
const detailInputs = [
    'public-api-key',
    'smoke-test-transport',
    'smoke-test-body',
    'smoke-test-path',
    'smoke-test-duration',
    'smoke-test-timeout',
];
const smokeTestInputs = ['smoke-test', ...detailInputs];
/** Bytes of a body that the platform accepts when a session starts. */
const longestBody = 1_000_000;
/** Endpoints of the platform in front of every bot. */
const reservedNames = ['bot', 'ws', 'readyz', 'livez'];
/** A public key that is missing in a run that gets the secrets of its repository. */
const missingPublicKey = {
    input: 'public-api-key',
    message: `is empty, but \`smoke-test\` needs it. Where the workflow does pass one, ${inputs_problems/* emptyReasons */.Zn}`,
};
/** The public key, for masking; whatever becomes of it. */
function givenPublicKey(raw) {
    const text = raw.text('public-api-key');
    return text === undefined ? [] : [new secret_value/* SecretValue */.i(text)];
}
/** Whether a smoke test is asked for, and its key is missing. */
function lacksPublicKey(raw, smokeTest) {
    return smokeTest !== undefined && raw.text('public-api-key') === undefined;
}
/** Reads how the release is tested with a session; undefined for not at all. */
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
        findings.problem('smoke-test-duration', `has to be shorter than \`smoke-test-timeout\`; found ${duration / 1000} s and ${timeout / 1000} s`);
    }
    if (!waits) {
        findings.problem('smoke-test', 'needs `wait-for-ready: true`: only a deployment that is ready can be tested');
    }
    // A dry run starts no session, and forks get no secrets.
    if (raw.text('public-api-key') === undefined && !isDryRun) {
        findings.problem('public-api-key', missingPublicKey.message);
    }
    return { publicKey, transport, body, path, duration, timeout };
}
function readPublicKey({ raw, findings }) {
    const text = raw.text('public-api-key');
    if (text === undefined)
        return undefined;
    const value = new secret_value/* SecretValue */.i(text);
    if (!/^[\x21-\x7e]+$/.test(text)) {
        findings.problem('public-api-key', 'has to be one line of printable characters; it holds blanks, line breaks or others');
        return undefined;
    }
    const kind = kindOfCredential(value);
    if (kind === 'private-api-key' || kind === 'personal-access-token') {
        const what = kind === 'private-api-key' ? 'a private API key' : 'a personal access token';
        findings.problem('public-api-key', `holds ${what}, but a session is started with a public API key (\`pk_…\`); create one in the dashboard under Settings → API Keys → Public`);
        return undefined;
    }
    if (kind === undefined) {
        findings.warnings.push('The input `public-api-key` does not begin with `pk_`, as a public API key usually does. The action uses it anyway.');
    }
    return value;
}
function readTransport({ raw, fields, findings }) {
    if (raw.text('smoke-test-transport')?.toLowerCase() === 'websocket') {
        findings.problem('smoke-test-transport', 'cannot be `websocket`: such a bot starts only when a client connects, and a smoke test has none. Use `daily` or `webrtc`, or omit it');
        return undefined;
    }
    return fields.choice('smoke-test-transport', ['daily', 'webrtc']);
}
/** Nothing of a body is quoted: it may hold what nobody else may see. */
function readBody({ raw, findings }) {
    const text = raw.text('smoke-test-body');
    if (text === undefined)
        return undefined;
    const size = Buffer.byteLength(text);
    if (size > longestBody) {
        findings.problem('smoke-test-body', `has ${(0,text_bytes/* bytesOf */.$)(size)}, but the platform accepts at most ${(0,text_bytes/* bytesOf */.$)(longestBody)}`);
        return undefined;
    }
    const body = parseObject(text);
    if (body === undefined) {
        findings.problem('smoke-test-body', 'has to be a JSON object such as `{"language": "en"}`; what it holds is not shown');
    }
    return body;
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
    const rule = brokenPathRule(path);
    if (rule === undefined)
        return path;
    findings.problem('smoke-test-path', `${rule}; ${(0,inputs_problems/* found */.F9)(text)}`);
    return undefined;
}
function brokenPathRule(path) {
    const example = 'has to be a path such as `healthz`, on one line and without query or fragment';
    // Percent signs could hide a segment from these checks.
    if (path.length > 200 || !/^[\w.~!$&'()*+,;:@/-]+$/.test(path))
        return example;
    const segments = path.replace(/\/$/, '').split('/');
    if (segments.some((segment) => segment === '..' || segment === '.')) {
        return 'has to stay within the session, so `.` and `..` are not allowed in it';
    }
    if (segments.includes(''))
        return example;
    const [first = ''] = segments;
    if (reservedNames.includes(first.toLowerCase())) {
        return `begins with \`${first}\`, which the platform reserves, and so are ${reservedNames
            .filter((name) => name !== first.toLowerCase())
            .map((name) => `\`${name}\``)
            .join(', ')}; name an endpoint of the bot itself`;
    }
    return undefined;
}

// EXTERNAL MODULE: ./lib/text/printable.js
var printable = __nccwpck_require__(7944);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __nccwpck_require__(7819);
;// CONCATENATED MODULE: ./lib/secrecy/forms.js
/**
 * Finds many strings in a text. Values of many lines have tens of thousands of them, and a text has
 * few, so each place of the text is looked up among the strings instead of each string in the text.
 */
class WholeForms {
    #forms;
    #shortest;
    /** The lengths of the forms, by their beginning. */
    #lengths = new Map();
    /** @param shortest the length that each form has at least */
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
 * Finds the strings that a cut text begins or ends in the middle of: a log is read from its last
 * lines only, and a long value may be wrapped over many.
 *
 * @param shortest how many characters are enough to recognize a part of a form
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
/** How many characters of the text's beginning belong to a form that began before the text. */
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
/** How many characters of the text's end belong to a form that goes on after the text. */
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
/** Shorter strings are not masked: a mask of `1` garbles every log without hiding anything. */
const shortestMask = 4;
/**
 * The strings to mask for a value: each of its lines, trimmed, never the block. The runner matches
 * within lines, and a line that is printed with its indentation contains the trimmed one.
 */
function masksFor(value) {
    return value
        .reveal()
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line.length >= shortestMask);
}

;// CONCATENATED MODULE: ./lib/secrecy/redactor.js




/** Shorter strings are not looked for over blanks: `in deed` is not the secret `deed`, nor `ninde`. */
const shortestSpread = 8;
/** Characters of a text from outside that are kept: far more than anybody reads. */
const maxTextLength = 65_536;
/** Characters beyond a cut that are searched too, so that no value is cut unnoticed. */
const margin = 4096;
/**
 * Makes a function that replaces every known secret in a text from outside. The runner masks its log
 * by itself; error objects, outputs and files are for this action to keep clean.
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
        // Characters that nobody sees must not hide a value from the search, so they go first.
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
        // What is left of a value at the cut is in the margin.
        return keep === 'beginning'
            ? `${withStars(shown, ranges, { start: 0, end: shown.length - margin })}…`
            : `…${withStars(shown, ranges, { start: margin, end: shown.length })}`;
    };
}
function cut(text, keep, most) {
    return keep === 'beginning' ? text.slice(0, most) : text.slice(-most);
}
/**
 * A value as it may stand in a text: as it is, as JSON has it (once or twice, with all that is not
 * ASCII escaped or without), as languages print it that escape backslashes only, and as it is quoted.
 */
function formsOf(mask) {
    // All of them are the same for most, and there may be tens of thousands.
    if (/^[\w+/=.:,-]*$/.test(mask))
        return [mask];
    const json = JSON.stringify(mask).slice(1, -1);
    const forms = [
        mask,
        json,
        inAscii(json),
        JSON.stringify(json).slice(1, -1),
        mask.replaceAll('\\', '\\\\'),
        // As Python prints it between quotes, and Go as JSON.
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
/** A text without blanks and line breaks, by which a value may be wrapped, and where its characters were. */
function densely(text) {
    const dense = withoutBlanks(text);
    let places;
    const placeOf = (place) => {
        // Most texts hold no secret, so this is rarely needed.
        places ??= [...text.matchAll(/\S/g)].map(({ index }) => index);
        return places[place] ?? 0;
    };
    return { dense, placeOf };
}
/**
 * A part of a text with stars in place of ranges, which may overlap: nothing is left of either.
 *
 * @param part what of the text is wanted; a range at its edge becomes stars as a whole
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
/** Everything that could be a credential, for masking; whatever becomes of it. */
function givenCredentials(raw, environment) {
    return [raw.text('api-key'), raw.text('pat'), environment['PIPECAT_TOKEN']?.trim()]
        .filter((text) => text !== undefined)
        .filter((text) => text !== '')
        .map((text) => new secret_value/* SecretValue */.i(text));
}
/** Reads where the release goes and as whom. Undefined where that cannot be told, or a dry run has no credential. */
function readAccess(reader) {
    const { findings } = reader;
    const credential = readCredential(reader);
    const apiUrl = readApiUrl(reader);
    const organization = given(reader, 'organization', 'PIPECAT_ORG');
    if (organization !== undefined &&
        credential?.kind !== 'private-api-key' &&
        (!isOrganizationName(organization.text) || (0,inputs_problems/* looksLikeCredential */.Pv)(organization.text))) {
        findings.problem('organization', `has to be the name, the id or the display name of an organization, on one line; ${organization.origin.words} holds something else, ${(0,inputs_problems/* found */.F9)(organization.text)}`);
    }
    if (organization !== undefined && credential?.kind === 'private-api-key') {
        findings.warnings.push(`An API key belongs to one organization, so the key decides; what ${organization.origin.words} names is not used.`);
    }
    if (credential === undefined || apiUrl === undefined)
        return undefined;
    return {
        apiUrl,
        credential,
        organization: organization && {
            name: organization.text,
            origin: organization.origin.words,
        },
    };
}
/** The platform's list decides which names there are, so this only keeps out what cannot be one. */
function isOrganizationName(text) {
    return text.length <= 200 && !/[\p{Cc}=%<>\\{}|^`"$~@#?;*]/u.test(text);
}
function readCredential(reader) {
    const { isDryRun, findings } = reader;
    const apiKey = given(reader, 'api-key');
    const inputToken = given(reader, 'pat');
    if (apiKey !== undefined && inputToken !== undefined) {
        findings.problem('api-key', 'and `pat` are both given; a release acts with one of them');
        return undefined;
    }
    const token = given(reader, 'pat', 'PIPECAT_TOKEN');
    const credential = apiKey ?? token;
    if (credential === undefined) {
        // Forks and Dependabot get no secrets, and their plan is checked as far as it goes without.
        if (isDryRun)
            return undefined;
        findings.problem('api-key', `is not given, and neither is \`pat\`; one of them is needed. Where the workflow does pass one, ${inputs_problems/* emptyReasons */.Zn}`);
        return undefined;
    }
    if (apiKey !== undefined && token !== undefined) {
        findings.remarks.push('`PIPECAT_TOKEN` in the environment is not used: an input beats it.');
    }
    const { input, words } = credential.origin;
    const value = new secret_value/* SecretValue */.i(credential.text);
    if (!/^[\x21-\x7e]+$/.test(credential.text)) {
        findings.problem(input, `has to be one line of printable characters; ${words} holds blanks, line breaks or others`);
        return undefined;
    }
    const expected = input === 'api-key' ? 'private-api-key' : 'personal-access-token';
    const kind = kindOfCredential(value);
    if (kind !== undefined && kind !== expected) {
        findings.problem(input, `${misplaced[kind]}; ${words} holds it`);
        return undefined;
    }
    if (kind === undefined) {
        findings.warnings.push(`${capitalized(words)} does not begin with \`${usualPrefix[expected]}\`, as ${expected === 'private-api-key' ? 'a private API key' : 'a personal access token'} usually does. The action uses it anyway.`);
    }
    return { kind: expected, value, origin: words };
}
const usualPrefix = { 'private-api-key': 'sk_', 'personal-access-token': 'pcc_pat_' };
const misplaced = {
    'public-api-key': 'has to be a private credential; a public API key (`pk_…`) can only start sessions, and the platform refuses it for secrets and deploys (create a private one in the dashboard under Settings → API Keys → Private)',
    'private-api-key': 'is for a personal access token; a private API key (`sk_…`) goes into `api-key`',
    'personal-access-token': 'is for a private API key; a personal access token (`pcc_pat_…`) goes into `pat`',
};
function capitalized(words) {
    return words.charAt(0).toUpperCase() + words.slice(1);
}
function readApiUrl(reader) {
    const address = given(reader, 'api-url', 'PIPECAT_API_HOST');
    if (address === undefined)
        return defaultApiUrl;
    const url = parseUrl(address.text);
    const rule = url === undefined ? `has to be a URL such as ${defaultApiUrl}` : brokenRule(url);
    if (url !== undefined && rule === undefined) {
        return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
    }
    // Of a URL that may hold a credential, only the part in front of it is shown.
    const shown = url === undefined ? 'something else' : `${url.protocol}//${url.host}`;
    reader.findings.problem('api-url', `${rule ?? ''}; ${address.origin.words} holds ${shown}`);
    return undefined;
}
function parseUrl(text) {
    try {
        return new URL(text);
    }
    catch {
        return undefined;
    }
}
function brokenRule(url) {
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
        return 'has to be a URL without credentials, query and fragment';
    }
    if (!(0,confidential/* isConfidential */.F)(url)) {
        return 'has to begin with https:// (http:// is for loopback addresses only)';
    }
    return undefined;
}

// EXTERNAL MODULE: ./lib/pipecat/names.js
var names = __nccwpck_require__(5636);
// EXTERNAL MODULE: ./lib/inputs/agent-settings.js + 1 modules
var agent_settings = __nccwpck_require__(5843);
// EXTERNAL MODULE: ./lib/inputs/declared.js
var declared = __nccwpck_require__(6307);
;// CONCATENATED MODULE: ./lib/inputs/build.js



/** What an agent runs: one of them at most. */
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
/** What they are unless they, or a settings file, say something else. */
const defaults = {
    'build-context': '.',
    dockerfile: 'Dockerfile',
    'build-exclude': undefined,
    'build-timeout': declared/* declaredInputs */.WB['build-timeout'],
};
/** Whether an input says what the agent runs; `cloud-build: false` says nothing. */
function isImageSource(raw, input) {
    return input === 'cloud-build'
        ? raw.verbatim(input).trim().toLowerCase() === 'true'
        : raw.isInput(input);
}
/** Reads how an image is to be built of the checkout. Undefined where none is. */
function readBuild(reader) {
    const { raw, fields, findings } = reader;
    const isBuilt = fields.boolean('cloud-build') ?? false;
    const [first, ...others] = imageSources.filter((input) => isImageSource(raw, input));
    if (first !== undefined && others.length > 0) {
        const list = others.map((input) => `\`${input}\``).join(' and ');
        findings.problem(first, `and ${list} are ${others.length > 1 ? 'all' : 'both'} given; an agent runs one of them`);
    }
    const timeout = fields.timeout('build-timeout');
    if (!isBuilt) {
        reportUnused(reader);
        return undefined;
    }
    const context = readContext(reader);
    return { context, timeout };
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
        findings.problem('build-exclude', `lists what to exclude, so a pattern cannot begin with \`!\`; ${(0,inputs_problems/* found */.F9)(pattern)}. To include files, use \`.dockerignore\``);
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
    findings.problem(input, `has to be one path; ${(0,inputs_problems/* found */.F9)(path)}`);
    return undefined;
}
/** A workflow may say how to build and leave it to a condition whether, so this is no mistake. */
function reportUnused({ raw, findings }) {
    const unused = buildInputs.filter((input) => raw.isInput(input) && raw.text(input) !== defaults[input]);
    if (unused.length === 0)
        return;
    const list = unused.map((input) => `\`${input}\``).join(', ');
    findings.notices.push(`${list} ${unused.length === 1 ? 'has' : 'have'} no effect without \`cloud-build: true\`.`);
}

;// CONCATENATED MODULE: ./lib/inputs/drain.js
const drainInputs = ['wait-for-drain', 'drain-timeout'];
/** Reads for how many milliseconds to wait for old sessions; undefined for no wait. */
function readDrainTimeout({ raw, fields, findings }, { waits }) {
    const drains = fields.boolean('wait-for-drain') ?? false;
    const timeout = fields.timeout('drain-timeout');
    if (!raw.isInput('wait-for-drain'))
        fields.noEffectWithout('wait-for-drain', ['drain-timeout']);
    if (!drains)
        return undefined;
    if (!waits) {
        findings.problem('wait-for-drain', 'needs `wait-for-ready: true`: sessions leave an older deployment only once the new one is ready');
    }
    return timeout;
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
    ...drainInputs,
];
const forceRedeploy = {
    auto: 'auto',
    true: 'always',
    false: 'never',
};
/** Reads what to do with the agent. Undefined if none is named. */
function readAgent(reader, preview) {
    const { raw, fields, regions, settingsFile, findings } = reader;
    const name = regions.name('agent-name', names/* agentName */.Lp, [name_template/* regionPlaceholder */.q5]);
    const { minAgents, maxAgents, ...settings } = (0,agent_settings/* readAgentSettings */.Hu)(reader);
    checkScaling(reader, minAgents, maxAgents);
    if (settingsFile?.resources !== undefined && raw.isInput('agent-profile')) {
        findings.remarks.push(`\`agent-profile\` replaces \`[resources]\` of \`${settingsFile.path}\`.`);
    }
    const force = fields.choice('force-redeploy', ['auto', 'true', 'false']);
    const waitForReady = fields.boolean('wait-for-ready');
    const waitTimeout = fields.timeout('wait-timeout');
    const smokeTest = readSmokeTest(reader, { waits: waitForReady !== false });
    const drainTimeout = readDrainTimeout(reader, { waits: waitForReady !== false });
    const onFailure = fields.choice('on-failure', ['keep', 'rollback']);
    if (onFailure === 'rollback' && waitForReady === false) {
        findings.problem('on-failure', 'is `rollback`, but `wait-for-ready: false` leaves out the wait that shows a failure. Omit one of the two');
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
        findings.problem('min-agents', `has to be at most \`max-agents\`; found ${least} and ${most}${where}`);
        return;
    }
}

;// CONCATENATED MODULE: ./lib/inputs/github.js



/** The token, for masking; whatever becomes of it. */
function givenGitHubToken(raw) {
    const token = raw.text('github-token');
    return token === undefined ? [] : [new secret_value/* SecretValue */.i(token)];
}
/** Reads how the repository is reached. Undefined without a token. */
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
/** Reads what GitHub is to be told. Undefined where that is nothing. */
function readGitHub(reader, { waitsForAgent: waitsForAgent, isOffline, }) {
    const { raw, fields, environment, findings } = reader;
    const comments = fields.boolean('comment') ?? false;
    const name = readEnvironmentName(reader, waitsForAgent);
    const access = readGitHubAccess(reader);
    if (access === undefined) {
        // Forks and Dependabot get no token that is a secret either, and need none for what they check.
        if (isOffline)
            return undefined;
        const needed = 'the expression `github.token` in a job with the permission';
        if (name !== undefined)
            findings.problem('environment', `needs \`github-token\`: ${needed} \`deployments: write\``);
        if (comments)
            findings.problem('comment', `needs \`github-token\`: ${needed} \`pull-requests: write\``);
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
 * What the plan is of, region by region: the agent, or the secret sets if there is none. From the texts
 * of the inputs, so that it is the same if another input has a mistake.
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
function readEnvironmentName({ raw, fields, regions: { regions }, findings }, waitsForAgent) {
    const name = raw.text('environment');
    if (name === undefined)
        return undefined;
    if (!raw.isGiven('agent-name')) {
        fields.noEffectWithout('agent-name', ['environment']);
        return undefined;
    }
    const unknown = (name.match(/\{[^{}]*\}/g) ?? []).filter((held) => held !== name_template/* regionPlaceholder */.q5);
    if (name.length > 255 || /[\n\r]/.test(name) || unknown.length > 0) {
        findings.problem('environment', `has to be the name of an environment, up to 255 characters on one line, with \`${name_template/* regionPlaceholder */.q5}\` as the only placeholder; ${(0,inputs_problems/* found */.F9)(name)}`);
        return undefined;
    }
    if (!waitsForAgent) {
        findings.warnings.push('No GitHub deployment is made, because `wait-for-ready: false` leaves out the wait that would end it.');
        return undefined;
    }
    if (regions.length > 1 && !name.includes(name_template/* regionPlaceholder */.q5)) {
        findings.warnings.push(`\`environment\` has no \`${name_template/* regionPlaceholder */.q5}\`, so the agents of all regions share one (${(0,inputs_problems/* found */.F9)(name)}), and GitHub shows only the deployment that ended last as active.`);
    }
    return name;
}

;// CONCATENATED MODULE: ./lib/inputs/image-lookup.js

const checks = { auto: 'auto', true: 'always', false: 'never' };
/** Reads how the image is looked up before the release. Undefined if there is no need to. */
function readImageLookup({ raw, fields, findings, isDryRun }, agent) {
    const check = checks[fields.choice('check-image', ['auto', 'true', 'false']) ?? 'auto'];
    const pins = fields.boolean('pin-image') ?? false;
    const builds = ['cloud-build', 'build-id'].filter((input) => isImageSource(raw, input));
    if (pins && builds.length > 0) {
        findings.problem('pin-image', `pins the tag of \`image\`, and a cloud build has none; remove \`pin-image\` or \`${builds.join('` and `')}\``);
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
    #settingsFile;
    /** Inputs of which it is not known whether an unreadable settings file says something. */
    #unknown;
    #renamed;
    /** What `{pr}` stands for; it stays as it is until that is known. */
    #pullRequest = name_template/* pullRequestPlaceholder */.KA;
    /** @param settingsFile what a settings file says in place of inputs that are not given */
    constructor(environment, settingsFile = new Map(), unknown = new Set(), renamed = declared/* renamedInputs */.UN) {
        this.#environment = environment;
        this.#settingsFile = settingsFile;
        this.#unknown = unknown;
        this.#renamed = renamed;
    }
    /** The same with what a settings file says. */
    withSettingsFile(settingsFile) {
        return new RawInputs(this.#environment, settingsFile, new Set(), this.#renamed);
    }
    /** The same where the settings file has mistakes: what it may say counts as given. */
    withUnreadableSettingsFile(unknown) {
        return new RawInputs(this.#environment, new Map(), new Set(unknown), this.#renamed);
    }
    /** The same with the number of the pull request in place of `{pr}`. */
    withPullRequest(number) {
        const raw = new RawInputs(this.#environment, this.#settingsFile, this.#unknown, this.#renamed);
        raw.#pullRequest = String(number);
        return raw;
    }
    /** An input to the letter, blanks included; empty where it is not given. */
    verbatim(name) {
        const given = (input) => this.#environment[raw_inputs_prefix + input.toUpperCase()] ?? '';
        if (given(name) !== '')
            return this.#numbered(name, given(name));
        const [oldName] = Object.entries(this.#renamed).find(([, renamed]) => renamed === name) ?? [];
        return oldName === undefined ? '' : this.#numbered(name, given(oldName));
    }
    /** An input without the blanks around it, else what the settings file says, else its declared default. */
    text(name) {
        const given = this.verbatim(name).trim();
        if (given !== '')
            return given;
        const fromFile = this.#settingsFile.get(name);
        return fromFile === undefined ? declared/* declaredInputs */.WB[name] : this.#numbered(name, fromFile);
    }
    #numbered(name, text) {
        return pullRequestInputs.some((input) => input === name)
            ? text.replaceAll(name_template/* pullRequestPlaceholder */.KA, this.#pullRequest)
            : text;
    }
    /** Whether the workflow gives it. */
    isInput(name) {
        return this.verbatim(name).trim() !== '';
    }
    /** Whether the workflow or the settings file gives it, or may. */
    isGiven(name) {
        return this.isInput(name) || this.#settingsFile.has(name) || this.#unknown.has(name);
    }
    /** The items of a comma- or newline-separated input. */
    items(name) {
        return splitItems(this.text(name) ?? '');
    }
    /** Says which variables look like inputs and are not declared. */
    checkNames(findings) {
        for (const variable of Object.keys(this.#environment)) {
            if (!variable.startsWith(raw_inputs_prefix))
                continue;
            const name = variable.slice(raw_inputs_prefix.length).toLowerCase();
            if (name === '' || Object.hasOwn(declared/* declaredInputs */.WB, name))
                continue;
            const renamed = Object.hasOwn(this.#renamed, name) ? this.#renamed[name] : undefined;
            if (renamed !== undefined) {
                // The runner passes a declared input as an empty string if the workflow omits it.
                if (this.#environment[variable] !== '')
                    findings.warnings.push(`The input \`${name}\` was renamed to \`${renamed}\`. The old name stops working in the next major version.`);
                continue;
            }
            const meant = nearestInput(name);
            if (meant === undefined) {
                findings.warnings.push(`There is no input \`${name}\`; it has no effect.`);
            }
            else {
                findings.problems.push({
                    input: name,
                    message: `this input does not exist; did you mean \`${meant}\`?`,
                });
            }
        }
    }
}
/** The items of a comma- or newline-separated list; a comma within braces does not separate. */
function splitItems(list) {
    const items = [];
    let end = list.length;
    // From the end, so that each character is looked at once: whether a comma stands within braces is
    // what the next brace of its line says.
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




/** Inputs that hold secrets by their meaning: nothing is said of what stands in them. */
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
 * Parts of secrets that stand in an input where they do not belong: lists are taken apart at commas,
 * lines `region: name` at colons, and of an address the host is told, so that what is said of them
 * quotes parts, in which the whole is not to be found.
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

// EXTERNAL MODULE: ./lib/text/list.js
var text_list = __nccwpck_require__(8735);
;// CONCATENATED MODULE: ./lib/inputs/pull-request.js





/** A name that somebody else is unlikely to give an agent by chance. */
const tellingName = `pr-${name_template/* pullRequestPlaceholder */.KA}`;
/** Stands in for a number that is missing, so that everything else can be checked. */
const anyNumber = 1;
/** Whether a preview is to be deleted. A value that is neither true nor false is reported elsewhere. */
function isTeardown(raw) {
    return raw.text('teardown')?.toLowerCase() === 'true';
}
/** For checks of inputs outside of a workflow. */
function noEvent() {
    return Promise.resolve({ eventName: '', payload: undefined });
}
/** Reads which pull request `{pr}` stands for. The event is read only if an input asks for that. */
async function readPullRequest(raw, findings, readEvent = noEvent) {
    const holders = pullRequestInputs.filter((input) => raw.text(input)?.includes(name_template/* pullRequestPlaceholder */.KA) === true);
    if (holders.length === 0) {
        if (raw.isGiven('pr-number') && !isTeardown(raw)) {
            findings.problem('pr-number', `has no effect, because no name has \`${name_template/* pullRequestPlaceholder */.KA}\``);
        }
        return { raw, preview: undefined };
    }
    const event = await readEvent();
    const ofEvent = pullRequestOf(event);
    const number = readNumber(raw, findings, ofEvent);
    if (number === undefined && !raw.isGiven('pr-number')) {
        for (const input of holders) {
            const on = event.eventName === '' ? '' : ` (event \`${event.eventName}\`)`;
            findings.problem(input, `has \`${name_template/* pullRequestPlaceholder */.KA}\`, the number of a pull request, but this run is not for a pull request${on}; set \`pr-number\``);
        }
    }
    checkLines(raw, findings);
    const name = raw.text('agent-name');
    return {
        raw: raw.withPullRequest(number ?? anyNumber),
        preview: number === undefined || name?.includes(name_template/* pullRequestPlaceholder */.KA) !== true
            ? undefined
            : {
                pullRequest: number,
                openedAt: ofEvent?.openedAt,
                hasTellingName: valuesOf(name).every((value) => value.includes(tellingName)),
            },
    };
}
function readNumber(raw, findings, ofEvent) {
    const text = raw.text('pr-number');
    if (text === undefined)
        return ofEvent?.number;
    if (!/^[1-9]\d{0,8}$/.test(text)) {
        findings.problem('pr-number', `has to be the number of a pull request; ${(0,inputs_problems/* found */.F9)(text)}`);
        return undefined;
    }
    if (ofEvent !== undefined && ofEvent.number !== Number(text)) {
        findings.problem('pr-number', `is ${text}, but the event is about pull request ${ofEvent.number}; remove \`pr-number\``);
    }
    return Number(text);
}
/** A name that is a preview's in one region only would be somebody else's in the others. */
function checkLines(raw, findings) {
    for (const input of pullRequestInputs) {
        const values = valuesOf(raw.text(input) ?? '');
        const without = values.filter((value) => !value.includes(name_template/* pullRequestPlaceholder */.KA));
        if (without.length === 0 || without.length === values.length)
            continue;
        findings.problem(input, `has \`${name_template/* pullRequestPlaceholder */.KA}\` in some of its lines only; add it to the others (${(0,text_list/* listOf */.c)(without.map((value) => value.trim()))})`);
    }
}
/** One value, or those of lines `region: value`. */
function valuesOf(text) {
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

;// CONCATENATED MODULE: ./lib/inputs/fields.js




/** Seconds; jobs on runners of one's own may take days, but no step of a release does. */
const maxWait = 24 * 60 * 60;
/**
 * The bounds of a value by where it comes from. The settings file belongs to the platform's client, which
 * may allow more tomorrow, so there they are open.
 */
function boundsFor(raw, input, bounds) {
    return { ...bounds, areOpen: !raw.isInput(input) };
}
/** A whole number within bounds; undefined, with a finding, if it is none. */
function parseInteger(findings, input, text, { least, most, areOpen = false }) {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= (most ?? Infinity))
        return number;
    const bounds = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
    if (areOpen && !Number.isNaN(number)) {
        findings.warnings.push(`\`${findings.displayName(input)}\` is not a number that this version of the action knows (${bounds}); ${(0,inputs_problems/* found */.F9)(text)}. The action sends it anyway.`);
        return number;
    }
    findings.problem(input, `has to be a whole number ${bounds}, in digits; ${(0,inputs_problems/* found */.F9)(text)}`);
    return undefined;
}
/** Reads single inputs as the types they stand for; each mistake becomes a finding. */
class Fields {
    #raw;
    #findings;
    constructor(raw, findings) {
        this.#raw = raw;
        this.#findings = findings;
    }
    /** A text that keeps a naming rule of the platform. */
    name(input, { pattern, rule }) {
        const text = this.#raw.text(input);
        if (text === undefined || pattern.test(text))
            return text;
        this.#findings.problem(input, `has to be ${rule}; ${(0,inputs_problems/* found */.F9)(text)}`);
        return undefined;
    }
    /** A whole number within bounds. */
    integer(input, bounds) {
        const text = this.#raw.text(input);
        return text === undefined
            ? undefined
            : parseInteger(this.#findings, input, text, boundsFor(this.#raw, input, bounds));
    }
    /** Seconds of a time limit, as milliseconds. */
    timeout(input) {
        return (this.integer(input, { least: 1, most: maxWait }) ?? 0) * 1000;
    }
    /** A boolean as YAML 1.2 has it. */
    boolean(input) {
        const text = this.#raw.text(input);
        if (text === undefined)
            return undefined;
        if (['true', 'True', 'TRUE'].includes(text))
            return true;
        if (['false', 'False', 'FALSE'].includes(text))
            return false;
        this.#findings.problem(input, `has to be \`true\` or \`false\`; ${(0,inputs_problems/* found */.F9)(text)}`);
        return undefined;
    }
    /** One of a few words. */
    choice(input, choices) {
        const text = this.#raw.text(input);
        if (text === undefined)
            return undefined;
        const choice = choices.find((one) => one === text.toLowerCase());
        if (choice === undefined) {
            const meant = (0,nearest/* nearest */.pA)(text, choices);
            this.#findings.problem(input, `has to be one of ${(0,text_list/* listOf */.c)(choices)}; ${(0,inputs_problems/* found */.F9)(text)}${meant === undefined ? '' : `. Did you mean \`${meant}\`?`}`);
        }
        return choice;
    }
    /**
     * One of a few words, as of today. An input has to be one of them. The settings file belongs to the
     * platform's client, which may know more words tomorrow: there, only a near miss is a mistake.
     *
     * @param aliases what else people call the words
     */
    word(input, words, aliases = {}) {
        const text = this.#raw.text(input);
        if (text === undefined || this.#raw.isInput(input))
            return this.choice(input, words);
        const written = text.toLowerCase();
        if (words.includes(written))
            return written;
        const meant = aliases[written] ?? (0,nearest/* nearest */.pA)(text, words);
        if (meant !== undefined) {
            this.#findings.problem(input, `has to be one of ${(0,text_list/* listOf */.c)(words)}; ${(0,inputs_problems/* found */.F9)(text)}. Did you mean \`${meant}\`?`);
            return undefined;
        }
        this.#findings.warnings.push(`\`${this.#findings.displayName(input)}\` is not one of the words that this version of the action knows (${(0,text_list/* listOf */.c)(words)}); ${(0,inputs_problems/* found */.F9)(text)}. The action sends it anyway.`);
        return text;
    }
    /** Says of inputs that are given, and not what they are anyway, that they have no effect without another one. */
    noEffectWithout(needed, inputs) {
        for (const input of inputs) {
            if (this.#raw.isInput(input) && this.#raw.text(input) !== declared/* declaredInputs */.WB[input]) {
                this.#findings.problem(input, `has no effect without \`${needed}\`, which is not given`);
            }
        }
    }
}

;// CONCATENATED MODULE: ./lib/plan/regional.js
/** A value that may differ from region to region. */
class Regional {
    /** The value of every region that has none of its own. */
    others;
    #own;
    constructor(others, own = new Map()) {
        this.others = others;
        this.#own = own;
    }
    in(region) {
        return this.#own.get(region) ?? this.others;
    }
    /** The regions that have a value of their own. */
    get regions() {
        return [...this.#own.keys()];
    }
    /** What `work` makes of each value; undefined is none. */
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







/** Stands for a region that is not known before the platform is asked. */
const exampleRegion = 'us-west';
/** Reads inputs whose values may differ by region, or hold `{region}`. */
class RegionFields {
    #raw;
    #findings;
    /** The regions that were named, in their order. */
    regions;
    constructor(raw, findings) {
        this.#raw = raw;
        this.#findings = findings;
        this.regions = this.#readRegions();
    }
    /** The regions that values are checked for: where none is named, one that stands for it. */
    get checkedRegions() {
        return this.regions.length === 0 ? [exampleRegion] : this.regions;
    }
    /** A name on the platform: a template, and unique in every region. */
    name(input, rule, placeholders) {
        const templates = this.#values(input, { isRequiredEverywhere: true });
        if (templates === undefined)
            return undefined;
        const shell = templates.values.find((value) => value.includes('${'));
        if (shell !== undefined) {
            const fixed = shell.replaceAll('${', '{');
            this.#findings.problem(input, `has a \`$\` before a placeholder; placeholders are only in braces; ${(0,inputs_problems/* found */.F9)(shell)}${(0,inputs_problems/* looksLikeCredential */.Pv)(fixed) ? '' : `. Use \`${fixed}\``}`);
            return undefined;
        }
        const checks = [
            this.#checkPlaceholders(input, templates, placeholders),
            this.#checkRule(input, templates, rule),
            this.#checkUniqueness(input, templates, rule),
        ];
        return checks.includes(false) ? undefined : templates;
    }
    /** Whole numbers within bounds. */
    integer(input, bounds) {
        const texts = this.#values(input, { isRequiredEverywhere: false });
        const parse = (text) => parseInteger(this.#findings, input, text, boundsFor(this.#raw, input, bounds));
        return texts?.map(parse) ?? new Regional(undefined);
    }
    #readRegions() {
        const regions = [];
        const items = this.#raw.items('region');
        if (items.length === 0 && this.#raw.text('region') !== undefined) {
            this.#findings.problem('region', 'is given, and names no region');
        }
        for (const item of items) {
            if (!names/* regionCode */.Gw.pattern.test(item)) {
                const written = regionsIn(item);
                const isShown = written.every((one) => names/* regionCode */.Gw.pattern.test(one)) && !(0,inputs_problems/* looksLikeCredential */.Pv)(item);
                this.#findings.problem('region', `has to be ${names/* regionCode */.Gw.rule}; ${(0,inputs_problems/* found */.F9)(item)}${isShown ? `. Did you mean \`${written.join(', ')}\`?` : ''}`);
            }
            else if (regions.includes(item)) {
                this.#findings.problem('region', `names \`${item}\` twice`);
            }
            else {
                regions.push(item);
            }
        }
        return regions;
    }
    /** One value for all regions, or lines `region: value`, with `*: value` for the others. */
    #values(input, { isRequiredEverywhere: isRequiredEverywhere }) {
        const text = this.#raw.text(input);
        if (text === undefined)
            return undefined;
        // None of these values can hold a colon or a line break.
        if (!/[:\n]/.test(text))
            return new Regional(text);
        // Lines are counted as they stand in the workflow.
        const lines = this.#readLines(input, this.#raw.isInput(input) ? this.#raw.verbatim(input) : text);
        if (lines === undefined)
            return undefined;
        const { others, own } = lines;
        const values = new Regional(others, own);
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
                this.#findings.problem(input, `has to be one value, or lines \`region: value\` (\`*: value\` for the other regions); ${place} is neither`);
                return undefined;
            }
            if (own.has(region)) {
                checks = false;
                this.#findings.problem(input, `has two lines for \`${region}\`; the second is ${place}`);
            }
            own.set(region, value);
        }
        const others = own.get('*');
        own.delete('*');
        return checks ? { others, own } : undefined;
    }
    #checkRegions(input, { regions }) {
        if (regions.length > 0 && this.regions.length === 0) {
            this.#findings.problem(input, `has lines for regions (${(0,text_list/* listOf */.c)(regions)}), so \`region\` has to say which regions are released to`);
            return false;
        }
        const unknown = regions.filter((region) => !this.regions.includes(region));
        if (unknown.length === 0)
            return true;
        this.#findings.problem(input, `has a line for ${(0,text_list/* listOf */.c)(unknown)}, which is not released to; \`region\` names ${(0,text_list/* listOf */.c)(this.regions)}${meantFor(unknown, this.regions)}`);
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
                const known = placeholders.length === 0 ? 'none' : (0,text_list/* listOf */.c)(placeholders);
                this.#findings.problem(input, `may hold ${known} in braces; ${(0,inputs_problems/* found */.F9)(value)}`);
            }
            if (held.filter((placeholder) => placeholder === name_template/* versionPlaceholder */.Wg).length > 1) {
                checks = false;
                this.#findings.problem(input, `may hold \`${name_template/* versionPlaceholder */.Wg}\` once; ${(0,inputs_problems/* found */.F9)(value)}`);
            }
        }
        return checks;
    }
    #checkRule(input, templates, { pattern, rule }) {
        const told = new Set();
        for (const region of this.checkedRegions) {
            const template = templates.in(region) ?? '';
            const name = (0,name_template/* nameOfAnyVersion */.TL)((0,name_template/* nameInRegion */.J4)(template, region));
            if (pattern.test(name) || told.has(template))
                continue;
            told.add(template);
            const become = name === template
                ? ''
                : `, which would be a name of ${name.length} characters in ${region}`;
            this.#findings.problem(input, `has to be ${rule}; ${(0,inputs_problems/* found */.F9)(template)}${become}`);
        }
        return told.size === 0;
    }
    #checkUniqueness(input, templates, rule) {
        const regionsByName = new Map();
        for (const region of this.regions) {
            const name = (0,name_template/* nameInRegion */.J4)(templates.in(region) ?? '', region);
            regionsByName.set(name, [...(regionsByName.get(name) ?? []), region]);
        }
        const shared = [...regionsByName].filter(([, regions]) => regions.length > 1);
        for (const [name, regions] of shared) {
            this.#findings.problem(input, `gives ${(0,text_list/* listOf */.c)(regions)} the same name, and names are unique across the platform; ${(0,inputs_problems/* found */.F9)(name)}; ${this.#suggestionFor(input, suggestedName(name, regions, rule))}`);
        }
        return shared.length === 0;
    }
    /** The platform's client reads the settings file too, and does not know `{region}`. */
    #suggestionFor(input, better) {
        if (!this.#findings.substitutes.has(input))
            return `${better} would do, or lines \`region: name\``;
        return `set the input \`${input}\`, such as to ${better}, because the platform's client reads the file too`;
    }
}
/** The name with the region in it, where that is a name that may be shown and given in each of them. */
function suggestedName(name, regions, { pattern }) {
    const better = name.includes(name_template/* versionPlaceholder */.Wg)
        ? name.replace(name_template/* versionPlaceholder */.Wg, `${name_template/* regionPlaceholder */.q5}-${name_template/* versionPlaceholder */.Wg}`)
        : `${name}-${name_template/* regionPlaceholder */.q5}`;
    const checks = regions.every((region) => pattern.test((0,name_template/* nameOfAnyVersion */.TL)((0,name_template/* nameInRegion */.J4)(better, region))));
    return checks && !(0,inputs_problems/* looksLikeCredential */.Pv)(name)
        ? `\`${better}\``
        : `a name with \`${name_template/* regionPlaceholder */.q5}\` in it`;
}
/** What somebody may have meant: codes with blanks between them, or one in another style. */
function regionsIn(text) {
    const words = text.toLowerCase().replaceAll('_', '-').split(/\s+/);
    return words.every((word) => word.includes('-')) ? words : [words.join('-')];
}
function meantFor([first = '', ...others], regions) {
    const meant = others.length === 0 ? (0,nearest/* nearest */.pA)(first, regions) : undefined;
    return meant === undefined ? '' : `. Did you mean \`${meant}\`?`;
}

;// CONCATENATED MODULE: ./lib/inputs/reader.js


/** Everything that the readers of single inputs work with: they take it as their first parameter. */
class InputReader {
    raw;
    environment;
    workspace;
    readFile;
    findings;
    settingsFile;
    /** Single inputs as the types they stand for. */
    fields;
    /** Inputs whose values may differ by region. */
    regions;
    isDryRun;
    constructor(source, settingsFile) {
        this.raw = source.raw;
        this.environment = source.environment;
        this.workspace = source.workspace;
        this.readFile = source.readFile;
        this.findings = source.findings;
        this.settingsFile = settingsFile;
        this.fields = new Fields(this.raw, this.findings);
        this.regions = new RegionFields(this.raw, this.findings);
        this.isDryRun = this.fields.boolean('dry-run') ?? false;
    }
}

// EXTERNAL MODULE: ./lib/registry/reference.js
var registry_reference = __nccwpck_require__(9758);
;// CONCATENATED MODULE: ./lib/inputs/registry.js






/** The password of the registry and what is made of it, for masking. */
function givenRegistrySecrets(raw) {
    const password = readPassword(raw);
    const username = raw.text('registry-username');
    return [
        ...(password === '' ? [] : [new secret_value/* SecretValue */.i(password)]),
        // Somebody may give user and password in one.
        ...(username?.includes(':') === true
            ? [new secret_value/* SecretValue */.i(username.slice(username.indexOf(':') + 1))]
            : []),
        ...(password === '' || username === undefined ? [] : [authenticationOf(username, password)]),
    ];
}
/** Reads the image pull secret to bind, and its credentials where it is to be written. */
function readImagePullSecret(reader) {
    const { raw, regions, findings } = reader;
    const name = regions.name('image-credentials', names/* secretSetName */._u, [name_template/* regionPlaceholder */.q5]);
    const registry = readRegistry(reader);
    if (raw.isGiven('image-credentials')) {
        if (!raw.isGiven('agent-name') && !raw.isGiven('registry')) {
            findings.problem('image-credentials', 'has no effect without `agent-name` (to bind it) or `registry` (to write it); set one of them');
        }
    }
    else if (raw.isGiven('registry')) {
        findings.problem('registry', 'needs `image-credentials`, the name of the image pull secret');
    }
    return name === undefined ? undefined : { name, registry };
}
function readRegistry({ raw, fields, isDryRun, findings, }) {
    if (!raw.isGiven('registry')) {
        fields.noEffectWithout('registry', ['registry-username', 'registry-password']);
        return undefined;
    }
    const host = readHost(raw.text('registry') ?? '', findings);
    const username = raw.text('registry-username');
    const password = readPassword(raw);
    if (username === undefined) {
        findings.problem('registry-username', 'is needed with `registry`');
    }
    else if (/[:\s]/.test(username)) {
        findings.problem('registry-username', 'cannot hold a colon or blanks: a colon separates it from the password');
    }
    if (password === '' && isDryRun) {
        findings.notices.push('`registry-password` is empty. The plan continues without it; a release would fail.');
    }
    else if (password === '') {
        findings.problem('registry-password', `is needed with \`registry\`, and is empty. Likely reasons: ${inputs_problems/* emptyReasons */.Zn}`);
    }
    if (host === undefined || username === undefined)
        return undefined;
    if (password === '' && !isDryRun)
        return undefined;
    const shortLived = shortLivedCredentials.find(({ matches: matches }) => matches({ host, username, password }));
    if (shortLived !== undefined) {
        findings.warnings.push(`${shortLived.what}. The platform pulls the image again whenever an instance starts, and will fail then. ${shortLived.advice}`);
    }
    const image = raw.text('image');
    const source = image === undefined ? undefined : (0,registry_reference/* parseImageReference */.o_)(image).registry;
    if (source !== undefined && source !== (0,registry_reference/* registryName */.jT)(host)) {
        findings.warnings.push(`\`registry\` is \`${(0,registry_reference/* registryName */.jT)(host)}\`, but \`image\` is in \`${source}\`: the image pull secret does not help to pull it.`);
    }
    return { host, authentication: authenticationOf(username, password) };
}
/** Credentials that end soon after the release, and what to use instead. */
const shortLivedCredentials = [
    {
        matches: ({ password }) => password.startsWith('ghs_'),
        what: '`registry-password` is a token of this job (`ghs_…`) and ends with it',
        advice: 'Use a token that lasts, such as a fine-grained one with `read:packages`.',
    },
    {
        matches: ({ host, username }) => username === 'AWS' || /\.dkr\.ecr[.-].*\.amazonaws\.com(\.cn)?$/.test(new URL(host).hostname),
        what: 'A password for Amazon ECR ends after 12 hours',
        advice: 'Renew the image pull secret on a schedule, at least every 6 hours (docs/images.md has the workflow), or let the platform build the image with `cloud-build`.',
    },
    {
        matches: ({ username }) => username === 'oauth2accesstoken',
        what: 'An access token for Google Artifact Registry (`oauth2accesstoken`) ends after 1 hour',
        advice: 'Use the key of a service account that may only read: `registry-username: _json_key_base64` and the key in base64 as `registry-password` (docs/images.md).',
    },
    {
        matches: ({ username }) => username === '00000000-0000-0000-0000-000000000000',
        what: 'A token for Azure Container Registry with the all-zero user ends after 3 hours',
        advice: 'Use a token of the registry with a scope map, or a service principal that may only pull (docs/images.md).',
    },
];
function readHost(text, findings) {
    const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
    let url;
    try {
        url = new URL(withScheme);
    }
    catch {
        findings.problem('registry', 'has to be the address of a registry, such as `ghcr.io`');
        return undefined;
    }
    const isPlain = (0,confidential/* isConfidential */.F)(url) &&
        // Anything may be made a URL; so there is no `@`, `?` and `#` in it. And one registry serves all
        // regions, so there are no braces.
        /^[\w.:/[\]-]+$/.test(text);
    if (!isPlain) {
        findings.problem('registry', 'has to be the https address of a registry, without credentials, query and placeholders, such as `ghcr.io`');
        return undefined;
    }
    if ((0,registry_reference/* registryName */.jT)(url.host) === registry_reference/* dockerHub */.UD)
        return registry_reference/* dockerHubUrl */.JM;
    return url.pathname === '/' ? url.origin : url.href;
}
/** Blanks are part of a password; the line break that a paste brings along is not. */
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
 * Whether a line `KEY=value` looks like several that were joined, by `secrets: >` or by commas.
 * Each name begins behind a separator, which it cannot hold, so the search takes linear time.
 */
function looksLikeSeveral(value) {
    return /[,\s][A-Z][A-Z0-9_]{2,}=(?=[^=\s,])/.test(value);
}
/** The values within such a line, which are as secret as the whole. */
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
/** Longer values are no placeholders. */
const maxPlaceholderLength = 200;
const placeholders = [
    /^change[-_ ]?me$/i,
    /^x{3,}$/i,
    /^<.*>$/,
    /^your[-_ ].*(?:key|token|secret|id|url)(?:[-_ ]?here)?$/i,
    /^op:\/\/.+$/,
];
/**
 * What about a value that is sent as it is looks like a mistake. Each item continues a sentence
 * with the key as its subject; none holds a part of the value.
 */
function likelyMistakes({ value, isLine = false }) {
    const text = value.reveal();
    const said = [];
    const pair = quotes.find(([open, close]) => text.length > 1 && text.startsWith(open) && text.endsWith(close));
    if (pair !== undefined) {
        const [open, close, words] = pair;
        const inside = text.slice(1, -1);
        if (!inside.includes(open) && !inside.includes(close))
            said.push(words);
    }
    const isOneLine = !/[\r\n]/.test(text.replace(/\r?\n$/, ''));
    if (/^[\r\n]/.test(text))
        said.push('begins with a line break');
    else if (/^\s/.test(text))
        said.push('begins with a blank');
    if (/[\r\n]$/.test(text)) {
        if (isOneLine)
            said.push('ends with a line break');
    }
    else if (/\s$/.test(text))
        said.push('ends with a blank');
    if (isLine) {
        if (/\s#\s/.test(text))
            said.push('has a comment at its end');
        if (looksLikeSeveral(text))
            said.push('looks like several `KEY=value` pairs');
    }
    const kind = unfinished(text);
    if (kind !== undefined)
        said.push(`is ${kind}`);
    if (text.length <= maxPlaceholderLength && placeholders.some((pattern) => pattern.test(text))) {
        said.push('is a placeholder');
    }
    return said;
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/dotenv.js
/**
 * Dotenv files as python-dotenv 1.2.4 reads them, because the bots that load them are in Python. A
 * statement that it cannot parse ends the reading: what follows may be part of a value.
 */
/** What Python's `\s` matches, without the line break; JavaScript's differs. */
const blank = '\\t\\v\\f\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const isBlank = new RegExp(`[${blank}]`);
/** Each matches at one place only and has one way to match, so reading takes linear time. */
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
    /** From the equals sign on; without a value if the quotes do not end. */
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
    /** What is between two quotes, escapes included. A loop, as an expression runs out of stack. */
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
/** What a letter behind a backslash stands for in double quotes, unless it stands for itself. */
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
/** Characters that references may make of a value; a few lines could make it fill the memory. */
const maxValueLength = 1024 * 1024;
/**
 * Replaces `${NAME}` and `${NAME:-default}` by the values of the same file, in whichever quotes.
 * python-dotenv would look in the environment of the bot, too, which nobody knows here.
 *
 * @param earlier the keys further up in the file; undefined for one that has no value of its own
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
/** Finds a character at or behind a place that only grows, in linear time over all calls. */
function finder(text, character) {
    let found = text.indexOf(character);
    return (from) => {
        if (found !== -1 && found < from)
            found = text.indexOf(character, from);
        return found;
    };
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/source.js


/** The inputs that bring secrets, the strongest first. */
const secretSources = ['secrets', 'secrets-env', 'secrets-json', 'secrets-file'];
/** A key that is longer is none, and may be something else altogether: it is not shown. */
const maxKeyLength = 64;
/** What one source brought, mistakes included. */
class SourceReading {
    source;
    entries = [];
    #places = new Map();
    /** Sentences without the input's name; none holds a value. */
    problems = [];
    /** Texts that are not understood but could be (part of) a secret: they have to be masked. */
    possibleSecrets = [];
    /** What was left out on purpose, for the log. */
    remarks = [];
    /** Patterns that select nothing: as likely a mistake as an empty value. */
    unmatched = [];
    /** Whether something that is wrong with it is said elsewhere. */
    isReportedElsewhere = false;
    constructor(source) {
        this.source = source;
    }
    /** Takes an entry, unless its key is not one or has been there. */
    add(key, value, place, details = {}) {
        if (!names/* secretKey */.oF.pattern.test(key)) {
            this.refuseKey(key, place);
            this.addPossibleSecret(value);
            return;
        }
        const earlier = this.#places.get(key);
        if (earlier !== undefined) {
            this.problems.push(`${place}: \`${key}\` is given twice, first in ${earlier}`);
            this.addPossibleSecret(value);
            return;
        }
        this.#places.set(key, place);
        this.entries.push({ key, value: new secret_value/* SecretValue */.i(value), place, ...details });
    }
    /** Says that the platform does not take a key. */
    refuseKey(key, place) {
        const shown = key.length > maxKeyLength ? `of ${key.length} characters` : `\`${key}\``;
        this.problems.push(`${place}: the key ${shown} has to be ${names/* secretKey */.oF.rule}`);
        if (key.length > maxKeyLength)
            this.addPossibleSecret(key);
    }
    /** Says why a value cannot be known here, and how to pass it. */
    refuseValue(key, value, place, reason) {
        this.addPossibleSecret(value);
        if (!names/* secretKey */.oF.pattern.test(key)) {
            this.refuseKey(key, place);
            return;
        }
        this.problems.push(`${place}: \`${key}\` ${reason}. Pass \`${key}\` with \`secrets-env\``);
    }
    /**
     * Gives up reading at a mistake, behind which nothing is known. Of a value that goes over several
     * lines and is not given as such, lines may have been taken for keys; an empty one is not told.
     */
    stopAt(problem) {
        this.problems.push(problem);
        const kept = this.entries.filter(({ value }) => !value.isEmpty);
        this.entries.splice(0, Infinity, ...kept);
    }
    /** Whether it holds nothing, and nothing of that was said yet. */
    get isEmpty() {
        const said = this.entries.length + this.problems.length + this.unmatched.length;
        return said === 0 && !this.isReportedElsewhere;
    }
    addPossibleSecret(text) {
        this.possibleSecrets.push(new secret_value/* SecretValue */.i(text));
    }
    /** The same of a line that was not read: it may be a key with its value, of which that is as secret. */
    addPossibleSecretLine(line) {
        this.addPossibleSecret(line);
        if (line.includes('='))
            this.addPossibleSecret(line.slice(line.indexOf('=') + 1));
    }
}
/** Whether a name looks like one of a variable, and not like part of a value. */
function isConventional(key) {
    return /^[A-Z_][A-Z0-9_]*$/.test(key);
}
/**
 * Behind which key a mistake stands, where that is sure to be one: of a value that goes over several
 * lines and is not given as such, a line may look like a key with its value.
 */
function afterKey(key) {
    return key !== undefined && isConventional(key) ? ` (after the key \`${key}\`)` : '';
}
/**
 * Whether a line is more likely the end of a value in base64 (or base32) that goes over several lines
 * than a key and its value: `…==`, or `…=` behind letters of both cases. Shown as a key, it would be
 * half of a secret.
 */
function endsBase64(key, value) {
    return /^=+$/.test(value) || (value === '' && /[a-z]/.test(key) && /[A-Z]/.test(key));
}
/**
 * What is wrong with a line that is not `KEY=value`, and what to write instead. It continues a
 * sentence that names the line, and shows nothing of it. Undefined if it could be anything.
 */
function mistakeIn(line) {
    return commonMistakes.find(({ pattern }) => pattern.test(line))?.words;
}
/** Keys as people write them; what does not begin like one may be part of a secret. */
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

;// CONCATENATED MODULE: ./lib/inputs/secrets/files.js







/**
 * Reads the `secrets-file` input: dotenv files, relative to the workspace. Each value is what
 * python-dotenv makes of it, or there is a problem that names the key and the reason.
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
/** The keys of a dotenv file, for which no value is needed; bare names and repeated keys count. */
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
/** The text of a file with line feeds as its only line breaks; undefined, with a problem, if it has none. */
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
 * The statements of a file up to the first that does not look like one. python-dotenv takes each line
 * of a private key that is not quoted for a name, or for a key whose value is `=`.
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
    const keysOfKind = new Map();
    /** What references may name, resolved; undefined for a key that has no value or was refused. */
    const earlier = new Map();
    for (const { key, value, line } of dotenv.statements) {
        const place = placeIn(path, line);
        if (value === undefined) {
            const name = isConventional(key) ? `\`${key}\`` : 'a name';
            if (!isConventional(key))
                reading.addPossibleSecret(key);
            reading.remarks.push(`${place}: left out ${name}, because it has no \`=\` and no value.`);
            earlier.set(key, undefined);
            continue;
        }
        const kind = unfinished(value);
        if (kind !== undefined || (isSops && isOfSops(key))) {
            if (!names/* secretKey */.oF.pattern.test(key))
                reading.refuseKey(key, place);
            else if (kind !== undefined && !isOfSops(key)) {
                const keys = keysOfKind.get(kind);
                if (keys === undefined)
                    keysOfKind.set(kind, [key]);
                else
                    keys.push(key);
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
        reading.refuseValue(key, value, place, `holds ${reference}, which python-dotenv replaces, and ${reason}`);
        earlier.set(key, undefined);
    }
    for (const [kind, keys] of keysOfKind) {
        const named = (0,text_list/* listOf */.c)(keys, { most: 20 });
        reading.problems.push(`\`${path}\`: ${named} ${keys.length === 1 ? 'is' : 'are'} ${unfinishedWords[kind]}`);
    }
    stopAt(reading, path, text, dotenv);
}
/** What a value is that is not the secret yet, and what to do first. */
const unfinishedWords = {
    'a GitHub expression': 'a `${{ … }}` expression, which GitHub does not evaluate in a file. Pass the secret with `secrets-env`',
    'SOPS ciphertext': 'ciphertext of SOPS. Decrypt the file in a step before, such as with `sops decrypt`, and name the decrypted file',
    'dotenvx ciphertext': 'ciphertext of dotenvx. Decrypt the file in a step before, with `dotenvx decrypt`',
};
function isEncryptedBySops(statements) {
    return statements.some(({ value = '' }) => unfinished(value) === 'SOPS ciphertext');
}
/** Whether a key belongs to SOPS, which keeps its own data in the file that it encrypts. */
function isOfSops(key) {
    return key.startsWith('sops_');
}
function whyUnresolved(isEarlier, isAssigned) {
    if (isEarlier)
        return 'the file gives that name no value that can be read';
    return `the file ${isAssigned ? 'sets that name only further down' : 'does not set that name'}`;
}
/** Says where the reading of a file stops. What was not read may be (part of) a secret. */
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
            return `the quoted value${ofKey} does not end`;
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
 * Reads the keys that the set has to have after the release: names, or dotenv files such as
 * `.env.example` whose keys are meant. A key holds neither a dot nor a slash, so an item that does is
 * a path.
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
            findings.problem('required-secrets', `has to be names of keys (${names/* secretKey */.oF.rule}) or paths of dotenv files; ${(0,inputs_problems/* found */.F9)(item)}`);
        }
    }
    return [...required.values()];
}
async function readKeys(path, { workspace, readFile, findings }) {
    const { keys, problems } = await readKeyNames(path, workspace, readFile);
    for (const problem of problems)
        findings.problem('required-secrets', problem);
    if (keys.length + problems.length === 0) {
        findings.problem('required-secrets', `\`${path}\` names no key`);
    }
    return keys;
}

;// CONCATENATED MODULE: ./lib/plan/content-version.js

/**
 * The version of a secret set's content: eight hex digits of an HMAC-SHA-256 over its pairs, sorted
 * by key. It is keyed with the credential, so that nobody who reads the name can try out values.
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




/** Reads the secret set to bind, and to write where there are secrets. Undefined where none is named. */
function readSecretSet(reader, context) {
    const { raw, fields, regions, findings } = reader;
    const { secrets, requiredKeys, credential, imagePullSecret, waitsForAgent: waits } = context;
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
        if (!waits) {
            findings.notices.push('No older version of the secret set is deleted, because `wait-for-ready: false` leaves out the wait that has to come before it.');
        }
    }
    else {
        checkPlain(reader, secrets, { prune, waitsForAgent: waits });
    }
    return {
        name,
        pairs,
        skippedKeys,
        // Of keys that are not known, none can be said to be missing, in the set or in what is given.
        prune: prune && waits && knowsKeys,
        requiredKeys: knowsKeys ? requiredKeys : [],
        keepVersions,
        version: isVersioned && isComplete && credential !== undefined
            ? contentVersion(pairs, credential.value)
            : undefined,
    };
}
/** Names are unique across the platform, so those of all regions are held against each other. */
function checkOtherKind({ regions: { checkedRegions }, findings }, name, imagePullSecret) {
    const namesOf = (templates) => checkedRegions.flatMap((region) => {
        const template = templates?.in(region);
        return template === undefined ? [] : [(0,name_template/* nameInRegion */.J4)(template, region)];
    });
    const secretSets = new Set(namesOf(name));
    if (!namesOf(imagePullSecret).some((one) => secretSets.has(one)))
        return;
    findings.problem('image-credentials', 'and `secret-set` have the same name; a set holds either secrets or registry credentials');
}
function checkVersioned({ findings }, name, { pairs, isComplete }, prune) {
    if (name.values.some((template) => !template.includes(name_template/* versionPlaceholder */.Wg))) {
        findings.problem('secret-set', `holds \`${name_template/* versionPlaceholder */.Wg}\` in some of its lines only; it has to be in all or none`);
    }
    if (pairs.length === 0 && isComplete) {
        findings.problem('secret-set', `holds \`${name_template/* versionPlaceholder */.Wg}\`, which stands for the content of the set, and no secret is given; give all of them, or name one version`);
    }
    if (prune) {
        findings.problem('prune-secrets', `has no meaning with \`${name_template/* versionPlaceholder */.Wg}\` in \`secret-set\`: each version holds what is given and nothing else`);
    }
}
function checkPlain({ raw, findings }, { pairs, skippedKeys, isComplete }, { prune, waitsForAgent: waitsForAgent, }) {
    if (raw.isInput('keep-versions') && raw.text('keep-versions') !== '3') {
        findings.problem('keep-versions', `has no effect without \`${name_template/* versionPlaceholder */.Wg}\` in \`secret-set\``);
    }
    if (!secretSources.some((input) => raw.isGiven(input)) && !raw.isGiven('agent-name')) {
        findings.problem('secret-set', 'has no effect without secrets (to write it) or `agent-name` (to bind it), set one of them');
    }
    // Sources may be given and hold nothing: a run of Dependabot has no secrets.
    if (prune && pairs.length + skippedKeys.length === 0 && isComplete) {
        findings.problem('prune-secrets', 'deletes the keys that are not given, and none is given: it would empty the set');
    }
    if (prune && !waitsForAgent) {
        findings.warnings.push('`prune-secrets` is left out, because `wait-for-ready: false` leaves out the wait that has to come before it.');
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
/** Reads what to tear down. Undefined if that is not the preview of a pull request. */
function readTeardown(reader, { templates, preview }) {
    const { raw, fields, regions, findings } = reader;
    const isOwn = (input) => templates.text(input)?.includes(name_template/* pullRequestPlaceholder */.KA) === true;
    const agent = regions.name('agent-name', names/* agentName */.Lp, [name_template/* regionPlaceholder */.q5]);
    if (raw.text('agent-name') === undefined) {
        findings.problem('agent-name', '`teardown` needs the name of the agent, with `{pr}` in it');
    }
    else if (!isOwn('agent-name')) {
        findings.problem('agent-name', 'has no `{pr}`, so it is the agent of more than one pull request, and `teardown` would delete what others use; add `{pr}`');
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
/** Words that settings have for values, and that hide nothing. All in lower case. */
const words = new Set([
    ...['true', 'false', 'yes', 'no', 'on', 'off', 'enabled', 'disabled'],
    ...['null', 'none', 'nil', 'undefined'],
    ...['trace', 'debug', 'info', 'notice', 'warn', 'warning', 'error', 'critical', 'fatal'],
    ...['verbose', 'silent'],
    ...['production', 'prod', 'staging', 'stage', 'preview', 'development', 'develop', 'dev'],
    ...['testing', 'test', 'qa', 'sandbox', 'local', 'localhost', 'ci', 'default'],
    // Words of this action's outputs: GitHub drops an output that holds a masked value.
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
/** A key that says that its value is secret, whatever the value is. */
const secretKey = /(KEY|TOKEN|SECRET|PASSWORD|PASS|PIN|CODE)$/i;
/**
 * Whether a value hides nothing. Settings travel in secret sets, and `true` or `production` as a mask
 * would garble the rest of the job's log.
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
 * and `[A-F]` for one of several, `[!A]` for any other, and `{US,EU}` for one of several texts. Case
 * does not matter.
 *
 * @returns whether a name matches; undefined for a pattern that is malformed
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
/** The members of a class, such as `abc` and `a-f`. */
function classOf(members) {
    const ranges = Array.from(members.matchAll(/([^])-([^])|[^]/gu), ([one, first, last]) => ({
        first: (first ?? one).codePointAt(0) ?? 0,
        last: (last ?? one).codePointAt(0) ?? 0,
    }));
    return (codePoint) => ranges.some(({ first, last }) => first <= codePoint && codePoint <= last);
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/environment.js



/**
 * Reads the `secrets-env` input: names of environment variables, or `TARGET=SOURCE` where the key of
 * the set has another name. Values are never parsed, so there is nothing to quote.
 *
 * Somebody may write `KEY=value` here by mistake. So what stands behind the `=` is not shown, and is
 * masked unless it is the name of a variable that there is. What stands in front of it, or alone, is
 * shown only where it looks like a name.
 */
function readEnvironment(input, environment) {
    const reading = new SourceReading('secrets-env');
    if (isObjectAsText(input)) {
        reading.problems.push(objectAsText);
        return reading;
    }
    const items = splitItems(input);
    for (const [index, item] of items.entries()) {
        const place = `item ${index + 1}`;
        const match = /^(?:([^=\s]+)\s*=\s*)?([A-Za-z_][A-Za-z0-9_]*)$/.exec(item);
        const source = match?.[2];
        if (source === undefined) {
            for (const rest of items.slice(index))
                reading.addPossibleSecretLine(rest);
            const breach = mistakeInName(item);
            reading.stopAt(breach !== undefined
                ? `${place} ${breach}`
                : `${place} has to be the name of an environment variable, or \`TARGET=SOURCE\`; values do not belong here but into \`env:\` or \`secrets\``);
            return reading;
        }
        const target = match?.[1] ?? source;
        // A name such as `toString` is there in every object, and no variable.
        const set = Object.hasOwn(environment, source) ? environment[source] : undefined;
        const value = set ?? '';
        const unset = set === undefined;
        if (unset && (source !== target || !isConventional(source))) {
            reading.addPossibleSecret(source);
            if (source === target || !isConventional(target)) {
                reading.stopAt(`${place} is not the name of a variable that is set (it is not shown, as it may be a value)`);
                return reading;
            }
        }
        if (!unset)
            reading.add(target, value, place);
        else
            reading.add(target, value, place, { unset: { meant: nearestVariable(source, environment) } });
    }
    return reading;
}
/** What is wrong with an item that is no name, if it is sure to hold names only. */
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
/** Whether a variable may be one that the workflow sets for the bot. */
function isOfWorkflow(name) {
    return isConventional(name) && !/^(?:INPUT|GITHUB|RUNNER|ACTIONS)_/.test(name);
}

;// CONCATENATED MODULE: ./lib/inputs/secrets/json.js


/**
 * Reads the `secrets-json` input, a flat JSON object of strings such as `toJSON(secrets)`, and takes
 * the keys that the patterns of `secrets-include` select. A key that a `!` pattern takes out stays
 * out, whatever the order. `github_token` and the action's own credential never go along.
 */
async function readJson(input, patterns, credentials) {
    const reading = new SourceReading('secrets-json');
    if (isObjectAsText(input)) {
        reading.problems.push(objectAsText);
        return reading;
    }
    // A kept parser with places and without the text in its errors; JSON.parse quotes what it reads,
    // and keeps the last of two equal keys without a word.
    const { parse } = await __nccwpck_require__.e(/* import() */ 162).then(__nccwpck_require__.bind(__nccwpck_require__, 3162));
    let body;
    try {
        ({ body } = parse(input));
    }
    catch (error) {
        reading.addPossibleSecret(input);
        reading.problems.push(`is not JSON${lineOf(error)}; it is made for \`\${{ toJSON(secrets) }}\``);
        return reading;
    }
    // A run that has no secrets may have null in their place.
    if (body.type !== 'Object' && body.type !== 'Null') {
        reading.addPossibleSecret(input);
        reading.problems.push('has to be a JSON object of strings, such as `${{ toJSON(secrets) }}`');
        return reading;
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
            reading.remarks.push(`\`${key}\` is left out, because it is GitHub's own token, which expires with the job.`);
        }
        else if (credentials.some((credential) => credential.reveal() === text?.trim())) {
            reading.remarks.push(`\`${key}\` is left out, because it is the credential of this action.`);
        }
        else if (select.takes(key)) {
            if (text === undefined) {
                reading.problems.push(`${place}: the value of \`${key}\` has to be a string`);
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
        // A malformed pattern is reported with the input that it is from.
        return matches === undefined ? [] : [{ pattern, isExclusion, matches }];
    });
    const included = compiled.filter(({ isExclusion }) => !isExclusion);
    const excluded = compiled.filter(({ isExclusion }) => isExclusion);
    const matchesAny = (some, key) => some.some(({ matches }) => matches(key));
    return {
        takes: (key) => matchesAny(included, key) && !matchesAny(excluded, key),
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
 * `KEY<<DELIMITER` … `DELIMITER` for values of several lines, as GITHUB_ENV has it. Blank lines and
 * lines that begin with `#` are skipped.
 *
 * A line that is neither may be part of somebody's private key: it is told by its number and the
 * key before it, and nothing behind it is read, because a key found there may be one only by chance.
 */
function readLines(input) {
    const reading = new SourceReading('secrets');
    if (isObjectAsText(input)) {
        reading.problems.push(objectAsText);
        return reading;
    }
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
            reading.stopAt(unreadable(place, keyBefore, text));
            for (const rest of lines.slice(index))
                reading.addPossibleSecretLine(rest.text);
            return reading;
        }
        keyBefore = head.key;
        if ('value' in head) {
            if (isSingle && looksLikeSeveral(head.value)) {
                reading.addPossibleSecret(head.value);
                for (const value of severalValues(head.value))
                    reading.addPossibleSecret(value);
                reading.stopAt(`${place}: the value of \`${head.key}\` looks like several \`KEY=value\` pairs in one line. Write one \`KEY=value\` a line, below \`secrets: |\` (use \`|\`, not \`>\`). If it is one value, pass it with \`secrets-env\``);
                continue;
            }
            reading.add(head.key, head.value, place, { isLine: true });
            continue;
        }
        const end = endOf(lines, index, head.delimiter);
        const last = lines[end];
        if (last === undefined) {
            const what = isConventional(head.key) ? `: \`${head.key}\`` : '';
            reading.stopAt(`${place}${what} begins a value of several lines that does not end. Put the delimiter alone on its last line`);
            for (const rest of lines.slice(index + 1))
                reading.addPossibleSecretLine(rest.text);
            return reading;
        }
        const value = input.slice(line.next, last.start).replace(/\r?\n$/, '');
        reading.add(head.key, value, place);
        index = end;
    }
    return reading;
}
/** The line that ends a value of several lines; -1 where none does. */
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
        'A value of several lines needs the form `KEY<<DELIMITER` … `DELIMITER`, or `secrets-env`');
}
/** What is wrong with a line that has no key, or one that the platform does not take. */
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












/** Reads all sources of secrets, puts them together, and deals with empty values. */
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
    // What is left out by `skip` is left out by a release, too, unless nothing is left.
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
/** One entry a key: a source that comes first wins. */
function chosenEntries(readings) {
    const chosen = new Map();
    for (const source of secretSources) {
        for (const reading of readings.filter((one) => one.source === source)) {
            for (const entry of reading.entries) {
                if (!chosen.has(entry.key))
                    chosen.set(entry.key, { ...entry, source });
            }
        }
    }
    return [...chosen.values()];
}
function missingIn(readings, entries, skips) {
    const empty = entries.filter(({ value }) => value.isEmpty);
    // A secret that a fork does not get makes a variable empty. Only a mistake makes it absent.
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
/** Says what is missing: what is skipped, what a plan does without, and what a release needs. */
const reportMissing = {
    skip({ empty, sources, patterns }, { notices }) {
        if (empty.length > 0) {
            notices.push(`Left out, because they are empty: ${(0,text_list/* listOf */.c)(keysOf(empty))}.`);
        }
        if (sources.length > 0)
            notices.push(`There is no secret in: ${(0,text_list/* listOf */.c)(sources)}.`);
        if (patterns.length > 0) {
            notices.push(`\`secrets-include\` selects nothing with: ${(0,text_list/* listOf */.c)(patterns)}.`);
        }
    },
    plan({ withoutValue, sources, patterns, reasons }, { notices }) {
        if (withoutValue.length > 0) {
            notices.push(`Empty in this run, so the plan only uses their names: ${(0,text_list/* listOf */.c)(keysOf(withoutValue))}. Likely reasons: ${reasons}.`);
        }
        const without = [...sources, ...patterns];
        if (without.length > 0) {
            notices.push(`Found no secret in ${(0,text_list/* listOf */.c)(without)}. The plan continues without it.`);
        }
    },
    error({ withoutValue, sources, patterns, reasons }, findings) {
        reportEmpty(withoutValue, reasons, findings);
        for (const source of sources) {
            findings.problem(source, 'is given, and there is no secret in it');
        }
        for (const pattern of patterns) {
            findings.problem('secrets-include', `\`${pattern}\` selects no key of \`secrets-json\`. Likely reasons: ${inputs_problems/* emptyReasons */.Zn}. \`empty-secrets: skip\` lets it pass`);
        }
    },
};
/** Tells secrets from ordinary words, and says which keys have one. */
function secrecyFor({ raw, regions }, findings, readings) {
    // What is no name at all may be a value in the wrong place.
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
        findings.remarks.push(`Sent, but not masked, because their values are ordinary words or short numbers: ${(0,text_list/* listOf */.c)(keys)}.`);
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
    findings.problem(source, `${keys.join(', ')} ${verb} empty. Likely reasons: ${reasons}. \`empty-secrets: skip\` leaves empty ones out`);
}
function reportUnset(unset, findings) {
    if (unset.length === 0)
        return;
    const keys = unset.map(({ key, place }) => `\`${key}\` (${place})`).join(', ');
    const verb = unset.length === 1 ? 'comes from a variable' : 'come from variables';
    const meant = unset.flatMap((entry) => entry.unset?.meant ?? []);
    const suggestion = meant.length === 0 ? '' : ` Did you mean ${(0,text_list/* listOf */.c)(meant)}?`;
    findings.problem('secrets-env', `${keys} ${verb} that \`env:\` does not set.${suggestion} Likely reasons: the name is misspelled here or under \`env:\`, or \`env:\` belongs to another step or job. An empty secret, as in a run from a fork, still sets its variable`);
}
/** Keys that one message names; a file may have thousands. */
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
            findings.problem('secrets-include', 'is needed with `secrets-json` and has to select something: patterns such as `VOICE_*`, or `*, !AWS_*`, say which keys go to the platform');
        }
    }
    else if (patterns.length > 0) {
        findings.problem('secrets-include', 'has no effect without `secrets-json`, which is not given');
    }
    if (raw.isGiven('secrets-file')) {
        readings.push(await readFiles(raw.items('secrets-file'), workspace, readFile));
    }
    return readings;
}

;// CONCATENATED MODULE: ./lib/inputs/settings-file/choose.js



/** Where the platform's own client looks; a release reads it only when it is asked to. */
const defaultPath = 'pcc-deploy.toml';
/** What other inputs need; a file with mistakes may name them, so that nothing is said to miss them. */
const subjects = ['agent-name', 'secret-set', 'image-credentials'];
/** Reads the settings file where one is named, and puts it behind the inputs. */
async function chooseSettingsFile(source) {
    const { raw, environment, workspace, readFile, findings } = source;
    const variable = environment['PIPECAT_DEPLOY_CONFIG_PATH']?.trim() ?? '';
    const path = raw.text('config-file') ?? (variable === '' ? undefined : variable);
    if (path === undefined) {
        await choose_reportUnused(source);
        return { raw, file: undefined };
    }
    if (!(0,inputs_problems/* isPath */.uf)(path)) {
        findings.problem('config-file', `has to be the path of one file; ${(0,inputs_problems/* found */.F9)(path)}`);
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
    if (file === undefined)
        return { raw: raw.withUnreadableSettingsFile(subjects), file };
    // Each of them says what the agent runs, so that one as an input replaces them all.
    const isReplaced = imageSources.some((input) => isImageSource(raw, input));
    for (const { input, key } of isReplaced ? [] : file.defaults) {
        if (!file.hasGit || !isOneOf(imageSources, input))
            continue;
        findings.problem('config-file', `\`${path}\`: \`${key}\` and \`[git]\` both say what the agent runs; it is one of them`);
    }
    const [first, second] = file.defaults.filter(({ input }) => isOneOf(imageSources, input));
    if (!isReplaced && first !== undefined && second !== undefined) {
        findings.problem('config-file', `\`${path}\`: \`${second.key}\` and \`${first.key}\` are both given; an agent runs one of them`);
    }
    const defaults = file.defaults.filter(({ input }) => !raw.isInput(input) && !(isReplaced && isOneOf(imageSources, input)));
    for (const { input, key } of defaults)
        findings.substitutes.set(input, `${key} (${path})`);
    const values = new Map(defaults.map(({ input, text }) => [input, text]));
    return { raw: raw.withSettingsFile(values), file };
}
function isOneOf(names, name) {
    return names.includes(name);
}
async function choose_reportUnused({ workspace, readFile, findings }) {
    try {
        await readFile((0,external_node_path_.resolve)(workspace, defaultPath));
    }
    catch {
        return;
    }
    findings.notices.push(`\`${defaultPath}\` is in the workspace but not used. To use it, set \`config-file: ${defaultPath}\`.`);
}

;// CONCATENATED MODULE: ./lib/inputs/read-inputs.js




















/**
 * Reads all inputs, once, and validates them together: every mistake that can be seen without the
 * network is found in one go. Nothing is logged here; what was found has to be masked first.
 */
async function readInputs(environment, readFile, isFolderEmpty = () => Promise.resolve(false), readEvent) {
    const findings = new inputs_problems/* Findings */.Fv();
    const given = new RawInputs(environment);
    given.checkNames(findings);
    const workspace = environment['GITHUB_WORKSPACE'] ?? '.';
    const source = { raw: given, environment, workspace, readFile, findings };
    const isTeardownAsked = isTeardown(given);
    // A teardown ignores the inputs of a release, and so their mistakes; values in them are masked.
    const findingsOfRelease = isTeardownAsked ? new inputs_problems/* Findings */.Fv() : findings;
    const { raw: unnumbered, file } = await chooseSettingsFile({
        ...source,
        findings: findingsOfRelease,
    });
    const { raw, preview } = await readPullRequest(unnumbered, findings, readEvent);
    const common = new InputReader({ ...source, raw }, file);
    common.fields.boolean('teardown');
    const reader = isTeardownAsked
        ? new InputReader({ ...source, raw, findings: findingsOfRelease }, file)
        : common;
    const { isDryRun } = reader;
    const credentials = givenCredentials(raw, environment);
    const githubToken = givenGitHubToken(raw);
    const publicKey = givenPublicKey(raw);
    const access = readAccess(common);
    const teardown = isTeardownAsked
        ? readTeardown(common, { templates: unnumbered, preview })
        : undefined;
    const read = await readRelease(reader, {
        preview,
        access,
        ownSecrets: [...credentials, ...githubToken, ...publicKey],
    });
    const isOffline = isDryRun && credentials.length === 0;
    const github = readGitHub(common, {
        waitsForAgent: read.waitsForAgent || isTeardownAsked,
        isOffline,
    });
    await reportEmptyWorkspace(reader, isFolderEmpty);
    const values = [
        ...credentials,
        ...githubToken,
        ...read.secrets,
        ...givenRegistrySecrets(raw),
        ...publicKey,
    ];
    const { redact, redactFound } = redactionFor(raw, values, findings.problems.length > 0);
    const isComplete = findings.problems.length === 0 && (access !== undefined || isDryRun);
    const ofBoth = { access, isDryRun, github, githubAccess: readGitHubAccess(common) };
    const { release, failureLogs } = read;
    return {
        teardown: isComplete && teardown !== undefined ? { ...ofBoth, kind: 'teardown', teardown } : undefined,
        inputs: isComplete && !isTeardownAsked && failureLogs !== undefined && release !== undefined
            ? { ...ofBoth, kind: 'release', release, failureLogs }
            : undefined,
        outline: {
            isDryRun,
            isTeardown: isTeardownAsked,
            isImageGiven: ['image', 'build-id'].some((input) => isImageSource(raw, input)),
            github,
        },
        secrets: values,
        redact,
        lacksCredential: isOffline,
        lacksPublicKey: isDryRun && !isTeardownAsked && lacksPublicKey(raw, release?.agent?.smokeTest),
        problems: findings.problems.map(({ input, message }) => ({
            // Its name is known; where it stands, such as in a file, is not.
            input: input.replace(/\(.*\)$/s, (place) => redactFound(place)),
            message: redactFound(message),
        })),
        warnings: findings.warnings.map((text) => redactFound(text)),
        notices: findings.notices.map((text) => redactFound(text)),
        remarks: findings.remarks.map((text) => redactFound(text)),
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
        waitsForAgent: waitsForAgent,
    });
    const failureLogs = fields.choice('failure-logs', ['auto', 'always', 'never']);
    if (!raw.isGiven('agent-name') && !raw.isGiven('secret-set') && !raw.isGiven('registry')) {
        findings.problem('agent-name', 'is not given, and neither is `secret-set` nor `registry`: there is nothing to release');
    }
    return {
        release: rollout && {
            regions: regions.regions,
            rollout,
            secretSet,
            imagePullSecret,
            secretsTimeout,
            agent,
            build,
            imageLookup,
        },
        failureLogs,
        waitsForAgent,
        secrets: secrets.values,
    };
}
/** Takes values out of texts; of what was found in inputs, also parts of values that are misplaced. */
function redactionFor(raw, values, hasProblems) {
    const redact = redactor(values);
    // A value may stand in an input where it does not belong, and in what is said of that.
    const parts = misplacedParts(raw, values);
    if (!hasProblems && parts.length === 0)
        return { redact, redactFound: redact };
    // A suggestion may spell what was found in lower case.
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
/** Says once that a checkout is missing, in place of a complaint about each file. */
async function reportEmptyWorkspace({ raw, workspace, findings }, isFolderEmpty) {
    const isMissing = ({ message }) => message.endsWith(`cannot be read (${files/* missingFile */.Bi})`);
    const first = findings.problems.find(isMissing);
    const needsFiles = first !== undefined || isImageSource(raw, 'cloud-build');
    if (!needsFiles || !(await isFolderEmpty(workspace)))
        return;
    const others = findings.problems.filter((problem) => !isMissing(problem));
    const inputs = fileInputs.filter((input) => raw.isInput(input) && raw.text(input) !== 'false');
    findings.problems.splice(0, Infinity, ...others);
    findings.problem(inputs[0] ?? 'config-file', `needs files of the repository, but the workspace is empty. Add \`actions/checkout\` as a step before this one`);
}

// EXTERNAL MODULE: ./lib/record/errors.js
var record_errors = __nccwpck_require__(2458);
// EXTERNAL MODULE: ./lib/record/record.js
var record_record = __nccwpck_require__(2472);
;// CONCATENATED MODULE: ./lib/record/journal.js


/** Keeps the account of a release, and tells the log of it. */
class Journal {
    clock;
    log;
    record;
    /** When the steps that are under way were begun. */
    #startedAt = new Map();
    #onBuild;
    /** @param onBuild told of all builds when one of them has an id */
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
    /** Steps that are ahead; those that are never begun stay skipped. */
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
    /** Closes the account where something did not come to its end, and nobody waits for it any more. */
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
    /** Does something that the timeline shows. */
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
    /** Begins a bar of the timeline; the function that comes back ends it. */
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
    /** Takes note of a build's id, which whoever comes after may need even if this ends here. */
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
/** How a step ends that throws. */
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
/** A text as a sentence: with a mark at its end, whichever it has. */
function sentence(text) {
    return /[.?!]$/.test(text) ? text : `${text}.`;
}
/** A text that begins a sentence. */
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
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
    context_errors/* ContextError */.a,
    inputs_problems/* InputsError */.aV,
    problems/* PreflightError */.w,
    record_errors/* StepError */.zg,
    inputs_problems/* UntrustedEventError */.fs,
];
function isReportedError(error) {
    return reportedErrors.some((reported) => error instanceof reported);
}
/** Every way in which a release fails. The troubleshooting page is made from this. */
const failureKinds = {
    'invalid-inputs': {
        title: 'The inputs are not valid',
        meaning: 'Every mistake that can be seen without the network is listed, each with its input, the rule and what was found. Nothing was sent.',
        next: 'Fix all listed inputs, then run the workflow again.',
    },
    'untrusted-event': {
        title: 'Nothing is released for code that may come from a fork',
        meaning: 'The workflow runs on `pull_request_target`, on `workflow_run`, or for a comment on a pull request. It has the secrets of the repository, and the code is from a fork, or the pull request could not be read to find out.',
        next: 'Release on `push`, on a release, or on `workflow_dispatch`. For comments, pass `github-token` with the permission `pull-requests: read`.',
    },
    'context-unusable': {
        title: 'The build context cannot be packed',
        meaning: 'The folder or the Dockerfile is missing, a link leads out of the context, a file cannot be read, or the context is larger than the platform accepts. Each problem is listed. Nothing was sent.',
        next: 'Fix each listed file, then run the workflow again.',
    },
    'credential-refused': {
        title: 'The platform does not accept the credential',
        meaning: 'The platform answered 401: the API key or token was revoked, cycled, deleted or copied in part.',
        next: 'Find it in the dashboard (an API key under Settings → API Keys → Private, a token under Account Settings → Personal Access Tokens). If it is gone, create a new one and store it as the secret that the workflow passes.',
    },
    'billing-required': {
        title: 'The account has a billing problem',
        meaning: 'The platform answered 402, or its message mentions billing, a spend limit or a suspended account. The credential and the inputs are fine.',
        next: 'Check the payment method, the spend limit and the status of the account in the dashboard under Settings → Billing, and release again.',
    },
    'permission-denied': {
        title: 'The credential is not allowed to do this',
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
        meaning: 'The settings do not fit what is on the platform: a region, a set, an agent or a build. Each reason is listed.',
        next: 'Fix each listed reason, then run the workflow again.',
    },
    'request-refused': {
        title: 'The platform refused a request',
        meaning: 'The platform rejected a request (4xx) for a reason that the action does not know. Its message and code are shown.',
        next: "Fix what the platform's message describes, then run the workflow again.",
    },
    'platform-unavailable': {
        title: 'The platform could not be reached',
        meaning: 'Connections failed, or a gateway answered in place of the platform, and kept doing so over several attempts.',
        next: 'Run the workflow again later; it picks up where this run stopped. If the error persists, check `api-url`, the proxy and the status page of the platform.',
    },
    'rate-limited': {
        title: 'The platform limits the rate of requests',
        meaning: 'The platform answered 429 (too many requests) for longer than a release waits. Other pipelines or people send many requests at the same time. The refused requests had no effect.',
        next: 'Run the workflow again later. Let fewer releases run at once (`concurrency`). With many regions, `rollout: sequential` sends fewer requests at once.',
    },
    'answer-unreadable': {
        title: "The platform's response cannot be read",
        meaning: 'Responses were cut off or were not the expected JSON, in several attempts. Often, something between the runner and the platform answers in its place.',
        next: 'Check `api-url` and the proxy, then run the workflow again.',
    },
    'certificate-not-accepted': {
        title: 'The certificate of the server was not accepted',
        meaning: 'Node.js does not trust the certificate that the server, or a proxy in between, showed: a private CA issued it, it has expired, or it is for another name. Nothing was sent over that connection. Typical codes are `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED` and `ERR_TLS_CERT_ALTNAME_INVALID`.',
        next: 'If a private CA or a proxy of your company issued the certificate, set `NODE_EXTRA_CA_CERTS` to the file of that CA on the runner. Otherwise check the address and renew the certificate.',
    },
    'proxy-refused': {
        title: 'The proxy did not let the request through',
        meaning: 'The proxy that `HTTPS_PROXY` or `HTTP_PROXY` names answered with an error, such as 407 (it asks for authentication) or 403. Nothing was sent to the platform.',
        next: 'For 407, put the user name and password in `HTTPS_PROXY` (`http://user:password@host:port`). Otherwise allow the host in the proxy, or except it with `NO_PROXY`.',
    },
    redirected: {
        title: 'The platform answered with a redirect',
        meaning: 'The action does not follow redirects, because that would send the credential to another address.',
        next: 'Set `api-url` to the address of the API itself.',
    },
    'secrets-timeout': {
        title: 'The secret sets took too long',
        meaning: 'Writing the sets and waiting until they are ready did not end within `secrets-timeout`. No agent was deployed with them.',
        next: 'Run the release again: what was written stays written. If provisioning is slow regularly, raise `secrets-timeout`.',
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
        title: 'The deploy was refused because a secret set is not ready',
        meaning: 'The platform refuses to bind a set that is pending or failed (409), and kept doing so until `secrets-timeout` had passed. Another pipeline may be writing the same set.',
        next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
    },
    'concurrent-write': {
        title: 'Another process is writing the secret set',
        meaning: 'The platform rejects writes to a set that somebody else is writing (409), and it did so in several attempts.',
        next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
    },
    'not-pruned': {
        title: 'The release is done, but the secret set was not pruned',
        meaning: 'Everything was released, and the agent is serving. Only deleting old keys, or waiting for the set after that, failed.',
        next: 'Run the workflow again; it prunes the set. Or delete the keys yourself.',
    },
    'upload-failed': {
        title: 'The build context could not be uploaded',
        meaning: "The platform's storage, which has another host than its API, rejected the archive or could not be reached in several attempts. No agent was deployed.",
        next: 'If the storage gives a reason, fix that. Otherwise, run the workflow again. If the error persists, check that the runner and its proxy can reach the host in the message.',
    },
    'build-failed': {
        title: 'The cloud build failed',
        meaning: 'The platform could not build the image. Its message is shown, and the last lines of its log unless `failure-logs` is `never`. No agent was deployed.',
        next: 'Fix what the log shows, most often a line of the Dockerfile or a file that is not in the context. Then run the workflow again.',
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
        meaning: 'The platform says `Service already exists`, but this credential does not see an agent of that name. Agent names are unique across all regions.',
        next: 'Choose another `agent-name`, or use a credential that sees the agent.',
    },
    'deployment-unknown': {
        title: 'The platform did not name the new deployment',
        meaning: 'Neither the answer to the deploy nor the agent names a deployment to wait for.',
        next: 'Check the agent in the dashboard, then run the workflow again.',
    },
    'rollout-failed': {
        title: 'The deployment failed',
        meaning: 'The platform started the deployment, but it cannot become ready: its image cannot be pulled or does not run, or the agent crashes.',
        next: 'Fix the reason given, then run the workflow again.',
    },
    'wait-timeout': {
        title: 'The deployment was not ready in time',
        meaning: 'The deployment was accepted, but was not serving within `wait-timeout`. The platform continues the rollout, so the deployment may still become ready.',
        next: 'Check the agent in the dashboard. Large images take longer the first time. If the rollout only needs more time, raise `wait-timeout`.',
    },
    'smoke-test-failed': {
        title: 'Smoke test failed',
        meaning: 'The deployment is ready, but the session that tested it failed: it ended with an error, ended before its bot started, or could not be started at all, or the endpoint in `smoke-test-path` did not answer 2xx.',
        next: 'Fix what the log of the session shows, and release again.',
    },
    'smoke-test-key-refused': {
        title: 'Released, but not tested: the platform rejected the public API key',
        meaning: 'Everything is released and serving. The platform answered 401 or 403 to the public API key, so no session was started. Nothing is rolled back because of it.',
        next: 'Check `public-api-key` in the dashboard under Settings → API Keys → Public. If the key is gone, create a new one and store it as the secret that the workflow passes.',
    },
    'drain-timeout': {
        title: 'Released, but sessions still run on older deployments',
        meaning: 'Everything is released and serving. Sessions that began before keep the old deployment and its secret values, and some of them had not ended within `drain-timeout`. Nothing is rolled back because of it.',
        next: 'Do not revoke old keys yet. Run the workflow again later, or raise `drain-timeout`; the session limit of the agent is the longest that a session can last.',
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
        meaning: 'A release failed with `on-failure: rollback`, and the agent could not be brought back to what it was: the platform rejected the update, or the deployment of the rollback did not become ready.',
        next: 'Check in the dashboard what the agent is serving. Fix the cause, then release again, or release the image in `previous` of the output `agents`.',
    },
    'agent-gone': {
        title: 'The agent was deleted during the release',
        meaning: 'The agent existed when the release began. Somebody or something deleted it since.',
        next: 'Find out who deleted it, then run the workflow again.',
    },
    'sessions-running': {
        title: 'Sessions of the preview are still running',
        meaning: 'The platform accepted the request to stop the sessions, but still showed some of them as running when `wait-timeout` had passed.',
        next: 'Run the workflow again; it picks up where this run stopped. Sessions end by themselves at the latest after the session limit of the agent.',
    },
    'secret-set-in-use': {
        title: 'A secret set of the preview is still in use',
        meaning: 'The platform refused to delete the set because something uses it (409), until `wait-timeout` had passed. The agent is deleted.',
        next: 'Run the workflow again later; it picks up where this run stopped.',
    },
    cancelled: {
        title: 'The run was cancelled',
        meaning: 'Somebody cancelled the run, or a newer run replaced it (`concurrency` with `cancel-in-progress`). The runner sent SIGINT or SIGTERM, and no further work was started. The message lists what is done, what is still running, and what was not started.',
        next: 'Run the workflow again; it picks up where this run stopped. What was written stays written, and a started build is reused.',
    },
    unexpected: {
        title: 'The action itself failed',
        meaning: 'Something unexpected happened. This is a bug in the action.',
        next: 'Run the release again with debug logging, and report what it shows.',
    },
};

;// CONCATENATED MODULE: ./lib/report/platform-codes.js
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
        next: 'Bind an image pull secret (`image-credentials`) whose credentials are valid for this image; with `registry`, `registry-username` and `registry-password` the release writes it in the form that the platform needs.',
    },
    PCC_IMAGE_PULL_RATE_LIMIT: {
        meaning: 'the registry limits the rate of pulls',
        next: 'Pull with credentials (`image-credentials`), or from another registry, and release again later.',
    },
    PCC_IMAGE_TOO_LARGE: {
        meaning: 'the image is too large',
        next: 'Make the image smaller: a slim base, no build tools, no models that can be fetched later.',
    },
    PCC_INVALID_IMAGE_PLATFORM: {
        meaning: 'the image is built for another processor than the platform runs',
        next: 'Build it for linux/arm64 (`docker buildx build --platform linux/arm64`), or for the `architecture` of the region.',
    },
    PCC_IMAGE_PULL_UNKNOWN_ERROR: {
        meaning: 'the image could not be pulled, for a reason that the platform does not know',
        next: 'Check that the registry is up and the image can be pulled from elsewhere, and release again.',
    },
    PCC_UNKNOWN_ERROR: {
        meaning: 'the platform does not know the reason',
        next: 'Release again; contact support with the id of the deployment if it persists.',
    },
    'PCC-AGENT-AT-CAPACITY': {
        meaning: 'the agent has reached its maximum number of instances',
        next: 'Raise `max-agents`, or wait until sessions end.',
    },
};
/** Reasons that Kubernetes gives for a container that does not run. */
const containerReasons = {
    CrashLoopBackOff: {
        meaning: 'the agent crashes again and again after it starts',
        next: 'Read the traceback and the logs; a missing key in the secret set and a failing import are the usual causes.',
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
        next: 'Check the command of the image, and contact support with the id of the deployment if it is right.',
    },
    InvalidImageName: {
        meaning: 'the address of the image cannot be read',
        next: 'Fix `image`.',
    },
    ErrImageNeverPull: {
        meaning: 'the image is not on the node, and the pull policy forbids pulling it',
        next: 'Contact support with the id of the deployment.',
    },
    CreateContainerConfigError: {
        meaning: 'the container cannot be set up, often because a set that it binds does not exist',
        next: 'Check that the secret set of the agent exists and is ready.',
    },
};
/** Exit codes of a container, by what usually ends it so. */
const exitCodes = {
    0: {
        meaning: 'the agent ended by itself, without an error',
        next: 'Check that the image starts the server that the platform expects, and not a script that ends.',
    },
    1: {
        meaning: 'the agent ended with an error of its own',
        next: 'Read the traceback and the logs.',
    },
    2: {
        meaning: 'the command got invalid arguments',
        next: 'Check the command of the image.',
    },
    126: {
        meaning: 'the command of the image cannot be executed',
        next: 'Check the permissions of the file, and that it is built for the right processor.',
    },
    127: {
        meaning: 'the command of the image was not found',
        next: 'Check the command of the image and its path.',
    },
    134: {
        meaning: 'the agent aborted (SIGABRT)',
        next: 'Read the logs; a native library usually says why.',
    },
    137: {
        meaning: 'the agent was killed, most often because it needed more memory than it has',
        next: 'Set a larger `agent-profile`, or reduce its memory use.',
    },
    139: {
        meaning: 'the agent crashed in native code (SIGSEGV)',
        next: 'Check native libraries and that they are built for the right processor.',
    },
    143: {
        meaning: 'the agent was asked to end (SIGTERM)',
        next: 'Read the logs; a failing readiness check is a usual cause.',
    },
    255: {
        meaning: 'the agent could not be executed, often because of the wrong processor',
        next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
    },
};
/** What `exec format error` means, wherever it is said. */
const wrongProcessor = {
    meaning: 'the image is built for another processor (`exec format error`)',
    next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
};

// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __nccwpck_require__(619);
;// CONCATENATED MODULE: ./lib/report/progress.js




/** Steps that nothing in the record of a region stands for. */
const afterRelease = ['smoke-test', 'drain', 'prune', 'clean-up'];
/** Names of keys in a sentence. */
const progress_maxKeys = 10;
/** How far a run came that ended before its time. */
function progressOf(record) {
    const { steps, targets } = record;
    const isAwaited = steps.some(({ name }) => name === 'rollout');
    const placed = [
        ...(record.teardown?.targets ?? []).flatMap(placeRemovals),
        ...(0,record_record/* secretSetsOf */.vB)(record).map(placeSet),
        ...(0,record_record/* buildsOf */.jV)(record).map(placeBuild),
        ...(0,record_record/* agentsOf */.et)(record).map((agent) => placeAgent(agent, isAwaited)),
    ];
    const told = (place) => grouped(placed, place);
    const pruning = steps.some(({ name, outcome }) => name === 'prune' && outcome === 'running');
    // What is planned is told by what it is for; before there is a plan, steps are all there is.
    const isPlanned = targets.length > 0 || record.teardown !== undefined;
    const stepsThat = (outcome) => steps
        .filter((step) => step.outcome === outcome)
        .filter(({ name }) => !isPlanned || afterRelease.includes(name))
        .map(({ name }) => `“${stepTitles[name]}”`);
    const underWay = told('underWay');
    const running = steps.filter(({ outcome }) => outcome === 'running');
    return {
        done: told('done'),
        underWay: underWay.length > 0
            ? [...underWay, ...stepsThat('running')]
            : running.map(({ name }) => `“${stepTitles[name]}”`),
        notStarted: [
            ...told('notStarted'),
            ...(pruning ? unprunedKeys(record) : []),
            ...stepsThat('skipped'),
        ],
    };
}
function placeSet(record) {
    const { kind, name, region, outcome, status, added, updated } = record;
    const keys = [...added, ...updated];
    const set = `${subject/* secretSetKinds */.Q[kind]} \`${name}\``;
    switch (outcome) {
        case 'existing':
        case 'failed':
            return undefined;
        case 'created':
        case 'updated':
            if (status === 'ready')
                return ['done', `the ${set} is ${outcome} and ready`, region];
            return status === 'pending'
                ? ['underWay', `the ${set} is ${outcome}, and the platform provisions it`, region]
                : ['done', `the ${set} is ${outcome}`, region];
        case 'deleted':
            return ['done', `the ${set} is deleted`, region];
        case 'cancelled':
            return [
                'underWay',
                `the ${set} was being written, ${writtenSoFar(keys, status === null)}`,
                region,
            ];
        case 'skipped':
            return ['notStarted', `the ${set} is not written`, region];
    }
}
function writtenSoFar(keys, isInDoubt) {
    if (keys.length === 0)
        return 'but it is unknown whether it succeeded';
    const rest = isInDoubt ? 'it is unknown whether more were' : 'the rest is not';
    return `${(0,text_list/* listOf */.c)(keys, { most: progress_maxKeys })} ${keys.length === 1 ? 'is' : 'are'} written, ${rest}`;
}
/** Keys of sets whose pruning was broken off. The one that was being deleted may be gone. */
function unprunedKeys({ targets }) {
    const sets = targets.flatMap(({ secretSets }) => secretSets);
    return sets.flatMap(({ name, region, plan, pruned, status }) => {
        const left = plan.prunedKeys.filter((key) => !pruned.includes(key));
        if (left.length === 0)
            return [];
        const doubt = status === null ? ' (unknown for the first)' : '';
        return [
            `${(0,text_list/* listOf */.c)(left, { most: progress_maxKeys })} of \`${name}\` in \`${region}\` are not pruned${doubt}`,
        ];
    });
}
function placeRemovals({ region, agent, secretSets }) {
    const { stopped } = agent;
    return [
        ...(stopped.size > 0
            ? [['done', `sessions of \`${agent.name}\` are stopped: ${stopped.size}`, region]]
            : []),
        placeRemoval(agent, 'agent'),
        ...secretSets.map((set) => placeRemoval(set, subject/* secretSetKinds */.Q[set.kind])),
    ];
}
function placeRemoval({ name, region, outcome }, kind) {
    const what = `the ${kind} \`${name}\``;
    switch (outcome) {
        case 'deleted':
            return ['done', `${what} is deleted`, region];
        case 'cancelled':
            return [
                'underWay',
                `${what} was being deleted, but it is unknown whether it succeeded`,
                region,
            ];
        case 'skipped':
            return ['notStarted', `${what} is not deleted`, region];
        case 'kept':
        case 'absent':
        case 'failed':
            return undefined;
    }
}
function placeBuild({ outcome, id, region }) {
    const build = id === null ? 'the build' : `the build \`${id}\``;
    switch (outcome) {
        case 'built':
            return ['done', `${build} has succeeded`, region];
        case 'reused':
            return ['done', `${build} is used again`, region];
        case 'failed':
            return undefined;
        case 'running':
            return ['underWay', `the platform continues ${build}`, region];
        case 'cancelled':
            return [
                'underWay',
                `${build} was being started, but it is unknown whether it succeeded`,
                region,
            ];
        case 'skipped':
            return ['notStarted', `${build} is not started`, region];
    }
}
function placeAgent(agent, isAwaited) {
    const { name, region, outcome, ready, deploymentId, rollBack } = agent;
    const deployment = `the deployment \`${deploymentId ?? 'unknown'}\` of \`${name}\``;
    if (rollBack?.outcome === 'skipped') {
        return ['notStarted', `\`${name}\` is not rolled back`, region];
    }
    if (rollBack?.outcome === 'running') {
        return ['underWay', `\`${name}\` was being rolled back`, region];
    }
    switch (outcome) {
        case 'rolled-back':
            return ['done', `\`${name}\` is rolled back, with ${deployment}`, region];
        case 'created':
        case 'updated':
        case 'unchanged':
            if (ready)
                return ['done', `${deployment} serves`, region];
            return isAwaited
                ? ['underWay', `the platform continues ${deployment}`, region]
                : ['done', `the agent \`${name}\` is ${outcome}, with ${deployment}`, region];
        case 'superseded':
        case 'failed':
            return undefined;
        case 'cancelled':
            return [
                'underWay',
                `the agent \`${name}\` was being deployed, but it is unknown whether it succeeded`,
                region,
            ];
        case 'skipped':
            return ['notStarted', `the agent \`${name}\` is not deployed`, region];
    }
}
/** What is the same in several regions is told once. */
function grouped(placed, place) {
    const regions = new Map();
    for (const one of placed) {
        if (one?.[0] !== place)
            continue;
        regions.set(one[1], [...(regions.get(one[1]) ?? []), `\`${one[2]}\``]);
    }
    return [...regions].map(([what, where]) => `${what}, in ${where.join(', ')}`);
}

// EXTERNAL MODULE: ./lib/plan/plan-agent.js
var plan_agent = __nccwpck_require__(2128);
// EXTERNAL MODULE: ./lib/plan/roll-back.js
var roll_back = __nccwpck_require__(7566);
;// CONCATENATED MODULE: ./lib/report/markdown.js

/**
 * Markdown that shows text from outside as it is. Such text stands in code spans and code blocks
 * only, where neither Markdown nor HTML has a meaning.
 */
/** A code span on one line. */
function code(text) {
    const line = (0,printable/* printable */.g)(text).replace(/\s+/g, ' ').trim();
    if (line === '')
        return '';
    const fence = '`'.repeat(longestRun(line) + 1);
    // A space keeps a backtick of the text apart from the fence; Markdown takes it off again.
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
/** Content behind a line that opens it; `content` is Markdown. */
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
 * Own sentences that quote names and texts between backticks, made safe: what stands between
 * backticks becomes a code span, the rest has no Markdown or HTML in it any more.
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
/** A name in a cell of an HTML table, where Markdown has no meaning. */
function html(text) {
    const line = (0,printable/* printable */.g)(text).replace(/\s+/g, ' ').trim();
    return `<code>${line.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}</code>`;
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
/** What was deleted and what was not, for somebody who sees a failure. */
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
/** Where a teardown failed, as a headline. */
function teardownFailureHeadline(record, regions) {
    const of = `The preview of pull request ${record.plan.preview.pullRequest} was not torn down`;
    const [first, ...others] = [...new Set(regions)];
    if (first === undefined)
        return of;
    return others.length === 0
        ? `${of} in ${code(first)}`
        : `${of} in ${others.length + 1} of ${record.targets.length} regions`;
}
const resultMarks = {
    deleted: '✅ deleted',
    kept: '➖ kept',
    absent: '➖ absent',
    failed: '❌ failed',
    cancelled: '⏹️ cancelled',
    skipped: '➖ not started',
};
/** What became of everything, or in a plan what would, at one glance. */
function removalTable(record, isPlan) {
    const result = (removal) => isPlan && removal.outcome === 'skipped' ? 'would be deleted' : resultMarks[removal.outcome];
    return htmlTable(record.targets.flatMap(({ region, agent, secretSets }) => [
        {
            Result: result(agent),
            Kind: 'agent',
            Name: html(agent.name),
            Region: html(region),
            Sessions: sessionCell(agent, isPlan),
        },
        ...secretSets.map((set) => ({
            Result: result(set),
            Kind: subject/* secretSetKinds */.Q[set.kind],
            Name: html(set.name),
            Region: html(region),
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

;// CONCATENATED MODULE: ./lib/record/unchanged.js

/** Whether the run has changed anything on the platform, or may have. */
function isAnythingChanged(record) {
    return ((0,record_record/* secretSetsOf */.vB)(record).some(({ isChanged }) => isChanged) ||
        (0,record_record/* buildsOf */.jV)(record).some(({ outcome }) => outcome !== 'skipped' && outcome !== 'reused') ||
        isAnyAgentChanged(record));
}
/** Whether the run has deployed an agent, or may have. */
function isAnyAgentChanged(record) {
    return (0,record_record/* agentsOf */.et)(record).some(({ isChanged }) => isChanged);
}
/**
 * Derives from the record what is still as it was before the run.
 *
 * @param subject what failed; undefined if the failure concerns the whole run
 */
function unchangedIn(record, subject) {
    if (!isAnythingChanged(record))
        return 'everything';
    if (!isAnyAgentChanged(record))
        return 'agents';
    const isSameRegion = ({ region }) => region === subject?.region;
    const agent = record.targets.find(isSameRegion)?.agent;
    if (agent?.isChanged === false)
        return 'agent';
    return agent?.previousServes === true ? 'serving' : undefined;
}

;// CONCATENATED MODULE: ./lib/report/state.js






/** Names of keys in a sentence. */
const state_maxKeys = 10;
/** Longer images are shown without the host of their registry. */
const maxImageLength = 40;
function servingOf(agent) {
    return afterRollBack(agent) ?? state_afterRelease(agent);
}
/** What serves after a rollback; undefined if there was none that decides it. */
function afterRollBack({ outcome, ready, plan, rollBack }) {
    if (outcome === 'rolled-back') {
        const isBack = rollBack?.plan.unrestored.every(({ kind }) => kind !== 'build') === true;
        return isBack
            ? { state: 'as-before', what: plan.before && shortName(plan.before.settings) }
            : { state: 'released', what: imageOf(plan) };
    }
    return rollBack?.outcome === 'failed' && !ready ? { state: 'unconfirmed' } : undefined;
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
    // What served before the release: its image is known unless an even older deployment served.
    const wasServing = before !== undefined && (before.ready || before.available);
    const earlier = wasServing
        ? { state: 'as-before', what: before.ready ? shortName(before.settings) : undefined }
        : { state: 'nothing' };
    if (outcome === 'failed' && deploymentId !== null) {
        if (previousServes)
            return { state: 'as-before', what: before && shortName(before.settings) };
        return wasServing ? { state: 'unconfirmed' } : { state: 'nothing' };
    }
    // Deployed, but nobody waits for it.
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
/** What serves, as the end of a sentence. */
function servingWords(serving) {
    switch (serving.state) {
        case 'released':
            return serving.what === undefined ? 'the new deployment' : `\`${serving.what}\``;
        case 'as-before':
            return serving.what === undefined
                ? 'the previous deployment'
                : `\`${serving.what}\`, as before`;
        case 'nothing':
            return 'nothing';
        case 'other':
            return 'the deployment of another release';
        case 'unconfirmed':
            return 'not confirmed';
    }
}
/** What serves in each of these regions, what is alike once. */
function servingIn(agents) {
    const regions = new Map();
    for (const agent of agents) {
        const words = servingWords(servingOf(agent));
        regions.set(words, [...(regions.get(words) ?? []), agent.region]);
    }
    const [first, ...others] = [...regions];
    if (first === undefined)
        return 'nothing';
    if (others.length === 0)
        return first[0];
    return [first, ...others]
        .map(([words, names]) => `${words} in ${(0,text_list/* listOf */.c)(names, { most: state_maxKeys })}`)
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
    return secretSets
        .filter(({ kind, plan }) => kind === 'secret' && plan.template === undefined)
        .flatMap(({ added, updated }) => [...added, ...updated]);
}
const unchangedSentences = {
    everything: 'Nothing was changed.',
    agents: 'No agent was deployed; running agents keep their deployment.',
    agent: 'The agent of this region was not deployed; it keeps its deployment.',
    serving: 'The previous deployment is still serving.',
};
/**
 * What is the case now, for somebody who sees a failure: what serves, and what was not changed. It comes
 * from the record alone, so that no failure can claim anything else.
 */
function stateSentences(record, subject) {
    // A rollback concerns every region.
    const isRolledBack = (0,record_record/* agentsOf */.et)(record).some(({ rollBack }) => rollBack !== undefined);
    if (isRolledBack && subject !== undefined)
        return stateSentences(record);
    if (record.teardown !== undefined)
        return teardownState(record.teardown);
    const unchanged = unchangedIn(record, subject);
    const sentence = unchanged === undefined ? [] : [unchangedSentences[unchanged]];
    if (unchanged === 'everything')
        return sentence;
    const targets = record.targets.filter(({ region }) => subject === undefined || region === subject.region);
    const agents = (0,record_record/* agentsOf */.et)({ targets });
    const keys = [...new Set(targets.flatMap(exposedKeys))];
    return [
        ...(agents.length === 0 ? [] : [`Serving now: ${servingIn(agents)}.`]),
        ...sentence,
        ...rollBackSentences(agents),
        ...(keys.length === 0
            ? []
            : [`New instances may start with the new ${(0,text_list/* listOf */.c)(keys, { most: state_maxKeys })}.`]),
    ];
}
/** Which agents went back and which did not, and what was not restored. */
function rollBackSentences(agents) {
    const rolledBack = agents.flatMap(({ rollBack }) => (rollBack === undefined ? [] : [rollBack]));
    const where = (isDone) => {
        const places = rolledBack
            .filter(({ outcome }) => (outcome === 'done') === isDone)
            .map(({ plan: { agent, region } }) => `\`${agent}\` in \`${region}\``);
        const more = places.length - state_maxKeys;
        return [...places.slice(0, state_maxKeys), ...(more > 0 ? [`${more} more`] : [])].join(', ');
    };
    const [back, others] = [where(true), where(false)];
    const done = rolledBack.filter(({ outcome }) => outcome === 'done');
    return [
        ...(back === '' ? [] : [`Rolled back: ${back}.`]),
        ...(others === '' ? [] : [`Not rolled back: ${others}.`]),
        ...new Set(done.flatMap(({ plan }) => (0,roll_back/* unrestoredSentences */.G)(plan))),
    ];
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
        state: stateSentences(context.record, subject),
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
            : { problems, title: 'The teardown cannot work as it is asked for' };
    }
    return { state: ['Nothing was changed.', 'Nothing was sent.'], ...problemsOf(error, context) };
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
            // A name of a file or a link may hold anything.
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
            return `A comment on a pull request started this run, and the pull request could not be read, because ${because.failure}. So the code may come from a fork.`;
    }
}
function detailsOfStep({ kind, facts, cause }, context) {
    return stepDetails[kind]?.(facts, { ...context, cause }) ?? {};
}
/** What is said of a failed step. A failure that is not here only means its kind. */
const stepDetails = {
    'organization-unknown': explainOrganization,
    'provisioning-failed': ({ platformMessage }) => ({
        why: platformMessage === undefined ? ['The platform gives no reason.'] : said([platformMessage]),
    }),
    'secrets-timeout': ({ lastSeen, waited, deadline: { limit } }, { cause }) => ({
        why: [
            lastSeen === undefined
                ? `No status check of the set succeeded within ${duration(waited)}.`
                : `It was last seen ${lastSeen}, after ${duration(waited)} of waiting; \`secrets-timeout\` is ${duration(limit)}.`,
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
                    : `It was last seen ${redact(lastSeen)}; ${limit}.`,
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
            `The name \`${subject?.name ?? 'of the agent'}\` is already taken; agent names are unique across all regions.`,
            'This credential does not see the agent that has the name.',
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
                ? 'How many sessions run on older deployments could not be read.'
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
/** The platform does not say whose a name is. */
function foreignName({ kind, name }) {
    return `Names of ${kind}s are unique across all regions; \`${name}\` may belong to another organization.`;
}
function explainCancellation({ signal }, { record }) {
    const { done, underWay, notStarted } = progressOf(record);
    const isRelease = record.kind === 'release' || record.kind === 'teardown';
    return {
        why: [`Somebody cancelled the run, or a newer run replaced it (${signal}).`],
        problems: [
            { about: 'Done', message: listed(done), next: undefined },
            { about: 'Still running', message: listed(underWay), next: undefined },
            { about: 'Not started', message: listed(notStarted), next: undefined },
        ],
        next: [isRelease ? failureKinds.cancelled.next : 'Run the workflow again.'],
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
                : [`Its last status is ${(0,quote/* quote */.h)(redact(status))}.`]),
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
                    'Make the build shorter (a base image that has more, fewer dependencies), and release again.',
                ],
            }
            : showsBuildOutput && logs !== undefined
                ? {}
                : {
                    next: [
                        `Look at the log of the build \`${buildId}\` in the dashboard, correct what it shows, and release again.`,
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
                ? 'The token belongs to nobody who is in an organization.'
                : `${(0,quote/* quote */.h)(redact(name))}, from ${named.origin}, does not name exactly one of the organizations of the token.${meant === undefined || meant === name ? '' : ` Did you mean \`${meant}\`?`}`,
            ...(available.length === 0 ? [] : [`It can act in: ${list}.`]),
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
/** A request whose answer is lost may have been carried out, and no report should deny it. */
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
        next: [advice.next, `See ${errorCodesUrl}.`],
    };
}
function credentialWords(actingAs) {
    if (actingAs === undefined)
        return 'not known';
    const { credentialKind, credentialOrigin, organization } = actingAs;
    const where = organization === undefined ? '' : `, acting in \`${organization}\``;
    return `${credentialKinds[credentialKind]} from ${credentialOrigin}${where}`;
}
function whereToLook(actingAs) {
    return actingAs?.credentialKind === 'personal-access-token'
        ? 'Look at it in the dashboard under Account Settings → Personal Access Tokens; if it is gone, create a new one and store it as the secret that the workflow passes.'
        : 'Look at it in the dashboard under Settings → API Keys → Private; if it is gone, create a new one and store it as the secret that the workflow passes.';
}
function explainRollout({ deploymentId, failure, logs }, context) {
    const { code, reason, exitCode } = failure;
    const advice = adviceFor(failure);
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
            ...said([failure.headline, failure.message, failure.condition?.message]),
            ...(context.showsAgentOutput ? lastLine(failure.traceback) : []),
            ...(failure.infrastructureIssue
                ? infrastructure(failure)
                : advice === undefined
                    ? []
                    : [`${capital(advice.meaning)}.`]),
        ],
        next: [
            failure.infrastructureIssue
                ? 'Contact the support of the platform with the id of the deployment, and release again later.'
                : (advice?.next ?? failureKinds['rollout-failed'].next),
            ...(code === undefined ? [] : [`The codes are explained at ${errorCodesUrl}.`]),
            ...agentOutputHint(deploymentId, context),
        ],
        ...(context.showsAgentOutput ? { traceback: failure.traceback, logs } : {}),
    };
}
function explainRolloutTimeout(facts, { cause, ...context }) {
    const { deploymentId, lastSeen, lastSeenFor, deadline, logs } = facts;
    return {
        facts: [{ label: 'Deployment', value: deploymentId }],
        why: [
            `It was last seen so: ${context.redact(lastSeen)}, for ${duration(lastSeenFor)}; \`wait-timeout\` is ${duration(deadline.limit)}.`,
            ...lastFailure(cause),
            ...infrastructure(facts),
        ],
        next: [failureKinds['wait-timeout'].next, ...agentOutputHint(deploymentId, context)],
        ...(context.showsAgentOutput ? { logs } : {}),
    };
}
function explainSmokeTest({ deploymentId, sessionId, because, logs, hasTransport }, { showsAgentOutput, subject }) {
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
        why: [`Smoke test: ${smokeTestFailure(because)}.`],
        next: [
            failureKinds['smoke-test-failed'].next,
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
/** What the platform says, each of it once, as one sentence. */
function said(words) {
    const quotes = [...new Set(words)]
        .filter((one) => one !== undefined)
        // The sentence has a full stop of its own.
        .map((one) => (0,quote/* quote */.h)(one.trim().replace(/\.$/, '')));
    return quotes.length === 0 ? [] : [`The platform says: ${quotes.join(' and ')}.`];
}
function infrastructure({ infrastructureIssue }) {
    return infrastructureIssue
        ? [
            'The platform reports a problem of its own infrastructure: this is not the fault of the agent.',
        ]
        : [];
}
/** The most specific advice that there is: an exit code of 1 tells less than any reason. */
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
/** Where a traceback ends, it names the error. */
function lastLine(traceback) {
    const line = traceback?.trim().split('\n').at(-1);
    return line === undefined || line === '' ? [] : [`Its traceback ends with ${(0,quote/* quote */.h)(line)}.`];
}
function agentOutputHint(deploymentId, { subject, showsAgentOutput, record: { actingAs } }) {
    if (subject === undefined)
        return [];
    const organization = actingAs?.organization === undefined ? '' : ` --organization ${actingAs.organization}`;
    const command = `pipecat cloud agent logs ${subject.name} --deployment ${deploymentId}${organization}`;
    return showsAgentOutput
        ? [`More of the agent's logs: \`${command}\`.`]
        : [
            `The agent's traceback and logs are not shown here, because they may contain what callers said. Set \`failure-logs: always\`, or run \`pipecat cloud agent status ${subject.name}${organization}\` and \`${command}\`.`,
        ];
}
function lastFailure(cause) {
    return cause instanceof pipecat_errors/* CallError */.RA ? [`The last status check failed: ${cause.reason}.`] : [];
}

;// CONCATENATED MODULE: ./lib/report/changes.js





/** Names in a sentence, where there is room. */
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
/** What a plan would change, counted; undefined where it would leave everything as it is. */
function countOfChanges({ targets }) {
    const sets = targets.flatMap(({ secretSets }) => secretSets);
    const agents = targets.map(({ agent }) => agent).filter((agent) => agent !== undefined);
    const builds = targets.filter(({ build }) => build !== undefined && build.found === undefined);
    const counts = [
        counted(sets.filter((set) => !isSetUnchanged(set)).length, 'secret set'),
        counted(builds.length, 'build'),
        counted(agents.filter((agent) => !isAgentUnchanged(agent)).length, 'agent'),
    ].filter((count) => count !== undefined);
    return counts.length === 0 ? undefined : changes_listed(counts);
}
function changes_listed(items) {
    return [items.slice(0, -1).join(', '), ...items.slice(-1)]
        .filter((one) => one !== '')
        .join(' and ');
}
function counted(count, what) {
    if (count === 0)
        return undefined;
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
    failed: 'Failed:',
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
/** How a plan would prove that the agent serves, and what it would wait for after that. */
function provenBy({ name, action, smokeTest, drainTimeout }) {
    const told = [];
    if (smokeTest !== undefined) {
        const { transport, path, duration: up, timeout } = smokeTest;
        const how = transport === undefined ? '' : ` with the transport \`${transport}\``;
        const answers = path === undefined ? '' : `, and \`GET /${path}\` of the bot has to answer 2xx`;
        told.push(`Smoke test: start one session on \`${name}\`${how}. It has to stay up for ${duration(up)}${answers}, within ${duration(timeout)}.`);
    }
    if (drainTimeout !== undefined && action === 'update') {
        told.push(`Then wait until no session of \`${name}\` runs on an older deployment, for at most ${duration(drainTimeout)}.`);
    }
    return told;
}
const smokeTestWords = {
    passed: 'passed',
    failed: 'failed',
    inconclusive: 'was inconclusive',
};
/** What a session on the agent has shown. */
function shownBy({ smokeTest }) {
    if (smokeTest === null)
        return [];
    const { outcome, sessionId, startSeconds, coldStart } = smokeTest;
    const session = sessionId === null ? '' : ` with the session \`${sessionId}\``;
    const start = startSeconds === null
        ? ''
        : `; its bot started after ${startSeconds} s${coldStart === true ? ' (cold start)' : ''}`;
    return [`The smoke test ${smokeTestWords[outcome]}${session}${start}.`];
}
/** What comes last of all. */
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
 * A release's log as the runner shows it: one group a step.
 *
 * @param redact takes known secrets out of a line: names of files and the like come from outside
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
            const ending = `${log_outcomeWords[outcome]} after ${duration(took)}.`;
            groups.begin();
            actions.info(capital(groups.isShared ? `${stepTitles[name]}: ${ending}` : ending));
            groups.remove(name);
        },
        plan: (plan) => {
            for (const { region, changes } of plannedChanges(plan)) {
                actions.info(withoutCommands(redact(`Region ${region}:`)));
                for (const change of changes) {
                    actions.info(withoutCommands(redact(`  ${change.replace(/`/g, '')}`)));
                }
            }
        },
    };
}
const log_outcomeWords = {
    done: 'done',
    failed: 'failed',
    running: 'still running',
    skipped: 'not started',
};
/**
 * The groups of the log. The runner shows none within another one, so steps that go on side by side
 * share one; and one begins with its first line, so that none is empty.
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
/** Text that the runner does not take for commands, which it looks for in every line of the log. */
function withoutCommands(text) {
    return (0,printable/* printable */.g)(text)
        .replace(/##(?=(?:vso)?\[)/gi, '## ')
        .replace(/^(\s*):(?=:)/gm, '$1: ');
}

// EXTERNAL MODULE: ./lib/pipecat/agent-settings.js
var pipecat_agent_settings = __nccwpck_require__(3211);
;// CONCATENATED MODULE: ./lib/report/plan-output.js

/** The plan as JSON for later steps, field by field: a plan holds values that have no place here. */
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
 * The outputs of action.yml, in its order; a test holds the two together. They are set on failure
 * too, as far as the run came; what it did not come to is an empty string.
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
    return { ...unknown, ...(0,pipecat_agent_settings/* whatRunsIn */.Io)(before.settings), deploymentId };
}
/** Sets what tells of builds as soon as that is known; a run may end at any time after it. */
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
 * What goes on after the release is over, and a person has to know. What is the same in several
 * regions is said once.
 */
function followUps(record) {
    const agents = (0,record_record/* agentsOf */.et)(record);
    return agents.length > 0 ? oldValues(record.targets) : unseenValues((0,record_record/* secretSetsOf */.vB)(record));
}
/** What is worth knowing after every release like this one, but needs nobody. */
function remarksAfter(record) {
    const agents = (0,record_record/* agentsOf */.et)(record);
    return [
        ...coldStarts(agents),
        // The summary says first of all which new values are exposed; here is how to avoid that.
        ...(agentsBehind(record).length === 0 ? [] : [versionAdvice]),
    ];
}
const versionAdvice = 'With `{version}` in `secret-set`, new values reach an agent only with the deployment that needs them.';
/** Where no agent is released, nothing puts the new values under those that bind the set. */
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
/** Running sessions keep the deployment that they began with, so an old key is needed for a while. */
function oldValues(targets) {
    const replaced = targets.filter(({ agent }) => agent?.replacesValues === true && agent.outcome === 'updated');
    const agents = (0,record_record/* agentsOf */.et)({ targets: replaced });
    if (agents.length === 0)
        return [];
    const longest = Math.max(...agents.map(({ plan }) => (0,plan_agent/* plannedAgent */.O)(plan).sessionLimit));
    const keys = new Set(replaced.flatMap(({ secretSets }) => secretSets.filter(({ kind }) => kind === 'secret').flatMap((set) => set.updated)));
    const which = keys.size === 0 ? 'old values' : `the old ${(0,text_list/* listOf */.c)(keys, { most: maxNames })}`;
    const left = sessionsLeft(agents);
    const now = left === undefined
        ? ''
        : left === 'none'
            ? ` No session runs on an older deployment now, so you can revoke ${which}.`
            : ` Sessions on older deployments now: ${left}.`;
    return [
        `Before you revoke ${which}: running sessions of ${follow_ups_names(agents)} keep the old values until they end, at the latest after ${duration(longest * 1000)} (the session limit).${now}`,
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
            : `${follow_ups_names(cold)} keep no instance warm (\`min-agents\` is 0), so the first call of each waits for a cold start.`,
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
    const isWritten = ({ secretSets }) => secretSets.some(({ kind, plan, added, updated }) => kind === 'secret' && plan.template === undefined && added.length + updated.length > 0);
    return (0,record_record/* agentsOf */.et)({ targets: targets.filter(isWritten) }).filter(({ deploymentId, outcome, previousServes, plan }) => (deploymentId === null || (outcome === 'failed' && previousServes)) &&
        plan.newDeployment.because !== 'agent-created');
}
function follow_ups_names(named) {
    return (0,text_list/* listOf */.c)(named.map(({ name }) => name));
}

;// CONCATENATED MODULE: ./lib/report/regions.js


/** The headline where more than one thing failed. */
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
    if (record.teardown !== undefined) {
        const { targets } = record.teardown;
        return targets.length > 1 && failed.size > 0
            ? `The preview was not torn down in ${failed.size} of ${targets.length} regions`
            : 'The preview was not torn down';
    }
    return all > 1 && failed.size > 0
        ? `The release failed in ${failed.size} of ${all} regions`
        : `The release failed for ${failures.length} reasons`;
}
/** What a rollback means for the headline; undefined if there was none, or it was not finished. */
function rollBackTitle(record) {
    const outcomes = (0,record_record/* agentsOf */.et)(record).flatMap(({ rollBack }) => rollBack?.outcome ?? []);
    if (outcomes.length === 0 || outcomes.some((one) => one === 'running' || one === 'skipped'))
        return undefined;
    return outcomes.includes('failed') ? 'Not rolled back everywhere' : 'Rolled back';
}
/** Which regions run what was released, and which do not; undefined where there is only one. */
function regionsSentence(record) {
    const { targets } = record;
    // A rollback has sentences of its own.
    if ((0,record_record/* agentsOf */.et)(record).some(({ rollBack }) => rollBack !== undefined))
        return undefined;
    if (targets.length < 2 || (0,record_record/* agentsOf */.et)(record).length === 0)
        return undefined;
    const isReleased = ({ agent }) => agent === undefined || ['created', 'updated', 'unchanged'].includes(agent.outcome);
    const released = regionsOf(targets.filter(isReleased));
    const others = regionsOf(targets.filter((target) => !isReleased(target)));
    if (released.length === 0)
        return 'No region was released.';
    const kept = `${(0,text_list/* listOf */.c)(released)} ${released.length === 1 ? 'was' : 'were'} released and ${released.length === 1 ? 'stays' : 'stay'} so`;
    return others.length === 0
        ? `${kept}.`
        : `${kept}; ${(0,text_list/* listOf */.c)(others)} ${others.length === 1 ? 'was' : 'were'} not.`;
}
function regionsOf(targets) {
    return targets.map(({ region }) => region);
}

;// CONCATENATED MODULE: ./lib/report/builds.js




/** What was packed, and what was built of it; undefined where nothing was. */
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
/** From one to the next, lists get shorter, until what is most important has room beside them. */
const limitSteps = [
    fullLimits,
    { keys: 100, names: 40, problems: 100, characters: 2000 },
    { keys: 20, names: 20, problems: 50, characters: 500 },
    { keys: 5, names: 5, problems: 20, characters: 200 },
];
/** The name of a section that there is for each of several things. */
function sectionOf(what, name) {
    return `${what} ${code(name)}`;
}
/** Bytes for the remark on what was left out. */
const remarkBytes = 2000;
const maxNamed = 10;
/**
 * Writes what has room. Lists are cut before anything is left out as a whole; then what comes first
 * goes first, and what is too long does not take the room of what comes after it.
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
    return joined(kept, leftOut.length === 0 ? remarks : [...remarks, leftOutRemark(leftOut)]);
}
const cutRemark = '_Long lists are cut, because GitHub limits the length. The outputs of the action name all keys that were written._';
function leftOutRemark(sections) {
    const names = sections.slice(0, maxNamed).map(({ name }) => name);
    const more = sections.length > maxNamed ? `, and ${sections.length - maxNamed} more of its parts` : '';
    return `_There was no room for ${names.join(', ')}${more}; the log has more._`;
}
function bytesOf(sections) {
    return sections.reduce((sum, { text = '' }) => sum + Buffer.byteLength(text, 'utf8') + 2, 0);
}
function joined(sections, remarks) {
    return `${[...sections.map(({ text = '' }) => text), ...remarks].join('\n\n')}\n`;
}

;// CONCATENATED MODULE: ./lib/report/timeline.js
/** More bars than this make the picture too long to look at: 16 regions with eight each. */
const maxBars = 128;
const hour = 3_600_000;
/** What is done has the theme's plain colour; mermaid greys out what is tagged as done. */
const tags = { done: '', failed: 'crit, ', running: 'active, ' };
/** Milliseconds that a release takes at most, and the ticks that suit it. */
const ticks = [
    [15_000, '1second'],
    [90_000, '10second'],
    [300_000, '30second'],
    [900_000, '1minute'],
    [Infinity, '10minute'],
];
/** The release as a mermaid gantt, which GitHub draws: a section a region, a bar a stretch of work. */
function timeline(record, now) {
    const spans = mostImportant(record.spans, now);
    if (spans.length === 0)
        return undefined;
    const regions = [...new Set(spans.map(({ region }) => region))];
    return [
        '```mermaid',
        'gantt',
        '    dateFormat YYYY-MM-DD HH:mm:ss.SSS',
        `    axisFormat ${now - record.startedAt < hour ? '%M:%S' : '%H:%M:%S'}`,
        `    tickInterval ${ticks.find(([most]) => now - record.startedAt <= most)?.[1] ?? '10minute'}`,
        ...regions.flatMap((region) => [
            `    section ${label(region)}`,
            ...spans.filter((span) => span.region === region).map((span) => bar(span, record, now)),
        ]),
        '```',
        ...(spans.length === record.spans.length
            ? []
            : [
                `\nThe timeline shows ${spans.length} of ${record.spans.length} steps; the shortest were left out.`,
            ]),
    ].join('\n');
}
/** Where there is no room for all bars, those that failed stay, and of the others the longest. */
function mostImportant(spans, now) {
    const weight = ({ outcome, startedAt, endedAt = now }) => outcome === 'done' ? endedAt - startedAt : Number.MAX_VALUE;
    const kept = new Set([...spans].sort((a, b) => weight(b) - weight(a)).slice(0, maxBars));
    return spans.filter((span) => kept.has(span));
}
function bar(span, { startedAt }, now) {
    const start = span.startedAt - startedAt;
    const end = Math.max(start + 1, (span.endedAt ?? now) - startedAt);
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













/** GitHub drops a summary over 1 MiB as a whole; a part of it is left for what comes before. */
const maxBytes = 1_000_000;
/** GitHub refuses a comment of more characters than 65,536. */
const maxCommentBytes = 60_000;
/** Of what the agents that failed wrote, all of them together. */
const maxOutputCharacters = 60_000;
const maxOpenKeys = 8;
const headlineMarks = { rolledBack: '↩️', released: '✅', failed: '❌', planned: '📋' };
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
/** A plan as a comment: what the summary says, without what concerns this run alone. */
function commentOf(record, failures, runUrl, commit) {
    const origin = `<sub>From [this run](${runUrl}), for ${code(commit.slice(0, 7))}.</sub>\n`;
    return `${fitSections(maxCommentBytes, (limits) => sectionsFor(record, failures, limits))}\n${origin}`;
}
function sectionsFor(record, failures, limits) {
    const sets = secretSetTable((0,record_record/* secretSetsOf */.vB)(record), limits);
    const hasAgents = (0,record_record/* agentsOf */.et)(record).length > 0;
    const told = failures.flatMap((failure) => {
        const where = failure.subject?.name ?? failure.title;
        const isOnly = failures.length === 1;
        return [
            { name: sectionOf('what failed:', where), text: failureSection(failure, limits, isOnly) },
            {
                name: sectionOf('what was written by', where),
                text: summary_agentOutput(failure, Math.floor(maxOutputCharacters / failures.length)),
            },
        ];
    });
    const regions = { name: 'the regions', text: regionTable(record.targets) };
    const setSection = {
        name: 'the secret sets',
        text: hasAgents && sets !== undefined ? folded('Secret sets and keys', sets) : sets,
    };
    const notes = { name: 'warnings and notices', text: noteSection(record) };
    const changes = changeSections(record, limits);
    return [
        { name: 'the headline', text: headline(record, failures) },
        {
            name: 'the state',
            text: failures.length > 1 ? stateOfSeveral(record) : summary_regionsOf(record, failures),
        },
        // Of one failure, the reason is what is looked for first; of many, where they are.
        ...(failures.length > 1 ? [regions, ...told] : [...told, regions]),
        ...(record.kind === 'plan' ? [...changes, notes] : [notes]),
        { name: 'what is removed', text: removalSection(record) },
        { name: 'the agents', text: agentTable((0,record_record/* agentsOf */.et)(record)) },
        setSection,
        { name: 'the builds', text: buildSection(record) },
        ...(record.kind === 'plan' ? [] : changes),
    ];
}
/** Which regions were released, of a release that failed in one of them. */
function summary_regionsOf(record, failures) {
    const regions = failures.length === 0 ? undefined : regionsSentence(record);
    return regions === undefined ? undefined : prose(regions);
}
function stateOfSeveral(record) {
    const sentences = [...stateSentences(record), regionsSentence(record)];
    const told = sentences.filter((one) => one !== undefined);
    return told.length === 0 ? undefined : told.map(prose).join(' ');
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
    return parts.filter((part) => part !== undefined).join(' · ');
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
function resultMark({ outcome, smokeTest }, secretSets) {
    if (outcome === 'rolled-back')
        return summary_resultMarks[outcome];
    if (smokeTest?.outcome === 'failed')
        return `❌ ${outcome}`;
    const isSetFailed = secretSets.some((set) => set.outcome === 'failed' || set.status === 'failed');
    return outcome === 'skipped' && isSetFailed ? '❌ not started' : summary_resultMarks[outcome];
}
const smokeTestMarks = {
    passed: '✅ passed',
    failed: '❌ failed',
    inconclusive: '⚠️ inconclusive',
};
function summary_sessionCount({ count, isCut }) {
    return `${isCut ? 'at least ' : ''}${count}`;
}
/** The regions and their agents at one glance; names do not break. */
function regionTable(targets) {
    const rows = targets.flatMap(({ region, agent, secretSets }) => {
        if (agent === undefined)
            return [];
        const serving = servingOf(agent);
        const released = releasedImage(agent);
        const before = agent.plan.before && shortName(agent.plan.before.settings);
        const isReleased = serving.state === 'released';
        return [
            {
                Result: resultMark(agent, secretSets),
                Agent: html(agent.name),
                Region: html(region),
                'Serving now': servingCell(serving),
                Before: isReleased && before !== undefined && before !== released ? html(before) : '',
                'This release': isReleased || agent.outcome === 'unchanged' || released === undefined
                    ? ''
                    : html(released),
                Secrets: keyCounts(secretSets),
                'Smoke test': agent.smokeTest === null ? '' : smokeTestMarks[agent.smokeTest.outcome],
                'Old sessions': agent.sessionsOnOlder === null ? '' : summary_sessionCount(agent.sessionsOnOlder),
            },
        ];
    });
    return htmlTable(rows);
}
function servingCell(serving) {
    switch (serving.state) {
        case 'released':
            return serving.what === undefined ? 'the new deployment' : html(serving.what);
        case 'as-before':
            return serving.what === undefined
                ? 'the previous deployment'
                : `${html(serving.what)}, as before`;
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
function keyCounts(sets) {
    const count = (keys) => sets.reduce((sum, set) => sum + keys(set).length, 0);
    return [
        [count(({ added }) => added), 'added'],
        [count(({ updated }) => updated), 'updated'],
        [count(({ pruned }) => pruned), 'pruned'],
    ]
        .filter(([keys]) => keys > 0)
        .map(([keys, what]) => `${keys} ${what}`)
        .join(', ');
}
/** What a plan would change, setting by setting and key by key. */
function plannedTable({ targets }, maxKeys) {
    const rows = targets.flatMap(({ region, secretSets, build, agent }) => {
        const row = (setting, now, after) => ({
            Region: html(region),
            Setting: setting,
            Now: now,
            After: after,
        });
        const newBuild = build !== undefined && build.found === undefined
            ? `a new build of ${html(build.context.hash)}`
            : 'a new build';
        const changes = agent?.changes ?? [];
        const isNamed = changes.some(({ after }) => after === undefined);
        return [
            ...(build !== undefined && build.found === undefined && !isNamed
                ? [row('build', '–', newBuild)]
                : []),
            ...changes.map(({ setting, before, after }) => row(setting, before === undefined ? '–' : html(before), after === undefined ? newBuild : html(after))),
            ...(agent?.hidden ?? []).map(({ setting, after }) => row(setting, 'not shown', html(after))),
            ...secretSets.flatMap(({ name, addedKeys, updatedKeys, prunedKeys }) => {
                const key = (one) => `${html(one)} of ${html(name)}`;
                return [
                    ...addedKeys.map((one) => row(key(one), '–', 'new key')),
                    ...updatedKeys.map((one) => row(key(one), 'set', 'new value')),
                    ...prunedKeys.map((one) => row(key(one), 'set', 'deleted')),
                ].slice(0, maxKeys);
            }),
        ];
    });
    return htmlTable(rows);
}
/** What is planned, or was done, region by region. */
function changeSections(record, { names }) {
    const { kind, plan } = record;
    if (plan === undefined)
        return [];
    const isPlan = kind === 'plan';
    const regions = isPlan ? plannedChanges(plan, names) : doneChanges(record, names);
    const lists = regions
        .filter(({ changes }) => changes.length > 0)
        .map(({ region, changes }) => ({
        name: sectionOf('the changes in', region),
        text: [`**${code(region)}**\n`, ...changes.map((change) => `- ${prose(change)}`)].join('\n'),
    }));
    if (!isPlan) {
        const text = folded('Changes', lists.map((list) => list.text).join('\n\n'));
        return lists.length === 0 ? [] : [{ name: 'the changes', text }];
    }
    return [{ name: 'the table of changes', text: plannedTable(plan, names) }, ...lists];
}
function headline(record, failures) {
    const [failure, ...others] = failures;
    if (failure !== undefined && record.teardown !== undefined) {
        const regions = failures.flatMap(({ subject }) => subject === undefined ? [] : [subject.region]);
        return `## ${headlineMarks.failed} ${teardownFailureHeadline(record.teardown, regions)}`;
    }
    if (failure !== undefined) {
        const rollBack = rollBackHeadline(record);
        if (rollBack !== undefined)
            return rollBack;
        return others.length === 0
            ? `## ${headlineMarks.failed} ${agentHeadline(record, failure) ?? failureTitle(failure)}`
            : `## ${headlineMarks.failed} ${prose(severalTitle(record, failures))}`;
    }
    switch (record.kind) {
        case 'offline-check':
            return `## ${headlineMarks.planned} Checked without a credential: inputs, files and names are in order`;
        case 'plan':
            return `## ${headlineMarks.planned} ${planned(record)}`;
        case 'teardown':
            return `## ${headlineMarks.released} ${record.teardown === undefined ? 'Nothing to tear down' : teardownHeadline(record.teardown)}`;
        case 'teardown-plan':
            return `## ${headlineMarks.planned} ${record.teardown === undefined ? 'Nothing to tear down' : teardownPlanHeadline(record.teardown)}`;
        case 'release':
            return `## ${headlineMarks.released} ${success(record)}`;
    }
}
/** Where agents went back, or did not; undefined without a rollback that came to its end. */
function rollBackHeadline(record) {
    const title = rollBackTitle(record);
    if (title === undefined)
        return undefined;
    const agents = (0,record_record/* agentsOf */.et)(record).filter(({ rollBack }) => rollBack !== undefined);
    const failed = agents.filter(({ rollBack }) => rollBack?.outcome === 'failed');
    const mark = failed.length > 0 ? headlineMarks.failed : headlineMarks.rolledBack;
    const named = failed.length > 0 ? failed : agents;
    const where = named.length > maxInHeadline
        ? `${named.length} agents`
        : named.map(({ name, region }) => `${code(name)} in ${code(region)}`).join(', ');
    return `## ${mark} ${title}: ${where}`;
}
function failureHeading(failure) {
    return `### ${headlineMarks.failed} ${failureTitle(failure)}`;
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
    const what = `${code(agent.name)} was`;
    const where = `in ${code(agent.region)}`;
    if (kind === 'smoke-test-failed' && agent.ready) {
        return `${code(agent.name)} is serving ${where}, but failed its smoke test`;
    }
    if (agent.plan.action === 'update')
        return `${what} not updated ${where}`;
    return agent.deploymentId === null
        ? `${what} not created ${where}`
        : `${what} created ${where} but is not serving`;
}
function failureTitle({ title, subject }) {
    const where = subject && `: ${code(subject.name)} in ${code(subject.region)}`;
    return `${prose(title)}${where ?? ''}`;
}
function planned({ plan }) {
    const targets = plan?.targets ?? [];
    const regions = targets.length > maxInHeadline
        ? `${targets.length} regions`
        : codes(targets.map(({ region }) => region));
    const changes = plan && countOfChanges(plan);
    return `Plan for ${regions}: ${changes ?? 'nothing'} would change`;
}
/** More agents, regions or sets than this are counted rather than listed in a headline. */
const maxInHeadline = 3;
function success(record) {
    const agents = (0,record_record/* agentsOf */.et)(record);
    if (agents.length > maxInHeadline) {
        const ready = agents.filter((agent) => agent.ready).length;
        const serving = ready === agents.length ? '; all are serving' : ready > 0 ? `; ${ready} are serving` : '';
        const unchanged = agents.filter(({ outcome }) => outcome === 'unchanged').length;
        const others = unchanged > 0 ? ` (${unchanged} unchanged)` : '';
        return unchanged === agents.length
            ? `${agents.length} agents in ${agents.length} regions are unchanged${serving}`
            : `Released ${agents.length} agents in ${agents.length} regions${others}${serving}`;
    }
    const sentences = agents.map(({ name, region, outcome, ready }) => {
        const where = `${code(name)} in ${code(region)}`;
        return `${capital(outcome)} ${where}${ready ? '; it is serving' : ''}`;
    });
    if (sentences.length > 0)
        return sentences.join('. ');
    const current = record.targets.flatMap(({ secretSets }) => secretSets);
    const written = current.filter(({ outcome }) => outcome !== 'existing');
    if (written.length > maxInHeadline)
        return `Secrets are ready: ${written.length} sets`;
    if (written.length > 0)
        return `Secrets are ready: ${codes(written.map(({ name }) => name))}`;
    return current.some(({ plan }) => plan.template !== undefined)
        ? 'Nothing to write: this version of the secrets is there already'
        : 'Nothing to write: no secret has a value';
}
function authentication({ actingAs }) {
    if (actingAs === undefined)
        return undefined;
    const { credentialKind, credentialOrigin, organization } = actingAs;
    const who = `Authenticated with ${credentialKinds[credentialKind]} from ${prose(credentialOrigin)}`;
    return organization === undefined
        ? `${who}.`
        : `${who}, in the organization ${code(organization)}.`;
}
function failureSection(failure, limits, isOnly) {
    const { title, facts, state, why, problems, next } = failure;
    const more = problems.length - limits.problems;
    const parts = [
        isOnly ? stateLine(state) : failureHeading(failure),
        [`**What failed:** ${prose(isOnly ? sentence(title) : '')}`, ...why.map(prose)]
            .join(' ')
            .replace(/ {2,}/g, ' '),
        [
            ...problems
                .slice(0, limits.problems)
                .map(({ about, message, next: fix }) => `- **${prose(about)}**: ${prose(summary_cut(sentence(message), limits))}${fix === undefined ? '' : ` ${prose(fix)}`}`),
            ...(more > 0 ? [`- … and ${more} more, which are reported once these are corrected.`] : []),
        ].join('\n'),
        facts.length === 0
            ? ''
            : facts.map(({ label, value }) => `**${label}** ${code(value)}`).join(' · '),
        next.length === 0 ? '' : `**What to do:** ${next.map(prose).join(' ')}`,
    ];
    return parts.filter((part) => part !== '').join('\n\n');
}
/** What serves now; with the danger, if there is one, beside it. */
function stateLine(state) {
    const [first, ...others] = state;
    if (first === undefined)
        return '';
    const marked = others.map((one) => one.startsWith('New instances') ? `⚠️ ${prose(one)}` : prose(one));
    const [label, rest] = first.split(/(?<=^Serving now:) /);
    const lead = rest === undefined ? `**${prose(first)}**` : `**${label ?? ''}** ${prose(rest)}`;
    return [lead, ...marked].join(' ');
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
        `${outcome}${ready ? ', serving' : previousServes ? '; the previous deployment is still serving' : ''}`,
        // What does not run is not what anybody looks for in that column.
        outcome === 'skipped'
            ? '–'
            : imageCell((outcome === 'rolled-back' ? plan.before?.settings : undefined) ?? (0,plan_agent/* plannedAgent */.O)(plan)),
        deploymentId === null ? '–' : code(deploymentId),
    ]));
    return folded('Deployments of this release', rows);
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
/** Milliseconds under which a step that is done needs no row of its own. */
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
 * Tells how the release went: outputs, job summary, and on failure the one error annotation. What
 * cannot be written is said, and does not change how the release went.
 */
async function report(actions, record, failures, { now, commit }) {
    for (const followUp of [...followUps(record), ...exposedValues(record)]) {
        actions.notice((0,printable/* printable */.g)(followUp));
    }
    for (const failure of failures)
        showAgentOutput(actions, failure);
    const [first, ...others] = failures;
    if (first !== undefined) {
        const title = others.length === 0 ? first.title : severalTitle(record, failures);
        const rollBack = rollBackTitle(record);
        actions.error(annotation(record, [first, ...others]), rollBack === undefined ? title : `${rollBack}: ${title}`);
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
/** One annotation, however many regions failed: all of them in one, as far as there is room. */
function annotation(record, [first, ...others]) {
    const regions = (0,printable/* printable */.g)(regionsSentence(record) ?? '');
    if (others.length === 0)
        return oneFailure(first, regions, maxAnnotationLength);
    const all = mergeAlike([first, ...others]);
    const room = Math.floor((maxAnnotationLength - regions.length) / all.length) - 2;
    const told = all.map((failure) => oneFailure(failure, '', room));
    return [regions, ...told].filter((part) => part !== '').join('\n\n');
}
/** What failed in the same way in several regions is told once, with all that it happened to. */
function mergeAlike(failures) {
    const told = new Map();
    for (const failure of failures) {
        const { title, state, why, problems } = failure;
        const key = JSON.stringify([title, state, why, problems]);
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
/** Cuts the longest of the texts until all of them have room together. */
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
/** The failure on a few lines: where, why, what to do, and the end of what the agent wrote. */
function oneFailure(failure, regions, most) {
    const { title, subject, facts, state, why, problems, next, traceback, logs } = failure;
    const lines = [
        `${title}.`,
        facts.map(({ label, value }) => `${label}: ${value}`).join(' · '),
        [...state, ...why].join(' '),
        problems
            .map(({ about, message, next: fix }) => `- ${about}: ${sentence(message)}${fix === undefined ? '' : ` ${fix}`}`)
            .join('\n'),
        regions,
        next.length === 0 ? '' : `Next: ${next.join(' ')}`,
    ];
    const parts = lines.filter((line) => line !== '').map(printable/* printable */.g);
    // Whatever has to be cut, each of where, why and what to do is to be read.
    const told = shorten(most - parts.length + 1, parts).join('\n');
    // The log lines often hold the traceback once more.
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
// EXTERNAL MODULE: ./lib/steps/work-progress.js
var work_progress = __nccwpck_require__(4692);
;// CONCATENATED MODULE: ./lib/steps/build-context.js








/** Names that are listed; what is beyond is counted. */
const build_context_maxNames = 50;
/** Names in a sentence of the summary. */
const build_context_maxNamed = 10;
/**
 * Packs a build context before anything is sent, so that mistakes in the files are reported before
 * anything is written.
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
        throw new context_errors/* ContextError */.a([problem], { cause: error });
    }
}
/** What is left behind is no reason to call a release failed that is done. */
async function remove(folder, journal) {
    try {
        await (0,promises_.rm)(folder, { recursive: true, force: true });
    }
    catch (error) {
        journal.warning(`Could not delete the archive in ${(0,quote/* quote */.h)(folder)} (${(0,system_error/* faultOf */.Kl)(error).reason}).`);
    }
}
async function pack({ journal, settings, folders, cancellation }, archive) {
    const { clock, log } = journal;
    // Loaded on use only.
    const [{ selectContext }, { packContext }] = await Promise.all([
        __nccwpck_require__.e(/* import() */ 946).then(__nccwpck_require__.bind(__nccwpck_require__, 946)),
        __nccwpck_require__.e(/* import() */ 241).then(__nccwpck_require__.bind(__nccwpck_require__, 5241)),
    ]);
    const selected = await selectContext(settings, folders.workspace, cancellation);
    reportContext(journal, settings, selected);
    const progress = new work_progress/* WorkProgress */.l(clock, selected.bytes, (done) => {
        log.info(`Packed: ${done}.`);
    });
    const report = (bytes) => {
        progress.update(bytes);
    };
    const packed = await packContext(selected, archive, {
        progress: report,
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
/** What a person may want to know about files that were packed. */
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



/** The look-up of the image of a release; undefined if it has none, or nobody wants to know. */
function imageLookup(settings, context) {
    const image = settings.agent?.settings.image;
    const { imageLookup: asked } = settings;
    if (image === undefined || asked === undefined)
        return undefined;
    return async () => {
        const reference = (0,registry_reference/* parseImageReference */.o_)(image);
        const { clock, signal } = context;
        // Loaded on use only: most of it is needed for no other release.
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
/** The login that this step was given, if it is for the registry of the image. */
function loginOf({ imagePullSecret }, { registry }) {
    const credentials = imagePullSecret?.registry;
    if (credentials === undefined || (0,registry_reference/* registryName */.jT)(credentials.host) !== registry)
        return undefined;
    const [username = '', ...rest] = Buffer.from(credentials.authentication.reveal(), 'base64')
        .toString('utf8')
        .split(':');
    const password = rest.join(':');
    // A plan goes on without a password.
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





/** Builds of one key that a look asks for. */
const maxBuilds = 20;
/** Lines of a build's log: the platform gives no more at once, and begins with the first of them. */
const maxBuildLines = 10_000;
/** What statuses, phases, reasons and codes look like, whatever they are. */
const codePattern = /^[\w.-]{1,64}$/;
/** Another writer is at the same set; it is gone in a moment. */
const concurrentWrite = [409];
/** The organizations of a personal access token, in the platform's order. */
function listOrganizations(caller) {
    return caller.call({
        request: { method: 'GET', path: '/v1/organizations' },
        parse: answers/* parseOrganizations */.eE,
    });
}
/**
 * Pipecat Cloud, as one credential reaches it: the operations of a release, with the differences of
 * the two surfaces taken away. Errors are those of `errors.ts`. Texts of the platform have known
 * secrets taken out. Its statuses, phases, reasons and codes are as they came, so that they can be
 * compared: whoever shows one redacts it.
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
        return this.#read('regions', answers/* parseRegions */.Tf);
    }
    /** The region that the organization uses where none is named. */
    defaultRegion() {
        return this.#read('properties', answers/* parseDefaultRegion */.tK);
    }
    /** All sets of the organization, image pull secrets included. */
    async secretSets(options = {}) {
        const sets = await this.#read('secrets', answers/* parseSecretSets */.Ry, options);
        return sets.map((set) => ({ ...set, errorMessage: this.#clean(set.errorMessage) }));
    }
    /**
     * @throws UnreadableAnswerError if the list has an entry about the set that cannot be read
     */
    requireReadable(set) {
        if (set.unreadable === undefined)
            return;
        const call = { method: 'GET', path: this.#surface.path('secrets') };
        const fields = (0,text_list/* listOf */.c)(set.unreadable);
        throw new pipecat_errors/* UnreadableAnswerError */.mP(call, this.#redact(`the response is JSON, but has an unexpected shape (${fields} of the set ${(0,quote/* quote */.h)(set.name)})`));
    }
    /** One set with its keys; undefined where there is none. An image pull secret is refused (400). */
    async secretSet(name, options = {}) {
        const set = await this.#readIfThere(this.#surface.path(`secrets/${encodeURIComponent(name)}`), answers/* parseSecretSet */.k5, options);
        return set && { ...set, errorMessage: this.#clean(set.errorMessage) };
    }
    /**
     * Writes pairs to a set and creates it if it does not exist. Keys that are not given stay. Accepted
     * is not ready: wait for the set.
     *
     * @param onAccepted called with the keys of each request that was accepted, so that the record is
     *   true after a failure half-way
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
            path: this.#surface.path(`secrets/${encodeURIComponent(name)}`),
            body: { isImagePullSecret: true, host, secretValue: authentication.reveal(), region },
        }, options);
    }
    /** Deletes a key of a set; one that is not there (any more) is not an error. */
    deleteSecret(set, key, options) {
        return this.#caller.call({
            request: {
                method: 'DELETE',
                path: this.#surface.path(`secrets/${encodeURIComponent(set)}/${encodeURIComponent(key)}`),
            },
            parse: answers/* parseDeletion */.Wh,
            absent: { status: 404, result: undefined },
        }, { ...options, retryableStatuses: concurrentWrite });
    }
    /** Deletes a whole set; one that does not exist (anymore) is not an error. */
    deleteSecretSet(set, options) {
        return this.#delete(this.#surface.path(`secrets/${encodeURIComponent(set)}`), {
            retryableStatuses: concurrentWrite,
            ...options,
        });
    }
    /**
     * Deletes an agent; one that does not exist (anymore) is not an error. Its running sessions continue
     * until they end or are stopped.
     */
    deleteAgent(name, options) {
        return this.#delete(this.#surface.agents(`/${encodeURIComponent(name)}`), options);
    }
    /** Names of the agents of a region; undefined for an agent whose entry cannot be read. */
    agentNames(region, options = {}) {
        return this.#caller.call({
            request: {
                method: 'GET',
                path: this.#surface.agents(`?region=${encodeURIComponent(region)}`),
            },
            parse: answers/* parseAgentNames */.ld,
        }, options);
    }
    /** An agent; undefined where there is none of that name in the organization. */
    async agent(name, options = {}) {
        const agent = await this.#readIfThere(this.#surface.agents(`/${encodeURIComponent(name)}`), answers/* parseAgent */.N8, options);
        return agent && this.#cleanAgent(agent);
    }
    /** Creates an agent. Its answer carries the id of its first deployment. */
    createAgent(name, region, settings, options) {
        return this.#deploy({
            method: 'POST',
            path: this.#surface.agents(),
            body: { serviceName: name, region, ...(0,pipecat_agent_settings/* toFields */.Lv)(settings) },
        }, options);
    }
    /**
     * Updates an agent. Its answer carries the id of the new deployment, or of the one there is where
     * the platform saw no change.
     *
     * @param force makes a new deployment in any case, so that agents take up changed values
     */
    updateAgent(name, settings, force, options) {
        const fields = { ...(0,pipecat_agent_settings/* toFields */.Lv)(settings), ...(force ? { forceRedeploy: true } : {}) };
        return this.#deploy(this.#surface.agentUpdate(name, fields), options);
    }
    /** The last lines that a deployment or a session of an agent wrote. */
    async agentLogs(name, of, limit, options = {}) {
        const query = new URLSearchParams({ limit: String(limit), ...of, order: 'desc' });
        const newestFirst = await this.#caller.call({
            request: {
                method: 'GET',
                path: this.#surface.agents(`/${encodeURIComponent(name)}/logs?${query.toString()}`),
            },
            parse: answers/* parseLogs */.dl,
        }, options);
        return {
            lines: this.#cleanLines(newestFirst.reverse()),
            isExecFormatError: answers/* saysExecFormatError */.HW(newestFirst),
        };
    }
    /** Names of the profiles that agents may have; undefined where the surface does not list them. */
    async agentProfiles() {
        if (!this.#surface.listsAgentProfiles)
            return undefined;
        return this.#read('agent-profiles', answers/* parseAgentProfiles */.n8);
    }
    /** A cloud build; undefined where there is none. */
    async build(id, options = {}) {
        const build = await this.#readIfThere(this.#surface.path(`builds/${encodeURIComponent(id)}`), answers/* parseBuild */.EH, options);
        return build && this.#cleanBuild(build);
    }
    /**
     * The builds of a context, newest first.
     *
     * @param status only those with this one
     */
    async builds({ region, contextHash, dockerfilePath }, status, options = {}) {
        const query = new URLSearchParams({
            contextHash,
            dockerfilePath,
            region,
            ...(status === undefined ? {} : { status }),
            limit: String(maxBuilds),
        });
        const builds = await this.#read(`builds?${query.toString()}`, answers/* parseBuilds */.dM, options);
        // A build of something else would be deployed unseen, were one of the filters passed over.
        return builds
            .filter((build) => build.region === region &&
            build.contextHash === contextHash &&
            build.dockerfilePath === dockerfilePath &&
            (status === undefined || build.status === status))
            .map((build) => this.#cleanBuild(build));
    }
    /**
     * Uploads the archive of a build context to where builds of a region take it from.
     *
     * @returns the upload's id, which a build names
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
    /** Starts a build of what was uploaded, unless one of the same context has succeeded. */
    async startBuild(uploadId, region, dockerfilePath, options) {
        const request = {
            method: 'POST',
            path: this.#surface.path('builds'),
            body: { uploadId, region, dockerfilePath },
        };
        const started = await this.#caller.call({ request, parse: answers/* parseStartedBuild */.ZV }, options);
        return { ...started, build: this.#cleanBuild(started.build) };
    }
    /** The last lines of a build's log, oldest first; of a very long one, of its beginning. */
    async buildLogs(id, most, options = {}) {
        const lines = await this.#read(`builds/${encodeURIComponent(id)}/logs?limit=${maxBuildLines}`, answers/* parseBuildLogs */.TC, options);
        return this.#cleanLines(lines).slice(-most);
    }
    #read(resource, parse, options = {}) {
        const request = { method: 'GET', path: this.#surface.path(resource) };
        return this.#caller.call({ request, parse }, options);
    }
    #readIfThere(path, parse, options = {}) {
        const operation = {
            request: { method: 'GET', path },
            parse,
            absent: { status: 404, result: undefined },
        };
        return this.#caller.call(operation, options);
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
        return text === undefined ? undefined : this.#redact(text);
    }
    /** Lines all together, since a value may span several of them; of very many, the last. */
    #cleanLines(lines) {
        if (lines.length === 0)
            return [];
        return this.#redact(lines.join('\n'), { isPart: true, keep: 'end' }).split('\n');
    }
    /** A word for machines stays as it came, so that it can be compared; any other text is cleaned. */
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
                // The platform may have cut a traceback, which names the error in its last line.
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
        // This surface takes one pair a request.
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
 * The organization that a personal access token acts in: the one that is named, by its name, its id or
 * its display name, else the first that the platform lists, as its client does. A name that is not in
 * the list, or that two of them have, is an error here; the client continues with the first one then.
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
/** The name of the organization that is meant; undefined if there is none, or more than one. */
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
 * Finds the surface that the credential reaches: a key has one of its own, a token one for each
 * organization.
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

/** Milliseconds. A server that asks for a longer wait than this is not asked again. */
const retry_maxWait = 120_000;
/** Decides whether a call is sent again after a failed attempt. Depends on nothing else. */
function decideRetry(failed, backoff, random) {
    if (!failed.isTransient)
        return { stop: 'final' };
    // Only time ends a rate limit, so an attempt that met one does not count, for a while.
    const isFree = failed.limitedFor !== undefined && failed.limitedFor < retry_maxWait;
    const counted = isFree ? 1 : failed.attempt;
    const { budget, retryAfter = 0 } = failed;
    if (budget === undefined ? counted >= failed.attempts : budget <= 0)
        return { stop: 'attempts' };
    // The last attempt is made when the budget ends, or when the server wants it.
    const backoffEnd = Math.min((0,time_backoff/* backoffDelay */.E)(backoff, counted, random), budget ?? Infinity);
    const delay = Math.max(backoffEnd, retryAfter);
    if (failed.remaining <= delay)
        return { stop: 'deadline' };
    // Even without a limit of the step, a server must not hold the job for hours.
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

/** Requests that are under way at once; more would only meet the limit of the platform. */
const maxAtOnce = 8;
/** Milliseconds for which nothing is sent after a refusal that does not say for how long. */
const firstHold = 1000;
const maxHold = 15_000;
/**
 * What all requests of a run have in common: so many go at once, and when the platform says that
 * there are too many (429), none is sent until the time that it asked for has passed, and then one
 * at a time until one is answered. Without that, every region would run into the limit for itself,
 * again and again.
 */
class Traffic {
    #clock;
    #limit = pLimit(maxAtOnce);
    /** For requests after a refusal. */
    #single = pLimit(1);
    #heldUntil = 0;
    /** Holds in a row, without an answer in between. */
    #holds = 0;
    constructor(clock) {
        this.#clock = clock;
    }
    /** Sends a request when it is its turn. */
    pass(send) {
        return this.#limit(() => (this.#holds === 0 ? send() : this.#single(send)));
    }
    /** Milliseconds for which nothing may be sent. */
    heldFor() {
        return Math.max(0, this.#heldUntil - this.#clock.now());
    }
    /**
     * Holds everything back, because there were too many requests.
     *
     * @param asked milliseconds that the platform asks for; without, the holds grow
     */
    hold(asked) {
        // Of requests that went at once, each is refused; that is one refusal.
        if (this.heldFor() === 0)
            this.#holds++;
        const hold = asked ?? Math.min(maxHold, firstHold * 2 ** (this.#holds - 1));
        this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + hold);
    }
    /** Takes note that a request was not refused. */
    answered() {
        if (this.heldFor() === 0)
            this.#holds = 0;
    }
}

;// CONCATENATED MODULE: ./lib/pipecat/caller.js









/** Milliseconds between the attempts of calls that share a budget, at most. */
const maxPauseWithBudget = 5000;
/** Milliseconds that one request of such a call may take. */
const requestLimitWithBudget = 15_000;
function isLimit(error) {
    return error.kind === 'rate-limited';
}
/** What the attempts of one call have come to so far. */
class CallHistory {
    request;
    /** Number of the attempt that is under way. */
    attempt = 1;
    /** Whether the request may have been carried out although no answer says so. */
    isInDoubt = false;
    /** What the request itself failed with: a look for what it did may fail in its own way. */
    failure;
    #limitedSince;
    constructor(request) {
        this.request = request;
    }
    /** Records a failed attempt, or a failed look for what an earlier attempt did. */
    add(error, now) {
        const isOwn = error.isOf(this.request);
        const isSent = !(error instanceof pipecat_errors/* NotSentError */.SD);
        if (isOwn && error.call.method !== 'GET' && error.mayBeCarriedOut)
            this.isInDoubt = true;
        // A request that was not sent again says nothing about the one that was.
        const failure = this.failure === undefined || (isOwn && isSent) ? error : this.failure;
        if (isSent)
            failure.attempts = this.attempt;
        failure.isInDoubt = this.isInDoubt;
        this.failure = failure;
        if (isLimit(error))
            this.#limitedSince ??= now;
        return {
            latest: error,
            failure,
            // A look has a limit of its own, which is not the limit of the request.
            deciding: isOwn || isSent ? error : failure,
            limitedFor: isLimit(error) ? now - (this.#limitedSince ?? now) : undefined,
        };
    }
}
/** Sends requests until they are answered: deadlines, retries, and errors that say what happened. */
class Caller {
    #options;
    #traffic;
    /** Aborted where nobody can wait any longer for an answer to what was sent. */
    #writeGrace;
    constructor(options, traffic = new Traffic(options.clock)) {
        this.#options = options;
        this.#writeGrace = options.cancellation.after(options.writeGrace ?? time_cancellation/* cancellationLimits */.U4.write);
        this.#traffic = traffic;
    }
    /** A caller with the same connection whose calls share a budget for retries. */
    withRetryBudget(retryBudget) {
        return new Caller({ ...this.#options, retryBudget }, this.#traffic);
    }
    /** @throws CallError, or CancelledError: an InterruptedCallError if the request may have been carried out */
    async call(operation, options = {}) {
        const { clock, retryBudget } = this.#options;
        const history = new CallHistory(operation.request);
        for (;;) {
            const startedAt = clock.now();
            try {
                const found = history.isInDoubt
                    ? await this.#findLostResult(operation, options)
                    : undefined;
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
                const failed = history.add(error, this.#options.clock.now());
                const { failure } = failed;
                if (this.#options.cancellation.isCancelled && isRetryable(error, options)) {
                    throw this.#cancelled(history);
                }
                const decision = this.#decide(failed, history.attempt, options);
                if ('stop' in decision) {
                    if (decision.stop === 'deadline')
                        failure.outOfTime = options.deadline;
                    failure.outOfTime ??= error.outOfTime;
                    const found = await this.#findBeforeGivingUp(history, operation, options);
                    if (found !== undefined)
                        return found;
                    throw failure;
                }
                history.attempt = decision.attempt;
                this.#announce(operation.request, error, decision, options);
                const isPaused = await this.#pause(decision.delay, options.signal);
                if (this.#options.cancellation.isCancelled)
                    throw this.#cancelled(history);
                if (!isPaused)
                    throw failure;
            }
        }
    }
    /** How a call ends in a cancelled run: not carried out, or it is unknown whether it was. */
    #cancelled({ request, isInDoubt, failure }) {
        const reason = this.#options.cancellation.signal.reason;
        return isInDoubt && reason instanceof time_cancellation/* CancelledError */.cc
            ? new pipecat_errors/* InterruptedCallError */.Zi(request, reason, failure)
            : reason;
    }
    /** Looks for what a request did before giving up; a failure of the look is not what failed. */
    async #findBeforeGivingUp({ isInDoubt }, operation, options) {
        // A retry that is refused may be refused because the first request was carried out.
        if (!isInDoubt)
            return undefined;
        try {
            return await this.#findLostResult(operation, options);
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
        const retryAfter = deciding instanceof pipecat_errors/* StatusError */.Xs ? deciding.retryAfter : undefined;
        return decideRetry({
            attempt,
            attempts: options.attempts ?? backoff.attempts,
            isTransient: isRetryable(deciding, options),
            retryAfter,
            limitedFor,
            remaining: options.deadline?.remaining() ?? Infinity,
            budget: this.#budgetFor(deciding, retryAfter),
        }, retryBudget === undefined ? backoff : { ...backoff, ceiling: maxPauseWithBudget }, () => clock.random());
    }
    /** Milliseconds that are left for another attempt, when it is allowed to be sent. */
    #budgetFor(error, retryAfter) {
        const isUnreachable = error instanceof pipecat_errors/* ConnectionError */.Rc && error.isUnreachable;
        const budget = this.#options.retryBudget?.remaining({ isUnreachable });
        // How long the server asks to wait is up to the server, and how long it is spared is up to us.
        return budget && budget - (retryAfter === undefined ? this.#traffic.heldFor() : 0);
    }
    #announce({ method, path }, { reason }, { attempt, delay }, options) {
        const { backoff, retryBudget } = this.#options;
        const allowed = retryBudget === undefined ? ` of ${options.attempts ?? backoff.attempts}` : '';
        this.#options.log.info(`${method} ${path}: attempt ${attempt}${allowed}, in ${(delay / 1000).toFixed(1)} s, because ${reason}`);
    }
    async #findLostResult({ request: { method, path } }, { findLostResult }) {
        if (this.#options.over.aborted)
            return undefined;
        const found = await findLostResult?.();
        if (found !== undefined) {
            this.#options.log.info(`${method} ${path}: the request whose answer was lost had been carried out`);
        }
        return found;
    }
    /** Waits before the next attempt; false where there is to be none any more. */
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
            // A place within the answer may be named by the answer itself.
            throw new pipecat_errors/* UnreadableAnswerError */.mP(request, this.#options.redact(error.message));
        }
    }
    /** Sends a request unless everything is held back, which may be so again after the wait. */
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
            this.#traffic.answered();
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
        // Silence, too, has to leave time for another attempt.
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
            code: said.code === undefined ? undefined : this.#options.redact(said.code),
            platformMessage: said.message === undefined ? undefined : oneLine(this.#options.redact(said.message)),
            said,
            retryAfter: (0,retry_after/* readRetryAfter */.D)(answer.headers, this.#options.clock.wallTime()),
        });
    }
}
function isRetryable(error, { retryableStatuses: passingStatuses = [] }) {
    return (error.isTransient || (error instanceof pipecat_errors/* StatusError */.Xs && passingStatuses.includes(error.status)));
}
/** The platform says what it refuses in JSON. A gateway's page, or nothing, says nothing of what is behind. */
function isPlatformResponse(text) {
    return text.trimStart().startsWith('{');
}
/** Neither JSON nor a page. */
function isPlainText(text) {
    return !/^\s*[{["<]/.test(text);
}
/** An empty answer is undefined: what has nothing to tell may be answered so, nothing else parses it. */
function parseJson(text) {
    if (text.trim() === '')
        return undefined;
    try {
        return JSON.parse(text);
    }
    catch {
        // Without the cause: the engine's message quotes the text.
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

/** The platform as one credential reaches it. */
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
    /** Sends one request once. Rejects where no whole answer came; any status is an answer. */
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
    /** Closes the connections that are kept open for the next request. */
    close() {
        this.#transport.close();
    }
}

;// CONCATENATED MODULE: ./lib/pipecat/session-answers.js



const started = dist/* object */.Ikc({ sessionId: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq()) });
const parseStarted = (0,answers/* parser */.K3)(started);
/** Fields of an answer to a start that are no secret. */
const shown = ['sessionId', 'dailyRoom', 'wsUrl', 'urls', 'url'];
/** Characters; anything shorter may be part of a word. */
const shortestCredential = 8;
function parseStartedSession(answer) {
    const { sessionId } = parseStarted(answer);
    return {
        sessionId,
        credentials: [...new Set(textsIn(answer))]
            .filter((text) => text.length >= shortestCredential && text !== sessionId)
            .map((text) => new secret_value/* SecretValue */.i(text)),
    };
}
/** Every text of an answer at any depth, except in fields that are no secret. */
function* textsIn(value) {
    if (typeof value === 'string')
        yield value;
    else if (Array.isArray(value))
        for (const item of value)
            yield* textsIn(item);
    else if (typeof value === 'object' && value !== null) {
        for (const [name, field] of Object.entries(value))
            if (!shown.includes(name))
                yield* textsIn(field);
    }
}
/** What is only shown, and so may have any other type. */
const shownFlag = dist/* fallback */.NpB(dist/* optional */.lqM(dist/* boolean */.zMY()), undefined);
const shownText = dist/* fallback */.NpB(dist/* optional */.lqM(dist/* string */.YjP()), undefined);
const session = dist/* pipe */.FsL(dist/* object */.Ikc({
    sessionId: dist/* string */.YjP(),
    deploymentId: shownText,
    endedAt: dist/* nullish */.cl6(dist/* unknown */.L5J()),
    botStartSeconds: dist/* fallback */.NpB(dist/* optional */.lqM(dist/* number */.aig()), undefined),
    coldStart: shownFlag,
    completionStatus: dist/* fallback */.NpB(dist/* optional */.lqM(dist/* pipe */.FsL(dist/* union */.KCZ([dist/* string */.YjP(), dist/* number */.aig()]), dist/* transform */.pdi(String))), undefined),
}), dist/* transform */.pdi(({ sessionId, deploymentId, endedAt, botStartSeconds, coldStart, completionStatus, }) => ({
    sessionId,
    deploymentId,
    hasEnded: endedAt !== undefined && endedAt !== null,
    startSeconds: botStartSeconds,
    coldStart,
    completionStatus,
})));
const parseSession = (0,answers/* parser */.K3)(session);
const parseSessions = (0,answers/* parser */.K3)(dist/* pipe */.FsL(dist/* object */.Ikc({
    total_count: dist/* fallback */.NpB(dist/* optional */.lqM(dist/* number */.aig()), undefined),
    sessions: dist/* array */.YOg(dist/* fallback */.NpB(dist/* nullable */.mee(session), null)),
}), dist/* transform */.pdi(({ total_count, sessions }) => ({
    total: total_count,
    entries: sessions.length,
    sessions: sessions.filter((one) => one !== null),
}))));
const named = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq());
/** The answer to a stop: it may be empty, but not be about something else. */
const parseStop = (0,answers/* parser */.K3)(dist/* pipe */.FsL(dist/* optional */.lqM(dist/* union */.KCZ([dist/* object */.Ikc({ status: named }), dist/* object */.Ikc({ session_id: named })])), dist/* transform */.pdi(() => undefined)));

;// CONCATENATED MODULE: ./lib/pipecat/sessions.js

/** Sessions on a page: the most that the platform gives. */
const pageSize = 100;
/** Sessions that are counted at most. */
const maxCounted = 1000;
/** Sessions of agents, as a private credential reaches them. */
class Sessions {
    #caller;
    #surface;
    constructor(caller, surface) {
        this.#caller = caller;
        this.#surface = surface;
    }
    /** A session; undefined if the platform does not know it. */
    session(agent, id, options = {}) {
        return this.#caller.call({
            request: { method: 'GET', path: this.#path(agent, `/${encodeURIComponent(id)}`) },
            parse: parseSession,
            absent: { status: 404, result: undefined },
        }, options);
    }
    /** Stops a session. One that has ended or is not known counts as stopped. */
    stop(agent, id, options = {}) {
        return this.#caller.call({
            request: { method: 'DELETE', path: this.#path(agent, `/${encodeURIComponent(id)}`) },
            parse: parseStop,
            absent: { status: 404, result: undefined },
        }, options);
    }
    /** The ids of sessions that run, one page of them. */
    async running(agent, offset, options = {}) {
        const page = await this.#page(agent, offset, options);
        return page === undefined ? [] : [...page.sessions];
    }
    /** The ids of all sessions that run now, newest first. */
    async allRunning(agent, options = {}) {
        const ids = new Set();
        for (let offset = 0;; offset += pageSize) {
            const page = await this.#page(agent, offset, options);
            const known = ids.size;
            for (const { sessionId } of page?.sessions ?? [])
                ids.add(sessionId);
            // A page without anything new would come again and again.
            if (page === undefined || page.entries < pageSize || ids.size === known)
                return [...ids];
        }
    }
    /** Counts the sessions that run now, up to a thousand. */
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
        return this.#caller.call({
            request: { method: 'GET', path: this.#path(agent, `?${query.toString()}`) },
            parse: parseSessions,
            absent: { status: 404, result: undefined },
        }, options);
    }
    #path(agent, rest) {
        return this.#surface.agents(`/${encodeURIComponent(agent)}/sessions${rest}`);
    }
}
/** What a public API key reaches: it starts sessions, and calls bots in them. */
class PublicSurface {
    #caller;
    /** @param caller sends with the public key */
    constructor(caller) {
        this.#caller = caller;
    }
    /**
     * Starts a session, with one request: one whose answer is lost may have started a session that
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
     * Calls an endpoint of the bot's own; resolves if it answered 2xx.
     *
     * @param path without a slash at its beginning
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









/** Characters; what is shorter is no signature, and may be part of a word. */
const shortestField = 8;
/** Milliseconds without a byte taken, or without an answer to the last one, after which an upload hangs. */
const idleLimit = 60_000;
/** Milliseconds that one attempt may take: then its form has expired. */
const attemptLimit = 15 * 60_000;
/**
 * The storage that the platform has archives uploaded to: another host than the API's, which is
 * reached with forms that the platform signs, and never with the credential.
 */
class Storage {
    #options;
    #transport;
    constructor(options) {
        this.#options = options;
        this.#transport = new transport/* Transport */.o(options.userAgent);
    }
    /**
     * Uploads something as a whole, and where that breaks or the form has expired, once more with a
     * fresh form: half an upload cannot be gone on with.
     *
     * @param sign asks the platform for a form
     * @returns the form with which it went
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
                const { isTransient, retryAfter } = error;
                const { attempts } = backoff;
                const decision = decideRetry({
                    attempt,
                    attempts,
                    isTransient,
                    retryAfter,
                    limitedFor: undefined,
                    remaining: Infinity,
                }, backoff, () => clock.random());
                if ('stop' in decision)
                    throw error;
                const { delay } = decision;
                log.info(`The upload to ${options.destination}: attempt ${attempt + 1} of ${backoff.attempts}, in ${(delay / 1000).toFixed(1)} s, because ${error.reason}`);
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
            throw new pipecat_errors/* UploadError */.oW(origin, {
                idleFor: idleTimer.signal.aborted ? idleLimit : undefined,
                timedOutAfter: endOfForm.signal.aborted ? attemptLimit : undefined,
                isCutOff: error instanceof transport/* CutOffError */.M,
                cause: error,
            });
        }
        finally {
            cancelEnd();
            idleTimer.end();
        }
        log.debug(`POST ${origin} → ${answer.status} in ${clock.now() - startedAt} ms`);
        if ((0,http_status/* classifyStatus */.x)(answer.status) === 'success') {
            if (isStorageResponse(answer))
                return;
            throw new pipecat_errors/* UploadError */.oW(origin, { isFromElsewhere: true });
        }
        const clean = (text) => redact(withoutFields(text, form));
        throw new pipecat_errors/* UploadError */.oW(origin, {
            requestId: (0,request_id/* readRequestId */.B)(withIdOfBody(answer), clean),
            status: answer.status,
            ...readStorageError(answer, clean),
            retryAfter: (0,retry_after/* readRetryAfter */.D)(answer.headers, clock.wallTime()),
        });
    }
    /** Closes the connections that are kept open. */
    close() {
        this.#transport.close();
    }
}
/** Ends an upload of which nothing has been heard for long. */
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
/** The bytes of the form with the content in their midst. */
async function* withForm({ before, after }, content, taken) {
    yield before;
    let bytes = 0;
    for await (const chunk of content.open()) {
        yield chunk;
        // Whoever asks for the next chunk has taken this one.
        bytes += chunk.byteLength;
        taken(bytes);
    }
    yield after;
}
/**
 * Storage takes a file without a word, or with XML of its own. A page or JSON is of something in
 * front of it, and the file need not be there.
 */
function isStorageResponse({ text }) {
    return text.trim() === '' || /^\s*(<\?xml[^>]*>\s*)?<PostResponse\b/.test(text);
}
/** What storage says of a form may repeat its fields, and with some of them anybody can upload. */
function withoutFields(text, { fields }) {
    return Object.values(fields)
        .filter((value) => value.length >= shortestField)
        .sort((one, other) => other.length - one.length)
        .reduce((clean, value) => clean.replaceAll(value, '***'), text);
}
/** The headers of an answer, with the request id that storage also puts in its XML. */
function withIdOfBody({ headers, text }) {
    const id = xmlField(text, 'RequestId');
    return id === undefined ? headers : { 'x-amz-request-id': id, ...headers };
}
function xmlField(text, name) {
    const value = new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1];
    return value === undefined ? undefined : fromXml(value);
}
/** Storage answers errors with XML of its own: its code and its message, and nothing else of it. */
function readStorageError({ text }, redact) {
    const shown = (value) => (value === undefined ? undefined : redact(value));
    const said = { code: xmlField(text, 'Code'), message: xmlField(text, 'Message') };
    return { code: shown(said.code), storageMessage: shown(said.message), said };
}
const entities = new Map([
    ['amp', '&'],
    ['lt', '<'],
    ['gt', '>'],
    ['quot', '"'],
    ['apos', "'"],
]);
/** A text of XML to be read by people, and to be searched for secrets. */
function fromXml(text) {
    return text.replace(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]+);/gi, (reference, meant) => {
        if (!meant.startsWith('#'))
            return entities.get(meant) ?? reference;
        const codePoint = Number(meant.slice(1).replace(/^x/i, '0x'));
        return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : reference;
    });
}

;// CONCATENATED MODULE: ./lib/steps/platform.js









/** The connections to the platform and its storage. Disposing of them ends every call. */
class Platform {
    caller;
    #over = new AbortController();
    #connection;
    #storage;
    #redact;
    /** Sends what puts things in order after a cancellation. */
    #lateCaller;
    #publicConnections = [];
    #connectPublicly;
    constructor({ access, journal, cancellation, redact, requestLimit }) {
        // Calls of many regions may pause at once, which Node would take for a leak and warn of.
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
    /** The sessions of a release, as its credential and a public key reach them. */
    sessionsOn(surface, hide) {
        return {
            reading: new Sessions(this.caller, surface),
            stopping: new Sessions(this.#lateCaller, surface),
            publicly: this.#connectPublicly,
            hide,
            redact: this.#redact,
        };
    }
    /** The operations of a release, as a credential reaches them. */
    on(surface, caller = this.caller) {
        return new PipecatCloud(caller, surface, this.#storage, this.#redact);
    }
    [Symbol.dispose]() {
        // Of several calls at once, the others may still be under way when one has failed.
        this.#over.abort();
        for (const connection of [this.#connection, ...this.#publicConnections])
            connection.close();
        this.#storage.close();
    }
}

// EXTERNAL MODULE: ./lib/plan/bindings.js
var plan_bindings = __nccwpck_require__(6341);
;// CONCATENATED MODULE: ./lib/plan/infer-region.js

/**
 * The region of a release that names none, as far as what there is tells it: the agent's, else that
 * of the sets, in whichever version. Undefined where the organization's default decides.
 */
function inferRegion({ secretSet, imagePullSecret }, agent, secretSets) {
    const regions = [secretSet?.name.others, imagePullSecret?.name.others]
        .filter((name) => name !== undefined)
        .map(name_template/* versionsOf */.x4)
        .map((names) => secretSets.find(({ name }) => names.test(name))?.region);
    return agent?.region ?? regions.find((region) => region !== undefined);
}

;// CONCATENATED MODULE: ./lib/plan/region-settings.js

/** Whether a name depends on the region, so that it cannot be looked up before that is known. */
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





/**
 * Looks at everything that a release depends on. Reads only, and what is common only once.
 */
async function observe(cloud, settings, options) {
    const { agent } = settings;
    // Beside all other reads: a registry that is slow delays none of them.
    const lookup = options.lookUpImage?.();
    const [regions, secretSets, located, build, agentProfiles] = await Promise.all([
        cloud.regions(),
        cloud.secretSets(),
        locate(cloud, settings),
        agent?.settings.buildId === undefined ? undefined : cloud.build(agent.settings.buildId),
        customProfiles(cloud, agent?.settings.agentProfile),
    ]);
    const targets = await Promise.all(located.map(async ({ region: named, agent: found }) => {
        const region = named ?? inferRegion(settings, found, secretSets) ?? (await cloud.defaultRegion());
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
    const [withKeys, bindings, build] = await Promise.all([
        existing?.kind === 'secret' ? cloud.secretSet(existing.name) : undefined,
        needsBindings(secretSet, existing, wantsBindings)
            ? (0,plan_bindings/* readBindings */.v_)(cloud, settings.region)
            : undefined,
        context && findBuild(cloud, settings.region, context, now),
    ]);
    return { settings, secretSet: withKeys, agent, bindings, build };
}
/** Milliseconds; a build that is older and has not ended is one that was forgotten. */
const maxBuildDuration = 60 * 60_000;
/** Another run may have started it, or an earlier one that was ended. */
function isUnderWay({ status, createdAt }, now) {
    return ((status === 'pending' || status === 'building') &&
        createdAt !== undefined &&
        now - createdAt < maxBuildDuration);
}
/** A build that is not found is made once more, so a look that fails is no reason to end. */
async function findBuild(cloud, region, context, now) {
    const key = { region, contextHash: context.hash, dockerfilePath: context.dockerfile };
    try {
        const [built] = await cloud.builds(key, 'success');
        const found = built ?? (await cloud.builds(key, undefined)).find((build) => isUnderWay(build, now));
        return { context, found, failure: undefined };
    }
    catch (error) {
        if (!(error instanceof pipecat_errors/* CallError */.RA))
            throw error;
        return { context, found: undefined, failure: error };
    }
}
/** Another agent that binds the set is a reason not to prune it, and worth knowing before a write. */
function needsBindings(secretSet, existing, wantsBindings) {
    if (secretSet === undefined)
        return false;
    const { prune, pairs, template } = secretSet;
    if (prune && existing !== undefined)
        return true;
    return wantsBindings && (template !== undefined || (pairs.length > 0 && existing !== undefined));
}
/** Profiles beyond the platform's own, where one is asked for and the credential may list them. */
async function customProfiles(cloud, wanted) {
    if (wanted === undefined || names/* platformAgentProfiles */.Nc.includes(wanted))
        return undefined;
    try {
        return await cloud.agentProfiles();
    }
    catch (error) {
        // A token that may deploy need not be one that may list; the deploy itself will tell.
        const isRefused = error instanceof pipecat_errors/* StatusError */.Xs && [403, 404].includes(error.status);
        // The list is only a check, so one that cannot be read is none.
        if (isRefused || error instanceof pipecat_errors/* UnreadableAnswerError */.mP)
            return undefined;
        throw error;
    }
}

// EXTERNAL MODULE: ./lib/plan/make-plan.js + 1 modules
var make_plan = __nccwpck_require__(3082);
;// CONCATENATED MODULE: ./lib/steps/preflight.js


/**
 * Looks at what there is, and plans. Nothing is written. The plan stands in the record then.
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
/** The same in several regions is one thing to look at. */
function warnOfFailedLookups({ targets }, journal) {
    const reasons = new Set(targets.flatMap(({ build }) => build?.failure?.reason ?? []));
    for (const reason of reasons) {
        journal.warning(`Could not find out whether the context was built before: ${reason}. The action uploads it; the platform builds it unless it finds a build itself.`);
    }
}
function noticeAutoDeploy({ name, before }, journal) {
    const { git } = before ?? {};
    if (git?.autoDeploy !== true)
        return;
    const branch = git.branch === undefined ? 'a branch' : `the branch \`${git.branch}\``;
    const repository = git.repository === undefined ? '' : ` of \`${git.repository}\``;
    journal.notice(`\`${name}\` is connected to ${branch}${repository} with deploy on push. The next push replaces this release.`);
}

// EXTERNAL MODULE: ./lib/steps/rollout-observer.js
var rollout_observer = __nccwpck_require__(5513);
;// CONCATENATED MODULE: ./lib/time/retry-budget.js
/** Milliseconds that calls which share a budget keep trying, all of them together. */
const limit = 30_000;
/** The same if the name does not resolve or nobody listens, which seldom changes by itself. */
const limitIfUnreachable = 10_000;
/**
 * Patience that several calls share: the time in which some of them fail is taken from it, and the
 * time in which all is well is not. For calls with which nothing is at stake yet.
 */
class RetryBudget {
    #clock;
    #spent = 0;
    #failingSince;
    constructor(clock) {
        this.#clock = clock;
    }
    /** Records that an attempt failed which was started then. */
    recordFailure(startedAt) {
        this.#failingSince ??= startedAt;
    }
    recordSuccess() {
        this.#spent = this.#total();
        this.#failingSince = undefined;
    }
    /** Milliseconds that are left; 0 or less if there are none. */
    remaining({ isUnreachable }) {
        return (isUnreachable ? limitIfUnreachable : limit) - this.#total();
    }
    #total() {
        const since = this.#failingSince;
        return this.#spent + (since === undefined ? 0 : this.#clock.now() - since);
    }
}

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





























const defaultRequestLimit = 30_000;
/**
 * One run of the action: inputs → plan → steps → report. Every run ends with the report, also one that
 * is cancelled: within two seconds, since a runner allows only a few.
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
/** One run, and what it has learned so far. */
class Session {
    host;
    cancellation;
    /** Aborted when the report has to be made, whatever has not ended by then. */
    reportDeadline;
    journal;
    /** Undefined until they are read and valid. */
    inputs;
    /** Undefined until they are read, or if the event must not be trusted. */
    outline;
    /** The pull request that the agents are a preview of; undefined if they are not. */
    previewOf;
    /** Until it is known what is secret, everything could be. */
    redact = () => '***';
    event = once(() => readEvent(this.host));
    commit = once(() => commitOf(this));
    wantsFailureLogs = once(() => showsFailureLogs(this.inputs?.failureLogs ?? 'never', this.event));
    constructor(host) {
        const { actions } = host;
        this.host = host;
        this.cancellation = new time_cancellation/* Cancellation */.mT(host.cancellation, host.clock);
        this.reportDeadline = this.cancellation.after(time_cancellation/* cancellationLimits */.U4.report);
        this.journal = new Journal((0,time_clock/* interruptible */.In)(host.clock, host.cancellation), releaseLog(actions, (text) => this.redact(text)), (builds) => {
            setBuildOutputs(actions, builds);
        });
    }
    [Symbol.dispose]() {
        this.cancellation.end();
    }
}
async function carryOut(session) {
    const env_2 = { stack: [], error: void 0, hasError: false };
    try {
        const { host, journal, cancellation, wantsFailureLogs } = session;
        const inputs = await checkInputs(session);
        if (inputs.kind === 'teardown')
            return carryOutTeardown(session, inputs);
        const { access, isDryRun, github, release: settings } = inputs;
        // Later answers may bring more to hide.
        const redact = (text, options) => session.redact(text, options);
        const context = __addDisposableResource(env_2, await packContext(session, settings.build?.context), true);
        if (access === undefined) {
            noticeMissingCredential(journal);
            return;
        }
        const gitHubOptions = {
            clock: host.clock,
            signal: cancellation.after(time_cancellation/* cancellationLimits */.U4.gitHub),
            redact,
        };
        const deployments = __addDisposableResource(env_2, isDryRun
            ? undefined
            : agentDeployments(github, journal, gitHubOptions, session), true);
        const requestLimit = host.requestLimit ?? defaultRequestLimit;
        const platform = __addDisposableResource(env_2, new Platform({ access, journal, cancellation, redact, requestLimit }), false);
        // Until something is written, nothing is at stake, so what is read first has more patience.
        const retryingCaller = platform.caller.withRetryBudget(new RetryBudget(journal.clock));
        const surface = await checkCredential(retryingCaller, access, journal);
        const plan = await preflight({ cloud: platform.on(surface, retryingCaller), journal }, settings, {
            wantsBindings: isDryRun,
            context: context?.packed,
            lookUpImage: imageLookup(settings, {
                environment: host.environment,
                readFile: host.readFile,
                clock: host.clock,
                signal: host.cancellation,
                lookUpImage: host.lookUpImage,
            }),
        });
        if (isDryRun)
            return;
        const cloud = platform.on(surface);
        // Loaded after the preflight, so that the first request does not wait for it.
        const { release } = await __nccwpck_require__.e(/* import() */ 526).then(__nccwpck_require__.bind(__nccwpck_require__, 8526));
        await release({
            cloud,
            sessions: platform.sessionsOn(surface, (secrets) => {
                hide(session, secrets);
            }),
            journal,
            cancellation: cancellation.signal,
            wantsFailureLogs,
            rolloutObserver: deployments ?? rollout_observer/* noRolloutObserver */.l,
        }, plan);
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
/** Hides secrets that came up after the inputs were read. */
function hide(session, secrets) {
    for (const mask of new Set(secrets.flatMap(masksFor)))
        session.host.actions.mask(mask);
    const earlier = session.redact;
    const later = redactor(secrets);
    session.redact = (text, options) => later(earlier(text, options), options);
}
/** The end of a preview. */
async function carryOutTeardown(session, { access, isDryRun, github, teardown: settings }) {
    const env_3 = { stack: [], error: void 0, hasError: false };
    try {
        const { host, journal, cancellation, redact } = session;
        if (access === undefined) {
            noticeMissingCredential(journal);
            return;
        }
        const [{ teardownPreflight }, { tearDown }] = await Promise.all([
            __nccwpck_require__.e(/* import() */ 221).then(__nccwpck_require__.bind(__nccwpck_require__, 8221)),
            __nccwpck_require__.e(/* import() */ 358).then(__nccwpck_require__.bind(__nccwpck_require__, 2358)),
        ]);
        const requestLimit = host.requestLimit ?? defaultRequestLimit;
        const platform = __addDisposableResource(env_3, new Platform({ access, journal, cancellation, redact, requestLimit }), false);
        const patient = platform.caller.withRetryBudget(new RetryBudget(journal.clock));
        const surface = await checkCredential(patient, access, journal);
        const reading = {
            cloud: platform.on(surface, patient),
            sessions: new Sessions(patient, surface),
        };
        const record = await teardownPreflight({ ...reading, journal }, settings);
        if (isDryRun)
            return;
        const sessions = new Sessions(platform.caller, surface);
        try {
            await tearDown({ cloud: platform.on(surface), sessions, journal }, record);
        }
        finally {
            const options = {
                clock: host.clock,
                signal: cancellation.after(time_cancellation/* cancellationLimits */.U4.gitHub),
                redact,
            };
            const gone = record.targets
                .map(({ agent }) => agent)
                .filter(({ outcome }) => outcome === 'deleted' || outcome === 'absent');
            await deactivatePreviews(journal, github, options, gone);
        }
    }
    catch (e_3) {
        env_3.error = e_3;
        env_3.hasError = true;
    }
    finally {
        __disposeResources(env_3);
    }
}
/** Reads the inputs, and hides what is secret before anything is logged. */
function checkInputs(session) {
    const { host, journal, cancellation, reportDeadline: lastMoment } = session;
    return journal.step('inputs', async () => {
        const reading = await (0,time_cancellation/* unlessAborted */.Wh)(lastMoment, readInputs(host.environment, host.readFile, host.isFolderEmpty, session.event));
        for (const mask of new Set(reading.secrets.flatMap(masksFor)))
            host.actions.mask(mask);
        session.redact = reading.redact;
        session.inputs = reading.inputs;
        session.previewOf = (reading.inputs?.release.agent ?? reading.teardown?.teardown)?.preview
            ?.pullRequest;
        cancellation.whenCancelled(() => {
            journal.log.info('The run was cancelled. No further work will be started.');
        });
        await refuseForks(session);
        session.outline = reading.outline;
        const isOffline = reading.lacksCredential && (await isWithoutSecretsHere(session));
        journal.record.kind = kindOf(reading.outline, isOffline);
        for (const remark of reading.remarks)
            journal.remark(remark);
        for (const warning of reading.warnings)
            journal.warning(warning);
        for (const notice of reading.notices)
            journal.notice(notice);
        const problems = [...reading.problems];
        if (reading.lacksCredential && !isOffline)
            problems.unshift(inputs_problems/* missingCredential */.ax);
        if (reading.lacksPublicKey && !(await isWithoutSecretsHere(session))) {
            problems.push(missingPublicKey);
        }
        const { teardown } = reading;
        if (teardown !== undefined && problems.length === 0) {
            if (teardown.access !== undefined)
                journal.expect(['credential', 'preflight']);
            const preview = await knownPreview(session, teardown, teardown.teardown.preview);
            return { ...teardown, teardown: { ...teardown.teardown, preview } };
        }
        if (reading.inputs === undefined || problems.length > 0)
            throw new inputs_problems/* InputsError */.aV(problems);
        expectSteps(journal, reading.inputs);
        return withPreview(session, reading.inputs);
    });
}
/** Completes what is known of the pull request that the agent is a preview of. */
async function withPreview(session, inputs) {
    const { agent } = inputs.release;
    const preview = await knownPreview(session, inputs, agent?.preview);
    return agent === undefined
        ? inputs
        : { ...inputs, release: { ...inputs.release, agent: { ...agent, preview } } };
}
async function knownPreview(session, { kind, isDryRun, githubAccess }, known) {
    const { host, journal, redact } = session;
    // Only a release runs the code of a pull request.
    const isRelease = kind === 'release' && !isDryRun;
    const { preview, remark } = await resolvePreview(known, {
        commentedOn: isRelease ? await commentedPullRequest(session) : undefined,
        lookUp: (number) => lookUpPullRequest(githubAccess, number, {
            clock: host.clock,
            signal: host.cancellation,
            redact,
        }),
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
async function isWithoutSecretsHere({ host, event }) {
    return isWithoutSecrets(await event(), host.environment['GITHUB_ACTOR']);
}
function kindOf({ isDryRun, isTeardown }, isOffline) {
    if (isOffline)
        return 'offline-check';
    if (isTeardown)
        return isDryRun ? 'teardown-plan' : 'teardown';
    return isDryRun ? 'plan' : 'release';
}
/** The steps that are known before there is a plan. */
function expectSteps(journal, { access, release: { build } }) {
    if (build !== undefined)
        journal.expect(['context']);
    if (access !== undefined)
        journal.expect(['credential', 'preflight']);
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
/** The commit that people know the run by. The event is read only if it may name another than the runner. */
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
/** A commit and its page; undefined if the runner does not say, or says something else. */
function linkedCommit(environment, id) {
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
    const base = `${server ?? 'https://github.com'}/${repository ?? ''}`;
    const url = `${base}/commit/${id}`;
    const isCommit = /^https?:\/\/[\w.:-]+\/[\w.-]+\/[\w.-]+\/commit\/[0-9a-f]{40,64}$/.test(url);
    const { GITHUB_RUN_ID: runId = '' } = environment;
    const runUrl = /^\d+$/.test(runId) ? `${base}/actions/runs/${runId}` : undefined;
    return isCommit ? { id, url, runUrl } : undefined;
}
function noticeMissingCredential(journal) {
    journal.notice('This run has no credential, like all runs from forks and Dependabot. The inputs, files and names were checked; nothing was read from the platform.');
}
/** What failed in `work`, one by one; nothing if it succeeded. */
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
/** A cancellation ends everything at once, so it is reported first and once. */
function withCancellation(failures, { aborted, reason }) {
    const others = failures.filter((failure) => !(failure instanceof time_cancellation/* CancelledError */.cc));
    return aborted ? [reason, ...others] : others;
}
/** A plan that is cancelled does not wait for its comment; the next plan makes one. */
async function comment(session, explanations) {
    const { host, journal, inputs, outline, cancellation, redact, event, commit, previewOf } = session;
    if (outline === undefined || cancellation.isCancelled)
        return;
    const options = { clock: host.clock, signal: host.cancellation, redact };
    const write = (id, runUrl) => redact(commentOf(journal.record, explanations, runUrl, id), { most: Infinity });
    await commentOnPlan(journal, outline.github, options, {
        event,
        commit,
        isOfInvalidInputs: inputs === undefined,
        write,
    });
    if (previewOf === undefined)
        return;
    await commentOnPreview(journal, outline.github, options, {
        pullRequest: previewOf,
        commit,
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
/** If the event cannot be read, nothing is known of it: a fork is not excluded. */
async function readEvent({ environment, workflowEvent }) {
    try {
        return await workflowEvent();
    }
    catch {
        return { eventName: environment['GITHUB_EVENT_NAME'] ?? '', payload: undefined };
    }
}
/** An agent's output may contain what callers said, so in doubt only closed repositories show it. */
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
 * A value that must not be shown. It turns into stars wherever it is printed, joined or serialised
 * by accident; `reveal` is the only way to the value, so a search for it finds every use.
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

/***/ 5513:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ noRolloutObserver),
/* harmony export */   o: () => (/* binding */ SuccessHolder)
/* harmony export */ });
/**
 * Holds every success back until it is known whether all that was deployed stays so: a rollout that is
 * rolled back is a failure.
 */
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
    /** Tells how the successful rollouts ended. */
    release(outcomeOf = () => 'success') {
        for (const { rollout, end } of this.#held.splice(0))
            end(outcomeOf(rollout));
    }
}
const noRolloutObserver = { rolloutStarted: () => () => undefined };


/***/ }),

/***/ 4692:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ WorkProgress)
/* harmony export */ });
/* harmony import */ var _text_bytes_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8544);

/** Milliseconds between two reports. */
const interval = 5000;
/** Says now and then how much of a known amount of bytes is done. */
class WorkProgress {
    #clock;
    #all;
    #log;
    #reportedAt;
    constructor(clock, all, say) {
        this.#clock = clock;
        this.#all = all;
        this.#log = say;
        this.#reportedAt = clock.now();
    }
    update(bytes) {
        if (this.#clock.now() - this.#reportedAt < interval)
            return;
        this.#reportedAt = this.#clock.now();
        const share = this.#all === 0 ? 1 : bytes / this.#all;
        this.#log(`${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(bytes)} of ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(this.#all)} (${Math.floor(share * 100)} %)`);
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
 * Bytes as a person reads them: `512 B`, `1.5 KB`, `12 MB`. A thousand and twenty-four make the next
 * unit, as in the platform's own limit of 500 MB.
 */
function bytesOf(bytes) {
    if (bytes < 1024)
        return `${bytes} B`;
    let amount = bytes / 1024;
    let unit = 'KB';
    for (const next of units.slice(1)) {
        // What would be rounded to the next unit is one of it.
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

/** Items within a sentence: `a`, `b` and 3 more. */
function listOf(items, { most = Infinity, format = _quote_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .h } = {}) {
    const all = [...items];
    const named = all.slice(0, most).map(format).join(', ');
    return all.length > most ? `${named} and ${all.length - most} more` : named;
}
/** The format of items that are not put in backticks. */
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
 * Finds out whether one of the patterns matches a part of a text.
 *
 * It follows all ways through the steps at once, character by character, so the time it takes grows
 * with the length of the patterns times the length of the text. A regular expression of JavaScript
 * tries one way after another, which can take forever with a hostile pattern.
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
    // By step: the last round in which it was reached.
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
  xV: () => (/* binding */ slip)
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

/** Longer texts are not names. Comparing takes the length of one times that of the other. */
const maxNameLength = 100;
/** A slip of the hand: up to two characters, in short names fewer. */
const slip = (length) => Math.min(2, Math.floor(length / 3));
/** Half of the name is the same. */
const half = (length) => length / 2;
/**
 * The known name that somebody may have meant. Capitals do not count, nor whether words are joined by
 * hyphens, underscores or blanks.
 *
 * @returns undefined if no name is near enough
 */
function nearest(text, known, tolerance = slip) {
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
 * Control characters other than the line break and the tab, marks that turn text around, and
 * characters that nobody sees, which could hide a known secret from a search.
 */
const unprintable = 
// eslint-disable-next-line no-control-regex
/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]/gu;
/** Escape sequences by which programs colour what they write to a terminal. */
const terminalSequence = 
// eslint-disable-next-line no-control-regex
/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/gu;
/** A text from outside without what a terminal or a browser would act on. */
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
/** Characters of a quotation; what it is for stands at its beginning. */
const longest = 500;
/**
 * A text from outside within a sentence of our own, on one line. The summary shows what stands
 * between backticks as code, so that nothing in it is taken for Markdown, a link or a mention.
 */
function quote(text) {
    const line = asQuoted(text);
    return `\`${line.length > longest ? `${line.slice(0, longest)}…` : line}\``;
}
/** What a text becomes between the backticks, before it is cut. */
function asQuoted(text) {
    return text.replace(/`/g, "'").replace(/\s+/g, ' ').trim();
}


/***/ }),

/***/ 7229:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Kl: () => (/* binding */ faultOf),
/* harmony export */   vq: () => (/* binding */ systemErrorCode)
/* harmony export */ });
/* unused harmony export reasonOf */
/** The code of an error of Node.js or the operating system, such as ENOENT or ECONNRESET. */
function systemErrorCode(error) {
    if (typeof error !== 'object' || error === null || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}
/** The same in words: there may be none. */
function reasonOf(error) {
    return systemErrorCode(error) ?? 'unknown reason';
}
const openFilesAdvice = 'Raise the limit on open files of the runner (`ulimit -n`).';
const faults = new Map([
    ['EACCES', { reason: 'the permission is missing', next: undefined }],
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
/** A failure of the file system in words, with what helps in any case. */
function faultOf(error) {
    return faults.get(systemErrorCode(error)) ?? { reason: reasonOf(error), next: undefined };
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
 * Milliseconds before the next attempt: exponential with full jitter, so that releases that fail
 * together do not come back together. What the server asked for is never undercut.
 *
 * @param failed number of attempts that have failed so far, from 1
 * @param retryAfter milliseconds that the answer's `Retry-After` asks for
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
 * Milliseconds after a cancellation. A runner that waits no longer kills the process, so the report is
 * made within two seconds, and everything else has its end before that.
 */
const cancellationLimits = {
    /** A request that was sent to change something has to be answered, so that it is known what it did. */
    write: 1000,
    /** GitHub has to have taken note. */
    gitHub: 1400,
    /** A session that was started for a test has to be stopped. */
    stop: 1400,
    /** The report is made, whatever has not come to its end. */
    report: 1700,
};
/**
 * The run was cancelled, by a person or because a newer one takes its place. It is the reason of the
 * signal that everything that waits, or is about to send something, listens to.
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
/** That a run may be cancelled, for everything that takes time in it. Has to be disposed of. */
class Cancellation {
    /** Aborted with a CancelledError. */
    signal;
    #clock;
    #ended = new AbortController();
    constructor(signal, clock) {
        this.signal = signal;
        this.#clock = clock;
        // Many may wait at once, which Node would take for a leak and warn of.
        (0,node_events__WEBPACK_IMPORTED_MODULE_0__.setMaxListeners)(Infinity, signal, this.#ended.signal);
    }
    get isCancelled() {
        return this.signal.aborted;
    }
    /** A signal that follows so many milliseconds after the cancellation, with its reason. */
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
    /** The same, so many milliseconds later: for what a cancelled run still has to put in order. */
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
    /** Nobody waits for anything any more. */
    end() {
        this.#ended.abort();
    }
}
/** The result of `work`, unless the signal comes first: then nobody waits for it any more. */
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

/** Sleeps; where the signal ends that, it rejects with the signal's own reason. */
async function abortableSleep(clock, milliseconds, signal) {
    try {
        await clock.sleep(milliseconds, signal);
    }
    catch (error) {
        signal?.throwIfAborted();
        throw error;
    }
}
/** A clock whose sleepers wake up, and reject with the signal's reason, once it is aborted. */
function interruptible(clock, signal) {
    return {
        now: () => clock.now(),
        wallTime: () => clock.wallTime(),
        random: () => clock.random(),
        after: (milliseconds, callback) => clock.after(milliseconds, callback),
        sleep: async (milliseconds, other) => {
            const either = other === undefined ? signal : AbortSignal.any([signal, other]);
            try {
                await clock.sleep(milliseconds, either);
            }
            catch (error) {
                signal.throwIfAborted();
                throw error;
            }
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
/** Milliseconds that whatever is still open may delay the end of the process. */
const exitDelay = 100;
/**
 * Ends the process after the run, whatever it still waits for. If nothing is open, it ends by itself,
 * with the same exit code.
 *
 * @param exitCode of the process
 * @param canBeKilled whether an end by SIGKILL, which has an exit code of its own, is better than waiting
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
/** An exit would wait for threads, such as one that looks up a host, or reads a file that hangs. */
function hasBlockedThreads() {
    return process
        .getActiveResourcesInfo()
        .some((resource) => /^(?:FS|GetAddrInfo|GetNameInfo)Req/.test(resource));
}
/** Puts a shell in the place of this process: that ends all threads and keeps the exit code. */
function replaceProcess(exitCode) {
    const { execve } = process;
    try {
        execve?.call(process, '/bin/sh', ['sh', '-c', `exit ${exitCode}`], {});
    }
    catch {
        // Where there is no such shell, the process waits for its threads.
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
 * Aborted with a CancelledError when the runner asks the process to end. Whoever imports this first
 * misses least: until then, the process ends without a word.
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
 * A process ends without a word when it waits for something that nobody will ever settle. If that
 * happens before the run has ended, this writes an error line and lets the process fail.
 *
 * @returns ends the watch; for when the run has ended
 */
function watchForUnsettledExit() {
    const onEmpty = () => {
        process.exitCode = 1;
        try {
            // Only a synchronous write is sure to happen now.
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

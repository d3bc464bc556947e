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

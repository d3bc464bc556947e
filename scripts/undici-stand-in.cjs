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

// Stands in for undici in the bundle (see `paths` in tsconfig.json). @actions/core imports
// @actions/http-client, which imports undici for a proxy agent of `fetch`, and @actions/github imports
// it for `fetch` itself. This action asks for neither: its requests go through http-client's own agent,
// proxies included, and of @actions/github it takes the context. Undici would be two thirds of the
// bundle and a fifth of every start. Whoever comes to need it has to bundle it into the chunk that
// does, which is loaded on use.
const missing = (name) => {
  throw new Error(`undici is not in the bundle, and ${name} was asked for: undici-stand-in.cjs`);
};

module.exports = {
  get ProxyAgent() {
    return missing('ProxyAgent');
  },
  get fetch() {
    return missing('fetch');
  },
};

// Stands in for undici in the bundle (see `paths` in tsconfig.json). @actions/core imports
// @actions/http-client, which imports undici at its top, for a proxy agent that this action never
// asks for; loading it takes a third of the action's start. So it is loaded when a name of it is
// used, and not before. CommonJS, because getters on an ES module's namespace cannot be had.
module.exports = {
  get ProxyAgent() {
    return require('undici-eager').ProxyAgent;
  },
  get fetch() {
    return require('undici-eager').fetch;
  },
};

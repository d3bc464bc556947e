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

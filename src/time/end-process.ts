/** Milliseconds that whatever is still open may delay the end of the process. */
const exitDelay = 100;

/**
 * Ends the process after the run, whatever it still waits for. If nothing is open, it ends by itself,
 * with the same exit code.
 *
 * @param exitCode of the process
 * @param canBeKilled whether an end by SIGKILL, which has an exit code of its own, is better than waiting
 */
export function endProcess(exitCode: number, { canBeKilled }: { canBeKilled: boolean }): void {
  process.exitCode = exitCode;
  setTimeout(() => {
    if (hasBlockedThreads()) {
      replaceProcess(exitCode);
      if (canBeKilled) process.kill(process.pid, 'SIGKILL');
    }
    process.exit();
  }, exitDelay).unref();
}

/** An exit would wait for threads, such as one that looks up a host, or reads a file that hangs. */
function hasBlockedThreads(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((resource) => /^(?:FS|GetAddrInfo|GetNameInfo)Req/.test(resource));
}

/** Not declared by the types of Node.js 20; there since 22.15, except on Windows. */
type Execute = (file: string, args: readonly string[], environment: object) => never;

/** Puts a shell in the place of this process: that ends all threads and keeps the exit code. */
function replaceProcess(exitCode: number): void {
  const { execve } = process as { readonly execve?: Execute };
  try {
    execve?.call(process, '/bin/sh', ['sh', '-c', `exit ${exitCode}`], {});
  } catch {
    // Where there is no such shell, the process waits for its threads.
  }
}

/** Milliseconds that open handles may delay the end of the process. */
const exitDelay = 100;

/**
 * Ends the process after the run, even if something is still open. If nothing is, it ends by itself,
 * with the same exit code.
 *
 * @param canBeKilled whether SIGKILL, which has its own exit code, is better than waiting
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

/** Whether an exit would wait for a thread, such as one that resolves a name or reads a file that hangs. */
function hasBlockedThreads(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((resource) => /^(?:FS|GetAddrInfo|GetNameInfo)Req/.test(resource));
}

/** Exists since Node.js 22.15, except on Windows; the types of Node.js 20 do not declare it. */
type Execute = (file: string, args: readonly string[], environment: object) => never;

/** Replaces this process with a shell, which ends all threads and keeps the exit code. */
function replaceProcess(exitCode: number): void {
  const { execve } = process as { readonly execve?: Execute };
  try {
    execve?.call(process, '/bin/sh', ['sh', '-c', `exit ${exitCode}`], {});
  } catch {
    // Without that shell, the process waits for its threads.
  }
}

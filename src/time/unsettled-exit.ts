import { writeSync } from 'node:fs';

/**
 * Node.js exits silently when the program waits for a promise that nothing will ever settle. If that
 * happens during the run, this writes an error line and sets exit code 1.
 *
 * @returns stops watching; call it when the run has ended
 */
export function watchForUnsettledExit(): () => void {
  const onEmpty = (): void => {
    process.exitCode = 1;
    try {
      // Only a synchronous write is certain to happen now.
      writeSync(
        1,
        '::error title=The run stopped early::The action stopped before the run was finished. This is a bug in the action. Run the workflow again, and report it if it happens again.\n',
      );
    } catch {
      // Nobody reads the log; the exit code remains.
    }
  };
  process.once('beforeExit', onEmpty);
  return () => {
    process.off('beforeExit', onEmpty);
  };
}

import { writeSync } from 'node:fs';

/**
 * A process ends without a word when it waits for something that nobody will ever settle. If that
 * happens before the run has ended, this writes an error line and lets the process fail.
 *
 * @returns ends the watch; for when the run has ended
 */
export function watchForUnsettledExit(): () => void {
  const onEmpty = (): void => {
    process.exitCode = 1;
    try {
      // Only a synchronous write is sure to happen now.
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

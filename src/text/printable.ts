/**
 * Control characters other than the line break and the tab, marks that change the direction of text,
 * and invisible characters, which could hide a known secret from a search.
 */
const unprintable =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]/gu;

/** Escape sequences with which programs color their output in a terminal. */
const terminalSequence =
  // eslint-disable-next-line no-control-regex
  /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/gu;

/** Removes from an external text everything that a terminal or a browser would act on. */
export function printable(text: string): string {
  return text.replace(terminalSequence, '').replace(/\r\n?/g, '\n').replace(unprintable, '');
}

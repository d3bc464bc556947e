/** A part of a text: the position of its first character, and the one after its last. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Makes a function that finds many strings in a text. There may be tens of thousands of strings, and
 * texts are short, so it looks up each position of the text among the strings, instead of each string in
 * the text.
 *
 * @param shortest the length of the shortest form, or less
 */
export function wholeForms(
  forms: readonly string[],
  shortest: number,
): (text: string) => TextRange[] {
  const known = new Set(forms);
  // By the first characters of the forms.
  const lengths = new Map<string, Set<number>>();
  for (const form of known) {
    const beginning = form.slice(0, shortest);
    lengths.set(beginning, (lengths.get(beginning) ?? new Set()).add(form.length));
  }
  return (text) => {
    const ranges: TextRange[] = [];
    if (known.size === 0) return ranges;
    for (let start = 0; start + shortest <= text.length; start++) {
      for (const length of lengths.get(text.slice(start, start + shortest)) ?? []) {
        const end = start + length;
        if (end <= text.length && known.has(text.slice(start, end))) ranges.push({ start, end });
      }
    }
    return ranges;
  };
}

/**
 * Finds partial strings at the beginning and end of a cut text: only the last lines of a log are read,
 * and a long value may be wrapped over many lines.
 *
 * @param shortest how many characters identify a part of a form
 */
export function cutForms(text: string, forms: readonly string[], shortest: number): TextRange[] {
  if (text.length < shortest) return [];
  let beginning = 0;
  let end = 0;
  for (const form of forms) {
    beginning = Math.max(beginning, cutBeginning(text, form, shortest));
    end = Math.max(end, cutEnd(text, form, shortest));
  }
  return [
    { start: 0, end: beginning },
    { start: text.length - end, end: text.length },
  ].filter((range) => range.start < range.end);
}

/** How many characters at the start of the text belong to a form that started before it. */
function cutBeginning(text: string, form: string, shortest: number): number {
  const fragment = text.slice(0, shortest);
  for (let place = form.indexOf(fragment); place !== -1;) {
    const length = Math.min(form.length - place, text.length);
    if (form.startsWith(text.slice(0, length), place)) return length;
    place = form.indexOf(fragment, place + 1);
  }
  return 0;
}

/** How many characters at the end of the text belong to a form that continues after it. */
function cutEnd(text: string, form: string, shortest: number): number {
  const fragment = text.slice(-shortest);
  for (let place = form.lastIndexOf(fragment); place !== -1;) {
    const length = place + shortest;
    if (length <= text.length && text.endsWith(form.slice(0, length))) return length;
    place = place === 0 ? -1 : form.lastIndexOf(fragment, place - 1);
  }
  return 0;
}

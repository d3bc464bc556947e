/** A secret, and which parts of it to look for. */
export interface Known {
  readonly value: string;
  /** False if parts of the secret occur in texts of the action itself. */
  readonly hasPieces?: boolean;
}

/** A part of a secret that a text shows. */
export interface Disclosure {
  /** The first characters of the line of the value. */
  readonly of: string;
  /** The encoding of the part. */
  readonly as: string;
  /** The text around it. */
  readonly around: string;
}

const shortest = 4;

/** The minimum number of characters of a meaningful piece. */
function pieceLength({ length }: string): number {
  return Math.min(12, Math.max(6, Math.ceil(length / 2)));
}

/** The lines of a value that are secret on their own. */
export function secretLines(value: string): string[] {
  return value
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= shortest);
}

/**
 * Finds known secrets in a text: their lines with at least four characters, and pieces of them, in every encoding that may occur.
 * It shares no code with the action.
 */
export function disclosures(known: readonly (Known | string)[], text: string): Disclosure[] {
  if (text === '') return [];
  const readings = readingsOf(text).map((reading) => ({ ...reading, dense: dense(reading.text) }));
  const grams = new Map<string, Set<string>>();
  const gramsOf = (name: string, of: string, length: number): Set<string> => {
    const key = `${name} ${length}`;
    const found = grams.get(key) ?? allOf(of, length);
    grams.set(key, found);
    return found;
  };
  return known.flatMap((one) => {
    const { value, hasPieces = true } = typeof one === 'string' ? { value: one } : one;
    const whole = encodedWhole(value).flatMap(([as, form]) => seenAs(as, form, value, text));
    const lines = [...new Set(secretLines(value))].flatMap((line): Disclosure[] => {
      for (const [form, as] of distinct(encodedLines(line))) {
        const [seen] = seenAs(as, form, line, text);
        if (seen !== undefined) return [seen];
      }
      const core = dense(line);
      if (core.length < shortest) return [];
      for (const reading of readings) {
        // Spaces may be added or removed anywhere, so they count only in short values.
        const [form, place] =
          core.length < 8 ? [visible(line).trim(), visible(reading.text)] : [core, reading.dense];
        if (form.length < shortest) continue;
        const [seen] = seenAs(reading.as, form, line, place);
        if (seen !== undefined) return [seen];
        if (!hasPieces || core.length < 8) continue;
        const length = pieceLength(core);
        const found = gramsOf(reading.as, reading.dense, length);
        for (let start = 0; start + length <= core.length; start++) {
          const piece = core.slice(start, start + length);
          if (found.has(piece)) return seenAs(`a piece, ${reading.as}`, piece, line, reading.dense);
        }
      }
      return [];
    });
    return [...whole, ...lines];
  });
}

/** Removes duplicates, because most encodings do not change most lines. */
function distinct(encoded: readonly [string, string][]): Map<string, string> {
  const forms = new Map<string, string>();
  for (const [as, form] of encoded) if (!forms.has(form)) forms.set(form, as);
  return forms;
}

function seenAs(as: string, form: string, line: string, text: string): Disclosure[] {
  const at = text.indexOf(form);
  if (at === -1) return [];
  return [
    {
      of: line.slice(0, 40),
      as,
      around: text.slice(Math.max(0, at - 60), at + form.length + 20).slice(0, 200),
    },
  ];
}

/** Encodings of a complete value. */
function encodedWhole(value: string): [string, string][] {
  if (value.trim().length < shortest) return [];
  const bytes = Buffer.from(value, 'utf8');
  // The last characters depend on what follows.
  const stem = (text: string): string => text.replace(/=+$/, '').slice(0, -1);
  return [
    ['base64', stem(bytes.toString('base64'))],
    ['base64 of URLs', stem(bytes.toString('base64url'))],
    ['hexadecimal', bytes.toString('hex')],
    ['base64 without blanks', stem(Buffer.from(value.trim(), 'utf8').toString('base64'))],
  ];
}

/** Encodings of a line, to look for in the unchanged text. */
function encodedLines(line: string): [string, string][] {
  const json = JSON.stringify(line).slice(1, -1);
  return [
    ['verbatim', line],
    ['JSON', json],
    ['JSON within JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON in ASCII', json.replace(/[^ -~]/g, (unit) => `\\u${hex(unit)}`)],
    ['backslashes doubled', line.replaceAll('\\', '\\\\')],
    ['HTML', entities(line, /[&<>]/g)],
    ['HTML with quotes', entities(line, /[&<>"']/g)],
    ['URL', uri(line)],
    ['URL in small letters', uri(line).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
    ['form', new URLSearchParams({ x: line }).toString().slice(2)],
    ['workflow command', escaped(line)],
    ['property of a workflow command', escaped(line).replaceAll(':', '%3A').replaceAll(',', '%2C')],
    ['Markdown', line.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&')],
    ['cell of a table', line.replaceAll('|', '\\|')],
    ['numeric entities', entities(line, /[&<>\\*_[\]`|~#!@]/g)],
    ['without backticks', line.replaceAll('`', '')],
    ['other backticks', line.replaceAll('`', "'")],
  ];
}

function hex(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function uri(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

const named: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function entities(text: string, which: RegExp): string {
  return text.replace(which, (mark) => named[mark] ?? `&#${mark.charCodeAt(0)};`);
}

/** A text with its encodings undone, to find mixtures of encodings. */
function readingsOf(text: string): { readonly as: string; readonly text: string }[] {
  const fromHtml = text
    .replace(/&#(\d+);/g, (_, code: string) => character(Number(code)))
    .replace(/&#x([\da-f]+);/gi, (_, code: string) => character(parseInt(code, 16)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => fromName(name));
  const fromCommand = text.replace(/%(0A|0D|25|3A|2C)/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  const fromJson = (of: string): string =>
    of.replace(/\\(?:u([\da-f]{4})|(["\\/bfnrt`|]))/gi, (_, code?: string, mark?: string) =>
      code === undefined
        ? (marks[mark ?? ''] ?? mark ?? '')
        : String.fromCharCode(parseInt(code, 16)),
    );
  const readings = {
    'in the text': text,
    'HTML undone': fromHtml,
    'workflow command undone': fromCommand,
    'JSON undone': fromJson(text),
    'JSON undone twice': fromJson(fromJson(text)),
    'JSON in a workflow command undone': fromJson(fromCommand),
    'URL undone': text.replace(/(?:%[\da-f]{2})+/gi, fromUri).replaceAll('+', ' '),
    'Markdown undone': text.replace(/\\([!-/:-@[-`{-~])/g, '$1'),
  };
  const told = new Set<string>();
  return Object.entries(readings).flatMap(([as, reading]) => {
    if (told.has(reading)) return [];
    told.add(reading);
    return [{ as, text: reading }];
  });
}

const marks: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function fromName(name: string): string {
  return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name] ?? '';
}

function fromUri(codes: string): string {
  try {
    return decodeURIComponent(codes);
  } catch {
    return codes;
  }
}

/* eslint-disable no-control-regex */
/** A text as a person sees it: without invisible characters. */
function visible(text: string): string {
  return text
    .replace(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[^])/gu, '')
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Default_Ignorable_Code_Point}]/gu,
      '',
    )
    .replace(/[\u2028\u2029\u202a-\u202e\ufff9-\ufffb]/g, '');
}

/* eslint-enable no-control-regex */

/** The same without spaces, which wrapping adds and removes. */
function dense(text: string): string {
  return visible(text).replace(/\s+/g, '').replaceAll('`', "'");
}

function allOf(text: string, length: number): Set<string> {
  const all = new Set<string>();
  for (let start = 0; start + length <= text.length; start++) {
    all.add(text.slice(start, start + length));
  }
  return all;
}

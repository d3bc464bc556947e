export const id = 58;
export const ids = [58];
export const modules = {

/***/ 7058:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  readSettingsFile: () => (/* binding */ readSettingsFile)
});

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(7934);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/inputs/files.js
var files = __webpack_require__(2362);
// EXTERNAL MODULE: ./lib/pipecat/agent-settings.js
var agent_settings = __webpack_require__(3211);
// EXTERNAL MODULE: ./lib/inputs/agent-settings.js + 1 modules
var inputs_agent_settings = __webpack_require__(5843);
// EXTERNAL MODULE: ./lib/inputs/problems.js
var problems = __webpack_require__(1733);
;// CONCATENATED MODULE: ./lib/inputs/settings-file/document.js




function isTable(value) {
    return (0,agent_settings/* isObject */.Gv)(value) && !(value instanceof Date);
}
/** The value at a dotted key; undefined if there is none. */
function valueAt(document, key) {
    let value = document;
    for (const part of key.split('.')) {
        value = isTable(value) ? value[part] : undefined;
    }
    return value;
}
/** What the platform's client and API accept as an amount of CPU or memory. */
const quantityRule = {
    pattern: /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
    rule: 'a Kubernetes quantity, such as `500m`, `2` or `4Gi`',
};
/** The type of a value, in words. */
function kindOf(value) {
    if (typeof value === 'string')
        return 'a text';
    if (typeof value === 'bigint')
        return 'a whole number';
    if (typeof value === 'number')
        return 'a decimal number';
    if (typeof value === 'boolean')
        return 'a boolean';
    if (value instanceof Date)
        return 'a date or time';
    return Array.isArray(value) ? 'an array' : 'a table';
}
function isNot(expected) {
    return ({ input }) => `is ${kindOf(input)}, not ${expected}`;
}
const document_text = dist/* pipe */.FsL(dist/* string */.YjP(isNot('a text in quotes')), dist/* trim */.Bqr(), dist/* nonEmpty */.hq('is empty'));
/** The parser returns whole numbers as bigints, so `1.0` is not one, and none is too large. */
const integer = dist/* pipe */.FsL(dist/* bigint */.oad(isNot('a whole number without quotes')), dist/* transform */.pdi(String));
/** The client turns any value into a text, so numbers work, too. */
const quantity = dist/* pipe */.FsL(dist/* union */.KCZ([dist/* string */.YjP(), dist/* bigint */.oad(), dist/* number */.aig()], isNot(quantityRule.rule)), dist/* transform */.pdi(String), dist/* trim */.Bqr(), dist/* nonEmpty */.hq('is empty'), dist/* regex */.yGV(quantityRule.pattern, ({ input }) => `is ${(0,problems/* shown */.SP)(input)}, not ${quantityRule.rule}`));
/** Checks a value of each form, and turns it into the text of an input. */
const document_forms = {
    text: document_text,
    integer,
    quantity,
    texts: dist/* array */.YOg(document_text, isNot('an array of texts')),
    anything: dist/* unknown */.L5J(),
};
const table = dist/* custom */.IeY(isTable, isNot('a table'));
/** The keys that the platform's client knows. */
const settingsFileKeys = [
    { key: 'agent_name', form: 'text', input: 'agent-name' },
    { key: 'region', form: 'text', input: 'region' },
    ...Object.entries(inputs_agent_settings/* settingSources */.rw).flatMap(([name, { key, form }]) => key === undefined ? [] : [{ key, form, input: (0,inputs_agent_settings/* inputOf */.wg)(name) }]),
    { key: 'build.context_dir', form: 'text', input: 'build-context' },
    { key: 'build.dockerfile', form: 'text', input: 'dockerfile' },
    { key: 'build.exclude.patterns', form: 'texts', input: undefined },
    // Only the client's own `docker` command reads it.
    { key: 'docker', form: 'anything', input: undefined },
    { key: 'git.repo', form: 'text', input: undefined },
    { key: 'git.branch', form: 'text', input: undefined },
    { key: 'git.dockerfile_path', form: 'text', input: undefined },
    { key: 'git.subdirectory', form: 'text', input: undefined },
];
/** The known keys of each table, by its dotted name; that of the top level is empty. */
const knownTables = knownKeysByTable();
function knownKeysByTable() {
    const tables = new Map();
    for (const { key } of settingsFileKeys) {
        const parts = key.split('.');
        for (const [depth, part] of parts.entries()) {
            const name = parts.slice(0, depth).join('.');
            tables.set(name, (tables.get(name) ?? new Set()).add(part));
        }
    }
    return tables;
}

// EXTERNAL MODULE: ./lib/text/nearest.js + 1 modules
var nearest = __webpack_require__(8045);
;// CONCATENATED MODULE: ./lib/inputs/settings-file/unknown-keys.js



/** How to replace keys that older versions of the platform's client knew; keys are dotted. */
const formerKeys = new Map([
    ['enable_krisp', 'Krisp is now set by `audio_filter` in the table `[krisp_viva]`'],
    ['enable_managed_keys', 'use the input `enable-managed-keys`'],
    ['scaling.min_instances', 'its name is now `min_agents`'],
    ['scaling.max_instances', 'its name is now `max_agents`'],
    ['min_instances', 'it is now `min_agents` in the table `[scaling]`'],
    ['max_instances', 'it is now `max_agents` in the table `[scaling]`'],
]);
/** Reports each unknown key, and what to do about it. */
function unknownKeys(document) {
    const problems = [];
    const warnings = [];
    for (const [name, known] of knownTables) {
        const keys = [...known];
        const table = name === '' ? document : valueAt(document, name);
        if (!isTable(table))
            continue;
        for (const key of Object.keys(table).filter((one) => !known.has(one))) {
            const place = name === '' ? key : `${name}.${key}`;
            const meant = formerKeys.get(place) ?? misspelled(key, keys) ?? otherTable(key) ?? similar(key, keys);
            if (meant === undefined)
                warnings.push(`ignored the unknown key ${(0,quote/* quote */.h)(place)}.`);
            else
                problems.push(`unknown key ${(0,quote/* quote */.h)(place)}; ${meant}`);
        }
    }
    return { problems, warnings };
}
/** A known key, misspelled or written in another style. */
function misspelled(key, known) {
    const meant = (0,nearest/* nearest */.pA)(key, known);
    return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}
/** Two swapped letters are two differences, even in short words. */
const twoLetters = (length) => (length >= 5 ? 2 : (0,nearest/* typo */.N5)(length));
/** A known key that contains the key, or differs from it in two letters. */
function similar(key, known) {
    if (key.length < 3)
        return undefined;
    const candidate = key.toLowerCase().replace(/[-\s]/g, '_');
    const whole = known.find((one) => one.split('_').length > 1 && one.includes(candidate));
    const meant = whole ?? (0,nearest/* nearest */.pA)(key, known, twoLetters);
    return meant === undefined ? undefined : `the nearest is \`${meant}\``;
}
/** All keys below the header of a table belong to it, which is easy to overlook. */
function otherTable(key) {
    const [owner] = [...knownTables].find(([, keys]) => keys.has(key)) ?? [];
    if (owner === undefined)
        return undefined;
    return owner === ''
        ? `move \`${key}\` above the first table`
        : `\`${key}\` is a key of the table \`[${owner}]\``;
}

;// CONCATENATED MODULE: ./lib/inputs/settings-file/read-settings-file.js





/** Bytes; a larger file is not a settings file. */
const largestFile = 1024 * 1024;
/**
 * Reads the platform's own settings file. Everything that the platform's client rejects or silently ignores
 * is a problem, and all are reported together. They name the file and the key, but never quote the file.
 * Only the types of values are checked here; the readers of the inputs that they replace do the rest.
 *
 * @returns undefined if there are problems
 */
async function readSettingsFile(path, { readFile, findings }) {
    const name = (0,quote/* quote */.h)(path);
    const parsing = await parse(path, readFile);
    if ('problem' in parsing)
        return findings.problem('config-file', `${name} ${parsing.problem}`);
    const { document } = parsing;
    const { values, mistakes } = readValues(document);
    const unknown = unknownKeys(document);
    findings.warnings.push(...unknown.warnings.map((warning) => `${name}: ${warning}`));
    return findings.accept('config-file', settingsFile(path, document, values), [...unknown.problems, ...mistakes, ...contradictions(document)].map((problem) => `${name}: ${problem}`));
}
/** The values of the known keys, as in inputs, and the mistakes in the others. */
function readValues(document) {
    const values = new Map();
    const mistakes = [];
    const check = (key, schema) => {
        const value = valueAt(document, key);
        if (value === undefined)
            return;
        const result = dist/* safeParse */.xLC(schema, value, { abortPipeEarly: true });
        if (result.success)
            values.set(key, result.output);
        else
            mistakes.push(...result.issues.map((issue) => `${placeOf(key, issue)} ${issue.message}`));
    };
    for (const name of knownTables.keys())
        if (name !== '')
            check(name, table);
    for (const { key, form } of settingsFileKeys)
        check(key, document_forms[form]);
    return { values, mistakes };
}
async function parse(path, readFile) {
    let text;
    try {
        text = await readFile(path);
    }
    catch (error) {
        return { problem: `cannot be read (${(0,files/* unreadableReason */.Qk)(error)})` };
    }
    if (Buffer.byteLength(text) > largestFile) {
        return { problem: 'is larger than 1 MiB, so it is not a settings file; it was not read' };
    }
    if (text.includes('\0')) {
        return { problem: 'is not text in UTF-8 (it may be in UTF-16); save it as UTF-8' };
    }
    const toml = await __webpack_require__.e(/* import() */ 292).then(__webpack_require__.bind(__webpack_require__, 3292));
    try {
        const options = { integersAsBigInt: true, useLegacyDate: true };
        return { document: toml.parse(text.replace(/^\uFEFF/, ''), options) };
    }
    catch (error) {
        // Any other error is a bug in the parser, and could quote the file.
        if (!(error instanceof toml.TomlError))
            return { problem: 'is not TOML' };
        const { line, column } = error;
        return { problem: `line ${line}, column ${column} is not TOML: ${tomlReason(error.message)}` };
    }
}
/** The parser's reason without the lines of the file that it appends. */
function tomlReason(message) {
    const [first = ''] = message.split('\n');
    return first.replace(/^Invalid TOML document: /, '');
}
/** The key, and the place within its array. */
function placeOf(key, { path }) {
    const index = path?.[0]?.key;
    return (0,quote/* quote */.h)(key) + (typeof index === 'number' ? ` (item ${index + 1})` : '');
}
/** Keys that exclude or need each other, valid or not. */
function contradictions(document) {
    const has = (key) => valueAt(document, key) !== undefined;
    const problems = [];
    const [cpu, memory] = [has('resources.cpu'), has('resources.memory')];
    if (cpu !== memory) {
        const [given, missing] = cpu ? ['cpu', 'memory'] : ['memory', 'cpu'];
        problems.push(`\`resources.${given}\` needs \`resources.${missing}\`, which is not set`);
    }
    if (has('agent_profile') && (cpu || memory)) {
        problems.push('`agent_profile` and `resources` are both set, but an agent has only one size');
    }
    return problems;
}
function settingsFile(path, document, values) {
    const textOf = (key) => {
        const value = values.get(key);
        return typeof value === 'string' ? value : undefined;
    };
    const [cpu, memory] = [textOf('resources.cpu'), textOf('resources.memory')];
    const patterns = dist/* safeParse */.xLC(document_forms.texts, values.get('build.exclude.patterns'));
    const git = valueAt(document, 'git');
    return {
        path,
        defaults: settingsFileKeys.flatMap(({ key, input }) => {
            const text = textOf(key);
            return input === undefined || text === undefined ? [] : [{ input, text, key }];
        }),
        resources: cpu === undefined || memory === undefined ? undefined : { cpu, memory },
        excludePatterns: patterns.success ? patterns.output : undefined,
        hasGit: isTable(git) && Object.keys(git).length > 0,
    };
}


/***/ })

};

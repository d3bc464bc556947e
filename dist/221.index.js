export const id = 221;
export const ids = [221];
export const modules = {

/***/ 1152:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   UC: () => (/* binding */ planTeardown),
/* harmony export */   lE: () => (/* binding */ setsNamed),
/* harmony export */   q7: () => (/* binding */ ownSetName),
/* harmony export */   w_: () => (/* binding */ isEmptyTeardown),
/* harmony export */   zz: () => (/* binding */ boundByOthers)
/* harmony export */ });
/* harmony import */ var _bindings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6341);
/* harmony import */ var _make_plan_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3082);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6647);
/* harmony import */ var _preview_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(7375);
/* harmony import */ var _subject_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(619);





/**
 * Compares what is to be deleted with what exists.
 *
 * @returns the plan, and every reason why the teardown cannot work
 */
function planTeardown(settings, { regions, secretSets, targets }) {
    const { preview, waitTimeout } = settings;
    const problems = [];
    const planned = targets.map((observed) => {
        const { region, agent, sessions, bindings } = observed;
        if (!regions.some(({ code }) => code === region)) {
            problems.push((0,_make_plan_js__WEBPACK_IMPORTED_MODULE_1__/* .unknownRegion */ .h)(region, regions));
        }
        const name = (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameInRegion */ .J4)(settings.agent.in(region) ?? '', region);
        checkRegion(`agent ${name}`, agent?.region, region, problems);
        const breach = agent && (0,_preview_js__WEBPACK_IMPORTED_MODULE_4__/* .checkPreview */ .nz)(agent, preview);
        const kept = breach && { because: 'not-preview', reason: breach };
        const removal = kept === undefined
            ? { action: agent === undefined ? 'none' : 'delete' }
            : { action: 'keep', kept };
        const setsOf = (kind) => planSets({ settings, kind, region, own: name, kept, bindings, secretSets }, problems);
        return {
            region,
            agent: { name, removal, sessions },
            secretSets: [...setsOf('secret'), ...setsOf('imagePullSecret')],
        };
    });
    return { plan: { preview, waitTimeout, targets: planned }, problems };
}
function planSets(question, problems) {
    const { kind, region, kept } = question;
    const template = ownSetName(question.settings, kind, region);
    if (template === undefined)
        return [];
    const existing = setsNamed(template, question.secretSets);
    if (existing.length === 0)
        return [{ name: template, kind, removal: { action: 'none' } }];
    return existing.map((set) => {
        const { name } = set;
        checkRegion(`${_subject_js__WEBPACK_IMPORTED_MODULE_3__/* .secretSetKinds */ .Q[kind]} ${name}`, set.region, region, problems);
        const because = kept ?? keptSet(set, question);
        return {
            name,
            kind,
            removal: because === undefined ? { action: 'delete' } : { action: 'keep', kept: because },
        };
    });
}
/** The sets of a name, or of all versions of it. */
function setsNamed(template, secretSets) {
    const names = (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .isVersioned */ .at)(template) ? (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionsOf */ .x4)(template) : undefined;
    return secretSets.filter(({ name }) => names?.test(name) ?? name === template);
}
/** The name of a region's own set; undefined if none is named, or if it is shared. */
function ownSetName({ secretSet, imagePullSecret }, kind, region) {
    const template = (kind === 'secret' ? secretSet : imagePullSecret)?.in(region);
    return template === undefined ? undefined : (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameInRegion */ .J4)(template, region);
}
function keptSet({ name, kind: actual, referenced }, { kind, own, bindings = new Map() }) {
    if (actual !== kind)
        return { because: 'other-kind', kind: actual };
    if (referenced)
        return { because: 'referenced' };
    return boundByOthers(name, own, bindings);
}
/** The agents besides its own that keep a set from being deleted. */
function boundByOthers(set, own, bindings) {
    const others = new Map([...bindings].filter(([name]) => name !== own));
    const binding = (0,_bindings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentsBinding */ .Iv)(others, set);
    if (binding.length > 0)
        return { because: 'bound', agents: binding };
    const possible = (0,_bindings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentsThatMayBind */ .K)(others, set);
    return possible.length > 0 ? { because: 'may-be-bound', agents: possible } : undefined;
}
/** Names are unique across regions, so what has the name elsewhere is what was meant. */
function checkRegion(about, actual, asked, problems) {
    if (actual === undefined || actual === asked)
        return;
    problems.push({
        about,
        message: `is in region ${actual}, but the teardown is for ${asked}`,
        next: `Set \`region\` to ${actual}, or omit it.`,
    });
}
/** Whether there is anything to delete or to stop. */
function isEmptyTeardown({ targets }) {
    return targets.every(({ agent, secretSets }) => agent.sessions === 0 &&
        [agent, ...secretSets].every(({ removal }) => removal.action === 'none'));
}


/***/ }),

/***/ 8221:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  teardownPreflight: () => (/* binding */ teardownPreflight)
});

// EXTERNAL MODULE: ./lib/plan/bindings.js
var bindings = __webpack_require__(6341);
// EXTERNAL MODULE: ./lib/plan/name-template.js
var name_template = __webpack_require__(6647);
// EXTERNAL MODULE: ./lib/plan/teardown-plan.js
var teardown_plan = __webpack_require__(1152);
;// CONCATENATED MODULE: ./lib/plan/observe-teardown.js



/** Looks at everything that a teardown depends on. Reads only. */
async function observeTeardown(cloud, sessions, settings) {
    const [regions, secretSets] = await Promise.all([cloud.regions(), cloud.secretSets()]);
    const named = settings.regions.length > 0 ? settings.regions : [undefined];
    const targets = await Promise.all(named.map(async (region) => {
        const located = await locate(cloud, settings, region, secretSets);
        const name = (0,name_template/* nameInRegion */.J4)(settings.agent.in(located.region) ?? '', located.region);
        const { byDeployment } = await sessions.count(name);
        const existing = kinds.flatMap((kind) => {
            const template = (0,teardown_plan/* ownSetName */.q7)(settings, kind, located.region);
            return template === undefined ? [] : (0,teardown_plan/* setsNamed */.lE)(template, secretSets);
        });
        for (const set of existing)
            cloud.requireReadable(set);
        return {
            ...located,
            sessions: [...byDeployment.values()].reduce((sum, count) => sum + count, 0),
            bindings: existing.length === 0 ? undefined : await (0,bindings/* readBindings */.v_)(cloud, located.region),
        };
    }));
    return { regions, secretSets, targets };
}
const kinds = ['secret', 'imagePullSecret'];
/** The region of the agent that exists, else of the sets, else the default of the organization. */
async function locate(cloud, settings, named, secretSets) {
    const { agent: template, secretSet, imagePullSecret } = settings;
    const names = [template, secretSet, imagePullSecret].flatMap((one) => one?.values ?? []);
    if (named === undefined && !names.some((name) => name.includes(name_template/* regionPlaceholder */.q5))) {
        const agent = await cloud.agent(template.others ?? '');
        const ofSets = [secretSet, imagePullSecret]
            .flatMap((one) => one?.others ?? [])
            .map((name) => secretSets.find((set) => (0,name_template/* versionsOf */.x4)(name).test(set.name))?.region)
            .find((region) => region !== undefined);
        return { region: agent?.region ?? ofSets ?? (await cloud.defaultRegion()), agent };
    }
    const region = named ?? (await cloud.defaultRegion());
    return { region, agent: await cloud.agent((0,name_template/* nameInRegion */.J4)(template.in(region) ?? '', region)) };
}

// EXTERNAL MODULE: ./lib/plan/problems.js
var plan_problems = __webpack_require__(7511);
// EXTERNAL MODULE: ./lib/plan/preview.js
var plan_preview = __webpack_require__(7375);
// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __webpack_require__(619);
// EXTERNAL MODULE: ./lib/record/teardown-record.js
var teardown_record = __webpack_require__(7327);
;// CONCATENATED MODULE: ./lib/steps/teardown-preflight.js






/**
 * Looks at what exists, and plans. Nothing is deleted. The plan is in the record then.
 *
 * @throws PreflightError with every reason why the teardown cannot work, or a CallError
 */
function teardownPreflight({ cloud, sessions, journal }, settings) {
    return journal.step('preflight', async () => {
        const observation = await observeTeardown(cloud, sessions, settings);
        const { plan, problems } = (0,teardown_plan/* planTeardown */.UC)(settings, observation);
        const record = (0,teardown_record/* untouchedTeardown */.i2)(plan);
        journal.record.teardown = record;
        const all = [...problems, ...strangers(plan)];
        if (all.length > 0)
            throw new plan_problems/* PreflightError */.w(all);
        if ((0,teardown_plan/* isEmptyTeardown */.w_)(plan))
            journal.log.info('There is nothing to tear down.');
        for (const line of linesOf(record))
            journal.log.info(line);
        return record;
    });
}
/** Agents that have the name of the preview, and are not it. */
function strangers({ targets, preview }) {
    return targets.flatMap(({ agent: { name, removal } }) => removal.action === 'keep' && removal.kept.because === 'not-preview'
        ? [
            {
                about: `agent ${name}`,
                message: (0,plan_preview/* notPreviewWords */.VF)(removal.kept.reason, preview),
                next: plan_preview/* adviceOnNames */.QV,
            },
        ]
        : []);
}
function linesOf({ targets }) {
    return targets.flatMap(({ region, agent, secretSets }) => [
        ...(agent.outcome === 'skipped' ? [`To delete in ${region}: the agent ${agent.name}.`] : []),
        ...(agent.sessions > 0 && agent.outcome !== 'kept'
            ? [`To stop in ${region}: sessions of ${agent.name}: ${agent.sessions}.`]
            : []),
        ...secretSets
            .filter(({ outcome }) => outcome === 'skipped')
            .map(({ name, kind }) => `To delete in ${region}: the ${subject/* secretSetKinds */.Q[kind]} ${name}.`),
    ]);
}


/***/ })

};

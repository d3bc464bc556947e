export const id = 358;
export const ids = [358];
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

/***/ 2358:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  tearDown: () => (/* binding */ tearDown)
});

// EXTERNAL MODULE: ./lib/record/errors.js
var errors = __webpack_require__(2458);
// EXTERNAL MODULE: ./lib/time/cancellation.js
var cancellation = __webpack_require__(6690);
// EXTERNAL MODULE: ./lib/time/deadline.js
var time_deadline = __webpack_require__(2181);
// EXTERNAL MODULE: ./lib/pipecat/errors.js
var pipecat_errors = __webpack_require__(1593);
// EXTERNAL MODULE: ./lib/plan/bindings.js
var bindings = __webpack_require__(6341);
// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __webpack_require__(619);
// EXTERNAL MODULE: ./lib/plan/teardown-plan.js
var teardown_plan = __webpack_require__(1152);
// EXTERNAL MODULE: ./lib/time/polling-delay.js
var polling_delay = __webpack_require__(6396);
;// CONCATENATED MODULE: ./lib/steps/remove.js



/** Deletes one thing and records what became of it. */
async function remove(record, work) {
    const lost = { isAnswer: false };
    const findLost = (isGone) => async () => {
        lost.isAnswer = true;
        return (await isGone()) ? 'deleted' : undefined;
    };
    try {
        const deletion = await work(findLost);
        // If an answer was lost, it was this run that deleted what does not exist anymore.
        record.outcome = deletion === 'absent' && !lost.isAnswer ? 'absent' : 'deleted';
        record.isChanged = record.outcome === 'deleted';
    }
    catch (error) {
        if ((0,errors/* isInDoubt */.cd)(error))
            record.isChanged = true;
        if (!(error instanceof cancellation/* CancelledError */.cc))
            record.outcome = 'failed';
        else if (error instanceof pipecat_errors/* InterruptedCallError */.Zi)
            record.outcome = 'cancelled';
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/steps/delete-sets.js








/** Deletes the sets of a region, one after the other; one that fails does not stop the others. */
async function deleteSets(context, target, deadline) {
    const failures = [];
    for (const set of target.secretSets.filter(({ outcome }) => outcome === 'skipped')) {
        try {
            await context.journal.span(target.region, `delete ${set.name}`, () => (0,errors/* withSubject */.tX)((0,subject/* secretSetSubject */.L)(set), () => deleteSet(context, target, set, deadline)));
        }
        catch (error) {
            if (!(error instanceof Error) || error instanceof cancellation/* CancelledError */.cc) {
                if (error instanceof cancellation/* CancelledError */.cc)
                    throw new errors/* ReleaseError */.K2([error, ...failures]);
                throw error;
            }
            failures.push(error);
        }
    }
    if (failures.length > 0)
        throw new errors/* ReleaseError */.K2(failures);
}
/** Deletes a set. While the platform says that it is in use, it is tried again. */
async function deleteSet({ cloud, journal }, target, set, deadline) {
    const { clock, log } = journal;
    const { name, region } = set;
    const startedAt = clock.now();
    for (let refusals = 0;; refusals++) {
        try {
            await remove(set, (findLost) => cloud.deleteSecretSet(name, {
                // What was waited for before leaves time for one attempt.
                deadline: refusals === 0 ? undefined : deadline,
                retryableStatuses: [],
                findLostResult: findLost(async () => {
                    const sets = await cloud.secretSets();
                    return !sets.some((one) => one.name === name);
                }),
            }));
            if (set.outcome === 'deleted') {
                log.info(`Deleted ${subject/* secretSetKinds */.Q[set.kind]} ${name} in ${region}.`);
            }
            return;
        }
        catch (error) {
            if (!(error instanceof pipecat_errors/* StatusError */.Xs && error.status === 409))
                throw error;
            // It was not deleted, and its turn comes again.
            set.outcome = 'skipped';
            if (refusals === 0) {
                log.info(`${name} in ${region} is still in use, because ${error.reason}. Trying again.`);
            }
            const step = (0,polling_delay/* pollingDelay */.f)(clock.now() - startedAt, () => clock.random());
            await clock.sleep(Math.min(Math.max(step, error.retryAfter ?? 0), deadline.remaining()));
            const isLast = deadline.hasPassed();
            // Somebody may have bound it since the plan was made.
            const others = refusals === 0 || isLast ? await otherAgents(cloud, target, name) : undefined;
            if (others !== undefined) {
                set.outcome = 'kept';
                set.kept = others;
                return;
            }
            if (isLast) {
                set.outcome = 'failed';
                throw new errors/* StepError */.zg('secret-set-in-use', { refusal: error, deadline }, { cause: error });
            }
        }
    }
}
async function otherAgents(cloud, { region, agent }, set) {
    const kept = (0,teardown_plan/* boundByOthers */.zz)(set, agent.name, await (0,bindings/* readBindings */.v_)(cloud, region));
    return kept?.because === 'bound' ? kept : undefined;
}

;// CONCATENATED MODULE: ./lib/steps/stop-sessions.js



/** Sessions that are stopped at once. */
const mostAtOnce = 5;
/** Stops the sessions that run now. What cannot be stopped is tried again after the agent is deleted. */
async function stopOnce(context, target, deadline) {
    const { agent, region } = target;
    if (agent.sessions === 0)
        return;
    const { journal } = context;
    try {
        await journal.span(region, `stop sessions of ${agent.name}`, () => stopRunning(context, target, deadline));
    }
    catch (error) {
        if (!(error instanceof pipecat_errors/* CallError */.RA))
            throw error;
        journal.log.info(`Not all sessions of ${agent.name} in ${region} could be stopped, because ${error.reason}. Trying again later.`);
    }
}
/** Stops sessions until none is shown as running. */
async function stopAll(context, target, deadline) {
    const { agent, region } = target;
    const { clock, log } = context.journal;
    await (0,errors/* withSubject */.tX)({ kind: 'agent', name: agent.name, region }, async () => {
        const startedAt = clock.now();
        for (;;) {
            const count = await stopRunning(context, target, deadline);
            if (count === 0)
                break;
            if (deadline.hasPassed())
                throw new errors/* StepError */.zg('sessions-running', { count, deadline });
            const step = (0,polling_delay/* pollingDelay */.f)(clock.now() - startedAt, () => clock.random());
            await clock.sleep(Math.min(step, deadline.remaining()));
        }
    });
    if (agent.stopped.size > 0) {
        log.info(`Stopped sessions of ${agent.name} in ${region}: ${agent.stopped.size}.`);
    }
}
/** @returns how many sessions ran */
async function stopRunning({ sessions }, { agent }, deadline) {
    const running = await sessions.allRunning(agent.name, { deadline });
    for (let first = 0; first < running.length; first += mostAtOnce) {
        const some = running.slice(first, first + mostAtOnce);
        const results = await Promise.allSettled(some.map(async (id) => {
            await sessions.stop(agent.name, id, { deadline });
            agent.stopped.add(id);
        }));
        for (const result of results)
            if (result.status === 'rejected')
                throw result.reason;
    }
    return running.length;
}

;// CONCATENATED MODULE: ./lib/steps/tear-down.js






/** The steps of a teardown after the preflight. */
function stepsOf({ targets }) {
    const agents = targets.map(({ agent }) => agent);
    const steps = [
        targets.some(hasSessions) ? 'stop-sessions' : undefined,
        agents.some(isDue) ? 'delete-agent' : undefined,
        targets.some(({ secretSets }) => secretSets.some(isDue)) ? 'delete-sets' : undefined,
    ];
    return steps.filter((step) => step !== undefined);
}
function isDue({ outcome }) {
    return outcome === 'skipped';
}
/** A session may begin until the agent is gone, so one that goes is looked at in any case. */
function hasSessions({ agent }) {
    return isDue(agent) || (agent.outcome !== 'kept' && agent.sessions > 0);
}
/**
 * Deletes what the record says, a phase after the other, each in all regions at once. What fails in
 * one region does not stop the others. What was done is in the record, also when this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
async function tearDown(context, record) {
    const { journal } = context;
    journal.expect(stepsOf(record));
    const deadline = new time_deadline/* Deadline */.B(journal.clock, 'wait-timeout', record.plan.waitTimeout);
    const failures = [];
    /** Regions whose agent could not be deleted: it may still need its sets. */
    const blocked = new Set();
    const phase = async (step, targets, work) => {
        if (targets.length === 0)
            return;
        try {
            await journal.step(step, () => (0,errors/* forEach */.jJ)(targets, work));
        }
        catch (error) {
            const all = (0,errors/* failuresOf */.dJ)(error);
            const cancelled = all.find((failure) => failure instanceof cancellation/* CancelledError */.cc);
            for (const failure of all) {
                if (!(failure instanceof Error))
                    throw error;
                if (!(failure instanceof cancellation/* CancelledError */.cc))
                    failures.push(failure);
            }
            if (cancelled !== undefined)
                throw new errors/* ReleaseError */.K2([cancelled, ...failures]);
        }
    };
    const { targets } = record;
    const withSessions = targets.filter(hasSessions);
    await phase('stop-sessions', withSessions, (target) => stopOnce(context, target, deadline));
    await phase('delete-agent', targets.filter(({ agent }) => isDue(agent)), async (target) => {
        blocked.add(target);
        await deleteAgent(context, target, deadline);
        blocked.delete(target);
    });
    const gone = targets.filter((target) => !blocked.has(target));
    // A session may have begun until the agent was gone, and continues without it.
    await phase('stop-sessions', withSessions.filter((target) => gone.includes(target)), (target) => stopAll(context, target, deadline));
    await phase('delete-sets', gone.filter(({ secretSets }) => secretSets.some(isDue)), (target) => deleteSets(context, target, deadline));
    if (failures.length > 0)
        throw new errors/* ReleaseError */.K2(inOrder(failures, targets));
}
/** What failed, in the order of the regions. */
function inOrder(failures, targets) {
    const place = (failure) => {
        if (!(failure instanceof errors/* SubjectError */.lR))
            return targets.length;
        return targets.findIndex(({ region }) => region === failure.subject.region);
    };
    return failures.toSorted((one, other) => place(one) - place(other));
}
function agentSubject({ name, region }) {
    return { kind: 'agent', name, region };
}
async function deleteAgent({ cloud, journal }, { agent, region }, deadline) {
    await journal.span(region, `delete ${agent.name}`, () => (0,errors/* withSubject */.tX)(agentSubject(agent), () => remove(agent, async (findLost) => cloud.deleteAgent(agent.name, {
        deadline,
        findLostResult: findLost(async () => (await cloud.agent(agent.name)) === undefined),
    }))));
    if (agent.outcome === 'deleted')
        journal.log.info(`Deleted agent ${agent.name} in ${region}.`);
}


/***/ }),

/***/ 2181:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ Deadline),
/* harmony export */   z: () => (/* binding */ TimeBudget)
/* harmony export */ });
/** A point in time that work has to be done by, and the limit that it comes from. */
class Deadline {
    #clock;
    #at;
    /** The whole limit in milliseconds, for messages. */
    limit;
    /** The input that sets the limit, for messages. */
    input;
    /** A deadline `remaining` milliseconds from now (by default the whole limit). */
    constructor(clock, input, limit, remaining = limit) {
        this.#clock = clock;
        this.#at = clock.now() + remaining;
        this.limit = limit;
        this.input = input;
    }
    /** Milliseconds left, never negative. */
    remaining() {
        return Math.max(0, this.#at - this.#clock.now());
    }
    hasPassed() {
        return this.remaining() === 0;
    }
}
/**
 * A limit that several stretches of work share: `secrets-timeout` covers writing the sets, awaiting
 * them, and awaiting them once more after a deploy was refused, but not the deploy in between.
 */
class TimeBudget {
    #clock;
    #input;
    #limit;
    #spent = 0;
    /** A budget of `limit` milliseconds, set by the input `input`. */
    constructor(clock, input, limit) {
        this.#clock = clock;
        this.#input = input;
        this.#limit = limit;
    }
    /** A budget of what is left, for work that goes on beside other work of the same limit. */
    fork() {
        const fork = new TimeBudget(this.#clock, this.#input, this.#limit);
        fork.#spent = this.#spent;
        return fork;
    }
    /** Does `work` with a deadline of what is left, and takes what it needed off the budget. */
    async spend(work) {
        const startedAt = this.#clock.now();
        const left = Math.max(0, this.#limit - this.#spent);
        try {
            return await work(new Deadline(this.#clock, this.#input, this.#limit, left));
        }
        finally {
            this.#spent += this.#clock.now() - startedAt;
        }
    }
}


/***/ }),

/***/ 6396:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   f: () => (/* binding */ pollingDelay)
/* harmony export */ });
const shortest = 250;
const longest = 5000;
const share = 0.1;
const jitter = 0.1;
/**
 * Milliseconds until the next look at something that is awaited: a tenth of the time it has taken
 * already, between 0.25 s and 5 s. So what is noticed late is at most a tenth of the wait (prompt
 * for two seconds), and a wait of a minute costs some forty looks. A little jitter keeps releases
 * that began together from asking together.
 *
 * @param elapsed milliseconds since the first look
 * @param most milliseconds; for a wait of hours, in which nobody minds half a minute
 */
function pollingDelay(elapsed, random, most = longest) {
    const step = Math.min(most, Math.max(shortest, elapsed * share));
    return Math.round(step * (1 + jitter * (2 * random() - 1)));
}


/***/ })

};

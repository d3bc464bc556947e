export const id = 795;
export const ids = [795];
export const modules = {

/***/ 7327:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Gr: () => (/* binding */ isAnythingTornDown),
/* harmony export */   O_: () => (/* binding */ newTeardownRecord),
/* harmony export */   RY: () => (/* binding */ removalsOf),
/* harmony export */   _6: () => (/* binding */ isTornDown),
/* harmony export */   nZ: () => (/* binding */ isDue)
/* harmony export */ });
/** The record of a teardown before anything is deleted. */
function newTeardownRecord(plan) {
    const targets = plan.targets.map(({ region, agent, secretSets }) => ({
        region,
        agent: {
            ...removalRecord(agent, region),
            sessions: agent.sessions,
            stopped: new Set(),
        },
        secretSets: secretSets.map((set) => ({ ...removalRecord(set, region), kind: set.kind })),
    }));
    return { plan, targets };
}
const outcomeBefore = { keep: 'kept', none: 'absent', delete: 'skipped' };
function removalRecord({ name, removal }, region) {
    const kept = removal.action === 'keep' ? removal.kept : undefined;
    return { name, region, outcome: outcomeBefore[removal.action], kept, isChanged: false };
}
/** Whether something is still to be deleted. */
function isDue({ outcome }) {
    return outcome === 'skipped';
}
/** All agents and sets of a teardown, region by region. */
function removalsOf({ targets }) {
    return targets.flatMap(({ agent, secretSets }) => [agent, ...secretSets]);
}
/** Whether the teardown changed anything on the platform, or may have. */
function isAnythingTornDown(record) {
    return (record.targets.some(({ agent }) => agent.stopped.size > 0) ||
        removalsOf(record).some(({ isChanged }) => isChanged));
}
/** Whether nothing is left of the preview except what must stay. */
function isTornDown(record) {
    const done = ['deleted', 'absent', 'kept'];
    return (record !== undefined &&
        removalsOf(record).every(({ outcome }) => done.includes(outcome)) &&
        record.targets.every(({ agent }) => agent.outcome !== 'kept'));
}


/***/ }),

/***/ 6795:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  carryOutTeardown: () => (/* binding */ carryOutTeardown)
});

// EXTERNAL MODULE: ./lib/github/agent-deployments.js
var agent_deployments = __webpack_require__(2295);
// EXTERNAL MODULE: ./lib/pipecat/sessions.js + 1 modules
var sessions = __webpack_require__(6605);
// EXTERNAL MODULE: ./lib/plan/bindings.js
var plan_bindings = __webpack_require__(6341);
// EXTERNAL MODULE: ./lib/plan/locate.js
var locate = __webpack_require__(4265);
// EXTERNAL MODULE: ./lib/plan/name-template.js
var name_template = __webpack_require__(6647);
;// CONCATENATED MODULE: ./lib/plan/observe-teardown.js



/** Reads everything that a teardown depends on. */
async function observeTeardown(cloud, sessions, settings) {
    const [regions, secretSets] = await Promise.all([cloud.regions(), cloud.secretSets()]);
    const named = settings.regions.length > 0 ? settings.regions : [undefined];
    const targets = await Promise.all(named.map(async (one) => {
        const located = await (0,locate/* locate */.x5)(cloud, settings, one);
        const region = await (0,locate/* regionOf */.AP)(cloud, located, settings, secretSets);
        const name = (0,name_template/* nameIn */.ZC)(settings.agent, region) ?? '';
        const { byDeployment } = await sessions.count(name);
        const ownSets = ownSetsIn(region, settings, secretSets);
        const existing = ownSets.flatMap((set) => set.existing);
        for (const set of existing)
            cloud.requireReadable(set);
        return {
            region,
            name,
            agent: located.agent,
            /** How many sessions are running, even without an agent. */
            sessions: [...byDeployment.values()].reduce((sum, count) => sum + count, 0),
            ownSets,
            /** Which agents bind which sets; undefined if no set exists that could be deleted. */
            bindings: existing.length === 0 ? undefined : await (0,plan_bindings/* readBindings */.v_)(cloud, region),
        };
    }));
    return { regions, targets };
}
/** The sets of a preview in a region, in all versions; without sets that other agents share. */
function ownSetsIn(region, { secretSet, imagePullSecret }, secretSets) {
    const names = {
        secret: (0,name_template/* nameIn */.ZC)(secretSet, region),
        imagePullSecret: (0,name_template/* nameIn */.ZC)(imagePullSecret, region),
    };
    return ['secret', 'imagePullSecret'].flatMap((kind) => {
        const template = names[kind];
        if (template === undefined)
            return [];
        const versions = (0,name_template/* versionsOf */.x4)(template);
        return [{ kind, template, existing: secretSets.filter(({ name }) => versions.test(name)) }];
    });
}

// EXTERNAL MODULE: ./lib/plan/problems.js
var plan_problems = __webpack_require__(7511);
// EXTERNAL MODULE: ./lib/plan/preview.js
var plan_preview = __webpack_require__(7375);
// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __webpack_require__(619);
// EXTERNAL MODULE: ./lib/plan/make-plan.js + 1 modules
var make_plan = __webpack_require__(3082);
;// CONCATENATED MODULE: ./lib/plan/teardown-plan.js




/** @returns the plan, and every reason why the teardown cannot work */
function planTeardown({ preview, waitTimeout }, { regions, targets }) {
    const problems = [];
    const planned = targets.map(({ region, name, agent, sessions, ownSets, bindings }) => {
        if (!regions.some(({ code }) => code === region)) {
            problems.push((0,make_plan/* unknownRegion */.h)(region, regions));
        }
        checkRegion(`agent ${name}`, agent?.region, region, problems);
        const message = agent && (0,plan_preview/* whyNotPreview */.cU)(agent, preview);
        const kept = message === undefined ? undefined : { because: 'not-preview', message };
        const removal = agent === undefined ? nothingToRemove : deleteUnless(kept);
        const secretSets = ownSets.flatMap(({ kind, template, existing }) => {
            if (existing.length === 0)
                return [{ name: template, kind, removal: nothingToRemove }];
            return existing.map((set) => {
                checkRegion(`${subject/* secretSetKinds */.Q[kind]} ${set.name}`, set.region, region, problems);
                const because = kept ?? keptSet(set, kind, name, bindings);
                return { name: set.name, kind, removal: deleteUnless(because) };
            });
        });
        return { region, agent: { name, removal, sessions }, secretSets };
    });
    return { plan: { preview, waitTimeout, targets: planned }, problems };
}
const nothingToRemove = { action: 'none' };
function deleteUnless(kept) {
    return kept === undefined ? { action: 'delete' } : { action: 'keep', kept };
}
/** @param own the agent to delete */
function keptSet({ name, kind: actual, referenced }, kind, own, bindings = new Map()) {
    if (actual !== kind)
        return { because: 'other-kind', kind: actual };
    if (referenced)
        return { because: 'referenced' };
    return (0,plan_bindings/* boundByOthers */.zz)(name, own, bindings);
}
/** Names are unique across regions, so an agent or a set in another region is the one that was meant. */
function checkRegion(about, actual, requested, problems) {
    if (actual === undefined || actual === requested)
        return;
    problems.push({
        about,
        message: `is in region ${actual}, but the teardown is for ${requested}`,
        next: `Set \`region\` to ${actual}, or omit it.`,
    });
}
/** Whether there is anything to delete or to stop. */
function isEmptyTeardown({ targets }) {
    return targets.every(({ agent, secretSets }) => agent.sessions === 0 &&
        [agent, ...secretSets].every(({ removal }) => removal.action === 'none'));
}

// EXTERNAL MODULE: ./lib/record/errors.js
var errors = __webpack_require__(2458);
// EXTERNAL MODULE: ./lib/record/teardown-record.js
var teardown_record = __webpack_require__(7327);
// EXTERNAL MODULE: ./lib/time/cancellation.js
var cancellation = __webpack_require__(6690);
// EXTERNAL MODULE: ./lib/time/deadline.js
var time_deadline = __webpack_require__(2181);
// EXTERNAL MODULE: ./lib/pipecat/errors.js
var pipecat_errors = __webpack_require__(1593);
// EXTERNAL MODULE: ./lib/time/polling-delay.js
var polling_delay = __webpack_require__(6396);
// EXTERNAL MODULE: ./lib/steps/subjects.js
var subjects = __webpack_require__(70);
;// CONCATENATED MODULE: ./lib/steps/remove.js

/** Deletes something and records the outcome. */
async function remove(record, work) {
    const lost = { isAnswer: false };
    const findLost = (isGone) => async () => {
        lost.isAnswer = true;
        return (await isGone()) ? 'deleted' : undefined;
    };
    try {
        const deletion = await work(findLost);
        // If the response was lost, this run probably deleted it.
        record.outcome = deletion === 'absent' && !lost.isAnswer ? 'absent' : 'deleted';
        record.isChanged = record.outcome === 'deleted';
    }
    catch (error) {
        (0,subjects/* recordFailure */.C5)(record, error);
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/steps/delete-sets.js









/** Deletes the sets of a region one by one; a failure does not stop the others. */
async function deleteSets(context, target, deadline) {
    const failures = [];
    for (const set of target.secretSets.filter(teardown_record/* isDue */.nZ)) {
        try {
            await (0,subjects/* workOn */.xM)(context.journal, 'delete', (0,subject/* secretSetSubject */.L)(set), () => deleteSet(context, target, set, deadline));
        }
        catch (error) {
            if (error instanceof cancellation/* CancelledError */.cc)
                throw new errors/* ReleaseError */.K2([error, ...failures]);
            if (!(error instanceof Error))
                throw error;
            failures.push(error);
        }
    }
    if (failures.length > 0)
        throw new errors/* ReleaseError */.K2(failures);
}
/** Deletes a set; retries while the platform says that it is in use. */
async function deleteSet({ cloud, journal }, target, set, deadline) {
    const { clock, log } = journal;
    const { name, region } = set;
    const startedAt = clock.now();
    for (let refusals = 0;; refusals++) {
        try {
            await remove(set, (findLost) => cloud.deleteSecretSet(name, {
                // Earlier waits leave time for one attempt.
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
            // Not deleted, so it is tried again.
            set.outcome = 'skipped';
            if (refusals === 0) {
                log.info(`${name} in ${region} is still in use: ${error.reason}. Trying again.`);
            }
            const step = (0,polling_delay/* pollingDelay */.f)(clock.now() - startedAt, () => clock.random());
            await clock.sleep(Math.min(Math.max(step, error.retryAfter ?? 0), deadline.remaining()));
            const isLast = deadline.hasPassed();
            // Another agent may have bound it since the plan was made.
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
    const kept = (0,plan_bindings/* boundByOthers */.zz)(set, agent.name, await (0,plan_bindings/* readBindings */.v_)(cloud, region));
    return kept?.because === 'bound' ? kept : undefined;
}

;// CONCATENATED MODULE: ./lib/steps/stop-sessions.js




/** Number of sessions to stop at once. */
const mostAtOnce = 5;
/** Stops the running sessions. If that fails, the action tries again after the agent is deleted. */
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
        journal.log.info(`Could not stop all sessions of ${agent.name} in ${region}, because ${error.reason}. Trying again later.`);
    }
}
/** Stops sessions until none is running. */
async function stopAll(context, target, deadline) {
    const { agent, region } = target;
    const { clock, log } = context.journal;
    await (0,errors/* withSubject */.tX)((0,subjects/* agentSubject */.Gv)(agent), async () => {
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
/** @returns how many sessions were running */
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













/**
 * Reads what exists, plans, and puts the plan into the record. Deletes nothing.
 *
 * @throws PreflightError with every reason why the teardown cannot work, or a CallError
 */
function teardownPreflight({ cloud, sessions, journal }, settings) {
    return journal.step('preflight', async () => {
        const observation = await observeTeardown(cloud, sessions, settings);
        const { plan, problems } = planTeardown(settings, observation);
        const record = (0,teardown_record/* newTeardownRecord */.O_)(plan);
        journal.record.teardown = record;
        const all = [...problems, ...strangers(plan)];
        if (all.length > 0)
            throw new plan_problems/* PreflightError */.w(all);
        if (isEmptyTeardown(plan))
            journal.log.info('There is nothing to tear down.');
        for (const line of linesOf(record))
            journal.log.info(line);
        return record;
    });
}
/** Agents that have the name of the preview, and are not it. */
function strangers({ targets }) {
    return targets.flatMap(({ agent: { name, removal } }) => removal.action === 'keep' && removal.kept.because === 'not-preview'
        ? [{ about: `agent ${name}`, message: removal.kept.message, next: plan_preview/* adviceOnNames */.QV }]
        : []);
}
function linesOf({ targets }) {
    return targets.flatMap(({ region, agent, secretSets }) => [
        ...((0,teardown_record/* isDue */.nZ)(agent) ? [`To delete in ${region}: the agent ${agent.name}.`] : []),
        ...(agent.sessions > 0 && agent.outcome !== 'kept'
            ? [`To stop in ${region}: sessions of ${agent.name}: ${agent.sessions}.`]
            : []),
        ...secretSets
            .filter(teardown_record/* isDue */.nZ)
            .map(({ name, kind }) => `To delete in ${region}: the ${subject/* secretSetKinds */.Q[kind]} ${name}.`),
    ]);
}
/** A session may start until the agent is deleted, so an agent to delete always counts. */
function hasSessions({ agent }) {
    return (0,teardown_record/* isDue */.nZ)(agent) || (agent.outcome !== 'kept' && agent.sessions > 0);
}
/**
 * Deletes what the record says in phases, each in all regions at once. A failure in one region does not stop
 * the others. The record shows what was done, even if this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
async function tearDown(context, record) {
    const { journal } = context;
    const { targets } = record;
    const withSessions = targets.filter(hasSessions);
    const withAgent = targets.filter(({ agent }) => (0,teardown_record/* isDue */.nZ)(agent));
    const withSets = targets.filter(({ secretSets }) => secretSets.some(teardown_record/* isDue */.nZ));
    if (withSessions.length > 0)
        journal.expect(['stop-sessions']);
    if (withAgent.length > 0)
        journal.expect(['delete-agent']);
    if (withSets.length > 0)
        journal.expect(['delete-sets']);
    const deadline = new time_deadline/* Deadline */.B(journal.clock, 'wait-timeout', record.plan.waitTimeout);
    const failures = [];
    /** Regions whose agent could not be deleted, so it may still need its sets. */
    const blocked = new Set();
    const phase = async (step, targetsOfPhase, work) => {
        await (0,errors/* collect */.Fo)(failures, () => journal.stepForEach(step, targetsOfPhase, work));
        if (failures.some((failure) => failure instanceof cancellation/* CancelledError */.cc)) {
            throw new errors/* ReleaseError */.K2(failures);
        }
    };
    await phase('stop-sessions', withSessions, (target) => stopOnce(context, target, deadline));
    await phase('delete-agent', withAgent, async (target) => {
        blocked.add(target);
        await deleteAgent(context, target, deadline);
        blocked.delete(target);
    });
    const isGone = (target) => !blocked.has(target);
    // A session that started before the agent was deleted continues without it.
    await phase('stop-sessions', withSessions.filter(isGone), (target) => stopAll(context, target, deadline));
    await phase('delete-sets', withSets.filter(isGone), (target) => deleteSets(context, target, deadline));
    if (failures.length > 0)
        throw new errors/* ReleaseError */.K2((0,subjects/* inRegionOrder */.uZ)(failures, targets));
}
async function deleteAgent({ cloud, journal }, { agent, region }, deadline) {
    await (0,subjects/* workOn */.xM)(journal, 'delete', (0,subjects/* agentSubject */.Gv)(agent), () => remove(agent, async (findLost) => cloud.deleteAgent(agent.name, {
        deadline,
        findLostResult: findLost(async () => (await cloud.agent(agent.name)) === undefined),
    })));
    if (agent.outcome === 'deleted')
        journal.log.info(`Deleted agent ${agent.name} in ${region}.`);
}

;// CONCATENATED MODULE: ./lib/run/tear-down.js



/** Plans a teardown and, unless it is a dry run, carries the plan out. */
async function carryOutTeardown(session, { isDryRun, github, teardown: settings }, { platform, surface }) {
    const { journal } = session;
    const contextFor = (by) => ({
        cloud: platform.on(surface, by),
        sessions: new sessions/* Sessions */.A(by, surface),
        journal,
    });
    const record = await teardownPreflight(contextFor(platform.patientCaller), settings);
    if (isDryRun)
        return;
    try {
        await tearDown(contextFor(platform.caller), record);
    }
    finally {
        const gone = record.targets
            .map(({ agent }) => agent)
            .filter(({ outcome }) => outcome === 'deleted' || outcome === 'absent');
        await (0,agent_deployments/* deactivatePreviews */.O1)(journal, github, session.lateGitHubOptions(), gone);
    }
}


/***/ }),

/***/ 70:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C5: () => (/* binding */ recordFailure),
/* harmony export */   Gv: () => (/* binding */ agentSubject),
/* harmony export */   uZ: () => (/* binding */ inRegionOrder),
/* harmony export */   xM: () => (/* binding */ workOn)
/* harmony export */ });
/* harmony import */ var _record_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2458);
/* harmony import */ var _time_cancellation_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6690);


function agentSubject({ name, region }) {
    return { kind: 'agent', name, region };
}
/** Does work on a subject: a span of the timeline, and errors that name the subject. */
function workOn(journal, label, subject, work) {
    const { name, region } = subject;
    return journal.span(region, `${label} ${name}`, () => (0,_record_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .withSubject */ .tX)(subject, work));
}
/** Records that a change failed. A cancellation only counts if something was changed, or may have been. */
function recordFailure(record, error) {
    if ((0,_record_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .isInDoubt */ .cd)(error))
        record.isChanged = true;
    if (!(error instanceof _time_cancellation_js__WEBPACK_IMPORTED_MODULE_1__/* .CancelledError */ .cc))
        record.outcome = 'failed';
    else if (record.isChanged)
        record.outcome = 'cancelled';
}
/** Failures in the order of the regions, then failed rollbacks, then those of no region. */
function inRegionOrder(failures, targets) {
    const place = (failure) => {
        if (!(failure instanceof _record_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .SubjectError */ .lR))
            return targets.length;
        const region = targets.findIndex((target) => target.region === failure.subject.region);
        return (0,_record_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .isStepFailure */ .Zd)(failure.cause, 'not-rolled-back') ? targets.length + 1 + region : region;
    };
    return failures.toSorted((one, other) => place(one) - place(other));
}


/***/ }),

/***/ 2181:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ Deadline),
/* harmony export */   z: () => (/* binding */ TimeBudget)
/* harmony export */ });
/** A point in time by which work must be done, and the limit that sets it. */
class Deadline {
    #clock;
    #at;
    /** The whole limit in milliseconds. */
    limit;
    /** The input that sets the limit. */
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
 * A limit that several pieces of work share: `secrets-timeout` covers writing the sets, waiting for
 * them, and waiting again after a refused deploy, but not the deploy in between.
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
    /** A copy with what is left, for work that runs in parallel under the same limit. */
    fork() {
        const fork = new TimeBudget(this.#clock, this.#input, this.#limit);
        fork.#spent = this.#spent;
        return fork;
    }
    /** Does `work` with a deadline of what is left, then subtracts the time that it took. */
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
 * Milliseconds until the next status check: a tenth of the time waited so far, between 0.25 s and 5 s.
 * So a change is noticed late by at most a tenth of the wait, and a wait of a minute takes about forty
 * checks. A little jitter keeps releases that started together from checking together.
 *
 * @param elapsed milliseconds since the first check
 * @param most the longest delay in milliseconds; more for a wait of hours
 */
function pollingDelay(elapsed, random, most = longest) {
    const step = Math.min(most, Math.max(shortest, elapsed * share));
    return Math.round(step * (1 + jitter * (2 * random() - 1)));
}


/***/ })

};

export const id = 526;
export const ids = [526];
export const modules = {

/***/ 8526:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  release: () => (/* binding */ release)
});

// EXTERNAL MODULE: ./lib/time/deadline.js
var time_deadline = __webpack_require__(2181);
// EXTERNAL MODULE: ./lib/pipecat/errors.js
var errors = __webpack_require__(1593);
// EXTERNAL MODULE: ./lib/plan/bindings.js
var plan_bindings = __webpack_require__(6341);
// EXTERNAL MODULE: ./lib/plan/old-versions.js
var old_versions = __webpack_require__(7866);
// EXTERNAL MODULE: ./lib/record/record.js
var record = __webpack_require__(2472);
;// CONCATENATED MODULE: ./lib/steps/clean-up.js




/**
 * Deletes older versions of a set, once nothing needs them any more. What agents bind is looked at
 * anew for that. It is housekeeping: where it fails, the release is as good as ever.
 */
async function cleanUp({ cloud, journal }, { agent, deletedVersions }, plan, { listed, deadline, remarks }) {
    const { name, region, template, olderVersions, keepVersions } = plan;
    if (template === undefined)
        return;
    const options = { deadline };
    try {
        const [secretSets, bindings] = await Promise.all([
            listed,
            (0,plan_bindings/* readBindings */.v_)(cloud, region, options),
        ]);
        const names = (0,old_versions/* oldVersions */.p)({
            template,
            current: name,
            region,
            previous: agent?.plan.before?.secretSets ?? [],
            keep: keepVersions,
            secretSets: secretSets.filter((set) => olderVersions.includes(set.name)),
            bindings,
        });
        for (const old of names) {
            await cloud.deleteSecretSet(old, options);
            deletedVersions.push({
                ...(0,record/* existingSet */.wr)(old, 'secret', region),
                outcome: 'deleted',
                isChanged: true,
            });
        }
        const hidden = [...bindings]
            .filter(([, sets]) => sets === undefined)
            .map(([binding]) => binding);
        journal.log.info(names.length > 0
            ? `Deleted in ${region}, because no agent binds them: ${names.join(', ')}.`
            : hidden.length > 0
                ? `Deleted nothing in ${region}, because it is unknown which sets these agents still use: ${hidden.join(', ')}.`
                : `Found no old version of ${template} to delete in ${region}.`);
    }
    catch (error) {
        if (!(error instanceof errors/* CallError */.RA))
            throw error;
        remarks.add('warning', template, (names) => `Could not delete older versions of ${names}: ${error.reason}.${error.isInDoubt ? ' Whether it was carried out is not known.' : ''} The release is done; the next one tries again.`);
    }
}

// EXTERNAL MODULE: ./lib/record/errors.js
var record_errors = __webpack_require__(2458);
// EXTERNAL MODULE: ./lib/time/cancellation.js
var cancellation = __webpack_require__(6690);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/time/backoff.js
var backoff = __webpack_require__(9905);
// EXTERNAL MODULE: ./lib/time/polling-delay.js
var polling_delay = __webpack_require__(6396);
// EXTERNAL MODULE: ./lib/plan/agent-changes.js
var agent_changes = __webpack_require__(7738);
;// CONCATENATED MODULE: ./lib/steps/grace.js
/**
 * Milliseconds for which a read may not show yet what this run has just made: a read may come from
 * elsewhere than the write went to.
 */
const graceLimit = 10_000;

;// CONCATENATED MODULE: ./lib/steps/deploy.js








/** Creates or updates the agent, and returns the deployment that has to get ready. */
async function deploy(context, record, { buildId, budget, remarks, awaitBoundSets }) {
    const { cloud, journal } = context;
    const { clock } = journal;
    const { name, plan: original } = record;
    let existsError;
    for (let refusals = 0;;) {
        const deadline = new time_deadline/* Deadline */.B(clock, 'wait-timeout', original.waitTimeout);
        // Provisioning takes its time, in which others may have deployed: what is compared with, and
        // what a lost answer is told by, has to be the agent as it is now.
        const before = await cloud.agent(name, { deadline });
        if (before === undefined && existsError !== undefined) {
            throw new record_errors/* StepError */.zg('agent-name-taken', {}, { cause: existsError });
        }
        const plan = original.replan(before, buildId);
        record.plan = plan;
        try {
            const answer = before === undefined
                ? await create(context, plan, deadline)
                : await update(context, plan, before, deadline);
            record.isChanged = true;
            const previousId = before?.desiredDeploymentId;
            const deploymentId = await deploymentOf(context, plan, answer, deadline);
            recordDeployment(record, deploymentId, previousId);
            journal.log.info(wordsFor(record, previousId));
            remark(remarks, record, answer, previousId);
            return { deploymentId, previousId, before, deadline };
        }
        catch (error) {
            if (!(error instanceof errors/* StatusError */.Xs))
                throw error;
            if (isAlreadyExistsError(error) && before === undefined) {
                existsError = error;
                journal.log.info('Somebody created the agent in the meantime; updating it.');
            }
            else if (error.status === 409) {
                refusals++;
                const told = `The deploy of \`${name}\` was refused (409), because a set that it binds is not ready; waiting for the sets again.`;
                if (refusals === 1)
                    journal.notice(told);
                else
                    journal.log.info(told);
                await waitAgain(error, before, refusals);
            }
            else {
                throw error;
            }
        }
    }
    async function waitAgain(refusal, before, refusals) {
        await budget.spend(async (deadline) => {
            // The sets may read as ready although the deploy is refused; that must not become a storm.
            const delay = (0,backoff/* backoffDelay */.E)(backoff/* defaultBackoff */.k, refusals, () => clock.random());
            if (deadline.remaining() <= delay) {
                const facts = { refusal, deadline };
                throw new record_errors/* StepError */.zg('secret-set-not-ready', facts, { cause: refusal });
            }
            await clock.sleep(delay);
            await awaitBoundSets(before, deadline);
        });
    }
}
/**
 * The deployment that a deploy has made. The response may name none, or still the one from before
 * although a new one has to follow; then the agent itself shows it, soon.
 */
async function deploymentOf({ cloud, journal: { clock } }, { name, before, newDeployment }, answer, deadline) {
    const outdated = newDeployment.follows === 'yes' ? before?.desiredDeploymentId : undefined;
    let shown = answer.desiredDeploymentId;
    const startedAt = clock.now();
    for (let reads = 0; shown === undefined || shown === outdated; reads++) {
        const elapsed = clock.now() - startedAt;
        if (elapsed >= graceLimit || deadline.hasPassed())
            break;
        if (reads > 0)
            await clock.sleep((0,polling_delay/* pollingDelay */.f)(elapsed, () => clock.random()));
        shown = (await cloud.agent(name, { deadline }))?.desiredDeploymentId ?? shown;
    }
    // A response that names the deployment from before says that there is no other one.
    const isNamed = answer.desiredDeploymentId !== undefined;
    if (shown === undefined || (shown === outdated && !isNamed)) {
        throw new record_errors/* StepError */.zg('deployment-unknown', {});
    }
    return shown;
}
/** The code of this refusal is one that many have, so its words have to tell. */
function isAlreadyExistsError(error) {
    return [400, 409].includes(error.status) && error.says(/service already exists/i);
}
/** Milliseconds; a look for what a lost request did is worth that much when the time is up, too. */
const lostResponseLimit = 10_000;
function findLostDeployment({ cloud, journal: { clock } }, name) {
    const deadline = new time_deadline/* Deadline */.B(clock, 'wait-timeout', lostResponseLimit);
    return cloud.agent(name, { attempts: 2, deadline });
}
function create(context, plan, deadline) {
    const { name, region, settings } = plan;
    return context.cloud.createAgent(name, region, settings, {
        deadline,
        findLostResult: async () => {
            const agent = await findLostDeployment(context, name);
            return agent && matchesPlan(agent, plan) ? agent : undefined;
        },
    });
}
function update(context, plan, before, deadline) {
    const { name, settings, forces } = plan;
    return context.cloud.updateAgent(name, settings, forces, {
        deadline,
        findLostResult: async () => {
            const agent = await findLostDeployment(context, name);
            const isNew = agent?.desiredDeploymentId !== undefined &&
                agent.desiredDeploymentId !== before.desiredDeploymentId;
            return isNew && matchesPlan(agent, plan) ? agent : undefined;
        },
    });
}
function matchesPlan(agent, { settings }) {
    return (0,agent_changes/* settingChanges */.eC)(agent.settings, settings).length === 0;
}
function bindsAnotherSet({ changes }) {
    return changes.some(({ setting }) => setting === 'secret-set');
}
/** Takes down what the deploy brought. */
function recordDeployment(record, deploymentId, previousId) {
    const { plan } = record;
    const isUpdate = plan.before !== undefined;
    const isNew = deploymentId !== previousId;
    record.deploymentId = deploymentId;
    record.outcome = !isUpdate
        ? 'created'
        : isNew || plan.changes.length > 0
            ? 'updated'
            : 'unchanged';
    record.replacesValues = isNew && isUpdate && (plan.valuesChange || bindsAnotherSet(plan));
}
function wordsFor({ name, region, outcome, deploymentId }, previousId) {
    const id = deploymentId ?? 'unknown';
    return deploymentId !== previousId
        ? `The agent ${name} in ${region} is ${outcome}; its deployment is ${id}.`
        : `The agent ${name} in ${region} keeps its deployment ${id}.`;
}
/** Says what a person should know of the answer to a deploy. */
function remark(remarks, { plan, deploymentId }, { warning, settings: observed }, previousId) {
    const { name, action, settings, newDeployment } = plan;
    const { image, buildId } = settings;
    const { websocketAuth } = observed;
    if (action === 'create' && settings.websocketAuth === undefined && websocketAuth) {
        remarks.add('remark', name, (names) => `The platform created ${names} with \`websocket-auth: ${websocketAuth}\`.`);
    }
    const isNew = deploymentId !== previousId;
    const isExpected = plan.bindsVersion || buildId !== undefined;
    if (!isNew && isExpected && newDeployment.because === 'nothing-differs') {
        // That is what versions and builds by their context are for, and nothing to warn of.
        const caveat = image === undefined ? '' : ' The platform does not notice a tag that was pushed again.';
        remarks.add('remark', name, (names) => `Nothing changed for ${names}, so there is no new deployment.${caveat}`);
        return;
    }
    if (warning !== undefined) {
        const said = (0,quote/* quote */.h)(warning);
        remarks.add('warning', name, (names) => `The platform warns about ${names}: ${said}`);
    }
    if (!isNew && image !== undefined) {
        if (image.includes('@')) {
            remarks.add('remark', name, (names) => `\`${image}\` is already deployed, so there is no new deployment of ${names}.`);
        }
        else {
            remarks.add('warning', name, (names) => `The platform saw no change in \`${image}\` and made no new deployment of ${names}: it compares the tag, not what the tag points to. Set \`image\` with a digest (\`…@sha256:…\`), or set \`force-redeploy: true\`.`);
        }
    }
    if (plan.forceRedeploy === 'never' && plan.valuesChange && !isNew) {
        remarks.add('warning', name, (names) => `${names} keeps the old values until the next deployment, because \`force-redeploy\` is \`false\`.`);
    }
}

// EXTERNAL MODULE: ./lib/text/list.js
var text_list = __webpack_require__(8735);
// EXTERNAL MODULE: ./lib/time/clock.js + 1 modules
var time_clock = __webpack_require__(5221);
;// CONCATENATED MODULE: ./lib/steps/polling.js



/** Milliseconds; a look that is told to come back later than that comes back now and then. */
const maxRetryAfter = 60_000;
/** A wait ended without a result, because its limit passed. */
class WaitTimeoutError extends Error {
    constructor(options) {
        super('the limit has passed', options);
        this.name = 'WaitTimeoutError';
    }
}
/**
 * Looks again and again, in growing steps, the first time at once, until a look brings an end or the
 * deadline passes. A look that fails is no reason to give up, as the release may be going on behind
 * a gateway that is not; only a refusal (4xx) is. A run of failed looks is told once.
 */
async function poll(checkStatus, wait) {
    try {
        return await keepPolling(checkStatus, wait);
    }
    finally {
        wait.progress.end();
    }
}
async function keepPolling(checkStatus, { clock, deadline, progress, signal, step = defaultStep(clock) }) {
    const startedAt = clock.now();
    let failedChecks = 0;
    let failure;
    for (;;) {
        let retryAfter = 0;
        try {
            const result = await checkStatus();
            if (failedChecks > 0)
                progress.remark(`The platform responds again, after ${failedChecks} failed status ${failedChecks === 1 ? 'check' : 'checks'}.`);
            failedChecks = 0;
            failure = undefined;
            if (result !== undefined)
                return result.done;
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA && (error.isTransient || error.outOfTime === deadline))) {
                throw error;
            }
            failure = error;
            if (error instanceof errors/* StatusError */.Xs)
                retryAfter = error.retryAfter ?? 0;
            failedChecks++;
            if (failedChecks === 1 && !deadline.hasPassed()) {
                const { method, path } = error.call;
                progress.remark(`Status check failed: ${error.reason} (${method} ${path}). Checking again.`);
            }
        }
        const pause = Math.max(step(clock.now() - startedAt), Math.min(retryAfter, maxRetryAfter));
        await (0,time_clock/* abortableSleep */.Mf)(clock, Math.min(pause, deadline.remaining()), signal);
        if (deadline.hasPassed())
            throw new WaitTimeoutError({ cause: failure });
    }
}
function defaultStep(clock) {
    return (elapsed) => (0,polling_delay/* pollingDelay */.f)(elapsed, () => clock.random());
}

;// CONCATENATED MODULE: ./lib/steps/progress.js
const reminderInterval = 15_000;
/**
 * Says how a wait is going: when something changes, and at least every 15 seconds, also while a look
 * is under way that takes longer than that. Has to be ended.
 */
class Progress {
    #clock;
    #log;
    #startedAt;
    #state = 'waiting for the first status check';
    #changedAt;
    #reminder = new AbortController();
    #hasEnded = false;
    constructor(clock, say) {
        this.#clock = clock;
        this.#log = say;
        this.#startedAt = clock.now();
        this.#changedAt = this.#startedAt;
        this.#scheduleReminder();
    }
    /** Milliseconds since the wait began. */
    get elapsed() {
        return this.#clock.now() - this.#startedAt;
    }
    /** Milliseconds for which the state has been what it is. */
    get unchangedFor() {
        return this.#clock.now() - this.#changedAt;
    }
    /** Takes note of the state, and says it where it is another one. */
    update(state) {
        if (state === this.#state)
            return;
        this.#state = state;
        this.#changedAt = this.#clock.now();
        this.#report();
    }
    /** Says something that is not a state. */
    remark(message) {
        this.#log(message);
    }
    end() {
        this.#hasEnded = true;
        this.#reminder.abort();
    }
    #report() {
        this.#log(`${(this.elapsed / 1000).toFixed(1)} s: ${this.#state}`);
        this.#scheduleReminder();
    }
    #scheduleReminder() {
        this.#reminder.abort();
        // A reminder may have come due in the same moment in which the wait ended.
        if (this.#hasEnded)
            return;
        this.#reminder = new AbortController();
        this.#clock.sleep(reminderInterval, this.#reminder.signal).then(() => {
            this.#report();
        }, () => undefined);
    }
}

// EXTERNAL MODULE: ./lib/plan/subject.js
var plan_subject = __webpack_require__(619);
;// CONCATENATED MODULE: ./lib/steps/readiness.js







/**
 * Waits until every one of the sets is ready, all of them at once. One that fails does not end the
 * wait for the others: what became of each has to be told.
 *
 * @throws ReleaseError of SubjectErrors around a StepError (`provisioning-failed`, `secrets-timeout`,
 *   `secret-set-gone`, `secret-set-missing`) or a CallError
 */
async function awaitSecretSets({ cloud, journal }, sets, deadline) {
    const { clock, log } = journal;
    const progress = new Progress(clock, (message) => {
        log.info(message);
    });
    const waiting = new Map(sets.map((set) => [set, journal.beginSpan(set.region, `provision ${set.name}`)]));
    const seen = new Map();
    const failures = [];
    const fail = (set, error) => {
        set.outcome = 'failed';
        failures.push(new record_errors/* SubjectError */.lR((0,plan_subject/* secretSetSubject */.L)(set), error));
        waiting.get(set)?.('failed');
        waiting.delete(set);
    };
    const recordStatus = (set, found) => {
        if (found === undefined) {
            const isNew = set.outcome === 'created' && !seen.has(set);
            if (isNew && progress.elapsed < graceLimit)
                return;
            fail(set, new record_errors/* StepError */.zg(isNew ? 'secret-set-missing' : 'secret-set-gone', {}));
            return;
        }
        set.status = found.status;
        seen.set(set, stateOf(found));
        if (found.status === 'failed') {
            fail(set, new record_errors/* StepError */.zg('provisioning-failed', { platformMessage: found.errorMessage }));
        }
        if (found.status === 'ready') {
            waiting.get(set)?.('done');
            waiting.delete(set);
        }
    };
    const checkStatus = async () => {
        for (const { set, found } of await readStatuses(cloud, [...waiting.keys()], deadline)) {
            recordStatus(set, found);
        }
        progress.update(readiness_wordsFor(sets, seen));
        return waiting.size === 0 ? { done: undefined } : undefined;
    };
    try {
        await poll(checkStatus, { clock, deadline, progress });
    }
    catch (error) {
        if (!(error instanceof Error))
            throw error;
        const [first, ...others] = waiting.keys();
        if (first === undefined)
            throw error;
        if (error instanceof WaitTimeoutError) {
            for (const set of [first, ...others]) {
                const facts = { lastSeen: seen.get(set), waited: progress.elapsed, deadline };
                fail(set, new record_errors/* StepError */.zg('secrets-timeout', facts, { cause: error.cause }));
            }
        }
        else if (error instanceof cancellation/* CancelledError */.cc) {
            // The platform goes on with them.
            failures.push(error);
            for (const set of [first, ...others])
                waiting.get(set)?.('running');
        }
        else {
            // The look failed for all of them, which is one failure.
            fail(first, error);
            for (const set of others)
                waiting.get(set)?.('failed');
        }
    }
    if (failures.length > 0)
        throw new record_errors/* ReleaseError */.K2(failures);
}
/** More sets than this are counted rather than listed. */
const maxListed = 4;
function readiness_wordsFor(sets, seen) {
    const states = sets.map((set) => ({ name: set.name, state: seen.get(set) ?? 'not seen yet' }));
    const list = (some) => (0,text_list/* listOf */.c)(some.map(({ name, state }) => `${name} ${state}`), { most: maxListed, format: text_list/* asIs */.$ });
    if (states.length <= maxListed)
        return list(states);
    const others = states.filter(({ state }) => state !== 'ready');
    const ready = `${states.length - others.length} of ${states.length} sets are ready`;
    return others.length === 0 ? ready : `${ready}; ${list(others)}`;
}
/** The status of a set in words, with the reason that it can only have. */
function stateOf({ status, referenced }) {
    if (status === 'unknown')
        return 'unknown (its region cannot be reached)';
    return status === 'pending' && referenced
        ? 'pending (it is referenced, and its Kubernetes Secret does not exist yet)'
        : status;
}
/** One request a look, however many sets are awaited. */
async function readStatuses(cloud, sets, deadline) {
    // Each look is repeated anyway, so a read of it is tried once.
    const options = { deadline, attempts: 1 };
    const [first, ...others] = sets;
    // An image pull secret cannot be read by name.
    if (first?.kind === 'secret' && others.length === 0) {
        return [{ set: first, found: await cloud.secretSet(first.name, options) }];
    }
    const list = await cloud.secretSets(options);
    return sets.map((set) => {
        const found = list.find(({ name }) => name === set.name);
        if (found !== undefined)
            cloud.requireReadable(found);
        return { set, found };
    });
}

;// CONCATENATED MODULE: ./lib/steps/remarks.js

/**
 * Warnings and notices about several agents: what is to be said of each alike is said once, as a run
 * shows ten of a kind at most.
 */
class Remarks {
    #remarks = new Map();
    add(level, name, words) {
        const key = `${level} ${words('')}`;
        const remark = this.#remarks.get(key) ?? { level, words, names: [] };
        remark.names.push(name);
        this.#remarks.set(key, remark);
    }
    report(journal) {
        for (const { level, words, names } of this.#remarks.values()) {
            journal[level](words((0,text_list/* listOf */.c)(names)));
        }
        this.#remarks.clear();
    }
}

;// CONCATENATED MODULE: ./lib/steps/failure-logs.js



/** How many of the last lines are shown. */
const logTail = 40;
const noLogs = { lines: [], isExecFormatError: false };
/** Milliseconds; the lines are not worth more of a failed release's time. */
const logsLimit = 10_000;
/**
 * The last lines of a deployment, or of one session; undefined if they may not be shown. They are a
 * help: if they cannot be read, the failure itself still has to be reported.
 */
async function failureLogs({ cloud, journal, wantsFailureLogs }, { name, region }, of) {
    const { clock } = journal;
    if (!(await wantsFailureLogs()))
        return undefined;
    try {
        const logs = await cloud.agentLogs(name, of, logTail, {
            attempts: 2,
            deadline: new time_deadline/* Deadline */.B(clock, 'failure-logs', logsLimit),
        });
        if (logs.lines.length === 0) {
            const whose = 'sessionId' in of ? 'session' : 'deployment';
            journal.remark(`The platform has no log lines of this ${whose} of \`${name}\`: it wrote none, or the region \`${region}\` does not keep logs.`);
        }
        return logs;
    }
    catch (error) {
        // What has failed is told in a run that is cancelled, too; its lines are not waited for.
        if (error instanceof cancellation/* CancelledError */.cc)
            return noLogs;
        if (!(error instanceof errors/* CallError */.RA))
            throw error;
        const mayBeUnkept = error.kind === 'request-refused' ? ` The region \`${region}\` may not keep logs.` : '';
        journal.remark(`The logs of \`${name}\` could not be read, because ${error.reason}.${mayBeUnkept}`);
        return noLogs;
    }
}

// EXTERNAL MODULE: ./lib/pipecat/rollout-judgement.js
var rollout_judgement = __webpack_require__(7591);
;// CONCATENATED MODULE: ./lib/steps/rollout.js







/**
 * Waits until this deployment serves.
 *
 * @throws StepError (`rollout-failed`, `wait-timeout`, `superseded`, `agent-gone`,
 *   `agent-missing`) or a CallError
 */
async function awaitRollout(context, record, { deploymentId, previousId, before, deadline }) {
    const { cloud, journal } = context;
    const { clock, log } = journal;
    const { name } = record;
    const progress = new Progress(clock, (message) => {
        log.info(`${name}: ${message}`);
    });
    let lastAgent;
    let lastSeen = 'no status check of the agent succeeded';
    let infrastructureIssue = false;
    let history = (0,rollout_judgement/* historyBefore */.qu)(before);
    const checkStatus = async () => {
        const agent = await cloud.agent(name, { deadline, attempts: 1 });
        if (agent === undefined) {
            const isNew = record.outcome === 'created' && lastAgent === undefined;
            if (!isNew)
                throw new record_errors/* StepError */.zg('agent-gone', {});
            if (progress.elapsed >= graceLimit)
                throw new record_errors/* StepError */.zg('agent-missing', {});
            lastSeen = 'the platform does not show the new agent yet';
            progress.update(lastSeen);
            return undefined;
        }
        lastAgent = agent;
        const now = clock.now();
        history = (0,rollout_judgement/* continueHistory */.s$)(history, agent, deploymentId, now);
        const judgement = (0,rollout_judgement/* judge */.S4)(agent, deploymentId, previousId, { history, now });
        if (judgement.state !== 'waiting')
            return { done: judgement };
        if (judgement.infrastructureIssue && !infrastructureIssue) {
            journal.warning(`The platform reports an infrastructure problem with ${name}. If it persists, contact the platform's support.`);
        }
        infrastructureIssue = judgement.infrastructureIssue;
        lastSeen = judgement.words;
        progress.update(judgement.words);
        return undefined;
    };
    try {
        const judgement = await poll(checkStatus, { clock, deadline, progress });
        if (judgement.state === 'superseded') {
            throw new record_errors/* StepError */.zg('superseded', { deploymentId, supersededBy: judgement.by });
        }
        if (judgement.state === 'failed') {
            record.previousServes = judgement.failure.previousServes;
            const logs = await failureLogs(context, record, { deploymentId });
            const isExecFormatError = judgement.failure.isExecFormatError || logs?.isExecFormatError === true;
            throw new record_errors/* StepError */.zg('rollout-failed', {
                deploymentId,
                logs: logs?.lines,
                failure: { ...judgement.failure, isExecFormatError },
            });
        }
    }
    catch (error) {
        // The platform goes on with the rollout, whoever waits for it.
        if (error instanceof cancellation/* CancelledError */.cc)
            throw error;
        record.outcome = (0,record_errors/* isStepFailure */.Zd)(error, 'superseded') ? 'superseded' : 'failed';
        if (!(error instanceof WaitTimeoutError))
            throw error;
        const seen = {
            lastSeen,
            lastSeenFor: progress.unchangedFor,
            infrastructureIssue,
            previousServes: lastAgent !== undefined && (0,rollout_judgement/* previousServes */.wh)(lastAgent, deploymentId, previousId),
        };
        record.previousServes = seen.previousServes;
        const logs = await failureLogs(context, record, { deploymentId });
        const facts = { deploymentId, logs: logs?.lines, deadline, ...seen };
        throw new record_errors/* StepError */.zg('wait-timeout', facts, { cause: error.cause });
    }
    record.ready = true;
    log.info(`Deployment ${deploymentId} of ${name} is serving after ${(progress.elapsed / 1000).toFixed(1)} s.`);
}

;// CONCATENATED MODULE: ./lib/pipecat/session-state.js
/** The ends of a session that went well, besides a 2xx. */
const completions = ['HTTP_COMPLETED', 'WS_CONNECTION_CLOSED'];
/**
 * Judges a session by a look at it.
 *
 * @param deploymentId the deployment that is tested
 * @param awaitsStart whether the platform tells when the bot has started
 */
function judgeSession(session, deploymentId, awaitsStart) {
    if (session.deploymentId !== undefined && session.deploymentId !== deploymentId) {
        return { state: 'elsewhere' };
    }
    const hasStarted = session.startSeconds !== undefined;
    if (!session.hasEnded)
        return { state: 'running', hasStarted };
    const status = session.completionStatus ?? '';
    if (status === 'HTTP_ERROR' || /^[45]\d\d$/.test(status)) {
        return { state: 'failed', because: 'error' };
    }
    if (awaitsStart && !hasStarted)
        return { state: 'failed', because: 'not-started' };
    const isCompleted = completions.includes(status) || /^2\d\d$/.test(status);
    return isCompleted ? { state: 'completed', hasStarted } : { state: 'unclear' };
}

;// CONCATENATED MODULE: ./lib/steps/smoke-test.js









/** Starts whose response may be lost: each may have started a session that nobody can identify. */
const mostLostStarts = 3;
/** Milliseconds before the limit in which no attempt is begun. */
const lastAttempt = 1000;
/** Milliseconds between two sessions: the first pause and the longest. */
const pauses = { first: 2000, longest: 15_000, growth: 1.5 };
/** Milliseconds; a platform that asks for more is asked again now and then. */
const smoke_test_maxRetryAfter = 60_000;
/** Milliseconds that stopping a session may take: one that runs on costs money. */
const stopLimit = 120_000;
/** Milliseconds that reading a session once more may take. */
const readLimit = 15_000;
/** Milliseconds that the bot's own endpoint may take to answer. */
const pathLimit = 10_000;
/** Seconds that a room outlives the smoke test. */
const roomMargin = 60;
/**
 * Starts a session on a deployment that is ready, watches it, and stops it. An inconclusive test is a
 * warning.
 *
 * @throws StepError (`smoke-test-failed`, `smoke-test-key-refused`)
 */
async function smokeTest(context, record, deploymentId) {
    const settings = record.plan.smokeTest;
    if (settings?.publicKey === undefined)
        return;
    const surface = context.sessions.publicly(settings.publicKey);
    await new SmokeTest({ context, record, deploymentId, settings, surface }).run();
}
class SmokeTest {
    #context;
    #sessions;
    #clock;
    #record;
    #deploymentId;
    #settings;
    #surface;
    #deadline;
    #lostStarts = 0;
    /** What the attempts before have shown. */
    #earlier;
    /** The last session that was started, and what was last seen of it. */
    #sessionId;
    #seen;
    constructor({ context, record, deploymentId, settings, surface }) {
        this.#context = context;
        this.#sessions = context.sessions;
        this.#clock = context.journal.clock;
        this.#record = record;
        this.#deploymentId = deploymentId;
        this.#settings = settings;
        this.#surface = surface;
        this.#deadline = new time_deadline/* Deadline */.B(this.#clock, 'smoke-test-timeout', settings.timeout);
    }
    async run() {
        try {
            await this.#tell(await this.#attempts());
        }
        finally {
            this.#warnOfLostStarts();
        }
    }
    async #attempts() {
        let pause = pauses.first;
        for (;;) {
            const attempt = await this.#attempt();
            if ('done' in attempt)
                return attempt.done;
            this.#earlier = attempt.again;
            const retryAfter = Math.min(attempt.retryAfter ?? 0, smoke_test_maxRetryAfter);
            // The last attempt comes shortly before the limit.
            const longest = this.#deadline.remaining() - lastAttempt;
            if (longest < Math.max(pauses.first, retryAfter))
                return attempt.again;
            await this.#clock.sleep(Math.min(Math.max(pause, retryAfter), longest));
            pause = Math.min(pause * pauses.growth, pauses.longest);
        }
    }
    /** Starts one session, follows it, and stops it, whatever happens. */
    async #attempt() {
        const sessionId = await this.#start();
        if (typeof sessionId !== 'string')
            return sessionId;
        let followed;
        try {
            followed = await this.#follow(sessionId);
        }
        finally {
            if (this.#seen?.hasEnded !== true)
                await this.#stop(sessionId);
        }
        if (!('silentSince' in followed))
            return followed;
        return { done: await this.#readOnceMore(sessionId, followed.silentSince) };
    }
    async #start() {
        const { name } = this.#record;
        const { transport, body } = this.#settings;
        const deadline = this.#deadline;
        const end = (this.#clock.wallTime() + deadline.remaining()) / 1000;
        const expiresAt = Math.ceil(end) + roomMargin;
        try {
            const how = { transport, body, expiresAt };
            const { sessionId, credentials } = await this.#surface.start(name, how, { deadline });
            this.#sessions.hide(credentials);
            this.#sessionId = sessionId;
            this.#seen = undefined;
            this.#context.journal.log.info(`Started the session ${sessionId} of ${name}.`);
            return sessionId;
        }
        catch (error) {
            if (error instanceof errors/* InterruptedCallError */.Zi)
                this.#lostStarts++;
            if (!(error instanceof errors/* CallError */.RA))
                throw error;
            return this.#notStarted(error);
        }
    }
    #notStarted(error) {
        if (error instanceof errors/* NotSentError */.SD && this.#earlier !== undefined) {
            return { again: this.#earlier };
        }
        if (error instanceof errors/* StatusError */.Xs) {
            const judged = this.#judgeRefusal(error);
            if (judged !== undefined)
                return judged;
        }
        const because = `no session could be started: ${error.reason}`;
        const verdict = inconclusive(because);
        // A response that was lost, or is not the platform's own: a session may run.
        if (error.mayBeCarriedOut && !(error instanceof errors/* NotSentError */.SD)) {
            this.#lostStarts++;
            this.#context.journal.log.info(`A start of a session failed: ${error.reason}.`);
            if (this.#lostStarts >= mostLostStarts)
                return { done: verdict };
            return { again: verdict };
        }
        return error.isTransient || error instanceof errors/* NotSentError */.SD
            ? { again: verdict }
            : { done: verdict };
    }
    #judgeRefusal(refusal) {
        const { status, kind, retryAfter } = refusal;
        const isBilling = kind === 'billing-required' || has(refusal, 'PCC-1004');
        if (isBilling) {
            return {
                done: inconclusive(`the platform asks for billing to be settled: ${refusal.reason}`),
            };
        }
        if (kind === 'credential-refused' || kind === 'permission-denied') {
            throw new record_errors/* StepError */.zg('smoke-test-key-refused', { refusal }, { cause: refusal });
        }
        const again = (verdict) => ({
            again: verdict,
            ...(retryAfter === undefined ? {} : { retryAfter }),
        });
        if (status === 429) {
            return again(inconclusive(`the agent was at capacity until the end: ${refusal.reason}`));
        }
        if (status === 404) {
            return again(inconclusive(`the public key does not find the agent: ${refusal.reason}. The key may belong to another organization`));
        }
        if (status === 503 || has(refusal, 'PCC-1001')) {
            return again(failed({ kind: 'not-startable', refusal }));
        }
        return undefined;
    }
    /** Watches a session until it shows what it is there to show. */
    async #follow(sessionId) {
        const { name } = this.#record;
        const { transport, path, duration } = this.#settings;
        const { log } = this.#context.journal;
        const clock = this.#clock;
        const startedAt = clock.now();
        // The platform does not say when the bot of such a session starts.
        const awaitsStart = transport !== 'webrtc';
        const endpoint = new Endpoint(path);
        let upSince;
        const progress = new Progress(clock, (message) => {
            log.info(`${name}: ${message}`);
        });
        const look = async () => {
            const seen = await this.#read(sessionId, this.#deadline, 1);
            if (seen === undefined) {
                progress.update('the platform does not show the session yet');
                return undefined;
            }
            const state = judgeSession(seen, this.#deploymentId, awaitsStart && !endpoint.hasAnswered);
            if (state.state === 'elsewhere') {
                log.info(`The session ${sessionId} runs on another deployment; stopping it.`);
                return { done: { again: inconclusive(onOtherDeployment) } };
            }
            if (state.state !== 'running')
                return { done: { done: this.#ended(seen, endpoint) } };
            const refused = await endpoint.ask(() => this.#ask(sessionId, endpoint.path));
            if (refused !== undefined)
                return { done: { done: failed(refused) } };
            const hasStarted = state.hasStarted || endpoint.hasAnswered || !awaitsStart;
            if (!hasStarted) {
                progress.update('the session runs, and its bot has not started yet');
                return undefined;
            }
            upSince ??= awaitsStart ? clock.now() : startedAt;
            const isUp = clock.now() - upSince >= duration;
            if (isUp && !endpoint.isAwaited)
                return { done: { done: this.#passed(seen) } };
            progress.update(isUp ? `waiting for GET /${endpoint.path} to answer` : 'the bot has started; watching it');
            return undefined;
        };
        const step = (elapsed) => {
            const usual = (0,polling_delay/* pollingDelay */.f)(elapsed, () => clock.random());
            const left = upSince === undefined ? 0 : upSince + duration - clock.now();
            return left > 0 ? Math.min(usual, left) : usual;
        };
        try {
            return await poll(look, { clock, deadline: this.#deadline, progress, step });
        }
        catch (error) {
            if (error instanceof errors/* CallError */.RA) {
                return { done: inconclusive(`the session could not be read: ${error.reason}`) };
            }
            if (!(error instanceof WaitTimeoutError))
                throw error;
            if (this.#seen === undefined) {
                return { done: inconclusive('the platform did not show the session') };
            }
            if (upSince === undefined)
                return { silentSince: startedAt };
            return { done: endpoint.verdict() ?? inconclusive(startedLate) };
        }
    }
    #passed({ deploymentId }) {
        return deploymentId === undefined
            ? inconclusive('the platform does not show which deployment the session ran on')
            : { outcome: 'passed' };
    }
    /** Judges a session that ended by itself. */
    #ended(seen, endpoint) {
        const awaitsStart = this.#settings.transport !== 'webrtc';
        const state = judgeSession(seen, this.#deploymentId, awaitsStart && !endpoint.hasAnswered);
        const status = this.#shown(seen.completionStatus ?? 'no status');
        const hasStarted = seen.startSeconds !== undefined || endpoint.hasAnswered;
        if (state.state === 'failed')
            return failed({ kind: 'ended', status, hasStarted });
        if (state.state === 'unclear') {
            return inconclusive(`the session ended with \`${status}\`, which is not a known status`);
        }
        if (endpoint.isAwaited) {
            return failed({ kind: 'ended-before-path', path: endpoint.path, status });
        }
        return this.#passed(seen);
    }
    /** Some sessions say only after their end when their bot started. */
    async #readOnceMore(sessionId, since) {
        const ran = this.#clock.now() - since;
        try {
            await this.#read(sessionId, this.#limit(readLimit), 2);
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA))
                throw error;
        }
        const { startSeconds } = this.#seen ?? {};
        if (startSeconds === undefined) {
            return inconclusive('the session stayed up, but nothing shows that its bot started');
        }
        const { transport, path, duration } = this.#settings;
        if (path !== undefined)
            return new Endpoint(path).verdict() ?? inconclusive(startedLate);
        const wasUp = transport === 'webrtc' || ran - startSeconds * 1000 >= duration;
        return wasUp && this.#seen !== undefined ? this.#passed(this.#seen) : inconclusive(startedLate);
    }
    async #read(id, deadline, attempts) {
        const { name } = this.#record;
        const seen = await this.#sessions.reading.session(name, id, { deadline, attempts });
        this.#seen = seen ?? this.#seen;
        return seen;
    }
    #ask(sessionId, path) {
        const deadline = this.#limit(Math.min(pathLimit, this.#deadline.remaining()));
        return this.#surface.ask(this.#record.name, sessionId, path, { deadline });
    }
    async #stop(sessionId) {
        const { name, region } = this.#record;
        const { journal } = this.#context;
        try {
            const deadline = this.#limit(stopLimit);
            await this.#sessions.stopping.stop(name, sessionId, { deadline });
            journal.log.info(`Stopped the session ${sessionId}.`);
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA) && !(error instanceof cancellation/* CancelledError */.cc))
                throw error;
            const reason = error instanceof errors/* CallError */.RA ? `: ${error.reason}` : '';
            journal.warning(`The session \`${sessionId}\` of \`${name}\` in \`${region}\` could not be stopped${reason}. It may run, and cost money, until the session limit.`);
        }
    }
    async #tell(verdict) {
        const { journal } = this.#context;
        const { name, region } = this.#record;
        this.#record.smokeTest = this.#recordOf(verdict);
        if (verdict.outcome === 'failed') {
            const sessionId = this.#sessionId;
            throw new record_errors/* StepError */.zg('smoke-test-failed', {
                deploymentId: this.#deploymentId,
                sessionId,
                because: verdict.failure,
                logs: await this.#logsOf(sessionId),
                hasTransport: this.#settings.transport !== undefined,
            });
        }
        if (verdict.outcome === 'inconclusive') {
            journal.warning(`The smoke test of \`${name}\` in \`${region}\` is inconclusive: ${verdict.because}. The release is done, but not proven to take sessions.`);
            return;
        }
        journal.log.info(`The smoke test of ${name} passed: the session ran on the deployment ${this.#deploymentId}.`);
    }
    async #logsOf(sessionId) {
        if (sessionId === undefined)
            return undefined;
        return (await failureLogs(this.#context, this.#record, { sessionId }))?.lines;
    }
    #recordOf({ outcome }) {
        const { deploymentId, startSeconds, coldStart } = this.#seen ?? {};
        return {
            outcome,
            sessionId: this.#sessionId ?? null,
            deploymentId: deploymentId ?? null,
            startSeconds: startSeconds ?? null,
            coldStart: coldStart ?? null,
        };
    }
    #warnOfLostStarts() {
        if (this.#lostStarts === 0)
            return;
        const { name, region } = this.#record;
        const starts = this.#lostStarts === 1 ? 'a start' : `${this.#lostStarts} starts`;
        this.#context.journal.warning(`The response to ${starts} of a session of \`${name}\` in \`${region}\` was lost. A session that nobody can identify may run until the session limit.`);
    }
    #limit(milliseconds) {
        return new time_deadline/* Deadline */.B(this.#clock, 'smoke-test-timeout', milliseconds);
    }
    #shown(word) {
        return this.#sessions.redact(word).slice(0, 64);
    }
}
/** The bot's own endpoint that has to answer, if there is one. */
class Endpoint {
    path;
    hasAnswered = false;
    /** Whether there is one at all. */
    #isGiven;
    #status;
    constructor(path) {
        this.path = path ?? '';
        this.#isGiven = path !== undefined;
    }
    get isAwaited() {
        return this.#isGiven && !this.hasAnswered;
    }
    /** Asks it unless it has answered; the result is the failure if there is no point in asking again. */
    async ask(request) {
        if (!this.isAwaited)
            return undefined;
        try {
            await request();
            this.hasAnswered = true;
            return undefined;
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA))
                throw error;
            const isStatus = error instanceof errors/* StatusError */.Xs || error instanceof errors/* RedirectError */.Lx;
            if (!isStatus)
                return undefined;
            this.#status = error.status;
            return passingStatuses.includes(error.status) ? undefined : this.#failure();
        }
    }
    /** What it means that it has not answered until the end. */
    verdict() {
        return this.isAwaited ? failed(this.#failure()) : undefined;
    }
    #failure() {
        return { kind: 'path', path: this.path, status: this.#status };
    }
}
/** What an endpoint answers while its bot starts. */
const passingStatuses = [404, 502, 503];
const onOtherDeployment = 'every session ran on another deployment: idle instances of the previous one may still take sessions';
const startedLate = 'the session started too late to be watched for `smoke-test-duration` within `smoke-test-timeout`';
function inconclusive(because) {
    return { outcome: 'inconclusive', because };
}
function failed(failure) {
    return { outcome: 'failed', failure };
}
function has(refusal, code) {
    return refusal.lookUpCode({ [code]: true }) === true;
}

;// CONCATENATED MODULE: ./lib/steps/deploy-and-await.js









/**
 * Deploys the agents of all targets, and waits for each from the moment when it is deployed: one
 * that is held up must not use up the time of the others.
 *
 * @throws ReleaseError with what failed in each region
 */
async function deployAndAwait(context, targets, budget) {
    const deploying = targets.flatMap(({ agent, secretSets, build }) => agent === undefined ? [] : [{ agent, secretSets, build }]);
    if (deploying.length === 0)
        return;
    const failures = [];
    const rollouts = [];
    await (0,record_errors/* collect */.Fo)(failures, () => deployAll(context, deploying, { budget, rollouts }));
    await (0,record_errors/* collect */.Fo)(failures, () => awaitRollouts(context, rollouts));
    // What is not going to be released everywhere needs no test.
    if (failures.length === 0)
        await (0,record_errors/* collect */.Fo)(failures, () => testAll(context, rollouts));
    for (const { agent, end } of rollouts)
        if (agent.ready)
            end('success');
    if (failures.length > 0)
        throw new record_errors/* ReleaseError */.K2(failures);
    remarkOnIdleInstances(context, deploying);
    const awaited = deploying.filter(({ agent }) => agent.plan.waitForReady);
    if (rollouts.length < awaited.length)
        context.cancellation.throwIfAborted();
}
/** Deploys all agents at once, and adds the rollouts that this begins. */
function deployAll(context, deploying, { budget, rollouts }) {
    const { journal, cancellation } = context;
    const remarks = new Remarks();
    return journal.step('deploy', async () => {
        try {
            await (0,record_errors/* forEach */.jJ)(deploying, async ({ agent, secretSets, build }) => {
                const deployed = await deployOne(context, agent, secretSets, {
                    buildId: build?.id ?? undefined,
                    budget: budget.fork(),
                    remarks,
                });
                // Nobody is told of a rollout that nobody will wait for.
                if (!agent.plan.waitForReady || cancellation.aborted)
                    return;
                rollouts.push(beginRollout(context, agent, deployed));
            });
        }
        finally {
            remarks.report(journal);
        }
    });
}
async function awaitRollouts({ journal }, rollouts) {
    if (rollouts.length === 0)
        return;
    await journal.step('rollout', () => (0,record_errors/* forEach */.jJ)(rollouts, async (rollout) => {
        const result = await rollout.result;
        if (result.status === 'rejected')
            throw result.reason;
    }));
}
/** A test per agent, all at once; what it shows decides how the rollout ends. */
async function testAll(context, rollouts) {
    const { journal, cancellation } = context;
    const tested = rollouts.filter(({ agent }) => agent.plan.smokeTest !== undefined);
    if (tested.length === 0)
        return;
    cancellation.throwIfAborted();
    await journal.step('smoke-test', () => (0,record_errors/* forEach */.jJ)(tested, ({ agent, deployed, end }) => endingOnFailure(end, () => journal.span(agent.region, `smoke test ${agent.name}`, () => (0,record_errors/* withSubject */.tX)(agentSubject(agent), () => smokeTest(context, agent, deployed.deploymentId))))));
}
function remarkOnIdleInstances({ journal }, deploying) {
    const updated = deploying.filter(({ agent }) => agent.outcome === 'updated' && agent.ready);
    if (updated.some(({ agent }) => agent.deploymentId !== agent.plan.before?.desiredDeploymentId)) {
        journal.remark('Ready means that the new deployment can take sessions. Idle instances of the previous deployment may still take some new sessions first.');
    }
}
/** A result that may be looked at later; a rejection that nobody awaits yet would end the process. */
async function settled(work) {
    const [result] = await Promise.allSettled([work]);
    return result;
}
async function deployOne(context, record, secretSets, options) {
    const { plan } = record;
    const awaitBoundSets = (before, deadline) => awaitSecretSets(context, boundSets(plan, before, secretSets), deadline);
    try {
        return await context.journal.span(plan.region, `deploy ${plan.name}`, () => (0,record_errors/* withSubject */.tX)(agentSubject(plan), () => deploy(context, record, { ...options, awaitBoundSets })));
    }
    catch (error) {
        if ((0,record_errors/* isInDoubt */.cd)(error))
            record.isChanged = true;
        if (!(error instanceof cancellation/* CancelledError */.cc))
            record.outcome = 'failed';
        else if (error instanceof errors/* InterruptedCallError */.Zi)
            record.outcome = 'cancelled';
        throw error;
    }
}
function beginRollout(context, agent, deployed) {
    const { name, region } = agent;
    const { deploymentId } = deployed;
    const reportOutcome = context.rolloutObserver.rolloutStarted({
        agent: name,
        region,
        deploymentId,
    });
    let hasEnded = false;
    const end = (outcome) => {
        if (!hasEnded)
            reportOutcome(outcome);
        hasEnded = true;
    };
    const work = async () => {
        await endingOnFailure(end, () => waitForRollout(context, agent, deployed));
        if (agent.plan.smokeTest === undefined)
            end('success');
    };
    return { agent, deployed, result: settled(work()), end };
}
/** Does work on a rollout; if it fails, the rollout has ended. */
async function endingOnFailure(end, work) {
    try {
        await work();
    }
    catch (error) {
        end((0,record_errors/* isCancellation */.iB)(error) ? 'error' : 'failure');
        throw error;
    }
}
function waitForRollout(context, record, deployed) {
    const { name, region } = record;
    return context.journal.span(region, `roll out ${name}`, () => (0,record_errors/* withSubject */.tX)(agentSubject(record), () => awaitRollout(context, record, deployed)));
}
function agentSubject({ name, region }) {
    return { kind: 'agent', name, region };
}
/** The sets that a deploy binds: those of the plan, or those that the agent has already. */
function boundSets({ settings, region }, before, planned) {
    const bound = (name, kind) => {
        if (name === undefined || name === null)
            return [];
        const known = planned.find((set) => set.name === name);
        return [known ?? (0,record/* existingSet */.wr)(name, kind, region)];
    };
    return [
        ...bound(settings.secretSet ?? before?.secretSets?.[0], 'secret'),
        ...bound(settings.imagePullSecretSet ?? before?.settings.imagePullSecretSet, 'imagePullSecret'),
    ];
}

;// CONCATENATED MODULE: ./lib/steps/drain.js







/** Milliseconds that counting the sessions may take if nobody waits for them. */
const countLimit = 10_000;
/** Milliseconds between two counts in a wait of an hour. */
const longestStep = 30_000;
/**
 * Counts the sessions that still run on older deployments and, if asked, waits until there are none.
 * The release itself is done by then.
 *
 * @throws ReleaseError with a `drain-timeout` for each agent
 */
async function drainAll(context, targets) {
    const agents = targets.flatMap(({ agent }) => agent?.ready === true && agent.outcome !== 'created' ? [agent] : []);
    const awaited = agents.filter(({ plan }) => plan.drainTimeout !== undefined);
    const counted = agents.filter((agent) => !awaited.includes(agent) && hasNewDeployment(agent));
    await Promise.all(counted.map((agent) => countOnce(context, agent)));
    if (awaited.length === 0)
        return;
    await context.journal.step('drain', () => (0,record_errors/* forEach */.jJ)(awaited, (agent) => context.journal.span(agent.region, `drain ${agent.name}`, () => (0,record_errors/* withSubject */.tX)({ kind: 'agent', name: agent.name, region: agent.region }, () => drain(context, agent, agent.plan.drainTimeout ?? 0)))));
}
function hasNewDeployment({ outcome, deploymentId, plan }) {
    return outcome === 'updated' && deploymentId !== plan.before?.desiredDeploymentId;
}
/** The count is a help: if it cannot be had, the release is as good as ever. */
async function countOnce({ sessions, journal: { clock, log } }, agent) {
    try {
        const deadline = new time_deadline/* Deadline */.B(clock, 'drain-timeout', countLimit);
        const count = await sessions.reading.count(agent.name, { deadline, attempts: 2 });
        const older = olderThan(agent.deploymentId, count);
        if (older === undefined)
            return;
        agent.sessionsOnOlder = older;
        log.info(`Sessions of ${agent.name} on older deployments: ${sessionsWords(older)}.`);
    }
    catch (error) {
        // Everything is released, so a cancellation is reported as one that came late.
        if (error instanceof cancellation/* CancelledError */.cc)
            return;
        if (!(error instanceof errors/* CallError */.RA))
            throw error;
        log.info(`The sessions of ${agent.name} could not be counted, because ${error.reason}.`);
    }
}
async function drain({ cloud, sessions, journal: { clock, log } }, agent, limit) {
    const { name } = agent;
    const deadline = new time_deadline/* Deadline */.B(clock, 'drain-timeout', limit);
    const progress = new Progress(clock, (message) => {
        log.info(`${name}: ${message}`);
    });
    /** Deployments that others have made since. */
    const newer = new Set();
    const look = async () => {
        const count = await sessions.reading.count(name, { deadline, attempts: 1 });
        const older = olderThan(agent.deploymentId, count, newer);
        agent.sessionsOnOlder = older ?? null;
        if (older?.count === 0 && !older.isCut)
            return { done: true };
        const desired = (await cloud.agent(name, { deadline, attempts: 1 }))?.desiredDeploymentId;
        if (desired !== undefined && desired !== agent.deploymentId)
            newer.add(desired);
        progress.update(older === undefined
            ? 'the platform does not show which deployments the sessions run on'
            : `sessions on older deployments: ${sessionsWords(older)}`);
        return undefined;
    };
    const step = (elapsed) => (0,polling_delay/* pollingDelay */.f)(elapsed, () => clock.random(), longestStep);
    try {
        await poll(look, { clock, deadline, progress, step });
    }
    catch (error) {
        if (!(error instanceof WaitTimeoutError))
            throw error;
        const left = agent.sessionsOnOlder ?? undefined;
        throw new record_errors/* StepError */.zg('drain-timeout', { left, deadline }, { cause: error.cause });
    }
    log.info(`No session of ${name} runs on an older deployment.`);
}
/** Undefined if a session does not show its deployment. */
function olderThan(deploymentId, { byDeployment, isCut }, newer = new Set()) {
    let count = 0;
    for (const [id, running] of byDeployment) {
        if (id === undefined)
            return undefined;
        if (id !== deploymentId && !newer.has(id))
            count += running;
    }
    return { count, isCut };
}
function sessionsWords({ count, isCut }) {
    return `${isCut ? 'at least ' : ''}${count}`;
}

// EXTERNAL MODULE: ./lib/plan/plan-secret-sets.js
var plan_secret_sets = __webpack_require__(3427);
;// CONCATENATED MODULE: ./lib/steps/planned-steps.js

/** The steps that a plan takes after the preflight. */
function stepsOf({ targets }) {
    const sets = targets.flatMap(({ secretSets }) => secretSets);
    const agents = targets.map(({ agent }) => agent).filter((agent) => agent !== undefined);
    const steps = [
        sets.some(plan_secret_sets/* isWritten */.QH) ? 'provision' : undefined,
        sets.some(isAwaited) ? 'readiness' : undefined,
        targets.some(({ build }) => build !== undefined) ? 'build' : undefined,
        agents.length > 0 ? 'deploy' : undefined,
        agents.some(({ waitForReady }) => waitForReady) ? 'rollout' : undefined,
        agents.some(({ smokeTest }) => smokeTest !== undefined) ? 'smoke-test' : undefined,
        agents.some(isDrained) ? 'drain' : undefined,
        sets.some(isPruned) ? 'prune' : undefined,
        sets.some(mayDeleteVersions) ? 'clean-up' : undefined,
    ];
    return steps.filter((step) => step !== undefined);
}
/** A set that is only bound may still be provisioned for somebody else's write. */
function isAwaited({ action, status }) {
    return action !== 'bind' || status === 'pending' || status === 'unknown';
}
/** A new agent has no older deployment. */
function isDrained({ drainTimeout, action }) {
    return drainTimeout !== undefined && action === 'update';
}
function isPruned({ prunedKeys }) {
    return prunedKeys.length > 0;
}
function mayDeleteVersions({ olderVersions, keepVersions }) {
    return olderVersions.length > keepVersions;
}

// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(8474);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: ./lib/text/bytes.js
var bytes = __webpack_require__(8544);
// EXTERNAL MODULE: ./lib/pipecat/answers.js
var answers = __webpack_require__(8771);
// EXTERNAL MODULE: ./lib/steps/work-progress.js
var work_progress = __webpack_require__(4692);
;// CONCATENATED MODULE: ./lib/steps/build.js












/** Lines of a failed build's log that are worth showing. */
const maxLines = 50;
/**
 * Has the context built in one region: uploads it, starts the build and waits until it has succeeded,
 * unless there is one already. Its record shows how far it came, also when this throws.
 *
 * @param abandoned aborted when nobody needs the build any more
 * @throws ReleaseError of a SubjectError around a build's error or a CallError, or AbandonedError
 */
async function buildImage(context, record, abandoned) {
    const { journal } = context;
    const { plan } = record;
    const { found, region } = plan;
    if (found?.status === 'success') {
        recordBuild(journal, record, found, { isCached: true });
        return;
    }
    const abandonedError = () => new record_errors/* AbandonedError */.TK({ isStillRunning: record.id !== null });
    // What failed for good in the same moment is told.
    const isCausedByAbandoning = (error) => error === abandoned.reason || (error instanceof errors/* CallError */.RA && error.isTransient);
    const runStage = async (label, work) => {
        if (abandoned.aborted)
            throw abandonedError();
        return journal.span(region, label, async () => {
            try {
                return await work();
            }
            catch (error) {
                throw abandoned.aborted && isCausedByAbandoning(error) ? abandonedError() : error;
            }
        });
    };
    const startedAt = journal.clock.now();
    try {
        if (found === undefined) {
            const uploadId = await runStage('upload the context', () => upload(context, plan, abandoned));
            await runStage('build the image', async () => {
                const started = await start(context, plan, uploadId, abandoned).catch((error) => {
                    if (error instanceof errors/* InterruptedCallError */.Zi)
                        record.outcome = 'cancelled';
                    throw error;
                });
                recordBuild(journal, record, started.build, started);
                compareHashes(journal, plan.context.hash, started.contextHash);
                await awaitBuild(context, plan, started.build, abandoned);
            });
        }
        else {
            await runStage('build the image', async () => {
                recordBuild(journal, record, found, { isCached: false });
                await awaitBuild(context, plan, found, abandoned);
            });
        }
        if (record.outcome === 'running')
            record.outcome = 'built';
    }
    catch (error) {
        if (error instanceof record_errors/* AbandonedError */.TK || error instanceof cancellation/* CancelledError */.cc)
            throw error;
        // What has not come to its end goes on, whoever waits for it.
        if (record.id === null || hasBuildFailed(error))
            record.outcome = 'failed';
        if (!(error instanceof Error))
            throw error;
        const subject = { kind: 'build', name: plan.context.dockerfile, region };
        throw new record_errors/* ReleaseError */.K2([new record_errors/* SubjectError */.lR(subject, error)]);
    }
    finally {
        if (record.outcome !== 'skipped')
            record.duration = journal.clock.now() - startedAt;
    }
}
function hasBuildFailed(error) {
    return (0,record_errors/* isStepFailure */.Zd)(error, 'build-failed', 'build-gone', 'build-missing');
}
async function upload({ cloud, journal: { clock, log } }, { region, context: { archive, archiveBytes } }, signal) {
    const progress = new work_progress/* WorkProgress */.l(clock, archiveBytes, (done) => {
        log.info(`Uploaded to ${region}: ${done}.`);
    });
    const uploadId = await cloud.uploadContext(region, { bytes: archiveBytes, open: () => (0,external_node_fs_.createReadStream)(archive, { highWaterMark: 256 * 1024 }) }, {
        destination: region,
        signal,
        progress: (bytes) => {
            progress.update(bytes);
        },
    });
    log.info(`Uploaded the context to ${region}: ${(0,bytes/* bytesOf */.$)(archiveBytes)}.`);
    return uploadId;
}
/** The same build is not started twice: where the answer was lost, it is among those of the context. */
function start({ cloud, journal: { clock } }, { region, context: { dockerfile, hash } }, uploadId, signal) {
    const askedAt = clock.wallTime();
    return cloud.startBuild(uploadId, region, dockerfile, {
        signal,
        findLostResult: async () => {
            const key = { region, contextHash: hash, dockerfilePath: dockerfile };
            const builds = await cloud.builds(key, undefined, { attempts: 2 });
            const build = builds.find(({ status }) => !(0,answers/* hasBuildEnded */.bY)(status) || status === 'success');
            const isOlder = build?.createdAt !== undefined && build.createdAt < askedAt;
            return build && { build, contextHash: hash, isCached: isOlder };
        },
    });
}
function recordBuild(journal, record, { id, status }, { isCached }) {
    // The platform may know one of the context that is not through.
    const isReused = isCached && status === 'success';
    record.outcome = isReused ? 'reused' : 'running';
    journal.recordBuildId(record, id);
    journal.log.info(isReused
        ? `Reusing the build ${id} of this context in ${record.region}.`
        : `The build ${id} in ${record.region} is running.`);
}
/** The platform tells contexts apart by what its storage computes of them. */
function compareHashes(journal, ours, theirs) {
    if (theirs === undefined || theirs === ours)
        return;
    journal.warning(`The platform names the context ${(0,quote/* quote */.h)(theirs)}, but the uploaded archive has the hash \`${ours}\`. Later releases cannot reuse this build, and it may contain something else.`);
}
async function awaitBuild({ cloud, journal: { clock, log } }, { region, timeout, found }, { id, status }, abandoned) {
    if (status === 'success')
        return;
    const deadline = new time_deadline/* Deadline */.B(clock, 'build-timeout', timeout);
    const progress = new Progress(clock, (message) => {
        log.info(`Build in ${region}, ${message}`);
    });
    let lastSeen;
    const checkStatus = async () => {
        // Each look is repeated anyway, so a read of it is tried once.
        const build = await cloud.build(id, { deadline, attempts: 1 });
        if (build === undefined) {
            const isNew = found === undefined && lastSeen === undefined;
            if (isNew && progress.elapsed < graceLimit)
                return undefined;
            throw new record_errors/* StepError */.zg(isNew ? 'build-missing' : 'build-gone', { buildId: id });
        }
        lastSeen = build.status;
        progress.update(build.status);
        return (0,answers/* hasBuildEnded */.bY)(build.status) ? { done: build } : undefined;
    };
    try {
        const ended = await poll(checkStatus, { clock, deadline, progress, signal: abandoned });
        if (ended.status === 'success')
            return;
        const logs = await lastLines(cloud, id);
        const { status: endedAs, errorMessage: platformMessage } = ended;
        throw new record_errors/* StepError */.zg('build-failed', { buildId: id, status: endedAs, platformMessage, logs });
    }
    catch (error) {
        if (!(error instanceof WaitTimeoutError))
            throw error;
        const facts = { buildId: id, lastSeen, deadline };
        throw new record_errors/* StepError */.zg('build-timeout', facts, { cause: error.cause });
    }
}
/** What failed is worth telling without its log, too. */
async function lastLines(cloud, id) {
    try {
        return await cloud.buildLogs(id, maxLines, { attempts: 2 });
    }
    catch (error) {
        if (!(error instanceof errors/* CallError */.RA || error instanceof cancellation/* CancelledError */.cc))
            throw error;
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/steps/provision.js



/** Writes one set, and keeps its account key by key, so that a failure half-way is told as it is. */
async function provision({ cloud, journal }, record, deadline) {
    const { plan } = record;
    const subject = (0,plan_subject/* secretSetSubject */.L)(plan);
    const { name, region, registry } = plan;
    const updatedKeys = new Set(plan.updatedKeys);
    try {
        await journal.span(region, `write ${name}`, () => (0,record_errors/* withSubject */.tX)(subject, async () => {
            if (registry !== undefined) {
                await cloud.writeImagePullSecret(plan, registry, { deadline });
                record.isChanged = true;
                return;
            }
            await cloud.writeSecrets(plan, plan.pairs, { deadline }, (keys) => {
                record.status = 'pending';
                record.isChanged = true;
                for (const key of keys)
                    (updatedKeys.has(key) ? record.updated : record.added).push(key);
            });
        }));
    }
    catch (error) {
        if ((0,record_errors/* isInDoubt */.cd)(error)) {
            record.isChanged = true;
            // The status from before does not hold any more, if the set was written.
            record.status = null;
        }
        if (!(error instanceof cancellation/* CancelledError */.cc))
            record.outcome = 'failed';
        else if (record.isChanged)
            record.outcome = 'cancelled';
        throw error;
    }
    record.outcome = plan.action === 'create' ? 'created' : 'updated';
    record.status = 'pending';
    journal.log.info(`The ${subject.kind} ${name} in ${region} is ${record.outcome}${registry === undefined ? '' : ` for ${registry.host}`}${listKeys(record)}.`);
}
function listKeys({ added, updated }) {
    const parts = [
        added.length === 0 ? '' : `added ${added.join(', ')}`,
        updated.length === 0 ? '' : `updated ${updated.join(', ')}`,
    ].filter((part) => part !== '');
    return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}

;// CONCATENATED MODULE: ./lib/steps/preparation.js








/**
 * Provisions and builds side by side. Where the sets fail, nobody waits for the builds, which may take
 * long and are found again by the next release; where a build fails, the sets come to their end, so
 * that it is known how they are.
 */
async function provisionAndBuild(context, targets, budget) {
    const failures = [];
    const abandoned = new AbortController();
    // Builds of many regions may listen at once, which Node would take for a leak and warn of.
    (0,external_node_events_.setMaxListeners)(Infinity, abandoned.signal);
    const provisioning = async () => {
        try {
            await provisionAndAwait(context, targets, budget);
        }
        catch (error) {
            abandoned.abort();
            throw error;
        }
    };
    // Both come to their end, also where one of them throws what is not expected.
    const results = await Promise.allSettled([
        (0,record_errors/* collect */.Fo)(failures, provisioning),
        (0,record_errors/* collect */.Fo)(failures, () => buildAll(context, (0,record/* buildsOf */.jV)({ targets }), abandoned.signal)),
    ]);
    for (const result of results)
        if (result.status === 'rejected')
            throw result.reason;
    if (failures.length > 0)
        throw new record_errors/* ReleaseError */.K2(failures);
}
async function buildAll(context, builds, abandoned) {
    const { journal } = context;
    if (builds.length === 0)
        return;
    try {
        await journal.step('build', async () => {
            try {
                await (0,record_errors/* forEach */.jJ)(builds, (build) => buildImage(context, build, abandoned));
            }
            catch (error) {
                if (!(error instanceof record_errors/* ReleaseError */.K2))
                    throw error;
                const failures = error.failures.filter((failure) => !(failure instanceof record_errors/* AbandonedError */.TK));
                if (failures.length > 0)
                    throw new record_errors/* ReleaseError */.K2(failures);
                throw new record_errors/* AbandonedError */.TK({ isStillRunning: runningBuildIds(builds).length > 0 });
            }
        });
    }
    catch (error) {
        if (!(error instanceof record_errors/* AbandonedError */.TK))
            throw error;
    }
    finally {
        reportRunningBuilds(journal, runningBuildIds(builds));
    }
}
function reportRunningBuilds(journal, ids) {
    if (ids.length === 0)
        return;
    journal.notice(`The platform continues the build ${ids.map((id) => `\`${id}\``).join(', ')}. Once it has succeeded, a release of the same context reuses it.`);
}
function runningBuildIds(builds) {
    return builds.flatMap(({ outcome, id }) => (outcome === 'running' && id !== null ? [id] : []));
}
/** Every region writes its sets at once; within one, they are written one after the other. */
async function provisionAndAwait(context, targets, budget) {
    const { journal } = context;
    const failures = [];
    const failed = new Set();
    const setsToWrite = ({ secretSets }) => secretSets.filter(({ plan }) => (0,plan_secret_sets/* isWritten */.QH)(plan));
    const writing = targets.filter((target) => setsToWrite(target).length > 0);
    if (writing.length > 0) {
        await (0,record_errors/* collect */.Fo)(failures, () => journal.step('provision', () => budget.spend((deadline) => (0,record_errors/* forEach */.jJ)(writing, async (target) => {
            try {
                for (const set of setsToWrite(target))
                    await provision(context, set, deadline);
            }
            catch (error) {
                failed.add(target);
                throw error;
            }
        }))));
    }
    // Also where a region has failed: what became of the others has to be told.
    const awaited = targets
        .filter((target) => !failed.has(target))
        .flatMap(({ secretSets }) => secretSets.filter(({ plan }) => isAwaited(plan)));
    if (awaited.length > 0) {
        await (0,record_errors/* collect */.Fo)(failures, () => journal.step('readiness', () => budget.spend((deadline) => awaitSecretSets(context, awaited, deadline))));
    }
    if (failures.length > 0)
        throw new record_errors/* ReleaseError */.K2(failures);
}

;// CONCATENATED MODULE: ./lib/steps/prune.js


/** Deletes the keys of a set that were not given. The set is provisioned anew after that. */
async function prune({ cloud, journal }, record, deadline) {
    const { plan } = record;
    try {
        await journal.span(plan.region, `prune ${plan.name}`, () => (0,record_errors/* withSubject */.tX)((0,plan_subject/* secretSetSubject */.L)(plan), async () => {
            for (const key of plan.prunedKeys) {
                await cloud.deleteSecret(plan.name, key, { deadline });
                record.pruned.push(key);
                record.isChanged = true;
                record.status = 'pending';
            }
        }));
    }
    catch (error) {
        if ((0,record_errors/* isInDoubt */.cd)(error)) {
            record.isChanged = true;
            record.status = null;
        }
        throw error;
    }
    journal.log.info(`Deleted from ${plan.name} in ${plan.region}: ${record.pruned.join(', ')}.`);
}

// EXTERNAL MODULE: ./lib/plan/roll-back.js
var roll_back = __webpack_require__(7566);
// EXTERNAL MODULE: ./lib/steps/rollout-observer.js
var rollout_observer = __webpack_require__(5513);
;// CONCATENATED MODULE: ./lib/steps/roll-back.js












/** Says before the first write what a rollback could not restore. */
function warnOfUnrestored(journal, targets) {
    const sentences = new Set(targets.flatMap(({ agent, secretSets }) => agent?.plan.onFailure === 'rollback'
        ? (0,roll_back/* unrestoredSentences */.G)((0,roll_back/* planRollBack */.g)(agent.plan, plansOf(secretSets)))
        : []));
    if (sentences.size === 0)
        return;
    journal.warning(`A rollback would not restore everything. ${[...sentences].join(' ')}`);
}
/**
 * Deploys. If that fails in any region and the release is to be all or nothing, every agent that it
 * deployed goes back to what it was.
 *
 * @param limit milliseconds to wait for secret sets that the platform is still provisioning
 * @throws ReleaseError with what failed, first the deploying and then the going back
 */
async function orRollBack(context, targets, limit, work) {
    if (targets.every(({ agent }) => agent?.plan.onFailure !== 'rollback'))
        return work(context);
    const successes = new rollout_observer/* SuccessHolder */.o(context.rolloutObserver);
    const isIn = (region) => (target) => target.region === region;
    try {
        await work({ ...context, rolloutObserver: successes });
        successes.release();
    }
    catch (error) {
        const failures = (0,record_errors/* failuresOf */.dJ)(error).filter((failure) => failure instanceof Error);
        if (!context.cancellation.aborted && failures.some(isReasonToRollBack)) {
            await (0,record_errors/* collect */.Fo)(failures, () => rollBackAll(context, targets, limit));
        }
        successes.release(({ region }) => {
            const rollBack = targets.find(isIn(region))?.agent?.rollBack;
            if (rollBack === undefined)
                return 'success';
            return rollBack.outcome === 'skipped' ? 'error' : 'failure';
        });
        throw failures.length === 0 ? error : new record_errors/* ReleaseError */.K2(failures);
    }
}
/** A release that another one has taken over has not failed, and one that was not tested may be good. */
function isReasonToRollBack(failure) {
    const cause = failure instanceof record_errors/* SubjectError */.lR ? failure.cause : failure;
    return !(0,record_errors/* isCancellation */.iB)(cause) && !(0,record_errors/* isStepFailure */.Zd)(cause, ...noReasons);
}
const noReasons = ['superseded', 'smoke-test-key-refused'];
async function rollBackAll(context, targets, limit) {
    const { journal } = context;
    const goingBack = targets.flatMap(toGoBack);
    if (goingBack.length === 0)
        return;
    for (const { agent, rollBack } of goingBack)
        agent.rollBack = rollBack;
    const budget = new time_deadline/* TimeBudget */.z(journal.clock, 'secrets-timeout', limit);
    const remarks = new Remarks();
    await journal.step('roll-back', async () => {
        try {
            await (0,record_errors/* forEach */.jJ)(goingBack, (one) => journal.span(one.agent.region, `roll back ${one.agent.name}`, () => (0,record_errors/* withSubject */.tX)(agentSubject(one.agent), () => rollBackOne(context, one, budget.fork(), remarks))));
        }
        finally {
            remarks.report(journal);
        }
    });
}
/** What this run deployed, or may have, and nobody else has taken over. A new agent stays. */
function toGoBack({ agent, secretSets }) {
    if (agent?.isChanged !== true || agent.plan.before === undefined)
        return [];
    if (agent.outcome === 'superseded' || agent.outcome === 'unchanged')
        return [];
    const plan = (0,roll_back/* planRollBack */.g)(agent.plan, plansOf(secretSets));
    const { before } = agent.plan;
    return [{ agent, before, secretSets, rollBack: { plan, outcome: 'skipped' } }];
}
function plansOf(secretSets) {
    return secretSets.map(({ plan }) => plan);
}
async function rollBackOne(context, { agent, before, secretSets, rollBack }, budget, remarks) {
    const { journal } = context;
    const { name, region } = agent;
    const back = {
        ...agent,
        plan: planFor(agent, before, rollBack.plan),
        outcome: 'skipped',
        deploymentId: null,
        isChanged: false,
        ready: false,
        previousServes: false,
        replacesValues: false,
        rollBack: undefined,
    };
    const isBegun = (error) => back.isChanged || error instanceof errors/* InterruptedCallError */.Zi;
    try {
        const deployed = await deploy(context, back, {
            buildId: undefined,
            budget,
            remarks,
            awaitBoundSets: (now, deadline) => awaitSecretSets(context, boundSets(back.plan, now, secretSets), deadline),
        });
        agent.deploymentId = deployed.deploymentId;
        agent.ready = false;
        agent.previousServes = false;
        await awaitRollout({ ...context, rolloutObserver: rollout_observer/* noRolloutObserver */.l }, back, deployed);
    }
    catch (error) {
        if (error instanceof cancellation/* CancelledError */.cc) {
            rollBack.outcome = isBegun(error) ? 'running' : 'skipped';
            if (rollBack.outcome === 'running')
                agent.outcome = 'cancelled';
            throw error;
        }
        if (error instanceof NotDeployedError) {
            agent.isChanged = false;
            agent.rollBack = undefined;
            journal.log.info(`The deploy of ${name} in ${region} was not carried out: it is as before.`);
            return;
        }
        if ((0,record_errors/* isStepFailure */.Zd)(error, 'superseded')) {
            agent.outcome = 'superseded';
            agent.rollBack = undefined;
            journal.notice(`\`${name}\` in \`${region}\` is not rolled back: another release has deployed it since.`);
            return;
        }
        rollBack.outcome = 'failed';
        agent.outcome = 'failed';
        agent.previousServes = back.previousServes;
        if (!(error instanceof Error))
            throw error;
        throw new record_errors/* StepError */.zg('not-rolled-back', { failure: error }, { cause: error });
    }
    rollBack.outcome = 'done';
    agent.outcome = 'rolled-back';
    agent.ready = true;
    agent.replacesValues = false;
    journal.log.info(`Rolled back ${name} in ${region}.`);
}
/** The response to the deploy was lost, and the agent shows that nothing was deployed. */
class NotDeployedError extends Error {
    constructor() {
        super('the deploy was not carried out');
        this.name = 'NotDeployedError';
    }
}
/** The plan that makes the agent what it was, as long as it is still what this run made of it. */
function planFor({ plan, deploymentId }, before, { settings = {}, changes }) {
    const replan = (now) => {
        if (now === undefined)
            throw new record_errors/* StepError */.zg('agent-gone', {});
        const current = now.desiredDeploymentId;
        if (deploymentId === null && current === before.desiredDeploymentId)
            throw new NotDeployedError();
        // If the response to the deploy was lost, the settings tell whose deployment it is.
        const isOurs = deploymentId === null
            ? (0,agent_changes/* settingChanges */.eC)(now.settings, plan.settings).length === 0
            : current === deploymentId;
        if (current !== undefined && !isOurs) {
            const ours = deploymentId ?? 'unknown';
            throw new record_errors/* StepError */.zg('superseded', { deploymentId: ours, supersededBy: current });
        }
        return {
            ...plan,
            action: 'update',
            before: now,
            settings,
            changes,
            hidden: [],
            bindsVersion: false,
            forces: true,
            newDeployment: { follows: 'yes', because: 'forced' },
            runsNewBuild: false,
            valuesChange: false,
            forceRedeploy: 'always',
            smokeTest: undefined,
            drainTimeout: undefined,
            replan,
        };
    };
    return { ...plan, replan };
}

;// CONCATENATED MODULE: ./lib/steps/release.js












/**
 * Carries a plan out, a phase after the other, each in all regions at once: no agent is deployed
 * until every set in every region is ready, and every image is built. What was done stands in the
 * journal's record, also when this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
async function release(context, plan) {
    const { journal } = context;
    journal.expect(stepsOf(plan));
    const targets = plan.targets.map(record/* newTargetRecord */.FU);
    journal.record.targets = targets;
    warnOfUnrestored(journal, targets);
    try {
        const budget = new time_deadline/* TimeBudget */.z(journal.clock, 'secrets-timeout', plan.secretsTimeout);
        await provisionAndBuild(context, targets, budget);
        await orRollBack(context, targets, plan.secretsTimeout, (observed) => plan.rollout === 'parallel'
            ? deployAndAwait(observed, targets, budget)
            : deploySequentially(observed, targets, budget));
        await drainAll(context, targets);
        await pruneAndAwait(context, targets, plan.secretsTimeout);
    }
    catch (error) {
        throw error instanceof record_errors/* ReleaseError */.K2 ? inRegionOrder(error, targets) : error;
    }
    await cleanUpAll(context, targets, plan.secretsTimeout);
}
/**
 * What failed, in the order of the regions and not in that in which it was noticed; what a rollback was
 * for comes before what became of that.
 */
function inRegionOrder({ failures }, targets) {
    const place = (failure) => {
        if (!(failure instanceof record_errors/* SubjectError */.lR))
            return targets.length;
        const region = targets.findIndex((target) => target.region === failure.subject.region);
        return (0,record_errors/* isStepFailure */.Zd)(failure.cause, 'not-rolled-back') ? targets.length + 1 + region : region;
    };
    return new record_errors/* ReleaseError */.K2([...failures].sort((one, other) => place(one) - place(other)));
}
/** Deploys in the order in which the regions were named, and stops at the first that fails. */
async function deploySequentially(context, targets, budget) {
    for (const [index, target] of targets.entries()) {
        try {
            await deployAndAwait(context, [target], budget);
        }
        catch (error) {
            const later = targets.slice(index + 1).map(({ region }) => `\`${region}\``);
            if (later.length > 0 && !(0,record_errors/* isCancellation */.iB)(error)) {
                context.journal.notice(`\`rollout: sequential\` stops at the first region that fails, so nothing was deployed in ${later.join(', ')} after \`${target.region}\`.`);
            }
            throw error;
        }
    }
}
/** Last of all, so that nothing is taken from an agent that may have to go on with it. */
async function pruneAndAwait(context, targets, limit) {
    const { journal } = context;
    const pruned = targets.flatMap(({ secretSets }) => secretSets.filter(({ plan }) => isPruned(plan)));
    if (pruned.length === 0)
        return;
    await journal.step('prune', async () => {
        const deadline = new time_deadline/* Deadline */.B(journal.clock, 'secrets-timeout', limit);
        try {
            await (0,record_errors/* forEach */.jJ)(pruned, (set) => prune(context, set, deadline));
            // The next deploy that binds the set would be refused while it is provisioned.
            await awaitSecretSets(context, pruned, deadline);
        }
        catch (error) {
            throw new record_errors/* ReleaseError */.K2((0,record_errors/* failuresOf */.dJ)(error).map(asPruningFailure));
        }
    });
}
function asPruningFailure(error) {
    if (error instanceof record_errors/* SubjectError */.lR) {
        const { cause } = error;
        return new record_errors/* SubjectError */.lR(error.subject, new record_errors/* StepError */.zg('not-pruned', { failure: cause }, { cause }));
    }
    if (error instanceof Error)
        return error;
    throw error;
}
async function cleanUpAll(context, targets, limit) {
    const { cloud, journal } = context;
    const old = targets.flatMap((target) => target.secretSets
        .filter(({ plan }) => mayDeleteVersions(plan))
        .map(({ plan }) => ({ target, plan })));
    if (old.length === 0)
        return;
    await journal.step('clean-up', async () => {
        const deadline = new time_deadline/* Deadline */.B(journal.clock, 'secrets-timeout', limit);
        const remarks = new Remarks();
        const options = { listed: cloud.secretSets({ deadline }), deadline, remarks };
        await (0,record_errors/* forEach */.jJ)(old, ({ target, plan }) => cleanUp(context, target, plan, options));
        remarks.report(journal);
    });
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

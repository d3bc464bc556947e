export const id = 146;
export const ids = [146];
export const modules = {

/***/ 903:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ logWorkProgress),
/* harmony export */   k: () => (/* binding */ Progress)
/* harmony export */ });
/* harmony import */ var _text_bytes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8544);

/** Milliseconds between two lines of the log. */
const reminderInterval = 15_000;
/**
 * Logs the state of a wait: when it changes, and at least every 15 seconds, even during a longer status
 * check. Call `end` in any case.
 */
class Progress {
    #clock;
    #log;
    #startedAt;
    #state;
    #changedAt;
    #reminder = new AbortController();
    #hasEnded = false;
    /** @param label the beginning of each line of the log */
    constructor({ clock, log }, label = '') {
        this.#clock = clock;
        this.#log = (message) => {
            log.info(label + message);
        };
        this.#startedAt = clock.now();
        this.#changedAt = this.#startedAt;
        this.#scheduleReminder();
    }
    /** The last state; undefined if none is known yet. */
    get state() {
        return this.#state;
    }
    /** Milliseconds since the wait began. */
    get elapsed() {
        return this.#clock.now() - this.#startedAt;
    }
    /** Milliseconds since the state changed. */
    get unchangedFor() {
        return this.#clock.now() - this.#changedAt;
    }
    /** Logs the state if it has changed. */
    update(state) {
        if (state === this.#state)
            return;
        this.#state = state;
        this.#changedAt = this.#clock.now();
        this.#report();
    }
    /** Logs something that is not a state. */
    remark(message) {
        this.#log(message);
    }
    end() {
        this.#hasEnded = true;
        this.#reminder.abort();
    }
    #report() {
        const state = this.#state ?? 'waiting for the first status check';
        this.#log(`${(this.elapsed / 1000).toFixed(1)} s: ${state}`);
        this.#scheduleReminder();
    }
    #scheduleReminder() {
        this.#reminder.abort();
        // A reminder may be due at the moment the wait ends.
        if (this.#hasEnded)
            return;
        this.#reminder = new AbortController();
        this.#clock.sleep(reminderInterval, this.#reminder.signal).then(() => {
            this.#report();
        }, () => undefined);
    }
}
/** The same for work with a known end. */
const workInterval = 5000;
/**
 * Logs regularly how many of a known number of bytes are done.
 *
 * @param label such as `Packed`
 * @returns called with the number of bytes so far
 */
function logWorkProgress({ clock, log }, all, label) {
    let reportedAt = clock.now();
    return (bytes) => {
        if (clock.now() - reportedAt < workInterval)
            return;
        reportedAt = clock.now();
        const share = all === 0 ? 1 : bytes / all;
        log.info(`${label}: ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(bytes)} of ${(0,_text_bytes_js__WEBPACK_IMPORTED_MODULE_0__/* .bytesOf */ .$)(all)} (${Math.floor(share * 100)} %).`);
    };
}


/***/ }),

/***/ 2146:
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
var record_record = __webpack_require__(2472);
;// CONCATENATED MODULE: ./lib/steps/clean-up.js




/**
 * Deletes older versions of a set that no agent binds, after reading the bindings again. A failure is only a
 * warning, because the release is complete.
 */
async function cleanUp({ cloud, journal }, { agent, deletedVersions }, plan, { listed, deadline }) {
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
                ...(0,record_record/* existingSet */.wr)(old, 'secret', region),
                outcome: 'deleted',
                isChanged: true,
            });
        }
        const hidden = [...bindings]
            .filter(([, sets]) => sets === undefined)
            .map(([binding]) => binding);
        journal.log.info(names.length > 0
            ? `Deleted versions in ${region} that no agent binds: ${names.join(', ')}.`
            : hidden.length > 0
                ? `Deleted nothing in ${region}, because it is unknown which sets these agents bind: ${hidden.join(', ')}.`
                : `Found no old version of ${template} to delete in ${region}.`);
    }
    catch (error) {
        if (!(error instanceof errors/* CallError */.RA))
            throw error;
        journal.combined.add('warning', template, (names) => `Could not delete older versions of ${names}: ${error.reason}.${error.isInDoubt ? ' Whether it was carried out is not known.' : ''} The release is done; the next one tries again.`);
    }
}

// EXTERNAL MODULE: ./lib/record/errors.js
var record_errors = __webpack_require__(2458);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/time/backoff.js
var backoff = __webpack_require__(9905);
// EXTERNAL MODULE: ./lib/time/polling-delay.js
var polling_delay = __webpack_require__(6396);
// EXTERNAL MODULE: ./lib/plan/agent-changes.js
var agent_changes = __webpack_require__(7738);
;// CONCATENATED MODULE: ./lib/steps/polling.js


/** Milliseconds; a longer `Retry-After` is cut to this. */
const maxRetryAfter = 60_000;
/** Milliseconds for which reads may not show what this run has just created. */
const graceLimit = 10_000;
/**
 * Checks the status immediately and then in growing steps, until there is a result or the deadline passes. A
 * failed check does not end the wait, because the release may continue behind a broken gateway; only a
 * refusal (4xx) does. Consecutive failures are logged once.
 */
async function poll(checkStatus, wait) {
    try {
        return await keepPolling(checkStatus, wait);
    }
    finally {
        wait.progress.end();
    }
}
async function keepPolling(checkStatus, { clock, deadline, progress, onTimeout, signal, step = defaultStep(clock) }) {
    const startedAt = clock.now();
    let failedChecks = 0;
    let failure;
    for (;;) {
        let retryAfter = 0;
        try {
            const result = await checkStatus();
            if (typeof result === 'string')
                progress.update(result);
            if (failedChecks > 0)
                progress.remark(`The platform responds again, after ${failedChecks} failed status ${failedChecks === 1 ? 'check' : 'checks'}.`);
            failedChecks = 0;
            failure = undefined;
            if (typeof result === 'object')
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
        await clock.sleep(Math.min(pause, deadline.remaining()), signal);
        if (deadline.hasPassed()) {
            progress.end();
            return onTimeout(failure);
        }
    }
}
function defaultStep(clock) {
    return (elapsed) => (0,polling_delay/* pollingDelay */.f)(elapsed, () => clock.random());
}

// EXTERNAL MODULE: ./lib/text/list.js
var text_list = __webpack_require__(8735);
// EXTERNAL MODULE: ./lib/time/cancellation.js
var cancellation = __webpack_require__(6690);
// EXTERNAL MODULE: ./lib/steps/progress.js
var steps_progress = __webpack_require__(903);
// EXTERNAL MODULE: ./lib/plan/subject.js
var plan_subject = __webpack_require__(619);
;// CONCATENATED MODULE: ./lib/steps/readiness.js






/**
 * Waits until all sets are ready. If one fails, the wait for the others continues, so that the report can
 * say how each ended.
 *
 * @throws ReleaseError of SubjectErrors around a StepError (`provisioning-failed`, `secrets-timeout`,
 *   `secret-set-gone`, `secret-set-missing`) or a CallError
 */
async function awaitSecretSets({ cloud, journal }, sets, deadline) {
    const { clock } = journal;
    const progress = new steps_progress/* Progress */.k(journal);
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
        const statuses = await readStatuses(cloud, [...waiting.keys()], deadline);
        for (const [set, found] of statuses)
            recordStatus(set, found);
        progress.update(wordsFor(sets, seen));
        return waiting.size === 0 ? { done: undefined } : undefined;
    };
    const onTimeout = (cause) => {
        for (const set of waiting.keys()) {
            const facts = { lastSeen: seen.get(set), waited: progress.elapsed, deadline };
            fail(set, new record_errors/* StepError */.zg('secrets-timeout', facts, { cause }));
        }
    };
    try {
        await poll(checkStatus, { clock, deadline, progress, onTimeout });
    }
    catch (error) {
        const [first] = waiting.keys();
        if (first === undefined || !(error instanceof Error))
            throw error;
        const isCancelled = error instanceof cancellation/* CancelledError */.cc;
        // One failed check is one failure, even for several sets.
        if (isCancelled)
            failures.push(error);
        else
            fail(first, error);
        // If the run is cancelled, the platform continues to provision them.
        for (const end of waiting.values())
            end(isCancelled ? 'running' : 'failed');
    }
    if (failures.length > 0)
        throw new record_errors/* ReleaseError */.K2(failures);
}
/** More sets are only counted. */
const maxListed = 4;
function wordsFor(sets, seen) {
    const states = sets.map((set) => ({ name: set.name, state: seen.get(set) ?? 'not seen yet' }));
    const list = (some) => (0,text_list/* listOf */.c)(some.map(({ name, state }) => `${name} ${state}`), { most: maxListed, format: text_list/* asIs */.$ });
    if (states.length <= maxListed)
        return list(states);
    const others = states.filter(({ state }) => state !== 'ready');
    const ready = `${states.length - others.length} of ${states.length} sets are ready`;
    return others.length === 0 ? ready : `${ready}; ${list(others)}`;
}
/** The status of a set in words, with its only possible reason. */
function stateOf({ status, referenced }) {
    if (status === 'unknown')
        return 'unknown (its region cannot be reached)';
    return status === 'pending' && referenced
        ? 'pending (it is referenced, and its Kubernetes Secret does not exist yet)'
        : status;
}
/** Sends one request per check, however many sets there are. A set that does not exist is undefined. */
async function readStatuses(cloud, sets, deadline) {
    // Each check is repeated anyway, so a request is tried only once.
    const options = { deadline, attempts: 1 };
    const [first, ...others] = sets;
    // An image pull secret cannot be read by name.
    if (first?.kind === 'secret' && others.length === 0) {
        return new Map([[first, await cloud.secretSet(first.name, options)]]);
    }
    const list = await cloud.secretSets(options);
    const find = (set) => {
        const found = list.find(({ name }) => name === set.name);
        if (found !== undefined)
            cloud.requireReadable(found);
        return found;
    };
    return new Map(sets.map((set) => [set, find(set)]));
}

;// CONCATENATED MODULE: ./lib/steps/deploy.js










/**
 * Creates or updates the agent, and returns the deployment to wait for.
 *
 * @param budget the remaining time for the secret sets
 */
async function deploy(context, { agent: record, secretSets, build }, budget) {
    const { cloud, journal } = context;
    const { clock } = journal;
    const { name, plan: original } = record;
    let existsError;
    for (let refusals = 0;;) {
        const deadline = new time_deadline/* Deadline */.B(clock, 'wait-timeout', original.waitTimeout);
        // Others may have deployed during provisioning, so plan again for the agent as it is now.
        const before = await cloud.agent(name, { deadline });
        if (before === undefined && existsError !== undefined) {
            throw new record_errors/* StepError */.zg('agent-name-taken', {}, { cause: existsError });
        }
        const plan = original.replan(before, build?.id ?? undefined);
        record.plan = plan;
        try {
            const { region, settings, forces } = plan;
            const options = { deadline, findLostResult: () => findLostResult(context, plan) };
            const answer = before === undefined
                ? await cloud.createAgent(name, region, settings, options)
                : await cloud.updateAgent(name, settings, forces, options);
            record.isChanged = true;
            const deploymentId = await deploymentOf(context, plan, answer, deadline);
            recordDeployment(record, deploymentId);
            journal.log.info((0,record_record/* hasNewDeployment */.EX)(record)
                ? `Started deployment ${deploymentId} of agent ${name} in ${region}.`
                : `Agent ${name} in ${region} keeps its deployment ${deploymentId}.`);
            remark(journal, record, answer);
            return { deploymentId, deadline };
        }
        catch (error) {
            if (!(error instanceof errors/* StatusError */.Xs))
                throw error;
            if (isAlreadyExistsError(error) && before === undefined) {
                existsError = error;
                journal.log.info(`Somebody else created the agent ${name}. Updating it instead.`);
            }
            else if (error.status === 409) {
                const attempt = ++refusals;
                const message = `The platform refused to deploy \`${name}\` (409), because a set that it binds is not ready. Waiting for the sets again.`;
                if (attempt === 1)
                    journal.notice(message);
                else
                    journal.log.info(message);
                await budget.spend(async (setsDeadline) => {
                    // The sets may already look ready, so a pause keeps the deploys from following each other at once.
                    const delay = (0,backoff/* backoffDelay */.E)(backoff/* defaultBackoff */.k, attempt, () => clock.random());
                    if (setsDeadline.remaining() <= delay) {
                        const facts = { refusal: error, deadline: setsDeadline };
                        throw new record_errors/* StepError */.zg('secret-set-not-ready', facts, { cause: error });
                    }
                    await clock.sleep(delay);
                    await awaitSecretSets(context, boundSets(plan, before, secretSets), setsDeadline);
                });
            }
            else {
                throw error;
            }
        }
    }
}
/** The sets that a deploy binds: those of the plan, else those that the agent already binds. */
function boundSets({ settings, region }, before, planned) {
    const bound = (name, kind) => {
        if (name === undefined || name === null)
            return [];
        const known = planned.find((set) => set.name === name);
        return [known ?? (0,record_record/* existingSet */.wr)(name, kind, region)];
    };
    return [
        ...bound(settings.secretSet ?? before?.secretSets?.[0], 'secret'),
        ...bound(settings.imagePullSecretSet ?? before?.settings.imagePullSecretSet, 'imagePullSecret'),
    ];
}
/**
 * The deployment that a deploy made. If the response names none, or the previous one although a new one
 * must follow, the agent shows it soon.
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
    // A response with the previous deployment means that there is no new one.
    const isNamed = answer.desiredDeploymentId !== undefined;
    if (shown === undefined || (shown === outdated && !isNamed)) {
        throw new record_errors/* StepError */.zg('deployment-unknown', {});
    }
    return shown;
}
/** Many refusals share the code of this one, so only its message identifies it. */
function isAlreadyExistsError(error) {
    return [400, 409].includes(error.status) && error.says(/service already exists/i);
}
/** Milliseconds to find out what a request without a response did, even after the time limit. */
const lostResponseLimit = 10_000;
/** The agent, if a deploy without a response did what the plan says. */
async function findLostResult({ cloud, journal: { clock } }, { name, before, settings }) {
    const deadline = new time_deadline/* Deadline */.B(clock, 'wait-timeout', lostResponseLimit);
    const agent = await cloud.agent(name, { attempts: 2, deadline });
    if (agent === undefined)
        return undefined;
    if ((0,agent_changes/* compareSettings */.Z)(agent.settings, settings).changes.length > 0)
        return undefined;
    const { desiredDeploymentId: id } = agent;
    const isNew = before === undefined || (id !== undefined && id !== before.desiredDeploymentId);
    return isNew ? agent : undefined;
}
/** Records the result of the deploy. */
function recordDeployment(record, deploymentId) {
    const { plan } = record;
    record.deploymentId = deploymentId;
    const isUpdate = plan.before !== undefined;
    const isNew = (0,record_record/* hasNewDeployment */.EX)(record);
    record.outcome = !isUpdate
        ? 'created'
        : isNew || plan.changes.length > 0
            ? 'updated'
            : 'unchanged';
    record.replacesValues =
        isNew &&
            isUpdate &&
            (plan.valuesChange || plan.changes.some(({ setting }) => setting === 'secret-set'));
}
/** Reports what people should know about the response to a deploy. */
function remark({ combined }, record, { warning, settings: observed }) {
    const { plan } = record;
    const { name, action, settings, newDeployment } = plan;
    const { image, buildId } = settings;
    const { websocketAuth } = observed;
    if (action === 'create' && settings.websocketAuth === undefined && websocketAuth) {
        combined.add('remark', name, (names) => `The platform created ${names} with \`websocket-auth: ${websocketAuth}\`.`);
    }
    const isNew = (0,record_record/* hasNewDeployment */.EX)(record);
    const isExpected = plan.bindsVersion || buildId !== undefined;
    if (!isNew && isExpected && newDeployment.because === 'nothing-differs') {
        // Expected with versioned sets and reused builds.
        const caveat = image === undefined ? '' : ' The platform does not notice a tag that was pushed again.';
        combined.add('remark', name, (names) => `Nothing changed for ${names}, so there is no new deployment.${caveat}`);
        return;
    }
    if (warning !== undefined) {
        const said = (0,quote/* quote */.h)(warning);
        combined.add('warning', name, (names) => `The platform warns about ${names}: ${said}`);
    }
    if (isNew)
        return;
    if (image?.includes('@') === true) {
        combined.add('remark', name, (names) => `\`${image}\` is already deployed, so there is no new deployment of ${names}.`);
    }
    else if (image !== undefined) {
        combined.add('warning', name, (names) => `The platform made no new deployment of ${names}, because it compares only the tag of \`${image}\`. To deploy what was pushed, set \`pin-image: true\` or \`force-redeploy: true\`, or add a digest (\`@sha256:…\`) to \`image\`.`);
    }
    if (plan.forceRedeploy === 'never' && plan.valuesChange) {
        combined.add('warning', name, (names) => `${names} keeps the old values until the next deployment, because \`force-redeploy\` is \`false\`.`);
    }
}

;// CONCATENATED MODULE: ./lib/steps/failure-logs.js



/** Number of last lines to show. */
const logTail = 40;
const noLogs = { lines: [], isExecFormatError: false };
/** Milliseconds; a failed release should not wait longer for log lines. */
const logsLimit = 10_000;
/**
 * The last log lines of a deployment or a session; undefined if they must not be shown. If they cannot be
 * read, the failure is reported without them.
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
        // A cancelled run also reports the failure, but does not wait for the lines.
        if (error instanceof cancellation/* CancelledError */.cc)
            return noLogs;
        if (!(error instanceof errors/* CallError */.RA))
            throw error;
        const mayBeUnkept = error.kind === 'request-refused' ? ` The region \`${region}\` may not keep logs.` : '';
        journal.remark(`Could not read the logs of \`${name}\`, because ${error.reason}.${mayBeUnkept}`);
        return noLogs;
    }
}

// EXTERNAL MODULE: ./lib/pipecat/rollout-judgment.js
var rollout_judgment = __webpack_require__(5946);
;// CONCATENATED MODULE: ./lib/steps/rollout.js






/**
 * Waits until this deployment is serving.
 *
 * @throws StepError (`rollout-failed`, `wait-timeout`, `superseded`, `agent-gone`,
 *   `agent-missing`) or a CallError
 */
async function awaitRollout(context, record, { deploymentId, deadline }) {
    const { cloud, journal } = context;
    const { clock, log } = journal;
    const { name, plan } = record;
    const { before } = plan;
    const previousId = before?.desiredDeploymentId;
    const progress = new steps_progress/* Progress */.k(journal, `${name}: `);
    let lastAgent;
    let infrastructureIssue = false;
    let history = (0,rollout_judgment/* historyBefore */.qu)(before);
    const checkStatus = async () => {
        const agent = await cloud.agent(name, { deadline, attempts: 1 });
        if (agent === undefined) {
            const isNew = record.outcome === 'created' && lastAgent === undefined;
            if (!isNew)
                throw new record_errors/* StepError */.zg('agent-gone', {});
            if (progress.elapsed >= graceLimit)
                throw new record_errors/* StepError */.zg('agent-missing', {});
            return 'the platform does not show the new agent yet';
        }
        lastAgent = agent;
        const now = clock.now();
        history = (0,rollout_judgment/* continueHistory */.s$)(history, agent, deploymentId, now);
        const judgment = (0,rollout_judgment/* judge */.S4)(agent, deploymentId, previousId, { history, now });
        if (judgment.state !== 'waiting')
            return { done: judgment };
        if (judgment.infrastructureIssue && !infrastructureIssue) {
            journal.warning(`The platform reports an infrastructure problem with ${name}. If it persists, contact the platform's support.`);
        }
        infrastructureIssue = judgment.infrastructureIssue;
        return judgment.words;
    };
    const onTimeout = async (cause) => {
        const seen = {
            lastSeen: progress.state ?? 'no status check of the agent succeeded',
            lastSeenFor: progress.unchangedFor,
            infrastructureIssue,
            previousServes: lastAgent !== undefined && (0,rollout_judgment/* previousServes */.wh)(lastAgent, deploymentId, previousId),
        };
        record.previousServes = seen.previousServes;
        const logs = await failureLogs(context, record, { deploymentId });
        const facts = { deploymentId, logs: logs?.lines, deadline, ...seen };
        throw new record_errors/* StepError */.zg('wait-timeout', facts, { cause });
    };
    try {
        const judgment = await poll(checkStatus, { clock, deadline, progress, onTimeout });
        if (judgment.state === 'superseded') {
            throw new record_errors/* StepError */.zg('superseded', { deploymentId, supersededBy: judgment.by });
        }
        if (judgment.state === 'failed') {
            record.previousServes = judgment.failure.previousServes;
            const logs = await failureLogs(context, record, { deploymentId });
            const isExecFormatError = judgment.failure.isExecFormatError || logs?.isExecFormatError === true;
            throw new record_errors/* StepError */.zg('rollout-failed', {
                deploymentId,
                logs: logs?.lines,
                failure: { ...judgment.failure, isExecFormatError },
            });
        }
    }
    catch (error) {
        // The platform continues the rollout even if the run is cancelled.
        if (error instanceof cancellation/* CancelledError */.cc)
            throw error;
        record.outcome = (0,record_errors/* isStepFailure */.Zd)(error, 'superseded') ? 'superseded' : 'failed';
        throw error;
    }
    record.ready = true;
    record.readyAt = clock.wallTime();
    log.info(`Deployment ${deploymentId} of ${name} is serving after ${(progress.elapsed / 1000).toFixed(1)} s.`);
}

;// CONCATENATED MODULE: ./lib/pipecat/session-state.js
/** Statuses of a session that ended well, besides 2xx. */
const completions = ['HTTP_COMPLETED', 'WS_CONNECTION_CLOSED'];
/**
 * Judges a session by one status check.
 *
 * @param deploymentId the deployment to test
 * @param awaitsStart whether the platform reports when the bot has started
 */
function judgeSession(session, deploymentId, awaitsStart) {
    if (session.deploymentId !== undefined && session.deploymentId !== deploymentId) {
        return 'elsewhere';
    }
    if (!session.hasEnded)
        return 'running';
    const status = session.completionStatus ?? '';
    if (status === 'HTTP_ERROR' || /^[45]\d\d$/.test(status))
        return 'failed';
    if (awaitsStart && session.startSeconds === undefined)
        return 'failed';
    const isCompleted = completions.includes(status) || /^2\d\d$/.test(status);
    return isCompleted ? 'completed' : 'unclear';
}

;// CONCATENATED MODULE: ./lib/steps/smoke-test.js









/** Number of lost responses to a start; each may leave a session that nobody can identify. */
const mostLostStarts = 3;
/** Milliseconds before the limit in which no attempt starts. */
const lastAttempt = 1000;
/** Milliseconds between two sessions: the first pause and the longest. */
const pauses = { first: 2000, longest: 15_000, growth: 1.5 };
/** Milliseconds; a longer `Retry-After` is cut to this. */
const smoke_test_maxRetryAfter = 60_000;
/** Milliseconds to stop a session; long, because a running session costs money. */
const stopLimit = 120_000;
/** Milliseconds to read a session once more. */
const readLimit = 15_000;
/** Milliseconds for one request to the bot's own endpoint. */
const pathLimit = 10_000;
/** Seconds from the end of the smoke test until its room expires. */
const roomMargin = 60;
/**
 * Starts a session on a deployment that is ready, watches it, and stops it. Warns if the result is
 * inconclusive.
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
    #test;
    #clock;
    #deadline;
    #lostStarts = 0;
    /** The verdict of the earlier attempts. */
    #earlier;
    /** The last session, and its last known state. */
    #sessionId;
    #seen;
    constructor(test) {
        this.#test = test;
        this.#clock = test.context.journal.clock;
        this.#deadline = this.#limit(test.settings.timeout);
    }
    async run() {
        try {
            await this.#report(await this.#attempts());
        }
        finally {
            this.#warnOfLostStarts();
        }
    }
    async #attempts() {
        let pause = pauses.first;
        for (;;) {
            const verdict = await this.#attempt();
            if (verdict.retryAfter === undefined)
                return verdict;
            this.#earlier = verdict;
            const retryAfter = Math.min(verdict.retryAfter, smoke_test_maxRetryAfter);
            // The last attempt starts shortly before the limit.
            const longest = this.#deadline.remaining() - lastAttempt;
            if (longest < Math.max(pauses.first, retryAfter))
                return verdict;
            await this.#clock.sleep(Math.min(Math.max(pause, retryAfter), longest));
            pause = Math.min(pause * pauses.growth, pauses.longest);
        }
    }
    /** Starts one session, watches it, and always stops it. */
    async #attempt() {
        const sessionId = await this.#start();
        if (typeof sessionId !== 'string')
            return sessionId;
        const startedAt = this.#clock.now();
        let verdict;
        try {
            verdict = await this.#follow(sessionId, startedAt);
        }
        finally {
            if (this.#seen?.hasEnded !== true)
                await this.#stop(sessionId);
        }
        return verdict ?? this.#readOnceMore(sessionId, startedAt);
    }
    async #start() {
        const { context, record, settings, surface } = this.#test;
        const { transport, body } = settings;
        const deadline = this.#deadline;
        const end = (this.#clock.wallTime() + deadline.remaining()) / 1000;
        const expiresAt = Math.ceil(end) + roomMargin;
        try {
            const how = { transport, body, expiresAt };
            const { sessionId, credentials } = await surface.start(record.name, how, { deadline });
            context.sessions.hide(credentials);
            this.#sessionId = sessionId;
            this.#seen = undefined;
            context.journal.log.info(`Started the session ${sessionId} of ${record.name}.`);
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
        const isUnsent = error instanceof errors/* NotSentError */.SD;
        if (isUnsent && this.#earlier !== undefined)
            return again(this.#earlier);
        const refusal = error instanceof errors/* StatusError */.Xs ? judgeRefusal(error) : undefined;
        if (refusal !== undefined)
            return refusal;
        const verdict = inconclusive(`no session could be started: ${error.reason}`);
        // If the response was lost, or is not from the platform, a session may be running.
        if (error.mayBeCarriedOut && !isUnsent) {
            this.#lostStarts++;
            this.#test.context.journal.log.info(`Could not start a session: ${error.reason}.`);
            return this.#lostStarts >= mostLostStarts ? verdict : again(verdict);
        }
        return error.isTransient || isUnsent ? again(verdict) : verdict;
    }
    /** Watches a session until there is a verdict; undefined if nothing shows that its bot has started. */
    async #follow(sessionId, startedAt) {
        const { context, record, deploymentId, settings } = this.#test;
        const { transport, path, duration } = settings;
        const { journal } = context;
        const clock = this.#clock;
        // For WebRTC, the platform does not say when the bot starts.
        const awaitsStart = transport !== 'webrtc';
        const endpoint = new Endpoint(path);
        let upSince;
        const progress = new steps_progress/* Progress */.k(journal, `${record.name}: `);
        const checkStatus = async () => {
            const seen = await this.#read(sessionId, this.#deadline, 1);
            if (seen === undefined)
                return 'the platform does not show the session yet';
            const state = judgeSession(seen, deploymentId, awaitsStart && !endpoint.hasAnswered);
            if (state === 'elsewhere') {
                journal.log.info(`The session ${sessionId} is running on another deployment. Stopping it.`);
                return { done: again(inconclusive(onOtherDeployment)) };
            }
            if (state !== 'running')
                return { done: this.#ended(seen, state, endpoint) };
            const refused = await endpoint.ask(() => this.#ask(sessionId, endpoint.path));
            if (refused !== undefined)
                return { done: failed(refused) };
            const hasStarted = seen.startSeconds !== undefined || endpoint.hasAnswered;
            if (awaitsStart && !hasStarted)
                return 'the session is running, but its bot has not started yet';
            upSince ??= awaitsStart ? clock.now() : startedAt;
            const isUp = clock.now() - upSince >= duration;
            if (!isUp)
                return 'the bot has started; watching it';
            return endpoint.isAwaited
                ? `waiting for a response to GET /${endpoint.path}`
                : { done: passed(seen) };
        };
        const step = (elapsed) => {
            const usual = (0,polling_delay/* pollingDelay */.f)(elapsed, () => clock.random());
            const left = upSince === undefined ? 0 : upSince + duration - clock.now();
            return left > 0 ? Math.min(usual, left) : usual;
        };
        const onTimeout = () => {
            if (this.#seen === undefined)
                return inconclusive('the platform did not show the session');
            if (upSince === undefined)
                return undefined;
            return endpoint.isAwaited ? failed(endpoint.failure) : inconclusive(startedLate);
        };
        try {
            const deadline = this.#deadline;
            return await poll(checkStatus, { clock, deadline, progress, step, onTimeout });
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA))
                throw error;
            return inconclusive(`the session could not be read: ${error.reason}`);
        }
    }
    /** The verdict on a session that ended by itself. */
    #ended(seen, state, endpoint) {
        const { redact } = this.#test.context.sessions;
        const status = redact(seen.completionStatus ?? 'no status').slice(0, 64);
        const hasStarted = seen.startSeconds !== undefined || endpoint.hasAnswered;
        if (state === 'failed')
            return failed({ kind: 'ended', status, hasStarted });
        if (state === 'unclear') {
            return inconclusive(`the session ended with \`${status}\`, which is not a known status`);
        }
        return endpoint.isAwaited
            ? failed({ kind: 'ended-before-path', path: endpoint.path, status })
            : passed(seen);
    }
    /** Some sessions show only after their end when their bot started. */
    async #readOnceMore(sessionId, since) {
        const ran = this.#clock.now() - since;
        try {
            await this.#read(sessionId, this.#limit(readLimit), 2);
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA))
                throw error;
        }
        const seen = this.#seen;
        if (seen?.startSeconds === undefined) {
            return inconclusive('the session stayed up, but nothing shows that its bot started');
        }
        const { transport, path, duration } = this.#test.settings;
        if (path !== undefined)
            return failed({ kind: 'path', path, status: undefined });
        const wasUp = transport === 'webrtc' || ran - seen.startSeconds * 1000 >= duration;
        return wasUp ? passed(seen) : inconclusive(startedLate);
    }
    async #read(id, deadline, attempts) {
        const { context, record } = this.#test;
        const seen = await context.sessions.reading.session(record.name, id, { deadline, attempts });
        this.#seen = seen ?? this.#seen;
        return seen;
    }
    #ask(sessionId, path) {
        const { record, surface } = this.#test;
        const deadline = this.#limit(Math.min(pathLimit, this.#deadline.remaining()));
        return surface.ask(record.name, sessionId, path, { deadline });
    }
    async #stop(sessionId) {
        const { context, record } = this.#test;
        const { journal, sessions } = context;
        const { name, region } = record;
        try {
            await sessions.stopping.stop(name, sessionId, { deadline: this.#limit(stopLimit) });
            journal.log.info(`Stopped the session ${sessionId}.`);
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA) && !(error instanceof cancellation/* CancelledError */.cc))
                throw error;
            const reason = error instanceof errors/* CallError */.RA ? `: ${error.reason}` : '';
            journal.warning(`Could not stop the session \`${sessionId}\` of \`${name}\` in \`${region}\`${reason}. It may run, and cost money, until the session limit.`);
        }
    }
    async #report(verdict) {
        const { context, record, deploymentId, settings } = this.#test;
        const { journal } = context;
        const { name, region } = record;
        const sessionId = this.#sessionId;
        record.smokeTest = {
            outcome: verdict.outcome,
            sessionId: sessionId ?? null,
            deploymentId: this.#seen?.deploymentId ?? null,
            startSeconds: this.#seen?.startSeconds ?? null,
            coldStart: this.#seen?.coldStart ?? null,
        };
        if (verdict.outcome === 'failed') {
            const logs = sessionId === undefined ? undefined : await failureLogs(context, record, { sessionId });
            throw new record_errors/* StepError */.zg('smoke-test-failed', {
                deploymentId,
                sessionId,
                because: verdict.failure,
                logs: logs?.lines,
                hasTransport: settings.transport !== undefined,
            });
        }
        if (verdict.outcome === 'inconclusive') {
            journal.warning(`The smoke test of \`${name}\` in \`${region}\` is inconclusive: ${verdict.because}. The release is done, but not tested.`);
            return;
        }
        journal.log.info(`The smoke test of ${name} passed: the session ran on the deployment ${deploymentId}.`);
    }
    #warnOfLostStarts() {
        if (this.#lostStarts === 0)
            return;
        const { context, record } = this.#test;
        const starts = this.#lostStarts === 1 ? 'a start' : `${this.#lostStarts} starts`;
        context.journal.warning(`The response to ${starts} of a session of \`${record.name}\` in \`${record.region}\` was lost. A session that nobody can identify may run until the session limit.`);
    }
    #limit(milliseconds) {
        return new time_deadline/* Deadline */.B(this.#clock, 'smoke-test-timeout', milliseconds);
    }
}
/** The verdict on a refusal to start a session; undefined if only its status counts. */
function judgeRefusal(refusal) {
    const { status, kind, reason, retryAfter } = refusal;
    if (kind === 'billing-required' || has(refusal, 'PCC-1004')) {
        return inconclusive(`the platform requires billing: ${reason}`);
    }
    if (kind === 'credential-refused' || kind === 'permission-denied') {
        throw new record_errors/* StepError */.zg('smoke-test-key-refused', { refusal }, { cause: refusal });
    }
    if (status === 429) {
        return again(inconclusive(`the agent was at capacity until the end: ${reason}`), retryAfter);
    }
    if (status === 404) {
        const verdict = inconclusive(`the public key cannot access the agent: ${reason}. The key may belong to another organization`);
        return again(verdict, retryAfter);
    }
    if (status === 503 || has(refusal, 'PCC-1001')) {
        return again(failed({ kind: 'not-startable', refusal }), retryAfter);
    }
    return undefined;
}
/** The bot's own endpoint that must respond, if there is one. */
class Endpoint {
    path;
    hasAnswered = false;
    #isGiven;
    #status;
    constructor(path) {
        this.path = path ?? '';
        this.#isGiven = path !== undefined;
    }
    get isAwaited() {
        return this.#isGiven && !this.hasAnswered;
    }
    /** Sends a request unless one has succeeded. Returns a failure if there is no point in trying again. */
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
            return passingStatuses.includes(error.status) ? undefined : this.failure;
        }
    }
    /** Why the test failed, if it has not responded by the end. */
    get failure() {
        return { kind: 'path', path: this.path, status: this.#status };
    }
}
/** Statuses of an endpoint while its bot starts. */
const passingStatuses = [404, 502, 503];
const onOtherDeployment = 'every session ran on another deployment: idle instances of the previous one may still take sessions';
const startedLate = 'the session started too late to be watched for `smoke-test-duration` within `smoke-test-timeout`';
function inconclusive(because) {
    return { outcome: 'inconclusive', because };
}
function failed(failure) {
    return { outcome: 'failed', failure };
}
function passed({ deploymentId }) {
    return deploymentId === undefined
        ? inconclusive('the platform does not show which deployment the session ran on')
        : { outcome: 'passed' };
}
/** A verdict that counts only if there is no time for another attempt. */
function again(verdict, retryAfter = 0) {
    return { ...verdict, retryAfter };
}
function has(refusal, code) {
    return refusal.lookUpCode({ [code]: true }) === true;
}

// EXTERNAL MODULE: ./lib/steps/subjects.js
var subjects = __webpack_require__(70);
;// CONCATENATED MODULE: ./lib/steps/deploy-and-await.js






/**
 * Deploys the agents of all targets, and waits for each from its own deploy on, so that a slow one does not
 * use up the time of the others.
 *
 * @throws ReleaseError with what failed in each region
 */
async function deployAndAwait(context, targets, budget) {
    const { journal, cancellation } = context;
    const deploying = targets.filter(record_record/* hasAgent */.YL);
    const failures = [];
    const rollouts = [];
    await (0,record_errors/* collect */.Fo)(failures, () => journal.stepForEach('deploy', deploying, async (target) => {
        const deployed = await deployOne(context, target, budget.fork());
        // Nothing will wait for this rollout, so it is not reported.
        if (!target.agent.plan.waitForReady || cancellation.aborted)
            return;
        rollouts.push(beginRollout(context, target.agent, deployed));
    }));
    await (0,record_errors/* collect */.Fo)(failures, () => journal.stepForEach('rollout', rollouts, ({ finished }) => finished));
    // If a region failed, the release is not tested.
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
        cancellation.throwIfAborted();
}
/** Tests all agents at once; the test decides how the rollout ends. */
async function testAll(context, rollouts) {
    const { journal, cancellation } = context;
    const tested = rollouts.filter(({ agent }) => agent.plan.smokeTest !== undefined);
    if (tested.length > 0)
        cancellation.throwIfAborted();
    await journal.stepForEach('smoke-test', tested, ({ agent, deployed, end }) => endingOnFailure(end, () => (0,subjects/* workOn */.xM)(journal, 'smoke test', (0,subjects/* agentSubject */.Gv)(agent), () => smokeTest(context, agent, deployed.deploymentId))));
}
function remarkOnIdleInstances({ journal }, deploying) {
    // Where values are replaced, the notice on the old ones says the same.
    const isReplaced = ({ outcome, ready, replacesValues }) => outcome === 'updated' && ready && !replacesValues;
    if (deploying.some(({ agent }) => isReplaced(agent) && (0,record_record/* hasNewDeployment */.EX)(agent))) {
        journal.remark('Ready means that the new deployment can take sessions. Idle instances of the previous deployment may still take some new sessions first.');
    }
}
async function deployOne(context, target, budget) {
    const { agent } = target;
    try {
        return await (0,subjects/* workOn */.xM)(context.journal, 'deploy', (0,subjects/* agentSubject */.Gv)(agent), () => deploy(context, target, budget));
    }
    catch (error) {
        (0,subjects/* recordFailure */.C5)(agent, error);
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
        await endingOnFailure(end, () => (0,subjects/* workOn */.xM)(context.journal, 'roll out', (0,subjects/* agentSubject */.Gv)(agent), () => awaitRollout(context, agent, deployed)));
        if (agent.plan.smokeTest === undefined)
            end('success');
    };
    const finished = work();
    // It may fail before anything awaits it, and such a rejection would end the process.
    finished.catch(() => undefined);
    return { agent, deployed, finished, end };
}
/** Ends the rollout if the work fails. */
async function endingOnFailure(end, work) {
    try {
        await work();
    }
    catch (error) {
        end((0,record_errors/* isCancellation */.iB)(error) ? 'error' : 'failure');
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/steps/drain.js









/** Milliseconds to count the sessions if the run does not wait for them. */
const countLimit = 10_000;
/** Milliseconds between two counts at most. */
const longestStep = 30_000;
/**
 * Counts the sessions on older deployments and, with `wait-for-drain`, waits until there are none. The
 * release itself is complete by then.
 *
 * @throws ReleaseError with a `drain-timeout` for each agent
 */
async function drainAll(context, targets) {
    const agents = targets.flatMap(({ agent }) => agent?.ready === true && agent.outcome !== 'created' ? [agent] : []);
    const awaited = agents.filter(({ plan }) => plan.drainTimeout !== undefined);
    const counted = agents.filter((agent) => !awaited.includes(agent) && agent.outcome === 'updated' && (0,record_record/* hasNewDeployment */.EX)(agent));
    await Promise.all(counted.map((agent) => countOnce(context, agent)));
    const { journal } = context;
    await journal.stepForEach('drain', awaited, (agent) => (0,subjects/* workOn */.xM)(journal, 'drain', (0,subjects/* agentSubject */.Gv)(agent), () => drain(context, agent, agent.plan.drainTimeout ?? 0)));
}
/** The count is only information, so a failure does not fail the release. */
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
        // Everything was released, so the report says that the cancellation came too late.
        if (error instanceof cancellation/* CancelledError */.cc)
            return;
        if (!(error instanceof errors/* CallError */.RA))
            throw error;
        log.info(`Could not count the sessions of ${agent.name}, because ${error.reason}.`);
    }
}
async function drain({ cloud, sessions, journal }, agent, limit) {
    const { name } = agent;
    const { clock, log } = journal;
    const deadline = new time_deadline/* Deadline */.B(clock, 'drain-timeout', limit);
    const progress = new steps_progress/* Progress */.k(journal, `${name}: `);
    /** Deployments that other releases have made since. */
    const newer = new Set();
    const checkStatus = async () => {
        const count = await sessions.reading.count(name, { deadline, attempts: 1 });
        const older = olderThan(agent.deploymentId, count, newer);
        agent.sessionsOnOlder = older ?? null;
        if (older?.count === 0 && !older.isCut)
            return { done: true };
        const desired = (await cloud.agent(name, { deadline, attempts: 1 }))?.desiredDeploymentId;
        if (desired !== undefined && desired !== agent.deploymentId)
            newer.add(desired);
        return older === undefined
            ? 'the platform does not show which deployments the sessions run on'
            : `sessions on older deployments: ${sessionsWords(older)}`;
    };
    const onTimeout = (cause) => {
        const left = agent.sessionsOnOlder ?? undefined;
        throw new record_errors/* StepError */.zg('drain-timeout', { left, deadline }, { cause });
    };
    const step = (elapsed) => (0,polling_delay/* pollingDelay */.f)(elapsed, () => clock.random(), longestStep);
    await poll(checkStatus, { clock, deadline, progress, onTimeout, step });
    log.info(`No session of ${name} is running on an older deployment.`);
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

/** The steps of a release after the preflight. */
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
/** A set that is only bound may still be provisioning, because somebody else wrote it. */
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
;// CONCATENATED MODULE: ./lib/steps/build.js










/** Lines of a failed build's log to show. */
const maxLines = 50;
/**
 * Builds the context in one region: uploads it, starts the build and waits for it, unless a build exists.
 * The record shows how far it got, even if this throws.
 *
 * @param abandoned aborted when the build is no longer needed
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
    // Permanent failures at the same moment are still reported.
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
        // The platform continues a build even if the run no longer waits for it.
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
async function upload({ cloud, journal }, { region, context: { archive, archiveBytes } }, signal) {
    const uploadId = await cloud.uploadContext(region, { bytes: archiveBytes, open: () => (0,external_node_fs_.createReadStream)(archive, { highWaterMark: 256 * 1024 }) }, {
        destination: region,
        signal,
        progress: (0,steps_progress/* logWorkProgress */.H)(journal, archiveBytes, `Uploaded to ${region}`),
    });
    journal.log.info(`Uploaded the context to ${region}: ${(0,bytes/* bytesOf */.$)(archiveBytes)}.`);
    return uploadId;
}
/** Never starts a build twice: after a lost response, it looks for a build of the context. */
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
    // A known build of the context may still be running.
    const isReused = isCached && status === 'success';
    record.outcome = isReused ? 'reused' : 'running';
    journal.recordBuildId(record, id);
    journal.log.info(isReused
        ? `Reusing the build ${id} of this context in ${record.region}.`
        : `The build ${id} in ${record.region} is running.`);
}
/** The platform identifies contexts by a hash that its storage computes. */
function compareHashes(journal, ours, theirs) {
    if (theirs === undefined || theirs === ours)
        return;
    journal.warning(`The platform identifies the context as ${(0,quote/* quote */.h)(theirs)}, but the uploaded archive has the hash \`${ours}\`. The build may contain something else, and later releases cannot reuse it.`);
}
async function awaitBuild({ cloud, journal }, { region, timeout, found }, { id, status }, abandoned) {
    if (status === 'success')
        return;
    const { clock } = journal;
    const deadline = new time_deadline/* Deadline */.B(clock, 'build-timeout', timeout);
    const progress = new steps_progress/* Progress */.k(journal, `Build in ${region}, `);
    const checkStatus = async () => {
        // Each check is repeated anyway, so a request is tried only once.
        const build = await cloud.build(id, { deadline, attempts: 1 });
        if (build === undefined) {
            const isNew = found === undefined && progress.state === undefined;
            if (isNew && progress.elapsed < graceLimit)
                return undefined;
            throw new record_errors/* StepError */.zg(isNew ? 'build-missing' : 'build-gone', { buildId: id });
        }
        progress.update(build.status);
        return (0,answers/* hasBuildEnded */.bY)(build.status) ? { done: build } : undefined;
    };
    const onTimeout = (cause) => {
        const facts = { buildId: id, lastSeen: progress.state, deadline };
        throw new record_errors/* StepError */.zg('build-timeout', facts, { cause });
    };
    const waiting = { clock, deadline, progress, onTimeout, signal: abandoned };
    const ended = await poll(checkStatus, waiting);
    if (ended.status === 'success')
        return;
    const logs = await lastLines(cloud, id);
    const { status: endedAs, errorMessage: platformMessage } = ended;
    throw new record_errors/* StepError */.zg('build-failed', { buildId: id, status: endedAs, platformMessage, logs });
}
/** Undefined if they cannot be read; the failure is reported without them. */
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



/** Writes one set, and records each key, so that the report of a failure is exact. */
async function provision({ cloud, journal }, record, deadline) {
    const { plan } = record;
    const subject = (0,plan_subject/* secretSetSubject */.L)(plan);
    const { name, region, registry } = plan;
    const updatedKeys = new Set(plan.updatedKeys);
    try {
        await (0,subjects/* workOn */.xM)(journal, 'write', subject, async () => {
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
        });
    }
    catch (error) {
        (0,subjects/* recordFailure */.C5)(record, error);
        // If the set was written, its earlier status is out of date.
        if ((0,record_errors/* isInDoubt */.cd)(error))
            record.status = null;
        throw error;
    }
    record.outcome = plan.action === 'create' ? 'created' : 'updated';
    record.status = 'pending';
    journal.log.info(`${plan.action === 'create' ? 'Created' : 'Updated'} ${subject.kind} ${name} in ${region}${registry === undefined ? '' : ` for ${registry.host}`}${listKeys(record)}.`);
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
 * Provisions and builds at the same time. If the sets fail, the run does not wait for the builds, which may
 * take long; the next release reuses them. If a build fails, the run still waits for the sets to know their
 * status.
 */
async function provisionAndBuild(context, targets, budget) {
    const failures = [];
    const abandoned = new AbortController();
    // Node would warn of a leak if the builds of many regions listen at once.
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
    // Waits for both, even if one of them throws an unexpected error.
    const results = await Promise.allSettled([
        (0,record_errors/* collect */.Fo)(failures, provisioning),
        (0,record_errors/* collect */.Fo)(failures, () => buildAll(context, (0,record_record/* buildsOf */.jV)({ targets }), abandoned.signal)),
    ]);
    for (const result of results)
        if (result.status === 'rejected')
            throw result.reason;
    if (failures.length > 0)
        throw new record_errors/* ReleaseError */.K2(failures);
}
async function buildAll(context, builds, abandoned) {
    const { journal } = context;
    try {
        await journal.stepForEach('build', builds, (build) => buildImage(context, build, abandoned));
    }
    catch (error) {
        if (!(error instanceof record_errors/* ReleaseError */.K2))
            throw error;
        const failures = error.failures.filter((failure) => !(failure instanceof record_errors/* AbandonedError */.TK));
        if (failures.length > 0)
            throw new record_errors/* ReleaseError */.K2(failures);
    }
    finally {
        const running = builds.flatMap(({ outcome, id }) => outcome === 'running' && id !== null ? [`\`${id}\``] : []);
        if (running.length > 0) {
            journal.notice(`The platform continues the build ${running.join(', ')}. Once it has succeeded, a release of the same context reuses it.`);
        }
    }
}
/** Writes in all regions at once, and the sets of a region one by one. */
async function provisionAndAwait(context, targets, budget) {
    const { journal } = context;
    const failures = [];
    const failed = new Set();
    const setsToWrite = ({ secretSets }) => secretSets.filter(({ plan }) => (0,plan_secret_sets/* isWritten */.QH)(plan));
    const writing = targets.filter((target) => setsToWrite(target).length > 0);
    await (0,record_errors/* collect */.Fo)(failures, () => budget.spend((deadline) => journal.stepForEach('provision', writing, async (target) => {
        try {
            for (const set of setsToWrite(target))
                await provision(context, set, deadline);
        }
        catch (error) {
            failed.add(target);
            throw error;
        }
    })));
    // Waits even if a region failed, because the report includes the other regions.
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



/** Deletes the keys of a set that are not set in this release. The platform then provisions it again. */
async function prune({ cloud, journal }, record, deadline) {
    const { plan } = record;
    try {
        await (0,subjects/* workOn */.xM)(journal, 'prune', (0,plan_subject/* secretSetSubject */.L)(plan), async () => {
            for (const key of plan.prunedKeys) {
                await cloud.deleteSecret(plan.name, key, { deadline });
                record.pruned.push(key);
                record.isChanged = true;
                record.status = 'pending';
            }
        });
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
// EXTERNAL MODULE: ./lib/record/rollout-observer.js
var rollout_observer = __webpack_require__(8659);
;// CONCATENATED MODULE: ./lib/steps/roll-back.js











/** Warns before the first write of what a rollback could not restore. */
function warnOfUnrestored(journal, targets) {
    const sentences = new Set(targets.flatMap(({ agent, secretSets }) => agent?.plan.onFailure === 'rollback'
        ? (0,roll_back/* planRollBack */.g)(agent.plan, plansOf(secretSets)).unrestored
        : []));
    if (sentences.size === 0)
        return;
    journal.warning(`A rollback would not restore everything. ${[...sentences].join(' ')}`);
}
/**
 * Deploys. With `on-failure: rollback`, a failure in any region rolls back every agent that this run
 * deployed.
 *
 * @param limit milliseconds to wait for secret sets that the platform is still provisioning
 * @throws ReleaseError with the failures of the deploy, then those of the rollback
 */
async function orRollBack(context, targets, limit, work) {
    if (targets.every(({ agent }) => agent?.plan.onFailure !== 'rollback'))
        return work(context);
    const successes = new rollout_observer/* SuccessHolder */.o(context.rolloutObserver);
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
            const rollBack = targets.find((target) => target.region === region)?.agent?.rollBack;
            if (rollBack === undefined)
                return 'success';
            return rollBack.outcome === 'skipped' ? 'error' : 'failure';
        });
        throw failures.length === 0 ? error : new record_errors/* ReleaseError */.K2(failures);
    }
}
/** A superseded release did not fail, and one that could not be tested may work. */
function isReasonToRollBack(failure) {
    const cause = failure instanceof record_errors/* SubjectError */.lR ? failure.cause : failure;
    return !(0,record_errors/* isCancellation */.iB)(cause) && !(0,record_errors/* isStepFailure */.Zd)(cause, 'superseded', 'smoke-test-key-refused');
}
async function rollBackAll(context, targets, limit) {
    const { journal } = context;
    const toRollBack = targets.filter(record_record/* hasAgent */.YL).filter(needsRollBack);
    const budget = new time_deadline/* TimeBudget */.z(journal.clock, 'secrets-timeout', limit);
    await journal.stepForEach('roll-back', toRollBack, (target) => (0,subjects/* workOn */.xM)(journal, 'roll back', (0,subjects/* agentSubject */.Gv)(target.agent), () => rollBackOne(context, target, budget.fork())));
}
/** Whether this run has deployed an agent, or may have, unless it is new or superseded. */
function needsRollBack({ agent: { isChanged, outcome, plan } }) {
    if (!isChanged || plan.before === undefined)
        return false;
    return outcome !== 'superseded' && outcome !== 'unchanged';
}
function plansOf(secretSets) {
    return secretSets.map(({ plan }) => plan);
}
async function rollBackOne(context, target, budget) {
    const { journal } = context;
    const { agent } = target;
    const { name, region } = agent;
    const plan = (0,roll_back/* planRollBack */.g)(agent.plan, plansOf(target.secretSets));
    const rollBack = { plan, outcome: 'skipped' };
    agent.rollBack = rollBack;
    const back = (0,record_record/* newAgentRecord */.p1)(planFor(agent, plan));
    try {
        const deployed = await deploy(context, { ...target, agent: back, build: undefined }, budget);
        agent.deploymentId = deployed.deploymentId;
        agent.ready = false;
        agent.readyAt = undefined;
        agent.previousServes = false;
        await awaitRollout(context, back, deployed);
    }
    catch (thrown) {
        // Waiting for secret sets may fail for several of them. One is enough to say why there was no rollback.
        const [error] = (0,record_errors/* failuresOf */.dJ)(thrown);
        if (error instanceof cancellation/* CancelledError */.cc) {
            if (back.isChanged || error instanceof errors/* InterruptedCallError */.Zi) {
                rollBack.outcome = 'running';
                agent.outcome = 'cancelled';
            }
            throw error;
        }
        if (error instanceof NotDeployedError) {
            agent.isChanged = false;
            agent.rollBack = undefined;
            journal.log.info(`${name} in ${region} is unchanged, because its deploy was not carried out.`);
            return;
        }
        if ((0,record_errors/* isStepFailure */.Zd)(error, 'superseded')) {
            agent.outcome = 'superseded';
            agent.rollBack = undefined;
            journal.notice(`\`${name}\` in \`${region}\` was not rolled back, because another release has deployed it since.`);
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
    agent.readyAt = back.readyAt;
    agent.replacesValues = false;
    journal.log.info(`Rolled back ${name} in ${region}.`);
}
/** The response to the deploy was lost, but the agent shows that nothing was deployed. */
class NotDeployedError extends Error {
    constructor() {
        super('the deploy was not carried out');
        this.name = 'NotDeployedError';
    }
}
/** The plan that restores the agent, unless another release has changed it since. */
function planFor({ plan, deploymentId }, { settings = {}, changes }) {
    const replan = (now) => {
        if (now === undefined)
            throw new record_errors/* StepError */.zg('agent-gone', {});
        const current = now.desiredDeploymentId;
        if (deploymentId === null && current === plan.before?.desiredDeploymentId)
            throw new NotDeployedError();
        // If the response to the deploy was lost, the settings show whose deployment it is.
        const isOurs = deploymentId === null
            ? (0,agent_changes/* compareSettings */.Z)(now.settings, plan.settings).changes.length === 0
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
 * Carries out a plan in phases, each in all regions at once. No agent is deployed until every set in every
 * region is ready and every image is built. The journal's record shows what was done, even if this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
async function release(context, plan) {
    const { journal } = context;
    journal.expect(stepsOf(plan));
    const targets = plan.targets.map(record_record/* newTargetRecord */.FU);
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
        throw error instanceof record_errors/* ReleaseError */.K2
            ? new record_errors/* ReleaseError */.K2((0,subjects/* inRegionOrder */.uZ)(error.failures, targets))
            : error;
    }
    await cleanUpAll(context, targets, plan.secretsTimeout);
}
/** Deploys in the order of the regions, and stops at the first that fails. */
async function deploySequentially(context, targets, budget) {
    for (const [index, target] of targets.entries()) {
        try {
            await deployAndAwait(context, [target], budget);
        }
        catch (error) {
            const later = targets.slice(index + 1).map(({ region }) => `\`${region}\``);
            if (later.length > 0 && !(0,record_errors/* isCancellation */.iB)(error)) {
                context.journal.notice(`\`rollout: sequential\` stopped after the failure in \`${target.region}\`, so nothing was deployed in ${later.join(', ')}.`);
            }
            throw error;
        }
    }
}
/** Comes after everything that may fail, because an agent may still need its keys then. */
async function pruneAndAwait(context, targets, limit) {
    const { journal } = context;
    const pruned = targets.flatMap(({ secretSets }) => secretSets.filter(({ plan }) => isPruned(plan)));
    if (pruned.length === 0)
        return;
    await journal.step('prune', async () => {
        const deadline = new time_deadline/* Deadline */.B(journal.clock, 'secrets-timeout', limit);
        const failures = [];
        await (0,record_errors/* collect */.Fo)(failures, async () => {
            await (0,record_errors/* forEach */.jJ)(pruned, (set) => prune(context, set, deadline));
            // While a set is provisioned, the platform refuses every deploy that binds it.
            await awaitSecretSets(context, pruned, deadline);
        });
        if (failures.length > 0)
            throw new record_errors/* ReleaseError */.K2(failures.map(asPruningFailure));
    });
}
function asPruningFailure(error) {
    if (!(error instanceof record_errors/* SubjectError */.lR))
        return error;
    const { subject, cause } = error;
    return new record_errors/* SubjectError */.lR(subject, new record_errors/* StepError */.zg('not-pruned', { failure: cause }, { cause }));
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
        const options = { listed: cloud.secretSets({ deadline }), deadline };
        await (0,record_errors/* forEach */.jJ)(old, ({ target, plan }) => cleanUp(context, target, plan, options));
    });
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

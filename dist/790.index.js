export const id = 790;
export const ids = [790];
export const modules = {

/***/ 4912:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   af: () => (/* binding */ ContextError),
/* harmony export */   gp: () => (/* binding */ excludeOr),
/* harmony export */   jq: () => (/* binding */ leaveFolderAlone)
/* harmony export */ });
/** The build context cannot be packed. All problems of one kind are reported together. */
class ContextError extends Error {
    kind = 'context-unusable';
    problems;
    constructor(problems, options) {
        const all = [problems].flat();
        super(all.map(({ about, message }) => `${about}: ${message}`).join('\n'), options);
        this.name = 'ContextError';
        this.problems = all;
    }
}
const excludeOr = 'Exclude it with `build-exclude`, or';
const leaveFolderAlone = 'Make sure that nothing else changes the folder during the build, then run the workflow again.';


/***/ }),

/***/ 7566:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ planRollBack)
/* harmony export */ });
/* harmony import */ var _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3211);

/** @param secretSets the plans of the sets that the agent binds */
function planRollBack({ name, region, before, settings, runsNewBuild, }, secretSets) {
    const place = { agent: name, region };
    if (before === undefined) {
        const unrestored = [`\`${name}\` stays, because it is new.`];
        return { ...place, settings: undefined, changes: [], unrestored, keepsNewImage: false };
    }
    const restored = (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .restoreSettings */ .S0)(before.settings, settings, runsNewBuild);
    const unrestored = restored.irreversible.map(({ name: setting, because }) => {
        if (setting === 'buildId') {
            return `\`${name}\` keeps its new image, because the platform does not show the id of the previous cloud build.`;
        }
        const what = `\`${_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj[setting].name}\` of \`${name}\``;
        return because === 'unset-before'
            ? `${what} stays \`${String(settings[setting])}\`, because it was not set before and cannot be unset.`
            : `${what} stays as released, because the platform does not show its previous value.`;
    });
    return {
        ...place,
        settings: restored.settings,
        changes: changesBack(settings, restored.settings, runsNewBuild),
        unrestored: [...unrestored, ...secretSets.flatMap(unrestoredValues)],
        keepsNewImage: restored.irreversible.some((setting) => setting.name === 'buildId'),
    };
}
function changesBack(sent, restored, runsNewBuild) {
    const released = sent.buildId ?? sent.image ?? (runsNewBuild ? 'the new build' : undefined);
    return Object.entries(restored).flatMap(([key, after]) => {
        const name = key;
        if (after === undefined)
            return [];
        const isImageOrBuild = name === 'image' || name === 'buildId';
        const from = isImageOrBuild ? released : sent[name];
        if (from === after)
            return [];
        return [{ setting: _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj[name].name, before: from?.toString(), after: String(after) }];
    });
}
/** Values that were written to an existing set stay. Each version has its own set. */
function unrestoredValues({ name, action, template, addedKeys }) {
    if (template !== undefined || action !== 'update')
        return [];
    const keys = addedKeys.length > 0 ? ' Added keys stay.' : '';
    return [`\`${name}\` keeps its new values; they are not restored.${keys}`];
}


/***/ }),

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

/***/ 9495:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   GL: () => (/* binding */ countOfChanges),
/* harmony export */   II: () => (/* binding */ plannedChanges),
/* harmony export */   W$: () => (/* binding */ consequencesOf),
/* harmony export */   aZ: () => (/* binding */ doneChanges)
/* harmony export */ });
/* harmony import */ var _text_list_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(8735);
/* harmony import */ var _plan_roll_back_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7566);
/* harmony import */ var _plan_name_template_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6647);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8191);
/* harmony import */ var _plan_subject_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(619);





/** Names in a sentence, if there is room. */
const usualNames = 40;
/** What a plan would do. */
function plannedChanges({ targets }, maxNames = usualNames) {
    return targets.map(({ region, secretSets, build, agent }) => ({
        region,
        changes: (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .nonEmpty */ .hq)([
            ...secretSets.map((set) => plannedSet(set, maxNames)),
            build && plannedBuild(build),
            agent && plannedAgent(agent),
            ...followingChanges(agent, secretSets, maxNames),
        ]),
    }));
}
/** What follows from the changes of a plan: deployments, tests, rollbacks, old versions, other agents. */
function consequencesOf({ targets }, maxNames) {
    return targets.map(({ region, secretSets, agent }) => {
        // The table of changes has the keys that are deleted.
        const sets = secretSets.map((set) => ({ ...set, prunedKeys: [] }));
        const changes = (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .nonEmpty */ .hq)([
            agent && newDeploymentOf(agent),
            ...followingChanges(agent, sets, maxNames),
        ]);
        return { region, changes };
    });
}
/** What a plan says about a new deployment in addition to the table of changes. */
function newDeploymentOf(agent) {
    if (!isAgentUnchanged(agent))
        return plannedDeployment(agent.newDeployment);
    return agent.valuesChange ? plannedAgent(agent) : undefined;
}
/** What happens after a deploy, and to agents that are not deployed. */
function followingChanges(agent, secretSets, maxNames) {
    return [
        ...(agent === undefined ? [] : [...provenBy(agent), plannedRollBack(agent, secretSets)]),
        ...secretSets.flatMap((set) => laterChanges(set, maxNames)),
        ...secretSets.map((set) => otherAgentsAffected(set, maxNames)),
    ];
}
/** What a release did. */
function doneChanges({ targets }, maxNames = usualNames) {
    return targets.map(({ region, secretSets, deletedVersions, build, agent }) => ({
        region,
        changes: (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .nonEmpty */ .hq)([
            ...[...secretSets, ...deletedVersions].map((set) => doneSet(set, maxNames)),
            build && doneBuild(build),
            agent && doneAgent(agent),
            agent?.smokeTest && doneSmokeTest(agent.smokeTest),
        ]),
    }));
}
/** What a plan would change, counted by what happens to it; `nothing would change` if it leaves everything as it is. */
function countOfChanges({ targets }) {
    const sets = targets
        .flatMap(({ secretSets }) => secretSets)
        .filter((set) => !isSetUnchanged(set));
    const agents = targets.flatMap(({ agent }) => agent === undefined || isAgentUnchanged(agent) ? [] : [agent]);
    const builds = targets.filter(({ build }) => build !== undefined && build.found === undefined);
    const isNew = ({ action }) => action === 'create';
    const isOld = (one) => !isNew(one);
    const parts = (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .nonEmpty */ .hq)([
        countedAs('created', sets.filter(isNew), agents.filter(isNew)),
        countedAs('updated', sets.filter(isOld), agents.filter(isOld)),
        builds.length > 0 && `${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .counted */ .hS)(builds.length, 'image')} would be built`,
    ]);
    return parts.length === 0 ? 'nothing would change' : parts.join(', ');
}
function countedAs(what, { length: sets }, { length: agents }) {
    const things = (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .nonEmpty */ .hq)([
        sets > 0 && (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .counted */ .hS)(sets, 'secret set'),
        agents > 0 && (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .counted */ .hS)(agents, 'agent'),
    ]);
    return things.length === 0 ? '' : `${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .joined */ .oR)(things)} would be ${what}`;
}
function isSetUnchanged({ action, prunedKeys, deletedVersions = [] }) {
    return action === 'bind' && prunedKeys.length === 0 && deletedVersions.length === 0;
}
function plannedSet(plan, maxNames) {
    const { kind, name, action, template, addedKeys, updatedKeys } = plan;
    const what = `the ${_plan_subject_js__WEBPACK_IMPORTED_MODULE_3__/* .secretSetKinds */ .Q[kind]} \`${name}\``;
    const keys = keyList({ add: addedKeys, update: updatedKeys }, maxNames);
    if (action === 'bind' && plan.prunedKeys.length > 0)
        return `Prune ${what}.`;
    if ((0,_plan_name_template_js__WEBPACK_IMPORTED_MODULE_1__/* .isVersioned */ .at)(name)) {
        return `Create ${what}, unless there is one with these values${keys}.`;
    }
    if (action === 'bind') {
        return template === undefined
            ? `Keep ${what} unchanged.`
            : `Keep ${what} unchanged: it already has this content.`;
    }
    return `${action === 'create' ? 'Create' : 'Update'} ${what}${keys}.`;
}
const setVerbs = {
    created: 'Created',
    updated: 'Updated',
    existing: 'Unchanged:',
    deleted: 'Deleted',
    failed: 'Failed:',
    cancelled: 'Cancelled while writing:',
    skipped: 'Not written:',
};
function doneSet({ kind, name, outcome, added, updated, pruned }, maxNames) {
    const prunedKeys = pruned.length === 0 ? '' : `; pruned ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_4__/* .listOf */ .c)(pruned, { most: maxNames })}`;
    const version = outcome === 'deleted' ? ', an older version that no agent binds' : '';
    return `${setVerbs[outcome]} the ${_plan_subject_js__WEBPACK_IMPORTED_MODULE_3__/* .secretSetKinds */ .Q[kind]} \`${name}\`${version}${keyList({ added, updated }, maxNames)}${prunedKeys}.`;
}
/** Names of keys, by a verb that says what happens to them. */
function keyList(keys, maxNames) {
    const parts = Object.entries(keys)
        .filter(([, names]) => names.length > 0)
        .map(([verb, names]) => `${verb} ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_4__/* .listOf */ .c)(names, { most: maxNames })}`);
    return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}
function plannedBuild({ found, isKnown, context: { dockerfile, hash } }) {
    if (found !== undefined) {
        return found.status === 'success'
            ? `Reuse the build \`${found.id}\` of the same context.`
            : `Wait for the build \`${found.id}\` of the same context, which is running.`;
    }
    const what = `Build the image with \`${dockerfile}\` from the context \`${hash}\``;
    return isKnown ? `${what}, which was not built before.` : `${what}, unless it was built before.`;
}
const buildVerbs = {
    built: 'Built',
    reused: 'Reused, because it was built before:',
    failed: 'Failed to build:',
    running: 'Still running:',
    cancelled: 'Cancelled while starting:',
    skipped: 'Not built:',
};
function doneBuild({ outcome, id, plan: { context } }) {
    const what = `the image with \`${context.dockerfile}\` from the context \`${context.hash}\``;
    return `${buildVerbs[outcome]} ${what}${id === null ? '' : `, build \`${id}\``}.`;
}
function isAgentUnchanged({ changes, newDeployment }) {
    return changes.length === 0 && newDeployment.follows === 'no';
}
function plannedAgent(agent) {
    const { name, action, changes, hidden, newDeployment } = agent;
    if (isAgentUnchanged(agent)) {
        return agent.valuesChange
            ? `Keep the agent \`${name}\` unchanged, with the old values: \`force-redeploy\` is \`false\`.`
            : `Keep the agent \`${name}\` unchanged: nothing differs.`;
    }
    return `${action === 'create' ? 'Create' : 'Update'} the agent \`${name}\`${action === 'create' && agent.runsNewBuild ? ' with the new build' : ''}${changeList(changes, hidden)}. ${plannedDeployment(newDeployment)}`;
}
/** What `on-failure: rollback` would do. */
function plannedRollBack(agent, secretSets) {
    if (agent.onFailure !== 'rollback' || isAgentUnchanged(agent))
        return undefined;
    const plan = (0,_plan_roll_back_js__WEBPACK_IMPORTED_MODULE_0__/* .planRollBack */ .g)(agent, secretSets);
    const sentences = (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .nonEmpty */ .hq)([
        plan.settings &&
            `roll \`${agent.name}\` back with a new deployment${changeList(plan.changes, [])}.`,
        ...plan.unrestored,
    ]);
    return `If the release fails in any region, ${sentences.join(' ')}`;
}
const agentVerbs = {
    created: 'Created',
    updated: 'Updated',
    unchanged: 'Unchanged:',
    superseded: 'Superseded by another release:',
    'rolled-back': 'Rolled back:',
    failed: 'Failed to deploy:',
    cancelled: 'Cancelled while deploying:',
    skipped: 'Not deployed:',
};
function doneAgent({ name, outcome, plan, rollBack }) {
    const { changes, hidden, newDeployment } = plan;
    if (outcome === 'rolled-back' && rollBack !== undefined) {
        const sentences = [
            `${agentVerbs[outcome]} the agent \`${name}\`${changeList(rollBack.plan.changes, [])}.`,
            ...rollBack.plan.unrestored,
        ];
        return sentences.join(' ');
    }
    const told = outcome === 'unchanged' || outcome === 'skipped' ? '' : changeList(changes, hidden);
    const reason = outcome === 'updated' ? ` ${deploymentReasons[newDeployment.because].past}.` : '';
    return `${agentVerbs[outcome]} the agent \`${name}\`${told}.${reason}`;
}
function changeList(changes, hidden) {
    if (changes.length + hidden.length === 0)
        return '';
    const told = [
        ...changes.map(describeChange),
        ...hidden.map(({ setting, after }) => `${setting} (not shown) → \`${after}\``),
    ];
    return `: ${told.join(', ')}`;
}
/** A setting with what it was and will be. */
function describeChange({ setting, before, after }) {
    const value = after === undefined ? 'a new build' : `\`${after}\``;
    return before === undefined ? `${setting} ${value}` : `${setting} \`${before}\` → ${value}`;
}
/** Why a new deployment follows or does not, for what is planned and for what was done. */
const deploymentReasons = {
    'agent-created': { reason: 'the agent is new', past: 'The agent was new' },
    forced: { reason: '`force-redeploy` asks for it', past: '`force-redeploy` asked for it' },
    'build-unknown': {
        reason: 'the action could not find out whether its context was built before',
        past: 'Its image may have been rebuilt',
    },
    'built-anew': { reason: 'its image is rebuilt', past: 'Its image was rebuilt' },
    'values-written': {
        reason: 'its secret set gets new values, which only a new deployment sees',
        past: 'Its secret set got new values',
    },
    'deployment-failed': {
        reason: 'its last deployment failed',
        past: 'Its last deployment had failed',
    },
    'settings-differ': { reason: 'settings differ', past: 'Settings differed' },
    'settings-hidden': {
        reason: 'the platform does not show all of its current settings',
        past: 'The platform did not show all of its settings',
    },
    'version-unknown': {
        reason: 'the version of its secret set is unknown without all values',
        past: 'The version of its secret set was unknown',
    },
    'scaling-only': {
        reason: 'only its scaling changes',
        past: 'Only its scaling changed, which makes no new deployment',
    },
    'nothing-differs': { reason: 'nothing differs', past: 'No visible setting differed' },
};
function plannedDeployment({ follows, because }) {
    return `${followWords[follows]}, because ${deploymentReasons[because].reason}.`;
}
const followWords = {
    yes: 'A new deployment follows',
    no: 'No new deployment follows',
    unknown: 'It is unknown whether a new deployment follows',
};
/** How a release would test the agent, and what it would wait for after that. */
function provenBy({ name, action, smokeTest, drainTimeout }) {
    return [
        smokeTest && plannedSmokeTest(name, smokeTest),
        drainTimeout !== undefined &&
            action === 'update' &&
            `Then wait for at most ${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .duration */ .p0)(drainTimeout)} until no session of \`${name}\` runs on an older deployment.`,
    ];
}
function plannedSmokeTest(agent, settings) {
    const { transport, path, duration: up, timeout } = settings;
    const how = transport === undefined ? '' : ` with the transport \`${transport}\``;
    const answers = path === undefined ? '' : `, and \`GET /${path}\` must answer 2xx`;
    return `Smoke test: start one session on \`${agent}\`${how}. It must stay up for ${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .duration */ .p0)(up)}${answers}, within ${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .duration */ .p0)(timeout)}.`;
}
const smokeTestWords = {
    passed: 'passed',
    failed: 'failed',
    inconclusive: 'was inconclusive',
};
function doneSmokeTest(result) {
    const { outcome, sessionId, startSeconds, coldStart } = result;
    const session = sessionId === null ? '' : ` with the session \`${sessionId}\``;
    const start = startSeconds === null || startSeconds < 1
        ? ''
        : `; its bot started after ${startSeconds} s${coldStart === true ? ' (cold start)' : ''}`;
    return `The smoke test ${smokeTestWords[outcome]}${session}${start}.`;
}
/** What the release does at its end. */
function laterChanges({ name, prunedKeys, deletedVersions = [] }, maxNames) {
    return [
        prunedKeys.length > 0 &&
            `Then delete from \`${name}\`: ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_4__/* .listOf */ .c)(prunedKeys, { most: maxNames })}.`,
        deletedVersions.length > 0 &&
            `Then delete older versions that no agent binds: ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_4__/* .listOf */ .c)(deletedVersions, { most: maxNames })}.`,
    ];
}
function otherAgentsAffected({ name, action, otherAgents = [] }, maxNames) {
    if (action !== 'update' || otherAgents.length === 0)
        return undefined;
    return `Also bound to \`${name}\`: ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_4__/* .listOf */ .c)(otherAgents, { most: maxNames })}. Running instances keep the old values until they are redeployed; new instances may start with the new ones.`;
}


/***/ }),

/***/ 7790:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  conclude: () => (/* binding */ conclude)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./lib/github/connect.js
var connect = __webpack_require__(1633);
// EXTERNAL MODULE: ./lib/github/event.js
var github_event = __webpack_require__(9607);
;// CONCATENATED MODULE: ./lib/github/plan-comment.js



/** The beginning of every comment with a plan. */
const prefix = '<!-- pipecat-cloud-release: plan ';
/** The second line of a comment: which step and run its plan comes from. */
const originLine = /^<!-- pipecat-cloud-release: from ([0-9a-f]{16}) in run (\d+)( closed)? -->$/;
/** Shows a plan, even a failed one, on the pull request. */
async function commentOnPlan(journal, settings, options, comment) {
    const { kind } = journal.record;
    if (!settings.comments || (kind !== 'plan' && kind !== 'offline-check'))
        return;
    if (kind === 'offline-check') {
        journal.log.info('The comment on the pull request is unchanged, because there is no plan.');
        return;
    }
    const pullRequest = (0,github_event/* pullRequestNumber */.Kd)(await comment.event());
    if (pullRequest === undefined) {
        journal.log.info('The run is not for a pull request, so the plan is not in a comment.');
        return;
    }
    const work = (0,connect/* withRepository */.Bq)(settings, options, async (repository) => {
        const { outcome, closed } = await keepPlanComment(repository, settings, pullRequest, comment);
        journal.log.info(`The comment with the plan on the pull request is ${outcome}.`);
        if (closed > 0) {
            const what = closed === 1 ? 'the comment of a plan' : `the comments of ${closed} plans`;
            journal.log.info(`Closed ${what} that this step no longer makes.`);
        }
    });
    await (0,connect/* orWarn */.wF)(journal, 'The plan is not in a comment', work);
}
/**
 * Keeps one comment per plan, and closes the comments of plans that the same step no longer makes. Leaves
 * comments of the same run alone, because the steps of a matrix have the same name.
 */
async function keepPlanComment(repository, { commentKey, commentOrigin, runId, runUrl }, pullRequest, { text, isOfInvalidInputs }) {
    const shown = await text();
    const origin = digest(commentOrigin);
    const own = (await repository.ownComments(pullRequest, prefix)).map(parsed);
    const ownMarker = `${prefix}${digest(commentKey)} -->`;
    const sameOrigin = own.filter((comment) => comment.origin === origin);
    const only = sameOrigin.length === 1 ? sameOrigin[0] : undefined;
    const existing = own.find(({ marker }) => marker === ownMarker) ?? (isOfInvalidInputs ? only : undefined);
    const lines = (marker, state) => `${marker}\n<!-- pipecat-cloud-release: from ${origin} in run ${runNumber(runId)}${state} -->\n`;
    const outcome = await repository.putComment(pullRequest, existing, `${lines(existing?.marker ?? ownMarker, '')}${shown}`);
    if (isOfInvalidInputs)
        return { outcome, closed: 0 };
    // After an earlier run of this plan, plans that were made together with it then may still follow.
    const since = existing === undefined || existing.isClosed ? runNumber(runId) : existing.run;
    const outdated = sameOrigin.filter((comment) => comment !== existing && !comment.isClosed && comment.run < since);
    let closed = 0;
    for (const comment of outdated) {
        // Another job of this run may have updated it since.
        if ((await repository.commentBody(comment.id)) !== comment.body)
            continue;
        const closing = `${lines(comment.marker, ' closed')}${closingText(comment.text, runUrl)}`;
        await repository.putComment(pullRequest, comment, closing);
        closed++;
    }
    return { outcome, closed };
}
/** Reads what a comment says about its plan; `text` is the visible part. */
function parsed(comment) {
    const [marker = '', second = '', ...others] = comment.body.replace(/\r\n?/g, '\n').split('\n');
    const [, origin, run, closed] = originLine.exec(second) ?? [];
    const text = (origin === undefined ? [second, ...others] : others).join('\n');
    return {
        ...comment,
        marker,
        origin,
        run: Number(run ?? 0),
        isClosed: closed !== undefined,
        text,
    };
}
/** Says that a plan is out of date, with the plan collapsed. */
function closingText(text, runUrl) {
    const closed = `**This plan is closed.** [The latest run](${runUrl}) no longer makes it.`;
    return `${closed}\n\n<details><summary>The last plan</summary>\n\n${text}\n</details>\n`;
}
function runNumber(id) {
    return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
/** Identifies a text in a comment without showing it. */
function digest(text) {
    return (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex').slice(0, 16);
}

// EXTERNAL MODULE: ./lib/record/teardown-record.js
var teardown_record = __webpack_require__(7327);
;// CONCATENATED MODULE: ./lib/github/preview-comment.js



/** Keeps one comment on the pull request of a preview: what is serving, or what failed. A teardown closes it. */
async function commentOnPreview(journal, settings, options, { pullRequest, hasFailed, text }) {
    const { kind } = journal.record;
    if (!settings.comments || (kind !== 'release' && kind !== 'teardown'))
        return;
    const isEnd = kind === 'teardown';
    const marker = `<!-- pipecat-cloud-release: preview ${digest(settings.commentKey)} -->`;
    const work = (0,connect/* withRepository */.Bq)(settings, options, async (repository) => {
        const [existing] = await repository.ownComments(pullRequest, marker);
        // A teardown only closes a comment that exists.
        if (isEnd && existing === undefined)
            return;
        const isClosed = isEnd && !hasFailed && (0,teardown_record/* isTornDown */._6)(journal.record.teardown);
        const body = `${marker}\n${isClosed ? '**This preview is closed.**\n\n' : ''}${await text()}`;
        const outcome = await repository.putComment(pullRequest, existing, body);
        journal.log.info(isClosed
            ? 'Closed the comment about the preview.'
            : `The comment about the preview on the pull request is ${outcome}.`);
    });
    await (0,connect/* orWarn */.wF)(journal, 'The comment about the preview is not up to date', work);
}

// EXTERNAL MODULE: ./lib/text/list.js
var list = __webpack_require__(8735);
// EXTERNAL MODULE: ./lib/text/look-up.js
var look_up = __webpack_require__(4204);
// EXTERNAL MODULE: ./lib/time/cancellation.js
var cancellation = __webpack_require__(6690);
// EXTERNAL MODULE: ./lib/inputs/problems.js
var problems = __webpack_require__(1733);
// EXTERNAL MODULE: ./lib/pipecat/errors.js
var errors = __webpack_require__(1593);
// EXTERNAL MODULE: ./lib/record/errors.js
var record_errors = __webpack_require__(2458);
// EXTERNAL MODULE: ./lib/plan/problems.js
var plan_problems = __webpack_require__(7511);
// EXTERNAL MODULE: ./lib/text/nearest.js + 1 modules
var nearest = __webpack_require__(8045);
// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/record/record.js
var record_record = __webpack_require__(2472);
// EXTERNAL MODULE: ./lib/report/words.js
var words = __webpack_require__(8191);
// EXTERNAL MODULE: ./lib/context/errors.js
var context_errors = __webpack_require__(4912);
;// CONCATENATED MODULE: ./lib/report/failures.js






/** The classes of errors that a person reads about. An error of any other class is a bug. */
const reportedErrors = [
    errors/* CallError */.RA,
    cancellation/* CancelledError */.cc,
    context_errors/* ContextError */.af,
    problems/* InputsError */.aV,
    plan_problems/* PreflightError */.w,
    record_errors/* StepError */.zg,
    problems/* UntrustedEventError */.fs,
];
function isReportedError(error) {
    return reportedErrors.some((reported) => error instanceof reported);
}
/** Every way in which a release fails. The troubleshooting page is generated from this. */
const failureKinds = {
    'invalid-inputs': {
        title: 'The inputs are not valid',
        meaning: 'The report lists every mistake that can be found without the network: the input, the rule, and what was found. Nothing was sent.',
        next: 'Fix all listed inputs, then run the workflow again.',
    },
    'untrusted-event': {
        title: 'Nothing is released for code that may come from a fork',
        meaning: 'The workflow runs on `pull_request_target`, on `workflow_run`, or for a comment on a pull request. It has the secrets of the repository, and the code is from a fork. Or the pull request could not be read to find out.',
        next: 'Release on `push`, on a release, or on `workflow_dispatch`. For comments, pass `github-token` with the permission `pull-requests: read`.',
    },
    'context-unusable': {
        title: 'The build context cannot be packed',
        meaning: 'The folder or the Dockerfile is missing, a link leads out of the context, a file cannot be read, or the context is larger than the platform accepts. The report lists each problem. Nothing was sent.',
        next: 'Fix each listed file, then run the workflow again.',
    },
    'credential-refused': {
        title: 'The platform rejected the credential',
        meaning: 'The platform answered 401: the API key or token was revoked, cycled, deleted or copied in part.',
        next: 'Find it in the dashboard (an API key under Settings → API Keys → Private, a token under Account Settings → Personal Access Tokens). If it is gone, create a new one and store it as the secret that the workflow passes.',
    },
    'billing-required': {
        title: 'The account has a billing problem',
        meaning: 'The platform answered 402, or its message mentions billing, a spend limit or a suspended account. The credential and the inputs are fine.',
        next: 'Check the payment method, the spend limit and the account status in the dashboard under Settings → Billing. Then run the workflow again.',
    },
    'permission-denied': {
        title: 'The credential does not allow this',
        meaning: 'The platform answered 403: the credential is valid, but not for this organization or this operation.',
        next: 'Check that the key belongs to the organization that owns the agent, or that the owner of the token is a member of it with a role that may deploy.',
    },
    'organization-unknown': {
        title: 'The token cannot act in that organization',
        meaning: 'The token has no access to the organization in `organization`. The message lists the organizations that it can use.',
        next: 'Fix `organization`, or have the owner of the token invited to it.',
    },
    'release-impossible': {
        title: 'The release cannot work with these settings',
        meaning: 'The settings do not match what is on the platform: a region, a set, an agent or a build. The report lists each reason.',
        next: 'Fix each listed reason, then run the workflow again.',
    },
    'request-refused': {
        title: 'The platform rejected a request',
        meaning: 'The platform rejected a request (4xx) for a reason that the action does not know. The report shows its message and code.',
        next: "Fix what the platform's message describes, then run the workflow again.",
    },
    'platform-unavailable': {
        title: 'The platform could not be reached',
        meaning: 'Connections failed, or a gateway answered in place of the platform, and kept doing so over several attempts.',
        next: 'Run the workflow again later; it picks up where this run stopped. If the error persists, check `api-url`, the proxy and the status page of the platform.',
    },
    'rate-limited': {
        title: 'The platform limits the request rate',
        meaning: 'The platform answered 429 (too many requests) for longer than a release waits. Other pipelines or people are sending many requests. The rejected requests had no effect.',
        next: 'Run the workflow again later. Run fewer releases at once (`concurrency`). With many regions, set `rollout: sequential` to send fewer requests at once.',
    },
    'answer-unreadable': {
        title: "The platform's response cannot be read",
        meaning: 'In several attempts, responses were cut off or were not the expected JSON. Often, something between the runner and the platform answers in its place.',
        next: 'Check `api-url` and the proxy, then run the workflow again.',
    },
    'certificate-not-accepted': {
        title: 'The server certificate is not trusted',
        meaning: 'Node.js does not trust the certificate of the server, or of a proxy in between: a private CA issued it, it has expired, or it is for another name. Nothing was sent over that connection. Typical codes are `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED` and `ERR_TLS_CERT_ALTNAME_INVALID`.',
        next: 'If a private CA or a proxy of your company issued the certificate, set `NODE_EXTRA_CA_CERTS` to the file of that CA on the runner. Otherwise check the address and renew the certificate.',
    },
    'proxy-refused': {
        title: 'The proxy rejected the request',
        meaning: 'The proxy that `HTTPS_PROXY` or `HTTP_PROXY` names answered with an error, such as 407 (it asks for authentication) or 403. Nothing was sent to the platform.',
        next: 'For 407, put the user name and password in `HTTPS_PROXY` (`http://user:password@host:port`). Otherwise allow the host in the proxy, or add the host to `NO_PROXY`.',
    },
    redirected: {
        title: 'The platform answered with a redirect',
        meaning: 'The action does not follow redirects, because that would send the credential to another address.',
        next: 'Set `api-url` to the address that the API is served from.',
    },
    'secrets-timeout': {
        title: 'The secret sets took too long',
        meaning: 'The sets were not written and ready within `secrets-timeout`. No agent was deployed with them.',
        next: 'Run the workflow again; what was written stays written. If provisioning is often slow, raise `secrets-timeout`.',
    },
    'provisioning-failed': {
        title: 'A secret set could not be provisioned',
        meaning: 'The platform stored the values, but could not provision the set in its region. Agents keep the values they have.',
        next: "Run the workflow again; it writes the set again. If the error persists, contact the platform's support.",
    },
    'secret-set-missing': {
        title: 'The platform does not show the new secret set',
        meaning: 'The platform accepted the new set, but then answered that it does not exist (404), for at least ten seconds.',
        next: "Run the workflow again; it writes the set again. If the error persists, contact the platform's support.",
    },
    'secret-set-gone': {
        title: 'A secret set was deleted during the release',
        meaning: 'The set existed when the release began. Somebody or something deleted it since.',
        next: 'Find out who deleted it, then run the workflow again.',
    },
    'secret-set-not-ready': {
        title: 'The platform rejected the deployment because a secret set is not ready',
        meaning: 'The platform does not bind a set that is pending or failed (409), and the set was not ready within `secrets-timeout`. Another pipeline may be writing the same set.',
        next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
    },
    'concurrent-write': {
        title: 'Another process is writing the secret set',
        meaning: 'The platform rejects writes to a set that another process is writing (409). Several attempts were rejected.',
        next: 'Run the workflow again. Let only one pipeline at a time write a set (`concurrency`).',
    },
    'not-pruned': {
        title: 'The release is done, but the secret set was not pruned',
        meaning: 'Everything was released, and the agent is serving. Only deleting old keys failed, or waiting for the set after that.',
        next: 'Run the workflow again; it prunes the set. Or delete the keys yourself.',
    },
    'upload-failed': {
        title: 'The build context could not be uploaded',
        meaning: "The platform's storage rejected the archive, or could not be reached in several attempts. It has another host than the API. No agent was deployed.",
        next: 'If the storage gives a reason, fix that. Otherwise, run the workflow again. If the error persists, check that the runner and its proxy can reach the host in the message.',
    },
    'build-failed': {
        title: 'The cloud build failed',
        meaning: 'The platform could not build the image. The report shows its message, and the last lines of its log unless `failure-logs` is `never`. No agent was deployed.',
        next: 'Fix the error in the log. Most often it is in a line of the Dockerfile, or a file is not in the context. Then run the workflow again.',
    },
    'build-timeout': {
        title: 'The cloud build took too long',
        meaning: 'The build was started, but had not succeeded within `build-timeout`. The platform continues it. No agent was deployed.',
        next: 'Run the workflow again later; if the build has succeeded by then, it is reused. If builds often take that long, raise `build-timeout`.',
    },
    'build-missing': {
        title: 'The platform does not show the new cloud build',
        meaning: 'The platform started the build, but then answered that it does not exist (404), for at least ten seconds.',
        next: "Run the workflow again; it builds again. If the error persists, contact the platform's support.",
    },
    'build-gone': {
        title: 'The cloud build no longer exists',
        meaning: 'The build was started, but the platform no longer knows it.',
        next: 'Run the workflow again; it builds again.',
    },
    'agent-name-taken': {
        title: 'The name of the agent is already taken',
        meaning: 'The platform says `Service already exists`, but this credential cannot see an agent with that name. Agent names are unique across all regions.',
        next: 'Choose another `agent-name`, or use a credential that can see the agent.',
    },
    'deployment-unknown': {
        title: 'The platform did not name the new deployment',
        meaning: 'The platform accepted the deployment, but did not return its id, so the action could not wait for it.',
        next: 'Check the agent in the dashboard, then run the workflow again.',
    },
    'rollout-failed': {
        title: 'The deployment failed',
        meaning: 'The platform started the deployment, but it cannot become ready: its image cannot be pulled or does not run, or the agent crashes.',
        next: 'Fix the cause that the platform gives, then run the workflow again.',
    },
    'wait-timeout': {
        title: 'The deployment was not ready in time',
        meaning: 'The deployment was accepted, but was not serving within `wait-timeout`. The platform continues the rollout, so the deployment may still become ready.',
        next: 'Check the agent in the dashboard. Large images take longer the first time. If the rollout only needs more time, raise `wait-timeout`.',
    },
    'smoke-test-failed': {
        title: 'Smoke test failed',
        meaning: 'The deployment is ready, but the test session failed. It ended with an error or before its bot started, it could not be started, or the endpoint in `smoke-test-path` did not answer 2xx.',
        next: 'Fix the error in the log of the session, then run the workflow again.',
    },
    'smoke-test-key-refused': {
        title: 'Released, but not tested: the platform rejected the public API key',
        meaning: 'Everything is released and serving. The platform answered 401 or 403 to the public API key, so no session was started. This does not cause a rollback.',
        next: 'Check `public-api-key` in the dashboard under Settings → API Keys → Public. If the key is gone, create a new one and store it as the secret that the workflow passes.',
    },
    'drain-timeout': {
        title: 'Released, but sessions still run on older deployments',
        meaning: 'Everything is released and serving. Sessions that began before keep the old deployment and its secret values, and some of them had not ended within `drain-timeout`. This does not cause a rollback.',
        next: 'Do not revoke old keys yet. Run the workflow again later, or raise `drain-timeout`. No session lasts longer than the session limit of the agent.',
    },
    superseded: {
        title: 'Another release has taken over',
        meaning: 'While this deployment was rolling out, another run, the client, the dashboard, or a push to a connected branch started another one.',
        next: 'Check the other release. Let only one release of an agent run at a time (`concurrency` with `cancel-in-progress: false`).',
    },
    'agent-missing': {
        title: 'The platform does not show the new agent',
        meaning: 'The platform accepted the new agent, but then answered that it does not exist (404), for at least ten seconds.',
        next: "Find the agent in the dashboard, and run the workflow again. If the error persists, contact the platform's support.",
    },
    'not-rolled-back': {
        title: 'The rollback failed',
        meaning: 'A release failed with `on-failure: rollback`, and so did the rollback: the platform rejected the update, or the deployment of the rollback did not become ready.',
        next: 'Check in the dashboard what the agent is serving. Fix the cause and run the workflow again, or release the image in `previous` of the output `agents`.',
    },
    'agent-gone': {
        title: 'The agent was deleted during the release',
        meaning: 'The agent existed when the release began. Somebody or something deleted it since.',
        next: 'Find out who deleted it, then run the workflow again.',
    },
    'sessions-running': {
        title: 'Sessions of the preview are still running',
        meaning: 'The platform accepted the request to stop the sessions, but still showed some of them as running when `wait-timeout` had passed.',
        next: 'Run the workflow again; it picks up where this run stopped. No session lasts longer than the session limit of the agent.',
    },
    'secret-set-in-use': {
        title: 'A secret set of the preview is still in use',
        meaning: 'The platform did not delete the set within `wait-timeout`, because something still uses it (409). The agent is deleted.',
        next: 'Run the workflow again later; it picks up where this run stopped.',
    },
    cancelled: {
        title: 'The run was cancelled',
        meaning: 'Somebody cancelled the run, or a newer run replaced it (`concurrency` with `cancel-in-progress`). The runner sent SIGINT or SIGTERM, and no further work was started. The report lists what is done, what is still running, and what was not started.',
        next: 'If a newer run replaced this one, do nothing. Otherwise, run the workflow again; it picks up where this run stopped.',
    },
    unexpected: {
        title: 'The action itself failed',
        meaning: 'Something unexpected happened. This is a bug in the action.',
        next: 'Run the workflow again with debug logging, and report what it shows.',
    },
};

;// CONCATENATED MODULE: ./lib/report/platform-codes.js

/** What to do, as one text. It sends nobody to output that is not shown. */
function nextOf({ next = '', isInOutput }, isOutputShown) {
    const reads = isInOutput === true && isOutputShown && 'Read the traceback and the logs.';
    return (0,words/* nonEmpty */.hq)([reads, next]).join(' ');
}
/** Where the platform documents its codes. */
const errorCodesUrl = 'https://docs.pipecat.ai/pipecat-cloud/fundamentals/error-codes';
/** The platform's error codes that can come up in a release. */
const platformCodes = {
    'PCC-1004': {
        meaning: 'the organization has no billing details',
        next: 'Add them in the dashboard, under Billing.',
    },
    PCC_IMAGE_NOT_FOUND: {
        meaning: 'the image or its tag does not exist at that address',
        next: 'Check the address and the tag, and that the image was pushed before the release.',
    },
    PCC_IMAGE_PULL_UNAUTHORIZED: {
        meaning: 'the registry does not let the platform pull the image',
        next: 'Bind an image pull secret (`image-credentials`) that is valid for this image. With `registry`, `registry-username` and `registry-password`, the action writes one.',
    },
    PCC_IMAGE_PULL_RATE_LIMIT: {
        meaning: 'the registry limits the rate of pulls',
        next: 'Pull with credentials (`image-credentials`) or from another registry, or run the workflow again later.',
    },
    PCC_IMAGE_TOO_LARGE: {
        meaning: 'the image is too large',
        next: 'Make the image smaller: use a slim base, and leave out build tools and models that can be downloaded later.',
    },
    PCC_INVALID_IMAGE_PLATFORM: {
        meaning: 'the image is built for another processor than the platform runs',
        next: 'Build it for linux/arm64 (`docker buildx build --platform linux/arm64`), or for the `architecture` of the region.',
    },
    PCC_IMAGE_PULL_UNKNOWN_ERROR: {
        meaning: 'the image could not be pulled, and the platform does not know why',
        next: 'Check that the registry is up and that the image can be pulled from elsewhere. Then run the workflow again.',
    },
    PCC_UNKNOWN_ERROR: {
        meaning: 'the platform does not know the reason',
        next: "Run the workflow again. If the error persists, contact the platform's support with the deployment id.",
    },
    'PCC-AGENT-AT-CAPACITY': {
        meaning: 'the agent has reached its maximum number of instances',
        next: 'Raise `max-agents`, or wait until sessions end.',
    },
};
const checkAddress = 'Check the address, the tag and the image pull secret (`image-credentials`).';
/** Reasons that Kubernetes gives for a container that does not run. */
const containerReasons = {
    CrashLoopBackOff: {
        meaning: 'the agent keeps crashing after it starts',
        isInOutput: true,
        next: 'Usual causes are a missing key in the secret set and a failing import. Fix the cause, then run the workflow again.',
    },
    OOMKilled: {
        meaning: 'the agent needs more memory than it has',
        next: 'Set a larger `agent-profile`, or reduce its memory use.',
    },
    ImagePullBackOff: { meaning: 'the image cannot be pulled', next: checkAddress },
    ErrImagePull: { meaning: 'the image cannot be pulled', next: checkAddress },
    ImageResolutionFailed: {
        meaning: 'the platform cannot find the image in its registry, often because the image pull secret is missing or wrong',
        next: checkAddress,
    },
    CreateContainerError: {
        meaning: 'the container cannot be created',
        next: "Check the command of the image. If it is right, contact the platform's support with the deployment id.",
    },
    InvalidImageName: {
        meaning: 'the image address is not valid',
        next: 'Fix `image`.',
    },
    ErrImageNeverPull: {
        meaning: 'the image is not on the node, and the pull policy forbids pulling it',
        next: "Contact the platform's support with the deployment id.",
    },
    CreateContainerConfigError: {
        meaning: 'the container cannot be set up, often because a set that it binds does not exist',
        next: 'Check that the secret set of the agent exists and is ready.',
    },
};
/** What the exit codes of a container usually mean. */
const exitCodes = {
    0: {
        meaning: 'the agent ended by itself, without an error',
        next: 'Check that the image starts a server, as the platform expects, and not a script that ends.',
    },
    1: {
        meaning: 'the agent ended with an error of its own',
        isInOutput: true,
    },
    2: {
        meaning: 'the command got invalid arguments',
        next: 'Check the command of the image.',
    },
    126: {
        meaning: 'the command of the image cannot be executed',
        next: 'Check that the file is executable and built for the right processor.',
    },
    127: {
        meaning: 'the command of the image was not found',
        next: 'Check the command of the image and its path.',
    },
    134: {
        meaning: 'the agent aborted (SIGABRT)',
        next: 'Read the logs. They usually name the native library that aborted.',
    },
    137: {
        meaning: 'the agent was killed, most often because it needed more memory than it has',
        next: 'Set a larger `agent-profile`, or reduce its memory use.',
    },
    139: {
        meaning: 'the agent crashed in native code (SIGSEGV)',
        next: 'Check that native libraries are built for the right processor.',
    },
    143: {
        meaning: 'the agent was asked to end (SIGTERM)',
        next: 'Read the logs. A usual cause is a readiness check that fails.',
    },
    255: {
        meaning: 'the agent could not be executed, often because the image is for another processor',
        next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
    },
};
/** What `exec format error` means, wherever it appears. */
const wrongProcessor = {
    meaning: 'the image is built for another processor (`exec format error`)',
    next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
};

// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __webpack_require__(619);
;// CONCATENATED MODULE: ./lib/report/progress.js




/** Steps that leave no trace in the record of a region. */
const afterRelease = ['smoke-test', 'drain', 'prune', 'clean-up'];
/** Names of keys in a sentence. */
const maxKeys = 10;
/** How far a cancelled run got. */
function progressOf(record) {
    const { steps, targets, teardown } = record;
    const isAwaited = steps.some(({ name }) => name === 'rollout');
    const things = [
        ...(teardown?.targets ?? []).flatMap(removedThings),
        ...(0,record_record/* secretSetsOf */.vB)(record).map((set) => thingOf(set, subject/* secretSetKinds */.Q[set.kind], setResult(set))),
        ...(0,record_record/* buildsOf */.jV)(record).map(({ region, id, outcome }) => ({
            what: id === null ? 'the build' : `the build \`${id}\``,
            region,
            result: buildResults[outcome],
        })),
        ...(0,record_record/* agentsOf */.et)(record).map((agent) => thingOf(agent, 'agent', agentResult(agent, isAwaited))),
    ];
    const pruning = steps.some(({ name, outcome }) => name === 'prune' && outcome === 'running');
    // Once there is a plan, its parts say more than the steps.
    const stepsThat = (outcome, hasParts) => steps
        .filter((step) => step.outcome === outcome)
        .filter(({ name }) => !hasParts || afterRelease.includes(name))
        .map(({ name }) => `“${words/* stepTitles */._4[name]}”`);
    const underWay = clauses(things, 'underWay');
    return {
        done: clauses(things, 'done'),
        underWay: [...underWay, ...stepsThat('running', underWay.length > 0)],
        notStarted: [
            ...clauses(things, 'notStarted'),
            ...(pruning ? unprunedKeys(record) : []),
            ...stepsThat('skipped', targets.length > 0 || teardown !== undefined),
        ],
    };
}
function thingOf({ name, region }, kind, result) {
    return { what: `the ${kind} \`${name}\``, region, result };
}
function setResult({ outcome, status, added, updated }) {
    switch (outcome) {
        case 'existing':
        case 'failed':
            return undefined;
        case 'created':
        case 'updated':
            if (status === 'ready')
                return ['done', `was ${outcome} and is ready`];
            return status === 'pending'
                ? ['underWay', `was ${outcome}; the platform is provisioning it`]
                : ['done', `was ${outcome}`];
        case 'deleted':
            return ['done', 'was deleted'];
        case 'cancelled':
            return [
                'underWay',
                `was being written; ${writtenSoFar([...added, ...updated], status === null)}`,
            ];
        case 'skipped':
            return ['notStarted', 'was not written'];
    }
}
function writtenSoFar(keys, isInDoubt) {
    if (keys.length === 0)
        return 'it is unknown whether that succeeded';
    const rest = isInDoubt ? 'it is unknown whether more were' : 'the rest was not';
    return `${(0,list/* listOf */.c)(keys, { most: maxKeys })} ${keys.length === 1 ? 'was' : 'were'} written; ${rest}`;
}
/** Keys of sets whose pruning was interrupted. The one that was being deleted may be gone. */
function unprunedKeys({ targets }) {
    const sets = targets.flatMap(({ secretSets }) => secretSets);
    return sets.flatMap(({ name, region, plan, pruned, status }) => {
        const left = plan.prunedKeys.filter((key) => !pruned.includes(key));
        if (left.length === 0)
            return [];
        const doubt = status === null ? ' (this is unknown for the first)' : '';
        return [
            `${(0,list/* listOf */.c)(left, { most: maxKeys })} of \`${name}\` in \`${region}\` ${left.length === 1 ? 'was' : 'were'} not pruned${doubt}`,
        ];
    });
}
function removedThings({ region, agent, secretSets }) {
    const count = agent.stopped.size;
    return [
        {
            what: `${(0,words/* counted */.hS)(count, 'session')} of \`${agent.name}\``,
            region,
            result: count === 0 ? undefined : ['done', count === 1 ? 'was stopped' : 'were stopped'],
        },
        thingOf(agent, 'agent', removalResults[agent.outcome]),
        ...secretSets.map((set) => thingOf(set, subject/* secretSetKinds */.Q[set.kind], removalResults[set.outcome])),
    ];
}
const removalResults = {
    deleted: ['done', 'was deleted'],
    cancelled: ['underWay', 'was being deleted; it is unknown whether that succeeded'],
    skipped: ['notStarted', 'was not deleted'],
    kept: undefined,
    absent: undefined,
    failed: undefined,
};
const buildResults = {
    built: ['done', 'succeeded'],
    reused: ['done', 'is reused'],
    failed: undefined,
    running: ['underWay', 'is still running on the platform'],
    cancelled: ['underWay', 'was being started; it is unknown whether that succeeded'],
    skipped: ['notStarted', 'was not started'],
};
function agentResult({ name, outcome, ready, deploymentId, rollBack }, isAwaited) {
    const id = `\`${deploymentId ?? 'unknown'}\``;
    const deployment = `the deployment ${id} of \`${name}\``;
    if (rollBack?.outcome === 'skipped')
        return ['notStarted', 'was not rolled back'];
    if (rollBack?.outcome === 'running')
        return ['underWay', 'was being rolled back'];
    switch (outcome) {
        case 'rolled-back':
            return ['done', `was rolled back; its deployment is ${id}`];
        case 'created':
        case 'updated':
        case 'unchanged':
            if (ready)
                return ['done', 'is serving', deployment];
            return isAwaited
                ? ['underWay', 'is still rolling out', deployment]
                : ['done', `was ${outcome}; its deployment is ${id}`];
        case 'superseded':
        case 'failed':
            return undefined;
        case 'cancelled':
            return ['underWay', 'was being deployed; it is unknown whether that succeeded'];
        case 'skipped':
            return ['notStarted', 'was not deployed'];
    }
}
/** Names once what is the same in several regions. */
function clauses(things, wanted) {
    const placed = things.flatMap(({ region, what: usual, result }) => {
        const [place, became, what = usual] = result ?? [];
        return place === wanted ? [{ region, value: { what, became } }] : [];
    });
    return (0,words/* byRegions */.Vw)(placed).map(({ regions, value: { what, became } }) => `${what} in ${(0,list/* listOf */.c)(regions)} ${became}`);
}

// EXTERNAL MODULE: ./lib/plan/plan-agent.js
var plan_agent = __webpack_require__(2128);
// EXTERNAL MODULE: ./lib/text/printable.js
var printable = __webpack_require__(7944);
;// CONCATENATED MODULE: ./lib/report/markdown.js

/**
 * Markdown that shows text from outside unchanged. It puts such text only into code spans and code
 * blocks, where neither Markdown nor HTML has a meaning.
 */
/** A code span on one line. */
function code(text) {
    const line = (0,printable/* printable */.g)(text).replace(/\s+/g, ' ').trim();
    if (line === '')
        return '';
    const fence = '`'.repeat(longestRun(line) + 1);
    // A space separates a backtick of the text from the fence; Markdown removes the space.
    const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
    return `${fence}${padding}${line}${padding}${fence}`;
}
/** Code spans, separated by commas. */
function codes(texts) {
    return texts.map(code).join(', ');
}
/** A code block. */
function codeBlock(text) {
    const body = (0,printable/* printable */.g)(text);
    const fence = '`'.repeat(Math.max(3, longestRun(body) + 1));
    return `${fence}text\n${body}\n${fence}`;
}
/** Content that a click on a line opens; `content` is Markdown. */
function folded(title, content) {
    return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}
/** A list of sentences of the action. */
function bulletList(sentences) {
    return sentences.map((sentence) => `- ${prose(sentence)}`).join('\n');
}
/** A table; the cells are Markdown on one line each. Empty without rows. */
function table(rows) {
    const [first] = rows;
    if (first === undefined)
        return '';
    const columns = Object.keys(first);
    // A pipe would end the cell, in code spans as well.
    const line = (cells) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
    return [columns, columns.map(() => '---'), ...rows.map((Object.values))]
        .map(line)
        .join('\n');
}
/**
 * Makes sentences of the action safe that quote names and texts in backticks: quoted text becomes a
 * code span, and the rest loses its Markdown and HTML.
 */
function prose(text) {
    return (0,printable/* printable */.g)(text)
        .split(/(`[^`]+`)/)
        .map((part) => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1)) : markdown_escape(part)))
        .join('');
}
function markdown_escape(text) {
    return (text
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/[\\*_[\]`|~#!@]/g, (mark) => `&#${mark.charCodeAt(0)};`)
        // GitHub makes links of addresses; those that it may are our own.
        .replace(/:\/\/(?!docs\.pipecat\.ai\/)/g, ':&#47;&#47;')
        .replace(/\bwww\./gi, 'www&#46;')
        .replace(/\n+/g, '<br>'));
}
function longestRun(text) {
    return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
/**
 * A name in a cell of an HTML table, where Markdown has no meaning. GitHub's styles break `code` at every
 * hyphen, even in a cell that does not wrap; they leave `samp` on one line.
 */
function samp(text) {
    const line = (0,printable/* printable */.g)(text).replace(/\s+/g, ' ').trim();
    return `<samp>${line.replace(/[&<>@#]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</samp>`;
}
/**
 * Cells for the images of a run, without registry and path if these are the same for all of them. Folded
 * parts of the summary have them whole.
 */
function imageCells(images) {
    const pathLength = (image) => image.lastIndexOf('/') + 1;
    const paths = new Set(images.map((image) => image.slice(0, pathLength(image))));
    return (image) => samp(paths.size === 1 ? image.slice(pathLength(image)) : image);
}
/**
 * A table whose cells do not break. A column that is empty in every row is left out. Cells are HTML on
 * one line each. Empty without rows.
 */
function htmlTable(rows) {
    const [first] = rows;
    if (first === undefined)
        return '';
    const columns = Object.keys(first).filter((column) => rows.some(({ [column]: cell = '' }) => cell !== ''));
    const line = (tag, cells) => `<tr>${cells.map((cell) => `<${tag} nowrap>${cell}</${tag}>`).join('')}</tr>`;
    return [
        '<table>',
        line('th', columns),
        ...rows.map((row) => line('td', columns.map((column) => row[column] ?? ''))),
        '</table>',
    ].join('\n');
}

;// CONCATENATED MODULE: ./lib/report/teardown.js





/** Names of agents or sets in a sentence. */
const mostNames = 10;
/**
 * Why something is kept, as the end of a sentence that begins with "because". A teardown fails if the
 * agent is not the preview, so it says nothing about sets then.
 */
function keptWords(kept) {
    switch (kept.because) {
        case 'bound':
            return `${(0,list/* listOf */.c)(kept.agents, { most: mostNames })} ${kept.agents.length === 1 ? 'uses' : 'use'} it`;
        case 'may-be-bound':
            return `${(0,list/* listOf */.c)(kept.agents, { most: mostNames })} may use it: what ${kept.agents.length === 1 ? 'it uses' : 'they use'} is not shown`;
        case 'referenced':
            return 'it is a Kubernetes Secret of your cluster, which the platform cannot delete';
        case 'other-kind':
            return `it is an ${subject/* secretSetKinds */.Q[kept.kind]}`.replace('an secret', 'a secret');
        case 'not-preview':
            return undefined;
    }
}
/** What is kept and why, as sentences. */
function keptSentences({ targets }) {
    return targets.flatMap(({ region, secretSets }) => secretSets.flatMap(({ name, kept }) => {
        const words = kept && keptWords(kept);
        return words === undefined ? [] : [`\`${name}\` in \`${region}\` is kept, because ${words}.`];
    }));
}
/** What was deleted and what was not, after a failure. */
function teardownState(record) {
    if (!(0,teardown_record/* isAnythingTornDown */.Gr)(record))
        return ['Nothing was deleted.'];
    const all = (0,teardown_record/* removalsOf */.RY)(record);
    const named = (outcomes) => all.filter(({ outcome }) => outcomes.includes(outcome)).map(({ name }) => name);
    const deleted = named(['deleted']);
    const left = named(['failed', 'skipped', 'cancelled']);
    const stopped = stoppedSessions(record);
    return (0,words/* nonEmpty */.hq)([
        deleted.length > 0 && `Deleted: ${(0,list/* listOf */.c)(deleted, { most: mostNames })}.`,
        stopped > 0 && `Sessions stopped: ${stopped}.`,
        left.length > 0 && `Not deleted: ${(0,list/* listOf */.c)(left, { most: mostNames })}.`,
    ]);
}
function stoppedSessions({ targets }) {
    return targets.reduce((sum, { agent }) => sum + agent.stopped.size, 0);
}
/** What a teardown did, as a headline. */
function teardownHeadline(record) {
    const { preview } = record.plan;
    const of = `the preview of pull request ${preview.pullRequest}`;
    const deleted = (0,teardown_record/* removalsOf */.RY)(record).filter(({ outcome }) => outcome === 'deleted');
    const stopped = stoppedSessions(record);
    const sessions = stopped > 0 ? `; ${(0,words/* counted */.hS)(stopped, 'session')} stopped` : '';
    if (deleted.length > 0)
        return `Deleted ${of}${sessions}`;
    if (stopped > 0)
        return `Nothing to delete of ${of}${sessions}`;
    return (0,teardown_record/* removalsOf */.RY)(record).some(({ outcome }) => outcome === 'kept')
        ? `Nothing was deleted of ${of}: what is left is kept`
        : `Nothing to tear down for pull request ${preview.pullRequest}`;
}
/** What a teardown would do, as a headline. */
function teardownPlanHeadline({ plan }) {
    const count = plan.targets
        .flatMap(({ agent, secretSets }) => [agent, ...secretSets])
        .filter(({ removal }) => removal.action === 'delete').length;
    const what = count === 0 ? 'nothing' : (0,words/* counted */.hS)(count, 'thing');
    return `Plan for the end of pull request ${plan.preview.pullRequest}: ${what} would be deleted`;
}
/** What a teardown could not delete, as a headline. */
function teardownFailureHeadline({ plan, targets }, failed) {
    const what = `The preview of pull request ${plan.preview.pullRequest} was not torn down`;
    const [first] = failed;
    if (first === undefined)
        return what;
    return failed.size === 1
        ? `${what} in \`${first}\``
        : `${what} in ${failed.size} of ${targets.length} regions`;
}
/** The title if a teardown failed in several ways. */
function teardownTitle({ targets }, failedRegions) {
    const where = targets.length > 1 && failedRegions > 0
        ? ` in ${failedRegions} of ${targets.length} regions`
        : '';
    return `The preview was not torn down${where}`;
}
const resultMarks = {
    deleted: '✅ deleted',
    kept: '➖ kept',
    absent: '➖ absent',
    failed: '❌ failed',
    cancelled: '⏹️ cancelled',
    skipped: '➖ not started',
};
/** What happened to each thing, or in a plan, what would happen. */
function removalTable(record, isPlan) {
    const result = (removal) => isPlan && removal.outcome === 'skipped' ? 'would be deleted' : resultMarks[removal.outcome];
    return htmlTable(record.targets.flatMap(({ agent, secretSets }) => [agent, ...secretSets].map((removal) => ({
        Result: result(removal),
        Kind: 'kind' in removal ? subject/* secretSetKinds */.Q[removal.kind] : 'agent',
        Name: samp(removal.name),
        Region: samp(removal.region),
        Sessions: 'kind' in removal ? '' : sessionCell(removal, isPlan),
    }))));
}
function sessionCell({ sessions, stopped, outcome }, isPlan) {
    if (outcome === 'kept')
        return '';
    if (isPlan)
        return sessions > 0 ? `${sessions} would be stopped` : '';
    return stopped.size > 0 ? `${stopped.size} stopped` : '';
}

;// CONCATENATED MODULE: ./lib/report/state.js





/** Names of keys in a sentence. */
const state_maxKeys = 10;
/** Names of keys that an agent may already see. The table of secret sets has all of them. */
const maxExposedKeys = 2;
/** Longer images are shown without the host of their registry. */
const maxImageLength = 40;
function servingOf(agent) {
    return afterRollBack(agent) ?? state_afterRelease(agent);
}
/** What is serving after a rollback; undefined if no rollback decides it. */
function afterRollBack({ outcome, ready, plan, rollBack }) {
    if (outcome === 'rolled-back') {
        return rollBack?.plan.keepsNewImage === false
            ? { state: 'as-before', what: nameBefore(plan) }
            : { state: 'released', what: plannedName(plan) };
    }
    const isUnfinished = rollBack?.outcome === 'failed' || rollBack?.outcome === 'running';
    return isUnfinished && !ready ? { state: 'unconfirmed' } : undefined;
}
function state_afterRelease({ outcome, ready, isChanged, previousServes, deploymentId, plan, }) {
    const { before } = plan;
    if (ready)
        return { state: outcome === 'unchanged' ? 'as-before' : 'released', what: plannedName(plan) };
    // The answer to the deploy was lost.
    if (isChanged && deploymentId === null)
        return { state: 'unconfirmed' };
    if (outcome === 'superseded')
        return { state: 'other' };
    // The image that was serving before is known, unless an even older deployment was serving.
    const wasServing = before !== undefined && (before.ready || before.available);
    const earlier = wasServing
        ? { state: 'as-before', what: before.ready ? nameBefore(plan) : undefined }
        : { state: 'nothing' };
    if (outcome === 'failed' && deploymentId !== null) {
        if (previousServes)
            return { state: 'as-before', what: nameBefore(plan) };
        return wasServing ? { state: 'unconfirmed' } : { state: 'nothing' };
    }
    // Deployed, but the run does not wait for it.
    if (outcome === 'created' || outcome === 'updated')
        return { state: 'unconfirmed' };
    return earlier;
}
/** The image or build of an agent before its plan is carried out, short enough for a headline. */
function nameBefore({ before }) {
    return before && shortName(before.settings);
}
/** The same after that. */
function plannedName(plan) {
    return shortName((0,plan_agent/* plannedAgent */.O)(plan));
}
function shortName({ image, buildId }) {
    if (image !== undefined)
        return shortImage(image);
    return buildId === undefined ? undefined : `build ${buildId.slice(0, 8)}`;
}
function shortImage(image) {
    const short = image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]{52}$/, '@sha256:$1…');
    return short.length > maxImageLength ? short.replace(/^[^/]*[.:][^/]*\//, '') : short;
}
/** What is serving if its image or build is not known, as the end of a sentence. */
const servingWords = {
    released: 'the new deployment',
    'as-before': 'the previous deployment',
    nothing: 'nothing',
    other: 'the deployment of another release',
    unconfirmed: 'not confirmed',
};
/** What is serving in each of these regions, without repetition. */
function servingIn(agents) {
    const groups = (0,words/* byRegions */.Vw)(agents.map((agent) => ({ region: agent.region, value: servingOf(agent) })));
    return groups
        .map(({ regions, value: { state, what } }) => {
        const where = groups.length === 1 ? '' : ` in ${(0,list/* listOf */.c)(regions, { most: state_maxKeys })}`;
        if (what === undefined)
            return `${servingWords[state]}${where}`;
        return `\`${what}\`${where}${state === 'as-before' ? ', as before' : ''}`;
    })
        .join('; ');
}
/** Regions whose agent is not serving this release, but may see its new values already. */
function exposedTargets({ targets }) {
    return targets.filter((target) => exposedKeys(target).length > 0);
}
/** Keys of these values. */
function exposedKeys({ agent, secretSets }) {
    // What a rollback does not restore is said in sentences of its own.
    if (agent?.plan.before === undefined || agent.outcome === 'rolled-back')
        return [];
    const { state } = servingOf(agent);
    if (state === 'released' || state === 'other')
        return [];
    if (agent.outcome === 'unchanged')
        return [];
    // Instances start with the set that the agent binds now, which the platform may not show.
    const { secretSet: bound } = agent.plan.before.settings;
    return secretSets
        .filter(({ kind, plan }) => kind === 'secret' && plan.template === undefined)
        .filter(({ name }) => bound === undefined || name === bound)
        .flatMap(({ added, updated }) => [...added, ...updated]);
}
/**
 * The state after a failure: what is serving, and what was not changed. It comes only from the record,
 * so that no failure can claim something else.
 */
function stateSentences(record) {
    if (record.teardown !== undefined)
        return teardownState(record.teardown);
    if (!(0,record_record/* isAnythingChanged */.BE)(record))
        return ['Nothing was changed.'];
    const agents = (0,record_record/* agentsOf */.et)(record);
    return (0,words/* nonEmpty */.hq)([
        agents.length > 0 && `Serving now: ${servingIn(agents)}.`,
        !(0,record_record/* isAnyAgentChanged */.WD)(record) && 'No agent was deployed.',
        ...rollBackSentences(agents),
        exposedSentence(record),
    ]);
}
function exposedSentence({ targets }) {
    const exposed = exposedTargets({ targets });
    if (exposed.length === 0)
        return undefined;
    const keys = (0,list/* listOf */.c)(new Set(exposed.flatMap(exposedKeys)), { most: maxExposedKeys });
    const regions = exposed.map(({ region }) => region);
    const where = exposed.length === targets.length ? '' : ` in ${(0,list/* listOf */.c)(regions, { most: state_maxKeys })}`;
    return `Caution: new instances${where} may start with the new ${keys}.`;
}
/** What was not restored, and which agents were rolled back if not all were. */
function rollBackSentences(agents) {
    const rollBacks = agents.flatMap(({ rollBack }) => rollBack ?? []);
    const done = rollBacks.filter(({ outcome }) => outcome === 'done');
    const others = rollBacks.filter(({ outcome }) => outcome !== 'done');
    return [
        done.length > 0 && others.length > 0 && `Rolled back: ${placesOf(done)}.`,
        others.length > 0 && `Not rolled back: ${placesOf(others)}.`,
        ...new Set(done.flatMap(({ plan }) => plan.unrestored)),
    ];
}
function placesOf(rollBacks) {
    const places = rollBacks.map(({ plan }) => `\`${plan.agent}\` in \`${plan.region}\``);
    return (0,list/* listOf */.c)(places, { most: state_maxKeys, format: list/* asIs */.$ });
}

;// CONCATENATED MODULE: ./lib/report/explain.js















/** Turns an error into words. The only place that does. */
function explain(error, context) {
    const { subject, cause } = error instanceof record_errors/* SubjectError */.lR ? error : { subject: undefined, cause: error };
    const isReported = isReportedError(cause);
    const details = isReported
        ? detailsOf(cause, { ...context, subject })
        : ofUnknown(cause, context);
    const kind = details.kind ?? (isReported ? cause.kind : 'unexpected');
    const { title, next } = failureKinds[kind];
    const { problems = [] } = details;
    return {
        title,
        state: stateSentences(context.record),
        traceback: undefined,
        logs: undefined,
        ...details,
        kind,
        subject,
        problems,
        facts: givenFacts({ ...factsOf(subject), ...details.facts }),
        why: (0,words/* nonEmpty */.hq)(details.why ?? []),
        // Listed problems name their own fixes.
        next: (0,words/* nonEmpty */.hq)(details.next ?? (problems.length > 0 ? [] : [next])),
    };
}
function givenFacts(facts) {
    const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
    return Object.fromEntries(entries.map(([label, value]) => [label, String(value)]));
}
function detailsOf(error, context) {
    if (error instanceof record_errors/* StepError */.zg)
        return detailsOfStep(error, context);
    if (error instanceof errors/* CallError */.RA)
        return explainCall(error, context);
    if (error instanceof cancellation/* CancelledError */.cc)
        return explainCancellation(error, context);
    if (error instanceof plan_problems/* PreflightError */.w) {
        const { problems } = error;
        return context.record.teardown === undefined
            ? { problems }
            : { problems, title: 'The teardown cannot work with these settings' };
    }
    return { state: ['Nothing was changed, and nothing was sent.'], ...problemsOf(error, context) };
}
function problemsOf(error, { redact }) {
    if (error instanceof problems/* UntrustedEventError */.fs)
        return { why: [untrustedReason(error.because)] };
    if (error instanceof problems/* InputsError */.aV) {
        return {
            problems: error.problems.map(({ input, message }) => ({ about: `\`${input}\``, message })),
        };
    }
    return {
        problems: error.problems.map(({ about, message, next }) => ({
            // The name of a file or link may contain anything.
            about: redact(about),
            message: redact(message),
            next: next && redact(next),
        })),
    };
}
function untrustedReason(because) {
    switch (because.reason) {
        case 'fork':
            return 'The code of this run comes from a fork, and the run has the secrets of the repository.';
        case 'no-token':
            return 'A comment on a pull request started this run. Without `github-token`, the action cannot find out whether the code comes from a fork.';
        case 'unreadable':
            return `A comment on a pull request started this run, and the pull request could not be read: ${because.failure}. The code may come from a fork.`;
    }
}
function detailsOfStep({ kind, facts, cause }, context) {
    return stepDetails[kind]?.(facts, { ...context, cause }) ?? {};
}
/** What the report says about a failed step. A failure that is not here has only its kind. */
const stepDetails = {
    'organization-unknown': explainOrganization,
    'provisioning-failed': ({ platformMessage }) => ({ why: [said(platformMessage) ?? noReason] }),
    'secrets-timeout': ({ lastSeen, waited, deadline }, { cause }) => ({
        why: [
            lastSeen === undefined
                ? `No status check of the set succeeded within ${(0,words/* duration */.p0)(waited)}.`
                : `Last state: ${lastSeen}, after ${(0,words/* duration */.p0)(waited)} of waiting; ${limitIs(deadline)}.`,
            lastFailure(cause),
        ],
    }),
    'secret-set-not-ready': explainRefusal,
    'not-pruned': explainInner,
    'build-failed': explainBuild,
    'build-timeout': ({ buildId, lastSeen, deadline }, { cause, redact }) => ({
        facts: { 'Build id': buildId },
        why: [
            lastSeen === undefined
                ? `No status check of the build succeeded; ${limitIs(deadline)}.`
                : `Last status: ${redact(lastSeen)}; ${limitIs(deadline)}.`,
            lastFailure(cause),
        ],
    }),
    'build-missing': ({ buildId }) => ({ facts: { 'Build id': buildId } }),
    'build-gone': ({ buildId }) => ({ facts: { 'Build id': buildId } }),
    'agent-name-taken': (_, { subject }) => ({
        why: [
            `The name \`${subject?.name ?? 'of the agent'}\` is already taken. Agent names are unique across all regions.`,
            'This credential cannot see the agent with that name.',
        ],
    }),
    'rollout-failed': explainRollout,
    'wait-timeout': explainRolloutTimeout,
    'smoke-test-failed': explainSmokeTest,
    'smoke-test-key-refused': ({ refusal }) => ({
        facts: callFacts(refusal),
        why: [`${(0,words/* capital */.Nx)(refusal.reason)}.`, 'The release itself is done.'],
    }),
    'drain-timeout': ({ left, deadline }, { cause }) => ({
        why: [
            'The release itself is done.',
            left === undefined
                ? 'The number of sessions on older deployments could not be read.'
                : `Sessions on older deployments: ${(0,words/* atLeast */.jZ)(left)}; ${limitIs(deadline)}.`,
            lastFailure(cause),
        ],
    }),
    'not-rolled-back': explainInner,
    'sessions-running': ({ count, deadline }) => ({
        why: [
            `${count} ${count === 1 ? 'session was' : 'sessions were'} still running when ${limitOf(deadline)} had passed.`,
        ],
    }),
    'secret-set-in-use': explainRefusal,
    superseded: ({ deploymentId, supersededBy }) => ({
        facts: { Deployment: deploymentId, 'Superseded by': supersededBy },
        why: ['Another release changed the deployment while this one was rolling out.'],
    }),
};
const noReason = 'The platform gives no reason.';
/** The platform refused until the time was spent. */
function explainRefusal({ refusal, deadline, }) {
    return {
        facts: statusFacts(refusal),
        why: [`${(0,words/* capital */.Nx)(refusal.reason)}.`, noTimeLeft(deadline)],
    };
}
/** What failed after the release, in the words for that failure. */
function explainInner({ failure }, context) {
    const { title, facts, why, traceback, logs } = explain(failure, context);
    return { facts, why: [`${title}.`, ...why], traceback, logs };
}
function ofUnknown(error, { redact }) {
    return {
        why: [
            error instanceof Error
                ? `${error.name}: ${(0,quote/* quote */.h)(redact(error.message))}.`
                : 'Something was thrown that is not an error.',
        ],
    };
}
function explainCancellation({ signal }, { record }) {
    const { done, underWay, notStarted } = progressOf(record);
    return {
        why: [`Somebody cancelled the run, or a newer run replaced it (${signal}).`],
        problems: [
            { about: 'Done', message: listed(done) },
            { about: 'Still running', message: listed(underWay) },
            { about: 'Not started', message: listed(notStarted) },
        ],
        next: [failureKinds.cancelled.next],
    };
}
function listed(parts) {
    return parts.length === 0 ? 'nothing' : parts.join('; ');
}
function explainBuild({ buildId, status, platformMessage, logs }, { showsBuildOutput, redact }) {
    const isStopped = status === 'timeout';
    const isLogShown = showsBuildOutput && logs !== undefined;
    const advice = isStopped
        ? 'Make the build faster (fewer dependencies, or a base image that has more of them), then run the workflow again.'
        : `Open the log of build \`${buildId}\` in the dashboard, fix the error that it shows, and run the workflow again.`;
    return {
        facts: { 'Build id': buildId },
        why: [
            isStopped && 'The platform stopped it because it took too long.',
            !isStopped && status !== 'failed' && `Its last status was ${(0,quote/* quote */.h)(redact(status))}.`,
            said(platformMessage) ?? (!isStopped && noReason),
            showsBuildOutput && logs === undefined && 'Could not read its log.',
        ],
        ...(showsBuildOutput ? { logs } : {}),
        next: isLogShown && !isStopped ? undefined : [advice],
    };
}
function factsOf(subject) {
    if (subject === undefined)
        return {};
    const { kind, name, region } = subject;
    return { [kind === 'build' ? 'Dockerfile' : (0,words/* capital */.Nx)(kind)]: name, Region: region };
}
function explainOrganization({ named, available }, { redact }) {
    const name = named?.name.reveal() ?? '';
    const names = available.flatMap(({ name: id, verboseName }) => (0,words/* nonEmpty */.hq)([id, verboseName]));
    const meant = (0,nearest/* nearest */.pA)(name, names);
    const hint = meant === undefined || meant === name ? '' : ` Did you mean \`${meant}\`?`;
    return {
        why: [
            named === undefined
                ? 'The owner of the token is not a member of any organization.'
                : `${(0,quote/* quote */.h)(redact(name))}, from ${named.origin}, does not match exactly one organization of the token.${hint}`,
            available.length > 0 && `Available: ${(0,list/* listOf */.c)(available.map((one) => one.name))}.`,
        ],
    };
}
function explainCall(error, context) {
    const { reason, attempts, outOfTime } = error;
    const told = [`${(0,words/* capital */.Nx)(reason)}.`, attempts > 1 && `Gave up after ${attempts} attempts.`];
    if (error instanceof errors/* UploadError */.oW)
        return { facts: callFacts(error), why: told };
    const why = [...told, outOfTime && noTimeLeft(outOfTime), doubtOf(error)];
    if (error instanceof errors/* StatusError */.Xs)
        return explainStatus(error, why, context);
    const isLate = outOfTime?.input === 'secrets-timeout';
    return { kind: isLate ? 'secrets-timeout' : undefined, facts: callFacts(error), why };
}
function callFacts(error) {
    const { method, path } = error.call;
    const isAnswered = error instanceof errors/* StatusError */.Xs || error instanceof errors/* UploadError */.oW || error instanceof errors/* RedirectError */.Lx;
    const status = isAnswered && error.status !== undefined ? ` → ${error.status}` : '';
    return { Call: `${method} ${path}${status}`, 'Request ID': error.requestId };
}
function statusFacts(error) {
    return { ...callFacts(error), Code: error.code };
}
/** An input that limits time, and its value. */
function limitOf({ input, limit }) {
    return `\`${input}\` (${(0,words/* duration */.p0)(limit)})`;
}
function limitIs({ input, limit }) {
    return `\`${input}\` is ${(0,words/* duration */.p0)(limit)}`;
}
function noTimeLeft(deadline) {
    return `${limitOf(deadline)} leaves no time for another attempt.`;
}
/** The platform may have carried out a request whose response was lost, so no report may deny it. */
function doubtOf(error) {
    if (!error.isInDoubt)
        return undefined;
    const isRefused = !error.isTransient || error.kind === 'rate-limited';
    return `Whether ${isRefused ? 'an earlier attempt' : 'it'} was carried out is not known. Run the workflow again to find out.`;
}
function explainStatus(error, why, { subject, record: { actingAs } }) {
    const { kind } = error;
    const facts = statusFacts(error);
    if (kind === 'credential-refused' || kind === 'permission-denied') {
        return {
            facts,
            why: [...why, `The credential is ${credentialWords(actingAs)}.`],
            next: [kind === 'permission-denied' && failureKinds[kind].next, whereToLook(actingAs)],
        };
    }
    const advice = kind === 'concurrent-write' ? undefined : error.lookUpCode(platformCodes);
    const isTaken = kind === 'request-refused' && error.says(/already taken/i);
    const taken = isTaken ? subject : undefined;
    return {
        facts,
        why: [...why, advice && `${(0,words/* capital */.Nx)(advice.meaning)}.`, taken && foreignName(taken)],
        next: taken
            ? ['Choose another name.']
            : advice && [nextOf(advice, true), `See ${errorCodesUrl}.`],
    };
}
/** The platform does not say who owns a name. */
function foreignName({ kind, name }) {
    return `Names of ${kind}s are unique across all regions; \`${name}\` may belong to another organization.`;
}
function credentialWords(actingAs) {
    if (actingAs === undefined)
        return 'not known';
    const { credentialKind, credentialOrigin, organization } = actingAs;
    const where = organization === undefined ? '' : `, acting in \`${organization}\``;
    return `${words/* credentialKinds */.LY[credentialKind]} from ${credentialOrigin}${where}`;
}
function whereToLook(actingAs) {
    return actingAs?.credentialKind === 'personal-access-token'
        ? 'Check in the dashboard (Account Settings → Personal Access Tokens) that the token still exists. If not, create one, and store it in the GitHub secret that the workflow passes.'
        : 'Check in the dashboard (Settings → API Keys → Private) that the key still exists. If not, create one, and store it in the GitHub secret that the workflow passes.';
}
function explainRollout({ deploymentId, failure, logs }, context) {
    const { code, reason, exitCode, restartCount = 0, headline, message, condition } = failure;
    const { showsAgentOutput, redact } = context;
    const advice = adviceFor(failure);
    const lastLine = showsAgentOutput ? lastLineOf(failure.traceback) : undefined;
    return {
        facts: {
            Deployment: deploymentId,
            Code: code && redact(code),
            Reason: reason && redact(reason),
            'Exit code': exitCode,
            Restarts: restartCount > 0 ? restartCount : undefined,
        },
        why: [
            meaningOf(failure, advice, lastLine),
            said(lastLine === undefined ? headline : undefined, message, condition?.message),
        ],
        next: [
            failure.infrastructureIssue
                ? "Run the workflow again later. If it fails again, contact the platform's support with the deployment id."
                : (missingKey(lastLine, context) ??
                    (advice === undefined
                        ? failureKinds['rollout-failed'].next
                        : nextOf(advice, showsAgentOutput))),
            code !== undefined && `See ${errorCodesUrl}.`,
            agentOutputHint(deploymentId, context),
        ],
        ...(showsAgentOutput ? { traceback: failure.traceback, logs } : {}),
    };
}
function explainRolloutTimeout(facts, { cause, ...context }) {
    const { deploymentId, lastSeen, lastSeenFor, deadline, infrastructureIssue, logs } = facts;
    return {
        facts: { Deployment: deploymentId },
        why: [
            `Last state: ${context.redact(lastSeen)} for ${(0,words/* duration */.p0)(lastSeenFor)}; ${limitIs(deadline)}.`,
            lastFailure(cause),
            infrastructureIssue && infrastructure,
            'The platform continues the rollout, so the deployment may still become ready.',
        ],
        next: [failureKinds['wait-timeout'].next, agentOutputHint(deploymentId, context)],
        ...(context.showsAgentOutput ? { logs } : {}),
    };
}
function explainSmokeTest({ deploymentId, sessionId, because, logs, hasTransport }, context) {
    const { showsAgentOutput, subject } = context;
    const lastLine = showsAgentOutput ? lastLineOf(logs?.join('\n')) : undefined;
    const error = errorLine.test(lastLine ?? '') ? lastLine : undefined;
    const isLogHidden = sessionId !== undefined && subject !== undefined && !showsAgentOutput;
    return {
        facts: {
            Deployment: deploymentId,
            Session: sessionId,
            Status: 'status' in because ? because.status : undefined,
            ...(because.kind === 'not-startable' ? callFacts(because.refusal) : {}),
        },
        why: [
            `Smoke test: ${smokeTestFailure(because)}.`,
            error !== undefined && `The log of the session ends with ${(0,quote/* quote */.h)(error)}.`,
        ],
        repeatsTitle: true,
        next: [
            missingKey(error, context) ?? failureKinds['smoke-test-failed'].next,
            wayBack(context),
            !hasTransport &&
                'If the bot needs a transport, set `smoke-test-transport` (`daily` or `webrtc`): without it, the session starts without one.',
            isLogHidden &&
                'The log of the session is not shown here, because it may contain what callers said (`failure-logs`).',
        ],
        ...(showsAgentOutput ? { logs } : {}),
    };
}
/** A line in which Python names an exception. */
const errorLine = /^[\w.]*(?:Error|Exception)\b/;
/** How to go back to what served before the deployment that is serving now. */
function wayBack({ subject, record }) {
    const agent = (0,record_record/* agentsOf */.et)(record).find(({ region }) => region === subject?.region);
    const image = agent?.plan.before?.settings.image;
    if (agent?.outcome !== 'updated' || image === undefined)
        return undefined;
    return `To go back until then, release \`${image}\` again.`;
}
function smokeTestFailure(because) {
    switch (because.kind) {
        case 'ended':
            return because.hasStarted
                ? `the session ended with \`${because.status}\``
                : `the session ended with \`${because.status}\` before its bot started`;
        case 'not-startable':
            return `the platform did not start a session: ${because.refusal.reason}`;
        case 'path':
            return because.status === undefined
                ? `GET \`/${because.path}\` did not answer`
                : `GET \`/${because.path}\` answered ${because.status}`;
        case 'ended-before-path':
            return `the session ended with \`${because.status}\` before GET \`/${because.path}\` answered`;
    }
}
/** What the platform says, without repetition, as one sentence; undefined if it says nothing. */
function said(...words) {
    const quotes = [...new Set(words)]
        .filter((one) => one !== undefined)
        // The sentence adds its own period.
        .map((one) => (0,quote/* quote */.h)(one.trim().replace(/\.$/, '')));
    return quotes.length === 0 ? undefined : `The platform says: ${quotes.join(' and ')}.`;
}
const infrastructure = 'The platform reports a problem in its own infrastructure. The agent is not the cause.';
/** The most specific advice: any reason says more than exit code 1. */
function adviceFor(failure) {
    const { code, reason, terminationReason, exitCode, condition, isExecFormatError } = failure;
    const byExitCode = exitCode === undefined ? undefined : exitCodes[exitCode];
    return [
        (0,look_up/* lookUp */.T)(platformCodes, code),
        isExecFormatError ? wrongProcessor : undefined,
        (0,look_up/* lookUp */.T)(containerReasons, terminationReason),
        exitCode === 1 ? undefined : byExitCode,
        (0,look_up/* lookUp */.T)(containerReasons, reason),
        (0,look_up/* lookUp */.T)(containerReasons, condition?.reason),
        byExitCode,
    ].find((advice) => advice !== undefined);
}
/** The last line of a traceback names the error. */
function lastLineOf(traceback) {
    const line = traceback?.trim().split('\n').at(-1);
    return line === '' ? undefined : line;
}
/** What the failure means, with the last error of the agent. */
function meaningOf(failure, advice, lastLine) {
    if (failure.infrastructureIssue)
        return infrastructure;
    const meaning = advice && (0,words/* capital */.Nx)(advice.meaning);
    if (lastLine !== undefined) {
        return `${meaning ?? 'The agent ended with an error'}: ${(0,quote/* quote */.h)(lastLine)}.`;
    }
    // The platform's own sentence says the same.
    const isSaid = advice === containerReasons['CrashLoopBackOff'] && failure.headline !== undefined;
    return meaning === undefined || isSaid ? undefined : `${meaning}.`;
}
/** What to do if the agent misses an environment variable; undefined if that is not the cause. */
function missingKey(lastLine, { subject, record }) {
    const [, key] = /^KeyError: '([A-Z][A-Z0-9_]*)'$/.exec(lastLine ?? '') ?? [];
    if (key === undefined)
        return undefined;
    const target = record.targets.find(({ region }) => region === subject?.region);
    const set = target?.secretSets.find(({ kind }) => kind === 'secret');
    const how = 'for example to `secrets-env`, and release again.';
    if (set === undefined)
        return `Add \`${key}\` to the secrets of the agent, ${how}`;
    if ([...set.added, ...set.updated].includes(key))
        return undefined;
    // Of a set that existed before, not all keys are known.
    return set.plan.action === 'create'
        ? `\`${key}\` is not in \`${set.name}\`. Add it, ${how}`
        : `If \`${key}\` is not in \`${set.name}\`, add it, ${how}`;
}
function agentOutputHint(deploymentId, { subject, showsAgentOutput, record: { actingAs } }) {
    if (subject === undefined)
        return undefined;
    const organization = actingAs?.organization === undefined ? '' : ` --organization ${actingAs.organization}`;
    const command = `pipecat cloud agent logs ${subject.name} --deployment ${deploymentId}${organization}`;
    return showsAgentOutput
        ? `For more logs, run \`${command}\`.`
        : `To see the agent's traceback and logs, run \`pipecat cloud agent status ${subject.name}${organization}\` and \`${command}\`, or set \`failure-logs: always\` and run again. They are not shown here, because they may contain what callers said.`;
}
function lastFailure(cause) {
    return cause instanceof errors/* CallError */.RA ? `The last status check failed: ${cause.reason}.` : undefined;
}

;// CONCATENATED MODULE: ./lib/report/follow-ups.js





/** Names of keys in a sentence. */
const maxNames = 10;
/**
 * What continues after the release, and people should know. Mentions once what is the same in several
 * regions.
 */
function followUps(record) {
    const hasAgents = (0,record_record/* agentsOf */.et)(record).length > 0;
    return (0,words/* nonEmpty */.hq)([hasAgents ? oldValues(record.targets) : unseenValues((0,record_record/* secretSetsOf */.vB)(record))]);
}
/** What is worth knowing after a release like this one, but needs no action. */
function remarksAfter(record) {
    return (0,words/* nonEmpty */.hq)([
        coldStarts((0,record_record/* agentsOf */.et)(record)),
        // The summary says first of all which new values are exposed; here is how to avoid that.
        exposedTargets(record).length > 0 && versionAdvice,
    ]);
}
const versionAdvice = 'To keep new values from reaching an agent before its new deployment serves, put `{version}` into `secret-set`.';
/** If no agent is released, nothing brings the new values to the agents that bind the set. */
function unseenValues(secretSets) {
    const updated = secretSets
        .filter(({ kind, status }) => kind === 'secret' && status === 'ready')
        .filter((set) => set.updated.length > 0);
    if (updated.length === 0)
        return undefined;
    return `Agents that bind ${names(updated)} keep the old values until a new deployment replaces them.`;
}
/** A running session stays on its deployment, so it needs an old key for a while. */
function oldValues(targets) {
    const replaced = targets.filter(({ agent }) => agent?.replacesValues === true && agent.outcome === 'updated');
    const agents = (0,record_record/* agentsOf */.et)({ targets: replaced });
    if (agents.length === 0)
        return undefined;
    const longest = Math.max(...agents.map(({ plan }) => (0,plan_agent/* plannedAgent */.O)(plan).sessionLimit));
    const limit = `${(0,words/* duration */.p0)(longest * 1000)} (the session limit)`;
    const keys = new Set(replaced.flatMap(({ secretSets }) => secretSets.filter(({ kind }) => kind === 'secret').flatMap((set) => set.updated)));
    const which = keys.size === 0 ? 'the old values' : `the old ${(0,list/* listOf */.c)(keys, { most: maxNames })}`;
    const left = sessionsLeft(agents);
    if (left === 'none') {
        return `No session of ${names(agents)} runs on an older deployment now, so you can revoke ${which}. To be certain, wait ${limit}: an idle instance may still have taken a new session.`;
    }
    const now = left === undefined ? '' : ` Sessions on older deployments now: ${left}.`;
    return `Before you revoke ${which}: running sessions of ${names(agents)} keep the old values until they end, at the latest after ${limit}.${now}`;
}
/** How many sessions of all these agents run on older deployments; undefined if that is not known. */
function sessionsLeft(agents) {
    const counts = agents.flatMap(({ sessionsOnOlder }) => sessionsOnOlder ?? []);
    if (counts.length < agents.length)
        return undefined;
    const count = counts.reduce((all, one) => all + one.count, 0);
    const isCut = counts.some((one) => one.isCut);
    return count === 0 && !isCut ? 'none' : (0,words/* atLeast */.jZ)({ count, isCut });
}
function coldStarts(agents) {
    const cold = agents.filter(({ plan, outcome }) => (0,plan_agent/* plannedAgent */.O)(plan).minAgents === 0 && ['created', 'updated'].includes(outcome));
    if (cold.length === 0)
        return undefined;
    return cold.length === 1
        ? `${names(cold)} keeps no instance warm (\`min-agents\` is 0), so its first call waits for a cold start.`
        : `${names(cold)} keep no instance warm (\`min-agents\` is 0), so the first call to each waits for a cold start.`;
}
/** Which agents still run with old values, although their set has new ones. */
function exposedValues(record) {
    const behind = (0,record_record/* agentsOf */.et)({ targets: exposedTargets(record) });
    if (behind.length === 0)
        return [];
    return [
        `${names(behind)} ${behind.length === 1 ? 'has' : 'have'} new secret values, but the release is not serving. Running instances keep the old values; new instances may start with the new ones. \`{version}\` in \`secret-set\` avoids that.`,
    ];
}
function names(named) {
    return (0,list/* listOf */.c)(named.map(({ name }) => name));
}

// EXTERNAL MODULE: ./lib/report/log.js
var log = __webpack_require__(9820);
;// CONCATENATED MODULE: ./lib/report/written-output.js
/** What the agent or the build of a failure wrote, as far as it is shown. */
function writtenOutput({ subject, traceback = '', logs = [] }) {
    const owner = ownerOf(subject);
    return [
        ...(traceback === '' ? [] : [{ title: `Traceback of ${owner}`, text: traceback }]),
        ...(logs.length === 0
            ? []
            : [{ title: `The last ${logs.length} log lines of ${owner}`, text: logs.join('\n') }]),
    ];
}
/** Whose log lines or traceback it is, as the end of a sentence. */
function ownerOf(subject) {
    if (subject === undefined)
        return 'the agent';
    return subject.kind === 'build' ? `the build in ${subject.region}` : subject.name;
}

// EXTERNAL MODULE: ./lib/report/changes.js
var changes = __webpack_require__(9495);
;// CONCATENATED MODULE: ./lib/report/headline.js





/** More agents, regions or sets than this are counted rather than listed. */
const maxNamed = 3;
/** The result of the run, as the first line of its summary. */
function headlineOf(record, failures) {
    const [failure, ...others] = failures;
    if (failure === undefined)
        return headlineOfSuccess(record);
    if (record.teardown !== undefined) {
        return { mark: '❌', text: teardownFailureHeadline(record.teardown, failedRegions(failures)) };
    }
    const rollBack = rollBackHeadline(record);
    if (rollBack !== undefined)
        return rollBack;
    const text = others.length > 0
        ? severalTitle(record, failures)
        : (agentHeadline(record, failure) ?? failureHeading(failure));
    return { mark: '❌', text };
}
function headlineOfSuccess(record) {
    const { kind, teardown } = record;
    switch (kind) {
        case 'offline-check':
            return {
                mark: '📋',
                text: 'Checked without a credential: inputs, files and names are valid',
            };
        case 'plan':
            return { mark: '📋', text: planned(record) };
        case 'teardown':
            return { mark: '✅', text: teardown ? teardownHeadline(teardown) : nothingToTearDown };
        case 'teardown-plan':
            return { mark: '📋', text: teardown ? teardownPlanHeadline(teardown) : nothingToTearDown };
        case 'release':
            return { mark: '✅', text: released(record) };
    }
}
const nothingToTearDown = 'Nothing to tear down';
/** What failed, as the title of the annotation: without names. */
function titleOf(record, failures) {
    const title = failures.length === 1 ? failures[0].title : severalTitle(record, failures);
    const rollBack = rollBackTitle(record);
    return rollBack === undefined ? title : `${rollBack}: ${title}`;
}
/** What failed, and where. */
function failureHeading({ title, subject }) {
    const where = subject === undefined ? '' : `: \`${subject.name}\` in \`${subject.region}\``;
    return `${title}${where}`;
}
/** The title if more than one thing failed. */
function severalTitle(record, failures) {
    const failed = failedRegions(failures);
    const all = record.plan?.targets.length ?? 0;
    if (failures.some(({ kind }) => kind === 'cancelled')) {
        const [one] = failed;
        const where = all < 2
            ? ''
            : failed.size === 1 && one !== undefined
                ? ` in \`${one}\``
                : ` in ${failed.size} regions`;
        return `The run was cancelled after it had failed${where}`;
    }
    if (failures.every(({ kind }) => kind === 'not-pruned')) {
        return `The release is done, but ${failures.length} secret sets were not pruned`;
    }
    if (record.teardown !== undefined)
        return teardownTitle(record.teardown, failed.size);
    return all > 1 && failed.size > 0
        ? `The release failed in ${failed.size} of ${all} regions`
        : `The release failed for ${failures.length} reasons`;
}
/** The regions of failures. What is not about a region may be so in each of them. */
function failedRegions(failures) {
    return new Set(failures.flatMap(({ subject }) => subject?.region ?? []));
}
/** What a rollback means; undefined if there was none, or it was not finished. */
function rollBackTitle(record) {
    const outcomes = (0,record_record/* agentsOf */.et)(record).flatMap(({ rollBack }) => rollBack?.outcome ?? []);
    if (outcomes.length === 0 || outcomes.some((one) => one === 'running' || one === 'skipped'))
        return undefined;
    return outcomes.includes('failed') ? 'Not rolled back everywhere' : 'Rolled back';
}
/** The same with the names of the agents. */
function rollBackHeadline(record) {
    const title = rollBackTitle(record);
    if (title === undefined)
        return undefined;
    const agents = (0,record_record/* agentsOf */.et)(record).filter(({ rollBack }) => rollBack !== undefined);
    const failed = agents.filter(({ rollBack }) => rollBack?.outcome === 'failed');
    const named = failed.length > 0 ? failed : agents;
    const places = named.map(({ name, region }) => `\`${name}\` in \`${region}\``);
    return {
        mark: failed.length > 0 ? '❌' : '↩️',
        text: `${title}: ${namedOrCounted(places, 'agents')}`,
    };
}
function namedOrCounted(items, what) {
    return items.length > maxNamed ? `${items.length} ${what}` : items.join(', ');
}
/** What a failure means for its agent; undefined if it is not about one that the release deploys. */
function agentHeadline(record, { kind, subject }) {
    if (subject?.kind !== 'agent')
        return undefined;
    const agent = (0,record_record/* agentsOf */.et)(record).find(({ region }) => region === subject.region);
    if (agent === undefined ||
        (agent.isChanged && agent.deploymentId === null) ||
        agent.outcome === 'superseded' ||
        kind === 'smoke-test-key-refused' ||
        kind === 'drain-timeout')
        return undefined;
    return `${whatBecameOf(agent, kind)}${otherRegions(record, agent)}`;
}
function whatBecameOf(agent, kind) {
    const { name, region, ready, deploymentId, plan } = agent;
    const where = `in \`${region}\``;
    if (kind === 'smoke-test-failed' && ready) {
        return `\`${name}\` is serving ${where}, but failed its smoke test`;
    }
    if (plan.action === 'update')
        return `\`${name}\` was not updated ${where}`;
    return deploymentId === null
        ? `\`${name}\` was not created ${where}`
        : `\`${name}\` was created ${where} but is not serving`;
}
/** Which other regions were released, as the end of a headline. */
function otherRegions({ targets }, failed) {
    const others = targets.filter(({ region }) => region !== failed.region);
    const done = others.filter(isReleased);
    const [first] = done;
    if (first === undefined)
        return '';
    if (done.length < others.length) {
        return `; ${done.length} of ${others.length} other regions ${done.length === 1 ? 'was' : 'were'} released`;
    }
    return done.length === 1
        ? `; \`${first.region}\` was released`
        : `; the other ${done.length} regions were released`;
}
function isReleased({ agent }) {
    return agent !== undefined && ['created', 'updated', 'unchanged'].includes(agent.outcome);
}
function planned({ plan }) {
    const targets = plan?.targets ?? [];
    const regions = namedOrCounted(targets.map(({ region }) => `\`${region}\``), 'regions');
    const [agent, ...others] = new Set(targets.flatMap((target) => target.agent?.name ?? []));
    const what = agent === undefined || others.length > 0 ? regions : `\`${agent}\` in ${regions}`;
    return `Plan for ${what}: ${plan === undefined ? 'nothing would change' : (0,changes/* countOfChanges */.GL)(plan)}`;
}
function released(record) {
    const agents = (0,record_record/* agentsOf */.et)(record);
    const [agent, ...others] = agents;
    if (agent === undefined)
        return releasedSets(record);
    const { name, region, outcome, ready } = agent;
    if (others.length === 0) {
        return `${(0,words/* capital */.Nx)(outcome)} \`${name}\` in \`${region}\`${ready ? '; it is serving' : ''}`;
    }
    const serving = servingAgents(agents);
    if (agents.length <= maxNamed && others.every((other) => other.outcome === outcome)) {
        return `${(0,words/* capital */.Nx)(outcome)} ${(0,words/* joined */.oR)(agents.map((one) => `\`${one.name}\``))}${serving}`;
    }
    const unchanged = agents.filter((one) => one.outcome === 'unchanged').length;
    const count = `${agents.length} agents in ${agents.length} regions`;
    return unchanged === agents.length
        ? `${count} are unchanged${serving}`
        : `Released ${count}${unchanged > 0 ? ` (${unchanged} unchanged)` : ''}${serving}`;
}
/** How many of several agents are serving, as the end of a headline. */
function servingAgents(agents) {
    const ready = agents.filter((agent) => agent.ready).length;
    if (ready === 0)
        return '';
    if (ready < agents.length)
        return `; ${ready} ${ready === 1 ? 'is' : 'are'} serving`;
    return agents.length === 2 ? '; both are serving' : '; all are serving';
}
function releasedSets({ targets }) {
    const current = targets.flatMap(({ secretSets }) => secretSets);
    const written = current.filter(({ outcome }) => outcome !== 'existing').map(({ name }) => name);
    if (written.length > maxNamed)
        return `Secrets are ready: ${written.length} sets`;
    if (written.length > 0)
        return `Secrets are ready: ${(0,list/* listOf */.c)(written)}`;
    return current.some(({ plan }) => plan.template !== undefined)
        ? 'Nothing to write: this version of the secrets already exists'
        : 'Nothing to write: no secret has a value';
}

// EXTERNAL MODULE: ./lib/pipecat/agent-settings.js
var agent_settings = __webpack_require__(3211);
// EXTERNAL MODULE: ./lib/report/build-outputs.js
var build_outputs = __webpack_require__(2117);
// EXTERNAL MODULE: ./lib/plan/roll-back.js
var roll_back = __webpack_require__(7566);
;// CONCATENATED MODULE: ./lib/report/plan-output.js

/** JSON in which undefined fields are null. */
function jsonWithNulls(value) {
    return JSON.stringify(value, (_, field) => field ?? null);
}
/** The plan as JSON for later steps, field by field, because a plan also contains secret values. */
function planOutput({ rollout, targets }) {
    return jsonWithNulls({
        rollout,
        regions: targets.map(({ region, secretSets, build, agent }) => ({
            region,
            secretSets: secretSets.map(setOutput),
            build: build && buildOutput(build),
            agent: agent && agentOutput(agent, secretSets),
        })),
    });
}
function setOutput(set) {
    return {
        name: set.name,
        kind: set.kind,
        action: set.action,
        added: set.addedKeys,
        updated: set.updatedKeys,
        pruned: set.prunedKeys,
        deletedVersions: set.deletedVersions,
        otherAgents: set.otherAgents,
    };
}
function buildOutput({ found, context }) {
    return {
        action: found === undefined ? 'build' : found.status === 'success' ? 'reuse' : 'await',
        id: found?.id,
        dockerfile: context.dockerfile,
        contextHash: context.hash,
    };
}
function agentOutput(agent, secretSets) {
    const { smokeTest, drainTimeout } = agent;
    return {
        name: agent.name,
        action: agent.action,
        changes: agent.changes,
        hidden: agent.hidden,
        newDeployment: agent.newDeployment,
        smokeTest: smokeTest && smokeTestOutput(smokeTest),
        drainTimeout: drainTimeout && drainTimeout / 1000,
        rollBack: agent.onFailure === 'rollback' ? rollBackOutput(agent, secretSets) : null,
    };
}
/** Times in seconds, as the inputs have them; neither the key nor the body. */
function smokeTestOutput({ transport, path, body, duration, timeout }) {
    return {
        transport,
        path: path === undefined ? null : `/${path}`,
        hasBody: body !== undefined,
        duration: duration / 1000,
        timeout: timeout / 1000,
    };
}
function rollBackOutput(agent, secretSets) {
    const { changes, unrestored } = (0,roll_back/* planRollBack */.g)(agent, secretSets);
    return { changes, unrestored };
}
/** The plan of a teardown as JSON for later steps. */
function teardownPlanOutput({ preview, targets }) {
    return JSON.stringify({
        teardown: true,
        pullRequest: preview.pullRequest,
        regions: targets.map(({ region, agent, secretSets }) => ({
            region,
            agent: {
                name: agent.name,
                action: agent.removal.action,
                sessions: agent.sessions,
                ...keptOutput(agent.removal),
            },
            secretSets: secretSets.map(({ name, kind, removal }) => ({
                name,
                kind,
                action: removal.action,
                ...keptOutput(removal),
            })),
        })),
    });
}
function keptOutput(removal) {
    if (removal.action !== 'keep')
        return {};
    const { kept } = removal;
    return {
        because: kept.because,
        ...('agents' in kept ? { otherAgents: kept.agents } : {}),
    };
}

;// CONCATENATED MODULE: ./lib/report/outputs.js





/**
 * The outputs of action.yml, in the same order; a test compares the two. They are also set on failure,
 * as far as the run got; an output that it did not reach is an empty string.
 */
const outputNames = [
    'secret-sets',
    'agents',
    'service-name',
    'deployment-id',
    'build-id',
    'builds',
    'region',
    'plan',
];
function outputsOf(record) {
    return record.teardown === undefined
        ? outputsOfRelease(record)
        : { ...outputsOfRelease(record), ...outputsOfTeardown(record.teardown) };
}
/** The fields of a set in the output, in order. */
const setFields = [
    'name',
    'kind',
    'region',
    'outcome',
    'status',
    'added',
    'updated',
    'pruned',
];
function outputsOfTeardown({ plan, targets }) {
    const unwritten = { status: null, added: [], updated: [], pruned: [] };
    const sets = targets.flatMap(({ secretSets }) => secretSets);
    return {
        'secret-sets': JSON.stringify(sets.map((set) => ({ ...set, ...unwritten })), setFields),
        agents: JSON.stringify(targets.map(({ agent: { name, region, outcome, stopped } }) => ({
            name,
            region,
            outcome,
            deploymentId: null,
            ready: false,
            image: null,
            previous: null,
            smokeTest: null,
            sessionsOnOlder: null,
            stoppedSessions: stopped.size,
        }))),
        'service-name': targets[0]?.agent.name ?? '',
        region: targets[0]?.region ?? '',
        plan: teardownPlanOutput(plan),
    };
}
function outputsOfRelease(record) {
    const { plan } = record;
    const secretSets = (0,record_record/* secretSetsOf */.vB)(record);
    const agents = (0,record_record/* agentsOf */.et)(record);
    const builds = (0,record_record/* buildsOf */.jV)(record);
    const [agent] = agents;
    return {
        'secret-sets': JSON.stringify(secretSets, setFields),
        agents: jsonWithNulls(agents.map(outputs_agentOutput)),
        'service-name': agent?.name ?? '',
        'deployment-id': agent?.deploymentId ?? '',
        'build-id': builds.length === 0 ? ((agent && (0,plan_agent/* plannedAgent */.O)(agent.plan).buildId) ?? '') : (0,build_outputs/* buildIdOf */.d$)(builds),
        builds: (0,build_outputs/* buildsOutput */.bX)(builds),
        region: agent?.region ?? secretSets[0]?.region ?? plan?.targets[0]?.region ?? '',
        plan: plan === undefined ? '' : planOutput(plan),
    };
}
function outputs_agentOutput(agent) {
    const { name, region, outcome, deploymentId, ready, plan, smokeTest, sessionsOnOlder } = agent;
    const { before } = plan;
    return {
        name,
        region,
        outcome,
        deploymentId,
        ready,
        image: (outcome === 'rolled-back' ? before?.settings : (0,plan_agent/* plannedAgent */.O)(plan))?.image,
        previous: before && previousOutput(before),
        smokeTest,
        sessionsOnOlder: sessionsOnOlder?.count,
    };
}
/** What ran before, for a manual rollback: one of image and build, as far as the platform shows it. */
function previousOutput({ settings, desiredDeploymentId: deploymentId }) {
    return { image: null, buildId: null, ...(0,agent_settings/* imageOrBuildOf */.ec)(settings), deploymentId };
}
function setOutputs(actions, outputs) {
    for (const name of outputNames)
        actions.setOutput(name, outputs[name]);
}

// EXTERNAL MODULE: ./lib/text/bytes.js
var text_bytes = __webpack_require__(8544);
;// CONCATENATED MODULE: ./lib/report/builds.js




/** The packed context and its builds; undefined if there is none. */
function buildSection(record) {
    const { context } = record;
    const builds = (0,record_record/* buildsOf */.jV)(record);
    if (context === undefined)
        return undefined;
    const { files, bytes, archiveBytes, hash } = context;
    const told = `Build context ${code(hash)}: ${(0,words/* counted */.hS)(files, 'file')} of ${(0,text_bytes/* bytesOf */.$)(bytes)}, packed as ${(0,text_bytes/* bytesOf */.$)(archiveBytes)}.`;
    return (0,words/* nonEmpty */.hq)([told, buildTable(builds)]).join('\n\n');
}
const outcomes = {
    built: 'built',
    reused: 'reused: this context was built before',
    failed: 'failed',
    running: 'still running',
    cancelled: 'cancelled while starting',
    skipped: 'not started',
};
function buildTable(builds) {
    return table(builds.map(({ id, region, plan, outcome, duration: took }) => ({
        Build: id === null ? '–' : code(id),
        Region: code(region),
        Dockerfile: code(plan.context.dockerfile),
        Outcome: outcomes[outcome],
        'Upload and build': took === undefined ? '–' : (0,words/* duration */.p0)(took),
    })));
}

;// CONCATENATED MODULE: ./lib/report/size-limits.js

const fullLimits = { keys: 500, names: 40, problems: 500, characters: 20_000 };
/** Each next one has shorter lists, to make room for what is most important. */
const shorterLimits = [
    { keys: 100, names: 40, problems: 100, characters: 2000 },
    { keys: 20, names: 20, problems: 50, characters: 500 },
    { keys: 5, names: 5, problems: 20, characters: 200 },
];
/** The name of a section that exists for each of several things. */
function sectionOf(what, name) {
    return `${what} ${code(name)}`;
}
/** Bytes for the remark on what was left out. */
const remarkBytes = 2000;
const size_limits_maxNamed = 10;
/**
 * Writes what fits. First shortens lists; then adds sections in order, and leaves out a section that is
 * too long for the room that is left.
 */
function fitSections(most, sectionsIn) {
    const nonEmpty = (limits) => sectionsIn(limits).filter(({ text }) => text !== undefined && text !== '');
    const whole = nonEmpty(fullLimits);
    let sections = whole;
    for (const limits of shorterLimits) {
        if (bytesOf(sections) <= most - remarkBytes)
            break;
        sections = nonEmpty(limits);
    }
    const remarks = bytesOf(sections) < bytesOf(whole) ? [cutRemark] : [];
    const kept = [];
    const leftOut = [];
    let left = most - remarkBytes;
    for (const section of sections) {
        const bytes = bytesOf([section]);
        if (bytes > left)
            leftOut.push(section);
        else {
            kept.push(section);
            left -= bytes;
        }
    }
    return joined(kept, leftOut.length === 0 ? remarks : [...remarks, leftOutRemark(leftOut)]);
}
const cutRemark = '_Long lists are cut, because GitHub limits the length. The outputs of the action name all keys that were written._';
function leftOutRemark(sections) {
    const names = sections.slice(0, size_limits_maxNamed).map(({ name }) => name);
    const more = sections.length > size_limits_maxNamed ? `, and ${sections.length - size_limits_maxNamed} more of its parts` : '';
    return `_There was no room for ${names.join(', ')}${more}; the log has more._`;
}
function bytesOf(sections) {
    return sections.reduce((sum, { text = '' }) => sum + Buffer.byteLength(text, 'utf8') + 2, 0);
}
function joined(sections, remarks) {
    return `${[...sections.map(({ text = '' }) => text), ...remarks].join('\n\n')}\n`;
}

;// CONCATENATED MODULE: ./lib/report/plan-sections.js





/** More regions than this are counted rather than listed in a cell. */
const maxRegions = 3;
/** A plan: a table of what would change, what follows from it, and folded, the full plan in order. */
function planSections(plan, { names }) {
    if (plan === undefined)
        return [];
    const lists = changeLists((0,changes/* plannedChanges */.II)(plan, names));
    const table = plannedTable(plan, names);
    if (table === '')
        return lists;
    return [
        { name: 'the table of changes', text: table },
        { name: 'what follows from them', text: consequenceList(plan, names) },
        {
            name: 'the full plan',
            text: folded('Full plan, in order', lists.map(({ text }) => text).join('\n\n')),
        },
    ];
}
/** A list of what is done in each region, except for regions that do not change. */
function changeLists(all) {
    return all
        .filter(({ changes }) => changes.length > 0)
        .map(({ region, changes }) => ({
        name: sectionOf('the changes in', region),
        text: `**${code(region)}**\n\n${bulletList(changes)}`,
    }));
}
/** What would change, by setting and key. A change that is the same in several regions is one row. */
function plannedTable({ targets }, maxKeys) {
    const images = targets
        .flatMap(({ agent }) => agent?.changes ?? [])
        .filter(({ setting }) => setting === 'image')
        .flatMap(({ before, after }) => [before, after].filter((one) => one !== undefined));
    const image = imageCells(images);
    const rows = targets.flatMap((target) => rowsOf(target, maxKeys, image).map((value) => ({ region: target.region, value })));
    return htmlTable((0,words/* byRegions */.Vw)(rows).map(({ regions, value: { setting, now, after } }) => ({
        // The headline names the only region.
        Region: targets.length === 1 ? '' : regionCell(regions, targets.length),
        Setting: setting,
        Now: now,
        After: after,
    })));
}
function regionCell(regions, all) {
    if (regions.length <= maxRegions)
        return regions.map(samp).join(', ');
    return regions.length === all ? `all ${all} regions` : `${regions.length} regions`;
}
function rowsOf({ secretSets, build, agent }, maxKeys, image) {
    const isNewBuild = build !== undefined && build.found === undefined;
    const newBuild = isNewBuild ? `a new build of ${samp(build.context.hash)}` : 'a new build';
    const changes = agent?.changes ?? [];
    const isBuildNamed = changes.some(({ after }) => after === undefined);
    return [
        ...(isNewBuild && !isBuildNamed ? [{ setting: 'build', now: '–', after: newBuild }] : []),
        ...changes.map(({ setting, before, after }) => {
            const cell = setting === 'image' ? image : samp;
            return {
                setting,
                now: before === undefined ? '–' : cell(before),
                after: after === undefined ? newBuild : cell(after),
            };
        }),
        ...(agent?.hidden ?? []).map(({ setting, after }) => ({
            setting,
            now: 'not shown',
            after: samp(after),
        })),
        ...secretSets.flatMap(({ name, addedKeys, updatedKeys, prunedKeys }) => {
            const key = (one, now, after) => ({
                setting: `${samp(one)} of ${samp(name)}`,
                now,
                after,
            });
            return [
                ...addedKeys.map((one) => key(one, '–', 'new key')),
                ...updatedKeys.map((one) => key(one, 'set', 'new value')),
                ...prunedKeys.map((one) => key(one, 'set', 'deleted')),
            ].slice(0, maxKeys);
        }),
    ];
}
/** What follows from the changes. A sentence that is true for several regions appears once. */
function consequenceList(plan, maxNames) {
    const consequences = (0,changes/* consequencesOf */.W$)(plan, maxNames).flatMap(({ region, changes }) => changes.map((value) => ({ region, value })));
    const lines = (0,words/* byRegions */.Vw)(consequences).map(({ regions, value: sentence }) => regions.length === plan.targets.length
        ? sentence
        : `${(0,list/* listOf */.c)(regions, { most: maxNames })}: ${sentence}`);
    return bulletList(lines);
}

;// CONCATENATED MODULE: ./lib/report/timeline.js
/** More bars than this make the picture too long to look at: 16 regions with eight each. */
const maxBars = 128;
const hour = 3_600_000;
/** Finished work has no tag, because mermaid grays out work with the tag `done`. */
const tags = { done: '', failed: 'crit, ', running: 'active, ' };
/** Milliseconds that a timeline covers at most, and the interval of its ticks. */
const ticks = [
    [15_000, '1second'],
    [90_000, '10second'],
    [300_000, '30second'],
    [900_000, '1minute'],
    [Infinity, '10minute'],
];
/** The release as a mermaid Gantt chart: one section for each region, one bar for each span of work. */
function timeline(record, now) {
    const spans = mostImportant(record.spans, now);
    if (spans.length === 0)
        return undefined;
    const regions = [...new Set(spans.map(({ region }) => region))];
    // The first bar begins at 00:00, so that the axis shows where it starts.
    const origin = Math.min(...record.spans.map((span) => span.startedAt));
    const length = now - origin;
    return [
        '```mermaid',
        'gantt',
        '    dateFormat YYYY-MM-DD HH:mm:ss.SSS',
        `    axisFormat ${length < hour ? '%M:%S' : '%H:%M:%S'}`,
        `    tickInterval ${ticks.find(([most]) => length <= most)?.[1] ?? '10minute'}`,
        ...regions.flatMap((region) => [
            `    section ${label(region)}`,
            ...spans.filter((span) => span.region === region).map((span) => bar(span, origin, now)),
        ]),
        '```',
        ...(spans.length === record.spans.length
            ? []
            : [
                `\nThe timeline shows ${spans.length} of ${record.spans.length} steps; the shortest were left out.`,
            ]),
    ].join('\n');
}
/** If there is no room for all bars, keeps the failed ones and the longest of the others. */
function mostImportant(spans, now) {
    const weight = ({ outcome, startedAt, endedAt = now }) => outcome === 'done' ? endedAt - startedAt : Number.MAX_VALUE;
    const kept = new Set([...spans].sort((a, b) => weight(b) - weight(a)).slice(0, maxBars));
    return spans.filter((span) => kept.has(span));
}
function bar(span, origin, now) {
    const start = span.startedAt - origin;
    const end = Math.max(start + 1, (span.endedAt ?? now) - origin);
    return `    ${label(span.label)} :${tags[span.outcome]}${timeAt(start)}, ${timeAt(end)}`;
}
/**
 * A local time of a day without a change of clocks: every reader's timeline starts at 00:00, in whichever
 * time zone.
 */
function timeAt(milliseconds) {
    return new Date(Date.UTC(2024, 0, 1) + milliseconds).toISOString().replace('T', ' ').slice(0, -1);
}
/** Colons, semicolons, hashes and the like mean something to mermaid; names need none of them. */
function label(text) {
    return text.replace(/[^\w .-]/g, ' ');
}

;// CONCATENATED MODULE: ./lib/report/summary.js















/** GitHub drops the whole summary if it exceeds 1 MiB. This leaves room for what earlier steps wrote. */
const maxBytes = 1_000_000;
/** GitHub rejects a comment of more than 65,536 characters. */
const maxCommentBytes = 60_000;
/** Output of all failed agents together. */
const maxOutputCharacters = 60_000;
const maxOpenKeys = 8;
/** The job summary of a release, as Markdown for GitHub. */
function summaryOf(record, failures, now, commit) {
    const took = (0,words/* duration */.p0)(Math.max(0, now - record.startedAt));
    const chart = timeline(record, now);
    return fitSections(maxBytes, (limits) => [
        ...sectionsFor(record, failures, limits),
        { name: 'the timeline', text: chart && folded('Timeline', chart) },
        { name: 'the steps', text: stepSection(record.steps) },
        { name: 'the commit and the credential', text: summary_originLine(record, `took ${took}`, commit) },
    ]);
}
/** A plan as a comment: the summary without what is only about this run. */
function commentOf(record, failures, runUrl, commit) {
    const origin = `<sub>From [this run](${runUrl}), for ${code(commit.slice(0, 7))}.</sub>\n`;
    return `${fitSections(maxCommentBytes, (limits) => sectionsFor(record, failures, limits))}\n${origin}`;
}
function sectionsFor(record, failures, limits) {
    const headline = headlineOf(record, failures);
    const sets = secretSetTable((0,record_record/* secretSetsOf */.vB)(record), limits);
    const hasAgents = (0,record_record/* agentsOf */.et)(record).length > 0;
    const told = failures.flatMap((failure) => {
        const heading = failures.length > 1 ? undefined : headline.text;
        const where = failure.subject?.name ?? failure.title;
        return [
            { name: sectionOf('what failed:', where), text: failureSection(failure, limits, heading) },
            {
                name: sectionOf('what was written by', where),
                text: summary_agentOutput(failure, Math.floor(maxOutputCharacters / failures.length)),
            },
        ];
    });
    const regions = { name: 'the regions', text: regionTable(record.targets, headline.text) };
    const setSection = {
        name: 'the secret sets',
        text: hasAgents && sets !== '' ? folded('Secret sets and keys', sets) : sets,
    };
    return [
        { name: 'the headline', text: `## ${headline.mark} ${prose(headline.text)}` },
        { name: 'the state', text: stateLine(failures[0]?.state ?? []) },
        // With one failure, readers look for the reason first; with many, for the regions.
        ...(failures.length > 1 ? [regions, ...told] : [...told, regions]),
        ...(record.kind === 'plan' ? planSections(record.plan, limits) : []),
        { name: 'what is removed', text: removalSection(record) },
        { name: 'warnings and notices', text: noteSection(record) },
        { name: 'the agents', text: agentSection((0,record_record/* agentsOf */.et)(record)) },
        setSection,
        { name: 'the builds', text: buildSection(record) },
        { name: 'the changes', text: changeSection(record, limits) },
    ];
}
function summary_originLine(record, took, commit) {
    const parts = (0,words/* nonEmpty */.hq)([
        commit && `[${code(commit.id.slice(0, 7))}](${commit.url})`,
        commit?.runUrl && `[this run](${commit.runUrl})`,
        took,
        authentication(record),
    ]);
    return (0,words/* capital */.Nx)(parts.join(' · '));
}
const summary_resultMarks = {
    created: '✅ created',
    updated: '✅ updated',
    unchanged: '✅ unchanged',
    superseded: '❌ superseded',
    'rolled-back': '↩️ rolled back',
    failed: '❌ failed',
    cancelled: '⏹️ cancelled',
    skipped: '➖ not started',
};
function resultMark({ outcome, smokeTest }, secretSets, build) {
    if (outcome === 'rolled-back')
        return summary_resultMarks[outcome];
    if (smokeTest?.outcome === 'failed')
        return `❌ ${outcome}, test failed`;
    const isBlocked = secretSets.some(isFailed) || build?.outcome === 'failed';
    return outcome === 'skipped' && isBlocked ? '❌ not started' : summary_resultMarks[outcome];
}
/** The result mentions a failed smoke test. */
const smokeTestMarks = {
    passed: '✅ passed',
    failed: '',
    inconclusive: '⚠️ inconclusive',
};
/** The regions and their agents; names do not break. */
function regionTable(targets, headline) {
    const agents = (0,record_record/* agentsOf */.et)({ targets });
    const image = imageCells(agents.flatMap(imagesOf));
    const isReleased = (agent) => agent.outcome === 'unchanged' || servingOf(agent).state === 'released';
    const isAnySince = agents.some((agent) => servingSince(agent) !== undefined);
    const isAnyKept = agents.some((agent) => !isReleased(agent));
    const [only, ...others] = agents;
    const isNamed = (name) => headline.includes(`\`${name}\``);
    const isAgentNamed = only !== undefined && others.length === 0 && isNamed(only.name) && isNamed(only.region);
    const isRegionNamed = isAgentNamed || agents.every(({ name, region }) => name.includes(region));
    return htmlTable(targets.flatMap(({ region, agent, secretSets, build }) => {
        if (agent === undefined)
            return [];
        const { name, plan, smokeTest, sessionsOnOlder } = agent;
        const released = releasedImage(agent);
        const before = nameBefore(plan);
        return [
            {
                Result: resultMark(agent, secretSets, build),
                Agent: isAgentNamed ? '' : samp(name),
                Region: isRegionNamed ? '' : samp(region),
                [isAnySince ? 'Serving now (UTC)' : 'Serving now']: servingCell(agent, image),
                // After a failure, what this release deploys matters more than what it replaced elsewhere.
                Before: isAnyKept || before === undefined || before === released
                    ? ''
                    : beforeCell(plan.before?.settings, image(before)),
                'This release': isReleased(agent) || released === undefined ? '' : image(released),
                Secrets: keyCounts(secretSets),
                'Smoke test': smokeTest === null ? '' : smokeTestMarks[smokeTest.outcome],
                'Old<br>sessions': sessionsOnOlder === null ? '' : (0,words/* atLeast */.jZ)(sessionsOnOlder),
            },
        ];
    }));
}
/** Shows the full id of a build, because readers copy it into `build-id`. */
function beforeCell(settings, image) {
    const { buildId } = settings ?? {};
    return typeof buildId === 'string' ? `build ${samp(buildId)}` : image;
}
/** All images that the row of an agent may show. */
function imagesOf(agent) {
    return [nameBefore(agent.plan), releasedImage(agent)].filter((one) => one !== undefined);
}
/** An agent that is unchanged has been serving for longer than this run. */
function servingSince({ outcome, readyAt }) {
    return outcome === 'unchanged' ? undefined : readyAt;
}
function servingCell(agent, image) {
    const { state, what } = servingOf(agent);
    if (state === 'other')
        return 'another release';
    const readyAt = servingSince(agent);
    const at = readyAt === undefined ? undefined : (0,words/* clockTime */.qo)(readyAt);
    const shown = what === undefined ? servingWords[state] : image(what);
    if (state === 'released')
        return at === undefined ? shown : `${shown} since ${at}`;
    // Only an image that is known may be the one from before.
    if (what === undefined)
        return shown;
    return `${shown}, ${at === undefined ? 'as before' : `restored at ${at}`}`;
}
function releasedImage({ plan, outcome }) {
    return outcome === 'skipped' ? undefined : plannedName(plan);
}
function isFailed({ outcome, status }) {
    return outcome === 'failed' || status === 'failed';
}
function keyCounts(sets) {
    const counts = ['added', 'updated', 'pruned'].map((what) => {
        const keys = sets.flatMap((set) => set[what]);
        return keys.length > 0 && `${keys.length} ${what}`;
    });
    return (0,words/* nonEmpty */.hq)([...counts, sets.some(isFailed) && 'set failed']).join(', ');
}
/** What was done, region by region. */
function changeSection(record, { names }) {
    const lists = changeLists((0,changes/* doneChanges */.aZ)(record, names)).map(({ text }) => text);
    return lists.length === 0 ? undefined : folded('Changes', lists.join('\n\n'));
}
function authentication({ actingAs }) {
    if (actingAs === undefined)
        return undefined;
    const { credentialKind, credentialOrigin, organization } = actingAs;
    const who = `authenticated with ${words/* credentialKinds */.LY[credentialKind]} from ${prose(credentialOrigin)}`;
    return organization === undefined ? who : `${who}, in the organization ${code(organization)}`;
}
/**
 * Why the release failed, and what to do.
 *
 * @param headline of the summary, whose title is not repeated; undefined if the failure needs its own
 */
function failureSection(failure, limits, headline) {
    const { title, facts, why, repeatsTitle = false, problems, next } = failure;
    const heading = failureHeading(failure);
    const isTold = repeatsTitle || headline === undefined || headline === heading;
    const reasons = isTold ? why : [(0,words/* sentence */.em)(title), ...why];
    return (0,words/* nonEmpty */.hq)([
        headline === undefined && `### ❌ ${prose(heading)}`,
        reasons.length + problems.length > 0 && ['**What failed:**', ...reasons.map(prose)].join(' '),
        problemList(problems, limits),
        next.length > 0 && `**What to do:** ${next.map(prose).join(' ')}`,
        Object.entries(facts)
            .filter(([, value]) => ![headline ?? heading, ...why].some((text) => text.includes(`\`${value}\``)))
            .map(([label, value]) => `**${label}** ${code(value)}`)
            .join(' · '),
    ]).join('\n\n');
}
function problemList(problems, limits) {
    const more = problems.length - limits.problems;
    return [
        ...problems
            .slice(0, limits.problems)
            .map(({ about, message, next: fix }) => `- **${prose(about)}**: ${prose(cut((0,words/* sentence */.em)(message), limits))}${fix === undefined ? '' : ` ${prose(fix)}`}`),
        ...(more > 0 ? [`- … and ${more} more, which are reported once these are fixed.`] : []),
    ].join('\n');
}
/** What is serving now. Labels are bold, and so is a first sentence without a label. */
function stateLine([first, ...others]) {
    if (first === undefined)
        return '';
    const lead = labeled.test(first) ? withBoldLabel(first) : `**${prose(first)}**`;
    return [lead, ...others.map(withBoldLabel)].join(' ');
}
const labeled = /^[A-Z][a-z ]*:(?= )/;
function withBoldLabel(text) {
    const [label = ''] = labeled.exec(text) ?? [];
    return `${label === '' ? '' : `**${label}**`}${prose(text.slice(label.length))}`;
}
function summary_agentOutput(failure, most) {
    return writtenOutput(failure)
        .map(({ title, text }) => folded(prose(title), codeBlock(tail(text, most))))
        .join('\n\n');
}
function cut(text, { characters }) {
    return text.length <= characters
        ? text
        : `${text.slice(0, characters)} … (the rest is not shown)`;
}
function tail(text, most) {
    return text.length <= most ? text : `… (the beginning is not shown)\n${text.slice(-most)}`;
}
function agentSection(agents) {
    if (agents.length === 0)
        return undefined;
    const rows = agents.map((agent) => ({
        Agent: code(agent.name),
        Region: code(agent.region),
        Outcome: outcomeCell(agent),
        'Image or build': imageCell(agent),
        Deployment: agent.deploymentId === null ? '–' : code(agent.deploymentId),
    }));
    return folded('Deployments of this release', table(rows));
}
function outcomeCell({ outcome, ready, previousServes }) {
    if (outcome === 'rolled-back')
        return 'rolled back, serving';
    if (outcome === 'skipped')
        return 'skipped, not started';
    if (ready)
        return `${outcome}, serving`;
    return previousServes ? `${outcome}; the previous deployment is still serving` : outcome;
}
/** Only for an image that runs. */
function imageCell({ outcome, plan }) {
    if (outcome === 'skipped')
        return '–';
    const before = outcome === 'rolled-back' ? plan.before?.settings : undefined;
    const { image, buildId } = before ?? (0,plan_agent/* plannedAgent */.O)(plan);
    if (image !== undefined)
        return code(image);
    return buildId === undefined ? '–' : `build ${code(buildId)}`;
}
function secretSetTable(sets, limits) {
    return table(sets.map((set) => ({
        'Secret set': code(set.name),
        Kind: subject/* secretSetKinds */.Q[set.kind],
        Region: code(set.region),
        Outcome: set.outcome,
        Status: set.status ?? '–',
        Keys: keyCell(set, limits),
    })));
}
function keyCell({ added, updated, pruned, plan }, { keys: maxKeys }) {
    const groups = [
        ['added', added],
        ['updated', updated],
        ['pruned', pruned],
        ['left out as empty', plan?.skippedKeys ?? []],
    ];
    const cells = groups
        .filter(([, keys]) => keys.length > 0)
        .map(([label, keys]) => {
        const shown = codes(keys.slice(0, maxKeys));
        const more = keys.length > maxKeys ? ` and ${keys.length - maxKeys} more` : '';
        return keys.length <= maxOpenKeys
            ? `${label}: ${shown}`
            : `<details><summary>${keys.length} ${label}</summary>${shown}${more}</details>`;
    });
    return cells.length === 0 ? '–' : cells.join('<br>');
}
const outcomeWords = {
    done: '✅ done',
    failed: '❌ failed',
    running: '⏳ in progress',
    skipped: '➖ not started',
};
/** In milliseconds. A shorter step has no row of its own. */
const briefStep = 100;
function stepSection(steps) {
    if (steps.length === 0)
        return undefined;
    const isBrief = (step) => step.outcome === 'done' && step.duration < briefStep;
    const brief = steps.filter(isBrief).map(({ name }) => words/* stepTitles */._4[name]);
    const rows = steps
        .filter((step) => !isBrief(step))
        .map(({ name, outcome, duration: took }) => ({
        Step: words/* stepTitles */._4[name],
        Outcome: outcomeWords[outcome],
        Duration: outcome === 'skipped' ? '–' : (0,words/* duration */.p0)(took),
    }));
    const parts = (0,words/* nonEmpty */.hq)([
        table(rows),
        brief.length > 0 && `Done in under 0.1 s: ${brief.join(', ')}.`,
    ]);
    return folded('Steps', parts.join('\n\n'));
}
function removalSection({ teardown, kind }) {
    if (teardown === undefined)
        return undefined;
    const removals = removalTable(teardown, kind === 'teardown-plan');
    return (0,words/* nonEmpty */.hq)([removals, bulletList(keptSentences(teardown))]).join('\n\n');
}
function noteSection(record) {
    const { warnings, notices, remarks } = record;
    return (0,words/* nonEmpty */.hq)([
        ...warnings.map((warning) => `- ⚠️ ${prose(warning)}`),
        bulletList([...notices, ...followUps(record), ...remarksAfter(record), ...remarks]),
    ]).join('\n');
}

;// CONCATENATED MODULE: ./lib/report/report.js









/** GitHub cuts an annotation here. */
const maxAnnotationLength = 4096;
/**
 * Reports the result of the release: outputs, job summary, and on failure the one error annotation. A
 * report that cannot be written is a warning, and does not change the result.
 */
async function report(actions, record, failures, { now, commit }) {
    for (const followUp of [...followUps(record), ...exposedValues(record)]) {
        actions.notice((0,printable/* printable */.g)(followUp));
    }
    for (const { title, text } of failures.flatMap(writtenOutput)) {
        actions.startGroup(title);
        actions.info((0,log/* quoted */.TL)(text));
        actions.endGroup();
    }
    const [first, ...others] = failures;
    if (first !== undefined) {
        const title = titleOf(record, [first, ...others]);
        const { text: headline } = headlineOf(record, failures);
        // The log of a run does not show titles of annotations.
        if (headline.startsWith(title))
            actions.info((0,log/* withoutCommands */.Df)((0,words/* sentence */.em)(headline)));
        actions.error(annotation(record, [first, ...others]), title);
    }
    const kept = record.teardown === undefined ? [] : keptSentences(record.teardown);
    for (const reason of kept)
        actions.info((0,log/* withoutCommands */.Df)(reason));
    if (first === undefined && isPlan(record)) {
        actions.info('Dry run: nothing was written. To carry the plan out, remove `dry-run`.');
    }
    setOutputs(actions, outputsOf(record));
    try {
        const isWritten = await actions.writeSummary(summaryOf(record, failures, now, commit));
        if (!isWritten)
            actions.info('This runner has no job summary, so none was written.');
    }
    catch (error) {
        actions.warning(`Could not write the job summary: ${(0,words/* messageOf */.bD)(error)}`);
    }
}
function isPlan({ kind }) {
    return kind === 'plan' || kind === 'teardown-plan';
}
/** One annotation for all failed regions, as far as there is room. */
function annotation(record, failures) {
    const [first, ...others] = failures;
    const { text: headline } = headlineOf(record, failures);
    const lead = (0,words/* nonEmpty */.hq)([
        // GitHub shows the title above it.
        !headline.startsWith(titleOf(record, failures)) && (0,words/* sentence */.em)(headline),
        first.state.join(' '),
    ]);
    if (others.length === 0)
        return oneFailure(first, lead, maxAnnotationLength);
    const opening = lead.map(printable/* printable */.g).join('\n');
    const all = mergeAlike(failures);
    const room = Math.floor((maxAnnotationLength - opening.length) / all.length) - 2;
    const told = all.map((failure) => oneFailure(failure, [(0,words/* sentence */.em)(failure.title)], room));
    return (0,words/* nonEmpty */.hq)([opening, ...told]).join('\n\n');
}
/** Merges failures that are the same in several regions. */
function mergeAlike(failures) {
    const told = new Map();
    for (const failure of failures) {
        const { title, why, problems } = failure;
        const key = JSON.stringify([title, why, problems]);
        const alike = told.get(key);
        told.set(key, alike === undefined ? failure : merge(alike, failure));
    }
    return [...told.values()];
}
function merge(one, other) {
    const facts = Object.entries(one.facts).map(([label, value]) => {
        const found = other.facts[label];
        const isKnown = found === undefined || value.split(', ').includes(found);
        return [label, isKnown ? value : `${value}, ${found}`];
    });
    const next = one.next.filter((advice) => other.next.includes(advice));
    return {
        ...one,
        facts: Object.fromEntries(facts),
        next: next.length === 0 ? one.next : next,
    };
}
/** Cuts the longest texts until all texts fit together. */
function shorten(most, texts) {
    let left = most;
    let longest = most;
    const lengths = texts.map(({ length }) => length).sort((a, b) => a - b);
    for (const [index, length] of lengths.entries()) {
        longest = Math.floor(left / (lengths.length - index));
        if (length > longest)
            break;
        left -= length;
    }
    return texts.map((text) => text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - 1))}…`);
}
/** The failure on a few lines: `lead`, why, what to do, where, and the end of what the agent wrote. */
function oneFailure(failure, lead, most) {
    const { subject, facts, why, problems, next, traceback, logs } = failure;
    const parts = (0,words/* nonEmpty */.hq)([
        ...lead,
        why.join(' '),
        problems
            .map(({ about, message, next: fix }) => `- ${about}: ${(0,words/* sentence */.em)(message)}${fix === undefined ? '' : ` ${fix}`}`)
            .join('\n'),
        next.length > 0 && `Next: ${next.join(' ')}`,
        Object.entries(facts)
            .map(([label, value]) => `${label}: ${value}`)
            .join(' · '),
    ]).map(printable/* printable */.g);
    // Even if the text is cut, part of why, what to do and where remains.
    const told = shorten(most - parts.length + 1, parts).join('\n');
    // The log lines often contain the traceback again.
    const further = logs?.filter((line) => traceback?.includes(line.trim()) !== true) ?? [];
    const writer = subject?.kind === 'build' ? 'the build' : 'the agent';
    const lines = further.length === 0 ? [] : [`Log lines of ${writer}:`, ...further.slice(-10)];
    const output = (0,printable/* printable */.g)([traceback ?? '', ...lines].join('\n').trim());
    const room = most - told.length - 3;
    if (output === '' || room < 100)
        return told;
    return `${told}\n${output.length <= room ? output : `…${output.slice(-room)}`}`;
}

;// CONCATENATED MODULE: ./lib/run/conclude.js






/**
 * Ends a run: explains what failed, comments on the pull request, and writes the report.
 *
 * @returns whether the run succeeded
 */
async function conclude(session, failures) {
    const { host, journal, cancellation } = session;
    const explanations = await explainAll(session, failures);
    await comment(session, explanations);
    if (failures.length === 0)
        noticeLateCancellation(session);
    const commit = linkedCommit(host.environment, await session.commit());
    await report(host.actions, journal.record, explanations, { now: journal.clock.now(), commit });
    return failures.length === 0 && !cancellation.isCancelled;
}
/** A commit and its page; undefined if the runner does not name a commit. */
function linkedCommit(environment, id) {
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
    const base = `${server ?? 'https://github.com'}/${repository ?? ''}`;
    const url = `${base}/commit/${id}`;
    const isCommit = /^https?:\/\/[\w.:-]+\/[\w.-]+\/[\w.-]+\/commit\/[0-9a-f]{40,64}$/.test(url);
    const { GITHUB_RUN_ID: runId = '' } = environment;
    const runUrl = /^\d+$/.test(runId) ? `${base}/actions/runs/${runId}` : undefined;
    return isCommit ? { id, url, runUrl } : undefined;
}
async function explainAll({ host, journal, inputs, redact, wantsFailureLogs }, failures) {
    if (failures.length === 0)
        return [];
    journal.close();
    const context = {
        record: journal.record,
        showsAgentOutput: await wantsFailureLogs(),
        showsBuildOutput: (inputs?.failureLogs ?? 'never') !== 'never',
        redact,
    };
    const all = withCancellation(failures, host.cancellation);
    for (const failure of all)
        host.actions.debug(redact(stackOf(failure)));
    return all.map((failure) => explain(failure, context));
}
/** A cancellation ends everything at the same time, so it is reported once, and first. */
function withCancellation(failures, { aborted, reason }) {
    const others = failures.filter((failure) => !(failure instanceof cancellation/* CancelledError */.cc));
    return aborted ? [reason, ...others] : others;
}
/**
 * A cancelled plan does not wait for its comment; the next plan creates one. A preview may have changed by
 * then, so its comment is updated if there is time.
 */
async function comment(session, explanations) {
    const { host, journal, inputs, outline, cancellation, redact, event, commit } = session;
    const { github } = outline ?? {};
    if (github === undefined)
        return;
    const text = async () => {
        const written = commentOf(journal.record, explanations, github.runUrl, await commit());
        return redact(written, { most: Infinity });
    };
    if (!cancellation.isCancelled) {
        await commentOnPlan(journal, github, session.gitHubOptions(host.cancellation), {
            event,
            isOfInvalidInputs: inputs === undefined,
            text,
        });
    }
    const { previewOf: pullRequest } = session;
    if (pullRequest === undefined)
        return;
    const preview = { pullRequest, hasFailed: explanations.length > 0, text };
    await commentOnPreview(journal, github, session.lateGitHubOptions(), preview);
}
function noticeLateCancellation({ journal, cancellation }) {
    if (!cancellation.isCancelled)
        return;
    journal.notice(journal.record.kind === 'teardown'
        ? 'The run was cancelled after everything had been deleted.'
        : journal.record.kind === 'release'
            ? 'The run was cancelled after everything had been released.'
            : 'The run was cancelled after the plan was made. The comment on the pull request may be missing.');
}
function stackOf(error) {
    if (!(error instanceof Error))
        return 'Something was thrown that is not an error.';
    const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`;
    return `${error.stack ?? error.message}${cause}`;
}


/***/ })

};

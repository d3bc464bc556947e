export const id = 128;
export const ids = [128];
export const modules = {

/***/ 5946:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AO: () => (/* binding */ anyDeploymentServes),
/* harmony export */   S4: () => (/* binding */ judge),
/* harmony export */   WN: () => (/* binding */ hasFailed),
/* harmony export */   qu: () => (/* binding */ historyBefore),
/* harmony export */   s$: () => (/* binding */ continueHistory),
/* harmony export */   wh: () => (/* binding */ previousServes)
/* harmony export */ });
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7819);

/** Milliseconds that a trouble may last. */
const maxTroubleDuration = 60_000;
/** The history before the first status check of a deployment. */
function historyBefore(before) {
    const conditions = before?.conditions.filter(isDegraded) ?? [];
    return { olderConditions: new Set(conditions.map(conditionKey)), troubles: new Map() };
}
/** The history after another status check. */
function continueHistory({ olderConditions, troubles }, agent, deploymentId, now) {
    const keys = agent.conditions.filter(isDegraded).map(conditionKey);
    const older = new Set([...olderConditions].filter((key) => keys.includes(key)));
    const current = troublesOf(agent, deploymentId, older);
    return {
        olderConditions: older,
        troubles: new Map(current.map(({ key }) => [key, troubles.get(key) ?? now])),
    };
}
const noHistory = historyBefore(undefined);
/**
 * Judges one deployment by a status check of its agent. Until the operator has started the deployment,
 * `ready`, `available` and the revision describe the previous one, so they do not count. Otherwise, the
 * fix for a crashing agent would fail.
 *
 * @param deploymentId the deployment to judge
 * @param previousId the deployment that was desired before; a status check may still show it
 * @param past what the status checks showed, including this one, and the time of this one
 */
function judge(agent, deploymentId, previousId, past = { history: noHistory, now: 0 }) {
    const { desiredDeploymentId: desired } = agent;
    if (desired !== undefined && desired !== deploymentId && desired !== previousId) {
        return { state: 'superseded', by: desired };
    }
    const isReconciled = agent.reconciledDeploymentId === deploymentId;
    if (isReconciled && agent.ready)
        return { state: 'ready' };
    const { history, now } = past;
    const revision = revisionOf(agent, deploymentId);
    const [error] = isReconciled ? agent.errors : [];
    const troubles = troublesOf(agent, deploymentId, history.olderConditions);
    const lasting = troubles.find(({ key }) => now - (history.troubles.get(key) ?? now) >= maxTroubleDuration);
    const condition = (lasting ?? troubles.find((trouble) => trouble.condition))?.condition;
    const isFinal = revision !== undefined && hasRevisionFailed(revision);
    if (error !== undefined || isFinal || lasting !== undefined) {
        const serves = previousServes(agent, deploymentId, previousId);
        return { state: 'failed', failure: failureOf(revision, error, condition, serves) };
    }
    return {
        state: 'waiting',
        words: wordsFor(isReconciled, revision, troubles),
        infrastructureIssue: revision?.hasInfrastructureIssue === true,
    };
}
function revisionOf({ currentRevision }, deploymentId) {
    return currentRevision?.deploymentID === deploymentId ? currentRevision : undefined;
}
/** Reasons that Kubernetes also shows between two tries. Reasons of the same try have the same key. */
const passingReasons = new Map([
    ['ErrImagePull', 'pull'],
    ['ImagePullBackOff', 'pull'],
    ['CreateContainerConfigError', 'create'],
    ['CreateContainerError', 'create'],
]);
function isDegraded({ type, status }) {
    return type === 'Degraded' && status === 'True';
}
function conditionKey({ type, reason = '' }) {
    return `${type} ${reason}`;
}
/** A condition names no deployment: it counts when the operator has started this deployment. */
function troublesOf(agent, deploymentId, olderConditions) {
    const conditions = agent.reconciledDeploymentId === deploymentId
        ? agent.conditions
            .filter(isDegraded)
            .map((condition) => ({ key: conditionKey(condition), condition }))
            .filter(({ key }) => !olderConditions.has(key))
        : [];
    const { health } = revisionOf(agent, deploymentId) ?? {};
    const key = health?.ready === true ? undefined : passingReasons.get(health?.reason ?? '');
    return [...conditions, ...(key === undefined ? [] : [{ key, condition: undefined }])];
}
/** Reasons of Kubernetes after which nothing changes by itself. */
const finalReasons = ['InvalidImageName', 'ErrImageNeverPull'];
/** Whether a revision failed or keeps crashing. One restart is not a loop. */
function hasRevisionFailed({ phase, health }) {
    if (phase === 'Failed')
        return true;
    if (health === undefined || health.ready === true)
        return false;
    const { reason = '', restartCount, replicasStarted } = health;
    if (finalReasons.includes(reason))
        return true;
    if (reason === 'CrashLoopBackOff')
        return restartCount === undefined || restartCount > 1;
    // The count covers all replicas together.
    return (restartCount ?? 0) >= 3 * Math.max(1, replicasStarted ?? 1);
}
function failureOf(revision, error, condition, serves) {
    const health = revision?.health;
    const reasons = [
        health?.reason,
        condition?.reason,
        revision?.phase === 'Failed' ? 'Failed' : undefined,
    ];
    return {
        /** The platform's error code. */
        code: error?.code,
        /** The platform's sentence for customers. */
        headline: health?.headline,
        /** The platform's message with the code. */
        message: error?.message,
        /** Kubernetes' reason, such as CrashLoopBackOff. */
        reason: reasons.find((reason) => reason !== undefined),
        terminationReason: health?.lastTerminationReason,
        exitCode: health?.lastExitCode,
        restartCount: health?.restartCount,
        traceback: health?.message,
        /** A current problem, such as an image that the platform cannot resolve. */
        condition,
        infrastructureIssue: revision?.hasInfrastructureIssue === true,
        /** Whether an original text means that the image is for another processor. */
        isExecFormatError: [error, health].some((one) => one?.isExecFormatError === true),
        /** Whether the previous deployment is still serving. */
        previousServes: serves,
    };
}
/**
 * Whether the agent's last deployment has failed. A single status check does not show how long a trouble
 * has lasted, so every trouble counts.
 */
function hasFailed(agent) {
    const { desiredDeploymentId: desired } = agent;
    if (desired === undefined)
        return false;
    const history = continueHistory(noHistory, agent, desired, 0);
    return judge(agent, desired, undefined, { history, now: maxTroubleDuration }).state === 'failed';
}
/** Whether a deployment is serving: the desired one or an earlier one. */
function anyDeploymentServes({ available, previousRevision }) {
    return available || (previousRevision?.readyReplicas ?? 0) > 0;
}
/** Whether a deployment from before this one is still serving. */
function previousServes(agent, deploymentId, previousId) {
    if (previousId === undefined || previousId === deploymentId)
        return false;
    return anyDeploymentServes(agent);
}
function wordsFor(isReconciled, revision, troubles) {
    if (!isReconciled)
        return 'waiting for the platform to start the deployment';
    const conditions = troubles.flatMap(({ condition }) => condition ? [conditionWords(condition)] : []);
    if (revision === undefined && conditions.length === 0)
        return 'started, not ready yet';
    const { phase, health } = revision ?? {};
    const { headline, reason, restartCount = 0 } = health ?? {};
    const isPassing = reason !== undefined && passingReasons.has(reason);
    // People search for the reason of a failed try, so it is shown in addition to the headline.
    const words = headline === undefined || isPassing ? [headline, reason] : [headline];
    const parts = [
        phase ?? 'started',
        ...words.filter((word) => word !== undefined).map((word) => (0,_text_quote_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .h)(word)),
        ...(restartCount > 0 ? [`restarts: ${restartCount}`] : []),
        ...conditions,
    ];
    return `not ready yet (${parts.join(', ')})`;
}
function conditionWords({ type, reason, message }) {
    const words = [reason, message].filter((word) => word !== undefined).map((word) => (0,_text_quote_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .h)(word));
    return [type, ...words].join(': ');
}


/***/ }),

/***/ 7738:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ compareSettings),
/* harmony export */   h: () => (/* binding */ newBuildChange)
/* harmony export */ });
/* harmony import */ var _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3211);

/**
 * Finds the wanted settings that differ from what the agent's response shows, and those that it does
 * not show. For a new agent, all settings differ.
 */
function compareSettings(observed, wanted) {
    const changes = [];
    const hidden = [];
    for (const { name: setting, before, after } of (0,_pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .compareAgentSettings */ .YL)(observed, wanted)) {
        const sent = after?.toString() ?? 'off';
        if (observed !== undefined && before === undefined)
            hidden.push({ setting, after: sent });
        else if (before !== after)
            changes.push({ setting, before: before?.toString(), after: sent });
    }
    return { changes, hidden };
}
/** The change from what the agent runs now to a build that has no id yet. */
function newBuildChange({ buildId, image }) {
    return { setting: _pipecat_agent_settings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentSettings */ .tj.buildId.name, before: buildId ?? image, after: undefined };
}


/***/ }),

/***/ 6341:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Iv: () => (/* binding */ agentsBinding),
/* harmony export */   K: () => (/* binding */ agentsThatMayBind),
/* harmony export */   v_: () => (/* binding */ readBindings),
/* harmony export */   yC: () => (/* binding */ withoutAgent),
/* harmony export */   zz: () => (/* binding */ boundByOthers)
/* harmony export */ });
/* harmony import */ var _pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5946);
/* harmony import */ var _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1593);


/** Reads each agent of a region, because their list shows no bindings. */
async function readBindings(cloud, region, options = {}) {
    const names = await cloud.agentNames(region, options);
    return new Map(await Promise.all(names.map(async (name, index) => {
        // An unreadable agent may bind any set.
        if (name === undefined)
            return [`entry ${index + 1} of the list`, undefined];
        try {
            const agent = await cloud.agent(name, options);
            // An agent that was deleted since binds nothing.
            return [name, agent === undefined ? [] : shownSets(agent)];
        }
        catch (error) {
            if (!(error instanceof _pipecat_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UnreadableAnswerError */ .mP))
                throw error;
            return [name, undefined];
        }
    })));
}
/**
 * The response shows what the desired deployment binds. If that one is not serving, an earlier one may
 * be, and nothing shows what it binds.
 */
function shownSets(agent) {
    const { secretSets, desiredDeploymentId, reconciledDeploymentId, ready } = agent;
    const serves = ready && reconciledDeploymentId === desiredDeploymentId;
    if (!serves && (0,_pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_0__/* .anyDeploymentServes */ .AO)(agent))
        return undefined;
    const { imagePullSecretSet } = agent.settings;
    // Names are unique across both kinds of set.
    return secretSets === undefined || typeof imagePullSecretSet !== 'string'
        ? secretSets
        : [...secretSets, imagePullSecretSet];
}
/** Names of the agents that bind a set or may bind it, sorted. */
function agentsThatMayBind(bindings, secretSet) {
    return agentsWhose(bindings, (sets) => sets?.includes(secretSet) !== false);
}
/** Names of the agents that bind a set, sorted. */
function agentsBinding(bindings, secretSet) {
    return agentsWhose(bindings, (sets) => sets?.includes(secretSet) === true);
}
/** The bindings without those of an agent. */
function withoutAgent(bindings, agent) {
    return new Map([...bindings].filter(([name]) => name !== agent));
}
/** Checks whether other agents bind a set, so that it must be kept. */
function boundByOthers(set, own, bindings) {
    const others = withoutAgent(bindings, own);
    const binding = agentsBinding(others, set);
    if (binding.length > 0)
        return { because: 'bound', agents: binding };
    const possible = agentsThatMayBind(others, set);
    return possible.length > 0 ? { because: 'may-be-bound', agents: possible } : undefined;
}
function agentsWhose(bindings, matches) {
    return [...bindings].flatMap(([name, sets]) => (matches(sets) ? [name] : [])).sort();
}


/***/ }),

/***/ 7866:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   p: () => (/* binding */ oldVersions)
/* harmony export */ });
/* harmony import */ var _bindings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6341);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6647);


/** Whether a name has a date in it, such as 20250131, which is probably not a version. */
function isDated(name) {
    return /(?<!\d)(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)/.test(name);
}
/**
 * Finds the unbound older versions to delete. The platform does not show how old a set is, so sets that
 * the agent bound last count as the newest, and the first others in the list as the oldest. If the
 * response about an agent does not show what it binds, nothing is deleted.
 */
function oldVersions(facts) {
    const { template, current, region, previous, keep, secretSets, bindings } = facts;
    if ([...bindings.values()].includes(undefined))
        return [];
    const versions = (0,_name_template_js__WEBPACK_IMPORTED_MODULE_1__/* .versionsOf */ .x4)(template);
    const unbound = secretSets
        .filter((set) => set.kind === 'secret' && set.region === region && !set.referenced)
        // A pending set belongs to another release, which will bind it.
        .filter(({ status }) => status !== 'pending')
        .map(({ name }) => name)
        .filter((name) => name !== current && versions.test(name) && !isDated(name))
        .filter((name) => (0,_bindings_js__WEBPACK_IMPORTED_MODULE_0__/* .agentsBinding */ .Iv)(bindings, name).length === 0);
    const oldestFirst = [
        ...unbound.filter((name) => !previous.includes(name)),
        ...unbound.filter((name) => previous.includes(name)),
    ];
    return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}


/***/ }),

/***/ 2128:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   O: () => (/* binding */ plannedAgent),
/* harmony export */   x: () => (/* binding */ planAgent)
/* harmony export */ });
/* harmony import */ var _pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5636);
/* harmony import */ var _agent_changes_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7738);
/* harmony import */ var _problems_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7511);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6647);
/* harmony import */ var _plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3427);
/* harmony import */ var _preview_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(7375);
/* harmony import */ var _pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5946);







/**
 * Plans an agent of one region. Adds every reason why that is impossible to `problems`.
 *
 * @param buildId the build of the context; undefined if it does not exist yet
 */
function planAgent(facts, problems, buildId = facts.build?.found?.id) {
    const { settings, requested, before, secretSets, build } = facts;
    const { region } = settings;
    const { name } = requested;
    checkName(name, region, problems);
    checkPresence(facts, problems);
    checkProfile(facts, problems);
    const wanted = {
        ...requested.settings,
        ...(build === undefined ? {} : { buildId }),
        ...bothBounds(requested, before, problems),
        secretSet: settings.secretSet?.name,
        imagePullSecretSet: settings.imagePullSecret?.name,
    };
    const runsNewBuild = build !== undefined && buildId === undefined;
    const { changes, hidden } = (0,_agent_changes_js__WEBPACK_IMPORTED_MODULE_1__/* .compareSettings */ .Z)(before?.settings, wanted);
    if (before !== undefined && runsNewBuild)
        changes.unshift((0,_agent_changes_js__WEBPACK_IMPORTED_MODULE_1__/* .newBuildChange */ .h)(before.settings));
    const valuesChange = secretSets.some((set) => changesValuesOf(before, set));
    const forcedBecause = forcingReason(requested, before, valuesChange);
    return {
        ...requested,
        region,
        action: before === undefined ? 'create' : 'update',
        before,
        settings: wanted,
        changes,
        hidden,
        bindsVersion: secretSets.some(({ template }) => template !== undefined),
        forces: forcedBecause !== undefined,
        newDeployment: newDeployment({ before, changes, hidden }, runsNewBuild ? build : undefined, forcedBecause),
        runsNewBuild,
        valuesChange,
        replan: (now, madeId) => {
            const found = [];
            const plan = planAgent({ ...facts, before: now }, found, madeId ?? buildId);
            if (found.length > 0)
                throw new _problems_js__WEBPACK_IMPORTED_MODULE_2__/* .PreflightError */ .w(found);
            return plan;
        },
    };
}
/** The inputs check the name before, as far as the region is known by then. */
function checkName(name, region, problems) {
    if (_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .agentName */ .Lp.pattern.test(name))
        return;
    problems.push({
        about: `agent ${name}`,
        message: `is not a valid name in ${region} (${name.length} characters); use ${_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .agentName */ .Lp.rule}`,
        next: 'Fix `agent-name`.',
    });
}
function checkPresence({ requested, settings: { region }, before, build }, problems) {
    const { name, settings, preview, isBuiltFromBranch } = requested;
    const about = `agent ${name}`;
    if (before?.region !== undefined && before.region !== region) {
        problems.push({
            about,
            message: `is in region ${before.region}, but the release is for ${region}; the region of an agent cannot change`,
            next: `Release to ${before.region}, or give the agent for ${region} another name (such as ${name}-${region}).`,
        });
    }
    if (before !== undefined) {
        // An agent that is older than the pull request belongs to somebody else, and must not change.
        const message = preview && (0,_preview_js__WEBPACK_IMPORTED_MODULE_6__/* .whyNotPreview */ .cU)(before, preview);
        if (message !== undefined)
            problems.push({ about, message, next: _preview_js__WEBPACK_IMPORTED_MODULE_6__/* .adviceOnNames */ .QV });
        return;
    }
    if (isBuiltFromBranch) {
        problems.push({
            about,
            message: 'does not exist, and the settings file says that the platform builds it from a branch (`[git]`); a release cannot connect the agent to GitHub',
            next: 'Create the agent once with the command-line client or in the dashboard, or set `image`, `cloud-build` or `build-id`.',
        });
    }
    else if ((settings.image ?? settings.buildId ?? build) === undefined) {
        problems.push({
            about,
            message: 'does not exist, and the release has no image or build to create it from',
            next: 'Set `image`, `cloud-build` or `build-id`, or fix `agent-name`.',
        });
    }
}
function checkProfile({ requested, agentProfiles }, problems) {
    const { name, settings: { agentProfile }, } = requested;
    if (agentProfile === undefined || agentProfiles === undefined)
        return;
    if (_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .platformAgentProfiles */ .Nc.includes(agentProfile) || agentProfiles.includes(agentProfile))
        return;
    const known = [...new Set([..._pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .platformAgentProfiles */ .Nc, ...agentProfiles])];
    problems.push({
        about: `agent ${name}`,
        message: (0,_problems_js__WEBPACK_IMPORTED_MODULE_2__/* .unknownName */ .U)('profile', agentProfile, known),
        next: 'Set `agent-profile` to an available one.',
    });
}
/** An update with one bound may reset the other, so it also sends the agent's other bound. */
function bothBounds({ name, settings: { minAgents, maxAgents } }, before, problems) {
    if (minAgents === undefined && maxAgents === undefined)
        return {};
    const least = minAgents ?? before?.settings.minAgents;
    const most = maxAgents ?? before?.settings.maxAgents;
    if (least !== undefined && most !== undefined && least > most) {
        problems.push({
            about: `agent ${name}`,
            message: `would have at least ${least} and at most ${most} instances, because the omitted bound stays unchanged`,
            next: 'Set both `min-agents` and `max-agents`.',
        });
    }
    return { minAgents: least, maxAgents: most };
}
/**
 * Whether writing a set changes values of the agent. A pull secret has no values for an agent, and an
 * agent gets a new version by binding it.
 */
function changesValuesOf(before, set) {
    if (set.kind !== 'secret' || !(0,_plan_secret_sets_js__WEBPACK_IMPORTED_MODULE_4__/* .isWritten */ .QH)(set))
        return false;
    const bound = before?.secretSets;
    return set.template === undefined || bound === undefined || bound.includes(set.name);
}
/** Why an update forces a new deployment; undefined if it does not. */
function forcingReason({ forceRedeploy }, before, valuesChange) {
    if (forceRedeploy === 'never')
        return undefined;
    if (valuesChange)
        return 'values-written';
    if (forceRedeploy === 'always')
        return 'forced';
    // Somebody may have fixed the cause outside the agent's settings.
    return before !== undefined && (0,_pipecat_rollout_judgment_js__WEBPACK_IMPORTED_MODULE_5__/* .hasFailed */ .WN)(before) ? 'deployment-failed' : undefined;
}
const scaling = ['min-agents', 'max-agents'];
function newDeployment({ before, changes, hidden }, newBuild, forcedBecause) {
    if (before === undefined)
        return { follows: 'yes', because: 'agent-created' };
    if (newBuild !== undefined) {
        return newBuild.isKnown
            ? { follows: 'yes', because: 'built-anew' }
            : { follows: 'unknown', because: 'build-unknown' };
    }
    const differing = changes.filter(({ setting }) => !scaling.includes(setting));
    // A plan without the values does not know the version, so the agent may already bind this set. The
    // pattern of any other setting only matches that same value.
    const isUnknown = (change) => change.before !== undefined &&
        change.after !== undefined &&
        (0,_name_template_js__WEBPACK_IMPORTED_MODULE_3__/* .versionsOf */ .x4)(change.after).test(change.before);
    if (!differing.every(isUnknown))
        return { follows: 'yes', because: 'settings-differ' };
    if (forcedBecause !== undefined)
        return { follows: 'yes', because: forcedBecause };
    if (differing.length > 0)
        return { follows: 'unknown', because: 'version-unknown' };
    if (hidden.some(({ setting }) => !scaling.includes(setting))) {
        return { follows: 'unknown', because: 'settings-hidden' };
    }
    // A change of scaling makes no new deployment.
    return { follows: 'no', because: changes.length > 0 ? 'scaling-only' : 'nothing-differs' };
}
/** The platform's default, in seconds. */
const defaultSessionLimit = 7200;
/** Combines the settings of a plan with those that the agent already has. */
function plannedAgent({ settings, before, runsNewBuild }) {
    const isImageGiven = settings.image !== undefined || settings.buildId !== undefined || runsNewBuild;
    const { image, buildId } = isImageGiven ? settings : (before?.settings ?? settings);
    return {
        image,
        buildId,
        sessionLimit: settings.maxSessionDuration ?? before?.settings.maxSessionDuration ?? defaultSessionLimit,
        minAgents: settings.minAgents ?? before?.settings.minAgents ?? 0,
    };
}


/***/ }),

/***/ 3427:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   QH: () => (/* binding */ isWritten),
/* harmony export */   Qk: () => (/* binding */ planSecretSet),
/* harmony export */   U9: () => (/* binding */ planImagePullSecret),
/* harmony export */   bU: () => (/* binding */ lostKeyWarnings)
/* harmony export */ });
/* harmony import */ var _pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5636);
/* harmony import */ var _text_list_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(8735);
/* harmony import */ var _text_quote_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(7819);
/* harmony import */ var _bindings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6341);
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6647);
/* harmony import */ var _old_versions_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(7866);
/* harmony import */ var _subject_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(619);







function isWritten({ action }) {
    return action !== 'bind';
}
/** Plans the secret set of one region. */
function planSecretSet(observation, known, secretSets, problems) {
    const { settings, secretSet: observed, bindings } = observation;
    const { region, agent, secretSet: requested } = settings;
    if (requested === undefined)
        return undefined;
    const { name, template, skippedKeys, keepVersions } = requested;
    const set = { name, kind: 'secret', region, template };
    const existing = listedSet(name, secretSets, observed);
    const existingKeys = new Set(observed?.keys);
    const isGiven = requested.pairs.length > 0;
    checkSet(set, isGiven, existing, problems);
    const isWrite = isGiven && !(existing !== undefined && isComplete(requested, existing, existingKeys));
    if (isWrite)
        checkWritable(name, existing, known, problems);
    const pairs = isWrite ? requested.pairs : [];
    const keys = pairs.map(({ key }) => key);
    checkPruning(requested, bindings, agent?.name, problems);
    checkRequiredKeys(requested, existing, keysAfter(requested, existingKeys), problems);
    const others = bindings && (0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .withoutAgent */ .yC)(bindings, agent?.name);
    return {
        ...set,
        action: actionFor(isWrite, existing),
        pairs,
        registry: undefined,
        addedKeys: keys.filter((key) => !existingKeys.has(key)),
        updatedKeys: keys.filter((key) => existingKeys.has(key)),
        skippedKeys,
        prunedKeys: prunedKeysOf(requested, existingKeys),
        status: existing?.status,
        otherAgents: existing === undefined ? [] : others && (0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .agentsBinding */ .Iv)(others, name),
        keepVersions,
        ...versionsOfSet(observation, requested, secretSets),
    };
}
/** The set from the list. Only the response about the set itself always shows whether it is referenced. */
function listedSet(name, secretSets, observed) {
    const listed = secretSets.find((set) => set.name === name);
    return listed && { ...listed, referenced: listed.referenced || observed?.referenced === true };
}
function actionFor(isWrite, existing) {
    if (!isWrite)
        return 'bind';
    return existing === undefined ? 'create' : 'update';
}
function checkWritable(name, existing, region, problems) {
    const about = `secret set ${name}`;
    if (existing?.referenced !== true) {
        checkSelfHosted(about, region, problems);
        return;
    }
    problems.push({
        about,
        message: 'is a referenced set, a Kubernetes Secret of a self-hosted region: agents can bind it, but only its cluster can write it',
        next: 'Write the values in your cluster and omit the secrets inputs, or use another set.',
    });
}
function prunedKeysOf({ prune, pairs, skippedKeys }, existing) {
    if (!prune)
        return [];
    const given = new Set([...pairs.map(({ key }) => key), ...skippedKeys]);
    return [...existing].filter((key) => !given.has(key));
}
/** The keys of a set after the release. A version has only the keys that are passed. */
function keysAfter(requested, existing) {
    const pruned = prunedKeysOf(requested, existing);
    const kept = requested.template === undefined ? [...existing].filter((key) => !pruned.includes(key)) : [];
    return new Set([...kept, ...requested.pairs.map(({ key }) => key)]);
}
/** Finds the other versions of a set, and which of them to delete. */
function versionsOfSet({ settings, agent, bindings }, { name, template, keepVersions }, secretSets) {
    if (template === undefined)
        return { olderVersions: [], deletedVersions: undefined };
    const versions = (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionsOf */ .x4)(template);
    // If the release does not wait for the agent, the agent may still need the old versions.
    const older = settings.agent?.waitForReady === false
        ? []
        : secretSets.filter((set) => set.name !== name && versions.test(set.name));
    const deletedVersions = bindings === undefined || (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .isVersioned */ .at)(name)
        ? undefined
        : (0,_old_versions_js__WEBPACK_IMPORTED_MODULE_3__/* .oldVersions */ .p)({
            template,
            current: name,
            region: settings.region,
            previous: agent?.secretSets ?? [],
            keep: keepVersions,
            secretSets: older,
            // After the release, its agent binds only the new version.
            bindings: (0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .withoutAgent */ .yC)(bindings, settings.agent?.name),
        });
    return { olderVersions: older.map((set) => set.name), deletedVersions };
}
/** Whether a version is complete, so that nothing is written. A failed or partial version is written again. */
function isComplete({ template, pairs }, { status, referenced }, keys) {
    if (template === undefined || status === 'failed')
        return false;
    return referenced || pairs.every(({ key }) => keys.has(key));
}
/** Warns if the agent would bind another set that lacks keys of the one that it binds now. */
function lostKeyWarnings({ settings: { agent, secretSet: requested }, secretSet: observed, replacedSets, }) {
    // The keys of a reference cannot be read.
    if (agent === undefined || requested === undefined || observed?.referenced === true)
        return [];
    const { name, template } = requested;
    const keys = keysAfter(requested, new Set(observed?.keys));
    return replacedSets.flatMap((replaced) => {
        const lost = replaced.keys.filter((key) => !keys.has(key));
        if (lost.length === 0)
            return [];
        const what = lost.length === 1 ? 'it is' : 'they are';
        return `\`${agent.name}\` would lose ${(0,_text_list_js__WEBPACK_IMPORTED_MODULE_5__/* .listOf */ .c)(lost, { most: 10 })}: ${what} in \`${replaced.name}\`, but not in \`${template ?? name}\`.`;
    });
}
/** Plans the image pull secret of one region. */
function planImagePullSecret({ region, imagePullSecret }, known, secretSets, problems) {
    if (imagePullSecret === undefined)
        return undefined;
    const { name, registry } = imagePullSecret;
    const existing = secretSets.find((set) => set.name === name);
    const set = { name, kind: 'imagePullSecret', region, template: undefined };
    const isGiven = registry !== undefined;
    checkSet(set, isGiven, existing, problems);
    if (isGiven)
        checkSelfHosted(`image pull secret ${name}`, known, problems);
    return {
        ...set,
        action: actionFor(isGiven, existing),
        pairs: [],
        registry,
        addedKeys: [],
        updatedKeys: [],
        skippedKeys: [],
        prunedKeys: [],
        status: existing?.status,
        // A changed pull secret has no effect on other agents before the next pull.
        otherAgents: undefined,
        olderVersions: [],
        deletedVersions: undefined,
        keepVersions: 0,
    };
}
function checkSelfHosted(about, { code, isSelfHosted }, problems) {
    if (isSelfHosted !== true)
        return;
    problems.push({
        about,
        message: `cannot be written in ${code}: a self-hosted region has only referenced sets, which are Kubernetes Secrets of its cluster`,
        next: 'Create the Kubernetes Secret in the cluster, then set its name without its content.',
    });
}
/** Suggests a name for a region, if a set in another region has the wanted name. */
function proposedName(name, template, region) {
    return template === undefined
        ? `${name}-${region}`
        : template.replace(_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionPlaceholder */ .Wg, `${region}-${_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .versionPlaceholder */ .Wg}`);
}
const inputOf = { secret: 'secret-set', imagePullSecret: 'image-credentials' };
/**
 * Checks that apply to both kinds of set.
 *
 * @param isGiven whether the release has content to write
 */
function checkSet({ name, kind, region, template }, isGiven, existing, problems) {
    const about = `${_subject_js__WEBPACK_IMPORTED_MODULE_4__/* .secretSetKinds */ .Q[kind]} ${name}`;
    if (!_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .secretSetName */ ._u.pattern.test((0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameOfAnyVersion */ .TL)(name))) {
        problems.push({
            about,
            message: `is not a valid name in ${region} (${(0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .nameOfAnyVersion */ .TL)(name).length} characters); use ${_pipecat_names_js__WEBPACK_IMPORTED_MODULE_0__/* .secretSetName */ ._u.rule}`,
            next: `Fix \`${inputOf[kind]}\`.`,
        });
        return;
    }
    if (existing === undefined) {
        if (isGiven || (0,_name_template_js__WEBPACK_IMPORTED_MODULE_2__/* .isVersioned */ .at)(name))
            return;
        problems.push({
            about,
            message: 'does not exist, and the release has no values to create it with',
            next: kind === 'secret'
                ? 'Fix `secret-set`, or pass secrets to create the set.'
                : 'Fix `image-credentials`, or set `registry`, `registry-username` and `registry-password`.',
        });
        return;
    }
    if (existing.kind !== kind) {
        problems.push({
            about,
            message: `already exists as another kind of set (${_subject_js__WEBPACK_IMPORTED_MODULE_4__/* .secretSetKinds */ .Q[existing.kind]})`,
            next: 'Choose another name; the kind of a set cannot change.',
        });
        return;
    }
    if (existing.region !== region) {
        problems.push({
            about,
            message: `is in region ${existing.region}, but the release is for ${region}; the region of a set cannot change, and agents can bind only sets in their own region`,
            next: `Use another set for ${region} (such as ${proposedName(name, template, region)}), or release to ${existing.region}.`,
        });
    }
    if (!isGiven && existing.status === 'failed') {
        problems.push({
            about,
            message: `cannot be bound, because its provisioning failed${existing.errorMessage === undefined ? '' : `: ${(0,_text_quote_js__WEBPACK_IMPORTED_MODULE_6__/* .quote */ .h)(existing.errorMessage)}`}`,
            next: 'Pass the secrets of the set to write it again. If the error persists, contact support.',
        });
    }
}
function checkPruning({ name, prune }, bindings, released, problems) {
    const bound = prune && bindings ? (0,_bindings_js__WEBPACK_IMPORTED_MODULE_1__/* .boundByOthers */ .zz)(name, released, bindings) : undefined;
    if (bound === undefined)
        return;
    const agents = bound.agents.join(', ');
    problems.push({
        about: `secret set ${name}`,
        ...(bound.because === 'bound'
            ? {
                message: `cannot be pruned, because other agents also bind it: ${agents}`,
                next: 'Give each agent its own set, or omit `prune-secrets`.',
            }
            : {
                message: `cannot be pruned, because an earlier deployment of these agents may be serving and may bind it: ${agents}`,
                next: 'Release again when their rollouts have ended, or omit `prune-secrets`.',
            }),
    });
}
/** Each required key must be passed now, or exist and not be pruned. */
function checkRequiredKeys({ name, requiredKeys }, existing, after, problems) {
    // The keys of a reference cannot be read.
    if (existing?.referenced === true)
        return;
    const missing = requiredKeys.filter(({ key }) => !after.has(key));
    if (missing.length === 0)
        return;
    const origins = [...new Set(missing.map(({ origin }) => origin))].join(', ');
    problems.push({
        about: `secret set ${name}`,
        message: `would lack ${missing.map(({ key }) => key).join(', ')} after the release, required by ${origins}`,
        next: `Pass ${missing.length === 1 ? 'it' : 'them'} with the release, or fix \`required-secrets\`.`,
    });
}


/***/ }),

/***/ 7511:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ unknownName),
/* harmony export */   w: () => (/* binding */ PreflightError)
/* harmony export */ });
/* harmony import */ var _text_nearest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8045);

/** The release cannot work with these settings. */
class PreflightError extends Error {
    kind = 'release-impossible';
    problems;
    constructor(problems) {
        super(problems.map(({ about, message }) => `${about}: ${message}`).join('\n'));
        this.name = 'PreflightError';
        this.problems = problems;
    }
}
/** The message for an unknown name, with the nearest and all available ones. */
function unknownName(what, name, available) {
    const meant = (0,_text_nearest_js__WEBPACK_IMPORTED_MODULE_0__/* .nearest */ .pA)(name, available);
    const hint = meant === undefined ? '.' : `; did you mean \`${meant}\`?`;
    return `unknown ${what} \`${name}\`${hint} Available: ${available.join(', ')}`;
}


/***/ }),

/***/ 619:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ secretSetSubject),
/* harmony export */   Q: () => (/* binding */ secretSetKinds)
/* harmony export */ });
/** The names of the kinds of secret set. */
const secretSetKinds = {
    secret: 'secret set',
    imagePullSecret: 'image pull secret',
};
/** The subject of a set, for errors and logs. */
function secretSetSubject(set) {
    return { kind: secretSetKinds[set.kind], name: set.name, region: set.region };
}


/***/ })

};

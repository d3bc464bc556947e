export const id = 284;
export const ids = [284];
export const modules = {

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

/***/ 8659:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ noRolloutObserver),
/* harmony export */   o: () => (/* binding */ SuccessHolder)
/* harmony export */ });
/** Holds successes back until it is known whether they are rolled back. */
class SuccessHolder {
    #observer;
    #held = [];
    constructor(observer) {
        this.#observer = observer;
    }
    rolloutStarted(rollout) {
        const end = this.#observer.rolloutStarted(rollout);
        return (outcome) => {
            if (outcome === 'success')
                this.#held.push({ rollout, end });
            else
                end(outcome);
        };
    }
    /** Reports how the successful rollouts ended. */
    release(outcomeOf = () => 'success') {
        for (const { rollout, end } of this.#held.splice(0))
            end(outcomeOf(rollout));
    }
}
const noRolloutObserver = { rolloutStarted: () => () => undefined };


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

/***/ 3284:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  carryOutRelease: () => (/* binding */ carryOutRelease)
});

// EXTERNAL MODULE: ./lib/github/agent-deployments.js
var agent_deployments = __webpack_require__(2295);
// EXTERNAL MODULE: ./lib/report/changes.js
var report_changes = __webpack_require__(9495);
// EXTERNAL MODULE: ./lib/report/log.js
var report_log = __webpack_require__(9820);
;// CONCATENATED MODULE: ./lib/report/plan-log.js


/**
 * Logs what a plan would do.
 *
 * @param redact removes known secrets from a line
 */
function logPlan(actions, plan, redact = (text) => text) {
    const log = (line) => {
        actions.info((0,report_log/* withoutCommands */.Df)(redact(line)));
    };
    for (const { region, changes } of (0,report_changes/* plannedChanges */.II)(plan)) {
        log(`Region ${region}:`);
        for (const change of changes)
            log(`  ${change.replace(/`/g, '')}`);
    }
}

// EXTERNAL MODULE: ./lib/registry/reference.js
var registry_reference = __webpack_require__(9758);
// EXTERNAL MODULE: ./lib/secrecy/secret-value.js
var secret_value = __webpack_require__(7734);
// EXTERNAL MODULE: ./lib/version.js
var version = __webpack_require__(3411);
;// CONCATENATED MODULE: ./lib/steps/look-up-image.js



/** Looks up the image of a release; undefined if there is none, or the inputs turn it off. */
function imageLookup(settings, context) {
    const image = settings.agent?.settings.image;
    const { imageLookup: asked } = settings;
    if (image === undefined || asked === undefined)
        return undefined;
    return async () => {
        const reference = (0,registry_reference/* parseImageReference */.o_)(image);
        const { clock, signal } = context;
        // Loaded only when used, because most releases do not need it.
        const lookUp = context.lookUpImage ?? (await __webpack_require__.e(/* import() */ 43).then(__webpack_require__.bind(__webpack_require__, 7043))).lookUpImage;
        return lookUp(reference, {
            login: loginOf(settings, reference) ?? (await dockerLogin(reference, context)),
            wantsPlatforms: asked.check !== 'never',
            clock,
            signal,
            userAgent: `pipecat-cloud-release/${version/* version */.r}`,
        });
    };
}
/** The login in the inputs, if it is for the registry of the image. */
function loginOf({ imagePullSecret }, { registry }) {
    const credentials = imagePullSecret?.registry;
    if (credentials === undefined || (0,registry_reference/* registryName */.jT)(credentials.host) !== registry)
        return undefined;
    const [username = '', ...rest] = Buffer.from(credentials.authentication.reveal(), 'base64')
        .toString('utf8')
        .split(':');
    const password = rest.join(':');
    // A plan continues without a password.
    if (password === '')
        return undefined;
    return {
        origin: 'inputs',
        username,
        secret: new secret_value/* SecretValue */.i(password),
        isIdentityToken: false,
    };
}
async function dockerLogin({ registry }, context) {
    const { readDockerLogin } = await __webpack_require__.e(/* import() */ 719).then(__webpack_require__.bind(__webpack_require__, 6719));
    return readDockerLogin(registry, context);
}

// EXTERNAL MODULE: ./lib/pipecat/errors.js
var errors = __webpack_require__(1593);
// EXTERNAL MODULE: ./lib/pipecat/names.js
var names = __webpack_require__(5636);
// EXTERNAL MODULE: ./lib/plan/bindings.js
var plan_bindings = __webpack_require__(6341);
// EXTERNAL MODULE: ./lib/plan/locate.js
var locate = __webpack_require__(4265);
// EXTERNAL MODULE: ./lib/plan/preview.js
var preview = __webpack_require__(7375);
// EXTERNAL MODULE: ./lib/plan/name-template.js
var name_template = __webpack_require__(6647);
;// CONCATENATED MODULE: ./lib/plan/region-settings.js

function settingsIn(settings, region) {
    return {
        region,
        secretSet: secretSetIn(settings, region),
        imagePullSecret: imagePullSecretIn(settings, region),
        agent: agentIn(settings, region),
    };
}
function secretSetIn({ secretSet }, region) {
    const name = (0,name_template/* nameIn */.ZC)(secretSet?.name, region);
    if (secretSet === undefined || name === undefined)
        return undefined;
    return {
        ...secretSet,
        name: (0,name_template/* nameOfVersion */.Tn)(name, secretSet.version),
        /** The name with `{version}`; undefined if it has none. */
        template: (0,name_template/* isVersioned */.at)(name) ? name : undefined,
    };
}
function imagePullSecretIn({ imagePullSecret }, region) {
    const name = (0,name_template/* nameIn */.ZC)(imagePullSecret?.name, region);
    return imagePullSecret && name !== undefined ? { ...imagePullSecret, name } : undefined;
}
function agentIn({ agent }, region) {
    const name = (0,name_template/* nameIn */.ZC)(agent?.name, region);
    if (agent === undefined || name === undefined)
        return undefined;
    const { minAgents, maxAgents, settings, ...common } = agent;
    return {
        ...common,
        name,
        /** Other settings of the agent, without the sets to bind. */
        settings: {
            ...settings,
            minAgents: minAgents.in(region),
            maxAgents: maxAgents.in(region),
        },
    };
}

;// CONCATENATED MODULE: ./lib/plan/observation.js






/** Reads everything that a release depends on. Reads what regions share only once. */
async function observe(cloud, settings, options) {
    const { agent, secretSet, imagePullSecret } = settings;
    const names = {
        agent: agent?.name,
        secretSet: secretSet?.name,
        imagePullSecret: imagePullSecret?.name,
    };
    const named = settings.regions.length === 0 ? [undefined] : settings.regions;
    // In parallel with all other reads, so that a slow registry does not delay them.
    const lookup = options.lookUpImage?.();
    const [regions, secretSets, located, build, agentProfiles] = await Promise.all([
        cloud.regions(),
        cloud.secretSets(),
        Promise.all(named.map((region) => (0,locate/* locate */.x5)(cloud, names, region))),
        agent?.settings.buildId === undefined ? undefined : cloud.build(agent.settings.buildId),
        customProfiles(cloud, agent?.settings.agentProfile),
    ]);
    const targets = await Promise.all(located.map(async (one) => {
        const region = await (0,locate/* regionOf */.AP)(cloud, one, names, secretSets);
        const target = { settings: settingsIn(settings, region), agent: one.agent };
        return observeRegion(cloud, target, secretSets, options);
    }));
    return { regions, secretSets, build, image: await lookup, agentProfiles, targets };
}
async function observeRegion(cloud, { settings, agent }, secretSets, { wantsBindings, context, now }) {
    const { secretSet, imagePullSecret } = settings;
    for (const set of secretSets) {
        if (set.name === secretSet?.name || set.name === imagePullSecret?.name) {
            cloud.requireReadable(set);
        }
    }
    const existing = secretSets.find(({ name }) => name === secretSet?.name);
    const [withKeys, replacedSets, bindings, build] = await Promise.all([
        existing?.kind === 'secret' ? cloud.secretSet(existing.name) : undefined,
        secretSet === undefined || !wantsBindings
            ? []
            : readReplacedSets(cloud, agent, secretSet.name, secretSets),
        needsBindings(secretSet, existing, wantsBindings) ||
            (0,preview/* unclearSets */.I4)(settings, agent, secretSets).length > 0
            ? (0,plan_bindings/* readBindings */.v_)(cloud, settings.region)
            : undefined,
        context && findBuild(cloud, settings.region, context, now),
    ]);
    return { settings, secretSet: withKeys, replacedSets, agent, bindings, build };
}
/** Reads them for a warning only, so a set that cannot be read is left out. */
async function readReplacedSets(cloud, agent, replacement, secretSets) {
    const bound = secretSets.filter(({ name, kind, referenced }) => kind === 'secret' &&
        !referenced &&
        name !== replacement &&
        agent?.secretSets?.includes(name) === true);
    return Promise.all(bound.map(async ({ name }) => {
        try {
            return { name, keys: (await cloud.secretSet(name))?.keys ?? [] };
        }
        catch (error) {
            if (!(error instanceof errors/* CallError */.RA))
                throw error;
            return { name, keys: [] };
        }
    }));
}
/** Milliseconds after which a build that has not ended counts as lost. */
const maxBuildDuration = 60 * 60_000;
/** Whether a build is running, which another run or a cancelled run may have started. */
function isRunning({ status, createdAt }, now) {
    return ((status === 'pending' || status === 'building') &&
        createdAt !== undefined &&
        now - createdAt < maxBuildDuration);
}
/** Searches for a build. If the search fails, the release builds again, so this is not an error. */
async function findBuild(cloud, region, context, now) {
    const key = { region, contextHash: context.hash, dockerfilePath: context.dockerfile };
    try {
        const [built] = await cloud.builds(key, 'success');
        const found = built ?? (await cloud.builds(key, undefined)).find((build) => isRunning(build, now));
        return { context, found, failure: undefined };
    }
    catch (error) {
        if (!(error instanceof errors/* CallError */.RA))
            throw error;
        return { context, found: undefined, failure: error };
    }
}
/** If another agent binds a set, it must not be pruned, and people should know before it is written. */
function needsBindings(secretSet, existing, wantsBindings) {
    if (secretSet === undefined)
        return false;
    const { prune, pairs, template } = secretSet;
    if (prune && existing !== undefined)
        return true;
    return wantsBindings && (template !== undefined || (pairs.length > 0 && existing !== undefined));
}
/** Reads the custom profiles, if the settings name one and the credential may list them. */
async function customProfiles(cloud, wanted) {
    if (wanted === undefined || names/* platformAgentProfiles */.Nc.includes(wanted))
        return undefined;
    try {
        return await cloud.agentProfiles();
    }
    catch (error) {
        // A token may be allowed to deploy but not to list. Then the deploy itself checks the profile.
        const isRefused = error instanceof errors/* StatusError */.Xs && [403, 404].includes(error.status);
        // The list is only for a check, so an unreadable list is not an error.
        if (isRefused || error instanceof errors/* UnreadableAnswerError */.mP)
            return undefined;
        throw error;
    }
}

// EXTERNAL MODULE: ./lib/plan/make-plan.js + 1 modules
var make_plan = __webpack_require__(3082);
;// CONCATENATED MODULE: ./lib/steps/preflight.js


/**
 * Reads what exists, plans, and puts the plan into the record. Writes nothing.
 *
 * @throws PreflightError with every reason why the release cannot work, or a CallError
 */
function preflight({ cloud, journal }, settings, options) {
    return journal.step('preflight', async () => {
        const observation = await observe(cloud, settings, {
            ...options,
            now: journal.clock.wallTime(),
        });
        warnOfFailedLookups(observation, journal);
        const plan = (0,make_plan/* makePlan */.C)(settings, observation);
        journal.record.plan = plan;
        for (const warning of plan.warnings)
            journal.warning(warning);
        for (const remark of plan.remarks)
            journal.remark(remark);
        for (const { agent } of plan.targets)
            if (agent !== undefined)
                noticeAutoDeploy(agent, journal);
        return plan;
    });
}
/** Warns once if several regions have the same failure. */
function warnOfFailedLookups({ targets }, journal) {
    const reasons = new Set(targets.flatMap(({ build }) => build?.failure?.reason ?? []));
    for (const reason of reasons) {
        journal.warning(`Could not check whether the context was built before: ${reason}. The action uploads it, and the platform builds it unless it finds a build itself.`);
    }
}
function noticeAutoDeploy({ name, before }, journal) {
    const { git } = before ?? {};
    if (git?.autoDeploy !== true)
        return;
    const branch = git.branch === undefined ? 'a branch' : `the branch \`${git.branch}\``;
    const repository = git.repository === undefined ? '' : ` of \`${git.repository}\``;
    journal.notice(`The platform deploys \`${name}\` on every push to ${branch}${repository}. The next push replaces this release.`);
}

// EXTERNAL MODULE: ./lib/record/rollout-observer.js
var rollout_observer = __webpack_require__(8659);
;// CONCATENATED MODULE: ./lib/run/release.js
var __addDisposableResource = (undefined && undefined.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (undefined && undefined.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});





/** Plans a release and, unless it is a dry run, carries the plan out. */
async function carryOutRelease(session, { isDryRun, github, release: settings }, { platform, surface, context }) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { host, journal, cancellation, redact, wantsFailureLogs } = session;
        const reading = { cloud: platform.on(surface, platform.patientCaller), journal };
        const plan = await preflight(reading, settings, {
            wantsBindings: isDryRun,
            context,
            lookUpImage: imageLookup(settings, { ...host, signal: host.cancellation }),
        });
        logPlan(host.actions, plan, redact);
        if (isDryRun)
            return;
        // Loaded after the preflight, which sends the first request if the credential is an API key.
        const { release } = await __webpack_require__.e(/* import() */ 146).then(__webpack_require__.bind(__webpack_require__, 2146));
        const deployments = __addDisposableResource(env_1, (0,agent_deployments/* agentDeployments */._V)(github, journal, session.lateGitHubOptions(), session), true);
        await release({
            cloud: platform.on(surface),
            sessions: platform.sessionsOn(surface, (secrets) => {
                session.hide(secrets);
            }),
            journal,
            cancellation: cancellation.signal,
            wantsFailureLogs,
            rolloutObserver: deployments ?? rollout_observer/* noRolloutObserver */.l,
        }, plan);
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        const result_1 = __disposeResources(env_1);
        if (result_1)
            await result_1;
    }
}


/***/ })

};

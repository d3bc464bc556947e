export const id = 44;
export const ids = [44];
export const modules = {

/***/ 2295:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   O1: () => (/* binding */ deactivatePreviews),
/* harmony export */   _V: () => (/* binding */ agentDeployments)
/* harmony export */ });
/* unused harmony export deactivateDeployments */
/* harmony import */ var _plan_name_template_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6647);
/* harmony import */ var _connect_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1633);
/* harmony import */ var _event_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9607);



const outcomeWords = {
    success: ': success',
    failure: ': failure',
    error: ' is still running; the run was cancelled',
};
/** The GitHub deployments of a release; undefined if there are none. */
function agentDeployments(settings, journal, connection, origin) {
    const { environment } = settings ?? {};
    if (settings === undefined || environment === undefined)
        return undefined;
    return new AgentDeployments({ ...origin, settings, environment, journal, connection });
}
/**
 * Keeps a GitHub deployment for each agent: in progress when its rollout begins, then a success, a failure
 * or an error. A success makes older deployments of the same agent inactive. The release neither waits for
 * GitHub nor fails because of it.
 */
class AgentDeployments {
    #options;
    #pending = [];
    #reported = new Set();
    #repository;
    constructor(options) {
        this.#options = options;
    }
    rolloutStarted(rollout) {
        const { agent, region } = rollout;
        const where = `${agent} in ${region}`;
        const { runUrl: logUrl } = this.#options.settings;
        const environment = (0,_plan_name_template_js__WEBPACK_IMPORTED_MODULE_0__/* .nameInRegion */ .J4)(this.#options.environment, region);
        const created = this.#track(this.#create(rollout, environment));
        const set = async (state, description) => {
            const { repository, id } = (await created) ?? {};
            if (repository === undefined || id === undefined)
                return;
            await repository.setDeploymentState(id, state, { logUrl, description });
            if (state !== 'success')
                return;
            // GitHub itself would deactivate the deployments of all other agents in the environment.
            await deactivateDeployments(repository, {
                environment,
                agent,
                region,
                before: id,
                logUrl,
                description: `A newer deployment of ${where} is serving`,
            });
        };
        let hasEnded = false;
        const inProgress = this.#track(
        // The rollout may have ended by then.
        created.then(() => (hasEnded ? undefined : set('in_progress', `Rolling out ${where}`))));
        return (outcome) => {
            hasEnded = true;
            // Sets the states in order, even if the first failed. A cancelled run has no time to wait for it.
            const before = outcome === 'error' ? created : inProgress;
            void this.#track(before.then(() => set(outcome, `${where}${outcomeWords[outcome]}`)));
        };
    }
    /** Resolves when everything has been reported to GitHub, or has failed. */
    async [Symbol.asyncDispose]() {
        await Promise.all(this.#pending);
        const [connected] = await Promise.allSettled([this.#repository]);
        if (connected.status === 'fulfilled')
            connected.value?.close();
    }
    async #create({ agent, region, deploymentId }, environment) {
        const { settings, connection, event, commit, previewOf } = this.#options;
        // Connects when the first rollout begins.
        this.#repository ??= (0,_connect_js__WEBPACK_IMPORTED_MODULE_1__/* .connect */ .Ng)(settings, connection);
        const [repository, ref, pullRequest] = await Promise.all([
            this.#repository,
            commit(),
            previewOf ?? event().then(_event_js__WEBPACK_IMPORTED_MODULE_2__/* .pullRequestNumber */ .Kd),
        ]);
        const id = await repository.createDeployment({
            ref,
            environment,
            ...environmentKind(environment, pullRequest),
            description: `${agent} in ${region}`,
            payload: { agent, region, deploymentId },
        });
        return { repository, id };
    }
    /** Awaits the work at the end; warns of its failure instead of rejecting. */
    #track(work) {
        const tracked = work.catch((error) => {
            // Warns once if all regions have the same failure.
            const warning = (0,_connect_js__WEBPACK_IMPORTED_MODULE_1__/* .failureMessage */ .oh)('GitHub deployments are not complete', error);
            if (!this.#reported.has(warning))
                this.#options.journal.warning(warning);
            this.#reported.add(warning);
            return undefined;
        });
        this.#pending.push(tracked);
        return tracked;
    }
}
/** Infers the kind of an environment from its name and its pull request. GitHub decides the rest. */
function environmentKind(name, pullRequest) {
    if (/^prod(?:uction)?(?![a-z])/i.test(name))
        return { isProduction: true };
    if (pullRequest === undefined)
        return {};
    // A deployment for a pull request is removed when that is closed.
    return { isProduction: false, isTransient: true };
}
/** Older deployments were deactivated long ago, unless this many failed in a row. */
const mostLookedAt = 20;
/**
 * Makes the deployments of one agent inactive, from the newest to the first that already is. Failed
 * deployments keep their state.
 */
async function deactivateDeployments(repository, { environment, agent, region, before = Infinity, logUrl, description }) {
    const deployments = await repository.deploymentsIn(environment);
    const older = deployments.filter(({ id, payload }) => id < before && payload['agent'] === agent && payload['region'] === region);
    for (const { id } of older.slice(0, mostLookedAt)) {
        const state = await repository.deploymentState(id);
        if (state === 'inactive')
            return;
        if (state === 'failure' || state === 'error')
            continue;
        await repository.setDeploymentState(id, 'inactive', { logUrl, description });
    }
}
/** Sets the GitHub deployments of deleted agents to inactive. */
async function deactivatePreviews(journal, settings, options, agents) {
    const { environment } = settings ?? {};
    if (settings === undefined || environment === undefined || agents.length === 0)
        return;
    const work = (0,_connect_js__WEBPACK_IMPORTED_MODULE_1__/* .withRepository */ .Bq)(settings, options, async (repository) => {
        for (const { name, region } of agents) {
            await deactivateDeployments(repository, {
                environment: (0,_plan_name_template_js__WEBPACK_IMPORTED_MODULE_0__/* .nameInRegion */ .J4)(environment, region),
                agent: name,
                region,
                logUrl: settings.runUrl,
                description: `The preview ${name} in ${region} was torn down`,
            });
        }
    });
    await (0,_connect_js__WEBPACK_IMPORTED_MODULE_1__/* .orWarn */ .wF)(journal, 'GitHub deployments are not set to inactive', work);
}


/***/ }),

/***/ 4265:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AP: () => (/* binding */ regionOf),
/* harmony export */   x5: () => (/* binding */ locate)
/* harmony export */ });
/* unused harmony export inferRegion */
/* harmony import */ var _name_template_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6647);

/**
 * Reads the agent of a region. If the inputs name no region, but a name depends on it, this is the
 * organization's default region.
 */
async function locate(cloud, { agent, secretSet, imagePullSecret }, named) {
    const names = [agent, secretSet, imagePullSecret].flatMap((one) => one?.values ?? []);
    const isNeeded = names.some((name) => name.includes(_name_template_js__WEBPACK_IMPORTED_MODULE_0__/* .regionPlaceholder */ .q5));
    const region = named ?? (isNeeded ? await cloud.defaultRegion() : undefined);
    const name = region === undefined ? agent?.others : (0,_name_template_js__WEBPACK_IMPORTED_MODULE_0__/* .nameIn */ .ZC)(agent, region);
    return { region, agent: name === undefined ? undefined : await cloud.agent(name) };
}
/** Finds the region of a located agent: its own, or else that of its sets, or else the default. */
async function regionOf(cloud, { region, agent }, { secretSet, imagePullSecret }, secretSets) {
    if (region !== undefined)
        return region;
    const names = [secretSet?.others, imagePullSecret?.others];
    return inferRegion(names, agent, secretSets) ?? cloud.defaultRegion();
}
/**
 * Infers the region of a run that names none: the agent's region, or else that of its sets in any
 * version. Undefined if neither exists, so that the organization's default decides.
 */
function inferRegion(setNames, agent, secretSets) {
    const regions = setNames
        .filter((name) => name !== undefined)
        .map(_name_template_js__WEBPACK_IMPORTED_MODULE_0__/* .versionsOf */ .x4)
        .map((names) => secretSets.find(({ name }) => names.test(name))?.region);
    return agent?.region ?? regions.find((region) => region !== undefined);
}


/***/ }),

/***/ 3082:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  C: () => (/* binding */ makePlan),
  h: () => (/* binding */ unknownRegion)
});

// EXTERNAL MODULE: ./lib/text/quote.js
var quote = __webpack_require__(7819);
// EXTERNAL MODULE: ./lib/registry/reference.js
var reference = __webpack_require__(9758);
;// CONCATENATED MODULE: ./lib/plan/check-image.js


/**
 * Finds out what the lookup means for one region. Only certain findings are problems, but with
 * `check-image: true`, unknown ones are, too. A dry run only reports, because it often comes before the
 * image is pushed.
 */
function checkImage(facts) {
    const findings = { problems: [], warnings: [], remarks: [] };
    const image = facts.settings.agent?.settings.image;
    if (image === undefined)
        return findings;
    const { lookup, requested, before } = facts;
    const finding = findingOf(image, facts);
    if (finding !== undefined && requested.check !== 'never')
        addFinding(findings, image, finding, requested);
    if (requested.pins && lookup.outcome !== 'found' && finding !== undefined) {
        const problem = {
            about: `image ${image}`,
            message: `cannot be pinned: ${finding.message}`,
            next: 'Pass the digest that the build reports (`image: name@sha256:…`), or omit `pin-image`.',
        };
        // The problem has been reported already.
        if (findings.problems.length > 0)
            return findings;
        if (requested.isDryRun)
            findings.remarks.push(`${(0,quote/* quote */.h)(image)} ${problem.message}.`);
        else
            findings.problems.push(problem);
    }
    const running = before?.settings.image;
    if (requested.pins && lookup.outcome === 'found' && running !== undefined) {
        const wanted = (0,reference/* pinned */.dp)(image, lookup.digest);
        if (running !== wanted && (0,reference/* isSameContent */.OI)(running, wanted)) {
            findings.remarks.push(`${(0,quote/* quote */.h)(image)} points to the digest that the agent already runs as ${(0,quote/* quote */.h)(running)}.`);
        }
    }
    return findings;
}
/**
 * Pins the image in the settings of a region to the current digest of its tag. If the agent already
 * runs this digest, with any tag, its image stays unchanged.
 */
function withPinnedImage({ settings, agent: before }, lookup, requested) {
    const { agent } = settings;
    const image = agent?.settings.image;
    if (requested?.pins !== true || lookup?.outcome !== 'found' || image === undefined)
        return settings;
    const running = before?.settings.image;
    const wanted = (0,reference/* pinned */.dp)(image, lookup.digest);
    const isSame = running !== undefined && (0,reference/* isSameContent */.OI)(running, wanted);
    return {
        ...settings,
        agent: agent && {
            ...agent,
            settings: { ...agent.settings, image: isSame ? running : wanted },
        },
    };
}
function addFinding({ problems, warnings, remarks }, image, { certainty, message, next }, { check, isDryRun }) {
    const isStrict = check === 'always';
    if (isStrict || (certainty === 'certain' && !isDryRun)) {
        problems.push({ about: `image ${image}`, message, next });
    }
    else if (certainty === 'likely' && !isDryRun) {
        warnings.push(`${(0,quote/* quote */.h)(image)}: ${message}. ${next}`);
    }
    else {
        remarks.push(`${(0,quote/* quote */.h)(image)}: ${message}.`);
    }
}
function findingOf(image, facts) {
    const { lookup, settings, before } = facts;
    const { registry, repository, tag, digest } = (0,reference/* parseImageReference */.o_)(image);
    const where = `${(0,quote/* quote */.h)(repository)} on ${(0,quote/* quote */.h)(registry)}`;
    switch (lookup.outcome) {
        case 'missing': {
            const isPulledWithSecret = settings.imagePullSecret !== undefined ||
                typeof before?.settings.imagePullSecretSet === 'string';
            // Without a login, a registry may hide what it shows to the platform's pull secret.
            const isCertain = lookup.login !== undefined || !isPulledWithSecret;
            return {
                certainty: isCertain ? 'certain' : 'unknown',
                message: `not pushed yet: ${where} has no ${tag === undefined ? `digest ${(0,quote/* quote */.h)(digest ?? '')}` : `tag ${(0,quote/* quote */.h)(tag)}`}`,
                next: 'Push the image before the release, or fix `image`.',
            };
        }
        case 'login-refused':
            return {
                certainty: 'certain',
                message: `${(0,quote/* quote */.h)(registry)} rejected \`registry-username\` and \`registry-password\` (${lookup.status})`,
                next: 'Check both, and that the password or token may pull this image.',
            };
        case 'unknown':
            return {
                certainty: 'unknown',
                message: `the image lookup failed: ${unknownWords[lookup.because](where)}${lookup.detail === undefined ? '' : ` (${lookup.detail})`}`,
                next: 'Log in with `docker/login-action` before this step, or set `check-image` to `auto`.',
            };
        case 'found':
            return platformFinding(facts, lookup);
    }
}
const unknownWords = {
    'login-needed': (where) => `${where} needs a login that this job does not have`,
    'docker-login-refused': (where) => `${where} rejected the login of \`docker login\``,
    forbidden: (where) => `access to ${where} is forbidden`,
    'repository-unknown': (where) => `the registry does not know ${where}`,
    'not-found': (where) => `${where} was not found`,
    'rate-limited': (where) => `too many requests for ${where}`,
    unreachable: (where) => `the registry of ${where} could not be reached`,
    'unexpected-answer': (where) => `the registry of ${where} sent an unexpected response`,
};
const unreadable = {
    'nested-index': 'its index contains another index',
    artifact: 'it is an artifact, not an image',
    'no-architecture': 'it does not say which processor it was built for',
    unreadable: 'its manifest could not be read',
};
function platformFinding(facts, { platforms, platformsUnknown }) {
    const wanted = wantedPlatform(facts);
    const next = `Build with \`platforms: ${wanted.platform}\`.`;
    if (platforms === undefined) {
        return platformsUnknown === undefined
            ? undefined
            : {
                certainty: 'unknown',
                message: `the platforms of the image are not known: ${unreadable[platformsUnknown]}`,
                next,
            };
    }
    if (platforms.includes(wanted.platform))
        return undefined;
    const built = platforms.length === 0 ? 'no platform' : `${platforms.join(', ')} only`;
    const { region } = facts.settings;
    return {
        certainty: wanted.isCertain ? 'certain' : 'likely',
        message: `no ${wanted.platform}: built for ${built}; ${(0,quote/* quote */.h)(region)} runs ${wanted.platform}`,
        next,
    };
}
const defaultArchitecture = 'arm64';
/** The platform that the agent runs on, and whether that is certain. */
function wantedPlatform({ settings, before, region }) {
    const given = settings.agent?.settings.architecture ?? before?.settings.architecture;
    if (typeof given === 'string')
        return { platform: `linux/${given}`, isCertain: true };
    const architecture = region.defaultArchitecture ?? defaultArchitecture;
    const runsOne = region.supportedArchitectures?.length === 1;
    return { platform: `linux/${architecture}`, isCertain: before === undefined || runsOne };
}

// EXTERNAL MODULE: ./lib/plan/plan-agent.js
var plan_agent = __webpack_require__(2128);
// EXTERNAL MODULE: ./lib/plan/plan-secret-sets.js
var plan_secret_sets = __webpack_require__(3427);
// EXTERNAL MODULE: ./lib/plan/problems.js
var plan_problems = __webpack_require__(7511);
// EXTERNAL MODULE: ./lib/plan/bindings.js
var plan_bindings = __webpack_require__(6341);
// EXTERNAL MODULE: ./lib/plan/preview.js
var plan_preview = __webpack_require__(7375);
// EXTERNAL MODULE: ./lib/text/list.js
var list = __webpack_require__(8735);
// EXTERNAL MODULE: ./lib/plan/subject.js
var subject = __webpack_require__(619);
;// CONCATENATED MODULE: ./lib/plan/make-plan.js









/**
 * Compares the settings with what exists on the platform.
 *
 * @throws PreflightError with every reason why the release cannot work
 */
function makePlan({ rollout, secretsTimeout, build: requested, imageLookup }, observation) {
    const problems = [];
    const warnings = new Set();
    const remarks = new Set();
    const targets = observation.targets.map((observed) => {
        const settings = withPinnedImage(observed, observation.image, imageLookup);
        const { region } = settings;
        const known = observation.regions.find(({ code }) => code === region);
        if (known === undefined) {
            problems.push(unknownRegion(region, observation.regions));
            // Other problems do not matter until the region is right.
            return { region, secretSets: [], build: undefined, agent: undefined };
        }
        checkArchitecture(settings, known, problems);
        const secretSet = (0,plan_secret_sets/* planSecretSet */.Qk)(observed, known, observation.secretSets, problems);
        const secretSets = [
            (0,plan_secret_sets/* planImagePullSecret */.U9)(settings, known, observation.secretSets, problems),
            secretSet,
        ].filter((plan) => plan !== undefined);
        for (const warning of (0,plan_secret_sets/* lostKeyWarnings */.bU)(observed))
            warnings.add(warning);
        checkOwnSets(observed, observation.secretSets, problems);
        const build = planBuild(observed, requested);
        const agent = settings.agent &&
            (0,plan_agent/* planAgent */.x)({
                settings,
                requested: settings.agent,
                agentProfiles: observation.agentProfiles,
                before: observed.agent,
                secretSets,
                build,
            }, problems);
        checkBuild(settings, observation.build, problems);
        if (observation.image !== undefined && imageLookup !== undefined) {
            const findings = checkImage({
                settings: observed.settings,
                before: observed.agent,
                region: known,
                lookup: observation.image,
                requested: imageLookup,
            });
            problems.push(...findings.problems);
            for (const warning of findings.warnings)
                warnings.add(warning);
            for (const remark of findings.remarks)
                remarks.add(remark);
        }
        return { region, secretSets, build, agent };
    });
    if (problems.length > 0)
        throw new plan_problems/* PreflightError */.w(withoutRepetition(problems));
    return { rollout, secretsTimeout, targets, warnings: [...warnings], remarks: [...remarks] };
}
/** A set that another agent binds does not belong to the preview. */
function checkOwnSets({ settings, agent: before, bindings }, existing, problems) {
    const { agent } = settings;
    const { preview } = agent ?? {};
    if (preview === undefined || bindings === undefined)
        return;
    for (const { name, kind } of (0,plan_preview/* unclearSets */.I4)(settings, before, existing)) {
        const others = (0,plan_bindings/* agentsThatMayBind */.K)((0,plan_bindings/* withoutAgent */.yC)(bindings, agent?.name), name);
        if (others.length === 0)
            continue;
        problems.push({
            about: `${subject/* secretSetKinds */.Q[kind]} ${name}`,
            message: `may not belong to the preview: other agents bind it or may bind it (${(0,list/* listOf */.c)(others)}), and its name does not contain \`pr-${preview.pullRequest}\``,
            next: plan_preview/* adviceOnNames */.QV,
        });
    }
}
function planBuild({ settings: { region }, build }, requested) {
    if (build === undefined || requested === undefined)
        return undefined;
    const { context, found, failure } = build;
    return { region, context, found, isKnown: failure === undefined, timeout: requested.timeout };
}
/** Reports a problem once that exists in every region, such as an unknown build. */
function withoutRepetition(problems) {
    const unique = new Map(problems.map((problem) => [`${problem.about}\n${problem.message}`, problem]));
    return [...unique.values()];
}
function unknownRegion(region, regions) {
    const codes = regions.map(({ code }) => code);
    return {
        about: `region ${region}`,
        message: (0,plan_problems/* unknownName */.U)('region', region, codes),
        next: 'Set `region` to an available one.',
    };
}
function checkArchitecture({ region, agent }, { supportedArchitectures }, problems) {
    const architecture = agent?.settings.architecture;
    if (architecture === undefined || supportedArchitectures === undefined)
        return;
    if (supportedArchitectures.includes(architecture))
        return;
    problems.push({
        about: `region ${region}`,
        message: `does not run ${architecture}; it runs ${supportedArchitectures.join(', ')}`,
        next: 'Fix `architecture`, or choose another region.',
    });
}
function checkBuild({ region, agent }, build, problems) {
    const id = agent?.settings.buildId;
    if (id === undefined)
        return;
    const about = `build ${id}`;
    if (build === undefined) {
        problems.push({ about, message: 'does not exist', next: 'Fix `build-id`.' });
        return;
    }
    if (build.status !== 'success') {
        const reason = build.errorMessage === undefined ? '' : ` (${(0,quote/* quote */.h)(build.errorMessage)})`;
        problems.push({
            about,
            message: `has the status ${build.status}${reason}; only a successful build can be deployed`,
            next: 'Wait for the build, or build again.',
        });
    }
    if (build.region !== undefined && build.region !== region) {
        problems.push({
            about,
            message: `is in region ${build.region}, but the release is for ${region}; a build can only be deployed in its own region`,
            next: `Build in ${region}, or release to ${build.region}.`,
        });
    }
}


/***/ })

};

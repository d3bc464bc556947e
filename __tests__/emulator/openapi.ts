import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/**
 * Checks requests and responses against the platform's OpenAPI description of the key surface. The description is next to
 * the project, not in it, so it may be missing.
 */
export interface Contract {
  /** Every operation of the key surface, as `PUT /secrets/{setName}`. */
  readonly operations: readonly string[];
  /**
   * Problems in a request; empty if there are none. The description covers only the key surface, so requests to another
   * surface have no problems.
   */
  checkRequest(request: ContractRequest): string[];
  /** Problems in the response to a request; empty if there are none. */
  checkAnswer(method: string, path: string, status: number, body: unknown): string[];
}

/** A request with its full path (`/v1/…`), as the emulator logs it. */
export interface ContractRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const location = fileURLToPath(
  new URL('../../../shared/pipecat-cloud-openapi.json', import.meta.url),
);

type Json = Record<string, unknown>;

/** Differences between the platform and its description, such as fields that the description lacks. */
const text = { type: 'string' };
const knownGaps: readonly {
  /** The path of the schema in the document. */
  readonly at: string;
  /** Properties to add or replace. */
  readonly properties: Json;
}[] = [
  ...['CreateServiceRequest', 'UpdateServiceRequest'].map((schema) => ({
    at: `components/schemas/${schema}`,
    properties: {
      region: text,
      // The description has only the platform's own profiles.
      agentProfile: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
      architecture: { type: 'string', enum: ['amd64', 'arm64'] },
      websocketAuth: { type: 'string', enum: ['none', 'token'] },
      enableIntegratedKeysProxy: { type: 'boolean' },
      resources: { type: 'object', properties: { cpu: text, memory: text } },
    },
  })),
  {
    at: 'components/schemas/CreateServiceRequest',
    properties: {
      git: {
        type: 'object',
        properties: { repoFullName: text, branch: text, autoDeploy: { type: 'boolean' } },
      },
    },
  },
  {
    at: 'components/schemas/ServiceDetailsResponse',
    properties: {
      // The description says string, but an example shows null: at first, nothing is reconciled.
      reconciledDeploymentId: { type: 'string', nullable: true },
      errors: {
        type: 'array',
        items: { type: 'object', properties: { code: text, message: text } },
      },
      warning: text,
      latestDeploy: {
        type: 'object',
        properties: { status: text, commitSha: text, reason: text },
      },
      websocketAuth: text,
      enableIntegratedKeysProxy: { type: 'boolean' },
      resources: { type: 'object', properties: { cpu: text, memory: text } },
      git: {
        type: 'object',
        properties: { repoFullName: text, branch: text, autoDeploy: { type: 'boolean' } },
      },
    },
  },
  {
    at: 'components/schemas/ServiceDetailsResponse/properties/deployment',
    properties: { buildId: text },
  },
  {
    at: 'components/schemas/ServiceDetailsResponse/properties/deployment/properties/manifest/properties/spec',
    // The second one occurs only in the examples of the description.
    properties: { arch: text, krispModels: { type: 'object' } },
  },
  {
    at: 'components/schemas/ServiceListItem',
    properties: { reconciledDeploymentId: { type: 'string', nullable: true } },
  },
  {
    at: 'components/schemas/ServiceListItem/properties/deployment',
    properties: { buildId: text },
  },
  { at: 'components/schemas/RevisionHealth', properties: { headline: text } },
  { at: 'components/schemas/SecretSetSummary', properties: { source: text } },
  {
    at: 'paths/~secrets~{setName}/get/responses/200/content/application~json/schema',
    properties: { source: text },
  },
  {
    at: 'components/schemas/Region',
    properties: {
      supported_architectures: { type: 'array', items: { enum: ['amd64', 'arm64'] } },
      default_architecture: { enum: ['amd64', 'arm64'] },
    },
  },
];

/** Statuses that every operation can return, although the description omits them for some. */
const everywhere = [400, 401, 404, 409, 429, 500, 502, 503, 504];

/** Query parameters that the platform accepts, although the description omits them. */
const undescribedParameters: Readonly<Record<string, readonly string[]>> = {
  'GET /builds': ['dockerfilePath'],
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectAt(value: unknown, ...path: string[]): Json | undefined {
  let current = value;
  for (const part of path) current = isObject(current) ? current[part] : undefined;
  return isObject(current) ? current : undefined;
}

/** Escapes the `/` in a path or a media type. */
const place = (at: string) => at.split('/').map((part) => part.replaceAll('~', '/'));

function addKnownGaps(document: Json): void {
  for (const { at, properties } of knownGaps) {
    const schema = objectAt(document, ...place(at));
    if (!schema) throw new Error(`A known gap of the contract is about nothing: ${at}`);
    schema['properties'] = { ...objectAt(schema, 'properties'), ...properties };
  }
}

/**
 * Converts a schema from OpenAPI 3.0 to JSON Schema. Objects allow no other fields: the platform ignores unknown fields, so
 * only this check finds a misspelled one.
 */
function converted(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(converted);
  if (!isObject(schema)) return schema;
  const result: Json = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'example' || keyword === 'default' || keyword === 'nullable') continue;
    result[keyword] = convertedKeyword(keyword, value);
  }
  if (result['properties'] !== undefined) result['additionalProperties'] ??= false;
  return schema['nullable'] === true ? { anyOf: [result, { type: 'null' }] } : result;
}

function convertedKeyword(keyword: string, value: unknown): unknown {
  // The names of properties are not keywords.
  if (keyword === 'properties' && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, property]) => [name, converted(property)]),
    );
  if (keyword === '$ref' && typeof value === 'string')
    return value.replace('#/components/schemas/', '');
  // `nullable` allows null.
  if (keyword === 'enum' && Array.isArray(value)) return value.filter((item) => item !== null);
  return converted(value);
}

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  /** An operation with more literal parts in its path takes precedence. */
  readonly literals: number;
  readonly parameters: readonly string[];
  readonly body: ValidateFunction | undefined;
  readonly answers: ReadonlyMap<number, ValidateFunction | undefined>;
}

function readOperations(document: Json, judge: Ajv): Operation[] {
  const compiled = (content: Json | undefined) => {
    const schema = objectAt(content, 'content', 'application/json', 'schema');
    return schema && judge.compile(converted(schema) as Json);
  };
  const resolved = (response: Json) => {
    const reference = response['$ref'];
    return typeof reference === 'string'
      ? objectAt(document, ...reference.slice(2).split('/'))
      : response;
  };

  return Object.entries(objectAt(document, 'paths') ?? {}).flatMap(([template, item]) => {
    // Paths with separate servers belong to the public surface.
    if (!isObject(item) || item['servers'] !== undefined) return [];
    return Object.entries(item).flatMap(([method, described]): Operation[] => {
      if (!isObject(described)) return [];
      const parameters = Array.isArray(described['parameters']) ? described['parameters'] : [];
      const answers = Object.entries(objectAt(described, 'responses') ?? {}).map(
        ([status, response]) =>
          [Number(status), isObject(response) ? compiled(resolved(response)) : undefined] as const,
      );
      return [
        {
          name: `${method.toUpperCase()} ${template}`,
          method: method.toUpperCase(),
          pattern: new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
          literals: template.split('/').filter((part) => part !== '' && !part.startsWith('{'))
            .length,
          parameters: parameters
            .filter(isObject)
            .filter((parameter) => parameter['in'] === 'query')
            .map((parameter) => String(parameter['name'])),
          body: compiled(objectAt(described, 'requestBody')),
          answers: new Map(answers),
        },
      ];
    });
  });
}

function problemsOf(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = 'is wrong', params }) => {
    const unknown: unknown = params['additionalProperty'];
    return `${instancePath === '' ? 'the body' : instancePath} ${message}${typeof unknown === 'string' ? ` (${unknown})` : ''}`;
  });
}

/** The contract; undefined if the description is not next to the project. */
export function loadContract(): Contract | undefined {
  if (!existsSync(location)) return undefined;
  const document: unknown = JSON.parse(readFileSync(location, 'utf8'));
  if (!isObject(document)) throw new Error('The OpenAPI description is not an object.');
  addKnownGaps(document);

  const judge = new Ajv({ strict: false, allErrors: true });
  formats.default(judge);
  const schemas = objectAt(document, 'components', 'schemas') ?? {};
  for (const [name, schema] of Object.entries(schemas))
    judge.addSchema(converted(schema) as Json, name);
  const operations = readOperations(document, judge);
  const refused = judge.compile(converted(schemas['ErrorResponse']) as Json);

  const operationOf = (method: string, path: string) =>
    operations
      .filter((operation) => operation.method === method && operation.pattern.test(path))
      .sort((one, other) => other.literals - one.literals)[0];

  /** The path on the key surface; undefined for another surface. */
  const onKeySurface = (path: string) =>
    /^\/v1\/(organizations|users|public)(\/|$)/.test(path) ? undefined : path.replace(/^\/v1/, '');

  return {
    operations: operations.map(({ name }) => name),

    checkRequest({ method, path, query, body }) {
      const own = onKeySurface(path);
      if (own === undefined) return [];
      const operation = operationOf(method, own);
      if (!operation) return [`${method} ${path} is no operation`];
      const parameters = [
        ...operation.parameters,
        ...(undescribedParameters[operation.name] ?? []),
      ];
      const problems = Object.keys(query)
        .filter((name) => !parameters.includes(name))
        .map((name) => `the query parameter ${name} is not known`);
      if (operation.body) problems.push(...problemsOf(operation.body, body));
      else if (body !== undefined) problems.push('there is a body');
      return problems.map((problem) => `${operation.name}: ${problem}`);
    },

    checkAnswer(method, path, status, body) {
      const own = onKeySurface(path);
      if (own === undefined) return [];
      const operation = operationOf(method, own);
      if (!operation) return [`${method} ${path} is no operation`];
      const name = `${operation.name} ${status}`;
      const described = operation.answers.get(status);
      const validate = described ?? (everywhere.includes(status) ? refused : undefined);
      if (!validate) return [`${name}: no such answer is described`];
      return problemsOf(validate, body).map((problem) => `${name}: ${problem}`);
    },
  };
}

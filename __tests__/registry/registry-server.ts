import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, createSign, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The account that can read and write, for every kind of authentication. */
export const account = { username: 'me', password: 's3cret' };
const basic = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;

export type Access = 'open' | 'password' | 'token';

/** A real registry on a port of this machine. */
export interface RegistryServer {
  /** Host and port, as the first part of an image. */
  readonly host: string;
  /** Pushes an image, and returns the digest of its tag. */
  readonly push: (repository: string, tag: string, image: Image) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** The platforms of an image, such as `linux/arm64`: several in an index, or one in the config of a single image. */
export type Image = { readonly index: readonly string[] } | { readonly single: string };

/** Starts the registry of Debian's package `docker-registry` (CNCF Distribution). */
export async function startRegistry(access: Access): Promise<RegistryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const tokens = access === 'token' ? await startTokenService(folder) : undefined;
  const configuration = join(folder, 'config.yml');
  writeFileSync(
    configuration,
    JSON.stringify({
      version: '0.1',
      log: { accesslog: { disabled: true }, level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: host },
      ...(access === 'password' ? { auth: { htpasswd: passwordFile(folder) } } : {}),
      ...(tokens === undefined ? {} : { auth: { token: tokens.configuration } }),
    }),
  );
  const registry = spawn('docker-registry', ['serve', configuration], { stdio: 'ignore' });
  await answering(host, registry);
  return {
    host,
    push: (repository, tag, image) => push(host, tokens?.grant(repository), repository, tag, image),
    stop: async () => {
      const ended = new Promise((resolve) => registry.once('exit', resolve));
      registry.kill();
      await ended;
      tokens?.server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(host: string, registry: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    try {
      await fetch(`http://${host}/v2/`);
      return;
    } catch {
      if (registry.exitCode !== null) break;
      await pause(20);
    }
  }
  throw new Error('docker-registry did not start');
}

function passwordFile(folder: string): { realm: string; path: string } {
  const path = join(folder, 'htpasswd');
  // The password above as a bcrypt hash, the only format that the registry reads.
  const hash = '$2y$05$j15.jLBODxStiJ8r/2BR/OPggGwy.7Dn0LGH0inr/pUWF/SNbhrQm';
  writeFileSync(path, `${account.username}:${hash}\n`);
  return { realm: 'Registry', path };
}

interface TokenService {
  readonly server: Server;
  readonly configuration: Readonly<Record<string, string>>;
  /** A token with the permission to push. */
  readonly grant: (repository: string) => string;
}

/** A token service as in the distribution specification. Anybody can pull from `open/…`. */
async function startTokenService(folder: string): Promise<TokenService> {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=tokens', '-days', '1'].concat([
      '-keyout',
      key,
      '-out',
      certificate,
    ]),
    { stdio: 'ignore' },
  );
  const der = readFileSync(certificate, 'utf8').replace(/-----.*-----|\s/g, '');
  const grant = (repository: string, actions: readonly string[]): string => {
    const now = Math.floor(Date.now() / 1000);
    const header = { typ: 'JWT', alg: 'RS256', x5c: [der] };
    const claims = {
      iss: 'tokens',
      sub: '',
      aud: 'registry',
      exp: now + 300,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access: [{ type: 'repository', name: repository, actions }],
    };
    const text = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${createSign('RSA-SHA256').update(text).sign(readFileSync(key), 'base64url')}`;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://tokens');
    const [, repository = ''] = (url.searchParams.get('scope') ?? '').split(':');
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== basic) {
      response.writeHead(401).end();
      return;
    }
    const mayPull = authorization === basic || repository.startsWith('open/');
    response.end(JSON.stringify({ token: grant(repository, mayPull ? ['pull'] : []) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    configuration: {
      realm: `http://127.0.0.1:${port}/token`,
      service: 'registry',
      issuer: 'tokens',
      rootcertbundle: certificate,
    },
    grant: (repository) => `Bearer ${grant(repository, ['pull', 'push'])}`,
  };
}

const sha256 = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;

async function push(
  host: string,
  authorization: string | undefined,
  repository: string,
  tag: string,
  image: Image,
): Promise<string> {
  const base = `http://${host}/v2/${repository}`;
  const headers = { authorization: authorization ?? basic };
  const expectStatus = (response: Response, status: number): void => {
    if (response.status !== status) throw new Error(`${response.url}: ${response.status}`);
  };

  const upload = async (text: string): Promise<{ digest: string; size: number }> => {
    const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers });
    expectStatus(begun, 202);
    const target = new URL(begun.headers.get('location') ?? '', base);
    target.searchParams.set('digest', sha256(text));
    expectStatus(await fetch(target, { method: 'PUT', headers, body: text }), 201);
    return { digest: sha256(text), size: text.length };
  };
  const put = async (reference: string, mediaType: string, content: object): Promise<string> => {
    const body = JSON.stringify({ schemaVersion: 2, mediaType, ...content });
    const response = await fetch(`${base}/manifests/${reference}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': mediaType },
      body,
    });
    expectStatus(response, 201);
    return sha256(body);
  };
  const pushSingle = async (platform: string, reference?: string) => {
    const [os, architecture, variant] = platform.split('/');
    const config = await upload(JSON.stringify({ os, architecture, variant, rootfs: {}, tag }));
    const layer = await upload(`files of ${platform}`);
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const content = {
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
    };
    const body = JSON.stringify({ schemaVersion: 2, mediaType, ...content });
    const digest = await put(reference ?? sha256(body), mediaType, content);
    return { mediaType, digest, size: body.length, platform: { os, architecture, variant } };
  };

  if ('single' in image) return (await pushSingle(image.single, tag)).digest;
  const manifests: unknown[] = [];
  for (const platform of image.index) manifests.push(await pushSingle(platform));
  return put(tag, 'application/vnd.oci.image.index.v1+json', { manifests });
}

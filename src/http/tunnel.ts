import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import { ProxyError } from './connection-failure.js';
import { sharedLookup } from './shared-lookup.js';

/** Options of a request that needs a tunnel. */
export interface TunnelOptions extends https.RequestOptions {
  /** Cancels opening the tunnel: Node.js cannot cancel a request that has no connection yet. */
  readonly givenUp: AbortSignal;
}

/** What Node.js passes to an agent. */
interface Destination extends Pick<TunnelOptions, 'givenUp'> {
  readonly host: string;
  readonly port: number | string;
  /** The name in the certificate that the server must present. */
  readonly servername: string;
}

type Opened = (error: Error | null, socket?: Duplex) => void;

/** Makes an agent that opens all its connections through a proxy, with CONNECT. */
export function tunnelAgent(proxy: URL, isSecure: boolean): http.Agent {
  const agent = new (isSecure ? https : http).Agent({ keepAlive: true });
  const createConnection = (destination: Destination, opened: Opened): undefined => {
    const { host, port, servername, givenUp } = destination;
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    openTunnel(proxy, authority, givenUp).then((socket) => {
      opened(null, isSecure ? connectTls({ host, servername, socket }) : socket);
    }, opened);
  };
  return Object.assign(agent, { createConnection });
}

/** @param authority host and port in the form that a request line needs */
function openTunnel(proxy: URL, authority: string, signal: AbortSignal): Promise<Socket> {
  const { hostname, port, auth } = urlToHttpOptions(proxy);
  const account = auth && `Basic ${Buffer.from(auth).toString('base64')}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? https : http).request({
      method: 'CONNECT',
      hostname,
      port,
      path: authority,
      headers: { Host: authority, ...(account && { 'Proxy-Authorization': account }) },
      agent: false,
      lookup: sharedLookup,
      signal,
    });
    request.on('connect', ({ statusCode: status = 0 }, socket, head) => {
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      } else {
        socket.destroy();
        reject(new ProxyError(proxy, status));
      }
    });
    request.on('error', (cause) => {
      reject(new ProxyError(proxy, undefined, { cause }));
    });
    request.end();
  });
}

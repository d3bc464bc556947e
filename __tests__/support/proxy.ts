import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** What a proxy does with a CONNECT. */
export type ProxyBehavior =
  /** Opens the tunnel. */
  | { readonly kind: 'tunnel' }
  /** Reads the request but does not respond. */
  | { readonly kind: 'stall' }
  /** Starts a response but does not end it. */
  | { readonly kind: 'half-answer' }
  /** Opens the tunnel but never sends anything through it. */
  | { readonly kind: 'swallow' }
  /** Responds with this status. */
  | { readonly kind: 'refuse'; readonly status: number };

/** An HTTP proxy on the loopback address. */
export interface Proxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Changes what it does with each CONNECT. */
  behavior: ProxyBehavior;
  /** The requested destinations, as `HOST:PORT`, in order. */
  readonly asked: string[];
  readonly credentials: (string | undefined)[];
  /** Number of open connections to the proxy. */
  readonly open: number;
  /** Closes all open tunnels. */
  breakTunnels(): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy.
 *
 * @param port the local port that every tunnel leads to, whatever the requested destination
 */
export async function startProxy(port: number, behavior: ProxyBehavior): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const server = createServer()
    .on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    })
    .on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url ?? '');
      credentials.push(request.headers['proxy-authorization']);
      // Otherwise, a closed connection would not be noticed.
      socket.resume().on('end', () => socket.destroy());
      answer(socket);
    });
  const answer = (socket: Socket): void => {
    switch (proxy.behavior.kind) {
      case 'stall':
        return;
      case 'half-answer':
        socket.write('HTTP/1.1 200 Connection est');
        return;
      case 'refuse':
        socket.end(`HTTP/1.1 ${proxy.behavior.status} No\r\nContent-Length: 0\r\n\r\n`);
        return;
      case 'swallow':
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        return;
      case 'tunnel': {
        const target = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
        target.on('error', () => socket.destroy()).on('close', () => socket.destroy());
        socket.on('close', () => target.destroy());
        target.pipe(socket).pipe(target);
      }
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakTunnels = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behavior,
    asked,
    credentials,
    get open() {
      return sockets.size;
    },
    breakTunnels,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        breakTunnels();
      }),
  };
  return proxy;
}

/** Sets environment variables during `work`. */
export async function withEnvironment<Result>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

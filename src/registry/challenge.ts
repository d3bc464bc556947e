/** The authorization that a registry asks for with a 401. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      /** The address of the token service. */
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const parameter = /([a-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** Reads a `WWW-Authenticate` header; undefined if it asks for neither a token nor a password. */
export function readChallenge(header: string | undefined): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(bearer|basic)(?:\s+(.*))?$/is.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme === '') return undefined;
  const given = new Map(
    [...rest.matchAll(parameter)].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain,
    ]),
  );
  const realm = given.get('realm');
  if (realm === undefined) return undefined;
  return { scheme: 'bearer', realm, service: given.get('service'), scope: given.get('scope') };
}

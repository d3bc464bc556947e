import type { Regional } from './regional.js';

/** Placeholders in names, for what is known only later. */
export const regionPlaceholder = '{region}';
export const versionPlaceholder = '{version}';
/** The number of the pull request, which the inputs replace because it is known first. */
export const pullRequestPlaceholder = '{pr}';

/** An example of a version, to check a name whose version is not known. */
const anyVersion = '0'.repeat(8);

export function nameInRegion(template: string, region: string): string {
  return template.replaceAll(regionPlaceholder, region);
}

/** The name in a region; undefined if there is none. */
export function nameIn(names: Regional<string> | undefined, region: string): string | undefined {
  const template = names?.in(region);
  return template === undefined ? undefined : nameInRegion(template, region);
}

/** Inserts a version into a name. Without a version, the placeholder stays, and no set has that name. */
export function nameOfVersion(name: string, version: string | undefined): string {
  return version === undefined ? name : name.replaceAll(versionPlaceholder, version);
}

/** A name with an example version, for checks of length and characters. */
export function nameOfAnyVersion(name: string): string {
  return nameOfVersion(name, anyVersion);
}

export function isVersioned(name: string): boolean {
  return name.includes(versionPlaceholder);
}

/** Makes a pattern that matches the name with any version, and nothing else. */
export function versionsOf(name: string): RegExp {
  const parts = name.split(versionPlaceholder).map((part) => part.replace(/[.]/g, '\\.'));
  return new RegExp(`^${parts.join('[0-9a-f]{8}')}$`);
}

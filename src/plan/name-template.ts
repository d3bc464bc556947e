/** What a name may hold in place of something that is known later only. */
export const regionPlaceholder = '{region}';
export const versionPlaceholder = '{version}';
/** The number of the pull request. It is known before anything else, so the inputs replace it. */
export const pullRequestPlaceholder = '{pr}';

/** A version of the shape that all have, for checks of a name whose version is not known. */
const anyVersion = '0'.repeat(8);

export function nameInRegion(template: string, region: string): string {
  return template.replaceAll(regionPlaceholder, region);
}

/** A name with its version in it; without one, the placeholder stays, and no set is called so. */
export function nameOfVersion(name: string, version: string | undefined): string {
  return version === undefined ? name : name.replaceAll(versionPlaceholder, version);
}

/** A name as long and of the same characters as the one that its version will make of it. */
export function nameOfAnyVersion(name: string): string {
  return nameOfVersion(name, anyVersion);
}

export function isVersioned(name: string): boolean {
  return name.includes(versionPlaceholder);
}

/** Tells the names that a name stands for with whichever version, and no others. */
export function versionsOf(name: string): RegExp {
  const parts = name.split(versionPlaceholder).map((part) => part.replace(/[.]/g, '\\.'));
  return new RegExp(`^${parts.join('[0-9a-f]{8}')}$`);
}

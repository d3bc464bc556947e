import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import * as v from 'valibot';

/** A third-party package with code in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression in its package.json. */
  readonly license: string;
  readonly author: string | undefined;
  readonly folder: string;
}

interface Module {
  readonly nameForCondition?: string | null | undefined;
  readonly modules?: readonly Module[] | undefined;
}

const moduleSchema: v.GenericSchema<unknown, Module> = v.object({
  nameForCondition: v.nullish(v.string()),
  modules: v.optional(v.array(v.lazy(() => moduleSchema))),
});

const statisticsSchema = v.object({ modules: v.pipe(v.array(moduleSchema), v.minLength(1)) });

const manifestSchema = v.object({
  name: v.string(),
  version: v.string(),
  license: v.fallback(v.string(), '(none)'),
  author: v.optional(
    v.union([
      v.string(),
      v.pipe(
        v.object({ name: v.string() }),
        v.transform(({ name }) => name),
      ),
    ]),
  ),
});

/**
 * The packages with files in the bundle, by name and version. Only the bundler's own record of modules is
 * complete: it has the modules of all chunks and of joined modules, and the folder of each version of a package.
 *
 * @param statistics the file that `ncc --stats-out` wrote
 * @param repository where the bundle was built
 * @throws if a file is from an unknown place, or if a package.json is invalid
 */
export function bundledPackages(statistics: unknown, repository: string): BundledPackage[] {
  const folders = new Set(
    filesOf(v.parse(statisticsSchema, statistics).modules).flatMap((file) =>
      packageFolder(file, repository),
    ),
  );
  return [...folders]
    .map((folder) => {
      const { license, ...manifest } = v.parse(
        manifestSchema,
        JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
      );
      return {
        name: manifest.name,
        version: manifest.version,
        author: manifest.author,
        license,
        folder,
      };
    })
    .sort((one, other) => compare(one.name, other.name) || compare(one.version, other.version));
}

/** The files of modules. Built-in modules of Node.js and modules of the bundler have none. */
function filesOf(modules: readonly Module[]): string[] {
  return modules.flatMap(({ nameForCondition, modules: joined }) => [
    ...(nameForCondition ? [nameForCondition] : []),
    ...filesOf(joined ?? []),
  ]);
}

/** The folder of the package that a file belongs to; empty for a file of the repository itself. */
function packageFolder(file: string, repository: string): string[] {
  const steps = relative(repository, file).split(/[\\/]/);
  if (steps[0] === '..' || isAbsolute(relative(repository, file))) {
    throw new Error(`${file} is bundled, but it is outside of ${repository}`);
  }
  const last = steps.lastIndexOf('node_modules');
  if (last === -1) return [];
  const length = steps[last + 1]?.startsWith('@') ? 2 : 1;
  return [resolve(repository, ...steps.slice(0, last + 1 + length))];
}

/** Does not depend on the locale. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

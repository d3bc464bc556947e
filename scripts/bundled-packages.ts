import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import * as v from 'valibot';

/** A package of others of which code is in the bundle. `folder` is where it is installed. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it: an SPDX expression. */
  readonly licence: string;
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
  license: v.fallback(v.string(), 'none that its package.json names'),
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
 * The packages that the bundler took files from, by name and version. Its own record of modules is the
 * only one that is whole: it has those of chunks that are loaded on use, those that were joined into
 * one, and the folder of each where a package is there in two versions.
 *
 * @param statistics What `ncc --stats-out` has written.
 * @param repository Where the bundle was built.
 * @throws If a file comes from nowhere that is known, or a package does not say what it is.
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
        licence: license,
        folder,
      };
    })
    .sort((one, other) => compare(one.name, other.name) || compare(one.version, other.version));
}

/** Modules that stand for no file (Node's own, and what the bundler makes itself) name none. */
function filesOf(modules: readonly Module[]): string[] {
  return modules.flatMap(({ nameForCondition, modules: joined }) => [
    ...(nameForCondition ? [nameForCondition] : []),
    ...filesOf(joined ?? []),
  ]);
}

/** The folder of the package that a file belongs to; none for a file of the repository itself. */
function packageFolder(file: string, repository: string): string[] {
  const steps = relative(repository, file).split(/[\\/]/);
  if (steps[0] === '..' || isAbsolute(relative(repository, file))) {
    throw new Error(`${file} is bundled, and lies outside of ${repository}`);
  }
  const last = steps.lastIndexOf('node_modules');
  if (last === -1) return [];
  const length = steps[last + 1]?.startsWith('@') ? 2 : 1;
  return [resolve(repository, ...steps.slice(0, last + 1 + length))];
}

/** The same on every machine, whatever its language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { root } from './bundle.js';
import { listedPackages } from './licences.js';

/**
 * Writes the software bill of materials of `dist/`, in CycloneDX, to the file that is named, or shows it.
 *
 * npm's own, without development dependencies, is no account of the bundle: it lists packages that hold
 * only types, or that stay out of the bundle, and misses those that a development dependency has need of
 * as well. So npm's entries are taken of what is bundled, which `dist/licenses.txt` lists, and of
 * nothing else.
 */
const componentSchema = v.looseObject({
  'bom-ref': v.string(),
  name: v.string(),
  version: v.string(),
});

const billSchema = v.looseObject({
  metadata: v.looseObject({ component: v.looseObject({ 'bom-ref': v.string() }) }),
  components: v.array(componentSchema),
  dependencies: v.array(v.looseObject({ ref: v.string(), dependsOn: v.array(v.string()) })),
});

const manifestSchema = v.object({ name: v.string() });

const [path] = process.argv.slice(2);
const text = `${JSON.stringify(billOfBundle(), undefined, 2)}\n`;
if (path === undefined) process.stdout.write(text);
else writeFileSync(path, text);

function billOfBundle(): v.InferOutput<typeof billSchema> {
  const bill = v.parse(
    billSchema,
    JSON.parse(
      execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'], {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
        // npm is a batch file on Windows, which only a shell runs.
        shell: process.platform === 'win32',
      }),
    ),
  );
  const components = listedPackages(readFileSync(join(root, 'dist', 'licenses.txt'), 'utf8')).map(
    ({ name, version }) => {
      const component = bill.components.find(
        (each) => each.name === name && each.version === version,
      );
      if (component === undefined) {
        throw new Error(`${name}@${version} is bundled, and npm does not know it: npm ci`);
      }
      return component;
    },
  );
  const { component } = bill.metadata;
  const kept = new Set([component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  const { name } = v.parse(
    manifestSchema,
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
  );
  return {
    ...bill,
    // npm calls it by the name of the folder that it lies in.
    metadata: { ...bill.metadata, component: { ...component, name } },
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map((each) => ({ ...each, dependsOn: each.dependsOn.filter((ref) => kept.has(ref)) })),
  };
}

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { root } from './bundle.js';
import { listedPackages } from './licenses.js';

/**
 * Writes the software bill of materials of `dist/`, in CycloneDX, to the given file, or prints it.
 *
 * npm's own list of production dependencies does not describe the bundle. It has packages with types only, or
 * that are not bundled, and lacks packages that a development dependency needs as well. So this takes npm's
 * entries for the packages that `dist/licenses.txt` lists, and no others.
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

const manifestSchema = v.object({ name: v.string(), version: v.string() });

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
        // On Windows, npm is a batch file, which only a shell can run.
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
        throw new Error(`${name}@${version} is bundled but not installed. Run npm ci.`);
      }
      return component;
    },
  );
  const { component } = bill.metadata;
  const { name, version } = v.parse(
    manifestSchema,
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
  );
  // The action is not on npm, so it is named by its repository on GitHub and the tag of its version.
  const purl = `pkg:github/pipecat-cloud-release/pipecat-cloud-release@v${version}`;
  const kept = new Set([component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  return {
    ...bill,
    metadata: {
      ...bill.metadata,
      component: { ...component, name, version, purl, 'bom-ref': purl },
    },
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map((each) => ({
        ...each,
        ref: each.ref === component['bom-ref'] ? purl : each.ref,
        dependsOn: each.dependsOn.filter((ref) => kept.has(ref)),
      })),
  };
}

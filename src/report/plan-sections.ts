import type { Plan } from '../plan/plan.js';
import { listOf } from '../text/list.js';
import { consequencesOf, plannedChanges, type RegionChanges } from './changes.js';
import { bulletList, code, folded, htmlTable, imageCells, samp } from './markdown.js';
import { sectionOf, type Limits, type Section } from './size-limits.js';
import { byRegions } from './words.js';

/** More regions than this are counted rather than listed in a cell. */
const maxRegions = 3;

/** A plan: a table of what would change, what follows from it, and folded, the full plan in order. */
export function planSections(plan: Plan | undefined, { names }: Limits): Section[] {
  if (plan === undefined) return [];
  const lists = changeLists(plannedChanges(plan, names));
  const table = plannedTable(plan, names);
  if (table === '') return lists;
  return [
    { name: 'the table of changes', text: table },
    { name: 'what follows from them', text: consequenceList(plan, names) },
    {
      name: 'the full plan',
      text: folded('Full plan, in order', lists.map(({ text }) => text).join('\n\n')),
    },
  ];
}

/** A list of what is done in each region, except for regions that do not change. */
export function changeLists(
  all: readonly RegionChanges[],
): (Section & { readonly text: string })[] {
  return all
    .filter(({ changes }) => changes.length > 0)
    .map(({ region, changes }) => ({
      name: sectionOf('the changes in', region),
      text: `**${code(region)}**\n\n${bulletList(changes)}`,
    }));
}

interface Row {
  readonly setting: string;
  readonly now: string;
  readonly after: string;
}

/** What would change, by setting and key. A change that is the same in several regions is one row. */
function plannedTable({ targets }: Plan, maxKeys: number): string {
  const images = targets
    .flatMap(({ agent }) => agent?.changes ?? [])
    .filter(({ setting }) => setting === 'image')
    .flatMap(({ before, after }) => [before, after].filter((one) => one !== undefined));
  const image = imageCells(images);
  const rows = targets.flatMap((target) =>
    rowsOf(target, maxKeys, image).map((value) => ({ region: target.region, value })),
  );
  return htmlTable(
    byRegions(rows).map(({ regions, value: { setting, now, after } }) => ({
      // The headline names the only region.
      Region: targets.length === 1 ? '' : regionCell(regions, targets.length),
      Setting: setting,
      Now: now,
      After: after,
    })),
  );
}

function regionCell(regions: readonly string[], all: number): string {
  if (regions.length <= maxRegions) return regions.map(samp).join(', ');
  return regions.length === all ? `all ${all} regions` : `${regions.length} regions`;
}

function rowsOf(
  { secretSets, build, agent }: Plan['targets'][number],
  maxKeys: number,
  image: (name: string) => string,
): Row[] {
  const isNewBuild = build !== undefined && build.found === undefined;
  const newBuild = isNewBuild ? `a new build of ${samp(build.context.hash)}` : 'a new build';
  const changes = agent?.changes ?? [];
  const isBuildNamed = changes.some(({ after }) => after === undefined);
  return [
    ...(isNewBuild && !isBuildNamed ? [{ setting: 'build', now: '–', after: newBuild }] : []),
    ...changes.map(({ setting, before, after }) => {
      const cell = setting === 'image' ? image : samp;
      return {
        setting,
        now: before === undefined ? '–' : cell(before),
        after: after === undefined ? newBuild : cell(after),
      };
    }),
    ...(agent?.hidden ?? []).map(({ setting, after }) => ({
      setting,
      now: 'not shown',
      after: samp(after),
    })),
    ...secretSets.flatMap(({ name, addedKeys, updatedKeys, prunedKeys }) => {
      const key = (one: string, now: string, after: string): Row => ({
        setting: `${samp(one)} of ${samp(name)}`,
        now,
        after,
      });
      return [
        ...addedKeys.map((one) => key(one, '–', 'new key')),
        ...updatedKeys.map((one) => key(one, 'set', 'new value')),
        ...prunedKeys.map((one) => key(one, 'set', 'deleted')),
      ].slice(0, maxKeys);
    }),
  ];
}

/** What follows from the changes. A sentence that is true for several regions appears once. */
function consequenceList(plan: Plan, maxNames: number): string {
  const consequences = consequencesOf(plan, maxNames).flatMap(({ region, changes }) =>
    changes.map((value) => ({ region, value })),
  );
  const lines = byRegions(consequences).map(({ regions, value: sentence }) =>
    regions.length === plan.targets.length
      ? sentence
      : `${listOf(regions, { most: maxNames })}: ${sentence}`,
  );
  return bulletList(lines);
}

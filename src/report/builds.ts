import { bytesOf } from '../text/bytes.js';
import { buildsOf, type BuildRecord, type ReleaseRecord } from '../record/record.js';
import { counted, duration, nonEmpty } from './words.js';
import { code, table } from './markdown.js';

/** The packed context and its builds; undefined if there is none. */
export function buildSection(record: ReleaseRecord): string | undefined {
  const { context } = record;
  const builds = buildsOf(record);
  if (context === undefined) return undefined;
  const { files, bytes, archiveBytes, hash } = context;
  const told = `Build context ${code(hash)}: ${counted(files, 'file')} of ${bytesOf(bytes)}, packed as ${bytesOf(archiveBytes)}.`;
  return nonEmpty([told, buildTable(builds)]).join('\n\n');
}

const outcomes: Readonly<Record<BuildRecord['outcome'], string>> = {
  built: 'built',
  reused: 'reused: this context was built before',
  failed: 'failed',
  running: 'still running',
  cancelled: 'cancelled while starting',
  skipped: 'not started',
};

function buildTable(builds: readonly BuildRecord[]): string {
  return table(
    builds.map(({ id, region, plan, outcome, duration: took }) => ({
      Build: id === null ? '–' : code(id),
      Region: code(region),
      Dockerfile: code(plan.context.dockerfile),
      Outcome: outcomes[outcome],
      'Upload and build': took === undefined ? '–' : duration(took),
    })),
  );
}

import { obstacle } from '../lab/packages.ts';
import { noBrowser } from './browser/chromium.ts';

/** The checks of `npm test`, in order: cheap ones first. */
export interface Check {
  readonly name: string;
  readonly argv: readonly string[];
  /** Test files, as globs; appended to argv. A check whose globs match nothing fails. */
  readonly files?: readonly string[];
  /** A process for so many of the files each; otherwise one for all. */
  readonly filesEach?: number;
  /** So many processes at a time; otherwise one. */
  readonly atOnce?: number;
  /** It measures a live machine that others share: a process of it that fails is run once more, and both are printed. */
  readonly again?: boolean;
  /** It runs at the same time as the check before it, to which it can do nothing but take processor time. */
  readonly beside?: boolean;
  /** Why it can't run here; undefined when it can. */
  readonly skip?: () => string | undefined;
}

const code = ['src', 'web', 'test', 'scripts', 'lab', 'bench'];
const nodeTest = [process.execPath, '--test', '--test-reporter=dot'];

export const checks: readonly Check[] = [
  { name: 'format', argv: ['biome', 'format', ...code] },
  { name: 'lint', argv: ['oxlint', '--type-aware', '--deny-warnings', ...code], beside: true },
  { name: 'types', argv: ['tsc', '-p', '.'], beside: true },
  { name: 'page-types', argv: ['tsc', '-p', 'web'], beside: true },
  { name: 'architecture', argv: nodeTest, files: ['test/architecture.test.ts'] },
  { name: 'golden', argv: nodeTest, files: ['test/golden/*.test.ts'] },
  // Not a process for each file: starting Node a hundred times takes longer than the tests, which share no state.
  // Enough of them that none is left alone with the slow files, and one more at a time than there may be processors: some
  // tests wait. To compile the sources anew for each takes a quarter of the time.
  {
    name: 'unit',
    argv: ['env', 'NODE_COMPILE_CACHE=.cache/compiled', ...nodeTest, '--test-isolation=none'],
    files: ['src/**/*.test.ts', 'web/**/*.test.ts', 'lab/**/*.test.ts'],
    filesEach: 40,
    atOnce: 3,
  },
  // What kmai finds on this very machine, where growth is planted and no other should be: one file at a time, nothing beside.
  { name: 'machine', argv: nodeTest, files: ['test/machine/*.test.ts'], filesEach: 1, again: true },
  // In namespaces, processes, cgroups and folders of each file's own.
  { name: 'integration', argv: nodeTest, files: ['test/integration/*.test.ts'], filesEach: 1, atOnce: 3, again: true },
  // The page and the report in chromium.
  { name: 'browser', argv: [...nodeTest, '--test-concurrency=1'], files: ['test/browser/*.test.ts'], beside: true, skip: noBrowser },
  // Real kernels, real leaks: six scenarios of lab/, about five minutes.
  {
    name: 'lab',
    argv: [process.execPath, 'lab/cli.ts', 'bench', '--quick'],
    again: true,
    beside: true,
    skip: () => obstacle() ?? undefined,
  },
];

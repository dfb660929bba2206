import { obstacle } from '../lab/packages.ts';
import { noBrowser } from './browser/chromium.ts';

/** The checks of `npm test`, in order: cheap ones first. */
export interface Check {
  readonly name: string;
  readonly argv: readonly string[];
  /** Test files, as globs; appended to argv. A check whose globs match nothing fails. */
  readonly files?: readonly string[];
  /** In so many processes at once, each with its share of the files. */
  readonly shares?: number;
  /** It measures a live machine that others share: a file of it that fails is run once more, and both are printed. */
  readonly again?: boolean;
  /** Why it can't run here; undefined when it can. */
  readonly skip?: () => string | undefined;
}

const code = ['src', 'web', 'test', 'scripts', 'lab', 'bench'];
const nodeTest = [process.execPath, '--test', '--test-reporter=dot'];

export const checks: readonly Check[] = [
  { name: 'format', argv: ['biome', 'format', ...code] },
  { name: 'lint', argv: ['oxlint', '--type-aware', '--deny-warnings', ...code] },
  { name: 'types', argv: ['tsc', '-p', '.'] },
  { name: 'page-types', argv: ['tsc', '-p', 'web'] },
  { name: 'architecture', argv: nodeTest, files: ['test/architecture.test.ts'] },
  { name: 'golden', argv: nodeTest, files: ['test/golden/*.test.ts'] },
  // Not a process for each file: starting Node a hundred times takes longer than the tests, which share no state.
  {
    name: 'unit',
    argv: [...nodeTest, '--test-isolation=none'],
    files: ['src/**/*.test.ts', 'web/**/*.test.ts', 'lab/**/*.test.ts'],
    shares: 2,
  },
  { name: 'integration', argv: [...nodeTest, '--test-concurrency=1'], files: ['test/integration/*.test.ts'], again: true },
  // The page and the report in chromium.
  { name: 'browser', argv: [...nodeTest, '--test-concurrency=1'], files: ['test/browser/*.test.ts'], skip: noBrowser },
  // Real kernels, real leaks: six scenarios of lab/, about five minutes.
  { name: 'lab', argv: [process.execPath, 'lab/cli.ts', 'bench', '--quick'], again: true, skip: () => obstacle() ?? undefined },
];

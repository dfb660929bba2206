import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** kmai's own files: its casebook and package.json, wherever the package was installed. */
export interface Assets {
  /** The folder of the package. */
  readonly root: string;
  readonly version: string;
  /** @throws the errno when the package lacks it */
  read(path: string): string;
  /** Paths below the root that match a glob of node:fs (all YAML below casebook/, say), sorted. */
  find(pattern: string): readonly string[];
}

/**
 * @param from a file of the package: `import.meta.url`, both of the sources (src/host/) and of what is published (dist/)
 * @throws when no folder above it is the package
 */
export function packageAssets(from: string = import.meta.url): Assets {
  const { root, version } = packageOf(dirname(fileURLToPath(from)));
  return {
    root,
    version,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    find: (pattern) => globSync(pattern, { cwd: root }).toSorted(),
  };
}

/** The nearest folder above whose package.json names kmai: dist/ may lie inside another package's node_modules. */
function packageOf(start: string): { readonly root: string; readonly version: string } {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown; readonly version?: unknown };
      if (name === 'kmai' && typeof version === 'string') return { root: folder, version };
    }
    if (folder === dirname(folder)) throw new Error(`${start}: no package.json of kmai in it or above: the installation is incomplete`);
  }
}

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listPackage, statFile } from '@electron/asar';

/** Without the runtime. A good deal more than it is; a Node runtime or a source tree that slips in is far above. */
const MAX_ARCHIVE_BYTES = 4_000_000;

/** Where native binaries come from; usb's is in a package per system. */
const NATIVE_PACKAGES = ['@node-usb/', '@serialport/bindings-cpp/', 'better-sqlite3/'];

/** Packages that a dependency names and that are not needed to run: headers and types. */
const BUILD_ONLY = /^(node-addon-api|@types\/.*)$/;

const OURS = /^(package\.json|dist|dist\/(main|preload|renderer)(\/.*)?|node_modules(\/.*)?)$/;
const SOURCES = /\.(ts|mts|cts|map|cc|cpp|c|h|hpp|gyp|gypi)$/;

/** What is wrong with the files of a packed app: a sentence each, none when all is well. */
export function checkFiles(archive: string, repository: string): readonly string[] {
  const files = listPackage(archive, { isPack: false }).map((path) => path.slice(1).replaceAll('\\', '/'));
  const problems: string[] = [];
  const none = (found: readonly string[], problem: string): void => {
    if (found.length > 0) problems.push(`${problem}: ${found.slice(0, 6).join(', ')}`);
  };

  const natives = files.filter((path) => path.endsWith('.node'));
  none(
    NATIVE_PACKAGES.filter((name) => !natives.some((path) => path.startsWith(`node_modules/${name}`))),
    'the native binary is not packed of',
  );
  none(
    natives.filter((path) => !isUnpacked(archive, path)),
    'a native binary inside the archive cannot be loaded',
  );
  none(
    files.filter((path) => !OURS.test(path)),
    'this has no business in the app',
  );
  none(
    files.filter((path) => SOURCES.test(path)),
    'sources and maps are packed',
  );

  const packed = new Set(files.map(packageOf).filter((name) => name !== undefined));
  const wanted = runtimePackages(repository);
  none(
    [...packed].filter((name) => !wanted.has(name)),
    'packages are packed that are bundled, or not used',
  );
  none(
    [...wanted].filter((name) => !packed.has(name)),
    'packages are not packed that are needed',
  );

  const licences = ['dist/main/third-party-licenses.md', 'dist/renderer/third-party-licenses.md'];
  none(
    licences.filter((path) => !files.includes(path)),
    'the licences of what is bundled are not packed',
  );
  none(
    ['better-sqlite3', 'usb', 'serialport'].filter((name) => {
      return !files.some((path) => path.startsWith(`node_modules/${name}/LICENSE`));
    }),
    'the licence of a native package is not packed',
  );
  const { size } = statSync(archive);
  if (size > MAX_ARCHIVE_BYTES) problems.push(`the archive has ${size} bytes, more than ${MAX_ARCHIVE_BYTES}`);
  return problems;
}

function isUnpacked(archive: string, path: string): boolean {
  const stat = statFile(archive, path);
  return 'unpacked' in stat && stat.unpacked === true;
}

/** The package a file in the archive belongs to; undefined outside node_modules and for a scope's folder. */
function packageOf(path: string): string | undefined {
  return /^node_modules\/((?:@[^/]+\/)?[^@./][^/]*)/.exec(path)?.[1];
}

/** The runtime dependencies of package.json and of theirs, as far as this system has them installed (usb has a package per system). */
function runtimePackages(repository: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name) || BUILD_ONLY.test(name)) return;
    const described = describePackage(join(repository, 'node_modules', name));
    if (described === undefined) return;
    found.add(name);
    for (const each of Object.keys({ ...described.dependencies, ...described.optionalDependencies })) visit(each);
  };
  for (const name of Object.keys(describePackage(repository)?.dependencies ?? {})) visit(name);
  return found;
}

type PackageJson = {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
};

function describePackage(folder: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
  } catch {
    return undefined;
  }
}

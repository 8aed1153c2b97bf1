/**
 * Installs the packages of app/package-lock.json into FOLDER/node_modules, unless they are there already:
 * `node app/packages.mjs FOLDER [--omit=dev]`, from the root of the repository. Without packages it does nothing.
 *
 * `npm ci` takes exactly what the lock names, with its hashes, and from its cache what that has. Scripts of packages are
 * not run: an installation must not run the code of strangers.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LOCK = 'app/package-lock.json';
const MANIFESTS = ['package.json', 'package-lock.json', '.npmrc'];
const [folder, ...options] = process.argv.slice(2);

/** Packages that `npm ci` has to install, by path; `link` is a folder of this repository. */
function locked(packages) {
  const kept = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
  return options.includes('--omit=dev') ? kept.filter(([, entry]) => !entry.dev) : kept;
}

/** Whether node_modules has exactly these packages; npm lists in it what it has installed. */
function upToDate(wanted) {
  const list = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(list) || wanted.some(([, entry]) => entry.link)) return false;
  const { packages } = JSON.parse(readFileSync(list, 'utf8'));
  const same = ([path, entry]) =>
    packages[path]
      ? packages[path].version === entry.version && packages[path].integrity === entry.integrity
      : entry.optional || entry.devOptional; // for another platform than this
  const names = new Set(wanted.map(([path]) => path));
  return wanted.every(same) && Object.keys(packages).every((path) => names.has(path));
}

/** Paths of packages that are in this repository: files that `npm ci` unpacks, or folders that it links. */
function local(packages, linked) {
  return Object.values(packages)
    .filter(({ link = false, resolved = '' }) => link === linked && (linked || resolved.startsWith('file:')))
    .map(({ resolved }) => resolved.replace(/^file:/, ''));
}

/** Puts what `npm ci` reads into the folder: the lock, the registry's address, packages that are in this repository. */
function copyManifests(packages) {
  rmSync(folder, { recursive: true, force: true });
  for (const path of [...MANIFESTS, ...local(packages, false), ...local(packages, true)]) {
    if (!existsSync(join('app', path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join('app', path), join(folder, path), { recursive: true });
  }
}

/** Takes away what only the installation read, so that the folder has what the service needs. */
function removeManifests(packages) {
  for (const path of [...MANIFESTS, ...local(packages, false)]) rmSync(join(folder, path), { force: true });
}

function stop(message) {
  console.error(`app/build.sh: ${message}`);
  process.exit(1);
}

const manifest = JSON.parse(readFileSync('app/package.json', 'utf8'));
const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
// Node.js looks for packages in every folder above, so that only the image would lack these.
const above = existsSync('package.json') ? Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies ?? {}) : [];
if (above.length > 0) {
  console.error(
    `app/build.sh: note: package.json beside app/ has ${above.join(', ')}, which no image has. ` +
      `If the service needs it, run \`npm install --prefix app ${above.join(' ')}\`, and remove package.json beside app/.`,
  );
}
const depends = kinds.some((kind) => Object.keys(manifest[kind] ?? {}).length > 0);
if (depends && !existsSync(LOCK)) {
  stop(
    `app/package.json has dependencies, but no ${LOCK} to install them from. ` +
      'Run `npm install --prefix app --package-lock-only` and commit the file.',
  );
}

const { packages } = existsSync(LOCK) ? JSON.parse(readFileSync(LOCK, 'utf8')) : { packages: {} };
if (!packages) {
  stop(`${LOCK} is of npm 6 or older. Run \`npm install --prefix app --package-lock-only\` and commit the file.`);
}
const wanted = locked(packages);
if (wanted.length === 0) {
  if (folder !== 'app') rmSync(folder, { recursive: true, force: true });
} else if (!upToDate(wanted)) {
  if (folder !== 'app') copyManifests(packages);
  const { status, error } = spawnSync(
    'npm',
    ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...options],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (error) stop(`npm installs the packages of ${LOCK}, and it cannot be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
  if (folder !== 'app') removeManifests(packages);
}

// Programs from the system that some tests use. Present on Debian or Ubuntu as root (or with sudo that asks nothing):
// installed. Elsewhere: named, and the tests that need them are skipped by name.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** Package → a file it brings, and what is not tested without it. */
const packages = {
  'dfu-util': { program: 'dfu-util', tests: 'the flasher on real USB' },
  'qemu-system-x86': { program: 'qemu-system-x86_64', tests: 'the virtual machine' },
  'busybox-static': { program: 'busybox', tests: 'the virtual machine' },
  udev: { program: 'udevadm', tests: 'the virtual machine' },
  'xz-utils': { program: 'xz', tests: 'nothing (the virtual machine only starts more slowly)' },
  chromium: { program: 'chromium', tests: 'the screens in a browser' },
  'fonts-noto-cjk': {
    file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    tests: 'the look of East Asian text',
  },
};

/** Installs what is missing where that is possible without a question; otherwise says exactly what to install. */
export function ensureDebianPackages() {
  if (process.platform !== 'linux') return;
  const missing = Object.keys(packages).filter((name) => !present(packages[name]));
  if (missing.length === 0) return;
  const sudo = becomeRoot();
  if (onPath('apt-get') && sudo) {
    process.stderr.write(`Installing ${missing.join(', ')} for the tests ...\n`);
    const quiet = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    const [program, ...args] = [...sudo, 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0'];
    spawnSync(program, [...args, 'update'], quiet);
    const install = spawnSync(program, [...args, 'install', '-y', '--no-install-recommends', ...missing], quiet);
    if (install.status === 0) return;
    process.stderr.write('apt-get could not install them.\n');
  }
  process.stderr.write(
    `Some tests will be skipped by name. To run them: apt-get install --no-install-recommends ${missing.join(' ')}\n`,
  );
  for (const name of missing) process.stderr.write(`  without ${name}: not tested is ${packages[name].tests}\n`);
}

/** The words that make a command run as root without a question; undefined when there are none. */
function becomeRoot() {
  if (process.getuid?.() === 0) return [];
  const silent = onPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return silent ? ['sudo', '-n'] : undefined;
}

function present({ program, file }) {
  return file ? existsSync(file) : onPath(program);
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(path.join(folder, program)));
}

/**
 * What a flash tool gets of this process's environment: where to find programs, libraries, folders and the screen, and nothing
 * else. The rest stays here, because the cloud token may be in it (station file, `token.env`). Names are compared without
 * regard to case, as Windows does.
 */
export function programEnvironment(own: NodeJS.ProcessEnv): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && (PASSED.has(name.toUpperCase()) || LOADER.test(name))) passed[name] = value;
  }
  return passed;
}

const PASSED: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TMPDIR', 'TMP', 'TEMP', 'LIBUSB_DEBUG'],
  // Windows finds its own libraries and its shell by these.
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
  ...['PROGRAMDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)', 'PROCESSOR_ARCHITECTURE', 'NUMBER_OF_PROCESSORS'],
  // The virtual line's tool is Node or this app itself, which may look for a screen before it is told that it needs none.
  ...['NODE_OPTIONS', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'],
]);

/** Where the dynamic loaders of Linux and macOS look for libusb. */
const LOADER = /^(LD|DYLD)_[A-Z_]*PATH$/;

import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/** The states an attacker with access to the computer should find (workbench.md E, item 19). */
const WANTED = [
  [FuseV1Options.RunAsNode, false],
  [FuseV1Options.EnableCookieEncryption, true],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, false],
  [FuseV1Options.EnableNodeCliInspectArguments, false],
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, true],
  [FuseV1Options.OnlyLoadAppFromAsar, true],
  [FuseV1Options.GrantFileProtocolExtraPrivileges, false],
] as const;

/** What is wrong with the fuses of a packed executable, read from its bytes. */
export async function checkFuses(executable: string): Promise<readonly string[]> {
  const wire: Partial<Record<FuseV1Options, FuseState>> = await getCurrentFuseWire(executable);
  return WANTED.flatMap(([fuse, isOn]) => {
    const holds = wire[fuse] === (isOn ? FuseState.ENABLE : FuseState.DISABLE);
    return holds ? [] : [`the fuse ${FuseV1Options[fuse]} is not ${isOn ? 'on' : 'off'}`];
  });
}

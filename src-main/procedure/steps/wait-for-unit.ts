import type { Step } from '../procedure.ts';

/** Waits until a unit is in the slot, in either mode. From here on its leaving is noticed. */
export const waitForUnit: Step<never, 'arrival'> = {
  id: 'wait-for-unit',
  title: 'Wait for unit',
  needs: [],
  gives: ['arrival'],
  timeoutMs: 120_000,
  silenceIs: 'unit/not-in-slot',
  run: async (_facts, { presence, signal }) => {
    const unit = await presence.waitFor(() => true, signal);
    return {
      ok: true,
      facts: { arrival: unit },
      learnt: { portPath: unit.portPath, mode: unit.mode, platform: unit.platform.name, usbSerial: unit.usbSerial },
    };
  },
};

import { SerialPort } from 'serialport';

// Runs inside the guest's agent.

/**
 * Opens a port at a rate and closes it: how every Device OS is asked for DFU mode (device-usb.md 3.1). The unit resets
 * inside this, so errors of opening and closing say nothing.
 */
export async function touch({ tty, baudRate }: { readonly tty: string; readonly baudRate: number }): Promise<void> {
  const port = new SerialPort({ path: tty, baudRate, autoOpen: false });
  port.on('error', () => undefined);
  await new Promise<void>((resolve) => port.open(() => resolve()));
  await new Promise<void>((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
}

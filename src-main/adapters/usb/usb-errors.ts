import { StationError } from '../../domain/failure.ts';

/** How a transfer or an open failed, as the ports name it. */
export type UsbErrorKind = 'stall' | 'timeout' | 'gone' | 'access' | 'other';

/**
 * The `usb` package gives every error the code `GenericFailure` and an English text, so the text is all there is to go by
 * (workbench.md D). Read once, here; the first row that matches wins. Texts are those of usb 3.1 (nusb) and of the operating
 * system errors it passes on.
 */
const USB_ERROR_TEXTS: readonly { readonly pattern: RegExp; readonly kind: UsbErrorKind }[] = [
  { pattern: /stall/i, kind: 'stall' },
  { pattern: /permission denied|access denied|\b(?:errno|os error) (?:1|13)\b|EACCES|EPERM/i, kind: 'access' },
  { pattern: /cancell?ed|timed out|time-?out/i, kind: 'timeout' },
  { pattern: /disconnected|device not found|no such device|entity not found|not connected/i, kind: 'gone' },
  { pattern: /\b(?:errno|os error) (?:2|19|108)\b|ENODEV|ENOENT|ESHUTDOWN/i, kind: 'gone' },
  // The package's own state check: the device object was closed under the transfer.
  { pattern: /invalid state/i, kind: 'gone' },
];

/** The kind of an error thrown by the `usb` package. */
export function usbErrorKind(thrown: unknown): UsbErrorKind {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return USB_ERROR_TEXTS.find(({ pattern }) => pattern.test(text))?.kind ?? 'other';
}

/** The StationError for a failed transfer or open; `what` says which, e.g. `control IN 0xc0 0x01 on 1-1.3`. */
export function usbError(kind: UsbErrorKind, what: string, thrown?: unknown): StationError {
  const text = thrown === undefined ? '' : `: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  const cause = thrown === undefined ? {} : { cause: thrown };
  if (kind === 'access') {
    return new StationError('usb/no-permission', `No permission for ${what}${text}.`, cause);
  }
  return new StationError('usb/transfer-failed', `${what} failed (${kind})${text}.`, {
    ...cause,
    evidence: { reason: kind },
  });
}

/** How a transfer failed that a pipe rejected: 'stall', 'timeout', 'gone' or 'other'; undefined for any other error. */
export function usbFailureReason(thrown: unknown): string | undefined {
  if (!(thrown instanceof StationError) || thrown.code !== 'usb/transfer-failed') return undefined;
  return typeof thrown.evidence?.reason === 'string' ? thrown.evidence.reason : undefined;
}

/** True for a request that the unit refused. */
export function isStall(thrown: unknown): boolean {
  return usbFailureReason(thrown) === 'stall';
}

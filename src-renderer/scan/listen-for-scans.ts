import { createScanCapture, SILENCE_MS } from './scan-capture.ts';

type Field = HTMLInputElement | HTMLTextAreaElement;
type FieldState = { readonly field: Field; readonly value: string };

/**
 * Catches scans of the whole window, whatever has focus, and calls `onScan` with each. A scan leaves no trace on the page: a
 * button with focus is not pressed by its Enter or Space, a text field gets back what it held. Returns the function that
 * ends the listening.
 */
export function listenForScans(target: Window, onScan: (text: string) => void): () => void {
  const capture = createScanCapture();
  let before: FieldState | undefined;
  let timer: number | undefined;

  const finish = ({ scan, replay }: { readonly scan?: string; readonly replay?: string }): void => {
    if (replay !== undefined && before !== undefined) insert(before.field, replay);
    if (scan === undefined) return;
    if (before !== undefined) setValue(before.field, before.value);
    before = undefined;
    onScan(scan);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const field = textField(event.target);
    const held = field && { field, value: field.value };
    const captured = capture.press(
      {
        key: event.key,
        code: event.code,
        shift: event.shiftKey,
        capsLock: event.getModifierState('CapsLock'),
        at: event.timeStamp,
      },
      field !== undefined,
    );
    finish(captured);
    if (capture.justBegan) before = held;
    if (captured.suppress && !isLoneSpace(event, capture.justBegan)) {
      event.preventDefault();
      event.stopPropagation();
    }
    target.clearTimeout(timer);
    timer = target.setTimeout(() => finish(capture.silence()), SILENCE_MS);
  };

  target.addEventListener('keydown', onKeyDown, { capture: true });
  return () => {
    target.removeEventListener('keydown', onKeyDown, { capture: true });
    target.clearTimeout(timer);
  };
}

/** A single Space presses the button that has focus, as everywhere; no label begins with one. */
function isLoneSpace(event: KeyboardEvent, began: boolean): boolean {
  return event.code === 'Space' && began;
}

function textField(target: EventTarget | null): Field | undefined {
  if (target instanceof HTMLTextAreaElement) return target;
  if (!(target instanceof HTMLInputElement)) return undefined;
  return /^(text|search|date|number|tel|url|email|password)$/.test(target.type) ? target : undefined;
}

function insert(field: Field, text: string): void {
  setValue(field, field.value + text);
}

/** Sets the value behind React's back and tells React: it listens to `input` and compares with what it last set. */
function setValue(field: Field, value: string): void {
  if (field.value === value) return;
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

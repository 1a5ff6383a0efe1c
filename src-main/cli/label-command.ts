import { parseLabel, toRecordedLabel } from '../domain/label.ts';
import { EXIT, type Output } from './output.ts';

/** `label TEXT`: what the parser makes of a scan. The mobile secret, if there is one, is reported as present and never printed. */
export function labelCommand(text: string, output: Output): number {
  const label = parseLabel(text);
  if (!label.ok) return output.failed(label.failure);
  const { hasMobileSecret, warnings, skus } = label.value;
  const recorded = toRecordedLabel(label.value);
  const lines = [
    `${recorded.kind} ${recorded.value}`,
    ...(hasMobileSecret ? ['with a mobile secret, which was dropped'] : []),
    ...(skus.length > 0 ? [`SKU: ${skus.join(', ')}`] : []),
    ...warnings,
  ];
  output.result({ ok: true, ...recorded, hasMobileSecret, skus, warnings }, lines.join('\n'));
  return EXIT.good;
}

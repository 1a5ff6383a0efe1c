import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifierIn, LABEL_MAX_CHARACTERS, parseLabel, toRecordedLabel } from '../../../src-main/domain/label.ts';

const SECRET = 'Q7XK2M9PLANTED5';

function read(text: string) {
  const label = parseLabel(text);
  if (!label.ok) throw new Error(label.failure.detail);
  return label.value;
}

describe('a scanned label', () => {
  it.each([
    ['a Gen 3 data matrix', 'P046AF1450000FC ABCDEFGHJKLMNPQ', 'serial-number', 'P046AF1450000FC', true],
    ['a serial number with a model id', 'E310A2345678901', 'serial-number', 'E310A2345678901', false],
    ['a serial number of an old kit', 'B40HABCDE12345X', 'serial-number', 'B40HABCDE12345X', false],
    ['an old serial number with dashes', 'PH-170413-HZ74-0', 'serial-number', 'PH-170413-HZ74-0', false],
    ['the IMEI code of an old Electron', '353162071234565', 'imei', '353162071234565', false],
    ['a SIM card of 19 digits', '8934076500002589174', 'iccid', '8934076500002589174', false],
    ['a SIM card of 20 digits', '89883070000051465647', 'iccid', '89883070000051465647', false],
    ['a SIM card of 21 digits', '893407650000258917400', 'iccid', '893407650000258917400', false],
    ['a SIM card with its filler', '8934076500002589174F', 'iccid', '8934076500002589174', false],
    ['a SIM card in groups', '8934 0765 0000 2589 174', 'iccid', '8934076500002589174', false],
    ['a bare device ID', 'e00fce68ffffffff01234567', 'device-id', 'e00fce68ffffffff01234567', false],
    ['a device ID of 24 digits', '012345678901234567890123', 'device-id', '012345678901234567890123', false],
    ['a device ID in upper case', 'E00FCE68FFFFFFFF01234567', 'device-id', 'e00fce68ffffffff01234567', false],
    ['a scan under Caps Lock', 'p046af1450000fc abcdefghjklmnpq', 'serial-number', 'P046AF1450000FC', true],
    ['a scan with line end and tab', '\tP046AF1450000FC ABCDEFGHJKLMNPQ\r\n', 'serial-number', 'P046AF1450000FC', true],
    ['a scan with its symbology', ']d1P046AF1450000FC ABCDEFGHJKLMNPQ\r', 'serial-number', 'P046AF1450000FC', true],
    ['a scan with its symbology under Caps Lock', ']D18934076500002589174', 'iccid', '8934076500002589174', false],
    ['a known serial number between blanks', '  P046AF1450000FC  ', 'serial-number', 'P046AF1450000FC', false],
  ])('%s is read', (_title, text, kind, value, hasMobileSecret) => {
    const label = read(text);
    expect({ kind: label.kind, value: label.value, hasMobileSecret: label.hasMobileSecret }).toEqual({
      kind,
      value,
      hasMobileSecret,
    });
    expect(toRecordedLabel(label)).toEqual({ kind, value });
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \r\n'],
    ['a shop barcode', '4006381333931'],
    ['a word without a digit', 'PARTICLE'],
    ['an address', 'https://particle.io/'],
    ['letters of another alphabet', 'Р046AF1450000FC'],
    ['a control character inside', 'P046AF1450000FC\u001dABCDEFGHJKLMNPQ'],
    ['two labels in one', 'P046AF1450000FC ABCDEFGHJKLMNPQ P046AF1450000FD'],
    ['two blanks between serial number and secret', 'P046AF1450000FC  ABCDEFGHJKLMNPQ'],
    ['a device ID one digit short', 'e00fce68ffffffff0123456'],
    ['a SIM card one digit short', '893407650000258917'],
    ['19 digits that are no SIM card', '1234567890123456789'],
    ['a secret whose serial number was lost', ` ${SECRET}`],
  ])('%s is refused as unreadable', (_title, text) => {
    expect(parseLabel(text)).toMatchObject({ ok: false, failure: { code: 'label/unreadable' } });
  });

  it('more than the longest label is refused as too long, whatever is in it', () => {
    const text = 'P'.repeat(LABEL_MAX_CHARACTERS + 1);
    expect(parseLabel(text)).toMatchObject({ ok: false, failure: { code: 'label/too-long' } });
  });

  it.each([
    ['understood', `P046AF1450000FC ${SECRET}`],
    ['understood in lower case', `p046af1450000fc ${SECRET.toLowerCase()}`],
    ['with a broken serial number', `P04?AF1450000FC ${SECRET}`],
    ['after a device ID', `e00fce68ffffffff01234567 ${SECRET}`],
    ['after an IMEI', `353162071234565 ${SECRET}`],
    ['alone behind its blank', ` ${SECRET}`],
    ['with another word behind it', `P046AF1450000FC ${SECRET} again`],
    ['with a control character behind it', `P046AF1450000FC ${SECRET}\u0000`],
    ['in far too long a scan', `P046AF1450000FC ${SECRET}`.padEnd(200, ' x')],
  ])('a mobile secret %s is in nothing that comes back', (_title, text) => {
    const said = JSON.stringify(parseLabel(text)).toUpperCase();
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain(SECRET.slice(0, 6));
  });

  it('any text gives a label of its own characters or a refusal, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: 'binary' }), (text) => {
        const label = parseLabel(text);
        return label.ok ? text.replaceAll(' ', '').toUpperCase().includes(label.value.value.toUpperCase()) : true;
      }),
    );
  });

  it('a wrong check digit of an IMEI or ICCID warns and does not refuse', () => {
    expect(read('490154203237518').warnings).toEqual([]);
    expect(read('8934076500002589174').warnings).toEqual([]);
    expect(read('490154203237517').warnings).toEqual([expect.stringContaining('IMEI')]);
    expect(read('8934076500002589175').warnings).toEqual([expect.stringContaining('ICCID')]);
  });

  it('a serial number tells the SKUs its prefix stands for, and none when the prefix is not known', () => {
    expect(read('P044AF1450000FC').skus).toEqual(['BRN404XTRAY50', 'BRN404XKIT', 'BRN404X']);
    expect(read('P999AF1450000FC').skus).toEqual([]);
  });
});

describe('the identifier in a search', () => {
  it.each([
    ['a label', `P046AB1234567CD ${SECRET}`, 'P046AB1234567CD'],
    ['a label half typed', `234567CD ${SECRET.slice(0, 4)}`, '234567CD'],
    ['what is no label', `unknown-thing ${SECRET}`, 'unknown-thing'],
    ['a scan that lost its beginning', ` ${SECRET}`, ''],
    ['an ICCID in groups', '8934 0765 0000 2589 174', '8934076500002589174'],
    ['a device ID in capitals', 'E00FCE68FFFFFFFF12345678', 'e00fce68ffffffff12345678'],
    ['the end of an identifier', '0000fc', '0000fc'],
    ['nothing', '  ', ''],
  ])('of %s is found, and never the secret', (_what, text, identifier) => {
    expect(identifierIn(text)).toBe(identifier);
  });
});

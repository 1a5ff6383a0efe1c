import type { PlatformName } from './platform.ts';

/** Where the SIM is: a card to be put in (4FF), soldered (MFF2), soldered with a slot beside it, or no cellular part at all. */
export type SimForm = '4ff' | 'mff2' | 'mff2-and-4ff' | 'none';

/** How long an activation may take (seed: SIM activation speed); the meaning of each is in sku.ts. */
export type ActivationClass = 'fast' | 'generally-fast' | 'sometimes-slow';

export type Lifecycle = 'ga' | 'nrnd' | 'deprecated' | 'in-development';

/** One order number as the table has it; sku.ts makes it whole. */
export type SkuEntry = {
  readonly sku: string;
  readonly description: string;
  readonly family: string;
  /** The platforms a unit of this SKU may report; empty for the bare carriers, which take any SoM. */
  readonly platforms: readonly PlatformName[];
  readonly simForm: SimForm;
  readonly activation: ActivationClass;
  readonly lifecycle: Lifecycle;
  /** The SKU to order instead; it can be of another platform, and then needs a product of its own. */
  readonly replacement?: string;
  /** First four characters of the serial number, where known. */
  readonly serialPrefix?: string;
};

/**
 * The 95 order numbers of the seed's table (sku-table.csv). The serial prefixes are not in the sheets: they are facts of
 * the vendor's public page on serial numbers (particle-iot/docs, hardware/best-practices/serial-number.md, the D-sn of
 * anchors.md), as it stood at commit 93bd698. Kits may carry their prefix on the outer box only. E404X is esomx by the
 * sheet, electron by an older list; both are accepted until hardware tells (device-usb.md 1.1).
 */
export const SKU_TABLE: readonly SkuEntry[] = [
  ...family('Asset Tracker (Electron)', ['electron'], '4ff', [
    ['ASSET3G270V2', 'A27K', 'generally-fast', 'deprecated', 'Asset Tracker 3G (Eur/Asia/Afr)'],
    ['ASSET3G260V2', 'A26K', 'generally-fast', 'deprecated', 'Asset Tracker 3G (Americas/Aus)'],
    ['ASSET2GV2', 'A35K', 'generally-fast', 'deprecated', 'Asset Tracker 2G'],
  ]),
  ...family('B-Series (B5xx)', ['b5som'], 'mff2', [
    ['B524MTY', 'P034', 'fast', 'ga', 'B-Series LTE CAT-1/3G/2G (Europe, EtherSIM), Tray [x50]'],
    ['B524MEA', 'P034', 'fast', 'ga', 'B-Series LTE CAT-1/3G/2G (Europe, EtherSIM) [x1]'],
    ['B523MTY', 'P020', 'sometimes-slow', 'nrnd', 'B-Series LTE CAT-1/3G/2G (Europe), Tray [x50]', 'B524MTY'],
    ['B523MEA', 'P019', 'sometimes-slow', 'deprecated', 'B-Series LTE CAT-1/3G/2G (Europe) [x1]', 'B524MEA'],
    ['B504MTY', 'P056', 'fast', 'ga', 'B-Series LTE CAT-1/3G (NorAm, EtherSIM), [x50]'],
    ['B504MEA', 'P056', 'fast', 'ga', 'B-Series LTE CAT-1/3G (NorAm, EtherSIM), [x1]'],
    ['B504EMTY', 'P069', 'fast', 'in-development', 'B-Series LTE CAT-1/3G (NorAm, EtherSIM+), [x50]'],
    ['B504EMEA', 'P069', 'fast', 'in-development', 'B-Series LTE CAT-1/3G (NorAm, EtherSIM+), [x1]'],
  ]),
  ...family('B-Series (B4xx)', ['bsom'], 'mff2', [
    ['B404XMTY', 'P042', 'fast', 'ga', 'B-Series LTE-M (NorAm, EtherSIM), Tray [x50]'],
    ['B404XMEA', 'P042', 'fast', 'ga', 'B-Series LTE-M (NorAm, EtherSIM), [x1]'],
    ['B404MTY', 'P033', 'fast', 'nrnd', 'B-Series LTE-M (NorAm, EtherSIM), Tray [x50]', 'B404XMTY'],
    ['B404MEA', 'P033', 'fast', 'deprecated', 'B-Series LTE-M (NorAm, EtherSIM), [x1]', 'B404XMEA'],
    ['B402MTY', 'P007', 'sometimes-slow', 'deprecated', 'B-Series LTE CAT-M1 (NorAm), Tray [x50]', 'B404XMTY'],
    ['B402MEA', 'P006', 'sometimes-slow', 'deprecated', 'B-Series LTE CAT-M1 (NorAm), [x1]', 'B404XMEA'],
  ]),
  ...family('Boron', ['boron'], 'mff2-and-4ff', [
    ['BRN404XTRAY50', 'P044', 'fast', 'ga', 'Boron LTE CAT-M1 (NorAm), Tray [x50]'],
    ['BRN404XKIT', 'P044', 'fast', 'ga', 'Boron LTE CAT-M1 (NorAm, EtherSIM), Starter Kit [x1]'],
    ['BRN404X', 'P044', 'fast', 'ga', 'Boron LTE CAT-M1 (NorAm), [x1]'],
    ['BRN404TRAY50', 'P028', 'fast', 'deprecated', 'Boron LTE CAT-M1 (NorAm, EtherSIM), Tray [x50]', 'BRN404XTRAY50'],
    ['BRN404KIT', 'P028', 'fast', 'deprecated', 'Boron LTE CAT-M1 (NorAm, EtherSIM), Starter Kit [x1]', 'BRN404XKIT'],
    ['BRN404', 'P028', 'fast', 'deprecated', 'Boron LTE CAT-M1 (NorAm), [x1]', 'BRN404X'],
    ['BRN402TRAY50', 'B40T', 'sometimes-slow', 'nrnd', 'Boron LTE CAT-M1 (NorAm), Tray [x50]', 'BRN404XTRAY50'],
    ['BRN402KIT', 'B40K', 'sometimes-slow', 'deprecated', 'Boron LTE CAT-M1 (NorAm), Starter Kit [x1]', 'BRN404XKIT'],
    ['BRN402-AQKT', 'P012', 'sometimes-slow', 'deprecated', 'Boron LTE CAT-M1 (NorAm) Air Quality Monitor Kit, [x1]'],
    ['BRN402', 'B40H', 'sometimes-slow', 'deprecated', 'Boron LTE CAT-M1 (NorAm), [x1]', 'BRN404X'],
    ['BRN314TRAY50', 'P027', 'fast', 'nrnd', 'Boron 2G/3G (Global), Tray [x50]'],
    ['BRN314KIT', 'P027', 'fast', 'deprecated', 'Boron 2G/3G (Global) Starter Kit, [x1]'],
    ['BRN310TRAY50', 'B31T', 'sometimes-slow', 'deprecated', 'Boron 2G/3G (Global), Tray [x50]'],
    ['BRN310KIT', 'B31K', 'sometimes-slow', 'deprecated', 'Boron 2G/3G (Global) Starter Kit, [x1]'],
  ]),
  ...family('E-Series', ['esomx', 'electron'], 'mff2', [
    ['E404XTRAY50', 'P052', 'fast', 'ga', 'E-Series LTE CAT-M1 (NorAm, EtherSIM), Tray [x50]'],
  ]),
  ...family('E-Series', ['electron'], 'mff2', [
    ['E404TRAY50', 'P030', 'fast', 'deprecated', 'E-Series LTE CAT-M1 (NorAm, EtherSIM), Tray [x50]', 'E404XTRAY50'],
    ['E404MOD1', 'P030', 'fast', 'nrnd', 'E-Series LTE-M (NorAm, EtherSIM), [x1]'],
    ['E404KIT', 'P030', 'fast', 'nrnd', 'E-Series LTE-M (NorAm, EtherSIM) Evaluation Kit, [x1]'],
    ['E402TRAY50', 'E40T', 'sometimes-slow', 'nrnd', 'E-Series LTE CAT-M1 (NorAm), Tray [x50]', 'E404XTRAY50'],
    ['E402MOD1', 'E40M', 'sometimes-slow', 'deprecated', 'E-Series LTE CAT-M1 (NorAm), [x1]'],
    ['E402KIT', 'E40K', 'sometimes-slow', 'nrnd', 'E-Series LTE CAT-M1 (NorAm) Evaluation Kit, [x1]'],
    ['E314TRAY50', 'P029', 'fast', 'nrnd', 'E-Series 2G/3G (Global - E314), Tray [x50]'],
    ['E314MOD1', 'P029', 'fast', 'deprecated', 'E-Series 2G/3G (Global - E314), [x1]'],
    ['E314KIT', 'P029', 'fast', 'nrnd', 'E-Series 2G/3G (Global - E314) Evaluation Kit, [x1]'],
    ['E313EA', 'P005', 'sometimes-slow', 'deprecated', 'E-Series 2G/3G (Global - E313), [x1]'],
    ['E310TRAY50', 'E31T', 'generally-fast', 'deprecated', 'E-Series 2G/3G (Global - E310), Tray [x50]'],
    ['E310MOD1', 'E31M', 'generally-fast', 'deprecated', 'E-Series 2G/3G (Global - E310), [x1]'],
    ['E310KIT', 'E31K', 'generally-fast', 'nrnd', 'E-Series 2G/3G (Global - E310) Evaluation Kit, [x1]', 'E314KIT'],
  ]),
  ...family('Electron', ['electron'], '4ff', [
    [
      'E260KIT',
      'E26K',
      'generally-fast',
      'deprecated',
      'Electron 2G/3G (Americas/Aus) Starter Kit, [x1]',
      'BRN404XKIT',
    ],
    [
      'E260TRAY50',
      'E26T',
      'generally-fast',
      'deprecated',
      'Electron 2G/3G (Americas/Aus), Tray [x50]',
      'BRN404XTRAY50',
    ],
    ['E270KIT', 'E27K', 'generally-fast', 'deprecated', 'Electron 2G/3G (EMEA) Starter Kit, [x1]', 'B524MEA'],
    ['E270TRAY50', 'E27T', 'generally-fast', 'nrnd', 'Electron 2G/3G (EMEA), Tray [x50]', 'B524MTY'],
    ['E350KIT', 'E35K', 'generally-fast', 'deprecated', 'Electron 2G Kit (Global)', 'B524MEA'],
    ['E350TRAY50', 'E35T', 'generally-fast', 'deprecated', 'Electron 2G (Global), Tray [x50]', 'B524MTY'],
    ['ELC314TY', 'P035', 'fast', 'nrnd', 'Electron 2G/3G (Global - U201), Tray [x50]'],
  ]),
  ...family('Electron', ['electron'], 'mff2', [
    ['ELC402EA', 'E4DK', 'sometimes-slow', 'deprecated', 'Electron LTE CAT-M1 (NorAm), [x1]', 'BRN404XKIT'],
    ['ELC402TY', 'E4DT', 'sometimes-slow', 'deprecated', 'Electron LTE CAT-M1 (NorAm), Tray [x50]', 'BRN404XTRAY50'],
    ['ELC404TY', 'P036', 'fast', 'deprecated', 'Electron LTE CAT-M1 (NorAm, EtherSIM), Tray [x50]'],
  ]),
  ...family('Electron (sensor kit)', ['electron'], '4ff', [
    ['SNSRKIT3G270', 'S27K', 'generally-fast', 'deprecated', 'Electron 3G (Eur/Asia/Afr) Sensor Kit, [x1]'],
    ['SNSRKIT3G260', 'S26K', 'generally-fast', 'deprecated', 'Electron 3G (Americas/Aus) Sensor Kit, [x1]'],
  ]),
  ...family('M-Series', ['msom'], 'mff2', [
    ['M635MEA', 'P055', 'fast', 'in-development', 'M-Series LTE M1/2G/Satellite Kit (Global, EtherSIM), [x1]'],
    ['M635EMEA', 'P068', 'fast', 'in-development', 'M-Series LTE M1/2G/Satellite Kit (Global, EtherSIM), [x1]'],
    ['M524MTY', 'P055', 'fast', 'ga', 'M-Series LTE CAT1/3G/2G (Europe, EtherSIM), Tray [x50]'],
    ['M524MEA', 'P055', 'fast', 'ga', 'M-Series LTE CAT1/3G/2G (Europe, EtherSIM), [x1]'],
    ['M404MTY', 'P054', 'fast', 'ga', 'M-Series LTE-M/2G (Global, EtherSIM), Tray [x50]'],
    ['M404MEA', 'P054', 'fast', 'ga', 'M-Series LTE-M/2G (Global, EtherSIM), [x1]'],
  ]),
  ...family('Monitor One', ['tracker'], 'mff2', [
    [
      'MON404E01C01KIT',
      'P031',
      'fast',
      'ga',
      'Monitor One LTE CAT-M1 (NorAm, EtherSIM), Particle Transparent Enclosure, IO Card, Developer Edition [x1]',
    ],
    [
      'MON404E02C01KIT',
      'P031',
      'fast',
      'in-development',
      'Monitor One LTE CAT-M1 (NorAm, EtherSIM), Particle Blue Enclosure, IO Card, Developer Edition [x1]',
    ],
    [
      'MON524E01C01KIT',
      'P031',
      'fast',
      'ga',
      'Monitor One LTE CAT-1/3G/2G (Europe, EtherSIM), Particle Transparent Enclosure, IO Card, Developer Edition [x1]',
    ],
  ]),
  ...family('Muon carrier (no SoM)', [], 'none', [
    ['MUONCBKIT', '', 'fast', 'in-development', 'Muon Carrier Board Kit'],
    ['MUONCB-BETA', '', 'fast', 'in-development', 'Muon Carrier Board - Beta Sample'],
    ['MUONCB', '', 'fast', 'in-development', 'Muon Carrier Board (Dev Board only)'],
  ]),
  ...family('Muon', ['msom'], 'mff2', [
    ['MUON635EA', 'P054', 'fast', 'in-development', 'Muon LTE M1/2G/Satellite Kit (Global, EtherSIM), [x1]'],
    ['MUON635', 'P054', 'fast', 'in-development', 'Muon LTE M1/2G/Satellite Dev Board (Global, EtherSIM), [x1]'],
    ['MUON524EA', 'P055', 'fast', 'in-development', 'Muon LTE CAT1/3G/2G Kit (Europe, EtherSIM), [x1]'],
    ['MUON524', 'P055', 'fast', 'in-development', 'Muon LTE CAT1/3G/2G Dev Board (Europe, EtherSIM), [x1]'],
    ['MUON404EA', 'P054', 'fast', 'in-development', 'Muon LTE-M/2G Kit (Global, EtherSIM), [x1]'],
    ['MUON404', 'P054', 'fast', 'in-development', 'Muon LTE-M/2G Dev Board (Global, EtherSIM), [x1]'],
  ]),
  ...family('Tracker One', ['tracker'], 'mff2', [
    ['ONE402MEA', 'P024', 'sometimes-slow', 'deprecated', 'Tracker One LTE M1 (NorAm), [x1]', 'ONE404MEA'],
    ['ONE402MTY', 'P024', 'sometimes-slow', 'deprecated', 'Tracker One LTE M1 (NorAm), Bulk [x40]', 'ONE404MTY'],
    ['ONE404MEA', 'P031', 'fast', 'ga', 'Tracker One LTE M1 (NorAm, EtherSIM), [x1]'],
    ['ONE404MTY', 'P031', 'fast', 'ga', 'Tracker One LTE M1 (NorAm, EtherSIM), Bulk [x40]'],
    ['ONE523MEA', 'P025', 'sometimes-slow', 'ga', 'Tracker One LTE CAT1/3G/2G (Europe), [x1]', 'ONE524MEA'],
    ['ONE523MTY', 'P025', 'sometimes-slow', 'ga', 'Tracker One CAT1/3G/2G (Europe), Bulk [x40]', 'ONE524MTY'],
    ['ONE524MEA', 'P032', 'fast', 'ga', 'Tracker One LTE CAT1/3G/2G (Europe, EtherSIM), [x1]'],
    ['ONE524MTY', 'P032', 'fast', 'ga', 'Tracker One CAT1/3G/2G (Europe, EtherSIM), Bulk [x40]'],
  ]),
  ...family('Tracker SoM', ['tracker'], 'mff2', [
    ['T402MEA', 'P024', 'sometimes-slow', 'deprecated', 'Tracker SoM LTE M1 (NorAm), [x1]', 'T404MEA'],
    ['T402MKIT', 'P024', 'sometimes-slow', 'deprecated', 'Tracker SoM LTE M1 (NorAm) Evaluation Kit, [x1]', 'T404MKIT'],
    ['T402MTY', 'P024', 'sometimes-slow', 'nrnd', 'Tracker SoM LTE M1 (NorAm), Tray [x50]', 'T404MTY'],
    ['T404MEA', 'P031', 'fast', 'ga', 'Tracker SoM LTE M1 (NorAm, EtherSIM), [x1]'],
    ['T404MKIT', 'P031', 'fast', 'ga', 'Tracker SoM LTE M1 (NorAm, EtherSIM) Evaluation Kit, [x1]'],
    ['T404MTY', 'P031', 'fast', 'ga', 'Tracker SoM LTE M1 (NorAm, EtherSIM), Tray [x50]'],
    ['T523MEA', 'P025', 'sometimes-slow', 'deprecated', 'Tracker SoM LTE CAT1/3G/2G (Europe), [x1]', 'T524MEA'],
    [
      'T523MKIT',
      'P025',
      'sometimes-slow',
      'nrnd',
      'Tracker SoM LTE CAT1/3G/2G (Europe) Evaluation Kit, [x1]',
      'T524MKIT',
    ],
    ['T523MTY', 'P025', 'sometimes-slow', 'deprecated', 'Tracker SoM LTE CAT1/3G/2G (Europe), Tray [x50]', 'T524MTY'],
    ['T524MEA', 'P032', 'fast', 'ga', 'Tracker SoM LTE CAT1/3G/2G (Europe, EtherSIM), [x1]'],
    ['T524MKIT', 'P032', 'fast', 'ga', 'Tracker SoM LTE CAT1/3G/2G (Europe, EtherSIM) Evaluation Kit, [x1]'],
    ['T524MTY', 'P032', 'fast', 'ga', 'Tracker SoM LTE CAT1/3G/2G (Europe, EtherSIM), Tray [x50]'],
  ]),
];

/** Serial prefixes of kinds that have no cellular SKU (same source): a label of one is told apart before a unit is touched. */
export const OTHER_SERIAL_PREFIXES: Readonly<Record<string, PlatformName>> = {
  ARNH: 'argon',
  ARNK: 'argon',
  ARNT: 'argon',
  P010: 'argon',
  P011: 'argon',
  P013: 'argon',
  P0MD: 'photon',
  PHHK: 'photon',
  PHHM: 'photon',
  PHHT: 'photon',
  PHNM: 'photon',
  PHNT: 'photon',
  P1MD: 'p1',
  P046: 'p2',
  P051: 'p2',
};

type Row = readonly [
  sku: string,
  serialPrefix: string,
  activation: ActivationClass,
  lifecycle: Lifecycle,
  description: string,
  replacement?: string,
];

function family(
  name: string,
  platforms: readonly PlatformName[],
  simForm: SimForm,
  rows: readonly Row[],
): readonly SkuEntry[] {
  return rows.map(([sku, serialPrefix, activation, lifecycle, description, replacement]) => ({
    sku,
    description,
    family: name,
    platforms,
    simForm,
    activation,
    lifecycle,
    ...(replacement === undefined ? {} : { replacement }),
    ...(serialPrefix === '' ? {} : { serialPrefix }),
  }));
}

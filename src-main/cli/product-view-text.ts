import type { ProductView, ViewedDevice, ViewedEvent, ViewedSim, ViewedUsage } from '../domain/product-view.ts';

/** A section as lines for a person. Text from the cloud is shown without its control characters. */
export function sectionText(view: ProductView): string {
  return printable(linesOf(view).join('\n'));
}

/** One live event as a line. */
export function eventText({ at, deviceId, name, data, version }: ViewedEvent): string {
  return printable(`${at}  ${deviceId}  ${name}  ${data}${version === undefined ? '' : `  (version ${version})`}`);
}

function linesOf(view: ProductView): readonly string[] {
  switch (view.section) {
    case 'product': {
      const { product, warnings } = view;
      const { id, name, platform, platformId, owner, unknownUnits, deviceProtection, defaultFirmware, groups } =
        product;
      return [
        `product ${id}: ${name} (${platform ?? 'unknown platform'}, ${platformId})`,
        `  of ${owner ?? 'not said'}; released to all: ${defaultFirmware === undefined ? 'nothing' : `version ${defaultFirmware}`}`,
        `  unknown 3.x units: ${unknownUnits ?? 'not said'}; device protection: ${deviceProtection ?? 'not said'}`,
        `  groups: ${groups.join(', ') || 'none'}`,
        ...warnings.map((warning) => `  mind: ${warning}`),
      ];
    }
    case 'team':
      return view.team.map(({ username, role, isProgram, friendlyName, rights }) =>
        isProgram
          ? `program  ${friendlyName ?? username}: ${rights.join(' ') || 'no rights told'}`
          : `person   ${username}${role === undefined ? '' : `, ${role}`}`,
      );
    case 'devices':
      return [...view.rows.map(deviceText), pageText(view)];
    case 'device':
      return deviceLines(view.device);
    case 'denied':
      return [
        ...listed(view.rows.map(deviceText), 'No unit is in quarantine or denied.'),
        ...incomplete(view.isComplete),
      ];
    case 'sims': {
      const { fleet } = view;
      const usage =
        'refused' in fleet
          ? `usage: ${fleet.refused.detail}`
          : `usage: ${fleet.megabytes} MB by ${fleet.activeSims} active SIMs`;
      return [...view.rows.map(simText), pageText(view), usage];
    }
    case 'sim':
      return [simText(view.sim), ...usageLines(view.usage)];
    case 'groups':
      return listed(
        view.groups.map(({ name, description, firmwareVersion }) => {
          const firmware = firmwareVersion === undefined ? '' : `, version ${firmwareVersion}`;
          return `${name}${firmware}${description === '' ? '' : `: ${description}`}`;
        }),
        'There are no groups.',
      );
    case 'firmware':
      return listed(
        view.firmware.map(({ version, title, fileName, sizeBytes, isProductDefault, groups, units }) => {
          const where = [...(isProductDefault ? ['all units'] : []), ...groups].join(', ') || 'not released';
          return `${String(version).padStart(5)}  ${title} (${fileName}, ${sizeBytes ?? '?'} bytes): ${where}; on ${units ?? '?'} units`;
        }),
        'No firmware is uploaded.',
      );
    case 'locks':
      return [
        ...listed(
          view.locked.map((device) => `locked to ${device.lockedVersion}  ${deviceText(device)}`),
          'No unit is locked.',
        ),
        ...view.development.map((device) => `development  ${deviceText(device)}`),
        ...incomplete(view.isComplete),
      ];
    case 'customers':
      return [`${view.customers} customers`];
    case 'events':
      return view.events.map(eventText);
    case 'limits': {
      const { devices, quarantined, sims, lookUpsLeft } = view;
      const { limit, left, leftIfFree, state } = devices;
      const ifFree = leftIfFree === undefined ? '' : ` (on a free plan ${leftIfFree} left)`;
      const of = limit === undefined ? ifFree : ` of ${limit} (${left} left, ${state})`;
      return [
        `${devices.used} units${of}; ${quarantined} in quarantine`,
        `${sims} SIMs`,
        `${lookUpsLeft} serial numbers can be looked up this hour`,
      ];
    }
  }
}

function deviceText(device: ViewedDevice): string {
  const { deviceId, serialNumber, name, standing, isOnline, firmwareVersion, update, targetVersion } = device;
  const firmware = firmwareVersion === undefined ? 'no version yet' : `version ${firmwareVersion}`;
  const next = update === 'none' ? '' : `, ${update} to ${targetVersion}`;
  const what = [serialNumber ?? 'no serial number', ...(name === undefined || name === serialNumber ? [] : [name])];
  return `${deviceId}  ${what.join('  ')}  ${standing}, ${isOnline ? 'online' : 'offline'}, ${firmware}${next}`;
}

function deviceLines(device: ViewedDevice): readonly string[] {
  const { owner, groups, iccid, imei, deviceOs, lastHeard, lockedVersion, isDevelopment, isSafeMode, notes } = device;
  return [
    deviceText(device),
    `  Device OS ${deviceOs ?? 'unknown'}${isSafeMode ? ' (safe mode)' : ''}, last heard ${lastHeard ?? 'never'}`,
    `  SIM ${iccid ?? 'unknown'}, IMEI ${imei ?? 'unknown'}`,
    `  owner ${owner ?? 'nobody'}, groups ${groups.join(', ') || 'none'}`,
    ...(lockedVersion === undefined ? [] : [`  locked to version ${lockedVersion}`]),
    ...(isDevelopment ? ['  marked for development'] : []),
    ...(notes === undefined || notes === '' ? [] : [`  ${notes}`]),
  ];
}

function simText({ iccid, state, status, deviceName, deviceId, carrier }: ViewedSim): string {
  const unit = deviceName ?? deviceId ?? 'no unit yet';
  return `${iccid}  ${state} (${status})  ${unit}${carrier === undefined ? '' : `  ${carrier}`}`;
}

function usageLines(usage: ViewedUsage): readonly string[] {
  if ('refused' in usage) return [`  usage: ${usage.refused.detail}`];
  return listed(
    usage.days.map(({ date, megabytes }) => `  ${date}  ${megabytes} MB`),
    '  no usage yet',
  );
}

function pageText({ page, totalPages }: { readonly page: number; readonly totalPages: number }): string {
  return `page ${page} of ${totalPages}`;
}

function listed(lines: readonly string[], none: string): readonly string[] {
  return lines.length === 0 ? [none] : lines;
}

function incomplete(isComplete: boolean): readonly string[] {
  return isComplete ? [] : ['The product has more units than were looked through.'];
}

/** Names and notes in the cloud are anybody's text; a terminal obeys control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '');
}

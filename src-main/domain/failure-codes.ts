/**
 * Every failure code of the station. A code is stored in audit logs for years: never rename one, only add.
 * `outcome` says what a run that ends with it is: FAIL is a verdict on the unit, ERROR a fault of the station, the
 * fixture or the cloud, ABORTED a choice of the operator. `operator` is one short sentence on the big screen,
 * `next` the action that follows; the other languages are in src-renderer/i18n and complete by type.
 */
export const FAILURES = {
  // What was scanned or typed
  'label/unreadable': error('This code is not a unit label.', 'Scan the square code on the unit again.'),
  'label/too-long': error('This code is not a unit label.', 'Scan the square code on the unit again.'),

  // The unit in its slot
  'unit/not-in-slot': error('No unit came into the slot.', 'Put the unit into the slot and scan its label again.'),
  'unit/unplugged': error('The unit was removed too early.', 'Put the unit back and scan its label again.'),
  'unit/replaced': error('A different unit is in the slot.', 'Take the unit out and start again with its own label.'),
  'unit/no-answer': fail('The unit does not answer.', 'Put the unit on the reject tray.'),
  'unit/garbled-answer': fail('The unit answers with noise.', 'Put the unit on the reject tray.'),
  'unit/no-device-id': fail('The unit has no readable identity.', 'Put the unit on the reject tray.'),
  'unit/protected': fail('The unit is locked (Device Protection).', 'Put the unit on the reject tray for QA.'),
  'unit/unknown-platform': fail('This kind of unit is not known.', 'Call the supervisor.'),
  'slot/busy': error('This slot is still working.', 'Wait for the result, or use another slot.'),
  'slot/unknown': error('There is no such slot.', 'Use a slot that is on the screen.'),
  'slot/not-learnt': error('This slot has no USB port yet.', 'Call the supervisor to teach the slots.'),
  'slot/not-learning': error('The slots are not being taught now.', 'Start teaching the slots first.'),
  'slot/learning': error('The slots are being taught now.', 'Finish the teaching first.'),
  'slot/port-taken': error('This port belongs to another slot already.', 'Plug the unit into the slot on the screen.'),
  'slot/none-free': error('All slots are working.', 'Wait for a result, then scan again.'),

  // Label, unit and recipe must agree
  'agree/label-mismatch': fail(
    'Label and unit do not belong together.',
    'Put unit and label on the reject tray for QA.',
  ),
  'agree/wrong-platform': fail('Wrong kind of unit for this job.', 'Put the unit aside and call the supervisor.'),
  'agree/duplicate': error('This unit already passed in this batch.', 'Put it with the passed units.'),
  'agree/not-checkable': fail(
    'The label cannot be checked against the unit.',
    'Put the unit on the reject tray for QA.',
  ),

  // Recipe and firmware files
  'recipe/invalid': error('The recipe cannot be used.', 'Call the supervisor.'),
  'recipe/file-missing': error('A firmware file is missing.', 'Call the supervisor.'),
  'recipe/file-changed': error('A firmware file was changed.', 'Call the supervisor.'),
  'recipe/product-not-allowed': error('This station may not build this product.', 'Call the supervisor.'),
  'firmware/not-a-module': error('A firmware file is not valid.', 'Call the supervisor.'),
  'firmware/bad-crc': error('A firmware file is damaged.', 'Call the supervisor.'),
  'firmware/bad-hash': error('A firmware file is damaged.', 'Call the supervisor.'),
  'firmware/bad-length': error('A firmware file is damaged.', 'Call the supervisor.'),
  'firmware/wrong-platform': error('A firmware file is for another kind of unit.', 'Call the supervisor.'),
  'firmware/wrong-function': error('A firmware file is of the wrong kind.', 'Call the supervisor.'),
  'firmware/wrong-location': error('A firmware file does not fit this unit.', 'Call the supervisor.'),
  'firmware/wrong-product-version': error(
    'The product binary has another version than the recipe.',
    'Call the supervisor.',
  ),
  'firmware/wrong-product-id': error('The product binary is for another product.', 'Call the supervisor.'),
  'firmware/wrong-os-version': error('A firmware file is of another Device OS release.', 'Call the supervisor.'),
  'firmware/missing-dependency': error(
    'A firmware file needs a newer part than the recipe has.',
    'Call the supervisor.',
  ),
  'firmware/no-such-release': error('This Device OS release does not exist for this unit.', 'Call the supervisor.'),
  'firmware/mixed-versions': error('The firmware parts are of different releases.', 'Call the supervisor.'),
  'firmware/missing-part': error('The recipe lacks a firmware part.', 'Call the supervisor.'),
  'firmware/unsupported': error('A firmware file cannot be used on this line.', 'Call the supervisor.'),
  'plan/refused': error('This unit cannot take this firmware.', 'Call the supervisor.'),
  'plan/range-refused': error('The write was refused to protect the unit.', 'Call the supervisor.'),
  'plan/bootloader-too-old': fail(
    'The unit needs a newer bootloader first.',
    'Put the unit on the reject tray for QA.',
  ),

  'plan/below-floor': error('This firmware is too old for this kind of unit.', 'Call the supervisor.'),
  'update/refused': fail('The unit refused a part of the update.', 'Put the unit on the reject tray for QA.'),
  'update/failed': fail('The update of the unit did not get through.', 'Put the unit on the reject tray.'),
  'store/not-found': error('This firmware is not in the store.', 'Call the supervisor.'),
  'store/damaged': error('A file in the firmware store was changed.', 'Call the supervisor.'),
  'store/bad-archive': error('This file is not a firmware package.', 'Choose another file.'),
  'store/incomplete': error('The firmware package lacks a part.', 'Choose a complete package.'),
  'store/conflict': error('The store has another firmware by this name.', 'Use another name.'),
  'store/download-failed': error('The firmware could not be downloaded.', 'Check the network and try again.'),
  'store/write-failed': error('The firmware store cannot be written.', 'Check the disk of the station.'),

  // USB, DFU, flashing
  'usb/unavailable': error('USB does not work on this station.', 'Call the supervisor.'),
  'usb/no-permission': error('The station may not use this USB device.', 'Call the supervisor.'),
  'usb/transfer-failed': error(
    'The USB connection failed.',
    'Put the unit in again. If it happens again, change the slot.',
  ),
  'usb/no-console': error(
    'The serial port of the unit did not open.',
    'Put the unit in again. If it happens again, call the supervisor.',
  ),
  'dfu/not-entered': fail('The unit does not go into update mode.', 'Put the unit on the reject tray.'),
  'flash/tool-missing': error('The flash tool is not installed.', 'Call the supervisor.'),
  'flash/tool-failed': error('The flash tool failed.', 'Try again. If it happens again, call the supervisor.'),
  'flash/unit-not-found': error('The unit was lost while flashing.', 'Put the unit in again and scan its label.'),
  'flash/write-failed': fail('The unit refused the firmware.', 'Put the unit on the reject tray.'),
  'flash/stalled': fail('Flashing stopped in the middle.', 'Put the unit on the reject tray.'),
  'flash/verify-mismatch': fail('The firmware in the unit is damaged.', 'Put the unit on the reject tray.'),
  'restart/not-back': fail('The unit did not start again.', 'Put the unit on the reject tray.'),
  'restart/still-in-dfu': fail('The unit does not leave update mode.', 'Put the unit on the reject tray.'),

  // Proof of what runs
  'prove/wrong-version': fail('The unit runs the wrong firmware.', 'Put the unit on the reject tray.'),
  'prove/module-invalid': fail('The firmware in the unit is not complete.', 'Put the unit on the reject tray.'),
  'prove/module-missing': fail('The firmware in the unit is not complete.', 'Put the unit on the reject tray.'),
  'prove/wrong-product-binary': fail('The unit runs the wrong product firmware.', 'Put the unit on the reject tray.'),
  'prove/no-proof': fail('The firmware in the unit cannot be checked.', 'Put the unit on the reject tray for QA.'),

  // SIM
  'sim/none': fail('No SIM found in the unit.', 'Put the unit on the reject tray.'),
  'sim/not-read': fail('The SIM could not be read.', 'Put the unit on the reject tray.'),
  'sim/changed': fail('The SIM is not the one on the label.', 'Put the unit on the reject tray for QA.'),
  'sim/activation-failed': fail('The SIM could not be activated.', 'Put the unit on the reject tray for QA.'),
  'sim/inactive': fail('The SIM is switched off or blocked.', 'Put the unit on the reject tray for QA.'),
  'sim/owned-elsewhere': fail('The SIM belongs to someone else.', 'Put the unit on the reject tray for QA.'),
  'sim/not-in-product': error(
    'The SIM did not appear in the product.',
    'Keep the unit and scan it again in a minute. If it happens again, give it to QA.',
  ),
  'sim/pending': error('The SIM is not active yet.', 'Put the unit aside and scan it again later.'),

  // Cloud
  'cloud/unreachable': error('No connection to the cloud.', 'Keep the unit and try again when the network is back.'),
  'cloud/timeout': error('The cloud does not answer.', 'Keep the unit and try again in a minute.'),
  'cloud/rate-limited': error('The cloud asks to slow down.', 'Keep the unit and try again in a minute.'),
  'cloud/server-error': error('The cloud has a fault.', 'Keep the unit and try again in a minute.'),
  'cloud/bad-answer': error('The cloud gave an answer that makes no sense.', 'Call the supervisor.'),
  'cloud/permission': error('The station has no permission in the cloud.', 'Call the supervisor.'),
  'cloud/refused': error('The cloud refused the request.', 'Call the supervisor.'),
  'cloud/wrong-product': error('The product in the cloud is for another kind of unit.', 'Call the supervisor.'),
  'cloud/device-rejected': fail('The cloud does not accept this unit.', 'Put the unit on the reject tray for QA.'),
  'cloud/device-owned': fail('This unit belongs to someone else.', 'Put the unit on the reject tray for QA.'),
  'cloud/rejected-later': fail(
    'The cloud rejected a unit that had passed.',
    'Pull the unit from its carton and give it to QA.',
  ),
  'cloud/not-in-product': error(
    'The cloud did not keep the unit.',
    'Try again. If it happens again, call the supervisor.',
  ),

  // The network, sign-in, the cloud's own things, the identity book, first time online
  'network/no-name': error(
    'The network does not know the cloud.',
    'Check the network cable. If it stays, call the supervisor.',
  ),
  'network/slow-name': error('The network finds the cloud too slowly.', 'Call the supervisor.'),
  'network/proxy': error('The proxy of this network refuses the station.', 'Call the supervisor.'),
  'network/untrusted': error('The connection to the cloud is not trusted.', 'Call the supervisor.'),
  'network/sign-in-page': error('This network asks to sign in first.', 'Call the supervisor.'),
  'network/clock': error('The clock of this computer is wrong.', 'Call the supervisor to set date and time.'),
  'cloud/rights-missing': error('The station lacks a right in the cloud.', 'Call the supervisor.'),
  'cloud/sign-in-refused': error(
    'User name or password is wrong.',
    'Type them again with care: ten wrong tries lock this network out.',
  ),
  'cloud/otp-wanted': error('The account asks for its six-digit code.', 'Type the code of the authenticator.'),
  'cloud/otp-refused': error('The six-digit code is wrong or too old.', 'Wait for the next code and sign in again.'),
  'cloud/locked-out': error(
    'The cloud takes no sign-in from this network now.',
    'Wait half an hour, then sign in again.',
  ),
  'cloud/not-signed-in': error('This needs a supervisor who is signed in.', 'Sign in first.'),
  'cloud/not-found': error('The cloud does not have this.', 'Check the number and try again.'),
  'cloud/still-claimed': error('The unit still belongs to someone.', 'Unclaim it first, then remove it.'),
  'cloud/claim-refused': error('The unit could not be claimed.', 'Give it to QA.'),
  'cloud/firmware-mismatch': error(
    'The file is another version than was said.',
    'Choose the right file or the right version.',
  ),
  'cloud/firmware-exists': error(
    'The product already has another file of this version.',
    'Give the new file a version of its own.',
  ),
  'cloud/not-yet-run': error(
    'No unit of the product has run this version yet.',
    'Lock it to one unit, see it run there, then release it.',
  ),
  'cloud/firmware-released': error('A released version cannot be deleted.', 'Release another version instead.'),
  'cloud/limit-reached': error('The plan of this product is full.', 'Call the supervisor.'),
  'cloud/look-ups-used-up': error(
    'No more serial numbers can be looked up this hour.',
    'Import the supplier list, or wait.',
  ),
  'cloud/needs-confirmation': error('This costs money or cannot be undone.', 'Confirm it.'),
  'sim/overdue': error('The SIM is still not active.', 'Give the unit to QA.'),
  'identity/unreadable-file': error('This file is no supplier list.', 'Choose another file.'),
  'identity/no-lines': error('No line of this file can be used.', 'Look at the report and ask the supplier.'),
  'identity/file-changed': error(
    'The file is not the one this job was begun with.',
    'Begin a new job, or take the first file.',
  ),
  'identity/damaged': error('The identity book cannot be read.', 'Import the supplier lists again.'),
  'identity/write-failed': error('The identity book cannot be written.', 'Check the disk of the station.'),
  'identity/mismatch': fail(
    'Label and unit differ from the supplier list.',
    'Put unit and label on the reject tray for QA.',
  ),
  'identity/unknown': error('This unit is in no supplier list.', 'Put the unit aside and call the supervisor.'),
  'online/late': fail('The unit did not come online in time.', 'Pull the unit from its carton for QA.'),
  'online/wrong-version': fail('The unit came online with another firmware.', 'Pull the unit from its carton for QA.'),

  // The run and the station
  'run/aborted': {
    outcome: 'ABORTED',
    operator: 'Stopped by the operator.',
    next: 'Put the unit aside or scan it again.',
  },
  'run/timeout': error('A step took too long.', 'Try again. If it happens again, call the supervisor.'),
  'run/interrupted': error('The station stopped during this unit.', 'Scan the unit again.'),
  'run/incomplete': error('The run ended without a result.', 'Call the supervisor.'),
  'run/bug': error('The station made a mistake.', 'Call the supervisor.'),
  'run/not-found': error('There is no such run.', 'Search again.'),
  'run/not-a-reject': error('Only a unit that did not pass can be flashed again.', 'Choose a reject.'),
  'audit/write-failed': error('The record could not be written.', 'Stop the line and call the supervisor.'),
  'audit/damaged': error('The record was changed.', 'Stop the line and call the supervisor.'),
  'audit/newer-version': error('The records belong to a newer version.', 'Call the supervisor.'),
  'audit/missing': error('There are no records here.', 'Check the data folder.'),
  'station/invalid-file': error('The station file cannot be used.', 'Call the supervisor.'),
  'station/data-in-use': error('Another Linewright uses this data folder.', 'Close the other one first.'),
  'station/port-in-use': error('The network port is in use.', 'Close the other program or choose another port.'),
  'station/connection-lost': error('No connection to the station.', 'Wait. If it stays, call the supervisor.'),
  'station/not-virtual': error('This works on a virtual line only.', 'Use real units here.'),
  'request/invalid': error('The request makes no sense.', 'Reload the page.'),
} as const satisfies Record<string, FailureEntry>;

/** A code of the table. */
export type FailureCode = keyof typeof FAILURES;

type FailureEntry = {
  readonly outcome: 'FAIL' | 'ERROR' | 'ABORTED';
  readonly operator: string;
  readonly next: string;
};

function fail(operator: string, next: string): FailureEntry {
  return { outcome: 'FAIL', operator, next };
}

function error(operator: string, next: string): FailureEntry {
  return { outcome: 'ERROR', operator, next };
}

/**
 * The one IPC channel. Invoked with a command's name and input it answers; sent to without anything it asks for snapshots, which
 * come back over the same channel: the present one at once.
 */
export const CHANNEL = 'linewright';

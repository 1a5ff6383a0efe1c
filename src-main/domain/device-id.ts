import type { Brand } from './brand.ts';

/** 96 bits as 24 lower-case hex digits; never changes, the key of everything in the cloud (seed: Device ID). */
export type DeviceId = Brand<string, 'DeviceId'>;

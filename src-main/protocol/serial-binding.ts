import type { OpenOptions as StreamOptions } from '@serialport/stream';

// The types of @serialport/bindings-interface, taken by way of the stream: that package's own export map has no types for an
// ES module to import.

/** What `@serialport/stream` runs on: the operating system's binding, or the virtual line's. */
export type SerialBinding = StreamOptions['binding'];
export type SerialBindingPort = Awaited<ReturnType<SerialBinding['open']>>;
export type SerialPortInfo = Awaited<ReturnType<SerialBinding['list']>>[number];

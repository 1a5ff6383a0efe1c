/** Bytes of a stream, waiting until a whole header or body is there. Bounded by its reader, which takes all it can. */
export interface ByteQueue {
  readonly length: number;
  push(chunk: Uint8Array): void;
  /** The next `count` bytes without taking them, or undefined while there are fewer. */
  peek(count: number): Buffer | undefined;
  take(count: number): Buffer | undefined;
}

/** Makes an empty queue. */
export function createByteQueue(): ByteQueue {
  let bytes: Buffer = Buffer.alloc(0);
  const peek = (count: number): Buffer | undefined => (bytes.length < count ? undefined : bytes.subarray(0, count));
  return {
    get length() {
      return bytes.length;
    },
    push(chunk) {
      // Copied even when the queue is empty: the stream may reuse its buffer.
      bytes = Buffer.concat([bytes, chunk]);
    },
    peek,
    take(count) {
      const taken = peek(count);
      if (taken !== undefined) bytes = bytes.subarray(count);
      return taken;
    },
  };
}

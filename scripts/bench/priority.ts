import os from 'node:os';

/**
 * Lets this process, and those it starts from now on, go before others of the computer, where that is allowed: chips that live in it are
 * late by what it is late, and in a virtual machine that waits the time is the computer's. Returns whether it does.
 */
export function goFirst(): boolean {
  try {
    os.setPriority(PRIORITY);
    return true;
  } catch {
    return false;
  }
}

const PRIORITY = -12;

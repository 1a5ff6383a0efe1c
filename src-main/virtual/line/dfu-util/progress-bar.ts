const CELLS = 25;

/**
 * Draws one bar over itself in the form of dfu-util 0.11 (device-usb.md 7.2): again when a cell fills or a second passes, and the line
 * ends only when it is full.
 */
export function createProgressBar(print: (text: string) => void, title: string): (done: number, total: number) => void {
  let lastCells = -1;
  let lastSecond = -1;
  return (done, total) => {
    const whole = Math.max(total, done, 1);
    const cells = Math.floor((CELLS * done) / whole);
    const second = Math.floor(Date.now() / 1000);
    if (cells === lastCells && second === lastSecond) return;
    lastCells = cells;
    lastSecond = second;
    const bar = '='.repeat(cells).padEnd(CELLS);
    const percent = String(Math.floor((100 * done) / whole)).padStart(3);
    print(`\r${title}\t[${bar}] ${percent}% ${String(done).padStart(12)} bytes`);
    if (cells === CELLS) print(`\n${title} done.\n`);
  };
}

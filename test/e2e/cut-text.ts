/**
 * For the page: names every element whose content is larger than its place with no way to scroll to it, that is, text that is cut.
 * Elements that end in an ellipsis on purpose, and what is for screen readers only, are left out.
 */
export const CUT_TEXT = `[...document.querySelectorAll('body *')].filter((element) => {
  if (element.clientWidth === 0 || element.closest('svg, .read-out-only')) return false;
  const style = getComputedStyle(element);
  const hides = (overflow) => overflow !== 'auto' && overflow !== 'scroll';
  const tooWide = hides(style.overflowX) && style.textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1;
  const tooHigh = hides(style.overflowY) && style.display !== 'inline' && element.scrollHeight > element.clientHeight + 3;
  return tooWide || tooHigh;
}).map((element) => [
  element.tagName.toLowerCase() + '.' + String(element.className).split('_')[1],
  element.scrollWidth + '>' + element.clientWidth,
  element.scrollHeight + '>' + element.clientHeight,
].join(' '))`;

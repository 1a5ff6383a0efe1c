/** The JSON value of a body, or undefined when it is none. The content type is not asked: proxies lie about it. */
export function jsonOf(bodyText: string): unknown {
  try {
    return JSON.parse(bodyText);
  } catch {
    return undefined;
  }
}

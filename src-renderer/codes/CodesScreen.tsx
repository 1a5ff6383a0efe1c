export function CodesScreen(_: object) {
  return null;
}

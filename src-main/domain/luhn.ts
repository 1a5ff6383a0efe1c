/**
 * Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1): true of real IMEIs and ICCIDs, not of
 * made-up ones, so it may warn and never refuse (cloud-api.md 5.7). Anything but digits is false.
 */
export function passesLuhn(digits: string): boolean {
  if (!/^\d+$/.test(digits)) return false;
  let sum = 0;
  for (let fromRight = 0; fromRight < digits.length; fromRight += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - fromRight));
    const doubled = fromRight % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

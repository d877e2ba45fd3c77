/** Options that are promised and not here yet: until then only their off position is true. */
const OFF_ONLY: Readonly<Record<string, unknown>> = {
  sendDefaultPii: false,
};

/** Whether an option is one of those. */
export function isPromised(option: string): boolean {
  return Object.hasOwn(OFF_ONLY, option);
}

/** What is wrong with the value of such an option, or undefined. */
export function checkPromised(option: string, value: unknown): string | undefined {
  const off = OFF_ONLY[option];
  const isOff = value === off || (Array.isArray(off) && Array.isArray(value) && value.length === 0);
  return isOff || value === undefined ? undefined : `is not in this version yet; allowed is ${JSON.stringify(off)}`;
}

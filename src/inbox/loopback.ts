const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** Whether a host, as a URL spells it and without a port, is this machine by its very name. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

import { BlockList, isIP } from 'node:net';

/** A name or address in brackets or not, and maybe a port. */
const ENTRY = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Whether a list like that of `NO_PROXY` names a URL: `*`; a host name with all names below it, by whole labels, with or
 * without a dot in front; an address; a range of addresses (`10.0.0.0/8`). After a name or an address a port may follow.
 *
 * There is no standard: the rules are curl's (https://curl.se/libcurl/c/CURLOPT_NOPROXY.html), and ports.
 */
export function isExempt({ protocol, hostname, port }: URL, list: string): boolean {
  const host = bare(hostname);
  const target = { host, port: port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port };
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry === '*' || matches(entry, target));
}

function matches(entry: string, target: { readonly host: string; readonly port: string }): boolean {
  // An IPv6 address without brackets would look like a name with a port.
  if (entry.includes('/') || isIP(entry) !== 0) return isWithin(target.host, entry);
  const [, bracketed, name = bracketed ?? '', port = target.port] = ENTRY.exec(entry) ?? [];
  if (port !== target.port) return false;
  const domain = bare(name.replace(/^\*?\./, ''));
  if (domain === '') return false;
  if (isIP(domain) !== 0 || isIP(target.host) !== 0) return isWithin(target.host, domain);
  return target.host === domain || target.host.endsWith(`.${domain}`);
}

/** Whether an address is the other one, however that is spelled, or within its range. */
function isWithin(host: string, range: string): boolean {
  const [address = '', prefix] = range.split('/');
  const family = familyOf(address);
  const hostFamily = familyOf(host);
  const bits = prefix === undefined ? maxBits(family) : Number(prefix || Number.NaN);
  if (family === undefined || hostFamily === undefined || !(bits >= 0 && bits <= maxBits(family))) return false;
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return list.check(host, hostFamily);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : `ipv${version as 4 | 6}`;
}

function maxBits(family: 'ipv4' | 'ipv6' | undefined): number {
  return family === 'ipv6' ? 128 : 32;
}

/** Without the brackets of an IPv6 address, and without the dot that may end a full name. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

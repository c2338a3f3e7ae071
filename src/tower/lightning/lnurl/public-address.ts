import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

const { IPv4, IPv6 } = ipaddr;
type IPv4 = ipaddr.IPv4;
type IPv6 = ipaddr.IPv6;

/** RFC 4291: the only part of IPv6 that is given out for global unicast. */
const GLOBAL_UNICAST = [IPv6.parse("2000::"), 3] as const;
/** RFC 6052: where a network without IPv4 shows it. Such a network's resolver answers these for most of the world. */
const NAT64 = [IPv6.parse("64:ff9b::"), 96] as const;

const isPublicV4 = (address: IPv4): boolean => address.range() === "unicast";

/** The IPv4 address that is really spoken to, where an IPv6 one stands for it. */
function embeddedV4(address: IPv6): IPv4 | undefined {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (address.match(NAT64[0], NAT64[1])) return new IPv4(address.toByteArray().slice(12));
  return undefined;
}

/**
 * Whether an IP address, as a resolver writes it, belongs to one machine on the public internet. Not so: private, loopback, link-local,
 * unique-local, multicast, carrier-grade NAT, reserved and documentation ranges, everything with a zone, and everything that is no
 * address. IPv4-mapped and NAT64 addresses are judged by the IPv4 address in them; the deprecated ways to embed one (IPv4-compatible,
 * 6to4, Teredo, SIIT) never are public.
 */
export function isPublicAddress(text: string): boolean {
  // The resolver's notation only: ipaddr.js also reads `0x7f.1` and leading zeros as octal.
  const family = isIP(text);
  if (family === 4) return isPublicV4(IPv4.parse(text));
  if (family !== 6 || text.includes("%")) return false;
  // In hex alone: ipaddr.js takes `::8.8.8.8`, which is IPv4-compatible, for a mapped address.
  const address = IPv6.parse(new URL(`http://[${text}]/`).hostname.slice(1, -1));
  const embedded = embeddedV4(address);
  if (embedded !== undefined) return isPublicV4(embedded);
  return address.match(GLOBAL_UNICAST[0], GLOBAL_UNICAST[1]) && address.range() === "unicast";
}

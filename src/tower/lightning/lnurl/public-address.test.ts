import fc from "fast-check";
import { expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";

test.each([
  "0.0.0.0", // this host
  "0.1.2.3",
  "10.0.0.1", // RFC 1918
  "10.255.255.255",
  "172.16.0.1",
  "172.31.255.254",
  "192.168.0.1",
  "192.168.255.255",
  "100.64.0.1", // carrier-grade NAT
  "100.127.255.255",
  "127.0.0.1", // loopback
  "127.255.255.254",
  "169.254.169.254", // link-local: the metadata of cloud machines
  "192.0.0.1", // IETF protocol assignments
  "192.0.0.170", // NAT64 discovery
  "192.0.2.1", // documentation
  "198.51.100.7",
  "203.0.113.9",
  "192.88.99.1", // 6to4 relays
  "198.18.0.1", // benchmarking
  "198.19.255.255",
  "224.0.0.1", // multicast
  "239.255.255.255",
  "240.0.0.1", // reserved
  "255.255.255.255", // broadcast
  "::", // unspecified
  "::1", // loopback
  "0:0:0:0:0:0:0:1",
  "::ffff:127.0.0.1", // IPv4-mapped
  "::ffff:7f00:1",
  "::FFFF:10.0.0.1",
  "0:0:0:0:0:ffff:c0a8:0001",
  "::ffff:169.254.169.254",
  "::ffff:0:0",
  "::127.0.0.1", // IPv4-compatible
  "::7f00:1",
  "::8.8.8.8", // even of a public address: nobody has had these since 2006
  "::ffff:0:127.0.0.1", // SIIT
  "64:ff9b::127.0.0.1", // NAT64
  "64:ff9b::a00:1",
  "64:ff9b::169.254.169.254",
  "64:ff9b:1::a00:1", // NAT64 of one network
  "64:ff9b:1::808:808",
  "2002:7f00:1::", // 6to4
  "2002:a00:1::1",
  "2002:c0a8:1::1",
  "2002:808:808::1",
  "2001:0:4136:e378:8000:63bf:3fff:fdd2", // Teredo
  "2001:2::1", // benchmarking
  "2001:10::1", // ORCHID
  "2001:20::1",
  "2001:db8::1", // documentation
  "3fff::1",
  "100::1", // discard
  "5f00::1", // segment routing
  "fc00::1", // unique-local
  "fdff:ffff::1",
  "fe80::1", // link-local
  "fe80::1%eth0",
  "febf::1",
  "fec0::1", // site-local
  "ff02::1", // multicast
  "ff0e::1",
  "4000::1", // not given out
  "8000::1",
  "2606:4700::1111%eth0", // a zone
])("%s is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  "127.1",
  "2130706433",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "010.8.8.8",
  "8.8.8",
  "8.8.8.8.",
  " 8.8.8.8",
  "8.8.8.8/32",
  "[2606:4700::1111]",
  "1.1.1.256",
  "localhost",
  "wallet.example",
  "",
])("%j is no address as a resolver writes it", (text) => {
  expect(isPublicAddress(text)).toBe(false);
});

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001:82a::200e",
  "2001:4860:4860::8888",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

type Octets = readonly [number, number, number, number];
const octet = fc.nat(255);
/** IPv4 addresses of nobody on the internet, by the ranges of RFC 6890 and not by the library's. */
const privateV4: fc.Arbitrary<Octets> = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  fc.tuple(fc.constant(198), fc.constantFrom(18, 19), octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
);

const dotted = (octets: Octets): string => octets.join(".");
const halves = ([a, b, c, d]: Octets): string =>
  `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
const whole = ([a, b, c, d]: Octets): number => ((a * 256 + b) * 256 + c) * 256 + d;
/** Every way we know of to write or to wrap an IPv4 address. */
const WRITTEN: readonly ((octets: Octets) => string)[] = [
  dotted,
  (octets) => `::ffff:${dotted(octets)}`,
  (octets) => `::FFFF:${halves(octets).toUpperCase()}`,
  (octets) => `0:0:0:0:0:ffff:${halves(octets)}`,
  (octets) => `0000:0000:0000:0000:0000:ffff:${dotted(octets)}`,
  (octets) => `::ffff:${dotted(octets)}%1`,
  (octets) => `::${dotted(octets)}`,
  (octets) => `::${halves(octets)}`,
  (octets) => `::ffff:0:${dotted(octets)}`,
  (octets) => `64:ff9b::${dotted(octets)}`,
  (octets) => `64:ff9b::${halves(octets)}`,
  (octets) => `64:ff9b:1::${halves(octets)}`,
  (octets) => `2002:${halves(octets)}::1`,
  (octets) => `2001:0:${halves(octets)}::1`,
  (octets) => `2001:0:808:808:0:0:${halves(octets)}`,
  (octets) => `${whole(octets)}`,
  (octets) => `0x${whole(octets).toString(16)}`,
  (octets) => octets.map((part) => `0x${part.toString(16)}`).join("."),
  (octets) => octets.map((part) => `0${part.toString(8)}`).join("."),
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
];

test("no way to write a private IPv4 address passes", () => {
  fc.assert(
    fc.property(privateV4, fc.constantFrom(...WRITTEN), (octets, write) => {
      expect(isPublicAddress(write(octets))).toBe(false);
    }),
    { numRuns: 5_000 },
  );
});

test("no IPv6 address outside of what is given out passes but for NAT64 and mapped ones", () => {
  const part = fc.nat(0xffff);
  const outside = fc
    .tuple(part, part, part, part, part, part, part, part)
    .filter(([first]) => first < 0x2000 || first > 0x3fff)
    .map((parts) => parts.map((value) => value.toString(16)).join(":"))
    .filter((text) => !/^(?:0:0:0:0:0:ffff|64:ff9b:0:0:0:0):/.test(text));
  fc.assert(
    fc.property(outside, (address) => {
      expect(isPublicAddress(address)).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

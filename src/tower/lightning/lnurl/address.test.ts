import fc from "fast-check";
import { expect, test } from "vitest";
import { RefusalError } from "../../../protocol/refusal.ts";
import { parseLightningAddress, urlOf } from "./address.ts";

const label = "a".repeat(63);
const longest = `${label}.${label}.${label}.${"b".repeat(61)}`;

test.each([
  ["alice@wallet.example", "alice", "wallet.example", "/.well-known/lnurlp/alice"],
  ["a.b-c_d+tag@pay.wallet.example", "a.b-c_d+tag", "pay.wallet.example", "/.well-known/lnurlp/a.b-c_d+tag"],
  ["_@x.co", "_", "x.co", "/.well-known/lnurlp/_"],
  ["21@xn--bcher-kva.example", "21", "xn--bcher-kva.example", "/.well-known/lnurlp/21"],
  ["1@1.2.3.xn--p1ai", "1", "1.2.3.xn--p1ai", "/.well-known/lnurlp/1"],
  [`${"n".repeat(64)}@${longest}`, "n".repeat(64), longest, `/.well-known/lnurlp/${"n".repeat(64)}`],
])("%s", (text, name, domain, path) => {
  const address = parseLightningAddress(text);
  expect(address).toStrictEqual({ name, domain });
  expect(urlOf(address).href).toBe(`https://${domain}${path}`);
});

test.each([
  ["nothing", ""],
  ["no name", "@wallet.example"],
  ["no domain", "alice@"],
  ["no @", "alice.wallet.example"],
  ["two @", "alice@bob@wallet.example"],
  ["a capital in the name", "Alice@wallet.example"],
  ["a capital in the domain", "alice@Wallet.example"],
  ["space around", " alice@wallet.example"],
  ["a line break at the end", "alice@wallet.example\n"],
  ["a name over 64", `${"n".repeat(65)}@wallet.example`],
  ["a label over 63", `alice@${"a".repeat(64)}.example`],
  ["a domain over 253", `alice@${longest}b`],
  ["a step up", "..@wallet.example"],
  ["a step nowhere", ".@wallet.example"],
  ["a dot first", ".alice@wallet.example"],
  ["a dot last", "alice.@wallet.example"],
  ["two dots", "a..b@wallet.example"],
  ["a slash", "a/b@wallet.example"],
  ["an escape", "%2e%2e@wallet.example"],
  ["a question mark", "alice?x=1@wallet.example"],
  ["a letter that is not ASCII", "alicé@wallet.example"],
  ["a full-width dot", "alice@wallet．example"],
  ["a domain in its own script", "alice@bücher.example"],
  ["one label", "alice@localhost"],
  ["a dot after the domain", "alice@wallet.example."],
  ["an empty label", "alice@wallet..example"],
  ["a hyphen first", "alice@-wallet.example"],
  ["a hyphen last", "alice@wallet-.example"],
  ["an underscore in the domain", "alice@my_wallet.example"],
  ["a port", "alice@wallet.example:443"],
  ["a path", "alice@wallet.example/x"],
  ["a fragment", "alice@wallet.example#x"],
  ["a password", "alice:secret@wallet.example"],
  ["an IPv4 address", "alice@127.0.0.1"],
  ["a public IPv4 address", "alice@8.8.8.8"],
  ["an IPv4 address as one number", "alice@2130706433"],
  ["an IPv4 address in hex", "alice@0x7f.0x1"],
  ["an IPv4 address that ends in hex", "alice@127.0.0.0x1"],
  ["an IPv6 address", "alice@[::1]"],
  ["an IPv6 address without brackets", "alice@::1"],
  ["onion", "alice@wallet.onion"],
  ["a URL", "https://alice@wallet.example"],
  ["an LNURL", "LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKV"],
])("refuses %s", (_what, text) => {
  expect(() => parseLightningAddress(text)).toThrow(
    new RefusalError(
      "bad_address",
      "That is not a Lightning Address: it looks like name@domain.com, in lower-case letters, digits and . - _ +.",
    ),
  );
});

test("what the grammar takes is nobody else's URL", () => {
  const word = fc.stringMatching(/^[a-z0-9_+-]{1,12}$/);
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join("."));
  fc.assert(
    fc.property(name, fc.domain(), (someName, someDomain) => {
      const domain = someDomain.toLowerCase();
      const url = urlOf(parseLightningAddress(`${someName}@${domain}`));
      expect(partsOf(url)).toStrictEqual({
        href: `https://${domain}/.well-known/lnurlp/${someName}`,
        hostname: domain,
        pathname: `/.well-known/lnurlp/${someName}`,
        port: "",
        username: "",
        search: "",
        hash: "",
      });
    }),
    { numRuns: 1_000 },
  );
});

const partsOf = ({ href, hostname, pathname, port, username, search, hash }: URL) => ({
  href,
  hostname,
  pathname,
  port,
  username,
  search,
  hash,
});

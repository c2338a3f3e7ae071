import { expect, test } from "vitest";
import { findGateway } from "./gateway.ts";

const at = (href: string, builtIn?: string) => {
  const gateway = findGateway(builtIn, { href });
  return gateway.kind === "tower" ? gateway.url : gateway.reason;
};

test("the tower is at the page's own origin unless another was built in", () => {
  expect(at("http://192.168.1.9:8080/#token=x")).toBe("ws://192.168.1.9:8080/ws/matrix");
  expect(at("https://matrix.example/deep/page?x=1")).toBe("wss://matrix.example/ws/matrix");
  expect(at("https://matrix.example/", "wss://tower.example/ws/other")).toBe("wss://tower.example/ws/other");
  expect(at("https://matrix.example/", "https://tower.example")).toBe("wss://tower.example/ws/matrix");
  expect(at("http://localhost:5173/", "ws://localhost:8080")).toBe("ws://localhost:8080/ws/matrix");
  expect(at("https://matrix.example/", "/elsewhere")).toBe("wss://matrix.example/elsewhere");
});

test("a page without a tower says why", () => {
  expect(at("file:///home/me/index.html")).toContain("not opened from a tower");
  expect(at("https://matrix.example/", "off")).toContain("built to stand alone");
  expect(at("https://matrix.example/", "ftp://tower")).toContain("VITE_WS_URL");
  expect(at("https://matrix.example/", "http://[")).toContain("VITE_WS_URL");
});

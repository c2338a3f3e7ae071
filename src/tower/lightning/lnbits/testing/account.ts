/** Two wallets of one LNbits, funded: the tower's, and that of everybody else. */
export interface LnbitsAccount {
  readonly url: string;
  readonly tower: { readonly adminKey: string; readonly invoiceKey: string };
  readonly others: { readonly adminKey: string };
}

/** Asks an LNbits' own routes; throws with what it said when it refuses. */
export async function askLnbits(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
  method = body === undefined ? "GET" : "POST",
): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Whether a host's name or address is this machine for itself alone. */
export const isThisMachine = (host: string): boolean =>
  host === "localhost" || /^127(?:\.\d{1,3}){3}$/.test(host) || host === "::1" || host === "[::1]";

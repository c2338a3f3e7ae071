/** What the development server finds installed; see `debugTools` in `vite.config.ts`. */
declare module "virtual:debug-tools" {
  /** Loads the Babylon Inspector and the React it is drawn with. */
  export const loadInspector: (() => Promise<import("./inspector-api.ts").InspectorTools>) | undefined;
  export const loadStately: (() => Promise<import("./stately.ts").StatelyInspect>) | undefined;
}

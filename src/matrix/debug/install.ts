/**
 * What installs the Babylon Inspector and Stately's. They are large, so nobody gets them unasked; and of the Inspector
 * this is the newest whose packages can all be had: later ones ask for a `@fluentui/react-charts` that was never published.
 */
export const INSTALL = "npm install --no-save @babylonjs/inspector@9.28.0 @statelyai/inspect@0.7.2";

/** What is said to whoever asks for a tool that is not installed. */
export const NOT_INSTALLED = `Not installed. To have it: ${INSTALL}`;

/** The lasting poses of an agent: what it is doing, readable from across the room. */
export const POSES = ["idle", "waiting", "thinking", "working", "offering", "deep_focus", "asleep"] as const;
export type Pose = (typeof POSES)[number];

/** One-shot gestures: played once when a job enters a state, then the pose returns. */
export const GESTURES = ["accept", "celebrate", "refuse", "hand_back"] as const;
export type Gesture = (typeof GESTURES)[number];

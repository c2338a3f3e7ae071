import type { Clip } from "./clips.ts";
import { bendToQuaternion, type Quaternion, subtract, type Vec3 } from "./linear.ts";
import type { SkinnedMesh } from "./loft.ts";
import { JOINTS, jointAt } from "./skeleton.ts";

/** Numbers of the glTF 2.0 specification, §3.6 and §5.1. */
const FLOAT = 5126;
const UNSIGNED_SHORT = 5123;
const UNSIGNED_BYTE = 5121;
const ARRAY_BUFFER = 34962;
const ELEMENT_ARRAY_BUFFER = 34963;

type AccessorType = "SCALAR" | "VEC3" | "VEC4" | "MAT4";
type Numbers = Float32Array | Uint16Array | Uint8Array;

interface Accessor {
  readonly bufferView: number;
  readonly componentType: number;
  readonly count: number;
  readonly type: AccessorType;
  readonly normalized?: true;
  readonly min?: number[];
  readonly max?: number[];
}

interface BufferView {
  readonly buffer: 0;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly target?: number;
}

const WIDTH: Readonly<Record<AccessorType, number>> = { SCALAR: 1, VEC3: 3, VEC4: 4, MAT4: 16 };

/** Positions and times have bounds, as the format asks; the rest goes without. */
const needsBounds = (type: AccessorType): boolean => type === "VEC3" || type === "SCALAR";

/** Collects the binary chunk; every block starts on four bytes, as the format asks. */
function createBinary() {
  const blocks: Buffer[] = [];
  const bufferViews: BufferView[] = [];
  const accessors: Accessor[] = [];
  const seen = new Map<string, number>();
  let length = 0;

  const componentType = (values: Numbers): number => {
    if (values instanceof Float32Array) return FLOAT;
    return values instanceof Uint16Array ? UNSIGNED_SHORT : UNSIGNED_BYTE;
  };

  /** Adds numbers as an accessor and returns its index; equal numbers are stored once. */
  function add(values: Numbers, type: AccessorType, target?: number, normalized = false): number {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const key = `${type}:${target}:${normalized}:${componentType(values)}:${bytes.toString("base64")}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const width = WIDTH[type];
    const all = Array.from(values);
    const lanes = Array.from({ length: width }, (_, lane) => all.filter((_value, i) => i % width === lane));
    bufferViews.push({
      buffer: 0,
      byteOffset: length,
      byteLength: bytes.length,
      ...(target === undefined ? {} : { target }),
    });
    accessors.push({
      bufferView: bufferViews.length - 1,
      componentType: componentType(values),
      count: values.length / width,
      type,
      ...(normalized ? { normalized } : {}),
      ...(needsBounds(type)
        ? {
            min: lanes.map((lane) => lane.reduce((a, b) => Math.min(a, b))),
            max: lanes.map((lane) => lane.reduce((a, b) => Math.max(a, b))),
          }
        : {}),
    });
    const padding = (4 - (bytes.length % 4)) % 4;
    blocks.push(bytes, Buffer.alloc(padding));
    length += bytes.length + padding;
    seen.set(key, accessors.length - 1);
    return accessors.length - 1;
  }

  return { add, bufferViews, accessors, bytes: () => Buffer.concat(blocks) };
}

type Binary = ReturnType<typeof createBinary>;

/** Keeps six decimals: a micrometre, and the same bytes on every machine whose sines differ in the last bit. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Turns a rotation to the half of the sphere its neighbour is on, so that a straight blend takes the short way. */
function alignSigns(rotations: Quaternion[]): Quaternion[] {
  return rotations.reduce<Quaternion[]>((aligned, rotation) => {
    const before = aligned.at(-1) ?? rotation;
    const same = rotation.reduce((sum, value, i) => sum + value * (before[i] ?? 0), 0) >= 0;
    const [x, y, z, w] = rotation;
    aligned.push(same ? rotation : [-x, -y, -z, -w]);
    return aligned;
  }, []);
}

const isStill = (keys: readonly (readonly number[])[]): boolean =>
  keys.every((key) => key.every((value, i) => Math.abs(value - (keys[0]?.[i] ?? 0)) < 1e-5));

/** One clip as glTF channels. A joint that never moves in it gets a single key, so clips do not leak into each other. */
function clipToAnimation(clip: Clip, binary: Binary) {
  const steps = Math.round(clip.seconds * clip.keysPerSecond);
  const moments = Array.from({ length: steps + 1 }, (_, i) => clip.at(i / steps));
  const times = Float32Array.from(moments, (_, i) => round((i / steps) * clip.seconds));
  const samplers: { input: number; output: number; interpolation: "LINEAR" }[] = [];
  const channels: { sampler: number; target: { node: number; path: "rotation" | "translation" } }[] = [];

  const addChannel = (
    node: number,
    path: "rotation" | "translation",
    type: "VEC3" | "VEC4",
    keys: readonly (readonly number[])[],
  ) => {
    const still = isStill(keys);
    const ends = [keys[0] ?? [], keys[0] ?? []];
    samplers.push({
      input: binary.add(still ? Float32Array.of(0, clip.seconds) : times, "SCALAR"),
      output: binary.add(Float32Array.from((still ? ends : keys).flat(), round), type),
      interpolation: "LINEAR",
    });
    channels.push({ sampler: samplers.length - 1, target: { node, path } });
  };

  JOINTS.forEach((joint, node) => {
    addChannel(
      node,
      "rotation",
      "VEC4",
      alignSigns(moments.map((moment) => bendToQuaternion(moment.bends[joint.name] ?? {}))),
    );
  });
  const rest = jointAt("hips");
  addChannel(
    0,
    "translation",
    "VEC3",
    moments.map(({ hips = [0, 0, 0] }) => rest.map((value, axis) => value + (hips[axis] ?? 0))),
  );
  return { name: clip.name, samplers, channels };
}

/** Moves a vertex into the space of a joint at rest: a translation, column by column. */
const inverseBind = (at: Vec3): number[] => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -at[0], -at[1], -at[2], 1];

function chunk(type: "JSON" | "BIN\0", content: Buffer, fill: number): Buffer {
  const padding = Buffer.alloc((4 - (content.length % 4)) % 4, fill);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(content.length + padding.length, 0);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, content, padding]);
}

/** Parts of one as bytes. */
const bytesOf = (parts: readonly number[]): Uint8Array =>
  Uint8Array.from(parts, (part) => Math.round(part * 255));

/** Each vertex's weights as bytes that add up to a whole: the second takes what the first leaves. */
const weightBytes = (weights: readonly number[]): Uint8Array =>
  Uint8Array.from(weights, (weight, i) => {
    const lane = i % 4;
    if (lane > 1) return 0;
    const first = Math.round((lane === 0 ? weight : (weights[i - 1] ?? 0)) * 255);
    return lane === 0 ? first : 255 - first;
  });

/** The attributes and indices of one mesh. */
function meshToPrimitive(mesh: SkinnedMesh, binary: Binary) {
  const floats = (values: readonly number[]) => Float32Array.from(values, round);
  return {
    attributes: {
      POSITION: binary.add(floats(mesh.positions), "VEC3", ARRAY_BUFFER),
      NORMAL: binary.add(floats(mesh.normals), "VEC3", ARRAY_BUFFER),
      JOINTS_0: binary.add(Uint8Array.from(mesh.joints), "VEC4", ARRAY_BUFFER),
      WEIGHTS_0: binary.add(weightBytes(mesh.weights), "VEC4", ARRAY_BUFFER, true),
      COLOR_0: binary.add(bytesOf(mesh.paints), "VEC4", ARRAY_BUFFER, true),
    },
    indices: binary.add(Uint16Array.from(mesh.indices), "SCALAR", ELEMENT_ARRAY_BUFFER),
  };
}

/**
 * Skinned figures, by name, that share a skeleton and its clips, as one binary glTF 2.0 file. The same input makes
 * the same bytes. What a surface is painted with is in `COLOR_0`.
 */
export function encodeGlb(figures: Readonly<Record<string, SkinnedMesh>>, clips: readonly Clip[]): Buffer {
  const binary = createBinary();
  const meshes = Object.entries(figures).map(([name, mesh]) => ({
    name,
    primitives: [meshToPrimitive(mesh, binary)],
  }));
  const inverseBindMatrices = binary.add(
    Float32Array.from(
      JOINTS.flatMap((joint) => inverseBind(joint.at)),
      round,
    ),
    "MAT4",
  );
  const animations = clips.map((clip) => clipToAnimation(clip, binary));
  const nodes = [
    ...JOINTS.map((joint) => {
      const children = JOINTS.flatMap((other, i) => (other.parent === joint.name ? [i] : []));
      const origin: Vec3 = joint.parent ? jointAt(joint.parent) : [0, 0, 0];
      return {
        name: joint.name,
        translation: subtract(joint.at, origin).map(round),
        ...(children.length > 0 ? { children } : {}),
      };
    }),
    ...meshes.map(({ name }, mesh) => ({ name, mesh, skin: 0 })),
  ];
  const bytes = binary.bytes();
  const document = {
    asset: { version: "2.0", generator: "assets/build-avatar.ts" },
    scene: 0,
    scenes: [{ nodes: [0, ...meshes.map((_, i) => JOINTS.length + i)] }],
    nodes,
    meshes,
    skins: [{ joints: JOINTS.map((_, i) => i), skeleton: 0, inverseBindMatrices }],
    animations,
    accessors: binary.accessors,
    bufferViews: binary.bufferViews,
    buffers: [{ byteLength: bytes.length }],
  };
  const body = Buffer.concat([
    chunk("JSON", Buffer.from(JSON.stringify(document)), 0x20),
    chunk("BIN\0", bytes, 0),
  ]);
  const head = Buffer.alloc(12);
  head.write("glTF", 0, "latin1");
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(head.length + body.length, 8);
  return Buffer.concat([head, body]);
}

import { Layer } from "@babylonjs/core/Layers/layer.js";
import { Texture } from "@babylonjs/core/Materials/Textures/texture.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import { AdvancedDynamicTexture } from "@babylonjs/gui/2D/advancedDynamicTexture.js";
import { DrawnControl } from "./drawn-control.ts";
import type { HudNode, Mark } from "./node.ts";
import { type Rect, rect } from "./rect.ts";

/**
 * A part of the screen that the HUD draws on: one Babylon GUI texture, as large as the part, and one layer that
 * shows it there. Panels that change on their own have their own surface: a change uploads that part only, and
 * the empty middle of the screen costs neither memory nor blending.
 */
export interface Surface {
  readonly name: string;
  readonly texture: AdvancedDynamicTexture;
  /** Moves it, and makes its texture anew when the size in device pixels differs. */
  place(at: Rect, canvas: Rect, ratio: number): void;
  /**
   * Shows these nodes and no others. Nodes that are as they were cost nothing. Tells whether the texture is to be
   * drawn and uploaded anew.
   */
  show(nodes: readonly HudNode[]): boolean;
  /** Draws everything again, for instance with another font. */
  redraw(): void;
  dispose(): void;
}

/** What a surface's controls are kept by: the node's key, and its children the same way. */
interface Branch {
  readonly control: DrawnControl;
  readonly children: Map<string, Branch>;
}

const NO_MARKS: readonly Mark[] = [];

const orders = new WeakMap<Layer, number>();

/**
 * Makes a surface. `order` says which surfaces lie over which: higher is nearer. The caller disposes it.
 */
export function createSurface(scene: Scene, name: string, order: number): Surface {
  const texture = new AdvancedDynamicTexture(
    `hud-${name}`,
    1,
    1,
    scene,
    false,
    // Texels lie exactly on pixels, so nothing needs smoothing.
    Texture.NEAREST_SAMPLINGMODE,
  );
  texture.disablePicking = true;
  texture.disableTabNavigation = true;
  const layer = new Layer(`hud-${name}-layer`, null, scene, false);
  layer.texture = texture;
  layer.isEnabled = false;
  orders.set(layer, order);
  // Layers are drawn in the order of this list; those that are not ours stay in front of it.
  scene.layers.sort((a, b) => (orders.get(a) ?? -1) - (orders.get(b) ?? -1));

  const roots = new Map<string, Branch>();
  let area = rect(0, 0, 1, 1);

  function reconcile(
    nodes: readonly HudNode[],
    kept: Map<string, Branch>,
    parent: { addControl(control: DrawnControl): unknown; removeControl(control: DrawnControl): unknown },
    parentRect: Rect,
  ): boolean {
    let isChanged = false;
    const keysBefore = [...kept.keys()];
    const keys = new Set(nodes.map((node) => node.key));
    if (keys.size !== nodes.length) throw new Error(`Two nodes of ${name} have one key.`);
    for (const key of keysBefore) {
      const branch = kept.get(key);
      if (branch === undefined || keys.has(key)) continue;
      parent.removeControl(branch.control);
      branch.control.dispose();
      kept.delete(key);
      isChanged = true;
    }
    // Order decides what covers what, so new controls in between mean adding all anew; it is rare.
    const isOrderKept = [...kept.keys()].every((key, index) => nodes[index]?.key === key);
    if (!isOrderKept) for (const branch of kept.values()) parent.removeControl(branch.control);
    const before = isOrderKept ? undefined : new Map(kept);
    if (before !== undefined) kept.clear();
    for (const node of nodes) {
      let branch = kept.get(node.key);
      if (branch === undefined) {
        branch = before?.get(node.key) ?? { control: new DrawnControl(node.key), children: new Map() };
        kept.set(node.key, branch);
        parent.addControl(branch.control);
        isChanged = true;
      }
      const { control, children } = branch;
      const isRedrawn = control.show(node.marks ?? NO_MARKS, node.rect, parentRect, node.clip === true);
      const isChildChanged = reconcile(node.children ?? [], children, control, node.rect);
      isChanged ||= isRedrawn || isChildChanged;
    }
    return isChanged;
  }

  return {
    name,
    texture,
    place(at, canvas, ratio) {
      const width = Math.max(1, Math.round(at.width * ratio));
      const height = Math.max(1, Math.round(at.height * ratio));
      const size = texture.getSize();
      if (size.width !== width || size.height !== height) {
        texture.scaleTo(width, height);
        texture.idealWidth = at.width;
        redraw();
      }
      area = at;
      // The layer's shader takes texture coordinates from the screen: the texture matrix maps them to this part.
      layer.scale.set(at.width / canvas.width, at.height / canvas.height);
      layer.offset.set(
        ((at.x + at.width / 2) / canvas.width) * 2 - 1,
        1 - ((at.y + at.height / 2) / canvas.height) * 2,
      );
      texture.uScale = canvas.width / at.width;
      texture.vScale = canvas.height / at.height;
      texture.uOffset = -at.x / at.width;
      texture.vOffset = -(canvas.height - at.y - at.height) / at.height;
    },
    show(nodes) {
      layer.isEnabled = nodes.length > 0;
      return reconcile(nodes, roots, texture, area);
    },
    redraw,
    dispose() {
      // Safari keeps a canvas's memory until its size is 0.
      const { canvas } = texture.getContext() as unknown as { readonly canvas?: HTMLCanvasElement };
      layer.texture = null;
      layer.dispose();
      texture.dispose();
      if (canvas !== undefined) {
        canvas.width = 0;
        canvas.height = 0;
      }
    },
  };

  function redraw(): void {
    const { width, height } = texture.getSize();
    texture.rootContainer.markAllAsDirty();
    texture.invalidateRect(0, 0, width - 1, height - 1);
  }
}

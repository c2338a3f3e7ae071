import type { Mesh } from "@babylonjs/core/Meshes/mesh.pure.js";

/** What each buffer and texture holds: how many bytes, and a hash of them; and how many instances each mesh has. */
export type GpuContents = Readonly<Record<string, string>>;

/**
 * What the GPU really holds for the page's scene, by `mesh attribute` and by texture: how many bytes, and a hash of them.
 * Runs in the page, so it stands on nothing around it.
 */
export function readGpuContents(): GpuContents {
  const matrix = window.matrix;
  const gl = document.querySelector("canvas")?.getContext("webgl2");
  if (matrix === undefined || !gl) throw new Error("there is no scene to look at");
  const { scene } = matrix.stage;

  /** FNV-1a over 32-bit words, and what is left over. */
  const hashOf = (bytes: Uint8Array): string => {
    let hash = 0x811c9dc5;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    return `${bytes.length} bytes ${(hash >>> 0).toString(16)}`;
  };

  const buffer = (handle: WebGLBuffer): string => {
    gl.bindBuffer(gl.COPY_READ_BUFFER, handle);
    const bytes = new Uint8Array(gl.getBufferParameter(gl.COPY_READ_BUFFER, gl.BUFFER_SIZE) as number);
    gl.getBufferSubData(gl.COPY_READ_BUFFER, 0, bytes);
    gl.bindBuffer(gl.COPY_READ_BUFFER, null);
    return hashOf(bytes);
  };

  const texture = (handle: WebGLTexture, width: number, height: number, isFloat: boolean): string => {
    const before = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
    const framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, handle, 0);
    const isReadable = gl.checkFramebufferStatus(gl.FRAMEBUFFER) === gl.FRAMEBUFFER_COMPLETE;
    const texels = isFloat ? new Float32Array(width * height * 4) : new Uint8Array(width * height * 4);
    if (isReadable)
      gl.readPixels(0, 0, width, height, gl.RGBA, isFloat ? gl.FLOAT : gl.UNSIGNED_BYTE, texels);
    gl.bindFramebuffer(gl.FRAMEBUFFER, before);
    gl.deleteFramebuffer(framebuffer);
    return isReadable ? hashOf(new Uint8Array(texels.buffer)) : "cannot be read back";
  };

  const contents: Record<string, string> = {};
  for (const mesh of scene.meshes as Mesh[]) {
    for (const kind of mesh.getVerticesDataKinds()) {
      const handle: unknown = mesh.getVertexBuffer(kind)?.getBuffer()?.underlyingResource;
      contents[`${mesh.name} ${kind}`] = handle instanceof WebGLBuffer ? buffer(handle) : "no buffer";
    }
    contents[`${mesh.name} instances`] = String(mesh.forcedInstanceCount);
  }
  for (const one of scene.textures) {
    const internal = one.getInternalTexture();
    const handle: unknown = internal?._hardwareTexture?.underlyingResource;
    const { width, height } = one.getBaseSize();
    // 1 is Babylon's TEXTURETYPE_FLOAT.
    contents[`texture ${one.name}`] =
      handle instanceof WebGLTexture ? texture(handle, width, height, internal?.type === 1) : "no texture";
  }
  return contents;
}

type Listener = (event: Event) => void;

/** As much of a DOM element as the HUD uses, so that its twin can be read without a browser. */
export class FakeElement {
  readonly ownerDocument: FakeDocument;
  readonly tagName: string;
  readonly style: Record<string, string> = {};
  readonly dataset: Record<string, string> = {};
  readonly attributes = new Map<string, string>();
  readonly listeners = new Set<readonly [type: string, listener: Listener]>();
  parent: FakeElement | undefined;
  nodes: (FakeElement | FakeText)[] = [];
  disabled = false;
  inert = false;
  rows = 0;
  autocapitalize = "";
  value = "";
  selectionStart = 0;
  selectionEnd = 0;
  scrollTop = 0;
  clientHeight = 0;

  constructor(ownerDocument: FakeDocument, tagName: string) {
    this.ownerDocument = ownerDocument;
    this.tagName = tagName;
  }

  get elements(): FakeElement[] {
    return this.nodes.filter((node) => node instanceof FakeElement);
  }
  get firstChild(): FakeElement | FakeText | null {
    return this.nodes[0] ?? null;
  }
  get nextSibling(): FakeElement | FakeText | null {
    return siblingAfter(this);
  }
  get textContent(): string {
    return this.nodes.map((node) => node.textContent ?? "").join("");
  }
  set textContent(text: string) {
    this.nodes = text === "" ? [] : [new FakeText(text, this)];
  }
  append(...nodes: (FakeElement | FakeText)[]): void {
    for (const node of nodes) {
      node.remove();
      node.parent = this;
      this.nodes.push(node);
    }
  }
  after(node: FakeElement): void {
    insertAfter(this, node);
  }
  remove(): void {
    removeNode(this);
  }
  contains(other: unknown): boolean {
    return other === this || this.elements.some((element) => element.contains(other));
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }
  matches(): boolean {
    return true;
  }
  focus(): void {
    this.ownerDocument.activeElement = this;
    this.dispatch("focus");
    this.dispatch("focusin");
  }
  blur(): void {
    if (this.ownerDocument.activeElement === this) this.ownerDocument.activeElement = null;
    this.dispatch("blur");
  }
  getBoundingClientRect() {
    return { left: 0, top: 0 };
  }
  setPointerCapture(): void {}
  addEventListener(type: string, listener: Listener, options?: { readonly signal?: AbortSignal }): void {
    const entry = [type, listener] as const;
    this.listeners.add(entry);
    options?.signal?.addEventListener("abort", () => this.listeners.delete(entry));
  }
  /** Sends an event to this element and up. Returns it, with what its listeners did to it. */
  dispatch(type: string, details: Record<string, unknown> = {}) {
    const event = {
      type,
      target: this as unknown,
      defaultPrevented: false,
      isStopped: false,
      preventDefault() {
        this.defaultPrevented = true;
      },
      stopPropagation() {
        this.isStopped = true;
      },
      ...details,
    };
    for (let at: FakeElement | undefined = this; at !== undefined && !event.isStopped; at = at.parent) {
      for (const [wanted, listener] of [...at.listeners]) {
        if (wanted === type) listener(event as unknown as Event);
      }
    }
    return event;
  }
}

export class FakeText {
  parent: FakeElement | undefined;
  textContent: string;

  constructor(text: string, parent?: FakeElement) {
    this.textContent = text;
    this.parent = parent;
  }
  get nextSibling(): FakeElement | FakeText | null {
    return siblingAfter(this);
  }
  after(node: FakeElement): void {
    insertAfter(this, node);
  }
  remove(): void {
    removeNode(this);
  }
}

function siblingAfter(node: FakeElement | FakeText): FakeElement | FakeText | null {
  const siblings = node.parent?.nodes ?? [];
  return siblings[siblings.indexOf(node) + 1] ?? null;
}

function insertAfter(node: FakeElement | FakeText, added: FakeElement): void {
  added.remove();
  const { parent } = node;
  if (parent === undefined) throw new Error("The node has no parent.");
  added.parent = parent;
  parent.nodes.splice(parent.nodes.indexOf(node) + 1, 0, added);
}

function removeNode(node: FakeElement | FakeText): void {
  const siblings = node.parent?.nodes;
  siblings?.splice(siblings.indexOf(node), 1);
  node.parent = undefined;
}

/** As much of a document as the HUD uses. */
export class FakeDocument extends FakeElement {
  activeElement: FakeElement | null = null;
  /** No window: no safe areas and no on-screen keyboard. */
  readonly defaultView = null;

  constructor() {
    // A document is its own owner; the base class is told so right after.
    super(undefined as unknown as FakeDocument, "#document");
    Object.assign(this, { ownerDocument: this });
  }
  createElement(tagName: string): FakeElement {
    return new FakeElement(this, tagName);
  }
  createTextNode(text: string): FakeText {
    return new FakeText(text);
  }
  removeEventListener(type: string, listener: Listener): void {
    for (const entry of this.listeners) {
      if (entry[0] === type && entry[1] === listener) this.listeners.delete(entry);
    }
  }
}

import type { IReadonlyObservable } from "@babylonjs/core/Misc/observable.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";

// As much of `@babylonjs/inspector` 9.28 and of React as is used here: neither is among the project's packages.

export interface Disposable {
  dispose(): void;
}

declare const service: unique symbol;
/** Names a service of the Inspector; carries its type for the compiler only. */
export type Identity<Service> = symbol & { readonly [service]?: Service };

/** A part of an Inspector session: it is given services, and disposed with the session. */
export interface ServiceDefinition {
  readonly friendlyName: string;
  readonly consumes: readonly symbol[];
  readonly factory: (...services: never[]) => Disposable;
}

/** Defines a service that is given those it names. */
export const defineService = <const Services extends readonly unknown[]>(
  friendlyName: string,
  consumes: { readonly [Index in keyof Services]: Identity<Services[Index]> },
  factory: (...services: Services) => Disposable,
): ServiceDefinition => ({
  friendlyName,
  consumes,
  factory: factory as (...services: readonly unknown[]) => Disposable,
});

export interface EntityDisplay extends Disposable {
  readonly name: string;
  readonly onChange: IReadonlyObservable<void>;
}

export interface SceneExplorer {
  addSection<Entity extends object>(section: {
    readonly displayName: string;
    readonly order: number;
    readonly getRootEntities: () => readonly Entity[];
    readonly getEntityDisplayInfo: (entity: Entity) => EntityDisplay;
    readonly getEntityAddedObservables: () => readonly IReadonlyObservable<Entity>[];
    readonly getEntityRemovedObservables: () => readonly IReadonlyObservable<Entity>[];
  }): Disposable;
  addEntityCommand<Entity extends object>(provider: {
    readonly predicate: (entity: unknown) => entity is Entity;
    readonly getCommand: (entity: Entity) => {
      readonly type: "action";
      readonly mode: "contextMenu";
      readonly displayName: string;
      readonly execute: () => void;
    };
  }): Disposable;
}

/** What a React component gives back. */
export type Rendered = unknown;
export type Component<Props> = (props: Props) => Rendered;

export interface PropertiesPane {
  addSection(section: { readonly identity: string; readonly order: number }): Disposable;
  addSectionContent<Entity>(content: {
    readonly key: string;
    readonly predicate: (entity: unknown) => entity is Entity;
    readonly content: readonly {
      readonly section: string;
      readonly component: Component<{ readonly context: Entity }>;
    }[];
  }): Disposable;
}

export interface SelectionService {
  selectedEntity: object | null;
  readonly onSelectedEntityChanged: IReadonlyObservable<void>;
}

/** A command that a shell can run; what it gives back is printed. It rejects with what is said instead. */
export interface BridgeCommand {
  readonly id: string;
  readonly description: string;
  readonly args?: readonly {
    readonly name: string;
    readonly description: string;
    readonly required?: boolean;
  }[];
  readonly executeAsync: (args: Readonly<Record<string, string | undefined>>) => Promise<string>;
}

export interface BridgeCommandRegistry {
  addCommand(command: BridgeCommand): Disposable;
}

interface LineProps {
  readonly label: string;
  readonly description?: string;
}

interface SessionOptions {
  readonly serviceDefinitions: readonly ServiceDefinition[];
}

export interface Inspector {
  ShowInspector(
    scene: Scene,
    options: SessionOptions & {
      readonly layoutMode: "inline" | "overlay";
      readonly disableTeachingMoments: boolean;
    },
  ): { dispose(): Promise<void>; readonly onDisposed: IReadonlyObservable<void> };
  StartInspectable(
    scene: Scene,
    options: SessionOptions & { readonly name: string; readonly autoEnable: boolean },
  ): Disposable;
  readonly SceneExplorerServiceIdentity: Identity<SceneExplorer>;
  readonly PropertiesServiceIdentity: Identity<PropertiesPane>;
  readonly SelectionServiceIdentity: Identity<SelectionService>;
  readonly BridgeCommandRegistryIdentity: Identity<BridgeCommandRegistry>;
  readonly TextPropertyLine: Component<LineProps & { readonly value: string }>;
  readonly StringDropdownPropertyLine: Component<
    LineProps & {
      readonly value: string;
      readonly options: readonly { readonly label: string; readonly value: string }[];
      readonly onChange: (value: string) => void;
    }
  >;
  readonly TextAreaPropertyLine: Component<
    LineProps & { readonly value: string; readonly onChange: (value: string) => void }
  >;
  readonly ButtonLine: Component<{ readonly label: string; readonly onClick: () => void }>;
}

export interface React {
  createElement<Props extends object>(
    component: Component<Props>,
    props: Props & { readonly key?: string },
  ): Rendered;
  createElement(component: symbol, props: null, ...children: readonly Rendered[]): Rendered;
  readonly Fragment: symbol;
  useState<Value>(initial: Value): readonly [Value, (next: Value) => void];
  useSyncExternalStore<Value>(subscribe: (changed: () => void) => () => void, get: () => Value): Value;
}

/** What the development server hands over when the Inspector is installed. */
export interface InspectorTools {
  readonly inspector: Inspector;
  readonly react: React;
}

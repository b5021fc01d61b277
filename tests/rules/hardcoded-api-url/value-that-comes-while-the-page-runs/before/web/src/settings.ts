export interface Settings {
  readonly apiBase?: string;
  readonly mapBase?: string;
}

declare const __SETTINGS__: Settings | undefined;

export const useSettings = (): Settings | undefined => __SETTINGS__;

export const NODE_ARGUMENTS: readonly string[];
export const ENVIRONMENT: Readonly<Record<string, string>>;

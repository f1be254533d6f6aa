/** From this score on (inclusive) an anomalous label is a detection. */
export const ANOMALY_THRESHOLD = 0.75;

/** What a model can run on; beyond the first the native runtime and its hardware are needed. */
export const ANOMALY_DEVICES = ['cpu', 'cuda', 'dml', 'coreml', 'webgpu'] as const;
export type AnomalyDevice = (typeof ANOMALY_DEVICES)[number];

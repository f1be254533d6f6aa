// Ready mappings for tools whose payloads are documented. Each yields one event an alert, under a key of its own, so that
// a repeated notification is a duplicate.

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4. */
const ALERTMANAGER = `
alerts.{
  "message": $join([
    labels.alertname,
    status = "resolved" ? "resolved" : "firing",
    annotations.summary ? annotations.summary : annotations.description
  ][$], ": "),
  "timestamp": status = "resolved" ? endsAt : startsAt,
  "host": labels.instance ? $replace(labels.instance, /:\\d+$/, "") : labels.host,
  "service": labels.job ? labels.job : "alertmanager",
  "severity": status = "resolved" ? "info" : labels.severity ? labels.severity : "warning",
  "fields": $,
  "keys": { "alert": fingerprint },
  "key": $join([fingerprint, status, status = "resolved" ? endsAt : startsAt], "|")
}`;

const PRESETS = { alertmanager: ALERTMANAGER } as const;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]];

export const presetMapping = (name: PresetName): string => PRESETS[name];

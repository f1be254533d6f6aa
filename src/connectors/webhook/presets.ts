// Ready mappings for tools whose payloads are documented. Each yields one event an alert, under a key of its own, so that
// a repeated notification is a duplicate; a raised and a cleared alert differ in one word and share their keys, so that
// detection sees the one heal the other.

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4; Grafana's alerting sends the same. */
const ALERTMANAGER = String.raw`
alerts.(
  $resolved := status = "resolved";
  $at := $resolved ? endsAt : startsAt;
  $name := labels.alertname ? labels.alertname : "without a name";
  $state := $resolved ? " is resolved" : " is firing";
  $text := annotations.summary ? annotations.summary : annotations.description ? annotations.description : annotations.message;
  {
    "message": "Alert " & $name & $state & ($text ? ": " & $text : ""),
    "timestamp": $at,
    "host": labels.instance ? $replace(labels.instance, /:\d+$/, "") : labels.host ? labels.host : labels.node,
    "service": labels.job ? labels.job : labels.service ? labels.service : "alerts",
    "severity": $resolved ? "info" : labels.severity ? labels.severity : "warning",
    "fields": $,
    "keys": { "alert": fingerprint },
    "key": fingerprint & "|" & status & "|" & $at
  }
)`;

/**
 * A media type of the kind webhook whose parameters carry the documented names (event_id, event_name, event_value,
 * event_nseverity, host_name …), and the event stream of Zabbix 6.4 and newer.
 */
const ZABBIX = `
(
  $levels := ["info", "info", "warning", "error", "critical", "alert"];
  $level := function($n) { $n = null or $n = "" ? "warning" : $levels[$number($n)] };
  $exists(clock) ? {
    "message": (name ? name : "Problem " & p_eventid) & ($exists(p_eventid) or value = 0 ? " resolved" : " firing"),
    "timestamp": clock,
    "host": hosts[0].host ? hosts[0].host : hosts[0].name,
    "service": "zabbix",
    "severity": $exists(p_eventid) or value = 0 ? "info" : $level(severity),
    "fields": $,
    "keys": { "alert": $string($exists(p_eventid) ? p_eventid : eventid) },
    "key": $string(eventid)
  } : (
    $resolved := $string(event_value) = "0";
    {
      "message": event_name & ($resolved ? " resolved" : " firing"),
      "timestamp": event_timestamp,
      "host": host_name ? host_name : host_host,
      "service": "zabbix",
      "severity": $resolved ? "info" : $level(event_nseverity),
      "fields": $,
      "keys": { "alert": $string(event_id) },
      "key": $string(event_id) & "|" & $string(event_value) & "|" & $string(event_update_id)
    }
  )
)`;

/** https://docs.librenms.org/Alerting/Transports/: the transport "API" with a body of the alert's variables as JSON. */
const LIBRENMS = String.raw`
(
  $resolved := $string(state) = "0";
  {
    "message": (rule ? rule : name ? name : title) & ($resolved ? " resolved" : " firing") & (msg ? ": " & msg : ""),
    "timestamp": $match($string(timestamp), /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d$/) ? $replace(timestamp, " ", "T") & "Z" : timestamp,
    "host": sysName ? sysName : hostname,
    "service": "librenms",
    "severity": $resolved ? "info" : severity = "ok" ? "info" : severity,
    "fields": $,
    "keys": { "alert": $string(alert_id ? alert_id : id) },
    "key": $string(uid ? uid : id) & "|" & $string(state)
  }
)`;

/** https://go2docs.graylog.org, HTTP notification. */
const GRAYLOG = `
event.{
  "message": $$.event_definition_title & ": " & message,
  "timestamp": timestamp,
  "host": $$.backlog[0].source ? $$.backlog[0].source : fields.source ? fields.source : source,
  "service": "graylog",
  "severity": priority >= 4 ? "critical" : priority = 3 ? "error" : priority = 1 ? "notice" : "warning",
  "fields": $$,
  "keys": { "alert": key ? key : event_definition_id },
  "key": id
}`;

/** https://documentation.wazuh.com, integration with external APIs: the alert as it is in alerts.json; levels 0 to 15. */
const WAZUH = `
{
  "message": full_log ? full_log : rule.description,
  "timestamp": timestamp,
  "host": predecoder.hostname ? predecoder.hostname : agent.name ? agent.name : manager.name,
  "service": predecoder.program_name ? predecoder.program_name : decoder.name ? decoder.name : "wazuh",
  "severity": rule.level >= 12 ? "critical" : rule.level >= 7 ? "error" : rule.level >= 5 ? "warning" : rule.level >= 3 ? "notice" : "info",
  "sourcePath": location,
  "fields": $merge([$, {
    "srcIp": data.srcip, "dstIp": data.dstip,
    "user": data.dstuser ? data.dstuser : data.srcuser,
    "action": rule.groups[0], "vendor": "wazuh"
  }]),
  "keys": { "rule": rule.id },
  "key": id
}`;

/** https://developer.pagerduty.com/docs/webhooks/v3-overview. */
const PAGERDUTY = `
event.(
  $resolved := event_type = "incident.resolved";
  $state := $split(event_type, ".")[-1];
  {
    "message": data.title & ($resolved ? " resolved" : event_type = "incident.triggered" ? " triggered" : " " & $state),
    "timestamp": occurred_at,
    "service": data.service.summary ? data.service.summary : "pagerduty",
    "severity": $resolved or event_type = "incident.acknowledged" ? "info" : data.urgency = "high" ? "error" : "warning",
    "fields": $,
    "keys": { "alert": data.incident_key ? data.incident_key : data.id },
    "key": id
  }
)`;

/** https://docs.datadoghq.com/integrations/webhooks/, with "alert_transition", "alert_id" and "host" added to its body. */
const DATADOG = String.raw`
(
  $resolved := $contains($lowercase($string(alert_transition)), "recover") or alert_type = "success";
  {
    "message": $trim($replace(title, /^\[[^\]]*\]\s*/, "")) & ($resolved ? " resolved" : " triggered"),
    "timestamp": date ? date : last_updated,
    "host": host ? host : hostname,
    "service": service ? service : "datadog",
    "severity": $resolved ? "info" : alert_type = "warning" ? "warning" : alert_type = "info" ? "info" : "error",
    "fields": $,
    "keys": { "alert": $string(alert_id ? alert_id : aggregation_key ? aggregation_key : title) },
    "key": $string(id)
  }
)`;

const PRESETS = {
  alertmanager: ALERTMANAGER,
  grafana: ALERTMANAGER,
  zabbix: ZABBIX,
  librenms: LIBRENMS,
  graylog: GRAYLOG,
  wazuh: WAZUH,
  pagerduty: PAGERDUTY,
  datadog: DATADOG,
} as const;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]];

export const presetMapping = (name: PresetName): string => PRESETS[name];

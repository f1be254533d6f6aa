/** Days of event time after which an incident that was neither observed nor promoted is HISTORICAL, unless set otherwise. */
export const INCIDENT_ACTIVE_DAYS = 90;

//! Entities, time, rules and ports of HR Scheduling.

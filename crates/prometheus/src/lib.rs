//! The metrics port on the Prometheus client, and the one catalogue of metric names.

//! The metrics port on the Prometheus client.
//!
//! [`name`] is the one catalogue of metric names; dashboards and alerts in `monitoring/` use nothing else. To add a
//! metric: name it there, add it to [`Metrics`], and give it a method whose labels have few values.

mod gauges;
mod metrics;
pub mod name;
mod shared_pools;
mod system;

pub use metrics::Metrics;
pub use system::{NewestBackup, Readings, ReadingsFailed, refresh_forever, used_memory};

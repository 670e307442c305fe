//! The HTTP clients of reports and traces. They go where the configuration says, and nowhere that an answer says.

use std::time::Duration;

use reqwest::blocking;
use reqwest::redirect::Policy;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// For the thread that sends reports.
pub(super) fn for_reports() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()
}

/// For the thread that sends traces, which waits for each answer. Must not be called from asynchronous code.
pub(super) fn for_traces() -> reqwest::Result<blocking::Client> {
    blocking::Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()
}

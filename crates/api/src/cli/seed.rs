//! `seed demo`

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use scheduling_app::demo::{Company, DemoError, DemoReport, seed_demo};

use super::args::SeedDemoArgs;
use super::failure::{Exit, Failure};
use super::session::{Session, store_failure};
use super::{output, session};
use crate::config::Sources;

/// The company of those who name no seed.
pub(super) const DEFAULT_SEED: u64 = 1;

/// Writes the demonstration company into an empty organization.
pub(super) fn demo(sources: &Sources, arguments: &SeedDemoArgs) -> Result<Exit, Failure> {
    session::run(sources, async |config| {
        let session = Session::open(&config).await?;
        let first = arguments.from.unwrap_or_else(|| coming_monday(&session));
        match write(&session, arguments.seed, first).await {
            Ok(DemoReport { sites, teams, employees, demands }) => {
                output::say(format_args!(
                    "seeded {sites} sites, {teams} teams, {employees} employees and {demands} lines of demand from {first}"
                ));
                Ok(Exit::Ok)
            }
            Err(DemoError::NotEmpty) => Err(Failure::usage(format!(
                "{} has sites already, and the demonstration company needs an empty database; \
                 choose another with --data-dir or --database-url",
                session.storage.place()
            ))),
            Err(DemoError::Store(error)) => Err(store_failure(&error)),
        }
    })
}

/// Writes the company of that seed.
pub(super) async fn write(session: &Session, seed: u64, first: Date) -> Result<DemoReport, DemoError> {
    let company = Company::generate(seed, first);
    seed_demo(session.app.store.as_ref(), session.organization, &company, session.app.now()).await
}

/// The next Monday, or today where that is one.
pub(super) fn coming_monday(session: &Session) -> Date {
    let today = session.app.now().to_zoned(TimeZone::UTC).date();
    let days = (7 - i64::from(today.weekday().to_monday_zero_offset())) % 7;
    today.saturating_add(days.days())
}

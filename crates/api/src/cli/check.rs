//! `check`: what an independent judge says of a roster.

use scheduling_domain::roster::Problem;
use scheduling_domain::rules::{self, Report, Verdict, Violation};

use super::args::CheckArgs;
use super::failure::{Exit, Failure};
use super::instance::{self, read_text};
use super::output;

/// Prints every hard violation and what the roster costs.
pub(super) fn run(arguments: &CheckArgs) -> Result<Exit, Failure> {
    let instance = instance::read(arguments.format, &arguments.instance)?;
    let text = read_text(&arguments.roster)?;
    let placements = instance
        .parse_roster(&text)
        .map_err(|error| Failure::usage(format!("{}: {error}", arguments.roster.display())))?;
    let problem = instance.to_problem();
    let report = rules::check(&problem, &placements);
    for violation in &report.violations {
        if violation.verdict == Verdict::Block || arguments.costs {
            output::say(sentence(&problem, violation));
        }
    }
    Ok(conclude(&report))
}

/// Prints the sums, and says whether they are a finding.
pub(super) fn conclude(report: &Report) -> Exit {
    let hard = report.blocking().count();
    if hard > 0 {
        output::say(format_args!("hard {hard}"));
    }
    output::say(format_args!("total {}", report.cost()));
    if hard > 0 { Exit::Finding } else { Exit::Ok }
}

/// Such as `hard  A  day 3-8  work_run_too_long (consecutive-shifts-1): 6 days, limit 5`.
fn sentence(problem: &Problem, violation: &Violation) -> String {
    let weight = match violation.verdict {
        Verdict::Block => "hard".to_owned(),
        Verdict::Consent | Verdict::Cost | Verdict::Warn => format!("cost {}", violation.cost),
    };
    let whose = violation.person.and_then(|person| problem.people.get(person)).map(|person| person.label.as_str());
    let shift = violation.shifts.first().and_then(|shift| problem.shifts.get(*shift)).map(|shift| shift.label.as_str());
    let day = |on| problem.period.first.until(on).map_or(0, |span| span.get_days());
    let (first, last) = (day(violation.first), day(violation.last));
    let days = if first == last { format!("day {first}") } else { format!("day {first}-{last}") };
    let rule = problem.rules.get(violation.rule).map_or("", |rule| rule.key.as_str());
    let subject = whose.or(shift).unwrap_or("-");
    let Violation { code, actual, limit, unit, .. } = violation;
    format!("{weight}  {subject}  {days}  {code} ({rule}): {actual} {unit}, limit {limit}", unit = unit.as_str())
}

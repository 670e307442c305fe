//! The rule engine: rules as data, one file per kind, and one engine that judges with them.
//!
//! A [`Rule`] says what is asked ([`RuleKind`]), of whom ([`Scope`]), when ([`Effective`]), and what breaking it means
//! ([`Verdict`]). Rules judge a [`Problem`](crate::roster::Problem) and the placements on it, never the store.
//!
//! - [`check()`] lints a whole roster and answers a [`Report`]: every violation, what they cost, whether it may be published.
//! - [`judge()`] says what one [`Change`] would break or mend, as a [`Judgement`]. It looks only at the rows and crews that
//!   the change touches and agrees with [`check()`] before and after. [`Judge`] keeps what is shared between many changes.
//! - [`Rule::reach`] says how many days around a change matter, so that a caller loads no more than that.
//! - [`Rule::validate`] finds what is wrong with a rule itself.
//!
//! A [`Violation`] names its rule, person, shifts and days; its code is one of [`CODES`], and [`Violation::args`] has
//! the words for its text in any language. Some violations can be mended only by more work ([`Phase::WhenComplete`]): they
//! never stop an edit, and always a publication.
//!
//! # Extending it
//!
//! A kind is one file: parameters, a judge of rows (a person's shifts) or crews (a shift's people), its reach, its
//! validation, and a table of cases. `docs/recipes/add-a-rule.md` goes through it step by step.
//!
//! 1. The variant, with its parameters, in [`RuleKind`] (`rule.rs`).
//! 2. The file, which implements `Kind` (`kind.rs`) for a struct of the same name.
//! 3. An arm each in `RuleKind::code` and `RuleKind::logic`, which the compiler asks for.
//! 4. The codes of its violations in `violation.rs`, and their texts in the message catalogues.
//!
//! What all kinds may rely on: a row is sorted and holds no shift twice; days are counted from the first of the planned
//! period; a rule with sites or shift tags in its scope sees rows without the other shifts; a breach that lies wholly
//! outside the planned period, or on whose last day the rule is not in force, is dropped for them.

mod availability;
#[cfg(test)]
mod cases;
mod check;
mod consecutive_days_off;
mod consecutive_working_days;
mod days_off;
mod engine;
mod findings;
mod forbidden_succession;
mod frame;
mod heads_per_shift;
mod judge;
mod kind;
mod minutes;
mod minutes_per_period;
mod overlap;
mod placed;
mod reach;
mod requests;
mod rest_between_shifts;
mod row;
mod rule;
mod shifts_per_template;
mod skill_valid;
mod violation;
mod weekends_worked;

pub use check::{Report, check};
pub use judge::{Change, Judge, Judgement, judge};
pub use reach::Reach;
pub use rule::{Citation, Effective, Rule, RuleKind, Scope, Verdict, Window};
pub use violation::{CODES, Outcome, Phase, Subject, Unit, Violation};

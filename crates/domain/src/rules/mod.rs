//! The rule engine: rules as data, one file per kind, and one engine that judges with them.
//!
//! - [`check`] lints a whole roster.
//! - [`judge`] says what one change would break or mend, looking only at the neighbourhood each rule needs.

mod rule;
mod violation;

pub use rule::{Citation, Effective, Rule, RuleKind, Scope, Verdict, Window};
pub use violation::{Outcome, Phase, Violation};

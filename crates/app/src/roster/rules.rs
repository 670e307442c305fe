//! Which rules bind whom, when: the baseline, the teams' rule sets, the contracts'.

use jiff::ToSpan;
use jiff::civil::Date;
use scheduling_domain::id::{EmployeeId, RuleSetId};
use scheduling_domain::roster::Period;
use scheduling_domain::rules::{Effective, Rule, RuleKind, Scope, Verdict, Window};

use super::rows::Rows;

/// What one head below a shift's minimum, or above its maximum, costs where the team's rules say nothing of heads.
const HEAD_WEIGHT: i64 = 1_000;
/// What one minute below a contract's weekly minutes costs.
const SHORT_MINUTE_WEIGHT: i64 = 1;

/// The rules of a roster: the baseline, then each team's, then each contract's.
///
/// A rule set's own rule on heads or wishes takes the place of the baseline's.
pub(super) fn rules(rows: &Rows) -> Vec<Rule> {
    let mut rules = Vec::new();
    for team in &rows.teams {
        let members: Vec<EmployeeId> =
            rows.employees.iter().filter(|employee| employee.team_id == team.id).map(|employee| employee.id).collect();
        let own = team.id == rows.team.id;
        for rule in rows.rule_set(team.rule_set_id).into_iter().flat_map(|set| &set.rules) {
            if is_about_shifts(&rule.kind) {
                // How many heads a shift wants is for the team that staffs it to say.
                rules.extend(own.then(|| rule.clone()));
            } else {
                rules.extend(bound_to(rule, &members, Effective::default()));
            }
        }
    }
    rules.extend(contract_rules(rows));
    let mut all = baseline(&rules);
    all.append(&mut rules);
    all
}

fn baseline(others: &[Rule]) -> Vec<Rule> {
    let rule = |key: &str, kind, verdict, weight| Rule {
        key: key.to_owned(),
        kind,
        scope: Scope::default(),
        effective: Effective::default(),
        verdict,
        weight,
        citation: None,
    };
    let mut baseline = vec![
        rule("no-overlap", RuleKind::Overlap, Verdict::Block, 0),
        rule("skills", RuleKind::SkillValid, Verdict::Block, 0),
        rule("availability", RuleKind::Availability, Verdict::Block, 0),
        rule("heads", RuleKind::HeadsPerShift, Verdict::Cost, HEAD_WEIGHT),
        rule("wishes", RuleKind::Requests, Verdict::Cost, 1),
    ];
    let gives_way = |kind: &RuleKind| {
        matches!(kind, RuleKind::HeadsPerShift | RuleKind::Requests) && others.iter().any(|other| other.kind == *kind)
    };
    baseline.retain(|rule| !gives_way(&rule.kind));
    baseline
}

fn is_about_shifts(kind: &RuleKind) -> bool {
    matches!(kind, RuleKind::HeadsPerShift)
}

/// Terms that are the same for several people over the same days.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Terms {
    rule_set: Option<RuleSetId>,
    min_weekly_minutes: Option<u32>,
    max_weekly_minutes: Option<u32>,
    effective: Effective,
}

/// Rules of the contracts in force, each for those who have such a contract, while they have it.
fn contract_rules(rows: &Rows) -> Vec<Rule> {
    let mut groups: Vec<(Terms, Vec<EmployeeId>)> = Vec::new();
    for contract in &rows.contracts {
        let Some(effective) = within(rows.days, contract.starts_on, contract.ends_on) else {
            continue;
        };
        let terms = Terms {
            rule_set: contract.rule_set_id,
            min_weekly_minutes: contract.min_weekly_minutes,
            max_weekly_minutes: contract.max_weekly_minutes,
            effective,
        };
        match groups.iter_mut().find(|(known, _)| *known == terms) {
            Some((_, people)) => people.push(contract.employee_id),
            None => groups.push((terms, vec![contract.employee_id])),
        }
    }
    let mut rules = Vec::new();
    for (terms, people) in &groups {
        let set = rows.rule_set(terms.rule_set).into_iter().flat_map(|set| &set.rules);
        let own = set.filter(|rule| !is_about_shifts(&rule.kind)).cloned().chain(weekly_minutes(terms));
        rules.extend(own.filter_map(|rule| bound_to(&rule, people, terms.effective)));
    }
    rules
}

fn weekly_minutes(terms: &Terms) -> impl Iterator<Item = Rule> {
    let rule = |key: &str, min, max, verdict, weight| Rule {
        key: key.to_owned(),
        kind: RuleKind::MinutesPerPeriod { per: Window::Week, min, max },
        scope: Scope::default(),
        effective: Effective::default(),
        verdict,
        weight,
        citation: None,
    };
    let most =
        terms.max_weekly_minutes.map(|max| rule("contract-max-weekly-minutes", None, Some(max), Verdict::Block, 0));
    let least = terms
        .min_weekly_minutes
        .filter(|min| *min > 0)
        .map(|min| rule("contract-min-weekly-minutes", Some(min), None, Verdict::Cost, SHORT_MINUTE_WEIGHT));
    most.into_iter().chain(least)
}

/// The rule for these people over these days alone; none when that binds nobody.
fn bound_to(rule: &Rule, people: &[EmployeeId], effective: Effective) -> Option<Rule> {
    let named = &rule.scope.people;
    let people: Vec<EmployeeId> = people.iter().copied().filter(|id| named.is_empty() || named.contains(id)).collect();
    let effective = both(rule.effective, effective);
    let ends_first = effective.from.zip(effective.until).is_some_and(|(from, until)| until < from);
    if people.is_empty() || ends_first {
        return None;
    }
    Some(Rule { scope: Scope { people, ..rule.scope.clone() }, effective, ..rule.clone() })
}

fn both(one: Effective, other: Effective) -> Effective {
    Effective { from: one.from.max(other.from), until: one.until.into_iter().chain(other.until).min() }
}

/// The days of a contract as far as they lie within `days`; an end beyond them is no end. None when it lies outside.
fn within(days: Period, starts_on: Date, ends_on: Option<Date>) -> Option<Effective> {
    let last = days.end.saturating_sub(1.day());
    let touches = starts_on <= last && ends_on.is_none_or(|end| days.first <= end);
    touches.then(|| Effective {
        from: Some(starts_on).filter(|from| days.first < *from),
        until: ends_on.filter(|until| *until < last),
    })
}

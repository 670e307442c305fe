//! Whom and what a rule binds.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use scheduling_domain::id::SiteId;
use scheduling_domain::roster::{PlannedShift, Problem};
use scheduling_domain::rules::Rule;

use super::Columns;

/// For each person, the rules that bind them.
pub(crate) struct Bindings {
    of_person: Vec<Vec<usize>>,
}

impl Bindings {
    pub(crate) fn of(problem: &Problem) -> Self {
        let mut of_person = vec![Vec::new(); problem.people.len()];
        for (index, rule) in problem.rules.iter().enumerate() {
            let named: HashSet<_> = rule.scope.people.iter().collect();
            let tags: HashSet<_> = rule.scope.person_tags.iter().collect();
            for (person, bound) in problem.people.iter().zip(&mut of_person) {
                let is_named = named.is_empty() || named.contains(&person.id);
                let is_tagged = tags.is_empty() || person.tags.iter().any(|tag| tags.contains(tag));
                if is_named && is_tagged {
                    bound.push(index);
                }
            }
        }
        Self { of_person }
    }

    /// The rules that bind each person, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.of_person.iter().map(Vec::as_slice)
    }
}

/// Whether a rule looks at a shift.
pub(crate) fn covers(rule: &Rule, shift: &PlannedShift) -> bool {
    let scope = &rule.scope;
    (scope.sites.is_empty() || scope.sites.contains(&shift.site))
        && (scope.shift_tags.is_empty() || scope.shift_tags.iter().any(|tag| shift.tags.contains(tag)))
}

/// Whether a rule is in force on a day.
pub(crate) fn in_force(rule: &Rule, on: Date) -> bool {
    rule.effective.from.is_none_or(|from| from <= on) && rule.effective.until.is_none_or(|until| on <= until)
}

/// What counts as work: any shift (mask 0), or only the shifts that some rules' scope names.
pub(crate) struct Masks {
    known: HashMap<(Vec<SiteId>, Vec<String>), usize>,
    holds: Vec<Vec<bool>>,
}

impl Masks {
    pub(crate) fn new(problem: &Problem, columns: &Columns) -> Self {
        let mut masks = Self { known: HashMap::new(), holds: Vec::new() };
        masks.add((Vec::new(), Vec::new()), columns, |_| true, problem);
        masks
    }

    /// The mask for a rule's scope.
    pub(crate) fn of(&mut self, rule: &Rule, problem: &Problem, columns: &Columns) -> usize {
        let key = (rule.scope.sites.clone(), rule.scope.shift_tags.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        self.add(key, columns, |shift| covers(rule, shift), problem)
    }

    fn add(
        &mut self,
        key: (Vec<SiteId>, Vec<String>),
        columns: &Columns,
        counts: impl Fn(&PlannedShift) -> bool,
        problem: &Problem,
    ) -> usize {
        let works = |global| {
            let mut shifts = columns.shifts(global).iter().filter_map(|shift| problem.shifts.get(*shift));
            shifts.any(&counts)
        };
        self.holds.push((0..columns.total()).map(works).collect());
        self.known.insert(key, self.holds.len() - 1);
        self.holds.len() - 1
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.holds.len()
    }

    /// Whether a column, by its global number, is work.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "masks and columns come from these same tables")]
    pub(crate) fn holds(&self, mask: usize, global: usize) -> bool {
        self.holds[mask][global]
    }
}

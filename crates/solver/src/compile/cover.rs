//! What a number of heads costs a column.

use scheduling_domain::roster::Problem;
use scheduling_domain::rules::RuleKind;

use super::{Columns, Given, STEP, scope, unit};
use crate::solution::Score;

/// For each column the cost of its heads, which is linear between corners.
pub(crate) struct Cover {
    /// By column: the first of its terms, and at the end the number of terms.
    starts: Vec<usize>,
    terms: Vec<Term>,
    /// Heads that given days hold beside the one column of their cell.
    base: Vec<i32>,
}

/// Fewer heads than `min` and more than `max` cost a unit each.
struct Term {
    min: i32,
    max: i32,
    under: Score,
    over: Score,
}

#[expect(clippy::indexing_slicing, reason = "columns come from these same tables")]
impl Cover {
    pub(crate) fn compile(problem: &Problem, given: &Given, columns: &Columns) -> Self {
        let rules = problem.rules.iter().filter(|rule| matches!(rule.kind, RuleKind::HeadsPerShift));
        let rules: Vec<_> = rules.collect();
        let mut cover = Self { starts: vec![0], terms: Vec::new(), base: vec![0; columns.total()] };
        for day in 0..columns.days() {
            for column in 0..columns.width(day) {
                let global = columns.global(day, 0) + column;
                if let ([shift], true) = (columns.shifts(global), columns.is_planned(day)) {
                    let shift = &problem.shifts[*shift];
                    let heads = shift.heads;
                    for rule in &rules {
                        if !scope::covers(rule, shift) || !scope::in_force(rule, shift.on) {
                            continue;
                        }
                        let breach = unit(rule, STEP);
                        let (min, max) = (i32::from(heads.min), heads.max.map_or(i32::MAX, i32::from));
                        if breach != Score::ZERO && (min > 0 || max < i32::MAX) {
                            cover.terms.push(Term { min, max, under: breach, over: breach });
                        }
                        if heads.under_weight != 0 || heads.over_weight != 0 {
                            let target = i32::from(heads.target);
                            let (under, over) = (Score::of_soft(heads.under_weight), Score::of_soft(heads.over_weight));
                            cover.terms.push(Term { min: target, max: target, under, over });
                        }
                    }
                }
                cover.starts.push(cover.terms.len());
            }
        }
        cover.count_given(given, columns);
        cover
    }

    fn count_given(&mut self, given: &Given, columns: &Columns) {
        for (&(person, day), shifts) in &given.fixed {
            if columns.is_planned(day) && columns.own(person, day).is_some() {
                for shift in shifts {
                    if let Some(column) = columns.of_shift(*shift) {
                        self.base[columns.global(day, column)] += 1;
                    }
                }
            }
        }
    }

    /// Heads that are there whatever the cells hold.
    pub(crate) fn base(&self) -> &[i32] {
        &self.base
    }

    /// What `heads` heads cost a column, by its global number.
    #[inline]
    pub(crate) fn cost(&self, global: usize, heads: i32) -> Score {
        let terms = &self.terms[self.starts[global]..self.starts[global + 1]];
        let cost = |term: &Term| {
            let short = i64::from((term.min - heads).max(0));
            let above = i64::from(heads.saturating_sub(term.max).max(0));
            term.under.times(short) + term.over.times(above)
        };
        terms.iter().map(cost).sum()
    }
}

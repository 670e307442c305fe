use scheduling_domain::fault::Faults;

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// It is new.
    Created,
    /// It was there and says something else now.
    Changed,
    /// It was there just like that.
    Unchanged,
    /// It cannot be taken; the pointers name columns.
    Refused(Faults),
}

/// What becomes of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Each row by its line in the file, in order.
    pub rows: Vec<(u64, RowOutcome)>,
    /// Whether anything was kept: nothing is in a dry run, or when a row was refused.
    pub written: bool,
}

impl ImportReport {
    /// Whether no row was refused.
    pub fn is_clean(&self) -> bool {
        self.count(|outcome| matches!(outcome, RowOutcome::Refused(_))) == 0
    }

    /// How many rows came to something.
    pub fn count(&self, outcome: impl Fn(&RowOutcome) -> bool) -> usize {
        self.rows.iter().filter(|(_, row)| outcome(row)).count()
    }
}

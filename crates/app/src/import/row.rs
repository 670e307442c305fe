use std::str::FromStr;

use scheduling_domain::fault::{Fault, Faults};

/// A column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub name: &'static str,
    /// Whether every file must have it.
    pub required: bool,
}

/// A row of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Heading and text of each cell.
    pub cells: Vec<(String, String)>,
}

impl Row {
    /// The text of a cell; none when it is blank or not there.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| name == column).map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    /// The text of a cell that must not be blank.
    pub(super) fn required(&self, column: &str, faults: &mut Faults) -> Option<&str> {
        let text = self.text(column);
        faults.require(text.is_some(), || Fault::new(format!("/{column}"), "required"));
        text
    }

    /// A cell as a value; `format` says in a word what it should be.
    pub(super) fn parsed<T: FromStr>(&self, column: &str, format: &str, faults: &mut Faults) -> Option<T> {
        let parsed = self.text(column)?.parse().ok();
        faults.require(parsed.is_some(), || Fault::new(format!("/{column}"), "wrong_format").with("format", format));
        parsed
    }

    /// A cell as a value that must be there.
    pub(super) fn required_as<T: FromStr>(&self, column: &str, format: &str, faults: &mut Faults) -> Option<T> {
        self.required(column, faults)?;
        self.parsed(column, format, faults)
    }
}

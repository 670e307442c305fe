//! The TOML file as a flat list of dotted names, texts and lines.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) line: usize,
}

/// What a configuration file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    pub(super) entries: Vec<Entry>,
}

impl ConfigFile {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("the configuration file {} cannot be read: {error}", path.display()))?;
        Self::parse(path, &text)
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let line = |span: Range<usize>| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count();
        let table = DeTable::parse(text).map_err(|error| {
            format!("{}:{}: {}", path.display(), line(error.span().unwrap_or_default()), error.message())
        })?;
        let mut entries = Vec::new();
        flatten("", table.get_ref(), &mut |key, value, span| {
            let text = match value {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) if number.radix() == 10 => number.as_str().replace('_', ""),
                DeValue::Float(number) => number.as_str().replace('_', ""),
                DeValue::Boolean(flag) => flag.to_string(),
                _ => return Err(format!("{}:{}: {key} must be a text or a number", path.display(), line(span))),
            };
            entries.push(Entry { key, text, line: line(span) });
            Ok(())
        })?;
        Ok(Self { path: path.to_owned(), entries })
    }
}

type Visit<'a> = dyn FnMut(String, &DeValue<'_>, Range<usize>) -> Result<(), String> + 'a;

fn flatten(prefix: &str, table: &DeTable<'_>, visit: &mut Visit<'_>) -> Result<(), String> {
    for (key, value) in table {
        let key = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(&format!("{key}."), inner, visit)?,
            other => visit(key, other, Spanned::span(value))?,
        }
    }
    Ok(())
}

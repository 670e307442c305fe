//! Benchmark instances from files.

use std::path::Path;

use scheduling_domain::roster::curtois::Instance;

use super::args::Format;
use super::failure::Failure;

/// Reads and parses an instance.
pub(super) fn read(format: Format, path: &Path) -> Result<Instance, Failure> {
    let text = read_text(path)?;
    match format {
        Format::Curtois => {
            Instance::parse(&text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
        }
    }
}

/// Reads a file of text.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))
}

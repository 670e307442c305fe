//! The key of a developer's machine: made once, kept in the data folder, readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use thiserror::Error;

use super::{Config, Secret};

/// Why there is no signing key.
#[derive(Debug, Error)]
#[error("the signing key {} cannot be {verb}: {cause}; make the folder writable or set JWT_SECRET_KEY", path.display())]
pub struct JwtKeyError {
    path: PathBuf,
    verb: &'static str,
    cause: std::io::Error,
}

impl Config {
    /// The key that signs access tokens: the configured one, else the data folder's, which is made where it is missing.
    pub fn jwt_key(&self) -> Result<Secret, JwtKeyError> {
        if let Some(key) = &self.jwt_secret_key {
            return Ok(key.clone());
        }
        let path = self.data_dir.join("jwt.key");
        let failed = |verb| {
            let path = path.clone();
            move |cause| JwtKeyError { path, verb, cause }
        };
        fs::create_dir_all(&self.data_dir).map_err(failed("made"))?;
        match write_new(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed("made")(error)),
            Ok(()) | Err(_) => {}
        }
        let text = fs::read_to_string(&path).map_err(failed("read"))?;
        Ok(Secret::new(text.trim_end()))
    }
}

/// Writes a key of 48 random bytes, unless there is one.
fn write_new(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut key = [0_u8; 48];
    getrandom::fill(&mut key).map_err(std::io::Error::other)?;
    writeln!(file, "{}", STANDARD_NO_PAD.encode(key))?;
    file.sync_all()
}

//! `docs/configuration.md`, which is held equal to the list of settings.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::settings::{SETTINGS, Setting};

const HEAD: &str = "\
<!-- Generated from crates/api/src/config/settings.rs. `make pages` writes it anew; a test holds it equal. -->

# Configuration

Every setting can be given in four places. Flags beat environment variables, which beat the TOML file, which beats the
defaults. `hr-scheduling config show` prints each value and where it came from, with secrets hidden; whatever is wrong is
reported at once, before anything is touched.

- The file is the one that `--config` or `HR_CONFIG` names, else `hr-scheduling.toml` in the working folder. The part of a
  name before the dot is a table: `database.pool_size` is `pool_size` under `[database]`.
- A secret (*) can also be read from a file of its own, named by the variable with `_FILE` at its end, such as
  `JWT_SECRET_KEY_FILE=/run/secrets/jwt`, or by the same in the TOML file (`secret_key_file`).
- An empty variable counts as not set. An unknown `HR_…` variable that is all but one of these is refused.
- Where `env` is `staging` or `production`, missing and weak secrets are refused.

| setting | variable | default | what it does |
|---|---|---|---|
";

fn page() -> String {
    SETTINGS.iter().fold(HEAD.to_owned(), |mut page, setting| {
        let Setting { key, env, default, secret, about } = setting;
        let mark = if *secret { " *" } else { "" };
        let default = default.map_or_else(String::new, |text| format!("`{text}`"));
        writeln!(page, "| `{key}`{mark} | `{env}` | {default} | {about} |").unwrap();
        page
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whether to compare or to write is for who runs the test to say")]
fn the_page_of_settings_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("WRITE_PAGES").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/configuration.md does not list the settings as they are: run `make pages`");
}

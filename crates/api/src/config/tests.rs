use std::path::Path;

use super::file::ConfigFile;
use super::*;

fn sources(env: &[(&str, &str)]) -> Sources {
    Sources {
        env: env.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        ..Sources::default()
    }
}

fn faults(env: &[(&str, &str)]) -> Vec<String> {
    Config::load(&sources(env)).unwrap_err().faults().to_vec()
}

#[test]
fn the_defaults_are_a_whole_configuration() {
    let config = Config::load(&sources(&[])).unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.listen, "127.0.0.1:8000");
    assert_eq!(config.database, Database::Embedded("./data/hr-scheduling.db".into()));
    assert_eq!(config.redis_url, None);
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    std::fs::write(&file, "listen = \"1.1.1.1:1\"\n[database]\npool_size = 3\n\n[redis]\nhost = \"file\"\n").unwrap();
    let mut sources = sources(&[("HR_LISTEN", "2.2.2.2:2"), ("REDIS_HOST", "env"), ("HR_CONFIG", "/not/read")]);
    sources.file = Some(file.clone());
    sources.flags = vec![Flag { key: "listen", flag: "--listen", text: "3.3.3.3:3".to_owned() }];

    let config = Config::load(&sources).unwrap();
    assert_eq!(config.listen, "3.3.3.3:3");
    assert_eq!(config.redis_url.unwrap().reveal(), "redis://env:6379/0");
    assert_eq!(config.database_pool_size, 3);

    let shown = Shown::all(&sources.gather().0);
    let origin = |key: &str| shown.iter().find(|shown| shown.key == key).unwrap().origin.clone();
    assert_eq!(origin("listen"), "flag --listen");
    assert_eq!(origin("redis.host"), "env REDIS_HOST");
    assert_eq!(origin("database.pool_size"), format!("{}:3", file.display()));
    assert_eq!(origin("redis.port"), "default");
}

#[test]
fn all_faults_are_reported_at_once() {
    let found = faults(&[
        ("HR_ENV", "prod"),
        ("HR_LISTEN", "8000"),
        ("HR_METRICS_LISTEN", "http://127.0.0.1:9464"),
        ("HR_DATABASE_POOL_SIZE", "0"),
        ("DATABASE_URL", "mysql://u:topsecret@h/d"),
        ("HR_LOG_FORMAT", "xml"),
        ("HR_LISTN", "x"),
    ]);
    let text = found.join("\n");
    assert_eq!(found.len(), 7, "{text}");
    assert!(text.contains("env (env HR_ENV): \"prod\" is not one of development, staging, production"), "{text}");
    assert!(text.contains("HR_LISTN is unknown: did you mean HR_LISTEN?"), "{text}");
    assert!(!text.contains("topsecret"), "{text}");
}

#[test]
fn unknown_keys_of_the_file_are_refused_with_what_may_be_meant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    std::fs::write(&path, "# ours\nlistne = \"1.1.1.1:1\"\n[databse]\nurl = \"x\"\n[colour]\nscheme = \"dark\"\n")
        .unwrap();
    let found = Config::load(&Sources { file: Some(path.clone()), ..Sources::default() }).unwrap_err();
    let place = path.display();
    assert_eq!(
        found.faults(),
        [
            format!("{place}:6: colour.scheme is unknown: `hr-scheduling config show` lists all that there are"),
            format!("{place}:4: databse.url is unknown: did you mean database.url?"),
            format!("{place}:2: listne is unknown: did you mean listen?"),
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_is_refused_by_line() {
    let fault = ConfigFile::parse(Path::new("c.toml"), "listen = \"a\"\nlog = [\n").unwrap_err();
    assert!(fault.starts_with("c.toml:"), "{fault}");
    let fault = ConfigFile::parse(Path::new("c.toml"), "\nlisten = [1]\n").unwrap_err();
    assert_eq!(fault, "c.toml:2: listen must be a text or a number");
}

#[test]
fn secrets_are_read_from_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    std::fs::write(&path, "p@ss/word\n").unwrap();
    let path = path.to_str().unwrap();
    let config = Config::load(&sources(&[("REDIS_HOST", "cache"), ("REDIS_PASSWORD_FILE", path)])).unwrap();
    assert_eq!(config.redis_url.unwrap().reveal(), "redis://:p%40ss%2Fword@cache:6379/0");

    let both = faults(&[("REDIS_PASSWORD", "a"), ("REDIS_PASSWORD_FILE", path)]);
    assert_eq!(both, ["REDIS_PASSWORD and REDIS_PASSWORD_FILE are both set: keep one of them"]);
    assert!(faults(&[("JWT_SECRET_KEY_FILE", "/not/there")])[0].starts_with("jwt.secret_key: the file /not/there"));
}

#[test]
fn production_refuses_weak_and_missing_secrets_together() {
    let found = faults(&[
        ("HR_ENV", "production"),
        ("HR_PLAINTEXT_HOSTS", "db, cache"),
        ("DATABASE_URL", "postgres://hr:postgres@db/hr"),
        ("REDIS_HOST", "cache"),
        ("REDIS_PASSWORD", "changeme"),
    ]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("JWT_SECRET_KEY"));

    for weak in ["short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "please-changeme-0123456789-abcdefghijk"] {
        assert_eq!(faults(&[("HR_ENV", "staging"), ("JWT_SECRET_KEY", weak)]).len(), 1, "{weak}");
    }
    let strong = "q0XzF2vB7yKd1mWc9RtNh5JgLs8PaUe3";
    assert!(Config::load(&sources(&[("HR_ENV", "production"), ("JWT_SECRET_KEY", strong)])).is_ok());
}

#[test]
fn production_encrypts_what_leaves_the_machine() {
    let key = ("JWT_SECRET_KEY", "q0XzF2vB7yKd1mWc9RtNh5JgLs8PaUe3");
    let clear = [("DATABASE_URL", "postgres://hr@db/hr?sslmode=require"), ("REDIS_HOST", "cache")];
    for environment in ["production", "staging"] {
        let found = faults(&[&clear[..], &[key, ("HR_ENV", environment)]].concat());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("database.url (env DATABASE_URL) reaches db in the clear"), "{}", found[0]);
        assert!(found[1].starts_with("redis.url reaches cache in the clear"), "{}", found[1]);
    }
    let is_fine = |settings: &[(&str, &str)]| Config::load(&sources(&[settings, &[key]].concat())).is_ok();
    assert!(is_fine(&clear), "development may");
    let production = ("HR_ENV", "production");
    assert!(is_fine(&[&clear[..], &[production, ("HR_PLAINTEXT_HOSTS", "cache, db")]].concat()));
    for address in [
        "postgres://hr@db/hr?sslmode=verify-full",
        "postgres://hr@db/hr?application_name=hr&sslmode=verify-ca&sslrootcert=/ca.pem",
        "postgres://hr@localhost/hr",
        "postgres://hr@127.0.0.1:5433/hr",
        "postgres://hr@[::1]/hr",
        "postgres://hr@%2Frun%2Fpostgresql/hr",
        "postgres:///hr?host=/run/postgresql",
    ] {
        assert!(is_fine(&[production, ("DATABASE_URL", address)]), "{address}");
    }
    for address in ["rediss://cache/0", "redis://127.0.0.1/0", "unix:///run/redis.sock"] {
        assert!(is_fine(&[production, ("REDIS_URL", address)]), "{address}");
    }
}

#[test]
fn a_certificate_and_its_key_come_together() {
    let (certificate, key) = (("HR_TLS_CERTIFICATE_FILE", "/run/certificate"), ("HR_TLS_KEY_FILE", "/run/key"));
    let files = Config::load(&sources(&[certificate, key])).unwrap().tls_files;
    assert_eq!(files, Some(TlsFiles { certificate: "/run/certificate".into(), key: "/run/key".into() }));
    assert_eq!(
        faults(&[certificate]),
        ["tls.certificate_file is of no use without tls.key_file: set HR_TLS_KEY_FILE, too"]
    );
    assert_eq!(
        faults(&[key]),
        ["tls.key_file is of no use without tls.certificate_file: set HR_TLS_CERTIFICATE_FILE, too"]
    );
    assert_eq!(Config::load(&sources(&[])).unwrap().tls_files, None);
}

#[test]
fn a_second_factor_is_asked_of_whom_the_operator_says() {
    let key = ("JWT_SECRET_KEY", "q0XzF2vB7yKd1mWc9RtNh5JgLs8PaUe3");
    let required_of = |settings: &[(&str, &str)]| {
        Config::load(&sources(&[settings, &[key]].concat())).unwrap().second_factor_required_of
    };
    assert_eq!(required_of(&[]), RequiredOf::Nobody);
    assert_eq!(required_of(&[("HR_ENV", "production")]), RequiredOf::Administrators);
    for (name, expected) in [
        ("nobody", RequiredOf::Nobody),
        ("administrators", RequiredOf::Administrators),
        ("everyone", RequiredOf::Everyone),
    ] {
        let said = ("HR_SECOND_FACTOR_REQUIRED_OF", name);
        assert_eq!(required_of(&[("HR_ENV", "production"), said]), expected);
        assert_eq!(required_of(&[said]), expected);
    }
    assert!(
        faults(&[("HR_SECOND_FACTOR_REQUIRED_OF", "admins")])[0].contains("one of nobody, administrators, everyone")
    );
}

#[test]
fn only_processes_on_a_server_share_the_work() {
    assert_eq!(Config::load(&sources(&[])).unwrap().role, Role::All);
    assert_eq!(
        faults(&[("HR_ROLE", "worker")]),
        ["role worker needs PostgreSQL: set DATABASE_URL, or let one process do all"]
    );
    let shared = [("HR_ROLE", "worker"), ("DATABASE_URL", "postgres://hr@db/hr")];
    assert_eq!(Config::load(&sources(&shared)).unwrap().role, Role::Worker);
    assert!(faults(&[("HR_ROLE", "boss")])[0].contains("is not one of all, api, worker"));
}

#[test]
fn what_is_shown_hides_secrets() {
    let shown = Shown::all(
        &sources(&[
            ("DATABASE_URL", "postgres://hr:s3cret@db:5432/hr?sslmode=require&sslpassword=s3cret"),
            ("JWT_SECRET_KEY", "s3cret-s3cret-s3cret-s3cret-s3cret"),
            ("SENTRY_DSN", "https://s3cret@sentry.example/1"),
            ("REDIS_PASSWORD", "s3cret"),
        ])
        .gather()
        .0,
    );
    let text = format!("{shown:?}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(text.contains("postgres://hr:***@db:5432/hr?sslmode=require&sslpassword=***"), "{text}");
    assert!(text.contains("*** (34 bytes)"), "{text}");
}

#[test]
fn a_developer_gets_a_key_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("deep/data");
    let config = Config::load(&sources(&[("HR_DATA_DIR", data_dir.to_str().unwrap())])).unwrap();
    let key = config.jwt_key().unwrap();
    assert_eq!(key.reveal().len(), 64);
    assert_eq!(config.jwt_key().unwrap(), key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(data_dir.join("jwt.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn sessions_have_a_redis_database_of_their_own() {
    for (env, expected) in [
        (&[("REDIS_URL", "redis://:p%40ss@cache:6380/0")][..], "redis://:p%40ss@cache:6380/1"),
        (&[("REDIS_URL", "rediss://cache")], "rediss://cache/1"),
        (&[("REDIS_HOST", "cache"), ("REDIS_DB", "3"), ("REDIS_SESSION_DB", "4")], "redis://cache:6379/4"),
        (&[("REDIS_URL", "unix:///run/redis.sock?db=3&pass=x")], "unix:///run/redis.sock?pass=x&db=1"),
    ] {
        let config = Config::load(&sources(env)).unwrap();
        assert_eq!(config.redis_session_url.unwrap().reveal(), expected);
    }
    assert_eq!(Config::load(&sources(&[])).unwrap().redis_session_url, None);
    assert_eq!(faults(&[("REDIS_SESSION_DB", "x"), ("HR_SESSION_IDLE_MINUTES", "0")]).len(), 2);
}

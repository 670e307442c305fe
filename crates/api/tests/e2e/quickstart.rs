use crate::support::{Backend, on_each_backend};

/// The `sh` blocks of the page, in order. `console` blocks are for people.
fn blocks(page: &str) -> String {
    let mut script = String::from("set -euo pipefail\n");
    let mut is_inside = false;
    for line in page.lines() {
        match line {
            "```sh" => is_inside = true,
            "```" => is_inside = false,
            _ if is_inside => {
                script.push_str(line);
                script.push('\n');
            }
            _ => {}
        }
    }
    script
}

async fn the_page_leads_to_a_published_roster(backend: Backend) {
    backend.prepare_demo();
    let server = backend.serve();
    let script = blocks(include_str!("../../../../docs/quickstart.md"));
    let output = tokio::process::Command::new("bash")
        .args(["-c", &script])
        .env("HR", &server.base)
        .env("ADMIN_PASSWORD", crate::support::ADMIN_PASSWORD)
        .output()
        .await
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    for promised in [
        "\"role\": \"admin\"",
        "\"publishable\": true",
        "\"blocking\": 0",
        "\"code\": \"blocked_by_rules\"",
        "\"number\": 1",
    ] {
        assert!(stdout.contains(promised), "{promised} is missing:\n{stdout}\n{stderr}");
    }
    assert!(stdout.lines().any(|line| line == "done"), "the optimiser did not finish:\n{stdout}");
    assert!(stdout.trim_end().ends_with(']') && stdout.contains("\"starts_at\""), "the reader saw no shift:\n{stdout}");
}

on_each_backend!(the_page_leads_to_a_published_roster);

//! `docs/permissions.md`: who may do what, from the table of permissions and the API's document.

use std::fmt::Write;

use scheduling_app::permissions::{ACTIONS, Access, Action, Object, Operation};
use scheduling_domain::scope::Scope;
use serde_json::Value;

const HEAD: &str = "\
<!-- Made by `hr-scheduling permissions --out docs/permissions.md` from crates/app/src/permissions; a test holds it so. -->
# Who may do what

Everybody who signs in is an administrator, a manager of named teams, or an employee. What they may do depends on their role and on
how the thing stands to them: it belongs to a team they run, it is their own, or neither.

- **yes**: they may.
- **403**: they may know of it, and may not do this.
- **404**: they may not even know of it; the answer is the one for what is not there.

Lists hold what one may see, and their totals count that alone; a list of which one may see nothing ever answers 403. What a body
refers to and the caller may not see is an `unknown_reference`, like what does not exist. Another organization is never there.
";

const FIELDS: &str = "
## Fields

`read_contacts` and `read_wages` are about fields. Who may see a thing and not such a field of it gets the thing without: `email`
and `phone` of an employee and `hourly_rate` of a contract are `null`; `email` of an account, which is required, is masked
(`z***@example.com`), and a search does not look into it.
";

/// The page.
pub fn permissions_page(document: &Value) -> String {
    let mut page = HEAD.to_owned();
    operations(&mut page);
    page.push_str(FIELDS);
    actions(&mut page, document);
    scopes(&mut page);
    page.truncate(page.trim_end().len());
    page
}

fn operations(page: &mut String) {
    page.push_str("\n## Permissions\n\n");
    row(page, ["permission", "means", "admin", "manager, own team", "manager, elsewhere", "own", "employee, other"]);
    row(page, ["---"; 7]);
    for operation in Operation::ALL {
        let [admin, team, elsewhere, own, other] = operation.row().map(answer);
        let name = format!("`{}`", operation.name());
        row(page, [&name, operation.meaning(), admin, team, elsewhere, own, other]);
    }
}

fn answer(access: Access) -> &'static str {
    match access {
        Access::Allowed => "yes",
        Access::Invisible => "404",
        Access::Forbidden => "403",
    }
}

fn actions(page: &mut String, document: &Value) {
    page.push_str("\n## Actions\n\nEach takes one permission, asked of what it is about:\n\n");
    for object in Object::ALL {
        line(page, format_args!("- *{}*: {}", object.name(), object.meaning()));
    }
    page.push('\n');
    row(page, ["action", "", "permission", "about"]);
    row(page, ["---"; 4]);
    for Action { id, operation, object } in ACTIONS {
        let (address, permission) = (address(document, id), format!("`{}`", operation.name()));
        row(page, [&format!("`{id}`"), &address, &permission, object.name()]);
    }
}

/// Method and path of an operation.
fn address(document: &Value, id: &str) -> String {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let mut operations = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    });
    let found = operations.find(|(_, _, operation)| operation.get("operationId").and_then(Value::as_str) == Some(id));
    found.map(|(path, method, _)| format!("{} {path}", method.to_uppercase())).unwrap_or_default()
}

fn scopes(page: &mut String) {
    page.push_str("\n## Scopes of API keys\n\nA key may do what its owner may at that moment, within its scopes.\n\n");
    row(page, ["scope", "permissions"]);
    row(page, ["---"; 2]);
    for scope in Scope::ALL {
        let granted = Operation::ALL.iter().filter(|operation| operation.scope() == Some(*scope));
        let names: Vec<String> = granted.map(|operation| format!("`{}`", operation.name())).collect();
        row(page, [&format!("`{}`", scope.as_str()), &names.join(", ")]);
    }
    let never = Operation::ALL.iter().filter(|operation| operation.scope().is_none());
    let never: Vec<String> = never.map(|operation| format!("`{}`", operation.name())).collect();
    line(page, format_args!("\nNo key may, whatever its scopes: {}.", never.join(", ")));
}

fn row<const N: usize>(page: &mut String, cells: [&str; N]) {
    line(page, format_args!("| {} |", cells.join(" | ")));
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_as_the_table_has_it() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        let made = permissions_page(&crate::http::document(crate::routes::routes)) + "\n";
        let command = "cargo run --bin hr-scheduling -- permissions --out docs/permissions.md";
        assert!(written == made, "docs/permissions.md is out of date; run: {command}");
    }
}

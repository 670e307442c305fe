//! Who sees telephone numbers, e-mail addresses and wages.

use scheduling_domain::scope::Scope;
use serde_json::{Value, json};

use super::super::{Client, Server};
use super::subjects::Company;

/// The address of an account as a client sees it, alone and in the list of all.
async fn address(client: &Client<'_>, account: i64) -> Value {
    let shown = client.get(&format!("/api/users/{account}")).await.expect(200).data()["email"].clone();
    let listed = client.get("/api/users/?per_page=100").await.expect(200);
    let listed = listed.data().as_array().unwrap().iter().find(|one| one["id"] == account).unwrap();
    assert_eq!(listed["email"], shown);
    shown
}

#[actix_web::test]
async fn addresses_of_accounts_are_masked_for_those_who_have_no_need_of_them() {
    let server = Server::start().await;
    let company = Company::found(&server).await;
    let [(_, own), (_, first), (_, second), _] = company.of_employee();
    let (admin, manager) = (server.admin().await, server.sign_in("manager").await);
    let employee = server.sign_in("employee").await;
    for (client, account, seen) in [
        (&admin, second.account, "colleague-b@example.com"),
        (&manager, first.account, "colleague-a@example.com"),
        (&manager, second.account, "c***@example.com"),
        (&employee, own.account, "employee@example.com"),
        (&employee, first.account, "c***@example.com"),
    ] {
        assert_eq!(address(client, account).await, seen);
    }
    for (client, found) in [(&admin, 1), (&manager, 0), (&employee, 0)] {
        let search = client.get("/api/users/?search=colleague-b%40example").await.expect(200);
        assert_eq!(search.body["pagination"]["total"], found, "a search tells what the mask hides");
    }
    assert_eq!(employee.get("/api/auth/me").await.expect(200).data()["email"], "employee@example.com");
}

#[actix_web::test]
async fn a_key_sees_contacts_and_wages_only_in_its_scope() {
    let server = Server::start().await;
    let company = Company::found(&server).await;
    let [_, (_, first), ..] = company.of_manager();
    let manager = server.sign_in("manager").await;
    let person = format!("/api/employees/{}", first.employee);
    let contract = format!("{person}/contracts/{}", first.contract);
    let seen = async |client: &Client<'_>| {
        let (shown, terms) = (client.get(&person).await.expect(200), client.get(&contract).await.expect(200));
        let people = client.get("/api/employees/").await.expect(200);
        let listed = people.data().as_array().unwrap().iter().find(|one| one["id"] == first.employee).unwrap();
        assert_eq!((&listed["email"], &listed["phone"]), (&shown.data()["email"], &shown.data()["phone"]));
        let contracts = client.get(&format!("{person}/contracts/")).await.expect(200);
        assert_eq!(contracts.data()[0]["hourly_rate"], terms.data()["hourly_rate"]);
        (shown.data()["phone"].clone(), terms.data()["hourly_rate"]["minor_units"].clone())
    };
    assert_eq!(seen(&manager).await, (json!("123"), json!(4500)));
    assert_eq!(seen(&manager.key(&[Scope::EmployeesRead]).await).await, (Value::Null, Value::Null));
    let with_contacts = manager.key(&[Scope::EmployeesRead, Scope::ContactsRead]).await;
    assert_eq!(seen(&with_contacts).await, (json!("123"), Value::Null));
    let with_wages = manager.key(&[Scope::EmployeesRead, Scope::WagesRead]).await;
    assert_eq!(seen(&with_wages).await, (Value::Null, json!(4500)));
    let writer = manager.key(&[Scope::EmployeesRead, Scope::EmployeesWrite]).await;
    let renamed = writer.patch(&person, json!({ "full_name": "New" })).await.expect(200);
    assert_eq!((&renamed.data()["full_name"], &renamed.data()["phone"]), (&json!("New"), &Value::Null));
    assert_eq!(seen(&manager).await.0, "123", "a field that was not shown was not cleared");
}

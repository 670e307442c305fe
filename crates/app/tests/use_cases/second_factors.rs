use std::sync::Arc;

use jiff::SignedDuration;
use scheduling_app::auth::{DerivedKeys, Password, SignIn, SignInError, authenticate, sign_in};
use scheduling_app::second_factor::{
    RequiredOf, SecondFactorError, confirm_second_factor, enrol_second_factor, remove_second_factor,
    replace_recovery_codes, reset_second_factor, show_second_factor,
};
use scheduling_app::users::{UpdateUserError, UserPatch, update_user};
use scheduling_app::{Actor, Call};

use crate::audit::last;
use crate::house::{House, PASSWORD, SECRET, asked, bearer, unproved};
use crate::totp::code;

fn password() -> Password {
    Password::new(PASSWORD)
}

fn with_code(identifier: &str, code: &str) -> SignIn {
    SignIn { code: Some(code.to_owned()), ..asked(identifier, PASSWORD) }
}

/// Sets up a factor; answers its secret and its recovery codes. The next code is one that was not used.
async fn set_up(house: &House, actor: &Actor) -> (String, Vec<String>) {
    let secret = enrol_second_factor(&house.app, actor, &password()).await.unwrap().secret;
    let codes = confirm_second_factor(&house.app, actor, &code(&secret, house.app.now())).await.unwrap();
    assert_eq!(last(house).await.operation, "second_factor.set_up");
    house.wait(SignedDuration::from_secs(60));
    (secret, codes)
}

#[tokio::test]
async fn a_code_is_asked_for_only_after_the_right_password() {
    let house = House::build().await;
    let (secret, _) = set_up(&house, &house.employee).await;
    let without = sign_in(&house.app, &asked("nurse", PASSWORD)).await;
    assert!(matches!(without, Err(SignInError::SecondFactorRequired)));
    let right = code(&secret, house.app.now());
    let guess = SignIn { password: Password::new("wrong horse battery"), ..with_code("nurse", &right) };
    assert!(matches!(sign_in(&house.app, &guess).await, Err(SignInError::WrongCredentials)));
    assert!(matches!(sign_in(&house.app, &with_code("nurse", "000000")).await, Err(SignInError::WrongCode)));
    house.wait(SignedDuration::from_secs(1));
    assert!(sign_in(&house.app, &with_code("nurse", &right)).await.is_ok());
}

#[tokio::test]
async fn a_code_is_taken_once() {
    let house = House::build().await;
    let secret = enrol_second_factor(&house.app, &house.employee, &password()).await.unwrap().secret;
    let first = code(&secret, house.app.now());
    confirm_second_factor(&house.app, &house.employee, &first).await.unwrap();
    assert!(matches!(sign_in(&house.app, &with_code("nurse", &first)).await, Err(SignInError::WrongCode)));
    house.wait(SignedDuration::from_secs(30));
    let second = code(&secret, house.app.now());
    sign_in(&house.app, &with_code("nurse", &second)).await.unwrap();
    assert!(matches!(sign_in(&house.app, &with_code("nurse", &second)).await, Err(SignInError::WrongCode)));
}

#[tokio::test]
async fn a_factor_outlives_the_secret_that_sealed_it() {
    let mut house = House::build().await;
    let (secret, _) = set_up(&house, &house.employee).await;
    let now = |house: &House| code(&secret, house.app.now());
    let keys = |secret: [u8; 32]| DerivedKeys::try_new(&secret).unwrap();

    house.app.keys = Arc::new(keys([8; 32]).with_previous(&SECRET).unwrap());
    sign_in(&house.app, &with_code("nurse", &now(&house))).await.unwrap();
    house.wait(SignedDuration::from_secs(60));
    house.app.keys = Arc::new(keys([8; 32]));
    sign_in(&house.app, &with_code("nurse", &now(&house))).await.expect("it was sealed anew");
    house.wait(SignedDuration::from_secs(60));
    house.app.keys = Arc::new(keys([9; 32]));
    assert!(sign_in(&house.app, &with_code("nurse", &now(&house))).await.is_err());
}

#[tokio::test]
async fn each_recovery_code_signs_in_once() {
    let house = House::build().await;
    let (_, codes) = set_up(&house, &house.employee).await;
    assert_eq!(codes.len(), 10);
    sign_in(&house.app, &with_code("nurse", &codes[0].to_uppercase())).await.unwrap();
    assert!(matches!(sign_in(&house.app, &with_code("nurse", &codes[0])).await, Err(SignInError::WrongCode)));
    let status = show_second_factor(&house.app, &house.employee).await.unwrap();
    assert_eq!((status.is_confirmed, status.recovery_codes), (true, 9));

    let new = replace_recovery_codes(&house.app, &house.employee, &password(), &codes[1]).await.unwrap();
    assert_eq!(last(&house).await.operation, "second_factor.replace_recovery_codes");
    assert!(matches!(sign_in(&house.app, &with_code("nurse", &codes[2])).await, Err(SignInError::WrongCode)));
    assert!(sign_in(&house.app, &with_code("nurse", &new[0])).await.is_ok());
}

#[tokio::test]
async fn nothing_is_asked_for_before_the_first_code_was_confirmed() {
    let house = House::build().await;
    enrol_second_factor(&house.app, &house.employee, &password()).await.unwrap();
    let wrong = confirm_second_factor(&house.app, &house.employee, "000000").await;
    assert!(matches!(wrong, Err(SecondFactorError::Invalid(_))));
    assert!(sign_in(&house.app, &asked("nurse", PASSWORD)).await.is_ok());
}

#[tokio::test]
async fn a_factor_is_changed_only_with_the_password_and_a_code() {
    let house = House::build().await;
    let wrong = enrol_second_factor(&house.app, &house.employee, &Password::new("guess")).await;
    assert!(matches!(wrong, Err(SecondFactorError::Invalid(_))));
    let (secret, codes) = set_up(&house, &house.employee).await;
    let again = enrol_second_factor(&house.app, &house.employee, &password()).await;
    assert!(matches!(again, Err(SecondFactorError::Exists)));
    let wrong = remove_second_factor(&house.app, &house.employee, &password(), "000000").await;
    assert!(matches!(wrong, Err(SecondFactorError::Invalid(_))));
    let wrong = remove_second_factor(&house.app, &house.employee, &Password::new("guess"), &codes[0]).await;
    assert!(matches!(wrong, Err(SecondFactorError::Invalid(_))));
    remove_second_factor(&house.app, &house.employee, &password(), &code(&secret, house.app.now())).await.unwrap();
    assert_eq!(last(&house).await.operation, "second_factor.remove");
    assert!(sign_in(&house.app, &asked("nurse", PASSWORD)).await.is_ok());
}

#[tokio::test]
async fn a_shorter_password_is_enough_beside_a_factor_and_has_to_go_with_it() {
    let house = House::build().await;
    let short = || Password::new("tea at 5");
    let change = |current: Password| UserPatch {
        password: Some(short()),
        current_password: Some(current),
        ..UserPatch::default()
    };
    let call = || Call::new(&house.employee);
    let id = house.employee.user_id;
    let refused = update_user(&house.app, &call(), id, None, &change(password())).await;
    assert!(matches!(refused, Err(UpdateUserError::Invalid(_))));
    let (_, codes) = set_up(&house, &house.employee).await;
    update_user(&house.app, &call(), id, None, &change(password())).await.unwrap();
    let refused = remove_second_factor(&house.app, &house.employee, &short(), &codes[0]).await;
    assert!(matches!(refused, Err(SecondFactorError::Invalid(_))));
}

#[tokio::test]
async fn administrators_reset_what_was_lost_and_nobody_else_does() {
    let house = House::build().await;
    let (_, codes) = set_up(&house, &house.employee).await;
    let tokens = sign_in(&house.app, &with_code("nurse", &codes[0])).await.unwrap().tokens;
    for actor in [&house.manager, &house.employee] {
        let refused = reset_second_factor(&house.app, actor, house.employee.user_id).await;
        assert!(matches!(refused, Err(SecondFactorError::Forbidden)));
    }
    assert!(reset_second_factor(&house.app, &house.admin, house.employee.user_id).await.unwrap());
    assert!(authenticate(&house.app, &bearer(&tokens), unproved()).await.is_err());
    assert!(sign_in(&house.app, &asked("nurse", PASSWORD)).await.is_ok());
    assert!(!reset_second_factor(&house.app, &house.admin, house.employee.user_id).await.unwrap());
}

#[tokio::test]
async fn codes_are_guessed_no_more_often_than_passwords() {
    let house = House::build().await;
    set_up(&house, &house.employee).await;
    let mut looked_at = 0;
    for number in 0..200 {
        house.wait(SignedDuration::from_secs(4));
        match sign_in(&house.app, &with_code("nurse", &format!("{number:06}"))).await {
            Err(SignInError::WrongCode) => looked_at += 1,
            Err(SignInError::TooManyAttempts(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!((1..=10).contains(&looked_at), "{looked_at}");
}

#[tokio::test]
async fn where_administrators_need_one_they_can_only_set_it_up_at_first() {
    let mut house = House::build().await;
    house.app.second_factor_required_of = RequiredOf::Administrators;
    let admin = house.who(&house.sign_in("admin").await).await;
    assert!(admin.is_enrolling);
    let employee = house.who(&house.sign_in("nurse").await).await;
    assert!(!employee.is_enrolling);
    let tokens = house.sign_in("admin").await;
    set_up(&house, &admin).await;
    assert!(!house.who(&tokens).await.is_enrolling, "from then on everything is open");
}

#[tokio::test]
async fn where_everyone_needs_one_so_do_employees_and_a_factor_that_was_reset_is_missing_again() {
    let mut house = House::build().await;
    house.app.second_factor_required_of = RequiredOf::Everyone;
    let tokens = house.sign_in("nurse").await;
    let nurse = house.who(&tokens).await;
    assert!(nurse.is_enrolling);
    set_up(&house, &nurse).await;
    assert!(!house.who(&tokens).await.is_enrolling);
    assert!(reset_second_factor(&house.app, &house.admin, house.employee.user_id).await.unwrap());
    assert!(house.who(&house.sign_in("nurse").await).await.is_enrolling);
}

//! What guesses of passwords come to.

use std::num::NonZeroUsize;

use jiff::SignedDuration;
use scheduling_app::auth::{HashCost, Password, PasswordHasher, SignIn, SignInError, sign_in};
use scheduling_app::users::{NewUser, create_user};
use scheduling_app::{Call, users};
use scheduling_conformance::build::a_user;
use scheduling_domain::origin::Origin;
use scheduling_domain::throttle::WINDOW;

use crate::house::{House, PASSWORD, asked, fresh, unproved};

/// A house whose hashes cost next to nothing and are counted from here on.
async fn house() -> House {
    let mut house = House::build().await;
    let cost = HashCost { memory_kib: 8, passes: 1, lanes: 1 };
    house.app.passwords = PasswordHasher::with_cost(cost, NonZeroUsize::MIN).unwrap();
    house
}

/// A guess from the `number`-th of many addresses.
fn guess(identifier: &str, number: u32) -> SignIn {
    let address = std::net::Ipv4Addr::from_bits(0x0b00_0000 + number);
    let origin = Origin { address: Some(address.into()), ..unproved() };
    SignIn { origin, ..asked(identifier, &format!("guess number {number}")) }
}

async fn is_looked_at(house: &House, guess: &SignIn) -> bool {
    match sign_in(&house.app, guess).await {
        Err(SignInError::WrongCredentials) => true,
        Err(SignInError::TooManyAttempts(refused)) => {
            assert!((1..=900).contains(&refused.retry_after_seconds));
            false
        }
        other => panic!("a guess was answered with {other:?}"),
    }
}

#[tokio::test]
async fn of_a_hundred_thousand_guesses_at_an_account_at_most_ten_are_looked_at() {
    let house = house().await;
    let home = asked("nurse", PASSWORD);
    sign_in(&house.app, &home).await.unwrap();
    let before = house.app.passwords.runs();
    let mut looked_at = 0;
    for (number, name) in (0..100_000).zip(["nurse", "NURSE", "nurse@example.com"].into_iter().cycle()) {
        // All of them within one window.
        if number % 200 == 0 {
            house.wait(SignedDuration::from_millis(1_700));
        }
        looked_at += u64::from(is_looked_at(&house, &guess(name, number)).await);
    }
    assert!((1..=10).contains(&looked_at), "{looked_at}");
    assert_eq!(house.app.passwords.runs(), before + looked_at);
    assert!(sign_in(&house.app, &home).await.is_ok(), "the owner gets in from where they always do");

    house.wait(WINDOW);
    assert!(is_looked_at(&house, &guess("nurse", 0)).await, "the next window has tries of its own");
}

#[tokio::test]
async fn a_spray_over_a_thousand_accounts_has_no_more_tries_at_each() {
    let house = house().await;
    for number in 0..1_000 {
        let new = NewUser { user: a_user(&format!("person{number}")), password: Password::new(PASSWORD) };
        fresh(create_user(&house.app, &Call::new(&house.admin), &new).await.unwrap());
    }
    let mut looked_at = vec![0_u32; 1_000];
    for round in 0..12 {
        house.wait(SignedDuration::from_secs(70));
        for (number, tries) in (0..).zip(&mut looked_at) {
            let guess = guess(&format!("person{number}"), round * 1_000 + number);
            *tries += u32::from(is_looked_at(&house, &guess).await);
        }
    }
    assert!(looked_at.iter().all(|tries| (1..=10).contains(tries)), "{looked_at:?}");
}

#[tokio::test]
async fn one_address_is_slowed_down_whatever_the_accounts() {
    let house = house().await;
    let mut looked_at = 0;
    for number in 0..1_000 {
        looked_at += u32::from(is_looked_at(&house, &guess(&format!("person{number}"), 7)).await);
    }
    assert!(looked_at <= 100, "{looked_at}");
    let elsewhere = guess("person999", 8);
    assert!(is_looked_at(&house, &elsewhere).await);
}

#[tokio::test]
async fn unknown_accounts_are_throttled_like_known_ones() {
    let house = house().await;
    let mut answers = Vec::new();
    for identifier in ["nurse", "nobody"] {
        house.wait(WINDOW);
        let mut series = Vec::new();
        for number in 0..20 {
            house.wait(SignedDuration::from_secs(3));
            series.push(format!("{:?}", sign_in(&house.app, &guess(identifier, number)).await));
        }
        answers.push(series);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_known_device_is_let_in_while_others_guess() {
    let house = house().await;
    let first = sign_in(&house.app, &asked("nurse", PASSWORD)).await.unwrap();
    for number in 0..50 {
        house.wait(SignedDuration::from_secs(10));
        is_looked_at(&house, &guess("nurse", number)).await;
    }
    let away = SignIn { password: Password::new(PASSWORD), ..guess("nurse", 99) };
    assert!(matches!(sign_in(&house.app, &away).await, Err(SignInError::TooManyAttempts(_))));
    for token in ["", "1.2.3", "99999999999.abc.def"] {
        let forged = SignIn { device: Some(token.to_owned()), ..away.clone() };
        assert!(sign_in(&house.app, &forged).await.is_err(), "{token}");
    }
    let device = Some(first.device_token);
    let others = SignIn { device: device.clone(), ..guess("manager", 99) };
    assert!(is_looked_at(&house, &others).await, "it says nothing of another account");
    assert!(sign_in(&house.app, &SignIn { device, ..away }).await.is_ok());
}

#[tokio::test]
async fn people_sign_in_at_the_same_moment() {
    let house = house().await;
    let wanted = asked("nurse", PASSWORD);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (app, wanted) = (house.app.clone(), wanted.clone());
        tasks.spawn(async move { sign_in(&app, &wanted).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_stolen_token_is_not_enough_to_guess_a_password() {
    let house = house().await;
    let before = house.app.passwords.runs();
    for number in 0..1_000 {
        let patch = users::UserPatch {
            password: Some(Password::new("a wish for a long password")),
            current_password: Some(Password::new(format!("guess {number}"))),
            ..users::UserPatch::default()
        };
        let call = Call::new(&house.employee);
        assert!(users::update_user(&house.app, &call, house.employee.user_id, None, &patch).await.is_err());
        house.wait(SignedDuration::from_millis(800));
    }
    assert!(house.app.passwords.runs() <= before + 10);
}

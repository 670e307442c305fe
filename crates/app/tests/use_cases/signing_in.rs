use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::SignedDuration;
use scheduling_app::auth::{
    AuthenticateError, HashCost, Password, PasswordHasher, RefreshError, SignIn, SignInError, SignOut, TokenKeys,
    authenticate, refresh, sign_in, sign_out,
};
use scheduling_app::users::{UserPatch, update_user};
use scheduling_app::{App, Call};

use crate::house::{House, PASSWORD, SECRET, asked, bearer, unproved};

#[tokio::test]
async fn a_password_opens_by_user_name_and_by_e_mail() {
    let house = House::build().await;
    for identifier in ["admin", "ADMIN", "admin@example.com"] {
        let tokens = house.sign_in(identifier).await;
        assert_eq!(house.who(&tokens).await.user_id, house.admin.user_id, "{identifier}");
        assert_eq!(tokens.expires_in_seconds, 900);
    }
}

#[tokio::test]
async fn whatever_is_wrong_is_answered_alike() {
    let house = House::build().await;
    let inactive = UserPatch { is_active: Some(false), ..UserPatch::default() };
    let call = Call::new(&house.admin);
    update_user(&house.app, &call, house.employee.user_id, None, &inactive).await.unwrap();
    for wrong in [
        asked("admin", "wrong horse battery"),
        asked("nobody", PASSWORD),
        asked("nurse", PASSWORD),
        SignIn { organization: "elsewhere".to_owned(), ..asked("admin", PASSWORD) },
    ] {
        let answer = sign_in(&house.app, &wrong).await;
        assert!(matches!(answer, Err(SignInError::WrongCredentials)), "{wrong:?}: {answer:?}");
    }
}

#[tokio::test]
async fn known_and_unknown_accounts_cost_one_hash_each() {
    let mut house = House::build().await;
    house.app.passwords = PasswordHasher::try_new(NonZeroUsize::MIN).unwrap();
    for wrong in [asked("admin", "wrong horse battery"), asked("nobody", "wrong horse battery")] {
        let before = house.app.passwords.runs();
        assert!(sign_in(&house.app, &wrong).await.is_err());
        assert_eq!(house.app.passwords.runs(), before + 1, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_password_typed_in_another_form_is_the_same() {
    let house = House::build().await;
    let set = UserPatch { password: Some(Password::new("Zu\u{308}ge fahren langsam")), ..UserPatch::default() };
    update_user(&house.app, &Call::new(&house.admin), house.employee.user_id, None, &set).await.unwrap();
    assert!(sign_in(&house.app, &asked("nurse", "Z\u{fc}ge\u{a0}fahren langsam")).await.is_ok());
}

#[tokio::test]
async fn a_sign_in_renews_a_hash_that_is_too_cheap() {
    let mut house = House::build().await;
    house.app.passwords = PasswordHasher::try_new(NonZeroUsize::MIN).unwrap();
    let cheap = HashCost { memory_kib: 8, passes: 1, lanes: 1 };
    let cheap = PasswordHasher::with_cost(cheap, NonZeroUsize::MIN).unwrap();
    let hash = cheap.hash(&Password::new(PASSWORD)).await.unwrap();
    let mut uow = house.app.store.begin(house.organization).await.unwrap();
    uow.users().set_password(house.employee.user_id, &hash).await.unwrap();
    uow.commit().await.unwrap();
    assert!(sign_in(&house.app, &asked("nurse", "wrong horse battery")).await.is_err());
    for renewed in [true, false] {
        let before = house.app.passwords.runs();
        house.sign_in("nurse").await;
        assert_eq!(house.app.passwords.runs(), before + 1 + u64::from(renewed));
    }
}

#[tokio::test]
async fn an_access_token_runs_out() {
    let house = House::build().await;
    let tokens = house.sign_in("admin").await;
    house.wait(SignedDuration::from_mins(15));
    assert!(matches!(authenticate(&house.app, &bearer(&tokens), unproved()).await, Err(AuthenticateError::Expired)));
}

#[tokio::test]
async fn a_refresh_token_that_comes_late_again_ends_its_session_and_no_other() {
    let house = House::build().await;
    let first = house.sign_in("admin").await;
    let second = refresh(&house.app, &first.refresh_token, &unproved()).await.unwrap();
    assert_eq!(house.who(&second).await.user_id, house.admin.user_id);
    let elsewhere = house.sign_in("admin").await;

    house.wait(SignedDuration::from_secs(10));
    let stolen = refresh(&house.app, &first.refresh_token, &unproved()).await;
    assert!(matches!(stolen, Err(RefreshError::Refused)));
    let heir = refresh(&house.app, &second.refresh_token, &unproved()).await;
    assert!(matches!(heir, Err(RefreshError::Refused)), "the whole session has ended");
    assert!(house.is_refused(&second).await, "and its access tokens with it");
    assert!(refresh(&house.app, &elsewhere.refresh_token, &unproved()).await.is_ok(), "other sessions go on");
}

#[tokio::test]
async fn a_lost_reply_is_given_again_within_the_grace_period() {
    let house = House::build().await;
    let first = house.sign_in("admin").await;
    let second = refresh(&house.app, &first.refresh_token, &unproved()).await.unwrap();
    house.wait(SignedDuration::from_secs(9));
    let again = refresh(&house.app, &first.refresh_token, &unproved()).await.unwrap();
    assert_eq!(again.refresh_token, second.refresh_token);
    assert_eq!(again.access_token, second.access_token);
    assert_eq!(again.expires_in_seconds, second.expires_in_seconds - 9);
    assert!(refresh(&house.app, &again.refresh_token, &unproved()).await.is_ok());
}

#[tokio::test]
async fn a_refresh_token_whose_successor_was_used_ends_its_session_within_the_grace_period_too() {
    let house = House::build().await;
    let first = house.sign_in("admin").await;
    let second = refresh(&house.app, &first.refresh_token, &unproved()).await.unwrap();
    let third = refresh(&house.app, &second.refresh_token, &unproved()).await.unwrap();
    assert!(matches!(refresh(&house.app, &first.refresh_token, &unproved()).await, Err(RefreshError::Refused)));
    assert!(matches!(refresh(&house.app, &third.refresh_token, &unproved()).await, Err(RefreshError::Refused)));
}

#[tokio::test]
async fn requests_that_refresh_at_once_all_get_the_same_pair() {
    let house = House::build().await;
    let first = house.sign_in("admin").await;
    let origin = unproved();
    let refreshes = (0..8).map(|_| refresh(&house.app, &first.refresh_token, &origin));
    let pairs: Vec<_> = futures_util::future::try_join_all(refreshes).await.unwrap();
    assert!(pairs.iter().all(|pair| *pair == pairs[0]));
    assert_ne!(pairs[0].refresh_token, first.refresh_token);
}

#[tokio::test]
async fn the_grace_period_outlives_a_change_of_the_signing_secret() {
    let house = House::build().await;
    let first = house.sign_in("admin").await;
    let second = refresh(&house.app, &first.refresh_token, &unproved()).await.unwrap();
    let rotated = TokenKeys::try_new(&[9; 32]).unwrap().with_previous(&SECRET).unwrap();
    let app = App { tokens: Arc::new(rotated), ..house.app.clone() };
    let again = refresh(&app, &first.refresh_token, &unproved()).await.unwrap();
    assert_eq!(again.refresh_token, second.refresh_token);
}

#[tokio::test]
async fn a_sign_in_ends_with_the_day_unless_it_is_remembered() {
    let house = House::build().await;
    let day = house.sign_in("admin").await;
    let remembered =
        sign_in(&house.app, &SignIn { remember_me: true, ..asked("admin", PASSWORD) }).await.unwrap().tokens;
    house.wait(SignedDuration::from_hours(8));
    assert!(matches!(refresh(&house.app, &day.refresh_token, &unproved()).await, Err(RefreshError::Refused)));
    let renewed = refresh(&house.app, &remembered.refresh_token, &unproved()).await.unwrap();
    house.wait(SignedDuration::from_hours(30 * 24 - 8));
    let late = refresh(&house.app, &renewed.refresh_token, &unproved()).await;
    assert!(matches!(late, Err(RefreshError::Refused)), "exchanging does not lengthen a sign-in");
}

#[tokio::test]
async fn signing_out_ends_one_sign_in_or_all() {
    let house = House::build().await;
    let (here, there) = (house.sign_in("admin").await, house.sign_in("admin").await);
    sign_out(&house.app, &house.admin, SignOut::Here(&here.refresh_token)).await.unwrap();
    assert!(matches!(refresh(&house.app, &here.refresh_token, &unproved()).await, Err(RefreshError::Refused)));
    assert!(house.is_refused(&here).await);
    let there = refresh(&house.app, &there.refresh_token, &unproved()).await.unwrap();

    sign_out(&house.app, &house.admin, SignOut::Everywhere).await.unwrap();
    assert!(house.is_refused(&there).await);
    assert!(matches!(refresh(&house.app, &there.refresh_token, &unproved()).await, Err(RefreshError::Refused)));
}

#[tokio::test]
async fn somebody_elses_refresh_token_is_not_signed_out() {
    let house = House::build().await;
    let tokens = house.sign_in("admin").await;
    sign_out(&house.app, &house.employee, SignOut::Here(&tokens.refresh_token)).await.unwrap();
    assert!(refresh(&house.app, &tokens.refresh_token, &unproved()).await.is_ok());
}

#[tokio::test]
async fn deactivation_ends_everything_at_once() {
    let house = House::build().await;
    let tokens = house.sign_in("nurse").await;
    let inactive = UserPatch { is_active: Some(false), ..UserPatch::default() };
    let call = Call::new(&house.admin);
    update_user(&house.app, &call, house.employee.user_id, None, &inactive).await.unwrap();
    assert!(house.is_refused(&tokens).await);
    assert!(matches!(refresh(&house.app, &tokens.refresh_token, &unproved()).await, Err(RefreshError::Refused)));
}

//! Invitations and resets, from the request to the password that is chosen.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::SignedDuration;
use scheduling_app::auth::{
    ChoosePasswordError, Password, PasswordResetRequest, authenticate, choose_password, request_password_reset, sign_in,
};
use scheduling_app::mail::{MailWriter, Message, Post, send_next};
use scheduling_app::users::{
    CreateUserError, InviteUserError, UserPatch, create_invited_user, invite_user, update_user,
};
use scheduling_app::{Call, Settled};
use scheduling_conformance::build::a_user;
use scheduling_domain::mail::Mail;
use scheduling_domain::ports::{MailError, Mailer};

use crate::audit::last;
use crate::house::{House, PASSWORD, asked, bearer, fresh, unproved};

const CHOSEN: &str = "a password of one's own";

/// Keeps what it is handed; refuses as often as it is told to.
#[derive(Default)]
struct Letters {
    mails: Mutex<Vec<Mail>>,
    refusals: Mutex<Vec<MailError>>,
}

#[async_trait]
impl Mailer for Letters {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if let Some(error) = self.refusals.lock().unwrap().pop() {
            return Err(error);
        }
        self.mails.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

/// Says the token, so that it can be read.
struct Plain;

impl MailWriter for Plain {
    fn write(&self, message: &Message<'_>) -> (String, String) {
        (format!("{} {}", message.kind.as_str(), message.language), message.token.to_owned())
    }
}

struct Office {
    house: House,
    post: Post,
    letters: Arc<Letters>,
}

impl Office {
    async fn open() -> Self {
        let mut house = House::build().await;
        let letters = Arc::new(Letters::default());
        let post = Post::new(letters.clone(), Arc::new(Plain));
        house.app.post = Some(post.clone());
        Self { house, post, letters }
    }

    /// Sends everything that is due; answers to whom, about what, and the tokens.
    async fn deliver(&self) -> Vec<(String, String, String)> {
        while send_next(&self.house.app, &self.post, self.house.organization).await.unwrap() {}
        let mails = std::mem::take(&mut *self.letters.mails.lock().unwrap());
        mails
            .into_iter()
            .map(|mail| (mail.to.reveal().to_owned(), mail.subject, mail.text.reveal().to_owned()))
            .collect()
    }

    async fn ask(&self, identifier: &str) {
        let asked = PasswordResetRequest {
            organization: "default".to_owned(),
            identifier: identifier.to_owned(),
            language: "en".to_owned(),
            origin: unproved(),
        };
        request_password_reset(&self.house.app, &asked).await.unwrap();
    }

    async fn choose(&self, token: &str) -> Result<(), ChoosePasswordError> {
        choose_password(&self.house.app, token, &Password::new(CHOSEN), &unproved()).await
    }
}

#[tokio::test]
async fn who_is_invited_chooses_a_password() {
    let office = Office::open().await;
    let app = &office.house.app;
    let call = Call::new(&office.house.admin);
    let user = fresh(create_invited_user(app, &call, &a_user("new"), "zh-CN").await.unwrap());
    assert!(sign_in(app, &asked("new", PASSWORD)).await.is_err());
    let mails = office.deliver().await;
    let [(to, subject, token)] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((to, subject.as_str()), (&user.email, "invitation zh-CN"));

    office.house.wait(SignedDuration::from_hours(7 * 24 - 1));
    let short = choose_password(app, token, &Password::new("short"), &unproved()).await;
    assert!(matches!(short, Err(ChoosePasswordError::Invalid(_))), "the token is still good after that");
    office.choose(token).await.unwrap();
    assert_eq!(last(&office.house).await.operation, "user.choose_password");
    assert!(sign_in(app, &asked("new", CHOSEN)).await.is_ok());
    assert!(matches!(office.choose(token).await, Err(ChoosePasswordError::InvalidToken)), "once");
    let again = invite_user(app, &office.house.admin, user.id, "en").await;
    assert!(matches!(again, Err(InviteUserError::Accepted)));
}

#[tokio::test]
async fn another_invitation_takes_the_place_of_the_first() {
    let office = Office::open().await;
    let app = &office.house.app;
    let user = fresh(create_invited_user(app, &Call::new(&office.house.admin), &a_user("new"), "en").await.unwrap());
    let first = office.deliver().await.remove(0).2;
    assert!(matches!(invite_user(app, &office.house.manager, user.id, "en").await, Err(InviteUserError::Forbidden)));
    invite_user(app, &office.house.admin, user.id, "en").await.unwrap();
    assert_eq!(last(&office.house).await.operation, "user.invite");
    let second = office.deliver().await.remove(0).2;
    assert!(matches!(office.choose(&first).await, Err(ChoosePasswordError::InvalidToken)));
    office.house.wait(SignedDuration::from_hours(7 * 24));
    assert!(matches!(office.choose(&second).await, Err(ChoosePasswordError::InvalidToken)), "it has expired");
}

#[tokio::test]
async fn a_dry_run_invites_nobody() {
    let office = Office::open().await;
    let call = Call::new(&office.house.admin).dry_run(true);
    let tried = create_invited_user(&office.house.app, &call, &a_user("new"), "en").await;
    assert!(matches!(tried, Ok(Settled::Fresh(_))));
    assert_eq!(office.deliver().await, []);
}

#[tokio::test]
async fn without_a_mail_server_a_password_is_asked_for() {
    let house = House::build().await;
    let made = create_invited_user(&house.app, &Call::new(&house.admin), &a_user("new"), "en").await;
    let Err(CreateUserError::Invalid(faults)) = made else { panic!("{made:?}") };
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["required"]);
}

#[tokio::test]
async fn a_reset_ends_everything_that_was_issued() {
    let office = Office::open().await;
    let tokens = office.house.sign_in("nurse").await;
    office.ask("NURSE@example.com").await;
    let (to, subject, token) = office.deliver().await.remove(0);
    assert_eq!((to.as_str(), subject.as_str()), ("nurse@example.com", "password_reset en"));
    office.choose(&token).await.unwrap();
    assert!(authenticate(&office.house.app, &bearer(&tokens), unproved()).await.is_err());
    assert!(sign_in(&office.house.app, &asked("nurse", CHOSEN)).await.is_ok());
    assert!(matches!(office.choose(&token).await, Err(ChoosePasswordError::InvalidToken)));
}

#[tokio::test]
async fn a_token_to_reset_is_good_for_half_an_hour_and_until_the_password_changes() {
    let office = Office::open().await;
    office.ask("nurse").await;
    let token = office.deliver().await.remove(0).2;
    office.house.wait(SignedDuration::from_mins(30));
    assert!(matches!(office.choose(&token).await, Err(ChoosePasswordError::InvalidToken)));

    office.ask("nurse").await;
    let token = office.deliver().await.remove(0).2;
    let set = UserPatch { password: Some(Password::new(CHOSEN)), ..UserPatch::default() };
    let call = Call::new(&office.house.admin);
    update_user(&office.house.app, &call, office.house.employee.user_id, None, &set).await.unwrap();
    assert!(matches!(office.choose(&token).await, Err(ChoosePasswordError::InvalidToken)));
}

#[tokio::test]
async fn nobody_gets_a_mail_who_has_no_active_account() {
    let office = Office::open().await;
    office.ask("nobody").await;
    office.ask("nobody@example.com").await;
    let inactive = UserPatch { is_active: Some(false), ..UserPatch::default() };
    let call = Call::new(&office.house.admin);
    update_user(&office.house.app, &call, office.house.employee.user_id, None, &inactive).await.unwrap();
    office.ask("nurse").await;
    assert_eq!(office.deliver().await, []);
    for forged in ["", "1.", "1.abc", &format!("{}.{}", office.house.organization, "x".repeat(43))] {
        assert!(matches!(office.choose(forged).await, Err(ChoosePasswordError::InvalidToken)), "{forged}");
    }
}

#[tokio::test]
async fn nobody_is_flooded_with_mails() {
    let office = Office::open().await;
    for _ in 0..100 {
        office.ask("nurse").await;
        office.house.wait(SignedDuration::from_secs(8));
    }
    assert!((1..=4).contains(&office.deliver().await.len()));
}

#[tokio::test]
async fn what_could_not_be_handed_over_is_tried_again_and_never_twice() {
    let office = Office::open().await;
    let away = || MailError::Unavailable("away".into());
    office.letters.refusals.lock().unwrap().extend([away(), away()]);
    office.ask("nurse").await;
    assert_eq!(office.deliver().await, []);
    office.house.wait(SignedDuration::from_secs(5));
    assert_eq!(office.deliver().await, []);
    office.house.wait(SignedDuration::from_secs(10));
    assert_eq!(office.deliver().await.len(), 1);
    office.house.wait(SignedDuration::from_hours(24));
    assert_eq!(office.deliver().await, []);

    office.letters.refusals.lock().unwrap().push(MailError::Refused("no such mailbox".into()));
    office.ask("nurse").await;
    assert_eq!(office.deliver().await, []);
    office.house.wait(SignedDuration::from_hours(24));
    assert_eq!(office.deliver().await, [], "a refusal for good is not tried again");
}

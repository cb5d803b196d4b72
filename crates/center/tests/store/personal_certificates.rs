//! Personal certificates: each has a place of its own, which is struck out by whatever changes the coverage behind it, and by
//! taking the certificate back.

use std::sync::Arc;

use center::personal_certificate::issue::{By, IssueError, Issuer, Wish};
use center::status::StatusLists;
use domain::personal_certificate::NoCertificate;
use domain::{CardKey, CardNumber, Date, InsurerNumber, Status, StatusIndex, date};
use trust::personal_certificate;

use crate::feed::row;
use crate::on_both_engines;
use crate::status::{import, lists, lost, moved, publish, read};
use crate::world::{World, someone};

on_both_engines!(
    a_certificate_stands_until_its_coverage_changes_or_ends_or_it_is_taken_back,
    a_loss_after_a_change_is_a_loss,
    certificates_are_given_out_for_what_is_in_force_only,
    an_insurer_gives_out_and_takes_back_only_its_own,
    what_nobody_believes_any_more_is_forgotten,
);

fn wish(number: u64) -> Wish {
    let coverage = someone(number).0;
    Wish {
        insurer: coverage.insurer_number.clone(),
        card_key: coverage.card_key(),
        branch: None,
        birthdate: birthdate(),
        valid_from: None,
        valid_until: None,
        with_limit: false,
    }
}

/// Of everybody in the feed.
fn birthdate() -> Date {
    date::parse(&row(1).birthdate).unwrap()
}

fn issuer(store: &center::store::Store, lists: &StatusLists) -> Issuer {
    Issuer { store: store.clone(), place_key: lists.place_key().clone(), signer: Arc::clone(lists.signer()) }
}

async fn place_of(issuer: &Issuer, world: &World, number: u64) -> StatusIndex {
    let handed = issuer.issue(&wish(number), &By::Operator, world.now()).await.unwrap();
    let keys = [issuer.signer.public_key().clone()];
    let read = personal_certificate::read(&handed.issued.text, &keys).unwrap();
    assert_eq!(read.coverage.card_key(), someone(number).0.card_key());
    assert_eq!(read.place, handed.issued.certificate.place);
    read.place
}

async fn a_certificate_stands_until_its_coverage_changes_or_ends_or_it_is_taken_back(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, (0..10).map(row)).await;
    let issuer = issuer(&store, &lists);
    let mut places = Vec::new();
    for number in [1, 2, 3, 4, 4] {
        places.push(place_of(&issuer, &world, number).await);
    }
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 5, "each has its own, also two of one person");
    let places =
        [place_of(&issuer, &world, 1).await, place_of(&issuer, &world, 2).await, place_of(&issuer, &world, 3).await];
    publish(&world, &lists).await;
    let name = trust::ListName::Whole;
    assert_eq!(places.map(|at| read(&world, &lists, name).status(at)), [Some(Status::Valid); 3]);

    import(&world, &store, &lists, [lost(1, "20260101"), moved(2)]).await;
    assert!(issuer.revoke(places[2], &By::Operator, world.now()).await.unwrap());
    assert!(!issuer.revoke(places[2], &By::Operator, world.now()).await.unwrap(), "it is taken back once");
    publish(&world, &lists).await;
    let said = [Some(Status::Invalid), Some(Status::Changed), Some(Status::Invalid)];
    assert_eq!(places.map(|at| read(&world, &lists, name).status(at)), said);
    let list = issuer.list(someone(3).0.card_key()).await.unwrap();
    assert_eq!(list.iter().filter(|one| one.revoked_at.is_some()).count(), 1);
    let new = place_of(&issuer, &world, 2).await;
    publish(&world, &lists).await;
    assert_eq!(read(&world, &lists, name).status(new), Some(Status::Valid), "the one that was made since stands");
}

async fn a_loss_after_a_change_is_a_loss(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, (0..5).map(row)).await;
    let issuer = issuer(&store, &lists);
    let (changed, taken) = (place_of(&issuer, &world, 1).await, place_of(&issuer, &world, 1).await);
    issuer.revoke(taken, &By::Operator, world.now()).await.unwrap();
    import(&world, &store, &lists, [moved(1)]).await;
    publish(&world, &lists).await;
    let status = |at| read(&world, &lists, trust::ListName::Whole).status(at);
    assert_eq!((status(changed), status(taken)), (Some(Status::Changed), Some(Status::Invalid)));
    import(&world, &store, &lists, [lost(1, "20260101")]).await;
    publish(&world, &lists).await;
    let status = |at| read(&world, &lists, trust::ListName::Whole).status(at);
    assert_eq!((status(changed), status(taken)), (Some(Status::Invalid), Some(Status::Invalid)));
}

async fn certificates_are_given_out_for_what_is_in_force_only(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, [row(1), lost(2, "20260101")]).await;
    let issuer = issuer(&store, &lists);
    let ask = async |wish: Wish| issuer.issue(&wish, &By::Operator, world.now()).await.map(drop);
    assert!(ask(wish(1)).await.is_ok());
    assert!(matches!(ask(wish(2)).await, Err(IssueError::NotFound)), "lost");
    assert!(matches!(ask(wish(77)).await, Err(IssueError::NotFound)), "nobody");
    let born = date::parse("19010101").unwrap();
    assert!(matches!(ask(Wish { birthdate: born, ..wish(1) }).await, Err(IssueError::NotFound)), "somebody else");
    let long = Wish { valid_until: date::parse("20400101").ok(), ..wish(1) };
    assert!(matches!(ask(long).await, Err(IssueError::None(NoCertificate::TooLong))));
    assert_eq!(issuer.list(someone(1).0.card_key()).await.unwrap().len(), 1, "what was refused is not on record");
}

async fn an_insurer_gives_out_and_takes_back_only_its_own(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, [row(1)]).await;
    let issuer = issuer(&store, &lists);
    let own = By::Insurer(someone(1).0.insurer_number.clone());
    let other = By::Insurer(InsurerNumber::parse("01130012").unwrap());
    assert!(matches!(issuer.issue(&wish(1), &other, world.now()).await, Err(IssueError::OtherInsurer)));
    let handed = issuer.issue(&wish(1), &own, world.now()).await.unwrap();
    let place = handed.issued.certificate.place;
    assert!(matches!(issuer.revoke(place, &other, world.now()).await, Err(IssueError::OtherInsurer)));
    let nowhere = StatusIndex::new(place.prefecture(), u32::MAX);
    assert!(matches!(issuer.revoke(nowhere, &own, world.now()).await, Err(IssueError::Unknown)));
    assert!(issuer.revoke(place, &own, world.now()).await.unwrap());
}

async fn what_nobody_believes_any_more_is_forgotten(world: World) {
    let store = world.store().await;
    let lists = lists(&world, &store).await;
    import(&world, &store, &lists, [row(1)]).await;
    let issuer = issuer(&store, &lists);
    place_of(&issuer, &world, 1).await;
    let insurer = someone(1).0.insurer_number;
    let other_card = CardKey::new(&insurer, None, &CardNumber::parse("99").unwrap());
    assert!(issuer.list(other_card).await.unwrap().is_empty());
    publish(&world, &lists).await;
    assert_eq!(issuer.list(someone(1).0.card_key()).await.unwrap().len(), 1);
    world.clock.advance(std::time::Duration::from_hours(400 * 24));
    publish(&world, &lists).await;
    assert!(issuer.list(someone(1).0.card_key()).await.unwrap().is_empty());
}

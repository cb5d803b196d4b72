//! The kiosk as a whole: cards in readers in software, a terminal, a center that takes cards, and the authority behind
//! them. Every step of a visit, and every fault of docs/KIOSK.md, is tried on the page as a patient sees it.
//!
//! The cases run one after another on one center, for most of the time goes into making it. Each takes people whom no
//! other case takes, and leaves the kiosk empty. A name given to the program runs the cases that contain it; with the
//! feature `pcsc` some of them run over a private pcscd too; `--bench VISITS` measures instead.
#![expect(clippy::print_stdout, reason = "there is no harness that would name the cases")]

mod bench;
mod browser;
mod faces;
mod faults;
mod logs;
#[cfg(feature = "pcsc")]
mod over_pcsc;
mod readers;
mod staff;
mod stage;
mod visits;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::LocalBoxFuture;
use readers::Readers;
use stage::Stage;
use std::process::ExitCode;

/// A case: its name and what it does.
type Case = (&'static str, for<'a> fn(&'a mut Stage) -> LocalBoxFuture<'a, Result<()>>);

macro_rules! cases {
    ($($module:ident: $($name:ident),+;)+) => {
        const CASES: &[Case] = &[$($((stringify!($name), |stage| Box::pin($module::$name(stage)))),+),+];
    };
}

cases! {
    visits:
        a_patient_is_checked_by_card_and_pin_and_says_what_may_be_shown,
        what_was_chosen_holds_for_a_day_and_is_taken_back_at_any_time,
        a_patient_refuses_secondary_use_and_the_check_goes_on,
        showing_nothing_is_an_answer,
        a_phone_is_a_card_that_says_less,
        a_card_is_registered_at_the_kiosk_and_ended_there,
        an_expired_certificate_shows_eligibility_and_nothing_more,
        a_form_of_an_earlier_visit_does_nothing,
        every_screen_speaks_five_languages;
    staff:
        a_locked_pin_goes_on_by_the_eyes_of_staff,
        staff_confirm_on_the_desk_and_see_the_patient_at_once,
        fault_a_facility_password_is_wrong_or_not_set,
        fault_staff_say_that_it_is_somebody_else;
    faces:
        a_face_opens_the_key_of_a_card_of_the_model,
        fault_a_face_is_not_that_of_the_photo,
        fault_nobody_and_two_before_the_camera,
        fault_the_camera_is_missing,
        fault_the_digits_of_the_card_are_wrong,
        fault_the_photo_shows_no_face,
        fault_a_real_card_needs_the_makers_reader;
    faults:
        fault_a_card_is_pulled_at_every_step,
        fault_a_reader_is_unplugged,
        fault_the_service_for_readers_ends_and_comes_back,
        fault_two_cards_lie_on_two_readers,
        fault_a_transit_card_lies_there,
        fault_a_card_answers_garbage,
        fault_a_card_does_not_answer,
        fault_a_pin_is_wrong_three_times,
        fault_a_pin_has_not_four_digits,
        fault_a_certificate_is_long_over,
        fault_a_card_is_revoked,
        fault_a_card_is_revoked_while_it_is_in_use,
        fault_ocsp_is_down,
        fault_the_lists_are_stale_too,
        fault_the_numbers_of_a_registration_are_wrong,
        fault_a_card_is_registered_to_another,
        fault_the_center_is_away,
        fault_a_wish_about_secondary_use_does_not_arrive;
    browser:
        the_whole_kiosk_with_the_keyboard_alone,
        the_whole_kiosk_by_touch_with_a_camera;
    logs:
        a_pin_is_nowhere_to_be_found;
}

/// Those that are tried over PC/SC too: what depends on the readers.
#[cfg(feature = "pcsc")]
const OVER_PCSC: &[&str] = &[
    "a_patient_is_checked_by_card_and_pin_and_says_what_may_be_shown",
    "a_phone_is_a_card_that_says_less",
    "fault_two_cards_lie_on_two_readers",
    "fault_a_transit_card_lies_there",
    "fault_a_card_answers_garbage",
];

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        #[cfg(feature = "pcsc")]
        ["--over-pcsc", folder] => over_pcsc(folder).await,
        ["--bench", visits] => Box::pin(bench::run(visits.parse()?)).await,
        #[cfg(feature = "pcsc")]
        ["--bench-over-pcsc", folder, visits] => Box::pin(bench::over_pcsc(folder, visits.parse()?)).await,
        words => {
            let wanted = words.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
            let cases: Vec<&Case> = CASES.iter().filter(|(name, _)| name.contains(wanted)).collect();
            every_fault_stands_in_the_page()?;
            let stage = Stage::set(Readers::in_process(), logs::capture()?).await?;
            let failed = play(stage, &cases).await?;
            #[cfg(feature = "pcsc")]
            let failed = failed + usize::from(!over_pcsc::inside(&["--over-pcsc"], &[])?);
            Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// docs/KIOSK.md says which case tries which fault.
fn every_fault_stands_in_the_page() -> Result<()> {
    const PAGE: &str = include_str!("../../../../docs/KIOSK.md");
    let faults = CASES.iter().map(|(name, _)| *name).filter(|name| name.starts_with("fault_"));
    let missing: Vec<_> = faults.filter(|name| !PAGE.contains(&format!("`{name}`"))).collect();
    ensure!(missing.is_empty(), "docs/KIOSK.md does not name {missing:?}");
    Ok(())
}

/// Plays cases one after another; how many failed.
async fn play(mut stage: Stage, cases: &[&Case]) -> Result<usize> {
    let mut failed = 0;
    for (name, case) in cases {
        let came = match case(&mut stage).await {
            Ok(()) => stage.clear().await.context("the kiosk is not empty"),
            Err(error) => {
                let _ = stage.clear().await;
                Err(error)
            }
        };
        match came {
            Ok(()) => println!("ok: {name}"),
            Err(error) => {
                failed += 1;
                println!("FAILED: {name}: {error:#}");
            }
        }
    }
    stage.end().await?;
    println!("{failed} of {} cases failed", cases.len());
    Ok(failed)
}

#[cfg(feature = "pcsc")]
async fn over_pcsc(folder: &str) -> Result<ExitCode> {
    let readers = Readers::over(testkit::pcscd::PrivatePcscd::start(std::path::Path::new(folder))?);
    println!("over PC/SC:");
    let stage = Stage::set(readers, logs::capture()?).await?;
    let named = |name: &&str| CASES.iter().chain(over_pcsc::CASES).find(|(case, _)| case == name);
    let cases: Vec<&Case> = OVER_PCSC.iter().filter_map(named).chain(over_pcsc::CASES).collect();
    let failed = play(stage, &cases).await?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

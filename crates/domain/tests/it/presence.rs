//! What a card that is here is enough for, as a table of every case; and the decision about the person whom it names.

use domain::coverage::MedicalTicket;
use domain::presence::{
    CertificatePeriod, Evidence, Extent, KeyProof, PresenceNote, PresenceRefusal, Revocation, Showing, StaffWord,
    certificate_ends_soon, shown_on_the_word_of_staff, what_may_be_shown,
};
use domain::{
    ConsentChoice, ConsentItem, HintCode, InsuredCardClassification, InsurerNumber, MedicalInstitutionCode,
    PersonQuery, PresenceMeans, Reason, RegistrationStatus, Verdict, decide_person,
};

use crate::build::{coverage, coverage_with, day, whose};

const PERIODS: [CertificatePeriod; 4] =
    [CertificatePeriod::NotYet, CertificatePeriod::Within, CertificatePeriod::Grace, CertificatePeriod::Over];
const REVOCATIONS: [Revocation; 5] =
    [Revocation::Good, Revocation::Revoked, Revocation::Unknown, Revocation::NotOnRecentList, Revocation::CannotTell];

const STAFF_WORDS: [StaffWord; 2] = [StaffWord::Enough, StaffWord::EligibilityOnly];
const NOT_SIGNED: Result<Showing, PresenceRefusal> = Err(PresenceRefusal::NotSigned);

fn evidence(period: CertificatePeriod, revocation: Revocation) -> Evidence {
    Evidence { means: PresenceMeans::Pin, proof: KeyProof::Signed, period, revocation }
}

#[test]
fn every_period_with_every_revocation() {
    use PresenceNote::{CertificateInGrace, RevocationNotKnown};
    use PresenceRefusal::{NotYetValid, Over, Revoked, UnknownToIssuer};
    let all = Ok((Extent::Everything, vec![]));
    let less = |notes: Vec<PresenceNote>| Ok((Extent::EligibilityOnly, notes));
    let nothing = |why| [Err(why), Err(Revoked), Err(UnknownToIssuer), Err(why), Err(why)];
    let table = [
        (CertificatePeriod::NotYet, nothing(NotYetValid)),
        (
            CertificatePeriod::Within,
            [all.clone(), Err(Revoked), Err(UnknownToIssuer), all, less(vec![RevocationNotKnown])],
        ),
        (
            CertificatePeriod::Grace,
            [
                less(vec![CertificateInGrace]),
                Err(Revoked),
                Err(UnknownToIssuer),
                less(vec![CertificateInGrace]),
                less(vec![CertificateInGrace, RevocationNotKnown]),
            ],
        ),
        (CertificatePeriod::Over, nothing(Over)),
    ];
    for (period, row) in table {
        for (revocation, expected) in REVOCATIONS.into_iter().zip(row) {
            let said = what_may_be_shown(evidence(period, revocation), StaffWord::Enough).map(|s| (s.extent, s.notes));
            assert_eq!(said, expected, "{period:?} {revocation:?}");
        }
    }
}

#[test]
fn a_card_that_did_not_sign_shows_what_the_word_of_staff_opens_and_nothing_without_it() {
    use PresenceNote::{CardNotUnlocked, StaffWordNotEnough};
    for means in PresenceMeans::ALL {
        let only_read = Evidence {
            means: *means,
            proof: KeyProof::OnlyRead,
            ..evidence(CertificatePeriod::Within, Revocation::Good)
        };
        let said = STAFF_WORDS.map(|word| what_may_be_shown(only_read, word));
        match means {
            PresenceMeans::StaffEyes | PresenceMeans::Number => {
                let enough = Showing { extent: Extent::Everything, notes: vec![CardNotUnlocked] };
                let less =
                    Showing { extent: Extent::EligibilityOnly, notes: vec![CardNotUnlocked, StaffWordNotEnough] };
                assert_eq!(said, [Ok(enough), Ok(less)]);
            }
            PresenceMeans::Pin | PresenceMeans::Face => assert_eq!(said, [NOT_SIGNED, NOT_SIGNED]),
        }
        let signed = Evidence { proof: KeyProof::Signed, ..only_read };
        for word in STAFF_WORDS {
            assert_eq!(what_may_be_shown(signed, word).map(|s| s.extent), Ok(Extent::Everything));
        }
    }
}

#[test]
fn the_word_of_staff_is_worth_the_same_with_a_card_and_without() {
    for word in STAFF_WORDS {
        let with = Evidence {
            means: PresenceMeans::StaffEyes,
            proof: KeyProof::OnlyRead,
            ..evidence(CertificatePeriod::Within, Revocation::Good)
        };
        let without = shown_on_the_word_of_staff(word);
        assert_eq!(what_may_be_shown(with, word).map(|s| s.extent), Ok(without.extent));
        assert!(without.notes.contains(&PresenceNote::NoCardShown));
    }
    assert_eq!(StaffWord::default(), StaffWord::Enough);
}

#[test]
fn everything_is_shown_only_for_a_card_in_its_period_that_is_not_given_up_and_signed_or_has_the_word_of_staff() {
    for word in STAFF_WORDS {
        for means in PresenceMeans::ALL {
            for proof in [KeyProof::Signed, KeyProof::OnlyRead] {
                for period in PERIODS {
                    for revocation in REVOCATIONS {
                        let said = what_may_be_shown(Evidence { means: *means, proof, period, revocation }, word);
                        let everything = said.is_ok_and(|s| s.extent == Extent::Everything);
                        let staff = matches!(means, PresenceMeans::StaffEyes | PresenceMeans::Number)
                            && word == StaffWord::Enough;
                        let expected = (proof == KeyProof::Signed || staff)
                            && period == CertificatePeriod::Within
                            && matches!(revocation, Revocation::Good | Revocation::NotOnRecentList);
                        assert_eq!(everything, expected, "{word:?} {means:?} {proof:?} {period:?} {revocation:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn eligibility_only_takes_away_what_is_about_health_and_nothing_else() {
    let left = Extent::EligibilityOnly.limits(ConsentChoice::everything());
    let allowed: Vec<_> = ConsentItem::ALL.iter().copied().filter(|item| left.allows(*item)).collect();
    assert_eq!(allowed, [ConsentItem::LimitCertificate, ConsentItem::SpecificDisease]);
    assert_eq!(Extent::Everything.limits(ConsentChoice::everything()), ConsentChoice::everything());
}

#[test]
fn the_end_of_a_certificate_is_told_three_months_before() {
    for (last_day, today, soon) in [
        ("20270222", "20261122", true),
        ("20270223", "20261122", false),
        ("20261122", "20261122", true),
        // Three months from the last of November end with February.
        ("20270228", "20261130", true),
        ("20270301", "20261130", false),
    ] {
        assert_eq!(certificate_ends_soon(day(last_day), day(today)), soon, "{last_day} {today}");
    }
}

#[test]
fn words_are_there_in_both_languages_and_codes_differ() {
    let notes = PresenceNote::ALL.iter().map(|n| (n.code(), n.message(), n.message_en()));
    let refusals = PresenceRefusal::ALL.iter().map(|r| (r.code(), r.message(), r.message_en()));
    let all: Vec<_> = notes.chain(refusals).collect();
    let codes: std::collections::BTreeSet<_> = all.iter().map(|(code, _, _)| code).collect();
    assert_eq!(codes.len(), all.len());
    assert!(all.iter().all(|(_, ja, en)| ja.ends_with('。') && en.is_ascii()));
}

fn asked() -> PersonQuery {
    PersonQuery {
        qualification_confirmation_date: day("20261122"),
        medical_institution_code: MedicalInstitutionCode::parse("1311111111").expect("a case of the table"),
        limit_consent: true,
        disease_consent: true,
    }
}

fn no_feed(_: &InsurerNumber) -> Option<u32> {
    None
}

#[test]
fn the_coverage_that_began_last_speaks_for_the_person() {
    let old = coverage();
    let new = coverage_with(|c| {
        c.insurer_number = InsurerNumber::parse("01130012").expect("a case of the table");
        c.qualification_date = day("20260401");
    });
    let register = [whose(1, old.clone()), whose(1, new.clone())];
    assert_eq!(decide_person(&asked(), &register, no_feed).coverage, Some(&new));
    // Before the new one began, the old one does.
    let before = PersonQuery { qualification_confirmation_date: day("20260331"), ..asked() };
    assert_eq!(decide_person(&before, &register, no_feed).coverage, Some(&old));
}

#[test]
fn an_insurance_goes_before_public_assistance_that_began_later() {
    let insured = coverage();
    let assisted = coverage_with(|c| {
        c.insurer_number =
            (0..10).find_map(|digit| InsurerNumber::parse(&format!("1213100{digit}")).ok()).expect("a check digit");
        c.insured_card_symbol = None;
        c.insured_card_classification = InsuredCardClassification::PublicAssistance;
        c.qualification_date = day("20261101");
        c.medical_tickets = Vec::<MedicalTicket>::new();
    });
    let register = [whose(1, assisted.clone()), whose(1, insured.clone())];
    assert_eq!(decide_person(&asked(), &register, no_feed).coverage, Some(&insured));
    let alone = [whose(1, assisted)];
    assert_eq!(decide_person(&asked(), &alone, no_feed).verdict, Verdict::ValidUnregistered);
}

#[test]
fn what_is_over_not_begun_in_progress_or_withdrawn_is_told() {
    let lost = coverage_with(|c| c.disqualification_date = Some(day("20261001")));
    let later = coverage_with(|c| c.qualification_date = day("20270401"));
    let in_progress = coverage_with(|c| c.registration_status = RegistrationStatus::InProgress);
    let deleted = coverage_with(|c| c.registration_status = RegistrationStatus::Deleted);
    for (coverages, verdict, reason) in [
        (vec![lost.clone()], Verdict::Invalid, Reason::Lost),
        (vec![later], Verdict::Invalid, Reason::NotStarted),
        (vec![in_progress.clone()], Verdict::NotFound, Reason::EnrolmentInProgress),
        (vec![in_progress, lost], Verdict::Invalid, Reason::Lost),
        (vec![deleted], Verdict::NotFound, Reason::NoSuchCard),
        (vec![], Verdict::NotFound, Reason::NoSuchCard),
    ] {
        let register: Vec<_> = coverages.into_iter().map(|c| whose(1, c)).collect();
        let decision = decide_person(&asked(), &register, no_feed);
        assert_eq!((decision.verdict, decision.reason), (verdict, reason), "{register:?}");
    }
}

#[test]
fn a_late_feed_is_told_where_it_may_explain_the_answer() {
    let late = |_: &InsurerNumber| Some(8);
    let told = |coverage| {
        let register = [whose(1, coverage)];
        decide_person(&asked(), &register, late).hints.iter().any(|h| h.code == HintCode::InsurerFeedLate)
    };
    assert!(told(coverage_with(|c| c.disqualification_date = Some(day("20261001")))));
    assert!(!told(coverage()));
}

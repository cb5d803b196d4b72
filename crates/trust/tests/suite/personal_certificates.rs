//! Personal certificates: what is issued is read and fits into one code, and whatever is not what was issued is named.

use domain::code::{InsuredCardClassification, LimitClassification, LimitFlag, PersonalFamily};
use domain::coverage::{ContributionRatio, ElderlyRecipientCertificate, LimitCertificate};
use domain::personal_certificate::Terms;
use domain::{
    BranchNumber, CardNumber, CardSymbol, Coverage, Date, InsurerNumber, Person, PersonalCertificate, Prefecture,
    RegistrationStatus, Sex, StatusIndex, date,
};
use trust::cwt::{CredentialKey, CredentialSigner, CwtError};
use trust::limits::CERTIFICATE_TEXT_CHARS_MAX;
use trust::personal_certificate::{self, CertificateError, Issued, LeftOut, SignError};

fn signer() -> CredentialSigner {
    CredentialSigner::new(&trust::PrivateKey::generate().expect("a key")).expect("a signer")
}

fn day(text: &str) -> Date {
    date::parse(text).expect("a day")
}

fn coverage(change: impl FnOnce(&mut Coverage)) -> Coverage {
    let mut coverage = Coverage {
        insurer_number: InsurerNumber::parse("06139463").expect("an insurer"),
        insurer_name: "東京都情報サービス産業健康保険組合".to_owned(),
        insured_card_symbol: CardSymbol::parse("１２－３４").ok(),
        insured_identification_number: CardNumber::parse("0004260").expect("a number"),
        insured_branch_number: BranchNumber::parse("01").ok(),
        registration_status: RegistrationStatus::Registered,
        insured_card_classification: InsuredCardClassification::General,
        personal_family_classification: Some(PersonalFamily::Dependent),
        insured_name: None,
        person: Person {
            name: "渡邉󠄂　葛󠄀葉".to_owned(),
            name_of_other: None,
            name_kana: Some("ワタナベ　クズハ".to_owned()),
            name_of_other_kana: None,
            sex1: Sex::Female,
            sex2: None,
            birthdate: day("19520505"),
            address: None,
            post_number: None,
        },
        qualification_date: day("20200401"),
        disqualification_date: None,
        reason_of_loss: None,
        insured_certificate_issuance_date: None,
        insured_card_valid_date: None,
        insured_card_expiration_date: None,
        insured_partial_contribution_ratio: Vec::new(),
        elderly_recipient_certificates: Vec::new(),
        limit_application_certificates: Vec::new(),
        specific_diseases_certificates: Vec::new(),
        medical_tickets: Vec::new(),
        status_index: None,
    };
    change(&mut coverage);
    coverage
}

fn certificate(coverage: &Coverage) -> PersonalCertificate {
    let terms = Terms {
        issued_at: "2026-11-22T09:30:00+09:00".parse().expect("a time"),
        valid_from: day("20261122"),
        valid_until: day("20271121"),
        place: StatusIndex::new(Prefecture::of(&coverage.insurer_number), 4_294_967_295),
        with_limit: true,
    };
    PersonalCertificate::of(coverage, terms).expect("a certificate")
}

fn issue(signer: &CredentialSigner, coverage: &Coverage) -> Issued {
    let issued = personal_certificate::issue(signer, &certificate(coverage)).expect("it fits");
    assert!(issued.text.len() <= CERTIFICATE_TEXT_CHARS_MAX);
    issued
}

fn read(text: &str, key: &CredentialKey) -> Result<PersonalCertificate, CertificateError> {
    personal_certificate::read(text, std::slice::from_ref(key))
}

fn with_everything(c: &mut Coverage) {
    let ratio = |percent, start, end| ContributionRatio { percent, start: Some(day(start)), end };
    c.insured_card_classification = InsuredCardClassification::SpecialRetired;
    c.elderly_recipient_certificates = vec![
        ElderlyRecipientCertificate { issued: None, ratio: ratio(20, "20260801", Some(day("20270731"))) },
        ElderlyRecipientCertificate { issued: None, ratio: ratio(30, "20270801", None) },
    ];
    c.limit_application_certificates = vec![LimitCertificate {
        classification: LimitClassification::LimitAndReduction,
        flag: LimitFlag::B05,
        issued: None,
        start: Some(day("20260801")),
        end: None,
        long_term: None,
    }];
}

#[test]
fn what_is_issued_is_read_again_with_everything_that_a_decision_needs() {
    let signer = signer();
    let late = |c: &mut Coverage| {
        c.insurer_number = InsurerNumber::parse("39131156").expect("an insurer");
        c.insured_card_symbol = None;
        c.insured_branch_number = None;
        c.personal_family_classification = None;
        c.insured_partial_contribution_ratio =
            vec![ContributionRatio { percent: 10, start: None, end: Some(day("20270731")) }];
    };
    let six = |c: &mut Coverage| c.insurer_number = InsurerNumber::parse("138057").expect("an insurer");
    let plain = |_: &mut Coverage| {};
    let changes: [&dyn Fn(&mut Coverage); 4] = [&plain, &late, &six, &with_everything];
    for change in changes {
        let issued = issue(&signer, &coverage(|c| change(c)));
        assert_eq!(read(&issued.text, signer.public_key()).as_ref(), Ok(&issued.certificate));
        let symbol = issued.certificate.coverage.insured_card_symbol.as_ref().map(CardSymbol::as_str);
        assert_ne!(symbol, Some("12-34"), "as printed, not folded");
    }
}

#[test]
fn a_name_of_the_usual_length_leaves_nothing_out_and_longer_ones_follow_the_rule() {
    let signer = signer();
    let named = |name: &str, kana: &str, more: bool| {
        let made = coverage(|c| {
            c.person.name = name.to_owned();
            c.person.name_kana = Some(kana.to_owned());
            if more {
                with_everything(c);
            }
        });
        issue(&signer, &made)
    };
    assert_eq!(named("山田　太郎", "ヤマダ　タロウ", false).left_out, []);
    assert_eq!(named("山田　太郎", "ヤマダ　タロウ", true).left_out, [LeftOut::InsurerName]);
    // The longest names that residents' registers are known to hold.
    let kanji = named(
        "寿限無寿限無五劫擦切　長久命長助",
        "ジュゲムジュゲムゴコウノスリキレ　チョウキュウメイノチョウスケ",
        false,
    );
    assert_eq!(kanji.left_out, [LeftOut::InsurerName, LeftOut::Kana]);
    let foreign = named(
        "ＤＯＮＡ　ＭＡＲＩＡ　ＦＲＡＮＣＩＳＣＡ　ＸＡＶＩＥＲ　ＤＥ　ＰＡＵＬＡ",
        "ドナ　マリア　フランシスカ",
        false,
    );
    assert_eq!(foreign.left_out, [LeftOut::InsurerName, LeftOut::Kana, LeftOut::EndOfName]);
    assert!(foreign.certificate.name_is_shortened);
    // In ASCII, as some systems hold them, it is a third.
    let ascii = named("PABLO DIEGO JOSE FRANCISCO DE PAULA JUAN NEPOMUCENO MARIA DE LOS REMEDIOS", "パブロ", false);
    assert_eq!(ascii.left_out, [LeftOut::InsurerName]);
    let extreme = named(&"葛\u{e0100}".repeat(100), &"ク".repeat(200), false);
    let name = extreme.certificate.coverage.person.name.clone();
    assert!(name.ends_with('\u{e0100}'), "a variation selector is not cut off");
    assert_eq!(read(&extreme.text, signer.public_key()).expect("read").coverage.person.name, name);
}

#[test]
fn numbers_that_leave_no_room_are_refused_and_never_cut() {
    let wide = "１".repeat(20);
    let made = coverage(|c| {
        with_everything(c);
        c.insured_card_symbol = CardSymbol::parse(&wide).ok();
        c.insured_identification_number = CardNumber::parse(&wide).expect("a number");
    });
    assert!(matches!(personal_certificate::issue(&signer(), &certificate(&made)), Err(SignError::TooLong)));
    let one = coverage(|c| c.insured_card_symbol = CardSymbol::parse(&wide).ok());
    let issued = issue(&signer(), &one);
    assert_eq!(issued.certificate.coverage.insured_card_symbol.map(|s| s.as_str().to_owned()), Some(wide));
}

#[test]
fn fault_no_changed_character_and_no_cut_end_is_believed() {
    let signer = signer();
    let issued = issue(&signer, &coverage(with_everything));
    for at in 0..issued.text.len() {
        for other in ["A", "0", ":", " ", "a"] {
            let mut changed = issued.text.clone();
            changed.replace_range(at..=at, other);
            if changed != issued.text {
                assert!(read(&changed, signer.public_key()).is_err(), "{at} {other}");
            }
        }
        assert!(read(&issued.text[..at], signer.public_key()).is_err(), "{at} characters");
    }
    assert!(read(&format!("{} ", issued.text), signer.public_key()).is_err());
    assert!(read(&format!("{}00", issued.text), signer.public_key()).is_err());
}

#[test]
fn fault_each_wrong_text_has_its_own_name() {
    use CertificateError::{OtherCode, Text, Token, TooLong};
    let (ours, other) = (signer(), signer());
    let text = issue(&ours, &coverage(|_| {})).text;
    let key = ours.public_key();
    assert_eq!(read("https://example.jp/", key), Err(OtherCode));
    assert_eq!(read("", key), Err(OtherCode));
    assert_eq!(read(&text.to_lowercase(), key), Err(OtherCode));
    assert_eq!(read(&text.replace("TSK1:", "TSK2:"), key), Err(OtherCode));
    assert_eq!(read(&format!("TSK1:{}", "0".repeat(CERTIFICATE_TEXT_CHARS_MAX)), key), Err(TooLong));
    assert_eq!(read("TSK1:abc", key), Err(Text));
    assert_eq!(read("TSK1:", key), Err(Token(CwtError::Damaged)));
    assert_eq!(read(&text[..text.len() / 2], key).map_err(CertificateError::code).err(), Some("certificate-damaged"));
    assert_eq!(read(&text, other.public_key()), Err(Token(CwtError::OtherKey)));
    // A status list is signed by the same key; it is no certificate.
    let times = trust::status_list::Times {
        issued_at: "2026-11-22T00:00:00Z".parse().expect("a time"),
        expires_at: "2026-11-25T00:00:00Z".parse().expect("a time"),
        ttl_s: 60,
    };
    let places = trust::status_list::Places::new(4);
    let list = trust::status_list::sign(&ours, Prefecture::new(13).expect("13"), &places, times).expect("a list");
    assert!(trust::StatusList::read_any(text.as_bytes(), std::slice::from_ref(key)).is_err());
    assert!(list.len() < 300 && list.starts_with(&[0xd2]));
}

#[test]
fn no_text_shows_in_debug() {
    let issued = issue(&signer(), &coverage(|_| {}));
    let shown = format!("{issued:?} {:?}", issued.certificate);
    assert!(!shown.contains("渡邉") && !shown.contains("4260") && !shown.contains(&issued.text[20..40]), "{shown}");
}

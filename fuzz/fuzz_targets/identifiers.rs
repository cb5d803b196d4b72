//! Identifiers and dates: any text is refused or becomes a value whose own text gives the same value.
#![no_main]

use domain::{
    BranchNumber, CardNumber, CardSymbol, InsurerNumber, MedicalInstitutionCode, PersonalNumber, ReferenceNumber, date,
};
use libfuzzer_sys::fuzz_target;

fn stable<T: PartialEq, E>(raw: &str, parse: impl Fn(&str) -> Result<T, E>, text: impl Fn(&T) -> String) {
    if let Ok(value) = parse(raw) {
        let again = parse(&text(&value)).ok().expect("its own text");
        assert!(again == value);
    }
}

fuzz_target!(|raw: &str| {
    stable(raw, InsurerNumber::parse, ToString::to_string);
    stable(raw, |raw| InsurerNumber::parse(raw), |number| number.padded());
    stable(raw, CardSymbol::parse, ToString::to_string);
    if let Ok(symbol) = CardSymbol::parse(raw)
        // The canonical form may be longer than what a card may print: ⒌ is two characters in it.
        && let Ok(canonical) = CardSymbol::parse(symbol.canonical())
    {
        assert!(canonical == symbol);
    }
    stable(raw, CardNumber::parse, ToString::to_string);
    stable(raw, BranchNumber::parse, ToString::to_string);
    stable(raw, MedicalInstitutionCode::parse, ToString::to_string);
    stable(raw, ReferenceNumber::parse, ToString::to_string);
    stable(raw, PersonalNumber::parse, |number| number.expose().iter().map(|digit| char::from(*digit)).collect());
    stable(raw, date::parse, |day| date::format(*day));
    let canonical = domain::text::canonical_card_text(raw);
    assert_eq!(domain::text::canonical_card_text(&canonical), canonical);
    let _ = wire::oqs::FileName::parse(raw);
});

//! Serial numbers: four bytes that look drawn and lead back to the certificate.
//!
//! The n-th certificate gets its number by a permutation of n, another one in each generation. So no two certificates of a
//! generation share a number, the same number stands for different people in different generations, as in reality, and a
//! responder knows from the number alone whether it was ever given.

use trust::jpki::CertificateSerial;

use super::plan::Generation;
use crate::limits;

/// Numbers below it would have three bytes.
const FIRST: u64 = 0x0100_0000;
/// How many numbers a generation can give. FIRST + COUNT stays below 2^31, so that every number has four bytes and is
/// positive in them.
const COUNT: u64 = 2_000_000_000;
/// Primes that do not divide [`COUNT`], which is 2^10 · 5^9, one a generation.
const MULTIPLIERS: [u64; 3] = [982_451_653, 715_225_739, 472_882_027];

const _: () = assert!(
    limits::PEOPLE_MAX as u64 * limits::JPKI_ISSUES_MAX as u64 <= COUNT && FIRST + COUNT < 1 << 31,
    "every certificate that may be issued has a number of its own in four bytes"
);

/// Which certificate of which person, counted from 0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Issue {
    pub(super) person: u32,
    pub(super) issue: u32,
}

/// The serial number of a certificate.
pub(super) fn of(seed: u64, generation: Generation, Issue { person, issue }: Issue) -> CertificateSerial {
    let nth = u64::from(person) * u64::from(limits::JPKI_ISSUES_MAX) + u64::from(issue);
    let place = (nth * multiplier(generation) + offset(seed)) % COUNT;
    let number = ((FIRST + place) as u32).to_be_bytes();
    CertificateSerial::from_bytes(&number).expect("FIRST is above zero")
}

/// The certificate that would have this serial number; none when no certificate can.
pub(super) fn read(seed: u64, generation: Generation, serial: CertificateSerial) -> Option<Issue> {
    let number = u64::from(u32::from_be_bytes(serial.as_bytes().try_into().ok()?));
    let place = number.checked_sub(FIRST).filter(|place| *place < COUNT)?;
    // Both factors are below 2^31, so the product fits.
    let nth = (place + COUNT - offset(seed)) % COUNT * inverse(multiplier(generation)) % COUNT;
    let issues = u64::from(limits::JPKI_ISSUES_MAX);
    let person = u32::try_from(nth / issues).ok()?;
    Some(Issue { person, issue: (nth % issues) as u32 })
}

fn multiplier(generation: Generation) -> u64 {
    MULTIPLIERS[generation as usize]
}

fn offset(seed: u64) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % COUNT
}

/// The factor that undoes `multiplier`, modulo [`COUNT`]: the extended Euclidean algorithm.
fn inverse(multiplier: u64) -> u64 {
    let (mut left, mut right) = (COUNT.cast_signed(), multiplier.cast_signed());
    let (mut of_left, mut of_right) = (0_i64, 1_i64);
    while right != 0 {
        let times = left / right;
        (left, right) = (right, left - times * right);
        (of_left, of_right) = (of_right, of_left - times * of_right);
    }
    of_left.rem_euclid(COUNT.cast_signed()).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn serial_numbers_have_four_bytes_and_lead_back() {
        for generation in Generation::ALL {
            let mut seen = HashSet::new();
            for person in (0..3000).chain([limits::PEOPLE_MAX - 1]) {
                for issue in [0, 1, limits::JPKI_ISSUES_MAX - 1] {
                    let this = Issue { person, issue };
                    let serial = of(7, generation, this);
                    assert_eq!(serial.as_bytes().len(), 4);
                    assert!(seen.insert(serial), "given twice");
                    assert_eq!(read(7, generation, serial), Some(this));
                }
            }
        }
    }

    #[test]
    fn a_number_stands_for_different_people_in_different_generations() {
        let serial = of(7, Generation::Second, Issue { person: 5, issue: 0 });
        assert_ne!(read(7, Generation::Third, serial), Some(Issue { person: 5, issue: 0 }));
    }

    #[test]
    fn a_number_outside_the_space_was_never_given() {
        for bytes in [&[1][..], &[0xff, 0xff, 0xff], &[0x7f, 0xff, 0xff, 0xff], &[1, 2, 3, 4, 5]] {
            let serial = CertificateSerial::from_bytes(bytes).expect("a serial number");
            assert_eq!(read(7, Generation::First, serial), None);
        }
    }
}

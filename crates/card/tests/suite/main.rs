//! Proves on the virtual card, without a reader between: that it answers as the public descriptions of the card say, that
//! a session reads it and lets go of it, and that each fault has its code and its sentences.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faithful;
mod faults;
mod readers;
mod session;
#[path = "../support/mod.rs"]
mod support;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use card::virtual_card::{Form, VirtualCard};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// A card of the made-up person, fresh from the municipality.
fn fresh(form: Form) -> VirtualCard {
    VirtualCard::new(&support::content(form)).unwrap()
}

/// Hexadecimal, in capitals, as transcripts have it.
fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    digits.concat()
}

/// Whether a library that shares no line with the card accepts its signature under its certificate.
fn is_signed(certificate: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (_, certificate) = X509Certificate::from_der(certificate).unwrap();
    let key = &certificate.tbs_certificate.subject_pki.subject_public_key.data;
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, signature).is_ok()
}

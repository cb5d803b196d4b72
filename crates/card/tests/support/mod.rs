//! A made-up person and their card: keys and certificates made on the spot in the shape that JPKI certificates have, and
//! thrown away with the test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::OnceLock;

use card::virtual_card::{CardContent, Credential, Face, Form, Secrets};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, RsaKeySize, SerialNumber, date_time_ymd,
};

pub const PIN: &str = "1234";
pub const PASSWORD: &str = "ABC123";

/// Critical certificatePolicies with the policy of a test card for user authentication, 1.2.392.200149.8.5.1.0.30.
const USER_POLICY: &[u8] =
    &[0x30, 0x0F, 0x30, 0x0D, 0x06, 0x0B, 0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x1E];
/// The same for digital signature, 1.2.392.200149.8.5.1.0.20.
const SIGNING_POLICY: &[u8] =
    &[0x30, 0x0F, 0x30, 0x0D, 0x06, 0x0B, 0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x14];
const CERTIFICATE_POLICIES: &[u64] = &[2, 5, 29, 32];

/// The person's card, or phone. The keys are made once in a process, for making them is slow.
pub fn content(form: Form) -> CardContent {
    static CONTENT: OnceLock<CardContent> = OnceLock::new();
    CardContent { form, ..CONTENT.get_or_init(make).clone() }
}

fn make() -> CardContent {
    let user = credential("user authentication", USER_POLICY, &[KeyUsagePurpose::DigitalSignature]);
    let both = [KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    let signing = credential("digital signature", SIGNING_POLICY, &both);
    let text = |digits: &str| digits.to_owned();
    CardContent {
        form: Form::Card,
        user,
        signing: Some(signing),
        secrets: Secrets {
            user_pin: text(PIN),
            signing_password: text(PASSWORD),
            text_pin: text("5678"),
            resident_pin: text("9012"),
        },
        face: Face {
            name: text("見本　花子"),
            address: text("見本県見本市見本町一丁目１番１号"),
            birth: "1980-02-17".parse().unwrap(),
            sex: '2',
            expires: "2035-02-17".parse().unwrap(),
            security_code: text("2285"),
            // Not a picture: the card does not look into it. Of no round length, so that pieces do not fit by chance.
            photo: (0..5_003_u32).map(|index| u8::try_from(index % 251).unwrap()).collect(),
        },
        terminal_authority: None,
    }
}

fn credential(what: &str, policy: &[u8], usages: &[KeyUsagePurpose]) -> Credential {
    let rsa = || KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let mut authority = CertificateParams::default();
    authority.distinguished_name =
        name(&[DnType::OrganizationName, DnType::OrganizationalUnitName], &["JPKI-TEST", &format!("JPKI for {what}")]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let (authority_key, key) = (rsa(), rsa());
    let ca = authority.self_signed(&authority_key).unwrap().der().to_vec();

    let mut leaf = CertificateParams::default();
    leaf.distinguished_name = name(&[DnType::CommonName], &["00000000000000000000001"]);
    leaf.serial_number = Some(SerialNumber::from(0x0022_7B13_u64));
    leaf.not_before = date_time_ymd(2025, 2, 17);
    leaf.not_after = date_time_ymd(2030, 2, 17);
    leaf.key_usages = usages.to_vec();
    if usages.len() == 1 {
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    }
    leaf.use_authority_key_identifier_extension = true;
    let mut policies = CustomExtension::from_oid_content(CERTIFICATE_POLICIES, policy.to_vec());
    policies.set_criticality(true);
    leaf.custom_extensions = vec![policies];
    let certificate = leaf.signed_by(&key, &Issuer::new(authority, &authority_key)).unwrap().der().to_vec();
    Credential { certificate, private_key: key.serialize_der(), ca }
}

fn name(types: &[DnType], values: &[&str]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString("JP".try_into().unwrap()));
    for (part, value) in types.iter().zip(values) {
        name.push(part.clone(), *value);
    }
    name
}

//! Proves that messages are written in the order of the layout, read back as they were, and told as the tables say.

mod common;

use common::{SHIFT_JIS, answer, request_header, search, some, text_of};
use proptest::prelude::*;
use uuid::Uuid;
use wire::api::{
    Basis, FieldError, Hint, MedicalTicketInfo, ReferenceNumberAnswer, ReferenceNumberRegistrationInfo,
    ResultOfQualificationConfirmation, SearchInfo, Verdict,
};
use wire::oqs::{
    Asked, CheckQuestion, CheckResult, EncodingPolicy, Group, Message, MessageHeader, OutputEncoding,
    RegistrationRequest, RegistrationResult, Told, Value, read, write, write_check_failure, write_check_result,
    write_check_unreadable, write_registration_refused, write_registration_result,
};

#[test]
fn a_request_is_written_in_the_order_of_the_layout_with_the_insurer_padded() {
    let body = CheckQuestion { search_info: Some(search()) };
    let written = write(&request_header(), &body, SHIFT_JIS);
    insta::assert_snapshot!(text_of(&written.bytes, SHIFT_JIS), @r#"
    <?xml version="1.0" encoding="Shift_JIS" standalone="no"?>
    <XmlMsg>
      <MessageHeader>
        <QualificationConfirmationDate>20261122</QualificationConfirmationDate>
        <MedicalInstitutionCode>1312345670</MedicalInstitutionCode>
        <ArbitraryFileIdentifier>20261122180000001-PC1</ArbitraryFileIdentifier>
      </MessageHeader>
      <MessageBody>
        <QualificationConfirmSearchInfo>
          <InsurerNumber>  133066</InsurerNumber>
          <InsuredCardSymbol>医国１２３</InsuredCardSymbol>
          <InsuredIdentificationNumber>０１２３‐００１</InsuredIdentificationNumber>
          <InsuredBranchNumber>01</InsuredBranchNumber>
          <Birthdate>19800401</Birthdate>
          <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
          <ArbitraryIdentifier>A&lt;B&gt;&amp;&quot;&apos;1</ArbitraryIdentifier>
        </QualificationConfirmSearchInfo>
      </MessageBody>
    </XmlMsg>
    "#);
}

#[test]
fn a_result_is_written_in_utf_8_with_every_variant_kept() {
    let header = request_header();
    let asked = Asked { header: &header, process_execution_time: "20261122180000" };
    let written = write_check_result(&asked, &answer(Verdict::Valid), OutputEncoding::Utf8);
    assert_eq!(written.folds, []);
    insta::assert_snapshot!(text_of(&written.bytes, OutputEncoding::Utf8), @r#"
    <?xml version="1.0" encoding="UTF-8" standalone="no"?>
    <XmlMsg>
      <MessageHeader>
        <ProcessExecutionTime>20261122180001</ProcessExecutionTime>
        <QualificationConfirmationDate>20261122</QualificationConfirmationDate>
        <MedicalInstitutionCode>1312345670</MedicalInstitutionCode>
        <ArbitraryFileIdentifier>20261122180000001-PC1</ArbitraryFileIdentifier>
        <ReferenceClassification>2</ReferenceClassification>
        <SegmentOfResult>1</SegmentOfResult>
        <CharacterCodeIdentifier>0</CharacterCodeIdentifier>
      </MessageHeader>
      <MessageBody>
        <ProcessingResultStatus>1</ProcessingResultStatus>
        <QualificationValidity>1</QualificationValidity>
        <QualificationConfirmSearchInfo>
          <InsurerNumber>  133066</InsurerNumber>
          <InsuredCardSymbol>医国１２３</InsuredCardSymbol>
          <InsuredIdentificationNumber>０１２３‐００１</InsuredIdentificationNumber>
          <InsuredBranchNumber>01</InsuredBranchNumber>
          <Birthdate>19800401</Birthdate>
          <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
          <ArbitraryIdentifier>A&lt;B&gt;&amp;&quot;&apos;1</ArbitraryIdentifier>
        </QualificationConfirmSearchInfo>
        <ResultList>
          <ResultOfQualificationConfirmation>
            <InsuredCardClassification>01</InsuredCardClassification>
            <InsurerNumber>  133066</InsurerNumber>
            <InsuredIdentificationNumber>1001</InsuredIdentificationNumber>
            <Name>𠮷田　花子</Name>
            <NameKana>ﾖｼﾀﾞ ﾊﾅｺ</NameKana>
            <Sex1>2</Sex1>
            <Birthdate>19800401</Birthdate>
            <QualificationDate>20200401</QualificationDate>
            <InsurerName>東京都国民健康保険組合</InsurerName>
            <ElderlyRecipientCertificateInfo>
              <ElderlyRecipientContributionRatio>020</ElderlyRecipientContributionRatio>
            </ElderlyRecipientCertificateInfo>
            <LimitApplicationCertificateRelatedInfo>
              <LimitApplicationCertificateClassificationFlag>A03</LimitApplicationCertificateClassificationFlag>
            </LimitApplicationCertificateRelatedInfo>
            <SpecificDiseasesCertificateList>
              <SpecificDiseasesCertificateInfo>
                <SpecificDiseasesDiseaseCategory>1</SpecificDiseasesDiseaseCategory>
              </SpecificDiseasesCertificateInfo>
            </SpecificDiseasesCertificateList>
            <PublicExpenseResultList>
              <MedicalTicketInfo>
                <TicketType>01</TicketType>
                <StatusOfInfecton>02</StatusOfInfecton>
              </MedicalTicketInfo>
            </PublicExpenseResultList>
            <ReferenceNumber>24434</ReferenceNumber>
          </ResultOfQualificationConfirmation>
        </ResultList>
      </MessageBody>
    </XmlMsg>
    "#);
}

#[test]
fn a_result_in_shift_jis_tells_what_was_folded_and_hands_the_original_over() {
    let header = request_header();
    let asked = Asked { header: &header, process_execution_time: "20261122180000" };
    let written = write_check_result(&asked, &answer(Verdict::Valid), SHIFT_JIS);
    let message = read::<CheckResult>(written.bytes.as_slice(), EncodingPolicy::Declared).expect("our own");
    assert_eq!(message.body.processing_result_status.as_deref(), Some("1"));
    assert_eq!(message.body.processing_result_code.as_deref(), Some("TSK-I-CHARACTER-FOLDED"));
    assert_eq!(
        message.body.processing_result_message.as_deref(),
        Some(
            "この文字コードにない文字を置き換えて出力しました（U+20BB7→「吉」）。元の字は資格確認端末の画面で確認できます。"
        )
    );
    assert_eq!(message.body.result_list[0].name.as_deref(), Some("吉田　花子"));
    assert_eq!(message.header.character_code_identifier.as_deref(), Some("1"));
    let fold = &written.folds[0];
    assert_eq!((fold.element, fold.fold.original.as_str(), fold.fold.written.as_str()), ("Name", "𠮷", "吉"));
}

#[test]
fn every_verdict_has_its_validity_and_hints_are_told_without_being_errors() {
    let header = request_header();
    let asked = Asked { header: &header, process_execution_time: "20261122180000" };
    for (verdict, validity) in [
        (Verdict::Valid, Some("1")),
        (Verdict::Invalid, Some("2")),
        (Verdict::InvalidNewCoverageExists, Some("3")),
        (Verdict::NotFound, Some("4")),
        (Verdict::Multiple, Some("5")),
        (Verdict::ValidUnregistered, Some("6")),
        (Verdict::Undetermined, None),
    ] {
        let mut answer = answer(verdict);
        answer.result_list.clear();
        answer.hints = vec![
            Hint {
                code: "birthdate_differs".to_owned(),
                field: some("Birthdate"),
                message: "生年月日がちがいます。".to_owned(),
                message_en: "The birth date differs.".to_owned(),
            },
            Hint {
                code: "branch_missing".to_owned(),
                field: None,
                message: "枝番。".to_owned(),
                message_en: String::new(),
            },
        ];
        let written = write_check_result(&asked, &answer, OutputEncoding::Utf8);
        let message: Message<CheckResult> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("our own");
        assert_eq!(message.body.qualification_validity.as_deref(), validity, "{verdict:?}");
        if validity.is_some() {
            assert_eq!(message.header.segment_of_result.as_deref(), Some("1"));
            assert_eq!(message.body.processing_result_status.as_deref(), Some("1"));
            assert_eq!(message.body.processing_result_code.as_deref(), Some("TSK-H-BIRTHDATE-DIFFERS"));
            assert_eq!(message.body.processing_result_message.as_deref(), Some("生年月日がちがいます。 枝番。"));
        } else {
            assert_eq!(message.header.segment_of_result.as_deref(), Some("9"));
            assert_eq!(message.header.error_code.as_deref(), Some("TSK-E-UNDETERMINED"));
        }
    }
}

#[test]
fn an_answer_from_a_copy_says_how_old_it_is() {
    let header = request_header();
    let asked = Asked { header: &header, process_execution_time: "20261122180000" };
    let mut answer = answer(Verdict::Valid);
    answer.basis = Basis::SignedCopy;
    answer.as_of = "2026-11-21T20:00:00Z".parse().expect("a time");
    let written = write_check_result(&asked, &answer, OutputEncoding::Utf8);
    let message: Message<CheckResult> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("our own");
    assert_eq!(message.body.processing_result_code.as_deref(), Some("TSK-I-SIGNED-COPY"));
    assert_eq!(
        message.body.processing_result_message.as_deref(),
        Some("回線不通のため、2026年11月22日 05時00分に確認した結果です。")
    );
}

#[test]
fn what_cannot_be_read_is_an_error_of_that_person_and_what_cannot_be_done_of_the_file() {
    let header = request_header();
    let asked = Asked { header: &header, process_execution_time: "20261122180000" };
    let errors = [FieldError {
        field: "InsurerNumber".to_owned(),
        code: "insurer_check_digit".to_owned(),
        message: "保険者番号。".to_owned(),
        message_en: String::new(),
    }];
    let written = write_check_unreadable(&asked, &errors, &search(), SHIFT_JIS);
    let message: Message<CheckResult> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("our own");
    assert_eq!(message.header.segment_of_result.as_deref(), Some("1"));
    assert_eq!(message.body.processing_result_status.as_deref(), Some("2"));
    assert_eq!(message.body.processing_result_code.as_deref(), Some("TSK-E-INSURER-CHECK-DIGIT"));
    assert_eq!(message.body.qualification_validity, None);

    let told = Told { code: "TSK-E-FACILITY-MISMATCH".to_owned(), message: "医療機関コード。".to_owned() };
    let written = write_check_failure(&asked, &told, None, SHIFT_JIS);
    let message: Message<CheckResult> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("our own");
    assert_eq!(message.header.segment_of_result.as_deref(), Some("9"));
    assert_eq!(message.header.error_code.as_deref(), Some("TSK-E-FACILITY-MISMATCH"));
}

#[test]
fn a_registration_goes_through_both_files() {
    let info = ReferenceNumberRegistrationInfo {
        reference_number: "24434".to_owned(),
        insurer_number: "  133066".to_owned(),
        insured_identification_number: "1001".to_owned(),
        ..ReferenceNumberRegistrationInfo::default()
    };
    let mut header = request_header();
    header.qualification_confirmation_date = None;
    let written = write(&header, &RegistrationRequest { registration_info: Some(info.clone()) }, SHIFT_JIS);
    let request: Message<RegistrationRequest> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("003");
    assert_eq!(request.body.registration_info.as_ref(), Some(&info));

    let asked = Asked { header: &request.header, process_execution_time: "20261122180000" };
    let answer = ReferenceNumberAnswer {
        process_execution_time: "20261122180001".to_owned(),
        medical_institution_code: "1312345670".to_owned(),
        arbitrary_file_identifier: None,
        request_id: Uuid::from_u128(7),
        reference_number_registration_info: info.clone(),
    };
    let written = write_registration_result(&asked, &answer, OutputEncoding::Utf8);
    insta::assert_snapshot!(text_of(&written.bytes, OutputEncoding::Utf8), @r#"
    <?xml version="1.0" encoding="UTF-8" standalone="no"?>
    <XmlMsg>
      <MessageHeader>
        <ProcessExecutionTime>20261122180001</ProcessExecutionTime>
        <MedicalInstitutionCode>1312345670</MedicalInstitutionCode>
        <ArbitraryFileIdentifier>20261122180000001-PC1</ArbitraryFileIdentifier>
        <SegmentOfResult>1</SegmentOfResult>
        <CharacterCodeIdentifier>0</CharacterCodeIdentifier>
      </MessageHeader>
      <MessageBody>
        <ReferenceNumberRegistrationInfo>
          <ReferenceNumber>24434</ReferenceNumber>
          <InsurerNumber>  133066</InsurerNumber>
          <InsuredIdentificationNumber>1001</InsuredIdentificationNumber>
        </ReferenceNumberRegistrationInfo>
        <ProcessingResultStatus>1</ProcessingResultStatus>
      </MessageBody>
    </XmlMsg>
    "#);

    let told = Told {
        code: "TSK-E-PATIENT-NOT-FOUND".to_owned(), message: "該当する資格がありません。".to_owned()
    };
    let written = write_registration_refused(&asked, &told, &info, SHIFT_JIS);
    let refused: Message<RegistrationResult> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("004");
    assert_eq!(refused.body.processing_result_status.as_deref(), Some("2"));
    assert_eq!(refused.body.processing_result_code.as_deref(), Some("TSK-E-PATIENT-NOT-FOUND"));
}

#[test]
fn the_three_shapes_of_the_disease_list_are_one_list() {
    let entry = |n: u8| format!("<SpecificDiseasesDiseaseCategory>{n}</SpecificDiseasesDiseaseCategory>");
    let info = |n: u8| format!("<SpecificDiseasesCertificateInfo>{}</SpecificDiseasesCertificateInfo>", entry(n));
    let list = |inner: &str| format!("<SpecificDiseasesCertificateList>{inner}</SpecificDiseasesCertificateList>");
    for shape in [
        list(&[info(1), info(2)].concat()),
        [list(&entry(1)), list(&entry(2))].concat(),
        [list(&format!("<Other/>{}", entry(1))), list(&entry(2))].concat(),
    ] {
        let file = format!(
            "<XmlMsg><MessageHeader/><MessageBody><ResultList><ResultOfQualificationConfirmation>{shape}\
             </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>"
        );
        let message: Message<CheckResult> = read(file.as_bytes(), EncodingPolicy::Declared).expect("read");
        let found: Vec<_> = message.body.result_list[0]
            .specific_diseases_certificate_list
            .iter()
            .map(|d| d.specific_diseases_disease_category.as_deref())
            .collect();
        assert_eq!(found, [Some("1"), Some("2")], "{shape}");
    }
    let mixed = [list(&info(1)), list(&info(2))].concat();
    let file = format!(
        "<XmlMsg><MessageHeader/><MessageBody><ResultList><ResultOfQualificationConfirmation>{mixed}\
         </ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>"
    );
    assert!(read::<CheckResult>(file.as_bytes(), EncodingPolicy::Declared).is_err());
}

/// JSON members and XML elements of a record are the same names in the same order.
#[test]
fn json_and_xml_agree_on_every_name_and_its_place() {
    fn names(group: &mut dyn Group) -> Vec<String> {
        let all = group.names();
        (0..all.len())
            .filter(|index| {
                match group.slot(*index) {
                    wire::oqs::Slot::Text(text) => *text = "x".to_owned(),
                    wire::oqs::Slot::Optional(text) => *text = some("x"),
                    wire::oqs::Slot::List(list, _) | wire::oqs::Slot::Repeated(list) => {
                        list.add();
                    }
                    wire::oqs::Slot::Group(_) | wire::oqs::Slot::None => {}
                }
                !matches!(group.value(*index), Value::Absent)
            })
            .map(|index| all[index].to_owned())
            .collect()
    }
    fn members(json: &impl serde::Serialize) -> Vec<String> {
        let text = serde_json::to_string(json).expect("JSON");
        // Members of the outermost object, in the order written.
        let mut depth = 0;
        let mut found = Vec::new();
        for piece in text.split_inclusive(['{', '}', '[', ']', ',', ':']) {
            if depth == 1 && piece.ends_with(':') {
                found.push(piece.trim_matches(['"', ':', ',']).to_owned());
            }
            match piece.as_bytes().last() {
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth -= 1,
                _ => {}
            }
        }
        found
    }
    let mut record = ResultOfQualificationConfirmation::default();
    assert_eq!(names(&mut record), members(&record));
    let mut ticket = MedicalTicketInfo::default();
    assert_eq!(names(&mut ticket), members(&ticket));
    let mut search = SearchInfo::default();
    assert_eq!(names(&mut search), members(&search));
    let mut info = ReferenceNumberRegistrationInfo::default();
    assert_eq!(names(&mut info), members(&info));
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[a-zA-Z0-9<>&\"' ぁ-んァ-ヶ亜-熙髙﨑①㈱　]{1,20}")
}

/// Fills the texts of a group, and of the groups in it, from the pool.
fn fill(group: &mut dyn Group, pool: &mut dyn Iterator<Item = Option<String>>) {
    for index in 0..group.names().len() {
        let is_kana = group.names()[index].ends_with("Kana");
        match group.slot(index) {
            wire::oqs::Slot::Text(text) => *text = pool.next().flatten().unwrap_or_default(),
            // These two are written in a shape of their own.
            wire::oqs::Slot::Optional(text) if is_kana => *text = some("ﾃｽﾄ ﾀﾛｳ"),
            wire::oqs::Slot::Optional(text) => *text = pool.next().flatten(),
            wire::oqs::Slot::Group(inner) => fill(inner, pool),
            wire::oqs::Slot::List(list, _) | wire::oqs::Slot::Repeated(list) => fill(list.add(), pool),
            wire::oqs::Slot::None => {}
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_in_both_encodings(pool in proptest::collection::vec(any_text(), 120), sjis in any::<bool>()) {
        let encoding = if sjis { SHIFT_JIS } else { OutputEncoding::Utf8 };
        let mut pool = pool.into_iter();
        let mut body = CheckResult::default();
        fill(&mut body, &mut pool);
        let pad = |number: &str| format!("{number:>8}");
        if let Some(search) = &mut body.search_info {
            search.insurer_number = pad(&search.insurer_number);
        }
        for record in &mut body.result_list {
            record.insurer_number = record.insurer_number.as_deref().map(pad);
        }
        let written = write(&MessageHeader::default(), &body, encoding);
        // Characters without a place in CP932 are folded and so do not come back; the pool has few of them.
        prop_assume!(written.folds.is_empty());
        let message = read::<CheckResult>(written.bytes.as_slice(), EncodingPolicy::Declared);
        prop_assert!(message.is_ok(), "{:?}", message.map(|_| ()));
        let message = message.unwrap();
        prop_assert!(message.body == body);
        prop_assert_eq!(message.warning_count, 0);
    }

    #[test]
    fn no_text_breaks_the_file(name in any::<String>(), sjis in any::<bool>()) {
        let encoding = if sjis { SHIFT_JIS } else { OutputEncoding::Utf8 };
        let mut body = CheckResult::default();
        body.result_list.push(ResultOfQualificationConfirmation { name: Some(name.clone()), ..Default::default() });
        let written = write(&MessageHeader::default(), &body, encoding);
        prop_assert!(!text_of(&written.bytes, encoding).contains("&#"));
        prop_assert!(read::<CheckResult>(written.bytes.as_slice(), EncodingPolicy::Declared).is_ok());
    }

    #[test]
    fn no_bytes_panic_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read::<CheckResult>(bytes.as_slice(), EncodingPolicy::Declared);
    }
}

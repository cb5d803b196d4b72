//! Proves that the four files of a bulk check say what they must, and that many people pass one at a time.

mod common;

use common::{SHIFT_JIS, answer, request_header, search, some, text_of};
use wire::api::{BulkReception, BulkStatus, BulkUnit, CheckResponse, Proof, SearchInfo, Verdict};
use wire::oqs::{
    Asked, BulkConfirmUnit, BulkItem, BulkReader, BulkWriter, DownloadRequest, Encoding, EncodingPolicy, Message,
    OutputEncoding, Reception, bulk_result_header, confirm_unit, read, read_bulk_header, write, write_bulk_processing,
    write_reception,
};

#[test]
fn a_bulk_request_is_read_as_it_was_written() {
    let mut upload = BulkWriter::<_, SearchInfo>::new(Vec::new(), &request_header(), SHIFT_JIS).expect("written");
    for number in 0..3 {
        upload.unit(&SearchInfo { arbitrary_identifier: Some(format!("x_{number}_1")), ..search() }).expect("written");
    }
    let upload = upload.finish().expect("written");
    let (header, encoding) = read_bulk_header(upload.as_slice(), EncodingPolicy::Declared).expect("005");
    assert_eq!((header.clone(), encoding), (request_header(), Encoding::ShiftJis));
    let mut reader = BulkReader::<_, SearchInfo>::new(upload.as_slice(), EncodingPolicy::Declared).expect("005");
    let mut questions = Vec::new();
    while let Some(item) = reader.next_unit().expect("005") {
        let BulkItem::Good(mut found) = item else { panic!("good") };
        found.insurer_number = found.insurer_number.trim().to_owned();
        questions.push(found);
    }
    assert_eq!(questions.len(), 3);
    assert_eq!(questions[2], SearchInfo { arbitrary_identifier: some("x_2_1"), ..search() });
}

#[test]
fn a_reception_number_goes_back_and_forth() {
    let header = request_header();
    let asked = Asked { header: &header, process_execution_time: "20261122180000" };
    let reception =
        BulkReception { reception_number: "R-1".to_owned(), reception_date_time: "20261122180000".to_owned() };
    let written = write_reception(&asked, &reception, OutputEncoding::Utf8);
    let received: Message<Reception> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("006");
    assert_eq!(received.body.reception_number.as_deref(), Some("R-1"));
    let request = DownloadRequest { reception_number: received.body.reception_number };
    let written = write(&request_header(), &request, SHIFT_JIS);
    let request: Message<DownloadRequest> = read(written.bytes.as_slice(), EncodingPolicy::Declared).expect("007");
    assert_eq!(request.body.reception_number.as_deref(), Some("R-1"));
}

/// An answered unit and one that could not be read.
fn units() -> [BulkUnit; 2] {
    let json = serde_json::value::to_raw_value(&answer(Verdict::Valid)).expect("JSON");
    let proof = Proof { proof_number: String::new(), event: String::new(), receipt: String::new() };
    [
        BulkUnit {
            search_info: search(),
            processing_result_status: "1".to_owned(),
            processing_result_code: None,
            processing_result_message: None,
            response: Some(CheckResponse { answer: json, proof }),
        },
        BulkUnit {
            search_info: search(),
            processing_result_status: "2".to_owned(),
            processing_result_code: some("TSK-E-CHARACTER"),
            processing_result_message: some("記号に使えない文字があります。"),
            response: None,
        },
    ]
}

#[test]
fn a_bulk_result_holds_the_short_form_of_every_answer() {
    let header = request_header();
    let asked = Asked { header: &header, process_execution_time: "20261122180000" };
    let written = write_bulk_processing(&asked, "R-1", SHIFT_JIS);
    assert!(text_of(&written.bytes, SHIFT_JIS).contains("<SegmentOfResult>2</SegmentOfResult>"));
    let status = BulkStatus {
        reception_number: "R-1".to_owned(),
        state: wire::api::BulkState::Done,
        number_of_processing_result: 2,
        number_of_normal_processing: 1,
        number_of_error: 1,
    };
    let units = units();
    let mut download = BulkWriter::new(Vec::new(), &bulk_result_header(&asked, &status), SHIFT_JIS).expect("written");
    for unit in &units {
        download.unit(&confirm_unit(unit, SHIFT_JIS).expect("an answer")).expect("written");
    }
    let download = download.finish().expect("written");
    insta::assert_snapshot!(text_of(&download, SHIFT_JIS), @r#"
    <?xml version="1.0" encoding="Shift_JIS" standalone="no"?>
    <XmlMsg>
      <MessageHeader>
        <ProcessExecutionTime>20261122180000</ProcessExecutionTime>
        <QualificationConfirmationDate>20261122</QualificationConfirmationDate>
        <MedicalInstitutionCode>1312345670</MedicalInstitutionCode>
        <ArbitraryFileIdentifier>20261122180000001-PC1</ArbitraryFileIdentifier>
        <ReceptionNumber>R-1</ReceptionNumber>
        <SegmentOfResult>1</SegmentOfResult>
        <NumberOfProcessingResult>2</NumberOfProcessingResult>
        <NumberOfNormalProcessing>1</NumberOfNormalProcessing>
        <NumberOfError>1</NumberOfError>
        <CharacterCodeIdentifier>1</CharacterCodeIdentifier>
      </MessageHeader>
      <MessageBody>
        <BulkConfirmUnit>
          <QualificationConfirmSearchInfo>
            <InsurerNumber>  133066</InsurerNumber>
            <InsuredCardSymbol>医国１２３</InsuredCardSymbol>
            <InsuredIdentificationNumber>０１２３‐００１</InsuredIdentificationNumber>
            <InsuredBranchNumber>01</InsuredBranchNumber>
            <Birthdate>19800401</Birthdate>
            <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
            <ArbitraryIdentifier>A&lt;B&gt;&amp;&quot;&apos;1</ArbitraryIdentifier>
          </QualificationConfirmSearchInfo>
          <ProcessingResultStatus>1</ProcessingResultStatus>
          <ProcessingResultCode>TSK-I-CHARACTER-FOLDED</ProcessingResultCode>
          <ProcessingResultMessage>この文字コードにない文字を置き換えて出力しました（U+20BB7→「吉」）。元の字は資格確認端末の画面で確認できます。</ProcessingResultMessage>
          <QualificationValidity>1</QualificationValidity>
          <ResultOfQualificationConfirmation>
            <InsuredCardClassification>01</InsuredCardClassification>
            <InsurerNumber>  133066</InsurerNumber>
            <InsuredIdentificationNumber>1001</InsuredIdentificationNumber>
            <Name>吉田　花子</Name>
            <NameKana>ﾖｼﾀﾞ ﾊﾅｺ</NameKana>
            <Sex1>2</Sex1>
            <Birthdate>19800401</Birthdate>
            <InsurerName>東京都国民健康保険組合</InsurerName>
            <ElderlyRecipientCertificateInfo>
              <ElderlyRecipientContributionRatio>020</ElderlyRecipientContributionRatio>
            </ElderlyRecipientCertificateInfo>
            <LimitApplicationCertificateChanged>1</LimitApplicationCertificateChanged>
          </ResultOfQualificationConfirmation>
          <ReferenceNumber>24434</ReferenceNumber>
        </BulkConfirmUnit>
        <BulkConfirmUnit>
          <QualificationConfirmSearchInfo>
            <InsurerNumber>  133066</InsurerNumber>
            <InsuredCardSymbol>医国１２３</InsuredCardSymbol>
            <InsuredIdentificationNumber>０１２３‐００１</InsuredIdentificationNumber>
            <InsuredBranchNumber>01</InsuredBranchNumber>
            <Birthdate>19800401</Birthdate>
            <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
            <ArbitraryIdentifier>A&lt;B&gt;&amp;&quot;&apos;1</ArbitraryIdentifier>
          </QualificationConfirmSearchInfo>
          <ProcessingResultStatus>2</ProcessingResultStatus>
          <ProcessingResultCode>TSK-E-CHARACTER</ProcessingResultCode>
          <ProcessingResultMessage>記号に使えない文字があります。</ProcessingResultMessage>
        </BulkConfirmUnit>
      </MessageBody>
    </XmlMsg>
    "#);

    let mut reader = BulkReader::<_, BulkConfirmUnit>::new(download.as_slice(), EncodingPolicy::Declared).expect("008");
    let Some(BulkItem::Good(first)) = reader.next_unit().expect("008") else { panic!("good") };
    assert_eq!(first.qualification_validity.as_deref(), Some("1"));
    assert_eq!(first.results.len(), 1);
    let header = reader.header().expect("before the units");
    assert_eq!(header.reception_number.as_deref(), Some("R-1"));
}

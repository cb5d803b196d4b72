//! Proves the names of the files in the shared folders: which are ours, what their answers are called, which are left alone.

use wire::oqs::{ApiId, Direction, FileName, FileNameError};

#[test]
fn a_request_is_answered_under_the_same_base_name() {
    for (request, api, response, error) in [
        ("OQSsiquc01req_1.xml", ApiId::Check, "OQSsiquc01res_1.xml", "OQSsiquc01req_1.err"),
        (
            "OQSsiimm01req_2021081611906.xml",
            ApiId::Registration,
            "OQSsiimm01res_2021081611906.xml",
            "OQSsiimm01req_2021081611906.err",
        ),
        ("OQSmuquc01req_a_b.c.XML", ApiId::BulkCheckUpload, "OQSmuquc01res_a_b.c.xml", "OQSmuquc01req_a_b.c.err"),
        ("OQSmuquc02req_患者.xml", ApiId::BulkCheckDownload, "OQSmuquc02res_患者.xml", "OQSmuquc02req_患者.err"),
        ("OQSmuimm01req_0.xml", ApiId::BulkRegistrationUpload, "OQSmuimm01res_0.xml", "OQSmuimm01req_0.err"),
        ("OQSmuimm02req_0.xml", ApiId::BulkRegistrationDownload, "OQSmuimm02res_0.xml", "OQSmuimm02req_0.err"),
        (
            "YZKsiquc01req_022602211748123.xml",
            ApiId::DrugRecord,
            "YZKsiquc01res_022602211748123.xml",
            "YZKsiquc01req_022602211748123.err",
        ),
        ("TKKsiquc01req_01.xml", ApiId::CheckupRecord, "TKKsiquc01res_01.xml", "TKKsiquc01req_01.err"),
    ] {
        let name = FileName::parse(request).expect(request);
        assert_eq!((name.api(), name.is_request()), (api, true), "{request}");
        assert_eq!(name.response_name(), response);
        assert_eq!(name.error_name(), error);
        let answer = FileName::parse(response).expect(response);
        assert_eq!((answer.direction(), answer.is_request()), (Direction::Response, false));
        assert_eq!(answer.request_name(), FileName::request(api, name.suffix()).expect("a suffix").to_string());
    }
}

#[test]
fn other_files_are_left_alone() {
    for (name, error) in [
        (".receptionagent-123.tmp", FileNameError::NotOurs),
        ("OQSsiquc01req_1.xml.tmp", FileNameError::NotOurs),
        ("OQSsiquc01req_1", FileNameError::NotOurs),
        ("OQSsiquc01_1.xml", FileNameError::NotOurs),
        ("oqssiquc01req_1.xml", FileNameError::NotOurs),
        ("Thumbs.db", FileNameError::NotOurs),
        ("", FileNameError::NotOurs),
        ("OQSsihvq01req_1.xml", FileNameError::OtherInterface),
        ("CIPsiquc01req_1.xml", FileNameError::OtherInterface),
        ("YZKsiref01req_1.xml", FileNameError::OtherInterface),
        ("EPSsiPIR01req_1.xml", FileNameError::OtherInterface),
        ("OQSsiquc01req_.xml", FileNameError::NoSuffix),
        ("OQSsiquc01req_../../etc/passwd.xml", FileNameError::Character),
        ("OQSsiquc01req_a\\b.xml", FileNameError::Character),
        ("OQSsiquc01req_a:b.xml", FileNameError::Character),
        ("OQSsiquc01req_a\0.xml", FileNameError::Character),
        ("OQSsiquc01req_a..xml", FileNameError::Character),
    ] {
        assert_eq!(FileName::parse(name), Err(error), "{name}");
    }
    assert_eq!(FileName::parse(&format!("OQSsiquc01req_{}.xml", "1".repeat(200))), Err(FileNameError::TooLong));
}

proptest::proptest! {
    #[test]
    fn a_name_that_is_read_is_written_the_same(suffix in "[0-9A-Za-z_.=-]{1,40}") {
        for api in ApiId::ALL {
            let name = format!("{}req_{suffix}.xml", api.as_str());
            if let Ok(read) = FileName::parse(&name) {
                proptest::prop_assert_eq!(read.to_string(), name);
            }
        }
    }
}

#[test]
fn only_records_are_answered_on_paper() {
    let paper: Vec<ApiId> = ApiId::ALL.into_iter().filter(|api| api.may_be_pdf()).collect();
    assert_eq!(paper, [ApiId::DrugRecord, ApiId::CheckupRecord]);
    let name = FileName::parse("TKKsiquc01req_a.b.xml").expect("a request");
    assert_eq!(name.pdf_name(), "TKKsiquc01res_a.b.pdf");
    assert_eq!(FileName::parse(&name.pdf_name()).map(|found| found.request_name()), Ok(name.to_string()));
}

//! The text of a row of `claim`: the claim, and its entries without what the claim says already.
//!
//! Two forms are read. Written is the one of arrays ([`arrays`]); rows of before are objects ([`objects`]). A text of arrays
//! begins with `[` and the number of its form, so that a later one can be told from it.

mod arrays;
mod objects;

use domain::record::{History, Source};

/// Why a row cannot be read. Words name the place only: a value is about a person.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowError {
    /// No JSON, or not of this shape.
    #[error("entries cannot be read (column {})", .0.column())]
    Json(#[from] serde_json::Error),
    /// A number that is no day, or no place in the list of institutions.
    #[error("entries cannot be read ({0})")]
    Number(&'static str),
    /// Written by a later program.
    #[error("entries are of form {0}, which this program does not know")]
    Form(u8),
}

/// The text of a row. The entries' own lists of sources are not kept: all have this one.
pub(super) fn write(source: &Source, history: &History) -> String {
    arrays::write(source, history)
}

/// Reads the text of a row: the claim, and its entries, each with the claim as its source.
///
/// # Errors
/// A text that this program cannot have written.
pub(super) fn read(text: &str) -> Result<(Source, History), RowError> {
    if text.starts_with('[') { arrays::read(text) } else { Ok(objects::read(text)?) }
}

#[cfg(test)]
mod tests {
    //! Proves that what is left out comes back, and that rows of before are read.
    use wire::claims::{ClaimReader, ReadOptions};
    use wire::history;

    use super::*;

    const CLINIC: &str = "IR,1,13,1,2345679,,確か診療所,202603,00,03-0000-0000\r\n\
        RE,1,1112,202602,髙橋　一,1,19800202\r\nHO,06139463,100,1,2,100\r\nSN,1,01,06139463,100,1,00\r\n\
        SY,8833421,20240401,1,,,01\r\nSY,0000999,20260201,1,8002,\"もやもやする, \",\r\nSI,12,1,112007410,,75,1,,,,,,,,1\r\n\
        IY,21,1,622947001,1,1,28,,,,,,,,,28\r\nSI,50,1,150003110,,100,1,,,,,,,,,1\r\nGO,1,100,99\r\n";
    const PHARMACY: &str = "YK,1,13,4,0000015,たしか薬局,202610,00,03-0000-0001\r\n\
        RE,1,4112,202609,髙橋　一,1,19800202,,,13,1,2345679,確か診療所,東京都,見本　医師\r\nHO,06139463,100,1,1,100\r\n\
        SN,1,01,06139463,100,1,00\r\nSH,01,1,006\r\nCZ,1,20260823,20260904,1,28\r\nIY,1,622947001,3,1\r\nGO,1,100,99\r\n";
    /// Rows of the two forms of before, as they lie in databases.
    const OF_BEFORE: [&str; 2] = [
        r#"{"Source":{"Month":"202609","Kind":"pharmacy","Institution":{"Code":"1340000015","Name":"たしか薬局"}},"History":{"Medications":[{"Drug":{"Code":"622947001"},"DispensedOn":"20260904","PrescribedOn":"20260823","Prescriber":{"Code":"1312345679","Name":"確か診療所"},"Form":"oral","Amount":"3","Supply":{"days":28}}]}}"#,
        r#"{"Source":{"Month":"202609","Kind":"pharmacy","Institution":{"Code":"1340000015","Name":"たしか薬局"}},"History":{"Medications":[{"Drug":{"Code":"622947001"},"DispensedOn":"20260904","PrescribedOn":"20260823","Prescriber":{"Code":"1312345679","Name":"確か診療所"},"Dispenser":{"Code":"1340000015","Name":"たしか薬局"},"Form":"oral","Amount":"3","Supply":{"days":28}}],"Diagnoses":[],"Procedures":[],"Visits":[]}}"#,
    ];

    /// The claims of a file.
    fn claims(file: &str) -> Vec<history::ClaimHistory> {
        let mut reader = ClaimReader::new(file.as_bytes(), ReadOptions::default()).unwrap();
        let mut claims = Vec::new();
        while let Some(receipt) = reader.next_receipt().unwrap() {
            claims.extend(history::of_claim(&receipt));
        }
        claims
    }

    /// As it is read: each entry has the claim as its source.
    fn with_sources(claim: &history::ClaimHistory) -> History {
        let mut history = claim.history.clone();
        history.set_source(&claim.source);
        history
    }

    #[test]
    fn what_a_row_leaves_out_comes_back() {
        for (file, name) in [(CLINIC, "確か診療所"), (PHARMACY, "たしか薬局")] {
            for claim in claims(file) {
                assert!(!claim.history.medications.is_empty(), "{name}");
                let text = write(&claim.source, &claim.history);
                assert_eq!(text.matches(name).count(), 1, "{text}");
                let (source, history) = read(&text).unwrap();
                assert_eq!(source, claim.source);
                assert!(history == with_sources(&claim), "{name}: {text}");
            }
        }
    }

    #[test]
    fn rows_of_before_are_read() {
        let [claim] = claims(PHARMACY).try_into().unwrap();
        let mut expected = with_sources(&claim);
        for text in OF_BEFORE {
            let (source, history) = read(text).unwrap();
            assert_eq!(source, claim.source);
            // They tell of the drug alone; the rest of the pharmacy's claim is compared above.
            expected.medications.iter_mut().for_each(|entry| entry.usage = None);
            assert!(history.medications == expected.medications, "{text}");
        }
    }

    #[test]
    fn a_row_of_a_later_program_or_with_a_number_that_means_nothing_is_refused() {
        let [claim] = claims(PHARMACY).try_into().unwrap();
        let text = write(&claim.source, &claim.history);
        assert!(matches!(read(&text.replacen("[2,", "[3,", 1)), Err(RowError::Form(3))), "{text}");
        for (right, wrong) in
            [("\"622947001\",4,", "\"622947001\",31,"), ("\"622947001\",4,", "\"622947001\",20260230,")]
        {
            assert_eq!(text.matches(right).count(), 1, "{text}");
            assert!(matches!(read(&text.replace(right, wrong)), Err(RowError::Number(_))), "{wrong}");
        }
        assert!(matches!(read("[2,"), Err(RowError::Json(_))));
    }
}

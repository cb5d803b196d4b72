//! Which way somebody saw a record: on a page, on paper, in a file, through FHIR.

/// Which way a record was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LookWay {
    /// On the records page.
    Page,
    /// As a PDF from that page, to be printed or kept.
    Pdf,
    /// In a file that a receipt computer asked for (YZK, TKK).
    File,
    /// As resources of FHIR.
    Fhir,
    /// A program that did not say.
    NotTold,
}

impl LookWay {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Page, Self::Pdf, Self::File, Self::Fhir, Self::NotTold];

    /// The stable word, for programs and on record; empty where it was not told.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Pdf => "pdf",
            Self::File => "file",
            Self::Fhir => "fhir",
            Self::NotTold => "",
        }
    }

    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Page => "画面",
            Self::Pdf => "PDF",
            Self::File => "ファイル連携",
            Self::Fhir => "FHIR",
            Self::NotTold => "記録なし",
        }
    }

    /// Reads [`Self::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }
}

#[cfg(test)]
mod tests {
    //! Proves that every way is read back from its word.
    use super::*;

    #[test]
    fn every_way_is_read_back_and_no_word_is_not_told() {
        for way in LookWay::ALL {
            assert_eq!(LookWay::parse(way.code()), Some(way));
        }
        assert_eq!(LookWay::parse("fax"), None);
        assert_eq!(LookWay::parse(""), Some(LookWay::NotTold));
    }
}

//! The registers of facilities, insurers and residents.

use domain::{Date, InsurerNumber, MedicalInstitutionCode, PersonalNumber, Sex, date};

use super::fault::RowFault;
use super::fields::Fields;
use super::reader::CsvRow;
use super::writer::CsvWrite;
use crate::limits::{FEED_MAX_ADDRESS_CHARS, FEED_MAX_NAME_CHARS};

/// What kind of facility asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FacilityKind {
    /// 病院
    Hospital,
    /// 医科診療所
    Clinic,
    /// 歯科診療所
    Dental,
    /// 薬局
    Pharmacy,
}

impl FacilityKind {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Clinic => "clinic",
            Self::Dental => "dental",
            Self::Pharmacy => "pharmacy",
        }
    }

    /// The kind with this word.
    pub fn parse(raw: &str) -> Option<Self> {
        match raw {
            "hospital" => Some(Self::Hospital),
            "clinic" => Some(Self::Clinic),
            "dental" => Some(Self::Dental),
            "pharmacy" => Some(Self::Pharmacy),
            _ => None,
        }
    }
}

/// A row of `facilities.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    /// 医療機関コード.
    pub medical_institution_code: MedicalInstitutionCode,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: FacilityKind,
    /// Address.
    pub address: String,
    /// 郵便番号, `123-4567`.
    pub post_number: String,
}

impl CsvRow for Facility {
    const COLUMNS: &'static [&'static str] = &["MedicalInstitutionCode", "Name", "Kind", "Address", "PostNumber"];
    type Memo = ();

    fn read(fields: &Fields<'_>, (): &mut ()) -> Result<Self, (RowFault, &'static str)> {
        Ok(Self {
            medical_institution_code: fields.id(0, MedicalInstitutionCode::parse)?,
            name: fields.required(1, FEED_MAX_NAME_CHARS)?,
            kind: fields.code(2, |raw| FacilityKind::parse(raw).ok_or(()))?,
            address: fields.text_opt(3, FEED_MAX_ADDRESS_CHARS)?.unwrap_or_default(),
            post_number: fields.post_number(4)?.unwrap_or_default(),
        })
    }
}

impl CsvWrite for Facility {
    fn columns() -> &'static [&'static str] {
        Self::COLUMNS
    }

    fn each(&self, field: &mut dyn FnMut(&str)) {
        field(self.medical_institution_code.as_str());
        field(&self.name);
        field(self.kind.as_str());
        field(&self.address);
        field(&self.post_number);
    }
}

/// A row of `insurers.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insurer {
    /// 保険者番号 or 公費負担者番号.
    pub insurer_number: InsurerNumber,
    /// 保険者名称.
    pub insurer_name: String,
    /// The kind, in the words of whoever wrote the file.
    pub kind: String,
}

impl CsvRow for Insurer {
    const COLUMNS: &'static [&'static str] = &["InsurerNumber", "InsurerName", "Kind"];
    type Memo = ();

    fn read(fields: &Fields<'_>, (): &mut ()) -> Result<Self, (RowFault, &'static str)> {
        Ok(Self {
            insurer_number: fields.id(0, InsurerNumber::parse)?,
            insurer_name: fields.required(1, FEED_MAX_NAME_CHARS)?,
            kind: fields.text_opt(2, FEED_MAX_NAME_CHARS)?.unwrap_or_default(),
        })
    }
}

impl CsvWrite for Insurer {
    fn columns() -> &'static [&'static str] {
        Self::COLUMNS
    }

    fn each(&self, field: &mut dyn FnMut(&str)) {
        field(self.insurer_number.as_str());
        field(&self.insurer_name);
        field(&self.kind);
    }
}

/// A row of `residents.csv`: the five items that the resident register tells about a 個人番号.
#[derive(Clone, PartialEq, Eq)]
pub struct Resident {
    /// 個人番号.
    pub personal_number: PersonalNumber,
    /// 氏名.
    pub name: String,
    /// 氏名カナ.
    pub name_kana: String,
    /// 生年月日.
    pub birthdate: Date,
    /// 性別.
    pub sex1: Sex,
    /// 住所.
    pub address: String,
    /// 郵便番号, `123-4567`.
    pub post_number: String,
}

/// A resident is personal data.
impl std::fmt::Debug for Resident {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resident(…)")
    }
}

impl CsvRow for Resident {
    const COLUMNS: &'static [&'static str] =
        &["PersonalNumber", "Name", "NameKana", "Birthdate", "Sex1", "Address", "PostNumber"];
    type Memo = ();

    fn read(fields: &Fields<'_>, (): &mut ()) -> Result<Self, (RowFault, &'static str)> {
        Ok(Self {
            personal_number: fields.id(0, PersonalNumber::parse)?,
            name: fields.required(1, FEED_MAX_NAME_CHARS)?,
            name_kana: fields.text_opt(2, FEED_MAX_NAME_CHARS)?.unwrap_or_default(),
            birthdate: fields.date(3)?,
            sex1: fields.code(4, Sex::parse)?,
            address: fields.text_opt(5, FEED_MAX_ADDRESS_CHARS)?.unwrap_or_default(),
            post_number: fields.post_number(6)?.unwrap_or_default(),
        })
    }
}

impl CsvWrite for Resident {
    fn columns() -> &'static [&'static str] {
        Self::COLUMNS
    }

    fn each(&self, field: &mut dyn FnMut(&str)) {
        field(&self.personal_number.expose().iter().map(|digit| char::from(*digit)).collect::<String>());
        field(&self.name);
        field(&self.name_kana);
        field(&date::format(self.birthdate));
        field(self.sex1.code());
        field(&self.address);
        field(&self.post_number);
    }
}

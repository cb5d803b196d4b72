//! 資格確認結果: what is known about one person's coverage, in the words and the order of OQS-IF-002.
//!
//! One struct serves the JSON answer and the XML writer. Every value is text exactly as the interface wants it; the
//! order of the members is the order of the layout.

use domain::StatusIndex;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 資格確認結果 (`ResultOfQualificationConfirmation`).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResultOfQualificationConfirmation {
    /// 被保険者証区分 (OQSCD010), such as `01`; `A1` is 医療扶助.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_card_classification: Option<String>,
    /// 保険者番号 (医療扶助: 公費負担者番号), digits only; the XML writer pads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurer_number: Option<String>,
    /// 被保険者証記号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_card_symbol: Option<String>,
    /// 被保険者証番号 (医療扶助: 受給者番号).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_identification_number: Option<String>,
    /// 枝番, 2 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_branch_number: Option<String>,
    /// 本人・家族の別 (OQSCD009): `1` 本人, `2` 家族.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_family_classification: Option<String>,
    /// 被保険者氏名(世帯主氏名).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_name: Option<String>,
    /// 氏名, full-width space between 姓 and 名, every variant kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 氏名(その他), the name on the back of the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_of_other: Option<String>,
    /// 氏名カナ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_kana: Option<String>,
    /// 氏名カナ(その他).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_of_other_kana: Option<String>,
    /// 性別1 (OQSCD007).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex1: Option<String>,
    /// 性別2, the one on the back of the card (OQSCD007).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex2: Option<String>,
    /// 生年月日, `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// 住所.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 郵便番号, `123-4567`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_number: Option<String>,
    /// 資格取得年月日, first day insured, `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualification_date: Option<String>,
    /// 資格喪失年月日, first day not insured, `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disqualification_date: Option<String>,
    /// 被保険者証交付年月日, `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_certificate_issuance_date: Option<String>,
    /// 有効開始年月日, `yyyyMMdd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_card_valid_date: Option<String>,
    /// 有効終了年月日, last valid day, `yyyyMMdd`; often absent, which means open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_card_expiration_date: Option<String>,
    /// 一部負担金割合 of 後期高齢者医療: `010`, `020` or `030`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_partial_contribution_ratio: Option<String>,
    /// 未就学区分 (OQSCD015): `1` before school age, else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preschool_classification: Option<String>,
    /// 資格喪失事由 (OQSCD008).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_of_loss: Option<String>,
    /// 保険者名称 (医療扶助: 福祉事務所名).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurer_name: Option<String>,
    /// 高齢受給者証情報, for 70 to 74.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elderly_recipient_certificate_info: Option<ElderlyRecipientCertificateInfo>,
    /// 限度額適用認定証提供同意フラグ (OQSCD001).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_related_cons_flg: Option<String>,
    /// 限度額適用認定証提供同意日時, `yyyyMMddHHmmss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_related_cons_time: Option<String>,
    /// 限度額適用認定証関連情報; only with consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_related_info: Option<LimitApplicationCertificateRelatedInfo>,
    /// 特定疾病療養受療証提供同意フラグ (OQSCD016).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_certificate_related_cons_flg: Option<String>,
    /// 特定疾病療養受療証提供同意日時, `yyyyMMddHHmmss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_certificate_related_cons_time: Option<String>,
    /// 特定疾病療養受療証情報, one per disease.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub specific_diseases_certificate_list: Vec<SpecificDiseasesCertificateInfo>,
    /// 医療扶助: 医療券・調剤券情報.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public_expense_result_list: Vec<MedicalTicketInfo>,
    /// 特定健診情報閲覧同意フラグ (OQSCD016).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_health_checkups_info_cons_flg: Option<String>,
    /// 特定健診情報閲覧同意日時.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_health_checkups_info_cons_time: Option<String>,
    /// 特定健診情報閲覧有効期限.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_health_checkups_info_available_time: Option<String>,
    /// 薬剤情報閲覧同意フラグ (OQSCD016).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacists_info_cons_flg: Option<String>,
    /// 薬剤情報閲覧同意日時.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacists_info_cons_time: Option<String>,
    /// 薬剤情報閲覧有効期限.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacists_info_available_time: Option<String>,
    /// 診療情報閲覧同意フラグ (OQSCD016).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis_info_cons_flg: Option<String>,
    /// 診療情報閲覧同意日時.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis_info_cons_time: Option<String>,
    /// 診療情報閲覧有効期限.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis_info_available_time: Option<String>,
    /// 手術情報閲覧同意フラグ (OQSCD016).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_info_cons_flg: Option<String>,
    /// 手術情報閲覧同意日時.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_info_cons_time: Option<String>,
    /// 手術情報閲覧有効期限.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_info_available_time: Option<String>,
    /// 照会番号, at most 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_number: Option<String>,
    /// 限度額適用認定証変更有無 (OQSCD014). Only in the short form of a bulk result (OQS-IF-008).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_changed: Option<String>,
    /// Where published lists say whether this record still stands. Not part of the official interface, and never in XML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_list: Option<StatusListPlace>,
}

/// A place in a status list, with the names of IETF Token Status List.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct StatusListPlace {
    /// The name of the list, such as `urn:tashika:status:13`.
    pub uri: String,
    /// The index in it, from 0.
    pub idx: u32,
}

impl From<StatusIndex> for StatusListPlace {
    fn from(place: StatusIndex) -> Self {
        Self { uri: place.list_uri(), idx: place.index() }
    }
}

impl StatusListPlace {
    /// The place. None where the list is not one of ours.
    pub fn place(&self) -> Option<StatusIndex> {
        StatusIndex::from_uri(&self.uri, self.idx)
    }
}

/// 高齢受給者証情報 (`ElderlyRecipientCertificateInfo`).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ElderlyRecipientCertificateInfo {
    /// 交付年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elderly_recipient_certificate_date: Option<String>,
    /// 有効開始年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elderly_recipient_valid_start_date: Option<String>,
    /// 有効終了年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elderly_recipient_valid_end_date: Option<String>,
    /// 一部負担金割合: `020` or `030`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elderly_recipient_contribution_ratio: Option<String>,
}

/// 限度額適用認定証関連情報 (`LimitApplicationCertificateRelatedInfo`).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct LimitApplicationCertificateRelatedInfo {
    /// 限度額適用認定証区分 (OQSCD011).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_classification: Option<String>,
    /// 限度額適用区分 (OQSCD012), such as `A03`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_classification_flag: Option<String>,
    /// 交付年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_date: Option<String>,
    /// 有効開始年月日(発効期日).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_valid_start_date: Option<String>,
    /// 有効終了年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_valid_end_date: Option<String>,
    /// 長期入院該当年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_application_certificate_long_term_date: Option<String>,
}

/// 特定疾病療養受療証情報 (`SpecificDiseasesCertificateInfo`).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct SpecificDiseasesCertificateInfo {
    /// 認定疾病区分 (OQSCD013).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_disease_category: Option<String>,
    /// 交付年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_certificate_date: Option<String>,
    /// 有効開始年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_valid_start_date: Option<String>,
    /// 有効終了年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_valid_end_date: Option<String>,
    /// 自己負担限度額, yen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specific_diseases_self_pay: Option<String>,
}

/// 医療券・調剤券情報 (`MedicalTicketInfo`).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct MedicalTicketInfo {
    /// 券種別 (OQSCD018).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<String>,
    /// 有効期間開始年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_ticket_valid_date: Option<String>,
    /// 有効期間終了年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_ticket_expiration_date: Option<String>,
    /// 交付番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_number: Option<String>,
    /// 診療年月, `yyyyMM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_treatment_month: Option<String>,
    /// 指定医療機関コード.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designated_medical_institution_code: Option<String>,
    /// 指定医療機関フラグ (OQSCD026).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designated_medical_institution_flag: Option<String>,
    /// 指定医療機関名称.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designated_medical_institution_name: Option<String>,
    /// 処方箋発行元医療機関コード.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_issuer_medical_institution_code: Option<String>,
    /// 処方箋発行元医療機関名称.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_issuer_medical_institution_name: Option<String>,
    /// 傷病名1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub injury_name1: Option<String>,
    /// 傷病名2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub injury_name2: Option<String>,
    /// 傷病名3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub injury_name3: Option<String>,
    /// 診療別 (OQSCD019).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_treatment_type: Option<String>,
    /// 本人支払額, yen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_pay_amount: Option<String>,
    /// 地区担当員名.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district_contact_name: Option<String>,
    /// 取扱担当者名.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling_contact_name: Option<String>,
    /// 単独・併用別 (OQSCD020).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub single_or_combined_use: Option<String>,
    /// 社会保険状況 (OQSCD021).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_of_social_insurance: Option<String>,
    /// 整合性フラグ (OQSCD022).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistency_flag: Option<String>,
    /// 感染症該当状況 (OQSCD023). The official name is misspelled so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_of_infecton: Option<String>,
    /// 後期高齢者該当状況 (OQSCD024).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_of_elderly_medical_care: Option<String>,
    /// 都道府県費該当状況 (OQSCD025).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_of_prefectural_expenses: Option<String>,
    /// 備考1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks1: Option<String>,
    /// 備考2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks2: Option<String>,
    /// 備考3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks3: Option<String>,
}

/// A record is personal data: the debug form of each of these shows nothing of it.
macro_rules! blank_debug {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

blank_debug!(
    ResultOfQualificationConfirmation,
    ElderlyRecipientCertificateInfo,
    LimitApplicationCertificateRelatedInfo,
    SpecificDiseasesCertificateInfo,
    MedicalTicketInfo,
);

//! Names that are fixed elsewhere: profiles, code systems, systems of identifiers. Source: JP Core 1.2, and its list of OIDs.

/// JP_Patient.
pub const JP_PATIENT: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient";
/// JP_Organization.
pub const JP_ORGANIZATION: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Organization";
/// JP_Coverage.
pub const JP_COVERAGE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Coverage";
/// JP_Observation_Common.
pub const JP_OBSERVATION_COMMON: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_Common";
/// JP_Observation_LabResult.
pub const JP_OBSERVATION_LAB_RESULT: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_LabResult";
/// JP_Observation_VitalSigns.
pub const JP_OBSERVATION_VITAL_SIGNS: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_VitalSigns";
/// JP_MedicationDispense.
pub const JP_MEDICATION_DISPENSE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_MedicationDispense";
/// JP_MedicationRequest.
pub const JP_MEDICATION_REQUEST: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_MedicationRequest";
/// JP_MedicationStatement.
pub const JP_MEDICATION_STATEMENT: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_MedicationStatement";
/// JP_Condition.
pub const JP_CONDITION: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Condition";
/// JP_Procedure.
pub const JP_PROCEDURE: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Procedure";

/// 記号 of a coverage.
pub const INSURED_PERSON_SYMBOL: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol";
/// 番号 of a coverage.
pub const INSURED_PERSON_NUMBER: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber";
/// 枝番 of a coverage.
pub const INSURED_PERSON_SUB_NUMBER: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber";
/// Whether a name is written in kanji (`IDE`) or kana (`SYL`).
pub const NAME_REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";

/// Person key `保険者番号8:記号:番号:枝番`.
pub const MEMBER_ID: &str = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID";
/// Person key as CSV.
pub const COVERAGE_ID: &str = "http://jpfhir.jp/fhir/core/IdSystem/JP_Coverage_id";
/// 保険者番号.
pub const INSURER_NUMBER: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber";
/// 医療機関コード, ten digits.
pub const INSTITUTION_CODE: &str = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
/// 健診機関番号, ten digits.
pub const CHECKUP_INSTITUTION: &str = "urn:oid:1.2.392.200119.6.102";
/// RP番号 of a prescription.
pub const RP_NUMBER: &str = "urn:oid:1.2.392.100495.20.3.81";
/// Place of a drug in its RP.
pub const ORDER_IN_RP: &str = "urn:oid:1.2.392.100495.20.3.82";

/// 医薬品コード of claims, nine digits.
pub const CLAIM_DRUG: &str = "urn:oid:1.2.392.100495.20.2.71";
/// 薬価基準収載医薬品コード, twelve characters.
pub const PRICE_LIST_DRUG: &str = "urn:oid:1.2.392.100495.20.2.72";
/// 傷病名コード of claims, seven digits.
pub const CLAIM_DISEASE: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease";
/// ICD-10.
pub const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";
/// 診療行為コード, nine digits.
pub const PROCEDURE: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_ProcedureCodesMedical_CS";
/// 健診項目コード, 17 characters.
pub const CHECKUP_ITEM: &str = "urn:oid:1.2.392.200119.6.1005";
/// JLAC10, 17 characters.
pub const JLAC10: &str = "urn:oid:1.2.392.200119.4.504";
/// Categories of observations.
pub const OBSERVATION_CATEGORY: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS";
/// L, N, H.
pub const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
/// Why there is no value.
pub const DATA_ABSENT_REASON: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
/// Why somebody acts, codes of HL7: `TREAT`, `HPAYMT`.
pub const ACT_REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
/// Units.
pub const UCUM: &str = "http://unitsofmeasure.org";
/// 保険種別 of a coverage.
pub const COVERAGE_KIND: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuranceType";
/// 被保険者区分 of a coverage.
pub const INSURED_CATEGORY: &str = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory";
/// Kinds of organizations.
pub const ORGANIZATION_KIND: &str = "http://terminology.hl7.org/CodeSystem/organization-type";
/// Codes of our own, such as problem codes and verdicts.
pub const OWN: &str = "urn:tashika:code";
/// Units of claims, in words: masters give no code.
pub const OWN_UNIT: &str = "urn:tashika:claim-unit";
/// 用法コード of pharmacy claims (別表12), three digits.
pub const OWN_USAGE: &str = "urn:tashika:claim-usage";
/// 証明番号.
pub const OWN_PROOF: &str = "urn:tashika:proof-number";

//! Resources of the service itself: questions and answers, looks, what went wrong, what the server can do.

use serde::{Deserialize, Serialize};

use super::types::{CodeableConcept, Coding, Identifier, Period, Reference};
use super::{Contained, Resource};

/// A question about coverage, read and never sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoverageEligibilityRequest {
    /// Id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Patient, coverage, insurer of the question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contained: Vec<Contained>,
    /// `active`.
    pub status: String,
    /// `validation`, `benefits` and so on.
    pub purpose: Vec<String>,
    /// The person.
    pub patient: Reference,
    /// 資格確認日; today if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serviced_date: Option<String>,
    /// When it was asked.
    pub created: String,
    /// The institution that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Reference>,
    /// The insurer.
    pub insurer: Reference,
    /// Which coverage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insurance: Vec<RequestInsurance>,
}

/// A coverage that is asked about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestInsurance {
    /// The coverage.
    pub coverage: Reference,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoverageEligibilityResponse {
    /// Id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Coverage and insurer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contained: Vec<Contained>,
    /// 証明番号.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    /// `active`.
    pub status: String,
    /// What was asked.
    pub purpose: Vec<String>,
    /// The person.
    pub patient: Reference,
    /// 資格確認日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serviced_date: Option<String>,
    /// When it was answered.
    pub created: String,
    /// The question.
    pub request: Reference,
    /// `complete`, `error` or `partial`.
    pub outcome: String,
    /// The verdict in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// The insurer.
    pub insurer: Reference,
    /// The coverage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insurance: Vec<ResponseInsurance>,
    /// What is wrong with the question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub error: Vec<ResponseError>,
}

/// A coverage of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResponseInsurance {
    /// The coverage.
    pub coverage: Reference,
    /// Whether it is in force on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inforce: Option<bool>,
    /// Its period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit_period: Option<Period>,
    /// What to collect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub item: Vec<BenefitItem>,
}

/// What to collect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BenefitItem {
    /// 一部負担.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CodeableConcept>,
    /// The share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benefit: Vec<Benefit>,
}

/// The share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Benefit {
    /// `copay-percent`.
    pub r#type: CodeableConcept,
    /// Percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_unsigned_int: Option<u32>,
}

/// What is wrong with a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResponseError {
    /// A stable code.
    pub code: CodeableConcept,
}

/// One look at somebody's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// Id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `rest`.
    pub r#type: Coding,
    /// `read`, `search`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subtype: Vec<Coding>,
    /// `R` or `E`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The moment, with offset.
    pub recorded: String,
    /// `0` done, `4` refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purpose_of_event: Vec<CodeableConcept>,
    /// Who looked.
    pub agent: Vec<AuditAgent>,
    /// Who recorded it.
    pub source: AuditSource,
    /// What was looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entity: Vec<AuditEntity>,
}

/// Who looked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditAgent {
    /// Their role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub role: Vec<CodeableConcept>,
    /// A person of the staff, as the institution names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt_id: Option<String>,
    /// The institution or person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Reference>,
    /// Whether they asked.
    pub requestor: bool,
}

/// Who recorded it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditSource {
    /// The center or terminal.
    pub observer: Reference,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntity {
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Reference>,
    /// Which items were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationOutcome {
    /// One or more.
    pub issue: Vec<Issue>,
}

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// `error`, `warning`.
    pub severity: String,
    /// A code of issue-type.
    pub code: String,
    /// Our stable code and its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<CodeableConcept>,
    /// For vendors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<String>,
    /// Where it is: the element or parameter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expression: Vec<String>,
}

/// What a server can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilityStatement {
    /// `active`.
    pub status: String,
    /// Since when.
    pub date: String,
    /// `instance`.
    pub kind: String,
    /// The program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<Software>,
    /// This server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<Implementation>,
    /// `4.0.1`.
    pub fhir_version: String,
    /// `json`.
    pub format: Vec<String>,
    /// The interface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<CapabilityRest>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Implementation {
    /// What it is.
    pub description: String,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// One side of an interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilityRest {
    /// `server`.
    pub mode: String,
    /// Who is let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<CapabilitySecurity>,
    /// By resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<CapabilityResource>,
}

/// Who is let in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilitySecurity {
    /// `SMART-on-FHIR`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service: Vec<CodeableConcept>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What can be done with a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilityResource {
    /// The resource.
    pub r#type: String,
    /// Its profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Narrower profiles that some of them keep to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supported_profile: Vec<String>,
    /// `read`, `search-type`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interaction: Vec<Interaction>,
    /// By what it can be searched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_param: Vec<SearchParam>,
    /// Its operations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operation: Vec<CapabilityOperation>,
}

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interaction {
    /// `read` and so on.
    pub code: String,
}

/// By what can be searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchParam {
    /// Its name.
    pub name: String,
    /// `reference`, `date`, `token`.
    pub r#type: String,
    /// What is particular about it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilityOperation {
    /// Its name, such as `submit`.
    pub name: String,
    /// Where it is defined.
    pub definition: String,
}

/// Several resources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// `searchset` or `collection`.
    pub r#type: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// How many fit a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// This page, and the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<BundleLink>,
    /// The resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry: Vec<BundleEntry>,
}

/// Where a page of a search is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleLink {
    /// `self` or `next`.
    pub relation: String,
    /// Its address.
    pub url: String,
}

/// One resource of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleEntry {
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_url: Option<String>,
    /// The resource.
    pub resource: Resource,
    /// Why it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<BundleSearch>,
}

/// Why a resource is in a searchset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleSearch {
    /// `match`, or `outcome` for words about the search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
}

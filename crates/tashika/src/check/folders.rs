//! `req` and `res` folders of real terminals, one for each institution, used as a receipt computer uses them.

use crate::check::by_institution;
use crate::check::outcome::Outcome;
use crate::check::private::{PrivateCenter, World};
use anyhow::{Context as _, Result, bail};
use domain::{Field, Hint, HintCode, Verdict};
use nation::Case;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use wire::api::ResultOfQualificationConfirmation;
use wire::oqs::{CheckResult, EncodingPolicy};

/// Rest between two looks into `res`.
const POLL_REST: Duration = Duration::from_millis(20);
/// Rest of the terminals between two looks into `req`: short, because this process waits for them.
const TERMINAL_POLL_MS: u32 = 20;
/// Longest wait for the answers of one institution.
const WAIT_MAX: Duration = Duration::from_mins(5);
/// Largest answer of one question.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// Asks every case and gives the outcomes by case.
pub async fn ask(
    center: &PrivateCenter,
    cases: &[Case],
    world: &World,
    folder: &Path,
) -> Result<BTreeMap<String, Outcome>> {
    let mut outcomes = BTreeMap::new();
    for (institution, group) in by_institution(cases) {
        let terminal = PrivateTerminal::start(center, institution, &folder.join(institution), world).await?;
        for case in &group {
            terminal.drop_request(case)?;
        }
        terminal.collect(&group, world, &mut outcomes).await?;
        terminal.running.shutdown().await;
    }
    Ok(outcomes)
}

/// A terminal in this process with folders of its own.
pub struct PrivateTerminal {
    /// The running terminal.
    pub running: terminal::Running,
    /// What joining gave: the first login among it.
    pub joined: terminal::Joined,
    config: terminal::Config,
    req: PathBuf,
    res: PathBuf,
}

impl PrivateTerminal {
    /// Joins the center for an institution and starts, the desk page on any free port.
    pub async fn start(center: &PrivateCenter, institution: &str, folder: &Path, world: &World) -> Result<Self> {
        Self::start_at(center, institution, folder, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), world).await
    }

    /// As [`Self::start`], with the desk page at `desk`, and without a kiosk.
    pub async fn start_at(
        center: &PrivateCenter,
        institution: &str,
        folder: &Path,
        desk: SocketAddr,
        world: &World,
    ) -> Result<Self> {
        let set = |settings: &mut terminal::Settings| {
            settings.desk.address = desk;
            settings.kiosk.enabled = false;
        };
        Self::start_with(center, institution, folder, set, terminal::Parts::default(), world).await
    }

    /// With settings of one's own, and with parts in place of those of the settings.
    pub async fn start_with(
        center: &PrivateCenter,
        institution: &str,
        folder: &Path,
        set: impl FnOnce(&mut terminal::Settings),
        parts: terminal::Parts,
        world: &World,
    ) -> Result<Self> {
        let code = center.code_for(institution).await?;
        let joined =
            terminal::join(&center.enrol_url(), &code, folder, Arc::clone(&world.clock), Arc::clone(&world.random))
                .await
                .context("joining the private center")?;
        let mut config = joined.config.clone();
        config.settings.bridge.poll_interval_ms = TERMINAL_POLL_MS;
        set(&mut config.settings);
        let (req, res) = (config.req(), config.res());
        let (clock, random) = (Arc::clone(&world.clock), Arc::clone(&world.random));
        let running = terminal::Terminal::start_with_parts(config.clone(), clock, random, parts)
            .await
            .context("starting the terminal")?;
        Ok(Self { running, joined, config, req, res })
    }

    /// Stops and starts again, as after a night, with its own parts.
    pub async fn restart(self, world: &World) -> Result<Self> {
        self.running.shutdown().await;
        let (clock, random) = (Arc::clone(&world.clock), Arc::clone(&world.random));
        let running = terminal::Terminal::start(self.config.clone(), clock, random).await?;
        Ok(Self { running, ..self })
    }

    /// Writes the request of a case as a receipt computer does: aside, then renamed.
    pub fn drop_request(&self, case: &Case) -> Result<()> {
        let name = request_name(case);
        let aside = self.req.join(format!(".receipt-computer-{}.tmp", case.case_id));
        std::fs::write(&aside, request_xml(case)).with_context(|| format!("{}", aside.display()))?;
        std::fs::rename(&aside, self.req.join(name))?;
        Ok(())
    }

    /// The answer to a case, if it is there; the file is removed as a receipt computer does.
    pub fn take_answer(&self, case: &Case) -> Result<Option<Outcome>> {
        let answer = self.res.join(answer_name(case));
        let refused = self.res.join(request_name(case).replace(".xml", ".err"));
        for (path, is_answer) in [(answer, true), (refused, false)] {
            if !path.exists() {
                continue;
            }
            let bytes = kit::files::read_limited(&path, ANSWER_BYTES_MAX)?;
            std::fs::remove_file(&path)?;
            return Ok(Some(if is_answer { outcome(case, &bytes) } else { Outcome::failure("err file") }));
        }
        Ok(None)
    }

    async fn collect(&self, group: &[&Case], world: &World, into: &mut BTreeMap<String, Outcome>) -> Result<()> {
        let mut open: BTreeSet<usize> = (0..group.len()).collect();
        let begun = world.clock.monotonic();
        while !open.is_empty() {
            let waited = world.since(begun);
            if waited > WAIT_MAX {
                bail!("{} requests were not answered within {WAIT_MAX:?}", open.len());
            }
            for index in open.clone() {
                if let Some(outcome) = self.take_answer(group[index])? {
                    into.insert(group[index].case_id.clone(), outcome);
                    open.remove(&index);
                }
            }
            tokio::time::sleep(POLL_REST).await;
        }
        Ok(())
    }
}

fn request_name(case: &Case) -> String {
    format!("OQSsiquc01req_{}.xml", case.case_id)
}

fn answer_name(case: &Case) -> String {
    format!("OQSsiquc01res_{}.xml", case.case_id)
}

/// The request as another program writes it: not our own writer, so that the two cannot agree on a mistake.
fn request_xml(case: &Case) -> String {
    let mut search = String::new();
    for (element, text) in [
        ("InsurerNumber", &case.insurer_number),
        ("InsuredCardSymbol", &case.insured_card_symbol),
        ("InsuredIdentificationNumber", &case.insured_identification_number),
        ("InsuredBranchNumber", &case.insured_branch_number),
        ("Birthdate", &case.birthdate),
        ("LimitApplicationCertificateRelatedConsFlg", &case.limit_application_certificate_related_cons_flg),
        ("ArbitraryIdentifier", &case.case_id),
    ] {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(search, "<{element}>{escaped}</{element}>");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\r\n<XmlMsg><MessageHeader>\
         <QualificationConfirmationDate>{}</QualificationConfirmationDate>\
         <MedicalInstitutionCode>{}</MedicalInstitutionCode>\
         <ArbitraryFileIdentifier>{}</ArbitraryFileIdentifier></MessageHeader><MessageBody>\
         <QualificationConfirmSearchInfo>{search}</QualificationConfirmSearchInfo></MessageBody></XmlMsg>",
        case.qualification_confirmation_date, case.medical_institution_code, case.case_id
    )
}

/// What an answer file says.
fn outcome(case: &Case, bytes: &[u8]) -> Outcome {
    let message = match wire::oqs::read::<CheckResult>(bytes, EncodingPolicy::Declared) {
        Ok(message) => message,
        Err(error) => return Outcome::failure(format!("the answer file cannot be read: {}", error.message_en())),
    };
    if message.header.arbitrary_file_identifier.as_deref() != Some(case.case_id.as_str()) {
        return Outcome::failure("the answer carries another file identifier");
    }
    if message.header.segment_of_result.as_deref() != Some("1") {
        let why = message.header.error_code.unwrap_or_default();
        return Outcome::failure(format!("could not ask: {why}"));
    }
    let body = message.body;
    let told = body.processing_result_message.unwrap_or_default();
    if body.processing_result_status.as_deref() == Some("2") {
        let fields = ALL_FIELDS.iter().filter(|f| told.contains(f.label())).map(|f| f.element().to_owned()).collect();
        return Outcome { verdict: "unreadable".to_owned(), fields, ..Outcome::default() };
    }
    let verdict = body.qualification_validity.as_deref().and_then(Verdict::from_oqs_code);
    let code = body.processing_result_code.unwrap_or_default();
    let record = body.result_list.first();
    Outcome {
        verdict: verdict.map_or("no verdict", Verdict::code).to_owned(),
        share: record.filter(|_| verdict.is_some_and(Verdict::is_valid)).map(share_of),
        limit: record.and_then(|r| r.limit_application_certificate_related_info.as_ref()).map(|info| {
            (
                info.limit_application_certificate_classification.clone().unwrap_or_default(),
                info.limit_application_certificate_classification_flag.clone().unwrap_or_default(),
            )
        }),
        specific_diseases: record
            .map(|r| {
                let list = r.specific_diseases_certificate_list.iter();
                list.filter_map(|d| d.specific_diseases_disease_category.clone()).collect()
            })
            .unwrap_or_default(),
        hints: hints_of(&code, &told),
        fields: Vec::new(),
        told: record
            .and_then(|r| r.insurer_name.clone())
            .into_iter()
            .chain((!told.is_empty()).then_some(told))
            .collect(),
    }
}

const ALL_FIELDS: [Field; 8] = [
    Field::QualificationConfirmationDate,
    Field::MedicalInstitutionCode,
    Field::InsurerNumber,
    Field::InsuredCardSymbol,
    Field::InsuredIdentificationNumber,
    Field::InsuredBranchNumber,
    Field::Birthdate,
    Field::LimitApplicationCertificateRelatedConsFlg,
];

/// The share as a receipt computer reads it from the official elements, which do not name it themselves.
fn share_of(record: &ResultOfQualificationConfirmation) -> u8 {
    let elderly = record.elderly_recipient_certificate_info.as_ref();
    let ratio = record
        .insured_partial_contribution_ratio
        .as_deref()
        .or_else(|| elderly.and_then(|info| info.elderly_recipient_contribution_ratio.as_deref()));
    match (record.insured_card_classification.as_deref(), ratio, record.preschool_classification.as_deref()) {
        (Some("A1"), _, _) => 0,
        (Some("05"), _, _) => 100,
        (_, Some(ratio), _) => ratio.parse().unwrap_or(u8::MAX),
        (_, None, Some("1")) => 20,
        _ => 30,
    }
}

/// The hints that an answer file tells: one by its code, the others by their words.
fn hints_of(code: &str, told: &str) -> Vec<String> {
    let told_by_code = |hint: HintCode| wire::oqs::codes::hint_code(hint.code()) == code;
    // The new insurer is named inside the words, so its code has to do.
    let told_by_words = |hint: HintCode| told.contains(&Hint::from(hint).message());
    HintCode::ALL
        .iter()
        .filter(|hint| told_by_code(**hint) || told_by_words(**hint))
        .map(|hint| hint.code().to_owned())
        .collect()
}

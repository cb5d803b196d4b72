//! The story: visits of the people of the cast at the window of one clinic.

use crate::day::Day;
use crate::dice::{Dice, Stream};
use crate::nation::Nation;
use crate::oracle::truth::{Answer, Hint, Query, Verdict, judge};
use crate::oracle::{self, Case, Index};
use crate::people::cast::STORY_FACILITY;

/// One visit: what the receptionist types, and what should be answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Visit {
    /// A short name in snake case, such as `lost_job_old_card`.
    pub name: String,
    /// What happens, in Japanese.
    pub title: String,
    /// The patient's name as the insurer holds it, or empty where nobody is found.
    pub patient: String,
    /// The query and the right answer.
    pub case: Case,
}

impl Visit {
    pub(crate) const COLUMNS: [&'static str; 3] = ["Name", "Title", "Patient"];
}

/// One visit before it is judged.
struct Scene {
    name: &'static str,
    title: &'static str,
    query: Query,
    verdict: Verdict,
    hint: Option<Hint>,
}

/// The visits of the story, in order. All take place on the nation's `as_of` at the same clinic, which is
/// [`facility_code`]. Every nation has all of them.
pub fn visits(nation: &Nation) -> Vec<Visit> {
    let index = Index::of(nation);
    scenes(nation, &index)
        .into_iter()
        .filter_map(|scene| {
            let answer = judge(nation, &index, &scene.query)?;
            debug_assert_eq!(answer.verdict, scene.verdict, "{}", scene.name);
            debug_assert!(scene.hint.is_none_or(|hint| answer.hints.contains(&hint)), "{}", scene.name);
            Some(visit(nation, scene, &answer))
        })
        .collect()
}

/// The clinic at which the story plays.
pub fn facility_code(nation: &Nation) -> &str {
    &nation.facilities[STORY_FACILITY as usize].code
}

/// People of the cast who come with a card: an employee, somebody of 72 years, a member of a union, a spouse. Numbers of
/// people in the nation.
pub fn card_holders(nation: &Nation) -> [u32; 4] {
    let cast = &nation.cast;
    [cast.employee, cast.seventy, cast.union_member, cast.spouse].map(|id| nation.coverages[id as usize].person)
}

fn visit(nation: &Nation, scene: Scene, answer: &Answer) -> Visit {
    let mut patient = String::new();
    if let Some(id) = answer.coverage {
        let coverage = &nation.coverages[id as usize];
        nation.names.push_name(&mut patient, nation.person(coverage).name, coverage.form);
    }
    let mut case = Case::new(nation, scene.name, scene.query, answer, scene.hint);
    scene.name.clone_into(&mut case.case_id);
    Visit { name: scene.name.to_owned(), title: scene.title.to_owned(), patient, case }
}

fn scenes(nation: &Nation, index: &Index) -> Vec<Scene> {
    let cast = &nation.cast;
    let card = |id| Query { facility: STORY_FACILITY, ..oracle::printed(nation, id, nation.as_of) };
    let valid = |name, title, query| Scene { name, title, query, verdict: Verdict::Valid, hint: None };
    let scene = |name, title, query, verdict, hint| Scene { name, title, query, verdict, hint: Some(hint) };
    vec![
        valid("valid", "協会けんぽの本人（髙橋さん、限度額ウ）", card(cast.employee)),
        valid("preschool_child", "未就学の子ども（家族、2割）", card(cast.toddler)),
        valid("seventy_with_certificate", "72歳、高齢受給者証2割", card(cast.seventy)),
        scene(
            "lost_job_old_card",
            "転職した人が前の保険証を出した",
            card(cast.old_job),
            Verdict::InvalidNewCoverageExists,
            Hint::NewInsurerKnown,
        ),
        valid("new_insurer", "同じ人の新しい保険", card(cast.new_job)),
        scene(
            "misread_digit",
            "番号を一桁読み違えた",
            misread(nation, index, card(cast.union_member)),
            Verdict::NotFound,
            Hint::NumberNearMiss,
        ),
        scene(
            "missing_branch",
            "枝番なしで照会した",
            Query { branch: String::new(), ..card(cast.spouse) },
            Verdict::Valid,
            Hint::BranchMissing,
        ),
        valid("variant_name", "氏名にJIS外の漢字がある人（𠮷田さん）", card(cast.variant_name)),
        valid("foreign_resident", "通称のある外国籍の人", card(cast.foreigner)),
        valid("public_assistance", "生活保護、今月の医療券あり", card(cast.assistance)),
        valid("late_elderly_20", "後期高齢者、8月から2割", card(cast.late_elderly)),
        scene(
            "enrolment_in_progress",
            "就職したばかりで登録中",
            card(cast.in_progress),
            Verdict::NotFound,
            Hint::EnrolmentInProgress,
        ),
        scene(
            "twins_without_branch",
            "双子、枝番なしでは一人に決まらない",
            Query { branch: String::new(), ..card(cast.twin) },
            Verdict::Multiple,
            Hint::BranchMissing,
        ),
        scene("expired_card", "7月で期限が切れた国保", card(cast.expired), Verdict::Invalid, Hint::CardExpired),
        valid("full_charge", "特別療養費の対象者（10割）", card(cast.full_charge)),
        Scene {
            name: "unknown",
            title: "該当する資格がない",
            query: unknown(card(cast.employee)),
            verdict: Verdict::NotFound,
            hint: None,
        },
        scene(
            "wrong_insurer_check_digit",
            "保険者番号の検証番号が合わない",
            wrong_check_digit(card(cast.union_member)),
            Verdict::Unreadable,
            Hint::InsurerCheckDigit,
        ),
    ]
}

/// Slips until one comes out as a near miss and nothing else.
fn misread(nation: &Nation, index: &Index, query: Query) -> Query {
    let mut dice = Dice::new(nation.options.seed, Stream::Story);
    for _ in 0..1000 {
        let Some(number) = oracle::misread_digit(&mut dice, &query.number) else {
            break;
        };
        let slip = Query { number, ..query.clone() };
        let is_near_miss = judge(nation, index, &slip).is_some_and(|answer| answer.hints == [Hint::NumberNearMiss]);
        if is_near_miss {
            return slip;
        }
    }
    query
}

/// A card that nobody has, with a birth date of nobody of the cast.
fn unknown(query: Query) -> Query {
    Query { number: "98765432".to_owned(), birthdate: Day::of(1971, 5, 16).text(), ..query }
}

fn wrong_check_digit(query: Query) -> Query {
    let mut digits = query.insurer.into_bytes();
    if let Some(check) = digits.last_mut() {
        *check = b'0' + (*check - b'0' + 1) % 10;
    }
    Query { insurer: String::from_utf8(digits).unwrap_or_default(), ..query }
}

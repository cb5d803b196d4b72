//! What is said of a patient without the center, in words and colour: what is known, how old it is, and the way on.

use domain::offline::{CannotTell, Standing};
use domain::{Date, date, personal_certificate};
use kit::text::Text;

use super::answer::{AnswerView, HintView, ShareView, Tone};
use super::{certificate, dates};
use crate::offline::Recalled;

impl AnswerView {
    /// A case that was decided here.
    pub(crate) fn of_recalled(recalled: &Recalled) -> Self {
        let certificate = recalled.certificate;
        let (tone, big, big_en) = certificate.map_or_else(|| big(recalled.standing), certificate::big);
        let answer = &recalled.answer;
        let at = dates::day_and_time(answer.as_of);
        let told = Self::of_answer(answer, None, answer.as_of);
        let source = if recalled.certificate.is_some() { "資格確認書" } else { "控え" };
        let next = certificate.map_or_else(|| next(recalled.standing), certificate::next);
        let basis = match recalled.certificate {
            Some(_) => Some((
                format!("資格確認書と失効リストによる判定（{at} 現在）"),
                "decided here, from the certificate and the status list of then".to_owned(),
            )),
            None => recalled.copy_of.map(|_| basis(recalled.standing, &at)),
        };
        Self {
            share: told.share.map(|share| ShareView { reason: format!("{}・{source}", share.reason), ..share }),
            records: told.records,
            hints: hints(recalled, certificate, told.hints),
            next: Some((next.ja.to_owned(), next.en.to_owned())),
            basis,
            insurer_data: told.insurer_data,
            day: told.day,
            marked: told.marked,
            statement: matches!(recalled.standing, Standing::CannotTell(_)).then(|| answer.request_id.to_string()),
            ..Self::empty(tone, &big, &big_en)
        }
    }
}

fn basis(standing: Standing, at: &str) -> (String, String) {
    match standing {
        Standing::ListedValid(_) | Standing::ListedLost(_) => (
            format!("控えと失効リストによる判定（リスト {at} 現在）"),
            "decided here, from a kept answer and the status list of then".to_owned(),
        ),
        Standing::ValidAsOf(_) | Standing::LostSince(_) | Standing::CannotTell(_) => {
            (format!("控えによる判定（センターの回答 {at}）"), "decided here, from the answer of then".to_owned())
        }
    }
}

fn big(standing: Standing) -> (Tone, String, String) {
    let plain = |day: Date| dates::plain_date(&date::format(day));
    match standing {
        Standing::ValidAsOf(day) => (
            Tone::Kept,
            // Never older than a month, so the year goes without saying.
            format!("有効（{}月{}日の控え）", day.month(), day.day()),
            format!("Insured as of {day}, from a kept answer"),
        ),
        Standing::ListedValid(at) => (
            Tone::Kept,
            format!("有効（{}月{}日 {:02}:{:02} 現在）", at.month(), at.day(), at.hour(), at.minute()),
            format!("Insured as of {} {:02}:{:02}, by the status list", at.date(), at.hour(), at.minute()),
        ),
        Standing::ListedLost(at) => (
            Tone::Kept,
            format!("資格喪失の記録（{}月{}日 {:02}:{:02} のリスト）", at.month(), at.day(), at.hour(), at.minute()),
            format!(
                "The coverage has ended, says the status list of {} {:02}:{:02}",
                at.date(),
                at.hour(),
                at.minute()
            ),
        ),
        Standing::LostSince(day) => (
            Tone::Kept,
            format!("{} に資格喪失の記録（控え）", plain(day)),
            format!("The coverage ended on {day}, says a kept answer"),
        ),
        Standing::CannotTell(_) => (Tone::CannotTell, "判定できません".to_owned(), "Cannot tell".to_owned()),
    }
}

/// Why nobody was asked, why nothing can be said, and what the decision says besides.
fn hints(
    recalled: &Recalled,
    certificate: Option<personal_certificate::Standing>,
    told: Vec<HintView>,
) -> Vec<HintView> {
    let hint =
        |text: Text, code: &str| HintView { ja: text.ja.to_owned(), en: text.en.to_owned(), code: code.to_owned() };
    let mut hints = vec![hint(recalled.why.why.text(), recalled.why.why.code())];
    match (certificate, recalled.standing) {
        (Some(personal_certificate::Standing::CannotTell(why)), _) => {
            hints.push(hint(certificate::why_not(why), why.code()));
        }
        (None, Standing::CannotTell(why)) => hints.push(hint(why_not(why), why.code())),
        (Some(_), _)
        | (
            None,
            Standing::ValidAsOf(_) | Standing::ListedValid(_) | Standing::LostSince(_) | Standing::ListedLost(_),
        ) => {}
    }
    hints.extend(told);
    hints
}

const fn why_not(why: CannotTell) -> Text {
    match why {
        CannotTell::NothingKept => Text::new(
            "この番号の回答は、この端末にまだ保存されていません。",
            "No answer about these numbers is kept here.",
        ),
        CannotTell::TooOld => {
            Text::new("保存された回答が31日より前のものです。", "The kept answer is more than 31 days old.")
        }
        CannotTell::Changed => Text::new(
            "保存された回答のあとに、保険の記録が変わりました。いまの保険をたずね、新しい証があれば見てください。",
            "The record has changed since the answer was kept. Ask for the present insurance; look at a new card.",
        ),
        CannotTell::OtherPeriod => Text::new(
            "保存された回答の証の有効期間に、この日が入っていません。新しい証が届いている時期です。",
            "The period of the card that was kept does not hold the day; a new card is usual then.",
        ),
        CannotTell::TicketUnknown => Text::new(
            "医療扶助です。今月の医療券がこの端末ではわかりません。福祉事務所に電話で確かめられます。",
            "Public assistance: the ticket of this month is not known here. The welfare office can tell by telephone.",
        ),
        CannotTell::DoesNotFit => Text::new(
            "この番号で保存された回答と、生年月日か枝番が一致しません。カードと見くらべてください。",
            "Birth date or branch differ from the kept answer about this card. Compare them with the card.",
        ),
        CannotTell::Several => Text::new(
            "この番号には複数の人がいます。カードの2桁の枝番を入れてください。",
            "Several people have this card. Enter the two-digit branch number.",
        ),
    }
}

const fn next(standing: Standing) -> Text {
    match standing {
        Standing::ValidAsOf(_) | Standing::ListedValid(_) => Text::new(
            "このまま受け付けられます。つながると自動で確認し直し、ちがいがあれば「保留」に出ます。",
            "Go on. It is asked again by itself when the center answers; a difference appears under Open cases.",
        ),
        Standing::LostSince(_) | Standing::ListedLost(_) => Text::new(
            "いまの保険を患者さんにたずね、新しい資格確認書などを見てください。つながると自動で確認し直します。",
            "Ask for the present insurance and look at the new card. It is asked again by itself.",
        ),
        Standing::CannotTell(_) => Text::new(
            "資格が無効という意味ではありません。資格確認書などの紙を見るか、患者さんの申し出を書き取って受け付けてください。つながると自動で確認し直します。",
            "This does not mean that the patient is not insured. Look at a paper or take down what the patient says, and go on. It is asked again by itself.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_that_is_named_is_the_one_that_counts() {
        let days = domain::offline::COPY_GOOD_DAYS.to_string();
        let text = why_not(CannotTell::TooOld);
        assert!(text.ja.contains(&format!("{days}日")) && text.en.contains(&format!("{days} days")));
    }

    #[test]
    fn no_words_advise_to_collect_everything_or_call_it_invalid() {
        let day = domain::date::parse("20261122").unwrap();
        let all = CannotTell::ALL.map(Standing::CannotTell).into_iter();
        let at = day.at(5, 0, 0, 0);
        let told =
            [Standing::ValidAsOf(day), Standing::LostSince(day), Standing::ListedValid(at), Standing::ListedLost(at)];
        for standing in all.chain(told) {
            let (_, ja, en) = big(standing);
            let text = next(standing);
            assert!(!ja.contains("無効") && !en.to_lowercase().contains("invalid"), "{ja} {en}");
            for words in [ja.as_str(), en.as_str(), text.ja, text.en] {
                assert!(!words.contains("10割") && !words.contains("全額") && !words.contains("100"), "{words}");
                assert!(!words.contains('●') && !words.is_empty());
            }
        }
    }
}

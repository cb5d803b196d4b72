//! What a certificate says without the center, in words and colour. Five words, one for each way in which it stands; that a
//! code could not be read is a sixth, said on the page of codes.

use domain::personal_certificate::{CannotTell, Standing};
use domain::{Date, date};
use jiff::civil::DateTime;
use kit::text::Text;

use super::answer::Tone;
use super::dates;

fn plain(day: Date) -> String {
    dates::plain_date(&date::format(day))
}

fn short(at: DateTime) -> String {
    format!("{}月{}日 {:02}:{:02}", at.month(), at.day(), at.hour(), at.minute())
}

/// The big words.
pub(super) fn big(standing: Standing) -> (Tone, String, String) {
    match standing {
        Standing::ValidAsOf(at) => (
            Tone::Kept,
            format!("有効（資格確認書・{} 現在）", short(at)),
            format!("Insured as of {}, by the certificate and the list", at.strftime("%F %R")),
        ),
        Standing::TakenBack(at) => (
            Tone::Kept,
            format!("この資格確認書は失効しています（{} のリスト）", short(at)),
            format!("Lost or taken back, says the list of {}", at.strftime("%F %R")),
        ),
        Standing::Over(day) => (
            Tone::Kept,
            format!("資格確認書の期限切れ（{}まで）", plain(day)),
            format!("The certificate ended on {day}"),
        ),
        Standing::NotYet(day) => (
            Tone::Kept,
            format!("資格確認書はまだ使えません（{}から）", plain(day)),
            format!("The certificate begins on {day}"),
        ),
        Standing::CannotTell(_) => (Tone::CannotTell, "判定できません".to_owned(), "Cannot tell".to_owned()),
    }
}

/// Why it cannot be told.
pub(super) const fn why_not(why: CannotTell) -> Text {
    match why {
        CannotTell::NotListed => Text::new(
            "資格確認書の署名は正しいものですが、取り消されていないかを見る新しい失効リストがこの端末にありません。",
            "The certificate is signed, but no list of these days is here that says whether it was taken back.",
        ),
        CannotTell::Changed => Text::new(
            "資格確認書を出したあとに登録内容が変わっています。資格は続いているかもしれません。",
            "The register has changed since the certificate was made. The insurance may go on.",
        ),
    }
}

/// What to do.
pub(super) const fn next(standing: Standing) -> Text {
    match standing {
        Standing::ValidAsOf(_) => Text::new(
            "氏名が患者さんの名乗りと同じなら、このまま受け付けられます。つながると自動で確認し直し、ちがいがあれば「保留」に出ます。",
            "Go on if the name is the patient's. It is asked again by itself when the center answers; a difference appears under Open cases.",
        ),
        Standing::TakenBack(_) | Standing::Over(_) | Standing::NotYet(_) => Text::new(
            "資格がないという意味ではありません。いまの保険を患者さんにたずね、新しい資格確認書などを見てください。つながると自動で確認し直します。",
            "This does not mean that the patient is not insured. Ask for the present insurance and look at the new certificate. It is asked again by itself.",
        ),
        Standing::CannotTell(_) => Text::new(
            "資格が無効という意味ではありません。券面を見るか、患者さんの申し出を書き取って受け付けてください。つながると自動で確認し直します。",
            "This does not mean that the patient is not insured. Look at the print or take down what the patient says, and go on. It is asked again by itself.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Standing> {
        let day = date::parse("20261122").unwrap();
        let at = day.at(5, 0, 0, 0);
        let cannot = CannotTell::ALL.map(Standing::CannotTell).into_iter();
        cannot
            .chain([Standing::ValidAsOf(at), Standing::TakenBack(at), Standing::Over(day), Standing::NotYet(day)])
            .collect()
    }

    #[test]
    fn each_way_to_stand_has_its_own_word() {
        let mut words: Vec<_> = all().into_iter().map(|standing| big(standing).1).collect();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), 5);
    }

    #[test]
    fn no_words_advise_to_collect_everything_or_call_somebody_uninsured() {
        for standing in all() {
            let (_, ja, en) = big(standing);
            let text = next(standing);
            assert!(!ja.contains("無効") && !en.to_lowercase().contains("invalid"), "{ja} {en}");
            for words in [ja.as_str(), en.as_str(), text.ja, text.en] {
                assert!(!words.contains("10割") && !words.contains("全額") && !words.contains("100"), "{words}");
                assert!(!words.contains('●') && !words.is_empty());
            }
        }
        for why in CannotTell::ALL {
            assert!(!why_not(why).ja.is_empty() && !why.code().is_empty());
        }
    }
}

//! What the people at the window are told when a card does not do what was hoped: one sentence for the patient, one for
//! the staff with the way on, each in Japanese and English.
//!
//! Numbers that differ from case to case, such as the tries left, stand beside these sentences, not in them. No way on is
//! worse than another: a patient whose card fails is recognised by the staff's eyes or by number.

use crate::channel::ChannelError;
use crate::error::CardError;

/// The sentences of one error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// For the patient, in Japanese.
    pub patient_ja: &'static str,
    /// For the patient, in English.
    pub patient_en: &'static str,
    /// For the staff, in Japanese: what it is and what to do now.
    pub staff_ja: &'static str,
    /// For the staff, in English.
    pub staff_en: &'static str,
}

const fn words(
    patient_ja: &'static str,
    patient_en: &'static str,
    staff_ja: &'static str,
    staff_en: &'static str,
) -> Words {
    Words { patient_ja, patient_en, staff_ja, staff_en }
}

static NO_SERVICE: Words = words(
    "カードを読み取る準備ができていません。係員にお知らせください",
    "Cards cannot be read at the moment. Please tell the staff.",
    "カードリーダーのサービス（pcscd）が動いていません。自動で再接続します。続く場合は端末を再起動し、その間は番号で確認してください",
    "The service for card readers (pcscd) does not run. It is tried again by itself; if that does not help, restart the \
     terminal, and check by number meanwhile.",
);
static NO_READER: Words = words(
    "カードを読み取れません。係員にお知らせください",
    "The card cannot be read. Please tell the staff.",
    "カードリーダーが見つかりません。ケーブルを差し直してください。その間は番号で確認できます",
    "No card reader was found. Plug its cable in again; check by number meanwhile.",
);
static NO_CARD: Words = words(
    "カードを置いてください",
    "Please put your card on the reader.",
    "カードが置かれていません。患者さんにカードを置くよう案内してください",
    "No card lies on the reader. Ask the patient to put it there.",
);
static REMOVED: Words = words(
    "読み取りの途中でカードが離れました。もう一度置いて、終わるまで動かさないでください",
    "The card was taken away too early. Put it back and leave it until the end.",
    "読み取りの途中でカードが離れました。もう一度置いてもらってください。暗証番号の残り回数は次の読み取りで表示されます",
    "The card was taken away too early. Have it put back; the tries left for the PIN show at the next reading.",
);
static BUSY: Words = words(
    "カードを読み取れません。係員にお知らせください",
    "The card cannot be read. Please tell the staff.",
    "ほかのプログラムがカードを使っています。そのプログラム（電子申請など）を閉じて、カードを置き直してもらってください",
    "Another program holds the card. Close it (tax or signing software, for instance) and have the card put back.",
);
static TIMED_OUT: Words = words(
    "カードから応答がありません。もう一度置いてください",
    "The card does not answer. Please put it on the reader again.",
    "カードから時間内に応答がありません。置き直しても続く場合は、目視か番号で確認してください",
    "The card did not answer in time. If putting it back does not help, check by eye or by number.",
);
static READER_FAILED: Words = words(
    "カードを読み取れません。係員にお知らせください",
    "The card cannot be read. Please tell the staff.",
    "カードリーダーで問題が起きました。ケーブルを差し直してください。その間は目視か番号で確認できます",
    "The card reader failed. Plug its cable in again; check by eye or by number meanwhile.",
);
static MALFORMED: Words = words(
    "カードの応答を読み取れません。もう一度置いてください",
    "The card's answer cannot be read. Please put it on the reader again.",
    "カードの応答が壊れています。置き直しても続く場合はカードの故障が考えられます。目視か番号で確認してください",
    "The card's answer is damaged. If putting it back does not help, the card may be broken: check by eye or by number.",
);
static NOT_IN_TRANSCRIPT: Words = words(
    "カードを読み取れません。係員にお知らせください",
    "The card cannot be read. Please tell the staff.",
    "記録の再生中に、記録にない操作がありました。試験用の設定が残っていないか確認してください",
    "A recording was asked for something that it does not hold. Look for settings left over from a test.",
);
static NOT_THIS_CARD: Words = words(
    "マイナンバーカードではないカードです。マイナンバーカードを置いてください",
    "This is not an Individual Number Card. Please use your Individual Number Card.",
    "マイナンバーカードではないカード（交通系ICカード、運転免許証など）です。マイナンバーカードがない場合は番号で確認してください",
    "Another kind of card (for trains or driving, for instance). If there is no Individual Number Card, check by number.",
);
static OLD_CARD: Words = words(
    "住民基本台帳カードは使えません。マイナンバーカードを置いてください",
    "A Basic Resident Register card cannot be used. Please use your Individual Number Card.",
    "住民基本台帳カードです。電子証明書はすべて期限切れのため使えません。番号で確認してください",
    "A Basic Resident Register card, whose certificates have all expired. Check by number.",
);
static NO_CERTIFICATE: Words = words(
    "このカードには電子証明書が入っていません。係員にお知らせください",
    "Your card holds no certificate. Please tell the staff.",
    "利用者証明用電子証明書が入っていません。発行は市区町村の窓口です。今回は番号で確認してください",
    "The card holds no certificate for user authentication; the municipality issues one. Check by number this time.",
);
static PIN_NEEDED: Words = words(
    "暗証番号（数字4桁）を入力してください",
    "Please enter your PIN of four digits.",
    "先に暗証番号の入力が必要です。スマートフォンでは証明書を読むのにも必要です",
    "The PIN must be entered first. On a phone even the certificate is behind it.",
);
static PIN_WRONG: Words = words(
    "暗証番号が違います。続けて3回間違えるとロックされます",
    "The PIN is wrong. After three wrong tries in a row it is locked.",
    "暗証番号が違います。残り回数を確認し、不確かな場合は顔認証か目視に切り替えてください",
    "The PIN is wrong. Look at the tries left; when in doubt, go on by face or by eye.",
);
static PIN_LOCKED: Words = words(
    "暗証番号がロックされています。係員が別の方法で確認します",
    "Your PIN is locked. The staff will check in another way.",
    "暗証番号がロックされています。解除は市区町村の窓口だけでできます。今回は顔認証か目視で確認してください",
    "The PIN is locked; only the municipality can unlock it. Check by face or by eye this time.",
);
static NUMBER_B_WRONG: Words = words(
    "カードの券面を読み取れませんでした。カードを置き直してください",
    "The face of the card could not be read. Please put the card back.",
    "券面の数字（生年月日・有効期限・セキュリティコード）が一致しません。置き直しても続く場合は暗証番号か目視で確認してください",
    "The digits on the face of the card (day of birth, expiry, security code) do not match. If putting it back does not \
     help, check by PIN or by eye.",
);
static NUMBER_B_LOCKED: Words = words(
    "このカードでは顔認証を使えません。暗証番号を入力してください",
    "Your face cannot be checked with this card. Please enter your PIN.",
    "照合番号がロックされ、写真を読み出せません。暗証番号か目視で確認してください。解除は市区町村の窓口です",
    "The photo is locked after too many wrong digits; the municipality unlocks it. Check by PIN or by eye.",
);
static NO_PHOTO: Words = words(
    "顔認証は使えません。暗証番号を入力してください",
    "Your face cannot be checked. Please enter your PIN.",
    "写真がありません（スマートフォンには写真が入っていません）。暗証番号か目視で確認してください",
    "There is no photo (phones hold none). Check by PIN or by eye.",
);
static UNREADABLE: Words = words(
    "カードの内容を読み取れません。係員にお知らせください",
    "What is on the card cannot be read. Please tell the staff.",
    "カードの内容が壊れている可能性があります。置き直しても続く場合は目視か番号で確認してください",
    "What is on the card may be damaged. If putting it back does not help, check by eye or by number.",
);
static UNEXPECTED: Words = words(
    "カードを読み取れません。もう一度置いてください",
    "The card cannot be read. Please put it on the reader again.",
    "カードが想定外の応答をしました。置き直しても続く場合は目視か番号で確認し、コードを販売元に伝えてください",
    "The card gave an answer that is not provided for. If putting it back does not help, check by eye or by number and \
     tell the vendor the code.",
);

pub(crate) const fn of_channel(error: &ChannelError) -> &'static Words {
    match error {
        ChannelError::NoService => &NO_SERVICE,
        ChannelError::NoReader => &NO_READER,
        ChannelError::NoCard => &NO_CARD,
        ChannelError::CardRemoved => &REMOVED,
        ChannelError::Busy => &BUSY,
        ChannelError::TimedOut => &TIMED_OUT,
        ChannelError::Reader(_) => &READER_FAILED,
        ChannelError::Malformed(_) | ChannelError::Endless => &MALFORMED,
        ChannelError::NotInTranscript { .. } => &NOT_IN_TRANSCRIPT,
    }
}

pub(crate) const fn of_card(error: &CardError) -> &'static Words {
    match error {
        CardError::Channel(error) => of_channel(error),
        CardError::NotThisCard => &NOT_THIS_CARD,
        CardError::OldCard => &OLD_CARD,
        CardError::FileNotFound { .. } => &NO_CERTIFICATE,
        CardError::NotAllowed { .. } => &PIN_NEEDED,
        CardError::PinWrong { .. } => &PIN_WRONG,
        CardError::PinLocked => &PIN_LOCKED,
        CardError::NumberBWrong { .. } => &NUMBER_B_WRONG,
        CardError::NumberBLocked => &NUMBER_B_LOCKED,
        CardError::NoPhoto => &NO_PHOTO,
        CardError::FileTooShort { .. } | CardError::FileTooLarge { .. } | CardError::FileUnreadable { .. } => {
            &UNREADABLE
        }
        CardError::NotASignature { .. } => &MALFORMED,
        CardError::Unexpected { .. } => &UNEXPECTED,
    }
}

//! What the people at the window are told when a card does not do what was hoped: one sentence for the patient, in the
//! languages of the kiosk, and one for the staff with the way on, in Japanese and English.
//!
//! Numbers that differ from case to case, such as the tries left, stand beside these sentences, not in them. No way on is
//! worse than another: a patient whose card fails is recognised by the staff's eyes or by number.

use domain::Spoken;

use crate::channel::ChannelError;
use crate::error::CardError;

/// The sentences of one error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// For the patient.
    pub patient: Spoken,
    /// For the staff, in Japanese: what it is and what to do now.
    pub staff_ja: &'static str,
    /// For the staff, in English.
    pub staff_en: &'static str,
}

const fn words(patient: Spoken, staff_ja: &'static str, staff_en: &'static str) -> Words {
    Words { patient, staff_ja, staff_en }
}

/// Said to patients who can do nothing about it.
const TELL_STAFF: Spoken = Spoken::new(
    "カードを読み取れません。係員にお知らせください。",
    "The card cannot be read. Please tell the staff.",
    "无法读取卡片。请告知工作人员。",
    "Không đọc được thẻ. Vui lòng báo nhân viên.",
    "Não é possível ler o cartão. Avise um funcionário.",
);
const PUT_IT_BACK: Spoken = Spoken::new(
    "カードを読み取れません。もう一度置いてください。",
    "The card cannot be read. Please put it on the reader again.",
    "无法读取卡片。请重新放置。",
    "Không đọc được thẻ. Vui lòng đặt thẻ lại.",
    "Não é possível ler o cartão. Coloque-o de novo no leitor.",
);
const FACE_NOT_HERE: Spoken = Spoken::new(
    "このカードでは顔認証を使えません。暗証番号を入力するか、係員をお呼びください。",
    "Your face cannot be checked with this card. Enter your PIN or call the staff.",
    "此卡片无法使用面部识别。请输入密码或呼叫工作人员。",
    "Thẻ này không dùng được nhận diện khuôn mặt. Hãy nhập mã PIN hoặc gọi nhân viên.",
    "Este cartão não permite o reconhecimento facial. Digite a senha ou chame um funcionário.",
);

static NO_SERVICE: Words = words(
    Spoken::new(
        "カードを読み取る準備ができていません。係員にお知らせください。",
        "Cards cannot be read at the moment. Please tell the staff.",
        "目前无法读取卡片。请告知工作人员。",
        "Hiện không thể đọc thẻ. Vui lòng báo nhân viên.",
        "No momento não é possível ler cartões. Avise um funcionário.",
    ),
    "カードリーダーのサービス（pcscd）が動いていません。自動で再接続します。続く場合は端末を再起動し、その間は番号で確認してください",
    "The service for card readers (pcscd) does not run. It is tried again by itself; if that does not help, restart the \
     terminal, and check by number meanwhile.",
);
static NO_READER: Words = words(
    TELL_STAFF,
    "カードリーダーが見つかりません。ケーブルを差し直してください。その間は番号で確認できます",
    "No card reader was found. Plug its cable in again; check by number meanwhile.",
);
static NO_CARD: Words = words(
    Spoken::new(
        "カードを置いてください。",
        "Please put your card on the reader.",
        "请放置卡片。",
        "Vui lòng đặt thẻ lên đầu đọc.",
        "Coloque o cartão no leitor.",
    ),
    "カードが置かれていません。患者さんにカードを置くよう案内してください",
    "No card lies on the reader. Ask the patient to put it there.",
);
static REMOVED: Words = words(
    Spoken::new(
        "読み取りの途中でカードが離れました。もう一度置いて、終わるまで動かさないでください。",
        "The card was taken away too early. Put it back and leave it until the end.",
        "读取途中卡片被移开。请重新放置，结束前不要移动。",
        "Thẻ bị lấy ra quá sớm. Hãy đặt lại và để yên đến khi xong.",
        "O cartão foi retirado cedo demais. Coloque-o de novo e deixe-o até o fim.",
    ),
    "読み取りの途中でカードが離れました。もう一度置いてもらってください。暗証番号の残り回数は次の読み取りで表示されます",
    "The card was taken away too early. Have it put back; the tries left for the PIN show at the next reading.",
);
static BUSY: Words = words(
    TELL_STAFF,
    "ほかのプログラムがカードを使っています。そのプログラム（電子申請など）を閉じて、カードを置き直してもらってください",
    "Another program holds the card. Close it (tax or signing software, for instance) and have the card put back.",
);
static TIMED_OUT: Words = words(
    Spoken::new(
        "カードから応答がありません。もう一度置いてください。",
        "The card does not answer. Please put it on the reader again.",
        "卡片没有响应。请重新放置。",
        "Thẻ không phản hồi. Vui lòng đặt thẻ lại.",
        "O cartão não responde. Coloque-o de novo no leitor.",
    ),
    "カードから時間内に応答がありません。置き直しても続く場合は、目視か番号で確認してください",
    "The card did not answer in time. If putting it back does not help, check by eye or by number.",
);
static READER_FAILED: Words = words(
    TELL_STAFF,
    "カードリーダーで問題が起きました。ケーブルを差し直してください。その間は目視か番号で確認できます",
    "The card reader failed. Plug its cable in again; check by eye or by number meanwhile.",
);
static MALFORMED: Words = words(
    PUT_IT_BACK,
    "カードの応答が壊れています。置き直しても続く場合はカードの故障が考えられます。目視か番号で確認してください",
    "The card's answer is damaged. If putting it back does not help, the card may be broken: check by eye or by number.",
);
static NOT_IN_TRANSCRIPT: Words = words(
    TELL_STAFF,
    "記録の再生中に、記録にない操作がありました。試験用の設定が残っていないか確認してください",
    "A recording was asked for something that it does not hold. Look for settings left over from a test.",
);
static NOT_THIS_CARD: Words = words(
    Spoken::new(
        "マイナンバーカードではないカードです。マイナンバーカードを置いてください。",
        "This is not an Individual Number Card. Please use your Individual Number Card.",
        "这不是个人编号卡。请放置个人编号卡。",
        "Đây không phải thẻ My Number. Vui lòng dùng thẻ My Number.",
        "Este não é o cartão My Number. Use o seu cartão My Number.",
    ),
    "マイナンバーカードではないカード（交通系ICカード、運転免許証など）です。マイナンバーカードがない場合は番号で確認してください",
    "Another kind of card (for trains or driving, for instance). If there is no Individual Number Card, check by number.",
);
static OLD_CARD: Words = words(
    Spoken::new(
        "住民基本台帳カードは使えません。マイナンバーカードを置いてください。",
        "A Basic Resident Register card cannot be used. Please use your Individual Number Card.",
        "住民基本台账卡不能使用。请放置个人编号卡。",
        "Không dùng được thẻ sổ cư trú cơ bản. Vui lòng dùng thẻ My Number.",
        "O cartão antigo de registro de residentes não serve. Use o seu cartão My Number.",
    ),
    "住民基本台帳カードです。電子証明書はすべて期限切れのため使えません。番号で確認してください",
    "A Basic Resident Register card, whose certificates have all expired. Check by number.",
);
static NO_CERTIFICATE: Words = words(
    Spoken::new(
        "このカードには電子証明書が入っていません。係員にお知らせください。",
        "Your card holds no certificate. Please tell the staff.",
        "此卡片中没有电子证书。请告知工作人员。",
        "Thẻ của bạn không có chứng thư điện tử. Vui lòng báo nhân viên.",
        "O seu cartão não tem certificado. Avise um funcionário.",
    ),
    "利用者証明用電子証明書が入っていません。発行は市区町村の窓口です。今回は番号で確認してください",
    "The card holds no certificate for user authentication; the municipality issues one. Check by number this time.",
);
static PIN_NEEDED: Words = words(
    Spoken::new(
        "暗証番号（数字4桁）を入力してください。",
        "Please enter your PIN of four digits.",
        "请输入4位密码。",
        "Vui lòng nhập mã PIN 4 chữ số.",
        "Digite a sua senha de quatro números.",
    ),
    "先に暗証番号の入力が必要です。スマートフォンでは証明書を読むのにも必要です",
    "The PIN must be entered first. On a phone even the certificate is behind it.",
);
static PIN_WRONG: Words = words(
    Spoken::new(
        "暗証番号が違います。続けて3回間違えるとロックされます。",
        "The PIN is wrong. After three wrong tries in a row it is locked.",
        "密码错误。连续输错3次将被锁定。",
        "Mã PIN sai. Sai 3 lần liên tiếp sẽ bị khóa.",
        "A senha está errada. Depois de três erros seguidos ela é bloqueada.",
    ),
    "暗証番号が違います。残り回数を確認し、不確かな場合は顔認証か目視に切り替えてください",
    "The PIN is wrong. Look at the tries left; when in doubt, go on by face or by eye.",
);
static PIN_LOCKED: Words = words(
    Spoken::new(
        "暗証番号がロックされています。係員が別の方法で確認します。",
        "Your PIN is locked. The staff will check in another way.",
        "您的密码已被锁定。工作人员将用其他方式确认。",
        "Mã PIN của bạn đã bị khóa. Nhân viên sẽ xác nhận bằng cách khác.",
        "A sua senha está bloqueada. Um funcionário vai confirmar de outra forma.",
    ),
    "暗証番号がロックされています。解除は市区町村の窓口だけでできます。今回は顔認証か目視で確認してください",
    "The PIN is locked; only the municipality can unlock it. Check by face or by eye this time.",
);
static NUMBER_B_WRONG: Words = words(
    Spoken::new(
        "カードの数字が一致しません。カードを見て、もう一度入力してください。",
        "The digits do not match the card. Look at the card and enter them again.",
        "数字与卡片不一致。请看着卡片重新输入。",
        "Các chữ số không khớp với thẻ. Hãy nhìn thẻ và nhập lại.",
        "Os números não conferem com o cartão. Olhe o cartão e digite de novo.",
    ),
    "券面の数字（生年月日・有効期限・セキュリティコード）が一致しません。続く場合は暗証番号か目視で確認してください",
    "The digits on the face of the card (day of birth, expiry, security code) do not match. If it goes on, check by PIN or \
     by eye.",
);
static NUMBER_B_LOCKED: Words = words(
    FACE_NOT_HERE,
    "照合番号がロックされ、写真を読み出せません。暗証番号か目視で確認してください。解除は市区町村の窓口です",
    "The photo is locked after too many wrong digits; the municipality unlocks it. Check by PIN or by eye.",
);
static NO_PHOTO: Words = words(
    FACE_NOT_HERE,
    "写真がありません（スマートフォンには写真が入っていません）。暗証番号か目視で確認してください",
    "There is no photo (phones hold none). Check by PIN or by eye.",
);
static MAKERS_READER_NEEDED: Words = words(
    FACE_NOT_HERE,
    "暗証番号なしで鍵を開けるには、顔認証付きカードリーダー（メーカー製）が必要です。暗証番号か目視で確認してください",
    "Opening the key without PIN needs a maker's face reader. Check by PIN or by eye.",
);
static TERMINAL_REFUSED: Words = words(
    FACE_NOT_HERE,
    "カードがこの端末の証明書を受け付けません。暗証番号か目視で確認し、コードを販売元に伝えてください",
    "The card does not accept the certificate of this terminal. Check by PIN or by eye, and tell the vendor the code.",
);
static UNREADABLE: Words = words(
    Spoken::new(
        "カードの内容を読み取れません。係員にお知らせください。",
        "What is on the card cannot be read. Please tell the staff.",
        "无法读取卡片内容。请告知工作人员。",
        "Không đọc được nội dung trên thẻ. Vui lòng báo nhân viên.",
        "O conteúdo do cartão não pode ser lido. Avise um funcionário.",
    ),
    "カードの内容が壊れている可能性があります。置き直しても続く場合は目視か番号で確認してください",
    "What is on the card may be damaged. If putting it back does not help, check by eye or by number.",
);
static UNEXPECTED: Words = words(
    PUT_IT_BACK,
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
        CardError::MakersReaderNeeded => &MAKERS_READER_NEEDED,
        CardError::TerminalRefused => &TERMINAL_REFUSED,
        CardError::FileTooShort { .. } | CardError::FileTooLarge { .. } | CardError::FileUnreadable { .. } => {
            &UNREADABLE
        }
        CardError::NotASignature { .. } => &MALFORMED,
        CardError::Unexpected { .. } => &UNEXPECTED,
    }
}

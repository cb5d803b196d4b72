//! What can go wrong at the kiosk: one code for vendors, one sentence for the patient, one for the staff with the way on,
//! and the ways on that the patient is offered. `docs/KIOSK.md` holds the table; a test keeps the two equal.

use card::CardError;
use domain::Spoken;
use kit::text::Text;
use wire::api::ProblemCode;

use crate::asking::outcome::{Outcome, Why};

/// A way on that the patient is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The same once more.
    Again,
    /// The PIN of the card.
    Pin,
    /// The camera.
    Face,
    /// Staff look at the photo of the card.
    Staff,
    /// The numbers, told to staff.
    Number,
}

impl Way {
    /// The word in the form, and in the table.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Pin => "pin",
            Self::Face => "face",
            Self::Staff => "staff",
            Self::Number => "number",
        }
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// With the card.
    Card(CardError),
    /// Two cards lie on the readers.
    TwoCards,
    /// With the face.
    Face(FaceFault),
    /// The center says no.
    Center(ProblemCode),
    /// The center could not be asked.
    CouldNotAsk(Why),
    /// With what staff do at the kiosk.
    Staff(StaffFault),
    /// What was typed cannot be what was asked for.
    Typed(TypedFault),
}

/// What went wrong with a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaceFault {
    /// The kiosk has no camera, or the browser may not use it.
    CameraMissing,
    /// Nobody is in the picture.
    NoFace,
    /// More than one person is in the picture.
    TwoFaces,
    /// It is not the person on the photo.
    Differs,
    /// It was not the person on the photo too often.
    Locked,
    /// The photo of the card shows no face that could be compared.
    PhotoUnusable,
    /// The model did not run.
    ModelFailed,
}

/// What went wrong with what staff do at the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StaffFault {
    /// The facility password is wrong.
    PasswordWrong,
    /// It was wrong too often: everybody waits.
    PasswordWait,
    /// None is set.
    PasswordNotSet,
    /// Staff said that it is not the person on the photo.
    Declined,
}

/// What cannot be what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypedFault {
    /// Not four digits.
    Pin,
    /// Not the digits of a card.
    Digits,
    /// Numbers of an insurance card that cannot be right.
    Numbers,
}

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Telling {
    pub(crate) patient: Spoken,
    pub(crate) staff: Text,
}

const fn telling(patient: Spoken, staff_ja: &'static str, staff_en: &'static str) -> Telling {
    Telling { patient, staff: Text::new(staff_ja, staff_en) }
}

const BY_NUMBER: Spoken = Spoken::new(
    "このカードでは確認できません。受付で保険証などの番号をお伝えください。",
    "This card cannot be used here. Please give your insurance numbers at the reception.",
    "无法使用此卡片确认。请在前台提供保险证号码。",
    "Không thể xác nhận bằng thẻ này. Vui lòng cho quầy tiếp nhận biết số bảo hiểm.",
    "Este cartão não pode ser usado. Informe os números do seguro na recepção.",
);
const TRY_AGAIN: Spoken = Spoken::new(
    "確認が終わりませんでした。もう一度お試しください。",
    "The check was not finished. Please try again.",
    "确认未完成。请再试一次。",
    "Chưa xác nhận xong. Vui lòng thử lại.",
    "A confirmação não terminou. Tente de novo.",
);
const NOT_NOW: Spoken = Spoken::new(
    "いま確認できません。少し待ってもう一度お試しになるか、係員をお呼びください。保険が使えないという意味ではありません。",
    "It cannot be checked right now. Try again shortly or call the staff. It does not mean that you are not insured.",
    "目前无法确认。请稍后再试或呼叫工作人员。这并不表示您没有保险。",
    "Hiện chưa thể xác nhận. Hãy thử lại sau hoặc gọi nhân viên. Điều này không có nghĩa là bạn không có bảo hiểm.",
    "Não é possível confirmar agora. Tente de novo em breve ou chame um funcionário. Isso não significa que você está sem seguro.",
);
const OTHER_WAY: Spoken = Spoken::new(
    "顔では確認できませんでした。暗証番号を入力するか、係員をお呼びください。",
    "Your face could not be checked. Enter your PIN or call the staff.",
    "无法通过面部确认。请输入密码或呼叫工作人员。",
    "Không xác nhận được bằng khuôn mặt. Hãy nhập mã PIN hoặc gọi nhân viên.",
    "Não foi possível confirmar pelo rosto. Digite a senha ou chame um funcionário.",
);

impl Fault {
    /// What a question that was not answered means here. An answer is no fault.
    pub(crate) fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Answered(_) => None,
            Outcome::Unreadable(_) => Some(Self::Typed(TypedFault::Numbers)),
            Outcome::Refused(document) => Some(Self::Center(document.code)),
            Outcome::CouldNotAsk(could_not) => Some(Self::CouldNotAsk(could_not.why)),
        }
    }

    /// The stable code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Card(error) => error.code(),
            Self::TwoCards => "two-cards",
            Self::Face(fault) => fault.code(),
            Self::Center(code) => code.as_str(),
            Self::CouldNotAsk(why) => why.code(),
            Self::Staff(fault) => fault.code(),
            Self::Typed(fault) => fault.code(),
        }
    }

    /// The sentences.
    pub(crate) const fn telling(&self) -> Telling {
        match self {
            Self::Card(error) => {
                let words = error.words();
                telling(words.patient, words.staff_ja, words.staff_en)
            }
            Self::TwoCards => TWO_CARDS,
            Self::Face(fault) => fault.telling(),
            Self::Center(code) => of_center(*code),
            Self::CouldNotAsk(why) => of_why(*why),
            Self::Staff(fault) => fault.telling(),
            Self::Typed(fault) => fault.telling(),
        }
    }

    /// The ways on, the likeliest first. Those that this kiosk or this card does not have are left out by the visit.
    pub(crate) const fn ways(&self) -> &'static [Way] {
        match self {
            Self::Card(error) => of_card(error),
            Self::TwoCards => &[Way::Number],
            Self::Face(FaceFault::CameraMissing | FaceFault::NoFace | FaceFault::TwoFaces) => {
                &[Way::Face, Way::Pin, Way::Staff]
            }
            Self::Face(_) => &[Way::Pin, Way::Staff],
            Self::Center(code) => center_ways(*code),
            Self::CouldNotAsk(_) | Self::Typed(_) => &[Way::Again, Way::Number],
            Self::Staff(_) => &[Way::Pin, Way::Face, Way::Number],
        }
    }
}

const fn of_card(error: &CardError) -> &'static [Way] {
    use card::ChannelError;
    match error {
        CardError::PinLocked | CardError::NotAllowed { .. } => &[Way::Face, Way::Staff],
        CardError::PinWrong { .. } => &[Way::Pin, Way::Face, Way::Staff],
        CardError::NumberBWrong { .. }
        | CardError::NumberBLocked
        | CardError::NoPhoto
        | CardError::MakersReaderNeeded
        | CardError::TerminalRefused => &[Way::Pin, Way::Staff],
        CardError::NotThisCard | CardError::OldCard | CardError::FileNotFound { .. } => &[Way::Number],
        CardError::Channel(ChannelError::NoService | ChannelError::NoReader) => &[Way::Number],
        CardError::Channel(_)
        | CardError::FileTooShort { .. }
        | CardError::FileTooLarge { .. }
        | CardError::FileUnreadable { .. }
        | CardError::NotASignature { .. }
        | CardError::Unexpected { .. } => &[Way::Again, Way::Staff, Way::Number],
    }
}

const fn center_ways(code: ProblemCode) -> &'static [Way] {
    match code {
        ProblemCode::CardNotRegistered => &[Way::Pin, Way::Number],
        ProblemCode::CardCertificateRefused
        | ProblemCode::CardCertificateNotYetValid
        | ProblemCode::CardCertificateOver
        | ProblemCode::CardCertificateRevoked
        | ProblemCode::CardCertificateUnknown
        | ProblemCode::CardRegisteredToAnother
        | ProblemCode::CardsNotTaken => &[Way::Number],
        _ => &[Way::Again, Way::Number],
    }
}

const TWO_CARDS: Telling = telling(
    Spoken::new(
        "カードが2枚置かれています。1枚だけにしてください。",
        "Two cards are on the readers. Please leave only one.",
        "放置了两张卡片。请只留一张。",
        "Có hai thẻ trên đầu đọc. Vui lòng chỉ để lại một thẻ.",
        "Há dois cartões nos leitores. Deixe apenas um.",
    ),
    "カードが2枚置かれています。患者さんのカード1枚だけを残してください。取りちがえを防ぐため、どちらも使いません",
    "Two cards lie on the readers. Leave the patient's only; neither is used until then.",
);

impl FaceFault {
    #[cfg(test)]
    const ALL: [Self; 7] = [
        Self::CameraMissing,
        Self::NoFace,
        Self::TwoFaces,
        Self::Differs,
        Self::Locked,
        Self::PhotoUnusable,
        Self::ModelFailed,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::CameraMissing => "camera-missing",
            Self::NoFace => "no-face",
            Self::TwoFaces => "two-faces",
            Self::Differs => "face-differs",
            Self::Locked => "face-locked",
            Self::PhotoUnusable => "card-photo-unusable",
            Self::ModelFailed => "face-model-failed",
        }
    }

    const fn telling(self) -> Telling {
        match self {
            Self::CameraMissing => telling(
                Spoken::new(
                    "カメラを使えません。暗証番号を入力するか、係員をお呼びください。",
                    "The camera cannot be used. Enter your PIN or call the staff.",
                    "无法使用摄像头。请输入密码或呼叫工作人员。",
                    "Không dùng được máy ảnh. Hãy nhập mã PIN hoặc gọi nhân viên.",
                    "A câmera não pode ser usada. Digite a senha ou chame um funcionário.",
                ),
                "カメラを使えません。ケーブルと、ブラウザーのカメラの許可を確かめてください。今回は暗証番号か目視で確認できます",
                "The camera cannot be used. Look at its cable and at the browser's permission; check by PIN or by eye meanwhile.",
            ),
            Self::NoFace => telling(
                Spoken::new(
                    "顔が見えません。カメラの正面に立ってください。",
                    "Your face cannot be seen. Please stand in front of the camera.",
                    "看不到您的脸。请站在摄像头正前方。",
                    "Không thấy khuôn mặt. Hãy đứng trước máy ảnh.",
                    "O seu rosto não aparece. Fique na frente da câmera.",
                ),
                "カメラに顔が写っていません。高さと明るさを直すか、暗証番号か目視に切り替えてください",
                "No face is in the picture. Mind height and light, or go on by PIN or by eye.",
            ),
            Self::TwoFaces => telling(
                Spoken::new(
                    "2人以上写っています。おひとりで写ってください。",
                    "More than one person is in the picture. Please stand there alone.",
                    "画面中有两人以上。请一个人拍摄。",
                    "Có hơn một người trong hình. Vui lòng chỉ đứng một mình.",
                    "Há mais de uma pessoa na imagem. Fique só você na frente da câmera.",
                ),
                "2人以上写っています。付き添いの方に離れてもらうか、暗証番号か目視に切り替えてください",
                "More than one person is in the picture. Ask companions to step aside, or go on by PIN or by eye.",
            ),
            Self::Differs => telling(
                Spoken::new(
                    "カードの写真と一致しませんでした。もう一度カメラを見てください。",
                    "It did not match the photo on the card. Please look at the camera again.",
                    "与卡片照片不一致。请再次看向摄像头。",
                    "Không khớp với ảnh trên thẻ. Hãy nhìn vào máy ảnh lần nữa.",
                    "Não correspondeu à foto do cartão. Olhe de novo para a câmera.",
                ),
                "カードの写真と一致しません。眼鏡・マスクを外してもらうか、暗証番号か目視に切り替えてください",
                "It does not match the photo. Have glasses or mask taken off, or go on by PIN or by eye.",
            ),
            Self::Locked => telling(
                OTHER_WAY,
                "顔認証が続けて一致せず、このカードでは30分間使えません。暗証番号か目視で確認してください",
                "Faces did not match too often; locked for this card for 30 minutes. Check by PIN or by eye.",
            ),
            Self::PhotoUnusable => telling(
                OTHER_WAY,
                "カードの写真を顔認証に使えません。暗証番号か目視で確認してください",
                "The photo of the card cannot be compared. Check by PIN or by eye.",
            ),
            Self::ModelFailed => telling(
                OTHER_WAY,
                "顔認証のモデルが動きません。terminal.toml の [face] を確かめてください。今回は暗証番号か目視で確認してください",
                "The face model does not run. Look at [face] in terminal.toml; check by PIN or by eye this time.",
            ),
        }
    }
}

impl StaffFault {
    #[cfg(test)]
    const ALL: [Self; 4] = [Self::PasswordWrong, Self::PasswordWait, Self::PasswordNotSet, Self::Declined];

    const fn code(self) -> &'static str {
        match self {
            Self::PasswordWrong => "facility-password-wrong",
            Self::PasswordWait => "facility-password-wait",
            Self::PasswordNotSet => "facility-password-not-set",
            Self::Declined => "staff-declined",
        }
    }

    const fn telling(self) -> Telling {
        const CALLING: Spoken = Spoken::new(
            "係員をお待ちください。",
            "Please wait for the staff.",
            "请等待工作人员。",
            "Vui lòng đợi nhân viên.",
            "Aguarde um funcionário.",
        );
        match self {
            Self::PasswordWrong => telling(
                CALLING,
                "施設パスワードが違います。受付画面の「目視で確認」からも進められます",
                "The facility password is wrong. The desk page can confirm as well.",
            ),
            Self::PasswordWait => telling(
                CALLING,
                "施設パスワードの間違いが続いたため、1分待ってください。受付画面の「目視で確認」はいま使えます",
                "Too many wrong facility passwords: wait a minute. The desk page can confirm now.",
            ),
            Self::PasswordNotSet => telling(
                CALLING,
                "施設パスワードが設定されていません。受付画面の「目視で確認」から進めてください",
                "No facility password is set. Confirm on the desk page.",
            ),
            Self::Declined => telling(
                Spoken::new(
                    "目視では確認できませんでした。ほかの方法をお選びください。",
                    "It could not be confirmed by eye. Please choose another way.",
                    "工作人员未能目视确认。请选择其他方式。",
                    "Nhân viên chưa xác nhận được bằng mắt. Hãy chọn cách khác.",
                    "Não foi possível confirmar visualmente. Escolha outra forma.",
                ),
                "目視で本人と確認できなかったと記録しました。暗証番号か番号での確認を案内してください",
                "Noted that the face did not match the photo. Offer the PIN or the numbers.",
            ),
        }
    }
}

impl TypedFault {
    #[cfg(test)]
    const ALL: [Self; 3] = [Self::Pin, Self::Digits, Self::Numbers];

    const fn code(self) -> &'static str {
        match self {
            Self::Pin => "pin-not-four-digits",
            Self::Digits => "face-digits-unreadable",
            Self::Numbers => "unreadable-query",
        }
    }

    const fn telling(self) -> Telling {
        match self {
            Self::Pin => telling(
                Spoken::new(
                    "暗証番号は数字4けたです。残り回数は減っていません。",
                    "A PIN has four digits. No try was counted.",
                    "密码为4位数字。未扣除次数。",
                    "Mã PIN gồm 4 chữ số. Chưa tính lần thử nào.",
                    "A senha tem quatro números. Nenhuma tentativa foi contada.",
                ),
                "4けたの数字ではないため、カードには送っていません。もう一度入力してもらってください",
                "Not four digits, so it was not shown to the card. Have it entered again.",
            ),
            Self::Digits => telling(
                Spoken::new(
                    "数字を読み取れません。カードの表を見て、もう一度入力してください。",
                    "The digits cannot be right. Look at the front of the card and enter them again.",
                    "数字有误。请看着卡片正面重新输入。",
                    "Các chữ số không đúng. Hãy nhìn mặt trước của thẻ và nhập lại.",
                    "Os números não estão certos. Olhe a frente do cartão e digite de novo.",
                ),
                "生年月日6けた（元号の年）・有効期限の年4けた・セキュリティコード4けたです。カードには送っていません",
                "Six digits of the birthday (year of the era), four of the year of expiry, four of the security code. Not shown to the card.",
            ),
            Self::Numbers => telling(
                Spoken::new(
                    "番号に誤りがあります。印のついたところを直してください。",
                    "Some numbers cannot be right. Please correct the marked ones.",
                    "号码有误。请修改标记处。",
                    "Có số không đúng. Hãy sửa chỗ được đánh dấu.",
                    "Há números errados. Corrija os marcados.",
                ),
                "入力された番号に誤りがあります。資格確認書などと見くらべて、一緒に直してください",
                "Some numbers cannot be right. Compare them with the insurance card together.",
            ),
        }
    }
}

const fn of_center(code: ProblemCode) -> Telling {
    match code {
        ProblemCode::CardCertificateOver => telling(
            Spoken::new(
                "カードの電子証明書の期限が切れています。受付で保険証などの番号をお伝えください。",
                "The certificate of your card has expired. Please give your insurance numbers at the reception.",
                "卡片的电子证书已过期。请在前台提供保险证号码。",
                "Chứng thư trên thẻ đã hết hạn. Vui lòng cho quầy tiếp nhận biết số bảo hiểm.",
                "O certificado do seu cartão venceu. Informe os números do seguro na recepção.",
            ),
            "電子証明書の期限が切れてから3か月を過ぎています。番号で確認し、市区町村での更新をすすめてください",
            "The certificate ran out more than three months ago. Check by number and advise renewal.",
        ),
        ProblemCode::CardCertificateRevoked => telling(
            Spoken::new(
                "このカードの電子証明書は使えなくなっています。新しいカードをお使いになるか、受付で番号をお伝えください。",
                "The certificate of this card is no longer valid. Use your new card, or give your numbers at the reception.",
                "此卡片的电子证书已失效。请使用新卡片，或在前台提供号码。",
                "Chứng thư trên thẻ này không còn hiệu lực. Hãy dùng thẻ mới hoặc cho quầy biết số bảo hiểm.",
                "O certificado deste cartão não vale mais. Use o cartão novo ou informe os números na recepção.",
            ),
            "電子証明書は失効しています（再発行・紛失の届け出など）。新しいカードか番号で確認してください",
            "The certificate was revoked (reissued or reported lost). Use the new card or the numbers.",
        ),
        ProblemCode::CardCertificateUnknown => telling(
            BY_NUMBER,
            "電子証明書を発行元で確認できません。番号で確認してください",
            "The issuer does not know the certificate. Check by number.",
        ),
        ProblemCode::CardCertificateNotYetValid => telling(
            BY_NUMBER,
            "電子証明書の有効期間がまだ始まっていません。番号で確認してください",
            "The certificate is not valid yet. Check by number.",
        ),
        ProblemCode::CardCertificateRefused => telling(
            BY_NUMBER,
            "利用者証明用電子証明書として受け付けられません。番号で確認してください",
            "Not an acceptable certificate for user authentication. Check by number.",
        ),
        ProblemCode::CardNotRegistered => telling(
            Spoken::new(
                "このカードはまだ保険証として登録されていません。",
                "This card is not registered as an insurance card yet.",
                "此卡片尚未登记为保险证。",
                "Thẻ này chưa được đăng ký làm thẻ bảo hiểm.",
                "Este cartão ainda não está registrado como cartão de seguro.",
            ),
            "利用登録がありません。暗証番号か顔で確認すればここで登録できます。今回は番号でも確認できます",
            "Not registered. It can be registered here after PIN or face; the numbers work as well.",
        ),
        ProblemCode::CardRegisteredToAnother => telling(
            BY_NUMBER,
            "このカードはほかの方の利用登録に使われています。カードの取りちがえがないか確かめ、番号で確認してください",
            "This card is registered for somebody else. Look for a mix-up of cards, and check by number.",
        ),
        ProblemCode::CardsNotTaken => telling(
            BY_NUMBER,
            "センターがカードによる確認を行っていません。番号で確認してください",
            "The center does not take cards. Check by number.",
        ),
        ProblemCode::PatientNotFound => telling(
            Spoken::new(
                "入力された番号の保険が見つかりません。番号をもう一度確かめてください。",
                "No insurance with these numbers was found. Please check the numbers again.",
                "未找到与所输入号码相符的保险。请再次核对号码。",
                "Không tìm thấy bảo hiểm với các số này. Hãy kiểm tra lại.",
                "Nenhum seguro com esses números foi encontrado. Confira os números.",
            ),
            "番号に該当する資格がありません。資格確認書などと見くらべて、一緒に直してください",
            "No coverage fits these numbers. Compare them with the insurance card together.",
        ),
        ProblemCode::ChallengeExpired
        | ProblemCode::ChallengeUsed
        | ProblemCode::ChallengeUnknown
        | ProblemCode::CardSignatureInvalid
        | ProblemCode::CardSignatureMissing => telling(
            TRY_AGAIN,
            "カードの確認がセンターで受け付けられませんでした。もう一度で直らない場合は番号で確認し、コードを販売元に伝えてください",
            "The center did not take what the card signed. If once more does not help, check by number and tell the vendor the code.",
        ),
        _ => telling(
            NOT_NOW,
            "センターが受け付けません。受付画面の「状態」を開き、管理者に知らせてください。今回は番号か紙で確認してください",
            "The center does not accept it. Open the status page and tell the administrator; check by number or paper meanwhile.",
        ),
    }
}

const fn of_why(why: Why) -> Telling {
    match why {
        Why::Unreachable | Why::NoAnswerInTime | Why::Busy => telling(
            NOT_NOW,
            "センターに問い合わせできません。資格が無効という意味ではありません。急ぐときは紙で確認し、あとで再確認してください",
            "The center cannot be asked. It does not mean that the patient is not insured; look at a paper and check later.",
        ),
        Why::ProofDoesNotHold | Why::AnswerDoesNotFit => telling(
            NOT_NOW,
            "センターの回答を確かめられないため表示しません。もう一度お試しください。続くときは管理者に知らせてください",
            "The answer of the center cannot be verified and is not shown. Try again; if it goes on, tell the administrator.",
        ),
        Why::CertificateExpired => telling(
            NOT_NOW,
            "この端末の証明書の期限が切れています。自動更新を待つか、管理者に知らせてください",
            "The certificate of this terminal has run out. Wait for its renewal or tell the administrator.",
        ),
        Why::CardStatus => telling(
            NOT_NOW,
            "カードの失効をいま確かめられないため、利用登録と解除はできません。少し待ってもう一度お試しください",
            "Whether the card was revoked cannot be found out now, so it cannot be registered or ended. Try again shortly.",
        ),
    }
}

/// Every fault that has sentences of its own, for the table and for tests.
#[cfg(test)]
pub(crate) fn all() -> Vec<Fault> {
    use card::{ChannelError, StatusWord};
    let status = StatusWord::new(0x6f00);
    let channel = [
        ChannelError::NoService,
        ChannelError::NoReader,
        ChannelError::NoCard,
        ChannelError::CardRemoved,
        ChannelError::Busy,
        ChannelError::TimedOut,
        ChannelError::Reader("failed".to_owned()),
        ChannelError::Endless,
    ];
    let card = [
        CardError::NotThisCard,
        CardError::OldCard,
        CardError::FileNotFound { file: 10 },
        CardError::NotAllowed { file: 10 },
        CardError::PinWrong { left: 2 },
        CardError::PinLocked,
        CardError::NumberBWrong { left: 2 },
        CardError::NumberBLocked,
        CardError::NoPhoto,
        CardError::MakersReaderNeeded,
        CardError::TerminalRefused,
        CardError::FileUnreadable { file: 10, expected: "a certificate" },
        CardError::NotASignature { bytes: 0 },
        CardError::Unexpected { status, step: "SELECT" },
    ];
    let center = [
        ProblemCode::CardCertificateOver,
        ProblemCode::CardCertificateRevoked,
        ProblemCode::CardCertificateUnknown,
        ProblemCode::CardCertificateNotYetValid,
        ProblemCode::CardCertificateRefused,
        ProblemCode::CardNotRegistered,
        ProblemCode::CardRegisteredToAnother,
        ProblemCode::CardsNotTaken,
        ProblemCode::PatientNotFound,
        ProblemCode::ChallengeExpired,
        ProblemCode::CardSignatureInvalid,
        ProblemCode::FacilityUnknown,
    ];
    channel
        .into_iter()
        .map(|error| Fault::Card(CardError::Channel(error)))
        .chain(card.into_iter().map(Fault::Card))
        .chain([Fault::TwoCards])
        .chain(FaceFault::ALL.into_iter().map(Fault::Face))
        .chain(center.into_iter().map(Fault::Center))
        .chain(Why::ALL.into_iter().map(Fault::CouldNotAsk))
        .chain(StaffFault::ALL.into_iter().map(Fault::Staff))
        .chain(TypedFault::ALL.into_iter().map(Fault::Typed))
        .collect()
}

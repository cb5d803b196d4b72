//! What people are told when the center says no, or when it could not be asked.

use domain::Spoken;
use wire::api::ProblemCode;

use super::{Telling, telling};
use crate::asking::outcome::Why;

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

pub(super) const fn of_center(code: ProblemCode) -> Telling {
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

pub(super) const fn of_why(why: Why) -> Telling {
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

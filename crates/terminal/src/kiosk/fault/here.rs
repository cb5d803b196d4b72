//! What people are told when the fault lies before the kiosk: a face, the staff's password, what was typed.

use domain::Spoken;

use super::{FaceFault, StaffFault, Telling, TypedFault, telling};

const OTHER_WAY: Spoken = Spoken::new(
    "顔では確認できませんでした。暗証番号を入力するか、係員をお呼びください。",
    "Your face could not be checked. Enter your PIN or call the staff.",
    "无法通过面部确认。请输入密码或呼叫工作人员。",
    "Không xác nhận được bằng khuôn mặt. Hãy nhập mã PIN hoặc gọi nhân viên.",
    "Não foi possível confirmar pelo rosto. Digite a senha ou chame um funcionário.",
);

impl FaceFault {
    #[cfg(test)]
    pub(super) const ALL: [Self; 7] = [
        Self::CameraMissing,
        Self::NoFace,
        Self::TwoFaces,
        Self::Differs,
        Self::Locked,
        Self::PhotoUnusable,
        Self::ModelFailed,
    ];

    pub(super) const fn code(self) -> &'static str {
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

    pub(super) const fn telling(self) -> Telling {
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
    pub(super) const ALL: [Self; 4] = [Self::PasswordWrong, Self::PasswordWait, Self::PasswordNotSet, Self::Declined];

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::PasswordWrong => "facility-password-wrong",
            Self::PasswordWait => "facility-password-wait",
            Self::PasswordNotSet => "facility-password-not-set",
            Self::Declined => "staff-declined",
        }
    }

    pub(super) const fn telling(self) -> Telling {
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
    pub(super) const ALL: [Self; 3] = [Self::Pin, Self::Digits, Self::Numbers];

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Pin => "pin-not-four-digits",
            Self::Digits => "face-digits-unreadable",
            Self::Numbers => "unreadable-query",
        }
    }

    pub(super) const fn telling(self) -> Telling {
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

//! The sentences of the kiosk's page, in its five languages. Those of faults stand in [`super::fault`], those of consents
//! in `domain`.

use domain::{Spoken, Tongue};
use wire::api::Verdict;

macro_rules! words {
    ($($name:ident: $ja:literal, $en:literal, $zh:literal, $vi:literal, $pt:literal;)+) => {
        $(pub(super) const $name: Spoken = Spoken::new($ja, $en, $zh, $vi, $pt);)+

        /// All of them, for tests.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, Spoken)] = &[$((stringify!($name), $name)),+];
    };
}

words! {
    WELCOME: "保険の確認", "Insurance check", "保险确认", "Kiểm tra bảo hiểm", "Confirmação do seguro";
    CHOOSE_WAY: "方法を選んでください。どれでも同じように確認できます。",
        "Choose a way. All of them are equally good.",
        "请选择方式。任何方式都可以。",
        "Hãy chọn cách. Cách nào cũng được.",
        "Escolha uma forma. Todas valem igualmente.";
    BY_CARD: "マイナンバーカード", "Individual Number Card", "个人编号卡", "Thẻ My Number", "Cartão My Number";
    BY_PHONE: "スマートフォン", "Smartphone", "智能手机", "Điện thoại thông minh", "Smartphone";
    BY_NUMBER: "番号で確認（資格確認書など）", "By number (paper or old card)", "用号码确认（资格确认书等）",
        "Bằng số (giấy xác nhận…)", "Pelos números (papel ou cartão antigo)";
    CALL_STAFF: "係員を呼ぶ", "Call the staff", "呼叫工作人员", "Gọi nhân viên", "Chamar um funcionário";
    NO_READER_NOW: "いまカードを読み取れません。番号で確認できます。", "Cards cannot be read at the moment. Use your numbers.",
        "目前无法读取卡片。可用号码确认。", "Hiện không đọc được thẻ. Hãy dùng số bảo hiểm.",
        "No momento não é possível ler cartões. Use os números.";
    TAKE_CARD: "カードが置かれたままです。お取りください。", "A card is still here. Please take it.", "卡片仍在读卡器上。请取走。",
        "Thẻ vẫn còn trên đầu đọc. Vui lòng lấy lại.", "Há um cartão no leitor. Retire-o, por favor.";
    PUT_CARD: "カードを置いてください", "Put your card on the reader", "请放置卡片", "Hãy đặt thẻ lên đầu đọc",
        "Coloque o cartão no leitor";
    PUT_PHONE: "スマートフォンをかざしてください", "Hold your phone to the reader", "请将手机靠近读卡器",
        "Hãy áp điện thoại vào đầu đọc", "Aproxime o celular do leitor";
    KEEP_CARD: "終わるまで、そのまま置いてください。", "Leave it there until the end.", "结束前请勿移动。",
        "Hãy để yên cho đến khi xong.", "Deixe-o ali até o fim.";
    READING: "読み取っています", "Reading", "正在读取", "Đang đọc", "Lendo";
    WORKING: "確認しています", "Checking", "正在确认", "Đang kiểm tra", "Confirmando";
    WAIT: "少しお待ちください。", "One moment, please.", "请稍候。", "Vui lòng đợi một chút.", "Um momento, por favor.";
    PIN: "暗証番号（数字4けた）", "PIN (four digits)", "密码（4位数字）", "Mã PIN (4 chữ số)", "Senha (quatro números)";
    PIN_LABEL: "暗証番号", "PIN", "密码", "Mã PIN", "Senha";
    ENTER: "決定", "Enter", "确定", "Xác nhận", "Confirmar";
    DELETE: "1字消す", "Delete", "删除", "Xóa", "Apagar";
    TRIES_3: "あと3回入力できます。", "Three tries left.", "还可输入3次。", "Còn 3 lần thử.", "Restam três tentativas.";
    TRIES_2: "あと2回入力できます。", "Two tries left.", "还可输入2次。", "Còn 2 lần thử.", "Restam duas tentativas.";
    TRIES_1: "あと1回だけ入力できます。まちがえるとロックされます。", "One try left. After a wrong PIN it is locked.",
        "仅可再输入1次。输错将被锁定。", "Chỉ còn 1 lần thử. Nếu sai, mã sẽ bị khóa.",
        "Resta uma tentativa. Se errar, a senha será bloqueada.";
    FORGOT: "わからないときは、ほかの方法を選べます。", "If you do not remember it, choose another way.",
        "如果忘记密码，可选择其他方式。", "Nếu không nhớ, hãy chọn cách khác.", "Se não lembrar, escolha outra forma.";
    BY_FACE: "顔で確認", "By face", "面部识别", "Bằng khuôn mặt", "Pelo rosto";
    BY_PIN: "暗証番号で確認", "By PIN", "用密码确认", "Bằng mã PIN", "Pela senha";
    BY_STAFF: "係員に見てもらう", "Let the staff look", "请工作人员确认", "Nhờ nhân viên xem", "Pedir a um funcionário";
    DIGITS: "カードの表の数字", "Digits on the front of the card", "卡片正面的数字", "Chữ số ở mặt trước thẻ",
        "Números na frente do cartão";
    DIGITS_WHY: "写真を読み出すために使います。ほかには使いません。", "They open the photo, and are used for nothing else.",
        "仅用于读取照片。", "Chỉ dùng để đọc ảnh trên thẻ.", "Servem só para ler a foto.";
    BIRTH_DIGITS: "生年月日（年は元号で2けた、月2けた、日2けた）", "Birthday (two digits each: year of the era, month, day)",
        "出生日期（年号年2位、月2位、日2位）", "Ngày sinh (năm theo niên hiệu, tháng, ngày; mỗi phần 2 chữ số)",
        "Nascimento (ano da era, mês e dia, dois números cada)";
    EXPIRY_YEAR: "有効期限の年（西暦4けた）", "Year of expiry (four digits)", "有效期限年份（4位）",
        "Năm hết hạn (4 chữ số)", "Ano de validade (quatro números)";
    SECURITY_CODE: "写真の下のセキュリティコード（4けた）", "Security code below the photo (four digits)", "照片下方的安全码（4位）",
        "Mã bảo mật dưới ảnh (4 chữ số)", "Código de segurança abaixo da foto (quatro números)";
    CAMERA: "カメラを見てください", "Look at the camera", "请看摄像头", "Hãy nhìn vào máy ảnh", "Olhe para a câmera";
    CAMERA_WHY: "画像はこの端末の中だけで使い、残しません。", "The picture stays in this machine and is not kept.",
        "图像仅在本终端内使用，不会保存。", "Hình ảnh chỉ dùng trong máy này và không được lưu.",
        "A imagem fica só nesta máquina e não é guardada.";
    COME_CLOSER: "もう少し近づいてください。", "Come a little closer.", "请再靠近一些。", "Hãy lại gần hơn một chút.",
        "Chegue um pouco mais perto.";
    LOOK_STRAIGHT: "正面を向いてください。", "Look straight ahead.", "请正对摄像头。", "Hãy nhìn thẳng.", "Olhe para a frente.";
    TURN_LEFT: "ゆっくり左を向いてください。", "Slowly turn your head to the left.", "请慢慢向左转头。",
        "Từ từ quay đầu sang trái.", "Vire a cabeça devagar para a esquerda.";
    TURN_RIGHT: "ゆっくり右を向いてください。", "Slowly turn your head to the right.", "请慢慢向右转头。",
        "Từ từ quay đầu sang phải.", "Vire a cabeça devagar para a direita.";
    STAFF: "係員が確認します", "The staff will look", "工作人员将确认", "Nhân viên sẽ xác nhận", "Um funcionário vai confirmar";
    STAFF_SHOW: "係員にカードの写真を見せてください。", "Please show the photo on your card to the staff.",
        "请向工作人员出示卡片照片。", "Hãy cho nhân viên xem ảnh trên thẻ.", "Mostre a foto do cartão ao funcionário.";
    FOR_STAFF: "係員用: 施設パスワード", "For staff: facility password", "工作人员用：设施密码", "Dành cho nhân viên: mật khẩu cơ sở",
        "Para funcionários: senha da instituição";
    CONFIRM: "確認しました", "Confirmed", "已确认", "Đã xác nhận", "Confirmado";
    CALLED: "受付でお伝えください", "Please tell the reception", "请告知前台", "Vui lòng báo quầy tiếp nhận",
        "Fale com a recepção";
    CALLED_NUMBER: "番号で確認します。資格確認書などをお持ちのうえ、受付へどうぞ。お見せする情報も同じように選べます。",
        "You will be checked by number. Please bring your paper to the reception; you choose there what may be shown.",
        "将用号码确认。请携带资格确认书等到前台。可同样选择出示的信息。",
        "Sẽ kiểm tra bằng số. Hãy mang giấy xác nhận đến quầy; bạn cũng được chọn thông tin cho xem.",
        "A confirmação será pelos números. Leve o papel à recepção; lá você escolhe o que mostrar.";
    CALLED_HELP: "係員を呼びました。少しお待ちください。", "The staff have been called. One moment, please.", "已呼叫工作人员。请稍候。",
        "Đã gọi nhân viên. Vui lòng đợi.", "Um funcionário foi chamado. Um momento, por favor.";
    REGISTER: "保険証としての登録", "Register as insurance card", "登记为保险证", "Đăng ký làm thẻ bảo hiểm",
        "Registro como cartão de seguro";
    REGISTER_WHY: "このカードはまだ保険証として登録されていません。はじめに一度だけ、いまの保険の番号を入れてください。",
        "This card is not registered as an insurance card yet. Please enter your present insurance numbers, once.",
        "此卡片尚未登记为保险证。首次请输入一次当前的保险号码。",
        "Thẻ này chưa được đăng ký làm thẻ bảo hiểm. Hãy nhập số bảo hiểm hiện tại, chỉ một lần.",
        "Este cartão ainda não está registrado. Digite os números do seguro atual, só desta vez.";
    INSURER_NUMBER: "保険者番号", "Insurer number", "保险者编号", "Số cơ quan bảo hiểm", "Número da seguradora";
    SYMBOL: "記号", "Symbol", "记号", "Ký hiệu", "Símbolo";
    NUMBER: "番号", "Number", "号码", "Số", "Número";
    BRANCH: "枝番", "Branch number", "分号", "Số phụ", "Número adicional";
    BIRTHDATE: "生年月日（例 19800401、S55.4.1）", "Birth date (such as 19800401)", "出生日期（例如19800401）",
        "Ngày sinh (ví dụ 19800401)", "Data de nascimento (como 19800401)";
    DO_REGISTER: "登録する", "Register", "登记", "Đăng ký", "Registrar";
    CONSENTS: "見せてもよい情報", "What may be shown", "可以出示的信息", "Thông tin được phép xem", "O que pode ser mostrado";
    CONSENTS_WHY: "ひとつずつ選べます。見せなくても、診察と負担の割合は変わりません。24時間で終わり、いつでも取り消せます。",
        "Choose one by one. Your treatment and your share are the same either way. It ends after 24 hours, and you can take it back at any time.",
        "可逐项选择。不出示也不影响诊疗和负担比例。24小时后结束，可随时取消。",
        "Hãy chọn từng mục. Không cho xem thì việc khám và mức chi trả vẫn như nhau. Hết hạn sau 24 giờ và có thể rút lại bất cứ lúc nào.",
        "Escolha item por item. O tratamento e o valor não mudam. Termina em 24 horas e você pode desistir a qualquer momento.";
    CONSENTS_LIMITED: "このカードでは、いまは支払いに関する情報だけを選べます。", "With this card, only what concerns payment can be chosen now.",
        "使用此卡片目前只能选择与付款有关的信息。", "Với thẻ này, hiện chỉ chọn được thông tin về chi trả.",
        "Com este cartão, agora só é possível escolher o que se refere ao pagamento.";
    SHOW: "見せる", "Show", "出示", "Cho xem", "Mostrar";
    SHOW_CHOSEN: "選んだものだけ見せる", "Show what I chose", "只出示所选", "Chỉ cho xem mục đã chọn", "Mostrar o que escolhi";
    SHOW_ALL: "すべて見せる", "Show all", "全部出示", "Cho xem tất cả", "Mostrar tudo";
    SHOW_NOTHING: "何も見せない", "Show nothing", "都不出示", "Không cho xem gì", "Não mostrar nada";
    PRESCRIPTION: "処方箋が出るとき", "If you get a prescription", "开处方时", "Nếu có đơn thuốc", "Se receber uma receita";
    NOT_SAID: "決めない", "No choice", "不选择", "Không chọn", "Sem escolha";
    KEPT: "前に選んだ内容", "What you chose before", "之前的选择", "Lựa chọn trước đây", "O que você escolheu antes";
    KEPT_UNTIL: "まで有効です。", "It still holds until then.", "前有效。", "Vẫn còn hiệu lực đến lúc đó.", "Ainda vale até lá.";
    KEPT_ALLOWED: "見せてもよい", "May be shown", "可以出示", "Được xem", "Pode ser mostrado";
    KEPT_NOTHING: "何も見せない", "Nothing is shown", "不出示任何信息", "Không cho xem gì", "Nada é mostrado";
    KEEP: "このままでよい", "Keep it", "保持不变", "Giữ nguyên", "Manter";
    CHANGE: "選びなおす", "Choose again", "重新选择", "Chọn lại", "Escolher de novo";
    WITHDRAW: "取り消す", "Take it back", "取消", "Rút lại", "Retirar";
    MORE: "ほかの手続き", "Other requests", "其他手续", "Yêu cầu khác", "Outros pedidos";
    MORE_WHY: "選んでください。", "Please choose.", "请选择。", "Hãy chọn.", "Escolha.";
    WITHDRAW_ALL: "この医療機関への同意を取り消す", "Take back what this institution may see", "取消对本机构的同意",
        "Rút lại đồng ý với cơ sở này", "Retirar o que esta instituição pode ver";
    END_REGISTRATION: "保険証としての登録をやめる", "End the registration as insurance card", "解除保险证登记",
        "Hủy đăng ký làm thẻ bảo hiểm", "Encerrar o registro como cartão de seguro";
    SECONDARY_USE: "二次利用を断る・断りを取り消す", "Secondary use: refuse it, or take that back", "拒绝二次利用，或撤回拒绝",
        "Từ chối sử dụng thứ cấp, hoặc rút lại", "Uso secundário: recusar, ou desfazer a recusa";
    ABOUT_SECONDARY_USE: "二次利用について", "About secondary use", "关于二次利用", "Về sử dụng thứ cấp", "Sobre o uso secundário";
    SECONDARY_USE_WHAT: "研究や薬の安全のために、法律にもとづいて、ある薬を受け取った人の「人数」が外に出ることがあります。名前や番号は出ません。",
        "For research and the safety of medicines, numbers may leave under the law: how many people received a medicine. Never a name or a card number.",
        "为了研究和药品安全，依法可能会对外提供“人数”：有多少人领取了某种药。不会提供姓名或号码。",
        "Vì nghiên cứu và an toàn thuốc, theo luật có thể cung cấp ra ngoài số người đã nhận một loại thuốc. Không bao giờ có tên hay số thẻ.",
        "Para pesquisa e segurança dos remédios, a lei permite fornecer números: quantas pessoas receberam um remédio. Nunca nomes ou números de cartão.";
    SECONDARY_USE_EFFECT: "断ると、これから作る人数に入りません。すでに出た人数は変わりません。診察にも保険にも影響しません。",
        "If you refuse, you are in no number made from now on. Numbers that have left stay. Your care and your insurance do not change.",
        "拒绝后，今后的人数中不再包含您。已提供的人数不变。不影响看病和保险。",
        "Nếu từ chối, bạn không có trong các con số làm từ nay về sau. Số đã cung cấp không đổi. Việc khám và bảo hiểm không bị ảnh hưởng.",
        "Se recusar, você não entra em nenhum número feito a partir de agora. Os já fornecidos não mudam. O atendimento e o seguro continuam iguais.";
    SECONDARY_USE_LIST: "これまでに出たものの一覧は、受付でもらえます。", "The reception can print the list of what has left.",
        "已提供内容的一览表可在前台索取。", "Quầy tiếp nhận có thể in danh sách những gì đã cung cấp.",
        "A recepção pode imprimir a lista do que já foi fornecido.";
    REFUSE: "断る（数えない）", "Refuse: do not count me", "拒绝（不计入）", "Từ chối: đừng tính tôi", "Recusar: não me conte";
    END_REFUSAL: "断りを取り消す", "Take the refusal back", "撤回拒绝", "Rút lại việc từ chối", "Desfazer a recusa";
    REFUSED: "二次利用を断りました", "You refused secondary use", "已拒绝二次利用", "Đã từ chối sử dụng thứ cấp", "O uso secundário foi recusado";
    REFUSED_BEFORE: "前から断っています", "You had refused before", "此前已拒绝", "Bạn đã từ chối từ trước", "Já estava recusado";
    REFUSED_TEXT: "これから作る人数には入りません。いつでも取り消せます。", "You are in no number made from now on. You can take it back at any time.",
        "今后的人数中不包含您。可随时撤回。", "Bạn không có trong các con số từ nay về sau. Có thể rút lại bất cứ lúc nào.",
        "Você não entra em nenhum número a partir de agora. Pode desfazer a qualquer momento.";
    REFUSAL_ENDED: "断りを取り消しました", "The refusal was taken back", "已撤回拒绝", "Đã rút lại việc từ chối", "A recusa foi desfeita";
    NO_REFUSAL: "断りの申出はありません", "There was no refusal", "没有拒绝的记录", "Không có việc từ chối nào", "Não havia recusa";
    REFUSAL_ENDED_TEXT: "これから作る人数に入ることがあります。いつでも断れます。", "You may be in numbers made from now on. You can refuse at any time.",
        "今后的人数中可能包含您。可随时拒绝。", "Bạn có thể có trong các con số từ nay về sau. Có thể từ chối bất cứ lúc nào.",
        "Você pode entrar nos números a partir de agora. Pode recusar a qualquer momento.";
    REFUSAL_NOT_TAKEN: "申出が届いたか確かめられません", "It is not known whether your wish arrived", "无法确认申请是否送达",
        "Không rõ yêu cầu đã đến nơi chưa", "Não se sabe se o pedido chegou";
    REFUSAL_NOT_TAKEN_TEXT: "保険の確認は続けられます。あとでもう一度申し出てください。二重になることはありません。",
        "The insurance check can go on. Please say it again later; saying it twice does no harm.",
        "保险确认可以继续。请稍后再申请一次，重复申请没有影响。",
        "Có thể tiếp tục kiểm tra bảo hiểm. Hãy yêu cầu lại sau; yêu cầu hai lần không sao.",
        "A confirmação do seguro pode continuar. Peça de novo mais tarde; pedir duas vezes não faz mal.";
    BACK: "もどる", "Back", "返回", "Quay lại", "Voltar";
    GO_ON: "次へ", "Go on", "下一步", "Tiếp tục", "Continuar";
    END: "終わる", "End", "结束", "Kết thúc", "Encerrar";
    AGAIN: "もう一度", "Try again", "再试一次", "Thử lại", "Tentar de novo";
    WITHDRAWN: "同意を取り消しました", "Your consent was taken back", "已取消同意", "Đã rút lại đồng ý",
        "O consentimento foi retirado";
    WITHDRAWN_TEXT: "この医療機関は、もう情報を見られません。", "This institution can see nothing any more.",
        "本机构不能再查看信息。", "Cơ sở này không còn được xem thông tin.", "Esta instituição não pode ver mais nada.";
    ENDED: "登録をやめました", "The registration was ended", "已解除登记", "Đã hủy đăng ký", "O registro foi encerrado";
    ENDED_TEXT: "保険の確認は、番号でできます。", "Your insurance can be checked by number.", "可用号码确认保险。",
        "Có thể kiểm tra bảo hiểm bằng số.", "O seguro pode ser confirmado pelos números.";
    SHARE: "窓口での負担", "You pay", "窗口负担", "Bạn trả", "Você paga";
    THANK: "カードをお取りください。受付でお待ちください。", "Please take your card and wait at the reception.",
        "请取走卡片，在前台等候。", "Hãy lấy thẻ và đợi ở quầy tiếp nhận.", "Retire o cartão e aguarde na recepção.";
    LIMITED: "今回は資格だけを確認しました。お薬などの情報は見せていません。", "Only your insurance was checked. Nothing about your health was shown.",
        "本次仅确认了保险资格，未出示用药等信息。", "Lần này chỉ kiểm tra bảo hiểm, không cho xem thông tin sức khỏe.",
        "Só o seguro foi confirmado. Nada sobre a sua saúde foi mostrado.";
    RENEW: "カードの電子証明書の更新が必要です。お住まいの市区町村でできます。", "The certificate of your card needs to be renewed at your municipality.",
        "卡片的电子证书需要更新，请到所在市区町村办理。", "Cần gia hạn chứng thư trên thẻ tại nơi bạn cư trú.",
        "O certificado do cartão precisa ser renovado na prefeitura.";
    SEEN_BY_STAFF: "係員の目視で確認したことが記録されます。", "It is on record that the staff looked at your photo.", "工作人员目视确认一事将被记录。",
        "Việc nhân viên xác nhận bằng mắt được ghi lại.", "Fica registrado que um funcionário olhou a sua foto.";
    TROUBLE: "確認できませんでした", "It did not work", "未能确认", "Chưa xác nhận được", "Não foi possível";
    LANGUAGE: "ことば", "Language", "语言", "Ngôn ngữ", "Idioma";
}

/// What a verdict means to the patient: a headline and a sentence.
pub(super) const fn of_verdict(verdict: Verdict) -> (Spoken, Spoken) {
    match verdict {
        Verdict::Valid | Verdict::ValidUnregistered => (
            Spoken::new(
                "保険を確認しました",
                "Your insurance is confirmed",
                "已确认保险",
                "Đã xác nhận bảo hiểm",
                "O seu seguro foi confirmado",
            ),
            THANK,
        ),
        Verdict::Invalid | Verdict::InvalidNewCoverageExists => (
            Spoken::new(
                "いま使える保険が見つかりません",
                "No insurance that holds today was found",
                "未找到目前有效的保险",
                "Không tìm thấy bảo hiểm còn hiệu lực",
                "Não há seguro válido hoje",
            ),
            ASK_RECEPTION,
        ),
        Verdict::NotFound => (
            Spoken::new(
                "保険の登録が見つかりません",
                "No insurance is on record",
                "未找到保险登记",
                "Không tìm thấy đăng ký bảo hiểm",
                "Não há seguro registrado",
            ),
            ASK_RECEPTION,
        ),
        Verdict::Multiple | Verdict::Undetermined => (
            Spoken::new(
                "受付で確認します",
                "The reception will check",
                "将在前台确认",
                "Quầy tiếp nhận sẽ xác nhận",
                "A recepção vai confirmar",
            ),
            ASK_RECEPTION,
        ),
    }
}

const ASK_RECEPTION: Spoken = Spoken::new(
    "カードをお取りになり、受付へお声がけください。最近保険が変わった場合はお知らせください。",
    "Take your card and speak to the reception. Tell them if your insurance changed lately.",
    "请取走卡片并咨询前台。如最近更换过保险请告知。",
    "Hãy lấy thẻ và hỏi quầy tiếp nhận. Nếu mới đổi bảo hiểm, hãy cho biết.",
    "Retire o cartão e fale com a recepção. Avise se mudou de seguro recentemente.",
);

/// `3割` and its likes.
pub(super) fn share(percent: u8, tongue: Tongue) -> String {
    match tongue {
        Tongue::Ja => format!("{}割", percent / 10),
        Tongue::Zh => format!("{}成（{percent}%）", percent / 10),
        Tongue::En | Tongue::Vi | Tongue::Pt => format!("{percent}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kiosk::fault;

    /// Plain words only, in every language: nothing empty, nothing left in Japanese, no placeholder.
    #[test]
    fn every_sentence_exists_in_every_language() {
        let kana = |text: &str| text.chars().any(|c| ('\u{3041}'..='\u{30ff}').contains(&c));
        let faults: Vec<_> = fault::all().into_iter().map(|fault| (fault.code(), fault.telling().patient)).collect();
        for (name, spoken) in ALL.iter().copied().chain(faults) {
            for tongue in Tongue::ALL {
                let text = spoken.of(tongue);
                assert!(!text.trim().is_empty(), "{name} {tongue:?}");
                assert!(!text.contains('●') && !text.contains('{'), "{name} {tongue:?}");
                assert!(tongue == Tongue::Ja || !kana(text), "{name} {tongue:?}: {text}");
            }
        }
    }

    #[test]
    fn the_share_is_said_as_people_say_it() {
        assert_eq!(share(30, Tongue::Ja), "3割");
        assert_eq!(share(20, Tongue::En), "20%");
    }
}

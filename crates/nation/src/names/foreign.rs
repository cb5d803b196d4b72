//! Names of residents without Japanese nationality, made of parts: family names, first names and middle names by
//! origin. Written as on a residence card: capitals, single spaces. Chinese and Korean names are written in kanji.

/// How the names of one origin are built.
pub(super) struct Origin {
    /// Family names, `spelling/reading`; a `+` stands for a space inside a part.
    pub(super) families: &'static str,
    pub(super) men: &'static str,
    pub(super) women: &'static str,
    /// How many given parts a full name has at most; long names are what breaks forms.
    pub(super) given_parts_max: u8,
    /// Written in kanji: two parts, as a Japanese name.
    pub(super) kanji: bool,
}

pub(super) const ORIGINS: &[Origin] = &[
    Origin {
        families: "王/オウ 李/リ 張/チョウ 劉/リュウ 陳/チン 楊/ヨウ 黄/コウ 趙/チョウ 呉/ゴ 周/シュウ 徐/ジョ 孫/ソン 馬/バ 朱/シュ 胡/コ 郭/カク",
        men: "偉/イ 強/キョウ 磊/ライ 洋/ヨウ 勇/ユウ 軍/グン 杰/ケツ 浩然/コウゼン 子軒/シケン 志明/シメイ",
        women: "秀英/シュウエイ 芳/ホウ 娜/ナ 静/セイ 敏/ビン 麗/レイ 雪梅/セツバイ 玉蘭/ギョクラン 欣怡/キンイ 婷婷/テイテイ",
        given_parts_max: 1,
        kanji: true,
    },
    Origin {
        families: "金/キム 李/イ 朴/パク 崔/チェ 鄭/チョン 姜/カン 趙/チョ 尹/ユン 張/チャン 林/イム 呉/オ 韓/ハン",
        men: "民俊/ミンジュン 英洙/ヨンス 成鎬/ソンホ 在勲/ジェフン 東賢/ドンヒョン 鐘哲/ジョンチョル",
        women: "美淑/ミスク 恵珍/ヘジン 英姫/ヨンヒ 智賢/チヒョン 貞淑/ジョンスク 秀妍/スヨン",
        given_parts_max: 1,
        kanji: true,
    },
    Origin {
        families: "NGUYEN/グエン TRAN/チャン LE/レー PHAM/ファム HOANG/ホアン VU/ヴー DANG/ダン BUI/ブイ DO/ドー NGO/ゴー",
        men: "VAN/ヴァン DUC/ドゥック MINH/ミン TUAN/トゥアン HUNG/フン QUANG/クアン LONG/ロン KHANH/カイン",
        women: "THI/ティ HUONG/フオン THU/トゥー LAN/ラン MAI/マイ NGOC/ゴック TRANG/チャン THUY/トゥイ",
        given_parts_max: 3,
        kanji: false,
    },
    Origin {
        families: "DELA+CRUZ/デラクルス SANTOS/サントス REYES/レイエス GARCIA/ガルシア MENDOZA/メンドーサ BAUTISTA/バウティスタ VILLANUEVA/ビリャヌエバ",
        men: "JUAN/フアン JOSE/ホセ MARK/マーク ANTHONY/アンソニー CHRISTIAN/クリスチャン EMMANUEL/エマヌエル",
        women: "MARIA/マリア CRISTINA/クリスティーナ ROSALINDA/ロサリンダ JENNIFER/ジェニファー ANGELICA/アンヘリカ MARICEL/マリセル",
        given_parts_max: 3,
        kanji: false,
    },
    Origin {
        families: "DA+SILVA/ダシルバ DE+OLIVEIRA/デオリベイラ DOS+SANTOS/ドスサントス FERREIRA/フェレイラ RODRIGUES/ロドリゲス YAMASHITA+DE+SOUZA/ヤマシタデソウザ NASCIMENTO/ナシメント",
        men: "CARLOS/カルロス EDUARDO/エドゥアルド FERNANDO/フェルナンド LUIZ/ルイス HENRIQUE/エンリケ RAFAEL/ラファエル",
        women: "APARECIDA/アパレシーダ FERNANDA/フェルナンダ GABRIELA/ガブリエラ JULIANA/ジュリアナ PATRICIA/パトリシア TATIANE/タチアネ",
        given_parts_max: 4,
        kanji: false,
    },
    Origin {
        families: "SHRESTHA/シュレスタ GURUNG/グルン TAMANG/タマン RAI/ライ THAPA/タパ SHARMA/シャルマ KHADKA/カドカ",
        men: "BAHADUR/バハドゥル RAM/ラム PRAKASH/プラカシュ SURESH/スレシュ BIKRAM/ビクラム DIPENDRA/ディペンドラ",
        women: "SITA/シタ LAXMI/ラクシュミ KUMARI/クマリ SUNITA/スニタ ANJALI/アンジャリ MAYA/マヤ",
        given_parts_max: 2,
        kanji: false,
    },
    Origin {
        families: "SMITH/スミス JOHNSON/ジョンソン O'BRIEN/オブライエン MACDONALD/マクドナルド VAN+DER+BERG/ファンデルベルグ FEATHERSTONEHAUGH/フェザーストンホー",
        men: "JAMES/ジェームズ WILLIAM/ウィリアム CHRISTOPHER/クリストファー ALEXANDER/アレクサンダー THOMAS/トーマス",
        women: "ELIZABETH/エリザベス CATHERINE/キャサリン ALEXANDRA/アレクサンドラ MARGARET/マーガレット ANNE+MARIE/アンマリー",
        given_parts_max: 3,
        kanji: false,
    },
];

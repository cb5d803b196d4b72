//! A nation whose people have cards: the authority that answers about them, cards to put into readers, and a center that
//! takes them.

use crate::check::private::{PrivateCenter, World};
use crate::jpki;
use anyhow::{Context as _, Result};
use card::Session;
use card::virtual_card::{Form, VirtualCard};
use center::config;
use kit::client::Client;
use kit::files::{Access, write_atomic};
use nation::Nation;
use nation::jpki::{Authority, Generation, PersonCard, Register, Situation};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wire::api::{
    CardMeans, CardPresence, CardRegistrationAnswer, CardRegistrationRequest, PresenceChallenge,
    PresenceChallengeRequest, SearchInfo,
};

/// Cards of a nation, and the authority behind them, answering on this machine.
pub struct CardOffice {
    nation: Nation,
    authority: Authority,
    folder: PathBuf,
    running: Option<jpki::Running>,
    address: SocketAddr,
    world: World,
}

impl CardOffice {
    /// Opens the authority of the nation in this folder, at any free port.
    pub fn open(folder: &Path, world: &World) -> Result<Self> {
        let nation = Nation::build(&nation::files::read_about(folder)?.options)?;
        let running = jpki::start(folder, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), world)?;
        let authority = Authority::open(folder)?;
        let address = running.address;
        Ok(Self { nation, authority, folder: folder.to_owned(), running: Some(running), address, world: world.clone() })
    }

    /// What a center must be told to take these cards. Writes the certificates of the authority beside the nation.
    pub fn settings(&self) -> Result<config::Card> {
        let at = format!("http://{}", self.address);
        let (mut authorities, mut crl_urls) = (Vec::new(), Vec::new());
        for generation in Generation::ALL {
            let ca = self.authority.certificate(generation);
            let file = self.folder.join(format!("card-authority-{}.der", generation.number()));
            write_atomic(&file, ca.der(), Access::Shared)?;
            authorities.push(file.display().to_string());
            crl_urls.push(format!("{at}/crl/{}.crl", ca.key_id().to_hex()));
        }
        Ok(config::Card {
            authorities,
            policies: vec![trust::jpki::TEST_POLICY.to_string()],
            ocsp_url: format!("{at}/ocsp"),
            crl_urls,
            successor_url: format!("{at}/successors"),
        })
    }

    /// The authority behind the cards.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The nation.
    pub fn nation(&self) -> &Nation {
        &self.nation
    }

    /// What is revoked and issued anew, as it is on disk.
    pub fn register(&self) -> Result<Register> {
        Ok(Register::open(&self.folder)?)
    }

    /// It answers nobody any more.
    pub async fn go_away(&mut self) {
        if let Some(running) = self.running.take() {
            running.shut_down().await;
        }
    }

    /// It answers again, at the same address.
    pub fn come_back(&mut self) -> Result<()> {
        self.running = Some(jpki::start(&self.folder, self.address, &self.world)?);
        Ok(())
    }

    /// What is on a person's card.
    pub fn person_card(&self, person: u32) -> Result<PersonCard> {
        let holder = self.nation.holder(person).with_context(|| format!("person {person}"))?;
        Ok(self.authority.card(&self.register()?, &holder)?)
    }

    /// A person's card, or phone, for a reader; `photo` is JPEG 2000, or empty. It knows terminals of the model.
    pub fn virtual_card(&self, person: u32, form: Form, photo: Vec<u8>) -> Result<VirtualCard> {
        let terminals = self.authority.terminal_authority()?.public_key();
        let content = self.person_card(person)?.content(form, photo, Some(terminals))?;
        let random = Arc::clone(&self.world.random);
        Ok(VirtualCard::new(&content)?.with_random(move |bytes| random.fill(bytes)))
    }

    /// How it stands with a person's card now; none without one.
    pub fn stands(&self, person: u32) -> Option<Situation> {
        let holder = self.nation.holder(person)?;
        Authority::situation(&self.register().ok()?, &holder, self.world.clock.now())
    }

    /// The first person, from `after` on, whose card stands like this, who is insured by one insurer, and for whom
    /// `wanted` holds.
    pub fn somebody(&self, situation: Situation, after: u32, wanted: impl Fn(u32) -> bool) -> Result<u32> {
        let (register, now) = (self.register()?, self.world.clock.now());
        (after..register.people())
            .find(|person| {
                let holder = self.nation.holder(*person);
                let stands = holder.and_then(|holder| Authority::situation(&register, &holder, now));
                stands == Some(situation) && self.nation.insurance(*person).len() == 1 && wanted(*person)
            })
            .context("nobody in this nation has such a card")
    }

    /// The numbers of the person's insurance and the birth date, as they type them.
    pub fn numbers(&self, person: u32) -> Result<SearchInfo> {
        let holder = self.nation.holder(person).context("alive")?;
        let insurance = self.nation.insurance(person).into_iter().next().context("insured")?;
        let optional = |text: String| (!text.is_empty()).then_some(text);
        Ok(SearchInfo {
            insurer_number: insurance.insurer_number,
            insured_card_symbol: optional(insurance.symbol),
            insured_identification_number: insurance.number,
            insured_branch_number: optional(insurance.branch),
            birthdate: holder.birthdate,
            limit_application_certificate_related_cons_flg: None,
            arbitrary_identifier: None,
        })
    }

    /// 利用登録 of a person's card that another system made: needed where the certificate has run out meanwhile.
    pub async fn take_over(&self, person: u32, institution: &str, center: &PrivateCenter) -> Result<()> {
        let id = self.person_card(person)?.id;
        let key_id = self.authority.certificate(id.generation).key_id();
        let query =
            self.numbers(person)?.parse(&today(&self.world), institution).ok().context("numbers of the nation")?;
        let taken = center.admin.card_take_over(id.serial, key_id.as_bytes(), &query).await?;
        anyhow::ensure!(taken, "the registration of person {person} could not be taken over");
        Ok(())
    }

    /// 利用登録 of a person's card at an earlier visit: the card signs, and the numbers say whose it is.
    pub async fn register_card(&self, person: u32, institution: &str, client: &Client) -> Result<()> {
        let challenge: PresenceChallenge = client
            .post_json(
                "/v1/presence-challenges",
                &PresenceChallengeRequest { medical_institution_code: institution.to_owned() },
            )
            .await?;
        let card = self.person_card(person)?;
        let content = card.content(Form::Card, Vec::new(), None)?;
        let bytes = challenge.challenge.clone().into_bytes();
        let signed = tokio::task::spawn_blocking(move || signed_by(VirtualCard::new(&content)?, &card.pin, &bytes));
        let (certificate, signature) = signed.await??;
        let request = CardRegistrationRequest {
            request_id: kit::random::uuid_v7(self.world.clock.now(), &*self.world.random),
            qualification_confirmation_date: today(&self.world),
            medical_institution_code: institution.to_owned(),
            presence: CardPresence {
                challenge: challenge.challenge,
                certificate: base64(&certificate),
                signature: Some(base64(&signature)),
                means: CardMeans::Pin,
            },
            qualification_confirm_search_info: self.numbers(person)?,
        };
        let _: CardRegistrationAnswer = client.post_json("/v1/card-registrations", &request).await?;
        Ok(())
    }
}

/// The certificate of a card and its signature.
fn signed_by(mut card: VirtualCard, pin: &str, bytes: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut session = Session::open(&mut card)?;
    let certificate = session.authentication_certificate()?;
    session.verify_pin(&card::Pin::new(pin)?)?;
    let signature = session.sign(bytes)?;
    Ok((certificate, signature))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// `yyyyMMdd` in Japan.
pub fn today(world: &World) -> String {
    domain::date::format(domain::date::in_japan(world.clock.now()).date())
}

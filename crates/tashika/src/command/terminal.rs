//! `tashika terminal …`

use crate::check::private::World;
use crate::cli::{Terminal as Say, TerminalUser, UserRole};
use crate::command::print;
use anyhow::Result;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use terminal::users::{self, Role};
use terminal::{Config, Terminal};

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Join { url, code, data } => join(&url, &code, &data, world).await,
        Say::Run { data, desk, kiosk } => serve(&data, desk, kiosk, world).await,
        Say::User(user) => manage(user, world).await,
    }
}

async fn join(url: &str, code: &str, data: &Path, world: &World) -> Result<()> {
    let joined = terminal::join(url, code, data, Arc::clone(&world.clock), Arc::clone(&world.random))
        .await
        .map_err(|error| anyhow::anyhow!("{}\n{error}", error.message_ja()))?;
    let tested = match &joined.self_test {
        Ok(test) => format!("{} / {}", test.text.ja, test.text.en),
        Err(error) => format!("{} / {error}", error.message_ja()),
    };
    print(&format!(
        "登録できました / joined: {} {}\n  {tested}\n  req {}\n  res {}\n  settings {}\n  \
         login {} / {}（いま控えてください。二度と表示されません / shown only now）\n  next: tashika terminal run --data {}",
        joined.facility,
        joined.name,
        joined.config.req().display(),
        joined.config.res().display(),
        joined.settings_file.display(),
        joined.admin_name,
        joined.admin_password.as_str(),
        data.display()
    ))
}

async fn serve(data: &Path, desk: Option<SocketAddr>, kiosk: Option<SocketAddr>, world: &World) -> Result<()> {
    let mut config = Config::load(data)?;
    if let Some(address) = desk {
        config.settings.desk.address = address;
    }
    if let Some(address) = kiosk {
        config.settings.kiosk.address = address;
    }
    let (req, res) = (config.req(), config.res());
    let running = Terminal::start(config, Arc::clone(&world.clock), Arc::clone(&world.random))
        .await
        .map_err(|error| anyhow::anyhow!("{}\n{error}", error.message_ja()))?;
    let kiosk = running.kiosk_addr.map_or_else(|| "-".to_owned(), |at| format!("http://{at}"));
    let desk = running.desk_addr;
    print(&format!("ready desk=http://{desk} kiosk={kiosk} req={} res={}", req.display(), res.display()))?;
    running.run_to_the_end().await;
    print("stopped; nothing that was taken is lost")
}

async fn manage(say: TerminalUser, world: &World) -> Result<()> {
    match say {
        TerminalUser::Add { name, role, data } => {
            let role = match role {
                UserRole::Reception => Role::Reception,
                UserRole::Records => Role::Records,
                UserRole::Admin => Role::Admin,
            };
            let password = users::add(&data, &name, role, None, &world.clock, &world.random).await?;
            print(&format!("{name} / {}（いま控えてください / shown only now）", password.as_str()))
        }
        TerminalUser::List { data } => {
            for user in users::list(&data, &world.random).await? {
                print(&format!("{}\t{}", user.name, user.role.label()))?;
            }
            Ok(())
        }
        TerminalUser::Password { name, data } => {
            let password = users::set_password(&data, &name, None, &world.clock, &world.random).await?;
            print(&format!("{name} / {}（いま控えてください / shown only now）", password.as_str()))
        }
    }
}

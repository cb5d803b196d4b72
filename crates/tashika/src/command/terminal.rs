//! `tashika terminal …`

use crate::check::private::World;
use crate::cli::{Terminal as Say, TerminalUser, UserRole};
use crate::command::{print, ready_until};
use anyhow::{Context as _, Result, ensure};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use terminal::bookings;
use terminal::charts::{self, Chart};
use terminal::users::{self, Role};
use terminal::{Config, Terminal};

/// Lines of a file that are named; all are counted.
const LINES_NAMED_MAX: u64 = 50;

/// Does what was asked.
pub async fn run(say: Say, world: &World) -> Result<()> {
    match say {
        Say::Join { url, code, data } => join(&url, &code, &data, world).await,
        Say::Run { data, desk, kiosk } => serve(&data, desk, kiosk, world).await,
        Say::User(user) => manage(user, world).await,
        Say::Charts { file, data } => charts(&file, &data, world).await,
        Say::Bookings { file, data } => bookings(&file, &data, world).await,
        Say::FacilityPassword { remove, data } => facility_password(remove, &data, world).await,
    }
}

/// Takes in what can be taken; every other line is named.
async fn charts(file: &Path, data: &Path, world: &World) -> Result<()> {
    let mut reader = csv::Reader::from_path(file).with_context(|| format!("{}", file.display()))?;
    let (mut good, mut refused) = (Vec::new(), 0_u64);
    for (row, chart) in reader.deserialize::<Chart>().enumerate() {
        let why = match chart {
            Ok(chart) if !chart.reference_number.trim().is_empty() => {
                good.push(chart);
                continue;
            }
            Ok(_) => "ReferenceNumber がありません / no ReferenceNumber".to_owned(),
            Err(error) => error.to_string(),
        };
        refused += 1;
        if refused <= LINES_NAMED_MAX {
            print(&format!("  {} 行目 / line {}: {why}", row + 2, row + 2))?;
        }
        ensure!(good.len() <= terminal::limits::CHART_ROWS_MAX, "the file has more lines than can be taken");
    }
    let there = charts::take_in(data, &good, &world.clock, &world.random)
        .await
        .map_err(|error| anyhow::anyhow!("{}\n{error}", error.message_ja()))?;
    print(&format!("取り込みました / taken: {}, refused {refused}, there now {there}", good.len()))
}

/// Takes in what can be taken; every other line is named.
async fn bookings(file: &Path, data: &Path, world: &World) -> Result<()> {
    let bytes = kit::files::read_limited(file, terminal::limits::BOOKING_FILE_BYTES_MAX)
        .with_context(|| format!("{}", file.display()))?;
    let read = bookings::read(&bytes).map_err(|error| anyhow::anyhow!("{}\n{error}", error.message()))?;
    for refusal in &read.refused {
        print(&format!("  {} / {}", refusal.message, refusal.message_en))?;
    }
    let there = bookings::take_in(data, &read.good, &world.clock, &world.random)
        .await
        .map_err(|error| anyhow::anyhow!("{}\n{error}", error.message_ja()))?;
    let (taken, refused) = (read.good.len(), read.refused_count);
    print(&format!("取り込みました / taken: {taken}, refused {refused}, from today on {there}"))
}

async fn facility_password(remove: bool, data: &Path, world: &World) -> Result<()> {
    let told = |error: users::UsersError| anyhow::anyhow!("{}\n{error}", error.message_ja());
    if remove {
        users::remove_facility_password(data, &world.clock, &world.random).await.map_err(told)?;
        return print("取り消しました / removed");
    }
    // Not an argument: those stand in the list of processes.
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).context("reading the password")?;
    users::set_facility_password(data, typed.trim(), &world.clock, &world.random).await.map_err(told)?;
    print("設定しました / set")
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
    let ready = format!("ready desk=http://{desk} kiosk={kiosk} req={} res={}", req.display(), res.display());
    ready_until(&ready, running.run_to_the_end()).await?;
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

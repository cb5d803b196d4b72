//! `desk_user`: who may use the desk page.

use domain::record::LookRole;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, millis, time};

/// What somebody at the desk may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Checks insurance and sees today's list.
    Reception,
    /// As reception, and opens medical records, and searches for people by name in a disaster or an emergency.
    Records,
    /// Everything, and the list of users.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Reception, Self::Records, Self::Admin];

    /// The stable word, as in the store and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reception => "reception",
            Self::Records => "records",
            Self::Admin => "admin",
        }
    }

    /// Whether medical information may be opened, and people searched for by name.
    pub const fn sees_records(self) -> bool {
        match self {
            Self::Records | Self::Admin => true,
            Self::Reception => false,
        }
    }

    /// In which role the center is told that somebody looks; a profession is not known here.
    pub const fn look_role(self) -> LookRole {
        match self {
            Self::Records | Self::Admin => LookRole::Records,
            Self::Reception => LookRole::Reception,
        }
    }

    /// Reads the stable word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The words for the desk.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reception => "受付",
            Self::Records => "診療情報",
            Self::Admin => "管理者",
        }
    }
}

/// One person (or one program) that may use the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name to sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they are shut out.
    pub disabled: bool,
    /// Whether an API token is out.
    pub has_token: bool,
    /// When they were added.
    pub created_at: Timestamp,
    /// When the password was set.
    pub password_at: Timestamp,
}

const COLUMNS: &str =
    "SELECT user_name, role, disabled, token_hash IS NOT NULL AS has_token, created_at, password_at FROM desk_user";

fn user(row: &SqliteRow) -> Result<User, StoreError> {
    let role: String = row.try_get("role")?;
    Ok(User {
        name: row.try_get("user_name")?,
        role: Role::parse(&role).ok_or(StoreError::Damaged { table: "desk_user", column: "role" })?,
        disabled: row.try_get::<i64, _>("disabled")? != 0,
        has_token: row.try_get::<i64, _>("has_token")? != 0,
        created_at: time(row.try_get("created_at")?),
        password_at: time(row.try_get("password_at")?),
    })
}

/// What became of a change to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Done.
    Done,
    /// Nobody has this name.
    NoSuchUser,
    /// It would leave nobody who may manage users.
    LastAdmin,
}

impl Store {
    /// Adds somebody. False when the name is taken.
    pub async fn add_user(&self, name: &str, role: Role, password: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.begin("user.add").await?;
        let added = sqlx::query(
            "INSERT INTO desk_user (user_name, role, password_hash, created_at, password_at) VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (user_name) DO NOTHING",
        )
        .bind(name)
        .bind(role.code())
        .bind(password)
        .bind(millis(now))
        .execute(tx.on())
        .await?;
        tx.commit().await?;
        Ok(added.rows_affected() == 1)
    }

    /// Everybody, by name.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY user_name"))).fetch_all(self.pool()).await?;
        rows.iter().map(user).collect()
    }

    /// How many there are.
    pub async fn count_users(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM desk_user").fetch_one(self.pool()).await?)
    }

    /// Somebody by name, with the hash of the password.
    pub async fn user_for_login(&self, name: &str) -> Result<Option<(User, String)>, StoreError> {
        let row = sqlx::query(
            "SELECT user_name, role, disabled, token_hash IS NOT NULL AS has_token, created_at, password_at,
                    password_hash
             FROM desk_user WHERE user_name = ?1",
        )
        .bind(name)
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| Ok((user(&row)?, row.try_get("password_hash")?))).transpose()
    }

    /// Who owns this API token, unless shut out.
    pub async fn user_by_token(&self, token_hash: &[u8]) -> Result<Option<User>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE token_hash = ?1 AND disabled = 0")))
            .bind(token_hash)
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(user).transpose()
    }

    /// Somebody by name with the hash of their API token, unless shut out or without one.
    pub async fn user_with_token(&self, name: &str) -> Result<Option<(User, Vec<u8>)>, StoreError> {
        let row = sqlx::query(
            "SELECT user_name, role, disabled, 1 AS has_token, created_at, password_at, token_hash
             FROM desk_user WHERE user_name = ?1 AND disabled = 0 AND token_hash IS NOT NULL",
        )
        .bind(name)
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| Ok((user(&row)?, row.try_get("token_hash")?))).transpose()
    }

    /// Sets a password and signs the person out everywhere.
    pub async fn set_password_hash(&self, name: &str, hash: &str, now: Timestamp) -> Result<Changed, StoreError> {
        let mut tx = self.begin("user.password").await?;
        let done = sqlx::query("UPDATE desk_user SET password_hash = ?2, password_at = ?3 WHERE user_name = ?1")
            .bind(name)
            .bind(hash)
            .bind(millis(now))
            .execute(tx.on())
            .await?;
        sqlx::query("DELETE FROM session WHERE user_name = ?1").bind(name).execute(tx.on()).await?;
        tx.commit().await?;
        Ok(if done.rows_affected() == 1 { Changed::Done } else { Changed::NoSuchUser })
    }

    /// Gives an API token (its hash) or takes it away.
    pub async fn set_token(&self, name: &str, token_hash: Option<&[u8]>) -> Result<Changed, StoreError> {
        let mut tx = self.begin("user.token").await?;
        let done = sqlx::query("UPDATE desk_user SET token_hash = ?2 WHERE user_name = ?1")
            .bind(name)
            .bind(token_hash)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
        Ok(if done.rows_affected() == 1 { Changed::Done } else { Changed::NoSuchUser })
    }

    /// Changes role and admission of somebody. Whoever is shut out is signed out at once. There is always an
    /// administrator who can get in.
    pub async fn change_user(&self, name: &str, role: Role, disabled: bool) -> Result<Changed, StoreError> {
        let mut tx = self.begin("user.change").await?;
        let done = sqlx::query("UPDATE desk_user SET role = ?2, disabled = ?3 WHERE user_name = ?1")
            .bind(name)
            .bind(role.code())
            .bind(i64::from(disabled))
            .execute(tx.on())
            .await?;
        if done.rows_affected() == 0 {
            return Ok(Changed::NoSuchUser);
        }
        let admins: i64 = sqlx::query_scalar("SELECT count(*) FROM desk_user WHERE role = 'admin' AND disabled = 0")
            .fetch_one(tx.on())
            .await?;
        if admins == 0 {
            // Dropping the transaction undoes the change.
            return Ok(Changed::LastAdmin);
        }
        if disabled {
            sqlx::query("DELETE FROM session WHERE user_name = ?1").bind(name).execute(tx.on()).await?;
        }
        tx.commit().await?;
        Ok(Changed::Done)
    }
}

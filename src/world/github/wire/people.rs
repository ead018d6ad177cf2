//! Accounts, permissions, repositories, refs.

use super::{Wire, commit_id};
use crate::model::{Account, CommitId, Permission, Repository};
use serde::Deserialize;

/// An account, or what GitHub gives in its place: null, `{}`, or a ghost.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireUser {
    id: Option<u64>,
    login: Option<String>,
    r#type: Option<String>,
}

impl WireUser {
    /// The account, if there is one.
    pub(super) fn account(self) -> Option<Account> {
        let (id, login) = (self.id?, self.login?);
        let person = self.r#type.as_deref() == Some("User") && !login.ends_with("[bot]") && login != "ghost";
        Some(Account { id, login, person })
    }

    /// The account of a field that may be missing, null or empty.
    pub(super) fn of(user: Option<Self>) -> Option<Account> {
        user.and_then(Self::account)
    }

    /// The login alone.
    pub(super) fn login(self) -> Option<String> {
        self.login
    }
}

impl Wire for WireUser {
    type Noun = Account;
    fn noun(self) -> Result<Account, String> {
        self.account().ok_or_else(|| "an account without a number or a login".to_owned())
    }
}

/// What somebody may do. `role_name` is the finer word; a role of the organisation's own has only the word it is built on.
#[derive(Deserialize)]
pub(in crate::world::github) struct WirePermission {
    permission: Option<String>,
    role_name: Option<String>,
}

impl Wire for WirePermission {
    type Noun = Option<Permission>;
    fn noun(self) -> Result<Option<Permission>, String> {
        let read = |word: Option<&str>| match word? {
            "none" => Some(Permission::None),
            "read" | "pull" => Some(Permission::Read),
            "triage" => Some(Permission::Triage),
            "write" | "push" => Some(Permission::Write),
            "maintain" => Some(Permission::Maintain),
            "admin" => Some(Permission::Admin),
            _ => None,
        };
        Ok(read(self.role_name.as_deref()).or_else(|| read(self.permission.as_deref())))
    }
}

/// A repository.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireRepository {
    id: u64,
    default_branch: String,
    private: Option<bool>,
    fork: Option<bool>,
    owner: Option<WireUser>,
}

impl Wire for WireRepository {
    type Noun = Repository;
    fn noun(self) -> Result<Repository, String> {
        let owner = self.owner.and_then(|owner| owner.r#type);
        Ok(Repository {
            id: self.id,
            default_branch: self.default_branch,
            private: self.private.unwrap_or(false),
            fork: self.fork.unwrap_or(false),
            organisation: owner.as_deref() == Some("Organization"),
        })
    }
}

/// A ref, and what it names.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireRef {
    r#ref: String,
    object: WireTarget,
}

#[derive(Deserialize)]
struct WireTarget {
    sha: String,
    r#type: Option<String>,
}

impl Wire for WireRef {
    type Noun = (String, CommitId);
    fn noun(self) -> Result<(String, CommitId), String> {
        match self.object.r#type.as_deref() {
            None | Some("commit") => Ok((self.r#ref, commit_id(&self.object.sha)?)),
            Some(other) => Err(format!("the branch names a {other}, not a commit")),
        }
    }
}

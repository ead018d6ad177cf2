//! Who is who, and who may what. Unknown is an answer here, and never a yes.

use super::error::ForgeError;
use super::wire;
use super::{GitHub, segment};
use crate::model::{Account, Known, Permission};
use serde_json::json;

impl GitHub {
    /// Whose token it is. Asked once.
    pub fn viewer(&self) -> Result<Known<Account>, ForgeError> {
        if let Some(known) = self.viewer.get() {
            return Ok(known.clone());
        }
        let found = self.look_for_viewer()?;
        Ok(self.viewer.get_or_init(|| found).clone())
    }

    /// What somebody may do in the repository. Who is no collaborator may do nothing.
    pub fn permission(&self, login: &str) -> Result<Known<Permission>, ForgeError> {
        let path = self.of_repository(&format!("collaborators/{}/permission", segment(login)));
        match self.one::<wire::WirePermission>(&path) {
            Ok(Some(permission)) => Ok(Known::Known(permission)),
            Ok(None) => Ok(Known::Unknown("GitHub answers with a role that is not known here".to_owned())),
            Err(ForgeError::NotFound { .. }) => Ok(Known::Known(Permission::None)),
            Err(error @ ForgeError::Forbidden { .. }) => Ok(Known::Unknown(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// The members of a team and of the teams below it. Invited is not a member. "Not found" may be a team that is not
    /// there, or a token that may not know it.
    pub fn team_members(&self, organisation: &str, slug: &str) -> Result<Known<Vec<Account>>, ForgeError> {
        let path = format!("orgs/{}/teams/{}/members", segment(organisation), segment(slug));
        match self.many::<wire::WireUser>(&path) {
            Ok(members) => Ok(Known::Known(members)),
            Err(error @ (ForgeError::NotFound { .. } | ForgeError::Forbidden { .. })) => {
                Ok(Known::Unknown(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    /// By GraphQL, which knows whose a workflow's token is; else as a person.
    fn look_for_viewer(&self) -> Result<Known<Account>, ForgeError> {
        match self.graphql("query{viewer{login databaseId __typename}}", json!({})) {
            Ok(said) => {
                let viewer = said.data.get("viewer");
                let word = |key: &str| viewer.and_then(|viewer| viewer.get(key));
                let id = word("databaseId").and_then(serde_json::Value::as_u64);
                let login = word("login").and_then(serde_json::Value::as_str);
                if let (Some(id), Some(login)) = (id, login) {
                    let user = json!({ "id": id, "login": login, "type": word("__typename") });
                    return wire::one::<wire::WireUser>("viewer", user).map(Known::Known);
                }
            }
            Err(error @ (ForgeError::Unanswered { .. } | ForgeError::Unauthorized { .. })) => return Err(error),
            Err(_) => {}
        }
        match self.one::<wire::WireUser>("user") {
            Ok(account) => Ok(Known::Known(account)),
            Err(error @ (ForgeError::Forbidden { .. } | ForgeError::NotFound { .. })) => {
                Ok(Known::Unknown(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }
}

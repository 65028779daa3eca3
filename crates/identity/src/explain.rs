//! Why access is given or refused: the coarse reason a refused caller gets, and the full account for whoever may
//! ask for it (the person's own officer, the auditor).

use std::fmt;

use crate::{Grant, Permission, Roles};

/// Why a call is refused. PERMISSION_DENIED on the wire, whichever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Denied {
    /// No grant in force has a role that holds the permission.
    #[error("no role in force holds the permission")]
    Role,
    /// The roles would permit it, the scopes of the credential do not.
    #[error("the scopes of the credential do not include the permission")]
    Scope,
    /// The permission is held, but for another area.
    #[error("the permission is held for another area")]
    Area,
    /// The caller, or somebody close, is a side of the matter.
    #[error("conflict of interest")]
    ConflictOfInterest,
}

impl Denied {
    /// Every reason.
    pub const ALL: &[Denied] = &[Denied::Role, Denied::Scope, Denied::Area, Denied::ConflictOfInterest];

    /// The machine-readable reason (`ErrorInfo.reason`).
    pub const fn reason(self) -> &'static str {
        match self {
            Denied::Role => "PERMISSION_NOT_HELD",
            Denied::Scope => "SCOPE_TOO_NARROW",
            Denied::Area => "OUTSIDE_AREA",
            Denied::ConflictOfInterest => "CONFLICT_OF_INTEREST",
        }
    }

    /// The sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Denied::Role => "Tài khoản không có vai trò còn hiệu lực được phép thực hiện việc này.",
            Denied::Scope => "Phạm vi của phiên đăng nhập không bao gồm việc này.",
            Denied::Area => "Việc này thuộc địa bàn khác với địa bàn được giao.",
            Denied::ConflictOfInterest => "Người thực hiện có xung đột lợi ích với vụ, việc này.",
        }
    }
}

/// What was found about one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// It gives access.
    Admits,
    /// Its role does not hold the permission.
    RoleLacksPermission,
    /// Its first day is still to come.
    NotYetInForce,
    /// Its last day has passed.
    NoLongerInForce,
    /// It holds elsewhere.
    OtherArea,
}

impl Finding {
    const fn words(self) -> &'static str {
        match self {
            Finding::Admits => "cho phép",
            Finding::RoleLacksPermission => "vai trò này không được giao việc này",
            Finding::NotYetInForce => "chưa có hiệu lực",
            Finding::NoLongerInForce => "đã hết hiệu lực",
            Finding::OtherArea => "thuộc địa bàn khác",
        }
    }
}

/// One grant and what was found about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantFinding {
    /// The grant.
    pub grant: Grant,
    /// What was found.
    pub finding: Finding,
}

/// The whole account of one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The permission asked for.
    pub permission: Permission,
    /// The roles that hold it.
    pub holders: Roles,
    /// The answer.
    pub outcome: Result<(), Denied>,
    /// Every grant of the principal, in its order.
    pub grants: Vec<GrantFinding>,
}

/// In Vietnamese, one line a grant.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holders: Vec<_> = self.holders.iter().map(|role| role.title()).collect();
        writeln!(f, "{}: {}", self.permission, self.outcome.map_or_else(Denied::sentence, |()| "Được phép."))?;
        writeln!(f, "Vai trò được giao việc này: {}.", holders.join("; "))?;
        for GrantFinding { grant, finding } in &self.grants {
            write!(f, "- {} ({}", grant.role.title(), grant.area)?;
            if let Some(from) = &grant.from {
                write!(f, ", từ {from}")?;
            }
            if let Some(to) = &grant.to {
                write!(f, ", đến hết {to}")?;
            }
            writeln!(f, "): {}.", finding.words())?;
        }
        Ok(())
    }
}

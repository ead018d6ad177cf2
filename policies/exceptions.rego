# METADATA
# title: Exceptions
# description: |
#   A time-boxed waiver takes one reason away from the paths it covers. It never reaches what the gate holds by law:
#   control edits, claims, ownership, freezes, visibility.
package changeward

import rego.v1

never_waived := {
	"CONTROL_EDIT", "CLAIM_CONFLICT", "CLAIMED_NORMAL", "UNOWNED", "FREEZE", "DIFF_TRUNCATED",
	"NO_TEMPLATE", "TEMPLATE_AMBIGUOUS", "RISK_DECLARED",
}

# What the author asks for is never waived: claiming more scrutiny always works.
waivable(code) if {
	not code in never_waived
	not startswith(code, "FACTOR:")
}

waived(finding) if {
	some exception in input.exceptions
	waives(exception, finding)
}

waives(exception, finding) if {
	exception.active
	exception.rule == finding.code
	waivable(finding.code)
	covered := {path | some path in exception.covers}
	paths := object.get(finding, "paths", [])
	exception_reaches(exception, covered, paths)
}

# A finding about some paths needs all of them covered; one about the whole change needs an exception for everything.
exception_reaches(_, covered, paths) if {
	count(paths) > 0
	every path in paths { path in covered }
}

exception_reaches(exception, _, paths) if {
	count(paths) == 0
	exception.covers_everything
}

# METADATA
# title: An exception was used
warn contains {
	"code": "EXCEPTION_USED",
	"severity": "info",
	"msg": sprintf("exception `%s` waives %s until %s: %s", [exception.id, exception.rule, exception.expires_at, exception.reason]),
} if {
	some exception in input.exceptions
	some finding in force_normal
	waives(exception, finding)
}

# METADATA
# title: An exception has expired
warn contains {
	"code": "EXCEPTION_EXPIRED",
	"msg": sprintf("exception `%s` for %s expired at %s and no longer counts", [exception.id, exception.rule, exception.expires_at]),
	"help": sprintf("remove %s, or have it approved again", [exception.place]),
} if {
	some exception in input.exceptions
	not exception.active
}

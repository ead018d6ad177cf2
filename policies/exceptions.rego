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
	paths := paths_of(finding)
	exception_reaches(exception, covered, paths)
}

paths_of(finding) := array.concat(object.get(finding, "paths", []), [path | path := finding.path])

# A finding about some paths needs all of them covered; one about the whole change needs an exception for everything.
exception_reaches(_, covered, paths) if {
	count(paths) > 0
	every path in paths { path in covered }
}

exception_reaches(exception, _, paths) if {
	count(paths) == 0
	exception.covers_everything
}

waived_by(exception) := [finding | some finding in force_normal; waives(exception, finding)]

# What the decision lists: each exception that took something away, with the paths of what it took.
exceptions_used contains {"id": exception.id, "paths": sort(paths)} if {
	some exception in input.exceptions
	taken := waived_by(exception)
	count(taken) > 0
	paths := {path | some finding in taken; some path in paths_of(finding)}
}

# METADATA
# title: An exception was used
warn contains {
	"code": "EXCEPTION_USED",
	"severity": "info",
	"msg": sprintf("exception `%s` waives %s until %s: %s", [exception.id, exception.rule, exception.expires_at, exception.reason]),
	"help": sprintf("instead: %s; %s answers for it, %s allowed it", [exception.compensating, exception.owner, exception.approved_by]),
	"paths": used.paths,
} if {
	some exception in input.exceptions
	some used in exceptions_used
	used.id == exception.id
}

# METADATA
# title: An exception ends soon
warn contains {
	"code": "EXCEPTION_EXPIRING",
	"msg": sprintf("exception `%s` for %s ends at %s", [exception.id, exception.rule, exception.expires_at]),
	"help": sprintf("%s: mend what it waives, or have %s approved again before then", [exception.owner, exception.place]),
} if {
	some exception in input.exceptions
	exception.state == "expiring"
}

# METADATA
# title: An exception has expired
warn contains {
	"code": "EXCEPTION_EXPIRED",
	"msg": sprintf("exception `%s` for %s expired at %s and no longer counts", [exception.id, exception.rule, exception.expires_at]),
	"help": sprintf("remove %s, or have it approved again", [exception.place]),
} if {
	some exception in input.exceptions
	exception.state == "expired"
}

# METADATA
# title: An exception does not count
warn contains {
	"code": "EXCEPTION_VOID",
	"msg": sprintf("exception `%s` for %s does not count: %s", [exception.id, exception.rule, exception.void]),
	"help": sprintf("have %s approved by somebody who may, for no longer than may be", [exception.place]),
} if {
	some exception in input.exceptions
	exception.void
}

# METADATA
# title: An exception can waive nothing
warn contains {
	"code": "EXCEPTION_IDLE",
	"msg": sprintf("exception `%s` waives nothing: %s is held by law", [exception.id, exception.rule]),
	"help": sprintf("remove %s", [exception.place]),
} if {
	some exception in input.exceptions
	exception.active
	not waivable(exception.rule)
}

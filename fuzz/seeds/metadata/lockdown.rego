# METADATA
# title: Lockdowns
# description: Nothing goes ahead under an enforced lockdown, unless its class is exempt or an entitled person released it.
package changeward

import rego.v1

# METADATA
# title: A lockdown holds the change
deny contains {
	"code": "LOCKDOWN",
	"msg": sprintf("lockdown `%s` is enforced: %s", [lockdown.id, lockdown.reason]),
	"help": sprintf("wait until it ends, or ask %s to release this change", [concat(" or ", lockdown.release_approvers)]),
} if {
	some lockdown in input.lockdowns
	lockdown.active
	class != "none"
	not class in lockdown.exempt
	not lockdown.released
}

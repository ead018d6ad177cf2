# METADATA
# title: What the change says of itself
# description: A claim may only ask. Two different claims are none.
package changeward

import rego.v1

# METADATA
# title: Two sources claim different things
force_normal contains {
	"code": "CLAIM_CONFLICT",
	"msg": sprintf("it claims to be several things at once: %s", [concat(", ", sort({claim_words(claim) | some claim in input.claims}))]),
	"help": "leave one Change-Type (and one Template) over trailers, labels and flags",
} if {
	claim_conflict
}

claim_words(claim) := claim.type if not claim.template

claim_words(claim) := sprintf("%s under %s", [claim.type, claim.template]) if claim.template

# METADATA
# title: The requester asks for a normal change
force_normal contains {
	"code": "CLAIMED_NORMAL",
	"msg": "it claims to be a normal change",
} if {
	claimed("normal")
}

# METADATA
# title: A standard claim that is not granted
warn contains {
	"code": "STANDARD_CLAIM_REFUSED",
	"msg": sprintf("the standard claim is refused: %s", [concat("; ", sort({finding.msg | some finding in forcing}))]),
} if {
	claimed("standard")
	class != "standard"
}

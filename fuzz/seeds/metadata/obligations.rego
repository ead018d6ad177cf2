# METADATA
# title: Debts of earlier changes
package changeward

import rego.v1

# METADATA
# title: A review of an earlier emergency is overdue
force_normal contains {
	"code": "PIR_OVERDUE",
	"msg": sprintf("a post-implementation review of row `%s` is overdue", [id]),
	"help": "close the review; until then nothing in the row goes ahead by itself",
} if {
	some id in input.obligations.overdue_reviews
	input.rows[id]
}

package changeward_test

import rego.v1

import data.changeward

charge := {"path": "services/payments/charge.go", "rows": ["payments"]}

charge_test := {"path": "services/payments/charge_test.go", "rows": ["payments"]}

test_warns_without_a_test if "ACME_NO_TESTS" in codes with input.files as [charge]

test_is_quiet[case.note] if {
	some case in [
		{"note": "with a test", "files": [charge, charge_test]},
		{"note": "outside of payments", "files": [{"path": "README.md", "rows": []}]},
	]
	not "ACME_NO_TESTS" in codes with input.files as case.files
}

test_asks_for_one_more_person if {
	some asked in changeward.require with input.labels as ["no-tests"]
	asked.level == "acme-quality"
	asked.who == ["@kim"]
}

codes contains found.code if some found in changeward.warn

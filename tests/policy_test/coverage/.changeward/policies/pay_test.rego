package changeward_test

import rego.v1

test_label if "no-tests" in input.labels with input.labels as ["no-tests"]

test_pay if data.changeward.payment_files == {"a"} with input.files as [{"path": "a", "rows": ["payments"]}]

package only_test

import rego.v1

test_one if true

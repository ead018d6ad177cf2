package deep_test

import rego.v1

test_deep if x == [[[[[[[[[[[[1]]]]]]]]]]]]

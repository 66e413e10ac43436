# SPDX-License-Identifier: MIT
"""count.py BUILD-FOLDER...: adds up the JUnit reports that `meson test` left there, lists what
failed or was skipped and why, and prints "PASSED FAILED SKIPPED"."""
import sys
import xml.etree.ElementTree as ET

passed = failed = skipped = 0
for build in sys.argv[1:]:
    tree = ET.parse(build + "/meson-logs/testlog.junit.xml")
    for case in tree.iter("testcase"):
        name = "%s %s" % (case.get("classname") or "", case.get("name"))
        bad = case.find("failure") is not None or case.find("error") is not None
        skip = case.find("skipped")
        if bad:
            failed += 1
            print("failed: %s: %s" % (build, name), file=sys.stderr)
        elif skip is not None:
            skipped += 1
            print("skipped: %s: %s %s" % (build, name, skip.get("message") or ""), file=sys.stderr)
        else:
            passed += 1
print(passed, failed, skipped)

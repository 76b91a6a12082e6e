"""The numbers of PostgreSQL advisory locks: each stands for one thing that only one process does at a time.

They are kept together because two purposes under one number wait for each other without a reason.
"""

SEALER = 7_240_001
"""Ordering and chaining the events of the ledger."""
LOADER = 7_240_002
"""Loading a batch of records."""
RUNS = 7_240_003
"""Putting grades in force."""
RECORDS = 7_240_004
"""Writing the kept snapshot."""
COUNTER = 7_240_005
"""Counting the quality of deliveries."""
SWEEP = 7_240_006
"""Looking for wrong and duplicate codes."""
ROUND = 7_240_007
"""A round of exchange with declared sources and senders' folders."""
JOINTS = 7_240_008
"""Proposing joint checks."""
OPEN_DATA = 7_240_009
"""Numbering the changes of open data."""
WEBHOOKS = 7_240_010
"""Posting messages to the addresses of systems."""
UP_REPORTS = 7_240_011
"""Making the files that go to the platform above."""

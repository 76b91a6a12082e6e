"""What is done with many visits: a phone that was offline sends two hundred of them (``bench/visits_sync.py``).

Run: python bench/visits.py [--size s|m|l] [--json]
"""

from measuring import parser, tell
from visits_sync import VISITS, sync_figures


def main() -> None:
    given = parser(__doc__, sizes=list(VISITS), size="m").parse_args()
    tell("visits", sync_figures(given.size), as_json=given.json)


if __name__ == "__main__":
    main()

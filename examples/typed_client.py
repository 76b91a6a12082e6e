"""A system that checks enterprises through a typed client, which `make client` makes: one, many at once, and a no.

Run: XINHENG_KEY=xh_… PYTHONPATH=out/xinheng-client .venv-client/bin/python examples/typed_client.py https://xinheng.host CODE …
"""

import json
import os
import sys

from xinheng_client import AuthenticatedClient
from xinheng_client.api.核查 import check_many, check_one
from xinheng_client.models import CheckAnswer, CheckAsked, ManyAsked, ManyHead, ManyLine, ProblemDocument

PURPOSE, OCCASION, REFERENCE = "honour", "honours", "PX-3"


class Refused(Exception):
    """A no: branch by ``code``, show ``detail`` and ``advice`` as they stand."""

    def __init__(self, problem: ProblemDocument) -> None:
        super().__init__(f"{problem.detail}{problem.advice}")
        self.code = problem.code


def check(client: AuthenticatedClient, code: str) -> CheckAnswer:
    """What applies to one enterprise today. Raises Refused."""
    asked = CheckAsked(purpose=PURPOSE, occasion=OCCASION, reference=REFERENCE, code=code)
    answer = check_one.sync(client=client, body=asked)
    if isinstance(answer, ProblemDocument):
        raise Refused(answer)
    assert answer is not None
    return answer


def check_all(client: AuthenticatedClient, codes: list[str]) -> tuple[ManyHead, list[ManyLine]]:
    """The answer comes as lines of JSON: a head, then a line for each code, in their order. Raises Refused."""
    asked = ManyAsked(purpose=PURPOSE, occasion=OCCASION, reference=REFERENCE, codes=codes)
    answer = check_many.sync(client=client, body=asked)
    if isinstance(answer, ProblemDocument):
        raise Refused(answer)
    assert answer is not None
    first, *rest = map(json.loads, answer.splitlines())
    return ManyHead.from_dict(first), [ManyLine.from_dict(one) for one in rest]


def main() -> None:
    address, *codes = sys.argv[1:]
    client = AuthenticatedClient(base_url=address, token=os.environ["XINHENG_KEY"])
    head, lines = check_all(client, codes)
    print(f"{head.asked} 个代码，找到 {head.found} 个主体")
    for line in lines:
        print(line.code, line.problem.detail if line.problem else "", line.measures or "")


if __name__ == "__main__":
    main()

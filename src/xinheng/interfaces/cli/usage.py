"""Says in Chinese what is wrong with a command line; the parser itself speaks English."""

import re

_SAID = (
    (r"Missing option '?(.+?)'?\.", "缺少选项 {}。"),
    (r"Missing (?:argument|parameter) '?(.+?)'?\.", "缺少参数 {}。"),
    (r"No such command '?([^'\s]+?)'?\.", "没有命令 {}。"),
    (r"No such option:? '?([^'\s]+?)'?(?:[.\s(].*)?$", "没有选项 {}。"),
    (r"Got unexpected extra argument\S* \((.+)\)", "多余的参数：{}。"),
    (r"Option '?(.+?)'? requires an argument\.", "选项 {} 后面要写值。"),
    (r"Option '?(.+?)'? does not take a value\.", "选项 {} 后面不写值。"),
    (r"Invalid value for '?([^:]+?)'?: .*valid integer.*", "{} 的值不对：应是整数。"),
    (r"Invalid value for '?([^:]+?)'?: .*greater than or equal to (\S+)$", "{} 的值不对：不能小于 {}。"),
    (r"Invalid value for '?([^:]+?)'?: .*less than or equal to (\S+)$", "{} 的值不对：不能大于 {}。"),
    (r"Invalid value for '?([^:]+?)'?: .*", "{} 的值不对。"),
)
_MEANT = re.compile(r"(?:Did you mean|Possible options:) (.+?)\??\)?$")


def in_chinese(message: str) -> str:
    """The parser's message as a Chinese sentence; one it does not know stays as it is, introduced in Chinese."""
    first = message.strip().splitlines()[0] if message.strip() else ""
    for pattern, sentence in _SAID:
        found = re.match(pattern, first)
        if found:
            meant = _MEANT.search(first)
            near = f"相近的有：{meant.group(1)}。".replace("'", "") if meant else ""
            return sentence.format(*found.groups()) + near
    return f"命令写法不对（{first}）。"

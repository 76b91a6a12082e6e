"""Says in Chinese what is wrong with a command line; the parser itself speaks English."""

import re

_SAID = (
    (r"Missing option '?(.+?)'?\.", "缺少选项 {}。"),
    (r"Missing (?:argument|parameter) '?(.+?)'?\.", "缺少参数 {}。"),
    (r"No such command '?(.+?)'?\.", "没有命令 {}。"),
    (r"No such option:? '?(.+?)'?\.?$", "没有选项 {}。"),
    (r"Got unexpected extra argument\S* \((.+)\)", "多余的参数：{}。"),
    (r"Option '?(.+?)'? requires an argument\.", "选项 {} 后面要写值。"),
    (r"Invalid value for '?([^:]+?)'?: .*", "{} 的值不对。"),
)


def in_chinese(message: str) -> str:
    """The parser's message as a Chinese sentence; one it does not know stays as it is, introduced in Chinese."""
    first = message.strip().splitlines()[0] if message.strip() else ""
    for pattern, sentence in _SAID:
        found = re.match(pattern, first)
        if found:
            return sentence.format(found.group(1))
    return f"命令写法不对（{first}）。"

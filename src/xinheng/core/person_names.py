"""Tells the name of a person from the name of an enterprise, and masks it.

A row on a natural person must not enter (legal guard G2), yet a shop of three characters must not be
turned away: a name counts as a person's only with a common surname, a person's length and no word that
stands in names of organisations.
"""

import re

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛"
    "邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游"
    "辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆农卓古吉缪简车项连芦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂佟应臧闵苟邬"
    "卞姬师仇栾隋商刁沙荣巫寇桑甄丛仲虞敖巩池查麻苑迟邝匡鞠荆冀郁胥储栗鄢谌奚粟冼蔺厉伊郜阚帅屠朴练禹祖支卿狄"
)
_COMPOUND = frozenset(
    {
        "欧阳",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "濮阳",
        "申屠",
    }
    | {
        "公孙",
        "慕容",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "令狐",
        "呼延",
        "东郭",
        "端木",
        "万俟",
        "闻人",
        "拓跋",
    }
)
_WORDS = re.compile(
    "公司|集团|中心|商店|商行|超市|市场|工厂|企业|酒店|宾馆|饭|餐|食品|医|药|学校|大学|中学|小学|幼儿|银行|协会|学会|合作社"
    "|基金|委员|政府|事务|工作室|俱乐部|经营|门市|烟酒|百货|便利|美容|美发|理发|汽修|修理|快餐|小吃|面馆|火锅|烧烤|茶楼|茶馆"
    "|网吧|旅|客栈|建材|五金|服装|电器|科技|贸|实业|物流|物业|广告|传媒|农场|养殖|种植|果园|果蔬|蔬菜|水果|水产|早点|包子"
    "|馒头|豆腐|烤鸭|蛋糕|奶茶|咖啡|花园|家园|广场|大厦|宿舍|项目|工地|老字号"
)
_ENDINGS = frozenset("厂店社部局院所馆站场校厅铺坊斋阁吧屋网处队摊档庄村庙寺港矿库省市县区乡镇")
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff〇]"
_HIDDEN = "[*＊×xXｘＸ○]"
_COVERED = re.compile(
    f"(?!某)(?:{'|'.join(sorted(_COMPOUND))}|{_HAN})"
    f"(?:{_HIDDEN}{{1,3}}|{_HIDDEN}{{1,2}}{_HAN}|{_HAN}{_HIDDEN}|某某?{_HIDDEN}?|某{_HAN})"
)
_ADDRESSED = re.compile(f"({_HAN}{{1,2}})(?:先生|女士)")
_PLAIN = re.compile(f"{_HAN}{{2,4}}")
_BLANKS = re.compile(r"\s+")
_SEVERAL = re.compile("[、,，;；/]")
_LOOSE = re.compile(r"[\s、,，;；/]")
_LONGEST = 5
"""Characters of a person's name without blanks: a compound surname and three covered ones."""

PERSON_NAME_RE2 = rf"^\s*{_HAN}(?:\s*(?:{_HAN}|{_HIDDEN})){{1,3}}\s*$|[、,，;；/]"
"""A superset of the names that looks_like_person_name accepts, for set-wise engines."""


def looks_like_person_name(name: str) -> bool:
    """Whether a row under this name is on a natural person: plain, covered (张*, 李**, 关某某) or several joined."""
    if len(name) > _LONGEST and not _LOOSE.search(name):
        return False
    parts = [_BLANKS.sub("", part) for part in _SEVERAL.split(name)]
    parts = [part for part in parts if part]
    return bool(parts) and all(map(_is_person, parts))


def _is_person(name: str) -> bool:
    if _COVERED.fullmatch(name):
        return True
    addressed = _ADDRESSED.fullmatch(name)
    if addressed:
        return _family_of(addressed.group(1)) == addressed.group(1)
    if not _PLAIN.fullmatch(name) or name[-1] in _ENDINGS or _WORDS.search(name):
        return False
    family = _family_of(name)
    return family != "" and 1 <= len(name) - len(family) <= 2


def _family_of(name: str) -> str:
    if name[:2] in _COMPOUND:
        return name[:2]
    return name[:1] if name[:1] in _SURNAMES else ""


def mask_person_name(name: str) -> str:
    """The family name and one star a further character: 王小明 → 王**."""
    plain = _BLANKS.sub("", name)
    family = plain[:2] if plain[:2] in _COMPOUND and len(plain) > 2 else plain[:1]
    return family.ljust(max(len(plain), len(family) + 1), "*") if plain else ""

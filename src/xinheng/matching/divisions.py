"""Names of administrative divisions with which the names of enterprises begin (facts of GB/T 2260).

Provinces and prefectures are listed; counties follow from their ending after one of these, or are given by
the city's policy. A short form stands where law lets names use it (北京 for 北京市, 开封 for 开封市).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_MUNICIPALITIES = "北京市 天津市 上海市 重庆市"
_PREFECTURES = {
    "河北省": "石家庄市 唐山市 秦皇岛市 邯郸市 邢台市 保定市 张家口市 承德市 沧州市 廊坊市 衡水市",
    "山西省": "太原市 大同市 阳泉市 长治市 晋城市 朔州市 晋中市 运城市 忻州市 临汾市 吕梁市",
    "内蒙古自治区": "呼和浩特市 包头市 乌海市 赤峰市 通辽市 鄂尔多斯市 呼伦贝尔市 巴彦淖尔市 乌兰察布市 兴安盟 锡林郭勒盟 阿拉善盟",
    "辽宁省": "沈阳市 大连市 鞍山市 抚顺市 本溪市 丹东市 锦州市 营口市 阜新市 辽阳市 盘锦市 铁岭市 朝阳市 葫芦岛市",
    "吉林省": "长春市 吉林市 四平市 辽源市 通化市 白山市 松原市 白城市 延边朝鲜族自治州",
    "黑龙江省": "哈尔滨市 齐齐哈尔市 鸡西市 鹤岗市 双鸭山市 大庆市 伊春市 佳木斯市 七台河市 牡丹江市 黑河市 绥化市 大兴安岭地区",
    "江苏省": "南京市 无锡市 徐州市 常州市 苏州市 南通市 连云港市 淮安市 盐城市 扬州市 镇江市 泰州市 宿迁市",
    "浙江省": "杭州市 宁波市 温州市 嘉兴市 湖州市 绍兴市 金华市 衢州市 舟山市 台州市 丽水市",
    "安徽省": "合肥市 芜湖市 蚌埠市 淮南市 马鞍山市 淮北市 铜陵市 安庆市 黄山市 滁州市 阜阳市 宿州市 六安市 亳州市 池州市 宣城市",
    "福建省": "福州市 厦门市 莆田市 三明市 泉州市 漳州市 南平市 龙岩市 宁德市",
    "江西省": "南昌市 景德镇市 萍乡市 九江市 新余市 鹰潭市 赣州市 吉安市 宜春市 抚州市 上饶市",
    "山东省": "济南市 青岛市 淄博市 枣庄市 东营市 烟台市 潍坊市 济宁市 泰安市 威海市 日照市 临沂市 德州市 聊城市 滨州市 菏泽市",
    "河南省": "郑州市 开封市 洛阳市 平顶山市 安阳市 鹤壁市 新乡市 焦作市 濮阳市 许昌市 漯河市 三门峡市 南阳市 商丘市 信阳市 周口市 驻马店市 济源市",
    "湖北省": "武汉市 黄石市 十堰市 宜昌市 襄阳市 鄂州市 荆门市 孝感市 荆州市 黄冈市 咸宁市 随州市 恩施土家族苗族自治州",
    "湖南省": "长沙市 株洲市 湘潭市 衡阳市 邵阳市 岳阳市 常德市 张家界市 益阳市 郴州市 永州市 怀化市 娄底市 湘西土家族苗族自治州",
    "广东省": "广州市 韶关市 深圳市 珠海市 汕头市 佛山市 江门市 湛江市 茂名市 肇庆市 惠州市 梅州市 汕尾市 河源市 阳江市 清远市 东莞市 中山市 潮州市 揭阳市 云浮市",
    "广西壮族自治区": "南宁市 柳州市 桂林市 梧州市 北海市 防城港市 钦州市 贵港市 玉林市 百色市 贺州市 河池市 来宾市 崇左市",
    "海南省": "海口市 三亚市 三沙市 儋州市",
    "四川省": "成都市 自贡市 攀枝花市 泸州市 德阳市 绵阳市 广元市 遂宁市 内江市 乐山市 南充市 眉山市 宜宾市 广安市 达州市 雅安市 巴中市 资阳市 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州",
    "贵州省": "贵阳市 六盘水市 遵义市 安顺市 毕节市 铜仁市 黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州",
    "云南省": "昆明市 曲靖市 玉溪市 保山市 昭通市 丽江市 普洱市 临沧市 楚雄彝族自治州 红河哈尼族彝族自治州 文山壮族苗族自治州 西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 怒江傈僳族自治州 迪庆藏族自治州",
    "西藏自治区": "拉萨市 日喀则市 昌都市 林芝市 山南市 那曲市 阿里地区",
    "陕西省": "西安市 铜川市 宝鸡市 咸阳市 渭南市 延安市 汉中市 榆林市 安康市 商洛市",
    "甘肃省": "兰州市 嘉峪关市 金昌市 白银市 天水市 武威市 张掖市 平凉市 酒泉市 庆阳市 定西市 陇南市 临夏回族自治州 甘南藏族自治州",
    "青海省": "西宁市 海东市 海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州 海西蒙古族藏族自治州",
    "宁夏回族自治区": "银川市 石嘴山市 吴忠市 固原市 中卫市",
    "新疆维吾尔自治区": "乌鲁木齐市 克拉玛依市 吐鲁番市 哈密市 昌吉回族自治州 博尔塔拉蒙古自治州 巴音郭楞蒙古自治州 阿克苏地区 克孜勒苏柯尔克孜自治州 喀什地区 和田地区 伊犁哈萨克自治州 塔城地区 阿勒泰地区",
    "台湾省": "",
    "香港特别行政区": "",
    "澳门特别行政区": "",
}
NATION = "中国"
_PEOPLES = (
    "(?:(?:维吾尔|哈萨克|柯尔克孜|蒙古)族?|(?:藏|彝|回|苗|侗|傣|壮|瑶|白|黎|羌|满|土|水|畲|佤|哈尼|景颇|布依|土家|朝鲜"
    "|傈僳|仡佬|达斡尔|锡伯|拉祜|纳西|仫佬|毛南|撒拉|东乡|保安|裕固|塔吉克|鄂伦春|鄂温克|独龙|怒|普米|布朗)族|各族)*"
)
_ENDING = re.compile(rf"(?:特别行政区|{_PEOPLES}自治[区州县旗]|{_PEOPLES}[省市州盟县区旗乡]|地区|新区|林区)$")
_ZONE = re.compile(
    r"(?:(?:国家|高新|高新技术|高技术|经济|技术|经济技术|城乡一体化|现代农业|先进制造业|产业|工业|保税|港|综合|自由贸易|试验)+)"
    r"(?:开发区|示范区|产业集聚区|集聚区|园区|试验区|港区|新区|区)"
)
_COUNTY = re.compile(
    r"[\u4e00-\u9fff]{1,5}?(?:自治[县旗]|(?<![小社校园景厂院库矿牧林片街营专灾战地])[县区旗](?![域块间位]))"
)
_ALONE = re.compile(
    r"(?:[\u4e00-\u9fff]{1,5}?(?:自治[县旗]|(?<![小社校园景厂院库矿牧林片街营专灾战地东南西北])[县区](?![域块间位]))"
    r"|[\u4e00-\u9fff]{2,3}?(?<![超门都城股上楼夜菜花集早米鱼车房])市(?![场政民容值级]))(?=..)"
)
"""A county, or a city of its rank, that is not in the table and stands first."""
_BELOW = re.compile("[市县区旗]")
"""Without one of these nothing is a zone, a county or a city that is not in the table."""
_TOWN = re.compile(r"[\u4e00-\u9fff]{1,3}?(?:街道办事处|街道|镇|乡)(?![村土情愁])")


def short_form(name: str) -> str:
    """开封市 → 开封; a name of one character keeps its ending (杞县)."""
    short = _ENDING.sub("", name) if not name.startswith("内蒙古") else name[:3]
    return short if len(short) > 1 else name


@dataclass(frozen=True, slots=True)
class Region:
    """Divisions as written, by short form, and those above them that they imply."""

    text: str = ""
    named: frozenset[str] = frozenset()
    implied: frozenset[str] = frozenset()


NOWHERE = Region()


class Divisions:
    """Finds the divisions at the beginning of a name, or in its brackets."""

    def __init__(self, counties: Iterable[str] = ()) -> None:
        wider: dict[str, tuple[str, ...]] = {NATION: (), "中华人民共和国": (NATION,)}
        for name in _MUNICIPALITIES.split():
            wider[name] = ()
        for province, prefectures in _PREFECTURES.items():
            wider[province] = ()
            for name in prefectures.split():
                wider[name] = (short_form(province),)
        for name in counties:
            wider.setdefault(name, ())
        self._above: dict[str, tuple[str, tuple[str, ...]]] = {}
        for name, above in wider.items():
            short = NATION if above == (NATION,) else short_form(name)
            self._above.setdefault(name, (short, above))
            self._above.setdefault(short, (short, above))
        widths: dict[str, set[int]] = {}
        for word in self._above:
            widths.setdefault(word[:2], set()).add(len(word))
        self._widths = {start: tuple(sorted(held, reverse=True)) for start, held in widths.items()}

    @lru_cache(maxsize=1 << 12)  # noqa: B019
    def whole(self, text: str) -> Region:
        """The region where the text names nothing else (the inside of brackets), or NOWHERE."""
        region, end = self.leading(text)
        return region if text and end == len(text) else NOWHERE

    def leading(self, text: str) -> tuple[Region, int]:
        """The region with which a text begins, and where it ends."""
        found = self._first(text, 0)
        if not found:
            return self._alone(text)
        named: set[str] = set()
        implied: set[str] = set()
        end = 0
        while found:
            short, above = self._above[found]
            if named and NATION not in named and not named & set(above):
                break
            named.add(short)
            implied.update(above)
            end += len(found)
            found = self._first(text, end)
        for pattern in (_ZONE, _COUNTY, _TOWN) if _BELOW.search(text, end) else ():
            below = pattern.match(text, end)
            if below is not None:
                named.add(short_form(below.group()))
                end = below.end()
            elif pattern is _COUNTY:
                break
        return Region(text[:end], frozenset(named), frozenset(implied)), end

    def _first(self, text: str, begin: int) -> str:
        """The longest division of the table that stands at ``begin``, or nothing."""
        for width in self._widths.get(text[begin : begin + 2], ()):
            word = text[begin : begin + width]
            if word in self._above:
                return word
        return ""

    def _alone(self, text: str) -> tuple[Region, int]:
        found = _ALONE.match(text) if _BELOW.search(text) else None
        if found is None:
            return NOWHERE, 0
        return Region(found.group(), frozenset((short_form(found.group()),))), found.end()


NATIONAL = Divisions()

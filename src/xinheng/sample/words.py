"""The words that made-up names are built from: 行政区划 + 字号 + 行业 + 组织形式 (《企业名称登记管理规定》).

The 字号 joins characters that firms seldom join, addresses lie on roads called 样例, and every person is
called 样 after the surname. A likeness with a real enterprise is chance; a likeness with a person is none.
"""

from dataclasses import dataclass

STYLE_CHARACTERS = (
    "沅湄笙榆筠芃岑溆漪棠樾栎桁珩璟瑗琮珂玥琬砚硕祺祎稔穗竺筱簌篁"
    "绮绾缇翊翎翙聆芷苒茗茴荇莳菡萦葭蓁蔚蕙薇虔蜓衍裳觅谧贲赭轩辰"
    "逸遨邈酌釉铄铎铮锦镜阑霁霏霖靖韶颀飒飏骐骞鲲鸢鸾麒黛鼎齐沐沁"
    "泓泷洵洛浔涵淳渝渊湛滢漾潇澄澜濡炜烁焕煦熠燚牧珞琅瑄璞畅皓盈"
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
STEMS = "甲乙丙丁戊己庚辛壬癸"
ROADS = ("样例路", "样例大道", "样例街", "样例东路", "样例西路", "样例南街", "样例北街", "样例胡同")


@dataclass(frozen=True, slots=True)
class Sector:
    """A branch of trade: what its firms and its shops call their trade, and how many of them there are.

    ``key`` is the field of supervision in ``policy/national/sectors.yml``, ``label`` the words of the register.
    """

    key: str
    label: str
    weight: int
    firms: tuple[str, ...]
    shops: tuple[str, ...]


SECTORS = (
    Sector(
        "food",
        "食品经营",
        16,
        ("食品", "餐饮管理", "粮油贸易", "食品加工"),
        ("小吃店", "饭馆", "食品店", "早餐店"),
    ),
    Sector(
        "market_regulation",
        "批发零售",
        24,
        ("商贸", "百货", "贸易", "供应链管理"),
        ("超市", "百货店", "五金店", "服装店"),
    ),
    Sector(
        "industry",
        "制造业",
        14,
        ("机械制造", "纺织", "包装材料", "电气设备"),
        ("加工店", "木器厂", "修理部"),
    ),
    Sector("housing", "建筑业", 10, ("建筑工程", "建筑劳务", "装饰工程", "市政工程"), ("装饰店", "建材店")),
    Sector("transport", "交通运输", 7, ("物流", "运输", "仓储服务", "汽车服务"), ("货运部", "汽修店")),
    Sector("science", "信息技术", 8, ("科技", "软件", "信息技术", "电子商务"), ("电脑店", "通讯店")),
    Sector(
        "culture_tourism",
        "文化旅游",
        5,
        ("文化传媒", "旅行社", "酒店管理", "演艺"),
        ("照相馆", "旅馆", "网吧"),
    ),
    Sector("health", "卫生健康", 4, ("医药", "医疗器械", "健康管理", "养老服务"), ("药店", "诊所")),
    Sector("agriculture", "农林牧渔", 6, ("农业开发", "种业", "畜牧", "农资"), ("农资店", "花木店")),
    Sector("real_estate", "房地产与物业", 3, ("物业服务", "房地产开发", "房产经纪"), ("房屋中介部",)),
    Sector("emergency", "化工与危险品", 2, ("化工", "燃气", "烟花爆竹销售"), ("涂料店",)),
    Sector("human_resources", "人力资源", 1, ("人力资源服务", "劳务派遣", "家政服务"), ("家政服务部",)),
)
CROPS = ("果蔬种植", "粮食种植", "中药材种植", "养殖", "农机")
SOCIETIES = ("行业协会", "商会", "学会", "志愿服务协会")
CENTRES = ("职业培训学校", "养老服务中心", "幼儿园", "社会工作服务中心")

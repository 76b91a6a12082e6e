"""The departments of the sample city: what each permits, checks and punishes, in the words of its papers.

Statutes are named without article numbers: the acts are made up and cite nothing that could be looked up.
"""

from dataclasses import dataclass

from xinheng.sample.places import City


@dataclass(frozen=True, slots=True)
class Department:
    """One sending unit. ``mark`` stands in its document numbers after the character of the city."""

    key: str
    name: str
    mark: str
    number: int
    permits: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    statute: str = ""
    checks: tuple[str, ...] = ()


DEPARTMENTS = (
    Department(
        "market",
        "市场监督管理局",
        "市监",
        1,
        ("食品经营许可", "食品生产许可", "特种设备使用登记", "药品零售经营许可"),
        (
            "经营标签不符合规定的食品",
            "未按规定公示营业执照",
            "使用未经检定的计量器具",
            "发布虚假广告",
            "经营超过保质期的食品",
        ),
        "《中华人民共和国食品安全法》",
        ("公示信息抽查", "食品经营监督检查", "特种设备监督检查"),
    ),
    Department(
        "ecology",
        "生态环境局",
        "环",
        2,
        ("排污许可", "建设项目环境影响报告表审批", "危险废物经营许可"),
        ("未按规定设置排污口", "物料堆场未采取防尘措施", "未建立环境管理台账", "超过标准排放大气污染物"),
        "《中华人民共和国大气污染防治法》",
        ("排污单位监督检查", "建设项目环境检查"),
    ),
    Department(
        "emergency",
        "应急管理局",
        "应急",
        3,
        ("危险化学品经营许可", "烟花爆竹零售经营许可", "安全生产许可"),
        ("未按规定进行安全生产教育培训", "未建立事故隐患排查治理制度", "安全设备未定期检测"),
        "《中华人民共和国安全生产法》",
        ("安全生产执法检查",),
    ),
    Department(
        "labour",
        "人力资源和社会保障局",
        "人社",
        4,
        ("人力资源服务许可", "劳务派遣经营许可", "特殊工时制度审批"),
        ("未按规定办理社会保险登记", "未依法支付劳动报酬", "未按规定建立职工名册"),
        "《劳动保障监察条例》",
        ("劳动用工检查", "社会保险缴纳检查"),
    ),
    Department(
        "housing",
        "住房和城乡建设局",
        "建",
        5,
        ("建筑工程施工许可", "建筑业企业资质许可", "商品房预售许可"),
        ("未按规定设置安全防护设施", "未取得施工许可擅自施工", "未按资质等级承揽工程"),
        "《建设工程质量管理条例》",
        ("建筑工地检查", "物业服务检查"),
    ),
    Department(
        "transport",
        "交通运输局",
        "交运",
        6,
        ("道路货物运输经营许可", "道路旅客运输经营许可", "机动车驾驶员培训备案"),
        ("车辆未按规定年审仍从事运输", "未按规定维护运输车辆", "超越许可事项从事道路运输经营"),
        "《中华人民共和国道路运输条例》",
        ("道路运输企业检查",),
    ),
    Department(
        "health",
        "卫生健康委员会",
        "卫",
        7,
        ("公共场所卫生许可", "医疗机构执业许可", "饮用水供水单位卫生许可"),
        ("未按规定进行公共场所卫生检测", "安排未获得健康证明的人员上岗", "未按规定消毒公共用品用具"),
        "《公共场所卫生管理条例》",
        ("公共场所卫生检查",),
    ),
    Department(
        "culture",
        "文化广电和旅游局",
        "文",
        8,
        ("旅行社业务经营许可", "互联网上网服务经营许可", "娱乐场所经营许可"),
        ("未按规定核对登记上网人员", "擅自变更经营场所", "未与旅游者签订合同"),
        "《旅行社条例》",
        ("文化市场检查",),
    ),
    Department(
        "city",
        "城市管理局",
        "城管",
        9,
        ("城市建筑垃圾处置核准", "临时占用道路许可", "户外广告设置许可"),
        ("未按规定清运建筑垃圾", "擅自设置户外广告", "施工现场未采取防尘措施"),
        "《城市市容和环境卫生管理条例》",
        ("市容环境检查",),
    ),
    Department(
        "agriculture",
        "农业农村局",
        "农",
        10,
        ("农药经营许可", "种子生产经营许可", "动物防疫条件许可"),
        ("经营未附标签的种子", "未建立农药采购台账", "未按规定处理病死动物"),
        "《中华人民共和国种子法》",
        ("农资市场检查",),
    ),
    Department("tax", "税务局", "税", 11),
    Department("civil", "民政局", "民", 12),
    Department("hotline", "12345政务服务便民热线", "热线", 13),
    Department("credit", "社会信用体系建设工作领导小组办公室", "信用", 14),
    Department("water", "供水集团", "水", 15),
    Department("power", "供电公司", "电", 16),
    Department("gas", "燃气公司", "气", 17),
)
INDEX = {department.key: number for number, department in enumerate(DEPARTMENTS)}

LEADING = {
    "food": "market",
    "market_regulation": "market",
    "industry": "ecology",
    "housing": "housing",
    "transport": "transport",
    "science": "market",
    "culture_tourism": "culture",
    "health": "health",
    "agriculture": "agriculture",
    "real_estate": "housing",
    "emergency": "emergency",
    "human_resources": "labour",
}
"""The department that a sector meets most often."""
COMMON = ("market", "ecology", "emergency", "labour", "city")
"""Departments that every sector meets."""


def acting() -> tuple[Department, ...]:
    """Departments that permit, check and punish."""
    return tuple(department for department in DEPARTMENTS if department.permits)


FIELDS = {
    "market": "market_regulation",
    "ecology": "ecology",
    "emergency": "emergency",
    "labour": "human_resources",
    "housing": "housing",
    "transport": "transport",
    "health": "health",
    "culture": "culture_tourism",
    "city": "urban_management",
    "agriculture": "agriculture",
    "tax": "tax",
    "civil": "civil_affairs",
    "credit": "credit",
}
"""The field of supervision (``policy/national/sectors.yml``) by which a city's own name of the department is found."""


def paper_name(department: Department, *, city: City) -> str:
    """The name of ``department`` as it stands on its papers: the city's own, else one made of the usual words."""
    prefix = "国家税务总局" if department.key == "tax" else ""
    return city.departments.get(department.key) or f"{prefix}{city.name}{department.name}"

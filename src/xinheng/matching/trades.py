"""Words for what an enterprise does and what it is called after it (行业, 组织形式), longest first.

《企业名称登记管理规定》 puts them behind the 字号: what is left of a name before these words is its 字号.
"""

import re
from functools import lru_cache

_TRADES = """
科技 技术 工程 建筑 建设 发展 服务 管理 商贸 信息 装饰 装修 装潢 传媒 传播 文化 集团 咨询 租赁 劳务 教育 酒店 网络 汽车 餐饮 设备 开发
娱乐 生物 环保 智能 物业 软件 贸易 能源 市政 安装 医疗 医药 运输 科贸 艺术 培训 电子 健康 物流 数据 环境 商务 电力 广告 销售 材料
美容 美发 经纪 房地产 房产 地产 旅行社 国际旅行社 供应链 资源 人力资源 顾问 机械 机电 电气 电器 投资 系统 系统集成 集成 数字 信息服务
园林 绿化 农业 互联网 互联 上网 上网服务 互联网上网服务 通信 通讯 食品 国际贸易 器械 消防 置业 制造 智慧 创意 代理 体育 控股 仪器 仪表
实业 产业 建材 药业 制品 工贸 展示 展览 会展 策划 检测 检验 测试 旅游 交流 回收 再生资源 研究 设计 规划 勘察 测绘 监理 造价 招标 拍卖
新能源 新材料 节能 光电 水务 供水 供热 燃气 热力 石油 石化 化工 化学 印刷 印务 包装 出版 出版社 发行 图书 书店 影视 影院 影城 影业 演出
演艺 剧院 剧场 杂志社 报社 广播 电视 摄影 家具 家居 家政 保洁 清洁 养护 维修 修理 修配 配件 部件 零部件 用品 日用品 百货 超市 商场 商店
商城 便利店 便利 市场 批发 零售 五金 五金交电 机床 模具 轴承 钢铁 钢结构 金属 有色金属 矿业 煤炭 水泥 混凝土 砂石 石材 木业 木材 纸业 造纸
纺织 服装 服饰 鞋业 皮革 羽绒 印染 玩具 工艺品 珠宝 首饰 钟表 眼镜 电缆 电线 线缆 电池 电源 照明 灯饰 灯具 半导体 微电子 集成电路 芯片
机器人 自动化 控制 测控 航空 航天 航运 海运 船舶 铁路 轨道交通 交通 公路 路桥 桥梁 隧道 水利 水电 防水 防腐 保温 暖通 制冷 空调 电梯
门窗 幕墙 玻璃 陶瓷 塑料 塑胶 橡胶 涂料 油漆 颜料 农资 种业 种子 种苗 苗木 花卉 果蔬 蔬菜 水果 种植 养殖 畜牧 畜禽 牧业 渔业 水产 饲料 肥料 化肥
农药 农机 农产品 农副产品 粮油 粮食 面粉 面业 米业 油脂 茶叶 茶业 酒业 酒类 饮料 饮品 乳业 肉类 屠宰 调味品 糖业 烟草 烟酒 盐业 制药
药房 大药房 药店 医院 诊所 门诊部 卫生 卫生院 养老 护理 康复 口腔 眼科 中医 医学 基因 幼儿园 学校 小学 中学 大学 学院 职业培训 培训学校
驾驶 驾校 保安 安保 安防 安全 保险 保险代理 保险经纪 融资租赁 融资担保 担保 小额贷款 典当 证券 期货 基金 基金会 银行 信托 资产 资产管理 资本
财务 财税 税务 会计 审计 评估 律师 知识产权 专利 专利代理 商标 认证 公证 人才 派遣 劳务派遣 外包 分包 建筑劳务 建筑工程 建设工程 装饰工程 市政工程
建筑装饰 建筑安装 文化传媒 文化传播 文化艺术 文化发展 科技发展 技术开发 技术服务 信息技术 信息科技 网络科技 网络技术 电子商务 生物科技
企业管理 投资管理 酒店管理 餐饮管理 物业管理 物业服务 健康管理 供应链管理 房地产开发 汽车租赁 汽车销售 汽车服务 汽车维修 医疗器械 医疗科技 教育科技 教育咨询
管理咨询 商业 商务服务 经贸 进出口 外贸 储运 仓储 快递 速递 搬家 货运 客运 出租 出租汽车 公交 停车 停车场 加油站 加气站 充电 洗浴 足疗 按摩
健身 俱乐部 游泳 高尔夫 滑雪 游乐 乐园 公园 景区 旅馆 宾馆 饭店 饭庄 饭馆 餐厅 餐馆 快餐 快餐店 小吃 小吃店 烧烤 火锅 早餐 面馆 茶楼 茶馆 咖啡 酒吧
网吧 招待所 度假村 客栈 民宿 农家院 公寓 大厦 写字楼 中介 婚庆 礼仪 殡葬 彩票 通用 重工 特种 动力 锅炉 电机 电站 光伏 风电 储能 氢能 垃圾 污水
固废 环卫 土方 拆除 爆破 岩土 地基 基础 打井 钻探 地质 气象 地理 空间 遥感 卫星 导航 物联网 物联 云计算 大数据 人工智能 区块链 孵化器 众创空间 创业
企业 工业 农牧 农林 林业 农贸 农家 综合 连锁 专业 公益 慈善 社会工作 志愿 研究院 研究所 研究中心 研究会 设计院 科学 研发 生产 加工 经营 经销 推广 促进 协作
铸造 锻造 热处理 电镀 喷涂 焊接 标准件 紧固件 阀门 泵业 管道 管业 管材 型材 板材 铝业 铜业 钢材 物资 废旧物资 化妆品 日化 洗涤 洗染 卫浴 洁具 厨具 地板 布艺 窗帘
劳保 文具 办公 办公用品 办公设备 耗材 音像 乐器 美术 书画 古玩 收藏 宠物 动物 医疗美容 月子 母婴 婴童 孕婴 童装 内衣 鞋帽 箱包 手机 电脑 计算机 数码 家电
纯净水 矿泉水 桶装水 冷链 冷冻 冷饮 糕点 面包 蛋糕 豆制品 熟食 干果 炒货 海鲜 生鲜 副食 土特产 特产 烟花爆竹 危险品 液化气 天然气 煤气 成品油 润滑油
"""
_PLACES = """
中心 服务中心 发展中心 促进中心 研究院 研究所 设计院 事务所 合作社 专业合作社 基金会 协会 商会 学会 促进会 研究会 联合会 联谊会 总会 工会 理事会 委员会
商行 商店 商社 经营部 经营店 经销部 经销处 销售部 服务部 服务站 维修部 修理部 修理厂 门市部 批发部 供应站 供销社 信用社 工作室 工作站 工程队 车队 车行 车间
店 厂 部 馆 院 所 社 站 场 行 铺 坊 庄 楼 阁 吧 厅 会 队 园 屋 城 网 处 室 校 寺 库 矿 农场 林场 牧场 鱼场 猪场 牛场 鸡场 种鸡场 种猪场 养殖场 砖厂 木器厂 加工厂 加工店 食品店
制衣厂 印刷厂 水厂 电厂 药厂 酒厂 总厂 分厂 总店 本店 旗舰店 专卖店 专营店 直营店 体验店 理发店 美发店 美容院 服装店 五金店 百货店 水果店 早餐店 图书馆 博物馆 文化馆 体育馆 照相馆 展览馆 美术馆
电影院 歌舞厅 歌厅 舞厅 游艺厅 网络中心 俱乐部 剧团 乐团 艺术团 杂技团 歌舞团 敬老院 养老院 福利院 卫生室 卫生站 社区卫生服务中心 街道办事处 居民委员会 村民委员会 居委会 村委会 人民政府 人民医院 人民法院
汽修店 电脑店 通讯店 农资店 花木店 房屋中介部 家政服务部 涂料店 货运部 装饰店 建材店
"""
TRADES = frozenset((*_TRADES.split(), *_PLACES.split()))
_WIDTHS = {
    sign: tuple(sorted({len(word) for word in TRADES if word[-1] == sign}, reverse=True))
    for sign in {word[-1] for word in TRADES}
}
"""Lengths of the words that end in a character, the longest first."""
_SPLIT = re.compile("|".join(sorted(map(re.escape, TRADES), key=lambda word: (-len(word), word))))


def split_trade(head: str) -> tuple[str, str]:
    """字号 and trade: words of trade are taken from the end as long as a 字号 of two characters stays.

    A word of one character (店, 厂) counts only where the head ends.
    """
    end = len(head)
    while end > 2:
        least = 0 if end == len(head) else 1
        taken = 0
        for width in _WIDTHS.get(head[end - 1], ()):
            if least < width <= end - 2 and head[end - width : end] in TRADES:
                taken = width
                break
        if not taken:
            break
        end -= taken
    return head[:end], head[end:]


_GENERAL = "人民|中心|实验|中医|妇幼保健|妇幼|妇女|儿童|职业|高级|师范|理工|工业|财经|新华|城市|农村|农业|工商|建设|发展|国际"
_COUNTED = "一二三四五六七八九十百0-9"
_UNNAMED = re.compile(rf"(?:{_SPLIT.pattern}|{_GENERAL}|第?[{_COUNTED}]+)+")
_UNNAMED_FROM = re.compile(
    f"[第{_COUNTED}{''.join(sorted({word[0] for word in (*TRADES, *_GENERAL.split('|'))}))}]"
)


@lru_cache(maxsize=1 << 14)
def has_name(core: str) -> bool:
    """Whether anything in it is a 字号; 人民医院 and 大学 are told apart by their place alone."""
    return _UNNAMED_FROM.match(core) is None or _UNNAMED.fullmatch(core) is None


def trade_words(trade: str) -> frozenset[str]:
    """The words a trade is made of, so that their order does not matter."""
    return frozenset(_SPLIT.findall(trade))

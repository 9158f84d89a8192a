"""What the demonstration chain sells: 24 cooler drinks, 40 other goods, true check digits."""

from dataclasses import dataclass
from decimal import Decimal

from biip.checksums import gs1_standard_check_digit

from device_profiles.names import Names
from device_profiles.store import BrandProfile, ProductProfile

GS1_DEMONSTRATION_PREFIX = "952"
"""Source: GS1, list of company prefixes: 952 is kept for demonstrations and examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A product as the simulation knows it. `appeal` is how often it is taken beside the others of
    its category; `pack_units` how many stand in the back room when it is full; `fruit_g` the usual
    weight where it is sold by weight."""

    gtin: str
    brand_id: str
    category: str
    name: Names
    price: Decimal
    appeal: float
    in_cooler: bool
    pack_units: int
    item_code: str | None = None
    fruit_g: int = 0

    @property
    def sold_by_weight(self) -> bool:
        """Whether its quantity is in kilograms."""
        return self.item_code is not None


BRANDS: tuple[BrandProfile, ...] = (
    BrandProfile(brand_id="quanye", name=Names(en="Quanye", zh="泉野")),
    BrandProfile(brand_id="lanfeng", name=Names(en="Lanfeng", zh="蓝峰")),
    BrandProfile(brand_id="yoju", name=Names(en="Yoju", zh="优橘")),
    BrandProfile(brand_id="linguang-select", name=Names(en="Linguang Select", zh="邻光优选")),
    BrandProfile(brand_id="linguang-fresh", name=Names(en="Linguang Fresh", zh="邻光鲜食")),
)

CATEGORIES: dict[str, Names] = {
    "tea": Names(en="Tea", zh="茶饮"),
    "water": Names(en="Water", zh="水"),
    "soda": Names(en="Soda", zh="汽水"),
    "coffee": Names(en="Coffee", zh="咖啡"),
    "juice": Names(en="Juice", zh="果汁"),
    "dairy": Names(en="Dairy", zh="乳饮"),
    "energy": Names(en="Energy", zh="能量饮料"),
    "meal": Names(en="Meals", zh="便当"),
    "bakery": Names(en="Bakery", zh="面点"),
    "snack": Names(en="Snacks", zh="零食"),
    "noodle": Names(en="Instant noodles", zh="方便面"),
    "fruit": Names(en="Fruit", zh="水果"),
    "home": Names(en="Household", zh="日用"),
}

_COOLER = """
White Peach Oolong|白桃乌龙|tea|5.50|1.2
Electrolyte Water|电解质水|water|6.00|1.3
Jasmine Green Tea|茉莉绿茶|tea|5.00|1.3
Cola|可乐|soda|3.50|1.6
Spring Water|泉水|water|2.00|2.0
Sparkling Water|气泡水|water|5.00|1.0
Lime Sparkling|青柠气泡水|water|5.50|0.9
Cola Zero|无糖可乐|soda|3.50|1.1
Orange Soda|橙味汽水|soda|3.50|0.9
Lychee Soda|荔枝汽水|soda|4.00|0.8
Iced Latte|冰拿铁|coffee|8.50|1.2
Black Coffee|黑咖啡|coffee|7.50|1.0
Oolong Tea|乌龙茶|tea|5.00|1.0
Lemon Black Tea|柠檬红茶|tea|4.50|1.1
Barley Tea|大麦茶|tea|4.50|0.7
Chrysanthemum Tea|菊花茶|tea|4.50|0.6
Coconut Water|椰子水|juice|8.00|0.8
Plum Juice|酸梅汤|juice|5.00|0.7
Grape Drink|葡萄汁饮|juice|5.50|0.7
Mango Drink|芒果汁饮|juice|5.50|0.8
Soy Milk|豆奶|dairy|4.50|1.1
Yoghurt Drink|乳酸菌饮品|dairy|7.00|0.9
Vitamin Berry|莓果维生素|energy|6.00|0.9
Energy Drink|能量饮料|energy|7.00|1.2
"""

_OTHERS = """
Lanfeng Water|蓝峰纯净水|lanfeng|water|2.00|0.9
Lanfeng Cola|蓝峰可乐|lanfeng|soda|3.00|0.6
Lanfeng Lemon Soda|蓝峰柠檬汽水|lanfeng|soda|3.50|0.5
Lanfeng Green Tea|蓝峰绿茶|lanfeng|tea|4.00|0.6
Lanfeng Milk Tea|蓝峰奶茶|lanfeng|tea|6.00|0.6
Lanfeng Coffee|蓝峰咖啡|lanfeng|coffee|7.00|0.4
Lanfeng Sports Drink|蓝峰运动饮料|lanfeng|energy|5.50|0.5
Yoju Orange Juice|优橘橙汁|yoju|juice|8.00|0.6
Yoju Tangerine Juice|优橘蜜橘汁|yoju|juice|8.50|0.5
Yoju Apple Juice|优橘苹果汁|yoju|juice|8.00|0.4
Yoju Grapefruit Juice|优橘西柚汁|yoju|juice|9.00|0.4
Yoju Lemonade|优橘柠檬水|yoju|juice|6.50|0.5
Chicken Bento|照烧鸡便当|linguang-fresh|meal|16.80|1.4
Beef Bento|黑椒牛肉便当|linguang-fresh|meal|19.80|1.1
Vegetable Bento|时蔬便当|linguang-fresh|meal|13.80|0.8
Tuna Rice Ball|金枪鱼饭团|linguang-fresh|meal|6.50|1.3
Salmon Rice Ball|三文鱼饭团|linguang-fresh|meal|7.50|1.0
Egg Sandwich|鸡蛋三明治|linguang-fresh|meal|8.80|1.1
Pork Bun|鲜肉包|linguang-fresh|bakery|2.80|1.6
Vegetable Bun|香菇菜包|linguang-fresh|bakery|2.50|1.2
Red Bean Bun|豆沙包|linguang-fresh|bakery|2.50|0.9
Croissant|牛角包|linguang-fresh|bakery|6.80|0.8
Toast|吐司|linguang-fresh|bakery|9.80|0.5
Tea Egg|茶叶蛋|linguang-fresh|bakery|2.00|1.4
Potato Crisps|薯片|linguang-select|snack|7.50|1.1
Seaweed Snack|海苔|linguang-select|snack|6.80|0.8
Melon Seeds|瓜子|linguang-select|snack|8.80|0.7
Chocolate Bar|巧克力|linguang-select|snack|5.90|1.0
Chewing Gum|口香糖|linguang-select|snack|4.50|0.9
Beef Jerky|牛肉干|linguang-select|snack|15.80|0.6
Beef Noodles|红烧牛肉面|linguang-select|noodle|5.50|1.2
Seafood Noodles|海鲜面|linguang-select|noodle|5.50|0.8
Pocket Tissues|手帕纸|linguang-select|home|3.00|1.2
Wet Wipes|湿巾|linguang-select|home|6.50|0.7
Umbrella|雨伞|linguang-select|home|29.90|0.1
Batteries|电池|linguang-select|home|12.90|0.3
Toothbrush|牙刷|linguang-select|home|9.90|0.3
"""

_FRUIT = """
Bananas|香蕉|8.80|00011|620
Apples|苹果|12.80|00012|480
Tangerines|蜜橘|9.90|00013|540
"""

_COMPANY = {brand.brand_id: f"{number:04d}" for number, brand in enumerate(BRANDS, start=1)}


def demonstration_gtin(brand_id: str, item: int) -> str:
    """The 14-digit GTIN of a brand's `item`, from 1: prefix 952, company, item, check digit."""
    digits = f"{GS1_DEMONSTRATION_PREFIX}{_COMPANY[brand_id]}{item:05d}"
    return f"{digits}{gs1_standard_check_digit(digits)}".zfill(14)


def unlisted_gtin(number: int) -> str:
    """The GTIN of a pack that no product list of the chain holds: an unknown company's."""
    digits = f"{GS1_DEMONSTRATION_PREFIX}9999{number:05d}"
    return f"{digits}{gs1_standard_check_digit(digits)}".zfill(14)


def weighed_code(item_code: str, weight_g: int) -> str:
    """The EAN-13 that a scale prints: prefix 20, item, weight in grams, check digit.

    Source: GS1 General Specifications, 2.1.12.
    """
    digits = f"20{item_code}{weight_g:05d}"
    return f"{digits}{gs1_standard_check_digit(digits)}"


def _cooler_goods() -> list[Good]:
    rows = [line.split("|") for line in _COOLER.strip().splitlines()]
    return [
        Good(
            gtin=demonstration_gtin("quanye", item),
            brand_id="quanye",
            category=category,
            name=Names(en=en, zh=zh),
            price=Decimal(price),
            appeal=float(appeal),
            in_cooler=True,
            pack_units=24,
        )
        for item, (en, zh, category, price, appeal) in enumerate(rows, start=1)
    ]


def _other_goods() -> list[Good]:
    goods: list[Good] = []
    items = dict.fromkeys(_COMPANY, 0)
    for line in _OTHERS.strip().splitlines():
        en, zh, brand_id, category, price, appeal = line.split("|")
        items[brand_id] += 1
        goods.append(
            Good(
                gtin=demonstration_gtin(brand_id, items[brand_id]),
                brand_id=brand_id,
                category=category,
                name=Names(en=en, zh=zh),
                price=Decimal(price),
                appeal=float(appeal),
                in_cooler=False,
                pack_units=48,
            )
        )
    return goods


def _fruit() -> list[Good]:
    rows = [line.split("|") for line in _FRUIT.strip().splitlines()]
    return [
        Good(
            gtin=demonstration_gtin("linguang-fresh", 900 + number),
            brand_id="linguang-fresh",
            category="fruit",
            name=Names(en=en, zh=zh),
            price=Decimal(price),
            appeal=1.0,
            in_cooler=False,
            pack_units=20,
            item_code=code,
            fruit_g=int(grams),
        )
        for number, (en, zh, price, code, grams) in enumerate(rows, start=1)
    ]


def demonstration_goods() -> tuple[Good, ...]:
    """All 64 goods; the 24 of the cooler first, in the order of their item numbers."""
    return (*_cooler_goods(), *_other_goods(), *_fruit())


def as_product(good: Good) -> ProductProfile:
    """The good as master data."""
    return ProductProfile(
        gtin=good.gtin,
        name=good.name,
        brand_id=good.brand_id,
        category=CATEGORIES[good.category],
        width_mm=66.0,
        sold_by_weight=good.sold_by_weight,
        item_code=good.item_code,
    )

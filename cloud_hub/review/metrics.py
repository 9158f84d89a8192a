"""The metrics of recognition itself: how often it is right, how much it names."""

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.metric import Audience, Direction, Grain, Kind, Metric, Unit
from cloud_hub.review.accuracy import ENOUGH, measure_accuracy, measure_coverage, wilson
from cloud_hub.shelf.metrics import NO_CLEAR_PHOTO, OF_GOODS

RECOGNITION_ACCURACY = Metric(
    name="recognition-accuracy",
    title=Text(en="Audited accuracy", zh="审核准确率"),
    kind=Kind.RATIO,
    formula=Text(
        en="named products that people judged right / named products that people judged, of a"
        " sample drawn by chance from clear photos, judged without knowing the name given; range:"
        " Wilson, 95 %",
        zh="人工判定正确的已识别商品 / 人工判定的已识别商品；从清晰照片中随机抽样，"
        "判定者不知识别结果；区间：Wilson 95%",
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf", "review"),
    no_data=Text(
        en=f"No data below {ENOUGH} judged products.", zh=f"判定数不足 {ENOUGH} 时为无数据。"
    ),
    measure=measure_accuracy,
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
    minimum_base=ENOUGH,
    interval=wilson,
)
RECOGNITION_COVERAGE = Metric(
    name="recognition-coverage",
    title=Text(en="Named products", zh="识别覆盖率"),
    kind=Kind.RATIO,
    formula=Text(
        en="products on clear photos that were named / all products on clear photos, unknown ones"
        " included",
        zh="清晰照片上已识别的商品 / 清晰照片上的全部商品（含未识别）",
    ),
    unit=Unit.RATIO,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("shelf",),
    no_data=NO_CLEAR_PHOTO,
    measure=measure_coverage,
    needs=Permission.SEE_SHELF,
    audience=Audience.BRAND,
    filters=OF_GOODS,
)

RECOGNITION_METRICS = (
    RECOGNITION_ACCURACY,
    RECOGNITION_COVERAGE,
)

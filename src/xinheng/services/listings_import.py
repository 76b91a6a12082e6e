"""Refuses a delivered list that nobody provides for: older names are read, a list outside the registry is not.

The file is refused as a whole, before anything of it enters (国办发〔2020〕49号; requirements M9-01).
"""

from xinheng.core.catalogue import Item
from xinheng.core.policy import Policy
from xinheng.core.refusal import Refusal
from xinheng.store.batches import Batch
from xinheng.store.records import RecordDetail

NAMED = "列入名单名称"
"""The field in which a row says on which list it is."""


def refuse_unregistered(batch: Batch, policy: Policy) -> None:
    """Refusal LI9 names the lists of the file that are neither registered nor older names of a registered kind."""
    if batch.item != Item.SERIOUS_LIST:
        return
    said = RecordDetail.objects.filter(record__batch=batch, fields__has_key=NAMED)
    names = said.order_by().values_list(f"fields__{NAMED}", flat=True).distinct()
    strange = sorted({str(one) for one in names if policy.lists.kind_named(str(one)) is None})
    if strange:
        raise Refusal(
            "LI9",
            f"文件中的名单“{'”“'.join(one[:30] for one in strange[:3])}”不在国家设列的名单范围内，整份文件没有入库。",
            citation="国办发〔2020〕49号",
            advice="请核对名单名称；没有法律、法规或者党中央、国务院政策文件依据的名单不得报送。",
        )

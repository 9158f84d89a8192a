"""Every table of the hub: whoever needs the whole schema (start-up, migrations) imports this."""

import cloud_hub.access.tables
import cloud_hub.coolers.health.tables
import cloud_hub.coolers.tables
import cloud_hub.fleet.assets.tables
import cloud_hub.fleet.backups.tables
import cloud_hub.fleet.incidents.tables
import cloud_hub.fleet.rollouts.tables
import cloud_hub.fleet.tables
import cloud_hub.link.tables
import cloud_hub.master_data.former
import cloud_hub.master_data.goods_tables
import cloud_hub.master_data.place_tables
import cloud_hub.review.tables
import cloud_hub.sales.tables
import cloud_hub.shelf.tables
import cloud_hub.shoppers.tables
import cloud_hub.stock.tables
import cloud_hub.tasks.tables
import cloud_hub.traffic.tables
from cloud_hub.core.storage.table import Base

METADATA = Base.metadata

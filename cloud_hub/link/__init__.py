"""The data plane: broker → consumer → ingest → commit → acknowledge. Knows no business."""

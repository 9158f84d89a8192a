"""What a metric, a figure, a finding and a snapshot are."""

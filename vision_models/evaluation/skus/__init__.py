"""SKUs with a known truth: recognised, unknown, wrong; how sure an answer is."""

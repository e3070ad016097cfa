"""Everything around the product: builds of pinned tools, the test cluster, the demo, the benchmark."""

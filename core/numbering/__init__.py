"""Numbers: what dialled digits mean, who may call whom, by which trunks. All pure: no clock, no store, no line."""
